//! Distances between distributions.

#[cfg(not(feature = "std"))]
#[allow(unused_imports, reason = "a dependency that uses std brings the methods along")]
use num_traits::Float;

use crate::differentiate;

/// `Σ t (ln t - log_prediction)`; a target of 0 counts for nothing.
///
/// ```
/// let log_p = [0.5_f64.ln(), 0.5_f64.ln()];
/// assert_eq!(autodiff_runtime::losses::kl_divergence(&log_p, &[1.0, 0.0]), 2.0_f64.ln());
/// ```
#[differentiate(crate = crate)]
pub fn kl_divergence(log_predictions: &[f64], targets: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..targets.len() {
        if targets[i] != 0.0 {
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
pub fn kl_divergence_log(log_predictions: &[f64], log_targets: &[f64]) -> f64 {
    let mut sum = 0.0;
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
pub fn convex_kl_divergence(log_predictions: &[f64], targets: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..targets.len() {
        if targets[i] != 0.0 {
            sum += targets[i] * (targets[i].ln() - log_predictions[i]);
        }
        sum += log_predictions[i].exp() - targets[i];
    }
    sum
}
