//! Constants and statics of the crate: tables that are read, iterated over, and run beside active data.

use autodiff_runtime::differentiate;

const WEIGHTS: [f64; 3] = [0.5, 1.5, 2.5];
const MATRIX: [[f64; 2]; 2] = [[1.0, 2.0], [3.0, 4.0]];

#[differentiate]
fn weighted(x: &[f64]) -> f64 {
    WEIGHTS.iter().zip(x).map(|(w, x)| w * x.sin()).sum()
}

#[differentiate]
fn run_beside(x: &[f64]) -> f64 {
    let first: f64 = x.iter().zip(WEIGHTS.iter()).map(|(x, w)| w * x).sum();
    let second: f64 = x.iter().zip(&WEIGHTS).map(|(x, w)| x.powf(*w)).sum();
    let third: f64 = x.iter().zip(WEIGHTS).map(|(x, w)| x * w).sum();
    first * second + third
}

#[differentiate]
fn polynomial(x: f64) -> f64 {
    WEIGHTS.iter().fold(0.0, |acc, w| acc * x + w)
}

#[differentiate]
fn quadrature(x: f64) -> f64 {
    const GAUSS: [(f64, f64); 2] = [(-0.577, 1.0), (0.577, 1.0)];
    GAUSS.iter().map(|&(node, weight)| weight * (node * x).exp()).sum()
}

#[differentiate]
fn static_table(x: f64) -> f64 {
    static OFFSETS: [f64; 3] = [0.5, 1.5, 2.5];
    OFFSETS.iter().enumerate().map(|(i, o)| (x - o).sin() * i as f64).sum()
}

#[differentiate]
fn windows_and_parts(x: f64) -> f64 {
    let steps: f64 = WEIGHTS.windows(2).map(|w| (w[1] - w[0]) * x.powf(w[0])).sum();
    steps + WEIGHTS[1..].iter().rev().map(|w| x.max(*w)).sum::<f64>()
}

#[differentiate]
fn nested_table(x: &[f64]) -> Vec<f64> {
    MATRIX.iter().map(|row| row.iter().zip(x).map(|(a, b)| a * b).sum()).collect()
}

#[differentiate]
fn some_of_them(x: f64) -> f64 {
    let scale = |w: &f64| w * x;
    let all: f64 = WEIGHTS.iter().map(scale).fold(0.0, |a, b| a + b);
    all + WEIGHTS.iter().copied().filter(|w| *w > x).map(|w| w * x).sum::<f64>()
}

#[differentiate]
fn letters(x: f64, text: &str) -> f64 {
    let of_letters: f64 = text.chars().map(|c| if c == 'a' { x } else { x * x }).sum();
    of_letters + text.split(',').filter(|part| part.len() > 1).map(|part| x * part.len() as f64).sum::<f64>()
}

#[differentiate]
fn written_array(x: f64, k: usize) -> f64 {
    let h: [f64; 3] = [1.9; 3];
    h[k].sin() * x
}

#[differentiate]
fn written_rows(x: f64, k: usize) -> f64 {
    let h: [[f64; 2]; 2] = [[1.9, 2.0], [3.0; 2]];
    let row = &h[k];
    row[0].sin() * h[k][1].powi(2) * x
}

#[differentiate]
fn written_pattern(x: f64) -> f64 {
    let [a, b]: [f64; 2] = [0.5, -1.5];
    let ((c, n), d): ((f64, i64), f64) = ((0.25, 3), 2.);
    a.sin() * b.cos() * c.tan() * d.sqrt() * n.pow(2) as f64 * x
}

#[differentiate]
fn written_vec(x: f64, k: usize) -> f64 {
    let h: Vec<f64> = vec![1.9, 2.0];
    let w: Vec<(f64, i32)> = vec![(1.0, 2), (3.0, 4)];
    h[k].sin() * w[k].0.ln_1p() * w[k].1.pow(2) as f64 * x
}

#[differentiate]
fn written_later(x: f64, k: usize) -> f64 {
    let h: [f64; 2];
    if x > 0.0 {
        h = [0.5, 1.5];
    } else {
        h = [2.5; 2];
    }
    let g = h;
    g[k].exp() * x + h.iter().map(|v| v.sin()).sum::<f64>() * x
}

#[differentiate]
fn windows_of_inner_tables(x: f64) -> f64 {
    const TABLE: [f64; 3] = [0.5, 1.25, 2.0];
    let head = &TABLE[..2];
    let mut s = head[0] * x + head.len() as f64;
    for w in TABLE[1..].iter().zip(head) {
        s += w.0 * w.1 * x * x;
    }
    s
}

#[differentiate]
fn items_in_loops_over_chains(x: f64) -> f64 {
    let mut s = x;
    for e in [x, 1.0].iter().chain(&[x * x]) {
        const HALF: f64 = 0.5;
        fn quarter(k: usize) -> f64 {
            0.25 * k as f64
        }
        s += quarter(2) * e * HALF * s;
    }
    s
}

/// What a method is called on is a number of the type that was written.
#[differentiate]
fn asks_a_number(x: f64) -> f64 {
    let table: [f64; 3] = [0.5, -1.5, 2.0];
    let k = 0.25_f64;
    let mut sum = if table[1].is_sign_negative() { x } else { x * x };
    if k.max(table[2]).is_finite() {
        sum += x.sin() * table[0].to_bits().count_ones() as f64;
    }
    sum
}

checks! {
    weighted(&[0.1, 0.2, 0.3]);
    run_beside(&[0.5, 0.6, 0.7]);
    polynomial(0.5);
    quadrature(0.5);
    static_table(0.3);
    windows_and_parts(1.3);
    nested_table(&[0.5, 0.25]);
    some_of_them(0.7);
    letters(0.5, @"a,bca");
    written_array(0.7, @1);
    written_rows(0.7, @1);
    written_pattern(0.7);
    written_vec(0.7, @1);
    written_later(0.7, @1);
    windows_of_inner_tables(0.7);
    items_in_loops_over_chains(0.7);
    asks_a_number(0.75);
}
