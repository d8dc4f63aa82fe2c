//! Indices that nobody reads any more, once the elements they stood for are reached through windows.
//!
//! Invariant: only sums and products of integers go, and only where windows took their uses over: what overflowed in one of
//! them overflows where the window is sliced.

use std::collections::BTreeSet;

use super::summary::Summary;
use crate::ir::{Expr, Stmt, StmtKind, Ty, Var, Vars};

/// What a loop reads.
pub(super) fn reads(stmt: &Stmt, vars: &Vars) -> BTreeSet<Var> {
    Summary::of(stmt, vars).reads.into_iter().collect()
}

/// Drops the indices of the loop's body that were read before.
pub(super) fn drop_unread(stmt: &mut Stmt, before: &BTreeSet<Var>, vars: &Vars) {
    loop {
        let read = reads(stmt, vars);
        let StmtKind::Loop(the_loop) = &mut stmt.kind else { return };
        let stmts = &mut the_loop.body.stmts;
        let count = stmts.len();
        stmts.retain(|stmt| match &stmt.kind {
            StmtKind::Let { var, expr } => {
                let index = matches!(vars[*var].ty, Ty::Int(_)) && arithmetic(expr);
                !index || read.contains(var) || !before.contains(var)
            }
            _ => true,
        });
        if stmts.len() == count {
            return;
        }
    }
}

fn arithmetic(expr: &Expr) -> bool {
    let mut fine = true;
    expr.walk(&mut |expr| {
        fine &= matches!(
            expr,
            Expr::Var(_)
                | Expr::Lit(_)
                | Expr::Len(_)
                | Expr::Binary(syn::BinOp::Add(_) | syn::BinOp::Sub(_) | syn::BinOp::Mul(_), ..)
        );
    });
    fine
}
