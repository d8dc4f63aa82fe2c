//! Differentiation: a primal [`Function`](crate::ir::Function) in, derivative programs in the same IR out.

pub(crate) mod bulk;
mod cut;
pub(crate) mod explain;
pub(crate) mod forward;
pub(crate) mod fuse;
mod plan;
pub(crate) mod primal;
pub(crate) mod private;
mod record;
pub(crate) mod reverse;
#[cfg(test)]
mod tests;

use crate::ir::{Block, Expr, Tree, Var, VarMap, VarSet, Vars};

/// What reverse mode makes of a function: the forward sweep, which computes the primal and saves, and the reverse sweep.
///
/// Put one behind the other they are the body of `value_and_grad_into`; split, with `captures` moved into a closure, they
/// are `forward` and its pullback.
#[derive(Clone)]
pub(crate) struct Adjoint {
    /// The function's variables and those that differentiation added.
    pub(crate) vars: Vars,
    /// Tapes, declared before the forward sweep (role [`Tape`](crate::ir::Role::Tape)).
    pub(crate) tapes: Vec<Tape>,
    pub(crate) forward: Block,
    pub(crate) reverse: Block,
    /// The adjoint of each leaf of the function's result, defined before the reverse sweep by whoever emits it: a `Mut`
    /// scalar, or a place (owned); `None` for leaves that carry no derivative.
    pub(crate) seed: Tree<Option<Var>>,
    /// The adjoint of each parameter; `None` where the parameter is inactive.
    pub(crate) params: Vec<Option<ParamAdjoint>>,
    /// The gradient by each entry of `wrt`: an atom or a `Whole`, readable behind the reverse sweep; `None`: not connected.
    pub(crate) wrt: Vec<Option<Expr>>,
    /// Values of the forward sweep that the reverse sweep reads (places that are parameters passed by reference excepted).
    pub(crate) captures: Vec<Var>,
    /// For each loop (by its index) that is to be fused: the adjoints of its private places, zero between iterations.
    pub(crate) private: VarMap<VarSet>,
    /// `&mut` parameters (indices) whose content the reverse sweep rolls back to what it was before the call.
    pub(crate) rolled_back: Vec<usize>,
    /// What was made of each loop, and why it saves what it saves.
    pub(crate) explained: Vec<explain::Explained>,
}

/// The adjoint of a parameter in the reverse sweep.
#[derive(Clone, Copy)]
pub(crate) enum ParamAdjoint {
    /// A scalar by value or `&`: a `Mut` that starts at zero (declared by the reverse sweep); to be added to the caller's slot behind it.
    Scalar(Var),
    /// `&mut` scalar: starts as the caller's slot (declared by whoever emits the sweep); its final value replaces the slot's.
    ScalarInOut(Var),
    /// An aggregate: the caller's slot itself, a place passed by `&mut` (in-out for `&mut` parameters).
    Place(Var),
}

/// How the forward sweep hands values over.
#[derive(Clone)]
pub(crate) struct Tape {
    pub(crate) var: Var,
    pub(crate) kind: TapeKind,
}

#[derive(Clone)]
pub(crate) enum TapeKind {
    /// At most one record: `let mut tape = None;`, `tape = Some((…));`, `if let Some((…)) = tape.take()`.
    Slot,
    /// Any number of records: a stack, `Vec`.
    Stack,
    /// The states that a checkpointed loop is run again from: a stack that the reverse sweep pushes to as well.
    Snapshots,
    /// Any number of contents of one place, whose length does not change: their elements one behind the other in a `Vec`.
    Flat,
}

/// What forward mode makes of a function: the primal and its tangent in one block.
#[derive(Clone)]
pub(crate) struct Pushforward {
    pub(crate) vars: Vars,
    pub(crate) body: Block,
    /// The tangent of each parameter (same role as the parameter's variable: `Value` or `Place`); `None` where inactive.
    /// For `&mut` scalars: the tangent before the call; `last` holds the one behind it.
    pub(crate) params: Vec<Option<(Var, Option<Expr>)>>,
    /// The tangent of each leaf of the result (atoms, `Whole`s); `None` where the leaf's type carries no derivative.
    pub(crate) result: Tree<Option<Expr>>,
}
