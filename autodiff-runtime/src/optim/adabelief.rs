//! Adam that believes in what it expected.

use super::macros::optimizer;
use super::{Rule, Update, beside_root};
use crate::tree::Layout;
use crate::{Scalar, math};

optimizer! {
    /// AdaBelief (Zhuang et al. 2020, arXiv:2010.07468), optax's: as Adam, with the second moment of `g - m`, to which
    /// `epsilon_root` is added at each step.
    ///
    /// ```
    /// use autodiff_runtime::{Optimizer, optim::AdaBelief};
    /// let mut w = 1.0;
    /// AdaBelief::new(0.09).step(&mut w, &2.0)?;
    /// assert!((w - 0.9_f64).abs() < 1e-12);
    /// # Ok::<(), autodiff_runtime::Error>(())
    /// ```
    AdaBelief, AdaBeliefRule {
        /// Decay of the first moment, 0.9.
        beta1: f64 = 0.9,
        /// Decay of the second moment, 0.999.
        beta2: f64 = 0.999,
        /// Added to the root of the second moment.
        epsilon: f64 = 1e-16,
        /// Added to the second moment at each step.
        epsilon_root: f64 = 1e-16,
        /// Looks ahead.
        nesterov: bool = false,
    }
}

impl<S: Scalar> Rule<S> for AdaBeliefRule {
    const NAME: &'static str = "adabelief";

    fn state_len(&self, layout: &Layout) -> usize {
        2 * layout.len()
    }

    fn leaf(&mut self, update: Update<'_, S>) {
        let (t, rate) = (update.t, update.rate);
        let c1 = math::debias(self.beta1, t);
        let (of_m, of_g) = if self.nesterov {
            (self.beta1 / math::debias(self.beta1, t + 1), (1.0 - self.beta1) / c1)
        } else {
            (1.0 / c1, 0.0)
        };
        let (of_m, of_g) = (S::of(rate * of_m), S::of(rate * of_g));
        let root = S::of(1.0 / math::sqrt(math::debias(self.beta2, t)));
        let (b1, a1) = (S::of(self.beta1), S::of(1.0 - self.beta1));
        let (b2, a2) = (S::of(self.beta2), S::of(1.0 - self.beta2));
        let (eps, eps_root) = (beside_root(self.epsilon), S::of(self.epsilon_root));
        update.each2(|p, g, m, v| {
            let m = b1 * m + a1 * g;
            let v = b2 * v + a2 * (g - m) * (g - m) + eps_root;
            (p - (of_m * m + of_g * g) / (v.sqrt() * root + eps), m, v)
        });
    }
}
