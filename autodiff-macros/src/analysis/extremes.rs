//! Running extremes: `for i in 1..n { m = m.max(x[i]); }` takes its result from one iteration alone.
//!
//! The loop looks for that iteration, and the value is what it had: `let m = if winner != n { x[winner] } else { m_0 };`. No
//! derivative passes the loop, which has nothing to save and nothing to reverse.
//!
//! Invariant: the value is that of the loop (of zeros of either sign one may stand for the other, as in `max` itself); a tie
//! is decided as the derivative of `max` decides it.

use proc_macro2::Span;

use super::activity::activity;
use crate::ir::{
    Block, Carried, Expr, Function, Head, Join, Loop, Proj, Role, Stmt, StmtKind, Ty, Var, VarMap, VarSet, Vars,
};

/// Statements that have the value again, at most.
const MOST: usize = 12;

/// Takes the extremes of every loop of the function from their iterations.
pub(crate) fn extremes(mut function: Function) -> Function {
    let mut found = false;
    function.body.walk(&mut |stmt| {
        if let StmtKind::Loop(the_loop) = &stmt.kind {
            found |= the_loop.carried.iter().any(|carried| extreme(the_loop, carried, &function.vars).is_some());
        }
    });
    if !found {
        return function;
    }
    let activity = activity(&function, &mut Vec::new());
    let asked = function.asked_locals();
    let active = |var: Var| activity.active(var) && !asked.contains(&var);
    block(&mut function.body, &mut function.vars, &active);
    function
}

fn block(of: &mut Block, vars: &mut Vars, active: &dyn Fn(Var) -> bool) {
    let mut stmts = Vec::with_capacity(of.stmts.len());
    for mut stmt in std::mem::take(&mut of.stmts) {
        for inner in stmt.blocks_mut() {
            block(inner, vars, active);
        }
        let span = stmt.span;
        let (mut before, mut behind) = (Vec::new(), Vec::new());
        if let StmtKind::Loop(the_loop) = &mut stmt.kind {
            for at in 0..the_loop.carried.len() {
                if active(the_loop.carried[at].phi) {
                    if let Some((start, end)) = pick(the_loop, at, span, vars) {
                        before.push(start);
                        behind.extend(end);
                    }
                }
            }
        }
        stmts.extend(before);
        stmts.push(stmt);
        stmts.extend(behind);
    }
    of.stmts = stmts;
}

/// What makes a carried value an extreme.
struct Extreme {
    /// Where in the body it is compared.
    at: usize,
    next: Var,
    /// What each iteration offers.
    offer: Var,
    /// Whether the offer is the first operand: it then wins a tie.
    first: bool,
    /// The statements that the offer comes from.
    source: Vec<usize>,
}

fn extreme(the_loop: &Loop, carried: &Carried, vars: &Vars) -> Option<Extreme> {
    let Head::For { index, inclusive: false, .. } = the_loop.head else { return None };
    let Expr::Var(next) = carried.next else { return None };
    if the_loop.break_if.is_some() || the_loop.trips.is_some() {
        return None;
    }
    let mut reads = Vec::new();
    the_loop.body.walk(&mut |stmt| stmt.reads(&mut |var| reads.push(var)));
    reads.extend(the_loop.carried.iter().filter_map(|carried| match carried.next {
        Expr::Var(next) => Some(next),
        _ => None,
    }));
    let once = |var: Var| reads.iter().filter(|read| **read == var).count() == 1;
    if !once(carried.phi) || !once(next) {
        return None;
    }
    let mut defined = VarMap::new();
    for (at, stmt) in the_loop.body.stmts.iter().enumerate() {
        stmt.defines().into_iter().for_each(|var| {
            defined.insert(var, at);
        });
    }
    let at = *defined.get(&next)?;
    let StmtKind::Let { expr: Expr::Rule(rule, operands), .. } = &the_loop.body.stmts[at].kind else {
        return None;
    };
    let (offer, first) = match &operands[..] {
        [Expr::Var(phi), Expr::Var(offer)] if *phi == carried.phi => (*offer, false),
        [Expr::Var(offer), Expr::Var(phi)] if *phi == carried.phi => (*offer, true),
        _ => return None,
    };
    if !matches!(rule.name, "max" | "min") || !defined.contains_key(&offer) {
        return None;
    }

    let mut written = VarSet::new();
    let mut own: VarSet = the_loop.carried.iter().map(|carried| carried.phi).collect();
    the_loop.body.walk(&mut |stmt| own.extend(stmt.defines()));
    the_loop.body.stmts.iter().for_each(|stmt| stmt.writes(vars, &mut written));
    let mut source = Vec::new();
    let mut pending = vec![offer];
    while let Some(var) = pending.pop() {
        if var == index || !own.contains(&var) {
            continue;
        }
        let at = *defined.get(&var)?;
        if source.contains(&at) {
            continue;
        }
        source.push(at);
        let StmtKind::Let { expr, .. } = &the_loop.body.stmts[at].kind else { return None };
        if !had_again(expr, &own, &written, vars) || source.len() > MOST {
            return None;
        }
        expr.vars(&mut |var| pending.push(var));
    }
    source.sort_unstable();
    Some(Extreme { at, next, offer, first, source })
}

