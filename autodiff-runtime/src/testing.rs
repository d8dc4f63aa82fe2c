//! What the tests of the rules share.

use nalgebra::{Dim, Matrix, RawStorage, RawStorageMut};

/// A value as the numbers it is made of.
pub(crate) trait Numbers {
    fn numbers(&self) -> Vec<f64>;
    fn numbers_mut(&mut self) -> Vec<&mut f64>;
}

impl Numbers for f64 {
    fn numbers(&self) -> Vec<f64> {
        vec![*self]
    }
    fn numbers_mut(&mut self) -> Vec<&mut f64> {
        vec![self]
    }
}

impl<R: Dim, C: Dim, S: RawStorage<f64, R, C> + RawStorageMut<f64, R, C>> Numbers for Matrix<f64, R, C, S> {
    fn numbers(&self) -> Vec<f64> {
        self.iter().copied().collect()
    }
    fn numbers_mut(&mut self) -> Vec<&mut f64> {
        self.iter_mut().collect()
    }
}

pub(crate) fn numbers<T: Numbers>(value: &T) -> Vec<f64> {
    value.numbers()
}

pub(crate) fn numbers_mut<T: Numbers>(value: &mut T) -> Vec<&mut f64> {
    value.numbers_mut()
}
