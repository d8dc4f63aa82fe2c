//! A double pendulum, from its Lagrangian alone: the equations of motion are derivatives that are generated.
//!
//! Euler and Lagrange say `d/dt ∂L/∂w = ∂L/∂q` for the angles `q` and their speeds `w`, or `M a = ∂L/∂q - (∂²L/∂w∂q) w`
//! with the matrix of masses `M = ∂²L/∂w∂w`: one gradient, one product with the Hessian, and a part of the Hessian. The
//! energy is conserved, and the accelerations are those of the textbooks. Writes the path of the lower mass to
//! `target/double_pendulum.svg`.
//!
//! `cargo run --release --example double_pendulum`

use autodiff_runtime::differentiate;
use plotters::prelude::*;
use std::{error::Error, path::Path};

const MASSES: [f64; 2] = [1.0, 0.5];
const LENGTHS: [f64; 2] = [1.0, 0.8];
const GRAVITY: f64 = 9.81;

/// Kinetic less potential energy, by the angles from the vertical and their speeds.
#[differentiate(order = 2)]
fn lagrangian(q: &[f64; 2], w: &[f64; 2]) -> f64 {
    let (x1, y1) = (LENGTHS[0] * q[0].cos() * w[0], LENGTHS[0] * q[0].sin() * w[0]);
    let (x2, y2) = (x1 + LENGTHS[1] * q[1].cos() * w[1], y1 + LENGTHS[1] * q[1].sin() * w[1]);
    let kinetic = 0.5 * MASSES[0] * (x1 * x1 + y1 * y1) + 0.5 * MASSES[1] * (x2 * x2 + y2 * y2);
    let height1 = -LENGTHS[0] * q[0].cos();
    let height2 = height1 - LENGTHS[1] * q[1].cos();
    kinetic - GRAVITY * (MASSES[0] * height1 + MASSES[1] * height2)
}

fn acceleration(q: &[f64; 2], w: &[f64; 2]) -> [f64; 2] {
    let (_, (force, _), (_, drift)) = lagrangian::value_grad_hvp(q, w, w, &[0.0; 2]);
    let (_, [(_, m1), (_, m2)]) = lagrangian::hessian(q, w);
    let right = [force[0] - drift[0], force[1] - drift[1]];
    let determinant = m1[0] * m2[1] - m1[1] * m2[0];
    [(right[0] * m2[1] - m1[1] * right[1]) / determinant, (m1[0] * right[1] - right[0] * m2[0]) / determinant]
}

/// `w · ∂L/∂w - L`
fn energy(q: &[f64; 2], w: &[f64; 2]) -> f64 {
    let (value, (_, momentum)) = lagrangian::value_and_grad(q, w);
    w[0] * momentum[0] + w[1] * momentum[1] - value
}

/// What the textbooks have for it.
fn by_hand(q: &[f64; 2], w: &[f64; 2]) -> [f64; 2] {
    let ([m1, m2], [l1, l2], g) = (MASSES, LENGTHS, GRAVITY);
    let (sin, cos) = (q[0] - q[1]).sin_cos();
    let below = 2.0 * m1 + m2 - m2 * (2.0 * q[0] - 2.0 * q[1]).cos();
    let first = -g * (2.0 * m1 + m2) * q[0].sin()
        - m2 * g * (q[0] - 2.0 * q[1]).sin()
        - 2.0 * sin * m2 * (w[1] * w[1] * l2 + w[0] * w[0] * l1 * cos);
    let second =
        2.0 * sin * (w[0] * w[0] * l1 * (m1 + m2) + g * (m1 + m2) * q[0].cos() + w[1] * w[1] * l2 * m2 * cos);
    [first / (l1 * below), second / (l2 * below)]
}

/// One Runge-Kutta step.
fn step(q: &mut [f64; 2], w: &mut [f64; 2], h: f64) {
    let moved = |x: &[f64; 2], by: f64, d: &[f64; 2]| [x[0] + by * d[0], x[1] + by * d[1]];
    let (q1, w1) = (*w, acceleration(q, w));
    let q2 = moved(w, 0.5 * h, &w1);
    let w2 = acceleration(&moved(q, 0.5 * h, &q1), &q2);
    let q3 = moved(w, 0.5 * h, &w2);
    let w3 = acceleration(&moved(q, 0.5 * h, &q2), &q3);
    let q4 = moved(w, h, &w3);
    let w4 = acceleration(&moved(q, h, &q3), &q4);
    for i in 0..2 {
        q[i] += h / 6.0 * (q1[i] + 2.0 * q2[i] + 2.0 * q3[i] + q4[i]);
        w[i] += h / 6.0 * (w1[i] + 2.0 * w2[i] + 2.0 * w3[i] + w4[i]);
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    const STEP: f64 = 5e-4;
    let (mut q, mut w) = ([2.0, 2.5], [0.0, 0.0]);
    let start = energy(&q, &w);
    let mut path = Vec::new();
    println!("{:>6} {:>10} {:>10} {:>14} {:>10}", "time", "angle 1", "angle 2", "energy", "off by");
    for second in 0..=20 {
        let off = energy(&q, &w) - start;
        if second % 4 == 0 {
            println!("{second:>6} {:>10.4} {:>10.4} {:>14.9} {off:>10.1e}", q[0], q[1], start + off);
        }
        assert!(off.abs() < 1e-8, "the energy is conserved");
        for (generated, expected) in acceleration(&q, &w).iter().zip(by_hand(&q, &w)) {
            assert!(
                (generated - expected).abs() < 1e-11 * (1.0 + expected.abs()),
                "{generated}, not {expected}"
            );
        }
        for at in 0..2000 {
            if at % 10 == 0 {
                let x = LENGTHS[0] * q[0].sin() + LENGTHS[1] * q[1].sin();
                path.push((x, -LENGTHS[0] * q[0].cos() - LENGTHS[1] * q[1].cos()));
            }
            step(&mut q, &mut w, STEP);
        }
    }
    let at = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/double_pendulum.svg");
    draw(&at, path)?;
    println!("\npath of the lower mass: {}", at.display());
    Ok(())
}

fn draw(at: &Path, path: Vec<(f64, f64)>) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(at.parent().ok_or("a file in a directory")?)?;
    let root = SVGBackend::new(at, (600, 600)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption("Double pendulum: the lower mass", ("sans-serif", 20))
        .margin(12)
        .build_cartesian_2d(-2.0..2.0, -2.0..2.0)?;
    chart.configure_mesh().disable_mesh().disable_axes().draw()?;
    chart.draw_series(LineSeries::new(path, BLUE.mix(0.6)))?;
    root.present()?;
    Ok(())
}
