//! Gradients divided by their recent size.

use super::macros::optimizer;
use super::{Family, Rule, Update, beside_root, positive};
use crate::tree::Layout;
use crate::{Scalar, math};

optimizer! {
    /// RMSProp (Tieleman, Hinton 2012, lecture 6.5 of "Neural networks for machine learning"), centred after Graves
    /// 2013, arXiv:1308.0850.
    ///
    /// `v = rho * v + (1 - rho) * g²`; centred, the square of `a = rho * a + (1 - rho) * g` is subtracted from it.
    ///
    /// | family | update `u` | `v` starts at | `epsilon` | `rho` |
    /// |---|---|---|---|---|
    /// | TensorFlow v1 | `rate * g / √(v + epsilon)` | 1 | 1e-10 | 0.9 |
    /// | Keras | the same | 0 | 1e-7 | 0.9 |
    /// | optax | the same (or [`epsilon_outside`](RmsProp::epsilon_outside)) | 0 | 1e-8 | 0.9 |
    /// | torch | `g / (√v + epsilon)` | 0 | 1e-8 | 0.99 |
    ///
    /// then `m = momentum * m + u`, `p -= m`, in torch `p -= rate * m`.
    ///
    /// ```
    /// use autodiff_runtime::{Optimizer, optim::RmsProp};
    /// let mut w = 1.0;
    /// RmsProp::new(0.5).rho(0.5).epsilon(0.0).step(&mut w, &1.0)?;
    /// assert_eq!(w, 0.5);
    /// # Ok::<(), autodiff_runtime::Error>(())
    /// ```
    RmsProp, RmsPropRule {
        /// Decay of the averages (`decay`, torch's `alpha`).
        rho: f64 = 0.9,
        /// Share of the last update that is kept.
        momentum: f64 = 0.0,
        /// Looks ahead along the momentum (optax).
        nesterov: bool = false,
        /// Divides by the deviation instead of the root mean square.
        centered: bool = false,
        /// Against division by zero.
        epsilon: f64 = 1e-10,
        /// Adds `epsilon` to the root instead of under it.
        epsilon_outside: bool = false,
        /// Where the mean square starts.
        initial_scale: f64 = 1.0,
        /// Corrects the averages for their start (optax).
        bias_correction: bool = false,
    } private {
        rate_outside: bool = false,
    }
}

impl<S: Scalar> RmsProp<S> {
    /// Whose formula and defaults; TensorFlow's by default. Call it before the other setters.
    pub fn family(mut self, family: Family) -> Self {
        let rule = &mut self.rule;
        let torch = family == Family::Torch;
        (rule.epsilon_outside, rule.rate_outside) = (torch, torch);
        (rule.initial_scale, rule.epsilon, rule.rho) = match family {
            Family::TensorFlow => (1.0, 1e-10, 0.9),
            Family::Keras => (0.0, 1e-7, 0.9),
            Family::Optax => (0.0, 1e-8, 0.9),
            Family::Torch => (0.0, 1e-8, 0.99),
        };
        self
    }
}

impl<S: Scalar> Rule<S> for RmsPropRule {
    const NAME: &'static str = "rmsprop";

    fn state_len(&self, layout: &Layout) -> usize {
        layout.len() * (1 + usize::from(self.centered) + usize::from(self.momentum != 0.0))
    }

    fn init(&self, layout: &Layout, _: &[S], state: &mut [S]) {
        state[..layout.len()].fill(S::of(self.initial_scale));
    }

    fn leaf(&mut self, update: Update<'_, S>) {
        let (rho, rest) = (S::of(self.rho), S::of(1.0 - self.rho));
        let correct = S::of(if self.bias_correction { 1.0 / math::debias(self.rho, update.t) } else { 1.0 });
        let (inside, outside) = if self.epsilon_outside {
            (S::zero(), beside_root(self.epsilon))
        } else {
            (positive(self.epsilon), S::zero())
        };
        let (rate, mu) = (S::of(update.rate), S::of(self.momentum));
        let (early, late) = if self.rate_outside { (S::one(), rate) } else { (rate, S::one()) };
        let square = |g, v| rho * v + rest * g * g;
        let divided = |g: S, variance: S| early * g / ((variance + inside).sqrt() + outside);
        let deviation = |v: S, a: S| v * correct - (a * correct) * (a * correct);
        let nesterov = self.nesterov;
        let moved = |u: S, m: S| late * if nesterov { u + mu * m } else { m };
        match (self.centered, self.momentum != 0.0) {
            (false, false) => update.each1(|p, g, v| {
                let v = square(g, v);
                (p - late * divided(g, v * correct), v)
            }),
            (false, true) => update.each2(|p, g, v, m| {
                let v = square(g, v);
                let u = divided(g, v * correct);
                let m = mu * m + u;
                (p - moved(u, m), v, m)
            }),
            (true, false) => update.each2(|p, g, v, a| {
                let (v, a) = (square(g, v), rho * a + rest * g);
                (p - late * divided(g, deviation(v, a)), v, a)
            }),
            (true, true) => update.each3(|p, g, v, a, m| {
                let (v, a) = (square(g, v), rho * a + rest * g);
                let u = divided(g, deviation(v, a));
                let m = mu * m + u;
                (p - moved(u, m), v, a, m)
            }),
        }
    }
}
