//! Chains of iterators.

use super::*;
use crate::tree::stmt;

/// A source of floats and adaptors behind it: items are floats by value.
fn chain(g: &mut Gen) -> Option<(String, Vec<Node>)> {
    let found = g.places(false, &|ty| ty.item() == Some(&Ty::F));
    if found.is_empty() {
        return None;
    }
    let (x, ..) = g.rng.pick(&found).clone();
    let x = referent(x);
    let (other, ..) = g.rng.pick(&found).clone();
    let (a, b, i) = (g.fresh("x"), g.fresh("y"), g.fresh("i"));
    let closures = g.depth < 3;
    // Sources.
    let (mut text, mut children) = match g.rng.below(if closures { 12 } else { 3 }) {
        0 | 1 => (format!("{x}.iter().copied()"), vec![]),
        2 => (format!("{x}.iter().cloned()"), vec![]),
        3 | 4 => {
            let body = inner(g, &[(&a, Ty::F), (&b, Ty::F)]);
            (format!("{x}.iter().zip({other}.iter()).map(|(&{a}, &{b})| $)"), vec![body])
        }
        5 => {
            let body = inner(g, &[(&a, Ty::F), (&i, Ty::Usize)]);
            (format!("{x}.iter().enumerate().map(|({i}, &{a})| $)"), vec![body])
        }
        6 => {
            let body = passed(g, &[(&a, Ty::F)], Pass::Ref);
            (format!("{x}.iter().map(|{a}| $)"), vec![body])
        }
        7 => {
            let body = inner(g, &[(&i, Ty::Usize)]);
            (format!("(0..3).map(|{i}| $)"), vec![body])
        }
        8 => (format!("{x}.windows(2).map(|w| w[0] * w[1])"), vec![]),
        9 => (format!("{x}.chunks(2).map(|c| c[0] * 0.5 + c[c.len() - 1])"), vec![]),
        10 => {
            let body = inner(g, &[(&a, Ty::F), (&b, Ty::F)]);
            (
                format!(
                    "{x}.iter().zip(&{other}[..]).map(|({a}, {b})| {{ let ({a}, {b}) = (*{a}, *{b}); $ }})"
                ),
                vec![body],
            )
        }
        _ => {
            let body = inner(g, &[(&a, Ty::F)]);
            (format!("{x}.iter().map(|&{a}| $)"), vec![body])
        }
    };
    // Adaptors.
    for _ in 0..g.rng.below(3) {
        let c = g.fresh("x");
        text = match g.rng.below(16) {
            0 => format!("{text}.rev()"),
            1 => format!("{text}.skip(1)"),
            2 => format!("{text}.take(2)"),
            3 => format!("{text}.step_by(2)"),
            4 => format!("{text}.filter(|{c}| *{c} > -0.4)"),
            5 => format!("{text}.chain({other}.iter().copied())"),
            6 if closures => {
                children.push(inner(g, &[(&c, Ty::F)]));
                format!("{text}.map(|{c}| $)")
            }
            7 => format!("{text}.take_while(|{c}| *{c} < 1.4)"),
            8 => format!("{text}.skip_while(|{c}| *{c} < -0.2)"),
            9 if closures => {
                children.push(inner(g, &[(&c, Ty::F)]));
                format!(
                    "{text}.scan(0.5, |state, {c}| {{ *state = (*state + {c}).sin(); Some(*state * $) }})"
                )
            }
            10 => format!("{text}.inspect(|_| {{}})"),
            11 if closures => {
                children.push(inner(g, &[(&c, Ty::F)]));
                format!("{text}.flat_map(|{c}| [{c}, $])")
            }
            12 => format!("{text}.filter_map(|{c}| if {c} > 0.0 {{ Some({c} * 0.5) }} else {{ None }})"),
            13 => format!("{text}.zip({other}.iter()).map(|({c}, e)| {c} * e)"),
            14 => format!("{text}.chain(std::iter::once(0.5))"),
            _ => text,
        };
    }
    // `rev` of what has no known end, and of positions in what has no known length.
    let holds = |names: &[&str]| names.iter().any(|name| text.contains(name));
    let open =
        holds(&["filter", "flat_map", ".chain("]) && holds(&[".skip(", ".take(", ".step_by(", ".zip("]);
    if open || holds(&["_while", "scan"]) {
        text = text.replace(".rev()", "");
    }
    Some((text, children))
}

