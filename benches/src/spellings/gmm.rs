//! The Gaussian mixture, spelled otherwise.

use super::Family;
use crate::problems::gmm::{Data, d10_k5, input_d10_k5, log_sum_exp, prior_constant};
use autodiff_runtime::differentiate;
use std::rc::Rc;

/// What no parameter changes.
fn constant(n: usize, d: usize, k: usize, gamma: f64, m: usize) -> f64 {
    #[allow(clippy::approx_constant)]
    let pi: f64 = 3.14159265359;
    -((n * d) as f64) * 0.5 * (2.0 * pi).ln() - k as f64 * prior_constant(d, gamma, m)
}

/// All parameters in one slice, taken apart by `split_at`.
#[differentiate]
pub fn packed(
    parameters: &[f64],
    #[no_diff] points: &[f64],
    d: usize,
    k: usize,
    #[no_diff] gamma: f64,
    m: usize,
) -> f64 {
    let n = points.len() / d;
    let size = d * (d + 1) / 2;
    let (alphas, rest) = parameters.split_at(k);
    let (means, factors) = rest.split_at(k * d);
    let mut diagonals = vec![0.0; k * d];
    let mut log_dets = vec![0.0; k];
    for c in 0..k {
        let (diagonal, _) = factors[c * size..(c + 1) * size].split_at(d);
        for (i, q) in diagonal.iter().enumerate() {
            diagonals[c * d + i] = q.exp();
            log_dets[c] += q;
        }
    }
    let mut total = 0.0;
    let mut terms = vec![0.0; k];
    let mut difference = vec![0.0; d];
    let mut y = vec![0.0; d];
    for x in points.chunks_exact(d) {
        for c in 0..k {
            let mean = &means[c * d..(c + 1) * d];
            let (_, lower) = factors[c * size..(c + 1) * size].split_at(d);
            for i in 0..d {
                difference[i] = x[i] - mean[i];
                y[i] = diagonals[c * d + i] * difference[i];
            }
            let mut at = 0;
            for i in 0..d {
                for j in i + 1..d {
                    y[j] += lower[at] * difference[i];
                    at += 1;
                }
            }
            let mut square = 0.0;
            for i in 0..d {
                square += y[i] * y[i];
            }
            terms[c] = alphas[c] + log_dets[c] - 0.5 * square;
        }
        total += log_sum_exp(&terms);
    }
    let mut prior = 0.0;
    for c in 0..k {
        let (_, lower) = factors[c * size..(c + 1) * size].split_at(d);
        let mut frobenius = 0.0;
        for e in &diagonals[c * d..(c + 1) * d] {
            frobenius += e * e;
        }
        for l in lower {
            frobenius += l * l;
        }
        prior += 0.5 * gamma * gamma * frobenius - m as f64 * log_dets[c];
    }
    total - n as f64 * log_sum_exp(alphas) + prior
}

/// A component's inverse factor times the difference of a point from its mean.
#[differentiate]
pub fn whiten(#[no_diff] x: &[f64], mean: &[f64], diagonal: &[f64], lower: &[f64], y: &mut [f64]) {
    let d = x.len();
    for i in 0..d {
        y[i] = diagonal[i] * (x[i] - mean[i]);
    }
    let mut at = 0;
    for i in 0..d {
        let difference = x[i] - mean[i];
        for j in i + 1..d {
            y[j] += lower[at] * difference;
            at += 1;
        }
    }
}

/// The sum of squares.
#[differentiate]
pub fn norm2(y: &[f64]) -> f64 {
    let mut sum = 0.0;
    for y in y {
        sum += y * y;
    }
    sum
}

