//! Stencils: loops that read neighbours, over one buffer, two, three, copies of one, and grids laid out in one slice.

use autodiff_runtime::differentiate;

/// Numbers of either sign without a pattern.
fn wavy(n: usize) -> Vec<f64> {
    (0..n).map(|i| (1.0 + 0.7 * i as f64).sin() + 0.05 * i as f64).collect()
}

#[differentiate]
fn heat_swapped(initial: &[f64], r: f64, steps: usize) -> f64 {
    let n = initial.len();
    let mut u = initial.to_vec();
    let mut next = initial.to_vec();
    for _ in 0..steps {
        for i in 1..n - 1 {
            next[i] = u[i] + r * (u[i - 1] - 2.0 * u[i] + u[i + 1]);
        }
        std::mem::swap(&mut u, &mut next);
    }
    let mut energy = 0.0;
    for i in 0..n {
        energy += u[i] * u[i];
    }
    energy
}

#[differentiate]
fn heat_without_coefficient(initial: &[f64], steps: usize) -> f64 {
    let n = initial.len();
    let mut u = initial.to_vec();
    let mut next = initial.to_vec();
    for _ in 0..steps {
        for i in 1..n - 1 {
            next[i] = u[i] + 0.2 * (u[i - 1] - 2.0 * u[i] + u[i + 1]);
        }
        std::mem::swap(&mut u, &mut next);
    }
    let mut energy = 0.0;
    for i in 0..n {
        energy += u[i] * u[i] * u[i];
    }
    energy
}

#[differentiate]
fn heat_copied(u: &mut [f64], r: f64, steps: usize) {
    let n = u.len();
    let mut next = u.to_vec();
    for _ in 0..steps {
        for i in 1..n - 1 {
            next[i] = u[i] + r * u[i] * (u[i - 1] - 2.0 * u[i] + u[i + 1]);
        }
        u.copy_from_slice(&next);
    }
}

#[differentiate]
fn heat_copied_inside(u: &mut [f64], r: f64, steps: usize) {
    let n = u.len();
    let mut next = vec![0.0; n];
    for _ in 0..steps {
        next.fill(r);
        for i in 1..n - 1 {
            next[i] += u[i] * (u[i - 1] + u[i + 1]);
        }
        u[1..n - 1].copy_from_slice(&next[1..n - 1]);
    }
}

#[differentiate]
fn heat_cloned(initial: &[f64], r: f64, steps: usize) -> Vec<f64> {
    let n = initial.len();
    let mut u = initial.to_vec();
    for _ in 0..steps {
        let before = u.clone();
        for i in 1..n - 1 {
            u[i] = before[i] + r * (before[i - 1] - 2.0 * before[i] + before[i + 1]) * before[i];
        }
    }
    u
}

#[differentiate]
fn sweep_in_place(u: &mut [f64], f: &[f64], sweeps: usize) {
    let n = u.len();
    for _ in 0..sweeps {
        for i in 1..n - 1 {
            u[i] = 0.5 * (u[i - 1] * u[i + 1] + f[i]) + 0.1 * u[i] * u[i];
        }
    }
}

#[differentiate]
fn sweep_backwards(u: &mut [f64], f: &[f64], sweeps: usize) {
    let n = u.len();
    for _ in 0..sweeps {
        for i in (1..n - 1).rev() {
            u[i] = 0.5 * (u[i - 1] * u[i + 1] + f[i]);
        }
    }
}

#[differentiate]
fn squared_in_place(u: &mut [f64], rounds: usize) {
    for _ in 0..rounds {
        for i in 0..u.len() {
            u[i] = 0.3 * u[i] * u[i] + 0.1;
        }
    }
}

#[differentiate]
fn read_behind_the_store(u: &mut [f64], w: &mut [f64], rounds: usize) {
    for _ in 0..rounds {
        for i in 1..u.len() {
            u[i] = 0.5 * w[i] + 0.3 * w[i - 1];
            w[i] = u[i] * u[i] * 0.2 + 0.1 * u[i - 1] * u[i];
        }
    }
}

