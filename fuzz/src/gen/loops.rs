//! Loops of all kinds.

use super::*;
use crate::tree::{sequence, stmt};

impl Gen {
    /// Runs `f` inside of a loop that jumps may leave.
    fn looped<T>(&mut self, label: Option<String>, f: impl FnOnce(&mut Gen) -> T) -> T {
        self.loop_depth += 1;
        self.loops.push(label);
        let result = self.scoped(f);
        self.loops.pop();
        self.loop_depth -= 1;
        result
    }

    /// What stands before a loop: a mark and `'label: ` now and then.
    fn label(&mut self) -> (Option<String>, String) {
        let mark = self.checkpoint();
        if self.rng.chance(20) {
            let label = format!("'{}", self.fresh("l"));
            (Some(label.clone()), format!("{mark}{label}: "))
        } else {
            (None, mark.to_string())
        }
    }

    /// The mark of a loop that saves no tape, now and then.
    fn checkpoint(&mut self) -> &'static str {
        const MARKS: [&str; 5] = [
            "@checkpoint() ",
            "@checkpoint(sqrt) ",
            "@checkpoint(every = 2) ",
            "@checkpoint(slots = 2) ",
            "@checkpoint(slots = 1) ",
        ];
        match self.rng.chance(15) {
            true => MARKS[self.rng.below(MARKS.len())],
            false => "",
        }
    }

    pub fn may_loop(&self) -> bool {
        self.loop_depth < 3 && self.nesting < 4
    }

    /// The statements of a loop's body, with the names bound by `bind`.
    fn loop_body(&mut self, label: Option<String>, most: usize, bind: impl FnOnce(&mut Gen)) -> Node {
        self.looped(label, |g| {
            bind(g);
            let statements = g.statements(most);
            block(statements, None)
        })
    }
}

/// `for i in 0..n`
pub fn counted(g: &mut Gen) -> Option<Node> {
    if !g.may_loop() {
        return None;
    }
    let (label, prefix) = g.label();
    let i = g.fresh("i");
    let containers =
        g.vars_where(|var| matches!(var.ty, Ty::Vec(_) | Ty::Slice(_) | Ty::Array(..)) && !var.shared);
    if !containers.is_empty() && g.rng.chance(60) {
        let var = g.vars[*g.rng.pick(&containers)].clone();
        let range = match g.rng.below(8) {
            0 => format!("1..{}.len()", var.name),
            1 => format!("(0..{}.len()).rev()", var.name),
            2 => format!("(0..{}.len()).step_by(2)", var.name),
            3 => format!("0..{}.len() - 1", var.name),
            4 => format!("0..={}.len() - 1", var.name),
            _ => format!("0..{}.len()", var.name),
        };
        let before = std::mem::replace(&mut g.var_mut(&var.name).fixed, true);
        let body = g.loop_body(label, 3, |g| {
            g.bind(&i, Ty::Usize, Pass::Value, false).bound = Some(Bound::Len(var.name.clone()));
        });
        g.var_mut(&var.name).fixed = before;
        return Some(stmt(&format!("{prefix}for {i} in {range} $"), vec![body]));
    }
    let n = g.rng.between(2, 4);
    let range = match g.rng.below(8) {
        0 => format!("(0..{n}).rev()"),
        1 => format!("0..={}", n - 1),
        2 => format!("(0..{n}).step_by(2)"),
        3 => match g.read(&Ty::Usize) {
            Some(k) => format!("{}..{n}", k.text()),
            None => format!("1..{n}"),
        },
        _ => format!("0..{n}"),
    };
    let body = g.loop_body(label, 3, |g| {
        g.bind(&i, Ty::Usize, Pass::Value, false).bound = Some(Bound::Const(n));
    });
    Some(stmt(&format!("{prefix}for {i} in {range} $"), vec![body]))
}

