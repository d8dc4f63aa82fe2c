//! Constructs in each other: blocks, matches, views, counters and tables, as programs have them.

use autodiff_runtime::differentiate;

#[differentiate]
fn block_tail_struct(x: &[f64]) -> f64 {
    let v = {
        let t = x[0] * 2.0;
        [t, {
            let u = t * x[1];
            u + t
        }]
    };
    let (a, b) = (
        {
            let q = v[0];
            q * q
        },
        if v[1] > 0.0 { v[1] } else { -v[1] },
    );
    a + b * match (a > 1.0, b > 1.0) {
        (true, true) => x[0],
        (true, false) | (false, true) => x[1],
        _ => 1.0,
    }
}
#[differentiate]
fn match_values(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for (i, &v) in x.iter().enumerate() {
        let k = (v * 3.0).floor() as i64;
        s += match k {
            i64::MIN..=-1 => -v,
            0 => v * v,
            1 | 2 => {
                let t = v.exp();
                t * s
            }
            k if k % 2 == 0 => v / k as f64,
            _ => 0.5 * v + i as f64,
        };
    }
    s
}
#[differentiate]
fn match_float_guard(x: &[f64]) -> f64 {
    let f = |v: f64| match v {
        v if v < 0.0 => -v * v,
        v if v < 1.0 => v.sin(),
        _ => v.ln(),
    };
    x.iter().map(|v| f(*v)).product::<f64>()
        + match x[0].partial_cmp(&x[1]) {
            Some(std::cmp::Ordering::Less) => x[0],
            Some(_) => x[1],
            None => 0.0,
        }
}
#[differentiate]
fn inplace_views(x: &[f64]) -> f64 {
    let mut a = x.to_vec();
    {
        let r = &mut a[1..];
        r[0] *= 2.0;
        let (p, q) = r.split_at_mut(1);
        p[0] += q[0];
        let last = q.last_mut().unwrap();
        *last = p[0] * *last;
    }
    let first = &mut a[0];
    *first += 1.0;
    let b = &a;
    let c = &b[..2];
    c[0] * c[1] + b[b.len() - 1]
}
#[differentiate]
fn alias_scalar(x: &[f64]) -> f64 {
    let mut a = x[0];
    let mut b = x[1];
    {
        let r = &mut a;
        *r *= b;
        let s = &mut *r;
        *s += 1.0;
    }
    let t = if x[0] > 0.0 { 0 } else { 1 };
    let mut arr = [a, b];
    let e = &mut arr[t];
    *e *= *e;
    b += a;
    arr[0] * arr[1] + b
}
#[differentiate]
fn while_cond_effects(x: &[f64]) -> f64 {
    let mut i = 0;
    let mut s = 1.0;
    while {
        s *= x[i % x.len()];
        i += 1;
        s.abs() < 5.0 && i < 9
    } {
        s += 0.7;
    }
    s
}
#[differentiate]
fn loops_countdown(x: &[f64]) -> f64 {
    let mut n = x.len();
    let mut s: f64 = 0.0;
    while n > 0 {
        n -= 1;
        s = s * 0.5 + x[n] * s.cos();
    }
    for i in (0..x.len()).rev().step_by(2) {
        s += x[i] * s;
    }
    for i in (1..=x.len()).rev() {
        s -= x[i - 1].sin() * i as f64;
    }
    let mut j = 1usize;
    while j < 20 {
        s += x[j % x.len()] / j as f64;
        j <<= 1;
    }
    let mut k = -2i32;
    for q in -2..3i32 {
        k += q;
        s *= 1.0 + 0.01 * (k as f64) * x[q.unsigned_abs() as usize % x.len()];
    }
    s
}
#[differentiate]
fn bit_tricks(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for mask in 0u32..(1 << x.len()) {
        let mut p = 1.0;
        let mut m = mask;
        while m != 0 {
            let i = m.trailing_zeros() as usize;
            p *= x[i];
            m &= m - 1;
        }
        s += if mask.count_ones() % 2 == 0 { p } else { -p * 0.5 };
    }
    s
}
#[differentiate]
fn gray_flags(x: &[f64]) -> f64 {
    let mut used = vec![false; x.len()];
    let mut s = 0.0;
    for i in 0..x.len() {
        if !used[i] && x[i] > 0.4 {
            used[i] = true;
            s += x[i] * x[i];
        }
        used[(i * 2) % x.len()] ^= true;
        let n = used.iter().filter(|u| **u).count();
        s *= 1.0 + n as f64 * 0.1 * x[i];
    }
    s
}
#[differentiate]
fn lookup_tables(x: &[f64]) -> f64 {
    let knots = [0.0, 0.5, 1.0, 2.0];
    let vals = vec![x[0], x[1], x[0] * x[1], 1.0];
    let mut s = 0.0;
    for &t in &[0.2, 0.7, 1.5] {
        let i = knots.iter().position(|&k| k > t).unwrap_or(knots.len() - 1) - 1;
        let w = (t - knots[i]) / (knots[i + 1] - knots[i]);
        s += vals[i] * (1.0 - w) + vals[i + 1] * w;
    }
    let j = knots.partition_point(|&k| k <= x[0]);
    let k = x.partition_point(|v| *v < 0.85);
    let b = knots.binary_search_by(|k| k.partial_cmp(&0.5).unwrap()).unwrap_or_else(|i| i);
    let c = match knots.binary_search_by(|k| k.total_cmp(&x[1])) {
        Ok(i) => i,
        Err(i) => i,
    };
    s + vals[j.min(3)] * s + vals[k] * vals[b] + vals[c]
}
#[differentiate]
fn float_index(x: &[f64]) -> f64 {
    let n = x.len() as f64;
    let t = (x[0].abs() * (n - 1.0)).min(n - 1.001);
    let i = t as usize;
    let w = t - i as f64;
    x[i] * (1.0 - w) + x[i + 1] * w
}
#[differentiate]
fn tuple_arrays(x: &[f64]) -> f64 {
    let mut pts = [(x[0], 1usize), (x[1], 2), (x[0] * x[1], 0)];
    pts[0].0 *= 2.0;
    let (a, k) = pts[1];
    pts[k].0 += a;
    for (v, i) in pts.iter_mut() {
        *v *= *i as f64 + 1.0;
    }
    for &(v, i) in &pts {
        pts_sum(v, i);
    }
    pts.iter().map(|(v, i)| v * *i as f64).sum::<f64>() + pts[2].0
}
fn pts_sum(_: f64, _: usize) {}
#[differentiate]
fn nested_tuple(x: &[f64]) -> f64 {
    let ((a, b), [c, d]) = ((x[0], x[1] * 2.0), [x[0] * x[1], 3.0]);
    let mut t = (a, (b, c));
    t.1.0 += t.0;
    (t.0, t.1.1) = (t.1.1, t.0 * d);
    let (p, (q, r)) = t;
    p * q + r
}
#[differentiate]
fn destructuring_assign(x: &[f64]) -> f64 {
    let (mut a, mut b) = (x[0], x[1]);
    for _ in 0..4 {
        (a, b) = (b, a * 0.5 + b);
    }
    let mut v = [a, b, 0.0];
    (v[0], v[1]) = (v[1], v[0]);
    [v[2], _] = [v[0] * v[1], 1.0];
    v.swap(0, 2);
    v[0] - v[1] * v[2]
}
#[differentiate]
fn sums_of_sums(x: &[f64]) -> f64 {
    let n = x.len();
    (0..n).map(|i| (0..n).filter(|j| *j != i).map(|j| (x[i] - x[j]).powi(2)).sum::<f64>().sqrt()).sum::<f64>()
        + (0..n).flat_map(|i| (i..n).map(move |j| (i, j))).map(|(i, j)| x[i] * x[j]).sum::<f64>()
}
#[differentiate]
fn iter_zoo(x: &[f64]) -> f64 {
    let a = x.iter().copied().reduce(|a, b| a * 0.5 + b).unwrap();
    let (ev, od): (Vec<f64>, Vec<f64>) = x.iter().map(|v| (v * 2.0, v * v)).unzip();
    let b = x.iter().rev().skip(1).step_by(2).map(|v| v.exp()).sum::<f64>();
    let c = x.windows(3).map(|w| w[0] - 2.0 * w[1] + w[2]).map(|d| d * d).sum::<f64>();
    let d = x.chunks_exact(2).map(|c| c.iter().product::<f64>()).sum::<f64>();
    let e = x.iter().zip(x.iter().skip(1)).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    let f = std::iter::once(x[0]).chain(x.iter().map(|v| v * 3.0)).take(3).sum::<f64>();
    let g: f64 = std::iter::repeat(x[1]).take(3).zip(&ev).map(|(a, b)| a * b).sum();
    let h: f64 = x.iter().inspect(|_| ()).last().copied().unwrap();
    let i: [f64; 3] = std::array::from_fn(|k| x[k % x.len()] * k as f64);
    let j = i.map(|v| v.sin());
    let k = x.iter().min_by(|a, b| a.partial_cmp(b).unwrap()).unwrap()
        * x.iter().cloned().fold(f64::NAN, f64::min);
    a + b
        + c * d
        + e
        + f * g
        + h
        + j[0]
        + j[1] * j[2]
        + k
        + ev[0] * od[1]
        + x.iter().map(|&v| v).count() as f64
}
#[differentiate]
fn softmax_attention(x: &[f64]) -> f64 {
    let n = x.len();
    let mut out = vec![0.0; n];
    for i in 0..n {
        let s: Vec<f64> = (0..n).map(|j| x[i] * x[j] / (n as f64).sqrt()).collect();
        let m = s.iter().cloned().fold(f64::NEG_INFINITY, f64::max);
        let e: Vec<f64> = s.iter().map(|v| (v - m).exp()).collect();
        let z: f64 = e.iter().sum();
        out[i] = e.iter().zip(x).map(|(p, v)| p / z * v).sum();
    }
    out.iter().zip(x).map(|(o, v)| (o - v) * (o - v)).sum()
}
#[differentiate]
fn rk4(x: &[f64]) -> f64 {
    let f = |y: [f64; 2]| [y[1], -x[0] * y[0] - x[1] * y[1]];
    let mut y = [1.0, 0.0];
    let h = 0.1;
    for _ in 0..10 {
        let k1 = f(y);
        let k2 = f([y[0] + 0.5 * h * k1[0], y[1] + 0.5 * h * k1[1]]);
        let k3 = f([y[0] + 0.5 * h * k2[0], y[1] + 0.5 * h * k2[1]]);
        let k4 = f([y[0] + h * k3[0], y[1] + h * k3[1]]);
        for i in 0..2 {
            y[i] += h / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]);
        }
    }
    y[0] * y[0] + y[1]
}
#[differentiate]
fn dp(x: &[f64]) -> f64 {
    let n = x.len();
    let mut d = vec![vec![f64::INFINITY; n + 1]; n + 1];
    d[0][0] = 0.0;
    for i in 1..=n {
        for j in 1..=n {
            let c = (x[i - 1] - 2.0 * x[j - 1]).powi(2);
            d[i][j] = c + d[i - 1][j].min(d[i][j - 1]).min(d[i - 1][j - 1]);
        }
    }
    d[n][n]
}
#[differentiate]
fn two_buffers(x: &[f64]) -> f64 {
    let mut a = x.to_vec();
    let mut b = vec![0.0; x.len()];
    for t in 0..3 {
        for i in 0..a.len() {
            let l = if i == 0 { a[a.len() - 1] } else { a[i - 1] };
            let r = a[(i + 1) % a.len()];
            b[i] = a[i] + 0.1 * (l - 2.0 * a[i] + r) * (t as f64 + 1.0);
        }
        std::mem::swap(&mut a, &mut b);
    }
    a.iter().map(|v| v * v).sum()
}
#[differentiate]
fn horner(x: &[f64]) -> f64 {
    let (t, c) = x.split_first().unwrap();
    let p = c.iter().rev().fold(0.0, |acc, k| acc * t + k);
    let dp = c.iter().enumerate().skip(1).map(|(i, k)| i as f64 * k * t.powi(i as i32 - 1)).sum::<f64>();
    p / (1.0 + dp * dp)
}
#[differentiate]
fn running_stats(x: &[f64]) -> f64 {
    let (mut n, mut mean, mut m2, mut lo, mut hi) = (0u32, 0.0, 0.0, f64::INFINITY, f64::NEG_INFINITY);
    for &v in x {
        n += 1;
        let d = v - mean;
        mean += d / f64::from(n);
        m2 += d * (v - mean);
        if v < lo {
            lo = v
        }
        if v > hi {
            hi = v
        }
    }
    (m2 / (n as f64 - 1.0)).sqrt() * (hi - lo) + mean
}

