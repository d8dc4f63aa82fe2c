//! The methods of `nalgebra`'s matrices and vectors.

// Pullbacks are types without names.
#![allow(clippy::type_complexity)]

mod blocks;
mod constructors;
mod decompositions;
mod numbers;
mod orthogonal;
mod puts;
mod triangles;

pub use blocks::{BlockRules, DiagonalRules, SpaceRules, VectorRules};
pub use decompositions::{CholeskyRules, DecompositionRules, LuRules};
pub use orthogonal::{SvdTangent, SymmetricEigenTangent};

/// Brings the rules of matrices and vectors into scope.
pub mod prelude {
    pub use super::constructors::prelude::*;
    pub use super::orthogonal::{
        QrDecomposition as _, QrRules as _, QrSolveRules as _, SvdRules as _, SymmetricEigenRules as _,
        SymmetricRules as _,
    };
    pub use super::puts::{CopyRules as _, MatrixPuts as _};
    pub use super::triangles::TriangleRules as _;
    pub use super::{
        BlockRules as _, CholeskyRules as _, CrossRules as _, DecompositionRules as _, DiagonalRules as _,
        LuRules as _, MatrixRules as _, SpaceRules as _, SquareMatrixRules as _, VectorRules as _,
    };
    pub use crate::rules::parts::of_matrices::MatrixParts as _;
}

use crate::Differentiable;
use crate::differentiable::Real;
use crate::ops::matrix::{add_scaled, inner, product, quotient};
use alloc::borrow::Cow;
use nalgebra::allocator::Allocator;
use nalgebra::constraint::{SameNumberOfColumns, SameNumberOfRows, ShapeConstraint};
use nalgebra::{
    Const, DMatrix, DefaultAllocator, Dim, DimMin, Matrix, OMatrix, OVector, RowOVector, Storage,
};

