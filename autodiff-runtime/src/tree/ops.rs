//! Arithmetic on whole trees.

use super::{Tree, TreeMut, visit, visit_mut, zip, zip_mut};
use crate::{Error, Scalar, norm::Norm};
use alloc::vec::Vec;

/// Number of numbers in the tree.
pub fn count<S: Scalar, T: Tree<S> + ?Sized>(tree: &T) -> usize {
    let mut count = 0;
    visit(tree, |_, leaf| count += leaf.data.len());
    count
}

/// Number of leaves in the tree.
pub fn leaf_count<S: Scalar, T: Tree<S> + ?Sized>(tree: &T) -> usize {
    let mut count = 0;
    visit(tree, |_, _| count += 1);
    count
}

/// Folds `f` over all numbers, in order.
///
/// ```
/// use autodiff_runtime::tree;
/// assert_eq!(tree::fold(&(1.0, [2.0, 3.0]), 0.0, |sum, x| sum + x), 6.0);
/// ```
pub fn fold<S: Scalar, T: Tree<S> + ?Sized, A>(tree: &T, init: A, mut f: impl FnMut(A, S) -> A) -> A {
    let mut state = Some(init);
    visit(tree, |_, leaf| state = Some(leaf.data.iter().fold(state.take().unwrap(), |a, &x| f(a, x))));
    state.unwrap()
}

/// Replaces every number `x` by `f(x)`.
pub fn map_mut<S: Scalar, T: TreeMut<S> + ?Sized>(tree: &mut T, mut f: impl FnMut(S) -> S) {
    visit_mut(tree, |_, _, data| data.iter_mut().for_each(|x| *x = f(*x)));
}

/// Replaces every `x` of `a` by `f(x, y)` with the number `y` of `b` at its place; numbers without partner stay.
///
/// # Errors
/// [`Error::Mismatch`] when the trees do not match.
pub fn zip_map<S: Scalar, A: TreeMut<S> + ?Sized, B: Tree<S> + ?Sized>(
    a: &mut A,
    b: &B,
    mut f: impl FnMut(S, S) -> S,
) -> Result<(), Error> {
    zip_mut(a, b, |_, _, a, b| {
        for (x, &y) in a.iter_mut().zip(b.unwrap_or_default()) {
            *x = f(*x, y);
        }
    })
}

/// Sets every number to `value`.
pub fn fill<S: Scalar, T: TreeMut<S> + ?Sized>(tree: &mut T, value: S) {
    visit_mut(tree, |_, _, data| data.fill(value));
}

/// A tree of the same type and shape, all zeros.
///
/// ```
/// use autodiff_runtime::tree;
/// assert_eq!(tree::zeros_like(&(1.0, vec![2.0, 3.0])), (0.0, vec![0.0, 0.0]));
/// ```
pub fn zeros_like<S: Scalar, T: TreeMut<S> + Clone>(tree: &T) -> T {
    let mut zeros = tree.clone();
    fill(&mut zeros, S::zero());
    zeros
}

/// Multiplies every number by `factor`.
pub fn scale<S: Scalar, T: TreeMut<S> + ?Sized>(tree: &mut T, factor: S) {
    map_mut(tree, |x| x * factor);
}

/// `a += factor * b`, where `b` has a partner for it.
///
/// # Errors
/// [`Error::Mismatch`] when the trees do not match.
///
/// ```
/// use autodiff_runtime::tree;
/// let mut a = vec![1.0, 2.0];
/// tree::add_scaled(&mut a, 0.5, &[2.0, 4.0])?;
/// assert_eq!(a, [2.0, 4.0]);
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
pub fn add_scaled<S: Scalar, A: TreeMut<S> + ?Sized, B: Tree<S> + ?Sized>(
    a: &mut A,
    factor: S,
    b: &B,
) -> Result<(), Error> {
    zip_map(a, b, |x, y| x + factor * y)
}

/// Copies `b` into `a`.
///
/// # Errors
/// [`Error::Mismatch`] when the trees do not match.
pub fn assign<S: Scalar, A: TreeMut<S> + ?Sized, B: Tree<S> + ?Sized>(a: &mut A, b: &B) -> Result<(), Error> {
    zip_map(a, b, |_, y| y)
}

/// Sum of products.
///
/// # Errors
/// [`Error::Mismatch`] when the trees do not match.
pub fn dot<S: Scalar, A: Tree<S> + ?Sized, B: Tree<S> + ?Sized>(a: &A, b: &B) -> Result<S, Error> {
    let mut sum = S::zero();
    zip(a, b, |_, a, b| {
        for (&x, &y) in a.data.iter().zip(b.unwrap_or_default()) {
            sum += x * y;
        }
    })?;
    Ok(sum)
}

/// Euclidean length of the difference.
///
/// # Errors
/// [`Error::Mismatch`] when the trees do not match.
pub fn distance<S: Scalar, A: Tree<S> + ?Sized, B: Tree<S> + ?Sized>(a: &A, b: &B) -> Result<S, Error> {
    let mut norm = Norm::default();
    zip(a, b, |_, a, b| {
        norm.extend(a.data.iter().zip(b.unwrap_or_default()).map(|(&x, &y)| x - y));
    })?;
    Ok(norm.get())
}

/// Euclidean norm of all numbers together; never overflows on the way (see [`clip`](crate::clip)).
pub fn norm<S: Scalar, T: Tree<S> + ?Sized>(tree: &T) -> S {
    let mut norm = Norm::default();
    visit(tree, |_, leaf| norm.add(leaf.data));
    norm.get()
}

/// Whether no number is infinite or NaN.
pub fn is_finite<S: Scalar, T: Tree<S> + ?Sized>(tree: &T) -> bool {
    let mut finite = true;
    visit(tree, |_, leaf| finite &= leaf.data.iter().all(|x| x.is_finite()));
    finite
}

/// All numbers, one leaf after the other.
pub fn to_vec<S: Scalar, T: Tree<S> + ?Sized>(tree: &T) -> Vec<S> {
    let mut flat = Vec::new();
    visit(tree, |_, leaf| flat.extend_from_slice(leaf.data));
    flat
}

/// Fills the tree from numbers as [`to_vec`] returns them.
///
/// # Errors
/// [`Error::Length`] when there are too many or too few; the tree is then unchanged.
pub fn write_from<S: Scalar, T: TreeMut<S> + ?Sized>(tree: &mut T, flat: &[S]) -> Result<(), Error> {
    let expected = count(tree);
    if flat.len() != expected {
        return Err(Error::Length { expected, found: flat.len() });
    }
    let mut rest = flat;
    visit_mut(tree, |_, _, data| {
        let (head, tail) = rest.split_at(data.len());
        data.copy_from_slice(head);
        rest = tail;
    });
    Ok(())
}
