//! Trains a network of 64, 64 and 10 neurons on handwritten digits.
//!
//! The network is structs with methods, and its loss plain Rust; the gradient, a struct of the same shape, is generated. Writes
//! the learning curve to `target/digits.svg`.
//!
//! `cargo run --release --example digits`

use autodiff_runtime::{Optimizer, clip, differentiate, optim::Sgd, schedule::Schedule, tree};
use indicatif::{ProgressBar, ProgressStyle};
use plotters::prelude::*;
use std::{error::Error, path::Path};

use network::{CLASSES, HIDDEN, Layer, Network, PIXELS, loss};

const EPOCHS: usize = 60;
const BATCH: usize = 32;

#[differentiate]
mod network {
    pub const PIXELS: usize = 64;
    pub const HIDDEN: usize = 64;
    pub const CLASSES: usize = 10;

    /// The weights of a neuron for each input, neuron by neuron, and its bias.
    pub struct Layer {
        pub weights: Vec<f64>,
        pub biases: Vec<f64>,
    }

    impl Layer {
        /// What comes together in each neuron.
        fn sums(&self, input: &[f64], sums: &mut [f64]) {
            for (j, sum) in sums.iter_mut().enumerate() {
                let weights = &self.weights[j * input.len()..(j + 1) * input.len()];
                *sum = self.biases[j] + weights.iter().zip(input).map(|(w, x)| w * x).sum::<f64>();
            }
        }
    }

    pub struct Network {
        pub hidden: Layer,
        pub last: Layer,
    }

    impl Network {
        /// How much an image looks like each digit.
        pub fn scores(&self, #[no_diff] image: &[f64]) -> [f64; CLASSES] {
            let mut hidden = [0.0; HIDDEN];
            self.hidden.sums(image, &mut hidden);
            for sum in &mut hidden {
                *sum = sum.tanh();
            }
            let mut scores = [0.0; CLASSES];
            self.last.sums(&hidden, &mut scores);
            scores
        }
    }

    /// Mean cross-entropy of the softmax over a batch of images, one after the other in `images`.
    pub fn loss(network: &Network, #[no_diff] images: &[f64], labels: &[usize]) -> f64 {
        let mut total = 0.0;
        for (image, &label) in images.chunks(PIXELS).zip(labels) {
            let scores = network.scores(image);
            let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = scores.iter().map(|score| (score - top).exp()).sum();
            total += sum.ln() + top - scores[label];
        }
        total / labels.len() as f64
    }
}

/// The class with the highest score.
fn classify(network: &Network, image: &[f64]) -> usize {
    let scores = network.scores(image);
    (0..CLASSES).max_by(|&a, &b| scores[a].total_cmp(&scores[b])).unwrap_or(0)
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

    /// A layer with weights as wide as its number of inputs allows.
    fn layer(&mut self, inputs: usize, outputs: usize) -> Layer {
        let width = (6.0 / (inputs + outputs) as f64).sqrt();
        let weights = (0..inputs * outputs).map(|_| width * (2.0 * self.next() - 1.0)).collect();
        Layer { weights, biases: vec![0.0; outputs] }
    }
}

/// Images one after the other, and their digits.
#[derive(Default)]
struct Digits {
    images: Vec<f64>,
    labels: Vec<usize>,
}

impl Digits {
    fn image(&self, n: usize) -> &[f64] {
        &self.images[n * PIXELS..(n + 1) * PIXELS]
    }

    fn push(&mut self, image: &[f64], label: usize) {
        self.images.extend_from_slice(image);
        self.labels.push(label);
    }

    fn select(&self, indices: &[usize]) -> Digits {
        let mut selected = Digits::default();
        for &n in indices {
            selected.push(self.image(n), self.labels[n]);
        }
        selected
    }

