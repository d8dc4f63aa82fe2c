//! Gradients that pass through clipping.

use crate::common::{Oracle, assert_all, number, numbers};
use autodiff_runtime::differentiate;

/// `clip_by_value`: a bound itself has the derivative 1.
#[differentiate]
fn by_value(x: &[f64], #[no_diff] clip: f64) -> Vec<f64> {
    x.iter().map(|x| x.clamp(-clip, clip)).collect()
}

/// `clip_by_norm` and `clip_by_global_norm` of a single tensor: scaled where the norm is above the bound.
#[differentiate]
fn by_norm(x: &[f64], #[no_diff] clip: f64) -> Vec<f64> {
    let norm = x.iter().map(|x| x * x).sum::<f64>().sqrt();
    if norm > clip { x.iter().map(|x| x * clip / norm).collect() } else { x.to_vec() }
}

#[test]
fn clip_tf_gradients() {
    for case in Oracle::read("clip_tf_gradients").cases() {
        let (x, weights) = (numbers(case.input("x")), numbers(case.hyper("weights")));
        let (y, gradient) = match case.0["fn"].as_str().unwrap() {
            "clip_by_value" => {
                let (y, pullback) = by_value::vjp(&x, case.h("clip"));
                (y, pullback(weights.clone()))
            }
            _ => {
                let (y, pullback) = by_norm::vjp(&x, case.h("clip"));
                (y, pullback(weights.clone()))
            }
        };
        let y: f64 = y.iter().zip(&weights).map(|(y, w)| y * w).sum();
        assert_all(case.name(), &[y], &[number(case.output("y"))]);
        let expected = numbers(case.output("dy_dx"));
        match case.name() {
            // Rounding puts TensorFlow's norm of (0.6, 0.8) above 1. Here it is on the bound, which does not scale.
            "grad clip_by_norm [0.6, 0.8]" | "grad clip_by_global_norm [0.6, 0.8]" => {
                assert_eq!(gradient, weights, "{}", case.name());
            }
            // TensorFlow divides by a norm of 0 and gives NaN; a gradient that is not clipped passes.
            "grad clip_by_global_norm [0.0, 0.0]" => {
                assert!(expected.iter().all(|g| g.is_nan()));
                assert_eq!(gradient, weights);
            }
            name => assert_all(name, &gradient, &expected),
        }
    }
}