/// The derivatives of the methods of matrices and vectors of any size and storage.
#[allow(missing_docs)]
pub trait MatrixRules<T, R, C, S>: Differentiable + Sized
where
    T: Real,
    R: Dim,
    C: Dim,
    S: Storage<T, R, C>,
    DefaultAllocator: Allocator<R, C>,
{
    #[doc(hidden)]
    fn __matrix(&self) -> &Matrix<T, R, C, S>;

    fn sum_forward(
        &self,
    ) -> (T, impl FnOnce(&Self, T, Option<&mut OMatrix<T, R, C>>) + use<Self, T, R, C, S>) {
        let pullback = |_: &Self, seed: T, bar: Option<&mut OMatrix<T, R, C>>| {
            if let Some(bar) = bar {
                bar.add_scalar_mut(seed);
            }
        };
        (self.__matrix().sum(), pullback)
    }
    fn sum_pushforward(&self, dot: Option<&OMatrix<T, R, C>>) -> (T, T) {
        let dot = &*given(dot, self.__matrix());
        (self.__matrix().sum(), dot.sum())
    }

    fn mean_forward(
        &self,
    ) -> (T, impl FnOnce(&Self, T, Option<&mut OMatrix<T, R, C>>) + use<Self, T, R, C, S>) {
        let pullback = |this: &Self, seed: T, bar: Option<&mut OMatrix<T, R, C>>| {
            if let Some(bar) = bar {
                bar.add_scalar_mut(seed / nalgebra::convert(this.__matrix().len() as f64));
            }
        };
        (self.__matrix().mean(), pullback)
    }
    fn mean_pushforward(&self, dot: Option<&OMatrix<T, R, C>>) -> (T, T) {
        let dot = &*given(dot, self.__matrix());
        (self.__matrix().mean(), dot.mean())
    }

    /// At the zero matrix, where there is no derivative, it is taken as zero.
    fn norm_forward(
        &self,
    ) -> (T, impl FnOnce(&Self, T, Option<&mut OMatrix<T, R, C>>) + use<Self, T, R, C, S>) {
        let norm = self.__matrix().norm();
        let pullback = move |this: &Self, seed: T, bar: Option<&mut OMatrix<T, R, C>>| {
            if let Some(bar) = bar.filter(|_| norm != T::zero()) {
                add_scaled(bar, seed / norm, this.__matrix());
            }
        };
        (norm, pullback)
    }
    fn norm_pushforward(&self, dot: Option<&OMatrix<T, R, C>>) -> (T, T) {
        let dot = &*given(dot, self.__matrix());
        let norm = self.__matrix().norm();
        (norm, if norm == T::zero() { norm } else { inner(self.__matrix(), dot) / norm })
    }

    fn norm_squared_forward(
        &self,
    ) -> (T, impl FnOnce(&Self, T, Option<&mut OMatrix<T, R, C>>) + use<Self, T, R, C, S>) {
        let pullback = |this: &Self, seed: T, bar: Option<&mut OMatrix<T, R, C>>| {
            if let Some(bar) = bar {
                add_scaled(bar, seed + seed, this.__matrix());
            }
        };
        (self.__matrix().norm_squared(), pullback)
    }
    fn norm_squared_pushforward(&self, dot: Option<&OMatrix<T, R, C>>) -> (T, T) {
        let dot = &*given(dot, self.__matrix());
        let half = inner(self.__matrix(), dot);
        (self.__matrix().norm_squared(), half + half)
    }

    fn normalize_forward(
        &self,
    ) -> (
        OMatrix<T, R, C>,
        impl FnOnce(&Self, OMatrix<T, R, C>, Option<&mut OMatrix<T, R, C>>) + use<Self, T, R, C, S>,
    ) {
        let pullback = |this: &Self, seed: OMatrix<T, R, C>, bar: Option<&mut OMatrix<T, R, C>>| {
            let Some(bar) = bar else { return };
            let norm = this.__matrix().norm();
            let along = quotient(inner(this.__matrix(), &seed), norm * norm);
            add_scaled(bar, norm.recip(), &seed);
            add_scaled(bar, -quotient(along, norm), this.__matrix());
        };
        (self.__matrix().normalize(), pullback)
    }
    fn normalize_pushforward(&self, dot: Option<&OMatrix<T, R, C>>) -> (OMatrix<T, R, C>, OMatrix<T, R, C>) {
        let dot = &*given(dot, self.__matrix());
        let norm = self.__matrix().norm();
        let mut tangent = dot.map(|dot| quotient(dot, norm));
        let along = quotient(inner(self.__matrix(), dot), norm * norm);
        add_scaled(&mut tangent, -quotient(along, norm), self.__matrix());
        (self.__matrix().normalize(), tangent)
    }

    fn transpose_forward(
        &self,
    ) -> (
        OMatrix<T, C, R>,
        impl FnOnce(&Self, OMatrix<T, C, R>, Option<&mut OMatrix<T, R, C>>) + use<Self, T, R, C, S>,
    )
    where
        DefaultAllocator: Allocator<C, R>,
    {
        let pullback = |_: &Self, seed: OMatrix<T, C, R>, bar: Option<&mut OMatrix<T, R, C>>| {
            add(bar, || seed.transpose())
        };
        (self.__matrix().transpose(), pullback)
    }
    fn transpose_pushforward(&self, dot: Option<&OMatrix<T, R, C>>) -> (OMatrix<T, C, R>, OMatrix<T, C, R>)
    where
        DefaultAllocator: Allocator<C, R>,
    {
        let dot = &*given(dot, self.__matrix());
        (self.__matrix().transpose(), dot.transpose())
    }

    fn clone_owned_forward(
        &self,
    ) -> (
        OMatrix<T, R, C>,
        impl FnOnce(&Self, OMatrix<T, R, C>, Option<&mut OMatrix<T, R, C>>) + use<Self, T, R, C, S>,
    ) {
        let pullback =
            |_: &Self, seed: OMatrix<T, R, C>, bar: Option<&mut OMatrix<T, R, C>>| add(bar, || seed);
        (self.__matrix().clone_owned(), pullback)
    }
    fn clone_owned_pushforward(
        &self,
        dot: Option<&OMatrix<T, R, C>>,
    ) -> (OMatrix<T, R, C>, OMatrix<T, R, C>) {
        let dot = &*given(dot, self.__matrix());
        (self.__matrix().clone_owned(), dot.clone())
    }

    /// A copy of the column: a view would borrow what may change before the pullback runs.
    fn column_forward(
        &self,
        index: usize,
    ) -> (
        OVector<T, R>,
        impl FnOnce(&Self, (), OVector<T, R>, Option<&mut OMatrix<T, R, C>>, Option<&mut ()>)
        + use<Self, T, R, C, S>,
    )
    where
        DefaultAllocator: Allocator<R>,
    {
        let pullback = move |_: &Self,
                             (): (),
                             seed: OVector<T, R>,
                             bar: Option<&mut OMatrix<T, R, C>>,
                             _: Option<&mut ()>| {
            let Some(bar) = bar else { return };
            bar.column_mut(index).iter_mut().zip(seed.iter()).for_each(|(bar, seed)| *bar += *seed);
        };
        (self.__matrix().column(index).clone_owned(), pullback)
    }
    fn column_pushforward(
        &self,
        index: usize,
        dot: Option<&OMatrix<T, R, C>>,
        _: Option<&()>,
    ) -> (OVector<T, R>, OVector<T, R>)
    where
        DefaultAllocator: Allocator<R>,
    {
        let dot = &*given(dot, self.__matrix());
        (self.__matrix().column(index).clone_owned(), dot.column(index).clone_owned())
    }

    /// A copy of the row.
    fn row_forward(
        &self,
        index: usize,
    ) -> (
        RowOVector<T, C>,
        impl FnOnce(&Self, (), RowOVector<T, C>, Option<&mut OMatrix<T, R, C>>, Option<&mut ()>)
        + use<Self, T, R, C, S>,
    )
    where
        DefaultAllocator: Allocator<Const<1>, C>,
    {
        let pullback = move |_: &Self,
                             (): (),
                             seed: RowOVector<T, C>,
                             bar: Option<&mut OMatrix<T, R, C>>,
                             _: Option<&mut ()>| {
            let Some(bar) = bar else { return };
            bar.row_mut(index).iter_mut().zip(seed.iter()).for_each(|(bar, seed)| *bar += *seed);
        };
        (self.__matrix().row(index).clone_owned(), pullback)
    }
    fn row_pushforward(
        &self,
        index: usize,
        dot: Option<&OMatrix<T, R, C>>,
        _: Option<&()>,
    ) -> (RowOVector<T, C>, RowOVector<T, C>)
    where
        DefaultAllocator: Allocator<Const<1>, C>,
    {
        let dot = &*given(dot, self.__matrix());
        (self.__matrix().row(index).clone_owned(), dot.row(index).clone_owned())
    }

    fn scale_forward(
        &self,
        factor: T,
    ) -> (
        OMatrix<T, R, C>,
        impl FnOnce(&Self, (), OMatrix<T, R, C>, Option<&mut OMatrix<T, R, C>>, Option<&mut T>)
        + use<Self, T, R, C, S>,
    ) {
        let pullback = move |this: &Self,
                             (): (),
                             seed: OMatrix<T, R, C>,
                             bar: Option<&mut OMatrix<T, R, C>>,
                             factor_bar: Option<&mut T>| {
            if let Some(factor_bar) = factor_bar {
                *factor_bar += inner(this.__matrix(), &seed);
            }
            if let Some(bar) = bar {
                add_scaled(bar, factor, &seed);
            }
        };
        (self.__matrix().scale(factor), pullback)
    }
    fn scale_pushforward(
        &self,
        factor: T,
        dot: Option<&OMatrix<T, R, C>>,
        factor_dot: Option<&T>,
    ) -> (OMatrix<T, R, C>, OMatrix<T, R, C>) {
        let dot = &*given(dot, self.__matrix());
        let factor_dot = factor_dot.copied().unwrap_or(T::zero());
        let mut tangent = dot.scale(factor);
        add_scaled(&mut tangent, factor_dot, self.__matrix());
        (self.__matrix().scale(factor), tangent)
    }

    fn add_scalar_forward(
        &self,
        term: T,
    ) -> (
        OMatrix<T, R, C>,
        impl FnOnce(&Self, (), OMatrix<T, R, C>, Option<&mut OMatrix<T, R, C>>, Option<&mut T>)
        + use<Self, T, R, C, S>,
    ) {
        let pullback = |_: &Self,
                        (): (),
                        seed: OMatrix<T, R, C>,
                        bar: Option<&mut OMatrix<T, R, C>>,
                        term_bar: Option<&mut T>| {
            if let Some(term_bar) = term_bar {
                *term_bar += seed.sum();
            }
            add(bar, || seed);
        };
        (self.__matrix().add_scalar(term), pullback)
    }
    fn add_scalar_pushforward(
        &self,
        term: T,
        dot: Option<&OMatrix<T, R, C>>,
        term_dot: Option<&T>,
    ) -> (OMatrix<T, R, C>, OMatrix<T, R, C>) {
        let dot = &*given(dot, self.__matrix());
        let term_dot = term_dot.copied().unwrap_or(T::zero());
        (self.__matrix().add_scalar(term), dot.add_scalar(term_dot))
    }

    fn dot_forward<R2: Dim, C2: Dim, S2: Storage<T, R2, C2>>(
        &self,
        other: &Matrix<T, R2, C2, S2>,
    ) -> (
        T,
        impl FnOnce(
            &Self,
            &Matrix<T, R2, C2, S2>,
            T,
            Option<&mut OMatrix<T, R, C>>,
            Option<&mut OMatrix<T, R2, C2>>,
        ) + use<Self, T, R, C, S, R2, C2, S2>,
    )
    where
        DefaultAllocator: Allocator<R2, C2>,
        ShapeConstraint: SameNumberOfRows<R, R2> + SameNumberOfColumns<C, C2>,
    {
        let pullback = |this: &Self,
                        other: &Matrix<T, R2, C2, S2>,
                        seed: T,
                        bar: Option<&mut OMatrix<T, R, C>>,
                        other_bar: Option<&mut OMatrix<T, R2, C2>>| {
            if let Some(bar) = bar {
                add_scaled(bar, seed, other);
            }
            if let Some(other_bar) = other_bar {
                add_scaled(other_bar, seed, this.__matrix());
            }
        };
        (self.__matrix().dot(other), pullback)
    }
    fn dot_pushforward<R2: Dim, C2: Dim, S2: Storage<T, R2, C2>>(
        &self,
        other: &Matrix<T, R2, C2, S2>,
        dot: Option<&OMatrix<T, R, C>>,
        other_dot: Option<&OMatrix<T, R2, C2>>,
    ) -> (T, T)
    where
        DefaultAllocator: Allocator<R2, C2>,
        ShapeConstraint: SameNumberOfRows<R, R2> + SameNumberOfColumns<C, C2>,
    {
        let dot = &*given(dot, self.__matrix());
        let other_dot = &*given(other_dot, other);
        (self.__matrix().dot(other), inner(dot, other) + inner(self.__matrix(), other_dot))
    }

    fn tr_mul_forward<R2: Dim, C2: Dim, S2: Storage<T, R2, C2>>(
        &self,
        other: &Matrix<T, R2, C2, S2>,
    ) -> (
        OMatrix<T, C, C2>,
        impl FnOnce(
            &Self,
            &Matrix<T, R2, C2, S2>,
            OMatrix<T, C, C2>,
            Option<&mut OMatrix<T, R, C>>,
            Option<&mut OMatrix<T, R2, C2>>,
        ) + use<Self, T, R, C, S, R2, C2, S2>,
    )
    where
        DefaultAllocator: Allocator<R2, C2> + Allocator<C, C2> + Allocator<C2, C>,
        ShapeConstraint: SameNumberOfRows<R, R2> + SameNumberOfRows<R2, R>,
    {
        let pullback = |this: &Self,
                        other: &Matrix<T, R2, C2, S2>,
                        seed: OMatrix<T, C, C2>,
                        bar: Option<&mut OMatrix<T, R, C>>,
                        other_bar: Option<&mut OMatrix<T, R2, C2>>| {
            if let Some(bar) = bar {
                bar.gemm(T::one(), other, &seed.transpose(), T::one());
            }
            if let Some(other_bar) = other_bar {
                other_bar.gemm(T::one(), this.__matrix(), &seed, T::one());
            }
        };
        (self.__matrix().tr_mul(other), pullback)
    }
    fn tr_mul_pushforward<R2: Dim, C2: Dim, S2: Storage<T, R2, C2>>(
        &self,
        other: &Matrix<T, R2, C2, S2>,
        dot: Option<&OMatrix<T, R, C>>,
        other_dot: Option<&OMatrix<T, R2, C2>>,
    ) -> (OMatrix<T, C, C2>, OMatrix<T, C, C2>)
    where
        DefaultAllocator: Allocator<R2, C2> + Allocator<C, C2>,
        ShapeConstraint: SameNumberOfRows<R, R2>,
    {
        let dot = &*given(dot, self.__matrix());
        let other_dot = &*given(other_dot, other);
        let this = self.__matrix();
        (this.tr_mul(other), dot.tr_mul(other) + this.tr_mul(other_dot))
    }

    fn component_mul_forward<S2: Storage<T, R, C>>(
        &self,
        other: &Matrix<T, R, C, S2>,
    ) -> (
        OMatrix<T, R, C>,
        impl FnOnce(
            &Self,
            &Matrix<T, R, C, S2>,
            OMatrix<T, R, C>,
            Option<&mut OMatrix<T, R, C>>,
            Option<&mut OMatrix<T, R, C>>,
        ) + use<Self, T, R, C, S, S2>,
    ) {
        let pullback = |this: &Self,
                        other: &Matrix<T, R, C, S2>,
                        seed: OMatrix<T, R, C>,
                        bar: Option<&mut OMatrix<T, R, C>>,
                        other_bar: Option<&mut OMatrix<T, R, C>>| {
            add(bar, || seed.zip_map(other, product));
            add(other_bar, || seed.zip_map(this.__matrix(), product));
        };
        (self.__matrix().component_mul(other), pullback)
    }
    fn component_mul_pushforward<S2: Storage<T, R, C>>(
        &self,
        other: &Matrix<T, R, C, S2>,
        dot: Option<&OMatrix<T, R, C>>,
        other_dot: Option<&OMatrix<T, R, C>>,
    ) -> (OMatrix<T, R, C>, OMatrix<T, R, C>) {
        let dot = &*given(dot, self.__matrix());
        let other_dot = &*given(other_dot, other);
        let this = self.__matrix();
        (this.component_mul(other), dot.zip_map(other, product) + this.zip_map(other_dot, product))
    }

    fn component_div_forward<S2: Storage<T, R, C>>(
        &self,
        other: &Matrix<T, R, C, S2>,
    ) -> (
        OMatrix<T, R, C>,
        impl FnOnce(
            &Self,
            &Matrix<T, R, C, S2>,
            OMatrix<T, R, C>,
            Option<&mut OMatrix<T, R, C>>,
            Option<&mut OMatrix<T, R, C>>,
        ) + use<Self, T, R, C, S, S2>,
    ) {
        let pullback = |this: &Self,
                        other: &Matrix<T, R, C, S2>,
                        seed: OMatrix<T, R, C>,
                        bar: Option<&mut OMatrix<T, R, C>>,
                        other_bar: Option<&mut OMatrix<T, R, C>>| {
            let by_this = seed.zip_map(other, quotient);
            add(other_bar, || -by_this.zip_map(&this.__matrix().component_div(other), product));
            add(bar, || by_this);
        };
        (self.__matrix().component_div(other), pullback)
    }
    fn component_div_pushforward<S2: Storage<T, R, C>>(
        &self,
        other: &Matrix<T, R, C, S2>,
        dot: Option<&OMatrix<T, R, C>>,
        other_dot: Option<&OMatrix<T, R, C>>,
    ) -> (OMatrix<T, R, C>, OMatrix<T, R, C>) {
        let dot = &*given(dot, self.__matrix());
        let other_dot = &*given(other_dot, other);
        let value = self.__matrix().component_div(other);
        let by_other = value.zip_map(&other_dot.zip_map(other, quotient), product);
        let tangent = dot.zip_map(other, quotient) - by_other;
        (value, tangent)
    }
}

