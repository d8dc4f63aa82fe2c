//! Functions on `nalgebra` matrices and vectors under `#[differentiate]` that build, map and solve.
#![cfg(feature = "nalgebra")]

mod differences;

use autodiff_runtime::differentiate;
use differences::check;
use nalgebra::{DMatrix, DVector, Matrix2, Matrix2x3, Matrix3, Point3, RowDVector, Vector2, Vector3};

fn matrix(rows: usize, columns: usize, start: f64) -> DMatrix<f64> {
    DMatrix::from_fn(rows, columns, |i, j| (start + 1.7 * i as f64 - 0.9 * (j * j) as f64).sin())
}

fn vector(n: usize, start: f64) -> DVector<f64> {
    DVector::from_fn(n, |i, _| (start + 1.3 * i as f64).cos())
}

#[differentiate]
fn small(x: f64, y: f64) -> f64 {
    let v = Vector2::new(x * y, y.sin());
    let w = Vector3::new(x, y, x + y);
    let m = Matrix2::new(x, y, y * y, 2.0);
    let n = Matrix2x3::new(x, 1.0, y, x * x, y * y, 0.5);
    (m * v).dot(&(n * w)) + w.x * w.y - v.y
}

#[differentiate]
fn dynamic(x: f64, y: f64) -> f64 {
    let v = DVector::from_vec(vec![x, y, x * y]);
    let m = DMatrix::from_row_slice(2, 3, &[x, y, 1.0, 2.0, x * x, y * y]);
    let n = DMatrix::from_column_slice(2, 3, &[x, y, 1.0, 2.0, x * x, y * y]);
    let e = DVector::from_element(3, x);
    let d = DMatrix::from_diagonal(&v);
    let r = RowDVector::from_row_slice(&[x, y, x]);
    (m * &v).dot(&(n * (e + d * &v))) + (r * v)[0]
}

#[differentiate]
fn indexed(x: &DVector<f64>, k: f64) -> f64 {
    let v = DVector::from_fn(x.len(), |i, _| x[i] * k * i as f64);
    let m = DMatrix::from_fn(x.len(), 2, |i, j| x[i] * (j as f64 + k));
    let s = Matrix3::from_fn(|i, j| x[i] * x[j] * k);
    v.dot(&v) + m.tr_mul(&v).norm() + s.sum() + s.determinant()
}

#[differentiate]
fn mapped(x: &DVector<f64>, y: &DVector<f64>, k: f64) -> f64 {
    let a = x.map(|v| (v * k).tanh());
    let b = x.zip_map(y, |a, b| a * b * k);
    let mut c = a.clone();
    c.apply(|v| *v = v.sin() * k);
    let d = (x + y).map(f64::exp);
    a.dot(&b) + c.sum() + d.sum() + x.iter().map(|v| v * v).sum::<f64>() + y.fold(0.0, |acc, v| acc + v * k)
}

#[differentiate]
fn solved(a: &DMatrix<f64>, b: &DVector<f64>) -> f64 {
    let x = a.clone().lu().solve(b).unwrap();
    let y = a.clone().lu().solve(&a.transpose()).unwrap();
    x.norm_squared() + y.sum() * x[0]
}

#[differentiate]
fn inverted(a: &DMatrix<f64>, b: &DVector<f64>) -> f64 {
    let inverse = a.clone().try_inverse().unwrap();
    let lu = a.clone().lu();
    (inverse * b).norm()
        + lu.determinant()
        + match lu.try_inverse() {
            Some(inverse) => inverse.sum(),
            None => 0.0,
        }
}

#[differentiate]
fn gaussian(l: &DMatrix<f64>, x: &DVector<f64>) -> f64 {
    let covariance = l * l.transpose() + DMatrix::identity(3, 3);
    let cholesky = covariance.clone().cholesky().unwrap();
    let y = cholesky.solve(x);
    -0.5 * x.dot(&y) - 0.5 * cholesky.ln_determinant()
        + cholesky.l().sum()
        + cholesky.inverse().trace()
        + cholesky.determinant()
}

#[differentiate]
fn lower(a: &DMatrix<f64>, x: &DVector<f64>) -> f64 {
    let cholesky = a.clone().cholesky().unwrap();
    cholesky.solve(x).norm() + cholesky.l()[(1, 0)]
}

