//! The losses of the runtime crate in functions of another one.

use autodiff_runtime::{check, differentiate, losses, stop_gradient};

/// A path to the function, a module of the path, and the name alone.
#[differentiate]
fn elastic(w: &[f64], bias: f64, #[no_diff] x: &[f64], #[no_diff] y: &[f64]) -> f64 {
    use autodiff_runtime::losses::log_cosh;
    let n = w.len();
    let mut predictions = vec![0.0; y.len()];
    for (i, row) in x.chunks(n).enumerate() {
        let mut sum = bias;
        for j in 0..n {
            sum += w[j] * row[j];
        }
        predictions[i] = sum;
    }
    let mut loss = autodiff_runtime::losses::mean_squared_error(&predictions, y);
    for i in 0..y.len() {
        loss += 0.1 * losses::huber(predictions[i], y[i], 0.5);
        loss += 0.2 * log_cosh(predictions[i], y[i]);
    }
    loss + 0.01 * losses::half_square_sum(w)
}

#[test]
fn regression() {
    let x = [0.3, -1.2, 0.8, 0.5, 1.7, -0.4];
    let y = [0.4, -0.9, 1.1];
    let loss = |(w, bias): &(Vec<f64>, f64)| elastic::value_and_grad(w, *bias, &x, &y);
    check::gradient(loss, &(vec![0.7, -0.3], 0.2)).unwrap().assert();
    let (w, w_dot) = ([0.7, -0.3], [1.0, -2.0]);
    let (value, (w_bar, bias_bar)) = elastic::value_and_grad(&w, 0.2, &x, &y);
    let (forward, dot) = elastic::jvp(&w, 0.2, &x, &y, &w_dot, 0.5);
    assert_eq!((value, forward), (elastic(&w, 0.2, &x, &y), value));
    assert!((dot - (w_bar[0] * w_dot[0] + w_bar[1] * w_dot[1] + 0.5 * bias_bar)).abs() < 1e-13);
}

/// A network of two layers, a class as label, a loss that returns a vector on the way.
#[differentiate]
fn network(w: &[f64], x: &[f64; 2], label: usize, temperature: f64) -> f64 {
    let mut hidden = [0.0; 3];
    for j in 0..3 {
        hidden[j] = losses::softplus(w[2 * j] * x[0] + w[2 * j + 1] * x[1]);
    }
    let mut logits = vec![0.0; 2];
    for k in 0..2 {
        for j in 0..3 {
            logits[k] += w[6 + 3 * k + j] * hidden[j] / temperature;
        }
    }
    let p = losses::softmax(&logits);
    losses::sparse_softmax_cross_entropy(&logits, label) - 0.1 * losses::log_sum_exp(&p)
}

#[test]
fn classification() {
    let w: Vec<f64> = (0..12).map(|i| (i as f64 * 1.7).sin()).collect();
    for label in 0..2 {
        let loss = |(w, x, t): &(Vec<f64>, [f64; 2], f64)| network::value_and_grad(w, x, label, *t);
        check::gradient(loss, &(w.clone(), [0.4, -1.1], 0.7)).unwrap().assert();
    }
}

/// Distillation: the teacher's distribution is data.
#[differentiate]
fn distilled(student: &[f64], teacher: &[f64]) -> f64 {
    let target = losses::softmax(teacher);
    losses::softmax_cross_entropy(student, &stop_gradient(target))
}

#[test]
fn the_teacher_learns_nothing() {
    let (student, teacher) = distilled::grad(&[0.2, -0.4, 1.0], &[1.0, 0.5, -0.2]);
    let (p, target) = (losses::softmax(&[0.2, -0.4, 1.0]), losses::softmax(&[1.0, 0.5, -0.2]));
    for i in 0..3 {
        assert!((student[i] - (p[i] - target[i])).abs() < 1e-15);
    }
    assert_eq!(teacher, [0.0; 3]);
}

/// In single precision, with data that carries no derivative and losses of two kinds.
#[differentiate]
fn single(w: &[f32], #[no_diff] x: &[f32], #[no_diff] y: &[f32], delta: f32) -> f32 {
    let mut predictions = vec![0.0; y.len()];
    for i in 0..y.len() {
        predictions[i] = w[0] + w[1] * x[i];
    }
    let p = losses::softmax(&predictions);
    let target = losses::softmax(y);
    let loss: f32 = losses::softmax_cross_entropy(&predictions, &target);
    loss + losses::mean_huber(&predictions, y, delta)
        + losses::cosine_distance(&p, y, delta)
        + losses::log_cosh(w[0], w[1])
}

#[differentiate]
fn double(w: &[f64], #[no_diff] x: &[f64], #[no_diff] y: &[f64], delta: f64) -> f64 {
    let mut predictions = vec![0.0; y.len()];
    for i in 0..y.len() {
        predictions[i] = w[0] + w[1] * x[i];
    }
    let p = losses::softmax(&predictions);
    let target = losses::softmax(y);
    let loss: f64 = losses::softmax_cross_entropy(&predictions, &target);
    loss + losses::mean_huber(&predictions, y, delta)
        + losses::cosine_distance(&p, y, delta)
        + losses::log_cosh(w[0], w[1])
}

#[test]
fn single_precision() {
    let (w, x, y, delta) = ([0.7, -0.3], [0.3, -1.2, 0.8], [0.4, -0.9, 1.1], 0.6);
    let (value, (by_w, by_delta)) = double::value_and_grad(&w, &x, &y, delta);
    let loss = |(w, delta): &(Vec<f64>, f64)| double::value_and_grad(w, &x, &y, *delta);
    check::gradient(loss, &(w.to_vec(), delta)).unwrap().assert();
    let narrow = |x: &[f64]| x.iter().map(|&x| x as f32).collect::<Vec<f32>>();
    let (w32, x32, y32) = (narrow(&w), narrow(&x), narrow(&y));
    let (single, (single_w, single_delta)) = single::value_and_grad(&w32, &x32, &y32, delta as f32);
    let found = [single, single_w[0], single_w[1], single_delta];
    for (found, expected) in found.iter().zip([value, by_w[0], by_w[1], by_delta]) {
        assert!((f64::from(*found) - expected).abs() < 1e-5, "{found}, not {expected}");
    }
}