impl<T, R, C, S> MatrixRules<T, R, C, S> for Matrix<T, R, C, S>
where
    T: Real,
    R: Dim,
    C: Dim,
    S: Storage<T, R, C>,
    DefaultAllocator: Allocator<R, C>,
{
    #[inline(always)]
    fn __matrix(&self) -> &Matrix<T, R, C, S> {
        self
    }
}

/// The derivatives of the methods of square matrices.
#[allow(missing_docs)]
pub trait SquareMatrixRules<T, D, S>: Differentiable + Sized
where
    T: Real,
    D: Dim,
    S: Storage<T, D, D>,
    DefaultAllocator: Allocator<D, D>,
{
    #[doc(hidden)]
    fn __square(&self) -> &Matrix<T, D, D, S>;

    fn trace_forward(
        &self,
    ) -> (T, impl FnOnce(&Self, T, Option<&mut OMatrix<T, D, D>>) + use<Self, T, D, S>) {
        let pullback = |_: &Self, seed: T, bar: Option<&mut OMatrix<T, D, D>>| {
            let Some(bar) = bar else { return };
            for i in 0..bar.nrows() {
                bar[(i, i)] += seed;
            }
        };
        (trace(self.__square()), pullback)
    }
    fn trace_pushforward(&self, dot: Option<&OMatrix<T, D, D>>) -> (T, T) {
        let dot = &*given(dot, self.__square());
        (trace(self.__square()), trace(dot))
    }

    fn determinant_forward(
        &self,
    ) -> (T, impl FnOnce(&Self, T, Option<&mut OMatrix<T, D, D>>) + use<Self, T, D, S>)
    where
        D: DimMin<D, Output = D>,
        DefaultAllocator: Allocator<D>,
    {
        let determinant = self.__square().determinant();
        let pullback = move |this: &Self, seed: T, bar: Option<&mut OMatrix<T, D, D>>| {
            if let Some(bar) = bar {
                add_scaled(bar, seed, &cofactors(this.__square(), determinant));
            }
        };
        (determinant, pullback)
    }
    fn determinant_pushforward(&self, dot: Option<&OMatrix<T, D, D>>) -> (T, T)
    where
        D: DimMin<D, Output = D>,
        DefaultAllocator: Allocator<D>,
    {
        let dot = &*given(dot, self.__square());
        let determinant = self.__square().determinant();
        (determinant, inner(&cofactors(self.__square(), determinant), dot))
    }

    /// The inverse and whether there is one.
    fn try_inverse_forward(
        &self,
    ) -> (
        (OMatrix<T, D, D>, bool),
        impl FnOnce(&Self, (OMatrix<T, D, D>, ()), Option<&mut OMatrix<T, D, D>>) + use<Self, T, D, S>,
    ) {
        let inverse = self.__square().clone_owned().try_inverse();
        let saved = inverse.clone();
        let pullback = move |_: &Self, seed: (OMatrix<T, D, D>, ()), bar: Option<&mut OMatrix<T, D, D>>| {
            if let (Some(inverse), Some(bar)) = (saved, bar) {
                let transposed = inverse.transpose();
                *bar -= &transposed * seed.0 * &transposed;
            }
        };
        let invertible = inverse.is_some();
        ((inverse.unwrap_or_else(|| self.__square().zero_tangent()), invertible), pullback)
    }
    fn try_inverse_pushforward(
        &self,
        dot: Option<&OMatrix<T, D, D>>,
    ) -> ((OMatrix<T, D, D>, bool), (OMatrix<T, D, D>, ())) {
        let dot = &*given(dot, self.__square());
        match self.__square().clone_owned().try_inverse() {
            Some(inverse) => {
                let tangent = -(&inverse * dot * &inverse);
                ((inverse, true), (tangent, ()))
            }
            None => {
                let zero = self.__square().zero_tangent();
                ((zero.clone(), false), (zero, ()))
            }
        }
    }
}

