//! Gradients on their way through wrappers to an optimizer.

use crate::tree::{self, Layout, Leaf, Node, Path, Tree, TreeMut};
use crate::{Error, Scalar};
use alloc::vec::Vec;

/// Gradients as an optimizer receives them: the caller's tree, or a copy that a wrapper has changed, perhaps with
/// some leaves left out.
pub struct Gradients<'a, S> {
    source: Source<'a, S>,
    /// Leaves of the parameters that are to be updated; all when `None`.
    only: Option<&'a [bool]>,
}

enum Source<'a, S> {
    Tree(&'a dyn Tree<S>),
    Buffer(&'a Buffer<S>),
}

impl<S> Clone for Gradients<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<S> Copy for Gradients<'_, S> {}
impl<S> Clone for Source<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<S> Copy for Source<'_, S> {}

impl<'a, S: Scalar> Gradients<'a, S> {
    /// Gradients in the shape of the parameters.
    pub fn new(tree: &'a dyn Tree<S>) -> Self {
        Self { source: Source::Tree(tree), only: None }
    }

    pub(super) fn buffered(buffer: &'a Buffer<S>) -> Self {
        Self { source: Source::Buffer(buffer), only: None }
    }

    /// The same, of some leaves only; the mask has one entry for each leaf of the parameters.
    pub(super) fn only(self, mask: &'a [bool]) -> Self {
        Self { only: Some(mask), ..self }
    }

    /// The same, of the leaves alone that `outer` means.
    pub(super) fn within(self, outer: &Gradients<'a, S>) -> Self {
        Self { only: outer.only, ..self }
    }

    /// Whether a leaf of the parameters is meant at all.
    pub(super) fn covers(&self, index: usize) -> bool {
        self.only.is_none_or(|only| only[index])
    }

    /// Calls `f` with the number of each leaf of the parameters, the leaf, and its gradient.
    ///
    /// # Errors
    /// [`Error::Mismatch`] when the gradients have another shape than the parameters.
    pub fn visit<P: Tree<S> + ?Sized>(
        &self,
        params: &P,
        mut f: impl FnMut(usize, &Path, Leaf<'_, S>, Option<&[S]>),
    ) -> Result<(), Error> {
        let mut index = 0;
        let mut visit = |path: &Path, leaf: Leaf<'_, S>, g: Option<&[S]>| {
            f(index, path, leaf, g.filter(|_| self.only.is_none_or(|only| only[index])));
            index += 1;
        };
        match self.source {
            Source::Tree(grads) => tree::walk_pair(params, Some(grads), &Path::ROOT, &mut visit),
            Source::Buffer(buffer) => {
                let mut entries = buffer.entries.iter();
                tree::visit(params, |path, leaf| visit(path, leaf, entries.next().and_then(Entry::get)));
                Ok(())
            }
        }
    }

    /// As [`Gradients::visit`], with parameters that may be changed.
    ///
    /// # Errors
    /// As [`Gradients::visit`].
    pub fn visit_mut<P: TreeMut<S> + ?Sized>(
        &self,
        params: &mut P,
        mut f: impl FnMut(usize, Layout, &mut [S], Option<&[S]>),
    ) -> Result<(), Error> {
        let mut index = 0;
        let mut visit = |layout: Layout, p: &mut [S], g: Option<&[S]>| {
            f(index, layout, p, g.filter(|_| self.only.is_none_or(|only| only[index])));
            index += 1;
        };
        match self.source {
            Source::Tree(grads) => tree::zip_mut(params, grads, |_, layout, p, g| visit(layout, p, g)),
            Source::Buffer(buffer) => {
                let mut entries = buffer.entries.iter();
                tree::visit_mut(params, |_, layout, p| visit(layout, p, entries.next().and_then(Entry::get)));
                Ok(())
            }
        }
    }
}

/// A copy of gradients, one entry for each leaf of the parameters.
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(bound = "S: Scalar"))]
pub(super) struct Buffer<S> {
    pub(super) entries: Vec<Entry<S>>,
}

/// One leaf of the copy; its memory stays when the gradient is absent.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(bound = "S: Scalar"))]
pub(super) struct Entry<S> {
    #[cfg_attr(feature = "serde", serde(with = "super::bits"))]
    pub(super) data: Vec<S>,
    pub(super) layout: Layout,
    pub(super) present: bool,
}

impl<S> Entry<S> {
    fn get(&self) -> Option<&[S]> {
        self.present.then_some(&self.data)
    }
}

impl<S: Scalar> Buffer<S> {
    /// Copies `grads`, or adds them to what is there. Allocates the first time only.
    pub(super) fn take<P: Tree<S> + ?Sized>(
        &mut self,
        params: &P,
        grads: &Gradients<'_, S>,
        add: bool,
    ) -> Result<(), Error> {
        // All shapes are compared before anything is changed.
        grads.visit(params, |_, _, _, _| {})?;
        grads.visit(params, |index, _, leaf, g| {
            if index == self.entries.len() {
                let data = alloc::vec![S::zero(); leaf.data.len()];
                self.entries.push(Entry { data, layout: leaf.layout, present: false });
            }
            let entry = &mut self.entries[index];
            entry.layout = leaf.layout;
            entry.data.resize(leaf.data.len(), S::zero());
            match g {
                Some(g) if add && entry.present => {
                    entry.data.iter_mut().zip(g).for_each(|(sum, &g)| *sum += g)
                }
                Some(g) => entry.data.copy_from_slice(g),
                None => {}
            }
            entry.present = g.is_some() || (add && entry.present);
        })
    }

    pub(super) fn clear(&mut self) {
        self.entries.iter_mut().for_each(|entry| entry.present = false);
    }
}

impl<S: Scalar> Tree<S> for Entry<S> {
    fn node(&self) -> Node<'_, S> {
        if self.present { Node::Leaf(Leaf { data: &self.data, layout: self.layout }) } else { Node::Absent }
    }
}
impl<S: Scalar> TreeMut<S> for Entry<S> {
    fn data_mut(&mut self) -> &mut [S] {
        &mut self.data
    }
}
