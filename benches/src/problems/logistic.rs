//! Logistic regression: the mean loss of 1000 samples with 16 features, by the weights and the bias.

use crate::contest::{Contestant, Problem};
use crate::random::Random;
use autodiff_runtime::differentiate;
use std::rc::Rc;

const SAMPLES: usize = 1000;
const FEATURES: usize = 16;

/// The samples, row by row, and their labels, 1 or -1.
pub struct Data {
    /// `labels.len()` rows.
    pub samples: Vec<f64>,
    /// 1 or -1.
    pub labels: Vec<f64>,
}

impl Data {
    /// The samples that are timed.
    pub fn new() -> Self {
        let mut random = Random::new(3);
        let samples = random.normals(SAMPLES * FEATURES, 1.0);
        let labels = (0..SAMPLES).map(|_| if random.unit() < 0.5 { -1.0 } else { 1.0 }).collect();
        Data { samples, labels }
    }
}

impl Default for Data {
    fn default() -> Self {
        Data::new()
    }
}

/// The function: of `weights` and `bias`.
#[differentiate]
pub fn primal(weights: &[f64], bias: f64, #[no_diff] samples: &[f64], #[no_diff] labels: &[f64]) -> f64 {
    let d = weights.len();
    let mut loss = 0.0;
    for s in 0..labels.len() {
        let row = &samples[s * d..(s + 1) * d];
        let mut z = bias;
        for j in 0..d {
            z += weights[j] * row[j];
        }
        loss += (-labels[s] * z).exp().ln_1p();
    }
    loss / labels.len() as f64
}

/// Both sweeps of a sample back to back; the exponential serves both.
pub fn hand(
    weights: &[f64],
    bias: f64,
    samples: &[f64],
    labels: &[f64],
    weights_bar: &mut [f64],
    bias_bar: &mut f64,
) -> f64 {
    let d = weights.len();
    let weights_bar = &mut weights_bar[..d];
    weights_bar.fill(0.0);
    let scale = 1.0 / labels.len() as f64;
    let mut loss = 0.0;
    let mut b_bar = 0.0;
    for (row, &label) in samples.chunks_exact(d).zip(labels) {
        let mut z = bias;
        for (w, x) in weights.iter().zip(row) {
            z += w * x;
        }
        let e = (-label * z).exp();
        loss += e.ln_1p();
        let z_bar = -scale * label * e / (1.0 + e);
        b_bar += z_bar;
        for (w_bar, x) in weights_bar.iter_mut().zip(row) {
            *w_bar += z_bar * x;
        }
    }
    *bias_bar = b_bar;
    loss / labels.len() as f64
}

/// The literal reversal, every intermediate saved.
pub fn textbook(
    weights: &[f64],
    bias: f64,
    samples: &[f64],
    labels: &[f64],
    weights_bar: &mut [f64],
    bias_bar: &mut f64,
) -> f64 {
    let d = weights.len();
    let n = labels.len();
    let mut loss = 0.0;
    let mut saved = Vec::new();
    for s in 0..n {
        let row = &samples[s * d..(s + 1) * d];
        let mut z = bias;
        for j in 0..d {
            z += weights[j] * row[j];
        }
        let e = (-labels[s] * z).exp();
        loss += e.ln_1p();
        saved.push(e);
    }
    weights_bar.fill(0.0);
    *bias_bar = 0.0;
    let loss_bar = 1.0 / n as f64;
    for s in (0..n).rev() {
        let row = &samples[s * d..(s + 1) * d];
        let e = saved[s];
        let e_bar = loss_bar / (1.0 + e);
        let z_bar = e_bar * e * -labels[s];
        for j in (0..d).rev() {
            weights_bar[j] += z_bar * row[j];
        }
        *bias_bar += z_bar;
    }
    loss / n as f64
}

/// The gradient made from `primal`.
pub fn generated(data: &Rc<Data>) -> Option<Contestant> {
    let data = data.clone();
    Some(Contestant::new("generated", move |p, g| {
        g.fill(0.0);
        let (w_bar, b_bar) = g.split_at_mut(FEATURES);
        primal::value_and_grad_into(
            &p[..FEATURES],
            p[FEATURES],
            &data.samples,
            &data.labels,
            w_bar,
            &mut b_bar[0],
        )
    }))
}

/// The problem with its contestants.
pub fn problem() -> Problem {
    let data = Rc::new(Data::new());
    let point = Random::new(4).normals(FEATURES + 1, 0.5);
    let (first, second, third) = (data.clone(), data.clone(), data.clone());
    Problem::new("logistic", "1000 samples, 16 features", point, move |p| {
        primal(&p[..FEATURES], p[FEATURES], &first.samples, &first.labels)
    })
    .with("hand", move |p, g| {
        let (w_bar, b_bar) = g.split_at_mut(FEATURES);
        hand(&p[..FEATURES], p[FEATURES], &second.samples, &second.labels, w_bar, &mut b_bar[0])
    })
    .with("textbook", move |p, g| {
        let (w_bar, b_bar) = g.split_at_mut(FEATURES);
        textbook(&p[..FEATURES], p[FEATURES], &third.samples, &third.labels, w_bar, &mut b_bar[0])
    })
    .enter(generated(&data))
}

#[cfg(test)]
mod tests {
    #[test]
    fn adjoints_agree() {
        crate::check::problem(super::problem(), 1e-12, 1e-3, 1e-8);
    }
}
