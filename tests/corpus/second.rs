//! Second derivatives, against differences of gradients, for symmetry, and against each other.

use autodiff_runtime::{Differentiable, differentiate};

/// Hessian and products of a function of one slice against differences of its gradient.
fn check(
    name: &str,
    x: &[f64],
    grad: impl Fn(&[f64]) -> (f64, Vec<f64>),
    vgh: impl Fn(&[f64], &[f64]) -> (f64, Vec<f64>, Vec<f64>),
    hess: Vec<Vec<f64>>,
) {
    let n = x.len();
    let (value, gradient) = grad(x);
    let close = |a: f64, b: f64| (a - b).abs() <= 2e-6 * (1.0 + a.abs().max(b.abs()));
    for j in 0..n {
        let h = 1e-5;
        let (mut up, mut down) = (x.to_vec(), x.to_vec());
        up[j] += h;
        down[j] -= h;
        let (up, down) = (grad(&up).1, grad(&down).1);
        for i in 0..n {
            let d = (up[i] - down[i]) / (2.0 * h);
            assert!(
                close(hess[i][j], d),
                "{name}: hessian[{i}][{j}] = {} but differences say {d}",
                hess[i][j]
            );
            assert!((hess[i][j] - hess[j][i]).abs() <= 1e-9 * (1.0 + d.abs()), "{name}: not symmetric");
        }
    }
    let v: Vec<f64> = (0..n).map(|i| 0.3 + 0.7 * i as f64).collect();
    let (value2, gradient2, product) = vgh(x, &v);
    assert!(close(value, value2), "{name}: {value} {value2}");
    for i in 0..n {
        assert!(close(gradient[i], gradient2[i]), "{name}: {gradient:?} {gradient2:?}");
        let p: f64 = (0..n).map(|j| hess[i][j] * v[j]).sum();
        assert!(close(product[i], p), "{name}: product {} {p}", product[i]);
    }
}

macro_rules! second {
    ($($f:ident($($x:expr),*);)*) => {$(
        #[test]
        fn $f() {
            let x = [$($x),*];
            let value_and_grad = |x: &[f64]| super::$f::value_and_grad(x);
            let value_grad_hvp = |x: &[f64], v: &[f64]| super::$f::value_grad_hvp(x, v);
            super::check(stringify!($f), &x, value_and_grad, value_grad_hvp, super::$f::hessian(&x));
            let hessian = super::$f::hessian(&x);
            let diagonal: Vec<f64> = (0..x.len()).map(|i| hessian[i][i]).collect();
            assert_eq!(super::$f::hessian_diagonal(&x), diagonal);
        }
    )*};
}

