//! `P A = L U`: Gaussian elimination with partial pivoting.

use alloc::vec;
use alloc::vec::Vec;

/// A square matrix, as the triangular factors that elimination leaves of it.
pub(crate) struct Lu {
    n: usize,
    /// Row by row: below the diagonal the factors of the rows that were subtracted, on it and above what was left.
    factors: Vec<f64>,
    /// Which row of the matrix has become which.
    rows: Vec<usize>,
    singular: bool,
}

impl Lu {
    /// Takes a matrix apart that is given row by row.
    pub(crate) fn new(n: usize, mut factors: Vec<f64>) -> Self {
        let mut rows: Vec<usize> = (0..n).collect();
        let mut singular = false;
        for k in 0..n {
            let size = |row: usize| factors[row * n + k].abs();
            let pivot = (k + 1..n).fold(k, |best, row| if size(row) > size(best) { row } else { best });
            if !(size(pivot) > 0.0) {
                singular = true;
                break;
            }
            if pivot != k {
                rows.swap(k, pivot);
                let (above, below) = factors.split_at_mut(pivot * n);
                above[k * n..(k + 1) * n].swap_with_slice(&mut below[..n]);
            }
            let (above, below) = factors.split_at_mut((k + 1) * n);
            let eliminating = &above[k * n..];
            for row in below.chunks_exact_mut(n) {
                let factor = row[k] / eliminating[k];
                row[k] = factor;
                for (x, by) in row[k + 1..].iter_mut().zip(&eliminating[k + 1..]) {
                    *x -= factor * by;
                }
            }
        }
        Self { n, factors, rows, singular }
    }

    /// Solves `A x = right`.
    pub(crate) fn solve(&self, right: &[f64]) -> Vec<f64> {
        if let Some(known) = self.without_solving(right) {
            return known;
        }
        let n = self.n;
        let mut x: Vec<f64> = self.rows.iter().map(|&row| right[row]).collect();
        for k in 0..n {
            let row = &self.factors[k * n..];
            x[k] -= (0..k).map(|j| row[j] * x[j]).sum::<f64>();
        }
        for k in (0..n).rev() {
            let row = &self.factors[k * n..];
            x[k] = (x[k] - (k + 1..n).map(|j| row[j] * x[j]).sum::<f64>()) / row[k];
        }
        x
    }

    /// Solves `Aᵀ x = right`.
    pub(crate) fn solve_transposed(&self, right: &[f64]) -> Vec<f64> {
        if let Some(known) = self.without_solving(right) {
            return known;
        }
        let n = self.n;
        let mut y = right.to_vec();
        for k in 0..n {
            let column = |j: usize| self.factors[j * n + k];
            y[k] = (y[k] - (0..k).map(|j| column(j) * y[j]).sum::<f64>()) / column(k);
        }
        for k in (0..n).rev() {
            let column = |j: usize| self.factors[j * n + k];
            y[k] -= (k + 1..n).map(|j| column(j) * y[j]).sum::<f64>();
        }
        let mut x = vec![0.0; n];
        for (y, &row) in y.into_iter().zip(&self.rows) {
            x[row] = y;
        }
        x
    }

    /// A zero stays zero whatever the matrix; of a singular one nothing else is known.
    fn without_solving(&self, right: &[f64]) -> Option<Vec<f64>> {
        assert_eq!(right.len(), self.n, "an equation has a number for each number of its solution");
        if right.iter().all(|x| *x == 0.0) {
            return Some(vec![0.0; self.n]);
        }
        self.singular.then(|| vec![f64::NAN; self.n])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers without a pattern.
    fn scattered(count: usize) -> Vec<f64> {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
        };
        (0..count).map(|_| next()).collect()
    }

    #[test]
    fn systems_are_solved_both_ways() {
        for n in 1..9 {
            let mut matrix = scattered(n * n);
            matrix[0] = 0.0; // a pivot has to be looked for
            if n == 1 {
                matrix[0] = -0.25;
            }
            let right = scattered(n);
            let lu = Lu::new(n, matrix.clone());
            let (x, y) = (lu.solve(&right), lu.solve_transposed(&right));
            for i in 0..n {
                let row: f64 = (0..n).map(|j| matrix[i * n + j] * x[j]).sum();
                let column: f64 = (0..n).map(|j| matrix[j * n + i] * y[j]).sum();
                assert!((row - right[i]).abs() < 1e-11, "{n}: {row} is not {}", right[i]);
                assert!((column - right[i]).abs() < 1e-11, "{n}: {column} is not {}", right[i]);
            }
        }
    }

    #[test]
    fn where_nothing_is_known_only_zeros_are() {
        for matrix in [vec![1.0, 2.0, 2.0, 4.0], vec![0.0; 4], vec![f64::NAN; 4]] {
            let lu = Lu::new(2, matrix);
            assert!(lu.solve(&[1.0, 0.0]).iter().all(|x| x.is_nan()));
            assert!(lu.solve_transposed(&[1.0, 0.0]).iter().all(|x| x.is_nan()));
            assert_eq!(lu.solve(&[0.0; 2]), [0.0; 2]);
        }
    }
}
