//! Special functions and their first two derivatives against values of sixty digits.
#![cfg(feature = "special")]

use autodiff_runtime::{differentiate, special::*};
use std::fmt::Write;

/// Value, slope and curvature of a row's function at a point.
fn derivatives(name: &str, x: f64) -> [f64; 3] {
    macro_rules! of {
        ($($row:literal => $function:ident($($before:expr),*);)*) => {
            match name {
                $($row => {
                    let (value, slope, curvature) = $function::value_grad_hvp($($before,)* x, 1.0);
                    assert_eq!(value, $function($($before,)* x), "{name}");
                    let (same, dot) = $function::jvp($($before,)* x, 1.0);
                    assert_eq!(same, value, "{name}");
                    assert!((dot - slope).abs() <= 1e-14 * slope.abs(), "{name}: {dot} {slope}");
                    [value, slope, curvature]
                })*
                _ => panic!("{name} is not in the table"),
            }
        };
    }
    #[differentiate(order = 2)]
    fn beta_of(b: f64) -> f64 {
        beta(2.5, b)
    }
    #[differentiate(order = 2)]
    fn ln_beta_of(b: f64) -> f64 {
        ln_beta(0.7, b)
    }
    of! {
        "erf" => erf();
        "erfc" => erfc();
        "erf_inv" => erf_inv();
        "erfc_inv" => erfc_inv();
        "normal_pdf" => normal_pdf();
        "normal_cdf" => normal_cdf();
        "normal_quantile" => normal_quantile();
        "gelu" => gelu();
        "gamma" => gamma();
        "ln_gamma" => ln_gamma();
        "digamma" => digamma();
        "polygamma(1)" => polygamma(1);
        "polygamma(2)" => polygamma(2);
        "polygamma(5)" => polygamma(5);
        "beta(2.5)" => beta_of();
        "ln_beta(0.7)" => ln_beta_of();
        "gamma_lower(2.5)" => gamma_lower(2.5);
        "beta_lower(2, 3.5)" => beta_lower(2.0, 3.5);
        "bessel_j(0)" => bessel_j(0);
        "bessel_j(1)" => bessel_j(1);
        "bessel_j(3)" => bessel_j(3);
        "bessel_y(0)" => bessel_y(0);
        "bessel_y(2)" => bessel_y(2);
        "bessel_i0" => bessel_i0();
        "bessel_i1" => bessel_i1();
        "bessel_i0e" => bessel_i0e();
        "bessel_i1e" => bessel_i1e();
    }
}

#[test]
fn values_slopes_and_curvatures() {
    let mut wrong = String::new();
    let mut worst = 0.0_f64;
    for line in include_str!("data/special.txt").lines() {
        let (name, numbers) = line.split_once(';').unwrap();
        let numbers: Vec<f64> = numbers.split(';').map(|number| number.trim().parse().unwrap()).collect();
        let found = derivatives(name, numbers[0]);
        for (found, expected) in found.iter().zip(&numbers[1..]) {
            let error = (found - expected).abs() / expected.abs().max(1e-2);
            worst = worst.max(error);
            if error.is_nan() || error >= 1e-11 {
                writeln!(wrong, "{name} at {}: {found} for {expected}", numbers[0]).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    println!("largest relative error {worst:e}");
}

#[test]
fn derivatives_at_zero() {
    assert_eq!(bessel_i1::value_and_grad(0.0), (0.0, 0.5));
    assert_eq!(bessel_i1e::value_and_grad(0.0), (0.0, 0.5));
    assert_eq!(bessel_i0::value_and_grad(0.0), (1.0, 0.0));
    assert_eq!(bessel_j::value_and_grad(1, 0.0), (0.0, 0.5));
}

#[test]
fn third_derivatives_inside_of_a_function() {
    #[differentiate]
    fn curvature(x: f64) -> f64 {
        erf::hvp(x, 1.0)
    }
    let x = 0.3_f64;
    let expected = (8.0 * x * x - 4.0) * (-x * x).exp() / std::f64::consts::PI.sqrt();
    assert!((curvature::grad(x) - expected).abs() < 1e-14);
}
