//! Gradient descent that finds its step lengths by trying.

use super::problem::{Point, Problem, Report, Stop, dot};
use crate::tree::{Tree, TreeMut};
use crate::{Error, Scalar};

/// Steepest descent with a backtracking line search (Armijo 1966, doi:10.2140/pjm.1966.16.1), optax's
/// `scale_by_backtracking_linesearch`: each search starts with `increase` times the last step length, at most
/// `max_step`, and shortens it by `decrease` until the value falls by `slope_share` of what the slope promises.
///
/// ```
/// use autodiff_runtime::solvers::BacktrackingDescent;
/// let mut x = [4.0, -2.0];
/// let loss = |x: &[f64; 2]| (x[0] * x[0] + 3.0 * x[1] * x[1], [2.0 * x[0], 6.0 * x[1]]);
/// let report = BacktrackingDescent::new().minimize(loss, &mut x)?;
/// assert!(report.value < 1e-12);
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct BacktrackingDescent {
    max_iterations: usize,
    gradient_tolerance: f64,
    max_step: f64,
    slope_share: f64,
    decrease: f64,
    increase: f64,
    max_backtracking: usize,
}

impl Default for BacktrackingDescent {
    fn default() -> Self {
        Self::new()
    }
}

impl BacktrackingDescent {
    /// optax's defaults: steps up to 1, share 1e-4, factors 0.8 and 1.5; at most 1000 iterations of 100 steps tried,
    /// tolerance 1e-8.
    pub fn new() -> Self {
        Self {
            max_iterations: 1000,
            gradient_tolerance: 1e-8,
            max_step: 1.0,
            slope_share: 1e-4,
            decrease: 0.8,
            increase: 1.5,
            max_backtracking: 100,
        }
    }

    /// Most iterations.
    pub fn max_iterations(mut self, iterations: usize) -> Self {
        self.max_iterations = iterations;
        self
    }

    /// Stops when no component of the gradient is larger.
    pub fn gradient_tolerance(mut self, tolerance: f64) -> Self {
        self.gradient_tolerance = tolerance;
        self
    }

    /// Longest step.
    pub fn max_step(mut self, step: f64) -> Self {
        self.max_step = step;
        self
    }

    /// Share of the decrease promised by the slope that is enough, and the factors between the lengths tried.
    pub fn search(mut self, slope_share: f64, decrease: f64, increase: f64) -> Self {
        (self.slope_share, self.decrease, self.increase) = (slope_share, decrease, increase);
        self
    }

    /// How many lengths a search tries before it gives up (`max_backtracking_steps`).
    ///
    /// ```
    /// use autodiff_runtime::solvers::{BacktrackingDescent, Stop};
    /// // A slope that says down where it goes up: no length is short enough.
    /// let mut x = 1.0;
    /// let report = BacktrackingDescent::new().max_backtracking(7).minimize(|x: &f64| (x * x, -2.0 * x), &mut x)?;
    /// assert_eq!((report.stop, report.evaluations, x), (Stop::LineSearch, 1 + 7, 1.0));
    /// # Ok::<(), autodiff_runtime::Error>(())
    /// ```
    pub fn max_backtracking(mut self, steps: usize) -> Self {
        self.max_backtracking = steps;
        self
    }

    /// Minimises `loss`, which returns value and gradient, from `params` on; leaves the best point in them.
    ///
    /// # Errors
    /// As [`Lbfgs::minimize`](super::Lbfgs::minimize).
    pub fn minimize<S: Scalar, P: TreeMut<S> + ?Sized, G: Tree<S>>(
        &self,
        loss: impl FnMut(&P) -> (S, G),
        params: &mut P,
    ) -> Result<Report<S>, Error> {
        let mut problem = Problem::new(loss, params)?;
        let (mut here, _) = problem.start()?;
        let mut next: Point<S> = here.clone();
        let mut step = self.max_step;
        for iteration in 0..self.max_iterations {
            if here.steepness() <= S::of(self.gradient_tolerance) {
                return problem.finish(&here, iteration, Stop::Gradient);
            }
            let slope = -dot(&here.gradient, &here.gradient);
            step = (step * self.increase).min(self.max_step);
            let mut found = false;
            for _ in 0..self.max_backtracking {
                let length = S::of(step);
                for ((x, &x0), &g) in next.x.iter_mut().zip(&here.x).zip(&here.gradient) {
                    *x = x0 - length * g;
                }
                problem.evaluate(&mut next)?;
                found = next.value <= here.value + S::of(self.slope_share) * length * slope;
                if found {
                    break;
                }
                step *= self.decrease;
            }
            if !found {
                return problem.finish(&here, iteration, Stop::LineSearch);
            }
            core::mem::swap(&mut here, &mut next);
        }
        problem.finish(&here, self.max_iterations, Stop::Iterations)
    }
}
