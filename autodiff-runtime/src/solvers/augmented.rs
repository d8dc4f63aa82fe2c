//! Minimisation under constraints.

use super::lbfgs::Lbfgs;
use super::problem::{Report, Stop, gather, largest};
use crate::tree::{self, Tree, TreeMut};
use crate::{Error, Scalar};
use alloc::vec::Vec;
use core::ops::RangeInclusive;

/// The augmented Lagrangian: minimises a loss where other functions have to stay within limits (Hestenes 1969, Powell 1969,
/// Rockafellar 1973; Andreani, Birgin, Martínez, Schuverdt 2008, doi:10.1137/060654797; Nocedal, Wright 2006, section 17.4).
///
/// Each constraint has a range: `0.0..=0.0` is an equation, `0.0..=f64::INFINITY` says "at least 0". Bounds of parameters are
/// constraints as well. Each round minimises the loss with penalties, by [`Lbfgs`] or another such solver, then moves the
/// multipliers; penalties grow only where that is not enough.
///
/// ```
/// use autodiff_runtime::{differentiate, solvers::AugmentedLagrangian};
///
/// #[differentiate]
/// fn loss(x: &[f64; 2]) -> f64 {
///     (x[0] - 2.0).powi(2) + (x[1] - 1.0).powi(2)
/// }
///
/// #[differentiate]
/// fn constraints(x: &[f64; 2]) -> [f64; 2] {
///     [x[0] - 2.0 * x[1], x[0] * x[0] / 4.0 + x[1] * x[1]]
/// }
///
/// let mut x = [2.0, 2.0];
/// // On a line, and in an ellipse.
/// let solver = AugmentedLagrangian::new([-1.0..=-1.0, f64::NEG_INFINITY..=1.0]);
/// let report = solver.minimize(
///     |x: &[f64; 2]| loss::value_and_grad(x),
///     |x| constraints::value_and_jacobian(x),
///     &mut x,
/// )?;
/// assert!((x[0] - (7.0_f64.sqrt() - 1.0) / 2.0).abs() < 1e-7 && report.violation < 1e-8);
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct AugmentedLagrangian {
    limits: Vec<(f64, f64)>,
    max_rounds: usize,
    tolerance: f64,
    gradient_tolerance: f64,
    penalty: Option<f64>,
    inner: Lbfgs,
}

/// How a minimisation under constraints did.
#[derive(Debug, Clone, PartialEq)]
pub struct ConstrainedReport<S = f64> {
    /// The loss at the result.
    pub value: S,
    /// Largest component of the gradient of the Lagrangian there: `∇f + Σ λᵢ ∇cᵢ`.
    pub gradient: S,
    /// By how much the worst constraint is outside of its limits.
    pub violation: S,
    /// `λ`: minus the rate at which the least loss changes with the limit that the constraint is at, and 0 where it is at
    /// none. Positive at upper limits, negative at lower ones.
    pub multipliers: Vec<S>,
    /// Rounds, with multipliers of their own.
    pub iterations: usize,
    /// How often loss and constraints were evaluated.
    pub evaluations: usize,
    /// [`Stop::Gradient`] where the conditions of a minimum hold to the tolerances; [`Stop::Iterations`] where that took too
    /// many rounds; [`Stop::Stationary`] where penalties do not lower the violation: it has a minimum that is not 0.
    pub stop: Stop,
}

impl AugmentedLagrangian {
    /// Constraints within `limits`, to 1e-8; at most 100 rounds, gradient tolerance 1e-7.
    pub fn new(limits: impl IntoIterator<Item = RangeInclusive<f64>>) -> Self {
        Self {
            limits: limits.into_iter().map(RangeInclusive::into_inner).collect(),
            max_rounds: 100,
            tolerance: 1e-8,
            gradient_tolerance: 1e-7,
            penalty: None,
            inner: Lbfgs::new().max_iterations(2000),
        }
    }

    /// Most rounds.
    pub fn max_rounds(mut self, rounds: usize) -> Self {
        self.max_rounds = rounds;
        self
    }

    /// By how much a constraint may be outside of its limits.
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// No component of the Lagrangian's gradient is larger in the end.
    pub fn gradient_tolerance(mut self, tolerance: f64) -> Self {
        self.gradient_tolerance = tolerance;
        self
    }

    /// The first penalty; by default ten times the loss by half the squared violation, within 0.1 to 10.
    pub fn penalty(mut self, penalty: f64) -> Self {
        self.penalty = Some(penalty);
        self
    }

    /// The solver of each round; its gradient tolerance is set by round.
    pub fn inner(mut self, solver: Lbfgs) -> Self {
        self.inner = solver;
        self
    }

