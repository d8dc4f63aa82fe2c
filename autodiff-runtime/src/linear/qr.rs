//! `A P = Q R`: Householder reflections with column pivoting, and the triangular systems that they leave.

use crate::Scalar;
use crate::norm::norm;
use alloc::vec::Vec;

/// The factors of a matrix with at least as many rows as columns (Businger, Golub 1965, doi:10.1007/BF01436084; norms are
/// brought up to date as in MINPACK's `qrfac`).
///
/// Columns are taken in the order of what is left of them, so that the diagonal of `R` falls, and shows the rank.
pub(crate) struct Qr<S> {
    rows: usize,
    /// Column by column: from the diagonal down the vectors of the reflections, above it `R`.
    factors: Vec<S>,
    diagonal: Vec<S>,
    /// Which column of the matrix has become which.
    order: Vec<usize>,
}

impl<S: Scalar> Qr<S> {
    /// Takes a matrix apart that is given column by column.
    pub(crate) fn new(rows: usize, mut factors: Vec<S>) -> Self {
        let columns = factors.len().checked_div(rows).unwrap_or(0);
        assert!(rows >= columns, "a matrix with fewer rows than columns is filled up with zeros");
        let mut order: Vec<usize> = (0..columns).collect();
        let mut left: Vec<S> = factors.chunks_exact(rows.max(1)).map(norm).collect();
        // What they were when they were last computed.
        let mut known = left.clone();
        let mut diagonal = alloc::vec![S::zero(); columns];
        for j in 0..columns {
            let pivot = (j + 1..columns).fold(j, |best, k| if left[k] > left[best] { k } else { best });
            if pivot != j {
                let (before, behind) = factors.split_at_mut(pivot * rows);
                before[j * rows..][..rows].swap_with_slice(&mut behind[..rows]);
                order.swap(j, pivot);
                (left[pivot], known[pivot]) = (left[j], known[j]);
            }
            let (before, behind) = factors.split_at_mut((j + 1) * rows);
            let reflection = &mut before[j * rows + j..];
            let mut length = norm(reflection);
            if length == S::zero() {
                continue;
            }
            if reflection[0] < S::zero() {
                length = -length;
            }
            reflection.iter_mut().for_each(|x| *x /= length);
            reflection[0] += S::one();
            diagonal[j] = -length;
            for (k, column) in (j + 1..).zip(behind.chunks_exact_mut(rows)) {
                reflect(reflection, &mut column[j..]);
                if left[k] == S::zero() {
                    continue;
                }
                let gone = column[j] / left[k];
                left[k] *= (S::one() - gone * gone).max(S::zero()).sqrt();
                let share = left[k] / known[k];
                if S::of(0.05) * share * share <= S::epsilon() {
                    left[k] = norm(&column[j + 1..]);
                    known[k] = left[k];
                }
            }
        }
        Self { rows, factors, diagonal, order }
    }

    /// Turns `b` into `Qᵀ b`.
    pub(crate) fn apply_transposed(&self, b: &mut [S]) {
        for (j, &diagonal) in self.diagonal.iter().enumerate() {
            if diagonal != S::zero() {
                reflect(&self.factors[j * self.rows + j..][..self.rows - j], &mut b[j..]);
            }
        }
    }

    /// `R`, with the order of the columns.
    pub(crate) fn into_triangle(self) -> Triangle<S> {
        let n = self.order.len();
        let mut entries = alloc::vec![S::zero(); n * n];
        for i in 0..n {
            entries[i * n + i] = self.diagonal[i];
            for j in i + 1..n {
                entries[i * n + j] = self.factors[j * self.rows + i];
            }
        }
        Triangle { n, entries, order: self.order }
    }
}

/// `b - v (vᵀ b) / v₀`: the reflection that made `v`, whose first element is its scale.
fn reflect<S: Scalar>(v: &[S], b: &mut [S]) {
    let sum: S = v.iter().zip(&*b).map(|(&v, &b)| v * b).sum();
    let factor = sum / v[0];
    b.iter_mut().zip(v).for_each(|(b, &v)| *b -= factor * v);
}

