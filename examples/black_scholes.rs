//! The price of a European call and all its first-order greeks, from one call of one generated function; gamma, vanna and
//! volga from its Hessian.
//!
//! `cargo run --release --example black_scholes`

use autodiff_runtime::differentiate;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, PI};

/// The error function by its series, summed until it no longer changes.
#[differentiate(order = 2)]
fn erf(x: f64) -> f64 {
    let mut term = x;
    let mut sum = x;
    let mut n = 0;
    while term.abs() > 1e-18 * sum.abs() {
        n += 1;
        term *= 2.0 * x * x / (2 * n + 1) as f64;
        sum += term;
    }
    FRAC_2_SQRT_PI * (-x * x).exp() * sum
}

/// The distribution function of the standard normal distribution.
#[differentiate(order = 2)]
fn normal_cdf(x: f64) -> f64 {
    0.5 * (1.0 + erf(x * FRAC_1_SQRT_2))
}

/// The price of a European call after Black and Scholes.
#[differentiate(order = 2)]
fn call_price(spot: f64, strike: f64, rate: f64, volatility: f64, years: f64) -> f64 {
    let spread = volatility * years.sqrt();
    let d1 = ((spot / strike).ln() + (rate + 0.5 * volatility * volatility) * years) / spread;
    let d2 = d1 - spread;
    spot * normal_cdf(d1) - strike * (-rate * years).exp() * normal_cdf(d2)
}

fn main() {
    let (spot, strike, rate, volatility, years) = (100.0, 105.0, 0.03, 0.25, 0.75);
    let (price, greeks) = call_price::value_and_grad(spot, strike, rate, volatility, years);
    let (delta, dual_delta, rho, vega, by_years) = greeks;
    assert_eq!(price, call_price(spot, strike, rate, volatility, years), "the same to the last bit");

    // What the textbooks derive by hand.
    let spread = volatility * f64::sqrt(years);
    let d1 = (f64::ln(spot / strike) + (rate + 0.5 * volatility * volatility) * years) / spread;
    let d2 = d1 - spread;
    let density = f64::exp(-0.5 * d1 * d1) / f64::sqrt(2.0 * PI);
    let discount = f64::exp(-rate * years);
    let closed_form = [
        ("delta", delta, normal_cdf(d1)),
        ("dual delta", dual_delta, -discount * normal_cdf(d2)),
        ("rho", rho, strike * years * discount * normal_cdf(d2)),
        ("vega", vega, spot * density * years.sqrt()),
        (
            "theta",
            -by_years,
            -spot * density * volatility / (2.0 * years.sqrt()) - rate * strike * discount * normal_cdf(d2),
        ),
    ];

    println!("price       {price:>12.8}");
    println!("{:<11} {:>12} {:>12} {:>10}", "greek", "generated", "closed form", "difference");
    for (name, generated, expected) in closed_form {
        let difference = (generated - expected).abs();
        println!("{name:<11} {generated:>12.8} {expected:>12.8} {difference:>10.1e}");
        assert!(difference < 1e-10, "{name} is not what the closed form says");
    }

    // How the greeks change with the spot, and with the volatility: one product with the Hessian each.
    let (_, _, by_spot) =
        call_price::value_grad_hvp(spot, strike, rate, volatility, years, 1.0, 0.0, 0.0, 0.0, 0.0);
    let by_volatility = call_price::hvp(spot, strike, rate, volatility, years, 0.0, 0.0, 0.0, 1.0, 0.0);
    let closed_form = [
        ("gamma", by_spot.0, density / (spot * spread)),
        ("vanna", by_spot.3, -density * d2 / volatility),
        ("vanna", by_volatility.0, -density * d2 / volatility),
        ("volga", by_volatility.3, spot * density * years.sqrt() * d1 * d2 / volatility),
    ];
    for (name, generated, expected) in closed_form {
        let difference = (generated - expected).abs();
        println!("{name:<11} {generated:>12.8} {expected:>12.8} {difference:>10.1e}");
        assert!(difference < 1e-10, "{name} is not what the closed form says");
    }
}
