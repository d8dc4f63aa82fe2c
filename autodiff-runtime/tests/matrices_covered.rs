//! Every method of `nalgebra` that has a rule, in one table: its value is that of the crate, its pullback agrees with
//! differences, its pushforward with its pullback. `docs/matrices.md` lists the same.
#![cfg(feature = "nalgebra")]
#![allow(clippy::op_ref, clippy::unnecessary_fold, reason = "what people write is to be differentiated")]

mod differences;

use autodiff_runtime::differentiate;
use differences::of_matrices::WeighMatrix as _;
use differences::{Weigh as _, WeighNumber as _, check, documented};
use nalgebra::{
    DMatrix, DVector, Matrix2, Matrix2x3, Matrix3, RowDVector, RowVector3, SMatrix, SymmetricEigen, Vector2,
    Vector3, Vector4, Vector6, dmatrix, dvector, matrix, vector,
};

/// Rows: a name, which is that of the method up to `__`, and what is done with a matrix of 3 by 3 and a vector of 3, of
/// dynamic size or (`fixed`) not, and a number.
macro_rules! covered {
    ($test:ident $Matrix:ty, $Vector:ty: [$a:ident $v:ident $k:ident] $COVERED:ident $($name:ident: $does:expr;)*) => {
        $(
            #[differentiate]
            #[allow(unused_variables, non_snake_case)]
            fn $name($a: &$Matrix, $v: &$Vector, $k: f64) -> f64 {
                let result = $does;
                result.weighed()
            }
        )*

        #[test]
        fn $test() {
            let $a = <$Matrix>::from_row_slice_of(&[1.9, 0.3, -0.4, 0.5, 1.4, 0.2, -0.3, 0.6, 1.7]);
            let $v = <$Vector>::from_row_slice(&[0.9, -0.4, 1.3]);
            let $k = 0.7;
            $(check!($name(&$a, &$v, $k) by $a, $v, $k);)*
        }

        const $COVERED: &[&str] = &[$(stringify!($name)),*];
    };
}

trait FromRows {
    fn from_row_slice_of(elements: &[f64]) -> Self;
}

impl FromRows for DMatrix<f64> {
    fn from_row_slice_of(elements: &[f64]) -> Self {
        DMatrix::from_row_slice(3, 3, elements)
    }
}

impl FromRows for Matrix3<f64> {
    fn from_row_slice_of(elements: &[f64]) -> Self {
        Matrix3::from_row_slice(elements)
    }
}

