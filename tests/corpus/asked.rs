//! Locals that `wrt` names: a name stands for the value that it is left with.

use autodiff_runtime::differentiate;

#[track_caller]
fn near(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-12 * (1.0 + b.abs()), "{a}, expected {b}");
}

#[track_caller]
fn nears(a: &[f64], b: &[f64]) {
    assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(b) {
        near(*a, *b);
    }
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

#[differentiate(wrt(hidden))]
fn hidden(w: &[f64], x: f64) -> f64 {
    let mut hidden = [0.0; 2];
    for i in 0..2 {
        hidden[i] = w[i] * x;
    }
    hidden[0] * hidden[1] * x
}
#[differentiate(wrt(hidden, x))]
fn hidden_vec(w: &[f64], x: f64) -> f64 {
    let mut hidden = vec![0.0; w.len()];
    for i in 0..w.len() {
        for j in 0..2 {
            hidden[i] += w[i] * x;
        }
    }
    let mut s = 0.0;
    for h in &hidden {
        s += h * h;
    }
    s
}
#[differentiate(wrt(hidden, x), stop(hidden))]
fn hidden_stopped(w: &[f64], x: f64) -> f64 {
    let mut hidden = vec![0.0; w.len()];
    for i in 0..w.len() {
        hidden[i] += w[i] * x;
    }
    let mut s = x;
    for h in &hidden {
        s += h * h;
    }
    s
}
#[differentiate(wrt(r))]
fn residuals(x: &[f64], y: &[f64]) -> f64 {
    let r: Vec<f64> = x.iter().zip(y).map(|(a, b)| a - b).collect();
    r.iter().map(|v| v * v).sum()
}
#[differentiate(wrt(h))]
fn last_of_sum(x: f64) -> f64 {
    let mut h = 0.0;
    for i in 0..3 {
        h += x * i as f64;
    }
    h * x
}
#[differentiate(wrt(h, x))]
fn last_product(x: f64) -> f64 {
    let mut h = x;
    h = h * h;
    h *= x;
    h * h
}
#[differentiate(wrt(h))]
fn shadowed(x: f64) -> f64 {
    let h = x.sin();
    let h = h * 2.0;
    h * h * x
}
#[differentiate(wrt(h))]
fn joined(x: f64) -> f64 {
    let mut h = x;
    if x > 1.0 {
        h = x * x;
    }
    h * h
}
#[differentiate(wrt(h))]
fn deferred(x: f64) -> f64 {
    let h;
    if x > 1.0 {
        h = x * x;
    } else {
        h = 2.0 * x;
    }
    h * h
}
#[differentiate(wrt(h))]
fn guarded(x: f64) -> f64 {
    if x < 0.0 {
        return 7.0;
    }
    let h = x * x;
    h * h * x
}
#[differentiate(wrt(h, x))]
fn guarded_vec(x: &[f64]) -> f64 {
    if x.is_empty() {
        return 7.0;
    }
    let mut h = vec![0.0; x.len()];
    for i in 0..x.len() {
        h[i] = x[i] * x[i];
    }
    let mut s = 0.0;
    for v in &h {
        s += v * v;
    }
    s
}
#[differentiate(wrt(h))]
fn guarded_fixed(x: &[f64]) -> f64 {
    if x.is_empty() {
        return 7.0;
    }
    let h = [x[0], x[0] * x[0]];
    h[0] * h[1]
}
#[differentiate(wrt(h))]
fn by_call(x: f64) -> f64 {
    let mut h = x;
    set(x, &mut h);
    h * h
}
#[differentiate(wrt(g))]
fn by_call_array(x: f64) -> f64 {
    let mut g = [x, x * x];
    fill(x, &mut g);
    let r = &g[..];
    r[0] * r[1]
}
#[differentiate(wrt(a, b), stop(a, b))]
fn both_stopped(a: f64) -> f64 {
    let mut b = a;
    b *= 2.0;
    a + b
}
#[differentiate(wrt(h))]
fn returned(x: f64) -> Vec<f64> {
    let mut h = vec![x; 2];
    h[1] = x * x;
    h
}
#[differentiate(wrt(h), unconnected = "zero")]
fn apart(x: f64) -> f64 {
    let mut h = [x; 2];
    h[1] = x * x;
    x
}
#[test]
fn names_stand_for_the_value_they_are_left_with() {
    let w = [2.0, 3.0];
    let x = 0.5;
    assert_eq!(hidden::grad(&w, x), [1.5 * 0.5, 1.0 * 0.5]);
    assert_eq!(hidden::vjp(&w, x).1(2.0), [1.5, 1.0]);
    let (h, d) = hidden_vec::grad(&w, x);
    assert_eq!(h, [4.0, 6.0]);
    near(d, 4.0 * 4.0 + 6.0 * 6.0);
    assert_eq!(hidden_stopped::grad(&w, x), (vec![2.0, 3.0], 1.0));
    assert_eq!(residuals::grad(&[1.0, 2.0], &[0.5, 0.0]), [1.0, 4.0]);
    near(last_of_sum::grad(0.5), 0.5);
    let x = 1.5_f64;
    let h = x * x * x;
    let g = last_product::grad(x);
    near(g.0, 2.0 * h);
    near(g.1, 2.0 * h * 3.0 * x * x);
    near(shadowed::grad(x), 2.0 * 2.0 * x.sin() * x);
    near(joined::grad(x), 2.0 * x * x);
    near(joined::grad(0.5), 1.0);
    near(deferred::grad(x), 2.0 * x * x);
    near(guarded::grad(x), 2.0 * x * x * x);
    near(guarded::grad(-1.0), 0.0);
    near(guarded::vjp(x).1(2.0), 4.0 * x * x * x);
    assert_eq!(guarded_vec::grad(&[1.0, 2.0]), (vec![2.0, 8.0], vec![4.0, 32.0]));
    assert_eq!(guarded_vec::grad(&[]), (vec![], vec![]));
    assert_eq!(guarded_fixed::grad(&[3.0]), [9.0, 3.0]);
    near(by_call::grad(x), 2.0 * x * x);
    assert_eq!(by_call_array::grad(x), [x * x + x, 2.0 * x]);
    assert_eq!(both_stopped::grad(2.0), (1.0, 1.0));
    assert_eq!(returned::grad(2.0), [1.0, 1.0]);
    assert_eq!(apart::grad(2.0), [0.0, 0.0]);
}

#[differentiate(wrt(h))]
fn while_changes(x: f64) -> f64 {
    let mut h = x;
    let mut i = 0;
    while i < 3 {
        if h > 1.0 {
            h *= x;
        } else {
            h += 1.0;
        }
        i += 1;
    }
    h * h
}
#[differentiate(wrt(h))]
fn by_a_closure(x: f64) -> f64 {
    let mut h = x;
    let mut f = |k: f64| h += k;
    f(1.0);
    f(x);
    h * h
}
#[differentiate(wrt(h))]
fn exchanged(x: f64) -> f64 {
    let mut h = x;
    let mut g = x * x;
    std::mem::swap(&mut h, &mut g);
    h * h
}
#[differentiate(wrt(h))]
fn assigned_in_a_tuple(x: f64) -> f64 {
    let mut h = x;
    let mut g = x * x;
    (h, g) = (g, h * 0.0);
    h * h
}
#[differentiate(wrt(h))]
fn of_a_match(x: f64, n: usize) -> f64 {
    let h = match n {
        0 => x,
        1 => x * x,
        _ => 3.0,
    };
    h * h
}
#[differentiate(wrt(h))]
fn arrays_exchanged(x: f64) -> f64 {
    let mut h = [x, x * x, 1.0];
    let mut g = [x, x, x];
    std::mem::swap(&mut h, &mut g);
    h[1] = x * 2.0;
    h[0] * h[1]
}
#[differentiate(wrt(h))]
fn pushed_and_popped(x: f64) -> f64 {
    let mut h = Vec::new();
    for i in 0..4 {
        h.push(x * i as f64);
    }
    h.pop();
    h.truncate(2);
    h.push(x);
    h[0] + h[1] * h[2]
}
#[differentiate(wrt(h))]
fn rows(x: f64) -> f64 {
    let mut h = vec![vec![0.0; 2]; 2];
    for i in 0..2 {
        for j in 0..2 {
            h[i][j] = x * (i + 2 * j) as f64;
        }
    }
    let row = &h[1];
    row[0] * row[1]
}
#[differentiate(wrt(h))]
fn through_iter_mut(x: f64) -> f64 {
    let mut h = [0.0; 3];
    for (i, v) in h.iter_mut().enumerate() {
        *v = x * (i + 1) as f64;
    }
    h.iter().map(|v| v * v).sum()
}
#[differentiate(wrt(h))]
fn through_halves(x: f64) -> f64 {
    let mut h = [0.0; 4];
    let (l, r) = h.split_at_mut(2);
    l[0] = x;
    r[1] = x * x;
    h[0] * h[3]
}
#[differentiate(wrt(h))]
fn moved_into(x: f64) -> f64 {
    let mut h = vec![x; 2];
    let g = vec![x * x; 2];
    h = g;
    h[0] * h[1]
}
#[differentiate(wrt(h))]
fn array_in_a_loop(x: f64) -> f64 {
    let mut h = [x, 1.0];
    for i in 0..3 {
        h = [h[1] * x, h[0]];
    }
    h[0] * h[1]
}
#[differentiate(wrt(h))]
fn single_precision(x: f32) -> f32 {
    let mut h = 0.0;
    for i in 0..3 {
        h += x;
    }
    h * h
}
#[differentiate(wrt(total, x))]
fn sum_of_all(x: &[f64]) -> f64 {
    let total: f64 = x.iter().sum();
    total * total * x[0]
}
#[differentiate(wrt(total))]
fn read_in_a_second_loop(x: &[f64]) -> f64 {
    let mut total = 0.0;
    for v in x {
        total += v;
    }
    let n = x.len() as f64;
    let mean = total / n;
    let mut s = 0.0;
    for v in x {
        let d = v - mean;
        s += d * d;
    }
    s + mean * mean
}
#[differentiate(wrt(h))]
fn until_a_limit(x: f64) -> f64 {
    let mut h = x;
    loop {
        h *= 2.0;
        if h > 10.0 {
            break;
        }
    }
    h * h
}
#[differentiate(wrt(h))]
fn left_at_a_limit(x: f64) -> f64 {
    let mut h = x;
    for i in 0..5 {
        h += x;
        if h > 4.0 {
            break;
        }
    }
    h * h
}
#[differentiate(wrt(h))]
fn of_a_block(x: &[f64]) -> f64 {
    let h = {
        let mut t = 0.0;
        for v in x {
            if *v < 0.0 {
                continue;
            }
            t += v;
        }
        t
    };
    h * h
}
#[differentiate(wrt(a, b))]
fn both_of_a_pattern(x: f64) -> f64 {
    let (mut a, b) = (x, x * x);
    a += b;
    a * a + b
}
#[differentiate(wrt(p))]
fn array_of_a_block(x: f64) -> f64 {
    let p = {
        let q = x * x;
        [q, q + x]
    };
    p[0] * p[1]
}
#[differentiate(wrt(h), stop(h))]
fn sum_cut_off(x: f64) -> f64 {
    let mut h = 0.0;
    for i in 0..3 {
        h += x;
    }
    h * h
}
#[differentiate(wrt(x, h), stop(h))]
fn lent_and_cut_off(x: f64) -> f64 {
    let mut h = x;
    set(x, &mut h);
    h * h * x
}
#[differentiate(wrt(x, h), stop(h))]
fn array_lent_and_cut_off(x: f64) -> f64 {
    let mut h = [x; 2];
    fill(x, &mut h);
    h[0] * h[1] * x
}
#[differentiate(wrt(h))]
fn computed_twice(x: f64) -> f64 {
    let h = x * x;
    let g = x * x;
    h * g
}
#[differentiate(wrt(h))]
fn copied(x: f64) -> f64 {
    let h = [x, x];
    let a = h[0];
    let g = h;
    g[1] * a
}
#[differentiate(wrt(hidden))]
fn layer(w: &[f64], x: &[f64]) -> f64 {
    let n = x.len();
    let mut hidden = vec![0.0; 2];
    for i in 0..2 {
        let mut z = 0.0;
        for j in 0..n {
            z += w[i * n + j] * x[j];
        }
        hidden[i] = z.tanh();
    }
    let mut out = 0.0;
    for i in 0..2 {
        out += hidden[i] * w[i];
    }
    let e = out - 1.0;
    e * e
}
#[test]
fn names_stand_for_the_value_they_are_left_with_however_it_comes_about() {
    let x = 1.5_f64;
    near(while_changes::grad(x), 2.0 * x * x * x * x);
    near(by_a_closure::grad(x), 2.0 * (2.0 * x + 1.0));
    near(exchanged::grad(x), 2.0 * x * x);
    near(assigned_in_a_tuple::grad(x), 2.0 * x * x);
    near(of_a_match::grad(x, 1), 2.0 * x * x);
    near(of_a_match::grad(x, 2), 6.0);
    nears(&arrays_exchanged::grad(x), &[2.0 * x, x, 0.0]);
    nears(&pushed_and_popped::grad(x), &[1.0, x, x]);
    let g = rows::grad(x);
    nears(&g[0], &[0.0, 0.0]);
    nears(&g[1], &[3.0 * x, x]);
    nears(&through_iter_mut::grad(x), &[2.0 * x, 4.0 * x, 6.0 * x]);
    nears(&through_halves::grad(x), &[x * x, 0.0, 0.0, x]);
    nears(&moved_into::grad(x), &[x * x, x * x]);
    let (mut p, mut q) = (x, 1.0);
    for _ in 0..3 {
        (p, q) = (q * x, p);
    }
    nears(&array_in_a_loop::grad(x), &[q, p]);
    assert_eq!(single_precision::grad(1.5), 9.0);
    let (t, g) = sum_of_all::grad(&[1.0, 2.0]);
    near(t, 6.0);
    nears(&g, &[6.0 + 9.0, 6.0]);
    let v = [1.0, 2.0, 4.0];
    let m = 7.0 / 3.0;
    near(read_in_a_second_loop::grad(&v), (-2.0 * (7.0 - 3.0 * m) + 2.0 * m) / 3.0);
    near(until_a_limit::grad(x), 24.0);
    near(left_at_a_limit::grad(x), 2.0 * 4.5);
    near(of_a_block::grad(&[1.0, -1.0, 2.0]), 6.0);
    let g = both_of_a_pattern::grad(x);
    near(g.0, 2.0 * (x + x * x));
    near(g.1, 2.0 * (x + x * x) + 1.0);
    nears(&array_of_a_block::grad(x), &[x * x + x, x * x]);
    near(sum_cut_off::grad(x), 9.0);
    let g = lent_and_cut_off::grad(x);
    near(g.0, x.powi(4));
    near(g.1, 2.0 * x.powi(3));
    let g = array_lent_and_cut_off::grad(x);
    near(g.0, 4.0 * x * x);
    nears(&g.1, &[2.0 * x * x; 2]);
    near(computed_twice::grad(x), x * x);
    nears(&copied::grad(x), &[x, x]);
    let (w, xs) = ([0.3, -0.2, 0.5, 0.4], [1.0, 2.0]);
    let h = [(0.3f64 - 0.4).tanh(), (0.5f64 + 0.8).tanh()];
    let e = h[0] * 0.3 - h[1] * 0.2 - 1.0;
    nears(&layer::grad(&w, &xs), &[2.0 * e * 0.3, -2.0 * e * 0.2]);
    let mut buf = vec![1.0, 1.0];
    layer::value_and_grad_into(&w, &xs, &mut buf);
    nears(&buf, &[1.0 + 2.0 * e * 0.3, 1.0 - 2.0 * e * 0.2]);
}
