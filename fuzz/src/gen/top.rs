//! Whole programs: structs, constants, functions, the function that is checked.

use super::*;
use crate::program::{Argument, items};
use crate::tree::Part;

/// A program; `module`: with what only a differentiated module understands.
pub fn program(seed: u64, module: bool) -> Program {
    let mut g = Gen::new(seed);
    let single = g.rng.chance(8);
    let mut nodes = Vec::new();
    for _ in 0..g.rng.below(4) {
        nodes.push(structs::define(&mut g));
    }
    if g.rng.chance(10) {
        nodes.push(generic::enumeration(&mut g));
    }
    if g.rng.chance(20) {
        nodes.extend(enums::define(&mut g));
    }
    if g.rng.chance(20) {
        nodes.push(Node::new(Sort::Item, "type Real = @F;", vec![]));
        g.alias = Some("Real".into());
    }
    for _ in 0..g.rng.below(4) {
        nodes.push(constant(&mut g));
    }
    for k in 0..g.rng.below(4) {
        g.fuel = 3 + g.rng.below(6) as i32;
        let node = match g.rng.below(20) {
            0 | 1 => generic::over_floats(&mut g),
            2 | 3 => generic::over_lengths(&mut g),
            4 if g.rng.chance(60) => generic::struct_with_parameters(&mut g),
            5 => match generic::operator(&mut g) {
                Some(node) => node,
                None => function(&mut g, k),
            },
            13..=15 if g.rng.chance(70) => match generic::conversion(&mut g, module) {
                Some(node) => node,
                None => function(&mut g, k),
            },
            6 => recursive::function(&mut g),
            7 | 8 => fallible::function(&mut g),
            9 => given::function(&mut g),
            10..=12 if module => traits::define(&mut g),
            _ => function(&mut g, k),
        };
        nodes.push(node);
    }
    g.fuel = 6 + g.rng.below(10) as i32;
    let checked = checked(&mut g);
    nodes.push(checked.items.clone());
    Program { seed, single, structs: g.structs, items: items(nodes), ..checked }
}

fn constant(g: &mut Gen) -> Node {
    let (name, ty, text, value) = match g.rng.below(9) {
        0 | 1 => ("RATE", Ty::F, "@F".to_string(), "0.75".to_string()),
        2 => ("TABLE", Ty::array(Ty::F, 3), "[@F; 3]".into(), "[0.5, 1.25, -0.75]".into()),
        3 => ("WEIGHTS", Ty::slice(Ty::F), "&[@F]".into(), "&[0.5, 0.25, 1.5]".into()),
        4 => (
            "PAIRS",
            Ty::array(Ty::tuple(vec![Ty::Usize, Ty::F]), 2),
            "[(usize, @F); 2]".into(),
            "[(1, 0.5), (0, 1.5)]".into(),
        ),
        5 => (
            "POINTS",
            Ty::slice(Ty::tuple(vec![Ty::F, Ty::F])),
            "&[(@F, @F)]".into(),
            "&[(0.5, 0.3), (0.7, 1.5)]".into(),
        ),
        6 if g.rng.chance(30) => ("NAME", Ty::Str, "&str".into(), "\"name\"".into()),
        6 => ("COUNT", Ty::Usize, "usize".into(), "2".into()),
        7 => (
            "SHIFTS",
            Ty::array(Ty::array(Ty::F, 2), 2),
            "[[@F; 2]; 2]".into(),
            "[[0.5, 0.1], [0.2, -0.5]]".into(),
        ),
        _ => {
            let flat = (0..g.structs.len()).find(|&k| {
                let s = &g.structs[k];
                s.variants.is_empty() && s.fields.iter().all(|(_, ty)| matches!(ty, Ty::F | Ty::Usize))
            });
            match flat {
                Some(k) => {
                    let Struct { name, fields, .. } = g.structs[k].clone();
                    let list: Vec<String> = fields
                        .iter()
                        .map(|(field, ty)| format!("{field}: {}", if *ty == Ty::F { "0.5" } else { "1" }))
                        .collect();
                    ("DEFAULT", Ty::Struct(k), name.clone(), format!("{name} {{ {} }}", list.join(", ")))
                }
                None => ("HALF", Ty::F, "@F".to_string(), "0.5".to_string()),
            }
        }
    };
    let name = g.fresh(&format!("{name}_"));
    let word = if g.rng.chance(25) && ty.copy(&g.structs) { "static" } else { "const" };
    g.constants.push(Constant { name: name.clone(), reference: matches!(ty, Ty::Slice(_)), ty });
    Node::new(Sort::Item, &format!("{word} {name}: {text} = {value};"), vec![])
}

