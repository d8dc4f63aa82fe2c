//! The tangents of `nalgebra`'s matrices and vectors: owned matrices of the same size.

use super::{Differentiable, Tangent};
use nalgebra::{DefaultAllocator, Dim, Matrix, OMatrix, RawStorage, RealField, allocator::Allocator};

/// The elements of matrices that can be differentiated: `f32` and `f64`.
pub trait Real: RealField + Copy + Tangent {}
impl Real for f32 {}
impl Real for f64 {}

#[diagnostic::do_not_recommend]
impl<T, R, C, S> Differentiable for Matrix<T, R, C, S>
where
    T: Real,
    R: Dim,
    C: Dim,
    S: RawStorage<T, R, C>,
    DefaultAllocator: Allocator<R, C>,
{
    type Tangent = OMatrix<T, R, C>;
    #[inline]
    fn zero_tangent(&self) -> OMatrix<T, R, C> {
        let (rows, columns) = self.shape_generic();
        OMatrix::zeros_generic(rows, columns)
    }
}

#[diagnostic::do_not_recommend]
impl<T, R, C> Tangent for OMatrix<T, R, C>
where
    T: Real,
    R: Dim,
    C: Dim,
    DefaultAllocator: Allocator<R, C>,
{
    #[inline]
    fn accumulate(&mut self, other: &OMatrix<T, R, C>) {
        *self += other;
    }
    #[inline]
    fn set_all(&mut self, value: f64) {
        Matrix::fill(self, nalgebra::convert(value));
    }
    #[inline]
    fn zip_with(&mut self, other: &OMatrix<T, R, C>, f: &mut impl FnMut(f64, f64) -> f64) {
        self.zip_apply(other, |to, from| to.zip_with(&from, f));
    }
}

#[cfg(test)]
mod tests {
    use crate::{Differentiable, Tangent};
    use nalgebra::{DMatrix, DVector, Matrix2, SMatrix};

    #[test]
    fn tangents_are_owned_matrices_of_the_same_size() {
        let m = DMatrix::<f64>::from_element(3, 2, 1.0);
        assert_eq!(m.zero_tangent(), DMatrix::zeros(3, 2));
        assert_eq!(m.rows(1, 2).zero_tangent(), DMatrix::zeros(2, 2));
        assert_eq!(SMatrix::<f32, 2, 3>::identity().zero_tangent(), SMatrix::<f32, 2, 3>::zeros());
        let v = DVector::from_vec(vec![1.0, 2.0]);
        assert_eq!((v, 3).zero_tangent(), (DVector::zeros(2), ()));
    }

    #[test]
    fn they_add_up() {
        let mut a = (Matrix2::new(1.0, 2.0, 3.0, 4.0), 1.0);
        a.accumulate(&(Matrix2::identity(), 0.5));
        assert_eq!(a, (Matrix2::new(2.0, 2.0, 3.0, 5.0), 1.5));
        a.zip_with(&(Matrix2::new(2.0, 0.0, 1.0, 0.0), 3.0), &mut |x, y| x * y);
        assert_eq!(a, (Matrix2::new(4.0, 0.0, 3.0, 0.0), 4.5));
        a.set_all(1.0);
        assert_eq!(a, (Matrix2::repeat(1.0), 1.0));
    }
}
