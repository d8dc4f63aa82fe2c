//! ADBench's Gaussian mixture: the log posterior by weights, means and inverse covariance factors.

use crate::contest::{Contestant, Problem};
use crate::random::Random;
use crate::reference;
use autodiff_runtime::differentiate;
use std::rc::Rc;

/// The literal that the published reference values were computed with.
#[allow(clippy::approx_constant)]
const PI: f64 = 3.14159265359;

/// The sizes, the points, and the parameters of the Wishart prior.
pub struct Data {
    /// Dimensions.
    pub d: usize,
    /// Components.
    pub k: usize,
    /// Points, row by row.
    pub points: Vec<f64>,
    /// Prior.
    pub gamma: f64,
    /// Prior.
    pub m: usize,
}

impl Data {
    /// Numbers per component of the inverse covariance factors.
    pub fn factors(&self) -> usize {
        self.d * (self.d + 1) / 2
    }

    /// Weights, means and factors in a flat point.
    pub fn split<'a>(&self, all: &'a [f64]) -> (&'a [f64], &'a [f64], &'a [f64]) {
        let (alphas, rest) = all.split_at(self.k);
        let (means, factors) = rest.split_at(self.k * self.d);
        (alphas, means, factors)
    }

    /// Their adjoints in a flat gradient.
    pub fn split_mut<'a>(&self, all: &'a mut [f64]) -> (&'a mut [f64], &'a mut [f64], &'a mut [f64]) {
        let (alphas, rest) = all.split_at_mut(self.k);
        let (means, factors) = rest.split_at_mut(self.k * self.d);
        (alphas, means, factors)
    }
}

/// The logarithm of the gamma function at `twice / 2`.
pub fn ln_gamma_of_half(twice: usize) -> f64 {
    let mut sum = if twice % 2 == 1 { 0.5 * std::f64::consts::PI.ln() } else { 0.0 };
    let mut at = if twice % 2 == 1 { 1 } else { 2 };
    while at < twice {
        sum += (at as f64 / 2.0).ln();
        at += 2;
    }
    sum
}

/// The part of the prior that does not depend on the parameters, for one component.
pub fn prior_constant(d: usize, gamma: f64, m: usize) -> f64 {
    let nu = d + m + 1;
    let mut ln_gamma = 0.25 * (d * (d - 1)) as f64 * PI.ln();
    for j in 1..=d {
        ln_gamma += ln_gamma_of_half(nu + 1 - j);
    }
    (nu * d) as f64 * (gamma.ln() - 0.5 * 2.0_f64.ln()) - ln_gamma
}

