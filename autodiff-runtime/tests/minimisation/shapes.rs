//! Parameters of any shape, and what is refused.

use autodiff_runtime::solvers::{
    AugmentedLagrangian, Fit, GaussNewton, Laplace, LevenbergMarquardt, Newton, NewtonCg, Stop, TrustRegion,
};
use autodiff_runtime::{Differentiable, Error, differentiate};

#[derive(Clone, Debug, Differentiable, PartialEq)]
struct Model {
    name: &'static str,
    weights: Vec<f64>,
    #[no_diff]
    scale: f64,
    bias: f64,
}

const X: [[f64; 2]; 4] = [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [2.0, -1.0]];
const Y: [f64; 4] = [1.5, -0.5, 0.5, 3.5];

#[differentiate(order = 2)]
fn residuals(model: &Model) -> Vec<f64> {
    let mut residuals = vec![0.0; 4];
    for i in 0..4 {
        let sum = model.weights[0] * X[i][0] + model.weights[1] * X[i][1] + model.bias;
        residuals[i] = model.scale * sum - Y[i];
    }
    residuals
}

#[differentiate(order = 2)]
fn loss(model: &Model) -> f64 {
    let residuals = residuals(model);
    let mut sum = 0.0;
    for i in 0..4 {
        sum += residuals[i] * residuals[i];
    }
    0.5 * sum
}

fn start() -> Model {
    Model { name: "plane", weights: vec![5.0, 5.0], scale: 2.0, bias: -3.0 }
}

fn assert_found(model: &Model) {
    let expected = Model { weights: vec![0.5, -0.5], bias: 0.25, ..start() };
    let numbers = |model: &Model| [model.weights[0], model.weights[1], model.bias];
    for (found, expected) in numbers(model).into_iter().zip(numbers(&expected)) {
        assert!((found - expected).abs() < 1e-9, "{model:?}");
    }
    assert_eq!((model.name, model.scale), ("plane", 2.0));
}

#[test]
fn structs_with_constant_parts_are_parameters() {
    let mut model = start();
    let least_squares = |model: &Model| residuals::value_and_jacobian(model);
    let report = LevenbergMarquardt::new().minimize(least_squares, &mut model).unwrap();
    assert_found(&model);
    assert!(report.value < 1e-28, "{report:?}");
    let fit = Fit::new(&model, residuals::value_and_jacobian(&model)).unwrap();
    assert_eq!((fit.standard_errors().len(), fit.degrees_of_freedom()), (3, 1));

    let mut model = start();
    GaussNewton::new().minimize(least_squares, &mut model).unwrap();
    assert_found(&model);

    let mut model = start();
    let hvp = |model: &Model, v: &ModelTangent| loss::hvp(model, v);
    TrustRegion::new().minimize(|model: &Model| loss::value_and_grad(model), hvp, &mut model).unwrap();
    assert_found(&model);

    let mut model = start();
    NewtonCg::new().minimize(|model: &Model| loss::value_and_grad(model), hvp, &mut model).unwrap();
    assert_found(&model);
}

/// A number without a gradient stays what it is.
#[test]
fn parameters_without_gradient_stay() {
    let mut at = (3.0, 2.0, [5.0]);
    let loss = |at: &(f64, f64, [f64; 1])| {
        let (a, c) = (at.0 - at.1, at.2[0] - 1.0);
        (a * a + c * c, (2.0 * a, (), [2.0 * c]))
    };
    let hvp = |_: &(f64, f64, [f64; 1]), v: &(f64, (), [f64; 1])| (2.0 * v.0, (), [2.0 * v.2[0]]);
    TrustRegion::new().minimize(loss, hvp, &mut at).unwrap();
    assert_eq!(at, (2.0, 2.0, [1.0]));
}

#[differentiate(order = 2)]
fn bowl(a: &[f64; 2], b: f64) -> f64 {
    let c = a[0] - 2.0 * b;
    a[0] * a[0] + 3.0 * a[1] * a[1] + c * c * c * c + (a[1] - b + 1.0).powi(2)
}

