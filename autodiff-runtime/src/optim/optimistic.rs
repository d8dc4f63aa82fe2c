//! Descent that expects the next gradient to differ as the last one did.

use super::macros::optimizer;
use super::{Rule, Update, beside_root};
use crate::tree::Layout;
use crate::{Scalar, math};

optimizer! {
    /// Optimistic gradient descent (Daskalakis et al. 2018, arXiv:1711.00141; Mokhtari et al. 2020, arXiv:1901.08511),
    /// optax's: `p -= rate * ((alpha + beta) * g - beta * g_previous)`.
    ///
    /// ```
    /// use autodiff_runtime::{Optimizer, optim::OptimisticSgd};
    /// let (mut w, mut opt) = (1.0, OptimisticSgd::new(0.25));
    /// opt.step(&mut w, &1.0)?;
    /// opt.step(&mut w, &0.0)?;
    /// assert_eq!(w, 1.0);
    /// # Ok::<(), autodiff_runtime::Error>(())
    /// ```
    OptimisticSgd, OptimisticSgdRule {
        /// Weight of the gradient, 1.
        alpha: f64 = 1.0,
        /// Weight of the difference to the last gradient, 1.
        beta: f64 = 1.0,
    }
}

impl<S: Scalar> Rule<S> for OptimisticSgdRule {
    const NAME: &'static str = "optimistic_sgd";

    fn state_len(&self, layout: &Layout) -> usize {
        layout.len()
    }

    fn counts_by_leaf(&self) -> bool {
        true
    }

    fn leaf(&mut self, update: Update<'_, S>) {
        let first = update.t == 1;
        let (rate, sum, beta) = (S::of(update.rate), S::of(self.alpha + self.beta), S::of(self.beta));
        update.each1(|p, g, last| (p - rate * (sum * g - beta * if first { g } else { last }), g));
    }
}

optimizer! {
    /// Optimistic Adam (Daskalakis et al. 2018, arXiv:1711.00141), optax's `optimistic_adam_v2`: the same on Adam's
    /// (by default Nesterov's) updates.
    ///
    /// ```
    /// use autodiff_runtime::{Optimizer, optim::OptimisticAdam};
    /// let mut w = 1.0;
    /// OptimisticAdam::new(0.1).nesterov(false).step(&mut w, &5.0)?;
    /// assert!((w - 0.9_f64).abs() < 1e-8);
    /// # Ok::<(), autodiff_runtime::Error>(())
    /// ```
    OptimisticAdam, OptimisticAdamRule {
        /// Weight of the update, 1.
        alpha: f64 = 1.0,
        /// Weight of the difference to the last update, 1.
        beta: f64 = 1.0,
        /// Decay of the first moment, 0.9.
        beta1: f64 = 0.9,
        /// Decay of the second moment, 0.999.
        beta2: f64 = 0.999,
        /// Added to the root of the second moment.
        epsilon: f64 = 1e-8,
        /// Added to the second moment under the root.
        epsilon_root: f64 = 0.0,
        /// Looks ahead.
        nesterov: bool = true,
    }
}

impl<S: Scalar> Rule<S> for OptimisticAdamRule {
    const NAME: &'static str = "optimistic_adam";

    fn state_len(&self, layout: &Layout) -> usize {
        3 * layout.len()
    }

    fn counts_by_leaf(&self) -> bool {
        true
    }

    fn leaf(&mut self, update: Update<'_, S>) {
        let (t, first) = (update.t, update.t == 1);
        let c1 = math::debias(self.beta1, t);
        let (of_m, of_g) = if self.nesterov {
            (self.beta1 / math::debias(self.beta1, t + 1), (1.0 - self.beta1) / c1)
        } else {
            (1.0 / c1, 0.0)
        };
        let (of_m, of_g) = (S::of(of_m), S::of(of_g));
        let of_v = S::of(1.0 / math::debias(self.beta2, t));
        let (b1, a1) = (S::of(self.beta1), S::of(1.0 - self.beta1));
        let (b2, a2) = (S::of(self.beta2), S::of(1.0 - self.beta2));
        let (eps, eps_root) = (beside_root(self.epsilon), S::of(self.epsilon_root));
        let (rate, sum, beta) = (S::of(update.rate), S::of(self.alpha + self.beta), S::of(self.beta));
        update.each3(|p, g, m, v, last| {
            let m = b1 * m + a1 * g;
            let v = b2 * v + a2 * g * g;
            let u = (of_m * m + of_g * g) / ((of_v * v + eps_root).sqrt() + eps);
            (p - rate * (sum * u - beta * if first { u } else { last }), m, v, u)
        });
    }
}
