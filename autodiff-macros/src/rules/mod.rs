//! The derivatives of elementary functions: one table ([`table`]) that reverse mode, forward mode and the tests read.
//!
//! A row's partials are generic over [`Num`], so that the same tokens are interpreted twice: over `f64`, as numbers for
//! the tests, and over [`Term`], as expressions of generated code and the ranges where their values lie ([`range`]).

pub(crate) mod range;
pub(crate) mod table;
pub(crate) mod term;

pub(crate) use range::Range;
pub(crate) use table::{is_method, is_of_trait, method, path_function};
pub(crate) use term::Term;

use crate::ir::Expr;

/// An elementary function and its derivative.
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    pub(crate) syntax: Syntax,
    pub(crate) arity: usize,
    /// Where each argument may be sampled by the tests.
    #[cfg_attr(not(test), allow(dead_code))]
    pub(crate) domain: &'static [(f64, f64)],
    /// How dear the function is to evaluate again, in units of an addition.
    pub(crate) cost: u32,
    #[cfg_attr(not(test), allow(dead_code))]
    pub(crate) primal: fn(&[f64]) -> f64,
    #[cfg_attr(not(test), allow(dead_code))]
    pub(crate) numeric: fn(&[f64], f64) -> Vec<f64>,
    partials: fn(&[Term], Term) -> Vec<Term>,
}

impl Rule {
    /// Whether the function itself may panic: `x.clamp(lo, hi)` does where `lo` is above `hi`.
    pub(crate) fn panics(&self) -> bool {
        self.name == "clamp"
    }
}

