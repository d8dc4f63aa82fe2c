//! The network on a batch of samples, spelled otherwise.

use super::Family;
use crate::problems::mlp_batch::{Data, problem, split, split_mut};
use autodiff_runtime::differentiate;
use std::rc::Rc;

/// A layer into a buffer of the caller.
#[differentiate]
pub fn layer(w: &[f64], b: &[f64], x: &[f64], out: &mut [f64]) {
    for j in 0..b.len() {
        let mut z = b[j];
        for i in 0..x.len() {
            z += w[j * x.len() + i] * x[i];
        }
        out[j] = z.tanh();
    }
}

/// Helper functions with slices.
#[differentiate]
pub fn helpers(
    w1: &[f64],
    b1: &[f64],
    w2: &[f64],
    b2: &[f64],
    w3: &[f64],
    b3: f64,
    #[no_diff] inputs: &[f64],
    #[no_diff] targets: &[f64],
) -> f64 {
    let mut h1 = vec![0.0; b1.len()];
    let mut h2 = vec![0.0; b2.len()];
    let mut loss = 0.0;
    for s in 0..targets.len() {
        layer(w1, b1, &inputs[2 * s..2 * s + 2], &mut h1);
        layer(w2, b2, &h1, &mut h2);
        let mut out = b3;
        for j in 0..h2.len() {
            out += w3[j] * h2[j];
        }
        loss += (out - targets[s]).powi(2);
    }
    loss / targets.len() as f64
}

/// The same in a module, the parameters in one slice.
#[differentiate]
pub mod packed {
    fn dot(a: &[f64], b: &[f64]) -> f64 {
        let mut sum = 0.0;
        for i in 0..a.len() {
            sum += a[i] * b[i];
        }
        sum
    }

    fn layer(w: &[f64], b: &[f64], x: &[f64], out: &mut [f64]) {
        let n = x.len();
        for j in 0..out.len() {
            out[j] = (b[j] + dot(&w[j * n..(j + 1) * n], x)).tanh();
        }
    }

    /// The function.
    pub fn loss(
        parameters: &[f64],
        hidden: usize,
        #[no_diff] inputs: &[f64],
        #[no_diff] targets: &[f64],
    ) -> f64 {
        let (w1, rest) = parameters.split_at(2 * hidden);
        let (b1, rest) = rest.split_at(hidden);
        let (w2, rest) = rest.split_at(hidden * hidden);
        let (b2, rest) = rest.split_at(hidden);
        let (w3, b3) = rest.split_at(hidden);
        let mut h1 = vec![0.0; hidden];
        let mut h2 = vec![0.0; hidden];
        let mut loss = 0.0;
        for (x, target) in inputs.chunks_exact(2).zip(targets) {
            layer(w1, b1, x, &mut h1);
            layer(w2, b2, &h1, &mut h2);
            let e = b3[0] + dot(w3, &h2) - target;
            loss += e * e;
        }
        loss / targets.len() as f64
    }
}

/// Iterator chains.
#[differentiate]
pub fn chains(
    w1: &[f64],
    b1: &[f64],
    w2: &[f64],
    b2: &[f64],
    w3: &[f64],
    b3: f64,
    #[no_diff] inputs: &[f64],
    #[no_diff] targets: &[f64],
) -> f64 {
    let mut loss = 0.0;
    for (x, target) in inputs.chunks_exact(2).zip(targets) {
        let h1: Vec<f64> = w1
            .chunks_exact(2)
            .zip(b1)
            .map(|(row, b)| (b + row.iter().zip(x).map(|(w, x)| w * x).sum::<f64>()).tanh())
            .collect();
        let h2: Vec<f64> = w2
            .chunks_exact(h1.len())
            .zip(b2)
            .map(|(row, b)| (b + row.iter().zip(&h1).map(|(w, h)| w * h).sum::<f64>()).tanh())
            .collect();
        let out = b3 + w3.iter().zip(&h2).map(|(w, h)| w * h).sum::<f64>();
        loss += (out - target).powi(2);
    }
    loss / targets.len() as f64
}

/// Layers with methods.
#[differentiate]
pub mod structs {
    /// Weights row by row, a row for each unit.
    pub struct Layer {
        /// Of the inputs.
        pub weights: Vec<f64>,
        /// Of the units.
        pub biases: Vec<f64>,
    }

    impl Layer {
        fn apply(&self, x: &[f64]) -> Vec<f64> {
            let mut out = self.biases.clone();
            for j in 0..out.len() {
                for i in 0..x.len() {
                    out[j] += self.weights[j * x.len() + i] * x[i];
                }
            }
            out
        }
    }

    /// Three layers.
    pub struct Network {
        /// From the inputs.
        pub first: Layer,
        /// In the middle.
        pub second: Layer,
        /// To the output.
        pub third: Layer,
    }

    fn tanh(mut x: Vec<f64>) -> Vec<f64> {
        for x in x.iter_mut() {
            *x = x.tanh();
        }
        x
    }

    impl Network {
        fn predict(&self, x: &[f64]) -> f64 {
            let h1 = tanh(self.first.apply(x));
            let h2 = tanh(self.second.apply(&h1));
            self.third.apply(&h2)[0]
        }
    }

    /// The function.
    pub fn loss(network: &Network, #[no_diff] inputs: &[f64], #[no_diff] targets: &[f64]) -> f64 {
        let mut loss = 0.0;
        for (x, target) in inputs.chunks_exact(2).zip(targets) {
            loss += (network.predict(x) - target).powi(2);
        }
        loss / targets.len() as f64
    }
}

