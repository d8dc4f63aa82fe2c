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
        if written.is_empty() {
            return value;
        }
        self.unless_written(value, &written, at, span)
    }

    fn unless_written(&mut self, value: Value, written: &VarSet, at: usize, span: Span) -> Value {
        match value {
            Value::Path(path)
                if written.contains(&self.vars.root(&path))
                    && !matches!(self.path_ty(&path), Ty::Slice(_)) =>
            {
                let ty = self.path_ty(&path);
                self.kept_at(Init::Copy { from: path, how: CopyHow::Move }, ty, at, span)
            }
            Value::Init(init, ty) if written.iter().any(|var| init.reads_place(var, &self.vars)) => {
                self.kept_at(*init, ty, at, span)
            }
            Value::Code(inert, ty) => {
                let mut read = false;
                for (_, bind) in &inert.binds {
                    bind.vars(&mut |var| read |= written.contains(&self.vars.root(&Path::of(var))));
                }
                match (read, ty) {
                    (false, ty) => Value::Code(inert, ty),
                    (true, ty) if ty.is_scalar() => {
                        let behind = self.block.stmts.split_off(at);
                        let atom = self.temp("operand", ty.clone(), Expr::Inert(inert), span);
                        self.block.stmts.extend(behind);
                        Value::Atom(atom, ty)
                    }
                    (true, ty) => self.kept_at(Init::Inert(inert), ty, at, span),
                }
            }
            Value::Tuple(items) => {
                // The last first, as above.
                let mut kept: Vec<Value> = (items.into_iter().rev())
                    .map(|item| self.unless_written(item, written, at, span))
                    .collect();
                kept.reverse();
                Value::Tuple(kept)
            }
            value => value,
        }
    }

    fn kept_at(&mut self, init: Init, ty: Ty, at: usize, span: Span) -> Value {
        let behind = self.block.stmts.split_off(at);
        let place = self.temp_place("operand", ty, init, span);
        self.block.stmts.extend(behind);
        Value::Path(Path::of(place))
    }
}
