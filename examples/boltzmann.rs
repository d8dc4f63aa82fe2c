//! Trains a restricted Boltzmann machine on handwritten digits by contrastive divergence, and lets it dream of some.
//!
//! The loss compares the free energy of the data with that of what the machine makes of them, which comes from a
//! sampler. No derivative passes through the sampler: `#[no_diff]` on its bindings says so. Writes
//! `target/boltzmann.svg`.
//!
//! `cargo run --release --example boltzmann`

use autodiff_runtime::losses::{sigmoid, softplus};
use autodiff_runtime::{Optimizer, differentiate, optim::Sgd, schedule::Schedule};
use indicatif::{ProgressBar, ProgressStyle};
use plotters::prelude::*;
use std::{error::Error, path::Path};

const VISIBLE: usize = 64;
const HIDDEN: usize = 100;

const EPOCHS: usize = 60;
const BATCH: usize = 20;

/// `-b v - Σ softplus(W v + c)`: low where the machine finds an image likely. `w` has a row for each hidden unit.
#[differentiate]
fn free_energy(image: &[f64], w: &[f64], b: &[f64], c: &[f64]) -> f64 {
    let mut energy = 0.0;
    for i in 0..VISIBLE {
        energy -= b[i] * image[i];
    }
    for j in 0..HIDDEN {
        let row = &w[j * VISIBLE..(j + 1) * VISIBLE];
        let mut input = c[j];
        for i in 0..VISIBLE {
            input += row[i] * image[i];
        }
        energy -= softplus(input);
    }
    energy
}

/// Mean over a batch of the free energy of an image less that of a sample made from it.
#[differentiate]
fn contrast(
    w: &[f64],
    b: &[f64],
    c: &[f64],
    #[no_diff] images: &[f64],
    #[no_diff] random: &mut Random,
) -> f64 {
    let count = images.len() / VISIBLE;
    let mut sum = 0.0;
    for n in 0..count {
        let image = &images[n * VISIBLE..(n + 1) * VISIBLE];
        #[no_diff]
        let dream = gibbs(image, w, b, c, random);
        sum += free_energy(image, w, b, c) - free_energy(&dream, w, b, c);
    }
    sum / count as f64
}

/// A sample of the hidden units for an image, and one of the visible ones for these.
fn gibbs(image: &[f64], w: &[f64], b: &[f64], c: &[f64], random: &mut Random) -> Vec<f64> {
    let mut inputs = b.to_vec();
    for j in 0..HIDDEN {
        let row = &w[j * VISIBLE..(j + 1) * VISIBLE];
        let input = c[j] + row.iter().zip(image).map(|(w, v)| w * v).sum::<f64>();
        if random.next() < sigmoid(input) {
            inputs.iter_mut().zip(row).for_each(|(input, w)| *input += w);
        }
    }
    inputs.into_iter().map(|input| if random.next() < sigmoid(input) { 1.0 } else { 0.0 }).collect()
}

/// Uniform numbers that are the same in each run.
#[derive(Clone)]
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// The images, each pixel black or white.
fn read(path: &Path) -> Result<Vec<f64>, Box<dyn Error>> {
    let mut images = Vec::new();
    for row in csv::Reader::from_path(path)?.deserialize() {
        let row: Vec<u8> = row?;
        images.extend(row[..VISIBLE].iter().map(|&pixel| if pixel >= 8 { 1.0 } else { 0.0 }));
    }
    Ok(images)
}

