//! Slices that a pointer owns: `Box<[T]>`, `Rc<[T]>`, `Arc<[T]>`.

// Pullbacks are types without names.
#![allow(clippy::type_complexity)]

use crate::{Differentiable, Tangent};
use alloc::{boxed::Box, vec::Vec};

/// The form in which generated code makes pointers of slices: `v.into_boxed_slice()`, `Rc::from(v)`, `collect()`.
#[allow(missing_docs)]
pub trait PointerRules<T: Differentiable + Clone> {
    fn to_pointer<P: From<Vec<T>>>(&self) -> P;

    #[inline]
    fn to_pointer_forward<P: From<Vec<T>>>(
        &self,
    ) -> (P, fn(&Self, Box<Vec<T::Tangent>>, Option<&mut [T::Tangent]>)) {
        let pullback = |_: &Self, seed: Box<Vec<T::Tangent>>, bar: Option<&mut [T::Tangent]>| {
            for (bar, seed) in bar.into_iter().flatten().zip(seed.iter()) {
                bar.accumulate(seed);
            }
        };
        (self.to_pointer(), pullback)
    }

    fn to_pointer_pushforward<P: From<Vec<T>>>(
        &self,
        dot: Option<&[T::Tangent]>,
    ) -> (P, Box<Vec<T::Tangent>>);
}

impl<T: Differentiable + Clone> PointerRules<T> for [T] {
    #[inline]
    fn to_pointer<P: From<Vec<T>>>(&self) -> P {
        self.to_vec().into()
    }

    #[inline]
    fn to_pointer_pushforward<P: From<Vec<T>>>(
        &self,
        dot: Option<&[T::Tangent]>,
    ) -> (P, Box<Vec<T::Tangent>>) {
        let tangent = match dot {
            Some(dot) => Box::new(dot.to_vec()),
            None => Box::new(self.iter().map(T::zero_tangent).collect()),
        };
        (self.to_pointer(), tangent)
    }
}