covered! { rules_of_dynamic_sizes_are_right DMatrix<f64>, DVector<f64>: [a v k] DYNAMIC
    // operators
    add: a + a.transpose();
    sub: a - a.transpose();
    mul: a * v;
    mul__matrices: a * a;
    mul__number: a * k;
    mul__by_number: k * v;
    div: a / k;
    neg: -v;
    add_assign: { let mut b = a.clone(); b += a; b };
    sub_assign: { let mut b = v.clone(); b -= &(a * v); b };
    mul_assign: { let mut b = a.clone(); b *= k; b };
    div_assign: { let mut b = a.clone(); b /= k; b };
    // reductions
    sum: a.sum();
    mean: v.mean();
    norm: a.norm();
    norm_squared: a.norm_squared();
    trace: a.trace();
    column_sum: a.column_sum();
    row_sum: a.row_sum();
    fold: v.fold(k, |sum, x| sum + x * k);
    iter: a.iter().map(|x| x * x * k).sum::<f64>();
    // products
    dot: v.dot(&(a * v));
    tr_mul: a.tr_mul(v);
    component_mul: a.component_mul(&a.transpose());
    component_div: v.component_div(&v.add_scalar(3.0));
    angle: v.angle(&(a * v));
    // shapes and parts
    transpose: a.transpose();
    clone: a.clone();
    clone_owned: a.clone_owned();
    to_owned: a.to_owned();
    into_owned: a.column(1).into_owned();
    column: a.column(1);
    row: a.row(2);
    rows: a.rows(1, 2);
    columns: a.columns(0, 2);
    view: a.view((0, 1), (2, 2));
    fixed_rows: v.fixed_rows::<2>(1);
    fixed_columns: a.fixed_columns::<2>(1);
    fixed_view: a.fixed_view::<2, 1>(1, 2);
    diagonal: a.diagonal();
    row_iter: { let mut sum = 0.0; for row in a.row_iter() { sum += row.norm() * k; } sum };
    column_iter: { let mut sum = v * 0.0; for column in a.column_iter() { sum += &(&column * column.sum()); } sum };
    index: a[(0, 1)] * v[2];
    index_mut: { let mut b = a.clone(); b[(1, 2)] *= v[0]; b };
    // elementwise
    map: a.map(|x| (x * k).tanh() + v[0]);
    zip_map: v.zip_map(&(a * v), |x, y| x * y * k);
    apply: { let mut b = a.clone(); b.apply(|x| *x = x.sin() * k); b };
    abs: a.abs();
    scale: a.scale(k);
    add_scalar: a.add_scalar(k);
    lerp: v.lerp(&(a * v), k);
    normalize: v.normalize();
    fill: { let mut b = a.clone(); b.fill(k); b };
    copy_from: { let mut b = a * k; b.copy_from(&a.transpose()); b };
    set_row: { let mut b = a * k; b.set_row(1, &v.transpose()); b };
    set_column: { let mut b = a * k; b.set_column(1, &(v * k)); b };
    row_mut: { let mut b = a * k; b.row_mut(1).fill(k * k); b };
    row_mut__bound: { let mut b = a * k; let mut row = b.row_mut(1); row *= 2.0; row[2] = k * row[1]; b };
    column_mut: { let mut b = a * k; b.column_mut(1).copy_from(v); b };
    column_mut__bound: { let mut b = a * k; let mut column = b.column_mut(1); column += v; column[0] *= k; b };
    rows_mut: { let mut b = a * k; b.rows_mut(1, 2).fill(k * k); b };
    columns_mut: { let mut b = a * k; b.columns_mut(0, 2).apply(|x| *x *= k); b };
    view_mut: { let mut b = a * k; b.view_mut((0, 1), (2, 2)).copy_from(&a.view((1, 0), (2, 2))); b };
    fixed_rows_mut: { let mut b = a * k; b.fixed_rows_mut::<2>(1).fill(k * k); b };
    fixed_columns_mut: { let mut b = a * k; b.fixed_columns_mut::<2>(1).fill(k * k); b };
    fixed_view_mut: { let mut b = a * k; b.fixed_view_mut::<2, 2>(1, 0).copy_from(&a.fixed_view::<2, 2>(0, 1)); b };
    row_iter_mut: { let mut b = a * k; for mut row in b.row_iter_mut() { row *= k; } b };
    column_iter_mut: { let mut b = a * k; for mut column in b.column_iter_mut() { column += v; } b };
    // square matrices, and what is solved
    determinant: a.determinant();
    try_inverse: a.clone().try_inverse().unwrap();
    lu: a.clone().lu().determinant();
    solve: a.clone().lu().solve(v).unwrap();
    solve__matrix: a.clone().lu().solve(&a.transpose()).unwrap();
    try_inverse__lu: a.clone().lu().try_inverse().unwrap();
    cholesky: (a * a.transpose()).cholesky().unwrap().solve(v);
    inverse: (a * a.transpose()).cholesky().unwrap().inverse();
    l: (a * a.transpose()).cholesky().unwrap().l();
    determinant__cholesky: (a * a.transpose()).cholesky().unwrap().determinant();
    qr: a.clone().qr().solve(v).unwrap();
    q: a.clone().qr().q();
    q__tall: a.columns(0, 2).into_owned().qr().q();
    q__wide: a.rows(0, 2).into_owned().qr().q();
    r: a.clone().qr().r();
    r__tall: a.columns(0, 2).into_owned().qr().r();
    r__wide: a.rows(0, 2).into_owned().qr().r();
    solve_upper_triangular: a.solve_upper_triangular(v).unwrap();
    solve_lower_triangular: a.solve_lower_triangular(v).unwrap();
    singular_values: a.rows(0, 2).singular_values();
    svd: { let svd = a.clone().svd(true, true); svd.u.unwrap() * svd.v_t.unwrap() * k };
    svd__values: { let svd = a.clone().svd(false, false); svd.singular_values };
    svd__left: { let svd = a.rows(0, 2).into_owned().svd(true, false); let u = svd.u.unwrap(); u.component_mul(&u) };
    svd__right: { let svd = a.rows(0, 2).into_owned().svd(false, true); let v_t = svd.v_t.unwrap(); v_t.component_mul(&v_t) };
    symmetric_eigenvalues: (a * a.transpose()).symmetric_eigenvalues();
    symmetric_eigen: { let eigen = (a * a.transpose()).symmetric_eigen(); eigen.eigenvectors.component_mul(&eigen.eigenvectors) * eigen.eigenvalues };
    ln_determinant: (a * a.transpose()).cholesky().unwrap().ln_determinant();
    // constructors
    from_vec: DVector::from_vec(vec![k, k * k, v[0]]);
    from_vec__matrix: DMatrix::from_vec(2, 2, vec![k, k * k, v[0], v[1]]);
    from_row_slice: DMatrix::from_row_slice(2, 2, &[k, k * k, v[0], v[1]]);
    from_row_slice__row: RowDVector::from_row_slice(&[k, v[0]]);
    from_column_slice: DMatrix::from_column_slice(2, 2, &[k, k * k, v[0], v[1]]);
    from_element: DVector::from_element(3, k);
    from_iterator: DVector::from_iterator(3, v.iter().map(|x| x * k));
    from_element__matrix: DMatrix::from_element(3, 2, k * v[0]);
    from_diagonal_element: DMatrix::from_diagonal_element(3, 2, k * v[0]);
    identity__scaled_dynamic: DMatrix::identity(3, 3) * k;
    repeat: DMatrix::repeat(2, 2, k);
    from_diagonal: DMatrix::from_diagonal(v);
    from_fn: DMatrix::from_fn(2, 3, |i, j| v[i] * k + j as f64 * v[j]);
    from_fn__vector: DVector::from_fn(v.len(), |i, _| v[i] * k);
    zeros: { let mut b = DMatrix::zeros(2, 2); b[(0, 1)] = k * v[0]; b };
    identity: DMatrix::identity(3, 3) * v;
    dvector: dvector![k, v[0], v[1] * k];
    dmatrix: dmatrix![k, v[0]; v[1], 1.0];
    // what says how large something is
    len: a * a.len() as f64;
    nrows: a * a.nrows() as f64;
    ncols: a * a.ncols() as f64;
    shape: a * a.shape().0 as f64;
}

