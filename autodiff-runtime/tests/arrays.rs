//! Functions on `ndarray` arrays under `#[differentiate]`: gradients against central differences, tangents against gradients.
#![cfg(feature = "ndarray")]
#![allow(clippy::op_ref, reason = "what people write is to be differentiated")]

mod differences;

use autodiff_runtime::differentiate;
use differences::check;
use ndarray::{Array1, Array2, ArrayView1, Axis, array};

fn matrix(rows: usize, columns: usize, start: f64) -> Array2<f64> {
    Array2::from_shape_fn((rows, columns), |(i, j)| (start + 1.7 * i as f64 - 0.9 * (j * j) as f64).sin())
}

fn vector(n: usize, start: f64) -> Array1<f64> {
    Array1::from_shape_fn(n, |i| (start + 1.3 * i as f64).cos())
}

#[differentiate]
fn layer(x: &Array2<f64>, w: &Array2<f64>, b: &Array1<f64>) -> f64 {
    let h = (x.dot(w) + b).mapv(|v| v.tanh());
    h.sum()
}

#[differentiate]
fn scaled(x: &Array1<f64>, k: f64) -> f64 {
    let y = x.mapv(|v| (v * k).exp());
    let z = &y * x - 2.0 * &y / k;
    z.mean().unwrap() + y[0] * z[1]
}

#[differentiate]
fn softmax(x: ArrayView1<'_, f64>) -> f64 {
    let max = x.fold(f64::NEG_INFINITY, |a, &b| a.max(b));
    let e = x.mapv(|v| (v - max).exp());
    let p = &e / e.sum();
    -p[0].ln()
}

#[differentiate]
fn loops(a: &Array2<f64>, x: &Array1<f64>) -> f64 {
    let mut s = 0.0;
    for i in 0..a.nrows() {
        for j in 0..a.ncols() {
            s += a[[i, j]] * x[j] * a[(i, j)];
        }
    }
    for i in 0..a.nrows() {
        s += a.row(i).dot(x);
    }
    s
}

#[differentiate]
fn writes(x: &Array1<f64>) -> f64 {
    let n = x.len();
    let mut y = Array1::zeros(n);
    let mut m = Array2::<f64>::zeros((n, n));
    for i in 0..n {
        y[i] = x[i].sin();
        m[[i, 0]] = x[i] * x[i];
        m[[i, i]] += y[i];
    }
    y += &m.dot(x);
    y *= 2.0;
    y -= x;
    y.dot(&y)
}

#[differentiate]
fn made(x: f64, n: usize) -> f64 {
    let a = Array1::from_vec(vec![x, x * x, x.sin()]);
    let b = Array1::from_shape_fn(n, |i| x * i as f64);
    let c = Array2::from_shape_fn((n, 2), |(i, j)| x * (i + 2 * j) as f64);
    let d = Array2::from_elem((2, n), x);
    let e = Array2::from_shape_vec((1, 3), vec![x, x * x, x.sin()]).unwrap();
    a.sum() + b.dot(&b) + c.dot(&d).sum() + e.dot(&a).sum()
}

#[differentiate]
fn axes(x: &Array2<f64>) -> f64 {
    let m = x.mean_axis(Axis(0)).unwrap();
    let c = x - &m;
    let v = c.mapv(|v| v * v).sum_axis(Axis(0));
    let s = v.mapv(f64::sqrt);
    (&c / &s).sum_axis(Axis(1)).mapv(|v| v * v * v).sum()
}

#[differentiate]
fn elementwise(x: &Array1<f64>) -> f64 {
    let y = x.exp();
    let z = x.powi(2) + &y;
    z.sum() + x.iter().map(|v| v * v).sum::<f64>()
}

#[differentiate]
fn inplace(x: &Array1<f64>, k: f64) -> f64 {
    let mut y = x.clone();
    y.mapv_inplace(|v| v * k);
    y.map_inplace(|v| *v = v.sin());
    for v in y.iter_mut() {
        *v *= k;
    }
    y.sum()
}

#[differentiate]
fn relu(x: &Array2<f64>, y: &Array1<f64>) -> f64 {
    let h = x.mapv(|v| v.max(0.0));
    let o = h.t().dot(y);
    let p = o.map(|v| v * v);
    p.sum()
}

