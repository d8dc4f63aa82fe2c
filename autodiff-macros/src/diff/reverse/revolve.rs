//! Loops that are run again from a few copies of what they change: binomial checkpointing (Griewank, Walther: Algorithm 799:
//! revolve, ACM TOMS 26, 2000).
//!
//! ```text
//! forward:  for at in 0..n { if at == next { push (at, state); next += leap }  step }
//! reverse:  for last in (0..n).rev() {
//!               pop (start, state)
//!               for at in start..last { if at == next { push (at, state); next += leap }  step }
//!               step, saving; its reversal
//!           }
//! ```
//!
//! Invariant: at the start of an iteration of the reverse loop, the copies on the tape are of iterations up to `last`, the
//! first of them of iteration 0, and `used` is how many there are. The schedule (`leap`, in the runtime) never asks for
//! more than there are slots.

use proc_macro2::Span;

use super::rerun::{Snapshot, keep, plain, put_back, scope, without_effects};
use super::{Reverse, stmt};
use crate::diff::{Tape, TapeKind};
use crate::ir::{
    Block, Carried, Expr, Head, Inert, Join, Loop, Role, Saved, Stmt, StmtKind, StoreOp, Ty, Var, build,
};
use crate::names::hygienic;

/// A loop that is run from copies of its state.
struct Revolved<'a> {
    primal: &'a Loop,
    /// How many copies there may be.
    slots: &'a Expr,
    /// The runtime's `leap`.
    schedule: &'a syn::Path,
    /// Where the copies are kept.
    tape: Var,
    /// The places among the state.
    places: Vec<Var>,
    span: Span,
}

/// What a stretch of iterations leaves.
struct Advanced {
    the_loop: Loop,
    /// How many copies there are behind it.
    used: Var,
}

