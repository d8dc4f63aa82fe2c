//! `Option`s of active values: in variables, through methods and patterns.

use autodiff_runtime::{Differentiable, differentiate};

#[differentiate]
fn first_before_a_change(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    let first = v.first().copied();
    v[0] = 7.0 * x[1];
    first.unwrap() * v[0]
}

#[differentiate]
fn element_before_a_change(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    let second = v.get(1).cloned();
    for i in 0..v.len() {
        v[i] *= v[0];
    }
    if let Some(second) = second { second * v[1] } else { 0.0 }
}

#[differentiate]
fn row_before_a_change(x: &[f64]) -> f64 {
    let mut row = [x[0], x[1]];
    let mut rows = vec![row.to_vec(), vec![x[1]]];
    let (whole, last) = (Some(row), rows.last().cloned());
    row[0] *= x[1];
    rows[1][0] = row[0];
    whole.unwrap()[0] * row[0] + last.map_or(0.0, |last| last[0] * rows[1][0])
}

#[differentiate]
fn last_seen(x: &[f64]) -> f64 {
    let mut last = None;
    let mut s = 0.0;
    for &v in x {
        if let Some(p) = last {
            s += (v - p) * v;
        }
        if v > 0.0 {
            last = Some(v * v);
        }
    }
    s + last.unwrap_or(1.0)
}
#[differentiate]
fn typed_last(x: &[f64]) -> f64 {
    let mut last: Option<f64> = None;
    let mut s = 0.0;
    for i in 0..x.len() {
        s += match last {
            Some(p) if p > 1.0 => p * x[i],
            Some(p) => p - x[i],
            None => x[i],
        };
        last = if x[i] < 0.0 { None } else { Some(s * x[i]) };
    }
    match last {
        None => s,
        Some(l) => s * l,
    }
}
#[differentiate]
fn argbest(x: &[f64]) -> f64 {
    let mut best: Option<(usize, f64)> = None;
    for (i, &v) in x.iter().enumerate() {
        match best {
            Some((_, b)) if b >= v => {}
            _ => best = Some((i, v)),
        }
    }
    let (i, b) = best.unwrap();
    b * b * i as f64 + x[i]
}
#[differentiate]
fn index_only(x: &[f64]) -> f64 {
    let mut k: Option<usize> = None;
    for i in 0..x.len() {
        if x[i] > 0.5 {
            k = Some(i);
            break;
        }
    }
    match k {
        Some(i) => x[i] * x[i],
        None => x[0],
    }
}
#[differentiate]
fn index_untyped(x: &[f64]) -> f64 {
    let mut k = None;
    for i in 0..x.len() {
        if x[i] > 0.5 {
            k = Some(i);
        }
    }
    let a = if k.is_some() { 2.0 } else { 3.0 };
    if let Some(i) = k { x[i] * a } else { x[0] * a }
}
#[differentiate]
fn ref_best(x: &[f64]) -> f64 {
    let mut best: Option<&f64> = None;
    for v in x {
        if best.map_or(true, |b| *v > *b) {
            best = Some(v);
        }
    }
    best.copied().unwrap_or(0.0) * x[0]
}
#[differentiate]
fn some_mut(x: &[f64]) -> f64 {
    let mut acc = Some(x[0]);
    for &v in &x[1..] {
        if let Some(a) = &mut acc {
            *a += v * *a;
        }
        if let Some(a) = acc.as_mut() {
            *a *= 0.5;
        }
        if v < 0.0 {
            acc = None;
        }
        let a = acc.get_or_insert(v);
        *a += 0.25;
    }
    acc.unwrap_or_default()
}
#[differentiate]
fn takes(x: &[f64]) -> f64 {
    let mut a = Some(x[0]);
    let mut s = 0.0;
    for &v in x {
        if let Some(p) = a.take() {
            s += p * v;
        } else {
            s -= v;
        }
        if s > 0.5 {
            a = Some(s);
        }
        let old = a.replace(v * s);
        s += old.unwrap_or(0.1);
    }
    s
}
#[differentiate]
fn vector_option(x: &[f64]) -> f64 {
    let mut prev: Option<Vec<f64>> = None;
    let mut s = 0.0;
    for c in x.chunks(2) {
        if let Some(p) = &prev {
            for (a, b) in p.iter().zip(c) {
                s += a * b;
            }
        }
        prev = Some(c.iter().map(|v| v * v + s).collect::<Vec<f64>>());
    }
    if let Some(p) = prev {
        s *= p[0];
    }
    s
}
#[differentiate]
fn array_option(x: &[f64]) -> f64 {
    let mut prev: Option<[f64; 2]> = None;
    let mut s = 0.0;
    for i in 0..x.len() {
        if let Some([a, b]) = prev {
            s += a * b * x[i];
        }
        prev = Some([x[i], s + 1.0]);
    }
    s
}
#[differentiate]
fn branch_option(x: &[f64]) -> f64 {
    let a = if x[0] > 0.0 { Some(x[0] * x[1]) } else { None };
    let b = if x[1] > 0.0 { None } else { Some(x[0] - x[1]) };
    let c = match x.len() {
        2 => Some(3.0),
        3 => None,
        _ => Some(x[0]),
    };
    a.unwrap_or(2.0 * x[1]) + b.map(|v| v * v).unwrap_or(x[0]) + c.map_or(x[1], |c| c * x[0])
}
#[differentiate]
fn try_in_closure(x: &[f64]) -> f64 {
    let f = |i: usize, j: usize| {
        let a = x.get(i)?;
        let b = x.get(j)?;
        Some(a * b)
    };
    let g = |i: usize| -> Option<f64> {
        if i > 2 {
            return None;
        }
        Some(f(i, i + 1)? * 2.0)
    };
    let h = |i: usize| Some(x.get(i)?.sin() + x.get(i + 1)?.cos());
    f(0, 1).unwrap_or(1.0)
        + f(1, 9).unwrap_or(x[0])
        + g(1).unwrap_or(x[1])
        + g(7).unwrap_or(3.0)
        + h(0).unwrap_or(0.0) * h(5).unwrap_or(x[0])
}
#[differentiate]
fn filter_maps(x: &[f64]) -> f64 {
    let a: f64 = x.iter().filter_map(|&v| if v > 0.0 { Some(v.ln()) } else { None }).sum();
    let b: f64 = x.iter().enumerate().filter_map(|(i, v)| (i % 2 == 0).then_some(v * v)).sum();
    let c: f64 = x.iter().filter_map(|&v| (v > 0.0).then(|| v.sqrt())).sum();
    let d: f64 = x.iter().map_while(|&v| (v > 0.0).then(|| v * 3.0)).sum();
    let e = x.iter().find_map(|&v| if v < 0.0 { Some(v * v) } else { None });
    a + b * c + d + e.unwrap_or(1.0)
}
#[differentiate]
fn nested_option(x: &[f64]) -> f64 {
    let a = x.first().map(|v| if *v > 1.0 { Some(v * 2.0) } else { None });
    let b = match a {
        Some(Some(v)) => v,
        Some(None) => x[1],
        None => 0.0,
    };
    let c = x.get(1).and_then(|v| if *v > 0.0 { Some(v * b) } else { None });
    let d = if let (Some(p), Some(q)) = (c, x.first()) { p * q } else { b };
    b + d
}
#[differentiate]
fn break_option(x: &[f64]) -> f64 {
    let mut i = 0;
    let found = loop {
        if i >= x.len() {
            break None;
        }
        if x[i] > 1.0 {
            break Some(x[i] * x[i]);
        }
        i += 1;
    };
    let other = 'b: {
        if x[0] > 0.0 {
            break 'b Some(x[0]);
        }
        None
    };
    found.unwrap_or(x[0]) * other.unwrap_or(3.0)
}
#[differentiate]
fn option_state_machine(x: &[f64]) -> f64 {
    let (mut lo, mut hi) = (None, None);
    for &v in x {
        lo = Some(match lo {
            None => v,
            Some(l) if v < l => v,
            Some(l) => l,
        });
        hi = match hi {
            None => Some(v),
            Some(h) => Some(if v > h { v } else { h }),
        };
    }
    hi.unwrap() * 2.0 - lo.unwrap()
}
#[differentiate]
fn move_closure_option(x: &[f64]) -> f64 {
    let mut o = Some(x[0]);
    let f = move |a: f64| a + o.unwrap_or(0.0);
    o = None;
    f(x[1]) * o.unwrap_or(x[0])
}
#[differentiate]
fn one_or_the_other(x: &[f64], c: f64) -> f64 {
    let a = x.first().copied().filter(|v| *v > 0.0).or(x.get(1).copied());
    let b = x.get(7).or_else(|| x.last()).map(|v| v * c);
    let d = (c > 0.5).then_some(c * c).or(Some(c)).unwrap();
    let e = x.iter().copied().find(|v| *v > 1.0).or_else(|| if c > 0.3 { Some(c) } else { None });
    let mut seen = 0.0;
    let f = x.get(2).inspect(|v| seen += **v * c).is_some_and(|v| *v > c);
    let g = x.get(9).is_none_or(|v| *v > c);
    let s = match a.zip(b) {
        Some((u, v)) => u * v,
        None => c,
    };
    s * d + e.map_or(0.5, |v| v * v) + if f && g { c * x[0] } else { seen }
}

