//! Two-way branches, and what any branch hands on: joins of scalars, places that every arm fills.

use proc_macro2::Span;

use super::Lower;
use super::env::{Cell, State, Value, same};
use super::jump::{Ends, block_ends, expr_ends, is_false, is_true};
use crate::ir::{Block, CopyHow, Expr, Init, Join, Path, Role, StmtKind, Ty};

/// What follows a branch in its block, given the value of the arm that goes on.
pub(crate) type Rest<'r, 'a> = Option<&'r mut dyn FnMut(&mut Lower<'a>, Value) -> Value>;

/// An arm, lowered.
pub(crate) struct Lowered {
    pub(crate) block: Block,
    pub(crate) state: State,
    pub(crate) value: Value,
}

/// How an arm ends.
pub(crate) struct End {
    block: Block,
    /// What tells there that control has left, as far as that is not known.
    left: Vec<Expr>,
}

impl<'a> Lower<'a> {
    pub(crate) fn arm(&mut self, f: impl FnOnce(&mut Self) -> Value) -> Lowered {
        let before = self.state.clone();
        let outer = std::mem::take(&mut self.block);
        let value = self.scoped(f);
        self.end_of_arm(before, outer, value)
    }

    /// Apart from [`Lower::arm`], which rustc compiles for every closure.
    fn end_of_arm(&mut self, before: State, outer: Block, value: Value) -> Lowered {
        let value = if self.dead() { Value::Never } else { value };
        let block = std::mem::replace(&mut self.block, outer);
        let state = std::mem::replace(&mut self.state, before);
        Lowered { block, state, value }
    }

    /// Lowers a block that is put elsewhere; the state goes on.
    pub(crate) fn in_block<R>(&mut self, block: &mut Block, f: impl FnOnce(&mut Self) -> R) -> R {
        std::mem::swap(&mut self.block, block);
        let result = f(self);
        std::mem::swap(&mut self.block, block);
        result
    }

    /// `if cond { then } else { otherwise }`
    pub(crate) fn if_else(
        &mut self,
        cond: Expr,
        span: Span,
        then: impl FnOnce(&mut Self) -> Value,
        otherwise: impl FnOnce(&mut Self) -> Value,
    ) -> Value {
        let then = self.arm(then);
        let otherwise = self.arm(otherwise);
        self.branch(cond, span, then, otherwise)
    }

    fn branch(&mut self, cond: Expr, span: Span, then: Lowered, otherwise: Lowered) -> Value {
        let (blocks, joins, value) = self.merge(vec![then, otherwise], Some(&cond), span);
        let Ok([then, otherwise]) = <[Block; 2]>::try_from(blocks) else {
            unreachable!("a block for each arm")
        };
        if !(then.stmts.is_empty() && otherwise.stmts.is_empty() && joins.is_empty()) {
            self.block.push(StmtKind::If { cond, then, otherwise, joins }, span);
        }
        value
    }

    /// The state and value behind a branch.
    pub(crate) fn merge(
        &mut self,
        arms: Vec<Lowered>,
        cond: Option<&Expr>,
        span: Span,
    ) -> (Vec<Block>, Vec<Join>, Value) {
        let mut joins = Vec::new();
        let mut blocks = Vec::new();
        let mut values = Vec::new();
        let mut states = Vec::new();
        for arm in arms {
            blocks.push(arm.block);
            states.push(arm.state);
            values.push(arm.value);
        }
        let before = self.state.clone();
        for i in 0..before.cells.len() {
            let cell = Cell(i);
            let versions: Vec<Option<Expr>> = states
                .iter()
                .map(|state| if state.diverged { None } else { state.get(cell).cloned() })
                .collect();
            let ends: Vec<&State> = states.iter().filter(|state| !state.diverged).collect();
            let unchanged = |version: &Option<Expr>| match (version, before.get(cell)) {
                (Some(a), Some(b)) => same(a, b),
                (None, None) => true,
                _ => false,
            };
            if ends.iter().all(|state| unchanged(&state.get(cell).cloned())) {
                continue;
            }
            if ends.len() > 1 {
                if let Some(first) = ends[0].get(cell) {
                    if ends.iter().all(|state| state.get(cell).is_some_and(|other| same(first, other))) {
                        self.state.set(cell, Some(first.clone()));
                        continue;
                    }
                }
            }
            if self.is_flag(cell) {
                if let Some(flag) = self.joined_flag(&versions, cond, span) {
                    self.state.set(cell, Some(flag));
                    continue;
                }
            }
            let info = self.cells[i].clone();
            // A variable that one arm leaves without a value is not read behind it, but loops carry it on.
            let versions = versions.into_iter().zip(&states).map(|(version, state)| {
                version.or_else(|| (!state.diverged).then(|| crate::ir::build::default_atom(&info.ty)))
            });
            let versions = versions.collect();
            let var = self.vars.fresh(info.name, info.ty, Role::Value, info.span);
            self.vars[var].named = info.named;
            joins.push(Join { var, values: versions });
            self.note_version(cell, var);
            self.state.set(cell, Some(Expr::Var(var)));
        }
        self.state.diverged = states.iter().all(|state| state.diverged);
        let mut ends: Vec<End> = (blocks.into_iter().zip(&states))
            .map(|(block, state)| End { block, left: self.flags_set(state) })
            .collect();
        let value = self.merge_values(&mut ends, values, &mut joins, span);
        (ends.into_iter().map(|end| end.block).collect(), joins, value)
    }

