//! `tf_op_gradients.json`: functions of arrays, with weights as seeds; matrices are flat, row by row.

use crate::common::{Case, Oracle, assert_all, numbers, shape};
use autodiff_runtime::differentiate;
use autodiff_runtime::losses::{log_softmax, log_sum_exp, softmax};

/// `a` has rows of `k` numbers, `b` of `m`.
#[differentiate]
fn matmul(a: &[f64], b: &[f64], k: usize, m: usize) -> Vec<f64> {
    let n = a.len() / k;
    let mut c = vec![0.0; n * m];
    for i in 0..n {
        for j in 0..m {
            for l in 0..k {
                c[i * m + j] += a[i * k + l] * b[l * m + j];
            }
        }
    }
    c
}

#[differentiate]
fn matmul_transposed(a: &[f64], b: &[f64], k: usize) -> Vec<f64> {
    let mut c = Vec::new();
    for row in a.chunks(k) {
        for column in b.chunks(k) {
            c.push(row.iter().zip(column).map(|(x, y)| x * y).sum());
        }
    }
    c
}

#[differentiate]
fn sum_rows(x: &[f64], width: usize) -> Vec<f64> {
    x.chunks(width).map(|row| row.iter().sum()).collect()
}

#[differentiate]
fn mean_columns(x: &[f64], width: usize) -> Vec<f64> {
    let rows = x.len() / width;
    let mut mean = vec![0.0; width];
    for (i, &x) in x.iter().enumerate() {
        mean[i % width] += x / rows as f64;
    }
    mean
}

#[differentiate]
fn product_rows(x: &[f64], width: usize) -> Vec<f64> {
    x.chunks(width).map(|row| row.iter().product()).collect()
}

#[differentiate]
fn max_rows(x: &[f64], width: usize) -> Vec<f64> {
    x.chunks(width).map(|row| row.iter().fold(f64::NEG_INFINITY, |max, &x| max.max(x))).collect()
}

#[differentiate]
fn log_sum_exp_rows(x: &[f64], width: usize) -> Vec<f64> {
    let mut y = vec![0.0; x.len() / width];
    for i in 0..y.len() {
        y[i] = log_sum_exp(&x[i * width..(i + 1) * width]);
    }
    y
}

#[differentiate]
fn variance(x: &[f64]) -> f64 {
    let n = x.len() as f64;
    let mean = x.iter().sum::<f64>() / n;
    x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n
}

#[differentiate]
fn std(x: &[f64]) -> f64 {
    variance(x).sqrt()
}

#[differentiate]
fn norm(x: &[f64]) -> f64 {
    x.iter().fold(0.0, |sum, x| sum + x * x).sqrt()
}

#[differentiate]
fn softmax_rows(x: &[f64], width: usize) -> Vec<f64> {
    let mut y = Vec::new();
    for row in x.chunks(width) {
        let p = softmax(row);
        for i in 0..width {
            y.push(p[i]);
        }
    }
    y
}

#[differentiate]
fn log_softmax_rows(x: &[f64], width: usize) -> Vec<f64> {
    let mut y = vec![0.0; x.len()];
    for start in (0..x.len()).step_by(width) {
        let row = log_softmax(&x[start..start + width]);
        y[start..start + width].copy_from_slice(&row);
    }
    y
}

#[differentiate]
fn cumsum(x: &[f64]) -> Vec<f64> {
    let mut y = x.to_vec();
    for i in 1..y.len() {
        y[i] += y[i - 1];
    }
    y
}

#[differentiate]
fn cumprod(x: &[f64]) -> Vec<f64> {
    let mut y = Vec::with_capacity(x.len());
    let mut product = 1.0;
    for x in x {
        product *= x;
        y.push(product);
    }
    y
}

#[differentiate]
fn transpose(x: &[f64], width: usize) -> Vec<f64> {
    let rows = x.len() / width;
    let mut y = vec![0.0; x.len()];
    for i in 0..rows {
        for j in 0..width {
            y[j * rows + i] = x[i * width + j];
        }
    }
    y
}

#[differentiate]
fn concat(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().chain(b).copied().collect()
}

/// Row 1, every second column.
#[differentiate]
fn slice(x: &[f64]) -> Vec<f64> {
    x[3..6].iter().step_by(2).copied().collect()
}

/// A row above, columns at both sides: from 2 × 3 to 3 × 5.
#[differentiate]
fn pad(x: &[f64]) -> Vec<f64> {
    let mut y = vec![0.0; 15];
    y[5..8].copy_from_slice(&x[..3]);
    y[10..13].copy_from_slice(&x[3..]);
    y
}

