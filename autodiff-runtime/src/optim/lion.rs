//! The sign of an interpolated momentum.

use super::macros::optimizer;
use super::{Rule, Update, sign};
use crate::Scalar;
use crate::tree::Layout;

optimizer! {
    /// Lion (Chen et al. 2023, arXiv:2302.06675); Keras and optax agree, up to optax's default weight decay of 1e-3.
    ///
    /// `p -= rate * sign(beta1 * m + (1 - beta1) * g)`, then `m = beta2 * m + (1 - beta2) * g`.
    ///
    /// ```
    /// use autodiff_runtime::{Optimizer, optim::Lion};
    /// let mut w = [1.0, 1.0, 1.0];
    /// Lion::new(0.25).step(&mut w, &[9.0, 0.0, -1e-9])?;
    /// assert_eq!(w, [0.75, 1.0, 1.25]);
    /// # Ok::<(), autodiff_runtime::Error>(())
    /// ```
    Lion, LionRule {
        /// Share of the momentum in the update, 0.9.
        beta1: f64 = 0.9,
        /// Decay of the momentum, 0.99.
        beta2: f64 = 0.99,
    }
}

impl<S: Scalar> Rule<S> for LionRule {
    const NAME: &'static str = "lion";

    fn state_len(&self, layout: &Layout) -> usize {
        layout.len()
    }

    fn leaf(&mut self, update: Update<'_, S>) {
        let rate = S::of(update.rate);
        let (b1, a1) = (S::of(self.beta1), S::of(1.0 - self.beta1));
        let (b2, a2) = (S::of(self.beta2), S::of(1.0 - self.beta2));
        update.each1(|p, g, m| (p - rate * sign(b1 * m + a1 * g), b2 * m + a2 * g));
    }
}
