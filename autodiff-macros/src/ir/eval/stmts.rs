//! Statements.

use super::value::{Number, Value};
use super::{Machine, Result, inert};
use crate::ir::{Block, Carried, Expr, Head, Init, Join, Loop, Path, RawStmt, Saved, StmtKind, StoreOp, Ty};
use crate::rules::table::rule;

impl<N: Number> Machine<'_, N> {
    pub(super) fn block(&mut self, block: &Block) -> Result {
        for stmt in &block.stmts {
            self.fuel = self.fuel.checked_sub(1).ok_or("the program does not end")?;
            self.stmt(&stmt.kind)?;
        }
        Ok(())
    }

    fn update(value: &mut Value<N>, op: StoreOp, new: Value<N>) -> Result {
        let rule = match op {
            StoreOp::Set => {
                *value = new;
                return Ok(());
            }
            StoreOp::Add => rule("add"),
            StoreOp::Sub => rule("sub"),
        };
        *value = match (&*value, &new) {
            (Value::Int(a), Value::Int(b)) if op == StoreOp::Add => Value::Int(a + b),
            (Value::Int(a), Value::Int(b)) => Value::Int(a - b),
            (old, new) => Value::Float(N::apply(rule, &[old.float()?, new.float()?])),
        };
        Ok(())
    }

    pub(super) fn stmt(&mut self, kind: &StmtKind) -> Result {
        match kind {
            StmtKind::Let { var, expr } | StmtKind::Mut { var, init: expr } => {
                let value = self.expr(expr)?;
                let unsigned = matches!(&self.vars[*var].ty, Ty::Int(Some(name)) if name.starts_with('u'));
                if unsigned && matches!(value, Value::Int(n) if n < 0) {
                    return Err("an unsigned integer below zero".into());
                }
                self.bind(*var, value);
            }
            StmtKind::Declare { place, init: Init::Deferred } => self.env[place.0 as usize] = None,
            StmtKind::Declare { place, init } => {
                let value = self.init(init)?;
                self.bind(*place, value);
            }
            // Views are looked through; their bounds are checked where they are made.
            StmtKind::View { var } => {
                self.locate(&Path::of(*var))?;
            }
            StmtKind::Store { path, op, value } => {
                let value = self.expr(value)?;
                self.change(path, |old| Self::update(old, *op, value))?;
            }
            StmtKind::Assign { path, init, slice } => {
                let value = self.init(init)?;
                self.change(path, |old| {
                    if *slice && old.list()?.len() != value.list()?.len() {
                        return Err("slices of different lengths".into());
                    }
                    *old = value;
                    Ok(())
                })?;
            }
            StmtKind::Swap(a, b) | StmtKind::Raw(RawStmt::Swap(a, b)) => {
                let (x, y) = (self.load(a)?, self.load(b)?);
                self.set(a, y)?;
                self.set(b, x)?;
            }
            StmtKind::Fill { path, value } => {
                let value = self.expr(value)?;
                let n = self.load(path)?.list()?.len();
                self.set(path, Value::List(vec![value; n]))?;
            }
            StmtKind::Push { path, value } => {
                let value = self.operand(value)?;
                self.change(path, |list| match list {
                    Value::List(items) => {
                        items.push(value);
                        Ok(())
                    }
                    other => Err(format!("push onto {other:?}")),
                })?;
            }
            StmtKind::Call(call) => self.call(call)?,
            StmtKind::Inert { inert: code, defs, writes: _ } => {
                let mut scope = self.scope(code)?;
                for (name, before, _) in defs {
                    if let Some(before) = before {
                        scope.insert(name.to_string(), self.expr(before)?);
                    }
                }
                inert::statements(&code.code, &mut scope)?;
                for (name, _, after) in defs {
                    self.bind(*after, scope[&name.to_string()].clone());
                }
                for (name, bound) in &code.binds {
                    if let Expr::Whole(path) | Expr::WholeMut(path) = bound {
                        self.set(path, scope[&name.to_string()].clone())?;
                    }
                }
            }
            StmtKind::If { cond, then, otherwise, joins } => {
                let arm = usize::from(!self.expr(cond)?.bool()?);
                self.block([then, otherwise][arm])?;
                self.joins(joins, arm)?;
            }
            StmtKind::Match { scrutinee, arms, joins } => {
                let value = inert::code(&scrutinee.code, &self.scope(scrutinee)?)?;
                for (k, arm) in arms.iter().enumerate() {
                    let mut scope = inert::Scope::new();
                    if !inert::matches(&arm.pat, &value, &mut scope)? {
                        continue;
                    }
                    for (name, var) in &arm.binds {
                        self.bind(*var, scope[&name.to_string()].clone());
                    }
                    if let Some(guard) = &arm.guard {
                        scope.extend(self.scope(guard)?);
                        if !inert::code(&guard.code, &scope)?.bool()? {
                            continue;
                        }
                    }
                    self.block(&arm.body)?;
                    return self.joins(joins, k);
                }
                return Err("no arm matches".into());
            }
            StmtKind::Loop(looped) => self.loop_(looped)?,
            StmtKind::Mark(_) => {}
            StmtKind::Update { var, op, expr } => {
                let new = self.expr(expr)?;
                let mut value = self.get(*var)?;
                Self::update(&mut value, *op, new)?;
                self.bind(*var, value);
            }
            StmtKind::Save { tape, values } => {
                let record = values
                    .iter()
                    .map(|(Saved::Value(v) | Saved::Content(v))| self.get(*v))
                    .collect::<Result<_>>()?;
                match &mut self.env[tape.0 as usize] {
                    Some(Value::List(records)) => records.push(Value::List(record)),
                    _ => return Err(format!("tape #{} is not declared", tape.0)),
                }
            }
            StmtKind::Restore { tape, values } => {
                let record = match &mut self.env[tape.0 as usize] {
                    Some(Value::List(records)) => records.pop(),
                    _ => None,
                };
                let record = record.ok_or_else(|| format!("tape #{} is empty", tape.0))?;
                for (Saved::Value(var) | Saved::Content(var), value) in values.iter().zip(record.list()?) {
                    self.bind(*var, value.clone());
                }
            }
            StmtKind::Accumulate { to, from } => {
                let from = self.load(from)?;
                self.change(to, |to| to.accumulate(&from))?;
            }
            StmtKind::Pullback(pullback) => self.pullback(pullback)?,
            StmtKind::Pushforward(pushforward) => self.pushforward(pushforward)?,
            StmtKind::Raw(raw) => self.raw(raw)?,
        }
        Ok(())
    }

    pub(super) fn set(&mut self, path: &Path, value: Value<N>) -> Result {
        self.change(path, |old| {
            *old = value;
            Ok(())
        })
    }

    pub(super) fn raw(&mut self, raw: &RawStmt) -> Result {
        match raw {
            RawStmt::PutBack { path, from } => {
                let value = self.get(*from)?;
                self.set(path, value)?;
            }
            RawStmt::Keep { old, path } => {
                let value = self.load(path)?;
                self.bind(*old, value);
            }
            RawStmt::Record { tape, path } => {
                // A range that does not exist is recorded as nothing.
                let content = self.load(path).unwrap_or(Value::List(Vec::new()));
                match &mut self.env[tape.0 as usize] {
                    Some(Value::List(records)) => records.push(content),
                    _ => return Err(format!("tape #{} is not declared", tape.0)),
                }
            }
            RawStmt::Replay { tape, path } => {
                let record = match &mut self.env[tape.0 as usize] {
                    Some(Value::List(records)) => records.pop(),
                    _ => None,
                };
                let record = record.ok_or_else(|| format!("tape #{} is empty", tape.0))?;
                if self.locate(path).is_ok() {
                    self.set(path, record)?;
                } else if !record.list()?.is_empty() {
                    return Err("what was recorded has no place to go back to".into());
                }
            }
            RawStmt::Pop { path, popped } => {
                let mut last = None;
                self.change(path, |list| match list {
                    Value::List(items) => {
                        last = items.pop();
                        Ok(())
                    }
                    other => Err(format!("pop from {other:?}")),
                })?;
                let last = last.ok_or("pop from an empty list")?;
                if let Some(var) = popped {
                    self.bind(*var, last);
                }
            }
            RawStmt::SumInto { var, path } => {
                let content = self.load(path)?;
                for number in content.numbers() {
                    let mut value = self.get(*var)?;
                    value.accumulate(&Value::Float(number))?;
                    self.bind(*var, value);
                }
                self.set(path, content.zero())?;
            }
            RawStmt::Clear { path } => {
                let zero = self.load(path)?.zero();
                self.set(path, zero)?;
            }
            RawStmt::Swap(..) => unreachable!("handled with the primal swap"),
        }
        Ok(())
    }

    pub(super) fn joins(&mut self, joins: &[Join], arm: usize) -> Result {
        for join in joins {
            let value = match &join.values[arm] {
                Some(value) => self.expr(value)?,
                // Whatever it is, it may be handed around, but the results must not depend on it.
                None => match &self.vars[join.var].ty {
                    Ty::Float(_) => Value::Float(N::constant(123.456)),
                    Ty::Int(Some(name)) if name == "bool" => Value::Bool(false),
                    Ty::Int(_) => Value::Int(0),
                    _ => continue,
                },
            };
            self.bind(join.var, value);
        }
        Ok(())
    }

    pub(super) fn loop_(&mut self, looped: &Loop) -> Result {
        let Loop { head, carried, body, break_if, trips, label: _ } = looped;
        let mut indices = match head {
            Head::For { index: _, lo, hi, inclusive, step, rev } => {
                let (lo, hi) = (self.expr(lo)?.int()?, self.expr(hi)?.int()?);
                let step = step.as_ref().map_or(Ok(1), |step| self.expr(step)?.index())?;
                let mut values: Vec<i64> = (lo..hi + i64::from(*inclusive)).step_by(step).collect();
                if *rev {
                    values.reverse();
                }
                std::collections::VecDeque::from(values)
            }
            Head::While { .. } | Head::Forever => Default::default(),
        };
        let mut state = carried.iter().map(|c| self.expr(&c.init)).collect::<Result<Vec<_>>>()?;
        let mut count = 0;
        loop {
            self.fuel = self.fuel.checked_sub(1).ok_or("the program does not end")?;
            for (Carried { phi, .. }, value) in carried.iter().zip(&state) {
                self.bind(*phi, value.clone());
            }
            match head {
                Head::For { index, .. } => match indices.pop_front() {
                    Some(k) => self.bind(*index, Value::Int(k)),
                    None => break,
                },
                Head::While { test, cond } => {
                    self.block(test)?;
                    if !self.expr(cond)?.bool()? {
                        break;
                    }
                }
                Head::Forever => {}
            }
            self.block(body)?;
            count += 1;
            state = carried.iter().map(|c| self.expr(&c.next)).collect::<Result<Vec<_>>>()?;
            if break_if.as_ref().map_or(Ok(false), |cond| self.expr(cond)?.bool())? {
                break;
            }
        }
        for (Carried { out, .. }, value) in carried.iter().zip(state) {
            self.bind(*out, value);
        }
        if let Some(trips) = trips {
            self.bind(*trips, Value::Int(count));
        }
        Ok(())
    }
}