#[test]
fn tuples_are_parameters() {
    let mut at = ([1.0, 2.0], 3.0);
    let report = Newton::new()
        .minimize(
            |(a, b): &([f64; 2], f64)| bowl::value_and_grad(a, *b),
            |(a, b)| bowl::hessian(a, *b),
            &mut at,
        )
        .unwrap();
    assert_eq!(report.stop, Stop::Gradient);
    let (value, gradient) = bowl::value_and_grad(&at.0, at.1);
    assert!(value == report.value && gradient.0[0].abs() + gradient.0[1].abs() + gradient.1.abs() < 1e-7);
    let posterior = Laplace::new(&at, &bowl::hessian(&at.0, at.1)).unwrap();
    assert_eq!(posterior.mode(), [at.0[0], at.0[1], at.1]);
    // The covariance is the inverse of the Hessian.
    let hessian = autodiff_runtime::tree::to_vec(&bowl::hessian(&at.0, at.1));
    let covariance = posterior.covariance();
    for i in 0..3 {
        for j in 0..3 {
            let product: f64 = (0..3).map(|k| covariance[3 * i + k] * hessian[3 * k + j]).sum();
            let expected = if i == j { 1.0 } else { 0.0 };
            assert!((product - expected).abs() < 1e-12, "{i} {j}: {product}");
        }
    }
    // Draws scatter as the covariance says: those of the units make it exactly.
    let mut scatter = [0.0; 9];
    for k in 0..3 {
        let mut unit = [0.0; 3];
        unit[k] = 1.0;
        let draw = posterior.draw(&unit);
        for i in 0..3 {
            for j in 0..3 {
                scatter[3 * i + j] += (draw[i] - posterior.mode()[i]) * (draw[j] - posterior.mode()[j]);
            }
        }
    }
    assert!(
        scatter.iter().zip(&covariance).all(|(a, b)| (a - b).abs() < 1e-12),
        "{scatter:?} {covariance:?}"
    );
}

#[test]
fn single_precision() {
    let mut x = [-1.2_f32, 1.0];
    let rosenbrock =
        |x: &[f32; 2]| ([10.0 * (x[1] - x[0] * x[0]), 1.0 - x[0]], [[-20.0 * x[0], 10.0], [-1.0, 0.0]]);
    LevenbergMarquardt::new().minimize(rosenbrock, &mut x).unwrap();
    assert!((x[0] - 1.0).abs() < 1e-6 && (x[1] - 1.0).abs() < 1e-6, "{x:?}");
    let mut x = [3.0_f32, -1.0];
    let bowl = |x: &[f32; 2]| (x[0] * x[0] + 5.0 * x[1] * x[1], [2.0 * x[0], 10.0 * x[1]]);
    Newton::new().minimize(bowl, |_| [[2.0_f32, 0.0], [0.0, 10.0]], &mut x).unwrap();
    assert!(x[0].abs() < 1e-6 && x[1].abs() < 1e-6, "{x:?}");
}

