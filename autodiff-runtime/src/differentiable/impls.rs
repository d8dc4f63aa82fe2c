//! The tangents of what the language and `alloc` provide.

use super::{Differentiable, Tangent};
use crate::tuples::for_tuples;
#[cfg(target_has_atomic = "ptr")]
use alloc::sync::Arc;
use alloc::{boxed::Box, rc::Rc, string::String, vec::Vec};

macro_rules! floats {
    ($($float:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl Differentiable for $float {
            type Tangent = $float;
            #[inline(always)]
            fn zero_tangent(&self) -> $float {
                0.0
            }
        }
        #[diagnostic::do_not_recommend]
        impl Tangent for $float {
            #[inline(always)]
            fn accumulate(&mut self, other: &$float) {
                *self += *other;
            }
            #[inline(always)]
            fn set_all(&mut self, value: f64) {
                *self = value as $float;
            }
            #[inline(always)]
            fn zip_with(&mut self, other: &$float, f: &mut impl FnMut(f64, f64) -> f64) {
                *self = f(f64::from(*self), f64::from(*other)) as $float;
            }
        }
    )*};
}
floats!(f32 f64);

macro_rules! inactive {
    ($($type:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl Differentiable for $type {
            type Tangent = ();
            #[inline(always)]
            fn zero_tangent(&self) {}
        }
    )*};
}
inactive!(() bool char u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize str String);

#[diagnostic::do_not_recommend]
impl Tangent for () {
    #[inline(always)]
    fn accumulate(&mut self, (): &()) {}
    #[inline(always)]
    fn set_all(&mut self, _: f64) {}
    #[inline(always)]
    fn zip_with(&mut self, (): &(), _: &mut impl FnMut(f64, f64) -> f64) {}
}

