//! Levenberg–Marquardt and the standard errors of its fits on the reference datasets of the National Institute of Standards
//! and Technology for nonlinear least squares: 27 problems, each from two starts, with certified results.

mod models;

use autodiff_runtime::solvers::{Fit, GaussNewton, LevenbergMarquardt};
use models::*;
use std::path::Path;

/// What a file says.
struct Dataset {
    starts: [Vec<f64>; 2],
    parameters: Vec<f64>,
    deviations: Vec<f64>,
    residual_sum: f64,
    residual_deviation: f64,
    x: Vec<f64>,
    y: Vec<f64>,
}

impl Dataset {
    fn read(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/nist/{name}.dat"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let number = |word: &str| word.parse::<f64>().unwrap_or_else(|e| panic!("{name}: {word}: {e}"));
        let mut set = Dataset {
            starts: [vec![], vec![]],
            parameters: vec![],
            deviations: vec![],
            residual_sum: f64::NAN,
            residual_deviation: f64::NAN,
            x: vec![],
            y: vec![],
        };
        for line in text.lines().take(60) {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words[..] {
                [b, "=", one, two, parameter, deviation] if b.starts_with('b') => {
                    set.starts[0].push(number(one));
                    set.starts[1].push(number(two));
                    set.parameters.push(number(parameter));
                    set.deviations.push(number(deviation));
                }
                ["Residual", "Sum", "of", "Squares:", sum] => set.residual_sum = number(sum),
                ["Residual", "Standard", "Deviation:", deviation] => {
                    set.residual_deviation = number(deviation)
                }
                _ => {}
            }
        }
        // All of them have their data from here on.
        for line in text.lines().skip(60) {
            let mut numbers = line.split_whitespace().map(number);
            set.y.extend(numbers.next());
            set.x.extend(numbers);
        }
        assert!(!set.parameters.is_empty() && !set.y.is_empty() && set.x.len() % set.y.len() == 0, "{name}");
        set
    }
}

/// How many digits agree with a certified value, of which there are eleven.
fn digits(found: f64, certified: f64) -> f64 {
    (-((found - certified) / certified).abs().log10()).min(11.0)
}

fn fewest(found: &[f64], certified: &[f64]) -> f64 {
    assert_eq!(found.len(), certified.len());
    found.iter().zip(certified).map(|(f, c)| digits(*f, *c)).fold(11.0, f64::min)
}

type Residuals = fn(&[f64], &[f64], &[f64]) -> (Vec<f64>, Vec<Vec<f64>>);

const PROBLEMS: [(&str, Residuals); 27] = [
    ("Misra1a", saturation::value_and_jacobian),
    ("Chwirut2", chwirut::value_and_jacobian),
    ("Chwirut1", chwirut::value_and_jacobian),
    ("Lanczos3", lanczos::value_and_jacobian),
    ("Gauss1", gauss::value_and_jacobian),
    ("Gauss2", gauss::value_and_jacobian),
    ("DanWood", danwood::value_and_jacobian),
    ("Misra1b", misra1b::value_and_jacobian),
    ("Kirby2", kirby2::value_and_jacobian),
    ("Hahn1", cubics::value_and_jacobian),
    ("Nelson", nelson::value_and_jacobian),
    ("MGH17", mgh17::value_and_jacobian),
    ("Lanczos1", lanczos::value_and_jacobian),
    ("Lanczos2", lanczos::value_and_jacobian),
    ("Gauss3", gauss::value_and_jacobian),
    ("Misra1c", misra1c::value_and_jacobian),
    ("Misra1d", misra1d::value_and_jacobian),
    ("Roszman1", roszman1::value_and_jacobian),
    ("ENSO", enso::value_and_jacobian),
    ("MGH09", mgh09::value_and_jacobian),
    ("Thurber", cubics::value_and_jacobian),
    ("BoxBOD", saturation::value_and_jacobian),
    ("Rat42", rat42::value_and_jacobian),
    ("MGH10", mgh10::value_and_jacobian),
    ("Eckerle4", eckerle4::value_and_jacobian),
    ("Rat43", rat43::value_and_jacobian),
    ("Bennett5", bennett5::value_and_jacobian),
];

