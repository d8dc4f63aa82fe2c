//! The cross-entropy of a 64-64-10 network on one sample, by all its parameters.

use crate::contest::{Contestant, Problem};
use crate::random::Random;
use autodiff_runtime::differentiate;
use std::rc::Rc;

const INPUTS: usize = 64;
const HIDDEN: usize = 64;
const OUTPUTS: usize = 10;
const LABEL: usize = 3;

const SIZES: [usize; 4] = [HIDDEN * INPUTS, HIDDEN, OUTPUTS * HIDDEN, OUTPUTS];

/// The function; weights are stored row by row, a row for each unit.
#[differentiate]
pub fn primal(w1: &[f64], b1: &[f64], w2: &[f64], b2: &[f64], #[no_diff] x: &[f64], label: usize) -> f64 {
    let (n, hidden, outputs) = (x.len(), b1.len(), b2.len());
    let mut h = vec![0.0; hidden];
    for j in 0..hidden {
        let mut z = b1[j];
        for i in 0..n {
            z += w1[j * n + i] * x[i];
        }
        h[j] = z.tanh();
    }
    let mut y = vec![0.0; outputs];
    for j in 0..outputs {
        let mut z = b2[j];
        for i in 0..hidden {
            z += w2[j * hidden + i] * h[i];
        }
        y[j] = z;
    }
    let mut largest = y[0];
    for j in 1..outputs {
        largest = largest.max(y[j]);
    }
    let mut sum = 0.0;
    for j in 0..outputs {
        sum += (y[j] - largest).exp();
    }
    largest + sum.ln() - y[label]
}

/// Buffers of the hand-written adjoint.
pub struct Workspace {
    h: Vec<f64>,
    h_bar: Vec<f64>,
    y: Vec<f64>,
}

impl Workspace {
    /// For these numbers of units.
    pub fn new(hidden: usize, outputs: usize) -> Self {
        Workspace { h: vec![0.0; hidden], h_bar: vec![0.0; hidden], y: vec![0.0; outputs] }
    }
}

/// Four inner products side by side, each in the order of the plain loop.
#[inline]
fn rows(w: &[f64], b: &[f64], x: &[f64], mut put: impl FnMut(usize, f64)) {
    let n = x.len();
    let whole = b.len() / 4 * 4;
    for j in (0..whole).step_by(4) {
        let (w0, rest) = w[j * n..(j + 4) * n].split_at(n);
        let (w1, rest) = rest.split_at(n);
        let (w2, w3) = rest.split_at(n);
        let (w1, w2, w3) = (&w1[..n], &w2[..n], &w3[..n]);
        let (mut z0, mut z1, mut z2, mut z3) = (b[j], b[j + 1], b[j + 2], b[j + 3]);
        for i in 0..n {
            z0 += w0[i] * x[i];
            z1 += w1[i] * x[i];
            z2 += w2[i] * x[i];
            z3 += w3[i] * x[i];
        }
        put(j, z0);
        put(j + 1, z1);
        put(j + 2, z2);
        put(j + 3, z3);
    }
    for j in whole..b.len() {
        put(j, w[j * n..(j + 1) * n].iter().zip(x).fold(b[j], |z, (w, x)| z + w * x));
    }
}

/// The exponentials serve both sweeps; each adjoint weight is written once, with no zeros before.
pub fn hand(
    w1: &[f64],
    b1: &[f64],
    w2: &[f64],
    b2: &[f64],
    x: &[f64],
    label: usize,
    workspace: &mut Workspace,
    w1_bar: &mut [f64],
    b1_bar: &mut [f64],
    w2_bar: &mut [f64],
    b2_bar: &mut [f64],
) -> f64 {
    let (n, hidden, outputs) = (x.len(), b1.len(), b2.len());
    let Workspace { h, h_bar, y } = workspace;
    let (h, h_bar, y) = (&mut h[..hidden], &mut h_bar[..hidden], &mut y[..outputs]);
    rows(w1, b1, x, |j, z| h[j] = z.tanh());
    rows(w2, b2, h, |j, z| y[j] = z);
    let largest = y.iter().fold(f64::NEG_INFINITY, |largest, y| largest.max(*y));
    let at_label = y[label];
    let mut sum = 0.0;
    for y in y.iter_mut() {
        *y = (*y - largest).exp();
        sum += *y;
    }

    let scale = 1.0 / sum;
    h_bar.fill(0.0);
    for j in 0..outputs {
        let z_bar = y[j] * scale - if j == label { 1.0 } else { 0.0 };
        b2_bar[j] = z_bar;
        let row = &w2[j * hidden..(j + 1) * hidden];
        let row_bar = &mut w2_bar[j * hidden..(j + 1) * hidden];
        for i in 0..hidden {
            row_bar[i] = z_bar * h[i];
            h_bar[i] += z_bar * row[i];
        }
    }
    for (j, row_bar) in w1_bar.chunks_exact_mut(n).enumerate() {
        let z_bar = h_bar[j] * (1.0 - h[j] * h[j]);
        b1_bar[j] = z_bar;
        for (w_bar, x) in row_bar.iter_mut().zip(x) {
            *w_bar = z_bar * x;
        }
    }
    largest + sum.ln() - at_label
}

