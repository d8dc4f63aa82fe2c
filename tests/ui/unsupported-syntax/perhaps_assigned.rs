use autodiff_runtime::{Differentiable, differentiate};

#[derive(Clone, Differentiable)]
struct Pair {
    a: f64,
    b: f64,
}

#[differentiate]
fn perhaps_assigned(x: f64) -> f64 {
    let mut pair;
    let mut y = x;
    if x > 1.0 {
        pair = Pair { a: x, b: x * x };
        y = pair.a * pair.b;
    }
    pair = Pair { a: y, b: x };
    pair.a * pair.b
}

fn main() {}
