//! Settings that the originals' trajectories leave at their defaults, and what happens where a norm, a gradient or a rate
//! is zero.

use crate::formulas::{GRADS, START, agree, each, norm, run, whole, zip};
use autodiff_runtime::optim::*;
use autodiff_runtime::schedule::Schedule;
use autodiff_runtime::tree::Shaped;
use autodiff_runtime::{Optimizer, TreeMut};

/// One step from `params`.
fn stepped<P: TreeMut>(mut opt: impl Optimizer, mut params: P, grads: &P) -> P {
    opt.step(&mut params, grads).unwrap();
    params
}

#[test]
fn polyak() {
    // The longest step is never taken, and always.
    for longest in [100.0, 0.01] {
        for positive in [false, true] {
            let mut opt = Polyak::new(longest).minimum(1.5).epsilon(0.25).scaling(0.5).positive(positive);
            let mut params = START;
            let expected = whole(|t, p, g| {
                let gap = if positive { (t - 3.0_f64).max(0.0) } else { t - 3.0 };
                let rate = (gap / (0.25 * norm(g).powi(2) + 0.25)).min(longest);
                zip(p, g, |p, g| p - rate * 0.5 * g)
            });
            let mut found = Vec::new();
            for (step, g) in GRADS.iter().enumerate() {
                // The gap to the minimum is -2 at first, then -1, 0, 1, …
                opt.loss(step as f64 - 0.5);
                opt.step(&mut params, g).unwrap();
                found.push(params);
            }
            agree("Polyak", &found, &expected);
        }
    }
    assert_eq!(stepped(Polyak::new(1.0), [1.0, 2.0], &[0.0, 0.0]), [1.0, 2.0], "a zero gradient");
    let mut opt = Polyak::new(1.0);
    opt.step(&mut [1.0], &[1.0]).unwrap();
    assert_eq!(opt.state("(root)"), Some(&[][..]), "it keeps nothing for a leaf");
}

#[test]
fn prodigy() {
    let (b1, b2, first) = (0.6_f64, 0.9_f64, 0.125);
    let (mut d, mut r) = (first, 0.0);
    let (mut m, mut v, mut s) = ([0.0; 2], [0.0; 2], [0.0; 2]);
    let expected = whole(|t, p, g| {
        let rate = d * 0.5 * (1.0 - b2.powf(t)).sqrt() / (1.0 - b1.powf(t));
        let mut product = 0.0;
        for i in 0..2 {
            product += g[i] * (START[i] - p[i]);
            m[i] = b1 * m[i] + (1.0 - b1) * d * g[i];
            v[i] = b2 * v[i] + (1.0 - b2) * (d * g[i]).powi(2);
            s[i] = b2.sqrt() * s[i] + rate * d / first * g[i];
        }
        r = b2.sqrt() * r + rate * d / first * product;
        d = d.max(2.0 * r / (s[0].abs() + s[1].abs()));
        let moved = |i: usize| p[i] - rate * m[i] / (v[i].sqrt() + d * 0.01);
        [moved(0), moved(1)]
    });
    let opt = Prodigy::new(0.5).beta1(b1).beta2(b2).epsilon(0.01).initial_distance(first).growth(2.0);
    agree("Prodigy", &run(opt), &expected);
    assert!(d > first, "the distance has been estimated");
}

#[test]
fn schedule_free() {
    // The rate rises from zero and falls again; the decay belongs to the step of `z`.
    let rates = [0.0, 0.5, 0.25];
    for adam in [false, true] {
        let rate = |t: f64| rates[(t as usize - 1).min(2)];
        let expected = each(|| {
            let (mut z, mut x, mut v, mut largest, mut weights) = (None, None, 0.0, 0.0_f64, 0.0);
            move |t, y: f64, g: f64| {
                let (before, average) = (z.unwrap_or(y), x.unwrap_or(y));
                v = 0.9 * v + 0.1 * g * g;
                let u = if adam { g / ((v / (1.0 - 0.9_f64.powf(t))).sqrt() + 0.1) } else { g };
                let after = before - rate(t) * (u + 0.125 * y);
                largest = largest.max(rate(t));
                let weight = largest.powi(3);
                weights += weight;
                let share = if weights == 0.0 { 0.0 } else { weight / weights };
                let average = (1.0 - share) * average + share * after;
                (z, x) = (Some(after), Some(average));
                0.75 * average + 0.25 * after
            }
        });
        let opt = ScheduleFree::new(Schedule::piecewise(&[0, 1], &rates));
        let opt = opt.beta(0.75).weight_power(3.0).weight_decay(0.125);
        agree("ScheduleFree", &run(opt.adam(adam).beta2(0.9).epsilon(0.1)), &expected);
    }
}

