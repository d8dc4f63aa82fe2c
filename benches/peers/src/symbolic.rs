//! `symdiff`: straight-line functions, differentiated symbolically at compile time.

// What the attribute emits.
#![allow(clippy::neg_multiply)]

use autodiff_bench::contest::Contestant;
use autodiff_bench::problems;
use symdiff::gradient;

// There are no branches: the size of `d` is written as a root, its sign as a quotient.
#[gradient(var = x, dim = 5)]
fn price(x: &[f64]) -> f64 {
    let deviation = x[3] * x[4].sqrt();
    let d1 = ((x[0] / x[1]).ln() + (x[2] + 0.5 * x[3] * x[3]) * x[4]) / deviation;
    let d2 = d1 - deviation;
    let s1 = (d1 * d1).sqrt();
    let s2 = (d2 * d2).sqrt();
    let t1 = 1.0 / (1.0 + 0.2316419 * s1);
    let t2 = 1.0 / (1.0 + 0.2316419 * s2);
    let p1 = t1
        * (0.319381530 + t1 * (-0.356563782 + t1 * (1.781477937 + t1 * (-1.821255978 + t1 * 1.330274429))));
    let p2 = t2
        * (0.319381530 + t2 * (-0.356563782 + t2 * (1.781477937 + t2 * (-1.821255978 + t2 * 1.330274429))));
    let tail1 = 0.3989422804014327 * (-0.5 * d1 * d1).exp() * p1;
    let tail2 = 0.3989422804014327 * (-0.5 * d2 * d2).exp() * p2;
    let n1 = 0.5 + d1 / s1 * (0.5 - tail1);
    let n2 = 0.5 + d2 / s2 * (0.5 - tail2);
    x[0] * n1 - x[1] * (-x[2] * x[4]).exp() * n2
}

/// The book of options.
pub fn black_scholes() -> Contestant {
    Contestant::new("symdiff", |p, g| {
        let mut sum = 0.0;
        for (p, g) in p.chunks_exact(5).zip(g.chunks_exact_mut(5)) {
            sum += price(p);
            g.copy_from_slice(&price_gradient(p));
        }
        sum
    })
}

#[gradient(var = x, dim = 15)]
fn residual(x: &[f64], feature: &[f64]) -> f64 {
    let p0 = x[11] - x[3];
    let p1 = x[12] - x[4];
    let p2 = x[13] - x[5];
    let theta = (x[0] * x[0] + x[1] * x[1] + x[2] * x[2]).sqrt();
    let v0 = x[0] / theta;
    let v1 = x[1] / theta;
    let v2 = x[2] / theta;
    let along = (v0 * p0 + v1 * p1 + v2 * p2) * (1.0 - theta.cos());
    let z0 = p0 * theta.cos() + (v1 * p2 - v2 * p1) * theta.sin() + v0 * along;
    let z1 = p1 * theta.cos() + (v2 * p0 - v0 * p2) * theta.sin() + v1 * along;
    let z2 = p2 * theta.cos() + (v0 * p1 - v1 * p0) * theta.sin() + v2 * along;
    let a = z0 / z2;
    let b = z1 / z2;
    let s = a * a + b * b;
    let l = 1.0 + x[9] * s + x[10] * s * s;
    let e0 = x[14] * (x[6] * l * a + x[7] - feature[0]);
    let e1 = x[14] * (x[6] * l * b + x[8] - feature[1]);
    let g = 1.0 - x[14] * x[14];
    0.5 * (e0 * e0 + e1 * e1 + g * g)
}

/// All observations.
pub fn bundle_adjustment() -> Contestant {
    let data = problems::bundle_adjustment::input().1;
    Contestant::new("symdiff", move |p, g| {
        crate::scatter(&data, p, g, |x, feature, x_bar| {
            *x_bar = residual_gradient(x, &feature);
            residual(x, &feature)
        })
    })
}
