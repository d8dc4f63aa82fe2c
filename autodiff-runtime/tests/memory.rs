//! `value_and_grad_into` allocates nothing once it has run, whatever it needs beside its results.
#![cfg(feature = "std")]

use autodiff_runtime::{differentiate, pool};

/// Runs once, counts in a second run; also with memory that other functions have used before.
#[track_caller]
fn check(mut gradient: impl FnMut()) {
    for fresh in [true, false] {
        if fresh {
            pool::clear();
        }
        gradient();
        let counted = allocation_counter::measure(&mut gradient);
        assert_eq!((counted.count_total, counted.bytes_total), (0, 0));
    }
}

fn numbers(n: usize) -> Vec<f64> {
    (0..n).map(|i| ((i * 7919 + 13) % 101) as f64 / 101.0 - 0.4).collect()
}

#[differentiate]
fn chain(x: &[f64]) -> f64 {
    let mut state = 1.0;
    for i in 0..x.len() {
        state = (state * x[i]).sin() + x[i];
    }
    state
}

#[test]
fn carried_state() {
    let (x, mut x_bar) = (numbers(1000), vec![0.0; 1000]);
    check(|| {
        chain::value_and_grad_into(&x, &mut x_bar);
    });
    // Fewer need no more, and more are remembered too.
    check(|| {
        chain::value_and_grad_into(&x[..10], &mut x_bar[..10]);
        chain::value_and_grad_into(&x[..500], &mut x_bar[..500]);
    });
}

#[differentiate]
fn lotka_volterra(parameters: [f64; 4], steps: usize) -> f64 {
    let [a, b, c, d] = parameters;
    let (mut x, mut y, h) = (1.0, 1.0, 0.01);
    let mut total = 0.0;
    for _ in 0..steps {
        let (k1, l1) = (a * x - b * x * y, c * x * y - d * y);
        let (u, v) = (x + 0.5 * h * k1, y + 0.5 * h * l1);
        let (k2, l2) = (a * u - b * u * v, c * u * v - d * v);
        x += h * k2;
        y += h * l2;
        total += x;
    }
    total
}

#[test]
fn runge_kutta() {
    let mut bar = [0.0; 4];
    check(|| {
        lotka_volterra::value_and_grad_into([1.1, 0.4, 0.1, 0.4], 300, &mut bar);
    });
}

#[differentiate]
fn heat(initial: &[f64], conductivity: f64, steps: usize) -> f64 {
    let n = initial.len();
    let mut u = initial.to_vec();
    let mut next = vec![0.0; n];
    for _ in 0..steps {
        next[0] = u[0];
        next[n - 1] = u[n - 1];
        for i in 1..n - 1 {
            next[i] = u[i] + conductivity * (u[i - 1] - 2.0 * u[i] + u[i + 1]) * u[i];
        }
        std::mem::swap(&mut u, &mut next);
    }
    u.iter().map(|u| u * u).sum()
}

#[test]
fn double_buffers() {
    let (x, mut x_bar, mut k_bar) = (numbers(40), vec![0.0; 40], 0.0);
    check(|| {
        heat::value_and_grad_into(&x, 0.2, 20, &mut x_bar, &mut k_bar);
    });
}

#[differentiate]
fn network(w: &[f64], v: &[f64], #[no_diff] x: &[f64], hidden: usize) -> f64 {
    let n = x.len();
    let mut h = vec![0.0; hidden];
    for i in 0..hidden {
        let row = &w[i * n..(i + 1) * n];
        let mut sum = 0.0;
        for j in 0..n {
            sum += row[j] * x[j];
        }
        h[i] = sum.tanh();
    }
    assert!(h.len() == hidden && h.iter().all(|x| x.abs() <= 1.0));
    let mut out = h.clone();
    for (out, v) in out.iter_mut().zip(v) {
        *out *= v;
    }
    let mut total = 0.0;
    for o in &out {
        total += o * o;
    }
    total.ln()
}

#[differentiate]
fn batch(w: &[f64], v: &[f64], #[no_diff] samples: &[f64], hidden: usize, n: usize) -> f64 {
    let mut loss = 0.0;
    for s in 0..samples.len() / n {
        loss += network(w, v, &samples[s * n..(s + 1) * n], hidden);
    }
    loss
}

#[test]
fn networks() {
    let (w, v, x) = (numbers(48), numbers(8), numbers(60));
    let (mut w_bar, mut v_bar) = (vec![0.0; 48], vec![0.0; 8]);
    check(|| {
        network::value_and_grad_into(&w, &v, &x[..6], 8, &mut w_bar, &mut v_bar);
    });
    check(|| {
        batch::value_and_grad_into(&w, &v, &x, 8, 6, &mut w_bar, &mut v_bar);
    });
}

