//! Iterators in variables that are taken from: `next`, `by_ref`, `any` leave what comes behind.
//!
//! Invariant: the items of such an iterator have indices, and a variable holds that of the next one.

use proc_macro2::Span;

use super::Lower;
use super::env::{Cell, Value};
use super::iter::{Access, Iter};
use crate::ir::{Proj, Ty, build};

impl Lower<'_> {
    /// An iterator in a variable that changes.
    pub(crate) fn own_iterator(&mut self, name: &str, iter: Iter, span: Span) -> Value {
        if !iter.is_indexed() || iter.maps() {
            return Value::Iter(Box::new(iter));
        }
        let at = self.cell(&format!("{name}_at"), true, Ty::usize(), span, Some(build::int(0)));
        Value::Cursor { iter: Box::new(iter), at }
    }

    /// The variable that an expression names, where that is an iterator which changes.
    pub(crate) fn cursor(&self, expr: &syn::Expr) -> Option<(Iter, Cell)> {
        let syn::Expr::Path(path) = expr else { return None };
        let mut value = self.lookup(path.path.get_ident()?)?;
        while let Value::Ref { to, mutable: true } = value {
            value = to;
        }
        match value {
            Value::Cursor { iter, at } => Some(((**iter).clone(), *at)),
            _ => None,
        }
    }

    /// The items that are left, by value.
    pub(crate) fn rest(&self, iter: Iter, at: Cell) -> Iter {
        let at = self.current(at);
        if build::value_of(&at) == Some(0.0) { iter } else { Iter::Skip(Box::new(iter), at) }
    }

    /// The items that are left; those that are taken are gone.
    pub(crate) fn by_ref(&self, iter: Iter, at: Cell) -> Iter {
        Iter::Rest(Box::new(self.rest(iter, at)), at)
    }

    pub(crate) fn cursor_method(
        &mut self,
        iter: Iter,
        at: Cell,
        expr: &syn::ExprMethodCall,
        name: &str,
        want: Option<&Ty>,
    ) -> Value {
        let span = expr.method.span();
        match (name, expr.args.len()) {
            ("next" | "peek", 0) => self.next_item(iter, at, name == "next", span),
            ("by_ref", 0) => Value::Iter(Box::new(self.by_ref(iter, at))),
            _ if takes_items_from(name) => {
                let rest = self.by_ref(iter, at);
                self.iter_method(rest, expr, name, want)
            }
            _ => {
                let rest = self.rest(iter, at);
                self.iter_method(rest, expr, name, want)
            }
        }
    }

    /// `iter.next()`, `iter.peek()`
    fn next_item(&mut self, iter: Iter, at: Cell, taken: bool, span: Span) -> Value {
        // The element itself, which may be written to.
        let element = match &iter {
            Iter::Elements { path, access: access @ (Access::Ref | Access::RefMut) } => {
                let element = path.with(Proj::Index(self.current(at)));
                Some(Value::Path(element).reference(*access == Access::RefMut))
            }
            _ => None,
        };
        let Some(indexed) = self.indexed(iter, span) else { return Value::Poison };
        let k = self.current(at);
        let some = match &indexed.len {
            Some(len) => self.int_op("<", k.clone(), len.clone(), span),
            None => build::boolean(true),
        };
        let item = self.if_else(
            some.clone(),
            span,
            |lower| {
                let item = match element.is_some() {
                    true => Value::unit(),
                    false => lower.item(&indexed, k.clone(), span),
                };
                if taken {
                    let next = lower.int_op("+", k, build::int(1), span);
                    lower.assign_cell(at, next, Ty::usize());
                }
                item
            },
            |_| Value::Never,
        );
        let item = element.unwrap_or(item);
        let item = if taken { item } else { item.reference(false) };
        Value::Maybe { some, value: Box::new(item) }
    }
}

/// Methods that take an iterator by `&mut`: what they leave is there behind them.
pub(crate) fn takes_items_from(name: &str) -> bool {
    matches!(
        name,
        "next"
            | "nth"
            | "peek"
            | "by_ref"
            | "any"
            | "all"
            | "find"
            | "find_map"
            | "position"
            | "try_fold"
            | "try_for_each"
    )
}

pub(crate) fn is_variable(expr: &syn::Expr) -> bool {
    match expr {
        syn::Expr::Path(_) => true,
        syn::Expr::Paren(expr) => is_variable(&expr.expr),
        syn::Expr::Reference(expr) => is_variable(&expr.expr),
        _ => false,
    }
}
