//! Finds two kinds of breast masses without being told which is which: expectation maximisation of a Gaussian mixture.
//!
//! The E step says how much each component answers for each point, the M step improves the components for these
//! shares. No derivative of the M step may pass through the shares: that is what [`stop_gradient`] is for. Then the
//! gradient is exactly that of the likelihood; without it, it is another one, and wrong. Writes
//! `target/gaussian_mixture.svg`.
//!
//! `cargo run --release --example gaussian_mixture`

use autodiff_runtime::losses::{log_softmax, log_sum_exp};
use autodiff_runtime::{Differentiable, Optimizer, differentiate, optim::Adam, stop_gradient};
use plotters::prelude::*;
use std::{error::Error, f64::consts::TAU, path::Path};

const KINDS: usize = 2;

/// A Gaussian in the plane with its weight; `(x - mean)` times `[[exp(a), 0], [skew, exp(b)]]` has a standard normal
/// distribution, where `[a, b]` is `log_scale`.
#[derive(Clone, Debug, Differentiable)]
struct Component {
    logit: f64,
    mean: [f64; 2],
    log_scale: [f64; 2],
    skew: f64,
}

type Mixture = [Component; KINDS];

/// `ln(weight · density)` of each component at a point.
#[differentiate]
fn log_joint(mixture: &[Component; KINDS], #[no_diff] at: &[f64; 2]) -> [f64; KINDS] {
    let mut logits = [0.0; KINDS];
    for k in 0..KINDS {
        logits[k] = mixture[k].logit;
    }
    let weights = log_softmax(&logits);
    let mut joint = [0.0; KINDS];
    for k in 0..KINDS {
        let (dx, dy) = (at[0] - mixture[k].mean[0], at[1] - mixture[k].mean[1]);
        let [a, b] = mixture[k].log_scale;
        let (u, v) = (a.exp() * dx + mixture[k].skew * dy, b.exp() * dy);
        joint[k] = weights[k] + a + b - 0.5 * (u * u + v * v) - TAU.ln();
    }
    joint
}

/// What EM improves: the mean of `Σ share · ln(weight · density)`, the shares held.
#[differentiate]
fn expected(mixture: &[Component; KINDS], #[no_diff] points: &[[f64; 2]]) -> f64 {
    let mut sum = 0.0;
    for at in points {
        let joint = log_joint(mixture, at);
        let log_shares = log_softmax(&joint);
        for k in 0..KINDS {
            sum += stop_gradient(log_shares[k].exp()) * joint[k];
        }
    }
    sum / points.len() as f64
}

/// The same without the stop.
#[differentiate]
fn leaking(mixture: &[Component; KINDS], #[no_diff] points: &[[f64; 2]]) -> f64 {
    let mut sum = 0.0;
    for at in points {
        let joint = log_joint(mixture, at);
        let log_shares = log_softmax(&joint);
        for k in 0..KINDS {
            sum += log_shares[k].exp() * joint[k];
        }
    }
    sum / points.len() as f64
}

#[differentiate]
fn log_likelihood(mixture: &[Component; KINDS], #[no_diff] points: &[[f64; 2]]) -> f64 {
    let mut sum = 0.0;
    for at in points {
        let joint = log_joint(mixture, at);
        sum += log_sum_exp(&joint);
    }
    sum / points.len() as f64
}

/// Radius and concavity of each mass, both standardised, and whether it is benign.
fn read(path: &Path) -> Result<(Vec<[f64; 2]>, Vec<bool>), Box<dyn Error>> {
    let (mut points, mut benign) = (Vec::new(), Vec::new());
    for row in csv::Reader::from_path(path)?.deserialize() {
        let row: Vec<f64> = row?;
        points.push([row[20].ln(), row[27]]);
        benign.push(row[30] == 1.0);
    }
    for axis in 0..2 {
        let n = points.len() as f64;
        let mean = points.iter().map(|at| at[axis]).sum::<f64>() / n;
        let deviation = (points.iter().map(|at| (at[axis] - mean).powi(2)).sum::<f64>() / n).sqrt();
        points.iter_mut().for_each(|at| at[axis] = (at[axis] - mean) / deviation);
    }
    Ok((points, benign))
}

