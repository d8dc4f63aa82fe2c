//! Straight-line arithmetic of scalars.

use autodiff_runtime::differentiate;

#[differentiate]
fn identity(x: f64) -> f64 {
    x
}

#[differentiate]
fn cube(x: f64) -> f64 {
    x * x * x
}

#[differentiate]
fn constant(_x: f64) -> f64 {
    2.5
}

#[differentiate]
fn unused_second(x: f64, _y: f64) -> f64 {
    -x
}

#[differentiate]
fn quotient(a: f64, b: f64) -> f64 {
    (a - b) / (a + b)
}

#[differentiate]
fn remainder(a: f64, b: f64) -> f64 {
    a % b + (a * b) % 1.5
}

#[differentiate]
fn horner(x: f64) -> f64 {
    1.0 + x * (2.0 + x * (-3.0 + x * (0.5 + x)))
}

#[differentiate]
fn shared_subexpression(x: f64, y: f64) -> f64 {
    let s = x + y;
    let p = s * s;
    p * s - p / (1.0 + s)
}

#[differentiate]
fn shadowed(x: f64) -> f64 {
    let x = x * 2.0;
    let y = x + 1.0;
    let x = x * y;
    x * y
}

#[differentiate]
fn by_reference(x: &f64, y: &f64) -> f64 {
    *x * y.sin() + x * *y
}

#[differentiate]
fn integer_factors(x: f64, n: usize, k: i32) -> f64 {
    n as f64 * x.powi(k) + x * (n % 3) as f64
}

#[differentiate]
fn fused(a: f64, b: f64, c: f64) -> f64 {
    a.mul_add(b, c) * f64::mul_add(c, a, b)
}

const SCALE: f64 = 1.75;
static OFFSET: f64 = -0.25;

#[differentiate]
fn with_constants(x: f64) -> f64 {
    const INNER: f64 = 3.0;
    SCALE * x + OFFSET * x * x + INNER * std::f64::consts::PI * x.sqrt()
}

#[differentiate]
fn block_expression(x: f64) -> f64 {
    let y = {
        let z = x * x;
        z + 1.0
    };
    let w = {
        let x = y * 0.5;
        x * y
    };
    w - x
}

#[differentiate]
fn deferred(x: f64) -> f64 {
    let y;
    let z = x * 3.0;
    y = z * x;
    y + z
}

#[differentiate]
fn negated(x: f64, y: f64) -> f64 {
    -(-x * -y) - -x
}

#[differentiate]
fn named_like_generated(x_bar: f64, seed: f64, saves: f64) -> f64 {
    let x = x_bar * seed;
    let tape = x - saves;
    let x_dot = tape * saves;
    x_dot * x
}

#[differentiate]
fn typed_literals(x: f64) -> f64 {
    2f64 * x + 1e-1_f64 * x * x + 1_000.0 * x - 0x10 as f64 * x
}

#[differentiate]
pub(crate) fn public_in_crate(x: f64) -> f64 {
    x.exp() - 1.0
}

/// A cascade of temporaries, each used several times.
#[differentiate]
fn cascade(x: f64, y: f64, z: f64) -> f64 {
    let a = x * y;
    let b = a + z;
    let c = a * b;
    let d = c - a / b;
    let e = d * c * b * a;
    e.tanh() + d + x
}

checks! {
    identity(1.5) => 1.0;
    cube(2.0) => 12.0;
    cube as cube_of_negative(-1.5) => 6.75;
    constant(1.0) => 0.0;
    unused_second(1.0, 2.0) => (-1.0, 0.0);
    quotient(1.5, 0.5) => (2.0 * 0.5 / 4.0, -2.0 * 1.5 / 4.0);
    remainder(3.7, 1.1);
    horner(1.25) => 2.0 - 6.0 * 1.25 + 1.5 * 1.25 * 1.25 + 4.0 * 1.25 * 1.25 * 1.25;
    shared_subexpression(0.5, 1.25);
    shadowed(0.75);
    by_reference(ref 1.5, ref 0.5) => (0.5_f64.sin() + 0.5, 1.5 * 0.5_f64.cos() + 1.5);
    integer_factors(1.25, @4, @3) => 4.0 * 3.0 * 1.25 * 1.25 + 1.0;
    integer_factors as negative_power(1.25, @4, @-2);
    integer_factors as zeroth_power(1.25, @4, @0) => 1.0;
    fused(1.5, -0.5, 2.0);
    with_constants(2.0);
    block_expression(1.5);
    deferred(2.0) => 6.0 * 2.0 + 3.0;
    negated(2.0, 3.0) => (-3.0 + 1.0, -2.0);
    named_like_generated(1.5, 0.5, 2.0);
    typed_literals(0.5);
    public_in_crate(0.5) => 0.5_f64.exp();
    cascade(0.5, 0.75, 1.25);
}
