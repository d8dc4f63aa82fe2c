//! Types and functions with the names of the standard library's, aliases, and the standard library's own types.

use autodiff_runtime::differentiate;

mod own {
    use autodiff_runtime::{Differentiable, differentiate};

    #[derive(Clone, Copy, Debug, Differentiable)]
    pub struct Range {
        pub lo: f64,
        pub hi: f64,
    }

    #[derive(Clone, Copy, Debug, Differentiable)]
    pub struct Duration {
        pub secs: f64,
    }

    #[differentiate]
    impl Duration {
        fn scaled(&self, x: f64) -> f64 {
            self.secs * x
        }
    }

    #[derive(Clone, Debug, Differentiable)]
    pub struct Cell {
        pub v: Vec<f64>,
    }

    #[derive(Clone, Debug, Differentiable)]
    pub struct Option {
        pub strike: f64,
        pub n: usize,
    }

    #[derive(Clone, Debug, Differentiable)]
    pub struct String {
        pub tension: f64,
        pub every: Duration,
    }

    #[derive(Clone, Debug, Differentiable)]
    pub struct Instrument {
        pub string: self::String,
        pub range: Range,
    }

    #[differentiate]
    pub fn local(x: f64) -> f64 {
        let r: Range = Range { lo: x, hi: x * x };
        r.hi - r.lo
    }

    #[differentiate]
    pub fn between(r: &Range, d: Duration, x: f64) -> f64 {
        (r.hi - r.lo) * d.secs + d.scaled(x)
    }

    #[differentiate]
    pub fn cells(c: &[Cell], x: f64) -> f64 {
        let mut s = 0.0;
        for i in 0..c.len() {
            s += c[i].v[0] * x;
        }
        s
    }

    #[differentiate]
    pub fn price(o: &Option, x: f64) -> f64 {
        (x - o.strike) * o.n as f64 * x
    }

    #[differentiate]
    pub fn pull(i: &Instrument, x: f64) -> f64 {
        i.string.tension * x * i.string.every.secs + i.range.hi
    }

    #[differentiate]
    fn identity(x: f64) -> f64 {
        2.0 * x
    }

    #[differentiate]
    pub fn through_identity(x: f64) -> f64 {
        identity(x) * x
    }

    #[differentiate]
    fn take(x: f64) -> f64 {
        x * x
    }

    #[differentiate]
    pub fn through_take(x: f64) -> f64 {
        self::take(x) * x
    }
}

#[test]
fn types_of_ones_own() {
    assert_eq!(own::local::grad(1.5), 2.0);
    let (range, d) = (own::Range { lo: 1.0, hi: 3.0 }, own::Duration { secs: 2.0 });
    let (r_bar, d_bar, x_bar) = own::between::grad(&range, d, 0.5);
    assert_eq!((r_bar.lo, r_bar.hi, d_bar.secs, x_bar), (-2.0, 2.0, 2.5, 2.0));
    let (c_bar, x_bar) = own::cells::grad(&[own::Cell { v: vec![1.0, 2.0] }], 3.0);
    assert_eq!((&c_bar[0].v[..], x_bar), (&[3.0, 0.0][..], 1.0));
    let (o_bar, x_bar) = own::price::grad(&own::Option { strike: 1.0, n: 2 }, 3.0);
    assert_eq!((o_bar.strike, x_bar), (-6.0, 10.0));
    let string = own::String { tension: 2.0, every: d };
    let (i_bar, x_bar) = own::pull::grad(&own::Instrument { string, range }, 3.0);
    assert_eq!((i_bar.string.tension, i_bar.string.every.secs, i_bar.range.hi, x_bar), (6.0, 6.0, 1.0, 4.0));
    assert_eq!(own::through_identity::grad(1.5), 6.0);
    assert_eq!(own::through_take::grad(2.0), 12.0);
}

#[differentiate]
fn ends(r: &std::ops::Range<f64>, x: f64) -> f64 {
    (r.end - r.start) * x
}

#[differentiate]
fn indices(r: std::ops::Range<usize>, x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in r.start..r.end {
        s += x[i] * x[i];
    }
    s
}

type Real = f64;
#[differentiate]
fn alias(x: Real, y: &Real) -> Real {
    let z: Real = x * *y;
    z * z + x.sin()
}

#[differentiate]
fn alias_in_a_slice(x: &[Real], y: &Real, unread: &Real) -> Real {
    let last = x.iter().cloned().skip(1).reduce(|p, q| p * 0.5 + q).unwrap_or(0.1);
    let first = x.first().copied().unwrap_or(0.25);
    last.sin() * first - x[0] * *y
}