fn main() -> Result<(), Box<dyn Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (points, benign) = read(&here.join("examples/data/breast_cancer.csv"))?;
    let round = |x, y| Component { logit: 0.0, mean: [x, y], log_scale: [0.0; 2], skew: 0.0 };
    let start: Mixture = [round(-0.5, 0.5), round(0.5, -0.5)];

    let mean = |gradient: &[ComponentTangent; KINDS]| gradient[0].mean;
    println!("gradient by the first mean");
    println!("  of the likelihood  {:+.6?}", mean(&log_likelihood::grad(&start, &points)));
    println!("  of the M step      {:+.6?}", mean(&expected::grad(&start, &points)));
    println!("  without the stop   {:+.6?}", mean(&leaking::grad(&start, &points)));

    // Each step is an E step and a bit of an M step.
    let mut mixture = start.clone();
    let mut adam = Adam::new(0.03);
    println!("\n{:>5} {:>15}", "step", "log-likelihood");
    for step in 0..=1000 {
        if step % 200 == 0 {
            println!("{step:>5} {:>15.6}", log_likelihood(&mixture, &points));
        }
        let gradient = expected::grad(&mixture, &points).map(|component| ComponentTangent {
            logit: -component.logit,
            mean: component.mean.map(|x| -x),
            log_scale: component.log_scale.map(|x| -x),
            skew: -component.skew,
        });
        adam.step(&mut mixture, &gradient)?;
    }

    let kind = |at: &[f64; 2]| {
        let joint = log_joint(&mixture, at);
        usize::from(joint[1] > joint[0])
    };
    let weights = log_softmax(&[mixture[0].logit, mixture[1].logit]);
    println!();
    for k in 0..KINDS {
        let of = points.iter().zip(&benign).filter(|(at, _)| kind(at) == k);
        let (all, good) = of.fold((0, 0), |(all, good), (_, &benign)| (all + 1, good + usize::from(benign)));
        println!("kind {k}: weight {:.2}, {all} masses, of which {good} are benign", weights[k].exp());
    }
    let same = points.iter().zip(&benign).filter(|&(at, &benign)| (kind(at) == 0) == benign).count();
    let agreement = same.max(points.len() - same) as f64 / points.len() as f64;
    println!("agreement with the diagnosis: {:.1} %", 100.0 * agreement);
    assert!(agreement > 0.85);

    let path = here.join("target/gaussian_mixture.svg");
    draw(&path, &points, &benign, &[(&start, BLACK.mix(0.4)), (&mixture, BLACK.mix(1.0))])?;
    println!("\nmasses and components: {}", path.display());
    Ok(())
}

/// The points, and of each component the ellipses of one and two deviations.
fn draw(
    path: &Path,
    points: &[[f64; 2]],
    benign: &[bool],
    mixtures: &[(&Mixture, RGBAColor)],
) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(path.parent().ok_or("a file in a directory")?)?;
    let root = SVGBackend::new(path, (800, 600)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption("Breast masses (blue: benign) and the mixture, first (grey) and last", ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(35)
        .y_label_area_size(40)
        .build_cartesian_2d(-3.0..4.0, -3.0..4.0)?;
    chart.configure_mesh().x_desc("largest radius (log)").y_desc("concave points").draw()?;
    chart.draw_series(points.iter().zip(benign).map(|(at, &benign)| {
        let color = if benign { BLUE.mix(0.5) } else { RED.mix(0.5) };
        Circle::new((at[0], at[1]), 3, color.filled())
    }))?;
    for &(mixture, color) in mixtures {
        for Component { mean, log_scale, skew, .. } in mixture {
            for radius in [1.0, 2.0] {
                let ellipse = (0..=90).map(|i| {
                    let angle = TAU * f64::from(i) / 90.0;
                    let dy = radius * angle.sin() / log_scale[1].exp();
                    let dx = (radius * angle.cos() - skew * dy) / log_scale[0].exp();
                    (mean[0] + dx, mean[1] + dy)
                });
                chart.draw_series(LineSeries::new(ellipse, color.stroke_width(2)))?;
            }
        }
    }
    root.present()?;
    Ok(())
}
