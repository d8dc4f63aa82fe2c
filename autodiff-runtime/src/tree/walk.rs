//! Visiting one tree, or several matching ones, leaf by leaf.

use super::{Layout, Leaf, Node, Path, Tree, TreeMut};
use crate::{Error, Scalar};
use alloc::string::ToString;

/// Calls `f` with each leaf that exists and its place.
///
/// # Panics
/// On numbers that cannot be lent as one slice (an `ndarray` view with gaps).
///
/// ```
/// use autodiff_runtime::tree;
/// let mut names = Vec::new();
/// tree::visit(&(1.0, vec![[2.0], [3.0]], None::<f64>), |path, leaf| names.push(format!("{path}{:?}", leaf.data)));
/// assert_eq!(names, [".0[1.0]", ".1[2.0, 3.0]"]);
/// ```
pub fn visit<S: Scalar, T: Tree<S> + ?Sized>(tree: &T, mut f: impl FnMut(&Path, Leaf<'_, S>)) {
    fn walk<S: Scalar, T: Tree<S> + ?Sized>(tree: &T, path: &Path, f: &mut dyn FnMut(&Path, Leaf<'_, S>)) {
        match tree.node() {
            Node::Leaf(leaf) => f(path, leaf),
            Node::Branch(len) => {
                for index in 0..len {
                    let (name, child) = tree.child(index);
                    walk(child, &path.child(name), f);
                }
            }
            Node::Absent => {}
            Node::Opaque(why) => panic!("`{path}`: {why}"),
        }
    }
    walk(tree, &Path::ROOT, &mut f);
}

/// Calls `f` with each leaf that exists, to change it.
///
/// # Panics
/// As [`visit`].
pub fn visit_mut<S: Scalar, T: TreeMut<S> + ?Sized>(
    tree: &mut T,
    mut f: impl FnMut(&Path, Layout, &mut [S]),
) {
    fn walk<S: Scalar, T: TreeMut<S> + ?Sized>(
        tree: &mut T,
        path: &Path,
        f: &mut dyn FnMut(&Path, Layout, &mut [S]),
    ) {
        match tree.node() {
            Node::Leaf(Leaf { layout, .. }) => f(path, layout, tree.data_mut()),
            Node::Branch(len) => {
                for index in 0..len {
                    let (name, child) = tree.child_mut(index);
                    walk(child, &path.child(name), f);
                }
            }
            Node::Absent => {}
            Node::Opaque(why) => panic!("`{path}`: {why}"),
        }
    }
    walk(tree, &Path::ROOT, &mut f);
}

/// The leaf or branch of `b` that stands beside a node of `a`; `None` where `b` has none.
fn partner<'b, S: Scalar, B: Tree<S> + ?Sized>(
    path: &Path,
    a: &Node<'_, S>,
    b: Option<&'b B>,
) -> Result<Option<Node<'b, S>>, Error> {
    let (a_is, b) = match (a, b.map(Tree::node)) {
        (&Node::Opaque(why), _) | (_, Some(Node::Opaque(why))) => {
            return Err(Error::Opaque { leaf: path.to_string(), why });
        }
        (_, None | Some(Node::Absent | Node::Branch(0))) => return Ok(None),
        (a, Some(b)) => (a, b),
    };
    match (a_is, &b) {
        (Node::Leaf(a), Node::Leaf(b)) if a.layout == b.layout => {}
        (Node::Branch(m), Node::Branch(n)) if m == n => {}
        (a, b) => {
            let mut found = b.to_string();
            if path.is_root() && matches!(b, Node::Branch(_)) {
                found.push_str(HINT);
            }
            return Err(Error::Mismatch { leaf: path.to_string(), expected: a.to_string(), found });
        }
    }
    Ok(Some(b))
}

/// A tuple as a whole that does not match is most often the gradient by data as well.
const HINT: &str = " (if that is the gradient of a function with data among its parameters: mark the data with `#[no_diff]`)";

impl<S> core::fmt::Display for Node<'_, S> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Node::Leaf(leaf) => write!(f, "shape {}", leaf.layout),
            Node::Branch(len) => write!(f, "{len} children"),
            Node::Absent => f.write_str("nothing"),
            Node::Opaque(why) => f.write_str(why),
        }
    }
}

