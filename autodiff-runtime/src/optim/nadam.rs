//! Adam with Nesterov's momentum.

use super::macros::optimizer;
use super::{Family, Rule, Update, beside_root};
use crate::tree::Layout;
use crate::{Scalar, math};

optimizer! {
    /// NAdam (Dozat 2016, openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ) with its schedule of the momentum, as in Keras and
    /// torch. (optax's `nadam`, without that schedule, is [`Adam::nesterov`](super::Adam::nesterov).)
    ///
    /// `u_t = beta1 * (1 - 0.96^(t * momentum_decay) / 2)`, `U = Π u`, then
    /// `p -= rate * (u_{t+1} m / (1 - U u_{t+1}) + (1 - u_t) g / (1 - U)) / (√v̂ + epsilon)`.
    /// Keras: `momentum_decay` 1, `epsilon` 1e-7; torch: 0.004, 1e-8.
    ///
    /// ```
    /// use autodiff_runtime::{Optimizer, optim::Nadam};
    /// let mut w = 1.0;
    /// Nadam::new(0.1).step(&mut w, &3.0)?;
    /// assert!((w - 0.89372_f64).abs() < 1e-4);
    /// # Ok::<(), autodiff_runtime::Error>(())
    /// ```
    Nadam, NadamRule {
        /// Limit of the momentum, 0.9.
        beta1: f64 = 0.9,
        /// Decay of the second moment, 0.999.
        beta2: f64 = 0.999,
        /// Added to the root of the second moment.
        epsilon: f64 = 1e-7,
        /// How fast the momentum reaches its limit.
        momentum_decay: f64 = 1.0,
    } private {
        by_leaf: bool = false,
    }
}

impl<S: Scalar> Nadam<S> {
    /// Whose defaults; Keras' by default. Call it before the other setters.
    pub fn family(mut self, family: Family) -> Self {
        let torch = family == Family::Torch;
        self.rule.by_leaf = torch;
        (self.rule.epsilon, self.rule.momentum_decay) = if torch { (1e-8, 4e-3) } else { (1e-7, 1.0) };
        self
    }
}

impl<S: Scalar> Rule<S> for NadamRule {
    const NAME: &'static str = "nadam";

    fn state_len(&self, layout: &Layout) -> usize {
        2 * layout.len() + 1
    }

    fn init(&self, layout: &Layout, _: &[S], state: &mut [S]) {
        state[2 * layout.len()] = S::one();
    }

    fn counts_by_leaf(&self) -> bool {
        self.by_leaf
    }

    fn leaf(&mut self, update: Update<'_, S>) {
        let t = update.t as f64;
        let momentum = |t: f64| self.beta1 * (1.0 - 0.5 * math::powf(0.96, t * self.momentum_decay));
        let (now, next) = (momentum(t), momentum(t + 1.0));
        let product = &mut update.state[2 * update.params.len()];
        *product *= S::of(now);
        let product = product.as_f64();
        let of_m = S::of(update.rate * next / (1.0 - product * next));
        let of_g = S::of(update.rate * (1.0 - now) / (1.0 - product));
        let root = S::of(1.0 / math::sqrt(math::debias(self.beta2, update.t)));
        let (b1, a1) = (S::of(self.beta1), S::of(1.0 - self.beta1));
        let (b2, a2, eps) = (S::of(self.beta2), S::of(1.0 - self.beta2), beside_root(self.epsilon));
        update.each2(|p, g, m, v| {
            let m = b1 * m + a1 * g;
            let v = b2 * v + a2 * g * g;
            (p - (of_m * m + of_g * g) / (v.sqrt() * root + eps), m, v)
        });
    }
}
