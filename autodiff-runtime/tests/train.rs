//! Whole training runs against TensorFlow v1's `minimize`.

#![allow(clippy::needless_range_loop, reason = "two matrices are indexed at once")]

mod common;

use autodiff_runtime::optim::{Adam, Chain, Sgd};
use autodiff_runtime::schedule::Threshold;
use autodiff_runtime::solvers::BacktrackingDescent;
use autodiff_runtime::train::{EarlyStopping, Minibatches};
use autodiff_runtime::tree::{self, Shaped};
use autodiff_runtime::{Error, Optimizer, differentiate, train};
use common::{Case, Oracle, Tensor, assert_all, number, numbers};

type Params = Vec<Tensor>;

fn tensor(case: Case, name: &str) -> Tensor {
    common::tensor(case.input(name)).unwrap_or_else(|| panic!("{} has no {name}", case.name()))
}

/// `x w + b` for each row of `x`; `dz` is the derivative of the loss by the result at each row.
fn linear(x: &[f64], w: &[f64], b: f64) -> Vec<f64> {
    x.chunks(w.len()).map(|row| row.iter().zip(w).map(|(x, w)| x * w).sum::<f64>() + b).collect()
}

fn linear_grads(x: &[f64], dz: &[f64], w: &Tensor, b: &Tensor) -> Params {
    let mut grads = vec![tree::zeros_like(w), tree::zeros_like(b)];
    for (row, dz) in x.chunks(w.data.len()).zip(dz) {
        for (w, x) in grads[0].data.iter_mut().zip(row) {
            *w += dz * x;
        }
        grads[1].data[0] += dz;
    }
    grads
}

fn linear_regression(x: &[f64], y: &[f64], params: &Params) -> (f64, Params) {
    let n = y.len() as f64;
    let z = linear(x, &params[0].data, params[1].data[0]);
    let errors: Vec<f64> = z.iter().zip(y).map(|(z, y)| z - y).collect();
    let dz: Vec<f64> = errors.iter().map(|e| 2.0 * e / n).collect();
    (errors.iter().map(|e| e * e).sum::<f64>() / n, linear_grads(x, &dz, &params[0], &params[1]))
}

fn logistic_regression(x: &[f64], labels: &[f64], params: &Params) -> (f64, Params) {
    let n = labels.len() as f64;
    let z = linear(x, &params[0].data, params[1].data[0]);
    let loss =
        z.iter().zip(labels).map(|(&z, y)| z.max(0.0) - z * y + (-z.abs()).exp().ln_1p()).sum::<f64>() / n;
    let dz: Vec<f64> = z.iter().zip(labels).map(|(z, y)| (1.0 / (1.0 + (-z).exp()) - y) / n).collect();
    (loss, linear_grads(x, &dz, &params[0], &params[1]))
}

/// Two inputs, three hidden units with tanh, one output.
fn mlp(x: &[f64], y: &[f64], params: &Params) -> (f64, Params) {
    let (n, hidden) = (y.len() as f64, params[1].data.len());
    let mut grads = tree::zeros_like(params);
    let mut loss = 0.0;
    for (row, &y) in x.chunks(2).zip(y) {
        let h: Vec<f64> = (0..hidden)
            .map(|j| {
                let sum: f64 = (0..2).map(|i| row[i] * params[0].data[i * hidden + j]).sum();
                (sum + params[1].data[j]).tanh()
            })
            .collect();
        let out: f64 = h.iter().zip(&params[2].data).map(|(h, w)| h * w).sum::<f64>() + params[3].data[0];
        loss += (out - y) * (out - y) / n;
        let d = 2.0 * (out - y) / n;
        grads[3].data[0] += d;
        for j in 0..hidden {
            grads[2].data[j] += d * h[j];
            let dh = d * params[2].data[j] * (1.0 - h[j] * h[j]);
            grads[1].data[j] += dh;
            for i in 0..2 {
                grads[0].data[i * hidden + j] += dh * row[i];
            }
        }
    }
    (loss, grads)
}

fn rosenbrock(params: &Params) -> (f64, Params) {
    let x = &params[0].data;
    let (mut loss, mut grads) = (0.0, tree::zeros_like(params));
    for i in 0..x.len() - 1 {
        let (a, b) = (x[i + 1] - x[i] * x[i], 1.0 - x[i]);
        loss += 100.0 * a * a + b * b;
        grads[0].data[i] += -400.0 * a * x[i] - 2.0 * b;
        grads[0].data[i + 1] += 200.0 * a;
    }
    (loss, grads)
}

