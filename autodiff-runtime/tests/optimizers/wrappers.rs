use crate::common::{Case, Oracle, assert_all, number, numbers};
use crate::{Trajectory, run};
use autodiff_runtime::schedule::{Plateau, Schedule, Threshold};
use autodiff_runtime::tree::{self, Shaped};
use autodiff_runtime::{Optimizer, optim::*};

#[test]
fn optax() {
    let oracle = Oracle::read("optim_optax");
    for case in oracle.cases().filter(|case| case.name().starts_with("optax/wrap/")) {
        let h = |name: &str| case.h(name);
        let sgd = || Sgd::new(h("learning_rate"));
        let chain = || Chain::new(sgd());
        match &case.name()["optax/wrap/".len()..] {
            "chain(clip_by_global_norm, sgd)" => {
                run(case, chain().clip_by_global_norm_or_pass(h("max_norm")))
            }
            "chain(clip, sgd)" => run(case, chain().clip_by_value(-h("max_delta"), h("max_delta"))),
            "chain(clip_by_block_rms, sgd)" => run(case, chain().clip_by_block_rms(h("threshold"))),
            "chain(adaptive_grad_clip, sgd)" => run(case, chain().clip_adaptive(h("clipping"), h("eps"))),
            "chain(clip_by_global_norm, add_decayed_weights, scale_by_adam, scale)" => {
                let adam = Adam::new(h("learning_rate")).family(Family::Optax).l2(h("weight_decay"));
                run(case, Chain::new(adam).clip_by_global_norm_or_pass(h("max_norm")));
            }
            "chain(ema, scale)" => run(case, chain().average(h("decay"), case.flag("debias"))),
            "MultiSteps(sgd momentum)" => {
                run(case, Accumulate::new(sgd().momentum(h("momentum")), h("k") as u64));
            }
            "chain(apply_every, sgd)" => run(case, Accumulate::new(sgd(), h("k") as u64).sum()),
            "apply_if_finite(sgd momentum)" => {
                let bad = h("max_consecutive_errors") as u64;
                run(case, ApplyIfFinite::new(sgd().momentum(h("momentum")), bad));
            }
            "chain(zero_nans, sgd)" => run(case, chain().zero_nans()),
            "chain(centralize, sgd)" => run(case, chain().centralize()),
            "chain(normalize_by_update_norm, sgd)" => {
                run(case, chain().normalize(h("scale_factor"), h("eps")));
            }
            "chain(sgd, keep_params_nonnegative)" => run(case, chain().keep_nonnegative()),
            "multi_transform(sgd momentum, adam)" => {
                let first = Sgd::new(h("learning_rate_0")).momentum(h("momentum_0"));
                let second = Adam::new(h("learning_rate_1")).family(Family::Optax);
                run(case, Partition::new("[0]", first, second));
            }
            "chain(add_decayed_weights masked, sgd)" => {
                run(case, sgd().l2(h("weight_decay")).group("[1]", Group::new().l2(0.0)));
            }
            "freeze parameter 0" => run(case, sgd().freeze("[0]")),
            "chain(sgd, reduce_on_plateau)" => plateau(case),
            "lookahead(sgd momentum)" => lookahead(case),
            "sgd with schedule" => {
                run(case, Sgd::new(Schedule::exponential(0.5, 4.0, 0.5)).momentum(h("momentum")));
            }
            "polyak_sgd" => {}
            other => panic!("unknown wrapper {other}"),
        }
    }
}

fn plateau(case: Case) {
    let h = |name: &str| case.h(name);
    let (mut opt, mut trajectory) = (Sgd::new(h("learning_rate")), Trajectory::new(case));
    assert_eq!(h("atol"), 0.0);
    let mut plateau = Plateau::optax(h("factor"))
        .patience(h("patience") as u64)
        .cooldown(h("cooldown") as u64)
        .threshold(Threshold::Relative(h("rtol")))
        .average_over(h("accumulation_size") as u64)
        .min_scale(h("min_scale"));
    let scales = numbers(case.output("scale_after_step"));
    for ((step, grads), loss) in trajectory.grads().iter().enumerate().zip(numbers(case.input("value"))) {
        opt.set_rate_scale(plateau.update(loss));
        opt.step(&mut trajectory.params, grads).unwrap();
        let found = tree::to_vec(&trajectory.params);
        assert_all(case.name(), &found, &numbers(&case.output("params_after_step")[step]));
        assert_all(case.name(), &[plateau.scale()], &[scales[step]]);
    }
}

