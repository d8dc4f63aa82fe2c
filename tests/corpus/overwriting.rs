//! Aggregates stored over what they are made of, and over what a branch left there.

use autodiff_runtime::{Differentiable, differentiate};

#[derive(Clone, Copy, Debug, Differentiable)]
struct S {
    a: f64,
    b: f64,
    c: f64,
}

#[derive(Clone, Debug, Differentiable)]
struct L {
    s: S,
    t: (f64, f64),
    v: Vec<f64>,
}

#[differentiate]
fn total(s: &S) -> f64 {
    s.a + 2.0 * s.b * s.b + 3.0 * s.c
}

#[differentiate]
fn total_of_all(l: &L) -> f64 {
    let mut sum = total(&l.s) + l.t.0 * l.t.1;
    for i in 0..l.v.len() {
        sum += l.v[i] * (i + 1) as f64;
    }
    sum
}

#[differentiate]
fn turned(x: f64, y: f64) -> f64 {
    let mut l = L { s: S { a: x, b: y, c: x * y }, t: (x, y), v: vec![x] };
    l.t = (l.t.1, l.t.0 * x);
    total_of_all(&l) * l.t.0
}

#[differentiate]
fn updated(x: f64, y: f64) -> f64 {
    let mut s = S { a: x, b: y, c: x * y };
    s = S { a: 0.5, ..s };
    s.c + s.a * s.b
}

#[differentiate]
fn crossed(x: f64, y: f64) -> f64 {
    let mut s = S { a: x, b: y, c: x * y };
    s = S { a: s.b, b: s.a * x, ..s };
    total(&s)
}

#[differentiate]
fn crossed_wholly(x: f64, y: f64) -> f64 {
    let mut s = S { a: x, b: y, c: x * y };
    s = S { a: s.b, b: s.c, c: s.a };
    total(&s)
}

#[differentiate]
fn through_a_reference(x: f64, y: f64) -> f64 {
    let mut s = S { a: x, b: y, c: x * y };
    let o = &mut s;
    *o = S { a: o.b, ..*o };
    total(&s)
}

#[differentiate]
fn in_a_parameter(o: &mut S) {
    *o = S { a: o.b, ..*o };
}

#[differentiate]
fn calls_with_a_parameter(x: f64, y: f64) -> f64 {
    let mut s = S { a: x, b: y, c: x * y };
    in_a_parameter(&mut s);
    in_a_parameter(&mut s);
    total(&s) * s.c
}

#[differentiate]
fn nested(x: f64, y: f64) -> f64 {
    let mut l = L { s: S { a: x, b: y, c: x * y }, t: (x, y), v: vec![x, y] };
    l.s = S { a: l.s.b, ..l.s };
    l = L { t: (l.t.1, l.s.a), ..l };
    l.s = S { b: 2.0, ..l.s };
    total_of_all(&l)
}

#[differentiate]
fn in_elements(x: f64, y: f64) -> f64 {
    let mut v = [S { a: x, b: y, c: x * y }, S { a: y, b: x, c: 1.0 }];
    v[0] = S { a: 1.0, ..v[0] };
    v[1] = S { a: v[0].b, ..v[1] };
    v = [v[1], v[0]];
    total(&v[0]) * v[1].c
}

#[differentiate]
fn in_a_loop(x: f64, y: f64) -> f64 {
    let mut s = S { a: x, b: y, c: x * y };
    let mut sum = 0.0;
    for i in 0..4 {
        s = S { a: s.b * x, b: s.c, ..s };
        if i % 2 == 0 {
            s = S { c: s.a, ..s };
        }
        sum += total(&s);
    }
    sum
}

#[differentiate]
fn with_clones(x: f64, y: f64) -> f64 {
    let mut l = L { s: S { a: x, b: y, c: x * y }, t: (x, y), v: vec![x, y] };
    l = L { t: (y, l.t.0), v: vec![l.t.1], ..l.clone() };
    l = L { s: S { a: l.v[0], ..l.s.clone() }, ..l };
    let mut rows = vec![vec![x, y], vec![y, x * x]];
    rows[0] = rows[1].clone();
    rows[1] = vec![rows[0][1], x];
    rows = vec![rows[1].clone(), rows[0].clone()];
    total_of_all(&l) * rows[0][0] + rows[1][0] * rows[1][1]
}