#[differentiate]
fn inverse_or(a: &DMatrix<f64>, k: f64) -> f64 {
    match a.clone().try_inverse() {
        Some(inverse) => inverse.sum(),
        None => k,
    }
}

#[differentiate]
fn written(x: &DVector<f64>) -> f64 {
    let n = x.len();
    let mut m = DMatrix::zeros(n, n);
    for i in 0..n {
        for j in 0..n {
            m[(i, j)] = x[i] * x[j];
        }
        m[(i, i)] += 1.0;
    }
    let mut y = DVector::zeros(n);
    y += &(&m * x);
    y *= 2.0;
    y.dot(x)
}

#[differentiate]
fn rotated(angle: f64, p: &Vector2<f64>) -> Vector2<f64> {
    let (s, c) = angle.sin_cos();
    Matrix2::new(c, -s, s, c) * p
}

#[differentiate]
fn distance(angle: f64, p: &Vector2<f64>, q: &Vector2<f64>) -> f64 {
    let r = rotated(angle, p) - q;
    r.norm() + r.x * r[1]
}

#[differentiate]
mod camera {
    use nalgebra::{Matrix3, Vector2, Vector3};

    pub struct Camera {
        pub focal: f64,
        pub rotation: Vector3<f64>,
        pub position: Vector3<f64>,
    }

    impl Camera {
        fn turn(&self) -> Matrix3<f64> {
            let w = self.rotation;
            Matrix3::identity() + Matrix3::new(0.0, -w.z, w.y, w.z, 0.0, -w.x, -w.y, w.x, 0.0)
        }

        fn project(&self, point: &Vector3<f64>) -> Vector2<f64> {
            let p = self.turn() * point + self.position;
            Vector2::new(p.x / p.z, p.y / p.z) * self.focal
        }
    }

    pub fn error(camera: &Camera, points: &[Vector3<f64>], seen: &[Vector2<f64>]) -> f64 {
        let mut sum = 0.0;
        for (point, seen) in points.iter().zip(seen) {
            sum += (camera.project(point) - seen).norm_squared();
        }
        sum
    }
}

#[differentiate]
fn parts(x: &DVector<f64>, m: &DMatrix<f64>, k: f64) -> f64 {
    let a = x.fixed_rows::<2>(1);
    let b = x.rows(0, 2);
    let c = m.fixed_view::<2, 2>(0, 1);
    let d = m.view((1, 0), (2, 2));
    (c * a).dot(&(d * b))
        + m.columns(1, 2).column_sum().norm()
        + m.row_sum().sum() * m.diagonal().norm()
        + x.lerp(&m.diagonal(), k).norm()
        + x.angle(&m.diagonal())
        + m.abs().sum() * m.columns(0, 1)[(0, 0)]
        + m.fixed_columns::<2>(1).norm()
}

#[differentiate]
fn macros(x: f64, y: f64) -> f64 {
    let v = nalgebra::vector![x, y * x];
    let m = nalgebra::matrix![x, y; y * y, 1.0];
    let d = nalgebra::dvector![x, y, x + y];
    let e = nalgebra::dmatrix![x, y, 1.0; x * y, 2.0, x];
    (m * v).dot(&v) + (e * d).norm()
}

#[test]
fn matrices_are_made_of_active_numbers() {
    let (x, y, k) = (0.7, 1.3, 0.6);
    check!(small(x, y) by x, y);
    check!(dynamic(x, y) by x, y);
    check!(macros(x, y) by x, y);
    let v = vector(3, 0.3);
    check!(indexed(&v, k) by v, k);
    check!(written(&v) by v);
}

#[test]
fn closures_and_parts() {
    let (x, y, m, k) = (vector(3, 0.3), vector(3, 0.9), matrix(3, 3, 0.4), 0.7);
    check!(mapped(&x, &y, k) by x, y, k);
    check!(parts(&x, &m, k) by x, m, k);
}

#[test]
fn systems_are_solved() {
    let (a, b) = (matrix(3, 3, 0.4) + DMatrix::identity(3, 3), vector(3, 0.2));
    check!(solved(&a, &b) by a, b);
    check!(inverted(&a, &b) by a, b);
    let l = matrix(3, 3, 0.4);
    check!(gaussian(&l, &b) by l, b);
    let a = &l * l.transpose() + DMatrix::identity(3, 3);
    check!(lower(&a, &b) by a, b);
}

