//! Values of any type that are there on some paths only, and read where the same condition holds once more: what `Option`s
//! hold, what jumps carry, what comes out of a `Vec` that may be empty.

use autodiff_runtime::{Differentiable, differentiate};

use crate::common::{Input, Leaves};

type Real = f64;

#[derive(Clone, Debug, Differentiable)]
struct Spring {
    rate: f64,
    ends: Vec<f64>,
    turns: usize,
}

impl Leaves for Spring {
    fn push_leaves(&self, leaves: &mut Vec<f64>) {
        leaves.push(self.rate);
        leaves.extend(&self.ends);
    }
}

impl Leaves for SpringTangent {
    fn push_leaves(&self, leaves: &mut Vec<f64>) {
        leaves.push(self.rate);
        leaves.extend(&self.ends);
    }
}

impl Input for Spring {
    type Adjoint = SpringTangent;
    fn at(&self, numbers: &mut dyn Iterator<Item = f64>) -> Spring {
        Spring { rate: self.rate.at(numbers), ends: self.ends.at(numbers), turns: self.turns }
    }
    fn adjoint(&self, numbers: &mut dyn Iterator<Item = f64>) -> SpringTangent {
        SpringTangent { rate: self.rate.adjoint(numbers), ends: self.ends.adjoint(numbers), turns: () }
    }
}

#[differentiate]
fn spring(x: f64) -> Spring {
    Spring { rate: x * x, ends: vec![x, x.sin()], turns: 2 }
}

#[differentiate]
fn energy(spring: &Spring, x: f64) -> f64 {
    spring.rate * x * x + spring.ends[0] * spring.turns as f64
}

#[differentiate]
fn then_or(x: Real, y: Real) -> Real {
    (x > 0.5).then(|| x).unwrap_or(y)
}

#[differentiate]
fn some_or_else(x: &Vec<Real>, y: Real) -> Real {
    let found = if y > 1.0 { Some(y) } else { None };
    found.unwrap_or_else(|| x[0])
}

#[differentiate]
fn result_in_an_option(x: f64) -> f64 {
    let found = if x > 0.5 { Some(spring(x)) } else { None };
    match found {
        Some(s) => s.rate * s.ends[1],
        None => x,
    }
}

#[differentiate]
fn lent_out_of_an_option(x: f64, y: f64) -> f64 {
    let found = (y < x).then(|| spring(y));
    let mut total = x * y;
    if let Some(s) = &found {
        total += energy(s, x) * total;
    }
    if found.is_some() { total * y } else { total }
}

#[differentiate]
fn tables_in_a_loop(x: &[f64]) -> f64 {
    let mut total = 0.0;
    for i in 0..x.len() {
        let one = if x[i] > 0.5 { Some(spring(x[i])) } else { None };
        let two = (x[i] > 0.2).then(|| [[x[i], 1.0], [2.0, x[i] * x[i]]]);
        total += one.map_or(x[i], |s| s.rate * s.ends[1]);
        if let Some(table) = two {
            total += table[0][0] * table[1][1];
        }
    }
    total
}

#[differentiate]
fn pairs_popped(x: &[(f64, f64)], springs: &[Spring]) -> f64 {
    let mut pairs = x.to_vec();
    let mut springs = springs.to_vec();
    let mut total = 1.0;
    while let Some((a, b)) = pairs.pop() {
        total += a * b * total;
    }
    while let Some(s) = springs.pop() {
        total *= s.rate + s.ends[0];
    }
    total
}

#[differentiate]
fn popped_and_dropped(x: &[(f64, usize)], y: f64) -> f64 {
    let mut copy = x.to_vec();
    let mut total = y;
    while let Some(e) = copy.pop() {
        let _half = 0.5 * e.0;
        total *= e.1 as f64;
    }
    total
}

#[differentiate]
fn carried_out_of_a_loop(x: f64, n: usize) -> f64 {
    let mut i = 0;
    let s: Spring = loop {
        i += 1;
        let s = spring(x * i as f64);
        if s.rate > 1.0 || i > n {
            break s;
        }
    };
    s.rate * s.ends[0]
}

#[differentiate]
fn rows_out_of_a_loop(x: f64) -> f64 {
    let mut n = 0;
    let rows: [[f64; 2]; 2] = loop {
        n += 1;
        if n > 2 {
            break [[x, x * x], [1.0, n as f64 * x]];
        }
    };
    rows[0][1] * rows[1][1]
}

#[differentiate]
fn returned_early(x: f64, n: usize) -> Spring {
    let mut s = spring(x);
    if n == 0 {
        return s;
    }
    for i in 0..n {
        s.rate *= x;
        if s.rate > 3.0 {
            return Spring { rate: s.rate * x, ..s };
        }
    }
    Spring { rate: x, ends: vec![x * x; n], turns: n }
}

#[differentiate]
fn declared_for_some_arms(x: f64, k: usize) -> f64 {
    let s: Spring;
    let mut total = x;
    match k {
        0 => {
            s = spring(x);
            total += s.rate * energy(&s, x);
        }
        1 => {
            s = Spring { rate: x * total, ends: vec![x], turns: 1 };
            total += energy(&s, total);
        }
        _ => {}
    }
    total
}

#[differentiate]
fn arms_that_panic(x: f64, k: usize) -> f64 {
    let s: Spring;
    if k == 0 {
        s = spring(x);
    } else if k == 1 {
        s = spring(x * x);
    } else {
        panic!("no spring of kind {k}");
    }
    energy(&s, x)
}

#[differentiate]
fn unwrapped(x: f64, k: usize) -> f64 {
    let pair = if k == 0 { Some((x, spring(x))) } else { None };
    let (a, s) = pair.unwrap();
    a * s.rate
}

#[test]
fn what_never_came_is_never_unwrapped() {
    assert!(std::panic::catch_unwind(|| unwrapped::value_and_grad(1.0, 1)).is_err());
    assert!(std::panic::catch_unwind(|| unwrapped::jvp(1.0, 1, 1.0)).is_err());
}

checks! {
    then_or(0.75, 0.25) => (1.0, 0.0);
    then_or as the_other(0.375, 0.25) => (0.0, 1.0);
    some_or_else(&vec![0.5, 2.0], 1.5) => (0.0, 0.0, 1.0);
    some_or_else as else_the_first(&vec![0.5, 2.0], 0.5) => (1.0, 0.0, 0.0);
    result_in_an_option(0.75);
    result_in_an_option as no_result(0.25) => 1.0;
    lent_out_of_an_option(1.25, 0.75);
    lent_out_of_an_option as nothing_lent(0.75, 1.25);
    tables_in_a_loop(&[0.75, 0.1, 0.3, 1.25]);
    pairs_popped(&[(0.5, 1.5), (0.25, -1.0)], &[spring(0.5), spring(1.5)]);
    popped_and_dropped(&[(0.5, 2), (0.25, 3)], 1.5);
    carried_out_of_a_loop(0.4, @4);
    rows_out_of_a_loop(0.75);
    returned_early(1.25, @0);
    returned_early as returned_from_the_loop(1.25, @6);
    returned_early as not_returned_early(0.75, @2);
    declared_for_some_arms(1.25, @0);
    declared_for_some_arms as declared_for_the_second(1.25, @1);
    declared_for_some_arms as declared_for_neither(1.25, @2) => 1.0;
    arms_that_panic(0.75, @0);
    arms_that_panic as the_second_arm(0.75, @1);
    unwrapped(1.5, @0);
}
