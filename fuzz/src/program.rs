//! A generated program, and the text of the crate that checks it.

use crate::print::{Form, indented, print};
use crate::tree::{Node, Part};
use crate::types::{Struct, Ty};

/// How a parameter is passed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pass {
    Value,
    Ref,
    RefMut,
}

/// A parameter.
#[derive(Clone, Debug)]
pub struct Param {
    pub name: String,
    pub ty: Ty,
    pub pass: Pass,
    pub no_diff: bool,
}

/// An argument of the function that is checked.
#[derive(Clone, Debug)]
pub struct Argument {
    pub param: Param,
    /// Its position in the function's list of parameters as it was generated; nodes of sort `Param` name it.
    pub at: usize,
    /// An expression of the owned value, `n()` for the next number.
    pub value: String,
    /// How many numbers it takes.
    pub numbers: usize,
}

/// The text of a module of the crate that checks programs.
pub struct Module {
    /// The program as it is without derivatives.
    pub plain: String,
    /// With them.
    pub companion: String,
}

/// A program: items, the last function among them is checked.
#[derive(Clone, Debug)]
pub struct Program {
    pub seed: u64,
    pub single: bool,
    pub structs: Vec<Struct>,
    /// A node whose children are the items.
    pub items: Node,
    pub top: String,
    pub arguments: Vec<Argument>,
    pub result: Ty,
    /// What derivatives are asked by, where the attribute says so: positions of arguments, in its order.
    pub wrt: Option<Vec<usize>>,
    /// A local float that derivatives are asked by as well, behind the parameters.
    pub local: bool,
}

impl Argument {
    fn active(&self) -> bool {
        !self.param.no_diff && self.param.ty.active()
    }
}

