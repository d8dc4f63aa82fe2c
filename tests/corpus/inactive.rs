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

checks! {
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
