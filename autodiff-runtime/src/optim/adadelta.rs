//! Steps in the units of the parameters.

use super::macros::optimizer;
use super::{Rule, Update, positive};
use crate::Scalar;
use crate::tree::Layout;

optimizer! {
    /// Adadelta (Zeiler 2012, arXiv:1212.5701). The formula is the same everywhere; the defaults here are TensorFlow
    /// v1's (Keras: `epsilon` 1e-7; optax and torch: `rho` 0.9, `epsilon` 1e-6).
    ///
    /// `a = rho * a + (1 - rho) * g²`, `u = √(d + epsilon) / √(a + epsilon) * g`, `p -= rate * u`,
    /// `d = rho * d + (1 - rho) * u²`.
    ///
    /// ```
    /// use autodiff_runtime::{Optimizer, optim::Adadelta};
    /// let mut w = 1.0;
    /// Adadelta::new(1.0).rho(0.75).epsilon(3.0).step(&mut w, &2.0)?;
    /// assert_eq!(w, 1.0 - 3.0_f64.sqrt());
    /// # Ok::<(), autodiff_runtime::Error>(())
    /// ```
    Adadelta, AdadeltaRule {
        /// Decay of both averages.
        rho: f64 = 0.95,
        /// Added under both roots.
        epsilon: f64 = 1e-8,
    }
}

impl<S: Scalar> Rule<S> for AdadeltaRule {
    const NAME: &'static str = "adadelta";

    fn state_len(&self, layout: &Layout) -> usize {
        2 * layout.len()
    }

    fn leaf(&mut self, update: Update<'_, S>) {
        let (rate, eps) = (S::of(update.rate), positive(self.epsilon));
        let (rho, rest) = (S::of(self.rho), S::of(1.0 - self.rho));
        update.each2(|p, g, a, d| {
            let a = rho * a + rest * g * g;
            let u = ((d + eps) / (a + eps)).sqrt() * g;
            (p - rate * u, a, rho * d + rest * u * u)
        });
    }
}
