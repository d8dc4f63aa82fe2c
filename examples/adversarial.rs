//! Fools a classifier of handwritten digits, and trains another one that is harder to fool.
//!
//! The gradient of the loss by the image says which pixels to change; a small step along its sign (Goodfellow et al.
//! 2014, arXiv:1412.6572) makes the network misread what a person still reads. Trained on such images, made anew for
//! each batch, it withstands them better. Writes `target/adversarial.svg`.
//!
//! `cargo run --release --example adversarial`

use autodiff_runtime::losses::{argmax, sparse_softmax_cross_entropy};
use autodiff_runtime::{Optimizer, differentiate, optim::Adam, schedule::Schedule};
use indicatif::{ProgressBar, ProgressStyle};
use plotters::prelude::*;
use std::{error::Error, path::Path};

const PIXELS: usize = 64;
const HIDDEN: usize = 48;
const CLASSES: usize = 10;

const EPOCHS: usize = 30;
const BATCH: usize = 32;
/// How far a pixel, between 0 and 1, is changed in training.
const STEP: f64 = 0.15;

/// Weights and biases, a row of inputs and a bias for each neuron: of the hidden layer, and of the last one.
type Network = (Vec<f64>, Vec<f64>);

/// The scores of the ten digits.
#[differentiate]
fn scores(first: &[f64], last: &[f64], image: &[f64]) -> Vec<f64> {
    let mut hidden = [0.0; HIDDEN];
    for j in 0..HIDDEN {
        let row = &first[j * (PIXELS + 1)..(j + 1) * (PIXELS + 1)];
        let mut sum = row[PIXELS];
        for i in 0..PIXELS {
            sum += row[i] * image[i];
        }
        hidden[j] = sum.tanh();
    }
    let mut scores = vec![0.0; CLASSES];
    for k in 0..CLASSES {
        let row = &last[k * (HIDDEN + 1)..(k + 1) * (HIDDEN + 1)];
        let mut sum = row[HIDDEN];
        for j in 0..HIDDEN {
            sum += row[j] * hidden[j];
        }
        scores[k] = sum;
    }
    scores
}

/// Cross-entropy of one image.
#[differentiate]
fn loss(first: &[f64], last: &[f64], image: &[f64], label: usize) -> f64 {
    let scores = scores(first, last, image);
    sparse_softmax_cross_entropy(&scores, label)
}

/// The image after a step that makes the loss larger.
fn attack((first, last): &Network, image: &[f64], label: usize, step: f64) -> Vec<f64> {
    let (_, _, image_bar) = loss::grad(first, last, image, label);
    image.iter().zip(&image_bar).map(|(pixel, g)| (pixel + step * sign(*g)).clamp(0.0, 1.0)).collect()
}

fn sign(x: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x.signum() }
}

/// Uniform numbers that are the same in each run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, (self.next() * (i + 1) as f64) as usize);
        }
    }

    fn layer(&mut self, inputs: usize, outputs: usize) -> Vec<f64> {
        let width = (6.0 / (inputs + outputs) as f64).sqrt();
        (0..(inputs + 1) * outputs).map(|_| width * (2.0 * self.next() - 1.0)).collect()
    }
}

type Digit = (Vec<f64>, usize);

fn read(path: &Path) -> Result<Vec<Digit>, Box<dyn Error>> {
    let mut digits = Vec::new();
    for row in csv::Reader::from_path(path)?.deserialize() {
        let row: Vec<u8> = row?;
        digits
            .push((row[..PIXELS].iter().map(|&pixel| f64::from(pixel) / 16.0).collect(), row[PIXELS].into()));
    }
    Ok(digits)
}

/// Trains on the images, and on what the attack makes of each when `step` is not 0.
fn train(digits: &[Digit], step: f64) -> Result<Network, Box<dyn Error>> {
    let mut random = Random(1);
    let mut network = (random.layer(PIXELS, HIDDEN), random.layer(HIDDEN, CLASSES));
    let steps = EPOCHS * digits.len().div_ceil(BATCH);
    let mut adam = Adam::new(Schedule::cosine(5e-3, steps as u64, 0.05));
    let bar = ProgressBar::new(steps as u64)
        .with_style(ProgressStyle::with_template("{bar:40} {msg} ({elapsed}, {eta} to go)")?);
    bar.set_message(if step == 0.0 { "plain training" } else { "adversarial training" });
    let mut order: Vec<usize> = (0..digits.len()).collect();
    // The gradient by the weights is summed up here; that by the image is not looked at.
    let mut gradient = (vec![0.0; network.0.len()], vec![0.0; network.1.len()]);
    let mut image_bar = [0.0; PIXELS];
    for _ in 0..EPOCHS {
        random.shuffle(&mut order);
        for batch in order.chunks(BATCH) {
            gradient.0.fill(0.0);
            gradient.1.fill(0.0);
            let mut add = |image: &[f64], label| {
                let (first, last) = &network;
                let (first_bar, last_bar) = (&mut gradient.0, &mut gradient.1);
                loss::value_and_grad_into(first, last, image, label, first_bar, last_bar, &mut image_bar);
            };
            for &n in batch {
                let (image, label) = &digits[n];
                add(image, *label);
                if step != 0.0 {
                    // Made outside of the loss: the weights are not held to account for the attack.
                    add(&attack(&network, image, *label, step), *label);
                }
            }
            let count = batch.len() as f64 * if step == 0.0 { 1.0 } else { 2.0 };
            gradient.0.iter_mut().chain(&mut gradient.1).for_each(|g| *g /= count);
            adam.step(&mut network, &gradient)?;
            bar.inc(1);
        }
    }
    bar.finish();
    Ok(network)
}

