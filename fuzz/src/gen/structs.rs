//! Structs: their definitions, literals, updates and patterns.

use super::*;
use crate::tree::stmt;

/// Names, some of which are the standard library's as well.
const NAMES: &[&str] =
    &["State", "Range", "Duration", "Cell", "Point", "Ordering", "Instant", "Params", "Layer", "Box2"];
const FIELDS: &[&str] = &["a", "b", "lo", "hi", "x", "w", "start", "len", "value"];

/// Defines a struct; a later one may hold earlier ones.
pub fn define(g: &mut Gen) -> Node {
    let taken: Vec<String> = g.structs.iter().map(|s| s.name.clone()).collect();
    let free: Vec<&&str> = NAMES.iter().filter(|name| !taken.iter().any(|t| t == **name)).collect();
    let name = g.rng.pick(&free).to_string();
    let mut fields: Vec<(String, Ty)> = Vec::new();
    for _ in 0..g.rng.between(1, 4) {
        let ty = match g.rng.below(15) {
            0..=5 => Ty::F,
            6 | 7 => Ty::array(Ty::F, g.rng.between(2, 3)),
            8 => Ty::vec(Ty::F),
            9 => Ty::tuple(vec![Ty::F, Ty::F]),
            10 => Ty::Usize,
            11 => Ty::tuple(vec![Ty::F, Ty::Bool]),
            14 if g.rng.chance(60) => Ty::Fixed,
            12 if !g.structs.is_empty() => Ty::Struct(g.rng.below(g.structs.len())),
            13 if !g.structs.is_empty() => Ty::array(Ty::Struct(g.rng.below(g.structs.len())), 2),
            _ => Ty::F,
        };
        let free: Vec<&&str> =
            FIELDS.iter().filter(|field| !fields.iter().any(|(f, _)| f == **field)).collect();
        let field = g.rng.pick(&free).to_string();
        fields.push((field, ty));
    }
    if !fields.iter().any(|(_, ty)| *ty == Ty::F) {
        fields.push(("z".into(), Ty::F));
    }
    let copy = g.rng.chance(50) && fields.iter().all(|(_, ty)| ty.copy(&g.structs));
    let lines: String = fields
        .iter()
        .map(|(name, ty)| {
            let mark = if *ty == Ty::Fixed { "@no_diff " } else { "" };
            format!("{mark}pub {name}: {},\n", ty.text(&g.structs))
        })
        .collect();
    let derives = if copy { "Copy" } else { "" };
    g.structs.push(Struct {
        name: name.clone(),
        fields,
        copy,
        generics: String::new(),
        variants: Vec::new(),
    });
    Node::new(Sort::Item, &format!("@derive({derives})\npub struct {name} {{\n{lines}}}"), vec![])
}

/// `S { a: …, b: … }`, perhaps with `..base`.
pub fn literal(g: &mut Gen, ty: &Ty, k: usize) -> Node {
    let Struct { name, fields, variants, .. } = g.structs[k].clone();
    if !variants.is_empty() {
        let variant = g.rng.pick(&variants).clone();
        return expr(ty, &format!("{name}::{variant}"), vec![]);
    }
    if fields.len() > 1 && g.rng.chance(25) {
        if let Some(base) = g.read(ty) {
            let at = g.rng.below(fields.len());
            let (field, field_ty) = &fields[at];
            let value = g.expr(field_ty);
            return expr(ty, &format!("{name} {{ {field}: $, ..$ }}"), vec![value, base]);
        }
    }
    let children: Vec<Node> = fields.iter().map(|(_, ty)| g.expr(ty)).collect();
    let list: Vec<String> = fields.iter().map(|(field, _)| format!("{field}: $")).collect();
    expr(ty, &format!("{name} {{ {} }}", list.join(", ")), children)
}

/// `p = S { a: …, ..p };`
pub fn updated(g: &mut Gen) -> Option<Node> {
    let found = g.places(true, &|ty| matches!(ty, Ty::Struct(_)));
    if found.is_empty() {
        return None;
    }
    let (place, ty, root) = g.rng.pick(&found).clone();
    let Ty::Struct(k) = ty else { return None };
    let Struct { name, fields, copy, .. } = g.structs[k].clone();
    if g.keeps_size(&root, &ty) || fields.len() < 2 {
        return None;
    }
    let (field, field_ty) = g.rng.pick(&fields).clone();
    let value = g.stored(&field_ty);
    let base = if copy { place.clone() } else { format!("{place}.clone()") };
    let place = place.strip_prefix('(').and_then(|p| p.strip_suffix(')')).unwrap_or(&place).to_string();
    Some(stmt(&format!("{place} = {name} {{ {field}: $, ..{base} }};"), vec![value]))
}

/// `let S { a, b: y, .. } = p;`
pub fn pattern(g: &mut Gen) -> Option<Node> {
    if g.structs.is_empty() {
        return None;
    }
    let k = g.rng.below(g.structs.len());
    let Struct { name, fields, .. } = g.structs[k].clone();
    if fields.is_empty() {
        return None;
    }
    let value = g.expr(&Ty::Struct(k));
    let (field, ty) = g.rng.pick(&fields).clone();
    let bound = g.fresh("f");
    let rest = if fields.len() > 1 { ", .." } else { "" };
    g.bind(&bound, ty, Pass::Value, false);
    Some(stmt(&format!("let {name} {{ {field}: {bound}{rest} }} = $;"), vec![value]))
}
