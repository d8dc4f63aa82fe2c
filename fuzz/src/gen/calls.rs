//! Calls of the program's functions, with all forms of argument.

use super::*;
use crate::tree::stmt;

impl Gen {
    /// A call that returns a type; of a function with `&mut` parameters only where that is a statement of its own.
    pub fn call_of(&mut self, ty: &Ty, statement: bool) -> Option<Node> {
        let fits = |f: &Function| {
            f.result == *ty && (statement || f.params.iter().all(|param| param.pass != Pass::RefMut))
        };
        let found: Vec<Function> = self.functions.iter().filter(|f| fits(f)).cloned().collect();
        if found.is_empty() {
            return None;
        }
        let function = self.rng.pick(&found).clone();
        self.call(&function)
    }

    /// A call.
    pub fn call(&mut self, function: &Function) -> Option<Node> {
        self.depth += 1;
        // No statements inside of arguments that may change what another argument borrows.
        let borrows = function.params.iter().any(|param| param.pass != Pass::Value);
        let fuel = if borrows { std::mem::take(&mut self.fuel) } else { 0 };
        let call = self.call_with_arguments(function);
        self.fuel += fuel;
        self.depth -= 1;
        call
    }

    fn call_with_arguments(&mut self, function: &Function) -> Option<Node> {
        // What is lent to be changed is chosen first; nothing else may name it.
        let mut hidden: Vec<String> = Vec::new();
        let mut arguments: Vec<Option<Node>> = vec![None; function.params.len()];
        let mut failed = false;
        for (at, param) in function.params.iter().enumerate() {
            if param.pass != Pass::RefMut {
                continue;
            }
            match self.lent(param, function.form == CallForm::Method && at == 0) {
                Some((node, root)) => {
                    self.var_mut(&root).hidden = true;
                    hidden.push(root);
                    arguments[at] = Some(node);
                }
                None => {
                    failed = true;
                    break;
                }
            }
        }
        if !failed {
            for (at, param) in function.params.iter().enumerate() {
                if arguments[at].is_some() {
                    continue;
                }
                if function.form == CallForm::Method && at == 0 {
                    match self.receiver(param) {
                        Some(node) => arguments[at] = Some(node),
                        None => {
                            failed = true;
                            break;
                        }
                    }
                } else {
                    arguments[at] = Some(self.argument(param));
                }
            }
        }
        for root in hidden {
            // The name may be hidden still for another reason; no construct hides one twice.
            if let Some(var) = self.vars.iter_mut().rev().find(|var| var.name == root) {
                var.hidden = false;
            }
        }
        if failed {
            return None;
        }
        let arguments: Vec<Node> = arguments.into_iter().flatten().collect();
        let template = if function.form == CallForm::Operator {
            match arguments.len() {
                1 => format!("({}$)", function.name),
                _ => format!("($ {} $)", function.name),
            }
        } else if function.form == CallForm::Method {
            format!("$.{}({})", function.name, vec!["$"; arguments.len() - 1].join(", "))
        } else if function.name.ends_with("::from") && self.rng.chance(40) {
            format!("{{ let made: {} = ($).into(); made }}", function.result.text(&self.structs))
        } else {
            format!("{}({})", function.name, vec!["$"; arguments.len()].join(", "))
        };
        Some(expr(&function.result, &template, arguments))
    }

    /// `&mut place`
    fn lent(&mut self, param: &Param, receiver: bool) -> Option<(Node, String)> {
        let (wanted, slice) = match &param.ty {
            Ty::Slice(item) => ((**item).clone(), true),
            ty => (ty.clone(), false),
        };
        let mut found = self.places(true, &|ty| match slice {
            true => matches!(ty, Ty::Vec(_) | Ty::Array(..) | Ty::Slice(_)) && ty.item() == Some(&wanted),
            false => *ty == wanted,
        });
        found.retain(|(_, ty, root)| !(matches!(ty, Ty::Vec(_)) && self.keeps_size(root, ty)));
        if found.is_empty() {
            return None;
        }
        let (text, ty, root) = self.rng.pick(&found).clone();
        let whole = self.vars.iter().rev().find(|var| var.name == root)?.clone();
        let inner = text.strip_prefix("(*").and_then(|p| p.strip_suffix(')')).map(str::to_string);
        let text = if receiver {
            inner.unwrap_or(text)
        } else if let (Some(inner), true) = (&inner, whole.pass == Pass::RefMut) {
            // A reference is lent on, or what it refers to once more.
            if self.rng.chance(50) && !slice { inner.clone() } else { format!("&mut *{inner}") }
        } else if matches!(ty, Ty::Slice(_)) && text == root {
            text
        } else if slice && self.rng.chance(30) {
            format!("&mut {text}[..2]")
        } else {
            format!("&mut {text}")
        };
        // With `&mut *v` of a `Vec` a slice is not what it is.
        Some((Node::new(Sort::Fixed, &text, vec![]), root))
    }

    fn receiver(&mut self, param: &Param) -> Option<Node> {
        let copy = param.ty.copy(&self.structs);
        if self.rng.chance(70) {
            let (place, _) = self.place(&param.ty, false)?;
            let place = referent(place);
            let place = if param.pass == Pass::Value && !copy { format!("{place}.clone()") } else { place };
            return Some(expr(&param.ty, &place, vec![]));
        }
        let value = self.expr(&param.ty);
        Some(expr(&param.ty, "($)", vec![value]))
    }