impl Gen {
    /// A type and a way to pass it.
    fn parameter(&mut self, name: String) -> Param {
        let own = |g: &mut Gen| g.item_type();
        let (ty, pass) = match self.rng.below(24) {
            0..=4 => (Ty::F, Pass::Value),
            5 => (Ty::F, Pass::Ref),
            6 | 7 => (Ty::F, Pass::RefMut),
            8 => (Ty::array(own(self), 3), Pass::Value),
            10 | 11 => (Ty::slice(own(self)), Pass::Ref),
            12 => (Ty::slice(own(self)), Pass::RefMut),
            13 => (Ty::vec(own(self)), Pass::Value),
            14 => (Ty::vec(own(self)), Pass::Ref),
            15 => (Ty::tuple(vec![Ty::F, Ty::Usize, Ty::F]), Pass::Value),
            16 => (Ty::Usize, Pass::Value),
            17 if self.rng.chance(70) => (Ty::Bool, Pass::Value),
            17 if self.rng.chance(50) => (Ty::Maybe, Pass::Value),
            17 => (Ty::Str, Pass::Value),
            18 => (Ty::array(Ty::F, 3), Pass::RefMut),
            9 if self.rng.chance(50) => {
                (Ty::tuple(vec![Ty::F, Ty::F]), *self.rng.pick(&[Pass::Ref, Pass::RefMut]))
            }
            9 => (Ty::array(Ty::F, 2), Pass::Ref),
            19..=22 if !self.structs.is_empty() => {
                let ty = Ty::Struct(self.rng.below(self.structs.len()));
                (ty, *self.rng.pick(&[Pass::Value, Pass::Ref, Pass::Ref, Pass::RefMut]))
            }
            23 => (Ty::slice(Ty::F), Pass::Ref),
            _ => (Ty::F, Pass::Value),
        };
        let no_diff = pass != Pass::RefMut && ty.active() && self.rng.chance(7);
        let no_diff = no_diff || ty == Ty::Maybe;
        Param { name, ty, pass, no_diff }
    }

    pub(super) fn parameters(&mut self) -> Vec<Param> {
        let n = self.rng.between(1, 4);
        let mut params: Vec<Param> = (0..n)
            .map(|_| {
                let name = self.fresh("p");
                self.parameter(name)
            })
            .collect();
        if !params.iter().any(|param| !param.no_diff && param.ty.active()) {
            let name = self.fresh("p");
            params.push(Param { name, ty: Ty::F, pass: Pass::Value, no_diff: false });
        }
        params
    }

    /// As it stands in a list of parameters.
    pub fn param_text(&mut self, param: &Param) -> String {
        let mut ty = param.ty.text(&self.structs);
        if let (Some(alias), true) = (self.alias.clone(), self.rng.chance(60)) {
            ty = ty.replace("@F", &alias);
        }
        let mark = if param.no_diff { "@no_diff " } else { "" };
        match param.pass {
            Pass::Value => format!("{mark}mut {}: {ty}", param.name),
            Pass::Ref => format!("{mark}{}: &{ty}", param.name),
            Pass::RefMut => format!("{mark}{}: &mut {ty}", param.name),
        }
    }

