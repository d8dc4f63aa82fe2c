//! ADBench's LSTM: the next-character loss of a diagonal LSTM with 2 layers on 1024 characters of 14 bits.

use crate::contest::{Contestant, Problem};
use crate::random::Random;
use std::rc::Rc;

const LAYERS: usize = 2;
const CHARACTERS: usize = 1024;
const BITS: usize = 14;

/// The initial state and the text.
pub struct Data {
    /// For each layer, hidden values, then cells.
    pub state: Vec<f64>,
    /// Characters, bit by bit, 0 or 1.
    pub sequence: Vec<f64>,
    /// How many layers.
    pub layers: usize,
    /// How many bits a character.
    pub bits: usize,
}

impl Data {
    /// A text of random bits.
    pub fn new(layers: usize, characters: usize, bits: usize) -> Self {
        let mut random = Random::new(13);
        let state = random.uniform(2 * layers * bits, 0.0, 1.0);
        let sequence = (0..characters * bits).map(|_| (random.unit() < 0.5).into()).collect();
        Data { state, sequence, layers, bits }
    }

    /// The length of the layers' own parameters in a flat point.
    pub fn main(&self) -> usize {
        8 * self.layers * self.bits
    }
}

/// The logistic function.
pub fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// The function: of the parameters of the layers (`main`) and of the input and output (`extra`).
pub fn primal(
    main: &[f64],
    extra: &[f64],
    state: &[f64],
    sequence: &[f64],
    layers: usize,
    bits: usize,
) -> f64 {
    let characters = sequence.len() / bits;
    let mut state = state.to_vec();
    let mut x = vec![0.0; bits];
    let mut y = vec![0.0; bits];
    let mut total = 0.0;
    for t in 0..characters - 1 {
        for i in 0..bits {
            x[i] = sequence[t * bits + i] * extra[i];
        }
        for k in 0..layers {
            let w = &main[8 * bits * k..8 * bits * k + 4 * bits];
            let b = &main[8 * bits * k + 4 * bits..8 * bits * (k + 1)];
            for i in 0..bits {
                let hidden = state[2 * bits * k + i];
                let cell = state[2 * bits * k + bits + i];
                let forget = sigmoid(x[i] * w[i] + b[i]);
                let input = sigmoid(hidden * w[bits + i] + b[bits + i]);
                let output = sigmoid(x[i] * w[2 * bits + i] + b[2 * bits + i]);
                let change = (hidden * w[3 * bits + i] + b[3 * bits + i]).tanh();
                let cell = cell * forget + input * change;
                let hidden = output * cell.tanh();
                state[2 * bits * k + i] = hidden;
                state[2 * bits * k + bits + i] = cell;
                x[i] = hidden;
            }
        }
        let mut sum = 2.0;
        for i in 0..bits {
            y[i] = x[i] * extra[bits + i] + extra[2 * bits + i];
            sum += y[i].exp();
        }
        let normal = sum.ln();
        for i in 0..bits {
            total += sequence[(t + 1) * bits + i] * (y[i] - normal);
        }
    }
    -total / ((characters - 1) * bits) as f64
}

/// Buffers of the hand-written adjoint.
pub struct Workspace {
    /// Five rows of `bits` a layer and step: forget, input, output, change, tanh of the cell.
    gates: Vec<f64>,
    /// Hidden values and cells, two rows of `bits` a layer and step, those before the first step in front.
    states: Vec<f64>,
    /// The probabilities, a row of `bits` a step.
    odds: Vec<f64>,
    /// Adjoints of hidden values and cells.
    state_bar: Vec<f64>,
    x_bar: Vec<f64>,
}

impl Workspace {
    /// For the given data.
    pub fn new(data: &Data) -> Self {
        let steps = data.sequence.len() / data.bits;
        let row = data.layers * data.bits;
        Workspace {
            gates: vec![0.0; 5 * row * steps],
            states: vec![0.0; 2 * row * (steps + 1)],
            odds: vec![0.0; data.bits * steps],
            state_bar: vec![0.0; 2 * row],
            x_bar: vec![0.0; data.bits],
        }
    }
}

