//! Trains a network of two layers on handwritten digits, written in arrays of `ndarray`.
//!
//! The loss of a batch is a few products of matrices; so is its gradient, which is checked against differences first.
//!
//! `cargo run --release --example ndarray_network`

use autodiff_runtime::{Optimizer, check, clip, differentiate, optim::Adam, train::Minibatches};
use ndarray::{Array1, Array2, Axis};
use std::{error::Error, path::Path};

use network::{Network, loss, scores};

const HIDDEN: usize = 32;
const EPOCHS: usize = 30;

#[differentiate]
mod network {
    use ndarray::{Array1, Array2, Axis};

    #[derive(Clone)]
    pub struct Network {
        pub weights: Array2<f64>,
        pub biases: Array1<f64>,
        pub last_weights: Array2<f64>,
        pub last_biases: Array1<f64>,
    }

    /// How much each image, a row of `images`, looks like each digit.
    pub fn scores(network: &Network, #[no_diff] images: &Array2<f64>) -> Array2<f64> {
        let hidden = (images.dot(&network.weights) + &network.biases).mapv(|z| z.tanh());
        hidden.dot(&network.last_weights) + &network.last_biases
    }

    /// The logarithm of the softmax of each row.
    fn log_softmax(scores: &Array2<f64>) -> Array2<f64> {
        let max = scores.fold(f64::NEG_INFINITY, |max, score| max.max(*score));
        let shifted = scores - max;
        let total = shifted.mapv(f64::exp).sum_axis(Axis(1)).insert_axis(Axis(1));
        shifted - total.mapv(f64::ln)
    }

    /// Mean cross-entropy over the images, and a penalty on the weights.
    pub fn loss(
        network: &Network,
        #[no_diff] images: &Array2<f64>,
        labels: &[usize],
        #[no_diff] penalty: f64,
    ) -> f64 {
        let logs = log_softmax(&scores(network, images));
        let mut sum = 0.0;
        for (i, label) in labels.iter().enumerate() {
            sum -= logs[[i, *label]];
        }
        let squares = network.weights.mapv(|w| w * w).sum() + network.last_weights.mapv(|w| w * w).sum();
        sum / labels.len() as f64 + penalty * squares
    }
}

/// Weights that are small, and differ.
fn start(rows: usize, columns: usize, phase: f64) -> Array2<f64> {
    let scale = (rows as f64).sqrt().recip();
    Array2::from_shape_fn((rows, columns), |(i, j)| scale * (phase + 12.9 * i as f64 + 78.2 * j as f64).sin())
}

/// Images, one a row, and what they show.
fn read() -> Result<(Array2<f64>, Vec<usize>), Box<dyn Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/data/digits.csv");
    let rows: Vec<Vec<f64>> = csv::Reader::from_path(path)?.deserialize().collect::<Result<_, _>>()?;
    let pixels = rows[0].len() - 1;
    let images = Array2::from_shape_fn((rows.len(), pixels), |(i, j)| rows[i][j] / 16.0);
    Ok((images, rows.iter().map(|row| row[pixels] as usize).collect()))
}

/// The rows of a batch.
fn chosen(images: &Array2<f64>, labels: &[usize], batch: &[usize]) -> (Array2<f64>, Vec<usize>) {
    (images.select(Axis(0), batch), batch.iter().map(|&i| labels[i]).collect())
}

fn accuracy(network: &Network, images: &Array2<f64>, labels: &[usize]) -> f64 {
    let scores = scores(network, images);
    let right = scores.rows().into_iter().zip(labels).filter(|(row, label)| {
        let best = (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b]));
        best == Some(**label)
    });
    right.count() as f64 / labels.len() as f64
}

fn main() -> Result<(), Box<dyn Error>> {
    let (images, labels) = read()?;
    let (train, test): (Vec<usize>, Vec<usize>) = (0..labels.len()).partition(|i| i % 5 != 0);
    let (test_images, test_labels) = chosen(&images, &labels, &test);
    let mut network = Network {
        weights: start(images.ncols(), HIDDEN, 0.3),
        biases: Array1::zeros(HIDDEN),
        last_weights: start(HIDDEN, 10, 0.7),
        last_biases: Array1::zeros(10),
    };

    let (some_images, some_labels) = chosen(&images, &labels, &train[..16]);
    let report = check::gradient(
        |network: &Network| loss::value_and_grad(network, &some_images, &some_labels, 1e-4),
        &network,
    )?;
    println!("{} of {} derivatives are right", report.elements - report.failures, report.elements);
    assert!(report.passed);

    let mut batches = Minibatches::shuffled(train.len(), 32, 1);
    let mut adam = Adam::new(0.01);
    for epoch in 1..=EPOCHS {
        let mut sum = 0.0;
        for batch in batches.epoch() {
            let batch: Vec<usize> = batch.iter().map(|&i| train[i]).collect();
            let (images, labels) = chosen(&images, &labels, &batch);
            let (value, mut gradient) = loss::value_and_grad(&network, &images, &labels, 1e-4);
            clip::by_global_norm(&mut gradient, 5.0);
            adam.step(&mut network, &gradient)?;
            sum += value * labels.len() as f64;
        }
        if epoch % 10 == 0 {
            println!("epoch {epoch}: loss {:.4}", sum / train.len() as f64);
        }
    }
    let accuracy = 100.0 * accuracy(&network, &test_images, &test_labels);
    println!("test accuracy: {accuracy:.1} %");
    assert!(accuracy > 95.0);
    Ok(())
}
