//! Sums within loops: what may be taken several at a time, and what may not.

use autodiff_runtime::differentiate;

#[differentiate]
fn layer(w: &[f64], b: &[f64], x: &[f64]) -> f64 {
    let (m, n) = (b.len(), x.len());
    let mut h = vec![0.0; m];
    for j in 0..m {
        let mut z = b[j];
        for i in 0..n {
            z += w[j * n + i] * x[i];
        }
        h[j] = z.tanh();
    }
    let mut loss = 0.0;
    for j in 0..m {
        loss += h[j] * h[j] * (j as f64 + 0.5);
    }
    loss
}

#[differentiate]
fn residuals(a: &[f64], x: &[f64], y: &[f64]) -> f64 {
    let n = x.len();
    let mut total = 1.0;
    let mut last = 0.5;
    for j in 0..y.len() {
        let mut r = y[j];
        for i in (0..n).rev() {
            r -= a[j * n + i] * x[i];
        }
        total += r * r * last;
        last = r;
    }
    total + last
}

#[differentiate]
fn chained_sums(a: &[f64], x: &[f64], m: usize) -> f64 {
    let n = x.len();
    let mut z: f64 = 0.5;
    for j in 0..m {
        for i in 0..n {
            z += a[j * n + i] * x[i];
        }
        z = z.sin();
    }
    z
}

#[differentiate]
fn product(a: &[f64], b: &[f64], m: usize, k: usize, n: usize) -> f64 {
    let mut c = vec![0.0; m * n];
    for i in 0..m {
        for l in 0..k {
            let factor = a[i * k + l];
            for j in 0..n {
                c[i * n + j] += factor * b[l * n + j];
            }
        }
    }
    let mut norm = 0.0;
    for i in 0..m * n {
        norm += c[i] * c[i] * (1.0 + i as f64);
    }
    norm
}

#[differentiate]
fn inner_products(a: &[f64], b: &[f64], m: usize, k: usize, n: usize) -> Vec<f64> {
    let mut c = vec![0.0; m * n];
    for i in 0..m {
        for j in 0..n {
            for l in 0..k {
                c[i * n + j] += a[i * k + l] * b[l * n + j];
            }
        }
    }
    c
}

#[differentiate]
fn rows_of_vectors(w: &Vec<Vec<f64>>, x: &[f64]) -> f64 {
    let mut norm = 0.0;
    for j in 0..w.len() {
        let mut z = 0.0;
        for i in 0..x.len() {
            z += w[j][i] * x[i];
        }
        norm += z * z;
    }
    norm
}

#[differentiate]
fn sums_in_place(w: &[f64], x: &[f64], y: &mut [f64]) {
    let n = x.len();
    for j in 0..y.len() {
        for i in 0..n {
            y[j] += w[j * n + i] * x[i];
        }
        y[j] = y[j].cos();
    }
}

#[differentiate]
fn neighbours_in_place(w: &[f64], x: &[f64], y: &mut [f64]) {
    let n = x.len();
    for j in 0..y.len() - 1 {
        let mut z = 0.0;
        for i in 0..n {
            z += w[j * n + i] * x[i];
        }
        y[j + 1] += z * y[j];
    }
}

#[differentiate]
fn neighbouring_sums(x: &[f64]) -> f64 {
    let mut y = vec![0.1; x.len() + 1];
    for j in 0..x.len() {
        y[j + 1] += x[j] * 0.3;
        y[j] += x[j].sin() * 0.7;
    }
    let mut s = 0.0;
    for j in 0..y.len() {
        s += y[j] * y[j];
    }
    s
}

#[differentiate]
fn triangular(w: &[f64], x: &[f64]) -> f64 {
    let n = x.len();
    let mut norm = 0.0;
    for j in 0..n {
        let mut z = x[j];
        for i in 0..j {
            z += w[j * n + i] * x[i];
        }
        norm += z * z;
    }
    norm
}

#[differentiate]
fn substitution(l: &[f64], b: &[f64]) -> Vec<f64> {
    let n = b.len();
    let mut x = vec![0.0; n];
    for j in 0..n {
        let mut s = b[j];
        for i in 0..n {
            s -= l[j * n + i] * x[i];
        }
        x[j] = s / 3.0;
    }
    x
}

#[differentiate]
fn convolution(a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut c = vec![0.0; a.len() + b.len()];
    for i in 0..a.len() {
        for j in 0..b.len() {
            c[i + j] += a[i] * b[j];
        }
    }
    c
}

#[differentiate]
fn largest_products(w: &[f64], x: &[f64], m: usize) -> f64 {
    let n = x.len();
    let mut total = 0.0;
    for j in 0..m {
        let mut z: f64 = -1.0;
        for i in 0..n {
            z = z.max(w[j * n + i] * x[i]);
        }
        total += z * z;
    }
    total
}

#[differentiate]
fn until_large(w: &[f64], x: &[f64], m: usize) -> f64 {
    let n = x.len();
    let mut total = 0.0;
    for j in 0..m {
        let mut z = 0.0;
        for i in 0..n {
            z += w[j * n + i] * x[i];
        }
        total += z * z;
        if total > 2.0 {
            break;
        }
    }
    total
}