/// The body of a closure over some names, which changes nothing outside.
fn inner(g: &mut Gen, names: &[(&str, Ty)]) -> Node {
    passed(g, names, Pass::Value)
}

fn passed(g: &mut Gen, names: &[(&str, Ty)], pass: Pass) -> Node {
    let shared: Vec<bool> = g.vars.iter().map(|var| var.shared).collect();
    g.vars.iter_mut().for_each(|var| var.shared = true);
    let node = g.scoped(|g| {
        for (name, ty) in names {
            g.bind(name, ty.clone(), pass, false);
        }
        g.loop_depth += 1;
        let result = (g.result.take(), std::mem::take(&mut g.loops));
        let node = g.typed();
        (g.result, g.loops) = result;
        g.loop_depth -= 1;
        node
    });
    g.vars.iter_mut().zip(shared).for_each(|(var, shared)| var.shared = shared);
    node
}

/// A chain that ends in a float.
pub fn float_chain(g: &mut Gen) -> Option<Node> {
    let (text, children) = chain(g)?;
    let end = *g.rng.pick(&[
        "sum::<@F>()",
        "sum::<@F>()",
        "sum::<@F>()",
        "product::<@F>()",
        "fold(0.5, |s, e| s * 0.5 + e)",
        "fold(0.0, |s: @F, e| (s + e).sin())",
        "fold(@F::NEG_INFINITY, @F::max).max(-1.0)",
        "max_by(|p, q| p.total_cmp(q)).unwrap_or(0.5)",
        "min_by(|p, q| p.partial_cmp(q).unwrap()).unwrap_or(0.5)",
        "last().unwrap_or(0.25)",
        "reduce(|p, q| p * 0.5 + q).unwrap_or(0.1)",
        "next().unwrap_or(0.3)",
        "nth(1).unwrap_or(0.3)",
        "count() as @F",
        "position(|e| e > 0.2).map_or(0.5, |k| k as @F)",
        "find(|e| *e > 0.2).unwrap_or(0.3)",
    ]);
    Some(expr(&Ty::F, &format!("{text}.{end}"), children))
}

/// A chain that ends in a `Vec` of two or more.
pub fn collected(g: &mut Gen) -> Option<Node> {
    let (text, children) = chain(g)?;
    Some(expr(&Ty::vec(Ty::F), &format!("{text}.chain([0.5, 0.25]).collect::<Vec<@F>>()"), children))
}

/// `let (a, b): (Vec<_>, Vec<_>) = ….unzip();`, `any`, `all`.
pub fn unzipped(g: &mut Gen) -> Option<Node> {
    let found = g.places(false, &|ty| matches!(ty, Ty::Vec(_) | Ty::Array(..)) && ty.item() == Some(&Ty::F));
    if found.is_empty() {
        return None;
    }
    let (x, ..) = g.rng.pick(&found).clone();
    let (a, b, e) = (g.fresh("v"), g.fresh("v"), g.fresh("x"));
    if g.rng.chance(50) {
        let s = g.fresh("s");
        let value = g.typed();
        g.bind(&s, Ty::F, Pass::Value, true);
        let test = *g.rng.pick(&["any(|e| *e > 0.7)", "all(|e| *e < 0.7)", "any(|&e| e.sin() < 0.0)"]);
        return Some(stmt(&format!("let mut {s} = $;\nif {x}.iter().{test} {{ {s} *= 0.5; }}"), vec![value]));
    }
    let body = inner(g, &[(&e, Ty::F)]);
    g.bind(&a, Ty::vec(Ty::F), Pass::Value, true);
    g.bind(&b, Ty::vec(Ty::F), Pass::Value, true);
    Some(stmt(
        &format!(
            "let (mut {a}, mut {b}): (Vec<@F>, Vec<@F>) = {x}.iter().map(|&{e}| ({e} * 0.5, $)).unzip();"
        ),
        vec![body],
    ))
}
