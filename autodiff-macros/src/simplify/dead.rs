//! Dead code: values, accumulators, branches, loops and tape entries that nobody reads.

use super::Context;
use super::summary::Summary;
use crate::diff::Adjoint;
use crate::ir::{Block, Expr, Init, RawStmt, Saved, Stmt, StmtKind, Var, VarMap, VarSet};

impl Context<'_> {
    /// Drops what is not read behind, from the last statement to the first.
    pub(super) fn drop_dead(&mut self, block: &mut Block, summaries: &[Summary]) -> bool {
        let mut changed = false;
        // How often each variable is read.
        let mut read: Vec<u32> = vec![0; self.vars.0.len()];
        for var in summaries.iter().flat_map(|summary| &summary.reads) {
            read[var.0 as usize] += 1;
        }
        let mut dead_accumulators = VarSet::new();
        let mut kept = Vec::with_capacity(block.stmts.len());
        for (mut stmt, summary) in std::mem::take(&mut block.stmts).into_iter().zip(summaries).rev() {
            if self.is_dead(&mut stmt, &read, &mut dead_accumulators) {
                for var in &summary.reads {
                    read[var.0 as usize] -= 1;
                }
                changed = true;
            } else {
                kept.push(stmt);
            }
        }
        kept.reverse();
        block.stmts = kept;
        if !dead_accumulators.is_empty() {
            remove_updates(block, &dead_accumulators);
        }
        changed
    }

    fn is_dead(&self, stmt: &mut Stmt, read: &[u32], accumulators: &mut VarSet) -> bool {
        let unread = |var: &Var| read[var.0 as usize] == 0 && !self.outputs.contains(var);
        match &mut stmt.kind {
            StmtKind::Let { var, expr } => unread(var) && self.droppable(expr),
            StmtKind::View { var } => !self.primal && unread(var),
            StmtKind::Declare { place, init } => {
                !self.primal
                    && self.made(*place)
                    && unread(place)
                    && matches!(init, Init::Zero { .. } | Init::Repeat { .. } | Init::Copy { .. })
            }
            StmtKind::Mut { var, .. } if unread(var) => {
                accumulators.insert(*var);
                true
            }
            StmtKind::Raw(RawStmt::Keep { .. }) => false,
            StmtKind::If { cond, then, otherwise, joins } if !self.primal && joins.is_empty() => {
                if then.stmts.is_empty() && !otherwise.stmts.is_empty() {
                    let not = syn::UnOp::Not(Default::default());
                    std::mem::swap(then, otherwise);
                    *cond = match std::mem::replace(cond, crate::ir::build::boolean(true)) {
                        Expr::Unary(syn::UnOp::Not(_), inner) => *inner,
                        other => Expr::Unary(not, Box::new(other)),
                    };
                }
                then.stmts.is_empty() && otherwise.stmts.is_empty()
            }
            StmtKind::Loop(the_loop) => {
                !self.primal && the_loop.body.stmts.is_empty() && the_loop.carried.is_empty()
            }
            _ => false,
        }
    }

    fn droppable(&self, expr: &Expr) -> bool {
        let mut pure = true;
        expr.walk(&mut |expr| {
            if let Expr::Inert(inert) = expr {
                pure &= inert.pure;
            }
        });
        // In the forward sweep an index out of bounds must still panic.
        pure && (!self.primal || expr.speculable())
    }
}

fn remove_updates(block: &mut Block, dead: &VarSet) {
    block.stmts.retain(|stmt| !matches!(&stmt.kind, StmtKind::Update { var, .. } if dead.contains(var)));
    for stmt in &mut block.stmts {
        for block in stmt.blocks_mut() {
            remove_updates(block, dead);
        }
    }
}

/// Takes values that the reverse sweep restores but does not read off their tapes, and empty tapes away.
pub(super) fn tapes(adjoint: &mut Adjoint) -> bool {
    let mut unread: VarMap<Vec<usize>> = VarMap::new();
    collect(&adjoint.reverse, adjoint, &mut unread);
    if unread.is_empty() {
        return false;
    }
    let drop_entries = |tape: &Var, values: &mut Vec<Saved>| {
        if let Some(unread) = unread.get(tape) {
            let mut index = 0;
            values.retain(|_| {
                index += 1;
                !unread.contains(&(index - 1))
            });
        }
    };
    fn prune(block: &mut Block, drop_entries: &impl Fn(&Var, &mut Vec<Saved>)) {
        for stmt in &mut block.stmts {
            if let StmtKind::Save { tape, values } | StmtKind::Restore { tape, values } = &mut stmt.kind {
                drop_entries(tape, values);
            }
            for block in stmt.blocks_mut() {
                prune(block, drop_entries);
            }
        }
        block.stmts.retain(|stmt| {
            !matches!(&stmt.kind, StmtKind::Save { values, .. } | StmtKind::Restore { values, .. } if values.is_empty())
        });
    }
    prune(&mut adjoint.forward, &drop_entries);
    prune(&mut adjoint.reverse, &drop_entries);
    let mut left = VarSet::new();
    // What runs again in the reverse sweep saves there.
    for sweep in [&adjoint.forward, &adjoint.reverse] {
        sweep.walk(&mut |stmt| {
            if let StmtKind::Save { tape, .. } | StmtKind::Raw(RawStmt::Record { tape, .. }) = &stmt.kind {
                left.insert(*tape);
            }
        });
    }
    adjoint.tapes.retain(|tape| left.contains(&tape.var));
    adjoint.captures.retain(|var| adjoint.vars[*var].role != crate::ir::Role::Tape || left.contains(var));
    true
}

fn collect(block: &Block, adjoint: &Adjoint, unread: &mut VarMap<Vec<usize>>) {
    for (at, stmt) in block.stmts.iter().enumerate() {
        if let StmtKind::Restore { tape, values } = &stmt.kind {
            let mut read = VarSet::new();
            for stmt in &block.stmts[at + 1..] {
                read.extend(Summary::of(stmt, &adjoint.vars).reads);
                read.extend(Summary::of(stmt, &adjoint.vars).changes);
            }
            let dead: Vec<usize> = values
                .iter()
                .enumerate()
                .filter(|(_, Saved::Value(var) | Saved::Content(var))| !read.contains(var))
                .map(|(index, _)| index)
                .collect();
            if !dead.is_empty() {
                unread.insert(*tape, dead);
            }
        }
        for block in stmt.blocks() {
            collect(block, adjoint, unread);
        }
    }
}
