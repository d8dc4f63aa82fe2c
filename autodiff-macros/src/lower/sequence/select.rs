//! Consumers that give one of the items, or one made of them: `reduce`, `last`, `max_by`, `find`.
//!
//! Invariant: the item that is kept is a variable of the loop; a flag tells whether there is one.

use proc_macro2::Span;

use crate::ir::{Expr, Ty, build};
use crate::lower::Lower;
use crate::lower::env::Value;
use crate::lower::facts::site;
use crate::lower::iter::Iter;
use crate::lower::jump::Slot;

impl Lower<'_> {
    /// Consumers that give one of the items, or one made of them, or `None`.
    pub(super) fn select_item(
        &mut self,
        iter: Iter,
        expr: &syn::ExprMethodCall,
        name: &str,
        want: Option<&Ty>,
        span: Span,
    ) -> Value {
        // What `nth` takes is the first behind those that it skips.
        let (iter, name, args) = match name {
            "nth" if expr.args.len() == 1 => {
                (Iter::Skip(Box::new(iter), self.index_arg(&expr.args[0])), "next", None)
            }
            name => (iter, name, expr.args.first()),
        };
        let closure = match args {
            Some(arg) => match self.callable(arg) {
                Some(closure) => Some(closure),
                None => return Value::Poison,
            },
            None => None,
        };
        if closure.is_none() && !matches!(name, "last" | "next") {
            return self.refuse(&expr.method, format!("`{name}` takes a closure"));
        }
        let some = self.cell("some", false, Ty::bool(), span, Some(build::boolean(false)));
        let site = format!("{}?", site(expr));
        let kept = self.slot(want.filter(|ty| ty.is_scalar()), site, "kept", span);
        self.start_slot(&kept);
        let target = kept.clone();
        // `max_by` keeps the last of equal items, `min_by` the first.
        let ordering = match name {
            "max_by" => Some(quote::quote!(is_le)),
            "min_by" => Some(quote::quote!(is_gt)),
            _ => None,
        };
        self.drive_until(iter, None, span, &mut |lower, item, whole| {
            let item = match item {
                Value::Ref { to, .. } => lower.read(*to, span),
                item => item,
            };
            if matches!(target, Slot::Later { .. }) && name != "find_map" {
                lower.fill_slot(&target, item, span);
                return;
            }
            if name == "find_map" {
                let closure = closure.as_ref().expect("`find_map` takes a closure");
                match lower.apply(closure, vec![item], None, span) {
                    Value::Maybe { some: found, value } => {
                        lower.if_else(
                            found,
                            span,
                            |lower| {
                                let value = lower.read(*value, span);
                                lower.fill_slot(&target, value, span);
                                lower.assign_cell(some, build::boolean(true), Ty::bool());
                                lower.leave(whole, Value::unit(), span)
                            },
                            |_| Value::unit(),
                        );
                    }
                    Value::Poison | Value::Never => {}
                    _ => {
                        lower.refuse_at(span, "this closure has to give `Some(…)` or `None` in plain sight");
                    }
                }
                return;
            }
            if name == "next" {
                lower.fill_slot(&target, item, span);
                lower.assign_cell(some, build::boolean(true), Ty::bool());
                lower.leave(whole, Value::unit(), span);
                return;
            }
            if name == "find" {
                let closure = closure.as_ref().expect("`find` takes a closure");
                let test = lower.apply(closure, vec![item.clone().reference(false)], Some(&Ty::bool()), span);
                let (test, _) = lower.scalar(test, Some(&Ty::bool()), span);
                lower.if_else(
                    test,
                    span,
                    |lower| {
                        lower.fill_slot(&target, item, span);
                        lower.assign_cell(some, build::boolean(true), Ty::bool());
                        lower.leave(whole, Value::unit(), span)
                    },
                    |_| Value::unit(),
                );
                return;
            }
            let first = lower.current(some);
            let again = item.clone();
            lower.if_else(
                first,
                span,
                |lower| {
                    let old = lower.read_slot(&target);
                    match (&ordering, &closure) {
                        (Some(ordering), Some(closure)) => {
                            let args = vec![old.reference(false), again.clone().reference(false)];
                            let order = lower.apply(closure, args, Some(&Ty::Inert), span);
                            let Some(order) = lower.as_code(order, span) else { return Value::Poison };
                            let test = crate::lower::inert::combine(&[order], |parts| {
                                let order = &parts[0];
                                quote::quote!(#order.#ordering())
                            });
                            let test = lower.temp("better", Ty::bool(), Expr::Inert(test), span);
                            lower.if_else(
                                test,
                                span,
                                |lower| {
                                    lower.fill_slot(&target, again, span);
                                    Value::unit()
                                },
                                |_| Value::unit(),
                            );
                        }
                        (None, Some(closure)) => {
                            let want = lower.slot_ty(&target);
                            let next = lower.apply(closure, vec![old, again], want.as_ref(), span);
                            lower.fill_slot(&target, next, span);
                        }
                        _ => lower.fill_slot(&target, again, span),
                    }
                    Value::unit()
                },
                |lower| {
                    lower.fill_slot(&target, item, span);
                    Value::unit()
                },
            );
            lower.assign_cell(some, build::boolean(true), Ty::bool());
        });
        let value = self.read_slot(&kept);
        if matches!(value, Value::Poison) {
            return Value::Poison;
        }
        Value::Maybe { some: self.current(some), value: Box::new(value) }
    }
}
