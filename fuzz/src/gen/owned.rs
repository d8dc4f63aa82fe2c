//! What has an owner: pointers, deques, structs that borrow, `Option`s of references; and methods that are others in disguise.

use super::*;
use crate::tree::stmt;

/// A container of floats in scope that stays as it is.
fn floats(g: &mut Gen) -> Option<String> {
    let found = g.places(false, &|ty| {
        matches!(ty, Ty::Vec(_) | Ty::Array(..) | Ty::Slice(_)) && ty.item() == Some(&Ty::F)
    });
    if found.is_empty() { None } else { Some(referent(g.rng.pick(&found).0.clone())) }
}

/// `Rc`, `Arc` and `Box` of floats, of `Vec`s, of slices.
pub fn pointer(g: &mut Gen) -> Option<Node> {
    let (p, q, s) = (g.fresh("r"), g.fresh("r"), g.fresh("s"));
    let kind = *g.rng.pick(&["std::rc::Rc", "std::sync::Arc", "Box"]);
    let again = if kind == "Box" { format!("{p}.clone()") } else { format!("{kind}::clone(&{p})") };
    let (template, value) = match g.rng.below(4) {
        0 => (
            format!(
                "let {p} = {kind}::new($);\nlet {q} = {again};\nlet mut {s}: @F = *{p} * 0.5 + {q}.sin();"
            ),
            g.typed(),
        ),
        1 => {
            let value = g.expr(&Ty::vec(Ty::F));
            (
                format!(
                    "let {p}: {kind}<Vec<@F>> = {kind}::new($);\nlet {q} = {again};\nlet mut {s}: @F = {p}[0] * {q}[1] + {q}.iter().sum::<@F>();"
                ),
                value,
            )
        }
        2 => {
            let value = g.expr(&Ty::vec(Ty::F));
            (
                format!(
                    "let {p}: {kind}<[@F]> = {kind}::from($);\nlet {q} = {again};\nlet mut {s}: @F = {p}[1] * {q}[0] * {p}.len() as @F;"
                ),
                value,
            )
        }
        _ => {
            let x = floats(g)?;
            let value = g.tame();
            (
                format!(
                    "let {p}: {kind}<[@F]> = {x}.iter().map(|e| e * $).collect();\nlet mut {s}: @F = {p}.iter().product::<@F>() + {p}[0];"
                ),
                value,
            )
        }
    };
    g.bind(&s, Ty::F, Pass::Value, true);
    Some(stmt(&template, vec![value]))
}

/// A window that slides over floats, in a `VecDeque`.
pub fn deque(g: &mut Gen) -> Option<Node> {
    let (x, q, e, s) = (floats(g)?, g.fresh("q"), g.fresh("x"), g.fresh("s"));
    let value = g.tame();
    let leave = *g.rng.pick(&["pop_front", "pop_back"]);
    let enter = *g.rng.pick(&["push_back", "push_front"]);
    g.bind(&s, Ty::F, Pass::Value, true);
    Some(stmt(
        &format!(
            "let mut {q}: std::collections::VecDeque<@F> = std::collections::VecDeque::new();\nlet mut {s}: @F = 0.5;\n\
             for {e} in {x}.iter() {{\n{q}.{enter}({e} * $);\nif {q}.len() > 2 {{ {s} += {q}.{leave}().unwrap() * {q}[0]; }}\n}}\n\
             {s} += {q}.iter().sum::<@F>();"
        ),
        vec![value],
    ))
}

/// `partition`, and `collect`, `sum` and `product` into an `Option` or a `Result`.
pub fn parted(g: &mut Gen) -> Option<Node> {
    let (x, a, b, s) = (floats(g)?, g.fresh("v"), g.fresh("v"), g.fresh("s"));
    let value = g.tame();
    let template = match g.rng.below(5) {
        3 => format!(
            "let {a}: Result<@F, String> = {x}.iter().map(|e| if *e > 1.3 {{ Err(format!(\"{{e}}\")) }} else {{ Ok(e * $) }}).sum();\n\
             let mut {s}: @F = match {a} {{ Ok({b}) => {b} * 0.5, Err(_) => 0.25 }};"
        ),
        4 => format!(
            "let {a} = {x}.iter().map(|e| if *e > 1.3 {{ None }} else {{ Some(e * $ + 0.5) }}).product::<Option<@F>>();\n\
             let mut {s}: @F = {a}.map_or(0.5, |{b}| {b}.tanh());"
        ),
        0 => format!(
            "let ({a}, {b}): (Vec<@F>, Vec<@F>) = {x}.iter().map(|e| e * $).partition(|e| *e > 0.1);\n\
             let mut {s}: @F = {a}.iter().sum::<@F>() * 0.5 + {b}.iter().product::<@F>();"
        ),
        1 => format!(
            "let {a}: Result<Vec<@F>, String> = {x}.iter().map(|e| if *e > 1.3 {{ Err(format!(\"{{e}}\")) }} else {{ Ok(e * $) }}).collect();\n\
             let mut {s}: @F = match {a} {{ Ok({b}) => {b}.iter().sum::<@F>(), Err(_) => 0.25 }};"
        ),
        _ => format!(
            "let {a}: Option<Vec<@F>> = {x}.iter().map(|e| if *e > 1.3 {{ None }} else {{ Some(e * $) }}).collect();\n\
             let mut {s}: @F = {a}.map_or(0.5, |{b}| {b}[0] + {b}.len() as @F);"
        ),
    };
    g.bind(&s, Ty::F, Pass::Value, true);
    Some(stmt(&template, vec![value]))
}

