//! The sign of the gradient.

use super::macros::optimizer;
use super::{Rule, Update};
use crate::Scalar;
use crate::tree::Layout;

/// -1, 0 or 1; 0 and NaN stay what they are.
#[inline(always)]
pub(super) fn sign<S: Scalar>(x: S) -> S {
    if x > S::zero() {
        S::one()
    } else if x < S::zero() {
        -S::one()
    } else {
        x
    }
}

optimizer! {
    /// signSGD, and with `beta` Signum (Bernstein et al. 2018, arXiv:1802.04434): `m = beta * m + (1 - beta) * g`,
    /// `p -= rate * sign(m)`.
    ///
    /// ```
    /// use autodiff_runtime::{Optimizer, optim::SignSgd};
    /// let mut w = [1.0, 1.0];
    /// SignSgd::new(0.25).beta(0.9).step(&mut w, &[5.0, -0.1])?;
    /// assert_eq!(w, [0.75, 1.25]);
    /// # Ok::<(), autodiff_runtime::Error>(())
    /// ```
    SignSgd, SignSgdRule {
        /// Decay of the average of gradients; 0 by default, 0.9 in optax's `signum`.
        beta: f64 = 0.0,
    }
}

impl<S: Scalar> Rule<S> for SignSgdRule {
    const NAME: &'static str = "sign_sgd";

    fn state_len(&self, layout: &Layout) -> usize {
        if self.beta == 0.0 { 0 } else { layout.len() }
    }

    fn leaf(&mut self, update: Update<'_, S>) {
        let rate = S::of(update.rate);
        let (beta, rest) = (S::of(self.beta), S::of(1.0 - self.beta));
        if self.beta == 0.0 {
            return update.each0(|p, g| p - rate * sign(g));
        }
        update.each1(|p, g, m| {
            let m = beta * m + rest * g;
            (p - rate * sign(m), m)
        });
    }
}
