//! Adagrad on a smooth loss plus penalties.

use super::macros::optimizer;
use super::proximal_sgd::shrink;
use super::{Rule, Update, positive};
use crate::Scalar;
use crate::tree::Layout;

optimizer! {
    /// Proximal Adagrad (Duchi, Hazan, Singer 2011, jmlr.org/papers/v12/duchi11a), TensorFlow v1's:
    /// [`ProximalSgd`](super::ProximalSgd) with the rate `rate / √a` of each number, `a += g²`.
    ///
    /// ```
    /// use autodiff_runtime::{Optimizer, optim::ProximalAdagrad};
    /// let mut w = 2.0;
    /// ProximalAdagrad::new(1.0).initial_accumulator(0.0).l1_strength(1.0).step(&mut w, &2.0)?;
    /// assert_eq!(w, 0.5);
    /// # Ok::<(), autodiff_runtime::Error>(())
    /// ```
    ProximalAdagrad, ProximalAdagradRule {
        /// Where the sum of squares starts.
        initial_accumulator: f64 = 0.1,
        /// Strength of the `l1` penalty.
        l1_strength: f64 = 0.0,
        /// Strength of the `l2` penalty.
        l2_strength: f64 = 0.0,
    }
}

impl<S: Scalar> Rule<S> for ProximalAdagradRule {
    const NAME: &'static str = "proximal_adagrad";

    fn state_len(&self, layout: &Layout) -> usize {
        layout.len()
    }

    fn init(&self, _: &Layout, _: &[S], state: &mut [S]) {
        state.fill(S::of(self.initial_accumulator));
    }

    fn leaf(&mut self, update: Update<'_, S>) {
        let (rate, l1, l2) = (S::of(update.rate), S::of(self.l1_strength), S::of(self.l2_strength));
        let least = positive(0.0);
        update.each1(|p, g, a| {
            let a = a + g * g;
            let rate = rate / a.max(least).sqrt();
            (shrink(p - rate * g, rate, l1, l2), a)
        });
    }
}