/// Helper functions with slices, each with its attribute.
#[differentiate]
pub fn helpers(
    alphas: &[f64],
    means: &[f64],
    factors: &[f64],
    #[no_diff] points: &[f64],
    d: usize,
    k: usize,
    #[no_diff] gamma: f64,
    m: usize,
) -> f64 {
    let size = d * (d + 1) / 2;
    let mut diagonals = vec![0.0; k * d];
    let mut sums = vec![0.0; k];
    for c in 0..k {
        for i in 0..d {
            diagonals[c * d + i] = factors[c * size + i].exp();
            sums[c] += factors[c * size + i];
        }
    }
    let mut total = 0.0;
    let mut y = vec![0.0; d];
    let mut terms = vec![0.0; k];
    for x in points.chunks_exact(d) {
        for c in 0..k {
            let diagonal = &diagonals[c * d..(c + 1) * d];
            let lower = &factors[c * size + d..(c + 1) * size];
            whiten(x, &means[c * d..(c + 1) * d], diagonal, lower, &mut y);
            terms[c] = alphas[c] + sums[c] - 0.5 * norm2(&y);
        }
        total += log_sum_exp(&terms);
    }
    let mut prior = 0.0;
    for c in 0..k {
        let lower = &factors[c * size + d..(c + 1) * size];
        let frobenius = norm2(&diagonals[c * d..(c + 1) * d]) + norm2(lower);
        prior += 0.5 * gamma * gamma * frobenius - m as f64 * sums[c];
    }
    let n = points.len() / d;
    total - n as f64 * log_sum_exp(alphas) + prior
}

/// Helper functions in a module, the parameters in one slice, as ADBench's own programs are written.
#[differentiate]
pub mod module {
    fn log_sum_exp(v: &[f64]) -> f64 {
        let mut largest = v[0];
        for x in v {
            if *x > largest {
                largest = *x;
            }
        }
        let mut sum = 0.0;
        for x in v {
            sum += (x - largest).exp();
        }
        sum.ln() + largest
    }

    fn norm2(v: &[f64]) -> f64 {
        v.iter().map(|v| v * v).sum()
    }

    fn multiply(diagonal: &[f64], lower: &[f64], x: &[f64], y: &mut [f64]) {
        let d = x.len();
        for i in 0..d {
            y[i] = diagonal[i] * x[i];
        }
        let mut at = 0;
        for i in 0..d {
            for j in i + 1..d {
                y[j] += lower[at] * x[i];
                at += 1;
            }
        }
    }

    fn subtract(a: &[f64], b: &[f64], out: &mut [f64]) {
        for i in 0..out.len() {
            out[i] = a[i] - b[i];
        }
    }

    /// The function.
    pub fn objective(
        parameters: &[f64],
        #[no_diff] points: &[f64],
        d: usize,
        k: usize,
        #[no_diff] gamma: f64,
        m: usize,
    ) -> f64 {
        let n = points.len() / d;
        let size = d * (d + 1) / 2;
        let (alphas, rest) = parameters.split_at(k);
        let (means, factors) = rest.split_at(k * d);
        let mut diagonals = vec![0.0; k * d];
        let mut sums = vec![0.0; k];
        for c in 0..k {
            for i in 0..d {
                diagonals[c * d + i] = factors[c * size + i].exp();
                sums[c] += factors[c * size + i];
            }
        }
        let mut centered = vec![0.0; d];
        let mut y = vec![0.0; d];
        let mut terms = vec![0.0; k];
        let mut total = 0.0;
        for p in 0..n {
            for c in 0..k {
                subtract(&points[p * d..(p + 1) * d], &means[c * d..(c + 1) * d], &mut centered);
                let lower = &factors[c * size + d..(c + 1) * size];
                multiply(&diagonals[c * d..(c + 1) * d], lower, &centered, &mut y);
                terms[c] = alphas[c] + sums[c] - 0.5 * norm2(&y);
            }
            total += log_sum_exp(&terms);
        }
        let mut prior = 0.0;
        for c in 0..k {
            let lower = &factors[c * size + d..(c + 1) * size];
            let frobenius = norm2(&diagonals[c * d..(c + 1) * d]) + norm2(lower);
            prior += 0.5 * gamma * gamma * frobenius - m as f64 * sums[c];
        }
        total - n as f64 * log_sum_exp(alphas) + prior
    }
}

/// Components as structs whose methods give `Vec`s.
#[differentiate]
pub mod nested {
    fn exponentials(v: &[f64]) -> Vec<f64> {
        v.iter().map(|v| v.exp()).collect()
    }

    fn log_sum_exp(v: &[f64]) -> f64 {
        let largest = v.iter().fold(f64::NEG_INFINITY, |largest, v| largest.max(*v));
        largest + v.iter().map(|v| (v - largest).exp()).sum::<f64>().ln()
    }

