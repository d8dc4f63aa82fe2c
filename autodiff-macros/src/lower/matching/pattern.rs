//! Patterns that may not match: what they test, and what they bind.
//!
//! Invariant: a test reads, it binds nothing; what a pattern binds is bound where the test has succeeded.

use proc_macro2::Span;
use quote::quote;
use syn::spanned::Spanned;
use syn::{Member, Pat};

use super::variant::blank_tokens;
use super::{is_binding, is_err, is_none, is_some, names_of};
use crate::ir::{Expr, Proj, Ty, build};
use crate::lower::Lower;
use crate::lower::env::Value;
use crate::lower::inert::combine;
use crate::lower::pattern::is_rest;

impl Lower<'_> {
    /// Whether there is nothing, or an error.
    fn nothing_test(&mut self, some: Expr, span: Span) -> Test {
        let not = Expr::Unary(syn::UnOp::Not(Default::default()), Box::new(some));
        Test::If(self.temp("none", Ty::bool(), not, span))
    }

    /// The name of an error. Derivatives know that there is one, and not which: it may be handed on in an `Err`.
    fn bind_error(&mut self, name: &proc_macro2::Ident) {
        let error = Self::error(name);
        self.bind(name, error);
    }

    /// An error of this name, which nothing may read.
    pub(crate) fn error(name: &proc_macro2::Ident) -> Value {
        let message = format!(
            "what went wrong is not known in derivatives: hand `{name}` on as `Err({name})`, or write `Err(_)`"
        );
        let code = quote::quote_spanned!(name.span()=> ::core::compile_error!(#message));
        Value::Code(crate::lower::expr::constant(code), Ty::Inert)
    }

    pub(super) fn pattern_test(&mut self, pat: &Pat, value: Value) -> Option<Test> {
        let span = pat.span();
        let value = if is_option(pat) { self.opened_by_pattern(value, span) } else { value };
        match pat {
            Pat::Wild(_) | Pat::Rest(_) => Some(Test::Always),
            Pat::Paren(pat) => self.pattern_test(&pat.pat, value),
            Pat::Type(pat) => self.pattern_test(&pat.pat, value),
            Pat::Reference(pat) => match value {
                Value::Ref { to, .. } => self.pattern_test(&pat.pat, *to),
                value => self.pattern_test(&pat.pat, value),
            },
            Pat::Ident(pat) if is_binding(pat) => match &pat.subpat {
                Some((_, inner)) if !is_rest(inner) => self.pattern_test(inner, value),
                _ => Some(Test::Always),
            },
            Pat::Ident(_) | Pat::Path(_) if is_none(pat) => match value.clone().peel() {
                Value::Maybe { some, .. } => Some(self.nothing_test(some, span)),
                _ => self.test_code(pat, value, span),
            },
            Pat::TupleStruct(variant) => match value.clone().peel() {
                Value::Maybe { some, value } if is_some(&variant.path) && variant.elems.len() == 1 => {
                    self.nested_tests(Test::If(some), &[(&variant.elems[0], *value)], span)
                }
                Value::Maybe { some, .. } if is_err(&variant.path) && variant.elems.len() == 1 => {
                    if !self.always(&variant.elems[0]) {
                        self.refuse(
                            &variant.elems[0],
                            "which error it is, is not known in derivatives: match `Err(_)`, and tell errors apart in the caller",
                        );
                        return None;
                    }
                    Some(self.nothing_test(some, span))
                }
                Value::Path(_) if self.variant_of(&variant.path, &value).is_none() => {
                    let mut parts = Vec::new();
                    for (i, elem) in variant.elems.iter().enumerate() {
                        let field = Proj::Field(Member::Unnamed(syn::Index::from(i)));
                        parts.push((elem, self.part(value.clone(), field, span)));
                    }
                    self.nested_tests(Test::Always, &parts, span)
                }
                Value::Path(_) | Value::Code(..) => self.test_code(pat, value, span),
                _ => {
                    self.refuse(pat, "the value has another shape than this pattern");
                    None
                }
            },
            Pat::Struct(variant) => {
                if self.variant_of(&variant.path, &value).is_some() {
                    return self.test_code(pat, value, span);
                }
                let mut parts = Vec::new();
                for field in &variant.fields {
                    let part = self.part(value.clone(), Proj::Field(field.member.clone()), span);
                    parts.push((&*field.pat, part));
                }
                self.nested_tests(Test::Always, &parts, span)
            }
            Pat::Tuple(tuple) => {
                if tuple.elems.iter().any(|pat| matches!(pat, Pat::Rest(_))) {
                    self.refuse(
                        pat,
                        "`..` in a tuple pattern is not supported here: write `_` for each part",
                    );
                    return None;
                }
                let Some(items) = self.split(value, tuple.elems.len()) else {
                    self.refuse(pat, "the value has another shape than this pattern");
                    return None;
                };
                let parts: Vec<(&Pat, Value)> = tuple.elems.iter().zip(items).collect();
                self.nested_tests(Test::Always, &parts, span)
            }
            Pat::Slice(slice) => {
                let rest = slice.elems.iter().position(is_rest);
                let n = slice.elems.len() - usize::from(rest.is_some());
                let len = self.len(value.clone(), span);
                let count = build::int(n as i64);
                let op = if rest.is_some() {
                    syn::BinOp::Ge(Default::default())
                } else {
                    syn::BinOp::Eq(Default::default())
                };
                let fits = Expr::Binary(op, Box::new(len.clone()), Box::new(count));
                let fits = self.temp("fits", Ty::bool(), fits, span);
                let mut parts = Vec::new();
                for (i, elem) in slice.elems.iter().enumerate() {
                    if is_rest(elem) || self.always(elem) {
                        continue;
                    }
                    if rest.is_some_and(|at| i > at) {
                        self.refuse(
                            elem,
                            "a test behind `..` in a slice pattern is not supported: compare by an index",
                        );
                        return None;
                    }
                    parts.push((elem, self.part(value.clone(), Proj::Index(build::int(i as i64)), span)));
                }
                self.nested_tests(Test::If(fits), &parts, span)
            }
            Pat::Or(or)
                if !names_of(pat).is_empty()
                    && !self.may_be_enum(&value)
                    && !matches!(value.clone().peel(), Value::Maybe { .. } | Value::Tuple(_)) =>
            {
                self.refuse(
                    or,
                    "alternatives that bind names are not supported on active values: write an arm for each",
                );
                None
            }
            Pat::Or(or)
                if matches!(value.clone().peel(), Value::Maybe { .. } | Value::Tuple(_))
                    || !names_of(pat).is_empty() && !self.names_variant(pat, &value) =>
            {
                let mut tests = Vec::new();
                for case in &or.cases {
                    match self.pattern_test(case, value.clone())? {
                        Test::Always => return Some(Test::Always),
                        Test::If(test) => tests.push(test),
                    }
                }
                self.any(tests, span).map(Test::If)
            }
            pat => self.test_code(pat, value, span),
        }
    }

    /// `first`, and then each part's own test, which may read what is there only if those before it hold.
    pub(super) fn nested_tests(&mut self, first: Test, parts: &[(&Pat, Value)], span: Span) -> Option<Test> {
        let parts: Vec<_> = parts.iter().filter(|(pat, _)| !self.always(pat)).collect();
        let Some(((pat, value), others)) = parts.split_first() else { return Some(first) };
        let others: Vec<(&Pat, Value)> = others.iter().map(|(pat, value)| (*pat, value.clone())).collect();
        let mut failed = false;
        let mut rest = |lower: &mut Self| {
            let test = lower.pattern_test(pat, value.clone());
            match test.and_then(|test| lower.nested_tests(test, &others, span)) {
                Some(Test::If(test)) => Value::Atom(test, Ty::bool()),
                Some(Test::Always) => Value::Atom(build::boolean(true), Ty::bool()),
                None => {
                    failed = true;
                    Value::Atom(build::boolean(false), Ty::bool())
                }
            }
        };
        let value = match first {
            Test::Always => rest(self),
            Test::If(cond) => {
                self.if_else(cond, span, rest, |_| Value::Atom(build::boolean(false), Ty::bool()))
            }
        };
        if failed {
            return None;
        }
        Some(Test::If(self.scalar(value, Some(&Ty::bool()), span).0))
    }

    /// Whether a pattern matches whatever the value.
    pub(super) fn always(&self, pat: &Pat) -> bool {
        match pat {
            Pat::Wild(_) | Pat::Rest(_) => true,
            Pat::Ident(pat) => {
                is_binding(pat) && pat.subpat.as_ref().is_none_or(|(_, pat)| is_rest(pat) || self.always(pat))
            }
            Pat::Paren(pat) => self.always(&pat.pat),
            Pat::Reference(pat) => self.always(&pat.pat),
            Pat::Type(pat) => self.always(&pat.pat),
            Pat::Tuple(pat) => pat.elems.iter().all(|pat| self.always(pat)),
            _ => false,
        }
    }

    /// A literal, a range, a constant: `matches!(value, pattern)`.
    pub(super) fn test_code(&mut self, pat: &Pat, value: Value, span: Span) -> Option<Test> {
        let value = self.read(value.peel(), span);
        let code = self.as_code(value, span)?;
        let pat = blank_tokens(pat);
        let inert = combine(&[code], |parts| {
            let part = &parts[0];
            quote!(::core::matches!(#part, #pat))
        });
        Some(Test::If(self.temp("matches", Ty::bool(), Expr::Inert(inert), span)))
    }

    /// Binds the names of a pattern that was tested.
    pub(super) fn bind_matched(&mut self, pat: &Pat, value: Value) {
        let span = pat.span();
        let value = if is_option(pat) { self.opened_by_pattern(value, span) } else { value };
        match pat {
            Pat::Ident(pat) if !is_binding(pat) => {}
            Pat::Ident(pat) => {
                if let Some((_, inner)) = &pat.subpat {
                    self.bind_matched(inner, value.clone());
                }
                let mut plain = pat.clone();
                plain.subpat = None;
                let value =
                    if pat.by_ref.is_some() { value.reference(pat.mutability.is_some()) } else { value };
                let value = self.read(value, span);
                self.bind_name(&pat.ident, plain.mutability.is_some() && plain.by_ref.is_none(), value);
            }
            Pat::Paren(pat) => self.bind_matched(&pat.pat, value),
            Pat::TupleStruct(variant) => match value.clone().peel() {
                Value::Maybe { .. } if is_err(&variant.path) => {
                    names_of(pat).iter().for_each(|name| self.bind_error(name));
                }
                Value::Maybe { value, .. } if variant.elems.len() == 1 => {
                    let value = self.read(*value, span);
                    self.bind_matched(&variant.elems[0], value);
                }
                _ => match self.variant_of(&variant.path, &value) {
                    Some(name) => {
                        for (pat, member) in self.positions(&name, &variant.elems, &value) {
                            let part = self.part(value.clone(), Proj::of(Some(&name), &member), span);
                            self.bind_matched(pat, part);
                        }
                    }
                    None => {
                        for (i, elem) in variant.elems.iter().enumerate() {
                            let field = Proj::Field(Member::Unnamed(syn::Index::from(i)));
                            let part = self.part(value.clone(), field, span);
                            self.bind_matched(elem, part);
                        }
                    }
                },
            },
            Pat::Reference(pat) => match value {
                Value::Ref { to, .. } => {
                    let value = self.read(*to, span);
                    self.bind_matched(&pat.pat, value);
                }
                value => self.bind_matched(&pat.pat, value),
            },
            Pat::Tuple(tuple) => {
                if let Some(items) = self.split(value, tuple.elems.len()) {
                    for (pat, item) in tuple.elems.iter().zip(items) {
                        self.bind_matched(pat, item);
                    }
                }
            }
            Pat::Or(or) => self.bind_alternatives(or, value, span),
            Pat::Struct(variant) => {
                let name = self.variant_of(&variant.path, &value);
                for field in &variant.fields {
                    let part = self.part(value.clone(), Proj::of(name.as_ref(), &field.member), span);
                    self.bind_matched(&field.pat, part);
                }
            }
            Pat::Slice(slice) => {
                let mut irrefutable = slice.clone();
                for elem in &mut irrefutable.elems {
                    if !is_rest(elem) && names_of(elem).is_empty() {
                        *elem = syn::parse_quote!(_);
                    }
                }
                self.bind_slice(&irrefutable, value);
            }
            Pat::Lit(_) | Pat::Range(_) | Pat::Path(_) | Pat::Const(_) | Pat::Wild(_) | Pat::Rest(_) => {}
            pat => self.bind_pattern(pat, value),
        }
    }
}

/// Whether a pattern is of an `Option` or a `Result`.
fn is_option(pat: &Pat) -> bool {
    match pat {
        Pat::TupleStruct(pat) => pat.elems.len() == 1 && (is_some(&pat.path) || is_err(&pat.path)),
        pat => is_none(pat),
    }
}

/// Whether a value matches a pattern.
pub(super) enum Test {
    Always,
    If(Expr),
}
