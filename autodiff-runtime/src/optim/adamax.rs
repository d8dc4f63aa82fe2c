//! Adam with the maximum norm.

use super::macros::optimizer;
use super::{Family, Rule, Update, positive};
use crate::tree::Layout;
use crate::{Scalar, math};

optimizer! {
    /// Adamax (Kingma, Ba 2015, arXiv:1412.6980, section 7.1).
    ///
    /// `m = beta1 * m + (1 - beta1) * g`; Keras: `u = max(beta2 * u, |g|)`, `p -= rate / (1-beta1^t) * m / (u + epsilon)`
    /// with `epsilon` 1e-7; optax and torch: `u = max(beta2 * u, |g| + epsilon)`, divided by `u`, with 1e-8.
    ///
    /// ```
    /// use autodiff_runtime::{Optimizer, optim::Adamax};
    /// let mut w = 1.0;
    /// Adamax::new(0.25).epsilon(0.0).step(&mut w, &8.0)?;
    /// assert!((w - 0.75_f64).abs() < 1e-15);
    /// # Ok::<(), autodiff_runtime::Error>(())
    /// ```
    Adamax, AdamaxRule {
        /// Decay of the first moment, 0.9.
        beta1: f64 = 0.9,
        /// Decay of the maximum, 0.999.
        beta2: f64 = 0.999,
        /// Against division by zero.
        epsilon: f64 = 1e-7,
    } private {
        family: Family = Family::Keras,
    }
}

impl<S: Scalar> Adamax<S> {
    /// Whose formula and `epsilon`; Keras' by default. Call it before [`Adamax::epsilon`].
    pub fn family(mut self, family: Family) -> Self {
        self.rule.family = family;
        self.rule.epsilon = if matches!(family, Family::Optax | Family::Torch) { 1e-8 } else { 1e-7 };
        self
    }
}

impl<S: Scalar> Rule<S> for AdamaxRule {
    const NAME: &'static str = "adamax";

    fn state_len(&self, layout: &Layout) -> usize {
        2 * layout.len()
    }

    fn counts_by_leaf(&self) -> bool {
        self.family == Family::Torch
    }

    fn leaf(&mut self, update: Update<'_, S>) {
        let rate = S::of(update.rate / math::debias(self.beta1, update.t));
        let (b1, a1, b2) = (S::of(self.beta1), S::of(1.0 - self.beta1), S::of(self.beta2));
        let early = matches!(self.family, Family::Optax | Family::Torch);
        let eps = positive(self.epsilon);
        let (inside, outside) = if early { (eps, S::zero()) } else { (S::zero(), eps) };
        update.each2(|p, g, m, u| {
            let m = b1 * m + a1 * g;
            let u = (b2 * u).max(g.abs() + inside);
            (p - rate * m / (u + outside), m, u)
        });
    }
}
