//! Functions that call themselves.

use super::*;

/// `fn r(depth: usize, …) -> F { if depth == 0 { return …; } let a = r(depth - 1, …); … }`, or a method of that kind.
pub fn function(g: &mut Gen) -> Node {
    let mut params = g.parameters();
    params.retain(|param| param.pass != Pass::RefMut && !param.no_diff && param.ty != Ty::Maybe);
    let name = g.fresh("r");
    let owner = g.owner(&mut params);
    let method = owner.is_some();
    let call = if method { format!("self.{name}") } else { name.clone() };
    let (children, lets, names) = g.within(&params, &Ty::F, |g| {
        let others = || params.iter().filter(|param| param.name != "self");
        let mut children = vec![g.expr(&Ty::F)];
        let calls = if g.rng.chance(25) { 2 } else { 1 };
        for _ in 0..calls {
            children.extend(others().map(|param| g.argument(param)));
        }
        let names: Vec<String> = (0..calls).map(|_| g.fresh("a")).collect();
        let list = ", $".repeat(others().count());
        let lets: String =
            names.iter().map(|a| format!("let mut {a} = {call}(depth - 1{list});\n")).collect();
        for a in &names {
            g.bind(a, Ty::F, Pass::Value, true);
        }
        children.push(g.block_of(&Ty::F, 3));
        (children, lets, names)
    });
    let mut list: Vec<String> = params
        .iter()
        .map(|param| if param.name == "self" { "&self".to_string() } else { g.param_text(param) })
        .collect();
    list.insert(usize::from(method), "depth: usize".into());
    let sum = names.join(" + ");
    let head = format!("fn {name}({}) -> @F", list.join(", "));
    let text = format!("{head} {{\nif depth == 0 {{ return $; }}\n{lets}{sum} + $\n}}");
    let template = g.placed(owner, &text);
    let depth = Param { name: "depth".into(), ty: Ty::Usize, pass: Pass::Value, no_diff: false };
    params.insert(usize::from(method), depth);
    let form = if method { CallForm::Method } else { CallForm::Path };
    g.functions.push(Function { name, form, params, result: Ty::F });
    Node::new(Sort::Item, &template, children)
}

impl Gen {
    /// Makes a method of what has these parameters, sometimes: of which struct.
    pub(super) fn owner(&mut self, params: &mut Vec<Param>) -> Option<usize> {
        let k = self.rng.below(self.structs.len().max(1));
        let plain = self.structs.get(k).is_some_and(|s| s.variants.is_empty() && s.generics.is_empty());
        if !(plain && self.rng.chance(35)) {
            return None;
        }
        params.insert(0, Param { name: "self".into(), ty: Ty::Struct(k), pass: Pass::Ref, no_diff: false });
        Some(k)
    }

    /// A function where it stands: alone, or in an `impl` block.
    pub(super) fn placed(&self, owner: Option<usize>, text: &str) -> String {
        match owner {
            Some(k) => format!("@differentiate()\nimpl {} {{\npub {text}\n}}", self.structs[k].name),
            None => format!("@differentiate()\n{text}"),
        }
    }
}
