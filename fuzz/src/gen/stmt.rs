//! Statements.

use super::*;
use crate::tree::{sequence, stmt};

/// All statements.
pub const STATEMENTS: &[(usize, Construct)] = &[
    (30, binding),
    (22, assignment),
    (14, update),
    (6, branch),
    (6, chosen),
    (8, guarded),
    (2, consequence),
    (3, match_statement),
    (5, deferred),
    (4, destructured),
    (3, shadowing),
    (4, tuple_assignment),
    (3, memory),
    (3, early_return),
    (3, attribute),
    (6, marked),
    (6, cut_update),
    (1, range),
    (2, labelled_block),
    (4, again),
    (2, nested_function),
    (5, integer),
    (2, fields_swapped),
    (1, risky),
    (3, loops::over_pairs),
    (3, loops::over_parts),
    (3, loops::drained),
    (2, closures::of_arrays),
    (3, views::rows),
    (2, loops::over_literal),
    (2, iter::unzipped),
    (2, assertion),
    (1, nested_item),
    (2, let_else),
    (2, leave),
    (9, loops::counted),
    (9, loops::over_items),
    (4, loops::conditional),
    (3, loops::endless),
    (3, loops::with_value),
    (3, loops::filled),
    (6, views::mutable_element),
    (4, views::window),
    (3, views::split),
    (7, vecs::resized),
    (4, vecs::whole),
    (2, vecs::ordered),
    (5, closures::bound),
    (3, closures::mutating),
    (5, options::optional),
    (3, owned::pointer),
    (2, owned::deque),
    (2, owned::parted),
    (2, owned::borrowed),
    (2, owned::moving),
    (8, calls::statement),
    (6, structs::updated),
    (3, structs::pattern),
    (6, enums::binding),
    (5, enums::assignment),
    (8, enums::change),
    (3, ordered::operands),
    (1, ordered::copies),
    (2, ordered::joined),
    (2, ordered::left_chain),
    (2, ordered::arm),
];

impl Gen {
    /// `let mut name = value;`, in scope behind it.
    pub fn let_of(&mut self, ty: &Ty) -> Node {
        let typed = *ty == Ty::F && self.rng.chance(70);
        let value = if typed { self.typed() } else { self.expr(ty) };
        let name = self.fresh(match ty {
            Ty::F => "s",
            Ty::Array(..) => "a",
            Ty::Vec(_) => "v",
            Ty::Tuple(_) => "t",
            Ty::Struct(_) => "p",
            _ => "c",
        });
        let node = if typed || (!matches!(ty, Ty::F) && self.rng.chance(50) && self.inferred(ty)) {
            stmt(&format!("let mut {name} = $;"), vec![value])
        } else {
            stmt(&format!("let mut {name}: {} = $;", ty.text(&self.structs)), vec![value])
        };
        self.bind(&name, ty.clone(), Pass::Value, true);
        node
    }

    /// Whether a literal of a type tells its type.
    fn inferred(&self, ty: &Ty) -> bool {
        matches!(ty, Ty::Struct(_))
    }

    /// A value for a place: bounded where it might be fed back.
    pub fn stored(&mut self, ty: &Ty) -> Node {
        if *ty == Ty::F && (self.loop_depth > 0 || self.rng.chance(40)) { self.tame() } else { self.expr(ty) }
    }
}

fn binding(g: &mut Gen) -> Option<Node> {
    let ty = g.some_type();
    Some(g.let_of(&ty))
}

fn assignment(g: &mut Gen) -> Option<Node> {
    let found = g.places(true, &|ty| {
        !matches!(ty, Ty::Slice(_) | Ty::Fixed | Ty::Maybe | Ty::Usize | Ty::Bool | Ty::Str | Ty::Unit)
    });
    if found.is_empty() {
        return None;
    }
    let (place, ty, root) = g.rng.pick(&found).clone();
    if g.keeps_size(&root, &ty) {
        return None;
    }
    let value = g.stored(&ty);
    Some(stmt(&format!("{} = $;", bare(&place)), vec![value]))
}

