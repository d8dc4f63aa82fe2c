//! ADBench's LSTM: the next-character loss of a diagonal LSTM with 2 layers on 1024 characters of 14 bits.

use crate::contest::{Contestant, Problem};
use crate::random::Random;
use autodiff_runtime::differentiate;
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
#[differentiate]
pub fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// The function: of the parameters of the layers (`main`) and of the input and output (`extra`).
#[differentiate]
pub fn primal(
    main: &[f64],
    extra: &[f64],
    #[no_diff] state: &[f64],
    #[no_diff] sequence: &[f64],
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

/// Everything that the adjoint of a cell reads of its forward step, most of a cache line.
#[derive(Clone, Copy, Default)]
struct Saved {
    forget: f64,
    input: f64,
    output: f64,
    change: f64,
    tanh: f64,
    old_cell: f64,
}

impl Saved {
    #[inline]
    fn hidden(&self) -> f64 {
        self.output * self.tanh
    }
}

/// Buffers of the hand-written adjoint; wherever there is one element for each cell, a cell's numbers are neighbours.
pub struct Workspace {
    /// A row of cells for the initial state, then one for each step.
    saved: Vec<Saved>,
    /// The probabilities, a row of `bits` a step.
    odds: Vec<f64>,
    /// Weights and biases for forget, output, input, change.
    weights: Vec<[f64; 8]>,
    weights_bar: Vec<[f64; 8]>,
    /// Hidden value and cell.
    state: Vec<[f64; 2]>,
    state_bar: Vec<[f64; 2]>,
    x_bar: Vec<f64>,
}

impl Workspace {
    /// For the given data.
    pub fn new(data: &Data) -> Self {
        let steps = data.sequence.len() / data.bits;
        let row = data.layers * data.bits;
        Workspace {
            saved: vec![Saved::default(); row * steps],
            odds: vec![0.0; data.bits * steps],
            weights: vec![[0.0; 8]; row],
            weights_bar: vec![[0.0; 8]; row],
            state: vec![[0.0; 2]; row],
            state_bar: vec![[0.0; 2]; row],
            x_bar: vec![0.0; data.bits],
        }
    }
}

/// The order in which a cell keeps its weights: those of a pair see the same input and go through the same arithmetic.
const ORDER: [usize; 8] = [0, 2, 1, 3, 4, 6, 5, 7];

/// Saves the results of exponentials and hyperbolic tangents in the caller's buffers, so that the adjoint sweep is
/// plain arithmetic; a cell's numbers lie together, so that it is also a single stream.
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
    let row = layers * bits;
    let (ein, rest) = extra.split_at(bits);
    let (eout, bout) = rest.split_at(bits);
    let bout = &bout[..bits];
    let Workspace { saved, odds, weights, weights_bar, state: cells, state_bar, x_bar } = workspace;
    for k in 0..layers {
        for i in 0..bits {
            let at = k * bits + i;
            weights[at] = ORDER.map(|j| main[(8 * k + j) * bits + i]);
            let (hidden, cell) = (state[2 * k * bits + i], state[(2 * k + 1) * bits + i]);
            cells[at] = [hidden, cell];
            saved[at] = Saved { output: hidden, tanh: 1.0, ..Saved::default() };
        }
    }

    let mut total = 0.0;
    for t in 0..steps {
        let now = &sequence[t * bits..(t + 1) * bits];
        let next = &sequence[(t + 1) * bits..(t + 2) * bits];
        let saved = &mut saved[(t + 1) * row..(t + 2) * row];
        for k in 0..layers {
            let (below, saved) = saved[..(k + 1) * bits].split_at_mut(k * bits);
            let own = k * bits..(k + 1) * bits;
            for (i, ((w, cell), save)) in
                weights[own.clone()].iter().zip(&mut cells[own]).zip(saved).enumerate()
            {
                let x = if k == 0 { now[i] * ein[i] } else { below[(k - 1) * bits + i].hidden() };
                let [old_hidden, old_cell] = *cell;
                let forget = sigmoid(x * w[0] + w[4]);
                let input = sigmoid(old_hidden * w[2] + w[6]);
                let output = sigmoid(x * w[1] + w[5]);
                let change = (old_hidden * w[3] + w[7]).tanh();
                let new_cell = old_cell * forget + input * change;
                let tanh = new_cell.tanh();
                *cell = [output * tanh, new_cell];
                *save = Saved { forget, input, output, change, tanh, old_cell };
            }
        }
        let odds = &mut odds[t * bits..(t + 1) * bits];
        let last = &cells[row - bits..row];
        let (mut sum, mut linear, mut ones) = (2.0, 0.0, 0.0);
        for i in 0..bits {
            let y = last[i][0] * eout[i] + bout[i];
            odds[i] = y.exp();
            sum += odds[i];
            linear += next[i] * y;
            ones += next[i];
        }
        let normal = sum.ln();
        total += linear - ones * normal;
        // Made into the adjoint of `y` at once, up to the seed.
        let scale = ones / sum;
        for i in 0..bits {
            odds[i] = next[i] - odds[i] * scale;
        }
    }

    extra_bar.fill(0.0);
    weights_bar.fill([0.0; 8]);
    state_bar.fill([0.0; 2]);
    let (ein_bar, rest) = extra_bar.split_at_mut(bits);
    let (eout_bar, bout_bar) = rest.split_at_mut(bits);
    let bout_bar = &mut bout_bar[..bits];
    let x_bar = &mut x_bar[..bits];
    let seed = -1.0 / (steps * bits) as f64;
    for t in (0..steps).rev() {
        let now = &sequence[t * bits..(t + 1) * bits];
        let (before, after) = saved[t * row..(t + 2) * row].split_at(row);
        let last = &after[row - bits..];
        let odds = &odds[t * bits..(t + 1) * bits];
        for i in 0..bits {
            let y_bar = seed * odds[i];
            eout_bar[i] += y_bar * last[i].hidden();
            bout_bar[i] += y_bar;
            x_bar[i] = y_bar * eout[i];
        }
        for k in (0..layers).rev() {
            let own = k * bits..(k + 1) * bits;
            let bars = weights_bar[own.clone()].iter_mut().zip(&mut state_bar[own.clone()]);
            let kept = before[own.clone()].iter().zip(&after[own.clone()]);
            for (i, (((w_bar, s_bar), (old, save)), w)) in
                bars.zip(kept).zip(&weights[own.clone()]).enumerate()
            {
                let Saved { forget, input, output, change, tanh, old_cell } = *save;
                let x = if k == 0 { now[i] * ein[i] } else { after[(k - 1) * bits + i].hidden() };
                let old = old.hidden();
                let hidden_bar = s_bar[0] + x_bar[i];
                let cell_bar = s_bar[1] + hidden_bar * output * (1.0 - tanh * tanh);
                let forget_bar = cell_bar * old_cell * (forget * (1.0 - forget));
                let output_bar = hidden_bar * tanh * (output * (1.0 - output));
                let input_bar = cell_bar * change * (input * (1.0 - input));
                let change_bar = cell_bar * input * (1.0 - change * change);
                w_bar[0] += forget_bar * x;
                w_bar[1] += output_bar * x;
                w_bar[2] += input_bar * old;
                w_bar[3] += change_bar * old;
                w_bar[4] += forget_bar;
                w_bar[5] += output_bar;
                w_bar[6] += input_bar;
                w_bar[7] += change_bar;
                x_bar[i] = forget_bar * w[0] + output_bar * w[1];
                *s_bar = [input_bar * w[2] + change_bar * w[3], cell_bar * forget];
            }
        }
        for i in 0..bits {
            ein_bar[i] += x_bar[i] * now[i];
        }
    }
    for (at, w_bar) in weights_bar.iter().enumerate() {
        let (k, i) = (at / bits, at % bits);
        for (j, w_bar) in ORDER.iter().zip(w_bar) {
            main_bar[(8 * k + j) * bits + i] = *w_bar;
        }
    }
    -total / (steps * bits) as f64
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
pub fn generated(data: &Rc<Data>) -> Option<Contestant> {
    let data = data.clone();
    Some(Contestant::new("generated", move |p, g| {
        g.fill(0.0);
        let Data { state, sequence, layers, bits } = &*data;
        let ((main, extra), (main_bar, extra_bar)) = (p.split_at(data.main()), g.split_at_mut(data.main()));
        primal::value_and_grad_into(main, extra, state, sequence, *layers, *bits, main_bar, extra_bar)
    }))
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
