//! Residuals over a tree, as a function of a flat vector.

use super::problem::{Report, Stop, dot, gather, largest};
use crate::linear::{Qr, Triangle};
use crate::norm::norm;
use crate::tree::{self, Tree, TreeMut};
use crate::{Error, Scalar};
use alloc::vec::Vec;

/// A function from parameters to residuals and their Jacobian, in the shape of `f::value_and_jacobian`.
pub(super) struct Residuals<'a, P: ?Sized, F> {
    residuals: F,
    params: &'a mut P,
    evaluations: usize,
}

impl<'a, P: ?Sized, F> Residuals<'a, P, F> {
    pub(super) fn new(residuals: F, params: &'a mut P) -> Self {
        Self { residuals, params, evaluations: 0 }
    }

    pub(super) fn start<S, R, J, G>(&mut self) -> Result<Linearised<S>, Error>
    where
        S: Scalar,
        R: AsRef<[S]>,
        J: AsRef<[G]>,
        G: Tree<S>,
        P: TreeMut<S>,
        F: FnMut(&P) -> (R, J),
    {
        let x = tree::to_vec(self.params);
        if x.is_empty() {
            return Err(Error::NoParameters);
        }
        let start = self.evaluate(x)?;
        if start.is_finite() {
            return Ok(start);
        }
        Err(Error::Invalid("the residuals or their Jacobian are not finite where the search starts".into()))
    }

    pub(super) fn evaluate<S, R, J, G>(&mut self, x: Vec<S>) -> Result<Linearised<S>, Error>
    where
        S: Scalar,
        R: AsRef<[S]>,
        J: AsRef<[G]>,
        G: Tree<S>,
        P: TreeMut<S>,
        F: FnMut(&P) -> (R, J),
    {
        self.evaluations += 1;
        tree::write_from(self.params, &x)?;
        let (residuals, jacobian) = (self.residuals)(self.params);
        Linearised::new(&*self.params, x, residuals.as_ref(), jacobian.as_ref())
    }

    /// Leaves the parameters at a point.
    pub(super) fn finish<S: Scalar>(
        self,
        at: &Linearised<S>,
        iterations: usize,
        stop: Stop,
    ) -> Result<Report<S>, Error>
    where
        P: TreeMut<S>,
    {
        tree::write_from(self.params, &at.x)?;
        let gradient: Vec<S> = at.columns().map(|column| dot(column, &at.residuals)).collect();
        let gradient = largest(&gradient);
        let value = at.size * at.size / S::of(2.0);
        Ok(Report { value, gradient, iterations, evaluations: self.evaluations, stop })
    }
}

/// Residuals and their Jacobian at a point.
#[derive(Debug)]
pub(super) struct Linearised<S> {
    pub(super) x: Vec<S>,
    residuals: Vec<S>,
    /// Column by column.
    jacobian: Vec<S>,
    /// The norm of the residuals.
    pub(super) size: S,
}

impl<S: Scalar> Linearised<S> {
    /// Of the residuals at `params` and their gradients. Where there are fewer of them than parameters, zeros follow: that
    /// changes no sum of squares, and no solver has to ask.
    pub(super) fn new<P: Tree<S> + ?Sized, G: Tree<S>>(
        params: &P,
        x: Vec<S>,
        residuals: &[S],
        gradients: &[G],
    ) -> Result<Self, Error> {
        if residuals.len() != gradients.len() {
            return Err(Error::Length { expected: residuals.len(), found: gradients.len() });
        }
        let rows = residuals.len().max(x.len());
        let mut jacobian = alloc::vec![S::zero(); rows * x.len()];
        let mut row = alloc::vec![S::zero(); x.len()];
        for (i, gradient) in gradients.iter().enumerate() {
            gather(params, gradient, &mut row)?;
            for (column, &entry) in jacobian.chunks_exact_mut(rows).zip(&row) {
                column[i] = entry;
            }
        }
        let mut residuals = residuals.to_vec();
        residuals.resize(rows, S::zero());
        let size = norm(&residuals);
        Ok(Self { x, residuals, jacobian, size })
    }