fn update(g: &mut Gen) -> Option<Node> {
    let (place, _) = g.place(&Ty::F, true)?;
    let value = g.tame();
    let place = bare(&place);
    let template =
        *g.rng.pick(&["+= $", "-= $", "+= $ * 0.5", "*= $", "*= 1.0 + 0.2 * $", "/= 1.5 + $", "+= 0.3 * $"]);
    Some(stmt(&format!("{place} {template};"), vec![value]))
}

/// A place without parentheses around it.
fn bare(place: &str) -> &str {
    place.strip_prefix('(').and_then(|p| p.strip_suffix(')')).unwrap_or(place)
}

fn branch(g: &mut Gen) -> Option<Node> {
    if g.nesting > 3 {
        return None;
    }
    let condition = g.condition();
    let then = g.body(3);
    match g.rng.below(4) {
        0 => Some(stmt("if $ $", vec![condition, then])),
        1 => {
            let (other, second, last) = (g.condition(), g.body(2), g.body(2));
            Some(stmt("if $ $ else if $ $ else $", vec![condition, then, other, second, last]))
        }
        _ => {
            let other = g.body(3);
            Some(stmt("if $ $ else $", vec![condition, then, other]))
        }
    }
}

/// `let s: f64 = if … { … } else { … };`
fn chosen(g: &mut Gen) -> Option<Node> {
    if g.nesting > 3 {
        return None;
    }
    let ty = if g.rng.chance(60) { Ty::F } else { g.some_type() };
    let name = g.fresh("s");
    let text = ty.text(&g.structs);
    let node = match g.rng.below(4) {
        0 => {
            let (k, a, b, c) = (g.int(), g.expr(&ty), g.block_of(&ty, 2), g.expr(&ty));
            stmt(
                &format!("let mut {name}: {text} = match $ {{ 0 => $, 1 | 2 => $, _ => $ }};"),
                vec![k, a, b, c],
            )
        }
        1 => {
            let (condition, a, b) = (g.condition(), g.expr(&ty), g.expr(&ty));
            stmt(&format!("let mut {name}: {text} = if $ {{ $ }} else {{ $ }};"), vec![condition, a, b])
        }
        2 => {
            let (c, a, d, b, e) =
                (g.condition(), g.block_of(&ty, 1), g.condition(), g.block_of(&ty, 1), g.block_of(&ty, 2));
            stmt(&format!("let mut {name}: {text} = if $ $ else if $ $ else $;"), vec![c, a, d, b, e])
        }
        _ => {
            let (condition, a, b) = (g.condition(), g.block_of(&ty, 2), g.block_of(&ty, 2));
            stmt(&format!("let mut {name}: {text} = if $ $ else $;"), vec![condition, a, b])
        }
    };
    g.bind(&name, ty, Pass::Value, true);
    Some(node)
}

/// `let s: f64 = if d > 0.0 { d.sqrt() } else { … };` and its like.
fn guarded(g: &mut Gen) -> Option<Node> {
    let value = g.choose(expr::BRANCHES)?;
    let s = g.fresh("s");
    g.bind(&s, Ty::F, Pass::Value, true);
    Some(stmt(&format!("let mut {s}: @F = $;"), vec![value]))
}

/// A root that is NaN, and a guard behind it.
fn consequence(g: &mut Gen) -> Option<Node> {
    let (place, _) = g.place(&Ty::F, false)?;
    let (d, s) = (g.fresh("d"), g.fresh("s"));
    let (a, b) = (g.typed(), g.leaf());
    g.bind(&s, Ty::F, Pass::Value, true);
    let root = *g.rng.pick(&["sqrt()", "ln()", "asin()", "powf(0.5)", "acosh()"]);
    let guard = *g.rng.pick(&["~ > 0.0", "~.is_finite()", "!~.is_nan()"]);
    Some(stmt(
        &format!(
            "let {d} = {place}.{root} * $;\nlet mut {s}: @F = if {} {{ {d}.sin() }} else {{ $ }};",
            guard.replace('~', &d)
        ),
        vec![a, b],
    ))
}

