//! Every method of `ndarray` that has a rule, in one table: its value is that of the crate, its pullback agrees with
//! differences, its pushforward with its pullback. `docs/matrices.md` lists the same.
#![cfg(feature = "ndarray")]
#![allow(clippy::op_ref, clippy::unnecessary_fold, reason = "what people write is to be differentiated")]

mod differences;

use autodiff_runtime::differentiate;
use differences::of_arrays::WeighArray as _;
use differences::{Weigh as _, WeighNumber as _, check, documented};
use ndarray::{Array, Array1, Array2, Axis, Ix1, Ix2, SliceInfo, SliceInfoElem, array};

/// Rows: a name, which is that of the method up to `__`, and what is done with a matrix of 3 by 4, a vector of 4 and a number.
macro_rules! covered {
    ([$a:ident $v:ident $k:ident] $($name:ident: $does:expr;)*) => {
        $(
            #[differentiate]
            #[allow(unused_variables, non_snake_case)]
            fn $name($a: &Array2<f64>, $v: &Array1<f64>, $k: f64) -> f64 {
                let result = $does;
                result.weighed()
            }
        )*

        #[test]
        fn every_rule_is_right() {
            let $a = Array2::from_shape_fn((3, 4), |(i, j)| 0.8 + 0.5 * (0.1 + 1.7 * i as f64 - 0.9 * (j * j) as f64).sin());
            let $v = Array1::from_shape_fn(4, |i| 0.6 + 0.3 * (0.4 + 1.3 * i as f64).cos());
            let $k = 0.7;
            $(check!($name(&$a, &$v, $k) by $a, $v, $k);)*
        }

        const COVERED: &[&str] = &[$(stringify!($name)),*];
    };
}

