//! Loops that are prepared only where they run.
//!
//! Invariant: what the loop hands on is, where it does not run, what it was handed.

use crate::ir::{Block, Expr, Join, Role, Stmt, StmtKind, Vars, build};
use crate::simplify::affine::same;

/// `hi - lo`, or one more.
pub(super) fn count(lo: &Expr, hi: &Expr, inclusive: bool) -> Expr {
    let end = match (build::value_of(hi), inclusive) {
        (_, false) => hi.clone(),
        (Some(hi), true) => build::int(hi as i64 + 1),
        (None, true) => {
            Expr::Binary(syn::BinOp::Add(Default::default()), Box::new(hi.clone()), Box::new(build::int(1)))
        }
    };
    match (build::value_of(lo), build::value_of(&end)) {
        (Some(0.0), _) => end,
        (Some(lo), Some(end)) => build::int((end - lo).max(0.0) as i64),
        _ => Expr::Binary(syn::BinOp::Sub(Default::default()), Box::new(end), Box::new(lo.clone())),
    }
}

/// The loop behind what comes before it, both where it runs.
pub(super) fn guarded(before: Vec<Stmt>, mut looped: Stmt, cond: Expr, vars: &mut Vars) -> Stmt {
    let mut stmts = before;
    let span = looped.span;
    let mut joins = Vec::new();
    if let StmtKind::Loop(the_loop) = &mut looped.kind {
        for carried in &mut the_loop.carried {
            let (name, ty) = (vars[carried.out].name.clone(), vars[carried.out].ty.clone());
            let out = vars.fresh(name, ty, Role::Value, span);
            let values = vec![Some(Expr::Var(out)), Some(carried.init.clone())];
            joins.push(Join { var: std::mem::replace(&mut carried.out, out), values });
        }
    }
    stmts.push(looped);
    let kind = StmtKind::If { cond, then: Block { stmts }, otherwise: Block::default(), joins };
    Stmt { kind, span }
}

/// The statement behind others: what happens under the condition of the last one, happens there.
pub(super) fn behind(mut stmt: Stmt, stmts: &mut Vec<Stmt>, vars: &Vars) {
    if let (Some(last), StmtKind::If { cond, then, otherwise, joins }) = (stmts.last_mut(), &mut stmt.kind) {
        if let StmtKind::If { cond: known, then: first, otherwise: rest, joins: none } = &mut last.kind {
            let alike = same(cond, known) && settled(cond, vars);
            if alike
                && none.is_empty()
                && joins.is_empty()
                && rest.stmts.is_empty()
                && otherwise.stmts.is_empty()
            {
                first.stmts.append(&mut then.stmts);
                return;
            }
        }
    }
    stmts.push(stmt);
}

/// Whether the condition holds behind the statements as it did before them.
fn settled(cond: &Expr, vars: &Vars) -> bool {
    let mut settled = true;
    cond.walk(&mut |expr| {
        settled &= match expr {
            Expr::Var(var) => vars[*var].role == Role::Value,
            Expr::Lit(_) | Expr::Binary(..) => true,
            _ => false,
        };
    });
    settled
}
