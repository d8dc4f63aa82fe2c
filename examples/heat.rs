//! A heat equation whose boundary is steered: which heating over time leaves the rod as warm as is wanted at the end?
//!
//! The gradient goes back through every step in time. Saved, that is a tape of all steps; with `#[checkpoint]` the steps run
//! again from copies of the rod, and the memory is that of few of them. All three gradients are the same, bit for bit.

use std::time::Instant;

use autodiff_runtime::optim::Adam;
use autodiff_runtime::{Optimizer, differentiate, pool};

/// Cells of the rod, and how often the heating changes.
const CELLS: usize = 32;
const PHASES: usize = 16;

/// One step in time: the conductivity grows with the temperature, the left end is heated, the right one is cold.
#[differentiate]
fn step(u: &[f64], next: &mut [f64], heating: f64) {
    let n = u.len();
    for i in 1..n - 1 {
        let conductivity = 0.2 * (1.0 + 0.3 * u[i] * u[i]);
        next[i] = u[i] + conductivity * (u[i - 1] - 2.0 * u[i] + u[i + 1]);
    }
    next[0] = heating;
    next[n - 1] = 0.0;
}

/// How far the rod is from the temperatures that are wanted.
#[differentiate]
fn distance(u: &[f64], wanted: &[f64]) -> f64 {
    u.iter().zip(wanted).map(|(u, wanted)| (u - wanted).powi(2)).sum()
}

/// The misfit at the end, with the loop over time marked as told.
macro_rules! misfit {
    ($name:ident $(, $mark:meta)?) => {
        #[differentiate]
        fn $name(heating: &[f64], #[no_diff] wanted: &[f64], steps: usize) -> f64 {
            let mut u = vec![0.0; wanted.len()];
            let mut next = vec![0.0; wanted.len()];
            $(#[$mark])?
            for t in 0..steps {
                step(&u, &mut next, heating[t * heating.len() / steps]);
                std::mem::swap(&mut u, &mut next);
            }
            distance(&u, wanted)
        }
    };
}

misfit!(saving);
misfit!(in_segments, checkpoint);
misfit!(with_slots, checkpoint(slots = 20));

/// A gradient, with the memory and the time that it takes.
fn measured(name: &str, gradient: &mut [f64], mut run: impl FnMut(&mut [f64]) -> f64) -> (f64, u64) {
    pool::clear();
    gradient.fill(0.0);
    let start = Instant::now();
    let mut value = 0.0;
    let counted = allocation_counter::measure(|| value = run(gradient));
    let (bytes, seconds) = (counted.bytes_max, start.elapsed().as_secs_f64());
    println!("{name:<22}{:>12.1} kB{seconds:>10.3} s", bytes as f64 / 1e3);
    (value, bytes)
}

fn main() -> Result<(), autodiff_runtime::Error> {
    let heating: Vec<f64> = (0..PHASES).map(|k| 0.5 + 0.02 * k as f64).collect();
    let wanted: Vec<f64> = (0..CELLS).map(|i| 0.8 * (1.0 - i as f64 / (CELLS - 1) as f64).powi(2)).collect();

    println!("the gradient of 20000 steps");
    let steps = 20_000;
    let (mut saved, mut segments, mut slots) = (vec![0.0; PHASES], vec![0.0; PHASES], vec![0.0; PHASES]);
    let (value, most) =
        measured("a tape", &mut saved, |bar| saving::value_and_grad_into(&heating, &wanted, steps, bar));
    let (same, fewer) = measured("#[checkpoint]", &mut segments, |bar| {
        in_segments::value_and_grad_into(&heating, &wanted, steps, bar)
    });
    let (other, fewest) = measured("20 slots", &mut slots, |bar| {
        with_slots::value_and_grad_into(&heating, &wanted, steps, bar)
    });
    assert_eq!((value, value), (same, other));
    assert_eq!((&saved, &saved), (&segments, &slots));
    assert!(most > 20 * fewer && fewer > fewest);

    println!("\nthe gradient of 1000000 steps");
    let steps = 1_000_000;
    let start = Instant::now();
    let value = saving(&heating, &wanted, steps);
    println!("{:<22}{:>15}{:>10.3} s", "the misfit alone", "", start.elapsed().as_secs_f64());
    let (same, _) = measured("#[checkpoint]", &mut segments, |bar| {
        in_segments::value_and_grad_into(&heating, &wanted, steps, bar)
    });
    let (other, bytes) = measured("20 slots", &mut slots, |bar| {
        with_slots::value_and_grad_into(&heating, &wanted, steps, bar)
    });
    assert_eq!((value, value), (same, other));
    assert_eq!(segments, slots);
    assert!(bytes < 200_000);

    println!("\nheating that leaves the rod as it is wanted");
    let (steps, mut heating) = (2_000, heating);
    let mut adam = Adam::new(0.02);
    let first = saving(&heating, &wanted, steps);
    for round in 0..=200 {
        let mut gradient = vec![0.0; PHASES];
        let value = with_slots::value_and_grad_into(&heating, &wanted, steps, &mut gradient);
        if round % 50 == 0 {
            println!("round {round:>3}: misfit {value:.6}");
        }
        adam.step(&mut heating, &gradient)?;
    }
    assert!(saving(&heating, &wanted, steps) < 0.05 * first);
    Ok(())
}
