//! Expressions with operators: what a rule's partials are built of.

use std::cell::RefCell;

use super::{Is, Num, method};
use crate::ir::{Expr, build};

thread_local! {
    static TERMS: RefCell<Vec<Expr>> = const { RefCell::new(Vec::new()) };
}

/// A handle on an expression, `Copy` so that rules read as mathematics. Lives as long as the [`scoped`] call it was made in.
#[derive(Clone, Copy)]
pub(crate) struct Term(usize);

/// Runs `f`, then drops the terms it made.
pub(crate) fn scoped<R>(f: impl FnOnce() -> R) -> R {
    let start = TERMS.with_borrow(Vec::len);
    let result = f();
    TERMS.with_borrow_mut(|terms| terms.truncate(start));
    result
}

impl Term {
    pub(crate) fn new(expr: Expr) -> Term {
        TERMS.with_borrow_mut(|terms| {
            terms.push(expr);
            Term(terms.len() - 1)
        })
    }

    pub(crate) fn expr(self) -> Expr {
        TERMS.with_borrow(|terms| terms[self.0].clone())
    }
}

macro_rules! operators {
    ($($Trait:ident $method:ident),*) => {
        $(impl std::ops::$Trait for Term {
            type Output = Term;
            fn $method(self, other: Term) -> Term {
                Term::new(build::$method(self.expr(), other.expr()))
            }
        })*
    };
}
operators!(Add add, Sub sub, Mul mul, Div div);

impl std::ops::Neg for Term {
    type Output = Term;
    fn neg(self) -> Term {
        Term::new(build::neg(self.expr()))
    }
}

impl Num for Term {
    type Bool = Term;
    fn lit(value: f64) -> Term {
        Term::new(build::lit(value))
    }
    fn call(self, name: &'static str) -> Term {
        Term::new(Expr::Rule(method(name, 1).expect("a rule used by another rule"), vec![self.expr()]))
    }
    fn call2(self, name: &'static str, other: Term) -> Term {
        if name == "powi" {
            return Term::new(build::powi(self.expr(), other.expr()));
        }
        let rule = method(name, 2).expect("a rule used by another rule");
        Term::new(Expr::Rule(rule, vec![self.expr(), other.expr()]))
    }
    fn float(self) -> Term {
        Term::new(build::int_to_float(self.expr()))
    }
    fn previous(self) -> Term {
        Term::new(build::int_previous(self.expr()))
    }
    fn is_zero_int(self) -> Term {
        Term::new(build::compare(Is::Equal, self.expr(), build::int(0)))
    }
    fn is(self, comparison: Is, other: f64) -> Term {
        Term::new(build::compare(comparison, self.expr(), build::lit(other)))
    }
    fn compare(self, comparison: Is, other: Term) -> Term {
        Term::new(build::compare(comparison, self.expr(), other.expr()))
    }
    fn select(condition: Term, then: Term, otherwise: Term) -> Term {
        Term::new(build::select(condition.expr(), then.expr(), otherwise.expr()))
    }
}
