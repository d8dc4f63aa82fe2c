//! The linear system behind a function that is defined by an equation.
//!
//! Where `x` solves `residual(x, θ) = 0`, it moves with `θ` so that the residual stays zero: `∂r/∂x dx + ∂r/∂θ dθ = 0`. Where
//! `x = g(x, θ)`, so that both sides move alike: `(I - ∂g/∂x) dx = ∂g/∂θ dθ`. The matrix in front of `dx` (`-∂r/∂x` in the
//! first case) is taken apart once, by Gaussian elimination with partial pivoting, and serves forward mode as it is and reverse
//! mode transposed.

use alloc::vec;
use alloc::vec::Vec;

use num_traits::Float;

use super::{basis, numbers, with_numbers};
use crate::Tangent;

/// A square matrix, as the triangular factors that elimination leaves of it.
pub struct Jacobian {
    n: usize,
    /// Row by row: below the diagonal the factors of the rows that were subtracted, on it and above what was left.
    factors: Vec<f64>,
    /// Which row of the matrix has become which.
    rows: Vec<usize>,
    singular: bool,
}

impl Jacobian {
    /// Of a residual: `-∂r/∂x`. `tangent` gives the residual's tangent along a direction.
    ///
    /// # Panics
    /// When the residual has not as many numbers as the solution.
    pub fn of_residual<X: Tangent, R: Tangent>(solution: &X, tangent: impl FnMut(X) -> R) -> Jacobian {
        Jacobian::new(solution, 0.0, tangent)
    }

    /// Of an iteration: `I - ∂g/∂x`.
    ///
    /// # Panics
    /// When it does not give as many numbers as it takes.
    pub fn of_fixed_point<X: Tangent, R: Tangent>(solution: &X, tangent: impl FnMut(X) -> R) -> Jacobian {
        Jacobian::new(solution, 1.0, tangent)
    }

    fn new<X: Tangent, R: Tangent>(solution: &X, diagonal: f64, mut tangent: impl FnMut(X) -> R) -> Jacobian {
        let n = numbers(solution).len();
        let mut matrix = vec![0.0; n * n];
        for (column, direction) in basis(solution).enumerate() {
            let tangent = numbers(&tangent(direction));
            assert_eq!(tangent.len(), n, "an equation has a number for each number of its solution");
            for (row, tangent) in tangent.into_iter().enumerate() {
                matrix[row * n + column] = if row == column { diagonal - tangent } else { -tangent };
            }
        }
        Jacobian::factored(n, matrix)
    }

    fn factored(n: usize, mut factors: Vec<f64>) -> Jacobian {
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
        Jacobian { n, factors, rows, singular }
    }

    /// The tangent of the solution, by that of the equation where the solution does not move.
    pub fn tangent<X: Tangent, R: Tangent>(&self, solution: &X, of_equation: &R) -> X {
        with_numbers(solution, &self.solve(&numbers(of_equation)))
    }

    /// The adjoint of the equation, of the shape of `equation`, by that of the solution.
    pub fn adjoint<X: Tangent, R: Tangent>(&self, equation: &R, of_solution: &X) -> R {
        with_numbers(equation, &self.solve_transposed(&numbers(of_solution)))
    }

    fn solve(&self, right: &[f64]) -> Vec<f64> {
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

    fn solve_transposed(&self, right: &[f64]) -> Vec<f64> {
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

/// The quotient that a system of one equation is solved by: a zero stays zero, and where the matrix is zero nothing is known.
#[inline]
pub fn ratio<T: Float>(right: T, matrix: T) -> T {
    if right == T::zero() {
        T::zero()
    } else if matrix == T::zero() {
        T::nan()
    } else {
        right / matrix
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
            let jacobian = Jacobian::factored(n, matrix.clone());
            let (x, y) = (jacobian.solve(&right), jacobian.solve_transposed(&right));
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
            let jacobian = Jacobian::factored(2, matrix);
            assert!(jacobian.solve(&[1.0, 0.0]).iter().all(|x| x.is_nan()));
            assert!(jacobian.solve_transposed(&[1.0, 0.0]).iter().all(|x| x.is_nan()));
            assert_eq!(jacobian.solve(&[0.0; 2]), [0.0; 2]);
        }
        assert!(ratio(1.0, 0.0).is_nan());
        assert_eq!((ratio(0.0, 0.0), ratio(3.0, 2.0)), (0.0, 1.5));
    }

    #[test]
    fn a_solution_without_numbers_has_no_derivative() {
        let none: Vec<f64> = Vec::new();
        let jacobian = Jacobian::of_residual(&none, |x| x);
        assert!(jacobian.tangent(&none, &none).is_empty());
    }
}