impl<T, D, S> SquareMatrixRules<T, D, S> for Matrix<T, D, D, S>
where
    T: Real,
    D: Dim,
    S: Storage<T, D, D>,
    DefaultAllocator: Allocator<D, D>,
{
    #[inline(always)]
    fn __square(&self) -> &Matrix<T, D, D, S> {
        self
    }
}

/// Adds to an adjoint that is wanted.
fn add<T: Real, R: Dim, C: Dim>(bar: Option<&mut OMatrix<T, R, C>>, what: impl FnOnce() -> OMatrix<T, R, C>)
where
    DefaultAllocator: Allocator<R, C>,
{
    if let Some(bar) = bar {
        *bar += what();
    }
}

/// The tangent of a matrix, a zero where there is none.
fn given<'a, T: Real, R: Dim, C: Dim, S: Storage<T, R, C>>(
    dot: Option<&'a OMatrix<T, R, C>>,
    of: &Matrix<T, R, C, S>,
) -> Cow<'a, OMatrix<T, R, C>>
where
    DefaultAllocator: Allocator<R, C>,
{
    match dot {
        Some(dot) => Cow::Borrowed(dot),
        None => Cow::Owned(of.zero_tangent()),
    }
}

/// The sum of the diagonal, in the order of `nalgebra` (whose `trace` asks for more of the dimension).
fn trace<T: Real, D: Dim, S: Storage<T, D, D>>(matrix: &Matrix<T, D, D, S>) -> T {
    assert!(matrix.is_square(), "Cannot compute the trace of non-square matrix.");
    (0..matrix.nrows()).fold(T::zero(), |sum, i| sum + matrix[(i, i)])
}

