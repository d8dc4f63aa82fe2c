//! Schedules against TensorFlow, Keras, optax and PyTorch.

mod common;

use autodiff_runtime::schedule::{Plateau, Schedule, Shape};
use common::{Case, Oracle, close, close_to, number, numbers};

fn integers(case: &Case, name: &str) -> Vec<u64> {
    numbers(case.hyper(name)).iter().map(|&x| x as u64).collect()
}

fn check(case: Case, schedule: Schedule) {
    let steps = numbers(case.input("steps"));
    for (step, expected) in steps.iter().zip(numbers(case.output("rates"))) {
        let found = schedule.at(*step as u64);
        let agrees =
            if case.is_f32() { close_to(found, expected, 1e-5, 1e-7) } else { close(found, expected) };
        assert!(agrees, "{} at {step}: {found}, not {expected}", case.name());
    }
}

fn maybe_staircase(case: &Case, schedule: Schedule) -> Schedule {
    if case.flag("staircase") { schedule.staircase() } else { schedule }
}

#[test]
fn tensorflow_and_keras() {
    for file in ["schedules_tf_v1", "schedules_keras"] {
        for case in Oracle::read(file).cases() {
            let init = if case.has("learning_rate") { "learning_rate" } else { "initial_learning_rate" };
            let rate = || case.h(init);
            let steps = || case.h("decay_steps");
            let decay = || case.h("decay_rate");
            let schedule = match case.name().split('/').nth(1).unwrap() {
                "exponential_decay" | "ExponentialDecay" => {
                    maybe_staircase(&case, Schedule::exponential(rate(), steps(), decay()))
                }
                "natural_exp_decay" => {
                    maybe_staircase(&case, Schedule::natural_exponential(rate(), steps(), decay()))
                }
                "inverse_time_decay" | "InverseTimeDecay" => {
                    maybe_staircase(&case, Schedule::inverse_time(rate(), steps(), decay()))
                }
                "polynomial_decay" | "PolynomialDecay" => {
                    let end = case.h("end_learning_rate");
                    let schedule = Schedule::polynomial(rate(), end, steps() as u64, case.h("power"));
                    if case.flag("cycle") { schedule.cycle() } else { schedule }
                }
                "piecewise_constant" | "PiecewiseConstantDecay" => {
                    Schedule::piecewise(&integers(&case, "boundaries"), &numbers(case.hyper("values")))
                }
                "cosine_decay" | "CosineDecay" if !case.has("warmup_target") => {
                    Schedule::cosine(rate(), steps() as u64, case.h("alpha"))
                }
                "CosineDecay" => {
                    let (target, warmup) = (case.h("warmup_target"), case.h("warmup_steps") as u64);
                    let end = case.h("alpha") * target;
                    Schedule::warmup_cosine(rate(), target, warmup, steps() as u64, end)
                }
                "cosine_decay_restarts" | "CosineDecayRestarts" => Schedule::cosine_restarts(
                    rate(),
                    case.h("first_decay_steps") as u64,
                    case.h("t_mul"),
                    case.h("m_mul"),
                    case.h("alpha"),
                ),
                "linear_cosine_decay" => Schedule::linear_cosine(
                    rate(),
                    steps() as u64,
                    case.h("num_periods"),
                    case.h("alpha"),
                    case.h("beta"),
                ),
                other => panic!("unknown schedule {other}"),
            };
            check(case, schedule);
        }
    }
}

fn optax_warmup_cosine(value: &serde_json::Value) -> Schedule {
    let h = |name: &str| number(&value[name]);
    let warmup = h("warmup_steps") as u64;
    let steps = h("decay_steps") as u64 - warmup;
    Schedule::warmup_cosine(h("init_value"), h("peak_value"), warmup, steps, h("end_value"))
}

