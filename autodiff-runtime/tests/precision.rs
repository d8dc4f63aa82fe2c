//! In single precision every optimizer goes where it goes in double precision.

use autodiff_runtime::optim::*;
use autodiff_runtime::schedule::Schedule;
use autodiff_runtime::solvers::LbfgsSteps;
use autodiff_runtime::tree::{self, Shaped};
use autodiff_runtime::{Optimizer, Scalar};

fn params<S: Scalar>() -> (Vec<S>, S, Shaped<Vec<S>>) {
    let of = |x: &[f64]| x.iter().map(|&x| S::of(x)).collect::<Vec<S>>();
    (of(&[1.0, -2.0]), S::of(0.5), Shaped::new(of(&[0.5, -0.75, 1.0, 1.5, -1.25, 2.0]), &[2, 3]))
}

fn run<S: Scalar>(mut opt: impl Optimizer<S>) -> Vec<f64> {
    let mut params = params::<S>();
    for step in 0..8 {
        // Of a bowl whose walls differ and whose bottom moves: no number is near a change of sign.
        let mut grads = params.clone();
        let mut k = 0.0;
        tree::map_mut(&mut grads, |x| {
            k += 1.0;
            S::of(0.5 + 0.25 * k) * x + S::of(0.125 * f64::from(step) + 4.0 * k)
        });
        opt.step(&mut params, &grads).unwrap();
    }
    tree::to_vec(&params).iter().map(|x| x.as_f64()).collect()
}

/// Eight steps with gradients of which one is always zero, and one is so small that its square is.
fn around_zero<S: Scalar>(mut opt: impl Optimizer<S>) -> Vec<f64> {
    let small = S::min_positive_value().sqrt() * S::of(0.1);
    let mut params = (vec![S::of(1.0); 3], S::of(1.0), Shaped::new(vec![S::of(1.0); 4], &[2, 2]));
    for _ in 0..8 {
        let leaf = vec![S::zero(), small, S::of(0.5)];
        opt.step(&mut params, &(leaf, S::zero(), Shaped::new(vec![S::zero(); 4], &[2, 2]))).unwrap();
    }
    tree::to_vec(&params).iter().map(|x| x.as_f64()).collect()
}

macro_rules! zeros {
    ($($opt:ident::$new:ident($rate:expr)$(.$set:ident($value:expr))* => $epsilon:ident;)*) => { $(
        for epsilon in [0.0, 1e-60, 1e-320] {
            let name = format!("{} with {epsilon:e}", stringify!($opt $($set $value)*));
            let single = around_zero::<f32>($opt::$new($rate)$(.$set($value))*.$epsilon(epsilon));
            let double = around_zero::<f64>($opt::$new($rate)$(.$set($value))*.$epsilon(epsilon));
            for params in [single, double] {
                assert!(params.iter().all(|x| x.is_finite()), "{name}: {params:?}");
                assert!((params[1] - 1.0).abs() < 9.0, "{name}: {params:?}");
                for x in [0, 3, 4, 5, 6, 7].map(|i| params[i]) {
                    assert!((x - 1.0).abs() < 1e-2, "{name} has moved without a gradient: {params:?}");
                }
            }
        }
    )* };
}

#[test]
fn zero_gradients_make_no_step() {
    zeros! {
        Adam::new(0.1) => epsilon;
        Adam::new(0.1).family(Family::Optax).nesterov(true) => epsilon;
        Adam::new(0.1).family(Family::Torch).amsgrad(true) => epsilon;
        Adam::new(0.1).family(Family::Optax).amsgrad(true) => epsilon;
        Adagrad::new(0.1).initial_accumulator(0.0) => epsilon;
        Adagrad::new(0.1).family(Family::Torch) => epsilon;
        Adagrad::new(0.1).family(Family::Optax).initial_accumulator(0.0) => epsilon;
        Adadelta::new(0.1) => epsilon;
        RmsProp::new(0.1).family(Family::Keras) => epsilon;
        RmsProp::new(0.1).family(Family::Torch).centered(true) => epsilon;
        RmsProp::new(0.1).family(Family::Keras).momentum(0.5).centered(true) => epsilon;
        Adamax::new(0.1) => epsilon;
        Adamax::new(0.1).family(Family::Torch) => epsilon;
        Nadam::new(0.1) => epsilon;
        RAdam::new(0.1).threshold(4.0) => epsilon;
        RAdam::new(0.1).family(Family::Torch).threshold(4.0) => epsilon;
        Lamb::new(0.1) => epsilon;
        Lars::new(0.1) => epsilon;
        Fromage::new(0.001) => min_norm;
        NovoGrad::new(0.1) => epsilon;
        Adafactor::new(0.001) => epsilon1;
        Adafactor::new(0.001).family(Family::Torch) => epsilon1;
        Muon::new(0.01) => epsilon;
        Muon::new(0.01).family(Family::Optax) => epsilon;
        Yogi::new(0.1).initial_value(0.0) => epsilon;
        AdaBelief::new(0.1).epsilon_root(0.0) => epsilon;
        Adan::new(0.1).epsilon_root(0.0) => epsilon;
        OptimisticAdam::new(0.1) => epsilon;
        Adopt::new(0.1) => epsilon;
        AdEmaMix::new(0.01) => epsilon;
        MadGrad::new(0.1) => epsilon;
        ScheduleFree::new(0.1).adam(true) => epsilon;
        Dog::new(1.0) => epsilon;
        Prodigy::new(1.0) => epsilon;
        ProximalAdagrad::new(0.1).l1_strength(0.0) => initial_accumulator;
    }
    // Dual averaging rebuilds the parameters from the sums of their gradients.
    let params = around_zero::<f32>(AdagradDa::new(0.1).initial_accumulator(0.0));
    assert!([0, 3, 4, 5, 6, 7].iter().all(|&i| params[i] == 0.0) && params[1].abs() < 1.0, "{params:?}");
    // All of a gradient is zero, and there is still something to gain, or less than nothing.
    for loss in [1.0, 0.0, -1.0] {
        let (mut single, mut double) = (1.0_f32, 1.0_f64);
        let (mut opt32, mut opt64) = (Polyak::<f32>::new(0.5), Polyak::<f64>::new(0.5));
        opt32.loss(loss);
        opt64.loss(loss);
        opt32.step(&mut single, &0.0).unwrap();
        opt64.step(&mut double, &0.0).unwrap();
        assert_eq!((single, double), (1.0, 1.0), "{loss}");
    }
    let mut w = [1.0, 1.0];
    Dog::new(1.0).epsilon(0.0).step(&mut w, &[0.0, 0.0]).unwrap();
    assert_eq!(w, [1.0, 1.0]);
}

