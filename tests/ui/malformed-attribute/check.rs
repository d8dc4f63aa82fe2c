//! Checks that cannot be made.

use autodiff_runtime::{Differentiable, differentiate};

#[derive(Clone, Differentiable)]
struct Model {
    rate: f64,
}

#[differentiate(check)]
fn without_a_value(model: &Model) -> f64 {
    model.rate
}

#[differentiate(check)]
fn of_a_name(x: f64, name: &str) -> f64 {
    x * name.len() as f64
}

#[differentiate(check)]
fn changed(x: &mut f64) {
    *x *= 2.0;
}

#[differentiate(check, wrt(x))]
fn by_some(x: f64, y: f64) -> f64 {
    x * y
}

#[differentiate(check)]
fn of_a_length(#[sample(0.0..1.0, length = 3)] x: &[f64]) -> f64 {
    x[0]
}

impl Model {
    #[differentiate(check)]
    fn at(&self, t: f64) -> f64 {
        self.rate * t
    }
}

fn main() {}
