//! Slow parameters behind fast ones.

use super::{Gradients, Optimizer};
use crate::tree::{self, TreeMut};
use crate::{Error, Scalar};
use alloc::vec::Vec;

/// Lookahead (Zhang et al. 2019, arXiv:1907.08610): every `period` steps the slow parameters move by `rate` of the way
/// to the fast ones, which then start again from there.
///
/// ```
/// use autodiff_runtime::{Optimizer, optim::{Lookahead, Sgd}};
/// let (mut w, mut opt) = (1.0, Lookahead::new(Sgd::new(0.25), 2, 0.5));
/// opt.step(&mut w, &1.0)?;
/// assert_eq!(w, 0.75);
/// opt.step(&mut w, &1.0)?;
/// assert_eq!(w, 0.75);
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(bound(
        serialize = "O: serde::Serialize, S: Scalar",
        deserialize = "O: serde::Deserialize<'de>, S: Scalar"
    ))
)]
pub struct Lookahead<O, S = f64> {
    /// The optimizer of the fast parameters.
    pub inner: O,
    period: u64,
    rate: f64,
    calls: u64,
    #[cfg_attr(feature = "serde", serde(with = "super::bits"))]
    slow: Vec<S>,
}

impl<O, S: Scalar> Lookahead<O, S> {
    /// optax's and the paper's usual values are `period` 5 or 6, `rate` 0.5.
    pub fn new(inner: O, period: u64, rate: f64) -> Self {
        Self { inner, period: period.max(1), rate, calls: 0, slow: Vec::new() }
    }

    /// The slow parameters, which are the result; before the first step `params` themselves.
    ///
    /// # Errors
    /// [`Error::Length`] when `params` are not those that were optimized.
    pub fn slow<P: TreeMut<S> + Clone>(&self, params: &P) -> Result<P, Error> {
        let mut slow = params.clone();
        if !self.slow.is_empty() {
            tree::write_from(&mut slow, &self.slow)?;
        }
        Ok(slow)
    }
}

impl<S: Scalar, O: Optimizer<S>> Optimizer<S> for Lookahead<O, S> {
    fn update(&mut self, params: &mut dyn TreeMut<S>, grads: &Gradients<'_, S>) -> Result<(), Error> {
        if self.slow.is_empty() {
            self.slow = tree::to_vec(params);
        }
        self.inner.update(params, grads)?;
        self.calls += 1;
        if self.calls % self.period == 0 {
            let (mut slow, rate) = (self.slow.iter_mut(), S::of(self.rate));
            tree::visit_mut(params, |_, _, fast| {
                let len = fast.len();
                for (fast, slow) in fast.iter_mut().zip(slow.by_ref().take(len)) {
                    *slow += rate * (*fast - *slow);
                    *fast = *slow;
                }
            });
        }
        Ok(())
    }

    fn steps(&self) -> u64 {
        self.inner.steps()
    }

    fn set_rate_scale(&mut self, scale: f64) {
        self.inner.set_rate_scale(scale);
    }
}
