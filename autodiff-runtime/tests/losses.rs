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

/// The loss of a row and its gradient by it.
type ByRow = (f64, Vec<f64>);

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
    let rows = |f: &dyn Fn(&[f64], &[f64]) -> ByRow| {
        collect(&mut first.chunks(width).zip(data[1].chunks(width)).map(|(a, b)| f(a, b)))
    };
    let labels = |f: &dyn Fn(&[f64], usize) -> ByRow| {
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
        balanced_sigmoid_focal(x: f64 = 0.7, z: f64 = 0.3, alpha: f64 = 0.2, gamma: f64 = 1.7);
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
        log_cosh(x: f64 = -1.7, z: f64 = 0.3);
        mean_log_cosh(x: Row = a, z: Row = c);
        log_poisson(x: f64 = 0.7, z: f64 = 0.3);
        cosine_similarity(x: Row = a, z: Row = c, epsilon: f64 = 1e-8);
        cosine_distance(x: Row = a, z: Row = c, epsilon: f64 = 3.0);
        cosine_distance(x: Row = a, z: Row = c, epsilon: f64 = 1e-8);
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
    assert_eq!((sigmoid::value_and_grad(-1000.0), sigmoid::value_and_grad(1000.0)), ((0.0, 0.0), (1.0, 0.0)));
    // Smooth at 0, where others are not.
    assert_eq!(sigmoid_cross_entropy::grad(0.0, 1.0), (-0.5, 0.0));
    assert_eq!(mean_sigmoid_cross_entropy::grad(&[0.0], &[1.0]).0, [-0.5]);
    assert_eq!(weighted_cross_entropy::grad(0.0, 1.0, 2.0).0, -1.0);
    assert_eq!((log_cosh::grad(1.0, 1.0).0, huber::grad(1.0, 1.0, 2.0).0), (0.0, 0.0));
    assert_eq!(log_cosh::grad(1000.0, 0.0), (1.0, -1.0));
}

#[track_caller]
fn near(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= 1e-12 * expected.abs(), "{found:e}, not {expected:e}");
    }
}

/// What is nearly right costs nearly nothing, to full precision, in value and gradient.
#[test]
fn confident_right_answers_do_not_cancel() {
    let tail = (-40.0_f64).exp();
    for (x, z) in [(40.0, 1.0), (-40.0, 0.0)] {
        let toward = -x / 40.0 * tail;
        let (value, (by_x, _)) = sigmoid_cross_entropy::value_and_grad(x, z);
        near(&[value, by_x], &[tail, toward]);
        let (value, (by_x, _)) = mean_sigmoid_cross_entropy::value_and_grad(&[x, x], &[z, z]);
        near(&[value, by_x[0], by_x[1]], &[tail, toward / 2.0, toward / 2.0]);
        let (value, (by_x, _, _)) = weighted_cross_entropy::value_and_grad(x, z, 3.0);
        let weight = if z == 1.0 { 3.0 } else { 1.0 };
        near(&[value, by_x], &[weight * tail, weight * toward]);
        let (value, (by_x, _, by_gamma)) = sigmoid_focal::value_and_grad(x, z, 0.5);
        near(&[value, by_x, by_gamma], &[tail.powf(1.5), 1.5 * tail.sqrt() * toward, -40.0 * tail.powf(1.5)]);
        let (value, (by_x, ..)) = balanced_sigmoid_focal::value_and_grad(x, z, 0.25, 2.0);
        let weight = if z == 1.0 { 0.25 } else { 0.75 };
        near(&[value, by_x], &[weight * tail.powi(3), weight * 3.0 * tail.powi(2) * toward]);
        let (value, (by_x, ..)) = binary_dice::value_and_grad(&[x], &[z], 0.5);
        let total = if z == 1.0 { 1.5 } else { 0.5 };
        near(&[value, by_x[0]], &[0.5 * tail / total, 0.5 * toward / total]);
    }
    let logits = [0.0, 40.0];
    let (value, gradient) = sparse_softmax_cross_entropy::value_and_grad(&logits, 1);
    near(&[value, gradient[0], gradient[1]], &[tail, tail, -tail]);
    let (value, (gradient, _)) = softmax_cross_entropy::value_and_grad(&logits, &[0.0, 1.0]);
    near(&[value, gradient[0], gradient[1]], &[tail, tail, -tail]);
    let (value, (gradient, _, by_epsilon)) = poly_cross_entropy::value_and_grad(&logits, &[0.0, 1.0], 2.0);
    near(&[value, gradient[0], gradient[1], by_epsilon], &[3.0 * tail, 3.0 * tail, -3.0 * tail, tail]);
    let (y, pullback) = log_softmax::vjp(&logits);
    near(&[&y[..], &pullback(vec![0.0, 1.0])].concat(), &[-40.0, -tail, -tail, tail]);
    let (y, pullback) = softmax::vjp(&logits);
    near(&[&y[..], &pullback(vec![0.0, 1.0])].concat(), &[tail, 1.0, -tail, tail]);
    // Parallel rows with the same label, one that looks the other way.
    let (value, (by_rows, _)) = ntxent::value_and_grad(&[2.0, 0.0, 3.0, 0.0, -1.0, 0.0], 2, &[0, 0, 1], 0.05);
    near(&[value], &[tail]);
    assert!(by_rows.iter().all(|g| g.abs() < 1e-15));
}

