//! Nonlinear least squares in a trust region.

use super::problem::{Report, Stop};
use super::residuals::{Factored, Residuals, near, noise};
use crate::linear::Triangle;
use crate::norm::norm;
use crate::tree::{Tree, TreeMut};
use crate::{Error, Scalar};
use alloc::vec::Vec;

/// Levenberg–Marquardt: minimises half the sum of squared residuals, given their Jacobian.
///
/// The algorithm is that of MINPACK's `lmder` (Moré 1978, doi:10.1007/BFb0067700): steps in a trust region that is scaled by
/// the columns of the Jacobian, found from its QR factorisation, so that units of the parameters make no difference and
/// `JᵀJ`, which would cost half of the digits, is never formed. Where the sum of squares changes no more than by rounding, it
/// goes on for as long as the gradient falls, which gives the parameters all the digits that they have.
///
/// The method of choice for fits. Standard errors are those of the [`Fit`](super::Fit) at the result.
///
/// ```
/// use autodiff_runtime::{differentiate, solvers::LevenbergMarquardt};
///
/// #[differentiate]
/// fn residuals(p: &[f64; 2], #[no_diff] t: &[f64], #[no_diff] y: &[f64]) -> Vec<f64> {
///     t.iter().zip(y).map(|(t, y)| p[0] * (p[1] * t).exp() - y).collect()
/// }
///
/// let (t, y) = ([0.0, 1.0, 2.0], [2.0, 1.0, 0.5]);
/// let mut p = [1.0, -0.1];
/// LevenbergMarquardt::new().minimize(|p: &[f64; 2]| residuals::value_and_jacobian(p, &t, &y), &mut p)?;
/// assert!((p[0] - 2.0).abs() < 1e-14 && (p[1] + 2.0_f64.ln()).abs() < 1e-14);
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct LevenbergMarquardt {
    max_iterations: usize,
    gradient_tolerance: f64,
    step_tolerance: f64,
    value_tolerance: f64,
    initial_step: f64,
}

impl Default for LevenbergMarquardt {
    fn default() -> Self {
        Self::new()
    }
}

impl LevenbergMarquardt {
    /// At most 1000 iterations, as many digits as there are, a first step no longer than the parameters.
    pub fn new() -> Self {
        Self {
            max_iterations: 1000,
            gradient_tolerance: 0.0,
            step_tolerance: 1e-15,
            value_tolerance: 0.0,
            initial_step: 1.0,
        }
    }

    /// Most steps tried.
    pub fn max_iterations(mut self, iterations: usize) -> Self {
        self.max_iterations = iterations;
        self
    }

    /// Stops when the residuals are at right angles to the columns of the Jacobian, to this cosine of the angle, which has no
    /// unit (MINPACK's `gtol` asks this of each column).
    pub fn gradient_tolerance(mut self, tolerance: f64) -> Self {
        self.gradient_tolerance = tolerance;
        self
    }

    /// Stops when a step is shorter than this share of the parameters, both scaled: MINPACK's `xtol`.
    pub fn step_tolerance(mut self, tolerance: f64) -> Self {
        self.step_tolerance = tolerance;
        self
    }

    /// Stops when a step lowers the sum of squares by no more than this share of it, and was not expected to: MINPACK's `ftol`.
    pub fn value_tolerance(mut self, tolerance: f64) -> Self {
        self.value_tolerance = tolerance;
        self
    }

    /// The first step is at most so many times as long as the parameters, both scaled: MINPACK's `factor` (there 100). Smaller
    /// ones help where the first step leads astray.
    pub fn initial_step(mut self, factor: f64) -> Self {
        self.initial_step = factor;
        self
    }

    /// Minimises from `params` on. `residuals` returns the residuals and the gradient of each, in the shape of the
    /// parameters: `f::value_and_jacobian`. Points where they are not finite are taken for worse than any.
    ///
    /// # Errors
    /// [`Error::NoParameters`]; [`Error::Length`] when there are not as many gradients as residuals; [`Error::Mismatch`] when
    /// one has another shape; [`Error::Invalid`] when a number is not finite at the start.
    pub fn minimize<S: Scalar, P: TreeMut<S> + ?Sized, R: AsRef<[S]>, J: AsRef<[G]>, G: Tree<S>>(
        &self,
        residuals: impl FnMut(&P) -> (R, J),
        params: &mut P,
    ) -> Result<Report<S>, Error> {
        let mut problem = Residuals::new(residuals, params);
        let mut here = problem.start()?;
        let mut scales = here.scales();
        let mut model = here.factored(&scales, true);
        let size = scaled_norm(&scales, &here.x);
        let radius = S::of(self.initial_step) * if size > S::zero() { size } else { S::one() };
        let mut region = Region { radius, damping: S::zero() };
        let (mut refused, mut least) = (0, here.size);
        for iteration in 0..self.max_iterations {
            if model.offset <= S::of(self.gradient_tolerance) {
                return problem.finish(&here, iteration, Stop::Gradient);
            }
            let mut step = region.step(&model);
            let length = norm(&step);
            let linear = norm(&model.triangle.multiply(&step)) / here.size;
            let damped = region.damping.sqrt() * length / here.size;
            let expected = linear * linear + S::of(2.0) * damped * damped;
            step.iter_mut().zip(&scales).for_each(|(d, &scale)| *d /= scale);
            if length <= S::of(self.step_tolerance).max(S::epsilon()) * scaled_norm(&scales, &here.x) {
                // Either nothing is left to be gained, or no step was short enough.
                let settled = region.damping == S::zero() || model.offset <= near();
                let stop = if settled { Stop::Stationary } else { Stop::LineSearch };
                return problem.finish(&here, iteration, stop);
            }
            if iteration == 0 {
                region.radius = region.radius.min(length);
            }
            let trial = problem.evaluate(here.moved(&step, S::one()))?;
            let gain = here.gain(&trial);
            let told = expected > noise() || gain < -noise::<S>();
            let mut closer = told && gain >= S::of(1e-4) * expected;
            if !closer && (!told || model.offset <= near()) && trial.is_as_low_as(least) {
                // The sum of squares may have no digits left to tell; the gradient has.
                closer = trial.factored(&scales, true).is_closer_than(&model);
                if closer {
                    region.widen(length);
                } else if !told && refused == 3 {
                    return problem.finish(&here, iteration, Stop::Stationary);
                } else {
                    region.narrow(S::of(0.25), length);
                }
            } else {
                region.adapt(gain, expected, linear * linear + damped * damped, length);
            }
            refused = if closer { 0 } else { refused + 1 };
            let tolerance = S::of(self.value_tolerance);
            let settled = gain.abs() <= tolerance && expected <= tolerance;
            if closer {
                least = least.min(trial.size);
                here = trial;
                for (scale, norm) in scales.iter_mut().zip(here.scales()) {
                    *scale = scale.max(norm);
                }
                model = here.factored(&scales, true);
            }
            if settled {
                return problem.finish(&here, iteration + 1, Stop::Stationary);
            }
        }
        problem.finish(&here, self.max_iterations, Stop::Iterations)
    }
}

