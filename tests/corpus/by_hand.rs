//! Derivatives that are given by hand: the bodies are not looked at, and say what no other body may say.

use std::cell::Cell;

use autodiff_runtime::{Differentiable, differentiate, on_adjoint};
use num_traits::Float;

macro_rules! twice {
    ($x:expr) => {
        $x + $x
    };
}

/// A function of which nothing can be read.
fn foreign(x: f64) -> f64 {
    let bits = x.to_bits();
    f64::from_bits(bits).sin()
}

#[differentiate(partials(x = x.cos()))]
fn sine(x: f64) -> f64 {
    foreign(x)
}

#[differentiate(partials(x = y * value, y = x * value))]
fn exponential(x: f64, y: f64) -> f64 {
    let text = format!("{:e}", x * y);
    if text.is_empty() {
        return 0.0;
    }
    (x * y).exp()
}

#[differentiate(partials(x = k as f64 * x.powi(k as i32 - 1) * scale))]
fn power(x: f64, k: usize, #[no_diff] scale: f64) -> f64 {
    let double = twice!(x) / 2.0;
    double.powi(k as i32) * scale
}

#[differentiate(partials(
    x = x.iter().zip(w).map(|(_, w)| *w).collect::<Vec<f64>>(),
    w = x.to_vec(),
))]
fn product(x: &[f64], w: &[f64]) -> f64 {
    x.iter().zip(w).map(|(x, w)| foreign(*x).mul_add(0.0, x * w)).sum()
}

#[differentiate(partials(x = x.map(|v| 2.0 * v), y = [3.0 * y[0] * y[0], 1.0]))]
fn arrays(x: [f64; 3], y: &[f64; 2]) -> f64 {
    x.iter().map(|v| v * v).sum::<f64>() + y[0] * y[0] * y[0] + y[1]
}

#[differentiate(partials(x = x.iter().map(|v| 2.0 * v * value).collect(), y = vec![value; y.len()]))]
fn vectors(x: Vec<f64>, y: &Vec<f64>) -> f64 {
    let sum: f64 = y.iter().sum();
    (x.into_iter().map(|v| v * v).sum::<f64>() + sum).exp()
}

#[differentiate(partials(x = vec![k; x.len()], k = x.iter().sum()))]
fn owned(x: Vec<f64>, k: f64) -> f64 {
    x.into_iter().sum::<f64>() * k
}

#[differentiate(partials(rows = rows.iter().map(|row| row.iter().map(|v| v.cos()).collect()).collect(), k = 1.0))]
fn nested(rows: &[Vec<f64>], k: f64) -> f64 {
    rows.iter().flatten().map(|v| foreign(*v)).sum::<f64>() + k
}

#[differentiate(partials(pair = (2.0 * pair.0, vec![1.0; pair.1.len()])))]
fn tuples(pair: (f64, Vec<f64>)) -> f64 {
    pair.0 * pair.0 + pair.1.iter().sum::<f64>()
}

#[differentiate(partials(x = 2.0 * *x, y = *x as f32 * 0.0 + 3.0))]
fn references(x: &f64, y: &f32) -> f64 {
    *x * *x + 3.0 * f64::from(*y)
}

#[differentiate(partials(x = x.cos(), rows = rows.iter().map(|v| v.exp()).collect()))]
fn single(x: f32, rows: &[f32]) -> f32 {
    foreign(f64::from(x)) as f32 + rows.iter().map(|v| v.exp()).sum::<f32>()
}

#[differentiate(partials(x = y * T::one() + T::one(), y = x, z = z.iter().map(|z| *z + *z).collect()))]
fn generic<T: Float>(x: T, y: T, z: &[T]) -> T {
    z.iter().fold(x * y + x, |sum, z| sum + *z * *z)
}

#[differentiate(partials(x = [1.0 / N as f64; N]))]
fn mean<const N: usize>(x: [f64; N]) -> f64 {
    x.iter().sum::<f64>() / N as f64
}

/// Buffers and tools that are lent, and changed.
#[differentiate(partials(x = x.cos() * 2.0))]
fn with_buffer(x: f64, #[no_diff] buffer: &mut [f64], count: &mut usize, seen: &Cell<usize>) -> f64 {
    buffer[0] = foreign(x);
    *count += 1;
    seen.set(seen.get() + 1);
    2.0 * buffer[0]
}

