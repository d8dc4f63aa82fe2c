//! Whether contestants are right.

use crate::contest::{Derivative, Problem};
use crate::random::Random;

/// The largest `|got - want|` of two slices, relative to the largest `|want|`.
pub fn distance(got: &[f64], want: &[f64]) -> f64 {
    assert_eq!(got.len(), want.len(), "lengths differ");
    let largest = want.iter().fold(0.0, |largest: f64, w| largest.max(w.abs()));
    let worst = got.iter().zip(want).fold(0.0, |worst: f64, (g, w)| {
        let error = (g - w).abs();
        if error.is_nan() { f64::INFINITY } else { worst.max(error) }
    });
    if worst == 0.0 { 0.0 } else { worst / largest }
}

/// Runs the contestants once and names those whose value is not the primal's, or whose gradient is not that of the
/// first contestant.
pub fn wrong(problem: &mut Problem, tolerance: f64) -> Vec<(&'static str, String)> {
    let point = problem.point.clone();
    let value = (problem.primal)(&point);
    let mut want: Option<Vec<f64>> = None;
    let mut wrong = Vec::new();
    for contestant in &mut problem.contestants {
        // Twice, into a buffer full of rubbish: what is left over from an earlier call must not matter.
        let mut got = vec![f64::NAN; problem.derivatives];
        (contestant.call)(&point, &mut got);
        let own = (contestant.call)(&point, &mut got);
        if (own - value).abs() > tolerance * value.abs().max(1e-3) {
            wrong.push((contestant.name, format!("value {own}, the primal's is {value}")));
            continue;
        }
        match &want {
            None => want = Some(got),
            Some(want) => {
                let off = distance(&got, want);
                if off.is_nan() || off > tolerance {
                    wrong.push((contestant.name, format!("gradient is off by {off:e} of its largest entry")));
                }
            }
        }
    }
    wrong
}

/// Panics unless all contestants agree with each other to `tolerance`, the first allocates nothing, and it agrees with
/// central differences of the primal (fourth order, with the given step) to `slack`, along some directions and some
/// coordinates.
pub fn problem(mut problem: Problem, tolerance: f64, step: f64, slack: f64) {
    let wrong = wrong(&mut problem, tolerance);
    assert!(wrong.is_empty(), "{}: {wrong:?}", problem.name);
    let point = problem.point.clone();
    let mut derivatives = vec![0.0; problem.derivatives];
    let allocated = allocation_counter::measure(|| {
        (problem.contestants[0].call)(&point, &mut derivatives);
    });
    assert_eq!(allocated.count_total, 0, "{}: the hand-written adjoint allocates", problem.name);
    if problem.kind == Derivative::Gradient {
        differences(&mut problem, step, slack);
    }
}

fn differences(problem: &mut Problem, step: f64, slack: f64) {
    let point = problem.point.clone();
    let mut gradient = vec![0.0; problem.derivatives];
    (problem.contestants[0].call)(&point, &mut gradient);
    let largest = gradient.iter().fold(0.0, |largest: f64, g| largest.max(g.abs()));

    let n = point.len();
    let mut random = Random::new(7);
    let mut directions: Vec<Vec<f64>> = (0..3).map(|_| random.normals(n, 1.0 / (n as f64).sqrt())).collect();
    for i in (0..n).step_by(n.div_ceil(24)) {
        let mut direction = vec![0.0; n];
        direction[i] = 1.0;
        directions.push(direction);
    }
    for direction in &directions {
        let mut at = |t: f64| {
            let moved: Vec<f64> = point.iter().zip(direction).map(|(x, d)| x + t * d).collect();
            (problem.primal)(&moved)
        };
        let near = at(step) - at(-step);
        let far = at(2.0 * step) - at(-2.0 * step);
        let slope = (8.0 * near - far) / (12.0 * step);
        let want: f64 = gradient.iter().zip(direction).map(|(g, d)| g * d).sum();
        assert!(
            (slope - want).abs() <= slack * largest,
            "{}: differences give {slope}, the adjoint {want} (largest entry {largest})",
            problem.name
        );
    }
}

/// Panics unless a value is that of a reference file, relative to it.
pub fn value_is_reference(got: f64, want: f64, tolerance: f64) {
    assert!((got - want).abs() <= tolerance * want.abs(), "value {got}, reference {want}");
}

/// Panics unless all entries are those of a reference file: each to 1e-11 of the largest, and to 1e-8 of itself where
/// it is not tiny.
pub fn entries_are_reference(got: &[f64], want: &[f64]) {
    assert_eq!(got.len(), want.len(), "lengths differ");
    let largest = want.iter().fold(0.0, |largest: f64, w| largest.max(w.abs()));
    for (i, (got, want)) in got.iter().zip(want).enumerate() {
        let error = (got - want).abs();
        assert!(error <= 1e-11 * largest, "entry {i} is {got}, in the reference {want}");
        if want.abs() > 1e-6 * largest {
            assert!(error <= 1e-8 * want.abs(), "entry {i} is {got}, in the reference {want}");
        }
    }
}
