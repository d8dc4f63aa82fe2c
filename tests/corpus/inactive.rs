//! `Option`s, `Result`s and maps that carry nothing: ordinary code, in every position; and legal uses of a float's bits.

use std::collections::{BTreeMap, HashMap};

use autodiff_runtime::{differentiate, stop_gradient};

#[derive(Clone, Debug)]
struct Data {
    v: Option<f64>,
    m: HashMap<u32, f64>,
    a: f64,
}

#[differentiate]
fn field(#[no_diff] q: &Data, x: f64) -> f64 {
    match q.v {
        Some(v) => v * x,
        None => x,
    }
}

#[differentiate]
fn tested(#[no_diff] q: &Data, x: f64) -> f64 {
    if let Some(v) = q.v { v * x * x } else { q.a * x }
}

#[differentiate]
fn left(#[no_diff] q: &Data, x: f64) -> f64 {
    let Some(v) = q.v else { return x * x };
    v * x * q.a
}

#[differentiate]
fn methods(#[no_diff] q: &Data, x: f64) -> f64 {
    let y = q.v.unwrap_or(3.0) * x + q.v.map(|v| v * 2.0).unwrap_or(0.5) * x * x;
    if q.v.is_some() { y + x } else { y }
}

#[differentiate]
fn looked_up(#[no_diff] q: &Data, x: f64) -> f64 {
    let found = match q.m.get(&1) {
        Some(v) => v * x,
        None => x,
    };
    found + q.m[&1] * x * x
}

#[differentiate]
fn several(#[no_diff] all: &[Data], x: f64) -> f64 {
    let mut s = 0.0;
    for q in all {
        s += match &q.v {
            Some(v) if *v > 1.0 => v.sin() * x,
            _ => q.a * x,
        };
    }
    s
}

#[differentiate]
fn elements(#[no_diff] v: &[Option<f64>], x: f64) -> f64 {
    let mut s = 0.0;
    for o in v {
        s += match o {
            Some(a) => a * x,
            None => x,
        };
    }
    for o in v.iter() {
        if let Some(a) = o {
            s += *a * x * x;
        }
    }
    s
}

#[differentiate]
fn ordered(#[no_diff] map: &BTreeMap<u32, f64>, x: f64) -> f64 {
    map[&1] * x
}

fn parsed(n: usize) -> Result<f64, String> {
    if n > 1 { Ok(n as f64) } else { Err("no".to_string()) }
}

#[differentiate]
fn result(x: f64, n: usize) -> f64 {
    let r = parsed(n);
    match r {
        Ok(v) => v * x,
        Err(_) => x * x,
    }
}

#[differentiate]
fn guarded_result(x: f64, n: usize) -> f64 {
    match parsed(n) {
        Ok(v) if v > 2.5 => v * x,
        Ok(v) => v + x,
        Err(e) => x * e.len() as f64,
    }
}

#[differentiate]
fn local_option(x: f64, n: usize) -> f64 {
    let o = parsed(n).ok();
    let y = o.map(|v| v * 2.0).unwrap_or(1.0);
    if o.is_some() { y * x } else { x }
}

fn table() -> HashMap<u32, f64> {
    HashMap::from([(1, 2.5)])
}

#[differentiate]
fn local_map(x: f64) -> f64 {
    let map = table();
    let a = map[&1];
    let b = map.get(&1).copied().unwrap_or(0.0);
    let c = match map.get(&2) {
        Some(v) => *v,
        None => 4.0,
    };
    a * x * b + c * x
}

#[differentiate]
fn filled_map(x: f64) -> f64 {
    let mut map: HashMap<&str, f64> = HashMap::new();
    map.insert("a", 2.0);
    let k = "a";
    x * map["a"] + x * map[k]
}

#[differentiate]
fn bucket(x: f64, v: &[f64]) -> f64 {
    v[x.to_bits() as usize % 4] * x
}

#[differentiate]
fn exponent(x: f64) -> f64 {
    let e = (x.to_bits() >> 52) & 0x7ff;
    let e = e as i32 - 1023;
    x * 2.0_f64.powi(-e) + e as f64
}

