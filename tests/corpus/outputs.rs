//! Output parameters: what a `&mut` parameter held before the call is forgotten, and nothing of it may come back.

use autodiff_runtime::{Differentiable, differentiate};

#[differentiate]
fn sincos(x: f64, s: &mut f64, c: &mut f64) {
    *s = x.sin();
    *c = x.cos();
}

#[differentiate]
fn uses_sincos(x: f64) -> f64 {
    let (mut s, mut c) = (0.0, 0.0);
    sincos(x, &mut s, &mut c);
    s * s + c
}

#[differentiate]
fn reset(q: &mut f64) {
    *q = 1.0;
}

#[differentiate]
fn uses_reset(x: f64) -> f64 {
    let mut z = x;
    reset(&mut z);
    z * x
}

/// The same variable is lent again and again.
#[differentiate]
fn reset_in_a_loop(x: f64) -> f64 {
    let mut z = x * x;
    let mut sum = 0.0;
    for i in 0..3 {
        sum += z * i as f64;
        reset(&mut z);
        z *= x;
    }
    sum
}

#[differentiate]
fn by_tuples(x: f64, a: &mut f64, b: &mut f64) {
    (*a, *b) = (x * x, 2.0 * x);
}

#[differentiate]
fn replaced(x: f64, q: &mut f64) {
    let _ = std::mem::replace(q, x.exp());
}

#[differentiate]
fn replaced_and_read(x: f64, q: &mut f64) -> f64 {
    let old = std::mem::replace(q, x.exp());
    old * x
}

#[differentiate]
fn through_an_alias(x: f64, q: &mut f64) {
    let p = &mut *q;
    *p = x * x * x;
}

/// The result is constant, what is left behind is not.
#[differentiate]
fn beside_a_constant(x: f64, q: &mut f64) -> f64 {
    *q = x.sqrt();
    1.0
}

#[differentiate]
fn uses_the_rest(x: f64) -> f64 {
    let mut q = x;
    let mut sum = beside_a_constant(x, &mut q);
    sum += q * x;
    sum += beside_a_constant(2.0 * x, &mut q);
    replaced(q, &mut sum);
    sum + q
}

#[differentiate]
fn sometimes(x: f64, q: &mut f64) {
    if x > 1.0 {
        *q = x * x;
    }
}

#[differentiate]
fn constant_sometimes(x: f64, q: &mut f64) {
    if x > 1.0 {
        *q = 3.0;
    }
}

#[differentiate]
fn uses_sometimes(x: f64) -> f64 {
    let mut q = 2.0 * x;
    sometimes(x, &mut q);
    let mut p = q * x;
    constant_sometimes(x + 1.0, &mut p);
    q * q + p * x
}

#[differentiate]
fn left_early(x: f64, q: &mut f64) {
    if x < 0.0 {
        return;
    }
    *q = x;
}

#[differentiate]
fn fills(x: f64, y: &mut [f64]) {
    y.fill(x * x);
}

#[differentiate]
fn clears(y: &mut [f64]) {
    for v in y.iter_mut() {
        *v = 1.0;
    }
}

#[differentiate]
fn fills_in_part(x: f64, y: &mut [f64]) {
    for i in 1..y.len() {
        y[i] = x * i as f64;
    }
}

#[differentiate]
fn fills_an_array(x: f64, y: &mut [f64; 2]) {
    *y = [x, 1.0];
}

#[differentiate]
fn uses_slices(x: f64) -> f64 {
    let mut y = [x, 2.0 * x, 3.0];
    fills_in_part(x * x, &mut y);
    let mut z = vec![x; 4];
    fills(y[1], &mut z[1..3]);
    let mut w = [x, x];
    fills_an_array(z[1], &mut w);
    let first = z[0] * y[0] + z[3];
    clears(&mut y[1..]);
    clears(&mut z);
    reset(&mut w[0]);
    first * x + y[0] * y[1] + z[0] * w[1] + w[0] * x
}

#[differentiate]
fn pair(x: f64, y: &mut (f64, f64)) {
    *y = (0.5, y.1 * x);
}

#[differentiate]
fn half_a_pair(x: f64, y: &mut (f64, f64)) {
    y.0 = x.sin();
}

#[differentiate]
fn vector(x: f64, y: &mut Vec<f64>) {
    *y = vec![x, x * x];
}

#[differentiate]
fn uses_a_vector(x: f64) -> f64 {
    let mut v = vec![x; 3];
    let before = v[2] * x;
    vector(x, &mut v);
    v[0] * v[1] + before
}

#[derive(Clone, Debug, Differentiable)]
struct State {
    p: f64,
    q: f64,
    v: Vec<f64>,
}

#[differentiate]
fn state(x: f64, s: &mut State) {
    s.p = x * x;
    s.v[1] = 1.0;
}

#[differentiate]
fn new_state(x: f64, s: &mut State) {
    *s = State { p: 0.5, q: x, v: vec![x * x] };
}

