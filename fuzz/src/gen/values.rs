//! Expressions of all types but floats: arrays, `Vec`s, tuples, structs.

use super::*;

impl Gen {
    /// A value of a type.
    pub fn value(&mut self, ty: &Ty) -> Node {
        match ty {
            Ty::F => return self.float(),
            Ty::Usize => return self.int(),
            Ty::Fixed => return expr(ty, "0.75", vec![]),
            Ty::Bool => return self.condition(),
            Ty::Str => return self.read(ty).unwrap_or_else(|| expr(ty, "\"name\"", vec![])),
            Ty::Unit => return expr(ty, "()", vec![]),
            Ty::Maybe => {
                let text = *self.rng.pick(&["None", "Some(0.4)"]);
                return self.read(ty).unwrap_or_else(|| expr(ty, text, vec![]));
            }
            _ => {}
        }
        if self.rng.chance(35 + 10 * self.depth) {
            if let Some(node) = self.read(ty) {
                return node;
            }
        }
        if self.rng.chance(10) {
            if let Some(node) = self.moved(ty) {
                return node;
            }
        }
        if self.depth < 3 && self.rng.chance(25) {
            if let Some(node) = self.call_of(ty, false) {
                return node;
            }
        }
        if self.depth < 3 && self.rng.chance(6) {
            return self.chosen(ty);
        }
        self.literal(ty)
    }

    /// One of two values.
    fn chosen(&mut self, ty: &Ty) -> Node {
        let condition = self.condition();
        if self.nesting < 4 && self.fuel > 3 && self.rng.chance(40) {
            let (a, b) = (self.block_of(ty, 2), self.block_of(ty, 1));
            return expr(ty, "(if $ $ else $)", vec![condition, a, b]);
        }
        let (a, b) = (self.expr(ty), self.expr(ty));
        if self.rng.chance(25) {
            let k = self.int();
            return expr(ty, "(match $ { 0 => $, _ => $ })", vec![k, a, b]);
        }
        expr(ty, "(if $ { $ } else { $ })", vec![condition, a, b])
    }

    /// A name that is moved out of.
    fn moved(&mut self, ty: &Ty) -> Option<Node> {
        let depth = self.loop_depth;
        let var = self.var_where(|var| {
            var.ty == *ty
                && var.pass == Pass::Value
                && var.depth == depth
                && !var.shared
                && var.name != "self"
        })?;
        if self.closures.iter().any(|_| true) || self.nesting > 1 {
            return None;
        }
        self.var_mut(&var.name).hidden = true;
        Some(expr(ty, &var.name, vec![]))
    }

    /// A value that is written out.
    pub fn literal(&mut self, ty: &Ty) -> Node {
        match ty {
            Ty::Array(item, n) => self.array(ty, item, *n),
            Ty::Vec(item) => self.vector(ty, item),
            Ty::Tuple(items) => {
                let children: Vec<Node> = items.iter().map(|item| self.expr(item)).collect();
                expr(ty, &format!("({})", vec!["$"; children.len()].join(", ")), children)
            }
            Ty::Struct(k) => structs::literal(self, ty, *k),
            Ty::Enum(name) => enums::literal(self, ty, name),
            _ => self.expr(ty),
        }
    }

    fn array(&mut self, ty: &Ty, item: &Ty, n: usize) -> Node {
        let copy = item.copy(&self.structs);
        if n == 0 {
            let first = self.expr(item);
            return match copy && (self.depth > 1 || self.rng.chance(60)) {
                true => expr(ty, "[$; N]", vec![first]),
                false => expr(ty, "std::array::from_fn(|_| $)", vec![first]),
            };
        }
        match self.rng.below(8) {
            0 if copy => {
                let first = self.expr(item);
                expr(ty, &format!("[$; {n}]"), vec![first])
            }
            1 if *item == Ty::F && self.depth <= 1 => {
                let name = self.fresh("i");
                let body = self.scoped(|g| {
                    g.bind(&name, Ty::Usize, Pass::Value, false).bound = Some(Bound::Const(n));
                    g.loop_depth += 1;
                    let body = g.tame();
                    g.loop_depth -= 1;
                    body
                });
                expr(ty, &format!("std::array::from_fn(|{name}| $)"), vec![body])
            }
            2 if *item == Ty::F && self.depth <= 1 => match self.place(ty, false) {
                Some((place, _)) => {
                    let name = self.fresh("y");
                    let body = self.scoped(|g| {
                        g.bind(&name, Ty::F, Pass::Value, false);
                        g.loop_depth += 1;
                        let body = g.typed();
                        g.loop_depth -= 1;
                        body
                    });
                    expr(ty, &format!("{place}.map(|{name}| $)"), vec![body])
                }
                None => self.elements(ty, item, n),
            },
            _ => self.elements(ty, item, n),
        }
    }

