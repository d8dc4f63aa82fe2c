//! Enums whose variants hold data: defined, made, taken apart, changed where they are, handed to functions.

use super::*;
use crate::tree::stmt;

/// An enum of the program.
#[derive(Clone, Debug)]
pub struct Enum {
    pub name: String,
    pub variants: Vec<Variant>,
}

/// A variant: its fields have names, or positions.
#[derive(Clone, Debug)]
pub struct Variant {
    pub name: String,
    pub fields: Vec<(Option<String>, Held)>,
}

/// What a variant holds: of a type, or the enum itself in a `Box`.
#[derive(Clone, Debug, PartialEq)]
pub enum Held {
    Of(Ty),
    Itself,
}

/// How a value is taken apart.
#[derive(Clone, Copy, PartialEq)]
enum By {
    Value,
    Ref,
    RefMut,
}

/// Defines an enum, and a function that takes it by reference.
pub fn define(g: &mut Gen) -> Vec<Node> {
    let name = g.fresh("Shape");
    let mut variants = Vec::new();
    for at in 0..g.rng.between(2, 4) {
        let fields = (0..g.rng.between(if at == 0 { 1 } else { 0 }, 3)).map(|k| {
            let held = match g.rng.below(10) {
                0..=4 => Held::Of(Ty::F),
                5 => Held::Of(Ty::vec(Ty::F)),
                6 => Held::Of(Ty::array(Ty::F, 2)),
                7 => Held::Of(Ty::tuple(vec![Ty::F, Ty::F])),
                8 => Held::Of(Ty::Usize),
                _ if at == 0 => Held::Of(Ty::F),
                _ => Held::Itself,
            };
            (k, held)
        });
        let fields: Vec<(usize, Held)> = fields.collect();
        let named = g.rng.chance(40);
        let label = |k: usize| named.then(|| ["a", "b", "size"][k].to_string());
        let fields = fields.into_iter().map(|(k, held)| (label(k), held)).collect();
        variants.push(Variant { name: ["First", "Other", "Third", "Last"][at].to_string(), fields });
    }
    let own = Enum { name: name.clone(), variants };
    let lines: Vec<String> = own.variants.iter().map(|variant| variant.definition(g, &name)).collect();
    let item =
        Node::new(Sort::Item, &format!("@derive()\npub enum {name} {{ {} }}", lines.join(", ")), vec![]);
    g.enums.push(own);
    let size = function(g, &name);
    vec![item, size]
}

/// `fn m(e: &Shape, w: F) -> F { match e { … } }`, which calls itself for what is in a `Box`.
fn function(g: &mut Gen, of: &str) -> Node {
    let (name, e, w) = (g.fresh("m"), g.fresh("e"), g.fresh("w"));
    let ty = Ty::Enum(of.into());
    let params = vec![
        Param { name: e.clone(), ty, pass: Pass::Ref, no_diff: false },
        Param { name: w.clone(), ty: Ty::F, pass: Pass::Value, no_diff: false },
    ];
    let found = g.enum_of(of);
    g.fuel = 3;
    let body = g.within(&params, &Ty::F, |g| arms(g, &found, &e, By::Ref, Some((&name, &w))));
    let text = format!("@differentiate()\nfn {name}({e}: &{of}, mut {w}: @F) -> @F {{\n$\n}}");
    g.functions.push(Function { name, form: CallForm::Path, params, result: Ty::F });
    Node::new(Sort::Item, &text, vec![body])
}

impl Variant {
    fn definition(&self, g: &Gen, of: &str) -> String {
        let parts: Vec<String> = self
            .fields
            .iter()
            .map(|(label, held)| {
                let ty = match held {
                    Held::Of(ty) => ty.text(&g.structs),
                    Held::Itself => format!("Box<{of}>"),
                };
                label.as_ref().map_or(ty.clone(), |label| format!("{label}: {ty}"))
            })
            .collect();
        self.with(&parts, "")
    }

    /// The variant with something in the place of each field, which has its label already.
    fn with(&self, parts: &[String], of: &str) -> String {
        let list = parts.join(", ");
        match self.fields.first() {
            None => format!("{of}{}", self.name),
            Some((None, _)) => format!("{of}{}({list})", self.name),
            Some((Some(_), _)) => format!("{of}{} {{ {list} }}", self.name),
        }
    }
}