#[differentiate]
fn laplace(initial: &[f64], n: usize, steps: usize) -> f64 {
    let m = initial.len() / n;
    let mut u = initial.to_vec();
    let mut next = initial.to_vec();
    for _ in 0..steps {
        for i in 1..m - 1 {
            for j in 1..n - 1 {
                let k = i * n + j;
                next[k] = 0.25 * (u[k - 1] + u[k + 1] + u[k - n] + u[k + n]) + 0.1 * u[k] * u[k];
            }
        }
        std::mem::swap(&mut u, &mut next);
    }
    let mut s = 0.0;
    for v in &u {
        s += v * v;
    }
    s
}

#[differentiate]
fn laplace_by_rows(u: &mut [f64], n: usize, sweeps: usize) {
    let m = u.len() / n;
    let mut next = vec![0.0; u.len()];
    for _ in 0..sweeps {
        for i in 1..m - 1 {
            for j in 1..n - 1 {
                next[i * n + j] = 0.2
                    * (u[(i - 1) * n + j] + u[(i + 1) * n + j] + u[i * n + j - 1] + u[i * n + j + 1])
                    * u[i * n + j];
            }
        }
        u.copy_from_slice(&next);
    }
}

#[differentiate]
fn laplace_of_rows(initial: &[f64], n: usize, steps: usize) -> f64 {
    let m = initial.len() / n;
    let mut u = vec![vec![0.0; n]; m];
    for i in 0..m {
        for j in 0..n {
            u[i][j] = initial[i * n + j];
        }
    }
    let mut next = u.clone();
    for _ in 0..steps {
        for i in 1..m - 1 {
            for j in 1..n - 1 {
                next[i][j] = 0.25 * (u[i - 1][j] + u[i + 1][j] + u[i][j - 1] * u[i][j + 1]);
            }
        }
        std::mem::swap(&mut u, &mut next);
    }
    let mut s = 0.0;
    for i in 0..m {
        for j in 0..n {
            s += u[i][j] * u[i][j];
        }
    }
    s
}

#[differentiate]
fn wave(initial: &[f64], c: f64, steps: usize) -> f64 {
    let n = initial.len();
    let mut before = initial.to_vec();
    let mut u = initial.to_vec();
    let mut next = vec![0.0; n];
    for _ in 0..steps {
        for i in 1..n - 1 {
            next[i] = 2.0 * u[i] - before[i] + c * c * (u[i - 1] - 2.0 * u[i] + u[i + 1]);
        }
        std::mem::swap(&mut before, &mut u);
        std::mem::swap(&mut u, &mut next);
    }
    let mut s = 0.0;
    for i in 0..n {
        s += u[i] * before[i];
    }
    s
}

#[differentiate]
fn upwind(u: &mut [f64], a: &[f64], dt: f64, steps: usize) {
    let n = u.len();
    let mut next = u.to_vec();
    for _ in 0..steps {
        for i in 1..n - 1 {
            if a[i] > 0.0 {
                next[i] = u[i] - dt * a[i] * (u[i] - u[i - 1]);
            } else {
                next[i] = u[i] - dt * a[i] * (u[i + 1] - u[i]);
            }
        }
        u.copy_from_slice(&next);
    }
}

#[differentiate]
fn upwind_flux(u: &mut [f64], a: f64, dt: f64, steps: usize) {
    let n = u.len();
    let mut next = u.to_vec();
    for _ in 0..steps {
        for i in 1..n - 1 {
            let slope = if a > 0.0 { u[i] - u[i - 1] } else { u[i + 1] - u[i] };
            next[i] = u[i] - dt * a * slope;
        }
        u.copy_from_slice(&next);
    }
}

