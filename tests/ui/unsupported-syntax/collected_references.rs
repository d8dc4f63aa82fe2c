//! A collection of references into what is marked cannot be kept for the reverse sweep.

use std::collections::HashMap;

use autodiff_runtime::differentiate;

struct Trade {
    name: String,
    strike: f64,
}

#[differentiate]
fn value(x: f64, #[no_diff] trades: &[Trade]) -> f64 {
    let by_name: HashMap<&str, &Trade> = trades.iter().map(|t| (t.name.as_str(), t)).collect();
    x * by_name["a"].strike
}

fn main() {}