/// Saves the results of exponentials and hyperbolic tangents in the caller's buffers, so that the adjoint sweep is
/// plain arithmetic on rows, which vectorises.
pub fn hand(
    main: &[f64],
    extra: &[f64],
    state: &[f64],
    sequence: &[f64],
    layers: usize,
    bits: usize,
    workspace: &mut Workspace,
    main_bar: &mut [f64],
    extra_bar: &mut [f64],
) -> f64 {
    let steps = sequence.len() / bits - 1;
    let Workspace { gates, states, odds, state_bar, x_bar } = workspace;
    let (ein, rest) = extra.split_at(bits);
    let (eout, bout) = rest.split_at(bits);
    let bout = &bout[..bits];
    let (row, gate_row) = (2 * layers * bits, 5 * layers * bits);
    states[..row].copy_from_slice(state);

    let mut total = 0.0;
    for t in 0..steps {
        let (before, after) = states[t * row..(t + 2) * row].split_at_mut(row);
        let now = &sequence[t * bits..(t + 1) * bits];
        let next = &sequence[(t + 1) * bits..(t + 2) * bits];
        for k in 0..layers {
            let [wf, wi, wo, wc, bf, bi, bo, bc] = eight(&main[8 * bits * k..8 * bits * (k + 1)], bits);
            let gates = &mut gates[t * gate_row + 5 * bits * k..t * gate_row + 5 * bits * (k + 1)];
            let (forgets, rest) = gates.split_at_mut(bits);
            let (inputs, rest) = rest.split_at_mut(bits);
            let (outputs, rest) = rest.split_at_mut(bits);
            let (changes, tanhs) = rest.split_at_mut(bits);
            let (old_hidden, old_cell) = before[2 * bits * k..2 * bits * (k + 1)].split_at(bits);
            let (done, new) = after.split_at_mut(2 * bits * k);
            let (new_hidden, new_cell) = new[..2 * bits].split_at_mut(bits);
            for i in 0..bits {
                let x = if k == 0 { now[i] * ein[i] } else { done[2 * bits * (k - 1) + i] };
                let forget = sigmoid(x * wf[i] + bf[i]);
                let input = sigmoid(old_hidden[i] * wi[i] + bi[i]);
                let output = sigmoid(x * wo[i] + bo[i]);
                let change = (old_hidden[i] * wc[i] + bc[i]).tanh();
                let cell = old_cell[i] * forget + input * change;
                let tanh = cell.tanh();
                forgets[i] = forget;
                inputs[i] = input;
                outputs[i] = output;
                changes[i] = change;
                tanhs[i] = tanh;
                new_cell[i] = cell;
                new_hidden[i] = output * tanh;
            }
        }
        let x = &after[2 * bits * (layers - 1)..][..bits];
        let odds = &mut odds[t * bits..(t + 1) * bits];
        let mut sum = 2.0;
        for i in 0..bits {
            odds[i] = (x[i] * eout[i] + bout[i]).exp();
            sum += odds[i];
        }
        let normal = sum.ln();
        let scale = 1.0 / sum;
        for i in 0..bits {
            total += next[i] * (x[i] * eout[i] + bout[i] - normal);
            odds[i] *= scale;
        }
    }

    main_bar.fill(0.0);
    extra_bar.fill(0.0);
    state_bar.fill(0.0);
    let (ein_bar, rest) = extra_bar.split_at_mut(bits);
    let (eout_bar, bout_bar) = rest.split_at_mut(bits);
    let bout_bar = &mut bout_bar[..bits];
    let x_bar = &mut x_bar[..bits];
    let seed = -1.0 / (steps * bits) as f64;
    for t in (0..steps).rev() {
        let (before, after) = states[t * row..(t + 2) * row].split_at(row);
        let now = &sequence[t * bits..(t + 1) * bits];
        let next = &sequence[(t + 1) * bits..(t + 2) * bits];
        let x = &after[2 * bits * (layers - 1)..][..bits];
        let odds = &odds[t * bits..(t + 1) * bits];
        let normal_bar = seed * next.iter().sum::<f64>();
        for i in 0..bits {
            let y_bar = seed * next[i] - normal_bar * odds[i];
            eout_bar[i] += y_bar * x[i];
            bout_bar[i] += y_bar;
            x_bar[i] = y_bar * eout[i];
        }
        for k in (0..layers).rev() {
            let [wf, wi, wo, wc, ..] = eight(&main[8 * bits * k..8 * bits * (k + 1)], bits);
            let (w_bar, b_bar) = main_bar[8 * bits * k..8 * bits * (k + 1)].split_at_mut(4 * bits);
            let [wf_bar, wi_bar, wo_bar, wc_bar] = four_mut(w_bar, bits);
            let [bf_bar, bi_bar, bo_bar, bc_bar] = four_mut(b_bar, bits);
            let gates = &gates[t * gate_row + 5 * bits * k..t * gate_row + 5 * bits * (k + 1)];
            let (forgets, rest) = gates.split_at(bits);
            let (inputs, rest) = rest.split_at(bits);
            let (outputs, rest) = rest.split_at(bits);
            let (changes, tanhs) = rest.split_at(bits);
            let tanhs = &tanhs[..bits];
            let (old_hidden, old_cell) = before[2 * bits * k..2 * bits * (k + 1)].split_at(bits);
            let old_cell = &old_cell[..bits];
            let (hidden_bar, cell_bar) = state_bar[2 * bits * k..2 * bits * (k + 1)].split_at_mut(bits);
            let cell_bar = &mut cell_bar[..bits];
            // The first layer's input is the character times `ein`, later ones' the hidden values below.
            let below = if k == 0 { now } else { &after[2 * bits * (k - 1)..][..bits] };
            for i in 0..bits {
                let x = if k == 0 { below[i] * ein[i] } else { below[i] };
                let (forget, input, output) = (forgets[i], inputs[i], outputs[i]);
                let (change, tanh, old) = (changes[i], tanhs[i], old_hidden[i]);
                let new_bar = hidden_bar[i] + x_bar[i];
                let c_bar = cell_bar[i] + new_bar * output * (1.0 - tanh * tanh);
                let f_bar = c_bar * old_cell[i] * forget * (1.0 - forget);
                let i_bar = c_bar * change * input * (1.0 - input);
                let o_bar = new_bar * tanh * output * (1.0 - output);
                let a_bar = c_bar * input * (1.0 - change * change);
                cell_bar[i] = c_bar * forget;
                wf_bar[i] += f_bar * x;
                bf_bar[i] += f_bar;
                wi_bar[i] += i_bar * old;
                bi_bar[i] += i_bar;
                wo_bar[i] += o_bar * x;
                bo_bar[i] += o_bar;
                wc_bar[i] += a_bar * old;
                bc_bar[i] += a_bar;
                x_bar[i] = f_bar * wf[i] + o_bar * wo[i];
                hidden_bar[i] = i_bar * wi[i] + a_bar * wc[i];
            }
        }
        for i in 0..bits {
            ein_bar[i] += x_bar[i] * now[i];
        }
    }
    -total / (steps * bits) as f64
}