#[differentiate]
fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

#[differentiate]
fn lstm(w: &[f64], #[no_diff] initial: &[f64], steps: usize) -> f64 {
    let n = initial.len();
    let mut state = initial.to_vec();
    let mut total = 0.0;
    for t in 0..steps {
        for i in 0..n {
            let forget = sigmoid(state[i] * w[i]);
            let change = (state[(i + 1) % n] * w[n + i] + t as f64).tanh();
            state[i] = state[i] * forget + (1.0 - forget) * change;
        }
        for i in 0..n {
            total += state[i].exp().ln_1p();
        }
    }
    total
}

#[test]
fn recurrences() {
    let (w, x, mut w_bar) = (numbers(20), numbers(10), vec![0.0; 20]);
    check(|| {
        lstm::value_and_grad_into(&w, &x, 30, &mut w_bar);
    });
}

#[differentiate]
fn cholesky(a: &[f64], n: usize) -> f64 {
    let mut l = a.to_vec();
    let mut log_det = 0.0;
    for i in 0..n {
        for j in 0..=i {
            let mut s = l[i * n + j];
            for k in 0..j {
                s -= l[i * n + k] * l[j * n + k];
            }
            if i == j {
                l[i * n + i] = s.sqrt();
                log_det += 2.0 * l[i * n + i].ln();
            } else {
                l[i * n + j] = s / l[j * n + j];
            }
        }
    }
    log_det
}

#[test]
fn in_place() {
    let n = 12;
    let mut a = numbers(n * n);
    (0..n).for_each(|i| a[i * n + i] += 20.0);
    let mut a_bar = vec![0.0; n * n];
    check(|| {
        cholesky::value_and_grad_into(&a, n, &mut a_bar);
    });
}

#[differentiate]
fn log_sum_exp(v: &[f64]) -> f64 {
    let mut largest = v[0];
    for i in 1..v.len() {
        largest = largest.max(v[i]);
    }
    let mut sum = 0.0;
    for i in 0..v.len() {
        sum += (v[i] - largest).exp();
    }
    largest + sum.ln()
}

#[differentiate]
fn mixture(means: &[f64], scales: &[f64], #[no_diff] points: &[f64]) -> f64 {
    let k = means.len();
    let mut total = 0.0;
    let mut terms = vec![0.0; k];
    for p in 0..points.len() {
        for c in 0..k {
            let z = (points[p] - means[c]) * scales[c].exp();
            terms[c] = scales[c] - 0.5 * z * z;
        }
        total += log_sum_exp(&terms);
    }
    total - log_sum_exp(means)
}

#[test]
fn calls_in_loops() {
    let (means, scales, points) = (numbers(7), numbers(7), numbers(200));
    let (mut means_bar, mut scales_bar) = (vec![0.0; 7], vec![0.0; 7]);
    check(|| {
        mixture::value_and_grad_into(&means, &scales, &points, &mut means_bar, &mut scales_bar);
    });
}

#[differentiate]
fn early_exit(x: &[f64], limit: f64) -> f64 {
    let mut product = 1.0;
    for i in 0..x.len() {
        if product > limit {
            return product * x[i];
        }
        let mut k = 0;
        while k < i % 4 {
            product = (product + x[i] * x[i]).sqrt() + 1.0;
            k += 1;
        }
    }
    let mut root = product;
    loop {
        let next = 0.5 * (root + product / root);
        if (next - root).abs() < 1e-9 {
            break;
        }
        root = next;
    }
    root
}

#[test]
fn jumps() {
    let (x, mut x_bar, mut limit_bar) = (numbers(300), vec![0.0; 300], 0.0);
    check(|| {
        early_exit::value_and_grad_into(&x, 1e9, &mut x_bar, &mut limit_bar);
    });
    check(|| {
        early_exit::value_and_grad_into(&x, 2.0, &mut x_bar, &mut limit_bar);
    });
}

#[differentiate]
fn filtered(x: &[f64]) -> f64 {
    let mut kept = Vec::new();
    let mut order = Vec::with_capacity(x.len());
    for i in 0..x.len() {
        if x[i] > 0.0 {
            kept.push(x[i] * x[i]);
            order.push(i);
        }
    }
    let squares: Vec<f64> = kept.iter().map(|k| k * k).collect();
    let mut sum = 0.0;
    for k in 0..squares.len() {
        sum += squares[k] * kept[k].cos() * x[order[k]];
    }
    sum
}

