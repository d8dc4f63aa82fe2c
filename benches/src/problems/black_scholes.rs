//! The Black-Scholes price of a call by its five inputs, for a book of 256 options.

use crate::contest::{Contestant, Problem};
use crate::random::Random;
use autodiff_runtime::differentiate;

const OPTIONS: usize = 256;

const P: f64 = 0.231_641_9;
const B: [f64; 5] = [0.319_381_530, -0.356_563_782, 1.781_477_937, -1.821_255_978, 1.330_274_429];
const INV_SQRT_TAU: f64 = 0.398_942_280_401_432_7;

/// The normal distribution function, after Abramowitz and Stegun 26.2.17.
#[differentiate]
pub fn normal_cdf(x: f64) -> f64 {
    let t = 1.0 / (1.0 + P * x.abs());
    let poly = t * (B[0] + t * (B[1] + t * (B[2] + t * (B[3] + t * B[4]))));
    let tail = INV_SQRT_TAU * (-0.5 * x * x).exp() * poly;
    if x >= 0.0 { 1.0 - tail } else { tail }
}

/// The function: the price of one option.
#[differentiate]
pub fn primal(spot: f64, strike: f64, rate: f64, volatility: f64, maturity: f64) -> f64 {
    let deviation = volatility * maturity.sqrt();
    let d1 = ((spot / strike).ln() + (rate + 0.5 * volatility * volatility) * maturity) / deviation;
    let d2 = d1 - deviation;
    let discount = (-rate * maturity).exp();
    spot * normal_cdf(d1) - strike * discount * normal_cdf(d2)
}

/// The distribution function with its derivative (that of the approximation), from one exponential.
#[inline]
fn normal_cdf_and_slope(x: f64) -> (f64, f64) {
    let t = 1.0 / (1.0 + P * x.abs());
    let poly = t * (B[0] + t * (B[1] + t * (B[2] + t * (B[3] + t * B[4]))));
    let poly_slope = B[0] + t * (2.0 * B[1] + t * (3.0 * B[2] + t * (4.0 * B[3] + t * (5.0 * B[4]))));
    let density = INV_SQRT_TAU * (-0.5 * x * x).exp();
    let tail = density * poly;
    // The tail falls with |x|, so that the slope of the result has the same sign on both sides.
    let slope = density * (x.abs() * poly + P * t * t * poly_slope);
    (if x >= 0.0 { 1.0 - tail } else { tail }, slope)
}

/// Everything shared: four transcendental functions and three divisions in all.
pub fn hand(spot: f64, strike: f64, rate: f64, volatility: f64, maturity: f64) -> (f64, [f64; 5]) {
    let root = maturity.sqrt();
    let deviation = volatility * root;
    let moneyness = spot / strike;
    let drift = rate + 0.5 * volatility * volatility;
    let inv_deviation = 1.0 / deviation;
    let d1 = (moneyness.ln() + drift * maturity) / deviation;
    let d2 = d1 - deviation;
    let discount = (-rate * maturity).exp();
    let (n1, slope1) = normal_cdf_and_slope(d1);
    let (n2, slope2) = normal_cdf_and_slope(d2);
    let present = strike * discount;

    let d2_bar = -present * slope2;
    let d1_bar = spot * slope1 + d2_bar;
    let numerator_bar = d1_bar * inv_deviation;
    let deviation_bar = -d2_bar - numerator_bar * d1;
    let drift_bar = numerator_bar * maturity;
    let present_bar = -n2;
    let exponent_bar = present_bar * present;
    (
        spot * n1 - present * n2,
        [
            n1 + numerator_bar / spot,
            present_bar * discount - numerator_bar / strike,
            drift_bar - exponent_bar * maturity,
            deviation_bar * root + drift_bar * volatility,
            numerator_bar * drift + 0.5 * deviation_bar * volatility / root - exponent_bar * rate,
        ],
    )
}

fn normal_cdf_textbook(x: f64, seed: f64) -> f64 {
    let u = 1.0 + P * x.abs();
    let t = 1.0 / u;
    let (p3, p2) = (B[3] + t * B[4], B[2] + t * (B[3] + t * B[4]));
    let p1 = B[1] + t * p2;
    let p0 = B[0] + t * p1;
    let poly = t * p0;
    let density = INV_SQRT_TAU * (-0.5 * x * x).exp();
    let tail_bar = if x >= 0.0 { -seed } else { seed };
    let density_bar = tail_bar * poly;
    let poly_bar = tail_bar * density;
    let mut t_bar = poly_bar * p0;
    let p0_bar = poly_bar * t;
    t_bar += p0_bar * p1;
    let p1_bar = p0_bar * t;
    t_bar += p1_bar * p2;
    let p2_bar = p1_bar * t;
    t_bar += p2_bar * p3;
    let p3_bar = p2_bar * t;
    t_bar += p3_bar * B[4];
    let u_bar = -t_bar / (u * u);
    let mut x_bar = u_bar * P * x.signum();
    x_bar += density_bar * density * -x;
    x_bar
}

