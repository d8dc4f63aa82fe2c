//! What `stop_gradient` exists for: expectation maximisation, contrastive divergence, adversarial training,
//! straight-through estimators. Each with the stop, and without it where TensorFlow gives other numbers there.

use crate::common::{Oracle, assert_all, number, numbers};
use autodiff_runtime::losses::{log_softmax, log_sum_exp, mean_sigmoid_cross_entropy, sigmoid, softplus};
use autodiff_runtime::{differentiate, stop_gradient};
use std::f64::consts::TAU;

/// `ln(pi_k N(x; mu_k, sigma_k²))` for each component `k`.
#[differentiate]
fn log_joint(#[no_diff] x: f64, mu: &[f64], log_sigma: &[f64], logits: &[f64]) -> Vec<f64> {
    let mut joint = log_softmax(logits);
    for k in 0..joint.len() {
        let z = (x - mu[k]) / log_sigma[k].exp();
        joint[k] += -0.5 * z * z - log_sigma[k] - 0.5 * TAU.ln();
    }
    joint
}

#[differentiate]
fn log_likelihood(#[no_diff] x: &[f64], mu: &[f64], log_sigma: &[f64], logits: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        let joint = log_joint(x[i], mu, log_sigma, logits);
        sum += log_sum_exp(&joint);
    }
    sum
}

/// The expected complete log-likelihood; the responsibilities of the E step count as constants.
#[differentiate]
fn expected(#[no_diff] x: &[f64], mu: &[f64], log_sigma: &[f64], logits: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        let joint = log_joint(x[i], mu, log_sigma, logits);
        let responsibilities = log_softmax(&joint);
        for k in 0..joint.len() {
            sum += stop_gradient(responsibilities[k].exp()) * joint[k];
        }
    }
    sum
}

#[differentiate]
fn expected_without_stop(#[no_diff] x: &[f64], mu: &[f64], log_sigma: &[f64], logits: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        let joint = log_joint(x[i], mu, log_sigma, logits);
        let responsibilities = log_softmax(&joint);
        for k in 0..joint.len() {
            sum += responsibilities[k].exp() * joint[k];
        }
    }
    sum
}

type Triple = (Vec<f64>, Vec<f64>, Vec<f64>);

fn flat((a, b, c): &Triple) -> Vec<f64> {
    [&a[..], b, c].concat()
}

#[test]
fn expectation_maximisation() {
    let oracle = Oracle::read("stop_gradient_uses");
    let case = oracle.case("EM M step, Gaussian mixture");
    let x = numbers(case.input("x"));
    let mut params: Triple =
        (numbers(case.input("mu")), numbers(case.input("log_sigma")), numbers(case.input("logits")));
    let (mu, log_sigma, logits) = &params;
    let (value, gradient) = expected::value_and_grad(&x, mu, log_sigma, logits);
    assert_all("Q", &[value], &[number(case.output("Q"))]);
    assert_all("with", &flat(&gradient), &numbers(case.output("grad_Q_with_stop_gradient")));
    let without = expected_without_stop::grad(&x, mu, log_sigma, logits);
    assert_all("without", &flat(&without), &numbers(case.output("grad_Q_without")));
    // Fisher's identity: with the stop, the gradient is that of the log-likelihood.
    let (value, gradient) = log_likelihood::value_and_grad(&x, mu, log_sigma, logits);
    assert_all("likelihood", &[value], &[number(case.output("log_likelihood"))]);
    assert_all("likelihood", &flat(&gradient), &numbers(case.output("grad_log_likelihood")));

    // E steps, and gradient ascent in between.
    let mut likelihoods = vec![value];
    for _ in 0..case.h("outer_steps") as usize {
        let held = responsibilities(&x, &params);
        for _ in 0..case.h("inner_steps") as usize {
            let (mu, log_sigma, logits) = &params;
            let gradient = complete::grad(&x, &held, mu, log_sigma, logits);
            let step = |p: &mut Vec<f64>, g: &[f64]| {
                p.iter_mut().zip(g).for_each(|(p, g)| *p += case.h("learning_rate") * g);
            };
            step(&mut params.0, &gradient.0);
            step(&mut params.1, &gradient.1);
            step(&mut params.2, &gradient.2);
        }
        likelihoods.push(log_likelihood(&x, &params.0, &params.1, &params.2));
    }
    assert_all("trajectory", &likelihoods, &numbers(case.output("generalized_em_log_likelihoods")));
    assert_all("end", &flat(&params), &numbers(case.output("final_params")));
}

