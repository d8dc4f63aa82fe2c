//! The Hessian of a stiff chain: five diagonals. Two sizes show that time is linear in its entries.

use crate::contest::{Contestant, Problem};
use crate::random::Random;
use autodiff_runtime::differentiate;
use autodiff_runtime::sparse::{Hessian, Pattern};

/// The energy of a chain that resists bending.
#[differentiate(order = 2)]
pub fn primal(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() - 2 {
        let bend = x[i] - 2.0 * x[i + 1] + x[i + 2];
        sum += (1.0 + bend * bend).sqrt();
    }
    sum
}

/// The places of a Hessian of so many numbers.
pub fn pattern(n: usize) -> Pattern {
    Pattern::new(n, (0..n).map(|i| i.saturating_sub(2)..(i + 3).min(n)))
}

/// Rows in one pass, each made of the curvatures of the three links that it takes part in.
pub fn hand(x: &[f64], hessian: &mut [f64]) -> f64 {
    let n = x.len();
    let mut sum = 0.0;
    // The curvatures of the links that start at `i - 2`, `i - 1` and `i`; none outside of the chain.
    let (mut before, mut middle) = (0.0, 0.0);
    let mut at = 0;
    for i in 0..n {
        let mut after = 0.0;
        if i + 2 < n {
            let bend = x[i] - 2.0 * x[i + 1] + x[i + 2];
            let length = (1.0 + bend * bend).sqrt();
            sum += length;
            after = 1.0 / (length * length * length);
        }
        let row =
            [before, -2.0 * (before + middle), before + 4.0 * middle + after, -2.0 * (middle + after), after];
        let (first, last) = (2_usize.saturating_sub(i), (n + 1 - i).min(4));
        for &entry in &row[first..=last] {
            hessian[at] = entry;
            at += 1;
        }
        (before, middle) = (middle, after);
    }
    sum
}

/// By products with the Hessian, one a colour.
pub fn generated(n: usize) -> Option<Contestant> {
    let plan = Hessian::new(pattern(n));
    Some(Contestant::new("generated", move |x, hessian| {
        plan.evaluate_into(|v: &[f64]| primal::hvp(x, v), hessian);
        primal(x)
    }))
}

fn of(n: usize, name: &'static str, size: &'static str) -> Problem {
    let point = Random::new(5).uniform(n, -1.5, 1.5);
    Problem::new(name, size, point, primal)
        .hessian(pattern(n).entries())
        .with("hand", hand)
        .enter(generated(n))
}

/// A thousand numbers.
pub fn thousand() -> Problem {
    of(1000, "banded_hessian_1k", "n = 1000, 4994 entries, 5 products")
}

/// Ten thousand numbers.
pub fn ten_thousand() -> Problem {
    of(10_000, "banded_hessian_10k", "n = 10000, 49994 entries, 5 products")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hessians_agree() {
        for n in [3, 4, 5, 50] {
            crate::check::problem(of(n, "chain", ""), 1e-13, 0.0, 0.0);
        }
        for (n, entries) in [(1000, 4994), (10_000, 49_994)] {
            assert_eq!((pattern(n).entries(), Hessian::new(pattern(n)).products()), (entries, 5));
        }
    }

    #[test]
    fn by_hand_is_the_dense_hessian() {
        let x = Random::new(6).uniform(12, -1.5, 1.5);
        let mut by_hand = vec![0.0; pattern(12).entries()];
        hand(&x, &mut by_hand);
        let dense = primal::hessian(&x);
        let mut at = 0;
        for i in 0..12 {
            for &j in pattern(12).row(i) {
                assert!((by_hand[at] - dense[i][j]).abs() < 1e-14, "{i} {j}");
                at += 1;
            }
        }
    }
}
