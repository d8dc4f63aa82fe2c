//! The error function and the normal distribution.

use autodiff_macros::differentiate;
use core::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, PI, SQRT_2};

/// The error function, `2/√π ∫₀ˣ exp(-t²) dt`.
///
/// ```
/// use autodiff_runtime::special::erf;
/// assert_eq!(erf(0.5), 0.5204998778130465);
/// assert_eq!(erf::grad(0.0), 2.0 / std::f64::consts::PI.sqrt());
/// ```
#[differentiate(order = 3, partials(x = FRAC_2_SQRT_PI * (-x * x).exp()))]
pub fn erf(x: f64) -> f64 {
    libm::erf(x)
}

/// The complementary error function, `1 - erf(x)`, without cancellation where `x` is large.
///
/// ```
/// use autodiff_runtime::special::erfc;
/// assert!((erfc(5.0) / 1.5374597944280349e-12 - 1.0).abs() < 1e-14);
/// ```
#[differentiate(order = 3, partials(x = -FRAC_2_SQRT_PI * (-x * x).exp()))]
pub fn erfc(x: f64) -> f64 {
    libm::erfc(x)
}

/// The inverse of [`erf()`], of numbers from -1 to 1.
///
/// ```
/// use autodiff_runtime::special::{erf, erf_inv};
/// assert!((erf(erf_inv(0.25)) - 0.25).abs() < 1e-15);
/// ```
#[differentiate(order = 3, partials(x = (value * value).exp() / FRAC_2_SQRT_PI))]
pub fn erf_inv(x: f64) -> f64 {
    statrs::function::erf::erf_inv(x)
}

/// The inverse of [`erfc()`], of numbers from 0 to 2.
///
/// ```
/// use autodiff_runtime::special::{erfc, erfc_inv};
/// assert!((erfc(erfc_inv(1e-9)) / 1e-9 - 1.0).abs() < 1e-13);
/// ```
#[differentiate(order = 3, partials(x = -(value * value).exp() / FRAC_2_SQRT_PI))]
pub fn erfc_inv(x: f64) -> f64 {
    statrs::function::erf::erfc_inv(x)
}

/// The density of the standard normal distribution.
///
/// ```
/// use autodiff_runtime::special::normal_pdf;
/// assert!((normal_pdf(0.0) - 0.3989422804014327).abs() < 1e-16);
/// assert_eq!(normal_pdf::grad(0.0), 0.0);
/// ```
#[differentiate(order = 3)]
pub fn normal_pdf(x: f64) -> f64 {
    (-0.5 * x * x).exp() / (2.0 * PI).sqrt()
}

/// The distribution function of the standard normal distribution.
///
/// ```
/// use autodiff_runtime::special::{normal_cdf, normal_pdf};
/// assert_eq!(normal_cdf(0.0), 0.5);
/// assert!((normal_cdf::grad(1.0) - normal_pdf(1.0)).abs() < 1e-16);
/// ```
#[differentiate(order = 3)]
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * erfc(-x * FRAC_1_SQRT_2)
}

/// The inverse of [`normal_cdf()`]: the quantile of a probability between 0 and 1.
///
/// ```
/// use autodiff_runtime::special::normal_quantile;
/// assert!((normal_quantile(0.975) - 1.959963984540054).abs() < 1e-14);
/// ```
#[differentiate(order = 3)]
pub fn normal_quantile(p: f64) -> f64 {
    -SQRT_2 * erfc_inv(2.0 * p)
}

/// The Gaussian error linear unit, `x Φ(x)` (Hendrycks, Gimpel 2016, arXiv:1606.08415), exact.
///
/// ```
/// use autodiff_runtime::special::gelu;
/// assert_eq!(gelu::value_and_grad(0.0), (0.0, 0.5));
/// ```
#[differentiate(order = 3)]
pub fn gelu(x: f64) -> f64 {
    x * normal_cdf(x)
}
