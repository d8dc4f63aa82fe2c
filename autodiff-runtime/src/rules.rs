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

#[cfg(any(feature = "nalgebra", feature = "ndarray"))]
mod elements;
mod float;
mod macros;
mod space;
#[cfg(feature = "nalgebra")]
mod matrix;
#[cfg(feature = "ndarray")]
mod ndarray;
#[cfg(any(feature = "nalgebra", feature = "ndarray"))]
mod parts;

#[cfg(any(feature = "nalgebra", feature = "ndarray"))]
pub use elements::{ElementRules, Elements};
pub use float::FloatRules;
#[cfg(feature = "ndarray")]
pub use parts::of_arrays::{Array2Parts, ArrayParts};
#[cfg(feature = "nalgebra")]
pub use parts::of_matrices::MatrixParts;
#[cfg(feature = "nalgebra")]
pub use matrix::*;
#[cfg(feature = "ndarray")]
pub use ndarray::{
    Array1Constructors, Array2Rules, ArrayConstructors, ArrayRules, ArrayWriteRules, DotRule, ElementwiseRules, Shape, ShapeOf, Slicing,
};

#[doc = include_str!("../docs/adding_rules.md")]
pub mod adding {}

#[doc = include_str!("../docs/matrices.md")]
pub mod matrices {}

/// Brings the methods of all rules into scope, and no names.
pub mod prelude {
    #[cfg(feature = "glam")]
    pub use crate::glam::prelude::*;
    pub use super::FloatRules as _;
    #[cfg(feature = "nalgebra")]
    pub use super::{
        BlockRules as _, CholeskyRules as _, ColumnConstructors as _, DiagonalRules as _, VectorRules as _, CrossRules as _, DecompositionRules as _,
        DiagonalConstructors as _, DynamicConstructors as _, LuRules as _, MatrixRules as _, RowConstructors as _,
        SquareMatrixRules as _, StaticConstructors as _,
    };
    #[cfg(feature = "nalgebra")]
    #[rustfmt::skip]
    pub use super::{New1x1 as _, New2x1 as _, New3x1 as _, New4x1 as _, New5x1 as _, New6x1 as _, New1x2 as _, New1x3 as _, New1x4 as _, New1x5 as _, New1x6 as _, New2x2 as _, New2x3 as _, New2x4 as _, New3x2 as _, New3x3 as _, New3x4 as _, New4x2 as _, New4x3 as _, New4x4 as _};
    #[cfg(feature = "ndarray")]
    pub use super::{
        Array1Constructors as _, Array2Rules as _, ArrayConstructors as _, ArrayRules as _, ElementwiseRules as _,
    };
    #[cfg(any(feature = "nalgebra", feature = "ndarray"))]
    pub use super::ElementRules as _;
    #[cfg(feature = "nalgebra")]
    pub use super::MatrixParts as _;
    #[cfg(feature = "ndarray")]
    pub use super::{Array2Parts as _, ArrayParts as _, ArrayWriteRules as _};
}
