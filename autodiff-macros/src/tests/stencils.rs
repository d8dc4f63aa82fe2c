//! Random stencils as source text: steps over several buffers, each a sequence of loops over neighbours, swaps and copies.

use std::fmt::Write as _;

use super::seeds::Random;

/// The length of every buffer.
const LENGTH: usize = 23;

/// The source text of a program, the same for the same seed.
fn program(seed: u64) -> String {
    let mut random = Random::new(seed);
    random.below(8);
    let mut out =
        String::from("fn stencil(r: f64, v: &[f64], w: &mut [f64], n: usize, steps: usize) -> f64 {\n");
    out.push_str("let step = 0;\nlet mut s = 0.1;\nlet mut a = v.to_vec();\nlet mut b = w.to_vec();\n");
    out.push_str("for step in 0..steps {\n");
    for _ in 0..1 + random.below(4) {
        match random.below(7) {
            0 => out.push_str("std::mem::swap(&mut a, &mut b);\n"),
            1 => {
                let (to, from) = (random.pick(&["a", "b", "w"]), random.pick(&["v"]));
                let _ = writeln!(out, "{to}.copy_from_slice({from});");
            }
            2 => {
                let to = random.pick(&["a", "b", "w"]);
                let _ = writeln!(out, "{to}[2..n - 3].fill(r);");
            }
            _ => looped(&mut random, &mut out),
        }
    }
    out.push_str("}\n");
    // A loop that can be fused.
    if random.below(2) == 0 {
        looped(&mut random, &mut out);
    }
    let _ = writeln!(out, "for i in 0..n - 1 {{ let e = a[i] - w[i + 1]; s += e * e * b[i]; }}\ns\n}}");
    out
}