fn scaled_norm<S: Scalar>(scales: &[S], x: &[S]) -> S {
    norm(&scales.iter().zip(x).map(|(&scale, &x)| scale * x).collect::<Vec<_>>())
}

/// The trust region, and the damping that keeps steps in it.
struct Region<S> {
    radius: S,
    damping: S,
}

impl<S: Scalar> Region<S> {
    /// Makes the region larger or smaller by what a step has gained of what it should have, as shares of the sum of squares.
    fn adapt(&mut self, gain: S, expected: S, slope: S, length: S) {
        let (half, tenth) = (S::of(0.5), S::of(0.1));
        let ratio = gain / expected;
        if !(ratio > S::of(0.25)) {
            let shorter = if gain >= S::zero() {
                half
            } else if gain > S::of(-99.0) {
                (half * slope / (slope - half * gain)).max(tenth)
            } else {
                // Residuals that are ten times as large, or not finite, say nothing more.
                tenth
            };
            self.narrow(shorter, length);
        } else if self.damping == S::zero() || ratio >= S::of(0.75) {
            self.widen(length);
        }
    }

    fn narrow(&mut self, shorter: S, length: S) {
        self.radius = shorter * self.radius.min(S::of(10.0) * length);
        self.damping /= shorter;
    }

    fn widen(&mut self, length: S) {
        self.radius = S::of(2.0) * length;
        self.damping *= S::of(0.5);
    }
    /// The step to the minimum of the linear model in the region, to a tenth of its radius (MINPACK's `lmpar`).
    ///
    /// The damping is the zero of the rational function that fits the step's length, found by a safeguarded Newton iteration.
    fn step(&mut self, model: &Factored<S>) -> Vec<S> {
        let Factored { triangle, projected, rank, .. } = model;
        let (radius, tiny) = (self.radius, S::min_positive_value());
        let minus = |mut step: Vec<S>| {
            step.iter_mut().for_each(|d| *d = -*d);
            step
        };
        let mut step = triangle.solve(projected, *rank);
        let mut length = norm(&step);
        let mut excess = length - radius;
        if excess <= S::of(0.1) * radius {
            self.damping = S::zero();
            return minus(step);
        }
        // By how much the damping has to grow for the step to lose its excess, by the triangle of the present damping.
        let newton = |triangle: &Triangle<S>, step: &[S], length: S, excess: S| {
            let direction: Vec<S> = step.iter().map(|&d| d / length).collect();
            let slope = norm(&triangle.solve_transposed(&direction));
            excess / radius / slope / slope
        };
        let full = *rank == step.len();
        let mut least = if full { newton(triangle, &step, length, excess) } else { S::zero() };
        let gradient = norm(&triangle.multiply_transposed(projected));
        let mut most = gradient / radius;
        if most == S::zero() {
            most = tiny / radius.min(S::of(0.1));
        }
        let mut damping = self.damping.max(least).min(most);
        if damping == S::zero() {
            damping = gradient / length;
        }
        for round in 0..10 {
            if damping == S::zero() {
                damping = tiny.max(S::of(0.001) * most);
            }
            let (damped, right) = triangle.damped(damping.sqrt(), projected);
            step = damped.solve(&right, step.len());
            length = norm(&step);
            let before = excess;
            excess = length - radius;
            let falls_slowly = least == S::zero() && excess <= before && before < S::zero();
            if excess.abs() <= S::of(0.1) * radius || falls_slowly || round == 9 {
                break;
            }
            let correction = newton(&damped, &step, length, excess);
            if excess > S::zero() {
                least = least.max(damping);
            } else {
                most = most.min(damping);
            }
            damping = least.max(damping + correction);
        }
        self.damping = damping;
        minus(step)
    }
}
