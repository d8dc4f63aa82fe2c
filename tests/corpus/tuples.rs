//! Tuples as values, parameters, results, patterns, and inside containers.

use autodiff_runtime::differentiate;

#[differentiate]
fn pair(p: (f64, f64)) -> f64 {
    p.0 * p.0 * p.1
}

#[differentiate]
fn destructured((x, y): (f64, f64), (n, scale): (usize, f64)) -> f64 {
    x * y.sin() * n as f64 + scale * x
}

#[differentiate]
fn nested(t: ((f64, f64), [f64; 2])) -> f64 {
    let ((a, b), [c, d]) = t;
    a * b + c * d * a
}

#[differentiate]
fn by_reference(p: &(f64, f64)) -> f64 {
    let (x, y) = *p;
    x * y + p.0
}

#[differentiate]
fn returned(x: f64, y: f64) -> (f64, f64) {
    (x * y, x + y * y)
}

#[differentiate]
fn mixed_result(x: f64, n: usize) -> (f64, usize, bool) {
    (x.powi(n as i32), n + 1, x > 0.0)
}

#[differentiate]
fn nested_result(x: f64, y: f64) -> ((f64, [f64; 2]), Vec<f64>) {
    ((x * y, [x, y * y]), vec![x.sin(), y, x * x])
}

#[differentiate]
fn mutable_tuple(x: f64, y: f64) -> f64 {
    let mut t = (x, y, 3);
    t.0 *= t.1;
    t.1 = t.0 * t.0;
    t.2 += 1;
    t.0 + t.1 * f64::from(t.2)
}

#[differentiate]
fn swapped_by_pattern(x: f64, y: f64) -> f64 {
    let (mut a, mut b) = (x, y);
    for _ in 0..3 {
        (a, b) = (b * x, a + b);
    }
    a * b
}

#[differentiate]
fn array_pattern(x: [f64; 3]) -> f64 {
    let [a, b, c] = x;
    let [first, .., last] = x;
    a * b - c * first + last * last
}

#[differentiate]
fn in_a_slice(points: &[(f64, f64)]) -> f64 {
    let mut s = 0.0;
    for i in 0..points.len() {
        let (x, y) = points[i];
        s += x * y * points[0].1;
    }
    s
}

#[differentiate]
fn pushed(x: f64, n: usize) -> f64 {
    let mut history = Vec::new();
    let mut state = (x, 1.0);
    for _ in 0..n {
        state = (state.0 + 0.1 * state.1, state.1 - 0.1 * state.0);
        history.push(state);
    }
    let mut s = 0.0;
    for k in 0..history.len() {
        s += history[k].0 * history[k].1;
    }
    s
}

#[differentiate]
fn ignored_parts(t: (f64, f64, f64)) -> f64 {
    let (x, _, z) = t;
    let (.., w) = t;
    x * z + w
}

checks! {
    pair((1.5, 0.5)) => (2.0 * 1.5 * 0.5, 1.5 * 1.5);
    destructured((1.5, 0.5), (3usize, 0.75));
    nested(((1.5, 0.5), [0.75, 2.0]));
    by_reference(&(1.5, 0.5)) => (1.5, 1.5);
    returned(1.5, 0.5) => (0.5 + 1.0, 1.5 + 1.0);
    mixed_result(1.5, @3) => 3.0 * 1.5 * 1.5;
    nested_result(1.5, 0.5);
    mutable_tuple(1.5, 0.5);
    swapped_by_pattern(1.5, 0.5);
    array_pattern([1.5, 0.5, -0.75]);
    in_a_slice(&[(1.5, 0.5), (-0.75, 2.0)]);
    pushed(0.5, @4);
    ignored_parts((1.5, 0.5, -0.75)) => (-0.75, 0.0, 1.5 + 1.0);
}
