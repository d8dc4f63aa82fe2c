//! What Jacobians and Hessians have in common: seeds, and where entries are found in their products.

use super::Pattern;
use crate::Scalar;
use crate::tree::{self, Tree};
use alloc::vec::Vec;

/// Lists one behind the other.
#[derive(Debug, Clone)]
struct Lists<T> {
    starts: Vec<usize>,
    items: Vec<T>,
}

impl<T: Copy + Default> Lists<T> {
    /// Sorts items into so many lists, by a counting sort.
    fn new(count: usize, items: impl Iterator<Item = (usize, T)> + Clone) -> Self {
        let mut starts = alloc::vec![0; count + 1];
        items.clone().for_each(|(list, _)| starts[list + 1] += 1);
        (0..count).for_each(|list| starts[list + 1] += starts[list]);
        let mut next = starts.clone();
        let mut sorted = alloc::vec![T::default(); starts[count]];
        for (list, item) in items {
            sorted[next[list]] = item;
            next[list] += 1;
        }
        Self { starts, items: sorted }
    }

    fn len(&self) -> usize {
        self.starts.len() - 1
    }

    fn get(&self, list: usize) -> &[T] {
        &self.items[self.starts[list]..self.starts[list + 1]]
    }
}

/// A matrix that is read from the products with one seed for each colour.
#[derive(Debug, Clone)]
pub(super) struct Compressed {
    pub(super) pattern: Pattern,
    /// How long a seed is, and a product.
    seed: usize,
    product: usize,
    /// By colour the places of the seed that are one.
    members: Lists<usize>,
    /// By colour where in its product an entry is found, and which one.
    sources: Lists<(usize, usize)>,
}

impl Compressed {
    /// `sources` says of each entry in which colour's product it is found, and where.
    pub(super) fn new(
        pattern: Pattern,
        product: usize,
        colors: &[usize],
        sources: &[(usize, usize)],
    ) -> Self {
        let count = colors.iter().max().map_or(0, |max| max + 1);
        let members = Lists::new(count, colors.iter().copied().zip(0..));
        let sources = sources.iter().enumerate().map(|(entry, &(color, at))| (color, (at, entry)));
        let sources = Lists::new(count, sources);
        Self { pattern, seed: colors.len(), product, members, sources }
    }

    pub(super) fn colors(&self) -> usize {
        self.members.len()
    }

    #[track_caller]
    pub(super) fn evaluate_into<S: Scalar, T: Tree<S>>(
        &self,
        mut product: impl FnMut(&[S]) -> T,
        values: &mut [S],
    ) {
        assert_eq!(values.len(), self.pattern.entries(), "a value for each entry of the pattern");
        let mut seed = alloc::vec![S::zero(); self.seed];
        let mut numbers = Vec::with_capacity(self.product);
        for color in 0..self.colors() {
            self.members.get(color).iter().for_each(|&at| seed[at] = S::one());
            self.multiply(&seed, &mut product, &mut numbers);
            self.members.get(color).iter().for_each(|&at| seed[at] = S::zero());
            for &(at, entry) in self.sources.get(color) {
                values[entry] = numbers[at];
            }
        }
    }

    /// The numbers of a product.
    #[track_caller]
    pub(super) fn multiply<S: Scalar, T: Tree<S>>(
        &self,
        seed: &[S],
        product: &mut impl FnMut(&[S]) -> T,
        numbers: &mut Vec<S>,
    ) {
        numbers.clear();
        tree::visit(&product(seed), |_, leaf| numbers.extend_from_slice(leaf.data));
        assert_eq!(numbers.len(), self.product, "a product has as many numbers as the pattern says");
    }
}
