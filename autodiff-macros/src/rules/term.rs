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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::{Role, Ty, Vars};
    use crate::rules::table::rule;
    use proc_macro2::Span;

    /// Variables of which it is known where they lie.
    fn operands(ranges: &[Range]) -> Vec<Ranged> {
        let mut vars = Vars::default();
        let mut fresh = |range: &Range| {
            let var = vars.fresh("x", Ty::f64(), Role::Value, Span::call_site());
            Ranged { expr: Expr::Var(var), range: *range }
        };
        ranges.iter().map(&mut fresh).collect()
    }

    fn constant(value: f64) -> Ranged {
        Ranged { expr: build::lit(value), range: Range::exactly(value) }
    }

    fn calls(expr: &Expr, name: &str) -> bool {
        let mut found = false;
        expr.walk(&mut |expr| found |= matches!(expr, Expr::Rule(rule, _) if rule.name == name));
        found
    }

    #[test]
    fn an_integer_power_loses_one() {
        let [x, y]: [Ranged; 2] =
            operands(&[Range::within(-3.0, 2.0), Range::within(0.0, 9.0)]).try_into().ok().unwrap();
        let n = Ranged { expr: build::int(2), range: Range::exactly(2.0) };
        let [by_x, by_n]: [Ranged; 2] =
            rule("powi").partials(&[x, n], y, Singular::Zero).try_into().ok().unwrap();
        assert_eq!((by_x.range.lo, by_x.range.hi), (-6.0, 4.0), "2 x");
        assert!(by_n.expr.is_zero());
    }

    /// Of `x^n` by `n`: `y ln x`, in which a zero may meet an infinity.
    #[test]
    fn products_are_guarded_where_a_zero_may_meet_an_infinity() {
        let by_n = |x: Range, y: Range, singular: Singular| {
            let [x, n, y]: [Ranged; 3] = operands(&[x, Range::FINITE, y]).try_into().ok().unwrap();
            let partials = rule("powf").partials(&[x, n], y, singular);
            let partial = partials.into_iter().nth(1).unwrap();
            (calls(&partial.expr, "product"), partial.range.nan)
        };
        let (unknown, positive) = (Range::within(0.0, f64::INFINITY), Range::within(1.0, 2.0));
        assert_eq!(by_n(unknown, unknown, Singular::Zero), (true, false));
        assert_eq!(by_n(positive, Range::within(1.0, 4.0), Singular::Zero), (false, false));
        assert_eq!(by_n(unknown, unknown, Singular::Ieee), (false, true));
        assert_eq!(by_n(Range::within(1.0, f64::INFINITY), unknown, Singular::Zero), (true, false));
        let [x, n, y]: [Ranged; 3] = operands(&[positive, Range::FINITE, positive]).try_into().ok().unwrap();
        let expected = build::mul(y.expr.clone(), build::apply("ln", vec![x.expr.clone()]));
        let partials = rule("powf").partials(&[x, n], y, Singular::Zero);
        assert!(build::equal(&partials[1].expr, &expected));
        // Both may be zero, or one no number: that does not matter by itself.
        assert_eq!(by_n(positive, Range::within(0.0, 1.0), Singular::Zero), (false, false));
        let maybe = Range { nan: true, ..Range::within(1.0, 4.0) };
        assert_eq!(by_n(positive, maybe, Singular::Zero), (false, true));
    }

    /// Both conditions of `powf` at zero: that the result is zero, and that the power is less than one.
    #[test]
    fn conditions_that_are_known_are_not_tested() {
        let both = |y: Range, n: Range| {
            let zero = Term::lit(0.0);
            let [y, n]: [Ranged; 2] = operands(&[y, n]).try_into().ok().unwrap();
            let (a, b) = (Term::new(y).compare(Is::Equal, zero), Term::new(n).is(Is::Less, 1.0));
            let both = Term::both(a, b).ranged();
            (build::value_of(&both.expr), both.expr, [a.ranged().expr, b.ranged().expr])
        };
        let scope = Scope { singular: Singular::Zero, finite: false };
        scoped(scope, || {
            let (maybe, never, always) = (Range::FINITE, Range::within(2.0, 3.0), Range::within(-1.0, 0.0));
            assert_eq!(both(Range::POSITIVE, maybe).0, Some(0.0));
            assert_eq!(both(maybe, never).0, Some(0.0));
            assert_eq!(both(Range::exactly(0.0), always).0, Some(1.0));
            let (known, expr, [a, _]) = both(maybe, always);
            assert!(known.is_none() && build::equal(&expr, &a));
            let (known, expr, [_, b]) = both(Range::exactly(0.0), maybe);
            assert!(known.is_none() && build::equal(&expr, &b));
            let (known, expr, [a, b]) = both(maybe, maybe);
            assert!(known.is_none() && build::equal(&expr, &build::and(a, b)));
        });
    }

    /// A square root's slope at zero: zero by convention, and infinite by the formula.
    #[test]
    fn singular_partials_follow_the_convention() {
        let partial = |x: f64, singular| {
            let partials = rule("sqrt").partials(&[constant(x)], constant(x.sqrt()), singular);
            partials.into_iter().next().unwrap().range
        };
        assert_eq!(partial(0.0, Singular::Zero), Range::exactly(0.0));
        assert!(partial(0.0, Singular::Ieee).hi.is_infinite());
        assert_eq!(partial(4.0, Singular::Zero), Range::exactly(0.25));
    }

    #[test]
    fn a_negative_partial_lies_below_zero() {
        let [x, y]: [Ranged; 2] =
            operands(&[Range::within(1.0, 2.0), Range::within(0.5, 1.0)]).try_into().ok().unwrap();
        let partial = rule("recip").partials(&[x], y, Singular::Zero).remove(0).range;
        assert_eq!((partial.lo, partial.hi), (-1.0, -0.25));
    }
}
