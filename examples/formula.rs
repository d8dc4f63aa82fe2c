//! Fits the constants of formulas to observations, and says which formula explains them best.
//!
//! A formula is a tree: an enum whose variants hold other formulas in `Box`es. Its gradient is a tree of the same variants,
//! which the optimizer takes as it is.
//!
//! `cargo run --release --example formula`

use autodiff_runtime::{Optimizer, differentiate, optim::Adam, schedule::Schedule, tree};

use formula::Formula::{self, *};
use formula::misfit;

#[differentiate]
mod formula {
    /// A function of one variable. The numbers in it are what is to be found out.
    #[derive(Clone, Debug)]
    pub enum Formula {
        Number(f64),
        X,
        Sum(Vec<Formula>),
        Product(Box<Formula>, Box<Formula>),
        Power(Box<Formula>, i32),
        Sine(Box<Formula>),
        Exponential(Box<Formula>),
    }

    impl Formula {
        pub fn at(&self, x: f64) -> f64 {
            match self {
                Self::Number(number) => *number,
                Self::X => x,
                Self::Sum(terms) => terms.iter().map(|term| term.at(x)).sum(),
                Self::Product(a, b) => a.at(x) * b.at(x),
                Self::Power(base, exponent) => base.at(x).powi(*exponent),
                Self::Sine(angle) => angle.at(x).sin(),
                Self::Exponential(exponent) => exponent.at(x).exp(),
            }
        }
    }

    /// Mean square of the difference between the formula and what was seen.
    pub fn misfit(formula: &Formula, #[no_diff] seen: &[(f64, f64)]) -> f64 {
        seen.iter().map(|(x, y)| (formula.at(*x) - y).powi(2)).sum::<f64>() / seen.len() as f64
    }
}

impl std::fmt::Display for Formula {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Number(number) => write!(f, "{number:.2}"),
            X => write!(f, "x"),
            Sum(terms) => {
                for (i, term) in terms.iter().enumerate() {
                    write!(f, "{}{term}", if i == 0 { "" } else { " + " })?;
                }
                Ok(())
            }
            Product(a, b) => write!(f, "{a} {b}"),
            Power(base, exponent) => write!(f, "({base})^{exponent}"),
            Sine(angle) => write!(f, "sin({angle})"),
            Exponential(exponent) => write!(f, "exp({exponent})"),
        }
    }
}

fn times(number: f64, other: Formula) -> Formula {
    Product(Box::new(Number(number)), Box::new(other))
}

/// The formula with the constants that fit best, from where it starts.
fn fitted(mut formula: Formula, seen: &[(f64, f64)]) -> (Formula, f64) {
    let mut optimizer = Adam::new(Schedule::cosine(0.05, 4000, 0.0));
    for _ in 0..4000 {
        let gradient = misfit::grad(&formula, seen);
        optimizer.step(&mut formula, &gradient).expect("a gradient has the variants of its formula");
    }
    let misfit = misfit(&formula, seen);
    (formula, misfit)
}

fn main() {
    // A damped oscillation, as it was seen.
    let truth = Product(
        Box::new(Exponential(Box::new(times(-0.3, X)))),
        Box::new(Sine(Box::new(Sum(vec![times(2.0, X), Number(0.5)])))),
    );
    let seen: Vec<(f64, f64)> = (0..60).map(|i| 0.1 * f64::from(i)).map(|x| (x, truth.at(x))).collect();

    let candidates = [
        Sum(vec![
            Number(0.0),
            times(0.0, X),
            times(0.0, Power(Box::new(X), 2)),
            times(0.0, Power(Box::new(X), 3)),
        ]),
        times(1.0, Sine(Box::new(Sum(vec![times(1.6, X), Number(0.0)])))),
        Product(
            Box::new(Exponential(Box::new(times(0.0, X)))),
            Box::new(Sine(Box::new(Sum(vec![times(1.6, X), Number(0.0)])))),
        ),
    ];
    let mut fits: Vec<(Formula, f64)> = candidates.map(|formula| fitted(formula, &seen)).into();
    for (formula, misfit) in &fits {
        println!("{misfit:10.2e}   {formula}");
    }

    fits.sort_by(|a, b| a.1.total_cmp(&b.1));
    let (best, misfit) = &fits[0];
    println!("best: {best}");
    assert!(*misfit < 1e-6, "the right formula fits: {misfit}");
    let distance: f64 = tree::distance(best, &truth).expect("formulas of the same variants");
    assert!(distance < 1e-2, "by its own constants: {distance}");
}
