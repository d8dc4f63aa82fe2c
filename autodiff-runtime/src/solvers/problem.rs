//! A loss over a tree, as a function of a flat vector.

use crate::tree::{self, Tree, TreeMut};
use crate::{Error, Scalar};
use alloc::vec::Vec;

/// Why a solver stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Every component of the gradient is within the tolerance.
    Gradient,
    /// The value, or the point, does not change any more.
    Stationary,
    /// The limit of iterations was reached.
    Iterations,
    /// The line search found no better point: the gradient is wrong, the loss is not smooth, or rounding is all that
    /// is left.
    LineSearch,
}

/// How a solver did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Report<S = f64> {
    /// The loss at the result.
    pub value: S,
    /// Largest component of the gradient there.
    pub gradient: S,
    /// Steps made.
    pub iterations: usize,
    /// How often the loss was evaluated.
    pub evaluations: usize,
    /// Why it stopped.
    pub stop: Stop,
}

/// A point with value and gradient.
#[derive(Debug, Clone)]
pub(super) struct Point<S> {
    pub(super) x: Vec<S>,
    pub(super) value: S,
    pub(super) gradient: Vec<S>,
}

impl<S: Scalar> Point<S> {
    pub(super) fn steepness(&self) -> S {
        largest(&self.gradient)
    }
}

/// The largest magnitude; no number when one is none.
pub(super) fn largest<S: Scalar>(numbers: &[S]) -> S {
    numbers.iter().fold(S::zero(), |max, x| if x.abs() > max || x.is_nan() { x.abs() } else { max })
}

pub(super) struct Problem<'a, P: ?Sized, F> {
    loss: F,
    params: &'a mut P,
    pub(super) evaluations: usize,
}

impl<'a, P: ?Sized, F> Problem<'a, P, F> {
    pub(super) fn new<S: Scalar>(loss: F, params: &'a mut P) -> Result<Self, Error>
    where
        P: TreeMut<S>,
    {
        if tree::count(params) == 0 {
            return Err(Error::NoParameters);
        }
        Ok(Self { loss, params, evaluations: 0 })
    }

    /// The point where the parameters are, and its gradient as it was given.
    pub(super) fn start<S: Scalar, G: Tree<S>>(&mut self) -> Result<(Point<S>, G), Error>
    where
        P: TreeMut<S>,
        F: FnMut(&P) -> (S, G),
    {
        let x = tree::to_vec(self.params);
        let mut point = Point { gradient: alloc::vec![S::zero(); x.len()], x, value: S::zero() };
        let gradient = self.evaluate(&mut point)?;
        if point.value.is_finite() {
            return Ok((point, gradient));
        }
        Err(Error::Invalid(alloc::format!("the loss is {} where the search starts", point.value)))
    }

    /// Fills in value and gradient, which is returned as it was given.
    pub(super) fn evaluate<S: Scalar, G: Tree<S>>(&mut self, point: &mut Point<S>) -> Result<G, Error>
    where
        P: TreeMut<S>,
        F: FnMut(&P) -> (S, G),
    {
        self.evaluations += 1;
        tree::write_from(self.params, &point.x)?;
        let (value, grads) = (self.loss)(self.params);
        point.value = value;
        gather(self.params, &grads, &mut point.gradient)?;
        Ok(grads)
    }

    /// The parameters at a point.
    pub(super) fn at<S: Scalar>(&mut self, x: &[S]) -> Result<&P, Error>
    where
        P: TreeMut<S>,
    {
        tree::write_from(self.params, x)?;
        Ok(self.params)
    }

    /// Leaves the parameters at a point.
    pub(super) fn finish<S: Scalar>(
        self,
        point: &Point<S>,
        iterations: usize,
        stop: Stop,
    ) -> Result<Report<S>, Error>
    where
        P: TreeMut<S>,
    {
        tree::write_from(self.params, &point.x)?;
        let (value, gradient) = (point.value, point.steepness());
        Ok(Report { value, gradient, iterations, evaluations: self.evaluations, stop })
    }
}

/// Copies a gradient into a flat vector; 0 where there is none.
pub(super) fn gather<S: Scalar, P: Tree<S> + ?Sized, G: Tree<S> + ?Sized>(
    params: &P,
    grads: &G,
    flat: &mut [S],
) -> Result<(), Error> {
    let mut start = 0;
    tree::zip(params, grads, |_, leaf, g| {
        let part = &mut flat[start..start + leaf.data.len()];
        match g {
            Some(g) => part.copy_from_slice(g),
            None => part.fill(S::zero()),
        }
        start += leaf.data.len();
    })
}

pub(super) fn dot<S: Scalar>(a: &[S], b: &[S]) -> S {
    a.iter().zip(b).map(|(&a, &b)| a * b).sum()
}
