//! The models of the reference datasets, as residuals.

use autodiff_runtime::differentiate;
use std::f64::consts::PI;

/// Misra1a, BoxBOD.
#[differentiate]
pub fn saturation(b: &[f64], #[no_diff] x: &[f64], #[no_diff] y: &[f64]) -> Vec<f64> {
    x.iter().zip(y).map(|(x, y)| b[0] * (1.0 - (-b[1] * x).exp()) - y).collect()
}

#[differentiate]
pub fn misra1b(b: &[f64], #[no_diff] x: &[f64], #[no_diff] y: &[f64]) -> Vec<f64> {
    x.iter().zip(y).map(|(x, y)| b[0] * (1.0 - (1.0 + b[1] * x / 2.0).powi(-2)) - y).collect()
}

#[differentiate]
pub fn misra1c(b: &[f64], #[no_diff] x: &[f64], #[no_diff] y: &[f64]) -> Vec<f64> {
    x.iter().zip(y).map(|(x, y)| b[0] * (1.0 - (1.0 + 2.0 * b[1] * x).powf(-0.5)) - y).collect()
}

#[differentiate]
pub fn misra1d(b: &[f64], #[no_diff] x: &[f64], #[no_diff] y: &[f64]) -> Vec<f64> {
    x.iter().zip(y).map(|(x, y)| b[0] * b[1] * x / (1.0 + b[1] * x) - y).collect()
}

/// Chwirut1, Chwirut2.
#[differentiate]
pub fn chwirut(b: &[f64], #[no_diff] x: &[f64], #[no_diff] y: &[f64]) -> Vec<f64> {
    x.iter().zip(y).map(|(x, y)| (-b[0] * x).exp() / (b[1] + b[2] * x) - y).collect()
}

/// Lanczos1, Lanczos2, Lanczos3.
#[differentiate]
pub fn lanczos(b: &[f64], #[no_diff] x: &[f64], #[no_diff] y: &[f64]) -> Vec<f64> {
    let model = |x: f64| b[0] * (-b[1] * x).exp() + b[2] * (-b[3] * x).exp() + b[4] * (-b[5] * x).exp();
    x.iter().zip(y).map(|(x, y)| model(*x) - y).collect()
}

/// Gauss1, Gauss2, Gauss3.
#[differentiate]
pub fn gauss(b: &[f64], #[no_diff] x: &[f64], #[no_diff] y: &[f64]) -> Vec<f64> {
    let peak = |x: f64, at: usize| b[at] * (-((x - b[at + 1]) / b[at + 2]).powi(2)).exp();
    x.iter().zip(y).map(|(x, y)| b[0] * (-b[1] * x).exp() + peak(*x, 2) + peak(*x, 5) - y).collect()
}

#[differentiate]
pub fn danwood(b: &[f64], #[no_diff] x: &[f64], #[no_diff] y: &[f64]) -> Vec<f64> {
    x.iter().zip(y).map(|(x, y)| b[0] * x.powf(b[1]) - y).collect()
}

#[differentiate]
pub fn kirby2(b: &[f64], #[no_diff] x: &[f64], #[no_diff] y: &[f64]) -> Vec<f64> {
    let model = |x: f64| (b[0] + x * (b[1] + x * b[2])) / (1.0 + x * (b[3] + x * b[4]));
    x.iter().zip(y).map(|(x, y)| model(*x) - y).collect()
}

/// Hahn1, Thurber.
#[differentiate]
pub fn cubics(b: &[f64], #[no_diff] x: &[f64], #[no_diff] y: &[f64]) -> Vec<f64> {
    let above = |x: f64| b[0] + x * (b[1] + x * (b[2] + x * b[3]));
    let below = |x: f64| 1.0 + x * (b[4] + x * (b[5] + x * b[6]));
    x.iter().zip(y).map(|(x, y)| above(*x) / below(*x) - y).collect()
}

/// Two predictors, one after the other; the logarithm of the response.
#[differentiate]
pub fn nelson(b: &[f64], #[no_diff] x: &[f64], #[no_diff] y: &[f64]) -> Vec<f64> {
    let mut residuals = vec![0.0; y.len()];
    for i in 0..y.len() {
        residuals[i] = b[0] - b[1] * x[2 * i] * (-b[2] * x[2 * i + 1]).exp() - y[i].ln();
    }
    residuals
}

#[differentiate]
pub fn mgh09(b: &[f64], #[no_diff] x: &[f64], #[no_diff] y: &[f64]) -> Vec<f64> {
    x.iter().zip(y).map(|(x, y)| b[0] * (x * x + x * b[1]) / (x * x + x * b[2] + b[3]) - y).collect()
}

#[differentiate]
pub fn mgh10(b: &[f64], #[no_diff] x: &[f64], #[no_diff] y: &[f64]) -> Vec<f64> {
    x.iter().zip(y).map(|(x, y)| b[0] * (b[1] / (x + b[2])).exp() - y).collect()
}

#[differentiate]
pub fn mgh17(b: &[f64], #[no_diff] x: &[f64], #[no_diff] y: &[f64]) -> Vec<f64> {
    x.iter().zip(y).map(|(x, y)| b[0] + b[1] * (-x * b[3]).exp() + b[2] * (-x * b[4]).exp() - y).collect()
}

#[differentiate]
pub fn roszman1(b: &[f64], #[no_diff] x: &[f64], #[no_diff] y: &[f64]) -> Vec<f64> {
    x.iter().zip(y).map(|(x, y)| b[0] - b[1] * x - (b[2] / (x - b[3])).atan() / PI - y).collect()
}

#[differentiate]
pub fn enso(b: &[f64], #[no_diff] x: &[f64], #[no_diff] y: &[f64]) -> Vec<f64> {
    let wave = |x: f64, period: f64, cos: f64, sin: f64| {
        let angle = 2.0 * PI * x / period;
        cos * angle.cos() + sin * angle.sin()
    };
    let model =
        |x: f64| b[0] + wave(x, 12.0, b[1], b[2]) + wave(x, b[3], b[4], b[5]) + wave(x, b[6], b[7], b[8]);
    x.iter().zip(y).map(|(x, y)| model(*x) - y).collect()
}

#[differentiate]
pub fn eckerle4(b: &[f64], #[no_diff] x: &[f64], #[no_diff] y: &[f64]) -> Vec<f64> {
    x.iter().zip(y).map(|(x, y)| b[0] / b[1] * (-0.5 * ((x - b[2]) / b[1]).powi(2)).exp() - y).collect()
}

#[differentiate]
pub fn rat42(b: &[f64], #[no_diff] x: &[f64], #[no_diff] y: &[f64]) -> Vec<f64> {
    x.iter().zip(y).map(|(x, y)| b[0] / (1.0 + (b[1] - b[2] * x).exp()) - y).collect()
}

#[differentiate]
pub fn rat43(b: &[f64], #[no_diff] x: &[f64], #[no_diff] y: &[f64]) -> Vec<f64> {
    x.iter().zip(y).map(|(x, y)| b[0] / (1.0 + (b[1] - b[2] * x).exp()).powf(1.0 / b[3]) - y).collect()
}

#[differentiate]
pub fn bennett5(b: &[f64], #[no_diff] x: &[f64], #[no_diff] y: &[f64]) -> Vec<f64> {
    x.iter().zip(y).map(|(x, y)| b[0] * (b[1] + x).powf(-1.0 / b[2]) - y).collect()
}