#[test]
fn tensorflow_v1() {
    for case in Oracle::read("minimize_tf_v1").cases() {
        let h = |name: &str| case.h(name);
        let rate = h("learning_rate");
        let mut params: Params = common::tensors(case.input("params")).into_iter().flatten().collect();
        let (model, optimizer) = case.name()["minimize/".len()..].split_once('/').unwrap();
        let loss = |params: &Params| match model {
            "linear_regression" => {
                linear_regression(&tensor(case, "X").data, &tensor(case, "y").data, params)
            }
            "logistic_regression" => {
                logistic_regression(&tensor(case, "X").data, &tensor(case, "labels").data, params)
            }
            "mlp_2_3_1_tanh" => mlp(&tensor(case, "X").data, &tensor(case, "y").data, params),
            _ => rosenbrock(params),
        };
        let mut opt: Box<dyn Optimizer> = match optimizer {
            "MomentumOptimizer" => {
                Box::new(Sgd::new(rate).momentum(h("momentum")).nesterov(case.flag("use_nesterov")))
            }
            "AdamOptimizer" => Box::new(Adam::new(rate)),
            _ => match case.hyper("clip") {
                clip if clip[0] == "clip_by_global_norm" => {
                    Box::new(Chain::new(Sgd::new(rate)).clip_by_global_norm(number(&clip[1])))
                }
                clip if clip[0] == "clip_by_norm" => {
                    Box::new(Chain::new(Sgd::new(rate)).clip_by_norm(number(&clip[1])))
                }
                _ => Box::new(Sgd::new(rate)),
            },
        };
        assert_all(case.name(), &tree::to_vec(&loss(&params).1), &flat(case.output("first_gradients")));
        let mut losses = Vec::new();
        for _ in 0..h("steps") as usize {
            losses.push(train::minimize(loss, &mut params, &mut opt).unwrap());
        }
        losses.push(loss(&params).0);
        assert_all(case.name(), &losses, &numbers(case.output("loss_before_each_step_and_after_the_last")));
        assert_all(case.name(), &tree::to_vec(&params), &flat(case.output("final_params")));
        assert_eq!(opt.steps() as f64, number(case.output("global_step")));
    }
}

#[test]
fn seed_examples() {
    let oracle = Oracle::read("seed_examples");
    // `minimize` is `compute_gradients` and `apply_gradients`.
    let case = oracle.case("seed/1.2 minimize equals compute_gradients + apply_gradients");
    let (w, c) = (numbers(case.input("w")), numbers(case.input("c")));
    let loss = |w: &Vec<f64>| {
        let errors: Vec<f64> = w.iter().zip(&c).map(|(w, c)| w - c).collect();
        (errors.iter().map(|e| e * e).sum::<f64>(), errors.iter().map(|e| 2.0 * e).collect::<Vec<_>>())
    };
    let (mut once, mut twice) = (w.clone(), w);
    let (mut first, mut second) = (Sgd::new(case.h("learning_rate")), Sgd::new(case.h("learning_rate")));
    for step in case.output("minimize").as_array().unwrap() {
        train::minimize(loss, &mut once, &mut first).unwrap();
        train::compute_gradients(loss, &mut twice).1.apply(&mut second).unwrap();
        assert_eq!(once, twice);
        let expected = numbers(step);
        assert!(
            once.iter().zip(&expected).all(|(found, expected)| (found - expected).abs() < 1e-6),
            "{once:?}"
        );
    }

    // Each gradient clipped on its own, and both together.
    let clip_each = oracle.case("seed/2.1 example 2 clip_by_norm");
    let clip_all = oracle.case("seed/2 clip_by_global_norm recipe");
    for (case, each) in [(clip_each, true), (clip_all, false)] {
        let mut params = (number(case.input("w")), number(case.input("x")));
        let loss = |(w, x): &(f64, f64)| (w * x * x, (x * x, 2.0 * w * x));
        let (_, mut pairs) = train::compute_gradients(loss, &mut params);
        if each {
            autodiff_runtime::clip::by_norm(&mut pairs.grads, case.h("clip_norm"));
            assert_eq!(pairs.grads, (5.0, 5.0));
        } else {
            let norm = autodiff_runtime::clip::by_global_norm(&mut pairs.grads, case.h("clip_norm"));
            assert_eq!(norm, number(case.output("global_norm")));
            assert_all(case.name(), &tree::to_vec(&pairs.grads), &numbers(case.output("clipped")));
        }
        pairs.apply(&mut Sgd::new(case.h("learning_rate"))).unwrap();
        let expected = numbers(case.output("variables_after_one_step"));
        assert!((params.0 - expected[0]).abs() < 1e-6 && (params.1 - expected[1]).abs() < 1e-6, "{params:?}");
    }
}

fn flat(value: &serde_json::Value) -> Vec<f64> {
    common::tensors(value).into_iter().flatten().flat_map(|tensor| tensor.data).collect()
}

#[test]
fn errors_name_the_leaf_and_change_nothing() {
    let mut params = (vec![1.0, 2.0], Shaped::new(vec![1.0; 6], &[2, 3]));
    let before = params.clone();
    let mut opt = Sgd::new(0.1);
    let wrong = (vec![1.0, 1.0], Shaped::new(vec![1.0; 6], &[3, 2]));
    let error = opt.step(&mut params, &wrong).unwrap_err();
    assert_eq!(error.to_string(), "`.1`: expected shape [2, 3], found shape [3, 2]");
    let error = opt.step(&mut params, &(None::<f64>, ())).unwrap_err();
    assert!(matches!(error, Error::NoGradients { .. }), "{error}");
    assert_eq!(opt.step(&mut (), &()).unwrap_err(), Error::NoParameters);
    assert_eq!(opt.steps(), 0);
    assert_eq!(params, before);
    opt.step(&mut params, &before).unwrap();
    assert!(matches!(opt.step(&mut vec![1.0], &[1.0]), Err(Error::State(_))));

    let (mut a, mut b) = (1.0, 2.0);
    let pairs = [train::Variable::new("x", &mut a).gradient(1.0), train::Variable::new("x", &mut b)];
    let error = train::apply_gradients(&mut Sgd::new(0.1), pairs).unwrap_err();
    assert_eq!(error.to_string(), "variable `x` is given more than once");
}

