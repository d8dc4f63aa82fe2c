//! Functions whose result may be missing: `Option`s and `Result`s, within a function, as results, and in calls.

use autodiff_runtime::{Differentiable, differentiate};

fn slope(f: impl Fn(f64) -> f64, x: f64) -> f64 {
    (f(x + 1e-6) - f(x - 1e-6)) / 2e-6
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-7 * (1.0 + b.abs())
}

#[derive(Debug, Clone, PartialEq)]
pub enum Bad {
    Negative(f64),
    Big,
    NoRoot { steps: usize },
}

/// `Result`s in plain sight, with everything that is done to what went wrong.
#[differentiate]
fn within(x: f64, y: f64) -> (f64, bool) {
    let root = |v: f64| -> Result<f64, Bad> {
        if v < 0.0 {
            return Err(Bad::Negative(v));
        }
        if v > 100.0 { Err(Bad::Big) } else { Ok(v.sqrt()) }
    };
    let both = |a: f64, b: f64| -> Result<f64, Bad> {
        let r = root(a)?;
        let s = root(b).map_err(|e| if e == Bad::Big { Bad::NoRoot { steps: 1 } } else { e })?;
        let t = match root(a * b) {
            Ok(t) => t,
            Err(e) => return Err(e),
        };
        Ok(r * s + t)
    };
    let w = root(x).unwrap_or_else(|_| y * y);
    let z = if let Err(_) = root(y) { x } else { 2.0 * x };
    let q = root(x - 1.0).ok().or(root(x).ok()).unwrap_or(0.5);
    let p = if x > 0.0 { Some(x) } else { None }.ok_or(Bad::Big).and_then(|v| root(v)).unwrap_or(y);
    let k = if root(x * y).is_ok() { x } else { y };
    match both(x, y) {
        Ok(v) => (v * w * z + q * p * k, true),
        Err(_) => (w + z * q * p * k, false),
    }
}

/// `?` on what is inactive: a real `Result`, whose type what follows tells.
#[differentiate]
fn parsed(x: f64, text: &str) -> (f64, bool) {
    let scaled = |x: f64| -> Result<f64, std::num::ParseFloatError> {
        let k: f64 = text.parse()?;
        let m = text.parse::<f64>()?;
        Ok(x * k + m * x * x)
    };
    match scaled(x) {
        Ok(v) => (v, true),
        Err(_) => (x, false),
    }
}

const WEIGHTS: &[f64] = &[0.5, 0.25];

/// `?` on inactive references, and on code that must run once.
#[differentiate]
fn weighted(x: f64, k: usize, #[no_diff] names: &std::collections::BTreeMap<String, f64>) -> Option<f64> {
    let w = WEIGHTS.get(k)?;
    let v = names.get("v")?;
    let z = names.get("z").copied().unwrap_or(2.0);
    let mut steps = names.values();
    let first = steps.next()?;
    let second: &f64 = steps.next()?;
    Some(x * w * v + x * x * z * first + second * x)
}

#[test]
fn what_is_inactive_may_be_missing() {
    let of = |of: &[(&str, f64)]| of.iter().map(|(name, v)| (name.to_string(), *v)).collect();
    let names = of(&[("v", 3.0), ("w", 5.0)]);
    assert_eq!(weighted::value_and_grad(0.5, 1, &names), Some((0.375 + 1.5 + 2.5, 0.75 + 6.0 + 5.0)));
    assert_eq!(weighted(0.5, 1, &names), Some(0.375 + 1.5 + 2.5));
    assert_eq!(weighted::grad(0.5, 2, &names), None);
    assert_eq!(weighted::grad(0.5, 1, &of(&[("v", 3.0)])), None);
}

#[test]
fn within_a_function() {
    for (x, y) in [(2.0, 3.0), (-1.0, 3.0), (0.5, -2.0), (120.0, 2.0)] {
        let (value, (x_bar, y_bar)) = within::value_and_grad(x, y);
        assert_eq!(value, within(x, y));
        assert!(close(x_bar, slope(|x| within(x, y).0, x)) && close(y_bar, slope(|y| within(x, y).0, y)));
        assert!(
            close(within::jvp(x, y, 1.0, 0.0).1.0, x_bar) && close(within::jvp(x, y, 0.0, 1.0).1.0, y_bar)
        );
    }
    assert_eq!(parsed::value_and_grad(0.5, "1.5"), ((1.125, true), 3.0));
    assert_eq!(parsed::value_and_grad(0.5, "b"), ((0.5, false), 1.0));
}

