//! Descent without a learning rate, by distance over gradients.

use super::macros::optimizer;
use super::{Rule, Update, positive};
use crate::tree::Layout;
use crate::{Scalar, math};

optimizer! {
    /// DoG (Ivgi, Hinder, Carmon 2023, arXiv:2302.12022), optax's: the rate is the largest distance from the start so far
    /// over the root of the sum of squared gradient norms. The learning rate given is a factor, usually 1.
    ///
    /// ```
    /// use autodiff_runtime::{Optimizer, optim::Dog};
    /// let mut w = [3.0, 4.0];
    /// Dog::new(1.0).initial_distance(0.1).epsilon(0.0).step(&mut w, &[0.0, 2.0])?;
    /// assert!((w[1] - 3.4_f64).abs() < 1e-15);
    /// # Ok::<(), autodiff_runtime::Error>(())
    /// ```
    Dog, DogRule {
        /// First distance, over 1 + the norm of the parameters.
        initial_distance: f64 = 1e-6,
        /// Against division by zero.
        epsilon: f64 = 1e-8,
    } private {
        #[cfg_attr(feature = "serde", serde(with = "super::bits::one"))]
        reached: f64 = 0.0,
        #[cfg_attr(feature = "serde", serde(with = "super::bits::one"))]
        squares: f64 = 0.0,
        #[cfg_attr(feature = "serde", serde(with = "super::bits::one"))]
        distance: f64 = 0.0,
        #[cfg_attr(feature = "serde", serde(with = "super::bits::one"))]
        size: f64 = 0.0,
    }
}

impl<S: Scalar> Rule<S> for DogRule {
    const NAME: &'static str = "dog";

    fn state_len(&self, layout: &Layout) -> usize {
        layout.len()
    }

    fn init(&self, _: &Layout, params: &[S], state: &mut [S]) {
        state.copy_from_slice(params);
    }

    fn begin(&mut self, t: u64, _: f64) {
        if t == 1 {
            (self.reached, self.squares) = (0.0, 0.0);
        }
        (self.distance, self.size) = (0.0, 0.0);
    }

    fn passes(&self) -> usize {
        2
    }

    fn leaf(&mut self, update: Update<'_, S>) {
        if update.pass == 0 {
            let square = |x: S| x.as_f64() * x.as_f64();
            for ((&p, &g), &start) in update.params.iter().zip(update.grads).zip(&*update.state) {
                self.distance += square(p - start);
                self.size += square(start);
                self.squares += square(g);
            }
            return;
        }
        let rate =
            S::of(update.rate * self.reached / math::sqrt(self.squares + positive::<f64>(self.epsilon)));
        update.each0(|p, g| p - rate * g);
    }

    fn end_pass(&mut self, pass: usize) {
        if pass == 0 {
            let least = self.initial_distance * (1.0 + math::sqrt(self.size));
            self.reached = self.reached.max(least).max(math::sqrt(self.distance));
        }
    }
}