/// The literal reversal.
pub fn textbook(
    w1: &[f64],
    b1: &[f64],
    w2: &[f64],
    b2: &[f64],
    x: &[f64],
    label: usize,
    w1_bar: &mut [f64],
    b1_bar: &mut [f64],
    w2_bar: &mut [f64],
    b2_bar: &mut [f64],
) -> f64 {
    let (n, hidden, outputs) = (x.len(), b1.len(), b2.len());
    let mut h = vec![0.0; hidden];
    for j in 0..hidden {
        let mut z = b1[j];
        for i in 0..n {
            z += w1[j * n + i] * x[i];
        }
        h[j] = z.tanh();
    }
    let mut y = vec![0.0; outputs];
    for j in 0..outputs {
        let mut z = b2[j];
        for i in 0..hidden {
            z += w2[j * hidden + i] * h[i];
        }
        y[j] = z;
    }
    let mut largest = y[0];
    let mut taken = Vec::new();
    for j in 1..outputs {
        taken.push(y[j] > largest);
        largest = largest.max(y[j]);
    }
    let mut sum = 0.0;
    let mut saved = Vec::new();
    for j in 0..outputs {
        let e = (y[j] - largest).exp();
        sum += e;
        saved.push(e);
    }
    let loss = largest + sum.ln() - y[label];

    let mut y_bar = vec![0.0; outputs];
    let mut largest_bar = 1.0;
    let sum_bar = 1.0 / sum;
    y_bar[label] -= 1.0;
    for j in (0..outputs).rev() {
        let d_bar = sum_bar * saved[j];
        y_bar[j] += d_bar;
        largest_bar -= d_bar;
    }
    for j in (1..outputs).rev() {
        if taken[j - 1] {
            y_bar[j] += largest_bar;
            largest_bar = 0.0;
        }
    }
    y_bar[0] += largest_bar;
    w1_bar.fill(0.0);
    b1_bar.fill(0.0);
    w2_bar.fill(0.0);
    b2_bar.fill(0.0);
    let mut h_bar = vec![0.0; hidden];
    for j in (0..outputs).rev() {
        let z_bar = y_bar[j];
        for i in (0..hidden).rev() {
            w2_bar[j * hidden + i] += z_bar * h[i];
            h_bar[i] += z_bar * w2[j * hidden + i];
        }
        b2_bar[j] += z_bar;
    }
    for j in (0..hidden).rev() {
        let z_bar = h_bar[j] * (1.0 - h[j] * h[j]);
        for i in (0..n).rev() {
            w1_bar[j * n + i] += z_bar * x[i];
        }
        b1_bar[j] += z_bar;
    }
    loss
}

/// The gradient made from `primal`, for the sample `x`.
pub fn generated(sample: &Rc<Vec<f64>>) -> Option<Contestant> {
    let sample = sample.clone();
    Some(Contestant::new("generated", move |p, g| {
        g.fill(0.0);
        let [w1, b1, w2, b2] = split(p);
        let [w1_bar, b1_bar, w2_bar, b2_bar] = split_mut(g);
        primal::value_and_grad_into(w1, b1, w2, b2, &sample, LABEL, w1_bar, b1_bar, w2_bar, b2_bar)
    }))
}

/// The parameters in a flat point.
pub fn split(mut all: &[f64]) -> [&[f64]; 4] {
    SIZES.map(|size| {
        let (head, tail) = all.split_at(size);
        all = tail;
        head
    })
}

/// The adjoints of the parameters in a flat gradient.
pub fn split_mut(all: &mut [f64]) -> [&mut [f64]; 4] {
    let mut all = Some(all);
    SIZES.map(|size| {
        let (head, tail) = all.take().unwrap_or_default().split_at_mut(size);
        all = Some(tail);
        head
    })
}

/// The problem with its contestants.
pub fn problem() -> Problem {
    let mut random = Random::new(12);
    let point = random.normals(SIZES.iter().sum(), 0.15);
    let sample = Rc::new(random.uniform(INPUTS, 0.0, 1.0));
    let mut workspace = Workspace::new(HIDDEN, OUTPUTS);
    let (first, second, third) = (sample.clone(), sample.clone(), sample.clone());
    Problem::new("mlp_vector", "64-64-10, one sample", point, move |p| {
        let [w1, b1, w2, b2] = split(p);
        primal(w1, b1, w2, b2, &first, LABEL)
    })
    .with("hand", move |p, g| {
        let [w1, b1, w2, b2] = split(p);
        let [w1_bar, b1_bar, w2_bar, b2_bar] = split_mut(g);
        hand(w1, b1, w2, b2, &second, LABEL, &mut workspace, w1_bar, b1_bar, w2_bar, b2_bar)
    })
    .with("textbook", move |p, g| {
        let [w1, b1, w2, b2] = split(p);
        let [w1_bar, b1_bar, w2_bar, b2_bar] = split_mut(g);
        textbook(w1, b1, w2, b2, &third, LABEL, w1_bar, b1_bar, w2_bar, b2_bar)
    })
    .enter(generated(&sample))
}

#[cfg(test)]
mod tests {
    #[test]
    fn adjoints_agree() {
        crate::check::problem(super::problem(), 1e-12, 1e-3, 1e-8);
    }
}
