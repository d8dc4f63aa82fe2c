//! Dual averaging with momentum.

use super::macros::optimizer;
use super::{Rule, Update, beside_root};
use crate::tree::Layout;
use crate::{Scalar, math};

optimizer! {
    /// MADGRAD (Defazio, Jelassi 2021, arXiv:2101.11075), optax's: with `l = (rate + epsilon) √t`, `s += l g`, `n += l g²`,
    /// `z = x₀ - s / (∛n + epsilon)`, `p = momentum * p + (1 - momentum) * z`.
    ///
    /// ```
    /// use autodiff_runtime::{Optimizer, optim::MadGrad};
    /// let mut w = 1.0;
    /// MadGrad::new(1.0).epsilon(0.0).momentum(0.0).step(&mut w, &8.0)?;
    /// assert!((w + 1.0_f64).abs() < 1e-12);
    /// # Ok::<(), autodiff_runtime::Error>(())
    /// ```
    MadGrad, MadGradRule {
        /// Share of the last point that is kept, 0.9.
        momentum: f64 = 0.9,
        /// Against division by zero.
        epsilon: f64 = 1e-6,
    }
}

impl<S: Scalar> Rule<S> for MadGradRule {
    const NAME: &'static str = "madgrad";

    fn state_len(&self, layout: &Layout) -> usize {
        3 * layout.len()
    }

    fn init(&self, layout: &Layout, params: &[S], state: &mut [S]) {
        state[..layout.len()].copy_from_slice(params);
    }

    fn leaf(&mut self, update: Update<'_, S>) {
        let weight = S::of((update.rate + self.epsilon) * math::sqrt(update.t as f64));
        let (eps, mu, rest) = (beside_root(self.epsilon), S::of(self.momentum), S::of(1.0 - self.momentum));
        update.each3(|p, g, start, sum, squares| {
            let (sum, squares) = (sum + weight * g, squares + weight * g * g);
            let z = start - sum / (squares.cbrt() + eps);
            (rest * z + mu * p, start, sum, squares)
        });
    }
}
