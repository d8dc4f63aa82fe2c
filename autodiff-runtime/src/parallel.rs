//! Gradients over samples on several threads (feature `rayon`): the same result, bit for bit, on any number of them.
//!
//! The samples are cut into chunks whose size the caller says, and what the chunks give is added two by two. Neither hangs on
//! how many threads there are, nor on which of them comes first; so numbers can be compared between machines, and a run can be
//! repeated.
//!
//! ```
//! use autodiff_runtime::{differentiate, parallel};
//!
//! #[differentiate]
//! fn loss(w: &[f64; 2], #[no_diff] samples: &[(f64, f64)]) -> f64 {
//!     samples.iter().map(|(x, y)| (w[0] + w[1] * x - y).powi(2)).sum()
//! }
//!
//! let samples: Vec<(f64, f64)> = (0..10_000).map(|i| (1e-4 * i as f64, (i % 7) as f64)).collect();
//! let w = [0.5, -1.0];
//! let (value, gradient) = parallel::value_and_grad(&samples, 256, |chunk| loss::value_and_grad(&w, chunk));
//! let (same, by_one_thread) = loss::value_and_grad(&w, &samples);
//! assert!((value - same).abs() < 1e-9 * same && (gradient[1] - by_one_thread[1]).abs() < 1e-9 * by_one_thread[1].abs());
//! ```
//!
//! A chunk should take some ten microseconds at least, and there should be some chunks for each thread: hundreds of samples of a
//! small model, one sample of a large one. What a chunk allocates comes from the pool of its thread.

use crate::Tangent;

/// The sum of what `f` gives for each chunk: the values and gradients of a loss that is a sum over samples.
///
/// `chunk` is the number of samples in each chunk, the last of which may be shorter; of no samples at all `f` is asked once. A loss
/// that is a mean is divided by the number of samples afterwards. `f` may be any closure: parameters that all threads read are
/// captured, and `f::value_and_grad` is called on the chunk.
///
/// The threads are those of the pool of `rayon` that this is called in.
///
/// # Panics
/// When `chunk` is zero, and when `f` panics.
pub fn value_and_grad<T: Sync, V: Tangent + Send, G: Tangent + Send>(
    samples: &[T],
    chunk: usize,
    f: impl Fn(&[T]) -> (V, G) + Sync,
) -> (V, G) {
    assert!(chunk > 0, "there is a sample in each chunk");
    sum(samples, chunk, &f)
}

/// Two halves at once, each of whole chunks: the tree of sums is that of the samples' number.
fn sum<T: Sync, V: Tangent + Send, G: Tangent + Send>(
    samples: &[T],
    chunk: usize,
    f: &(impl Fn(&[T]) -> (V, G) + Sync),
) -> (V, G) {
    if samples.len() <= chunk {
        return f(samples);
    }
    let half = samples.len().div_ceil(chunk) / 2 * chunk;
    let (left, right) = samples.split_at(half);
    let ((mut value, mut gradient), right) = rayon::join(|| sum(left, chunk, f), || sum(right, chunk, f));
    value.accumulate(&right.0);
    gradient.accumulate(&right.1);
    (value, gradient)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of sizes that rounding tells apart.
    fn gradient(chunk: &[f64]) -> (f64, (f64, [f64; 2])) {
        let mut sums = (0.0, (0.0, [0.0; 2]));
        for x in chunk {
            sums.0 += x.sin();
            sums.1.0 += x.exp();
            sums.1.1[1] += 1.0 / (0.1 + x * x);
        }
        sums
    }

    #[test]
    fn threads_do_not_change_a_bit() {
        let samples: Vec<f64> = (0..10_007).map(|i| (i as f64 * 0.37).sin() * 3.0).collect();
        let on = |threads: usize, chunk: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| value_and_grad(&samples, chunk, gradient))
        };
        for chunk in [1, 7, 64, 10_006, 10_007, 1_000_000] {
            let one = on(1, chunk);
            for threads in [2, 16] {
                for _ in 0..3 {
                    assert_eq!(on(threads, chunk), one);
                }
            }
            let plain = gradient(&samples);
            assert!(
                (one.0 - plain.0).abs() < 1e-8 && (one.1.1[1] - plain.1.1[1]).abs() < 1e-8 * plain.1.1[1]
            );
            assert!((one.1.0 - plain.1.0).abs() < 1e-8 * plain.1.0);
        }
        assert_eq!(value_and_grad(&[], 3, gradient), (0.0, (0.0, [0.0; 2])));
        assert_eq!(value_and_grad(&samples[..5], 5, gradient), gradient(&samples[..5]));
    }

    #[test]
    #[should_panic(expected = "there is a sample in each chunk")]
    fn empty_chunks() {
        value_and_grad(&[1.0], 0, gradient);
    }
}
