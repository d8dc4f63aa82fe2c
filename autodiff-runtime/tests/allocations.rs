//! After the first step nothing is allocated.

use autodiff_runtime::optim::*;
use autodiff_runtime::schedule::Schedule;
use autodiff_runtime::tree::Shaped;
use autodiff_runtime::{Optimizer, clip};

type Params = (Vec<f64>, f64, Option<[f64; 2]>, Shaped<Vec<f64>>);

fn params() -> Params {
    (vec![1.0, 2.0, 3.0], 4.0, Some([5.0, 6.0]), Shaped::new(vec![0.5, -0.5, 0.25, 1.0, 2.0, 3.0], &[2, 3]))
}

#[track_caller]
fn check(mut opt: impl Optimizer) {
    let (mut params, mut grads) = (params(), params());
    // Accumulation reaches its optimizer with the second call.
    for _ in 0..2 {
        opt.step(&mut params, &grads).unwrap();
    }
    let counted = allocation_counter::measure(|| {
        for _ in 0..5 {
            opt.step(&mut params, &grads).unwrap();
            grads.2 = None;
        }
    });
    assert_eq!(counted.count_total, 0);
}

#[test]
fn optimizers() {
    check(Sgd::new(0.1).momentum(0.9));
    check(Adam::new(Schedule::warmup_cosine(0.0, 0.1, 2, 10, 0.0)).amsgrad(true).weight_decay(0.1));
    check(Adafactor::new(0.1));
    check(Muon::new(0.1));
    check(Sm3::new(0.1));
    check(Lamb::new(0.1));
    check(Prodigy::new(1.0));
    check(ScheduleFree::new(0.1).adam(true));
}

#[test]
fn wrappers() {
    let chain = Chain::new(Adam::new(0.1)).zero_nans().clip_adaptive(0.1, 1e-3).clip_by_global_norm(1.0);
    check(chain.centralize().average(0.9, true));
    check(Accumulate::new(Sgd::new(0.1), 2));
    check(Lookahead::new(RmsProp::new(0.1), 2, 0.5));
    check(LossScale::new(ApplyIfFinite::new(Sgd::new(0.1), 3)));
    check(Partition::new(".3", Muon::new(0.1), Adam::new(0.1)));
}

#[test]
fn clipping() {
    let mut grads = params();
    let counted = allocation_counter::measure(|| {
        clip::by_global_norm(&mut grads, 1.0);
        clip::by_norm(&mut grads, 1.0);
        clip::by_norm_along(&mut grads.3, 1.0, &[0]).unwrap();
        clip::by_value(&mut grads, -1.0, 1.0);
    });
    assert_eq!(counted.count_total, 0);
}
