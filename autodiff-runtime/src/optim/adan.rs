//! Nesterov momentum by differences of gradients.

use super::macros::optimizer;
use super::{Rule, Update, beside_root};
use crate::tree::Layout;
use crate::{Scalar, math};

optimizer! {
    /// Adan (Xie et al. 2022, arXiv:2208.06677), optax's: with `d = g - g_previous` (0 at first),
    /// `p -= rate * (m̂ + (1 - beta2) v̂) / (√(n̂ + epsilon_root) + epsilon)`, where `m`, `v`, `n` are averages of `g`, `d` and
    /// `(g + (1 - beta2) d)²`.
    ///
    /// ```
    /// use autodiff_runtime::{Optimizer, optim::Adan};
    /// let mut w = 1.0;
    /// Adan::new(0.1).step(&mut w, &4.0)?;
    /// assert!((w - 0.9_f64).abs() < 1e-8);
    /// # Ok::<(), autodiff_runtime::Error>(())
    /// ```
    Adan, AdanRule {
        /// Decay of the average of gradients, 0.98.
        beta1: f64 = 0.98,
        /// Decay of the average of differences, 0.92.
        beta2: f64 = 0.92,
        /// Decay of the second moment, 0.99.
        beta3: f64 = 0.99,
        /// Added to the root of the second moment.
        epsilon: f64 = 1e-8,
        /// Added to the second moment under the root.
        epsilon_root: f64 = 1e-8,
    }
}

impl<S: Scalar> Rule<S> for AdanRule {
    const NAME: &'static str = "adan";

    fn state_len(&self, layout: &Layout) -> usize {
        4 * layout.len()
    }

    fn counts_by_leaf(&self) -> bool {
        true
    }

    fn leaf(&mut self, update: Update<'_, S>) {
        let (t, first) = (update.t, update.t == 1);
        let rate = update.rate;
        let of_m = S::of(rate / math::debias(self.beta1, t));
        let of_v = S::of(rate * (1.0 - self.beta2) / math::debias(self.beta2, t));
        let of_n = S::of(1.0 / math::debias(self.beta3, t));
        let (b1, a1) = (S::of(self.beta1), S::of(1.0 - self.beta1));
        let (b2, a2) = (S::of(self.beta2), S::of(1.0 - self.beta2));
        let (b3, a3) = (S::of(self.beta3), S::of(1.0 - self.beta3));
        let (eps, eps_root) = (beside_root(self.epsilon), S::of(self.epsilon_root));
        update.each4(|p, g, m, v, n, last| {
            let d = if first { S::zero() } else { g - last };
            let ahead = g + a2 * d;
            let (m, v, n) = (b1 * m + a1 * g, b2 * v + a2 * d, b3 * n + a3 * ahead * ahead);
            (p - (of_m * m + of_v * v) / ((of_n * n + eps_root).sqrt() + eps), m, v, n, g)
        });
    }
}