#[differentiate(order = 2)]
fn rosenbrock(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() - 1 {
        s += 100.0 * (x[i + 1] - x[i] * x[i]).powi(2) + (1.0 - x[i]).powi(2);
    }
    s
}
#[differentiate(order = 2)]
fn state(x: &[f64]) -> f64 {
    let (mut a, mut b) = (x[0], 1.0);
    for i in 1..x.len() {
        let t = a * x[i].sin() + b;
        b = (a * b).tanh();
        a = t;
    }
    a * b
}
#[differentiate(order = 2)]
fn branches(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += if x[i] > 0.5 {
            x[i] * x[i] * s
        } else if x[i] < 0.0 {
            x[i].exp()
        } else {
            (x[i] * 3.0).cos()
        };
    }
    s * s.abs()
}
#[differentiate(order = 2)]
fn vecs(x: &[f64]) -> f64 {
    let mut y = vec![0.0; x.len()];
    for i in 0..x.len() {
        y[i] = x[i] * x[x.len() - 1 - i];
    }
    let mut z: Vec<f64> = Vec::new();
    for i in 0..x.len() {
        z.push(y[i].sin() * x[0]);
    }
    for i in 1..x.len() {
        y[i] = y[i - 1] * z[i];
    }
    y.iter().zip(&z).map(|(a, b)| a * b).sum()
}
#[differentiate(order = 2)]
fn rows(x: &[f64]) -> f64 {
    let mut m = [[0.0; 2]; 2];
    for i in 0..2 {
        for j in 0..2 {
            m[i][j] = x[i] * x[j].exp();
        }
    }
    let row = &m[1];
    let mut s = row[0] * m[0][1];
    for r in m.iter() {
        s += r[0] * r[1];
    }
    s
}
#[differentiate(order = 2)]
fn whiles(x: &[f64]) -> f64 {
    let mut t = x[0];
    let mut n = 0;
    while n < 5 {
        t = t * x[1] + (t * 0.5).sin();
        n += 1;
        if t > 100.0 {
            break;
        }
    }
    let mut y = x[1] * x[1];
    loop {
        y = y.sqrt() + t;
        if y > 3.0 {
            break;
        }
    }
    y * t
}
#[differentiate(order = 2)]
fn g(a: f64, b: f64) -> f64 {
    a * a * b.sin()
}
#[differentiate(order = 2)]
fn norm(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for v in x {
        s += v * v;
    }
    s.sqrt()
}
#[differentiate(order = 2)]
fn calls(x: &[f64]) -> f64 {
    let mut s = norm(x);
    for i in 1..x.len() {
        s = g(s, x[i]) + g(x[i - 1], x[i]) * norm(&x[1..]);
    }
    s
}
#[differentiate(order = 2)]
fn scaled(x: &[f64], k: f64) -> Vec<f64> {
    x.iter().map(|v| v * v * k).collect()
}
#[differentiate(order = 2)]
fn pair(x: &[f64; 2], n: usize) -> ([f64; 2], usize) {
    ([x[0] * x[1], x[1].powi(n as i32)], n)
}
#[differentiate(order = 2)]
fn calls_vecs(x: &[f64]) -> f64 {
    let y = scaled(x, x[0]);
    let ([a, b], _) = pair(&[x[0], x[1]], 3);
    let z = scaled(&y, 2.0);
    y[0] * z[1] + a * b * y[1]
}
#[differentiate(order = 2)]
fn singular(x: &[f64]) -> f64 {
    (x[0] * 0.0).sqrt()
        + x[0].powf(x[1])
        + x[0].hypot(x[1])
        + x[1].max(x[0]) * x[0].min(x[1])
        + x[0].atan2(x[1])
}
#[differentiate(order = 2)]
mod springs {
    #[derive(Clone, Debug, PartialEq)]
    pub struct Spring {
        pub k: f64,
        pub rest: f64,
        pub name: String,
        #[no_diff]
        pub scale: f64,
        pub table: Vec<f64>,
    }
    impl Spring {
        pub fn energy(&self, x: f64) -> f64 {
            let d = (x - self.rest) * self.scale;
            0.5 * self.k * d * d + self.table[0] * x.sin() * self.k
        }
        pub fn twice(&self, x: f64) -> f64 {
            self.energy(x) * self.energy(x * x)
        }
        pub fn stretched(self, by: f64) -> Spring {
            Spring { k: self.k * by, rest: self.rest + by * by, ..self }
        }
    }
    #[no_diff]
    pub fn spring(x: &[f64]) -> Spring {
        Spring { k: x[0], rest: x[1], name: "s".into(), scale: 2.0, table: vec![x[2], 1.0] }
    }
    pub fn make(x: &[f64]) -> Spring {
        Spring {
            k: x[0] * x[1],
            rest: x[1].sin(),
            name: "s".into(),
            scale: 2.0,
            table: vec![x[2] * x[2], 1.0],
        }
    }
    pub fn structs(x: &[f64]) -> f64 {
        let mut s: Spring = make(x);
        let e = s.energy(x[0]);
        s.k *= x[2];
        let t = s.clone();
        let u: Spring = t.stretched(x[1]);
        e * u.twice(x[1]) + u.k * u.rest
    }
}
use springs::*;
#[differentiate(order = 2)]
fn step(s: &mut [f64], k: f64, last: &mut f64) {
    for i in 0..s.len() {
        s[i] = s[i] * s[i] * k;
        *last += s[i] * k;
    }
}
#[differentiate(order = 2)]
fn mutates(x: &[f64]) -> f64 {
    let mut y = x.to_vec();
    let mut last = x[0];
    step(&mut y, x[1], &mut last);
    let mut other = last;
    step(&mut y[1..], last, &mut other);
    for i in 0..2 {
        step(&mut y, last, &mut last);
    }
    y.iter().sum::<f64>() * last
}
#[differentiate(order = 2)]
fn by_value(mut v: Vec<f64>, a: [f64; 2]) -> f64 {
    v[0] *= a[1];
    v.push(a[0] * v[1]);
    let n = v.len();
    v[n - 1] * v[0]
}
#[differentiate(order = 2)]
fn calls_by_value(x: &[f64]) -> f64 {
    let v = x.to_vec();
    let a = [x[0], x[1] * x[2]];
    by_value(v.clone(), a) * by_value(v, a)
}
#[differentiate(order = 2)]
fn generic<T: num_traits::Float>(x: &[T], k: T) -> T {
    let mut s = T::zero();
    for &v in x {
        s = s + v * v.sin() * k;
    }
    s * s
}
#[differentiate(order = 2)]
fn calls_generic(x: &[f64]) -> f64 {
    generic(x, x[0]) * generic(&x[1..], 2.0)
}
#[differentiate(order = 2)]
fn nested_vecs(x: &[f64]) -> f64 {
    let mut m: Vec<Vec<f64>> = vec![vec![0.0; x.len()]; 2];
    for i in 0..x.len() {
        m[0][i] = x[i] * x[i];
        m[1][i] = m[0][i] * x[0];
    }
    let t: Vec<(f64, usize)> = x.iter().enumerate().map(|(i, v)| (v * v, i)).collect();
    m.swap(0, 1);
    let mut s = 0.0;
    for row in &m {
        for (i, v) in row.iter().enumerate() {
            s += v * t[i].0;
        }
    }
    let f = |a: f64| a * x[0];
    s + f(s)
}
#[differentiate(order = 2)]
fn recursive(x: &[f64]) -> f64 {
    if x.len() <= 1 {
        return x[0] * x[0];
    }
    let a: f64 = recursive(&x[1..]);
    x[0].sin() * a * a
}
#[differentiate(order = 2)]
fn matched(x: &[f64]) -> f64 {
    let mut s = 1.0;
    let mut best = x[0];
    for (i, v) in x.iter().enumerate() {
        match i % 3 {
            0 => s *= v * v,
            1 if *v > 0.0 => s += v.exp(),
            _ => continue,
        }
        if *v > best {
            best = *v;
        }
        let o: Option<f64> = if i > 0 { Some(v * s) } else { None };
        if let Some(w) = o {
            s += w * w * 0.1;
        }
    }
    s * best
}
#[differentiate(order = 2)]
fn single(x: f32, y: &[f32; 2]) -> f32 {
    x * y[0] * y[1] * y[1] + x.powi(3)
}
#[differentiate(order = 2)]
fn tup(p: (f64, f64), q: &[(f64, f64)]) -> f64 {
    p.0 * p.1 * q[0].0 * q[1].1 * q[1].1
}

