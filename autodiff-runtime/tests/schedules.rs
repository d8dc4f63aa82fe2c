//! Schedules against TensorFlow, Keras, optax and PyTorch.

mod common;

use autodiff_runtime::schedule::{Plateau, Schedule, Shape, Threshold};
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
                Schedule::cosine_one_cycle(h("peak_value"), h("transition_steps") as u64, 0.3, 25.0, 1e4)
            }
            "linear_onecycle_schedule" => {
                let steps = h("transition_steps") as u64;
                Schedule::linear_one_cycle(h("peak_value"), steps, 0.3, 0.85, 25.0, 1e4)
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

/// Every schedule that has a length, with none.
#[test]
fn a_length_of_zero_is_over() {
    let ended = [
        Schedule::linear(0.5, 0.25, 0),
        Schedule::polynomial(0.5, 0.25, 0, 2.0),
        Schedule::polynomial(0.5, 0.25, 0, 2.0).cycle(),
        Schedule::linear(0.0, 0.25, 0).begin(0),
        Schedule::cosine(0.5, 0, 0.5),
        Schedule::cosine_power(0.5, 0, 0.5, 3.0),
        Schedule::warmup_cosine(0.1, 0.5, 0, 0, 0.25),
        Schedule::cosine_restarts(0.5, 0, 1.0, 0.9, 0.5),
        Schedule::cosine_restarts(0.5, 0, 2.0, 0.9, 0.5),
        Schedule::cosine_restarts(0.5, 0, 0.5, 0.9, 0.5),
        Schedule::linear_cosine(0.25, 0, 1.0, 0.0, 1.0),
        Schedule::cosine_annealing(0.5, 0.25, 0),
        Schedule::cyclic(0.25, 0.5, 0, 0, 0.5, 0.9),
        Schedule::one_cycle(6.25, 0, 0.3, 25.0, 1.0, Shape::Cosine),
        Schedule::cosine_one_cycle(6.25, 0, 0.3, 25.0, 1.0),
        Schedule::linear_one_cycle(6.25, 0, 0.3, 0.85, 25.0, 1.0),
        Schedule::join([(0, 9.0.into()), (u64::MAX, 0.25.into())]),
        Schedule::piecewise(&[], &[0.25]),
        Schedule::scaled_at(0.5, &[(0, 0.5)]),
        Schedule::interpolated(&[(0.0, 0.5), (0.0, 0.25)], Shape::Linear),
    ];
    for schedule in ended {
        for step in [0, 1, 2, 1000, u64::MAX] {
            let rate = schedule.at(step);
            assert!((rate - 0.25).abs() < 1e-15, "{schedule:?} at {step}: {rate}");
        }
    }
    // A warm-up of no steps, a decay behind it.
    let rate = Schedule::warmup_cosine(0.0, 0.1, 10, 0, 0.05);
    assert_eq!((rate.at(5), rate.at(10), rate.at(11)), (0.05, 0.05, 0.05));
    let rate = Schedule::linear(0.5, 0.25, 0).begin(3);
    assert_eq!((rate.at(0), rate.at(3), rate.at(4)), (0.25, 0.25, 0.25));
    // Half of a triangle may have no width.
    let rate = Schedule::cyclic(0.0, 1.0, 0, 4, 0.5, 1.0);
    assert_eq!((rate.at(0), rate.at(1), rate.at(4), rate.at(6)), (1.0, 0.75, 0.5, 0.25));
    let rate = Schedule::cyclic(0.0, 1.0, 4, 0, 1.0, 1.0);
    assert_eq!((rate.at(0), rate.at(3), rate.at(4)), (0.0, 0.75, 0.0));
    assert!(Schedule::noam(1.0, 4.0, 0).at(0).is_finite());
}

#[test]
fn a_unit_of_zero_steps_is_at_its_limit() {
    for (schedule, limit) in [
        (Schedule::exponential(0.5, 0.0, 0.9), 0.0),
        (Schedule::exponential(0.5, 0.0, 0.9).staircase(), 0.0),
        (Schedule::exponential(0.5, 0.0, 1.0), 0.5),
        (Schedule::exponential(0.5, 0.0, 0.9).end(0.25), 0.25),
        (Schedule::exponential(0.5, 0.0, 1.1).end(0.75), 0.75),
        (Schedule::natural_exponential(0.5, 0.0, 0.1), 0.0),
        (Schedule::inverse_time(0.5, 0.0, 0.1), 0.0),
        (Schedule::inverse_time(0.5, 0.0, 0.1).staircase(), 0.0),
        (Schedule::inverse_time(0.5, 0.0, 0.0), 0.5),
    ] {
        assert_eq!(schedule.at(0), 0.5, "{schedule:?}");
        for step in [1, 2, 1000, u64::MAX] {
            assert!(
                (schedule.at(step) - limit).abs() < 1e-300,
                "{schedule:?} at {step}: {}",
                schedule.at(step)
            );
        }
    }
}

/// Periods that become shorter are all over at some step.
#[test]
fn restarts_may_end() {
    let rate = Schedule::cosine_restarts(1.0, 8, 0.5, 1.0, 0.25);
    assert_eq!((rate.at(0), rate.at(4), rate.at(8), rate.at(10)), (1.0, 0.625, 1.0, 0.625));
    for step in [16, 17, 1000, u64::MAX] {
        assert_eq!(rate.at(step), 0.25);
    }
}

/// Peak and end of both libraries' one-cycle schedules, for lengths that the share does not divide.
#[test]
fn one_cycles_peak_where_their_originals_do() {
    for steps in [7_u64, 10, 33, 100] {
        let peak = (0.3 * steps as f64) as u64;
        let first = 0.5 / 25.0;
        let cosine = Schedule::cosine_one_cycle(0.5, steps, 0.3, 25.0, 1e4);
        let linear = Schedule::linear_one_cycle(0.5, steps, 0.3, 0.85, 25.0, 1e4);
        for rate in [&cosine, &linear] {
            let highest = (0..=steps).max_by(|&a, &b| rate.at(a).total_cmp(&rate.at(b)));
            assert_eq!((rate.at(peak), highest), (0.5, Some(peak)));
            assert!(close(rate.at(0), first));
            assert!(rate.at(steps - 1) > first / 1e4 && close(rate.at(steps), first / 1e4));
            assert_eq!(rate.at(steps + 9), rate.at(steps));
        }
        assert!(close(linear.at((0.85 * steps as f64) as u64), first));
        let torch = Schedule::one_cycle(0.5, steps, 0.3, 25.0, 1e4, Shape::Linear);
        assert!(close(torch.at(steps - 1), first / 1e4));
    }
}

#[test]
fn a_plateau_forgets_what_is_not_a_number() {
    for mut plateau in [Plateau::new(0.5).patience(1), Plateau::optax(0.5).patience(2)] {
        let mut scales = |values: &[f64]| values.iter().map(|&x| plateau.update(x)).collect::<Vec<_>>();
        assert_eq!(scales(&[f64::NAN, 3.0, 2.0, 1.0]), [1.0; 4]);
        assert_eq!(scales(&[f64::NAN, f64::NAN]), [1.0, 0.5]);
        assert_eq!(scales(&[0.5, 0.6, f64::INFINITY]), [0.5, 0.5, 0.25]);
        assert_eq!(scales(&[0.4, f64::NEG_INFINITY, 0.1, 0.1]), [0.25, 0.25, 0.25, 0.125]);
    }
    // A mean with a NaN among its numbers is one, the next is not.
    let mut plateau = Plateau::new(0.5).patience(0).average_over(2);
    let scales = [f64::NAN, 1.0, 2.0, 4.0, 3.0, 4.0].map(|x| plateau.update(x));
    assert_eq!(scales, [1.0, 0.5, 0.5, 0.5, 0.5, 0.25]);
}

/// At the step where a period begins the rate is at its top, however logarithms and quotients are rounded.
#[test]
fn restarts_begin_at_the_top() {
    for (steps, length, starts) in [
        (1, 3.0, &[0, 1, 4, 13, 40, 121, 364][..]),
        (10, 3.0, &[10, 40, 130, 400, 1210]),
        (20, 1.6, &[20, 52]),
        (20, 3.1, &[20, 82]),
        (10, 1.0, &[0, 10, 20, 70]),
    ] {
        let rate = Schedule::cosine_restarts(1.0, steps, length, 1.0, 0.0);
        let falling = Schedule::cosine_restarts(1.0, steps, length, 0.5, 0.0);
        for (period, &start) in starts.iter().enumerate() {
            assert!((rate.at(start) - 1.0).abs() < 1e-12, "{length} at {start}: {}", rate.at(start));
            assert!(steps == 1 || start == 0 || rate.at(start - 1) < 0.999, "{length} before {start}");
            let height = falling.at(start).log2();
            assert!(
                (height - height.round()).abs() < 1e-9 && -height >= period as f64 - 1e-9,
                "{length} at {start}"
            );
        }
    }
    let rate = Schedule::cosine_restarts(1.0, 10, 1.0, 0.5, 0.0);
    assert!(close(rate.at(5), 0.5) && close(rate.at(15), 0.25) && close(rate.at(10), 0.5));
}

#[test]
fn small_schedules() {
    assert_eq!(Schedule::linear(1.0, 3.0, 4).times(2.5).at(2), 5.0);
    assert_eq!(Schedule::exponential(0.5, 10.0, 1.0).end(0.75).at(5), 0.5);
    // Up to the end of the warm-up in proportion to the step, then as its root.
    let noam = Schedule::noam(3.0, 16.0, 25);
    assert!(close(noam.at(4), 0.75 * 5.0 / 125.0) && close(noam.at(24), 0.15) && close(noam.at(99), 0.075));
}

#[test]
fn improvements_of_a_plateau() {
    let run =
        |mut plateau: Plateau, values: &[f64]| values.iter().map(|&x| plateau.update(x)).collect::<Vec<_>>();
    let relative = Plateau::new(0.5).patience(0).threshold(Threshold::Relative(0.5));
    assert_eq!(run(relative, &[4.0, 2.0, 1.9, 0.95]), [1.0, 0.5, 0.5, 0.25]);
    let absolute = Plateau::new(0.5).patience(0).threshold(Threshold::Absolute(0.5));
    assert_eq!(run(absolute.clone(), &[4.0, 3.5, 3.25, 2.5]), [1.0, 0.5, 0.5, 0.5]);
    assert_eq!(run(absolute.average_over(4), &[4.0, 4.0, 4.0, 4.0, 3.0, 4.0, 4.0, 4.0])[7], 0.5);
}

/// Of fewer values than there are pieces the last goes on.
#[test]
fn pieces_without_a_value_have_the_last() {
    let rate = Schedule::Piecewise { boundaries: vec![1, 2], values: vec![1.0, 0.5], inclusive: true };
    assert_eq!([0, 1, 2, 3, 9].map(|step| rate.at(step)), [1.0, 1.0, 0.5, 0.5, 0.5]);
}
