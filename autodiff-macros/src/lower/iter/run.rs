//! Running an iterator: the loop, with what decides at run time as branches of its body.

use proc_macro2::Span;

use super::Iter;
use crate::ir::{Expr, Role, Ty, build};
use crate::lower::Lower;
use crate::lower::env::{Cell, Value};
use crate::lower::jump::{Slot, Target, TargetKind};
use crate::lower::loops::LoopHead;

impl Lower<'_> {
    /// Runs an iterator: `body` is lowered for an item.
    pub(crate) fn drive(
        &mut self,
        iter: Iter,
        label: Option<String>,
        span: Span,
        body: &mut dyn FnMut(&mut Self, Value),
    ) {
        if let Some((lo, hi, inclusive, step, rev)) = iter.as_head() {
            let ty = iter.range_ty();
            let index = self.vars.fresh("i", ty.clone(), Role::Value, span);
            let (lo, hi) = (self.counted(lo), self.counted(hi));
            let head = LoopHead::For { index, lo, hi, inclusive, step: step.cloned(), rev };
            self.lower_loop(head, label, Slot::unit(), span, |lower| {
                let item = Value::Atom(Expr::Var(index), ty);
                body(lower, item);
            });
            return;
        }
        match iter {
            Iter::Map(inner, closure) => self.drive(*inner, label, span, &mut |lower, item| {
                let item = lower.apply(&closure, vec![item], None, span);
                body(lower, item);
            }),
            Iter::Copied(inner) => self.drive(*inner, label, span, &mut |lower, item| {
                let item = lower.copied(item, span);
                body(lower, item);
            }),
            Iter::Inspect(inner, closure) => self.drive(*inner, label, span, &mut |lower, item| {
                lower.apply(&closure, vec![item.clone().reference(false)], None, span);
                body(lower, item);
            }),
            Iter::Filter(inner, closure) => self.drive(*inner, label, span, &mut |lower, item| {
                let keep = lower.apply(&closure, vec![item.clone().reference(false)], Some(&Ty::bool()), span);
                let (keep, _) = lower.scalar(keep, Some(&Ty::bool()), span);
                lower.if_else(keep, span, |lower| { body(lower, item); Value::unit() }, |_| Value::unit());
            }),
            Iter::FilterMap(inner, closure) => self.drive(*inner, label, span, &mut |lower, item| {
                match lower.apply(&closure, vec![item], None, span) {
                    Value::Maybe { some, value } => {
                        lower.if_else(some, span, |lower| { let item = lower.read(*value, span); body(lower, item); Value::unit() }, |_| Value::unit());
                    }
                    Value::Poison | Value::Never => {}
                    _ => {
                        lower.refuse_at(span, "this closure has to give `Some(…)` or `None` in plain sight: use `filter` and `map`");
                    }
                }
            }),
            Iter::MapWhile(inner, closure) => self.drive_until(*inner, label, span, &mut |lower, item, whole| {
                match lower.apply(&closure, vec![item], None, span) {
                    Value::Maybe { some, value } => {
                        lower.if_else(some, span, |lower| { let item = lower.read(*value, span); body(lower, item); Value::unit() }, |lower| lower.leave(whole, Value::unit(), span));
                    }
                    Value::Poison | Value::Never => {}
                    _ => {
                        lower.refuse_at(span, "this closure has to give `Some(…)` or `None` in plain sight");
                    }
                }
            }),
            Iter::TakeWhile(inner, closure) => self.drive_until(*inner, label, span, &mut |lower, item, whole| {
                let keep = lower.apply(&closure, vec![item.clone().reference(false)], Some(&Ty::bool()), span);
                let (keep, _) = lower.scalar(keep, Some(&Ty::bool()), span);
                lower.if_else(keep, span, |lower| { body(lower, item); Value::unit() }, |lower| lower.leave(whole, Value::unit(), span));
            }),
            Iter::SkipWhile(inner, closure) => {
                let started = self.cell("started", false, Ty::bool(), span, Some(build::boolean(false)));
                self.drive(*inner, label, span, &mut |lower, item| {
                    let running = lower.current(started);
                    let test = item.clone();
                    let begun = lower.if_else(
                        running,
                        span,
                        |_| Value::Atom(build::boolean(true), Ty::bool()),
                        |lower| {
                            let skip = lower.apply(&closure, vec![test.reference(false)], Some(&Ty::bool()), span);
                            let (skip, _) = lower.scalar(skip, Some(&Ty::bool()), span);
                            let not = Expr::Unary(syn::UnOp::Not(Default::default()), Box::new(skip));
                            Value::Atom(lower.temp("begun", Ty::bool(), not, span), Ty::bool())
                        },
                    );
                    let (begun, ty) = lower.scalar(begun, Some(&Ty::bool()), span);
                    lower.assign_cell(started, begun.clone(), ty);
                    lower.if_else(begun, span, |lower| { body(lower, item); Value::unit() }, |_| Value::unit());
                });
            }
            Iter::Scan(inner, state, closure) => self.drive_until(*inner, label, span, &mut |lower, item, whole| {
                let state = Value::Cell(state).reference(true);
                match lower.apply(&closure, vec![state, item], None, span) {
                    Value::Maybe { some, value } => {
                        lower.if_else(some, span, |lower| { let item = lower.read(*value, span); body(lower, item); Value::unit() }, |lower| lower.leave(whole, Value::unit(), span));
                    }
                    Value::Poison | Value::Never => {}
                    _ => {
                        lower.refuse_at(span, "this closure has to give `Some(…)` or `None` in plain sight");
                    }
                }
            }),
            Iter::Enumerate(inner) if !inner.is_indexed() => {
                let counter = self.cell("count", false, Ty::usize(), span, Some(build::int(0)));
                self.drive(*inner, label, span, &mut |lower, item| {
                    let count = lower.count_up(counter, span);
                    body(lower, Value::Tuple(vec![Value::Atom(count, Ty::usize()), item]));
                });
            }
            Iter::Take(inner, n) if !inner.is_indexed() => {
                let counter = self.cell("count", false, Ty::usize(), span, Some(build::int(0)));
                let some = self.int_op("!=", n.clone(), build::int(0), span);
                self.if_else(
                    some,
                    span,
                    |lower| {
                        lower.drive_until(*inner, label, span, &mut |lower, item, whole| {
                            let count = lower.count_up(counter, span);
                            // The body may have gone on with the next item, which is one too many then.
                            let more = lower.int_op("<", count, n.clone(), span);
                            lower.if_else(more, span, |lower| { body(lower, item); Value::unit() }, |lower| lower.leave(whole, Value::unit(), span));
                            // Behind the last, nothing is asked of the rest.
                            lower.unless_left(span, |lower| {
                                let count = lower.current(counter);
                                let done = lower.int_op("==", count, n.clone(), span);
                                lower.if_else(done, span, |lower| lower.leave(whole, Value::unit(), span), |_| Value::unit());
                            });
                        });
                        Value::unit()
                    },
                    |_| Value::unit(),
                );
            }
            Iter::Skip(inner, n) if !inner.is_indexed() => {
                let counter = self.cell("count", false, Ty::usize(), span, Some(build::int(0)));
                self.drive(*inner, label, span, &mut |lower, item| {
                    let count = lower.count_up(counter, span);
                    let over = lower.int_op(">=", count, n.clone(), span);
                    lower.if_else(over, span, |lower| { body(lower, item); Value::unit() }, |_| Value::unit());
                });
            }
            Iter::StepBy(inner, step) if !inner.is_indexed() => {
                let counter = self.cell("count", false, Ty::usize(), span, Some(build::int(0)));
                self.drive(*inner, label, span, &mut |lower, item| {
                    let count = lower.count_up(counter, span);
                    let beside = lower.int_op("%", count, step.clone(), span);
                    let taken = lower.int_op("==", beside, build::int(0), span);
                    lower.if_else(taken, span, |lower| { body(lower, item); Value::unit() }, |_| Value::unit());
                });
            }
            Iter::Zip(a, b) if a.is_indexed() != b.is_indexed() => {
                let first = b.is_indexed();
                let (running, fixed) = if first { (a, b) } else { (b, a) };
                if !first && running.computes() {
                    self.refuse_at(span, "an iterator that computes its items behind one that may end before it is not supported: zip the other way round, or write a loop");
                    return;
                }
                let Some(fixed) = self.indexed(*fixed, span) else { return };
                let counter = self.cell("count", false, Ty::usize(), span, Some(build::int(0)));
                self.drive_until(*running, label, span, &mut |lower, item, whole| {
                    let count = lower.count_up(counter, span);
                    let more = match &fixed.len {
                        Some(len) => lower.int_op("<", count.clone(), len.clone(), span),
                        None => build::boolean(true),
                    };
                    lower.if_else(
                        more,
                        span,
                        |lower| {
                            let other = lower.item(&fixed, count, span);
                            body(lower, Value::Tuple(if first { vec![item, other] } else { vec![other, item] }));
                            Value::unit()
                        },
                        |lower| lower.leave(whole, Value::unit(), span),
                    );
                });
            }
            // From the end: each part from its end, and what decides on items decides on the same ones.
            Iter::Rev(inner) if !inner.is_indexed() => {
                let from_the_end = |inner| Box::new(Iter::Rev(inner));
                let turned = match *inner {
                    Iter::Chain(a, b) => Iter::Chain(from_the_end(b), from_the_end(a)),
                    Iter::Filter(inner, closure) => Iter::Filter(from_the_end(inner), closure),
                    Iter::FilterMap(inner, closure) => Iter::FilterMap(from_the_end(inner), closure),
                    Iter::Map(inner, closure) => Iter::Map(from_the_end(inner), closure),
                    Iter::Inspect(inner, closure) => Iter::Inspect(from_the_end(inner), closure),
                    Iter::Copied(inner) => Iter::Copied(from_the_end(inner)),
                    Iter::Rev(inner) => *inner,
                    Iter::FlatMap(inner, closure) => {
                        let inner = Iter::Rev(inner);
                        return self.drive(inner, label, span, &mut |lower, item| {
                            let items = lower.apply(&closure, vec![item], None, span);
                            if let Ok(items) = lower.items_of(items, span) {
                                lower.drive(Iter::Rev(Box::new(items)), None, span, body);
                            }
                        });
                    }
                    inner => return self.drive_indexed(Iter::Rev(Box::new(inner)), label, span, body),
                };
                self.drive(turned, label, span, body);
            }
            Iter::Rest(inner, at) => self.drive(*inner, label, span, &mut |lower, item| {
                lower.count_up(at, span);
                body(lower, item);
            }),
            Iter::FlatMap(inner, closure) => self.drive(*inner, label, span, &mut |lower, item| {
                let items = lower.apply(&closure, vec![item], None, span);
                if let Ok(items) = lower.items_of(items, span) {
                    lower.drive(items, None, span, body);
                }
            }),
            Iter::Chain(a, b) => {
                self.drive(*a, label.clone(), span, body);
                if self.dead() {
                    return;
                }
                // What returned from the first loop does not run the second.
                match self.guard(span) {
                    Some(guard) => {
                        self.guarded(guard, span, |lower| {
                            lower.drive(*b, label, span, body);
                            Value::unit()
                        });
                    }
                    None => self.drive(*b, label, span, body),
                }
            }
            iter => self.drive_indexed(iter, label, span, body),
        }
    }

    /// Runs an iterator that may be left before its end, by a jump to the target that `body` is told: the loop that runs it, or
    /// what stands around the loops if there are several.
    ///
    /// ```text
    /// for v in a.chain(b) { if v > 1.0 { break } s += v }
    /// 'whole: { for v in a { if v > 1.0 { break 'whole } s += v }  for v in b { if v > 1.0 { break 'whole } s += v } }
    /// ```
    pub(crate) fn drive_until(
        &mut self,
        iter: Iter,
        label: Option<String>,
        span: Span,
        body: &mut dyn FnMut(&mut Self, Value, usize),
    ) {
        if !iter.nests() {
            return self.drive(iter, label, span, &mut |lower, item| {
                let innermost = lower.targets.len() - 1;
                body(lower, item, innermost);
            });
        }
        let leave = self.flag("left", span);
        let whole = self.targets.len();
        self.targets.push(Target {
            kind: TargetKind::Whole,
            label: label.clone(),
            leave,
            again: None,
            slot: Slot::unit(),
            depth: self.depth,
            part: false,
        });
        self.drive(iter, label, span, &mut |lower, item| {
            lower.targets[whole + 1..].iter_mut().for_each(|target| target.part = true);
            body(lower, item, whole);
        });
        self.targets.pop();
        self.state.set(leave, Some(build::boolean(false)));
    }

    /// What a counter says, which says one more behind it.
    pub(crate) fn count_up(&mut self, counter: Cell, span: Span) -> Expr {
        let count = self.current(counter);
        let next = self.int_op("+", count.clone(), build::int(1), span);
        self.assign_cell(counter, next, Ty::usize());
        count
    }

    pub(super) fn drive_indexed(
        &mut self,
        iter: Iter,
        label: Option<String>,
        span: Span,
        body: &mut dyn FnMut(&mut Self, Value),
    ) {
        if iter.drops_items() {
            self.refuse_at(span, "a closure that changes variables, with items that are skipped behind it, is not supported: write a loop");
            return;
        }
        let Some(indexed) = self.indexed(iter, span) else { return };
        match indexed.len.clone() {
            Some(len) => {
                let index = self.vars.fresh("k", Ty::usize(), Role::Value, span);
                let head = LoopHead::For {
                    index,
                    lo: build::int(0),
                    hi: len,
                    inclusive: false,
                    step: None,
                    rev: false,
                };
                self.lower_loop(head, label, Slot::unit(), span, |lower| {
                    let item = lower.item(&indexed, Expr::Var(index), span);
                    body(lower, item);
                });
            }
            None => {
                let counter = self.cell("k", false, Ty::usize(), span, Some(build::int(0)));
                self.lower_loop(LoopHead::Forever, label, Slot::unit(), span, |lower| {
                    let count = lower.count_up(counter, span);
                    let item = lower.item(&indexed, count, span);
                    body(lower, item);
                });
            }
        }
    }
}
