//! Calls between differentiated functions: of this module and others, nested, with every way to pass an argument.

use autodiff_runtime::{Differentiable, differentiate};

#[differentiate]
fn square(x: f64) -> f64 {
    x * x
}

#[differentiate]
fn fourth_power(x: f64) -> f64 {
    square(square(x))
}

#[differentiate]
fn called_twice(x: f64, y: f64) -> f64 {
    square(x) * square(y) + square(x + y)
}

mod helpers {
    use autodiff_runtime::differentiate;

    #[differentiate]
    pub fn sigmoid(x: f64) -> f64 {
        1.0 / (1.0 + (-x).exp())
    }

    pub mod deeper {
        #[autodiff_runtime::differentiate]
        pub fn logit(p: f64) -> f64 {
            (p / (1.0 - p)).ln()
        }
    }
}

#[differentiate]
fn through_modules(x: f64) -> f64 {
    let p = helpers::sigmoid(x * x);
    helpers::deeper::logit(p * 0.5) + self::helpers::sigmoid(p)
}

use helpers::sigmoid;

#[differentiate]
fn imported(x: &[f64], w: f64) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += sigmoid(w * x[i]);
    }
    s
}

#[differentiate]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..a.len() {
        s += a[i] * b[i];
    }
    s
}

#[differentiate]
fn cosine(a: &[f64], b: &[f64]) -> f64 {
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

#[differentiate]
fn matrix_rows(m: &[f64], x: &[f64]) -> f64 {
    let n = x.len();
    let mut s = 1.0;
    for i in 0..n {
        s = s * 0.5 + dot(&m[i * n..(i + 1) * n], x);
    }
    s
}

#[differentiate]
fn layer(w: &[f64], x: &[f64], out: &mut [f64]) {
    let n = x.len();
    for i in 0..out.len() {
        out[i] = dot(&w[i * n..(i + 1) * n], x).tanh();
    }
}

#[differentiate]
fn network(w1: &[f64], w2: &[f64], x: &[f64]) -> f64 {
    let mut hidden = vec![0.0; 3];
    layer(w1, x, &mut hidden);
    let mut out = [0.0; 2];
    layer(w2, &hidden, &mut out);
    out[0] * out[0] + out[1]
}

#[differentiate]
fn step(state: &mut [f64], dt: f64) {
    let a = -state[0];
    state[0] += dt * state[1];
    state[1] += dt * a;
}

#[differentiate]
fn integrate(state: &mut [f64], dt: f64, n: usize) -> f64 {
    for _ in 0..n {
        step(state, dt);
    }
    state[0]
}

#[differentiate]
fn bump(x: &mut f64, by: f64) {
    *x = *x * by + by;
}

#[differentiate]
fn scalar_in_out(x: f64, y: f64) -> f64 {
    let mut z = x;
    bump(&mut z, y);
    let kept = z;
    bump(&mut z, x);
    z * kept
}

#[differentiate]
fn element_in_out(x: &[f64]) -> f64 {
    let mut a = x.to_vec();
    for i in 1..a.len() {
        let previous = a[i - 1];
        bump(&mut a[i], previous);
    }
    a[0] * a[1] + a[2]
}

#[differentiate]
fn polar(x: f64, y: f64) -> (f64, f64) {
    (x.hypot(y), y.atan2(x))
}

#[differentiate]
fn tuple_result(x: f64, y: f64) -> f64 {
    let (r, phi) = polar(x, y);
    let (s, _) = polar(r, phi);
    r * phi.cos() + s
}

#[differentiate]
fn powers(x: f64, n: usize) -> Vec<f64> {
    let mut v = vec![1.0];
    for k in 0..n {
        let next = v[k] * x;
        v.push(next);
    }
    v
}

#[differentiate]
fn vector_result(c: &[f64], x: f64) -> f64 {
    let p = powers(x, c.len());
    dot(c, &p[..c.len()]) + p[c.len()]
}

#[differentiate]
fn array_argument(v: [f64; 2]) -> [f64; 2] {
    [v[0] * v[1], v[0] - v[1]]
}

#[differentiate]
fn array_passed_on(x: f64, y: f64) -> f64 {
    let mut v = [x, y];
    for _ in 0..3 {
        v = array_argument(v);
    }
    v[0] + v[1]
}

#[differentiate]
fn reference_to_scalar(x: &f64, k: f64) -> f64 {
    *x * k
}

#[differentiate]
fn passes_references(x: f64, y: &f64) -> f64 {
    reference_to_scalar(&x, 2.0) * reference_to_scalar(y, x) + reference_to_scalar(&(x * y), 0.5)
}

#[differentiate]
fn inactive_call(x: f64, n: usize) -> f64 {
    let k = choose(n);
    x * k as f64 + offset(n)
}

fn choose(n: usize) -> usize {
    n * (n - 1) / 2
}

fn offset(n: usize) -> f64 {
    n as f64 * 0.5
}

#[differentiate]
fn nested_function(x: f64) -> f64 {
    #[differentiate]
    fn inner(y: f64) -> f64 {
        y.sin() * y
    }
    const K: f64 = 2.0;
    inner(x) + K * inner(K * x)
}

#[differentiate]
fn call_in_branch_in_loop(x: &[f64]) -> f64 {
    let mut s = 0.5;
    for i in 0..x.len() {
        if x[i] > 0.0 {
            s = square(s + x[i]);
        } else if i % 2 == 1 {
            s += fourth_power(x[i]) * s;
        } else {
            continue;
        }
        s = sigmoid(s);
    }
    s
}

#[differentiate]
fn call_in_condition(x: f64) -> f64 {
    let mut y = x;
    while square(y) < 10.0 {
        y *= 1.5;
    }
    if sigmoid(y) > 0.5 { y } else { -y }
}

#[differentiate]
fn early_returning(x: f64) -> f64 {
    if x > 1.0 {
        return x.ln();
    }
    x * 2.0
}

#[differentiate]
fn calls_early_returning(x: f64, y: f64) -> f64 {
    early_returning(x) * early_returning(y)
}

#[differentiate]
fn inactive_argument_of_active_type(x: f64) -> f64 {
    dot(&[x, x * x], &[2.0, 3.0]) + square(1.5)
}

#[differentiate]
fn same_argument_twice(x: &[f64], a: f64) -> f64 {
    dot(x, x) * square(a) + tuple_result(a, a)
}

#[differentiate]
fn overwritten_between_calls(x: &[f64]) -> f64 {
    let mut a = x.to_vec();
    let first = dot(&a, x);
    a[0] = first;
    let second = dot(&a, x);
    a[1] *= second;
    dot(&a, &a) + first
}

#[differentiate]
fn three_rates(x: f64) -> [f64; 3] {
    [x, x * x, x.sin()]
}

#[differentiate]
fn four_rates(x: f64) -> Vec<f64> {
    vec![x, x * x, x.sin(), 0.5]
}

#[derive(Clone, Copy, Debug, Differentiable)]
struct Rates {
    scale: f64,
}

#[differentiate]
impl Rates {
    fn pair(&self, x: f64) -> [f64; 2] {
        [self.scale * x, x * x]
    }
}

// What a function or a method gives that is not in sight may be an array or a `Vec`.
#[differentiate]
fn iterates_over_results_of_methods(x: f64) -> f64 {
    let rates = Rates { scale: 2.0 * x };
    let pair = rates.pair(x);
    let mut s = x;
    for (v, w) in pair.iter().zip(&rates.pair(s)) {
        s += v * w;
    }
    s * pair.windows(2).map(|w| w[0] * w[1]).sum::<f64>()
}

#[differentiate]
fn iterates_over_results(x: f64) -> f64 {
    let (array, list) = (three_rates(x), four_rates(x * x));
    let mut s = 0.0;
    for (k, v) in array.iter().enumerate() {
        s += v * (k + 1) as f64;
    }
    for (v, w) in list.iter().zip(&array[..]) {
        s += v * w * s;
    }
    for w in list.windows(2) {
        s += w[0] * w[1];
    }
    s + array.iter().map(|v| v * v).sum::<f64>() * list[1]
}

checks! {
    fourth_power(1.5) => 4.0 * 1.5 * 1.5 * 1.5;
    called_twice(1.5, 0.5);
    through_modules(0.75);
    imported(&[0.5, -1.5, 2.0], 0.75);
    cosine(&[0.5, -1.5, 2.0], &[0.75, 1.0, 0.25]);
    matrix_rows(&[0.5, -1.5, 2.0, 0.75], &[1.0, 0.25]);
    layer(&[0.5, -1.5, 2.0, 0.75], &[1.0, 0.25], &mut vec![3.0, 4.0]) -> ();
    network(&[0.5, -1.5, 2.0, 0.75, 0.25, 1.0], &[0.5, 1.5, -1.0, 0.25, 0.75, 2.0], &[1.0, 0.25]);
    integrate(&mut vec![0.5, 1.5], 0.1, @5);
    scalar_in_out(1.5, 0.5);
    element_in_out(&[0.5, -1.5, 2.0]);
    tuple_result(1.5, 0.5);
    vector_result(&[0.5, -1.5, 2.0], 0.75);
    array_passed_on(1.5, 0.5);
    passes_references(1.5, ref 0.5);
    inactive_call(1.5, @4) => 6.0;
    nested_function(0.75);
    call_in_branch_in_loop(&[0.5, -1.5, -0.75, 1.25]);
    call_in_condition(0.75);
    calls_early_returning(1.5, 0.5);
    inactive_argument_of_active_type(0.75) => 2.0 + 6.0 * 0.75;
    same_argument_twice(&[0.5, -1.5], 0.75);
    overwritten_between_calls(&[0.5, -1.5, 2.0]);
    iterates_over_results(0.7);
    iterates_over_results_of_methods(0.7);
}
