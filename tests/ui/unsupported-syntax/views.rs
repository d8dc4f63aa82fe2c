use autodiff_runtime::differentiate;
use ndarray::{Array2, ArrayViewMut1, Axis};

#[differentiate]
fn scale(mut row: ArrayViewMut1<'_, f64>, k: f64) {
    row *= k;
}

#[differentiate]
fn first_rows(x: &mut Array2<f64>, k: f64) {
    let (first, second) = (x.row_mut(0), k);
    let _ = (first, second);
}

#[differentiate]
fn all_rows(x: &mut Array2<f64>, k: f64) {
    let rows = x.axis_iter_mut(Axis(0));
    for mut row in rows {
        row *= k;
    }
}

#[differentiate]
fn one_of_two(x: &mut Array2<f64>, k: f64) {
    let mut row = if k > 0.0 { x.row_mut(0) } else { x.row_mut(1) };
    row *= k;
}

#[differentiate]
fn by_match(x: &mut Array2<f64>, i: usize, k: f64) {
    let mut row = match i {
        0 => x.row_mut(0),
        _ => x.column_mut(1),
    };
    row *= k;
}

fn main() {
    let mut x = Array2::<f64>::ones((2, 2));
    scale(x.row_mut(0), 2.0);
    first_rows(&mut x, 2.0);
    all_rows(&mut x, 2.0);
    one_of_two(&mut x, 2.0);
    by_match(&mut x, 0, 2.0);
}
