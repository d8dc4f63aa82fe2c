use crate::common::{Oracle, number};
use crate::{Trajectory, run};
use autodiff_runtime::optim::*;

#[test]
fn torch() {
    let family = Family::Torch;
    for case in Oracle::read("optim_torch").cases() {
        let h = |name: &str| case.h(name);
        let pair = |name: &str| (number(&case.hyper(name)[0]), number(&case.hyper(name)[1]));
        let (rate, l2) = (h("lr"), if case.has("weight_decay") { h("weight_decay") } else { 0.0 });
        match case.name().split('/').nth(1).unwrap() {
            "SGD" => {
                let opt = Sgd::new(rate).family(family).l2(l2).momentum(h("momentum"));
                run(case, opt.dampening(h("dampening")).nesterov(case.flag("nesterov")));
            }
            name @ ("Adam" | "AdamW") => {
                let (b1, b2) = pair("betas");
                let opt = Adam::new(rate).family(family).beta1(b1).beta2(b2).epsilon(h("eps"));
                let opt = opt.amsgrad(case.flag("amsgrad"));
                run(case, if name == "Adam" { opt.l2(l2) } else { opt.weight_decay(l2) });
            }
            "Adagrad" => {
                let opt =
                    Adagrad::new(rate).family(family).l2(l2).rate_decay(h("lr_decay")).epsilon(h("eps"));
                run(case, opt.initial_accumulator(h("initial_accumulator_value")));
            }
            "Adadelta" => run(case, Adadelta::new(rate).l2(l2).rho(h("rho")).epsilon(h("eps"))),
            "Adamax" => {
                let (b1, b2) = pair("betas");
                let opt = Adamax::new(rate).family(family).l2(l2).beta1(b1).beta2(b2);
                run(case, opt.epsilon(h("eps")));
            }
            "ASGD" => {
                let mut opt = Asgd::new(rate).l2(l2).lambda(h("lambd")).alpha(h("alpha")).start(h("t0"));
                run(case, opt.clone());
                Trajectory::new(case)
                    .check(&mut opt, "average_after_step", |opt, params| opt.averaged(params).unwrap());
            }
            "NAdam" => {
                let (b1, b2) = pair("betas");
                let opt = Nadam::new(rate).family(family).l2(l2).beta1(b1).beta2(b2).epsilon(h("eps"));
                run(case, opt.momentum_decay(h("momentum_decay")));
            }
            "RAdam" => {
                let (b1, b2) = pair("betas");
                run(case, RAdam::new(rate).family(family).l2(l2).beta1(b1).beta2(b2).epsilon(h("eps")));
            }
            "RMSprop" => {
                let opt = RmsProp::new(rate).family(family).l2(l2).rho(h("alpha")).epsilon(h("eps"));
                run(case, opt.momentum(h("momentum")).centered(case.flag("centered")));
            }
            "Rprop" => {
                let ((shrink, grow), (min, max)) = (pair("etas"), pair("step_sizes"));
                run(case, Rprop::new(rate).shrink(shrink).grow(grow).min_step(min).max_step(max));
            }
            "Adafactor" => {
                let opt = Adafactor::new(rate).family(family).weight_decay(l2);
                let opt = opt.beta2_decay(h("beta2_decay")).epsilon2(h("eps2"));
                run(case, opt.clip_threshold(h("d")));
            }
            other => panic!("unknown optimizer {other}"),
        }
    }
}
