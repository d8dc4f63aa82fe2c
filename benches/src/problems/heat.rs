//! The heat equation on 200 cells, 500 explicit steps, by the initial temperatures and the diffusion number.

use crate::contest::{Contestant, Problem};
use crate::random::Random;
use autodiff_runtime::differentiate;
use std::rc::Rc;

/// How many cells.
pub const CELLS: usize = 200;
/// How many steps.
pub const STEPS: usize = 500;

/// The function: half the squared distance from `target` after `steps` steps; the ends keep their temperature.
#[differentiate]
pub fn primal(initial: &[f64], r: f64, #[no_diff] target: &[f64], steps: usize) -> f64 {
    let n = initial.len();
    let mut u = initial.to_vec();
    let mut next = initial.to_vec();
    for _ in 0..steps {
        for i in 1..n - 1 {
            next[i] = u[i] + r * (u[i - 1] - 2.0 * u[i] + u[i + 1]);
        }
        std::mem::swap(&mut u, &mut next);
    }
    let mut misfit = 0.0;
    for i in 0..n {
        let e = u[i] - target[i];
        misfit += 0.5 * e * e;
    }
    misfit
}

/// Buffers of the hand-written adjoint.
pub struct Workspace {
    history: Vec<f64>,
    adjoint: Vec<f64>,
    next: Vec<f64>,
    products: Vec<f64>,
}

impl Workspace {
    /// For a given size.
    pub fn new(cells: usize, steps: usize) -> Self {
        Workspace {
            history: vec![0.0; (steps + 1) * cells],
            adjoint: vec![0.0; cells],
            next: vec![0.0; cells],
            products: vec![0.0; cells],
        }
    }
}

/// Each step writes into its own row of the history. The adjoint steps are the same stencil; the adjoint of `r` is
/// summed by parts, so that it shares the second difference with the adjoint temperatures, and cell by cell, so that
/// it vectorises.
pub fn hand(
    initial: &[f64],
    r: f64,
    target: &[f64],
    steps: usize,
    workspace: &mut Workspace,
    initial_bar: &mut [f64],
    r_bar: &mut f64,
) -> f64 {
    let n = initial.len();
    let Workspace { history, adjoint, next, products } = workspace;
    let history = &mut history[..(steps + 1) * n];
    history[..n].copy_from_slice(initial);
    for t in 0..steps {
        let (before, after) = history.split_at_mut((t + 1) * n);
        let u = &before[t * n..];
        let after = &mut after[..n];
        after[0] = u[0];
        after[n - 1] = u[n - 1];
        let (left, middle, right) = (&u[..n - 2], &u[1..n - 1], &u[2..]);
        for (i, next) in after[1..n - 1].iter_mut().enumerate() {
            *next = middle[i] + r * (left[i] - 2.0 * middle[i] + right[i]);
        }
    }

    let last = &history[steps * n..];
    let (adjoint, next, products) = (&mut adjoint[..n], &mut next[..n], &mut products[..n]);
    let mut misfit = 0.0;
    for i in 0..n {
        let e = last[i] - target[i];
        misfit += 0.5 * e * e;
        adjoint[i] = e;
    }
    // The ends only collect; in the stencil they count as zero.
    let (mut first_bar, mut last_bar) = (adjoint[0], adjoint[n - 1]);
    adjoint[0] = 0.0;
    adjoint[n - 1] = 0.0;
    next[0] = 0.0;
    next[n - 1] = 0.0;
    products.fill(0.0);
    let (mut first_sum, mut last_sum) = (0.0, 0.0);
    let (mut bar, mut bar_before): (&mut [f64], &mut [f64]) = (adjoint, next);
    for u in history[..steps * n].chunks_exact(n).rev() {
        let (left, middle, right) = (&bar[..n - 2], &bar[1..n - 1], &bar[2..]);
        let (inner, inner_u) = (&mut bar_before[1..n - 1], &u[1..n - 1]);
        let sums = &mut products[1..n - 1];
        for i in 0..n - 2 {
            let second = left[i] - 2.0 * middle[i] + right[i];
            inner[i] = middle[i] + r * second;
            sums[i] += second * inner_u[i];
        }
        first_bar += r * bar[1];
        last_bar += r * bar[n - 2];
        first_sum += bar[1] * u[0];
        last_sum += bar[n - 2] * u[n - 1];
        std::mem::swap(&mut bar, &mut bar_before);
    }
    initial_bar.copy_from_slice(bar);
    initial_bar[0] = first_bar;
    initial_bar[n - 1] = last_bar;
    *r_bar = products.iter().sum::<f64>() + first_sum + last_sum;
    misfit
}

