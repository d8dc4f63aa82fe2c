//! Tuples, lists, repetitions and struct literals.
//!
//! Invariant: the parts are atoms and whole paths, lowered from the left.

use proc_macro2::Span;
use quote::ToTokens;
use syn::spanned::Spanned;

use crate::ir::{Expr, Init, Made, Path, Ty};
use crate::lower::Lower;
use crate::lower::env::Value;
use crate::lower::start::start;

impl Lower<'_> {
    pub(super) fn lower_tuple(&mut self, tuple: &syn::ExprTuple, want: Option<&Ty>) -> Value {
        let tys = match want {
            Some(Ty::Tuple(tys)) if tys.len() == tuple.elems.len() => tys.clone(),
            _ => vec![Ty::Unknown; tuple.elems.len()],
        };
        let parts = tuple.elems.iter().zip(&tys);
        let items = self.in_order(parts, tuple.span(), |lower, (expr, ty)| {
            let value = lower.operand(expr, Some(ty));
            lower.settle(value, expr.span())
        });
        if items.iter().any(|item| matches!(item, Value::Never)) {
            return Value::Never;
        }
        Value::Tuple(items)
    }

    /// Evaluates what is left unevaluated in a value.
    pub(super) fn settle(&mut self, value: Value, span: Span) -> Value {
        match value {
            Value::Code(inert, ty) if ty.is_scalar() => {
                let atom = self.temp("value", ty.clone(), Expr::Inert(inert), span);
                Value::Atom(atom, ty)
            }
            Value::Init(init, ty) => Value::Path(Path::of(self.temp_place("part", ty, *init, span))),
            value => value,
        }
    }

    /// `[a, b]`, `vec![a, b]`
    pub(crate) fn list<'e>(
        &mut self,
        vec: bool,
        elems: impl Iterator<Item = &'e syn::Expr>,
        want: Option<&Ty>,
        span: Span,
    ) -> Value {
        let mut element = want.map_or(Ty::Unknown, Ty::element);
        let elems: Vec<&syn::Expr> = elems.collect();
        let values = self.in_order(&elems, span, |lower, expr| {
            let value = lower.operand(expr, Some(&element));
            let ty = lower.ty_of(&value);
            element = lower.unify(ty, std::mem::replace(&mut element, Ty::Unknown));
            value
        });
        let mut items = Vec::new();
        for (expr, value) in elems.into_iter().zip(values) {
            match value {
                Value::Never => return Value::Never,
                Value::Poison => return Value::Poison,
                Value::Closure(_) | Value::Iter(_) | Value::Function(_) => {
                    return self.refuse(
                        expr,
                        "closures and iterators in a list are not supported: call them one by one",
                    );
                }
                _ => {}
            }
            if matches!(value, Value::Ref { .. }) && self.ty_of(&value).may_be_active() {
                return self.refuse(
                    expr,
                    "references inside of an array or Vec are not supported: hold the values themselves",
                );
            }
            match self.whole(value, Some(&element), start(expr)) {
                Some(item) => items.push(item),
                None => return Value::Poison,
            }
        }
        let n = items.len();
        let element = Box::new(element);
        let ty = if vec { Ty::Vec(element) } else { Ty::Array(element, Some(n.to_token_stream())) };
        Value::Init(Box::new(Init::List { vec, items }), ty)
    }

    /// `[value; len]`, `vec![value; len]`
    pub(crate) fn repeat(
        &mut self,
        vec: bool,
        value: &syn::Expr,
        len: &syn::Expr,
        want: Option<&Ty>,
        span: Span,
    ) -> Value {
        let wanted = want.map(Ty::element);
        let content = self.operand(value, wanted.as_ref());
        let mut element = self.ty_of(&content);
        if let Some(wanted) = wanted {
            element = self.unify(wanted, element);
        }
        let Some(content) = self.whole(content, Some(&element), span) else { return Value::Poison };
        let count = self.operand(len, Some(&Ty::usize()));
        let (count, _) = self.scalar(count, Some(&Ty::usize()), start(len));
        let element = Box::new(element);
        let ty = if vec { Ty::Vec(element) } else { Ty::Array(element, Some(len.to_token_stream())) };
        Value::Init(Box::new(Init::Repeat { vec, value: content, len: count }), ty)
    }

    pub(super) fn lower_struct(&mut self, literal: &syn::ExprStruct, want: Option<&Ty>) -> Value {
        if let Some(qself) = &literal.qself {
            return self
                .refuse(&qself.ty, "a struct literal of a qualified path is not supported: name the type");
        }
        let made = self.made(&literal.path, want);
        let objects: Vec<Option<Ty>> =
            literal.fields.iter().map(|field| self.object_in(&made, &field.member)).collect();
        let parts = literal.fields.iter().zip(&objects);
        let values = self.in_order(parts, literal.path.span(), |lower, (field, object)| {
            lower.operand(&field.expr, object.as_ref())
        });
        let lends = |value: &Value| {
            matches!(value, Value::Ref { to, .. } if self.ty_of(to).may_be_active() || matches!(**to, Value::Record(..)))
                || matches!(value, Value::Record(..))
        };
        if matches!(made.0, Made::Struct) && literal.rest.is_none() && values.iter().any(lends) {
            let members = literal.fields.iter().map(|field| field.member.clone());
            return Value::Record(members.zip(values).collect(), made.1);
        }
        let mut fields = Vec::new();
        for ((field, value), object) in literal.fields.iter().zip(values).zip(&objects) {
            match self.whole(value, object.as_ref(), start(&field.expr)) {
                Some(value) => fields.push((field.member.clone(), value)),
                None => return Value::Poison,
            }
        }
        let base = match &literal.rest {
            None => None,
            Some(rest) => match self.operand(rest, None).peel() {
                Value::Path(path) => Some(path),
                Value::Init(init, ty) => Some(Path::of(self.temp_place("base", ty, *init, start(rest)))),
                Value::Code(inert, ty) => {
                    Some(Path::of(self.temp_place("base", ty, Init::Inert(inert), start(rest))))
                }
                Value::Poison | Value::Never => return Value::Poison,
                _ => {
                    return self
                        .refuse(rest, "this base of a struct literal is not supported: write the fields");
                }
            },
        };
        let (of, ty) = made;
        Value::Init(Box::new(Init::Struct { path: literal.path.clone(), of, fields, base }), ty)
    }
}
