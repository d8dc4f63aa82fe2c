//! The constructors of `nalgebra`'s matrices and vectors.

use crate::differentiable::Real;
use alloc::vec::Vec;
use nalgebra::allocator::Allocator;
use nalgebra::{Const, DefaultAllocator, Dim, Dyn, OMatrix, RawStorage, Vector};

/// Brings the constructors into scope.
pub mod prelude {
    pub use super::{
        ColumnConstructors as _, DiagonalConstructors as _, DynamicConstructors as _, RowConstructors as _,
        StaticConstructors as _,
    };
    #[rustfmt::skip]
    pub use super::{
        New1x1 as _, New2x1 as _, New3x1 as _, New4x1 as _, New5x1 as _, New6x1 as _, New1x2 as _, New1x3 as _,
        New1x4 as _, New1x5 as _, New1x6 as _, New2x2 as _, New2x3 as _, New2x4 as _, New3x2 as _, New3x3 as _,
        New3x4 as _, New4x2 as _, New4x3 as _, New4x4 as _
    };
}

/// `new` of a size, element by element along the rows: an argument, its tangent, and where it stands.
macro_rules! by_elements {
    ($($Trait:ident $rows:literal $columns:literal: $($arg:ident $dot:ident $at:tt),*;)*) => {$(
        crate::rules! {
            #[doc = concat!("`new` of ", $rows, " rows and ", $columns, " columns.")]
            #[allow(clippy::too_many_arguments, clippy::many_single_char_names)]
            pub trait $Trait[T] for OMatrix<T, Const<$rows>, Const<$columns>> where { T: Real };

            fn new($($arg: T),*) -> Self {
                new_forward |seed| { $($arg => *$arg += seed[$at]),* }
                new_pushforward |$($dot),*| { Self::new($(*$dot),*) }
            }
        }
    )*};
}
#[rustfmt::skip]
by_elements! {
    New1x1 1 1: a a_dot (0, 0);
    New2x1 2 1: a a_dot (0, 0), b b_dot (1, 0);
    New3x1 3 1: a a_dot (0, 0), b b_dot (1, 0), c c_dot (2, 0);
    New4x1 4 1: a a_dot (0, 0), b b_dot (1, 0), c c_dot (2, 0), d d_dot (3, 0);
    New5x1 5 1: a a_dot (0, 0), b b_dot (1, 0), c c_dot (2, 0), d d_dot (3, 0), e e_dot (4, 0);
    New6x1 6 1: a a_dot (0, 0), b b_dot (1, 0), c c_dot (2, 0), d d_dot (3, 0), e e_dot (4, 0), f f_dot (5, 0);
    New1x2 1 2: a a_dot (0, 0), b b_dot (0, 1);
    New1x3 1 3: a a_dot (0, 0), b b_dot (0, 1), c c_dot (0, 2);
    New1x4 1 4: a a_dot (0, 0), b b_dot (0, 1), c c_dot (0, 2), d d_dot (0, 3);
    New1x5 1 5: a a_dot (0, 0), b b_dot (0, 1), c c_dot (0, 2), d d_dot (0, 3), e e_dot (0, 4);
    New1x6 1 6: a a_dot (0, 0), b b_dot (0, 1), c c_dot (0, 2), d d_dot (0, 3), e e_dot (0, 4), f f_dot (0, 5);
    New2x2 2 2: a a_dot (0, 0), b b_dot (0, 1), c c_dot (1, 0), d d_dot (1, 1);
    New2x3 2 3: a a_dot (0, 0), b b_dot (0, 1), c c_dot (0, 2), d d_dot (1, 0), e e_dot (1, 1), f f_dot (1, 2);
    New2x4 2 4: a a_dot (0, 0), b b_dot (0, 1), c c_dot (0, 2), d d_dot (0, 3), e e_dot (1, 0), f f_dot (1, 1), g g_dot (1, 2), h h_dot (1, 3);
    New3x2 3 2: a a_dot (0, 0), b b_dot (0, 1), c c_dot (1, 0), d d_dot (1, 1), e e_dot (2, 0), f f_dot (2, 1);
    New3x3 3 3: a a_dot (0, 0), b b_dot (0, 1), c c_dot (0, 2), d d_dot (1, 0), e e_dot (1, 1), f f_dot (1, 2), g g_dot (2, 0), h h_dot (2, 1), i i_dot (2, 2);
    New3x4 3 4: a a_dot (0, 0), b b_dot (0, 1), c c_dot (0, 2), d d_dot (0, 3), e e_dot (1, 0), f f_dot (1, 1), g g_dot (1, 2), h h_dot (1, 3), i i_dot (2, 0), j j_dot (2, 1), k k_dot (2, 2), l l_dot (2, 3);
    New4x2 4 2: a a_dot (0, 0), b b_dot (0, 1), c c_dot (1, 0), d d_dot (1, 1), e e_dot (2, 0), f f_dot (2, 1), g g_dot (3, 0), h h_dot (3, 1);
    New4x3 4 3: a a_dot (0, 0), b b_dot (0, 1), c c_dot (0, 2), d d_dot (1, 0), e e_dot (1, 1), f f_dot (1, 2), g g_dot (2, 0), h h_dot (2, 1), i i_dot (2, 2), j j_dot (3, 0), k k_dot (3, 1), l l_dot (3, 2);
    New4x4 4 4: a a_dot (0, 0), b b_dot (0, 1), c c_dot (0, 2), d d_dot (0, 3), e e_dot (1, 0), f f_dot (1, 1), g g_dot (1, 2), h h_dot (1, 3), i i_dot (2, 0), j j_dot (2, 1), k k_dot (2, 2), l l_dot (2, 3), m m_dot (3, 0), n n_dot (3, 1), o o_dot (3, 2), p p_dot (3, 3);
}

