#[differentiate]
fn smooth(x: &mut [f64], rate: f64) {
    for i in 1..x.len() {
        x[i] = x[i - 1] * rate + x[i] * x[i];
    }
}
