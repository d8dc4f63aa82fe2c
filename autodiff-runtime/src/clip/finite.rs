//! Infinities and NaN.

use crate::tree::{self, Tree, TreeMut};
use crate::{Error, Scalar};
use alloc::string::ToString;

/// Replaces every NaN by 0, keeps infinities; returns how many there were.
///
/// ```
/// let mut g = [1.0, f64::NAN, f64::INFINITY];
/// assert_eq!(autodiff_runtime::clip::zero_nans(&mut g), 1);
/// assert_eq!(g, [1.0, 0.0, f64::INFINITY]);
/// ```
pub fn zero_nans<S: Scalar, T: TreeMut<S> + ?Sized>(tree: &mut T) -> usize {
    let mut count = 0;
    tree::map_mut(tree, |x: S| {
        count += usize::from(x.is_nan());
        if x.is_nan() { S::zero() } else { x }
    });
    count
}

/// Fails at the first number that is infinite or NaN.
///
/// # Errors
/// [`Error::NonFinite`], which names the leaf and the element.
///
/// ```
/// let g = (vec![1.0, 2.0], [0.0, f64::NAN]);
/// let error = autodiff_runtime::clip::ensure_finite(&g).unwrap_err();
/// assert_eq!(error.to_string(), "`.1` has NaN at element 1");
/// ```
pub fn ensure_finite<S: Scalar, T: Tree<S> + ?Sized>(tree: &T) -> Result<(), Error> {
    let mut first = None;
    tree::visit(tree, |path, leaf| {
        if first.is_some() {
            return;
        }
        if let Some(element) = leaf.data.iter().position(|x| !x.is_finite()) {
            first = Some(Error::NonFinite {
                leaf: path.to_string(),
                element,
                value: leaf.data[element].as_f64(),
            });
        }
    });
    first.map_or(Ok(()), Err)
}
