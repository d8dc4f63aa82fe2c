//! Hock, Schittkowski 1981, "Test examples for nonlinear programming codes", by their numbers there: the starts and the optima
//! are theirs.

use autodiff_runtime::solvers::{AugmentedLagrangian, Stop};
use std::ops::RangeInclusive;

const ZERO: RangeInclusive<f64> = 0.0..=0.0;
const POSITIVE: RangeInclusive<f64> = 0.0..=f64::INFINITY;

/// Makes of a loss and its constraints the functions `loss` and `constraints`.
macro_rules! problems {
    ($(fn $name:ident($x:ident) $loss:tt in $constraints:tt)*) => {$(
        pub mod $name {
            use autodiff_runtime::differentiate;

            #[differentiate]
            pub fn loss($x: &[f64]) -> f64 $loss

            #[differentiate]
            pub fn constraints($x: &[f64]) -> Vec<f64> {
                vec!$constraints
            }
        }
    )*};
}

problems! {
    fn hs6(x) { (1.0 - x[0]).powi(2) } in [10.0 * (x[1] - x[0] * x[0])]
    fn hs7(x) { (1.0 + x[0] * x[0]).ln() - x[1] } in [(1.0 + x[0] * x[0]).powi(2) + x[1] * x[1] - 4.0]
    fn hs10(x) { x[0] - x[1] } in [-3.0 * x[0] * x[0] + 2.0 * x[0] * x[1] - x[1] * x[1] + 1.0]
    fn hs11(x) { (x[0] - 5.0).powi(2) + x[1] * x[1] - 25.0 } in [x[1] - x[0] * x[0]]
    fn hs12(x) {
        0.5 * x[0] * x[0] + x[1] * x[1] - x[0] * x[1] - 7.0 * x[0] - 7.0 * x[1]
    } in [25.0 - 4.0 * x[0] * x[0] - x[1] * x[1]]
    fn hs14(x) {
        (x[0] - 2.0).powi(2) + (x[1] - 1.0).powi(2)
    } in [-0.25 * x[0] * x[0] - x[1] * x[1] + 1.0, x[0] - 2.0 * x[1] + 1.0]
    fn hs22(x) {
        (x[0] - 2.0).powi(2) + (x[1] - 1.0).powi(2)
    } in [2.0 - x[0] - x[1], x[1] - x[0] * x[0]]
    fn hs35(x) {
        9.0 - 8.0 * x[0] - 6.0 * x[1] - 4.0 * x[2]
            + 2.0 * x[0] * x[0] + 2.0 * x[1] * x[1] + x[2] * x[2]
            + 2.0 * x[0] * x[1] + 2.0 * x[0] * x[2]
    } in [3.0 - x[0] - x[1] - 2.0 * x[2], x[0], x[1], x[2]]
    fn hs39(x) { -x[0] } in [x[1] - x[0].powi(3) - x[2] * x[2], x[0] * x[0] - x[1] - x[3] * x[3]]
    fn hs40(x) {
        -x[0] * x[1] * x[2] * x[3]
    } in [x[0].powi(3) + x[1] * x[1] - 1.0, x[0] * x[0] * x[3] - x[2], x[3] * x[3] - x[1]]
    fn hs43(x) {
        x[0] * x[0] + x[1] * x[1] + 2.0 * x[2] * x[2] + x[3] * x[3]
            - 5.0 * x[0] - 5.0 * x[1] - 21.0 * x[2] + 7.0 * x[3]
    } in [
        8.0 - x[0] * x[0] - x[1] * x[1] - x[2] * x[2] - x[3] * x[3] - x[0] + x[1] - x[2] + x[3],
        10.0 - x[0] * x[0] - 2.0 * x[1] * x[1] - x[2] * x[2] - 2.0 * x[3] * x[3] + x[0] + x[3],
        5.0 - 2.0 * x[0] * x[0] - x[1] * x[1] - x[2] * x[2] - 2.0 * x[0] + x[1] + x[3],
    ]
    fn hs48(x) {
        (x[0] - 1.0).powi(2) + (x[1] - x[2]).powi(2) + (x[3] - x[4]).powi(2)
    } in [x[0] + x[1] + x[2] + x[3] + x[4] - 5.0, x[2] - 2.0 * (x[3] + x[4]) + 3.0]
    fn hs65(x) {
        (x[0] - x[1]).powi(2) + (x[0] + x[1] - 10.0).powi(2) / 9.0 + (x[2] - 5.0).powi(2)
    } in [48.0 - x[0] * x[0] - x[1] * x[1] - x[2] * x[2], x[0], x[1], x[2]]
    fn hs71(x) {
        x[0] * x[3] * (x[0] + x[1] + x[2]) + x[2]
    } in [
        x[0] * x[1] * x[2] * x[3],
        x[0] * x[0] + x[1] * x[1] + x[2] * x[2] + x[3] * x[3],
        x[0], x[1], x[2], x[3],
    ]
    fn hs76(x) {
        x[0] * x[0] + 0.5 * x[1] * x[1] + x[2] * x[2] + 0.5 * x[3] * x[3] - x[0] * x[2] + x[2] * x[3]
            - x[0] - 3.0 * x[1] + x[2] - x[3]
    } in [
        5.0 - x[0] - 2.0 * x[1] - x[2] - x[3],
        4.0 - 3.0 * x[0] - x[1] - 2.0 * x[2] + x[3],
        x[1] + 4.0 * x[2] - 1.5,
        x[0], x[1], x[2], x[3],
    ]
    fn hs100(x) {
        (x[0] - 10.0).powi(2) + 5.0 * (x[1] - 12.0).powi(2) + x[2].powi(4) + 3.0 * (x[3] - 11.0).powi(2)
            + 10.0 * x[4].powi(6) + 7.0 * x[5] * x[5] + x[6].powi(4)
            - 4.0 * x[5] * x[6] - 10.0 * x[5] - 8.0 * x[6]
    } in [
        127.0 - 2.0 * x[0] * x[0] - 3.0 * x[1].powi(4) - x[2] - 4.0 * x[3] * x[3] - 5.0 * x[4],
        282.0 - 7.0 * x[0] - 3.0 * x[1] - 10.0 * x[2] * x[2] - x[3] + x[4],
        196.0 - 23.0 * x[0] - x[1] * x[1] - 6.0 * x[5] * x[5] + 8.0 * x[6],
        -4.0 * x[0] * x[0] - x[1] * x[1] + 3.0 * x[0] * x[1] - 2.0 * x[2] * x[2] - 5.0 * x[5] + 11.0 * x[6],
    ]
}

