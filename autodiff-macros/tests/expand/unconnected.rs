#[differentiate(wrt(a, c), unconnected = "none")]
#[allow(unused_variables)]
fn f(a: f64, c: f64) -> f64 {
    a * a
}