/// A tangent has the form of its parameter, whatever is found out about the alias.
#[test]
fn tangents_of_aliases() {
    let x = [0.5, 1.5, 0.75];
    let (value, dot) = alias_in_a_slice::jvp(&x, &0.3, &2.0, &[1.0, 0.0, 0.0], &2.0, &1.0);
    assert_eq!(value, alias_in_a_slice(&x, &0.3, &2.0));
    let last: f64 = 1.5 * 0.5 + 0.75;
    assert!((dot - (last.sin() - 0.3 - 0.5 * 2.0)).abs() < 1e-12);
    assert_eq!(alias_in_a_slice::grad(&x, &0.3, &2.0).1, -0.5);
    assert_eq!(alias::jvp(1.5, &0.5, 0.0, &1.0).1, 2.0 * 1.5 * 1.5 * 0.5);
}

use std::vec::Vec as V;
#[differentiate]
fn renamed(v: &V<f64>) -> f64 {
    v[0] * v[1]
}

#[differentiate]
fn generic<Vec: Copy>(x: f64, mark: std::marker::PhantomData<Vec>) -> f64 {
    x * x
}

#[differentiate]
fn lasting(d: std::time::Duration, x: f64) -> f64 {
    d.as_secs_f64() * x
}

#[differentiate]
fn within(x: f64) -> f64 {
    let r = 0.0..1.0;
    if r.contains(&x) { x * x } else { x }
}

// Of an alias nothing is known: a range of such ends may be one of floats, as long as nobody runs it.
#[differentiate]
fn between(x: Real, y: Real) -> Real {
    let lo = x * y;
    let hi = x + y;
    if (lo..hi).contains(&y) { lo * y } else { hi * x }
}

#[differentiate]
fn ends_of_ranges(x: f64, y: f64) -> f64 {
    let r: std::ops::Range<f64> = (x * y)..x;
    let q = y..=x * x;
    let same = r.clone();
    let width = |r: &std::ops::Range<f64>| r.end - r.start;
    if r.contains(&y) || !q.is_empty() { width(&r) * q.start() + same.end } else { r.start * q.end() }
}

#[differentiate]
fn ends_of_an_alias(x: Real, y: Real) -> f64 {
    let r: std::ops::Range<f64> = (x * x)..y;
    let s = r.end - r.start;
    s.sin()
}

type Count = usize;
#[differentiate]
fn counted(x: Real, n: Count, m: Count) -> Real {
    let mut s = 0.0;
    let (first, last) = (n + 1, m * 2);
    for i in first..last {
        s += x * i as f64;
    }
    for (k, i) in (n..m).rev().enumerate() {
        s += x * x * (k * i) as f64;
    }
    s
}

#[differentiate]
fn exchanged(x: f64) -> f64 {
    use std::mem::swap;
    let (mut a, mut b) = (x, 2.0 * x * x);
    swap(&mut a, &mut b);
    a - 3.0 * b
}

#[test]
fn types_of_the_standard_library() {
    assert_eq!(ends::grad(&(1.0..4.0), 2.0), (-2.0..2.0, 3.0));
    assert_eq!(indices::grad(0..2, &[1.0, 2.0, 3.0]), [2.0, 4.0, 0.0]);
    assert_eq!(alias::grad(1.5, &0.5), (2.0 * 1.5 * 0.25 + 1.5_f64.cos(), 2.0 * 1.5 * 1.5 * 0.5));
    assert_eq!(renamed::grad(&vec![1.0, 2.0]), [2.0, 1.0]);
    // x (2 + 3 + 4 + 5) + x² (0·2 + 1·1)
    assert_eq!(counted::grad(0.5, 1, 3), (15.0, (), ()));
    assert_eq!(generic::grad(1.5, std::marker::PhantomData::<u8>), 3.0);
    assert_eq!(lasting::grad(std::time::Duration::from_secs(2), 3.0), 2.0);
}

#[differentiate]
fn while_unknown(mut x: Real, y: Real) -> Real {
    let mut n = 0;
    while !((x - y) >= x) && n < 3 {
        n += 1;
        x = x + y;
    }
    x * y
}

#[differentiate]
fn while_unknown_with_jumps(mut x: Real, y: Real) -> Real {
    'outer: while x - y < y + y {
        if x - y < y {
            x = x + y;
            continue;
        }
        while x + y < y * y * y {
            if x > y * y {
                break 'outer;
            }
            x = x + x;
        }
        x = x + y + y;
    }
    x * y
}

#[differentiate]
fn predicates(x: Real, y: Real) -> Real {
    if x.is_finite() && !y.is_nan() { x * y } else { x }
}

#[differentiate]
fn predicates_of_references(x: Real, y: &mut Real, v: &[(Real, Real)]) -> Real {
    let kept = v[0].0.is_normal();
    if (*y).is_sign_positive() && v[0].1.is_finite() {
        *y = x * *y;
    }
    if kept { x * v[1].0 } else { x }
}

mod tested {
    use autodiff_runtime::{Differentiable, differentiate};

    #[derive(Clone, Copy, Debug, Differentiable)]
    pub struct Pair {
        pub a: f64,
        pub b: f64,
    }

    impl Pair {
        pub fn is_finite(&self) -> bool {
            self.a.is_finite() && self.b < 2.0
        }
    }

    #[differentiate]
    pub fn tested(p: &Pair, x: f64) -> f64 {
        if p.is_finite() { p.a * x } else { p.b * x }
    }

