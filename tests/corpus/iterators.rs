//! Iterators as loop heads and as chains.

use autodiff_runtime::differentiate;

#[differentiate]
fn over_elements(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for v in x {
        s += v * v;
    }
    for &v in x.iter() {
        s *= 1.0 + v;
    }
    s
}

#[differentiate]
fn zipped(a: &[f64], b: &[f64]) -> f64 {
    let mut s = 0.0;
    for (x, y) in a.iter().zip(b) {
        s += x * y.sin();
    }
    s
}

#[differentiate]
fn enumerated(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for (i, v) in x.iter().enumerate() {
        s = s * 0.5 + v * (i as f64 + 1.0);
    }
    for (i, &v) in x.iter().enumerate().rev() {
        s += v * s * i as f64;
    }
    s
}

#[differentiate]
fn mutable_elements(x: &mut [f64], a: f64) -> f64 {
    for v in x.iter_mut() {
        *v *= a;
    }
    let mut s = 0.0;
    for (i, v) in x.iter_mut().enumerate() {
        *v = *v * *v + i as f64;
        s += *v;
    }
    for v in &mut *x {
        *v += s;
    }
    s
}

#[differentiate]
fn adaptors(x: &[f64]) -> f64 {
    let mut s = 1.0;
    for v in x.iter().skip(1).step_by(2) {
        s += v * s;
    }
    for v in x.iter().rev().take(2) {
        s *= v;
    }
    s
}

#[differentiate]
fn sum_of_map(x: &[f64]) -> f64 {
    x.iter().map(|v| v * v).sum::<f64>().sqrt()
}

#[differentiate]
fn product_of_map(x: &[f64]) -> f64 {
    x.iter().map(|v| 1.0 + v).product()
}

#[differentiate]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[differentiate]
fn folded(x: &[f64], start: f64) -> f64 {
    x.iter().fold(start, |acc, &v| acc * 0.5 + v * acc)
}

#[differentiate]
fn folded_to_extreme(x: &[f64]) -> f64 {
    let largest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = x.iter().map(|v| (v - largest).exp()).sum();
    largest + total.ln()
}

#[differentiate]
fn filtered(x: &[f64]) -> f64 {
    x.iter().filter(|v| **v > 0.0).map(|v| v.ln()).sum()
}

#[differentiate]
fn range_sum(x: f64, n: usize) -> f64 {
    (0..n).map(|k| x.powi(k as i32) / (k + 1) as f64).sum::<f64>()
}

#[differentiate]
fn collected(x: &[f64], a: f64) -> f64 {
    let y: Vec<f64> = x.iter().map(|v| (a * v).tanh()).collect();
    let z = y.iter().zip(x.iter()).map(|(u, v)| u * v).collect::<Vec<f64>>();
    z.iter().sum::<f64>() * y[0]
}

#[differentiate]
fn for_each_element(x: &[f64]) -> f64 {
    let mut s = 0.5;
    x.iter().for_each(|v| s += v * s);
    s
}

#[differentiate]
fn mean_and_variance(x: &[f64]) -> (f64, f64) {
    let n = x.len() as f64;
    let mean = x.iter().sum::<f64>() / n;
    let variance = x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
    (mean, variance)
}

#[differentiate]
fn chunked(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for row in x.chunks_exact(2) {
        s += row[0] * row[1] * s + row[0];
    }
    s
}

#[differentiate]
fn windowed(x: &[f64]) -> f64 {
    x.windows(2).map(|w| (w[1] - w[0]).powi(2)).sum()
}

#[differentiate]
fn nested_chains(m: &[Vec<f64>], x: &[f64]) -> f64 {
    m.iter().map(|row| row.iter().zip(x).map(|(a, b)| a * b).sum::<f64>().max(0.0)).sum()
}

