//! Whatever a function is made of, marked and as it stands: the same values and gradients, bit for bit.

use autodiff_runtime::{Differentiable, differentiate};
use num_traits::Float;

#[derive(Clone, Debug, PartialEq, Differentiable)]
pub enum Shape {
    Circle(f64),
    Poly(Vec<f64>),
    Nothing,
}

/// Programs with blocks and loops that are marked as told.
macro_rules! programs {
    ($name:ident: [$($block:tt)*] $($mark:tt)*) => {
        #[allow(unused, clippy::all)]
        mod $name {
            use super::*;

            #[differentiate]
            pub fn generic<T: Float>(x: T, n: usize) -> T {
                let mut y = x;
                let mut v = vec![x; 3];
                $($mark)*
                for i in 0..n {
                    y = y.sin() + v[i % 3];
                    v[(i + 1) % 3] = y * x;
                }
                y * v[0]
            }

            #[differentiate]
            pub fn single(x: f32, n: u32) -> f32 {
                let mut y = x;
                $($mark)*
                for i in 0..n {
                    y = (y * x).cos() + i as f32 * 0.1;
                }
                y
            }

            #[differentiate]
            pub fn rec(x: f64, n: usize) -> f64 {
                if n == 0 {
                    return x;
                }
                let mut y = x;
                $($mark)*
                for k in 0..2 {
                    y = rec(y.sin() + 0.1 * k as f64, n - 1) * x;
                }
                y
            }

            #[differentiate]
            pub fn enums(shape: &mut Shape, x: f64, n: usize) -> f64 {
                let mut s = 0.0;
                $($mark)*
                for i in 0..n {
                    match shape {
                        Shape::Circle(r) => {
                            *r = *r * x + 0.1;
                            s += *r;
                        }
                        Shape::Poly(p) => {
                            for v in p.iter_mut() {
                                *v = v.sin() * x;
                                s += *v;
                            }
                        }
                        Shape::Nothing => s += x,
                    }
                    if i == 3 {
                        *shape = Shape::Poly(vec![s, x]);
                    }
                }
                s
            }

            #[differentiate]
            pub fn fused(x: &[f64], w: f64) -> f64 {
                let mut s = 0.0;
                let mut h = [0.0; 4];
                for i in 0..x.len() {
                    $($block)*
                    {
                        for j in 0..4 {
                            h[j] = (x[i] * w + j as f64).sin();
                        }
                    }
                    s += h[0] * h[1] + h[2] * h[3];
                }
                s
            }

            #[differentiate]
            pub fn options(x: f64, n: usize) -> Option<f64> {
                let mut y = x;
                $($mark)*
                for i in 0..n {
                    let z = if y > 2.0 { None } else { Some(y * 1.3) };
                    y = z? + 0.1;
                }
                Some(y * y)
            }

            #[differentiate]
            pub fn later(x: f64, u: &[f64]) -> f64 {
                let y;
                let z;
                $($block)*
                {
                    y = u.to_vec();
                    z = y[0] * x;
                }
                z * y[1]
            }

            #[differentiate]
            pub fn moved(x: f64, v: Vec<f64>) -> f64 {
                let w = $($block)*
                {
                    let mut v2 = v;
                    v2[0] *= x;
                    let k = v2[1] * v2[0];
                    v2[1] = k.sin();
                    v2
                };
                w[0] * w[1]
            }

            #[differentiate]
            pub fn shaped(x: f64) -> f64 {
                let s = $($block)*
                {
                    let a = x * x;
                    if a > 1.0 { Shape::Circle(a) } else { Shape::Poly(vec![a, x]) }
                };
                match s {
                    Shape::Circle(r) => r * x,
                    Shape::Poly(p) => p[0] * p[1],
                    Shape::Nothing => 0.0,
                }
            }

            #[differentiate]
            pub fn early(x: f64, u: &[f64]) -> f64 {
                let mut s = 1.0;
                $($mark)*
                'a: for i in 0..u.len() {
                    let mut k = 0;
                    while k < 5 {
                        k += 1;
                        s += u[i] * s * x;
                        if s > 3.0 {
                            continue 'a;
                        }
                        if s > 2.5 {
                            break 'a;
                        }
                        if s < -4.0 {
                            return s * s;
                        }
                    }
                    s *= 0.9;
                }
                s
            }

            #[differentiate(wrt(x, z))]
            pub fn local(x: f64, n: usize) -> f64 {
                let z;
                $($block)*
                {
                    let a = x.sin();
                    z = a * a;
                }
                let mut y = z;
                $($mark)*
                for _ in 0..n {
                    y = y * z + x;
                }
                y
            }

            #[differentiate]
            pub fn closures(x: f64, u: &[f64]) -> f64 {
                let f = |a: f64, b: f64| a * b + x;
                let mut s = 0.0;
                $($mark)*
                for v in u {
                    s = f(s, *v).sin();
                }
                let t: f64 = $($block)*
                {
                    u.iter().map(|v| f(*v, s)).sum()
                };
                s * t
            }

            #[differentiate]
            pub fn rows(m: &mut Vec<Vec<f64>>, x: f64, n: usize) -> f64 {
                let mut s = x;
                $($mark)*
                for r in 0..n {
                    let k = r % m.len();
                    let row = &mut m[k];
                    row.push(s);
                    for v in row.iter_mut() {
                        *v = *v * s + 0.1;
                    }
                    s = s * 0.5 + m[k][0];
                }
                s
            }

            #[differentiate]
            pub fn matrix(a: [[f64; 3]; 3], n: usize) -> [[f64; 3]; 3] {
                let mut p = a;
                $($mark)*
                for _ in 0..n {
                    let mut q = [[0.0; 3]; 3];
                    for i in 0..3 {
                        for j in 0..3 {
                            for k in 0..3 {
                                q[i][j] += p[i][k] * a[k][j] * 0.3;
                            }
                        }
                    }
                    p = q;
                }
                p
            }

            #[differentiate]
            mod inner {
                pub struct Net {
                    pub w: Vec<f64>,
                    pub b: f64,
                    pub count: usize,
                }
                impl Net {
                    fn layer(&self, x: &mut [f64]) {
                        for (x, w) in x.iter_mut().zip(&self.w) {
                            *x = (*x * w + self.b).tanh();
                        }
                    }
                    pub fn run(&mut self, x: &[f64], depth: usize) -> f64 {
                        let mut h = x.to_vec();
                        $($mark)*
                        for d in 0..depth {
                            self.layer(&mut h);
                            self.b = self.b * 0.9 + h[0] * 0.1;
                            self.count += 1;
                            $($block)*
                            self.layer(&mut h);
                        }
                        h.iter().sum::<f64>() * self.b + self.count as f64
                    }
                }
            }
            pub fn net(x: &[f64], d: usize) -> String {
                let mut n = inner::Net { w: vec![0.5, -0.3], b: 0.2, count: 0 };
                let (v, (nb, xb)) = n.run_value_and_grad(x, d);
                format!("{v} {:?} {} {xb:?} {} {}", nb.w, nb.b, n.b, n.count)
            }
            pub mod two {
                use super::*;
                #[differentiate(order = 2)]
                pub fn f(x: &[f64], n: usize) -> f64 {
                    let mut u = x.to_vec();
                    let mut s = 0.0;
                    $($mark)*
                    for i in 0..n {
                        let k = i % x.len();
                        u[k] = u[k].sin() * s + x[k];
                        s = s * 0.3 + u[k] * u[0];
                    }
                    let t = $($block)*
                    {
                        s.exp() * u[0]
                    };
                    t * s
                }
            }
        }
    };
}

