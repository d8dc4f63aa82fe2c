//! Adam that divides by what it knew before.

use super::macros::optimizer;
use super::{Rule, Update, beside_root};
use crate::tree::Layout;
use crate::{Scalar, math};

optimizer! {
    /// ADOPT (Taniguchi et al. 2024, arXiv:2411.02853), optax's: the gradient is divided by the root of the *previous* second
    /// moment, clipped to `(t - 1)^¼`, and averaged. The first step only notes the gradient.
    ///
    /// ```
    /// use autodiff_runtime::{Optimizer, optim::Adopt};
    /// let (mut w, mut opt) = (1.0, Adopt::new(1.0));
    /// opt.step(&mut w, &2.0)?;
    /// assert_eq!(w, 1.0);
    /// opt.step(&mut w, &2.0)?;
    /// assert!((w - 0.9_f64).abs() < 1e-15);
    /// # Ok::<(), autodiff_runtime::Error>(())
    /// ```
    Adopt, AdoptRule {
        /// Decay of the average, 0.9.
        beta1: f64 = 0.9,
        /// Decay of the second moment, 0.9999.
        beta2: f64 = 0.9999,
        /// Smallest root of the second moment.
        epsilon: f64 = 1e-6,
        /// Whether to clip.
        clipping: bool = true,
    }
}

impl<S: Scalar> Rule<S> for AdoptRule {
    const NAME: &'static str = "adopt";

    fn state_len(&self, layout: &Layout) -> usize {
        2 * layout.len()
    }

    fn leaf(&mut self, update: Update<'_, S>) {
        let before = (update.t - 1) as f64;
        let first = update.t == 1;
        let bound = S::of(if self.clipping { math::powf(before, 0.25) } else { f64::INFINITY });
        let rate = S::of(update.rate);
        let (b1, a1) = (S::of(self.beta1), S::of(1.0 - self.beta1));
        let (b2, a2, eps) = (S::of(self.beta2), S::of(1.0 - self.beta2), beside_root(self.epsilon));
        update.each2(|p, g, m, v| {
            if first {
                return (p, S::zero(), g * g);
            }
            let x = (g / v.sqrt().max(eps)).max(-bound).min(bound);
            let m = b1 * m + a1 * x;
            (p - rate * m, m, b2 * v + a2 * g * g)
        });
    }
}
