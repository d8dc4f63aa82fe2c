//! A yield curve, bootstrapped from swap rates with a root finder, and the hedge of a bond through it.
//!
//! Each node of the curve is found by bisection on the price of a swap: no derivative passes through its steps. The attribute says
//! which equation the node solves, and the sensitivities of everything behind the curve to the quotes of the market
//! follow from that. One reverse sweep gives all of them; checked against differences, which bootstrap the curve anew for
//! each quote, twice.

use autodiff_runtime::differentiate;

#[differentiate]
mod market {
    /// The discount factor of a whole year on a curve of zero rates, one a year.
    fn discount(zeros: &[f64], year: usize) -> f64 {
        (-zeros[year - 1] * year as f64).exp()
    }

    /// What a swap of the last year of the curve is worth to who pays the quote: the equation of its zero rate.
    fn swap(zero: f64, before: &[f64], quote: f64) -> f64 {
        let years = before.len() + 1;
        let last = (-zero * years as f64).exp();
        let mut annuity = last;
        for year in 1..years {
            annuity += discount(before, year);
        }
        1.0 - last - quote * annuity
    }

    /// The zero rate of the next year, by bisection.
    #[differentiate(implicit = swap)]
    fn node(before: &[f64], quote: f64) -> f64 {
        let (mut low, mut high) = (-0.5, 1.0);
        loop {
            let middle = 0.5 * (low + high);
            if middle <= low || middle >= high {
                return middle;
            }
            if swap(middle, before, quote) > 0.0 { high = middle } else { low = middle }
        }
    }

    /// The curve of the market's quotes, node behind node.
    pub fn bootstrap(quotes: &[f64]) -> Vec<f64> {
        let mut zeros: Vec<f64> = Vec::new();
        for i in 0..quotes.len() {
            let zero = node(&zeros, quotes[i]);
            zeros.push(zero);
        }
        zeros
    }

    /// A bond that pays a coupon each year, on the curve of the quotes.
    pub fn bond(quotes: &[f64], #[no_diff] coupon: f64) -> f64 {
        let zeros = bootstrap(quotes);
        let mut value = discount(&zeros, quotes.len());
        for year in 1..=quotes.len() {
            value += coupon * discount(&zeros, year);
        }
        value
    }

    /// What is wrong with a curve of zero rates, all at once.
    fn mispricings(zeros: &[f64], quotes: &[f64]) -> Vec<f64> {
        let mut all = Vec::new();
        for i in 0..quotes.len() {
            all.push(swap(zeros[i], &zeros[..i], quotes[i]));
        }
        all
    }

    /// The same curve by one equation for all nodes.
    #[differentiate(implicit = mispricings)]
    pub fn calibrated(quotes: &[f64]) -> Vec<f64> {
        bootstrap(quotes)
    }
}

const QUOTES: [f64; 10] = [0.0312, 0.0305, 0.0298, 0.0295, 0.0296, 0.0299, 0.0303, 0.0308, 0.0313, 0.0318];
const COUPON: f64 = 0.04;
/// One basis point of a million.
const POINT: f64 = 1e-4 * 1e6;

fn main() {
    let (value, by_quote) = market::bond::value_and_grad(&QUOTES, COUPON);
    println!("a bond of ten years that pays {:.1} % is worth {:.4} %", 100.0 * COUPON, 100.0 * value);
    println!();
    println!(
        "{:>5} {:>8} {:>10} {:>14} {:>14}",
        "year", "quote", "zero rate", "a point gives", "by differences"
    );
    let zeros = market::bootstrap(&QUOTES);
    let mut worst = 0.0_f64;
    for (i, (quote, zero)) in QUOTES.iter().zip(&zeros).enumerate() {
        let moved = |by: f64| {
            let mut quotes = QUOTES;
            quotes[i] += by;
            market::bond(&quotes, COUPON)
        };
        let h = 1e-5;
        let difference = (moved(h) - moved(-h)) / (2.0 * h);
        worst = worst.max((by_quote[i] - difference).abs());
        println!(
            "{:>5} {:>7.2}% {:>9.3}% {:>14.4} {:>14.4}",
            i + 1,
            100.0 * quote,
            100.0 * zero,
            POINT * by_quote[i],
            POINT * difference
        );
    }
    println!();
    println!(
        "the bond loses {:.2} a million where all quotes rise by a point",
        -POINT * by_quote.iter().sum::<f64>()
    );
    println!("at most {worst:.1e} lies between the gradient and differences");
    assert!(worst < 1e-7);

    // A million of the bond is hedged where swaps of each year lose what it gains, each by its own equation. Then all
    // of them at once: the gradient of each node by the quotes is that of the whole system.
    let (curve, pullback) = market::calibrated::vjp(&QUOTES);
    let by_curve: Vec<f64> = (1..=curve.len())
        .map(|year| {
            let flow = COUPON + f64::from(u8::from(year == curve.len()));
            -(year as f64) * flow * (-curve[year - 1] * year as f64).exp()
        })
        .collect();
    let at_once = pullback(by_curve);
    let apart = at_once.iter().zip(&by_quote).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    println!("at most {apart:.1e} lies between node behind node, and one system of ten equations");
    assert!(apart < 1e-12);
}
