//! A function for every form of parameter, and what is handed to them.

use autodiff_runtime::{Differentiable, differentiate};

pub type Real = f64;

#[derive(Clone, Copy, Differentiable)]
pub struct Part {
    pub b: f64,
    pub c: [f64; 2],
}

#[derive(Clone, Differentiable)]
pub struct Law {
    pub a: f64,
    pub n: usize,
    pub p: (f64, usize),
    pub l: Part,
    pub t: [f64; 3],
    pub v: Vec<f64>,
    pub m: Vec<Vec<f64>>,
    #[no_diff]
    pub name: String,
    #[no_diff]
    pub o: Option<f64>,
    #[no_diff]
    pub r: Rules,
}

/// Of no use to differentiation.
#[derive(Clone, Copy)]
pub struct Rules {
    pub steep: bool,
}

pub fn law(shift: f64) -> Law {
    Law {
        a: 1.25 + shift,
        n: 2,
        p: (0.5 + shift, 3),
        l: Part { b: 0.75 - shift, c: [0.25 + shift, -0.5] },
        t: [0.5, 1.5 + shift, -0.25],
        v: vec![0.25, -0.75 + shift, 1.25],
        m: vec![vec![0.5, 0.25 + shift], vec![-0.5]],
        name: String::from("square"),
        o: Some(0.5),
        r: Rules { steep: true },
    }
}

pub const RATE: f64 = 0.25;
pub const OFFSET: Real = -0.5;
pub static SHIFT: f64 = 1.5;
pub const TABLE: [f64; 3] = [0.5, -1.25, 2.0];
pub const COEFFICIENTS: &[f64] = &[1.0, -0.5, 0.25, 2.0];
pub const LEVELS: &[(f64, usize)] = &[(0.5, 1), (-0.75, 3)];
pub const PAIR: (f64, usize) = (1.5, 2);
pub const PAIRS: [[f64; 2]; 2] = [[1.0, 0.5], [0.25, -1.0]];
pub const LAW: Constants =
    Constants { a: 0.5, p: (0.5, 1), l: Part { b: 0.5, c: [1.0, -1.0] }, t: [1.0, 2.0, -0.5] };
pub const LAW_PART: Part = Part { b: -0.5, c: [0.25, 1.0] };
pub const RULES: Rules = Rules { steep: false };
pub const POWER: usize = 3;
pub const FLAG: bool = true;
pub const NAME: &str = "square";

pub struct Constants {
    pub a: f64,
    pub p: (f64, usize),
    pub l: Part,
    pub t: [f64; 3],
}

pub fn one() -> f64 {
    1.0
}
pub fn two() -> usize {
    2
}
pub fn three() -> [f64; 3] {
    [0.5, 1.0, 1.5]
}
pub fn pair() -> (f64, usize) {
    (0.25, 2)
}
pub fn part() -> Part {
    LAW_PART
}
pub fn rules() -> Rules {
    RULES
}
pub fn make(n: usize) -> Vec<f64> {
    (0..n).map(|k| 0.5 + k as f64).collect()
}
pub fn table() -> &'static [f64] {
    COEFFICIENTS
}
pub fn name() -> &'static str {
    NAME
}
pub fn first(values: &[f64]) -> f64 {
    values[0]
}
pub fn twice(values: &[f64; 3]) -> [f64; 3] {
    values.map(|v| 2.0 * v)
}
pub fn scaled(values: &[f64]) -> Vec<f64> {
    values.iter().map(|v| 0.5 * v).collect()
}

// ---- numbers ----

#[differentiate]
pub fn scalar(p: f64, x: f64) -> f64 {
    p * x.sin() + p * p
}
#[differentiate]
pub fn by_reference(p: &f64, x: f64) -> f64 {
    p * x.sin() + p * p
}
#[differentiate]
pub fn real(p: Real, x: f64) -> f64 {
    p * x.sin() + p * p
}
#[differentiate]
pub fn real_reference(p: &Real, x: f64) -> f64 {
    *p * x.sin() + *p * *p
}
#[differentiate]
pub fn generic<T: num_traits::Float>(p: T, x: T) -> T {
    p * x.sin() + p * p
}
#[differentiate]
pub fn marked(#[no_diff] p: f64, x: f64) -> f64 {
    p * x.sin()
}