    /// What a function returns.
    fn result_type(&mut self) -> Ty {
        match self.rng.below(14) {
            0 => Ty::tuple(vec![Ty::F, Ty::F]),
            1 => Ty::array(Ty::F, 2),
            2 => Ty::vec(Ty::F),
            3 if !self.structs.is_empty() => Ty::Struct(self.rng.below(self.structs.len())),
            4 => Ty::tuple(vec![Ty::F, Ty::Usize]),
            _ => Ty::F,
        }
    }

    /// What is written by `f` as (a part of) the body of a function with these parameters.
    pub(super) fn within<T>(&mut self, params: &[Param], result: &Ty, f: impl FnOnce(&mut Gen) -> T) -> T {
        self.vars.clear();
        self.closures.clear();
        for param in params {
            let writable = param.pass != Pass::Ref;
            let name = param.name.clone();
            self.bind(&name, param.ty.clone(), param.pass, writable && !param.no_diff);
        }
        self.result = Some(result.clone());
        self.loops.clear();
        self.loop_depth = 0;
        let written = self.scoped(f);
        self.result = None;
        written
    }

    /// The body of a function with these parameters.
    pub fn function_body(&mut self, params: &[Param], result: &Ty, most: usize) -> Node {
        let mut body = self.within(params, result, |g| {
            let statements = g.statements(most);
            let tail = if *result == Ty::Unit { None } else { Some(g.tail(result)) };
            block(statements, tail)
        });
        if let Some(Part::Text(start)) = body.parts.first_mut() {
            start.extend(params.iter().filter(|param| param.no_diff).map(cut_param));
        }
        body
    }

    /// The last expression: of what is in scope, so that little is lost.
    fn tail(&mut self, result: &Ty) -> Node {
        if *result != Ty::F || self.rng.chance(30) {
            return self.expr(result);
        }
        let found = self.vars_where(|var| var.ty == Ty::F && var.pass == Pass::Value);
        let mut children = vec![self.typed()];
        for k in found.into_iter().rev().take(3) {
            let Var { name, cut, .. } = &self.vars[k];
            let text = if *cut { format!("@cut({name})") } else { name.clone() };
            children.push(expr(&Ty::F, &text, vec![]));
        }
        children.push(self.float());
        expr(&Ty::F, &vec!["$"; children.len()].join(" + "), children)
    }
}

/// What its mark makes of a parameter, where there are no marks: whatever a caller hands over is a constant inside.
fn cut_param(param: &Param) -> String {
    let name = &param.name;
    match (param.pass, &param.ty) {
        (Pass::Ref, Ty::Slice(_)) => format!("@plain(let {name} = &cut({name}.to_vec())[..];)\n"),
        (Pass::Ref, _) => format!("@plain(let {name} = &cut({name}.clone());)\n"),
        _ => format!("@plain(let mut {name} = cut({name});)\n"),
    }
}