fn match_statement(g: &mut Gen) -> Option<Node> {
    if g.nesting > 3 {
        return None;
    }
    let k = g.int();
    let (a, b, c) = (g.body(2), g.body(2), g.body(2));
    let template = *g.rng.pick(&[
        "match $ { 0 => $ 1 => $ _ => $ }",
        "match $ % 3 { 0 => $ n if n > 1 => $ _ => $ }",
        "match $ { 0..=1 => $ 2 | 3 => $ _ => $ }",
    ]);
    Some(stmt(template, vec![k, a, b, c]))
}

fn deferred(g: &mut Gen) -> Option<Node> {
    let ty = if g.rng.chance(60) { Ty::F } else { g.some_type() };
    let (condition, name) = (g.condition(), g.fresh("d"));
    let (a, b) = (g.expr(&ty), g.expr(&ty));
    let text = ty.text(&g.structs);
    let node = match g.rng.below(2) {
        0 => stmt(
            &format!("let mut {name}: {text};\nif $ {{ {name} = $; }} else {{ {name} = $; }}"),
            vec![condition, a, b],
        ),
        _ => stmt(&format!("let mut {name}: {text} = $;\nif $ {{ {name} = $; }}"), vec![a, condition, b]),
    };
    g.bind(&name, ty, Pass::Value, true);
    Some(node)
}

fn destructured(g: &mut Gen) -> Option<Node> {
    let (a, b) = (g.fresh("x"), g.fresh("y"));
    let node = match g.rng.below(6) {
        0 => {
            let value = g.literal(&Ty::tuple(vec![Ty::F, Ty::F]));
            stmt(&format!("let (mut {a}, mut {b}): (@F, @F) = $;"), vec![value])
        }
        1 => {
            let value = g.expr(&Ty::array(Ty::F, 2));
            stmt(&format!("let [mut {a}, mut {b}]: [@F; 2] = $;"), vec![value])
        }
        2 => {
            let value = g.expr(&Ty::array(Ty::F, 3));
            stmt(&format!("let [mut {a}, .., mut {b}]: [@F; 3] = $;"), vec![value])
        }
        3 => {
            let value = g.typed();
            stmt(&format!("let (mut {a}, mut {b}) = $.sin_cos();"), vec![value])
        }
        4 => {
            let value = g.expr(&Ty::tuple(vec![Ty::F, Ty::Usize]));
            let c = g.fresh("k");
            let other = g.typed();
            let node =
                stmt(&format!("let (mut {a}, {c}): (@F, usize) = $;\nlet mut {b} = $;"), vec![value, other]);
            g.bind(&c, Ty::Usize, Pass::Value, false);
            node
        }
        _ => {
            let inner = Ty::tuple(vec![Ty::F, Ty::tuple(vec![Ty::F, Ty::F])]);
            let value = g.literal(&inner);
            stmt(&format!("let (mut {a}, (mut {b}, _)): (@F, (@F, @F)) = $;"), vec![value])
        }
    };
    g.bind(&a, Ty::F, Pass::Value, true);
    g.bind(&b, Ty::F, Pass::Value, true);
    Some(node)
}

fn shadowing(g: &mut Gen) -> Option<Node> {
    let var = g.var_where(|var| {
        var.pass == Pass::Value && var.writable && !var.shared && !var.fixed && var.name != "self"
    })?;
    let ty = if g.rng.chance(70) { var.ty.clone() } else { Ty::F };
    let value = if ty == Ty::F { g.typed() } else { g.expr(&ty) };
    let name = var.name;
    g.bind(&name, ty.clone(), Pass::Value, true);
    Some(stmt(&format!("let mut {name}: {} = $;", ty.text(&g.structs)), vec![value]))
}

