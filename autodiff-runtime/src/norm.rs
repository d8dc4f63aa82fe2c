//! Euclidean norms that neither overflow nor underflow on the way.

use crate::Scalar;

/// A sum of squares. The plain sum is kept for as long as it can be trusted, because it is fast and rounds as
/// everybody's does; beside it the largest magnitude is noted, from which [`Norm::get`] knows whether it can be.
/// When it cannot, scaled sums in the two extreme ranges take over (Blue 1978, doi:10.1145/355769.355771).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Norm<S> {
    plain: S,
    large: S,
    small: S,
}

impl<S: Scalar> Default for Norm<S> {
    fn default() -> Self {
        Self { plain: S::zero(), large: S::zero(), small: S::zero() }
    }
}

impl<S: Scalar> Norm<S> {
    /// What numbers too large to be squared are divided by, and what numbers too small are multiplied by. Powers of
    /// two: scaling by them is exact.
    fn units() -> (S, S) {
        let (large, small) = if size_of::<S>() == 4 { (80, 100) } else { (540, 600) };
        let two = S::one() + S::one();
        (two.powi(large), two.powi(small))
    }

    /// Sums of squares below this have lost bits.
    fn tiny() -> S {
        S::min_positive_value() / S::epsilon()
    }

    pub(crate) fn add(&mut self, data: &[S]) {
        // Four independent sums let the loop vectorise; pairwise they also round better.
        let mut lanes = [S::zero(); 4];
        let chunks = data.chunks_exact(4);
        let rest = chunks.remainder();
        for chunk in chunks {
            for (lane, &x) in lanes.iter_mut().zip(chunk) {
                *lane += x * x;
            }
        }
        let mut sum = (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
        for &x in rest {
            sum += x * x;
        }
        self.plain += sum;
        if sum >= Self::tiny() && sum <= S::max_value() {
            // `small` decides only when every sum was tiny, and then none comes here.
            let (large, _) = Self::units();
            self.large += sum / large / large;
        } else {
            self.add_scaled(data);
        }
    }

    /// Adds numbers as they come, in blocks: one at a time each would be tried for its size.
    pub(crate) fn extend(&mut self, numbers: impl Iterator<Item = S>) {
        let (mut block, mut len) = ([S::zero(); 64], 0);
        for x in numbers {
            block[len] = x;
            len += 1;
            if len == block.len() {
                self.add(&block);
                len = 0;
            }
        }
        self.add(&block[..len]);
    }

    fn add_scaled(&mut self, data: &[S]) {
        let (large, small) = Self::units();
        for &x in data {
            let (down, up) = (x / large, x * small);
            self.large += down * down;
            if up.is_finite() {
                self.small += up * up;
            }
        }
    }

    pub(crate) fn get(&self) -> S {
        let (large, small) = Self::units();
        if self.plain.is_nan() {
            self.plain
        } else if self.plain > S::max_value() {
            self.large.sqrt() * large
        } else if self.plain < Self::tiny() {
            self.small.sqrt() / small
        } else {
            self.plain.sqrt()
        }
    }
}

/// Euclidean norm of a slice.
pub(crate) fn norm<S: Scalar>(data: &[S]) -> S {
    let mut norm = Norm::default();
    norm.add(data);
    norm.get()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn neither_overflows_nor_underflows() {
        assert!((norm(&[3e200_f64, 4e200]) / 5e200 - 1.0).abs() < 1e-15);
        assert!((norm(&[3e19_f32, 4e19]) / 5e19 - 1.0).abs() < 1e-6);
        assert!((norm(&[3e-200_f64, 4e-200]) / 5e-200 - 1.0).abs() < 1e-15);
        assert!((norm(&[3e-30_f32, 4e-30]) / 5e-30 - 1.0).abs() < 1e-6);
        assert!((norm(&[f64::MAX / 2.0; 4]) / f64::MAX - 1.0).abs() < 1e-15);
        assert_eq!(norm(&[5e-324]), 5e-324);
        assert_eq!(norm::<f64>(&[]), 0.0);
        assert_eq!(norm(&[1.0, f64::INFINITY]), f64::INFINITY);
        assert!(norm(&[1.0, f64::NAN, f64::INFINITY]).is_nan());
    }

    #[test]
    fn leaves_of_different_magnitude_add_up() {
        let mut sum = Norm::default();
        sum.add(&[3e-200]);
        sum.add(&[3.0, 4.0]);
        assert_eq!(sum.get(), 5.0);
        sum.add(&[1e200]);
        assert_eq!(sum.get(), 1e200);
    }

    /// The norm of all leaves together, that of one slice with all numbers, and the norm of scaled numbers.
    fn agree<S: Scalar>(leaves: &[&[S]], unit: S) {
        let (mut apart, mut flat) = (Norm::default(), Vec::new());
        for leaf in leaves {
            apart.add(leaf);
            flat.extend_from_slice(leaf);
        }
        let expected = flat.iter().map(|&x| x / unit * (x / unit)).sum::<S>().sqrt() * unit;
        for found in [apart.get(), norm(&flat)] {
            assert!(
                (found / expected - S::one()).abs() < S::epsilon() * S::of(4.0),
                "{leaves:?}: {found}, not {expected}"
            );
        }
    }

    #[test]
    fn ordinary_leaves_count_beside_one_that_overflows() {
        // Each square can be represented, or not; their sum cannot.
        agree(&[&[1.2e154, 0.9e154], &[0.8e154_f64]], 1e154);
        agree(&[&[0.8e154_f64], &[1.2e154, 0.9e154]], 1e154);
        agree(&[&[1.1e154_f64], &[0.9e154], &[0.7e154], &[0.5e154]], 1e154);
        agree(&[&[3e154_f64], &[1e154], &[2e154, 1.0]], 1e154);
        agree(&[&[1.6e19, 1e19], &[1.2e19_f32]], 1e19);
        agree(&[&[1.2e19_f32], &[1.6e19, 1e19], &[3e-30]], 1e19);
        agree(&[&[1e19_f32], &[1e19], &[1e19], &[1e19]], 1e19);
        agree(&[&[2e38_f32], &[2e38], &[1e38]], 1e38);
    }

    #[test]
    fn subnormal_leaves_count_beside_each_other() {
        agree(&[&[3e-170_f64], &[4e-170], &[5e-170]], 1e-170);
        agree(&[&[3e-310_f64, 1e-309], &[4e-310]], 1e-309);
        agree(&[&[3e-25_f32], &[4e-25], &[5e-25]], 1e-25);
        agree(&[&[3e-40_f32], &[4e-40]], 1e-39);
        // Beside an ordinary one they vanish, however it is ordered.
        agree(&[&[3e-170], &[1.0_f64], &[4e-310]], 1.0);
        agree(&[&[1e-150_f64], &[1e-155], &[1e-160]], 1e-150);
        agree(&[&[1e-17_f32], &[1e-19], &[1e-22]], 1e-17);
    }

    /// Each square has lost bits, their sum would not show it.
    #[test]
    fn squares_that_lose_bits_are_not_trusted() {
        let x = 4.803532499999999e-156_f64;
        assert!((norm(&[x; 1000]) / (x * 1000.0_f64.sqrt()) - 1.0).abs() < 2e-14);
    }

    #[test]
    fn infinities_and_nans_of_any_leaf_are_found() {
        for (odd, is) in [(f32::INFINITY, f32::is_infinite as fn(f32) -> bool), (f32::NAN, f32::is_nan)] {
            for leaves in [[&[odd], &[1.0]], [&[1e-30], &[odd]], [&[3e19], &[odd]]] {
                let mut norm = Norm::default();
                leaves.iter().for_each(|leaf| norm.add(*leaf));
                assert!(is(norm.get()), "{leaves:?}");
            }
        }
    }
}