/// An element that only one way of a branch reaches is not there before the loop.
#[differentiate]
fn neighbours(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        let right = if i + 1 < x.len() { x[i + 1] } else { x[0] };
        let left = if i > 0 { x[i - 1] } else { 0.0 };
        sum += x[i] * right - left * left * x[i];
    }
    sum
}

checks! {
    block_tail_struct(&[0.8, 0.9]);
    block_tail_struct as block_tail_struct_1(&[-0.8, 0.9]);
    match_values(&[0.8, 0.9, -0.4, 0.1, 1.45, 2.2]);
    match_float_guard(&[0.8, 0.9, -0.4]);
    match_float_guard as match_float_guard_1(&[1.2, 0.3]);
    inplace_views(&[0.8, 0.9, 0.4]);
    inplace_views as inplace_views_1(&[0.8, 0.9, 0.4, 1.5]);
    alias_scalar(&[0.8, 0.9]);
    alias_scalar as alias_scalar_1(&[-0.8, 0.9]);
    while_cond_effects(&[0.8, 1.9]);
    while_cond_effects as while_cond_effects_1(&[-1.3]);
    loops_countdown(&[0.8, 0.9, 0.4]);
    bit_tricks(&[0.8, 0.9, 0.4]);
    gray_flags(&[0.8, 0.9, 0.3, 0.5, 0.6]);
    lookup_tables(&[0.8, 0.9]);
    float_index(&[0.3, 0.9, 0.4, 0.1]);
    tuple_arrays(&[0.3, 0.9]);
    nested_tuple(&[0.3, 0.9]);
    destructuring_assign(&[0.3, 0.9]);
    sums_of_sums(&[0.3, 0.9, -0.4]);
    iter_zoo(&[0.3, 0.95, 0.4, 0.11, 0.6]);
    softmax_attention(&[0.3, 0.9, 0.4]);
    rk4(&[2.0, 0.3]);
    dp(&[0.3, 0.9, 0.4, 0.15]);
    two_buffers(&[0.3, 0.9, 0.4, 0.1]);
    horner(&[0.3, 0.9, 0.4, 0.1]);
    running_stats(&[0.3, 0.9, 0.4, 0.1]);
    neighbours(&[0.5, -1.5, 2.0, 0.25]);
}
