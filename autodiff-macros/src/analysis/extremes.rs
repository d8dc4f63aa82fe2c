//! Running extremes: `for i in 1..n { m = m.max(x[i]); }` takes its result from one iteration alone, as does
//! `if x[i] > m { m = x[i]; }`, whatever the condition.
//!
//! The loop looks for that iteration, and the value is what it had: `let m = if winner != n { x[winner] } else { m_0 };`. No
//! derivative passes the loop, which has nothing to save and nothing to reverse.
//!
//! Invariant: the value is that of the loop (of zeros of either sign one may stand for the other, as in `max` itself); a tie
//! is decided as the derivative of `max` decides it.

use proc_macro2::Span;

use super::activity::activity;
use crate::ir::{
    Block, Carried, Expr, Function, Head, Join, Loop, Proj, Role, Stmt, StmtKind, Ty, Var, VarMap, VarSet,
    Vars,
};

/// Statements that have the value again, at most.
const MOST: usize = 12;

/// Takes the extremes of every loop of the function from their iterations.
pub(crate) fn extremes(mut function: Function) -> Function {
    let mut found = false;
    function.body.walk(&mut |stmt| {
        if let StmtKind::Loop(the_loop) = &stmt.kind {
            found |=
                the_loop.carried.iter().any(|carried| extreme(the_loop, carried, &function.vars).is_some());
        }
    });
    if !found {
        return function;
    }
    let activity = activity(&function, &mut Vec::new());
    let asked = function.locals_apart();
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

/// What makes a carried value one that is taken from a single iteration.
struct Extreme {
    /// Where in the body it is compared or taken.
    at: usize,
    way: Way,
    next: Var,
    /// What each iteration offers.
    offer: Var,
    /// The statements that the offer comes from, in order.
    source: Vec<Stmt>,
}

enum Way {
    /// `m.max(offer)`; the offer wins a tie where it is the first operand.
    Compared { first: bool },
    /// `if … { m = offer; }`: in this arm.
    Taken { arm: usize },
}

fn extreme(the_loop: &Loop, carried: &Carried, vars: &Vars) -> Option<Extreme> {
    let Head::For { index, inclusive: false, .. } = the_loop.head else { return None };
    let Expr::Var(next) = carried.next else { return None };
    if the_loop.break_if.is_some() || the_loop.trips.is_some() || !vars[carried.phi].ty.is_float() {
        return None;
    }
    let stmts = &the_loop.body.stmts;
    let at = stmts.iter().position(|stmt| stmt.defines_behind().contains(&next))?;
    let (way, offer, inner) = match &stmts[at].kind {
        StmtKind::Let { expr: Expr::Rule(rule, operands), .. } if matches!(rule.name, "max" | "min") => {
            match &operands[..] {
                [Expr::Var(phi), Expr::Var(offer)] if *phi == carried.phi => {
                    (Way::Compared { first: false }, *offer, None)
                }
                [Expr::Var(offer), Expr::Var(phi)] if *phi == carried.phi => {
                    (Way::Compared { first: true }, *offer, None)
                }
                _ => return None,
            }
        }
        StmtKind::If { then, otherwise, joins, .. } => {
            let join = joins.iter().find(|join| join.var == next)?;
            match &join.values[..] {
                [Some(Expr::Var(offer)), Some(Expr::Var(phi))] if *phi == carried.phi => {
                    (Way::Taken { arm: 0 }, *offer, Some(then))
                }
                [Some(Expr::Var(phi)), Some(Expr::Var(offer))] if *phi == carried.phi => {
                    (Way::Taken { arm: 1 }, *offer, Some(otherwise))
                }
                _ => return None,
            }
        }
        _ => return None,
    };
    if handed_on(the_loop, carried.phi) != 1 || handed_on(the_loop, next) != 1 {
        return None;
    }

    let mut source = Source { index, own: the_loop.own(), written: VarSet::new(), vars, stmts: Vec::new() };
    stmts.iter().for_each(|stmt| stmt.writes(vars, &mut source.written));
    let known: Vec<&Stmt> = stmts[..at].iter().chain(inner.into_iter().flat_map(|arm| &arm.stmts)).collect();
    let from_here = source.own.contains(&offer) && offer != index;
    (from_here && source.add(offer, &known)).then_some(Extreme { at, way, next, offer, source: source.stmts })
}

/// How often a value of the loop is read, but by comparisons, which no derivative passes.
fn handed_on(the_loop: &Loop, var: Var) -> usize {
    let mut count = 0;
    the_loop.body.walk(&mut |stmt| {
        if !matches!(stmt.kind, StmtKind::Let { expr: Expr::Binary(..), .. }) {
            stmt.reads(&mut |read| count += usize::from(read == var));
        }
    });
    count + the_loop.carried.iter().filter(|carried| carried.next.mentions(var)).count()
}

/// What an offer comes from.
struct Source<'a> {
    index: Var,
    own: VarSet,
    written: VarSet,
    vars: &'a Vars,
    stmts: Vec<Stmt>,
}

