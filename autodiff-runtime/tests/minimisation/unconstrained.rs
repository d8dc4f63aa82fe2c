//! Moré, Garbow, Hillstrom 1981, "Testing unconstrained optimization software" (doi:10.1145/355934.355936): sums of squares, from
//! the starts and with the minima that are given there.

use autodiff_runtime::solvers::{
    GaussNewton, Lbfgs, LevenbergMarquardt, Newton, NewtonCg, Report, TrustRegion,
};

/// Makes of residuals in a body the functions `residuals` and `objective`, half of their sum of squares.
macro_rules! problems {
    ($($(#[$doc:meta])* fn $name:ident($x:ident) $body:tt)*) => {$(
        $(#[$doc])*
        pub mod $name {
            use autodiff_runtime::differentiate;

            #[differentiate(order = 2)]
            pub fn residuals($x: &[f64]) -> Vec<f64> $body

            #[differentiate(order = 2)]
            pub fn objective(x: &[f64]) -> f64 {
                let residuals = residuals(x);
                let mut sum = 0.0;
                for i in 0..residuals.len() {
                    sum += residuals[i] * residuals[i];
                }
                0.5 * sum
            }
        }
    )*};
}

problems! {
    fn rosenbrock(x) {
        vec![10.0 * (x[1] - x[0] * x[0]), 1.0 - x[0]]
    }
    fn freudenstein_roth(x) {
        vec![
            -13.0 + x[0] + ((5.0 - x[1]) * x[1] - 2.0) * x[1],
            -29.0 + x[0] + ((x[1] + 1.0) * x[1] - 14.0) * x[1],
        ]
    }
    fn powell_badly_scaled(x) {
        vec![1e4 * x[0] * x[1] - 1.0, (-x[0]).exp() + (-x[1]).exp() - 1.0001]
    }
    fn brown_badly_scaled(x) {
        vec![x[0] - 1e6, x[1] - 2e-6, x[0] * x[1] - 2.0]
    }
    fn beale(x) {
        vec![
            1.5 - x[0] * (1.0 - x[1]),
            2.25 - x[0] * (1.0 - x[1] * x[1]),
            2.625 - x[0] * (1.0 - x[1] * x[1] * x[1]),
        ]
    }
    fn jennrich_sampson(x) {
        let mut r = vec![0.0; 10];
        for i in 0..10 {
            let t = (i + 1) as f64;
            r[i] = 2.0 + 2.0 * t - ((t * x[0]).exp() + (t * x[1]).exp());
        }
        r
    }
    fn helical_valley(x) {
        let turn = (x[1] / x[0]).atan() / (2.0 * std::f64::consts::PI);
        let angle = if x[0] > 0.0 { turn } else { turn + 0.5 };
        vec![10.0 * (x[2] - 10.0 * angle), 10.0 * ((x[0] * x[0] + x[1] * x[1]).sqrt() - 1.0), x[2]]
    }
    fn bard(x) {
        const Y: [f64; 15] =
            [0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.1, 4.39];
        let mut r = vec![0.0; 15];
        for i in 0..15 {
            let u = (i + 1) as f64;
            let v = 16.0 - u;
            let w = if u < v { u } else { v };
            r[i] = Y[i] - (x[0] + u / (v * x[1] + w * x[2]));
        }
        r
    }
    fn gaussian(x) {
        const Y: [f64; 15] = [
            0.0009, 0.0044, 0.0175, 0.054, 0.1295, 0.242, 0.3521, 0.3989, 0.3521, 0.242, 0.1295, 0.054, 0.0175,
            0.0044, 0.0009,
        ];
        let mut r = vec![0.0; 15];
        for i in 0..15 {
            let t = (7.0 - i as f64) / 2.0;
            r[i] = x[0] * (-x[1] * (t - x[2]) * (t - x[2]) / 2.0).exp() - Y[i];
        }
        r
    }
    fn meyer(x) {
        const Y: [f64; 16] = [
            34780.0, 28610.0, 23650.0, 19630.0, 16370.0, 13720.0, 11540.0, 9744.0, 8261.0, 7030.0, 6005.0, 5147.0,
            4427.0, 3820.0, 3307.0, 2872.0,
        ];
        let mut r = vec![0.0; 16];
        for i in 0..16 {
            let t = 45.0 + 5.0 * (i + 1) as f64;
            r[i] = x[0] * (x[1] / (t + x[2])).exp() - Y[i];
        }
        r
    }
    fn box_three_dimensional(x) {
        let mut r = vec![0.0; 10];
        for i in 0..10 {
            let t = 0.1 * (i + 1) as f64;
            r[i] = (-t * x[0]).exp() - (-t * x[1]).exp() - x[2] * ((-t).exp() - (-10.0 * t).exp());
        }
        r
    }
    fn powell_singular(x) {
        vec![
            x[0] + 10.0 * x[1],
            5.0_f64.sqrt() * (x[2] - x[3]),
            (x[1] - 2.0 * x[2]).powi(2),
            10.0_f64.sqrt() * (x[0] - x[3]).powi(2),
        ]
    }
    fn wood(x) {
        vec![
            10.0 * (x[1] - x[0] * x[0]),
            1.0 - x[0],
            90.0_f64.sqrt() * (x[3] - x[2] * x[2]),
            1.0 - x[2],
            10.0_f64.sqrt() * (x[1] + x[3] - 2.0),
            (x[1] - x[3]) / 10.0_f64.sqrt(),
        ]
    }
    fn kowalik_osborne(x) {
        const Y: [f64; 11] =
            [0.1957, 0.1947, 0.1735, 0.16, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246];
        const U: [f64; 11] = [4.0, 2.0, 1.0, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625];
        let mut r = vec![0.0; 11];
        for i in 0..11 {
            let u = U[i];
            r[i] = Y[i] - x[0] * (u * u + u * x[1]) / (u * u + u * x[2] + x[3]);
        }
        r
    }
    fn brown_dennis(x) {
        let mut r = vec![0.0; 20];
        for i in 0..20 {
            let t = (i + 1) as f64 / 5.0;
            r[i] = (x[0] + t * x[1] - t.exp()).powi(2) + (x[2] + x[3] * t.sin() - t.cos()).powi(2);
        }
        r
    }
    fn biggs_exp6(x) {
        let mut r = vec![0.0; 13];
        for i in 0..13 {
            let t = 0.1 * (i + 1) as f64;
            let y = (-t).exp() - 5.0 * (-10.0 * t).exp() + 3.0 * (-4.0 * t).exp();
            r[i] = x[2] * (-t * x[0]).exp() - x[3] * (-t * x[1]).exp() + x[5] * (-t * x[4]).exp() - y;
        }
        r
    }
    fn watson(x) {
        let n = x.len();
        let mut r = vec![0.0; 31];
        for i in 0..29 {
            let t = (i + 1) as f64 / 29.0;
            let (mut slope, mut value, mut power) = (0.0, 0.0, 1.0);
            for j in 0..n {
                value += x[j] * power;
                if j + 1 < n {
                    slope += (j + 1) as f64 * x[j + 1] * power;
                }
                power *= t;
            }
            r[i] = slope - value * value - 1.0;
        }
        r[29] = x[0];
        r[30] = x[1] - x[0] * x[0] - 1.0;
        r
    }
    fn extended_rosenbrock(x) {
        let mut r = vec![0.0; x.len()];
        for i in 0..x.len() / 2 {
            r[2 * i] = 10.0 * (x[2 * i + 1] - x[2 * i] * x[2 * i]);
            r[2 * i + 1] = 1.0 - x[2 * i];
        }
        r
    }
    fn penalty_one(x) {
        let n = x.len();
        let mut r = vec![0.0; n + 1];
        let mut sum = 0.0;
        for i in 0..n {
            r[i] = 1e-5_f64.sqrt() * (x[i] - 1.0);
            sum += x[i] * x[i];
        }
        r[n] = sum - 0.25;
        r
    }
    fn variably_dimensioned(x) {
        let n = x.len();
        let mut r = vec![0.0; n + 2];
        let mut sum = 0.0;
        for i in 0..n {
            r[i] = x[i] - 1.0;
            sum += (i + 1) as f64 * (x[i] - 1.0);
        }
        r[n] = sum;
        r[n + 1] = sum * sum;
        r
    }
    fn trigonometric(x) {
        let n = x.len();
        let mut cosines = 0.0;
        for j in 0..n {
            cosines += x[j].cos();
        }
        let mut r = vec![0.0; n];
        for i in 0..n {
            r[i] = n as f64 - cosines + (i + 1) as f64 * (1.0 - x[i].cos()) - x[i].sin();
        }
        r
    }
    fn discrete_boundary_value(x) {
        let n = x.len();
        let h = 1.0 / (n + 1) as f64;
        let mut r = vec![0.0; n];
        for i in 0..n {
            let t = (i + 1) as f64 * h;
            let mut second = 2.0 * x[i];
            if i > 0 {
                second -= x[i - 1];
            }
            if i + 1 < n {
                second -= x[i + 1];
            }
            r[i] = second + h * h * (x[i] + t + 1.0).powi(3) / 2.0;
        }
        r
    }
    fn broyden_tridiagonal(x) {
        let n = x.len();
        let mut r = vec![0.0; n];
        for i in 0..n {
            let mut sum = (3.0 - 2.0 * x[i]) * x[i] + 1.0;
            if i > 0 {
                sum -= x[i - 1];
            }
            if i + 1 < n {
                sum -= 2.0 * x[i + 1];
            }
            r[i] = sum;
        }
        r
    }
}

struct Problem {
    name: &'static str,
    start: Vec<f64>,
    /// Sums of squares at minima.
    minima: &'static [f64],
    linearised: fn(&[f64]) -> (Vec<f64>, Vec<Vec<f64>>),
    value_and_grad: fn(&[f64]) -> (f64, Vec<f64>),
    hessian: fn(&[f64]) -> Vec<Vec<f64>>,
    hvp: fn(&[f64], &[f64]) -> Vec<f64>,
}

macro_rules! problem {
    ($name:ident, $start:expr, $minima:expr) => {
        Problem {
            name: stringify!($name),
            start: $start.to_vec(),
            minima: &$minima,
            linearised: $name::residuals::value_and_jacobian,
            value_and_grad: $name::objective::value_and_grad,
            hessian: $name::objective::hessian,
            hvp: $name::objective::hvp,
        }
    };
}

fn problems() -> Vec<Problem> {
    let boundary: Vec<f64> = (1..=10).map(|i| i as f64 / 11.0).map(|t| t * (t - 1.0)).collect();
    let dimensioned: Vec<f64> = (1..=10).map(|i| 1.0 - i as f64 / 10.0).collect();
    vec![
        problem!(rosenbrock, [-1.2, 1.0], [0.0]),
        problem!(freudenstein_roth, [0.5, -2.0], [0.0, 48.9842536792]),
        problem!(powell_badly_scaled, [0.0, 1.0], [0.0]),
        problem!(brown_badly_scaled, [1.0, 1.0], [0.0]),
        problem!(beale, [1.0, 1.0], [0.0]),
        problem!(jennrich_sampson, [0.3, 0.4], [124.362182356]),
        problem!(helical_valley, [-1.0, 0.0, 0.0], [0.0]),
        problem!(bard, [1.0, 1.0, 1.0], [8.2148773066e-3, 17.428693]),
        problem!(gaussian, [0.4, 1.0, 0.0], [1.12793277e-8]),
        problem!(meyer, [0.02, 4000.0, 250.0], [87.9458551704]),
        problem!(box_three_dimensional, [0.0, 10.0, 20.0], [0.0]),
        problem!(powell_singular, [3.0, -1.0, 0.0, 1.0], [0.0]),
        problem!(wood, [-3.0, -1.0, -3.0, -1.0], [0.0]),
        problem!(kowalik_osborne, [0.25, 0.39, 0.415, 0.39], [3.07505603849e-4, 1.0273446e-3]),
        problem!(brown_dennis, [25.0, 5.0, -5.0, -1.0], [85822.2016264]),
        problem!(biggs_exp6, [1.0, 2.0, 1.0, 1.0, 1.0, 1.0], [5.655649925e-3, 0.0]),
        problem!(watson, [0.0; 6], [2.28767005355e-3]),
        problem!(extended_rosenbrock, [-1.2, 1.0].repeat(5), [0.0]),
        problem!(penalty_one, [1.0, 2.0, 3.0, 4.0], [2.2499775009e-5]),
        problem!(variably_dimensioned, dimensioned, [0.0]),
        problem!(trigonometric, [0.1; 10], [0.0, 2.7950612e-5]),
        problem!(discrete_boundary_value, boundary, [0.0]),
        problem!(broyden_tridiagonal, [-1.0; 10], [0.0]),
    ]
}

/// Runs a solver on all problems, and names those where it does not reach a minimum.
fn astray(solver: &str, minimize: impl Fn(&Problem, &mut [f64]) -> Report) -> Vec<&'static str> {
    let mut astray = Vec::new();
    for problem in problems() {
        let mut x = problem.start.clone();
        let report = minimize(&problem, &mut x);
        let sum = 2.0 * report.value;
        let reached =
            problem.minima.iter().any(|minimum| (sum - minimum).abs() < 1e-10_f64.max(1e-7 * minimum));
        println!(
            "{solver:<20} {:<24} {sum:12.4e}  {:4} steps, {:4} evaluations, {:?}{}",
            problem.name,
            report.iterations,
            report.evaluations,
            report.stop,
            if reached { "" } else { "  <-" }
        );
        if !reached {
            astray.push(problem.name);
        }
    }
    astray
}

#[test]
fn levenberg_marquardt() {
    let found = astray("Levenberg-Marquardt", |problem, x| {
        LevenbergMarquardt::new().minimize(|x: &[f64]| (problem.linearised)(x), x).unwrap()
    });
    assert_eq!(found, [""; 0]);
}

#[test]
fn gauss_newton() {
    let found = astray("Gauss-Newton", |problem, x| {
        GaussNewton::new().minimize(|x: &[f64]| (problem.linearised)(x), x).unwrap()
    });
    // Residuals that stay large and curve: what damping is for.
    assert_eq!(found, ["freudenstein_roth", "jennrich_sampson", "brown_dennis", "biggs_exp6"]);
}

#[test]
fn newton() {
    let found = astray("Newton", |problem, x| {
        Newton::new().minimize(|x: &[f64]| (problem.value_and_grad)(x), |x| (problem.hessian)(x), x).unwrap()
    });
    // It creeps along a valley in which two of the exponentials are one, and the Hessian is singular.
    assert_eq!(found, ["biggs_exp6"]);
}

#[test]
fn trust_region() {
    let found = astray("trust region", |problem, x| {
        TrustRegion::new()
            .gradient_tolerance(1e-10)
            .minimize(|x: &[f64]| (problem.value_and_grad)(x), |x, v: &Vec<f64>| (problem.hvp)(x, v), x)
            .unwrap()
    });
    // Parameters from 5.6e-3 to 6.2e3: conjugate gradients would need them scaled.
    assert_eq!(found, ["meyer"]);
}

#[test]
fn newton_cg() {
    let found = astray("Newton-CG", |problem, x| {
        NewtonCg::new()
            .gradient_tolerance(1e-10)
            .minimize(|x: &[f64]| (problem.value_and_grad)(x), |x, v: &Vec<f64>| (problem.hvp)(x, v), x)
            .unwrap()
    });
    // Parameters from 5.6e-3 to 6.2e3: conjugate gradients would need them scaled.
    assert_eq!(found, ["meyer"]);
}

#[test]
fn lbfgs() {
    let found = astray("L-BFGS", |problem, x| {
        Lbfgs::new().minimize(|x: &[f64]| (problem.value_and_grad)(x), x).unwrap()
    });
    assert_eq!(found, [""; 0]);
}

/// Products with `JᵀJ` for those with the Hessian.
#[test]
fn gauss_newton_without_a_matrix() {
    use broyden_tridiagonal::{objective, residuals};

    let mut x = vec![-1.0; 1000];
    let gauss_newton = |x: &[f64], v: &Vec<f64>| residuals::vjp(x).1(residuals::jvp(x, v).1);
    let report = TrustRegion::new()
        .minimize(|x: &[f64]| objective::value_and_grad(x), gauss_newton, &mut x[..])
        .unwrap();
    assert!(report.value < 1e-16 && report.iterations < 20, "{report:?}");
}
