//! Transforming gradients before an optimizer sees them.

use super::gradients::Buffer;
use super::{Gradients, Optimizer};
use crate::clip::{self, NormKind};
use crate::tree::TreeMut;
use crate::{Error, Scalar, math};
use alloc::vec::Vec;

/// Steps that gradients pass, in the order in which they were added, before `inner` gets them.
///
/// The gradients of leaves that `inner` keeps frozen count in norms as all others do; leave them `None` if they should not.
///
/// ```
/// use autodiff_runtime::Optimizer;
/// use autodiff_runtime::optim::{Adam, Chain, Sgd};
/// let mut w = (vec![9.0], 12.0);
/// let mut opt = Chain::new(Sgd::new(1.0)).zero_nans().clip_by_global_norm(5.0);
/// let grads = w.clone();
/// opt.step(&mut w, &grads)?;
/// assert_eq!((w, opt.global_norm()), ((vec![6.0], 8.0), Some(15.0)));
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
pub struct Chain<O, S = f64> {
    /// The optimizer at the end.
    pub inner: O,
    transforms: Vec<Transform<S>>,
    nonnegative: bool,
    #[cfg_attr(feature = "serde", serde(skip))]
    global_norm: Option<S>,
    buffer: Buffer<S>,
}

/// A step of a [`Chain`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(bound = "S: Scalar"))]
enum Transform<S> {
    ByValue(f64, f64),
    ByNorm(f64),
    ByAverageNorm(f64),
    ByGlobalNorm(f64),
    ByGlobalNormOrPass(f64),
    ByTotalNorm(f64, NormKind),
    ByBlockRms(f64),
    Adaptive(f64, f64),
    ErrorIfNonfinite,
    ZeroNans,
    Centralize,
    Normalize(f64, f64),
    /// Decay, whether to correct for the start, steps so far, the average.
    Average(f64, bool, u64, #[cfg_attr(feature = "serde", serde(with = "super::bits"))] Vec<S>),
}

impl<O, S: Scalar> Chain<O, S> {
    /// Nothing before `inner`, yet.
    pub fn new(inner: O) -> Self {
        let buffer = Buffer { entries: Vec::new() };
        Self { inner, transforms: Vec::new(), nonnegative: false, global_norm: None, buffer }
    }

    fn and(mut self, transform: Transform<S>) -> Self {
        self.transforms.push(transform);
        self
    }

    /// [`clip::by_value`].
    ///
    /// # Panics
    /// When a bound is NaN.
    #[track_caller]
    pub fn clip_by_value(self, min: f64, max: f64) -> Self {
        assert!(!min.is_nan() && !max.is_nan(), "gradients cannot be clipped to {min}..={max}");
        self.and(Transform::ByValue(min, max))
    }

    /// [`clip::by_norm`], each leaf on its own (Keras' `clipnorm`).
    ///
    /// # Panics
    /// When the bound is negative or NaN.
    #[track_caller]
    pub fn clip_by_norm(self, clip: f64) -> Self {
        clip::assert_bound(clip);
        self.and(Transform::ByNorm(clip))
    }

    /// [`clip::by_average_norm`].
    ///
    /// # Panics
    /// When the bound is negative or NaN.
    #[track_caller]
    pub fn clip_by_average_norm(self, clip: f64) -> Self {
        clip::assert_bound(clip);
        self.and(Transform::ByAverageNorm(clip))
    }

    /// [`clip::by_global_norm`], TensorFlow's.
    ///
    /// # Panics
    /// When the bound is negative or NaN.
    #[track_caller]
    pub fn clip_by_global_norm(self, clip: f64) -> Self {
        clip::assert_bound(clip);
        self.and(Transform::ByGlobalNorm(clip))
    }

    /// [`clip::by_global_norm_or_pass`], optax's.
    ///
    /// # Panics
    /// When the bound is negative or NaN.
    #[track_caller]
    pub fn clip_by_global_norm_or_pass(self, max: f64) -> Self {
        clip::assert_bound(max);
        self.and(Transform::ByGlobalNormOrPass(max))
    }

    /// [`clip::by_total_norm`], torch's.
    ///
    /// # Panics
    /// When the bound is negative or NaN.
    #[track_caller]
    pub fn clip_by_total_norm(self, max: f64, kind: NormKind) -> Self {
        clip::assert_bound(max);
        self.and(Transform::ByTotalNorm(max, kind))
    }

    /// [`clip::by_block_rms`].
    ///
    /// # Panics
    /// When the threshold is negative or NaN.
    #[track_caller]
    pub fn clip_by_block_rms(self, threshold: f64) -> Self {
        clip::assert_bound(threshold);
        self.and(Transform::ByBlockRms(threshold))
    }

