// Of each callee one error, at its name.
use autodiff_runtime::{Differentiable, differentiate};

mod shapes {
    pub fn area(r: f64) -> f64 {
        r * r
    }
}

fn square(x: f64) -> f64 {
    x * x
}

#[derive(Clone, Copy, Differentiable)]
struct Spring {
    stiffness: f64,
}

impl Spring {
    fn force(&self, at: f64) -> f64 {
        -self.stiffness * at
    }
}

#[differentiate]
fn functions(x: f64) -> f64 {
    square(x) + shapes::area(x)
}

#[differentiate]
fn methods(spring: &Spring, x: f64) -> f64 {
    spring.force(x).sin()
}

#[differentiate]
fn callers(spring: &Spring, x: f64) -> f64 {
    methods(spring, x) * functions(x)
}

fn main() {
    println!("{}", methods::grad(&Spring { stiffness: 1.0 }, 2.0).0.stiffness);
}
