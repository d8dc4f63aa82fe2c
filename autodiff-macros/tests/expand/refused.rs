#[differentiate(wrt(z), colour = 3)]
fn f(x: f64, n: usize) -> f64 {
    unknown!(x, n)
}
