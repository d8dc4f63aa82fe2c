//! Expressions with operators: what a rule's partials are built of.

use std::cell::{Cell, RefCell};

use super::{Is, Num, Range, Ranged, Singular, method};
use crate::ir::{Expr, build, build::Guard};

thread_local! {
    static TERMS: RefCell<Vec<Ranged>> = const { RefCell::new(Vec::new()) };
    static SCOPE: Cell<Scope> = const { Cell::new(Scope { singular: Singular::Zero, finite: false }) };
}

/// A handle on an expression, `Copy` so that rules read as mathematics. Lives as long as the [`scoped`] call it was made in.
#[derive(Clone, Copy)]
pub(crate) struct Term(usize);

/// What holds for all terms of a rule.
#[derive(Clone, Copy)]
pub(super) struct Scope {
    pub(super) singular: Singular,
    /// Whether the arguments and the result are finite.
    pub(super) finite: bool,
}

/// Runs `f`, then drops the terms it made.
pub(super) fn scoped<R>(scope: Scope, f: impl FnOnce() -> R) -> R {
    let start = TERMS.with_borrow(Vec::len);
    let outside = SCOPE.replace(scope);
    let result = f();
    SCOPE.set(outside);
    TERMS.with_borrow_mut(|terms| terms.truncate(start));
    result
}

impl Term {
    pub(crate) fn new(ranged: Ranged) -> Term {
        TERMS.with_borrow_mut(|terms| {
            terms.push(ranged);
            Term(terms.len() - 1)
        })
    }

    fn of(expr: Expr, range: Range) -> Term {
        Term::new(Ranged { expr, range })
    }

    pub(crate) fn ranged(self) -> Ranged {
        TERMS.with_borrow(|terms| terms[self.0].clone())
    }

    fn expr(self) -> Expr {
        self.ranged().expr
    }

    fn range(self) -> Range {
        TERMS.with_borrow(|terms| terms[self.0].range)
    }

    /// A condition; its range says whether it is known.
    fn condition(expr: Expr, known: Option<bool>) -> Term {
        match known {
            Some(known) => Term::of(build::boolean(known), Range::exactly(f64::from(known))),
            None => Term::of(expr, Range::within(0.0, 1.0)),
        }
    }
}

macro_rules! operators {
    ($($Trait:ident $method:ident),*) => {
        $(impl std::ops::$Trait for Term {
            type Output = Term;
            fn $method(self, other: Term) -> Term {
                let range = std::ops::$Trait::$method(self.range(), other.range());
                Term::of(build::$method(self.expr(), other.expr()), range)
            }
        })*
    };
}
operators!(Add add, Sub sub, Mul mul, Div div);

impl std::ops::Neg for Term {
    type Output = Term;
    fn neg(self) -> Term {
        Term::of(build::neg(self.expr()), -self.range())
    }
}

impl Num for Term {
    type Bool = Term;
    fn lit(value: f64) -> Term {
        Term::of(build::lit(value), Range::exactly(value))
    }
    fn call(self, name: &'static str) -> Term {
        let rule = method(name, 1).expect("a rule used by another rule");
        Term::of(Expr::Rule(rule, vec![self.expr()]), Range::apply(rule, &[self.range()]))
    }
    fn call2(self, name: &'static str, other: Term) -> Term {
        let rule = method(name, 2).expect("a rule used by another rule");
        let (args, ranges) = ([self.expr(), other.expr()], [self.range(), other.range()]);
        if name == "powi" {
            let [x, n] = args;
            return Term::of(build::powi(x, n), Range::power_of(ranges[0], ranges[1]));
        }
        Term::of(Expr::Rule(rule, args.into()), Range::apply(rule, &ranges))
    }
    fn float(self) -> Term {
        Term::of(build::int_to_float(self.expr()), self.range())
    }
    fn previous(self) -> Term {
        Term::of(build::int_previous(self.expr()), self.range() - Range::exactly(1.0))
    }
    fn is_zero_int(self) -> Term {
        let known = self.range().compare(Is::Equal, Range::exactly(0.0));
        Term::condition(build::compare(Is::Equal, self.expr(), build::int(0)), known)
    }
    fn is(self, comparison: Is, other: f64) -> Term {
        self.compare(comparison, Term::lit(other))
    }
    fn compare(self, comparison: Is, other: Term) -> Term {
        let known = self.range().compare(comparison, other.range());
        Term::condition(build::compare(comparison, self.expr(), other.expr()), known)
    }
    fn select(condition: Term, then: Term, otherwise: Term) -> Term {
        let range = match build::value_of(&condition.expr()) {
            Some(0.0) => otherwise.range(),
            Some(_) => then.range(),
            None => then.range().or(otherwise.range()),
        };
        Term::of(build::select(condition.expr(), then.expr(), otherwise.expr()), range)
    }
    fn regular(singular: Term, partial: Term) -> Term {
        let Scope { singular: convention, finite } = SCOPE.get();
        if convention == Singular::Ieee {
            return partial;
        }
        let Ranged { expr, range } = partial.ranged();
        Term::select(singular, Term::lit(0.0), Term::of(expr, range.regular(finite)))
    }
    fn product(self, other: Term) -> Term {
        let (a, b) = (self.range(), other.range());
        if SCOPE.get().singular == Singular::Ieee || (a * b).nan == (a.nan || b.nan) {
            return self * other;
        }
        Term::of(build::chain(self.expr(), other.expr(), &Guard::Product(None)), a.product(b))
    }
    fn both(a: Term, b: Term) -> Term {
        match (build::value_of(&a.expr()), build::value_of(&b.expr())) {
            (Some(0.0), _) | (_, Some(0.0)) => Term::condition(build::boolean(false), Some(false)),
            (Some(_), _) => b,
            (_, Some(_)) => a,
            _ => Term::condition(build::and(a.expr(), b.expr()), None),
        }
    }
}