#[differentiate]
fn burgers(initial: &[f64], nu: f64, dt: f64, steps: usize) -> f64 {
    let n = initial.len();
    let mut u = initial.to_vec();
    let mut next = initial.to_vec();
    for _ in 0..steps {
        for i in 1..n - 1 {
            let slope = 0.5 * (u[i + 1] - u[i - 1]);
            next[i] = u[i] + dt * (nu * (u[i - 1] - 2.0 * u[i] + u[i + 1]) - u[i] * slope);
        }
        std::mem::swap(&mut u, &mut next);
    }
    let mut s = 0.0;
    for i in 1..n {
        s += u[i] * u[i - 1];
    }
    s
}

#[differentiate]
fn rosenbrock(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() - 1 {
        let a = 1.0 - x[i];
        let b = x[i + 1] - x[i] * x[i];
        sum += a * a + 100.0 * b * b;
    }
    sum
}

#[differentiate]
fn rosenbrock_by_two(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() - 2 {
        let a = 1.0 - x[i];
        let b = x[i + 2] - x[i] * x[i];
        sum += a * a + 10.0 * b * b;
    }
    sum
}

#[differentiate]
fn chain_backwards(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in (2..x.len()).rev() {
        let b = x[i - 2] - x[i] * x[i - 1];
        sum += b * b / (1.0 + x[i] * x[i]);
    }
    sum
}

#[differentiate]
fn chain_inclusive(x: &[f64], w: f64) -> f64 {
    let mut sum = 0.0;
    for i in 1..=x.len() - 2 {
        sum += w * (x[i + 1] - x[i - 1]) * x[i];
    }
    sum
}

#[differentiate]
fn chain_stepped(x: &[f64], w: f64) -> f64 {
    let mut sum = 0.0;
    for i in (1..x.len() - 1).step_by(3) {
        sum += w * (x[i + 1] - x[i - 1]) * x[i];
    }
    sum
}

#[differentiate]
fn chain_from(x: &[f64], from: usize, to: usize) -> f64 {
    let mut sum = 0.0;
    let mut product = 1.0;
    for i in from..to {
        sum += (x[i + 1] - x[i]) * x[i];
        product = product + x[i + 1] * 0.1;
    }
    sum * product
}

#[differentiate]
fn two_sums_of_one(x: &[f64], a: f64) -> f64 {
    let mut sum = 0.0;
    for i in 1..x.len() {
        sum += a * x[i] * x[i - 1];
        sum -= a * a * x[i];
    }
    sum
}

#[differentiate]
fn moving_average(x: &[f64], width: f64) -> Vec<f64> {
    let mut y = vec![0.0; x.len()];
    for i in 2..x.len() - 2 {
        y[i] = (x[i - 2] + x[i - 1] + x[i] + x[i + 1] + x[i + 2]) / width;
    }
    y
}

#[differentiate]
fn image_filter(image: &[f64], kernel: &[f64], w: usize) -> f64 {
    let h = image.len() / w;
    let mut energy = 0.0;
    for y in 1..h - 1 {
        for x in 1..w - 1 {
            let at = y * w + x;
            let e = kernel[0] * image[at - w]
                + kernel[1] * image[at - 1]
                + kernel[2] * image[at]
                + kernel[3] * image[at + 1]
                + kernel[4] * image[at + w];
            energy += e * e;
        }
    }
    energy
}

#[differentiate]
fn tridiagonal(d: &[f64], b: &[f64]) -> Vec<f64> {
    let n = d.len();
    let mut c = vec![0.0; n];
    let mut y = b.to_vec();
    c[0] = -1.0 / d[0];
    y[0] /= d[0];
    for i in 1..n {
        let m = d[i] + c[i - 1];
        c[i] = -1.0 / m;
        y[i] = (y[i] + y[i - 1]) / m;
    }
    for i in (0..n - 1).rev() {
        y[i] -= c[i] * y[i + 1];
    }
    y
}

