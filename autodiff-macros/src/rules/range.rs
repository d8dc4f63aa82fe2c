//! Where a value may lie: an interval, and whether it may be no number.
//!
//! What is known to be finite is multiplied plainly; where a partial may be infinite or no number, the product with an
//! adjoint is guarded. Parameters, elements that calls return and constants are taken for finite; sums, products and
//! quotients (by what is not near zero) of finite numbers as well, so that numbers beyond 1e100 are not thought of.

use super::{Is, Rule};

/// The largest number there is: the bound of what is finite, but not known better.
const MAX: f64 = f64::MAX;
/// A comparison says of what is not zero that it is larger than this.
const TINY: f64 = 1e-100;
/// Bounds that loops widen to.
const LANDMARKS: [f64; 7] = [f64::NEG_INFINITY, -MAX, -1.0, 0.0, 1.0, MAX, f64::INFINITY];

/// An interval of the extended numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Range {
    pub(crate) lo: f64,
    pub(crate) hi: f64,
    /// Whether it may be no number.
    pub(crate) nan: bool,
    /// The variable whose sign it has, or the opposite one (`false`): the sign of a product of two such values is known.
    pub(crate) of: Option<(u32, bool)>,
}

impl Range {
    /// A finite number.
    pub(crate) const FINITE: Range = Range::within(-MAX, MAX);
    /// A finite number that is greater than zero.
    pub(crate) const POSITIVE: Range = Range::within(TINY, MAX);
    /// Whatever a float may be.
    pub(crate) const ANYTHING: Range =
        Range { lo: f64::NEG_INFINITY, hi: f64::INFINITY, nan: true, of: None };

    pub(crate) const fn within(lo: f64, hi: f64) -> Range {
        Range { lo, hi, nan: false, of: None }
    }

    /// A constant.
    pub(crate) fn exactly(value: f64) -> Range {
        if value.is_nan() {
            Range { nan: true, ..Range::within(0.0, 0.0) }
        } else {
            Range::within(value, value)
        }
    }

    /// The value of a variable.
    pub(crate) fn of(self, var: u32) -> Range {
        Range { of: self.of.or(Some((var, true))), ..self }
    }

    /// Forgets of which variable it is.
    pub(crate) fn alone(self) -> Range {
        Range { of: None, ..self }
    }

    fn or_nan(self, nan: bool) -> Range {
        Range { nan: self.nan || nan, ..self }
    }

    /// Whether it is a finite number for sure.
    pub(crate) fn is_finite(self) -> bool {
        !self.nan && !self.may_be_infinite()
    }

    fn may_be_infinite(self) -> bool {
        self.lo == f64::NEG_INFINITY || self.hi == f64::INFINITY
    }

    fn may_be_zero(self) -> bool {
        self.lo <= 0.0 && self.hi >= 0.0
    }

    /// Whether it is a finite number of a known sign, and far from zero.
    fn has_a_sign(self) -> bool {
        self.is_finite() && self.is_far_from_zero()
    }

    /// Whether it keeps away from zero so far that dividing by it gives something finite.
    fn is_far_from_zero(self) -> bool {
        self.lo >= TINY || self.hi <= -TINY
    }

    /// One or the other.
    pub(crate) fn or(self, other: Range) -> Range {
        Range::within(self.lo.min(other.lo), self.hi.max(other.hi)).or_nan(self.nan || other.nan)
    }

    /// Bounds that have changed, rounded to one of few, so that loops come to an end.
    pub(crate) fn widened(self) -> Range {
        let lo = LANDMARKS.into_iter().rev().find(|mark| *mark <= self.lo).unwrap_or(f64::NEG_INFINITY);
        let hi = LANDMARKS.into_iter().find(|mark| *mark >= self.hi).unwrap_or(f64::INFINITY);
        Range { lo, hi, ..self }
    }

    /// Taken for finite, though its bounds overflowed.
    fn taken_for_finite(self) -> Range {
        Range { lo: self.lo.max(-MAX), hi: self.hi.min(MAX), ..self }
    }

    /// Without what comes of singular points, where all that it is computed of is finite.
    pub(crate) fn regular(self, finite: bool) -> Range {
        Range { nan: self.nan && !finite, ..self.taken_for_finite() }
    }

