//! Expressions of floats and conditions.

use super::*;

/// Expressions that hold others.
pub const FLOATS: &[(usize, Construct)] = &[
    (30, arithmetic),
    (20, smooth_method),
    (8, domain_method),
    (4, kinked_method),
    (4, path_call),
    (3, two_arguments),
    (2, sin_cos),
    (3, conversion),
    (2, quotient),
    (1, branch),
    (1, match_number),
    (2, block_value),
    (3, closures::float_closure),
    (14, calls::float_call),
    (8, fallible::float_call),
    (5, iter::float_chain),
    (1, guarded_index),
    (1, guarded_get),
    (1, guarded_root),
    (1, options::float_option),
    (2, owned::words),
    (2, owned::by_reference),
    (2, stopped),
    (1, match_float),
    (1, maybe),
    (1, bits),
    (2, mean),
    (1, mixed),
    (3, generic::match_variants),
    (8, enums::float),
    (2, fixed_field),
    (2, values::element_of_temporary),
];

/// What is mostly bound to a name.
pub const BRANCHES: &[(usize, Construct)] = &[
    (2, branch),
    (2, match_number),
    (2, guarded_index),
    (2, guarded_get),
    (3, guarded_root),
    (2, options::float_option),
    (2, fallible::float_call),
    (2, match_float),
    (2, generic::match_variants),
    (4, enums::float),
    (1, maybe),
];

impl Gen {
    /// A float.
    pub fn float(&mut self) -> Node {
        if self.depth > 3 || self.rng.chance(15 * self.depth) {
            return self.leaf();
        }
        self.choose(FLOATS).unwrap_or_else(|| self.leaf())
    }

    /// A float whose type is known to rustc where it stands: methods may be called on it.
    pub fn typed(&mut self) -> Node {
        self.depth += 1;
        let node = if self.depth > 3 || self.rng.chance(40) {
            self.read(&Ty::F).unwrap_or_else(|| expr(&Ty::F, "0.5_@F", vec![]))
        } else {
            match self.rng.below(5) {
                0 => smooth_method(self).expect("it always applies"),
                1 => {
                    let (a, b) = (self.typed(), self.float());
                    let op = *self.rng.pick(&["+", "*", "-"]);
                    expr(&Ty::F, &format!("($ {op} $)"), vec![a, b])
                }
                2 => {
                    let (a, b) = (self.float(), self.typed());
                    expr(&Ty::F, "($ * $)", vec![a, b])
                }
                3 => {
                    calls::float_call(self).unwrap_or_else(|| smooth_method(self).expect("it always applies"))
                }
                _ => smooth_method(self).expect("it always applies"),
            }
        };
        self.depth -= 1;
        node
    }

    /// A name, an element, a constant, a literal.
    pub fn leaf(&mut self) -> Node {
        if self.rng.chance(85) {
            if let Some(node) = self.read(&Ty::F) {
                return node;
            }
        }
        if self.rng.chance(30) {
            if let Some(node) = self.constant(&Ty::F) {
                return node;
            }
        }
        let literal = *self.rng.pick(&["0.5", "0.25", "1.5", "0.75", "2.0", "1.0", "0.3", "1.25", "0.0"]);
        expr(&Ty::F, literal, vec![])
    }

    /// A float of the size of one, whatever it is made of.
    pub fn tame(&mut self) -> Node {
        let e = self.typed();
        let template = *self.rng.pick(&[
            "$.sin()",
            "$.tanh()",
            "$.cos()",
            "(0.5 * $).sin()",
            "$.atan()",
            "$.tanh() * 0.5",
        ]);
        expr(&Ty::F, template, vec![e])
    }

