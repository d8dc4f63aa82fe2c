//! The constructors of arrays.

use crate::differentiable::Element;
use alloc::vec::Vec;
use ndarray::{Array, Array1, ArrayBase, Dimension, Ix1, OwnedRepr, ShapeBuilder};

crate::rules! {
    /// The derivatives of constructors of arrays.
    pub trait ArrayConstructors[T, D] for ArrayBase<OwnedRepr<T>, D> where { T: Element, D: Dimension };

    fn from_elem[Sh: ShapeOf<D>](shape: Sh, element: T) -> Array<T, D> {
        from_elem_forward |seed| { shape_bar => (), element_bar => *element_bar += seed.sum() }
        from_elem_pushforward |shape_dot, element_dot| { Array::from_elem(shape.clone(), *element_dot) }
    }

    fn from_shape_vec[Sh: ShapeOf<D>](shape: Sh, elements: Vec<T>) -> (Array<T, D>, bool)
    = { shaped(shape.clone(), &elements) } {
        from_shape_vec_forward |seed| {
            shape_bar => (),
            elements_bar => elements_bar.iter_mut().zip(&seed.0).for_each(|(bar, seed)| *bar += *seed),
        }
        from_shape_vec_pushforward |shape_dot, elements_dot| { (shaped(shape.clone(), elements_dot).0, ()) }
    }
}

crate::rules! {
    /// The derivatives of constructors of vectors.
    pub trait Array1Constructors[T] for ArrayBase<OwnedRepr<T>, Ix1> where { T: Element };

    fn from_vec(elements: Vec<T>) -> Array1<T> {
        from_vec_forward |seed| {
            elements_bar => elements_bar.iter_mut().zip(&seed).for_each(|(bar, seed)| *bar += *seed)
        }
        from_vec_pushforward |elements_dot| { Array1::from_vec(elements_dot.clone()) }
    }

    fn from_iter(elements: Vec<T>) -> Array1<T> {
        from_iter_forward |seed| {
            elements_bar => elements_bar.iter_mut().zip(&seed).for_each(|(bar, seed)| *bar += *seed)
        }
        from_iter_pushforward |elements_dot| { Array1::from_vec(elements_dot.clone()) }
    }
}

/// What says the shape of an array that is made.
pub trait ShapeOf<D: Dimension>: ShapeBuilder<Dim = D> + Clone + crate::Differentiable {}
impl<D: Dimension, Sh: ShapeBuilder<Dim = D> + Clone + crate::Differentiable> ShapeOf<D> for Sh {}

fn shaped<T: Element, D: Dimension>(shape: impl ShapeOf<D>, elements: &[T]) -> (Array<T, D>, bool) {
    match Array::from_shape_vec(shape, elements.to_vec()) {
        Ok(array) => (array, true),
        Err(_) => (Array::zeros(D::default()), false),
    }
}
