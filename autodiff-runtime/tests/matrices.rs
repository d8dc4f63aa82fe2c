//! Functions on `nalgebra` matrices and vectors under `#[differentiate]`.
#![cfg(feature = "nalgebra")]
#![allow(clippy::needless_range_loop, clippy::op_ref, reason = "what people write is to be differentiated")]

use autodiff_runtime::{Differentiable, differentiate};
use nalgebra::{DMatrix, DVector, Matrix3, SMatrix, Vector3};

/// Compares a component of the gradient with central differences of `f` along it.
fn check(found: f64, f: impl Fn(f64) -> f64) {
    let expected = (f(1e-6) - f(-1e-6)) / 2e-6;
    assert!((found - expected).abs() < 1e-6 * (1.0 + expected.abs()), "{found} is not {expected}");
}

fn moved<T: Clone + std::ops::IndexMut<usize, Output = f64>>(value: &T, k: usize, by: f64) -> T {
    let mut value = value.clone();
    value[k] += by;
    value
}

fn dynamic(rows: usize, columns: usize) -> DMatrix<f64> {
    DMatrix::from_fn(rows, columns, |i, j| ((2 * i + 3 * j) as f64).cos())
}

#[differentiate]
fn iterate(a: &DMatrix<f64>, x: &DVector<f64>, n: usize) -> f64 {
    let mut state = x.clone();
    let mut sum = 0.0;
    for i in 0..n {
        state = a * &state / 2.0;
        sum += state.dot(x) * (i as f64).sin() + state.norm() + state[0] * a[(0, 1)];
    }
    sum
}

#[test]
fn matrices_are_carried_through_loops() {
    let (a, x) = (dynamic(3, 3), DVector::from_vec(vec![0.5, -1.0, 2.0]));
    let (value, (a_bar, x_bar)) = iterate::value_and_grad(&a, &x, 4);
    assert_eq!(value, iterate(&a, &x, 4));
    for k in 0..9 {
        check(a_bar[k], |h| iterate(&moved(&a, k, h), &x, 4));
    }
    for k in 0..3 {
        check(x_bar[k], |h| iterate(&a, &moved(&x, k, h), 4));
        let along = moved(&x.zero_tangent(), k, 1.0);
        let (same, tangent) = iterate::jvp(&a, &x, 4, &a.zero_tangent(), &along);
        assert_eq!(same, value);
        assert!((tangent - x_bar[k]).abs() < 1e-12 * (1.0 + tangent.abs()), "{tangent} {}", x_bar[k]);
    }
}

#[differentiate]
fn product(a: &DMatrix<f64>, b: &DMatrix<f64>, d: &DVector<f64>, scale: f64) -> f64 {
    let (a, b) = (a.clone(), b.clone());
    let c = &a * &b;
    let v = (c - scale * b.transpose()) * d;
    v.dot(d) * scale + v.norm_squared()
}

#[test]
fn operators_mix_with_scalar_code() {
    let (a, b, d) = (dynamic(3, 3), dynamic(3, 3).add_scalar(0.3), DVector::from_vec(vec![0.5, -1.0, 2.0]));
    let (value, (a_bar, b_bar, d_bar, scale_bar)) = product::value_and_grad(&a, &b, &d, 0.7);
    assert_eq!(value, product(&a, &b, &d, 0.7));
    for k in 0..9 {
        check(a_bar[k], |h| product(&moved(&a, k, h), &b, &d, 0.7));
        check(b_bar[k], |h| product(&a, &moved(&b, k, h), &d, 0.7));
    }
    check(d_bar[1], |h| product(&a, &b, &moved(&d, 1, h), 0.7));
    check(scale_bar, |h| product(&a, &b, &d, 0.7 + h));
}

#[differentiate]
fn fixed(m: &Matrix3<f64>, v: Vector3<f64>) -> f64 {
    let w = m * v;
    let t = w.component_mul(&w).sum() - m.determinant() + m.column(1).dot(&w);
    t.exp()
}

#[test]
fn sizes_may_be_part_of_the_type() {
    let m = Matrix3::new(0.1, 0.2, 0.3, 0.4, -0.5, 0.6, 0.7, 0.8, -0.9);
    let v = Vector3::new(0.3, 0.2, 0.5);
    let (value, (m_bar, v_bar)) = fixed::value_and_grad(&m, v);
    assert_eq!(value, fixed(&m, v));
    for k in 0..9 {
        check(m_bar[k], |h| fixed(&moved(&m, k, h), v));
    }
    for k in 0..3 {
        check(v_bar[k], |h| fixed(&m, moved(&v, k, h)));
    }
}

#[derive(Clone, Debug, Differentiable)]
struct Dense {
    weights: DMatrix<f64>,
    bias: DVector<f64>,
    last: SMatrix<f64, 1, 2>,
}

#[differentiate]
fn network(dense: &Dense, #[no_diff] x: &DVector<f64>) -> f64 {
    let mut hidden = &dense.weights * x + &dense.bias;
    for i in 0..hidden.len() {
        hidden[i] = hidden[i].tanh();
    }
    let out = &dense.last * &hidden;
    out[0] * out[0]
}

#[test]
fn matrices_are_fields_of_models() {
    let dense = Dense {
        weights: dynamic(2, 3),
        bias: DVector::from_vec(vec![0.1, -0.2]),
        last: SMatrix::from([[0.5], [-0.7]]),
    };
    let x = DVector::from_vec(vec![1.0, 0.5, -0.5]);
    let gradient: DenseTangent = network::grad(&dense, &x);
    for k in 0..6 {
        check(gradient.weights[k], |h| {
            network(&Dense { weights: moved(&dense.weights, k, h), ..dense.clone() }, &x)
        });
    }
    for k in 0..2 {
        check(gradient.bias[k], |h| network(&Dense { bias: moved(&dense.bias, k, h), ..dense.clone() }, &x));
        check(gradient.last[k], |h| network(&Dense { last: moved(&dense.last, k, h), ..dense.clone() }, &x));
    }
}
