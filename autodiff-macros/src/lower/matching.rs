//! `match`, `if let`, `while let`, `let … else`. A `match` on inactive data stays one; on anything else it becomes a chain
//! of branches, each testing a pattern and binding its parts.

mod arms;
mod pattern;
mod variant;

use proc_macro2::{Ident, Span};
use quote::quote;
use syn::{Pat, Stmt};

use self::arms::KeptArm;
use self::pattern::Test;
use super::Lower;
use super::branch::{Condition, Rest};
use super::env::Value;
use super::jump::Ends;
use super::start::start;
use crate::ir::{Path, Ty};

impl<'a> Lower<'a> {
    // ---- chains of conditions ----

    pub(crate) fn lower_if_chain(
        &mut self,
        expr: &syn::ExprIf,
        chain: &[Condition],
        want: Option<&Ty>,
        tail: bool,
        rest: Rest<'_, 'a>,
    ) -> Value {
        let span = expr.if_token.span;
        let then_goes_on = super::jump::block_ends(&expr.then_branch) == Ends::Live;
        let else_branch = expr.else_branch.as_ref().map(|(_, otherwise)| &**otherwise);
        if chain.len() > 1 && rest.is_some() && !then_goes_on {
            // What follows would be lowered once for each part of the condition.
            return self.guarded_chain(expr, chain, want, rest);
        }
        let rest = std::cell::RefCell::new(rest);
        let take = |goes_on: bool| if goes_on { rest.borrow_mut().take() } else { None };
        self.lower_chain(
            chain,
            span,
            &mut |lower| {
                let value = lower.block(&expr.then_branch, want, tail);
                lower.go_on(value, take(then_goes_on), span)
            },
            &mut |lower| {
                let value = match else_branch {
                    Some(otherwise) => lower.tail(otherwise, want, tail),
                    None => Value::unit(),
                };
                lower.go_on(value, take(!then_goes_on), span)
            },
        )
    }

    /// A chain whose `then` jumps: what follows comes behind it, guarded.
    fn guarded_chain(
        &mut self,
        expr: &syn::ExprIf,
        chain: &[Condition],
        want: Option<&Ty>,
        rest: Rest<'_, 'a>,
    ) -> Value {
        let value = self.lower_if_chain(expr, chain, want, false, None);
        self.go_on(value, rest, expr.if_token.span)
    }

    /// `if a && let P = e && …`
    pub(crate) fn lower_chain(
        &mut self,
        chain: &[Condition],
        span: Span,
        then: &mut dyn FnMut(&mut Self) -> Value,
        otherwise: &mut dyn FnMut(&mut Self) -> Value,
    ) -> Value {
        let Some((first, others)) = chain.split_first() else { return then(self) };
        match first {
            Condition::Test(cond) => {
                let cond = self.condition(cond);
                let mut arms = (then, otherwise);
                let arms = std::cell::RefCell::new(&mut arms);
                self.if_else(
                    cond,
                    span,
                    |lower| {
                        let mut arms = arms.borrow_mut();
                        let (then, otherwise) = &mut **arms;
                        lower.lower_chain(others, span, then, otherwise)
                    },
                    |lower| (arms.borrow_mut().1)(lower),
                )
            }
            Condition::Let(pattern) => {
                let value = self.scrutinee(&pattern.expr);
                let mut arms = (then, otherwise);
                let arms = std::cell::RefCell::new(&mut arms);
                self.if_matches(
                    &pattern.pat,
                    value,
                    span,
                    |lower| {
                        let mut arms = arms.borrow_mut();
                        let (then, otherwise) = &mut **arms;
                        lower.lower_chain(others, span, then, otherwise)
                    },
                    |lower| (arms.borrow_mut().1)(lower),
                )
            }
        }
    }

    /// What a pattern is held against: not read, since patterns may bind by reference.
    fn scrutinee(&mut self, expr: &syn::Expr) -> Value {
        let value = self.place(expr);
        match value {
            Value::Init(init, ty) => {
                let place = Path::of(self.temp_place("scrutinee", ty, *init, start(expr)));
                self.seen_option(Value::Path(place), start(expr))
            }
            value => self.seen_option(value, start(expr)),
        }
    }

