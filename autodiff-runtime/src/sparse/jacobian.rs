//! Sparse Jacobians.

use super::compressed::Compressed;
use super::{Csr, Pattern, check, coloring};
use crate::Scalar;
use crate::tree::Tree;
use alloc::vec::Vec;

/// How a Jacobian with a given pattern is read from few products.
///
/// ```
/// use autodiff_runtime::{differentiate, sparse};
///
/// #[differentiate]
/// fn differences(x: &[f64]) -> Vec<f64> {
///     let mut d = vec![0.0; x.len() - 1];
///     for i in 0..d.len() {
///         d[i] = x[i + 1] * x[i + 1] - x[i];
///     }
///     d
/// }
///
/// let x = [1.0, 2.0, 3.0, 4.0, 5.0];
/// let plan = sparse::Jacobian::by_columns(sparse::Pattern::new(5, (0..4).map(|i| [i, i + 1])));
/// let jacobian = plan.evaluate(|v: &[f64]| differences::jvp(&x, v).1);
/// assert_eq!(plan.products(), 2);
/// assert_eq!(jacobian.values, [-1.0, 4.0, -1.0, 6.0, -1.0, 8.0, -1.0, 10.0]);
///
/// let plan = sparse::Jacobian::by_rows(sparse::Pattern::new(5, (0..4).map(|i| [i, i + 1])));
/// assert_eq!(plan.evaluate(|seed: &[f64]| differences::vjp(&x).1(seed.to_vec())), jacobian);
/// ```
#[derive(Debug, Clone)]
pub struct Jacobian {
    plan: Compressed,
    /// For the check: the transposed pattern, and which entry has become which. Products are with columns without it.
    transposed: Option<(Pattern, Vec<usize>)>,
}

impl Jacobian {
    /// To be evaluated by tangents, `f::jvp`: columns without a common row go together.
    pub fn by_columns(pattern: Pattern) -> Self {
        let colors = coloring::columns(&pattern);
        let mut sources = Vec::with_capacity(pattern.entries());
        pattern.each(|row, column, _| sources.push((colors[column], row)));
        let rows = pattern.rows();
        Self { plan: Compressed::new(pattern, rows, &colors, &sources), transposed: None }
    }

    /// To be evaluated by adjoints, `f::vjp`: rows without a common column go together.
    pub fn by_rows(pattern: Pattern) -> Self {
        let transposed = pattern.transposed();
        let colors = coloring::columns(&transposed);
        let mut sources = Vec::with_capacity(pattern.entries());
        pattern.each(|row, column, _| sources.push((colors[row], column)));
        // Entries of one column come in the order of their rows, here and there.
        let mut next = transposed.row_starts().to_vec();
        let mut become_of = alloc::vec![0; pattern.entries()];
        pattern.each(|_, column, at| {
            become_of[next[column]] = at;
            next[column] += 1;
        });
        let columns = pattern.columns();
        let plan = Compressed::new(pattern, columns, &colors, &sources);
        Self { plan, transposed: Some((transposed, become_of)) }
    }

    /// How many products an evaluation takes. (With debug assertions it takes one more, as a check.)
    pub fn products(&self) -> usize {
        self.plan.colors()
    }

    /// The pattern.
    pub fn pattern(&self) -> &Pattern {
        &self.plan.pattern
    }

    /// The Jacobian. `product` multiplies it with a tangent, a number for each column, where the plan is by columns, and an
    /// adjoint, a number for each row, with it where the plan is by rows; of the result the numbers count, in their order.
    ///
    /// # Panics
    /// When a product has another number of numbers; with debug assertions also when an entry is outside of the pattern.
    #[track_caller]
    pub fn evaluate<S: Scalar, T: Tree<S>>(&self, product: impl FnMut(&[S]) -> T) -> Csr<S> {
        let mut values = alloc::vec![S::zero(); self.pattern().entries()];
        self.evaluate_into(product, &mut values);
        self.pattern().with(values)
    }

    /// The entries alone, row by row, into memory of one's own.
    ///
    /// # Panics
    /// As [`Jacobian::evaluate`], and when there is not a value for each entry.
    #[track_caller]
    pub fn evaluate_into<S: Scalar, T: Tree<S>>(&self, mut product: impl FnMut(&[S]) -> T, values: &mut [S]) {
        self.plan.evaluate_into(&mut product, values);
        if cfg!(debug_assertions) {
            match &self.transposed {
                None => {
                    let entries = self.pattern().with(values.to_vec());
                    check::check(&self.plan, &entries, product, "Jacobian", |row, column| (row, column));
                }
                Some((transposed, become_of)) => {
                    let entries = transposed.with(become_of.iter().map(|&at| values[at]).collect());
                    check::check(&self.plan, &entries, product, "Jacobian", |column, row| (row, column));
                }
            }
        }
    }
}