/// How a call of the function is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Syntax {
    /// `a + b`
    Infix(&'static str),
    /// `-a`
    Prefix(&'static str),
    /// `a.name(b, …)`
    Method,
    /// `RUNTIME::special::name(a, …)`
    Runtime,
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl Rule {
    /// The partial derivatives by each argument, as expressions of the arguments and the result.
    pub(crate) fn partials(&self, args: &[Ranged], result: Ranged, singular: Singular) -> Vec<Ranged> {
        let finite = args.iter().chain([&result]).all(|operand| operand.range.is_finite());
        term::scoped(term::Scope { singular, finite }, || {
            let args: Vec<Term> = args.iter().cloned().map(Term::new).collect();
            (self.partials)(&args, Term::new(result)).into_iter().map(Term::ranged).collect()
        })
    }

    /// The partial derivatives, of operands of which nothing is known.
    pub(crate) fn formulas(&self, args: &[Expr], result: &Expr) -> Vec<Expr> {
        let unknown = |expr: &Expr| Ranged { expr: expr.clone(), range: Range::ANYTHING };
        let args: Vec<Ranged> = args.iter().map(unknown).collect();
        let partials = self.partials(&args, unknown(result), Singular::Zero);
        partials.into_iter().map(|partial| partial.expr).collect()
    }
}

/// An expression, and where its value lies.
#[derive(Clone)]
pub(crate) struct Ranged {
    pub(crate) expr: Expr,
    pub(crate) range: Range,
}

/// What a partial derivative is where it is infinite or undefined, though the function has a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Singular {
    /// Zero; and a zero times an infinity is a zero.
    #[default]
    Zero,
    /// What the formula gives.
    Ieee,
}

/// What a row's partials may compute with.
pub(crate) trait Num:
    Copy
    + std::ops::Add<Output = Self>
    + std::ops::Sub<Output = Self>
    + std::ops::Mul<Output = Self>
    + std::ops::Div<Output = Self>
    + std::ops::Neg<Output = Self>
{
    type Bool;
    fn lit(value: f64) -> Self;
    /// A method of the table without arguments.
    fn call(self, name: &'static str) -> Self;
    fn call2(self, name: &'static str, other: Self) -> Self;
    /// An integer argument (of `powi`) as a float.
    fn float(self) -> Self;
    /// An integer argument less one.
    fn previous(self) -> Self;
    /// Whether an integer argument is zero.
    fn is_zero_int(self) -> Self::Bool;
    fn is(self, comparison: Is, other: f64) -> Self::Bool;
    fn compare(self, comparison: Is, other: Self) -> Self::Bool;
    fn select(condition: Self::Bool, then: Self, otherwise: Self) -> Self;
    /// A partial that is singular where the condition holds, though the function has a value there: zero by convention.
    /// Elsewhere it is finite for finite arguments.
    fn regular(singular: Self::Bool, partial: Self) -> Self;
    /// A product that is zero where a factor is.
    fn product(self, other: Self) -> Self;
    fn both(a: Self::Bool, b: Self::Bool) -> Self::Bool;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Is {
    Equal,
    Less,
    More,
}

impl Num for f64 {
    type Bool = bool;
    fn lit(value: f64) -> f64 {
        value
    }
    fn call(self, name: &'static str) -> f64 {
        (method(name, 1).expect("a rule used by another rule").primal)(&[self])
    }
    fn call2(self, name: &'static str, other: f64) -> f64 {
        (method(name, 2).expect("a rule used by another rule").primal)(&[self, other])
    }
    fn float(self) -> f64 {
        self
    }
    fn previous(self) -> f64 {
        self - 1.0
    }
    fn is_zero_int(self) -> bool {
        self == 0.0
    }
    fn is(self, comparison: Is, other: f64) -> bool {
        self.compare(comparison, other)
    }
    fn compare(self, comparison: Is, other: f64) -> bool {
        match comparison {
            Is::Equal => self == other,
            Is::Less => self < other,
            Is::More => self > other,
        }
    }
    fn select(condition: bool, then: f64, otherwise: f64) -> f64 {
        if condition { then } else { otherwise }
    }
    fn regular(singular: bool, partial: f64) -> f64 {
        if singular { 0.0 } else { partial }
    }
    fn product(self, other: f64) -> f64 {
        if self == 0.0 || other == 0.0 { 0.0 } else { self * other }
    }
    fn both(a: bool, b: bool) -> bool {
        a && b
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sample points inside an interval, away from its ends.
    fn samples((lo, hi): (f64, f64)) -> [f64; 3] {
        [0.13, 0.48, 0.87].map(|t| lo + t * (hi - lo))
    }

    #[test]
    fn every_row_agrees_with_central_differences() {
        for rule in table::RULES {
            let points: Vec<[f64; 3]> = rule.domain.iter().copied().map(samples).collect();
            for k in 0..3usize.pow(rule.arity as u32) {
                let args: Vec<f64> =
                    (0..rule.arity).map(|a| points[a][k / 3usize.pow(a as u32) % 3]).collect();
                // `powi` takes its exponent as an integer.
                let args: Vec<f64> = match rule.name {
                    "powi" => vec![args[0], args[1].round()],
                    _ => args,
                };
                let y = (rule.primal)(&args);
                let partials = (rule.numeric)(&args, y);
                assert_eq!(partials.len(), rule.arity, "{}", rule.name);
                for (a, partial) in partials.iter().enumerate() {
                    if rule.name == "powi" && a == 1 {
                        continue;
                    }
                    let h = 1e-6;
                    let (mut up, mut down) = (args.clone(), args.clone());
                    up[a] += h;
                    down[a] -= h;
                    let expected = ((rule.primal)(&up) - (rule.primal)(&down)) / (2.0 * h);
                    assert!(
                        (partial - expected).abs() <= 1e-6 * (1.0 + expected.abs()),
                        "{} at {args:?}: partial {a} is {partial}, differences say {expected}",
                        rule.name
                    );
                }
            }
        }
    }

    #[test]
    fn rows_are_found_by_how_they_are_written() {
        assert!(is_method("sin") && is_method("hypot"));
        assert!(!is_method("add") && !is_method("chain") && !is_method("clone"));
        assert!(method("hypot", 2).is_some() && method("hypot", 1).is_none() && method("mul", 2).is_none());
        let symbols = [("+", 2), ("-", 2), ("*", 2), ("/", 2), ("%", 2), ("-", 1)];
        let names = symbols.map(|(symbol, arity)| table::operator(symbol, arity).map(|rule| rule.name));
        assert_eq!(names, ["add", "sub", "mul", "div", "rem", "neg"].map(Some));
        assert!(table::operator("+", 1).is_none() && table::operator("sin", 1).is_none());
        assert!(table::rule("clamp").panics() && !table::rule("max").panics());
    }

    #[test]
    fn kinks_follow_the_documented_convention() {
        let partials = |name, args: &[f64]| {
            let rule = method(name, args.len()).unwrap();
            (rule.numeric)(args, (rule.primal)(args))
        };
        assert_eq!(partials("abs", &[0.0]), [0.0]);
        assert_eq!(partials("max", &[1.0, 1.0]), [1.0, 0.0]);
        assert_eq!(partials("min", &[1.0, 1.0]), [1.0, 0.0]);
        assert_eq!(partials("clamp", &[1.0, 0.0, 1.0])[0], 1.0);
        assert_eq!(partials("hypot", &[0.0, 0.0]), [0.0, 0.0]);
        assert_eq!(partials("powf", &[0.0, 0.0]), [0.0, 0.0]);
        assert_eq!(partials("powf", &[0.0, 0.5]), [0.0, 0.0]);
        assert_eq!(partials("powf", &[0.0, 1.0]), [1.0, 0.0]);
        assert_eq!(partials("powi", &[0.0, 0.0])[0], 0.0);
        assert_eq!(partials("max", &[f64::NAN, 1.0]), [0.0, 1.0]);
        assert_eq!(partials("max", &[1.0, f64::NAN]), [1.0, 0.0]);
    }
}
