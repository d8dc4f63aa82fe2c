//! Functions that the derivatives of elementary functions need and `core` lacks.

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
