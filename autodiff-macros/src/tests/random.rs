//! Random programs as source text: straight lines, branches, loops with carried scalars, jumps, writes to elements in place,
//! shadowing, closures, tuples, views. Each is a function of two scalars, a slice and a slice written in place.

use std::fmt::Write as _;

use super::seeds::Random;

/// The signature that every random program has; see [`program`].
pub(crate) const SIGNATURE: &str = "fn random(x: f64, y: f64, v: &[f64], w: &mut [f64]) -> f64";

/// The lengths of `v` and `w` that the programs rely on.
pub(crate) const LENGTH: usize = 4;

/// The source text of a program, the same for the same seed.
pub(crate) fn program(seed: u64) -> String {
    let mut writer = Writer {
        random: Random::new(seed),
        out: format!("{SIGNATURE} {{\n"),
        depth: 1,
        scalars: vec![("x".into(), false), ("y".into(), false)],
        integers: Vec::new(),
        arrays: vec![("v".into(), LENGTH, false), ("w".into(), LENGTH, true)],
        closures: Vec::new(),
        loops: Vec::new(),
        names: 0,
        budget: 16,
    };
    writer.random.below(8);
    writer.line("let mut s = x * 0.5 + y;");
    writer.scalars.push(("s".into(), true));
    let n = 3 + writer.random.below(6);
    writer.stmts(n);
    let rest = writer.expr(2);
    writer.line(&format!("s + {rest} + w[0] * w[{}]", LENGTH - 1));
    writer.out.push_str("}\n");
    writer.out
}

struct Writer {
    random: Random,
    out: String,
    depth: usize,
    /// In scope: names and whether they may be assigned.
    scalars: Vec<(String, bool)>,
    integers: Vec<String>,
    arrays: Vec<(String, usize, bool)>,
    closures: Vec<String>,
    /// The labels of the loops around, outermost first.
    loops: Vec<String>,
    names: usize,
    /// Statements that may still be written.
    budget: usize,
}

impl Writer {
    fn line(&mut self, text: &str) {
        writeln!(self.out, "{:width$}{text}", "", width = 4 * self.depth).expect("a String takes everything");
    }

    fn name(&mut self, hint: &str) -> String {
        self.names += 1;
        format!("{hint}{}", self.names)
    }

    fn literal(&mut self) -> String {
        let literals =
            ["0.5_f64", "1.25_f64", "2.0_f64", "0.1_f64", "-0.75_f64", "3.0_f64", "1.0_f64", "0.0_f64"];
        self.random.pick(&literals).to_string()
    }

    fn index(&mut self, len: usize) -> String {
        match (self.integers.is_empty(), self.random.below(3)) {
            (false, 0) => format!("{} % {len}", self.random.pick(&self.integers.clone())),
            (false, 1) => format!("({} + 1) % {len}", self.random.pick(&self.integers.clone())),
            _ => self.random.below(len).to_string(),
        }
    }

    fn element(&mut self, written: bool) -> Option<String> {
        let arrays: Vec<_> =
            self.arrays.iter().filter(|(_, _, mutable)| *mutable || !written).cloned().collect();
        if arrays.is_empty() {
            return None;
        }
        let (name, len, _) = self.random.pick(&arrays);
        let index = self.index(len);
        Some(format!("{name}[{index}]"))
    }

    fn scalar(&mut self) -> String {
        let scalars = self.scalars.clone();
        self.random.pick(&scalars).0
    }

    fn atom(&mut self) -> String {
        match self.random.below(9) {
            0 => self.literal(),
            1..=3 => match self.element(false) {
                Some(element) => element,
                None => self.scalar(),
            },
            4 if !self.integers.is_empty() => format!("{} as f64", self.random.pick(&self.integers.clone())),
            _ => self.scalar(),
        }
    }

    /// An expression whose value stays moderate as long as its operands do.
    fn expr(&mut self, depth: usize) -> String {
        if depth == 0 {
            let atom = self.atom();
            return if atom.contains(" as ") || atom.starts_with('-') { format!("({atom})") } else { atom };
        }
        let a = self.expr(depth - 1);
        let b = self.expr(depth - 1);
        match self.random.below(18) {
            0 | 1 => format!("({a} + {b})"),
            2 => format!("({a} - {b})"),
            3 | 4 => format!("({a} * {b}).tanh()"),
            5 => format!("{a} / (1.0 + {b} * {b})"),
            6 => format!("{a}.sin()"),
            7 => format!("({a}).cos() * {b}"),
            8 => format!("(1.5 + {a} * {a}).sqrt()"),
            9 => format!("(1.5 + {a} * {a}).ln()"),
            10 => format!("{a}.max({b})"),
            11 => format!("{a}.min({b})"),
            12 => format!("({a}).sin().exp()"),
            13 => format!("(-{a}).abs()"),
            14 => format!("({a} * 0.5).mul_add({b}, {a})"),
            15 => format!("{a}.sin().powi(2)"),
            16 if !self.closures.is_empty() => {
                let closure = self.random.pick(&self.closures.clone());
                format!("{closure}({a})")
            }
            17 => {
                let condition = self.condition();
                format!("(if {condition} {{ {a} }} else {{ {b} }})")
            }
            _ => format!("f64::atan2({a}, 2.0 + {b} * {b})"),
        }
    }

