//! Parts of `nalgebra`'s matrices and vectors: copies in derivatives, since a view would borrow what may change before the
//! pullback runs.

use crate::differentiable::Real;
use crate::ops::matrix::{inner, product};
use alloc::vec::Vec;
use nalgebra::allocator::Allocator;
use nalgebra::{
    Const, DefaultAllocator, Dim, Dyn, Matrix, Matrix3, OMatrix, OVector, Storage, Vector, Vector3,
};

crate::rules! {
    /// The derivatives of what takes a part of a matrix.
    pub trait BlockRules[T, R, C, S] for Matrix<T, R, C, S>
    where { T: Real, R: Dim, C: Dim, S: Storage<T, R, C>, DefaultAllocator: Allocator<R, C> };

    fn rows(&self, first: usize, count: usize) -> OMatrix<T, Dyn, C>
    where { DefaultAllocator: Allocator<Dyn, C> } = { self.rows(first, count).into_owned() } {
        rows_forward |this, seed| {
            bar => { let mut part = bar.rows_mut(first, count); part += &seed },
            first_bar => (),
            count_bar => (),
        }
        rows_pushforward |dot, first_dot, count_dot| { dot.rows(first, count).into_owned() }
    }

    fn columns(&self, first: usize, count: usize) -> OMatrix<T, R, Dyn>
    where { DefaultAllocator: Allocator<R, Dyn> } = { self.columns(first, count).into_owned() } {
        columns_forward |this, seed| {
            bar => { let mut part = bar.columns_mut(first, count); part += &seed },
            first_bar => (),
            count_bar => (),
        }
        columns_pushforward |dot, first_dot, count_dot| { dot.columns(first, count).into_owned() }
    }

    fn view(&self, start: (usize, usize), shape: (usize, usize)) -> OMatrix<T, Dyn, Dyn>
    = { self.view(start, shape).into_owned() } {
        view_forward |this, seed| {
            bar => { let mut part = bar.view_mut(start, shape); part += &seed },
            start_bar => (),
            shape_bar => (),
        }
        view_pushforward |dot, start_dot, shape_dot| { dot.view(start, shape).into_owned() }
    }

    fn fixed_rows const[N](&self, first: usize) -> OMatrix<T, Const<N>, C>
    where { DefaultAllocator: Allocator<Const<N>, C> } = { self.fixed_rows::<N>(first).into_owned() } {
        fixed_rows_forward |this, seed| {
            bar => { let mut part = bar.fixed_rows_mut::<N>(first); part += &seed },
            first_bar => (),
        }
        fixed_rows_pushforward |dot, first_dot| { dot.fixed_rows::<N>(first).into_owned() }
    }

    fn fixed_columns const[N](&self, first: usize) -> OMatrix<T, R, Const<N>>
    where { DefaultAllocator: Allocator<R, Const<N>> } = { self.fixed_columns::<N>(first).into_owned() } {
        fixed_columns_forward |this, seed| {
            bar => { let mut part = bar.fixed_columns_mut::<N>(first); part += &seed },
            first_bar => (),
        }
        fixed_columns_pushforward |dot, first_dot| { dot.fixed_columns::<N>(first).into_owned() }
    }

    fn fixed_view const[N, M](&self, row: usize, column: usize) -> OMatrix<T, Const<N>, Const<M>>
    where { DefaultAllocator: Allocator<Const<N>, Const<M>> } = { self.fixed_view::<N, M>(row, column).into_owned() } {
        fixed_view_forward |this, seed| {
            bar => { let mut part = bar.fixed_view_mut::<N, M>(row, column); part += &seed },
            row_bar => (),
            column_bar => (),
        }
        fixed_view_pushforward |dot, row_dot, column_dot| { dot.fixed_view::<N, M>(row, column).into_owned() }
    }

    fn to_owned(&self) -> OMatrix<T, R, C> = { self.clone_owned() } {
        to_owned_forward |this, seed| { bar => *bar += &seed }
        to_owned_pushforward |dot| { dot.clone() }
    }

    fn into_owned(&self) -> OMatrix<T, R, C> = { self.clone_owned() } {
        into_owned_forward |this, seed| { bar => *bar += &seed }
        into_owned_pushforward |dot| { dot.clone() }
    }

    // The sums of the rows: `column_sum` is the sum of all columns.
    fn column_sum(&self) -> OVector<T, R> where { DefaultAllocator: Allocator<R> } {
        column_sum_forward |this, seed| { bar => bar.column_iter_mut().for_each(|mut column| column += &seed) }
        column_sum_pushforward |dot| { dot.column_sum() }
    }

    fn row_sum(&self) -> OMatrix<T, Const<1>, C> where { DefaultAllocator: Allocator<Const<1>, C> } {
        row_sum_forward |this, seed| { bar => bar.row_iter_mut().for_each(|mut row| row += &seed) }
        row_sum_pushforward |dot| { dot.row_sum() }
    }

    fn abs(&self) -> OMatrix<T, R, C> {
        abs_forward |this, seed| {
            bar => bar.zip_zip_apply(this, &seed, |bar, x, seed| *bar += product(seed, sign(x))),
        }
        abs_pushforward |dot| { dot.zip_map(self, |dot, x| product(dot, sign(x))) }
    }

    fn lerp[S2: Storage<T, R, C>](&self, other: &Matrix<T, R, C, S2>, at: T) -> OMatrix<T, R, C>
    = { self * (T::one() - at) + other * at } {
        lerp_forward |this, seed| {
            bar => *bar += &seed * (T::one() - at),
            other_bar => *other_bar += &seed * at,
            at_bar => *at_bar += inner(other, &seed) - inner(this, &seed),
        }
        lerp_pushforward |dot, other_dot, at_dot| {
            dot * (T::one() - at) + other_dot * at + (other - self) * *at_dot
        }
    }
}

