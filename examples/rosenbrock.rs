//! The gradient of Rosenbrock's function, and a minimum found with it.
//!
//! `cargo run --release --example rosenbrock`

use autodiff_runtime::{Optimizer, differentiate, optim::Adam};

#[differentiate]
fn rosenbrock(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() - 1 {
        sum += 100.0 * (x[i + 1] - x[i] * x[i]).powi(2) + (1.0 - x[i]).powi(2);
    }
    sum
}

fn main() -> Result<(), autodiff_runtime::Error> {
    let (value, gradient) = rosenbrock::value_and_grad(&[-1.2, 1.0, 0.5]);
    println!("f = {value:.2}, f' = {gradient:.1?}");

    let mut x = vec![-1.2, 1.0, 0.5];
    let mut adam = Adam::new(0.02);
    for _ in 0..5000 {
        let gradient = rosenbrock::grad(&x);
        adam.step(&mut x, &gradient)?;
    }
    println!("minimum {:.1e} at {x:.4?}", rosenbrock(&x));
    Ok(())
}
