//! What only a differentiated module understands: traits, their objects, `Index`, macros, functions that take functions or give iterators.

use super::*;

/// Items, and functions that others may call by way of them.
pub fn define(g: &mut Gen) -> Node {
    match g.rng.below(9) {
        7 => may_fail(g),
        8 => Some(lengths(g)),
        0 => of_trait(g),
        1 | 6 => of_objects(g),
        2 => index(g),
        3 => Some(macro_rules(g)),
        4 => Some(takes_functions(g)),
        _ => Some(gives_iterators(g)),
    }
    .unwrap_or_else(|| macro_rules(g))
}

fn number(name: &str) -> Param {
    Param { name: name.into(), ty: Ty::F, pass: Pass::Value, no_diff: false }
}

/// A struct without parameters of its own.
fn plain_struct(g: &mut Gen) -> Option<usize> {
    let found: Vec<usize> = (0..g.structs.len())
        .filter(|&k| g.structs[k].variants.is_empty() && g.structs[k].generics.is_empty())
        .collect();
    if found.is_empty() { None } else { Some(*g.rng.pick(&found)) }
}

/// A float expression over these parameters alone.
fn of(g: &mut Gen, params: &[Param]) -> Node {
    g.within(params, &Ty::F, |g| {
        g.result = None;
        g.expr(&Ty::F)
    })
}

fn enter(g: &mut Gen, name: &str, form: CallForm, params: Vec<Param>) {
    g.functions.push(Function { name: name.into(), form, params, result: Ty::F });
}

/// `trait T { fn m(&self, x: F) -> F; fn p(&self, x: F) -> F { … } }`, an impl of it, and `fn q<M: T>(m: &M, …)`.
fn of_trait(g: &mut Gen) -> Option<Node> {
    let k = plain_struct(g)?;
    let (of_trait, method, provided, generic) = (g.fresh("Tr"), g.fresh("tm"), g.fresh("tp"), g.fresh("tq"));
    let own = Param { name: "self".into(), ty: Ty::Struct(k), pass: Pass::Ref, no_diff: false };
    let lent = Param { name: "m".into(), ..own.clone() };
    let list = Param { name: "list".into(), ty: Ty::slice(Ty::F), pass: Pass::Ref, no_diff: false };
    let body = g.function_body(&[own.clone(), number("x")], &Ty::F, 3);
    let (beside, behind) = (of(g, &[number("x")]), of(g, &[number("x"), list.clone()]));
    let name = g.structs[k].name.clone();
    let argument = if g.rng.chance(30) { ("", format!("&impl {of_trait}")) } else { ("<M>", "&M".into()) };
    let bound = match argument.0 {
        "" => String::new(),
        _ => format!("<M: {of_trait}>"),
    };
    enter(g, &method, CallForm::Method, vec![own.clone(), number("x")]);
    enter(g, &provided, CallForm::Method, vec![own, number("x")]);
    enter(g, &generic, CallForm::Path, vec![lent, number("x"), list]);
    let text = format!(
        "pub trait {of_trait} {{\nfn {method}(&self, x: @F) -> @F;\nfn {provided}(&self, mut x: @F) -> @F {{ self.{method}(x * \
         0.5) * 0.5 + self.{method}(0.25) + $ }}\n}}\nimpl {of_trait} for {name} {{\nfn {method}(&self, mut x: @F) -> @F $\n}}\n\
         fn {generic}{bound}(m: {}, mut x: @F, list: &[@F]) -> @F {{\nlet mut s = m.{provided}(x);\nfor v in list.iter().take(3) {{ s += \
         m.{method}(*v) * 0.5; }}\ns * 0.5 + $\n}}",
        argument.1
    );
    Some(Node::new(Sort::Item, &text, vec![beside, body, behind]))
}

