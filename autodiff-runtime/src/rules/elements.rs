//! What has numbers as elements: how closures reach them.

// Pullbacks are types without names.
#![allow(clippy::type_complexity)]

use crate::{Differentiable, Tangent};
use alloc::vec::Vec;

/// Something that has numbers as elements, in an order: an array of `ndarray`, a matrix of `nalgebra`.
///
/// In a differentiated function `x.mapv(f)` stands for `x.with_elements(…)` of what `f` makes of `x.elements()`; so do `map`,
/// `zip_map`, `mapv_inplace`, `fold`, `iter` and their like, and closures are differentiated with all that they capture.
///
/// ```
/// # #[cfg(feature = "ndarray")] {
/// use autodiff_runtime::rules::Elements;
/// let a = ndarray::arr2(&[[1.0, 2.0], [3.0, 4.0]]);
/// assert_eq!(a.t().elements(), [1.0, 3.0, 2.0, 4.0]);
/// assert_eq!(a.with_elements(vec![5.0; 4]), ndarray::arr2(&[[5.0, 5.0], [5.0, 5.0]]));
/// # }
/// ```
pub trait Elements: Differentiable {
    /// The type of the elements.
    type Number: Tangent + Copy;
    /// What is made of elements: an owned array.
    type Owned: Differentiable<Tangent = Self::Tangent>;
    /// How an element is found, as a closure that makes one is handed it.
    type Index;

    /// The elements.
    fn elements(&self) -> Vec<Self::Number>;

    /// Something of the same shape that has these elements.
    ///
    /// # Panics
    /// When there are more of them, or fewer, than this has.
    fn with_elements(&self, elements: Vec<Self::Number>) -> Self::Owned;

    /// The indices of the elements, in their order.
    fn indices(&self) -> Vec<Self::Index>;

    /// The elements of a tangent.
    fn tangent_elements(tangent: &Self::Tangent) -> Vec<Self::Number>;

    /// Adds to the elements of a tangent.
    fn add_elements(tangent: &mut Self::Tangent, elements: &[Self::Number]);
}

/// The derivatives of what [`Elements`] does.
#[allow(missing_docs)]
pub trait ElementRules: Elements {
    // Pullbacks that save nothing are functions.
    #[inline]
    fn elements_forward(
        &self,
    ) -> (Vec<Self::Number>, fn(&Self, Vec<Self::Number>, Option<&mut Self::Tangent>)) {
        let pullback = |_: &Self, seed: Vec<Self::Number>, bar: Option<&mut Self::Tangent>| {
            if let Some(bar) = bar {
                Self::add_elements(bar, &seed);
            }
        };
        (self.elements(), pullback)
    }
    #[inline]
    fn elements_pushforward(&self, dot: Option<&Self::Tangent>) -> (Vec<Self::Number>, Vec<Self::Number>) {
        let tangent = match dot {
            Some(dot) => Self::tangent_elements(dot),
            None => Self::tangent_elements(&self.zero_tangent()),
        };
        (self.elements(), tangent)
    }

    #[inline]
    fn with_elements_forward(
        &self,
        elements: Vec<Self::Number>,
    ) -> (Self::Owned, fn(&Self, (), Self::Tangent, Option<&mut Self::Tangent>, Option<&mut Vec<Self::Number>>))
    {
        let pullback = |_: &Self,
                        (): (),
                        seed: Self::Tangent,
                        _: Option<&mut Self::Tangent>,
                        bar: Option<&mut Vec<Self::Number>>| {
            let Some(bar) = bar else { return };
            for (bar, seed) in bar.iter_mut().zip(Self::tangent_elements(&seed)) {
                bar.accumulate(&seed);
            }
        };
        (self.with_elements(elements), pullback)
    }
    #[inline]
    fn with_elements_pushforward(
        &self,
        elements: Vec<Self::Number>,
        _: Option<&Self::Tangent>,
        dot: Option<&Vec<Self::Number>>,
    ) -> (Self::Owned, Self::Tangent) {
        let mut tangent = self.zero_tangent();
        if let Some(dot) = dot {
            Self::add_elements(&mut tangent, dot);
        }
        (self.with_elements(elements), tangent)
    }
}

impl<E: Elements + ?Sized> ElementRules for E {}

