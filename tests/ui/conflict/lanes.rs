use autodiff_runtime::{Differentiable, differentiate};

#[differentiate]
fn one_at_a_time(x: f64) -> f64 {
    x * x
}

#[differentiate(lanes)]
fn calls(x: f64) -> f64 {
    one_at_a_time(x)
}

#[differentiate(lanes)]
fn generic<const N: usize>(x: [f64; N]) -> [f64; N] {
    x
}

#[differentiate(lanes)]
fn single(x: f32) -> f32 {
    x * x
}

#[differentiate(order = 2)]
fn energy(x: f64) -> f64 {
    x * x * x
}

#[differentiate(lanes)]
fn nested(x: f64) -> f64 {
    energy::grad(x)
}

#[differentiate(lanes, partials(x = 2.0 * x))]
fn by_hand(x: f64) -> f64 {
    x * x
}

#[differentiate(lanes = 4)]
fn a_number(x: f64) -> f64 {
    x * x
}

#[derive(Differentiable)]
struct Spring {
    stiffness: f64,
}

#[differentiate(lanes)]
fn of_a_struct(spring: &Spring) -> f64 {
    spring.stiffness * 2.0
}

fn main() {}