impl Gen {
    fn enum_of(&self, name: &str) -> Enum {
        self.enums.iter().find(|found| found.name == name).expect("it is defined").clone()
    }

    fn some_enum(&mut self) -> Option<Enum> {
        if self.enums.is_empty() {
            return None;
        }
        let at = self.rng.below(self.enums.len());
        Some(self.enums[at].clone())
    }
}

/// A value of an enum.
pub fn literal(g: &mut Gen, ty: &Ty, name: &str) -> Node {
    let found = g.enum_of(name);
    let flat: Vec<&Variant> = found
        .variants
        .iter()
        .filter(|variant| variant.fields.iter().all(|(_, held)| *held != Held::Itself))
        .collect();
    let variant = match g.depth > 2 || g.rng.chance(50) {
        true => (*g.rng.pick(&flat)).clone(),
        false => g.rng.pick(&found.variants).clone(),
    };
    let mut children = Vec::new();
    let mut parts = Vec::new();
    for (label, held) in &variant.fields {
        let part = match held {
            Held::Of(ty) => {
                children.push(g.expr(ty));
                "$"
            }
            Held::Itself => {
                children.push(g.expr(ty));
                "Box::new($)"
            }
        };
        parts.push(label.as_ref().map_or(part.to_string(), |label| format!("{label}: {part}")));
    }
    expr(ty, &variant.with(&parts, &format!("{name}::")), children)
}

/// `match e { … }`, or a chain of `if let`; `again`: the function around and its other parameter, to be called for boxes.
fn arms(g: &mut Gen, of: &Enum, scrutinee: &str, by: By, again: Option<(&str, &str)>) -> Node {
    let mut children = Vec::new();
    let mut arms = Vec::new();
    for (at, variant) in of.variants.iter().enumerate() {
        let last = at + 1 == of.variants.len();
        if last && at > 0 && g.rng.chance(25) {
            children.push(g.expr(&Ty::F));
            arms.push("_ => $".to_string());
            break;
        }
        let (pattern, floats) = pattern(g, of, variant, by);
        let star = if by == By::Value { "" } else { "*" };
        if let (Some(float), true) = (floats.first(), g.rng.chance(25)) {
            children.push(float.body(g, again));
            arms.push(format!("{} if {star}{} > 0.3 => $", float.pattern, float.name));
        }
        children.push(pattern.body(g, again));
        arms.push(format!("{} => $", pattern.pattern));
    }
    expr(&Ty::F, &format!("(match {scrutinee} {{ {} }})", arms.join(", ")), children)
}

/// A pattern of a variant, and what it binds.
#[derive(Clone)]
struct Bound {
    pattern: String,
    name: String,
    names: Vec<(String, Held)>,
    by: By,
}

impl Bound {
    /// An expression in which the names are in scope.
    fn body(&self, g: &mut Gen, again: Option<(&str, &str)>) -> Node {
        g.scoped(|g| {
            let mut boxed = Vec::new();
            for (name, held) in &self.names {
                match held {
                    Held::Of(ty) => {
                        let pass = match self.by {
                            By::Value => Pass::Value,
                            By::Ref => Pass::Ref,
                            By::RefMut => Pass::RefMut,
                        };
                        g.bind(name, ty.clone(), pass, self.by == By::RefMut).fixed = true;
                    }
                    Held::Itself => boxed.push(name.clone()),
                }
            }
            let body = if g.fuel > 0 && g.nesting < 4 && g.rng.chance(35) {
                g.block_of(&Ty::F, 2)
            } else {
                g.expr(&Ty::F)
            };
            match (again, boxed.first()) {
                (Some((function, w)), Some(name)) => {
                    expr(&Ty::F, &format!("({function}({name}, {w} * 0.5) * 0.5 + $)"), vec![body])
                }
                _ => body,
            }
        })
    }
}

