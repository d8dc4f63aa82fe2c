#[differentiate]
fn poly(x: f32, n: i32) -> f32 {
    let mut y = 0.0;
    for k in 0..n {
        y += x.powi(k) * k as f32;
    }
    y
}