// ---- sequences ----

#[differentiate]
pub fn array(p: [f64; 3], x: f64) -> f64 {
    p[0] * x + p[1] * p[2]
}
#[differentiate]
pub fn array_reference(p: &[f64; 3], x: f64) -> f64 {
    p[0] * x + p[1] * p[2]
}
#[differentiate]
pub fn slice(p: &[f64], x: f64) -> f64 {
    let mut sum = 0.0;
    for k in 0..p.len() {
        sum = sum * x + p[k] * p[0];
    }
    sum
}
#[differentiate]
pub fn sized<const N: usize>(p: [f64; N], x: f64) -> f64 {
    let mut sum = x;
    for k in 0..N {
        sum = sum * p[k] + x;
    }
    sum
}
#[differentiate]
pub fn sized_reference<const N: usize>(p: &[f64; N], x: f64) -> f64 {
    let mut sum = x;
    for k in 0..N {
        sum = sum * p[k] + x;
    }
    sum
}
#[differentiate]
pub fn generic_slice<T: num_traits::Float>(p: &[T], x: T) -> T {
    let mut sum = T::zero();
    for k in 0..p.len() {
        sum = sum * x + p[k];
    }
    sum
}
#[differentiate]
pub fn marked_slice(#[no_diff] p: &[f64], x: f64) -> f64 {
    let mut sum = 0.0;
    for v in p {
        sum = sum * x + v;
    }
    sum
}
#[differentiate]
pub fn vector(p: Vec<f64>, x: f64) -> f64 {
    let mut sum = 0.0;
    for v in &p {
        sum = sum * x + v * p[0];
    }
    sum
}
#[differentiate]
pub fn vector_reference(p: &Vec<f64>, x: f64) -> f64 {
    p[0] * x + p[1] * p[1]
}
#[differentiate]
pub fn marked_vector(#[no_diff] p: Vec<f64>, x: f64) -> f64 {
    p[0] * x + p[1] * x * x
}
#[differentiate]
pub fn rows(p: &[Vec<f64>], x: f64) -> f64 {
    let mut sum = 0.0;
    for row in p {
        for v in row {
            sum = sum * x + v;
        }
    }
    sum
}
#[differentiate]
pub fn pairs(p: &[[f64; 2]], x: f64) -> f64 {
    let mut sum = 0.0;
    for k in 0..p.len() {
        sum += p[k][0] * x * p[k][1];
    }
    sum
}
#[differentiate]
pub fn two_tables(p: &[f64], q: &[f64], x: f64) -> f64 {
    p[0] * q[1] * x + q[0] * x * x + p[1]
}

// ---- tuples and structs ----

#[differentiate]
pub fn tuple(p: (f64, usize), x: f64) -> f64 {
    p.0 * x.powi(p.1 as i32)
}
#[differentiate]
pub fn tuple_reference(p: &(f64, usize), x: f64) -> f64 {
    p.0 * x.powi(p.1 as i32)
}
#[differentiate]
pub fn tuples(p: &[(f64, usize)], x: f64) -> f64 {
    let mut sum = 0.0;
    for (weight, power) in p {
        sum += weight * x.powi(*power as i32);
    }
    sum
}
#[differentiate]
pub fn tuple_vector(p: Vec<(f64, usize)>, x: f64) -> f64 {
    p[0].0 * x.powi(p[0].1 as i32)
}
#[differentiate]
pub fn structure(p: Part, x: f64) -> f64 {
    p.b * x + p.c[0] * p.c[1] * x * x
}
#[differentiate]
pub fn structure_reference(p: &Part, x: f64) -> f64 {
    p.b * x + p.c[0] * p.c[1] * x * x
}
#[differentiate]
pub fn structures(p: &[Part], x: f64) -> f64 {
    p[0].b * x + p[0].c[1]
}
#[differentiate]
pub fn marked_structure(#[no_diff] p: &Part, x: f64) -> f64 {
    p.b * x + p.c[1] * x * x
}

