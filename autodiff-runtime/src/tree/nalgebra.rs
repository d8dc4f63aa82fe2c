//! Matrices, vectors, points and translations of `nalgebra`: column-major leaves.

use super::{Layout, Leaf, Node, Tree, TreeMut};
use crate::Scalar;
use nalgebra::{Dim, IsContiguous, Matrix, Point, RawStorage, RawStorageMut, Translation};

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

/// What is a vector in another guise.
macro_rules! of_vectors {
    ($($Type:ident: $part:ident;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T: Scalar + nalgebra::Scalar, const D: usize> Tree<T> for $Type<T, D> {
            fn node(&self) -> Node<'_, T> {
                self.$part.node()
            }
        }

        #[diagnostic::do_not_recommend]
        impl<T: Scalar + nalgebra::Scalar, const D: usize> TreeMut<T> for $Type<T, D> {
            fn data_mut(&mut self) -> &mut [T] {
                self.$part.as_mut_slice()
            }
        }
    )*};
}
of_vectors! {
    Point: coords;
    Translation: vector;
}
