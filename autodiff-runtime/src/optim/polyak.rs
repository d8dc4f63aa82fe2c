//! The step that would reach the known minimum of a line.

use super::macros::optimizer;
use super::{Rule, Update};
use crate::{Scalar, math};

optimizer! {
    /// Polyak's step (Polyak 1987; Loizou et al. 2021, arXiv:2002.10542), optax's `polyak_sgd`:
    /// `p -= min((loss - minimum) / (‖g‖² + epsilon), rate) * g`. Tell it the loss with [`Polyak::loss`] before each step; the
    /// learning rate given is the longest step.
    ///
    /// ```
    /// use autodiff_runtime::{Optimizer, optim::Polyak};
    /// let (mut w, mut opt) = (3.0, Polyak::new(1.0));
    /// opt.loss(9.0);
    /// opt.step(&mut w, &6.0)?;
    /// assert_eq!(w, 1.5);
    /// # Ok::<(), autodiff_runtime::Error>(())
    /// ```
    Polyak, PolyakRule {
        /// The smallest loss that there can be, 0.
        minimum: f64 = 0.0,
        /// Against division by zero.
        epsilon: f64 = 0.0,
        /// Factor of the gradient, 1.
        scaling: f64 = 1.0,
        /// Does not step upwards when the loss is below the minimum (`sps+`).
        positive: bool = false,
    } private {
        loss: f64 = 0.0,
        squares: f64 = 0.0,
    }
}

impl<S: Scalar> Polyak<S> {
    /// The loss at the parameters of the next step.
    pub fn loss(&mut self, loss: f64) {
        self.rule.loss = loss;
    }
}

impl<S: Scalar> Rule<S> for PolyakRule {
    const NAME: &'static str = "polyak";

    fn begin(&mut self, _: u64, _: f64) {
        self.squares = 0.0;
    }

    fn passes(&self) -> usize {
        2
    }

    fn leaf(&mut self, update: Update<'_, S>) {
        if update.pass == 0 {
            self.squares += math::powf(self.scaling * crate::norm::norm(update.grads).as_f64(), 2.0);
            return;
        }
        let gap = self.loss - self.minimum;
        let gap = if self.positive { gap.max(0.0) } else { gap };
        // A zero gradient makes no step, however far the loss is from its minimum.
        if self.squares == 0.0 {
            return;
        }
        let rate = S::of((gap / (self.squares + self.epsilon)).min(update.rate) * self.scaling);
        update.each0(|p, g| p - rate * g);
    }
}
