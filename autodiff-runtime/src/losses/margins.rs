//! Losses that want a margin between the right class and the others.

use crate::differentiate;

/// `max(0, 1 - score * label)`, the label -1 or 1.
///
/// ```
/// use autodiff_runtime::losses::hinge;
/// assert_eq!((hinge(0.25, 1.0), hinge(2.0, 1.0)), (0.75, 0.0));
/// ```
#[differentiate(crate = crate)]
pub fn hinge(score: f64, label: f64) -> f64 {
    (1.0 - score * label).max(0.0)
}

/// Mean of [`hinge()`].
///
/// ```
/// assert_eq!(autodiff_runtime::losses::mean_hinge(&[0.5, 2.0], &[1.0, 1.0]), 0.25);
/// ```
#[differentiate(crate = crate)]
pub fn mean_hinge(scores: &[f64], labels: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..scores.len() {
        sum += (1.0 - scores[i] * labels[i]).max(0.0);
    }
    sum / scores.len() as f64
}

/// `max(0, -score * label)`, the label -1 or 1.
///
/// ```
/// assert_eq!(autodiff_runtime::losses::perceptron(0.25, -1.0), 0.25);
/// ```
#[differentiate(crate = crate)]
pub fn perceptron(score: f64, label: f64) -> f64 {
    (-score * label).max(0.0)
}

/// Binary sparsemax loss, the label 0 or 1: with `x = score * (1 - 2 label)`, 0 up to -1, `x` from 1, `(x + 1)² / 4`
/// between. Martins, Astudillo 2016, arXiv:1602.02068.
///
/// ```
/// use autodiff_runtime::losses::sparsemax;
/// assert_eq!((sparsemax(0.0, 1.0), sparsemax(3.0, 0.0), sparsemax(3.0, 1.0)), (0.25, 3.0, 0.0));
/// ```
#[differentiate(crate = crate)]
pub fn sparsemax(score: f64, label: f64) -> f64 {
    let x = score * (1.0 - 2.0 * label);
    if x <= -1.0 {
        0.0
    } else if x >= 1.0 {
        x
    } else {
        0.25 * (x + 1.0) * (x + 1.0)
    }
}

/// `max over j of (score_j + [j ≠ label]) - score_label`.
///
/// ```
/// assert_eq!(autodiff_runtime::losses::multiclass_hinge(&[1.0, 0.5], 0), 0.5);
/// ```
#[differentiate(crate = crate)]
pub fn multiclass_hinge(scores: &[f64], label: usize) -> f64 {
    let mut max = scores[label];
    for j in 0..scores.len() {
        if j != label {
            max = max.max(scores[j] + 1.0);
        }
    }
    max - scores[label]
}

/// `max score - score_label`.
///
/// ```
/// assert_eq!(autodiff_runtime::losses::multiclass_perceptron(&[1.0, 0.5], 1), 0.5);
/// ```
#[differentiate(crate = crate)]
pub fn multiclass_perceptron(scores: &[f64], label: usize) -> f64 {
    let mut max = scores[0];
    for j in 1..scores.len() {
        max = max.max(scores[j]);
    }
    max - scores[label]
}

/// Sparsemax loss of several classes: `(1 + Σ (s² - τ²)) / 2 - score_label` over the scores above the threshold `τ` at
/// which they exceed it by 1 in all. Martins, Astudillo 2016, arXiv:1602.02068.
///
/// ```
/// assert_eq!(autodiff_runtime::losses::multiclass_sparsemax(&[0.0, 0.0], 0), 0.25);
/// ```
#[differentiate(crate = crate)]
pub fn multiclass_sparsemax(scores: &[f64], label: usize) -> f64 {
    // Raising the threshold drops scores from the support, which raises it again, until none is dropped.
    let mut threshold = f64::NEG_INFINITY;
    let mut support = 0;
    loop {
        let (mut sum, mut count) = (0.0, 0);
        for j in 0..scores.len() {
            if scores[j] > threshold {
                sum += scores[j];
                count += 1;
            }
        }
        if count == support {
            break;
        }
        support = count;
        threshold = (sum - 1.0) / count as f64;
    }
    let mut sum = 1.0;
    for j in 0..scores.len() {
        if scores[j] > threshold {
            sum += scores[j] * scores[j] - threshold * threshold;
        }
    }
    0.5 * sum - scores[label]
}