#[differentiate]
fn shortened(x: f64, y: f64) -> f64 {
    let mut v = vec![x, y, x * y];
    v = v[1..].to_vec();
    v = vec![v[1], v[0], v[1] * x];
    v[0] * v[1] + v[2] * 3.0
}

#[differentiate]
fn sliced(x: f64, y: f64) -> f64 {
    let mut v = vec![x, y, x * y];
    v = v[1..].to_vec();
    v = v[..1].to_vec();
    v[0] * v[0]
}

#[differentiate]
fn arrays_of_arrays(x: f64, y: f64) -> f64 {
    let mut a = [[x, y], [y * y, x]];
    a = [a[1], a[0]];
    a[0] = [a[0][1], a[1][0] * x];
    a[1] = a[0];
    a[0][0] * a[0][1] + a[1][0]
}

#[differentiate]
fn swapped(x: f64, y: f64) -> f64 {
    let mut a = [x, y * x];
    a = [a[1], a[0]];
    a[0] * a[0] + a[1]
}

#[differentiate]
fn tuple_parameter(y: &mut (f64, f64)) {
    *y = (0.5, y.1);
}

#[differentiate]
fn tuples_in_place(x: f64, y: f64) -> f64 {
    let mut v = vec![(x, y), (y, x * x)];
    v[0] = (v[0].1, v[0].0 * x);
    v[1] = (0.5, v[1].1);
    v[0] = v[1];
    for i in 0..2 {
        v[i] = (v[i].1, v[i].0 * y);
    }
    v[0].0 * v[0].1 + v[1].0 * v[1].1
}

#[differentiate]
fn sum_of(s: S, x: f64) -> S {
    S { a: s.a * x, b: s.c, ..s }
}

#[differentiate]
fn through_calls(x: f64, y: f64) -> f64 {
    let mut s = S { a: x, b: y, c: x * y };
    s = sum_of(s, y);
    s = S { c: total(&s), ..s };
    s = sum_of(S { a: s.c, ..s }, s.b);
    total(&s)
}

#[differentiate]
fn in_a_closure(x: f64, y: f64) -> f64 {
    let mut s = S { a: x, b: y, c: x * y };
    let mut turn = |k: f64| s = S { a: s.b, b: s.a * k, ..s };
    turn(x);
    turn(2.0);
    total(&s)
}

#[differentiate]
fn in_arms(x: f64, y: f64, n: usize) -> f64 {
    let mut s = S { a: x, b: y, c: x * y };
    match n {
        0 => s = S { a: s.b, ..s },
        1 => s = S { a: 1.0, b: s.a, ..s },
        _ => s.c = s.a,
    }
    s = match n {
        0 => S { a: s.a, b: s.a, c: x },
        1 => S { c: s.b, ..s },
        _ => s,
    };
    total(&s)
}

#[differentiate]
fn taken(x: f64, y: f64) -> f64 {
    let mut l = L { s: S { a: x, b: y, c: x * y }, t: (x, y), v: vec![x, y] };
    let old = std::mem::replace(&mut l.s, S { a: l.t.0, b: 1.0, c: l.t.1 });
    let v = std::mem::replace(&mut l.v, vec![x]);
    l.v = vec![v[1], old.a];
    l.s = S { a: old.b, ..l.s };
    total_of_all(&l)
}

// ---- from a branch ----

#[differentiate]
fn array_of_a_branch(z: f64, y: [f64; 2]) -> f64 {
    let mut s = if z > 0.0 { y } else { [z, 0.6] };
    s = [z, 0.5];
    s[0]
}

#[differentiate]
fn read_between(z: f64, y: [f64; 2]) -> f64 {
    let mut s = if z > 0.0 { y } else { [z, 0.6] };
    let part = s[0] * s[1];
    s = [z, s[1]];
    s[0] * part + s[1]
}

#[differentiate]
fn tuple_of_a_branch(z: f64, y: (f64, f64)) -> f64 {
    let mut s = if z > 0.0 { y } else { (z, 0.6) };
    s = (z, 0.5);
    s.0 * s.1
}