// What one arm may not have is read where it is there alone.
#[differentiate]
fn absent_from_an_arm(x: &[f64], rows: &[[f64; 2]], c: f64) -> f64 {
    let a = if c > 0.0 { Some(c) } else { x.get(1).copied() };
    let b = if c < 0.0 { None } else { x.get(3) };
    let d = match x.len() {
        0 => None,
        1 => rows.get(2).copied(),
        _ => Some([c, c * c]),
    };
    let e = if c > 0.0 { rows.first().map(|r| (r[0], r[1])) } else { rows.get(1).map(|r| (r[1] * c, r[0])) };
    let (f, g) = e.unwrap_or((c, 0.5));
    let d = d.unwrap_or([c * c, 0.25]);
    a.unwrap_or(c * 0.5) * b.map_or(c, |v| v * v) + d[0] * d[1] * f + g
}

const KNOTS: [f64; 3] = [0.5, 1.5, 2.5];
const SHORT: &[f64] = &[0.5, 1.5];

struct Settings {
    rate: Option<f64>,
    read: Result<f64, String>,
    weights: Option<Vec<f64>>,
}

#[differentiate]
fn product(x: f64, y: f64) -> f64 {
    x * y
}

#[differentiate]
fn constant_or(x: f64, k: usize) -> f64 {
    let first = product(KNOTS.last().copied().unwrap_or(x), x);
    first * product(SHORT.get(k).copied().unwrap_or(x * x), x) * SHORT.get(k).map_or(x, |v| v * x)
}

