//! Distances between distributions.

use crate::{Scalar, differentiate};
use num_traits::Float;

/// `Σ t (ln t - log_prediction)`; a target of 0 counts for nothing.
///
/// ```
/// let log_p = [0.5_f64.ln(), 0.5_f64.ln()];
/// assert_eq!(autodiff_runtime::losses::kl_divergence(&log_p, &[1.0, 0.0]), 2.0_f64.ln());
/// ```
#[differentiate(crate = crate)]
pub fn kl_divergence<S: Scalar + Float>(log_predictions: &[S], targets: &[S]) -> S {
    let mut sum = S::zero();
    for i in 0..targets.len() {
        if targets[i] != S::zero() {
            sum += targets[i] * (targets[i].ln() - log_predictions[i]);
        }
    }
    sum
}

/// `Σ exp(log_target) (log_target - log_prediction)`.
///
/// ```
/// assert_eq!(autodiff_runtime::losses::kl_divergence_log(&[-1.0], &[0.0]), 1.0);
/// ```
#[differentiate(crate = crate)]
pub fn kl_divergence_log<S: Scalar + Float>(log_predictions: &[S], log_targets: &[S]) -> S {
    let mut sum = S::zero();
    for i in 0..log_targets.len() {
        sum += log_targets[i].exp() * (log_targets[i] - log_predictions[i]);
    }
    sum
}

/// [`kl_divergence()`] plus `Σ (exp(log_prediction) - t)`: convex in both also where they do not sum to 1.
///
/// ```
/// assert_eq!(autodiff_runtime::losses::convex_kl_divergence(&[0.0], &[1.0]), 0.0);
/// ```
#[differentiate(crate = crate)]
pub fn convex_kl_divergence<S: Scalar + Float>(log_predictions: &[S], targets: &[S]) -> S {
    let mut sum = S::zero();
    for i in 0..targets.len() {
        if targets[i] != S::zero() {
            // All that belongs to a target at once: near to it the terms cancel.
            let ratio = log_predictions[i] - targets[i].ln();
            sum += targets[i] * (ratio.exp_m1() - ratio);
        } else {
            sum += log_predictions[i].exp();
        }
    }
    sum
}
