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
pub mod pool;
mod scalar;
pub mod schedule;
pub mod solvers;
pub mod train;
pub mod tree;

/// Gives a struct a tangent: a struct with the same fields, called `…Tangent`.
///
/// Fields that carry no derivative (by their type, or by `#[no_diff]`) have the tangent `()`. The tangent is `Clone`,
/// where its fields allow it also `Copy`, `Debug`, `Default` and `PartialEq`, and with the struct a [tree of
/// numbers](tree): both can be given to optimizers and to clipping. Enums without data have the tangent `()`.
///
/// ```
/// use autodiff_runtime::{Differentiable, Optimizer, optim::Sgd};
///
/// #[derive(Differentiable)]
/// struct Layer {
///     weights: Vec<f64>,
///     bias: f64,
///     name: &'static str,
///     #[no_diff]
///     scale: f64,
/// }
///
/// let mut layer = Layer { weights: vec![1.0, 2.0], bias: 3.0, name: "first", scale: 0.5 };
/// let mut gradient: LayerTangent = layer.zero_tangent();
/// gradient.weights[1] = 4.0;
/// let ((), ()) = (gradient.name, gradient.scale);
///
/// Sgd::new(0.25).step(&mut layer, &gradient)?;
/// assert_eq!((layer.weights, layer.bias, layer.scale), (vec![1.0, 1.0], 3.0, 0.5));
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
///
/// `#[differentiable(…)]` on the struct takes `tangent = Name` to name the tangent, `tangent = Self` where the struct can
/// be its own (a vector in space), and `crate = path` where this crate has another name.
pub use autodiff_macros::Differentiable;
pub use autodiff_macros::differentiate;
pub use differentiable::{Differentiable, Tangent, stop_gradient};
pub use error::Error;
pub use optim::Optimizer;
pub use scalar::Scalar;
pub use tree::{Tree, TreeMut};

/// The examples of the documents at the root.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../../README.md")]
    struct Readme;
    #[doc = include_str!("../../LIMITATIONS.md")]
    struct Limitations;
}
