//! Checking gradients.
//!
//! [`gradient`] compares a gradient with finite differences of the loss, [`forward_and_reverse`] two derivatives of the
//! same function that were computed in different ways. Both say where the worst disagreement is.

mod difference;
mod directions;
mod function;
mod report;

pub use difference::{Differences, gradient};
pub use directions::{Agreement, Disagreement, forward_and_reverse};
pub use function::{Function, Sampler};
pub use report::{GradientReport, Worst};