fn tuple_assignment(g: &mut Gen) -> Option<Node> {
    let (a, _) = g.place(&Ty::F, true)?;
    let (b, _) = g.place(&Ty::F, true)?;
    let (x, y) = (g.tame(), g.tame());
    match g.rng.below(3) {
        0 => Some(stmt(&format!("({}, {}) = ($, $);", bare(&a), bare(&b)), vec![x, y])),
        1 => Some(stmt(&format!("({}, {}) = ({b}, {a} * $);", bare(&a), bare(&b)), vec![x])),
        _ => {
            let (t, _) = g.place(&Ty::tuple(vec![Ty::F, Ty::F]), true)?;
            Some(stmt(&format!("{} = ({t}.1, {t}.0 * $);", bare(&t)), vec![x]))
        }
    }
}

fn memory(g: &mut Gen) -> Option<Node> {
    let (a, root) = g.place(&Ty::F, true)?;
    let a = bare(&a).to_string();
    match g.rng.below(4) {
        0 => {
            let other = g.without(&root, |g| g.place(&Ty::F, true));
            let (b, _) = other?;
            Some(stmt(&format!("std::mem::swap(&mut {a}, &mut {});", bare(&b)), vec![]))
        }
        1 => {
            let value = g.without(&root, |g| g.tame());
            let name = g.fresh("s");
            g.bind(&name, Ty::F, Pass::Value, true);
            Some(stmt(&format!("let mut {name} = std::mem::replace(&mut {a}, $);"), vec![value]))
        }
        2 => {
            let name = g.fresh("s");
            g.bind(&name, Ty::F, Pass::Value, true);
            Some(stmt(&format!("let mut {name} = std::mem::take(&mut {a});"), vec![]))
        }
        _ => {
            let ty = g.some_type();
            let (a, root) = g.place(&ty, true)?;
            if g.keeps_size(&root, &ty) {
                return None;
            }
            let value = g.without(&root, |g| g.expr(&ty));
            let name = g.fresh("o");
            let text = ty.text(&g.structs);
            g.bind(&name, ty, Pass::Value, true);
            Some(stmt(
                &format!("let mut {name}: {text} = std::mem::replace(&mut {}, $);", bare(&a)),
                vec![value],
            ))
        }
    }
}

fn early_return(g: &mut Gen) -> Option<Node> {
    let result = g.result.clone()?;
    if g.nesting > 3 || g.rng.chance(50) {
        return None;
    }
    let condition = g.condition();
    if result == Ty::Unit {
        return Some(stmt("if $ { return; }", vec![condition]));
    }
    let value = g.scoped(|g| g.expr(&result));
    Some(stmt("if $ { return $; }", vec![condition, value]))
}

fn leave(g: &mut Gen) -> Option<Node> {
    if g.loops.is_empty() {
        return None;
    }
    let condition = g.condition();
    let label = g.rng.pick(&g.loops).clone();
    let word = *g.rng.pick(&["break", "continue"]);
    match label {
        Some(label) => Some(stmt(&format!("if $ {{ {word} {label}; }}"), vec![condition])),
        None if g.loops.last() == Some(&None) => Some(stmt(&format!("if $ {{ {word}; }}"), vec![condition])),
        None => None,
    }
}

