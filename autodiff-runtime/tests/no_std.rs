//! Generated code in a crate without the standard library, with `alloc` alone.
#![no_std]

extern crate alloc;

use alloc::{vec, vec::Vec};
use autodiff_runtime::solvers::{Fit, Laplace, LevenbergMarquardt, Newton};
use autodiff_runtime::{Differentiable, Optimizer, clip, differentiate, losses, optim::Adam};
#[allow(unused_imports, reason = "without the standard library floats have their methods from here")]
use num_traits::Float;

#[derive(Clone, Debug, Differentiable, PartialEq)]
struct Layer {
    weights: Vec<f64>,
    bias: f64,
}

/// Saves, stacks, a `Vec` as result, iterators, a call into the runtime crate.
#[differentiate]
fn scan(x: &[f64], rate: f64) -> Vec<f64> {
    let mut state = 0.5;
    let mut states = vec![0.0; x.len()];
    for (i, x) in x.iter().enumerate() {
        state = (rate * state + x).tanh();
        if state > 0.0 {
            states[i] = state.exp();
        }
    }
    states.iter().map(|s| losses::softplus(*s)).collect()
}

#[differentiate]
fn loss(layer: &Layer, x: &[f64], target: f64) -> f64 {
    let mut sum = layer.bias;
    for i in [0, 2, 1] {
        sum += layer.weights[i] * x[i];
    }
    losses::huber(sum, target, 1.0)
}

#[test]
fn generated_code_needs_alloc_alone() {
    let x = [0.3, -1.2, 0.8];
    let (states, pullback) = scan::vjp(&x, 0.7);
    let (x_bar, rate_bar) = pullback(vec![1.0, 2.0, 3.0]);
    let seeded = |states: &[f64]| states[0] + 2.0 * states[1] + 3.0 * states[2];
    let report = autodiff_runtime::check::gradient(
        |(x, rate): &([f64; 3], f64)| (seeded(&scan(x, *rate)), (x_bar.clone(), rate_bar)),
        &(x, 0.7),
    );
    report.unwrap().assert();
    assert_eq!(scan::jvp(&x, 0.7, &[0.0; 3], 0.0), (states, vec![0.0; 3]));

    let mut layer = Layer { weights: vec![0.1, 0.2, 0.3], bias: 0.0 };
    let before = loss(&layer, &x, 0.9);
    let mut adam = Adam::new(0.05);
    for _ in 0..50 {
        let (mut gradient, _, _) = loss::grad(&layer, &x, 0.9);
        clip::by_global_norm(&mut gradient, 1.0);
        adam.step(&mut layer, &gradient).unwrap();
    }
    assert!(loss(&layer, &x, 0.9) < 0.01 * before);
}

#[differentiate(order = 2)]
fn decay(p: &[f64; 2]) -> Vec<f64> {
    let mut residuals = vec![0.0; 4];
    for i in 0..4 {
        residuals[i] = p[0] * (-p[1] * i as f64).exp() - [1.0, 0.6, 0.4, 0.2][i];
    }
    residuals
}

#[differentiate(order = 2)]
fn half_squares(p: &[f64; 2]) -> f64 {
    let residuals = decay(p);
    let mut sum = 0.0;
    for i in 0..4 {
        sum += 0.5 * residuals[i] * residuals[i];
    }
    sum
}

#[test]
fn solvers_need_alloc_alone() {
    let (mut p, mut q) = ([2.0, 0.1], [0.9, 0.4]);
    LevenbergMarquardt::new().minimize(decay::value_and_jacobian, &mut p).unwrap();
    Newton::new().minimize(half_squares::value_and_grad, half_squares::hessian, &mut q).unwrap();
    assert!((p[0] - q[0]).abs() < 1e-8 && (p[1] - q[1]).abs() < 1e-8, "{p:?} {q:?}");
    let errors = Fit::new(&p, decay::value_and_jacobian(&p)).unwrap().standard_errors();
    let deviations = Laplace::new(&p, &half_squares::hessian(&p)).unwrap().standard_deviations();
    assert!(errors.iter().chain(&deviations).all(|deviation| *deviation > 0.0), "{errors:?} {deviations:?}");
}