impl Program {
    fn float(&self) -> &'static str {
        if self.single { "f32" } else { "f64" }
    }

    /// The program alone.
    pub fn source(&self, form: Form) -> String {
        let text = print(&self.items.text(), form, self.float());
        match form {
            Form::Module | Form::Second => {
                indented(&format!("#[differentiate{}]\nmod model {{\nuse super::*;\n{text}}}\n", order(form)))
            }
            _ => indented(&text),
        }
    }

    /// Whether the function has the number `k` by reference, and names its type by an alias.
    fn by_alias(&self, k: usize) -> bool {
        self.items.text().contains(&format!("{}: &Real", self.arguments[k].param.name))
    }

    fn structs_in_use(&self, text: &str) -> Vec<&Struct> {
        self.structs
            .iter()
            .filter(|s| {
                [format!("struct {} ", s.name), format!("struct {}<", s.name), format!("enum {} ", s.name)]
                    .iter()
                    .any(|t| text.contains(t))
            })
            .collect()
    }

    /// What is asked of the program where the module around it says which types carry nothing.
    fn within_sight(&self) -> Program {
        let mut program = self.clone();
        for argument in &mut program.arguments {
            argument.param.no_diff |= !argument.param.ty.carries(&self.structs);
        }
        program
    }

    /// Whether there is anything to ask of the function in a module: it has a parameter that carries something.
    pub fn asks_a_module(&self) -> bool {
        self.within_sight().active().next().is_some()
    }

    /// A module of the crate: the program in its forms, and `CASE`.
    pub fn module(&self, name: &str, form: Form) -> Module {
        match form {
            Form::Module | Form::Second if self.asks_a_module() => {
                self.within_sight().checked_module(name, form)
            }
            Form::Module | Form::Second => self.checked_module(name, Form::Attributed),
            form => self.checked_module(name, form),
        }
    }

    fn checked_module(&self, name: &str, form: Form) -> Module {
        let single = self.single || self.items.text().contains("@single");
        let fine =
            if single { format!("mod fine {{\n{}}}\n", self.plain(Form::Fine)) } else { String::new() };
        let fine_path = if single { "fine" } else { "plain" };
        let numbers: usize = self.arguments.iter().map(|a| a.numbers).sum();
        let mut point: Vec<String> = self.point(numbers).iter().map(|x| format!("{x:?}")).collect();
        let mut inout: Vec<String> = self
            .active()
            .flat_map(|(_, a)| vec![(a.param.pass == Pass::RefMut).to_string(); a.numbers])
            .collect();
        if self.local {
            point.push("0.0".into());
            inout.push("false".into());
        }
        let gradient = if self.result == Ty::Unit { "None" } else { "Some(ad::gradient)" };
        let jvp = if self.local { "None" } else { "Some(ad::jvp)" };
        let second = if self.has_second(form) { "Some(ad::second)" } else { "None" };
        let plain = format!("pub mod {name} {{\nmod plain {{\n{}}}\n{fine}", self.plain(Form::Plain));
        let companion = format!(
            "mod ad {{\n{}}}\npub const CASE: support::Case = support::Case {{ point: &[{}], single: {single}, inout: &[{}], \
             plain: plain::plain, fine: {fine_path}::plain, vjp: ad::vjp, jvp: {jvp}, into: ad::into, gradient: {gradient}, second: {second} }};\n}}\n",
            self.companion(form),
            point.join(", "),
            inout.join(", "),
        );
        Module { plain, companion }
    }

    fn point(&self, numbers: usize) -> Vec<f64> {
        let mut rng = crate::rng::Rng::new(self.seed ^ 0x1234_5678);
        // Exact in `f32`, off the points where functions have kinks, and no two the same, which were one for an order.
        let mut point: Vec<f64> = Vec::new();
        for _ in 0..numbers {
            let mut next = || {
                let magnitude = (rng.between(9, 90) as f64 + 0.375) / 64.0;
                if rng.chance(35) { -magnitude } else { magnitude }
            };
            let drawn: Vec<f64> = (0..8).map(|_| next()).collect();
            let new = drawn.iter().find(|number| !point.contains(number));
            point.push(*new.unwrap_or(&drawn[0]));
        }
        point
    }

    fn leaves(&self, text: &str, tangents: bool, float: &str) -> String {
        let mut out = String::new();
        for s in self.structs_in_use(text) {
            if !s.variants.is_empty() {
                let tangent = if tangents { "nothing" } else { "" };
                out.push_str(&format!(
                    "use support::nothing;\nsupport::leaves!(enum {}: {tangent});\n",
                    s.name
                ));
                continue;
            }
            let fields = |fixed: bool| {
                let names: Vec<&str> = s
                    .fields
                    .iter()
                    .filter(|(_, ty)| (*ty == Ty::Fixed) == fixed)
                    .map(|(name, _)| name.as_str())
                    .collect();
                names.join(", ")
            };
            let tangent = if tangents { format!(": {}Tangent", s.name) } else { String::new() };
            out.push_str(&format!(
                "support::leaves!({} [{}]{tangent} {{ {} }} {{ {} }});\n",
                s.name,
                print(&s.generics, Form::Plain, float),
                fields(false),
                fields(true)
            ));
        }
        out
    }

    fn plain(&self, form: Form) -> String {
        let float = if form == Form::Fine { "f64" } else { self.float() };
        let text = print(&self.items.text(), form, float);
        let args = self.arguments_function(float);
        format!(
            "use support::{{Leaves, cut, cut as stop_gradient, seen}};\n{text}\n{}{args}pub fn plain(x: &[f64]) -> support::Outputs {{\n\
             support::move_locals(&x[{}..]);\n{}\nlet r = {}({});\n{}\n}}\n",
            self.leaves(&text, false, float),
            self.arguments.iter().map(|a| a.numbers).sum::<usize>(),
            self.bound(),
            self.top,
            self.passed(),
            self.outputs("r"),
        )
    }

    /// The items as others see them. A function whose result carries nothing has derivatives only where it asks for them.
    fn public(&self, text: &str) -> String {
        let asking = !self.result.carries(&self.structs);
        let checked = format!("fn {}", self.top);
        let mut depth = 0;
        let mut out = String::new();
        for line in text.lines() {
            let starts = ["fn ", "struct ", "const ", "static ", "type ", "enum "];
            if depth == 0 && starts.iter().any(|start| line.starts_with(start)) {
                if asking && line.starts_with(&checked) {
                    out.push_str("#[differentiate] ");
                }
                out.push_str("pub ");
            }
            depth += line.matches('{').count() as i64 - line.matches('}').count() as i64;
            out.push_str(line);
            out.push('\n');
        }
        out
    }

    fn companion(&self, form: Form) -> String {
        let text = print(&self.items.text(), form, self.float());
        let (text, at) = match form {
            Form::Module | Form::Second => (
                format!(
                    "#[differentiate{}]\nmod model {{\nuse super::*;\n{}\n}}\npub use model::*;\n",
                    order(form),
                    self.public(&text)
                ),
                "model::",
            ),
            _ => (text, ""),
        };
        let f = format!("{at}{}", self.top);
        let (bound, passed) = (self.bound(), self.passed());
        let adjoints = |numbers: &str| {
            let mut out = format!("let mut numbers = {numbers}.iter().copied();\n");
            // In the order of the inputs.
            for k in 0..self.arguments.len() {
                if self.active().any(|(active, _)| active == k) {
                    out.push_str(&format!("let mut b{k} = a{k}.adjoint(&mut numbers);\n"));
                }
            }
            if self.local {
                out.push_str(&format!(
                    "let mut bl: {} = support::Input::adjoint(&(0 as {0}), &mut numbers);\n",
                    self.float()
                ));
            }
            out
        };
        let list = |item: &dyn Fn(usize, &Argument) -> String| -> String {
            self.asked().into_iter().map(|k| format!(", {}", item(k, &self.arguments[k]))).collect()
        };
        let tangents = list(&|k, a| match (a.param.pass, &a.param.ty) {
            (Pass::Value, _) => format!("b{k}.clone()"),
            // A tangent has the form of its parameter; a number by its own name alone goes by value.
            (Pass::Ref, Ty::F) if !self.by_alias(k) => format!("b{k}"),
            (Pass::Ref, _) => format!("&b{k}"),
            (Pass::RefMut, _) => format!("&mut b{k}"),
        });
        let local = if self.local { ", &mut bl" } else { "" };
        let buffers = list(&|k, _| format!("&mut b{k}")) + local;
        let of_inout: String = self
            .active()
            .filter(|(_, a)| a.param.pass == Pass::RefMut)
            .map(|(k, _)| format!("b{k}.push_leaves(&mut dots);\n"))
            .collect();
        let mut after: String =
            self.active().map(|(k, _)| format!("b{k}.push_leaves(&mut after);\n")).collect();
        if self.local {
            after.push_str("bl.push_leaves(&mut after);\n");
        }
        // Gradients come in the order of the attribute; what they are compared with is in the order of the inputs.
        let sorted = |gradient: &str| {
            let asked = self.asked();
            let parts = asked.len() + usize::from(self.local);
            if parts == 1 || asked.is_sorted() {
                return format!("support::leaves(&{gradient})");
            }
            let mut order: Vec<usize> = (0..asked.len()).collect();
            order.sort_by_key(|&at| asked[at]);
            let local = if self.local { vec![asked.len()] } else { Vec::new() };
            let parts: Vec<String> =
                order.into_iter().chain(local).map(|at| format!("support::leaves(&g.{at})")).collect();
            format!("{{ let g = {gradient}; [{}].concat() }}", parts.join(", "))
        };
        let inout: Vec<usize> =
            self.active().filter(|(_, a)| a.param.pass == Pass::RefMut).map(|(k, _)| k).collect();
        // The adjoints that a pullback is given are of what the arguments hold behind the function.
        let inout_seeds = if inout.is_empty() {
            String::new()
        } else {
            let held: String = inout.iter().map(|k| format!("a{k},")).collect();
            let leaves: Vec<String> =
                (0..inout.len()).map(|at| format!("support::leaves(&held.{at}).len()")).collect();
            let adjoints: String = inout
                .iter()
                .enumerate()
                .map(|(at, k)| format!("let c{k} = held.{at}.adjoint(&mut tail);\n"))
                .collect();
            format!(
                "let held = {{ {bound}\nlet _ = {f}({passed}); ({held}) }};\n\
                 let mut tail = seed[seed.len() - ({})..].iter().copied();\n{adjoints}",
                leaves.join(" + ")
            )
        };
        let left: String = inout.iter().map(|k| format!("let mut b{k} = c{k};\n")).collect();
        let mut seeds: Vec<String> = Vec::new();
        if self.result != Ty::Unit {
            seeds.push("r.adjoint(&mut head)".into());
        }
        seeds.extend(inout.iter().map(|k| format!("c{k}")));
        let gradient = if self.result == Ty::Unit {
            String::new()
        } else {
            format!(
                "pub fn gradient(x: &[f64]) -> (support::Outputs, Vec<f64>, Vec<f64>) {{\n{bound}\nlet (r, g) = \
                 {f}::value_and_grad({passed});\nlet outputs = {{ {} }};\n{bound}\nlet h = {f}::grad({passed});\n(outputs, \
                 {}, {})\n}}\n",
                self.outputs("r"),
                sorted("g"),
                sorted("h"),
            )
        };
        // Locals have no tangents to be given.
        let jvp = if self.local {
            String::new()
        } else {
            format!(
                "pub fn jvp(x: &[f64], direction: &[f64]) -> (support::Outputs, Vec<f64>) {{\n{bound}\n{}let (r, dot) = \
                 {f}::jvp({passed}{tangents});\nlet mut dots = support::leaves(&dot);\n{of_inout}({{ {} }}, dots)\n}}\n",
                adjoints("direction"),
                self.outputs("r"),
            )
        };
        let second = if self.has_second(form) {
            self.second(&f, &bound, &passed, &adjoints("direction"))
        } else {
            String::new()
        };
        format!(
            "use autodiff_runtime::{{Differentiable, differentiate, stop_gradient}};\nuse support::{{Input, Leaves}};\n{text}\n{}{}\
             pub fn vjp(x: &[f64], seed: &[f64]) -> (support::Outputs, Vec<f64>) {{\n{inout_seeds}{bound}\nlet (r, pullback) = {f}::vjp({passed});\nlet mut head = \
             seed.iter().copied();\nlet g = {};\n({{ {} }}, g)\n}}\n\
             {jvp}\
             pub fn into(x: &[f64], before: &[f64], seed: &[f64]) -> (support::Outputs, Vec<f64>) {{\n{inout_seeds}{bound}\n{}{left}let r = \
             {f}::value_and_grad_into({passed}{buffers});\nlet mut after = Vec::new();\n{after}({{ {} }}, after)\n}}\n{gradient}{second}",
            self.leaves(&text, true, self.float()),
            self.arguments_function(self.float()),
            sorted(&format!("pullback({})", seeds.join(", "))),
            self.outputs("r"),
            adjoints("before"),
            self.outputs("r"),
        )
    }

    /// Whether the second derivatives are checked: not those by locals, or through what is changed.
    fn has_second(&self, form: Form) -> bool {
        let changed = self.active().any(|(_, a)| a.param.pass == Pass::RefMut);
        form == Form::Second
            && !self.local
            && !changed
            && self.result != Ty::Unit
            && self.result.carries(&self.structs)
    }

    /// The gradient of the tangent, by the inputs and by the direction: what calls of the function call.
    fn second(&self, f: &str, bound: &str, passed: &str, directions: &str) -> String {
        let each = |part: &dyn Fn(usize, bool) -> String| -> String {
            let active = |k: usize| self.active().any(|(active, _)| active == k);
            (0..self.arguments.len()).map(|k| part(k, active(k))).collect()
        };
        let dots = each(&|k, active| if active { format!("Some(&b{k}), ") } else { "None, ".into() });
        let again = each(&|k, _| match self.arguments[k].param.pass {
            Pass::Value if self.arguments[k].param.ty.text(&self.structs).starts_with('&') => {
                format!("a{k}, ")
            }
            Pass::Value => "(), ".into(),
            Pass::Ref => format!("&a{k}, "),
            Pass::RefMut => format!("&mut a{k}, "),
        });
        let mut zeros = String::new();
        let (mut by_inputs, mut by_direction) = (String::new(), String::new());
        for (k, _) in self.active() {
            for (of, leaves) in [("c", &mut by_inputs), ("d", &mut by_direction)] {
                zeros.push_str(&format!("let mut {of}{k} = a{k}.adjoint(&mut std::iter::repeat(0.0));\n"));
                leaves.push_str(&format!("{of}{k}.push_leaves(&mut {of});\n"));
            }
        }
        let slots = |of: &str| {
            each(&|k, active| if active { format!("Some(&mut {of}{k}), ") } else { "None, ".into() })
        };
        format!(
            "pub fn second(x: &[f64], direction: &[f64], seed: &[f64]) -> (Vec<f64>, Vec<f64>) {{\n{bound}\n{directions}{zeros}\
             let ((r, _), pullback) = {f}::order_2_forward({passed}, {dots});\n\
             let mut head = seed.iter().copied();\n\
             pullback({again}{dots}(r.adjoint(&mut std::iter::repeat(0.0)), r.adjoint(&mut head)), {}{});\n\
             let (mut c, mut d) = (Vec::new(), Vec::new());\n{by_inputs}{by_direction}(c, d)\n}}\n",
            slots("c"),
            slots("d"),
        )
    }

    /// The arguments with adjoints, in their order.
    fn active(&self) -> impl Iterator<Item = (usize, &Argument)> {
        let asked = |at: usize| self.wrt.as_ref().is_none_or(|wrt| wrt.contains(&at));
        self.arguments.iter().enumerate().filter(move |(_, a)| asked(a.at) && a.active())
    }

    /// The same in the order of the gradient.
    fn asked(&self) -> Vec<usize> {
        let mut asked: Vec<usize> = self.active().map(|(k, _)| k).collect();
        if let Some(wrt) = &self.wrt {
            asked.sort_by_key(|k| wrt.iter().position(|at| *at == self.arguments[*k].at));
        }
        asked
    }

    /// `fn args(x) -> (A0, A1, …)`
    fn arguments_function(&self, float: &str) -> String {
        let types: String = self
            .arguments
            .iter()
            .map(|a| {
                let ty = match &a.param.ty {
                    Ty::Slice(item) => Ty::Vec(item.clone()),
                    ty => ty.clone(),
                };
                format!("{}, ", print(&ty.text(&self.structs), Form::Plain, float))
            })
            .collect();
        let values: String = self
            .arguments
            .iter()
            .map(|a| format!("{}, ", a.value.replace("n()", &format!("n() as {float}"))))
            .collect();
        format!("fn args(x: &[f64]) -> ({types}) {{\nlet mut n = support::numbers(x);\n({values})\n}}\n")
    }

    fn bound(&self) -> String {
        let names: String = (0..self.arguments.len()).map(|k| format!("mut a{k}, ")).collect();
        format!("let ({names}) = args(x);")
    }

    fn passed(&self) -> String {
        let passed: Vec<String> = self
            .arguments
            .iter()
            .enumerate()
            .map(|(k, a)| match a.param.pass {
                Pass::Value => format!("a{k}.clone()"),
                Pass::Ref => format!("&a{k}"),
                Pass::RefMut => format!("&mut a{k}"),
            })
            .collect();
        passed.join(", ")
    }

    fn outputs(&self, result: &str) -> String {
        let inout: String = self
            .active()
            .filter(|(_, a)| a.param.pass == Pass::RefMut)
            .map(|(k, _)| format!("a{k}.push_leaves(&mut o.values);\n"))
            .collect();
        format!("let mut o = support::Outputs::of(&{result});\n{inout}o")
    }

    /// The program without a parameter of the checked function; false where there is none at this position.
    pub fn drop_param(&mut self, at: usize) -> bool {
        if self.wrt.as_ref().is_some_and(|wrt| wrt.contains(&at)) {
            return false;
        }
        let before = self.arguments.len();
        self.arguments.retain(|a| a.at != at);
        before != self.arguments.len() && self.arguments.iter().any(|a| a.active())
    }

    /// How long it is, for the shrinker.
    pub fn len(&self) -> usize {
        self.items.len()
    }
}

/// What the attribute on the module says.
fn order(form: Form) -> &'static str {
    if form == Form::Second { "(order = 2)" } else { "" }
}

/// Items one below the other.
pub fn items(nodes: Vec<Node>) -> Node {
    let mut parts = Vec::new();
    for node in nodes {
        parts.push(Part::Node(node));
        parts.push(Part::Text("\n".into()));
    }
    Node { sort: crate::tree::Sort::Fixed, parts }
}