/// `#[cfg]`, `#[no_diff]`, `#[allow]`.
fn attribute(g: &mut Gen) -> Option<Node> {
    match g.rng.below(7) {
        4 => {
            let (name, a, b, k) = (g.fresh("s"), g.typed(), g.typed(), g.int());
            g.bind(&name, Ty::F, Pass::Value, true);
            Some(stmt(
                &format!("let mut {name}: @F = match $ {{\n#[cfg(any())]\n_ => 0.5,\n0 => $,\n_ => $ }};"),
                vec![k, a, b],
            ))
        }
        5 => {
            let (name, a, b, c) = (g.fresh("a"), g.typed(), g.leaf(), g.leaf());
            g.bind(&name, Ty::array(Ty::F, 2), Pass::Value, true);
            Some(stmt(&format!("let mut {name}: [@F; 2] = [$, #[cfg(any())] $, $];"), vec![a, b, c]))
        }
        6 => {
            let k = (0..g.structs.len())
                .find(|&k| !g.structs[k].fields.is_empty() && g.structs[k].generics.is_empty())?;
            let (ty, Struct { name, fields, .. }) = (Ty::Struct(k), g.structs[k].clone());
            let mut children: Vec<Node> = fields.iter().map(|(_, ty)| g.expr(ty)).collect();
            children.insert(0, g.expr(&fields[0].1));
            let mut list = vec![format!("#[cfg(any())]\n{}: $", fields[0].0)];
            list.extend(fields.iter().map(|(field, _)| format!("{field}: $")));
            let p = g.fresh("p");
            g.bind(&p, ty, Pass::Value, true);
            Some(stmt(&format!("let mut {p} = {name} {{ {} }};", list.join(", ")), children))
        }
        0 => {
            let place = g.place(&Ty::F, true)?.0;
            let value = g.tame();
            let flag = *g.rng.pick(&["any()", "all()", "not(any())"]);
            Some(stmt(&format!("#[cfg({flag})]\n{{ {} = $; }}", bare(&place)), vec![value]))
        }
        1 => {
            let name = g.fresh("s");
            let (a, b) = (g.typed(), g.typed());
            g.bind(&name, Ty::F, Pass::Value, true);
            Some(stmt(
                &format!("#[cfg(all())]\nlet mut {name} = $;\n#[cfg(any())]\nlet mut {name} = $;"),
                vec![a, b],
            ))
        }
        2 => {
            let name = g.fresh("s");
            let value = g.typed();
            g.bind(&name, Ty::F, Pass::Value, false);
            Some(stmt(&format!("@no_diff let {name} = @cut($);"), vec![value]))
        }
        _ => {
            let name = g.fresh("s");
            let value = g.typed();
            g.bind(&name, Ty::F, Pass::Value, true);
            Some(stmt(&format!("#[allow(unused_mut)]\nlet mut {name} = $;"), vec![value]))
        }
    }
}

/// A local that the attribute names: `stop(h)`, `wrt(h)`.
fn marked(g: &mut Gen) -> Option<Node> {
    if g.nesting > 1 || g.loop_depth > 0 {
        return None;
    }
    if g.marks.stop && g.marks.stopped.is_none() {
        // What is written out in the function may have a local of that name.
        let name = if g.rng.chance(50) { "held".to_string() } else { g.fresh("h") };
        g.marks.stopped = Some(name.clone());
        let value = if g.rng.chance(30) { expr(&Ty::F, "0.0", vec![]) } else { g.typed() };
        g.bind(&name, Ty::F, Pass::Value, false).cut = true;
        return Some(stmt(&format!("let mut {name}: @F = $;"), vec![value]));
    }
    if g.marks.wrt && g.marks.asked.is_none() {
        let name = g.fresh("h");
        g.marks.asked = Some(name.clone());
        let value = g.typed();
        g.bind(&name, Ty::F, Pass::Value, false);
        return Some(Node::new(Sort::Fixed, &format!("let {name}: @F = @seen($);"), vec![value]));
    }
    None
}

/// A write to a local that is stopped at.
fn cut_update(g: &mut Gen) -> Option<Node> {
    let var = g.var_where(|var| var.cut && !var.shared)?;
    let value = g.tame();
    let op = *g.rng.pick(&["=", "+=", "*=", "-="]);
    Some(stmt(&format!("{} {op} $;", var.name), vec![value]))
}

/// `'a: { … if c { break 'a; } … }`
fn labelled_block(g: &mut Gen) -> Option<Node> {
    if g.nesting > 3 {
        return None;
    }
    let label = format!("'{}", g.fresh("b"));
    let outer = std::mem::take(&mut g.loops);
    let (first, condition, rest) = g.scoped(|g| {
        let first = g.statements(2);
        (sequence(first), g.condition(), sequence(g.statements(2)))
    });
    g.loops = outer;
    Some(stmt(&format!("{label}: {{ $ if $ {{ break {label}; }} $ }}"), vec![first, condition, rest]))
}

