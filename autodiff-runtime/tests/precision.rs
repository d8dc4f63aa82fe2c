//! In single precision every optimizer goes where it goes in double precision.

use autodiff_runtime::optim::*;
use autodiff_runtime::schedule::Schedule;
use autodiff_runtime::solvers::LbfgsSteps;
use autodiff_runtime::tree::{self, Shaped};
use autodiff_runtime::{Optimizer, Scalar, TreeMut};

fn params<S: Scalar>() -> (Vec<S>, S, Shaped<Vec<S>>) {
    let of = |x: &[f64]| x.iter().map(|&x| S::of(x)).collect::<Vec<S>>();
    (of(&[1.0, -2.0]), S::of(0.5), Shaped::new(of(&[0.5, -0.75, 1.0, 1.5, -1.25, 2.0]), &[2, 3]))
}

fn run<S: Scalar>(mut opt: impl Optimizer<S>) -> Vec<f64>
where
    (Vec<S>, S, Shaped<Vec<S>>): TreeMut<S> + Clone,
{
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