impl Reverse<'_> {
    /// The reversal; the forward sweep is added to `forward`. `snapshot`: what was kept before the loop.
    pub(super) fn revolve(
        &mut self,
        primal: &Loop,
        (slots, schedule): (&Expr, &syn::Path),
        snapshot: &Snapshot,
        forward: &mut Vec<Stmt>,
        reversal: &mut Vec<Stmt>,
        span: Span,
    ) -> Vec<Stmt> {
        self.position += 1;
        for var in (stmt(StmtKind::Loop(Box::new(primal.clone())), span)).defines() {
            self.positions.insert(var, self.position);
        }
        let tape = self.vars.fresh("snapshots", Ty::Unknown, Role::Tape, span);
        self.tapes.push(Tape { var: tape, kind: TapeKind::Snapshots });
        let places = snapshot.places.iter().map(|(place, _)| *place).collect();
        let revolved = Revolved { primal, slots, schedule, tape, places, span };

        let mut made = Vec::new();
        let outs: Vec<Var> = primal.carried.iter().map(|carried| carried.out).collect();
        self.note_locals(&outs, &mut made, span);
        let (count, used) = match &primal.head {
            Head::For { hi, .. } if primal.break_if.is_none() => {
                let inits = primal.carried.iter().map(|carried| carried.init.clone()).collect();
                let range = (build::int(0), hi.clone());
                let advanced = self.advance(&revolved, range, inits, build::int(0), outs);
                forward.push(stmt(StmtKind::Loop(Box::new(advanced.the_loop)), span));
                (hi.clone(), Expr::Var(advanced.used))
            }
            // How many iterations there are is known when they have run: the first copy is all that there is by then.
            _ => {
                forward.extend(snapshot.keep(span));
                let trips =
                    primal.trips.unwrap_or_else(|| self.vars.fresh("trips", Ty::usize(), Role::Value, span));
                let body = Block { stmts: plain(&primal.body.stmts) };
                let counted = Loop { body, trips: Some(trips), ..primal.clone() };
                forward.push(stmt(StmtKind::Loop(Box::new(counted)), span));
                made.extend(snapshot.put_back(span));
                made.push(self.first_copy(&revolved, trips));
                (Expr::Var(trips), build::int(1))
            }
        };
        made.extend(self.run_back(&revolved, count, used));
        for carried in self.carried_on(primal) {
            let bar = Expr::Var(self.bar(carried.out));
            self.contribute(&carried.init, bar, reversal, span);
        }
        made
    }

    /// `if trips > 0 { push (0, state) }`
    fn first_copy(&mut self, revolved: &Revolved<'_>, trips: Var) -> Stmt {
        let span = revolved.span;
        let zero = self.vars.fresh("start", Ty::usize(), Role::Value, span);
        let mut then = vec![stmt(StmtKind::Let { var: zero, expr: build::int(0) }, span)];
        let state: Vec<Var> = (revolved.primal.carried.iter())
            .map(|carried| {
                let info = &self.vars[carried.phi];
                let var = self.vars.fresh(info.name.clone(), info.ty.clone(), Role::Value, span);
                then.push(stmt(StmtKind::Let { var, expr: carried.init.clone() }, span));
                var
            })
            .collect();
        self.push_copy(revolved, zero, &state, &mut then);
        let cond = binary(syn::BinOp::Gt(Default::default()), Expr::Var(trips), build::int(0));
        let (then, otherwise) = (Block { stmts: then }, Block::default());
        stmt(StmtKind::If { cond, then, otherwise, joins: Vec::new() }, span)
    }

    /// `push (at, state)`
    fn push_copy(&mut self, revolved: &Revolved<'_>, at: Var, state: &[Var], out: &mut Vec<Stmt>) {
        let span = revolved.span;
        let mut values = vec![Saved::Value(at)];
        values.extend(state.iter().map(|var| Saved::Value(*var)));
        for place in &revolved.places {
            let old = self.kept(*place, span);
            out.push(keep(old, *place, span));
            values.push(Saved::Content(old));
        }
        out.push(stmt(StmtKind::Save { tape: revolved.tape, values }, span));
    }

    /// The iterations of a range, with copies where the schedule wants them. `used`: how many there are before it.
    fn advance(
        &mut self,
        revolved: &Revolved<'_>,
        (lo, hi): (Expr, Expr),
        inits: Vec<Expr>,
        used: Expr,
        outs: Vec<Var>,
    ) -> Advanced {
        let Revolved { primal, span, .. } = *revolved;
        let mut number = |name: &str| self.vars.fresh(name, Ty::usize(), Role::Value, span);
        let at = match primal.head {
            Head::For { index, .. } => index,
            _ => number("at"),
        };
        let [due, due_next, due_behind] = ["due", "due", "due"].map(&mut number);
        let [now, now_next, now_behind] = ["used", "used", "used"].map(&mut number);
        let [leap, then_due, then_used] = ["leap", "due", "used"].map(&mut number);

        let state: Vec<Var> = primal.carried.iter().map(|carried| carried.phi).collect();
        let mut then = Vec::new();
        self.push_copy(revolved, at, &state, &mut then);
        let expr = self.leap(revolved, (at, &hi), now);
        then.push(stmt(StmtKind::Let { var: leap, expr }, span));
        let sum = |a, b| binary(syn::BinOp::Add(Default::default()), a, b);
        let expr = sum(Expr::Var(at), Expr::Var(leap));
        then.push(stmt(StmtKind::Let { var: then_due, expr }, span));
        then.push(stmt(StmtKind::Let { var: then_used, expr: sum(Expr::Var(now), build::int(1)) }, span));
        let joins = [(due_next, then_due, due), (now_next, then_used, now)]
            .map(|(var, yes, no)| Join { var, values: vec![Some(Expr::Var(yes)), Some(Expr::Var(no))] });
        let cond = binary(syn::BinOp::Eq(Default::default()), Expr::Var(at), Expr::Var(due));
        let (then, otherwise) = (Block { stmts: then }, Block::default());
        let copied = StmtKind::If { cond, then, otherwise, joins: joins.into() };
        let mut body = vec![stmt(copied, span)];
        body.extend(plain(&primal.body.stmts));

        let mut carried: Vec<Carried> = (primal.carried.iter().zip(inits).zip(outs))
            .map(|((carried, init), out)| Carried { init, out, ..carried.clone() })
            .collect();
        let next = Expr::Var(due_next);
        carried.push(Carried { phi: due, init: lo.clone(), next, out: due_behind });
        carried.push(Carried { phi: now, init: used, next: Expr::Var(now_next), out: now_behind });
        let head = Head::For { index: at, lo, hi, inclusive: false, step: None, rev: false };
        let body = Block { stmts: body };
        let the_loop = Loop { head, carried, body, break_if: None, trips: None, label: None };
        Advanced { the_loop, used: now_behind }
    }

    /// How far it is from a copy at an iteration to the next one, before the end.
    fn leap(&self, revolved: &Revolved<'_>, (at, end): (Var, &Expr), used: Var) -> Expr {
        let span = hygienic(revolved.span);
        let name = |name| proc_macro2::Ident::new(name, span);
        let (at_name, end_name, used_name, slots_name) =
            (name("__at"), name("__end"), name("__used"), name("__slots"));
        let schedule = revolved.schedule;
        let code = quote::quote!(#schedule(#end_name - #at_name, #slots_name, #used_name));
        let binds = vec![
            (at_name, Expr::Var(at)),
            (end_name, end.clone()),
            (used_name, Expr::Var(used)),
            (slots_name, revolved.slots.clone()),
        ];
        Expr::Inert(Inert { code, binds, pure: true })
    }

    /// The iterations back from `count`, each run once more from the last copy before it.
    fn run_back(&mut self, revolved: &Revolved<'_>, count: Expr, used: Expr) -> Vec<Stmt> {
        let Revolved { primal, tape, span, .. } = *revolved;
        let number = self.position;
        let left = self.vars.fresh("used", Ty::usize(), Role::Mut, span);
        let last = self.vars.fresh("last", Ty::usize(), Role::Value, span);
        let start = self.vars.fresh("start", Ty::usize(), Role::Value, span);
        let fresh_state = |this: &mut Self| -> Vec<Var> {
            let fresh = |carried: &Carried| {
                let info = this.vars[carried.phi].clone();
                this.vars.fresh(info.name, info.ty, Role::Value, span)
            };
            primal.carried.iter().map(fresh).collect()
        };
        let (restored, reached) = (fresh_state(self), fresh_state(self));

        let mut values = vec![Saved::Value(start)];
        values.extend(restored.iter().map(|var| Saved::Value(*var)));
        let mut back = Vec::new();
        for place in &revolved.places {
            let old = self.kept(*place, span);
            values.push(Saved::Content(old));
            back.push(put_back(*place, old, span));
        }
        let mut body = vec![stmt(StmtKind::Restore { tape, values }, span)];
        let one_less = StmtKind::Update { var: left, op: StoreOp::Sub, expr: build::int(1) };
        body.push(stmt(one_less, span));
        body.extend(back);
        let inits = restored.iter().map(|var| Expr::Var(*var)).collect();
        let range = (Expr::Var(start), Expr::Var(last));
        let mut advanced = self.advance(revolved, range, inits, Expr::Var(left), reached.clone());
        let stmts = std::mem::take(&mut advanced.the_loop.body.stmts);
        advanced.the_loop.body.stmts = without_effects(stmts);
        body.push(stmt(StmtKind::Loop(Box::new(advanced.the_loop)), span));
        let expr = Expr::Var(advanced.used);
        body.push(stmt(StmtKind::Update { var: left, op: StoreOp::Set, expr }, span));
        let mut step = Vec::new();
        let mut own: Vec<Var> = primal.carried.iter().map(|carried| carried.phi).collect();
        for (phi, reached) in own.iter().zip(reached) {
            step.push(stmt(StmtKind::Let { var: *phi, expr: Expr::Var(reached) }, span));
        }
        if let Head::For { index, .. } = primal.head {
            own.push(index);
            step.push(stmt(StmtKind::Let { var: index, expr: Expr::Var(last) }, span));
        }

        self.loops.push(number);
        if let Head::While { test, .. } = &primal.head {
            test.walk(&mut |_| self.position += 1);
        }
        let active = self.carried_on(primal);
        let whole = stmt(StmtKind::Loop(Box::new(primal.clone())), span);
        let both = self.both_sweeps(
            &primal.body,
            (std::slice::from_ref(&whole), &own),
            span,
            |this, out| this.arrive_carried(&active, out, span),
            |this, out| this.leave_carried(&active, out, span),
        );
        self.loops.pop();
        step.extend(both);
        // Apart from the iterations before, which bind the same names.
        body.push(scope(step, span));
        let head =
            Head::For { index: last, lo: build::int(0), hi: count, inclusive: false, step: None, rev: true };
        let body = Block { stmts: body };
        let the_loop = Loop { head, carried: Vec::new(), body, break_if: None, trips: None, label: None };
        vec![
            stmt(StmtKind::Mut { var: left, init: used }, span),
            stmt(StmtKind::Loop(Box::new(the_loop)), span),
        ]
    }
}

fn binary(op: syn::BinOp, a: Expr, b: Expr) -> Expr {
    Expr::Binary(op, Box::new(a), Box::new(b))
}
