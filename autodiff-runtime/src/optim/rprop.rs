//! Step lengths that grow while the sign of the gradient stays.

use super::macros::optimizer;
use super::{Rule, Update, sign};
use crate::Scalar;
use crate::tree::Layout;

optimizer! {
    /// Resilient backpropagation (Riedmiller, Braun 1993, doi:10.1109/ICNN.1993.298623), torch's `Rprop`.
    ///
    /// Each number has a step length, at first the learning rate. It grows by `grow` while the gradient keeps its sign
    /// and shrinks by `shrink` when it changes; then that number is not moved, and the gradient counts as 0 next time.
    ///
    /// ```
    /// use autodiff_runtime::{Optimizer, optim::Rprop};
    /// let (mut w, mut opt) = (1.0, Rprop::new(0.25).grow(2.0));
    /// opt.step(&mut w, &8.0)?;
    /// opt.step(&mut w, &0.1)?;
    /// assert_eq!(w, 0.25);
    /// # Ok::<(), autodiff_runtime::Error>(())
    /// ```
    Rprop, RpropRule {
        /// Factor after a change of sign, 0.5.
        shrink: f64 = 0.5,
        /// Factor while the sign stays, 1.2.
        grow: f64 = 1.2,
        /// Shortest step, 1e-6.
        min_step: f64 = 1e-6,
        /// Longest step, 50.
        max_step: f64 = 50.0,
    }
}

impl<S: Scalar> Rule<S> for RpropRule {
    const NAME: &'static str = "rprop";

    fn state_len(&self, layout: &Layout) -> usize {
        2 * layout.len()
    }

    fn counts_by_leaf(&self) -> bool {
        true
    }

    fn leaf(&mut self, update: Update<'_, S>) {
        if update.t == 1 {
            update.state[update.params.len()..].fill(S::of(update.rate));
        }
        let (shrink, grow) = (S::of(self.shrink), S::of(self.grow));
        let (min, max) = (S::of(self.min_step), S::of(self.max_step));
        update.each2(|p, g, last, step| {
            let agreement = g * last;
            let factor = if agreement > S::zero() {
                grow
            } else if agreement < S::zero() {
                shrink
            } else {
                S::one()
            };
            let step = (step * factor).max(min).min(max);
            let g = if agreement < S::zero() { S::zero() } else { g };
            (p - sign(g) * step, g, step)
        });
    }
}