programs!(plain: []);
programs!(sqrt: [#[checkpoint]] #[checkpoint]);
programs!(one: [#[checkpoint]] #[checkpoint(slots = 1)]);
programs!(two: [#[checkpoint]] #[checkpoint(slots = 2)]);
programs!(many: [#[checkpoint]] #[checkpoint(slots = 7)]);

const U: [f64; 5] = [0.3, -0.7, 1.1, 0.4, 0.9];
const M: [[f64; 3]; 3] = [[0.1, 0.2, 0.3], [0.5, 0.7, -0.2], [1.0, 0.3, 0.2]];

/// Where a loop without a mark is fused, its adjoints are added up in another order.
fn near(a: &[f64], b: &[f64]) {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).for_each(|(a, b)| assert!((a - b).abs() < 1e-13, "{a} is not {b}"));
}

/// The same value and gradient of what is changed in place, and the same is left.
macro_rules! in_place {
    ($other:ident::$f:ident($start:expr $(, $arg:expr)*)) => {{
        let (mut a, mut b) = ($start, $start);
        let expected = plain::$f::value_and_grad(&mut a $(, $arg)*);
        let found = $other::$f::value_and_grad(&mut b $(, $arg)*);
        assert_eq!(format!("{expected:?}"), format!("{found:?}"), "{}", stringify!($f));
        assert_eq!(a, b, "what {} leaves", stringify!($f));
    }};
}

macro_rules! same {
    ($other:ident::$f:ident($($arg:expr),*)) => {
        assert_eq!(
            format!("{:?}", plain::$f::value_and_grad($($arg),*)),
            format!("{:?}", $other::$f::value_and_grad($($arg),*)),
            "{}",
            stringify!($f),
        );
    };
    ($other:ident::$f:ident($($arg:expr),*) back $seed:expr) => {
        same!($other::$f($($arg),*));
        let ((_, plainly), (_, pullback)) = (plain::$f::vjp($($arg),*), $other::$f::vjp($($arg),*));
        assert_eq!(plainly($seed), pullback($seed), "the pullback of {}", stringify!($f));
    };
}

macro_rules! tests {
    ($($other:ident)*) => {$(
        #[test]
        fn $other() {
            for n in [0, 1, 2, 3, 5, 9] {
                same!($other::generic(0.4_f64, n) back 0.5);
                same!($other::single(0.4, n as u32) back 0.5);
                same!($other::rec(0.4, n.min(4)) back 0.5);
                same!($other::options(0.4, n));
                same!($other::local(0.4, n));
                for shape in [Shape::Circle(0.5), Shape::Poly(vec![0.3, 0.4]), Shape::Nothing] {
                    in_place!($other::enums(shape.clone(), 0.8, n));
                }
                in_place!($other::rows(vec![vec![0.1, 0.2], vec![]], 0.4, n));
                assert_eq!(plain::matrix::vjp(M, n).1(M), $other::matrix::vjp(M, n).1(M));
                assert_eq!(plain::matrix::jacobian(M, n), $other::matrix::jacobian(M, n));
                assert_eq!(plain::net(&U[..2], n), $other::net(&U[..2], n));
                assert_eq!(plain::two::f::hessian(&U, n), $other::two::f::hessian(&U, n));
                assert_eq!(plain::two::f::value_and_grad(&U, n), $other::two::f::value_and_grad(&U, n));
            }
            same!($other::later(0.4, &U) back 0.5);
            same!($other::moved(0.4, U.to_vec()) back 1.5);
            for x in [0.4, 1.4] {
                same!($other::shaped(x) back 0.5);
            }
            for x in [0.4, 1.4, 3.0, -5.0] {
                same!($other::early(x, &U) back 0.5);
            }
            let (a, b) = (plain::fused::value_and_grad(&U, 0.7), $other::fused::value_and_grad(&U, 0.7));
            near(&[a.0, a.1.1], &[b.0, b.1.1]);
            near(&a.1.0, &b.1.0);
            let (a, b) = (plain::closures::value_and_grad(0.4, &U), $other::closures::value_and_grad(0.4, &U));
            near(&[a.0, a.1.0], &[b.0, b.1.0]);
            near(&a.1.1, &b.1.1);
        }
    )*};
}
tests!(sqrt one two many);
