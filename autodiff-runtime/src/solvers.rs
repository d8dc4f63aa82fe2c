//! Minimisation that decides for itself how far to go, and what is known of the minimum.
//!
//! Solvers call the function as often as they need and stop when they are done, so they are given functions, not one gradient
//! at a time. For smooth losses without noise they need far fewer evaluations than the [optimizers](crate::optim). Which
//! one to take:
//!
//! | the function | solver | is given |
//! |---|---|---|
//! | a sum of squares: fits, calibration | [`LevenbergMarquardt`] | `f::value_and_jacobian` of the residuals |
//! | the same near the solution, and systems of equations | [`GaussNewton`] | the same |
//! | a sum of squares of many parameters | [`TrustRegion`] | `f::value_and_grad` of the sum, `f::vjp` of `f::jvp` of the residuals |
//! | a loss of many parameters, the first to try | [`Lbfgs`], with less memory [`ConjugateGradient`] | `f::value_and_grad` |
//! | up to some hundred parameters, many digits | [`Newton`] | `f::value_and_grad`, `f::hessian` |
//! | many parameters, badly conditioned or with saddles | [`TrustRegion`] | `f::value_and_grad`, `f::hvp` |
//! | many parameters, badly conditioned, nearly convex | [`NewtonCg`] | the same |
//! | a loss under constraints | [`AugmentedLagrangian`] | `f::value_and_grad`, and `c::value_and_jacobian` of the constraints |
//! | how well a fit tells its parameters | [`Fit`] | `f::value_and_jacobian` at the result |
//! | a posterior, or a maximum likelihood | [`Laplace`] | `f::hessian` at the mode |
//!
//! Sums of squares belong to the first two, which use that they are; the others see a loss. `f::hvp` and `f::hessian` need
//! `#[differentiate(order = 2)]`. Parameters are any [tree of numbers](crate::tree). Where the Hessian or the Jacobian is sparse,
//! [`sparse`](crate::sparse) has it in few products.
//!
//! ```
//! use autodiff_runtime::{differentiate, solvers::{Fit, LevenbergMarquardt}};
//!
//! /// Exponential decay to a level.
//! #[differentiate]
//! fn residuals(rate: f64, level: f64, #[no_diff] t: &[f64], #[no_diff] y: &[f64]) -> Vec<f64> {
//!     t.iter().zip(y).map(|(t, y)| level + (1.0 - level) * (-rate * t).exp() - y).collect()
//! }
//!
//! let (t, y) = ([0.0, 1.0, 2.0, 3.0, 4.0], [1.01, 0.61, 0.42, 0.31, 0.26]);
//! let mut p = (1.0, 0.0);
//! let at = |p: &(f64, f64)| residuals::value_and_jacobian(p.0, p.1, &t, &y);
//! LevenbergMarquardt::new().minimize(at, &mut p)?;
//! let errors = Fit::new(&p, at(&p))?.standard_errors();
//! println!("rate {:.3} ± {:.3}, level {:.3} ± {:.3}", p.0, errors[0], p.1, errors[1]);
//! # assert!((p.0 - 0.66).abs() < 0.05 && errors[0] > 0.0 && errors[0] < 0.1, "{p:?} {errors:?}");
//! # Ok::<(), autodiff_runtime::Error>(())
//! ```
//!
//! They are tested on NIST's reference datasets for nonlinear least squares (parameters and standard deviations of all 27 to ten
//! digits from either start, but for the deviations of `Lanczos1`, whose residuals are next to rounding), on the problems of
//! Moré, Garbow and Hillstrom, and on those of Hock and Schittkowski.

mod augmented;
mod conjugate;
mod curvature;
mod descent;
mod fit;
mod gauss_newton;
mod laplace;
mod lbfgs;
mod levenberg;
mod newton;
mod newton_cg;
mod problem;
mod residuals;
mod trust_region;
mod wolfe;

pub use augmented::{AugmentedLagrangian, ConstrainedReport};
pub use conjugate::{ConjugateGradient, Direction};
pub use descent::BacktrackingDescent;
pub use fit::Fit;
pub use gauss_newton::GaussNewton;
pub use laplace::Laplace;
pub use lbfgs::{Lbfgs, LbfgsSteps};
pub use levenberg::LevenbergMarquardt;
pub use newton::Newton;
pub use newton_cg::NewtonCg;
pub use problem::{Report, Stop};
pub use trust_region::TrustRegion;
