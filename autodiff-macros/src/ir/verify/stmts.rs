//! What each statement must satisfy.

use super::{Program, Result, Scope};
use crate::ir::{
    Arg, Block, Call, Head, Join, Loop, PullbackCall, PushforwardCall, RawStmt, Role, Saved, Stmt, StmtKind,
    Tangent, print,
};

impl Scope<'_> {
    fn call(&mut self, call: &Call) -> Result {
        for arg in &call.args {
            match arg {
                Arg::Value(value) | Arg::RefValue(value) => self.atom(value)?,
                Arg::Move(path) | Arg::Handed(path) | Arg::Ref(path) | Arg::RefMut(path) => {
                    self.path(path)?
                }
                Arg::RefMutValue(before, _) => self.atom(before)?,
                Arg::Inert(inert) => self.inert(inert)?,
            }
        }
        for arg in &call.args {
            if let Arg::RefMutValue(_, after) = arg {
                self.bind(*after, &[Role::Value])?;
            }
        }
        self.tree(&call.results, |scope, var| scope.bind(*var, &[Role::Value, Role::Place]))
    }

    pub(super) fn stmts(&mut self, block: &Block) -> Result {
        block.stmts.iter().try_for_each(|stmt| {
            self.stmt(stmt).map_err(|e| {
                let simple =
                    !matches!(stmt.kind, StmtKind::If { .. } | StmtKind::Match { .. } | StmtKind::Loop(_));
                let text = print::block(self.vars, &Block { stmts: vec![stmt.clone()] });
                if simple { format!("{e}, in `{}`", text.trim()) } else { e }
            })
        })
    }

    fn stmt(&mut self, stmt: &Stmt) -> Result {
        match &stmt.kind {
            StmtKind::Let { var, expr } => {
                self.expr(expr)?;
                self.bind(*var, &[Role::Value])
            }
            StmtKind::Declare { place, init } => {
                self.init(init)?;
                self.bind(*place, &[Role::Place])
            }
            StmtKind::View { var } => {
                match &self.info(*var)?.view {
                    Some(target) => self.path(target)?,
                    None => return Err(format!("view {} shows nothing", self.name(*var))),
                }
                self.bind(*var, &[Role::View])
            }
            StmtKind::Store { path, op: _, value } => self.path(path).and_then(|()| self.atom(value)),
            StmtKind::Assign { path, init, slice: _ } => self.init(init).and_then(|()| self.path(path)),
            StmtKind::Swap(a, b) => self.path(a).and_then(|()| self.path(b)),
            StmtKind::Fill { path, value } => self.path(path).and_then(|()| self.atom(value)),
            StmtKind::Push { path, value } => self.path(path).and_then(|()| self.operand(value)),
            StmtKind::Call(call) => {
                self.call(call)?;
                if call.differentiated { self.bind(call.pullback, &[Role::Pullback]) } else { Ok(()) }
            }
            StmtKind::Inert { inert, defs, writes } => {
                self.inert(inert)?;
                for (_, before, after) in defs {
                    before.iter().try_for_each(|before| self.atom(before))?;
                    self.bind(*after, &[Role::Value])?;
                }
                writes.iter().try_for_each(|place| self.read(*place))
            }
            StmtKind::If { cond, then, otherwise, joins } => {
                self.atom(cond)?;
                let arms = [then, otherwise];
                for (k, arm) in arms.into_iter().enumerate() {
                    self.scoped(|scope| {
                        scope.stmts(arm)?;
                        scope.joins(joins, k, arms.len())
                    })?;
                }
                joins.iter().try_for_each(|join| self.bind(join.var, &[Role::Value]))
            }
            StmtKind::Match { scrutinee, arms, joins } => {
                self.inert(scrutinee)?;
                for (k, arm) in arms.iter().enumerate() {
                    self.scoped(|scope| {
                        arm.binds.iter().try_for_each(|(_, var)| scope.bind(*var, &[Role::Value]))?;
                        arm.guard.iter().try_for_each(|guard| scope.inert(guard))?;
                        scope.stmts(&arm.body)?;
                        scope.joins(joins, k, arms.len())
                    })?;
                }
                joins.iter().try_for_each(|join| self.bind(join.var, &[Role::Value]))
            }
            StmtKind::Loop(looped) => self.loop_(looped),
            StmtKind::Mark(mark) => mark.operand().map_or(Ok(()), |operand| self.atom(operand)),
            added if self.program == Program::Primal => {
                let text = print::block(
                    self.vars,
                    &Block { stmts: vec![Stmt { kind: added.clone(), span: stmt.span }] },
                );
                Err(format!("a statement of differentiation in a primal program: `{}`", text.trim()))
            }
            StmtKind::Mut { var, init } => {
                self.expr(init)?;
                self.bind(*var, &[Role::Mut])
            }
            StmtKind::Update { var, op: _, expr } => {
                self.expr(expr)?;
                self.write(*var)
            }
            StmtKind::Save { tape, values } => {
                self.read(*tape)?;
                values.iter().try_for_each(|(Saved::Value(var) | Saved::Content(var))| self.read(*var))
            }
            StmtKind::Restore { tape, values } => {
                self.read(*tape)?;
                values.iter().try_for_each(|saved| match saved {
                    Saved::Value(var) => self.bind(*var, &[Role::Value, Role::Pullback]),
                    Saved::Content(var) => self.bind(*var, &[Role::Place]),
                })
            }
            StmtKind::Accumulate { to, from } => self.path(to).and_then(|()| self.path(from)),
            StmtKind::Pullback(pullback) => self.pullback(pullback),
            StmtKind::Pushforward(pushforward) => self.pushforward(pushforward),
            StmtKind::Raw(raw) => self.raw(raw),
        }
    }

    fn joins(&self, joins: &[Join], arm: usize, arms: usize) -> Result {
        joins.iter().try_for_each(|join| match join.values.get(arm) {
            _ if join.values.len() != arms => {
                Err(format!("{} joins {} values of {arms} arms", self.name(join.var), join.values.len()))
            }
            Some(Some(value)) => self.atom(value),
            _ => Ok(()),
        })
    }

    fn loop_(&mut self, looped: &Loop) -> Result {
        let Loop { head, carried, body, break_if, trips, label: _ } = looped;
        carried.iter().try_for_each(|carried| self.atom(&carried.init))?;
        if let Head::For { lo, hi, step, .. } = head {
            [Some(lo), Some(hi), step.as_ref()]
                .into_iter()
                .flatten()
                .try_for_each(|bound| self.atom(bound))?;
        }
        let counted = matches!(head, Head::For { .. }) && break_if.is_none();
        if self.program != Program::Reverse && !counted && trips.is_none() {
            return Err("a loop of unknown length does not count its trips".into());
        }
        if matches!(head, Head::Forever) && break_if.is_none() {
            return Err("a `loop` that nothing leaves".into());
        }
        self.scoped(|scope| {
            carried.iter().try_for_each(|carried| scope.bind(carried.phi, &[Role::Value]))?;
            match head {
                Head::For { index, .. } => scope.bind(*index, &[Role::Value])?,
                Head::While { test, cond } => scope.scoped(|scope| {
                    if let Some(stmt) =
                        test.stmts.iter().find(|stmt| !matches!(stmt.kind, StmtKind::Let { .. }))
                    {
                        let text = print::block(scope.vars, &Block { stmts: vec![stmt.clone()] });
                        return Err(format!(
                            "the test of a `while` does more than compute: `{}`",
                            text.trim()
                        ));
                    }
                    scope.stmts(test)?;
                    scope.atom(cond)
                })?,
                Head::Forever => {}
            }
            scope.scoped(|scope| {
                scope.stmts(body)?;
                carried.iter().try_for_each(|carried| scope.atom(&carried.next))?;
                break_if.iter().try_for_each(|cond| scope.atom(cond))
            })
        })?;
        carried.iter().try_for_each(|carried| self.bind(carried.out, &[Role::Value]))?;
        trips.iter().try_for_each(|trips| self.bind(*trips, &[Role::Value]))
    }

    fn pullback(&mut self, pullback: &PullbackCall) -> Result {
        let PullbackCall { call, seed, slots } = pullback;
        self.read(call.pullback)?;
        if slots.len() != call.args.len() {
            return Err(format!("{} arguments have {} slots", call.args.len(), slots.len()));
        }
        // Arguments by value are not handed over again.
        for arg in &call.args {
            match arg {
                Arg::Value(_) | Arg::Move(_) | Arg::Inert(_) => {}
                Arg::Handed(path) | Arg::Ref(path) | Arg::RefMut(path) => self.path(path)?,
                Arg::RefValue(value) => self.expr(value)?,
                Arg::RefMutValue(_, after) => self.read(*after)?,
            }
        }
        self.tree(seed, |scope, leaf| scope.operand(leaf))?;
        slots.iter().flatten().try_for_each(|path| match self.info(path.root)?.role {
            Role::Mut => self.write(path.root),
            _ => self.path(path),
        })
    }

    fn pushforward(&mut self, pushforward: &PushforwardCall) -> Result {
        let PushforwardCall { call, tangents, result_tangents } = pushforward;
        if tangents.len() != call.args.len() {
            return Err(format!("{} arguments have {} tangents", call.args.len(), tangents.len()));
        }
        for tangent in tangents {
            match tangent {
                Tangent::Value(value) => self.expr(value)?,
                Tangent::Place(path) if self.info(path.root)?.role == Role::Mut => self.write(path.root)?,
                Tangent::Place(path) => self.path(path)?,
                Tangent::InOut(before, _) => self.expr(before)?,
                Tangent::None => {}
            }
        }
        self.call(call)?;
        for tangent in tangents {
            if let Tangent::InOut(_, after) = tangent {
                self.bind(*after, &[Role::Value, Role::Mut])?;
            }
        }
        self.tree(result_tangents, |scope, var| scope.bind(*var, &[Role::Value, Role::Mut, Role::Place]))
    }

    fn raw(&mut self, raw: &RawStmt) -> Result {
        match raw {
            RawStmt::Keep { old: taken, path } => {
                self.path(path)?;
                self.bind(*taken, &[Role::Value, Role::Mut, Role::Place])
            }
            RawStmt::PutBack { path, from } => self.path(path).and_then(|()| self.read(*from)),
            RawStmt::Record { tape, path } | RawStmt::Replay { tape, path } => {
                self.read(*tape).and_then(|()| self.path(path))
            }
            RawStmt::Pop { path, popped } => {
                self.path(path)?;
                popped.iter().try_for_each(|var| self.bind(*var, &[Role::Value, Role::Mut, Role::Place]))
            }
            RawStmt::SumInto { var, path } => self.path(path).and_then(|()| self.write(*var)),
            RawStmt::Clear { path } => self.path(path),
            RawStmt::Swap(a, b) => self.path(a).and_then(|()| self.path(b)),
        }
    }
}
