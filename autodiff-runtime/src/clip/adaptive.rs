//! Clipping relative to something: the parameters, the size, the mean.

use super::single::scale;
use super::{Units, assert_bound, check_bound};
use crate::norm::Norm;
use crate::tree::{self, Layout, Tree, TreeMut};
use crate::{Error, Scalar};

/// The units of adaptive clipping: a whole vector, a column of a matrix, a filter of a convolution.
fn unit_wise(layout: Layout) -> Units {
    let wide = layout.shape().iter().filter(|&&dim| dim != 1).count();
    let rank = layout.rank();
    let reduced = match (wide, rank) {
        (0 | 1, _) => rank,
        (_, 2 | 3) => 1,
        _ => rank - 1,
    };
    Units::new(layout, move |axis| axis < reduced)
}

/// Adaptive gradient clipping: the norm of each unit of the gradient is limited to `clipping` times that of the same
/// unit of the parameters, which counts as `eps` at least.
///
/// A unit is the whole leaf up to rank 1, a column (over axis 0) for ranks 2 and 3, an output filter (over all axes
/// but the last) above. Brock et al. 2021, arXiv:2102.06171; usual values: `clipping` 0.01, `eps` 1e-3.
///
/// # Errors
/// [`Error::Mismatch`] when the trees do not match, [`Error::Invalid`] when `clipping` is negative or NaN.
///
/// ```
/// let mut g = vec![3.0, 4.0];
/// autodiff_runtime::clip::adaptive(&mut g, &vec![0.0, 10.0], 0.1, 1e-3)?;
/// assert_eq!(g, [0.6000000000000001, 0.8]);
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
pub fn adaptive<S: Scalar, G: TreeMut<S> + ?Sized, P: Tree<S> + ?Sized>(
    grads: &mut G,
    params: &P,
    clipping: S,
    eps: S,
) -> Result<(), Error> {
    check_bound(clipping)?;
    tree::zip_mut(grads, params, |_, layout, g, p| {
        if let Some(p) = p {
            adaptive_leaf(layout, g, p, clipping, eps);
        }
    })
}

/// The larger, or NaN if the first is.
fn larger<S: Scalar>(x: S, least: S) -> S {
    if x < least { least } else { x }
}

pub(crate) fn adaptive_leaf<S: Scalar>(layout: Layout, g: &mut [S], p: &[S], clipping: S, eps: S) {
    let units = unit_wise(layout);
    for unit in 0..units.count() {
        let norm = |data: &[S]| {
            let mut norm = Norm::default();
            norm.extend(units.places(unit).map(|i| data[i]));
            norm.get()
        };
        let (max, found) = (clipping * larger(norm(p), eps), norm(g));
        if !(found < max) {
            let factor = max / larger(found, S::of(1e-6));
            units.places(unit).for_each(|i| g[i] *= factor);
        }
    }
}

/// Divides each leaf by `max(1, rms / threshold)`, its root mean square over the threshold.
///
/// # Panics
/// When the threshold is negative or NaN.
///
/// ```
/// let mut g = [3.0, -3.0, 3.0, -3.0];
/// autodiff_runtime::clip::by_block_rms(&mut g, 1.5);
/// assert_eq!(g, [1.5, -1.5, 1.5, -1.5]);
/// ```
#[track_caller]
pub fn by_block_rms<S: Scalar, T: TreeMut<S> + ?Sized>(tree: &mut T, threshold: S) {
    assert_bound(threshold);
    tree::visit_mut(tree, |_, _, data| {
        let rms = crate::norm::norm(data) / S::of(data.len() as f64).sqrt();
        let ratio = rms / threshold;
        if !(ratio <= S::one()) {
            data.iter_mut().for_each(|x| *x /= ratio);
        }
    });
}

/// Subtracts from each leaf of rank 2 or more its mean over all axes but the first.
///
/// Yong et al. 2020, arXiv:2004.01461.
///
/// ```
/// let mut g = [[1.0, 3.0], [5.0, 5.0]];
/// autodiff_runtime::clip::centralize(&mut g);
/// assert_eq!(g, [[-1.0, 1.0], [0.0, 0.0]]);
/// ```
pub fn centralize<S: Scalar, T: TreeMut<S> + ?Sized>(tree: &mut T) {
    tree::visit_mut(tree, |_, layout, data| {
        if layout.rank() < 2 {
            return;
        }
        let units = Units::new(layout, |axis| axis > 0);
        let size = S::of((layout.len() / units.count().max(1)) as f64);
        for unit in 0..units.count() {
            let mean = units.places(unit).map(|i| data[i]).sum::<S>() / size;
            units.places(unit).for_each(|i| data[i] -= mean);
        }
    });
}

/// Scales the whole tree to the norm `target`: `g * target / (norm + eps)`; zeros stay. Returns the norm it had.
///
/// # Panics
/// When `target` or `eps` is negative or NaN.
///
/// ```
/// let mut g = [3.0, 4.0];
/// assert_eq!(autodiff_runtime::clip::normalize(&mut g, 10.0, 0.0), 5.0);
/// assert_eq!(g, [6.0, 8.0]);
/// ```
#[track_caller]
pub fn normalize<S: Scalar, T: TreeMut<S> + ?Sized>(tree: &mut T, target: S, eps: S) -> S {
    assert_bound(target);
    assert_bound(eps);
    let norm = tree::norm(tree);
    if norm != S::zero() {
        tree::visit_mut(tree, |_, _, data| scale(data, target / (norm + eps)));
    }
    norm
}