    pub(super) fn is_finite(&self) -> bool {
        self.size.is_finite() && self.jacobian.iter().all(|entry| entry.is_finite())
    }

    fn columns(&self) -> impl Iterator<Item = &[S]> {
        self.jacobian.chunks_exact(self.residuals.len())
    }

    /// The lengths of the columns; one where a column is zero.
    pub(super) fn scales(&self) -> Vec<S> {
        self.columns().map(norm).map(|length| if length == S::zero() { S::one() } else { length }).collect()
    }

    /// The linear model in unknowns that are multiplied by `scales`. Columns count that rounding alone may have left where
    /// `rounding` says so.
    pub(super) fn factored(&self, scales: &[S], rounding: bool) -> Factored<S> {
        let rows = self.residuals.len();
        let mut jacobian = self.jacobian.clone();
        for (column, &scale) in jacobian.chunks_exact_mut(rows).zip(scales) {
            column.iter_mut().for_each(|entry| *entry /= scale);
        }
        let qr = Qr::new(rows, jacobian);
        let mut projected = self.residuals.clone();
        qr.apply_transposed(&mut projected);
        let triangle = qr.into_triangle();
        let rank = triangle.rank(if rounding { S::zero() } else { S::epsilon() * S::of(rows as f64) });
        let left = norm(&projected[..rank]);
        let offset = if left == S::zero() { left } else { left / self.size };
        Factored { triangle, projected, rank, offset }
    }

    /// A point in the direction of a step.
    pub(super) fn moved(&self, step: &[S], length: S) -> Vec<S> {
        self.x.iter().zip(step).map(|(&x, &d)| x + length * d).collect()
    }

    /// What the sum of squares loses on the way to another point, as a share of it.
    pub(super) fn gain(&self, trial: &Self) -> S {
        if !trial.is_finite() {
            return -S::infinity();
        }
        let ratio = trial.size / self.size;
        (S::one() - ratio) * (S::one() + ratio)
    }

    /// Whether the norm of the residuals is `least`, the least one that was seen, but for a few digits at its end.
    pub(super) fn is_as_low_as(&self, least: S) -> bool {
        self.is_finite() && self.size <= least * (S::one() + S::of(5e-7))
    }
}

/// The QR factorisation of a scaled Jacobian.
pub(super) struct Factored<S> {
    pub(super) triangle: Triangle<S>,
    /// `Qᵀ` times the residuals.
    pub(super) projected: Vec<S>,
    /// How many columns stand on their own.
    pub(super) rank: usize,
    /// The cosine of the angle between the residuals and the plane of the columns: 0 at a minimum, whatever the parameters
    /// are measured in. Its square is the share of the sum of squares that a Gauss-Newton step should gain (the relative
    /// offset of Bates and Watts 1981, doi:10.2307/1268381, but for degrees of freedom).
    pub(super) offset: S,
}

impl<S: Scalar> Factored<S> {
    /// Whether this is nearer to a minimum, as the gradient says. Where there are as many parameters as residuals, the plane is
    /// all there is, and the offset says nothing: the gradient itself has to.
    pub(super) fn is_closer_than(&self, other: &Self) -> bool {
        if other.offset <= near() {
            return self.offset < other.offset;
        }
        let slope = |model: &Self| norm(&model.triangle.multiply_transposed(&model.projected));
        slope(self) < slope(other)
    }
}

/// Below this offset a point is a minimum, for what is to be learnt from it; what follows are digits.
pub(super) fn near<S: Scalar>() -> S {
    S::of(1e-3)
}

/// Shares of a sum of squares below which rounding may say anything.
pub(super) fn noise<S: Scalar>() -> S {
    S::of(64.0) * S::epsilon()
}