    /// The function; a row of `means` and of `factors` for each component.
    pub fn objective(
        alphas: &[f64],
        means: &[Vec<f64>],
        factors: &[Vec<f64>],
        #[no_diff] points: &[Vec<f64>],
        #[no_diff] gamma: f64,
        m: usize,
    ) -> f64 {
        let k = alphas.len();
        let d = means[0].len();
        let mut diagonals = Vec::new();
        let mut sums = Vec::new();
        for factor in factors {
            diagonals.push(exponentials(&factor[..d]));
            sums.push(factor[..d].iter().sum::<f64>());
        }
        let mut total = 0.0;
        let mut terms = vec![0.0; k];
        for x in points {
            for c in 0..k {
                let mut y = vec![0.0; d];
                for i in 0..d {
                    y[i] += diagonals[c][i] * (x[i] - means[c][i]);
                }
                let mut at = d;
                for i in 0..d {
                    for j in i + 1..d {
                        y[j] += factors[c][at] * (x[i] - means[c][i]);
                        at += 1;
                    }
                }
                terms[c] = alphas[c] + sums[c] - 0.5 * y.iter().map(|y| y * y).sum::<f64>();
            }
            total += log_sum_exp(&terms);
        }
        let mut prior = 0.0;
        for c in 0..k {
            let mut frobenius = 0.0;
            for q in &diagonals[c] {
                frobenius += q * q;
            }
            for l in &factors[c][d..] {
                frobenius += l * l;
            }
            prior += 0.5 * gamma * gamma * frobenius - m as f64 * sums[c];
        }
        total - points.len() as f64 * log_sum_exp(alphas) + prior
    }
}

fn rows_of(flat: &[f64], length: usize) -> Vec<Vec<f64>> {
    flat.chunks_exact(length).map(<[f64]>::to_vec).collect()
}

/// All spellings.
pub fn family() -> Family {
    let data = Rc::new(input_d10_k5().1);
    let Data { d, k, points, gamma, m } = &*data;
    let (d, k, gamma, m) = (*d, *k, *gamma, *m);
    let constant = constant(points.len() / d, d, k, gamma, m);
    let rows = Rc::new(rows_of(points, d));
    let [d1, d2, d3, d4, d5, d6, d7, d8] = std::array::from_fn(|_| data.clone());
    let (r1, r2) = (rows.clone(), rows);
    Family::of(d10_k5())
        .with(
            "packed",
            move |p| constant + packed(p, &d1.points, d, k, gamma, m),
            move |p, g| {
                g.fill(0.0);
                constant + packed::value_and_grad_into(p, &d2.points, d, k, gamma, m, g)
            },
        )
        .with(
            "helpers",
            move |p| {
                let (alphas, means, factors) = d3.split(p);
                constant + helpers(alphas, means, factors, &d3.points, d, k, gamma, m)
            },
            move |p, g| {
                g.fill(0.0);
                let (a, s, f) = d4.split(p);
                let (a_bar, s_bar, f_bar) = d4.split_mut(g);
                constant
                    + helpers::value_and_grad_into(a, s, f, &d4.points, d, k, gamma, m, a_bar, s_bar, f_bar)
            },
        )
        .with(
            "packed, helpers (mod)",
            move |p| constant + module::objective(p, &d5.points, d, k, gamma, m),
            move |p, g| {
                g.fill(0.0);
                constant + module::objective::value_and_grad_into(p, &d6.points, d, k, gamma, m, g)
            },
        )
        .with(
            "rows (mod)",
            move |p| {
                let (alphas, means, factors) = d7.split(p);
                let (means, factors) = (rows_of(means, d), rows_of(factors, d7.factors()));
                constant + nested::objective(alphas, &means, &factors, &r1, gamma, m)
            },
            move |p, g| {
                g.fill(0.0);
                let (alphas, means, factors) = d8.split(p);
                let (means, factors) = (rows_of(means, d), rows_of(factors, d8.factors()));
                let (alphas_bar, means_bar, factors_bar) = d8.split_mut(g);
                let (mut ms, mut fs) = (rows_of(means_bar, d), rows_of(factors_bar, d8.factors()));
                let value = nested::objective::value_and_grad_into(
                    alphas, &means, &factors, &r2, gamma, m, alphas_bar, &mut ms, &mut fs,
                );
                means_bar.copy_from_slice(&ms.concat());
                factors_bar.copy_from_slice(&fs.concat());
                constant + value
            },
        )
}
