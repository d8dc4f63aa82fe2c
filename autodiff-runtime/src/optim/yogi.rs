//! Adam whose second moment moves by small steps.

use super::macros::optimizer;
use super::{Rule, Update, beside_root, sign};
use crate::tree::Layout;
use crate::{Scalar, math};

optimizer! {
    /// Yogi (Zaheer et al. 2018, "Adaptive methods for nonconvex optimization"), optax's: as Adam with
    /// `v -= (1 - beta2) * sign(v - g²) * g²`; both moments start at 1e-6.
    ///
    /// ```
    /// use autodiff_runtime::{Optimizer, optim::Yogi};
    /// let mut w = 1.0;
    /// Yogi::new(0.1).initial_value(0.0).epsilon(0.0).step(&mut w, &2.0)?;
    /// assert!((w - 0.9_f64).abs() < 1e-15);
    /// # Ok::<(), autodiff_runtime::Error>(())
    /// ```
    Yogi, YogiRule {
        /// Decay of the first moment, 0.9.
        beta1: f64 = 0.9,
        /// Decay of the second moment, 0.999.
        beta2: f64 = 0.999,
        /// Added to the root of the second moment.
        epsilon: f64 = 1e-3,
        /// Where both moments start.
        initial_value: f64 = 1e-6,
    }
}

impl<S: Scalar> Rule<S> for YogiRule {
    const NAME: &'static str = "yogi";

    fn state_len(&self, layout: &Layout) -> usize {
        2 * layout.len()
    }

    fn init(&self, _: &Layout, _: &[S], state: &mut [S]) {
        state.fill(S::of(self.initial_value));
    }

    fn leaf(&mut self, update: Update<'_, S>) {
        let rate = S::of(update.rate / math::debias(self.beta1, update.t));
        let root = S::of(1.0 / math::sqrt(math::debias(self.beta2, update.t)));
        let (b1, a1) = (S::of(self.beta1), S::of(1.0 - self.beta1));
        let (a2, eps) = (S::of(1.0 - self.beta2), beside_root(self.epsilon));
        update.each2(|p, g, m, v| {
            let m = b1 * m + a1 * g;
            let v = v - a2 * sign(v - g * g) * g * g;
            (p - rate * m / (v.sqrt() * root + eps), m, v)
        });
    }
}
