//! Losses against optax and TensorFlow: values, and by central differences the gradients.

mod common;

use autodiff_runtime::losses::*;
use common::{Case, Oracle, assert_all, number, numbers, shape};

/// The loss of a case as a function of its first argument; one number for each number, or each row, of it.
fn evaluate(case: Case, first: &[f64]) -> Vec<f64> {
    let args = case.input("args").as_array().unwrap();
    let rest: Vec<Vec<f64>> = args.iter().map(|arg| numbers(&arg["data"])).collect();
    let arg = |i: usize| -> &[f64] { &rest[i] };
    let width = *shape(&args[0]["shape"]).last().unwrap();
    let pairs = |f: &dyn Fn(f64, f64) -> f64| first.iter().zip(arg(1)).map(|(&a, &b)| f(a, b)).collect();
    let rows = |f: &dyn Fn(&[f64], &[f64]) -> f64| -> Vec<f64> {
        first.chunks(width).zip(arg(1).chunks(width)).map(|(a, b)| f(a, b)).collect()
    };
    let labels = |f: &dyn Fn(&[f64], usize) -> f64| -> Vec<f64> {
        first.chunks(width).zip(arg(1)).map(|(a, &label)| f(a, label as usize)).collect()
    };
    let h = |name: &str| case.h(name);
    match case.0["fn"].as_str().unwrap() {
        "l2_loss" if args.len() == 1 => vec![half_square_sum(first)],
        "nn_l2_loss" => vec![half_square_sum(first)],
        "l2_loss" => pairs(&half_squared_error),
        "squared_error" => pairs(&squared_error),
        "huber_loss" => pairs(&|a, b| huber(a, b, h("delta"))),
        "log_cosh" => pairs(&log_cosh),
        "cosine_similarity" => rows(&|a, b| cosine_similarity(a, b, h("epsilon"))),
        "cosine_distance" => rows(&|a, b| cosine_distance(a, b, h("epsilon"))),
        "sigmoid_binary_cross_entropy" | "sigmoid_cross_entropy_with_logits" => pairs(&sigmoid_cross_entropy),
        "softmax_cross_entropy" | "safe_softmax_cross_entropy" | "softmax_cross_entropy_with_logits" => {
            rows(&softmax_cross_entropy)
        }
        "softmax_cross_entropy_with_integer_labels" | "sparse_softmax_cross_entropy_with_logits" => {
            labels(&sparse_softmax_cross_entropy)
        }
        "poly_loss_cross_entropy" => rows(&|a, b| poly_cross_entropy(a, b, h("epsilon"))),
        "sigmoid_focal_loss" => pairs(&|a, b| sigmoid_focal(a, b, h("gamma"))),
        "hinge_loss" => pairs(&hinge),
        "perceptron_loss" => pairs(&perceptron),
        "sparsemax_loss" => pairs(&sparsemax),
        "multiclass_hinge_loss" => labels(&multiclass_hinge),
        "multiclass_perceptron_loss" => labels(&multiclass_perceptron),
        "multiclass_sparsemax_loss" => labels(&multiclass_sparsemax),
        "kl_divergence" => rows(&kl_divergence),
        "kl_divergence_with_log_targets" => rows(&kl_divergence_log),
        "convex_kl_divergence" => rows(&convex_kl_divergence),
        "triplet_margin_loss" => {
            let triples = first.chunks(width).zip(arg(1).chunks(width)).zip(arg(2).chunks(width));
            triples.map(|((a, p), n)| triplet_margin(a, p, n, h("margin"))).collect()
        }
        "smooth_labels" => first.chunks(width).flat_map(|row| smooth_labels(row, h("alpha"))).collect(),
        "binary_dice_loss" => rows(&|a, b| binary_dice(a, b, h("smooth"))),
        "ranking_softmax_loss" => {
            let lists = rows(&softmax_cross_entropy);
            vec![lists.iter().sum::<f64>() / lists.len() as f64]
        }
        "ntxent" => {
            let labels: Vec<usize> = arg(1).iter().map(|&label| label as usize).collect();
            vec![ntxent(first, width, &labels, h("temperature"))]
        }
        "weighted_cross_entropy_with_logits" => pairs(&|a, b| weighted_cross_entropy(a, b, h("pos_weight"))),
        "log_poisson_loss" => pairs(&log_poisson),
        other => panic!("unknown loss {other}"),
    }
}

#[test]
fn optax_and_tensorflow() {
    for case in Oracle::read("losses").cases() {
        let first = numbers(&case.input("args")[0]["data"]);
        let loss = case.output("loss");
        let expected = if loss["data"].is_null() { vec![number(loss)] } else { numbers(&loss["data"]) };
        assert_all(case.name(), &evaluate(case, &first), &expected);

        let gradient = numbers(&case.output("grad_of_sum_wrt_arg0")["data"]);
        for (i, expected) in gradient.iter().enumerate() {
            let at = |h: f64| {
                let mut x = first.clone();
                x[i] += h;
                evaluate(case, &x).iter().sum::<f64>()
            };
            let sides = [(at(1e-6) - at(0.0)) / 1e-6, (at(0.0) - at(-1e-6)) / 1e-6];
            // At a kink one of the sides, or something between them.
            let (min, max) = (sides[0].min(sides[1]), sides[0].max(sides[1]));
            let slack = 1e-4 * (1.0 + expected.abs());
            assert!(
                min - slack <= *expected && *expected <= max + slack,
                "{}[{i}]: {expected} {sides:?}",
                case.name()
            );
        }
    }
}