/// Where a type has a name that does not say it.
macro_rules! of_sequences {
    ($($float:ident: $Type:ty => $Owned:ty, |$elements:ident| $owned:expr, [$($param:tt)*];)*) => {$(
        impl<$($param)*> Elements for $Type {
            type Number = $float;
            type Owned = $Owned;
            type Index = usize;

            fn elements(&self) -> Vec<$float> {
                self.to_vec()
            }
            fn with_elements(&self, $elements: Vec<$float>) -> $Owned {
                assert_eq!(self.len(), $elements.len(), "there are as many elements as before");
                $owned
            }
            fn indices(&self) -> Vec<usize> {
                (0..self.len()).collect()
            }
            fn tangent_elements(tangent: &$Owned) -> Vec<$float> {
                tangent.to_vec()
            }
            fn add_elements(tangent: &mut $Owned, elements: &[$float]) {
                tangent.iter_mut().zip(elements).for_each(|(to, from)| *to += *from);
            }
        }
    )*};
}
of_sequences! {
    f32: Vec<f32> => Vec<f32>, |elements| elements, [];
    f64: Vec<f64> => Vec<f64>, |elements| elements, [];
    f32: [f32] => Vec<f32>, |elements| elements, [];
    f64: [f64] => Vec<f64>, |elements| elements, [];
    f32: [f32; N] => [f32; N], |elements| elements.try_into().expect("so many elements"), [const N: usize];
    f64: [f64; N] => [f64; N], |elements| elements.try_into().expect("so many elements"), [const N: usize];
}

#[cfg(feature = "nalgebra")]
mod of_matrices {
    use super::*;
    use crate::differentiable::Real;
    use nalgebra::allocator::Allocator;
    use nalgebra::{DefaultAllocator, Dim, Matrix, OMatrix, RawStorage};

    impl<T, R, C, S> Elements for Matrix<T, R, C, S>
    where
        T: Real,
        R: Dim,
        C: Dim,
        S: RawStorage<T, R, C>,
        DefaultAllocator: Allocator<R, C>,
    {
        type Number = T;
        type Owned = OMatrix<T, R, C>;
        type Index = (usize, usize);

        fn elements(&self) -> Vec<T> {
            self.iter().copied().collect()
        }
        fn with_elements(&self, elements: Vec<T>) -> OMatrix<T, R, C> {
            assert_eq!(self.len(), elements.len(), "a matrix has as many elements as before");
            let (rows, columns) = self.shape_generic();
            OMatrix::from_iterator_generic(rows, columns, elements)
        }
        fn indices(&self) -> Vec<(usize, usize)> {
            (0..self.ncols()).flat_map(|j| (0..self.nrows()).map(move |i| (i, j))).collect()
        }
        fn tangent_elements(tangent: &OMatrix<T, R, C>) -> Vec<T> {
            tangent.iter().copied().collect()
        }
        fn add_elements(tangent: &mut OMatrix<T, R, C>, elements: &[T]) {
            tangent.iter_mut().zip(elements).for_each(|(to, from)| *to += *from);
        }
    }
}

#[cfg(feature = "ndarray")]
mod of_arrays {
    use super::*;
    use crate::differentiable::{Element, Storage};
    use ndarray::{Array, ArrayBase, Dimension};

    impl<T: Element, S: Storage<Elem = T>, D: Dimension> Elements for ArrayBase<S, D> {
        type Number = T;
        type Owned = Array<T, D>;
        type Index = D::Pattern;

        fn elements(&self) -> Vec<T> {
            match self.as_slice() {
                Some(elements) => elements.to_vec(),
                None => self.iter().copied().collect(),
            }
        }
        fn with_elements(&self, elements: Vec<T>) -> Array<T, D> {
            Array::from_shape_vec(self.raw_dim(), elements).expect("an array has as many elements as before")
        }
        fn indices(&self) -> Vec<D::Pattern> {
            ndarray::indices(self.raw_dim()).into_iter().collect()
        }
        fn tangent_elements(tangent: &Array<T, D>) -> Vec<T> {
            tangent.elements()
        }
        fn add_elements(tangent: &mut Array<T, D>, elements: &[T]) {
            match tangent.as_slice_mut() {
                Some(tangent) => tangent.iter_mut().zip(elements).for_each(|(to, from)| *to += *from),
                None => tangent.iter_mut().zip(elements).for_each(|(to, from)| *to += *from),
            }
        }
    }
}
