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
mod tests;
