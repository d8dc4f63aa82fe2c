//! Newton's method in a trust region, without a matrix.

use super::curvature::{Products, truncated};
use super::problem::{Point, Problem, Report, Stop};
use crate::norm::norm;
use crate::tree::{Tree, TreeMut};
use crate::{Error, Scalar};

/// Newton's method in a trust region, its steps by the truncated conjugate gradients of Steihaug and Toint (Conn, Gould, Toint
/// 2000, "Trust-region methods", algorithm 7.5.1; Nocedal, Wright 2006, algorithm 4.1).
///
/// For many parameters, and for losses whose Hessian is indefinite on the way: directions that curve down are followed to the
/// edge of the region. It needs a product with the Hessian a round of conjugate gradients, and a few vectors of memory. Values
/// that are not finite make the region smaller. Parameters should be of like size: unlike [`Newton`](super::Newton), it feels
/// their units.
///
/// ```
/// use autodiff_runtime::{differentiate, solvers::TrustRegion};
///
/// /// Two valleys with a ridge between them.
/// #[differentiate(order = 2)]
/// fn wells(x: &[f64; 2]) -> f64 {
///     (x[0] * x[0] - 1.0).powi(2) + x[1] * x[1] + 0.1 * x[0] * x[1]
/// }
///
/// let mut x = [1e-3, 0.5];
/// let solver = TrustRegion::new();
/// let report = solver.minimize(|x: &[f64; 2]| wells::value_and_grad(x), |x, v| wells::hvp(x, v), &mut x)?;
/// assert!(report.gradient <= 1e-8 && report.value < 0.0 && report.iterations < 15);
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
///
/// Of a sum of squares `JᵀJ` may take the place of the Hessian, which makes it a Gauss-Newton method without a matrix:
/// `|x, v| residuals::vjp(x).1(residuals::jvp(x, v).1)`.
#[derive(Debug, Clone, PartialEq)]
pub struct TrustRegion {
    max_iterations: usize,
    gradient_tolerance: f64,
    initial_radius: f64,
}

impl Default for TrustRegion {
    fn default() -> Self {
        Self::new()
    }
}

impl TrustRegion {
    /// At most 500 iterations, gradient tolerance 1e-8, first radius 1.
    pub fn new() -> Self {
        Self { max_iterations: 500, gradient_tolerance: 1e-8, initial_radius: 1.0 }
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

    /// The length of the first step at most.
    pub fn initial_radius(mut self, radius: f64) -> Self {
        self.initial_radius = radius;
        self
    }

    /// Minimises `loss`, which returns value and gradient, from `params` on; leaves the best point in them. `hvp` multiplies
    /// the Hessian with a vector that has the type of the gradient: `f::hvp`.
    ///
    /// # Errors
    /// As [`Lbfgs::minimize`](super::Lbfgs::minimize), and [`Error::Mismatch`] when a product has another shape.
    pub fn minimize<S: Scalar, P: TreeMut<S> + ?Sized, G: TreeMut<S>, H: Tree<S>>(
        &self,
        loss: impl FnMut(&P) -> (S, G),
        hvp: impl FnMut(&P, &G) -> H,
        params: &mut P,
    ) -> Result<Report<S>, Error> {
        let mut problem = Problem::new(loss, params)?;
        let (mut here, gradient) = problem.start()?;
        let mut products = Products::new(hvp, problem.at(&here.x)?, gradient)?;
        let mut next: Point<S> = here.clone();
        let mut radius = S::of(self.initial_radius);
        for iteration in 0..self.max_iterations {
            if here.steepness() <= S::of(self.gradient_tolerance) {
                return problem.finish(&here, iteration, Stop::Gradient);
            }
            if radius <= S::epsilon() * norm(&here.x) || !(radius > S::zero()) {
                return problem.finish(&here, iteration, Stop::LineSearch);
            }
            let at = problem.at(&here.x)?;
            let made = truncated(&here.gradient, radius, |v| products.multiply(at, v))?;
            for ((x, &from), &d) in next.x.iter_mut().zip(&here.x).zip(&made.step) {
                *x = from + d;
            }
            problem.evaluate(&mut next)?;
            let decrease = here.value - next.value;
            let noise = S::of(16.0) * S::epsilon() * here.value.abs();
            // Where values have no digits left to tell whether a step is good, gradients have.
            let ratio = if made.decrease <= noise && decrease.abs() <= noise {
                let closer = norm(&next.gradient) < norm(&here.gradient);
                if !closer {
                    return problem.finish(&here, iteration, Stop::Stationary);
                }
                S::one()
            } else {
                decrease / made.decrease
            };
            if !(ratio >= S::of(0.25)) {
                radius = S::of(0.25) * norm(&made.step);
            } else if ratio > S::of(0.75) && made.at_radius {
                radius *= S::of(2.0);
            }
            if ratio > S::of(1e-4) {
                core::mem::swap(&mut here, &mut next);
            }
        }
        problem.finish(&here, self.max_iterations, Stop::Iterations)
    }
}
