//! Losses of logits for classes.

#[cfg(not(feature = "std"))]
#[allow(unused_imports, reason = "a dependency that uses std brings the methods along")]
use num_traits::Float;

use crate::{differentiate, stop_gradient};
use alloc::vec::Vec;

/// `1 / (1 + exp(-x))`, without overflow.
///
/// ```
/// use autodiff_runtime::losses::sigmoid;
/// assert_eq!((sigmoid(0.0), sigmoid(-1000.0)), (0.5, 0.0));
/// ```
#[differentiate(crate = crate)]
pub fn sigmoid(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + (-x).exp())
    } else {
        let e = x.exp();
        e / (1.0 + e)
    }
}

/// `ln(1 + exp(x))`, without overflow.
///
/// Written with two branches, each smooth: in `max(x, 0) + ln(1 + exp(-|x|))` the kinks cancel in the value, but each
/// term has its own derivative at 0.
///
/// ```
/// use autodiff_runtime::losses::softplus;
/// assert_eq!((softplus(0.0), softplus(1000.0)), (2.0_f64.ln(), 1000.0));
/// assert_eq!(softplus::grad(0.0), 0.5);
/// ```
#[differentiate(crate = crate)]
pub fn softplus(x: f64) -> f64 {
    if x > 0.0 { x + (-x).exp().ln_1p() } else { x.exp().ln_1p() }
}

/// Cross-entropy of a label between 0 and 1 with `sigmoid(logit)`: `softplus(x) - x z`.
///
/// ```
/// use autodiff_runtime::losses::sigmoid_cross_entropy;
/// assert_eq!(sigmoid_cross_entropy(0.0, 1.0), 2.0_f64.ln());
/// assert_eq!(sigmoid_cross_entropy(1000.0, 0.0), 1000.0);
/// ```
#[differentiate(crate = crate)]
pub fn sigmoid_cross_entropy(logit: f64, label: f64) -> f64 {
    softplus(logit) - logit * label
}

/// Mean of [`sigmoid_cross_entropy()`].
///
/// ```
/// assert_eq!(autodiff_runtime::losses::mean_sigmoid_cross_entropy(&[0.0, 0.0], &[0.0, 1.0]), 2.0_f64.ln());
/// ```
#[differentiate(crate = crate)]
pub fn mean_sigmoid_cross_entropy(logits: &[f64], labels: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..logits.len() {
        let x = logits[i];
        let softplus = if x > 0.0 { x + (-x).exp().ln_1p() } else { x.exp().ln_1p() };
        sum += softplus - x * labels[i];
    }
    sum / logits.len() as f64
}

/// As [`sigmoid_cross_entropy()`], with positive labels counted `positive_weight` times.
///
/// ```
/// assert_eq!(autodiff_runtime::losses::weighted_cross_entropy(0.0, 1.0, 2.0), 2.0 * 2.0_f64.ln());
/// ```
#[differentiate(crate = crate)]
pub fn weighted_cross_entropy(logit: f64, label: f64, positive_weight: f64) -> f64 {
    let weight = 1.0 + (positive_weight - 1.0) * label;
    (1.0 - label) * logit + weight * softplus(-logit)
}

/// [`sigmoid_cross_entropy()`] times `(1 - p)^gamma`, `p` the probability of the label. Lin et al. 2017, arXiv:1708.02002.
///
/// ```
/// assert_eq!(autodiff_runtime::losses::sigmoid_focal(0.0, 1.0, 2.0), 0.25 * 2.0_f64.ln());
/// ```
#[differentiate(crate = crate)]
pub fn sigmoid_focal(logit: f64, label: f64, gamma: f64) -> f64 {
    let p = sigmoid(logit);
    let of_label = p * label + (1.0 - p) * (1.0 - label);
    sigmoid_cross_entropy(logit, label) * (1.0 - of_label).powf(gamma)
}

/// `ln Σ exp(x)`, without overflow.
///
/// ```
/// use autodiff_runtime::losses::log_sum_exp;
/// assert_eq!(log_sum_exp(&[1000.0, 1000.0]), 1000.0 + 2.0_f64.ln());
/// assert_eq!(log_sum_exp(&[f64::NEG_INFINITY]), f64::NEG_INFINITY);
/// ```
#[differentiate(crate = crate)]
pub fn log_sum_exp(x: &[f64]) -> f64 {
    let max = stop_gradient(maximum(x));
    if max.is_infinite() {
        return maximum(x);
    }
    max + log_sum_below(x, max)
}

/// The largest number; minus infinity of none.
#[differentiate(crate = crate)]
fn maximum(x: &[f64]) -> f64 {
    let mut max = f64::NEG_INFINITY;
    for i in 0..x.len() {
        max = max.max(x[i]);
    }
    max
}

/// `ln Σ exp(x - max)`. Kept apart from `max`, it loses nothing when `max` is large.
#[differentiate(crate = crate)]
fn log_sum_below(x: &[f64], max: f64) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += (x[i] - max).exp();
    }
    sum.ln()
}

