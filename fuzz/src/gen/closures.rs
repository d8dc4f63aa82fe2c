//! Closures that are bound by `let` and called.

use super::*;
use crate::tree::stmt;

/// A call of a closure in scope.
pub fn float_closure(g: &mut Gen) -> Option<Node> {
    let found: Vec<Closure> = g.closures.iter().filter(|closure| closure.result == Ty::F).cloned().collect();
    if found.is_empty() {
        return None;
    }
    let closure = g.rng.pick(&found).clone();
    let args: Vec<Node> = closure.params.iter().map(|ty| g.expr(ty)).collect();
    Some(expr(&Ty::F, &format!("{}({})", closure.name, vec!["$"; args.len()].join(", ")), args))
}

impl Gen {
    /// The body of a closure: no jumps out of it.
    fn inside_closure<T>(&mut self, f: impl FnOnce(&mut Gen) -> T) -> T {
        let (result, loops) = (self.result.take(), std::mem::take(&mut self.loops));
        self.loop_depth += 1;
        let value = self.scoped(f);
        self.loop_depth -= 1;
        (self.result, self.loops) = (result, loops);
        value
    }
}

/// `let k = |a: f64| …;` What it captures may not change as long as it is in scope, so what it may capture is what nobody writes.
pub fn bound(g: &mut Gen) -> Option<Node> {
    if g.nesting > 2 {
        return None;
    }
    let (k, a, b) = (g.fresh("k"), g.fresh("x"), g.fresh("y"));
    let params = match g.rng.below(4) {
        0 => vec![Ty::F, Ty::F],
        1 => vec![Ty::F, Ty::Usize],
        _ => vec![Ty::F],
    };
    let written: Vec<usize> =
        (0..g.vars.len()).filter(|&at| g.vars[at].writable || !g.vars[at].ty.copy(&g.structs)).collect();
    let copied = g.rng.chance(30);
    let hidden: Vec<usize> = written
        .into_iter()
        .filter(|&at| {
            let var = &g.vars[at];
            let copies = copied && var.pass == Pass::Value && var.ty.copy(&g.structs);
            !var.hidden && !copies
        })
        .collect();
    for &at in &hidden {
        g.vars[at].hidden = true;
    }
    let shared: Vec<bool> = g.vars.iter().map(|var| var.shared).collect();
    g.vars.iter_mut().for_each(|var| var.shared = true);
    let body = g.inside_closure(|g| {
        g.bind(&a, Ty::F, Pass::Value, false);
        if let Some(ty) = params.get(1) {
            g.bind(&b, ty.clone(), Pass::Value, false);
        }
        if g.rng.chance(40) {
            let statements = g.statements(2);
            let tail = g.typed();
            block(statements, Some(tail))
        } else {
            g.typed()
        }
    });
    for &at in &hidden {
        g.vars[at].hidden = false;
    }
    g.vars.iter_mut().zip(shared).for_each(|(var, shared)| var.shared = shared);
    let list = match params.get(1) {
        Some(ty) => format!("{a}: @F, {b}: {}", ty.text(&g.structs)),
        None => format!("{a}: @F"),
    };
    let word = if copied { "move " } else { "" };
    let result = if body.sort == Sort::Block { " -> @F" } else { "" };
    g.closures.push(Closure { name: k.clone(), params, result: Ty::F });
    Some(stmt(&format!("let {k} = {word}|{list}|{result} $;"), vec![body]))
}

/// A closure that changes what it captures, and its calls.
pub fn mutating(g: &mut Gen) -> Option<Node> {
    let var = g.var_where(|var| {
        var.writable && !var.shared && var.ty == Ty::F && var.pass == Pass::Value && var.name != "self"
    })?;
    let (k, a, s) = (g.fresh("k"), g.fresh("x"), g.fresh("s"));
    let (value, first, second) = g.without(&var.name, |g| {
        let closures = std::mem::take(&mut g.closures);
        let shared: Vec<bool> = g.vars.iter().map(|var| var.shared).collect();
        g.vars.iter_mut().for_each(|var| var.shared = true);
        let value = g.inside_closure(|g| {
            g.bind(&a, Ty::F, Pass::Value, false);
            g.tame()
        });
        g.vars.iter_mut().zip(shared).for_each(|(var, shared)| var.shared = shared);
        // No statements within, which might change what the closure captures.
        let fuel = std::mem::take(&mut g.fuel);
        let result = (value, g.expr(&Ty::F), g.expr(&Ty::F));
        (g.closures, g.fuel) = (closures, fuel);
        result
    });
    let name = &var.name;
    let node = match g.rng.below(2) {
        0 => stmt(
            &format!(
                "let mut {k} = |{a}: @F| {{ {name} += $; {name} * {a} }};\nlet mut {s} = {k}($) + {k}($);"
            ),
            vec![value, first, second],
        ),
        _ => stmt(
            &format!(
                "let mut {k} = |{a}: @F| {name} = {name}.sin() + {a} * $;\n{k}($);\n{k}($);\nlet mut {s} = {name};"
            ),
            vec![value, first, second],
        ),
    };
    g.bind(&s, Ty::F, Pass::Value, true);
    Some(node)
}

/// A closure over an array or tuple, that returns one.
pub fn of_arrays(g: &mut Gen) -> Option<Node> {
    let (k, a, s) = (g.fresh("k"), g.fresh("x"), g.fresh("s"));
    let pair = g.rng.chance(50);
    let ty = if pair { Ty::tuple(vec![Ty::F, Ty::F]) } else { Ty::array(Ty::F, 2) };
    let fuel = std::mem::take(&mut g.fuel);
    let closures = std::mem::take(&mut g.closures);
    let (first, second) = g.inside_closure(|g| {
        g.bind(&a, ty.clone(), Pass::Value, false);
        (g.typed(), g.typed())
    });
    g.closures = closures;
    let (x, y) = (g.expr(&ty), g.typed());
    g.fuel = fuel;
    let text = ty.text(&g.structs);
    g.bind(&s, ty, Pass::Value, true);
    let (open, close) = if pair { ("(", ")") } else { ("[", "]") };
    let template = match g.rng.below(2) {
        0 => format!(
            "let {k} = |{a}: {text}| {open}$, $ * 0.5{close};\nlet mut {s}: {text} = {k}({k}($));\n{s}.0 += $;"
        ),
        _ => format!(
            "let {k} = |{a}: {text}| -> {text} {{ {open}$, $ * 0.5{close} }};\nlet mut {s} = {k}($);\n{s}.0 += $;"
        ),
    };
    let template = if pair { template } else { template.replace(&format!("{s}.0"), &format!("{s}[0]")) };
    Some(stmt(&template, vec![first, second, x, y]))
}