    #[test]
    fn a_predicate_of_ones_own() {
        let (value, (p_bar, x_bar)) = tested::value_and_grad(&Pair { a: 1.0, b: 3.0 }, 2.0);
        assert_eq!((value, p_bar.a, p_bar.b, x_bar), (6.0, 0.0, 2.0, 3.0));
        assert_eq!(tested::grad(&Pair { a: 1.0, b: 0.5 }, 2.0).0.a, 2.0);
    }
}

checks! {
    within(0.5) => 1.0;
    within as outside(1.5) => 1.0;
    between(0.5, 1.25);
    ends_of_ranges(0.5, 1.25);
    ends_of_ranges as ends_of_others(1.5, 0.25);
    ends_of_an_alias(0.5, 1.25);
    between as not_between(-0.5, 1.25);
    exchanged(1.5) => 3.0;
    while_unknown(2.0, 0.75);
    while_unknown_with_jumps(0.5, 1.75);
    while_unknown_with_jumps as while_unknown_left(1.5, 2.5);
    predicates(1.5, 0.75) => (0.75, 1.5);
    predicates_of_references(1.5, &mut 0.75, &[(0.5, 1.0), (0.25, 2.0)]);
}

/// Functions that are named in capitals, as formulas name them, beside tuple structs.
#[allow(non_snake_case)]
mod capitals {
    use autodiff_runtime::{Differentiable, differentiate};

    #[derive(Clone, Copy, Differentiable)]
    struct Pair(f64, f64);

    mod stats {
        use autodiff_runtime::differentiate;

        #[differentiate]
        pub fn Phi(x: f64) -> f64 {
            1.0 / (1.0 + (-1.7 * x).exp())
        }

        #[differentiate]
        pub fn Powers(x: f64) -> [f64; 2] {
            [x, x * x]
        }
    }

    use stats::Phi;

    #[differentiate]
    fn N(x: f64) -> f64 {
        Phi(x)
    }

    #[differentiate]
    fn call(S: f64, K: f64, v: f64) -> f64 {
        let d1 = (S / K).ln() / v + 0.5 * v;
        let both = Pair(S, K);
        let powers: [f64; 2] = stats::Powers(v);
        S * N(d1) - K * stats::Phi(d1 - v) + both.0 * both.1 * 1e-3 + N(0.3) * powers[1]
    }

    #[test]
    fn are_called() {
        let (value, bar) = call::value_and_grad(100.0, 90.0, 0.2);
        assert_eq!(value, call(100.0, 90.0, 0.2));
        let h = 1e-5;
        let by_v = (call(100.0, 90.0, 0.2 + h) - call(100.0, 90.0, 0.2 - h)) / (2.0 * h);
        let by_s = (call(100.0 + h, 90.0, 0.2) - call(100.0 - h, 90.0, 0.2)) / (2.0 * h);
        assert!((bar.2 - by_v).abs() < 1e-6 && (bar.0 - by_s).abs() < 1e-7);
    }
}

/// What is named in capitals and of no account, and arrays in fields that are not in sight.
mod of_no_account {
    use autodiff_runtime::{Differentiable, differentiate};

    #[derive(Clone, Differentiable)]
    struct Pair(f64, f64);

    #[derive(Clone, Differentiable)]
    struct Bench {
        by: f64,
        weights: [f64; 2],
    }

    #[allow(non_snake_case)]
    #[differentiate]
    fn Phi(n: usize, x: f64) -> f64 {
        x * n as f64
    }

    #[differentiate]
    fn nested(x: f64) -> f64 {
        Phi(2, Phi(1, x) * x)
    }

    #[differentiate]
    fn area(pair: Pair) -> f64 {
        pair.0 * pair.1
    }

    #[differentiate]
    fn unread(x: f64) -> f64 {
        let _unread = Phi(1, x);
        let pair = Pair(x, 2.0);
        let second = pair.1;
        area(pair) + second * x
    }

    #[differentiate]
    fn replaced(bench: &mut Bench) -> Bench {
        *bench = Bench { weights: bench.weights.map(|_| 0.5), ..bench.clone() };
        bench.clone()
    }

    #[differentiate]
    fn weighed(bench: &Bench) -> f64 {
        let scaled = bench.weights.map(|weight| weight * bench.by);
        scaled[0] + scaled[1] * scaled[1]
    }

    #[test]
    fn are_what_they_are() {
        assert_eq!(unread::grad(3.0), 4.0);
        assert_eq!(nested::grad(3.0), 12.0);
        let mut bench = Bench { by: 2.0, weights: [1.0, 3.0] };
        let bar = weighed::grad(&bench);
        assert_eq!((bar.by, bar.weights), (1.0 + 2.0 * 2.0 * 9.0, [2.0, 2.0 * 6.0 * 2.0]));
        let (left, bar) = replaced::value_and_grad(&mut bench);
        assert_eq!((left.weights, bar.by, bar.weights), ([0.5; 2], 1.0, [0.0; 2]));
    }
}