fn responsibilities(x: &[f64], (mu, log_sigma, logits): &Triple) -> Vec<f64> {
    let of = |&x: &f64| log_softmax(&log_joint(x, mu, log_sigma, logits));
    x.iter().flat_map(of).map(f64::exp).collect()
}

/// The M step with the responsibilities of an E step before.
#[differentiate]
fn complete(
    #[no_diff] x: &[f64],
    #[no_diff] held: &[f64],
    mu: &[f64],
    log_sigma: &[f64],
    logits: &[f64],
) -> f64 {
    let mut sum = 0.0;
    for (x, held) in x.iter().zip(held.chunks(mu.len())) {
        let joint = log_joint(*x, mu, log_sigma, logits);
        sum += held.iter().zip(&joint).map(|(r, l)| r * l).sum::<f64>();
    }
    sum
}

/// Free energy of a visible vector: `-b v - Σ softplus(v W + c)`.
#[differentiate]
fn free_energy(v: &[f64], w: &[f64], b: &[f64], c: &[f64]) -> f64 {
    let mut energy = 0.0;
    for i in 0..v.len() {
        energy -= b[i] * v[i];
    }
    for j in 0..c.len() {
        let mut input = c[j];
        for i in 0..v.len() {
            input += v[i] * w[i * c.len() + j];
        }
        energy -= softplus(input);
    }
    energy
}

/// Probabilities of the hidden units, and of the visible ones for hidden ones.
#[differentiate]
fn up(v: &[f64], w: &[f64], c: &[f64]) -> Vec<f64> {
    let mut p = vec![0.0; c.len()];
    for j in 0..c.len() {
        let mut input = c[j];
        for i in 0..v.len() {
            input += v[i] * w[i * c.len() + j];
        }
        p[j] = sigmoid(input);
    }
    p
}

#[differentiate]
fn down(h: &[f64], w: &[f64], b: &[f64]) -> Vec<f64> {
    let mut p = vec![0.0; b.len()];
    for i in 0..b.len() {
        let mut input = b[i];
        for j in 0..h.len() {
            input += h[j] * w[i * h.len() + j];
        }
        p[i] = sigmoid(input);
    }
    p
}

fn sample(p: &[f64], uniform: &[f64]) -> Vec<f64> {
    p.iter().zip(uniform).map(|(p, u)| if u < p { 1.0 } else { 0.0 }).collect()
}

/// Mean of `F(v0) - F(v1)`, where `v1` comes from a sampler through which no derivative passes.
#[differentiate]
fn contrast(
    w: &[f64],
    b: &[f64],
    c: &[f64],
    #[no_diff] v0: &[f64],
    #[no_diff] u1: &[f64],
    #[no_diff] u2: &[f64],
) -> f64 {
    let (visible, hidden) = (b.len(), c.len());
    let rows = v0.len() / visible;
    let mut sum = 0.0;
    for n in 0..rows {
        let v0 = &v0[n * visible..(n + 1) * visible];
        #[no_diff]
        let h0 = sample(&up(v0, w, c), &u1[n * hidden..(n + 1) * hidden]);
        #[no_diff]
        let v1 = sample(&down(&h0, w, b), &u2[n * visible..(n + 1) * visible]);
        sum += free_energy(v0, w, b, c) - free_energy(&v1, w, b, c);
    }
    sum / rows as f64
}

