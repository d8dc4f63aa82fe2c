//! Iterators: sources and adaptors are kept as a description, which becomes a counted loop over index ranges when
//! something consumes it. An iterator whose items have indices ("indexed") can be zipped, reversed, skipped into; what
//! decides at run time (`filter`, `take_while`) becomes a branch in the body.

use std::rc::Rc;

use proc_macro2::Span;
use quote::quote;
use syn::spanned::Spanned;

use super::Lower;
use super::closure::Closure;
use super::env::{Cell, Value};
use super::facts::site;
use super::inert::combine;
use super::jump::Slot;
use super::loops::LoopHead;
use crate::ir::{CopyHow, Expr, Init, Path, Proj, Role, Ty, build};

/// An iterator that is not run yet.
#[derive(Clone)]
pub(crate) enum Iter {
    Range {
        lo: Expr,
        hi: Option<Expr>,
        inclusive: bool,
        ty: Ty,
    },
    Elements {
        path: Path,
        access: Access,
    },
    Chunks {
        path: Path,
        size: Expr,
        exact: bool,
        mutable: bool,
    },
    Windows {
        path: Path,
        size: Expr,
    },
    Repeat(Value),
    Once(Value),
    Zip(Box<Iter>, Box<Iter>),
    Chain(Box<Iter>, Box<Iter>),
    Enumerate(Box<Iter>),
    Rev(Box<Iter>),
    Skip(Box<Iter>, Expr),
    Take(Box<Iter>, Expr),
    StepBy(Box<Iter>, Expr),
    Map(Box<Iter>, Rc<Closure>),
    /// `copied`, `cloned`
    Copied(Box<Iter>),
    Filter(Box<Iter>, Rc<Closure>),
    FilterMap(Box<Iter>, Rc<Closure>),
    TakeWhile(Box<Iter>, Rc<Closure>),
    SkipWhile(Box<Iter>, Rc<Closure>),
    FlatMap(Box<Iter>, Rc<Closure>),
    Inspect(Box<Iter>, Rc<Closure>),
    /// `scan(state, f)`: the state's variable.
    Scan(Box<Iter>, Cell, Rc<Closure>),
}

/// How an element is handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Ref,
    RefMut,
    Value,
}

/// An iterator whose items have indices, with what its items need computed before the loop.
struct Indexed {
    /// `None`: without end.
    len: Option<Expr>,
    item: ItemAt,
}

enum ItemAt {
    Range { lo: Expr, ty: Ty },
    Element { path: Path, access: Access },
    Chunk { path: Path, size: Expr, exact: bool, mutable: bool, total: Expr },
    Window { path: Path, size: Expr },
    Same(Value),
    Zip(Box<Indexed>, Box<Indexed>),
    Enumerate(Box<Indexed>),
    Rev(Box<Indexed>),
    Skip(Box<Indexed>, Expr),
    StepBy(Box<Indexed>, Expr),
    Map(Box<Indexed>, Rc<Closure>),
    Copied(Box<Indexed>),
}

impl Iter {
    fn is_indexed(&self) -> bool {
        match self {
            Iter::Range { .. }
            | Iter::Elements { .. }
            | Iter::Chunks { .. }
            | Iter::Windows { .. }
            | Iter::Repeat(_)
            | Iter::Once(_) => true,
            Iter::Zip(a, b) => a.is_indexed() && b.is_indexed(),
            Iter::Enumerate(i)
            | Iter::Rev(i)
            | Iter::Skip(i, _)
            | Iter::Take(i, _)
            | Iter::StepBy(i, _)
            | Iter::Map(i, _)
            | Iter::Copied(i) => i.is_indexed(),
            _ => false,
        }
    }