/// The derivative of the determinant: its transposed inverse times itself where there is one, else by minors.
fn cofactors<T, D, S>(matrix: &Matrix<T, D, D, S>, determinant: T) -> OMatrix<T, D, D>
where
    T: Real,
    D: Dim,
    S: Storage<T, D, D>,
    DefaultAllocator: Allocator<D, D>,
{
    if determinant != T::zero() {
        if let Some(inverse) = matrix.clone_owned().try_inverse() {
            return inverse.transpose() * determinant;
        }
    }
    let (rows, columns) = matrix.shape_generic();
    let n = matrix.nrows();
    OMatrix::from_fn_generic(rows, columns, |row, column| {
        let skip = |i: usize, without: usize| if i < without { i } else { i + 1 };
        let minor = DMatrix::from_fn(n - 1, n - 1, |i, j| matrix[(skip(i, row), skip(j, column))]);
        if (row + column) % 2 == 0 { minor.determinant() } else { -minor.determinant() }
    })
}

/// The derivative of the product of two vectors in space.
#[allow(missing_docs)]
pub trait CrossRules<T: Real, S: Storage<T, Const<3>, Const<1>>>: Differentiable + Sized {
    #[doc(hidden)]
    fn __vector(&self) -> &Matrix<T, Const<3>, Const<1>, S>;

