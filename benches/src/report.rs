//! The tables.

use crate::contest::Derivative;
use crate::measure::Row;
use crate::spellings::Spelled;
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

/// The spellings of one problem as lines for a terminal.
pub fn spellings(name: &str, rows: &[Spelled]) -> String {
    let mut out = format!("{name}\n");
    let _ = writeln!(
        out,
        "  {:<22} {:>11} {:>9} {:>8} {:>11} {:>8}",
        "", "time", "x primal", "x hand", "x textbook", "x first"
    );
    for row in rows {
        let _ = writeln!(
            out,
            "  {:<22} {:>11} {:>9.2} {:>8.2} {:>11.2} {:>8.2}",
            row.name,
            time(row.nanoseconds),
            row.to_primal,
            row.to_hand,
            row.to_textbook,
            row.to_first
        );
    }
    out
}

/// The spellings of all problems as one Markdown table.
pub fn spellings_in_markdown(results: &[(&str, Vec<Spelled>)]) -> String {
    let mut out = String::from(
        "| problem | spelling | time | × its primal | × hand | × textbook | × first |\n|---|---|--:|--:|--:|--:|--:|\n",
    );
    for (name, rows) in results {
        for (i, row) in rows.iter().enumerate() {
            let problem = if i == 0 { format!("**{name}**") } else { String::new() };
            let _ = writeln!(
                out,
                "| {problem} | {} | {} | {:.2} | {:.2} | {:.2} | {:.2} |",
                row.name,
                time(row.nanoseconds),
                row.to_primal,
                row.to_hand,
                row.to_textbook,
                row.to_first
            );
        }
    }
    out
}

/// The geometric mean of the ratio to the hand-written adjoint, over all spellings, and how many miss what they should keep to.
pub fn mean_of_spellings(results: &[(&str, Vec<Spelled>)]) -> String {
    let rows: Vec<&Spelled> = results.iter().flat_map(|(_, rows)| rows).collect();
    let count = rows.len() as f64;
    let mean = (rows.iter().map(|row| row.to_hand.ln()).sum::<f64>() / count).exp();
    let slow = rows.iter().filter(|row| row.to_textbook > 1.0).count();
    let apart = rows.iter().filter(|row| row.to_first > 1.3).count();
    format!(
        "Geometric mean of the ratio to the hand-written adjoint, over {count} spellings: {mean:.2}\n\
         Slower than the literal reversal: {slow}; more than 1.3 times the first spelling: {apart}"
    )
}
