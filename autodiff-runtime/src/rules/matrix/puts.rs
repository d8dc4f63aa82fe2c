//! How parts of matrices are put back.

use crate::differentiable::Real;
use crate::rules::puts::puts;
use alloc::vec::Vec;
use nalgebra::allocator::Allocator;
use nalgebra::{Const, DefaultAllocator, Dim, Dyn, OMatrix, OVector};

puts! {
    /// How parts of matrices are put back, and the derivatives of that.
    pub trait MatrixPuts[T, R, C] for OMatrix<T, R, C>
    where { T: Real, R: Dim, C: Dim, DefaultAllocator: Allocator<R, C> };

    fn row_put_forward row_put_pushforward <{} {}>(index index_dot: usize),
        OMatrix<T, Const<1>, C>, where { DefaultAllocator: Allocator<Const<1>, C> },
        |of| of.row(index).into_owned(), |to, from| to.row_mut(index).copy_from(from);
    fn column_put_forward column_put_pushforward <{} {}>(index index_dot: usize),
        OVector<T, R>, where { DefaultAllocator: Allocator<R> },
        |of| of.column(index).into_owned(), |to, from| to.column_mut(index).copy_from(from);
    fn set_row_forward set_row_pushforward <{} {}>(index index_dot: usize),
        OMatrix<T, Const<1>, C>, where { DefaultAllocator: Allocator<Const<1>, C> },
        |of| of.row(index).into_owned(), |to, from| to.set_row(index, from);
    fn set_column_forward set_column_pushforward <{} {}>(index index_dot: usize),
        OVector<T, R>, where { DefaultAllocator: Allocator<R> },
        |of| of.column(index).into_owned(), |to, from| to.set_column(index, from);
    fn rows_put_forward rows_put_pushforward <{} {}>(first first_dot: usize, count count_dot: usize),
        OMatrix<T, Dyn, C>, where { DefaultAllocator: Allocator<Dyn, C> },
        |of| of.rows(first, count).into_owned(), |to, from| to.rows_mut(first, count).copy_from(from);
    fn columns_put_forward columns_put_pushforward <{} {}>(first first_dot: usize, count count_dot: usize),
        OMatrix<T, R, Dyn>, where { DefaultAllocator: Allocator<R, Dyn> },
        |of| of.columns(first, count).into_owned(), |to, from| to.columns_mut(first, count).copy_from(from);
    fn view_put_forward view_put_pushforward <{} {}>(start start_dot: (usize, usize), shape shape_dot: (usize, usize)),
        OMatrix<T, Dyn, Dyn>, where { DefaultAllocator: Allocator<Dyn, Dyn> },
        |of| of.view(start, shape).into_owned(), |to, from| to.view_mut(start, shape).copy_from(from);
    fn fixed_rows_put_forward fixed_rows_put_pushforward <{ const N: usize } { N }>(first first_dot: usize),
        OMatrix<T, Const<N>, C>, where { DefaultAllocator: Allocator<Const<N>, C> },
        |of| of.fixed_rows::<N>(first).into_owned(), |to, from| to.fixed_rows_mut::<N>(first).copy_from(from);
    fn fixed_columns_put_forward fixed_columns_put_pushforward <{ const N: usize } { N }>(first first_dot: usize),
        OMatrix<T, R, Const<N>>, where { DefaultAllocator: Allocator<R, Const<N>> },
        |of| of.fixed_columns::<N>(first).into_owned(), |to, from| to.fixed_columns_mut::<N>(first).copy_from(from);
    fn fixed_view_put_forward fixed_view_put_pushforward <{ const N: usize, const M: usize } { N, M }>
        (row row_dot: usize, column column_dot: usize),
        OMatrix<T, Const<N>, Const<M>>, where { DefaultAllocator: Allocator<Const<N>, Const<M>> },
        |of| of.fixed_view::<N, M>(row, column).into_owned(),
        |to, from| to.fixed_view_mut::<N, M>(row, column).copy_from(from);
    fn row_iter_put_forward row_iter_put_pushforward <{} {}>(),
        [OMatrix<T, Const<1>, C>], where { DefaultAllocator: Allocator<Const<1>, C> },
        |of| of.row_iter().map(|part| part.into_owned()).collect::<Vec<_>>(),
        |to, from| to.row_iter_mut().zip(from).for_each(|(mut to, from)| to.copy_from(from));
    fn column_iter_put_forward column_iter_put_pushforward <{} {}>(),
        [OVector<T, R>], where { DefaultAllocator: Allocator<R> },
        |of| of.column_iter().map(|part| part.into_owned()).collect::<Vec<_>>(),
        |to, from| to.column_iter_mut().zip(from).for_each(|(mut to, from)| to.copy_from(from));
}

