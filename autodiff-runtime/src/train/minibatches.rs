//! A few examples at a time.

use alloc::vec::Vec;
use core::slice::Chunks;

/// The indices of a data set in batches, in a new order each epoch.
///
/// What is drawn depends on the seed alone, on every machine; the generator is SplitMix64 (Steele, Lea, Flood 2014,
/// doi:10.1145/2660193.2660195), shuffled by Fisher and Yates. With the feature `serde` it is saved where it stands.
///
/// ```
/// use autodiff_runtime::optim::Sgd;
/// use autodiff_runtime::train::{self, Minibatches};
/// use autodiff_runtime::differentiate;
///
/// /// Mean squared error of a line over the examples of a batch.
/// #[differentiate]
/// fn loss(w: &[f64; 2], #[no_diff] x: &[f64], #[no_diff] y: &[f64], batch: &[usize]) -> f64 {
///     let mut sum = 0.0;
///     for &i in batch {
///         let error = w[0] + w[1] * x[i] - y[i];
///         sum += error * error;
///     }
///     sum / batch.len() as f64
/// }
///
/// let x: Vec<f64> = (0..100).map(|i| i as f64 / 50.0 - 1.0).collect();
/// let y: Vec<f64> = x.iter().map(|x| 3.0 - 2.0 * x).collect();
/// let (mut w, mut opt) = ([0.0, 0.0], Sgd::new(0.1));
/// let mut batches = Minibatches::shuffled(x.len(), 8, 42);
/// for _ in 0..50 {
///     for batch in batches.epoch() {
///         train::minimize(|w: &[f64; 2]| loss::value_and_grad(w, &x, &y, batch), &mut w, &mut opt)?;
///     }
/// }
/// assert!((w[0] - 3.0).abs() < 1e-6 && (w[1] + 2.0).abs() < 1e-6);
/// # Ok::<(), autodiff_runtime::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Minibatches {
    order: Vec<usize>,
    size: usize,
    whole_only: bool,
    generator: Option<u64>,
}

impl Minibatches {
    /// Batches of `size` of so many examples, always in their order. The last batch of an epoch has what is left.
    ///
    /// # Panics
    /// When `size` is 0.
    ///
    /// ```
    /// use autodiff_runtime::train::Minibatches;
    /// let mut batches = Minibatches::in_order(5, 2);
    /// assert_eq!(batches.epoch().collect::<Vec<_>>(), [&[0, 1][..], &[2, 3], &[4]]);
    /// ```
    #[track_caller]
    pub fn in_order(examples: usize, size: usize) -> Self {
        assert!(size > 0, "a batch has at least one example");
        Self { order: (0..examples).collect(), size, whole_only: false, generator: None }
    }

    /// As [`Minibatches::in_order`], shuffled anew before each epoch.
    ///
    /// # Panics
    /// When `size` is 0.
    ///
    /// ```
    /// use autodiff_runtime::train::Minibatches;
    /// let mut batches = Minibatches::shuffled(6, 3, 1);
    /// let first = batches.epoch().collect::<Vec<_>>().concat();
    /// let second = batches.epoch().collect::<Vec<_>>().concat();
    /// assert_ne!(first, second);
    /// assert_eq!(first, Minibatches::shuffled(6, 3, 1).epoch().collect::<Vec<_>>().concat());
    /// ```
    #[track_caller]
    pub fn shuffled(examples: usize, size: usize, seed: u64) -> Self {
        Self { generator: Some(seed), ..Self::in_order(examples, size) }
    }

    /// Leaves out what is left when the examples do not fill the last batch of an epoch (`drop_remainder`, `drop_last`).
    ///
    /// ```
    /// use autodiff_runtime::train::Minibatches;
    /// assert_eq!(Minibatches::in_order(5, 2).whole_only().epoch().count(), 2);
    /// ```
    pub fn whole_only(mut self) -> Self {
        self.whole_only = true;
        self
    }

    /// How many batches an epoch has.
    ///
    /// ```
    /// use autodiff_runtime::train::Minibatches;
    /// let batches = Minibatches::in_order(5, 2);
    /// assert_eq!((batches.per_epoch(), batches.whole_only().per_epoch()), (3, 2));
    /// ```
    pub fn per_epoch(&self) -> usize {
        let examples = self.order.len();
        if self.whole_only { examples / self.size } else { examples.div_ceil(self.size) }
    }

    /// The batches of the next epoch.
    pub fn epoch(&mut self) -> Chunks<'_, usize> {
        if let Some(state) = &mut self.generator {
            // Fisher and Yates: each place gets one of those that are not placed yet.
            for last in (1..self.order.len()).rev() {
                self.order.swap(last, below(state, last as u64 + 1) as usize);
            }
        }
        let whole = self.order.len() - self.order.len() % self.size;
        let used = if self.whole_only { whole } else { self.order.len() };
        self.order[..used].chunks(self.size)
    }
}

/// The next number of SplitMix64.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A number below `n`, all equally likely: what would make some likelier is drawn again (Lemire 2019,
/// doi:10.1145/3230636).
fn below(state: &mut u64, n: u64) -> u64 {
    loop {
        let product = u128::from(next(state)) * u128::from(n);
        if product as u64 >= n.wrapping_neg() % n {
            return (product >> 64) as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first numbers of the reference implementation for the seed 0.
    #[test]
    fn the_generator_is_split_mix() {
        let mut state = 0;
        let found: [u64; 3] = core::array::from_fn(|_| next(&mut state));
        assert_eq!(found, [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4, 0x06c4_5d18_8009_454f]);
    }

    #[test]
    fn numbers_below_a_bound_are_equally_likely() {
        for n in [1, 3, 7] {
            let (mut state, mut counts) = (1, [0; 7]);
            for _ in 0..7000 {
                counts[below(&mut state, n) as usize] += 1;
            }
            let expected = 7000 / n as i64;
            assert!(
                counts[..n as usize].iter().all(|count| (count - expected).abs() < expected / 5),
                "{counts:?}"
            );
        }
        // Of two numbers in three, a third of what the generator gives is drawn again.
        let (n, mut state) = (3 << 62, 5);
        let low = (0..3000).filter(|_| below(&mut state, n) < 1 << 62).count();
        assert!((900..1100).contains(&low), "{low}");
    }
}