/// A tool that the partial derivative reads as the function leaves it.
struct Counter(usize);

#[differentiate(partials(x = counter.0 as f64 / buffer[0]))]
fn counted(x: f64, #[no_diff] counter: &mut Counter, #[no_diff] buffer: &mut [f64; 1]) -> f64 {
    counter.0 = 2;
    buffer[0] = 4.0;
    0.5 * x
}

#[test]
fn partials_see_what_the_function_leaves() {
    let (mut counter, mut buffer) = (Counter(0), [1.0]);
    assert_eq!(counted::grad(3.0, &mut counter, &mut buffer), 0.5);
    assert_eq!(buffer, [4.0]);
    assert_eq!(counted::jvp(3.0, &mut counter, &mut [1.0], 2.0), (1.5, 1.0));
}

#[differentiate]
fn around_a_buffer(x: f64) -> f64 {
    let (mut buffer, mut count, seen) = ([x, 1.0], 3, Cell::new(0));
    let before = buffer[0] * buffer[0];
    let y = with_buffer(x * before, &mut buffer, &mut count, &seen);
    y * x * count as f64 + buffer[1]
}

#[differentiate(partials(x = x.cos()), companion = derivatives_of_renamed)]
fn renamed(x: f64) -> f64 {
    foreign(x)
}

#[differentiate(partials(x = 2.0, y = 3.0), wrt(y))]
fn by_one(x: f64, y: f64) -> f64 {
    2.0 * x + 3.0 * y
}

#[differentiate]
fn calls_everything(x: f64, n: usize) -> f64 {
    let mut sum = 0.0;
    let mut row = vec![x, x * x];
    for i in 0..n {
        let y = sine(x * i as f64) + power(x, i, 0.5);
        row[i % 2] = row[i % 2] * 0.5 + y;
        if y > 0.25 {
            sum += exponential(y, x) * product(&row, &[y, x]);
        } else {
            sum += arrays([x, y, row[0]], &[row[1], y]);
        }
        sum += owned(row.clone(), y) + references(&y, &2.0) + by_one(y, x) + mean([y, x, 1.0]);
    }
    sum + vectors(row.clone(), &row) + nested(&[row, vec![x]], sum) + generic(x, sum, &[x, 2.0])
}

// ---- structs and methods ----

#[derive(Clone, Debug, Differentiable)]
struct Spring {
    stiffness: f64,
    rest: Vec<f64>,
}

impl Spring {
    #[differentiate(partials(
        self = SpringTangent { stiffness: x * x, rest: vec![x; self.rest.len()] },
        x = 2.0 * self.stiffness * x + self.rest.iter().sum::<f64>(),
    ))]
    fn energy(&self, x: f64) -> f64 {
        self.stiffness * x * x + self.rest.iter().map(|r| r * x).sum::<f64>()
    }
}

#[differentiate]
impl Spring {
    #[differentiate(partials(self = SpringTangent { stiffness: x, rest: vec![0.0; self.rest.len()] }, x = self.stiffness))]
    fn consumed(self, x: f64) -> f64 {
        self.stiffness * x
    }

    #[differentiate(partials(x = x.cos()))]
    fn associated(x: f64) -> f64 {
        foreign(x)
    }

    fn all(&self, x: f64) -> f64 {
        self.energy(x) * self.clone().consumed(x + 1.0) + Self::associated(x) + Spring::associated(2.0 * x)
    }
}

#[differentiate]
fn through_methods(k: f64, x: f64) -> f64 {
    let spring = Spring { stiffness: k, rest: vec![x, k * k] };
    spring.all(x) + spring.energy(k)
}

#[differentiate(partials(spring = spring.given(), k = 1.0))]
fn of_a_struct(spring: &Spring, k: f64) -> f64 {
    spring.stiffness.sin() + k
}

impl Spring {
    fn given(&self) -> SpringTangent {
        SpringTangent { stiffness: self.stiffness.cos(), rest: vec![0.0; self.rest.len()] }
    }
}

#[differentiate]
fn of_a_made_struct(k: f64) -> f64 {
    of_a_struct(&Spring { stiffness: k * k, rest: vec![k] }, k)
}

trait Shape {
    fn area(&self, scale: f64) -> f64;
}

struct Disc(f64);

