//! `#[checkpoint]`: the same values and gradients, bit for bit, from less memory; how much, and how many steps that takes.
#![cfg(feature = "std")]
#![allow(missing_docs)]

mod programs;

use std::cell::Cell;

use autodiff_runtime::{Differentiable, differentiate, pool};

/// A body and its state, which a loop changes as a whole.
#[derive(Clone, Debug, PartialEq, Differentiable)]
pub struct Body {
    pub position: [f64; 2],
    pub velocity: [f64; 2],
    pub trail: Vec<f64>,
}

#[differentiate]
fn force(position: &[f64; 2], k: f64) -> [f64; 2] {
    let r2 = position[0] * position[0] + position[1] * position[1] + 0.1;
    [-k * position[0] / r2, -k * position[1] / r2.sqrt()]
}

#[differentiate]
fn kick(velocity: &mut [f64; 2], acceleration: &[f64; 2], dt: f64) {
    for k in 0..2 {
        velocity[k] += dt * acceleration[k];
    }
}

/// Programs with a loop that is marked as told.
macro_rules! programs {
    ($name:ident: $($mark:tt)*) => {
        #[allow(unused_assignments, clippy::all)]
        mod $name {
            use super::*;

            /// Scalars alone.
            #[differentiate]
            pub fn scalars(x: f64, n: usize) -> f64 {
                let (mut a, mut b) = (x, 1.0);
                $($mark)*
                for t in 0..n {
                    let c = (a * b).sin() + 0.1 * t as f64;
                    b = a * 0.7 - b * b * 0.1;
                    a = c;
                }
                a * b + a
            }

            /// Arrays that are exchanged, and a sum.
            #[differentiate]
            pub fn heat(u0: &[f64], k: f64, steps: usize) -> f64 {
                let n = u0.len();
                let mut u = u0.to_vec();
                let mut next = vec![0.0; n];
                let mut seen = 0.0;
                $($mark)*
                for t in 0..steps {
                    next[0] = u[0];
                    next[n - 1] = u[n - 1];
                    for i in 1..n - 1 {
                        next[i] = u[i] + k * (u[i - 1] - 2.0 * u[i] + u[i + 1]) * (1.0 + 0.1 * u[i].sin());
                    }
                    std::mem::swap(&mut u, &mut next);
                    seen = seen * 0.9 + u[n / 2] * (t as f64);
                }
                seen + u[1] * u[2]
            }

            /// How often it runs the values decide.
            #[differentiate]
            pub fn root(x: f64, tolerance: f64) -> f64 {
                let (mut y, mut z) = (3.0 * x, 1.0);
                $($mark)*
                while (y * y - x).abs() > tolerance {
                    y = y - (y * y - x) / (2.0 * y) * 0.7;
                    z = z * y.sin() + 0.1;
                }
                y * z
            }

            /// Left from its middle, with a value.
            #[differentiate]
            pub fn left(x: f64, most: usize) -> f64 {
                let mut y = x;
                let mut n = 0;
                let found = $($mark)* loop {
                    n += 1;
                    if n > most {
                        break y * 2.0;
                    }
                    y = y * 0.8 + y.cos() * x;
                    if y > 1.4 {
                        break y * y;
                    }
                    y += 0.01;
                };
                found * y + n as f64 * x
            }

            /// Over what is borrowed, backwards, in steps, with a jump to the next one.
            #[differentiate]
            pub fn heads(x: &[f64], w: &mut [f64]) -> f64 {
                let mut s = 1.0;
                $($mark)*
                for (v, w) in x.iter().zip(w.iter_mut()) {
                    if *v < 0.0 {
                        continue;
                    }
                    s = s * 0.5 + v * *w;
                    *w = *w * s + 0.1;
                }
                $($mark)*
                for i in (0..x.len()).rev().step_by(2) {
                    s += (s * x[i]).sin() * w[i];
                }
                $($mark)*
                for i in -2..=2_i32 {
                    s += s * f64::from(i) * 0.1 * x[0];
                }
                s
            }

            /// What a loop returns from, and what grows in it.
            #[differentiate]
            pub fn grown(x: f64, n: usize, bound: f64) -> f64 {
                let mut all = vec![x];
                let mut sum = 0.0;
                $($mark)*
                for i in 0..n {
                    let last = all[i];
                    if last > bound {
                        return sum * last;
                    }
                    all.push(last * 1.1 + (x * i as f64).sin());
                    sum += all[i + 1] * all[i / 2];
                }
                sum * all[n]
            }

            /// A struct by `&mut`, calls of functions that change a part of it.
            #[differentiate]
            pub fn orbit(body: &mut Body, k: f64, dt: f64, steps: usize) -> f64 {
                let mut length = 0.0;
                $($mark)*
                for step in 0..steps {
                    let a = force(&body.position, k);
                    kick(&mut body.velocity, &a, dt);
                    for k in 0..2 {
                        body.position[k] += dt * body.velocity[k];
                    }
                    length += (body.velocity[0].powi(2) + body.velocity[1].powi(2)).sqrt();
                    if step % 3 == 0 {
                        body.trail.push(body.position[0] * length);
                    }
                }
                length * body.position[1]
            }

            /// A loop in a loop, each marked.
            #[differentiate]
            pub fn nested(x: &[f64], rounds: usize) -> f64 {
                let mut u = x.to_vec();
                let mut s = 0.0;
                $($mark)*
                for r in 0..rounds {
                    let mut scale = 1.0 + r as f64;
                    $($mark)*
                    for i in 0..u.len() {
                        let old = u[i];
                        u[i] = old.sin() * scale + s * 0.1;
                        scale = scale * 0.9 + old * 0.05;
                    }
                    s += scale * u[0];
                }
                s * u[x.len() - 1]
            }

            /// Second derivatives.
            #[differentiate(order = 2)]
            pub fn twice(x: f64, y: f64, n: usize) -> f64 {
                let (mut a, mut b) = (x, y);
                $($mark)*
                for _ in 0..n {
                    let c = a * b.cos();
                    b = b * 0.9 + c * c * 0.1;
                    a = c + x * 0.3;
                }
                a * b
            }
        }
    };
}