/// Weights as rows that are `Vec`s.
#[differentiate]
pub mod rows {
    fn layer(weights: &[Vec<f64>], biases: &[f64], x: &[f64]) -> Vec<f64> {
        let mut out = Vec::with_capacity(biases.len());
        for (row, b) in weights.iter().zip(biases) {
            let mut z = *b;
            for (w, x) in row.iter().zip(x) {
                z += w * x;
            }
            out.push(z.tanh());
        }
        out
    }

    /// The function.
    pub fn loss(
        w1: &[Vec<f64>],
        b1: &[f64],
        w2: &[Vec<f64>],
        b2: &[f64],
        w3: &[f64],
        b3: f64,
        #[no_diff] inputs: &[f64],
        #[no_diff] targets: &[f64],
    ) -> f64 {
        let mut loss = 0.0;
        for (x, target) in inputs.chunks_exact(2).zip(targets) {
            let h1 = layer(w1, b1, x);
            let h2 = layer(w2, b2, &h1);
            let mut out = b3;
            for (w, h) in w3.iter().zip(&h2) {
                out += w * h;
            }
            loss += (out - target).powi(2);
        }
        loss / targets.len() as f64
    }
}

fn network(p: &[f64]) -> structs::Network {
    let [w1, b1, w2, b2, w3, b3] = split(p);
    let layer = |w: &[f64], b: &[f64]| structs::Layer { weights: w.to_vec(), biases: b.to_vec() };
    structs::Network { first: layer(w1, b1), second: layer(w2, b2), third: layer(w3, b3) }
}

fn rows_of(w: &[f64], length: usize) -> Vec<Vec<f64>> {
    w.chunks_exact(length).map(<[f64]>::to_vec).collect()
}

/// All spellings.
pub fn family() -> Family {
    let data = Rc::new(Data::new());
    let [d1, d2, d3, d4, d5, d6, d7, d8, d9, d10] = std::array::from_fn(|_| data.clone());
    Family::of(problem())
        .with(
            "helpers",
            move |p| {
                let [w1, b1, w2, b2, w3, b3] = split(p);
                helpers(w1, b1, w2, b2, w3, b3[0], &d1.inputs, &d1.targets)
            },
            move |p, g| {
                g.fill(0.0);
                let [w1, b1, w2, b2, w3, b3] = split(p);
                let [v1, c1, v2, c2, v3, c3] = split_mut(g);
                let Data { inputs, targets } = &*d2;
                let c3 = &mut c3[0];
                helpers::value_and_grad_into(
                    w1, b1, w2, b2, w3, b3[0], inputs, targets, v1, c1, v2, c2, v3, c3,
                )
            },
        )
        .with(
            "packed (mod)",
            move |p| packed::loss(p, split(p)[1].len(), &d3.inputs, &d3.targets),
            move |p, g| {
                g.fill(0.0);
                packed::loss::value_and_grad_into(p, split(p)[1].len(), &d4.inputs, &d4.targets, g)
            },
        )
        .with(
            "chains",
            move |p| {
                let [w1, b1, w2, b2, w3, b3] = split(p);
                chains(w1, b1, w2, b2, w3, b3[0], &d5.inputs, &d5.targets)
            },
            move |p, g| {
                g.fill(0.0);
                let [w1, b1, w2, b2, w3, b3] = split(p);
                let [v1, c1, v2, c2, v3, c3] = split_mut(g);
                let Data { inputs, targets } = &*d6;
                let c3 = &mut c3[0];
                chains::value_and_grad_into(
                    w1, b1, w2, b2, w3, b3[0], inputs, targets, v1, c1, v2, c2, v3, c3,
                )
            },
        )
        .with(
            "structs (mod)",
            move |p| structs::loss(&network(p), &d7.inputs, &d7.targets),
            move |p, g| {
                let (value, bars) = structs::loss::value_and_grad(&network(p), &d8.inputs, &d8.targets);
                let [w1, b1, w2, b2, w3, b3] = split_mut(g);
                let layers = [(w1, b1, bars.first), (w2, b2, bars.second), (w3, b3, bars.third)];
                for (weights, biases, bars) in layers {
                    weights.copy_from_slice(&bars.weights);
                    biases.copy_from_slice(&bars.biases);
                }
                value
            },
        )
        .with(
            "rows (mod)",
            move |p| {
                let [w1, b1, w2, b2, w3, b3] = split(p);
                let (w1, w2) = (rows_of(w1, 2), rows_of(w2, b1.len()));
                rows::loss(&w1, b1, &w2, b2, w3, b3[0], &d9.inputs, &d9.targets)
            },
            move |p, g| {
                g.fill(0.0);
                let [w1, b1, w2, b2, w3, b3] = split(p);
                let (w1, w2) = (rows_of(w1, 2), rows_of(w2, b1.len()));
                let [v1, c1, v2, c2, v3, c3] = split_mut(g);
                let (mut v1s, mut v2s) = (rows_of(v1, 2), rows_of(v2, b1.len()));
                let (inputs, targets) = (&d10.inputs, &d10.targets);
                let value = rows::loss::value_and_grad_into(
                    &w1, b1, &w2, b2, w3, b3[0], inputs, targets, &mut v1s, c1, &mut v2s, c2, v3, &mut c3[0],
                );
                v1.copy_from_slice(&v1s.concat());
                v2.copy_from_slice(&v2s.concat());
                value
            },
        )
}
