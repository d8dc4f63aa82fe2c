//! Orthogonalised momentum for matrices.

use super::macros::optimizer;
use super::{Family, Rule, Update, beside_root};
use crate::norm::norm;
use crate::tree::{Layout, MatrixLayout};
use crate::{Scalar, math};

optimizer! {
    /// Muon (Jordan et al. 2024, kellerjordan.github.io/posts/muon): the momentum of a matrix is replaced by the nearest
    /// orthogonal matrix, approximately, by Newton-Schulz iteration. Leaves that are not matrices get Adam.
    ///
    /// | family | momentum | factor of the update | Adam for the rest |
    /// |---|---|---|---|
    /// | Keras | `m = momentum * m + g` | `0.2 √max(rows, columns)` | Keras', `epsilon` 1e-7 |
    /// | optax | bias-corrected average | `√max(1, columns / rows)` | optax's with Nesterov, 1e-8 |
    ///
    /// torch's runs the iteration in bfloat16 and is not reproduced.
    ///
    /// ```
    /// use autodiff_runtime::{Optimizer, optim::{Family, Muon}};
    /// let mut w = [[1.0, 0.0], [0.0, 1.0]];
    /// Muon::new(0.1).family(Family::Optax).step(&mut w, &[[3.0, 0.0], [0.0, 3.0]])?;
    /// assert!((w[0][0] - 0.9_f64).abs() < 0.04 && w[0][1] == 0.0);
    /// # Ok::<(), autodiff_runtime::Error>(())
    /// ```
    Muon, MuonRule {
        /// Share of the momentum that is kept, 0.95.
        momentum: f64 = 0.95,
        /// Looks ahead along the momentum.
        nesterov: bool = true,
        /// Steps of the iteration, 5.
        iterations: usize = 5,
        /// Coefficients of the iteration.
        coefficients: [f64; 3] = [3.4445, -4.775, 2.0315],
        /// Against division by zero, in Adam and (optax) in the iteration.
        epsilon: f64 = 1e-7,
        /// Root mean square of an update (Keras), 0.2; `None` leaves it as it is.
        rms_rate: Option<f64> = Some(0.2),
        /// Factor of the learning rate for Adam, 1 (Keras' `adam_lr_ratio`).
        adam_rate_factor: f64 = 1.0,
        /// Decay of Adam's first moment, 0.9.
        beta1: f64 = 0.9,
        /// Decay of Adam's second moment, 0.999.
        beta2: f64 = 0.999,
    } private {
        optax: bool = false,
    }
}

impl<S: Scalar> Muon<S> {
    /// Whose formula; Keras' by default. Call it before [`Muon::epsilon`].
    pub fn family(mut self, family: Family) -> Self {
        self.rule.optax = family == Family::Optax;
        self.rule.epsilon = if self.rule.optax { 1e-8 } else { 1e-7 };
        self
    }
}

impl<S: Scalar> Rule<S> for MuonRule {
    const NAME: &'static str = "muon";

    fn state_len(&self, layout: &Layout) -> usize {
        match layout.matrix() {
            // The momentum; then room for the iteration: two matrices of its size, two of the shorter side.
            Some(matrix) => 3 * layout.len() + 2 * matrix.rows.min(matrix.columns).pow(2),
            None => 2 * layout.len(),
        }
    }

    fn leaf(&mut self, update: Update<'_, S>) {
        match update.layout.matrix() {
            Some(matrix) => self.matrix(update, matrix),
            None => self.adam(update),
        }
    }
}

impl MuonRule {
    /// Weights of momentum and gradient in the update of optax' averages.
    fn corrected(&self, beta: f64, t: u64) -> (f64, f64) {
        let correction = math::debias(beta, t);
        if self.nesterov {
            (beta / math::debias(beta, t + 1), (1.0 - beta) / correction)
        } else {
            (1.0 / correction, 0.0)
        }
    }