/// The literal reversal, a copy of the state saved at each step.
pub fn textbook(
    initial: &[f64],
    r: f64,
    target: &[f64],
    steps: usize,
    initial_bar: &mut [f64],
    r_bar: &mut f64,
) -> f64 {
    let n = initial.len();
    let mut u = initial.to_vec();
    let mut next = initial.to_vec();
    let mut saved = Vec::new();
    for _ in 0..steps {
        for i in 1..n - 1 {
            next[i] = u[i] + r * (u[i - 1] - 2.0 * u[i] + u[i + 1]);
        }
        saved.push(u.clone());
        std::mem::swap(&mut u, &mut next);
    }
    let mut misfit = 0.0;
    let mut u_bar = vec![0.0; n];
    for i in 0..n {
        let e = u[i] - target[i];
        misfit += 0.5 * e * e;
        u_bar[i] += e;
    }
    let mut next_bar = vec![0.0; n];
    *r_bar = 0.0;
    for u in saved.iter().rev() {
        std::mem::swap(&mut u_bar, &mut next_bar);
        // `next` keeps its ends: those of the buffer before the swap, which equal those of `u`.
        for i in (1..n - 1).rev() {
            let e_bar = next_bar[i];
            next_bar[i] = 0.0;
            *r_bar += e_bar * (u[i - 1] - 2.0 * u[i] + u[i + 1]);
            u_bar[i] += e_bar;
            u_bar[i - 1] += r * e_bar;
            u_bar[i] -= 2.0 * (r * e_bar);
            u_bar[i + 1] += r * e_bar;
        }
    }
    for i in 0..n {
        initial_bar[i] = u_bar[i] + next_bar[i];
    }
    misfit
}

/// The gradient made from `primal`.
pub fn generated(target: &Rc<Vec<f64>>) -> Option<Contestant> {
    let target = target.clone();
    Some(Contestant::new("generated", move |p, g| {
        g.fill(0.0);
        let (initial_bar, r_bar) = g.split_at_mut(CELLS);
        primal::value_and_grad_into(&p[..CELLS], p[CELLS], &target, STEPS, initial_bar, &mut r_bar[0])
    }))
}

/// The initial temperatures with the diffusion number behind them, and the target.
pub fn input() -> (Vec<f64>, Vec<f64>) {
    let mut random = Random::new(6);
    let mut point = random.uniform(CELLS, 0.0, 1.0);
    point.push(0.4);
    (point, random.uniform(CELLS, 0.0, 1.0))
}

/// The problem with its contestants.
pub fn problem() -> Problem {
    let (point, target) = input();
    let target = Rc::new(target);
    let (first, second, third) = (target.clone(), target.clone(), target.clone());
    let mut workspace = Workspace::new(CELLS, STEPS);
    Problem::new("heat", "200 cells, 500 steps", point, move |p| primal(&p[..CELLS], p[CELLS], &first, STEPS))
        .with("hand", move |p, g| {
            let (initial_bar, r_bar) = g.split_at_mut(CELLS);
            hand(&p[..CELLS], p[CELLS], &second, STEPS, &mut workspace, initial_bar, &mut r_bar[0])
        })
        .with("textbook", move |p, g| {
            let (initial_bar, r_bar) = g.split_at_mut(CELLS);
            textbook(&p[..CELLS], p[CELLS], &third, STEPS, initial_bar, &mut r_bar[0])
        })
        .enter(generated(&target))
}

#[cfg(test)]
mod tests {
    #[test]
    fn adjoints_agree() {
        crate::check::problem(super::problem(), 1e-11, 1e-4, 1e-7);
    }
}
