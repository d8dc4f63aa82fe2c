//! Losses that want a margin between the right class and the others.

use super::c;
use crate::{Scalar, differentiate};
use num_traits::Float;

/// `max(0, 1 - score * label)`, the label -1 or 1.
///
/// ```
/// use autodiff_runtime::losses::hinge;
/// assert_eq!((hinge(0.25, 1.0), hinge(2.0, 1.0)), (0.75, 0.0));
/// ```
#[differentiate(crate = crate)]
pub fn hinge<S: Scalar + Float>(score: S, label: S) -> S {
    (S::one() - score * label).max(S::zero())
}

/// Mean of [`hinge()`].
///
/// ```
/// assert_eq!(autodiff_runtime::losses::mean_hinge(&[0.5, 2.0], &[1.0, 1.0]), 0.25);
/// ```
#[differentiate(crate = crate)]
pub fn mean_hinge<S: Scalar + Float>(scores: &[S], labels: &[S]) -> S {
    let mut sum = S::zero();
    for i in 0..scores.len() {
        sum += (S::one() - scores[i] * labels[i]).max(S::zero());
    }
    sum / c::<S>(scores.len() as f64)
}

/// `max(0, -score * label)`, the label -1 or 1.
///
/// ```
/// assert_eq!(autodiff_runtime::losses::perceptron(0.25, -1.0), 0.25);
/// ```
#[differentiate(crate = crate)]
pub fn perceptron<S: Scalar + Float>(score: S, label: S) -> S {
    (-score * label).max(S::zero())
}

/// Binary sparsemax loss, the label 0 or 1: with `x = score * (1 - 2 label)`, 0 up to -1, `x` from 1, `(x + 1)² / 4`
/// between. Martins, Astudillo 2016, arXiv:1602.02068.
///
/// ```
/// use autodiff_runtime::losses::sparsemax;
/// assert_eq!((sparsemax(0.0, 1.0), sparsemax(3.0, 0.0), sparsemax(3.0, 1.0)), (0.25, 3.0, 0.0));
/// ```
#[differentiate(crate = crate)]
pub fn sparsemax<S: Scalar + Float>(score: S, label: S) -> S {
    let x = score * (S::one() - c::<S>(2.0) * label);
    if x <= -S::one() {
        S::zero()
    } else if x >= S::one() {
        x
    } else {
        c::<S>(0.25) * (x + S::one()) * (x + S::one())
    }
}

/// `max over j of (score_j + [j ≠ label]) - score_label`.
///
/// ```
/// assert_eq!(autodiff_runtime::losses::multiclass_hinge(&[1.0, 0.5], 0), 0.5);
/// ```
#[differentiate(crate = crate)]
pub fn multiclass_hinge<S: Scalar + Float>(scores: &[S], label: usize) -> S {
    let mut max = scores[label];
    for j in 0..scores.len() {
        if j != label {
            max = max.max(scores[j] + S::one());
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
pub fn multiclass_perceptron<S: Scalar + Float>(scores: &[S], label: usize) -> S {
    let mut max = scores[0];
    for j in 1..scores.len() {
        max = max.max(scores[j]);
    }
    max - scores[label]
}

/// Sparsemax loss of several classes: `(1 + Σ (s² - τ²)) / 2 - score_label` over the scores above the threshold `τ` at
/// which they exceed it by 1 in all. Martins, Astudillo 2016, arXiv:1602.02068.
///
/// It is computed as `‖p - e‖² / 2 + max(τ - score_label, 0)`, `p = max(s - τ, 0)`, `e` 1 at the label and 0 elsewhere:
/// the same, of terms that do not cancel.
///
/// ```
/// assert_eq!(autodiff_runtime::losses::multiclass_sparsemax(&[0.0, 0.0], 0), 0.25);
/// ```
#[differentiate(crate = crate)]
pub fn multiclass_sparsemax<S: Scalar + Float>(scores: &[S], label: usize) -> S {
    // All relative to the score of the label. Raising the threshold drops scores from the support, which raises it again,
    // until none is dropped.
    let mut threshold = S::neg_infinity();
    let mut support = 0;
    loop {
        let (mut sum, mut count) = (S::zero(), 0);
        for j in 0..scores.len() {
            let score = scores[j] - scores[label];
            if score > threshold {
                sum += score;
                count += 1;
            }
        }
        if count == support {
            break;
        }
        support = count;
        threshold = (sum - S::one()) / c::<S>(count as f64);
    }
    let (mut elsewhere, mut squares) = (S::zero(), S::zero());
    for j in 0..scores.len() {
        let p = scores[j] - scores[label] - threshold;
        if j != label && p > S::zero() {
            elsewhere += p;
            squares += p * p;
        }
    }
    let distance = c::<S>(0.5) * (squares + elsewhere * elsewhere);
    // The label is outside of the support from where the threshold reaches its score.
    if threshold >= S::zero() { distance + threshold } else { distance }
}