#[diagnostic::do_not_recommend]
impl<T: Differentiable> Differentiable for [T] {
    type Tangent = Vec<T::Tangent>;
    fn zero_tangent(&self) -> Vec<T::Tangent> {
        self.iter().map(T::zero_tangent).collect()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Differentiable> Differentiable for Vec<T> {
    type Tangent = Vec<T::Tangent>;
    fn zero_tangent(&self) -> Vec<T::Tangent> {
        self.as_slice().zero_tangent()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Tangent> Tangent for Vec<T> {
    fn accumulate(&mut self, other: &Vec<T>) {
        accumulate_all(self, other);
    }
    #[inline]
    fn set_all(&mut self, value: f64) {
        self.iter_mut().for_each(|element| element.set_all(value));
    }
    #[inline]
    fn zip_with(&mut self, other: &Vec<T>, f: &mut impl FnMut(f64, f64) -> f64) {
        zip_all(self, other, f);
    }
}

#[diagnostic::do_not_recommend]
impl<T: Differentiable, const N: usize> Differentiable for [T; N] {
    type Tangent = [T::Tangent; N];
    #[inline]
    fn zero_tangent(&self) -> [T::Tangent; N] {
        self.each_ref().map(T::zero_tangent)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Tangent, const N: usize> Tangent for [T; N] {
    #[inline]
    fn accumulate(&mut self, other: &[T; N]) {
        accumulate_all(self, other);
    }
    #[inline]
    fn set_all(&mut self, value: f64) {
        self.iter_mut().for_each(|element| element.set_all(value));
    }
    #[inline]
    fn zip_with(&mut self, other: &[T; N], f: &mut impl FnMut(f64, f64) -> f64) {
        zip_all(self, other, f);
    }
}

#[inline]
pub(crate) fn accumulate_all<T: Tangent>(to: &mut [T], from: &[T]) {
    assert_eq!(to.len(), from.len(), "adjoints of different lengths cannot be added");
    for (to, from) in to.iter_mut().zip(from) {
        to.accumulate(from);
    }
}

#[inline]
pub(crate) fn zip_all<T: Tangent>(to: &mut [T], from: &[T], f: &mut impl FnMut(f64, f64) -> f64) {
    assert_eq!(to.len(), from.len(), "adjoints of different lengths do not go together");
    for (to, from) in to.iter_mut().zip(from) {
        to.zip_with(from, f);
    }
}

#[diagnostic::do_not_recommend]
impl<T: Differentiable> Differentiable for Option<T> {
    type Tangent = Option<T::Tangent>;
    fn zero_tangent(&self) -> Option<T::Tangent> {
        self.as_ref().map(T::zero_tangent)
    }
}

/// `None` is a zero as well: nothing reached what it belongs to.
#[diagnostic::do_not_recommend]
impl<T: Tangent> Tangent for Option<T> {
    fn accumulate(&mut self, other: &Option<T>) {
        match (self, other) {
            (_, None) => {}
            (Some(to), Some(from)) => to.accumulate(from),
            (to @ None, Some(from)) => *to = Some(from.clone()),
        }
    }
    fn set_all(&mut self, value: f64) {
        self.iter_mut().for_each(|inside| inside.set_all(value));
    }
    fn zip_with(&mut self, other: &Option<T>, f: &mut impl FnMut(f64, f64) -> f64) {
        match (self, other) {
            (None, None) => {}
            (Some(to), Some(from)) => to.zip_with(from, f),
            (Some(to), None) => {
                let nothing = to.zero_tangent();
                to.zip_with(&nothing, f);
            }
            (to @ None, Some(from)) => to.insert(from.zero_tangent()).zip_with(from, f),
        }
    }
}

#[diagnostic::do_not_recommend]
impl<T: Differentiable + ?Sized> Differentiable for Box<T> {
    type Tangent = Box<T::Tangent>;
    fn zero_tangent(&self) -> Box<T::Tangent> {
        Box::new((**self).zero_tangent())
    }
}

#[diagnostic::do_not_recommend]
impl<T: Tangent> Tangent for Box<T> {
    fn accumulate(&mut self, other: &Box<T>) {
        (**self).accumulate(other);
    }
    fn set_all(&mut self, value: f64) {
        (**self).set_all(value);
    }
    fn zip_with(&mut self, other: &Box<T>, f: &mut impl FnMut(f64, f64) -> f64) {
        (**self).zip_with(other, f);
    }
}

macro_rules! shared {
    ($($pointer:ident)*) => {$(
        /// Adjoints are written to, so that they have an owner of their own.
        #[diagnostic::do_not_recommend]
        impl<T: Differentiable + ?Sized> Differentiable for $pointer<T> {
            type Tangent = Box<T::Tangent>;
            fn zero_tangent(&self) -> Box<T::Tangent> {
                Box::new((**self).zero_tangent())
            }
        }
    )*};
}
shared!(Rc);
#[cfg(target_has_atomic = "ptr")]
shared!(Arc);

#[diagnostic::do_not_recommend]
impl<T: Differentiable + ?Sized> Differentiable for &T {
    type Tangent = T::Tangent;
    #[inline]
    fn zero_tangent(&self) -> T::Tangent {
        (**self).zero_tangent()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Differentiable + ?Sized> Differentiable for &mut T {
    type Tangent = T::Tangent;
    #[inline]
    fn zero_tangent(&self) -> T::Tangent {
        (**self).zero_tangent()
    }
}

macro_rules! tuples {
    ($(($($type:ident $index:tt)+))*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($type: Differentiable),+> Differentiable for ($($type,)+) {
            type Tangent = ($($type::Tangent,)+);
            #[inline]
            fn zero_tangent(&self) -> Self::Tangent {
                ($(self.$index.zero_tangent(),)+)
            }
        }
        #[diagnostic::do_not_recommend]
        impl<$($type: Tangent),+> Tangent for ($($type,)+) {
            #[inline]
            fn accumulate(&mut self, other: &Self) {
                $(self.$index.accumulate(&other.$index);)+
            }
            #[inline]
            fn set_all(&mut self, value: f64) {
                $(self.$index.set_all(value);)+
            }
            #[inline]
            fn zip_with(&mut self, other: &Self, f: &mut impl FnMut(f64, f64) -> f64) {
                $(self.$index.zip_with(&other.$index, f);)+
            }
        }
    )*};
}
for_tuples!(tuples);

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn is_tangent<T: Tangent>(_: &T) {}

    #[test]
    fn tangents_have_the_shape_of_the_value() {
        let nested = vec![vec![1.0, 2.0], vec![], vec![3.0]];
        let zero = nested.zero_tangent();
        assert_eq!(zero, [vec![0.0, 0.0], vec![], vec![0.0]]);
        is_tangent(&zero);

        let slice: &[(usize, f64)] = &[(1, 2.0), (3, 4.0)];
        assert_eq!(slice.zero_tangent(), [((), 0.0), ((), 0.0)]);
        assert_eq!("name".zero_tangent(), ());
        assert_eq!([Some(1.0_f32), None].zero_tangent(), [Some(0.0), None]);
        let shared: Arc<[f64]> = Arc::from([1.0, 2.0]);
        assert_eq!(*shared.zero_tangent(), [0.0, 0.0]);
    }

    #[test]
    fn tangents_are_their_own_tangents() {
        let adjoint = (vec![1.0, 2.0], [Some(3.0_f32)], Box::new(4.0));
        assert_eq!(adjoint.zero_tangent(), (vec![0.0, 0.0], [Some(0.0)], Box::new(0.0)));
    }

    #[test]
    fn accumulation_is_elementwise_and_none_is_zero() {
        let mut adjoint = ([1.0, 2.0], None, Some(Box::new(3.0)), ());
        adjoint.accumulate(&([10.0, 20.0], Some(5.0), None, ()));
        adjoint.accumulate(&([0.0, 0.0], Some(0.5), Some(Box::new(1.0)), ()));
        assert_eq!(adjoint, ([11.0, 22.0], Some(5.5), Some(Box::new(4.0)), ()));
    }

    #[test]
    fn numbers_meet_those_at_their_place() {
        let mut seen = Vec::new();
        let mut adjoint = ([1.0, 2.0], (Some(3.0_f32), None), Box::new(4.0), ());
        let other = ([10.0, 20.0], (None, Some(30.0_f32)), Box::new(40.0), ());
        adjoint.zip_with(&other, &mut |x, y| {
            seen.push((x, y));
            x + y
        });
        assert_eq!(adjoint, ([11.0, 22.0], (Some(3.0), Some(30.0)), Box::new(44.0), ()));
        assert_eq!(seen, [(1.0, 10.0), (2.0, 20.0), (3.0, 0.0), (0.0, 30.0), (4.0, 40.0)]);
    }

    #[test]
    #[should_panic(expected = "different lengths")]
    fn different_lengths_are_not_added() {
        vec![1.0].accumulate(&vec![1.0, 2.0]);
    }
}
