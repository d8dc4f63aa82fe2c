//! Gradient clipping, in place, on any tree of numbers.
//!
//! Names and behaviour are TensorFlow's, other libraries' variants stand beside them:
//!
//! | here | original |
//! |---|---|
//! | [`by_value`], [`by_bounds`] | `tf.clip_by_value`, `optax.clip`, `clip_grad_value_`, Keras `clipvalue` |
//! | [`by_norm`], [`by_norm_along`] | `tf.clip_by_norm` with `axes`, Keras `clipnorm` |
//! | [`by_average_norm`] | `tf.compat.v1.clip_by_average_norm` |
//! | [`by_global_norm`], [`by_given_norm`], [`global_norm`] | `tf.clip_by_global_norm` with `use_norm`, `tf.linalg.global_norm`, Keras `global_clipnorm` |
//! | [`by_total_norm`] | torch's `clip_grad_norm_` with `norm_type` |
//! | [`by_global_norm_or_pass`] | `optax.clip_by_global_norm` |
//! | [`by_block_rms`] | `optax.clip_by_block_rms` |
//! | [`adaptive`] | `optax.adaptive_grad_clip` |
//! | [`per_example`], [`per_example_layers`] | `optax.per_example_*_norm_clip` |
//! | [`zero_nans`], [`ensure_finite`] | `optax.zero_nans`, `error_if_nonfinite`, `tf.debugging.check_numerics` |
//! | [`centralize`], [`normalize`] | `optax.centralize`, `optax.normalize_by_update_norm` |
//!
//! `None` entries are kept and count for nothing.
//!
//! # Bounds
//! A bound of 0 makes everything 0. A bound that is negative or NaN is refused: it would turn gradients round, or make
//! them NaN. Functions that return a `Result` return [`Error::Invalid`], before anything is changed; the others panic.
//!
//! # Zero, infinite, NaN
//! As in TensorFlow: an infinity or a NaN anywhere makes *every* number NaN in [`by_global_norm`]; [`by_norm`] turns an
//! infinite entry into NaN and the finite ones beside it into 0; a bound of infinity gives NaN and does not mean "off".
//!
//! Three differences are deliberate. TensorFlow takes a negative bound for 0, for none, or for a change of sign, depending
//! on the function. Norms are computed with scaling where squares would overflow or vanish, so
//! `[3e200, 4e200]` has the norm `5e200` and is clipped correctly, where TensorFlow makes it NaN (`by_global_norm`) or
//! zero (`by_norm`). And what is within the bound is left as it is, to the last bit, where TensorFlow multiplies by
//! `c * (1 / c)`, which need not be 1.

mod adaptive;
mod bounds;
mod examples;
mod finite;
mod global;
mod single;
mod units;

pub(crate) use adaptive::adaptive_leaf;
pub use adaptive::{adaptive, by_block_rms, centralize, normalize};
pub use bounds::{by_bounds, by_value};
pub use examples::{Clipped, per_example, per_example_layers};
pub use finite::{ensure_finite, zero_nans};
pub use global::{
    NormKind, by_given_norm, by_global_norm, by_global_norm_or_pass, by_total_norm, global_norm,
};
pub use single::{by_average_norm, by_norm, by_norm_along};
pub(crate) use units::Units;

use crate::{Error, Scalar};

/// Refuses a bound that is negative or NaN.
fn check_bound<S: Scalar>(bound: S) -> Result<(), Error> {
    if bound >= S::zero() {
        return Ok(());
    }
    Err(Error::Invalid(alloc::format!("gradients cannot be clipped to {bound}: a bound is zero or positive")))
}

/// As [`check_bound`], for functions that return no `Result`.
#[track_caller]
pub(crate) fn assert_bound<S: Scalar>(bound: S) {
    if let Err(error) = check_bound(bound) {
        panic!("{error}");
    }
}
