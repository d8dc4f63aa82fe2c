//! Integers that grow by a known step in each iteration (`at += 1`): the reverse sweep counts them back and saves none.
//!
//! Invariant: at the start of an iteration's reversal the counter holds what the integer held at the end of the iteration;
//! the step taken back, what it held at its start.

use proc_macro2::Span;

use super::{Reverse, stmt};
use crate::ir::{Carried, Expr, Head, Loop, Role, Stmt, StmtKind, StoreOp, Ty, Var, VarSet};

/// How an iteration changes an integer.
enum Step {
    /// By an amount that is the same in all iterations, or that these statements tell from the index.
    By(Expr, Vec<Stmt>),
    /// As the loop inside does that carries it under this name.
    Inside(Var),
}

/// Counters of a loop.
#[derive(Default)]
pub(super) struct Counters {
    /// Those that start before the loop's reversal, at the second.
    pub(super) started: Vec<(Var, Var)>,
    /// The integers that each of its iterations takes back.
    pub(super) stepped: Vec<Stepped>,
}

/// An integer that an iteration takes back.
pub(super) struct Stepped {
    /// At the start of the iteration.
    pub(super) phi: Var,
    pub(super) back: Var,
    amount: Expr,
    /// What tells the amount.
    pub(super) told: Vec<Stmt>,
}

impl Stepped {
    /// Takes the step back.
    pub(super) fn undo(self, span: Span) -> Vec<Stmt> {
        let mut stmts = self.told;
        stmts.push(stmt(StmtKind::Update { var: self.back, op: StoreOp::Sub, expr: self.amount }, span));
        stmts.push(stmt(StmtKind::Let { var: self.phi, expr: Expr::Var(self.back) }, span));
        stmts
    }
}

impl Reverse<'_> {
    /// The counters of a loop.
    pub(super) fn count_back(&mut self, primal: &Loop, span: Span) -> Counters {
        let mut counters = Counters::default();
        // In a loop that is to be fused, the integer itself is still there.
        let fused = matches!(&primal.head, Head::For { index, .. }
            if self.loops.is_empty() && self.options.private.contains_key(index));
        for carried in &primal.carried {
            let Some(step) = self.step(primal, carried) else { continue };
            let back = match self.counters.get(&carried.phi) {
                Some(back) => *back,
                None if fused => continue,
                None => {
                    let name = self.vars[carried.phi].name.clone();
                    let ty = self.vars[carried.phi].ty.clone();
                    let back = self.vars.fresh(name, ty, Role::Mut, span);
                    counters.started.push((back, carried.out));
                    back
                }
            };
            match step {
                Step::By(amount, told) => {
                    counters.stepped.push(Stepped { phi: carried.phi, back, amount, told });
                }
                Step::Inside(phi) => {
                    self.counters.insert(phi, back);
                }
            }
        }
        counters
    }

    fn step(&self, the_loop: &Loop, carried: &Carried) -> Option<Step> {
        let Expr::Var(next) = &carried.next else { return None };
        if !matches!(self.vars[carried.phi].ty, Ty::Int(_)) {
            return None;
        }
        let stmt = the_loop.body.stmts.iter().find(|stmt| stmt.defines().contains(next))?;
        match &stmt.kind {
            StmtKind::Let { expr: Expr::Binary(syn::BinOp::Add(_), a, b), .. } => {
                let amount = match (&**a, &**b) {
                    (Expr::Var(var), amount) | (amount, Expr::Var(var)) if *var == carried.phi => amount,
                    _ => return None,
                };
                match amount {
                    Expr::Lit(_) => Some(Step::By(amount.clone(), Vec::new())),
                    Expr::Var(var) => {
                        let mut told = Vec::new();
                        tells(the_loop, &the_loop.own(), *var, &mut told)
                            .then(|| Step::By(amount.clone(), told))
                    }
                    _ => None,
                }
            }
            StmtKind::Loop(inner) => {
                let inside = inner.carried.iter().find(|inside| inside.out == *next)?;
                let from_here = matches!(&inside.init, Expr::Var(init) if *init == carried.phi);
                (from_here && self.step(inner, inside).is_some()).then_some(Step::Inside(inside.phi))
            }
            _ => None,
        }
    }
}

/// Whether the value is the same in all iterations, or integers tell it from the index: these, in order.
fn tells(the_loop: &Loop, own: &VarSet, var: Var, told: &mut Vec<Stmt>) -> bool {
    if !own.contains(&var) || told.iter().any(|stmt| stmt.defines().contains(&var)) {
        return true;
    }
    let Head::For { index, .. } = the_loop.head else { return false };
    if var == index {
        // Where iterations are only counted, the index is not there.
        return the_loop.trips.is_none();
    }
    let made = the_loop.body.stmts.iter().find(|stmt| stmt.defines().contains(&var));
    let Some(stmt @ Stmt { kind: StmtKind::Let { expr, .. }, .. }) = made else { return false };
    let arithmetic = match expr {
        Expr::Binary(..) => true,
        Expr::Inert(inert) => inert.pure && inert.binds.iter().all(|(_, bound)| bound.is_atom()),
        _ => false,
    };
    let mut tell = arithmetic;
    expr.vars(&mut |var| tell = tell && tells(the_loop, own, var, told));
    told.push(stmt.clone());
    tell
}
