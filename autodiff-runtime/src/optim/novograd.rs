//! Momentum of gradients divided by the norm of each leaf.

use super::macros::optimizer;
use super::{Rule, Update, beside_root};
use crate::Scalar;
use crate::norm::norm;
use crate::tree::Layout;

optimizer! {
    /// NovoGrad (Ginsburg et al. 2019, arXiv:1905.11286), optax's: `v = beta2 * v + (1 - beta2) * ‖g‖²`, a single number
    /// for each leaf, `m = beta1 * m + g / (√v + epsilon) + decay * p`, `p -= rate * m`; both start at their first value.
    ///
    /// Both kinds of weight decay mean the `decay` above.
    ///
    /// ```
    /// use autodiff_runtime::{Optimizer, optim::NovoGrad};
    /// let mut w = [1.0, 1.0];
    /// NovoGrad::new(0.5).epsilon(0.0).step(&mut w, &[3.0, 4.0])?;
    /// assert_eq!(w, [0.7, 0.6]);
    /// # Ok::<(), autodiff_runtime::Error>(())
    /// ```
    NovoGrad, NovoGradRule {
        /// Decay of the momentum, 0.9.
        beta1: f64 = 0.9,
        /// Decay of the second moment, 0.25.
        beta2: f64 = 0.25,
        /// Added to the root of the second moment.
        epsilon: f64 = 1e-6,
        /// Added to the second moment under the root.
        epsilon_root: f64 = 0.0,
    }
}

impl<S: Scalar> Rule<S> for NovoGradRule {
    const NAME: &'static str = "novograd";

    fn state_len(&self, layout: &Layout) -> usize {
        layout.len() + 1
    }

    fn counts_by_leaf(&self) -> bool {
        true
    }

    fn leaf(&mut self, mut update: Update<'_, S>) {
        let first = update.t == 1;
        let square = norm(update.grads).powi(2);
        let v = &mut update.state[update.params.len()];
        *v = if first { square } else { S::of(self.beta2) * *v + S::of(1.0 - self.beta2) * square };
        let scale = ((*v + S::of(self.epsilon_root)).sqrt() + beside_root(self.epsilon)).recip();
        let (rate, beta) = (S::of(update.rate), S::of(if first { 0.0 } else { self.beta1 }));
        let decay = S::of(update.l2 + update.weight_decay);
        (update.l2, update.weight_decay) = (0.0, 0.0);
        update.each1(|p, g, m| {
            let m = beta * m + g * scale + decay * p;
            (p - rate * m, m)
        });
    }
}
