use crate::common::Oracle;
use crate::{run, run_f32};
use autodiff_runtime::optim::*;

#[test]
fn tensorflow_v1() {
    for case in Oracle::read("optim_tf_v1").cases() {
        let h = |name: &str| case.h(name);
        let rate = h("learning_rate");
        let (l1, l2) = ("l1_regularization_strength", "l2_regularization_strength");
        match case.name().split('/').nth(1).unwrap() {
            "GradientDescentOptimizer" => run(case, Sgd::new(rate)),
            "MomentumOptimizer" => {
                run(case, Sgd::new(rate).momentum(h("momentum")).nesterov(case.flag("use_nesterov")));
                run_f32(case, Sgd::new(rate).momentum(h("momentum")).nesterov(case.flag("use_nesterov")));
            }
            "AdagradOptimizer" => {
                run(case, Adagrad::new(rate).initial_accumulator(h("initial_accumulator_value")));
            }
            "AdagradDAOptimizer" => {
                let initial = h("initial_gradient_squared_accumulator_value");
                let opt = AdagradDa::new(rate).initial_accumulator(initial);
                run(case, opt.l1_strength(h(l1)).l2_strength(h(l2)));
            }
            "AdadeltaOptimizer" => run(case, Adadelta::new(rate).rho(h("rho")).epsilon(h("epsilon"))),
            "AdamOptimizer" => {
                let opt = Adam::new(rate).beta1(h("beta1")).beta2(h("beta2")).epsilon(h("epsilon"));
                run(case, opt);
                let opt = Adam::new(rate).beta1(h("beta1")).beta2(h("beta2")).epsilon(h("epsilon"));
                run_f32(case, opt);
            }
            "RMSPropOptimizer" => {
                let opt = RmsProp::new(rate).rho(h("decay")).momentum(h("momentum")).epsilon(h("epsilon"));
                run(case, opt.centered(case.flag("centered")));
            }
            "FtrlOptimizer" => {
                let opt = Ftrl::new(rate).learning_rate_power(h("learning_rate_power")).beta(h("beta"));
                let opt = opt.initial_accumulator(h("initial_accumulator_value"));
                let opt = opt.l1_strength(h(l1)).l2_strength(h(l2));
                run(case, opt.l2_shrinkage(h("l2_shrinkage_regularization_strength")));
            }
            "ProximalGradientDescentOptimizer" => {
                run(case, ProximalSgd::new(rate).l1_strength(h(l1)).l2_strength(h(l2)));
            }
            "ProximalAdagradOptimizer" => {
                let opt = ProximalAdagrad::new(rate).initial_accumulator(h("initial_accumulator_value"));
                run(case, opt.l1_strength(h(l1)).l2_strength(h(l2)));
            }
            other => panic!("unknown optimizer {other}"),
        }
    }
}
