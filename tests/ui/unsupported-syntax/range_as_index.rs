use std::ops::Range;

use autodiff_runtime::differentiate;

#[differentiate]
fn part(r: Range<usize>, x: &[f64]) -> f64 {
    x[r].iter().sum()
}

#[differentiate]
fn parts(r: &Range<usize>, x: &mut [f64]) -> f64 {
    x[r.clone()][0] = 2.0;
    x[0] * x[1]
}

fn main() {}