    /// Branches on whether a value matches; `then` sees the names bound.
    fn if_matches(
        &mut self,
        pat: &Pat,
        value: Value,
        span: Span,
        then: impl FnOnce(&mut Self) -> Value,
        otherwise: impl FnOnce(&mut Self) -> Value,
    ) -> Value {
        match value {
            Value::Poison => return Value::Poison,
            Value::Never => return Value::Never,
            _ => {}
        }
        if self.stays_match(&value) {
            let scalar = self.arm_ty(&value);
            let Some(code) = self.as_code(value, span) else { return Value::Poison };
            let arms = vec![
                KeptArm::new(pat, None, scalar),
                KeptArm { pat: quote!(_), names: Vec::new(), guard: None },
            ];
            let (mut then, mut otherwise) = (Some(then), Some(otherwise));
            return self.match_arms(
                code,
                span,
                arms,
                &mut |lower, i| match (i, then.take(), otherwise.take()) {
                    (0, Some(run), other) => {
                        otherwise = other;
                        run(lower)
                    }
                    (_, _, Some(run)) => run(lower),
                    _ => Value::Poison,
                },
            );
        }
        let Some(test) = self.pattern_test(pat, value.clone()) else { return Value::Poison };
        if matches!(test, Test::Always) && self.refuse_bare(pat) {
            return Value::Poison;
        }
        match test {
            Test::Always => {
                // The arm that never runs is still lowered for its complaints, then dropped.
                let arm = self.arm(|lower| {
                    lower.bind_matched(pat, value);
                    then(lower)
                });
                self.inline(arm)
            }
            Test::If(cond) => self.if_else(
                cond,
                span,
                |lower| {
                    lower.bind_matched(pat, value);
                    then(lower)
                },
                otherwise,
            ),
        }
    }

    /// An arm that always runs.
    fn inline(&mut self, arm: super::branch::Lowered) -> Value {
        self.block.stmts.extend(arm.block.stmts);
        self.state = arm.state;
        arm.value
    }

    /// Whether a match on the value is kept as it is: everything about it is inactive.
    fn stays_match(&self, value: &Value) -> bool {
        match value {
            Value::Code(..) => true,
            Value::Maybe { .. } | Value::Optional { .. } => false,
            Value::Ref { to, .. } => self.stays_match(to),
            Value::Tuple(items) => !items.is_empty() && items.iter().all(|item| self.stays_match(item)),
            Value::Path(path) => {
                let ty = self.path_ty(path);
                !ty.may_be_active() && !ty.is_sequence() || self.is_untyped_constant(path)
            }
            Value::Atom(_, ty) => !ty.may_be_active(),
            Value::Cell(cell) => !self.cells[cell.0].ty.may_be_active(),
            _ => false,
        }
    }

    // ---- let … else ----

    pub(crate) fn lower_let_else(
        &mut self,
        local: &syn::Local,
        init: &syn::Expr,
        otherwise: &syn::Expr,
        rest: &[Stmt],
        want: Option<&Ty>,
        tail: bool,
    ) -> Value {
        let (span, nesting) = (local.let_token.span, self.nesting);
        let cutting = std::mem::take(&mut self.cutting);
        let value = self.scrutinee(init);
        let value = if cutting { self.cut(value, span) } else { value };
        self.cutting = cutting;
        self.if_matches(
            &local.pat,
            value,
            span,
            |lower| {
                lower.cutting = false;
                lower.rest_of_block(nesting, rest, want, tail)
            },
            |lower| {
                lower.cutting = false;
                lower.expr(otherwise, None)
            },
        )
    }
}

/// Whether an identifier pattern binds a name, and is no constant or variant.
fn is_binding(pat: &syn::PatIdent) -> bool {
    pat.by_ref.is_some()
        || pat.mutability.is_some()
        || pat.subpat.is_some()
        || !pat.ident.to_string().starts_with(char::is_uppercase)
}

fn is_none(pat: &Pat) -> bool {
    match pat {
        Pat::Ident(pat) => pat.ident == "None",
        Pat::Path(path) => names_none(&path.path),
        _ => false,
    }
}

pub(crate) fn names_none(path: &syn::Path) -> bool {
    path.segments.last().is_some_and(|last| last.ident == "None")
}

fn is_some(path: &syn::Path) -> bool {
    path.segments.last().is_some_and(|last| last.ident == "Some" || last.ident == "Ok")
}

fn is_err(path: &syn::Path) -> bool {
    path.segments.last().is_some_and(|last| last.ident == "Err")
}

/// The names that a pattern binds, each once.
pub(crate) fn names_of(pat: &Pat) -> Vec<Ident> {
    fn collect(pat: &Pat, names: &mut Vec<Ident>) {
        match pat {
            Pat::Ident(pat) => {
                if is_binding(pat) && !names.contains(&pat.ident) {
                    names.push(pat.ident.clone());
                }
                if let Some((_, pat)) = &pat.subpat {
                    collect(pat, names);
                }
            }
            Pat::Paren(pat) => collect(&pat.pat, names),
            Pat::Reference(pat) => collect(&pat.pat, names),
            Pat::Type(pat) => collect(&pat.pat, names),
            Pat::Guard(pat) => collect(&pat.pat, names),
            Pat::Tuple(pat) => pat.elems.iter().for_each(|pat| collect(pat, names)),
            Pat::TupleStruct(pat) => pat.elems.iter().for_each(|pat| collect(pat, names)),
            Pat::Slice(pat) => pat.elems.iter().for_each(|pat| collect(pat, names)),
            Pat::Or(pat) => pat.cases.iter().for_each(|pat| collect(pat, names)),
            Pat::Struct(pat) => pat.fields.iter().for_each(|field| collect(&field.pat, names)),
            _ => {}
        }
    }
    let mut names = Vec::new();
    collect(pat, &mut names);
    names
}
