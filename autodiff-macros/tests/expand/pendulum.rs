#[differentiate]
fn pendulum(theta: f64, omega: f64, damping: f64, steps: usize) -> f64 {
    let (mut theta, mut omega) = (theta, omega);
    for _ in 0..steps {
        let acceleration = -damping * omega - theta.sin();
        theta += 0.01 * omega;
        omega += 0.01 * acceleration;
    }
    theta
}
