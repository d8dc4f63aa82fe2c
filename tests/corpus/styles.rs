//! The same loops in other styles: `while` that counts, windows, `Vec`s that are collected, moved on and returned.

use autodiff_runtime::{Differentiable, differentiate};

#[differentiate]
fn counted_by_while(x: &[f64]) -> f64 {
    let mut i = 0;
    let mut s = 0.0;
    while i + 1 < x.len() {
        let a = x[i + 1] - x[i] * x[i];
        s += a * a + x[i];
        i += 1;
    }
    s * i as f64
}

#[differentiate]
fn counted_by_loop(x: &[f64], from: usize) -> f64 {
    let mut s = 1.0;
    let mut i = from;
    loop {
        if i >= x.len() {
            break;
        }
        s = s * x[i] + i as f64;
        i += 1;
    }
    s * i as f64
}

/// The bound changes on the way, the counter twice, or the loop is left early: no counting.
#[differentiate]
fn not_counted(x: &[f64]) -> f64 {
    let mut queue = vec![x[0]];
    let mut i = 0;
    let mut s = 0.0;
    while i < queue.len() {
        if i + 1 < x.len() {
            queue.push(queue[i] * x[i + 1]);
        }
        s += queue[i];
        i += 1;
    }
    let mut k = 0;
    while k < x.len() {
        s *= x[k];
        k += 1;
        if x[k - 1] < 0.0 {
            k += 1;
        }
    }
    let mut j = 0;
    while j < x.len() {
        if x[j] > 2.0 {
            break;
        }
        s += x[j] * x[j];
        j += 1;
    }
    s * (i + j + k) as f64
}

#[differentiate]
fn limit_from_below(n: usize, x: f64) -> f64 {
    let mut power = 1.0;
    let mut k = 3;
    while n > k {
        power *= x;
        k += 1;
    }
    power * k as f64
}

#[differentiate]
fn windows_of_three(x: &[f64]) -> f64 {
    x.windows(3).map(|w| (w[0] - 2.0 * w[1] + w[2]).powi(2) * w[1]).sum()
}

#[differentiate]
fn neighbours(x: &[f64]) -> f64 {
    x.iter().zip(x.iter().skip(1)).map(|(a, b)| a * a * b).sum()
}

#[differentiate]
fn tree(leaves: &[f64], p: f64) -> f64 {
    let mut v: Vec<f64> = leaves.iter().map(|x| x.max(0.0)).collect();
    for _ in 1..leaves.len() {
        v = v.windows(2).map(|w| p * w[1] + (1.0 - p) * w[0] * w[0]).collect();
    }
    v[0]
}

#[differentiate]
fn filter(alpha0: &[f64], a: &[Vec<f64>], steps: usize) -> f64 {
    let mut alpha = alpha0.to_vec();
    let mut total = 0.0;
    for _ in 0..steps {
        let c: f64 = alpha.iter().sum();
        total += c.ln();
        let mut next = vec![0.0; alpha.len()];
        for j in 0..alpha.len() {
            for i in 0..alpha.len() {
                next[j] += alpha[i] / c * a[i][j];
            }
        }
        alpha = next;
    }
    total + alpha[0]
}

/// Three buffers handed round, one of them changed behind the exchange.
#[differentiate]
fn handed_round(x: &[f64], n: usize) -> f64 {
    let mut a = x.to_vec();
    let mut b: Vec<f64> = x.iter().map(|v| v * v).collect();
    for k in 0..n {
        let mut c = vec![0.0; x.len()];
        for i in 0..x.len() {
            c[i] = a[i] * b[i] - 0.5 * a[i];
        }
        if k % 2 == 0 {
            a = b;
            b = c;
        } else {
            a = c;
        }
        a[0] *= 1.5;
    }
    a.iter().zip(&b).map(|(u, v)| u * v).sum()
}

#[differentiate]
fn shrinking(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    let mut s = 0.0;
    while v.len() > 1 {
        let half: Vec<f64> = (0..v.len() / 2).map(|i| v[2 * i] * v[2 * i + 1]).collect();
        s += half[0];
        v = half;
    }
    s + v[0] * v[0]
}

#[differentiate]
fn diffusion(u0: &[Vec<f64>], k: f64, steps: usize) -> f64 {
    let mut u = u0.to_vec();
    for _ in 0..steps {
        let mut next = u.clone();
        for i in 1..u.len() - 1 {
            for j in 1..u[i].len() - 1 {
                next[i][j] = u[i][j] + k * (u[i + 1][j] + u[i - 1][j] + u[i][j + 1] * u[i][j - 1]);
            }
        }
        u = next;
    }
    u.iter().map(|row| row.iter().map(|v| v * v).sum::<f64>()).sum()
}

#[differentiate]
fn rows(a: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mut m = a.to_vec();
    let kept = m.clone();
    for i in 1..m.len() {
        for j in 0..m[i].len() {
            m[i][j] = m[i - 1][j] * kept[i][j];
        }
    }
    m
}

#[differentiate]
fn orthogonal(a: &[Vec<f64>]) -> f64 {
    let mut q: Vec<Vec<f64>> = Vec::new();
    let mut total = 0.0;
    for i in 0..a.len() {
        let mut v = a[i].clone();
        for j in 0..i {
            let d: f64 = q[j].iter().zip(a[i].iter()).map(|(x, y)| x * y).sum();
            for k in 0..v.len() {
                v[k] -= d * q[j][k];
            }
        }
        let norm = v.iter().map(|x| x * x).sum::<f64>().sqrt();
        total += norm.ln();
        for x in v.iter_mut() {
            *x /= norm;
        }
        q.push(v);
    }
    total
}

