//! Newton's method.

use super::curvature::matrix;
use super::problem::{Problem, Report, dot};
use super::wolfe::WholeSteps;
use crate::linear::Cholesky;
use crate::tree::{Tree, TreeMut};
use crate::{Error, Scalar};
use alloc::vec::Vec;

/// Newton's method with a line search for the strong Wolfe conditions; a Hessian that is not positive definite is replaced by
/// one near it (a modified Cholesky factorisation: Gill, Murray, Wright 1981, "Practical optimization", section 4.4.2.2).
///
/// The fewest steps, each at the cost of a Hessian and of `n³/6` multiplications: for up to some hundred parameters.
///
/// ```
/// use autodiff_runtime::{differentiate, solvers::Newton};
///
/// #[differentiate(order = 2)]
/// fn rosenbrock(x: f64, y: f64) -> f64 {
///     100.0 * (y - x * x) * (y - x * x) + (1.0 - x) * (1.0 - x)
/// }
///
/// let mut at = (-1.2, 1.0);
/// let report = Newton::new().minimize(
///     |at: &(f64, f64)| rosenbrock::value_and_grad(at.0, at.1),
///     |at| rosenbrock::hessian(at.0, at.1),
///     &mut at,
/// )?;
/// assert!((at.0 - 1.0).abs() < 1e-12 && report.iterations < 25);
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Newton {
    steps: WholeSteps,
}

impl Default for Newton {
    fn default() -> Self {
        Self::new()
    }
}

impl Newton {
    /// At most 200 iterations, gradient tolerance 1e-8.
    pub fn new() -> Self {
        Self { steps: WholeSteps { max_iterations: 200, gradient_tolerance: 1e-8 } }
    }

    /// Most iterations.
    pub fn max_iterations(mut self, iterations: usize) -> Self {
        self.steps.max_iterations = iterations;
        self
    }

    /// Stops when no component of the gradient is larger.
    pub fn gradient_tolerance(mut self, tolerance: f64) -> Self {
        self.steps.gradient_tolerance = tolerance;
        self
    }

    /// Minimises `loss`, which returns value and gradient, from `params` on; leaves the best point in them. `hessian` is
    /// that of the loss: `f::hessian`, or any tree with its `n²` numbers.
    ///
    /// It stops wherever the gradient vanishes, at the top of a hill if it starts there.
    ///
    /// # Errors
    /// As [`Lbfgs::minimize`](super::Lbfgs::minimize), and [`Error::Length`] when the Hessian has not as many numbers.
    pub fn minimize<S: Scalar, P: TreeMut<S> + ?Sized, G: Tree<S>, H: Tree<S>>(
        &self,
        loss: impl FnMut(&P) -> (S, G),
        mut hessian: impl FnMut(&P) -> H,
        params: &mut P,
    ) -> Result<Report<S>, Error> {
        let mut problem = Problem::new(loss, params)?;
        let (here, _) = problem.start()?;
        self.steps.follow(problem, here, |params, here| {
            let hessian = matrix(here.x.len(), &hessian(params))?;
            let mut direction: Vec<S> = Cholesky::new(here.x.len(), hessian).solve(&here.gradient);
            direction.iter_mut().for_each(|d| *d = -*d);
            // A Hessian with infinities leads nowhere; the gradient still does.
            if !(dot(&direction, &here.gradient) < S::zero()) {
                direction = here.gradient.iter().map(|&g| -g).collect();
            }
            Ok(direction)
        })
    }
}
