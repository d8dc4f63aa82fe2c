//! The dot product of two vectors of 1000, by both.

use crate::contest::{Contestant, Problem};
use crate::random::Random;
use autodiff_runtime::differentiate;

const N: usize = 1000;

/// The function.
#[differentiate]
pub fn primal(x: &[f64], y: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += x[i] * y[i];
    }
    sum
}

/// The copies hide behind the latency of the sum.
pub fn hand(x: &[f64], y: &[f64], x_bar: &mut [f64], y_bar: &mut [f64]) -> f64 {
    let n = x.len();
    let (y, x_bar, y_bar) = (&y[..n], &mut x_bar[..n], &mut y_bar[..n]);
    let mut sum = 0.0;
    for i in 0..n {
        sum += x[i] * y[i];
        x_bar[i] = y[i];
        y_bar[i] = x[i];
    }
    sum
}

/// The literal reversal.
pub fn textbook(x: &[f64], y: &[f64], x_bar: &mut [f64], y_bar: &mut [f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += x[i] * y[i];
    }
    let sum_bar = 1.0;
    x_bar.fill(0.0);
    y_bar.fill(0.0);
    for i in (0..x.len()).rev() {
        x_bar[i] += sum_bar * y[i];
        y_bar[i] += sum_bar * x[i];
    }
    sum
}

/// The gradient made from `primal`.
pub fn generated() -> Option<Contestant> {
    Some(Contestant::new("generated", |p, g| {
        g.fill(0.0);
        let ((x, y), (x_bar, y_bar)) = (p.split_at(N), g.split_at_mut(N));
        primal::value_and_grad_into(x, y, x_bar, y_bar)
    }))
}

/// The problem with its contestants.
pub fn problem() -> Problem {
    let point = Random::new(1).uniform(2 * N, -1.0, 1.0);
    Problem::new("dot", "n = 1000, by both vectors", point, |p| {
        let (x, y) = p.split_at(N);
        primal(x, y)
    })
    .with("hand", |p, g| {
        let ((x, y), (x_bar, y_bar)) = (p.split_at(N), g.split_at_mut(N));
        hand(x, y, x_bar, y_bar)
    })
    .with("textbook", |p, g| {
        let ((x, y), (x_bar, y_bar)) = (p.split_at(N), g.split_at_mut(N));
        textbook(x, y, x_bar, y_bar)
    })
    .enter(generated())
}

#[cfg(test)]
mod tests {
    #[test]
    fn adjoints_agree() {
        crate::check::problem(super::problem(), 1e-13, 1e-2, 1e-9);
    }
}