/// Share of the digits that are read rightly under attack.
fn accuracy(network: &Network, digits: &[Digit], step: f64) -> f64 {
    let right = |(image, label): &&Digit| read_as(network, &attack(network, image, *label, step)) == *label;
    digits.iter().filter(right).count() as f64 / digits.len() as f64
}

fn read_as((first, last): &Network, image: &[f64]) -> usize {
    argmax(&scores(first, last, image))
}

fn main() -> Result<(), Box<dyn Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut digits = read(&here.join("examples/data/digits.csv"))?;
    Random(1).shuffle(&mut digits);
    let (training, test) = digits.split_at(digits.len() * 4 / 5);
    println!("{} images to train on, {} to test on", training.len(), test.len());
    let (plain, hardened) = (train(training, 0.0)?, train(training, STEP)?);

    let curve: Vec<(f64, f64, f64)> = (0..=10)
        .map(|i| 0.03 * f64::from(i))
        .map(|step| (step, accuracy(&plain, test, step), accuracy(&hardened, test, step)))
        .collect();
    println!(
        "\ntest accuracy under attack\n{:>5} {:>15} {:>21}",
        "step", "plain training", "adversarial training"
    );
    for &(step, plain, hardened) in &curve {
        println!("{step:>5.2} {:>13.1} % {:>19.1} %", 100.0 * plain, 100.0 * hardened);
    }
    let (_, worn, held) = curve[5];
    assert!(curve[0].1 > 0.95 && curve[0].2 > 0.95 && held > worn + 0.1);

    // Images that only the plain network misreads.
    let misread = |(image, label): &&Digit| {
        let attacked = attack(&plain, image, *label, STEP);
        read_as(&plain, image) == *label && read_as(&plain, &attacked) != *label
    };
    let shown: Vec<(&[f64], Vec<f64>, String)> = (test.iter().filter(misread).take(10))
        .map(|(image, label)| {
            let attacked = attack(&plain, image, *label, STEP);
            let caption = format!("{label} read as {}", read_as(&plain, &attacked));
            (&image[..], attacked, caption)
        })
        .collect();
    let path = here.join("target/adversarial.svg");
    draw(&path, &curve, &shown)?;
    println!("\naccuracy and some of the images: {}", path.display());
    Ok(())
}

/// Accuracy by size of the step; below it images before and after.
fn draw(
    path: &Path,
    curve: &[(f64, f64, f64)],
    shown: &[(&[f64], Vec<f64>, String)],
) -> Result<(), Box<dyn Error>> {
    const PIXEL: i32 = 8;
    std::fs::create_dir_all(path.parent().ok_or("a file in a directory")?)?;
    let root = SVGBackend::new(path, (840, 560)).into_drawing_area();
    root.fill(&WHITE)?;
    let (upper, lower) = root.split_vertically(360);
    let mut chart = ChartBuilder::on(&upper)
        .caption("Handwritten digits: accuracy under attack", ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(35)
        .y_label_area_size(50)
        .build_cartesian_2d(0.0..0.3, 0.0..1.0)?;
    chart.configure_mesh().x_desc("change of each pixel").y_desc("accuracy").draw()?;
    let mut line = |pick: fn(&(f64, f64, f64)) -> f64, color: RGBColor, label: &str| {
        let points: Vec<_> = curve.iter().map(|at| (at.0, pick(at))).collect();
        let series = chart.draw_series(LineSeries::new(points, color.stroke_width(2)))?;
        series.label(label).legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], color));
        Ok::<_, Box<dyn Error>>(())
    };
    line(|at| at.1, RED, "plain training")?;
    line(|at| at.2, BLUE, "adversarial training")?;
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerLeft)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK)
        .draw()?;
    for (n, (image, attacked, caption)) in shown.iter().enumerate() {
        let left = 15 + 82 * n as i32;
        for (top, image) in [(5, *image), (85, attacked)] {
            for (i, &pixel) in image.iter().enumerate() {
                let (x, y) = (left + PIXEL * (i as i32 % 8), top + PIXEL * (i as i32 / 8));
                lower.draw(&Rectangle::new([(x, y), (x + PIXEL, y + PIXEL)], BLACK.mix(pixel).filled()))?;
            }
            let end = (left + 8 * PIXEL, top + 8 * PIXEL);
            lower.draw(&Rectangle::new([(left, top), end], BLACK.mix(0.3)))?;
        }
        lower.draw(&Text::new(caption.clone(), (left, 158), ("sans-serif", 13)))?;
    }
    root.present()?;
    Ok(())
}
