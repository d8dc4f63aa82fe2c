//! Differentiated functions as problems of the `argmin` crate.

use ::argmin::core::{CostFunction, Error, Gradient, Hessian, Jacobian, Operator};
use std::sync::Mutex;

/// A function that gives two things at once, of which solvers ask for one after the other at the same point: the last
/// evaluation is kept.
#[derive(Debug)]
struct Both<F, P, A, B> {
    function: F,
    last: Mutex<Option<(P, A, B)>>,
}

impl<F, P, A, B> Both<F, P, A, B>
where
    F: Fn(&P) -> (A, B),
    P: Clone + PartialEq,
{
    fn new(function: F) -> Self {
        Self { function, last: Mutex::new(None) }
    }

    fn evaluate<T>(&self, param: &P, pick: impl FnOnce(&A, &B) -> T) -> T {
        let mut last = self.last.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        match &*last {
            Some((known, a, b)) if known == param => pick(a, b),
            _ => {
                let (a, b) = (self.function)(param);
                let picked = pick(&a, &b);
                *last = Some((param.clone(), a, b));
                picked
            }
        }
    }
}

/// A function with its gradient, as argmin's [`CostFunction`] and [`Gradient`]; with [`Problem::hessian`] also as its
/// [`Hessian`].
///
/// Solvers ask for cost and gradient one after the other at the same point. The last evaluation is kept, so that this
/// costs one call of the function, not two.
///
/// ```
/// use argmin::core::Executor;
/// use argmin::solver::{linesearch::MoreThuenteLineSearch, quasinewton::LBFGS};
/// use autodiff_runtime::argmin::Problem;
///
/// let rosenbrock = |x: &Vec<f64>| {
///     let (a, b) = (x[1] - x[0] * x[0], 1.0 - x[0]);
///     (100.0 * a * a + b * b, vec![-400.0 * a * x[0] - 2.0 * b, 200.0 * a])
/// };
/// let solver = LBFGS::new(MoreThuenteLineSearch::new(), 7);
/// let result = Executor::new(Problem::new(rosenbrock), solver)
///     .configure(|state| state.param(vec![-1.2, 1.0]).max_iters(100))
///     .run()?;
/// assert!(result.state.best_cost < 1e-12);
/// # Ok::<(), argmin::core::Error>(())
/// ```
#[derive(Debug)]
pub struct Problem<F, P, S, G, H = ()> {
    value_and_grad: Both<F, P, S, G>,
    hessian: H,
}

impl<F, P, S, G> Problem<F, P, S, G>
where
    F: Fn(&P) -> (S, G),
    P: Clone + PartialEq,
{
    /// The problem of minimising a function that returns its value and gradient, such as `f::value_and_grad`.
    pub fn new(value_and_grad: F) -> Self {
        Self { value_and_grad: Both::new(value_and_grad), hessian: () }
    }

    /// The same with the Hessian, such as `f::hessian`, for solvers that take one.
    ///
    /// ```
    /// use argmin::core::Executor;
    /// use argmin::solver::trustregion::{Steihaug, TrustRegion};
    /// use autodiff_runtime::{argmin::Problem, differentiate};
    ///
    /// #[differentiate(order = 2)]
    /// fn rosenbrock(x: &[f64]) -> f64 {
    ///     100.0 * (x[1] - x[0] * x[0]).powi(2) + (1.0 - x[0]).powi(2)
    /// }
    ///
    /// let problem = Problem::new(|x: &Vec<f64>| rosenbrock::value_and_grad(x)).hessian(|x: &Vec<f64>| rosenbrock::hessian(x));
    /// let result = Executor::new(problem, TrustRegion::new(Steihaug::new()))
    ///     .configure(|state| state.param(vec![-1.2, 1.0]).max_iters(50))
    ///     .run()?;
    /// assert!(result.state.best_cost < 1e-12);
    /// # Ok::<(), argmin::core::Error>(())
    /// ```
    pub fn hessian<M, H: Fn(&P) -> M>(self, hessian: H) -> Problem<F, P, S, G, H> {
        Problem { value_and_grad: self.value_and_grad, hessian }
    }
}

impl<F, P, S, G, H> CostFunction for Problem<F, P, S, G, H>
where
    F: Fn(&P) -> (S, G),
    P: Clone + PartialEq,
    S: Copy,
{
    type Param = P;
    type Output = S;

    fn cost(&self, param: &P) -> Result<S, Error> {
        Ok(self.value_and_grad.evaluate(param, |value, _| *value))
    }
}

impl<F, P, S, G, H> Gradient for Problem<F, P, S, G, H>
where
    F: Fn(&P) -> (S, G),
    P: Clone + PartialEq,
    G: Clone,
{
    type Param = P;
    type Gradient = G;

    fn gradient(&self, param: &P) -> Result<G, Error> {
        Ok(self.value_and_grad.evaluate(param, |_, gradient| gradient.clone()))
    }
}

impl<F, P, S, G, H, M> Hessian for Problem<F, P, S, G, H>
where
    H: Fn(&P) -> M,
{
    type Param = P;
    type Hessian = M;

    fn hessian(&self, param: &P) -> Result<M, Error> {
        Ok((self.hessian)(param))
    }
}

/// Residuals with their Jacobian, as argmin's [`Operator`] and [`Jacobian`]: a problem of its Gauss-Newton methods.
///
/// The last evaluation is kept, as by [`Problem`].
///
/// ```
/// use argmin::core::{Jacobian, Operator};
/// use autodiff_runtime::{argmin::LeastSquares, differentiate};
///
/// #[differentiate]
/// fn residuals(x: &[f64]) -> Vec<f64> {
///     vec![10.0 * (x[1] - x[0] * x[0]), 1.0 - x[0]]
/// }
///
/// let problem = LeastSquares::new(|x: &Vec<f64>| residuals::value_and_jacobian(x));
/// assert_eq!(problem.apply(&vec![2.0, 1.0])?, [-30.0, -1.0]);
/// assert_eq!(problem.jacobian(&vec![2.0, 1.0])?, [[-40.0, 10.0], [-1.0, 0.0]]);
/// # Ok::<(), argmin::core::Error>(())
/// ```
#[derive(Debug)]
pub struct LeastSquares<F, P, R, J>(Both<F, P, R, J>);

impl<F, P, R, J> LeastSquares<F, P, R, J>
where
    F: Fn(&P) -> (R, J),
    P: Clone + PartialEq,
{
    /// The problem of a function that returns residuals and their Jacobian, such as `f::value_and_jacobian`, in the vectors
    /// and matrices of the solver.
    pub fn new(value_and_jacobian: F) -> Self {
        Self(Both::new(value_and_jacobian))
    }
}

impl<F, P, R, J> Operator for LeastSquares<F, P, R, J>
where
    F: Fn(&P) -> (R, J),
    P: Clone + PartialEq,
    R: Clone,
{
    type Param = P;
    type Output = R;

    fn apply(&self, param: &P) -> Result<R, Error> {
        Ok(self.0.evaluate(param, |residuals, _| residuals.clone()))
    }
}

impl<F, P, R, J> Jacobian for LeastSquares<F, P, R, J>
where
    F: Fn(&P) -> (R, J),
    P: Clone + PartialEq,
    J: Clone,
{
    type Param = P;
    type Jacobian = J;

    fn jacobian(&self, param: &P) -> Result<J, Error> {
        Ok(self.0.evaluate(param, |_, jacobian| jacobian.clone()))
    }
}