    /// Whether it runs more than one loop, so that leaving the innermost is not leaving it.
    pub(crate) fn nests(&self) -> bool {
        match self {
            Iter::Chain(..) | Iter::FlatMap(..) => true,
            Iter::Zip(a, b) => a.nests() || b.nests(),
            Iter::Enumerate(i)
            | Iter::Rev(i)
            | Iter::Skip(i, _)
            | Iter::Take(i, _)
            | Iter::StepBy(i, _)
            | Iter::Map(i, _)
            | Iter::Copied(i)
            | Iter::Filter(i, _)
            | Iter::FilterMap(i, _)
            | Iter::TakeWhile(i, _)
            | Iter::SkipWhile(i, _)
            | Iter::Inspect(i, _)
            | Iter::Scan(i, ..) => i.nests(),
            _ => false,
        }
    }

    /// A range that the head of a loop can express, its step, and whether it is run backwards.
    fn as_head(&self) -> Option<(&Expr, &Expr, bool, Option<&Expr>, bool)> {
        match self {
            Iter::Range { lo, hi: Some(hi), inclusive, .. } => Some((lo, hi, *inclusive, None, false)),
            Iter::StepBy(inner, step) => match inner.as_head()? {
                (lo, hi, inclusive, None, false) => Some((lo, hi, inclusive, Some(step), false)),
                _ => None,
            },
            Iter::Rev(inner) => match inner.as_head()? {
                (lo, hi, inclusive, step, false) => Some((lo, hi, inclusive, step, true)),
                _ => None,
            },
            _ => None,
        }
    }

    fn range_ty(&self) -> Ty {
        match self {
            Iter::Range { ty, .. } => ty.clone(),
            Iter::StepBy(inner, _) | Iter::Rev(inner) => inner.range_ty(),
            _ => Ty::Int(None),
        }
    }

    /// Whether the closures inside are called for items that are then left out.
    fn drops_items(&self) -> bool {
        match self {
            Iter::Skip(i, _) | Iter::StepBy(i, _) => i.maps(),
            Iter::Enumerate(i) | Iter::Rev(i) | Iter::Take(i, _) | Iter::Map(i, _) | Iter::Copied(i) => {
                i.drops_items()
            }
            Iter::Zip(a, b) => a.drops_items() || b.drops_items(),
            _ => false,
        }
    }

    fn maps(&self) -> bool {
        match self {
            Iter::Map(_, closure) => closure.assigns(),
            Iter::Enumerate(i)
            | Iter::Rev(i)
            | Iter::Take(i, _)
            | Iter::Copied(i)
            | Iter::Skip(i, _)
            | Iter::StepBy(i, _) => i.maps(),
            Iter::Zip(a, b) => a.maps() || b.maps(),
            _ => false,
        }
    }
}

