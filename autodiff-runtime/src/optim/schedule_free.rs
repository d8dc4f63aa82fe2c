//! Averaging in place of a schedule.

use super::macros::optimizer;
use super::{Rule, Update, beside_root};
use crate::tree::{Layout, TreeMut};
use crate::{Error, Scalar, math};

optimizer! {
    /// Schedule-free SGD, or with [`adam`](ScheduleFree::adam) AdamW (Defazio et al. 2024, arXiv:2405.15682).
    ///
    /// The parameters hold the point `y` where gradients are taken. `z` makes plain steps, `x` averages it with weights
    /// `largest rate^weight_power`, and `y = beta * x + (1 - beta) * z`. Evaluate the model at [`ScheduleFree::averaged`], which is `x`.
    /// optax and Keras agree for a constant rate; with a warm-up Keras' weights are those of `weight_power` 0.
    ///
    /// ```
    /// use autodiff_runtime::{Optimizer, optim::ScheduleFree};
    /// let (mut y, mut opt) = (1.0, ScheduleFree::new(0.5).beta(0.5));
    /// opt.step(&mut y, &1.0)?;
    /// opt.step(&mut y, &1.0)?;
    /// assert_eq!((y, opt.averaged(&y)?), (0.125, 0.25));
    /// # Ok::<(), autodiff_runtime::Error>(())
    /// ```
    ScheduleFree, ScheduleFreeRule {
        /// Share of the average in the point of the gradient, 0.9.
        beta: f64 = 0.9,
        /// Divides by the root of the second moment, as Adam does.
        adam: bool = false,
        /// Decay of the second moment, 0.999.
        beta2: f64 = 0.999,
        /// Added to the root of the second moment.
        epsilon: f64 = 1e-8,
        /// Power of the rate in the weights of the average, 2.
        weight_power: f64 = 2.0,
    } private {
        #[cfg_attr(feature = "serde", serde(with = "super::bits::one"))]
        weights: f64 = 0.0,
        #[cfg_attr(feature = "serde", serde(with = "super::bits::one"))]
        largest: f64 = 0.0,
        #[cfg_attr(feature = "serde", serde(with = "super::bits::one"))]
        share: f64 = 0.0,
    }
}

impl<S: Scalar> ScheduleFree<S> {
    /// The average `x` that belongs to the point `params`.
    ///
    /// # Errors
    /// [`Error::State`] when `params` are not those that were optimized.
    pub fn averaged<P: TreeMut<S> + Clone>(&self, params: &P) -> Result<P, Error> {
        let mut average = params.clone();
        let (share, rest) = (S::of(self.rule.beta), S::of(1.0 - self.rule.beta));
        self.core.with_state(&mut average, |data, state| {
            for (y, &z) in data.iter_mut().zip(state) {
                *y = (*y - rest * z) / share;
            }
        })?;
        Ok(average)
    }
}

impl<S: Scalar> Rule<S> for ScheduleFreeRule {
    const NAME: &'static str = "schedule_free";

    fn state_len(&self, layout: &Layout) -> usize {
        layout.len() * if self.adam { 2 } else { 1 }
    }

    fn init(&self, layout: &Layout, params: &[S], state: &mut [S]) {
        state[..layout.len()].copy_from_slice(params);
    }

    fn begin(&mut self, t: u64, rate: f64) {
        // A rate that falls again does not make later points count less.
        self.largest = if t == 1 { rate } else { self.largest.max(rate) };
        let weight = math::powf(self.largest, self.weight_power);
        self.weights = if t == 1 { weight } else { self.weights + weight };
        self.share = if self.weights > 0.0 { weight / self.weights } else { 0.0 };
    }

    fn leaf(&mut self, mut update: Update<'_, S>) {
        let (rate, share) = (S::of(update.rate), S::of(self.share));
        let (beta, rest) = (S::of(self.beta), S::of(1.0 - self.beta));
        // Decay belongs to the step of `z`, not to the average.
        let decay = S::of(update.weight_decay);
        update.weight_decay = 0.0;
        let moved = |y: S, z: S, step: S| {
            let x = (y - rest * z) / beta;
            let z = z - rate * (step + decay * y);
            (beta * ((S::one() - share) * x + share * z) + rest * z, z)
        };
        if !self.adam {
            return update.each1(|y, g, z| moved(y, z, g));
        }
        let of_v = S::of(1.0 / math::debias(self.beta2, update.t));
        let (b2, a2, eps) = (S::of(self.beta2), S::of(1.0 - self.beta2), beside_root(self.epsilon));
        update.each2(|y, g, z, v| {
            let v = b2 * v + a2 * g * g;
            let (y, z) = moved(y, z, g / ((of_v * v).sqrt() + eps));
            (y, z, v)
        });
    }
}