/// The same with probabilities in the place of the last sample.
#[differentiate]
fn mean_field(w: &[f64], b: &[f64], c: &[f64], #[no_diff] v0: &[f64], #[no_diff] u1: &[f64]) -> f64 {
    let mut sum = 0.0;
    for (v0, u1) in v0.chunks(b.len()).zip(u1.chunks(c.len())) {
        #[no_diff]
        let h0 = sample(&up(v0, w, c), u1);
        let v1 = down(&h0, w, b);
        sum += free_energy(v0, w, b, c) - free_energy(&stop_gradient(v1), w, b, c);
    }
    sum / (v0.len() / b.len()) as f64
}

#[differentiate]
fn mean_field_without_stop(
    w: &[f64],
    b: &[f64],
    c: &[f64],
    #[no_diff] v0: &[f64],
    #[no_diff] u1: &[f64],
) -> f64 {
    let mut sum = 0.0;
    for (v0, u1) in v0.chunks(b.len()).zip(u1.chunks(c.len())) {
        #[no_diff]
        let h0 = sample(&up(v0, w, c), u1);
        let v1 = down(&h0, w, b);
        sum += free_energy(v0, w, b, c) - free_energy(&v1, w, b, c);
    }
    sum / (v0.len() / b.len()) as f64
}

#[test]
fn contrastive_divergence() {
    let oracle = Oracle::read("stop_gradient_uses");
    let case = oracle.case("contrastive divergence CD-1, restricted Boltzmann machine");
    let data = |name: &str| numbers(&case.input(name)["data"]);
    let (w, b, c) = (data("W"), numbers(case.input("b")), numbers(case.input("c")));
    let (v0, u1, u2) = (data("v0"), data("u1"), data("u2"));
    let (loss, gradient) = contrast::value_and_grad(&w, &b, &c, &v0, &u1, &u2);
    assert_all("loss", &[loss], &[number(case.output("loss"))]);
    assert_all("W", &gradient.0, &numbers(&case.output("grad_W")["data"]));
    assert_all("b", &gradient.1, &numbers(case.output("grad_b")));
    assert_all("c", &gradient.2, &numbers(case.output("grad_c")));

    let (loss, with) = mean_field::value_and_grad(&w, &b, &c, &v0, &u1);
    assert_all("mean field", &[loss], &[number(case.output("mean_field_loss"))]);
    let without = mean_field_without_stop::grad(&w, &b, &c, &v0, &u1);
    for (name, gradient) in [("mean_field_with_stop", with), ("mean_field_without_stop", without)] {
        let expected = case.output(name);
        assert_all(name, &gradient.0, &numbers(&expected["W"]["data"]));
        assert_all(name, &gradient.1, &numbers(&expected["b"]));
        assert_all(name, &gradient.2, &numbers(&expected["c"]));
    }
}

#[differentiate]
fn logistic(w: &[f64], b: f64, x: &[f64], #[no_diff] y: &[f64]) -> f64 {
    let mut logits = vec![0.0; y.len()];
    for i in 0..y.len() {
        logits[i] = b;
        for j in 0..w.len() {
            logits[i] += w[j] * x[i * w.len() + j];
        }
    }
    mean_sigmoid_cross_entropy(&logits, y)
}

/// A step of length `eps` for each row, along the derivative of its own loss: `(p - y) w`.
#[differentiate]
fn attacked(w: &[f64], b: f64, #[no_diff] x: &[f64], #[no_diff] y: &[f64], #[no_diff] eps: f64) -> f64 {
    let n = w.len();
    let mut moved = x.to_vec();
    for i in 0..y.len() {
        let mut logit = b;
        for j in 0..n {
            logit += w[j] * x[i * n + j];
        }
        let error = sigmoid(logit) - y[i];
        for j in 0..n {
            moved[i * n + j] += eps * error * w[j];
        }
    }
    logistic(w, b, &moved, y)
}

