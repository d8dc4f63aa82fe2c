//! Random nests of triangular loops over a square as source text, flat or in rows: elements are set from others.

use std::fmt::Write as _;

use super::seeds::Random;

/// Rows and columns.
const SIDE: usize = 5;

fn program(seed: u64) -> String {
    let mut random = Random::new(seed);
    random.below(8);
    let (square, rows) = match random.below(3) {
        0 => ("let mut l = vec![vec![0.3; n]; n];", true),
        _ => ("let mut l = vec![0.3; n * n];", false),
    };
    let mut out = format!("fn square(r: f64, v: &[f64], n: usize) -> f64 {{\nlet mut s = 0.1;\n{square}\n");
    let element = |random: &mut Random, names: &[&str]| {
        let (row, column) = (random.pick(names), random.pick(names));
        if rows { format!("l[{row}][{column}]") } else { format!("l[{row} * n + {column}]") }
    };
    let set = |random: &mut Random, out: &mut String, names: &[&str]| {
        let to = match random.below(3) {
            0 => element(random, names),
            // As factorisations do.
            _ if rows => format!("l[i][{}]", names[names.len() - 1]),
            _ => format!("l[i * n + {}]", names[names.len() - 1]),
        };
        let (x, y) = (element(random, names), element(random, names));
        let op = random.pick(&["=", "=", "=", "+="]);
        let value = match random.below(4) {
            0 => format!("{x} * {y} + v[i]"),
            1 => format!("(v[i] + {x}) / (2.0 + {y} * {y})"),
            2 => format!("({x}).sin() * {y} - r * v[i]"),
            _ => format!("v[i] * r - {x} * {x}"),
        };
        let _ = writeln!(out, "{to} {op} {value};");
    };
    for _ in 0..1 + random.below(2) {
        let head = random.pick(&["0..n", "0..n", "0..n", "(0..n).rev()", "1..n"]);
        let _ = writeln!(out, "for i in {head} {{");
        if random.below(3) == 0 {
            set(&mut random, &mut out, &["i"]);
        }
        let head =
            random.pick(&["0..i", "0..i", "0..i", "0..=i", "i + 1..n", "0..n", "(0..i).rev()", "1..i"]);
        let _ = writeln!(out, "for j in {head} {{\nlet mut t = v[j];");
        if random.below(3) > 0 {
            let head = random.pick(&["0..j", "0..j", "0..j", "0..=j", "j + 1..n", "0..i", "(0..j).rev()"]);
            let (x, y) =
                (element(&mut random, &["i", "j", "k", "k"]), element(&mut random, &["i", "j", "k", "k"]));
            let _ = writeln!(out, "for k in {head} {{ t -= 0.3 * {x} * {y}; }}");
        }
        if random.below(4) == 0 {
            out.push_str("if t > 0.2 {\n");
            set(&mut random, &mut out, &["i", "j"]);
            out.push_str("}\n");
        }
        let (x, to) = (element(&mut random, &["i", "j"]), random.below(3));
        let to = match (to, rows) {
            (0, _) => element(&mut random, &["i", "j"]),
            (_, true) => "l[i][j]".into(),
            (_, false) => "l[i * n + j]".into(),
        };
        let _ = writeln!(out, "{to} = t / (2.0 + {x} * {x});\n}}");
        if random.below(2) == 0 {
            set(&mut random, &mut out, &["i"]);
        }
        out.push_str("}\n");
    }
    let all = if rows { "l[i][j]" } else { "l[i * n + j]" };
    let _ = writeln!(out, "for i in 0..n {{ for j in 0..n {{ s += {all} * v[j] * {all}; }} }}\ns\n}}");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Diagnostics;
    use crate::ir::eval::{Differentiated, Library, Value};
    use crate::ir::print;
    use crate::passes::Passes;
    use crate::request::Request;
    use crate::tests::compare;
    use crate::tests::seeds::seeds;

    /// Compares the derivatives with the truth; gives the text of the gradient, and whether settled elements changed it.
    fn checked(source: &str) -> Result<(String, bool), String> {
        let item: syn::ItemFn = syn::parse_str(source).map_err(|e| e.to_string())?;
        let mut diag = Diagnostics::new();
        let function = crate::lower::function(&Request::default(), &item.sig, &item.block, &mut diag);
        diag.finish().map_err(|e| format!("refused: {e}"))?;
        let mut without = function.clone();
        without.passes = Passes::without("settled");
        let of = compare::differentiate(function)?;
        let wavy = Value::floats((0..SIDE).map(|i| (1.0 + 0.7 * i as f64).sin()));
        compare::check(&Library::new(), &of, &[Value::Float(0.4), wavy, Value::Int(SIDE as i64)])?;
        let without = compare::differentiate(without)?;
        let text = |of: &Differentiated| print::adjoint(&of.function, &of.joined);
        Ok((text(&of), text(&of) != text(&without)))
    }

    #[test]
    fn squares_are_differentiated_rightly() {
        let (mut wrong, mut settled) = (0, 0);
        for seed in seeds(40) {
            let source = program(seed);
            match checked(&source) {
                Ok((_, changed)) => settled += usize::from(changed),
                Err(message) => {
                    wrong += 1;
                    if wrong <= 2 {
                        println!("---- seed {seed}: {message}\n{source}");
                    }
                }
            }
        }
        println!("{settled} programs have settled elements");
        assert_eq!(wrong, 0, "programs are differentiated wrongly");
    }

    /// Whether a nest over rows `i` and columns `j` needs a tape.
    fn saves(body: &str) -> bool {
        let source = format!(
            "fn square(r: f64, v: &[f64], n: usize) -> f64 {{
            let mut l = vec![0.5; n * n]; {body}
            let mut s = 0.0; for i in 0..n * n {{ s += l[i] * r; }} s }}"
        );
        let (text, _) = checked(&source).unwrap_or_else(|message| panic!("{message}"));
        text.contains("tape")
    }

    #[test]
    fn what_is_settled_is_not_saved() {
        for body in [
            "for i in 0..n { for j in 0..i { let mut t = v[j]; for k in 0..j { t -= l[i * n + k] * l[j * n + k]; }
                l[i * n + j] = t / l[j * n + j]; } l[i * n + i] = 2.0 + v[i] * v[i]; }",
            "for i in (0..n).rev() { for j in i + 1..n { l[i * n + j] = v[j] * l[j * n + j]; } l[i * n + i] = r * v[i]; }",
        ] {
            assert!(!saves(body), "{body}");
        }
        for body in [
            // Each row overwrites what the ones before it read.
            "for i in 0..n { for j in 0..n { l[j] = v[j] * l[j] * l[i * n + j]; } }",
            // Above the diagonal, which comes later.
            "for i in 0..n { for j in 0..i { l[i * n + j] = v[i] / (2.0 + l[j * n + i] * l[j * n + i]) * l[j * n + i]; l[j * n + i] = v[j]; } }",
            // Rows that are longer than their distance.
            // What is overwritten in the first of the inner rounds.
            "for k in 0..n { for i in 0..n { for j in i + k..n { let t = l[k]; l[j] = v[j] * t * t; } } }",
            "for k in 0..n { for j in 2 * k..n { let t = l[k]; l[j] = v[j] * t * t; } }",
            "for i in 0..n - 1 { for j in 0..=n { let t = l[i * n + j]; l[i * n + j] = v[0] * t * t; } }",
        ] {
            assert!(saves(body), "{body}");
        }
    }
}