#[test]
fn small_errors_do_not_cancel() {
    for error in [1e-9, -1e-9, 1e-150] {
        let (value, gradient) = log_cosh::value_and_grad(3.0 * error, 2.0 * error);
        near(&[value, gradient.0, gradient.1], &[0.5 * error * error, error, -error]);
        let (value, gradient) = mean_log_cosh::value_and_grad(&[error, 0.0], &[0.0, error]);
        near(&[value, gradient.0[0], gradient.0[1]], &[0.5 * error * error, 0.5 * error, -0.5 * error]);
        let (value, (a, b, _)) = cosine_distance::value_and_grad(&[2.0, 0.0], &[1.0, error], 1e-300);
        near(&[value, a[1], b[1]], &[0.5 * error * error, -0.5 * error, error]);
    }
    // The two formulas meet.
    for edge in [1.0_f64, -1.0] {
        let before = edge * (1.0 - 1e-15);
        assert!((log_cosh(edge, 0.0) - log_cosh(before, 0.0)).abs() < 1e-14);
        assert!((mean_log_cosh(&[edge], &[0.0]) - edge.cosh().ln()).abs() < 1e-15);
        assert!((log_cosh::grad(edge, 0.0).0 - edge.tanh()).abs() < 1e-15);
    }
    let d = 1e-7_f64;
    let value = convex_kl_divergence(&[0.25_f64.ln() + d], &[0.25]);
    assert!((value / (0.125 * d * d) - 1.0).abs() < 1e-6, "{value:e}");
    // A hair inside the margin.
    let d = 2.0_f64.powi(-30);
    let (value, gradient) = multiclass_sparsemax::value_and_grad(&[1.0 - d, 0.0], 0);
    near(&[value, gradient[0], gradient[1]], &[0.25 * d * d, -0.5 * d, 0.5 * d]);
    assert_eq!(multiclass_sparsemax::value_and_grad(&[1e12, 1e12 - 3.0], 0), (0.0, vec![0.0, 0.0]));
    assert_eq!(multiclass_sparsemax::value_and_grad(&[1e12, 1e12 - 3.0], 1), (3.0, vec![1.0, -1.0]));
}

/// The derivative is `p - e` everywhere: also where a score, or that of the label, is just at the threshold, and beside
/// scores that are masked.
#[test]
fn sparsemax_at_its_threshold() {
    assert_eq!(multiclass_sparsemax::value_and_grad(&[0.0, 0.0, -0.5], 0), (0.25, vec![-0.5, 0.5, 0.0]));
    assert_eq!(multiclass_sparsemax::value_and_grad(&[0.0, 0.0, -0.5], 2), (0.75, vec![0.5, 0.5, -1.0]));
    assert_eq!(multiclass_sparsemax::value_and_grad(&[0.0, 1.0], 0), (1.0, vec![-1.0, 1.0]));
    assert_eq!(multiclass_sparsemax::value_and_grad(&[0.0, 1.0], 1), (0.0, vec![0.0, 0.0]));
    assert_eq!(multiclass_sparsemax(&[0.0, f64::NEG_INFINITY, 0.0], 0), 0.25);
}