#[test]
fn distances_over_gradients() {
    let (mut reached, mut squares) = (0.0_f64, 0.0);
    let expected = whole(|_, p, g| {
        reached = reached.max(0.25 * (1.0 + norm(START))).max(norm(zip(p, START, |p, start| p - start)));
        squares += norm(g).powi(2);
        zip(p, g, |p, g| p - 0.5 * reached / (squares + 0.75_f64).sqrt() * g)
    });
    agree("Dog", &run(Dog::new(0.5).initial_distance(0.25).epsilon(0.75)), &expected);
}

/// Keras' momentum, which holds the rate, with a damped gradient.
#[test]
fn damped_momentum() {
    let rate = |t: f64| if t <= 2.0 { 0.25 } else { 0.5 };
    for nesterov in [false, true] {
        let expected = each(|| {
            let mut m = 0.0;
            move |t, p, g| {
                m = 0.5 * m + rate(t) * (1.0 - 0.75) * g;
                p - if nesterov { rate(t) * g + 0.5 * m } else { m }
            }
        });
        let opt = Sgd::new(Schedule::piecewise(&[1], &[0.25, 0.5]))
            .family(Family::Keras)
            .momentum(0.5)
            .dampening(0.75)
            .nesterov(nesterov);
        agree("Sgd", &run(opt), &expected);
    }
}

#[test]
fn sm3_with_both_decays() {
    let expected = each(|| {
        let (mut m, mut sum) = (0.0, 0.0);
        move |_, p: f64, g: f64| {
            let g = g + 0.25 * p;
            sum += g * g;
            m = 0.5 * m + 0.5 * g / (sum + 1e-8_f64).sqrt();
            p * (1.0 - 0.5 * 0.125) - 0.5 * m
        }
    });
    agree("Sm3", &run(Sm3::new(0.5).momentum(0.5).l2(0.25).weight_decay(0.125)), &expected);
    let spoilt = stepped(Sm3::new(0.5), [1.0, 2.0], &[f64::NAN, 0.0]);
    assert!(spoilt[0].is_nan() && spoilt[1] == 2.0, "{spoilt:?}");
}

/// The average behind the sign can be asked for.
#[test]
fn a_signum_keeps_the_average() {
    let (mut opt, mut p) = (SignSgd::new(0.5).beta(0.75), 1.0);
    for g in [4.0, -8.0] {
        opt.step(&mut p, &g).unwrap();
    }
    assert_eq!((p, opt.state("(root)")), (1.0, Some(&[0.75 * 1.0 - 0.25 * 8.0][..])));
    // Where the average is zero, nothing moves.
    assert_eq!(stepped(SignSgd::new(0.5).beta(0.75), [1.0, 2.0], &[0.0, 3.0]), [1.0, 1.5]);
    assert_eq!(stepped(Lion::new(0.5), [1.0, 2.0], &[0.0, 3.0]), [1.0, 1.5]);
}

/// A matrix of one row or one column has a variance of rank one: the first step is along the signs.
#[test]
fn adafactor_of_narrow_matrices() {
    for shape in [[1, 1], [1, 4], [4, 1], [1, 2], [2, 1]] {
        let len = shape[0] * shape[1];
        let signs: Vec<f64> = (0..len).map(|i| if i % 2 == 0 { 1.0 } else { -1.0 }).collect();
        let grads = Shaped::new(signs.iter().enumerate().map(|(i, s)| s * (i + 1) as f64).collect(), &shape);
        for family in [Family::Keras, Family::Torch, Family::Optax] {
            let w = Shaped::new(vec![2.0; len], &shape);
            let w = stepped(Adafactor::new(0.25).family(family), w, &grads);
            for (w, sign) in w.data.iter().zip(&signs) {
                assert!((w - (2.0 - 0.25 * 2.0 * sign)).abs() < 1e-12, "{family:?} {shape:?}: {w}");
            }
        }
    }
    // Where the mean of the rows is below its guard, it counts as much: `v = g² / 0.1 * g²`.
    let opt = Adafactor::new(0.1).family(Family::Torch).epsilon1(0.1).clip_threshold(10.0);
    let w = stepped(opt, [[1.0, 1.0], [1.0, 1.0]], &[[0.3, 0.3], [0.3, 0.3]]);
    assert!((w[1][0] - (1.0 - 0.1 * 0.1_f64.sqrt() / 0.3)).abs() < 1e-12, "{w:?}");
}

