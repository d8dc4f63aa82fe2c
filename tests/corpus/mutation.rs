//! Assignment in all its forms: scalars, elements, swaps, fills, copies, pushes.

use autodiff_runtime::differentiate;

#[differentiate]
fn compound(x: f64, y: f64) -> f64 {
    let mut z = x;
    z += y;
    z *= x;
    z -= 2.0 * y;
    z /= 1.0 + y * y;
    z %= 5.0;
    z
}

#[differentiate]
fn overwritten(x: f64) -> f64 {
    let mut y = x.sin();
    let a = y * y;
    y = x.cos();
    let b = y * a;
    y = 3.0;
    b * y + a
}

#[differentiate]
fn self_multiplied(x: f64) -> f64 {
    let mut y = x;
    y *= y;
    y *= y;
    y
}

#[differentiate]
fn element_overwritten(x: f64, y: f64) -> f64 {
    let mut a = [x, y, x * y];
    a[0] = a[1] * a[2];
    a[1] = a[0] * a[0];
    a[2] += a[1] * a[0];
    a[1] *= a[1];
    a[0] + a[1] + a[2]
}

#[differentiate]
fn prefix_products(x: &[f64]) -> f64 {
    let mut p = x.to_vec();
    for i in 1..p.len() {
        p[i] *= p[i - 1];
    }
    let mut s = 0.0;
    for i in 0..p.len() {
        s += p[i];
    }
    s
}

#[differentiate]
fn overwritten_many_times(x: f64) -> f64 {
    let mut a = vec![x; 3];
    for k in 0..7 {
        let i = k % 3;
        let j = (k + 1) % 3;
        a[i] = a[i].sin() * a[j] + x;
    }
    a[0] * a[1] * a[2]
}

#[differentiate]
fn element_of_itself(x: &[f64]) -> f64 {
    let mut a = [0.0; 3];
    for i in 0..3 {
        a[i] = x[i];
        a[i] = a[i] * a[i] + a[0];
        a[0] -= 0.5 * a[i];
    }
    a[0] * a[1] - a[2]
}

#[differentiate]
fn swaps(x: f64, y: f64) -> f64 {
    let mut a = [x, y, x + y];
    a.swap(0, 2);
    a[0] *= a[1];
    let (mut p, mut q) = (a[0], a[2]);
    std::mem::swap(&mut p, &mut q);
    p * p - q
}

#[differentiate]
fn replaces(x: f64, y: f64) -> f64 {
    let mut a = x * y;
    let old = std::mem::replace(&mut a, y.exp());
    let older = core::mem::take(&mut a);
    old * older + a
}

#[differentiate]
fn fills(x: f64, y: f64) -> f64 {
    let mut a = vec![x; 4];
    a[1] = y;
    let b = a[1] * a[0];
    a.fill(b);
    a[2] *= x;
    a[1..3].fill(y * y);
    a[0] + a[1] * a[2] + a[3]
}

#[differentiate]
fn copies(x: &[f64], y: &[f64]) -> f64 {
    let mut a = vec![1.0; x.len()];
    a.copy_from_slice(x);
    a[0] *= a[1];
    let b = a.clone();
    a.copy_from_slice(y);
    a[1..3].copy_from_slice(&b[0..2]);
    let mut s = 0.0;
    for i in 0..a.len() {
        s += a[i] * b[i];
    }
    s
}

#[differentiate]
fn pushes(x: f64, n: usize) -> f64 {
    let mut terms = Vec::new();
    let mut t = 1.0;
    for k in 1..=n {
        t *= x / k as f64;
        terms.push(t * t);
    }
    let mut s = 0.0;
    for i in 0..terms.len() {
        s += terms[i] * (i + 1) as f64;
    }
    s
}

#[differentiate]
fn fibonacci_of(x: f64, y: f64) -> f64 {
    let mut v = vec![x, y];
    for k in 2..8 {
        let next = v[k - 1] + 0.5 * v[k - 2] * v[0];
        v.push(next);
    }
    v[7]
}

#[differentiate]
fn dereferenced(x: f64, y: f64) -> f64 {
    let mut a = x;
    let r = &mut a;
    *r += y;
    *r *= *r;
    a * x
}

#[differentiate]
fn conditional_store(x: &[f64]) -> f64 {
    let mut a = [1.0; 4];
    for i in 0..x.len() {
        if x[i] > 0.0 {
            a[i] = x[i] * a[(i + 3) % 4];
        } else {
            a[(i + 1) % 4] -= x[i];
        }
    }
    a[0] * a[1] + a[2] * a[3]
}

#[differentiate]
fn array_in_a_loop(x: f64) -> f64 {
    let mut s = 0.0;
    for k in 0..3 {
        let mut a = [x, x * k as f64];
        a[0] *= a[1];
        a[1] = a[0] * s;
        s += a[0] + a[1];
    }
    s
}

#[differentiate]
fn vector_in_a_loop(x: &[f64]) -> f64 {
    let mut s = 1.0;
    for k in 0..x.len() {
        let mut a = vec![0.0; k + 1];
        for i in 0..=k {
            a[i] = x[i] * s;
        }
        for i in 1..a.len() {
            a[i] *= a[i - 1];
        }
        s += a[k];
    }
    s
}

#[differentiate]
fn reassigned_array(x: f64, y: f64) -> f64 {
    let mut a = [x, y];
    let mut s = a[0] * a[1];
    a = [y, x * y];
    s += a[0] * a[1];
    let b = a;
    a[0] = 2.0;
    s * a[0] * b[1]
}