#[test]
fn adversarial_training() {
    let oracle = Oracle::read("stop_gradient_uses");
    let case = oracle.case("adversarial training, logistic regression");
    let (x, y) = (numbers(&case.input("X")["data"]), numbers(case.input("y")));
    let (w, b, eps) = (numbers(case.input("w")), number(case.input("b")), case.h("eps"));
    let compare = |name: &str, loss: f64, w_bar: &[f64], b_bar: f64| {
        let expected = case.output(name);
        assert_all(name, &[loss, b_bar], &[number(&expected["loss"]), number(&expected["grad_b"])]);
        assert_all(name, w_bar, &numbers(&expected["grad_w"]));
    };
    let (loss, (w_bar, b_bar, x_bar)) = logistic::value_and_grad(&w, b, &x, &y);
    compare("clean", loss, &w_bar, b_bar);

    // The examples are made outside of the loss: no derivative passes through them, with no word said.
    let moved =
        |by: &dyn Fn(f64) -> f64| -> Vec<f64> { x.iter().zip(&x_bar).map(|(x, g)| x + by(*g)).collect() };
    let fgsm = moved(&|g| eps * g.signum());
    assert_all("fgsm", &fgsm, &numbers(&case.output("fgsm_x_adv")["data"]));
    let (loss, (w_bar, b_bar, _)) = logistic::value_and_grad(&w, b, &fgsm, &y);
    compare("fgsm_with_stop", loss, &w_bar, b_bar);
    // The sign has no slope, so that nothing changes without the stop.
    compare("fgsm_without_stop", loss, &w_bar, b_bar);

    let linear = moved(&|g| eps * y.len() as f64 * g);
    assert_all("linear", &linear, &numbers(&case.output("linear_x_adv")["data"]));
    let (loss, (w_bar, b_bar, _)) = logistic::value_and_grad(&w, b, &linear, &y);
    compare("linear_with_stop", loss, &w_bar, b_bar);
    let (loss, (w_bar, b_bar)) = attacked::value_and_grad(&w, b, &x, &y, eps);
    compare("linear_without_stop", loss, &w_bar, b_bar);
}

#[differentiate]
fn straight_through(x: &[f64]) -> Vec<f64> {
    x.iter().map(|&x| x + stop_gradient(x.round() - x)).collect()
}

#[test]
fn straight_through_rounding() {
    let oracle = Oracle::read("stop_gradient_uses");
    let case = oracle.case("straight-through rounding");
    let x = numbers(case.input("x"));
    let (y, pullback) = straight_through::vjp(&x);
    assert_all("y", &y, &numbers(case.output("y")));
    let weights: Vec<f64> = (1..=y.len()).map(|k| k as f64).collect();
    assert_all("gradient", &pullback(weights), &numbers(case.output("grad_x")));
}

/// `stop_gradients` works per operation: there, stopping one output of `split` stops both. Here it is the binding.
#[test]
fn one_half_of_a_split() {
    #[differentiate(stop(a))]
    fn halves(x: &[f64; 4]) -> f64 {
        let a = x[0] * x[1];
        let b = x[2] * x[3];
        a * b
    }
    assert_eq!(halves::grad(&[2.0, 3.0, 5.0, 7.0]), [0.0, 0.0, 42.0, 30.0]);
}

/// `where(x > 0, 1 / x, 0)` differentiates both branches, and 0 times infinity is NaN there.
#[test]
fn a_division_in_the_branch_that_is_not_taken() {
    #[differentiate]
    fn guarded(x: f64) -> f64 {
        if x > 0.0 { 1.0 / x } else { 0.0 }
    }
    assert_eq!((guarded::grad(0.0), guarded::grad(2.0), guarded::jvp(0.0, 1.0).1), (0.0, -0.25, 0.0));
}

/// `maximum(0, 1 - x)` gives ties to its first argument.
#[test]
fn hinge_at_the_margin() {
    #[differentiate]
    fn maximum(x: f64) -> f64 {
        0.0_f64.max(1.0 - x)
    }
    assert_eq!((maximum::grad(1.0), autodiff_runtime::losses::hinge::grad(1.0, 1.0).0), (0.0, -1.0));
}
