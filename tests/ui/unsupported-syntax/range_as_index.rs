use std::ops::Range;

use autodiff_runtime::differentiate;

#[differentiate]
fn part(r: &(Range<usize>, usize), x: &[f64]) -> f64 {
    x[r.0.clone()].iter().sum()
}

fn main() {}
