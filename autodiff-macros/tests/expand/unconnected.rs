#[differentiate(wrt(a, c), unconnected = "none")]
fn f(a: f64, c: f64) -> f64 {
    a * a
}