#[differentiate]
fn setting_or(x: f64, #[no_diff] settings: &Settings) -> f64 {
    let rate = settings.rate.unwrap_or(x) * x + settings.rate.map_or(x * x, |rate| rate * x);
    rate * settings.rate.unwrap_or_else(|| x * x) + settings.read.clone().unwrap_or(x * x)
}

#[differentiate]
fn weights_or(x: f64, #[no_diff] settings: &Settings) -> f64 {
    let lent = settings.weights.as_ref().map_or(x * x, |w| w[0] * x);
    let own = settings.weights.clone().map_or_else(|| x * x, |w| w[1] * x);
    lent + own + SHORT.iter().max_by(|a, b| a.total_cmp(b)).map_or(x, |&most| most * x)
}

#[test]
fn what_is_there_comes_before_what_is_active() {
    let there = Settings { rate: Some(2.0), read: Err("no number".into()), weights: Some(vec![1.0, 2.0]) };
    let none = Settings { rate: None, read: Ok(3.0), weights: None };
    assert_eq!(setting_or::value_and_grad(3.0, &there), (12.0 * 2.0 + 9.0, 8.0 + 6.0));
    assert_eq!(setting_or::value_and_grad(3.0, &none), (18.0 * 9.0 + 3.0, 8.0 * 27.0));
    assert_eq!(weights_or::value_and_grad(2.0, &there), (9.0, 4.5));
    assert_eq!(weights_or::value_and_grad(2.0, &none), (11.0, 9.5));
    assert_eq!(setting_or::jvp(3.0, &there, 1.0).1, 14.0);
    assert_eq!(weights_or::jvp(2.0, &none, 1.0).1, 9.5);
}