#[differentiate]
mod inside {
    use ndarray::{Array1, Array2, Axis};
    pub struct Net {
        pub w: Array2<f64>,
        pub b: Array1<f64>,
    }
    impl Net {
        fn forward(&self, x: &Array2<f64>) -> Array2<f64> {
            relu(&(x.dot(&self.w) + &self.b))
        }
    }
    fn relu(x: &Array2<f64>) -> Array2<f64> {
        x.mapv(|v| if v > 0.0 { v } else { 0.1 * v })
    }
    fn log_softmax(x: &Array2<f64>) -> Array2<f64> {
        let max = x.fold(f64::NEG_INFINITY, |a, &b| a.max(b));
        let e = (x - max).mapv(f64::exp);
        let total = e.sum_axis(Axis(1)).insert_axis(Axis(1));
        x - max - total.mapv(f64::ln)
    }
    pub fn loss(net: &Net, #[no_diff] x: &Array2<f64>, labels: &[usize]) -> f64 {
        let p = log_softmax(&net.forward(x));
        let mut sum = 0.0;
        for (i, &label) in labels.iter().enumerate() {
            sum -= p[[i, label]];
        }
        sum / labels.len() as f64
    }
}

#[differentiate]
fn methods(x: &Array2<f64>, w: &Array1<f64>) -> f64 {
    let h = x.dot(w).tanh();
    let g = (x - 0.5).exp().sum_axis(Axis(1)).ln();
    let n = w.dot(w).sqrt();
    (h * g / n).sum().exp()
}

#[differentiate]
fn macros(x: f64, y: f64) -> f64 {
    let v = array![x, y * x];
    let m = ndarray::array![[x, y], [y * y, 1.0]];
    m.dot(&v).dot(&v)
}

#[differentiate]
fn assigned(x: &Array1<f64>, k: f64) -> f64 {
    let mut y = Array1::zeros(x.len());
    y.assign(x);
    let mut z = Array1::zeros(x.dim());
    z.fill(k);
    z.scaled_add(k, &y);
    z[0] *= y[1];
    let mut m = Array2::zeros((x.shape()[0], 2));
    m.assign(&x.view().insert_axis(Axis(1)));
    m.fill(0.5 * k);
    z.dot(&z) + m.sum()
}

#[differentiate]
fn rows(x: &Array2<f64>, w: &Array1<f64>) -> f64 {
    let mut sum = 0.0;
    for row in x.rows() {
        sum += row.dot(w).sin();
    }
    for row in x.outer_iter() {
        sum += row.dot(&row).sin();
    }
    for (column, w) in x.axis_iter(Axis(1)).zip(w.iter()) {
        sum += column.sum() * w;
    }
    sum
}

#[differentiate]
fn distance(x: &Array2<f64>, y: &Array2<f64>) -> f64 {
    let d = x - y;
    let s: f64 = d.iter().map(|e| e * e).sum();
    s.sqrt() + (x * y).iter().zip(d.iter()).map(|(a, b)| a * b.sin()).sum::<f64>()
}

#[differentiate]
fn update(y: &mut Array1<f64>, x: &Array1<f64>, k: f64) {
    *y *= k;
    y[0] = x[1] * k;
    let half = &*y * 0.5;
    y.assign(&(&half + x));
    y.scaled_add(k, x);
}

#[differentiate]
fn updated(y: &Array1<f64>, x: &Array1<f64>, k: f64) -> f64 {
    let mut z = y * 1.0;
    update(&mut z, x, k);
    update(&mut z, x, k * k);
    z.dot(y)
}

#[differentiate]
fn lent(x: ArrayView1<f64>, w: ArrayView1<f64>, k: f64) -> f64 {
    x.dot(&w) * k + x.mapv(|x| x * k).sum()
}

#[test]
fn products_and_closures() {
    let (x, w, b) = (matrix(4, 3, 0.1), matrix(3, 2, 0.5), vector(2, 0.3));
    check!(layer(&x, &w, &b) by x, w, b);
    let (x, y) = (matrix(4, 3, 0.1), vector(4, 0.2));
    check!(relu(&x, &y) by x, y);
    let (x, w) = (matrix(4, 3, 0.1), vector(3, 0.5));
    check!(methods(&x, &w) by x, w);
}

#[test]
fn closures_have_what_they_capture() {
    let (x, k) = (vector(4, 0.2), 0.7);
    check!(scaled(&x, k) by x, k);
    check!(elementwise(&x) by x);
    check!(inplace(&x, k) by x, k);
}

#[test]
fn elements_rows_and_axes() {
    let (a, x) = (matrix(3, 4, 0.1), vector(4, 0.2));
    check!(loops(&a, &x) by a, x);
    check!(rows(&a, &x) by a, x);
    check!(axes(&a) by a);
    let (x, y) = (matrix(4, 3, 0.1), matrix(4, 3, 0.7));
    check!(distance(&x, &y) by x, y);
}

