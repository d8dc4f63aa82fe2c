//! Follow the regularised leader.

use super::macros::optimizer;
use super::{Rule, Update};
use crate::Scalar;
use crate::tree::Layout;

optimizer! {
    /// FTRL-Proximal (McMahan et al. 2013, doi:10.1145/2487575.2488200), TensorFlow v1's and Keras'.
    ///
    /// With `k = -power`: `n' = n + g²`, `z += g + 2 shrinkage p - (n'^k - n^k) / rate * p`, then
    /// `p = (clamp(z, -l1, l1) - z) / (n'^k / rate + 2 l2 + beta / rate)`.
    ///
    /// `z` starts at 0, so a zero gradient at the first step sets a parameter to 0.
    ///
    /// ```
    /// use autodiff_runtime::{Optimizer, optim::Ftrl};
    /// let mut w = 1.0;
    /// Ftrl::new(0.5).initial_accumulator(0.0).step(&mut w, &2.0)?;
    /// assert_eq!(w, 0.5);
    /// # Ok::<(), autodiff_runtime::Error>(())
    /// ```
    Ftrl, FtrlRule {
        /// Power of the sum of squares that the rate falls with, -0.5; 0 for a fixed rate.
        learning_rate_power: f64 = -0.5,
        /// Where the sum of squares starts.
        initial_accumulator: f64 = 0.1,
        /// Strength of the `l1` penalty.
        l1_strength: f64 = 0.0,
        /// Strength of the `l2` penalty.
        l2_strength: f64 = 0.0,
        /// Strength of the `l2` penalty on the size, at the point where the gradient was taken.
        l2_shrinkage: f64 = 0.0,
        /// The paper's `β`.
        beta: f64 = 0.0,
    }
}

impl<S: Scalar> Rule<S> for FtrlRule {
    const NAME: &'static str = "ftrl";

    fn state_len(&self, layout: &Layout) -> usize {
        2 * layout.len()
    }

    fn init(&self, layout: &Layout, _: &[S], state: &mut [S]) {
        state[..layout.len()].fill(S::of(self.initial_accumulator));
    }

    fn leaf(&mut self, update: Update<'_, S>) {
        let (rate, power) = (S::of(update.rate), S::of(-self.learning_rate_power));
        let two = S::of(2.0);
        let l1 = S::of(self.l1_strength);
        let l2 = S::of(2.0 * self.l2_strength + self.beta / update.rate);
        let shrinkage = two * S::of(self.l2_shrinkage);
        let root = self.learning_rate_power == -0.5;
        let raise = |n: S| if root { n.sqrt() } else { n.powf(power) };
        update.each2(|p, g, n, z| {
            let new = n + g * g;
            let raised = raise(new);
            let z = z + g + shrinkage * p - (raised - raise(n)) / rate * p;
            // Within the penalty exactly 0, also where the denominator is 0.
            let p = if z.abs() <= l1 { S::zero() } else { (z.max(-l1).min(l1) - z) / (raised / rate + l2) };
            (p, new, z)
        });
    }
}
