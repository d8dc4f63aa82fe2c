//! The slices of a leaf that are reduced together.

use crate::tree::Layout;

/// A leaf cut into units: the elements that share their indices along the axes that are not reduced.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Units {
    layout: Layout,
    reduced: [bool; 6],
}

impl Units {
    /// Reduces along the axes for which `reduced` holds.
    pub(crate) fn new(layout: Layout, reduced: impl Fn(usize) -> bool) -> Self {
        Self { layout, reduced: core::array::from_fn(reduced) }
    }

    fn product(&self, reduced: bool) -> usize {
        let shape = self.layout.shape().iter().enumerate();
        shape.filter(|(axis, _)| self.reduced[*axis] == reduced).map(|(_, dim)| dim).product()
    }

    /// Number of units.
    pub(crate) fn count(&self) -> usize {
        self.product(false)
    }

    /// Places in memory of the elements of a unit.
    pub(crate) fn places(&self, unit: usize) -> impl Iterator<Item = usize> + use<> {
        let units = *self;
        let start = units.offset(unit, false);
        (0..units.product(true)).map(move |index| start + units.offset(index, true))
    }

    /// Decodes a row-major index over some of the axes into a place in memory.
    fn offset(&self, mut index: usize, reduced: bool) -> usize {
        let mut offset = 0;
        for axis in (0..self.layout.rank()).rev().filter(|&axis| self.reduced[axis] == reduced) {
            let dim = self.layout.shape()[axis];
            offset += index % dim * self.layout.stride(axis);
            index /= dim;
        }
        offset
    }
}