    /// The hull of some values; those that are no numbers say that it may be none.
    fn hull(values: &[f64]) -> Range {
        let mut hull = Range { lo: f64::INFINITY, hi: f64::NEG_INFINITY, nan: false, of: None };
        for value in values {
            if value.is_nan() {
                hull.nan = true;
            } else {
                hull.lo = hull.lo.min(*value);
                hull.hi = hull.hi.max(*value);
            }
        }
        if hull.lo > hull.hi { Range::ANYTHING } else { hull }
    }

    /// What it is where it is found to be less, more, or the same as another; or not, where `holds` is false.
    pub(crate) fn given(self, is: Is, other: Range, holds: bool) -> Range {
        let (lo, hi) = match (is, holds) {
            (Is::Less, true) => (self.lo, if other.hi == 0.0 { -TINY } else { other.hi }),
            (Is::More, true) => (if other.lo == 0.0 { TINY } else { other.lo }, self.hi),
            (Is::Equal, true) => (other.lo, other.hi),
            (Is::Less, false) if !other.nan => (other.lo, self.hi),
            (Is::More, false) if !other.nan => (self.lo, other.hi),
            (Is::Equal, false) if other == Range::exactly(0.0) && self.lo == 0.0 => (TINY, self.hi),
            _ => return self,
        };
        let narrowed = Range { lo: self.lo.max(lo), hi: self.hi.min(hi), ..self };
        if narrowed.lo > narrowed.hi { self } else { narrowed }
    }

    /// How two values compare, where that is known.
    pub(crate) fn compare(self, is: Is, other: Range) -> Option<bool> {
        let ordered = !self.nan && !other.nan;
        let (holds, fails) = match is {
            Is::Less => (self.hi < other.lo, self.lo >= other.hi),
            Is::More => (self.lo > other.hi, self.hi <= other.lo),
            Is::Equal => (
                self.lo == self.hi && other.lo == other.hi && self.lo == other.lo,
                self.hi < other.lo || self.lo > other.hi,
            ),
        };
        if holds && ordered {
            Some(true)
        } else if fails {
            Some(false)
        } else {
            None
        }
    }

    fn finite_if(self, operands: &[Range]) -> Range {
        if operands.iter().all(|operand| operand.is_finite()) { self.taken_for_finite() } else { self }
    }

    fn recip(self) -> Range {
        Range::exactly(1.0) / self
    }

    fn abs(self) -> Range {
        let lo = if self.may_be_zero() { 0.0 } else { self.lo.abs().min(self.hi.abs()) };
        Range::within(lo, self.lo.abs().max(self.hi.abs())).or_nan(self.nan)
    }

    /// `self` to a constant power, which an integer is.
    fn power(self, n: f64) -> Range {
        let powers = Range::hull(&[self.lo.powf(n), self.hi.powf(n)]).or_nan(self.nan);
        let even = n % 2.0 == 0.0;
        match n {
            0.0 => Range::exactly(1.0),
            n if n < 0.0 && self.may_be_zero() => Range { nan: self.nan, ..Range::ANYTHING },
            _ if even && self.may_be_zero() => Range { lo: 0.0, ..powers },
            _ => powers,
        }
    }

    /// `x` to an integer power, which may overflow.
    pub(crate) fn power_of(x: Range, n: Range) -> Range {
        if n.lo == n.hi { x.power(n.lo) } else { Range { nan: x.nan, ..Range::ANYTHING } }
    }

    /// A product where a zero times an infinity is a zero.
    pub(crate) fn product(self, other: Range) -> Range {
        Range { nan: self.nan || other.nan, ..self.guarded(other) }
    }

    /// A product where a zero times an infinity may be a zero, or no number.
    fn guarded(self, other: Range) -> Range {
        let product = self * other;
        if self.may_be_zero() || other.may_be_zero() {
            Range { lo: product.lo.min(0.0), hi: product.hi.max(0.0), ..product }
        } else {
            product
        }
    }