    /// A flag that two arms set differently, where the condition itself tells.
    fn joined_flag(&mut self, versions: &[Option<Expr>], cond: Option<&Expr>, span: Span) -> Option<Expr> {
        let cond = cond?;
        let [then, otherwise] = versions else { return None };
        let (then, otherwise) = (then.as_ref()?, otherwise.as_ref()?);
        if is_true(Some(then)) && is_false(Some(otherwise)) {
            return Some(cond.clone());
        }
        if is_false(Some(then)) && is_true(Some(otherwise)) {
            let not = Expr::Unary(syn::UnOp::Not(Default::default()), Box::new(cond.clone()));
            return Some(self.temp("leave", Ty::bool(), not, span));
        }
        // Behind a guard: the flag is set only where the guard was.
        (same(then, cond) && is_false(Some(otherwise))).then(|| cond.clone())
    }

    /// The value of a branch from the values of its arms; `Never` where an arm does not come to its end.
    pub(crate) fn merge_values(
        &mut self,
        ends: &mut [End],
        values: Vec<Value>,
        joins: &mut Vec<Join>,
        span: Span,
    ) -> Value {
        let mut values = values;
        if values.iter().any(|value| matches!(value, Value::Maybe { .. })) {
            for (end, value) in ends.iter_mut().zip(&mut values) {
                let given = std::mem::replace(value, Value::Never);
                *value = self.in_block(&mut end.block, |lower| lower.as_option(given, span));
            }
        }
        let live: Vec<&Value> = values.iter().filter(|value| !matches!(value, Value::Never)).collect();
        let Some(first) = live.first() else { return Value::Never };
        if live.iter().any(|value| matches!(value, Value::Poison)) {
            return Value::Poison;
        }
        match first {
            Value::Tuple(items) => {
                let n = items.len();
                let mut columns: Vec<Vec<Value>> = vec![Vec::new(); n];
                for (i, value) in values.into_iter().enumerate() {
                    if matches!(value, Value::Never) {
                        columns.iter_mut().for_each(|column| column.push(Value::Never));
                        continue;
                    }
                    let Some(items) = self.split(value, n) else {
                        return self
                            .refuse_at(span, "the arms of this branch have values of different shapes");
                    };
                    for (column, item) in columns.iter_mut().zip(items) {
                        let item = self.in_block(&mut ends[i].block, |lower| lower.read(item, span));
                        column.push(item);
                    }
                }
                let items = columns.into_iter().map(|column| self.merge_values(ends, column, joins, span));
                Value::Tuple(items.collect())
            }
            Value::Maybe { .. } => {
                let held = values.iter().filter_map(|value| match value {
                    Value::Maybe { value, .. } if !matches!(**value, Value::Never) => Some(self.ty_of(value)),
                    _ => None,
                });
                let ty = held.reduce(|a, b| self.unify(a, b)).unwrap_or(Ty::Unknown);
                let (mut flags, mut payloads) = (Vec::new(), Vec::new());
                // Where nothing is there, nothing is filled in, as where the arm has been left.
                let left: Vec<usize> = ends.iter().map(|end| end.left.len()).collect();
                for (end, value) in ends.iter_mut().zip(values) {
                    let (some, payload) = match value {
                        Value::Maybe { some, value } => {
                            let End { block, left } = end;
                            let payload = self
                                .in_block(block, |lower| lower.where_present(&some, *value, &ty, left, span));
                            (Value::Atom(some, Ty::bool()), payload)
                        }
                        _ => (Value::Never, Value::Never),
                    };
                    flags.push(some);
                    payloads.push(payload);
                }
                let some = self.merge_values(ends, flags, joins, span);
                let value = Box::new(self.merge_values(ends, payloads, joins, span));
                ends.iter_mut().zip(left).for_each(|(end, left)| end.left.truncate(left));
                let (some, _) = self.scalar(some, Some(&Ty::bool()), span);
                Value::Maybe { some, value }
            }
            Value::Closure(_) | Value::Iter(_) | Value::Cursor { .. } | Value::Function(_) => self.refuse_at(
                span,
                "a branch between closures or iterators is not supported: branch around their use",
            ),
            _ => self.merge_leaves(ends, values, joins, span),
        }
    }

