//! Functions generic over the float and over lengths.

use autodiff_runtime::{Differentiable, differentiate};
use num_traits::Float;

#[differentiate]
fn logistic<T: Float>(x: T) -> T {
    T::one() / (T::one() + (-x).exp())
}

#[differentiate]
fn norm<const N: usize>(x: [f64; N]) -> f64 {
    let mut s = 0.0;
    for i in 0..N {
        s += x[i] * x[i];
    }
    s.sqrt()
}

#[differentiate]
fn generic_dot<T: Float, const N: usize>(a: &[T; N], b: &[T; N]) -> T {
    let mut s = T::zero();
    for i in 0..N {
        s = s + a[i] * b[i];
    }
    s
}

#[differentiate]
fn calls_generic(x: f64, y: &[f64; 2]) -> f64 {
    logistic(x) * generic_dot(y, y) + norm([x, y[0]])
}

#[differentiate]
fn with_where_clause<T>(x: &[T], a: T) -> T
where
    T: Float,
{
    let mut s = a;
    for i in 0..x.len() {
        s = s * x[i].sin() + a;
    }
    s
}

#[differentiate]
fn with_lifetime<'a>(x: &'a [f64], y: &'a [f64]) -> f64 {
    let longer = if x.len() > y.len() { x } else { y };
    longer[0] * x[0] + y[0]
}

#[differentiate]
fn matrix_product<const N: usize>(a: &[[f64; N]; N], b: &[[f64; N]; N]) -> [[f64; N]; N] {
    let mut c = [[0.0; N]; N];
    for i in 0..N {
        for j in 0..N {
            for k in 0..N {
                c[i][j] += a[i][k] * b[k][j];
            }
        }
    }
    c
}

#[test]
fn both_precisions() {
    let double: f64 = logistic::grad(0.5_f64);
    let single: f32 = logistic::grad(0.5_f32);
    let p = 1.0 / (1.0 + (-0.5_f64).exp());
    assert!((double - p * (1.0 - p)).abs() < 1e-15);
    assert!((f64::from(single) - double).abs() < 1e-6);
}

#[derive(Clone, Copy, Debug, Differentiable)]
struct Spline<T> {
    a: T,
    b: T,
}

#[differentiate]
impl<T: Float> Spline<T> {
    fn bend(&self, _x: T) -> T {
        self.b.cos().exp().powi(2)
    }

    fn side(&self, x: T) -> T {
        if x > self.a { self.b.cos() * x } else { (x - self.b) * x }
    }

    fn stretched(self, x: &[T]) -> Spline<T> {
        let a: T = self.a * x[0];
        Spline { a, b: x[1].sin() }
    }

    fn moved(&mut self, x: T) -> T {
        self.a = self.b * x;
        self.a + self.bend(x)
    }

    fn of(a: T) -> Self {
        Spline { a, b: a * a }
    }
}

#[differentiate]
impl<T> std::ops::Mul for Spline<T>
where
    T: Float,
{
    type Output = Spline<T>;
    fn mul(self, other: Spline<T>) -> Spline<T> {
        let a: T = self.a * other.a;
        Spline { a, b: other.b }
    }
}

#[differentiate]
fn bent<T: Float>(spline: &Spline<T>, x: T) -> T {
    spline.bend(x) * spline.a
}

#[differentiate]
fn generic_over_splines<T>(x: T, y: &[T]) -> T
where
    T: Float,
{
    let spline = Spline { a: x, b: x * x };
    let product: Spline<T> = spline * spline;
    bent(&spline, x) + spline.stretched(y).a + product.a
}

#[differentiate]
fn calls_methods_of_splines(x: f64, y: &[f64]) -> f64 {
    let spline = Spline { a: x, b: x * x };
    let mut other = Spline { a: 1.0, b: y[0] };
    let z = other.moved(x);
    bent(&spline, x) + spline.side(z) * Spline::of(x).b
}

// Constants by way of `num_traits`, literals and computed ones.
#[differentiate]
fn ackley<T>(x: &[T], width: T) -> T
where
    T: Float + num_traits::FromPrimitive + std::iter::Sum,
{
    let by = T::from_f64(1.0 / 2.5).unwrap() / T::from_usize(x.len()).unwrap();
    let turn = T::from_f64(2.0 * std::f64::consts::PI).unwrap() * width;
    let spread = by * x.iter().map(|x| x.powi(2)).sum();
    T::from_i32(20).unwrap()
        - (T::from(std::f64::consts::LN_2).unwrap() * spread.sqrt()).exp()
        - (by * x.iter().map(|x| (turn * *x).cos()).sum()).exp()
}

checks! {
    ackley(&[0.5_f64, -1.5], 0.75);
    logistic(0.5_f64);
    norm([0.5, -1.5, 2.0]);
    generic_dot(&[0.5_f64, -1.5], &[2.0_f64, 0.75]) => ([2.0, 0.75], [0.5, -1.5]);
    calls_generic(0.75, &[0.5, -1.5]);
    with_where_clause(&[0.5_f64, -1.5, 2.0], 0.75_f64);
    with_lifetime(&[0.5, -1.5], &[2.0]);
    matrix_product(&[[0.5, -1.5], [2.0, 0.75]], &[[1.25, 0.25], [1.0, -0.5]]);
    generic_over_splines(1.5_f64, &[2.0, 3.0]);
    calls_methods_of_splines(1.5, &[2.0, 3.0]);
}