/// The root by Newton's method.
#[differentiate]
pub fn root(x: f64, n: usize) -> Result<f64, Bad> {
    if x < 0.0 {
        return Err(Bad::Negative(x));
    }
    let mut y = 1.0;
    for _ in 0..n {
        y = 0.5 * (y + x / y);
    }
    if (y * y - x).abs() > 1e-6 { Err(Bad::NoRoot { steps: n }) } else { Ok(y) }
}

#[differentiate]
fn first_above(x: &[f64], k: f64) -> Option<f64> {
    let v = x.iter().copied().find(|v| *v > k)?;
    Some(v * v * k)
}

#[differentiate]
fn pair(x: Vec<f64>, text: &str) -> Result<(f64, Vec<f64>), Box<dyn std::error::Error>> {
    let k: f64 = text.parse()?;
    let s: f64 = x.iter().sum();
    Ok((s * k, x.iter().map(|v| v * s).collect()))
}

#[derive(Debug, Clone, PartialEq, Differentiable)]
struct Market {
    a: f64,
    b: [f64; 2],
}

#[differentiate]
impl Market {
    fn price(&self, x: f64) -> Option<f64> {
        if x > 1.0 { None } else { Some(self.a * x + self.b[0] * self.b[1]) }
    }

    fn checked(self, value: f64) -> Result<f64, String> {
        if value > 1.0 { Err(format!("{value} of {}", self.a)) } else { Ok(self.a * value + self.b[0]) }
    }

    fn bump(&mut self, x: f64) -> Option<f64> {
        self.a *= x;
        if x > 1.0 { None } else { Some(self.a * self.b[1]) }
    }

    /// Named like a method of what it asks.
    fn first(&self, n: usize) -> Option<f64> {
        if n == 0 { self.b.first().map(|b| b * self.a) } else { Some(self.first(n - 1)? * self.a) }
    }

    fn origin(k: f64) -> std::result::Result<[f64; 2], String> {
        if k == 0.0 { Err("flat".to_string()) } else { Ok([1.0 / k, k]) }
    }
}

#[test]
fn results_that_may_be_missing() {
    let value = root(2.0, 20).unwrap();
    let slope = 0.5 / value;
    let (found, gradient) = root::value_and_grad(2.0, 20).unwrap();
    assert!(found == value && close(gradient, slope));
    assert!(close(root::grad(2.0, 20).unwrap(), slope) && close(root::jvp(2.0, 20, 1.0).unwrap().1, slope));
    let (found, pullback) = root::vjp(2.0, 20).unwrap();
    assert!(found == value && close(pullback(2.0), 2.0 * slope));
    let mut x_bar = 0.5;
    assert_eq!(root::value_and_grad_into(2.0, 20, &mut x_bar), Ok(value));
    assert!(close(x_bar, 0.5 + slope));
    assert_eq!(root::value_and_grad_into(-2.0, 20, &mut x_bar), Err(Bad::Negative(-2.0)));
    assert!(close(x_bar, 0.5 + slope), "what has no value has no gradient");
    assert_eq!(root::grad(-2.0, 20), Err(Bad::Negative(-2.0)));
    assert_eq!(root::value_and_grad(2.0, 1), Err(Bad::NoRoot { steps: 1 }));

    assert_eq!(first_above::value_and_grad(&[0.5, 2.0], 1.5), Some((6.0, (vec![0.0, 6.0], 4.0))));
    assert_eq!(first_above::value_and_grad(&[0.5, 1.0], 1.5), None);
    let (value, gradient) = pair::value_and_grad(vec![1.0, 2.0], "3").unwrap();
    assert_eq!((value, gradient), ((9.0, vec![3.0, 6.0]), vec![9.0, 9.0]));
    assert!(pair::grad(vec![1.0, 2.0], "z").is_err_and(|error| error.to_string().contains("invalid")));
}

