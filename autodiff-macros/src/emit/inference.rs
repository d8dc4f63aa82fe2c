//! Where rustc could not tell a number's type: a method called on what is made of literals alone.
//!
//! The user's code compiles, but closures are inlined and ascriptions taken away on the way here, and `let h = 0.25;`
//! followed by `(t + h).sin()` needs to be told which float `h` is.

use super::expr::with_suffix;
use super::types::float_name;
use super::unit::Unit;
use crate::ir::visit::Part;
use crate::ir::*;
use crate::rules::Syntax;

/// What is told by its operands alone.
pub(crate) struct Untold {
    /// The scalars whose type has to be written where they are declared, and the places whose numbers need a suffix.
    pub(crate) annotated: VarSet,
    /// What is made of numbers without a type.
    pub(crate) untyped: VarSet,
}

/// What has no type of itself.
pub(crate) fn untold(unit: &Unit, vars: &Vars) -> Untold {
    let mut inference = Inference::new(Some(vars));
    inference.block(&unit.first);
    inference.block(&unit.second);
    for block in [&unit.first, &unit.second] {
        block.walk(&mut |stmt| inference.statement(stmt));
    }
    unit.between.iter().chain(&unit.tail).for_each(|e| inference.need(e));
    // Where nothing says otherwise rustc takes `f64`.
    let single = |var: &Var| matches!(vars[*var].ty, Ty::Float(Float::F32 | Float::Alias(_)));
    let Inference { untyped, mut needed, parts, vars: _ } = inference;
    let mut open: Vec<Var> = needed.iter().collect();
    while let Some(whole) = open.pop() {
        let parts = parts.get(&whole).into_iter().flatten();
        open.extend(parts.filter(|part| needed.insert(**part)));
    }
    needed.extend(untyped.iter().filter(single));
    Untold { annotated: needed, untyped }
}

/// The content of a place with the types of its numbers written; one says the type of all in a list.
pub(crate) fn suffixed(init: &Init, ty: &Ty, float: &Float) -> Init {
    let element = ty.element();
    match init {
        Init::List { vec, items } => {
            let mut items = items.clone();
            items.iter_mut().take(1).for_each(|item| suffix(item, &element, float));
            Init::List { vec: *vec, items }
        }
        Init::Repeat { vec, value, len } => {
            let mut value = value.clone();
            suffix(&mut value, &element, float);
            Init::Repeat { vec: *vec, value, len: len.clone() }
        }
        Init::Tuple(items) => {
            let mut items = items.clone();
            for (at, item) in items.iter_mut().enumerate() {
                match ty {
                    Ty::Tuple(tys) if at < tys.len() => suffix(item, &tys[at], float),
                    _ => {}
                }
            }
            Init::Tuple(items)
        }
        Init::Struct { path, of: Made::Box, fields, base } => {
            let mut fields = fields.clone();
            fields.iter_mut().for_each(|(_, held)| suffix(held, &Ty::Float(Float::Any), float));
            Init::Struct { path: path.clone(), of: Made::Box, fields, base: base.clone() }
        }
        init => init.clone(),
    }
}

