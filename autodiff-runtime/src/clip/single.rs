//! Clipping of each number, or each leaf, on its own.

use super::Units;
use crate::norm::{Norm, norm};
use crate::tree::{self, Tree, TreeMut};
use crate::{Error, Scalar};
use alloc::format;

/// `max(min(x, max), min)`, NaN when any of the three is.
fn between<S: Scalar>(x: S, min: S, max: S) -> S {
    if x.is_nan() || min.is_nan() || max.is_nan() {
        return S::nan();
    }
    x.min(max).max(min)
}

/// Limits every number to `min..=max`; `min` wins where it is larger. NaN stays.
///
/// ```
/// let mut g = (vec![-2.0, 0.5], 3.0);
/// autodiff_runtime::clip::by_value(&mut g, -1.0, 1.0);
/// assert_eq!(g, (vec![-1.0, 0.5], 1.0));
/// ```
pub fn by_value<S: Scalar, T: TreeMut<S> + ?Sized>(tree: &mut T, min: S, max: S) {
    tree::map_mut(tree, |x| between(x, min, max));
}

/// As [`by_value`], with bounds of the same shape.
///
/// # Errors
/// [`Error::Mismatch`] when a bound has another shape.
///
/// ```
/// let mut g = [5.0, 5.0];
/// autodiff_runtime::clip::by_bounds(&mut g, &[0.0, 0.0], &[1.0, 2.0])?;
/// assert_eq!(g, [1.0, 2.0]);
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
pub fn by_bounds<S: Scalar, T, L, H>(tree: &mut T, min: &L, max: &H) -> Result<(), Error>
where
    T: TreeMut<S> + ?Sized,
    L: Tree<S> + ?Sized,
    H: Tree<S> + ?Sized,
{
    tree::zip3_mut(tree, min, max, |_, _, data, min, max| {
        for (i, x) in data.iter_mut().enumerate() {
            let bound = |side: Option<&[S]>, none: S| side.map_or(none, |side| side[i]);
            *x = between(*x, bound(min, S::neg_infinity()), bound(max, S::infinity()));
        }
    })
}

/// Factor that brings a norm down to `clip`.
fn factor<S: Scalar>(norm: S, clip: S) -> S {
    // NaN must win, as it does in TensorFlow's maximum; `Float::max` would drop it.
    let clip = if clip < S::zero() { S::zero() } else { clip };
    if norm <= clip && clip > S::zero() && clip.is_finite() {
        return S::one();
    }
    clip / if norm.is_nan() || norm > clip { norm } else { clip }
}

/// Scales each leaf whose Euclidean norm exceeds `clip` down to it: `t * clip / max(‖t‖, clip)`.
///
/// A negative bound counts as 0. A zero leaf stays zero, except under a bound of 0, which makes it NaN.
///
/// ```
/// let mut g = (vec![3.0, 4.0], 0.5);
/// autodiff_runtime::clip::by_norm(&mut g, 1.0);
/// assert_eq!(g, (vec![0.6000000000000001, 0.8], 0.5));
/// ```
pub fn by_norm<S: Scalar, T: TreeMut<S> + ?Sized>(tree: &mut T, clip: S) {
    tree::visit_mut(tree, |_, _, data| scale(data, factor(norm(data), clip)));
}

/// As [`by_norm`], with one norm for each slice along the given axes (negative ones count from the end).
///
/// # Errors
/// [`Error::Invalid`] when a leaf has no such axis; leaves before it have been clipped.
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
/// ```
/// let mut g = [1.0_f64; 4];
/// autodiff_runtime::clip::by_average_norm(&mut g, 0.1);
/// assert!((g[0] - 0.2).abs() < 1e-15);
/// ```
pub fn by_average_norm<S: Scalar, T: TreeMut<S> + ?Sized>(tree: &mut T, clip: S) {
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
