use crate::common::Oracle;
use crate::run;
use autodiff_runtime::optim::*;

#[test]
fn keras() {
    let family = Family::Keras;
    for case in Oracle::read("optim_keras").cases() {
        let h = |name: &str| case.h(name);
        let rate = h("learning_rate");
        match case.name().split('/').nth(1).unwrap() {
            "SGD" => {
                let opt = Sgd::new(rate).family(family).momentum(h("momentum"));
                run(case, opt.nesterov(case.flag("nesterov")));
            }
            "RMSprop" => {
                let opt = RmsProp::new(rate).family(family).rho(h("rho")).momentum(h("momentum"));
                run(case, opt.epsilon(h("epsilon")).centered(case.flag("centered")));
            }
            "Adam" => {
                let opt = Adam::new(rate).family(family).beta1(h("beta_1")).beta2(h("beta_2"));
                run(case, opt.epsilon(h("epsilon")).amsgrad(case.flag("amsgrad")));
            }
            "AdamW" => run(case, adam_w(rate, h("weight_decay")).family(family)),
            "Adamax" => {
                run(case, Adamax::new(rate).beta1(h("beta_1")).beta2(h("beta_2")).epsilon(h("epsilon")))
            }
            "Nadam" => {
                run(case, Nadam::new(rate).beta1(h("beta_1")).beta2(h("beta_2")).epsilon(h("epsilon")))
            }
            "Adagrad" => {
                let opt = Adagrad::new(rate).family(family).epsilon(h("epsilon"));
                run(case, opt.initial_accumulator(h("initial_accumulator_value")));
            }
            "Adadelta" => run(case, Adadelta::new(rate).rho(h("rho")).epsilon(h("epsilon"))),
            "Adafactor" => {
                let opt = Adafactor::new(rate).beta2_decay(h("beta_2_decay")).epsilon1(h("epsilon_1"));
                run(case, opt.epsilon2(h("epsilon_2")).clip_threshold(h("clip_threshold")));
            }
            "Ftrl" => {
                let opt = Ftrl::new(rate).learning_rate_power(h("learning_rate_power")).beta(h("beta"));
                let opt = opt.initial_accumulator(h("initial_accumulator_value"));
                let opt = opt.l1_strength(h("l1_regularization_strength"));
                let opt = opt.l2_strength(h("l2_regularization_strength"));
                run(case, opt.l2_shrinkage(h("l2_shrinkage_regularization_strength")));
            }
            "Lion" => run(case, Lion::new(rate).beta1(h("beta_1")).beta2(h("beta_2"))),
            "Lamb" => run(case, Lamb::new(rate).beta1(h("beta_1")).beta2(h("beta_2")).epsilon(h("epsilon"))),
            "Muon" => {
                assert_eq!(h("weight_decay"), h("adam_weight_decay"));
                let coefficients = [h("muon_a"), h("muon_b"), h("muon_c")];
                let opt = Muon::new(rate).weight_decay(h("weight_decay")).momentum(h("momentum"));
                let opt = opt.iterations(h("ns_steps") as usize).coefficients(coefficients);
                let opt = opt.rms_rate(Some(h("rms_rate"))).adam_rate_factor(h("adam_lr_ratio"));
                let opt = opt.beta1(h("adam_beta_1")).beta2(h("adam_beta_2")).epsilon(h("epsilon"));
                run(case, opt.nesterov(case.flag("nesterov")));
            }
            "ScheduleFreeAdamW" => {
                let opt = ScheduleFree::new(rate).adam(true).beta(h("beta_1")).beta2(h("beta_2"));
                run(case, opt.epsilon(h("epsilon")));
            }
            // See `wrappers`.
            "base" | "LossScaleOptimizer" => {}
            other => panic!("unknown optimizer {other}"),
        }
    }
}
