#[differentiate]
pub fn loss(w: &[f64], b: f64, x: &[f64], y: f64) -> f64 {
    let mut z = b;
    for i in 0..w.len() {
        z += w[i] * x[i];
    }
    let e = z.tanh() - y;
    e * e
}