#[differentiate]
impl Shape for Disc {
    #[differentiate(partials(scale = 2.0 * std::f64::consts::PI * self.0 * scale))]
    fn area(#[no_diff] &self, scale: f64) -> f64 {
        std::f64::consts::PI * self.0 * scale * scale
    }
}

// ---- vjp, jvp ----

fn norm_vjp<'a>(x: &'a [f64], k: f64) -> (f64, impl FnOnce(f64) -> (Vec<f64>, f64) + use<'a>) {
    let norm = x.iter().map(|v| v * v).sum::<f64>().sqrt();
    (norm * k, move |seed| (x.iter().map(|v| seed * k * v / norm).collect(), seed * norm))
}

#[differentiate(vjp = norm_vjp)]
fn norm(x: &[f64], k: f64) -> f64 {
    x.iter().map(|v| v * v).sum::<f64>().sqrt() * k
}

fn quotient_vjp(x: f64, y: f64, _: usize) -> (f64, impl FnOnce(f64) -> (f64, f64)) {
    (x / y, move |seed| (seed / y, -seed * x / (y * y)))
}

#[differentiate(vjp = quotient_vjp)]
fn quotient(x: f64, y: f64, _n: usize) -> f64 {
    x / y
}

fn cumulated_vjp(x: &[f64]) -> (Vec<f64>, impl FnOnce(Vec<f64>) -> Vec<f64>) {
    (cumulated(x), |mut seed| {
        for k in (1..seed.len()).rev() {
            seed[k - 1] += seed[k];
        }
        seed
    })
}

#[differentiate(vjp = cumulated_vjp)]
fn cumulated(x: &[f64]) -> Vec<f64> {
    x.iter()
        .scan(0.0, |sum, x| {
            *sum += x;
            Some(*sum)
        })
        .collect()
}

fn polar_jvp(r: f64, angle: f64, r_dot: f64, angle_dot: f64) -> ([f64; 2], [f64; 2]) {
    let (sin, cos) = angle.sin_cos();
    (polar(r, angle), [r_dot * cos - r * sin * angle_dot, r_dot * sin + r * cos * angle_dot])
}

#[differentiate(jvp = polar_jvp)]
fn polar(r: f64, angle: f64) -> [f64; 2] {
    [r * angle.cos(), r * angle.sin()]
}

fn weighted_jvp(x: Vec<f64>, w: &[f64], k: &f64, x_dot: Vec<f64>, w_dot: &[f64], k_dot: f64) -> (f64, f64) {
    let dot = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
    (weighted(x.clone(), w, k), k * dot(&x, w_dot) + k * dot(&x_dot, w) + k_dot * dot(&x, w))
}

#[differentiate(jvp = weighted_jvp)]
fn weighted(x: Vec<f64>, w: &[f64], k: &f64) -> f64 {
    x.iter().zip(w).map(|(x, w)| x * w).sum::<f64>() * k
}

fn both_vjp(x: f64) -> ((f64, f64), impl FnOnce((f64, f64)) -> f64) {
    (both(x), move |(a, b): (f64, f64)| a * 2.0 * x + b * x.cos())
}

fn both_jvp(x: f64, x_dot: f64) -> ((f64, f64), (f64, f64)) {
    (both(x), (2.0 * x * x_dot, x.cos() * x_dot))
}

#[differentiate(vjp = both_vjp, jvp = both_jvp)]
fn both(x: f64) -> (f64, f64) {
    (x * x, foreign(x))
}

fn total_vjp(spring: &Spring, x: f64) -> (f64, impl FnOnce(f64) -> (SpringTangent, f64) + '_) {
    (total(spring, x), move |seed| {
        let spring_bar = SpringTangent { stiffness: seed * x, rest: vec![seed; spring.rest.len()] };
        (spring_bar, seed * spring.stiffness)
    })
}

#[differentiate(vjp = total_vjp)]
fn total(spring: &Spring, x: f64) -> f64 {
    spring.stiffness * x + spring.rest.iter().sum::<f64>()
}

impl Spring {
    fn pull_by_hand(&self, x: f64) -> (f64, impl FnOnce(f64) -> (SpringTangent, f64)) {
        let (k, n) = (self.stiffness, self.rest.len());
        (self.pull(x), move |seed| (SpringTangent { stiffness: seed * x, rest: vec![0.0; n] }, seed * k))
    }

