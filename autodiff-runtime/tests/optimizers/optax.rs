use crate::common::{Case, Oracle, numbers};
use crate::{Trajectory, run};
use autodiff_runtime::Optimizer;
use autodiff_runtime::optim::*;

#[test]
fn optax() {
    let family = Family::Optax;
    for case in Oracle::read("optim_optax").cases() {
        let h = |name: &str| case.h(name);
        let rate = if case.has("learning_rate") { h("learning_rate") } else { 0.0 };
        let decay = if case.has("weight_decay") { h("weight_decay") } else { 0.0 };
        let nesterov = case.hyper("nesterov") == true;
        match case.name().split('/').nth(1).unwrap() {
            "sgd" => run(case, Sgd::new(rate).family(family).momentum(h("momentum")).nesterov(nesterov)),
            "adam" | "nadam" | "adamw" | "nadamw" | "amsgrad" => {
                let opt = Adam::new(rate).family(family).weight_decay(decay).nesterov(nesterov);
                let opt = opt.beta1(h("b1")).beta2(h("b2")).epsilon(h("eps")).epsilon_root(h("eps_root"));
                run(case, opt.amsgrad(case.name().contains("amsgrad")));
            }
            "adamax" | "adamaxw" => {
                let opt = Adamax::new(rate).family(family).weight_decay(decay);
                run(case, opt.beta1(h("b1")).beta2(h("b2")).epsilon(h("eps")));
            }
            "adagrad" => {
                let opt = Adagrad::new(rate).family(family).epsilon(h("eps"));
                run(case, opt.initial_accumulator(h("initial_accumulator_value")));
            }
            "adadelta" => run(case, Adadelta::new(rate).l2(decay).rho(h("rho")).epsilon(h("eps"))),
            "rmsprop" => {
                let momentum = if case.has("momentum") { h("momentum") } else { 0.0 };
                let opt = RmsProp::new(rate).family(family).rho(h("decay")).epsilon(h("eps"));
                let opt = opt.initial_scale(h("initial_scale")).epsilon_outside(!case.flag("eps_in_sqrt"));
                let opt = opt.centered(case.flag("centered")).momentum(momentum).nesterov(nesterov);
                run(case, opt.bias_correction(case.flag("bias_correction")));
            }
            "adabelief" => {
                let opt = AdaBelief::new(rate).beta1(h("b1")).beta2(h("b2")).epsilon(h("eps"));
                run(case, opt.epsilon_root(h("eps_root")).nesterov(nesterov));
            }
            "yogi" => run(case, Yogi::new(rate).beta1(h("b1")).beta2(h("b2")).epsilon(h("eps"))),
            "radam" => {
                let opt = RAdam::new(rate).beta1(h("b1")).beta2(h("b2")).epsilon(h("eps"));
                run(case, opt.epsilon_root(h("eps_root")).threshold(h("threshold")).nesterov(nesterov));
            }
            "lion" => run(case, Lion::new(rate).beta1(h("b1")).beta2(h("b2")).weight_decay(decay)),
            "lamb" => {
                let opt = Lamb::new(rate).family(family).weight_decay(decay);
                let opt = opt.beta1(h("b1")).beta2(h("b2")).epsilon(h("eps"));
                run(case, opt.epsilon_root(h("eps_root")));
            }
            "lars" => {
                let opt = Lars::new(rate).weight_decay(decay).trust(h("trust_coefficient"));
                run(case, opt.epsilon(h("eps")).momentum(h("momentum")).nesterov(nesterov));
            }
            "fromage" => run(case, Fromage::new(rate).min_norm(h("min_norm"))),
            "novograd" => {
                let opt = NovoGrad::new(rate).weight_decay(decay).beta1(h("b1")).beta2(h("b2"));
                run(case, opt.epsilon(h("eps")).epsilon_root(h("eps_root")));
            }
            "sm3" => run(case, Sm3::new(rate).momentum(h("momentum"))),
            "sign_sgd" => run(case, SignSgd::new(rate)),
            "signum" => run(case, SignSgd::new(rate).beta(h("beta"))),
            "adan" => {
                let opt = Adan::new(rate).weight_decay(decay).beta1(h("b1")).beta2(h("b2")).beta3(h("b3"));
                run(case, opt.epsilon(h("eps")).epsilon_root(h("eps_root")));
            }
            "optimistic_gradient_descent" => {
                run(case, OptimisticSgd::new(rate).alpha(h("alpha")).beta(h("beta")));
            }
            "optimistic_adam_v2" => {
                let opt = OptimisticAdam::new(rate).alpha(h("alpha")).beta(h("beta")).nesterov(nesterov);
                let opt = opt.beta1(h("b1")).beta2(h("b2")).epsilon(h("eps"));
                run(case, opt.epsilon_root(h("eps_root")));
            }
            "adafactor" => {
                let opt = Adafactor::new(rate).family(family).beta2_decay(-h("decay_rate"));
                run(case, opt.epsilon1(h("eps")).clip_threshold(h("clipping_threshold")));
            }
            "adopt" => {
                let opt = Adopt::new(rate).beta1(h("b1")).beta2(h("b2")).epsilon(h("eps"));
                run(case, opt.clipping(case.flag("use_clipping")));
            }
            "ademamix" => {
                let opt = AdEmaMix::new(rate).weight_decay(decay).alpha(h("alpha"));
                let opt = opt.beta1(h("b1")).beta2(h("b2")).beta3(h("b3")).epsilon(h("eps"));
                run(case, opt.epsilon_root(h("eps_root")));
            }
            "madgrad" => run(case, MadGrad::new(rate).l2(decay).momentum(h("momentum")).epsilon(h("eps"))),
            "schedule_free_sgd" => {
                schedule_free(case, ScheduleFree::new(rate).beta(h("b1")));
            }
            "schedule_free_adamw" => {
                let opt = ScheduleFree::new(rate).adam(true).weight_decay(decay).epsilon(h("eps"));
                schedule_free(case, opt.beta(h("b1")).beta2(h("b2")));
            }
            "dog" => run(case, Dog::new(rate).epsilon(h("eps"))),
            "prodigy" => {
                let opt = Prodigy::new(rate).weight_decay(decay).beta1(h("beta1")).beta2(h("beta2"));
                let opt = opt.epsilon(h("eps")).growth(h("estim_lr_coef"));
                run(case, opt.initial_distance(h("estim_lr0")));
            }
            "muon" => {
                let opt = Muon::new(rate).family(family).momentum(h("beta")).nesterov(nesterov);
                let opt = opt.beta1(h("adam_b1")).beta2(h("adam_b2")).epsilon(h("eps"));
                run(case, opt.iterations(h("ns_steps") as usize));
            }
            // See `wrappers`, except for this one.
            "wrap" if case.name().ends_with("polyak_sgd") => polyak(case),
            "wrap" => {}
            other => panic!("unknown optimizer {other}"),
        }
    }
}

fn schedule_free(case: Case, opt: ScheduleFree) {
    let mut opt = opt.weight_power(case.h("weight_lr_power"));
    run(case, opt.clone());
    let average = |opt: &ScheduleFree, params: &_| opt.averaged(params).unwrap();
    Trajectory::new(case).check(&mut opt, "eval_params_after_step", average);
}

fn polyak(case: Case) {
    let h = |name: &str| case.h(name);
    let opt = Polyak::new(h("max_learning_rate")).minimum(h("f_min")).epsilon(h("eps")).scaling(h("scaling"));
    let mut opt = opt.positive(case.hyper("variant") == "sps+");
    let mut trajectory = Trajectory::new(case);
    let losses = numbers(case.input("value"));
    for ((step, grads), loss) in trajectory.grads().iter().enumerate().zip(losses) {
        opt.loss(loss);
        opt.step(&mut trajectory.params, grads).unwrap();
        let found = autodiff_runtime::tree::to_vec(&trajectory.params);
        crate::assert_all(case.name(), &found, &numbers(&case.output("params_after_step")[step]));
    }
}
