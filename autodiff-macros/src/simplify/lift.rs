//! Indices of rows before the loops that run along the rows: `let index = i * n;` out of the loop over `j`.
//!
//! They stand where the primal had them, which shares them within a block but leaves them in it. Before the loop they are
//! what its iterations have in common.
//!
//! Invariant: only sums and products of what exists before the loop are lifted; they cannot panic but by an overflow, which
//! is that of an index behind the end of everything.

use std::collections::BTreeSet;

use crate::ir::visit::Part;
use crate::ir::{Block, Expr, Head, Stmt, StmtKind, Ty, Var, Vars};

/// Lifts the indices out of every loop of a block, as far as they go.
pub(super) fn lift(block: &mut Block, vars: &Vars) {
    // The reverse sweep may compute again what the forward sweep of the same iteration did.
    let mut lifted: BTreeSet<Var> = BTreeSet::new();
    let mut stmts = Vec::with_capacity(block.stmts.len());
    for mut stmt in std::mem::take(&mut block.stmts) {
        for inner in stmt.blocks_mut() {
            lift(inner, vars);
        }
        let before = match stmt.kind {
            StmtKind::Loop(_) => take(&mut stmt, vars),
            _ => Vec::new(),
        };
        for before in before {
            if before.defines().into_iter().all(|var| lifted.insert(var)) {
                stmts.push(before);
            }
        }
        stmts.push(stmt);
    }
    block.stmts = stmts;
}

fn take(stmt: &mut Stmt, vars: &Vars) -> Vec<Stmt> {
    // What the loop defines or, of counters of the reverse sweep, changes.
    let mut inside: BTreeSet<Var> = stmt.defines().into_iter().collect();
    let StmtKind::Loop(the_loop) = &mut stmt.kind else { return Vec::new() };
    if !matches!(the_loop.head, Head::For { .. }) {
        return Vec::new();
    }
    the_loop.body.walk(&mut |stmt| {
        inside.extend(stmt.defines());
        stmt.parts(&mut |part| {
            if let Part::Change(var) = part {
                inside.insert(var);
            }
        });
    });
    let mut taken = Vec::new();
    the_loop.body.stmts.retain(|stmt| {
        let StmtKind::Let { var, expr } = &stmt.kind else { return true };
        let index = matches!(vars[*var].ty, Ty::Int(_)) && !vars[*var].named && !expr.is_atom();
        if !index || !fixed(expr, &inside) {
            return true;
        }
        inside.remove(var);
        taken.push(stmt.clone());
        false
    });
    taken
}

fn fixed(expr: &Expr, inside: &BTreeSet<Var>) -> bool {
    let mut fixed = true;
    expr.walk(&mut |expr| match expr {
        Expr::Var(var) => fixed &= !inside.contains(var),
        Expr::Lit(_) | Expr::Binary(syn::BinOp::Add(_) | syn::BinOp::Mul(_), ..) => {}
        _ => fixed = false,
    });
    fixed
}
