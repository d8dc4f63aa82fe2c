//! Clipping against TensorFlow, optax and PyTorch.

mod common;

use autodiff_runtime::Tree;
use autodiff_runtime::clip::{self, NormKind};
use autodiff_runtime::optim::{Chain, Sgd};
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
        // Squares that overflow and negative bounds are documented as different; the rest cannot be written with types.
        if name.ends_with("f32 overflow")
            || name.ends_with("negative clip is 0")
            || !case.output("error").is_null()
        {
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
                clip::by_bounds(&mut t, &min, &max).unwrap();
                if let ([min], [max]) = (&min.data[..], &max.data[..]) {
                    let mut t = tensor(case.input("t")).unwrap();
                    clip::by_value(&mut t, *min, *max);
                    check(case, &[Some(t)], &vec![case.output("result").clone()].into());
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

fn chain() -> Chain<Sgd> {
    Chain::new(Sgd::new(1.0))
}

/// Calls every function with a bound; `Err` and a panic are both a refusal.
fn refusals(bound: f64) -> Vec<(&'static str, bool, bool)> {
    fn refused(f: impl FnOnce(&mut [f64; 2]) -> bool + std::panic::UnwindSafe) -> (bool, bool) {
        let mut g = [3.0, 4.0];
        let refused = std::panic::catch_unwind(move || {
            let refused = f(&mut g);
            (refused, g)
        });
        refused.map_or((true, true), |(refused, g)| (refused, g == [3.0, 4.0]))
    }
    macro_rules! refusals {
        ($($name:literal: |$g:ident| $call:expr;)*) => {
            vec![$({
                let (refused, unchanged) = refused(|$g| { $call });
                ($name, refused, unchanged)
            }),*]
        };
    }
    refusals! {
        "by_norm": |g| { clip::by_norm(g, bound); false };
        "by_norm_along": |g| clip::by_norm_along(g, bound, &[0]).is_err();
        "by_average_norm": |g| { clip::by_average_norm(g, bound); false };
        "by_global_norm": |g| { clip::by_global_norm(g, bound); false };
        "by_given_norm": |g| { clip::by_given_norm(g, bound, 5.0); false };
        "by_given_norm, the norm": |g| { clip::by_given_norm(g, 1.0, -5.0 + bound); !bound.is_nan() };
        "by_global_norm_or_pass": |g| { clip::by_global_norm_or_pass(g, bound); false };
        "by_total_norm": |g| clip::by_total_norm(g, bound, NormKind::One, false).is_err();
        "by_block_rms": |g| { clip::by_block_rms(g, bound); false };
        "adaptive": |g| clip::adaptive(g, &[1.0, 1.0], bound, 1e-3).is_err();
        "per_example": |g| clip::per_example(&[[1.0, 1.0]], bound, g).is_err();
        "per_example_layers": |g| clip::per_example_layers(&[[1.0, 1.0]], bound, true, g).is_err();
        "normalize": |g| { clip::normalize(g, bound, 0.0); false };
        "normalize, eps": |g| { clip::normalize(g, 1.0, bound); false };
        "Chain": |_g| { drop(chain().clip_by_norm(bound)); false };
        "Chain, average": |_g| { drop(chain().clip_by_average_norm(bound)); false };
        "Chain, global": |_g| { drop(chain().clip_by_global_norm(bound)); false };
        "Chain, or pass": |_g| { drop(chain().clip_by_global_norm_or_pass(bound)); false };
        "Chain, total": |_g| { drop(chain().clip_by_total_norm(bound, NormKind::Two)); false };
        "Chain, rms": |_g| { drop(chain().clip_by_block_rms(bound)); false };
        "Chain, adaptive": |_g| { drop(chain().clip_adaptive(bound, 1e-3)); false };
        "Chain, normalize": |_g| { drop(chain().normalize(bound, 0.0)); false };
    }
}

#[test]
fn bounds_below_zero_are_refused() {
    for (name, refused, unchanged) in [refusals(-1.0), refusals(f64::NEG_INFINITY)].concat() {
        assert!(refused, "{name}");
        assert!(unchanged, "{name} has changed the gradient");
    }
    for (name, refused, _) in refusals(f64::NAN) {
        assert!(refused || name == "by_given_norm, the norm", "{name}");
    }
    // Zero is a bound; minus zero is zero.
    for (name, refused, _) in [refusals(0.0), refusals(-0.0)].concat() {
        assert!(!refused || name == "by_given_norm, the norm", "{name}");
    }
    let error = clip::by_total_norm(&mut [1.0], -2.0, NormKind::Two, false).unwrap_err();
    assert_eq!(error.to_string(), "gradients cannot be clipped to -2: a bound is zero or positive");
}

#[test]
fn bounds_that_are_nan_are_refused() {
    let by_value = |min, max| std::panic::catch_unwind(move || clip::by_value(&mut [1.0], min, max));
    assert!(
        by_value(f64::NAN, 1.0).is_err() && by_value(0.0, f64::NAN).is_err() && by_value(2.0, 1.0).is_ok()
    );
    let chained = |min, max| std::panic::catch_unwind(move || chain().clip_by_value(min, max));
    assert!(chained(f64::NAN, 1.0).is_err() && chained(0.0, f64::NAN).is_err() && chained(2.0, 1.0).is_ok());
    let mut g = [5.0, 6.0];
    assert!(clip::by_bounds(&mut g, &[0.0, f64::NAN], &1.0).is_err());
    assert!(clip::by_bounds(&mut g, &0.0, &f64::NAN).is_err());
    assert_eq!(g, [5.0, 6.0]);
}

#[test]
fn bounds_are_repeated() {
    let start = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
    let limited = |max: &dyn Tree| {
        let mut g = start;
        clip::by_bounds(&mut g, &(), &max).map(|()| g)
    };
    assert_eq!(limited(&2.5), Ok([[1.0, 2.0, 2.5], [2.5; 3]]));
    assert_eq!(limited(&[1.5, 4.5, 3.5]), Ok([[1.0, 2.0, 3.0], [1.5, 4.5, 3.5]]));
    assert_eq!(limited(&[[2.5], [4.5]]), Ok([[1.0, 2.0, 2.5], [4.0, 4.5, 4.5]]));
    assert_eq!(limited(&[[1.5, 4.5, 3.5]]), Ok([[1.0, 2.0, 3.0], [1.5, 4.5, 3.5]]));
    assert_eq!(limited(&[[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]), Ok([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]));
    assert_eq!(limited(&None::<f64>), Ok(start));
    for wrong in [&[1.0, 2.0] as &dyn Tree, &[[[1.0]]], &[[1.0; 3]; 3], &(1.0, 2.0)] {
        let error = limited(wrong).unwrap_err().to_string();
        assert!(
            error.starts_with("`(root)`: expected a shape that can be repeated to [2, 3], found "),
            "{error}"
        );
    }
    // A leaf bounds a branch, and both sides go their own way.
    let mut g = (vec![vec![-5.0], vec![5.0, 9.0]], 7.0, Some(8.0));
    clip::by_bounds(&mut g, &(0.0, 7.5, 1.0), &(6.0, (), 2.0)).unwrap();
    assert_eq!(g, (vec![vec![0.0], vec![5.0, 6.0]], 7.5, Some(2.0)));
    let error = clip::by_bounds(&mut g, &(), &(1.0, 2.0)).unwrap_err();
    assert_eq!(error.to_string(), "`(root)`: expected 3 children, found 2 children");
    let error = clip::by_bounds(&mut g, &(Shaped::new(vec![1.0], &[2]), (), ()), &()).unwrap_err();
    assert_eq!(error.to_string(), "`.0`: the shape does not fit the number of elements");
}

#[test]
fn norms_of_any_kind_neither_overflow_nor_vanish() {
    for (kind, factor) in
        [(NormKind::Power(3.0), 2.0_f64.cbrt()), (NormKind::Power(0.5), 4.0), (NormKind::Two, 2.0_f64.sqrt())]
    {
        for size in [1e-200, 1.0, 1e200] {
            let norm = clip::by_total_norm(&mut [size, -size], f64::INFINITY, kind, false).unwrap();
            assert!((norm / size / factor - 1.0).abs() < 1e-14, "{kind:?} of {size}: {norm}");
        }
        assert_eq!(clip::by_total_norm(&mut [0.0, 0.0], 1.0, kind, false), Ok(0.0));
        assert_eq!(clip::by_total_norm(&mut [1.0, f64::INFINITY], 1.0, kind, false), Ok(f64::INFINITY));
    }
    assert_eq!(clip::by_total_norm(&mut [0.5, 0.25], 1.0, NormKind::Power(-1.0), false), Ok(1.0 / 6.0));
}

#[test]
fn zeros_have_no_direction() {
    let mut g = ([0.0], 0.0);
    assert_eq!(clip::normalize(&mut g, 10.0, 0.0), 0.0);
    assert_eq!(g, ([0.0], 0.0));
}

/// What is within a bound keeps its bits, on the bound as well; what is not is divided once.
#[test]
fn what_is_within_the_bound_keeps_its_bits() {
    let start = [0.1, 0.7, -0.3];
    let norm = clip::global_norm(&start);
    let clipped = |clip: &dyn Fn(&mut [f64; 3])| {
        let mut g = start;
        clip(&mut g);
        g
    };
    for bound in [norm, 2.0 * norm, f64::MAX] {
        assert_eq!(clipped(&|g| clip::by_norm(g, bound)), start);
        assert_eq!(clipped(&|g| assert_eq!(clip::by_global_norm(g, bound), norm)), start);
        assert_eq!(clipped(&|g| clip::by_norm_along(g, bound, &[0]).unwrap()), start);
    }
    assert_eq!(clipped(&|g| assert_eq!(clip::by_total_norm(g, 3.0, NormKind::Two, false), Ok(norm))), start);
    assert_eq!(clipped(&|g| assert_eq!(clip::by_global_norm_or_pass(g, 3.0), norm)), start);
    let mut g = [9.0, 12.0];
    clip::by_global_norm(&mut g, 5.0);
    assert_eq!(g, [3.0, 4.0]);
    // Norms, bounds and their ratio are right down to the smallest numbers.
    let mut g = [1e-323, 0.0];
    assert_eq!(clip::by_global_norm(&mut g, 5e-324), 1e-323);
    assert_eq!(g, [5e-324, 0.0]);
    // optax lets pass what is below the bound, not what is on it.
    let mut g = [13.0, 84.0];
    assert_eq!(clip::by_global_norm_or_pass(&mut g, 85.0), 85.0);
    assert_eq!(g, [13.0 / 85.0 * 85.0, 84.0 / 85.0 * 85.0]);
    assert_ne!(g, [13.0, 84.0]);
}

/// As in TensorFlow: neither a bound of zero for zeros nor an infinite one has a ratio.
#[test]
fn bounds_without_a_ratio_give_nan() {
    for (start, bound) in [([0.0, 0.0], 0.0), ([3.0, 4.0], f64::INFINITY), ([0.0, 0.0], f64::INFINITY)] {
        let (mut a, mut b, mut c) = (start, start, start);
        clip::by_norm(&mut a, bound);
        clip::by_global_norm(&mut b, bound);
        clip::by_norm_along(&mut c, bound, &[0]).unwrap();
        for g in [a, b, c] {
            assert!(g.iter().all(|x| x.is_nan()), "{start:?} to {bound}: {g:?}");
        }
    }
    let mut g = [3.0, f64::INFINITY];
    clip::by_norm(&mut g, 1.0);
    assert!(g[0] == 0.0 && g[1].is_nan());
    clip::by_given_norm(&mut g[..1], 1.0, f64::NAN);
    assert!(g[0].is_nan());
}

#[test]
fn axes_are_those_of_the_leaf() {
    let start = [[3.0, 0.0], [4.0, 0.5]];
    let along = |axes: &[isize]| {
        let mut g = start;
        clip::by_norm_along(&mut g, 1.0, axes).map(|()| g)
    };
    for wrong in [2, -3, 7] {
        let error = along(&[0, wrong]).unwrap_err().to_string();
        assert_eq!(error, format!("`(root)` of shape [2, 2] has no axis {wrong}"));
    }
    assert_eq!(along(&[0]), along(&[-2]));
    assert_eq!(along(&[1]), along(&[-1]));
    assert_eq!(along(&[0]).unwrap(), [[0.6000000000000001, 0.0], [0.8, 0.5]]);
    assert_eq!(along(&[]).unwrap(), [[1.0, 0.0], [1.0, 0.5]]);
}

#[test]
fn units_of_adaptive_clipping() {
    // Of rank 3 a unit is what shares all indices but the first.
    let mut g = Shaped::new(vec![3.0, 0.0, 0.5, 0.0, 4.0, 0.0, 0.0, 9.0], &[2, 2, 2]);
    let params = Shaped::new(vec![1.0; 8], &[2, 2, 2]);
    clip::adaptive(&mut g, &params, 1.0, 1e-3).unwrap();
    let max = 2.0_f64.sqrt();
    let expected = [3.0 * max / 5.0, 0.0, 0.5, 0.0, 4.0 * max / 5.0, 0.0, 0.0, max];
    assert!(g.data.iter().zip(expected).all(|(x, y)| (x - y).abs() < 1e-15), "{g:?}");
    // On the bound it is scaled, and divided by 1e-6 at least.
    let size = 2.0_f64.powi(-30);
    let mut g = [size];
    clip::adaptive(&mut g, &[size], 1.0, 0.0).unwrap();
    assert_eq!(g, [size * (size / 1e-6)]);
}

#[test]
fn numbers_that_are_not_finite_are_counted_and_found() {
    let mut g = (vec![f64::NAN, 1.0], [f64::NAN, f64::NAN, f64::INFINITY]);
    assert_eq!(clip::zero_nans(&mut g), 3);
    assert_eq!(g, (vec![0.0, 1.0], [0.0, 0.0, f64::INFINITY]));
    let error = clip::ensure_finite(&g).unwrap_err().to_string();
    assert_eq!(error, "`.1` has inf at element 2");
    g.1[2] = 1.0;
    assert_eq!(clip::ensure_finite(&g), Ok(()));
    // The norm of power 0 is a number of numbers.
    assert_eq!(clip::by_total_norm(&mut [0.0, 3.0, -2.0], 9.0, NormKind::Power(0.0), true), Ok(2.0));
}