    fn read(path: &Path) -> Result<Digits, Box<dyn Error>> {
        let mut digits = Digits::default();
        for row in csv::Reader::from_path(path)?.deserialize() {
            let row: Vec<u8> = row?;
            let (&label, pixels) = row.split_last().ok_or("an empty row")?;
            if pixels.len() != PIXELS {
                return Err(format!("{} pixels instead of {PIXELS}", pixels.len()).into());
            }
            let image: Vec<f64> = pixels.iter().map(|&pixel| f64::from(pixel) / 16.0).collect();
            digits.push(&image, label.into());
        }
        Ok(digits)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let digits = Digits::read(&here.join("examples/data/digits.csv"))?;
    let mut random = Random(1);
    let mut order: Vec<usize> = (0..digits.labels.len()).collect();
    random.shuffle(&mut order);
    let (train, test) = order.split_at(order.len() * 4 / 5);
    let (mut train, test) = (train.to_vec(), digits.select(test));

    let mut network = Network { hidden: random.layer(PIXELS, HIDDEN), last: random.layer(HIDDEN, CLASSES) };
    println!(
        "{} images to train on, {} to test on, {} parameters",
        train.len(),
        test.labels.len(),
        tree::count::<f64, _>(&network)
    );

    let steps = EPOCHS * train.len().div_ceil(BATCH);
    let mut sgd = Sgd::new(Schedule::cosine(0.1, steps as u64, 0.01)).momentum(0.9);
    let bar = ProgressBar::new(steps as u64)
        .with_style(ProgressStyle::with_template("{bar:40} epoch {msg} ({elapsed}, {eta} to go)")?);
    let mut curve = Vec::with_capacity(EPOCHS);
    for epoch in 0..EPOCHS {
        random.shuffle(&mut train);
        let mut mean = 0.0;
        for batch in train.chunks(BATCH) {
            let batch = digits.select(batch);
            let (loss, mut gradient) = loss::value_and_grad(&network, &batch.images, &batch.labels);
            clip::by_global_norm(&mut gradient, 1.0);
            sgd.step(&mut network, &gradient)?;
            mean += loss * batch.labels.len() as f64 / train.len() as f64;
            bar.inc(1);
        }
        let unseen = loss(&network, &test.images, &test.labels);
        curve.push((mean, unseen));
        bar.set_message(format!("{}/{EPOCHS}, loss {mean:.4}, on the test set {unseen:.4}", epoch + 1));
    }
    bar.finish();

    let path = here.join("target/digits.svg");
    draw(&path, &curve)?;
    println!("learning curve: {}", path.display());

    let mut confusion = [[0; CLASSES]; CLASSES];
    for (n, &label) in test.labels.iter().enumerate() {
        confusion[label][classify(&network, test.image(n))] += 1;
    }
    println!("\n{:>5}  read as", "digit");
    println!("{:>5}  {}", "", (0..CLASSES).map(|digit| format!("{digit:>5}")).collect::<String>());
    for (digit, row) in confusion.iter().enumerate() {
        let cells: String = row
            .iter()
            .map(|&count| match count {
                0 => "    .".to_string(),
                count => format!("{count:>5}"),
            })
            .collect();
        println!("{digit:>5}  {cells}");
    }
    let right: usize = (0..CLASSES).map(|k| confusion[k][k]).sum();
    println!("\ntest accuracy: {:.1} %", 100.0 * right as f64 / test.labels.len() as f64);
    Ok(())
}

/// Loss over the epochs, on a logarithmic scale.
fn draw(path: &Path, curve: &[(f64, f64)]) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(path.parent().ok_or("a file in a directory")?)?;
    let root = SVGBackend::new(path, (800, 450)).into_drawing_area();
    root.fill(&WHITE)?;
    let values = || curve.iter().flat_map(|&(train, test)| [train, test]);
    let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(0.0, f64::max));
    let mut chart = ChartBuilder::on(&root)
        .caption("Handwritten digits: cross-entropy by epoch", ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(35)
        .y_label_area_size(55)
        .build_cartesian_2d(1..curve.len(), (0.8 * low..1.2 * high).log_scale())?;
    chart.configure_mesh().x_desc("epoch").y_desc("loss").draw()?;
    let on = |pick: fn(&(f64, f64)) -> f64| curve.iter().enumerate().map(move |(i, at)| (i + 1, pick(at)));
    chart
        .draw_series(LineSeries::new(on(|at| at.0), BLUE.stroke_width(2)))?
        .label("training set")
        .legend(|(x, y)| PathElement::new([(x, y), (x + 20, y)], BLUE));
    chart
        .draw_series(LineSeries::new(on(|at| at.1), RED.stroke_width(2)))?
        .label("test set")
        .legend(|(x, y)| PathElement::new([(x, y), (x + 20, y)], RED));
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK)
        .draw()?;
    root.present()?;
    Ok(())
}