/// Digits that agree of the parameters, their standard deviations, and the residual standard deviation.
fn agreement(set: &Dataset, residuals: Residuals, b: &[f64]) -> [f64; 3] {
    let fit = Fit::new(b, residuals(b, &set.x, &set.y)).unwrap();
    assert_eq!(fit.degrees_of_freedom(), set.y.len() - b.len());
    let sum = digits(fit.residual_sum(), set.residual_sum);
    let deviation = digits(fit.residual_deviation(), set.residual_deviation);
    [fewest(b, &set.parameters), fewest(&fit.standard_errors(), &set.deviations), deviation.min(sum)]
}

/// The sum of squares of `Lanczos1` is 1.4e-25, of data with fourteen digits around 1: residuals of 8e-14, of which double
/// precision has three digits. What can be had is had: the parameters, and the deviations as multiples of `s`.
fn agreement_but_for_residuals(set: &Dataset, residuals: Residuals, b: &[f64]) -> [f64; 3] {
    let fit = Fit::new(b, residuals(b, &set.x, &set.y)).unwrap();
    let by =
        |deviations: &[f64], s: f64| deviations.iter().map(|deviation| deviation / s).collect::<Vec<_>>();
    let found = by(&fit.standard_errors(), fit.residual_deviation());
    let certified = by(&set.deviations, set.residual_deviation);
    let residual = digits(fit.residual_sum(), set.residual_sum);
    [fewest(b, &set.parameters), fewest(&found, &certified), residual]
}

#[test]
fn certified_values_are_found_from_both_starts() {
    println!("digits that agree of: the parameters, their deviations, the residual deviation");
    let mut wrong = Vec::new();
    for (name, residuals) in PROBLEMS {
        let set = Dataset::read(name);
        for (at, start) in set.starts.iter().enumerate() {
            let mut b = start.clone();
            let solver = LevenbergMarquardt::new();
            let report = solver.minimize(|b: &[f64]| residuals(b, &set.x, &set.y), &mut b[..]).unwrap();
            let (found, least) = match name {
                "Lanczos1" => (agreement_but_for_residuals(&set, residuals, &b), [10.0, 10.0, 2.0]),
                _ => (agreement(&set, residuals, &b), [10.0; 3]),
            };
            println!(
                "{name:<9} {}  {:5.1} {:5.1} {:5.1}  {:4} steps, {:?}",
                at + 1,
                found[0],
                found[1],
                found[2],
                report.iterations,
                report.stop
            );
            if found.iter().zip(least).any(|(digits, least)| *digits < least) {
                wrong.push((name, at + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "too few digits: {wrong:?}");
}

/// However long the first step may be.
#[test]
fn the_first_step_makes_no_difference() {
    for (name, residuals) in PROBLEMS {
        let set = Dataset::read(name);
        for start in &set.starts {
            for length in [0.1, 10.0] {
                let mut b = start.clone();
                let solver = LevenbergMarquardt::new().initial_step(length);
                solver.minimize(|b: &[f64]| residuals(b, &set.x, &set.y), &mut b[..]).unwrap();
                assert!(fewest(&b, &set.parameters) > 10.0, "{name}, {length}: {b:?}");
            }
        }
    }
}

#[test]
fn gauss_newton_comes_from_the_nearer_start() {
    for (name, residuals) in PROBLEMS {
        let set = Dataset::read(name);
        let mut b = set.starts[1].clone();
        let report =
            GaussNewton::new().minimize(|b: &[f64]| residuals(b, &set.x, &set.y), &mut b[..]).unwrap();
        let found = fewest(&b, &set.parameters);
        println!("{name:<9} {found:5.1}  {:4} steps, {:?}", report.iterations, report.stop);
        assert!(found > 10.0, "{name}: {found}");
    }
}
