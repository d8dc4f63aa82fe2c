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

#[cfg(any(feature = "nalgebra", feature = "ndarray"))]
mod elements;
mod float;
mod macros;
#[cfg(feature = "nalgebra")]
mod matrix;
#[cfg(feature = "ndarray")]
mod ndarray;

#[cfg(any(feature = "nalgebra", feature = "ndarray"))]
pub use elements::{ElementRules, Elements};
pub use float::FloatRules;
#[cfg(feature = "nalgebra")]
pub use matrix::{CrossRules, MatrixRules, SquareMatrixRules};
#[cfg(feature = "ndarray")]
pub use ndarray::{
    Array1Constructors, Array2Rules, ArrayConstructors, ArrayRules, DotRule, ElementwiseRules, Shape, ShapeOf, Slicing,
};

/// Brings the methods of all rules into scope, and no names.
pub mod prelude {
    pub use super::FloatRules as _;
    #[cfg(feature = "nalgebra")]
    pub use super::{CrossRules as _, MatrixRules as _, SquareMatrixRules as _};
    #[cfg(feature = "ndarray")]
    pub use super::{
        Array1Constructors as _, Array2Rules as _, ArrayConstructors as _, ArrayRules as _, ElementwiseRules as _,
    };
    #[cfg(any(feature = "nalgebra", feature = "ndarray"))]
    pub use super::ElementRules as _;
}
