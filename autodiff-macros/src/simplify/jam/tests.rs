//! What is jammed and what is not; that both compute the same is compared with dual numbers, for all remainders.

use crate::analysis;
use crate::diag::Diagnostics;
use crate::ir::eval::{Library, Value};
use crate::ir::{Function, print};
use crate::lower;
use crate::request::Request;
use crate::simplify;
use crate::tests::compare;
use crate::tests::seeds::{Random, seeds};

pub(in crate::simplify) fn lowered(text: &str) -> Function {
    let item: syn::ItemFn = syn::parse_str(text).unwrap();
    let mut diag = Diagnostics::new();
    let request = Request::parse(Default::default(), &mut diag);
    let function = lower::function(&request, &item.sig, &item.block, &mut diag);
    assert!(diag.finish().is_ok(), "{text}");
    analysis::prepare(function)
}

/// The program of the gradient.
fn gradient(text: &str) -> String {
    let function = lowered(text);
    let activity = analysis::activity(&function, &mut Vec::new());
    print::adjoint(&function, &simplify::joined(&function, &activity))
}

fn rounds(text: &str) -> usize {
    gradient(text).matches("step 4").count()
}

/// Compares all derivatives for every number of rows and columns; the function takes `rows * columns`, `rows` and
/// `columns` numbers.
fn compare(text: &str) {
    compare_at(text, &[0, 1, 3, 4, 5, 7, 9], &[0, 1, 4]);
}

pub(in crate::simplify) fn compare_at(text: &str, rows: &[usize], columns: &[usize]) {
    let of = compare::differentiate(lowered(text)).unwrap_or_else(|error| panic!("{error}"));
    let mut numbers = compare::scattered(5);
    let mut some = |n: usize| Value::floats(numbers.by_ref().take(n).map(|x| x - 0.6).collect::<Vec<_>>());
    for &rows in rows {
        for &columns in columns {
            let args = [some(rows * columns), some(rows), some(columns)];
            if let Err(error) = compare::check(&Library::new(), &of, &args) {
                panic!("{rows} x {columns}: {error}");
            }
        }
    }
}

const LAYER: &str = "fn layer(w: &[f64], b: &[f64], x: &[f64]) -> f64 {
    let n = x.len();
    let mut h = vec![0.0; b.len()];
    for j in 0..b.len() {
        let mut z = b[j];
        for i in 0..n { z += w[j * n + i] * x[i]; }
        h[j] = z.tanh();
    }
    let mut s = 0.0;
    for j in 0..b.len() { s += h[j] * h[j]; }
    s
}";

/// Both sweeps in one loop, which hands on two scalars and adds to a row that all iterations share.
const REGRESSION: &str = "fn regression(w: &[f64], b: &[f64], x: &[f64]) -> f64 {
    let n = x.len();
    let mut s = 0.0;
    let mut t = 1.0;
    for j in 0..b.len() {
        let row = &w[j * n..(j + 1) * n];
        let mut z = b[j];
        for i in 0..n { z -= row[i] * x[i]; }
        s += z * z;
        if z > 0.0 { t += z; }
    }
    s * t
}";

/// The rows are added up, scaled; backwards a sum for each row, and an update of it.
const PRODUCT: &str = "fn product(w: &[f64], b: &[f64], x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = vec![0.0; n];
    for j in 0..b.len() {
        let f = b[j];
        for i in 0..n { y[i] += f * w[j * n + i]; }
    }
    let mut s = 0.0;
    for i in 0..n { s += y[i] * y[i] * x[i]; }
    s
}";

#[test]
fn layers_are_jammed() {
    let program = gradient(LAYER);
    assert_eq!(program.matches("step 4").count(), 1, "{program}");
    compare(LAYER);
}

#[test]
fn scalars_are_handed_from_one_copy_to_the_next() {
    assert!(rounds(REGRESSION) > 0, "{}", gradient(REGRESSION));
    compare(REGRESSION);
}

#[test]
fn sums_are_taken_apart_from_updates() {
    assert_eq!(rounds(PRODUCT), 2, "{}", gradient(PRODUCT));
    compare(PRODUCT);
}

