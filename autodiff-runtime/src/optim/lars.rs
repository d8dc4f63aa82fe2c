//! Momentum with a step of the size of each leaf.

use super::macros::optimizer;
use super::{Rule, Update};
use crate::Scalar;
use crate::norm::{Norm, norm};
use crate::tree::Layout;

optimizer! {
    /// LARS (You, Gitman, Ginsburg 2017, arXiv:1708.03888), optax's: `u = g + decay * p`, scaled for each leaf by
    /// `trust * ‖p‖ / (‖u‖ + epsilon)` (by 1 where either is 0) and by the rate, then momentum.
    ///
    /// Both kinds of weight decay mean the `decay` above.
    ///
    /// ```
    /// use autodiff_runtime::{Optimizer, optim::Lars};
    /// let mut w = [3.0, 4.0];
    /// Lars::new(1.0).trust(0.1).step(&mut w, &[2.0, 0.0])?;
    /// assert_eq!(w, [2.5, 4.0]);
    /// # Ok::<(), autodiff_runtime::Error>(())
    /// ```
    Lars, LarsRule {
        /// Length of a step as a share of the length of the leaf, 0.001.
        trust: f64 = 0.001,
        /// Against division by zero.
        epsilon: f64 = 0.0,
        /// Share of the last update that is kept, 0.9.
        momentum: f64 = 0.9,
        /// Looks ahead along the momentum.
        nesterov: bool = false,
    }
}

impl<S: Scalar> Rule<S> for LarsRule {
    const NAME: &'static str = "lars";

    fn state_len(&self, layout: &Layout) -> usize {
        layout.len()
    }

    fn leaf(&mut self, update: Update<'_, S>) {
        let (decay, mu) = (S::of(update.l2 + update.weight_decay), S::of(self.momentum));
        let mut length = Norm::default();
        length.extend(update.params.iter().zip(update.grads).map(|(&p, &g)| g + decay * p));
        let (p, u) = (norm(update.params), length.get());
        let zero = p == S::zero() || u == S::zero();
        let ratio = if zero { S::one() } else { S::of(self.trust) * p / (u + S::of(self.epsilon)) };
        let rate = S::of(update.rate) * ratio;
        for ((p, &g), trace) in update.params.iter_mut().zip(update.grads).zip(update.state) {
            let u = rate * (g + decay * *p);
            *trace = u + mu * *trace;
            *p -= if self.nesterov { u + mu * *trace } else { *trace };
        }
    }
}