/// A trait whose methods may fail, and a function that knows the trait alone.
fn may_fail(g: &mut Gen) -> Option<Node> {
    let k = plain_struct(g)?;
    let (of_trait, method, provided, generic) = (g.fresh("Tf"), g.fresh("fm"), g.fresh("fp"), g.fresh("fq"));
    let own = Param { name: "self".into(), ty: Ty::Struct(k), pass: Pass::Ref, no_diff: false };
    let lent = Param { name: "m".into(), ..own.clone() };
    let list = Param { name: "list".into(), ty: Ty::slice(Ty::F), pass: Pass::Ref, no_diff: false };
    let (beside, body) = (of(g, &[number("x")]), of(g, &[own, number("x")]));
    let behind = of(g, &[number("x"), list.clone()]);
    let name = g.structs[k].name.clone();
    enter(g, &generic, CallForm::Path, vec![lent, number("x"), list]);
    let text = format!(
        "pub trait {of_trait} {{\nfn {method}(&self, x: @F) -> Result<@F, String>;\nfn {provided}(&self, mut x: @F) -> Option<@F> {{\nlet v = \
         self.{method}(x * 0.5).ok()?;\nSome(v * 0.5 + $)\n}}\n}}\nimpl {of_trait} for {name} {{\nfn {method}(&self, mut x: @F) -> Result<@F, \
         String> {{\nif x > 0.75 {{ return Err(\"large\".to_string()); }}\nOk($)\n}}\n}}\nfn {generic}<M: {of_trait}>(m: &M, mut x: @F, list: \
         &[@F]) -> @F {{\nlet mut s = m.{provided}(x).unwrap_or(0.25 * x);\nfor v in list.iter().take(3) {{ if let Ok(w) = m.{method}(*v) {{ s \
         += w * 0.5; }} }}\ns * 0.5 + $\n}}"
    );
    Some(Node::new(Sort::Item, &text, vec![beside, body, behind]))
}

/// A struct of so many numbers as a parameter says, which nothing writes.
fn lengths(g: &mut Gen) -> Node {
    let (state, function) = (g.fresh("St"), g.fresh("sf"));
    let (a, b) = (of(g, &[number("x"), number("y")]), of(g, &[number("x"), number("y")]));
    enter(g, &function, CallForm::Path, vec![number("x"), number("y")]);
    let text = format!(
        "#[derive(Clone, Copy, Debug)]\npub struct {state}<const N: usize>(pub [@F; N]);\nimpl<const N: usize> std::ops::Add for {state}<N> \
         {{\ntype Output = Self;\nfn add(self, o: Self) -> Self {{ {state}(std::array::from_fn(|i| self.0[i] + o.0[i] * 0.5)) }}\n}}\n\
         impl<const N: usize> std::ops::Mul<@F> for {state}<N> {{\ntype Output = Self;\nfn mul(self, k: @F) -> Self {{ {state}(self.0.map(|v| v * \
         k)) }}\n}}\nimpl<const N: usize> {state}<N> {{\nfn new(k: @F) -> Self {{ Self(std::array::from_fn(|i| k * i as @F)) }}\n}}\n\
         fn {function}(mut x: @F, mut y: @F) -> @F {{\nlet mut s = {state}([x, $, y]);\nlet t: {state}<3> = {state}::new($);\nfor _ in 0..2 {{ s = \
         s + t * 0.25; }}\ns.0[0] * 0.5 + s.0.iter().sum::<@F>() * 0.125 + t.0[2]\n}}"
    );
    Node::new(Sort::Item, &text, vec![a, b])
}