#[differentiate]
fn triple_zip(a: &[f64], b: &[f64], c: &[f64]) -> f64 {
    let mut s = 0.0;
    for ((x, y), z) in a.iter().zip(b.iter()).zip(c.iter()) {
        s += x * y * z;
    }
    for (i, (x, y)) in a.iter().zip(b).enumerate() {
        s += x / y * i as f64;
    }
    s
}

#[differentiate]
fn copied_and_cloned(x: &[f64]) -> f64 {
    x.iter().copied().map(f64::sin).sum::<f64>() + x.iter().cloned().map(|v| v * v).sum::<f64>()
}

#[differentiate]
fn rows_with_iterators(m: &mut [Vec<f64>], a: f64) {
    for row in m.iter_mut() {
        let total: f64 = row.iter().sum();
        for v in row.iter_mut() {
            *v *= a / total;
        }
    }
}

#[differentiate]
fn array_iteration(x: [f64; 3]) -> f64 {
    let mut p = 1.0;
    for v in x {
        p *= v;
    }
    for v in x.iter().rev() {
        p += v * p;
    }
    p
}

#[differentiate]
fn break_from_iterator(x: &[f64]) -> f64 {
    let mut s = 1.0;
    for (i, v) in x.iter().enumerate() {
        if *v < 0.0 {
            continue;
        }
        if i > 3 {
            break;
        }
        s *= v + 1.0;
    }
    s
}

/// The inner `collect` is of the type that the outer one wants.
#[differentiate]
fn collected_rows(a: &[f64], b: &[f64]) -> Vec<Vec<f64>> {
    a.iter().map(|x| b.iter().map(|y| x * y.sin()).collect()).collect()
}

#[differentiate]
fn kept_in_range(x: &[f64], lo: f64, hi: f64) -> f64 {
    let kept: Vec<f64> = x.iter().copied().filter(|v| (lo..=hi).contains(v)).collect();
    kept.iter().map(|v| (v - lo) * (hi - v)).sum()
}

checks! {
    over_elements(&[0.5, -1.5, 2.0]);
    zipped(&[0.5, -1.5, 2.0], &[0.75, 1.0, 0.25]);
    zipped as zipped_unequal(&[0.5, -1.5, 2.0], &[0.75, 1.0]);
    enumerated(&[0.5, -1.5, 2.0]);
    mutable_elements(&mut vec![0.5, -1.5, 2.0], 0.75);
    adaptors(&[0.5, -1.5, 2.0, 0.75, 1.25]);
    sum_of_map(&[0.5, -1.5, 2.0]);
    product_of_map(&[0.5, -1.5, 2.0]);
    dot(&[0.5, -1.5], &[2.0, 0.75]) => ([2.0, 0.75], [0.5, -1.5]);
    folded(&[0.5, -1.5, 2.0], 1.25);
    folded_to_extreme(&[0.5, -1.5, 2.0]);
    filtered(&[0.5, -1.5, 2.0]) => [2.0, 0.0, 0.5];
    range_sum(0.75, @4);
    collected(&[0.5, -1.5, 2.0], 0.75);
    for_each_element(&[0.5, -1.5, 2.0]);
    mean_and_variance(&[0.5, -1.5, 2.0]);
    chunked(&[0.5, -1.5, 2.0, 0.75, 9.0]);
    windowed(&[0.5, -1.5, 2.0]);
    nested_chains(&vec![vec![0.5, -1.5], vec![2.0, 0.75]], &[1.25, 0.25]);
    triple_zip(&[0.5, -1.5], &[2.0, 0.75], &[1.25, 0.25]);
    copied_and_cloned(&[0.5, -1.5]);
    rows_with_iterators(&mut vec![vec![0.5, 1.5], vec![2.0, 0.75, 1.0]], 1.25) -> ();
    array_iteration([0.5, -1.5, 2.0]);
    break_from_iterator(&[0.5, -1.5, 2.0, 0.75, 1.25, 3.0]);
    collected_rows(&[0.5, -1.5], &[2.0, 0.75, 0.25]);
    kept_in_range(&[0.5, -1.5, 2.0, 0.75], 0.0, 1.0);
}
