//! Derivatives inside of differentiated functions: gradients, tangents and products with Hessians, differentiated once and
//! twice, against differences and forward against reverse mode.

use autodiff_runtime::{Differentiable, differentiate};

/// The gradient of `f` against differences, and against its tangents.
fn check(
    name: &str,
    x: &[f64],
    f: impl Fn(&[f64]) -> f64,
    grad: impl Fn(&[f64]) -> Vec<f64>,
    jvp: impl Fn(&[f64], &[f64]) -> f64,
) {
    let g = grad(x);
    for i in 0..x.len() {
        let h = 1e-5;
        let (mut u, mut d) = (x.to_vec(), x.to_vec());
        u[i] += h;
        d[i] -= h;
        let n = (f(&u) - f(&d)) / 2.0 / h;
        assert!((n - g[i]).abs() < 1e-6 * (1.0 + n.abs()), "{name}: {g:?}[{i}] {n}");
        let mut e = vec![0.0; x.len()];
        e[i] = 1.0;
        let t = jvp(x, &e);
        assert!((t - g[i]).abs() < 1e-9 * (1.0 + t.abs()), "{name}: forward {t} reverse {}", g[i]);
    }
}

macro_rules! nested {
    ($($f:ident($($x:expr),*);)*) => {$(
        #[test]
        fn $f() {
            let tangent = |x: &[f64], v: &[f64]| super::$f::jvp(x, v).1;
            super::check(stringify!($f), &[$($x),*], |x| super::$f(x), |x| super::$f::grad(x), tangent);
        }
    )*};
}

/// The same of each number of the gradient.
macro_rules! twice {
    ($($f:ident($($x:expr),*);)*) => {$(
        #[test]
        fn $f() {
            let x = [$($x),*];
            for i in 0..x.len() {
                let unit = |x: &[f64]| {
                    let mut unit = vec![0.0; x.len()];
                    unit[i] = 1.0;
                    unit
                };
                let (of, product) = (|x: &[f64]| super::$f::grad(x)[i], |x: &[f64]| super::$f::hvp(x, &unit(x)));
                super::check(stringify!($f), &x, of, product, |x, v| super::$f::hvp(x, v)[i]);
            }
        }
    )*};
}

#[differentiate(order = 3)]
fn g(x: &[f64], k: f64) -> f64 {
    let mut s = 0.0;
    for v in x {
        s += v.sin() * v * k * k;
    }
    s * x[0]
}
#[differentiate(order = 2)]
fn penalty(x: &[f64]) -> f64 {
    let k = x[1] * x[1];
    let (d, dk) = g::grad(x, k);
    let mut s = dk * dk;
    for v in &d {
        s += v * v;
    }
    s
}
#[differentiate(order = 2)]
fn with_values(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        let (v, (d, dk)) = g::value_and_grad(&x[i..], x[i]);
        s += v * d[0] + dk * v * v;
    }
    s
}
#[differentiate]
fn with_jvp(x: &[f64]) -> f64 {
    let v = vec![x[1], x[0] * x[2], 1.0];
    let (r, t) = g::jvp(x, x[2], &v, x[0]);
    r * t * t
}
#[differentiate]
fn with_hvp(x: &[f64]) -> f64 {
    let v = vec![x[1], x[0] * x[2], 1.0];
    let (p, pk) = g::hvp(x, x[2], &v, x[0]);
    p[0] * p[1] + pk * pk
}
#[differentiate(order = 3, wrt(y))]
fn inner(x: f64, y: f64) -> f64 {
    x * y * y
}
#[differentiate(order = 2)]
fn confusion(x: &[f64]) -> f64 {
    let d: f64 = inner::grad(x[0], x[1]);
    x[0] * d
}
#[differentiate(order = 3)]
fn by_value(a: [f64; 2], b: Vec<f64>) -> f64 {
    a[0] * b[0].sin() * a[1] * b[1]
}
#[differentiate(order = 2)]
fn uses_by_value(x: &[f64]) -> f64 {
    let (da, db): ([f64; 2], Vec<f64>) = by_value::grad([x[0], x[1]], vec![x[1], x[2]]);
    da[0] * da[1] * db[0] + db[1]
}
#[derive(Differentiable, Clone)]
struct Pot {
    k: f64,
    c: f64,
}
#[differentiate(order = 3)]
impl Pot {
    fn energy(&self, q: &[f64; 2]) -> f64 {
        self.k * q[0] * q[0] * q[1] + self.c * q[1].cos()
    }
    fn static_(k: f64, q: f64) -> f64 {
        k * q * q * q
    }
}
#[differentiate(order = 2)]
fn force(x: &[f64]) -> f64 {
    let p = Pot { k: x[0], c: x[1] };
    let q = [x[1], x[2]];
    let (_, f): (PotTangent, [f64; 2]) = p.energy_grad(&q);
    let (_, h): (f64, f64) = Pot::static__grad(x[0], x[2]);
    f[0] * f[1] + h
}
#[differentiate(order = 2)]
mod mechanics {
    fn lagrangian(q: &[f64], v: &[f64]) -> f64 {
        v[0] * v[0] * q[1].cos() + q[0] * v[1] * v[1] * 0.5
    }
    pub fn momentum(x: &[f64]) -> f64 {
        let v = [x[0] * x[1], 1.0 + x[2]];
        let (a, b) = lagrangian::grad(x, &v);
        a[0] * b[1] + b[0] * b[0] * a[1]
    }
}
use mechanics::momentum;

mod once {
    nested! {
        penalty(0.3, 0.7, -0.2);
        with_values(0.3, 0.7, -0.2);
        with_jvp(0.3, 0.7, -0.2);
        with_hvp(0.3, 0.7, -0.2);
        confusion(0.3, 0.7);
        uses_by_value(0.3, 0.7, -0.2);
        force(0.3, 0.7, -0.2);
        momentum(0.3, 0.7, -0.2);
    }
}

mod again {
    twice! {
        penalty(0.3, 0.7, -0.2);
        with_values(0.3, 0.7, -0.2);
        confusion(0.3, 0.7);
        uses_by_value(0.3, 0.7, -0.2);
        force(0.3, 0.7, -0.2);
        momentum(0.3, 0.7, -0.2);
    }
}

/// The tangents of one derivative are not those of the other: `d/dx (x · d/dy (x y²)) = d/dx (2 x² y)`.
#[test]
fn perturbations_are_not_confused() {
    assert_eq!(confusion::grad(&[3.0, 5.0]), [60.0, 18.0]);
    assert_eq!(confusion::hessian(&[3.0, 5.0]), [[20.0, 12.0], [12.0, 0.0]]);
}
