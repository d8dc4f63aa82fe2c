#[differentiate]
fn huber(r: f64, delta: f64) -> f64 {
    let a = r.abs();
    if a <= delta {
        0.5 * r * r
    } else if a < 10.0 * delta {
        delta * (a - 0.5 * delta)
    } else {
        delta * delta
    }
}
