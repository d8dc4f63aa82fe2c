//! Ranges against the values in them, and how narrow they are.

use super::*;
use crate::rules::table::RULES;

/// Whether a value lies in a range, but for rounding.
fn contains(range: Range, value: f64) -> bool {
    let slack = if value.is_finite() { 1e-12 * value.abs() } else { 0.0 };
    if value.is_nan() { range.nan } else { range.lo <= value + slack && value - slack <= range.hi }
}

#[test]
fn what_a_function_gives_lies_in_its_range() {
    let numbers = [f64::NEG_INFINITY, -800.0, -1.0, -0.3, 0.0, 0.3, 1.0, 2.0, 800.0, f64::INFINITY, f64::NAN];
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
                let fits =
                    contains(range, value) || rule.name == "div" && value.is_infinite() && !range.is_finite();
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
                assert!(x.is_nan() || contains(given, x), "{a:?} {is:?} {b:?} is {held}: {x}, not {given:?}");
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
    for same in [x * x, -x * -x, (two * x) * x, x * (x * two), (minus * x) * -x, (x * minus) * (minus * x)] {
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
        ("div", &[(1.0, 2.0), (2.0, 4.0)], (0.25, 1.0, false)),
        ("add", &[(0.0, inf), (0.0, inf)], (0.0, inf, false)),
        ("add", &[(-inf, 0.0), (-inf, 0.0)], (-inf, 0.0, false)),
        ("add", &[(-inf, 0.0), (0.0, inf)], (-inf, inf, true)),
        ("powi", &[(-2.0, 0.0), (-1.0, -1.0)], (-inf, inf, false)),
        ("chain", &[(0.0, 1.0), (inf, inf)], (0.0, inf, true)),
    ] {
        let found = at(name, args);
        let close = |a: f64, b: f64| a == b || (a - b).abs() < 1e-12 * a.abs();
        let same = close(found.0, expected.0) && close(found.1, expected.1) && found.2 == expected.2;
        assert!(same, "{name} of {args:?} is {found:?}, not {expected:?}");
    }
}

/// One that may be no number gives way to the other; both may be none at once.
#[test]
fn the_larger_of_two_is_a_number_if_either_is() {
    let larger = |a: bool, b: bool| {
        let (a, b) = (Range::within(0.0, 1.0).or_nan(a), Range::within(2.0, 3.0).or_nan(b));
        let range = Range::apply(crate::rules::table::rule("max"), &[a, b]);
        (range.lo, range.hi, range.nan)
    };
    assert_eq!([larger(false, false), larger(true, false)], [(2.0, 3.0, false); 2]);
    assert_eq!([larger(false, true), larger(true, true)], [(0.0, 3.0, false), (0.0, 3.0, true)]);
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
