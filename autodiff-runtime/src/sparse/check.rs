//! Whether a pattern has all the entries that there are: one product with a random vector tells.

use super::Csr;
use super::compressed::Compressed;
use crate::Scalar;
use crate::tree::Tree;
use alloc::vec::Vec;

/// Compares the product with a random vector with what the entries say.
///
/// `entries` are those of the matrix whose products these are: rows are numbers of the product, columns places of the seed.
/// `name` and `place` say how to call the matrix, and in which row and column an entry is that is in these.
///
/// # Panics
/// With the place of an entry that is outside of the pattern.
#[track_caller]
pub(super) fn check<S: Scalar, T: Tree<S>>(
    plan: &Compressed,
    entries: &Csr<S>,
    mut product: impl FnMut(&[S]) -> T,
    name: &str,
    place: impl Fn(usize, usize) -> (usize, usize),
) {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        S::of(0.5 + (state >> 11) as f64 / (1_u64 << 53) as f64)
    };
    let seed: Vec<S> = (0..entries.columns).map(|_| next()).collect();
    let mut found = Vec::new();
    plan.multiply(&seed, &mut product, &mut found);
    let said = entries.multiply(&seed);
    let largest = found.iter().fold(S::zero(), |max, x| max.max(x.abs()));
    for row in 0..entries.rows {
        let (columns, values) = entries.row(row);
        let size: S = columns.iter().zip(values).map(|(&column, &value)| (value * seed[column]).abs()).sum();
        // Far above rounding, also of what cancels within the function.
        let rounding = S::epsilon().sqrt() * (S::of(10.0) * size + S::of(0.01) * largest);
        let difference = (found[row] - said[row]).abs();
        // What is not finite cannot be told apart.
        if difference <= rounding || !difference.is_finite() {
            continue;
        }
        let mut outside: Vec<usize> =
            (0..entries.columns).filter(|column| columns.binary_search(column).is_err()).collect();
        let mut along = |places: &[usize]| {
            let mut part = alloc::vec![S::zero(); seed.len()];
            places.iter().for_each(|&at| part[at] = seed[at]);
            plan.multiply(&part, &mut product, &mut found);
            found[row]
        };
        while outside.len() > 1 {
            let second = outside.split_off(outside.len() / 2);
            if along(&second).abs() > along(&outside).abs() {
                outside = second;
            }
        }
        let entry = outside.first().map(|&column| (column, along(&[column]) / seed[column]));
        if let Some((column, entry)) = entry.filter(|(_, entry)| *entry != S::zero()) {
            let (row, column) = place(row, column);
            panic!("the {name} has {entry} in row {row}, column {column}, which is outside of its pattern");
        }
        let row = place(row, 0).0.max(place(0, row).1);
        panic!("products with the {name} do not add up at {row}: are they all taken at one point?");
    }
}
