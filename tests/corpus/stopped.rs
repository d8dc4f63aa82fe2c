//! `stop` and `#[no_diff]` cut every value that a name holds.

use autodiff_runtime::{Differentiable, differentiate};

#[track_caller]
fn near(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-12 * (1.0 + b.abs()), "{a}, expected {b}");
}

#[differentiate(stop(h))]
fn stop_sum(x: f64) -> f64 {
    let mut h = 0.0;
    for i in 0..3 {
        h += x * i as f64;
    }
    h * x
}
#[differentiate]
fn no_diff_sum(x: f64) -> f64 {
    #[no_diff]
    let mut h = 0.0;
    for i in 0..3 {
        h += x * i as f64;
    }
    h * x
}
#[differentiate(stop(h))]
fn stop_shadow(x: f64) -> f64 {
    let h = x * x;
    let y = h * x;
    let h = h + x * y;
    h * x + y
}
#[differentiate(stop(h))]
fn stop_array(x: f64) -> f64 {
    let mut h = [0.0; 2];
    for i in 0..2 {
        h[i] = x * (i + 1) as f64;
    }
    h[0] += x;
    h[1] *= x;
    h[0] * h[1] * x
}
#[differentiate]
fn no_diff_vec(x: f64) -> f64 {
    #[no_diff]
    let mut h: Vec<f64> = Vec::new();
    for i in 0..3 {
        h.push(x * i as f64);
    }
    h[1] = x;
    h[1] * h[2] * x
}
#[differentiate(stop(h))]
fn stop_branch(x: f64) -> f64 {
    let h;
    if x > 1.0 {
        h = x * x;
    } else {
        h = x;
    }
    h * x
}
#[differentiate(stop(h))]
fn stop_in_loop(x: f64) -> f64 {
    let mut s = 0.0;
    for i in 0..3 {
        let h = x * i as f64;
        s += h * x;
    }
    s
}
#[differentiate]
fn set(x: f64, q: &mut f64) {
    *q = x * x;
}
#[differentiate]
fn fill(x: f64, q: &mut [f64]) {
    for v in q.iter_mut() {
        *v += x;
    }
}
#[differentiate(stop(h))]
fn stop_call(x: f64) -> f64 {
    let mut h = x;
    set(x, &mut h);
    let mut g = [h, x];
    fill(x, &mut g);
    h * g[0] * g[1]
}
#[differentiate(stop(g))]
fn stop_call_array(x: f64) -> f64 {
    let mut h = x;
    set(x, &mut h);
    let mut g = [h, x];
    fill(x, &mut g);
    h * g[0] * g[1]
}
#[differentiate(stop(h))]
fn stop_swap(x: f64) -> f64 {
    let mut h = [x, 2.0 * x];
    let mut g = [x * x, x];
    std::mem::swap(&mut h, &mut g);
    let a = h[0] * x;
    g[1] = x;
    std::mem::swap(&mut h, &mut g);
    a + g[0] * x + h[1] * x
}
#[differentiate(stop(h))]
fn stop_tuple(x: f64) -> f64 {
    let mut h = (x, 0.0);
    h.1 = x * x;
    h = (h.1, h.0 * x);
    h.0 * h.1 * x
}
#[differentiate]
fn no_diff_pattern(x: f64) -> f64 {
    #[no_diff]
    let (mut a, b) = (x, x);
    a += x * b;
    a * b * x
}
#[differentiate(stop(a))]
fn stop_param(mut a: f64, b: f64) -> f64 {
    let y = a * b;
    a = b * b;
    y + a * b
}
#[differentiate(stop(h))]
fn stop_option(x: f64) -> f64 {
    let mut h: Option<f64> = None;
    for i in 0..3 {
        if let Some(v) = h {
            if v > 1.0 {
                break;
            }
        }
        h = Some(x * i as f64);
    }
    match h {
        Some(v) => v * x,
        None => x,
    }
}
#[differentiate]
fn no_diff_else(x: f64) -> f64 {
    let o = if x > 0.0 { Some(x * x) } else { None };
    #[no_diff]
    let Some(h) = o else {
        return x;
    };
    h * x
}
#[differentiate(stop(h))]
fn stop_closure(x: f64) -> f64 {
    let f = |h: f64| h * x;
    f(x * x)
}
#[differentiate(stop(h))]
fn stop_iter(x: &[f64], a: f64) -> f64 {
    let mut s = 0.0;
    for h in x {
        s += h * a;
    }
    for (i, h) in x.iter().enumerate() {
        s += h * x[i];
    }
    s
}
#[differentiate(stop(h))]
fn stop_deferred(x: f64) -> f64 {
    let mut h: [f64; 2];
    h = [x, x];
    h[1] = x * x;
    let k;
    k = h[0] * x;
    k * h[1]
}
#[differentiate(stop(h))]
fn stop_closure_writes(x: f64) -> f64 {
    let mut h = x;
    let mut f = |k: f64| h += k * x;
    f(2.0);
    f(x);
    h * x
}
#[derive(Clone, Differentiable)]
struct Pair {
    a: f64,
    b: f64,
}

