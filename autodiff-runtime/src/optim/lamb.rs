//! Adam with a step of the size of each leaf.

use super::macros::optimizer;
use super::{Family, Rule, Update, beside_root};
use crate::norm::{Norm, norm};
use crate::tree::Layout;
use crate::{Scalar, math};

optimizer! {
    /// LAMB (You et al. 2020, arXiv:1904.00962): Adam's direction plus weight decay, `u = m̂ / (√v̂ + epsilon) + decay * p`,
    /// scaled for each leaf: `p -= rate * ‖p‖ / ‖u‖ * u` (without the factor where either norm is 0).
    ///
    /// optax has `epsilon` 1e-6. In Keras (the default) it is 1e-7, and weight decay is not part of `u`, it comes before.
    ///
    /// ```
    /// use autodiff_runtime::{Optimizer, optim::Lamb};
    /// let mut w = [3.0, 4.0];
    /// Lamb::new(0.1).step(&mut w, &[1.0, 0.0])?;
    /// assert!((w[0] - 2.5_f64).abs() < 1e-6 && w[1] == 4.0);
    /// # Ok::<(), autodiff_runtime::Error>(())
    /// ```
    Lamb, LambRule {
        /// Decay of the first moment, 0.9.
        beta1: f64 = 0.9,
        /// Decay of the second moment, 0.999.
        beta2: f64 = 0.999,
        /// Added to the root of the second moment.
        epsilon: f64 = 1e-7,
        /// Added to the second moment under the root (optax).
        epsilon_root: f64 = 0.0,
    } private {
        decay_inside: bool = false,
    }
}

impl<S: Scalar> Lamb<S> {
    /// Whose `epsilon` and weight decay; Keras' by default. Call it before [`Lamb::epsilon`].
    pub fn family(mut self, family: Family) -> Self {
        self.rule.decay_inside = family == Family::Optax;
        self.epsilon(if family == Family::Optax { 1e-6 } else { 1e-7 })
    }
}

impl<S: Scalar> Rule<S> for LambRule {
    const NAME: &'static str = "lamb";

    fn state_len(&self, layout: &Layout) -> usize {
        2 * layout.len()
    }

    fn leaf(&mut self, update: Update<'_, S>) {
        let of_m = S::of(1.0 / math::debias(self.beta1, update.t));
        let of_v = S::of(1.0 / math::debias(self.beta2, update.t));
        let (b1, a1) = (S::of(self.beta1), S::of(1.0 - self.beta1));
        let (b2, a2) = (S::of(self.beta2), S::of(1.0 - self.beta2));
        let (eps, eps_root) = (beside_root(self.epsilon), S::of(self.epsilon_root));
        let l2 = S::of(update.l2);
        let decay = S::of(if self.decay_inside { update.weight_decay } else { 0.0 });
        if !self.decay_inside {
            let keep = S::one() - S::of(update.rate * update.weight_decay);
            update.params.iter_mut().for_each(|p| *p *= keep);
        }
        let direction = |p: S, m: S, v: S| of_m * m / ((of_v * v + eps_root).sqrt() + eps) + decay * p;
        let (m, v) = update.state.split_at_mut(update.params.len());
        let mut length = Norm::default();
        for (((&p, &g), m), v) in update.params.iter().zip(update.grads).zip(&mut *m).zip(&mut *v) {
            let g = g + l2 * p;
            *m = b1 * *m + a1 * g;
            *v = b2 * *v + a2 * g * g;
        }
        length.extend(update.params.iter().zip(m.iter().zip(&*v)).map(|(&p, (&m, &v))| direction(p, m, v)));
        let rate = S::of(update.rate) * trust(norm(update.params), length.get());
        for ((p, &mut m), &mut v) in update.params.iter_mut().zip(m).zip(v) {
            *p -= rate * direction(*p, m, v);
        }
    }
}

/// `‖p‖ / ‖u‖`, or 1 where either is 0.
pub(super) fn trust<S: Scalar>(params: S, update: S) -> S {
    if params > S::zero() && update > S::zero() { params / update } else { S::one() }
}