/// What runs again in the reverse sweep: a block, a value's block, or a binding.
fn again(g: &mut Gen) -> Option<Node> {
    if g.nesting > 3 {
        return None;
    }
    let ty = if g.rng.chance(60) { Ty::F } else { g.some_type() };
    match g.rng.below(3) {
        0 => Some(stmt("@checkpoint() $", vec![g.body(3)])),
        1 => Some(stmt("@checkpoint() $", vec![g.let_of(&ty)])),
        _ => {
            let (statements, value) = g.scoped(|g| (sequence(g.statements(2)), g.expr(&ty)));
            let (s, text) = (g.fresh("s"), ty.text(&g.structs));
            g.bind(&s, ty, Pass::Value, true);
            let template = format!("let mut {s}: {text} = @checkpoint() {{ $ $ }};");
            Some(stmt(&template, vec![statements, value]))
        }
    }
}

/// A function inside of the function: not differentiated, of no active arguments.
fn nested_function(g: &mut Gen) -> Option<Node> {
    let (name, s, k) = (g.fresh("inner"), g.fresh("s"), g.int());
    let e = g.typed();
    g.bind(&s, Ty::F, Pass::Value, true);
    Some(stmt(
        &format!("fn {name}(k: usize) -> @F {{ 0.25 * k as @F }}\nlet mut {s} = {name}($) * $;"),
        vec![k, e],
    ))
}

/// Integers that are computed, and what they index.
fn integer(g: &mut Gen) -> Option<Node> {
    let (k, s) = (g.fresh("k"), g.fresh("s"));
    let found = g.places(false, &|ty| matches!(ty, Ty::Vec(_) | Ty::Array(..) | Ty::Slice(_)));
    let e = g.typed();
    let node = match g.rng.below(6) {
        0 if !found.is_empty() => {
            let (text, ..) = g.rng.pick(&found).clone();
            stmt(&format!("let {k} = {text}.len();"), vec![])
        }
        1 => {
            let a = g.int();
            stmt(&format!("let mut {k} = $;\n{k} += 1;"), vec![a])
        }
        2 => {
            let (a, condition) = (g.int(), g.condition());
            stmt(&format!("let mut {k} = $;\nif $ {{ {k} = 2; }}"), vec![a, condition])
        }
        3 => {
            g.bind(&s, Ty::F, Pass::Value, true);
            let a = g.int();
            stmt(&format!("let {k} = $;\nlet mut {s} = $.powi({k} as i32 % 3);"), vec![a, e])
        }
        4 => {
            let a = g.int();
            stmt(&format!("let {k} = ($ * 3 + 1).min(4);"), vec![a])
        }
        _ => stmt(&format!("let {k} = ($.abs() * 3.0) as usize;"), vec![e]),
    };
    g.bind(&k, Ty::Usize, Pass::Value, false);
    Some(node)
}

/// Two fields or parts of one value, exchanged.
fn fields_swapped(g: &mut Gen) -> Option<Node> {
    let found = g.places(true, &|ty| match ty {
        Ty::Struct(_) => true,
        Ty::Tuple(items) => items.iter().filter(|item| **item == Ty::F).count() > 1,
        _ => false,
    });
    if found.is_empty() {
        return None;
    }
    let (place, ty, _) = g.rng.pick(&found).clone();
    let place = referent(place);
    if place.contains('[') {
        // Two borrows of an element would be two of its `Vec`.
        return None;
    }
    let names: Vec<String> = match &ty {
        Ty::Struct(k) => {
            g.structs[*k].fields.iter().filter(|(_, ty)| *ty == Ty::F).map(|(name, _)| name.clone()).collect()
        }
        Ty::Tuple(items) => (0..items.len()).filter(|&k| items[k] == Ty::F).map(|k| k.to_string()).collect(),
        _ => Vec::new(),
    };
    let [a, b, ..] = &names[..] else { return None };
    Some(match g.rng.below(3) {
        0 => stmt(&format!("std::mem::swap(&mut {place}.{a}, &mut {place}.{b});"), vec![]),
        1 => stmt(&format!("({place}.{a}, {place}.{b}) = ({place}.{b}, {place}.{a});"), vec![]),
        _ => {
            let (x, y) = (g.fresh("x"), g.fresh("y"));
            stmt(
                &format!(
                    "{{ let ({x}, {y}) = (&mut {place}.{a}, &mut {place}.{b});\n*{x} += *{y} * 0.5;\n*{y} = {x}.sin(); }}"
                ),
                vec![],
            )
        }
    })
}

