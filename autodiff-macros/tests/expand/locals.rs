#[differentiate(wrt(a, b), stop(a, b))]
fn f(a: f64) -> f64 {
    let b = 2.0 * a;
    a + b
}
