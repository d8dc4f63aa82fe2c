//! Statements: the reversal of each kind.

use super::block::Given;
use super::control::choose;
use super::{Reverse, stmt};
use crate::ir::{Expr, Join, Path, RawStmt, Role, Stmt, StmtKind, Ty, build};

impl Reverse<'_> {
    pub(super) fn statement(&mut self, primal: &Stmt, forward: &mut Vec<Stmt>, reversal: &mut Vec<Stmt>) {
        let span = primal.span;
        let position = self.position;
        match &primal.kind {
            StmtKind::Let { var, expr } => {
                forward.push(primal.clone());
                if self.active_var(*var) {
                    self.reverse_let(*var, expr, reversal, span);
                }
            }
            StmtKind::Declare { place, init } => {
                forward.push(primal.clone());
                if self.active_var(*place) {
                    let from = Path::of(self.bar(*place));
                    self.reverse_init(init, &from, reversal, span);
                }
            }
            StmtKind::View { var } if self.asks_for(*var) => self.look_at(*var, reversal, span),
            StmtKind::View { .. } => forward.push(primal.clone()),
            StmtKind::Store { path, op, value } => {
                let restored = self.record_element(path, position, forward, span);
                forward.push(primal.clone());
                self.reverse_store(path, *op, value, reversal, span);
                reversal.extend(restored);
            }
            StmtKind::Assign { path, init, slice } => {
                self.reverse_assign(primal, path, init, *slice, forward, reversal)
            }
            StmtKind::Swap(a, b) => {
                forward.push(primal.clone());
                let active = [a, b].map(|path| self.active_path(path));
                if active.contains(&true) {
                    let bars = [a, b].map(|path| self.bar_path(path));
                    reversal.push(stmt(StmtKind::Raw(RawStmt::Swap(bars[0].clone(), bars[1].clone())), span));
                    // One that is cut off hands nothing on.
                    for (path, _) in bars.into_iter().zip(active).filter(|(_, active)| !active) {
                        reversal.push(stmt(StmtKind::Raw(RawStmt::Clear { path }), span));
                    }
                }
                let roots = [a, b].map(|path| self.vars.root(path));
                if roots[0] != roots[1] {
                    let reads = roots.map(|root| self.read_at(root, position, None));
                    self.swaps.push(reads);
                }
                if roots.iter().any(|root| self.recording.reads_root(*root)) {
                    reversal.push(stmt(StmtKind::Raw(RawStmt::Swap(a.clone(), b.clone())), span));
                }
            }
            StmtKind::Fill { path, value } => {
                let restored = self.record_elements(path, position, forward, span);
                forward.push(primal.clone());
                if self.active_path(path) {
                    let bar = self.bar_path(path);
                    match value {
                        Expr::Var(value) if self.active_var(*value) => {
                            let var = self.bar(*value);
                            reversal.push(stmt(StmtKind::Raw(RawStmt::SumInto { var, path: bar }), span));
                        }
                        _ => reversal.push(stmt(StmtKind::Raw(RawStmt::Clear { path: bar }), span)),
                    }
                }
                reversal.extend(restored);
            }
            StmtKind::Push { path, value } => {
                forward.push(primal.clone());
                if self.active_path(path) {
                    let bar = self.bar_path(path);
                    let popped = self.vars.fresh(
                        "popped_bar",
                        self.type_of(path).element(),
                        if matches!(value, Expr::Whole(_)) { Role::Place } else { Role::Value },
                        span,
                    );
                    reversal
                        .push(stmt(StmtKind::Raw(RawStmt::Pop { path: bar, popped: Some(popped) }), span));
                    let contribution = match value {
                        Expr::Whole(_) => Expr::Whole(Path::of(popped)),
                        _ => Expr::Var(popped),
                    };
                    self.contribute(value, contribution, reversal, span);
                }
                if self.recording.records_whole(self.vars.root(path), &self.write_at(position, None)) {
                    reversal
                        .push(stmt(StmtKind::Raw(RawStmt::Pop { path: path.clone(), popped: None }), span));
                }
            }
            StmtKind::Call(call) => self.reverse_call(call, forward, reversal, span),
            StmtKind::Inert { writes, .. } => {
                let mut restored = Vec::new();
                for place in writes {
                    restored.extend(self.record_whole(&Path::of(*place), position, forward, span));
                }
                forward.push(primal.clone());
                reversal.extend(restored);
            }
            StmtKind::If { cond, then, otherwise, joins } => {
                let sweep = |this: &mut Self, block, arm: usize| {
                    this.nested(
                        block,
                        &Given::default(),
                        span,
                        |this, out| this.arrive_joins(joins, arm, out, span),
                        |_, _| {},
                    )
                };
                let (then_forward, then_reverse) = sweep(self, then, 0);
                let (otherwise_forward, otherwise_reverse) = sweep(self, otherwise, 1);
                forward.push(stmt(
                    StmtKind::If {
                        cond: cond.clone(),
                        then: then_forward,
                        otherwise: otherwise_forward,
                        joins: joins.clone(),
                    },
                    span,
                ));
                if !(then_reverse.stmts.is_empty() && otherwise_reverse.stmts.is_empty()) {
                    reversal.push(stmt(
                        StmtKind::If {
                            cond: cond.clone(),
                            then: then_reverse,
                            otherwise: otherwise_reverse,
                            joins: Vec::new(),
                        },
                        span,
                    ));
                }
            }
            StmtKind::Match { scrutinee, arms, joins } => {
                // Which arm was taken becomes a value, so that the reversal need not look at the scrutinee again.
                let taken = self.vars.fresh("arm", Ty::usize(), Role::Value, span);
                let mut forward_arms = Vec::new();
                let mut reverse_arms = Vec::new();
                for (index, arm) in arms.iter().enumerate() {
                    let own = arm.binds.iter().map(|(_, var)| *var).collect();
                    let (forward_body, reverse_body) = self.nested(
                        &arm.body,
                        &Given { own, ..Given::default() },
                        span,
                        |this, out| this.arrive_joins(joins, index, out, span),
                        |_, _| {},
                    );
                    forward_arms.push(crate::ir::Arm { body: forward_body, ..arm.clone() });
                    reverse_arms.push(reverse_body);
                }
                let any = reverse_arms.iter().any(|arm| !arm.stmts.is_empty());
                let mut joins = joins.clone();
                if any {
                    let values = (0..arms.len()).map(|index| Some(build::int(index as i64))).collect();
                    joins.push(Join { var: taken, values });
                }
                forward.push(stmt(
                    StmtKind::Match { scrutinee: scrutinee.clone(), arms: forward_arms, joins },
                    span,
                ));
                if any {
                    reversal.extend(choose(taken, reverse_arms, span).stmts);
                }
            }
            StmtKind::Loop(the_loop) => self.reverse_loop(the_loop, forward, reversal, span),
            StmtKind::Mark(_) => {}
            StmtKind::Mut { .. }
            | StmtKind::Update { .. }
            | StmtKind::Save { .. }
            | StmtKind::Restore { .. }
            | StmtKind::Accumulate { .. }
            | StmtKind::Pullback(_)
            | StmtKind::Pushforward(_)
            | StmtKind::Raw(_) => unreachable!("not in a primal program (see `ir::verify`)"),
        }
    }
}
