//! The problems, generic over the number type.

use autodiff_bench::problems::{gmm, logistic, lotka_volterra, mlp_batch};
use std::ops::{Add, Div, Mul, Neg, Sub};

/// What the number types of the crates have in common.
pub trait Real:
    Clone + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Neg<Output = Self>
{
    /// Without derivatives.
    fn value(&self) -> f64;
    /// Plus a constant.
    fn plus(self, c: f64) -> Self;
    /// Times a constant.
    fn times(self, c: f64) -> Self;
    fn exp(self) -> Self;
    fn ln(self) -> Self;
    fn ln_1p(self) -> Self;
    fn sqrt(self) -> Self;
    fn sin(self) -> Self;
    fn cos(self) -> Self;
    fn tanh(self) -> Self;

    fn square(&self) -> Self {
        self.clone() * self.clone()
    }
}

/// A scalar function of all numbers of a point.
pub trait Objective {
    fn at<T: Real>(&self, x: &[T]) -> T;
}

/// `sum + next`, from nothing at first.
fn add<T: Real>(sum: &mut Option<T>, next: T) {
    *sum = Some(match sum.take() {
        None => next,
        Some(sum) => sum + next,
    });
}

fn total<T: Real>(terms: impl IntoIterator<Item = T>) -> T {
    let mut sum = None;
    for term in terms {
        add(&mut sum, term);
    }
    sum.expect("at least one term")
}

/// The price of one option.
pub struct BlackScholes;

fn normal_cdf<T: Real>(x: &T) -> T {
    const B: [f64; 5] = [0.319_381_530, -0.356_563_782, 1.781_477_937, -1.821_255_978, 1.330_274_429];
    let size = if x.value() >= 0.0 { x.clone() } else { -x.clone() };
    let u = size.times(0.231_641_9).plus(1.0);
    // Written as a quotient of variables: `c / x` is differentiated wrongly by one of the crates.
    let t = (u.clone() / u.clone()) / u;
    let mut poly = t.clone().times(B[4]);
    for b in B[..4].iter().rev() {
        poly = poly.plus(*b) * t.clone();
    }
    let tail = x.square().times(-0.5).exp().times(0.398_942_280_401_432_7) * poly;
    if x.value() >= 0.0 { (-tail).plus(1.0) } else { tail }
}

impl Objective for BlackScholes {
    fn at<T: Real>(&self, x: &[T]) -> T {
        let [spot, strike, rate, volatility, maturity] = [0, 1, 2, 3, 4].map(|i| x[i].clone());
        let deviation = volatility.clone() * maturity.clone().sqrt();
        let drift = rate.clone() + volatility.square().times(0.5);
        let d1 = ((spot.clone() / strike.clone()).ln() + drift * maturity.clone()) / deviation.clone();
        let d2 = d1.clone() - deviation;
        let discount = (-(rate * maturity)).exp();
        spot * normal_cdf(&d1) - strike * discount * normal_cdf(&d2)
    }
}

/// The dot product of both halves of the point.
pub struct Dot;

impl Objective for Dot {
    fn at<T: Real>(&self, x: &[T]) -> T {
        let (x, y) = x.split_at(x.len() / 2);
        total(x.iter().zip(y).map(|(x, y)| x.clone() * y.clone()))
    }
}

/// Logistic regression.
pub struct Logistic(pub logistic::Data);

impl Objective for Logistic {
    fn at<T: Real>(&self, x: &[T]) -> T {
        let (weights, bias) = x.split_at(x.len() - 1);
        let n = self.0.labels.len() as f64;
        total(self.0.samples.chunks_exact(weights.len()).zip(&self.0.labels).map(|(row, label)| {
            let mut z = bias[0].clone();
            for (w, x) in weights.iter().zip(row) {
                z = z + w.clone().times(*x);
            }
            z.times(-label).exp().ln_1p()
        }))
        .times(1.0 / n)
    }
}

/// The Rosenbrock function.
pub struct Rosenbrock;

impl Objective for Rosenbrock {
    fn at<T: Real>(&self, x: &[T]) -> T {
        total(x.windows(2).map(|pair| {
            let a = (-pair[0].clone()).plus(1.0);
            let b = pair[1].clone() - pair[0].square();
            a.square() + b.square().times(100.0)
        }))
    }
}

/// Runge-Kutta steps of the Lotka-Volterra equations.
pub struct LotkaVolterra;

impl Objective for LotkaVolterra {
    fn at<T: Real>(&self, p: &[T]) -> T {
        let h = lotka_volterra::STEP;
        let rates = |x: &T, y: &T| {
            let xy = x.clone() * y.clone();
            (
                p[2].clone() * x.clone() - p[3].clone() * xy.clone(),
                p[4].clone() * xy - p[5].clone() * y.clone(),
            )
        };
        let step = |x: &T, k: &T, h: f64| x.clone() + k.clone().times(h);
        let (mut x, mut y) = (p[0].clone(), p[1].clone());
        for _ in 0..lotka_volterra::STEPS {
            let (k1x, k1y) = rates(&x, &y);
            let (k2x, k2y) = rates(&step(&x, &k1x, 0.5 * h), &step(&y, &k1y, 0.5 * h));
            let (k3x, k3y) = rates(&step(&x, &k2x, 0.5 * h), &step(&y, &k2y, 0.5 * h));
            let (k4x, k4y) = rates(&step(&x, &k3x, h), &step(&y, &k3y, h));
            x = x + (k1x + (k2x + k3x).times(2.0) + k4x).times(h / 6.0);
            y = y + (k1y + (k2y + k3y).times(2.0) + k4y).times(h / 6.0);
        }
        x + y
    }
}

