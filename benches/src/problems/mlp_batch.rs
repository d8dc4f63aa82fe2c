//! The mean squared error of a 2-32-32-1 network on 256 samples, by all its parameters.

use crate::contest::{Contestant, Problem};
use crate::random::Random;
use autodiff_runtime::differentiate;
use std::rc::Rc;

const SAMPLES: usize = 256;
const HIDDEN: usize = 32;
const INPUTS: usize = 2;

/// Where each parameter begins in the flat point.
const SIZES: [usize; 6] = [HIDDEN * INPUTS, HIDDEN, HIDDEN * HIDDEN, HIDDEN, HIDDEN, 1];

/// Samples, two numbers each, and what the network should make of them.
pub struct Data {
    /// Row by row.
    pub inputs: Vec<f64>,
    /// One a row.
    pub targets: Vec<f64>,
}

impl Data {
    /// The samples that are timed.
    pub fn new() -> Self {
        let inputs = Random::new(10).uniform(SAMPLES * INPUTS, -1.0, 1.0);
        let targets = inputs.chunks_exact(2).map(|x| (3.0 * x[0]).sin() * x[1]).collect();
        Data { inputs, targets }
    }
}

impl Default for Data {
    fn default() -> Self {
        Data::new()
    }
}

/// The function; weights are stored row by row, a row for each unit.
#[differentiate]
pub fn primal(
    w1: &[f64],
    b1: &[f64],
    w2: &[f64],
    b2: &[f64],
    w3: &[f64],
    b3: f64,
    #[no_diff] inputs: &[f64],
    #[no_diff] targets: &[f64],
) -> f64 {
    let (n1, n2) = (b1.len(), b2.len());
    let mut h1 = vec![0.0; n1];
    let mut h2 = vec![0.0; n2];
    let mut loss = 0.0;
    for s in 0..targets.len() {
        let x = &inputs[2 * s..2 * s + 2];
        for j in 0..n1 {
            h1[j] = (b1[j] + w1[2 * j] * x[0] + w1[2 * j + 1] * x[1]).tanh();
        }
        for j in 0..n2 {
            let mut z = b2[j];
            for i in 0..n1 {
                z += w2[j * n1 + i] * h1[i];
            }
            h2[j] = z.tanh();
        }
        let mut out = b3;
        for j in 0..n2 {
            out += w3[j] * h2[j];
        }
        let e = out - targets[s];
        loss += e * e;
    }
    loss / targets.len() as f64
}

/// Buffers of the hand-written adjoint.
pub struct Workspace {
    flipped: Vec<f64>,
    h1: Vec<f64>,
    h2: Vec<f64>,
    h1_bar: Vec<f64>,
}

impl Workspace {
    /// For two hidden layers of these sizes.
    pub fn new(n1: usize, n2: usize) -> Self {
        Workspace { flipped: vec![0.0; n1 * n2], h1: vec![0.0; n1], h2: vec![0.0; n2], h1_bar: vec![0.0; n1] }
    }
}

