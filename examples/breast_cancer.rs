//! Tells benign from malignant breast masses by logistic regression, fitted with L-BFGS.
//!
//! The loss calls one of the losses of the crate; its gradient is generated through that call. Writes
//! `target/breast_cancer.svg`.
//!
//! `cargo run --release --example breast_cancer`

use autodiff_runtime::{differentiate, losses, solvers::Lbfgs};
use plotters::prelude::*;
use std::{error::Error, path::Path};

/// Mean cross-entropy of the labels, and a penalty on the weights.
#[differentiate]
fn loss(
    weights: &[f64],
    bias: f64,
    #[no_diff] features: &[f64],
    #[no_diff] benign: &[f64],
    #[no_diff] penalty: f64,
) -> f64 {
    let mut logits = vec![0.0; benign.len()];
    for (i, row) in features.chunks(weights.len()).enumerate() {
        let mut sum = bias;
        for j in 0..weights.len() {
            sum += weights[j] * row[j];
        }
        logits[i] = sum;
    }
    losses::mean_sigmoid_cross_entropy(&logits, benign) + penalty * losses::half_square_sum(weights)
}

/// Rows of features, and whether they are of a benign mass (1) or not (0).
#[derive(Default)]
struct Table {
    features: Vec<f64>,
    benign: Vec<f64>,
}

impl Table {
    /// Mean 0 and deviation 1 in each column, by the means and deviations of `of`.
    fn standardised(&self, of: &Table, width: usize) -> Table {
        let mut table = Table { features: self.features.clone(), benign: self.benign.clone() };
        for j in 0..width {
            let column = || of.features.iter().skip(j).step_by(width);
            let n = of.benign.len() as f64;
            let mean = column().sum::<f64>() / n;
            let deviation = (column().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
            table.features.iter_mut().skip(j).step_by(width).for_each(|x| *x = (*x - mean) / deviation);
        }
        table
    }
}

/// The weights and the bias that fit best.
fn fit(table: &Table, width: usize) -> Result<(Vec<f64>, f64), Box<dyn Error>> {
    let mut model = (vec![0.0; width], 0.0);
    let report = Lbfgs::new().gradient_tolerance(1e-7).minimize(
        |(weights, bias): &(Vec<f64>, f64)| {
            loss::value_and_grad(weights, *bias, &table.features, &table.benign, 0.005)
        },
        &mut model,
    )?;
    println!(
        "{} masses: loss {:.4}, largest derivative {:.0e} after {} iterations",
        table.benign.len(),
        report.value,
        report.gradient,
        report.iterations
    );
    Ok(model)
}

fn scores((weights, bias): &(Vec<f64>, f64), table: &Table) -> Vec<f64> {
    let score = |row: &[f64]| bias + row.iter().zip(weights).map(|(x, w)| x * w).sum::<f64>();
    table.features.chunks(weights.len()).map(score).collect()
}

fn main() -> Result<(), Box<dyn Error>> {
    const FOLDS: usize = 5;
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut reader = csv::Reader::from_path(here.join("examples/data/breast_cancer.csv"))?;
    let names: Vec<String> = reader.headers()?.iter().map(str::to_string).collect();
    let width = names.len() - 1;
    let rows: Vec<Vec<f64>> = reader.deserialize().collect::<Result<_, _>>()?;

    // Each mass is tested once, by a model that was fitted to the other folds.
    let (mut unseen, mut benign) = (Vec::new(), Vec::new());
    for fold in 0..FOLDS {
        let (mut train, mut test) = (Table::default(), Table::default());
        for (n, row) in rows.iter().enumerate() {
            let table = if n % FOLDS == fold { &mut test } else { &mut train };
            table.features.extend(&row[..width]);
            table.benign.push(row[width]);
        }
        let model = fit(&train.standardised(&train, width), width)?;
        unseen.extend(scores(&model, &test.standardised(&train, width)));
        benign.extend(test.benign);
    }
    let accuracy = losses::binary_accuracy(&unseen, &benign, 0.0);
    let (precision, recall, f1) = losses::precision_recall_f1(&unseen, &benign, 0.0);
    println!(
        "\ntest accuracy: {:.1} % (precision {precision:.3}, recall {recall:.3}, F1 {f1:.3})",
        100.0 * accuracy
    );
    assert!(accuracy > 0.97);

    let mut all = Table::default();
    for row in &rows {
        all.features.extend(&row[..width]);
        all.benign.push(row[width]);
    }
    println!();
    let (weights, _) = fit(&all.standardised(&all, width), width)?;
    let mut order: Vec<usize> = (0..width).collect();
    order.sort_by(|&a, &b| weights[b].abs().total_cmp(&weights[a].abs()));
    println!("what counts most (positive: for benign)");
    for &j in &order[..8] {
        println!("{:<24} {:>7.3}", names[j], weights[j]);
    }

    let path = here.join("target/breast_cancer.svg");
    draw(&path, &unseen, &benign)?;
    println!("\nscores of the masses in the test: {}", path.display());
    Ok(())
}

/// How many masses of each kind have a score, by score.
fn draw(path: &Path, scores: &[f64], benign: &[f64]) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(path.parent().ok_or("a file in a directory")?)?;
    let root = SVGBackend::new(path, (800, 400)).into_drawing_area();
    root.fill(&WHITE)?;
    const END: i32 = 20;
    let count = |label: f64| -> Vec<(i32, i32)> {
        let mut bins = [0; 2 * END as usize];
        for (score, _) in scores.iter().zip(benign).filter(|&(_, &is)| is == label) {
            bins[(score.floor() as i32 + END).clamp(0, 2 * END - 1) as usize] += 1;
        }
        (-END..END).zip(bins).collect()
    };
    let (benign, malignant) = (count(1.0), count(0.0));
    let top = benign.iter().chain(&malignant).map(|&(_, n)| n).max().unwrap_or(1);
    let mut chart = ChartBuilder::on(&root)
        .caption("Breast masses: log-odds of being benign, in the test", ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(35)
        .y_label_area_size(40)
        .build_cartesian_2d(f64::from(-END)..f64::from(END), 0.0..f64::from(top + 2))?;
    chart.configure_mesh().disable_x_mesh().x_desc("log-odds").y_desc("masses").draw()?;
    for (bins, color, label) in [(benign, BLUE, "benign"), (malignant, RED, "malignant")] {
        let bars = bins.into_iter().filter(|&(_, n)| n > 0).map(|(at, n)| {
            let at = f64::from(at);
            Rectangle::new([(at, 0.0), (at + 1.0, f64::from(n))], color.mix(0.5).filled())
        });
        chart
            .draw_series(bars)?
            .label(label)
            .legend(move |(x, y)| Rectangle::new([(x, y - 5), (x + 20, y + 5)], color.mix(0.5).filled()));
    }
    chart.draw_series(LineSeries::new([(0.0, 0.0), (0.0, f64::from(top + 2))], BLACK.stroke_width(1)))?;
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK)
        .draw()?;
    root.present()?;
    Ok(())
}