impl Source<'_> {
    /// Adds what a value is computed by, operands first; tells whether that can be done again behind the loop.
    fn add(&mut self, var: Var, known: &[&Stmt]) -> bool {
        let made = |stmt: &Stmt| matches!(stmt.kind, StmtKind::Let { var: made, .. } if made == var);
        if var == self.index || !self.own.contains(&var) || self.stmts.iter().any(made) {
            return true;
        }
        let Some(stmt) = known.iter().find(|stmt| made(stmt)) else { return false };
        let StmtKind::Let { expr, .. } = &stmt.kind else { return false };
        if self.stmts.len() == MOST || !had_again(expr, &self.own, &self.written, self.vars) {
            return false;
        }
        let mut operands = Vec::new();
        expr.vars(&mut |var| operands.push(var));
        let had = operands.into_iter().all(|operand| self.add(operand, known));
        self.stmts.push((*stmt).clone());
        had
    }
}

/// Whether the expression has the same value behind the loop, given the same index.
fn had_again(expr: &Expr, own: &VarSet, written: &VarSet, vars: &Vars) -> bool {
    let mut again = true;
    expr.walk(&mut |expr| {
        again &= match expr {
            Expr::Load(path) => {
                let plain = |proj: &Proj| matches!(proj, Proj::Index(_) | Proj::Field(_));
                !own.contains(&path.root)
                    && !written.contains(&vars.root(path))
                    && path.proj.iter().all(plain)
            }
            Expr::Var(_) | Expr::Lit(_) | Expr::Rule(..) | Expr::Binary(..) | Expr::Cast(..) => true,
            _ => false,
        };
    });
    again
}

