//! Losses of logits for classes.
//!
//! A confident right answer costs next to nothing, and its gradient is next to nothing: both are computed without taking the
//! difference of two numbers that are nearly equal.

use super::{argmax, c};
use crate::{Scalar, differentiate, stop_gradient};
use alloc::vec::Vec;
use num_traits::Float;

/// `1 / (1 + exp(-x))`, without overflow.
///
/// ```
/// use autodiff_runtime::losses::sigmoid;
/// assert_eq!((sigmoid(0.0), sigmoid(-1000.0)), (0.5, 0.0));
/// ```
#[differentiate(crate = crate)]
pub fn sigmoid<S: Scalar + Float>(x: S) -> S {
    if x >= S::zero() {
        S::one() / (S::one() + (-x).exp())
    } else {
        let e = x.exp();
        e / (S::one() + e)
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
pub fn softplus<S: Scalar + Float>(x: S) -> S {
    if x > S::zero() { x + (-x).exp().ln_1p() } else { x.exp().ln_1p() }
}

/// Cross-entropy of a label between 0 and 1 with `sigmoid(logit)`: `z softplus(-x) + (1 - z) softplus(x)`.
///
/// ```
/// use autodiff_runtime::losses::sigmoid_cross_entropy;
/// assert_eq!(sigmoid_cross_entropy(0.0, 1.0), 2.0_f64.ln());
/// assert_eq!(sigmoid_cross_entropy(1000.0, 0.0), 1000.0);
/// assert_eq!(sigmoid_cross_entropy(40.0, 1.0), (-40.0_f64).exp());
/// ```
#[differentiate(crate = crate)]
pub fn sigmoid_cross_entropy<S: Scalar + Float>(logit: S, label: S) -> S {
    if logit > S::zero() {
        (S::one() - label) * logit + (-logit).exp().ln_1p()
    } else {
        logit.exp().ln_1p() - label * logit
    }
}

/// Mean of [`sigmoid_cross_entropy()`].
///
/// ```
/// assert_eq!(autodiff_runtime::losses::mean_sigmoid_cross_entropy(&[0.0, 0.0], &[0.0, 1.0]), 2.0_f64.ln());
/// ```
#[differentiate(crate = crate)]
pub fn mean_sigmoid_cross_entropy<S: Scalar + Float>(logits: &[S], labels: &[S]) -> S {
    let mut sum = S::zero();
    for i in 0..logits.len() {
        let (x, z) = (logits[i], labels[i]);
        sum += if x > S::zero() { (S::one() - z) * x + (-x).exp().ln_1p() } else { x.exp().ln_1p() - z * x };
    }
    sum / c::<S>(logits.len() as f64)
}

/// As [`sigmoid_cross_entropy()`], with positive labels counted `positive_weight` times.
///
/// ```
/// assert_eq!(autodiff_runtime::losses::weighted_cross_entropy(0.0, 1.0, 2.0), 2.0 * 2.0_f64.ln());
/// ```
#[differentiate(crate = crate)]
pub fn weighted_cross_entropy<S: Scalar + Float>(logit: S, label: S, positive_weight: S) -> S {
    positive_weight * label * softplus(-logit) + (S::one() - label) * softplus(logit)
}

/// The probability that `sigmoid(logit)` gives to what the label is not.
#[differentiate(crate = crate)]
fn miss<S: Scalar + Float>(logit: S, label: S) -> S {
    label * sigmoid(-logit) + (S::one() - label) * sigmoid(logit)
}

/// [`sigmoid_cross_entropy()`] times `(1 - p)^gamma`, `p` the probability of the label. Lin et al. 2017, arXiv:1708.02002.
///
/// With a weight for each class: [`balanced_sigmoid_focal()`].
///
/// ```
/// assert_eq!(autodiff_runtime::losses::sigmoid_focal(0.0, 1.0, 2.0), 0.25 * 2.0_f64.ln());
/// ```
#[differentiate(crate = crate)]
pub fn sigmoid_focal<S: Scalar + Float>(logit: S, label: S, gamma: S) -> S {
    sigmoid_cross_entropy(logit, label) * miss(logit, label).powf(gamma)
}

/// [`sigmoid_focal()`] times `alpha` for positive labels, `1 - alpha` for negative ones.
///
/// ```
/// use autodiff_runtime::losses::{balanced_sigmoid_focal, sigmoid_focal};
/// assert_eq!(balanced_sigmoid_focal(0.5, 1.0, 0.25, 2.0), 0.25 * sigmoid_focal(0.5, 1.0, 2.0));
/// assert_eq!(balanced_sigmoid_focal(0.5, 0.0, 0.25, 2.0), 0.75 * sigmoid_focal(0.5, 0.0, 2.0));
/// ```
#[differentiate(crate = crate)]
pub fn balanced_sigmoid_focal<S: Scalar + Float>(logit: S, label: S, alpha: S, gamma: S) -> S {
    let weight = alpha * label + (S::one() - alpha) * (S::one() - label);
    weight * sigmoid_focal(logit, label, gamma)
}

/// `Σ exp(x - x[top])` over all but `x[top]`, whose term is 1. Apart from it, the others are not lost beside it, and what
/// is large cancels in neither value nor gradient.
#[differentiate(crate = crate)]
fn sum_beside<S: Scalar + Float>(x: &[S], top: usize) -> S {
    let mut sum = S::zero();
    for i in 0..x.len() {
        if i != top {
            sum += (x[i] - x[top]).exp();
        }
    }
    sum
}

/// `ln Σ exp(x)`, without overflow.
///
/// ```
/// use autodiff_runtime::losses::log_sum_exp;
/// assert_eq!(log_sum_exp(&[1000.0, 1000.0]), 1000.0 + 2.0_f64.ln());
/// assert_eq!(log_sum_exp(&[f64::NEG_INFINITY]), f64::NEG_INFINITY);
/// ```
#[differentiate(crate = crate)]
pub fn log_sum_exp<S: Scalar + Float>(x: &[S]) -> S {
    if x.is_empty() {
        return S::neg_infinity();
    }
    let top = argmax(stop_gradient(x));
    if x[top].is_infinite() {
        return x[top];
    }
    x[top] + sum_beside(x, top).ln_1p()
}

/// `exp(x) / Σ exp(x)`.
///
/// ```
/// assert_eq!(autodiff_runtime::losses::softmax(&[1000.0, 1000.0]), [0.5, 0.5]);
/// ```
#[differentiate(crate = crate)]
pub fn softmax<S: Scalar + Float>(x: &[S]) -> Vec<S> {
    let top = argmax(stop_gradient(x));
    let mut out = alloc::vec![S::one(); x.len()];
    let mut sum = S::one();
    for i in 0..x.len() {
        if i != top {
            out[i] = (x[i] - x[top]).exp();
            sum += out[i];
        }
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
pub fn log_softmax<S: Scalar + Float>(x: &[S]) -> Vec<S> {
    let top = argmax(stop_gradient(x));
    let log_sum = sum_beside(x, top).ln_1p();
    let mut out = alloc::vec![-log_sum; x.len()];
    for i in 0..x.len() {
        if i != top {
            out[i] = x[i] - x[top] - log_sum;
        }
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
pub fn softmax_cross_entropy<S: Scalar + Float>(logits: &[S], labels: &[S]) -> S {
    let top = argmax(stop_gradient(logits));
    let log_sum = sum_beside(logits, top).ln_1p();
    let mut sum = S::zero();
    for i in 0..logits.len() {
        if i == top {
            sum += labels[i] * log_sum;
        } else if labels[i] != S::zero() {
            sum += labels[i] * (log_sum - (logits[i] - logits[top]));
        }
    }
    sum
}

/// Cross-entropy of one class with the softmax of logits.
///
/// ```
/// use autodiff_runtime::losses::sparse_softmax_cross_entropy;
/// assert_eq!(sparse_softmax_cross_entropy(&[0.0, 0.0], 1), 2.0_f64.ln());
/// assert_eq!(sparse_softmax_cross_entropy(&[40.0, 0.0], 0), (-40.0_f64).exp());
/// ```
#[differentiate(crate = crate)]
pub fn sparse_softmax_cross_entropy<S: Scalar + Float>(logits: &[S], label: usize) -> S {
    let top = argmax(stop_gradient(logits));
    let log_sum = sum_beside(logits, top).ln_1p();
    if label == top { log_sum } else { log_sum - (logits[label] - logits[top]) }
}

/// [`softmax_cross_entropy()`] plus `epsilon * Σ label * (1 - softmax)`. Leng et al. 2022, arXiv:2204.12511.
///
/// ```
/// let loss = autodiff_runtime::losses::poly_cross_entropy(&[0.0, 0.0], &[1.0, 0.0], 2.0);
/// assert_eq!(loss, 2.0_f64.ln() + 1.0);
/// ```
#[differentiate(crate = crate)]
pub fn poly_cross_entropy<S: Scalar + Float>(logits: &[S], labels: &[S], epsilon: S) -> S {
    let top = argmax(stop_gradient(logits));
    let beside = sum_beside(logits, top);
    let log_sum = beside.ln_1p();
    let (mut cross, mut missed) = (S::zero(), S::zero());
    for i in 0..logits.len() {
        if i == top {
            cross += labels[i] * log_sum;
            missed += labels[i] * (beside / (S::one() + beside));
        } else if labels[i] != S::zero() {
            let log_p = logits[i] - logits[top] - log_sum;
            cross -= labels[i] * log_p;
            missed += labels[i] * (S::one() - log_p.exp());
        }
    }
    cross + epsilon * missed
}

/// `(1 - alpha) * label + alpha / classes`.
///
/// ```
/// assert_eq!(autodiff_runtime::losses::smooth_labels(&[1.0, 0.0], 0.5), [0.75, 0.25]);
/// ```
#[differentiate(crate = crate)]
pub fn smooth_labels<S: Scalar + Float>(labels: &[S], alpha: S) -> Vec<S> {
    let mut out = alloc::vec![S::zero(); labels.len()];
    for i in 0..labels.len() {
        out[i] = (S::one() - alpha) * labels[i] + alpha / c::<S>(labels.len() as f64);
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
pub fn binary_dice<S: Scalar + Float>(logits: &[S], targets: &[S], smooth: S) -> S {
    // The difference of the two sums, term by term: (p + t) / 2 - p t.
    let (mut missed, mut total) = (S::zero(), S::zero());
    for i in 0..logits.len() {
        let p = sigmoid(logits[i]);
        missed += miss(logits[i], targets[i]);
        total += p + targets[i];
    }
    c::<S>(0.5) * missed / (c::<S>(0.5) * total + smooth)
}