#[differentiate]
fn skipping(w: &[f64], x: &[f64], m: usize) -> f64 {
    let n = x.len();
    let mut total = 0.0;
    for j in 0..m {
        let mut z = 0.0;
        for i in 0..n {
            z += w[j * n + i] * x[i];
        }
        if z < 0.0 {
            continue;
        }
        total += z * z * z;
    }
    total
}

#[differentiate]
fn rectified(w: &[f64], x: &[f64], m: usize) -> Vec<f64> {
    let n = x.len();
    let mut y = vec![0.25; m];
    for j in 0..m {
        let mut z = 0.1;
        for i in 0..n {
            z += w[j * n + i] * x[i];
        }
        if z > 0.0 {
            y[j] = z * z;
        }
    }
    y
}

#[differentiate]
fn scattered_sums(w: &[f64], x: &[f64], to: &[usize], bins: usize) -> Vec<f64> {
    let n = x.len();
    let mut y = vec![0.0; bins];
    for j in 0..to.len() {
        let mut z = 0.0;
        for i in 0..n {
            z += w[to[j] * n + i] * x[i];
        }
        y[to[j]] += z * z;
    }
    y
}

#[differentiate]
fn two_sums(a: &[f64], b: &[f64], x: &[f64], m: usize) -> f64 {
    let n = x.len();
    let mut total = 0.0;
    for j in 0..m {
        let mut p = 1.0;
        let mut q = 2.0;
        for i in 0..n {
            p += a[j * n + i] * x[i];
            q += b[i] * a[j * n + i];
        }
        let mut r = 0.0;
        for i in 0..n {
            r += (x[i] - p) * b[i];
        }
        total += r / (1.0 + q * q);
    }
    total
}

#[differentiate]
fn every_second(w: &[f64], x: &[f64], m: usize) -> f64 {
    let n = x.len();
    let mut total = 0.0;
    for j in (0..m).step_by(2) {
        let mut z = 0.0;
        for i in 0..n {
            z += w[j * n + i] * x[i];
        }
        total += z * z;
    }
    for j in (0..m).rev() {
        let mut z = 0.0;
        for i in (0..n).step_by(2) {
            z += w[j * n + i] * x[i];
        }
        total = (total + z).sin();
    }
    total
}

#[differentiate]
fn pairs_of_rows(p: &[f64], n: usize, d: usize) -> f64 {
    let mut energy = 0.0;
    for i in 0..n {
        for j in 0..i {
            let mut r = 0.1;
            for k in 0..d {
                r += (p[i * d + k] - p[j * d + k]) * (p[i * d + k] - p[j * d + k]);
            }
            energy += 1.0 / r;
        }
    }
    energy
}

#[differentiate]
fn overlapping_rows(p: &[f64], q: &[f64], i: usize, j: usize, n: usize) -> f64 {
    let mut s = 0.0;
    for k in 0..n {
        s += p[i + k] * p[j + k] * q[k];
    }
    s.sin()
}

#[differentiate]
fn single_layer(w: &[f32], x: &[f32], m: usize) -> f32 {
    let n = x.len();
    let mut norm = 0.0;
    for j in 0..m {
        let mut z = 0.25;
        for i in 0..n {
            z += w[j * n + i] * x[i];
        }
        norm += z * z;
    }
    norm
}

#[differentiate]
fn array_layer<const M: usize, const N: usize>(w: &[[f64; N]; M], x: &[f64; N]) -> [f64; M] {
    let mut y = [0.0; M];
    for j in 0..M {
        let mut z = 0.0;
        for i in 0..N {
            z += w[j][i] * x[i];
        }
        y[j] = z.exp();
    }
    y
}

#[differentiate]
fn large_arrays(w: &[[f64; 17]; 18], x: &[f64; 17]) -> f64 {
    let mut norm = 0.0;
    for j in 0..18 {
        let mut z = 0.0;
        for i in 0..17 {
            z += w[j][i] * x[i];
        }
        norm += z * z;
    }
    norm
}

fn numbers(n: usize, salt: usize) -> Vec<f64> {
    (0..n).map(|k| ((k * 7 + salt * 13 + 5) % 31) as f64 / 16.0 - 0.9).collect()
}

/// Whatever is left of rounds of four.
#[cfg(test)]
mod remainders {
    use super::*;

    #[test]
    fn sums() {
        for m in 0..10 {
            for n in [0, 1, 2, 3, 4, 5, 9] {
                let (w, x, y) = (numbers(m * n, 1), numbers(n, 2), numbers(m, 3));
                check!(@args layer [result] [None] [] &w.clone(), &y.clone(), &x.clone());
                check!(@args residuals [result] [None] [] &w.clone(), &x.clone(), &y.clone());
                check!(@args chained_sums [result] [None] [] &w.clone(), &x.clone(), @m);
                check!(@args sums_in_place [unit] [None] [] &w.clone(), &x.clone(), &mut y.clone());
                check!(@args largest_products [result] [None] [] &w.clone(), &x.clone(), @m);
                check!(@args skipping [result] [None] [] &w.clone(), &x.clone(), @m);
                check!(@args rectified [result] [None] [] &w.clone(), &x.clone(), @m);
                check!(@args two_sums [result] [None] [] &w.clone(), &numbers(n, 4), &x.clone(), @m);
                check!(@args every_second [result] [None] [] &w.clone(), &x.clone(), @m);
            }
        }
    }