    #[differentiate(vjp = Self::pull_by_hand)]
    fn pull(&self, x: f64) -> f64 {
        self.stiffness * x
    }
}

#[differentiate]
fn calls_given_pullbacks(x: f64, n: usize) -> f64 {
    let mut all = 0.0;
    for i in 0..n {
        let [a, b] = polar(x, i as f64);
        let sums = cumulated(&[a, b, x]);
        let (c, d) = both(sums[2]);
        let spring = Spring { stiffness: c, rest: sums };
        all += norm(&[a, d], b) + quotient(c, 2.0 + x * x, i) + total(&spring, d) + spring.pull(a);
        all = all * 0.5 + weighted(spring.rest.clone(), &[x, a, b], &x);
    }
    all
}

// ---- in place ----

fn step_vjp<'a>(x: &'a mut [f64], dt: f64) -> ((), impl FnOnce(Vec<f64>) -> (Vec<f64>, f64) + use<'a>) {
    let before = x.to_vec();
    step(x, dt);
    ((), move |mut x_bar| {
        let dt_bar = x_bar.iter().zip(&before).map(|(bar, x)| bar * x.sin()).sum();
        x_bar.iter_mut().zip(&before).for_each(|(bar, x)| *bar *= 1.0 + dt * x.cos());
        (x_bar, dt_bar)
    })
}

fn step_jvp(x: &mut [f64], dt: f64, x_dot: &mut [f64], dt_dot: f64) -> ((), ()) {
    x_dot.iter_mut().zip(x.iter()).for_each(|(dot, x)| *dot += dt * x.cos() * *dot + dt_dot * x.sin());
    (step(x, dt), ())
}

#[differentiate(vjp = step_vjp, jvp = step_jvp)]
fn step(x: &mut [f64], dt: f64) {
    x.iter_mut().for_each(|x| *x += dt * foreign(*x));
}

fn add_vjp<'a>(
    sum: &'a mut f64,
    x: f64,
    all: &'a mut Vec<f64>,
) -> (f64, impl FnOnce(f64, f64, Vec<f64>) -> (f64, f64, Vec<f64>) + use<'a>) {
    let before = *sum;
    (add(sum, x, all), move |seed, sum_bar, mut all_bar| {
        let last = all_bar.pop().unwrap_or_default();
        (x * sum_bar + seed, before * sum_bar + seed + 2.0 * x * last, all_bar)
    })
}

fn add_jvp(
    sum: &mut f64,
    x: f64,
    all: &mut Vec<f64>,
    sum_dot: &mut f64,
    x_dot: f64,
    all_dot: &mut Vec<f64>,
) -> (f64, f64) {
    let tangent = *sum_dot + x_dot;
    *sum_dot = *sum_dot * x + *sum * x_dot;
    all_dot.push(2.0 * x * x_dot);
    (add(sum, x, all), tangent)
}

#[differentiate(vjp = add_vjp, jvp = add_jvp)]
fn add(sum: &mut f64, x: f64, all: &mut Vec<f64>) -> f64 {
    let both = *sum + x;
    *sum *= x;
    all.push(x * x);
    both
}

impl Spring {
    fn stretched_vjp<'a>(
        &'a mut self,
        by: &'a [f64; 2],
    ) -> ((), impl FnOnce(SpringTangent) -> (SpringTangent, [f64; 2]) + use<'a>) {
        let before = self.stiffness;
        self.stretch(by);
        ((), move |mut bar: SpringTangent| {
            let by_bar = [bar.stiffness * before, bar.rest[0]];
            bar.stiffness *= by[0];
            (bar, by_bar)
        })
    }

    fn stretched_jvp(&mut self, by: &[f64; 2], dot: &mut SpringTangent, by_dot: &[f64; 2]) -> ((), ()) {
        dot.stiffness = dot.stiffness * by[0] + self.stiffness * by_dot[0];
        dot.rest[0] += by_dot[1];
        (self.stretch(by), ())
    }

    #[differentiate(vjp = Self::stretched_vjp, jvp = Self::stretched_jvp)]
    fn stretch(&mut self, by: &[f64; 2]) {
        self.stiffness *= by[0];
        self.rest[0] += by[1];
    }
}