#[test]
fn what_has_no_solution_says_so() {
    let (singular, b) = (DMatrix::from_element(2, 2, 1.0), DVector::from_element(2, 1.0));
    assert_eq!(inverse_or(&singular, 3.0), inverse_or::value_and_grad(&singular, 3.0).0);
    assert_eq!(inverse_or::grad(&singular, 3.0), (DMatrix::zeros(2, 2), 1.0));
    for n in 1..=5 {
        let (regular, k) = (matrix(n, n, 0.1) + DMatrix::identity(n, n) * 2.0, 3.0);
        check!(inverse_or(&regular, k) by regular, k);
    }
    assert!(std::panic::catch_unwind(|| solved::grad(&singular, &b)).is_err());
}

#[test]
fn functions_hand_matrices_on() {
    let (angle, p, q) = (0.3, Vector2::new(1.0, 2.0), Vector2::new(0.5, -0.3));
    check!(distance(angle, &p, &q) by angle, p, q);
}

#[test]
fn bundles() {
    use camera::Camera;
    let camera =
        Camera { focal: 1.2, rotation: Vector3::new(0.1, -0.2, 0.3), position: Vector3::new(0.3, 0.2, 5.0) };
    let points = [Vector3::new(1.0, 0.5, 1.0), Vector3::new(-1.0, 0.5, 2.0)];
    let seen = [Vector2::new(0.3, 0.1), Vector2::new(-0.2, 0.1)];
    let (bar, points_bar, _) = camera::error::grad(&camera, &points, &seen);
    let at = |focal: f64, z: f64, px: f64| {
        let mut points = points;
        points[1].x += px;
        let mut rotation = camera.rotation;
        rotation.z += z;
        camera::error(
            &Camera { focal: camera.focal + focal, rotation, position: camera.position },
            &points,
            &seen,
        )
    };
    let h = 1e-6;
    assert!((bar.focal - (at(h, 0.0, 0.0) - at(-h, 0.0, 0.0)) / (2.0 * h)).abs() < 1e-8);
    assert!((bar.rotation.z - (at(0.0, h, 0.0) - at(0.0, -h, 0.0)) / (2.0 * h)).abs() < 1e-8);
    assert!((points_bar[1].x - (at(0.0, 0.0, h) - at(0.0, 0.0, -h)) / (2.0 * h)).abs() < 1e-8);
}

#[differentiate]
fn paired(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
    x.zip_map(y, |a, b| a * b).sum()
}

#[test]
#[should_panic = "matrices of different shapes"]
fn matrices_of_different_shapes_are_not_cut() {
    let _ = paired::value_and_grad(&vector(3, 0.4), &vector(4, 0.9));
}

#[differentiate]
fn pose(w: &Vector3<f64>, by: &Point3<f64>, scale: f64) -> Vector3<f64> {
    (w.cross(&by.coords) + w * scale) * w.norm()
}

#[differentiate]
fn residuals(a: &DMatrix<f64>, x: &DVector<f64>) -> DVector<f64> {
    a * x - x * x[0]
}

#[differentiate(order = 2)]
fn energy(x: &Vector2<f64>) -> f64 {
    (x[0] * x[0] + x[1]) * x.x.sin() + x.y.powi(3)
}

#[test]
fn jacobians_by_and_of_matrices() {
    let (w, by) = (Vector3::new(0.3, -0.2, 0.5), Point3::new(1.0, 2.0, -0.5));
    let (value, rows) = pose::value_and_jacobian(&w, &by, 0.7);
    assert_eq!(value, pose(&w, &by, 0.7));
    for row in 0..3 {
        let (w_bar, by_bar, scale_bar) = pose::vjp(&w, &by, 0.7).1(Vector3::ith(row, 1.0));
        assert_eq!(rows[row].0, w_bar);
        assert_eq!(rows[row].1, by_bar);
        assert_eq!(rows[row].2, scale_bar);
    }
    let (a, x) = (matrix(3, 3, 0.2), vector(3, 0.8));
    let jacobian = residuals::jacobian(&a, &x);
    for row in 0..3 {
        let seed = DVector::from_fn(3, |at, _| f64::from(u8::from(at == row)));
        assert_eq!(jacobian[row], residuals::vjp(&a, &x).1(seed));
    }
    let at = Vector2::new(0.4, -0.6);
    let hessian = energy::hessian(&at);
    for column in 0..2 {
        let product = energy::hvp(&at, &Vector2::ith(column, 1.0));
        assert_eq!(hessian[column], product);
    }
}
