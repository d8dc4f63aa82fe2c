//! `Option`s in variables.
//!
//! Invariant: what a variable holds does not change with the place that it was taken from.

use proc_macro2::Span;

use super::Lower;
use super::env::Value;
use super::jump::is_true;
use crate::ir::Expr;

impl Lower<'_> {
    /// An `Option` under a name of its own.
    pub(crate) fn own_option(&mut self, some: Expr, value: Value, span: Span) -> Value {
        let value = self.read_option(&some, value, span);
        Value::Maybe { some, value: Box::new(value) }
    }

    /// What there is, read now, where it could be another later.
    fn read_option(&mut self, some: &Expr, value: Value, span: Span) -> Value {
        if !self.may_change(&value) {
            return value;
        }
        if is_true(Some(some)) {
            return self.detach(value, span);
        }
        self.if_else(some.clone(), span, |lower| lower.read(value, span), |_| Value::Never)
    }

    fn may_change(&self, value: &Value) -> bool {
        match value {
            Value::Path(path) => self.vars[self.vars.root(path)].mutable,
            Value::Tuple(items) => items.iter().any(|item| self.may_change(item)),
            Value::Cell(_) | Value::Init(..) | Value::Code(..) => true,
            _ => false,
        }
    }
}