#[differentiate]
fn reassigned_vector(x: &[f64]) -> f64 {
    let mut a = x.to_vec();
    for _ in 0..3 {
        let mut b = vec![0.0; a.len()];
        for i in 0..a.len() {
            b[i] = a[i] * a[(i + 1) % a.len()] + 0.5;
        }
        a = b;
    }
    a[0] + a[1]
}

#[differentiate]
fn integers_change(x: f64, n: usize) -> f64 {
    let mut i = n;
    let mut steps = 0;
    let mut y = x;
    while i != 1 {
        if i % 2 == 0 {
            i /= 2;
            y *= 0.5 + x;
        } else {
            i = 3 * i + 1;
            y += x * i as f64 * 0.01;
        }
        steps += 1;
    }
    y * f64::from(steps)
}

#[differentiate]
fn shadowed_between_writes(x: f64) -> f64 {
    let mut a = x;
    a *= 2.0;
    {
        let mut a = a + 1.0;
        a *= x;
        let b = a;
        let _ = b;
    }
    let a2 = a * a;
    let mut a = a2;
    a += 1.0;
    a
}

#[derive(Clone, Debug, autodiff_runtime::Differentiable)]
struct Knot {
    at: f64,
    turns: usize,
}

#[differentiate]
fn fills_rows(x: &mut [[f64; 3]; 2], y: f64) -> f64 {
    let z = x[1][0];
    x.fill([y, y * z, 1.0]);
    x[0][1] *= z;
    x[0][1] * x[1][0] * x[1][1]
}

#[differentiate]
fn fills_with_its_own(x: &mut [[f64; 3]; 2], y: f64) -> f64 {
    let z = x[1][0];
    let (first, all) = (x[0], &mut x[..]);
    all.fill(first);
    x[1][0] *= y * z;
    x[0][1] * x[1][0]
}

#[differentiate]
fn fills_with_structs(x: f64, n: usize) -> f64 {
    let mut knots = vec![Knot { at: x, turns: 1 }; n];
    knots[1..].fill(Knot { at: x * x, turns: 2 });
    knots[0].at * knots[n - 1].at * knots[n - 1].turns as f64
}

#[differentiate]
fn fills_with_pairs(x: f64, y: &[(f64, usize)]) -> f64 {
    let mut pairs = y.to_vec();
    let first = pairs[0].0;
    pairs.fill((x * first, 3));
    let mut rows = vec![vec![x]; 2];
    rows.fill(vec![x, x * x]);
    pairs[1].0 * pairs[0].1 as f64 * rows[1][1]
}

#[differentiate]
fn rotated(state: &mut (f64, f64), h: f64) -> f64 {
    *state = (state.1 * h, state.0 - state.1);
    state.0 * state.1
}

#[differentiate]
fn scaled_and_counted(pair: &mut (f64, usize), x: f64) {
    pair.0 *= x;
    pair.1 += 1;
}

#[differentiate]
fn rotated_twice(state: &mut (f64, f64), h: f64) -> f64 {
    rotated(state, h) + rotated(&mut *state, h * h)
}

#[differentiate]
fn lends_tuples(x: f64) -> f64 {
    let mut state = (x, 0.5);
    let mut sum = 0.0;
    for _ in 0..3 {
        sum += rotated(&mut state, x);
    }
    let mut pair = (x, 1);
    scaled_and_counted(&mut pair, x);
    let mut nested = ((x, x * x), 1.0);
    sum += rotated_twice(&mut nested.0, x);
    let (mut a, b) = ((x, 2), x);
    if sum > 0.1 {
        scaled_and_counted(&mut a, b);
    }
    sum * state.0 + pair.0 * pair.1 as f64 + nested.0.1 + a.0 * a.1 as f64
}

checks! {
    compound(1.5, 0.5);
    overwritten(0.75);
    self_multiplied(1.25) => 4.0 * 1.25 * 1.25 * 1.25;
    element_overwritten(0.75, 1.25);
    prefix_products(&[1.5, 0.5, -2.0, 1.25]);
    overwritten_many_times(0.75);
    element_of_itself(&[0.5, 0.75, 1.25]);
    swaps(1.5, 0.75);
    replaces(1.5, 0.75) => {
        let (x, y) = (1.5_f64, 0.75_f64);
        (y * y.exp(), x * y.exp() + x * y * y.exp())
    };
    fills(1.5, 0.75);
    copies(&[1.5, 0.5, -2.0], &[0.25, 0.75, 1.0]);
    pushes(0.75, @4);
    pushes as pushes_nothing(0.75, @0) => 0.0;
    fibonacci_of(0.75, 0.5);
    dereferenced(1.5, 0.75) => {
        let (x, y) = (1.5_f64, 0.75_f64);
        (2.0 * (x + y) * x + (x + y) * (x + y), 2.0 * (x + y) * x)
    };
    conditional_store(&[0.5, -0.75, 1.25, 2.0]);
    array_in_a_loop(0.75);
    vector_in_a_loop(&[0.5, -0.75, 1.25]);
    reassigned_array(0.75, 0.5);
    reassigned_vector(&[0.5, -0.75, 1.25]);
    integers_change(0.75, @6);
    shadowed_between_writes(0.75) => 8.0 * 0.75;
    fills_rows(&mut [[1.5, 0.5, 2.0], [0.75, 1.0, -1.0]], 1.25);
    fills_with_its_own(&mut [[1.5, 0.5, 2.0], [0.75, 1.0, -1.0]], 1.25);
    fills_with_structs(1.25, @3) => 9.375;
    fills_with_pairs(1.25, &[(0.5, 1), (2.0, 2)]);
    lends_tuples(0.7);
}
