//! Steps relative to the size of each leaf.

use super::macros::optimizer;
use super::{Rule, Update, beside_root};
use crate::norm::norm;
use crate::{Scalar, math};

optimizer! {
    /// Fromage (Bernstein et al. 2020, arXiv:2002.03432), optax's: `p = (p - rate * g * ‖p‖ / ‖g‖) / √(1 + rate²)`, norms
    /// of each leaf, at least `min_norm`.
    ///
    /// ```
    /// use autodiff_runtime::{Optimizer, optim::Fromage};
    /// let mut w = [3.0, 4.0];
    /// Fromage::new(0.75).step(&mut w, &[0.0, 0.1])?;
    /// assert!((w[0] - 2.4_f64).abs() < 1e-12 && (w[1] - 0.2).abs() < 1e-12);
    /// # Ok::<(), autodiff_runtime::Error>(())
    /// ```
    Fromage, FromageRule {
        /// Smallest norm.
        min_norm: f64 = 1e-6,
    }
}

impl<S: Scalar> Rule<S> for FromageRule {
    const NAME: &'static str = "fromage";

    fn leaf(&mut self, update: Update<'_, S>) {
        let min = S::of(self.min_norm);
        let rate = S::of(update.rate) * norm(update.params).max(min)
            / norm(update.grads).max(beside_root(self.min_norm));
        let shrink = S::of(1.0 / math::sqrt(1.0 + update.rate * update.rate));
        update.each0(|p, g| shrink * (p - rate * g));
    }
}