/// The network on all samples.
pub struct Network(pub mlp_batch::Data);

impl Objective for Network {
    fn at<T: Real>(&self, p: &[T]) -> T {
        const N: usize = 32;
        let (w1, p) = p.split_at(2 * N);
        let (b1, p) = p.split_at(N);
        let (w2, p) = p.split_at(N * N);
        let (b2, p) = p.split_at(N);
        let (w3, b3) = p.split_at(N);
        let n = self.0.targets.len() as f64;
        total(self.0.inputs.chunks_exact(2).zip(&self.0.targets).map(|(x, target)| {
            let h1: Vec<T> = (0..N)
                .map(|j| {
                    let z = b1[j].clone() + w1[2 * j].clone().times(x[0]);
                    (z + w1[2 * j + 1].clone().times(x[1])).tanh()
                })
                .collect();
            let mut out = b3[0].clone();
            for j in 0..N {
                let mut z = b2[j].clone();
                for (w, h) in w2[j * N..(j + 1) * N].iter().zip(&h1) {
                    z = z + w.clone() * h.clone();
                }
                out = out + w3[j].clone() * z.tanh();
            }
            out.plus(-target).square()
        }))
        .times(1.0 / n)
    }
}

/// The log posterior of a Gaussian mixture.
pub struct GaussianMixture(pub gmm::Data);

fn log_sum_exp<T: Real>(v: &[T]) -> T {
    // The shift has no influence on the gradient.
    let largest = v.iter().fold(f64::NEG_INFINITY, |largest, v| largest.max(v.value()));
    total(v.iter().map(|v| v.clone().plus(-largest).exp())).ln().plus(largest)
}

impl Objective for GaussianMixture {
    fn at<T: Real>(&self, x: &[T]) -> T {
        let gmm::Data { d, k, points, gamma, m } = &self.0;
        let (d, k, n) = (*d, *k, points.len() / d);
        let size = self.0.factors();
        let (alphas, rest) = x.split_at(k);
        let (means, factors) = rest.split_at(k * d);
        let rows: Vec<&[T]> = factors.chunks_exact(size).collect();
        let diagonals: Vec<Vec<T>> =
            rows.iter().map(|row| row[..d].iter().map(|q| q.clone().exp()).collect()).collect();
        let sums: Vec<T> = rows.iter().map(|row| total(row[..d].iter().cloned())).collect();

        let likelihood = total(points.chunks_exact(d).map(|x| {
            let terms: Vec<T> = (0..k)
                .map(|c| {
                    let difference: Vec<T> = (0..d).map(|i| (-means[c * d + i].clone()).plus(x[i])).collect();
                    let mut y: Vec<T> =
                        (0..d).map(|i| diagonals[c][i].clone() * difference[i].clone()).collect();
                    let mut at = d;
                    for i in 0..d {
                        for y in &mut y[i + 1..] {
                            *y = y.clone() + rows[c][at].clone() * difference[i].clone();
                            at += 1;
                        }
                    }
                    let square = total(y.iter().map(Real::square));
                    alphas[c].clone() + sums[c].clone() - square.times(0.5)
                })
                .collect();
            log_sum_exp(&terms)
        }));
        let prior = total((0..k).map(|c| {
            let squares = diagonals[c].iter().chain(&rows[c][d..]).map(Real::square);
            total(squares).times(0.5 * gamma * gamma) - sums[c].clone().times(*m as f64)
        }));
        #[allow(clippy::approx_constant)]
        let constant = -((n * d) as f64) * 0.5 * (2.0 * 3.14159265359_f64).ln()
            - k as f64 * gmm::prior_constant(d, *gamma, *m);
        (likelihood - log_sum_exp(alphas).times(n as f64) + prior).plus(constant)
    }
}

/// Half the squared residuals of one observation, by camera, point and weight.
pub struct Reprojection {
    pub feature: [f64; 2],
}

impl Objective for Reprojection {
    fn at<T: Real>(&self, x: &[T]) -> T {
        let x = |i: usize| x[i].clone();
        let cross = |a: &[T; 3], b: &[T; 3]| -> [T; 3] {
            std::array::from_fn(|i| {
                let (j, k) = ((i + 1) % 3, (i + 2) % 3);
                a[j].clone() * b[k].clone() - a[k].clone() * b[j].clone()
            })
        };
        let p: [T; 3] = std::array::from_fn(|i| x(11 + i) - x(3 + i));
        let theta = total((0..3).map(|i| x(i).square())).sqrt();
        let (sin, cos) = (theta.clone().sin(), theta.clone().cos());
        let v: [T; 3] = std::array::from_fn(|i| x(i) / theta.clone());
        let c = cross(&v, &p);
        let along = total((0..3).map(|i| v[i].clone() * p[i].clone())) * (-cos.clone()).plus(1.0);
        let z: [T; 3] = std::array::from_fn(|i| {
            p[i].clone() * cos.clone() + c[i].clone() * sin.clone() + v[i].clone() * along.clone()
        });
        let a = z[0].clone() / z[2].clone();
        let b = z[1].clone() / z[2].clone();
        let s = a.square() + b.square();
        let l = (x(9) * s.clone() + x(10) * s.square()).plus(1.0);
        let scale = x(6) * l;
        let e0 = x(14) * (scale.clone() * a + x(7)).plus(-self.feature[0]);
        let e1 = x(14) * (scale * b + x(8)).plus(-self.feature[1]);
        let g = (-x(14).square()).plus(1.0);
        (e0.square() + e1.square() + g.square()).times(0.5)
    }
}
