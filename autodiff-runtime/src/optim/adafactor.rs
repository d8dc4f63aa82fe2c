//! Adam's second moment from row and column means.

use super::macros::optimizer;
use super::{Family, Rule, Update, positive};
use crate::clip::Units;
use crate::tree::Layout;
use crate::{Scalar, math};

optimizer! {
    /// Adafactor (Shazeer, Stern 2018, arXiv:1804.04235). Leaves of rank 2 and more keep means over rows and over columns in
    /// place of the second moment; others keep it whole. Its decay is `1 - t^beta2_decay`.
    ///
    /// | family | factored axes | learning rate | guard |
    /// |---|---|---|---|
    /// | Keras | the last two | `min(rate, 1/√t) * max(epsilon2, rms(p))` | `g² + epsilon1`, 1e-30 |
    /// | torch | the last two | the same | variance at least `epsilon1²`, machine epsilon |
    /// | optax | the two longest | `rate * max(epsilon2, rms(p))` | `g² + epsilon1`, 1e-30 |
    ///
    /// ```
    /// use autodiff_runtime::{Optimizer, optim::Adafactor};
    /// let mut w = [[1.0, -1.0], [1.0, 1.0]];
    /// Adafactor::new(0.5).step(&mut w, &[[2.0, 2.0], [2.0, 2.0]])?;
    /// assert!((w[0][0] - 0.5_f64).abs() < 1e-12);
    /// # Ok::<(), autodiff_runtime::Error>(())
    /// ```
    Adafactor, AdafactorRule {
        /// Exponent of the decay of the second moment, -0.8.
        beta2_decay: f64 = -0.8,
        /// Guard against division by zero.
        epsilon1: f64 = 1e-30,
        /// Smallest size of a leaf, 1e-3.
        epsilon2: f64 = 1e-3,
        /// Largest root mean square of an update, 1.
        clip_threshold: f64 = 1.0,
    } private {
        family: Family = Family::Keras,
    }
}

impl<S: Scalar> Adafactor<S> {
    /// Whose formula; Keras' by default. Call it before [`Adafactor::epsilon1`].
    pub fn family(mut self, family: Family) -> Self {
        self.rule.family = family;
        self.rule.epsilon1 = if family == Family::Torch { S::epsilon().as_f64() } else { 1e-30 };
        self
    }
}

impl AdafactorRule {
    /// The two axes that are factored.
    fn axes(&self, layout: &Layout) -> Option<(usize, usize)> {
        let (shape, rank) = (layout.shape(), layout.rank());
        if rank < 2 {
            return None;
        }
        if self.family != Family::Optax {
            return Some((rank - 2, rank - 1));
        }
        // The longest, later ones first among equals.
        let longest = |skip: Option<usize>| {
            (0..rank).filter(|&axis| Some(axis) != skip).max_by_key(|&axis| shape[axis]).expect("two axes")
        };
        let first = longest(None);
        Some((longest(Some(first)), first))
    }
}

/// A leaf as a batch of matrices.
struct Factored {
    rows: (usize, usize),
    columns: (usize, usize),
    batch: Units,
}

impl Factored {
    fn new(layout: Layout, (row, column): (usize, usize)) -> Self {
        let side = |axis: usize| (layout.shape()[axis], layout.stride(axis));
        Self {
            rows: side(row),
            columns: side(column),
            batch: Units::new(layout, move |axis| axis == row || axis == column),
        }
    }

    /// Calls `f` with the indices of each element: in memory, among the row means, among the column means.
    fn each(&self, mut f: impl FnMut(usize, usize, usize)) {
        for unit in 0..self.batch.count() {
            let start = self.batch.places(unit).next().unwrap_or(0);
            for i in 0..self.rows.0 {
                for j in 0..self.columns.0 {
                    let place = start + i * self.rows.1 + j * self.columns.1;
                    f(place, unit * self.rows.0 + i, unit * self.columns.0 + j);
                }
            }
        }
    }
}

impl<S: Scalar> Rule<S> for AdafactorRule {
    const NAME: &'static str = "adafactor";

    fn state_len(&self, layout: &Layout) -> usize {
        // The updates themselves come last: they are needed twice.
        let moments = self.axes(layout).map_or(layout.len(), |(row, column)| {
            let (rows, columns) = (layout.shape()[row], layout.shape()[column]);
            layout.len().checked_div(rows * columns).unwrap_or(0) * (rows + columns)
        });
        moments + layout.len()
    }

    fn counts_by_leaf(&self) -> bool {
        self.family == Family::Torch
    }

    fn leaf(&mut self, update: Update<'_, S>) {
        let (len, t) = (update.params.len(), update.t as f64);
        let torch = self.family == Family::Torch;
        let kept = 1.0 - math::powf(t, self.beta2_decay);
        let (kept, new) = (S::of(kept), S::of(1.0 - kept));
        let eps = positive(self.epsilon1);
        let (guard, floor) =
            if torch { (S::zero(), positive(self.epsilon1 * self.epsilon1)) } else { (eps, S::zero()) };
        let (moments, u) = update.state.split_at_mut(update.state.len() - len);
        let grads = update.grads;
        if let Some(axes) = self.axes(&update.layout) {
            let leaf = Factored::new(update.layout, axes);
            let (rows, columns) = moments.split_at_mut(leaf.batch.count() * leaf.rows.0);
            moments_of(&leaf, grads, rows, columns, kept, new, guard);
            // The mean over the rows of a matrix normalises them.
            let size = S::of(leaf.rows.0 as f64);
            leaf.each(|place, row, column| {
                let first = row / leaf.rows.0 * leaf.rows.0;
                let mean = rows[first..first + leaf.rows.0].iter().copied().sum::<S>() / size;
                let mean = if torch { mean.max(eps) } else { mean };
                u[place] = grads[place] / (rows[row] / mean * columns[column]).max(floor).sqrt();
            });
        } else {
            for ((u, v), &g) in u.iter_mut().zip(moments).zip(grads) {
                *v = kept * *v + new * (g * g + guard);
                *u = g / v.max(floor).sqrt();
            }
        }
        let keep = S::one() - S::of(update.rate * update.weight_decay);
        // Keras measures the leaf after the decay, the others before.
        let kept_of = if self.family == Family::Keras {
            update.params.iter_mut().for_each(|p| *p *= keep);
            S::one()
        } else {
            keep
        };
        let rms = |x: &[S]| crate::norm::norm(x) / S::of(len as f64).sqrt();
        let clip = (rms(u) / S::of(self.clip_threshold)).max(S::one());
        let rate =
            if self.family == Family::Optax { update.rate } else { update.rate.min(1.0 / math::sqrt(t)) };
        let rate = S::of(rate) * rms(update.params).max(S::of(self.epsilon2)) / clip;
        for (p, &mut u) in update.params.iter_mut().zip(u) {
            *p = *p * kept_of - rate * u;
        }
    }
}

/// Advances the means of squares over rows and columns.
fn moments_of<S: Scalar>(
    leaf: &Factored,
    grads: &[S],
    rows: &mut [S],
    columns: &mut [S],
    kept: S,
    new: S,
    guard: S,
) {
    rows.iter_mut().chain(&mut *columns).for_each(|mean| *mean *= kept);
    let (per_row, per_column) = (new / S::of(leaf.columns.0 as f64), new / S::of(leaf.rows.0 as f64));
    leaf.each(|place, row, column| {
        let square = grads[place] * grads[place] + guard;
        rows[row] += per_row * square;
        columns[column] += per_column * square;
    });
}
