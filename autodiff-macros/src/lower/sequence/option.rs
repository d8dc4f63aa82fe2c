//! Methods of the `Option`s that sequences and iterators give.
//!
//! Invariant: an `Option` of active data is never a value of its own: it is a condition, and what there is where it holds.

use std::rc::Rc;

use proc_macro2::Span;

use crate::ir::{Expr, Path, Proj, Ty, build};
use crate::lower::Lower;
use crate::lower::closure::Closure;
use crate::lower::env::Value;

impl Lower<'_> {
    /// `first`, `last`, `get(i)`, `get(a..b)`, `split_first`, `split_last`
    pub(super) fn element_option(
        &mut self,
        path: Path,
        expr: &syn::ExprMethodCall,
        name: &str,
        span: Span,
    ) -> Value {
        let mutable = name.ends_with("_mut");
        if mutable {
            self.mark_mutable(&path);
        }
        let len = self.len(Value::Path(path.clone()), span);
        if let Some(index) = expr.args.first() {
            if let syn::Expr::Range(range) = index {
                let (lo, hi) = self.window(range);
                let (first, end) =
                    (lo.clone().unwrap_or_else(|| build::int(0)), hi.clone().unwrap_or(len.clone()));
                let (ordered, inside) =
                    (self.int_op("<=", first, end.clone(), span), self.int_op("<=", end, len, span));
                let and = syn::BinOp::And(Default::default());
                let both = Expr::Binary(and, Box::new(ordered), Box::new(inside));
                let some = self.temp("some", Ty::bool(), both, span);
                let value = Box::new(Value::Path(path.with(Proj::Range(lo, hi))).reference(mutable));
                return Value::Maybe { some, value };
            }
            let index = self.index_arg(index);
            let some = self.int_op("<", index.clone(), len, span);
            let value = Box::new(Value::Path(path.with(Proj::Index(index))).reference(mutable));
            return Value::Maybe { some, value };
        }
        let not_empty =
            Expr::Binary(syn::BinOp::Ne(Default::default()), Box::new(len.clone()), Box::new(build::int(0)));
        let some = self.temp("some", Ty::bool(), not_empty, span);
        let last = matches!(name, "last" | "last_mut" | "split_last");
        let index = if last {
            // Computed where it may not exist: `wrapping_sub` panics no earlier than the primal does.
            let len = Value::Atom(len, Ty::usize());
            let Some(len) = self.as_code(len, span) else { return Value::Poison };
            let inert = crate::lower::inert::combine(&[len], |parts| {
                let len = &parts[0];
                quote::quote!(usize::wrapping_sub(#len, 1))
            });
            self.temp("last", Ty::usize(), Expr::Inert(inert), span)
        } else {
            build::int(0)
        };
        let element = Value::Path(path.with(Proj::Index(index.clone()))).reference(mutable);
        let value = match name {
            "split_first" => Value::Tuple(vec![
                element,
                Value::Path(path.with(Proj::Range(Some(build::int(1)), None))).reference(false),
            ]),
            "split_last" => Value::Tuple(vec![
                element,
                Value::Path(path.with(Proj::Range(None, Some(index)))).reference(false),
            ]),
            _ => element,
        };
        Value::Maybe { some, value: Box::new(value) }
    }

    pub(crate) fn option_method(
        &mut self,
        some: Expr,
        value: Value,
        expr: &syn::ExprMethodCall,
        name: &str,
        want: Option<&Ty>,
    ) -> Value {
        let span = expr.method.span();
        match (name, expr.args.len()) {
            ("copied" | "cloned", 0) => {
                let value = match value {
                    Value::Ref { to, .. } => *to,
                    value => value,
                };
                Value::Maybe { some, value: Box::new(value) }
            }
            ("as_ref" | "as_mut" | "clone", 0) => Value::Maybe { some, value: Box::new(value) },
            ("as_deref" | "as_deref_mut", 0) => {
                Value::Maybe { some, value: Box::new(self.pointed_to(value)) }
            }
            ("is_some" | "is_ok", 0) => Value::Atom(some, Ty::bool()),
            // What goes wrong is left out: an `Option` is all that there is of a `Result`.
            ("ok", 0) | ("ok_or" | "ok_or_else" | "map_err", 1) => {
                Value::Maybe { some, value: Box::new(value) }
            }
            ("is_none" | "is_err", 0) => {
                let not = Expr::Unary(syn::UnOp::Not(Default::default()), Box::new(some));
                Value::Atom(self.temp("is_none", Ty::bool(), not, span), Ty::bool())
            }
            ("unwrap" | "expect", _) => {
                if !crate::lower::jump::is_true(Some(&some)) {
                    let call = match expr.args.first() {
                        Some(message) => quote::quote!(None::<()>.expect(#message)),
                        None => quote::quote!(None::<()>.unwrap()),
                    };
                    self.if_else(
                        some,
                        span,
                        |_| Value::unit(),
                        |lower| {
                            lower.inactive_statement(quote::quote!(#call;), span);
                            lower.state.diverged = true;
                            Value::Never
                        },
                    );
                }
                self.read(value, span)
            }
            ("unwrap_or", 1) => {
                let ty = self.ty_of(&value);
                let (value, default) =
                    self.beside(&some, value, span, |lower| lower.operand(&expr.args[0], Some(&ty)));
                self.if_else(some, span, |lower| lower.read(value, span), |_| default)
            }
            ("unwrap_or_default", 0) => {
                let default = quote::quote!(::core::default::Default::default());
                let ty = self.ty_of(&value);
                let default = Value::Code(crate::lower::expr::constant(default), ty);
                self.if_else(some, span, |lower| lower.read(value, span), |_| default)
            }
            ("or" | "zip", 1) => {
                let (value, other) = self.beside(&some, value, span, |lower| {
                    let other = lower.operand(&expr.args[0], None);
                    lower.read(other, span)
                });
                match (name, other) {
                    ("or", other) => self.if_else(some, span, |lower| lower.present(value, span), |_| other),
                    (_, Value::Maybe { some: second, value: other }) => {
                        let both = syn::BinOp::And(Default::default());
                        let both = Expr::Binary(both, Box::new(some), Box::new(second));
                        let some = self.temp("both", Ty::bool(), both, span);
                        Value::Maybe { some, value: Box::new(Value::Tuple(vec![value, *other])) }
                    }
                    (_, other @ (Value::Poison | Value::Never)) => other,
                    _ => self.refuse(&expr.args[0], "an `Option` in plain sight is needed here"),
                }
            }
            (
                "unwrap_or_else" | "map_or" | "map_or_else" | "map" | "and_then" | "or_else" | "filter"
                | "is_some_and" | "is_none_or" | "inspect",
                n,
            ) if n > 0 => self.option_closure(some, value, expr, name, want),
            _ => self.refuse(
                &expr.method,
                format!("`{name}` of an `Option` of active data is not supported: use `match` or `if let`"),
            ),
        }
    }

    /// What a `Box` leads to, through references; anything else as it is.
    pub(crate) fn pointed_to(&mut self, value: Value) -> Value {
        match value {
            Value::Ref { to, mutable } => self.pointed_to(*to).reference(mutable),
            value => self.deref(value),
        }
    }

    /// What an `Option` holds, and an argument that is evaluated behind it.
    fn beside(
        &mut self,
        some: &Expr,
        value: Value,
        span: Span,
        argument: impl FnOnce(&mut Self) -> Value,
    ) -> (Value, Value) {
        let at = self.block.stmts.len();
        let argument = argument(self);
        let whole = Value::Maybe { some: some.clone(), value: Box::new(value) };
        match self.as_it_was(whole, at, span) {
            Value::Maybe { value, .. } => (*value, argument),
            value => (value, argument),
        }
    }

    /// What is there, as an `Option` that has it.
    fn present(&mut self, value: Value, span: Span) -> Value {
        let value = self.read(value, span);
        Value::Maybe { some: build::boolean(true), value: Box::new(value) }
    }

    /// Applies a function to what went wrong, where it takes that: the function of a `Result`, not of an `Option`.
    fn apply_to_error(&mut self, function: &Rc<Closure>, want: Option<&Ty>, span: Span) -> Value {
        let error = function.parameter().map(|name| Self::error(&name));
        self.apply(function, error.into_iter().collect(), want, span)
    }

    pub(super) fn option_closure(
        &mut self,
        some: Expr,
        value: Value,
        expr: &syn::ExprMethodCall,
        name: &str,
        want: Option<&Ty>,
    ) -> Value {
        let span = expr.method.span();
        let Some(last) = self.callable(&expr.args[expr.args.len() - 1]) else { return Value::Poison };
        match name {
            "unwrap_or_else" => self.if_else(
                some,
                span,
                |lower| lower.read(value, span),
                |lower| lower.apply_to_error(&last, want, span),
            ),
            "map_or" if expr.args.len() == 2 => {
                let (value, default) =
                    self.beside(&some, value, span, |lower| lower.operand(&expr.args[0], want));
                self.if_else(
                    some,
                    span,
                    |lower| {
                        let value = lower.read(value, span);
                        lower.apply(&last, vec![value], want, span)
                    },
                    |_| default,
                )
            }
            "map_or_else" if expr.args.len() == 2 => {
                let Some(default) = self.callable(&expr.args[0]) else { return Value::Poison };
                self.if_else(
                    some,
                    span,
                    |lower| {
                        let value = lower.read(value, span);
                        lower.apply(&last, vec![value], want, span)
                    },
                    |lower| lower.apply_to_error(&default, want, span),
                )
            }
            "or_else" => self.if_else(
                some,
                span,
                |lower| lower.present(value, span),
                |lower| lower.apply_to_error(&last, None, span),
            ),
            "filter" => self.if_else(
                some,
                span,
                |lower| {
                    let value = lower.read(value, span);
                    let seen = value.clone().reference(false);
                    let keep = lower.apply(&last, vec![seen], Some(&Ty::bool()), span);
                    let (some, _) = lower.scalar(keep, Some(&Ty::bool()), span);
                    Value::Maybe { some, value: Box::new(value) }
                },
                |_| Value::nothing(),
            ),
            "is_some_and" | "is_none_or" => {
                let otherwise = Value::Atom(build::boolean(name == "is_none_or"), Ty::bool());
                self.if_else(
                    some,
                    span,
                    |lower| {
                        let value = lower.read(value, span);
                        lower.apply(&last, vec![value], Some(&Ty::bool()), span)
                    },
                    |_| otherwise,
                )
            }
            "inspect" => {
                let seen = value.clone();
                self.if_else(
                    some.clone(),
                    span,
                    |lower| {
                        let seen = lower.read(seen, span).reference(false);
                        lower.apply(&last, vec![seen], None, span);
                        Value::unit()
                    },
                    |_| Value::unit(),
                );
                Value::Maybe { some, value: Box::new(value) }
            }
            "map" | "and_then" => {
                let mapped = self.if_else(
                    some,
                    span,
                    |lower| {
                        let value = lower.read(value, span);
                        let value = lower.apply(&last, vec![value], None, span);
                        if name == "map" {
                            Value::Maybe { some: build::boolean(true), value: Box::new(value) }
                        } else {
                            value
                        }
                    },
                    |_| Value::nothing(),
                );
                match mapped {
                    value @ (Value::Maybe { .. } | Value::Poison | Value::Never) => value,
                    _ => self
                        .refuse(&expr.method, "this closure has to give `Some(…)` or `None` in plain sight"),
                }
            }
            _ => self.refuse(
                &expr.method,
                "this method of an `Option` of active data is not supported: use `match`",
            ),
        }
    }
}
