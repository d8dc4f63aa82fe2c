#[differentiate]
fn outer(x: &[f64], k: usize) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += inner(x[i], k) * x[i];
    }
    s
}
