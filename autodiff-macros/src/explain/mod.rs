//! `explain`: what is known of a function and of its gradient, for its author to look at.
//!
//! What the author wrote (bindings, cuts) is found in the program as it is lowered, before anything is prepared: there it
//! still has its names and its lines. What was made of it (loops, operations, what passes are good for) is found in the
//! program of `value_and_grad`.

mod bindings;
mod cuts;
mod loops;
mod passes;
mod reach;
mod said;

use proc_macro2::Span;

use crate::analysis;
use crate::diff::Adjoint;
use crate::diff::explain::Class;
use crate::ir::{Block, Expr, Function, StmtKind};

/// All that is known.
pub(crate) struct Explanation {
    pub(crate) bindings: Vec<Binding>,
    pub(crate) cuts: Vec<Cut>,
    pub(crate) loops: Vec<Loop>,
    pub(crate) passes: Vec<Effect>,
    /// Operations on floats, each place in the program counted once.
    pub(crate) primal: usize,
    pub(crate) gradient: usize,
}

/// A name of the author's.
pub(crate) struct Binding {
    pub(crate) name: String,
    pub(crate) span: Span,
    pub(crate) active: bool,
    pub(crate) because: String,
}

/// Where a derivative ends.
pub(crate) struct Cut {
    pub(crate) span: Span,
    /// What carries one until there.
    pub(crate) of: String,
    pub(crate) by: String,
}

/// A loop, in the order of the program.
pub(crate) struct Loop {
    pub(crate) span: Span,
    pub(crate) index: Option<String>,
    /// How many loops there are around it.
    pub(crate) depth: usize,
    pub(crate) class: Class,
    pub(crate) fused: bool,
    /// What an iteration saves.
    pub(crate) saved: Vec<Saved>,
    /// What the reverse sweep computes once more.
    pub(crate) recomputed: Vec<String>,
}

pub(crate) struct Saved {
    pub(crate) name: String,
    /// As far as the type is known here.
    pub(crate) bytes: Option<usize>,
    pub(crate) because: &'static str,
}

/// What a pass is good for here.
pub(crate) struct Effect {
    pub(crate) pass: &'static str,
    pub(crate) without: String,
}

/// Explains a function, which was `written` so before it was prepared, and its gradient.
pub(crate) fn explanation(written: &Function, function: &Function, gradient: &Adjoint) -> Explanation {
    let activity = analysis::activity(written, &mut Vec::new());
    Explanation {
        bindings: bindings::bindings(written, &activity),
        cuts: cuts::cuts(written, &activity),
        loops: loops::loops(function, gradient),
        passes: passes::effects(written, gradient),
        primal: operations(&function.body),
        gradient: operations_of(gradient),
    }
}

/// The operations of both sweeps.
fn operations_of(gradient: &Adjoint) -> usize {
    operations(&gradient.forward) + operations(&gradient.reverse)
}

/// How many elementary functions on floats a program names, arithmetic included.
fn operations(block: &Block) -> usize {
    let mut count = 0;
    block.walk(&mut |stmt| {
        stmt.parts(&mut |part| {
            if let crate::ir::visit::Part::Read(expr) = part {
                expr.walk(&mut |expr| count += usize::from(matches!(expr, Expr::Rule(..))));
            }
        });
        // Additions to adjoints.
        if let StmtKind::Store { op, .. } | StmtKind::Update { op, .. } = &stmt.kind {
            count += usize::from(*op != crate::ir::StoreOp::Set);
        }
    });
    count
}
