//! Iterators: sources and adaptors are kept as a description, which becomes a counted loop over index ranges when
//! something consumes it. An iterator whose items have indices ("indexed") can be zipped, reversed, skipped into; what
//! decides at run time (`filter`, `take_while`) becomes a branch in the body.

mod indexed;
mod range;
mod run;

use std::rc::Rc;

use proc_macro2::Span;
use quote::quote;

use super::Lower;
use super::closure::Closure;
use super::env::{Cell, Value, same};
use super::facts::site;
use super::inert::{combine, owned};
use super::start::start;
use crate::ir::{CopyHow, Expr, Inert, Init, Path, StmtKind, Ty, build};
use crate::standard::Unindexed;

/// An iterator that is not run yet.
#[derive(Clone)]
pub(crate) enum Iter {
    /// Of integers or floats (`ty`), or of what nobody has looked at yet: once it is run, it is one of integers.
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
    Cycle(Box<Iter>),
    Skip(Box<Iter>, Expr),
    Take(Box<Iter>, Expr),
    StepBy(Box<Iter>, Expr),
    Map(Box<Iter>, Rc<Closure>),
    /// `copied`, `cloned`
    Copied(Box<Iter>),
    Filter(Box<Iter>, Rc<Closure>),
    FilterMap(Box<Iter>, Rc<Closure>),
    MapWhile(Box<Iter>, Rc<Closure>),
    TakeWhile(Box<Iter>, Rc<Closure>),
    SkipWhile(Box<Iter>, Rc<Closure>),
    FlatMap(Box<Iter>, Rc<Closure>),
    /// `by_ref`: what is left of the iterator in a variable, whose position is that of its next item.
    Rest(Box<Iter>, Cell),
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

impl Iter {
    /// The iterators that it takes its items from.
    fn sources(&self) -> [Option<&Iter>; 2] {
        match self {
            Iter::Zip(a, b) | Iter::Chain(a, b) => [Some(&**a), Some(&**b)],
            Iter::Enumerate(i)
            | Iter::Rev(i)
            | Iter::Cycle(i)
            | Iter::Skip(i, _)
            | Iter::Take(i, _)
            | Iter::StepBy(i, _)
            | Iter::Map(i, _)
            | Iter::Copied(i)
            | Iter::Filter(i, _)
            | Iter::FilterMap(i, _)
            | Iter::MapWhile(i, _)
            | Iter::TakeWhile(i, _)
            | Iter::SkipWhile(i, _)
            | Iter::FlatMap(i, _)
            | Iter::Rest(i, _)
            | Iter::Inspect(i, _)
            | Iter::Scan(i, ..) => [Some(&**i), None],
            Iter::Range { .. }
            | Iter::Elements { .. }
            | Iter::Chunks { .. }
            | Iter::Windows { .. }
            | Iter::Repeat(_)
            | Iter::Once(_) => [None, None],
        }
    }

    /// Whether it, or one that it takes items from, is of a kind.
    fn has(&self, kind: &dyn Fn(&Iter) -> bool) -> bool {
        kind(self) || self.sources().into_iter().flatten().any(|source| source.has(kind))
    }

    /// Whether its items have positions that are known before it is run.
    pub(crate) fn is_indexed(&self) -> bool {
        !self.has(&|iter| {
            iter.calls() && !matches!(iter, Iter::Map(..)) || matches!(iter, Iter::Chain(..) | Iter::Rest(..))
        })
    }

    /// Whether it runs more than one loop, so that leaving the innermost is not leaving it.
    pub(crate) fn nests(&self) -> bool {
        self.has(&|iter| matches!(iter, Iter::Chain(..) | Iter::FlatMap(..)))
    }

    /// Whether closures are called for its items.
    pub(crate) fn computes(&self) -> bool {
        self.has(&Iter::calls)
    }