/// An upper triangle `R` whose columns belong to unknowns in some order: `RᵀR = Pᵀ AᵀA P`.
///
/// Vectors "by column" are in the order of the columns; all others are in that of the unknowns.
#[derive(Debug, Clone)]
pub(crate) struct Triangle<S> {
    n: usize,
    /// Row by row.
    entries: Vec<S>,
    order: Vec<usize>,
}

impl<S: Scalar> Triangle<S> {
    fn row(&self, i: usize) -> &[S] {
        &self.entries[i * self.n..][..self.n]
    }

    /// How many columns stand on their own: those before the diagonal is no larger than `tolerance` times its largest element.
    pub(crate) fn rank(&self, tolerance: S) -> usize {
        let least = tolerance * self.row(0).first().map_or(S::zero(), |first| first.abs());
        (0..self.n).find(|&i| !(self.row(i)[i].abs() > least)).unwrap_or(self.n)
    }

    /// A vector by column as one of the unknowns.
    fn by_unknown(&self, by_column: &[S]) -> Vec<S> {
        let mut x = alloc::vec![S::zero(); self.n];
        for (&at, &value) in self.order.iter().zip(by_column) {
            x[at] = value;
        }
        x
    }

    fn by_column(&self, x: &[S]) -> Vec<S> {
        self.order.iter().map(|&at| x[at]).collect()
    }

    /// Solves `R Pᵀ x = b`, with zeros for the columns behind the first `rank`.
    pub(crate) fn solve(&self, b: &[S], rank: usize) -> Vec<S> {
        let mut z = b[..self.n].to_vec();
        z[rank..].fill(S::zero());
        for i in (0..rank).rev() {
            let row = self.row(i);
            let sum: S = row[i + 1..rank].iter().zip(&z[i + 1..rank]).map(|(&r, &z)| r * z).sum();
            z[i] = (z[i] - sum) / row[i];
        }
        self.by_unknown(&z)
    }

    /// Solves `Rᵀ z = Pᵀ x`, by column.
    pub(crate) fn solve_transposed(&self, x: &[S]) -> Vec<S> {
        let mut z = self.by_column(x);
        for i in 0..self.n {
            let row = self.row(i);
            z[i] /= row[i];
            let (z_i, rest) = (z[i], &mut z[i + 1..]);
            rest.iter_mut().zip(&row[i + 1..]).for_each(|(z, &r)| *z -= r * z_i);
        }
        z
    }

    /// `R Pᵀ x`, by column.
    pub(crate) fn multiply(&self, x: &[S]) -> Vec<S> {
        let x = self.by_column(x);
        (0..self.n).map(|i| self.row(i)[i..].iter().zip(&x[i..]).map(|(&r, &x)| r * x).sum()).collect()
    }

    /// `P Rᵀ b`: with `b = Qᵀ f` the gradient `Aᵀ f`.
    pub(crate) fn multiply_transposed(&self, b: &[S]) -> Vec<S> {
        let mut z = alloc::vec![S::zero(); self.n];
        for (i, &b) in b[..self.n].iter().enumerate() {
            z[i..].iter_mut().zip(&self.row(i)[i..]).for_each(|(z, &r)| *z += r * b);
        }
        self.by_unknown(&z)
    }

    /// The triangle of the matrix with `damping` times the identity below it, and what the same rotations make of `b`: MINPACK's
    /// `qrsolv`. It has full rank where `damping` is not zero.
    pub(crate) fn damped(&self, damping: S, b: &[S]) -> (Self, Vec<S>) {
        let n = self.n;
        let (mut made, mut b) = (self.clone(), b[..n].to_vec());
        let mut row = alloc::vec![S::zero(); n];
        for j in 0..n {
            row.fill(S::zero());
            row[j] = damping;
            let mut right = S::zero();
            for k in j..n {
                if row[k] == S::zero() {
                    continue;
                }
                let above = &mut made.entries[k * n + k..][..n - k];
                let length = above[0].hypot(row[k]);
                let (cos, sin) = (above[0] / length, row[k] / length);
                for (above, below) in above.iter_mut().zip(&mut row[k..]) {
                    (*above, *below) = (cos * *above + sin * *below, cos * *below - sin * *above);
                }
                (b[k], right) = (cos * b[k] + sin * right, cos * right - sin * b[k]);
            }
        }
        (made, b)
    }