/// `for v in x.iter()` and its like.
pub fn over_items(g: &mut Gen) -> Option<Node> {
    if !g.may_loop() {
        return None;
    }
    let containers =
        g.vars_where(|var| matches!(var.ty, Ty::Vec(_) | Ty::Slice(_) | Ty::Array(..)) && var.name != "self");
    if containers.is_empty() {
        return None;
    }
    let var = g.vars[*g.rng.pick(&containers)].clone();
    let (label, prefix) = g.label();
    let (name, item) = (var.name.clone(), var.ty.item()?.clone());
    let (v, i) = (g.fresh("e"), g.fresh("i"));
    let copy = item.copy(&g.structs);
    // The elements are what has to keep its size.
    let writable = var.writable && !var.shared && !g.keeps_size(&name, &item);
    // Head, pattern, how the item is passed, whether the container is borrowed uniquely.
    let by_value = matches!(var.ty, Ty::Array(..)) && copy && var.pass == Pass::Value;
    let (pattern, head, pass, unique) = match g.rng.below(14) {
        0 | 1 if writable => (v.clone(), format!("{name}.iter_mut()"), Pass::RefMut, true),
        2 if writable => {
            (format!("({i}, {v})"), format!("{name}.iter_mut().enumerate()"), Pass::RefMut, true)
        }
        3 if writable && var.pass == Pass::Value => (v.clone(), format!("&mut {name}"), Pass::RefMut, true),
        4 if by_value => (v.clone(), name.clone(), Pass::Value, false),
        5 if copy => (format!("&{v}"), format!("{name}.iter()"), Pass::Value, false),
        6 if copy => (v.clone(), format!("{name}.iter().copied()"), Pass::Value, false),
        7 => (format!("({i}, {v})"), format!("{name}.iter().enumerate()"), Pass::Ref, false),
        8 => (v.clone(), format!("{name}.iter().rev()"), Pass::Ref, false),
        9 => (v.clone(), format!("{name}.iter().skip(1)"), Pass::Ref, false),
        10 if var.pass == Pass::Value => (v.clone(), format!("&{name}"), Pass::Ref, false),
        11 if copy => {
            (format!("({i}, &{v})"), format!("{name}.iter().enumerate().skip(1)"), Pass::Value, false)
        }
        12 => (v.clone(), format!("{name}.iter().take(2)"), Pass::Ref, false),
        _ => (v.clone(), format!("{name}.iter()"), Pass::Ref, false),
    };
    let counted = pattern.starts_with('(');
    let make = |g: &mut Gen| {
        g.loop_body(label, 3, |g| {
            if counted {
                g.bind(&i, Ty::Usize, Pass::Value, false);
            }
            g.bind(&v, item, pass, pass == Pass::RefMut);
        })
    };
    let body = if unique {
        g.without(&name, make)
    } else if head == name {
        make(g)
    } else {
        g.sharing(&name, make)
    };
    Some(stmt(&format!("{prefix}for {pattern} in {head} $"), vec![body]))
}

/// `while` with trips that depend on data, and a counter that ends it.
pub fn conditional(g: &mut Gen) -> Option<Node> {
    if !g.may_loop() {
        return None;
    }
    let (label, prefix) = g.label();
    let (n, most) = (g.fresh("n"), g.rng.between(2, 4));
    let place = g.place(&Ty::F, true)?.0;
    let place =
        place.strip_prefix('(').and_then(|p| p.strip_suffix(')')).map(str::to_string).unwrap_or(place);
    let step = g.tame();
    let condition = if g.rng.chance(60) {
        Node::new(Sort::Expr(Ty::Bool), &format!("{place} < 2.5"), vec![])
    } else {
        g.condition()
    };
    let body = g.loop_body(label, 2, |g| {
        g.bind(&n, Ty::Usize, Pass::Value, false);
    });
    // The counter goes first, so that no `continue` passes it by.
    let node = match g.rng.below(2) {
        0 => stmt(
            &format!(
                "let mut {n} = 0;\n{prefix}while ($) && {n} < {most} {{ {n} += 1; {place} += 0.4 + 0.2 * $; $ }}"
            ),
            vec![condition, step, body],
        ),
        _ => stmt(
            &format!("let mut {n} = 0;\n{prefix}while {n} < {most} && ($) {{ {n} += 1; $ {place} += $; }}"),
            vec![condition, body, step],
        ),
    };
    g.bind(&n, Ty::Usize, Pass::Value, false);
    Some(node)
}

/// `loop` that is left by `break`.
pub fn endless(g: &mut Gen) -> Option<Node> {
    if !g.may_loop() {
        return None;
    }
    let (label, prefix) = g.label();
    let (n, most) = (g.fresh("n"), g.rng.between(1, 3));
    let condition = g.condition();
    let body = g.loop_body(label, 3, |g| {
        g.bind(&n, Ty::Usize, Pass::Value, false);
    });
    let node = stmt(
        &format!("let mut {n} = 0;\n{prefix}loop {{ {n} += 1; if {n} > {most} || ($) {{ break; }} $ }}"),
        vec![condition, body],
    );
    g.bind(&n, Ty::Usize, Pass::Value, false);
    Some(node)
}