/// The derivatives of `copy_from`, which writes a whole matrix or vector.
#[allow(missing_docs, clippy::type_complexity)]
pub trait CopyRules<T: Real, R: Dim, C: Dim>: Sized
where
    DefaultAllocator: Allocator<R, C>,
{
    fn copy_from_forward<R2: Dim, C2: Dim, S2: nalgebra::Storage<T, R2, C2>>(
        &mut self,
        from: &nalgebra::Matrix<T, R2, C2, S2>,
    ) -> (
        (),
        impl FnOnce(
            &mut Self,
            &nalgebra::Matrix<T, R2, C2, S2>,
            (),
            Option<&mut OMatrix<T, R, C>>,
            Option<&mut OMatrix<T, R2, C2>>,
        ) + use<Self, T, R, C, R2, C2, S2>,
    )
    where
        DefaultAllocator: Allocator<R2, C2>,
        nalgebra::constraint::ShapeConstraint:
            nalgebra::constraint::SameNumberOfRows<R, R2> + nalgebra::constraint::SameNumberOfColumns<C, C2>;
    fn copy_from_pushforward<R2: Dim, C2: Dim, S2: nalgebra::Storage<T, R2, C2>>(
        &mut self,
        from: &nalgebra::Matrix<T, R2, C2, S2>,
        dot: Option<&mut OMatrix<T, R, C>>,
        from_dot: Option<&OMatrix<T, R2, C2>>,
    ) -> ((), ())
    where
        DefaultAllocator: Allocator<R2, C2>,
        nalgebra::constraint::ShapeConstraint:
            nalgebra::constraint::SameNumberOfRows<R, R2> + nalgebra::constraint::SameNumberOfColumns<C, C2>;
}

impl<T: Real, R: Dim, C: Dim> CopyRules<T, R, C> for OMatrix<T, R, C>
where
    DefaultAllocator: Allocator<R, C>,
{
    fn copy_from_forward<R2: Dim, C2: Dim, S2: nalgebra::Storage<T, R2, C2>>(
        &mut self,
        from: &nalgebra::Matrix<T, R2, C2, S2>,
    ) -> (
        (),
        impl FnOnce(
            &mut Self,
            &nalgebra::Matrix<T, R2, C2, S2>,
            (),
            Option<&mut OMatrix<T, R, C>>,
            Option<&mut OMatrix<T, R2, C2>>,
        ) + use<T, R, C, R2, C2, S2>,
    )
    where
        DefaultAllocator: Allocator<R2, C2>,
        nalgebra::constraint::ShapeConstraint:
            nalgebra::constraint::SameNumberOfRows<R, R2> + nalgebra::constraint::SameNumberOfColumns<C, C2>,
    {
        let before = self.clone();
        self.copy_from(from);
        let pullback = move |this: &mut Self,
                             _: &nalgebra::Matrix<T, R2, C2, S2>,
                             (): (),
                             bar: Option<&mut OMatrix<T, R, C>>,
                             from_bar: Option<&mut OMatrix<T, R2, C2>>| {
            *this = before;
            if let Some(bar) = bar {
                if let Some(from_bar) = from_bar {
                    from_bar.iter_mut().zip(bar.iter()).for_each(|(to, from)| *to += *from);
                }
                bar.fill(T::zero());
            }
        };
        ((), pullback)
    }
    fn copy_from_pushforward<R2: Dim, C2: Dim, S2: nalgebra::Storage<T, R2, C2>>(
        &mut self,
        from: &nalgebra::Matrix<T, R2, C2, S2>,
        dot: Option<&mut OMatrix<T, R, C>>,
        from_dot: Option<&OMatrix<T, R2, C2>>,
    ) -> ((), ())
    where
        DefaultAllocator: Allocator<R2, C2>,
        nalgebra::constraint::ShapeConstraint:
            nalgebra::constraint::SameNumberOfRows<R, R2> + nalgebra::constraint::SameNumberOfColumns<C, C2>,
    {
        self.copy_from(from);
        match (dot, from_dot) {
            (Some(dot), Some(from_dot)) => dot.copy_from(from_dot),
            (Some(dot), None) => dot.fill(T::zero()),
            _ => {}
        }
        ((), ())
    }
}