/// Each epoch has every example once, in batches of the size that was asked for.
#[test]
fn minibatches() {
    for (examples, size) in [(0, 3), (1, 3), (6, 3), (7, 3), (100, 1), (5, 9)] {
        let mut batches = Minibatches::shuffled(examples, size, 7);
        for _ in 0..3 {
            let epoch: Vec<Vec<usize>> = batches.epoch().map(<[_]>::to_vec).collect();
            assert_eq!(epoch.len(), batches.per_epoch());
            assert!(epoch.iter().rev().skip(1).all(|batch| batch.len() == size));
            let mut all = epoch.concat();
            all.sort_unstable();
            assert_eq!(all, (0..examples).collect::<Vec<_>>());
        }
        let mut whole = Minibatches::shuffled(examples, size, 7).whole_only();
        assert_eq!((whole.epoch().count(), whole.per_epoch()), (examples / size, examples / size));
        assert!(whole.epoch().all(|batch| batch.len() == size));
    }
    // Each example comes to each place equally often.
    let mut first = [0; 25];
    for seed in 0..5000 {
        for (place, &example) in Minibatches::shuffled(5, 5, seed).epoch().next().unwrap().iter().enumerate()
        {
            first[5 * place + example] += 1;
        }
    }
    assert!(first.iter().all(|&count| (850..1150).contains(&count)), "{first:?}");
    assert!(std::panic::catch_unwind(|| Minibatches::in_order(3, 0)).is_err());
}

#[test]
fn early_stopping() {
    let run = |mut stopping: EarlyStopping, values: &[f64]| {
        let stop = values.iter().position(|&value| stopping.update(value));
        (stop, stopping.best(), stopping.best_epoch())
    };
    let values = [5.0, 4.0, 4.0, 4.5, 3.0, f64::NAN, 3.0, 2.0];
    assert_eq!(run(EarlyStopping::new(1), &values), (Some(2), Some(4.0), Some(1)));
    assert_eq!(run(EarlyStopping::new(0), &values), (Some(2), Some(4.0), Some(1)));
    assert_eq!(run(EarlyStopping::new(2), &values), (Some(3), Some(4.0), Some(1)));
    assert_eq!(run(EarlyStopping::new(3), &values), (None, Some(2.0), Some(7)));
    let relative = EarlyStopping::new(2).threshold(Threshold::Relative(0.3));
    assert_eq!(run(relative, &[5.0, 4.0, 3.4, 3.0, 2.5]), (Some(4), Some(3.4), Some(2)));
    assert_eq!(run(EarlyStopping::new(2), &[f64::NAN, f64::NAN]), (Some(1), None, None));
    let mut stopping = EarlyStopping::new(9);
    let improved = [f64::NAN, 3.0, 3.0, 2.0].map(|value| {
        stopping.update(value);
        stopping.improved()
    });
    assert_eq!((improved, stopping.epochs()), ([false, true, false, true], 4));
}

/// The gradient by data as well is not a gradient by the parameters; the error says what to do.
#[test]
fn data_without_a_mark() {
    #[differentiate]
    fn loss(w: &[f64], x: &[f64], y: f64) -> f64 {
        w[0] * x[0] + w[1] * x[1] - y
    }
    let (mut w, x) = (vec![1.0, 2.0], [3.0, 4.0]);
    let hint = " (if that is the gradient of a function with data among its parameters: mark the data with `#[no_diff]`)";
    let error = train::minimize(|w: &Vec<f64>| loss::value_and_grad(w, &x, 0.5), &mut w, &mut Sgd::new(0.1));
    assert_eq!(
        error.unwrap_err().to_string(),
        format!("`(root)`: expected shape [2], found 3 children{hint}")
    );
    let both = |(w, y): &(Vec<f64>, f64)| loss::value_and_grad(w, &x, *y);
    let error = train::minimize(both, &mut (w.clone(), 0.5), &mut Sgd::new(0.1)).unwrap_err();
    assert_eq!(error.to_string(), format!("`(root)`: expected 2 children, found 3 children{hint}"));
    assert!(format!("{error:?}").contains("#[no_diff]"));
    let solved = BacktrackingDescent::new().minimize(|w: &Vec<f64>| loss::value_and_grad(w, &x, 0.5), &mut w);
    assert!(solved.unwrap_err().to_string().ends_with(hint));
    // Below the root there are no parameters of a function.
    let error = Sgd::new(0.1).step(&mut (w, 1.0), &((1.0, 2.0), 1.0)).unwrap_err();
    assert_eq!(error.to_string(), "`.0`: expected shape [2], found 2 children");
}
