//! Second derivatives of what is given by hand, where there are none.

use autodiff_runtime::differentiate;

#[differentiate(order = 2, opaque)]
fn by_differences(x: f64) -> f64 {
    x * x
}

fn pulled(x: f64) -> (f64, impl FnOnce(f64) -> f64) {
    (x * x, move |seed| 2.0 * x * seed)
}

#[differentiate(order = 2, vjp = pulled)]
fn by_pullback(x: f64) -> f64 {
    x * x
}

struct Scale(f64);

impl Scale {
    #[differentiate(order = 2, partials(x = self.0))]
    fn scaled(#[no_diff] &self, x: f64) -> f64 {
        self.0 * x
    }
}

#[differentiate(order = 2, partials(pair = (2.0 * pair.0, 0.0)))]
fn by_pairs(pair: (f64, f64)) -> f64 {
    pair.0 * pair.0
}

#[differentiate(order = 2, partials(x = x.cos()))]
fn of_any_float<T: num_traits::Float>(x: T) -> T {
    x.sin()
}

fn main() {}