fn lookahead(case: Case) {
    let h = |name: &str| case.h(name);
    let sgd = Sgd::new(h("learning_rate")).momentum(h("momentum"));
    let mut opt = Lookahead::new(sgd, h("sync_period") as u64, h("slow_step_size"));
    run(case, opt.clone());
    Trajectory::new(case).check(&mut opt, "slow_params_after_step", |opt, params| opt.slow(params).unwrap());
}

#[test]
fn keras() {
    let oracle = Oracle::read("optim_keras");
    let sgd = |case: Case| Sgd::new(case.h("learning_rate"));
    let chain = |case: Case| Chain::new(sgd(case));

    let case = oracle.case("keras/base/clipnorm");
    run(case, chain(case).clip_by_norm(case.h("clipnorm")));
    let case = oracle.case("keras/base/clipvalue");
    run(case, chain(case).clip_by_value(-case.h("clipvalue"), case.h("clipvalue")));
    let case = oracle.case("keras/base/global_clipnorm");
    run(case, chain(case).clip_by_global_norm(case.h("global_clipnorm")));
    let case = oracle.case("keras/base/weight_decay");
    run(case, sgd(case).weight_decay(case.h("weight_decay")));
    let case = oracle.case("keras/base/gradient_accumulation");
    run(case, Accumulate::new(sgd(case), case.h("gradient_accumulation_steps") as u64));

    let case = oracle.case("keras/base/ema_overwrite");
    let (mut opt, mut trajectory) = (sgd(case), Trajectory::new(case));
    let mut ema = Ema::new(case.h("ema_momentum"));
    for (step, grads) in trajectory.grads().iter().enumerate() {
        opt.step(&mut trajectory.params, grads).unwrap();
        ema.update(&trajectory.params).unwrap();
        if opt.steps() % case.h("ema_overwrite_frequency") as u64 == 0 {
            ema.write(&mut trajectory.params).unwrap();
        }
        let found = tree::to_vec(&trajectory.params);
        assert_all(case.name(), &found, &numbers(&case.output("params_after_step")[step]));
    }

    let case = oracle.case("keras/LossScaleOptimizer");
    let opt = LossScale::new(sgd(case)).initial_scale(case.h("initial_scale"));
    let mut opt = opt.growth_steps(case.h("dynamic_growth_steps") as u64);
    run(case, opt.clone());
    let mut trajectory = Trajectory::new(case);
    for (step, grads) in trajectory.grads().iter().enumerate() {
        opt.step(&mut trajectory.params, grads).unwrap();
        assert_eq!(opt.scale(), number(&case.output("scale_after_step")[step]));
    }
}

#[test]
fn moving_averages() {
    for case in Oracle::read("ema").cases() {
        let decay = case.h("decay");
        let mut ema = if case.has("on") && case.hyper("on").as_str().unwrap().starts_with("variable") {
            Ema::starting_at(decay, &numbers(case.input("initial")))
        } else {
            Ema::from_zero(decay)
        };
        if case.hyper("zero_debias") == true || case.hyper("debias") == true {
            ema = ema.debias();
        }
        let by_updates = case.has("num_updates");
        let expected = case.output("shadow_after_each").as_array().unwrap();
        for (n, (value, expected)) in
            case.input("values").as_array().unwrap().iter().zip(expected).enumerate()
        {
            let value = numbers(value);
            if by_updates {
                ema.update_at(n as u64, &value).unwrap()
            } else {
                ema.update(&value).unwrap()
            }
            let mut found = Shaped::new(value.clone(), &[value.len()]);
            ema.write(&mut found).unwrap();
            for (found, expected) in found.data.iter().zip(numbers(expected)) {
                let tolerance = if by_updates { 1e-6 } else { 1e-10 };
                assert!((found - expected).abs() <= tolerance * (1.0 + expected.abs()), "{}", case.name());
            }
        }
    }
}