#[differentiate]
fn bits_of_a_constant(x: f64) -> f64 {
    let bits = stop_gradient(x).to_bits();
    f64::from_bits(bits ^ (1 << 63)) * x
}

// What is turned around is read in its new order, be it a local or lent.
#[differentiate]
fn turned(x: &[f64], by: u32, order: &[usize]) -> f64 {
    let mut stack = vec![0, 2, 1];
    stack.rotate_left(1);
    let mut flags = [true, true, false];
    flags.rotate_right(by.rotate_left(1) as usize - 1);
    flags.reverse();
    let mut all = order.to_vec();
    all.reverse();
    let mut y = 0.5;
    for at in 0..stack.len() {
        if flags[at] {
            y += x[stack[at]] * x[all[at]] * at as f64;
        }
    }
    y
}

checks! {
    turned(&vec![0.4, 0.3, 0.7], @1, @&vec![0, 1, 2]);
    result(1.5, @0) => 3.0;
    result as another_result(1.5, @2) => 2.0;
    guarded_result(1.5, @0) => 2.0;
    guarded_result as second_arm(1.5, @2) => 1.0;
    guarded_result as first_arm(1.5, @3) => 3.0;
    local_option(1.5, @0) => 1.0;
    local_option as some(1.5, @3) => 6.0;
    local_map(1.5) => 10.25;
    filled_map(1.5) => 4.0;
    exponent(3.0) => 0.5;
}

#[test]
fn marked_data() {
    let some = Data { v: Some(2.0), m: table(), a: 3.0 };
    let none = Data { v: None, m: table(), a: 3.0 };
    assert_eq!((field::grad(&some, 1.5), field::grad(&none, 1.5)), (2.0, 1.0));
    assert_eq!((tested::grad(&some, 1.5), tested::grad(&none, 1.5)), (6.0, 3.0));
    assert_eq!((left::grad(&some, 1.5), left::grad(&none, 1.5)), (6.0, 3.0));
    assert_eq!((methods::grad(&some, 1.5), methods::grad(&none, 1.5)), (15.0, 4.5));
    assert_eq!(methods::jvp(&some, 1.5, 2.0).1, 30.0);
    assert_eq!(looked_up::grad(&some, 1.5), 2.5 + 2.0 * 2.5 * 1.5);
    assert_eq!(several::grad(&[some, none], 1.5), 2.0_f64.sin() + 3.0);
    assert_eq!(elements::grad(&[Some(2.0), None], 1.5), 2.0 + 1.0 + 2.0 * 2.0 * 1.5);
    assert_eq!(ordered::grad(&BTreeMap::from([(1, 2.5)]), 1.5), 2.5);
    assert_eq!(bits_of_a_constant::grad(1.5), -1.5);
    assert_eq!(bucket::grad(1.5, &[1.0, 2.0, 3.0, 4.0]), (1.0, vec![1.5, 0.0, 0.0, 0.0]));
}

/// Ranges as indices, and maps, in parameters and locals of a written type; a type of one's own of such a name.
mod unindexed {
    use std::collections::{BTreeMap, HashMap};
    use std::ops::{self, RangeInclusive};

    use autodiff_runtime::differentiate;

    mod own {
        #[derive(Clone, autodiff_runtime::Differentiable)]
        pub struct Range {
            pub lo: f64,
            pub hi: f64,
        }
    }
    use own::Range;

    #[differentiate]
    fn length(r: &Range, x: f64) -> f64 {
        (r.hi - r.lo) * x
    }

    #[differentiate]
    fn widths(r: Vec<Range>) -> f64 {
        let mut s = 0.0;
        for one in &r {
            s += one.hi * one.hi - one.lo;
        }
        s
    }

    #[differentiate]
    fn windowed(x: &[f64], #[no_diff] r: &ops::Range<usize>, #[no_diff] k: RangeInclusive<usize>) -> f64 {
        let s: f64 = x[r.clone()].iter().sum();
        let mut t = x.to_vec();
        t[k.clone()][0] = s * x[0];
        s * x[1] + t[k].iter().map(|y| y * y).sum::<f64>() + t[1..][r.clone()][0]
    }

