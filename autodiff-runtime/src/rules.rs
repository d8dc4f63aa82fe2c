//! Methods on values whose type only rustc knows: `x.exp()` becomes `x.exp_forward()`.
//!
//! A method `NAME` is differentiated through two methods beside it. `NAME_forward` takes the arguments of `NAME` and
//! returns its result with a pullback; `NAME_pushforward` takes the arguments and references to their tangents (none is a
//! zero), and returns the result with its tangent. The pullback is handed the receiver again and each argument that is a
//! reference (`()` for one by value), the adjoint of the result, and the adjoints to add to, as far as they are wanted.
//!
//! ```
//! use autodiff_runtime::rules::prelude::*;
//!
//! let x = 2.0_f64;
//! let (y, pullback) = x.powi_forward(3);
//! let mut x_bar = 0.0;
//! pullback(&x, (), 1.0, Some(&mut x_bar), None);
//! assert_eq!((y, x_bar), (8.0, 12.0));
//! assert_eq!(x.powi_pushforward(3, Some(&1.0), None), (8.0, 12.0));
//! ```
//!
//! [`matrices`] lists what is known of other crates; [`adding`] says how more is added.

mod elements;
mod float;
#[cfg(feature = "nalgebra")]
mod geometry;
mod macros;
#[cfg(feature = "nalgebra")]
mod matrix;
#[cfg(feature = "ndarray")]
mod ndarray;
#[cfg(any(feature = "nalgebra", feature = "ndarray"))]
mod parts;
mod pointers;
#[cfg(any(feature = "nalgebra", feature = "ndarray"))]
mod puts;
mod space;

#[cfg(feature = "nalgebra")]
pub use crate::differentiable::IsometryTangent;
pub use elements::{ElementRules, Elements};
pub use float::FloatRules;
#[cfg(feature = "nalgebra")]
pub use matrix::{
    BlockRules, CholeskyRules, CrossRules, DecompositionRules, DiagonalRules, LuRules, MatrixRules,
    SpaceRules, SquareMatrixRules, SvdTangent, SymmetricEigenTangent, VectorRules,
};
#[cfg(feature = "ndarray")]
pub use ndarray::{
    Array2Rules, ArrayRules, ArrayWriteRules, DotRule, ElementwiseRules, Shape, ShapeOf, Slicing,
};
pub use pointers::PointerRules;

#[doc = include_str!("../docs/adding_rules.md")]
pub mod adding {}

#[doc = include_str!("../docs/matrices.md")]
pub mod matrices {}

/// Brings the methods of all rules into scope, and no names.
pub mod prelude {
    #[cfg(feature = "glam")]
    pub use crate::glam::prelude::*;

    #[cfg(feature = "nalgebra")]
    pub use super::geometry::prelude::*;
    #[cfg(feature = "nalgebra")]
    pub use super::matrix::prelude::*;
    #[cfg(feature = "ndarray")]
    pub use super::ndarray::prelude::*;
    pub use super::{ElementRules as _, Elements as _, FloatRules as _, PointerRules as _};
}
