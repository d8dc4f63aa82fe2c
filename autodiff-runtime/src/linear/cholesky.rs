//! `L D Lᵀ` of a symmetric matrix, or of a positive definite one near it.

use crate::Scalar;
use alloc::vec::Vec;

/// The factors of `A + E`, where `E` is a diagonal that is zero where `A` is well positive definite, and else large enough
/// that `A + E` is (Gill, Murray, Wright 1981, "Practical optimization", section 4.4.2.2; with symmetric pivoting).
///
/// Rows and columns are divided by the roots of the diagonal first, so that units of the unknowns make no difference.
#[derive(Debug, Clone)]
pub(crate) struct Cholesky<S> {
    n: usize,
    /// Row by row, below the diagonal `L`, on it `D`.
    factors: Vec<S>,
    order: Vec<usize>,
    /// By the unknowns.
    scales: Vec<S>,
    definite: bool,
}

impl<S: Scalar> Cholesky<S> {
    /// Takes a matrix apart, of which the lower triangle is read, row by row.
    pub(crate) fn new(n: usize, a: Vec<S>) -> Self {
        let exact = Self::with_least(n, a.clone(), S::epsilon() * S::of(n as f64));
        if exact.definite {
            return exact;
        }
        // Pivots that rounding left would send solutions far away.
        Self::with_least(n, a, S::epsilon().cbrt())
    }

    /// `least` is the smallest pivot, relative to the matrix.
    fn with_least(n: usize, mut a: Vec<S>, least: S) -> Self {
        let scales: Vec<S> = (0..n).map(|i| scale(n, &a, i)).collect();
        let mut largest = [S::zero(); 2];
        for i in 0..n {
            for j in 0..=i {
                a[i * n + j] /= scales[i] * scales[j];
                let largest = &mut largest[usize::from(i == j)];
                *largest = largest.max(a[i * n + j].abs());
            }
        }
        let [beside, on] = largest;
        let spread = S::of((n * n) as f64 - 1.0).max(S::one()).sqrt();
        let bound = on.max(beside / spread).max(S::epsilon());
        let least = least * (on + beside).max(S::one());
        let mut order: Vec<usize> = (0..n).collect();
        let mut definite = true;
        for j in 0..n {
            let size = |i: usize| a[i * n + i].abs();
            let pivot = (j + 1..n).fold(j, |best, i| if size(i) > size(best) { i } else { best });
            exchange(n, &mut a, j, pivot);
            order.swap(j, pivot);
            // Column `j` of what is left; the columns before it hold `L`.
            let steepest = (j + 1..n).fold(S::zero(), |max, i| max.max(a[i * n + j].abs()));
            let found = a[j * n + j];
            let d = found.abs().max(steepest * steepest / bound).max(least);
            // Rounding alone may make the middle one the largest, where the matrix is nearly singular.
            definite &= found > least && d <= found * (S::one() + S::of(8.0) * S::epsilon());
            a[j * n + j] = d;
            for i in j + 1..n {
                let c = a[i * n + j];
                for k in j + 1..=i {
                    // Rows above `i` hold `L` by now, as `c / d`.
                    let other = if k == i { c } else { a[k * n + j] * d };
                    a[i * n + k] -= c * other / d;
                }
                a[i * n + j] = c / d;
            }
        }
        Self { n, factors: a, order, scales, definite }
    }

    /// Whether the factors are those of the matrix itself, and that is positive definite beyond rounding.
    pub(crate) fn is_definite(&self) -> bool {
        self.definite
    }

    /// Solves `(A + E) x = b`.
    pub(crate) fn solve(&self, b: &[S]) -> Vec<S> {
        let (n, l) = (self.n, &self.factors);
        let mut z: Vec<S> = self.order.iter().map(|&at| b[at] / self.scales[at]).collect();
        for i in 0..n {
            let sum: S = (0..i).map(|k| l[i * n + k] * z[k]).sum();
            z[i] -= sum;
        }
        (0..n).for_each(|i| z[i] /= l[i * n + i]);
        self.back(z)
    }

    /// `L⁻ᵀ z`, in the order and the scales of the unknowns: the second half of a solution.
    fn back(&self, mut z: Vec<S>) -> Vec<S> {
        let (n, l) = (self.n, &self.factors);
        for i in (0..n).rev() {
            let sum: S = (i + 1..n).map(|k| l[k * n + i] * z[k]).sum();
            z[i] -= sum;
        }
        let mut x = alloc::vec![S::zero(); n];
        for (z, &at) in z.into_iter().zip(&self.order) {
            x[at] = z / self.scales[at];
        }
        x
    }

    /// `ln det(A + E)`.
    pub(crate) fn log_determinant(&self) -> S {
        let diagonal = (0..self.n).map(|i| self.factors[i * self.n + i].ln()).sum::<S>();
        diagonal + S::of(2.0) * self.scales.iter().map(|scale| scale.ln()).sum::<S>()
    }

