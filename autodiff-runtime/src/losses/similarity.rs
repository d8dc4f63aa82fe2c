//! Losses of vectors that should be near to each other, or far.

use super::{c, log_sum_exp, softplus};
use crate::{Scalar, differentiate};
use num_traits::Float;

/// Cosine of the angle between two vectors; the squares of their norms count as `epsilon` at least (optax's).
///
/// ```
/// use autodiff_runtime::losses::cosine_similarity;
/// assert_eq!(cosine_similarity(&[3.0, 4.0], &[0.0, 2.0], 1e-8), 0.8);
/// ```
#[differentiate(crate = crate)]
pub fn cosine_similarity<S: Scalar + Float>(a: &[S], b: &[S], epsilon: S) -> S {
    let (mut product, mut a_square, mut b_square) = (S::zero(), S::zero(), S::zero());
    for i in 0..a.len() {
        product += a[i] * b[i];
        a_square += a[i] * a[i];
        b_square += b[i] * b[i];
    }
    product / (a_square.max(epsilon).sqrt() * b_square.max(epsilon).sqrt())
}

/// `1 - cosine_similarity`.
///
/// ```
/// use autodiff_runtime::losses::cosine_distance;
/// assert_eq!(cosine_distance(&[1.0, 0.0], &[0.0, 1.0], 1e-8), 1.0);
/// ```
#[differentiate(crate = crate)]
pub fn cosine_distance<S: Scalar + Float>(a: &[S], b: &[S], epsilon: S) -> S {
    let (mut a_square, mut b_square) = (S::zero(), S::zero());
    for i in 0..a.len() {
        a_square += a[i] * a[i];
        b_square += b[i] * b[i];
    }
    if !(a_square > epsilon && b_square > epsilon) {
        return S::one() - cosine_similarity(a, b, epsilon);
    }
    // Of vectors of length 1 it is half the square of their distance, which is exact where they are near.
    let (a_norm, b_norm) = (a_square.sqrt(), b_square.sqrt());
    let mut sum = S::zero();
    for i in 0..a.len() {
        let difference = a[i] / a_norm - b[i] / b_norm;
        sum += difference * difference;
    }
    c::<S>(0.5) * sum
}

/// `max(‖anchor - positive‖ - ‖anchor - negative‖ + margin, 0)`; 1e-6 is added under the roots.
///
/// ```
/// let loss = autodiff_runtime::losses::triplet_margin(&[0.0], &[1.0], &[9.0], 1.0);
/// assert_eq!(loss, 0.0);
/// ```
#[differentiate(crate = crate)]
pub fn triplet_margin<S: Scalar + Float>(anchor: &[S], positive: &[S], negative: &[S], margin: S) -> S {
    let (mut near, mut far) = (c::<S>(1e-6), c::<S>(1e-6));
    for i in 0..anchor.len() {
        near += (anchor[i] - positive[i]) * (anchor[i] - positive[i]);
        far += (anchor[i] - negative[i]) * (anchor[i] - negative[i]);
    }
    (near.sqrt() - far.sqrt() + margin).max(S::zero())
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
pub fn ntxent<S: Scalar + Float>(embeddings: &[S], width: usize, labels: &[usize], temperature: S) -> S {
    let n = labels.len();
    let row = |i: usize| &embeddings[i * width..(i + 1) * width];
    let (mut sum, mut pairs) = (S::zero(), 0);
    for i in 0..n {
        let mut rivals = alloc::vec![S::neg_infinity(); n];
        for j in 0..n {
            if labels[j] != labels[i] {
                let similarity: S = cosine_similarity(row(i), row(j), S::zero());
                rivals[j] = similarity / temperature;
            }
        }
        let rival: S = log_sum_exp(&rivals);
        for j in 0..n {
            if j != i && labels[j] == labels[i] {
                let similarity: S = cosine_similarity(row(i), row(j), S::zero());
                sum += softplus(rival - similarity / temperature);
                pairs += 1;
            }
        }
    }
    sum / c::<S>(pairs as f64)
}