struct Problem {
    name: &'static str,
    start: Vec<f64>,
    limits: Vec<RangeInclusive<f64>>,
    optimum: f64,
    loss: fn(&[f64]) -> (f64, Vec<f64>),
    constraints: fn(&[f64]) -> (Vec<f64>, Vec<Vec<f64>>),
}

macro_rules! problem {
    ($name:ident, $start:expr, [$($limits:expr),*], $optimum:expr) => {
        Problem {
            name: stringify!($name),
            start: $start.to_vec(),
            limits: vec![$($limits),*],
            optimum: $optimum,
            loss: $name::loss::value_and_grad,
            constraints: $name::constraints::value_and_jacobian,
        }
    };
}

fn problems() -> Vec<Problem> {
    vec![
        problem!(hs6, [-1.2, 1.0], [ZERO], 0.0),
        problem!(hs7, [2.0, 2.0], [ZERO], -(3.0_f64.sqrt())),
        problem!(hs10, [-10.0, 10.0], [POSITIVE], -1.0),
        problem!(hs11, [4.9, 0.1], [POSITIVE], -8.498464223),
        problem!(hs12, [0.0, 0.0], [POSITIVE], -30.0),
        problem!(hs14, [2.0, 2.0], [POSITIVE, ZERO], 9.0 - 2.875 * 7.0_f64.sqrt()),
        problem!(hs22, [2.0, 2.0], [POSITIVE, POSITIVE], 1.0),
        problem!(hs35, [0.5; 3], [POSITIVE, POSITIVE, POSITIVE, POSITIVE], 1.0 / 9.0),
        problem!(hs39, [2.0; 4], [ZERO, ZERO], -1.0),
        problem!(hs40, [0.8; 4], [ZERO, ZERO, ZERO], -0.25),
        problem!(hs43, [0.0; 4], [POSITIVE, POSITIVE, POSITIVE], -44.0),
        problem!(hs48, [3.0, 5.0, -3.0, 2.0, -2.0], [ZERO, ZERO], 0.0),
        problem!(hs65, [-5.0, 5.0, 0.0], [POSITIVE, -4.5..=4.5, -4.5..=4.5, -5.0..=5.0], 0.9535288567),
        problem!(
            hs71,
            [1.0, 5.0, 5.0, 1.0],
            [25.0..=f64::INFINITY, 40.0..=40.0, 1.0..=5.0, 1.0..=5.0, 1.0..=5.0, 1.0..=5.0],
            17.0140173
        ),
        problem!(
            hs76,
            [0.5; 4],
            [POSITIVE, POSITIVE, POSITIVE, POSITIVE, POSITIVE, POSITIVE, POSITIVE],
            -4.681818181
        ),
        problem!(
            hs100,
            [1.0, 2.0, 0.0, 4.0, 0.0, 1.0, 1.0],
            [POSITIVE, POSITIVE, POSITIVE, POSITIVE],
            680.6300573
        ),
    ]
}

#[test]
fn optima_are_found() {
    let mut wrong = Vec::new();
    for problem in problems() {
        let mut x = problem.start.clone();
        let report = AugmentedLagrangian::new(problem.limits.iter().cloned())
            .minimize(|x: &[f64]| (problem.loss)(x), |x| (problem.constraints)(x), &mut x[..])
            .unwrap();
        let error = (report.value - problem.optimum) / problem.optimum.abs().max(1.0);
        println!(
            "{:<6} {:16.9} error {error:8.1e}, violation {:7.1e}, gradient {:7.1e}, {:3} rounds, {:5} evaluations, {:?}",
            problem.name,
            report.value,
            report.violation,
            report.gradient,
            report.iterations,
            report.evaluations,
            report.stop
        );
        let right = error.abs() < 1e-8 && report.violation < 1e-8 && report.stop == Stop::Gradient;
        // Multipliers push from lower limits up, and from upper ones down.
        let numbers = (problem.constraints)(&x).0;
        let pushes = numbers.iter().zip(&report.multipliers).zip(&problem.limits).all(
            |((number, multiplier), limit)| {
                let (low, high) = (*limit.start(), *limit.end());
                let least = if (number - low).abs() < 1e-6 { f64::NEG_INFINITY } else { 0.0 };
                let most = if (number - high).abs() < 1e-6 { f64::INFINITY } else { 0.0 };
                (least..=most).contains(multiplier)
            },
        );
        if !right || !pushes {
            wrong.push(problem.name);
        }
    }
    assert_eq!(wrong, [""; 0]);
}
