//! Rates that fall with the sum of squared gradients.

use super::macros::optimizer;
use super::{Family, Rule, Update, beside_root, positive};
use crate::Scalar;
use crate::tree::Layout;

optimizer! {
    /// Adagrad (Duchi, Hazan, Singer 2011, jmlr.org/papers/v12/duchi11a).
    ///
    /// `a += g²`, then
    ///
    /// | family | update | `a` starts at | `epsilon` |
    /// |---|---|---|---|
    /// | TensorFlow v1 | `rate * g / √a` | 0.1 | 0 |
    /// | Keras, optax | `rate * g / √(a + epsilon)` (optax: 0 where `a` is 0) | 0.1 | 1e-7 |
    /// | torch | `rate / (1 + (t-1) * rate_decay) * g / (√a + epsilon)` | 0 | 1e-10 |
    ///
    /// ```
    /// use autodiff_runtime::{Optimizer, optim::Adagrad};
    /// let mut w = 1.0;
    /// Adagrad::new(0.5).initial_accumulator(0.0).step(&mut w, &4.0)?;
    /// assert_eq!(w, 0.5);
    /// # Ok::<(), autodiff_runtime::Error>(())
    /// ```
    Adagrad, AdagradRule {
        /// Where the sum of squares starts.
        initial_accumulator: f64 = 0.1,
        /// Added to the sum, or (torch) to its root.
        epsilon: f64 = 0.0,
        /// Decay of the rate (torch's `lr_decay`).
        rate_decay: f64 = 0.0,
    } private {
        family: Family = Family::TensorFlow,
    }
}

impl<S: Scalar> Adagrad<S> {
    /// Whose formula and defaults; TensorFlow's by default. Call it before the other setters.
    pub fn family(mut self, family: Family) -> Self {
        self.rule.family = family;
        (self.rule.initial_accumulator, self.rule.epsilon) = match family {
            Family::TensorFlow => (0.1, 0.0),
            Family::Keras | Family::Optax => (0.1, 1e-7),
            Family::Torch => (0.0, 1e-10),
        };
        self
    }
}

impl<S: Scalar> Rule<S> for AdagradRule {
    const NAME: &'static str = "adagrad";

    fn state_len(&self, layout: &Layout) -> usize {
        layout.len()
    }

    fn init(&self, _: &Layout, _: &[S], state: &mut [S]) {
        state.fill(S::of(self.initial_accumulator));
    }

    fn counts_by_leaf(&self) -> bool {
        self.family == Family::Torch
    }

    fn leaf(&mut self, update: Update<'_, S>) {
        let rate = S::of(update.rate / (1.0 + (update.t - 1) as f64 * self.rate_decay));
        let torch = self.family == Family::Torch;
        let (inside, outside) =
            if torch { (S::zero(), beside_root(self.epsilon)) } else { (positive(self.epsilon), S::zero()) };
        update.each1(|p, g, a| {
            let a = a + g * g;
            (p - rate * g / ((a + inside).sqrt() + outside), a)
        });
    }
}
