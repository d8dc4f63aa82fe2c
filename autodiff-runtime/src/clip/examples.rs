//! Clipping of the gradient of each example before they are summed.

use super::check_bound;
use crate::norm::norm;
use crate::tree::{self, Tree, TreeMut};
use crate::{Error, Scalar};
use alloc::vec::Vec;

/// What per-example clipping did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clipped {
    /// How many examples were clipped, for each leaf (one entry alone when all leaves are clipped together).
    pub examples: Vec<usize>,
}

/// Factor for one example: `min(clip / norm, 1)`, 1 for a zero gradient.
fn factor<S: Scalar>(norm: S, clip: S) -> S {
    let ratio = clip / norm;
    if ratio < S::one() { ratio } else { S::one() }
}

/// Adds to `sum` the gradients of all examples, each scaled so that its global norm is at most `clip`.
///
/// Divide the sum by the number of examples, and add noise, for differentially private training (Abadi et al. 2016,
/// arXiv:1607.00133).
///
/// # Errors
/// [`Error::Mismatch`] when an example does not match `sum`, [`Error::Invalid`] when `clip` is negative or NaN.
///
/// ```
/// let mut sum = vec![0.0, 0.0];
/// let clipped = autodiff_runtime::clip::per_example(&[[3.0, 4.0], [0.1, 0.0]], 1.0, &mut sum)?;
/// assert_eq!((sum, clipped.examples), (vec![0.7000000000000001, 0.8], vec![1]));
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
pub fn per_example<S: Scalar, G: Tree<S>, T: TreeMut<S> + ?Sized>(
    examples: &[G],
    clip: S,
    sum: &mut T,
) -> Result<Clipped, Error> {
    check_bound(clip)?;
    let mut clipped = 0;
    for example in examples {
        let factor = factor(tree::norm(example), clip);
        clipped += usize::from(factor < S::one());
        tree::add_scaled(sum, factor, example)?;
    }
    Ok(Clipped { examples: [clipped].into() })
}

/// As [`per_example`], each leaf on its own, with the bounds `clip / √leaves` (`uniform`) or
/// `clip * √(elements of the leaf / all elements)`.
///
/// McMahan et al. 2018, arXiv:1710.06963.
///
/// # Errors
/// [`Error::Mismatch`] when an example does not match `sum`, [`Error::Invalid`] when `clip` is negative or NaN.
///
/// ```
/// let mut sum = ([0.0], [0.0]);
/// autodiff_runtime::clip::per_example_layers(&[([5.0], [0.5])], 2.0_f64.sqrt(), true, &mut sum)?;
/// assert!((sum.0[0] - 1.0_f64).abs() < 1e-15 && sum.1[0] == 0.5);
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
pub fn per_example_layers<S: Scalar, G: Tree<S>, T: TreeMut<S> + ?Sized>(
    examples: &[G],
    clip: S,
    uniform: bool,
    sum: &mut T,
) -> Result<Clipped, Error> {
    check_bound(clip)?;
    let (leaves, elements) = (tree::leaf_count(sum), tree::count(sum));
    let mut clipped = Clipped { examples: alloc::vec![0; leaves] };
    for example in examples {
        let mut leaf = 0;
        tree::zip_mut(sum, example, |_, _, sum, g| {
            let share = if uniform { 1.0 / leaves as f64 } else { sum.len() as f64 / elements as f64 };
            let g = g.unwrap_or_default();
            let factor = factor(norm(g), clip * S::of(share).sqrt());
            clipped.examples[leaf] += usize::from(factor < S::one());
            leaf += 1;
            for (sum, &g) in sum.iter_mut().zip(g) {
                *sum += factor * g;
            }
        })?;
    }
    Ok(clipped)
}