#[differentiate]
fn ghost_cells(inner: &[f64], r: f64, steps: usize) -> f64 {
    let n = inner.len();
    let mut u = vec![0.0; n + 2];
    for i in 1..=n {
        u[i] = inner[i - 1];
    }
    for _ in 0..steps {
        u[0] = u[n];
        u[n + 1] = u[1];
        let mut next = vec![0.0; n + 2];
        for i in 1..=n {
            next[i] = u[i] + r * u[i] * (u[i - 1] - 2.0 * u[i] + u[i + 1]);
        }
        for i in 1..=n {
            u[i] = next[i];
        }
    }
    let mut s = 0.0;
    for i in 1..=n {
        s += u[i] * u[i];
    }
    s
}

#[differentiate]
fn only_some_steps(initial: &[f64], r: f64, steps: usize) -> f64 {
    let n = initial.len();
    let mut u = initial.to_vec();
    let mut next = initial.to_vec();
    for k in 0..steps {
        if k % 2 == 0 {
            for i in 1..n - 1 {
                next[i] = u[i] + r * (u[i - 1] - 2.0 * u[i] * u[i] + u[i + 1]);
            }
        } else {
            for i in k..n - k {
                next[i] = u[i] * 0.9;
                next[i] += u[i] * u[i] * 0.1;
            }
        }
        std::mem::swap(&mut u, &mut next);
    }
    let mut s = 0.0;
    for i in 0..n {
        s += u[i] * next[i];
    }
    s
}

#[differentiate]
fn staggered(p: &mut [f64], v: &mut [f64], c: f64, steps: usize) {
    let n = p.len();
    for _ in 0..steps {
        for i in 0..n - 1 {
            v[i] -= c * (p[i + 1] - p[i]);
        }
        for i in 1..n - 1 {
            p[i] -= c * p[i] * (v[i] - v[i - 1]);
        }
    }
}

#[differentiate]
fn in_single_precision(x: &[f32], r: f32) -> f32 {
    let mut sum = 0.0;
    for i in 1..x.len() - 1 {
        let second = x[i - 1] - 2.0 * x[i] + x[i + 1];
        sum += r * second * second;
    }
    sum
}

#[differentiate]
fn scattered_by_hand(x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() - 1 {
        let flux = x[i] * x[i + 1];
        y[i] -= flux;
        y[i + 1] += flux * x[i];
    }
}