/// A trait of which there are objects: a struct, a type that holds another object, and functions that take and make these.
fn of_objects(g: &mut Gen) -> Option<Node> {
    let k = plain_struct(g)?;
    let (of_trait, method, provided) = (g.fresh("Ob"), g.fresh("om"), g.fresh("op"));
    let (outer, takes, makes) = (g.fresh("Out"), g.fresh("ot"), g.fresh("ok"));
    let own = Param { name: "self".into(), ty: Ty::Struct(k), pass: Pass::Ref, no_diff: false };
    let (lent, given) =
        (Param { name: "m".into(), ..own.clone() }, Param { name: "s".into(), ..own.clone() });
    let list = Param { name: "list".into(), ty: Ty::slice(Ty::F), pass: Pass::Ref, no_diff: false };
    let body = g.function_body(&[own.clone(), number("x")], &Ty::F, 3);
    let (beside, inside) = (of(g, &[number("x")]), of(g, &[number("x")]));
    let (behind, after) = (of(g, &[number("x"), list.clone()]), of(g, &[number("x"), given.clone()]));
    let name = g.structs[k].name.clone();
    enter(g, &takes, CallForm::Path, vec![lent, number("x"), list]);
    enter(g, &makes, CallForm::Path, vec![given, number("x")]);
    let sum = *g.rng.pick(&[
        "many.iter().map(|o| o.{m}(x) * 0.5).sum::<@F>()",
        "{ let mut t = 0.5; for o in &many { t = t * 0.25 + o.{m}(x); } t }",
        "many[0].{m}(x) * many[1].{p}(0.5)",
    ]);
    let sum = sum.replace("{m}", &method).replace("{p}", &provided);
    let one = *g.rng.pick(&[
        "Box::new(s.clone())",
        "if x > 0.25 { Box::new(s.clone()) } else { Box::new(OUT { by: x, of: Box::new(s.clone()) }) }",
    ]);
    let one = one.replace("OUT", &outer);
    let text = format!(
        "pub trait {of_trait} {{\nfn {method}(&self, x: @F) -> @F;\nfn {provided}(&self, mut x: @F) -> @F {{ self.{method}(x * 0.5) * 0.5 \
         + $ }}\n}}\nimpl {of_trait} for {name} {{\nfn {method}(&self, mut x: @F) -> @F $\n}}\n\
         pub struct {outer} {{ by: @F, of: Box<dyn {of_trait}> }}\nimpl {of_trait} for {outer} {{\nfn {method}(&self, mut x: @F) -> @F {{ \
         self.of.{method}(x * self.by) * 0.5 + self.by + $ }}\nfn {provided}(&self, x: @F) -> @F {{ self.of.{provided}(x) * self.by }}\n}}\n\
         fn {takes}(m: &dyn {of_trait}, mut x: @F, list: &[@F]) -> @F {{\nlet mut s = m.{provided}(x);\nfor v in list.iter().take(3) {{ s += \
         m.{method}(*v) * 0.5; }}\ns * 0.5 + $\n}}\n\
         fn {makes}(s: &{name}, mut x: @F) -> @F {{\nlet one: Box<dyn {of_trait}> = {one};\n\
         let mut many: Vec<Box<dyn {of_trait}>> = vec![Box::new(s.clone()), Box::new({outer} {{ by: x, of: Box::new(s.clone()) }})];\n\
         many.push(Box::new({outer} {{ by: 0.5, of: Box::new(s.clone()) }}));\n\
         {takes}(&*one, x, &[0.5, x]) + {sum} + $\n}}"
    );
    Some(Node::new(Sort::Item, &text, vec![beside, body, inside, behind, after]))
}

/// `Index<usize>` of a struct by one of its fields, and a function that reads and writes by it.
fn index(g: &mut Gen) -> Option<Node> {
    let k = plain_struct(g)?;
    let Struct { name, fields, .. } = g.structs[k].clone();
    let (field, _) = fields
        .into_iter()
        .find(|(_, ty)| matches!(ty, Ty::Vec(item) | Ty::Array(item, _) if **item == Ty::F))?;
    if g.indexed.contains(&k) {
        return None;
    }
    g.indexed.push(k);
    let (reads, writes) = (g.fresh("ir"), g.fresh("iw"));
    let lent = Param { name: "s".into(), ty: Ty::Struct(k), pass: Pass::Ref, no_diff: false };
    let (value, other) = (of(g, &[number("x")]), of(g, &[number("x")]));
    enter(g, &reads, CallForm::Path, vec![lent.clone(), number("x")]);
    enter(g, &writes, CallForm::Path, vec![lent, number("x")]);
    let text = format!(
        "impl std::ops::Index<usize> for {name} {{\ntype Output = @F;\nfn index(&self, i: usize) -> &@F {{ &self.{field}[i % \
         self.{field}.len()] }}\n}}\nimpl std::ops::IndexMut<usize> for {name} {{\nfn index_mut(&mut self, i: usize) -> &mut @F {{ let n = \
         self.{field}.len(); &mut self.{field}[i % n] }}\n}}\nfn {reads}(s: &{name}, mut x: @F) -> @F {{ s[0] * x + s[1].sin() * $ }}\n\
         fn {writes}(s: &{name}, mut x: @F) -> @F {{\nlet mut t = s.clone();\nt[1] = x * t[0];\nfor i in 0..3 {{ t[i] += $; t[i + 1] *= 0.5; \
         }}\nt[0] + t[1] * t[2]\n}}"
    );
    Some(Node::new(Sort::Item, &text, vec![value, other]))
}

