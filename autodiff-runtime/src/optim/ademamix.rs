//! Adam with a second, slow momentum.

use super::macros::optimizer;
use super::{Rule, Update, beside_root};
use crate::tree::Layout;
use crate::{Scalar, math};

optimizer! {
    /// AdEMAMix (Pagliardini et al. 2024, arXiv:2409.03137), optax's: `p -= rate * (m̂₁ + alpha * m₂) / (√v̂ + epsilon)` with a
    /// slow average `m₂` of decay `beta3`.
    ///
    /// ```
    /// use autodiff_runtime::{Optimizer, optim::AdEmaMix};
    /// let mut w = 1.0;
    /// AdEmaMix::new(0.1).alpha(0.0).step(&mut w, &4.0)?;
    /// assert!((w - 0.9_f64).abs() < 1e-8);
    /// # Ok::<(), autodiff_runtime::Error>(())
    /// ```
    AdEmaMix, AdEmaMixRule {
        /// Decay of the fast average, 0.9.
        beta1: f64 = 0.9,
        /// Decay of the second moment, 0.999.
        beta2: f64 = 0.999,
        /// Decay of the slow average, 0.9999.
        beta3: f64 = 0.9999,
        /// Weight of the slow average, 5.
        alpha: f64 = 5.0,
        /// Added to the root of the second moment.
        epsilon: f64 = 1e-8,
        /// Added to the second moment under the root.
        epsilon_root: f64 = 0.0,
    }
}

impl<S: Scalar> Rule<S> for AdEmaMixRule {
    const NAME: &'static str = "ademamix";

    fn state_len(&self, layout: &Layout) -> usize {
        3 * layout.len()
    }

    fn leaf(&mut self, update: Update<'_, S>) {
        let (rate, t) = (S::of(update.rate), update.t);
        let (of_m, alpha) = (S::of(1.0 / math::debias(self.beta1, t)), S::of(self.alpha));
        let of_v = S::of(1.0 / math::debias(self.beta2, t));
        let (b1, a1) = (S::of(self.beta1), S::of(1.0 - self.beta1));
        let (b2, a2) = (S::of(self.beta2), S::of(1.0 - self.beta2));
        let (b3, a3) = (S::of(self.beta3), S::of(1.0 - self.beta3));
        let (eps, eps_root) = (beside_root(self.epsilon), S::of(self.epsilon_root));
        update.each3(|p, g, fast, slow, v| {
            let (fast, slow) = (b1 * fast + a1 * g, b3 * slow + a3 * g);
            let v = b2 * v + a2 * g * g;
            (p - rate * (of_m * fast + alpha * slow) / ((of_v * v + eps_root).sqrt() + eps), fast, slow, v)
        });
    }
}