#[test]
fn growing() {
    let (x, mut x_bar) = (numbers(500), vec![0.0; 500]);
    check(|| {
        filtered::value_and_grad_into(&x, &mut x_bar);
    });
}

#[differentiate]
fn matrix(x: &[f64], n: usize) -> f64 {
    let mut rows = vec![vec![0.0; n]; n];
    for i in 0..n {
        for j in 0..n {
            rows[i][j] = (x[i] * x[j]).sin();
        }
    }
    rows.swap(0, n - 1);
    let mut trace = 0.0;
    for i in 0..n {
        let row = &rows[i];
        trace += row[i] * row[0];
    }
    trace
}

#[test]
fn nested() {
    let (x, mut x_bar) = (numbers(20), vec![0.0; 20]);
    check(|| {
        matrix::value_and_grad_into(&x, 20, &mut x_bar);
    });
}

#[differentiate]
fn single(x: &[f32]) -> f32 {
    let mut scaled = vec![1.0; x.len()];
    for i in 1..x.len() {
        scaled[i] = scaled[i - 1] * (x[i] + 1.0).exp();
    }
    scaled[x.len() - 1]
}

#[test]
fn single_precision() {
    let (x, mut x_bar) = ([0.1f32; 30], [0.0f32; 30]);
    check(|| {
        single::value_and_grad_into(&x, &mut x_bar);
    });
}

#[test]
fn results_alone_are_allocated() {
    let (x, seed) = (numbers(100), 2.0);
    let run = || {
        let (_, grad) = chain::value_and_grad(&x);
        let (_, pullback) = chain::vjp(&x);
        (grad, pullback(seed))
    };
    run();
    assert_eq!(allocation_counter::measure(|| drop(run())).count_total, 2);
}

#[test]
fn threads_have_their_own() {
    let x = numbers(100);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut x_bar = vec![0.0; 100];
                assert_eq!(pool::bytes(), 0);
                check(|| {
                    chain::value_and_grad_into(&x, &mut x_bar);
                });
            });
        }
    });
}

struct Model {
    rows: Vec<[f64; 3]>,
    order: Vec<(usize, f64)>,
}

#[differentiate]
fn turn(v: [f64; 3], angle: f64) -> [f64; 3] {
    let (sin, cos) = angle.sin_cos();
    [v[0] * cos - v[1] * sin, v[0] * sin + v[1] * cos, v[2]]
}

/// What is saved has types that only rustc knows, and parameters without an adjoint of their own get one in the callee.
#[differentiate]
fn skeleton(angles: &[f64], #[no_diff] model: &Model) -> f64 {
    let mut at = [1.0, 0.5, 0.0];
    let mut sum = 0.0;
    for i in 0..angles.len() {
        for &(row, weight) in &model.order {
            let v = model.rows[row];
            at = turn([at[0] + weight * v[0], at[1] * v[1], at[2] + v[2]], angles[i]);
        }
        sum += log_sum_exp(&at) + log_sum_exp(&model.rows[0]);
    }
    sum
}

#[test]
fn types_unknown_to_the_macro() {
    let model = Model { rows: vec![[0.1, 0.9, 0.3], [0.2, 1.1, -0.3]], order: vec![(0, 0.5), (1, 0.25)] };
    let (angles, mut bar) = (numbers(30), vec![0.0; 30]);
    check(|| {
        skeleton::value_and_grad_into(&angles, &model, &mut bar);
    });
}

#[differentiate]
fn orbit(start: &[f64], mass: f64) -> [f64; 2] {
    let (mut at, mut speed) = (start[0], start[1]);
    for k in 2..start.len() {
        speed -= mass * at.sin() * start[k];
        at += 0.1 * speed;
    }
    [at, speed]
}

/// The same by columns.
#[differentiate(mode = "forward")]
fn orbit_by_columns(start: &[f64], mass: f64) -> [f64; 2] {
    let (mut at, mut speed) = (start[0], start[1]);
    for k in 2..start.len() {
        speed -= mass * at.sin() * start[k];
        at += 0.1 * speed;
    }
    [at, speed]
}

#[test]
fn jacobians() {
    let (start, mut rows, mut columns) = (numbers(50), vec![0.0; 102], vec![0.0; 102]);
    check(|| {
        orbit::jacobian_into(&start, 0.7, &mut rows);
    });
    check(|| {
        orbit_by_columns::jacobian_into(&start, 0.7, &mut columns);
    });
    for (row, column) in rows.iter().zip(&columns) {
        assert!((row - column).abs() < 1e-12, "{row} {column}");
    }
}
