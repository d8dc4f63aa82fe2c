//! A leaf whose shape is known at run time.

use super::{Layout, Leaf, Node, Tree, TreeMut};
use crate::Scalar;

/// Numbers in a slice, a `Vec` or an array, read as a matrix or a higher-dimensional array (row-major).
///
/// Optimizers that treat matrices in their own way (Muon, Adafactor, SM3, adaptive clipping) need to know the shape.
///
/// ```
/// use autodiff_runtime::tree::{self, Shaped};
/// let w = Shaped::new(vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &[2, 3]);
/// tree::visit(&w, |_, leaf| assert_eq!(leaf.layout.shape(), [2, 3]));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Shaped<C> {
    /// The numbers, row after row.
    pub data: C,
    layout: Layout,
}

impl<C> Shaped<C> {
    /// `data` with the given shape; that they fit is checked when the tree is used.
    pub fn new(data: C, shape: &[usize]) -> Self {
        Self { data, layout: Layout::new(shape) }
    }
}

#[diagnostic::do_not_recommend]
impl<S: Scalar, C: Tree<S>> Tree<S> for Shaped<C> {
    fn node(&self) -> Node<'_, S> {
        match self.data.node() {
            Node::Leaf(leaf) if leaf.data.len() == self.layout.len() => {
                Node::Leaf(Leaf { data: leaf.data, layout: self.layout })
            }
            Node::Leaf(_) => Node::Opaque("the shape does not fit the number of elements"),
            _ => Node::Opaque("only a contiguous run of numbers can be given a shape"),
        }
    }
}

#[diagnostic::do_not_recommend]
impl<S: Scalar, C: TreeMut<S>> TreeMut<S> for Shaped<C> {
    fn data_mut(&mut self) -> &mut [S] {
        self.data.data_mut()
    }
}
