//! Fits a damped pendulum to noisy observations of its angle, by the gradient of a simulation.
//!
//! The simulation is an ordinary Runge-Kutta loop; its derivative by the length of the pendulum, the damping and the
//! initial state is generated. Writes `target/pendulum.svg`.
//!
//! `cargo run --release --example pendulum`

use autodiff_runtime::{Optimizer, differentiate, optim::Adam, schedule::Schedule};
use plotters::prelude::*;
use std::{error::Error, path::Path};

/// Seconds between two observations, and the steps that the simulation takes in between.
const INTERVAL: f64 = 0.1;
const STEPS: usize = 10;
const NAMES: [&str; 4] = ["length (m)", "damping (1/s)", "angle (rad)", "speed (rad/s)"];

#[differentiate]
fn acceleration(angle: f64, speed: f64, length: f64, damping: f64) -> f64 {
    -9.81 / length * angle.sin() - damping * speed
}

/// Mean square of the difference between the angles simulated and seen; `p` as in [`NAMES`].
#[differentiate]
fn misfit(p: &[f64; 4], #[no_diff] seen: &[f64]) -> f64 {
    let [length, damping, mut angle, mut speed] = *p;
    let h = INTERVAL / STEPS as f64;
    let mut sum = 0.0;
    for &seen_angle in seen {
        let error = angle - seen_angle;
        sum += error * error;
        for _ in 0..STEPS {
            let (a1, s1) = (speed, acceleration(angle, speed, length, damping));
            let a2 = speed + 0.5 * h * s1;
            let s2 = acceleration(angle + 0.5 * h * a1, a2, length, damping);
            let a3 = speed + 0.5 * h * s2;
            let s3 = acceleration(angle + 0.5 * h * a2, a3, length, damping);
            let a4 = speed + h * s3;
            let s4 = acceleration(angle + h * a3, a4, length, damping);
            angle += h / 6.0 * (a1 + 2.0 * a2 + 2.0 * a3 + a4);
            speed += h / 6.0 * (s1 + 2.0 * s2 + 2.0 * s3 + s4);
        }
    }
    sum / seen.len() as f64
}

/// The angle at each time of observation.
fn simulate(p: &[f64; 4], count: usize) -> Vec<f64> {
    let mut angles = Vec::with_capacity(count);
    let (mut angle, mut speed) = (p[2], p[3]);
    let h = INTERVAL / STEPS as f64;
    for _ in 0..count {
        angles.push(angle);
        for _ in 0..STEPS {
            let slope = |a, s| (s, acceleration(a, s, p[0], p[1]));
            let (a1, s1) = slope(angle, speed);
            let (a2, s2) = slope(angle + 0.5 * h * a1, speed + 0.5 * h * s1);
            let (a3, s3) = slope(angle + 0.5 * h * a2, speed + 0.5 * h * s2);
            let (a4, s4) = slope(angle + h * a3, speed + h * s3);
            angle += h / 6.0 * (a1 + 2.0 * a2 + 2.0 * a3 + a4);
            speed += h / 6.0 * (s1 + 2.0 * s2 + 2.0 * s3 + s4);
        }
    }
    angles
}

/// Observations with normally distributed errors (a sum of twelve uniform numbers).
fn observe(p: &[f64; 4], count: usize, deviation: f64) -> Vec<f64> {
    let mut state = 1_u64;
    let mut uniform = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut normal = || (0..12).map(|_| uniform()).sum::<f64>() - 6.0;
    simulate(p, count).into_iter().map(|angle| angle + deviation * normal()).collect()
}

fn main() -> Result<(), Box<dyn Error>> {
    let truth = [1.7, 0.25, 1.2, -0.5];
    let seen = observe(&truth, 100, 0.05);

    let start = [1.0, 0.05, seen[0], 0.0];
    let mut p = start;
    // A longer and longer stretch of the observations: far from the truth, late angles tell nothing about the phase.
    for (count, steps) in [(15, 400), (40, 400), (100, 800)] {
        let mut adam = Adam::new(Schedule::exponential(0.03, 100.0, 0.7));
        for _ in 0..steps {
            let gradient = misfit::grad(&p, &seen[..count]);
            adam.step(&mut p, &gradient)?;
        }
        println!("{count:>4} observations: rms error {:.4} rad", misfit(&p, &seen[..count]).sqrt());
    }

    println!("\n{:<15} {:>8} {:>8} {:>8}", "", "start", "fit", "truth");
    for i in 0..4 {
        println!("{:<15} {:>8.4} {:>8.4} {:>8.4}", NAMES[i], start[i], p[i], truth[i]);
        assert!((p[i] - truth[i]).abs() < 0.05, "{} was not recovered", NAMES[i]);
    }

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/pendulum.svg");
    draw(&path, &seen, &simulate(&p, seen.len()))?;
    println!("\nobservations and fit: {}", path.display());
    Ok(())
}

fn draw(path: &Path, seen: &[f64], fit: &[f64]) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(path.parent().ok_or("a file in a directory")?)?;
    let root = SVGBackend::new(path, (900, 400)).into_drawing_area();
    root.fill(&WHITE)?;
    let end = INTERVAL * seen.len() as f64;
    let mut chart = ChartBuilder::on(&root)
        .caption("Damped pendulum: observations and fit", ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(35)
        .y_label_area_size(45)
        .build_cartesian_2d(0.0..end, -1.5..1.5)?;
    chart.configure_mesh().x_desc("time (s)").y_desc("angle (rad)").draw()?;
    let points = |angles: &[f64]| -> Vec<(f64, f64)> {
        angles.iter().enumerate().map(|(i, &angle)| (i as f64 * INTERVAL, angle)).collect()
    };
    chart.draw_series(points(seen).into_iter().map(|at| Circle::new(at, 3, BLUE.mix(0.5).filled())))?;
    chart.draw_series(LineSeries::new(points(fit), RED.stroke_width(2)))?;
    root.present()?;
    Ok(())
}