/// Recursion, of a function, of a private one, and of two methods that call each other.
#[differentiate]
fn power(x: f64, n: usize) -> Option<f64> {
    if n > 5 {
        return None;
    }
    if n == 0 { Some(x) } else { Some(power(x, n - 1)? * x) }
}

#[differentiate]
mod circles {
    pub struct Scale {
        pub k: f64,
    }

    impl Scale {
        pub fn even(&self, x: f64, n: usize) -> f64 {
            if n == 0 { x } else { self.odd(x, n - 1) * self.k }
        }

        fn odd(&self, x: f64, n: usize) -> f64 {
            if n == 0 { x * x } else { self.even(x, n - 1) + x }
        }
    }

    fn half(x: f64, n: usize) -> Result<f64, String> {
        if n > 3 {
            return Err("deep".to_string());
        }
        if n == 0 { Ok(x) } else { Ok(half(x, n - 1)? * 0.5) }
    }

    pub fn halves(x: f64, n: usize) -> f64 {
        half(x * x, n).unwrap_or(x)
    }
}

#[test]
fn what_may_fail_may_call_itself() {
    assert_eq!(power::value_and_grad(2.0, 3), Some((16.0, 32.0)));
    assert_eq!(power::grad(2.0, 6), None);
    assert_eq!(circles::Scale::even_grad(&circles::Scale { k: 2.0 }, 3.0, 3).1, 26.0);
    assert_eq!((circles::halves::grad(3.0, 2), circles::halves::grad(3.0, 4)), (1.5, 1.0));
}

/// A companion under another name, gradients by locals, marks, several seeds.
#[differentiate(companion = root_of)]
fn own_name(x: f64) -> Option<f64> {
    if x < 0.0 { None } else { Some(x.sqrt()) }
}

#[differentiate(wrt(y, x))]
fn by_locals(x: f64, n: usize) -> Result<f64, String> {
    let y = x * x;
    if n > 3 {
        return Err("n".into());
    }
    Ok(y * x + y)
}

#[differentiate]
fn changing(x: &mut [f64], k: f64) -> Option<f64> {
    x[0] *= k;
    if k < 0.0 { None } else { Some(x[0] * x[1]) }
}

#[test]
fn what_is_asked_of_what_may_fail() {
    assert_eq!(root_of::value_and_grad(4.0), Some((2.0, 0.25)));
    assert_eq!(by_locals::value_and_grad(2.0, 1), Ok((12.0, (3.0, 16.0))));
    assert_eq!(by_locals::grad(2.0, 4), Err("n".to_string()));
    let mut x = [2.0, 3.0];
    let (value, pullback) = changing::vjp(&mut x, 0.5).unwrap();
    assert_eq!((value, pullback(1.0, vec![1.0, 0.0])), (3.0, (vec![2.0, 1.0], 8.0)));
    assert_eq!(x, [1.0, 3.0]);
}

#[test]
fn methods_that_may_fail() {
    let m = Market { a: 2.0, b: [3.0, 4.0] };
    let (value, m_bar) = Market::first_value_and_grad(&m, 1).unwrap();
    assert_eq!((value, m_bar.a, m_bar.b), (12.0, 12.0, [4.0, 0.0]));
    let (value, (m_bar, x_bar)) = Market::price_value_and_grad(&m, 0.5).unwrap();
    assert_eq!((value, m_bar.a, m_bar.b, x_bar), (13.0, 0.5, [4.0, 3.0], 2.0));
    assert!(Market::price_grad(&m, 1.5).is_none());
    let (m_bar, value_bar) = Market::checked_grad(m.clone(), 0.5).unwrap();
    assert_eq!((m_bar.a, value_bar), (0.5, 2.0));
    assert_eq!(Market::checked_grad(m.clone(), 2.5).unwrap_err(), "2.5 of 2");
    let mut bumped = m.clone();
    let (value, (m_bar, x_bar)) = Market::bump_value_and_grad(&mut bumped, 0.5).unwrap();
    assert_eq!((value, m_bar.a, m_bar.b, x_bar), (4.0, 2.0, [0.0, 1.0], 8.0));
    assert_eq!(bumped, Market { a: 1.0, ..m });
    assert_eq!(Market::origin_value_and_grad(2.0), Ok(([0.5, 2.0], 0.75)));
    assert_eq!(Market::origin_grad(0.0), Err("flat".to_string()));
}

