//! Locals that the gradient is asked for: a name stands for the value that it is left with.
//!
//! Ensures: what `wrt` names is one variable through which everything passes that the name held. It is a scalar, a place
//! that is written to no more, or a view that stands behind the last write to its place.

use std::collections::HashMap;

use proc_macro2::Ident;

use super::Lower;
use super::env::{Cell, Value};
use crate::analysis::activity;
use crate::diag::Diagnostics;
use crate::ir::{
    Block, Expr, Function, Init, Path, Role, Stmt, StmtKind, Var, VarSet, Vars, WrtTarget, build,
};

/// What the names of `wrt` stand for, in the order in which they come to hold it.
#[derive(Default)]
pub(super) struct Locals(HashMap<String, Vec<Var>>);

impl Locals {
    /// The value that a name is left with.
    pub(super) fn last(&self, name: &Ident) -> Option<Var> {
        self.0.get(&name.to_string())?.last().copied()
    }
}

impl Lower<'_> {
    /// Notes a value that a name holds from here on, if `wrt` asks for it.
    pub(crate) fn note_value(&mut self, name: &str, var: Var) {
        if self.request.wrt.iter().flatten().any(|wrt| wrt == name) {
            let held = self.locals.0.entry(name.to_string()).or_default();
            if !held.contains(&var) {
                held.push(var);
            }
        }
    }

    /// Notes what a binding stands for.
    pub(super) fn note_local(&mut self, name: &Ident, value: &Value) {
        let var = match value {
            Value::Atom(Expr::Var(var), _) => *var,
            Value::Cell(cell) => match self.current(*cell) {
                Expr::Var(var) => var,
                _ => return,
            },
            Value::Path(Path { root, proj }) if proj.is_empty() => *root,
            _ => return,
        };
        self.note_value(&name.to_string(), var);
    }

    /// The variable is what a cell holds from here on.
    pub(crate) fn note_version(&mut self, cell: Cell, var: Var) {
        if self.cells[cell.0].named {
            let name = self.cells[cell.0].name.clone();
            self.note_value(&name, var);
        }
    }
}

/// Makes each local of `wrt` the value that its name is left with; complains where a name has more than one value.
pub(super) fn settle(function: &mut Function, locals: &Locals, diag: &mut Diagnostics) {
    for at in 0..function.wrt.len() {
        let WrtTarget::Local(last) = function.wrt[at].target else { continue };
        let name = function.wrt[at].name.clone();
        if within_loop(&function.body, last) {
            diag.error(
                &name,
                format!("`{name}` is bound in a loop, to another value in each iteration: collect the values into a `Vec`, and name that in `wrt(…)`"),
            );
            continue;
        }
        let wall = function.vars.root(&Path::of(last));
        let beside = activity::useful_beside(function, wall);
        let held = locals.0.get(&name.to_string()).into_iter().flatten();
        let mut several = held.copied().any(|var| var != wall && beside.contains(&var));
        if function.vars[wall].role == Role::Place {
            let mut before = Vec::new();
            let at_top = function.body.stmts.iter().any(|stmt| stmt.defines().contains(&wall));
            if !at_top && matches!(build::default_init(&function.vars[wall].ty), Init::Deferred) {
                diag.error(
                    &name,
                    format!("`{name}` is bound in a branch: bind it, or a copy of it, outside of the branch"),
                );
                continue;
            }
            let view = seen(&mut function.vars, wall);
            if mark(&mut function.body, (wall, view), !at_top, &function.vars, &mut before) {
                let taken = activity::varied_by(function, &before, wall);
                several |= taken.into_iter().any(|var| var != wall && beside.contains(&var));
                function.wrt[at].target = WrtTarget::Local(view);
            }
        }
        if several {
            diag.error(
                &name,
                format!("`{name}` holds several values that the result depends on: bind the one that is meant to a name of its own, and name that in `wrt(…)`"),
            );
        }
    }
}

/// A view of a place as it is behind the last write to it.
fn seen(vars: &mut Vars, place: Var) -> Var {
    let info = vars[place].clone();
    let view = vars.fresh(info.name, info.ty, Role::View, info.span);
    vars[view].named = true;
    vars[view].view = Some(Path::of(place));
    view
}

/// Puts the view behind the last write to the place, in the block that declares it, and tells what comes before; nothing
/// where the place is never written to, which is its own view then, unless it is `wanted` all the same.
fn mark(
    block: &mut Block,
    (place, view): (Var, Var),
    wanted: bool,
    vars: &Vars,
    before: &mut Vec<Stmt>,
) -> bool {
    let Some(declared) = block.stmts.iter().position(|stmt| stmt.defines().contains(&place)) else {
        return block
            .stmts
            .iter_mut()
            .flat_map(Stmt::blocks_mut)
            .any(|inner| mark(inner, (place, view), wanted, vars, before));
    };
    let writes = |stmt: &Stmt| {
        let mut written = VarSet::new();
        stmt.writes(vars, &mut written);
        written.contains(&place)
    };
    let last = match block.stmts.iter().rposition(writes) {
        Some(last) => last,
        None if wanted || vars[place].cut => declared,
        None => return false,
    };
    before.extend(block.stmts[..=last].iter().cloned());
    let span = vars[view].span;
    block.stmts.insert(last + 1, Stmt { kind: StmtKind::View { var: view }, span });
    true
}

/// Whether a variable gets its value in a loop.
fn within_loop(block: &Block, var: Var) -> bool {
    let mut found = false;
    block.walk(&mut |stmt| {
        if let StmtKind::Loop(the_loop) = &stmt.kind {
            found |= the_loop.own().contains(&var);
        }
    });
    found
}