    /// What an `Option` holds, read where it is there alone: here, where something of its type can take its place elsewhere, or
    /// where it is filled in.
    fn where_present(
        &mut self,
        some: &Expr,
        value: Value,
        ty: &Ty,
        left: &mut Vec<Expr>,
        span: Span,
    ) -> Value {
        let at_hand = matches!(value, Value::Never | Value::Poison | Value::Atom(..));
        if at_hand || is_true(Some(some)) {
            return value;
        }
        if self.starts_empty(ty) {
            let read = |lower: &mut Self| match value {
                value @ (Value::Path(_) | Value::Code(..)) if ty.is_scalar() => {
                    let (atom, ty) = lower.scalar(value, Some(ty), span);
                    Value::Atom(atom, ty)
                }
                value => lower.read(value, span),
            };
            return self.if_else(some.clone(), span, read, |_| Value::Never);
        }
        let none = Expr::Unary(syn::UnOp::Not(Default::default()), Box::new(some.clone()));
        left.push(self.temp("none", Ty::bool(), none, span));
        value
    }

    fn merge_leaves(
        &mut self,
        ends: &mut [End],
        values: Vec<Value>,
        joins: &mut Vec<Join>,
        span: Span,
    ) -> Value {
        let live = || values.iter().filter(|value| !matches!(value, Value::Never));
        let referenced = live().all(|value| matches!(value, Value::Ref { .. }));
        let mutable = live().any(|value| matches!(value, Value::Ref { mutable: true, .. }));
        let ty = live()
            .map(|value| self.ty_of(value))
            .reduce(|a, b| self.unify(a, b))
            .expect("some arm comes to its end");
        if mutable {
            return self.refuse_at(
                span,
                "a branch between mutable references is not supported: branch around their use",
            );
        }
        if ty.is_scalar() {
            let mut versions = Vec::new();
            for (i, value) in values.into_iter().enumerate() {
                versions.push(match value {
                    Value::Never => None,
                    value => Some(
                        self.in_block(&mut ends[i].block, |lower| lower.scalar(value, Some(&ty), span).0),
                    ),
                });
            }
            let value = match versions.as_slice() {
                // What a lone arm gives may be a name of the arm's own.
                [Some(first), rest @ ..]
                    if !rest.is_empty()
                        && rest.iter().flatten().all(|v| same(v, first))
                        && rest.iter().all(Option::is_some) =>
                {
                    Value::Atom(first.clone(), ty)
                }
                _ => {
                    let var = self.vars.fresh("branch", ty.clone(), Role::Value, span);
                    joins.push(Join { var, values: versions });
                    Value::Atom(Expr::Var(var), ty)
                }
            };
            return if referenced { value.reference(false) } else { value };
        }
        let owned = match &ty {
            Ty::Slice(element) => Ty::Vec(element.clone()),
            ty => ty.clone(),
        };
        let place = self.temp_place("branch", owned, Init::Deferred, span);
        for (i, value) in values.into_iter().enumerate() {
            if matches!(value, Value::Never) {
                continue;
            }
            let mut filled = Block::default();
            let init = self.in_block(&mut filled, |lower| match value {
                Value::Ref { to, .. } => match *to {
                    Value::Path(from) => {
                        let how = if matches!(ty, Ty::Slice(_)) { CopyHow::ToVec } else { CopyHow::Clone };
                        Some(Init::Copy { from, how })
                    }
                    value => lower.init(value, Some(&ty), span),
                },
                value => lower.init(value, Some(&ty), span),
            });
            let Some(init) = init else { continue };
            filled.push(StmtKind::Assign { path: Path::of(place), init, slice: false }, span);
            // Where the arm has been left on the way, there may be no such value.
            let End { block, left } = &mut ends[i];
            match self.in_block(block, |lower| lower.any(left.clone(), span)) {
                None => block.stmts.append(&mut filled.stmts),
                Some(cond) => block.push(
                    StmtKind::If { cond, then: Block::default(), otherwise: filled, joins: Vec::new() },
                    span,
                ),
            }
        }
        let value = Value::Path(Path::of(place));
        if referenced { value.reference(false) } else { value }
    }

