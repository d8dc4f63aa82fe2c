#[differentiate]
fn layer(w: &[f64], x: &[f64], rows: usize) -> Vec<f64> {
    let n = x.len();
    let mut out = vec![0.0; rows];
    for i in 0..rows {
        let row = &w[i * n..(i + 1) * n];
        let mut sum = 0.0;
        for j in 0..n {
            sum += row[j] * x[j];
        }
        out[i] = sum.tanh();
    }
    out
}
