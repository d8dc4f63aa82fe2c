//! Operands that read what a later operand writes to, and other parts of expressions that have an order.

use super::*;
use crate::tree::stmt;

/// `let s = p + { p = q; r };`, as operands, arguments, elements and parts of a tuple.
pub fn operands(g: &mut Gen) -> Option<Node> {
    let (place, root) = g.place(&Ty::F, true)?;
    let (value, other) = g.without(&root, |g| (g.tame(), g.typed()));
    let s = g.fresh("s");
    let template = *g.rng.pick(&[
        "let mut # = ~ + { ~ = $; $ };",
        "let mut # = ~.sin() * { let old = ~; ~ = $; old * $ };",
        "let mut # = @F::max(~, { ~ = $; $ });",
        "let mut # = { let [a, b] = [~, { ~ = $; $ }]; a * b };",
        "let mut # = { let (a, b) = (~ * 0.5, { ~ += $; $ }); a - b };",
    ]);
    g.bind(&s, Ty::F, Pass::Value, true);
    Some(stmt(&template.replace('~', &place).replace('#', &s), vec![value, other]))
}

/// The same of a copy of a `Vec` that grows behind it.
pub fn copies(g: &mut Gen) -> Option<Node> {
    let found = g.places(true, &|ty| *ty == Ty::vec(Ty::F));
    let (v, ty, root) = found.first()?.clone();
    if g.keeps_size(&root, &ty) {
        return None;
    }
    let (value, other) = g.without(&root, |g| (g.typed(), g.typed()));
    let t = g.fresh("t");
    g.bind(&t, Ty::tuple(vec![Ty::vec(Ty::F), Ty::F]), Pass::Value, true);
    Some(stmt(
        &format!("let mut {t}: (Vec<@F>, @F) = ({v}.clone(), {{ {v}.push($); $ }});"),
        vec![value, other],
    ))
}

/// `concat`, and windows that may not be there.
pub fn joined(g: &mut Gen) -> Option<Node> {
    let found = g.places(false, &|ty| ty.item() == Some(&Ty::F));
    let (v, ..) = found.last()?.clone();
    let v = referent(v);
    let (a, b, name) = (g.typed(), g.typed(), g.fresh("v"));
    if g.rng.chance(40) {
        g.bind(&name, Ty::vec(Ty::F), Pass::Value, true);
        return Some(stmt(
            &format!("let mut {name}: Vec<@F> = [{v}.to_vec(), vec![$, $]].concat();"),
            vec![a, b],
        ));
    }
    let range = *g.rng.pick(&["1..", "..2", "0..=1", "1..3", "4..", "..=5"]);
    let template = *g.rng.pick(&[
        "match ~.get(#) { Some(w) => w.iter().sum::<@F>() * $, None => $ }",
        "~.get(#).map_or($, |w| w.iter().map(|e| e * 0.5).sum::<@F>()) * $",
        "if let Some(w) = ~.get(#) { w[0] + $ } else { $ }",
    ]);
    let value = template.replace('~', &v).replace('#', range);
    g.bind(&name, Ty::F, Pass::Value, true);
    Some(stmt(&format!("let mut {name} = {value};"), vec![a, b]))
}

/// A loop over two sequences one behind the other, that is left early.
pub fn left_chain(g: &mut Gen) -> Option<Node> {
    let found = g.places(false, &|ty| ty.item() == Some(&Ty::F));
    let (v, ..) = found.first()?.clone();
    let (w, ..) = found.last()?.clone();
    let (v, w) = (referent(v), referent(w));
    let (start, s, e) = (g.typed(), g.fresh("s"), g.fresh("e"));
    let head = *g.rng.pick(&[
        "~.iter().chain(#.iter())",
        "~.iter().chain(&#[1..])",
        "~.iter().filter(|e| **e < 0.9).take(2).chain(#.iter().take_while(|e| **e < 1.2))",
        "~.iter().flat_map(|e| std::iter::once(e).chain(#.iter()))",
    ]);
    let head = head.replace('~', &v).replace('#', &w);
    let most = g.rng.between(2, 5);
    g.bind(&s, Ty::F, Pass::Value, true);
    Some(stmt(
        &format!(
            "let mut {s} = $;\nfor (k, {e}) in {head}.enumerate() {{\nif k > {most} {{ break; }}\nif *{e} > 1.1 {{ continue; }}\n\
             {s} = ({s} + *{e}).sin();\n}}"
        ),
        vec![start],
    ))
}

/// A jump from an operand of an arm.
pub fn arm(g: &mut Gen) -> Option<Node> {
    if !g.may_loop() {
        return None;
    }
    let (a, b, c) = (g.typed(), g.typed(), g.condition());
    let (s, k) = (g.fresh("s"), g.fresh("k"));
    g.bind(&s, Ty::F, Pass::Value, true);
    Some(stmt(
        &format!(
            "let mut {s} = $;\nfor {k} in 0..3 {{\n{s} += match {k} {{ 0 => 0.5, _ => 0.5 * if $ {{ break }} else {{ $ }} }};\n}}"
        ),
        vec![a, c, b],
    ))
}