/// The logarithm of the sum of exponentials.
#[differentiate]
pub fn log_sum_exp(v: &[f64]) -> f64 {
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

/// The function: of `alphas`, `means` and `factors`.
#[differentiate]
pub fn primal(
    alphas: &[f64],
    means: &[f64],
    factors: &[f64],
    #[no_diff] points: &[f64],
    d: usize,
    k: usize,
    #[no_diff] gamma: f64,
    m: usize,
) -> f64 {
    let n = points.len() / d;
    let size = d * (d + 1) / 2;

    let mut diagonals = vec![0.0; k * d];
    let mut sums = vec![0.0; k];
    for c in 0..k {
        for i in 0..d {
            let q = factors[c * size + i];
            diagonals[c * d + i] = q.exp();
            sums[c] += q;
        }
    }

    let mut total = 0.0;
    let mut difference = vec![0.0; d];
    let mut y = vec![0.0; d];
    let mut terms = vec![0.0; k];
    for p in 0..n {
        for c in 0..k {
            for i in 0..d {
                difference[i] = points[p * d + i] - means[c * d + i];
                y[i] = diagonals[c * d + i] * difference[i];
            }
            let mut at = c * size + d;
            for i in 0..d {
                for j in i + 1..d {
                    y[j] += factors[at] * difference[i];
                    at += 1;
                }
            }
            let mut square = 0.0;
            for i in 0..d {
                square += y[i] * y[i];
            }
            terms[c] = alphas[c] + sums[c] - 0.5 * square;
        }
        total += log_sum_exp(&terms);
    }

    let mut prior = 0.0;
    for c in 0..k {
        let mut frobenius = 0.0;
        for i in 0..d {
            frobenius += diagonals[c * d + i] * diagonals[c * d + i];
        }
        for i in d..size {
            frobenius += factors[c * size + i] * factors[c * size + i];
        }
        prior += 0.5 * gamma * gamma * frobenius - m as f64 * sums[c];
    }

    let constant = -((n * d) as f64) * 0.5 * (2.0 * PI).ln() - k as f64 * prior_constant(d, gamma, m);
    constant + total - n as f64 * log_sum_exp(alphas) + prior
}

/// Buffers of the hand-written adjoint.
pub struct Workspace {
    diagonals: Vec<f64>,
    sums: Vec<f64>,
    differences: Vec<f64>,
    y: Vec<f64>,
    terms: Vec<f64>,
    diagonal_bars: Vec<f64>,
}

impl Workspace {
    /// For `k` components of `d` dimensions.
    pub fn new(d: usize, k: usize) -> Self {
        Workspace {
            diagonals: vec![0.0; k * d],
            sums: vec![0.0; k],
            differences: vec![0.0; k * d],
            y: vec![0.0; k * d],
            terms: vec![0.0; k],
            diagonal_bars: vec![0.0; k * d],
        }
    }
}

/// Exponentials of a log-sum-exp in place of its arguments, which the adjoint needs, and the scale that makes them
/// add up to one.
#[inline]
fn soften(v: &mut [f64]) -> (f64, f64) {
    let largest = v.iter().fold(f64::NEG_INFINITY, |largest, v| largest.max(*v));
    let mut sum = 0.0;
    for v in v.iter_mut() {
        *v = (*v - largest).exp();
        sum += *v;
    }
    (largest + sum.ln(), 1.0 / sum)
}

/// Both sweeps of a point back to back. What is linear and does not depend on the point is taken out of the loop over
/// the points: the means' adjoint is the transposed factor times a sum of weighted `y`, gathered in `means_bar`.
pub fn hand(
    alphas: &[f64],
    means: &[f64],
    factors: &[f64],
    points: &[f64],
    d: usize,
    k: usize,
    gamma: f64,
    m: usize,
    workspace: &mut Workspace,
    alphas_bar: &mut [f64],
    means_bar: &mut [f64],
    factors_bar: &mut [f64],
) -> f64 {
    let n = points.len() / d;
    let size = d * (d + 1) / 2;
    let Workspace { diagonals, sums, differences, y, terms, diagonal_bars } = workspace;
    let (alphas, alphas_bar) = (&alphas[..k], &mut alphas_bar[..k]);
    let (sums, terms) = (&mut sums[..k], &mut terms[..k]);
    for c in 0..k {
        let q = &factors[c * size..c * size + d];
        sums[c] = q.iter().sum();
        for (diagonal, q) in diagonals[c * d..(c + 1) * d].iter_mut().zip(q) {
            *diagonal = q.exp();
        }
    }
    alphas_bar.fill(0.0);
    means_bar.fill(0.0);
    factors_bar.fill(0.0);
    diagonal_bars.fill(0.0);

    let mut total = 0.0;
    for x in points.chunks_exact(d) {
        for c in 0..k {
            let difference = &mut differences[c * d..(c + 1) * d];
            let y = &mut y[c * d..(c + 1) * d];
            let (mean, diagonal) = (&means[c * d..(c + 1) * d], &diagonals[c * d..(c + 1) * d]);
            for i in 0..d {
                difference[i] = x[i] - mean[i];
                y[i] = diagonal[i] * difference[i];
            }
            let mut lower = &factors[c * size + d..(c + 1) * size];
            for i in 0..d {
                let (column, rest) = lower.split_at(d - i - 1);
                for (y, l) in y[i + 1..].iter_mut().zip(column) {
                    *y += l * difference[i];
                }
                lower = rest;
            }
            let square = y.iter().fold(0.0, |square, y| square + y * y);
            terms[c] = alphas[c] + sums[c] - 0.5 * square;
        }
        let (term, scale) = soften(terms);
        total += term;
        for c in 0..k {
            let r = terms[c] * scale;
            alphas_bar[c] += r;
            let difference = &differences[c * d..(c + 1) * d];
            let y = &mut y[c * d..(c + 1) * d];
            let (mean_bar, diagonal_bar) =
                (&mut means_bar[c * d..(c + 1) * d], &mut diagonal_bars[c * d..(c + 1) * d]);
            for i in 0..d {
                y[i] *= r;
                mean_bar[i] += y[i];
                diagonal_bar[i] += y[i] * difference[i];
            }
            let mut lower_bar = &mut factors_bar[c * size + d..(c + 1) * size];
            for i in 0..d {
                let (column, rest) = lower_bar.split_at_mut(d - i - 1);
                for (l_bar, y) in column.iter_mut().zip(&y[i + 1..]) {
                    *l_bar -= y * difference[i];
                }
                lower_bar = rest;
            }
        }
    }

    let mut prior = 0.0;
    let square = gamma * gamma;
    for c in 0..k {
        let mut frobenius = 0.0;
        let weighted = &mut means_bar[c * d..(c + 1) * d];
        let diagonal = &diagonals[c * d..(c + 1) * d];
        let mut lower = &factors[c * size + d..(c + 1) * size];
        let (q_bar, mut lower_bar) = factors_bar[c * size..(c + 1) * size].split_at_mut(d);
        for i in 0..d {
            let (column, rest) = lower.split_at(d - i - 1);
            let (column_bar, rest_bar) = lower_bar.split_at_mut(d - i - 1);
            // Row `i` of the transposed factor; the entries behind are still the weighted sums.
            let mut sum = diagonal[i] * weighted[i];
            for ((l, l_bar), y) in column.iter().zip(column_bar).zip(&weighted[i + 1..]) {
                sum += l * y;
                *l_bar += square * l;
                frobenius += l * l;
            }
            weighted[i] = sum;
            frobenius += diagonal[i] * diagonal[i];
            q_bar[i] = alphas_bar[c] - diagonal[i] * diagonal_bars[c * d + i]
                + square * diagonal[i] * diagonal[i]
                - m as f64;
            lower = rest;
            lower_bar = rest_bar;
        }
        prior += 0.5 * square * frobenius - m as f64 * sums[c];
    }
    terms.copy_from_slice(alphas);
    let (term, scale) = soften(terms);
    for (alpha_bar, e) in alphas_bar.iter_mut().zip(&*terms) {
        *alpha_bar -= n as f64 * scale * e;
    }
    let constant = -((n * d) as f64) * 0.5 * (2.0 * PI).ln() - k as f64 * prior_constant(d, gamma, m);
    constant + total - n as f64 * term + prior
}

fn log_sum_exp_textbook(v: &[f64], seed: f64, v_bar: &mut [f64]) {
    let mut largest = v[0];
    let mut taken = 0;
    for i in 1..v.len() {
        if v[i] > largest {
            taken = i;
        }
        largest = largest.max(v[i]);
    }
    let mut sum = 0.0;
    let mut exps = Vec::new();
    for i in 0..v.len() {
        let e = (v[i] - largest).exp();
        sum += e;
        exps.push(e);
    }
    let mut largest_bar = seed;
    let sum_bar = seed / sum;
    for i in (0..v.len()).rev() {
        v_bar[i] += sum_bar * exps[i];
        largest_bar -= sum_bar * exps[i];
    }
    v_bar[taken] += largest_bar;
}

/// The literal reversal, the overwritten arrays saved for each point and component.
pub fn textbook(
    alphas: &[f64],
    means: &[f64],
    factors: &[f64],
    points: &[f64],
    d: usize,
    k: usize,
    gamma: f64,
    m: usize,
    alphas_bar: &mut [f64],
    means_bar: &mut [f64],
    factors_bar: &mut [f64],
) -> f64 {
    let n = points.len() / d;
    let size = d * (d + 1) / 2;
    let mut diagonals = vec![0.0; k * d];
    let mut sums = vec![0.0; k];
    for c in 0..k {
        for i in 0..d {
            let q = factors[c * size + i];
            diagonals[c * d + i] = q.exp();
            sums[c] += q;
        }
    }
    let mut total = 0.0;
    let mut difference = vec![0.0; d];
    let mut y = vec![0.0; d];
    let mut terms = vec![0.0; k];
    let mut saved = Vec::new();
    let mut saved_terms = Vec::new();
    for p in 0..n {
        for c in 0..k {
            for i in 0..d {
                difference[i] = points[p * d + i] - means[c * d + i];
                y[i] = diagonals[c * d + i] * difference[i];
            }
            let mut at = c * size + d;
            for i in 0..d {
                for j in i + 1..d {
                    y[j] += factors[at] * difference[i];
                    at += 1;
                }
            }
            let mut square = 0.0;
            for i in 0..d {
                square += y[i] * y[i];
            }
            terms[c] = alphas[c] + sums[c] - 0.5 * square;
            saved.push((difference.clone(), y.clone()));
        }
        total += log_sum_exp(&terms);
        saved_terms.push(terms.clone());
    }
    let mut prior = 0.0;
    for c in 0..k {
        let mut frobenius = 0.0;
        for i in 0..d {
            frobenius += diagonals[c * d + i] * diagonals[c * d + i];
        }
        for i in d..size {
            frobenius += factors[c * size + i] * factors[c * size + i];
        }
        prior += 0.5 * gamma * gamma * frobenius - m as f64 * sums[c];
    }
    let constant = -((n * d) as f64) * 0.5 * (2.0 * PI).ln() - k as f64 * prior_constant(d, gamma, m);
    let value = constant + total - n as f64 * log_sum_exp(alphas) + prior;

    alphas_bar.fill(0.0);
    means_bar.fill(0.0);
    factors_bar.fill(0.0);
    let mut diagonals_bar = vec![0.0; k * d];
    let mut sums_bar = vec![0.0; k];
    log_sum_exp_textbook(alphas, -(n as f64), alphas_bar);
    for c in (0..k).rev() {
        let frobenius_bar = 0.5 * gamma * gamma;
        sums_bar[c] -= m as f64;
        for i in (d..size).rev() {
            factors_bar[c * size + i] += frobenius_bar * factors[c * size + i];
            factors_bar[c * size + i] += frobenius_bar * factors[c * size + i];
        }
        for i in (0..d).rev() {
            diagonals_bar[c * d + i] += frobenius_bar * diagonals[c * d + i];
            diagonals_bar[c * d + i] += frobenius_bar * diagonals[c * d + i];
        }
    }
    let mut terms_bar = vec![0.0; k];
    let mut difference_bar = vec![0.0; d];
    let mut y_bar = vec![0.0; d];
    for p in (0..n).rev() {
        log_sum_exp_textbook(&saved_terms[p], 1.0, &mut terms_bar);
        for c in (0..k).rev() {
            let (difference, y) = &saved[p * k + c];
            alphas_bar[c] += terms_bar[c];
            sums_bar[c] += terms_bar[c];
            let square_bar = -0.5 * terms_bar[c];
            terms_bar[c] = 0.0;
            for i in (0..d).rev() {
                y_bar[i] += square_bar * y[i];
                y_bar[i] += square_bar * y[i];
            }
            let mut at = (c + 1) * size;
            for i in (0..d).rev() {
                for j in (i + 1..d).rev() {
                    at -= 1;
                    factors_bar[at] += y_bar[j] * difference[i];
                    difference_bar[i] += y_bar[j] * factors[at];
                }
            }
            for i in (0..d).rev() {
                diagonals_bar[c * d + i] += y_bar[i] * difference[i];
                difference_bar[i] += y_bar[i] * diagonals[c * d + i];
                y_bar[i] = 0.0;
                means_bar[c * d + i] -= difference_bar[i];
                difference_bar[i] = 0.0;
            }
        }
    }
    for c in (0..k).rev() {
        for i in (0..d).rev() {
            let mut q_bar = sums_bar[c];
            q_bar += diagonals_bar[c * d + i] * diagonals[c * d + i];
            factors_bar[c * size + i] += q_bar;
        }
    }
    value
}

/// The gradient made from `primal`.
pub fn generated(data: &Rc<Data>) -> Option<Contestant> {
    let data = data.clone();
    Some(Contestant::new("generated", move |p, g| {
        g.fill(0.0);
        let (alphas, means, factors) = data.split(p);
        let (alphas_bar, means_bar, factors_bar) = data.split_mut(g);
        let Data { d, k, points, gamma, m } = &*data;
        primal::value_and_grad_into(
            alphas,
            means,
            factors,
            points,
            *d,
            *k,
            *gamma,
            *m,
            alphas_bar,
            means_bar,
            factors_bar,
        )
    }))
}

fn of(name: &'static str, size: &'static str, (point, data): (Vec<f64>, Data)) -> Problem {
    let data = Rc::new(data);
    let (first, second, third) = (data.clone(), data.clone(), data.clone());
    let mut workspace = Workspace::new(data.d, data.k);
    Problem::new(name, size, point, move |p| {
        let (alphas, means, factors) = first.split(p);
        let Data { d, k, points, gamma, m } = &*first;
        primal(alphas, means, factors, points, *d, *k, *gamma, *m)
    })
    .with("hand", move |p, g| {
        let (alphas, means, factors) = second.split(p);
        let (alphas_bar, means_bar, factors_bar) = second.split_mut(g);
        let Data { d, k, points, gamma, m } = &*second;
        hand(
            alphas,
            means,
            factors,
            points,
            *d,
            *k,
            *gamma,
            *m,
            &mut workspace,
            alphas_bar,
            means_bar,
            factors_bar,
        )
    })
    .with("textbook", move |p, g| {
        let (alphas, means, factors) = third.split(p);
        let (alphas_bar, means_bar, factors_bar) = third.split_mut(g);
        let Data { d, k, points, gamma, m } = &*third;
        textbook(alphas, means, factors, points, *d, *k, *gamma, *m, alphas_bar, means_bar, factors_bar)
    })
    .enter(generated(&data))
}

fn read(text: &str) -> (Vec<f64>, Data) {
    let numbers = reference::numbers(text);
    let (d, k, n) = (numbers[0] as usize, numbers[1] as usize, numbers[2] as usize);
    let active = k * (d + 1) * (d + 2) / 2;
    let (point, rest) = numbers[3..].split_at(active);
    let (points, prior) = rest.split_at(n * d);
    (point.to_vec(), Data { d, k, points: points.to_vec(), gamma: prior[0], m: prior[1] as usize })
}

/// The published inputs of `d2_k5`.
pub fn input_d2_k5() -> (Vec<f64>, Data) {
    read(include_str!("../../data/gmm/gmm_d2_K5.txt"))
}

/// The published inputs of `d10_k5`.
pub fn input_d10_k5() -> (Vec<f64>, Data) {
    read(include_str!("../../data/gmm/gmm_d10_K5.txt"))
}

/// Inputs like the published ones for `d10_k25`.
pub fn input_d10_k25() -> (Vec<f64>, Data) {
    let (d, k, n) = (10, 25, 1000);
    let mut random = Random::new(15);
    let mut point = random.normals(k, 1.0);
    point.extend(random.uniform(k * d, 0.0, 1.0));
    point.extend(random.normals(k * d * (d + 1) / 2, 1.0));
    let points = random.normals(n * d, 1.0);
    (point, Data { d, k, points, gamma: 1.0, m: 0 })
}

/// The mixture of 5 in 2 dimensions.
pub fn d2_k5() -> Problem {
    of("gmm_d2_k5", "1000 points", input_d2_k5())
}

/// The mixture of 5 in 10 dimensions.
pub fn d10_k5() -> Problem {
    of("gmm_d10_k5", "1000 points", input_d10_k5())
}

/// The mixture of 25 in 10 dimensions.
pub fn d10_k25() -> Problem {
    of("gmm_d10_k25", "1000 points", input_d10_k25())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{check, reference};

    #[test]
    fn adjoints_agree() {
        check::problem(d2_k5(), 1e-12, 1e-4, 1e-8);
        check::problem(d10_k5(), 1e-12, 1e-4, 1e-7);
        check::problem(d10_k25(), 1e-12, 1e-4, 1e-7);
    }

    #[test]
    fn adjoints_agree_under_another_prior() {
        let mut random = Random::new(16);
        let point = random.normals(3 * 4 * 5 / 2, 0.5);
        let data = Data { d: 3, k: 3, points: random.normals(3 * 20, 1.0), gamma: 0.7, m: 2 };
        check::problem(of("gmm", "", (point, data)), 1e-12, 1e-4, 1e-8);
    }

    #[test]
    fn values_and_gradients_are_those_of_the_reference() {
        for (mut problem, text) in [
            (d2_k5(), include_str!("../../data/gmm/gmm_d2_K5.ref.txt")),
            (d10_k5(), include_str!("../../data/gmm/gmm_d10_K5.ref.txt")),
        ] {
            let point = problem.point.clone();
            let value = (problem.primal)(&point);
            check::value_is_reference(value, reference::block(text, "objective")[0], 1e-12);
            let mut gradient = vec![0.0; point.len()];
            (problem.contestants[0].call)(&point, &mut gradient);
            check::entries_are_reference(&gradient, &reference::block(text, "gradient"));
        }
    }
}
