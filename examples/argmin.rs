//! Minimises the Rosenbrock function with the L-BFGS of the `argmin` crate.
//!
//! A differentiated function is a problem for its solvers in one line. Writes the points of the search to
//! `target/argmin.svg`.
//!
//! `cargo run --release --example argmin`

use argmin::core::{Executor, State};
use argmin::solver::{linesearch::MoreThuenteLineSearch, quasinewton::LBFGS};
use autodiff_runtime::{argmin::Problem, differentiate};
use plotters::prelude::*;
use std::{error::Error, path::Path, sync::Mutex};

#[differentiate]
fn rosenbrock(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() - 1 {
        sum += 100.0 * (x[i + 1] - x[i] * x[i]).powi(2) + (1.0 - x[i]).powi(2);
    }
    sum
}

fn main() -> Result<(), Box<dyn Error>> {
    // In a hundred dimensions.
    let problem = Problem::new(|x: &Vec<f64>| rosenbrock::value_and_grad(x));
    let start = [-1.2, 1.0].repeat(50);
    let result = Executor::new(problem, LBFGS::new(MoreThuenteLineSearch::new(), 7))
        .configure(|state| state.param(start).max_iters(1000))
        .run()?;
    let state = result.state();
    println!("100 dimensions: f = {:.1e} after {} iterations", state.get_best_cost(), state.get_iter());
    assert!(state.get_best_cost() < 1e-10);

    // In two, with a record of each point where the function was evaluated.
    let visited = Mutex::new(Vec::new());
    let problem = Problem::new(|x: &Vec<f64>| {
        visited.lock().expect("one thread").push((x[0], x[1]));
        rosenbrock::value_and_grad(x)
    });
    let result = Executor::new(problem, LBFGS::new(MoreThuenteLineSearch::new(), 7))
        .configure(|state| state.param(vec![-1.2, 1.0]).max_iters(100))
        .run()?;
    println!(
        "  2 dimensions: f = {:.1e} after {} iterations",
        result.state().get_best_cost(),
        result.state().get_iter()
    );
    drop(result);

    let visited = visited.into_inner()?;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/argmin.svg");
    draw(&path, &visited)?;
    println!("{} evaluations: {}", visited.len(), path.display());
    Ok(())
}

/// The search, on the logarithm of the function as shades.
fn draw(path: &Path, visited: &[(f64, f64)]) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(path.parent().ok_or("a file in a directory")?)?;
    let root = SVGBackend::new(path, (800, 500)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption("Rosenbrock function: the way of L-BFGS", ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(30)
        .y_label_area_size(40)
        .build_cartesian_2d(-1.6..1.6, -0.6..1.8)?;
    chart.configure_mesh().disable_mesh().x_desc("x₁").y_desc("x₂").draw()?;
    let cell = 0.05;
    let cells = (0..64).flat_map(|i| (0..48).map(move |j| (-1.6 + cell * i as f64, -0.6 + cell * j as f64)));
    chart.draw_series(cells.map(|(x, y)| {
        let value = rosenbrock(&[x + cell / 2.0, y + cell / 2.0]);
        // Shades in steps show the levels.
        let level = ((value + 0.01).ln() * 2.0).floor() / 2.0;
        let shade = ((level + 5.0) / 13.0).clamp(0.0, 1.0);
        Rectangle::new([(x, y), (x + cell, y + cell)], HSLColor(0.6, 0.4, 0.55 + 0.42 * shade).filled())
    }))?;
    // The first trial step goes far out.
    let visited: Vec<_> = visited.iter().filter(|at| at.0.abs() < 1.6 && at.1 < 1.8).collect();
    chart.draw_series(LineSeries::new(visited.iter().map(|&&at| at), RED.stroke_width(1)))?;
    chart.draw_series(visited.iter().map(|&&at| Circle::new(at, 3, RED.filled())))?;
    root.present()?;
    Ok(())
}
