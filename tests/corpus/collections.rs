//! Collections of a function's own that are `Vec`s by another name, and `partition`.

use std::collections::VecDeque;

use autodiff_runtime::differentiate;

#[differentiate]
fn moving_mean(x: &[f64]) -> f64 {
    let mut window: VecDeque<f64> = VecDeque::with_capacity(3);
    let mut sum = 0.0;
    for v in x {
        window.push_back(v * v);
        if window.len() > 3 {
            sum += window.pop_front().unwrap() * x[0];
        }
        sum += window.iter().sum::<f64>() / window.len() as f64;
    }
    window.push_front(x[1].sin());
    window[1] *= 2.0;
    sum + window[1] * window.back().unwrap() * window.front().unwrap()
}

#[differentiate]
fn breadth_first(x: &[f64]) -> f64 {
    let mut open = VecDeque::from([0_usize]);
    let mut sum = 0.0;
    while let Some(at) = open.pop_front() {
        sum += x[at] * sum + x[at];
        for next in [2 * at + 1, 2 * at + 2] {
            if next < x.len() {
                open.push_back(next);
            }
        }
    }
    sum
}

#[differentiate]
fn parted(x: &[f64]) -> f64 {
    let (low, high): (Vec<f64>, Vec<f64>) = x.iter().map(|v| v * v).partition(|v| *v < 1.0);
    let (above, below): (Vec<&f64>, Vec<&f64>) = x.iter().partition(|v| **v > 0.0);
    low.iter().sum::<f64>() * high.iter().product::<f64>()
        + above.len() as f64 * below.iter().map(|v| **v).sum::<f64>()
}

#[differentiate]
fn boxed(x: &[f64]) -> f64 {
    let squares: Box<[f64]> = x.iter().map(|v| v * v).collect::<Vec<f64>>().into_boxed_slice();
    squares.iter().sum::<f64>() * squares[1]
}

checks! {
    moving_mean(&[0.5, 1.5, -0.75, 2.0, 0.25]);
    breadth_first(&[0.5, 1.5, -0.75, 2.0, 0.25, 0.75]);
    parted(&[0.5, 1.5, -0.75, 2.0]);
    boxed(&[0.5, 1.5, -0.75]);
}
