//! Settles which float each value is: a literal takes the type of what it meets, wherever that becomes known.
//!
//! Ensures: values that rustc must give one type have one type here; what nothing decides stays open.

use crate::ir::{Arg, Block, Expr, Float, Function, Init, Path, Proj, Role, StmtKind, Tree, Ty, Var, Vars};

pub(crate) fn function(function: &mut Function) {
    let mut classes = Classes::new(&function.vars);
    classes.block(&function.body, &function.vars);
    for (index, info) in function.vars.0.iter().enumerate() {
        if let (Role::View, Some(path)) = (info.role, &info.view) {
            classes.join_path(Var(index as u32), path, &function.vars);
        }
    }
    classes.result(&function.result, &function.result_ty);
    for param in &function.params {
        if let Some(Expr::Var(last)) = &param.last {
            classes.join(*last, param.var);
        }
    }
    for index in 0..function.vars.0.len() {
        if let Some(float) = classes.float(Var(index as u32)) {
            settle(&mut function.vars.0[index].ty, &float);
        }
    }
}

/// The float that a scalar is, or that a sequence holds.
fn leaf(ty: &Ty) -> Option<&Float> {
    match ty {
        Ty::Float(float) => Some(float),
        Ty::Array(element, _) | Ty::Slice(element) | Ty::Vec(element) => leaf(element),
        _ => None,
    }
}

fn settle(ty: &mut Ty, float: &Float) {
    match ty {
        Ty::Float(open @ Float::Any) => *open = float.clone(),
        Ty::Array(element, _) | Ty::Slice(element) | Ty::Vec(element) => settle(element, float),
        _ => {}
    }
}

/// Variables of one float type.
struct Classes {
    parents: Vec<usize>,
    floats: Vec<Option<Float>>,
    /// Whether the variable has a float type at all.
    numeric: Vec<bool>,
}

impl Classes {
    fn new(vars: &Vars) -> Classes {
        let floats = vars.0.iter().map(|info| leaf(&info.ty).filter(|float| **float != Float::Any).cloned());
        Classes {
            parents: (0..vars.0.len()).collect(),
            floats: floats.collect(),
            numeric: vars.0.iter().map(|info| leaf(&info.ty).is_some()).collect(),
        }
    }

    fn root(&mut self, var: Var) -> usize {
        let mut at = var.0 as usize;
        while self.parents[at] != at {
            self.parents[at] = self.parents[self.parents[at]];
            at = self.parents[at];
        }
        at
    }

    fn float(&mut self, var: Var) -> Option<Float> {
        let root = self.root(var);
        self.floats[root].clone()
    }

    fn join(&mut self, a: Var, b: Var) {
        if !self.numeric[a.0 as usize] || !self.numeric[b.0 as usize] {
            return;
        }
        let (a, b) = (self.root(a), self.root(b));
        if a != b {
            self.parents[b] = a;
            self.floats[a] = self.floats[a].take().or(self.floats[b].take());
        }
    }

    fn decide(&mut self, var: Var, float: &Float) {
        let root = self.root(var);
        if self.floats[root].is_none() && *float != Float::Any {
            self.floats[root] = Some(float.clone());
        }
    }

    /// `var` has the type of an atom, or holds elements of it.
    fn join_expr(&mut self, var: Var, expr: &Expr, vars: &Vars) {
        match expr {
            Expr::Var(other) => self.join(var, *other),
            Expr::Lit(lit) => {
                if let Some(float) = leaf(&lit.ty) {
                    self.decide(var, &float.clone());
                }
            }
            Expr::Rule(rule, args) => {
                let same = if rule.name == "powi" { &args[..1] } else { &args[..] };
                same.iter().for_each(|arg| self.join_expr(var, arg, vars));
            }
            Expr::Stop(inner) => self.join_expr(var, inner, vars),
            Expr::Select(_, a, b) => {
                self.join_expr(var, a, vars);
                self.join_expr(var, b, vars);
            }
            Expr::Load(path) | Expr::Whole(path) => self.join_path(var, path, vars),
            _ => {}
        }
    }