    /// `(AᵀA)⁻¹`, row by row, of a matrix of full rank.
    pub(crate) fn inverse_of_square(&self) -> Vec<S> {
        let n = self.n;
        let mut inverse = alloc::vec![S::zero(); n * n];
        let mut unit = alloc::vec![S::zero(); n];
        for i in 0..n {
            unit.fill(S::zero());
            unit[i] = S::one();
            let column = self.solve(&self.solve_transposed(&unit), n);
            for (j, value) in column.into_iter().enumerate() {
                inverse[j * n + i] = value;
            }
        }
        inverse
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    /// Four rows, three columns, column by column.
    fn matrix() -> Vec<f64> {
        vec![1.0, 2.0, -1.0, 0.5, 10.0, 0.0, 3.0, -20.0, 0.1, 0.2, 0.0, 0.3]
    }

    fn times(matrix: &[f64], x: &[f64]) -> Vec<f64> {
        (0..4).map(|i| (0..3).map(|j| matrix[j * 4 + i] * x[j]).sum()).collect()
    }

    fn close(a: &[f64], b: &[f64]) {
        assert_eq!(a.len(), b.len());
        assert!(a.iter().zip(b).all(|(a, b)| f64::abs(a - b) < 1e-13 * (1.0 + b.abs())), "{a:?}, not {b:?}");
    }

    #[test]
    fn least_squares_are_solved() {
        let x = [3.0, -1.0, 20.0];
        let mut b = times(&matrix(), &x);
        let qr = Qr::new(4, matrix());
        qr.apply_transposed(&mut b);
        assert!(b[3].abs() < 1e-13, "{b:?}");
        let r = qr.into_triangle();
        assert_eq!(r.order[0], 1);
        close(&r.solve(&b, 3), &x);
        close(&r.multiply(&x), &b[..3]);
        let f = [1.0, -2.0, 0.5, 4.0];
        let gradient: Vec<f64> =
            matrix().chunks(4).map(|column| column.iter().zip(&f).map(|(a, f)| a * f).sum()).collect();
        let mut qtf = f;
        Qr::new(4, matrix()).apply_transposed(&mut qtf);
        close(&r.multiply_transposed(&qtf), &gradient);
        // (AᵀA)⁻¹ AᵀA = 1
        let inverse = r.inverse_of_square();
        for j in 0..3 {
            let product: Vec<f64> = (0..3)
                .map(|i| {
                    let square = |k: usize| -> f64 {
                        (0..4).map(|row| matrix()[k * 4 + row] * matrix()[j * 4 + row]).sum()
                    };
                    (0..3).map(|k| inverse[i * 3 + k] * square(k)).sum()
                })
                .collect();
            let mut unit = [0.0; 3];
            unit[j] = 1.0;
            assert!(product.iter().zip(&unit).all(|(a, b)| f64::abs(a - b) < 1e-9), "{product:?}");
        }
    }

    #[test]
    fn damping_is_further_rows() {
        let damping = 0.5;
        let mut b = vec![1.0, -2.0, 0.5, 4.0];
        let qr = Qr::new(4, matrix());
        let mut longer = Vec::new();
        for (j, column) in matrix().chunks(4).enumerate() {
            longer.extend_from_slice(column);
            longer.extend((0..3).map(|i| if i == j { damping } else { 0.0 }));
        }
        let mut long_b = b.clone();
        long_b.resize(7, 0.0);
        let whole = Qr::new(7, longer);
        whole.apply_transposed(&mut long_b);
        let expected = whole.into_triangle().solve(&long_b, 3);
        qr.apply_transposed(&mut b);
        let (damped, b) = qr.into_triangle().damped(damping, &b);
        close(&damped.solve(&b, 3), &expected);
    }

    #[test]
    fn columns_that_depend_on_others_are_seen() {
        let mut matrix = matrix();
        for i in 0..4 {
            matrix[8 + i] = matrix[i] - 2.0 * matrix[4 + i];
        }
        let r = Qr::new(4, matrix).into_triangle();
        assert_eq!(r.rank(1e-14), 2);
        let r = Qr::new(3, vec![0.0; 6]).into_triangle();
        assert_eq!(r.rank(0.0), 0);
        assert_eq!(r.solve(&[1.0, 1.0], 0), [0.0, 0.0]);
    }
}
