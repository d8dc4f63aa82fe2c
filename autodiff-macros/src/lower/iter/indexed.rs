//! Iterators whose items have indices: their length, and the item at an index.
//!
//! Invariant: what the items need (lengths, bounds) is computed before the loop; an item is a function of its index.

use std::rc::Rc;

use proc_macro2::Span;
use quote::quote;

use super::{Access, Iter};
use crate::ir::{CopyHow, Expr, Init, Path, Proj, Ty, build};
use crate::lower::Lower;
use crate::lower::closure::Closure;
use crate::lower::env::Value;
use crate::lower::inert::combine;

impl Lower<'_> {
    /// The number of items, where it is known before the iterator is run.
    pub(crate) fn iter_len(&mut self, iter: &Iter, span: Span) -> Option<Expr> {
        if !iter.is_indexed() {
            return None;
        }
        self.indexed(iter.clone(), span)?.len
    }

    pub(crate) fn indexed(&mut self, iter: Iter, span: Span) -> Option<Indexed> {
        Some(match iter {
            Iter::Range { lo, hi, inclusive, ty } => {
                let ty = if ty.is_scalar() { ty } else { Ty::Int(None) };
                let (lo, hi) = (self.counted(&lo), hi.map(|hi| self.counted(&hi)));
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
                let len = match build::value_of(&size) {
                    Some(size) if size >= 1.0 => self.less(total, build::int(size as i64 - 1), span),
                    _ => {
                        let more = self.int_op("+", total, build::int(1), span);
                        self.int_method("saturating_sub", more, size.clone(), span)
                    }
                };
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
            // Of nothing there is nothing, of anything else more than anybody counts.
            Iter::Cycle(inner) => {
                let inner = self.indexed(*inner, span)?;
                let Some(round) = inner.len.clone() else { return Some(inner) };
                let code = self.as_code(Value::Atom(round.clone(), Ty::usize()), span)?;
                let all = combine(&[code], |parts| {
                    let round = &parts[0];
                    quote!(if #round == 0 { 0 } else { usize::MAX })
                });
                let len = self.temp("count", Ty::usize(), Expr::Inert(all), span);
                Indexed { len: Some(len), item: ItemAt::Cycle(Box::new(inner), round) }
            }
            Iter::Skip(inner, n) => {
                let inner = self.indexed(*inner, span)?;
                let len = inner.len.clone().map(|len| self.less(len, n.clone(), span));
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
            // See [`Iter::is_indexed`].
            _ => {
                self.refuse_at(
                    span,
                    "an adaptor that needs positions (`zip`, `rev`, `step_by`) behind one that decides at run time (`filter`, `take_while`, `chain`, …) is not supported: collect in between, or write a loop",
                );
                return None;
            }
        })
    }

    pub(super) fn range_len(&mut self, lo: &Expr, hi: &Expr, inclusive: bool, ty: &Ty, span: Span) -> Expr {
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

    pub(crate) fn item(&mut self, indexed: &Indexed, k: Expr, span: Span) -> Value {
        match &indexed.item {
            ItemAt::Range { lo, ty } => {
                let k = match ty {
                    Ty::Int(Some(name)) if name == "usize" => k,
                    // Of the type that rustc finds, or falls back to.
                    Ty::Int(None) => return self.item_of_unknown_range(lo.clone(), k, span),
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
                if let (Expr::Var(hi), Some(size)) = (&hi, build::value_of(size)) {
                    self.windows.insert(*hi, size as i64);
                }
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
            ItemAt::Cycle(inner, round) => {
                let k = self.int_op("%", k, round.clone(), span);
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

    fn item_of_unknown_range(&mut self, lo: Expr, k: Expr, span: Span) -> Value {
        let (ty, runtime) = (Ty::Int(None), self.request.runtime.clone());
        let (lo, k) = (Value::Atom(lo, ty.clone()), Value::Atom(k, Ty::usize()));
        let (Some(lo), Some(k)) = (self.as_code(lo, span), self.as_code(k, span)) else {
            return Value::Poison;
        };
        let inert = combine(&[lo, k], |parts| {
            let (lo, k) = (&parts[0], &parts[1]);
            quote!(#runtime::__private::counted(#lo, #k))
        });
        Value::Atom(self.temp("k", ty.clone(), Expr::Inert(inert), span), ty)
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
}

/// An iterator whose items have indices, with what its items need computed before the loop.
pub(crate) struct Indexed {
    /// `None`: without end.
    pub(crate) len: Option<Expr>,
    item: ItemAt,
}

pub(crate) enum ItemAt {
    Range {
        lo: Expr,
        ty: Ty,
    },
    Element {
        path: Path,
        access: Access,
    },
    Chunk {
        path: Path,
        size: Expr,
        exact: bool,
        mutable: bool,
        total: Expr,
    },
    Window {
        path: Path,
        size: Expr,
    },
    Same(Value),
    Zip(Box<Indexed>, Box<Indexed>),
    Enumerate(Box<Indexed>),
    Rev(Box<Indexed>),
    /// The items over and over; of so many.
    Cycle(Box<Indexed>, Expr),
    Skip(Box<Indexed>, Expr),
    StepBy(Box<Indexed>, Expr),
    Map(Box<Indexed>, Rc<Closure>),
    Copied(Box<Indexed>),
}