#[differentiate]
fn turn(p: &mut Pair, x: f64) -> f64 {
    let k = p.a * x;
    p.a = p.b;
    p.b = k;
    k
}

#[differentiate]
fn consume(p: Pair, v: Vec<f64>, x: f64) -> f64 {
    p.a * x + p.b * v[0]
}

#[differentiate(stop(h))]
fn stop_struct(x: f64) -> f64 {
    let mut h = Pair { a: x, b: x * x };
    let mut g = Pair { a: x, b: 1.0 };
    let r = turn(&mut h, x);
    let q = turn(&mut g, r);
    let mut v = vec![x; 2];
    h.a * q + g.b * h.b + consume(h, v.clone(), x) + v[1]
}

/// `h` holds `(c, c²)`, behind the call `(c², c²)`, where `c` is `x`, cut off.
#[test]
fn structs_are_cut_where_they_are_lent() {
    let c = 0.75;
    let by_hand = 4.0 * c * c * c * c + 2.0 * c * c + 1.0;
    near(stop_struct::grad(c), by_hand);
    near(stop_struct::jvp(c, 1.0).1, stop_struct::grad(c));
}

#[test]
fn every_value_of_a_name_is_cut() {
    near(stop_sum::grad(0.5), 1.5);
    near(no_diff_sum::grad(0.5), 1.5);
    near(no_diff_sum::jvp(0.5, 1.0).1, 1.5);
    near(stop_sum::vjp(0.5).1(1.0), 1.5);
    let x = 1.5_f64;
    let h1 = x * x;
    let y = h1 * x;
    let h2 = h1 + x * y;
    near(stop_shadow::grad(x), h2 + h1);
    near(stop_shadow::jvp(x, 1.0).1, h2 + h1);
    near(stop_array::grad(x), 2.0 * x * 2.0 * x * x);
    near(stop_array::jvp(x, 1.0).1, 2.0 * x * 2.0 * x * x);
    near(no_diff_vec::grad(x), x * 2.0 * x);
    near(no_diff_vec::jvp(x, 1.0).1, x * 2.0 * x);
    near(stop_branch::grad(x), x * x);
    near(stop_branch::grad(0.5), 0.5);
    near(stop_branch::jvp(x, 1.0).1, x * x);
    near(stop_in_loop::grad(x), 3.0 * x);
    // h = x² cut; g = [h + x, 2x]
    let h = x * x;
    near(stop_call::grad(x), h * (2.0 * x + (h + x) * 2.0));
    near(stop_call::jvp(x, 1.0).1, h * (2.0 * x + (h + x) * 2.0));
    near(stop_call_array::grad(x), 2.0 * x * (h + x) * 2.0 * x);
    near(stop_call_array::jvp(x, 1.0).1, 2.0 * x * (h + x) * 2.0 * x);
    // h=[x,2x] cut, g=[x²,x]; swap: h=[x²,x] cut, g=[x,2x] const; a = x²·x (h cut): a' = x²; g[1]=x; swap: h=[x, x]cut, g=[x²,x] const -> g0*x' = x²; h1*x' = x
    near(stop_swap::grad(x), x * x + x * x + x);
    near(stop_swap::jvp(x, 1.0).1, x * x + x * x + x);
    near(stop_tuple::grad(x), x * x * x * x);
    near(stop_tuple::jvp(x, 1.0).1, x * x * x * x);
    near(no_diff_pattern::grad(x), (x + x * x) * x);
    near(no_diff_pattern::jvp(x, 1.0).1, (x + x * x) * x);
    let (a, b) = (2.0, 3.0);
    let g = stop_param::grad(a, b);
    near(g.0, b);
    near(g.1, a + b * b);
    near(stop_option::grad(x), 1.5);
    near(no_diff_else::grad(x), x * x);
    near(no_diff_else::grad(-1.0), 1.0);
    near(stop_closure::grad(x), x * x);
    let g = stop_iter::grad(&[1.0, 2.0], 3.0);
    assert_eq!(g, (vec![1.0, 2.0], 3.0));
    near(stop_deferred::grad(x), x * x * x);
    near(stop_deferred::jvp(x, 1.0).1, x * x * x);
    near(stop_closure_writes::grad(x), x + 2.0 * x + x * x);
}

/// What is written out in a function has names of its own, and what asks for something itself is called.
#[differentiate]
mod apart {
    pub struct Parts {
        pub h: f64,
        pub k: f64,
    }

    fn squared(x: f64) -> Option<f64> {
        let h = x * x;
        if h > 0.0 { Some(h * 2.0) } else { None }
    }

