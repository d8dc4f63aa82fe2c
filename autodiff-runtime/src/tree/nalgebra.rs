//! Matrices and vectors of `nalgebra`: column-major leaves.

use super::{Layout, Leaf, Node, Tree, TreeMut};
use crate::Scalar;
use nalgebra::{Dim, IsContiguous, Matrix, RawStorage, RawStorageMut};

#[diagnostic::do_not_recommend]
impl<T, R: Dim, C: Dim, M> Tree<T> for Matrix<T, R, C, M>
where
    T: Scalar + nalgebra::Scalar,
    M: RawStorage<T, R, C> + IsContiguous,
{
    fn node(&self) -> Node<'_, T> {
        let (rows, columns) = self.shape();
        let layout = match C::try_to_usize() {
            Some(1) => Layout::new(&[rows]),
            _ => Layout::new(&[rows, columns]).column_major(),
        };
        Node::Leaf(Leaf { data: self.as_slice(), layout })
    }
}

#[diagnostic::do_not_recommend]
impl<T, R: Dim, C: Dim, M> TreeMut<T> for Matrix<T, R, C, M>
where
    T: Scalar + nalgebra::Scalar,
    M: RawStorageMut<T, R, C> + IsContiguous,
{
    fn data_mut(&mut self) -> &mut [T] {
        self.as_mut_slice()
    }
}
