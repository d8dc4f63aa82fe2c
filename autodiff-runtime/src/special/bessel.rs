//! Bessel functions.

use autodiff_macros::differentiate;
use core::f64::consts::PI;

/// The Bessel function of the first kind of order `n`.
///
/// ```
/// use autodiff_runtime::special::bessel_j;
/// assert!((bessel_j(0, 1.0) - 0.7651976865579666).abs() < 1e-15);
/// assert_eq!(bessel_j::grad(0, 1.0), -bessel_j(1, 1.0));
/// ```
#[differentiate(order = 3, partials(x = 0.5 * (bessel_j(n - 1, x) - bessel_j(n + 1, x))))]
pub fn bessel_j(n: i32, x: f64) -> f64 {
    libm::jn(n, x)
}

/// The Bessel function of the second kind of order `n`, of positive numbers.
///
/// ```
/// use autodiff_runtime::special::bessel_y;
/// assert!((bessel_y(0, 1.0) - 0.088256964215677).abs() < 1e-14);
/// ```
#[differentiate(order = 3, partials(x = 0.5 * (bessel_y(n - 1, x) - bessel_y(n + 1, x))))]
pub fn bessel_y(n: i32, x: f64) -> f64 {
    libm::yn(n, x)
}

/// The modified Bessel function of the first kind of order 0, times `exp(-|x|)`: it does not overflow.
///
/// ```
/// use autodiff_runtime::special::bessel_i0e;
/// assert_eq!(bessel_i0e(0.0), 1.0);
/// assert!((bessel_i0e(1e4) * (2.0 * std::f64::consts::PI * 1e4).sqrt() - 1.0).abs() < 2e-5);
/// ```
#[differentiate(order = 3, partials(x = bessel_i1e(x) - x.signum() * value))]
pub fn bessel_i0e(x: f64) -> f64 {
    scaled(0, x.abs())
}

/// The modified Bessel function of the first kind of order 1, times `exp(-|x|)`.
///
/// ```
/// use autodiff_runtime::special::bessel_i1e;
/// assert_eq!(bessel_i1e::value_and_grad(0.0), (0.0, 0.5));
/// ```
#[differentiate(order = 3, partials(x = {
    let per_x = if x == 0.0 { 0.5 } else { value / x };
    bessel_i0e(x) - per_x - x.signum() * value
}))]
pub fn bessel_i1e(x: f64) -> f64 {
    x.signum() * scaled(1, x.abs())
}

/// The modified Bessel function of the first kind of order 0; from 713 on infinite: see [`bessel_i0e()`].
///
/// ```
/// use autodiff_runtime::special::{bessel_i0, bessel_i1};
/// assert!((bessel_i0(1.0) - 1.2660658777520084).abs() < 1e-15);
/// assert_eq!(bessel_i0::grad(1.0), bessel_i1(1.0));
/// ```
#[differentiate(order = 3, partials(x = bessel_i1(x)))]
pub fn bessel_i0(x: f64) -> f64 {
    x.abs().exp() * scaled(0, x.abs())
}

/// The modified Bessel function of the first kind of order 1.
///
/// ```
/// use autodiff_runtime::special::bessel_i1;
/// assert!((bessel_i1(1.0) - 0.5651591039924850).abs() < 1e-15);
/// ```
#[differentiate(order = 3, partials(x = {
    let per_x = if x == 0.0 { 0.5 } else { value / x };
    bessel_i0(x) - per_x
}))]
pub fn bessel_i1(x: f64) -> f64 {
    x.signum() * x.abs().exp() * scaled(1, x.abs())
}

/// `I₀(x) exp(-x)` or `I₁(x) exp(-x)` of `x` from 0 on: the power series, all of whose terms are positive, and from 30 on the
/// asymptotic one (Abramowitz, Stegun 1964, 9.6.10 and 9.7.1).
fn scaled(order: u32, x: f64) -> f64 {
    let order = f64::from(order);
    if x.is_nan() || x == f64::INFINITY {
        return if x.is_nan() { x } else { 0.0 };
    }
    let (mut term, mut sum) = (1.0, 1.0);
    if x < 30.0 {
        let quarter = 0.25 * x * x;
        let mut k = 1.0;
        while term > 1e-17 * sum {
            term *= quarter / (k * (k + order));
            sum += term;
            k += 1.0;
        }
        return (-x).exp() * sum * if order == 0.0 { 1.0 } else { 0.5 * x };
    }
    let mut k = 1.0;
    while term.abs() > 1e-17 && k < 30.0 {
        let odd = 2.0 * k - 1.0;
        term *= (odd * odd - 4.0 * order * order) / (k * 8.0 * x);
        sum += term;
        k += 1.0;
    }
    sum / (2.0 * PI * x).sqrt()
}
