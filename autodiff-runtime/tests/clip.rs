//! Clipping against TensorFlow, optax and PyTorch.

mod common;

use autodiff_runtime::clip::{self, NormKind};
use autodiff_runtime::tree::{self, Shaped};
use common::{Case, Oracle, Tensor, assert_all, close_to, number, numbers, shape, tensor, tensors};
use serde_json::Value;

fn check(case: Case, found: &[Option<Tensor>], expected: &Value) {
    let expected = tensors(expected);
    assert_eq!(found.len(), expected.len(), "{}", case.name());
    for (found, expected) in found.iter().zip(&expected) {
        match (found, expected) {
            (Some(found), Some(expected)) => {
                if case.is_f32() {
                    for (a, b) in found.data.iter().zip(&expected.data) {
                        assert!(close_to(*a, *b, 1e-5, 1e-7), "{}: {a} vs {b}", case.name());
                    }
                } else {
                    assert_all(case.name(), &found.data, &expected.data);
                }
            }
            (None, None) => {}
            _ => panic!("{}: None kept in the wrong place", case.name()),
        }
    }
}

#[test]
fn tensorflow() {
    for case in Oracle::read("clip_tf").cases() {
        let name = case.name();
        // Squares that overflow are documented as different; the other two cannot be written with types.
        if name.ends_with("f32 overflow") || !case.output("error").is_null() {
            continue;
        }
        match name.split('/').next().unwrap() {
            "clip_by_norm" => {
                let mut t = tensor(case.input("t"));
                match case.hyper("axes") {
                    Value::Null => clip::by_norm(&mut t, case.h("clip_norm")),
                    axes => {
                        let axes: Vec<isize> = numbers(axes).iter().map(|&a| a as isize).collect();
                        clip::by_norm_along(&mut t, case.h("clip_norm"), &axes).unwrap();
                    }
                }
                check(case, &[t], &vec![case.output("result").clone()].into());
            }
            "clip_by_average_norm" => {
                let mut t = tensor(case.input("t"));
                clip::by_average_norm(&mut t, case.h("clip_norm"));
                check(case, &[t], &vec![case.output("result").clone()].into());
            }
            "clip_by_value" => {
                let mut t = tensor(case.input("t")).unwrap();
                let bound = |name: &str| tensor(case.hyper(name)).unwrap();
                let (min, max) = (bound("clip_value_min"), bound("clip_value_max"));
                if let ([min], [max]) = (&min.data[..], &max.data[..]) {
                    clip::by_value(&mut t, *min, *max);
                } else {
                    let spread = |bound: &Tensor| -> Tensor {
                        let len = t.data.len();
                        let data = (0..len).map(|i| bound.data[i * bound.data.len() / len]).collect();
                        let value = case.input("t");
                        Shaped::new(data, &shape(&value["shape"]))
                    };
                    let (min, max) = (spread(&min), spread(&max));
                    clip::by_bounds(&mut t, &min, &max).unwrap();
                }
                check(case, &[Some(t)], &vec![case.output("result").clone()].into());
            }
            "clip_by_global_norm" => {
                let mut list = tensors(case.input("t_list"));
                let norm = match case.hyper("use_norm") {
                    Value::Null => clip::by_global_norm(&mut list, case.h("clip_norm")),
                    given => clip::by_given_norm(&mut list, case.h("clip_norm"), number(given)),
                };
                check(case, &list, case.output("list_clipped"));
                assert_all(name, &[norm], &[number(case.output("global_norm"))]);
            }
            "global_norm" => {
                let norm = clip::global_norm(&tensors(case.input("t_list")));
                assert_all(name, &[norm], &[number(case.output("global_norm"))]);
            }
            other => panic!("unknown function {other}"),
        }
    }
}

