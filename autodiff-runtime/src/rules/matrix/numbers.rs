//! The numbers of matrices and points, for Jacobians by them and of them: a column behind the other.

use alloc::vec::Vec;

use nalgebra::{ArrayStorage, Const, Dim, Dyn, Matrix, OPoint, RawStorage, SVector, VecStorage};

use crate::Tangent;
use crate::differentiable::Real;
use crate::jacobian::{Numbers, no_number};

/// Matrices whose storage may hold anything, and how one is filled.
macro_rules! matrices {
    ($([$($param:ident: $kind:ty),*] $R:ty, $C:ty, $Storage:ident[$($sizes:tt)*], $count:expr, $filled:ident;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<E: Real + Numbers, $(const $param: $kind),*> Numbers for Matrix<E, $R, $C, $Storage<E, $($sizes)*>>
        where
            Self: Tangent,
        {
            type Of<T> = Matrix<T, $R, $C, $Storage<T, $($sizes)*>>;
            const COUNT: Option<usize> = $count;
            fn count(&self) -> usize {
                self.len()
            }
            fn get(&self, index: usize) -> f64 {
                self.as_slice().get(index).map_or_else(|| no_number(index), |number| number.get(0))
            }
            fn set(&mut self, index: usize, value: f64) {
                match self.as_mut_slice().get_mut(index) {
                    Some(number) => Numbers::set(number, 0, value),
                    None => no_number(index),
                }
            }
            fn each<T>(&self, next: &mut dyn FnMut() -> T) -> Matrix<T, $R, $C, $Storage<T, $($sizes)*>> {
                Matrix::from_data($filled(self, next))
            }
            fn visit<T>(of: &Matrix<T, $R, $C, $Storage<T, $($sizes)*>>, f: &mut dyn FnMut(&T)) {
                of.iter().for_each(f);
            }
        }
    )*};
}
matrices! {
    [R: usize, C: usize] Const<R>, Const<C>, ArrayStorage[R, C], Some(R * C), fixed;
    [] Dyn, Dyn, VecStorage[Dyn, Dyn], None, grown;
    [C: usize] Dyn, Const<C>, VecStorage[Dyn, Const<C>], None, grown;
    [R: usize] Const<R>, Dyn, VecStorage[Const<R>, Dyn], None, grown;
}

fn fixed<E, T, const R: usize, const C: usize>(
    _: &Matrix<E, Const<R>, Const<C>, ArrayStorage<E, R, C>>,
    next: &mut dyn FnMut() -> T,
) -> ArrayStorage<T, R, C> {
    ArrayStorage(core::array::from_fn(|_| core::array::from_fn(|_| next())))
}

/// As many as the matrix has.
fn grown<E, T, R: Dim, C: Dim, S: RawStorage<E, R, C>>(
    like: &Matrix<E, R, C, S>,
    next: &mut dyn FnMut() -> T,
) -> VecStorage<T, R, C> {
    let (rows, columns) = like.shape_generic();
    let all: Vec<T> = (0..like.len()).map(|_| next()).collect();
    VecStorage::new(rows, columns, all)
}

/// A point has the numbers of its coordinates.
#[diagnostic::do_not_recommend]
impl<E: Real + Numbers, const D: usize> Numbers for OPoint<E, Const<D>>
where
    Self: Tangent,
    SVector<E, D>: Tangent,
{
    type Of<T> = Matrix<T, Const<D>, Const<1>, ArrayStorage<T, D, 1>>;
    const COUNT: Option<usize> = Some(D);
    fn count(&self) -> usize {
        D
    }
    fn get(&self, index: usize) -> f64 {
        Numbers::get(&self.coords, index)
    }
    fn set(&mut self, index: usize, value: f64) {
        Numbers::set(&mut self.coords, index, value);
    }
    fn each<T>(&self, next: &mut dyn FnMut() -> T) -> Matrix<T, Const<D>, Const<1>, ArrayStorage<T, D, 1>> {
        self.coords.each(next)
    }
    fn visit<T>(of: &Matrix<T, Const<D>, Const<1>, ArrayStorage<T, D, 1>>, f: &mut dyn FnMut(&T)) {
        of.iter().for_each(f);
    }
}