    fn applied(g: impl Fn(f64) -> f64, x: f64) -> f64 {
        let h = g(x);
        h * x
    }

    fn made(x: f64) -> Option<Parts> {
        let h = x * x;
        let k = x;
        Some(Parts { h, k })
    }

    fn read(parts: &Parts) -> Option<f64> {
        let Parts { h, k } = parts;
        if format!("{h}").is_empty() {
            return None;
        }
        Some(h * k)
    }

    #[differentiate(stop(h))]
    pub fn caller(x: f64) -> f64 {
        let h = x.sin();
        let parts = made(x).unwrap();
        squared(x).unwrap_or(1.0) + applied(|y| y * y, x) + read(&parts).unwrap_or(0.0) + h
    }

    #[differentiate(stop(h))]
    pub fn callee(x: f64) -> Option<f64> {
        let h = x * x;
        if h > 0.0 { Some(h * x) } else { None }
    }

    #[differentiate(singular = "ieee")]
    pub fn root(x: f64) -> Option<f64> {
        Some((x * x).sqrt())
    }

    pub fn called(x: f64) -> f64 {
        callee(x).unwrap_or(1.0)
    }

    pub fn called_at_zero(x: f64) -> f64 {
        root(x).unwrap_or(1.0)
    }
}

#[test]
fn names_of_what_is_written_out_are_apart() {
    let x: f64 = 1.5;
    // 2 x², x³ and x³, without the sine.
    assert!((apart::caller::grad(x) - (4.0 * x + 6.0 * x * x)).abs() < 1e-12);
    assert_eq!((apart::callee::grad(x), apart::called::grad(x)), (Some(x * x), x * x));
    assert!(apart::called_at_zero::grad(0.0).is_nan());
}

/// What is marked among the parameters of a function that is written out, or may fail, is cut there.
#[differentiate]
mod marked_inside {
    pub struct Scale {
        pub by: f64,
    }

    fn maybe(#[no_diff] k: f64, x: f64) -> Option<f64> {
        Some(k * x)
    }

    fn applied(
        g: impl Fn(f64) -> f64,
        #[no_diff] k: f64,
        #[no_diff] data: &[f64],
        #[no_diff] scale: &Scale,
        #[no_diff] n: usize,
        x: f64,
    ) -> f64 {
        g(x) * k * data[0] * scale.by + n as f64 * data.iter().sum::<f64>()
    }

    impl Scale {
        fn owned(#[no_diff] self, x: f64) -> Option<f64> {
            Some(self.by * x)
        }

        fn lent(#[no_diff] &self, g: impl Fn(f64) -> f64) -> f64 {
            g(self.by)
        }
    }

    pub fn of_options(x: f64) -> f64 {
        maybe(x * x, x).unwrap_or(1.0) + Scale { by: x }.owned(x).unwrap()
    }

    pub fn of_functions(x: f64, data: &[f64]) -> f64 {
        applied(|y| y * y, x, data, &Scale { by: x }, 2, x) + Scale { by: x }.lent(|y| y * x)
    }
}

#[test]
fn marked_parameters_of_what_is_written_out_are_cut() {
    let x: f64 = 1.5;
    assert_eq!(marked_inside::of_options::grad(x), x * x + x);
    let (x_bar, data_bar) = marked_inside::of_functions::grad(x, &[2.0, 3.0]);
    assert_eq!((x_bar, data_bar), (2.0 * x * x * 2.0 * x + x, vec![0.0, 0.0]));
    let (_, dot) = marked_inside::of_functions::jvp(x, &[2.0, 3.0], 1.0, &[1.0, 1.0]);
    assert_eq!(dot, x_bar);
}

/// Elements of a field that is marked and out of sight, read through a cut, in a closure that gives numbers.
mod marked_fields {
    use autodiff_runtime::{Differentiable, differentiate, stop_gradient};

    #[derive(Clone, Debug)]
    pub struct Spring {
        pub end: usize,
        pub rest: f64,
    }

    #[derive(Clone, Debug, Differentiable)]
    pub struct Chain {
        pub ends: Vec<f64>,
        #[no_diff]
        pub springs: Vec<Spring>,
    }

    #[differentiate]
    pub fn energy(chain: &Chain) -> f64 {
        chain.springs.iter().map(|s| (chain.ends[s.end].sin() - stop_gradient(s.rest)).powi(2)).sum()
    }

    #[test]
    fn numbers_are_read_through_a_cut() {
        let springs = vec![Spring { end: 1, rest: 0.25 }, Spring { end: 0, rest: 0.5 }];
        let chain = Chain { ends: vec![0.5, 0.75], springs };
        let by = |x: f64, rest: f64| 2.0 * (x.sin() - rest) * x.cos();
        assert_eq!(energy::grad(&chain).ends, [by(0.5, 0.5), by(0.75, 0.25)]);
    }
}
