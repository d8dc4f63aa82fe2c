//! The arms of a `match`.
//!
//! Invariant: on inactive data the arms stay those of the user, in their order; on anything else each is tried when those
//! before it have failed.

use proc_macro2::{Ident, Span};
use quote::{ToTokens, quote};
use syn::Pat;
use syn::spanned::Spanned;

use super::names_of;
use super::pattern::Test;
use super::variant::blank_tokens;
use crate::ir::{Arm, Expr, Inert, Role, StmtKind, Ty, build};
use crate::lower::Lower;
use crate::lower::branch::Rest;
use crate::lower::env::Value;
use crate::lower::facts::site;
use crate::lower::jump::{Ends, expr_ends};

impl<'a> Lower<'a> {
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
        let goes_on = rest.is_some();
        let rest = std::cell::RefCell::new(rest);
        let body = |lower: &mut Self, arm: &syn::Arm| {
            let value = lower.tail(&arm.body, want, tail);
            let rest = if expr_ends(&arm.body) == Ends::Live { rest.borrow_mut().take() } else { None };
            lower.go_on(value, rest, span)
        };
        if self.stays_match(&value) {
            let scalar = self.arm_ty(&value);
            let Some(code) = self.as_code(value, span) else { return Value::Poison };
            let arms = expr.arms.iter().map(|arm| {
                let (pat, guard) = unguarded(&arm.pat);
                KeptArm::new(pat, guard, scalar.clone())
            });
            return self.match_arms(code, span, arms.collect(), &mut |lower, i| body(lower, &expr.arms[i]));
        }
        // A pattern that always matches is no branch, which a chain of one sees.
        let alone = matches!(&*expr.arms, [arm] if !matches!(arm.pat, Pat::Or(_)));
        if !alone && self.takes_variants(&expr.arms, &value) {
            // Patterns see through a reference, unless they name it.
            let by_ref = expr.arms.iter().any(|arm| is_reference(&arm.pat));
            let shown = if by_ref { value.clone() } else { value.clone().peel() };
            let Some(code) = self.as_code(shown, span) else { return Value::Poison };
            let heads: Vec<(&syn::Arm, &Pat, Option<&syn::Expr>)> = expr
                .arms
                .iter()
                .flat_map(|arm| {
                    let (pat, guard) = unguarded(&arm.pat);
                    // What the alternatives bind by `&mut` lies in one place or another: each has the arm to itself.
                    let alternatives = match pat {
                        Pat::Or(or) if !goes_on && is_exclusive(&value) && !names_of(pat).is_empty() => {
                            or.cases.iter().collect()
                        }
                        pat => vec![pat],
                    };
                    alternatives.into_iter().map(move |pat| (arm, pat, guard))
                })
                .collect();
            let arms = heads.iter().map(|(_, pat, guard)| KeptArm {
                pat: blank_tokens(pat),
                names: Vec::new(),
                guard: *guard,
            });
            return self.match_arms(code, span, arms.collect(), &mut |lower, i| {
                let (arm, pat, _) = heads[i];
                lower.bind_matched(pat, value.clone());
                body(lower, arm)
            });
        }
        self.match_chain(&expr.arms, value, span, &body)
    }

    /// Whether a match on a value that may be active stays one, of variants. A guard that sees what a pattern binds comes
    /// before that is bound, so that the arms are tried one by one there.
    fn takes_variants(&self, arms: &[syn::Arm], value: &Value) -> bool {
        let split = |arm: &syn::Arm| {
            let (pat, guard) = unguarded(&arm.pat);
            (names_of(pat).is_empty(), guard.is_none(), self.names_variant(pat, value))
        };
        self.may_be_enum(value)
            && arms.iter().map(split).all(|(nameless, unguarded, _)| nameless || unguarded)
            && (arms.iter().map(split).any(|(.., variant)| variant)
                || arms.iter().map(split).all(|(nameless, ..)| nameless))
    }

    /// `if p₁ matches … else if p₂ matches …`
    pub(super) fn match_chain(
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
        if matches!(test, Test::Always) && guard.is_none() && !last && self.refuse_bare(pat) {
            return Value::Poison;
        }
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
    pub(super) fn match_arms(
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
            let mut outcome = self.arm(|lower| {
                for (name, ty) in &arm.names {
                    let known = ty.clone().or_else(|| lower.facts.get(&site(name)).cloned());
                    let var = lower.vars.named(name, known.clone().unwrap_or(Ty::Inert), Role::Value);
                    binds.push((name.clone(), var));
                    lower.bound.insert(var, None);
                    let value = match known {
                        Some(ty) => Value::Atom(Expr::Var(var), ty),
                        None => {
                            let ident = lower.fresh_name("__part");
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
            self.bind_numbers(&binds, &mut outcome.block, span);
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
    pub(super) fn arm_ty(&self, value: &Value) -> Option<Ty> {
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
}

/// An arm of a `match` that stays one.
pub(super) struct KeptArm<'p> {
    pub(super) pat: proc_macro2::TokenStream,
    pub(super) names: Vec<(Ident, Option<Ty>)>,
    pub(super) guard: Option<&'p syn::Expr>,
}

impl<'p> KeptArm<'p> {
    pub(super) fn new(pat: &Pat, guard: Option<&'p syn::Expr>, ty: Option<Ty>) -> KeptArm<'p> {
        let names = names_of(pat).into_iter().map(|name| (name, ty.clone())).collect();
        KeptArm { pat: pat.to_token_stream(), names, guard }
    }
}

/// Whether what a pattern binds is bound by `&mut`.
fn is_exclusive(value: &Value) -> bool {
    matches!(value, Value::Ref { mutable: true, .. })
}

fn is_reference(pat: &Pat) -> bool {
    match pat {
        Pat::Reference(_) => true,
        Pat::Paren(pat) => is_reference(&pat.pat),
        Pat::Guard(pat) => is_reference(&pat.pat),
        Pat::Or(pat) => pat.cases.iter().any(is_reference),
        Pat::Ident(pat) => pat.subpat.as_ref().is_some_and(|(_, pat)| is_reference(pat)),
        _ => false,
    }
}

pub(super) fn unguarded(pat: &Pat) -> (&Pat, Option<&syn::Expr>) {
    match pat {
        Pat::Guard(guarded) => (&guarded.pat, Some(&guarded.guard)),
        pat => (pat, None),
    }
}
