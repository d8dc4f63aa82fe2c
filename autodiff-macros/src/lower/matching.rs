//! `match`, `if let`, `while let`, `let … else`. A `match` on inactive data stays one; on anything else it becomes a chain
//! of branches, each testing a pattern and binding its parts.

use proc_macro2::{Ident, Span};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{Member, Pat, Stmt};

use super::Lower;
use super::branch::{Condition, Rest};
use super::env::Value;
use super::facts::site;
use super::inert::combine;
use super::jump::{Ends, expr_ends};
use super::pattern::is_rest;
use crate::ir::{Arm, Expr, Inert, Path, Proj, Role, StmtKind, Ty, build};

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
                Value::Path(Path::of(self.temp_place("scrutinee", ty, *init, expr.span())))
            }
            value => value,
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
            Value::Maybe { .. } => false,
            Value::Ref { to, .. } => self.stays_match(to),
            Value::Tuple(items) => !items.is_empty() && items.iter().all(|item| self.stays_match(item)),
            Value::Path(path) => {
                let ty = self.path_ty(path);
                !ty.may_be_active() && !ty.is_sequence()
            }
            Value::Atom(_, ty) => !ty.may_be_active(),
            Value::Cell(cell) => !self.cells[cell.0].ty.may_be_active(),
            _ => false,
        }
    }

    // ---- match ----

    pub(crate) fn lower_match(
        &mut self,
        expr: &syn::ExprMatch,
        want: Option<&Ty>,
        tail: bool,
        rest: Rest<'_, 'a>,
    ) -> Value {
        let span = expr.match_token.span;
        let value = self.scrutinee(&expr.expr);
        match value {
            Value::Poison => return Value::Poison,
            Value::Never => return Value::Never,
            _ => {}
        }
        let rest = std::cell::RefCell::new(rest);
        let body = |lower: &mut Self, arm: &syn::Arm| {
            let value = lower.tail(&arm.body, want, tail);
            let rest = if expr_ends(&arm.body) == Ends::Live { rest.borrow_mut().take() } else { None };
            lower.go_on(value, rest, span)
        };
        let stays = self.stays_match(&value)
            || (self.is_plain_enum(&value)
                && expr.arms.iter().all(|arm| names_of(unguarded(&arm.pat).0).is_empty()));
        if stays {
            let scalar = self.arm_ty(&value);
            let Some(code) = self.as_code(value, span) else { return Value::Poison };
            let arms = expr.arms.iter().map(|arm| {
                let (pat, guard) = unguarded(&arm.pat);
                KeptArm::new(pat, guard, scalar.clone())
            });
            return self.match_arms(code, span, arms.collect(), &mut |lower, i| body(lower, &expr.arms[i]));
        }
        self.match_chain(&expr.arms, value, span, &body)
    }

    /// Whether a value of a type that may be active is an enum as far as its patterns tell.
    fn is_plain_enum(&self, value: &Value) -> bool {
        match value {
            Value::Ref { to, .. } => self.is_plain_enum(to),
            Value::Path(path) => matches!(self.path_ty(path), Ty::Named(_) | Ty::Unknown),
            _ => false,
        }
    }

    /// `if p₁ matches … else if p₂ matches …`
    fn match_chain(
        &mut self,
        arms: &[syn::Arm],
        value: Value,
        span: Span,
        body: &dyn Fn(&mut Self, &syn::Arm) -> Value,
    ) -> Value {
        let Some((arm, others)) = arms.split_first() else {
            self.state.diverged = true;
            let unreachable = Inert { code: quote!(::core::unreachable!();), binds: Vec::new(), pure: false };
            self.block
                .push(StmtKind::Inert { inert: unreachable, defs: Vec::new(), writes: Vec::new() }, span);
            return Value::Never;
        };
        let (pat, guard) = unguarded(&arm.pat);
        let Some(test) = self.pattern_test(pat, value.clone()) else { return Value::Poison };
        let last = others.is_empty();
        let guarded = |lower: &mut Self, value: Value| {
            // The guard sees the names of the pattern.
            lower.scoped(|lower| {
                lower.bind_matched(pat, value);
                lower.condition(guard.expect("only called with one"))
            })
        };
        let cond = match (test, guard) {
            (Test::Always, None) => None,
            (Test::If(_), None) if last => None,
            (Test::If(cond), None) => Some(cond),
            (Test::Always, Some(_)) => Some(guarded(self, value.clone())),
            (Test::If(cond), Some(_)) => {
                let held = value.clone();
                let both = self.if_else(
                    cond,
                    span,
                    |lower| Value::Atom(guarded(lower, held), Ty::bool()),
                    |_| Value::Atom(build::boolean(false), Ty::bool()),
                );
                Some(self.scalar(both, Some(&Ty::bool()), span).0)
            }
        };
        let run = |lower: &mut Self, value: Value| {
            lower.bind_matched(pat, value);
            body(lower, arm)
        };
        match cond {
            None => {
                let arm = self.arm(|lower| run(lower, value));
                self.inline(arm)
            }
            Some(cond) => {
                let again = value.clone();
                self.if_else(
                    cond,
                    span,
                    |lower| run(lower, value),
                    |lower| lower.match_chain(others, again, span, body),
                )
            }
        }
    }

    /// A `match` that stays one; `run` lowers the body of an arm.
    fn match_arms(
        &mut self,
        scrutinee: Inert,
        span: Span,
        arms: Vec<KeptArm>,
        run: &mut dyn FnMut(&mut Self, usize) -> Value,
    ) -> Value {
        let mut lowered = Vec::new();
        let mut heads = Vec::new();
        for (i, arm) in arms.into_iter().enumerate() {
            let guard = match arm.guard {
                None => None,
                Some(guard) => {
                    // The pattern's own names are in scope there by themselves.
                    let captured = self.scoped(|lower| {
                        for (name, _) in &arm.names {
                            lower.bind(name, Value::Function(true));
                        }
                        lower.capture(guard.to_token_stream(), true, guard.span())
                    });
                    match captured {
                        Some(captured) => Some(captured.inert),
                        None => return Value::Poison,
                    }
                }
            };
            let mut binds = Vec::new();
            let outcome = self.arm(|lower| {
                for (name, ty) in &arm.names {
                    let known = ty.clone().or_else(|| lower.facts.get(&site(name)).cloned());
                    let var = lower.vars.named(name, known.clone().unwrap_or(Ty::Inert), Role::Value);
                    binds.push((name.clone(), var));
                    let value = match known {
                        Some(ty) => Value::Atom(Expr::Var(var), ty),
                        None => {
                            let ident = lower.fresh_name("part");
                            let code = ident.to_token_stream();
                            Value::Code(
                                Inert { code, binds: vec![(ident, Expr::Var(var))], pure: true },
                                Ty::Unknown,
                            )
                        }
                    };
                    lower.bind(name, value);
                }
                run(lower, i)
            });
            heads.push((arm.pat, binds, guard));
            lowered.push(outcome);
        }
        let (blocks, joins, value) = self.merge(lowered, None, span);
        let arms = heads.into_iter().zip(blocks);
        let arms = arms.map(|((pat, binds, guard), body)| Arm { pat, binds, guard, body }).collect();
        self.block.push(StmtKind::Match { scrutinee, arms, joins }, span);
        value
    }

    /// The type of names that a pattern binds to a scalar as a whole.
    fn arm_ty(&self, value: &Value) -> Option<Ty> {
        match value {
            Value::Ref { .. } => None,
            Value::Atom(_, ty) if ty.is_scalar() => Some(ty.clone()),
            Value::Cell(cell) => Some(self.cells[cell.0].ty.clone()).filter(Ty::is_scalar),
            Value::Path(path) => Some(self.path_ty(path)).filter(Ty::is_scalar),
            Value::Tuple(items) => {
                // Names of a tuple of integers are integers.
                let tys: Option<Vec<Ty>> = items.iter().map(|item| self.arm_ty(item)).collect();
                tys?.into_iter().reduce(|a, b| if a.is_same_scalar(&b) { a } else { Ty::Int(None) })
            }
            _ => None,
        }
    }

    // ---- patterns that may not match ----

    fn pattern_test(&mut self, pat: &Pat, value: Value) -> Option<Test> {
        let span = pat.span();
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
                Value::Maybe { some, .. } => {
                    let not = Expr::Unary(syn::UnOp::Not(Default::default()), Box::new(some));
                    Some(Test::If(self.temp("none", Ty::bool(), not, span)))
                }
                _ => self.test_code(pat, value, span),
            },
            Pat::TupleStruct(variant) => match value.clone().peel() {
                Value::Maybe { some, value } if is_some(&variant.path) && variant.elems.len() == 1 => {
                    self.nested_tests(Test::If(some), &[(&variant.elems[0], *value)], span)
                }
                Value::Path(_) if variant.path.segments.len() == 1 => {
                    let mut parts = Vec::new();
                    for (i, elem) in variant.elems.iter().enumerate() {
                        let field = Proj::Field(Member::Unnamed(syn::Index::from(i)));
                        parts.push((elem, self.part(value.clone(), field, span)));
                    }
                    self.nested_tests(Test::Always, &parts, span)
                }
                _ => self.payload(pat),
            },
            Pat::Struct(variant) => {
                if variant.path.segments.len() > 1
                    && !variant.path.segments[0].ident.to_string().starts_with(char::is_lowercase)
                {
                    return self.payload(pat);
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
            Pat::Or(or) if !names_of(pat).is_empty() => {
                self.refuse(
                    or,
                    "alternatives that bind names are not supported on active values: write an arm for each",
                );
                None
            }
            Pat::Or(or) if matches!(value.clone().peel(), Value::Maybe { .. } | Value::Tuple(_)) => {
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
    fn nested_tests(&mut self, first: Test, parts: &[(&Pat, Value)], span: Span) -> Option<Test> {
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
    fn always(&self, pat: &Pat) -> bool {
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
    fn test_code(&mut self, pat: &Pat, value: Value, span: Span) -> Option<Test> {
        let value = self.read(value.peel(), span);
        let code = self.as_code(value, span)?;
        let inert = combine(&[code], |parts| {
            let part = &parts[0];
            quote!(::core::matches!(#part, #pat))
        });
        Some(Test::If(self.temp("matches", Ty::bool(), Expr::Inert(inert), span)))
    }

    fn payload(&mut self, pat: &Pat) -> Option<Test> {
        self.refuse(
            pat,
            "a pattern that takes a possibly active value apart is not supported yet for enums: mark the parameter `#[no_diff]`, or keep the data in a struct",
        );
        None
    }

    /// Binds the names of a pattern that was tested.
    fn bind_matched(&mut self, pat: &Pat, value: Value) {
        let span = pat.span();
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
                Value::Maybe { value, .. } if variant.elems.len() == 1 => {
                    let value = self.read(*value, span);
                    self.bind_matched(&variant.elems[0], value);
                }
                _ => {
                    for (i, elem) in variant.elems.iter().enumerate() {
                        let field = Proj::Field(Member::Unnamed(syn::Index::from(i)));
                        let part = self.part(value.clone(), field, span);
                        self.bind_matched(elem, part);
                    }
                }
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
            Pat::Struct(variant) => {
                for field in &variant.fields {
                    let part = self.part(value.clone(), Proj::Field(field.member.clone()), span);
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
            Pat::Lit(_)
            | Pat::Range(_)
            | Pat::Path(_)
            | Pat::Or(_)
            | Pat::Const(_)
            | Pat::Wild(_)
            | Pat::Rest(_) => {}
            pat => self.bind_pattern(pat, value),
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
        let span = local.let_token.span;
        let value = self.scrutinee(init);
        self.if_matches(
            &local.pat,
            value,
            span,
            |lower| lower.stmts(rest, want, tail),
            |lower| lower.expr(otherwise, None),
        )
    }
}

/// Whether a value matches a pattern.
enum Test {
    Always,
    If(Expr),
}

/// An arm of a `match` that stays one.
struct KeptArm<'p> {
    pat: proc_macro2::TokenStream,
    names: Vec<(Ident, Option<Ty>)>,
    guard: Option<&'p syn::Expr>,
}

impl<'p> KeptArm<'p> {
    fn new(pat: &Pat, guard: Option<&'p syn::Expr>, ty: Option<Ty>) -> KeptArm<'p> {
        let names = names_of(pat).into_iter().map(|name| (name, ty.clone())).collect();
        KeptArm { pat: pat.to_token_stream(), names, guard }
    }
}

fn unguarded(pat: &Pat) -> (&Pat, Option<&syn::Expr>) {
    match pat {
        Pat::Guard(guarded) => (&guarded.pat, Some(&guarded.guard)),
        pat => (pat, None),
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
        Pat::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == "None"),
        _ => false,
    }
}

fn is_some(path: &syn::Path) -> bool {
    path.segments.last().is_some_and(|last| last.ident == "Some")
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
