//! What a fit by least squares says of its parameters.

use super::residuals::Linearised;
use crate::tree::{self, Tree};
use crate::{Error, Scalar};
use alloc::vec::Vec;

/// A fit by least squares: how well it fits, and how well that tells the parameters.
///
/// To first order the parameters of a fit with independent errors of one variance are normally distributed with the covariance
/// `s² (JᵀJ)⁻¹`, where `s² = Σr² / (m - n)` (Seber, Wild 1989, "Nonlinear regression", section 2.1.2). It is computed from the QR
/// factorisation of `J`.
///
/// ```
/// use autodiff_runtime::{differentiate, solvers::{Fit, LevenbergMarquardt}};
///
/// #[differentiate]
/// fn residuals(line: &[f64; 2], #[no_diff] x: &[f64], #[no_diff] y: &[f64]) -> Vec<f64> {
///     x.iter().zip(y).map(|(x, y)| line[0] + line[1] * x - y).collect()
/// }
///
/// let (x, y) = ([1.0, 2.0, 3.0, 4.0], [1.1, 1.9, 3.2, 3.8]);
/// let mut line = [0.0, 0.0];
/// LevenbergMarquardt::new().minimize(|line: &[f64; 2]| residuals::value_and_jacobian(line, &x, &y), &mut line)?;
/// let fit = Fit::new(&line, residuals::value_and_jacobian(&line, &x, &y))?;
/// let errors = fit.standard_errors();
/// println!("{:.3} ± {:.3}, {:.3} ± {:.3}", line[0], errors[0], line[1], errors[1]);
/// # assert!((errors[0] - 0.2479919).abs() < 1e-7 && (errors[1] - 0.0905538).abs() < 1e-7);
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Fit<S = f64> {
    residual_sum: S,
    degrees_of_freedom: usize,
    /// Row by row: `(JᵀJ)⁻¹`.
    inverse: Vec<S>,
}

impl<S: Scalar> Fit<S> {
    /// The fit at `params`, with what `f::value_and_jacobian` gives there.
    ///
    /// # Errors
    /// [`Error::NoParameters`]; [`Error::Length`] when there are not as many gradients as residuals; [`Error::Mismatch`] when
    /// one has another shape than `params`; [`Error::Invalid`] when a number is not finite, when there are no more residuals
    /// than parameters, and when the residuals do not tell the parameters apart (the Jacobian's columns depend on each other).
    pub fn new<P: Tree<S> + ?Sized, R: AsRef<[S]>, J: AsRef<[G]>, G: Tree<S>>(
        params: &P,
        (residuals, jacobian): (R, J),
    ) -> Result<Self, Error> {
        let x = tree::to_vec(params);
        let (n, count) = (x.len(), residuals.as_ref().len());
        if n == 0 {
            return Err(Error::NoParameters);
        }
        let here = Linearised::new(params, x, residuals.as_ref(), jacobian.as_ref())?;
        if !here.is_finite() {
            return Err(Error::Invalid("the residuals or their Jacobian are not finite".into()));
        }
        if count <= n {
            let what = alloc::format!("{count} residuals tell nothing of the errors of {n} parameters");
            return Err(Error::Invalid(what));
        }
        let scales = here.scales();
        let model = here.factored(&scales, false);
        if model.rank < n {
            let what = alloc::format!("the residuals tell only {} of {n} parameters apart", model.rank);
            return Err(Error::Invalid(what));
        }
        let mut inverse = model.triangle.inverse_of_square();
        for (at, entry) in inverse.iter_mut().enumerate() {
            *entry /= scales[at / n] * scales[at % n];
        }
        Ok(Self { residual_sum: here.size * here.size, degrees_of_freedom: count - n, inverse })
    }

    /// The sum of squared residuals.
    pub fn residual_sum(&self) -> S {
        self.residual_sum
    }

    /// By how many the residuals are more than the parameters.
    pub fn degrees_of_freedom(&self) -> usize {
        self.degrees_of_freedom
    }

    /// `s`, the residual standard deviation: the root of the sum of squares by degree of freedom.
    pub fn residual_deviation(&self) -> S {
        (self.residual_sum / S::of(self.degrees_of_freedom as f64)).sqrt()
    }

    /// The covariance matrix of the parameters, row by row, in the order of [`tree::to_vec`].
    pub fn covariance(&self) -> Vec<S> {
        let variance = self.residual_sum / S::of(self.degrees_of_freedom as f64);
        self.inverse.iter().map(|&entry| variance * entry).collect()
    }

    /// The covariance matrix where the residuals are divided by errors that are known: `(JᵀJ)⁻¹`.
    pub fn covariance_of_known_errors(&self) -> &[S] {
        &self.inverse
    }

    /// The standard deviations of the parameters, in the order of [`tree::to_vec`]; [`tree::write_from`] puts them in their
    /// places.
    pub fn standard_errors(&self) -> Vec<S> {
        let deviation = self.residual_deviation();
        diagonal(&self.inverse).map(|entry| deviation * entry.sqrt()).collect()
    }
}

/// The diagonal of a square matrix.
pub(super) fn diagonal<S: Scalar>(matrix: &[S]) -> impl Iterator<Item = S> {
    let n = matrix.len().isqrt();
    matrix.iter().step_by(n + 1).copied()
}