/// The derivative of `abs`, which is zero at zero.
fn sign<T: Real>(x: T) -> T {
    if x == T::zero() { x } else { x.signum() }
}

crate::rules! {
    /// The derivatives of what takes the diagonal of a matrix.
    pub trait DiagonalRules[T, D, S] for Matrix<T, D, D, S>
    where { T: Real, D: Dim, S: Storage<T, D, D>, DefaultAllocator: Allocator<D, D> + Allocator<D> };

    fn diagonal(&self) -> OVector<T, D> {
        diagonal_forward |this, seed| { bar => (0..seed.len()).for_each(|i| bar[(i, i)] += seed[i]) }
        diagonal_pushforward |dot| { dot.diagonal() }
    }
}

crate::rules! {
    /// The derivatives of the methods of column vectors.
    pub trait VectorRules[T, R, S] for Vector<T, R, S>
    where { T: Real, R: Dim, S: Storage<T, R>, DefaultAllocator: Allocator<R> };

    // Between vectors of which one is zero it is zero.
    fn angle[S2: Storage<T, R>](&self, other: &Vector<T, R, S2>) -> T {
        angle_forward |this, seed| {
            bar => *bar += turn(this, other) * seed,
            other_bar => *other_bar += turn(other, this) * seed,
        }
        angle_pushforward |dot, other_dot| { inner(&turn(self, other), dot) + inner(&turn(other, self), other_dot) }
    }
}

crate::rules! {
    /// The derivatives of the methods of vectors in space.
    pub trait SpaceRules[T, S] for Vector<T, Const<3>, S> where { T: Real, S: Storage<T, Const<3>> };

    // What it is multiplied with, it gives the cross product with.
    fn cross_matrix(&self) -> Matrix3<T> {
        cross_matrix_forward |this, seed| {
            bar => *bar += Vector3::new(
                seed[(2, 1)] - seed[(1, 2)],
                seed[(0, 2)] - seed[(2, 0)],
                seed[(1, 0)] - seed[(0, 1)],
            ),
        }
        cross_matrix_pushforward |dot| { dot.cross_matrix() }
    }
}

/// The derivative by `a` of the angle between two vectors.
fn turn<T, R, S, S2>(a: &Vector<T, R, S>, b: &Vector<T, R, S2>) -> OVector<T, R>
where
    T: Real,
    R: Dim,
    S: Storage<T, R>,
    S2: Storage<T, R>,
    DefaultAllocator: Allocator<R>,
{
    let (length, other) = (a.norm(), b.norm());
    let mut turn = a.clone_owned() * T::zero();
    if length == T::zero() || other == T::zero() {
        return turn;
    }
    let cos = a.dot(b) / (length * other);
    let sin = (T::one() - cos * cos).max(T::zero()).sqrt();
    if sin != T::zero() {
        let elements: Vec<T> =
            a.iter().zip(b.iter()).map(|(a, b)| (cos * *a / length - *b / other) / (sin * length)).collect();
        turn.copy_from_slice(&elements);
    }
    turn
}