/// A struct that borrows, known by its parts.
pub fn borrowed(g: &mut Gen) -> Option<Node> {
    let (x, v, s, of) = (floats(g)?, g.fresh("w"), g.fresh("s"), g.fresh("Borrowed"));
    let (scale, more) = (g.typed(), g.tame());
    g.bind(&s, Ty::F, Pass::Value, true);
    Some(stmt(
        &format!(
            "struct {of}<'a> {{ data: &'a [@F], scale: @F }}\nlet mut {v} = {of} {{ data: &{x}[..], scale: $ }};\n{v}.scale *= $;\n\
             let mut {s}: @F = {v}.data[0] * {v}.scale + {v}.data.iter().sum::<@F>();"
        ),
        vec![scale, more],
    ))
}

/// A variable that is an `Option` of a reference, and moves on.
pub fn moving(g: &mut Gen) -> Option<Node> {
    let (rows, best, row, s) = (g.fresh("v"), g.fresh("o"), g.fresh("r"), g.fresh("s"));
    let (a, b, condition) = (g.expr(&Ty::vec(Ty::F)), g.expr(&Ty::vec(Ty::F)), g.condition());
    g.bind(&s, Ty::F, Pass::Value, true);
    Some(stmt(
        &format!(
            "let {rows}: Vec<Vec<@F>> = vec![$, $];\nlet mut {best}: Option<&Vec<@F>> = Some(&{rows}[0]);\nlet mut {s}: @F = 0.25;\n\
             if let Some({row}) = {best} {{\nif $ {{ {best} = Some(&{rows}[1]); }}\n{s} += {row}[0] * {row}[1];\n}}\n\
             {s} *= {best}.map_or(0.5, |{row}| {row}[1]);"
        ),
        vec![a, b, condition],
    ))
}

/// Operators on references to floats.
pub fn by_reference(g: &mut Gen) -> Option<Node> {
    let found = g.places(false, &|ty| *ty == Ty::F);
    if found.is_empty() {
        return None;
    }
    let (a, b) = (g.rng.pick(&found).0.clone(), g.rng.pick(&found).0.clone());
    let value = g.typed();
    let template =
        *g.rng.pick(&["(&# * &~ + $)", "(&# - $)", "($ * &~)", "(-&# + $)", "(&# / (1.5 + ~ * ~) - $)"]);
    Some(expr(&Ty::F, &template.replace('#', &a).replace('~', &b), vec![value]))
}

/// Methods in other words.
pub fn words(g: &mut Gen) -> Option<Node> {
    let x = floats(g)?;
    let value = g.typed();
    let template = *g.rng.pick(&[
        "~.chunk_by(|a, b| a < b).map(|run| run.iter().product::<@F>()).sum::<@F>() * $",
        "~.split(|e| *e > 0.9).map(|part| part.iter().product::<@F>()).sum::<@F>() * $",
        "~.rchunks(2).map(|part| part[0] * 0.5).sum::<@F>() * $",
        "~.iter().rfold($, |s: @F, e| s * 0.5 + e)",
        "~.iter().rfind(|e| **e < 0.7).map_or($, |e| e * e)",
        "~.iter().rposition(|e| *e > 0.2).map_or($, |at| ~[at])",
        "~.iter().max_by_key(|e| (**e * 8.0) as i64).map_or($, |e| e.sin())",
        "~.iter().try_fold($, |s: @F, e| if *e > 1.4 { None } else { Some(s + e * e) }).unwrap_or(0.5)",
        "~.iter().cycle().skip(1).take(3).product::<@F>() * $",
        "~.chunks(2).flatten().map(|e| e * 0.5).sum::<@F>() * $",
        "std::iter::successors(Some($), |e: &@F| if *e < 1.5 { Some(e * e * 0.5 + 1.0) } else { None }).take(3).sum::<@F>()",
    ]);
    Some(expr(&Ty::F, &format!("({})", template.replace('~', &format!("{x}[..]"))), vec![value]))
}