/// Functions that may fail, in calls of others that see no more of them than their names.
mod called {
    use super::*;

    mod elsewhere {
        use super::*;

        #[derive(Clone, Differentiable)]
        pub struct Scale {
            pub k: f64,
        }

        #[differentiate]
        impl Scale {
            pub fn at(&self, x: f64) -> Option<f64> {
                if x > 2.0 { None } else { Some(self.k * x) }
            }

            pub fn pair(&self, x: f64) -> Result<(f64, f64), String> {
                if x > 2.0 { Err("no".into()) } else { Ok((self.k * x, x * x)) }
            }
        }

        #[differentiate]
        pub fn parts(x: &[f64]) -> Option<Vec<f64>> {
            if x.is_empty() { None } else { Some(x.iter().map(|v| v * x[0]).collect()) }
        }
    }

    use elsewhere::{Scale, parts};

    #[differentiate]
    fn unwrapped(x: f64) -> f64 {
        root(x, 30).unwrap() * x
    }

    #[differentiate]
    fn matched(x: f64) -> f64 {
        match root(x, 30) {
            Ok(v) => v,
            Err(_) => x,
        }
    }

    #[differentiate]
    fn in_a_variable(x: f64) -> f64 {
        let r = root(x, 30);
        r.map_or(x, |v| v * x)
    }

    #[differentiate]
    fn several(m: &Scale, x: f64) -> f64 {
        let a = m.at(x).unwrap_or(x);
        let (p, q) = match m.pair(x) {
            Ok((p, q)) => (p, q),
            Err(_) => (x, 1.0),
        };
        let Some(v) = parts(&[x, p, q]) else { return x };
        a * p + q * v[1] + v.iter().sum::<f64>()
    }

    #[differentiate]
    fn handed_on(m: &Scale, x: f64) -> Option<f64> {
        let a = m.at(x)?;
        let (p, q) = m.pair(x).ok()?;
        let v = parts(&[x, p, q])?;
        Some(a * p + q * v[1] + elsewhere::parts(&[x])?[0] * root(x, 30).ok()?)
    }

    #[test]
    fn calls_of_what_may_fail() {
        for x in [0.5, 3.0, -1.0] {
            if x > 0.0 {
                assert!(close(unwrapped::grad(x), slope(unwrapped, x)));
            }
            assert!(close(matched::grad(x), slope(matched, x)));
            assert!(close(in_a_variable::grad(x), slope(in_a_variable, x)));
            assert_eq!(in_a_variable::jvp(x, 1.0), (in_a_variable(x), in_a_variable::grad(x)));
            let m = Scale { k: 1.5 };
            let (m_bar, x_bar) = several::grad(&m, x);
            assert!(close(x_bar, slope(|x| several(&m, x), x)));
            assert!(close(m_bar.k, slope(|k| several(&Scale { k }, x), 1.5)));
            let expected = handed_on(&m, x).map(|_| slope(|x| handed_on(&m, x).unwrap(), x));
            match (handed_on::grad(&m, x), expected) {
                (Some((_, x_bar)), Some(expected)) => assert!(close(x_bar, expected)),
                (found, expected) => assert!(found.is_none() && expected.is_none()),
            }
        }
        assert!(std::panic::catch_unwind(|| unwrapped::grad(-1.0)).is_err());
    }
}

/// A module of functions that hand errors on, with an error type of its own.
#[differentiate]
mod desk {
    #[derive(Debug, Clone, PartialEq)]
    pub enum Missing {
        Before(f64),
        Rate { after: f64 },
    }