    fn join_path(&mut self, var: Var, path: &Path, vars: &Vars) {
        let full = vars.resolve(path);
        if full.proj.iter().all(|proj| matches!(proj, Proj::Index(_) | Proj::Range(..))) {
            self.join(var, full.root);
        }
    }

    fn join_init(&mut self, var: Var, init: &Init, vars: &Vars) {
        match init {
            Init::List { items, .. } => items.iter().for_each(|item| self.join_expr(var, item, vars)),
            Init::Repeat { value, .. } => self.join_expr(var, value, vars),
            Init::Copy { from, .. } => self.join_path(var, from, vars),
            Init::Stop(inner) => self.join_init(var, inner, vars),
            _ => {}
        }
    }

    /// A value stored at a path.
    fn store(&mut self, path: &Path, value: &Expr, vars: &Vars) {
        let full = vars.resolve(path);
        if full.proj.iter().all(|proj| matches!(proj, Proj::Index(_) | Proj::Range(..))) {
            self.join_expr(full.root, value, vars);
        }
    }

    fn compare(&mut self, expr: &Expr) {
        if let Expr::Binary(_, a, b) = expr {
            match (&**a, &**b) {
                (Expr::Var(a), Expr::Var(b)) => self.join(*a, *b),
                (Expr::Var(var), Expr::Lit(lit)) | (Expr::Lit(lit), Expr::Var(var)) => {
                    if let Some(float) = leaf(&lit.ty) {
                        self.decide(*var, &float.clone());
                    }
                }
                _ => {}
            }
        }
    }

    fn block(&mut self, block: &Block, vars: &Vars) {
        block.walk(&mut |stmt| match &stmt.kind {
            StmtKind::Let { var, expr } => {
                self.compare(expr);
                self.join_expr(*var, expr, vars);
            }
            StmtKind::Declare { place, init } => self.join_init(*place, init, vars),
            StmtKind::Store { path, value, .. }
            | StmtKind::Fill { path, value }
            | StmtKind::Push { path, value } => self.store(path, value, vars),
            StmtKind::Assign { path, init, .. } => {
                let full = vars.resolve(path);
                if full.proj.iter().all(|proj| matches!(proj, Proj::Index(_) | Proj::Range(..))) {
                    self.join_init(full.root, init, vars);
                }
            }
            StmtKind::Swap(a, b) => {
                let full = vars.resolve(a);
                if full.proj.iter().all(|proj| matches!(proj, Proj::Index(_) | Proj::Range(..))) {
                    self.join_path(full.root, b, vars);
                }
            }
            StmtKind::Call(call) => {
                for arg in &call.args {
                    if let Arg::RefMutValue(before, after) = arg {
                        self.join_expr(*after, before, vars);
                    }
                }
            }
            StmtKind::If { joins, .. } | StmtKind::Match { joins, .. } => {
                for join in joins {
                    join.values.iter().flatten().for_each(|value| self.join_expr(join.var, value, vars));
                }
            }
            StmtKind::Loop(the_loop) => {
                for carried in &the_loop.carried {
                    self.join(carried.phi, carried.out);
                    self.join_expr(carried.phi, &carried.init, vars);
                    self.join_expr(carried.phi, &carried.next, vars);
                }
            }
            _ => {}
        });
    }

    fn result(&mut self, result: &Tree<Expr>, ty: &Ty) {
        match (result, ty) {
            (Tree::Leaf(Expr::Var(var)), ty) => {
                if let Some(float) = leaf(ty) {
                    self.decide(*var, &float.clone());
                }
            }
            (Tree::Leaf(Expr::Whole(path)), ty) if path.proj.is_empty() => {
                if let Some(float) = leaf(ty) {
                    self.decide(path.root, &float.clone());
                }
            }
            (Tree::Tuple(parts), Ty::Tuple(tys)) => {
                parts.iter().zip(tys).for_each(|(part, ty)| self.result(part, ty));
            }
            _ => {}
        }
    }
}
