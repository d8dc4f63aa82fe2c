//! Adam that waits for its second moment.

use super::macros::optimizer;
use super::{Family, Rule, Update, beside_root};
use crate::tree::Layout;
use crate::{Scalar, math};

optimizer! {
    /// RAdam (Liu et al. 2020, arXiv:1908.03265): momentum alone until the variance of the second moment can be trusted.
    ///
    /// With `ρ∞ = 2/(1-beta2) - 1`, `ρ = ρ∞ - 2 t beta2^t / (1-beta2^t)`: below the threshold `p -= rate * m̂`, above it
    /// `p -= rate * r * m̂ / (√v̂ + epsilon)`, `r² = (ρ-4)(ρ-2)ρ∞ / ((ρ∞-4)(ρ∞-2)ρ)`. optax (the default) adds `epsilon` to
    /// `√v̂` and switches at `ρ >= 5`; torch adds it to `√v` and switches at `ρ > 5`.
    ///
    /// ```
    /// use autodiff_runtime::{Optimizer, optim::RAdam};
    /// let mut w = 1.0;
    /// RAdam::new(0.25).step(&mut w, &2.0)?;
    /// assert_eq!(w, 0.5);
    /// # Ok::<(), autodiff_runtime::Error>(())
    /// ```
    RAdam, RAdamRule {
        /// Decay of the first moment, 0.9.
        beta1: f64 = 0.9,
        /// Decay of the second moment, 0.999.
        beta2: f64 = 0.999,
        /// Added to the root of the second moment.
        epsilon: f64 = 1e-8,
        /// Added to the second moment under the root (optax).
        epsilon_root: f64 = 0.0,
        /// Where the second moment begins to be used, 5.
        threshold: f64 = 5.0,
        /// Looks ahead (optax).
        nesterov: bool = false,
    } private {
        torch: bool = false,
    }
}

impl<S: Scalar> RAdam<S> {
    /// Whose formula; optax's by default.
    pub fn family(mut self, family: Family) -> Self {
        self.rule.torch = family == Family::Torch;
        self
    }
}

impl<S: Scalar> Rule<S> for RAdamRule {
    const NAME: &'static str = "radam";

    fn state_len(&self, layout: &Layout) -> usize {
        2 * layout.len()
    }

    fn counts_by_leaf(&self) -> bool {
        self.torch
    }

    fn leaf(&mut self, update: Update<'_, S>) {
        let t = update.t;
        let (c1, c2) = (math::debias(self.beta1, t), math::debias(self.beta2, t));
        let limit = 2.0 / (1.0 - self.beta2) - 1.0;
        let rho = limit - 2.0 * t as f64 * (1.0 - c2) / c2;
        let trusted = rho > self.threshold || (rho == self.threshold && !self.torch);
        let (of_m, of_g) = if self.nesterov {
            (self.beta1 / math::debias(self.beta1, t + 1), (1.0 - self.beta1) / c1)
        } else {
            (1.0 / c1, 0.0)
        };
        let r = (rho - 4.0) * (rho - 2.0) * limit / ((limit - 4.0) * (limit - 2.0) * rho);
        let rate = update.rate * if trusted { math::sqrt(r) } else { 1.0 };
        let (of_m, of_g) = (S::of(rate * of_m), S::of(rate * of_g));
        let root = S::of(1.0 / math::sqrt(c2));
        let eps = if self.torch { self.epsilon / math::sqrt(c2) } else { self.epsilon };
        let (eps, eps_root) = (beside_root(eps), S::of(self.epsilon_root * c2));
        let (b1, a1) = (S::of(self.beta1), S::of(1.0 - self.beta1));
        let (b2, a2) = (S::of(self.beta2), S::of(1.0 - self.beta2));
        update.each2(|p, g, m, v| {
            let m = b1 * m + a1 * g;
            let v = b2 * v + a2 * g * g;
            let u = of_m * m + of_g * g;
            (p - if trusted { u / ((v + eps_root).sqrt() * root + eps) } else { u }, m, v)
        });
    }
}