/// Twice down, three times across.
#[differentiate]
fn tile(x: &[f64], width: usize) -> Vec<f64> {
    let mut y = Vec::new();
    for _ in 0..2 {
        for row in x.chunks(width) {
            for _ in 0..3 {
                y.extend_from_slice(row);
            }
        }
    }
    y
}

#[differentiate]
fn broadcast(a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut y = a.to_vec();
    for row in y.chunks_mut(b.len()) {
        for (y, b) in row.iter_mut().zip(b) {
            *y *= b;
        }
    }
    y
}

#[differentiate]
fn reverse(x: &[f64]) -> Vec<f64> {
    x.iter().rev().copied().collect()
}

/// Gauss-Jordan elimination without pivoting: `b` becomes `a⁻¹ b`.
#[differentiate]
fn eliminate(a: &mut [f64], b: &mut [f64], n: usize, m: usize) {
    for k in 0..n {
        let pivot = a[k * n + k];
        for j in 0..n {
            a[k * n + j] /= pivot;
        }
        for j in 0..m {
            b[k * m + j] /= pivot;
        }
        for i in 0..n {
            if i != k {
                let factor = a[i * n + k];
                for j in 0..n {
                    a[i * n + j] -= factor * a[k * n + j];
                }
                for j in 0..m {
                    b[i * m + j] -= factor * b[k * m + j];
                }
            }
        }
    }
}

#[differentiate]
fn solve(a: &[f64], b: &[f64], n: usize, m: usize) -> Vec<f64> {
    let mut a = a.to_vec();
    let mut x = b.to_vec();
    eliminate(&mut a, &mut x, n, m);
    x
}

#[differentiate]
fn inverse(a: &[f64], n: usize) -> Vec<f64> {
    let mut a = a.to_vec();
    let mut x = vec![0.0; n * n];
    for i in 0..n {
        x[i * n + i] = 1.0;
    }
    eliminate(&mut a, &mut x, n, n);
    x
}

#[differentiate]
fn det(a: &[f64], n: usize) -> f64 {
    let mut u = a.to_vec();
    let mut det = 1.0;
    for k in 0..n {
        det *= u[k * n + k];
        for i in k + 1..n {
            let factor = u[i * n + k] / u[k * n + k];
            for j in k..n {
                u[i * n + j] -= factor * u[k * n + j];
            }
        }
    }
    det
}

#[differentiate]
fn logdet(a: &[f64], n: usize) -> f64 {
    det(a, n).ln()
}

/// Reads the lower triangle.
#[differentiate]
fn cholesky(a: &[f64], n: usize) -> Vec<f64> {
    let mut l = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..=i {
            let mut sum = a[i * n + j];
            for k in 0..j {
                sum -= l[i * n + k] * l[j * n + k];
            }
            l[i * n + j] = if i == j { sum.sqrt() } else { sum / l[j * n + j] };
        }
    }
    l
}

#[differentiate]
fn trace(a: &[f64], n: usize) -> f64 {
    (0..n).map(|i| a[i * n + i]).sum()
}

#[differentiate]
fn diagonal(a: &[f64], n: usize) -> Vec<f64> {
    a.iter().step_by(n + 1).copied().collect()
}

#[differentiate]
fn segment_sum(x: &[f64], segments: &[usize], count: usize) -> Vec<f64> {
    let mut y = vec![0.0; count];
    for (&x, &segment) in x.iter().zip(segments) {
        y[segment] += x;
    }
    y
}

#[differentiate]
fn gather(x: &[f64], indices: &[usize]) -> Vec<f64> {
    indices.iter().map(|&i| x[i]).collect()
}

/// A 4 × 4 image and 2 × 2 kernels for two channels.
#[differentiate]
fn conv2d(image: &[f64], kernel: &[f64]) -> Vec<f64> {
    let mut y = vec![0.0; 3 * 3 * 2];
    for i in 0..3 {
        for j in 0..3 {
            for channel in 0..2 {
                let mut sum = 0.0;
                for di in 0..2 {
                    for dj in 0..2 {
                        sum += image[(i + di) * 4 + j + dj] * kernel[(di * 2 + dj) * 2 + channel];
                    }
                }
                y[(i * 3 + j) * 2 + channel] = sum;
            }
        }
    }
    y
}

#[differentiate]
fn pool_mean(image: &[f64]) -> Vec<f64> {
    let mut y = Vec::new();
    for i in [0, 2] {
        for j in [0, 2] {
            let at = 4 * i + j;
            y.push((image[at] + image[at + 1] + image[at + 4] + image[at + 5]) / 4.0);
        }
    }
    y
}

