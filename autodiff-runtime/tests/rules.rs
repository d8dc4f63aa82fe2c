//! Operator and method rules in the form in which generated code calls them.
#![cfg(feature = "nalgebra")]

use autodiff_runtime::{Differentiable, Tangent, ops};
use nalgebra::{DMatrix, DVector};

/// What is differentiated by hand below.
fn primal(a: &DMatrix<f64>, x: &DVector<f64>, n: usize) -> f64 {
    let mut state = x.clone();
    let mut sum = 0.0;
    for i in 0..n {
        state = a * &state / 2.0;
        sum += state.dot(x) * (i as f64).sin() + state.norm();
    }
    sum
}

type Pullback<'a> =
    Box<dyn FnOnce(&DMatrix<f64>, &DVector<f64>, f64, &mut DMatrix<f64>, &mut DVector<f64>) + 'a>;

/// The pullback owns what it saved, and borrows nothing of its arguments.
fn forward(a: &DMatrix<f64>, x: &DVector<f64>, n: usize) -> (f64, Pullback<'static>) {
    use autodiff_runtime::rules::prelude::*;

    let mut state = x.clone();
    let mut sum = 0.0;
    let mut saves = Vec::new();
    for i in 0..n {
        let (product, mul_pullback) = ops::mul::forward(a, &state);
        let (next, div_pullback) = ops::div::forward(&product, &2.0);
        let before = std::mem::replace(&mut state, next);
        let (dot, dot_pullback) = state.dot_forward(x);
        let (norm, norm_pullback) = state.norm_forward();
        let weight = (i as f64).sin();
        sum += dot * weight + norm;
        saves.push((before, product, weight, mul_pullback, div_pullback, dot_pullback, norm_pullback));
    }
    let pullback = move |a: &DMatrix<f64>,
                         x: &DVector<f64>,
                         seed: f64,
                         a_bar: &mut DMatrix<f64>,
                         x_bar: &mut DVector<f64>| {
        let mut state_bar = state.zero_tangent();
        for (before, product, weight, mul_pullback, div_pullback, dot_pullback, norm_pullback) in
            saves.into_iter().rev()
        {
            norm_pullback(&state, seed, Some(&mut state_bar));
            dot_pullback(&state, x, seed * weight, Some(&mut state_bar), Some(&mut *x_bar));
            let mut product_bar = product.zero_tangent();
            let zero = state_bar.zero_tangent();
            div_pullback(
                &product,
                &2.0,
                std::mem::replace(&mut state_bar, zero),
                Some(&mut product_bar),
                None,
            );
            mul_pullback(a, &before, product_bar, Some(&mut *a_bar), Some(&mut state_bar));
            state = before;
        }
        x_bar.accumulate(&state_bar);
    };
    (sum, Box::new(pullback))
}

#[test]
fn rules_compose_in_loops() {
    let mut a = DMatrix::from_fn(3, 3, |i, j| ((2 * i + 3 * j) as f64).cos() + f64::from(u8::from(i == j)));
    let mut x = DVector::from_vec(vec![0.5, -1.0, 2.0]);
    let (value, pullback) = forward(&a, &x, 4);
    assert_eq!(value, primal(&a, &x, 4));

    // Between the sweeps the caller may write to what it lent.
    let kept = std::mem::replace(&mut a[(1, 2)], 100.0);
    a[(1, 2)] = kept;
    let (mut a_bar, mut x_bar) = (a.zero_tangent(), x.zero_tangent());
    pullback(&a, &x, 1.0, &mut a_bar, &mut x_bar);

    let h = 1e-6;
    for k in 0..9 {
        let here = a[k];
        a[k] = here + h;
        let up = primal(&a, &x, 4);
        a[k] = here - h;
        let difference = (up - primal(&a, &x, 4)) / (2.0 * h);
        a[k] = here;
        assert!((a_bar[k] - difference).abs() < 1e-7, "a[{k}]: {} {difference}", a_bar[k]);
    }
    for k in 0..3 {
        let here = x[k];
        x[k] = here + h;
        let up = primal(&a, &x, 4);
        x[k] = here - h;
        let difference = (up - primal(&a, &x, 4)) / (2.0 * h);
        x[k] = here;
        assert!((x_bar[k] - difference).abs() < 1e-7, "x[{k}]: {} {difference}", x_bar[k]);
    }
}