/// A function that others may call: free, or a method of a struct.
fn function(g: &mut Gen, _k: usize) -> Node {
    let mut params = g.parameters();
    let result = if params.iter().any(|p| p.pass == Pass::RefMut) && g.rng.chance(35) {
        Ty::Unit
    } else {
        g.result_type()
    };
    let result_text =
        if result == Ty::Unit { String::new() } else { format!(" -> {}", result.text(&g.structs)) };
    let k = g.rng.below(g.structs.len().max(1));
    if g.structs.get(k).is_some_and(|s| s.variants.is_empty() && s.generics.is_empty()) && g.rng.chance(40) {
        let pass = *g.rng.pick(&[Pass::Ref, Pass::Ref, Pass::Value, Pass::RefMut]);
        let associated = g.rng.chance(15);
        if !associated {
            params.insert(0, Param { name: "self".into(), ty: Ty::Struct(k), pass, no_diff: false });
        }
        let body = g.function_body(&params, &result, 6);
        let list: Vec<String> = params
            .iter()
            .map(|param| match (param.name.as_str(), param.pass) {
                ("self", Pass::Value) => "mut self".into(),
                ("self", Pass::Ref) => "&self".into(),
                ("self", Pass::RefMut) => "&mut self".into(),
                _ => g.param_text(param),
            })
            .collect();
        let plain = g.fresh("m");
        let name = if g.rng.chance(30) {
            let known = *g.rng.pick(&["max", "swap", "exp", "ln", "first", "get", "norm", "eval", "scale"]);
            if g.functions.iter().any(|f| f.name == known) { plain } else { known.to_string() }
        } else {
            plain
        };
        let of = g.structs[k].name.clone();
        let call = if associated { format!("{of}::{name}") } else { name.clone() };
        g.functions.push(Function {
            name: call,
            form: if associated { CallForm::Path } else { CallForm::Method },
            params,
            result,
        });
        let own = result_text == format!(" -> {of}");
        let result_text = if own && g.rng.chance(50) { " -> Self".to_string() } else { result_text };
        let constant = if g.rng.chance(15) {
            let name = g.fresh("K");
            g.constants.push(Constant { name: format!("{of}::{name}"), ty: Ty::F, reference: false });
            format!("pub const {name}: @F = 0.75;\n")
        } else {
            String::new()
        };
        let template = match g.rng.below(4) {
            0 if !associated && constant.is_empty() => {
                let of_trait = g.fresh("Eval");
                let bare: Vec<String> = list.iter().map(|param| bare_param(param)).collect();
                format!(
                    "pub trait {of_trait} {{\nfn {name}({}){result_text};\n}}\n@differentiate()\nimpl {of_trait} for {of} {{\nfn \
                     {name}({}){result_text} $\n}}",
                    bare.join(", "),
                    list.join(", ")
                )
            }
            0 | 1 => format!(
                "@differentiate()\nimpl {of} {{\n{constant}pub fn {name}({}){result_text} $\n}}",
                list.join(", ")
            ),
            _ if associated => {
                format!(
                    "impl {of} {{\n{constant}@differentiate(associated)\npub fn {name}({}){result_text} $\n}}",
                    list.join(", ")
                )
            }
            _ => format!(
                "impl {of} {{\n{constant}@differentiate()\npub fn {name}({}){result_text} $\n}}",
                list.join(", ")
            ),
        };
        return Node::new(Sort::Item, &template, vec![body]);
    }
    // Formulas have functions in capitals.
    let name = if g.rng.chance(8) && result == Ty::F { g.fresh("Phi") } else { g.fresh("h") };
    let body = g.function_body(&params, &result, 6);
    let list: Vec<String> = params.iter().map(|param| g.param_text(param)).collect();
    g.functions.push(Function { name: name.clone(), form: CallForm::Path, params, result });
    Node::new(
        Sort::Item,
        &format!("@differentiate()\nfn {name}({}){result_text} $", list.join(", ")),
        vec![body],
    )
}

/// A parameter of a declaration in a trait: no patterns, no marks.
fn bare_param(text: &str) -> String {
    let text = text.replace("@no_diff ", "");
    match text.strip_prefix("mut ") {
        Some(rest) => rest.to_string(),
        None => text,
    }
}

