//! Averaged gradient descent.

use super::macros::optimizer;
use super::{Rule, Update};
use crate::tree::{Layout, TreeMut};
use crate::{Error, Scalar, math};

optimizer! {
    /// Averaged stochastic gradient descent (Polyak, Juditsky 1992, doi:10.1137/0330046), torch's `ASGD`: `p *= 1 - λ η`,
    /// `p -= η g`, `η = rate / (1 + λ rate t)^alpha`; from step `start` on, the average of the points is kept beside.
    ///
    /// ```
    /// use autodiff_runtime::{Optimizer, optim::Asgd};
    /// let (mut w, mut opt) = (1.0, Asgd::new(0.5).lambda(0.0).start(0.0));
    /// for _ in 0..3 {
    ///     opt.step(&mut w, &1.0)?;
    /// }
    /// assert_eq!((w, opt.averaged(&w)?), (-0.5, -0.25));
    /// # Ok::<(), autodiff_runtime::Error>(())
    /// ```
    Asgd, AsgdRule {
        /// Decay `λ` of the parameters and the rate, 1e-4.
        lambda: f64 = 1e-4,
        /// Power of the decay of the rate, 0.75.
        alpha: f64 = 0.75,
        /// Step at which averaging starts (torch's `t0`), 1e6.
        start: f64 = 1e6,
    }
}

impl<S: Scalar> Asgd<S> {
    /// The average of the points.
    ///
    /// # Errors
    /// [`Error::State`] when `params` are not those that were optimized.
    pub fn averaged<P: TreeMut<S> + Clone>(&self, params: &P) -> Result<P, Error> {
        let mut average = params.clone();
        self.core.with_state(&mut average, |data, state| data.copy_from_slice(state))?;
        Ok(average)
    }
}

impl<S: Scalar> Rule<S> for AsgdRule {
    const NAME: &'static str = "asgd";

    fn state_len(&self, layout: &Layout) -> usize {
        layout.len()
    }

    fn counts_by_leaf(&self) -> bool {
        true
    }

    fn leaf(&mut self, update: Update<'_, S>) {
        let before = (update.t - 1) as f64;
        let eta = update.rate / math::powf(1.0 + self.lambda * update.rate * before, self.alpha);
        let share = S::of(1.0 / (before - self.start).max(1.0));
        let (keep, eta) = (S::of(1.0 - self.lambda * eta), S::of(eta));
        update.each1(|p, g, average| {
            let p = p * keep - eta * g;
            (p, if share == S::one() { p } else { average + share * (p - average) })
        });
    }
}