    #[test]
    fn products() {
        for m in 0..6 {
            for k in 0..10 {
                for n in [0, 1, 3, 4, 5] {
                    let (a, b) = (numbers(m * k, 1), numbers(k * n, 2));
                    check!(@args product [result] [None] [] &a.clone(), &b.clone(), @m, @k, @n);
                    check!(@args inner_products [result] [None] [] &a.clone(), &b.clone(), @m, @k, @n);
                }
            }
        }
    }

    #[test]
    fn others() {
        for n in 1..10 {
            let (w, x) = (numbers(n * n, 1), numbers(n, 2));
            check!(@args rows_of_vectors [result] [None] [] &vec![x.clone(); n], &x.clone());
            check!(@args neighbours_in_place [unit] [None] [] &w.clone(), &x.clone(), &mut x.clone());
            check!(@args neighbouring_sums [result] [None] [] &x.clone());
            check!(@args triangular [result] [None] [] &w.clone(), &x.clone());
            check!(@args substitution [result] [None] [] &w.clone(), &x.clone());
            check!(@args convolution [result] [None] [] &x.clone(), &numbers(5, 3));
            check!(@args until_large [result] [None] [] &w.clone(), &x.clone(), @n);
            check!(@args pairs_of_rows [result] [None] [] &w.clone(), @n, @n);
            check!(@args scattered_sums [result] [None] [] &w.clone(), &x.clone(), @&(0..n).map(|k| k * k % n).collect::<Vec<usize>>(), @n);
            check!(@args overlapping_rows [result] [None] [] &numbers(n + 3, 4), &x.clone(), @0, @2, @n);
            check!(@args overlapping_rows [result] [None] [] &numbers(n + 3, 4), &x.clone(), @1, @1, @n);
            let single: Vec<f32> = w.iter().map(|w| *w as f32).collect();
            check!(@args single_layer [result] [None] [] &single.clone(), &single[..n].to_vec(), @n);
        }
    }
}

/// Additions keep their order: the bits are those of the literal reversal.
#[test]
fn sums_keep_their_bits() {
    for (m, n) in [(0, 3), (1, 7), (4, 4), (7, 5), (9, 33)] {
        let (w, b, x) = (numbers(m * n, 1), numbers(m, 2), numbers(n, 3));
        let (mut w_bar, mut b_bar, mut x_bar) = (vec![0.0; m * n], vec![0.0; m], vec![0.0; n]);
        for j in (0..m).rev() {
            let z = (0..n).fold(b[j], |z, i| z + w[j * n + i] * x[i]);
            let h = z.tanh();
            let h_bar = 2.0 * h * (j as f64 + 0.5);
            let z_bar = h_bar * (1.0 - h * h);
            for i in 0..n {
                x_bar[i] += z_bar * w[j * n + i];
                w_bar[j * n + i] += z_bar * x[i];
            }
            b_bar[j] += z_bar;
        }
        let (value, (w_grad, b_grad, x_grad)) = layer::value_and_grad(&w, &b, &x);
        assert_eq!(value.to_bits(), layer(&w, &b, &x).to_bits());
        for (found, expected) in [(w_grad, w_bar), (b_grad, b_bar), (x_grad, x_bar)] {
            for (found, expected) in found.iter().zip(&expected) {
                assert!((found - expected).abs() <= 1e-15 * (1.0 + expected.abs()), "{found} for {expected}");
            }
        }
    }
}

/// An index out of bounds stays one, wherever in a round of four it is met.
#[test]
fn what_panics_still_does() {
    for m in 1..10_usize {
        for missing in 1..6_usize {
            let n = 3;
            let w = numbers((m * n).saturating_sub(missing), 1);
            let (b, x) = (numbers(m, 2), numbers(n, 3));
            assert!(std::panic::catch_unwind(|| layer(&w, &b, &x)).is_err());
            assert!(std::panic::catch_unwind(|| layer::value_and_grad(&w, &b, &x)).is_err());
            assert!(std::panic::catch_unwind(|| layer::vjp(&w, &b, &x)).is_err());
        }
    }
    // No row is missed that nobody reaches.
    assert_eq!(
        layer::value_and_grad(&[], &[0.5, -0.5, 1.0, 0.25, 2.0], &[]).0,
        layer(&[], &[0.5, -0.5, 1.0, 0.25, 2.0], &[])
    );
}

checks! {
    array_layer(&[[0.5, -0.25, 1.0], [0.75, 0.125, -0.5]], &[0.5, 1.5, -0.75]);
    array_layer as array_layer_of_five(&[[0.5], [0.25], [-0.5], [0.75], [1.0]], &[0.5]);
    large_arrays(&[[0.25; 17]; 18], &[0.5; 17]);
}