covered! { [a v k]
    // operators
    add: a + a;
    add__broadcast: a + v;
    add__number: a + k;
    add__to_number: k + a;
    sub: v - a;
    sub__number: a - k;
    sub__from_number: k - a;
    mul: a * v;
    mul__number: v * k;
    mul__by_number: k * a;
    div: a / v;
    div__broadcast: v / a;
    div__number: a / k;
    div__of_number: k / v;
    neg: -a;
    // reductions
    sum: a.sum();
    mean: a.mean().unwrap();
    var: a.var(k);
    std: a.std(k);
    sum_axis: a.sum_axis(Axis(1));
    mean_axis: a.mean_axis(Axis(0)).unwrap();
    fold: a.fold(k, |sum, x| sum + x * k);
    iter: a.iter().map(|x| x * x * k).sum::<f64>();
    // products
    dot: a.dot(v);
    dot__vectors: v.dot(&(v * k));
    dot__matrices: a.dot(&a.t());
    dot__from_the_left: a.row(0).dot(&a.t());
    // shapes and parts
    t: a.t();
    reversed_axes: a.clone().reversed_axes();
    view: a.view();
    to_owned: a.to_owned();
    into_owned: a.view().into_owned();
    clone: a.clone();
    diag: a.diag();
    row: a.row(1);
    column: a.column(2);
    rows: { let mut sum = v * 0.0; for row in a.rows() { sum += &(&row * row.sum()); } sum };
    columns: { let mut sum = 0.0; for column in a.columns() { sum += column.dot(&column); } sum };
    outer_iter: { let mut sum = v * 0.0; for row in a.outer_iter() { sum += &(&row * row.sum()); } sum };
    axis_iter: { let mut sum = 0.0; for (i, part) in a.axis_iter(Axis(1)).enumerate() { sum += part.sum() * v[i]; } sum };
    index_axis: a.index_axis(Axis(1), 2);
    select: a.select(Axis(1), &[0, 2, 2]);
    insert_axis: v.clone().insert_axis(Axis(1));
    to_shape: a.to_shape((2, 6)).unwrap();
    into_shape_with_order: a.clone().into_shape_with_order(12).unwrap();
    index: a[[0, 1]] * v[2];
    index__pair: a[(0, 1)] * v[2];
    slice: a.slice(part());
    // elementwise
    map: a.map(|x| x * k + v[0]);
    mapv: a.mapv(|x| (x * k).tanh());
    mapv__function: a.mapv(f64::sqrt);
    mapv_into: a.clone().mapv_into(|x| x * x);
    powi: a.powi(3);
    powf: a.powf(k);
    exp: a.exp();
    exp2: a.exp2();
    exp_m1: a.exp_m1();
    ln: a.ln();
    log2: a.log2();
    log10: a.log10();
    ln_1p: a.ln_1p();
    sqrt: a.sqrt();
    cbrt: a.cbrt();
    abs: (-a).abs();
    recip: a.recip();
    sin: a.sin();
    cos: a.cos();
    tan: (a * 0.5).tan();
    asin: (a * 0.5).asin();
    acos: (a * 0.5).acos();
    atan: a.atan();
    sinh: a.sinh();
    cosh: a.cosh();
    tanh: a.tanh();
    // what writes
    add_assign: { let mut b = a.clone(); b += v; b += k; b };
    sub_assign: { let mut b = a.clone(); b -= v; b -= k; b };
    mul_assign: { let mut b = a.clone(); b *= v; b *= k; b };
    div_assign: { let mut b = a.clone(); b /= v; b /= k; b };
    index_mut: { let mut b = a.clone(); b[[1, 2]] *= v[0]; b[(0, 0)] = k * k; b };
    assign: { let mut b = a * k; b.assign(v); b };
    fill: { let mut b = a * k; b.fill(k * k); b };
    scaled_add: { let mut b = a.clone(); b.scaled_add(k, v); b };
    mapv_inplace: { let mut b = a.clone(); b.mapv_inplace(|x| x * k); b };
    map_inplace: { let mut b = a.clone(); b.map_inplace(|x| *x = x.sin() * k); b };
    row_mut: { let mut b = a * k; b.row_mut(1).assign(&(v * k)); b.row_mut(0)[2] = k * k; b };
    row_mut__bound: { let mut b = a * k; let mut row = b.row_mut(1); row += v; row[2] *= k; row *= 2.0; b };
    column_mut: { let mut b = a * k; b.column_mut(1).mapv_inplace(|x| x * x); b };
    slice_mut: { let mut b = a * k; b.slice_mut(part()).fill(k); b };
    slice_mut__bound: { let mut b = a * k; let mut part = b.slice_mut(part()); part -= k; part.scaled_add(k, &v.slice(tail())); b };
    index_axis_mut: { let mut b = a * k; b.index_axis_mut(Axis(1), 2).fill(k * k); b };
    diag_mut: { let mut b = a * k; b.diag_mut().fill(k * k); b };
    view_mut: { let mut b = a * k; b.view_mut().mapv_inplace(f64::sin); b };
    rows_mut: { let mut b = a * k; for mut row in b.rows_mut() { let sum = row.sum(); row /= sum; } b };
    columns_mut: { let mut b = a * k; for mut column in b.columns_mut() { column[0] *= column[1]; } b };
    outer_iter_mut: { let mut b = a * k; for (i, mut row) in b.outer_iter_mut().enumerate() { row *= v[i]; } b };
    axis_iter_mut: { let mut b = a * k; for mut part in b.axis_iter_mut(Axis(1)) { part.mapv_inplace(|x| x * k); } b };
    // constructors
    from_vec: Array1::from_vec(vec![k, k * k, v[0]]);
    from_iter: Array1::from_iter(v.iter().map(|x| x * k));
    from_elem: Array2::from_elem((2, 3), k);
    from_shape_vec: Array2::from_shape_vec((2, 2), vec![k, v[0], v[1], k * k]).unwrap();
    from_shape_fn: Array::from_shape_fn((2, 3), |(i, j)| v[i] * k + j as f64);
    from_shape_fn__vector: Array1::from_shape_fn(v.len(), |i| v[i] * k);
    array: array![[k, v[0]], [v[1], k * k]];
    array__vector: array![k, v[0]];
    zeros: { let mut b = Array1::zeros(v.len()); b[1] = k * v[0]; b };
    ones: Array2::ones((3, 4)) * a;
    eye: Array2::eye(3).dot(a);
    // what says how large something is
    len: a * a.len() as f64;
    nrows: a * a.nrows() as f64;
    ncols: a * a.ncols() as f64;
    len_of: a * a.len_of(Axis(1)) as f64;
    ndim: a * a.ndim() as f64;
    dim: Array2::from_elem(a.dim(), k);
    raw_dim: Array2::from_elem(a.raw_dim(), k);
    shape: Array1::from_elem(a.shape()[0], k);
}

/// `s![1, 1..]`, whose expansion a crate that forbids `unsafe` cannot have.
fn part() -> SliceInfo<[SliceInfoElem; 2], Ix2, Ix1> {
    let rest = SliceInfoElem::Slice { start: 1, end: None, step: 1 };
    SliceInfo::try_from([SliceInfoElem::Index(1), rest]).expect("one index and one range")
}

/// `s![1..]`
fn tail() -> SliceInfo<[SliceInfoElem; 1], Ix1, Ix1> {
    SliceInfo::try_from([SliceInfoElem::Slice { start: 1, end: None, step: 1 }]).expect("one range")
}

#[test]
fn the_documentation_lists_what_is_covered() {
    assert_eq!(documented("ndarray"), differences::names(COVERED));
}