    fn adam<S: Scalar>(&self, update: Update<'_, S>) {
        let (c1, c2) = (math::debias(self.beta1, update.t), math::debias(self.beta2, update.t));
        let (of_m, of_g) = if self.optax { self.corrected(self.beta1, update.t) } else { (1.0 / c1, 0.0) };
        let eps = if self.optax { self.epsilon } else { self.epsilon / math::sqrt(c2) };
        let rate = update.rate * self.adam_rate_factor;
        let (of_m, of_g) = (S::of(rate * of_m), S::of(rate * of_g));
        let (root, eps) = (S::of(1.0 / math::sqrt(c2)), beside_root(eps));
        let (b1, a1) = (S::of(self.beta1), S::of(1.0 - self.beta1));
        let (b2, a2) = (S::of(self.beta2), S::of(1.0 - self.beta2));
        update.each2(|p, g, m, v| {
            let m = b1 * m + a1 * g;
            let v = b2 * v + a2 * g * g;
            (p - (of_m * m + of_g * g) / (v.sqrt() * root + eps), m, v)
        });
    }

    fn matrix<S: Scalar>(&self, update: Update<'_, S>, matrix: MatrixLayout) {
        let len = update.params.len();
        let (momentum, rest) = update.state.split_at_mut(len);
        let (x, scratch) = rest.split_at_mut(len);
        let beta = self.momentum;
        let (into, of_m, of_g) = if self.optax {
            let (of_m, of_g) = self.corrected(beta, update.t);
            (1.0 - beta, of_m, of_g)
        } else if self.nesterov {
            (1.0, beta, 1.0)
        } else {
            (1.0, 1.0, 0.0)
        };
        let (beta, into, of_m, of_g) = (S::of(beta), S::of(into), S::of(of_m), S::of(of_g));
        // The iteration works on a row-major matrix that is not taller than wide.
        let tall = matrix.rows > matrix.columns;
        let (rows, columns) =
            if tall { (matrix.columns, matrix.rows) } else { (matrix.rows, matrix.columns) };
        let place = |i: usize, j: usize| {
            let (i, j) = if tall { (j, i) } else { (i, j) };
            i * matrix.row_stride + j * matrix.column_stride
        };
        let l2 = S::of(update.l2);
        for i in 0..rows {
            for j in 0..columns {
                let k = place(i, j);
                let g = update.grads[k] + l2 * update.params[k];
                momentum[k] = beta * momentum[k] + into * g;
                x[i * columns + j] = of_m * momentum[k] + of_g * g;
            }
        }
        let eps = beside_root(if self.optax { self.epsilon } else { 1e-7 });
        orthogonalize(x, rows, columns, scratch, self.coefficients.map(S::of), self.iterations, eps);
        let (height, width) = (matrix.rows as f64, matrix.columns as f64);
        let factor = if self.optax {
            math::sqrt((width / height).max(1.0))
        } else {
            self.rms_rate.map_or(1.0, |rms| rms * math::sqrt(height.max(width)))
        };
        let rate = S::of(update.rate * factor);
        let keep = S::one() - S::of(update.rate * update.weight_decay);
        for i in 0..rows {
            for j in 0..columns {
                let p = &mut update.params[place(i, j)];
                *p = *p * keep - rate * x[i * columns + j];
            }
        }
    }
}

/// Newton-Schulz: `x ← a x + (b A + c A²) x`, `A = x xᵀ`, from `x / ‖x‖`.
fn orthogonalize<S: Scalar>(
    x: &mut [S],
    rows: usize,
    columns: usize,
    scratch: &mut [S],
    [a, b, c]: [S; 3],
    iterations: usize,
    eps: S,
) {
    let scale = norm(x) + eps;
    x.iter_mut().for_each(|x| *x /= scale);
    let (next, squares) = scratch.split_at_mut(x.len());
    let (gram, poly) = squares.split_at_mut(rows * rows);
    for _ in 0..iterations {
        for i in 0..rows {
            for j in 0..rows {
                let (left, right) = (&x[i * columns..][..columns], &x[j * columns..][..columns]);
                gram[i * rows + j] = left.iter().zip(right).map(|(&l, &r)| l * r).sum();
            }
        }
        for i in 0..rows {
            for j in 0..rows {
                let square: S = (0..rows).map(|k| gram[i * rows + k] * gram[k * rows + j]).sum();
                poly[i * rows + j] = b * gram[i * rows + j] + c * square;
            }
        }
        for i in 0..rows {
            let row = &mut next[i * columns..][..columns];
            row.iter_mut().zip(&x[i * columns..]).for_each(|(new, &old)| *new = a * old);
            for k in 0..rows {
                let factor = poly[i * rows + k];
                row.iter_mut().zip(&x[k * columns..]).for_each(|(new, &old)| *new += factor * old);
            }
        }
        x.copy_from_slice(next);
    }
}