    fn cross_forward<S2: Storage<T, Const<3>, Const<1>>>(
        &self,
        other: &Matrix<T, Const<3>, Const<1>, S2>,
    ) -> (
        nalgebra::Vector3<T>,
        impl FnOnce(
            &Self,
            &Matrix<T, Const<3>, Const<1>, S2>,
            nalgebra::Vector3<T>,
            Option<&mut nalgebra::Vector3<T>>,
            Option<&mut nalgebra::Vector3<T>>,
        ) + use<Self, T, S, S2>,
    ) {
        let pullback = |this: &Self,
                        other: &Matrix<T, Const<3>, Const<1>, S2>,
                        seed: nalgebra::Vector3<T>,
                        bar: Option<&mut nalgebra::Vector3<T>>,
                        other_bar: Option<&mut nalgebra::Vector3<T>>| {
            add(bar, || other.cross(&seed));
            add(other_bar, || seed.cross(this.__vector()));
        };
        (self.__vector().cross(other), pullback)
    }
    fn cross_pushforward<S2: Storage<T, Const<3>, Const<1>>>(
        &self,
        other: &Matrix<T, Const<3>, Const<1>, S2>,
        dot: Option<&nalgebra::Vector3<T>>,
        other_dot: Option<&nalgebra::Vector3<T>>,
    ) -> (nalgebra::Vector3<T>, nalgebra::Vector3<T>) {
        let dot = &*given(dot, self.__vector());
        let other_dot = &*given(other_dot, other);
        (self.__vector().cross(other), dot.cross(other) + self.__vector().cross(other_dot))
    }
}

impl<T: Real, S: Storage<T, Const<3>, Const<1>>> CrossRules<T, S> for Matrix<T, Const<3>, Const<1>, S> {
    #[inline(always)]
    fn __vector(&self) -> &Matrix<T, Const<3>, Const<1>, S> {
        self
    }
}

#[cfg(test)]
mod tests {
    use crate::Differentiable;
    use crate::rules::prelude::*;
    use crate::testing::{numbers, numbers_mut};
    use nalgebra::{DMatrix, DVector, Matrix2x3, Matrix3, Vector3};

    fn matrix(rows: usize, columns: usize, start: f64) -> DMatrix<f64> {
        DMatrix::from_fn(rows, columns, |i, j| (start + 1.7 * i as f64 - 0.9 * (j * j) as f64).sin())
    }

