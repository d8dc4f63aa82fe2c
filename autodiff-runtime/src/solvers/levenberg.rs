//! Nonlinear least squares.

use super::problem::{Report, Stop, dot, gather};
use crate::tree::{self, Tree, TreeMut};
use crate::{Error, Scalar};
use alloc::vec::Vec;

/// Levenberg–Marquardt: minimises half the sum of squared residuals, given their Jacobian (Marquardt 1963,
/// doi:10.1137/0111030; damping after Nielsen 1999, IMM-REP-1999-05).
///
/// ```
/// use autodiff_runtime::solvers::LevenbergMarquardt;
/// let (t, y) = ([0.0, 1.0, 2.0], [2.0, 1.0, 0.5]);
/// let mut p = [1.0, -0.1]; // y = p₀ exp(p₁ t)
/// let residuals = |p: &[f64; 2]| {
///     let r: Vec<f64> = t.iter().zip(&y).map(|(t, y)| p[0] * (p[1] * t).exp() - y).collect();
///     let jacobian: Vec<[f64; 2]> = t.iter().map(|t| [(p[1] * t).exp(), p[0] * t * (p[1] * t).exp()]).collect();
///     (r, jacobian)
/// };
/// LevenbergMarquardt::new().minimize(residuals, &mut p)?;
/// assert!((p[0] - 2.0).abs() < 1e-9 && (p[1] + 2.0_f64.ln()).abs() < 1e-9);
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct LevenbergMarquardt {
    max_iterations: usize,
    gradient_tolerance: f64,
    step_tolerance: f64,
    initial_damping: f64,
}

impl Default for LevenbergMarquardt {
    fn default() -> Self {
        Self::new()
    }
}

/// Residuals, gradient and Gauss-Newton matrix at a point.
struct Model<S> {
    value: S,
    gradient: Vec<S>,
    matrix: Vec<S>,
}

