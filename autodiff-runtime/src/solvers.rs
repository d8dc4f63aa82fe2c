//! Minimisation that decides for itself how far to go: L-BFGS, nonlinear conjugate gradients, Levenberg–Marquardt.
//!
//! They call the loss as often as they need and stop when they are done, so they are given a function from parameters to
//! value and gradient, not one gradient at a time. For smooth losses without noise they need far fewer evaluations than
//! the [optimizers](crate::optim).

mod conjugate;
mod descent;
mod lbfgs;
mod levenberg;
mod problem;
mod wolfe;

pub use conjugate::{ConjugateGradient, Direction};
pub use descent::BacktrackingDescent;
pub use lbfgs::{Lbfgs, LbfgsSteps};
pub use levenberg::LevenbergMarquardt;
pub use problem::{Report, Stop};
