//! The Rosenbrock function of 1000 variables.

use crate::contest::{Contestant, Problem};
use crate::random::Random;

const N: usize = 1000;

/// The function.
pub fn primal(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() - 1 {
        let a = 1.0 - x[i];
        let b = x[i + 1] - x[i] * x[i];
        sum += a * a + 100.0 * b * b;
    }
    sum
}

/// One forward sweep that gathers each adjoint from its two terms, the overlapping one in a register.
pub fn hand(x: &[f64], x_bar: &mut [f64]) -> f64 {
    let n = x.len();
    let x_bar = &mut x_bar[..n];
    let mut sum = 0.0;
    let mut carried = 0.0;
    for i in 0..n - 1 {
        let a = 1.0 - x[i];
        let b = x[i + 1] - x[i] * x[i];
        sum += a * a + 100.0 * b * b;
        let b_bar = 200.0 * b;
        x_bar[i] = carried - 2.0 * (a + b_bar * x[i]);
        carried = b_bar;
    }
    x_bar[n - 1] = carried;
    sum
}

/// The literal reversal, every intermediate saved.
pub fn textbook(x: &[f64], x_bar: &mut [f64]) -> f64 {
    let mut sum = 0.0;
    let mut saved = Vec::with_capacity(x.len() - 1);
    for i in 0..x.len() - 1 {
        let a = 1.0 - x[i];
        let b = x[i + 1] - x[i] * x[i];
        sum += a * a + 100.0 * b * b;
        saved.push((a, b));
    }
    let sum_bar = 1.0;
    x_bar.fill(0.0);
    for i in (0..x.len() - 1).rev() {
        let (a, b) = saved[i];
        let mut a_bar = 0.0;
        let mut b_bar = 0.0;
        b_bar += sum_bar * 100.0 * b;
        b_bar += sum_bar * 100.0 * b;
        a_bar += sum_bar * a;
        a_bar += sum_bar * a;
        x_bar[i + 1] += b_bar;
        x_bar[i] -= b_bar * x[i];
        x_bar[i] -= b_bar * x[i];
        x_bar[i] -= a_bar;
    }
    sum
}

/// The gradient made from `primal`.
pub fn generated() -> Option<Contestant> {
    None
}

/// The problem with its contestants.
pub fn problem() -> Problem {
    let point = Random::new(2).uniform(N, -1.5, 1.5);
    Problem::new("rosenbrock", "n = 1000", point, primal)
        .with("hand", hand)
        .with("textbook", textbook)
        .enter(generated())
}

#[cfg(test)]
mod tests {
    #[test]
    fn adjoints_agree() {
        crate::check::problem(super::problem(), 1e-13, 1e-3, 1e-8);
    }
}
