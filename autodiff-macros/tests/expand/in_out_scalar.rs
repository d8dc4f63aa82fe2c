#[differentiate]
fn step(state: &mut f64, velocity: f64, dt: f64) -> f64 {
    let before = *state;
    *state += dt * velocity.sin();
    before * *state
}