#[differentiate]
fn in_place(x: &[f64], n: usize) -> f64 {
    let mut state = x.to_vec();
    let (mut sum, mut all, mut total) = (state[0], Vec::new(), 0.0);
    let mut spring = Spring { stiffness: state[1], rest: vec![state[0], 1.0] };
    for i in 0..n {
        let before = state[0] * state[1];
        step(&mut state, 0.1 * before);
        step(&mut state[1..], sum);
        total += add(&mut sum, state[i % 2] + 0.5, &mut all) * before;
        spring.stretch(&[state[0], total]);
        total += spring.stiffness * spring.rest[0].sin();
    }
    total + all.iter().sum::<f64>() * sum
}

#[test]
fn what_is_changed_has_adjoints_in_and_out() {
    let (mut x, mut x_bar, mut dt_bar) = ([0.5, 1.0], [1.0, 2.0], 0.25);
    step::value_and_grad_into(&mut x, 0.1, &mut x_bar, &mut dt_bar);
    assert_eq!(x[0], 0.5 + 0.1 * 0.5_f64.sin());
    assert_eq!(x_bar[1], 2.0 * (1.0 + 0.1 * 1.0_f64.cos()));
    assert!((dt_bar - (0.25 + 0.5_f64.sin() + 2.0 * 1.0_f64.sin())).abs() < 1e-15);
}

// ---- central differences ----

#[differentiate(opaque)]
fn differences(x: f64, rows: &[f64], y: [f64; 2], z: Vec<f64>, n: usize) -> f64 {
    foreign(x) * rows.iter().map(|v| v * v).sum::<f64>() + y[0] * y[1] + n as f64 * z.iter().product::<f64>()
}

#[differentiate(opaque)]
fn several(x: &[Vec<f64>], k: &f64) -> (f64, [f64; 2]) {
    (x[0][0] * x[1][0], [foreign(*k), x[1][0] * k])
}

#[differentiate]
fn calls_differences(x: f64) -> f64 {
    let (a, [b, c]) = several(&[vec![x, 1.0], vec![x * x]], &x);
    differences(a, &[b, x], [c, 2.0], vec![x, a], 3)
}

// ---- in a module ----

#[differentiate]
mod model {
    use super::foreign;

    pub struct Rate {
        pub r: f64,
    }

    fn slope(x: f64) -> f64 {
        x.cos()
    }

    pub fn doubled_vjp(x: f64) -> (f64, impl FnOnce(f64) -> f64) {
        (2.0 * x, |seed| 2.0 * seed)
    }

    #[differentiate(vjp = doubled_vjp)]
    fn doubled(x: f64) -> f64 {
        2.0 * x
    }

    #[differentiate(partials(x = slope(x)))]
    fn seen(x: f64) -> f64 {
        foreign(x)
    }

    #[differentiate(partials(rate = RateTangent { r: years * value }, years = rate.r * value))]
    fn growth(rate: &Rate, years: f64) -> f64 {
        [(rate.r * years).exp()].into_iter().next().unwrap_or_default()
    }

    fn apply(f: impl Fn(f64) -> f64, x: f64) -> f64 {
        f(f(x))
    }

    pub fn price(rate: &Rate, x: f64) -> f64 {
        growth(rate, doubled(seen(x))) + apply(|v| seen(v * x), x)
    }
}

#[differentiate]
fn in_a_module(r: f64, x: f64) -> f64 {
    model::price(&model::Rate { r }, x)
}

#[test]
fn in_a_module_of_its_own() {
    let (_, (rate_bar, _)) = model::price::value_and_grad(&model::Rate { r: 0.25 }, 0.5);
    let slope = |h: f64| model::price(&model::Rate { r: 0.25 + h }, 0.5);
    assert!((rate_bar.r - (slope(1e-5) - slope(-1e-5)) / 2e-5).abs() < 1e-9);
}

// ---- what may fail ----

#[differentiate(partials(x = 0.5 / value))]
fn root(x: f64) -> Option<f64> {
    if x < 0.0 { None } else { Some(x.sqrt()) }
}

#[differentiate(partials(x = x.iter().map(|x| 1.0 / x).collect(), k = value / k))]
fn logarithm(x: &[f64], k: f64) -> Result<f64, String> {
    if x[0] <= 0.0 {
        return Err(format!("{} is not positive", x[0]));
    }
    Ok(k * x.iter().map(|x| x.ln()).sum::<f64>())
}