    /// Pushforward against central differences of the value, pullback against pushforward, for a method of a matrix
    /// and at most one more operand, which is taken by reference.
    macro_rules! check {
        ($name:ident $forward:ident $pushforward:ident: $a:expr $(, $b:expr)?) => {{
            let a = $a;
            let value = a.$forward($(&$b)?).0;
            assert_eq!(value, a.clone().$name($(&$b)?), "the value is the method's own");
            let mut seed = value.zero_tangent();
            for (k, s) in numbers_mut(&mut seed).into_iter().enumerate() {
                *s = 0.3 + 0.5 * k as f64;
            }
            let mut a_bar = a.zero_tangent();
            a.$forward($(&$b)?).1(&a, $(&$b,)? seed.clone(), Some(&mut a_bar) $(, Some(&mut $b.zero_tangent()))?);
            for k in 0..numbers(&a).len() {
                let mut a_dot = a.zero_tangent();
                *numbers_mut(&mut a_dot)[k] = 1.0;
                let moved = |h: f64| {
                    let mut a = a.clone();
                    *numbers_mut(&mut a)[k] += h;
                    numbers(&a.$forward($(&$b)?).0)
                };
                let (same, tangent) = a.$pushforward($(&$b,)? Some(&a_dot) $(, Some(&$b.zero_tangent()))?);
                assert_eq!(same, value);
                compare(&moved(1e-6), &moved(-1e-6), &numbers(&tangent), &numbers(&seed), numbers(&a_bar)[k]);
            }
            $(
                let b = $b;
                let mut b_bar = b.zero_tangent();
                a.$forward(&b).1(&a, &b, seed.clone(), None, Some(&mut b_bar));
                for k in 0..numbers(&b).len() {
                    let mut b_dot = b.zero_tangent();
                    *numbers_mut(&mut b_dot)[k] = 1.0;
                    let moved = |h: f64| {
                        let mut b = b.clone();
                        *numbers_mut(&mut b)[k] += h;
                        numbers(&a.$forward(&b).0)
                    };
                    let (_, tangent) = a.$pushforward(&b, None, Some(&b_dot));
                    compare(&moved(1e-6), &moved(-1e-6), &numbers(&tangent), &numbers(&seed), numbers(&b_bar)[k]);
                }
            )?
        }};
    }

    fn compare(up: &[f64], down: &[f64], tangent: &[f64], seed: &[f64], adjoint: f64) {
        for ((up, down), tangent) in up.iter().zip(down).zip(tangent) {
            let difference = (up - down) / 2e-6;
            assert!((tangent - difference).abs() < 1e-7 * (1.0 + tangent.abs()), "{tangent} {difference}");
        }
        let along: f64 = tangent.iter().zip(seed).map(|(t, s)| t * s).sum();
        assert!((adjoint - along).abs() < 1e-11 * (1.0 + along.abs()), "{adjoint} {along}");
    }

    #[test]
    fn reductions() {
        check!(sum sum_forward sum_pushforward: matrix(3, 2, 0.1));
        check!(mean mean_forward mean_pushforward: matrix(3, 2, 0.1));
        check!(norm norm_forward norm_pushforward: matrix(3, 2, 0.1));
        check!(norm_squared norm_squared_forward norm_squared_pushforward: Matrix2x3::<f64>::new(1.0, 2.0, 3.0, 0.5, -1.0, 2.5));
        check!(norm norm_forward norm_pushforward: DVector::<f64>::from_vec(vec![3.0, 4.0]));
    }

    #[test]
    fn reshapings() {
        check!(transpose transpose_forward transpose_pushforward: matrix(3, 2, 0.1));
        check!(normalize normalize_forward normalize_pushforward: Vector3::<f64>::new(1.0, -2.0, 0.5));
        check!(trace trace_forward trace_pushforward: matrix(3, 3, 0.1));
    }

    #[test]
    fn products() {
        check!(dot dot_forward dot_pushforward: matrix(3, 2, 0.1), matrix(3, 2, 0.7));
        check!(dot dot_forward dot_pushforward: DVector::<f64>::from_vec(vec![1.0, 2.0, 4.0]), Vector3::<f64>::new(1.0, -2.0, 0.5));
        check!(component_mul component_mul_forward component_mul_pushforward: matrix(3, 2, 0.1), matrix(3, 2, 0.7));
        check!(component_div component_div_forward component_div_pushforward: matrix(3, 2, 0.1), matrix(3, 2, 0.7));
        check!(tr_mul tr_mul_forward tr_mul_pushforward: matrix(3, 2, 0.1), matrix(3, 4, 0.7));
        check!(tr_mul tr_mul_forward tr_mul_pushforward: Matrix2x3::<f64>::new(1.0, 2.0, 3.0, 0.5, -1.0, 2.5), matrix(2, 1, 0.7));
        check!(cross cross_forward cross_pushforward: Vector3::<f64>::new(1.0, -2.0, 0.5), Vector3::<f64>::new(0.3, 1.0, 2.0));
    }