covered! { rules_of_fixed_sizes_are_right Matrix3<f64>, Vector3<f64>: [a v k] FIXED
    mul__fixed: a * v;
    cross: v.cross(&(a * v));
    cross_matrix: v.cross_matrix();
    dot__fixed: v.dot(&(a * v));
    transpose__fixed: a.transpose();
    determinant__fixed: a.determinant();
    try_inverse__fixed: a.try_inverse().unwrap();
    solve__fixed: a.lu().solve(v).unwrap();
    qr__fixed: a.qr().solve(v).unwrap();
    svd__fixed: a.svd(true, true).singular_values;
    symmetric_eigen__fixed: { let eigen = (a * a.transpose()).symmetric_eigen(); let first = eigen.eigenvectors.column(0); first[1] * first[1] + eigen.eigenvalues[1] };
    new__symmetric_eigen: SymmetricEigen::new(a * a.transpose()).eigenvalues;
    cholesky__fixed: (a * a.transpose()).cholesky().unwrap().solve(v);
    map__fixed: v.map(|x| x.exp() * k);
    zip_map__fixed: v.zip_map(&(a * v), |x, y| x * y * k);
    normalize__fixed: v.normalize();
    field: v.x * v.z + v.y * k;
    new: Vector2::new(k, v[0]);
    new__3: Vector3::new(k, v[0], v[1]);
    new__4: Vector4::new(k, v[0], v[1], 1.0);
    new__6: Vector6::new(k, v[0], v[1], 1.0, k * k, v[2]);
    new__row: RowVector3::new(k, v[0], v[1]);
    new__matrix: Matrix2::new(k, v[0], v[1], 2.0);
    new__rectangle: Matrix2x3::new(k, v[0], v[1], 2.0, v[2], k * k);
    new__three: Matrix3::new(k, v[0], v[1], 2.0, v[2], k * k, v.x, 1.0, v.y);
    from_row_slice__fixed: SMatrix::<f64, 2, 2>::from_row_slice(&[k, v[0], v[1], 2.0]);
    from_element__fixed: Matrix2::from_element(k);
    from_diagonal_element__fixed: Matrix2::from_diagonal_element(k);
    identity__scaled: Matrix3::identity() * k;
    from_fn__fixed: Matrix3::from_fn(|i, j| v[i] * v[j] * k);
    from_diagonal__fixed: Matrix3::from_diagonal(v);
    identity__fixed: (Matrix3::identity() + a) * v;
    vector: vector![k, v[0], v[1] * k];
    matrix: matrix![k, v[0]; v[1], 1.0];
}

#[test]
fn the_documentation_lists_what_is_covered() {
    let all: Vec<&str> = DYNAMIC.iter().chain(FIXED).copied().collect();
    assert_eq!(documented("nalgebra"), differences::names(&all));
}