#[differentiate]
fn calls_what_may_fail(x: f64) -> Result<f64, String> {
    let a = root(x).unwrap_or(2.0);
    let b = logarithm(&[x * a, x], 1.0)?;
    Ok(a * b + root(-x * x).unwrap_or(0.25 * x))
}

#[test]
fn what_may_fail_fails_in_its_derivatives() {
    assert_eq!(root::value_and_grad(4.0), Some((2.0, 0.25)));
    assert_eq!(root::value_and_grad(-4.0), None);
    assert_eq!(root::jvp(4.0, 2.0), Some((2.0, 0.5)));
    assert_eq!(root::jvp(-4.0, 2.0), None);
    assert_eq!(logarithm::grad(&[-1.0], 2.0), Err("-1 is not positive".into()));
    assert_eq!(logarithm::grad(&[1.0, 4.0], 1.0).unwrap().0, [1.0, 0.25]);
    let slope = (calls_what_may_fail(2.0 + 1e-5).unwrap() - calls_what_may_fail(2.0 - 1e-5).unwrap()) / 2e-5;
    assert!((calls_what_may_fail::grad(2.0).unwrap() - slope).abs() < 1e-8);
    assert!((calls_what_may_fail::jvp(2.0, 1.0).unwrap().1 - slope).abs() < 1e-8);
}

// ---- singular points ----

#[differentiate(partials(x = 1.0 / (2.0 * value)))]
fn bare_root(x: f64) -> f64 {
    x.sqrt()
}

#[differentiate(partials(x = 1.0 / (2.0 * value)), singular = "ieee")]
fn formula(x: f64) -> f64 {
    x.sqrt()
}

#[differentiate]
fn where_it_does_not_matter(x: f64) -> f64 {
    let far = bare_root(x) + product(&[bare_root(x)], &[0.0]);
    if x > 1.0 { far } else { 3.0 * x + 0.0 * far }
}

#[test]
fn zeros_stay_zero_behind_infinite_partials() {
    assert_eq!(bare_root::grad(0.0), f64::INFINITY);
    assert_eq!(bare_root::vjp(0.0).1(0.0), 0.0);
    assert_eq!(bare_root::jvp(0.0, 0.0).1, 0.0);
    assert!(formula::vjp(0.0).1(0.0).is_nan());
    assert_eq!(where_it_does_not_matter::grad(0.0), 3.0);
    assert_eq!(where_it_does_not_matter::jvp(0.0, 1.0).1, 3.0);
}

#[test]
fn what_is_lent_is_found_as_the_function_leaves_it() {
    let (mut buffer, mut count, seen) = ([0.0; 2], 5, Cell::new(0));
    let (value, (x_bar, ())) = {
        let (value, x_bar) = with_buffer::value_and_grad(0.5, &mut buffer, &mut count, &seen);
        (value, (x_bar, ()))
    };
    let _ = x_bar;
    assert_eq!((value, count), (2.0 * 0.5_f64.sin(), 6));
    assert_eq!(buffer[0], 0.5_f64.sin());
}

#[test]
fn another_name_and_some_of_the_gradient() {
    assert_eq!(derivatives_of_renamed::grad(0.5), 0.5_f64.cos());
    assert_eq!(by_one::grad(1.0, 1.0), 3.0);
    assert_eq!(by_one::vjp(1.0, 1.0).1(2.0), 6.0);
    assert_eq!(by_one::jvp(1.0, 1.0, 2.0).1, 6.0);
    assert_eq!(Disc(2.0).area_grad(3.0), 12.0 * std::f64::consts::PI);
}

#[test]
#[should_panic(expected = "a number for each element")]
fn partials_are_as_many_as_elements() {
    #[differentiate(partials(x = vec![1.0]))]
    fn short(x: &[f64]) -> f64 {
        x.iter().sum()
    }
    short::grad(&[1.0, 2.0]);
}

// ---- on_adjoint ----

#[differentiate]
fn hooked(x: f64, n: usize) -> f64 {
    let mut y = x;
    for i in 0..n {
        let k = i as f64;
        y = on_adjoint(y.sin() * x, |y_bar| y_bar + 0.0 * k);
        let row = on_adjoint(vec![y, x], |row_bar: Vec<f64>| row_bar);
        y += row[0] * row[1];
    }
    y + on_adjoint([x, y], |bar| bar)[1] + autodiff_runtime::on_adjoint(x, std::convert::identity)
}