#[differentiate]
fn step(x: &[f64], h: f64) -> Vec<f64> {
    x.iter().map(|v| v + h * v * v).collect()
}

#[differentiate]
fn stepped_by_function(x0: &[f64], h: f64, n: usize) -> f64 {
    let mut x = step(x0, 0.5 * h);
    for _ in 0..n {
        let y = step(&x, h);
        x = step(&y, 2.0 * h);
    }
    x.iter().map(|v| v * v).sum()
}

#[differentiate]
fn skipped_terms(x: &[f64], w: f64) -> f64 {
    let mut sum = 0.0;
    let mut count = 0.0;
    for i in 0..x.len() {
        let mut near = 1.0;
        for j in 0..x.len() {
            if j == i {
                continue;
            }
            near += x[j] * x[i] * w;
        }
        if x[i] < 0.0 {
            count += w;
            continue;
        }
        count += w;
        sum += near * near * count;
    }
    sum / count
}

/// The adjoint of `a` is read in one arm: the sums behind the branch must not come before it.
#[differentiate]
fn hands_on(x: &[f64]) -> f64 {
    let (mut a, mut b) = (1.0, 0.5);
    for &v in x {
        if v > 0.0 {
            a = a * v + b;
            b += a;
        } else {
            b += a;
            a += b * v;
        }
    }
    a * b
}

/// Neighbours that are there only where the condition says so.
#[differentiate]
fn round_the_circle(u0: &[f64], k: f64, steps: usize) -> f64 {
    let n = u0.len();
    let mut u = u0.to_vec();
    let mut next = vec![0.0; n];
    for _ in 0..steps {
        for i in 0..n {
            let l = if i == 0 { u[n - 1] } else { u[i - 1] };
            let r = if i == n - 1 { u[0] } else { u[i + 1] };
            next[i] = u[i] * (1.0 - k) + k * l * r;
        }
        u.copy_from_slice(&next);
    }
    u.iter().map(|v| v * v).sum()
}

#[derive(Clone, Differentiable)]
struct Table {
    data: Vec<f64>,
    width: usize,
}

#[differentiate]
impl Table {
    fn zeros(rows: usize, width: usize) -> Table {
        Table { data: vec![0.0; rows * width], width }
    }
    fn set(&mut self, i: usize, j: usize, value: f64) {
        self.data[i * self.width + j] = value;
    }
    fn get(&self, i: usize, j: usize) -> f64 {
        self.data[i * self.width + j]
    }
}

/// What a call makes of nothing active is written to afterwards.
#[differentiate]
fn table(x: &[f64], n: usize) -> f64 {
    let mut t = Table::zeros(n, n);
    for i in 0..n {
        for j in 0..n {
            t.set(i, j, x[i] * x[j] * x[0]);
        }
    }
    let mut trace = 0.0;
    for i in 0..n {
        trace += t.get(i, n - 1 - i);
    }
    trace
}

checks! {
    skipped_terms(&[0.5, -1.5, 0.25, 0.75], 0.4);
    hands_on(&[0.5, -1.5, 0.25, -0.75]);
    table(&[0.5, 1.5, 0.25], @3);
    round_the_circle(&[0.5, 1.5, 0.25, -0.75], 0.3, @3);
    counted_by_while(&[0.5, 1.5, -0.25, 0.75]);
    counted_by_while as counted_by_while_once(&[0.5]) => [0.0];
    counted_by_while as counted_by_while_never(&[0.0; 0]);
    counted_by_loop(&[0.5, 1.5, -0.25, 0.75], @1);
    counted_by_loop as counted_beyond(&[0.5, 1.5], @3) => [0.0, 0.0];
    not_counted(&[0.5, 1.5, -0.25, 0.75]);
    not_counted as left_early(&[0.5, 2.5, -0.25, 0.75]);
    limit_from_below(@6, 1.25);
    limit_from_below as limit_far_below(@2, 1.25) => 0.0;
    windows_of_three(&[0.5, 1.5, -0.25, 0.75, 1.25, -1.0, 0.3]);
    windows_of_three as no_window_of_three(&[0.5, 1.5]) => [0.0, 0.0];
    neighbours(&[0.5, 1.5, -0.25, 0.75]);
    tree(&[0.5, 1.5, 0.25, 0.75, 1.0], 0.4);
    filter(&[0.5, 1.5, 0.25], &[vec![0.2, 0.5, 0.3], vec![0.4, 0.1, 0.5], vec![0.6, 0.3, 0.1]], @4);
    filter as unfiltered(&[0.5, 1.5, 0.25], &[vec![0.2, 0.5, 0.3], vec![0.4, 0.1, 0.5], vec![0.6, 0.3, 0.1]], @0);
    handed_round(&[0.5, 1.25, -0.75], @5);
    shrinking(&[0.5, 1.5, -0.25, 0.75, 1.25, -1.0, 0.3, 0.8]);
    diffusion(&[vec![0.5, 1.5, -0.25, 0.75], vec![0.25, 0.5, 1.0, -0.5], vec![1.0, 0.1, 0.2, 0.3]], 0.3, @3);
    orthogonal(&[vec![0.5, 1.5, -0.25], vec![0.25, 0.5, 1.0], vec![1.0, 0.1, 0.2]]);
    rows(&[vec![0.5, 1.5], vec![0.25, 0.5], vec![1.0, 0.1]]);
    stepped_by_function(&[0.5, -0.25, 0.75], 0.1, @3);
}