#[differentiate]
fn pool_max(image: &[f64]) -> Vec<f64> {
    let mut y = Vec::new();
    for i in 0..2 {
        for j in 0..2 {
            let at = 8 * i + 2 * j;
            y.push(image[at].max(image[at + 1]).max(image[at + 4]).max(image[at + 5]));
        }
    }
    y
}

fn indices(case: Case, name: &str) -> Vec<usize> {
    shape(case.hyper(name))
}

#[test]
fn of_arrays() {
    for case in Oracle::read("tf_op_gradients").cases().filter(|case| case.name().starts_with("array/")) {
        let args: Vec<Vec<f64>> =
            case.input("args").as_array().unwrap().iter().map(|arg| numbers(&arg["data"])).collect();
        let width = *shape(&case.input("args")[0]["shape"]).last().unwrap();
        let a = &args[0];
        let b = args.get(1).unwrap_or(&args[0]);
        let seed = numbers(&case.input("weights")["data"]);
        // A pullback for one argument, for two, and for a scalar result.
        macro_rules! one {
            ($f:ident($($arg:expr),*)) => {{
                let (y, pullback) = $f::vjp($($arg),*);
                (y, vec![pullback(seed)])
            }};
        }
        macro_rules! two {
            ($f:ident($($arg:expr),*)) => {{
                let (y, pullback) = $f::vjp($($arg),*);
                let (a_bar, b_bar) = pullback(seed);
                (y, vec![a_bar, b_bar])
            }};
        }
        macro_rules! scalar {
            ($f:ident($($arg:expr),*)) => {{
                let (y, pullback) = $f::vjp($($arg),*);
                (vec![y], vec![pullback(seed[0])])
            }};
        }
        let (value, mut gradients) = match case.name().trim_start_matches("array/") {
            "matmul" | "einsum ij,jk->ik" => two!(matmul(a, b, width, 2)),
            "matmul transpose_b" => two!(matmul_transposed(a, b, width)),
            "reduce_sum axis 1" => one!(sum_rows(a, width)),
            "reduce_mean axis 0" => one!(mean_columns(a, width)),
            "reduce_prod axis 1" => one!(product_rows(a, width)),
            "reduce_max axis 1" => one!(max_rows(a, width)),
            "reduce_logsumexp axis 1" => one!(log_sum_exp_rows(a, width)),
            "reduce_std" => scalar!(std(a)),
            "reduce_variance" => scalar!(variance(a)),
            "norm" => scalar!(norm(a)),
            "softmax" => one!(softmax_rows(a, width)),
            "log_softmax" => one!(log_softmax_rows(a, width)),
            "cumsum" => one!(cumsum(a)),
            "cumprod" => one!(cumprod(a)),
            "transpose" => one!(transpose(a, width)),
            "concat" => two!(concat(a, b)),
            "slice" => one!(slice(a)),
            "pad" => one!(pad(a)),
            "tile" => one!(tile(a, width)),
            "broadcast mul" => two!(broadcast(a, b)),
            "reverse" => one!(reverse(a)),
            "inverse" => one!(inverse(a, width)),
            "det" => scalar!(det(a, width)),
            "logdet" => scalar!(logdet(a, width)),
            "cholesky" => one!(cholesky(a, width)),
            "solve" => two!(solve(a, b, width, 2)),
            "trace" => scalar!(trace(a, width)),
            "diag_part" => one!(diagonal(a, width)),
            "segment sum (unsorted)" => {
                let (ids, count) = (indices(case, "segment_ids"), case.h("num_segments") as usize);
                one!(segment_sum(a, &ids, count))
            }
            "gather" => {
                let indices = indices(case, "indices");
                one!(gather(a, &indices))
            }
            "conv2d NHWC stride 1 VALID" => two!(conv2d(a, b)),
            "avg_pool 2x2 stride 2" => one!(pool_mean(a)),
            "max_pool 2x2 stride 2" => one!(pool_max(a)),
            other => panic!("unknown function {other}"),
        };
        if case.name() == "array/cholesky" {
            // TensorFlow takes the matrix for symmetric and spreads the derivative over both triangles.
            let lower = gradients.remove(0);
            let both = |i: usize, j: usize| 0.5 * (lower[i * width + j] + lower[j * width + i]);
            gradients.push((0..width * width).map(|at| both(at / width, at % width)).collect());
        }
        assert_all(case.name(), &value, &numbers(&case.output("value")["data"]));
        let expected = case.output("gradients").as_array().unwrap();
        for (gradient, expected) in gradients.iter().zip(expected) {
            assert_all(&format!("gradient of {}", case.name()), gradient, &numbers(&expected["data"]));
        }
    }
}