#[test]
fn optax() {
    for case in Oracle::read("clip_optax").cases() {
        let name = case.name();
        let function = name.split('/').next().unwrap();
        if function.starts_with("per_example") || function.starts_with("differentially") {
            per_example(case, function);
            continue;
        }
        let mut updates = tensors(case.input("updates"));
        match function {
            "clip" => clip::by_value(&mut updates, -case.h("max_delta"), case.h("max_delta")),
            "clip_by_global_norm" => drop(clip::by_global_norm_or_pass(&mut updates, case.h("max_norm"))),
            "clip_by_block_rms" => clip::by_block_rms(&mut updates, case.h("threshold")),
            "adaptive_grad_clip" => {
                let params = tensors(case.input("params"));
                clip::adaptive(&mut updates, &params, case.h("clipping"), case.h("eps")).unwrap();
            }
            "centralize" => clip::centralize(&mut updates),
            "normalize_by_update_norm" => {
                clip::normalize(&mut updates, case.h("scale_factor"), case.h("eps"));
            }
            "zero_nans" => drop(clip::zero_nans(&mut updates)),
            other => panic!("unknown function {other}"),
        }
        check(case, &updates, case.output("updates"));
    }
}

fn per_example(case: Case, function: &str) {
    let batches: Vec<Tensor> = tensors(case.input("grads")).into_iter().flatten().collect();
    let shapes: Vec<Vec<usize>> =
        case.input("grads").as_array().unwrap().iter().map(|grad| shape(&grad["shape"])).collect();
    let count = shapes[0][0];
    let examples: Vec<Vec<Tensor>> = (0..count)
        .map(|i| {
            let part = |(batch, shape): (&Tensor, &Vec<usize>)| {
                let len = batch.data.len() / count;
                Shaped::new(batch.data[i * len..(i + 1) * len].to_vec(), &shape[1..])
            };
            batches.iter().zip(&shapes).map(part).collect()
        })
        .collect();
    let mut sum = tree::zeros_like(&examples[0]);
    let (clipped, output) = match function {
        "per_example_layer_norm_clip" => {
            let clip = case.h("global_l2_norm_clip");
            (clip::per_example_layers(&examples, clip, case.flag("uniform"), &mut sum), "clipped_sum")
        }
        "per_example_global_norm_clip" => {
            (clip::per_example(&examples, case.h("l2_norm_clip"), &mut sum), "clipped_sum")
        }
        _ => {
            let clipped = clip::per_example(&examples, case.h("l2_norm_clip"), &mut sum);
            tree::scale(&mut sum, 1.0 / count as f64);
            (clipped, "updates")
        }
    };
    let sum: Vec<_> = sum.into_iter().map(Some).collect();
    check(case, &sum, case.output(output));
    if !case.output("num_clipped").is_null() {
        let found: Vec<f64> = clipped.unwrap().examples.iter().map(|&n| n as f64).collect();
        assert_eq!(found, numbers(case.output("num_clipped")), "{}", case.name());
    }
}

#[test]
fn torch() {
    for case in Oracle::read("clip_torch").cases() {
        let mut grads = tensors(case.input("grads"));
        if case.name().starts_with("clip_grad_value_") {
            clip::by_value(&mut grads, -case.h("clip_value"), case.h("clip_value"));
            check(case, &grads, case.output("grads"));
            continue;
        }
        let kind = match case.h("norm_type") {
            1.0 => NormKind::One,
            2.0 => NormKind::Two,
            f64::INFINITY => NormKind::Max,
            p => NormKind::Power(p),
        };
        let norm = clip::by_total_norm(&mut grads, case.h("max_norm"), kind, case.flag("error_if_nonfinite"));
        check(case, &grads, case.output("grads"));
        match norm {
            Ok(norm) => assert_all(case.name(), &[norm], &[number(case.output("total_norm"))]),
            Err(_) => assert!(!case.output("error").is_null(), "{}", case.name()),
        }
    }
}

#[test]
fn overflow_is_not_a_norm() {
    let mut g = [3e19_f32, 4e19];
    assert_eq!(clip::by_global_norm(&mut g, 5e19), 5e19);
    assert_eq!(g, [3e19, 4e19]);
    clip::by_norm(&mut g, 1.0);
    assert!((g[0] - 0.6).abs() < 1e-6 && (g[1] - 0.8).abs() < 1e-6);
}
