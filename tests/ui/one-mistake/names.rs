// A method of the user's where one is generated that the others need.
use autodiff_runtime::{Differentiable, differentiate};

#[derive(Differentiable)]
struct Model {
    weight: f64,
}

#[differentiate]
impl Model {
    pub fn loss(&self, x: f64) -> f64 {
        self.weight * x
    }

    pub fn loss_value_and_grad(&self, x: f64) -> f64 {
        self.weight + x
    }
}

fn main() {}
