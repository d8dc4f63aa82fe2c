//! Operands in their order.
//!
//! Invariant: an operand has the value that it had when its turn came, whatever those behind it write to. What nothing behind
//! it changes is read where it is used.
//!
//! ```text
//! p + { p = q; 1.5 }   ⇒   let operand = p; p = q; operand + 1.5
//! ```

use proc_macro2::Span;

use crate::ir::{CopyHow, Expr, Init, Path, Ty, VarSet};
use crate::lower::Lower;
use crate::lower::env::Value;
use crate::lower::jump::is_true;

impl Lower<'_> {
    /// Evaluates operands one behind the other.
    pub(crate) fn in_order<T>(
        &mut self,
        operands: impl IntoIterator<Item = T>,
        span: Span,
        mut evaluate: impl FnMut(&mut Self, T) -> Value,
    ) -> Vec<Value> {
        let mut values: Vec<(Value, usize)> = Vec::new();
        for operand in operands {
            let value = evaluate(self, operand);
            values.push((value, self.block.stmts.len()));
        }
        // From the last on: what is put before one moves only those that are done.
        let mut kept: Vec<Value> =
            values.into_iter().rev().map(|(value, at)| self.as_it_was(value, at, span)).collect();
        kept.reverse();
        kept
    }

    /// A value that was there when the block had so many statements.
    pub(crate) fn as_it_was(&mut self, value: Value, at: usize, span: Span) -> Value {
        let mut written = VarSet::default();
        for stmt in self.block.stmts.iter().skip(at) {
            stmt.writes(&self.vars, &mut written);
        }
        if !self.is_read_from(&value, &written) {
            return value;
        }
        let behind = self.block.stmts.split_off(at);
        let value = self.kept_now(value, &written, span);
        self.block.stmts.extend(behind);
        value
    }

    /// Whether a value is read, where it is used, from one of these places.
    fn is_read_from(&self, value: &Value, places: &VarSet) -> bool {
        match value {
            Value::Path(path) => {
                places.contains(&self.vars.root(path)) && !matches!(self.path_ty(path), Ty::Slice(_))
            }
            Value::Init(init, _) => places.iter().any(|var| init.reads_place(var, &self.vars)),
            Value::Code(inert, _) => inert.binds.iter().any(|(_, bind)| {
                let mut read = false;
                bind.vars(&mut |var| read |= places.contains(&self.vars.root(&Path::of(var))));
                read
            }),
            Value::Tuple(items) => items.iter().any(|item| self.is_read_from(item, places)),
            Value::Maybe { value, .. } => self.is_read_from(value, places),
            _ => false,
        }
    }

    /// A value that nothing behind changes, though it writes to these places.
    fn kept_now(&mut self, value: Value, written: &VarSet, span: Span) -> Value {
        if !self.is_read_from(&value, written) {
            return value;
        }
        match value {
            Value::Path(path) => {
                let ty = self.path_ty(&path);
                self.kept(Init::Copy { from: path, how: CopyHow::Move }, ty, span)
            }
            Value::Init(init, ty) => self.kept(*init, ty, span),
            Value::Code(inert, ty) if ty.is_scalar() => {
                Value::Atom(self.temp("operand", ty.clone(), Expr::Inert(inert), span), ty)
            }
            Value::Code(inert, ty) => self.kept(Init::Inert(inert), ty, span),
            Value::Tuple(items) => {
                Value::Tuple(items.into_iter().map(|item| self.kept_now(item, written, span)).collect())
            }
            // Read where it is there alone.
            Value::Maybe { some, value } => {
                let value = match is_true(Some(&some)) {
                    true => self.kept_now(*value, written, span),
                    false => self.if_else(
                        some.clone(),
                        span,
                        |lower| lower.kept_now(*value, written, span),
                        |_| Value::Never,
                    ),
                };
                Value::Maybe { some, value: Box::new(value) }
            }
            value => value,
        }
    }

    fn kept(&mut self, init: Init, ty: Ty, span: Span) -> Value {
        Value::Path(Path::of(self.temp_place("operand", ty, init, span)))
    }
}