    /// A condition.
    pub fn condition(&mut self) -> Node {
        self.depth += 1;
        let deep = self.depth > 3;
        let node = match self.rng.below(if deep { 6 } else { 9 }) {
            0..=2 => {
                let (a, b) = (self.typed(), self.leaf());
                let op = *self.rng.pick(&["<", ">", "<=", ">="]);
                expr(&Ty::Bool, &format!("$ {op} $"), vec![a, b])
            }
            3 => {
                if let Some(name) = self.read(&Ty::Str) {
                    expr(&Ty::Bool, "$ == \"name\"", vec![name])
                } else {
                    let flag = self.read(&Ty::Bool);
                    flag.unwrap_or_else(|| expr(&Ty::Bool, "true", vec![]))
                }
            }
            4 => match self.read(&Ty::Usize) {
                Some(k) => {
                    let test = *self.rng.pick(&["$ % 2 == 0", "$ > 1", "$ != 2", "$ < 3", "$ % 3 != 1"]);
                    expr(&Ty::Bool, test, vec![k])
                }
                None => self.compared(),
            },
            5 => match self.var_where(|var| matches!(var.ty, Ty::Vec(_) | Ty::Slice(_))) {
                Some(var) => {
                    let test = *self.rng.pick(&["len() > 2", "len() % 2 == 0", "is_empty()", "len() >= 3"]);
                    expr(&Ty::Bool, &format!("{}.{test}", var.name), vec![])
                }
                None => self.compared(),
            },
            6 => {
                let (a, b) = (self.condition(), self.condition());
                let op = *self.rng.pick(&["&&", "||"]);
                expr(&Ty::Bool, &format!("($) {op} ($)"), vec![a, b])
            }
            7 => {
                let a = self.condition();
                expr(&Ty::Bool, "!($)", vec![a])
            }
            _ => {
                let a = self.typed();
                let test = *self.rng.pick(&[
                    "$.is_finite()",
                    "$.is_sign_positive()",
                    "($.abs() < 0.7)",
                    "(0.0..0.5).contains(&$)",
                    "$.is_nan()",
                ]);
                expr(&Ty::Bool, test, vec![a])
            }
        };
        self.depth -= 1;
        node
    }

    fn compared(&mut self) -> Node {
        let (a, b) = (self.typed(), self.leaf());
        expr(&Ty::Bool, "$ < $", vec![a, b])
    }

    /// An integer.
    pub fn int(&mut self) -> Node {
        if self.rng.chance(60) {
            if let Some(node) = self.read(&Ty::Usize) {
                return node;
            }
        }
        let k = self.rng.below(4);
        expr(&Ty::Usize, &k.to_string(), vec![])
    }
}

fn arithmetic(g: &mut Gen) -> Option<Node> {
    let (a, b) = (g.expr(&Ty::F), g.expr(&Ty::F));
    let template = *g.rng.pick(&[
        "$ + $", "$ - $", "$ * $", "($ + $)", "($ - $)", "$ * ($)", "($) * $", "-($) + $", "($ * $)",
    ]);
    Some(expr(&Ty::F, &format!("({template})"), vec![a, b]))
}

fn smooth_method(g: &mut Gen) -> Option<Node> {
    let a = g.typed();
    let name = *g.rng.pick(&[
        "sin()",
        "cos()",
        "tanh()",
        "atan()",
        "sin()",
        "tanh()",
        "powi(2)",
        "powi(3)",
        "asinh()",
        "to_radians()",
        "sin().exp()",
        "tanh().exp()",
        "sin().exp_m1()",
        "sin().sinh()",
        "sin().cosh()",
        "sin().exp2()",
        "sin().tan()",
        "to_radians().to_degrees()",
        "powi(2).sin()",
        "mul_add(0.5, 0.25)",
    ]);
    Some(expr(&Ty::F, &format!("$.{name}"), vec![a]))
}

/// Methods that do not take every number, on those that they take.
fn domain_method(g: &mut Gen) -> Option<Node> {
    let a = g.typed();
    let template = *g.rng.pick(&[
        "(1.5 + $.sin()).ln()",
        "(1.2 + $.sin()).sqrt()",
        "(2.0 + $.cos()).log2()",
        "(2.0 + $.cos()).log10()",
        "(0.9 * $.sin()).ln_1p()",
        "(1.5 + $.tanh()).cbrt()",
        "(1.5 + $.cos()).recip()",
        "(0.8 * $.sin()).asin()",
        "(0.8 * $.cos()).acos()",
        "(0.8 * $.sin()).atanh()",
        "(2.5 + $.sin()).acosh()",
        "(1.5 + $.sin()).powf(1.5)",
        "(1.5 + $.sin()).powf(-0.5)",
        "2.0_@F.powf($.sin())",
        "(1.5 + $.sin()).powi(-2)",
        "($ * $1 + 0.5).sqrt()",
    ]);
    if template.contains("$1") {
        let text = a.text();
        return Some(expr(&Ty::F, &format!("($ * {text} + 0.5).sqrt()"), vec![a]));
    }
    Some(expr(&Ty::F, template, vec![a]))
}

