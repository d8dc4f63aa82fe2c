use autodiff_runtime::{Differentiable, differentiate};

#[derive(Clone, Differentiable)]
struct Point {
    x: f64,
    y: f64,
}

#[differentiate(opaque)]
fn of_a_struct(p: &Point) -> f64 {
    p.x * p.y
}

#[differentiate(opaque)]
fn to_a_struct(x: f64) -> Point {
    Point { x, y: x }
}

#[differentiate(opaque)]
fn with_a_tool(x: f64, count: &mut usize) -> f64 {
    *count += 1;
    x * x
}

fn may_fail_vjp(x: f64) -> (f64, impl FnOnce(f64) -> f64) {
    (x.sqrt(), move |seed| seed)
}

#[differentiate(vjp = may_fail_vjp)]
fn may_fail(x: f64) -> Option<f64> {
    (x > 0.0).then(|| x.sqrt())
}

#[differentiate(opaque)]
fn generic<T: num_traits::Float>(x: T) -> T {
    x * x
}

#[differentiate]
fn residual(x: f64, a: f64) -> f64 {
    x - a
}

#[differentiate(implicit = residual)]
fn pair(a: f64) -> (f64, f64) {
    (a, a)
}

#[differentiate(implicit = residual)]
fn without_parameters(#[no_diff] a: f64) -> f64 {
    a
}

#[differentiate(vjp = in_place_vjp)]
fn in_place(x: &mut [f64], k: f64) {
    x[0] *= k;
}

fn main() {}
