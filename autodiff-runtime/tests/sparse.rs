//! Sparse Jacobians and Hessians against dense ones, and against patterns that leave something out.

use autodiff_runtime::differentiate;
use autodiff_runtime::sparse::{Csr, Hessian, Jacobian, Pattern};
use std::cell::Cell;

/// Each result of three numbers here and there.
#[differentiate]
fn scattered(x: &[f64], rate: f64, #[no_diff] places: &[[usize; 3]]) -> Vec<f64> {
    let mut results = vec![0.0; places.len()];
    for i in 0..places.len() {
        let [a, b, c] = places[i];
        results[i] = rate * (x[a] * x[b]).sin() + x[c] * x[c];
    }
    results
}

fn places(results: usize, numbers: usize) -> Vec<[usize; 3]> {
    let mut state = 12345_u64;
    let mut next = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize % numbers
    };
    (0..results).map(|_| [next(), next(), next()]).collect()
}

fn numbers(count: usize) -> Vec<f64> {
    (0..count).map(|i| 0.3 + ((i * i) % 7) as f64 / 5.0).collect()
}

#[test]
fn jacobians_are_those_of_the_gradients() {
    for (results, count) in [(30, 20), (12, 60), (1, 5), (50, 50)] {
        let (places, x) = (places(results, count), numbers(count));
        let dense: Vec<f64> =
            scattered::jacobian(&x, 0.7, &places).into_iter().flat_map(|(by_x, _)| by_x).collect();
        let pattern = Pattern::new(count, places.iter().copied());
        let by_columns = Jacobian::by_columns(pattern.clone());
        let by_rows = Jacobian::by_rows(pattern.clone());
        let forward: Csr = by_columns.evaluate(|v: &[f64]| scattered::jvp(&x, 0.7, &places, v, 0.0).1);
        let reverse: Csr = by_rows.evaluate(|s: &[f64]| scattered::vjp(&x, 0.7, &places).1(s.to_vec()).0);
        for jacobian in [&forward, &reverse] {
            let found = jacobian.to_dense();
            assert_eq!(found.len(), dense.len());
            assert!(found.iter().zip(&dense).all(|(a, b)| (a - b).abs() < 1e-14), "{jacobian:?} {dense:?}");
            assert_eq!(jacobian.values.len(), pattern.entries());
        }
        // Fewer products than numbers, where it matters.
        assert!(by_columns.products() <= count && by_rows.products() <= results);
        assert!(results < 50 || by_columns.products() < 16, "{}", by_columns.products());
    }
}

/// Banded: three neighbours on either side.
#[differentiate(order = 2)]
fn banded(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += x[i].cos();
    }
    for i in 0..x.len() - 3 {
        sum += (x[i] * x[i + 1] + x[i + 2] * x[i + 3]).sin();
    }
    sum
}

fn band(n: usize) -> Pattern {
    Pattern::new(n, (0..n).map(|i| i.saturating_sub(3)..(i + 4).min(n)))
}

#[test]
fn a_banded_hessian_takes_as_many_products_for_any_size() {
    let mut counts = Vec::new();
    for n in [40, 1000, 10_000] {
        let x = numbers(n);
        let plan = Hessian::new(band(n));
        let products = Cell::new(0);
        let hessian: Csr = plan.evaluate(|v: &[f64]| {
            products.set(products.get() + 1);
            banded::hvp(&x, v)
        });
        assert_eq!(hessian.values.len(), 7 * n - 12);
        assert_eq!(products.get(), plan.products() + usize::from(cfg!(debug_assertions)));
        counts.push(plan.products());
        if n == 40 {
            let dense: Vec<f64> = banded::hessian(&x).into_iter().flatten().collect();
            assert!(hessian.to_dense().iter().zip(&dense).all(|(a, b)| (a - b).abs() < 1e-14));
        }
        // Symmetric to the last bit where one entry is the other's.
        let v: Vec<f64> = (0..n).map(|i| (i as f64).sin()).collect();
        let (found, expected) = (hessian.multiply(&v), banded::hvp(&x, &v));
        assert!(found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-13 * (1.0 + b.abs())));
    }
    assert!(counts.iter().all(|count| *count <= 7), "{counts:?}");
    assert_eq!(counts[1], counts[2]);
}

