//! Laplace's approximation of a distribution.

use super::curvature::matrix;
use super::fit::diagonal;
use crate::linear::Cholesky;
use crate::tree::{self, Tree};
use crate::{Error, Scalar};
use alloc::vec::Vec;

/// Laplace's approximation: the normal distribution with the mode of another one, and its curvature there (MacKay 2003,
/// "Information theory, inference, and learning algorithms", chapter 27).
///
/// Of a distribution with the negative logarithmic density `f` (of a posterior: minus the logarithms of likelihood and prior)
/// it has the covariance `H⁻¹`, where `H` is the Hessian of `f` at its minimum. The standard errors of a maximum likelihood are
/// its standard deviations, with minus the logarithm of the likelihood for `f`.
///
/// ```
/// use autodiff_runtime::{differentiate, solvers::{Laplace, Newton}};
///
/// /// Seven heads in ten throws, by the log-odds of heads, which have a wide normal prior.
/// #[differentiate(order = 2)]
/// fn throws(odds: f64) -> f64 {
///     let heads = 1.0 / (1.0 + (-odds).exp());
///     0.005 * odds * odds - 7.0 * heads.ln() - 3.0 * (1.0 - heads).ln()
/// }
///
/// let mut odds = 0.0;
/// let report = Newton::new().minimize(|x: &f64| throws::value_and_grad(*x), |x| throws::hessian(*x), &mut odds)?;
/// let posterior = Laplace::new(&odds, &throws::hessian(odds))?;
/// println!("{odds:.2} ± {:.2}", posterior.standard_deviations()[0]); // 0.84 ± 0.69
/// # assert!((odds - 0.843285).abs() < 1e-6 && (posterior.standard_deviations()[0] - 0.687880).abs() < 1e-6);
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Laplace<S = f64> {
    mode: Vec<S>,
    cholesky: Cholesky<S>,
}

impl<S: Scalar> Laplace<S> {
    /// The approximation around `mode`, with the Hessian there: `f::hessian`, or any tree with its `n²` numbers.
    ///
    /// # Errors
    /// [`Error::NoParameters`]; [`Error::Length`] when the Hessian has not as many numbers; [`Error::Invalid`] when it is
    /// not positive definite: this is no minimum, or one that rounding cannot tell from a valley.
    pub fn new<P: Tree<S> + ?Sized, H: Tree<S> + ?Sized>(mode: &P, hessian: &H) -> Result<Self, Error> {
        let mode = tree::to_vec(mode);
        if mode.is_empty() {
            return Err(Error::NoParameters);
        }
        let cholesky = Cholesky::new(mode.len(), matrix(mode.len(), hessian)?);
        if !cholesky.is_definite() {
            return Err(Error::Invalid("the Hessian is not positive definite: this is no minimum".into()));
        }
        Ok(Self { mode, cholesky })
    }

    /// The numbers of the mode, in the order of [`tree::to_vec`].
    pub fn mode(&self) -> &[S] {
        &self.mode
    }

    /// The covariance matrix, row by row.
    pub fn covariance(&self) -> Vec<S> {
        self.cholesky.inverse()
    }

    /// The standard deviations, in the order of [`tree::to_vec`]; [`tree::write_from`] puts them in their places.
    pub fn standard_deviations(&self) -> Vec<S> {
        diagonal(&self.cholesky.inverse()).map(S::sqrt).collect()
    }

    /// `ln det H`.
    pub fn log_determinant(&self) -> S {
        self.cholesky.log_determinant()
    }

    /// The logarithm of the integral of `exp(-f)`, where `value` is `f` at the mode: of a posterior the evidence for the
    /// model, `-f + n/2 ln 2π - 1/2 ln det H`.
    pub fn log_evidence(&self, value: S) -> S {
        let n = S::of(self.mode.len() as f64);
        S::of(0.5) * (n * S::of(core::f64::consts::TAU).ln() - self.log_determinant()) - value
    }

    /// A draw, of as many independent standard normal numbers as there are parameters.
    ///
    /// # Panics
    /// When there are not as many.
    pub fn draw(&self, normal: &[S]) -> Vec<S> {
        assert_eq!(normal.len(), self.mode.len(), "a draw is made of a normal number for each parameter");
        self.mode.iter().zip(self.cholesky.color(normal)).map(|(&mode, d)| mode + d).collect()
    }
}