    impl std::fmt::Display for Missing {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "no rate: {self:?}")
        }
    }

    impl std::error::Error for Missing {}

    #[derive(Clone)]
    pub struct Curve {
        pub times: Vec<f64>,
        pub rates: Vec<f64>,
    }

    impl Curve {
        pub fn rate(&self, t: f64) -> Result<f64, Missing> {
            if t < 0.0 {
                return Err(Missing::Before(t));
            }
            let i = self.times.iter().position(|&s| s >= t).ok_or(Missing::Rate { after: t })?;
            if i == 0 {
                return Ok(self.rates[0]);
            }
            let w = (t - self.times[i - 1]) / (self.times[i] - self.times[i - 1]);
            Ok(self.rates[i - 1] * (1.0 - w) + self.rates[i] * w)
        }

        pub fn discount(&self, t: f64) -> Result<f64, Missing> {
            let r = self.rate(t)?;
            Ok((-r * t).exp())
        }

        fn forward_rate(&self, a: f64, b: f64) -> Option<f64> {
            let p = self.discount(a).ok()?;
            let q = self.discount(b).ok()?;
            if b > a { Some((p / q).ln() / (b - a)) } else { None }
        }
    }

    fn checked_sqrt(x: f64) -> Option<f64> {
        if x >= 0.0 { Some(x.sqrt()) } else { None }
    }

    pub fn swap(curve: &Curve, fixed: f64, times: &[f64]) -> Result<f64, Missing> {
        let mut value = 0.0;
        let mut last = 0.0;
        for &t in times {
            let d = curve.discount(t)?;
            value += d * (curve.forward_rate(last, t).unwrap_or(0.0) - fixed) * (t - last);
            last = t;
        }
        match curve.rate(last) {
            Ok(r) if r > 0.5 => Err(Missing::Before(r)),
            Ok(r) => Ok(value + r * checked_sqrt(fixed).unwrap_or(0.0)),
            Err(e) => Err(e),
        }
    }

    #[differentiate]
    pub fn implied(price: f64, strike: f64) -> Result<f64, Missing> {
        let mut v = 0.3;
        for k in 0..50 {
            let f = v * v * strike + v.sin() - price;
            if f.abs() < 1e-12 {
                return Ok(v);
            }
            v -= f / (2.0 * v * strike + v.cos());
            if k == 49 {
                return Err(Missing::Before(price));
            }
        }
        Ok(v)
    }

    pub fn total(curve: &Curve, x: f64) -> f64 {
        let a = swap(curve, x, &[0.5, 1.0, 2.0]).unwrap_or(1.0);
        let b = implied(x + 1.0, 2.0).map(|v| v * v).unwrap_or(0.0);
        let all: Vec<f64> = [0.25, 0.75].iter().filter_map(|&t| curve.discount(t).ok()).collect();
        a * b + all.iter().sum::<f64>()
    }
}

#[test]
fn a_module_that_hands_errors_on() {
    use desk::*;
    let curve = Curve { times: vec![0.5, 1.0, 3.0], rates: vec![0.02, 0.03, 0.05] };
    let (value, (curve_bar, x_bar)) = total::value_and_grad(&curve, 0.04);
    assert_eq!(value, total(&curve, 0.04));
    assert!(close(x_bar, slope(|x| total(&curve, x), 0.04)));
    for k in 0..3 {
        let of = |rate: f64| {
            let mut moved = curve.clone();
            moved.rates[k] = rate;
            total(&moved, 0.04)
        };
        assert!(close(curve_bar.rates[k], slope(of, curve.rates[k])));
    }
    let times = [0.5, 1.0, 2.0];
    let (_, (_, fixed_bar, _)) = swap::value_and_grad(&curve, 0.04, &times).unwrap();
    assert!(close(fixed_bar, slope(|fixed| swap(&curve, fixed, &times).unwrap(), 0.04)));
    assert_eq!(swap::value_and_grad(&curve, 0.04, &[0.5, 4.0]).err(), Some(Missing::Rate { after: 4.0 }));
    assert_eq!(Curve::rate_grad(&curve, -1.0).err(), Some(Missing::Before(-1.0)));
    let (v, (price_bar, _)) = implied::value_and_grad(1.04, 2.0).unwrap();
    assert!(close(price_bar, 1.0 / (4.0 * v + v.cos())));
}

/// Numbers of a text that hold no derivative, all of them or the first error.
#[differentiate]
fn powers(x: f64, text: &str) -> Result<f64, String> {
    let ks = text
        .split(',')
        .map(|word| word.parse::<usize>().map_err(|e| e.to_string()))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(ks.iter().map(|&k| x.powi(k as i32)).sum())
}

