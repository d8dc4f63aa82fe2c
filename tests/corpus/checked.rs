//! `check`: each of these functions is a test.

use autodiff_runtime::{Differentiable, differentiate};

#[derive(Clone, Differentiable)]
struct Model {
    rate: f64,
    weights: Vec<f64>,
    order: usize,
}

#[differentiate(check, order = 2)]
fn by_numbers(
    #[sample(0.1..2.0)] x: f64,
    #[sample(0.0..1.0, len = 5)] w: &[f64],
    #[sample(2)] n: usize,
    y: &f64,
    a: [f64; 3],
) -> f64 {
    w.iter().map(|w| (w * x).sin()).sum::<f64>() * x.powi(n as i32) * y.ln() + a[1] / a[2]
}

#[differentiate(check)]
fn by_structs(
    #[sample(Model { rate: 0.5, weights: vec![1.0, 2.0], order: 2 })] model: &Model,
    #[no_diff]
    #[sample(vec![1.0, 2.0])]
    times: &[f64],
    #[sample("name")] name: &str,
    v: Vec<f64>,
) -> Vec<f64> {
    let k = name.len() as f64;
    times
        .iter()
        .map(|t| {
            (-model.rate * t).exp() * model.weights[0].powi(model.order as i32) + k * v[1] * model.weights[1]
        })
        .collect()
}

#[differentiate(check, partials(x = 2.0 * x))]
fn by_hand(x: f64) -> f64 {
    x * x
}

#[differentiate(check)]
fn in_single(x: f32) -> f32 {
    x.sin() * x
}

/// Parameters that are called as the test's own variables could be.
#[differentiate(check)]
fn by_names(sampler: f64, #[no_diff] point: usize, checked: bool, function: f64) -> f64 {
    if checked { sampler.powi(point as i32) * function } else { 0.0 }
}

#[differentiate(check)]
mod seen {
    pub struct Point {
        pub x: f64,
        pub y: f64,
    }

    fn square(x: f64) -> f64 {
        x * x
    }

    pub fn distance(#[sample(super::seen::Point { x: 1.0, y: -2.0 })] point: Point, z: f64) -> f64 {
        (square(point.x) + square(point.y) + z).sqrt()
    }
}