    fn elements(&mut self, ty: &Ty, item: &Ty, n: usize) -> Node {
        let children: Vec<Node> = (0..n).map(|_| self.expr(item)).collect();
        expr(ty, &format!("[{}]", vec!["$"; n].join(", ")), children)
    }

    fn vector(&mut self, ty: &Ty, item: &Ty) -> Node {
        let n = self.rng.between(2, 4);
        match self.rng.below(9) {
            0 => {
                let first = self.expr(item);
                expr(ty, &format!("vec![$; {n}]"), vec![first])
            }
            1 | 2 => {
                let found = self.places(false, &|found| {
                    matches!(found, Ty::Array(..) | Ty::Slice(_)) && found.item() == Some(item)
                });
                match found.is_empty() {
                    true => self.macro_of(ty, item, n),
                    false => {
                        let (text, ..) = self.rng.pick(&found).clone();
                        expr(ty, &format!("{text}.to_vec()"), vec![])
                    }
                }
            }
            3 | 4 if *item == Ty::F => iter::collected(self).unwrap_or_else(|| self.macro_of(ty, item, n)),
            5 => {
                let name = self.fresh("i");
                let body = self.scoped(|g| {
                    g.bind(&name, Ty::Usize, Pass::Value, false).bound = Some(Bound::Const(n));
                    g.loop_depth += 1;
                    let body = g.expr(item);
                    g.loop_depth -= 1;
                    body
                });
                expr(ty, &format!("(0..{n}).map(|{name}| $).collect::<Vec<_>>()"), vec![body])
            }
            6 => {
                let array = self.elements(&Ty::array(item.clone(), n), item, n);
                expr(ty, "$.to_vec()", vec![array])
            }
            _ => self.macro_of(ty, item, n),
        }
    }

    fn macro_of(&mut self, ty: &Ty, item: &Ty, n: usize) -> Node {
        let children: Vec<Node> = (0..n).map(|_| self.expr(item)).collect();
        expr(ty, &format!("vec![{}]", vec!["$"; n].join(", ")), children)
    }

    /// A type to bind a name of.
    pub fn some_type(&mut self) -> Ty {
        if self.lengths && self.rng.chance(15) {
            return Ty::array(Ty::F, 0);
        }
        match self.rng.below(20) {
            0..=5 => Ty::F,
            6..=8 => Ty::array(Ty::F, self.rng.between(2, 4)),
            9 | 10 => Ty::vec(Ty::F),
            11 => Ty::tuple(vec![Ty::F, Ty::F]),
            12 => Ty::tuple(vec![Ty::F, Ty::Usize]),
            13..=15 if !self.structs.is_empty() => Ty::Struct(self.rng.below(self.structs.len())),
            16 => {
                let item = self.item_type();
                Ty::vec(item)
            }
            17 => {
                let item = self.item_type();
                Ty::array(item, 2)
            }
            18 => {
                let item = self.item_type();
                Ty::tuple(vec![item, Ty::F])
            }
            _ => Ty::F,
        }
    }

    /// A type to be inside of others.
    pub fn item_type(&mut self) -> Ty {
        match self.rng.below(9) {
            0 => Ty::array(Ty::F, self.rng.between(2, 3)),
            1 => Ty::vec(Ty::F),
            2 => Ty::tuple(vec![Ty::F, Ty::F]),
            3 => Ty::tuple(vec![Ty::Usize, Ty::F]),
            4 | 5 if !self.structs.is_empty() => Ty::Struct(self.rng.below(self.structs.len())),
            6 => Ty::tuple(vec![Ty::F, Ty::Bool, Ty::F]),
            _ => Ty::F,
        }
    }
}

/// `[a, b][0]`, `(a, b).1`
pub fn element_of_temporary(g: &mut Gen) -> Option<Node> {
    let (a, b) = (g.expr(&Ty::F), g.typed());
    let template = *g.rng.pick(&["($, $).1", "[$, $][1]", "[$, $].iter().sum::<@F>()", "vec![$, $][0]"]);
    Some(expr(&Ty::F, template, vec![a, b]))
}