/// Both sweeps of a sample back to back. The large layer runs forwards on transposed weights, so that it sums rows
/// (in the same order of additions) instead of taking inner products.
pub fn hand(
    w1: &[f64],
    b1: &[f64],
    w2: &[f64],
    b2: &[f64],
    w3: &[f64],
    b3: f64,
    inputs: &[f64],
    targets: &[f64],
    workspace: &mut Workspace,
    w1_bar: &mut [f64],
    b1_bar: &mut [f64],
    w2_bar: &mut [f64],
    b2_bar: &mut [f64],
    w3_bar: &mut [f64],
    b3_bar: &mut f64,
) -> f64 {
    let (n1, n2) = (b1.len(), b2.len());
    let Workspace { flipped, h1, h2, h1_bar } = workspace;
    let (h1, h2, h1_bar) = (&mut h1[..n1], &mut h2[..n2], &mut h1_bar[..n1]);
    for (j, row) in w2.chunks_exact(n1).enumerate() {
        for (i, w) in row.iter().enumerate() {
            flipped[i * n2 + j] = *w;
        }
    }
    w1_bar.fill(0.0);
    b1_bar.fill(0.0);
    w2_bar.fill(0.0);
    b2_bar.fill(0.0);
    w3_bar.fill(0.0);
    let (w3, w3_bar, b2_bar) = (&w3[..n2], &mut w3_bar[..n2], &mut b2_bar[..n2]);
    let (b1, b1_bar) = (&b1[..n1], &mut b1_bar[..n1]);

    let mut out_bar_sum = 0.0;
    let mut loss = 0.0;
    let scale = 2.0 / targets.len() as f64;
    for (x, target) in inputs.chunks_exact(2).zip(targets) {
        for ((h, b), w) in h1.iter_mut().zip(b1).zip(w1.chunks_exact(2)) {
            *h = (b + w[0] * x[0] + w[1] * x[1]).tanh();
        }
        h2.copy_from_slice(b2);
        for (column, h) in flipped.chunks_exact(n2).zip(&*h1) {
            for (z, w) in h2.iter_mut().zip(column) {
                *z += w * h;
            }
        }
        let mut out = b3;
        for (h, w) in h2.iter_mut().zip(w3) {
            *h = h.tanh();
            out += w * *h;
        }
        let e = out - target;
        loss += e * e;

        let out_bar = scale * e;
        out_bar_sum += out_bar;
        h1_bar.fill(0.0);
        for j in 0..n2 {
            let h = h2[j];
            w3_bar[j] += out_bar * h;
            let z_bar = out_bar * w3[j] * (1.0 - h * h);
            b2_bar[j] += z_bar;
            let row = &w2[j * n1..(j + 1) * n1];
            let row_bar = &mut w2_bar[j * n1..(j + 1) * n1];
            for i in 0..n1 {
                row_bar[i] += z_bar * h1[i];
                h1_bar[i] += z_bar * row[i];
            }
        }
        for (((w_bar, b_bar), h), h_bar) in
            w1_bar.chunks_exact_mut(2).zip(&mut *b1_bar).zip(&*h1).zip(&*h1_bar)
        {
            let z_bar = h_bar * (1.0 - h * h);
            *b_bar += z_bar;
            w_bar[0] += z_bar * x[0];
            w_bar[1] += z_bar * x[1];
        }
    }
    *b3_bar = out_bar_sum;
    loss / targets.len() as f64
}

/// The literal reversal, the activations of all samples saved.
pub fn textbook(
    w1: &[f64],
    b1: &[f64],
    w2: &[f64],
    b2: &[f64],
    w3: &[f64],
    b3: f64,
    inputs: &[f64],
    targets: &[f64],
    w1_bar: &mut [f64],
    b1_bar: &mut [f64],
    w2_bar: &mut [f64],
    b2_bar: &mut [f64],
    w3_bar: &mut [f64],
    b3_bar: &mut f64,
) -> f64 {
    let (n1, n2) = (b1.len(), b2.len());
    let mut h1 = vec![0.0; n1];
    let mut h2 = vec![0.0; n2];
    let mut loss = 0.0;
    let mut saved = Vec::new();
    for s in 0..targets.len() {
        let x = &inputs[2 * s..2 * s + 2];
        for j in 0..n1 {
            h1[j] = (b1[j] + w1[2 * j] * x[0] + w1[2 * j + 1] * x[1]).tanh();
        }
        for j in 0..n2 {
            let mut z = b2[j];
            for i in 0..n1 {
                z += w2[j * n1 + i] * h1[i];
            }
            h2[j] = z.tanh();
        }
        let mut out = b3;
        for j in 0..n2 {
            out += w3[j] * h2[j];
        }
        let e = out - targets[s];
        loss += e * e;
        saved.push((h1.clone(), h2.clone(), e));
    }

    let loss_bar = 1.0 / targets.len() as f64;
    w1_bar.fill(0.0);
    b1_bar.fill(0.0);
    w2_bar.fill(0.0);
    b2_bar.fill(0.0);
    w3_bar.fill(0.0);
    *b3_bar = 0.0;
    let mut h1_bar = vec![0.0; n1];
    let mut h2_bar = vec![0.0; n2];
    for s in (0..targets.len()).rev() {
        let x = &inputs[2 * s..2 * s + 2];
        let (h1, h2, e) = &saved[s];
        let mut out_bar = loss_bar * e;
        out_bar += loss_bar * e;
        for j in (0..n2).rev() {
            w3_bar[j] += out_bar * h2[j];
            h2_bar[j] += out_bar * w3[j];
        }
        *b3_bar += out_bar;
        for j in (0..n2).rev() {
            let z_bar = h2_bar[j] * (1.0 - h2[j] * h2[j]);
            h2_bar[j] = 0.0;
            for i in (0..n1).rev() {
                w2_bar[j * n1 + i] += z_bar * h1[i];
                h1_bar[i] += z_bar * w2[j * n1 + i];
            }
            b2_bar[j] += z_bar;
        }
        for j in (0..n1).rev() {
            let z_bar = h1_bar[j] * (1.0 - h1[j] * h1[j]);
            h1_bar[j] = 0.0;
            w1_bar[2 * j + 1] += z_bar * x[1];
            w1_bar[2 * j] += z_bar * x[0];
            b1_bar[j] += z_bar;
        }
    }
    loss / targets.len() as f64
}

