//! `Vec`s that grow and shrink, slices that are written as a whole.

use super::*;
use crate::tree::stmt;

/// A `Vec` in scope whose length may change.
fn growing(g: &mut Gen) -> Option<(String, Ty, String)> {
    let mut found = g.places(true, &|ty| matches!(ty, Ty::Vec(_)));
    found.retain(|(_, ty, root)| !g.keeps_size(root, ty));
    if found.is_empty() {
        return None;
    }
    let (text, ty, root) = g.rng.pick(&found).clone();
    Some((referent(text), ty.item()?.clone(), root))
}

/// `push`, `pop`, `truncate`, …
pub fn resized(g: &mut Gen) -> Option<Node> {
    let (v, item, root) = growing(g)?;
    // Nothing that is borrowed to be changed is read at the same time.
    let (a, name) = (g.without(&root, |g| g.expr(&item)), g.fresh("q"));
    let text = item.text(&g.structs);
    let bind = |g: &mut Gen| {
        g.bind(&name, item.clone(), Pass::Value, true);
    };
    Some(match g.rng.below(17) {
        0 | 1 => stmt(&format!("{v}.push($);"), vec![a]),
        2 => stmt(&format!("if {v}.len() > 2 {{ {v}.pop(); }}"), vec![]),
        3 => {
            bind(g);
            stmt(&format!("{v}.push($);\nlet mut {name}: {text} = {v}.pop().unwrap();"), vec![a])
        }
        4 => stmt(&format!("{v}.truncate(2);"), vec![]),
        5 => stmt(&format!("if {v}.len() > 3 {{ {v}.truncate(3); }}"), vec![]),
        6 => stmt(&format!("{v}.insert(1, $);"), vec![a]),
        7 => {
            let b = g.without(&root, |g| g.expr(&item));
            bind(g);
            stmt(
                &format!("{v}.push($);\nlet mut {name}: {text} = {v}.remove(0);\n{v}.insert(0, $);"),
                vec![a, b],
            )
        }
        8 => {
            bind(g);
            stmt(&format!("{v}.push($);\nlet mut {name}: {text} = {v}.swap_remove(1);"), vec![a])
        }
        9 => stmt(&format!("{v}.resize(3, $);"), vec![a]),
        10 => {
            let copy = item.copy(&g.structs);
            let found =
                g.places(false, &|ty| matches!(ty, Ty::Array(..) | Ty::Slice(_)) && ty.item() == Some(&item));
            let (from, ..) = found.first()?.clone();
            match g.rng.below(2) {
                0 if copy => stmt(&format!("{v}.extend({from}.iter().copied());"), vec![]),
                _ => stmt(&format!("{v}.extend_from_slice(&{from}[0..1]);"), vec![]),
            }
        }
        11 => stmt(&format!("{v}.clear();\nfor _ in 0..2 {{ {v}.push($); }}"), vec![a]),
        12 => stmt(&format!("if let Some(last) = {v}.last_mut() {{ *last = $; }}"), vec![a]),
        13 => {
            bind(g);
            let b = g.without(&root, |g| g.expr(&item));
            stmt(&format!("let mut {name}: {text} = {v}.pop().unwrap_or($);\n{v}.push($);"), vec![a, b])
        }
        14 => stmt(&format!("{v}.push($);\n{v}.drain(0..1);"), vec![a]),
        15 => stmt(&format!("{v}.push($);\n{v}.dedup_by(|_, _| false);"), vec![a]),
        _ => stmt(&format!("while {v}.len() > 2 {{ {v}.pop(); }}"), vec![]),
    })
}

/// `swap`, `fill`, `copy_from_slice`, `reverse`, `rotate_left`.
pub fn whole(g: &mut Gen) -> Option<Node> {
    let found = g.places(true, &|ty| matches!(ty, Ty::Vec(_) | Ty::Array(..) | Ty::Slice(_)));
    if found.is_empty() {
        return None;
    }
    let (a, ty, root) = g.rng.pick(&found).clone();
    let a = referent(a);
    let item = ty.item()?.clone();
    if g.keeps_size(&root, &item) {
        return None;
    }
    Some(match g.rng.below(7) {
        0 => stmt(&format!("{a}.swap(0, 1);"), vec![]),
        1 => {
            let value = g.without(&root, |g| g.expr(&item));
            stmt(&format!("{a}.fill($);"), vec![value])
        }
        2 => stmt(&format!("{a}.reverse();"), vec![]),
        3 => stmt(&format!("{a}.rotate_left(1);"), vec![]),
        4 => {
            let from = g.without(&root, |g| {
                g.places(false, &|ty| {
                    matches!(ty, Ty::Vec(_) | Ty::Array(..) | Ty::Slice(_)) && ty.item() == Some(&item)
                })
            });
            let (from, ..) = from.first()?.clone();
            let method = if item.copy(&g.structs) { "copy_from_slice" } else { "clone_from_slice" };
            stmt(&format!("{a}[0..2].{method}(&{from}[0..2]);"), vec![])
        }
        5 if item == Ty::F => {
            let k = g.rng.between(1, 2);
            let value = g.without(&root, |g| g.tame());
            stmt(&format!("{a}[..{k}].iter_mut().for_each(|e| *e *= $);"), vec![value])
        }
        _ if item == Ty::F => {
            let i = g.fresh("i");
            stmt(
                &format!("for {i} in 1..{a}.len() {{ {a}[{i}] = ({a}[{i} - 1] * {a}[{i}] + 0.25).sin(); }}"),
                vec![],
            )
        }
        _ => return None,
    })
}

/// `sort_by` and `sort_unstable_by`.
pub fn ordered(g: &mut Gen) -> Option<Node> {
    let found = g.places(true, &|ty| ty.item() == Some(&Ty::F));
    if found.is_empty() {
        return None;
    }
    let (a, ..) = g.rng.pick(&found).clone();
    let a = referent(a);
    let by = *g.rng.pick(&[
        "sort_by(|a, b| a.total_cmp(b))",
        "sort_by(|a, b| b.partial_cmp(a).unwrap())",
        "sort_by(f64::total_cmp)",
    ]);
    Some(stmt(&format!("{a}.{};", by.replace("f64::", "@F::")), vec![]))
}
