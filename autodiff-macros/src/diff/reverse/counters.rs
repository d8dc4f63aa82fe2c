//! Integers that grow by a known step in each iteration (`at += 1`): the reverse sweep counts them back and saves none.
//!
//! Invariant: at the start of an iteration's reversal the counter holds what the integer held at the end of the iteration;
//! the step taken back, what it held at its start.

use proc_macro2::Span;

use super::Reverse;
use crate::ir::{Carried, Expr, Head, Loop, Role, Stmt, StmtKind, Ty, Var};

/// How an iteration changes an integer.
enum Step {
    /// By an amount that is the same in all iterations.
    By(Expr),
    /// As the loop inside does that carries it under this name.
    Inside(Var),
}

/// Counters that start before the loop's reversal, at the second; and the integers that each of its iterations takes back:
/// value at the start, counter, amount.
type Counters = (Vec<(Var, Var)>, Vec<(Var, Var, Expr)>);

impl Reverse<'_> {
    /// The counters of a loop.
    pub(super) fn count_back(&mut self, primal: &Loop, span: Span) -> Counters {
        let (mut started, mut stepped) = (Vec::new(), Vec::new());
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
                    started.push((back, carried.out));
                    back
                }
            };
            match step {
                Step::By(amount) => stepped.push((carried.phi, back, amount)),
                Step::Inside(phi) => {
                    self.counters.insert(phi, back);
                }
            }
        }
        (started, stepped)
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
                let fixed = match amount {
                    Expr::Lit(_) => true,
                    Expr::Var(var) => !defined_by(the_loop, *var),
                    _ => false,
                };
                fixed.then(|| Step::By(amount.clone()))
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

fn defined_by(the_loop: &Loop, var: Var) -> bool {
    let mut found = the_loop.carried.iter().any(|carried| carried.phi == var)
        || matches!(the_loop.head, Head::For { index, .. } if index == var);
    the_loop.body.walk(&mut |stmt: &Stmt| {
        found |= stmt.defines().contains(&var);
        if let StmtKind::Loop(inner) = &stmt.kind {
            found |= inner.carried.iter().any(|carried| carried.phi == var);
        }
    });
    found
}
