//! Differentiated functions in the solvers of `argmin`.
#![cfg(feature = "argmin")]

use argmin::core::{CostFunction, Executor, Gradient, Hessian, Jacobian, Operator};
use argmin::solver::gaussnewton::GaussNewton;
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::newton::{Newton, NewtonCG};
use argmin::solver::trustregion::{Steihaug, TrustRegion};
use autodiff_runtime::argmin::{LeastSquares, Problem};
use autodiff_runtime::differentiate;
use nalgebra::{DMatrix, DVector};
use std::cell::Cell;

#[differentiate(order = 2)]
fn rosenbrock(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() - 1 {
        sum += 100.0 * (x[i + 1] - x[i] * x[i]).powi(2) + (1.0 - x[i]).powi(2);
    }
    sum
}

#[differentiate]
fn residuals(x: &[f64]) -> Vec<f64> {
    vec![10.0 * (x[1] - x[0] * x[0]), 1.0 - x[0], 0.1 * (x[0] * x[1] - 1.0)]
}

const START: [f64; 2] = [-1.2, 1.0];

fn assert_ones(x: &[f64]) {
    assert!(x.iter().all(|x| (x - 1.0).abs() < 1e-6), "{x:?}");
}

#[test]
fn hessians_of_vectors() {
    let problem = || {
        Problem::new(|x: &Vec<f64>| rosenbrock::value_and_grad(x))
            .hessian(|x: &Vec<f64>| rosenbrock::hessian(x))
    };
    let result = Executor::new(problem(), TrustRegion::new(Steihaug::new()))
        .configure(|state| state.param(START.to_vec()).max_iters(1000))
        .run()
        .unwrap();
    assert_ones(result.state.best_param.as_ref().unwrap());
    let result = Executor::new(problem(), NewtonCG::new(MoreThuenteLineSearch::new()))
        .configure(|state| state.param(START.to_vec()).max_iters(1000))
        .run()
        .unwrap();
    // It converges slowly along the valley.
    assert!(result.state.best_cost < 1e-4, "{}", result.state.best_cost);
}

#[test]
fn hessians_and_jacobians_of_matrices() {
    let matrix = |rows: &[Vec<f64>]| DMatrix::from_fn(rows.len(), rows[0].len(), |i, j| rows[i][j]);
    let problem = Problem::new(|x: &DVector<f64>| {
        let (value, gradient) = rosenbrock::value_and_grad(x.as_slice());
        (value, DVector::from_vec(gradient))
    })
    .hessian(|x: &DVector<f64>| matrix(&rosenbrock::hessian(x.as_slice())));
    let result = Executor::new(problem, Newton::<f64>::new())
        .configure(|state| state.param(DVector::from_vec(vec![1.1, 1.2, 1.3, 1.8])).max_iters(50))
        .run()
        .unwrap();
    assert_ones(result.state.param.as_ref().unwrap().as_slice());

    let problem = LeastSquares::new(|x: &DVector<f64>| {
        let (residuals, jacobian) = residuals::value_and_jacobian(x.as_slice());
        (DVector::from_vec(residuals), matrix(&jacobian))
    });
    let result = Executor::new(problem, GaussNewton::<f64>::new())
        .configure(|state| state.param(DVector::from_vec(vec![-1.2, 1.0])).max_iters(50))
        .run()
        .unwrap();
    assert_ones(result.state.best_param.as_ref().unwrap().as_slice());
}

/// Value and gradient, residuals and Jacobian are asked for one after the other, and computed together.
#[test]
fn one_evaluation_serves_both() {
    let calls = Cell::new(0);
    let problem = Problem::new(|x: &Vec<f64>| {
        calls.set(calls.get() + 1);
        rosenbrock::value_and_grad(x)
    })
    .hessian(|x: &Vec<f64>| rosenbrock::hessian(x));
    let x = START.to_vec();
    let (value, gradient) = rosenbrock::value_and_grad(&x);
    assert_eq!((problem.cost(&x).unwrap(), problem.gradient(&x).unwrap()), (value, gradient));
    assert_eq!(Hessian::hessian(&problem, &x).unwrap(), rosenbrock::hessian(&x));
    assert_eq!(calls.get(), 1);

    calls.set(0);
    let problem = LeastSquares::new(|x: &Vec<f64>| {
        calls.set(calls.get() + 1);
        residuals::value_and_jacobian(x)
    });
    for x in [vec![2.0, 1.0], vec![3.0, 0.5]] {
        let (residuals, jacobian) = residuals::value_and_jacobian(&x);
        assert_eq!(problem.jacobian(&x).unwrap(), jacobian);
        assert_eq!(problem.apply(&x).unwrap(), residuals);
    }
    assert_eq!(calls.get(), 2);
}
