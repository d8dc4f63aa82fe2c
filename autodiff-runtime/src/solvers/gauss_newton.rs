//! Nonlinear least squares by a line search.

use super::problem::{Report, Stop};
use super::residuals::{Residuals, near, noise};
use crate::norm::norm;
use crate::tree::{Tree, TreeMut};
use crate::{Error, Scalar};

/// Gauss–Newton: minimises half the sum of squared residuals by steps to the minimum of their linear model, each shortened
/// until the sum falls (damped Gauss–Newton: Björck 1996, "Numerical methods for least squares problems", section 9.2.1).
///
/// The fewest steps where the start is near and the residuals are small: tracking, filters, systems of equations (as many
/// residuals as unknowns: this is Newton's method for them). [`LevenbergMarquardt`](super::LevenbergMarquardt) comes
/// from further away. Directions that the Jacobian does not see, to rounding, are left alone.
///
/// ```
/// use autodiff_runtime::{differentiate, solvers::GaussNewton};
///
/// /// A circle and a parabola.
/// #[differentiate]
/// fn equations(x: f64, y: f64) -> [f64; 2] {
///     [x * x + y * y - 2.0, y - x * x]
/// }
///
/// let mut at = (2.0, 2.0);
/// let report = GaussNewton::new().minimize(|at: &(f64, f64)| equations::value_and_jacobian(at.0, at.1), &mut at)?;
/// assert!((at.0 - 1.0).abs() < 1e-15 && (at.1 - 1.0).abs() < 1e-15);
/// assert!(report.iterations < 10);
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct GaussNewton {
    max_iterations: usize,
    gradient_tolerance: f64,
    step_tolerance: f64,
}

impl Default for GaussNewton {
    fn default() -> Self {
        Self::new()
    }
}

impl GaussNewton {
    /// At most 200 iterations, and as many digits as there are.
    pub fn new() -> Self {
        Self { max_iterations: 200, gradient_tolerance: 0.0, step_tolerance: 1e-15 }
    }

    /// Most iterations.
    pub fn max_iterations(mut self, iterations: usize) -> Self {
        self.max_iterations = iterations;
        self
    }

    /// Stops when the residuals are at right angles to the columns of the Jacobian, to this cosine of the angle.
    pub fn gradient_tolerance(mut self, tolerance: f64) -> Self {
        self.gradient_tolerance = tolerance;
        self
    }

    /// Stops when a step is shorter than this share of the parameters.
    pub fn step_tolerance(mut self, tolerance: f64) -> Self {
        self.step_tolerance = tolerance;
        self
    }

    /// Minimises from `params` on; `residuals` as for [`LevenbergMarquardt`](super::LevenbergMarquardt::minimize).
    ///
    /// # Errors
    /// As [`LevenbergMarquardt::minimize`](super::LevenbergMarquardt::minimize).
    pub fn minimize<S: Scalar, P: TreeMut<S> + ?Sized, R: AsRef<[S]>, J: AsRef<[G]>, G: Tree<S>>(
        &self,
        residuals: impl FnMut(&P) -> (R, J),
        params: &mut P,
    ) -> Result<Report<S>, Error> {
        let mut problem = Residuals::new(residuals, params);
        let mut here = problem.start()?;
        let mut model = here.factored(&here.scales(), false);
        let mut least = here.size;
        for iteration in 0..self.max_iterations {
            least = least.min(here.size);
            if model.offset <= S::of(self.gradient_tolerance) {
                return problem.finish(&here, iteration, Stop::Gradient);
            }
            let mut step = model.triangle.solve(&model.projected, model.rank);
            step.iter_mut().zip(here.scales()).for_each(|(d, scale)| *d /= -scale);
            let tolerance = S::of(self.step_tolerance).max(S::epsilon());
            if norm(&step) <= tolerance * norm(&here.x) {
                return problem.finish(&here, iteration, Stop::Stationary);
            }
            let expected = model.offset * model.offset;
            let mut length = S::one();
            (here, model) = loop {
                let trial = problem.evaluate(here.moved(&step, length))?;
                let gain = here.gain(&trial);
                let told = expected > noise() || gain < -noise::<S>();
                // The sum of squares starts to fall twice as fast as it should in all.
                if told && gain >= S::of(2e-4) * length * expected {
                    let model = trial.factored(&trial.scales(), false);
                    break (trial, model);
                }
                if (!told || model.offset <= near()) && trial.is_as_low_as(least) {
                    // It may have no digits left to tell; the gradient has.
                    let made = trial.factored(&trial.scales(), false);
                    if made.is_closer_than(&model) {
                        break (trial, made);
                    }
                    if !told {
                        return problem.finish(&here, iteration, Stop::Stationary);
                    }
                }
                length *= S::of(0.5);
                if length < S::epsilon() {
                    let stop = if model.offset <= near() { Stop::Stationary } else { Stop::LineSearch };
                    return problem.finish(&here, iteration, stop);
                }
            };
        }
        problem.finish(&here, self.max_iterations, Stop::Iterations)
    }
}