/// Whether the expression has the same value behind the loop, given the same index.
fn had_again(expr: &Expr, own: &VarSet, written: &VarSet, vars: &Vars) -> bool {
    let mut again = true;
    expr.walk(&mut |expr| {
        again &= match expr {
            Expr::Load(path) => {
                let plain = |proj: &Proj| matches!(proj, Proj::Index(_) | Proj::Field(_));
                !own.contains(&path.root) && !written.contains(&vars.root(path)) && path.proj.iter().all(plain)
            }
            Expr::Var(_) | Expr::Lit(_) | Expr::Rule(..) | Expr::Binary(..) | Expr::Cast(..) => true,
            _ => false,
        };
    });
    again
}

/// Makes the loop look for its winner alone: what comes before the loop, and what is its result.
fn pick(the_loop: &mut Loop, which: usize, span: Span, vars: &mut Vars) -> Option<(Stmt, [Stmt; 2])> {
    let Extreme { at, next, offer, first, source } = extreme(the_loop, &the_loop.carried[which], vars)?;
    let Head::For { index, hi, .. } = the_loop.head.clone() else { return None };
    let carried = the_loop.carried[which].clone();
    let of = |kind: StmtKind| Stmt { kind, span };
    let copy = |vars: &mut Vars, var: Var, suffix: &str| {
        let (name, ty) = (vars[var].name.clone() + suffix, vars[var].ty.clone());
        vars.fresh(name, ty, Role::Value, span)
    };

    // Without an iteration that wins, the winner is the bound.
    let index_ty = vars[index].ty.clone();
    let winner: [Var; 3] = [(); 3].map(|()| vars.fresh("winner", index_ty.clone(), Role::Value, span));
    let lost = vars.fresh("lost", Ty::bool(), Role::Value, span);
    let compare = if first { syn::BinOp::Ne(Default::default()) } else { syn::BinOp::Eq(Default::default()) };
    let against = if first { offer } else { carried.phi };
    let lost_if = Expr::Binary(compare, Box::new(Expr::Var(next)), Box::new(Expr::Var(against)));
    let atom = |var: Var| Box::new(Expr::Var(var));
    let wins = Expr::Select(atom(lost), atom(winner[0]), atom(index));
    the_loop.body.stmts.splice(
        at + 1..at + 1,
        [of(StmtKind::Let { var: lost, expr: lost_if }), of(StmtKind::Let { var: winner[1], expr: wins })],
    );
    let [phi, won, out] = winner;
    the_loop.carried.push(Carried { phi, init: hi.clone(), next: Expr::Var(won), out });

    // The comparison sees values without derivatives.
    let stopped = copy(vars, offer, "");
    if let StmtKind::Let { expr: Expr::Rule(_, operands), .. } = &mut the_loop.body.stmts[at].kind {
        operands[usize::from(!first)] = Expr::Var(stopped);
    }
    let stop = StmtKind::Let { var: stopped, expr: Expr::Stop(atom(offer)) };
    the_loop.body.stmts.insert(at, of(stop));
    let start = vars.fresh(vars[carried.phi].name.clone(), vars[carried.phi].ty.clone(), Role::Value, span);
    let stop = StmtKind::Let { var: start, expr: Expr::Stop(Box::new(carried.init.clone())) };
    let found = copy(vars, carried.out, "");
    let changed = &mut the_loop.carried[which];
    (changed.init, changed.out) = (Expr::Var(start), found);

    // The offer of the winner, once more.
    let mut again = VarMap::new();
    again.insert(index, out);
    let mut then = Block::default();
    // Behind the two statements that were put in, the source stands where it stood: it comes before the comparison.
    for source in source {
        let StmtKind::Let { var, expr } = &the_loop.body.stmts[source].kind else { return None };
        let (var, mut expr) = (*var, expr.clone());
        expr.walk_mut(&mut |part| {
            if let Expr::Var(var) = part {
                *var = again.get(var).copied().unwrap_or(*var);
            }
        });
        let fresh = copy(vars, var, "");
        again.insert(var, fresh);
        then.stmts.push(of(StmtKind::Let { var: fresh, expr }));
    }
    let values = vec![again.get(&offer).map(|var| Expr::Var(*var)), Some(carried.init)];
    let joins = vec![Join { var: carried.out, values }];
    let any = vars.fresh("any", Ty::bool(), Role::Value, span);
    let differs = Expr::Binary(syn::BinOp::Ne(Default::default()), atom(out), Box::new(hi));
    let there = StmtKind::Let { var: any, expr: differs };
    let end = StmtKind::If { cond: Expr::Var(any), then, otherwise: Block::default(), joins };
    Some((of(stop), [of(there), of(end)]))
}