fn main() -> Result<(), Box<dyn Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let images = read(&here.join("examples/data/digits.csv"))?;
    let count = images.len() / VISIBLE;
    let mut random = Random(1);

    let w: Vec<f64> = (0..HIDDEN * VISIBLE).map(|_| 0.1 * (random.next() - 0.5)).collect();
    // The visible biases start where they alone give each pixel its frequency.
    let frequency = |i: usize| images.iter().skip(i).step_by(VISIBLE).sum::<f64>() / count as f64;
    let b: Vec<f64> = (0..VISIBLE).map(frequency).map(|p| ((p + 0.01) / (1.01 - p)).ln()).collect();
    let mut machine = (w, b, vec![0.0; HIDDEN]);
    // How many pixels of an image differ from those of a sample made from it.
    let error = |(w, b, c): &(Vec<f64>, Vec<f64>, Vec<f64>)| {
        let mut random = Random(2);
        let wrong = |image: &[f64]| {
            let dream = gibbs(image, w, b, c, &mut random);
            image.iter().zip(&dream).filter(|(a, b)| a != b).count()
        };
        images.chunks(VISIBLE).map(wrong).sum::<usize>() as f64 / count as f64
    };
    let before = error(&machine);

    let steps = EPOCHS * count.div_ceil(BATCH);
    let mut sgd = Sgd::new(Schedule::cosine(0.05, steps as u64, 0.05)).momentum(0.5);
    let bar = ProgressBar::new(steps as u64)
        .with_style(ProgressStyle::with_template("{bar:40} epoch {msg} ({elapsed}, {eta} to go)")?);
    let mut order: Vec<usize> = (0..count).collect();
    for epoch in 0..EPOCHS {
        for i in (1..count).rev() {
            order.swap(i, (random.next() * (i + 1) as f64) as usize);
        }
        for batch in order.chunks(BATCH) {
            let batch: Vec<f64> =
                batch.iter().flat_map(|&n| &images[n * VISIBLE..(n + 1) * VISIBLE]).copied().collect();
            let (w, b, c) = &machine;
            let gradient = contrast::grad(w, b, c, &batch, &mut random);
            sgd.step(&mut machine, &gradient)?;
            bar.inc(1);
        }
        bar.set_message(format!("{}/{EPOCHS}", epoch + 1));
    }
    bar.finish();
    let after = error(&machine);
    println!(
        "wrong pixels of 64 after one step of the sampler: {before:.1} before the training, {after:.1} after it"
    );
    assert!(after < 0.5 * before);

    // From images of the data, a long way of the sampler.
    let (w, b, c) = &machine;
    let shown: Vec<&[f64]> = images.chunks(VISIBLE).skip(10).take(12).collect();
    let dreams: Vec<Vec<f64>> = shown
        .iter()
        .map(|image| (0..200).fold(image.to_vec(), |image, _| gibbs(&image, w, b, c, &mut random)))
        .collect();
    let path = here.join("target/boltzmann.svg");
    draw(&path, &shown, &dreams, w)?;
    println!("digits, dreams and weights: {}", path.display());
    Ok(())
}

/// Rows of images: data, dreams, weights of some hidden units (red: positive).
fn draw(path: &Path, shown: &[&[f64]], dreams: &[Vec<f64>], w: &[f64]) -> Result<(), Box<dyn Error>> {
    const PIXEL: i32 = 6;
    const TILE: i32 = 8 * PIXEL + 8;
    std::fs::create_dir_all(path.parent().ok_or("a file in a directory")?)?;
    let size = (20 + TILE as u32 * shown.len() as u32, 100 + 4 * TILE as u32);
    let root = SVGBackend::new(path, size).into_drawing_area();
    root.fill(&WHITE)?;
    let tile = |left: i32, top: i32, image: &[f64], color: &dyn Fn(f64) -> RGBAColor| {
        for (i, &pixel) in image.iter().enumerate() {
            let (x, y) = (left + PIXEL * (i as i32 % 8), top + PIXEL * (i as i32 / 8));
            root.draw(&Rectangle::new([(x, y), (x + PIXEL, y + PIXEL)], color(pixel).filled()))?;
        }
        root.draw(&Rectangle::new([(left, top), (left + 8 * PIXEL, top + 8 * PIXEL)], BLACK.mix(0.3)))
    };
    let ink = |pixel: f64| BLACK.mix(pixel);
    let weight = |w: f64| if w > 0.0 { RED.mix((w / 3.0).min(1.0)) } else { BLUE.mix((-w / 3.0).min(1.0)) };
    let title = |text: &str, top: i32| root.draw(&Text::new(text.to_string(), (10, top), ("sans-serif", 16)));
    title("digits", 8)?;
    title("200 steps of the sampler later", 38 + TILE)?;
    title("weights of some hidden units", 68 + 2 * TILE)?;
    for n in 0..shown.len() {
        let left = 12 + TILE * n as i32;
        tile(left, 28, shown[n], &ink)?;
        tile(left, 58 + TILE, &dreams[n], &ink)?;
        for row in 0..2 {
            let unit = row * shown.len() + n;
            let top = 88 + (2 + row as i32) * TILE;
            tile(left, top, &w[unit * VISIBLE..(unit + 1) * VISIBLE], &weight)?;
        }
    }
    root.present()?;
    Ok(())
}