    /// `(A + E)⁻¹`, row by row.
    pub(crate) fn inverse(&self) -> Vec<S> {
        let n = self.n;
        let mut inverse = Vec::with_capacity(n * n);
        let mut unit = alloc::vec![S::zero(); n];
        for i in 0..n {
            unit.fill(S::zero());
            unit[i] = S::one();
            inverse.extend(self.solve(&unit));
        }
        inverse
    }

    /// A vector whose covariance is `(A + E)⁻¹`, of one of independent standard normal numbers.
    pub(crate) fn color(&self, normal: &[S]) -> Vec<S> {
        let (n, l) = (self.n, &self.factors);
        let z: Vec<S> = (0..n).map(|i| normal[i] / l[i * n + i].sqrt()).collect();
        self.back(z)
    }
}

/// The root of the diagonal element; where that is zero, of the largest one in its row.
fn scale<S: Scalar>(n: usize, a: &[S], i: usize) -> S {
    let entry = |j: usize| if j <= i { a[i * n + j] } else { a[j * n + i] }.abs();
    let largest = || (0..n).fold(S::zero(), |max, j| max.max(entry(j)));
    [entry(i), largest()].into_iter().find(|&size| size > S::zero()).map_or(S::one(), S::sqrt)
}

/// Exchanges rows and columns `j < p`, of which the columns before `j` hold finished factors.
fn exchange<S: Scalar>(n: usize, a: &mut [S], j: usize, p: usize) {
    if j == p {
        return;
    }
    (0..j).for_each(|k| a.swap(j * n + k, p * n + k));
    a.swap(j * n + j, p * n + p);
    (j + 1..p).for_each(|k| a.swap(k * n + j, p * n + k));
    (p + 1..n).for_each(|k| a.swap(k * n + j, k * n + p));
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn times(n: usize, a: &[f64], x: &[f64]) -> Vec<f64> {
        a.chunks(n).map(|row| row.iter().zip(x).map(|(a, x)| a * x).sum()).collect()
    }

    #[test]
    fn definite_matrices_are_left_alone() {
        // Of unknowns in very different units.
        let unit = [1e-9, 1.0, 1e12, 3.0];
        let plain = [4.0, 1.0, -1.0, 0.5, 1.0, 3.0, 0.2, 0.1, -1.0, 0.2, 9.0, -2.0, 0.5, 0.1, -2.0, 5.0];
        let a: Vec<f64> = (0..16).map(|at| plain[at] * unit[at / 4] * unit[at % 4]).collect();
        let cholesky = Cholesky::new(4, a.clone());
        assert!(cholesky.is_definite());
        let x: Vec<f64> = [1.0, -2.0, 3.0, 0.5].iter().zip(unit).map(|(x, unit)| x / unit).collect();
        let found = cholesky.solve(&times(4, &a, &x));
        assert!(found.iter().zip(&x).all(|(a, b)| f64::abs(a / b - 1.0) < 1e-14), "{found:?}, not {x:?}");
        let product = times(4, &a, &times(4, &cholesky.inverse(), &[1.0, 1e9, 1e-3, 7.0]));
        assert!(
            (product[1] / 1e9 - 1.0).abs() < 1e-13 && (product[3] / 7.0 - 1.0).abs() < 1e-3,
            "{product:?}"
        );
        // The determinant of a matrix that is known.
        let cholesky = Cholesky::new(2, vec![2.0, 1.0, 1.0, 5.0]);
        assert!((cholesky.log_determinant() - f64::ln(9.0)).abs() < 1e-15);
        // The columns of the coloring matrix make the inverse.
        let (a, b) = (cholesky.color(&[1.0, 0.0]), cholesky.color(&[0.0, 1.0]));
        let covariance = [a[0] * a[0] + b[0] * b[0], a[0] * a[1] + b[0] * b[1], a[1] * a[1] + b[1] * b[1]];
        let expected = [5.0 / 9.0, -1.0 / 9.0, 2.0 / 9.0];
        assert!(covariance.iter().zip(expected).all(|(a, b)| f64::abs(a - b) < 1e-15), "{covariance:?}");
    }

    #[test]
    fn other_matrices_are_made_definite() {
        for a in [
            vec![1.0, 1.0, 2.0, 1.0, 1.0, 3.0, 2.0, 3.0, 1.0],
            vec![0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, -1e-8],
            vec![-1.0, 0.0, 0.0, 0.0, -2.0, 0.0, 0.0, 0.0, -3.0],
            vec![0.0; 9],
            // Singular.
            vec![1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
        ] {
            let cholesky = Cholesky::new(3, a.clone());
            assert!(!cholesky.is_definite(), "{a:?}");
            // Downhill from every gradient, and not without end.
            for g in [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.3, -0.2, 1.0], [1.0, -1.0, 1e-3]] {
                let step = cholesky.solve(&g);
                let slope: f64 = step.iter().zip(&g).map(|(s, g)| s * g).sum();
                assert!(slope > 0.0 && slope.is_finite(), "{a:?} {g:?} {step:?}");
            }
        }
    }
}
