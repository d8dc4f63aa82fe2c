//! Steps that are skipped when a gradient is not finite.

use super::gradients::Buffer;
use super::{Gradients, Optimizer};
use crate::tree::TreeMut;
use crate::{Error, Scalar};
use alloc::vec::Vec;

fn finite<S: Scalar>(params: &dyn TreeMut<S>, grads: &Gradients<'_, S>) -> Result<bool, Error> {
    let mut finite = true;
    grads.visit(params, |_, _, _, g| finite &= g.unwrap_or_default().iter().all(|x| x.is_finite()))?;
    Ok(finite)
}

/// Skips steps whose gradients have an infinity or NaN, up to a number of them in a row (`optax.apply_if_finite`).
///
/// ```
/// use autodiff_runtime::{Optimizer, optim::{ApplyIfFinite, Sgd}};
/// let (mut w, mut opt) = (1.0, ApplyIfFinite::new(Sgd::new(0.5), 10));
/// opt.step(&mut w, &f64::NAN)?;
/// opt.step(&mut w, &1.0)?;
/// assert_eq!((w, opt.skipped()), (0.5, 1));
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ApplyIfFinite<O> {
    /// The optimizer that makes the steps.
    pub inner: O,
    max_in_a_row: u64,
    in_a_row: u64,
    skipped: u64,
}

impl<O> ApplyIfFinite<O> {
    /// Skips up to `max_in_a_row` bad steps; lets through what comes after so many.
    pub fn new(inner: O, max_in_a_row: u64) -> Self {
        Self { inner, max_in_a_row, in_a_row: 0, skipped: 0 }
    }

    /// How many steps have been skipped.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }
}

impl<S: Scalar, O: Optimizer<S>> Optimizer<S> for ApplyIfFinite<O> {
    fn update(&mut self, params: &mut dyn TreeMut<S>, grads: &Gradients<'_, S>) -> Result<(), Error> {
        self.in_a_row = if finite(params, grads)? { 0 } else { self.in_a_row + 1 };
        if self.in_a_row == 0 || self.in_a_row > self.max_in_a_row {
            return self.inner.update(params, grads);
        }
        self.skipped += 1;
        Ok(())
    }

    fn steps(&self) -> u64 {
        self.inner.steps()
    }

    fn set_rate_scale(&mut self, scale: f64) {
        self.inner.set_rate_scale(scale);
    }
}

/// Loss scaling for low precision (Micikevicius et al. 2018, arXiv:1710.03740), as Keras' `LossScaleOptimizer`.
///
/// Multiply the loss by [`LossScale::scale`] before differentiating; the gradients are divided by it here. A step that
/// is not finite is skipped and halves the scale; so many good ones in a row double it.
///
/// ```
/// use autodiff_runtime::{Optimizer, optim::{LossScale, Sgd}};
/// let (mut w, mut opt) = (1.0, LossScale::new(Sgd::new(0.5)).initial_scale(8.0));
/// opt.step(&mut w, &(opt.scale() * 1.0))?;
/// opt.step(&mut w, &f64::INFINITY)?;
/// assert_eq!((w, opt.scale()), (0.5, 4.0));
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
pub struct LossScale<O, S = f64> {
    /// The optimizer that makes the steps.
    pub inner: O,
    scale: f64,
    growth_steps: u64,
    good: u64,
    buffer: Buffer<S>,
}

impl<O, S: Scalar> LossScale<O, S> {
    /// Scale 2¹⁵, doubled after 2000 good steps.
    pub fn new(inner: O) -> Self {
        Self { inner, scale: 32768.0, growth_steps: 2000, good: 0, buffer: Buffer { entries: Vec::new() } }
    }

    /// Sets the scale.
    pub fn initial_scale(mut self, scale: f64) -> Self {
        self.scale = scale;
        self
    }

    /// How many good steps double the scale.
    pub fn growth_steps(mut self, steps: u64) -> Self {
        self.growth_steps = steps;
        self
    }

    /// What to multiply the loss by.
    pub fn scale(&self) -> f64 {
        self.scale
    }
}

impl<S: Scalar, O: Optimizer<S>> Optimizer<S> for LossScale<O, S> {
    fn update(&mut self, params: &mut dyn TreeMut<S>, grads: &Gradients<'_, S>) -> Result<(), Error> {
        if !finite(params, grads)? {
            (self.scale, self.good) = (self.scale / 2.0, 0);
            return Ok(());
        }
        self.buffer.take(params, grads, false)?;
        let scale = S::of(self.scale);
        crate::tree::map_mut(&mut self.buffer.entries, |g| g / scale);
        self.inner.update(params, &Gradients::buffered(&self.buffer).within(grads))?;
        self.good += 1;
        if self.good == self.growth_steps {
            (self.scale, self.good) = (self.scale * 2.0, 0);
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
