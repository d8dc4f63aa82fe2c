//! Random nests of loops over triangles and rows as source text, with integers that count along: packed matrices, parameters
//! taken one behind the other.

use std::fmt::Write as _;

use super::seeds::Random;

/// The bound of the loops, and the length of every buffer: more than most indices.
const BOUND: i64 = 4;
const LENGTH: usize = 48;

/// The source text of a program, the same for the same seed.
fn program(seed: u64) -> String {
    let mut writer = Writer { random: Random::new(seed), out: String::new() };
    writer.below(8);
    writer.out.push_str("fn triangle(r: f64, v: &[f64], w: &mut [f64], n: usize) -> f64 {\n");
    writer.out.push_str("let mut s = 0.1;\nlet mut a = v.to_vec();\nlet mut y = vec![0.2; 48];\n");
    for _ in 0..1 + writer.below(3) {
        writer.nest();
    }
    writer.out.push_str("for i in 0..n { let e = a[i] - w[i + 1]; s += e * e * y[i]; }\ns\n}\n");
    writer.out
}

struct Writer {
    random: Random,
    out: String,
}

impl Writer {
    fn below(&mut self, n: usize) -> usize {
        self.random.below(n)
    }

    fn pick<'a>(&mut self, items: &[&'a str]) -> &'a str {
        self.random.pick(items)
    }

    fn line(&mut self, text: &str) {
        let _ = writeln!(self.out, "{text}");
    }

    fn nest(&mut self) {
        let start = self.pick(&["0", "1", "n", "2 * n"]);
        self.line(&format!("let mut at = {start};\nlet mut k = 0;"));
        let head = self.pick(&["0..n", "0..n", "1..n", "0..=n", "(0..n).rev()", "2..2"]);
        self.line(&format!("for i in {head} {{"));
        if self.below(3) == 0 {
            self.step();
        }
        for _ in 0..1 + self.below(2) {
            let head = self.pick(&[
                "0..n",
                "0..i",
                "0..=i",
                "i..n",
                "i + 1..n",
                "i + 1..n",
                "1..n",
                "(0..i).rev()",
                "1..=i",
            ]);
            let summing = self.below(2) == 0;
            if summing {
                let start = self.scalar("i");
                self.line(&format!("let mut t = {start};"));
            }
            self.line(&format!("for j in {head} {{"));
            for _ in 0..1 + self.below(3) {
                self.inner(summing);
            }
            self.line("}");
            if summing {
                let to = self.pick(&[
                    "s += 0.1 * t;",
                    "y[i] = t;",
                    "a[i] -= 0.2 * t * t;",
                    "s += 0.01 * t / (2.0 + t * t);",
                ]);
                self.line(to);
            }
        }
        if self.below(3) == 0 {
            self.step();
        }
        self.line("}");
        if self.below(2) == 0 {
            self.line("s += 0.1 * v[at] * y[k];");
        }
    }

    fn inner(&mut self, summing: bool) {
        let (x, y) = (self.scalar("j"), self.scalar("j"));
        match self.below(if summing { 13 } else { 7 }) {
            0 | 1 => self.step(),
            2 => self.line(&format!("s += 0.1 * {x} * {y};")),
            3 => self.line(&format!("y[j] += 0.1 * {x} * {y};")),
            4 => {
                let to = self.pick(&["w[at]", "w[i * n + j]", "a[j]", "y[i + j]"]);
                self.line(&format!("{to} = 0.3 * {x} + 0.2 * {y};"));
            }
            5 => self.line(&format!("if {x} > 0.1 {{ y[j] -= 0.1 * {y}; }}")),
            6 => {
                let to = self.pick(&["w[at]", "a[i]", "y[i]", "a[at + 1]"]);
                self.line(&format!("{to} -= 0.1 * {x} * {y};"));
            }
            7 => self.line(&format!("t = t.max({x} * {y});")),
            8 => self.line(&format!("t = ({x} - {y}).min(t);")),
            9 => self.line(&format!("if {x} > t {{ t = {x}; k = j; }}")),
            10 => self.line(&format!("t = if {y} * t < 0.1 {{ {x} * {y} }} else {{ t }};")),
            _ => self.line(&format!("t += 0.3 * {x} * {y};")),
        }
    }

    fn step(&mut self) {
        let step = self.pick(&["at += 1;", "at += 1;", "at += 2;", "k += 1;"]);
        self.line(step);
    }

    fn scalar(&mut self, index: &str) -> String {
        let places = [
            "v[I]",
            "w[at]",
            "w[at]",
            "a[i]",
            "y[i]",
            "y[I]",
            "v[i * n + I]",
            "w[I * n + i]",
            "v[at + 1]",
            "r",
            "y[k]",
        ];
        self.pick(&places).replace('I', index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Diagnostics;
    use crate::ir::eval::{Library, Value};
    use crate::ir::print;
    use crate::passes::{ALL, Passes};
    use crate::request::Request;
    use crate::tests::compare;
    use crate::tests::seeds::seeds;

    /// Compares the derivatives with the truth; gives the text of the gradient.
    fn checked(source: &str, passes: Passes) -> Result<String, String> {
        let item: syn::ItemFn = syn::parse_str(source).map_err(|e| e.to_string())?;
        let mut diag = Diagnostics::new();
        let mut function = crate::lower::function(&Request::default(), &item.sig, &item.block, &mut diag);
        diag.finish().map_err(|e| format!("refused: {e}"))?;
        function.passes = passes;
        let of = compare::differentiate(function)?;
        let wavy = |salt: f64| Value::floats((0..LENGTH).map(|i| (salt + 0.7 * i as f64).sin()));
        let inputs = [Value::Float(0.4), wavy(1.0), wavy(2.0), Value::Int(BOUND)];
        compare::check(&Library::new(), &of, &inputs)?;
        Ok(print::adjoint(&of.function, &of.joined))
    }

    fn check(seeds: std::ops::Range<u64>, without: impl Fn(u64) -> &'static str) -> usize {
        let (mut wrong, mut sliced) = (0, 0);
        for seed in seeds {
            let source = program(seed);
            match checked(&source, Passes::without(without(seed))) {
                Ok(text) => sliced += usize::from(text.contains("count")),
                // Such a program counts too far.
                Err(message) if message.starts_with("primal: index") => {}
                Err(message) => {
                    wrong += 1;
                    if wrong <= 3 {
                        println!("---- seed {seed} without {:?}: {message}\n{source}", without(seed));
                    }
                }
            }
        }
        assert_eq!(wrong, 0, "programs are differentiated wrongly");
        sliced
    }

    #[test]
    fn triangles_are_differentiated_rightly() {
        let sliced = check(seeds(40), |_| "");
        assert!(sliced > 10, "{sliced} programs have loops that count from zero instead");
    }

    #[test]
    fn each_pass_can_be_left_out() {
        check(seeds(40), |seed| ALL[seed as usize % ALL.len()].0);
    }
}
