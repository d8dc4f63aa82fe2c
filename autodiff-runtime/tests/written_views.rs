//! Views that are written to, in programs: bound and not, in loops and branches, left early, of parameters and fields.
#![cfg(all(feature = "nalgebra", feature = "ndarray"))]

mod differences;

use autodiff_runtime::differentiate;
use differences::check;
use nalgebra::{DMatrix, DVector};
use ndarray::{Array1, Array2, Axis};

/// A view lives on over statements and loops, and another one behind it.
#[differentiate]
fn bound(x: &Array2<f64>, v: &Array1<f64>, k: f64) -> f64 {
    let mut y = x * k;
    let mut first = y.row_mut(0);
    for j in 0..first.len() {
        first[j] = first[j] * v[j] + 1.0;
    }
    first *= 2.0;
    let mut last = y.row_mut(2);
    last += v;
    if k > 0.0 {
        last[1] *= k;
    } else {
        last.fill(k);
    }
    let inner = last.sum();
    y[[1, 1]] = inner * y[[0, 0]];
    (&y * &y).sum()
}

/// The rows are left by `continue` and `break`, behind writes.
#[differentiate]
fn left(x: &Array2<f64>, v: &Array1<f64>, k: f64) -> f64 {
    let mut y = x * k;
    for (i, mut row) in y.rows_mut().into_iter().enumerate() {
        row[0] *= v[0];
        if i == 0 {
            continue;
        }
        row += v;
        if i == 1 {
            row[2] = k * k;
            break;
        }
        row.fill(0.0);
    }
    (&y * &y).sum()
}

/// A function that returns while a view lives.
#[differentiate]
fn returned(x: &mut Array2<f64>, v: &Array1<f64>, k: f64) -> f64 {
    let mut row = x.row_mut(1);
    row *= k;
    if v[0] > 0.0 {
        row[0] = k * v[1];
        return row.sum();
    }
    row += v;
    row.sum()
}

#[differentiate]
fn of_parameter(x: &Array2<f64>, v: &Array1<f64>, k: f64) -> f64 {
    let mut y = x.clone();
    let sum = returned(&mut y, v, k);
    sum * (&y * &y).sum()
}

/// A part of a part, and a view by another name.
#[differentiate]
fn nested(x: &Array2<f64>, v: &Array1<f64>, k: f64) -> f64 {
    let mut y = x * k;
    let mut lower = y.index_axis_mut(Axis(0), 1);
    {
        let again = &mut lower;
        again[0] = v[2] * k;
    }
    let mut part = lower.view_mut();
    part *= v;
    y.column_mut(1).view_mut().mapv_inplace(|x| x * x);
    y.iter().map(|x| x.sin()).sum::<f64>()
}

/// Softmax by rows, in place.
#[differentiate]
fn softmax(x: &Array2<f64>, v: &Array1<f64>, k: f64) -> f64 {
    let mut out = x * k;
    for mut row in out.axis_iter_mut(Axis(0)) {
        let max = row.fold(f64::NEG_INFINITY, |a, b| a.max(*b));
        row.mapv_inplace(|x| (x - max).exp());
        let sum = row.sum();
        row /= sum;
    }
    out.dot(v).sum() + out[[1, 2]].ln()
}

/// The index changes while the view lives.
#[differentiate]
fn moving(x: &Array2<f64>, v: &Array1<f64>, k: f64) -> f64 {
    let mut y = x * k;
    let mut at = 0;
    while at < 2 {
        let mut row = y.row_mut(at);
        at += 1;
        row *= v[at];
    }
    (&y * &y).sum()
}

/// What is written to holds constants alone.
#[differentiate]
fn constants(x: &Array2<f64>, v: &Array1<f64>, k: f64) -> f64 {
    let mut mask = Array2::<f64>::zeros((3, 3));
    mask.row_mut(0).fill(1.0);
    mask.column_mut(2).assign(&Array1::from(vec![0.5, 2.0, -1.0]));
    (&(x * &mask).dot(v) * k).sum()
}

/// Views in closures, and their elements.
#[differentiate]
fn by_closures(x: &Array2<f64>, v: &Array1<f64>, k: f64) -> f64 {
    let mut y = x * k;
    (0..2).for_each(|i| y.row_mut(i)[0] = v[i] * k);
    for element in y.row_mut(2).iter_mut() {
        *element = element.sin() * k;
    }
    let mut column = y.column_mut(1);
    column.iter_mut().zip(v).for_each(|(to, from)| *to += from * k);
    (&y * &y).sum()
}

#[differentiate]
mod model {
    use nalgebra::{DMatrix, DVector};

    pub struct Filter {
        pub gain: DMatrix<f64>,
        pub state: DVector<f64>,
    }

    impl Filter {
        fn scale(&mut self, i: usize, by: f64) {
            let mut row = self.gain.row_mut(i);
            row *= by;
        }
    }

    pub fn run(gain: &DMatrix<f64>, state: &DVector<f64>, k: f64) -> f64 {
        let mut filter = Filter { gain: gain.clone(), state: state.clone() };
        for i in 0..3 {
            filter.scale(i, k + state[i]);
            filter.gain.column_mut(i).copy_from(&(state * k));
            filter.gain.view_mut((0, 0), (2, 2)).fill(k * k);
        }
        for mut column in filter.gain.column_iter_mut() {
            column += &filter.state;
        }
        (&filter.gain * &filter.state).norm_squared()
    }
}

#[test]
fn views_of_arrays_are_written_to() {
    let x = Array2::from_shape_fn((3, 3), |(i, j)| 0.4 + 0.3 * (1.7 * i as f64 - 0.9 * (j * j) as f64).sin());
    let k = 0.7;
    for v in [Array1::from(vec![0.6, -0.3, 0.9]), Array1::from(vec![-0.6, 0.3, 1.1])] {
        check!(bound(&x, &v, k) by x, v, k);
        check!(left(&x, &v, k) by x, v, k);
        check!(of_parameter(&x, &v, k) by x, v, k);
        check!(nested(&x, &v, k) by x, v, k);
        check!(softmax(&x, &v, k) by x, v, k);
        check!(moving(&x, &v, k) by x, v, k);
        check!(by_closures(&x, &v, k) by x, v, k);
        check!(constants(&x, &v, k) by x, v, k);
    }
    let (v, k) = (Array1::from(vec![0.6, -0.3, 0.9]), -0.4);
    check!(bound(&x, &v, k) by x, v, k);
}

#[test]
fn views_of_matrices_are_written_to() {
    let gain = DMatrix::from_fn(3, 3, |i, j| 0.4 + 0.3 * (1.7 * i as f64 - 0.9 * (j * j) as f64).sin());
    let (state, k) = (DVector::from_vec(vec![0.6, -0.3, 0.9]), 0.7);
    use model::run;
    check!(run(&gain, &state, k) by gain, state, k);
}
