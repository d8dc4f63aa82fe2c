//! The tangents of the standard library's smaller types: what carries nothing, ranges, maps, cells.

use super::{Differentiable, Nothing, Tangent};
use crate::tuples::for_tuples;
use alloc::borrow::{Cow, ToOwned};
use alloc::collections::{BTreeMap, BTreeSet, VecDeque};
use alloc::{boxed::Box, vec::Vec};
use core::cell::{Cell, RefCell};
use core::marker::PhantomData;
use core::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};

macro_rules! inactive {
    ($($(#[$condition:meta])* [$($generics:tt)*] $type:ty;)*) => {$(
        $(#[$condition])*
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Differentiable for $type {
            type Tangent = ();
            #[inline(always)]
            fn zero_tangent(&self) {}
        }
    )*};
}
inactive! {
    [] core::cmp::Ordering;
    [] core::num::FpCategory;
    [] core::time::Duration;
    #[cfg(feature = "std")]
    [] std::time::Instant;
    #[cfg(feature = "std")]
    [] std::time::SystemTime;
    [] RangeFull;
    [T: ?Sized] PhantomData<T>;
    [T] BTreeSet<T>;
    #[cfg(feature = "std")]
    [T, S] std::collections::HashSet<T, S>;
    [] core::sync::atomic::AtomicBool;
    #[cfg(target_has_atomic = "ptr")]
    [] core::sync::atomic::AtomicUsize;
}

/// Ranges whose ends are fields: those of their tangents have the same names.
macro_rules! ranges {
    ($($range:ident { $($end:ident),* })*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T: Differentiable> Differentiable for $range<T> {
            type Tangent = $range<T::Tangent>;
            #[inline]
            fn zero_tangent(&self) -> Self::Tangent {
                $range { $($end: self.$end.zero_tangent()),* }
            }
        }
        #[diagnostic::do_not_recommend]
        impl<T: Tangent> Tangent for $range<T> {
            #[inline]
            fn accumulate(&mut self, other: &Self) {
                $(self.$end.accumulate(&other.$end);)*
            }
            #[inline]
            fn set_all(&mut self, value: f64) {
                $(self.$end.set_all(value);)*
            }
            #[inline]
            fn zip_with(&mut self, other: &Self, f: &mut impl FnMut(f64, f64) -> f64) {
                $(self.$end.zip_with(&other.$end, f);)*
            }
        }
        #[diagnostic::do_not_recommend]
        impl<T: Nothing> Nothing for $range<T> {}
    )*};
}
ranges! {
    Range { start, end }
    RangeFrom { start }
    RangeTo { end }
    RangeToInclusive { end }
}

/// Its ends are no fields: the tangent is a pair.
#[diagnostic::do_not_recommend]
impl<T: Differentiable> Differentiable for RangeInclusive<T> {
    type Tangent = (T::Tangent, T::Tangent);
    fn zero_tangent(&self) -> Self::Tangent {
        (self.start().zero_tangent(), self.end().zero_tangent())
    }
}

/// What an `Err` says carries nothing.
#[diagnostic::do_not_recommend]
impl<T: Differentiable, E> Differentiable for Result<T, E> {
    type Tangent = Option<T::Tangent>;
    fn zero_tangent(&self) -> Self::Tangent {
        self.as_ref().ok().map(T::zero_tangent)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Differentiable + Copy> Differentiable for Cell<T> {
    type Tangent = T::Tangent;
    fn zero_tangent(&self) -> T::Tangent {
        self.get().zero_tangent()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Differentiable + ?Sized> Differentiable for RefCell<T> {
    type Tangent = T::Tangent;
    /// # Panics
    /// While the content is borrowed mutably.
    fn zero_tangent(&self) -> T::Tangent {
        self.borrow().zero_tangent()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Differentiable + ToOwned + ?Sized> Differentiable for Cow<'_, T> {
    type Tangent = T::Tangent;
    fn zero_tangent(&self) -> T::Tangent {
        (**self).zero_tangent()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Differentiable> Differentiable for VecDeque<T> {
    type Tangent = VecDeque<T::Tangent>;
    fn zero_tangent(&self) -> Self::Tangent {
        self.iter().map(T::zero_tangent).collect()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Tangent> Tangent for VecDeque<T> {
    fn accumulate(&mut self, other: &Self) {
        assert_eq!(self.len(), other.len(), "adjoints of different lengths cannot be added");
        for (to, from) in self.iter_mut().zip(other) {
            to.accumulate(from);
        }
    }
    fn set_all(&mut self, value: f64) {
        self.iter_mut().for_each(|element| element.set_all(value));
    }
    fn zip_with(&mut self, other: &Self, f: &mut impl FnMut(f64, f64) -> f64) {
        assert_eq!(self.len(), other.len(), "adjoints of different lengths do not go together");
        for (to, from) in self.iter_mut().zip(other) {
            to.zip_with(from, f);
        }
    }
}

/// Maps: the values of the same keys. One that is missing is a zero, as `None` is.
macro_rules! maps {
    ($($(#[$condition:meta])* [$($bounds:tt)*] $($map:ident)::+;)*) => {$(
        $(#[$condition])*
        #[diagnostic::do_not_recommend]
        impl<K: Clone + $($bounds)*, V: Differentiable> Differentiable for $($map)::+<K, V> {
            type Tangent = $($map)::+<K, V::Tangent>;
            fn zero_tangent(&self) -> Self::Tangent {
                self.iter().map(|(key, value)| (key.clone(), value.zero_tangent())).collect()
            }
        }
        $(#[$condition])*
        #[diagnostic::do_not_recommend]
        impl<K: Clone + $($bounds)*, V: Tangent> Tangent for $($map)::+<K, V> {
            fn accumulate(&mut self, other: &Self) {
                for (key, from) in other {
                    match self.get_mut(key) {
                        Some(to) => to.accumulate(from),
                        None => {
                            self.insert(key.clone(), from.clone());
                        }
                    }
                }
            }
            fn set_all(&mut self, value: f64) {
                self.values_mut().for_each(|element| element.set_all(value));
            }
            fn zip_with(&mut self, other: &Self, f: &mut impl FnMut(f64, f64) -> f64) {
                for (key, from) in other {
                    if !self.contains_key(key) {
                        self.insert(key.clone(), from.zero_tangent());
                    }
                }
                for (key, to) in self.iter_mut() {
                    match other.get(key) {
                        Some(from) => to.zip_with(from, f),
                        None => {
                            let nothing = to.zero_tangent();
                            to.zip_with(&nothing, f);
                        }
                    }
                }
            }
        }
        $(#[$condition])*
        #[diagnostic::do_not_recommend]
        impl<K: Clone + $($bounds)*, V: Nothing> Nothing for $($map)::+<K, V> {}
    )*};
}
maps! {
    [Ord] BTreeMap;
    #[cfg(feature = "std")]
    [Eq + core::hash::Hash] std::collections::HashMap;
}

#[diagnostic::do_not_recommend]
impl Nothing for () {}
#[diagnostic::do_not_recommend]
impl<T: Nothing> Nothing for Vec<T> {}
#[diagnostic::do_not_recommend]
impl<T: Nothing> Nothing for VecDeque<T> {}
#[diagnostic::do_not_recommend]
impl<T: Nothing> Nothing for Option<T> {}
#[diagnostic::do_not_recommend]
impl<T: Nothing> Nothing for Box<T> {}
#[diagnostic::do_not_recommend]
impl<T: Nothing, const N: usize> Nothing for [T; N] {}

macro_rules! tuples {
    ($(($($type:ident $index:tt)+))*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($type: Nothing),+> Nothing for ($($type,)+) {}
    )*};
}
for_tuples!(tuples);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::__private::carries_nothing;
    use alloc::string::String;

    #[test]
    fn what_carries_nothing_says_so() {
        carries_nothing::<Range<usize>>();
        carries_nothing::<Option<(u8, String)>>();
        carries_nothing::<BTreeMap<&str, Vec<usize>>>();
        carries_nothing::<BTreeSet<u8>>();
        carries_nothing::<Result<Cow<'_, str>, f64>>();
        carries_nothing::<PhantomData<f64>>();
        carries_nothing::<Cell<u8>>();
        carries_nothing::<core::time::Duration>();
        #[cfg(feature = "std")]
        carries_nothing::<std::collections::HashMap<String, [bool; 2]>>();
    }

    #[test]
    fn ranges_of_floats_have_ends() {
        let mut adjoint = (0.5..2.0).zero_tangent();
        adjoint.accumulate(&(1.0..3.0));
        assert_eq!(adjoint, 1.0..3.0);
        assert_eq!((1.0_f32..=2.0).zero_tangent(), (0.0, 0.0));
    }

    #[test]
    fn maps_add_by_key_and_what_is_missing_is_zero() {
        let mut adjoint = BTreeMap::from([("a", 1.0), ("b", 2.0)]);
        assert_eq!(adjoint.zero_tangent(), BTreeMap::from([("a", 0.0), ("b", 0.0)]));
        adjoint.accumulate(&BTreeMap::from([("b", 0.5), ("c", 4.0)]));
        assert_eq!(adjoint, BTreeMap::from([("a", 1.0), ("b", 2.5), ("c", 4.0)]));
        adjoint.set_all(1.0);
        assert!(adjoint.values().all(|value| *value == 1.0));
    }

    #[test]
    fn cells_and_results_show_what_they_hold() {
        assert_eq!(RefCell::new([1.0, 2.0]).zero_tangent(), [0.0; 2]);
        assert_eq!(Ok::<_, &str>(1.0).zero_tangent(), Some(0.0));
        assert_eq!(Err::<f64, _>("no").zero_tangent(), None);
        let mut queue = VecDeque::from([1.0, 2.0]);
        queue.accumulate(&VecDeque::from([0.5, 0.5]));
        assert_eq!(queue, [1.5, 2.5]);
    }
}
