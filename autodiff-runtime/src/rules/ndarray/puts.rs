//! How parts of arrays are put back.

use super::Slicing;
use crate::differentiable::Element;
use crate::rules::puts::puts;
use alloc::vec::Vec;
use ndarray::{Array, Array1, Array2, ArrayBase, Axis, Dimension, OwnedRepr, RemoveAxis};

puts! {
    /// How parts of arrays are put back, and the derivatives of that.
    pub trait ArrayPuts[T, D] for ArrayBase<OwnedRepr<T>, D> where { T: Element, D: Dimension };

    fn view_put_forward view_put_pushforward <{} {}>(), Array<T, D>, where {},
        |of| of.clone(), |to, from| to.assign(from);
    fn slice_put_forward slice_put_pushforward <{ I: Slicing<D> } { I }>(part part_dot: I), Array<T, I::OutDim>, where {},
        |of| of.slice(part).into_owned(), |to, from| to.slice_mut(part).assign(from);
    fn index_axis_put_forward index_axis_put_pushforward <{} {}>(axis axis_dot: Axis, index index_dot: usize),
        Array<T, D::Smaller>, where { D: RemoveAxis },
        |of| of.index_axis(axis, index).into_owned(), |to, from| to.index_axis_mut(axis, index).assign(from);
    fn diag_put_forward diag_put_pushforward <{} {}>(), Array1<T>, where {},
        |of| of.diag().into_owned(), |to, from| to.diag_mut().assign(from);
    fn outer_iter_put_forward outer_iter_put_pushforward <{} {}>(), [Array<T, D::Smaller>], where { D: RemoveAxis },
        |of| of.outer_iter().map(|part| part.into_owned()).collect::<Vec<_>>(),
        |to, from| to.outer_iter_mut().zip(from).for_each(|(mut to, from)| to.assign(from));
    fn axis_iter_put_forward axis_iter_put_pushforward <{} {}>(axis axis_dot: Axis),
        [Array<T, D::Smaller>], where { D: RemoveAxis },
        |of| of.axis_iter(axis).map(|part| part.into_owned()).collect::<Vec<_>>(),
        |to, from| to.axis_iter_mut(axis).zip(from).for_each(|(mut to, from)| to.assign(from));
}

puts! {
    /// How rows and columns of matrices are put back, and the derivatives of that.
    pub trait Array2Puts[T] for Array2<T> where { T: Element };

    fn row_put_forward row_put_pushforward <{} {}>(index index_dot: usize), Array1<T>, where {},
        |of| of.row(index).into_owned(), |to, from| to.row_mut(index).assign(from);
    fn column_put_forward column_put_pushforward <{} {}>(index index_dot: usize), Array1<T>, where {},
        |of| of.column(index).into_owned(), |to, from| to.column_mut(index).assign(from);
    fn rows_put_forward rows_put_pushforward <{} {}>(), [Array1<T>], where {},
        |of| of.rows().into_iter().map(|part| part.into_owned()).collect::<Vec<_>>(),
        |to, from| to.rows_mut().into_iter().zip(from).for_each(|(mut to, from)| to.assign(from));
    fn columns_put_forward columns_put_pushforward <{} {}>(), [Array1<T>], where {},
        |of| of.columns().into_iter().map(|part| part.into_owned()).collect::<Vec<_>>(),
        |to, from| to.columns_mut().into_iter().zip(from).for_each(|(mut to, from)| to.assign(from));
}
