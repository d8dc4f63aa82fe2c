//! Losses of vectors that should be near to each other, or far.

#[cfg(not(feature = "std"))]
#[allow(unused_imports, reason = "a dependency that uses std brings the methods along")]
use num_traits::Float;

use crate::differentiate;

/// Cosine of the angle between two vectors; norms count as `epsilon` at least.
///
/// ```
/// use autodiff_runtime::losses::cosine_similarity;
/// assert_eq!(cosine_similarity(&[3.0, 4.0], &[0.0, 2.0], 1e-8), 0.8);
/// ```
#[differentiate(crate = crate)]
pub fn cosine_similarity(a: &[f64], b: &[f64], epsilon: f64) -> f64 {
    let (mut product, mut a_square, mut b_square) = (0.0, 0.0, 0.0);
    for i in 0..a.len() {
        product += a[i] * b[i];
        a_square += a[i] * a[i];
        b_square += b[i] * b[i];
    }
    product / (a_square.sqrt().max(epsilon) * b_square.sqrt().max(epsilon))
}

/// `1 - cosine_similarity`.
///
/// ```
/// use autodiff_runtime::losses::cosine_distance;
/// assert_eq!(cosine_distance(&[1.0, 0.0], &[0.0, 1.0], 1e-8), 1.0);
/// ```
#[differentiate(crate = crate)]
pub fn cosine_distance(a: &[f64], b: &[f64], epsilon: f64) -> f64 {
    1.0 - cosine_similarity(a, b, epsilon)
}

/// `max(‖anchor - positive‖ - ‖anchor - negative‖ + margin, 0)`; 1e-6 is added under the roots.
///
/// ```
/// let loss = autodiff_runtime::losses::triplet_margin(&[0.0], &[1.0], &[9.0], 1.0);
/// assert_eq!(loss, 0.0);
/// ```
#[differentiate(crate = crate)]
pub fn triplet_margin(anchor: &[f64], positive: &[f64], negative: &[f64], margin: f64) -> f64 {
    let (mut near, mut far) = (1e-6, 1e-6);
    for i in 0..anchor.len() {
        near += (anchor[i] - positive[i]) * (anchor[i] - positive[i]);
        far += (anchor[i] - negative[i]) * (anchor[i] - negative[i]);
    }
    (near.sqrt() - far.sqrt() + margin).max(0.0)
}

/// Normalised, temperature-scaled cross-entropy of a batch of embeddings (rows of `width` numbers): for each pair with
/// the same label, against all rows with another one; the mean over the pairs. Chen et al. 2020, arXiv:2002.05709.
///
/// ```
/// let rows = [1.0, 0.0, 1.0, 0.0, 0.0, 1.0];
/// let loss = autodiff_runtime::losses::ntxent(&rows, 2, &[0, 0, 1], 1.0);
/// assert!((loss - (1.0 + (-1.0_f64).exp()).ln()).abs() < 1e-12);
/// ```
#[differentiate(crate = crate)]
pub fn ntxent(embeddings: &[f64], width: usize, labels: &[usize], temperature: f64) -> f64 {
    let n = labels.len();
    let row = |i: usize| &embeddings[i * width..(i + 1) * width];
    let (mut sum, mut pairs) = (0.0, 0);
    for i in 0..n {
        // Relative to the largest similarity that there can be, so that nothing overflows.
        let mut others = 0.0;
        for j in 0..n {
            if labels[j] != labels[i] {
                others += ((cosine_similarity(row(i), row(j), 0.0) - 1.0) / temperature).exp();
            }
        }
        for j in 0..n {
            if j != i && labels[j] == labels[i] {
                let similarity = (cosine_similarity(row(i), row(j), 0.0) - 1.0) / temperature;
                sum += (similarity.exp() + others).ln() - similarity;
                pairs += 1;
            }
        }
    }
    sum / pairs as f64
}