/// Calls `f` with each leaf of `a` and its partner in `b`, if it has one.
///
/// # Errors
/// [`Error::Mismatch`] at the first place where the trees differ; leaves before it have been visited.
///
/// ```
/// use autodiff_runtime::tree;
/// let mut sum = 0.0;
/// tree::zip(&[1.0, 2.0], &vec![10.0, 20.0], |_, a, b| sum += a.data[1] * b.unwrap()[1])?;
/// assert_eq!(sum, 40.0);
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
pub fn zip<S: Scalar, A: Tree<S> + ?Sized, B: Tree<S> + ?Sized>(
    a: &A,
    b: &B,
    mut f: impl FnMut(&Path, Leaf<'_, S>, Option<&[S]>),
) -> Result<(), Error> {
    walk_pair(a, Some(b), &Path::ROOT, &mut f)
}

/// Receives a leaf of the first tree and its partner in the second.
type Pairs<'f, S> = dyn FnMut(&Path, Leaf<'_, S>, Option<&[S]>) + 'f;

pub(crate) fn walk_pair<S: Scalar, A: Tree<S> + ?Sized, B: Tree<S> + ?Sized>(
    a: &A,
    b: Option<&B>,
    path: &Path,
    f: &mut Pairs<'_, S>,
) -> Result<(), Error> {
    let node = a.node();
    let other = partner(path, &node, b)?;
    match node {
        Node::Leaf(leaf) => f(path, leaf, other.and_then(data)),
        Node::Branch(len) => {
            for index in 0..len {
                let (name, child) = a.child(index);
                let beside = b.filter(|_| other.is_some()).map(|b| b.child(index).1);
                walk_pair(child, beside, &path.child(name), f)?;
            }
        }
        Node::Absent | Node::Opaque(_) => {}
    }
    Ok(())
}

fn data<'b, S>(node: Node<'b, S>) -> Option<&'b [S]> {
    match node {
        Node::Leaf(leaf) => Some(leaf.data),
        _ => None,
    }
}

/// As [`zip`], with a first tree that may be changed.
///
/// # Errors
/// As [`zip`].
///
/// ```
/// use autodiff_runtime::tree;
/// let mut a = (1.0, vec![2.0]);
/// tree::zip_mut(&mut a, &(10.0, [20.0]), |_, _, a, b| a[0] += b.unwrap()[0])?;
/// assert_eq!(a, (11.0, vec![22.0]));
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
pub fn zip_mut<S: Scalar, A: TreeMut<S> + ?Sized, B: Tree<S> + ?Sized>(
    a: &mut A,
    b: &B,
    mut f: impl FnMut(&Path, Layout, &mut [S], Option<&[S]>),
) -> Result<(), Error> {
    zip3_mut(a, b, &(), |path, layout, a, b, _| f(path, layout, a, b))
}

/// As [`zip_mut`], with a third tree to read.
///
/// # Errors
/// As [`zip`].
pub fn zip3_mut<S: Scalar, A: TreeMut<S> + ?Sized, B: Tree<S> + ?Sized, C: Tree<S> + ?Sized>(
    a: &mut A,
    b: &B,
    c: &C,
    mut f: impl FnMut(&Path, Layout, &mut [S], Option<&[S]>, Option<&[S]>),
) -> Result<(), Error> {
    walk_three(a, Some(b), Some(c), &Path::ROOT, &mut f)
}

/// Receives a leaf of the first tree and its partners in the other two.
type Triples<'f, S> = dyn FnMut(&Path, Layout, &mut [S], Option<&[S]>, Option<&[S]>) + 'f;

fn walk_three<S: Scalar, A: TreeMut<S> + ?Sized, B: Tree<S> + ?Sized, C: Tree<S> + ?Sized>(
    a: &mut A,
    b: Option<&B>,
    c: Option<&C>,
    path: &Path,
    f: &mut Triples<'_, S>,
) -> Result<(), Error> {
    let node = a.node();
    let b_node = partner(path, &node, b)?;
    let c_node = partner(path, &node, c)?;
    match node {
        Node::Leaf(Leaf { layout, .. }) => {
            f(path, layout, a.data_mut(), b_node.and_then(data), c_node.and_then(data));
        }
        Node::Branch(len) => {
            let b = b.filter(|_| b_node.is_some());
            let c = c.filter(|_| c_node.is_some());
            for index in 0..len {
                let (name, child) = a.child_mut(index);
                let (b, c) = (b.map(|b| b.child(index).1), c.map(|c| c.child(index).1));
                walk_three(child, b, c, &path.child(name), f)?;
            }
        }
        Node::Absent | Node::Opaque(_) => {}
    }
    Ok(())
}