#[differentiate(order = 2)]
fn arrow(x: &[f64]) -> f64 {
    let n = x.len() - 1;
    let mut sum = 0.0;
    for i in 0..n {
        sum += (x[i] * x[n]).sin();
    }
    sum
}

#[test]
fn an_arrow_takes_two_products() {
    let x = numbers(10_000);
    // The arrow's edge alone; the rest is its mirror image.
    let plan = Hessian::new(Pattern::new(10_000, (0..10_000).map(|i| [i, 9_999])));
    assert_eq!(plan.products(), 2);
    let hessian: Csr = plan.evaluate(|v: &[f64]| arrow::hvp(&x, v));
    let last = x[9_999];
    for i in [0, 1, 77, 9_998] {
        let angle = x[i] * last;
        let expected = [-last * last * angle.sin(), angle.cos() - angle * angle.sin()];
        let (columns, values) = hessian.row(i);
        assert_eq!(columns, [i, 9_999]);
        assert!(values.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-14), "{values:?} {expected:?}");
    }
}

/// Without an entry of their pattern others would be wrong.
#[cfg(debug_assertions)]
mod patterns_that_leave_something_out {
    use super::*;

    #[test]
    #[should_panic(expected = "the Hessian has")]
    fn of_a_hessian() {
        let x = numbers(50);
        let narrow = Pattern::new(50, (0..50_usize).map(|i| i.saturating_sub(2)..(i + 3).min(50)));
        let _: Csr = Hessian::new(narrow).evaluate(|v: &[f64]| banded::hvp(&x, v));
    }

    fn chain(n: usize) -> (Pattern, impl Fn(&[f64]) -> Vec<f64>) {
        let pattern = Pattern::new(n, (0..n - 1).map(|i| [i, i + 1]));
        // Row 11 also hangs on column 4.
        let product = move |v: &[f64]| -> Vec<f64> {
            (0..n - 1).map(|i| v[i] - 2.0 * v[i + 1] + if i == 11 { 3.0 * v[4] } else { 0.0 }).collect()
        };
        (pattern, product)
    }

    #[test]
    #[should_panic(expected = "the Jacobian has 3 in row 11, column 4, which is outside of its pattern")]
    fn by_columns() {
        let (pattern, product) = chain(40);
        let _: Csr = Jacobian::by_columns(pattern).evaluate(product);
    }

    #[test]
    #[should_panic(expected = "the Jacobian has 3 in row 11, column 4, which is outside of its pattern")]
    fn by_rows() {
        let (pattern, product) = chain(40);
        let transposed = |s: &[f64]| -> Vec<f64> {
            let mut adjoint = vec![0.0; 40];
            for column in 0..40 {
                let mut unit = vec![0.0; 40];
                unit[column] = 1.0;
                adjoint[column] = product(&unit).iter().zip(s).map(|(a, s)| a * s).sum();
            }
            adjoint
        };
        let _: Csr = Jacobian::by_rows(pattern).evaluate(transposed);
    }

    #[test]
    #[should_panic(expected = "do not add up")]
    fn of_a_function_that_is_not_linear() {
        let pattern = Pattern::new(3, (0..3).map(|i| [i]));
        let square = |v: &[f64]| v.iter().map(|v| v * v).collect::<Vec<_>>();
        let _: Csr = Jacobian::by_columns(pattern).evaluate(square);
    }
}

#[test]
#[should_panic(expected = "as many numbers as the pattern says")]
fn products_of_another_length() {
    let _: Csr = Jacobian::by_columns(Pattern::new(2, [[0, 1], [0, 1]])).evaluate(|v: &[f64]| v[0]);
}

#[test]
fn results_may_be_any_tree() {
    // Two numbers in a tuple of an array and a number, of single precision.
    let pattern = Pattern::new(2, [vec![0], vec![0, 1]]);
    let jacobian = Jacobian::by_columns(pattern).evaluate(|v: &[f32]| ([2.0 * v[0]], v[0] + 3.0 * v[1]));
    assert_eq!(jacobian.to_dense(), [2.0, 0.0, 1.0, 3.0]);
    let none: Csr = Jacobian::by_rows(Pattern::new(0, [[]; 0])).evaluate(|v: &[f64]| v.to_vec());
    assert!(none.values.is_empty() && none.multiply(&[]).is_empty());
}
