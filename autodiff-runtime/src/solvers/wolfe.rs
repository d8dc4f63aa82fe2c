//! Line search for the strong Wolfe conditions (Nocedal, Wright 2006, "Numerical optimization", algorithms 3.5, 3.6).

use super::problem::{Point, Problem, Report, Stop, dot};
use crate::tree::{Tree, TreeMut};
use crate::{Error, Scalar};
use alloc::vec::Vec;

/// Sufficient decrease, `c1`, and flatness, `c2`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Wolfe {
    pub(super) decrease: f64,
    pub(super) curvature: f64,
    pub(super) max_evaluations: usize,
}

/// Descent by line searches of which each begins with the whole step.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct WholeSteps {
    pub(super) max_iterations: usize,
    pub(super) gradient_tolerance: f64,
}

impl WholeSteps {
    /// Follows `direction`, which is asked at each point that is reached, from `here` on.
    pub(super) fn follow<S: Scalar, P: TreeMut<S> + ?Sized, G: Tree<S>, F: FnMut(&P) -> (S, G)>(
        &self,
        mut problem: Problem<'_, P, F>,
        mut here: Point<S>,
        mut direction: impl FnMut(&P, &Point<S>) -> Result<Vec<S>, Error>,
    ) -> Result<Report<S>, Error> {
        let wolfe = Wolfe { decrease: 1e-4, curvature: 0.9, max_evaluations: 40 };
        let mut next = here.clone();
        for iteration in 0..self.max_iterations {
            if here.steepness() <= S::of(self.gradient_tolerance) {
                return problem.finish(&here, iteration, Stop::Gradient);
            }
            let step = direction(problem.at(&here.x)?, &here)?;
            if !wolfe.search(&mut problem, &here, &step, S::one(), &mut next)? {
                return problem.finish(&here, iteration, Stop::LineSearch);
            }
            core::mem::swap(&mut here, &mut next);
        }
        problem.finish(&here, self.max_iterations, Stop::Iterations)
    }
}

/// A tried step length, with value and slope there.
#[derive(Debug, Clone, Copy)]
struct Trial<S> {
    step: S,
    value: S,
    slope: S,
}

impl Wolfe {
    /// Moves `to` along `direction` from `from`; false when no point was found that decreases the value enough.
    pub(super) fn search<S: Scalar, P: TreeMut<S> + ?Sized, G: Tree<S>, F: FnMut(&P) -> (S, G)>(
        &self,
        problem: &mut Problem<'_, P, F>,
        from: &Point<S>,
        direction: &[S],
        first: S,
        to: &mut Point<S>,
    ) -> Result<bool, Error> {
        let start = Trial { step: S::zero(), value: from.value, slope: dot(&from.gradient, direction) };
        if !(start.slope < S::zero()) {
            return Ok(false);
        }
        let mut evaluate = |step: S, to: &mut Point<S>| -> Result<Trial<S>, Error> {
            for ((x, &x0), &d) in to.x.iter_mut().zip(&from.x).zip(direction) {
                *x = x0 + step * d;
            }
            problem.evaluate(to)?;
            Ok(Trial { step, value: to.value, slope: dot(&to.gradient, direction) })
        };
        let (c1, c2) = (S::of(self.decrease), S::of(self.curvature));
        // Values that differ by rounding alone count as equal: near the minimum nothing else can be told.
        let noise = S::of(4.0) * S::epsilon() * start.value.abs();
        let above = |trial: &Trial<S>, other: &Trial<S>| !(trial.value <= other.value + noise);
        let high = |trial: &Trial<S>| !(trial.value <= start.value + c1 * trial.step * start.slope + noise);
        let flat = |trial: &Trial<S>| trial.slope.abs() <= -c2 * start.slope;
        let two = S::of(2.0);

        let (mut last, mut step) = (start, first);
        let mut bracket = None;
        let mut left = self.max_evaluations;
        while left > 0 {
            left -= 1;
            let trial = evaluate(step, to)?;
            if high(&trial) || (last.step > S::zero() && above(&trial, &last)) {
                bracket = Some((last, trial));
                break;
            }
            if flat(&trial) {
                return Ok(true);
            }
            if trial.slope >= S::zero() {
                bracket = Some((trial, last));
                break;
            }
            last = trial;
            step *= two;
        }
        let Some((mut low, mut other)) = bracket else { return Ok(last.step > S::zero()) };
        while left > 0 {
            left -= 1;
            let width = (other.step - low.step).abs();
            if width <= S::epsilon() * low.step.max(other.step) {
                break;
            }
            // Where values are equal to rounding, slopes tell where the minimum is.
            let told = (other.value - low.value).abs() > noise;
            let step = if told { between(low, other) } else { secant(low, other) };
            let trial = evaluate(step, to)?;
            if high(&trial) || above(&trial, &low) {
                other = trial;
            } else {
                if flat(&trial) {
                    return Ok(true);
                }
                if trial.slope * (other.step - low.step) >= S::zero() {
                    other = low;
                }
                low = trial;
            }
        }
        // Not flat enough, but lower.
        let flatter = !above(&low, &start) && low.slope.abs() < start.slope.abs();
        if low.step > S::zero() && (low.value < start.value || flatter) {
            evaluate(low.step, to)?;
            return Ok(true);
        }
        Ok(false)
    }
}

/// Minimum of the cubic through two trials, kept away from their ends.
fn between<S: Scalar>(a: Trial<S>, b: Trial<S>) -> S {
    let (two, three) = (S::of(2.0), S::of(3.0));
    let d1 = a.slope + b.slope - three * (a.value - b.value) / (a.step - b.step);
    let root = (d1 * d1 - a.slope * b.slope).sqrt() * (b.step - a.step).signum();
    let cubic = b.step - (b.step - a.step) * (b.slope + root - d1) / (b.slope - a.slope + two * root);
    inside(cubic, a, b)
}

/// Where the slope would vanish if it were linear.
fn secant<S: Scalar>(a: Trial<S>, b: Trial<S>) -> S {
    inside(a.step - a.slope * (b.step - a.step) / (b.slope - a.slope), a, b)
}

/// The step kept away from the ends; the middle where it is not between them.
fn inside<S: Scalar>(step: S, a: Trial<S>, b: Trial<S>) -> S {
    let (min, max) = (a.step.min(b.step), a.step.max(b.step));
    let margin = (max - min) * S::of(0.1);
    if step >= min && step <= max {
        step.max(min + margin).min(max - margin)
    } else {
        (min + max) / S::of(2.0)
    }
}
