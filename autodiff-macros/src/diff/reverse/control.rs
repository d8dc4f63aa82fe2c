//! Branches and loops.

use proc_macro2::Span;

use super::block::Given;
use super::{Reverse, stmt};
use crate::diff::explain::explain;
use crate::ir::{
    Block, Carried, Expr, Head, Join, Loop, Role, Stmt, StmtKind, StoreOp, Ty, Var, VarSet, build,
};

impl Reverse<'_> {
    pub(super) fn arrive_joins(&mut self, joins: &[Join], arm: usize, out: &mut Vec<Stmt>, span: Span) {
        for join in joins {
            if let (true, Some(Some(value))) = (self.active_var(join.var), join.values.get(arm)) {
                let bar = Expr::Var(self.bar(join.var));
                self.contribute(value, bar, out, span);
            }
        }
    }

    /// The values that a loop hands on and that carry a derivative.
    pub(super) fn carried_on<'l>(&self, primal: &'l Loop) -> Vec<&'l Carried> {
        let is_active = |carried: &&Carried| self.active_var(carried.phi) || self.active_var(carried.out);
        primal.carried.iter().filter(is_active).collect()
    }

    /// The reversal of an iteration begins: what it hands on has the adjoint of what is behind.
    pub(super) fn arrive_carried(&mut self, active: &[&Carried], out: &mut Vec<Stmt>, span: Span) {
        for carried in active {
            let bar = Expr::Var(self.bar(carried.out));
            self.contribute(&carried.next, bar, out, span);
        }
    }

    /// It ends: what it started from is what the iteration before hands on.
    pub(super) fn leave_carried(&mut self, active: &[&Carried], out: &mut Vec<Stmt>, span: Span) {
        for carried in active {
            let (out_bar, phi_bar) = (self.bar(carried.out), self.bar(carried.phi));
            let expr = Expr::Var(phi_bar);
            out.push(stmt(StmtKind::Update { var: out_bar, op: StoreOp::Set, expr }, span));
        }
    }

    pub(super) fn reverse_loop(
        &mut self,
        primal: &Loop,
        forward: &mut Vec<Stmt>,
        reversal: &mut Vec<Stmt>,
        span: Span,
    ) {
        let active = self.carried_on(primal);
        let counting;
        let primal = if primal.trips.is_none() && !self.runs_backwards(&primal.head) {
            let trips = self.vars.fresh("trips", Ty::usize(), Role::Value, span);
            counting = Loop { trips: Some(trips), ..primal.clone() };
            &counting
        } else {
            primal
        };
        let head = self.reversed_head(primal, span);
        let own = primal.carried.iter().map(|carried| carried.phi).collect();
        let mut given = Given { own, ..Given::default() };
        if let Head::For { index, .. } = primal.head {
            given.own.push(index);
            if matches!(head, Head::For { index: reversed, .. } if reversed == index) {
                given.alive.push(index);
            }
            given.private.extend(self.options.private.get(&index).into_iter().flatten());
        }

        let bulk = self.bulk_begin(primal, &given.private);
        let counters = self.count_back(primal, span);
        for stepped in &counters.stepped {
            given.alive.push(stepped.phi);
            given.alive.extend(stepped.told.iter().flat_map(Stmt::defines));
        }
        let position = self.position;
        self.loops.push(position);
        if let Head::While { test, .. } = &primal.head {
            // Pure lets: numbered like all statements, reversed like none.
            test.walk(&mut |_| self.position += 1);
        }
        let (body_forward, mut body_reverse) = self.nested(
            &primal.body,
            &given,
            span,
            |this, out| this.arrive_carried(&active, out, span),
            |this, out| this.leave_carried(&active, out, span),
        );
        self.loops.pop();
        self.bulk_end(bulk, forward, reversal, span);

        let index = match primal.head {
            Head::For { index, .. } => Some(index),
            _ => None,
        };
        let recorded = matches!(
            forward.last().map(|stmt| &stmt.kind),
            Some(StmtKind::Raw(crate::ir::RawStmt::Record { .. }))
        );
        let known = (!active.is_empty(), recorded, self.function.vars.0.len() as u32);
        let place = (position, self.loops.len());
        self.explained.push(explain(primal, &body_forward.stmts, &self.vars, (index, span), place, known));
        forward.push(stmt(StmtKind::Loop(Box::new(Loop { body: body_forward, ..primal.clone() })), span));
        let outs: Vec<Var> = primal.carried.iter().map(|carried| carried.out).collect();
        self.note_locals(&outs, reversal, span);
        if body_reverse.stmts.is_empty() {
            return;
        }
        let mut told = VarSet::new();
        let mut back: Vec<Stmt> =
            counters.stepped.into_iter().flat_map(|stepped| stepped.undo(span)).collect();
        back.retain(|stmt| stmt.defines().into_iter().all(|var| told.insert(var)));
        body_reverse.stmts.splice(0..0, back);
        for (back, out) in counters.started {
            reversal.push(stmt(StmtKind::Mut { var: back, init: Expr::Var(out) }, span));
        }
        reversal.push(stmt(
            StmtKind::Loop(Box::new(Loop {
                head,
                carried: Vec::new(),
                body: body_reverse,
                break_if: None,
                trips: None,
                label: None,
            })),
            span,
        ));
        for carried in active {
            let bar = Expr::Var(self.bar(carried.out));
            self.contribute(&carried.init, bar, reversal, span);
        }
    }

    /// Whether the standard library runs the head's range backwards: stepped ranges only if they know their length.
    fn runs_backwards(&self, head: &Head) -> bool {
        match head {
            Head::For { index, inclusive, step: Some(_), rev: false, .. } => {
                !inclusive && matches!(&self.vars[*index].ty, Ty::Int(Some(name)) if name == "usize")
            }
            _ => true,
        }
    }

    /// The head of the reverse loop: the same indices backwards where the number of iterations is known from them,
    /// else a count of the iterations that ran (the index is then a value like others).
    pub(super) fn reversed_head(&mut self, primal: &Loop, span: Span) -> Head {
        match (&primal.head, primal.trips) {
            (Head::For { index, lo, hi, inclusive, step, rev }, None) => Head::For {
                index: *index,
                lo: lo.clone(),
                hi: hi.clone(),
                inclusive: *inclusive,
                step: step.clone(),
                rev: !rev,
            },
            (Head::For { index, lo, inclusive: false, step: None, rev: false, .. }, Some(trips)) if matches!(&self.vars[*index].ty, Ty::Int(Some(name)) if name == "usize") =>
            {
                let hi = match build::value_of(lo) {
                    Some(0.0) => Expr::Var(trips),
                    _ => Expr::Binary(
                        syn::BinOp::Add(Default::default()),
                        Box::new(lo.clone()),
                        Box::new(Expr::Var(trips)),
                    ),
                };
                Head::For { index: *index, lo: lo.clone(), hi, inclusive: false, step: None, rev: true }
            }
            (_, trips) => {
                let index = self.vars.fresh("_trip", Ty::usize(), Role::Value, span);
                let hi =
                    Expr::Var(trips.expect("a loop whose iterations only running it can count counts them"));
                Head::For { index, lo: build::int(0), hi, inclusive: false, step: None, rev: false }
            }
        }
    }
}

/// `if arm == 0 { … } else if arm == 1 { … } else { … }`
pub(super) fn choose(taken: Var, arms: Vec<Block>, span: Span) -> Block {
    let last = arms.len() - 1;
    arms.into_iter().enumerate().rev().fold(Block::default(), |rest, (index, arm)| {
        if index == last {
            return arm;
        }
        if arm.stmts.is_empty() && rest.stmts.is_empty() {
            return rest;
        }
        let equal = syn::BinOp::Eq(Default::default());
        let cond = Expr::Binary(equal, Box::new(Expr::Var(taken)), Box::new(build::int(index as i64)));
        Block {
            stmts: vec![stmt(StmtKind::If { cond, then: arm, otherwise: rest, joins: Vec::new() }, span)],
        }
    })
}
