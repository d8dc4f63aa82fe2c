//! Derivatives of an order that is not there.

use autodiff_runtime::{Differentiable, differentiate};

#[differentiate]
fn first_only(x: f64) -> f64 {
    x * x
}

#[differentiate(order = 2)]
fn calls_it(x: f64) -> f64 {
    first_only(x) * x
}

#[differentiate]
fn of_its_gradient(x: f64) -> f64 {
    first_only::grad(x) * x
}

#[differentiate(order = 2)]
fn twice(x: f64) -> f64 {
    x * x * x
}

#[differentiate(order = 2)]
fn of_a_gradient_twice(x: f64) -> f64 {
    twice::grad(x) * x
}

#[differentiate(order = 2)]
fn two_results(x: f64) -> [f64; 2] {
    [x, x * x]
}

#[differentiate]
fn of_two_gradients(x: f64) -> f64 {
    let slope: f64 = two_results::grad(x);
    slope * x
}

#[differentiate(order = 7)]
fn too_high(x: f64) -> f64 {
    x
}

#[differentiate(order = 2, wrt(y))]
fn by_a_local(x: f64) -> f64 {
    let y = x * x;
    y * y
}

#[differentiate(order = 2, wrt(x, y), unconnected = "none")]
fn unconnected(x: f64, y: f64) -> f64 {
    x * x
}

#[derive(Differentiable)]
struct Line {
    slope: f64,
}

#[differentiate(order = 2)]
impl Line {
    fn at(&self, x: f64) -> f64 {
        self.slope * x
    }
}

#[differentiate(order = 2)]
fn refused(x: f64) -> f64 {
    let y = x as i32;
    unknown!(x) * x
}

/// What is wrong with a function is not wrong with those that call it.
#[differentiate(order = 2)]
fn calls_what_is_refused(x: f64) -> f64 {
    refused(x) * x
}

#[differentiate]
fn of_the_gradient_of_what_is_refused(x: f64) -> f64 {
    refused::grad(x) * x
}

fn main() {
    two_results::hvp(1.0, 1.0);
    Line { slope: 1.0 }.at_hessian(2.0);
}