fn kinked_method(g: &mut Gen) -> Option<Node> {
    let (a, b) = (g.typed(), g.leaf());
    let template = *g.rng.pick(&[
        "$.max($)",
        "$.min($)",
        "@F::max($, $)",
        "$.abs() * $",
        "$.clamp(-0.4, 0.6) + $",
        "$.signum() * $",
        "$.floor() * $",
        "$.fract() - $",
        "$.rem_euclid(0.7) * $",
        "$.copysign(0.3) + $",
        "$.round() + $",
        "($ % 0.7) * $",
        "$.trunc() * 0.1 + $",
        "$.max(0.0) * $",
    ]);
    Some(expr(&Ty::F, template, vec![a, b]))
}

fn path_call(g: &mut Gen) -> Option<Node> {
    let a = g.expr(&Ty::F);
    let name = *g.rng.pick(&["sin", "cos", "tanh", "atan", "abs"]);
    Some(expr(&Ty::F, &format!("@F::{name}($)"), vec![a]))
}

fn two_arguments(g: &mut Gen) -> Option<Node> {
    let (a, b) = (g.typed(), g.typed());
    let template = *g.rng.pick(&[
        "$.atan2(1.5 + $.sin())",
        "(1.5 + $.sin()).powf($.cos())",
        "(0.5 + $.cos().exp()).hypot($)",
        "$.mul_add($, 0.5)",
        "(2.0 + $.sin()).log(3.0 + $.cos())",
        "$ / (1.0 + $.powi(2))",
        "$ / (2.0 + $.sin())",
    ]);
    Some(expr(&Ty::F, template, vec![a, b]))
}

fn sin_cos(g: &mut Gen) -> Option<Node> {
    let a = g.typed();
    let template = *g.rng.pick(&["$.sin_cos().0", "$.sin_cos().1"]);
    Some(expr(&Ty::F, template, vec![a]))
}

fn conversion(g: &mut Gen) -> Option<Node> {
    let k = g.int();
    let a = g.expr(&Ty::F);
    let template = *g.rng.pick(&["($) as @F * 0.25 + $", "$ as @F * $ * 0.3"]);
    Some(expr(&Ty::F, &format!("({template})"), vec![k, a]))
}

fn quotient(g: &mut Gen) -> Option<Node> {
    let (a, b) = (g.expr(&Ty::F), g.typed());
    Some(expr(&Ty::F, "($ / (1.0 + $.powi(2)))", vec![a, b]))
}

fn branch(g: &mut Gen) -> Option<Node> {
    let condition = g.condition();
    if g.nesting < 4 && g.fuel > 2 && g.rng.chance(30) {
        let (a, b) = (g.block_of(&Ty::F, 2), g.block_of(&Ty::F, 2));
        return Some(expr(&Ty::F, "(if $ $ else $)", vec![condition, a, b]));
    }
    let (a, b) = (g.expr(&Ty::F), g.expr(&Ty::F));
    Some(expr(&Ty::F, "(if $ { $ } else { $ })", vec![condition, a, b]))
}

fn match_number(g: &mut Gen) -> Option<Node> {
    let k = g.int();
    let (a, b, c) = (g.expr(&Ty::F), g.expr(&Ty::F), g.expr(&Ty::F));
    let template = match g.rng.below(4) {
        0 => "(match $ { 0 => $, 1 | 2 => $, _ => $ })",
        1 => "(match $ { 1..=3 => $, n if n % 2 == 0 => $, _ => $ })",
        2 => "(match $ { n @ 1..=2 => ($) * n as @F * 0.5, 0 => $, _ => $ })",
        _ => "(match ($, true) { (0, _) => $, (1, true) => $, _ => $ })",
    };
    Some(expr(&Ty::F, template, vec![k, a, b, c]))
}

fn block_value(g: &mut Gen) -> Option<Node> {
    if g.nesting > 3 || g.fuel < 2 {
        return None;
    }
    let body = g.block_of(&Ty::F, 2);
    Some(expr(&Ty::F, "$", vec![body]))
}

fn guarded_index(g: &mut Gen) -> Option<Node> {
    let found = g.places(false, &|ty| ty.item() == Some(&Ty::F));
    if found.is_empty() {
        return None;
    }
    let (text, ..) = g.rng.pick(&found).clone();
    let k = g.int().text();
    let k = if g.rng.chance(50) { format!("({k} + 3)") } else { k };
    let other = g.leaf();
    Some(expr(&Ty::F, &format!("(if {k} < {text}.len() {{ {text}[{k}] }} else {{ $ }})"), vec![other]))
}

