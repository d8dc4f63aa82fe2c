//! `Option`s of active values: in variables, through methods and patterns.

use autodiff_runtime::differentiate;

#[differentiate]
fn first_before_a_change(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    let first = v.first().copied();
    v[0] = 7.0 * x[1];
    first.unwrap() * v[0]
}

#[differentiate]
fn element_before_a_change(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    let second = v.get(1).cloned();
    for i in 0..v.len() {
        v[i] *= v[0];
    }
    if let Some(second) = second { second * v[1] } else { 0.0 }
}

#[differentiate]
fn row_before_a_change(x: &[f64]) -> f64 {
    let mut row = [x[0], x[1]];
    let mut rows = vec![row.to_vec(), vec![x[1]]];
    let (whole, last) = (Some(row), rows.last().cloned());
    row[0] *= x[1];
    rows[1][0] = row[0];
    whole.unwrap()[0] * row[0] + last.map_or(0.0, |last| last[0] * rows[1][0])
}

checks! {
    first_before_a_change(&[2.0, 3.0]);
    element_before_a_change(&[2.0, 3.0, 4.0]);
    row_before_a_change(&[2.0, 3.0]);
}