impl LevenbergMarquardt {
    /// At most 200 iterations, gradient tolerance 1e-10, step tolerance 1e-12.
    pub fn new() -> Self {
        Self { max_iterations: 200, gradient_tolerance: 1e-10, step_tolerance: 1e-12, initial_damping: 1e-3 }
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

    /// Stops when a step is shorter than this share of the parameters.
    pub fn step_tolerance(mut self, tolerance: f64) -> Self {
        self.step_tolerance = tolerance;
        self
    }

    /// Damping of the first step, relative to the diagonal of `JᵀJ`.
    pub fn initial_damping(mut self, damping: f64) -> Self {
        self.initial_damping = damping;
        self
    }

    /// Minimises from `params` on. `residuals` returns the residuals and the gradient of each, in the shape of the
    /// parameters.
    ///
    /// # Errors
    /// [`Error::NoParameters`]; [`Error::Length`] when there are not as many gradients as residuals; [`Error::Mismatch`] when
    /// one has another shape; [`Error::Invalid`] when a residual is not finite at the start.
    pub fn minimize<S: Scalar, P: TreeMut<S> + ?Sized, G: Tree<S>>(
        &self,
        mut residuals: impl FnMut(&P) -> (Vec<S>, Vec<G>),
        params: &mut P,
    ) -> Result<Report<S>, Error> {
        let mut x = tree::to_vec(params);
        let n = x.len();
        if n == 0 {
            return Err(Error::NoParameters);
        }
        let mut evaluations = 0;
        let mut evaluate = |params: &mut P, x: &[S]| -> Result<Model<S>, Error> {
            evaluations += 1;
            tree::write_from(params, x)?;
            let (residuals, jacobian) = residuals(params);
            model(params, &residuals, &jacobian, n)
        };
        let mut here = evaluate(params, &x)?;
        if !here.value.is_finite() {
            return Err(Error::Invalid("the residuals are not finite where the search starts".into()));
        }
        let (mut damping, mut growth) = (S::of(self.initial_damping), S::of(2.0));
        let mut stop = Stop::Iterations;
        let mut iterations = 0;
        let mut scales = alloc::vec![S::zero(); n];
        while iterations < self.max_iterations {
            if here.gradient.iter().all(|g| g.abs() <= S::of(self.gradient_tolerance)) {
                stop = Stop::Gradient;
                break;
            }
            iterations += 1;
            for (i, scale) in scales.iter_mut().enumerate() {
                *scale = scale.max(here.matrix[i * n + i]).max(S::min_positive_value());
            }
            let mut damped = here.matrix.clone();
            (0..n).for_each(|i| damped[i * n + i] += damping * scales[i]);
            let mut step: Vec<S> = here.gradient.iter().map(|&g| -g).collect();
            let solved = solve(&mut damped, &mut step);
            if solved && crate::norm::norm(&step) <= S::of(self.step_tolerance) * crate::norm::norm(&x) {
                stop = Stop::Stationary;
                break;
            }
            let trial: Vec<S> = x.iter().zip(&step).map(|(&x, &d)| x + d).collect();
            let next = if solved { Some(evaluate(params, &trial)?) } else { None };
            let expected: S =
                (0..n).map(|i| step[i] * (damping * scales[i] * step[i] - here.gradient[i])).sum();
            match next {
                Some(next) if next.value <= here.value => {
                    let ratio = S::of(2.0) * (here.value - next.value) / expected;
                    let cubic = (S::of(2.0) * ratio - S::one()).powi(3);
                    damping *= (S::one() - cubic).max(S::of(1.0 / 3.0));
                    growth = S::of(2.0);
                    let unchanged = next.value == here.value;
                    (x, here) = (trial, next);
                    if unchanged {
                        stop = Stop::Stationary;
                        break;
                    }
                }
                _ => {
                    damping *= growth;
                    growth *= S::of(2.0);
                    if !damping.is_finite() {
                        stop = Stop::LineSearch;
                        break;
                    }
                }
            }
        }
        tree::write_from(params, &x)?;
        let gradient = here.gradient.iter().fold(S::zero(), |max, g| max.max(g.abs()));
        Ok(Report { value: here.value, gradient, iterations, evaluations, stop })
    }
}

fn model<S: Scalar, P: Tree<S> + ?Sized, G: Tree<S>>(
    params: &P,
    residuals: &[S],
    jacobian: &[G],
    n: usize,
) -> Result<Model<S>, Error> {
    if residuals.len() != jacobian.len() {
        return Err(Error::Length { expected: residuals.len(), found: jacobian.len() });
    }
    let (mut gradient, mut matrix) = (alloc::vec![S::zero(); n], alloc::vec![S::zero(); n * n]);
    let mut row = alloc::vec![S::zero(); n];
    for (&residual, grads) in residuals.iter().zip(jacobian) {
        gather(params, grads, &mut row)?;
        for i in 0..n {
            gradient[i] += residual * row[i];
            for j in 0..=i {
                matrix[i * n + j] += row[i] * row[j];
            }
        }
    }
    Ok(Model { value: dot(residuals, residuals) / S::of(2.0), gradient, matrix })
}

/// Solves `a x = b` in place by Cholesky's decomposition of the lower triangle; false when `a` is not positive definite.
fn solve<S: Scalar>(a: &mut [S], b: &mut [S]) -> bool {
    let n = b.len();
    for i in 0..n {
        for j in 0..=i {
            let sum: S = (0..j).map(|k| a[i * n + k] * a[j * n + k]).sum();
            let rest = a[i * n + j] - sum;
            if i == j {
                if !(rest > S::zero()) {
                    return false;
                }
                a[i * n + i] = rest.sqrt();
            } else {
                a[i * n + j] = rest / a[j * n + j];
            }
        }
    }
    for i in 0..n {
        let sum: S = (0..i).map(|k| a[i * n + k] * b[k]).sum();
        b[i] = (b[i] - sum) / a[i * n + i];
    }
    for i in (0..n).rev() {
        let sum: S = (i + 1..n).map(|k| a[k * n + i] * b[k]).sum();
        b[i] = (b[i] - sum) / a[i * n + i];
    }
    true
}
