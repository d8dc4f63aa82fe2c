//! Compile-time automatic differentiation for Rust.
#![forbid(unsafe_code)]
#![cfg_attr(not(feature = "std"), no_std)]
#![allow(clippy::neg_cmp_op_on_partial_ord, reason = "`!(a < b)` is how NaN takes the same way as `a >= b`")]
extern crate alloc;

#[cfg(feature = "argmin")]
pub mod argmin;
pub mod check;
pub mod clip;
mod error;
pub mod losses;
mod math;
mod norm;
pub mod optim;
pub mod originals;
mod scalar;
pub mod schedule;
pub mod solvers;
pub mod train;
pub mod tree;

pub use autodiff_macros::differentiate;
pub use error::Error;
pub use optim::Optimizer;
pub use scalar::Scalar;
pub use tree::{Tree, TreeMut};
