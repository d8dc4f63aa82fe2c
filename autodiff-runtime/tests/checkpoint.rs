//! Saving and resuming.
#![cfg(feature = "serde")]

use autodiff_runtime::Optimizer;
use autodiff_runtime::optim::*;
use autodiff_runtime::schedule::{Plateau, Schedule, Shape};
use autodiff_runtime::solvers::LbfgsSteps;
use autodiff_runtime::tree::{self, Shaped};
use serde::{Serialize, de::DeserializeOwned};

type Params = (Vec<f64>, f64, Shaped<Vec<f64>>);

fn params() -> Params {
    (vec![1.0 / 3.0, -2.0], 0.7, Shaped::new(vec![0.1, 0.2, 0.3, -0.4, 0.5, -0.6], &[2, 3]))
}

/// Some gradient that depends on everything.
fn grads(params: &Params) -> Params {
    let mut grads = params.clone();
    let mut k = 0.0;
    tree::map_mut(&mut grads, |x: f64| {
        k += 0.37;
        (x + k).sin() / 3.0
    });
    grads
}

fn advance(opt: &mut impl Optimizer, params: &mut Params, steps: usize) {
    for _ in 0..steps {
        let g = grads(params);
        opt.step(params, &g).unwrap();
    }
}

#[track_caller]
fn check<O: Optimizer + Serialize + DeserializeOwned>(mut opt: O) {
    let mut straight = params();
    advance(&mut opt, &mut straight, 7);
    let text = serde_json::to_string(&opt).unwrap();
    let mut resumed: O = serde_json::from_str(&text).unwrap();
    let mut other = straight.clone();
    advance(&mut opt, &mut straight, 9);
    advance(&mut resumed, &mut other, 9);
    let bits = |params: &Params| tree::to_vec(params).iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&straight), bits(&other));
    assert_eq!(serde_json::to_string(&opt).unwrap(), serde_json::to_string(&resumed).unwrap());
}

#[test]
fn trajectories_continue_bit_for_bit() {
    check(Sgd::new(0.1).momentum(0.9));
    check(Adam::new(Schedule::warmup_cosine(0.0, 0.1, 3, 10, 0.01)).amsgrad(true).weight_decay(0.01));
    check(Adam::new(0.1).group(".0", Group::new().rate_factor(0.1)).freeze(".1"));
    check(Nadam::new(0.1));
    check(Adafactor::new(0.1));
    check(Muon::new(0.02));
    check(ScheduleFree::new(0.1));
    check(Prodigy::new(1.0));
    check(Dog::new(1.0));
    check(Chain::new(Adam::new(0.1)).clip_by_global_norm(0.1).average(0.9, true));
    check(Accumulate::new(RmsProp::new(0.1), 3));
    check(Lookahead::new(Sgd::new(0.1), 5, 0.5));
    check(LossScale::new(ApplyIfFinite::new(Sgd::new(0.1), 2)));
    check(Partition::new(".2", Muon::new(0.02), Lion::new(0.01)));
    check(LbfgsSteps::new(0.1, 4));
}

#[test]
fn single_precision_and_infinities_survive() {
    let mut opt = Adam::<f32>::new(0.1);
    let mut params = [1.0_f32, 2.0];
    opt.step(&mut params, &[f32::INFINITY, 0.1]).unwrap();
    let text = serde_json::to_string(&opt).unwrap();
    let mut resumed: Adam<f32> = serde_json::from_str(&text).unwrap();
    let mut other = params;
    opt.step(&mut params, &[1.0, 0.1]).unwrap();
    resumed.step(&mut other, &[1.0, 0.1]).unwrap();
    assert_eq!(params.map(f32::to_bits), other.map(f32::to_bits));
}

#[test]
fn what_does_not_fit_is_refused() {
    let mut opt = Adam::new(0.1);
    advance(&mut opt, &mut params(), 2);
    let text = serde_json::to_string(&opt).unwrap();
    let refused = |text: &str| serde_json::from_str::<Adam>(text).unwrap_err().to_string();

    let error = serde_json::from_str::<Sgd>(&text).unwrap_err().to_string();
    assert!(error.starts_with("the saved state is of `adam`, not of `sgd`"), "{error}");
    let error = serde_json::from_str::<Adam<f32>>(&text).unwrap_err().to_string();
    assert!(error.starts_with("the saved state is of 8-byte numbers, not of 4-byte ones"), "{error}");
    let error = refused(&text.replace("\"format\":1", "\"format\":9"));
    assert!(error.starts_with("the saved state has format 9; this version reads 1"), "{error}");
    assert!(refused(&text[..text.len() / 2]).starts_with("EOF while parsing"));
    let cut = text.rfind(',').unwrap();
    let error = refused(&format!("{}]}}}}", &text[..cut]));
    assert!(error.starts_with("the saved state should have 18 numbers and has 17"), "{error}");
    let error = refused(&text.replacen("\"amsgrad\":false", "\"amsgrad\":true", 1));
    assert!(
        error.starts_with("the saved state of `.0` has 4 numbers where adam of shape [2] needs 6"),
        "{error}"
    );

    let mut resumed: Adam = serde_json::from_str(&text).unwrap();
    let error = resumed.step(&mut vec![1.0], &vec![1.0]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the optimizer's state is for other parameters: `(root)` has shape [1], the state has shape [2]"
    );
}

#[test]
fn schedules_are_plain_data() {
    let schedules = [
        Schedule::exponential(0.1, 3.0, 0.7).staircase().begin(2).end(0.01),
        Schedule::natural_exponential(0.1, 3.0, 0.7),
        Schedule::one_cycle(0.1, 30, 0.3, 25.0, 1e4, Shape::Linear).times(3.0),
        Schedule::join([(5, Schedule::linear(0.0, 1.0 / 3.0, 5)), (9, 0.2.into())]),
        Schedule::piecewise(&[3], &[1.0, 0.1]),
    ];
    for schedule in schedules {
        let text = serde_json::to_string(&schedule).unwrap();
        let read: Schedule = serde_json::from_str(&text).unwrap();
        assert!((0..40).all(|step| read.at(step).to_bits() == schedule.at(step).to_bits()), "{text}");
    }
    let mut plateau = Plateau::new(0.5).patience(1);
    plateau.update(1.0);
    let mut read: Plateau = serde_json::from_str(&serde_json::to_string(&plateau).unwrap()).unwrap();
    for loss in [1.0, 1.0, 0.5, 0.5, 0.5] {
        assert_eq!(plateau.update(loss), read.update(loss));
    }
}