    #[differentiate]
    fn without_ends(
        x: &[f64],
        #[no_diff] from: ops::RangeFrom<usize>,
        #[no_diff] to: ops::RangeTo<usize>,
    ) -> f64 {
        x[from].iter().sum::<f64>() * x[to].iter().product::<f64>()
    }

    #[test]
    fn a_range_without_an_end() {
        assert_eq!(without_ends::value_and_grad(&[2.0, 3.0, 4.0], 1.., ..2), (42.0, vec![21.0, 20.0, 6.0]));
    }

    #[differentiate]
    fn entries(x: &[f64], #[no_diff] m: &HashMap<usize, f64>) -> f64 {
        let mut s = 0.0;
        for (k, v) in m {
            s += x[*k] * v * x[0];
        }
        for v in m.values() {
            s += v * x[1];
        }
        s
    }

    fn weights() -> BTreeMap<usize, f64> {
        BTreeMap::from([(0, 0.5), (1, 2.0)])
    }

    #[differentiate]
    fn of_locals(x: &[f64]) -> f64 {
        let m: BTreeMap<usize, f64> = [(0, 0.5), (1, 2.0)].into_iter().collect();
        let w: BTreeMap<usize, f64> = weights();
        let mut more: HashMap<usize, f64> = HashMap::new();
        more.insert(2, 1.5);
        let mut s = x[0] * m[&1];
        for (k, v) in &m {
            s += x[*k] * v;
        }
        for v in m.values() {
            s += x[0] * v * s;
        }
        for (&k, &v) in m.iter() {
            s += x[k] * v;
        }
        for (k, v) in more.iter() {
            s *= x[*k] * v;
        }
        for (k, v) in w {
            s += x[k] * v;
        }
        s
    }

    #[differentiate]
    fn local_ranges(x: &[f64]) -> f64 {
        let r: ops::Range<usize> = 1..3;
        let t: f64 = x[r.clone()].iter().sum();
        let closed = 1..=2;
        let u: f64 = x[closed].iter().product();
        let mut s = 0.0;
        for (y, k) in x.iter().zip(r) {
            s += y * k as f64;
        }
        s * t + u
    }

    #[differentiate]
    fn measured(x: &[f64]) -> f64 {
        let m = HashMap::from([(1, 0.5), (2, 3.0)]);
        let r = Range { lo: x[0], hi: x[1] * x[2] };
        let windows = windowed(x, &(1..3), 0..=2);
        length(&r, x[0]) * windows + entries(x, &m) + widths(vec![r.clone(), r])
    }

    checks! {
        measured(&[0.5, 2.0, 1.0, 3.0]);
        of_locals(&[0.5, 2.0, 1.0, 3.0]);
        local_ranges(&[0.5, 2.0, 1.0, 3.0]);
    }
}

mod unseen_items {
    use super::*;

    #[differentiate]
    fn of_an_option(v: f64, k: Option<usize>, w: usize) -> f64 {
        let q = k.map(|n| n + w).filter(|n| *n > 1).unwrap_or(3);
        let z = k.zip(Some(w)).map_or(0, |(a, b)| a * b);
        let r = if let Some(a) = k.map(|n| n * 2) { v * a as f64 } else { v };
        v * q as f64 + z as f64 * r
    }

    /// Iterators that only code knows, whose items may be references.
    #[differentiate]
    fn flattened(v: f64, #[no_diff] k: &[Option<usize>], w: usize) -> f64 {
        let y = k[1].and_then(|n| if n > w { Some(n - w) } else { None });
        let mut t = if y.is_some() { v } else { 0.0 };
        let pad = [v, v * v, 2.0 * v, v, v];
        for i in k.iter().flatten() {
            if *i > w {
                t += v * *i as f64 * pad[*i];
            }
        }
        for &i in k.iter().flatten() {
            t += v * i as f64;
        }
        for (j, i) in k.iter().flatten().enumerate() {
            t += v * (*i + j) as f64;
        }
        for i in k.iter().copied().flatten() {
            t += pad[i] * i as f64;
        }
        t += k.iter().flatten().map(|i| pad[*i]).sum::<f64>();
        t + k.iter().flatten().map(|&i| pad[i] * i as f64).sum::<f64>() * k.iter().flatten().count() as f64
    }

