#[differentiate]
fn activate(kind: usize, x: f64) -> f64 {
    match kind {
        0 => x.max(0.0),
        k @ 1..=3 => x.powi(k as i32),
        _ => x.sin(),
    }
}
