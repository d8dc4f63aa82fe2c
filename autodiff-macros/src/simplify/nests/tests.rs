//! What is taken apart and what is not; that both compute the same is compared with dual numbers.

use crate::ir::print;
use crate::passes::Passes;
use crate::simplify;
use crate::simplify::jam::tests::{body, compare_at, lowered};
use crate::tests::seeds::{Random, seeds};

/// The program of the gradient, with loops jammed or not.
fn gradient(text: &str, without: &str) -> String {
    let mut function = lowered(text);
    function.passes = Passes::without(without);
    let activity = crate::analysis::activity(&function, &mut Vec::new());
    print::adjoint(&function, &simplify::joined(&function, &activity))
}

/// Whether nests are taken apart.
fn apart(text: &str) -> bool {
    gradient(text, "jam") != gradient(text, "jam,nests")
}

fn compare(text: &str) {
    compare_at(text, &[0, 1, 4, 5], &[0, 1, 3, 4]);
}

/// A product and what is made of it, after `w`, `b` and `x` have been laid out in `m` rows and `n` columns.
fn product(stmts: &str) -> String {
    body(&format!(
        "let m = b.len();
         let mut c = vec![0.25; m * m]; let mut e = vec![vec![0.5; n]; m]; let mut y = vec![0.5; m];
         {stmts}
         for i in 0..m * m {{ s += c[i].sin(); }}
         for i in 0..m {{ s += y[i].sin() * 0.5; for j in 0..n {{ s += e[i][j].sin() * 0.25; }} }}"
    ))
}

#[test]
fn products_go_along_rows() {
    for stmts in [
        "for i in 0..m { for j in 0..m { let mut z = 0.0; for k in 0..n { z += w[i * n + k] * w[j * n + k]; } c[i * m + j] = z; } }",
        "for i in 0..m { for j in 0..n { let mut z = b[i]; for k in 0..m { z += c[i * m + k] * w[k * n + j]; } e[i][j] = z.tanh(); } }",
        "for i in 0..m { for j in 0..n { for k in 0..m { e[i][j] += c[i * m + k] * w[k * n + j]; } } }",
        "for i in 0..m { for k in 0..m { for j in 0..n { e[i][j] += c[i * m + k] * w[k * n + j]; } } }",
        "for i in 0..m { for k in 0..m { let f = c[i * m + k]; for j in 0..n { e[i][j] -= f * w[k * n + j]; } } }",
        "for i in 1..m { for j in 0..n { let mut z = 0.0; for k in 0..m { z += w[k * n + j] * c[i * m + k]; } e[i - 1][j] = z; } }",
        "for i in 0..m { for j in 0..n { for k in 0..m { y[i] += w[k * n + j] * b[k] * x[j]; } } }",
    ] {
        let text = product(stmts);
        assert!(apart(&text), "{}", gradient(&text, "jam"));
        compare(&text);
    }
}

#[test]
fn what_is_cleared_and_never_read_again_is_not_cleared() {
    let text = product(
        "let mut d = vec![vec![0.0; n]; m];
         for i in 0..m { for j in 0..n { let mut z = 0.0; for k in 0..m { z += w[k * n + j] * b[k]; } d[i][j] = z; } }
         for i in 0..m { for j in 0..n { e[i][j] = d[i][j] * x[j]; } }",
    );
    let program = gradient(&text, "");
    assert!(apart(&text) && !program.contains("d_bar[i][j] = 0"), "{program}");
    compare(&text);
}

#[test]
fn what_meets_itself_stays_together() {
    for stmts in [
        // An element is cleared in one iteration and read in another.
        "for i in 0..m { for j in 0..n { let mut z = 0.0; for k in 0..n { z += w[i * n + k] * x[k]; } e[0][j] = z; y[i] += e[0][j]; } }",
        // Rows that overlap are cleared.
        "for i in 0..m { for j in 0..n { let mut z = 0.0; for k in 0..n { z += w[i * n + k] * x[k]; } c[(i + j) % (m * m)] = z; } }",
        // A loop that is as long as another one says.
        "for i in 0..m { for j in 0..n { for k in 0..i { e[i][j] += c[i * m + k] * w[k * n + j]; } } }",
        // Nothing serves twice.
        "let mut d = vec![0.0; m * m * n];
         for i in 0..m { for k in 0..m { for j in 0..n { d[(i * m + k) * n + j] = w[k * n + j] * 2.0; } } }
         for i in 0..d.len() { s += d[i].sin(); }",
        // Functions that take longer than the loads.
        "for i in 0..m { for j in 0..n { for k in 0..m { e[i][j] += (c[i * m + k] * w[k * n + j]).exp(); } } }",
    ] {
        compare(&product(stmts));
    }
    for stmts in [
        "for i in 0..m { for j in 0..n { for k in 0..i { e[i][j] += c[i * m + k] * w[k * n + j]; } } }",
        "for i in 0..m { for j in 0..3 { for k in 0..3 { y[i] += w[j] * x[k] * y[i]; } } }",
    ] {
        let text = product(stmts);
        assert!(!apart(&text), "{}", gradient(&text, "jam"));
    }
}

/// Nests of three loops, put together at random.
fn nest(seed: u64) -> String {
    let mut random = Random::new(seed);
    let mut below = |n: usize| random.below(n);
    let innermost = [
        "z += w[k * n + j] * b[i];",
        "z -= e[k][j] * c[i * m + k];",
        "e[i][j] += c[i * m + k] * w[k * n + j];",
        "e[k][j] += w[i * n + j] * q;",
        "c[i * m + k] += w[i * n + j] * w[k * n + j] * q;",
        "c[k * m + i] -= x[j] * b[k];",
        "t[i * n + j + k] += w[k * n + j] * q;",
        "y[k] += w[i * n + j] * q;",
        "y[i] += w[k * n + j] * 0.5;",
        "s += w[k * n + j] * c[i * m + k];",
        "let g = w[k * n + j] * 0.5; z += g * q;",
    ];
    let behind = [
        "e[i][j] = z;",
        "e[i][j] += z * q;",
        "y[i] -= z;",
        "t[i * n + j] = z.sin();",
        "c[i * m] += z;",
        "u = z;",
    ];
    let before = ["let q = b[i] * x[j];", "let q = y[i];", "let q = e[i][j];", "let q = u;"];
    let mut pick = |from: &[&str], most: usize| -> String {
        let count = 1 + below(most);
        (0..count).map(|_| from[below(from.len())]).collect()
    };
    let (before, inner, last) = (pick(&before, 1), pick(&innermost, 2), pick(&behind, 2));
    let order = |text: &str, swapped: bool| match swapped {
        true => format!("for j in 0..n {{ for i in (0..m).rev() {{ {text} }} }}"),
        false => format!("for i in 0..m {{ for j in 0..n {{ {text} }} }}"),
    };
    let text = order(&format!("let mut z = 0.0; {before} for k in 0..m {{ {inner} }} {last}"), seed % 3 == 0);
    product(&format!(
        "let mut t = vec![0.25; m * n + m + n]; let mut u = 0.5; {text}
         for i in 0..t.len() {{ s += t[i].sin(); }} s += u;"
    ))
}

#[test]
fn nests_at_random() {
    let seeds = seeds(12);
    let count = seeds.end - seeds.start;
    let mut changed = 0;
    for seed in seeds {
        let text = nest(seed);
        changed += u64::from(apart(&text));
        compare_at(&text, &[1, 2, 5], &[1, 3]);
    }
    assert!(changed * 6 > count, "{changed} of {count}");
}
