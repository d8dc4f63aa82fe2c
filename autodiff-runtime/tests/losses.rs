//! Losses against optax and TensorFlow, values and generated gradients, and against finite differences.

mod common;

use autodiff_runtime::check;
use autodiff_runtime::losses::*;
use common::{Case, Oracle, assert_all, number, numbers, shape};

/// The value of a loss, and its gradient by the first argument; after `only` one that has no other gradient.
macro_rules! by_first {
    (only $f:ident($($arg:expr),*)) => { $f::value_and_grad($($arg),*) };
    ($f:ident($($arg:expr),*)) => {{
        let (value, gradient) = $f::value_and_grad($($arg),*);
        (value, gradient.0)
    }};
}

/// The loss of a case: a value for each number, or each row, of the first argument, and the gradient of their sum by it.
fn evaluate(case: Case) -> (Vec<f64>, Vec<f64>) {
    let args = case.input("args").as_array().unwrap();
    let data: Vec<Vec<f64>> = args.iter().map(|arg| numbers(&arg["data"])).collect();
    let first = &data[0];
    let width = *shape(&args[0]["shape"]).last().unwrap();
    let single = |(value, gradient)| (vec![value], gradient);
    let pairs = |f: &dyn Fn(f64, f64) -> (f64, f64)| -> (Vec<f64>, Vec<f64>) {
        first.iter().zip(&data[1]).map(|(&a, &b)| f(a, b)).unzip()
    };
    let collect = |rows: &mut dyn Iterator<Item = (f64, Vec<f64>)>| -> (Vec<f64>, Vec<f64>) {
        let (values, gradients): (_, Vec<_>) = rows.unzip();
        (values, gradients.concat())
    };
    let rows = |f: &dyn Fn(&[f64], &[f64]) -> (f64, Vec<f64>)| {
        collect(&mut first.chunks(width).zip(data[1].chunks(width)).map(|(a, b)| f(a, b)))
    };
    let labels = |f: &dyn Fn(&[f64], usize) -> (f64, Vec<f64>)| {
        collect(&mut first.chunks(width).zip(&data[1]).map(|(a, &label)| f(a, label as usize)))
    };
    let h = |name: &str| case.h(name);
    match case.0["fn"].as_str().unwrap() {
        "l2_loss" if args.len() == 1 => single(half_square_sum::value_and_grad(first)),
        "nn_l2_loss" => single(half_square_sum::value_and_grad(first)),
        "l2_loss" => pairs(&|a, b| by_first!(half_squared_error(a, b))),
        "squared_error" => pairs(&|a, b| by_first!(squared_error(a, b))),
        "huber_loss" => pairs(&|a, b| by_first!(huber(a, b, h("delta")))),
        "log_cosh" => pairs(&|a, b| by_first!(log_cosh(a, b))),
        "cosine_similarity" => rows(&|a, b| by_first!(cosine_similarity(a, b, h("epsilon")))),
        "cosine_distance" => rows(&|a, b| by_first!(cosine_distance(a, b, h("epsilon")))),
        "sigmoid_binary_cross_entropy" | "sigmoid_cross_entropy_with_logits" => {
            pairs(&|a, b| by_first!(sigmoid_cross_entropy(a, b)))
        }
        "softmax_cross_entropy" | "safe_softmax_cross_entropy" | "softmax_cross_entropy_with_logits" => {
            rows(&|a, b| by_first!(softmax_cross_entropy(a, b)))
        }
        "softmax_cross_entropy_with_integer_labels" | "sparse_softmax_cross_entropy_with_logits" => {
            labels(&|a, label| by_first!(only sparse_softmax_cross_entropy(a, label)))
        }
        "poly_loss_cross_entropy" => rows(&|a, b| by_first!(poly_cross_entropy(a, b, h("epsilon")))),
        "sigmoid_focal_loss" => pairs(&|a, b| by_first!(sigmoid_focal(a, b, h("gamma")))),
        "hinge_loss" => pairs(&|a, b| by_first!(hinge(a, b))),
        "perceptron_loss" => pairs(&|a, b| by_first!(perceptron(a, b))),
        "sparsemax_loss" => pairs(&|a, b| by_first!(sparsemax(a, b))),
        "multiclass_hinge_loss" => labels(&|a, label| by_first!(only multiclass_hinge(a, label))),
        "multiclass_perceptron_loss" => labels(&|a, label| by_first!(only multiclass_perceptron(a, label))),
        "multiclass_sparsemax_loss" => labels(&|a, label| by_first!(only multiclass_sparsemax(a, label))),
        "kl_divergence" => rows(&|a, b| by_first!(kl_divergence(a, b))),
        "kl_divergence_with_log_targets" => rows(&|a, b| by_first!(kl_divergence_log(a, b))),
        "convex_kl_divergence" => rows(&|a, b| by_first!(convex_kl_divergence(a, b))),
        "triplet_margin_loss" => {
            let triples = first.chunks(width).zip(data[1].chunks(width)).zip(data[2].chunks(width));
            collect(&mut triples.map(|((a, p), n)| by_first!(triplet_margin(a, p, n, h("margin")))))
        }
        "smooth_labels" => {
            let (smooth, gradients): (Vec<_>, Vec<_>) = first
                .chunks(width)
                .map(|row| (smooth_labels(row, h("alpha")), smooth_labels::grad(row, h("alpha")).0))
                .unzip();
            (smooth.concat(), gradients.concat())
        }
        "binary_dice_loss" => rows(&|a, b| by_first!(binary_dice(a, b, h("smooth")))),
        "ranking_softmax_loss" => {
            let (values, mut gradient) = rows(&|a, b| by_first!(softmax_cross_entropy(a, b)));
            let lists = values.len() as f64;
            gradient.iter_mut().for_each(|g| *g /= lists);
            (vec![values.iter().sum::<f64>() / lists], gradient)
        }
        "ntxent" => {
            let labels: Vec<usize> = data[1].iter().map(|&label| label as usize).collect();
            single(by_first!(ntxent(first, width, &labels, h("temperature"))))
        }
        "weighted_cross_entropy_with_logits" => {
            pairs(&|a, b| by_first!(weighted_cross_entropy(a, b, h("pos_weight"))))
        }
        "log_poisson_loss" => pairs(&|a, b| by_first!(log_poisson(a, b))),
        other => panic!("unknown loss {other}"),
    }
}

