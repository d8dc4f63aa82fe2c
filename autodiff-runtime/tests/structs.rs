//! Structs with `#[derive(Differentiable)]` in functions and methods under `#[differentiate]`.
#![allow(clippy::needless_range_loop, reason = "loops over indices are to be differentiated as well")]

use autodiff_runtime::{Differentiable, Optimizer, clip, differentiate, optim::Sgd};

fn check(found: f64, f: impl Fn(f64) -> f64) {
    let expected = (f(1e-6) - f(-1e-6)) / 2e-6;
    assert!((found - expected).abs() < 1e-6 * (1.0 + expected.abs()), "{found} is not {expected}");
}

#[derive(Clone, Debug, Differentiable)]
struct Layer {
    w: Vec<f64>,
    b: [f64; 2],
    gain: f64,
    n: usize,
    inner: Inner,
}

#[derive(Clone, Copy, Debug, Differentiable)]
struct Inner {
    k: f64,
    on: bool,
}

fn layer() -> Layer {
    Layer { w: vec![1.0, 2.0], b: [3.0, 4.0], gain: 0.5, n: 2, inner: Inner { k: 1.5, on: true } }
}

impl Layer {
    fn with(&self, change: impl Fn(&mut Layer)) -> Layer {
        let mut layer = self.clone();
        change(&mut layer);
        layer
    }
}

#[differentiate]
fn apply(layer: &Layer, x: f64) -> f64 {
    let mut sum = 0.0;
    for i in 0..layer.n {
        sum += layer.w[i] * x * layer.gain;
    }
    if layer.inner.on {
        sum *= layer.inner.k;
    }
    sum + layer.b[0] * layer.b[1] + layer.gain.sin()
}

#[test]
fn fields_are_read_through_references() {
    let layer = layer();
    let (value, (layer_bar, x_bar)) = apply::value_and_grad(&layer, 2.0);
    assert_eq!(value, apply(&layer, 2.0));
    check(layer_bar.gain, |h| apply(&layer.with(|l| l.gain += h), 2.0));
    check(layer_bar.w[1], |h| apply(&layer.with(|l| l.w[1] += h), 2.0));
    check(layer_bar.b[1], |h| apply(&layer.with(|l| l.b[1] += h), 2.0));
    check(layer_bar.inner.k, |h| apply(&layer.with(|l| l.inner.k += h), 2.0));
    check(x_bar, |h| apply(&layer, 2.0 + h));
    let () = layer_bar.inner.on;
}

#[differentiate]
fn change(mut layer: Layer, x: f64) -> f64 {
    layer.gain += x;
    layer.w[0] = layer.gain * layer.gain;
    layer.inner.k *= 2.0;
    apply(&layer, x) + layer.w[0]
}

#[test]
fn fields_are_written_to_in_values() {
    let layer = layer();
    let (value, (layer_bar, x_bar)) = change::value_and_grad(layer.clone(), 2.0);
    assert_eq!(value, change(layer.clone(), 2.0));
    assert_eq!(layer_bar.w[0], 0.0, "overwritten before it is read");
    check(layer_bar.gain, |h| change(layer.with(|l| l.gain += h), 2.0));
    check(layer_bar.w[1], |h| change(layer.with(|l| l.w[1] += h), 2.0));
    check(layer_bar.inner.k, |h| change(layer.with(|l| l.inner.k += h), 2.0));
    check(x_bar, |h| change(layer.clone(), 2.0 + h));
}

#[derive(Clone, Debug, Differentiable)]
struct Model {
    scale: f64,
    centres: Vec<f64>,
}

#[differentiate]
impl Model {
    fn loss(&self, x: &[f64]) -> f64 {
        let mut sum = 0.0;
        for i in 0..x.len() {
            sum += (self.scale * x[i] - self.centres[i]).powi(2);
        }
        sum
    }
}

#[differentiate]
fn weighted(model: &Model, x: &[f64]) -> f64 {
    model.loss(x) * model.scale
}

#[test]
fn methods_are_differentiated_and_called() {
    let model = Model { scale: 2.0, centres: vec![1.0, 2.0] };
    let x = [3.0, 4.0];
    let (value, (model_bar, x_bar)) = weighted::value_and_grad(&model, &x);
    assert_eq!(value, weighted(&model, &x));
    check(model_bar.scale, |h| weighted(&Model { scale: 2.0 + h, ..model.clone() }, &x));
    check(model_bar.centres[1], |h| weighted(&Model { centres: vec![1.0, 2.0 + h], ..model.clone() }, &x));
    check(x_bar[1], |h| weighted(&model, &[3.0, 4.0 + h]));
    let (value, (model_bar, _)) = model.loss_value_and_grad(&x);
    assert_eq!((value, model_bar.centres), (model.loss(&x), vec![-10.0, -12.0]));
}

#[test]
fn models_are_trained_as_they_are() {
    let mut model = Model { scale: 0.5, centres: vec![1.0, 1.0] };
    let mut sgd = Sgd::new(0.01).momentum(0.9);
    for _ in 0..300 {
        let (mut gradient, _) = model.loss_grad(&[1.0, 2.0]);
        clip::by_global_norm(&mut gradient, 1.0);
        sgd.step(&mut model, &gradient).unwrap();
    }
    assert!(model.loss(&[1.0, 2.0]) < 1e-6, "{model:?}");
}

/// Of no concern to differentiation: it has no tangent.
struct Settings {
    rate: f64,
    steps: usize,
}

#[differentiate]
fn settle(x: f64, #[no_diff] settings: &Settings) -> f64 {
    let mut sum = settings.rate * x;
    for _ in 0..settings.steps {
        sum = sum * settings.rate + x / settings.rate;
    }
    sum
}

#[differentiate]
fn settled(model: &Model, #[no_diff] settings: &Settings) -> f64 {
    settings.rate * model.scale * model.centres[0] + settle(model.scale, settings)
}

#[test]
fn types_without_a_tangent_are_passed_along() {
    let settings = Settings { rate: 2.0, steps: 3 };
    let model = Model { scale: 1.5, centres: vec![4.0] };
    let gradient = settled::grad(&model, &settings);
    assert_eq!((gradient.scale, gradient.centres), (2.0 * 4.0 + 19.5, vec![3.0]));
    assert_eq!(settle::value_and_grad(1.5, &settings), (settle(1.5, &settings), 19.5));
    let along = ModelTangent { scale: 1.0, centres: vec![0.0] };
    assert_eq!(settled::jvp(&model, &settings, &along), (settled(&model, &settings), 27.5));
}