fn eight(all: &[f64], n: usize) -> [&[f64]; 8] {
    std::array::from_fn(|i| &all[i * n..(i + 1) * n])
}

fn four_mut(all: &mut [f64], n: usize) -> [&mut [f64]; 4] {
    let (a, rest) = all.split_at_mut(n);
    let (b, rest) = rest.split_at_mut(n);
    let (c, d) = rest.split_at_mut(n);
    [a, b, c, &mut d[..n]]
}

/// The literal reversal, every intermediate of every step saved.
pub fn textbook(
    main: &[f64],
    extra: &[f64],
    state: &[f64],
    sequence: &[f64],
    layers: usize,
    bits: usize,
    main_bar: &mut [f64],
    extra_bar: &mut [f64],
) -> f64 {
    let characters = sequence.len() / bits;
    let mut state = state.to_vec();
    let mut x = vec![0.0; bits];
    let mut y = vec![0.0; bits];
    let mut total = 0.0;
    let mut cells = Vec::new();
    let mut ends = Vec::new();
    for t in 0..characters - 1 {
        for i in 0..bits {
            x[i] = sequence[t * bits + i] * extra[i];
        }
        for k in 0..layers {
            let w = &main[8 * bits * k..8 * bits * k + 4 * bits];
            let b = &main[8 * bits * k + 4 * bits..8 * bits * (k + 1)];
            for i in 0..bits {
                let old_x = x[i];
                let old_hidden = state[2 * bits * k + i];
                let old_cell = state[2 * bits * k + bits + i];
                let forget = sigmoid(x[i] * w[i] + b[i]);
                let input = sigmoid(old_hidden * w[bits + i] + b[bits + i]);
                let output = sigmoid(x[i] * w[2 * bits + i] + b[2 * bits + i]);
                let change = (old_hidden * w[3 * bits + i] + b[3 * bits + i]).tanh();
                let cell = old_cell * forget + input * change;
                let tanh = cell.tanh();
                let hidden = output * tanh;
                state[2 * bits * k + i] = hidden;
                state[2 * bits * k + bits + i] = cell;
                x[i] = hidden;
                cells.push([old_x, old_hidden, old_cell, forget, input, output, change, tanh]);
            }
        }
        let mut sum = 2.0;
        let mut exps = Vec::new();
        for i in 0..bits {
            y[i] = x[i] * extra[bits + i] + extra[2 * bits + i];
            let e = y[i].exp();
            sum += e;
            exps.push(e);
        }
        let normal = sum.ln();
        for i in 0..bits {
            total += sequence[(t + 1) * bits + i] * (y[i] - normal);
        }
        ends.push((x.clone(), exps, sum));
    }

    let total_bar = -1.0 / ((characters - 1) * bits) as f64;
    main_bar.fill(0.0);
    extra_bar.fill(0.0);
    let mut state_bar = vec![0.0; state.len()];
    let mut x_bar = vec![0.0; bits];
    let mut y_bar = vec![0.0; bits];
    for t in (0..characters - 1).rev() {
        let (x, exps, sum) = &ends[t];
        let mut normal_bar = 0.0;
        for i in (0..bits).rev() {
            let product_bar = total_bar * sequence[(t + 1) * bits + i];
            y_bar[i] += product_bar;
            normal_bar -= product_bar;
        }
        let sum_bar = normal_bar / sum;
        for i in (0..bits).rev() {
            y_bar[i] += sum_bar * exps[i];
            let seed = y_bar[i];
            y_bar[i] = 0.0;
            extra_bar[2 * bits + i] += seed;
            extra_bar[bits + i] += seed * x[i];
            x_bar[i] += seed * extra[bits + i];
        }
        for k in (0..layers).rev() {
            let w = &main[8 * bits * k..8 * bits * k + 4 * bits];
            let (w_bar, b_bar) = main_bar[8 * bits * k..8 * bits * (k + 1)].split_at_mut(4 * bits);
            for i in (0..bits).rev() {
                let [old_x, old_hidden, old_cell, forget, input, output, change, tanh] =
                    cells[(t * layers + k) * bits + i];
                let mut hidden_bar = x_bar[i];
                x_bar[i] = 0.0;
                let mut cell_bar = state_bar[2 * bits * k + bits + i];
                state_bar[2 * bits * k + bits + i] = 0.0;
                hidden_bar += state_bar[2 * bits * k + i];
                state_bar[2 * bits * k + i] = 0.0;
                let output_bar = hidden_bar * tanh;
                let tanh_bar = hidden_bar * output;
                cell_bar += tanh_bar * (1.0 - tanh * tanh);
                let old_cell_bar = cell_bar * forget;
                let forget_bar = cell_bar * old_cell;
                let input_bar = cell_bar * change;
                let change_bar = cell_bar * input;
                let mut old_hidden_bar = 0.0;
                let za = change_bar * (1.0 - change * change);
                old_hidden_bar += za * w[3 * bits + i];
                w_bar[3 * bits + i] += za * old_hidden;
                b_bar[3 * bits + i] += za;
                let zo = output_bar * output * (1.0 - output);
                x_bar[i] += zo * w[2 * bits + i];
                w_bar[2 * bits + i] += zo * old_x;
                b_bar[2 * bits + i] += zo;
                let zi = input_bar * input * (1.0 - input);
                old_hidden_bar += zi * w[bits + i];
                w_bar[bits + i] += zi * old_hidden;
                b_bar[bits + i] += zi;
                let zf = forget_bar * forget * (1.0 - forget);
                x_bar[i] += zf * w[i];
                w_bar[i] += zf * old_x;
                b_bar[i] += zf;
                state_bar[2 * bits * k + bits + i] += old_cell_bar;
                state_bar[2 * bits * k + i] += old_hidden_bar;
            }
        }
        for i in (0..bits).rev() {
            extra_bar[i] += x_bar[i] * sequence[t * bits + i];
            x_bar[i] = 0.0;
        }
    }
    -total / ((characters - 1) * bits) as f64
}