    fn condition(&mut self) -> String {
        let a = self.atom();
        let comparison = self.random.pick(&["<", ">", "<=", ">="]);
        match (self.integers.is_empty(), self.random.below(4)) {
            (false, 0) => format!("{} % 2 == 0", self.random.pick(&self.integers.clone())),
            (_, 1) => {
                let (b, c) = (self.atom(), self.literal());
                format!("({a}) {comparison} ({b}) && ({b}) > {c} - 1.0")
            }
            _ => {
                let b = self.expr(1);
                format!("({a}) {comparison} ({b})")
            }
        }
    }

    fn stmts(&mut self, n: usize) {
        for _ in 0..n {
            if self.budget == 0 {
                return;
            }
            self.budget -= 1;
            self.stmt();
        }
    }

    /// A block in a scope of its own; `head` ends with a brace.
    fn block(&mut self, head: &str, n: usize, integer: Option<String>) {
        self.line(head);
        self.depth += 1;
        let lengths = (self.scalars.len(), self.integers.len(), self.arrays.len(), self.closures.len());
        let saved = self.scalars.clone();
        self.integers.extend(integer);
        self.stmts(n);
        self.scalars = saved;
        self.integers.truncate(lengths.1);
        self.arrays.truncate(lengths.2);
        self.closures.truncate(lengths.3);
        self.depth -= 1;
    }

    fn assignable(&mut self) -> Option<String> {
        let mutable: Vec<String> =
            self.scalars.iter().filter(|(_, m)| *m).map(|(name, _)| name.clone()).collect();
        (!mutable.is_empty()).then(|| self.random.pick(&mutable))
    }

    fn stmt(&mut self) {
        let nested = self.depth < 5;
        match self.random.below(22) {
            0 | 1 => self.binding(),
            2..=4 => self.assignment(),
            5..=7 => self.store(),
            8 | 9 if nested => {
                let (condition, n) = (self.condition(), 1 + self.random.below(3));
                self.block(&format!("if {condition} {{"), n, None);
                if self.random.one_in(2) {
                    let n = 1 + self.random.below(2);
                    self.block("} else {", n, None);
                }
                self.line("}");
            }
            10..=12 if nested => self.counted(),
            13 if nested => self.conditional(),
            14 if nested => {
                let scrutinee = match self.integers.as_slice() {
                    [] => "v.len() % 3".to_string(),
                    integers => format!("{} % 3", self.random.pick(integers)),
                };
                self.line(&format!("match {scrutinee} {{"));
                self.depth += 1;
                for pattern in ["0", "1", "_"] {
                    let n = 1 + self.random.below(2);
                    self.block(&format!("{pattern} => {{"), n, None);
                    self.line("}");
                }
                self.depth -= 1;
                self.line("}");
            }
            15 | 16 => self.jump(),
            17 => {
                let (i, j) = (self.random.below(LENGTH), self.random.below(LENGTH));
                self.line(&format!("w.swap({i}, {j});"));
            }
            18 => {
                let value = self.expr(1);
                match self.random.below(3) {
                    0 => self.line("w.copy_from_slice(v);"),
                    1 => {
                        self.line(&format!("let filling = {value};"));
                        let range = self.random.pick(&["", "[1..3]", "[2..]"]);
                        self.line(&format!("w{range}.fill(filling);"));
                    }
                    _ => self.view(),
                }
            }
            19 => self.local(),
            20 => {
                let name = self.name("g");
                // What a closure captures it borrows for as long as it is called: only what is never written.
                let captured = [("x".into(), false), ("y".into(), false), ("t".into(), false)];
                let scalars = std::mem::replace(&mut self.scalars, captured.to_vec());
                let arrays = std::mem::replace(&mut self.arrays, vec![("v".into(), LENGTH, false)]);
                let integers = std::mem::take(&mut self.integers);
                let body = self.expr(2);
                (self.scalars, self.arrays, self.integers) = (scalars, arrays, integers);
                self.line(&format!("let {name} = |t: f64| {body} + t * 0.5;"));
                self.closures.push(name);
            }
            _ => {
                let (a, b) = (self.expr(1), self.expr(2));
                let (p, q) = (self.name("p"), self.name("q"));
                self.line(&format!("let ({p}, mut {q}) = ({a}, {b});"));
                self.line(&format!("{q} *= 0.5;"));
                self.scalars.push((p, false));
                self.scalars.push((q, true));
            }
        }
    }