/// What an `Option` holds is what it held before its method's argument was evaluated.
#[differentiate]
fn held_before_arguments(x: &[f64], k: usize) -> f64 {
    let mut x = x.to_vec();
    let a = x.get(k).copied().unwrap_or({
        x[0] *= 3.0;
        0.5
    });
    let b = x.first().copied().map_or(
        {
            x[0] = x[1] * x[1];
            0.5
        },
        |v| v.sin(),
    );
    let c = x.get(1).copied().or({
        x[1] = 2.0;
        Some(x[0])
    });
    let d = x.get(1).copied().zip({
        x[1] = x[0];
        Some(x[0])
    });
    a + b * c.unwrap_or(0.0) + d.map_or(0.0, |(p, q)| p * q)
}

type Real = f64;

#[differentiate]
fn held_in_part(mut p: (Real, usize, Real)) -> Real {
    (if p.1 > 0 { Some(p.0) } else { None }).map_or(
        {
            p.0 *= 1.1;
            0.5
        },
        |y: f64| y.sin(),
    )
}

/// The same where the argument may leave the function, or has a loop that is left.
#[differentiate]
fn held_before_jumps(mut p: (f64, f64), n: usize) -> f64 {
    let a = p.0.powf({
        p.0 *= 1.5;
        if n > 5 {
            return p.0;
        }
        2.0
    });
    let b = (if n > 0 { Some(p.0) } else { None }).map_or(
        {
            p.0 *= 1.1;
            let mut i = 0;
            loop {
                i += 1;
                if i > n {
                    break;
                }
                p.0 *= p.1;
            }
            0.5
        },
        |y| y.sin(),
    );
    let c = (p.0 * p.1).mul_add(
        {
            p.1 = p.0;
            if n > 4 {
                return a;
            }
            p.1
        },
        b,
    );
    a + b * c
}

#[derive(Clone, Debug, PartialEq, Differentiable)]
struct Row {
    x: [f64; 2],
    v: Vec<f64>,
}

/// Elements that are not there, of types that are not in sight.
#[differentiate]
fn absent_in_an_arm(rows: &[Row], n: usize) -> f64 {
    let mut sum = 0.0;
    for i in 0..rows.len() {
        let number: Option<f64> = if i > 5 { Some(1.5) } else { rows[i].x.get(n).copied() };
        sum += number.map(|y| y.sin()).unwrap_or(1.0);
    }
    let element = if n > 1 { rows[0].v.get(n).cloned() } else { rows[1].v.get(n + 1).cloned() };
    let row = if n > 1 { rows.get(n).cloned() } else { rows.first().cloned() };
    sum += match element {
        Some(y) => y * y,
        None => rows[0].x[0],
    };
    match row {
        Some(row) => sum * row.x[0] * row.v[0],
        None => sum * rows[0].x[1],
    }
}

