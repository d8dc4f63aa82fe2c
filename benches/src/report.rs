//! The tables.

use crate::contest::Derivative;
use crate::measure::Row;
use std::fmt::Write;

/// What was measured for one problem.
pub struct Result {
    /// The problem.
    pub name: &'static str,
    /// Its size.
    pub size: &'static str,
    /// What its contestants compute.
    pub kind: Derivative,
    /// The primal, then the contestants.
    pub rows: Vec<Row>,
}

/// One problem as lines for a terminal.
pub fn text(result: &Result) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{} ({})", result.name, result.size);
    let _ = writeln!(
        out,
        "  {:<14} {:>11} {:>7} {:>9} {:>8} {:>7} {:>12}",
        "", "time", "+-", "x primal", "x hand", "allocs", "bytes"
    );
    for row in &result.rows {
        let _ = writeln!(
            out,
            "  {:<14} {:>11} {:>6.1}% {:>9.2} {:>8.2} {:>7} {:>12}",
            row.name,
            time(row.nanoseconds),
            100.0 * row.spread,
            row.to_primal,
            row.to_hand,
            row.allocations,
            row.bytes
        );
    }
    out
}

/// All problems as one Markdown table.
pub fn markdown(results: &[Result]) -> String {
    let mut out = String::from(
        "| problem | contestant | time | × primal | × hand | allocations | bytes |\n|---|---|--:|--:|--:|--:|--:|\n",
    );
    for result in results {
        for (i, row) in result.rows.iter().enumerate() {
            let problem =
                if i == 0 { format!("**{}** ({})", result.name, result.size) } else { String::new() };
            let _ = writeln!(
                out,
                "| {} | {} | {} | {:.2} | {:.2} | {} | {} |",
                problem,
                row.name,
                time(row.nanoseconds),
                row.to_primal,
                row.to_hand,
                row.allocations,
                row.bytes
            );
        }
    }
    out
}

/// The geometric mean of each contestant's ratio to the hand-written adjoint, over the problems that it takes part in. Hessians
/// are another matter.
pub fn means(results: &[Result]) -> Vec<(&'static str, f64, usize)> {
    let mut sums: Vec<(&'static str, f64, usize)> = Vec::new();
    let first = results.iter().filter(|result| result.kind != Derivative::Hessian);
    for row in first.flat_map(|result| &result.rows) {
        match sums.iter_mut().find(|(name, ..)| *name == row.name) {
            Some((_, sum, count)) => {
                *sum += row.to_hand.ln();
                *count += 1;
            }
            None => sums.push((row.name, row.to_hand.ln(), 1)),
        }
    }
    sums.into_iter().map(|(name, sum, count)| (name, (sum / count as f64).exp(), count)).collect()
}

fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        t if t < 1e3 => format!("{t:.1} ns"),
        t if t < 1e6 => format!("{:.2} µs", t / 1e3),
        t => format!("{:.3} ms", t / 1e6),
    }
}
