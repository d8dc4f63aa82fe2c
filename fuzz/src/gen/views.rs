//! Borrows of parts.

use super::*;
use crate::tree::stmt;

/// A place that `&mut` may be taken of, without the parentheses of `*r`.
fn target(g: &mut Gen, wanted: &dyn Fn(&Ty) -> bool) -> Option<(String, Ty, String)> {
    let found = g.places(true, wanted);
    if found.is_empty() {
        return None;
    }
    let (text, ty, root) = g.rng.pick(&found).clone();
    let text = text.strip_prefix('(').and_then(|p| p.strip_suffix(')')).map(str::to_string).unwrap_or(text);
    Some((text, ty, root))
}

/// `let r = &mut a[i]; …`, with `a` out of reach as long as `r` is alive.
pub fn mutable_element(g: &mut Gen) -> Option<Node> {
    if g.nesting > 3 {
        return None;
    }
    let (text, ty, root) = target(g, &|ty| {
        !matches!(ty, Ty::Slice(_) | Ty::Fixed | Ty::Maybe | Ty::Usize | Ty::Bool | Ty::Str | Ty::Unit)
    })?;
    if g.keeps_size(&root, &ty) {
        return None;
    }
    let r = g.fresh("r");
    let body = g.without(&root, |g| {
        g.scoped(|g| {
            g.bind(&r, ty, Pass::RefMut, true);
            let statements = g.statements(3);
            block(statements, None)
        })
    });
    // The braces of the body are part of the block that the borrow lives in.
    Some(stmt(&format!("{{ let {r} = &mut {text};\n$ }}"), vec![body]))
}

/// `let row = &x[a..b];`
pub fn window(g: &mut Gen) -> Option<Node> {
    let containers = g.vars_where(|var| {
        matches!(var.ty, Ty::Vec(_) | Ty::Slice(_) | Ty::Array(..)) && var.name != "self" && var.depth == 0
    });
    if containers.is_empty() || g.nesting > 3 {
        return None;
    }
    let var = g.vars[*g.rng.pick(&containers)].clone();
    let (name, item, w) = (&var.name, var.ty.item()?.clone(), g.fresh("w"));
    let shared = *g.rng.pick(&["[0..2]", "[..]", "[..2]"]);
    let shared = if g.rng.chance(30) { format!("{shared}[0..]") } else { shared.to_string() };
    let unique = var.writable && !var.shared && g.rng.chance(40);
    let make = |g: &mut Gen| {
        g.scoped(|g| {
            g.bind(&w, Ty::slice(item), if unique { Pass::RefMut } else { Pass::Ref }, unique);
            let statements = g.statements(3);
            block(statements, None)
        })
    };
    if unique {
        let body = g.without(name, make);
        return Some(stmt(&format!("{{ let {w} = &mut {name}{shared};\n$ }}"), vec![body]));
    }
    let body = g.sharing(name, make);
    Some(stmt(&format!("{{ let {w} = &{name}{shared};\n$ }}"), vec![body]))
}

/// `let (l, r) = a.split_at_mut(k);` Each part has one element, so it is named as such.
pub fn split(g: &mut Gen) -> Option<Node> {
    let writable = g.rng.chance(60);
    let containers = g.vars_where(|var| {
        matches!(var.ty, Ty::Vec(_) | Ty::Slice(_) | Ty::Array(..))
            && var.name != "self"
            && (!writable || (var.writable && !var.shared))
    });
    if containers.is_empty() || g.nesting > 3 {
        return None;
    }
    let var = g.vars[*g.rng.pick(&containers)].clone();
    let (name, item) = (&var.name, var.ty.item()?.clone());
    let (l, r, a, b) = (g.fresh("l"), g.fresh("r"), g.fresh("x"), g.fresh("y"));
    let make = |g: &mut Gen| {
        g.scoped(|g| {
            let pass = if writable { Pass::RefMut } else { Pass::Ref };
            g.bind(&a, item.clone(), pass, writable);
            g.bind(&b, item, pass, writable);
            let statements = g.statements(3);
            block(statements, None)
        })
    };
    if writable {
        let body = g.without(name, make);
        let text = match g.rng.below(2) {
            0 => format!(
                "{{ let ({l}, {r}) = {name}.split_at_mut(1);\nlet ({a}, {b}) = (&mut {l}[0], &mut {r}[0]);\n$ }}"
            ),
            _ => format!("if let [{a}, {b}, ..] = &mut {name}[..] $"),
        };
        return Some(stmt(&text, vec![body]));
    }
    let body = g.sharing(name, make);
    let text = match g.rng.below(2) {
        0 => format!("{{ let ({l}, {r}) = {name}.split_at(1);\nlet ({a}, {b}) = (&{l}[0], &{r}[0]);\n$ }}"),
        _ => format!("if let [{a}, .., {b}] = &{name}[..] $"),
    };
    Some(stmt(&text, vec![body]))
}

/// A flat matrix of two rows: `let row = &x[i * d..(i + 1) * d];`
pub fn rows(g: &mut Gen) -> Option<Node> {
    if g.nesting > 3 || g.loop_depth > 1 {
        return None;
    }
    let unique = g.rng.chance(40);
    let (text, _, root) = if unique {
        let (text, ty, root) = target(g, &|ty| ty.item() == Some(&Ty::F))?;
        (text.trim_start_matches('*').to_string(), ty, root)
    } else {
        let found = g.places(false, &|ty| ty.item() == Some(&Ty::F));
        let (text, ty, root) = found.first()?.clone();
        (referent(text), ty, root)
    };
    let (d, i, j, row, s) = (g.fresh("d"), g.fresh("i"), g.fresh("j"), g.fresh("row"), g.fresh("s"));
    let body = g.without(&root, |g| {
        g.scoped(|g| {
            g.loop_depth += 2;
            let outer = (std::mem::take(&mut g.loops), g.result.take());
            g.bind(&i, Ty::Usize, Pass::Value, false).bound = Some(Bound::Const(2));
            g.bind(&j, Ty::Usize, Pass::Value, false);
            let value = g.tame();
            (g.loops, g.result) = outer;
            g.loop_depth -= 2;
            value
        })
    });
    g.bind(&s, Ty::F, Pass::Value, true);
    let (sign, store) = if unique {
        ("&mut ", format!("{row}[{j}] = ({row}[{j}] + 0.5 * {s}).sin(); "))
    } else {
        ("&", String::new())
    };
    Some(stmt(
        &format!(
            "let {d} = {text}.len() / 2;\nlet mut {s} = 0.0;\nfor {i} in 0..2 {{\nlet {row} = {sign}{text}[{i} * {d}..({i} + 1) * {d}];\n\
             for {j} in 0..{d} {{ {s} += {row}[{j}] * $; {store}}}\n}}"
        ),
        vec![body],
    ))
}