/// `let s = loop { … break value; };`
pub fn with_value(g: &mut Gen) -> Option<Node> {
    if !g.may_loop() {
        return None;
    }
    let ty = if g.rng.chance(70) { Ty::F } else { g.some_type() };
    let (n, s, most) = (g.fresh("n"), g.fresh("s"), g.rng.between(1, 3));
    g.loop_depth += 1;
    let outer = std::mem::take(&mut g.loops);
    let (condition, first, body, last) = g.scoped(|g| {
        g.bind(&n, Ty::Usize, Pass::Value, false);
        let (condition, first) = (g.condition(), g.expr(&ty));
        let statements = g.statements(2);
        (condition, first, sequence(statements), g.expr(&ty))
    });
    g.loops = outer;
    g.loop_depth -= 1;
    let text = ty.text(&g.structs);
    let mark = g.checkpoint();
    g.bind(&n, Ty::Usize, Pass::Value, false);
    g.bind(&s, ty, Pass::Value, true);
    Some(stmt(
        &format!(
            "let mut {n} = 0;\nlet mut {s}: {text} = {mark}loop {{ {n} += 1; if $ {{ break $; }} $ if {n} >= {most} {{ break $; }} }};"
        ),
        vec![condition, first, body, last],
    ))
}

/// An accumulator, a `Vec` or an array that a loop fills.
pub fn filled(g: &mut Gen) -> Option<Node> {
    if !g.may_loop() {
        return None;
    }
    let (i, n) = (g.fresh("i"), g.rng.between(2, 4));
    let outer = std::mem::take(&mut g.loops);
    let inner = |g: &mut Gen, ty: &Ty| {
        g.loop_depth += 1;
        let node = g.scoped(|g| {
            g.bind(&i, Ty::Usize, Pass::Value, false).bound = Some(Bound::Const(n));
            let statements = if g.rng.chance(40) { g.statements(2) } else { Vec::new() };
            let value = g.stored(ty);
            (sequence(statements), value)
        });
        g.loop_depth -= 1;
        node
    };
    let mark = g.checkpoint();
    let node = match g.rng.below(4) {
        0 => {
            let (body, value) = inner(g, &Ty::F);
            let s = g.fresh("s");
            g.bind(&s, Ty::F, Pass::Value, true);
            stmt(&format!("let mut {s} = 0.0;\n{mark}for {i} in 0..{n} {{ $ {s} += $; }}"), vec![body, value])
        }
        1 => {
            let item = g.item_type();
            let (body, value) = inner(g, &item);
            let v = g.fresh("v");
            let text = item.text(&g.structs);
            g.bind(&v, Ty::vec(item), Pass::Value, true);
            let new = match g.rng.below(3) {
                0 => format!("let mut {v} = Vec::with_capacity({n});"),
                1 => format!("let mut {v}: Vec<{text}> = Vec::new();"),
                _ => format!("let mut {v} = vec![];"),
            };
            stmt(&format!("{new}\n{mark}for {i} in 0..{n} {{ $ {v}.push($); }}"), vec![body, value])
        }
        2 => {
            let (body, value) = inner(g, &Ty::F);
            let a = g.fresh("a");
            g.bind(&a, Ty::array(Ty::F, n), Pass::Value, true);
            stmt(
                &format!("let mut {a} = [0.0; {n}];\n{mark}for {i} in 0..{n} {{ $ {a}[{i}] = $; }}"),
                vec![body, value],
            )
        }
        _ => {
            let (body, value) = inner(g, &Ty::F);
            let v = g.fresh("v");
            g.bind(&v, Ty::vec(Ty::F), Pass::Value, true);
            stmt(
                &format!("let mut {v} = vec![0.0; {n}];\n{mark}for {i} in 0..{n} {{ $ {v}[{i}] += $; }}"),
                vec![body, value],
            )
        }
    };
    g.loops = outer;
    Some(node)
}

/// `for (a, b) in x.iter().zip(y.iter())` and its like.
pub fn over_pairs(g: &mut Gen) -> Option<Node> {
    if !g.may_loop() {
        return None;
    }
    let names = g.vars_where(|var| {
        matches!(var.ty, Ty::Vec(_) | Ty::Slice(_) | Ty::Array(..))
            && !var.shared
            && var.ty.item() == Some(&Ty::F)
    });
    let x = g.vars[*names.first()?].clone();
    let y = g.vars[*names.last()?].clone();
    let (a, b, i) = (g.fresh("x"), g.fresh("y"), g.fresh("i"));
    let (label, prefix) = g.label();
    let (xn, yn) = (&x.name, &y.name);
    let writes = x.writable && xn != yn && g.rng.chance(40);
    let (pattern, head, passes) = match g.rng.below(4) {
        _ if writes => {
            (format!("({a}, {b})"), format!("{xn}.iter_mut().zip({yn}.iter())"), (Pass::RefMut, Pass::Ref))
        }
        0 => (format!("(&{a}, &{b})"), format!("{xn}.iter().zip({yn}.iter())"), (Pass::Value, Pass::Value)),
        1 => (
            format!("({i}, ({a}, {b}))"),
            format!("{xn}.iter().zip(&{yn}[..]).enumerate()"),
            (Pass::Ref, Pass::Ref),
        ),
        2 => (
            format!("({a}, &{b})"),
            format!("{xn}.iter().copied().zip({yn}.iter().skip(1))"),
            (Pass::Value, Pass::Value),
        ),
        _ => (format!("({a}, {b})"), format!("{xn}.iter().zip({yn}.iter())"), (Pass::Ref, Pass::Ref)),
    };
    let counted = pattern.contains(&i);
    let make = |g: &mut Gen| {
        g.loop_body(label, 3, |g| {
            if counted {
                g.bind(&i, Ty::Usize, Pass::Value, false);
            }
            g.bind(&a, Ty::F, passes.0, writes);
            g.bind(&b, Ty::F, passes.1, false);
        })
    };
    let body = if writes {
        g.without(xn, |g| g.sharing(yn, make))
    } else if xn == yn {
        g.sharing(xn, make)
    } else {
        g.sharing(xn, |g| g.sharing(yn, make))
    };
    Some(stmt(&format!("{prefix}for {pattern} in {head} $"), vec![body]))
}

