//! Adagrad by dual averaging.

use super::macros::optimizer;
use super::{Rule, Update, positive, sign};
use crate::Scalar;
use crate::tree::Layout;

optimizer! {
    /// Adagrad dual averaging (Duchi, Hazan, Singer 2011, jmlr.org/papers/v12/duchi11a), as TensorFlow v1's.
    ///
    /// The parameter is rebuilt from the sums of gradients and of their squares at each step; where it started is
    /// forgotten: `p = -rate * soft(Σg, l1 t) / (l2 t rate + √Σg²)`.
    ///
    /// ```
    /// use autodiff_runtime::{Optimizer, optim::AdagradDa};
    /// let mut w = 7.0;
    /// AdagradDa::new(0.5).initial_accumulator(9.0).step(&mut w, &4.0)?;
    /// assert_eq!(w, -0.4);
    /// # Ok::<(), autodiff_runtime::Error>(())
    /// ```
    AdagradDa, AdagradDaRule {
        /// Where the sum of squares starts.
        initial_accumulator: f64 = 0.1,
        /// Strength of the `l1` penalty.
        l1_strength: f64 = 0.0,
        /// Strength of the `l2` penalty.
        l2_strength: f64 = 0.0,
    }
}

impl<S: Scalar> Rule<S> for AdagradDaRule {
    const NAME: &'static str = "adagrad_da";

    fn state_len(&self, layout: &Layout) -> usize {
        2 * layout.len()
    }

    fn init(&self, layout: &Layout, _: &[S], state: &mut [S]) {
        state[layout.len()..].fill(S::of(self.initial_accumulator));
    }

    fn leaf(&mut self, update: Update<'_, S>) {
        let (rate, t) = (S::of(update.rate), S::of(update.t as f64));
        let (l1, l2) = (S::of(self.l1_strength) * t, S::of(self.l2_strength) * t * rate);
        let least = positive(0.0);
        update.each2(|_, g, sum, squares| {
            let (sum, squares) = (sum + g, squares + g * g);
            let shrunk = if l1 > S::zero() { sign(sum) * (sum.abs() - l1).max(S::zero()) } else { sum };
            (-rate * shrunk / (l2 + squares.max(least).sqrt()), sum, squares)
        });
    }
}
