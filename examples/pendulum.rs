//! Fits a damped pendulum to noisy observations of its angle, by the gradient of a simulation.
//!
//! The simulation is an ordinary Runge-Kutta loop; its derivative by the length of the pendulum, the damping and the
//! initial state is generated. Writes `target/pendulum.svg`.
//!
//! `cargo run --release --example pendulum`

use autodiff_runtime::{Optimizer, differentiate, optim::Adam, schedule::Schedule};
use plotters::prelude::*;
use std::{error::Error, path::Path};

use pendulum::{INTERVAL, Pendulum, misfit, simulate};

/// The model: all that is needed of it is differentiated together, and only what is `pub` is asked from outside.
#[differentiate]
mod pendulum {
    /// Seconds between two observations, and the steps that the simulation takes in between.
    pub const INTERVAL: f64 = 0.1;
    const STEPS: usize = 10;

    /// What is to be found out: the pendulum, and how it was let go.
    #[derive(Clone, Debug)]
    pub struct Pendulum {
        pub length: f64,
        pub damping: f64,
        pub angle: f64,
        pub speed: f64,
    }

    impl Pendulum {
        fn acceleration(&self, angle: f64, speed: f64) -> f64 {
            -9.81 / self.length * angle.sin() - self.damping * speed
        }

        /// Angle and speed one Runge-Kutta step later.
        fn step(&self, angle: f64, speed: f64) -> (f64, f64) {
            let h = INTERVAL / STEPS as f64;
            let (a1, s1) = (speed, self.acceleration(angle, speed));
            let a2 = speed + 0.5 * h * s1;
            let s2 = self.acceleration(angle + 0.5 * h * a1, a2);
            let a3 = speed + 0.5 * h * s2;
            let s3 = self.acceleration(angle + 0.5 * h * a2, a3);
            let a4 = speed + h * s3;
            let s4 = self.acceleration(angle + h * a3, a4);
            (
                angle + h / 6.0 * (a1 + 2.0 * a2 + 2.0 * a3 + a4),
                speed + h / 6.0 * (s1 + 2.0 * s2 + 2.0 * s3 + s4),
            )
        }
    }

    /// The angle at each time of observation.
    pub fn simulate(pendulum: &Pendulum, count: usize) -> Vec<f64> {
        let mut angles = Vec::with_capacity(count);
        let (mut angle, mut speed) = (pendulum.angle, pendulum.speed);
        for _ in 0..count {
            angles.push(angle);
            for _ in 0..STEPS {
                (angle, speed) = pendulum.step(angle, speed);
            }
        }
        angles
    }

    /// Mean square of the difference between the angles simulated and seen.
    pub fn misfit(pendulum: &Pendulum, #[no_diff] seen: &[f64]) -> f64 {
        let angles = simulate(pendulum, seen.len());
        angles.iter().zip(seen).map(|(angle, seen)| (angle - seen).powi(2)).sum::<f64>() / seen.len() as f64
    }
}

/// Observations with normally distributed errors (a sum of twelve uniform numbers).
fn observe(pendulum: &Pendulum, count: usize, deviation: f64) -> Vec<f64> {
    let mut state = 1_u64;
    let mut uniform = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut normal = || (0..12).map(|_| uniform()).sum::<f64>() - 6.0;
    simulate(pendulum, count).into_iter().map(|angle| angle + deviation * normal()).collect()
}

fn main() -> Result<(), Box<dyn Error>> {
    let truth = Pendulum { length: 1.7, damping: 0.25, angle: 1.2, speed: -0.5 };
    let seen = observe(&truth, 100, 0.05);

    let start = Pendulum { length: 1.0, damping: 0.05, angle: seen[0], speed: 0.0 };
    let mut fit = start.clone();
    // A longer and longer stretch of the observations: far from the truth, late angles tell nothing about the phase.
    for (count, steps) in [(15, 400), (40, 400), (100, 800)] {
        let mut adam = Adam::new(Schedule::exponential(0.03, 100.0, 0.7));
        for _ in 0..steps {
            let gradient = misfit::grad(&fit, &seen[..count]);
            adam.step(&mut fit, &gradient)?;
        }
        println!("{count:>4} observations: rms error {:.4} rad", misfit(&fit, &seen[..count]).sqrt());
    }

    println!("\n{:<15} {:>8} {:>8} {:>8}", "", "start", "fit", "truth");
    let rows: [(&str, fn(&Pendulum) -> f64); 4] = [
        ("length (m)", |p| p.length),
        ("damping (1/s)", |p| p.damping),
        ("angle (rad)", |p| p.angle),
        ("speed (rad/s)", |p| p.speed),
    ];
    for (name, of) in rows {
        println!("{name:<15} {:>8.4} {:>8.4} {:>8.4}", of(&start), of(&fit), of(&truth));
        assert!((of(&fit) - of(&truth)).abs() < 0.05, "{name} was not recovered");
    }

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/pendulum.svg");
    draw(&path, &seen, &simulate(&fit, seen.len()))?;
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
