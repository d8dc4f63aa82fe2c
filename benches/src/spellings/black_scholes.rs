//! The price of a call, spelled otherwise.

use super::Family;
use crate::problems::black_scholes::{normal_cdf, problem};
use autodiff_runtime::differentiate;

/// The five numbers in one slice.
#[differentiate]
pub fn slice(option: &[f64]) -> f64 {
    let (spot, strike, rate) = (option[0], option[1], option[2]);
    let (volatility, maturity) = (option[3], option[4]);
    let deviation = volatility * maturity.sqrt();
    let d1 = ((spot / strike).ln() + (rate + 0.5 * volatility * volatility) * maturity) / deviation;
    let d2 = d1 - deviation;
    let discount = (-rate * maturity).exp();
    spot * normal_cdf(d1) - strike * discount * normal_cdf(d2)
}

/// The whole book in one function.
#[differentiate]
pub fn book(options: &[f64]) -> f64 {
    let mut total = 0.0;
    for option in options.chunks_exact(5) {
        total += slice(option);
    }
    total
}

/// Scalars, each step a function of its own.
#[differentiate]
pub mod helpers {
    const P: f64 = 0.231_641_9;
    const B: [f64; 5] = [0.319_381_530, -0.356_563_782, 1.781_477_937, -1.821_255_978, 1.330_274_429];
    const INV_SQRT_TAU: f64 = 0.398_942_280_401_432_7;

    fn density(x: f64) -> f64 {
        INV_SQRT_TAU * (-0.5 * x * x).exp()
    }

    fn horner(t: f64) -> f64 {
        let mut sum = 0.0;
        for b in B.iter().rev() {
            sum = t * (b + sum);
        }
        sum
    }

    fn cdf(x: f64) -> f64 {
        let tail = density(x) * horner(1.0 / (1.0 + P * x.abs()));
        if x >= 0.0 { 1.0 - tail } else { tail }
    }

    fn d1_d2(spot: f64, strike: f64, rate: f64, volatility: f64, maturity: f64) -> (f64, f64) {
        let deviation = volatility * maturity.sqrt();
        let d1 = ((spot / strike).ln() + (rate + 0.5 * volatility.powi(2)) * maturity) / deviation;
        (d1, d1 - deviation)
    }

    fn discount(rate: f64, maturity: f64) -> f64 {
        (-rate * maturity).exp()
    }

    /// The price.
    pub fn price(spot: f64, strike: f64, rate: f64, volatility: f64, maturity: f64) -> f64 {
        let (d1, d2) = d1_d2(spot, strike, rate, volatility, maturity);
        spot * cdf(d1) - strike * discount(rate, maturity) * cdf(d2)
    }
}

/// An option and a market with methods.
#[differentiate]
pub mod structs {
    use crate::problems::black_scholes::normal_cdf;

    /// What can be traded.
    pub struct Contract {
        /// Price at maturity.
        pub strike: f64,
        /// In years.
        pub maturity: f64,
    }

    /// What is known.
    pub struct Market {
        /// Price today.
        pub spot: f64,
        /// Of interest.
        pub rate: f64,
        /// Of the price.
        pub volatility: f64,
    }

    impl Market {
        fn discount(&self, maturity: f64) -> f64 {
            (-self.rate * maturity).exp()
        }

        fn deviation(&self, maturity: f64) -> f64 {
            self.volatility * maturity.sqrt()
        }
    }

    impl Contract {
        fn d1(&self, market: &Market) -> f64 {
            let drift = market.rate + 0.5 * market.volatility * market.volatility;
            ((market.spot / self.strike).ln() + drift * self.maturity) / market.deviation(self.maturity)
        }

        /// The price.
        pub fn price(&self, market: &Market) -> f64 {
            let d1 = self.d1(market);
            let d2 = d1 - market.deviation(self.maturity);
            market.spot * normal_cdf(d1) - self.strike * market.discount(self.maturity) * normal_cdf(d2)
        }
    }

    /// The same for the numbers of a row.
    pub fn price(option: &[f64]) -> f64 {
        let market = Market { spot: option[0], rate: option[2], volatility: option[3] };
        Contract { strike: option[1], maturity: option[4] }.price(&market)
    }
}

fn each(price: impl Fn(&[f64]) -> f64) -> impl Fn(&[f64]) -> f64 {
    move |options| {
        let mut total = 0.0;
        for option in options.chunks_exact(5) {
            total += price(option);
        }
        total
    }
}

fn each_with_gradient(price: impl Fn(&[f64], &mut [f64]) -> f64) -> impl Fn(&[f64], &mut [f64]) -> f64 {
    move |options, gradient| {
        let mut total = 0.0;
        for (option, gradient) in options.chunks_exact(5).zip(gradient.chunks_exact_mut(5)) {
            gradient.fill(0.0);
            total += price(option, gradient);
        }
        total
    }
}

/// All spellings.
pub fn family() -> Family {
    Family::of(problem())
        .with("slice", each(slice), each_with_gradient(slice::value_and_grad_into))
        .with("book", book, |p, g| {
            g.fill(0.0);
            book::value_and_grad_into(p, g)
        })
        .with(
            "helpers (mod)",
            each(|o| helpers::price(o[0], o[1], o[2], o[3], o[4])),
            each_with_gradient(|o, g| {
                let (price, (s, k, r, v, t)) = helpers::price::value_and_grad(o[0], o[1], o[2], o[3], o[4]);
                g.copy_from_slice(&[s, k, r, v, t]);
                price
            }),
        )
        .with("structs (mod)", each(structs::price), each_with_gradient(structs::price::value_and_grad_into))
}