/// `exp(x) / Σ exp(x)`.
///
/// ```
/// assert_eq!(autodiff_runtime::losses::softmax(&[1000.0, 1000.0]), [0.5, 0.5]);
/// ```
#[differentiate(crate = crate)]
pub fn softmax(x: &[f64]) -> Vec<f64> {
    let max = stop_gradient(maximum(x));
    let mut out = alloc::vec![0.0; x.len()];
    let mut sum = 0.0;
    for i in 0..x.len() {
        out[i] = (x[i] - max).exp();
        sum += out[i];
    }
    for i in 0..x.len() {
        out[i] /= sum;
    }
    out
}

/// Logarithm of [`softmax()`].
///
/// ```
/// assert_eq!(autodiff_runtime::losses::log_softmax(&[0.0, 0.0])[1], -2.0_f64.ln());
/// ```
#[differentiate(crate = crate)]
pub fn log_softmax(x: &[f64]) -> Vec<f64> {
    let max = stop_gradient(maximum(x));
    let log_sum = log_sum_below(x, max);
    let mut out = alloc::vec![0.0; x.len()];
    for i in 0..x.len() {
        out[i] = x[i] - max - log_sum;
    }
    out
}

/// Cross-entropy of a distribution over classes with the softmax of logits; a class of probability 0 costs nothing.
///
/// ```
/// let loss = autodiff_runtime::losses::softmax_cross_entropy(&[0.0, 0.0], &[0.5, 0.5]);
/// assert_eq!(loss, 2.0_f64.ln());
/// ```
#[differentiate(crate = crate)]
pub fn softmax_cross_entropy(logits: &[f64], labels: &[f64]) -> f64 {
    let max = stop_gradient(maximum(logits));
    let log_sum = log_sum_below(logits, max);
    let mut sum = 0.0;
    for i in 0..logits.len() {
        if labels[i] != 0.0 {
            sum += labels[i] * (log_sum - (logits[i] - max));
        }
    }
    sum
}

/// Cross-entropy of one class with the softmax of logits.
///
/// ```
/// assert_eq!(autodiff_runtime::losses::sparse_softmax_cross_entropy(&[0.0, 0.0], 1), 2.0_f64.ln());
/// ```
#[differentiate(crate = crate)]
pub fn sparse_softmax_cross_entropy(logits: &[f64], label: usize) -> f64 {
    let max = stop_gradient(maximum(logits));
    log_sum_below(logits, max) - (logits[label] - max)
}

/// [`softmax_cross_entropy()`] plus `epsilon * (1 - Σ label * softmax)`. Leng et al. 2022, arXiv:2204.12511.
///
/// ```
/// let loss = autodiff_runtime::losses::poly_cross_entropy(&[0.0, 0.0], &[1.0, 0.0], 2.0);
/// assert_eq!(loss, 2.0_f64.ln() + 1.0);
/// ```
#[differentiate(crate = crate)]
pub fn poly_cross_entropy(logits: &[f64], labels: &[f64], epsilon: f64) -> f64 {
    let max = stop_gradient(maximum(logits));
    let log_sum = log_sum_below(logits, max);
    let (mut cross, mut agreement) = (0.0, 0.0);
    for i in 0..logits.len() {
        let log_p = logits[i] - max - log_sum;
        cross -= labels[i] * log_p;
        agreement += labels[i] * log_p.exp();
    }
    cross + epsilon * (1.0 - agreement)
}

/// `(1 - alpha) * label + alpha / classes`.
///
/// ```
/// assert_eq!(autodiff_runtime::losses::smooth_labels(&[1.0, 0.0], 0.5), [0.75, 0.25]);
/// ```
#[differentiate(crate = crate)]
pub fn smooth_labels(labels: &[f64], alpha: f64) -> Vec<f64> {
    let mut out = alloc::vec![0.0; labels.len()];
    for i in 0..labels.len() {
        out[i] = (1.0 - alpha) * labels[i] + alpha / labels.len() as f64;
    }
    out
}

/// `1 - (I + smooth) / ((Σ p + Σ t) / 2 + smooth)`, `I = Σ p t`, `p` the sigmoid of the logits. Milletari et al. 2016,
/// arXiv:1606.04797.
///
/// ```
/// assert_eq!(autodiff_runtime::losses::binary_dice(&[0.0, 0.0], &[1.0, 0.0], 1.0), 0.25);
/// ```
#[differentiate(crate = crate)]
pub fn binary_dice(logits: &[f64], targets: &[f64], smooth: f64) -> f64 {
    let (mut common, mut total) = (0.0, 0.0);
    for i in 0..logits.len() {
        let p = sigmoid(logits[i]);
        common += p * targets[i];
        total += p + targets[i];
    }
    1.0 - (common + smooth) / (0.5 * total + smooth)
}
