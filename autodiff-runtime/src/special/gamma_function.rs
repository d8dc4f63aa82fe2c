//! The gamma function and its relatives.

use autodiff_macros::differentiate;

/// The gamma function.
///
/// ```
/// use autodiff_runtime::special::gamma;
/// assert_eq!(gamma(5.0), 24.0);
/// ```
#[differentiate(order = 3, partials(x = value * digamma(x)))]
pub fn gamma(x: f64) -> f64 {
    libm::tgamma(x)
}

/// The logarithm of the absolute value of the gamma function.
///
/// ```
/// use autodiff_runtime::special::{digamma, ln_gamma};
/// assert_eq!(ln_gamma(1.0), 0.0);
/// assert_eq!(ln_gamma::grad(2.5), digamma(2.5));
/// ```
#[differentiate(order = 3, partials(x = digamma(x)))]
pub fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// The logarithmic derivative of the gamma function, `Γ'(x) / Γ(x)`.
///
/// ```
/// use autodiff_runtime::special::digamma;
/// assert!((digamma(1.0) + 0.5772156649015329).abs() < 2e-15); // Euler's constant
/// ```
#[differentiate(order = 3, partials(x = polygamma(1, x)))]
pub fn digamma(x: f64) -> f64 {
    statrs::function::gamma::digamma(x)
}

/// The `n`th derivative of [`digamma()`], of `n` from 1 on: infinite where `x` is zero or a negative integer.
///
/// By recurrence up to 20, and the asymptotic series there (Abramowitz, Stegun 1964, 6.4.6 and 6.4.11). For `x` below zero it
/// takes as many steps as `x` is large.
///
/// # Panics
/// Where `n` is 0.
///
/// ```
/// use autodiff_runtime::special::polygamma;
/// assert!((polygamma(1, 1.0) - std::f64::consts::PI.powi(2) / 6.0).abs() < 1e-15);
/// ```
#[differentiate(order = 3, partials(x = polygamma(n + 1, x)))]
pub fn polygamma(n: u32, x: f64) -> f64 {
    assert!(n > 0, "the zeroth derivative of the digamma function is `digamma`");
    let exponent = n as i32;
    let factorial = |n: u32| (1..=n).fold(1.0, |product, k| product * f64::from(k));
    let (mut x, mut sum) = (x, 0.0);
    while x < 20.0 {
        if x == 0.0 {
            return f64::INFINITY;
        }
        sum += factorial(n) * x.powi(-exponent - 1);
        x += 1.0;
    }
    // Bernoulli's numbers B₂, B₄, …
    const BERNOULLI: [f64; 10] = [
        1.0 / 6.0,
        -1.0 / 30.0,
        1.0 / 42.0,
        -1.0 / 30.0,
        5.0 / 66.0,
        -691.0 / 2730.0,
        7.0 / 6.0,
        -3617.0 / 510.0,
        43867.0 / 798.0,
        -174611.0 / 330.0,
    ];
    let mut series = factorial(n - 1) * x.powi(-exponent) + 0.5 * factorial(n) * x.powi(-exponent - 1);
    // (2k + n - 1)! / (2k)! x^(-2k - n), for k = 1, 2, …
    let mut factor = factorial(n + 1) / 2.0 * x.powi(-exponent - 2);
    for (k, bernoulli) in (1_u32..).zip(BERNOULLI) {
        series += bernoulli * factor;
        let at = f64::from(2 * k);
        let n = f64::from(n);
        factor *= (at + n) * (at + n + 1.0) / ((at + 1.0) * (at + 2.0)) / (x * x);
    }
    let value = sum + series;
    if n % 2 == 0 { -value } else { value }
}

/// The logarithm of the beta function, of positive numbers.
///
/// ```
/// use autodiff_runtime::special::ln_beta;
/// assert!((ln_beta(2.0, 3.0) + 12.0_f64.ln()).abs() < 1e-14);
/// ```
#[differentiate(order = 3)]
pub fn ln_beta(a: f64, b: f64) -> f64 {
    ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)
}

/// The beta function, `∫₀¹ tᵃ⁻¹ (1 - t)ᵇ⁻¹ dt`, of positive numbers.
///
/// ```
/// use autodiff_runtime::special::beta;
/// assert!((beta(2.0, 3.0) - 1.0 / 12.0).abs() < 1e-15);
/// ```
#[differentiate(order = 3)]
pub fn beta(a: f64, b: f64) -> f64 {
    ln_beta(a, b).exp()
}

/// The regularised lower incomplete gamma function, `P(a, x)`: the distribution function of the gamma distribution. No
/// derivative by the shape `a`.
///
/// # Panics
/// Where `a` is not positive, or `x` is negative.
///
/// ```
/// use autodiff_runtime::special::gamma_lower;
/// assert!((gamma_lower(1.0, 2.0) - (1.0 - (-2.0_f64).exp())).abs() < 1e-15);
/// ```
#[differentiate(order = 3, partials(x = ((a - 1.0) * x.ln() - x - ln_gamma(a)).exp()))]
pub fn gamma_lower(#[no_diff] a: f64, x: f64) -> f64 {
    statrs::function::gamma::gamma_lr(a, x)
}

/// The regularised incomplete beta function, `Iₓ(a, b)`: the distribution function of the beta distribution. No derivative by
/// the shapes.
///
/// # Panics
/// Where a shape is not positive, or `x` is not between 0 and 1.
///
/// ```
/// use autodiff_runtime::special::beta_lower;
/// assert!((beta_lower(2.0, 3.0, 0.3) - 0.3483).abs() < 1e-14);
/// ```
#[differentiate(order = 3, partials(x = ((a - 1.0) * x.ln() + (b - 1.0) * (-x).ln_1p() - ln_beta(a, b)).exp()))]
pub fn beta_lower(#[no_diff] a: f64, #[no_diff] b: f64, x: f64) -> f64 {
    statrs::function::beta::beta_reg(a, b, x)
}
