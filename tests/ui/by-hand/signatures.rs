use autodiff_runtime::{Differentiable, differentiate};

#[derive(Clone, Copy)]
struct View<'a> {
    data: &'a [f64],
}

impl Differentiable for View<'_> {
    type Tangent = ();
    fn zero_tangent(&self) {}
}

#[differentiate(partials(x = view.data[0]))]
fn borrows(#[no_diff] view: View<'_>, x: f64) -> f64 {
    view.data[0] * x
}

#[differentiate(partials(x = x.iter().map(|row| row.iter().map(|_| T::one()).collect()).collect()))]
fn nested<T: num_traits::Float>(x: &[Vec<T>]) -> T {
    x[0][0]
}

#[differentiate(partials(f = 1.0))]
fn keeps_a_function(x: f64, f: impl Fn(f64) -> f64) -> f64 {
    f(x)
}

#[differentiate(partials(x = f(x)))]
fn clones_a_function(x: f64, f: impl Fn(f64) -> f64) -> f64 {
    f(x)
}

#[differentiate(partials(x = 1.0))]
async fn awaited(x: f64) -> f64 {
    x
}

fn main() {}
