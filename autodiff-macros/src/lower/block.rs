//! Blocks and statements. A statement behind a branch that may have jumped is lowered inside the arm that goes on, or
//! under a guard.

use quote::ToTokens;
use syn::{Pat, Stmt};

use super::Lower;
use super::branch::splits;
use super::checkpoint::mark_of;
use super::env::{Cell, Value};
use super::facts::site;
use super::hoist::hoisted_block;
use super::jump::{Slot, Target, TargetKind, may_return};
use super::params::has_no_diff;
use super::start::{start, start_of};
use crate::ir::{Init, Path, Role, StmtKind, Ty};

impl Lower<'_> {
    /// The body of the function.
    pub(crate) fn function_body(&mut self, block: &syn::Block) -> Value {
        let ty = self.result_ty.clone();
        let span = block.brace_token.span.open();
        self.function_target(
            Some(&ty),
            "result".into(),
            span,
            quote::ToTokens::to_token_stream(block),
            |lower, tail| lower.block(block, Some(&ty), tail),
        )
    }

    /// Lowers what `return` leaves: the function, or an inlined closure.
    pub(crate) fn function_target(
        &mut self,
        want: Option<&Ty>,
        site: String,
        span: proc_macro2::Span,
        tokens: proc_macro2::TokenStream,
        body: impl FnOnce(&mut Self, bool) -> Value,
    ) -> Value {
        let returns = may_return(&tokens);
        let leave = self.flag("returned", span);
        let slot = if returns { self.slot(want, site, "result", span) } else { Slot::unit() };
        let valued = returns && !matches!(&slot, Slot::Tuple(slots) if slots.is_empty());
        self.targets.push(Target {
            kind: TargetKind::Function,
            label: None,
            leave,
            again: None,
            slot: slot.clone(),
            depth: self.depth,
            part: false,
        });
        let value = body(self, valued);
        self.targets.pop();
        self.state.set(leave, Some(crate::ir::build::boolean(false)));
        if self.state.diverged {
            return Value::Never;
        }
        if valued {
            self.read_slot(&slot)
        } else if returns {
            Value::unit()
        } else {
            value
        }
    }

    /// A block's value; `tail`: it is what the function returns.
    pub(crate) fn block(&mut self, block: &syn::Block, want: Option<&Ty>, tail: bool) -> Value {
        let open = self.parts.len();
        self.nesting += 1;
        let value = self.scoped(|lower| {
            lower.hoist_items(&block.stmts);
            lower.stmts(&block.stmts, want, tail)
        });
        self.nesting -= 1;
        self.leave_parts(open, &value, block.brace_token.span.close());
        value
    }

    /// Lowers what follows in a block, wherever it is lowered.
    pub(super) fn rest_of_block(
        &mut self,
        nesting: usize,
        stmts: &[Stmt],
        want: Option<&Ty>,
        tail: bool,
    ) -> Value {
        let outer = std::mem::replace(&mut self.nesting, nesting);
        let value = self.stmts(stmts, want, tail);
        self.nesting = outer;
        value
    }

    pub(crate) fn stmts(&mut self, stmts: &[Stmt], want: Option<&Ty>, tail: bool) -> Value {
        let nesting = self.nesting;
        for (i, stmt) in stmts.iter().enumerate() {
            if self.dead() {
                return Value::Never;
            }
            let span = start_of(stmt);
            if let Some(guard) = self.guard(span) {
                return self
                    .guarded(guard, span, |lower| lower.rest_of_block(nesting, &stmts[i..], want, tail));
            }
            let rest = &stmts[i + 1..];
            if let Some(block) = hoisted_block(stmt, rest, self.nodes) {
                let syn::Expr::Block(block) = &*block else { return Value::Poison };
                return self.stmts(&block.block.stmts, want, tail);
            }
            match stmt {
                Stmt::Item(_) => {}
                Stmt::Local(local) => {
                    if let Some(value) = self.lower_local(local, rest, want, tail) {
                        return value;
                    }
                    self.put_back_behind(local);
                }
                Stmt::Expr(expr, None) if rest.is_empty() => {
                    let value = self.tail(expr, want, tail);
                    self.put_back_behind(expr);
                    return value;
                }
                Stmt::Expr(expr, semi) => {
                    if splits(expr) && mark_of(attributes(expr)).is_none() && !self.mentions_part(expr) {
                        return self.lower_split(expr, None, &mut |lower, _| {
                            lower.rest_of_block(nesting, rest, want, tail)
                        });
                    }
                    self.statement(expr);
                    self.put_back_behind(expr);
                    if rest.is_empty() && semi.is_some() && self.dead() {
                        return Value::Never;
                    }
                }
                Stmt::Macro(stmt) => {
                    if rest.is_empty() && stmt.semi_token.is_none() {
                        let value = self.lower_macro(&stmt.mac, want);
                        return self.deliver(value, tail, span);
                    }
                    self.lower_macro_statement(&stmt.mac);
                    self.put_back_behind(stmt);
                }
            }
        }
        if self.dead() { Value::Never } else { Value::unit() }
    }

    /// A branch of which one arm goes on, with what follows it.
    fn lower_split(
        &mut self,
        expr: &syn::Expr,
        want: Option<&Ty>,
        rest: &mut dyn FnMut(&mut Self, Value) -> Value,
    ) -> Value {
        match expr {
            syn::Expr::If(expr) => self.lower_if(expr, want, false, Some(rest)),
            syn::Expr::Match(expr) => self.lower_match(expr, want, false, Some(rest)),
            syn::Expr::Try(expr) => self.lower_try(expr, want, Some(rest)),
            _ => unreachable!("only branches split"),
        }
    }

    /// An expression where the block's value stands.
    pub(crate) fn tail(&mut self, expr: &syn::Expr, want: Option<&Ty>, tail: bool) -> Value {
        let span = start(expr);
        if tail && mark_of(attributes(expr)).is_none() {
            match expr {
                syn::Expr::If(expr) => return self.lower_if(expr, want, true, None),
                syn::Expr::Match(expr) => return self.lower_match(expr, want, true, None),
                syn::Expr::Block(expr) if expr.label.is_none() => return self.block(&expr.block, want, true),
                _ => {}
            }
        }
        let value = self.expr(expr, want);
        self.deliver(value, tail, span)
    }

    /// Returns the value where it stands in the function's tail.
    fn deliver(&mut self, value: Value, tail: bool, span: proc_macro2::Span) -> Value {
        if !tail || self.dead() {
            return value;
        }
        let target = self.targets.iter().rposition(|target| target.kind == TargetKind::Function);
        let target = target.expect("a body is lowered inside of its function");
        match self.guard(span) {
            Some(guard) => self.guarded(guard, span, |lower| lower.leave(target, value, span)),
            None => self.leave(target, value, span),
        }
    }

    /// An expression whose value is not used.
    fn statement(&mut self, expr: &syn::Expr) {
        let attrs = attributes(expr);
        if has_no_diff(attrs) {
            self.no_diff_statement(expr);
            return;
        }
        let value = self.expr(expr, None);
        self.discard(value, start(expr));
    }

    /// Evaluates what an unused value still stands for.
    pub(crate) fn discard(&mut self, value: Value, span: proc_macro2::Span) {
        match value {
            Value::Code(inert, _) if !inert.pure => {
                let writes = super::inert::writes(&inert);
                self.block.push(StmtKind::Inert { inert, defs: Vec::new(), writes }, span);
            }
            Value::Iter(iter) => {
                // An iterator that nobody runs does nothing.
                drop(iter);
            }
            _ => {}
        }
    }

    fn no_diff_statement(&mut self, expr: &syn::Expr) {
        match expr {
            syn::Expr::Assign(assign) => {
                let target = self.place(&assign.left);
                let want = self.ty_of(&target);
                let value = self.expr(&assign.right, Some(&want));
                let value = self.cut(value, start(expr));
                self.assign(target, value, start(expr));
            }
            other => {
                self.refuse(other, "`#[no_diff]` stands on parameters, `let`s and assignments: bind what should carry no derivative by `#[no_diff] let`");
            }
        }
    }

    // ---- let ----

    /// A `let`; the value of the block if what follows was lowered with it.
    fn lower_local(
        &mut self,
        local: &syn::Local,
        rest: &[Stmt],
        want: Option<&Ty>,
        tail: bool,
    ) -> Option<Value> {
        let cut = has_no_diff(&local.attrs);
        if let (Pat::Type(pat), false) = (&local.pat, cut) {
            if let Some(message) = self.types.refused_object(&pat.ty) {
                let value = self.refuse(&pat.ty, message);
                self.bind_pattern(&pat.pat, value);
                return None;
            }
        }
        let written = match &local.pat {
            Pat::Type(pat) => Some(self.types.ty(&pat.ty)).filter(|ty| !matches!(ty, Ty::Unknown)),
            _ => None,
        };
        let Some(init) = &local.init else {
            let outer = std::mem::replace(&mut self.cutting, cut);
            self.deferred(&local.pat, written);
            self.cutting = outer;
            return None;
        };
        let ty = written.or_else(|| self.pattern_ty(&local.pat));
        if let Some((_, otherwise)) = &init.diverge {
            let outer = std::mem::replace(&mut self.cutting, cut);
            let value = self.lower_let_else(local, &init.expr, otherwise, rest, want, tail);
            self.cutting = outer;
            return Some(value);
        }
        let (open, nesting) = (self.parts.len(), self.nesting);
        let bind = |lower: &mut Self, value: Value| {
            if lower.bind_part(open, &local.pat, &value) {
                return;
            }
            let value = if cut { lower.cut(value, local.let_token.span) } else { value };
            let outer = std::mem::replace(&mut lower.cutting, cut);
            lower.bind_pattern(&local.pat, value);
            lower.cutting = outer;
        };
        let marked = mark_of(&local.attrs).is_some() || mark_of(attributes(&init.expr)).is_some();
        if splits(&init.expr) && !marked && !self.mentions_part(&init.expr) {
            return Some(self.lower_split(&init.expr, ty.as_ref(), &mut |lower, value| {
                bind(lower, value);
                lower.rest_of_block(nesting, rest, want, tail)
            }));
        }
        let value = if cut && self.calls_unseen(&init.expr) {
            match self.inactive_code(init.expr.to_token_stream(), ty.unwrap_or(Ty::Unknown), false) {
                Value::Code(inert, ty) if !ty.is_scalar() => Value::Init(Box::new(Init::Inert(inert)), ty),
                value => value,
            }
        } else {
            self.checkpointed(&local.attrs, &init.expr, |lower| lower.expr(&init.expr, ty.as_ref()))
        };
        bind(self, value);
        None
    }

    /// Whether this is a call that goes to a function elsewhere: where its derivative is not wanted, neither is the
    /// function's companion, and it may do what differentiated code may not.
    fn calls_unseen(&self, expr: &syn::Expr) -> bool {
        let syn::Expr::Call(call) = expr else { return false };
        let syn::Expr::Path(path) = &*call.func else { return false };
        let local = path.path.get_ident().is_some_and(|name| self.lookup(name).is_some());
        !local && self.is_unseen_function(&path.path) && Self::can_stand_alone(&call.args.to_token_stream())
    }

    /// `let x;`
    fn deferred(&mut self, pat: &Pat, written: Option<Ty>) {
        match pat {
            Pat::Type(pat) => self.deferred(&pat.pat, written),
            Pat::Ident(pat) => {
                let site = site(&pat.ident);
                let ty = written.or_else(|| self.facts.get(&site).cloned());
                let value = match ty {
                    None => Value::Later,
                    Some(ty) => self.deferred_of(&pat.ident.to_string(), &ty, &site, pat.ident.span()),
                };
                if self.note_stop(&pat.ident) || self.cutting {
                    self.keep_cut(&value);
                }
                self.note_local(&pat.ident, &value);
                self.bind(&pat.ident, value);
            }
            Pat::Paren(pat) => self.deferred(&pat.pat, written),
            Pat::Tuple(pat) if !pat.elems.iter().any(|pat| matches!(pat, Pat::Rest(_))) => {
                let tys = match written {
                    Some(Ty::Tuple(tys)) => tys,
                    _ => Vec::new(),
                };
                for (i, pat) in pat.elems.iter().enumerate() {
                    self.deferred(pat, tys.get(i).cloned());
                }
            }
            pat => {
                self.refuse(pat, "a pattern without a value is not supported: declare the names one by one");
            }
        }
    }

    fn deferred_of(&mut self, name: &str, ty: &Ty, site: &str, span: proc_macro2::Span) -> Value {
        match ty {
            Ty::Tuple(tys) => {
                let items = tys.iter().enumerate();
                let items = items.map(|(i, ty)| {
                    self.deferred_of(&format!("{name}_{i}"), ty, &format!("{site}.{i}"), span)
                });
                Value::Tuple(items.collect())
            }
            ty if ty.is_scalar() => Value::Cell(self.cell(name, true, ty.clone(), span, None)),
            ty => {
                let place = self.vars.fresh(name, ty.clone(), Role::Place, span);
                self.vars[place].named = true;
                self.vars[place].mutable = true;
                self.sites.insert(place, site.to_string());
                self.block.push(StmtKind::Declare { place, init: Init::Deferred }, span);
                Value::Path(Path::of(place))
            }
        }
    }

    /// The type that a pattern's names were found to have.
    fn pattern_ty(&self, pat: &Pat) -> Option<Ty> {
        match pat {
            Pat::Ident(pat) => self.facts.get(&site(&pat.ident)).cloned(),
            Pat::Tuple(pat) if !pat.elems.iter().any(|pat| matches!(pat, Pat::Rest(_))) => {
                let tys: Vec<Option<Ty>> = pat.elems.iter().map(|pat| self.pattern_ty(pat)).collect();
                // A pattern says how many parts there are even where it says nothing about them.
                Some(Ty::Tuple(tys.into_iter().map(|ty| ty.unwrap_or(Ty::Unknown)).collect()))
            }
            Pat::Type(pat) => Some(self.types.ty(&pat.ty)),
            Pat::Paren(pat) => self.pattern_ty(&pat.pat),
            _ => None,
        }
    }

    // ---- labelled blocks ----

    pub(crate) fn lower_labelled(&mut self, expr: &syn::ExprBlock, want: Option<&Ty>) -> Value {
        let span = expr.block.brace_token.span.open();
        let leave = self.flag("left", span);
        let slot = self.slot(want, site(expr), "broken", span);
        self.targets.push(Target {
            kind: TargetKind::Block,
            label: super::loops::label_of(&expr.label),
            leave,
            again: None,
            slot: slot.clone(),
            depth: self.depth,
            part: false,
        });
        let value = self.block(&expr.block, self.slot_ty(&slot).as_ref(), false);
        // The value at the end of the block leaves it as `break` does.
        if !self.dead() {
            let target = self.targets.len() - 1;
            match self.guard(span) {
                Some(guard) => self.guarded(guard, span, |lower| lower.leave(target, value, span)),
                None => self.leave(target, value, span),
            };
        }
        self.targets.pop();
        self.state.set(leave, Some(crate::ir::build::boolean(false)));
        if self.dead() { Value::Never } else { self.read_slot(&slot) }
    }

    pub(crate) fn version(&self, cell: Cell) -> Ty {
        self.cells[cell.0].ty.clone()
    }
}

pub(crate) fn attributes(expr: &syn::Expr) -> &[syn::Attribute] {
    use syn::Expr as E;
    match expr {
        E::Array(e) => &e.attrs,
        E::Assign(e) => &e.attrs,
        E::Binary(e) => &e.attrs,
        E::Block(e) => &e.attrs,
        E::Call(e) => &e.attrs,
        E::ForLoop(e) => &e.attrs,
        E::If(e) => &e.attrs,
        E::Loop(e) => &e.attrs,
        E::Macro(e) => &e.attrs,
        E::Match(e) => &e.attrs,
        E::MethodCall(e) => &e.attrs,
        E::Paren(e) => &e.attrs,
        E::Struct(e) => &e.attrs,
        E::Tuple(e) => &e.attrs,
        E::Try(e) => &e.attrs,
        E::Unary(e) => &e.attrs,
        E::While(e) => &e.attrs,
        _ => &[],
    }
}
