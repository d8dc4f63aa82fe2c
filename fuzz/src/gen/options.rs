//! Options inside of functions.

use super::*;
use crate::tree::stmt;

/// An `Option` that is taken apart where it is made.
pub fn float_option(g: &mut Gen) -> Option<Node> {
    let (condition, a, b) = (g.condition(), g.typed(), g.typed());
    let template = *g.rng.pick(&[
        "(if $ { Some($) } else { None }).unwrap_or($)",
        "(if $ { Some($) } else { None }).map_or($, |y: @F| y.sin())",
        "($).then(|| $).unwrap_or($)",
        "(match if $ { Some($) } else { None } { Some(y) => y * 0.5, None => $ })",
        "(if $ { Some($) } else { None }).unwrap_or_else(|| $)",
    ]);
    Some(expr(&Ty::F, template, vec![condition, a, b]))
}

/// An `Option` in a variable, and what becomes of it.
pub fn optional(g: &mut Gen) -> Option<Node> {
    let ty = match g.rng.below(4) {
        0 => g.item_type(),
        _ => Ty::F,
    };
    let (o, s, y) = (g.fresh("o"), g.fresh("s"), g.fresh("y"));
    let (condition, a) = (g.condition(), g.expr(&ty));
    let text = ty.text(&g.structs);
    let found = g.places(false, &|ty| matches!(ty, Ty::Vec(_) | Ty::Array(..)) && ty.item() == Some(&Ty::F));
    let head = match g.rng.below(4) {
        3 if ty == Ty::F && !found.is_empty() => {
            let (v, ..) = g.rng.pick(&found).clone();
            let k = g.rng.below(6);
            format!("let mut {o}: Option<{text}> = if $ {{ Some($) }} else {{ {v}.get({k}).copied() }};")
        }
        0 => format!("let mut {o}: Option<{text}> = if $ {{ Some($) }} else {{ None }};"),
        1 => format!("let mut {o}: Option<{text}> = None;\nif $ {{ {o} = Some($); }}"),
        _ => format!("let {o} = ($).then(|| -> {text} {{ $ }});"),
    };
    let b = g.expr(&ty);
    if ty != Ty::F {
        g.bind(&s, ty, Pass::Value, true);
        let tail = *g.rng.pick(&[
            "= ~.unwrap_or($);",
            "= match ~ { Some(y) => y, None => $ };",
            "= if let Some(y) = ~ { y } else { $ };",
            "= ~.clone().unwrap_or($);",
        ]);
        return Some(stmt(
            &format!("{head}\nlet mut {s}: {text} {}", tail.replace('~', &o)),
            vec![condition, a, b],
        ));
    }
    if g.rng.chance(30) && g.nesting < 4 {
        let (then, other) = (
            g.scoped(|g| {
                g.bind(&y, Ty::F, Pass::Value, false);
                let statements = g.statements(2);
                block(statements, None)
            }),
            g.body(2),
        );
        return Some(stmt(
            &format!("{head}\nif let Some({y}) = {o} $ else $"),
            vec![condition, a, then, other],
        ));
    }
    let tail = *g.rng.pick(&[
        "let mut # = ~.or_else(|| Some($)).unwrap();",
        "let mut # = if ~.is_some_and(|y| y > 0.2) { $ } else { 0.25 };",
        "let mut # = ~.zip(Some($)).map_or(0.5, |(a, b)| a * b);",
        "let mut # = ~.inspect(|_| {}).unwrap_or_else(|| $);",
        "let mut # = ~.unwrap_or($);",
        "let mut # = match ~ { Some(y) if y > 0.3 => y * y, Some(y) => y, None => $ };",
        "let mut # = if let Some(y) = ~ { y * 0.5 } else { $ };",
        "let mut # = ~.map(|y| y.sin()).unwrap_or($);",
        "let mut # = ~.map_or($, |y| y * y);",
        "let mut # = $;\nif ~.is_some() { # *= ~.unwrap(); }",
        "let mut # = ~.and_then(|y| if y > 0.0 { Some(y.sqrt()) } else { None }).unwrap_or($);",
        "let mut # = ~.filter(|y| *y > 0.1).unwrap_or($);",
        "let mut # = ~.or(Some($)).unwrap();",
    ]);
    g.bind(&s, Ty::F, Pass::Value, true);
    Some(stmt(&format!("{head}\n{}", tail.replace('~', &o).replace('#', &s)), vec![condition, a, b]))
}
