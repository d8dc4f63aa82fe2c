//! Special functions with their derivatives (feature `special`), and products that the derivatives of elementary functions need.
//!
//! Each special function has a companion like any function with `#[differentiate]`: `erf::grad(x)`, `erf::hessian(x)`. Differentiated
//! functions call them by their names, up to the third derivative. Values are those of `libm` and `statrs`.
//!
//! | | |
//! |---|---|
//! | error function, normal distribution | `erf`, `erfc`, `erf_inv`, `erfc_inv`, `normal_pdf`, `normal_cdf`, `normal_quantile`, `gelu` |
//! | gamma and beta functions | `gamma`, `ln_gamma`, `digamma`, `polygamma`, `beta`, `ln_beta`, `gamma_lower`, `beta_lower` |
//! | Bessel functions | `bessel_j`, `bessel_y`, `bessel_i0`, `bessel_i1`, `bessel_i0e`, `bessel_i1e` |

#[cfg(feature = "special")]
mod bessel;
#[cfg(feature = "special")]
mod error;
#[cfg(feature = "special")]
mod gamma_function;

#[cfg(feature = "special")]
pub use self::{
    bessel::{bessel_i0, bessel_i0e, bessel_i1, bessel_i1e, bessel_j, bessel_y},
    error::{erf, erf_inv, erfc, erfc_inv, gelu, normal_cdf, normal_pdf, normal_quantile},
    gamma_function::{beta, beta_lower, digamma, gamma, gamma_lower, ln_beta, ln_gamma, polygamma},
};
use num_traits::Float;

/// The product of a derivative `d` and a partial `p`, which is zero when `d` is, whatever `p`.
///
/// So does a branch that does not matter not poison the gradient at a singular point (`0 * inf` is NaN).
///
/// ```
/// use autodiff_runtime::special::chain;
/// assert_eq!(chain(2.0, 3.0), 6.0);
/// assert_eq!(chain(0.0, f64::INFINITY), 0.0);
/// ```
#[inline(always)]
pub fn chain<T: Float>(d: T, p: T) -> T {
    if d == T::zero() { T::zero() } else { d * p }
}

/// The product of two numbers that is zero when either is, whatever the other.
///
/// ```
/// use autodiff_runtime::special::product;
/// assert_eq!(product(2.0, 3.0), 6.0);
/// assert_eq!(product(f64::NEG_INFINITY, 0.0), 0.0);
/// ```
#[inline(always)]
pub fn product<T: Float>(a: T, b: T) -> T {
    if a == T::zero() || b == T::zero() { T::zero() } else { a * b }
}

/// As [`chain`], where nothing can go wrong if `k` is positive: a constant, of which rustc knows whether it is.
///
/// ```
/// use autodiff_runtime::special::chain_unless;
/// assert_eq!(chain_unless(1e-8, 2.0, 3.0), 6.0);
/// assert_eq!(chain_unless(0.0, 0.0, f64::INFINITY), 0.0);
/// ```
#[inline(always)]
pub fn chain_unless<T: Float>(k: T, d: T, p: T) -> T {
    if k > T::zero() { d * p } else { chain(d, p) }
}

/// As [`product`], where nothing can go wrong if `k` is positive: a constant, of which rustc knows whether it is.
///
/// ```
/// use autodiff_runtime::special::product_unless;
/// assert_eq!(product_unless(1e-8, 2.0, 3.0), 6.0);
/// assert_eq!(product_unless(0.0, f64::INFINITY, 0.0), 0.0);
/// ```
#[inline(always)]
pub fn product_unless<T: Float>(k: T, a: T, b: T) -> T {
    if k > T::zero() { a * b } else { product(a, b) }
}
