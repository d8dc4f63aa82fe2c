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
//! # Zero, infinite, NaN
//! As in TensorFlow: an infinity or a NaN anywhere makes *every* number NaN in [`by_global_norm`]; [`by_norm`] turns an
//! infinite entry into NaN and the finite ones beside it into 0; a bound of infinity gives NaN and does not mean "off".
//!
//! Two differences are deliberate. Norms are computed with scaling where squares would overflow or vanish, so
//! `[3e200, 4e200]` has the norm `5e200` and is clipped correctly, where TensorFlow makes it NaN (`by_global_norm`) or
//! zero (`by_norm`). And what is within the bound is left as it is, to the last bit, where TensorFlow multiplies by
//! `c * (1 / c)`, which need not be 1.

mod adaptive;
mod examples;
mod finite;
mod global;
mod single;
mod units;

pub(crate) use adaptive::adaptive_leaf;
pub use adaptive::{adaptive, by_block_rms, centralize, normalize};
pub use examples::{Clipped, per_example, per_example_layers};
pub use finite::{ensure_finite, zero_nans};
pub use global::{
    NormKind, by_given_norm, by_global_norm, by_global_norm_or_pass, by_total_norm, global_norm,
};
pub use single::{by_average_norm, by_bounds, by_norm, by_norm_along, by_value};
pub(crate) use units::Units;