/// A loop over two to all elements whose neighbours at a distance of two exist.
fn looped(random: &mut Random, out: &mut String) {
    let i = "i";
    let head = match random.below(8) {
        0 => "(2..n - 2).rev()",
        1 => "2..=n - 3",
        2 => "(2..n - 2).step_by(3)",
        3 => "5..4",
        4 => "step + 2..n - 2",
        _ => "2..n - 2",
    };
    let _ = writeln!(out, "for {i} in {head} {{");
    // Half of the loops are explicit steps: they read what they do not write.
    let explicit = random.below(2) == 0;
    let to = random.pick(&["a", "b", "w"]);
    let read: Vec<&str> =
        ["v", "a", "b", "w"].into_iter().filter(|place| !explicit || *place != to).collect();
    let element = |random: &mut Random, places: &[&str]| {
        let at = ["i", "i", "i", "i - 1", "i + 1", "i - 2", "i + 2", "n - 1 - i"];
        let at = &at[..if explicit { 7 } else { 8 }];
        format!("{}[{}]", random.pick(places), random.pick(at))
    };
    let term = |random: &mut Random| {
        let (x, y) = (element(random, &read), element(random, &read));
        match random.below(if explicit { 5 } else { 7 }) {
            0 => format!("0.3 * ({x} + {y})"),
            1 => format!("r * {x} * {y}"),
            2 => format!("{x} / (2.0 + {y} * {y})"),
            3 => format!("({x} - 2.0 * {y})"),
            4 => x,
            5 => format!("if {x} > {y} {{ {x} }} else {{ r }}"),
            _ => format!("({x}).tanh()"),
        }
    };
    // Half of these are cheap.
    if explicit && random.below(2) == 0 {
        let [x, y, z] = [(); 3].map(|()| element(random, &read));
        let _ = writeln!(out, "{to}[i] = r * {x} - 0.3 * {y} + {z};\n}}");
        return;
    }
    if explicit {
        let (x, y, z) = (term(random), term(random), term(random));
        let _ =
            writeln!(out, "let e = 0.4 * ({x}) + 0.2 * ({y});\n{to}[i] = e * {z};\ns += 0.1 * e * e;\n}}");
        return;
    }
    for _ in 0..1 + random.below(3) {
        match random.below(6) {
            0 => {
                let (x, y) = (term(random), term(random));
                let _ = writeln!(out, "s += 0.1 * ({x}) * ({y});");
            }
            1 => {
                let (condition, to, x) = (term(random), element(random, &["a", "b", "w"]), term(random));
                let _ = writeln!(out, "if {condition} > 0.2 {{ {to} = {x}; }}");
            }
            _ => {
                let to = match random.below(4) {
                    0 => element(random, &["a", "b", "w"]),
                    _ => format!("{}[i]", random.pick(&["a", "b", "w"])),
                };
                let (op, x, y) = (random.pick(&["=", "=", "=", "+=", "-="]), term(random), term(random));
                let _ = writeln!(out, "{to} {op} 0.4 * ({x}) + 0.2 * ({y});");
            }
        }
    }
    out.push_str("}\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Diagnostics;
    use crate::ir::eval::{Library, Value};
    use crate::ir::print;
    use crate::request::Request;
    use crate::tests::compare;
    use crate::tests::seeds::seeds;

    /// Compares the derivatives with the truth; gives the text of the gradient.
    fn checked(source: &str) -> Result<String, String> {
        let item: syn::ItemFn = syn::parse_str(source).map_err(|e| e.to_string())?;
        let mut diag = Diagnostics::new();
        let function = crate::lower::function(&Request::default(), &item.sig, &item.block, &mut diag);
        diag.finish().map_err(|e| format!("refused: {e}"))?;
        let of = compare::differentiate(function)?;
        let wavy = |salt: f64| Value::floats((0..LENGTH).map(|i| (salt + 0.7 * i as f64).sin()));
        let (n, steps) = (Value::Int(LENGTH as i64), Value::Int(3));
        compare::check(&Library::new(), &of, &[Value::Float(0.4), wavy(1.0), wavy(2.0), n, steps])?;
        Ok(print::adjoint(&of.function, &of.joined))
    }

    #[test]
    fn stencils_are_differentiated_rightly() {
        let (mut wrong, mut recorded, mut stripped, mut gathered, mut lanes) = (0, 0, 0, 0, 0);
        for seed in seeds(24) {
            let source = program(seed);
            match checked(&source) {
                Ok(text) => {
                    recorded += usize::from(text.contains("record "));
                    stripped += usize::from(text.contains("_parts"));
                    lanes += usize::from(text.contains("_lanes"));
                    gathered += usize::from(text.contains("between"));
                }
                Err(message) => {
                    wrong += 1;
                    if wrong <= 3 {
                        println!("---- seed {seed}: {message}\n{source}");
                    }
                }
            }
        }
        println!(
            "{recorded} programs record in one go, {gathered} gather, {stripped} run in strips, {lanes} have lanes"
        );
        assert_eq!(wrong, 0, "programs are differentiated wrongly");
    }

    /// The gradient of a step, or of what is behind all steps.
    fn gradient(body: &str) -> String {
        let source = format!(
            "fn stencil(r: f64, v: &[f64], w: &mut [f64], n: usize, steps: usize) -> f64 {{
            let mut s = 0.1; let mut a = v.to_vec(); {body} for i in 0..n {{ s += a[i] * w[i]; }} s }}"
        );
        checked(&source).unwrap_or_else(|message| panic!("{message}"))
    }

    #[test]
    fn scattering_loops_run_in_strips() {
        for body in [
            "for i in 0..n - 1 { let b = v[i + 1] - v[i] * v[i]; s += b * b; }",
            "for i in (0..n - 1).rev() { let b = v[i + 1] - v[i] * v[i]; s += b * b; }",
            "for i in 2..n { let b = v[i - 2] - v[i] * v[i]; s -= r * b * b; }",
            // Dear enough to be computed once.
            "for i in 1..n { a[i] = (w[i] - w[i - 1]) / (2.0 + w[i] * w[i - 1] * (w[i] + w[i - 1])); }",
        ] {
            assert!(gradient(body).contains("_parts"), "{body}");
        }
    }

    #[test]
    fn scattering_loops_without_a_chain_gather() {
        for body in [
            "for _ in 0..steps { for i in 1..n - 1 { a[i] = w[i - 1] - r * w[i] + w[i + 1]; } }",
            "for i in (2..n - 2).rev() { a[i] = w[i - 2] * w[i + 1] - r * w[i]; }",
            "for i in 0..n - 1 { a[i] = w[i + 1] * i as f64 + w[i]; }",
            "for k in 0..2 { for j in 1..n - 3 { s += v[k + j] * (v[k + j - 1] + v[k + j + 1]); } }",
            // Both rows, and whatever the number of iterations.
            "for i in 1..n - 1 { a[i] = w[i - 1] + r * v[i] * v[i - 1]; }",
            "for j in 0..steps { for i in j + 1..j + 4 { a[i] = r * w[i - 1] + w[i + 1]; } }",
            "for i in n - 1..2 { a[i] = r * w[i - 1] + w[i + 1]; }",
            "for i in n + 8..n { a[i] = r * w[i - 1] + w[i + 1]; }",
        ] {
            let text = gradient(body);
            assert!(text.contains("between") && !text.contains("_parts"), "{body}\n{text}");
        }
    }

    #[test]
    fn sums_of_derivatives_are_taken_in_lanes() {
        for body in [
            "for i in 0..n { a[i] = r * v[i]; }",
            "for i in 2..n { a[i] = r * w[i - 2] + 0.3 * r; }",
            "for _ in 0..steps { for i in (1..n).rev() { a[i] = r * v[i] * r; } }",
            "for j in 0..steps { for i in j + 1..n - 1 { a[i] = r * v[i - 1]; } }",
            "for i in n + 3..n { a[i] = r * v[i]; }",
        ] {
            assert!(gradient(body).contains("_lanes"), "{body}");
        }
        for body in [
            // The value of the primal is a chain of its own.
            "for i in 0..n { s += r * v[i]; }",
            // Each iteration reads the last one's.
            "for i in 1..n { a[i] = a[i - 1] * r; }",
            // Its own cost hides the chain.
            "for i in 0..n { a[i] = (r * v[i]).sin(); }",
            "for i in 0..n { if v[i] > 0.0 { a[i] = r * v[i]; } }",
            "for i in 0..n { a[i] = r * v[i * i % n]; }",
            "for i in 0..5 { a[i] = r * v[i]; }",
        ] {
            assert!(!gradient(body).contains("_lanes"), "{body}");
        }
    }

    #[test]
    fn what_hangs_together_stays() {
        for body in [
            // The next iteration reads what this one stores.
            "for i in 1..n { a[i] = a[i] + r * a[i - 1]; }",
            // No element is met twice, or none lies beside another.
            "for i in 1..n { s += v[i] * v[i]; }",
            "for i in 1..n { s += v[i] * v[n - 1 - i]; }",
            // Its own cost hides the chains.
            "for i in 1..n { s += (v[i] * v[i - 1]).tanh(); }",
            // Some iterations only.
            "for i in 1..n { if v[i] > 0.0 { s += v[i] * v[i - 1]; } }",
            "for i in (1..n).step_by(2) { s += v[i] * v[i - 1]; }",
            // Too few.
            "for i in 1..10 { s += v[i] * v[i - 1]; }",
        ] {
            let text = gradient(body);
            assert!(!text.contains("_parts") && !text.contains("between"), "{body}");
        }
    }
}
