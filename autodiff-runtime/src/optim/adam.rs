//! Adam and its closest relatives.

use super::macros::optimizer;
use super::{Family, Rule, Update, beside_root};
use crate::tree::Layout;
use crate::{Scalar, math};

optimizer! {
    /// Adam (Kingma, Ba 2015, arXiv:1412.6980); with [`weight_decay`](super::Optim::weight_decay) AdamW
    /// (arXiv:1711.05101), with [`amsgrad`](Adam::amsgrad) AMSGrad (Reddi et al. 2018, arXiv:1904.09237), with
    /// [`nesterov`](Adam::nesterov) optax's NAdam.
    ///
    /// `m = beta1 * m + (1 - beta1) * g`, `v = beta2 * v + (1 - beta2) * g²`, then
    ///
    /// | family | update | defaults |
    /// |---|---|---|
    /// | TensorFlow v1, Keras | `rate * √(1-beta2^t) / (1-beta1^t) * m / (√v + epsilon)` | `epsilon` 1e-8, Keras 1e-7 |
    /// | optax, torch | `rate * m̂ / (√v̂ + epsilon)`, `m̂ = m / (1-beta1^t)`, `v̂ = v / (1-beta2^t)` | 1e-8 |
    ///
    /// AMSGrad takes the largest `v` so far, optax the largest `v̂`. In torch `t` counts the updates of each leaf.
    ///
    /// ```
    /// use autodiff_runtime::{Optimizer, optim::Adam};
    /// let mut w = [1.0, 2.0];
    /// Adam::new(0.1).step(&mut w, &[3.0, -0.5])?;
    /// assert!((w[0] - 0.9_f64).abs() < 1e-6 && (w[1] - 2.1).abs() < 1e-6);
    /// # Ok::<(), autodiff_runtime::Error>(())
    /// ```
    #[doc(alias = "AdamW")]
    #[doc(alias = "AMSGrad")]
    Adam, AdamRule {
        /// Decay of the first moment, 0.9.
        beta1: f64 = 0.9,
        /// Decay of the second moment, 0.999.
        beta2: f64 = 0.999,
        /// Added to the root of the second moment.
        epsilon: f64 = 1e-8,
        /// Added to the second moment under the root (optax).
        epsilon_root: f64 = 0.0,
        /// Never lets the second moment fall.
        amsgrad: bool = false,
        /// Looks ahead (optax's `nesterov`, Dozat 2016).
        nesterov: bool = false,
    } private {
        family: Family = Family::TensorFlow,
    }
}

impl<S: Scalar> Adam<S> {
    /// Whose formula and `epsilon`; TensorFlow's by default. Call it before [`Adam::epsilon`].
    pub fn family(mut self, family: Family) -> Self {
        self.rule.family = family;
        self.rule.epsilon = if family == Family::Keras { 1e-7 } else { 1e-8 };
        self
    }
}

/// AdamW with decoupled weight decay; `decay` is 0.004 in Keras, 1e-4 in optax, 0.01 in torch.
///
/// ```
/// use autodiff_runtime::{Optimizer, optim};
/// let mut w = 1.0;
/// optim::adam_w(0.1, 0.5).step(&mut w, &0.0)?;
/// assert_eq!(w, 0.95);
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
pub fn adam_w<S: Scalar>(learning_rate: impl Into<crate::schedule::Schedule>, decay: f64) -> Adam<S> {
    Adam::new(learning_rate).weight_decay(decay)
}

impl<S: Scalar> Rule<S> for AdamRule {
    const NAME: &'static str = "adam";

    fn state_len(&self, layout: &Layout) -> usize {
        layout.len() * if self.amsgrad { 3 } else { 2 }
    }

    fn counts_by_leaf(&self) -> bool {
        self.family == Family::Torch
    }

    fn leaf(&mut self, update: Update<'_, S>) {
        let t = update.t;
        let (c1, c2) = (math::debias(self.beta1, t), math::debias(self.beta2, t));
        let hat = matches!(self.family, Family::Optax | Family::Torch);
        // The maximum is over corrected moments in optax alone; correct them as they come there, else at the end.
        let early = self.amsgrad && self.family == Family::Optax;
        let into_max = S::of(if early { 1.0 / c2 } else { 1.0 });
        let root = S::of(if hat && !early { 1.0 / math::sqrt(c2) } else { 1.0 });
        let rate = S::of(if hat { update.rate } else { update.rate * math::sqrt(c2) });
        // Of the momentum and of the gradient in the numerator.
        let (of_m, of_g) = if self.nesterov {
            (self.beta1 / math::debias(self.beta1, t + 1), (1.0 - self.beta1) / c1)
        } else {
            (1.0 / c1, 0.0)
        };
        let (of_m, of_g) = (rate * S::of(of_m), rate * S::of(of_g));
        let (b1, b2) = (S::of(self.beta1), S::of(self.beta2));
        let (a1, a2) = (S::of(1.0 - self.beta1), S::of(1.0 - self.beta2));
        let (eps, eps_root) =
            (beside_root(self.epsilon), S::of(self.epsilon_root * if early { 1.0 } else { c2 }));
        let eps_root = if hat { eps_root } else { S::of(self.epsilon_root) };
        match (self.amsgrad, self.nesterov) {
            (false, false) => update.each2(|p, g, m, v| {
                let m = b1 * m + a1 * g;
                let v = b2 * v + a2 * g * g;
                (p - of_m * m / ((v + eps_root).sqrt() * root + eps), m, v)
            }),
            (false, true) => update.each2(|p, g, m, v| {
                let m = b1 * m + a1 * g;
                let v = b2 * v + a2 * g * g;
                (p - (of_m * m + of_g * g) / ((v + eps_root).sqrt() * root + eps), m, v)
            }),
            (true, _) => update.each3(|p, g, m, v, max| {
                let m = b1 * m + a1 * g;
                let v = b2 * v + a2 * g * g;
                let max = max.max(v * into_max);
                (p - (of_m * m + of_g * g) / ((max + eps_root).sqrt() * root + eps), m, v, max)
            }),
        }
    }
}