#[differentiate]
fn struct_of_a_branch(z: f64, y: f64) -> f64 {
    let p = S { a: y, b: y * y, c: z };
    let mut s = if z > 0.0 { p } else { S { a: z, b: 0.0, c: 1.0 } };
    let part = total(&s);
    s = S { a: z, ..s };
    s = if z > 2.0 { p } else { S { b: z, ..s } };
    total(&s) * part
}

#[differentiate]
fn vec_of_a_branch(z: f64, y: &[f64]) -> f64 {
    let mut s = if z > 0.0 { y.to_vec() } else { vec![z, 0.6] };
    let part = s[0] * s[1];
    s = vec![z, 0.5, z * z];
    s[0] * s[2] + part
}

#[differentiate]
fn row_of_a_match(z: f64, n: usize) -> f64 {
    let mut s = match n {
        0 => vec![[z, 1.0]],
        1 => vec![[1.0, z], [z * z, z]],
        _ => vec![[z, z]; 3],
    };
    let part = s[0][1];
    s = vec![[z, part], [part, z]];
    s[1][0] * s[0][0] + s[0][1]
}

#[differentiate]
fn declared_first(z: f64, y: [f64; 2]) -> f64 {
    let mut s;
    s = y;
    let part = s[0] * z;
    s = [z, s[1] * part];
    s[0] * s[1]
}

#[differentiate]
fn perhaps_assigned(x: f64, y: f64) -> f64 {
    let mut s;
    let mut t = y;
    if x > 0.5 {
        s = S { a: x, b: x * y, c: 1.0 };
        t = s.a * s.b;
    }
    s = S { a: t, b: x, c: y };
    s.a * s.b * s.c
}

#[differentiate]
fn assigned_until_it_is_left(x: f64) -> f64 {
    let mut s: [f64; 2];
    let mut t = x;
    loop {
        s = [t * x, t];
        t = s[0] * s[1] + x;
        if t > 5.0 {
            break;
        }
    }
    s[0] * s[1] + t
}

#[differentiate]
fn declared_before_a_loop(x: f64) -> f64 {
    let mut s: [f64; 2];
    let mut t = 0.0;
    for i in 0..3 {
        s = [x * i as f64, x];
        t += s[0] * s[1] * s[1];
    }
    t
}

#[differentiate]
fn branch_in_a_loop(x: f64, y: [f64; 2]) -> f64 {
    let mut t = x;
    for i in 0..3 {
        let mut s = if i == 1 { y } else { [t, x] };
        t += s[0] * s[1];
        s = [s[1], t];
        if i == 2 {
            s = [s[1], s[0] * x];
        }
        t += s[0] * s[0] * s[1];
    }
    t
}

#[differentiate]
fn carried(x: f64, y: [f64; 2]) -> f64 {
    let mut s = y;
    for i in 0..3 {
        s = if s[0] > 0.5 { [s[1] * x, s[0]] } else { [x, s[1]] };
    }
    s[0] * s[1]
}

#[differentiate]
fn left_with_an_array(x: f64, y: [f64; 2]) -> f64 {
    let mut i = 0;
    let mut s = loop {
        i += 1;
        if i > 2 {
            break y;
        }
        if x * i as f64 > 1.0 {
            break [x, x * x];
        }
    };
    let part = s[0] * s[1];
    s = [part, s[0]];
    s[0] * s[1]
}

#[differentiate]
fn payload(x: f64, y: [f64; 2]) -> f64 {
    let mut best: Option<[f64; 2]> = None;
    let mut sum = 0.0;
    for i in 0..3 {
        if let Some(b) = best {
            sum += b[0] * b[1];
        }
        best = if i == 1 { None } else { Some([x * i as f64, y[0]]) };
    }
    if let Some(b) = best { sum + b[0] * y[1] } else { sum }
}

#[derive(Clone, Debug, Default, Differentiable)]
struct Spare {
    weight: f64,
    rows: Vec<f64>,
}

#[differentiate]
fn taken_from_its_place(mut s: Spare, pairs: &mut [f64; 2], x: f64) -> f64 {
    let old = std::mem::take(&mut s);
    let before = std::mem::take(pairs);
    pairs[1] = x * before[0];
    s.weight += x;
    s.weight * old.weight * old.rows[0] + before[1] * s.rows.iter().sum::<f64>()
}

