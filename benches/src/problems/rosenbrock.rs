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

/// The sum and the gradient apart: the sum is bound by the latency of its additions, the gathered gradient has no
/// chain at all and vectorises; together in one loop they would do neither well.
pub fn hand(x: &[f64], x_bar: &mut [f64]) -> f64 {
    let n = x.len();
    let mut sum = 0.0;
    for pair in x.windows(2) {
        let a = 1.0 - pair[0];
        let b = pair[1] - pair[0] * pair[0];
        sum += a * a + 100.0 * b * b;
    }
    let (left, middle, right) = (&x[..n - 2], &x[1..n - 1], &x[2..]);
    let inner = &mut x_bar[1..n - 1];
    for i in 0..n - 2 {
        let before = middle[i] - left[i] * left[i];
        let after = right[i] - middle[i] * middle[i];
        inner[i] = 200.0 * before - 2.0 * (1.0 - middle[i]) - 400.0 * after * middle[i];
    }
    let after = x[1] - x[0] * x[0];
    x_bar[0] = -2.0 * (1.0 - x[0]) - 400.0 * after * x[0];
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