/// A pattern of a variant; in the second place one that binds a float, if there is one.
fn pattern(g: &mut Gen, of: &Enum, variant: &Variant, by: By) -> (Bound, Vec<Bound>) {
    let mut names = Vec::new();
    let mut parts = Vec::new();
    let mut float = None;
    for (label, held) in &variant.fields {
        let name = g.fresh("y");
        let plain = *held == Held::Of(Ty::F);
        let pair = *held == Held::Of(Ty::tuple(vec![Ty::F, Ty::F]));
        let part = if plain && float.is_none() {
            float = Some(name.clone());
            names.push((name.clone(), held.clone()));
            name
        } else if pair && g.rng.chance(50) {
            let second = g.fresh("y");
            names.push((name.clone(), Held::Of(Ty::F)));
            names.push((second.clone(), Held::Of(Ty::F)));
            format!("({name}, {second})")
        } else if *held == Held::Of(Ty::Usize) && g.rng.chance(30) {
            "_".into()
        } else {
            names.push((name.clone(), held.clone()));
            name
        };
        parts.push(label.as_ref().map_or(part.clone(), |label| format!("{label}: {part}")));
    }
    let pattern = variant.with(&parts, &format!("{}::", of.name));
    let bound = Bound { pattern, name: float.clone().unwrap_or_default(), names, by };
    let floats = float.map(|_| bound.clone()).into_iter().collect();
    (bound, floats)
}

/// A float out of an enum.
pub fn float(g: &mut Gen) -> Option<Node> {
    let of = g.some_enum()?;
    let ty = Ty::Enum(of.name.as_str().into());
    if g.depth > 2 {
        return None;
    }
    let place = g.place(&ty, false);
    match (place, g.rng.below(4)) {
        (Some((place, root)), 0 | 1) => {
            let reference = place.strip_prefix("(*").and_then(|place| place.strip_suffix(')'));
            let scrutinee = reference.map_or_else(|| format!("&{place}"), str::to_string);
            Some(g.sharing(&root, |g| arms(g, &of, &scrutinee, By::Ref, None)))
        }
        (_, 2) => {
            let value = g.expr(&ty);
            let name = g.fresh("z");
            let taken = arms(g, &of, &name, By::Value, None);
            Some(expr(&Ty::F, &format!("{{ let {name} = $; $ }}"), vec![value, taken]))
        }
        _ => {
            let (value, default) = (g.expr(&ty), g.expr(&Ty::F));
            let variant = g.rng.pick(&of.variants).clone();
            let (bound, _) = pattern(g, &of, &variant, By::Value);
            let body = bound.body(g, None);
            let text = format!("(if let {} = ($) {{ $ }} else {{ $ }})", bound.pattern);
            Some(expr(&Ty::F, &text, vec![value, body, default]))
        }
    }
}

/// `let mut e = Shape::First(…);`
pub fn binding(g: &mut Gen) -> Option<Node> {
    let of = g.some_enum()?;
    let ty = Ty::Enum(of.name.as_str().into());
    let value = g.expr(&ty);
    let name = g.fresh("e");
    g.bind(&name, ty, Pass::Value, true);
    Some(stmt(&format!("let mut {name} = $;"), vec![value]))
}

/// `e = Shape::Other { … };`, perhaps made of what it held.
pub fn assignment(g: &mut Gen) -> Option<Node> {
    let of = g.some_enum()?;
    let ty = Ty::Enum(of.name.as_str().into());
    let (place, root) = g.place(&ty, true)?;
    let place = place.strip_prefix('(').and_then(|p| p.strip_suffix(')')).unwrap_or(&place).to_string();
    let value = match g.rng.chance(50) {
        true => g.expr(&ty),
        false => g.without(&root, |g| g.literal(&ty)),
    };
    Some(stmt(&format!("{place} = $;"), vec![value]))
}

/// `if let Shape::First(x) = &mut e { … }`
pub fn change(g: &mut Gen) -> Option<Node> {
    let of = g.some_enum()?;
    let ty = Ty::Enum(of.name.as_str().into());
    let var = g.var_where(|var| var.ty == ty && var.writable && !var.shared && var.pass == Pass::Value)?;
    if g.nesting > 4 {
        return None;
    }
    let variant = g.rng.pick(&of.variants).clone();
    let (bound, _) = pattern(g, &of, &variant, By::RefMut);
    let name = var.name.clone();
    let body = g.without(&name, |g| {
        g.scoped(|g| {
            for (name, held) in &bound.names {
                if let Held::Of(ty) = held {
                    g.bind(name, ty.clone(), Pass::RefMut, true).fixed = true;
                }
            }
            let statements = g.statements(3);
            block(statements, None)
        })
    });
    let text = match g.rng.below(3) {
        0 => format!("if let {} = &mut {name} $", bound.pattern),
        1 => format!("match &mut {name} {{ {} => $, _ => {{}} }}", bound.pattern),
        _ => format!("while let {} = &mut {name} {{ $ break; }}", bound.pattern),
    };
    Some(stmt(&text, vec![body]))
}
