//! Functions whose result may be missing, and what is done with their results.

use super::*;

/// A function that gives an `Option` or a `Result`.
#[derive(Clone)]
pub struct Fallible {
    function: Function,
    result: bool,
}

/// `fn q(…) -> Option<F> { … }`, or a `Result`; it may ask others of its kind with `?`.
pub fn function(g: &mut Gen) -> Node {
    let mut params = g.parameters();
    params.retain(|param| param.pass != Pass::RefMut && !param.no_diff && param.ty != Ty::Maybe);
    let owner = g.owner(&mut params);
    let (name, result) = (g.fresh("q"), g.rng.chance(50));
    let (there, missing) = words(result);
    let (children, asked) = g.within(&params, &Ty::F, |g| {
        // A plain float is not what may be returned.
        g.result = None;
        let mut children = vec![g.condition(), g.expr(&Ty::F)];
        let mut asked = String::new();
        let others = g.fallible.clone();
        if !others.is_empty() && g.rng.chance(60) {
            let other = g.rng.pick(&others).clone();
            if let Some(call) = g.call(&other.function) {
                let w = g.fresh("w");
                let tail = match (other.result, result) {
                    (true, false) => ".ok()?",
                    (false, true) => ".ok_or(\"none\".to_string())?",
                    _ => "?",
                };
                asked = format!("let {w} = ${tail};\n");
                children.push(call);
                g.bind(&w, Ty::F, Pass::Value, false);
            }
        }
        children.push(g.condition());
        children.push(g.block_of(&Ty::F, 3));
        (children, asked)
    });
    let list: Vec<String> = params
        .iter()
        .map(|param| if param.name == "self" { "&self".to_string() } else { g.param_text(param) })
        .collect();
    let ty = if result { "Result<@F, String>" } else { "Option<@F>" };
    let leave = match g.rng.below(3) {
        0 => format!("if $ {{ return {missing}; }}\nlet mut held = $;"),
        1 => format!("let Some(held) = (if $ {{ None }} else {{ Some($) }}) else {{ return {missing}; }};"),
        _ if result => "let mut held = (if $ { Err(\"no\".to_string()) } else { Ok($) })?;".to_string(),
        _ => "let mut held = (if $ { None } else { Some($) })?;".to_string(),
    };
    let text = format!(
        "fn {name}({}) -> {ty} {{\n{leave}\n{asked}if $ {{ {missing} }} else {{ {there}(held * 0.5 + $) }}\n}}",
        list.join(", ")
    );
    let form = if owner.is_some() { CallForm::Method } else { CallForm::Path };
    let template = g.placed(owner, &text);
    g.fallible.push(Fallible { function: Function { name, form, params, result: Ty::Unit }, result });
    Node::new(Sort::Item, &template, children)
}

/// How a result is there, and how it is missing.
fn words(result: bool) -> (&'static str, &'static str) {
    if result { ("Ok", "Err(\"missing\".to_string())") } else { ("Some", "None") }
}

/// What a function that may fail gives, taken apart.
pub fn float_call(g: &mut Gen) -> Option<Node> {
    let others = g.fallible.clone();
    if others.is_empty() {
        return None;
    }
    let other = g.rng.pick(&others).clone();
    let call = g.call(&other.function)?;
    let default = g.typed();
    let of_both = ["$.unwrap_or($)", "$.map(|y| y.sin()).unwrap_or($)", "$.map_or($, |y| y * 0.5)"];
    let of_options = [
        "(match $ { Some(y) => y * y, None => $ })",
        "(if let Some(y) = $ { y } else { $ })",
        "$.unwrap_or_else(|| $)",
        "$.filter(|y| *y > 0.2).unwrap_or($)",
    ];
    let of_results = [
        "(match $ { Ok(y) if y > 0.3 => y, Ok(y) => y * 0.5, Err(_) => $ })",
        "(if let Ok(y) = $ { y.cos() } else { $ })",
        "$.unwrap_or_else(|_| $)",
        "$.ok().unwrap_or($)",
    ];
    let own = if other.result { of_results } else { of_options };
    let template = if g.rng.chance(40) { *g.rng.pick(&of_both) } else { *g.rng.pick(&own) };
    Some(expr(&Ty::F, template, vec![call, default]))
}
