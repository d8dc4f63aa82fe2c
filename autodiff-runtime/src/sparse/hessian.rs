//! Sparse Hessians.

use super::compressed::Compressed;
use super::{Csr, Pattern, check, coloring};
use crate::Scalar;
use crate::tree::Tree;
use alloc::vec::Vec;

/// How a Hessian with a given pattern is read from few products, making use of its symmetry.
///
/// ```
/// use autodiff_runtime::{differentiate, sparse};
///
/// /// Everything hangs on the last number.
/// #[differentiate(order = 2)]
/// fn arrow(x: &[f64]) -> f64 {
///     let n = x.len() - 1;
///     let mut sum = 0.0;
///     for i in 0..n {
///         sum += x[i].sin() * x[n];
///     }
///     sum
/// }
///
/// let x = [0.1, 0.2, 0.3, 2.0];
/// let plan = sparse::Hessian::new(sparse::Pattern::new(4, (0..4).map(|i| [i, 3])));
/// assert_eq!(plan.products(), 2);
/// let hessian = plan.evaluate(|v: &[f64]| arrow::hvp(&x, v));
/// assert_eq!(hessian.row(3), (&[0, 1, 2, 3][..], &[x[0].cos(), x[1].cos(), x[2].cos(), 0.0][..]));
/// ```
#[derive(Debug, Clone)]
pub struct Hessian(Compressed);

impl Hessian {
    /// A plan for a pattern that has each entry beside the diagonal once or twice. The result has it twice.
    ///
    /// # Panics
    /// When the pattern is not square.
    #[track_caller]
    pub fn new(pattern: Pattern) -> Self {
        let (rows, columns) = (pattern.rows(), pattern.columns());
        assert_eq!(rows, columns, "a Hessian has as many rows as columns");
        let pattern = pattern.symmetric();
        let colors = coloring::star(&pattern);
        // How many entries of a row have which colour: where it is one, the product has it alone.
        let mut counts = alloc::vec![0_usize; colors.iter().max().map_or(0, |max| max + 1)];
        let mut alone = Vec::with_capacity(pattern.entries());
        for row in 0..rows {
            let row = pattern.row(row);
            row.iter().for_each(|&column| counts[colors[column]] += 1);
            alone.extend(row.iter().map(|&column| counts[colors[column]] == 1));
            row.iter().for_each(|&column| counts[colors[column]] = 0);
        }
        let mut sources = Vec::with_capacity(pattern.entries());
        pattern.each(|row, column, at| {
            // Otherwise its mirror image is alone: that is what the colours are chosen for.
            sources.push(if alone[at] { (colors[column], row) } else { (colors[row], column) });
        });
        Self(Compressed::new(pattern, rows, &colors, &sources))
    }

    /// How many products an evaluation takes. (With debug assertions it takes one more, as a check.)
    pub fn products(&self) -> usize {
        self.0.colors()
    }

    /// The pattern, with the mirror images of its entries.
    pub fn pattern(&self) -> &Pattern {
        &self.0.pattern
    }

    /// The Hessian. `product` multiplies it with a vector: `f::hvp`. Of the result the numbers count, in their order.
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
    /// As [`Hessian::evaluate`], and when there is not a value for each entry.
    #[track_caller]
    pub fn evaluate_into<S: Scalar, T: Tree<S>>(&self, mut product: impl FnMut(&[S]) -> T, values: &mut [S]) {
        self.0.evaluate_into(&mut product, values);
        if cfg!(debug_assertions) {
            let entries = self.pattern().with(values.to_vec());
            check::check(&self.0, &entries, product, "Hessian", |row, column| (row, column));
        }
    }
}