// ---- what carries nothing ----

#[differentiate]
pub fn raised(n: usize, x: f64) -> f64 {
    x.powi(n as i32)
}
#[differentiate]
pub fn raised_reference(n: &usize, x: f64) -> f64 {
    x.powi(*n as i32)
}
#[differentiate]
pub fn flagged(flag: bool, x: f64) -> f64 {
    if flag { x * x } else { x }
}
#[differentiate]
pub fn named(name: &str, x: f64) -> f64 {
    if name == "square" { x * x } else { x }
}
#[differentiate]
pub fn named_string(#[no_diff] name: &String, x: f64) -> f64 {
    if name == "square" { x * x } else { x }
}
#[differentiate]
pub fn optional(#[no_diff] o: Option<f64>, x: f64) -> f64 {
    match o {
        Some(o) => o * x,
        None => x * x,
    }
}
#[differentiate]
pub fn opaque(#[no_diff] rules: &Rules, x: f64) -> f64 {
    let steep: bool = rules.steep;
    if steep { x * x } else { x }
}

// ---- results ----

#[differentiate]
pub fn spread(x: f64, y: f64) -> [f64; 3] {
    [x, y, x * y]
}
#[differentiate]
pub fn grown(v: &[f64], x: f64) -> Vec<f64> {
    v.iter().map(|v| v * x).collect()
}
#[differentiate]
pub fn paired(x: f64, n: usize) -> (f64, usize) {
    (x * x, n)
}
#[differentiate]
pub fn parted(x: f64, y: f64) -> Part {
    Part { b: x * y, c: [x, y] }
}

// ---- what is changed ----

#[differentiate]
pub fn bump(p: &mut f64, x: f64) -> f64 {
    let old = *p;
    *p = *p * x + x;
    old * x
}
#[differentiate]
pub fn bump_all(p: &mut [f64], x: f64) -> f64 {
    let mut sum = 0.0;
    for v in p.iter_mut() {
        sum += *v * x;
        *v = *v * *v + x;
    }
    sum
}
#[differentiate]
pub fn bump_array(p: &mut [f64; 3], x: f64) -> f64 {
    p[0] = p[1] * x;
    p[1] * x
}
#[differentiate]
pub fn bump_part(p: &mut Part, x: f64) -> f64 {
    p.b = p.b * x + p.c[0];
    p.c[0] = x;
    let c: f64 = p.c[1];
    c * x
}
#[differentiate]
pub fn push(p: &mut Vec<f64>, x: f64) {
    p.push(x * x);
}
#[differentiate]
pub fn both(x: f64, p: &mut f64, q: &mut f64) {
    *p = x.sin();
    *q = x.cos();
}

// ---- methods ----

pub struct Model;

#[differentiate]
impl Model {
    pub const RATE: f64 = 0.125;

    pub fn scaled(p: f64, x: f64) -> f64 {
        p * x * x
    }
}

#[differentiate]
impl Part {
    pub fn new(#[no_diff] b: f64) -> Part {
        Part { b, c: [0.5, b] }
    }
    pub fn eaten(self, x: f64) -> f64 {
        self.b * x + self.c[1]
    }
    pub fn seen(&self, x: f64) -> f64 {
        self.b * x * x + self.c[0]
    }
    pub fn bump(&mut self, x: f64) -> f64 {
        let old = self.b;
        self.b = self.b * x + self.c[1];
        old
    }
}

#[differentiate]
impl Law {
    pub fn energy(&self, x: f64) -> f64 {
        self.a * x + self.v[1] * self.l.b
    }
    pub fn times(&self, p: f64, x: f64) -> f64 {
        self.a * p * x + p
    }
    pub fn applied(&self, p: &[f64], x: f64) -> f64 {
        self.a * p[0] * x + p[1] * self.t[1]
    }
}

impl Law {
    pub fn norm(&self) -> f64 {
        self.a.abs()
    }
    pub fn weights(&self) -> &[f64] {
        &self.v
    }
}
