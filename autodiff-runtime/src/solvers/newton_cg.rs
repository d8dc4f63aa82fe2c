//! Newton's method without a matrix.

use super::curvature::{Products, truncated};
use super::problem::{Problem, Report};
use super::wolfe::WholeSteps;
use crate::tree::{Tree, TreeMut};
use crate::{Error, Scalar};

/// Newton-CG: directions of Newton's method by conjugate gradients on products with the Hessian, as exact as the distance from
/// the minimum makes worth while, then a line search for the strong Wolfe conditions (Dembo, Steihaug 1983,
/// doi:10.1007/BF02592055).
///
/// For many parameters. [`TrustRegion`](super::TrustRegion) takes as much memory and is surer of itself where the Hessian is
/// indefinite; this one asks for less of the function where it is definite. Both feel the units of the parameters.
///
/// ```
/// use autodiff_runtime::{differentiate, solvers::NewtonCg};
///
/// #[differentiate(order = 2)]
/// fn chain(x: &[f64]) -> f64 {
///     let mut sum = (x[0] - 1.0).powi(2);
///     for i in 1..x.len() {
///         sum += (x[i] - x[i - 1]).powi(2) + 0.1 * x[i].powi(4);
///     }
///     sum
/// }
///
/// let mut x = vec![1.0; 100];
/// let solver = NewtonCg::new();
/// let report = solver.minimize(|x: &[f64]| chain::value_and_grad(x), |x, v| chain::hvp(x, v), &mut x[..])?;
/// assert!(report.gradient <= 1e-8 && report.iterations < 20);
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct NewtonCg {
    steps: WholeSteps,
}

impl Default for NewtonCg {
    fn default() -> Self {
        Self::new()
    }
}

impl NewtonCg {
    /// At most 500 iterations, gradient tolerance 1e-8.
    pub fn new() -> Self {
        Self { steps: WholeSteps { max_iterations: 500, gradient_tolerance: 1e-8 } }
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

    /// Minimises as [`TrustRegion::minimize`](super::TrustRegion::minimize).
    ///
    /// # Errors
    /// As [`TrustRegion::minimize`](super::TrustRegion::minimize).
    pub fn minimize<S: Scalar, P: TreeMut<S> + ?Sized, G: TreeMut<S>, H: Tree<S>>(
        &self,
        loss: impl FnMut(&P) -> (S, G),
        hvp: impl FnMut(&P, &G) -> H,
        params: &mut P,
    ) -> Result<Report<S>, Error> {
        let mut problem = Problem::new(loss, params)?;
        let (here, gradient) = problem.start()?;
        let mut products = Products::new(hvp, problem.at(&here.x)?, gradient)?;
        self.steps.follow(problem, here, |params, here| {
            Ok(truncated(&here.gradient, S::infinity(), |v| products.multiply(params, v))?.step)
        })
    }
}