#[differentiate(order = 2)]
fn may_fail(x: f64, y: f64) -> Option<f64> {
    if x > 0.0 { Some(x * x * y) } else { None }
}
#[differentiate(order = 2)]
fn res(x: f64) -> Result<f64, String> {
    if x > 5.0 {
        return Err("big".into());
    }
    Ok(x.exp())
}
#[differentiate(order = 2)]
fn uses_what_may_fail(x: &[f64]) -> f64 {
    let a: Option<f64> = may_fail(x[0], x[1]);
    let mut s = 1.0;
    if let Some(v) = a {
        s += v * x[1];
    }
    match may_fail(x[1], x[0]) {
        Some(v) => s *= v,
        None => s *= x[0] * x[0],
    }
    if let Ok(r) = res(x[0]) {
        s *= r;
    }
    s
}
#[differentiate]
fn of_a_gradient(x: &[f64]) -> f64 {
    let h: Vec<f64> = uses_what_may_fail::grad(x);
    h[0] * h[1]
}
trait Shape {
    fn area(&self, k: f64) -> f64;
}
#[derive(Differentiable)]
struct Sq {
    a: f64,
}
#[differentiate(order = 2)]
impl Shape for Sq {
    fn area(&self, k: f64) -> f64 {
        let a: f64 = self.a;
        a * a * k * k
    }
}
#[differentiate(order = 2)]
fn gen_<const N: usize>(x: [f64; N]) -> f64 {
    let mut s = 1.0;
    for v in x {
        s *= v + s;
    }
    s
}
#[differentiate(order = 2)]
fn empty() -> f64 {
    1.0
}
#[differentiate(order = 2)]
fn marked(#[no_diff] k: &[f64], n: usize, x: f64, name: &str, mut z: f64) -> f64 {
    z *= x;
    let _ = name.len();
    k[n] * x * x * x + z * x
}
#[differentiate(order = 2)]
fn calls_marked(x: f64, k: &[f64]) -> f64 {
    marked(k, 1, x, "a", x) * marked(&[x, x], 0, x, "b", 2.0)
}
#[differentiate(order = 2, singular = "ieee")]
fn ieee(x: f64, y: f64) -> f64 {
    x.sqrt() * y
}
#[differentiate(order = 2, companion = other_)]
fn other(x: f64) -> f64 {
    x * x * x
}
#[differentiate(order = 2)]
#[cfg(test)]
fn conditioned(x: f64) -> f64 {
    #[cfg(not(test))]
    let x = x * 2.0;
    x * x * x
}

