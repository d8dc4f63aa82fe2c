//! Adagrad with one sum for each row and column.

use super::macros::optimizer;
use super::{Rule, Update};
use crate::Scalar;
use crate::clip::Units;
use crate::tree::Layout;

optimizer! {
    /// SM3 (Anil et al. 2019, arXiv:1901.11150), optax's: memory for one number per index of each axis.
    ///
    /// `a = g² + min over the axes of their sums`, `u = g / √(a + 1e-8)`, then momentum
    /// `m = momentum * m + (1 - momentum) * u`; each axis keeps the largest `a` of its slices.
    ///
    /// ```
    /// use autodiff_runtime::{Optimizer, optim::Sm3};
    /// let mut w = [[1.0, 1.0], [1.0, 1.0]];
    /// Sm3::new(0.5).momentum(0.0).step(&mut w, &[[2.0, 0.0], [0.0, -3.0]])?;
    /// assert!((w[0][0] - 0.5_f64).abs() < 1e-8 && (w[1][1] - 1.5).abs() < 1e-8);
    /// # Ok::<(), autodiff_runtime::Error>(())
    /// ```
    Sm3, Sm3Rule {
        /// Share of the last update that is kept, 0.9.
        momentum: f64 = 0.9,
    }
}

impl<S: Scalar> Rule<S> for Sm3Rule {
    const NAME: &'static str = "sm3";

    fn state_len(&self, layout: &Layout) -> usize {
        // Momentum, the new sums of squares, one sum per index of each axis (two generations of them).
        2 * layout.len() + layout.shape().iter().sum::<usize>().max(1)
    }

    fn leaf(&mut self, update: Update<'_, S>) {
        let (len, layout) = (update.params.len(), update.layout);
        let (momentum, rest) = update.state.split_at_mut(len);
        let (squares, sums) = rest.split_at_mut(len);
        let axes = layout.rank().max(1);
        // A scalar is one slice of one axis.
        let slices = |axis: usize| Units::new(layout, move |other| other != axis && axis < layout.rank());
        squares.fill(S::infinity());
        let mut start = 0;
        for axis in 0..axes {
            let units = slices(axis);
            for unit in 0..units.count() {
                units.places(unit).for_each(|i| squares[i] = squares[i].min(sums[start + unit]));
            }
            start += units.count();
        }
        let (rate, mu, rest) = (S::of(update.rate), S::of(self.momentum), S::of(1.0 - self.momentum));
        let (l2, keep) = (S::of(update.l2), S::one() - S::of(update.rate * update.weight_decay));
        for i in 0..len {
            let p = update.params[i];
            let g = update.grads[i] + l2 * p;
            squares[i] += g * g;
            // A gradient that is no number is not taken for zero.
            let u = if squares[i] == S::zero() { S::zero() } else { g / (squares[i] + S::of(1e-8)).sqrt() };
            momentum[i] = mu * momentum[i] + rest * u;
            update.params[i] = p * keep - rate * momentum[i];
        }
        let mut start = 0;
        for axis in 0..axes {
            let units = slices(axis);
            for unit in 0..units.count() {
                sums[start + unit] = units.places(unit).map(|i| squares[i]).fold(S::zero(), S::max);
            }
            start += units.count();
        }
    }
}
