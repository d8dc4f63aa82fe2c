//! One step for several gradients.

use super::gradients::Buffer;
use super::{Gradients, Optimizer};
use crate::tree::TreeMut;
use crate::{Error, Scalar};
use alloc::vec::Vec;

/// Adds up the gradients of `every` calls, then makes one step with their mean, or their sum.
///
/// As `optax.MultiSteps` and Keras' `gradient_accumulation_steps`; with [`Accumulate::sum`] as `optax.apply_every`. The
/// counter and the schedule of the inner optimizer count real steps (Keras' schedules count calls).
///
/// ```
/// use autodiff_runtime::{Optimizer, optim::{Accumulate, Sgd}};
/// let (mut w, mut opt) = (1.0, Accumulate::new(Sgd::new(0.5), 2));
/// opt.step(&mut w, &1.0)?;
/// assert_eq!(w, 1.0);
/// opt.step(&mut w, &2.0)?;
/// assert_eq!((w, opt.steps()), (0.25, 1));
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
pub struct Accumulate<O, S = f64> {
    /// The optimizer that makes the steps.
    pub inner: O,
    every: u64,
    mean: bool,
    calls: u64,
    buffer: Buffer<S>,
}

impl<O, S: Scalar> Accumulate<O, S> {
    /// A step with the mean at each `every`-th call.
    pub fn new(inner: O, every: u64) -> Self {
        Self { inner, every: every.max(1), mean: true, calls: 0, buffer: Buffer { entries: Vec::new() } }
    }

    /// Uses the sum instead of the mean.
    pub fn sum(mut self) -> Self {
        self.mean = false;
        self
    }
}

impl<S: Scalar, O: Optimizer<S>> Optimizer<S> for Accumulate<O, S> {
    fn update(&mut self, params: &mut dyn TreeMut<S>, grads: &Gradients<'_, S>) -> Result<(), Error> {
        self.buffer.take(params, grads, true)?;
        self.calls += 1;
        if self.calls < self.every {
            return Ok(());
        }
        if self.mean {
            let count = S::of(self.calls as f64);
            crate::tree::map_mut(&mut self.buffer.entries, |g| g / count);
        }
        self.calls = 0;
        let result = self.inner.update(params, &Gradients::buffered(&self.buffer).within(grads));
        self.buffer.clear();
        result
    }

    fn steps(&self) -> u64 {
        self.inner.steps()
    }

    fn set_rate_scale(&mut self, scale: f64) {
        self.inner.set_rate_scale(scale);
    }
}
