//! Gradient descent with momentum.

use super::macros::optimizer;
use super::{Family, Rule, Update};
use crate::Scalar;
use crate::tree::Layout;

optimizer! {
    /// Stochastic gradient descent, with momentum (Polyak 1964, doi:10.1016/0041-5553(64)90137-5) and Nesterov's
    /// variant of it (Sutskever et al. 2013, proceedings.mlr.press/v28/sutskever13).
    ///
    /// `m = momentum * m + (1 - dampening) * g`, then `p -= rate * m`; with `nesterov`, `p -= rate * (g + momentum * m)`.
    ///
    /// | family | differs in |
    /// |---|---|
    /// | TensorFlow v1, optax | the formula above, `m` starts at 0 |
    /// | Keras | the rate is inside the velocity: `m = momentum * m - rate * g`, which matters when the rate changes |
    /// | torch | the first `m` of a leaf is `g`, whatever the dampening |
    ///
    /// ```
    /// use autodiff_runtime::{Optimizer, optim::Sgd};
    /// let mut w = vec![1.0, 2.0];
    /// let mut opt = Sgd::new(0.1).momentum(0.5);
    /// opt.step(&mut w, &vec![1.0, 0.0])?;
    /// opt.step(&mut w, &vec![1.0, 0.0])?;
    /// assert_eq!(w, [0.75, 2.0]);
    /// # Ok::<(), autodiff_runtime::Error>(())
    /// ```
    #[doc(alias = "Momentum")]
    #[doc(alias = "Nesterov")]
    Sgd, SgdRule {
        /// Share of the last velocity that is kept; 0 by default.
        momentum: f64 = 0.0,
        /// Looks ahead along the velocity.
        nesterov: bool = false,
        /// Share of the gradient that is left out of the velocity.
        dampening: f64 = 0.0,
    } private {
        rate_inside: bool = false,
        first_is_gradient: bool = false,
    }
}

impl<S: Scalar> Sgd<S> {
    /// Whose formula is followed; TensorFlow's by default.
    pub fn family(mut self, family: Family) -> Self {
        self.rule.rate_inside = family == Family::Keras;
        self.rule.first_is_gradient = family == Family::Torch;
        self
    }
}

impl<S: Scalar> Rule<S> for SgdRule {
    const NAME: &'static str = "sgd";

    fn state_len(&self, layout: &Layout) -> usize {
        if self.momentum == 0.0 { 0 } else { layout.len() }
    }

    fn counts_by_leaf(&self) -> bool {
        self.first_is_gradient
    }

    fn leaf(&mut self, update: Update<'_, S>) {
        let (rate, mu) = (S::of(update.rate), S::of(self.momentum));
        if self.momentum == 0.0 {
            return update.each0(|p, g| p - rate * g);
        }
        let first = self.first_is_gradient && update.t == 1;
        let share = if first { S::one() } else { S::of(1.0 - self.dampening) };
        // The velocity is kept per unit of rate, or not; either way `p` moves by `step * velocity`.
        let (into, step) = if self.rate_inside { (rate * share, S::one()) } else { (share, rate) };
        if self.nesterov {
            let ahead = if self.rate_inside { rate } else { S::one() };
            update.each1(|p, g, m| {
                let m = mu * m + into * g;
                (p - step * (ahead * g + mu * m), m)
            });
        } else {
            update.each1(|p, g, m| {
                let m = mu * m + into * g;
                (p - step * m, m)
            });
        }
    }
}
