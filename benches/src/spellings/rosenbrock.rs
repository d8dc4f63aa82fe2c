//! The Rosenbrock function, spelled otherwise.

use super::Family;
use crate::problems::rosenbrock::problem;
use autodiff_runtime::differentiate;

/// A loop over neighbours.
#[differentiate]
pub fn windows(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for pair in x.windows(2) {
        let a = 1.0 - pair[0];
        let b = pair[1] - pair[0] * pair[0];
        sum += a * a + 100.0 * b * b;
    }
    sum
}

/// One expression.
#[differentiate]
pub fn sum_of_windows(x: &[f64]) -> f64 {
    x.windows(2).map(|w| (1.0 - w[0]).powi(2) + 100.0 * (w[1] - w[0].powi(2)).powi(2)).sum()
}

/// A slice beside itself.
#[differentiate]
pub fn zip(x: &[f64]) -> f64 {
    x.iter()
        .zip(&x[1..])
        .map(|(x, y)| {
            let a = 1.0 - x;
            let b = y - x * x;
            a * a + 100.0 * b * b
        })
        .sum()
}

/// A term.
#[differentiate]
pub fn term(x: f64, y: f64) -> f64 {
    let a = 1.0 - x;
    let b = y - x * x;
    a * a + 100.0 * b * b
}

/// A function of two numbers.
#[differentiate]
pub fn helper(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() - 1 {
        sum += term(x[i], x[i + 1]);
    }
    sum
}

/// The same in a module, and with slices.
#[differentiate]
pub mod helpers {
    fn square(x: f64) -> f64 {
        x * x
    }

    fn valley(pair: &[f64]) -> f64 {
        100.0 * square(pair[1] - square(pair[0]))
    }

    fn slope(pair: &[f64]) -> f64 {
        square(1.0 - pair[0])
    }

    /// The function.
    pub fn rosenbrock(x: &[f64]) -> f64 {
        let mut sum = 0.0;
        for i in 0..x.len() - 1 {
            let pair = &x[i..i + 2];
            sum += slope(pair) + valley(pair);
        }
        sum
    }
}

fn cleared(gradient: impl Fn(&[f64], &mut [f64]) -> f64) -> impl Fn(&[f64], &mut [f64]) -> f64 {
    move |p, g| {
        g.fill(0.0);
        gradient(p, g)
    }
}

/// All spellings.
pub fn family() -> Family {
    Family::of(problem())
        .with("windows", windows, cleared(windows::value_and_grad_into))
        .with("sum of windows", sum_of_windows, cleared(sum_of_windows::value_and_grad_into))
        .with("zip", zip, cleared(zip::value_and_grad_into))
        .with("helper", helper, cleared(helper::value_and_grad_into))
        .with("helpers (mod)", helpers::rosenbrock, cleared(helpers::rosenbrock::value_and_grad_into))
}