checks! {
    first_before_a_change(&[2.0, 3.0]);
    element_before_a_change(&[2.0, 3.0, 4.0]);
    row_before_a_change(&[2.0, 3.0]);
    last_seen(&[2.0, 3.0, -4.0, 1.5]);
    last_seen as last_seen_1(&[-1.0]);
    typed_last(&[2.0, 3.0, -4.0, 1.5]);
    typed_last as typed_last_1(&[-1.0]);
    typed_last as typed_last_2(&[1.1, 0.7, 0.8]);
    argbest(&[2.0, 3.0, -4.0, 1.5]);
    argbest as argbest_1(&[-1.0]);
    argbest as argbest_2(&[1.0, 0.7, 0.8]);
    index_only(&[0.1, 0.7, 0.8]);
    index_only as index_only_1(&[0.1]);
    index_untyped(&[0.1, 0.7, 0.8]);
    index_untyped as index_untyped_1(&[0.1]);
    ref_best(&[0.1, 0.7, 0.8]);
    ref_best as ref_best_1(&[0.1]);
    some_mut(&[0.1, 0.7, 0.8, -0.2, 0.5]);
    some_mut as some_mut_1(&[0.1]);
    takes(&[0.1, 0.7, 0.8, -0.2, 0.5]);
    takes as takes_1(&[0.1]);
    vector_option(&[0.1, 0.7, 0.8, -0.2, 0.5]);
    vector_option as vector_option_1(&[0.1]);
    array_option(&[0.1, 0.7, 0.8, -0.2, 0.5]);
    array_option as array_option_1(&[0.1]);
    branch_option(&[0.1, 0.7]);
    branch_option as branch_option_1(&[0.1, -0.5]);
    branch_option as branch_option_2(&[-0.2, 0.3]);
    branch_option as branch_option_3(&[-0.2, 0.3, 0.1]);
    branch_option as branch_option_4(&[-0.2, 0.3, 0.1, 0.5]);
    try_in_closure(&[0.1, 0.7, 0.3, 0.4]);
    try_in_closure as try_in_closure_1(&[0.3, 0.2]);
    try_in_closure as try_in_closure_2(&[0.1, 0.5, 0.7]);
    filter_maps(&[0.1, 0.7, 0.3, 0.4]);
    filter_maps as filter_maps_1(&[0.3, -0.2, 0.5, 0.7]);
    nested_option(&[1.1, 0.7]);
    nested_option as nested_option_1(&[0.3, -0.2]);
    nested_option as nested_option_2(&[0.4, 0.5]);
    nested_option as nested_option_3(&[1.4, -0.4]);
    break_option(&[1.1, 0.7]);
    break_option as break_option_1(&[0.3, 2.2]);
    break_option as break_option_2(&[-0.4, 0.5]);
    option_state_machine(&[1.1, 0.7]);
    option_state_machine as option_state_machine_1(&[0.3, 2.2, -0.1]);
    move_closure_option(&[1.1, 0.7]);
    one_or_the_other(&[0.3, 0.7, 0.9], 0.6);
    one_or_the_other as the_other(&[-0.3, 0.7, 0.2], 0.4);
    one_or_the_other as neither(&[-0.3], 0.2);
    one_or_the_other as the_found(&[-0.3, 1.7, 1.2], 0.4);
    absent_from_an_arm(&[0.3], &[[0.4, 0.6]], 0.6);
    absent_from_an_arm as absent_from_the_other(&[0.3], &[[0.4, 0.6]], -0.6);
    absent_from_an_arm as present_in_both(&[0.3, 0.4, 0.5, 0.6], &[[0.4, 0.6], [0.3, 0.2], [0.1, 0.9]], 0.6);
    constant_or(1.25, @1);
    constant_or as nothing_constant(1.25, @7);
    held_before_arguments(&[0.5, 1.5], @0);
    held_before_arguments as held_before_others(&[0.5, 1.5], @2);
    held_in_part((0.7, 1, 2.0)) => (0.7_f64.cos(), (), 0.0);
    held_before_jumps((0.7, 0.9), @3);
    held_before_jumps as held_before_no_jump((0.7, 0.9), @0);
    held_before_jumps as held_before_a_jump((0.7, 0.9), @5);
    held_before_jumps as held_before_an_early_jump((0.7, 0.9), @6);
}

#[test]
fn what_is_absent_in_an_arm_is_not_read() {
    let rows = [Row { x: [0.5, 1.5], v: vec![2.0, 3.0, 4.0] }, Row { x: [0.25, -1.0], v: vec![0.5] }];
    for n in 0..4 {
        let (value, gradient) = absent_in_an_arm::value_and_grad(&rows, n);
        assert_eq!(value, absent_in_an_arm(&rows, n));
        for (row, k) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let moved = |h: f64| {
                let mut rows = rows.clone();
                rows[row].x[k] += h;
                absent_in_an_arm(&rows, n)
            };
            let difference = (moved(1e-6) - moved(-1e-6)) / 2e-6;
            assert!((gradient[row].x[k] - difference).abs() < 1e-7, "{n} {row} {k}");
        }
    }
}