/// The literal reversal: the helper is run forwards by the forward sweep and again by its own adjoint.
pub fn textbook(spot: f64, strike: f64, rate: f64, volatility: f64, maturity: f64) -> (f64, [f64; 5]) {
    let root = maturity.sqrt();
    let deviation = volatility * root;
    let moneyness = spot / strike;
    let drift = rate + 0.5 * volatility * volatility;
    let numerator = moneyness.ln() + drift * maturity;
    let d1 = numerator / deviation;
    let d2 = d1 - deviation;
    let discount = (-rate * maturity).exp();
    let n1 = normal_cdf(d1);
    let n2 = normal_cdf(d2);
    let present = strike * discount;
    let price = spot * n1 - present * n2;

    let price_bar = 1.0;
    let mut spot_bar = price_bar * n1;
    let n1_bar = price_bar * spot;
    let present_bar = -price_bar * n2;
    let n2_bar = -price_bar * present;
    let mut strike_bar = present_bar * discount;
    let discount_bar = present_bar * strike;
    let d2_bar = normal_cdf_textbook(d2, n2_bar);
    let mut d1_bar = normal_cdf_textbook(d1, n1_bar);
    let mut rate_bar = discount_bar * discount * -maturity;
    let mut maturity_bar = discount_bar * discount * -rate;
    d1_bar += d2_bar;
    let mut deviation_bar = -d2_bar;
    let numerator_bar = d1_bar / deviation;
    deviation_bar -= d1_bar * numerator / (deviation * deviation);
    let moneyness_bar = numerator_bar / moneyness;
    let drift_bar = numerator_bar * maturity;
    maturity_bar += numerator_bar * drift;
    rate_bar += drift_bar;
    let mut volatility_bar = drift_bar * volatility;
    spot_bar += moneyness_bar / strike;
    strike_bar -= moneyness_bar * spot / (strike * strike);
    volatility_bar += deviation_bar * root;
    let root_bar = deviation_bar * volatility;
    maturity_bar += root_bar * 0.5 / root;
    (price, [spot_bar, strike_bar, rate_bar, volatility_bar, maturity_bar])
}

/// The gradient made from `primal`.
pub fn generated() -> Option<Contestant> {
    Some(book("generated", |spot, strike, rate, volatility, maturity| {
        let (price, (s, k, r, v, t)) = primal::value_and_grad(spot, strike, rate, volatility, maturity);
        (price, [s, k, r, v, t])
    }))
}

/// Prices the book by `gradient`, which is that of one option.
pub fn book(
    name: &'static str,
    gradient: impl Fn(f64, f64, f64, f64, f64) -> (f64, [f64; 5]) + 'static,
) -> Contestant {
    Contestant::new(name, move |p, g| {
        let mut total = 0.0;
        for (o, g) in p.chunks_exact(5).zip(g.chunks_exact_mut(5)) {
            let (price, greeks) = gradient(o[0], o[1], o[2], o[3], o[4]);
            total += price;
            g.copy_from_slice(&greeks);
        }
        total
    })
}

/// The problem with its contestants.
pub fn problem() -> Problem {
    let mut random = Random::new(5);
    let mut point = Vec::new();
    for _ in 0..OPTIONS {
        point.push(random.between(80.0, 120.0));
        point.push(random.between(80.0, 120.0));
        point.push(random.between(0.01, 0.08));
        point.push(random.between(0.1, 0.5));
        point.push(random.between(0.25, 3.0));
    }
    Problem::new("black_scholes", "5 inputs, 256 options", point, |p| {
        let mut total = 0.0;
        for o in p.chunks_exact(5) {
            total += primal(o[0], o[1], o[2], o[3], o[4]);
        }
        total
    })
    .enter(Some(book("hand", hand)))
    .enter(Some(book("textbook", textbook)))
    .enter(generated())
}

#[cfg(test)]
mod tests {
    #[test]
    fn adjoints_agree() {
        crate::check::problem(super::problem(), 1e-12, 1e-4, 1e-8);
    }
}