#[differentiate]
fn reversed(x: f64, limit: f64) -> f64 {
    let bound = 2.0 * n_limit();
    let clipped = on_adjoint(x * x, move |x_bar| x_bar.clamp(-bound, bound));
    let scaled = on_adjoint(x, |x_bar| -0.5 * x_bar);
    limit * clipped + scaled
}

fn n_limit() -> f64 {
    1.5
}

thread_local! {
    static SEEN: Cell<f64> = const { Cell::new(0.0) };
}

#[differentiate]
fn watched(x: f64) -> f64 {
    let y = on_adjoint(x * 3.0, |y_bar| {
        SEEN.with(|seen| seen.set(y_bar));
        y_bar
    });
    y * y
}

#[test]
fn adjoints_go_through_functions() {
    assert_eq!(reversed::grad(2.0, 10.0), (4.0 * 3.0 - 0.5, 4.0));
    assert_eq!(reversed::vjp(2.0, 1.0).1(-10.0), (4.0 * -3.0 + 5.0, -40.0));
    assert_eq!(reversed::jvp(2.0, 10.0, 1.0, 0.0).1, 41.0);
    assert_eq!(watched::grad(2.0), 36.0);
    assert_eq!(SEEN.with(Cell::get), 12.0);
}

checks! {
    sine(0.5) => 0.5_f64.cos();
    exponential(0.5, 0.75);
    power(1.5, @3, @0.5);
    product(&[1.0, 2.0], &[3.0, 4.0]) => (vec![3.0, 4.0], vec![1.0, 2.0]);
    arrays([1.0, 2.0, 3.0], &[0.5, 1.0]);
    vectors(vec![0.5, 0.25], &vec![0.5, 0.25]);
    owned(vec![1.0, 2.0], 0.5);
    nested(&vec![vec![1.0, 2.0], vec![3.0]], 0.5);
    references(ref 1.5, ref 0.5_f32);
    single(0.5_f32, &[0.25_f32, 0.75]);
    generic(0.5_f64, 0.75_f64, &[1.0_f64, 2.0]);
    mean([1.0, 2.0, 3.0]) => [1.0 / 3.0; 3];
    around_a_buffer(0.75);
    calls_everything(0.75, @5);
    through_methods(0.5, 0.75);
    of_a_made_struct(0.75);
    norm(&[3.0, 4.0], 2.0) => (vec![1.2, 1.6], 5.0);
    quotient(3.0, 4.0, @2);
    cumulated(&[1.0, 2.0, 3.0]) => [3.0, 2.0, 1.0];
    polar(2.0, 0.5);
    weighted(vec![1.0, 2.0], &[3.0, 4.0], ref 0.5);
    both(0.75);
    calls_given_pullbacks(0.75, @3);
    step(&mut vec![0.5, 1.0, 1.5], 0.25) -> ();
    in_place(&[0.5, 0.75, 1.0], @3);
    differences(0.5, &[1.0, 2.0], [3.0, 4.0], vec![0.5, 0.75], @2);
    several(&vec![vec![1.0, 2.0], vec![3.0]], ref 0.5);
    calls_differences(0.75);
    in_a_module(0.25, 0.5);
    hooked(0.75, @3);
}

/// What is given has derivatives in its turn.
mod beyond {
    use super::differentiate;

    #[differentiate(order = 3, partials(x = -2.0 * x * value))]
    fn bell(x: f64) -> f64 {
        (-x * x).exp()
    }

    #[differentiate(order = 2, partials(x = x.iter().map(|x| x / value).collect(), by = 0.0 * by))]
    fn norm(x: &[f64], by: f64, _name: &str) -> f64 {
        x.iter().map(|x| x * x).sum::<f64>().sqrt() + 0.0 * by
    }

    #[differentiate(order = 2)]
    fn pushed(a: [f64; 2], n: usize, b: f64, a_dot: [f64; 2], b_dot: f64) -> (f64, f64) {
        let power = b.powi(n as i32);
        let slope = n as f64 * b.powi(n as i32 - 1);
        (a[0] * a[1] * power, (a_dot[0] * a[1] + a[0] * a_dot[1]) * power + a[0] * a[1] * slope * b_dot)
    }

