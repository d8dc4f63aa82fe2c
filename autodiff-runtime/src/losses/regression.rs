//! Losses of a number that should be another number.

use super::c;
use crate::{Scalar, differentiate};
use core::f64::consts::LN_2;
use num_traits::Float;

/// `(prediction - target)²`.
///
/// ```
/// assert_eq!(autodiff_runtime::losses::squared_error(3.0, 1.0), 4.0);
/// ```
#[differentiate(crate = crate)]
pub fn squared_error<S: Scalar + Float>(prediction: S, target: S) -> S {
    let error = prediction - target;
    error * error
}

/// `(prediction - target)² / 2`, optax's `l2_loss`.
///
/// ```
/// assert_eq!(autodiff_runtime::losses::half_squared_error(3.0, 1.0), 2.0);
/// ```
#[differentiate(crate = crate)]
pub fn half_squared_error<S: Scalar + Float>(prediction: S, target: S) -> S {
    let error = prediction - target;
    c::<S>(0.5) * error * error
}

/// `Σ x² / 2`, `tf.nn.l2_loss`.
///
/// ```
/// assert_eq!(autodiff_runtime::losses::half_square_sum(&[3.0, 1.0]), 5.0);
/// ```
#[differentiate(crate = crate)]
pub fn half_square_sum<S: Scalar + Float>(x: &[S]) -> S {
    let mut sum = S::zero();
    for i in 0..x.len() {
        sum += x[i] * x[i];
    }
    c::<S>(0.5) * sum
}

/// Mean of the squared errors.
///
/// ```
/// assert_eq!(autodiff_runtime::losses::mean_squared_error(&[1.0, 2.0], &[1.0, 4.0]), 2.0);
/// ```
#[differentiate(crate = crate)]
pub fn mean_squared_error<S: Scalar + Float>(predictions: &[S], targets: &[S]) -> S {
    let mut sum = S::zero();
    for i in 0..predictions.len() {
        let error = predictions[i] - targets[i];
        sum += error * error;
    }
    sum / c::<S>(predictions.len() as f64)
}

/// Mean of the absolute errors.
///
/// ```
/// assert_eq!(autodiff_runtime::losses::mean_absolute_error(&[1.0, 2.0], &[1.0, 4.0]), 1.0);
/// ```
#[differentiate(crate = crate)]
pub fn mean_absolute_error<S: Scalar + Float>(predictions: &[S], targets: &[S]) -> S {
    let mut sum = S::zero();
    for i in 0..predictions.len() {
        sum += (predictions[i] - targets[i]).abs();
    }
    sum / c::<S>(predictions.len() as f64)
}

/// Half the square of an error up to `delta`, beyond it the tangent: `delta (|e| - delta/2)`. Huber 1964,
/// doi:10.1214/aoms/1177703732.
///
/// ```
/// use autodiff_runtime::losses::huber;
/// assert_eq!((huber(1.5, 1.0, 1.0), huber(5.0, 1.0, 1.0)), (0.125, 3.5));
/// ```
#[differentiate(crate = crate)]
pub fn huber<S: Scalar + Float>(prediction: S, target: S, delta: S) -> S {
    let error = (prediction - target).abs();
    if error <= delta { c::<S>(0.5) * error * error } else { delta * (error - c::<S>(0.5) * delta) }
}

/// Mean of [`huber()`].
///
/// ```
/// assert_eq!(autodiff_runtime::losses::mean_huber(&[1.5, 5.0], &[1.0, 1.0], 1.0), 1.8125);
/// ```
#[differentiate(crate = crate)]
pub fn mean_huber<S: Scalar + Float>(predictions: &[S], targets: &[S], delta: S) -> S {
    let mut sum = S::zero();
    for i in 0..predictions.len() {
        let error = (predictions[i] - targets[i]).abs();
        sum +=
            if error <= delta { c::<S>(0.5) * error * error } else { delta * (error - c::<S>(0.5) * delta) };
    }
    sum / c::<S>(predictions.len() as f64)
}

/// `ln cosh(prediction - target)`, without overflow.
///
/// ```
/// use autodiff_runtime::losses::log_cosh;
/// assert!((log_cosh(1000.0, 0.0) - (1000.0 - 2.0_f64.ln())).abs() < 1e-12);
/// assert_eq!(log_cosh(2.0, 2.0), 0.0);
/// ```
#[differentiate(crate = crate)]
pub fn log_cosh<S: Scalar + Float>(prediction: S, target: S) -> S {
    let error = prediction - target;
    if error.abs() < S::one() {
        // `cosh² = 1 + sinh²`: small errors are not lost beside 1.
        c::<S>(0.5) * (error.sinh() * error.sinh()).ln_1p()
    } else {
        error.abs() + (c::<S>(-2.0) * error.abs()).exp().ln_1p() - c::<S>(LN_2)
    }
}

/// Mean of [`log_cosh()`].
///
/// ```
/// assert_eq!(autodiff_runtime::losses::mean_log_cosh(&[1.0], &[1.0]), 0.0);
/// ```
#[differentiate(crate = crate)]
pub fn mean_log_cosh<S: Scalar + Float>(predictions: &[S], targets: &[S]) -> S {
    let mut sum = S::zero();
    for i in 0..predictions.len() {
        let error = predictions[i] - targets[i];
        sum += if error.abs() < S::one() {
            c::<S>(0.5) * (error.sinh() * error.sinh()).ln_1p()
        } else {
            error.abs() + (c::<S>(-2.0) * error.abs()).exp().ln_1p() - c::<S>(LN_2)
        };
    }
    sum / c::<S>(predictions.len() as f64)
}

/// Poisson likelihood of `target` for the mean `exp(log_mean)`, up to what depends on the target alone.
///
/// ```
/// assert_eq!(autodiff_runtime::losses::log_poisson(0.0, 3.0), 1.0);
/// ```
#[differentiate(crate = crate)]
pub fn log_poisson<S: Scalar + Float>(log_mean: S, target: S) -> S {
    log_mean.exp() - target * log_mean
}