    #[test]
    fn rows_and_columns() {
        check!(clone_owned clone_owned_forward clone_owned_pushforward: matrix(3, 2, 0.1));
        let a = matrix(3, 2, 0.3);
        let (column, pullback) = a.column_forward(1);
        let mut a_bar = a.zero_tangent();
        assert_eq!(column, a.column(1));
        pullback(&a, (), DVector::<f64>::from_vec(vec![1.0, 2.0, 3.0]), Some(&mut a_bar), None);
        let (row, pullback) = a.row_forward(2);
        assert_eq!(row, a.row(2));
        pullback(&a, (), nalgebra::RowDVector::from_vec(vec![10.0, 20.0]), Some(&mut a_bar), None);
        assert_eq!(a_bar, DMatrix::from_row_slice(3, 2, &[0.0, 1.0, 0.0, 2.0, 10.0, 23.0]));
        assert_eq!(a.column_pushforward(1, Some(&a_bar), None).1.as_slice(), [1.0, 2.0, 23.0]);
        assert_eq!(a.row_pushforward(2, Some(&a_bar), None).1.as_slice(), [10.0, 23.0]);
    }

    #[test]
    fn with_numbers() {
        let a = matrix(2, 2, 0.3);
        let (value, pullback) = a.scale_forward(3.0);
        let (mut a_bar, mut factor_bar) = (a.zero_tangent(), 0.0);
        pullback(&a, (), DMatrix::from_element(2, 2, 2.0), Some(&mut a_bar), Some(&mut factor_bar));
        assert_eq!(
            (value, a_bar, factor_bar),
            (a.scale(3.0), DMatrix::from_element(2, 2, 6.0), 2.0 * a.sum())
        );
        assert_eq!(a.scale_pushforward(3.0, Some(&a), Some(&1.0)), (a.scale(3.0), a.scale(4.0)));
        let (value, pullback) = a.add_scalar_forward(3.0);
        let (mut a_bar, mut term_bar) = (a.zero_tangent(), 0.0);
        pullback(&a, (), DMatrix::from_element(2, 2, 2.0), Some(&mut a_bar), Some(&mut term_bar));
        assert_eq!((value, a_bar, term_bar), (a.add_scalar(3.0), DMatrix::from_element(2, 2, 2.0), 8.0));
    }

    #[test]
    fn of_square_matrices() {
        for n in 1..=5 {
            check!(determinant determinant_forward determinant_pushforward: matrix(n, n, 0.1) + DMatrix::identity(n, n));
        }
        check!(determinant determinant_forward determinant_pushforward: Matrix3::<f64>::new(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0));
    }

    #[test]
    fn singular_matrices_have_a_derivative_of_their_determinant_but_no_inverse() {
        check!(determinant determinant_forward determinant_pushforward: DMatrix::<f64>::from_element(3, 3, 1.0));
        check!(determinant determinant_forward determinant_pushforward: DMatrix::from_diagonal(&DVector::<f64>::from_vec(vec![0.0, 2.0, 3.0, 5.0])));
        let a = DMatrix::from_element(2, 2, 1.0);
        let ((_, invertible), pullback) = a.try_inverse_forward();
        let mut a_bar = a.zero_tangent();
        pullback(&a, (a.clone(), ()), Some(&mut a_bar));
        assert_eq!((invertible, a_bar), (false, a.zero_tangent()));
    }

    #[test]
    fn a_zero_meets_an_infinity() {
        let (zero, one) = (Vector3::<f64>::zeros(), Vector3::from_element(1.0));
        let mut bar = zero;
        zero.normalize_forward().1(&zero, zero, Some(&mut bar));
        let mut by_scalar = 0.0;
        crate::ops::div::forward(&one, &0.0).1(&one, &0.0, zero, Some(&mut bar), Some(&mut by_scalar));
        let mut by_elements = zero;
        one.component_div_forward(&zero).1(&one, &zero, zero, Some(&mut bar), Some(&mut by_elements));
        assert_eq!((bar, by_scalar, by_elements), (zero, 0.0, zero));
        assert_eq!(crate::ops::div::pushforward(&one, &0.0, Some(&zero), None).1, zero);
        assert_eq!(one.component_div_pushforward(&zero, Some(&zero), None).1, zero);
        // One row of a matrix is infinite, and does not matter.
        let wide = Vector3::new(f64::INFINITY, 1.0, 2.0);
        let mut factor_bar = 0.0;
        wide.scale_forward(0.0).1(
            &wide,
            (),
            Vector3::new(0.0, 1.0, 1.0),
            Some(&mut bar),
            Some(&mut factor_bar),
        );
        assert_eq!((bar, factor_bar), (zero, 3.0));
    }

    #[test]
    fn the_norm_of_zero_has_the_derivative_zero() {
        let a = DVector::<f64>::zeros(2);
        let mut a_bar = a.zero_tangent();
        a.norm_forward().1(&a, 1.0, Some(&mut a_bar));
        assert_eq!((a_bar, a.norm_pushforward(Some(&a.add_scalar(1.0)))), (a.clone(), (0.0, 0.0)));
    }
}