#[test]
fn optax_and_tensorflow() {
    for case in Oracle::read("losses").cases() {
        let (values, gradient) = evaluate(case);
        let loss = case.output("loss");
        let expected = if loss["data"].is_null() { vec![number(loss)] } else { numbers(&loss["data"]) };
        assert_all(case.name(), &values, &expected);
        let expected = numbers(&case.output("grad_of_sum_wrt_arg0")["data"]);
        assert_all(&format!("gradient of {}", case.name()), &gradient, &expected);
    }
}

/// The gradient by every argument, against finite differences at one point.
macro_rules! differences {
    ($($f:ident($($arg:ident: $ty:ident = $at:expr),*$(; $($rest:expr),*)?);)*) => {$({
        let report = check::gradient(
            |($($arg,)*): &($($ty,)*)| {
                let ($($arg,)*) = ($(differences!(@pass $arg $ty),)*);
                differences!(@call $f($($arg),*$(; $($rest),*)?))
            },
            &($(<$ty>::from($at),)*),
        );
        let report = report.unwrap();
        assert!(report.passed, "{}: {report}", stringify!($f));
    })*};
    (@pass $arg:ident f64) => { *$arg };
    (@pass $arg:ident $ty:ident) => { &$arg[..] };
    (@call $f:ident($arg:ident; $($rest:expr),*)) => {{
        let (value, gradient) = $f::value_and_grad($arg, $($rest),*);
        (value, (gradient,))
    }};
    (@call $f:ident($arg:ident)) => {{
        let (value, gradient) = $f::value_and_grad($arg);
        (value, (gradient,))
    }};
    (@call $f:ident($($arg:ident),*)) => { $f::value_and_grad($($arg),*) };
}

type Row = Vec<f64>;