    /// Whether the adaptor itself calls a closure for an item.
    fn calls(&self) -> bool {
        matches!(
            self,
            Iter::Map(..)
                | Iter::Filter(..)
                | Iter::FilterMap(..)
                | Iter::MapWhile(..)
                | Iter::TakeWhile(..)
                | Iter::SkipWhile(..)
                | Iter::FlatMap(..)
                | Iter::Inspect(..)
                | Iter::Scan(..)
        )
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
            Iter::Range { ty: ty @ Ty::Int(_), .. } => ty.clone(),
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

    pub(crate) fn maps(&self) -> bool {
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

    /// What stands behind `in`.
    #[expect(clippy::result_large_err, reason = "the error is the value that takes its place")]
    pub(crate) fn iterator(&mut self, expr: &syn::Expr) -> Result<Iter, Value> {
        let value = self.operand(expr, None);
        // A table has indices: nothing is collected.
        if matches!(value, Value::Code(..)) && self.walks_along_a_table(expr) {
            if let Some(iter) = self.iterator_of_code(expr) {
                return Ok(iter);
            }
        }
        self.items_of_expr(value, expr)
    }

    /// What typing found of the items of an expression.
    pub(crate) fn element_of(&self, expr: &syn::Expr) -> Option<Ty> {
        self.facts.get(&format!("{}[]", site(expr))).cloned()
    }

    /// The items of what an expression gave.
    #[expect(clippy::result_large_err, reason = "the error is the value that takes its place")]
    pub(crate) fn items_of_expr(&mut self, value: Value, expr: &syn::Expr) -> Result<Iter, Value> {
        let code = matches!(value, Value::Code(..));
        let mut items = match value {
            // Copies, as of what else has no indices.
            Value::Code(inert, ty) if self.shows_entries(expr) => {
                let owned = combine(&[inert], |parts| {
                    let part = &parts[0];
                    quote!((#part).cloned())
                });
                self.items_of(Value::Code(owned, ty), start(expr))?
            }
            Value::Code(inert, ty) => {
                let element = self.element_of(expr);
                self.items_of_code(inert, &ty, element.as_ref(), start(expr))
            }
            value => self.items_of(value, start(expr))?,
        };
        if let (true, Iter::Elements { access, .. }) = (self.shows_entries(expr), &mut items) {
            *access = Access::Ref;
        }
        if let (true, Iter::Elements { path, .. }, Some(element)) = (code, &items, self.element_of(expr)) {
            self.vars[path.root].ty = Ty::Slice(Box::new(element));
        }
        Ok(items)
    }

    /// Whether a path is iterated over and not indexed by positions.
    pub(crate) fn has_no_indices(&self, path: &Path) -> bool {
        path.proj.is_empty() && !self.path_ty(path).is_sequence() && self.unindexed.get(&path.root).is_some()
    }

    /// Whether an expression gives references to the keys or the values of a map.
    fn shows_entries(&self, expr: &syn::Expr) -> bool {
        let syn::Expr::MethodCall(call) = expr else { return false };
        let syn::Expr::Path(path) = &*call.receiver else { return false };
        let value = path.path.get_ident().and_then(|name| self.lookup(name)).cloned().map(Value::peel);
        (call.method == "values" || call.method == "keys")
            && call.args.is_empty()
            && matches!(value, Some(Value::Path(path)) if self.unindexed.get(&path.root) == Some(&Unindexed::Map))
    }

    #[expect(clippy::result_large_err, reason = "the error is the value that takes its place")]
    pub(crate) fn items_of(&mut self, value: Value, span: Span) -> Result<Iter, Value> {
        match self.opened(value, span) {
            Value::Iter(iter) => Ok(*iter),
            Value::Ref { to, mutable } => match *to {
                Value::Path(path) if !mutable && self.has_no_indices(&path) => {
                    self.items_collected(path, Access::Ref, span)
                }
                Value::Path(path) => {
                    if mutable {
                        self.mark_mutable(&path);
                    }
                    Ok(Iter::Elements { path, access: if mutable { Access::RefMut } else { Access::Ref } })
                }
                Value::Ref { .. } | Value::Init(..) | Value::Code(..) => self.items_of(*to, span),
                Value::Cursor { iter, at } if mutable => Ok(self.by_ref(*iter, at)),
                to @ (Value::Maybe { .. } | Value::Optional { .. }) if !mutable => {
                    match self.read(to, span) {
                        Value::Maybe { some, value } => self
                            .items_of(Value::Maybe { some, value: Box::new(value.reference(false)) }, span),
                        _ => Err(Value::Poison),
                    }
                }
                _ => Err(self.refuse_at(span, "this cannot be iterated over")),
            },
            Value::Path(path) if self.has_no_indices(&path) => {
                self.items_collected(path, Access::Value, span)
            }
            Value::Init(init, Ty::Inert) => {
                let place = self.temp_place("items", Ty::Inert, *init, span);
                self.items_collected(Path::of(place), Access::Value, span)
            }
            Value::Path(path) => {
                let path = self.taken_whole(path, span);
                Ok(Iter::Elements { path, access: Access::Value })
            }
            Value::Init(init, ty) => {
                let place = self.temp_place("items", ty, *init, span);
                Ok(Iter::Elements { path: Path::of(place), access: Access::Value })
            }
            Value::Code(inert, ty) => Ok(self.items_of_code(inert, &ty, None, span)),
            // As many items as there are: one or none.
            Value::Maybe { some, value } => {
                let value = self.read(*value, span);
                let cast = Expr::Cast(Box::new(some), Box::new(syn::parse_quote!(usize)));
                let count = self.temp("count", Ty::usize(), cast, span);
                Ok(Iter::Take(Box::new(Iter::Once(value)), count))
            }
            value @ (Value::Poison | Value::Never) => Err(value),
            _ => Err(self.refuse_at(span, "this cannot be iterated over")),
        }
    }

    /// The items of inactive code: collected first, so that they have indices; references as what they show, since types say
    /// nothing of references in containers.
    fn items_of_code(&mut self, inert: Inert, ty: &Ty, element: Option<&Ty>, span: Span) -> Iter {
        let inert = match ty {
            Ty::Unknown | Ty::Inert => {
                let (runtime, owned) = (&self.request.runtime, owned(&self.request.runtime, element));
                combine(&[inert], |parts| {
                    let part = &parts[0];
                    quote!((#part).into_iter().map(#owned).collect::<#runtime::__private::Vec<_>>())
                })
            }
            _ => inert,
        };
        let place = self.temp_place("items", Ty::Vec(Box::new(ty.element())), Init::Inert(inert), span);
        Iter::Elements { path: Path::of(place), access: Access::Value }
    }

    /// The items of a range, a map, a set: collected, since they have no indices. They are copies, for the pullback borrows
    /// nothing: a reference to a pair is as good as a pair of references.
    #[expect(clippy::result_large_err, reason = "the error is the value that takes its place")]
    pub(super) fn items_collected(&mut self, path: Path, access: Access, span: Span) -> Result<Iter, Value> {
        let Some(code) = self.as_code(Value::Path(path), span) else { return Err(Value::Poison) };
        let runtime = &self.request.runtime;
        let items = combine(&[code], |parts| {
            let part = &parts[0];
            quote!(::core::clone::Clone::clone(&(#part)).into_iter().collect::<#runtime::__private::Vec<_>>())
        });
        let place = self.temp_place("items", Ty::Vec(Box::new(Ty::Inert)), Init::Inert(items), span);
        Ok(Iter::Elements { path: Path::of(place), access })
    }

    /// What is iterated over by value: of an array a copy, which does not see what becomes of the array meanwhile.
    pub(super) fn taken_whole(&mut self, path: Path, span: Span) -> Path {
        let ty = self.path_ty(&path);
        let may_change = self.vars[self.vars.root(&path)].mutable;
        match ty {
            // A `Vec` is gone.
            Ty::Vec(_) | Ty::Slice(_) => path,
            ty if may_change => {
                let (_, site) = self.path_site(&path);
                let copy = Init::Copy { from: path, how: CopyHow::Move };
                let place = self.temp_place("items", ty, copy, span);
                self.sites.insert(place, site);
                Path::of(place)
            }
            _ => path,
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
        if self.at_most(&a, &b) {
            return a;
        }
        if self.at_most(&b, &a) {
            return b;
        }
        let less = self.int_op("<", a.clone(), b.clone(), span);
        let select = Expr::Select(Box::new(less), Box::new(a), Box::new(b));
        self.temp("count", Ty::usize(), select, span)
    }

    /// Whether a length is known not to exceed another.
    fn at_most(&self, a: &Expr, b: &Expr) -> bool {
        let Expr::Var(var) = a else { return same(a, b) };
        same(a, b)
            || crate::simplify::affine::same(self.computed(a), self.computed(b))
            || self.shorter.get(var).is_some_and(|longer| self.at_most(longer, b))
    }

    /// What the block that is being built computes a value as.
    fn computed<'e>(&'e self, value: &'e Expr) -> &'e Expr {
        let Expr::Var(wanted) = value else { return value };
        let found = self.block.stmts.iter().rev().find_map(|stmt| match &stmt.kind {
            StmtKind::Let { var, expr } if var == wanted => Some(expr),
            _ => None,
        });
        found.unwrap_or(value)
    }

    /// A length that is another less `n`.
    fn less(&mut self, len: Expr, n: Expr, span: Span) -> Expr {
        let less = self.int_method("saturating_sub", len.clone(), n, span);
        if let Expr::Var(less) = less {
            self.shorter.insert(less, len);
        }
        less
    }
}
