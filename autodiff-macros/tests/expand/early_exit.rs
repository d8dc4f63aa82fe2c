#[differentiate]
fn first_above(x: &[f64], limit: f64) -> f64 {
    let mut total = 0.0;
    for i in 0..x.len() {
        if x[i] < 0.0 {
            continue;
        }
        total += x[i] * x[i];
        if total > limit {
            return total - limit;
        }
    }
    total
}