    /// The values of an elementary function.
    pub(crate) fn apply(rule: &Rule, args: &[Range]) -> Range {
        let nan = args.iter().any(|arg| arg.nan);
        let infinite = args.iter().any(|arg| arg.may_be_infinite());
        // A function that rises or falls where it is defined.
        let monotone = |lo: f64, hi: f64| {
            let x = args[0];
            let ends = [x.lo.clamp(lo, hi), x.hi.clamp(lo, hi)].map(|end| (rule.primal)(&[end]));
            Range::hull(&ends).or_nan(nan || x.lo < lo || x.hi > hi)
        };
        let everywhere = || monotone(f64::NEG_INFINITY, f64::INFINITY);
        match (rule.name, args) {
            ("add", [a, b]) => *a + *b,
            ("sub", [a, b]) => *a - *b,
            ("mul", [a, b]) => *a * *b,
            ("chain" | "product", [a, b]) | ("chain_unless" | "product_unless", [_, a, b]) => a.guarded(*b),
            ("div", [a, b]) => *a / *b,
            ("neg", [a]) => -*a,
            ("mul_add", [a, b, c]) => *a * *b + *c,
            ("recip", [a]) => a.recip(),
            ("abs", [a]) => a.abs(),
            ("abs_sub", [a, b]) => Range { lo: 0.0, ..(*a - *b).abs() },
            ("max", [a, b]) => Range::within(a.lo.max(b.lo), a.hi.max(b.hi)).or_one_of(*a, *b),
            ("min", [a, b]) => Range::within(a.lo.min(b.lo), a.hi.min(b.hi)).or_one_of(*a, *b),
            // It rises with each of its arguments.
            ("clamp", [x, lo, hi]) => {
                Range::within(x.lo.max(lo.lo).min(hi.lo), x.hi.max(lo.hi).min(hi.hi)).or_nan(nan)
            }
            ("copysign", [a, _]) => Range::within(-a.abs().hi, a.abs().hi).or_nan(nan),
            ("powi" | "powf", [x, n]) if n.lo == n.hi && n.lo.fract() == 0.0 => {
                let power = Range::power_of(*x, *n).or_nan(n.nan);
                if (0.0..=2.0).contains(&n.lo) { power.finite_if(args) } else { power }
            }
            ("powi", [x, n]) => Range::power_of(*x, *n),
            ("powf", [x, n]) if x.lo >= 0.0 => {
                let root = n.lo >= 0.0 && n.hi <= 1.0 && x.is_finite();
                Range::within(0.0, if root { MAX } else { f64::INFINITY }).or_nan(nan)
            }
            ("hypot", [a, b]) => Range { lo: 0.0, ..(a.abs() + b.abs()) },
            ("atan2", _) => Range::within(-4.0, 4.0).or_nan(nan),
            ("rem" | "rem_euclid", [a, b]) => {
                // Of a divisor that is infinite, `rem_euclid` gives what was divided, or the divisor.
                let range = if b.may_be_infinite() { Range::ANYTHING } else { Range::FINITE };
                range.or_nan(nan || a.may_be_infinite() || b.may_be_zero())
            }
            ("sin" | "cos", _) => Range::within(-1.0, 1.0).or_nan(nan || infinite),
            ("fract", _) => Range::within(-1.0, 1.0).or_nan(nan || infinite),
            ("tan", _) => Range::FINITE.or_nan(nan || infinite),
            ("cosh", [x]) => Range { lo: 1.0, hi: x.abs().hi.cosh(), nan, of: None },
            ("asin" | "acos", _) => monotone(-1.0, 1.0),
            ("atanh", _) => monotone(-1.0, 1.0),
            ("acosh", _) => monotone(1.0, f64::INFINITY),
            ("sqrt" | "ln" | "log2" | "log10", _) => monotone(0.0, f64::INFINITY),
            ("ln_1p", _) => monotone(-1.0, f64::INFINITY),
            ("exp" | "exp2" | "exp_m1" | "sinh" | "tanh" | "asinh" | "atan" | "cbrt", _) => everywhere(),
            ("floor" | "ceil" | "round" | "round_ties_even" | "trunc" | "signum", _) => everywhere(),
            ("to_degrees" | "to_radians", _) => everywhere().finite_if(args),
            _ => Range::ANYTHING,
        }
    }

    /// The larger or smaller of two: a NaN loses.
    fn or_one_of(self, a: Range, b: Range) -> Range {
        let with = |range: Range, nan: bool, other: Range| {
            if nan { range.or(Range { nan: false, ..other }) } else { range }
        };
        with(with(self, a.nan, b), b.nan, a).or_nan(a.nan && b.nan)
    }
}

