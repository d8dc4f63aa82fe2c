//! Other crates on the benchmark problems, beside the contestants of `autodiff-bench`; each is checked against the
//! hand-written adjoint before it is timed.
//!
//! `cargo run --release [-- [--quick] [--markdown] [part of a problem's name]…]`
#![forbid(unsafe_code)]

mod objectives;
mod peers;
mod symbolic;
mod tensors;

use autodiff_bench::contest::{Contestant, Entry, Problem};
use autodiff_bench::problems;
use objectives::{
    BlackScholes, Dot, GaussianMixture, Logistic, LotkaVolterra, Network, Objective, Reprojection, Rosenbrock,
};
use peers::{AdTrait, Echidna, NumDual, Peer, Reverse};

/// A peer on all of the point at once.
fn whole<P: Peer>(objective: impl Objective + 'static) -> Option<Contestant> {
    Some(Contestant::new(P::NAME, move |p, g| P::gradient(&objective, p, g)))
}

/// A peer on one option after the other.
fn options<P: Peer>() -> Option<Contestant> {
    Some(Contestant::new(P::NAME, |p, g| {
        p.chunks_exact(5).zip(g.chunks_exact_mut(5)).map(|(p, g)| P::gradient(&BlackScholes, p, g)).sum()
    }))
}

/// A peer on one observation after the other.
fn observations<P: Peer>() -> Option<Contestant> {
    let data = problems::bundle_adjustment::input().1;
    Some(Contestant::new(P::NAME, move |p, g| {
        scatter(&data, p, g, |x, feature, g| P::gradient(&Reprojection { feature }, x, g))
    }))
}

/// Gathers the fifteen numbers that each observation depends on, and adds up what `block` makes of them.
fn scatter(
    data: &problems::bundle_adjustment::Data,
    p: &[f64],
    g: &mut [f64],
    mut block: impl FnMut(&[f64; 15], [f64; 2], &mut [f64; 15]) -> f64,
) -> f64 {
    g.fill(0.0);
    let (cameras, points, weights) = data.split(p);
    let (cameras_bar, points_bar, weights_bar) = data.split_mut(g);
    let mut sum = 0.0;
    for (i, &(c, j)) in data.observations.iter().enumerate() {
        let mut x = [0.0; 15];
        x[..11].copy_from_slice(&cameras[11 * c..11 * c + 11]);
        x[11..14].copy_from_slice(&points[3 * j..3 * j + 3]);
        x[14] = weights[i];
        let mut x_bar = [0.0; 15];
        sum += block(&x, [data.features[2 * i], data.features[2 * i + 1]], &mut x_bar);
        cameras_bar[11 * c..11 * c + 11].iter_mut().zip(&x_bar).for_each(|(bar, x)| *bar += x);
        points_bar[3 * j..3 * j + 3].iter_mut().zip(&x_bar[11..]).for_each(|(bar, x)| *bar += x);
        weights_bar[i] += x_bar[14];
    }
    sum
}

fn black_scholes() -> Problem {
    problems::black_scholes::problem()
        .enter(options::<NumDual<5>>())
        .enter(options::<Echidna>())
        .enter(options::<AdTrait>())
        .enter(options::<Reverse>())
        .enter(Some(symbolic::black_scholes()))
}

fn dot() -> Problem {
    problems::dot::problem()
        .enter(whole::<Echidna>(Dot))
        .enter(whole::<AdTrait>(Dot))
        .enter(whole::<Reverse>(Dot))
}

fn logistic() -> Problem {
    let data = problems::logistic::Data::new;
    problems::logistic::problem()
        .enter(whole::<NumDual<17>>(Logistic(data())))
        .enter(whole::<Echidna>(Logistic(data())))
        .enter(whole::<AdTrait>(Logistic(data())))
        .enter(whole::<Reverse>(Logistic(data())))
}

fn rosenbrock() -> Problem {
    problems::rosenbrock::problem()
        .enter(whole::<Echidna>(Rosenbrock))
        .enter(whole::<AdTrait>(Rosenbrock))
        .enter(whole::<Reverse>(Rosenbrock))
}

fn lotka_volterra() -> Problem {
    problems::lotka_volterra::problem()
        .enter(whole::<NumDual<6>>(LotkaVolterra))
        .enter(whole::<Echidna>(LotkaVolterra))
        .enter(whole::<AdTrait>(LotkaVolterra))
        .enter(whole::<Reverse>(LotkaVolterra))
}

fn mlp_batch() -> Problem {
    let data = problems::mlp_batch::Data::new;
    problems::mlp_batch::problem()
        .enter(whole::<Echidna>(Network(data())))
        .enter(whole::<AdTrait>(Network(data())))
        .enter(whole::<Reverse>(Network(data())))
        .enter(Some(tensors::mlp_batch(data())))
}

type Input = (Vec<f64>, problems::gmm::Data);

fn mixture(problem: Problem, input: fn() -> Input) -> Problem {
    let objective = || GaussianMixture(input().1);
    problem
        .enter(whole::<Echidna>(objective()))
        .enter(whole::<AdTrait>(objective()))
        .enter(whole::<Reverse>(objective()))
}

fn gmm_d2_k5() -> Problem {
    mixture(problems::gmm::d2_k5(), problems::gmm::input_d2_k5)
}

fn gmm_d10_k5() -> Problem {
    mixture(problems::gmm::d10_k5(), problems::gmm::input_d10_k5)
}

fn gmm_d10_k25() -> Problem {
    mixture(problems::gmm::d10_k25(), problems::gmm::input_d10_k25)
}

fn ba_gradient() -> Problem {
    problems::bundle_adjustment::gradient()
        .enter(observations::<NumDual<15>>())
        .enter(observations::<Echidna>())
        .enter(observations::<AdTrait>())
        .enter(observations::<Reverse>())
        .enter(Some(symbolic::bundle_adjustment()))
}

const WITH_PEERS: &[Entry] = &[
    ("black_scholes", black_scholes),
    ("dot", dot),
    ("logistic", logistic),
    ("rosenbrock", rosenbrock),
    ("lotka_volterra", lotka_volterra),
    ("mlp_batch", mlp_batch),
    ("gmm_d2_k5", gmm_d2_k5),
    ("gmm_d10_k5", gmm_d10_k5),
    ("gmm_d10_k25", gmm_d10_k25),
    ("ba_gradient", ba_gradient),
];

fn main() {
    autodiff_bench::run::run(WITH_PEERS, &[]);
}
