//! Compile-time automatic differentiation for Rust.
#![forbid(unsafe_code)]
#![cfg_attr(not(feature = "std"), no_std)]
#![allow(clippy::neg_cmp_op_on_partial_ord, reason = "`!(a < b)` is how NaN takes the same way as `a >= b`")]
extern crate alloc;
// Generated code names this crate by its absolute path, also inside of it.
extern crate self as autodiff_runtime;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod differentiable;
pub mod ops;
pub mod rules;
pub mod special;
#[cfg(all(test, feature = "nalgebra"))]
mod testing;

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

pub use autodiff_macros::{Differentiable, differentiate};
pub use differentiable::{Differentiable, Tangent, stop_gradient};
pub use error::Error;
pub use optim::Optimizer;
pub use scalar::Scalar;
pub use tree::{Tree, TreeMut};
