//! Clipping of each leaf on its own, by its norm.

use super::{Units, assert_bound, check_bound};
use crate::norm::{Norm, norm};
use crate::tree::{self, TreeMut};
use crate::{Error, Scalar};
use alloc::format;

/// Factor that brings a norm down to `clip`: exactly 1 within it; NaN for NaN, and for 0 / 0 and ∞ / ∞.
pub(super) fn factor<S: Scalar>(norm: S, clip: S) -> S {
    // NaN must win, as it does in TensorFlow's maximum; `Float::max` would drop it.
    clip / if norm.is_nan() || norm > clip { norm } else { clip }
}

/// Scales each leaf whose Euclidean norm exceeds `clip` down to it: `t * clip / max(‖t‖, clip)`.
///
/// A zero leaf stays zero, except under a bound of 0, which makes it NaN.
///
/// # Panics
/// When the bound is negative or NaN.
///
/// ```
/// let mut g = (vec![3.0, 4.0], 0.5);
/// autodiff_runtime::clip::by_norm(&mut g, 1.0);
/// assert_eq!(g, (vec![0.6000000000000001, 0.8], 0.5));
/// ```
#[track_caller]
pub fn by_norm<S: Scalar, T: TreeMut<S> + ?Sized>(tree: &mut T, clip: S) {
    assert_bound(clip);
    tree::visit_mut(tree, |_, _, data| scale(data, factor(norm(data), clip)));
}

/// As [`by_norm`], with one norm for each slice along the given axes (negative ones count from the end).
///
/// # Errors
/// [`Error::Invalid`] when a leaf has no such axis (leaves before it have been clipped), or when the bound is negative or
/// NaN.
///
/// ```
/// let mut g = [[3.0, 4.0], [0.3, 0.4]];
/// autodiff_runtime::clip::by_norm_along(&mut g, 1.0, &[-1])?;
/// assert_eq!(g, [[0.6000000000000001, 0.8], [0.3, 0.4]]);
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
pub fn by_norm_along<S: Scalar, T: TreeMut<S> + ?Sized>(
    tree: &mut T,
    clip: S,
    axes: &[isize],
) -> Result<(), Error> {
    check_bound(clip)?;
    let mut wrong = None;
    tree::visit_mut(tree, |path, layout, data| {
        let rank = layout.rank() as isize;
        if let Some(axis) = axes.iter().find(|&&axis| axis >= rank || axis < -rank) {
            wrong.get_or_insert_with(|| format!("`{path}` of shape {layout} has no axis {axis}"));
        }
        if wrong.is_some() {
            return;
        }
        let units = Units::new(layout, |axis| axes.iter().any(|&a| a.rem_euclid(rank) == axis as isize));
        for unit in 0..units.count() {
            let mut norm = Norm::default();
            norm.extend(units.places(unit).map(|i| data[i]));
            let factor = factor(norm.get(), clip);
            units.places(unit).for_each(|i| data[i] *= factor);
        }
    });
    wrong.map_or(Ok(()), |what| Err(Error::Invalid(what)))
}

/// Scales each leaf by its "average norm", the Euclidean norm divided by the number of elements:
/// `t * clip * min(size / ‖t‖, 1 / clip)`.
///
/// # Panics
/// When the bound is negative or NaN.
///
/// ```
/// let mut g = [1.0_f64; 4];
/// autodiff_runtime::clip::by_average_norm(&mut g, 0.1);
/// assert!((g[0] - 0.2).abs() < 1e-15);
/// ```
#[track_caller]
pub fn by_average_norm<S: Scalar, T: TreeMut<S> + ?Sized>(tree: &mut T, clip: S) {
    assert_bound(clip);
    tree::visit_mut(tree, |_, _, data| {
        let average = norm(data) / S::of(data.len() as f64);
        let factor = if average.is_nan() { average } else { clip * average.recip().min(clip.recip()) };
        scale(data, factor);
    });
}

/// 0 for a finite number, else NaN: TensorFlow's `n - n`.
pub(super) fn nan_unless_finite<S: Scalar>(x: S) -> S {
    if x.is_finite() { S::zero() } else { S::nan() }
}

pub(super) fn scale<S: Scalar>(data: &mut [S], factor: S) {
    if factor != S::one() {
        data.iter_mut().for_each(|x| *x *= factor);
    }
}
