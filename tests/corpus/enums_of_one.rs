//! Matches with one arm, which always runs.

use autodiff_runtime::{Differentiable, differentiate};

#[derive(Clone, Debug, Differentiable)]
pub enum Law {
    Power(Vec<f64>),
}

#[derive(Clone, Debug, Differentiable)]
pub enum Side {
    Left(f64),
    Right(f64),
}

#[derive(Clone, Copy, Debug, Differentiable)]
pub enum Method {
    Steps(#[no_diff] f64),
}

#[differentiate]
fn step(x: &mut [f64]) {
    x[0] *= x[1];
}

#[differentiate]
fn by_payload(law: &Law, x: &[f64]) -> f64 {
    match law {
        Law::Power(powers) => {
            let powers: Vec<f64> = powers.iter().map(|p| p.sin()).collect();
            let (mut term, mut all) = (0.0, 0.0);
            for (&x, &p) in x.iter().zip(powers.iter()) {
                assert!(x > 0.0, "numbers above zero");
                term += (p - 1.0) * x.ln();
                all += x;
                if all > 0.6 {
                    term *= all;
                }
            }
            term + all.sin()
        }
    }
}

#[differentiate]
fn by_name(#[no_diff] method: Method, x: &[f64]) -> f64 {
    match method {
        Method::Steps(width) => {
            let mut at = x.to_vec();
            step(&mut at);
            step(&mut at);
            at[0] * width
        }
    }
}

#[differentiate]
fn by_reference(#[no_diff] method: &Method, x: &[f64]) -> f64 {
    match method {
        Method::Steps(width) => {
            let mut y = 1.0;
            for x in x {
                y = y * x.sin() + width;
                if y > 0.7 {
                    y *= x;
                }
            }
            y
        }
    }
}

#[differentiate]
fn whole(n: usize, x: &[f64]) -> f64 {
    match n {
        n => {
            let mut y = 1.0;
            for x in x {
                y = y * x.sin() + n as f64;
            }
            y
        }
    }
}

#[differentiate]
fn either(side: &Side, x: &[f64]) -> f64 {
    match side {
        Side::Left(k) | Side::Right(k) => {
            let mut y = *k;
            for x in x {
                y = y * x.sin() + k;
            }
            y
        }
    }
}

#[differentiate]
fn changed(k: f64) -> f64 {
    let mut law = Law::Power(vec![k, 2.0]);
    match &mut law {
        Law::Power(powers) => {
            powers[1] *= k;
            powers.push(k.exp());
        }
    }
    match law {
        Law::Power(powers) => powers.iter().product(),
    }
}

input!(Law => LawTangent, Method => MethodTangent, Side => SideTangent);

checks! {
    by_payload(&Law::Power(vec![0.4, 1.3]), &vec![0.5, 0.25]);
    by_name(@Method::Steps(0.5), &vec![0.5, 0.25]);
    by_reference(@&Method::Steps(0.5), &vec![0.5, 0.25]);
    whole(@3, &vec![0.5, 0.25]);
    either(&Side::Left(0.3), &vec![0.5, 0.25]);
    either as either_other(&Side::Right(0.3), &vec![0.5, 0.25]);
    changed(0.7);
}