/// The function that is checked.
fn checked(g: &mut Gen) -> Program {
    let params = g.parameters();
    let inout = params.iter().any(|p| p.pass == Pass::RefMut);
    let result = if inout && g.rng.chance(20) { Ty::Unit } else { g.result_type() };
    let result_text =
        if result == Ty::Unit { String::new() } else { format!(" -> {}", result.text(&g.structs)) };
    g.marks = Marks { stop: g.rng.chance(12), wrt: !inout && g.rng.chance(8), ..Marks::default() };
    let body = g.function_body(&params, &result, 12);
    // Some of the parameters, in any order, and perhaps a local behind them.
    let mut wrt: Option<Vec<usize>> = None;
    if g.marks.asked.is_some() || (!inout && g.rng.chance(5)) {
        let mut some: Vec<usize> = (0..params.len())
            .filter(|&at| !params[at].no_diff && params[at].ty.carries(&g.structs))
            .collect();
        if some.len() > 1 && g.rng.chance(50) {
            some.remove(g.rng.below(some.len()));
        }
        if g.rng.chance(50) {
            some.reverse();
        }
        wrt = Some(some).filter(|some| g.marks.asked.is_some() || !some.is_empty());
    }
    let mut marks = Vec::new();
    if let Some(wrt) = &wrt {
        let names = wrt.iter().map(|at| params[*at].name.clone()).chain(g.marks.asked.clone());
        // What nothing connects to the result is an error unless it is asked to be zero.
        marks.push(format!("wrt({})", names.collect::<Vec<_>>().join(", ")));
        marks.push("unconnected = \"zero\"".into());
    }
    if let Some(name) = &g.marks.stopped {
        marks.push(format!("stop({name})"));
    }
    let mut parts = vec![Part::Text(format!("@differentiate({})\nfn f(", marks.join(", ")))];
    let mut arguments = Vec::new();
    for (at, param) in params.iter().enumerate() {
        let text = format!("{}, ", g.param_text(param));
        parts.push(Part::Node(Node::new(Sort::Param(at), &text, vec![])));
        let fixed = param.no_diff || wrt.as_ref().is_some_and(|wrt| !wrt.contains(&at));
        let mut numbers = 0;
        let value = builder(g, &param.ty, fixed, &mut numbers);
        arguments.push(Argument { param: param.clone(), at, value, numbers });
    }
    parts.push(Part::Text(format!("){result_text} ")));
    parts.push(Part::Node(body));
    let node = Node { sort: Sort::Item, parts };
    let local = g.marks.asked.is_some();
    Program {
        seed: 0,
        single: false,
        structs: Vec::new(),
        items: node,
        top: "f".into(),
        arguments,
        result,
        wrt,
        local,
    }
}

/// An expression of an owned value of a type; `n()` where a number goes.
fn builder(g: &mut Gen, ty: &Ty, no_diff: bool, numbers: &mut usize) -> String {
    match ty {
        Ty::Fixed => "0.625".into(),
        Ty::F if no_diff => format!("{:?}", (g.rng.between(5, 60) as f64) / 40.0),
        Ty::F => {
            *numbers += 1;
            "n()".into()
        }
        Ty::Usize => g.rng.below(5).to_string(),
        Ty::Bool => g.rng.chance(50).to_string(),
        Ty::Str => "\"name\"".into(),
        Ty::Unit => "()".into(),
        Ty::Maybe => g.rng.pick(&["None", "Some(0.4)"]).to_string(),
        Ty::Array(item, n) => {
            let items: Vec<String> = (0..*n).map(|_| builder(g, item, no_diff, numbers)).collect();
            format!("[{}]", items.join(", "))
        }
        Ty::Vec(item) | Ty::Slice(item) => {
            let n = g.rng.between(2, 4);
            let items: Vec<String> = (0..n).map(|_| builder(g, item, no_diff, numbers)).collect();
            format!("vec![{}]", items.join(", "))
        }
        Ty::Tuple(list) => {
            let items: Vec<String> = list.iter().map(|item| builder(g, item, no_diff, numbers)).collect();
            format!("({})", items.join(", "))
        }
        Ty::Enum(_) => unreachable!("the function that is checked takes none"),
        Ty::Struct(k) => {
            let Struct { name, fields, variants, .. } = g.structs[*k].clone();
            if !variants.is_empty() {
                return format!("{name}::{}", g.rng.pick(&variants));
            }
            let fields: Vec<String> = fields
                .iter()
                .map(|(field, ty)| format!("{field}: {}", builder(g, ty, no_diff, numbers)))
                .collect();
            format!("{name} {{ {} }}", fields.join(", "))
        }
    }
}
