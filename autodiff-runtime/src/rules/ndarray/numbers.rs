//! The numbers of arrays, for Jacobians by them and of them: in the order in which they are iterated over.

use ndarray::{Array, Dimension};

use crate::Tangent;
use crate::differentiable::Element;
use crate::jacobian::{Numbers, no_number};

#[diagnostic::do_not_recommend]
impl<E: Element + Numbers, D: Dimension> Numbers for Array<E, D>
where
    Self: Tangent,
{
    type Of<T> = Array<T, D>;
    const COUNT: Option<usize> = None;
    fn count(&self) -> usize {
        self.len()
    }
    fn get(&self, index: usize) -> f64 {
        self.iter().nth(index).map_or_else(|| no_number(index), |number| number.get(0))
    }
    fn set(&mut self, index: usize, value: f64) {
        match self.iter_mut().nth(index) {
            Some(number) => Numbers::set(number, 0, value),
            None => no_number(index),
        }
    }
    fn each<T>(&self, next: &mut dyn FnMut() -> T) -> Array<T, D> {
        Array::from_shape_simple_fn(self.raw_dim(), next)
    }
    fn visit<T>(of: &Array<T, D>, f: &mut dyn FnMut(&T)) {
        of.iter().for_each(f);
    }
}