/// What may panic, for derivatives must do so as well.
fn risky(g: &mut Gen) -> Option<Node> {
    if g.rng.chance(60) {
        return None;
    }
    let s = g.fresh("s");
    let found = g.places(false, &|ty| ty.item() == Some(&Ty::F));
    let place = g.place(&Ty::F, false)?.0;
    let node = match g.rng.below(3) {
        0 if !found.is_empty() => {
            let ((text, ..), k) = (g.rng.pick(&found).clone(), g.int());
            stmt(&format!("let mut {s} = {text}[$ + 1];"), vec![k])
        }
        1 => stmt(&format!("assert!({place} < 0.9, \"too large\");\nlet mut {s} = {place} * 0.5;"), vec![]),
        _ => {
            stmt(&format!("let mut {s} = if {place} > 1.2 {{ panic!(\"no\") }} else {{ {place} }};"), vec![])
        }
    };
    g.bind(&s, Ty::F, Pass::Value, true);
    Some(node)
}

/// The standard library's `Range` with ends that carry derivatives.
fn range(g: &mut Gen) -> Option<Node> {
    let (name, a, b) = (g.fresh("s"), g.typed(), g.typed());
    let r = g.fresh("r");
    g.bind(&name, Ty::F, Pass::Value, true);
    Some(stmt(
        &format!("let {r}: std::ops::Range<@F> = $..$;\nlet mut {name} = {r}.end - {r}.start;"),
        vec![a, b],
    ))
}

fn assertion(g: &mut Gen) -> Option<Node> {
    let place = g.place(&Ty::F, false)?.0;
    let text = *g.rng.pick(&[
        "assert!(~.is_finite());",
        "debug_assert!(~ < 1e30, \"too large: {}\", ~);",
        "let _ = ~;",
        "if ~ > 1e30 { panic!(\"{}\", ~); }",
        "assert_ne!(~, 1e30);",
    ]);
    Some(stmt(&text.replace('~', &place), vec![]))
}

fn nested_item(g: &mut Gen) -> Option<Node> {
    let name = g.fresh("K");
    let text = match g.rng.below(3) {
        0 => {
            g.bind(&name, Ty::F, Pass::Value, false);
            format!("const {name}: @F = 0.75;")
        }
        1 => {
            g.bind(&name, Ty::array(Ty::F, 2), Pass::Value, false);
            format!("const {name}: [@F; 2] = [0.5, 1.25];")
        }
        _ => {
            g.bind(&name, Ty::Usize, Pass::Value, false);
            format!("const {name}: usize = 2;")
        }
    };
    Some(stmt(&text, vec![]))
}

fn let_else(g: &mut Gen) -> Option<Node> {
    let result = g.result.clone()?;
    let found = g.places(false, &|ty| ty.item() == Some(&Ty::F));
    if found.is_empty() {
        return None;
    }
    let (text, ..) = g.rng.pick(&found).clone();
    let name = g.fresh("e");
    let k = g.rng.below(4);
    let exit = if result == Ty::Unit { block(vec![], None) } else { g.scoped(|g| g.expr(&result)) };
    let node = if result == Ty::Unit {
        stmt(&format!("let Some(&{name}) = {text}.get({k}) else {{ return; }};"), vec![])
    } else {
        stmt(&format!("let Some(&{name}) = {text}.get({k}) else {{ return $; }};"), vec![exit])
    };
    g.bind(&name, Ty::F, Pass::Value, false);
    Some(node)
}
