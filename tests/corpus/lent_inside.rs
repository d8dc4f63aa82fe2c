//! Arguments by value that borrow: a pullback keeps what they borrow from.

use autodiff_runtime::{Differentiable, differentiate};

use crate::common::are_near;

#[derive(Clone, Debug, Differentiable)]
struct Line {
    slope: f64,
    start: f64,
}

struct Data<'a> {
    x: &'a [f64],
    y: &'a [f64],
}

#[differentiate]
fn residuals(p: &[f64; 2], #[no_diff] data: (&[f64], &[f64])) -> Vec<f64> {
    data.0.iter().zip(data.1).map(|(x, y)| (p[0] * x + p[1] - y).sin()).collect()
}

#[differentiate]
fn of_an_option(p: &[f64; 2], #[no_diff] weights: Option<&[f64]>) -> [f64; 2] {
    match weights {
        Some(w) => [w[0] * p[0] * p[1], w[1] * p[1]],
        None => *p,
    }
}

#[differentiate]
fn named<'a>(p: &[f64; 2], #[no_diff] data: Data<'a>) -> f64 {
    data.x.iter().zip(data.y).map(|(x, y)| (p[0] * x + p[1] - y).powi(2)).sum()
}

#[differentiate]
impl Line {
    fn misfit(&self, #[no_diff] data: Data<'_>) -> f64 {
        data.x.iter().zip(data.y).map(|(x, y)| (self.slope * x + self.start - y).sin()).sum()
    }
}

#[differentiate]
fn total(line: &Line, #[no_diff] data: (&[f64], &[f64])) -> f64 {
    let r = residuals(&[line.slope, line.start], data);
    let mut sum = r.iter().map(|r| r * r).sum::<f64>();
    for k in 0..2 {
        let s = residuals(&[line.slope * sum, line.start], data);
        sum += s[k];
    }
    sum
}

#[differentiate(order = 2)]
mod model {
    pub struct Data<'a> {
        pub x: &'a [f64],
        pub y: &'a [f64],
    }

    pub fn value(p: &[f64; 2], x: f64) -> f64 {
        (p[0] * x).exp() + p[1]
    }

    pub fn by_value(p: &[f64; 2], #[no_diff] data: Data<'_>) -> f64 {
        data.x.iter().zip(data.y).map(|(&x, y)| (value(p, x) - y).powi(2)).sum()
    }

    pub fn by_reference(p: &[f64; 2], #[no_diff] data: &Data<'_>) -> f64 {
        data.x.iter().zip(data.y).map(|(&x, y)| (value(p, x) - y).powi(2)).sum()
    }

    pub fn weighed(p: &[f64; 2], #[no_diff] data: &Data<'_>, #[no_diff] weights: Option<&[f64]>) -> f64 {
        let square = |k: usize| (value(p, data.x[k]) - data.y[k]).powi(2);
        (0..data.x.len()).map(|k| square(k) * weights.map_or(1.0, |w| w[k])).sum()
    }
}

const X: [f64; 3] = [1.0, 2.0, 0.5];
const Y: [f64; 3] = [0.1, 0.2, 0.3];

#[test]
fn what_is_borrowed_is_kept() {
    let p = [0.25, 0.5];
    let jacobian = residuals::jacobian(&p, (&X, &Y));
    for (k, row) in jacobian.iter().enumerate() {
        let slope = (p[0] * X[k] + p[1] - Y[k]).cos();
        are_near(row, &[slope * X[k], slope]);
    }
    assert_eq!(of_an_option::jacobian(&p, Some(&[2.0, 3.0])), [[1.0, 0.5], [0.0, 3.0]]);
    assert_eq!(of_an_option::jacobian(&p, None), [[1.0, 0.0], [0.0, 1.0]]);

    let (value, pullback) = named::vjp(&p, Data { x: &X, y: &Y });
    let (again, gradient) = named::value_and_grad(&p, Data { x: &X, y: &Y });
    assert_eq!(value, again);
    are_near(&pullback(1.0), &gradient);
    let line = Line { slope: 0.25, start: 0.5 };
    let by_start: f64 = X.iter().zip(Y).map(|(x, y)| (line.slope * x + line.start - y).cos()).sum();
    are_near(&[line.misfit_grad(Data { x: &X, y: &Y }).start], &[by_start]);
}

#[test]
fn in_second_derivatives() {
    let (p, data) = ([0.25, 0.5], model::Data { x: &X, y: &Y });
    let hessian = model::by_reference::hessian(&p, &data);
    are_near(
        model::by_value::hessian(&p, model::Data { x: &X, y: &Y }).as_flattened(),
        hessian.as_flattened(),
    );
    are_near(model::weighed::hessian(&p, &data, None).as_flattened(), hessian.as_flattened());
    let doubled = model::weighed::hessian(&p, &data, Some(&[2.0; 3]));
    are_near(doubled.as_flattened(), hessian.map(|row| row.map(|number| 2.0 * number)).as_flattened());
    are_near(&hessian[1], &[2.0 * X.iter().map(|x| x * (p[0] * x).exp()).sum::<f64>(), 6.0]);
}

#[test]
fn in_a_loop() {
    let at = |slope: f64, start: f64| total(&Line { slope, start }, (&X, &Y));
    let (slope, start, step) = (0.25, 0.5, 1e-6);
    let gradient = total::grad(&Line { slope, start }, (&X, &Y));
    let by_slope = (at(slope + step, start) - at(slope - step, start)) / (2.0 * step);
    let by_start = (at(slope, start + step) - at(slope, start - step)) / (2.0 * step);
    assert!((gradient.slope - by_slope).abs() < 1e-7, "{} {by_slope}", gradient.slope);
    assert!((gradient.start - by_start).abs() < 1e-7, "{} {by_start}", gradient.start);
}