#[test]
fn optax() {
    for case in Oracle::read("schedules_optax").cases() {
        let h = |name: &str| case.h(name);
        let scales = || -> Vec<(u64, f64)> {
            let mut scales: Vec<_> = case
                .hyper("boundaries_and_scales")
                .as_object()
                .unwrap()
                .iter()
                .map(|(step, scale)| (step.parse().unwrap(), number(scale)))
                .collect();
            scales.sort_by_key(|(step, _)| *step);
            scales
        };
        let warmup = || {
            (
                h("warmup_steps") as u64,
                Schedule::linear(h("init_value"), h("peak_value"), h("warmup_steps") as u64),
            )
        };
        let schedule = match case.name().split('/').nth(1).unwrap() {
            "constant_schedule" => h("value").into(),
            "polynomial_schedule" => {
                let steps = h("transition_steps") as u64;
                Schedule::polynomial(h("init_value"), h("end_value"), steps, h("power"))
                    .begin(h("transition_begin") as u64)
            }
            "linear_schedule" => {
                Schedule::linear(h("init_value"), h("end_value"), h("transition_steps") as u64)
            }
            "piecewise_constant_schedule" => Schedule::scaled_at(h("init_value"), &scales()),
            "exponential_decay" => {
                let schedule = Schedule::exponential(h("init_value"), h("transition_steps"), h("decay_rate"));
                let schedule = schedule.begin(h("transition_begin") as u64).end(h("end_value"));
                maybe_staircase(&case, schedule)
            }
            "cosine_decay_schedule" => {
                Schedule::cosine_power(h("init_value"), h("decay_steps") as u64, h("alpha"), h("exponent"))
            }
            "cosine_onecycle_schedule" => {
                let (steps, peak) = (h("transition_steps"), h("peak_value"));
                let first = peak / 25.0;
                let points = [(0.0, first), ((0.3 * steps).floor(), peak), (steps, peak / (25.0 * 1e4))];
                Schedule::interpolated(&points, Shape::Cosine)
            }
            "linear_onecycle_schedule" => {
                let (steps, peak) = (h("transition_steps"), h("peak_value"));
                let first = peak / 25.0;
                let points = [
                    (0.0, first),
                    ((0.3 * steps).floor(), peak),
                    ((0.85 * steps).floor(), first),
                    (steps, first / 1e4),
                ];
                Schedule::interpolated(&points, Shape::Linear)
            }
            "piecewise_interpolate_schedule" => {
                let mut value = h("init_value");
                let mut points = vec![(0.0, value)];
                for (step, scale) in scales() {
                    value *= scale;
                    points.push((step as f64, value));
                }
                Schedule::interpolated(&points, Shape::Cosine)
            }
            "warmup_constant_schedule" => Schedule::join([warmup(), (u64::MAX, h("peak_value").into())]),
            "warmup_cosine_decay_schedule" => optax_warmup_cosine(&case.0["hyper"]),
            "warmup_exponential_decay_schedule" => {
                let decay = Schedule::exponential(h("peak_value"), h("transition_steps"), h("decay_rate"));
                Schedule::join([warmup(), (u64::MAX, decay)])
            }
            "sgdr_schedule" => {
                let mut end = 0;
                Schedule::join(case.hyper("cosine_kwargs").as_array().unwrap().iter().map(|part| {
                    end += number(&part["decay_steps"]) as u64;
                    (end, optax_warmup_cosine(part))
                }))
            }
            "join_schedules" => Schedule::join([
                (10, Schedule::linear(0.0, 1.0, 10)),
                (20, 0.5.into()),
                (u64::MAX, Schedule::exponential(1.0, 5.0, 0.5)),
            ]),
            other => panic!("unknown schedule {other}"),
        };
        check(case, schedule);
    }
}

#[test]
fn torch() {
    for case in Oracle::read("schedules_torch").cases() {
        let h = |name: &str| case.h(name);
        let rate = h("lr0");
        let schedule = match case.name().split('/').nth(1).unwrap() {
            "StepLR" => Schedule::exponential(rate, h("step_size"), h("gamma")).staircase(),
            "MultiStepLR" => {
                let steps: Vec<_> =
                    integers(&case, "milestones").iter().map(|&step| (step, h("gamma"))).collect();
                Schedule::scaled_at(rate, &steps)
            }
            "ConstantLR" => {
                Schedule::scaled_at(rate * h("factor"), &[(h("total_iters") as u64, 1.0 / h("factor"))])
            }
            "LinearLR" => {
                Schedule::linear(rate * h("start_factor"), rate * h("end_factor"), h("total_iters") as u64)
            }
            "ExponentialLR" => Schedule::exponential(rate, 1.0, h("gamma")),
            "PolynomialLR" => Schedule::polynomial(rate, 0.0, h("total_iters") as u64, h("power")),
            "CosineAnnealingLR" => Schedule::cosine_annealing(rate, h("eta_min"), h("T_max") as u64),
            "CosineAnnealingWarmRestarts" => {
                let alpha = h("eta_min") / rate;
                Schedule::cosine_restarts(rate, h("T_0") as u64, h("T_mult"), 1.0, alpha)
            }
            "CyclicLR" => {
                let up = h("step_size_up") as u64;
                Schedule::cyclic(h("base_lr"), h("max_lr"), up, up, 1.0, 1.0)
            }
            "OneCycleLR" => {
                let steps = h("total_steps") as u64;
                Schedule::one_cycle(h("max_lr"), steps, 0.3, 25.0, 1e4, Shape::Cosine)
            }
            "ReduceLROnPlateau" => {
                let mut plateau = Plateau::new(h("factor")).patience(h("patience") as u64);
                let metrics = numbers(case.input("metrics"));
                for (expected, metric) in numbers(case.output("rates")).iter().zip(metrics) {
                    assert!(close(rate * plateau.scale(), *expected), "{}", case.name());
                    plateau.update(metric);
                }
                continue;
            }
            other => panic!("unknown schedule {other}"),
        };
        check(case, schedule);
    }
}