    fn binding(&mut self) {
        let value = self.expr(2);
        let mutable = self.random.one_in(2);
        let name = if self.random.one_in(4) { "a".to_string() } else { self.name("a") };
        self.line(&format!("let {}{name} = {value};", if mutable { "mut " } else { "" }));
        self.scalars.retain(|(other, _)| *other != name);
        self.scalars.push((name, mutable));
    }

    fn assignment(&mut self) {
        let Some(name) = self.assignable() else { return self.binding() };
        let value = self.expr(2);
        let line = match self.random.below(6) {
            0 | 1 => format!("{name} += {value};"),
            2 => format!("{name} -= 0.5 * {value};"),
            3 => format!("{name} *= ({value}).cos();"),
            4 => format!("{name} = {name} / (1.0 + ({value}).abs());"),
            _ => format!("{name} = ({value}).sin() + {name} * 0.5;"),
        };
        self.line(&line);
    }

    fn store(&mut self) {
        let Some(element) = self.element(true) else { return self.assignment() };
        let value = self.expr(2);
        let line = match self.random.below(5) {
            0 | 1 => format!("{element} = {value};"),
            2 => format!("{element} += {value};"),
            3 => format!("{element} -= 0.5 * {value};"),
            _ => format!("{element} *= ({value}).sin();"),
        };
        self.line(&line);
    }

    fn counted(&mut self) {
        let index = self.name("i");
        let n = 2 + self.random.below(3);
        let range = match self.random.below(6) {
            0 => format!("(0..{n}).rev()"),
            1 => format!("1..={n}"),
            2 => format!("(0..{}).step_by(2)", 2 * n - 1),
            3 => "0..v.len()".to_string(),
            _ => format!("0..{n}"),
        };
        let label = self.name("'l");
        let head = format!("{label}: for {index} in {range} {{");
        self.loops.push(label);
        let n = 1 + self.random.below(4);
        self.block(&head, n, Some(index));
        self.loops.pop();
        self.line("}");
    }

    fn conditional(&mut self) {
        let index = self.name("k");
        let n = 2 + self.random.below(4);
        self.line(&format!("let mut {index} = 0;"));
        let label = self.name("'l");
        let forever = self.random.one_in(2);
        let head = if forever {
            format!("{label}: loop {{")
        } else {
            let condition = self.condition();
            match self.random.below(2) {
                0 => format!("{label}: while {index} < {n} {{"),
                _ => format!("{label}: while {index} < {n} && {condition} {{"),
            }
        };
        self.line(&head);
        self.depth += 1;
        self.line(&format!("{index} += 1;"));
        if forever {
            self.line(&format!("if {index} > {n} {{ break; }}"));
        }
        self.depth -= 1;
        self.loops.push(label);
        let at = self.out.len();
        let n = 1 + self.random.below(3);
        self.block("", n, Some(index));
        // `block` wrote an empty line as its head.
        let blank = self.out[at..].find('\n').expect("a line");
        self.out.replace_range(at..=at + blank, "");
        self.loops.pop();
        self.line("}");
    }

    fn jump(&mut self) {
        let condition = self.condition();
        let jump = match (self.loops.len(), self.random.below(5)) {
            (0, _) | (_, 0) => {
                let value = self.expr(1);
                format!("return {value};")
            }
            (_, 1 | 2) => "break;".to_string(),
            (_, 3) => "continue;".to_string(),
            _ => {
                let label = self.random.pick(&self.loops.clone());
                if self.random.one_in(2) { format!("break {label};") } else { format!("continue {label};") }
            }
        };
        if self.random.one_in(3) {
            // The jump as one arm of a value.
            let (jump, value) = (jump.trim_end_matches(';').to_string(), self.expr(1));
            return match (self.assignable(), self.random.below(3)) {
                (Some(name), 0) => {
                    self.line(&format!("{name} = if {condition} {{ {jump} }} else {{ {value} }};"))
                }
                (Some(name), 1) => {
                    let other = self.expr(1);
                    self.line(&format!("{name} = match v.len() % 2 {{"));
                    self.line(&format!("    1 => {value},"));
                    self.line(&format!("    _ if {condition} => {jump},"));
                    self.line(&format!("    _ => {other},"));
                    self.line("};");
                }
                _ => {
                    let name = self.name("a");
                    self.line(&format!("let {name} = if {condition} {{ {value} }} else {{ {jump} }};"));
                    self.scalars.push((name, false));
                }
            };
        }
        if self.random.one_in(3) {
            if let Some(name) = self.assignable() {
                self.line(&format!("if {condition} {{"));
                self.line(&format!("    {name} += 0.25;"));
                self.line(&format!("    {jump}"));
                return self.line("}");
            }
        }
        self.line(&format!("if {condition} {{ {jump} }}"));
    }

