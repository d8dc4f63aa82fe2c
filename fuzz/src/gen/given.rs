//! Functions whose derivatives are given by hand.

use super::*;

/// A function of numbers and of sequences of them, with what its derivative is: `partials`, a `vjp`, a `jvp`, or the equation
/// that it solves.
pub fn function(g: &mut Gen) -> Node {
    let n = g.rng.between(1, 3);
    let params: Vec<Param> = (0..n)
        .map(|_| {
            let (ty, pass) = match g.rng.below(8) {
                0 => (Ty::F, Pass::Ref),
                1 => (Ty::slice(Ty::F), Pass::Ref),
                2 => (Ty::vec(Ty::F), Pass::Value),
                3 => (Ty::array(Ty::F, 2), Pass::Value),
                4 => (Ty::array(Ty::F, 2), Pass::Ref),
                _ => (Ty::F, Pass::Value),
            };
            Param { name: g.fresh("p"), ty, pass, no_diff: false }
        })
        .collect();
    let terms: Vec<Term> = params.iter().map(|param| Term::new(g, param)).collect();
    let list: Vec<String> = params.iter().map(|param| shown(g, param)).collect();
    let (list, sum) = (list.join(", "), join(&terms, |term| term.value.clone(), " + "));
    let name = g.fresh("h");
    let text = match g.rng.below(5) {
        0 | 1 => {
            let partials = join(
                &terms,
                |term| format!("{} = {}", term.name, term.partial("(1.0 - value * value)")),
                ", ",
            );
            format!("@differentiate(partials({partials}))\nfn {name}({list}) -> @F {{\n({sum}).tanh()\n}}")
        }
        2 => by_vjp(&name, &terms, &list, &sum),
        3 => by_jvp(&name, &params, &terms, &list, &sum),
        _ => by_equation(g, &name, &params, &list, &sum),
    };
    g.functions.push(Function { name, form: CallForm::Path, params, result: Ty::F });
    Node::new(Sort::Item, &text, vec![])
}

/// What a parameter adds to the value.
struct Term {
    name: String,
    value: String,
    /// The derivative of a number, `v`.
    slope: String,
    ty: Ty,
    number: String,
}

impl Term {
    fn new(g: &mut Gen, param: &Param) -> Term {
        let scale = *g.rng.pick(&["0.5", "0.75", "1.25"]);
        let name = param.name.clone();
        let number = if param.pass == Pass::Ref { format!("*{name}") } else { name.clone() };
        let value = match param.ty {
            Ty::F => format!("({number} * {scale}).sin()"),
            _ => format!("{name}.iter().map(|v| (v * {scale}).sin()).sum::<@F>()"),
        };
        let slope = format!("{scale} * (v * {scale}).cos()");
        Term { name, value, slope, ty: param.ty.clone(), number }
    }

    /// The partial derivative, times something.
    fn partial(&self, times: &str) -> String {
        let Term { name, slope, number, .. } = self;
        match self.ty {
            Ty::F => format!("{{ let v = {number}; {times} * {slope} }}"),
            Ty::Array(..) => format!("{name}.map(|v| {times} * {slope})"),
            _ => format!("{name}.iter().map(|v| {times} * {slope}).collect::<Vec<@F>>()"),
        }
    }
}

fn join(terms: &[Term], f: impl Fn(&Term) -> String, by: &str) -> String {
    terms.iter().map(f).collect::<Vec<String>>().join(by)
}

fn shown(g: &Gen, param: &Param) -> String {
    let reference = if param.pass == Pass::Ref { "&" } else { "" };
    format!("{}: {reference}{}", param.name, param.ty.text(&g.structs))
}

/// A tuple, or what is alone.
fn tuple(parts: &[String]) -> String {
    match parts {
        [part] => part.clone(),
        parts => format!("({})", parts.join(", ")),
    }
}

fn by_vjp(name: &str, terms: &[Term], list: &str, sum: &str) -> String {
    let adjoint = |ty: &Ty| match ty {
        Ty::F => "@F",
        Ty::Array(..) => "[@F; 2]",
        _ => "Vec<@F>",
    };
    let types = tuple(&terms.iter().map(|term| adjoint(&term.ty).to_string()).collect::<Vec<_>>());
    let gradient = tuple(&terms.iter().map(|term| term.partial("seed")).collect::<Vec<_>>());
    format!(
        "fn {name}_by_hand({list}) -> (@F, impl FnOnce(@F) -> {types}) {{\nlet value = {sum};\n(value, move |seed: @F| \
         {gradient})\n}}\n@differentiate(vjp = {name}_by_hand)\nfn {name}({list}) -> @F {{\n{sum}\n}}"
    )
}

fn by_jvp(name: &str, params: &[Param], terms: &[Term], list: &str, sum: &str) -> String {
    let dots: Vec<String> = params
        .iter()
        .map(|param| {
            let ty = match (&param.ty, param.pass) {
                (Ty::F, _) => "@F",
                (Ty::Array(..), Pass::Value) => "[@F; 2]",
                (Ty::Array(..), _) => "&[@F; 2]",
                (Ty::Vec(_), _) => "Vec<@F>",
                _ => "&[@F]",
            };
            format!("{}_dot: {ty}", param.name)
        })
        .collect();
    let tangent = join(
        terms,
        |term| {
            let Term { name, slope, number, ty, .. } = term;
            match ty {
                Ty::F => format!("{{ let v = {number}; {name}_dot * {slope} }}"),
                _ => {
                    format!("{name}.iter().zip({name}_dot.iter()).map(|(v, dot)| dot * {slope}).sum::<@F>()")
                }
            }
        },
        " + ",
    );
    format!(
        "fn {name}_by_hand({list}, {}) -> (@F, @F) {{\n({sum}, {tangent})\n}}\n@differentiate(jvp = {name}_by_hand)\nfn \
         {name}({list}) -> @F {{\n{sum}\n}}",
        dots.join(", ")
    )
}

/// By the root of what rises, or by what comes to rest.
fn by_equation(g: &mut Gen, name: &str, params: &[Param], list: &str, sum: &str) -> String {
    let args: Vec<String> = params
        .iter()
        .map(|param| match (param.pass, &param.ty) {
            (Pass::Value, Ty::Vec(_)) => format!("{}.clone()", param.name),
            _ => param.name.clone(),
        })
        .collect();
    let args = args.join(", ");
    let (key, equation, step) = match g.rng.chance(50) {
        true => (
            "implicit",
            format!("x + 0.25 * x.sin() - ({sum})"),
            format!("x -= {name}_equation(x, {args}) / 1.1"),
        ),
        false => {
            ("fixed_point", format!("0.25 * x.sin() + {sum}"), format!("x = {name}_equation(x, {args})"))
        }
    };
    format!(
        "@differentiate()\nfn {name}_equation(x: @F, {list}) -> @F {{\n{equation}\n}}\n@differentiate({key} = \
         {name}_equation)\nfn {name}({list}) -> @F {{\nlet mut x: @F = 0.0;\nfor _ in 0..60 {{ {step}; }}\nx\n}}"
    )
}
