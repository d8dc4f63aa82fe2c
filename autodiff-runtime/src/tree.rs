//! Trees of numbers: parameters, gradients, tangents.
//!
//! Optimizers, clipping and checking work on any type that implements [`Tree`]: numbers, arrays, slices, `Vec`s,
//! tuples, `Option`s, user structs, and with the features of the same name `nalgebra` matrices and `ndarray` arrays.
//! A tree is a *leaf* (a contiguous run of numbers with a shape), a *branch* with children, or *absent* (`None`: no
//! gradient). Integers, `bool`, `char`, strings and `()` are branches without children: they are inactive.
//!
//! | type | seen as |
//! |---|---|
//! | `f64` | leaf of shape `[]` |
//! | `[f64; N]`, `[f64]`, `Vec<f64>` | leaf of shape `[n]` |
//! | `[[f64; N]; M]`, `Vec<[f64; N]>` | leaf of shape `[m, n]` |
//! | `Vec<Vec<f64>>` | branch, leaves `[0]`, `[1]`, … |
//! | `(A, B)` | branch, children `.0`, `.1` |
//! | a struct | branch, children named after the fields |
//! | `Option<T>` | `T`, or absent |
//! | [`Shaped`] | leaf with a shape chosen at run time |
//!
//! Two trees match when they have the same branches, names aside, and leaves of the same shapes; their types may
//! differ (`&mut [f64]` and `Vec<f64>`; a struct and its tangent). Where the second tree is absent, or inactive, the
//! first has no partner, which to an optimizer means "no gradient: leave it". The other way round, numbers beside
//! nothing, is an error.
//!
//! Nothing here allocates, except what returns a new tree and what reports an error.
//!
//! # Implementing it
//!
//! A struct delegates to its fields, in order; this is all that a derive has to write:
//!
//! ```
//! use autodiff_runtime::tree::{self, Name, Node, Tree, TreeMut};
//! use autodiff_runtime::Scalar;
//!
//! struct Layer { weights: Vec<[f64; 2]>, bias: f64, epoch: usize }
//!
//! impl<S: Scalar> Tree<S> for Layer
//! where Vec<[f64; 2]>: Tree<S>, f64: Tree<S>, usize: Tree<S>
//! {
//!     fn node(&self) -> Node<'_, S> {
//!         Node::Branch(3)
//!     }
//!     fn child(&self, index: usize) -> (Name, &dyn Tree<S>) {
//!         match index {
//!             0 => (Name::Field("weights"), &self.weights),
//!             1 => (Name::Field("bias"), &self.bias),
//!             2 => (Name::Field("epoch"), &self.epoch),
//!             _ => tree::no_child(index),
//!         }
//!     }
//! }
//! impl<S: Scalar> TreeMut<S> for Layer
//! where Vec<[f64; 2]>: TreeMut<S>, f64: TreeMut<S>, usize: TreeMut<S>
//! {
//!     fn child_mut(&mut self, index: usize) -> (Name, &mut dyn TreeMut<S>) {
//!         match index {
//!             0 => (Name::Field("weights"), &mut self.weights),
//!             1 => (Name::Field("bias"), &mut self.bias),
//!             2 => (Name::Field("epoch"), &mut self.epoch),
//!             _ => tree::no_child(index),
//!         }
//!     }
//! }
//!
//! let mut layer = Layer { weights: vec![[1.0, 2.0], [3.0, 4.0]], bias: 5.0, epoch: 7 };
//! let mut seen = Vec::new();
//! tree::visit(&layer, |path, leaf| seen.push(format!("{path} {}", leaf.layout)));
//! assert_eq!(seen, ["weights [2, 2]", "bias []"]);
//! tree::map_mut(&mut layer, |x: f64| 2.0 * x);
//! assert_eq!((layer.weights[1][1], layer.bias, layer.epoch), (8.0, 10.0, 7));
//! ```
//!
//! A tuple struct names its fields `Name::Position(0)`, …; an enum answers for the variant it holds; a field marked
//! inactive is either left out on both sides or has the tangent `()`. No other method needs to be overridden.

use crate::Scalar;

mod impls;
mod layout;
#[cfg(feature = "nalgebra")]
mod nalgebra;
#[cfg(feature = "ndarray")]
mod ndarray;
mod ops;
mod path;
mod shaped;
mod walk;

pub use layout::{Layout, MatrixLayout};
pub use ops::{
    add_scaled, assign, count, distance, dot, fill, fold, is_finite, leaf_count, map_mut, norm, scale,
    to_vec, write_from, zeros_like, zip_map,
};
pub use path::{Name, Path};
pub use shaped::Shaped;
pub(crate) use walk::walk_pair;
pub use walk::{visit, visit_mut, zip, zip_mut, zip3_mut};

/// What a tree looks like from above.
#[derive(Debug)]
pub enum Node<'a, S> {
    /// Numbers.
    Leaf(Leaf<'a, S>),
    /// So many children.
    Branch(usize),
    /// `None`: a gradient that does not exist.
    Absent,
    /// Numbers that cannot be lent as one slice, and why.
    Opaque(&'static str),
}

/// The numbers of a leaf, with their shape.
#[derive(Debug, Clone, Copy)]
pub struct Leaf<'a, S> {
    /// The numbers, in memory order.
    pub data: &'a [S],
    /// Shape and order.
    pub layout: Layout,
}

/// A tree of numbers, to read.
///
/// `S` is the type of the numbers. See the [module documentation](self) for what matches what, and for how to
/// implement it.
///
/// ```
/// use autodiff_runtime::tree;
/// let parameters = (vec![3.0, 0.0], 4.0);
/// assert_eq!(tree::norm(&parameters), 5.0);
/// ```
pub trait Tree<S: Scalar = f64> {
    /// What this tree is: a leaf, a branch, absent.
    fn node(&self) -> Node<'_, S>;

    /// Child number `index` of a branch, and its name.
    ///
    /// # Panics
    /// When there is no such child.
    fn child(&self, index: usize) -> (Name, &dyn Tree<S>) {
        no_child(index)
    }

    /// What a run of such trees, one after the other, looks like. Scalars and arrays make it one leaf; all others
    /// leave it as it is.
    #[doc(hidden)]
    fn run(run: &[Self], _layout: Layout) -> Node<'_, S>
    where
        Self: Sized,
    {
        Node::Branch(run.len())
    }
}

/// A tree of numbers, to write.
pub trait TreeMut<S: Scalar = f64>: Tree<S> {
    /// The numbers of a leaf; empty for anything else.
    fn data_mut(&mut self) -> &mut [S] {
        &mut []
    }

    /// Child number `index` of a branch, and its name.
    ///
    /// # Panics
    /// When there is no such child.
    fn child_mut(&mut self, index: usize) -> (Name, &mut dyn TreeMut<S>) {
        no_child(index)
    }

    #[doc(hidden)]
    fn run_mut(_run: &mut [Self]) -> &mut [S]
    where
        Self: Sized,
    {
        &mut []
    }
}

/// Panics: implementations of [`Tree::child`] end with it.
pub fn no_child(index: usize) -> ! {
    panic!("this tree has no child {index}")
}