    /// [`clip::adaptive`].
    ///
    /// # Panics
    /// When the bound is negative or NaN.
    #[track_caller]
    pub fn clip_adaptive(self, clipping: f64, eps: f64) -> Self {
        clip::assert_bound(clipping);
        self.and(Transform::Adaptive(clipping, eps))
    }

    /// Refuses the step when a number is infinite or NaN at this point.
    pub fn error_if_nonfinite(self) -> Self {
        self.and(Transform::ErrorIfNonfinite)
    }

    /// [`clip::zero_nans`].
    pub fn zero_nans(self) -> Self {
        self.and(Transform::ZeroNans)
    }

    /// [`clip::centralize`].
    pub fn centralize(self) -> Self {
        self.and(Transform::Centralize)
    }

    /// [`clip::normalize`].
    ///
    /// # Panics
    /// When `target` or `eps` is negative or NaN.
    #[track_caller]
    pub fn normalize(self, target: f64, eps: f64) -> Self {
        clip::assert_bound(target);
        clip::assert_bound(eps);
        self.and(Transform::Normalize(target, eps))
    }

    /// Exponential moving average of the gradients, corrected for its start when `debias` is set (`optax.ema`).
    pub fn average(self, decay: f64, debias: bool) -> Self {
        self.and(Transform::Average(decay, debias, 0, Vec::new()))
    }

    /// Sets parameters that have become negative to 0 after each step (`optax.keep_params_nonnegative`).
    pub fn keep_nonnegative(mut self) -> Self {
        self.nonnegative = true;
        self
    }

    /// The global norm that the last step found before clipping by it.
    pub fn global_norm(&self) -> Option<S> {
        self.global_norm
    }

    fn transform(&mut self, params: &mut dyn TreeMut<S>) -> Result<(), Error> {
        let (of, grads) = (S::of, &mut self.buffer.entries);
        for transform in &mut self.transforms {
            match transform {
                Transform::ByValue(min, max) => clip::by_value(grads, of(*min), of(*max)),
                Transform::ByNorm(clip) => clip::by_norm(grads, of(*clip)),
                Transform::ByAverageNorm(clip) => clip::by_average_norm(grads, of(*clip)),
                Transform::ByGlobalNorm(clip) => {
                    self.global_norm = Some(clip::by_global_norm(grads, of(*clip)))
                }
                Transform::ByGlobalNormOrPass(max) => {
                    self.global_norm = Some(clip::by_global_norm_or_pass(grads, of(*max)));
                }
                Transform::ByTotalNorm(max, kind) => {
                    self.global_norm = Some(clip::by_total_norm(grads, of(*max), *kind, false)?);
                }
                Transform::ByBlockRms(threshold) => clip::by_block_rms(grads, of(*threshold)),
                Transform::Adaptive(clipping, eps) => {
                    let mut entries = grads.iter_mut();
                    crate::tree::visit(params, |_, leaf| {
                        let Some(entry) = entries.next().filter(|entry| entry.present) else { return };
                        clip::adaptive_leaf(leaf.layout, &mut entry.data, leaf.data, of(*clipping), of(*eps));
                    });
                }
                Transform::ErrorIfNonfinite => clip::ensure_finite(grads)?,
                Transform::ZeroNans => drop(clip::zero_nans(grads)),
                Transform::Centralize => clip::centralize(grads),
                Transform::Normalize(target, eps) => drop(clip::normalize(grads, of(*target), of(*eps))),
                Transform::Average(decay, debias, steps, average) => {
                    *steps += 1;
                    let correct = of(if *debias { math::debias(*decay, *steps) } else { 1.0 });
                    let (kept, new) = (of(*decay), of(1.0 - *decay));
                    let mut start = 0;
                    for entry in grads.iter_mut() {
                        let end = start + entry.data.len();
                        average.resize(average.len().max(end), S::zero());
                        if entry.present {
                            for (average, g) in average[start..end].iter_mut().zip(&mut entry.data) {
                                *average = kept * *average + new * *g;
                                *g = *average / correct;
                            }
                        }
                        start = end;
                    }
                }
            }
        }
        Ok(())
    }
}

impl<S: Scalar, O: Optimizer<S>> Optimizer<S> for Chain<O, S> {
    fn update(&mut self, params: &mut dyn TreeMut<S>, grads: &Gradients<'_, S>) -> Result<(), Error> {
        self.buffer.take(params, grads, false)?;
        self.transform(params)?;
        self.inner.update(params, &Gradients::buffered(&self.buffer).within(grads))?;
        if self.nonnegative {
            crate::tree::map_mut(params, |x| if x < S::zero() { S::zero() } else { x });
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
