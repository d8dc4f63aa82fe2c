#[differentiate(order = 2)]
fn product(x: f64, y: f64) -> f64 {
    x * x * y
}