/// The gradient made from `primal`.
pub fn generated(_: &Rc<Data>) -> Option<Contestant> {
    None
}

fn of(data: Data) -> Problem {
    let data = Rc::new(data);
    let point = Random::new(14).uniform(data.main() + 3 * data.bits, -0.5, 0.5);
    let mut workspace = Workspace::new(&data);
    let (first, second, third) = (data.clone(), data.clone(), data.clone());
    Problem::new("lstm", "l2_c1024, 14 bits", point, move |p| {
        let Data { state, sequence, layers, bits } = &*first;
        let (main, extra) = p.split_at(first.main());
        primal(main, extra, state, sequence, *layers, *bits)
    })
    .with("hand", move |p, g| {
        let Data { state, sequence, layers, bits } = &*second;
        let ((main, extra), (main_bar, extra_bar)) =
            (p.split_at(second.main()), g.split_at_mut(second.main()));
        hand(main, extra, state, sequence, *layers, *bits, &mut workspace, main_bar, extra_bar)
    })
    .with("textbook", move |p, g| {
        let Data { state, sequence, layers, bits } = &*third;
        let ((main, extra), (main_bar, extra_bar)) = (p.split_at(third.main()), g.split_at_mut(third.main()));
        textbook(main, extra, state, sequence, *layers, *bits, main_bar, extra_bar)
    })
    .enter(generated(&data))
}

/// The problem with its contestants.
pub fn problem() -> Problem {
    of(Data::new(LAYERS, CHARACTERS, BITS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adjoints_agree() {
        crate::check::problem(problem(), 1e-11, 1e-3, 1e-8);
    }

    #[test]
    fn adjoints_agree_on_another_shape() {
        crate::check::problem(of(Data::new(3, 9, 5)), 1e-11, 1e-3, 1e-8);
    }
}