    /// What two arms agree on.
    pub(crate) fn unify(&self, a: Ty, b: Ty) -> Ty {
        use crate::ir::Float;
        match (a, b) {
            (Ty::Unknown, other) | (other, Ty::Unknown) => other,
            (Ty::Float(Float::Any), Ty::Float(b)) => Ty::Float(b),
            (Ty::Int(None), Ty::Int(b)) => Ty::Int(b),
            (Ty::Vec(a), Ty::Vec(b)) => Ty::Vec(Box::new(self.unify(*a, *b))),
            (Ty::Array(a, n), Ty::Array(b, m)) => Ty::Array(Box::new(self.unify(*a, *b)), n.or(m)),
            (Ty::Slice(a), Ty::Slice(b) | Ty::Vec(b) | Ty::Array(b, _)) => {
                Ty::Slice(Box::new(self.unify(*a, *b)))
            }
            (a, _) => a,
        }
    }

    // ---- syntax ----

    /// `if`, with what comes behind it in the block where one arm always jumps: `rest` is given the value of the other.
    pub(crate) fn lower_if(
        &mut self,
        expr: &syn::ExprIf,
        want: Option<&Ty>,
        tail: bool,
        rest: Rest<'_, 'a>,
    ) -> Value {
        let span = expr.if_token.span;
        let then_ends = block_ends(&expr.then_branch);
        let mut rest = rest;
        let chain = Condition::parse(&expr.cond);
        let else_branch = expr.else_branch.as_ref().map(|(_, otherwise)| &**otherwise);
        if let [Condition::Test(cond)] = chain.as_slice() {
            let cond = self.condition(cond);
            let mut rest_then = None;
            let mut rest_else = None;
            if then_ends == Ends::Live {
                rest_then = rest.take();
            } else {
                rest_else = rest.take();
            }
            return self.if_else(
                cond,
                span,
                |lower| {
                    let value = lower.block(&expr.then_branch, want, tail);
                    lower.go_on(value, rest_then, span)
                },
                |lower| {
                    let value = match else_branch {
                        Some(otherwise) => lower.tail(otherwise, want, tail),
                        None => Value::unit(),
                    };
                    lower.go_on(value, rest_else, span)
                },
            );
        }
        self.lower_if_chain(expr, &chain, want, tail, rest)
    }

    /// What follows a branch inside the arm that comes to its end.
    pub(crate) fn go_on(&mut self, value: Value, rest: Rest<'_, 'a>, span: Span) -> Value {
        let Some(rest) = rest else { return value };
        if self.dead() {
            return Value::Never;
        }
        match self.guard(span) {
            Some(guard) => self.guarded(guard, span, |lower| rest(lower, value)),
            None => rest(self, value),
        }
    }

    /// A boolean that decides a branch.
    pub(crate) fn condition(&mut self, expr: &syn::Expr) -> Expr {
        let value = self.operand(expr, Some(&Ty::bool()));
        let span = syn::spanned::Spanned::span(expr);
        self.scalar(value, Some(&Ty::bool()), span).0
    }
}

/// A part of the condition of `if` or `while`: `a && let P = e && b`.
pub(crate) enum Condition<'a> {
    Test(&'a syn::Expr),
    Let(&'a syn::ExprLet),
}

impl Condition<'_> {
    pub(crate) fn parse(expr: &syn::Expr) -> Vec<Condition<'_>> {
        if !has_let(expr) {
            return vec![Condition::Test(expr)];
        }
        match expr {
            syn::Expr::Binary(binary) if matches!(binary.op, syn::BinOp::And(_)) => {
                let mut parts = Condition::parse(&binary.left);
                parts.extend(Condition::parse(&binary.right));
                parts
            }
            syn::Expr::Let(pattern) => vec![Condition::Let(pattern)],
            expr => vec![Condition::Test(expr)],
        }
    }
}

fn has_let(expr: &syn::Expr) -> bool {
    match expr {
        syn::Expr::Let(_) => true,
        syn::Expr::Binary(binary) if matches!(binary.op, syn::BinOp::And(_)) => {
            has_let(&binary.left) || has_let(&binary.right)
        }
        _ => false,
    }
}

/// Whether exactly one of the arms goes on, and another jumps: then what follows belongs into that arm.
pub(crate) fn one_goes_on(arms: impl Iterator<Item = Ends>) -> bool {
    let (mut live, mut jumps) = (0, 0);
    for ends in arms {
        match ends {
            Ends::Live => live += 1,
            Ends::Jumps => jumps += 1,
            Ends::Panics => {}
        }
    }
    live == 1 && jumps > 0
}

/// The arms of an expression that branches.
pub(crate) fn splits(expr: &syn::Expr) -> bool {
    match expr {
        syn::Expr::If(expr) => {
            let otherwise =
                expr.else_branch.as_ref().map_or(Ends::Live, |(_, otherwise)| expr_ends(otherwise));
            one_goes_on([block_ends(&expr.then_branch), otherwise].into_iter())
        }
        syn::Expr::Match(expr) => one_goes_on(expr.arms.iter().map(|arm| expr_ends(&arm.body))),
        // What there is goes on.
        syn::Expr::Try(_) => true,
        _ => false,
    }
}