#[test]
fn rows_of_one_place_are_updated_one_behind_the_other() {
    let text = "fn rows(w: &[f64], b: &[f64], x: &[f64]) -> f64 {
        let n = x.len();
        let mut s = 0.0;
        for j in 1..b.len() {
            for i in 0..n { s += w[j * n + i] * w[j * n - n + i] * b[j]; }
        }
        s.sin()
    }";
    compare(text);
    let triangle = "fn rows(w: &[f64], n: usize) -> f64 {
        let mut s = 0.0;
        for j in 0..n {
            for k in 0..j { let mut p = 0.0; for i in 0..n { p += w[j * n + i] * w[k * n + i]; } s += p.sin(); }
        }
        s
    }";
    // Each row through a window of its own.
    let program = gradient(triangle);
    assert!(
        program.contains("w_bar_window[i] +=") && program.contains("w_bar_window_1[i_1] +="),
        "{program}"
    );
}

/// The functions that a body makes, each of three slices.
pub(in crate::simplify) fn body(body: &str) -> String {
    format!("fn f(w: &[f64], b: &[f64], x: &[f64]) -> f64 {{ let n = x.len(); let mut s = 0.0; {body} s }}")
}

#[test]
fn what_depends_on_other_iterations_is_left_alone() {
    for stmts in [
        // The inner loop is as long as the index says.
        "for j in 0..b.len() { let mut z = b[j]; for i in 0..j.min(n) { z += w[i] * x[i]; } s += z; }",
        // The sum goes on.
        "for j in 0..b.len() { for i in 0..n { s += w[j * n + i] * x[i]; } s = s.sin(); }",
        // An iteration reads what the one before wrote.
        "let mut y = vec![0.5; b.len() + 1];
         for j in 0..b.len() { let mut z = y[j]; for i in 0..n { z += w[j * n + i] * x[i]; } y[j + 1] = z; }
         for j in 0..y.len() { s += y[j]; }",
        // Elements that several iterations write, in another order.
        "let mut y = vec![0.0; b.len() + n];
         for j in 0..b.len() { for i in 0..n { y[j + i] += w[j * n + i] * x[i]; } }
         for j in 0..y.len() { s += y[j] * y[j]; }",
        // The loop may end early.
        "for j in 0..b.len() { let mut z = 0.0; for i in 0..n { z += w[j * n + i] * x[i]; } s += z * z; if s > 3.0 { break; } }",
        // The inner loop saves as it goes.
        "for j in 0..b.len() { let mut z: f64 = 0.0; for i in 0..n { z = z * z * 0.1 + w[j * n + i] * x[i]; } s += z * z; }",
        // Few iterations, known beforehand.
        "if b.len() > 3 { for j in 0..3 { let mut z = 0.0; for i in 0..n { z += w[j * n + i] * x[i]; } s += z * z; } }",
        // No sum is what takes the time.
        "for j in 0..b.len() { let mut z = 0.0; for i in 0..n { z += (w[j * n + i] * x[i]).exp(); } s += z * z; }",
    ] {
        let text = body(stmts);
        assert_eq!(rounds(&text), 0, "{}", gradient(&text));
        compare(&text);
    }
}

#[test]
fn whatever_may_be_is_jammed() {
    for stmts in [
        "for j in (0..b.len()).rev() { let mut z = 0.0; for i in 0..n { z += w[j * n + i] * x[i]; } s = s * 0.5 + z; }",
        "let mut y = vec![0.5; b.len()];
         for j in 0..b.len() { for i in 0..n { y[j] += w[j * n + i] * x[i]; } y[j] = y[j].sin() * b[j]; }
         for j in 0..y.len() { s += y[j]; }",
        "let mut y = vec![0.5; 3];
         for j in 0..b.len() { let mut z = 0.0; for i in 0..n { z += w[j * n + i] * x[i]; } y[j * j % 3] += z * b[j]; }
         for j in 0..3 { s += y[j] * y[j]; }",
    ] {
        let text = body(stmts);
        assert!(rounds(&text) > 0, "{}", gradient(&text));
        compare(&text);
    }
}

