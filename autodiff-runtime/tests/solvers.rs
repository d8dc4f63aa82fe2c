//! L-BFGS and its relatives against optax, and on problems with known minima.

mod common;

use autodiff_runtime::Optimizer;
use autodiff_runtime::solvers::{
    BacktrackingDescent, ConjugateGradient, Direction, Lbfgs, LbfgsSteps, LevenbergMarquardt, Stop,
};
use common::{Case, Oracle, assert_all, numbers};

fn rosenbrock(x: &[f64]) -> (f64, Vec<f64>) {
    let (mut value, mut g) = (0.0, vec![0.0; x.len()]);
    for i in 0..x.len() - 1 {
        let (a, b) = (x[i + 1] - x[i] * x[i], 1.0 - x[i]);
        value += 100.0 * a * a + b * b;
        g[i] += -400.0 * a * x[i] - 2.0 * b;
        g[i + 1] += 200.0 * a;
    }
    (value, g)
}

fn loss(case: Case, x: &[f64]) -> (f64, Vec<f64>) {
    if case.name().starts_with("rosenbrock") {
        return rosenbrock(x);
    }
    let (q, b) = (common::tensor(case.input("Q")), common::tensor(case.input("b")));
    let (q, b) = (q.unwrap().data, b.unwrap().data);
    let qx: Vec<f64> = q.chunks(x.len()).map(|row| row.iter().zip(x).map(|(q, x)| q * x).sum()).collect();
    let value = (0..x.len()).map(|i| x[i] * (0.5 * qx[i] - b[i])).sum();
    (value, qx.iter().zip(&b).map(|(qx, b)| qx - b).collect())
}

#[test]
fn optax() {
    for case in Oracle::read("lbfgs_optax").cases() {
        let mut x = common::tensor(case.input("x0")).map_or_else(|| numbers(case.input("x0")), |t| t.data);
        let path = case.output("x_after_step").as_array().unwrap();
        let values = numbers(case.output("value_before_and_after_each_step"));
        let lowest = *values.last().unwrap();
        if case.name().ends_with("fixed step") {
            let mut opt = LbfgsSteps::new(case.h("learning_rate"), case.h("memory_size") as usize);
            for expected in path {
                let g = loss(case, &x).1;
                opt.step(&mut x, &g).unwrap();
                let expected = if expected.is_array() { expected } else { &expected["data"] };
                assert_all(case.name(), &x, &numbers(expected));
            }
            continue;
        }
        let report = if case.name().ends_with("zoom linesearch") {
            let solver = Lbfgs::new().max_iterations(path.len()).gradient_tolerance(0.0);
            solver.minimize(|x: &[f64]| loss(case, x), &mut x[..]).unwrap()
        } else {
            // The same search as optax': the same values, one step after the other.
            let start = x.clone();
            for (steps, expected) in values.iter().enumerate() {
                let solver =
                    BacktrackingDescent::new().max_step(case.h("max_learning_rate")).max_iterations(steps);
                let factors = (case.h("slope_rtol"), case.h("decrease_factor"), case.h("increase_factor"));
                let solver = solver.search(factors.0, factors.1, factors.2).gradient_tolerance(0.0);
                x.clone_from(&start);
                let report = solver.minimize(|x: &[f64]| loss(case, x), &mut x[..]).unwrap();
                assert_all(case.name(), &[report.value], &[*expected]);
            }
            continue;
        };
        println!("{}: {:e} (optax {lowest:e}), {report:?}", case.name(), report.value);
        assert!(
            report.value <= lowest + 1e-12 * (1.0 + lowest.abs()),
            "{}: {report:?}, not {lowest:e}",
            case.name()
        );
    }
}

#[test]
fn conjugate_gradients_reach_the_minimum() {
    for direction in
        [Direction::FletcherReeves, Direction::PolakRibiere, Direction::HestenesStiefel, Direction::DaiYuan]
    {
        let mut x = vec![-1.2, 1.0, -1.2, 1.0, 0.5];
        let report = ConjugateGradient::new()
            .direction(direction)
            .gradient_tolerance(1e-6)
            .minimize(|x: &Vec<f64>| rosenbrock(x), &mut x)
            .unwrap();
        assert!(report.gradient <= 1e-6, "{direction:?}: {report:?}");
        println!("{direction:?}: {report:?}");
    }
}

#[test]
fn hard_problems() {
    // Badly scaled, in twenty dimensions, in single precision too.
    let quadratic = |x: &Vec<f64>| {
        let weight = |i: usize| 10f64.powf(i as f64 / 5.0);
        let value = x.iter().enumerate().map(|(i, x)| weight(i) * x * x / 2.0).sum();
        (value, x.iter().enumerate().map(|(i, x)| weight(i) * x).collect::<Vec<_>>())
    };
    let mut x = vec![1.0; 20];
    let report = Lbfgs::new().minimize(quadratic, &mut x).unwrap();
    assert_eq!(report.stop, Stop::Gradient);
    let mut x = [3.0_f32, -4.0];
    let report = Lbfgs::new()
        .gradient_tolerance(1e-4)
        .minimize(|x: &[f32; 2]| (x[0].powi(4) + x[1] * x[1], [4.0 * x[0].powi(3), 2.0 * x[1]]), &mut x)
        .unwrap();
    assert!(report.gradient <= 1e-4, "{report:?}");
}

#[test]
fn least_squares() {
    // Rosenbrock's as two residuals; Powell's singular function, whose Jacobian has no full rank at the minimum.
    let mut x = [-1.2, 1.0];
    let report = LevenbergMarquardt::new()
        .minimize(
            |x: &[f64; 2]| {
                (vec![10.0 * (x[1] - x[0] * x[0]), 1.0 - x[0]], vec![[-20.0 * x[0], 10.0], [-1.0, 0.0]])
            },
            &mut x,
        )
        .unwrap();
    assert!((x[0] - 1.0).abs() < 1e-10 && (x[1] - 1.0).abs() < 1e-10, "{report:?}");
    let mut x = [3.0, -1.0, 0.0, 1.0];
    let powell = |x: &[f64; 4]| {
        let (a, b) = (x[1] - 2.0 * x[2], x[0] - x[3]);
        let (s5, s10) = (5f64.sqrt(), 10f64.sqrt());
        let residuals = vec![x[0] + 10.0 * x[1], s5 * (x[2] - x[3]), a * a, s10 * b * b];
        let jacobian = vec![
            [1.0, 10.0, 0.0, 0.0],
            [0.0, 0.0, s5, -s5],
            [0.0, 2.0 * a, -4.0 * a, 0.0],
            [2.0 * s10 * b, 0.0, 0.0, -2.0 * s10 * b],
        ];
        (residuals, jacobian)
    };
    let report = LevenbergMarquardt::new().minimize(powell, &mut x).unwrap();
    assert!(report.value < 1e-12, "{report:?}");
}