/// `for w in x.windows(2)`, `for c in x.chunks(2)`: two elements each, but the last chunk.
pub fn over_parts(g: &mut Gen) -> Option<Node> {
    if !g.may_loop() {
        return None;
    }
    let var =
        g.var_where(|var| matches!(var.ty, Ty::Vec(_) | Ty::Slice(_) | Ty::Array(..)) && !var.shared)?;
    let (name, item, w) = (var.name.clone(), var.ty.item()?.clone(), g.fresh("w"));
    // Leaving such a loop early is refused as of now.
    let outer = std::mem::take(&mut g.loops);
    let result = g.result.take();
    let unique = var.writable && g.rng.chance(30);
    let head = match g.rng.below(3) {
        _ if unique => format!("{name}.chunks_exact_mut(2)"),
        0 => format!("{name}.windows(2)"),
        1 => format!("{name}.chunks_exact(2)"),
        _ => format!("{name}.windows(2).rev()"),
    };
    let make = |g: &mut Gen| {
        g.loop_depth += 1;
        let body = g.scoped(|g| {
            let pass = if unique { Pass::RefMut } else { Pass::Ref };
            g.bind(&w, Ty::slice(item), pass, unique);
            let statements = g.statements(2);
            block(statements, None)
        });
        g.loop_depth -= 1;
        body
    };
    let body = if unique { g.without(&name, make) } else { g.sharing(&name, make) };
    g.loops = outer;
    g.result = result;
    let mark = g.checkpoint();
    Some(stmt(&format!("{mark}for {w} in {head} $"), vec![body]))
}

/// A copy that is used up: `while let Some(e) = stack.pop()`, `for e in copy`, `for e in copy.drain(..)`.
pub fn drained(g: &mut Gen) -> Option<Node> {
    if !g.may_loop() {
        return None;
    }
    let found = g.places(false, &|ty| matches!(ty, Ty::Vec(_) | Ty::Slice(_)));
    if found.is_empty() {
        return None;
    }
    let (text, ty, _) = g.rng.pick(&found).clone();
    let text = text.strip_prefix("(*").and_then(|p| p.strip_suffix(')')).map(str::to_string).unwrap_or(text);
    let (copy, e, item) = (g.fresh("copy"), g.fresh("e"), ty.item()?.clone());
    let outer = std::mem::take(&mut g.loops);
    let body = g.loop_body(None, 3, |g| {
        g.bind(&e, item, Pass::Value, false);
    });
    g.loops = outer;
    let head = match g.rng.below(8) {
        5 => format!("for {e} in {copy}.drain(1..)"),
        6 => format!("for {e} in {copy}.drain(..1).chain({text}.to_vec())"),
        7 => format!("for {e} in {text}.iter().chain({copy}.iter()).cloned()"),
        0 | 1 => format!("while let Some({e}) = {copy}.pop()"),
        2 => format!("for {e} in {copy}"),
        3 => format!("for {e} in {copy}.into_iter().rev()"),
        _ => format!("for {e} in {copy}.drain(..)"),
    };
    let mark = g.checkpoint();
    Some(stmt(&format!("let mut {copy} = {text}.to_vec();\n{mark}{head} $"), vec![body]))
}

/// `for e in [a, b, c]`
pub fn over_literal(g: &mut Gen) -> Option<Node> {
    if !g.may_loop() {
        return None;
    }
    let (label, prefix) = g.label();
    let (a, b, e) = (g.typed(), g.expr(&Ty::F), g.fresh("e"));
    let body = g.loop_body(label, 3, |g| {
        g.bind(&e, Ty::F, Pass::Value, false);
    });
    let head = *g.rng.pick(&["[$, $]", "[$, $].into_iter()", "vec![$, $]"]);
    Some(stmt(&format!("{prefix}for {e} in {head} $"), vec![a, b, body]))
}
