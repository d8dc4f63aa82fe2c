//! Losses of a number that should be another number.

#[cfg(not(feature = "std"))]
#[allow(unused_imports, reason = "a dependency that uses std brings the methods along")]
use num_traits::Float;

use crate::differentiate;

/// `(prediction - target)²`.
///
/// ```
/// assert_eq!(autodiff_runtime::losses::squared_error(3.0, 1.0), 4.0);
/// ```
#[differentiate(crate = crate)]
pub fn squared_error(prediction: f64, target: f64) -> f64 {
    let error = prediction - target;
    error * error
}

/// `(prediction - target)² / 2`, optax's `l2_loss`.
///
/// ```
/// assert_eq!(autodiff_runtime::losses::half_squared_error(3.0, 1.0), 2.0);
/// ```
#[differentiate(crate = crate)]
pub fn half_squared_error(prediction: f64, target: f64) -> f64 {
    let error = prediction - target;
    0.5 * error * error
}

/// `Σ x² / 2`, `tf.nn.l2_loss`.
///
/// ```
/// assert_eq!(autodiff_runtime::losses::half_square_sum(&[3.0, 1.0]), 5.0);
/// ```
#[differentiate(crate = crate)]
pub fn half_square_sum(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += x[i] * x[i];
    }
    0.5 * sum
}

/// Mean of the squared errors.
///
/// ```
/// assert_eq!(autodiff_runtime::losses::mean_squared_error(&[1.0, 2.0], &[1.0, 4.0]), 2.0);
/// ```
#[differentiate(crate = crate)]
pub fn mean_squared_error(predictions: &[f64], targets: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..predictions.len() {
        let error = predictions[i] - targets[i];
        sum += error * error;
    }
    sum / predictions.len() as f64
}

/// Mean of the absolute errors.
///
/// ```
/// assert_eq!(autodiff_runtime::losses::mean_absolute_error(&[1.0, 2.0], &[1.0, 4.0]), 1.0);
/// ```
#[differentiate(crate = crate)]
pub fn mean_absolute_error(predictions: &[f64], targets: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..predictions.len() {
        sum += (predictions[i] - targets[i]).abs();
    }
    sum / predictions.len() as f64
}

/// Half the square of an error up to `delta`, beyond it the tangent: `delta (|e| - delta/2)`. Huber 1964,
/// doi:10.1214/aoms/1177703732.
///
/// ```
/// use autodiff_runtime::losses::huber;
/// assert_eq!((huber(1.5, 1.0, 1.0), huber(5.0, 1.0, 1.0)), (0.125, 3.5));
/// ```
#[differentiate(crate = crate)]
pub fn huber(prediction: f64, target: f64, delta: f64) -> f64 {
    let error = (prediction - target).abs();
    if error <= delta { 0.5 * error * error } else { delta * (error - 0.5 * delta) }
}

/// Mean of [`huber()`].
///
/// ```
/// assert_eq!(autodiff_runtime::losses::mean_huber(&[1.5, 5.0], &[1.0, 1.0], 1.0), 1.8125);
/// ```
#[differentiate(crate = crate)]
pub fn mean_huber(predictions: &[f64], targets: &[f64], delta: f64) -> f64 {
    let mut sum = 0.0;
    for i in 0..predictions.len() {
        let error = (predictions[i] - targets[i]).abs();
        sum += if error <= delta { 0.5 * error * error } else { delta * (error - 0.5 * delta) };
    }
    sum / predictions.len() as f64
}

/// `ln cosh(prediction - target)`, without overflow.
///
/// ```
/// use autodiff_runtime::losses::log_cosh;
/// assert!((log_cosh(1000.0, 0.0) - (1000.0 - 2.0_f64.ln())).abs() < 1e-12);
/// assert_eq!(log_cosh(2.0, 2.0), 0.0);
/// ```
#[differentiate(crate = crate)]
pub fn log_cosh(prediction: f64, target: f64) -> f64 {
    let error = (prediction - target).abs();
    error + (-2.0 * error).exp().ln_1p() - core::f64::consts::LN_2
}

/// Mean of [`log_cosh()`].
///
/// ```
/// assert_eq!(autodiff_runtime::losses::mean_log_cosh(&[1.0], &[1.0]), 0.0);
/// ```
#[differentiate(crate = crate)]
pub fn mean_log_cosh(predictions: &[f64], targets: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..predictions.len() {
        let error = (predictions[i] - targets[i]).abs();
        sum += error + (-2.0 * error).exp().ln_1p() - core::f64::consts::LN_2;
    }
    sum / predictions.len() as f64
}

/// Poisson likelihood of `target` for the mean `exp(log_mean)`, up to what depends on the target alone.
///
/// ```
/// assert_eq!(autodiff_runtime::losses::log_poisson(0.0, 3.0), 1.0);
/// ```
#[differentiate(crate = crate)]
pub fn log_poisson(log_mean: f64, target: f64) -> f64 {
    log_mean.exp() - target * log_mean
}
