//! Constants and statics of the crate: tables that are read, iterated over, and run beside active data.

use autodiff_runtime::differentiate;

const WEIGHTS: [f64; 3] = [0.5, 1.5, 2.5];
const MATRIX: [[f64; 2]; 2] = [[1.0, 2.0], [3.0, 4.0]];

#[differentiate]
fn weighted(x: &[f64]) -> f64 {
    WEIGHTS.iter().zip(x).map(|(w, x)| w * x.sin()).sum()
}

#[differentiate]
fn run_beside(x: &[f64]) -> f64 {
    let first: f64 = x.iter().zip(WEIGHTS.iter()).map(|(x, w)| w * x).sum();
    let second: f64 = x.iter().zip(&WEIGHTS).map(|(x, w)| x.powf(*w)).sum();
    let third: f64 = x.iter().zip(WEIGHTS).map(|(x, w)| x * w).sum();
    first * second + third
}

#[differentiate]
fn polynomial(x: f64) -> f64 {
    WEIGHTS.iter().fold(0.0, |acc, w| acc * x + w)
}

#[differentiate]
fn quadrature(x: f64) -> f64 {
    const GAUSS: [(f64, f64); 2] = [(-0.577, 1.0), (0.577, 1.0)];
    GAUSS.iter().map(|&(node, weight)| weight * (node * x).exp()).sum()
}

#[differentiate]
fn static_table(x: f64) -> f64 {
    static OFFSETS: [f64; 3] = [0.5, 1.5, 2.5];
    OFFSETS.iter().enumerate().map(|(i, o)| (x - o).sin() * i as f64).sum()
}

#[differentiate]
fn windows_and_parts(x: f64) -> f64 {
    let steps: f64 = WEIGHTS.windows(2).map(|w| (w[1] - w[0]) * x.powf(w[0])).sum();
    steps + WEIGHTS[1..].iter().rev().map(|w| x.max(*w)).sum::<f64>()
}

#[differentiate]
fn nested_table(x: &[f64]) -> Vec<f64> {
    MATRIX.iter().map(|row| row.iter().zip(x).map(|(a, b)| a * b).sum()).collect()
}

#[differentiate]
fn some_of_them(x: f64) -> f64 {
    let scale = |w: &f64| w * x;
    let all: f64 = WEIGHTS.iter().map(scale).fold(0.0, |a, b| a + b);
    all + WEIGHTS.iter().copied().filter(|w| *w > x).map(|w| w * x).sum::<f64>()
}

#[differentiate]
fn letters(x: f64, text: &str) -> f64 {
    let of_letters: f64 = text.chars().map(|c| if c == 'a' { x } else { x * x }).sum();
    of_letters + text.split(',').filter(|part| part.len() > 1).map(|part| x * part.len() as f64).sum::<f64>()
}

checks! {
    weighted(&[0.1, 0.2, 0.3]);
    run_beside(&[0.5, 0.6, 0.7]);
    polynomial(0.5);
    quadrature(0.5);
    static_table(0.3);
    windows_and_parts(1.3);
    nested_table(&[0.5, 0.25]);
    some_of_them(0.7);
    letters(0.5, @"a,bca");
}
