//! Adam without a learning rate.

use super::macros::optimizer;
use super::{Rule, Update, beside_root};
use crate::tree::Layout;
use crate::{Scalar, math};

optimizer! {
    /// Prodigy (Mishchenko, Defazio 2023, arXiv:2306.06101), optax's: Adam on `d * g`, where `d` estimates the distance to the
    /// solution from the products of gradients and `x₀ - p`. The learning rate given is a factor, usually 1.
    ///
    /// ```
    /// use autodiff_runtime::{Optimizer, optim::Prodigy};
    /// let (mut w, mut opt) = (1.0_f64, Prodigy::new(1.0));
    /// for _ in 0..200 {
    ///     let g = 2.0 * w;
    ///     opt.step(&mut w, &g)?;
    /// }
    /// assert!(w.abs() < 0.2);
    /// # Ok::<(), autodiff_runtime::Error>(())
    /// ```
    Prodigy, ProdigyRule {
        /// Decay of the first moment, 0.9.
        beta1: f64 = 0.9,
        /// Decay of the second moment, 0.999.
        beta2: f64 = 0.999,
        /// Added to the root of the second moment, times `d`.
        epsilon: f64 = 1e-8,
        /// First estimate of the distance.
        initial_distance: f64 = 1e-6,
        /// Factor of the estimate.
        growth: f64 = 1.0,
    } private {
        #[cfg_attr(feature = "serde", serde(with = "super::bits::one"))]
        distance: f64 = 0.0,
        #[cfg_attr(feature = "serde", serde(with = "super::bits::one"))]
        products: f64 = 0.0,
        #[cfg_attr(feature = "serde", serde(with = "super::bits::one"))]
        product: f64 = 0.0,
        #[cfg_attr(feature = "serde", serde(with = "super::bits::one"))]
        sum: f64 = 0.0,
        #[cfg_attr(feature = "serde", serde(with = "super::bits::one"))]
        rate: f64 = 0.0,
    }
}

impl<S: Scalar> Rule<S> for ProdigyRule {
    const NAME: &'static str = "prodigy";

    fn state_len(&self, layout: &Layout) -> usize {
        4 * layout.len()
    }

    fn init(&self, layout: &Layout, params: &[S], state: &mut [S]) {
        state[..layout.len()].copy_from_slice(params);
    }

    fn begin(&mut self, t: u64, rate: f64) {
        if t == 1 {
            (self.distance, self.products) = (self.initial_distance, 0.0);
        }
        let correct = math::sqrt(math::debias(self.beta2, t)) / math::debias(self.beta1, t);
        (self.rate, self.product, self.sum) = (self.distance * rate * correct, 0.0, 0.0);
    }

    fn passes(&self) -> usize {
        2
    }

    fn leaf(&mut self, mut update: Update<'_, S>) {
        if update.pass == 0 {
            let (d, b3) = (S::of(self.distance), S::of(math::sqrt(self.beta2)));
            let weight = S::of(self.rate * self.distance / self.initial_distance);
            let (b1, a1) = (S::of(self.beta1), S::of(1.0 - self.beta1));
            let (b2, a2) = (S::of(self.beta2), S::of(1.0 - self.beta2));
            let len = update.params.len();
            let (starts, rest) = update.state.split_at_mut(len);
            let (sums, rest) = rest.split_at_mut(len);
            let (ms, vs) = rest.split_at_mut(len);
            for i in 0..len {
                let g = update.grads[i];
                self.product += (g * (starts[i] - update.params[i])).as_f64();
                ms[i] = b1 * ms[i] + a1 * d * g;
                vs[i] = b2 * vs[i] + a2 * (d * g) * (d * g);
                sums[i] = b3 * sums[i] + weight * g;
                self.sum += sums[i].abs().as_f64();
            }
            return;
        }
        let (rate, eps) = (S::of(self.rate), beside_root(self.distance * self.epsilon));
        update.rate = self.rate;
        update.each4(|p, _, start, sum, m, v| (p - rate * m / (v.sqrt() + eps), start, sum, m, v));
    }

    fn end_pass(&mut self, pass: usize) {
        if pass == 0 {
            let weight = self.distance / self.initial_distance * self.rate;
            self.products = math::sqrt(self.beta2) * self.products + weight * self.product;
            self.distance = self.distance.max(self.growth * self.products / self.sum);
        }
    }
}
