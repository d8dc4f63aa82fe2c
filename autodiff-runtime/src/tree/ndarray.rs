//! Arrays and views of `ndarray`: leaves, as long as they are contiguous.

use super::{Layout, Leaf, Node, Tree, TreeMut};
use crate::Scalar;
use ndarray::{ArrayBase, Data, DataMut, Dimension};

#[diagnostic::do_not_recommend]
impl<T: Scalar, M: Data<Elem = T>, D: Dimension> Tree<T> for ArrayBase<M, D> {
    fn node(&self) -> Node<'_, T> {
        if self.ndim() > 6 {
            return Node::Opaque("more than six dimensions");
        }
        let layout = Layout::new(self.shape());
        if let Some(data) = self.as_slice() {
            return Node::Leaf(Leaf { data, layout });
        }
        match self.as_slice_memory_order() {
            Some(data) if self.t().is_standard_layout() => {
                Node::Leaf(Leaf { data, layout: layout.column_major() })
            }
            _ => Node::Opaque("the array is not contiguous; call `as_standard_layout()` first"),
        }
    }
}

#[diagnostic::do_not_recommend]
impl<T: Scalar, M: DataMut<Elem = T>, D: Dimension> TreeMut<T> for ArrayBase<M, D> {
    fn data_mut(&mut self) -> &mut [T] {
        self.as_slice_memory_order_mut().unwrap_or_default()
    }
}
