//! Methods of a `Vec` that change its length otherwise than by a push: what is left is copied and put in its place.
//!
//! ```text
//! for y in v.drain(1..3) { … }   ⇒   let part = v[1..3].to_vec(); let new = v[..1].to_vec(); new.extend(&v[3..]); v = new;
//! ```

use std::rc::Rc;

use proc_macro2::Span;

use crate::ir::{CopyHow, Expr, Init, Path, Proj, StmtKind, Ty, build};
use crate::lower::Lower;
use crate::lower::closure::Closure;
use crate::lower::env::Value;
use crate::lower::iter::{Access, Iter};

pub(super) fn changes_length(name: &str) -> bool {
    matches!(
        name,
        "clear"
            | "truncate"
            | "resize"
            | "pop"
            | "insert"
            | "remove"
            | "swap_remove"
            | "retain"
            | "dedup_by"
            | "split_off"
            | "drain"
    )
}

impl Lower<'_> {
    pub(super) fn resized(
        &mut self,
        path: Path,
        ty: &Ty,
        name: &str,
        expr: &syn::ExprMethodCall,
        span: Span,
    ) -> Value {
        let element = ty.element();
        match name {
            "clear" => {
                self.become_of(path, Init::EmptyVec(None), span);
                Value::unit()
            }
            "truncate" => {
                let n = self.index_arg(&expr.args[0]);
                self.truncated(&path, n, span);
                Value::unit()
            }
            "resize" => {
                let n = self.index_arg(&expr.args[0]);
                let value = self.operand(&expr.args[1], Some(&element));
                let value = self.detach(value, span);
                self.truncated(&path, n.clone(), span);
                let len = self.len(Value::Path(path.clone()), span);
                let more = Iter::Range { lo: len, hi: Some(n), inclusive: false, ty: Ty::usize() };
                self.drive(more, None, span, &mut |lower, _| {
                    let value = lower.copied(value.clone(), span);
                    lower.push_to(path.clone(), value, span);
                });
                Value::unit()
            }
            "pop" => {
                let len = self.len(Value::Path(path.clone()), span);
                let some = self.int_op("!=", len.clone(), build::int(0), span);
                let value = self.if_else(
                    some.clone(),
                    span,
                    |lower| {
                        let last = lower.int_op("-", len, build::int(1), span);
                        let value = lower.taken(&path, last.clone(), span);
                        lower.cut_to(&path, last, span);
                        value
                    },
                    |_| Value::Never,
                );
                Value::Maybe { some, value: Box::new(value) }
            }
            "insert" => {
                let at = self.index_arg(&expr.args[0]);
                let value = self.operand(&expr.args[1], Some(&element));
                let new = self.part_of(&path, ty, None, Some(at.clone()), span);
                self.push_to(new.clone(), value, span);
                self.extended(&new, path.with(Proj::Range(Some(at), None)), span);
                self.become_of(path, Init::Copy { from: new, how: CopyHow::Move }, span);
                Value::unit()
            }
            "remove" => {
                let at = self.index_arg(&expr.args[0]);
                let value = self.taken(&path, at.clone(), span);
                let new = self.part_of(&path, ty, None, Some(at.clone()), span);
                let behind = self.int_op("+", at, build::int(1), span);
                self.extended(&new, path.with(Proj::Range(Some(behind), None)), span);
                self.become_of(path, Init::Copy { from: new, how: CopyHow::Move }, span);
                value
            }
            "swap_remove" => {
                let at = self.index_arg(&expr.args[0]);
                let value = self.taken(&path, at.clone(), span);
                let len = self.len(Value::Path(path.clone()), span);
                let last = self.int_op("-", len, build::int(1), span);
                self.mark_mutable(&path);
                let (a, b) = (path.with(Proj::Index(at)), path.with(Proj::Index(last.clone())));
                self.block.push(StmtKind::Swap(a, b), span);
                self.cut_to(&path, last, span);
                value
            }
            "drain" => {
                let syn::Expr::Range(range) = &expr.args[0] else {
                    return self.refuse(&expr.args[0], "write the range here, as in `v.drain(a..b)`");
                };
                let (lo, hi) = self.window(range);
                let part = self.part_of(&path, ty, lo.clone(), hi.clone(), span);
                match (lo, hi) {
                    (None, None) => self.become_of(path, Init::EmptyVec(None), span),
                    (Some(lo), None) => self.cut_to(&path, lo, span),
                    (lo, hi) => {
                        let lo = lo.unwrap_or_else(|| build::int(0));
                        let new = self.part_of(&path, ty, None, Some(lo), span);
                        self.extended(&new, path.with(Proj::Range(hi, None)), span);
                        self.become_of(path, Init::Copy { from: new, how: CopyHow::Move }, span);
                    }
                }
                Value::Iter(Box::new(Iter::Elements { path: part, access: Access::Value }))
            }
            "retain" | "dedup_by" => {
                let Some(closure) = self.callable(&expr.args[0]) else { return Value::Poison };
                let new = Path::of(self.temp_place("kept", ty.clone(), Init::EmptyVec(None), span));
                // It may be read before rustc sees what is pushed: its type is written.
                self.vars[new.root].named = true;
                let items = Iter::Elements { path: path.clone(), access: Access::Ref };
                let kept = new.clone();
                self.drive(items, None, span, &mut |lower, item| {
                    let keep = if name == "retain" {
                        lower.apply(&closure, vec![item.clone()], Some(&Ty::bool()), span)
                    } else {
                        lower.differs_from_last(&closure, item.clone(), &kept, span)
                    };
                    let (keep, _) = lower.scalar(keep, Some(&Ty::bool()), span);
                    lower.if_else(
                        keep,
                        span,
                        |lower| {
                            let item = lower.copied(item, span);
                            lower.push_to(kept.clone(), item, span);
                            Value::unit()
                        },
                        |_| Value::unit(),
                    );
                });
                self.become_of(path, Init::Copy { from: new, how: CopyHow::Move }, span);
                Value::unit()
            }
            _ => {
                let at = self.index_arg(&expr.args[0]);
                let behind = self.part_of(&path, ty, Some(at.clone()), None, span);
                self.cut_to(&path, at, span);
                Value::Path(behind)
            }
        }
    }

    /// Whether `same(item, last)` is false of the last that was kept, or there is none.
    fn differs_from_last(&mut self, same: &Rc<Closure>, item: Value, kept: &Path, span: Span) -> Value {
        let len = self.len(Value::Path(kept.clone()), span);
        let first = self.int_op("==", len.clone(), build::int(0), span);
        self.if_else(
            first,
            span,
            |_| Value::Atom(build::boolean(true), Ty::bool()),
            |lower| {
                let last = lower.int_op("-", len, build::int(1), span);
                let last = Value::Path(kept.with(Proj::Index(last))).reference(false);
                let same = lower.apply(same, vec![item, last], Some(&Ty::bool()), span);
                let (same, _) = lower.scalar(same, Some(&Ty::bool()), span);
                let not = Expr::Unary(syn::UnOp::Not(Default::default()), Box::new(same));
                Value::Atom(lower.temp("differs", Ty::bool(), not, span), Ty::bool())
            },
        )
    }

    /// `rows.concat()`
    pub(super) fn concatenated(&mut self, rows: Path, element: Ty, span: Span) -> Value {
        let all = Ty::Vec(Box::new(element));
        let all = Path::of(self.temp_place("all", all, Init::EmptyVec(None), span));
        self.vars[all.root].mutable = true;
        let rows = Iter::Elements { path: rows, access: Access::Ref };
        self.drive(rows, None, span, &mut |lower, row| {
            if let Ok(items) = lower.items_of(row, span) {
                lower.gather(&all, items, span);
            }
        });
        Value::Path(all)
    }

    /// `path.append(&mut other)`
    pub(super) fn appended(&mut self, path: Path, expr: &syn::ExprMethodCall, span: Span) -> Value {
        match self.operand(&expr.args[0], None).peel() {
            Value::Path(other) => {
                self.mark_mutable(&path);
                self.extended(&path, other.clone(), span);
                self.become_of(other, Init::EmptyVec(None), span);
                Value::unit()
            }
            value @ (Value::Poison | Value::Never) => value,
            _ => self.refuse(&expr.args[0], "`append` takes a `&mut` to a variable here"),
        }
    }

    pub(super) fn become_of(&mut self, path: Path, init: Init, span: Span) {
        self.mark_mutable(&path);
        self.block.push(StmtKind::Assign { path, init, slice: false }, span);
    }

    /// An element by value, which is about to leave.
    fn taken(&mut self, path: &Path, at: Expr, span: Span) -> Value {
        let element = self.read(Value::Path(path.with(Proj::Index(at))), span);
        let element = self.copied(element, span);
        self.detach(element, span)
    }

    fn part_of(&mut self, path: &Path, ty: &Ty, lo: Option<Expr>, hi: Option<Expr>, span: Span) -> Path {
        let from = path.with(Proj::Range(lo, hi));
        let part = self.temp_place("part", ty.clone(), Init::Copy { from, how: CopyHow::ToVec }, span);
        self.vars[part].mutable = true;
        Path::of(part)
    }

    /// `path.truncate(n)`
    fn truncated(&mut self, path: &Path, n: Expr, span: Span) {
        let len = self.len(Value::Path(path.clone()), span);
        let shorter = self.int_op("<", n.clone(), len, span);
        self.if_else(
            shorter,
            span,
            |lower| {
                lower.cut_to(path, n, span);
                Value::unit()
            },
            |_| Value::unit(),
        );
    }

    /// The first `n` elements, of which there are as many.
    fn cut_to(&mut self, path: &Path, n: Expr, span: Span) {
        let ty = Ty::Vec(Box::new(self.path_ty(path).element()));
        let new = self.part_of(path, &ty, None, Some(n), span);
        self.become_of(path.clone(), Init::Copy { from: new, how: CopyHow::Move }, span);
    }

    fn extended(&mut self, path: &Path, items: Path, span: Span) {
        self.gather(path, Iter::Elements { path: items, access: Access::Ref }, span);
    }
}