    /// An argument by value or shared reference.
    pub fn argument(&mut self, param: &Param) -> Node {
        if param.pass == Pass::Value {
            if self.rng.chance(15) {
                if let Some(node) = self.constant(&param.ty) {
                    return node;
                }
            }
            return self.expr(&param.ty);
        }
        if let Ty::Slice(item) = &param.ty {
            return self.slice_argument(item);
        }
        if self.rng.chance(15) {
            if let Some(node) = self.constant(&param.ty) {
                return Node::new(Sort::Fixed, "&$", vec![node]);
            }
        }
        // A reference in scope is passed as it is.
        let wanted = param.ty.clone();
        if self.rng.chance(50) {
            if let Some(var) = self.var_where(|var| var.ty == wanted && var.pass == Pass::Ref) {
                return Node::new(Sort::Fixed, &var.name, vec![]);
            }
        }
        if self.rng.chance(80) {
            if let Some((place, _)) = self.place(&param.ty, false) {
                let place = place
                    .strip_prefix('(')
                    .and_then(|p| p.strip_suffix(')'))
                    .map(str::to_string)
                    .unwrap_or(place);
                return Node::new(Sort::Fixed, &format!("&{place}"), vec![]);
            }
        }
        let value = self.expr(&param.ty);
        Node::new(Sort::Fixed, if param.ty == Ty::F { "&($)" } else { "&$" }, vec![value])
    }

    fn slice_argument(&mut self, item: &Ty) -> Node {
        if self.rng.chance(15) {
            let found: Vec<Constant> =
                self.constants.iter().filter(|constant| constant.ty.item() == Some(item)).cloned().collect();
            if !found.is_empty() {
                let constant = self.rng.pick(&found).clone();
                let text = if constant.reference { constant.name } else { format!("&{}", constant.name) };
                return Node::new(Sort::Fixed, &text, vec![]);
            }
        }
        let found = self.places(false, &|ty| {
            matches!(ty, Ty::Vec(_) | Ty::Array(..) | Ty::Slice(_)) && ty.item() == Some(item)
        });
        if !found.is_empty() && self.rng.chance(80) {
            let (text, ty, root) = self.rng.pick(&found).clone();
            if text == root && matches!(ty, Ty::Slice(_)) {
                return Node::new(Sort::Fixed, &text, vec![]);
            }
            let text = match self.rng.below(4) {
                0 => format!("&{text}[0..2]"),
                1 => format!("&{text}[..]"),
                _ => {
                    let text = text
                        .strip_prefix('(')
                        .and_then(|p| p.strip_suffix(')'))
                        .map(str::to_string)
                        .unwrap_or(text);
                    format!("&{text}")
                }
            };
            return Node::new(Sort::Fixed, &text, vec![]);
        }
        let ty = if self.rng.chance(50) { Ty::vec(item.clone()) } else { Ty::array(item.clone(), 2) };
        let children: Vec<Node> = (0..2).map(|_| self.expr(item)).collect();
        let template = if matches!(ty, Ty::Vec(_)) { "vec![$, $]" } else { "[$, $]" };
        Node::new(Sort::Fixed, "&$", vec![expr(&ty, template, children)])
    }

    /// A constant of a type.
    pub fn constant(&mut self, ty: &Ty) -> Option<Node> {
        let found: Vec<String> = self
            .constants
            .iter()
            .filter_map(|constant| {
                if constant.ty == *ty && !constant.reference {
                    return Some(constant.name.clone());
                }
                (constant.ty.item() == Some(ty)).then(|| format!("{}[1]", constant.name))
            })
            .collect();
        if found.is_empty() { None } else { Some(expr(ty, &self.rng.pick(&found).clone(), vec![])) }
    }
}

/// A call that returns a float.
pub fn float_call(g: &mut Gen) -> Option<Node> {
    if g.depth > 3 {
        return None;
    }
    g.call_of(&Ty::F, false)
}

/// `let r = f(…);`, `x = f(…);`, `f(…);`
pub fn statement(g: &mut Gen) -> Option<Node> {
    if g.functions.is_empty() {
        return None;
    }
    let function = g.rng.pick(&g.functions).clone();
    let ty = function.result.clone();
    let call = g.call(&function)?;
    if ty == Ty::Unit {
        return Some(stmt("$;", vec![call]));
    }
    let name = g.fresh("r");
    let node = match g.rng.below(5) {
        0 => stmt(&format!("let mut {name}: {} = $;", ty.text(&g.structs)), vec![call]),
        1 if ty == Ty::F => {
            let typed = stmt(&format!("let mut {name} = $ * 0.5;"), vec![call]);
            g.bind(&name, Ty::F, Pass::Value, true);
            return Some(typed);
        }
        2 if function.params.iter().any(|p| p.pass == Pass::RefMut) => {
            return Some(stmt("let _ = $;", vec![call]));
        }
        _ => stmt(&format!("let mut {name} = $;"), vec![call]),
    };
    g.bind(&name, ty, Pass::Value, true);
    Some(node)
}