/// Nests of two loops, put together at random from statements that may and statements that may not run side by side.
fn nest(seed: u64) -> String {
    let mut random = Random::new(seed);
    let mut below = |n: usize| random.below(n);
    let before =
        ["let mut z = b[j];", "let mut z = s * 0.25;", "let mut z = y[j];", "let mut z = v[0] + 0.5;"];
    let straight = [
        "s += z * z;",
        "s = s * 0.5 + z;",
        "y[j] = z.sin();",
        "y[j] += z * 0.5;",
        "y[j + 1] += z * 0.25;",
        "v[j % 3] += z;",
        "v[0] += z * y[j];",
        "t = z.cos();",
        "if z > 0.0 { y[j] = z * t; } else { s += z; }",
        "if z < 0.1 { v[1] -= z; }",
        "let q = t; t = s * 0.5 + q * 0.25; s = z;",
    ];
    let inner = [
        "z += w[j * n + i] * x[i];",
        "z -= w[j * n + i] * 0.5;",
        "let a = w[j * n + i]; z += a * a * b[j];",
        "u[i] += b[j] * x[i];",
        "u[i] -= w[j * n + i] * t;",
        "y[j] += w[j * n + i] * x[i] * 0.5;",
        "y[j] += u[i] * 0.5;",
        "m[j * n + i] += x[i] * b[j];",
        "z += m[j * n + i] * x[i];",
        "z += y[j] * u[i] * 0.125;",
        "c[i + j] += x[i] * b[j];",
        "s += x[i] * 0.125;",
    ];
    let mut stmts = String::from(before[if below(3) > 0 { 0 } else { below(before.len()) }]);
    for _ in 0..1 + below(2) {
        stmts +=
            ["for i in 0..n {", "for i in (0..n).rev() {", "for i in 1..n {"][below(6).saturating_sub(3)];
        for _ in 0..1 + below(2) {
            stmts += inner[below(inner.len())];
        }
        stmts += "}";
        for _ in 0..below(3) {
            stmts += straight[below(straight.len())];
        }
    }
    let head = ["for j in 0..b.len() {", "for j in (0..b.len()).rev() {"][below(4) / 3];
    body(&format!(
        "let mut t = 0.5; let mut u = vec![0.25; n]; let mut v = vec![0.5; 3]; let mut c = vec![0.0; n + b.len()];
         let mut y = vec![0.5; b.len() + 1]; let mut m = vec![0.125; n * b.len()];
         {head} {stmts} }}
         for i in 0..n {{ s += u[i].sin(); }}
         for i in 0..3 {{ s += v[i].sin() * 0.5; }}
         for i in 0..y.len() {{ s += y[i].sin() * 0.25; }}
         for i in 0..m.len() {{ s += m[i].sin(); }}
         for i in 0..c.len() {{ s += c[i].sin(); }}
         s += t;"
    ))
}

#[test]
fn nests_at_random() {
    let mut jammed = 0;
    let seeds = seeds(16);
    let count = seeds.end - seeds.start;
    for seed in seeds {
        let text = nest(seed);
        jammed += u64::from(rounds(&text) > 0);
        compare_at(&text, &[1, 4, 7], &[1, 3]);
    }
    assert!(jammed * 6 > count, "{jammed} of {count}");
}

#[test]
fn a_sum_that_goes_on_behind_its_loop() {
    let text = body(
        "let mut y = vec![0.5; b.len() + 1]; let mut u = vec![0.25; n];
         for j in 0..b.len() { let mut z = b[j]; for i in 1..n { u[i] -= w[j * n + i] * 0.5; let a = w[j * n + i]; z += a * a * b[j]; } y[j] += z * 0.5; }
         for i in 0..n { s += u[i].sin(); }
         for i in 0..y.len() { s += y[i].sin() * 0.25; }",
    );
    compare_at(&text, &[1, 4, 7], &[1, 3]);
}
