//! Gradient descent on a smooth loss plus penalties.

use super::macros::optimizer;
use super::{Rule, Update, sign};
use crate::Scalar;

optimizer! {
    /// Proximal gradient descent (Duchi, Singer 2009, "Efficient learning using forward-backward splitting"), TensorFlow
    /// v1's: `x = p - rate * g`, `p = sign(x) * max(|x| - rate * l1, 0) / (1 + rate * l2)`.
    ///
    /// ```
    /// use autodiff_runtime::{Optimizer, optim::ProximalSgd};
    /// let mut w = [2.0, 0.1];
    /// ProximalSgd::new(0.5).l1_strength(0.5).step(&mut w, &[1.0, 0.0])?;
    /// assert_eq!(w, [1.25, 0.0]);
    /// # Ok::<(), autodiff_runtime::Error>(())
    /// ```
    ProximalSgd, ProximalSgdRule {
        /// Strength of the `l1` penalty.
        l1_strength: f64 = 0.0,
        /// Strength of the `l2` penalty.
        l2_strength: f64 = 0.0,
    }
}

/// Minimum of `|y - x|²/2 + rate * (l1 |y| + l2 y²/2)` over `y`.
#[inline(always)]
pub(super) fn shrink<S: Scalar>(x: S, rate: S, l1: S, l2: S) -> S {
    sign(x) * (x.abs() - rate * l1).max(S::zero()) / (S::one() + rate * l2)
}

impl<S: Scalar> Rule<S> for ProximalSgdRule {
    const NAME: &'static str = "proximal_sgd";

    fn leaf(&mut self, update: Update<'_, S>) {
        let (rate, l1, l2) = (S::of(update.rate), S::of(self.l1_strength), S::of(self.l2_strength));
        update.each0(|p, g| shrink(p - rate * g, rate, l1, l2));
    }
}
