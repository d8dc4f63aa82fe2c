//! The tangents of `nalgebra`'s points, rotations and isometries.
//!
//! A tangent has the numbers of its value and the names of its fields, but need not be a rotation: that of a unit quaternion is
//! a quaternion, that of a rotation a matrix. What is orthogonal to the rotations in an adjoint says nothing.

use super::{Differentiable, Real, Tangent};
use nalgebra::allocator::Allocator;
use nalgebra::{
    Complex, DefaultAllocator, DimName, Isometry, OPoint, Quaternion, Rotation, SMatrix, Translation, Unit,
};

/// A type that is its own tangent, by what it is made of.
macro_rules! of_part {
    ($([$($param:tt)*] $Type:ty: $($part:ident).+ = $zero:expr, where { $($bounds:tt)* };)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($param)*> Differentiable for $Type where $($bounds)* {
            type Tangent = Self;
            #[inline]
            fn zero_tangent(&self) -> Self {
                $zero
            }
        }

        #[diagnostic::do_not_recommend]
        impl<$($param)*> Tangent for $Type where $($bounds)* {
            #[inline]
            fn accumulate(&mut self, other: &Self) {
                self.$($part).+ += &other.$($part).+;
            }
            #[inline]
            fn set_all(&mut self, value: f64) {
                self.$($part).+.set_all(value);
            }
            #[inline]
            fn zip_with(&mut self, other: &Self, f: &mut impl FnMut(f64, f64) -> f64) {
                self.$($part).+.zip_with(&other.$($part).+, f);
            }
        }
    )*};
}
of_part! {
    [T: Real, D: DimName] OPoint<T, D>: coords = OPoint::origin(), where { DefaultAllocator: Allocator<D> };
    [T: Real, const D: usize] Translation<T, D>: vector = Translation::identity(), where {};
    [T: Real] Quaternion<T>: coords = Quaternion::from_parts(T::zero(), nalgebra::Vector3::zeros()), where {};
}

#[diagnostic::do_not_recommend]
impl<T: Real> Differentiable for Complex<T> {
    type Tangent = Self;
    #[inline]
    fn zero_tangent(&self) -> Self {
        Complex::new(T::zero(), T::zero())
    }
}

#[diagnostic::do_not_recommend]
impl<T: Real> Tangent for Complex<T> {
    #[inline]
    fn accumulate(&mut self, other: &Self) {
        self.re += other.re;
        self.im += other.im;
    }
    #[inline]
    fn set_all(&mut self, value: f64) {
        self.re.set_all(value);
        self.im.set_all(value);
    }
    #[inline]
    fn zip_with(&mut self, other: &Self, f: &mut impl FnMut(f64, f64) -> f64) {
        self.re.zip_with(&other.re, f);
        self.im.zip_with(&other.im, f);
    }
}

#[diagnostic::do_not_recommend]
impl<X: Differentiable> Differentiable for Unit<X> {
    type Tangent = X::Tangent;
    #[inline]
    fn zero_tangent(&self) -> X::Tangent {
        self.as_ref().zero_tangent()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Real, const D: usize> Differentiable for Rotation<T, D> {
    type Tangent = SMatrix<T, D, D>;
    #[inline]
    fn zero_tangent(&self) -> SMatrix<T, D, D> {
        SMatrix::zeros()
    }
}

/// The tangent of an [`Isometry`]: that of its rotation, and a translation.
///
/// ```
/// use autodiff_runtime::{Differentiable, rules::IsometryTangent};
/// use nalgebra::{Isometry3, Quaternion, Translation3};
///
/// let zero: IsometryTangent<Quaternion<f64>, f64, 3> = Isometry3::identity().zero_tangent();
/// assert_eq!((zero.translation, zero.rotation), (Translation3::identity(), Quaternion::new(0.0, 0.0, 0.0, 0.0)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IsometryTangent<R, T: Real, const D: usize> {
    /// That of the rotation.
    pub rotation: R,
    /// That of the translation.
    pub translation: Translation<T, D>,
}

#[diagnostic::do_not_recommend]
impl<T: Real, R: Differentiable, const D: usize> Differentiable for Isometry<T, R, D> {
    type Tangent = IsometryTangent<R::Tangent, T, D>;
    #[inline]
    fn zero_tangent(&self) -> Self::Tangent {
        IsometryTangent { rotation: self.rotation.zero_tangent(), translation: Translation::identity() }
    }
}

#[diagnostic::do_not_recommend]
impl<T: Real, R: Tangent, const D: usize> Differentiable for IsometryTangent<R, T, D> {
    type Tangent = Self;
    #[inline]
    fn zero_tangent(&self) -> Self {
        IsometryTangent { rotation: self.rotation.zero_tangent(), translation: Translation::identity() }
    }
}

#[diagnostic::do_not_recommend]
impl<T: Real, R: Tangent, const D: usize> Tangent for IsometryTangent<R, T, D> {
    #[inline]
    fn accumulate(&mut self, other: &Self) {
        self.rotation.accumulate(&other.rotation);
        self.translation.accumulate(&other.translation);
    }
    #[inline]
    fn set_all(&mut self, value: f64) {
        self.rotation.set_all(value);
        self.translation.set_all(value);
    }
    #[inline]
    fn zip_with(&mut self, other: &Self, f: &mut impl FnMut(f64, f64) -> f64) {
        self.rotation.zip_with(&other.rotation, f);
        self.translation.zip_with(&other.translation, f);
    }
}

#[cfg(test)]
mod tests {
    use crate::{Differentiable, Tangent};
    use nalgebra::{
        Isometry3, Matrix3, Point3, Quaternion, Rotation3, Translation3, UnitQuaternion, Vector3,
    };

    #[test]
    fn tangents_have_the_numbers_of_their_values() {
        assert_eq!(Point3::new(1.0, 2.0, 3.0).zero_tangent(), Point3::origin());
        assert_eq!(Rotation3::new(Vector3::new(1.0, 2.0, 3.0)).zero_tangent(), Matrix3::zeros());
        assert_eq!(UnitQuaternion::<f64>::identity().zero_tangent(), Quaternion::new(0.0, 0.0, 0.0, 0.0));
        assert_eq!(Vector3::<f64>::x_axis().zero_tangent(), Vector3::zeros());
    }

    #[test]
    fn they_add_up() {
        let mut a = Isometry3::<f64>::identity().zero_tangent();
        a.set_all(1.0);
        a.accumulate(&a.clone());
        assert_eq!(a.translation, Translation3::new(2.0, 2.0, 2.0));
        a.zip_with(&a.clone(), &mut |x, y| x * y);
        assert_eq!(a.rotation, Quaternion::new(4.0, 4.0, 4.0, 4.0));
        let mut point = Point3::new(1.0, 2.0, 3.0);
        point.accumulate(&Point3::new(1.0, 1.0, 1.0));
        assert_eq!(point, Point3::new(2.0, 3.0, 4.0));
    }
}