/// What keeps a denominator from zero changes no bit of an ordinary step.
#[test]
fn an_epsilon_of_zero_is_zero_beside_ordinary_gradients() {
    let mut w = 1.0_f64;
    Adam::new(0.1).family(Family::Optax).beta1(0.0).beta2(0.0).epsilon(0.0).step(&mut w, &1e-100).unwrap();
    assert_eq!(w, 0.9);
    let mut w = 1.0_f32;
    Adam::<f32>::new(0.25)
        .family(Family::Optax)
        .beta1(0.0)
        .beta2(0.0)
        .epsilon(0.0)
        .step(&mut w, &1e-10)
        .unwrap();
    assert_eq!(w, 0.75);
    let mut w = 1.0_f32;
    Adamax::<f32>::new(0.25).beta1(0.0).epsilon(0.0).step(&mut w, &1e-30).unwrap();
    assert_eq!(w, 0.75);
}

macro_rules! check {
    ($($opt:expr;)*) => { $(
        let (single, double) = (run::<f32>($opt), run::<f64>($opt));
        for (single, double) in single.iter().zip(&double) {
            let slack = 2e-4 * (1.0 + double.abs());
            assert!((single - double).abs() < slack, "{}: {single}, not {double}", stringify!($opt));
        }
    )* };
}

#[test]
fn single_follows_double() {
    check! {
        Sgd::new(0.01).momentum(0.9).nesterov(true);
        Adagrad::new(0.1);
        AdagradDa::new(0.1).l1_strength(0.01);
        Adadelta::new(1.0).epsilon(1e-6);
        RmsProp::new(0.01).momentum(0.9).centered(true).epsilon(1e-3);
        Adam::new(Schedule::warmup_cosine(0.0, 0.1, 3, 10, 0.0)).amsgrad(true).weight_decay(0.01);
        Adamax::new(0.1);
        Nadam::new(0.1);
        RAdam::new(0.01);
        Lion::new(0.1);
        SignSgd::new(0.1).beta(0.9);
        Rprop::new(0.1);
        Ftrl::new(0.5).l1_strength(0.1);
        ProximalSgd::new(0.01).l1_strength(0.1);
        ProximalAdagrad::new(0.1).l2_strength(0.1);
        Lamb::new(0.1);
        Lars::new(0.1);
        Fromage::new(0.1);
        NovoGrad::new(0.1);
        Sm3::new(0.1);
        Adafactor::new(0.1);
        Muon::new(0.02);
        Yogi::new(0.1);
        AdaBelief::new(0.1).epsilon(1e-8);
        Adan::new(0.1);
        OptimisticSgd::new(0.01);
        OptimisticAdam::new(0.01);
        Adopt::new(0.1);
        AdEmaMix::new(0.01);
        MadGrad::new(0.1);
        ScheduleFree::new(0.1).adam(true);
        Dog::new(1.0);
        Prodigy::new(1.0);
        Asgd::new(0.01).start(3.0);
        LbfgsSteps::new(0.1, 5);
        Chain::new(Accumulate::new(Sgd::new(0.1), 2)).clip_by_global_norm(1.0);
        Lookahead::new(LossScale::new(Sgd::new(0.01)), 3, 0.5);
    }
}