#[test]
fn arrays_that_are_made_and_written() {
    let (k, l, x) = (0.7, 1.3, vector(3, 0.5));
    check!(made(k; 3) by k);
    check!(macros(k, l) by k, l);
    check!(writes(&x) by x);
    check!(assigned(&x, k) by x, k);
    let y = vector(3, 0.9);
    check!(updated(&y, &x, k) by y, x, k);
}

#[test]
fn views_as_parameters_have_owned_gradients() {
    let (x, w) = (vector(3, 0.1), vector(3, 0.5));
    let (value, (x_bar, w_bar, k_bar)) = lent::value_and_grad(x.view(), w.view(), 0.5);
    assert_eq!((value, x_bar, w_bar), (lent(x.view(), w.view(), 0.5), &w * 0.5 + 0.5, &x * 0.5));
    assert!((k_bar - value / 0.5).abs() < 1e-12);

    let (value, gradient) = softmax::value_and_grad(x.view());
    assert_eq!(value, softmax(x.view()));
    for k in 0..3 {
        let moved = |h: f64| {
            let mut x = x.clone();
            x[k] += h;
            softmax(x.view())
        };
        assert!((gradient[k] - (moved(1e-6) - moved(-1e-6)) / 2e-6).abs() < 1e-8);
        let mut dot = Array1::zeros(3);
        dot[k] = 1.0;
        assert!((softmax::jvp(x.view(), dot).1 - gradient[k]).abs() < 1e-12);
    }
}

#[test]
fn a_network_of_a_module() {
    let net = inside::Net { w: matrix(3, 2, 0.4), b: vector(2, 0.1) };
    let (x, labels) = (matrix(4, 3, 0.2), [0, 1, 1, 0]);
    let gradient = inside::loss::grad(&net, &x, &labels);
    for k in 0..6 {
        let at = |h: f64| {
            let mut w = net.w.clone();
            w[[k / 2, k % 2]] += h;
            inside::loss(&inside::Net { w, b: net.b.clone() }, &x, &labels)
        };
        let difference = (at(1e-6) - at(-1e-6)) / 2e-6;
        assert!((gradient.w[[k / 2, k % 2]] - difference).abs() < 1e-8);
    }
    let along = inside::NetTangent { w: Array2::zeros((3, 2)), b: Array1::ones(2) };
    let tangent = inside::loss::jvp(&net, &x, &labels, &along).1;
    assert!((tangent - gradient.b.sum()).abs() < 1e-12);
}

#[test]
fn a_zero_meets_an_infinity() {
    use autodiff_runtime::ops;
    let (zero, one) = (Array1::<f64>::zeros(2), Array1::ones(2));
    let (mut bar, mut by_number) = (zero.clone(), 0.0);
    let seed = zero.clone();
    ops::div::forward(&one, &0.0).1(&one, &0.0, seed.clone(), Some(&mut bar), Some(&mut by_number));
    ops::div::forward(&one, &zero).1(&one, &zero, seed.clone(), Some(&mut bar), None);
    let wide = array![f64::INFINITY, 1.0];
    ops::mul::forward(&wide, &zero).1(&wide, &zero, seed, Some(&mut bar), None);
    assert_eq!((bar, by_number), (zero.clone(), 0.0));
    assert_eq!(ops::mul::pushforward(&wide, &zero, Some(&zero), Some(&zero)).1, zero);
}

#[test]
fn an_adjoint_of_a_broadcast_operand_is_a_sum() {
    use autodiff_runtime::ops;
    let (a, b) = (matrix(2, 3, 0.1), vector(3, 0.4).insert_axis(Axis(0)));
    let (mut a_bar, mut b_bar) = (Array2::zeros((2, 3)), Array2::zeros((1, 3)));
    let (product, pullback) = ops::mul::forward(&a, &b);
    assert_eq!(product, &a * &b);
    pullback(&a, &b, Array2::ones((2, 3)), Some(&mut a_bar), Some(&mut b_bar));
    assert_eq!(b_bar, a.sum_axis(Axis(0)).insert_axis(Axis(0)));
    assert_eq!(a_bar, Array2::<f64>::ones((2, 3)) * &b);
}

#[differentiate]
fn shifted(x: &Array1<f64>, w: &Array2<f64>) -> Array1<f64> {
    let y = w.dot(x);
    &y * &y + x[0]
}

#[test]
fn jacobians_by_and_of_arrays() {
    let (x, w) = (vector(3, 0.4), matrix(2, 3, 0.1));
    let (value, rows) = shifted::value_and_jacobian(&x, &w);
    assert_eq!(value, shifted(&x, &w));
    for row in 0..2 {
        let seed = Array1::from_shape_fn(2, |at| f64::from(u8::from(at == row)));
        assert_eq!(rows[row], shifted::vjp(&x, &w).1(seed));
    }
}