/// Operators on fields whose type is not in sight.
#[derive(Differentiable, Clone)]
struct Line {
    slope: f64,
    n: usize,
    width: f32,
}

#[differentiate(order = 2)]
impl Line {
    fn steeper(&self, by: f64) -> Line {
        let slope = -(self.slope * by) / (self.slope + by * by) - self.slope % by;
        Line { slope, n: self.n * 2, width: self.width }
    }

    fn at(&self, x: f64) -> f64 {
        let line: Line = self.steeper(x);
        let line: Line = line.steeper(x * x);
        line.slope * x * line.n as f64
    }
}

#[differentiate(order = 2)]
fn fields(x: &[f64]) -> f64 {
    Line { slope: x[0], n: 3, width: 1.0 }.at(x[1])
}

/// The gradient by a struct, with its fields.
#[differentiate]
fn of_a_struct_gradient(x: &[f64]) -> f64 {
    let line = Line { slope: x[0], n: 3, width: 1.0 };
    let (by_line, by_x): (LineTangent, f64) = line.at_grad(x[1]);
    by_line.slope * by_line.slope * by_x
}

#[test]
fn gradients_by_structs_are_differentiated() {
    let (x, h) = ([0.7, 1.3], 1e-6);
    let gradient = of_a_struct_gradient::grad(&x);
    let by = |dx: f64, dy: f64| of_a_struct_gradient(&[x[0] + dx, x[1] + dy]);
    for (found, (dx, dy)) in gradient.into_iter().zip([(h, 0.0), (0.0, h)]) {
        let expected = (by(dx, dy) - by(-dx, -dy)) / (2.0 * h);
        assert!((found - expected).abs() < 1e-6 * (1.0 + expected.abs()), "{found} {expected}");
        let tangent = of_a_struct_gradient::jvp(&x, &[dx / h, dy / h]).1;
        assert!((found - tangent).abs() < 1e-9 * (1.0 + found.abs()), "{found} {tangent}");
    }
}