    /// Minimises `loss`, which returns value and gradient, from `params` on, where each number that `constraints` gives is
    /// within its limits. `constraints` returns these numbers and the gradient of each: `f::value_and_jacobian`.
    ///
    /// # Errors
    /// As [`Lbfgs::minimize`], of the loss with its penalties; [`Error::Length`] when there are not as many constraints, or
    /// gradients of them, as limits; [`Error::Invalid`] when a limit is above the other one.
    pub fn minimize<S: Scalar, P, G, R, J, H>(
        &self,
        mut loss: impl FnMut(&P) -> (S, G),
        mut constraints: impl FnMut(&P) -> (R, J),
        params: &mut P,
    ) -> Result<ConstrainedReport<S>, Error>
    where
        P: TreeMut<S> + ?Sized,
        G: TreeMut<S>,
        R: AsRef<[S]>,
        J: AsRef<[H]>,
        H: Tree<S>,
    {
        if let Some((low, high)) = self.limits.iter().find(|(low, high)| !(low <= high)) {
            return Err(Error::Invalid(alloc::format!("nothing is from {low} to {high}")));
        }
        let limits: Vec<(S, S)> = self.limits.iter().map(|&(low, high)| (S::of(low), S::of(high))).collect();
        let check = |found: usize| {
            if found == limits.len() { Ok(()) } else { Err(Error::Length { expected: limits.len(), found }) }
        };
        let (start, jacobian) = constraints(params);
        check(start.as_ref().len())?;
        check(jacobian.as_ref().len())?;
        let mut multipliers = alloc::vec![S::zero(); limits.len()];
        let mut penalty = S::of(self.penalty.unwrap_or(0.0));
        if self.penalty.is_none() {
            let squares: S =
                start.as_ref().iter().zip(&limits).map(|(&c, &limit)| outside(c, limit).powi(2)).sum();
            let value = loss(params).0.abs().max(S::one());
            penalty = S::of(10.0) * value / (squares * S::of(0.5)).max(S::one());
            penalty = penalty.max(S::of(0.1)).min(S::of(10.0));
        }
        let (tolerance, flat) = (S::of(self.tolerance), S::of(self.gradient_tolerance));
        let mut inner_tolerance = flat.max(S::of(1e-2));
        let mut worst = S::infinity();
        let mut evaluations = 1;
        let mut point = alloc::vec![S::zero(); tree::count(params)];
        let mut round = 0;
        loop {
            round += 1;
            let solver = self.inner.clone().gradient_tolerance(inner_tolerance.as_f64());
            let mut mismatch = None;
            let lagrangian = |params: &P| {
                let (mut value, mut gradient) = loss(params);
                let (numbers, jacobian) = constraints(params);
                let rows = numbers.as_ref().iter().zip(jacobian.as_ref());
                for ((&number, row), (&multiplier, &limit)) in rows.zip(multipliers.iter().zip(&limits)) {
                    let beyond = outside(number + multiplier / penalty, limit);
                    value += S::of(0.5) * penalty * beyond * beyond;
                    if beyond != S::zero() {
                        let added = tree::add_scaled(&mut gradient, penalty * beyond, row);
                        mismatch = mismatch.take().or(added.err());
                    }
                }
                (value, gradient)
            };
            let report: Report<S> = solver.minimize(lagrangian, params)?;
            if let Some(mismatch) = mismatch {
                return Err(mismatch);
            }
            evaluations += report.evaluations + 1;
            // The multipliers that make the gradient of the Lagrangian what that of the penalised loss is.
            let (numbers, jacobian) = constraints(params);
            let (mut violation, mut unsettled) = (S::zero(), S::zero());
            for ((multiplier, &number), &limit) in multipliers.iter_mut().zip(numbers.as_ref()).zip(&limits) {
                let next = penalty * outside(number + *multiplier / penalty, limit);
                violation = violation.max(outside(number, limit).abs());
                // Also a multiplier of a constraint that is at no limit has to go.
                unsettled = unsettled.max(((next - *multiplier) / penalty).abs());
                *multiplier = next;
            }
            let (value, gradient) = loss(params);
            let mut total = alloc::vec![S::zero(); point.len()];
            gather(params, &gradient, &mut total)?;
            for (&multiplier, row) in multipliers.iter().zip(jacobian.as_ref()) {
                gather(params, row, &mut point)?;
                total.iter_mut().zip(&point).for_each(|(t, &g)| *t += multiplier * g);
            }
            let gradient = largest(&total);
            let stop = if unsettled <= tolerance && gradient <= flat {
                Some(Stop::Gradient)
            } else if penalty > S::of(1e12) {
                Some(Stop::Stationary)
            } else {
                (round >= self.max_rounds).then_some(Stop::Iterations)
            };
            if let Some(stop) = stop {
                return Ok(ConstrainedReport {
                    value,
                    gradient,
                    violation,
                    multipliers,
                    iterations: round,
                    evaluations,
                    stop,
                });
            }
            if unsettled > S::of(0.25) * worst && unsettled > tolerance {
                penalty *= S::of(10.0);
            }
            worst = unsettled;
            inner_tolerance = (inner_tolerance * S::of(0.1)).max(S::of(0.5) * flat);
        }
    }
}

/// By how much a number is above its limits, or, negative, below them.
fn outside<S: Scalar>(number: S, (low, high): (S, S)) -> S {
    if number > high {
        number - high
    } else if number < low {
        number - low
    } else if number.is_nan() {
        number
    } else {
        S::zero()
    }
}
