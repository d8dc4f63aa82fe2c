//! The heat equation, spelled otherwise.

use super::Family;
use crate::problems::heat::{CELLS, STEPS, input, problem};
use autodiff_runtime::differentiate;
use std::rc::Rc;

/// An explicit step.
#[differentiate]
pub fn step(u: &[f64], r: f64, next: &mut [f64]) {
    for i in 1..u.len() - 1 {
        next[i] = u[i] + r * (u[i - 1] - 2.0 * u[i] + u[i + 1]);
    }
}

/// Half the squared distance.
#[differentiate]
pub fn misfit(u: &[f64], #[no_diff] target: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..u.len() {
        let e = u[i] - target[i];
        sum += 0.5 * e * e;
    }
    sum
}

/// A step into a buffer of the caller.
#[differentiate]
pub fn helpers(initial: &[f64], r: f64, #[no_diff] target: &[f64], steps: usize) -> f64 {
    let mut u = initial.to_vec();
    let mut next = initial.to_vec();
    for _ in 0..steps {
        step(&u, r, &mut next);
        std::mem::swap(&mut u, &mut next);
    }
    misfit(&u, target)
}

/// The same in a module.
#[differentiate]
pub mod module {
    fn step(u: &[f64], r: f64, next: &mut [f64]) {
        for i in 1..u.len() - 1 {
            next[i] = u[i] + r * (u[i - 1] - 2.0 * u[i] + u[i + 1]);
        }
    }

    fn misfit(u: &[f64], target: &[f64]) -> f64 {
        u.iter().zip(target).map(|(u, t)| 0.5 * (u - t).powi(2)).sum()
    }

    /// The function.
    pub fn heat(initial: &[f64], r: f64, #[no_diff] target: &[f64], steps: usize) -> f64 {
        let mut u = initial.to_vec();
        let mut next = initial.to_vec();
        for _ in 0..steps {
            step(&u, r, &mut next);
            std::mem::swap(&mut u, &mut next);
        }
        misfit(&u, target)
    }
}

/// A step that gives a new state, the parameters in one slice.
#[differentiate]
pub mod states {
    fn step(u: &[f64], r: f64) -> Vec<f64> {
        let n = u.len();
        let mut next = u.to_vec();
        for i in 1..n - 1 {
            next[i] += r * (u[i - 1] - 2.0 * u[i] + u[i + 1]);
        }
        next
    }

    /// The function.
    pub fn heat(parameters: &[f64], #[no_diff] target: &[f64], steps: usize) -> f64 {
        let (initial, r) = parameters.split_at(target.len());
        let mut u = initial.to_vec();
        for _ in 0..steps {
            u = step(&u, r[0]);
        }
        u.iter().zip(target).map(|(u, t)| 0.5 * (u - t) * (u - t)).sum()
    }
}

/// All spellings.
pub fn family() -> Family {
    let target = Rc::new(input().1);
    let [t1, t2, t3, t4, t5, t6] = std::array::from_fn(|_| target.clone());
    Family::of(problem())
        .with(
            "helpers",
            move |p| helpers(&p[..CELLS], p[CELLS], &t1, STEPS),
            move |p, g| {
                g.fill(0.0);
                let (initial_bar, r_bar) = g.split_at_mut(CELLS);
                helpers::value_and_grad_into(&p[..CELLS], p[CELLS], &t2, STEPS, initial_bar, &mut r_bar[0])
            },
        )
        .with(
            "helpers (mod)",
            move |p| module::heat(&p[..CELLS], p[CELLS], &t3, STEPS),
            move |p, g| {
                g.fill(0.0);
                let (initial_bar, r_bar) = g.split_at_mut(CELLS);
                module::heat::value_and_grad_into(
                    &p[..CELLS],
                    p[CELLS],
                    &t4,
                    STEPS,
                    initial_bar,
                    &mut r_bar[0],
                )
            },
        )
        .with(
            "new states (mod)",
            move |p| states::heat(p, &t5, STEPS),
            move |p, g| {
                g.fill(0.0);
                states::heat::value_and_grad_into(p, &t6, STEPS, g)
            },
        )
}
