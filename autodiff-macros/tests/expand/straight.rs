#[differentiate]
fn call_price(spot: f64, strike: f64, rate: f64, vol: f64, time: f64) -> f64 {
    let sd = vol * time.sqrt();
    let d1 = ((spot / strike).ln() + (rate + 0.5 * vol * vol) * time) / sd;
    let d2 = d1 - sd;
    let cdf = |d: f64| 1.0 / (1.0 + (-1.702 * d).exp());
    spot * cdf(d1) - strike * (-rate * time).exp() * cdf(d2)
}