fn macro_rules(g: &mut Gen) -> Node {
    let (name, repeated, function) = (g.fresh("mac"), g.fresh("rep"), g.fresh("mf"));
    let (a, b) = (of(g, &[number("x"), number("y")]), of(g, &[number("x"), number("y")]));
    enter(g, &function, CallForm::Path, vec![number("x"), number("y")]);
    // A dollar stands for a child in templates: those of the macro are written as one that is none.
    let text = format!(
        "macro_rules! {name} {{ (@dollar a:expr, @dollar b:expr) => {{{{ let t = @dollar a; let x = @dollar b; t * x * 0.5 + t }}}}; }}\n\
         macro_rules! {repeated} {{ (@dollar (@dollar a:expr),+) => {{{{ let mut s = 0.0; @dollar ( s = s * 0.5 + @dollar a; )+ s }}}}; \
         }}\nfn {function}(mut x: @F, mut y: @F) -> @F {{\nlet t = {name}!($, y);\n{repeated}!(x, t, {name}!(t, 0.5)) + {name}!(x, $)\n}}"
    );
    Node::new(Sort::Item, &text, vec![a, b])
}

fn takes_functions(g: &mut Gen) -> Node {
    let (twice, function) = (g.fresh("tw"), g.fresh("tf"));
    let inside = of(g, &[number("t"), number("y")]);
    let beside = of(g, &[number("x"), number("y")]);
    enter(g, &function, CallForm::Path, vec![number("x"), number("y")]);
    let bound = *g.rng.pick(&["impl Fn(@F) -> @F", "&dyn Fn(@F) -> @F"]);
    let reference = if bound.starts_with('&') { "&" } else { "" };
    let text = format!(
        "fn {twice}(f: {bound}, x: @F) -> @F {{ let y = f(x); f(y * 0.5) + x * y }}\nfn {function}(mut x: @F, mut y: @F) -> @F {{ \
         {twice}({reference}|mut t: @F| t * y * 0.5 + $, x) + $ }}"
    );
    Node::new(Sort::Item, &text, vec![inside, beside])
}

fn gives_iterators(g: &mut Gen) -> Node {
    let (squares, total, function) = (g.fresh("sq"), g.fresh("to"), g.fresh("si"));
    let list = Param { name: "list".into(), ty: Ty::slice(Ty::F), pass: Pass::Ref, no_diff: false };
    let beside = of(g, &[number("x"), list.clone()]);
    enter(g, &function, CallForm::Path, vec![list, number("x")]);
    let text = format!(
        "fn {squares}<'a>(list: &'a [@F]) -> impl Iterator<Item = @F> + 'a {{ list.iter().map(|a| a * a * 0.5) }}\nfn {total}(items: impl \
         Iterator<Item = @F>) -> @F {{ items.fold(0.5, |a, b| a * 0.5 + b) }}\nfn {function}(list: &[@F], mut x: @F) -> @F {{\n\
         {squares}(list).zip({squares}(list).skip(1)).map(|(a, b)| a * b * x).sum::<@F>() + {total}(list.iter().map(|v| v.sin())) + $\n}}"
    );
    Node::new(Sort::Item, &text, vec![beside])
}
