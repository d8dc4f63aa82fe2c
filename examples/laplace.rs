//! What measurements say of breast masses, and how sure that is: logistic regression with Laplace's approximation of the
//! posterior.
//!
//! The mode is found by Newton's method with the Hessian that is generated; its inverse is the covariance, its determinant
//! gives the evidence, by which models are compared. All of it is checked by importance sampling.
//!
//! `cargo run --release --example laplace`

use autodiff_runtime::solvers::{Laplace, Newton};
use autodiff_runtime::{differentiate, losses};
use std::{error::Error, f64::consts::TAU, path::Path};

/// Minus the logarithm of likelihood and prior: weights are normal with the deviation `PRIOR`.
///
/// The first weight is the bias, and belongs to a column of ones.
#[differentiate(order = 2)]
fn surprise(weights: &[f64], #[no_diff] features: &[f64], #[no_diff] benign: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..benign.len() {
        let mut score = 0.0;
        for j in 0..weights.len() {
            score += weights[j] * features[i * weights.len() + j];
        }
        sum += softplus(if benign[i] > 0.5 { -score } else { score });
    }
    for j in 0..weights.len() {
        sum += 0.5 * (weights[j] / PRIOR).powi(2) + 0.5 * (TAU * PRIOR * PRIOR).ln();
    }
    sum
}

/// `ln(1 + exp(x))`, without overflow.
#[differentiate(order = 2)]
fn softplus(x: f64) -> f64 {
    if x > 0.0 { x + (-x).exp().ln_1p() } else { x.exp().ln_1p() }
}

const PRIOR: f64 = 5.0;
const MEASURES: [&str; 4] = ["worst_radius", "worst_texture", "worst_concave_points", "worst_symmetry"];

/// The posterior of a model, with the logarithm of its evidence.
fn posterior(features: &[f64], benign: &[f64], width: usize) -> Result<(Laplace, f64), Box<dyn Error>> {
    let mut weights = vec![0.0; width];
    let report = Newton::new().minimize(
        |w: &[f64]| surprise::value_and_grad(w, features, benign),
        |w| surprise::hessian(w, features, benign),
        &mut weights[..],
    )?;
    let posterior = Laplace::new(&weights, &surprise::hessian(&weights, features, benign))?;
    let evidence = posterior.log_evidence(report.value);
    Ok((posterior, evidence))
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/data/breast_cancer.csv");
    let mut reader = csv::Reader::from_path(path)?;
    let headers = reader.headers()?.clone();
    let rows: Vec<Vec<f64>> = reader.deserialize().collect::<Result<_, _>>()?;
    let benign: Vec<f64> = rows.iter().filter_map(|row| row.last().copied()).collect();

    // Columns with mean 0 and deviation 1, behind one of ones.
    let mut columns = vec![vec![1.0; rows.len()]];
    for name in MEASURES {
        let at = headers.iter().position(|header| header == name).ok_or("a column of that name")?;
        let n = rows.len() as f64;
        let mean = rows.iter().map(|row| row[at]).sum::<f64>() / n;
        let deviation = (rows.iter().map(|row| (row[at] - mean).powi(2)).sum::<f64>() / n).sqrt();
        columns.push(rows.iter().map(|row| (row[at] - mean) / deviation).collect());
    }
    let table = |columns: &[Vec<f64>]| -> Vec<f64> {
        (0..rows.len()).flat_map(|i| columns.iter().map(move |column| column[i])).collect()
    };
    let features = table(&columns);
    let (posterior_of_all, evidence) = posterior(&features, &benign, columns.len())?;

    println!("{:<22} {:>8} {:>10} {:>24}", "", "weight", "deviation", "ln evidence without it");
    let deviations = posterior_of_all.standard_deviations();
    for (j, (weight, deviation)) in posterior_of_all.mode().iter().zip(&deviations).enumerate() {
        if j == 0 {
            println!("{:<22} {weight:>8.3} {deviation:>10.3}", "bias");
            continue;
        }
        let mut fewer = columns.clone();
        fewer.remove(j);
        let (_, without) = posterior(&table(&fewer), &benign, fewer.len())?;
        println!("{:<22} {weight:>8.3} {deviation:>10.3} {:>24.1}", MEASURES[j - 1], without - evidence);
        // Three of them earn their places; how symmetric a cell is, the others tell.
        assert_eq!(without > evidence, MEASURES[j - 1] == "worst_symmetry");
    }

    // The same integral by importance sampling: draws of the approximation, weighted by how far it is from the posterior.
    let mut state = 1_u64;
    let mut uniform = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((state >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    };
    let mut normal = || (-2.0 * uniform().ln()).sqrt() * (TAU * uniform()).cos();
    let n = columns.len();
    let peak = surprise(posterior_of_all.mode(), &features, &benign);
    let (mut sum, mut mean, mut square) = (0.0, vec![0.0; n], vec![0.0; n]);
    for _ in 0..20_000 {
        let draw: Vec<f64> = (0..n).map(|_| normal()).collect();
        let weights = posterior_of_all.draw(&draw);
        let half_square = 0.5 * draw.iter().map(|z| z * z).sum::<f64>();
        let ratio = (peak + half_square - surprise(&weights, &features, &benign)).exp();
        sum += ratio;
        for j in 0..n {
            mean[j] += ratio * weights[j];
            square[j] += ratio * weights[j] * weights[j];
        }
    }
    let sampled = evidence + (sum / 20_000.0).ln();
    println!("\nln evidence: {evidence:.3}, by importance sampling {sampled:.3}");
    assert!((evidence - sampled).abs() < 0.15);
    for j in 0..n {
        let sampled = (square[j] / sum - (mean[j] / sum).powi(2)).sqrt();
        assert!((sampled / deviations[j] - 1.0).abs() < 0.1, "deviation {j}: {} by sampling", sampled);
    }
    println!("the standard deviations are those of the samples to 10 %");

    let scores: Vec<f64> = features
        .chunks(n)
        .map(|row| row.iter().zip(posterior_of_all.mode()).map(|(x, w)| x * w).sum())
        .collect();
    println!("right on {:.1} % of the masses", 100.0 * losses::binary_accuracy(&scores, &benign, 0.0));
    Ok(())
}