/// Makes the loop look for its winner alone: what comes before the loop, and what is its result.
fn pick(the_loop: &mut Loop, which: usize, span: Span, vars: &mut Vars) -> Option<(Stmt, [Stmt; 2])> {
    let Extreme { at, way, next, offer, source } = extreme(the_loop, &the_loop.carried[which], vars)?;
    let Head::For { index, hi, .. } = the_loop.head.clone() else { return None };
    let carried = the_loop.carried[which].clone();
    let of = |kind: StmtKind| Stmt { kind, span };
    let atom = |var: Var| Box::new(Expr::Var(var));
    let copy = |vars: &mut Vars, var: Var| {
        let (name, ty) = (vars[var].name.clone(), vars[var].ty.clone());
        vars.fresh(name, ty, Role::Value, span)
    };

    // Without an iteration that wins, the winner is the bound.
    let index_ty = vars[index].ty.clone();
    let [winner, won, out] = [(); 3].map(|()| vars.fresh("winner", index_ty.clone(), Role::Value, span));
    // The loop sees values without derivatives.
    let stopped = copy(vars, offer);
    let stop_offer = of(StmtKind::Let { var: stopped, expr: Expr::Stop(atom(offer)) });
    match (way, &mut the_loop.body.stmts[at].kind) {
        (Way::Compared { first }, StmtKind::Let { expr: Expr::Rule(_, operands), .. }) => {
            operands[usize::from(!first)] = Expr::Var(stopped);
            let (compare, against) = match first {
                true => (syn::BinOp::Ne(Default::default()), offer),
                false => (syn::BinOp::Eq(Default::default()), carried.phi),
            };
            let lost = vars.fresh("lost", Ty::bool(), Role::Value, span);
            let lost_if = Expr::Binary(compare, atom(next), atom(against));
            let wins = Expr::Select(atom(lost), atom(winner), atom(index));
            let stmts =
                [of(StmtKind::Let { var: lost, expr: lost_if }), of(StmtKind::Let { var: won, expr: wins })];
            the_loop.body.stmts.splice(at + 1..at + 1, stmts);
            the_loop.body.stmts.insert(at, stop_offer);
        }
        (Way::Taken { arm }, StmtKind::If { then, otherwise, joins, .. }) => {
            [then, otherwise][arm].stmts.push(stop_offer);
            let mut values = [Some(Expr::Var(winner)), Some(Expr::Var(winner))];
            values[arm] = Some(Expr::Var(index));
            for join in joins.iter_mut().filter(|join| join.var == next) {
                join.values[arm] = Some(Expr::Var(stopped));
            }
            joins.push(Join { var: won, values: values.into() });
        }
        _ => return None,
    }
    the_loop.carried.push(Carried { phi: winner, init: hi.clone(), next: Expr::Var(won), out });
    let start = copy(vars, carried.phi);
    let stop_start = StmtKind::Let { var: start, expr: Expr::Stop(Box::new(carried.init.clone())) };
    let found = copy(vars, carried.out);
    let changed = &mut the_loop.carried[which];
    (changed.init, changed.out) = (Expr::Var(start), found);

    // The offer of the winner, once more.
    let mut again = VarMap::new();
    again.insert(index, out);
    let mut then = Block::default();
    for stmt in source {
        let StmtKind::Let { var, mut expr } = stmt.kind else { return None };
        expr.walk_mut(&mut |part| {
            if let Expr::Var(var) = part {
                *var = again.get(var).copied().unwrap_or(*var);
            }
        });
        let fresh = copy(vars, var);
        again.insert(var, fresh);
        then.stmts.push(of(StmtKind::Let { var: fresh, expr }));
    }
    let values = vec![again.get(&offer).map(|var| Expr::Var(*var)), Some(carried.init)];
    let joins = vec![Join { var: carried.out, values }];
    let any = vars.fresh("any", Ty::bool(), Role::Value, span);
    let differs = Expr::Binary(syn::BinOp::Ne(Default::default()), atom(out), Box::new(hi));
    let there = StmtKind::Let { var: any, expr: differs };
    let end = StmtKind::If { cond: Expr::Var(any), then, otherwise: Block::default(), joins };
    Some((of(stop_start), [of(there), of(end)]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Diagnostics;
    use crate::ir::print;
    use crate::request::Request;

    fn prepared(text: &str) -> String {
        let item: syn::ItemFn = syn::parse_str(text).unwrap();
        let mut diag = Diagnostics::new();
        let function = crate::lower::function(&Request::default(), &item.sig, &item.block, &mut diag);
        assert!(diag.finish().is_ok(), "{text}");
        print::function(&extremes(function))
    }

    fn winners(body: &str) -> usize {
        let text = format!("fn f(x: &[f64], y: f64) -> f64 {{ let mut m = y; {body} m }}");
        prepared(&text).matches("any: bool").count()
    }

    #[test]
    fn one_offer_wins() {
        for body in [
            "for i in 0..x.len() { m = m.max(x[i]); }",
            "for i in 0..x.len() { m = (x[i] * x[i]).min(m); }",
            "for v in x { if *v > m { m = *v; } }",
            "for i in 0..x.len() { let d = (x[i] - 1.0).abs(); if d < m { m = d; } }",
            "for i in 0..x.len() { m = if i % 3 == 1 { x[i] } else { m }; }",
        ] {
            assert_eq!(winners(body), 1, "{body}");
        }
    }

    #[test]
    fn what_goes_on_from_the_extreme_is_left_alone() {
        for body in [
            "for i in 0..x.len() { m = m.max(x[i]) * 0.5; }",
            "for i in 0..x.len() { m = m.max(x[i] + m); }",
            "let mut s = 0.0; for i in 0..x.len() { m = m.max(x[i]); s += m; } m += s;",
            "let mut z = x.to_vec(); for i in 0..x.len() { z[i] = x[i] * m; m = m.max(z[i]); }",
            "for i in 0..x.len() { m = m.max(x[i]); if m > 3.0 { break; } }",
        ] {
            assert_eq!(winners(body), 0, "{body}");
        }
    }

    #[test]
    fn data_are_no_offers() {
        let text = "fn f(x: f64, v: &[usize]) -> f64 { let mut m = 0.0; for k in v { m = f64::max(m, *k as f64); } m * x }";
        assert!(!prepared(text).contains("winner"), "{}", prepared(text));
    }
}
