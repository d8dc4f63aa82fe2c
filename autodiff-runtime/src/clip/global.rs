//! Clipping of all leaves together.

use super::single::{factor, nan_unless_finite, scale};
use super::{assert_bound, check_bound};
use crate::tree::{self, Tree, TreeMut};
use crate::{Error, Scalar};

/// Euclidean norm of all numbers together; 0 when there are none.
///
/// ```
/// assert_eq!(autodiff_runtime::clip::global_norm(&([3.0], Some(4.0), None::<f64>)), 5.0);
/// ```
pub fn global_norm<S: Scalar, T: Tree<S> + ?Sized>(tree: &T) -> S {
    tree::norm(tree)
}

/// Scales the whole tree so that its norm is at most `clip`; returns the norm it had.
///
/// The factor is `clip / max(norm, clip)`. See the [module](super#zero-infinite-nan) for what zero, infinite
/// and NaN norms do. Pascanu, Mikolov, Bengio 2012, arXiv:1211.5063.
///
/// # Panics
/// When the bound is negative or NaN.
///
/// ```
/// let mut g = (vec![9.0], 12.0);
/// assert_eq!(autodiff_runtime::clip::by_global_norm(&mut g, 5.0), 15.0);
/// assert_eq!(g, (vec![3.0], 4.0));
/// ```
#[track_caller]
pub fn by_global_norm<S: Scalar, T: TreeMut<S> + ?Sized>(tree: &mut T, clip: S) -> S {
    let norm = global_norm(tree);
    by_given_norm(tree, clip, norm)
}

/// As [`by_global_norm`] with a norm that is already known (`use_norm`); it is trusted, and returned.
///
/// # Panics
/// When the bound is negative or NaN, or the norm negative.
///
/// ```
/// let mut g = [3.0, 4.0];
/// autodiff_runtime::clip::by_given_norm(&mut g, 2.0, 10.0);
/// assert_eq!(g, [0.6000000000000001, 0.8]);
/// ```
#[track_caller]
pub fn by_given_norm<S: Scalar, T: TreeMut<S> + ?Sized>(tree: &mut T, clip: S, norm: S) -> S {
    assert_bound(clip);
    assert!(!(norm < S::zero()), "a norm of {norm}");
    let factor = factor(norm, clip) + nan_unless_finite(norm);
    tree::visit_mut(tree, |_, _, data| scale(data, factor));
    norm
}

/// As `optax.clip_by_global_norm`: the tree passes unchanged if its norm is below `max`, else it is `g / norm * max`.
///
/// An infinite bound means "off" here; an infinite entry becomes NaN and the finite ones 0. Returns the norm.
///
/// # Panics
/// When the bound is negative or NaN.
///
/// ```
/// let mut g = [3.0, 4.0];
/// autodiff_runtime::clip::by_global_norm_or_pass(&mut g, f64::INFINITY);
/// assert_eq!(g, [3.0, 4.0]);
/// ```
#[track_caller]
pub fn by_global_norm_or_pass<S: Scalar, T: TreeMut<S> + ?Sized>(tree: &mut T, max: S) -> S {
    assert_bound(max);
    let norm = global_norm(tree);
    if !(norm < max) {
        tree::map_mut(tree, |x| x / norm * max);
    }
    norm
}

/// Which norm [`by_total_norm`] uses.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum NormKind {
    /// Sum of magnitudes.
    One,
    /// Euclidean.
    Two,
    /// Largest magnitude.
    Max,
    /// Root of the sum of this power of the magnitudes; for 0 how many are not 0.
    Power(f64),
}

impl NormKind {
    fn of<S: Scalar, T: Tree<S> + ?Sized>(self, tree: &T) -> S {
        match self {
            NormKind::One => tree::fold(tree, S::zero(), |sum, x: S| sum + x.abs()),
            NormKind::Two => global_norm(tree),
            NormKind::Max => {
                tree::fold(
                    tree,
                    S::zero(),
                    |max, x: S| {
                        if x.abs() > max || x.is_nan() { x.abs() } else { max }
                    },
                )
            }
            NormKind::Power(0.0) => {
                tree::fold(tree, S::zero(), |sum, x: S| sum + S::of(f64::from(x != S::zero())))
            }
            NormKind::Power(p) => {
                // Powers of numbers relative to the largest neither overflow nor vanish.
                let (p, max) = (S::of(p), NormKind::Max.of::<S, T>(tree));
                let unit = if p > S::zero() && max.is_normal() { max } else { S::one() };
                let sum = tree::fold(tree, S::zero(), |sum, x: S| sum + (x.abs() / unit).powf(p));
                unit * sum.powf(p.recip())
            }
        }
    }
}

/// As torch's `clip_grad_norm_`: multiplies by `min(max / (norm + 1e-6), 1)`; returns the norm before.
///
/// # Errors
/// [`Error::NonFinite`] when `error_if_nonfinite` is set and a number is infinite or NaN, [`Error::Invalid`] when the
/// bound is negative or NaN; nothing is changed then.
///
/// ```
/// use autodiff_runtime::clip::{self, NormKind};
/// let mut g = [3.0, -1.0];
/// assert_eq!(clip::by_total_norm(&mut g, 2.0, NormKind::One, true)?, 4.0);
/// assert!((g[0] - 1.5_f64).abs() < 1e-6);
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
pub fn by_total_norm<S: Scalar, T: TreeMut<S> + ?Sized>(
    tree: &mut T,
    max: S,
    kind: NormKind,
    error_if_nonfinite: bool,
) -> Result<S, Error> {
    check_bound(max)?;
    if error_if_nonfinite {
        super::ensure_finite(tree)?;
    }
    let norm: S = kind.of(tree);
    let ratio = max / (norm + S::of(1e-6));
    let factor = if ratio > S::one() { S::one() } else { ratio };
    tree::visit_mut(tree, |_, _, data| scale(data, factor));
    Ok(norm)
}
