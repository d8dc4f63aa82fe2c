//! Which entries of a matrix are not zero, and matrices of such entries.

use crate::Scalar;
use alloc::vec::Vec;

/// The places of the entries of a sparse matrix, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    columns: usize,
    row_starts: Vec<usize>,
    column_indices: Vec<usize>,
}

impl Pattern {
    /// The pattern of a matrix with so many columns, from the columns of the entries of each row, in any order.
    ///
    /// # Panics
    /// When there is no such column.
    ///
    /// ```
    /// use autodiff_runtime::sparse::Pattern;
    /// let pattern = Pattern::new(3, [vec![0, 2], vec![], vec![1, 0, 1]]);
    /// assert_eq!((pattern.rows(), pattern.columns(), pattern.entries()), (3, 3, 4));
    /// assert_eq!(pattern.row(2), [0, 1]);
    /// ```
    #[track_caller]
    pub fn new<R: IntoIterator<Item = usize>>(columns: usize, rows: impl IntoIterator<Item = R>) -> Self {
        let (mut row_starts, mut column_indices) = (alloc::vec![0], Vec::new());
        for row in rows {
            let start = column_indices.len();
            column_indices.extend(row);
            let row = &mut column_indices[start..];
            row.sort_unstable();
            if let Some(&last) = row.last() {
                assert!(last < columns, "there is no column {last} in a pattern of {columns} columns");
            }
            let mut kept = start;
            for at in start..column_indices.len() {
                if kept == start || column_indices[kept - 1] != column_indices[at] {
                    column_indices[kept] = column_indices[at];
                    kept += 1;
                }
            }
            column_indices.truncate(kept);
            row_starts.push(kept);
        }
        Self { columns, row_starts, column_indices }
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.row_starts.len() - 1
    }

    /// How many columns there are.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// How many entries there are.
    pub fn entries(&self) -> usize {
        self.column_indices.len()
    }

    /// The columns of the entries of a row, in order.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn row(&self, row: usize) -> &[usize] {
        &self.column_indices[self.row_starts[row]..self.row_starts[row + 1]]
    }

    /// Where the entries of each row start, and the last one ends: one more number than there are rows.
    pub fn row_starts(&self) -> &[usize] {
        &self.row_starts
    }

    /// The columns of all entries, row by row.
    pub fn column_indices(&self) -> &[usize] {
        &self.column_indices
    }

    /// Calls `f` with row, column and number of each entry.
    pub(super) fn each(&self, mut f: impl FnMut(usize, usize, usize)) {
        for row in 0..self.rows() {
            for at in self.row_starts[row]..self.row_starts[row + 1] {
                f(row, self.column_indices[at], at);
            }
        }
    }

    /// Rows and columns exchanged.
    pub(super) fn transposed(&self) -> Self {
        let mut row_starts = alloc::vec![0; self.columns + 1];
        self.each(|_, column, _| row_starts[column + 1] += 1);
        for row in 0..self.columns {
            row_starts[row + 1] += row_starts[row];
        }
        let mut next = row_starts.clone();
        let mut column_indices = alloc::vec![0; self.entries()];
        self.each(|row, column, _| {
            column_indices[next[column]] = row;
            next[column] += 1;
        });
        Self { columns: self.rows(), row_starts, column_indices }
    }

    /// The entries of a square pattern with their mirror images.
    pub(super) fn symmetric(&self) -> Self {
        let mirror = self.transposed();
        let row = |row: usize| self.row(row).iter().chain(mirror.row(row)).copied();
        Self::new(self.columns, (0..self.rows()).map(row))
    }

    /// The matrix of these entries.
    pub(super) fn with<S>(&self, values: Vec<S>) -> Csr<S> {
        Csr {
            rows: self.rows(),
            columns: self.columns,
            row_starts: self.row_starts.clone(),
            column_indices: self.column_indices.clone(),
            values,
        }
    }
}

/// A sparse matrix in compressed rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Csr<S = f64> {
    /// How many rows there are.
    pub rows: usize,
    /// How many columns there are.
    pub columns: usize,
    /// Where the entries of each row start, and the last one ends.
    pub row_starts: Vec<usize>,
    /// The columns of the entries, in order within a row.
    pub column_indices: Vec<usize>,
    /// The entries.
    pub values: Vec<S>,
}

impl<S: Scalar> Csr<S> {
    /// The columns of the entries of a row, and these.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn row(&self, row: usize) -> (&[usize], &[S]) {
        let range = self.row_starts[row]..self.row_starts[row + 1];
        (&self.column_indices[range.clone()], &self.values[range])
    }

    /// The product with a vector.
    ///
    /// # Panics
    /// When it has not as many numbers as there are columns.
    pub fn multiply(&self, x: &[S]) -> Vec<S> {
        assert_eq!(x.len(), self.columns, "a matrix of {} columns", self.columns);
        let entries = |row| {
            let (columns, values) = self.row(row);
            columns.iter().zip(values).map(|(&column, &value)| value * x[column]).sum()
        };
        (0..self.rows).map(entries).collect()
    }

    /// All numbers, row by row.
    pub fn to_dense(&self) -> Vec<S> {
        let mut dense = alloc::vec![S::zero(); self.rows * self.columns];
        for row in 0..self.rows {
            let (columns, values) = self.row(row);
            for (&column, &value) in columns.iter().zip(values) {
                dense[row * self.columns + column] = value;
            }
        }
        dense
    }
}
