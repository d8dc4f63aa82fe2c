//! Numbers that say how good a model is, but are not differentiated.

use crate::Scalar;

/// Index of the largest number, the first of equals; 0 for none.
///
/// ```
/// assert_eq!(autodiff_runtime::losses::argmax(&[1.0, 3.0, 3.0]), 1);
/// ```
pub fn argmax<S: Scalar>(x: &[S]) -> usize {
    let mut best = 0;
    for i in 1..x.len() {
        if x[i] > x[best] {
            best = i;
        }
    }
    best
}

/// Share of the rows of `scores` (one number for each class) whose largest is that of the label.
///
/// ```
/// assert_eq!(autodiff_runtime::losses::accuracy(&[0.1, 0.9, 0.8, 0.2], &[1, 1]), 0.5);
/// ```
pub fn accuracy<S: Scalar>(scores: &[S], labels: &[usize]) -> f64 {
    let classes = scores.len() / labels.len().max(1);
    let mut right = 0;
    for (i, &label) in labels.iter().enumerate() {
        right += usize::from(argmax(&scores[i * classes..(i + 1) * classes]) == label);
    }
    right as f64 / labels.len() as f64
}

/// Share of the scores on the same side of `threshold` as the label of 0.5.
///
/// ```
/// assert_eq!(autodiff_runtime::losses::binary_accuracy(&[2.0, -1.0], &[1.0, 1.0], 0.0), 0.5);
/// ```
pub fn binary_accuracy<S: Scalar>(scores: &[S], labels: &[S], threshold: S) -> f64 {
    let right = scores
        .iter()
        .zip(labels)
        .filter(|&(&score, &label)| (score > threshold) == (label > S::of(0.5)))
        .count();
    right as f64 / labels.len() as f64
}

/// Precision, recall and their harmonic mean F1 of the positive class; 0 where they are not defined.
///
/// ```
/// let (precision, recall, f1) = autodiff_runtime::losses::precision_recall_f1(&[1.0, 1.0], &[1.0, 0.0], 0.0);
/// assert_eq!((precision, recall), (0.5, 1.0));
/// assert!((f1 - 2.0_f64 / 3.0).abs() < 1e-15);
/// ```
pub fn precision_recall_f1<S: Scalar>(scores: &[S], labels: &[S], threshold: S) -> (f64, f64, f64) {
    let (mut hits, mut claimed, mut actual) = (0, 0, 0);
    for (&score, &label) in scores.iter().zip(labels) {
        let (claim, truth) = (score > threshold, label > S::of(0.5));
        hits += usize::from(claim && truth);
        claimed += usize::from(claim);
        actual += usize::from(truth);
    }
    let ratio = |of: usize, all: usize| if all == 0 { 0.0 } else { of as f64 / all as f64 };
    (ratio(hits, claimed), ratio(hits, actual), ratio(2 * hits, claimed + actual))
}

/// Share of the variance of the targets that the predictions explain: `1 - Σ(t - p)² / Σ(t - mean)²`.
///
/// ```
/// assert_eq!(autodiff_runtime::losses::r_squared(&[1.0, 2.0, 3.0], &[1.0, 2.0, 4.0]), 1.0 - 1.0 / (14.0 / 3.0));
/// ```
pub fn r_squared<S: Scalar>(predictions: &[S], targets: &[S]) -> S {
    let mean = targets.iter().copied().sum::<S>() / S::of(targets.len() as f64);
    let (mut rest, mut all) = (S::zero(), S::zero());
    for (&p, &t) in predictions.iter().zip(targets) {
        rest += (t - p) * (t - p);
        all += (t - mean) * (t - mean);
    }
    S::one() - rest / all
}