#[test]
fn what_was_read_is_collected_or_its_error_handed_on() {
    let (value, x_bar) = powers::value_and_grad(0.7, "1,2,3").unwrap();
    assert_eq!(Ok(value), powers(0.7, "1,2,3"));
    assert!(close(x_bar, 1.0 + 2.0 * 0.7 + 3.0 * 0.7 * 0.7));
    assert_eq!(powers::grad(0.7, "1,z").err(), powers(0.7, "1,z").err());
}

// What is found carries nothing: an index, a pair of them.
#[differentiate]
fn nearest(points: &[f64], x: f64) -> Option<usize> {
    let (mut least, mut at) = (f64::INFINITY, 0);
    for (k, point) in points.iter().enumerate() {
        let distance = (point - x).abs();
        if distance > 0.0 && distance < least {
            least = distance;
            at = k;
        }
    }
    if least == f64::INFINITY { None } else { Some(at) }
}

#[differentiate]
fn found_or_kept(x: f64, kept: &[Option<usize>]) -> Option<usize> {
    if x > 1.0 { Some(x as usize) } else { kept[0] }
}

#[differentiate]
fn both(x: f64) -> (usize, bool) {
    (x as usize, x > 1.0)
}

#[differentiate]
fn with_both(x: f64) -> Option<((usize, bool), f64)> {
    if x > 1.0 { Some(((x as usize, true), x * x)) } else { None }
}

#[differentiate]
fn at_nearest(points: &[f64], x: f64) -> f64 {
    let by_default = found_or_kept(x, &[None]).unwrap_or(0);
    let (whole, _) = both(x);
    let ((_, _), square) = with_both(x).unwrap_or(((0, false), 3.0 * x));
    match nearest(points, x) {
        Some(k) => points[k] * x + whole as f64 * square,
        None => x.sin() * points[by_default] + square,
    }
}

checks! {
    at_nearest(&vec![0.4, 1.9], 1.3);
    at_nearest as at_another(&vec![0.6, 0.3], 0.5);
}

#[test]
fn what_is_found_carries_nothing() {
    assert_eq!(nearest::value_and_grad(&[], 0.5), None);
    assert_eq!(nearest::value_and_grad(&[0.5, 0.7], 0.5), Some((1, (vec![0.0; 2], 0.0))));
    assert_eq!(found_or_kept::value_and_grad(0.5, &[None]), None);
    assert_eq!(found_or_kept::value_and_grad(0.5, &[Some(3)]), Some((3, 0.0)));
    assert_eq!(both::value_and_grad(2.5), ((2, true), 0.0));
    assert_eq!(both::jvp(2.5, 1.0), ((2, true), ((), ())));
    assert_eq!(with_both::value_and_grad(2.5), Some((((2, true), 6.25), 5.0)));
}

in_both_forms! {
#[differentiate]
{
    #[differentiate]
    pub fn root_of(x: f64) -> Result<f64, Bad> {
        if x < 0.0 { Err(Bad::Negative(x)) } else { Ok(x.sqrt()) }
    }

    #[differentiate]
    pub fn added(x: &[f64]) -> Result<f64, Bad> {
        x.iter()
            .map(|x| {
                let root = root_of(*x)?;
                Ok(root * (root - 0.5) * *x)
            })
            .sum()
    }

    #[differentiate]
    pub fn sums_of_what_may_be_missing(x: &[f64]) -> f64 {
        let product: Option<f64> = x.iter().map(|x| if *x > -5.0 { Some(x.sin() + 2.0) } else { None }).product();
        let none = x.iter().map(|x| if *x > -5.0 { None } else { Some(*x) }).sum::<Option<f64>>();
        let squares: Vec<f64> = x.iter().map(|x| x * x).collect();
        product.unwrap_or(0.0)
            + none.unwrap_or(x[0])
            + added(&squares).unwrap_or(1.0)
            + added(&[x[0] * x[0], -1.0]).unwrap_or(x[1])
    }
}
    sums_of_what_may_be_missing(&[0.5, 1.5, -0.75]);
}

#[test]
fn a_sum_ends_with_what_is_missing() {
    assert_eq!(alone::added::grad(&[0.5, -1.0, 2.0, -3.0]), Err(Bad::Negative(-1.0)));
    assert!(together::added::grad(&[0.5, 2.0]).is_ok());
}