    #[differentiate]
    fn named(x: &[f64], #[no_diff] names: &HashMap<String, usize>, #[no_diff] key: &str) -> f64 {
        let i = names.get(key).copied().unwrap_or(0);
        let j = match names.get("b") {
            Some(j) => *j,
            None => 1,
        };
        let n: usize = key.len().to_string().parse().unwrap_or(1);
        let scale: f64 = "1.5".parse().unwrap();
        let first = key.chars().next().map(|c| c == 'a').unwrap_or(false);
        x[i] * x[j] * n as f64 * scale + if first { x[0] } else { 0.0 }
    }

    #[test]
    fn items_of_code_are_values() {
        assert_eq!(of_an_option::grad(0.7, Some(2), 1), 3.0 + 2.0 * 4.0);
        assert_eq!(of_an_option::grad(0.7, None, 1), 3.0);
        let k = [Some(2), Some(4), None];
        let (value, slope) = flattened::value_and_grad(0.7, &k, 2);
        assert_eq!(value, flattened(0.7, &k, 2));
        let moved = |h: f64| flattened(0.7 + h, &k, 2);
        assert!((slope - (moved(1e-6) - moved(-1e-6)) / 2e-6).abs() < 1e-7);
        assert_eq!(flattened::jvp(0.7, &k, 2, 1.0).1, slope);
        let names: HashMap<String, usize> = [("a".to_string(), 1)].into();
        let (value, slopes) = named::value_and_grad(&[0.7, 0.3], &names, "a");
        assert_eq!(value, named(&[0.7, 0.3], &names, "a"));
        assert_eq!(slopes, [1.0, 2.0 * 0.3 * 1.5]);
    }
}

/// Maps and words made of parameters that are marked, or that carry nothing.
mod made_of_constants {
    use std::collections::HashMap;

    use autodiff_runtime::differentiate;

    #[derive(Clone, Debug)]
    pub struct Quote {
        pub name: String,
        pub strike: f64,
    }

    #[differentiate]
    pub fn by_name(x: f64, #[no_diff] quotes: &[Quote]) -> f64 {
        let strikes: HashMap<String, f64> = quotes.iter().map(|q| (q.name.clone(), q.strike)).collect();
        let whole: HashMap<String, Quote> = quotes.iter().map(|q| (q.name.clone(), q.clone())).collect();
        let mut y = x;
        for name in ["a", "b"] {
            y *= (y * strikes[name]).sin();
            if let Some(quote) = whole.get(name) {
                y += quote.strike * x;
            }
        }
        y
    }

    #[differentiate]
    pub fn by_words(x: f64, names: &[String]) -> f64 {
        let words: Vec<&str> = names[0].split(' ').collect();
        let mut y = x * words.len() as f64;
        for word in &words {
            y *= (x * word.len() as f64).sin();
        }
        for name in names {
            let words: Vec<&str> = name.split(' ').collect();
            y += (x * words.len() as f64).sin();
        }
        y
    }

    #[differentiate]
    pub fn through(x: f64, #[no_diff] quotes: &[Quote], names: &[String]) -> f64 {
        by_name(x * x, quotes) * by_words(x, names)
    }

    #[test]
    fn slopes_are_those_of_differences() {
        let quotes = ["a", "b"].map(|name| Quote { name: name.into(), strike: 0.5 + name.len() as f64 });
        let names = ["a bb ccc".to_string(), "dd e".to_string()];
        let by = |f: &dyn Fn(f64) -> f64| (f(0.7 + 1e-6) - f(0.7 - 1e-6)) / 2e-6;
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-7, "{a} {b}");
        near(by_name::grad(0.7, &quotes), by(&|x| by_name(x, &quotes)));
        near(by_words::grad(0.7, &names), by(&|x| by_words(x, &names)));
        near(through::grad(0.7, &quotes, &names), by(&|x| through(x, &quotes, &names)));
        assert_eq!(through::jvp(0.7, &quotes, &names, 1.0).0, through(0.7, &quotes, &names));
        near(through::jvp(0.7, &quotes, &names, 1.0).1, by(&|x| through(x, &quotes, &names)));
    }
}