#[test]
fn gradients_by_every_argument() {
    let (a, b, c) = ([0.4, -1.3, 2.2], [0.2, 0.5, 0.3], [-0.7, 1.1, 0.6]);
    differences! {
        sigmoid(x: f64 = -0.7);
        softplus(x: f64 = 0.7);
        sigmoid_cross_entropy(x: f64 = 0.7, z: f64 = 0.3);
        mean_sigmoid_cross_entropy(x: Row = a, z: Row = b);
        weighted_cross_entropy(x: f64 = -0.7, z: f64 = 0.3, w: f64 = 2.5);
        sigmoid_focal(x: f64 = 0.7, z: f64 = 0.3, gamma: f64 = 1.7);
        log_sum_exp(x: Row = a);
        softmax_cross_entropy(x: Row = a, z: Row = b);
        sparse_softmax_cross_entropy(x: Row = a; 1);
        poly_cross_entropy(x: Row = a, z: Row = b, epsilon: f64 = 0.8);
        binary_dice(x: Row = a, z: Row = b, smooth: f64 = 0.9);
        kl_divergence(x: Row = a, z: Row = b);
        kl_divergence_log(x: Row = a, z: Row = c);
        convex_kl_divergence(x: Row = a, z: Row = b);
        hinge(x: f64 = 0.7, z: f64 = -1.0);
        mean_hinge(x: Row = a, z: Row = [1.0, -1.0, 1.0]);
        perceptron(x: f64 = 0.7, z: f64 = -1.0);
        sparsemax(x: f64 = 0.3, z: f64 = 0.2);
        multiclass_hinge(x: Row = a; 1);
        multiclass_perceptron(x: Row = a; 1);
        multiclass_sparsemax(x: Row = [0.4, -1.3, 0.6]; 1);
        squared_error(x: f64 = 0.7, z: f64 = 0.3);
        half_squared_error(x: f64 = 0.7, z: f64 = 0.3);
        half_square_sum(x: Row = a);
        mean_squared_error(x: Row = a, z: Row = c);
        mean_absolute_error(x: Row = a, z: Row = c);
        huber(x: f64 = 0.7, z: f64 = 0.3, delta: f64 = 0.2);
        mean_huber(x: Row = a, z: Row = c, delta: f64 = 1.3);
        log_cosh(x: f64 = 0.7, z: f64 = 0.3);
        mean_log_cosh(x: Row = a, z: Row = c);
        log_poisson(x: f64 = 0.7, z: f64 = 0.3);
        cosine_similarity(x: Row = a, z: Row = c, epsilon: f64 = 1e-8);
        cosine_distance(x: Row = a, z: Row = c, epsilon: f64 = 3.0);
        triplet_margin(x: Row = a, near: Row = b, far: Row = c, margin: f64 = 1.5);
    }
    let rows = vec![0.4, -1.3, 2.2, 0.2, 0.5, 0.3, -0.7, 1.1];
    let ntxent = |(rows, t): &(Row, f64)| ntxent::value_and_grad(rows, 2, &[0, 1, 0, 1], *t);
    check::gradient(ntxent, &(rows, 0.6)).unwrap().assert();
}

/// Pullbacks of the functions that return a row.
#[test]
fn rows() {
    let weights = [0.3, -1.1, 0.7];
    let dot = |row: &[f64]| row.iter().zip(&weights).map(|(a, b)| a * b).sum::<f64>();
    let x = vec![0.4, -1.3, 2.2];
    let softmax = |x: &Row| {
        let (y, pullback) = softmax::vjp(x);
        (dot(&y), pullback(weights.to_vec()))
    };
    check::gradient(softmax, &x).unwrap().assert();
    let log_softmax = |x: &Row| {
        let (y, pullback) = log_softmax::vjp(x);
        (dot(&y), pullback(weights.to_vec()))
    };
    check::gradient(log_softmax, &x).unwrap().assert();
    let smooth_labels = |(x, alpha): &(Row, f64)| {
        let (y, pullback) = smooth_labels::vjp(x, *alpha);
        (dot(&y), pullback(weights.to_vec()))
    };
    check::gradient(smooth_labels, &(x, 0.2)).unwrap().assert();
}

/// Large logits: nothing overflows, in the gradients either.
#[test]
fn extremes() {
    assert_eq!(log_sum_exp::grad(&[1000.0, 1000.0]), [0.5, 0.5]);
    assert_eq!(log_sum_exp::grad(&[1.0, f64::NEG_INFINITY]), [1.0, 0.0]);
    assert_eq!(log_sum_exp::grad(&[1.0, f64::INFINITY]), [0.0, 1.0]);
    assert_eq!(sparse_softmax_cross_entropy::grad(&[1000.0, -1000.0], 1), [1.0, -1.0]);
    assert_eq!(softmax_cross_entropy::grad(&[-1000.0, 1000.0], &[1.0, 0.0]).0, [-1.0, 1.0]);
    assert_eq!(sigmoid_cross_entropy::grad(1000.0, 0.0), (1.0, -1000.0));
    assert_eq!(sigmoid_cross_entropy::grad(-1000.0, 0.0), (0.0, 1000.0));
    assert_eq!(sigmoid::grad(-1000.0), 0.0);
    // Smooth at 0, where others are not.
    assert_eq!(sigmoid_cross_entropy::grad(0.0, 1.0), (-0.5, 0.0));
    assert_eq!(mean_sigmoid_cross_entropy::grad(&[0.0], &[1.0]).0, [-0.5]);
    assert_eq!(weighted_cross_entropy::grad(0.0, 1.0, 2.0).0, -1.0);
    assert_eq!((log_cosh::grad(1.0, 1.0).0, huber::grad(1.0, 1.0, 2.0).0), (0.0, 0.0));
    assert_eq!(log_cosh::grad(1000.0, 0.0), (1.0, -1.0));
}