impl std::ops::Add for Range {
    type Output = Range;
    fn add(self, other: Range) -> Range {
        let opposite = (self.hi == f64::INFINITY && other.lo == f64::NEG_INFINITY)
            || (self.lo == f64::NEG_INFINITY && other.hi == f64::INFINITY);
        let (lo, hi) = (self.lo + other.lo, self.hi + other.hi);
        let lo = if lo.is_nan() { f64::NEG_INFINITY } else { lo };
        let hi = if hi.is_nan() { f64::INFINITY } else { hi };
        Range::within(lo, hi).or_nan(self.nan || other.nan || opposite).finite_if(&[self, other])
    }
}

impl std::ops::Neg for Range {
    type Output = Range;
    fn neg(self) -> Range {
        Range { lo: -self.hi, hi: -self.lo, nan: self.nan, of: self.of.map(|(var, same)| (var, !same)) }
    }
}

impl std::ops::Sub for Range {
    type Output = Range;
    fn sub(self, other: Range) -> Range {
        self + -other
    }
}

impl std::ops::Mul for Range {
    type Output = Range;
    fn mul(self, other: Range) -> Range {
        let (a, b) = (self, other);
        let mut product = Range::hull(&[a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi]);
        let mut meets = (a.may_be_zero() && b.may_be_infinite()) || (b.may_be_zero() && a.may_be_infinite());
        match (a.of, b.of) {
            (Some((x, s)), Some((y, t))) if x == y => {
                if s == t {
                    product.lo = product.lo.max(0.0)
                } else {
                    product.hi = product.hi.min(0.0)
                }
                // Of one variable, they are zero at once and infinite at once.
                meets = false;
            }
            (Some((x, s)), None) if b.has_a_sign() => product.of = Some((x, s == (b.lo > 0.0))),
            (None, Some((x, s))) if a.has_a_sign() => product.of = Some((x, s == (a.lo > 0.0))),
            _ => {}
        }
        product.or_nan(a.nan || b.nan || meets).finite_if(&[a, b])
    }
}

