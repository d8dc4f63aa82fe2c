//! Minimisation that decides for itself how far to go: L-BFGS, nonlinear conjugate gradients, Levenberg–Marquardt.
//!
//! They call the loss as often as they need and stop when they are done, so they are given a function from parameters to
//! value and gradient, not one gradient at a time. For smooth losses without noise they need far fewer evaluations than
//! the [optimizers](crate::optim).

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