/// optax's: `epsilon` bounds the squares of the norms.
#[test]
fn cosines_of_short_vectors() {
    let (a, b) = ([3e-5, 4e-5], [0.0, 2.0]);
    // ‖a‖² = 2.5e-9 counts as 1e-8.
    let (value, (by_a, by_b, by_epsilon)) = cosine_similarity::value_and_grad(&a, &b, 1e-8);
    near(&[value, by_a[0] + 1.0, by_a[1]], &[0.4, 1.0, 1e4]);
    near(&[by_b[0], by_b[1] + 1.0, by_epsilon], &[0.15, 1.0, -0.5 * 0.4 / 1e-8]);
    near(&[cosine_distance(&a, &b, 1e-8), cosine_distance(&b, &a, 1e-8)], &[0.6, 0.6]);
    near(&[cosine_similarity(&a, &b, 1e-10), cosine_distance(&a, &b, 1e-10)], &[0.8, 0.2]);
    assert_eq!((cosine_similarity(&[0.0], &[1.0], 1e-8), cosine_distance(&[0.0], &[1.0], 1e-8)), (0.0, 1.0));
}

/// Labels of three classes, in other orders than the tests above have them: nothing depends on which logit is the largest.
#[test]
fn classes_may_be_permuted() {
    let (logits, labels) = ([0.3_f64, -0.2, 1.1], [0.2, 0.5, 0.3]);
    let p = softmax(&logits);
    for order in [[0, 1, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let (x, z) = (order.map(|i| logits[i]), order.map(|i| labels[i]));
        let expected: f64 = (0..3).map(|i| -labels[i] * p[i].ln()).sum();
        assert!((softmax_cross_entropy(&x, &z) - expected).abs() < 1e-15);
        let missed: f64 = (0..3).map(|i| labels[i] * (1.0 - p[i])).sum();
        assert!((poly_cross_entropy(&x, &z, 0.7) - expected - 0.7 * missed).abs() < 1e-15);
        for (place, &class) in order.iter().enumerate() {
            assert!((softmax(&x)[place] - p[class]).abs() < 1e-15);
            assert!((log_softmax(&x)[place] - p[class].ln()).abs() < 1e-15);
            assert!((sparse_softmax_cross_entropy(&x, place) + p[class].ln()).abs() < 1e-15);
        }
    }
    // Equal logits: one of them is taken for the largest.
    assert_eq!(softmax(&[0.5; 4]), [0.25; 4]);
    assert_eq!(sparse_softmax_cross_entropy::grad(&[0.5; 4], 2), [0.25, 0.25, -0.75, 0.25]);
    assert_eq!((log_sum_exp::<f64>(&[]), softmax::<f64>(&[])), (f64::NEG_INFINITY, vec![]));
    assert!(softmax_cross_entropy(&[1.0, f64::NAN], &[1.0, 0.0]).is_nan());
}

/// In single precision all losses and gradients are those of double precision, rounded.
#[test]
fn single_follows_double() {
    let numbers = |x: &dyn autodiff_runtime::Tree| autodiff_runtime::tree::to_vec(x);
    let singles = |x: &dyn autodiff_runtime::Tree<f32>| -> Vec<f64> {
        autodiff_runtime::tree::to_vec(x).iter().map(|&x| f64::from(x)).collect()
    };
    macro_rules! both {
        ($($f:ident($($arg:expr),*);)*) => { $({
            let double = { type F = f64; let _: F = 0.0; numbers(&$f::value_and_grad($(both!(@ F $arg)),*)) };
            let single = { type F = f32; let _: F = 0.0; singles(&$f::value_and_grad($(both!(@ F $arg)),*)) };
            assert_eq!(double.len(), single.len());
            for (double, single) in double.iter().zip(&single) {
                let slack = 2e-6 * (0.1 + double.abs());
                assert!((double - single).abs() < slack, "{}: {single}, not {double}", stringify!($f));
            }
        })* };
        (@ $ty:ident [$($x:expr),*]) => { &[$($x as $ty),*] };
        (@ $ty:ident {$x:expr}) => { $x };
        (@ $ty:ident $x:expr) => { $x as $ty };
    }
    both! {
        sigmoid(-0.7);
        softplus(0.7);
        sigmoid_cross_entropy(0.7, 0.3);
        weighted_cross_entropy(-0.7, 0.3, 2.5);
        sigmoid_focal(0.7, 0.3, 1.7);
        balanced_sigmoid_focal(0.7, 0.3, 0.25, 1.7);
        hinge(0.7, -1.0);
        perceptron(0.7, -1.0);
        sparsemax(0.3, 0.2);
        squared_error(0.7, 0.3);
        half_squared_error(0.7, 0.3);
        huber(0.7, 0.3, 0.2);
        log_cosh(0.7, 0.3);
        log_poisson(0.7, 0.3);
    }
    let (a, b) = ([0.4, -1.3, 2.2], [0.2, 0.5, 0.3]);
    let (a32, b32) = (a.map(|x| x as f32), b.map(|x| x as f32));
    macro_rules! rows {
        ($($f:ident($($arg:ident),* $(; $($rest:expr),*)?);)*) => { $({
            let double = numbers(&$f::value_and_grad($(&$arg,)* $($($rest),*)?));
            let single = rows!(@ $f $($arg)* ; $($($rest),*)?);
            for (double, single) in double.iter().zip(&single) {
                let slack = 4e-6 * (0.1 + double.abs());
                assert!((double - single).abs() < slack, "{}: {single}, not {double}", stringify!($f));
            }
        })* };
        (@ $f:ident a b ; $($rest:expr),*) => { singles(&$f::value_and_grad(&a32, &b32, $($rest),*)) };
        (@ $f:ident a ; $($rest:expr),*) => { singles(&$f::value_and_grad(&a32, $($rest),*)) };
    }
    let _ = (a32, b32);
    rows! {
        mean_sigmoid_cross_entropy(a, b);
        log_sum_exp(a);
        softmax_cross_entropy(a, b);
        sparse_softmax_cross_entropy(a; 1);
        poly_cross_entropy(a, b; 0.8);
        binary_dice(a, b; 0.9);
        kl_divergence(a, b);
        kl_divergence_log(a, b);
        convex_kl_divergence(a, b);
        mean_hinge(a, b);
        multiclass_hinge(a; 1);
        multiclass_perceptron(a; 1);
        multiclass_sparsemax(a; 1);
        half_square_sum(a);
        mean_squared_error(a, b);
        mean_absolute_error(a, b);
        mean_huber(a, b; 1.3);
        mean_log_cosh(a, b);
        cosine_similarity(a, b; 1e-8);
        cosine_distance(a, b; 1e-8);
    }
}

/// Of any labels and numbers on both sides of every branch.
#[test]
fn means_are_means_of_their_losses() {
    let (a, b) = ([0.7, -1.3, 2.5, -0.4, 0.0], [0.3, 0.9, -1.5, -0.2, 0.25]);
    let mean = |f: &dyn Fn(f64, f64) -> f64| (0..5).map(|i| f(a[i], b[i])).sum::<f64>() / 5.0;
    near(&[mean_sigmoid_cross_entropy(&a, &b)], &[mean(&|x, z| sigmoid_cross_entropy(x, z))]);
    near(&[mean_hinge(&a, &b)], &[mean(&|x, z| hinge(x, z))]);
    near(&[mean_squared_error(&a, &b)], &[mean(&|x, z| squared_error(x, z))]);
    near(&[mean_absolute_error(&a, &b)], &[mean(&|x, z| (x - z).abs())]);
    near(&[mean_huber(&a, &b, 0.8)], &[mean(&|x, z| huber(x, z, 0.8))]);
    near(&[mean_log_cosh(&a, &b)], &[mean(&|x, z| (x - z).cosh().ln())]);
    near(&[mean(&|x, z| log_cosh(x, z))], &[mean(&|x, z| (x - z).cosh().ln())]);
    // The plain formulas, where nothing cancels.
    for (x, z) in a.into_iter().zip(b) {
        let softplus = |x: f64| x.exp().ln_1p();
        near(&[sigmoid_cross_entropy(x, z)], &[z * softplus(-x) + (1.0 - z) * softplus(x)]);
        near(&[weighted_cross_entropy(x, z, 3.0)], &[3.0 * z * softplus(-x) + (1.0 - z) * softplus(x)]);
        near(&[hinge(x, z), perceptron(x, z)], &[(1.0 - x * z).max(0.0), (-x * z).max(0.0)]);
        let margin = x * (1.0 - 2.0 * z);
        let expected = if margin.abs() < 1.0 { 0.25 * (margin + 1.0).powi(2) } else { margin.max(0.0) };
        near(&[sparsemax(x, z)], &[expected]);
    }
    // A target of zero leaves the prediction alone.
    near(&[convex_kl_divergence(&[-1.0, -2.0], &[0.0, 0.0])], &[(-1.0_f64).exp() + (-2.0_f64).exp()]);
}