    /// A part of `w` under another name, written in place.
    fn view(&mut self) {
        // While the view lives nothing else may name `w`.
        let arrays = std::mem::replace(&mut self.arrays, vec![("v".into(), LENGTH, false)]);
        let (a, b) = (self.expr(1), self.expr(2));
        self.arrays = arrays;
        let name = self.name("r");
        self.line(&format!("let {name} = &mut w[1..3];"));
        self.line(&format!("{name}[0] += {a};"));
        let element = self.name("e");
        match self.random.below(3) {
            0 => self.line(&format!("for {element} in {name}.iter_mut() {{ *{element} *= ({b}).cos(); }}")),
            1 => self.line(&format!("{name}[1] = {name}[0] * {b};")),
            _ => {
                self.line(&format!("let {element} = &mut {name}[1];"));
                self.line(&format!("*{element} = *{element} * 0.5 + {b};"));
            }
        }
    }

    /// A local array, Vec, or copy of a slice.
    fn local(&mut self) {
        let name = self.name("b");
        let (a, b) = (self.expr(1), self.expr(1));
        let (init, len) = match self.random.below(5) {
            0 => (format!("[{a}, {b}, x]"), 3),
            1 => (format!("[{a}; 3]"), 3),
            2 => (format!("vec![{a}; 2]"), 2),
            3 => ("v.to_vec()".to_string(), LENGTH),
            _ => (format!("vec![{a}, {b}]"), 2),
        };
        self.line(&format!("let mut {name} = {init};"));
        self.arrays.push((name, len, true));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Diagnostics;
    use crate::ir::eval::{Library, Value};
    use crate::passes::{self, Passes};
    use crate::request::Request;
    use crate::tests::compare;
    use crate::tests::seeds::seeds;

    #[test]
    fn programs_repeat() {
        assert_eq!(program(3), program(3));
        assert_ne!(program(3), program(4));
    }

    fn checked(source: &str, passes: Passes) -> Result<(), String> {
        let item: syn::ItemFn = syn::parse_str(source).map_err(|e| e.to_string())?;
        let mut diag = Diagnostics::new();
        let function = crate::lower::function(&Request::default(), &item.sig, &item.block, &mut diag);
        diag.finish().map_err(|e| format!("refused: {e}"))?;
        let of = compare::differentiate(crate::ir::Function { passes, ..function })?;
        let args = [
            Value::Float(0.75),
            Value::Float(-0.5),
            Value::floats([0.5, -1.25, 0.8, 0.3]),
            Value::floats([1.1, 0.3, -0.6, 0.9]),
        ];
        compare::check(&Library::new(), &of, &args)
    }

    /// Checks the programs of some seeds, each with the passes left out that `without` names for it.
    fn check(seeds: std::ops::Range<u64>, without: impl Fn(u64) -> &'static str) {
        let mut wrong = 0;
        for seed in seeds {
            let (source, without) = (program(seed), without(seed));
            // Closures in the guards of arms are beyond the interpreter.
            let interpreted = |message: &String| !message.contains("is not interpreted");
            if let Some(message) = checked(&source, Passes::without(without)).err().filter(interpreted) {
                wrong += 1;
                if wrong <= 3 {
                    println!("---- seed {seed} without {without}: {message}\n{source}");
                }
            }
        }
        assert_eq!(wrong, 0, "programs are differentiated wrongly");
    }

    #[test]
    fn programs_are_differentiated_rightly() {
        check(seeds(60), |_| "");
    }

    #[test]
    fn each_pass_can_be_left_out() {
        let names: Vec<&str> = passes::ALL.iter().map(|(name, _)| *name).chain(["all"]).collect();
        check(0..3 * names.len() as u64, |seed| names[seed as usize % names.len()]);
    }
}