impl std::ops::Div for Range {
    type Output = Range;
    fn div(self, other: Range) -> Range {
        let (a, b) = (self, other);
        let nan = a.nan
            || b.nan
            || (a.may_be_zero() && b.may_be_zero())
            || (a.may_be_infinite() && b.may_be_infinite());
        // On both sides of zero, or zero alone, whose sign is not known.
        let split = b.may_be_zero() && (b.lo < 0.0) == (b.hi > 0.0);
        if split || (a.lo < 0.0 && a.hi > 0.0 && b.may_be_zero()) {
            return Range::within(f64::NEG_INFINITY, f64::INFINITY).or_nan(nan);
        }
        // A bound that is zero is approached from the side on which the others lie.
        let side = if b.hi > 0.0 { 0.0 } else { -0.0 };
        let [lo, hi] = [b.lo, b.hi].map(|bound| if bound == 0.0 { side } else { bound });
        let corners = [a.lo / lo, a.lo / hi, a.hi / lo, a.hi / hi];
        let numbers: Vec<f64> = corners.into_iter().filter(|corner| !corner.is_nan()).collect();
        let mut quotient = Range::hull(&numbers);
        quotient.nan = nan;
        if a.may_be_zero() {
            quotient = Range { lo: quotient.lo.min(0.0), hi: quotient.hi.max(0.0), ..quotient };
        }
        if a.is_finite() && !b.nan && b.is_far_from_zero() { quotient.taken_for_finite() } else { quotient }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::table::RULES;

    /// Whether a value lies in a range, but for rounding.
    fn contains(range: Range, value: f64) -> bool {
        let slack = if value.is_finite() { 1e-12 * value.abs() } else { 0.0 };
        if value.is_nan() { range.nan } else { range.lo <= value + slack && value - slack <= range.hi }
    }

    #[test]
    fn what_a_function_gives_lies_in_its_range() {
        let numbers =
            [f64::NEG_INFINITY, -800.0, -1.0, -0.3, 0.0, 0.3, 1.0, 2.0, 800.0, f64::INFINITY, f64::NAN];
        for rule in RULES {
            for k in 0..numbers.len().pow(rule.arity as u32) {
                let pick = |a: usize| numbers[k / numbers.len().pow(a as u32) % numbers.len()];
                let args: Vec<f64> = (0..rule.arity).map(pick).collect();
                let integer = rule.name == "powi" && !(args[1].abs() < 10.0 && args[1].fract() == 0.0);
                let ordered = rule.name != "clamp" || args[1] <= args[2];
                if integer || !ordered {
                    continue;
                }
                let value = (rule.primal)(&args);
                let exact: Vec<Range> = args.iter().map(|arg| Range::exactly(*arg)).collect();
                assert!(contains(Range::apply(rule, &exact), value), "{} at {args:?}: {value}", rule.name);
                let wide: Vec<Range> = exact.iter().map(|arg| arg.or(Range::within(-0.5, 0.5))).collect();
                assert!(contains(Range::apply(rule, &wide), value), "{} about {args:?}: {value}", rule.name);
                for a in 0..rule.arity {
                    let mut mixed = exact.clone();
                    mixed[a] = wide[a];
                    let range = Range::apply(rule, &mixed);
                    // Which infinity a division by zero gives hangs on the sign of the zero.
                    let fits = contains(range, value)
                        || rule.name == "div" && value.is_infinite() && !range.is_finite();
                    assert!(fits, "{} about {args:?}: {value}, not {range:?}", rule.name);
                }
            }
        }
    }

    #[test]
    fn a_sigmoid_is_finite_and_a_reciprocal_need_not_be() {
        let apply = |name: &str, args: &[Range]| Range::apply(crate::rules::table::rule(name), args);
        let one = Range::exactly(1.0);
        let odds = apply("exp", &[Range::FINITE]);
        assert_eq!((odds.lo, odds.hi, odds.nan), (0.0, f64::INFINITY, false));
        let sigmoid = one / (one + odds);
        assert_eq!((sigmoid.lo, sigmoid.hi, sigmoid.nan), (0.0, 1.0, false));
        assert!(!apply("recip", &[Range::FINITE]).is_finite());
        let square = Range::FINITE.of(1) * Range::FINITE.of(1);
        assert!(apply("sqrt", &[square]).is_finite());
        assert!(apply("ln", &[square + one]).is_finite());
        assert!(!apply("ln", &[square]).is_finite());
        assert!(apply("recip", &[square.given(Is::More, Range::exactly(0.0), true)]).is_finite());
    }

    const BOUNDS: [f64; 7] = [f64::NEG_INFINITY, -2.0, -1.0, 0.0, 1.0, 2.0, f64::INFINITY];

    /// All ranges between a few bounds, with and without NaN.
    fn ranges() -> Vec<Range> {
        let mut ranges = Vec::new();
        for (at, &lo) in BOUNDS.iter().enumerate() {
            for &hi in &BOUNDS[at..] {
                for nan in [false, true] {
                    ranges.push(Range { nan, ..Range::within(lo, hi) });
                }
            }
        }
        ranges
    }

    fn values(range: Range) -> impl Iterator<Item = f64> {
        let inside = [-1.5, -0.5, 0.5, 1.5].into_iter().chain(BOUNDS).chain([f64::NAN]);
        inside.filter(move |value| contains(range, *value))
    }

    fn holds(is: Is, a: f64, b: f64) -> bool {
        match is {
            Is::Less => a < b,
            Is::More => a > b,
            Is::Equal => a == b,
        }
    }

    const ALL: [Is; 3] = [Is::Less, Is::More, Is::Equal];

    #[test]
    fn what_a_comparison_says_holds_for_all_values() {
        for (a, b) in ranges().into_iter().flat_map(|a| ranges().into_iter().map(move |b| (a, b))) {
            for is in ALL {
                let known = a.compare(is, b);
                for (x, y) in values(a).flat_map(|x| values(b).map(move |y| (x, y))) {
                    let held = holds(is, x, y);
                    assert!(known.is_none_or(|known| known == held), "{a:?} {is:?} {b:?}: {x}, {y}");
                    // What it is found to be it still is, and no more than before.
                    let given = a.given(is, b, held);
                    assert!(
                        x.is_nan() || contains(given, x),
                        "{a:?} {is:?} {b:?} is {held}: {x}, not {given:?}"
                    );
                    assert!(given.lo >= a.lo && given.hi <= a.hi, "{a:?} {is:?} {b:?} is {held}: {given:?}");
                }
            }
        }
    }

    #[test]
    fn comparisons_are_known_where_ranges_do_not_overlap() {
        let (low, high) = (Range::within(0.0, 1.0), Range::within(1.0, 2.0));
        let higher = Range::within(1.5, 2.0);
        let compared = |a: Range, b: Range| ALL.map(|is| a.compare(is, b));
        assert_eq!(compared(low, higher), [Some(true), Some(false), Some(false)]);
        assert_eq!(compared(higher, low), [Some(false), Some(true), Some(false)]);
        assert_eq!(compared(low, high), [None, Some(false), None]);
        assert_eq!(compared(high, low), [Some(false), None, None]);
        let one = Range::exactly(1.0);
        assert_eq!(compared(one, one), [Some(false), Some(false), Some(true)]);
        // A NaN is neither less nor more, and not the same either.
        let maybe = one.or_nan(true);
        assert_eq!(compared(low, higher.or_nan(true)), [None, Some(false), Some(false)]);
        assert_eq!(compared(higher.or_nan(true), low), [Some(false), None, Some(false)]);
        assert_eq!(compared(maybe, one), [Some(false), Some(false), None]);
    }

    #[test]
    fn what_is_found_out_narrows_a_range() {
        let wide = Range::within(-4.0, 4.0);
        let (zero, one) = (Range::exactly(0.0), Range::exactly(1.0));
        let given = |is, other, holds| {
            let range = wide.given(is, other, holds);
            (range.lo, range.hi)
        };
        assert_eq!([given(Is::Less, one, true), given(Is::Less, one, false)], [(-4.0, 1.0), (1.0, 4.0)]);
        assert_eq!([given(Is::More, one, true), given(Is::More, one, false)], [(1.0, 4.0), (-4.0, 1.0)]);
        assert_eq!([given(Is::Equal, one, true), given(Is::Equal, one, false)], [(1.0, 1.0), (-4.0, 4.0)]);
        // Away from zero.
        assert_eq!([given(Is::Less, zero, true), given(Is::More, zero, true)], [(-4.0, -TINY), (TINY, 4.0)]);
        assert_eq!(Range::within(0.0, 4.0).given(Is::Equal, zero, false), Range::within(TINY, 4.0));
        assert_eq!(Range::within(0.0, 4.0).given(Is::Equal, one, false), Range::within(0.0, 4.0));
        // What is not less than a NaN need not be more than anything.
        assert_eq!(given(Is::Less, one.or_nan(true), false), (-4.0, 4.0));
        assert_eq!(given(Is::More, one.or_nan(true), false), (-4.0, 4.0));
        // What cannot be says nothing.
        assert_eq!(Range::within(2.0, 4.0).given(Is::Less, one, true), Range::within(2.0, 4.0));
    }

    #[test]
    fn operators_contain_what_they_give() {
        let operators: [(&str, fn(Range, Range) -> Range, fn(f64, f64) -> f64); 5] = [
            ("+", |a, b| a + b, |a, b| a + b),
            ("-", |a, b| a - b, |a, b| a - b),
            ("*", |a, b| a * b, |a, b| a * b),
            ("/", |a, b| a / b, |a, b| a / b),
            ("product", Range::product, |a, b| if a == 0.0 || b == 0.0 { 0.0 } else { a * b }),
        ];
        for (a, b) in ranges().into_iter().flat_map(|a| ranges().into_iter().map(move |b| (a, b))) {
            for (name, of_ranges, of_values) in operators {
                let range = of_ranges(a, b);
                for (x, y) in values(a).flat_map(|x| values(b).map(move |y| (x, y))) {
                    let value = of_values(x, y);
                    // A zero at the end of a divisor's range is approached from within: its own sign is not looked at. And
                    // a product with a zero is zero beside a NaN as well, which no range says.
                    let fits = match name {
                        "/" if y == 0.0 => !range.is_finite(),
                        "product" if x.is_nan() || y.is_nan() => range.nan,
                        _ => contains(range, value),
                    };
                    assert!(fits, "{a:?} {name} {b:?} is {range:?}: {x}, {y} give {value}");
                }
            }
        }
    }

    #[test]
    fn a_product_of_a_zero_and_an_infinity_is_no_nan() {
        let (unit, positive) = (Range::within(0.0, 1.0), Range::within(0.0, f64::INFINITY));
        assert!((unit * positive).nan && (positive * unit).nan);
        assert_eq!(unit.product(positive), positive);
        assert_eq!(positive.product(unit), positive);
        assert!(unit.or_nan(true).product(positive).nan && unit.product(positive.or_nan(true)).nan);
    }

    #[test]
    fn signs_of_one_variable_are_known() {
        let x = Range::FINITE.of(1);
        let y = Range::FINITE.of(2);
        let [two, minus] = [2.0, -2.0].map(Range::exactly);
        for same in
            [x * x, -x * -x, (two * x) * x, x * (x * two), (minus * x) * -x, (x * minus) * (minus * x)]
        {
            assert_eq!((same.lo, same.nan), (0.0, false));
        }
        for opposite in [x * -x, -x * x, (minus * x) * x, x * (x * minus), (two * x) * -x] {
            assert_eq!((opposite.hi, opposite.nan), (0.0, false));
        }
        assert!((x * y).lo < 0.0 && (x * y).hi > 0.0);
        // Of a factor whose sign is not known nothing is known of the product.
        let factor = Range::within(-1.0, 2.0);
        for range in [(factor * x) * x, (x * factor) * x, x.alone() * x, (Range::within(0.0, 2.0) * x) * x] {
            assert!(range.lo < 0.0 && range.hi > 0.0, "{range:?}");
        }
        // Zero and infinite at once, or neither.
        let any = Range::within(f64::NEG_INFINITY, f64::INFINITY);
        assert!(!(any.of(1) * any.of(1)).nan && (any.of(1) * any.of(2)).nan);
    }

    #[test]
    fn quotients_are_finite_away_from_zero() {
        for divisor in [Range::POSITIVE, -Range::POSITIVE, Range::within(1.0, 2.0)] {
            assert!((Range::FINITE / divisor).is_finite(), "{divisor:?}");
        }
        for divisor in [Range::within(0.0, 2.0), Range::within(-1.0, 1.0), Range::within(-1.0, 0.0)] {
            assert!(!(Range::FINITE / divisor).is_finite(), "{divisor:?}");
        }
        let reciprocal = Range::exactly(1.0) / Range::within(0.0, 2.0);
        assert_eq!((reciprocal.lo, reciprocal.hi, reciprocal.nan), (0.5, f64::INFINITY, false));
        let reciprocal = Range::exactly(1.0) / Range::within(-2.0, 0.0);
        assert_eq!((reciprocal.lo, reciprocal.hi, reciprocal.nan), (f64::NEG_INFINITY, -0.5, false));
        assert_eq!(Range::within(0.0, 3.0) / Range::within(1.0, 2.0), Range::within(0.0, 3.0));
    }

    /// As narrow as it has to be for partials to be known as finite, and branches as taken.
    #[test]
    fn functions_lie_where_they_should() {
        let inf = f64::INFINITY;
        let at = |name: &str, args: &[(f64, f64)]| {
            let args: Vec<Range> = args.iter().map(|(lo, hi)| Range::within(*lo, *hi)).collect();
            let range = Range::apply(crate::rules::table::rule(name), &args);
            (range.lo, range.hi, range.nan)
        };
        for (name, args, expected) in [
            ("abs", &[(-2.0, 1.0)][..], (0.0, 2.0, false)),
            ("abs", &[(-2.0, -1.0)], (1.0, 2.0, false)),
            ("abs_sub", &[(-2.0, 3.0), (1.0, 2.0)], (0.0, 4.0, false)),
            ("max", &[(-2.0, 3.0), (1.0, 2.0)], (1.0, 3.0, false)),
            ("min", &[(-2.0, 3.0), (1.0, 2.0)], (-2.0, 2.0, false)),
            ("clamp", &[(-inf, inf), (0.0, 1.0), (2.0, 3.0)], (0.0, 3.0, false)),
            ("clamp", &[(2.0, 9.0), (0.0, 1.0), (4.0, 5.0)], (2.0, 5.0, false)),
            ("copysign", &[(1.0, 2.0), (-1.0, 1.0)], (-2.0, 2.0, false)),
            ("powi", &[(-3.0, 2.0), (2.0, 2.0)], (0.0, 9.0, false)),
            ("powi", &[(-3.0, 2.0), (3.0, 3.0)], (-27.0, 8.0, false)),
            ("powi", &[(-3.0, 2.0), (0.0, 0.0)], (1.0, 1.0, false)),
            ("powi", &[(-1.0, 2.0), (-1.0, -1.0)], (-inf, inf, false)),
            ("powi", &[(2.0, 4.0), (-2.0, -2.0)], (0.0625, 0.25, false)),
            ("powi", &[(2.0, 4.0), (1.0, 3.0)], (-inf, inf, false)),
            ("powi", &[(-MAX, MAX), (2.0, 2.0)], (0.0, MAX, false)),
            ("powi", &[(-MAX, MAX), (4.0, 4.0)], (0.0, inf, false)),
            ("powf", &[(-3.0, 2.0), (2.0, 2.0)], (0.0, 9.0, false)),
            ("powf", &[(-3.0, 2.0), (2.5, 2.5)], (-inf, inf, true)),
            ("powf", &[(0.0, 4.0), (0.5, 0.75)], (0.0, MAX, false)),
            ("powf", &[(0.0, 4.0), (0.5, 2.0)], (0.0, inf, false)),
            ("hypot", &[(-3.0, 1.0), (0.0, 4.0)], (0.0, 7.0, false)),
            ("atan2", &[(-inf, inf), (-inf, inf)], (-4.0, 4.0, false)),
            ("rem", &[(-5.0, 5.0), (1.0, 2.0)], (-MAX, MAX, false)),
            ("rem", &[(-5.0, 5.0), (0.0, 2.0)], (-MAX, MAX, true)),
            ("rem_euclid", &[(-5.0, 5.0), (1.0, inf)], (-inf, inf, true)),
            ("sin", &[(-5.0, 5.0)], (-1.0, 1.0, false)),
            ("cos", &[(0.0, inf)], (-1.0, 1.0, true)),
            ("fract", &[(-5.0, 5.0)], (-1.0, 1.0, false)),
            ("tan", &[(-5.0, 5.0)], (-MAX, MAX, false)),
            ("cosh", &[(-1.0, 0.5)], (1.0, 1.0_f64.cosh(), false)),
            ("sqrt", &[(4.0, 9.0)], (2.0, 3.0, false)),
            ("sqrt", &[(-1.0, 9.0)], (0.0, 3.0, true)),
            ("ln", &[(0.0, 1.0)], (-inf, 0.0, false)),
            ("ln_1p", &[(-1.0, 0.0)], (-inf, 0.0, false)),
            ("asin", &[(-1.0, 1.0)], ((-1.0_f64).asin(), 1.0_f64.asin(), false)),
            ("acosh", &[(0.0, 1.0)], (0.0, 0.0, true)),
            ("atanh", &[(-1.0, 0.0)], (-inf, 0.0, false)),
            ("exp", &[(-inf, 0.0)], (0.0, 1.0, false)),
            ("tanh", &[(-inf, inf)], (-1.0, 1.0, false)),
            ("floor", &[(-0.5, 1.5)], (-1.0, 1.0, false)),
            ("signum", &[(-0.5, 1.5)], (-1.0, 1.0, false)),
            ("to_degrees", &[(-MAX, MAX)], (-MAX, MAX, false)),
            ("mul_add", &[(1.0, 2.0), (3.0, 4.0), (-1.0, 1.0)], (2.0, 9.0, false)),
            ("recip", &[(2.0, 4.0)], (0.25, 0.5, false)),
            ("chain", &[(0.0, 1.0), (inf, inf)], (0.0, inf, true)),
        ] {
            let found = at(name, args);
            let close = |a: f64, b: f64| a == b || (a - b).abs() < 1e-12 * a.abs();
            let same = close(found.0, expected.0) && close(found.1, expected.1) && found.2 == expected.2;
            assert!(same, "{name} of {args:?} is {found:?}, not {expected:?}");
        }
    }

    #[test]
    fn widening_comes_to_an_end() {
        let widened = |lo: f64, hi: f64| {
            let range = Range { nan: true, ..Range::within(lo, hi) }.widened();
            (range.lo, range.hi, range.nan)
        };
        assert_eq!(widened(-0.5, 0.5), (-1.0, 1.0, true));
        assert_eq!(widened(0.0, 1.0), (0.0, 1.0, true));
        assert_eq!(widened(-3.0, 3.0), (-MAX, MAX, true));
        assert_eq!(widened(0.5, f64::INFINITY), (0.0, f64::INFINITY, true));
        assert_eq!(widened(f64::NEG_INFINITY, -2.0), (f64::NEG_INFINITY, -1.0, true));
    }
}
