//! Clipping of each number on its own.

use crate::tree::{self, Layout, Leaf, Node, Path, Tree, TreeMut};
use crate::{Error, Scalar};
use alloc::{
    format,
    string::{String, ToString},
};

/// `max(min(x, max), min)`; NaN stays.
fn between<S: Scalar>(x: S, min: S, max: S) -> S {
    if x.is_nan() { x } else { x.min(max).max(min) }
}

/// Limits every number to `min..=max`; `min` wins where it is larger. NaN stays.
///
/// # Panics
/// When a bound is NaN.
///
/// ```
/// let mut g = (vec![-2.0, 0.5], 3.0);
/// autodiff_runtime::clip::by_value(&mut g, -1.0, 1.0);
/// assert_eq!(g, (vec![-1.0, 0.5], 1.0));
/// ```
#[track_caller]
pub fn by_value<S: Scalar, T: TreeMut<S> + ?Sized>(tree: &mut T, min: S, max: S) {
    assert!(!min.is_nan() && !max.is_nan(), "gradients cannot be clipped to {min}..={max}");
    tree::map_mut(tree, |x| between(x, min, max));
}

/// As [`by_value`], with a bound for each number.
///
/// The bounds are trees of the same branches. A leaf may be smaller than that of `tree`: axes of length 1, and axes that
/// are missing in front, are repeated, as NumPy and TensorFlow do. A leaf in the place of a branch bounds all leaves of it.
/// Where a bound is absent (`None`, `()`), there is none.
///
/// # Errors
/// [`Error::Mismatch`] when a bound does not fit, [`Error::Invalid`] when it has a NaN; leaves before it have been clipped.
///
/// ```
/// use autodiff_runtime::clip;
/// let mut g = [[5.0, 5.0], [-5.0, 0.5]];
/// clip::by_bounds(&mut g, &-1.0, &[1.0, 2.0])?;
/// assert_eq!(g, [[1.0, 2.0], [-1.0, 0.5]]);
///
/// let mut g = (vec![5.0, 6.0], 7.0);
/// clip::by_bounds(&mut g, &(), &(3.0, 4.0))?;
/// assert_eq!(g, (vec![3.0, 3.0], 4.0));
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
pub fn by_bounds<S: Scalar, T, L, H>(tree: &mut T, min: &L, max: &H) -> Result<(), Error>
where
    T: TreeMut<S> + ?Sized,
    L: Tree<S> + ?Sized,
    H: Tree<S> + ?Sized,
{
    let mut tree = tree;
    walk(&mut tree, Some(&min), Some(&max), &Path::ROOT)
}

fn walk<'b, S: Scalar>(
    tree: &mut dyn TreeMut<S>,
    min: Option<&'b dyn Tree<S>>,
    max: Option<&'b dyn Tree<S>>,
    path: &Path,
) -> Result<(), Error> {
    match tree.node() {
        Node::Leaf(Leaf { layout, .. }) => {
            let (min, max) = (Bound::new(layout, min, path)?, Bound::new(layout, max, path)?);
            for (i, x) in tree.data_mut().iter_mut().enumerate() {
                *x = between(*x, min.at(i).unwrap_or(S::neg_infinity()), max.at(i).unwrap_or(S::infinity()));
            }
        }
        Node::Branch(children) => {
            for index in 0..children {
                let (min, max) = (below(min, children, index, path)?, below(max, children, index, path)?);
                let (name, child) = tree.child_mut(index);
                walk(child, min, max, &path.child(name))?;
            }
        }
        Node::Absent => {}
        Node::Opaque(why) => return Err(Error::Opaque { leaf: path.to_string(), why }),
    }
    Ok(())
}

/// The bound of a child: a child, or the leaf that bounds all of the branch.
fn below<'b, S: Scalar>(
    bound: Option<&'b dyn Tree<S>>,
    children: usize,
    index: usize,
    path: &Path,
) -> Result<Option<&'b dyn Tree<S>>, Error> {
    let Some(bound) = bound else { return Ok(None) };
    match bound.node() {
        Node::Leaf(_) => Ok(Some(bound)),
        Node::Absent | Node::Branch(0) => Ok(None),
        Node::Branch(count) if count == children => Ok(Some(bound.child(index).1)),
        other => Err(mismatch(path, format!("{children} children"), &other)),
    }
}

fn mismatch<S>(path: &Path, expected: String, found: &Node<'_, S>) -> Error {
    match found {
        Node::Opaque(why) => Error::Opaque { leaf: path.to_string(), why },
        found => Error::Mismatch { leaf: path.to_string(), expected, found: found.to_string() },
    }
}

/// The bounds of a leaf, repeated along the axes that they lack.
struct Bound<'b, S> {
    layout: Layout,
    leaf: Option<Leaf<'b, S>>,
}

impl<'b, S: Scalar> Bound<'b, S> {
    fn new(layout: Layout, bound: Option<&'b dyn Tree<S>>, path: &Path) -> Result<Self, Error> {
        let leaf = match bound.map(Tree::node) {
            None | Some(Node::Absent | Node::Branch(0)) => None,
            Some(Node::Leaf(leaf)) if leaf.data.iter().any(|x| x.is_nan()) => {
                return Err(Error::Invalid(format!("`{path}`: gradients cannot be clipped to NaN")));
            }
            Some(Node::Leaf(leaf)) if fits(layout.shape(), leaf.layout.shape()) => Some(leaf),
            Some(other) => {
                return Err(mismatch(path, format!("a shape that can be repeated to {layout}"), &other));
            }
        };
        Ok(Self { layout, leaf })
    }

    /// The bound of the number at a place in memory.
    fn at(&self, place: usize) -> Option<S> {
        let leaf = self.leaf?;
        let missing = self.layout.rank() - leaf.layout.rank();
        let along = |axis: usize| {
            let long = missing + axis;
            let index = place / self.layout.stride(long) % self.layout.shape()[long];
            if leaf.layout.shape()[axis] == 1 { 0 } else { index * leaf.layout.stride(axis) }
        };
        Some(leaf.data[(0..leaf.layout.rank()).map(along).sum::<usize>()])
    }
}

/// Whether an array of the shape `small` can be repeated to the shape `large`.
fn fits(large: &[usize], small: &[usize]) -> bool {
    small.len() <= large.len() && small.iter().rev().zip(large.iter().rev()).all(|(&s, &l)| s == l || s == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_in_memory_does_not_matter() {
        let by_columns = Layout::new(&[2, 3]).column_major();
        let at = |bound: &dyn Tree, layout| {
            let bound = Bound::new(layout, Some(bound), &Path::ROOT).unwrap();
            core::array::from_fn::<_, 6, _>(|place| bound.at(place).unwrap())
        };
        assert_eq!(at(&[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], by_columns), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
        assert_eq!(at(&[1.0, 2.0, 3.0], by_columns), [1.0, 1.0, 2.0, 2.0, 3.0, 3.0]);
        assert_eq!(at(&[[1.0], [4.0]], by_columns), [1.0, 4.0, 1.0, 4.0, 1.0, 4.0]);

        let data = &[1.0, 4.0, 2.0, 5.0, 3.0, 6.0];
        let bound = Bound { layout: Layout::new(&[2, 3]), leaf: Some(Leaf { data, layout: by_columns }) };
        let found: [f64; 6] = core::array::from_fn(|place| bound.at(place).unwrap());
        assert_eq!(found, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    }
}