programs!(plain:);
programs!(sqrt: #[checkpoint]);
programs!(every: #[checkpoint(every = 3)]);
programs!(one: #[checkpoint(slots = 1)]);
programs!(two: #[checkpoint(slots = 2)]);
programs!(five: #[checkpoint(slots = 5)]);

/// The same in all ways of running it.
macro_rules! agree {
    ($f:ident, $other:ident, ($($arg:expr),*), $seed:expr) => {{
        assert_eq!(plain::$f($($arg),*), $other::$f($($arg),*), "the value");
        assert_eq!(
            plain::$f::value_and_grad($($arg),*),
            $other::$f::value_and_grad($($arg),*),
            "{} of {}", stringify!($other), stringify!($f),
        );
        let ((value, pullback), (same, other)) = (plain::$f::vjp($($arg),*), $other::$f::vjp($($arg),*));
        assert_eq!((value, pullback($seed)), (same, other($seed)), "the pullback of {}", stringify!($f));
    }};
}

macro_rules! all {
    ($f:ident ($($arg:expr),*), $seed:expr) => {{
        agree!($f, sqrt, ($($arg),*), $seed);
        agree!($f, every, ($($arg),*), $seed);
        agree!($f, one, ($($arg),*), $seed);
        agree!($f, two, ($($arg),*), $seed);
        agree!($f, five, ($($arg),*), $seed);
    }};
}

const U: [f64; 6] = [0.3, 0.7, 1.1, -0.4, 0.9, 0.2];

#[test]
fn loops_over_numbers() {
    for n in [0, 1, 2, 3, 4, 7, 12, 31] {
        all!(scalars(0.7, n), 1.5);
    }
}

#[test]
fn arrays_that_are_exchanged() {
    for n in [0, 1, 2, 3, 4, 7, 12, 31] {
        all!(heat(&U, 0.1, n), 0.5);
    }
}

#[test]
fn loops_of_unknown_length() {
    for tolerance in [1e3, 1.0, 1e-1, 1e-4, 1e-12] {
        all!(root(2.0, tolerance), 0.5);
    }
    for (x, most) in [(0.1, 0), (0.1, 1), (0.1, 5), (0.3, 40), (0.9, 40), (1.3, 40)] {
        all!(left(x, most), 0.5);
    }
}

#[test]
fn heads_of_loops() {
    let w = [0.3, -0.2, 0.5, 0.8, 0.1, 0.4];
    let seed = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6];
    macro_rules! agree {
        ($($other:ident)*) => {$({
            let (mut a, mut b) = (w, w);
            assert_eq!(plain::heads::value_and_grad(&U, &mut a), $other::heads::value_and_grad(&U, &mut b));
            assert_eq!(a, b, "what is left");
            let (mut a, mut b) = (w, w);
            let ((_, pullback), (_, other)) = (plain::heads::vjp(&U, &mut a), $other::heads::vjp(&U, &mut b));
            assert_eq!(pullback(0.5, seed.to_vec()), other(0.5, seed.to_vec()));
        })*};
    }
    agree!(sqrt every one two five);
}

#[test]
fn returns_and_growth() {
    for (n, bound) in [(0, 9.0), (1, 9.0), (6, 9.0), (12, 9.0), (12, 1.5), (12, 0.1)] {
        all!(grown(0.8, n, bound), 0.5);
    }
}

#[test]
fn structs_and_calls() {
    let body = || Body { position: [1.0, 0.2], velocity: [0.1, 0.9], trail: vec![0.5] };
    macro_rules! agree {
        ($($other:ident)*) => {$(for steps in [0, 1, 2, 5, 11] {
            let (mut a, mut b) = (body(), body());
            let expected = plain::orbit::value_and_grad(&mut a, 0.9, 0.1, steps);
            let found = $other::orbit::value_and_grad(&mut b, 0.9, 0.1, steps);
            assert_eq!(format!("{expected:?}"), format!("{found:?}"), "{steps} steps");
            assert_eq!(a, b, "what is left");
        })*};
    }
    agree!(sqrt every one two five);
}

#[test]
fn loops_in_loops() {
    for rounds in [0, 1, 2, 5, 9] {
        all!(nested(&U, rounds), 0.5);
    }
}

#[test]
fn second_derivatives() {
    macro_rules! agree {
        ($($other:ident)*) => {$(for n in [0, 1, 2, 5, 11] {
            assert_eq!(plain::twice::hessian(0.7, 0.4, n), $other::twice::hessian(0.7, 0.4, n));
            assert_eq!(plain::twice::hvp(0.7, 0.4, n, 1.0, 0.5), $other::twice::hvp(0.7, 0.4, n, 1.0, 0.5));
        })*};
    }
    agree!(sqrt every one two five);
}

mod blocks {
    use super::*;

    thread_local! {
        pub static CALLS: Cell<usize> = const { Cell::new(0) };
    }

    /// Counts how often it runs.
    #[differentiate(partials(x = x.cos()))]
    pub fn counted(x: f64) -> f64 {
        CALLS.with(|calls| calls.set(calls.get() + 1));
        x.sin()
    }

    #[differentiate]
    pub fn block(x: f64, u: &[f64]) -> f64 {
        let mut v = vec![0.0; u.len()];
        #[checkpoint]
        {
            for i in 0..u.len() {
                v[i] = counted(u[i] * x) * x;
            }
        }
        let y = #[checkpoint]
        {
            let a = v[0] * v[1];
            a.exp() * a
        };
        y + v[2]
    }

    #[differentiate]
    pub fn call(x: f64, mut u: Vec<f64>) -> f64 {
        #[checkpoint]
        let y = counted(x * u[0]);
        #[checkpoint]
        u.iter_mut().for_each(|u| *u = *u * *u * y);
        u[0] * u[1] + y
    }

    /// A tape would hold these; a place that is overwritten later has to be as it was.
    #[differentiate]
    pub fn overwritten(u: &mut [f64], x: f64) -> f64 {
        let mut s = 0.0;
        for _ in 0..3 {
            #[checkpoint]
            for i in 0..u.len() {
                s += (u[i] * s + x).sin();
            }
            for i in 0..u.len() {
                u[i] = u[i] * x + s;
            }
        }
        s * u[0]
    }

    #[differentiate]
    pub fn overwritten_plainly(u: &mut [f64], x: f64) -> f64 {
        let mut s = 0.0;
        for _ in 0..3 {
            for i in 0..u.len() {
                s += (u[i] * s + x).sin();
            }
            for i in 0..u.len() {
                u[i] = u[i] * x + s;
            }
        }
        s * u[0]
    }

    /// Marks in code that stays as it is say nothing.
    #[differentiate]
    pub fn kept(x: f64, n: usize) -> f64 {
        fn waves(n: usize) -> f64 {
            let mut sum = 0.0;
            #[checkpoint]
            for k in 0..n {
                sum += (k as f64).sin();
            }
            sum
        }
        let mut count = 0;
        #[checkpoint(slots = 2)]
        for k in 0..n {
            if k % 3 == 0 {
                count += 1;
            }
        }
        waves(n) * x * count as f64
    }

    /// What carries nothing changes as well.
    #[differentiate]
    pub fn noting(x: f64, n: usize, visited: &mut Vec<usize>) -> f64 {
        let mut y = x;
        #[checkpoint(slots = 2)]
        for i in 0..n {
            visited.push(i);
            y = y.sin() * visited.len() as f64 + visited[i / 2] as f64;
        }
        #[checkpoint]
        for i in 0..n {
            visited[i] += 1;
            y = y.cos() * visited[i / 2] as f64;
        }
        y
    }

    /// What is printed and checked in what runs again.
    #[differentiate]
    pub fn checked(x: f64, lines: usize) -> f64 {
        let mut y = x;
        #[checkpoint(slots = 2)]
        for k in 0..lines {
            assert!(y.is_finite(), "step {k}");
            if y > 1e6 {
                panic!("too large");
            }
            eprintln!("step {k}: {y}");
            y = y.sin() + x;
        }
        y
    }
}

#[test]
fn blocks_and_calls() {
    let u = [0.3, 0.7, 1.1];
    let x: f64 = 0.8;
    blocks::CALLS.with(|calls| calls.set(0));
    let (value, (x_bar, u_bar)) = blocks::block::value_and_grad(x, &u);
    // Forward, and once more in the reverse sweep.
    assert_eq!(blocks::CALLS.with(Cell::get), 6);
    let f = |x: f64, u: [f64; 3]| blocks::block(x, &u);
    let slope = |a: f64, b: f64, h: f64| (a - b) / (2.0 * h);
    assert_eq!(value, f(x, u));
    let h = 1e-6;
    assert!((x_bar - slope(f(x + h, u), f(x - h, u), h)).abs() < 1e-8);
    for k in 0..3 {
        let moved = |h: f64| {
            let mut v = u;
            v[k] += h;
            f(x, v)
        };
        assert!((u_bar[k] - slope(moved(h), moved(-h), h)).abs() < 1e-8);
    }

    let (value, (x_bar, u_bar)) = blocks::call::value_and_grad(0.8, vec![0.5, 0.9]);
    let y = 0.4_f64.sin();
    let (a, b) = (0.25 * y, 0.81 * y);
    assert!((value - (a * b + y)).abs() < 1e-15);
    let y_bar = 0.25 * b + 0.81 * a + 1.0;
    assert!((x_bar - y_bar * 0.4_f64.cos() * 0.5).abs() < 1e-15);
    assert!((u_bar[1] - a * 2.0 * 0.9 * y).abs() < 1e-15);
}

#[test]
fn what_is_overwritten_later() {
    let u = [0.3, 0.7, 1.1];
    let (mut a, mut b) = (u, u);
    assert_eq!(
        blocks::overwritten::value_and_grad(&mut a, 0.4),
        blocks::overwritten_plainly::value_and_grad(&mut b, 0.4),
    );
    assert_eq!(a, b);
    let (mut a, mut b) = (u, u);
    let ((_, pullback), (_, plainly)) =
        (blocks::overwritten::vjp(&mut a, 0.4), blocks::overwritten_plainly::vjp(&mut b, 0.4));
    assert_eq!(pullback(0.5, vec![1.0, 2.0, 3.0]), plainly(0.5, vec![1.0, 2.0, 3.0]));
}

#[test]
fn integers_that_change() {
    let mut visited = Vec::new();
    let (y, slope) = blocks::noting::value_and_grad(0.3, 5, &mut visited);
    assert_eq!(visited, [1, 2, 3, 4, 5], "once");
    let f = |x| blocks::noting(x, 5, &mut Vec::new());
    assert_eq!(y, f(0.3));
    assert!((slope - (f(0.3 + 1e-6) - f(0.3 - 1e-6)) / 2e-6).abs() < 1e-6 * slope.abs().max(1.0));
}

#[test]
fn code_that_stays() {
    assert_eq!(blocks::kept::value_and_grad(2.0, 4), (blocks::kept(2.0, 4), blocks::kept(1.0, 4)));
}

#[test]
fn checks_stay() {
    let (y, slope) = blocks::checked::value_and_grad(0.3, 5);
    let h = 1e-6;
    assert!(y.is_finite());
    assert!((slope - (blocks::checked(0.3 + h, 5) - blocks::checked(0.3 - h, 5)) / (2.0 * h)).abs() < 1e-8);
}

/// `(copies + repeats)! / (copies! repeats!)`
fn reach(copies: usize, repeats: usize) -> usize {
    (1..=repeats).fold(1, |reach, k| reach * (copies + k) / k)
}

/// How many steps are run before their own reversals at least, from copies in so many slots: the theorem of Griewank and
/// Walther.
fn fewest(steps: usize, slots: usize) -> usize {
    let repeats = (0..).find(|&repeats| reach(slots, repeats) >= steps).unwrap_or(0);
    if repeats == 0 { 0 } else { repeats * steps - reach(slots + 1, repeats - 1) }
}

mod counted {
    use super::*;

    macro_rules! counted {
        ($name:ident($($slots:ident)?), $mark:meta) => {
            #[differentiate]
            pub fn $name(x: f64, steps: usize $(, $slots: usize)?) -> f64 {
                let mut y = x;
                #[$mark]
                for _ in 0..steps {
                    y = blocks::counted(y + x);
                }
                y
            }
        };
    }
    counted!(root(), checkpoint(sqrt));
    counted!(binomial(slots), checkpoint(slots = slots));

    #[differentiate]
    pub fn unknown(x: f64, steps: usize, slots: usize) -> f64 {
        let mut y = x;
        let mut t = 0;
        #[checkpoint(slots = slots)]
        while t < steps && y < 2.0 {
            y = blocks::counted(y + x);
            t += 1;
        }
        y
    }
}

/// How many steps a gradient takes.
fn calls(gradient: impl FnOnce() -> (f64, f64)) -> usize {
    blocks::CALLS.with(|calls| calls.set(0));
    assert!(gradient().1.is_finite());
    blocks::CALLS.with(Cell::get)
}

#[test]
fn steps_of_the_binomial_schedule() {
    for slots in [1, 2, 3, 5, 10] {
        for steps in [1, 2, 5, 10, 66, 200] {
            let theory = fewest(steps, slots);
            // Each step runs in the forward sweep, and once more where it is reversed. The forward sweep is what the schedule
            // begins with, but for the way from its last copy to the end.
            let found = calls(|| counted::binomial::value_and_grad(0.2, steps, slots));
            let least = steps + theory;
            assert!((least + 1..=least + steps).contains(&found), "{found} of {steps} in {slots}: {theory}");
            // Where nobody knows the number of steps, the forward sweep only counts them.
            let found = calls(|| counted::unknown::value_and_grad(0.2, steps, slots));
            assert_eq!(found, steps + theory + steps, "{steps} in {slots}");
        }
    }
}

#[test]
fn steps_of_segments() {
    for steps in [0, 1, 2, 10, 100, 1000] {
        assert_eq!(calls(|| counted::root::value_and_grad(0.2, steps)), 2 * steps);
    }
}

/// The most bytes that a gradient of the heat equation holds at once, beside its result.
macro_rules! most_bytes {
    ($module:ident, $u:expr, $steps:expr) => {{
        pool::clear();
        let mut u_bar = vec![0.0; $u.len()];
        let counted = allocation_counter::measure(|| {
            $module::heat::value_and_grad_into(&$u, 0.1, $steps, &mut u_bar, &mut 0.0);
        });
        counted.bytes_max as usize
    }};
}

#[test]
fn memory_does_not_grow_with_the_steps() {
    let u: Vec<f64> = (0..50).map(|i| (i as f64 * 0.3).sin()).collect();
    let state = 8 * u.len();
    let (few, many) = (2_500, 10_000);
    let [saved, saved_of_many] = [few, many].map(|steps| most_bytes!(plain, u, steps));
    let [root, root_of_many] = [few, many].map(|steps| most_bytes!(sqrt, u, steps));
    let [slots, slots_of_many] = [few, many].map(|steps| most_bytes!(five, u, steps));
    let report = format!("{saved} {saved_of_many}, {root} {root_of_many}, {slots} {slots_of_many}");
    // A tape takes more than a state for each step.
    assert!(saved > few * state && saved_of_many > many * state, "{report}");
    // Four times the steps take twice the memory at most: copies of both arrays, and the tape of as many steps.
    assert!(root_of_many < 2 * root && root_of_many < saved_of_many / 30, "{report}");
    // Five copies of both arrays, the arrays, their adjoints, and the tape of one step, in the sizes of the pool.
    assert_eq!(slots, slots_of_many, "{report}");
    assert!(slots_of_many < 80 * state, "{report}");
}

#[test]
fn nothing_is_allocated_again() {
    let mut u_bar = vec![0.0; U.len()];
    let mut run = || {
        for steps in [7, 40] {
            sqrt::heat::value_and_grad_into(&U, 0.1, steps, &mut u_bar, &mut 0.0);
            five::heat::value_and_grad_into(&U, 0.1, steps, &mut u_bar, &mut 0.0);
        }
    };
    run();
    assert_eq!(allocation_counter::measure(&mut run).count_total, 0);
}
