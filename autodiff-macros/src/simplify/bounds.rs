//! Where a loop ends, computed before it: what is known of the loop is then known in terms of a value.
//!
//! Invariant: the bound is evaluated once, as before.

use crate::ir::{Block, Expr, Head, Role, Stmt, StmtKind, Ty, Vars};

/// Gives a name to every bound that is more than a sum of values and lengths.
pub(super) fn bounds(block: &mut Block, vars: &mut Vars) {
    let mut stmts = Vec::with_capacity(block.stmts.len());
    for mut stmt in std::mem::take(&mut block.stmts) {
        for inner in stmt.blocks_mut() {
            bounds(inner, vars);
        }
        if let StmtKind::Loop(the_loop) = &mut stmt.kind {
            if let Head::For { index, hi, .. } = &mut the_loop.head {
                let counted = matches!(&vars[*index].ty, Ty::Int(Some(name)) if name == "usize");
                if counted && is_chosen(hi) {
                    let count = vars.fresh("count", Ty::usize(), Role::Value, stmt.span);
                    let expr = std::mem::replace(hi, Expr::Var(count));
                    stmts.push(Stmt { kind: StmtKind::Let { var: count, expr }, span: stmt.span });
                }
            }
        }
        stmts.push(stmt);
    }
    block.stmts = stmts;
}

fn is_chosen(bound: &Expr) -> bool {
    let mut chosen = false;
    bound.walk(&mut |expr| chosen |= matches!(expr, Expr::Inert(_) | Expr::Select(..)));
    chosen
}
