//! Collections of a function's own that are `Vec`s by another name, and `partition`.

use std::collections::VecDeque;

use autodiff_runtime::{Differentiable, differentiate};

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

#[differentiate]
fn even_and_odd(x: &[f64]) -> f64 {
    let (even, odd): (Vec<usize>, Vec<usize>) = (0..x.len()).partition(|i| i % 2 == 0);
    even.iter().map(|&i| x[i]).sum::<f64>() * odd.iter().map(|&i| x[i]).sum::<f64>()
}

/// The counter is moved: the closure has its own from one element to the next.
#[differentiate]
fn first_and_rest(x: &[f64]) -> f64 {
    let mut seen = 0;
    let (first, rest): (Vec<f64>, Vec<f64>) = x.iter().partition(move |_| {
        seen += 1;
        seen <= 2
    });
    first.iter().product::<f64>() + rest.iter().sum::<f64>() * (3.0 + seen as f64)
}

/// Its methods have the names of a deque's.
#[derive(Clone, Copy, Debug, Differentiable)]
struct Wing {
    span: f64,
}

#[differentiate]
impl Wing {
    fn front(&self) -> f64 {
        self.span * self.span
    }
    fn back(&self) -> f64 {
        self.span
    }
}

#[differentiate]
fn beside_names_of_a_deque(x: f64) -> f64 {
    let wing = Wing { span: x };
    let mut open = VecDeque::new();
    open.push_back(x);
    for v in open.iter_mut() {
        *v += 1.0;
    }
    open[0] * wing.front() + wing.back()
}

#[differentiate]
fn beside_a_borrow(x: &mut [f64; 2]) -> f64 {
    let mut open: VecDeque<f64> = VecDeque::new();
    let first = &mut x[0];
    *first *= 2.0;
    open.push_back(*first);
    open.push_back(x[1]);
    let last = open.remove(1).unwrap_or(0.0);
    if open.remove(1).is_some() { last } else { open.pop_front().unwrap() * last }
}

checks! {
    moving_mean(&[0.5, 1.5, -0.75, 2.0, 0.25]);
    breadth_first(&[0.5, 1.5, -0.75, 2.0, 0.25, 0.75]);
    parted(&[0.5, 1.5, -0.75, 2.0]);
    boxed(&[0.5, 1.5, -0.75]);
    even_and_odd(&[0.5, 1.5, -0.75, 2.0]);
    first_and_rest(&[0.5, 1.5, -0.75, 2.0]);
    beside_names_of_a_deque(0.7);
    beside_a_borrow(&mut [0.5, 1.5]);
}