checks! {
    heat_swapped(&wavy(23), 0.2, @5);
    heat_swapped as heat_of_three(&wavy(3), 0.2, @3);
    heat_swapped as heat_of_two(&wavy(2), 0.2, @3);
    heat_swapped as heat_of_one(&wavy(1), 0.2, @3);
    heat_swapped as heat_of_nine(&wavy(9), 0.2, @2);
    heat_swapped as heat_of_ten(&wavy(10), 0.2, @2);
    heat_swapped as heat_for_no_time(&wavy(12), 0.2, @0);
    heat_without_coefficient(&wavy(27), @4);
    heat_copied(&mut wavy(19), 0.1, @3) -> ();
    heat_copied as heat_copied_of_two(&mut wavy(2), 0.1, @3) -> ();
    heat_copied_inside(&mut wavy(12), 0.1, @3) -> ();
    heat_cloned(&wavy(21), 0.05, @3);
    sweep_in_place(&mut wavy(13), &wavy(13), @3) -> ();
    sweep_backwards(&mut wavy(13), &wavy(13), @3) -> ();
    squared_in_place(&mut wavy(12), @3) -> ();
    squared_in_place as squared_nowhere(&mut vec![0.0; 0], @3) -> ();
    read_behind_the_store(&mut wavy(12), &mut wavy(12), @3) -> ();
    laplace(&wavy(60), @12, @3);
    laplace as laplace_of_little(&wavy(9), @3, @2);
    laplace as laplace_of_edges(&wavy(8), @2, @2);
    laplace_by_rows(&mut wavy(60), @12, @2) -> ();
    laplace_by_rows as laplace_by_short_rows(&mut wavy(16), @4, @2) -> ();
    laplace_of_rows(&wavy(60), @12, @2);
    wave(&wavy(20), 0.6, @4);
    wave as wave_of_two(&wavy(2), 0.6, @4);
    upwind(&mut wavy(14), &wavy(14), 0.1, @3) -> ();
    upwind_flux(&mut wavy(14), 0.75, 0.1, @3) -> ();
    upwind_flux as upwind_flux_to_the_left(&mut wavy(14), -0.75, 0.1, @3) -> ();
    burgers(&wavy(22), 0.3, 0.1, @3);
    rosenbrock(&wavy(21));
    rosenbrock as rosenbrock_of_eight(&wavy(9));
    rosenbrock as rosenbrock_of_nine(&wavy(10));
    rosenbrock as rosenbrock_of_one(&wavy(2));
    rosenbrock as rosenbrock_of_none(&wavy(1)) => vec![0.0];
    rosenbrock_by_two(&wavy(20));
    rosenbrock_by_two as rosenbrock_by_two_of_one(&wavy(3));
    chain_backwards(&wavy(21));
    chain_backwards as chain_backwards_of_one(&wavy(3));
    chain_backwards as chain_backwards_of_none(&wavy(1)) => vec![0.0];
    chain_inclusive(&wavy(19), 0.5);
    chain_stepped(&wavy(40), 0.5);
    chain_from(&wavy(30), @3, @27);
    chain_from as chain_from_nowhere(&wavy(4), @7, @2) => vec![0.0; 4];
    chain_from as chain_from_one(&wavy(4), @2, @3);
    two_sums_of_one(&wavy(20), 0.75);
    moving_average(&wavy(24), 5.0);
    moving_average as moving_average_of_few(&wavy(5), 5.0);
    moving_average as moving_average_of_too_few(&wavy(3), 5.0);
    image_filter(&wavy(72), &wavy(5), @12);
    tridiagonal(&[2.5; 12], &wavy(12));
    ghost_cells(&wavy(18), 0.1, @2);
    ghost_cells as ghost_cells_of_one(&wavy(1), 0.1, @2);
    only_some_steps(&wavy(14), 0.1, @4);
    only_some_steps as only_some_steps_of_few(&wavy(4), 0.1, @4);
    staggered(&mut wavy(16), &mut wavy(16), 0.1, @3) -> ();
    in_single_precision(&[0.5_f32, -0.25, 1.0, 0.75, 0.5, -0.5, 0.25, 1.5, -1.0, 0.125, 0.5, 0.75], 0.5_f32);
    scattered_by_hand(&wavy(20), &mut wavy(20)) -> ();
}

/// Where the function panics, its gradient panics alike.
#[cfg(test)]
mod panics {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    fn message(f: impl FnOnce()) -> String {
        let panic = catch_unwind(AssertUnwindSafe(f)).expect_err("it panics");
        match panic.downcast::<String>() {
            Ok(text) => *text,
            Err(panic) => panic.downcast::<&str>().expect("a message").to_string(),
        }
    }

    #[differentiate]
    fn too_short(x: &[f64], y: &mut [f64], n: usize) {
        for _ in 0..2 {
            for i in 0..n {
                y[i] = x[i] * y[i + 1];
            }
            for i in 0..n {
                y[i] = x[i] * x[i];
            }
        }
    }

    #[test]
    fn stay_the_same() {
        let x = wavy(4);
        let of = |n, m| {
            let primal = message(|| too_short(&x, &mut wavy(m), n));
            let (mut x_bar, mut y_bar) = (vec![0.0; 4], vec![0.0; m]);
            let gradient = message(|| {
                too_short::value_and_grad_into(&x, &mut wavy(m), n, &mut x_bar, &mut y_bar);
            });
            assert_eq!(primal, gradient);
        };
        of(3, 2);
        of(3, 0);
    }
}
