//! The tangents of `ndarray`'s arrays and views: owned arrays of the same shape.

use super::{Differentiable, Tangent};
use ndarray::{
    Array, ArrayBase, Axis, CowRepr, Data, Dim, Dimension, OwnedArcRepr, OwnedRepr, ScalarOperand, Slice,
    SliceInfo, ViewRepr, Zip,
};
use num_traits::{FromPrimitive, NumAssign};

use crate::rules::FloatRules;

/// The elements of arrays that can be differentiated: `f32` and `f64`.
pub trait Element:
    FloatRules + NumAssign + FromPrimitive + ScalarOperand + Send + Sync + core::fmt::Debug + 'static
{
}
impl Element for f32 {}
impl Element for f64 {}

/// Storage through which nothing is written that somebody else reads: owned, or shared. (What is written through an
/// `ArrayViewMut` changes an array that the derivative would not know of.)
pub trait Storage: Data {}
impl<T> Storage for OwnedRepr<T> {}
impl<T> Storage for OwnedArcRepr<T> {}
impl<T> Storage for ViewRepr<&T> {}
impl<T> Storage for CowRepr<'_, T> {}

#[diagnostic::do_not_recommend]
impl<T: Element, S: Storage<Elem = T>, D: Dimension> Differentiable for ArrayBase<S, D> {
    type Tangent = Array<T, D>;
    #[inline]
    fn zero_tangent(&self) -> Array<T, D> {
        Array::zeros(self.raw_dim())
    }
}

#[diagnostic::do_not_recommend]
impl<T: Element, D: Dimension> Tangent for Array<T, D> {
    #[inline]
    fn accumulate(&mut self, other: &Array<T, D>) {
        same_shape(self.shape(), other.shape());
        *self += other;
    }
    #[inline]
    fn set_all(&mut self, value: f64) {
        self.fill(crate::__private::lit(value));
    }
    #[inline]
    fn zip_with(&mut self, other: &Array<T, D>, f: &mut impl FnMut(f64, f64) -> f64) {
        same_shape(self.shape(), other.shape());
        Zip::from(self).and(other).for_each(|to, from| to.zip_with(from, f));
    }
}

/// What says which axis, which part, or of which shape: it carries nothing.
macro_rules! nothing {
    ($($name:ty, [$($param:tt)*] [$($bound:tt)*];)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($param)*> Differentiable for $name where $($bound)* {
            type Tangent = ();
            #[inline(always)]
            fn zero_tangent(&self) {}
        }
    )*};
}
nothing! {
    Axis, [] [];
    Slice, [] [];
    SliceInfo<T, In, Out>, [T, In, Out] [In: Dimension, Out: Dimension];
    Dim<I>, [I] [I: ?Sized];
    ndarray::Shape<D>, [D] [];
}

/// Adding arrays of different shapes would broadcast one of them.
#[track_caller]
fn same_shape(to: &[usize], from: &[usize]) {
    assert_eq!(to, from, "tangents of arrays of different shapes cannot be added");
}

#[cfg(test)]
mod tests {
    use crate::{Differentiable, Tangent};
    use ndarray::{Array1, Array2, ArrayD, Axis, arr1, arr2};

    #[test]
    fn tangents_are_owned_arrays_of_the_same_shape() {
        let a = Array2::<f64>::from_elem((3, 2), 1.0);
        assert_eq!(a.zero_tangent(), Array2::zeros((3, 2)));
        assert_eq!(a.row(1).zero_tangent(), Array1::zeros(2));
        assert_eq!(a.t().zero_tangent(), Array2::zeros((2, 3)));
        assert_eq!(a.to_shared().zero_tangent(), Array2::zeros((3, 2)));
        assert_eq!(ArrayD::<f32>::ones(vec![2, 1, 3]).zero_tangent(), ArrayD::zeros(vec![2, 1, 3]));
        assert_eq!((arr1(&[1.0_f32, 2.0]), 3).zero_tangent(), (Array1::zeros(2), ()));
        let () = Axis(1).zero_tangent();
    }

    #[test]
    fn they_add_up() {
        let mut a = (arr2(&[[1.0, 2.0], [3.0, 4.0]]), 1.0);
        a.accumulate(&(arr2(&[[1.0, 0.0], [0.0, 1.0]]), 0.5));
        assert_eq!(a, (arr2(&[[2.0, 2.0], [3.0, 5.0]]), 1.5));
        a.zip_with(&(arr2(&[[2.0, 0.0], [1.0, 0.0]]), 3.0), &mut |x, y| x * y);
        assert_eq!(a, (arr2(&[[4.0, 0.0], [3.0, 0.0]]), 4.5));
        a.set_all(1.0);
        assert_eq!(a, (Array2::ones((2, 2)), 1.0));
    }

    #[test]
    #[should_panic(expected = "different shapes")]
    fn those_of_different_shapes_do_not() {
        arr2(&[[1.0, 2.0], [3.0, 4.0]]).accumulate(&arr2(&[[1.0, 2.0]]));
    }
}