mod against_differences {
    second! {
        rosenbrock(0.3, -0.2, 1.1, 0.7);
        state(0.3, -0.2, 1.1, 0.7);
        branches(0.3, -0.2, 1.1, 0.7);
        vecs(0.3, -0.2, 1.1, 0.7);
        rows(0.3, -0.2);
        whiles(1.3, 1.2);
        calls(0.3, -0.2, 1.1, 0.7);
        calls_vecs(0.3, -0.2, 1.1);
        singular(0.3, 0.7);
        structs(0.3, -0.2, 1.1);
        mutates(0.3, -0.2, 1.1);
        calls_by_value(0.3, -0.2, 1.1);
        calls_generic(0.3, -0.2, 1.1);
        nested_vecs(0.3, -0.2, 1.1);
        recursive(0.3, -0.2, 1.1);
        matched(0.3, -0.2, 1.1, 0.4, 0.7);
        uses_what_may_fail(1.3, 0.7);
        fields(0.7, 1.3);
    }
}

/// Several parameters have a tuple of tuples, and those of other forms theirs.
#[test]
fn hessians_of_every_shape() {
    let ((xx, xy), yx) = single::hessian(2.0, &[3.0, 5.0]);
    assert_eq!((xx, xy), (12.0, [25.0, 30.0]));
    assert_eq!(yx, [(25.0, [0.0, 20.0]), (30.0, [20.0, 12.0])]);

    let ((_, (pq, qq)), _) = {
        let ((p0, p1), q) = tup::hessian((2.0, 3.0), &[(5.0, 1.0), (1.0, 7.0)]);
        ((p0, (p1.0.0, q[0].0.1.clone())), p1)
    };
    assert_eq!(pq, 245.0);
    assert_eq!(qq, [(0.0, 0.0), (0.0, 84.0)]);

    let product = generic::hvp(&[2.0_f32, 3.0], 1.0, &[1.0, 0.0], 0.0);
    let (first, _) = generic::hessian(&[2.0_f32, 3.0], 1.0);
    assert_eq!(product, first[0]);
}

/// A struct has no Hessian that could be written, but products with one.
#[test]
fn products_with_structs() {
    let of = spring(&[2.0, 0.5, 0.7]);
    let v = SpringTangent { k: 1.0, rest: 0.0, name: (), scale: (), table: vec![0.0, 0.0] };
    let (value, gradient, (by_spring, by_x)) = of.energy_value_grad_hvp(1.0, &v, 0.0);
    assert_eq!((value, gradient), of.energy_value_and_grad(1.0));
    assert_eq!((by_spring.k, by_spring.rest, by_spring.table), (0.0, -2.0, vec![1.0_f64.sin(), 0.0]));
    assert_eq!(by_x, 2.0 + 0.7 * 1.0_f64.cos());
}

/// Marks, arrays by value, conditions, traits and names of one's own.
#[test]
fn functions_of_every_form() {
    assert_eq!(marked::hessian(&[1.0, 2.0], 1, 3.0, "a", 0.5), ((37.0, 6.0), (6.0, 0.0)));
    let ((xx, xk), kx) = calls_marked::hessian(0.5, &[1.0, 2.0]);
    assert_eq!((xx, xk), (17.8125, vec![0.0, 0.0]));
    assert_eq!(kx[0], (0.0, vec![0.0, 0.0]));
    assert_eq!(gen_::hessian([1.0, 2.0, 3.0]), [[110.0, 43.0, 6.0], [43.0, 8.0, 2.0], [6.0, 2.0, 0.0]]);
    assert_eq!(Sq { a: 2.0 }.area(3.0), 36.0);
    assert_eq!(Sq { a: 2.0 }.area_hvp(3.0, &SqTangent { a: 1.0 }, 0.0).0.a, 18.0);
    assert_eq!(ieee::hessian(4.0, 2.0), ((-0.0625, 0.25), (0.25, 0.0)));
    assert_eq!((other_::hessian(2.0), conditioned::hessian(2.0)), (12.0, 12.0));
    let x = [1.3, 0.7];
    let (h, g) = (uses_what_may_fail::hessian(&x), uses_what_may_fail::grad(&x));
    let expected = [h[0][0] * g[1] + g[0] * h[1][0], h[0][1] * g[1] + g[0] * h[1][1]];
    for (found, expected) in of_a_gradient::grad(&x).iter().zip(expected) {
        assert!((found - expected).abs() < 1e-9 * expected.abs(), "{found} {expected}");
    }
}