/// Adds what comes in the order of columns.
fn add_columns<'a, T: Real>(bar: &mut [T], seed: impl IntoIterator<Item = &'a T>) {
    bar.iter_mut().zip(seed).for_each(|(bar, seed)| *bar += *seed);
}

/// Constructors of what has these sizes. Those that no type says are handed over first, where a slice does not tell them.
macro_rules! by_sizes {
    ($($Trait:ident [$($G:ident),*] $Rows:ty, $Columns:ty: $($n:ident $n_bar:ident),*; $($m:ident $m_bar:ident),*;)*) => {$(
        crate::rules! {
            /// The derivatives of constructors.
            pub trait $Trait[T $(, $G)*] for OMatrix<T, $Rows, $Columns>
            where { T: Real, $($G: Dim + nalgebra::DimName,)* DefaultAllocator: Allocator<$Rows, $Columns> };

            fn from_element($($n: usize,)* element: T) -> OMatrix<T, $Rows, $Columns> {
                from_element_forward |seed| { $($n_bar => (),)* bar => *bar += seed.sum() }
                from_element_pushforward |$($n_bar,)* dot| { Self::from_element($($n,)* *dot) }
            }

            fn from_diagonal_element($($n: usize,)* element: T) -> OMatrix<T, $Rows, $Columns> {
                from_diagonal_element_forward |seed| {
                    $($n_bar => (),)*
                    bar => *bar += (0..seed.nrows().min(seed.ncols())).fold(T::zero(), |sum, i| sum + seed[(i, i)]),
                }
                from_diagonal_element_pushforward |$($n_bar,)* dot| { Self::from_diagonal_element($($n,)* *dot) }
            }

            fn repeat($($n: usize,)* element: T) -> OMatrix<T, $Rows, $Columns> {
                repeat_forward |seed| { $($n_bar => (),)* bar => *bar += seed.sum() }
                repeat_pushforward |$($n_bar,)* dot| { Self::repeat($($n,)* *dot) }
            }

            fn from_vec($($m: usize,)* elements: Vec<T>) -> OMatrix<T, $Rows, $Columns> {
                from_vec_forward |seed| { $($m_bar => (),)* bar => add_columns(bar, &seed) }
                from_vec_pushforward |$($m_bar,)* dot| { Self::from_vec($($m,)* dot.clone()) }
            }

            fn from_iterator($($n: usize,)* elements: Vec<T>) -> OMatrix<T, $Rows, $Columns> {
                from_iterator_forward |seed| { $($n_bar => (),)* bar => add_columns(bar, &seed) }
                from_iterator_pushforward |$($n_bar,)* dot| { Self::from_iterator($($n,)* dot.clone()) }
            }

            fn from_column_slice($($m: usize,)* elements: &[T]) -> OMatrix<T, $Rows, $Columns> {
                from_column_slice_forward |seed| { $($m_bar => (),)* bar => add_columns(bar, &seed) }
                from_column_slice_pushforward |$($m_bar,)* dot| { Self::from_column_slice($($m,)* dot) }
            }

            fn from_row_slice($($m: usize,)* elements: &[T]) -> OMatrix<T, $Rows, $Columns> {
                from_row_slice_forward |seed| {
                    $($m_bar => (),)*
                    bar => for (i, row) in seed.row_iter().enumerate() {
                        let at = i * row.len();
                        add_columns(&mut bar[at..at + row.len()], &row);
                    },
                }
                from_row_slice_pushforward |$($m_bar,)* dot| { Self::from_row_slice($($m,)* dot) }
            }
        }
    )*};
}
by_sizes! {
    StaticConstructors [R, C] R, C:;;
    RowConstructors [R] R, Dyn: columns columns_bar;;
    ColumnConstructors [C] Dyn, C: rows rows_bar;;
    DynamicConstructors [] Dyn, Dyn: rows rows_bar, columns columns_bar; rows rows_bar, columns columns_bar;
}

crate::rules! {
    /// `from_diagonal`.
    pub trait DiagonalConstructors[T, D] for OMatrix<T, D, D>
    where { T: Real, D: Dim, DefaultAllocator: Allocator<D, D> + Allocator<D> };

    fn from_diagonal[S: RawStorage<T, D>](diagonal: &Vector<T, D, S>) -> OMatrix<T, D, D> {
        from_diagonal_forward |seed| { bar => *bar += seed.diagonal() }
        from_diagonal_pushforward |dot| { Self::from_diagonal::<<DefaultAllocator as Allocator<D>>::Buffer<T>>(dot) }
    }
}