fn suffix(item: &mut Expr, ty: &Ty, float: &Float) {
    let Expr::Lit(lit) = item else { return };
    let name = match ty {
        Ty::Float(Float::Any) if lit.ty.is_float() => float_name(float),
        Ty::Float(Float::Param(_)) => return,
        Ty::Float(float) => float_name(float),
        Ty::Int(Some(name)) => match name.parse() {
            Ok(name) => name,
            Err(_) => return,
        },
        _ => return,
    };
    let primitive = !matches!(ty, Ty::Float(Float::Alias(_)))
        && !matches!((ty, float), (Ty::Float(Float::Any), Float::Alias(_)));
    let code = match is_plain_number(lit) {
        true if primitive => with_suffix(lit, &name.to_string()).map(|code| code.tokens),
        true => {
            let number = &lit.tokens;
            Some(quote::quote!(#number as #name))
        }
        false => None,
    };
    if let Some(tokens) = code {
        lit.tokens = tokens;
    }
}

struct Inference<'a> {
    vars: Option<&'a Vars>,
    untyped: VarSet,
    needed: VarSet,
    /// What places are made of, as far as that has no type either.
    parts: VarMap<Vec<Var>>,
}

impl<'a> Inference<'a> {
    fn new(vars: Option<&'a Vars>) -> Inference<'a> {
        Inference { vars, untyped: VarSet::new(), needed: VarSet::new(), parts: VarMap::new() }
    }

    fn root(&self, path: &Path) -> Var {
        self.vars.map_or(path.root, |vars| vars.root(path))
    }

    fn block(&mut self, block: &Block) {
        for stmt in &block.stmts {
            if let StmtKind::Loop(l) = &stmt.kind {
                l.carried.iter().for_each(|c| self.bind(c.phi, &c.init));
            }
            stmt.blocks().into_iter().for_each(|block| self.block(block));
            match &stmt.kind {
                StmtKind::Let { var, expr } | StmtKind::Mut { var, init: expr } => self.bind(*var, expr),
                StmtKind::Declare { place, init } => self.fill(*place, init),
                StmtKind::Assign { path, init, slice: false } if path.proj.is_empty() => {
                    self.fill(path.root, init);
                }
                StmtKind::Call(call) => self.call(call),
                // Behind the loop the type is known if an iteration said it.
                StmtKind::Loop(l) => {
                    for carried in l.carried.iter().filter(|c| self.is_untyped(&c.init)).collect::<Vec<_>>() {
                        self.bind(carried.out, &carried.next);
                    }
                }
                StmtKind::If { joins, .. } | StmtKind::Match { joins, .. } => {
                    for join in joins {
                        if join.values.iter().flatten().all(|value| self.is_untyped(value)) {
                            self.untyped.insert(join.var);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn bind(&mut self, var: Var, expr: &Expr) {
        if self.is_untyped(expr) {
            self.untyped.insert(var);
            if let Expr::Inert(inert) = expr {
                let mut made_of = Vec::new();
                inert.binds.iter().for_each(|(_, bind)| bind.vars(&mut |part| made_of.push(part)));
                let made_of = made_of.iter().map(|part| self.root(&Path::of(*part))).collect();
                self.parts.insert(var, made_of);
            }
        }
    }

    /// A function that is generic over a float gives one of a type that only its arguments say.
    fn call(&mut self, call: &Call) {
        let mut made_of = Vec::new();
        for arg in &call.args {
            match arg {
                Arg::Value(value) | Arg::RefValue(value) if self.is_untyped(value) => {
                    value.vars(&mut |var| made_of.push(self.root(&Path::of(var))));
                }
                Arg::Move(path) | Arg::Handed(path) | Arg::Ref(path)
                    if self.untyped.contains(&self.root(path)) =>
                {
                    made_of.push(self.root(path));
                }
                _ => return,
            }
        }
        if !made_of.is_empty() {
            call.results.leaves().into_iter().for_each(|result| {
                self.untyped.insert(*result);
                self.parts.insert(*result, made_of.clone());
            });
        }
    }

    /// Notes of what a place is made where that says no type; of a tuple, some part of it.
    fn fill(&mut self, place: Var, init: &Init) {
        let parts: Vec<&Expr> = match init {
            Init::List { vec: _, items } if items.iter().all(|item| self.is_untyped(item)) => {
                items.iter().take(1).collect()
            }
            Init::Repeat { value, .. } if self.is_untyped(value) => vec![value],
            Init::Tuple(items) => items.iter().filter(|item| self.is_untyped(item)).collect(),
            Init::Struct { of: Made::Box, fields, .. } => {
                fields.iter().map(|(_, held)| held).filter(|held| self.is_untyped(held)).collect()
            }
            Init::Inert(inert) if self.is_made_of_untyped(inert) => {
                inert.binds.iter().map(|(_, bind)| bind).collect()
            }
            Init::Copy { from, .. } if self.untyped.contains(&self.root(from)) => {
                self.untyped.insert(place);
                self.parts.insert(place, vec![self.root(from)]);
                return;
            }
            _ => return,
        };
        if parts.is_empty() {
            return;
        }
        let mut made_of = Vec::new();
        parts.into_iter().for_each(|part| part.vars(&mut |var| made_of.push(self.root(&Path::of(var)))));
        self.untyped.insert(place);
        self.parts.insert(place, made_of);
    }

    /// Whether code of the user's names places and variables whose type nothing says, and no others: `Arc::new(item)`.
    fn is_made_of_untyped(&self, inert: &Inert) -> bool {
        !inert.binds.is_empty()
            && inert.binds.iter().all(|(_, bind)| match bind {
                Expr::Var(var) => self.untyped.contains(var),
                Expr::Load(path) | Expr::Whole(path) => self.untyped.contains(&self.root(path)),
                _ => false,
            })
    }

    fn is_untyped(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Lit(lit) => is_plain_number(lit),
            Expr::Inert(inert) => inert.may_be_of_any_type() || self.is_made_of_untyped(inert),
            Expr::Load(path) | Expr::Whole(path) => self.untyped.contains(&self.root(path)),
            Expr::Var(var) => self.untyped.contains(var),
            Expr::Rule(rule, args) => {
                rule.syntax != Syntax::Method && args.iter().all(|arg| self.is_untyped(arg))
            }
            Expr::Unary(_, a) | Expr::Stop(a) => self.is_untyped(a),
            Expr::Binary(_, a, b) | Expr::Select(_, a, b) => self.is_untyped(a) && self.is_untyped(b),
            _ => false,
        }
    }

    fn statement(&mut self, stmt: &Stmt) {
        stmt.parts(&mut |part| {
            if let Part::Read(expr) = part {
                self.need(expr);
            }
        });
        match &stmt.kind {
            StmtKind::Declare { init: Init::Inert(inert), .. }
            | StmtKind::Assign { init: Init::Inert(inert), .. }
            | StmtKind::Inert { inert, .. } => self.inert(inert),
            StmtKind::Match { scrutinee, arms, .. } => {
                self.inert(scrutinee);
                arms.iter().filter_map(|arm| arm.guard.as_ref()).for_each(|guard| self.inert(guard));
            }
            _ => {}
        }
    }

    fn need(&mut self, expr: &Expr) {
        expr.walk(&mut |e| match e {
            Expr::Rule(rule, args) if rule.syntax == Syntax::Method => {
                if let Some(receiver) = args.first().filter(|receiver| self.is_untyped(receiver)) {
                    receiver.vars(&mut |var| {
                        self.needed.insert(self.root(&Path::of(var)));
                    });
                }
            }
            Expr::Inert(inert) => self.inert(inert),
            _ => {}
        });
    }

    /// Code of the user's may call any method on what it names.
    fn inert(&mut self, inert: &Inert) {
        for (_, bind) in &inert.binds {
            if let Expr::Var(var)
            | Expr::Load(Path { root: var, .. })
            | Expr::Whole(Path { root: var, .. })
            | Expr::WholeMut(Path { root: var, .. }) = bind
            {
                let root = self.root(&Path::of(*var));
                if self.untyped.contains(&root) {
                    self.needed.insert(root);
                }
            }
        }
    }
}

/// A numeric literal without a suffix.
pub(crate) fn is_plain_number(lit: &Lit) -> bool {
    let text = lit.tokens.to_string();
    let digits = text.trim_start_matches(['-', ' ']);
    let suffixed = ["f32", "f64", "size", "8", "16", "32", "64", "128"].iter().any(|suffix| {
        digits
            .strip_suffix(suffix)
            .is_some_and(|rest| rest.ends_with(['u', 'i', 'f']) || suffix.starts_with('f'))
    });
    digits.starts_with(|c: char| c.is_ascii_digit()) && !suffixed
}

/// Whether an expression is made of numbers without a type, and of nothing else.
pub(crate) fn is_constant(expr: &Expr) -> bool {
    Inference::new(None).is_untyped(expr)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_are_told_from_digits() {
        let plain = |text: &str| {
            let tokens = text.parse().unwrap();
            is_plain_number(&Lit { tokens, value: None, ty: Ty::f64(), made: false })
        };
        for text in ["1.0", "2", "-1.5", "1e-3", "1_000.0", "2.", "64", "0x10"] {
            assert!(plain(text), "{text}");
        }
        for text in ["1f64", "1.0_f32", "3u8", "10usize", "5i64", "PI", "f64::MAX", "true"] {
            assert!(!plain(text), "{text}");
        }
    }
}