fn guarded_get(g: &mut Gen) -> Option<Node> {
    let found = g.places(false, &|ty| ty.item() == Some(&Ty::F));
    if found.is_empty() {
        return None;
    }
    let (text, ..) = g.rng.pick(&found).clone();
    let k = g.rng.below(6);
    let template = match g.rng.below(5) {
        0 => format!("{text}.get({k}).copied().unwrap_or($)"),
        1 => format!("(if let Some(&y) = {text}.get({k}) {{ y }} else {{ $ }})"),
        2 => format!("{text}.get({k}).map_or($, |y| y * 0.5)"),
        3 => format!("(match {text}.get({k}) {{ Some(y) => *y, None => $ }})"),
        _ => format!("{text}.last().copied().unwrap_or($)"),
    };
    let other = g.leaf();
    Some(expr(&Ty::F, &template, vec![other]))
}

fn guarded_root(g: &mut Gen) -> Option<Node> {
    let place = g.place(&Ty::F, false)?.0;
    let other = g.leaf();
    let template = match g.rng.below(4) {
        0 => format!("(if {place} > 0.0 {{ {place}.sqrt() }} else {{ $ }})"),
        1 => format!("(if {place} <= 0.0 {{ $ }} else {{ {place}.ln() }})"),
        2 => format!("(if {place}.abs() > 0.1 {{ 0.3 / {place} }} else {{ $ }})"),
        _ => format!("(if {place} < 1.0 && {place} > -1.0 {{ {place}.asin() }} else {{ $ }})"),
    };
    Some(expr(&Ty::F, &template, vec![other]))
}

fn match_float(g: &mut Gen) -> Option<Node> {
    let (a, b) = (g.typed(), g.leaf());
    let template = *g.rng.pick(&[
        "(match $ { v if v > 0.3 => v * 0.5, v => v.sin() + $ })",
        "(match $ { v if v > 0.8 => 0.8, v if v < -0.8 => v * $, v => v })",
        "(if let (v, true) = ($, 1 > 0) { v } else { $ })",
    ]);
    Some(expr(&Ty::F, template, vec![a, b]))
}

fn mean(g: &mut Gen) -> Option<Node> {
    let found = g.places(false, &|ty| ty.item() == Some(&Ty::F));
    if found.is_empty() {
        return None;
    }
    let (x, ..) = g.rng.pick(&found).clone();
    let template = *g.rng.pick(&[
        "(~.iter().sum::<@F>() / ~.len() as @F)",
        "~.iter().map(|v| v * v).sum::<@F>().sqrt()",
        "(match (~.first(), ~.get(1)) { (Some(a), Some(b)) => a * b, _ => 0.5 })",
    ]);
    Some(expr(&Ty::F, &template.replace('~', &x), vec![]))
}

/// The other precision, there and back.
fn mixed(g: &mut Gen) -> Option<Node> {
    if g.rng.chance(70) {
        return None;
    }
    let a = g.typed();
    Some(expr(&Ty::F, "(($ as @single).sin() as @F)", vec![a]))
}

/// Data that may be missing.
fn maybe(g: &mut Gen) -> Option<Node> {
    let (place, _) = g.place(&Ty::Maybe, false)?;
    let (a, b) = (g.leaf(), g.typed());
    let template = *g.rng.pick(&[
        "(match ~ { Some(v) => v * $, None => $ })",
        "(if let Some(v) = ~ { v + $ } else { $ })",
        "(~.unwrap_or(0.5) * $ + $)",
        "(if ~.is_some() { $ } else { $ })",
        "(~.map(|v| v * 0.5).unwrap_or(0.25) * $ + $)",
        "(~.filter(|v| *v > 0.4).map_or(0.3, |v| v + 0.1) * $ - $)",
    ]);
    Some(expr(&Ty::F, &template.replace('~', &place), vec![a, b]))
}

/// A float from the bits of another: refused, as of now, never zero.
fn bits(g: &mut Gen) -> Option<Node> {
    if g.rng.chance(90) {
        return None;
    }
    let a = g.typed();
    Some(expr(&Ty::F, "@F::from_bits($.to_bits() ^ 1)", vec![a]))
}

fn fixed_field(g: &mut Gen) -> Option<Node> {
    let (place, _) = g.place(&Ty::Fixed, false)?;
    let other = g.leaf();
    Some(expr(&Ty::F, &format!("({place} * $)"), vec![other]))
}

fn stopped(g: &mut Gen) -> Option<Node> {
    let a = g.typed();
    Some(expr(&Ty::F, "stop_gradient($)", vec![a]))
}
