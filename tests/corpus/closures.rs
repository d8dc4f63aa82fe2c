//! Closures bound by `let` and called.

use autodiff_runtime::differentiate;

#[differentiate]
fn captured(x: f64, y: f64) -> f64 {
    let f = |t: f64| t * x + y;
    f(2.0) * f(y)
}

#[differentiate]
fn untyped(x: f64) -> f64 {
    let square = |t| t * t;
    let twice = |t: f64| square(square(t)) + t;
    twice(x) + square(x + 1.0)
}

#[differentiate]
fn with_block(x: f64, n: usize) -> f64 {
    let term = |k: usize| -> f64 {
        let mut p = 1.0;
        for _ in 0..k {
            p *= x;
        }
        p / (k + 1) as f64
    };
    let mut s = 0.0;
    for k in 0..n {
        s += term(k);
    }
    s
}

#[differentiate]
fn early_return_inside(x: f64, y: f64) -> f64 {
    let safe_ln = |t: f64| {
        if t <= 0.0 {
            return 0.0;
        }
        t.ln()
    };
    safe_ln(x) * safe_ln(y) + safe_ln(x * y)
}

#[differentiate]
fn capturing_slices(x: &[f64], w: &[f64]) -> f64 {
    let n = x.len();
    let at = |i: usize, j: usize| w[i * n + j] * x[j];
    let mut s = 0.0;
    for i in 0..n {
        for j in 0..n {
            s += at(i, j) * at(j, i);
        }
    }
    s
}

#[differentiate]
fn capturing_mutably(x: f64) -> f64 {
    let mut total = x;
    let mut add = |t: f64| total += t * total;
    add(x);
    add(2.0 * x);
    total * x
}

#[differentiate]
fn writing_elements(x: &[f64]) -> f64 {
    let mut a = x.to_vec();
    let mut mix = |i: usize, j: usize| {
        let t = a[i] * a[j];
        a[i] = t.sin();
        a[j] += t;
    };
    mix(0, 1);
    mix(1, 2);
    mix(2, 0);
    a[0] * a[1] + a[2]
}

#[differentiate]
fn moved(x: f64, y: f64) -> f64 {
    let f = move |t: f64, u: f64| t * y - u;
    f(x, 1.0) * f(1.0, x)
}

#[differentiate]
fn tuple_argument_and_result(x: f64, y: f64) -> f64 {
    let rotate = |(a, b): (f64, f64)| (a * 0.6 - b * 0.8, a * 0.8 + b * 0.6);
    let (p, q) = rotate((x, y));
    let (r, s) = rotate((p * q, q));
    r * s
}

#[differentiate]
fn shadowed_captures(x: f64) -> f64 {
    let y = x * 2.0;
    let f = |t: f64| t * y;
    let y = 10.0;
    f(x) + y
}

#[differentiate]
fn calling_differentiated(x: f64) -> f64 {
    #[differentiate]
    fn softplus(t: f64) -> f64 {
        t.exp().ln_1p()
    }
    let f = |t: f64| softplus(t * x);
    f(1.0) + f(2.0)
}

#[differentiate]
fn runge_kutta(y0: f64, k: f64) -> f64 {
    let f = |t: f64, y: f64| -k * y + t.sin();
    let (mut t, mut y) = (0.0, y0);
    let h = 0.25;
    for _ in 0..4 {
        let k1 = f(t, y);
        let k2 = f(t + 0.5 * h, y + 0.5 * h * k1);
        let k3 = f(t + 0.5 * h, y + 0.5 * h * k2);
        let k4 = f(t + h, y + h * k3);
        y += h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4);
        t += h;
    }
    y
}

const STEPS: &[f64] = &[0.25, 0.5];

/// The guards of a `match` that is code of its own, where another arm of the same name stands around it.
#[differentiate]
fn guards_of_their_own(x: f64, n: usize) -> f64 {
    let mut y = x;
    let mut step = |by: f64| {
        let kept = match by {
            v if v > 0.8 => 0.8,
            v if v < 0.3 => v * 2.0,
            v => v,
        };
        y = y.sin() + by * kept;
    };
    step(x.cos());
    step(STEPS[0]);
    step(STEPS[1]);
    let count = |n: usize| match n {
        k if k > 2 => k - 2,
        k => k + 1,
    };
    let k = count(n);
    y * (k + count(n + 1)) as f64
}

#[differentiate]
fn damped<T: num_traits::Float>(x: T, y: T, v: &[T]) -> T {
    v.iter().fold(x, |sum, &v| sum + v * y) / (T::one() + y * y)
}

/// What is generic over a float, called on literals alone once the closure is written out.
#[differentiate]
fn generic_on_literals(mut x: f64) -> f64 {
    let mut step = |y: f64| {
        x += damped(0.5, y, &[y, 1.5]).sin();
        x * y
    };
    let product = step(0.5) * step(0.25);
    x * x + product
}

checks! {
    generic_on_literals(0.75);
    guards_of_their_own(0.7, @1);
    guards_of_their_own as guards_of_others(0.4, @2);
    captured(1.5, 0.5);
    untyped(0.75);
    with_block(0.75, @4);
    early_return_inside(1.5, 0.5);
    early_return_inside as early_return_taken(-1.5, 0.5) => (0.0, 0.0);
    capturing_slices(&[0.5, -1.5], &[0.75, 1.0, 0.25, 2.0]);
    capturing_mutably(0.75);
    writing_elements(&[0.5, -1.5, 2.0]);
    moved(1.5, 0.5);
    tuple_argument_and_result(1.5, 0.5);
    shadowed_captures(1.5) => 4.0 * 1.5;
    calling_differentiated(0.75);
    runge_kutta(1.5, 0.5);
}