#[test]
fn what_cannot_be_solved_is_refused() {
    let solver = LevenbergMarquardt::new();
    let short = |_: &[f64; 1]| (vec![1.0, 2.0], vec![[1.0]]);
    assert_eq!(solver.minimize(short, &mut [0.0]), Err(Error::Length { expected: 2, found: 1 }));
    let other = |_: &[f64; 1]| (vec![1.0], vec![[1.0, 2.0]]);
    assert!(matches!(solver.minimize(other, &mut [0.0]), Err(Error::Mismatch { .. })));
    let none = |_: &[f64; 0]| (vec![1.0], vec![[0.0; 0]]);
    assert_eq!(solver.minimize(none, &mut []), Err(Error::NoParameters));
    let infinite = |_: &[f64; 1]| (vec![f64::INFINITY], vec![[1.0]]);
    assert!(matches!(solver.minimize(infinite, &mut [0.0]), Err(Error::Invalid(_))));

    // Two parameters of which only the sum counts, and as many residuals as parameters.
    let alike = Fit::new(&[0.0, 0.0], ([1.0, 2.0, 3.0], [[1.0, 1.0], [2.0, 2.0], [4.0, 4.0]]));
    assert!(matches!(&alike, Err(Error::Invalid(what)) if what.contains("1 of 2")), "{alike:?}");
    let exact = Fit::new(&[0.0, 0.0], ([1.0, 2.0], [[1.0, 0.0], [0.0, 1.0]]));
    assert!(matches!(exact, Err(Error::Invalid(_))));

    // A saddle, a valley, and a Hessian of other parameters.
    assert!(matches!(Laplace::new(&[0.0, 0.0], &[[1.0, 2.0], [2.0, 1.0]]), Err(Error::Invalid(_))));
    assert!(matches!(Laplace::new(&[0.0, 0.0], &[[1.0, 1.0], [1.0, 1.0]]), Err(Error::Invalid(_))));
    let short = Laplace::new(&[0.0, 0.0], &[[1.0]]);
    assert_eq!(short.unwrap_err(), Error::Length { expected: 4, found: 1 });
    // The integral of a normal distribution's density without its factor.
    let normal = Laplace::new(&[1.0, -1.0], &[[2.0, 0.5], [0.5, 1.0]]).unwrap();
    let integral: f64 = (std::f64::consts::TAU / 1.75_f64.sqrt()) * (-3.0_f64).exp();
    assert!((normal.log_evidence(3.0) - integral.ln()).abs() < 1e-14);
    // Units are no reason to refuse.
    let posterior = Laplace::new(&[0.0_f64, 0.0], &[[1e-30, 0.0], [0.0, 1e30]]).unwrap();
    assert!(posterior.log_determinant().abs() < 1e-12);
}

/// At rest at the top, and where values are not finite.
#[test]
fn hills_and_walls() {
    let hill = |x: &f64| (x.cos(), -x.sin());
    let mut x = 1e-3;
    let report = TrustRegion::new().minimize(hill, |x, v| -x.cos() * v, &mut x).unwrap();
    assert!((x.abs() - std::f64::consts::PI).abs() < 1e-8, "{x} {report:?}");
    let mut x = 1e-3;
    Newton::new().minimize(hill, |x| -x.cos(), &mut x).unwrap();
    assert!((x.cos() + 1.0).abs() < 1e-15, "{x}");
    // -ln x + x, whose first Newton step from 5 is far beyond the wall.
    let wall = |x: &f64| (x - x.ln(), 1.0 - 1.0 / x);
    let mut x = 5.0;
    Newton::new().minimize(wall, |x| 1.0 / (x * x), &mut x).unwrap();
    assert!((x - 1.0).abs() < 1e-8, "{x}");
    let mut x = 5.0;
    TrustRegion::new().initial_radius(100.0).minimize(wall, |x, v| v / (x * x), &mut x).unwrap();
    assert!((x - 1.0).abs() < 1e-8, "{x}");
    let mut x = 5.0;
    let residual = |x: &f64| ([x.ln()], [1.0 / x]);
    LevenbergMarquardt::new().minimize(residual, &mut x).unwrap();
    assert!((x - 1.0).abs() < 1e-15, "{x}");
    let mut x = 5.0;
    GaussNewton::new().minimize(residual, &mut x).unwrap();
    assert!((x - 1.0).abs() < 1e-15, "{x}");
}

#[test]
fn constraints_that_exclude_each_other() {
    let loss = |x: &[f64; 1]| (x[0] * x[0], [2.0 * x[0]]);
    let both = |x: &[f64; 1]| ([x[0], x[0]], [[1.0], [1.0]]);
    let solver = AugmentedLagrangian::new([1.0..=1.0, 2.0..=2.0]);
    let mut x = [0.0];
    let report = solver.minimize(loss, both, &mut x).unwrap();
    assert_eq!(report.stop, Stop::Stationary);
    assert!((report.violation - 0.5).abs() < 1e-3 && (x[0] - 1.5).abs() < 1e-3, "{report:?}");

    let one = AugmentedLagrangian::new([1.0..=1.0]).minimize(loss, both, &mut x);
    assert_eq!(one, Err(Error::Length { expected: 1, found: 2 }));
    #[allow(clippy::reversed_empty_ranges, reason = "that is what is refused")]
    let reversed = AugmentedLagrangian::new([2.0..=1.0, 0.0..=1.0]).minimize(loss, both, &mut x);
    assert!(matches!(reversed, Err(Error::Invalid(_))));
}
