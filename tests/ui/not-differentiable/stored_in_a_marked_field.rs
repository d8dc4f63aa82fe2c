use autodiff_runtime::{Differentiable, differentiate};

#[derive(Clone, Differentiable)]
struct Spring {
    at: f64,
    #[no_diff]
    stiffness: f64,
}

#[differentiate]
fn energy(s: &mut Spring, x: f64) -> f64 {
    s.stiffness = x * x;
    s.at * s.stiffness * x
}

fn main() {}