    #[differentiate(order = 2, jvp = pushed)]
    fn product(a: [f64; 2], n: usize, b: f64) -> f64 {
        a[0] * a[1] * b.powi(n as i32)
    }

    #[differentiate(order = 2)]
    fn all(x: &[f64], y: f64) -> f64 {
        bell(x[0] * y) * y + norm(x, y, "x") * x[1] + product([x[0], y], 3, x[1])
    }

    /// The same without anything given.
    #[differentiate(order = 2)]
    fn plain(x: &[f64], y: f64) -> f64 {
        let bell = (-x[0] * y * x[0] * y).exp();
        let norm = x.iter().map(|x| x * x).sum::<f64>().sqrt();
        bell * y + norm * x[1] + x[0] * y * x[1].powi(3)
    }

    #[differentiate(order = 2)]
    mod seen {
        #[differentiate(partials(x = 1.0 / x))]
        fn log(x: f64) -> f64 {
            x.ln()
        }

        pub fn entropy(p: &[f64]) -> f64 {
            p.iter().map(|p| -p * log(*p)).sum()
        }
    }

    #[differentiate]
    fn curvature(x: f64) -> f64 {
        bell::hvp(x, 1.0)
    }

    #[test]
    fn second_derivatives_are_those_of_what_is_computed() {
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12 * (1.0 + b.abs()), "{a} {b}");
        let (x, y) = ([0.4, 0.9], 0.7);
        let (given, plain) = (all::hessian(&x, y), plain::hessian(&x, y));
        for (given, plain) in given.0.iter().zip(&plain.0) {
            given.0.iter().zip(&plain.0).for_each(|(a, b)| close(*a, *b));
            close(given.1, plain.1);
        }
        given.1.0.iter().zip(&plain.1.0).for_each(|(a, b)| close(*a, *b));
        close(given.1.1, plain.1.1);
        let hvp = all::hvp(&x, y, &[1.0, -2.0], 0.5);
        close(hvp.1, given.1.0[0] - 2.0 * given.1.0[1] + 0.5 * given.1.1);
        assert_eq!(seen::entropy::hessian(&[0.2, 0.5]), [[-5.0, 0.0], [0.0, -2.0]]);
    }

    /// Parameters that are called as what is written out could be.
    #[differentiate(order = 2, partials(slopes = vec![2.0 * slopes[0] * dot, 0.0], dot = slopes[0] * slopes[0], value_dot = 0.0 * dot))]
    fn names(slopes: &[f64], dot: f64, value_dot: f64) -> f64 {
        slopes[0] * slopes[0] * dot + 0.0 * value_dot
    }

    #[differentiate(order = 2)]
    fn pushed_on(pushed: &f64, v: [f64; 2], x_dot: f64, v_dot: [f64; 2]) -> (f64, f64) {
        (pushed * pushed * v[0], 2.0 * pushed * x_dot * v[0] + pushed * pushed * v_dot[0])
    }

    #[differentiate(order = 2, jvp = pushed_on)]
    fn lent(pushed: &f64, v: [f64; 2]) -> f64 {
        pushed * pushed * v[0]
    }

    #[differentiate(order = 2, partials(w = vec![1.0]))]
    fn too_short(w: &[f64]) -> f64 {
        w.iter().sum()
    }

    #[test]
    fn names_of_parameters_are_theirs() {
        let (by_slopes, by_dot, _) = names::hessian(&[3.0, 1.0], 2.0, 0.5);
        assert_eq!(by_slopes[0], ([4.0, 0.0].to_vec(), 6.0, 0.0));
        assert_eq!(by_dot, (vec![6.0, 0.0], 0.0, 0.0));
        assert_eq!(
            lent::hessian(&3.0, [2.0, 5.0]),
            ((4.0, [6.0, 0.0]), [(6.0, [0.0, 0.0]), (0.0, [0.0, 0.0])])
        );
    }

    #[test]
    #[should_panic = "have a number for each element of the parameter"]
    fn partials_of_another_length_are_refused() {
        too_short::hvp(&[1.0, 2.0], &[1.0, 1.0]);
    }

    #[test]
    fn third_derivatives() {
        let x = 0.3_f64;
        let expected = (12.0 * x - 8.0 * x.powi(3)) * (-x * x).exp();
        assert!((curvature::grad(x) - expected).abs() < 1e-13);
    }
}
