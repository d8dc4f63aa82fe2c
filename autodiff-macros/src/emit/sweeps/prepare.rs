//! Derivative programs made ready for emission: what a reverse sweep leaves changed is saved from it, and what is read once
//! is computed where it is read.

use super::super::unit;
use crate::diff::{Adjoint, ParamAdjoint};
use crate::ir::*;

pub(super) fn fresh(vars: &mut Vars, name: String, ty: Ty, span: proc_macro2::Span) -> Var {
    vars.fresh(name, ty, Role::Place, span)
}

/// Everything bound before the first statement.
pub(super) fn entry(function: &Function, adjoint: &Adjoint) -> Vec<Var> {
    let params = function.params.iter().map(|param| param.var);
    let slots = adjoint.params.iter().flatten().filter_map(|slot| match slot {
        ParamAdjoint::Place(var) | ParamAdjoint::ScalarInOut(var) => Some(*var),
        ParamAdjoint::Scalar(_) => None,
    });
    let seeds = adjoint.seed.leaves().into_iter().flatten().copied();
    params.chain(slots).chain(seeds).chain(adjoint.tapes.iter().map(|tape| tape.var)).collect()
}

/// Values that only the tail reads are computed there: `*x_bar += seed * y;`
pub(super) fn absorb(block: &mut Block, tail: &mut [Expr], vars: &Vars, behind: (&Block, &[Expr])) {
    let loads = |expr: &Expr| {
        let mut found = false;
        expr.walk(&mut |e| {
            found |= matches!(e, Expr::Load(_) | Expr::Whole(_) | Expr::Len(_) | Expr::Inert(_))
        });
        found
    };
    // An in-out scalar is set last of all.
    while let Some(StmtKind::Update { var, op: StoreOp::Set, expr }) =
        block.stmts.last().map(|stmt| &stmt.kind)
    {
        let uses = tail.iter().filter(|e| matches!(e, Expr::Var(read) if read == var)).count();
        let target = tail.iter_mut().find(|e| matches!(e, Expr::Var(read) if read == var));
        match target {
            Some(target) if uses == 1 && !loads(expr) => *target = expr.clone(),
            _ => break,
        }
        block.stmts.pop();
    }
    let mut reads: Vec<Var> = Vec::new();
    for block in [&*block, behind.0] {
        block.walk(&mut |stmt| stmt.reads(&mut |var| reads.push(var)));
    }
    behind.1.iter().for_each(|e| e.vars(&mut |var| reads.push(var)));
    block.stmts.retain(|stmt| {
        let StmtKind::Let { var, expr } = &stmt.kind else { return true };
        let mut stays =
            vars[*var].role != Role::Value || vars[*var].named || reads.contains(var) || loads(expr);
        expr.vars(&mut |read| stays |= vars[read].role != Role::Value);
        if stays {
            return true;
        }
        let mut uses = 0;
        tail.iter().for_each(|e| e.vars(&mut |read| uses += usize::from(read == *var)));
        let target = tail.iter_mut().find(|e| matches!(e, Expr::Var(read) if read == var));
        match target {
            Some(target) if uses == 1 => {
                *target = expr.clone();
                false
            }
            _ => true,
        }
    });
}

/// What the reverse sweep leaves changed must be saved from it: results first.
pub(super) fn keep_results(function: &Function, adjoint: &mut Adjoint) -> Tree<Expr> {
    let changed = unit::changed(&mut adjoint.reverse, &adjoint.vars);
    let span = function.name.span();
    let mut results = function.result.clone();
    for leaf in results.leaves_mut() {
        let Expr::Whole(path) = leaf else { continue };
        let root = adjoint.vars.root(path);
        let owned = function.params.iter().all(|param| param.var != root);
        if owned && !changed.contains(&root) {
            continue;
        }
        let ty = adjoint.vars.type_of(path);
        let name = adjoint.vars[root].name.clone();
        let kept = fresh(&mut adjoint.vars, name, ty, span);
        let init = Init::Copy { from: path.clone(), how: CopyHow::Move };
        adjoint.forward.push(StmtKind::Declare { place: kept, init }, span);
        *leaf = Expr::Whole(Path::of(kept));
    }
    results
}