impl Lower<'_> {
    // ---- sources ----

    pub(crate) fn lower_range(&mut self, expr: &syn::ExprRange) -> Value {
        let inclusive = matches!(expr.limits, syn::RangeLimits::Closed(_));
        let lo = expr.start.as_ref().map(|lo| self.operand(lo, None));
        let hint = lo.as_ref().map(|lo| self.ty_of(lo)).filter(|ty| matches!(ty, Ty::Int(Some(_))));
        let hi = expr.end.as_ref().map(|hi| self.operand(hi, hint.as_ref()));
        let known =
            [&lo, &hi].into_iter().flatten().map(|value| self.ty_of(value)).reduce(|a, b| self.unify(a, b));
        if known.as_ref().is_some_and(Ty::is_float) {
            // Only asked whether it contains something.
            let (lo, hi) = (
                lo.and_then(|lo| self.as_code(lo, expr.span())),
                hi.and_then(|hi| self.as_code(hi, expr.span())),
            );
            let (Some(lo), Some(hi)) = (lo, hi) else { return Value::Poison };
            let dots = &expr.limits;
            return Value::Code(
                combine(&[lo, hi], |parts| {
                    let (lo, hi) = (&parts[0], &parts[1]);
                    quote!((#lo #dots #hi))
                }),
                Ty::Inert,
            );
        }
        let ty = match known {
            Some(ty @ Ty::Int(_)) => ty,
            _ => Ty::Int(None),
        };
        let Some(lo) = lo else {
            return self.refuse(expr, "a range without a start is supported as an index only");
        };
        let (lo, _) = self.scalar(lo, Some(&ty), expr.span());
        let hi = hi.map(|hi| self.scalar(hi, Some(&ty), expr.span()).0);
        Value::Iter(Box::new(Iter::Range { lo, hi, inclusive, ty }))
    }

    /// What stands behind `in`.
    #[expect(clippy::result_large_err, reason = "the error is the value that takes its place")]
    pub(crate) fn iterator(&mut self, expr: &syn::Expr) -> Result<Iter, Value> {
        let value = self.operand(expr, None);
        self.items_of_expr(value, expr)
    }

    /// The items of what an expression gave; what is learned of them is kept under its name.
    #[expect(clippy::result_large_err, reason = "the error is the value that takes its place")]
    pub(crate) fn items_of_expr(&mut self, value: Value, expr: &syn::Expr) -> Result<Iter, Value> {
        let code = matches!(value, Value::Code(..));
        let items = self.items_of(value, expr.span())?;
        if let (true, Iter::Elements { path, .. }) = (code, &items) {
            self.sites.insert(path.root, format!("{}.items", site(expr)));
        }
        Ok(items)
    }

    #[expect(clippy::result_large_err, reason = "the error is the value that takes its place")]
    pub(crate) fn items_of(&mut self, value: Value, span: Span) -> Result<Iter, Value> {
        match value {
            Value::Iter(iter) => Ok(*iter),
            Value::Ref { to, mutable } => match *to {
                Value::Path(path) => {
                    if mutable {
                        self.mark_mutable(&path);
                    }
                    Ok(Iter::Elements { path, access: if mutable { Access::RefMut } else { Access::Ref } })
                }
                Value::Ref { .. } | Value::Init(..) | Value::Code(..) => self.items_of(*to, span),
                _ => Err(self.refuse_at(span, "this cannot be iterated over")),
            },
            Value::Path(path) => Ok(Iter::Elements { path, access: Access::Value }),
            Value::Init(init, ty) => {
                let place = self.temp_place("items", ty, *init, span);
                Ok(Iter::Elements { path: Path::of(place), access: Access::Value })
            }
            Value::Code(inert, ty) => {
                // Inactive items: collected first, so that they have indices.
                let inert = match ty {
                    Ty::Unknown | Ty::Inert => {
                        let runtime = &self.request.runtime;
                        combine(&[inert], |parts| {
                            let part = &parts[0];
                            quote!((#part).into_iter().collect::<#runtime::__private::Vec<_>>())
                        })
                    }
                    _ => inert,
                };
                let place =
                    self.temp_place("items", Ty::Vec(Box::new(ty.element())), Init::Inert(inert), span);
                Ok(Iter::Elements { path: Path::of(place), access: Access::Value })
            }
            Value::Maybe { some, value } => {
                let _ = (some, value);
                Err(self.refuse_at(span, "iteration over an `Option` is not supported: use `if let`"))
            }
            value @ (Value::Poison | Value::Never) => Err(value),
            _ => Err(self.refuse_at(span, "this cannot be iterated over")),
        }
    }

    // ---- running ----

    /// Runs an iterator: `body` is lowered for an item.
    pub(crate) fn drive(
        &mut self,
        iter: Iter,
        label: Option<String>,
        slot: Slot,
        span: Span,
        body: &mut dyn FnMut(&mut Self, Value),
    ) {
        if let Some((lo, hi, inclusive, step, rev)) = iter.as_head() {
            let ty = iter.range_ty();
            let index = self.vars.fresh("i", ty.clone(), Role::Value, span);
            let head =
                LoopHead::For { index, lo: lo.clone(), hi: hi.clone(), inclusive, step: step.cloned(), rev };
            self.lower_loop(head, label, slot, span, |lower| {
                let item = Value::Atom(Expr::Var(index), ty);
                body(lower, item);
            });
            return;
        }
        if let Iter::TakeWhile(inner, _) | Iter::Scan(inner, ..) = &iter {
            if inner.nests() {
                self.refuse_nested(span);
                return;
            }
        }
        match iter {
            Iter::Map(inner, closure) => self.drive(*inner, label, slot, span, &mut |lower, item| {
                let item = lower.apply(&closure, vec![item], None, span);
                body(lower, item);
            }),
            Iter::Copied(inner) => self.drive(*inner, label, slot, span, &mut |lower, item| {
                let item = lower.copied(item, span);
                body(lower, item);
            }),
            Iter::Inspect(inner, closure) => self.drive(*inner, label, slot, span, &mut |lower, item| {
                lower.apply(&closure, vec![item.clone().reference(false)], None, span);
                body(lower, item);
            }),
            Iter::Filter(inner, closure) => self.drive(*inner, label, slot, span, &mut |lower, item| {
                let keep = lower.apply(&closure, vec![item.clone().reference(false)], Some(&Ty::bool()), span);
                let (keep, _) = lower.scalar(keep, Some(&Ty::bool()), span);
                lower.if_else(keep, span, |lower| { body(lower, item); Value::unit() }, |_| Value::unit());
            }),
            Iter::FilterMap(inner, closure) => self.drive(*inner, label, slot, span, &mut |lower, item| {
                match lower.apply(&closure, vec![item], None, span) {
                    Value::Maybe { some, value } => {
                        lower.if_else(some, span, |lower| { let item = lower.read(*value, span); body(lower, item); Value::unit() }, |_| Value::unit());
                    }
                    Value::Poison | Value::Never => {}
                    _ => {
                        lower.refuse_at(span, "this closure has to give `Some(…)` or `None` in plain sight: use `filter` and `map`");
                    }
                }
            }),
            Iter::TakeWhile(inner, closure) => self.drive(*inner, label, slot, span, &mut |lower, item| {
                let keep = lower.apply(&closure, vec![item.clone().reference(false)], Some(&Ty::bool()), span);
                let (keep, _) = lower.scalar(keep, Some(&Ty::bool()), span);
                lower.if_else(keep, span, |lower| { body(lower, item); Value::unit() }, |lower| lower.break_here(span));
            }),
            Iter::SkipWhile(inner, closure) => {
                let started = self.cell("started", false, Ty::bool(), span, Some(build::boolean(false)));
                self.drive(*inner, label, slot, span, &mut |lower, item| {
                    let running = lower.current(started);
                    let test = item.clone();
                    let begun = lower.if_else(
                        running,
                        span,
                        |_| Value::Atom(build::boolean(true), Ty::bool()),
                        |lower| {
                            let skip = lower.apply(&closure, vec![test.reference(false)], Some(&Ty::bool()), span);
                            let (skip, _) = lower.scalar(skip, Some(&Ty::bool()), span);
                            let not = Expr::Unary(syn::UnOp::Not(Default::default()), Box::new(skip));
                            Value::Atom(lower.temp("begun", Ty::bool(), not, span), Ty::bool())
                        },
                    );
                    let (begun, ty) = lower.scalar(begun, Some(&Ty::bool()), span);
                    lower.assign_cell(started, begun.clone(), ty);
                    lower.if_else(begun, span, |lower| { body(lower, item); Value::unit() }, |_| Value::unit());
                });
            }
            Iter::Scan(inner, state, closure) => self.drive(*inner, label, slot, span, &mut |lower, item| {
                let state = Value::Cell(state).reference(true);
                match lower.apply(&closure, vec![state, item], None, span) {
                    Value::Maybe { some, value } => {
                        lower.if_else(some, span, |lower| { let item = lower.read(*value, span); body(lower, item); Value::unit() }, |lower| lower.break_here(span));
                    }
                    Value::Poison | Value::Never => {}
                    _ => {
                        lower.refuse_at(span, "this closure has to give `Some(…)` or `None` in plain sight");
                    }
                }
            }),
            Iter::Enumerate(inner) if !inner.is_indexed() => {
                let counter = self.cell("count", false, Ty::usize(), span, Some(build::int(0)));
                self.drive(*inner, label, slot, span, &mut |lower, item| {
                    let count = lower.current(counter);
                    let next = lower.int_op("+", count.clone(), build::int(1), span);
                    lower.assign_cell(counter, next, Ty::usize());
                    body(lower, Value::Tuple(vec![Value::Atom(count, Ty::usize()), item]));
                });
            }
            Iter::Take(inner, n) if !inner.is_indexed() => {
                let counter = self.cell("count", false, Ty::usize(), span, Some(build::int(0)));
                self.drive(*inner, label, slot, span, &mut |lower, item| {
                    let count = lower.current(counter);
                    let more = lower.int_op("<", count.clone(), n.clone(), span);
                    lower.if_else(
                        more,
                        span,
                        |lower| {
                            let next = lower.int_op("+", count, build::int(1), span);
                            lower.assign_cell(counter, next, Ty::usize());
                            body(lower, item);
                            Value::unit()
                        },
                        |lower| lower.break_here(span),
                    );
                });
            }
            Iter::Skip(inner, n) if !inner.is_indexed() => {
                let counter = self.cell("count", false, Ty::usize(), span, Some(build::int(0)));
                self.drive(*inner, label, slot, span, &mut |lower, item| {
                    let count = lower.current(counter);
                    let over = lower.int_op(">=", count.clone(), n.clone(), span);
                    let next = lower.int_op("+", count, build::int(1), span);
                    lower.assign_cell(counter, next, Ty::usize());
                    lower.if_else(over, span, |lower| { body(lower, item); Value::unit() }, |_| Value::unit());
                });
            }
            Iter::FlatMap(inner, closure) => self.drive(*inner, label, slot, span, &mut |lower, item| {
                let items = lower.apply(&closure, vec![item], None, span);
                if let Ok(items) = lower.items_of(items, span) {
                    lower.drive(items, None, Slot::unit(), span, body);
                }
            }),
            Iter::Chain(a, b) => {
                self.drive(*a, label.clone(), slot.clone(), span, body);
                if self.dead() {
                    return;
                }
                // What returned from the first loop does not run the second.
                match self.guard(span) {
                    Some(guard) => {
                        self.guarded(guard, span, |lower| {
                            lower.drive(*b, label, slot, span, body);
                            Value::unit()
                        });
                    }
                    None => self.drive(*b, label, slot, span, body),
                }
            }
            iter => self.drive_indexed(iter, label, slot, span, body),
        }
    }

    pub(crate) fn refuse_nested(&mut self, span: Span) -> Value {
        self.refuse_at(
            span,
            "leaving a loop over `chain` or `flat_map` early is not supported: write two loops, or nested ones",
        )
    }

    fn drive_indexed(
        &mut self,
        iter: Iter,
        label: Option<String>,
        slot: Slot,
        span: Span,
        body: &mut dyn FnMut(&mut Self, Value),
    ) {
        if iter.drops_items() {
            self.refuse_at(span, "a closure that changes variables, with items that are skipped behind it, is not supported: write a loop");
            return;
        }
        let Some(indexed) = self.indexed(iter, span) else { return };
        match indexed.len.clone() {
            Some(len) => {
                let index = self.vars.fresh("k", Ty::usize(), Role::Value, span);
                let head = LoopHead::For {
                    index,
                    lo: build::int(0),
                    hi: len,
                    inclusive: false,
                    step: None,
                    rev: false,
                };
                self.lower_loop(head, label, slot, span, |lower| {
                    let item = lower.item(&indexed, Expr::Var(index), span);
                    body(lower, item);
                });
            }
            None => {
                let counter = self.cell("k", false, Ty::usize(), span, Some(build::int(0)));
                self.lower_loop(LoopHead::Forever, label, slot, span, |lower| {
                    let count = lower.current(counter);
                    let next = lower.int_op("+", count.clone(), build::int(1), span);
                    lower.assign_cell(counter, next, Ty::usize());
                    let item = lower.item(&indexed, count, span);
                    body(lower, item);
                });
            }
        }
    }

    // ---- indexed iterators ----

    /// The number of items, where it is known before the iterator is run.
    pub(crate) fn iter_len(&mut self, iter: &Iter, span: Span) -> Option<Expr> {
        if !iter.is_indexed() {
            return None;
        }
        self.indexed(iter.clone(), span)?.len
    }

    fn indexed(&mut self, iter: Iter, span: Span) -> Option<Indexed> {
        Some(match iter {
            Iter::Range { lo, hi, inclusive, ty } => {
                let len = hi.map(|hi| self.range_len(&lo, &hi, inclusive, &ty, span));
                Indexed { len, item: ItemAt::Range { lo, ty } }
            }
            Iter::Elements { path, access } => {
                let len = self.len(Value::Path(path.clone()), span);
                Indexed { len: Some(len), item: ItemAt::Element { path, access } }
            }
            Iter::Chunks { path, size, exact, mutable } => {
                let total = self.len(Value::Path(path.clone()), span);
                let len = if exact {
                    self.int_op("/", total.clone(), size.clone(), span)
                } else {
                    self.int_method("div_ceil", total.clone(), size.clone(), span)
                };
                Indexed { len: Some(len), item: ItemAt::Chunk { path, size, exact, mutable, total } }
            }
            Iter::Windows { path, size } => {
                let total = self.len(Value::Path(path.clone()), span);
                let more = self.int_op("+", total, build::int(1), span);
                let len = self.int_method("saturating_sub", more, size.clone(), span);
                Indexed { len: Some(len), item: ItemAt::Window { path, size } }
            }
            Iter::Repeat(value) => Indexed { len: None, item: ItemAt::Same(value) },
            Iter::Once(value) => Indexed { len: Some(build::int(1)), item: ItemAt::Same(value) },
            Iter::Zip(a, b) => {
                let (a, b) = (self.indexed(*a, span)?, self.indexed(*b, span)?);
                let len = match (a.len.clone(), b.len.clone()) {
                    (Some(a), Some(b)) => Some(self.int_min(a, b, span)),
                    (a, b) => a.or(b),
                };
                Indexed { len, item: ItemAt::Zip(Box::new(a), Box::new(b)) }
            }
            Iter::Enumerate(inner) => {
                let inner = self.indexed(*inner, span)?;
                Indexed { len: inner.len.clone(), item: ItemAt::Enumerate(Box::new(inner)) }
            }
            Iter::Rev(inner) => {
                let inner = self.indexed(*inner, span)?;
                if inner.len.is_none() {
                    self.refuse_at(span, "an iterator without end cannot be reversed");
                    return None;
                }
                Indexed { len: inner.len.clone(), item: ItemAt::Rev(Box::new(inner)) }
            }
            Iter::Skip(inner, n) => {
                let inner = self.indexed(*inner, span)?;
                let len =
                    inner.len.clone().map(|len| self.int_method("saturating_sub", len, n.clone(), span));
                Indexed { len, item: ItemAt::Skip(Box::new(inner), n) }
            }
            Iter::Take(inner, n) => {
                let inner = self.indexed(*inner, span)?;
                let len = match inner.len.clone() {
                    Some(len) => self.int_min(len, n, span),
                    None => n,
                };
                Indexed { len: Some(len), item: inner.item }
            }
            Iter::StepBy(inner, step) => {
                let inner = self.indexed(*inner, span)?;
                let len = inner.len.clone().map(|len| self.int_method("div_ceil", len, step.clone(), span));
                Indexed { len, item: ItemAt::StepBy(Box::new(inner), step) }
            }
            Iter::Map(inner, closure) => {
                let inner = self.indexed(*inner, span)?;
                Indexed { len: inner.len.clone(), item: ItemAt::Map(Box::new(inner), closure) }
            }
            Iter::Copied(inner) => {
                let inner = self.indexed(*inner, span)?;
                Indexed { len: inner.len.clone(), item: ItemAt::Copied(Box::new(inner)) }
            }
            Iter::Chain(..)
            | Iter::Filter(..)
            | Iter::FilterMap(..)
            | Iter::TakeWhile(..)
            | Iter::SkipWhile(..)
            | Iter::FlatMap(..)
            | Iter::Inspect(..)
            | Iter::Scan(..) => {
                self.refuse_at(
                    span,
                    "an adaptor that needs positions (`zip`, `rev`, `step_by`) behind one that decides at run time (`filter`, `take_while`, `chain`, …) is not supported: collect in between, or write a loop",
                );
                return None;
            }
        })
    }

    fn range_len(&mut self, lo: &Expr, hi: &Expr, inclusive: bool, ty: &Ty, span: Span) -> Expr {
        let unsigned = matches!(ty, Ty::Int(Some(name)) if name == "usize");
        if !inclusive && build::value_of(lo) == Some(0.0) && (unsigned || build::value_of(hi).is_some()) {
            return hi.clone();
        }
        let (lo, hi) = (Value::Atom(lo.clone(), ty.clone()), Value::Atom(hi.clone(), ty.clone()));
        let (Some(lo), Some(hi)) = (self.as_code(lo, span), self.as_code(hi, span)) else {
            return build::int(0);
        };
        let inert = combine(&[lo, hi], |parts| {
            let (lo, hi) = (&parts[0], &parts[1]);
            match (inclusive, unsigned) {
                (false, true) => quote!(usize::saturating_sub(#hi, #lo)),
                (false, false) => quote!(if #lo < #hi { (#hi - #lo) as usize } else { 0 }),
                (true, _) => quote!(if #lo <= #hi { (#hi - #lo) as usize + 1 } else { 0 }),
            }
        });
        self.temp("count", Ty::usize(), Expr::Inert(inert), span)
    }

    fn item(&mut self, indexed: &Indexed, k: Expr, span: Span) -> Value {
        match &indexed.item {
            ItemAt::Range { lo, ty } => {
                let k = match ty {
                    Ty::Int(Some(name)) if name == "usize" => k,
                    _ => {
                        let infer: syn::Type = syn::parse_quote!(_);
                        self.temp("k", ty.clone(), Expr::Cast(Box::new(k), Box::new(infer)), span)
                    }
                };
                let value =
                    if build::value_of(lo) == Some(0.0) { k } else { self.int_op("+", lo.clone(), k, span) };
                Value::Atom(value, ty.clone())
            }
            ItemAt::Element { path, access } => {
                let element = Value::Path(path.with(Proj::Index(k)));
                match access {
                    Access::RefMut => element.reference(true),
                    Access::Ref => self.read(element, span).reference(false),
                    Access::Value => {
                        let element = self.read(element, span);
                        self.copied(element, span)
                    }
                }
            }
            ItemAt::Chunk { path, size, exact, mutable, total } => {
                let lo = self.int_op("*", k, size.clone(), span);
                let mut hi = self.int_op("+", lo.clone(), size.clone(), span);
                if !exact {
                    hi = self.int_min(hi, total.clone(), span);
                }
                Value::Path(path.with(Proj::Range(Some(lo), Some(hi)))).reference(*mutable)
            }
            ItemAt::Window { path, size } => {
                let hi = self.int_op("+", k.clone(), size.clone(), span);
                Value::Path(path.with(Proj::Range(Some(k), Some(hi)))).reference(false)
            }
            ItemAt::Same(value) => value.clone(),
            ItemAt::Zip(a, b) => {
                let a = self.item(a, k.clone(), span);
                let b = self.item(b, k, span);
                Value::Tuple(vec![a, b])
            }
            ItemAt::Enumerate(inner) => {
                let item = self.item(inner, k.clone(), span);
                Value::Tuple(vec![Value::Atom(k, Ty::usize()), item])
            }
            ItemAt::Rev(inner) => {
                let len = inner.len.clone().expect("checked when it was indexed");
                let last = self.int_op("-", len, build::int(1), span);
                let k = self.int_op("-", last, k, span);
                self.item(inner, k, span)
            }
            ItemAt::Skip(inner, n) => {
                let k = self.int_op("+", k, n.clone(), span);
                self.item(inner, k, span)
            }
            ItemAt::StepBy(inner, step) => {
                let k = self.int_op("*", k, step.clone(), span);
                self.item(inner, k, span)
            }
            ItemAt::Map(inner, closure) => {
                let item = self.item(inner, k, span);
                self.apply(closure, vec![item], None, span)
            }
            ItemAt::Copied(inner) => {
                let item = self.item(inner, k, span);
                self.copied(item, span)
            }
        }
    }

    /// The value behind a reference, a copy of its own where it is an aggregate.
    pub(crate) fn copied(&mut self, value: Value, span: Span) -> Value {
        match value {
            Value::Ref { to, .. } => self.copied(*to, span),
            Value::Tuple(items) => {
                Value::Tuple(items.into_iter().map(|item| self.copied(item, span)).collect())
            }
            value => match self.read(value, span) {
                Value::Path(path) if !path.proj.is_empty() || self.vars[path.root].named => {
                    let ty = self.path_ty(&path);
                    let how = match &ty {
                        Ty::Slice(_) => CopyHow::ToVec,
                        Ty::Array(element, _) if element.is_scalar() => CopyHow::Move,
                        _ => CopyHow::Clone,
                    };
                    let ty = match ty {
                        Ty::Slice(element) => Ty::Vec(element),
                        ty => ty,
                    };
                    Value::Init(Box::new(Init::Copy { from: path, how }), ty)
                }
                value => value,
            },
        }
    }

    // ---- arithmetic on indices ----

    pub(crate) fn int_op(&mut self, op: &str, a: Expr, b: Expr, span: Span) -> Expr {
        let op: syn::BinOp = syn::parse_str(op).expect("an operator");
        let comparison = matches!(op, syn::BinOp::Lt(_) | syn::BinOp::Ge(_));
        let ty = if comparison { Ty::bool() } else { Ty::usize() };
        self.temp("k", ty, Expr::Binary(op, Box::new(a), Box::new(b)), span)
    }

    fn int_method(&mut self, name: &str, a: Expr, b: Expr, span: Span) -> Expr {
        let name = proc_macro2::Ident::new(name, Span::call_site());
        let (a, b) = (Value::Atom(a, Ty::usize()), Value::Atom(b, Ty::usize()));
        let (Some(a), Some(b)) = (self.as_code(a, span), self.as_code(b, span)) else { return build::int(0) };
        let inert = combine(&[a, b], |parts| {
            let (a, b) = (&parts[0], &parts[1]);
            quote!(usize::#name(#a, #b))
        });
        self.temp("count", Ty::usize(), Expr::Inert(inert), span)
    }

    pub(crate) fn int_min(&mut self, a: Expr, b: Expr, span: Span) -> Expr {
        let less = self.int_op("<", a.clone(), b.clone(), span);
        let select = Expr::Select(Box::new(less), Box::new(a), Box::new(b));
        self.temp("count", Ty::usize(), select, span)
    }
}
