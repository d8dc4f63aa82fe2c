//! Products of vectors and matrices.

use crate::Tangent;
use crate::differentiable::Element;
use crate::ops::ndarray::add_scaled;
use ndarray::linalg::{general_mat_mul, general_mat_vec_mul};
use ndarray::{Array, Array1, Array2, ArrayView, Axis, Dimension, Ix1, Ix2};

/// A product of arrays of these numbers of axes: `a.dot(&b)`.
pub trait DotRule<T: Element, E: Dimension>: Dimension {
    /// A number, a vector or a matrix.
    type Product: Tangent;
    /// The product.
    fn product(a: &ArrayView<'_, T, Self>, b: &ArrayView<'_, T, E>) -> Self::Product;
    /// Adds to the adjoint of the left operand.
    fn by_left(seed: &Self::Product, b: &ArrayView<'_, T, E>, bar: &mut Array<T, Self>);
    /// Adds to the adjoint of the right operand.
    fn by_right(seed: &Self::Product, a: &ArrayView<'_, T, Self>, bar: &mut Array<T, E>);
}

/// `bar += a ⊗ b`
fn add_outer<T: Element>(bar: &mut Array2<T>, a: &ArrayView<'_, T, Ix1>, b: &ArrayView<'_, T, Ix1>) {
    let (column, row) = (a.view().insert_axis(Axis(1)), b.view().insert_axis(Axis(0)));
    general_mat_mul(T::one(), &column, &row, T::one(), bar);
}

impl<T: Element> DotRule<T, Ix1> for Ix1 {
    type Product = T;
    fn product(a: &ArrayView<'_, T, Ix1>, b: &ArrayView<'_, T, Ix1>) -> T {
        a.dot(b)
    }
    fn by_left(seed: &T, b: &ArrayView<'_, T, Ix1>, bar: &mut Array1<T>) {
        add_scaled(bar, *seed, b);
    }
    fn by_right(seed: &T, a: &ArrayView<'_, T, Ix1>, bar: &mut Array1<T>) {
        add_scaled(bar, *seed, a);
    }
}

impl<T: Element> DotRule<T, Ix1> for Ix2 {
    type Product = Array1<T>;
    fn product(a: &ArrayView<'_, T, Ix2>, b: &ArrayView<'_, T, Ix1>) -> Array1<T> {
        a.dot(b)
    }
    fn by_left(seed: &Array1<T>, b: &ArrayView<'_, T, Ix1>, bar: &mut Array2<T>) {
        add_outer(bar, &seed.view(), b);
    }
    fn by_right(seed: &Array1<T>, a: &ArrayView<'_, T, Ix2>, bar: &mut Array1<T>) {
        general_mat_vec_mul(T::one(), &a.t(), seed, T::one(), bar);
    }
}

impl<T: Element> DotRule<T, Ix2> for Ix1 {
    type Product = Array1<T>;
    fn product(a: &ArrayView<'_, T, Ix1>, b: &ArrayView<'_, T, Ix2>) -> Array1<T> {
        a.dot(b)
    }
    fn by_left(seed: &Array1<T>, b: &ArrayView<'_, T, Ix2>, bar: &mut Array1<T>) {
        general_mat_vec_mul(T::one(), b, seed, T::one(), bar);
    }
    fn by_right(seed: &Array1<T>, a: &ArrayView<'_, T, Ix1>, bar: &mut Array2<T>) {
        add_outer(bar, a, &seed.view());
    }
}

impl<T: Element> DotRule<T, Ix2> for Ix2 {
    type Product = Array2<T>;
    fn product(a: &ArrayView<'_, T, Ix2>, b: &ArrayView<'_, T, Ix2>) -> Array2<T> {
        a.dot(b)
    }
    fn by_left(seed: &Array2<T>, b: &ArrayView<'_, T, Ix2>, bar: &mut Array2<T>) {
        general_mat_mul(T::one(), seed, &b.t(), T::one(), bar);
    }
    fn by_right(seed: &Array2<T>, a: &ArrayView<'_, T, Ix2>, bar: &mut Array2<T>) {
        general_mat_mul(T::one(), &a.t(), seed, T::one(), bar);
    }
}