/// Of a multiple of an orthogonal matrix the iteration is one of numbers: of its singular value over its norm.
#[test]
fn muon_of_orthogonal_matrices() {
    let iterated =
        |start: f64| (0..5).fold(start, |x, _| 3.4445 * x - 4.775 * x.powi(3) + 2.0315 * x.powi(5));
    let close = |found: f64, expected: f64| {
        assert!((found - expected).abs() < 1e-6, "{found}, not {expected}");
    };
    let turn = [[0.0, 3.0, 0.0], [0.0, 0.0, -3.0], [3.0, 0.0, 0.0]];
    let w = stepped(Muon::new(0.5), [[1.0; 3]; 3], &turn);
    let step = 0.5 * 0.2 * 3.0_f64.sqrt() * iterated(1.0 / 3.0_f64.sqrt());
    for (w, g) in w.iter().flatten().zip(turn.iter().flatten()) {
        close(*w, 1.0 - step * g / 3.0);
    }
    for (rows, columns) in [(1, 5), (5, 1)] {
        let row = [2.0, -4.0, 0.0, 4.0, 8.0];
        let [w, g] = [vec![1.0; 5], row.to_vec()].map(|data| Shaped::new(data, &[rows, columns]));
        let w = stepped(Muon::new(0.5), w, &g);
        for (w, g) in w.data.iter().zip(row) {
            close(*w, 1.0 - 0.5 * 0.2 * 5.0_f64.sqrt() * iterated(1.0) * g / 10.0);
        }
    }
    // A leaf that is no matrix gets Adam, whose first step is along the signs.
    stepped(Muon::new(0.5), [1.0; 5], &[3.0, -4.0, 5.0, 6.0, -7.0])
        .iter()
        .zip([0.5, 1.5, 0.5, 0.5, 1.5])
        .for_each(|(w, expected)| close(*w, expected));
    let slow = stepped(Muon::new(0.5).adam_rate_factor(0.25), [1.0; 2], &[3.0, -4.0]);
    slow.iter().zip([0.875, 1.125]).for_each(|(w, expected)| close(*w, expected));
    let decayed = stepped(Muon::new(0.5).l2(0.5), [[2.0; 2]; 3], &[[-1.0; 2]; 3]);
    assert_eq!(decayed, [[2.0; 2]; 3], "the decay is the opposite of the gradient");
}

/// Steps in proportion to a leaf are not of length zero where the leaf is zero, nor without end where the update is.
#[test]
fn layers_of_norm_zero() {
    let close = |found: [f64; 2], expected: [f64; 2]| {
        assert!(norm(zip(found, expected, |a, b| a - b)) < 1e-5, "{found:?}, not {expected:?}");
    };
    for family in [Family::Keras, Family::Optax] {
        close(stepped(Lamb::new(0.25).family(family), [0.0; 2], &[3.0, -5.0]), [-0.25, 0.25]);
        close(stepped(Lamb::new(0.25).family(family), [3.0, 4.0], &[0.0; 2]), [3.0, 4.0]);
    }
    close(stepped(Lars::new(0.25), [0.0; 2], &[3.0, -5.0]), [-0.75, 1.25]);
    close(stepped(Lars::new(0.25), [3.0, 4.0], &[0.0; 2]), [3.0, 4.0]);
    // The families differ in `epsilon`, which counts beside a small gradient: `u` is (1, g / (g + epsilon)).
    for (family, epsilon) in [(Family::Keras, 1e-7), (Family::Optax, 1e-6)] {
        let w = stepped(Lamb::new(0.25).family(family), [3.0, 4.0], &[1.0, 1e-6]);
        let u = [1.0, 1e-6 / (1e-6 + epsilon)];
        close(w, zip([3.0, 4.0], u, |p, u_i| p - 0.25 * 5.0 / norm(u) * u_i));
    }
}

/// An `epsilon` of zero, or one that is zero in single precision, does not make a zero gradient a NaN.
#[test]
fn zero_gradients_without_an_epsilon() {
    macro_rules! rests {
        ($($opt:expr),*) => { $(
            for epsilon in [0.0, 1e-60] {
                let mut double = [1.0, 2.0];
                $opt.epsilon(epsilon).step(&mut double, &[0.0, 0.0]).unwrap();
                assert_eq!(double, [1.0, 2.0], "{}", stringify!($opt));
                let mut single = [1.0_f32, 2.0];
                $opt.epsilon(epsilon).step(&mut single, &[0.0_f32, 0.0]).unwrap();
                assert_eq!(single, [1.0, 2.0], "{} of f32", stringify!($opt));
            }
        )* };
    }
    rests!(
        Adam::new(0.5),
        AdaBelief::new(0.5),
        Adamax::new(0.5),
        Nadam::new(0.5),
        RmsProp::new(0.5).initial_scale(0.0),
        Adagrad::new(0.5).initial_accumulator(0.0),
        Lamb::new(0.5),
        NovoGrad::new(0.5)
    );
}