#[differentiate]
fn uses_state(x: f64) -> f64 {
    let mut s = State { p: x, q: x * x, v: vec![x, 2.0 * x, 3.0 * x] };
    state(x, &mut s);
    reset(&mut s.v[2]);
    let part = s.p * s.q + s.v[0] * s.v[1] + s.v[2] * x;
    sincos(part, &mut s.p, &mut s.q);
    let part = part + s.p - s.q * x;
    new_state(part, &mut s);
    s.p * s.q * s.v[0] + part
}

#[differentiate]
impl State {
    fn restart(&mut self, x: f64) {
        self.p = 0.25;
        self.q = x * self.q;
    }
    fn step(&mut self, x: f64) -> f64 {
        reset(&mut self.q);
        self.v = vec![x; 2];
        x
    }
}

#[differentiate]
fn uses_methods(x: f64) -> f64 {
    let mut s = State { p: x, q: x * x, v: vec![x] };
    s.restart(x);
    let part = s.p * x + s.q;
    let more = s.step(part);
    s.p * s.q + s.v[1] * more * s.q
}

/// What is handed on is still of use to the caller's caller.
#[differentiate]
fn handed_on(x: f64, q: &mut f64) {
    reset(q);
    *q += x;
}

#[differentiate]
fn read_before(x: f64, q: &mut f64, y: &mut f64) {
    *y = *q * x;
    *q = 2.0;
}

/// No derivative passes through what a marked number holds, if it is written to.
#[differentiate]
fn marked(x: f64, #[no_diff] q: &mut f64, #[no_diff] kept: &mut f64) -> f64 {
    *q = 3.0;
    x * *q + *kept * 0.0
}

#[differentiate]
fn lends_to_marked(x: f64) -> f64 {
    let (mut q, mut kept) = (x, x * x);
    let r = marked(x, &mut q, &mut kept);
    r * q * kept
}

#[differentiate(wrt(x))]
fn by_x_alone(x: f64, q: &mut f64) -> f64 {
    *q = x * x;
    *q * x
}

#[test]
fn what_was_there_before_is_of_no_consequence() {
    assert_eq!(uses_reset::value_and_grad(2.0), (2.0, 1.0));
    let mut q = 5.0;
    let (mut x_bar, mut q_bar) = (10.0, 7.0);
    beside_a_constant::value_and_grad_into(4.0, &mut q, &mut x_bar, &mut q_bar);
    assert_eq!((q, x_bar, q_bar), (2.0, 10.0 + 7.0 / 4.0, 0.0));
    let mut q = 5.0;
    assert_eq!(reset::vjp(&mut q).1(3.0), 0.0);
    assert_eq!(q, 1.0);
    let mut q_dot = 3.0;
    reset::jvp(&mut q, &mut q_dot);
    assert_eq!(q_dot, 0.0);
    assert_eq!(by_x_alone::value_and_grad(3.0, &mut q), (27.0, 27.0));
    assert_eq!(by_x_alone::vjp(3.0, &mut q).1(1.0, 2.0), 27.0 + 12.0);
}

/// What was lent is read again, as it was: by its name, and by what it was made of.
#[differentiate]
fn lent_and_read_again(x: &[f64]) -> f64 {
    let mut z = x[0] * x[1];
    let before = z;
    reset(&mut z);
    let rows = [x[0] * x[1], z, before];
    rows[0] * x[1] + rows[1] + rows[2] * x[0]
}

checks! {
    sincos(0.5, &mut 1.5, &mut 2.5) -> ();
    uses_sincos(0.5);
    reset(&mut 1.5) -> ();
    uses_reset(2.0) => 1.0;
    reset_in_a_loop(1.5);
    by_tuples(0.5, &mut 1.5, &mut 2.5) -> ();
    replaced(0.5, &mut 1.5) -> ();
    replaced_and_read(0.5, &mut 1.5);
    through_an_alias(0.5, &mut 1.5) -> ();
    beside_a_constant(0.5, &mut 1.5);
    uses_the_rest(0.5);
    sometimes(1.5, &mut 0.5) -> ();
    sometimes as never(0.5, &mut 0.5) -> ();
    constant_sometimes(1.5, &mut 0.5) -> ();
    constant_sometimes as constant_never(0.5, &mut 0.5) -> ();
    uses_sometimes(1.5);
    uses_sometimes as uses_never(-1.5);
    left_early(0.5, &mut 1.5) -> ();
    left_early as left_at_once(-0.5, &mut 1.5) -> ();
    fills(1.5, &mut vec![0.5, 1.0]) -> ();
    clears(&mut vec![0.5, 1.0]) -> ();
    fills_in_part(1.5, &mut vec![0.5, 1.0, 2.0]) -> ();
    fills_an_array(1.5, &mut [0.5, 1.0]) -> ();
    uses_slices(0.75);
    pair(1.5, &mut (0.5, 0.75)) -> ();
    half_a_pair(1.5, &mut (0.5, 0.75)) -> ();
    uses_a_vector(1.5);
    uses_state(0.75);
    uses_methods(0.75);
    lends_to_marked(0.75);
    handed_on(1.5, &mut 0.5) -> ();
    read_before(1.5, &mut 0.5, &mut 0.75) -> ();
    lent_and_read_again(&[0.5, 1.5]);
}
