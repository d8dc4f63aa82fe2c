//! The Rosenbrock function of 1000 variables.

use crate::contest::{Contestant, Problem};
use crate::random::Random;
use autodiff_runtime::differentiate;

const N: usize = 1000;

/// The function.
#[differentiate]
pub fn primal(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() - 1 {
        let a = 1.0 - x[i];
        let b = x[i + 1] - x[i] * x[i];
        sum += a * a + 100.0 * b * b;
    }
    sum
}

/// The terms and the gathered gradient of a block in one pass: the sum is bound by the latency of its additions, the
/// gradient has no chain at all and vectorises, so that the processor does the gradient of one block while it waits
/// for the sum of another.
pub fn hand(x: &[f64], x_bar: &mut [f64]) -> f64 {
    const BLOCK: usize = 16;
    let n = x.len();
    let x_bar = &mut x_bar[..n];
    let edge = x[1] - x[0] * x[0];
    let first = 1.0 - x[0];
    x_bar[0] = -2.0 * first - 400.0 * edge * x[0];
    let mut sum = first * first + 100.0 * edge * edge;

    let mut i = 1;
    while i + BLOCK < n {
        let (left, middle, right) = (&x[i - 1..][..BLOCK], &x[i..][..BLOCK], &x[i + 1..][..BLOCK]);
        let bars = &mut x_bar[i..][..BLOCK];
        for j in 0..BLOCK {
            let before = middle[j] - left[j] * left[j];
            let after = right[j] - middle[j] * middle[j];
            bars[j] = 200.0 * before - 2.0 * (1.0 - middle[j]) - 400.0 * after * middle[j];
        }
        for j in 0..BLOCK {
            let a = 1.0 - middle[j];
            let b = right[j] - middle[j] * middle[j];
            sum += a * a + 100.0 * b * b;
        }
        i += BLOCK;
    }
    for i in i..n - 1 {
        let before = x[i] - x[i - 1] * x[i - 1];
        let a = 1.0 - x[i];
        let b = x[i + 1] - x[i] * x[i];
        sum += a * a + 100.0 * b * b;
        x_bar[i] = 200.0 * before - 2.0 * a - 400.0 * b * x[i];
    }
    x_bar[n - 1] = 200.0 * (x[n - 1] - x[n - 2] * x[n - 2]);
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
    Some(Contestant::new("generated", |p, g| {
        g.fill(0.0);
        primal::value_and_grad_into(p, g)
    }))
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