/// The gradient made from `primal`.
pub fn generated(data: &Rc<Data>) -> Option<Contestant> {
    let data = data.clone();
    Some(Contestant::new("generated", move |p, g| {
        g.fill(0.0);
        let [w1, b1, w2, b2, w3, b3] = split(p);
        let [w1_bar, b1_bar, w2_bar, b2_bar, w3_bar, b3_bar] = split_mut(g);
        let Data { inputs, targets } = &*data;
        let b3_bar = &mut b3_bar[0];
        primal::value_and_grad_into(
            w1, b1, w2, b2, w3, b3[0], inputs, targets, w1_bar, b1_bar, w2_bar, b2_bar, w3_bar, b3_bar,
        )
    }))
}

/// The parameters in a flat point.
pub fn split(mut all: &[f64]) -> [&[f64]; 6] {
    SIZES.map(|size| {
        let (head, tail) = all.split_at(size);
        all = tail;
        head
    })
}

/// The adjoints of the parameters in a flat gradient.
pub fn split_mut(all: &mut [f64]) -> [&mut [f64]; 6] {
    let mut all = Some(all);
    SIZES.map(|size| {
        let (head, tail) = all.take().unwrap_or_default().split_at_mut(size);
        all = Some(tail);
        head
    })
}

/// The problem with its contestants.
pub fn problem() -> Problem {
    let data = Rc::new(Data::new());
    let point = Random::new(11).uniform(SIZES.iter().sum(), -0.4, 0.4);
    let mut workspace = Workspace::new(HIDDEN, HIDDEN);
    let (first, second, third) = (data.clone(), data.clone(), data.clone());
    Problem::new("mlp_batch", "2-32-32-1, 256 samples", point, move |p| {
        let [w1, b1, w2, b2, w3, b3] = split(p);
        primal(w1, b1, w2, b2, w3, b3[0], &first.inputs, &first.targets)
    })
    .with("hand", move |p, g| {
        let [w1, b1, w2, b2, w3, b3] = split(p);
        let [w1_bar, b1_bar, w2_bar, b2_bar, w3_bar, b3_bar] = split_mut(g);
        let Data { inputs, targets } = &*second;
        let b3_bar = &mut b3_bar[0];
        hand(
            w1,
            b1,
            w2,
            b2,
            w3,
            b3[0],
            inputs,
            targets,
            &mut workspace,
            w1_bar,
            b1_bar,
            w2_bar,
            b2_bar,
            w3_bar,
            b3_bar,
        )
    })
    .with("textbook", move |p, g| {
        let [w1, b1, w2, b2, w3, b3] = split(p);
        let [w1_bar, b1_bar, w2_bar, b2_bar, w3_bar, b3_bar] = split_mut(g);
        let Data { inputs, targets } = &*third;
        let b3_bar = &mut b3_bar[0];
        textbook(w1, b1, w2, b2, w3, b3[0], inputs, targets, w1_bar, b1_bar, w2_bar, b2_bar, w3_bar, b3_bar)
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
