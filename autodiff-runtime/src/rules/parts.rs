//! Rows, columns and other parts of arrays and matrices, one after the other.
//!
//! In derivatives `for row in x.rows()` goes along copies of the rows, `x.rows_copied()`.

// Pullbacks are types without names.
#![allow(clippy::type_complexity)]

use alloc::vec::Vec;

#[cfg(feature = "nalgebra")]
pub(crate) mod of_matrices {
    use super::*;
    use crate::differentiable::Real;
    use nalgebra::allocator::Allocator;
    use nalgebra::{Const, DefaultAllocator, Dim, Matrix, OMatrix, OVector, Storage};

    crate::rules! {
        /// The rows and the columns of a matrix, and their derivatives.
        pub trait MatrixParts[T, R, C, S] for Matrix<T, R, C, S>
        where {
            T: Real,
            R: Dim,
            C: Dim,
            S: Storage<T, R, C>,
            DefaultAllocator: Allocator<R, C> + Allocator<R> + Allocator<Const<1>, C>,
        };

        fn row_iter_copied(&self) -> Vec<OMatrix<T, Const<1>, C>>
        = { self.row_iter().map(|row| row.into_owned()).collect() } {
            row_iter_copied_forward |this, seed| {
                bar => bar.row_iter_mut().zip(&seed).for_each(|(mut bar, seed)| bar += seed),
            }
            row_iter_copied_pushforward |dot| { dot.row_iter().map(|row| row.into_owned()).collect() }
        }

        fn column_iter_copied(&self) -> Vec<OVector<T, R>>
        = { self.column_iter().map(|column| column.into_owned()).collect() } {
            column_iter_copied_forward |this, seed| {
                bar => bar.column_iter_mut().zip(&seed).for_each(|(mut bar, seed)| bar += seed),
            }
            column_iter_copied_pushforward |dot| { dot.column_iter().map(|column| column.into_owned()).collect() }
        }
    }
}

#[cfg(feature = "ndarray")]
pub(crate) mod of_arrays {
    use super::*;
    use crate::differentiable::{Element, Storage};
    use ndarray::{Array, Array1, ArrayBase, Axis, Dimension, Ix2, RemoveAxis};

    crate::rules! {
        /// The parts of an array along an axis, and their derivatives.
        pub trait ArrayParts[T, S, D] for ArrayBase<S, D>
        where { T: Element, S: Storage<Elem = T>, D: Dimension };

        fn outer_iter_copied(&self) -> Vec<Array<T, D::Smaller>> where { D: RemoveAxis }
        = { self.outer_iter().map(|part| part.into_owned()).collect() } {
            outer_iter_copied_forward |this, seed| {
                bar => bar.outer_iter_mut().zip(&seed).for_each(|(mut bar, seed)| bar += seed),
            }
            outer_iter_copied_pushforward |dot| { dot.outer_iter().map(|part| part.into_owned()).collect() }
        }

        fn axis_iter_copied(&self, axis: Axis) -> Vec<Array<T, D::Smaller>> where { D: RemoveAxis }
        = { self.axis_iter(axis).map(|part| part.into_owned()).collect() } {
            axis_iter_copied_forward |this, seed| {
                bar => bar.axis_iter_mut(axis).zip(&seed).for_each(|(mut bar, seed)| bar += seed),
                axis_bar => (),
            }
            axis_iter_copied_pushforward |dot, axis_dot| {
                dot.axis_iter(axis).map(|part| part.into_owned()).collect()
            }
        }
    }

    crate::rules! {
        /// The rows and the columns of a matrix, and their derivatives.
        pub trait Array2Parts[T, S] for ArrayBase<S, Ix2> where { T: Element, S: Storage<Elem = T> };

        fn rows_copied(&self) -> Vec<Array1<T>> = { self.rows().into_iter().map(|row| row.into_owned()).collect() } {
            rows_copied_forward |this, seed| {
                bar => bar.rows_mut().into_iter().zip(&seed).for_each(|(mut bar, seed)| bar += seed),
            }
            rows_copied_pushforward |dot| { dot.rows().into_iter().map(|row| row.into_owned()).collect() }
        }

        fn columns_copied(&self) -> Vec<Array1<T>>
        = { self.columns().into_iter().map(|column| column.into_owned()).collect() } {
            columns_copied_forward |this, seed| {
                bar => bar.columns_mut().into_iter().zip(&seed).for_each(|(mut bar, seed)| bar += seed),
            }
            columns_copied_pushforward |dot| {
                dot.columns().into_iter().map(|column| column.into_owned()).collect()
            }
        }
    }
}