#[test]
fn what_is_taken_keeps_its_derivative() {
    let (mut pairs, spare) = ([0.25, 0.5], Spare { weight: 1.5, rows: vec![0.5, 2.0] });
    let (value, pullback) = taken_from_its_place::vjp(spare, &mut pairs, 3.0);
    let (spare, pair, x) = pullback(1.0, [1.0, 2.0]);
    assert_eq!(value, 3.0 * 1.5 * 0.5);
    assert_eq!((spare.weight, spare.rows), (1.5, vec![4.5, 0.0]));
    // What the pair held is in its second element, times `x`.
    assert_eq!((pair, x), ([6.0, 0.0], 0.75 + 0.5));
    assert_eq!(pairs, [0.0, 0.75]);
}

// An operand is what it was when its turn came.

type Amount = f64;

#[differentiate]
fn weighed(v: Vec<f64>, w: [f64; 2], x: f64) -> f64 {
    v[0] * w[1] + v[1] * x
}

#[differentiate]
fn operands_in_order(mut p: Amount, q: Amount) -> f64 {
    let s = p + {
        p = 0.5;
        q
    };
    let t = p * {
        let old = std::mem::replace(&mut p, q * q);
        old * q
    };
    s * t + p
}

#[differentiate]
fn arguments_in_order(mut v: Vec<f64>, mut w: [f64; 2], x: f64) -> f64 {
    let a = weighed(v.clone(), w, {
        v[0] = x * x;
        w[1] *= x;
        x
    });
    let rows = [w, {
        w = [x, a];
        w
    }];
    let pair = (v.clone(), {
        v[1] *= a;
        v.len() as f64
    });
    let list = vec![v.clone(), {
        v.push(x);
        v.clone()
    }];
    let point = S {
        a: v[0],
        b: {
            v[0] = x;
            v[0] * x
        },
        c: v[0],
    };
    a * rows[0][1] * rows[1][1] + pair.0[1] * pair.1 + list[0][1] * list[1][2] + point.a * point.b * point.c
}

checks! {
    turned(0.75, 1.5);
    updated(0.75, 1.5);
    crossed(0.75, 1.5);
    crossed_wholly(0.75, 1.5);
    through_a_reference(0.75, 1.5);
    calls_with_a_parameter(0.75, 1.5);
    nested(0.75, 1.5);
    in_elements(0.75, 1.5);
    in_a_loop(0.75, 1.5);
    with_clones(0.75, 1.5);
    shortened(0.75, 1.5);
    sliced(0.75, 1.5);
    arrays_of_arrays(0.75, 1.5);
    swapped(0.75, 1.5);
    tuple_parameter(&mut (0.75, 1.5)) -> ();
    tuples_in_place(0.75, 1.5);
    through_calls(0.75, 1.5);
    in_a_closure(0.75, 1.5);
    in_arms(0.75, 1.5, @0);
    in_arms as in_the_second_arm(0.75, 1.5, @1);
    in_arms as in_the_last_arm(0.75, 1.5, @2);
    taken(0.75, 1.5);
    array_of_a_branch(0.75, [1.5, 2.0]) => (1.0, [0.0, 0.0]);
    array_of_a_branch as array_of_the_other(-0.75, [1.5, 2.0]);
    read_between(0.75, [1.5, 2.0]);
    tuple_of_a_branch(0.75, (1.5, 2.0));
    struct_of_a_branch(0.75, 1.5);
    struct_of_a_branch as struct_of_the_other(-0.75, 1.5);
    vec_of_a_branch(0.75, &[1.5, 2.0]);
    vec_of_a_branch as vec_of_the_other(-0.75, &[1.5, 2.0]);
    row_of_a_match(0.75, @0);
    row_of_a_match as row_of_the_last(0.75, @2);
    declared_first(0.75, [1.5, 2.0]);
    perhaps_assigned(0.75, 1.5);
    perhaps_assigned as not_assigned(0.25, 1.5);
    assigned_until_it_is_left(1.25);
    declared_before_a_loop(0.75);
    branch_in_a_loop(0.75, [1.5, 2.0]);
    carried(0.75, [1.5, 2.0]);
    left_with_an_array(0.75, [1.5, 2.0]);
    payload(0.75, [1.5, 2.0]);
    operands_in_order(0.6, 0.7);
    arguments_in_order(vec![0.3, 0.4], [0.5, 0.6], 0.7);
}
