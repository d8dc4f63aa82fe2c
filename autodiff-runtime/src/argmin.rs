//! Differentiated functions as problems of the `argmin` crate.

use ::argmin::core::{CostFunction, Error, Gradient};
use std::sync::Mutex;

/// A function with its gradient, as argmin's [`CostFunction`] and [`Gradient`].
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
pub struct Problem<F, P, S, G> {
    value_and_grad: F,
    last: Mutex<Option<(P, S, G)>>,
}

impl<F, P, S, G> Problem<F, P, S, G>
where
    F: Fn(&P) -> (S, G),
    P: Clone + PartialEq,
    S: Copy,
    G: Clone,
{
    /// The problem of minimising a function that returns its value and gradient, such as `f::value_and_grad`.
    pub fn new(value_and_grad: F) -> Self {
        Self { value_and_grad, last: Mutex::new(None) }
    }

    fn evaluate<T>(&self, param: &P, pick: impl FnOnce(&S, &G) -> T) -> T {
        let mut last = self.last.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        match &*last {
            Some((known, value, gradient)) if known == param => pick(value, gradient),
            _ => {
                let (value, gradient) = (self.value_and_grad)(param);
                let picked = pick(&value, &gradient);
                *last = Some((param.clone(), value, gradient));
                picked
            }
        }
    }
}

impl<F, P, S, G> CostFunction for Problem<F, P, S, G>
where
    F: Fn(&P) -> (S, G),
    P: Clone + PartialEq,
    S: Copy,
    G: Clone,
{
    type Param = P;
    type Output = S;

    fn cost(&self, param: &P) -> Result<S, Error> {
        Ok(self.evaluate(param, |value, _| *value))
    }
}

impl<F, P, S, G> Gradient for Problem<F, P, S, G>
where
    F: Fn(&P) -> (S, G),
    P: Clone + PartialEq,
    S: Copy,
    G: Clone,
{
    type Param = P;
    type Gradient = G;

    fn gradient(&self, param: &P) -> Result<G, Error> {
        Ok(self.evaluate(param, |_, gradient| gradient.clone()))
    }
}