/// A partition in a partition decides about the leaves that it is given, and no others.
#[test]
fn partitions_of_partitions() {
    let inner = Partition::new(".0", Sgd::new(0.5), Sgd::new(0.25));
    let mut opt = Partition::new(".2", SignSgd::new(1.0), inner);
    let mut p = (1.0, 1.0, 1.0);
    for _ in 0..2 {
        opt.step(&mut p, &(1.0, 1.0, 4.0)).unwrap();
    }
    assert_eq!(p, (0.0, 0.5, -1.0));
    // Through what is wrapped around it as well: no state for leaves that others update.
    let momentum = || Sgd::new(0.5).momentum(0.5);
    let mut opt = Partition::new(".0", Chain::new(momentum()), Accumulate::new(momentum(), 1));
    opt.step(&mut (1.0, 1.0), &(1.0, 2.0)).unwrap();
    let (named, rest) = (&opt.named.inner, &opt.rest.inner);
    assert_eq!((named.state(".0"), named.state(".1")), (Some(&[1.0][..]), Some(&[][..])));
    assert_eq!((rest.state(".0"), rest.state(".1")), (Some(&[][..]), Some(&[2.0][..])));
}

/// A leaf without a gradient keeps none of an earlier step.
#[test]
fn gradients_that_are_missing_later() {
    let mut p = (1.0, 1.0);
    let mut chain = Chain::new(Sgd::new(0.5)).clip_by_value(-1.0, 1.0);
    chain.step(&mut p, &(1.0, 1.0)).unwrap();
    chain.step(&mut p, &(1.0, None::<f64>)).unwrap();
    assert_eq!(p, (0.0, 0.5));
    // Of several steps together any may have one, or none of them, which does not even decay the leaf.
    let mut p = (1.0, 1.0, 1.0);
    let mut opt = Accumulate::new(Sgd::new(0.5).weight_decay(0.5), 2).sum();
    opt.step(&mut p, &(1.0, None::<f64>, None::<f64>)).unwrap();
    opt.step(&mut p, &(None::<f64>, 1.0, None::<f64>)).unwrap();
    assert_eq!(p, (0.25, 0.25, 1.0));
}

/// The state of two leaves is not for one, and an average is asked for in the shape in which it is kept.
#[test]
fn state_of_other_parameters() {
    let mut opt = Sgd::new(0.5);
    opt.step(&mut (1.0, [1.0, 2.0]), &(1.0, [1.0, 1.0])).unwrap();
    let fewer = opt.step(&mut 1.0, &1.0).unwrap_err().to_string();
    assert_eq!(fewer, "the optimizer's state is for 2 leaves, the parameters have 1");
    let mut opt = Asgd::new(0.5);
    opt.step(&mut [1.0, 2.0, 3.0, 4.0], &[1.0; 4]).unwrap();
    assert!(opt.averaged(&[1.0, 2.0, 3.0, 4.0]).is_ok());
    assert!(opt.averaged(&[[1.0, 2.0], [3.0, 4.0]]).is_err());
}

/// Where the second moment is the square of the gradient, Yogi leaves it alone.
#[test]
fn yogi_at_its_fixed_point() {
    let w = stepped(Yogi::new(0.5).initial_value(0.25).beta1(0.0).beta2(0.75).epsilon(0.25), [1.0], &[0.5]);
    // `v` is still 0.25, corrected 1: the step is `0.5 g / (1 + 0.25)`.
    assert!((w[0] - (1.0 - 0.5 * 0.5 / 1.25)).abs() < 1e-12, "{w:?}");
}

#[test]
fn what_changes_between_steps() {
    let (mut opt, mut p) = (Sgd::new(1.0).momentum(0.5), 8.0);
    opt.step(&mut p, &1.0).unwrap();
    opt.set_learning_rate(2.0);
    opt.step(&mut p, &1.0).unwrap();
    assert_eq!((p, opt.learning_rate(), opt.steps()), (8.0 - 1.0 - 2.0 * 1.5, 2.0, 2));
    // Afterwards it starts anew, with other parameters as well.
    opt.reset();
    assert_eq!((opt.steps(), opt.state("(root)")), (0, None));
    let mut other = [1.0, 1.0];
    opt.step(&mut other, &[1.0, 0.25]).unwrap();
    assert_eq!((other, opt.steps()), ([-1.0, 0.5], 1));

    let mut chain = Chain::new(Sgd::new(1.0)).clip_by_global_norm(1.0);
    chain.step(&mut [0.0, 0.0], &[3.0, 4.0]).unwrap();
    assert_eq!(chain.global_norm(), Some(5.0));
}
