//! Loop-invariant arithmetic, moved before its loop: it is then computed once, and alive in the reverse sweep.
//!
//! Invariant: only arithmetic of floats moves, which never panics, so that a loop without iterations is not told from before.

use crate::ir::{Block, Expr, Function, Head, Role, Stmt, StmtKind, Var, VarSet};

/// Moves what every loop of the function computes anew from values of outside.
pub(crate) fn hoist(mut function: Function) -> Function {
    let mut kept = function.locals_apart();
    let vars = (0..function.vars.0.len() as u32).map(Var);
    kept.extend(vars.filter(|var| function.vars[*var].role != Role::Value));
    block(&mut function.body, &kept);
    function
}

fn block(of: &mut Block, kept: &VarSet) {
    let mut stmts = Vec::with_capacity(of.stmts.len());
    for mut stmt in std::mem::take(&mut of.stmts) {
        for inner in stmt.blocks_mut() {
            block(inner, kept);
        }
        if let StmtKind::Loop(the_loop) = &mut stmt.kind {
            let mut own = the_loop.own();
            if let Head::While { test, .. } = &the_loop.head {
                test.walk(&mut |stmt| own.extend(stmt.defines()));
            }
            let (mut moved, mut stay): (Vec<Stmt>, Vec<Stmt>) = (Vec::new(), Vec::new());
            for stmt in std::mem::take(&mut the_loop.body.stmts) {
                match &stmt.kind {
                    StmtKind::Let { var, expr: expr @ Expr::Rule(..) }
                        if !kept.contains(var) && expr.speculable() && fixed(expr, &own) =>
                    {
                        own.remove(var);
                        moved.push(stmt);
                    }
                    _ => stay.push(stmt),
                }
            }
            the_loop.body.stmts = stay;
            stmts.extend(moved);
        }
        stmts.push(stmt);
    }
    of.stmts = stmts;
}

/// Arithmetic of values from outside.
fn fixed(expr: &Expr, own: &VarSet) -> bool {
    let mut fixed = true;
    expr.walk(&mut |expr| match expr {
        Expr::Var(var) => fixed &= !own.contains(var),
        Expr::Lit(_) | Expr::Rule(..) => {}
        _ => fixed = false,
    });
    fixed
}
