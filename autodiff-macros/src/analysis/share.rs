//! What the primal computes or loads twice is computed once.
//!
//! Invariant: the same values with the same bits, and the same panics, since what is left out would have repeated what
//! went before it with the same operands. A value of the user's that the gradient is asked for stands for itself alone.

use std::collections::HashMap;

use quote::ToTokens;

use crate::ir::{
    Block, Expr, Function, Head, Init, Proj, Stmt, StmtKind, StoreOp, Var, VarMap, VarSet, Vars,
};
use crate::lower::rewrite::Substitution;

/// Named values are replaced by others only where that saves more than an arithmetic operation.
const CHEAP: u32 = 2;

/// Shares what the function's values have in common.
pub(crate) fn share(mut function: Function) -> Function {
    let mut pass = Share {
        vars: &function.vars,
        asked: function.locals_apart(),
        known: HashMap::new(),
        of_root: VarMap::new(),
        scope: Vec::new(),
        renamed: VarMap::new(),
    };
    pass.block(&mut function.body);
    let mut renamed = Substitution::default();
    pass.renamed.into_iter().for_each(|(var, atom)| renamed.insert(var, atom));
    if renamed.is_empty() {
        return function;
    }
    renamed.block(&mut function.body, &mut function.vars);
    function.result.leaves_mut().into_iter().for_each(|leaf| renamed.expr(leaf));
    function.params.iter_mut().filter_map(|param| param.last.as_mut()).for_each(|last| renamed.expr(last));
    function
}

/// An expression by its operations and operands.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Key {
    Var(Var),
    Number(u64),
    Rule(&'static str, Vec<Key>),
    Load(Var, Vec<Step>),
    Len(Var, Vec<Step>),
    Binary(std::mem::Discriminant<syn::BinOp>, Box<[Key; 2]>),
    Cast(String, Box<Key>),
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum Step {
    Index(Key),
    Field(String),
}

struct Share<'v> {
    vars: &'v Vars,
    /// Locals that the gradient is asked for.
    asked: VarSet,
    /// The atoms that hold what was computed.
    known: HashMap<Key, Expr>,
    /// What is known of the content of each place.
    of_root: VarMap<Vec<Key>>,
    /// What became known in the blocks that are open.
    scope: Vec<Key>,
    renamed: VarMap<Expr>,
}

impl Share<'_> {
    fn block(&mut self, block: &mut Block) {
        let depth = self.scope.len();
        let stmts = std::mem::take(&mut block.stmts);
        for mut stmt in stmts {
            if self.keeps(&mut stmt) {
                block.stmts.push(stmt);
            }
        }
        for key in self.scope.drain(depth..) {
            self.known.remove(&key);
        }
    }

    fn keeps(&mut self, stmt: &mut Stmt) -> bool {
        match &mut stmt.kind {
            StmtKind::Let { var, expr } => return self.keeps_let(*var, expr),
            StmtKind::Declare { place, init } => {
                for (step, item) in parts_of(init) {
                    let known = matches!(item, Expr::Var(_) | Expr::Lit(_)) && !self.asked.contains(place);
                    if known {
                        self.learn(Key::Load(*place, vec![step]), item, Some(*place));
                    }
                }
            }
            StmtKind::Store { path, op, value } => {
                let full = self.vars.resolve(path);
                let steps = self.steps(&full.proj);
                self.forget(full.root, steps.as_deref());
                if let (StoreOp::Set, Some(steps), true) = (*op, steps, value.is_atom()) {
                    if !self.asked.contains(&full.root) {
                        let value = self.current(value);
                        self.learn(Key::Load(full.root, steps), value, Some(full.root));
                    }
                }
            }
            StmtKind::If { then, otherwise, .. } => {
                self.block(then);
                self.block(otherwise);
            }
            StmtKind::Match { arms, .. } => arms.iter_mut().for_each(|arm| self.block(&mut arm.body)),
            StmtKind::Loop(the_loop) => {
                // An iteration finds what those before it left.
                let mut written = VarSet::new();
                the_loop.body.stmts.iter().for_each(|stmt| stmt.writes(self.vars, &mut written));
                written.iter().for_each(|root| self.forget(root, None));
                if let Head::While { test, .. } = &mut the_loop.head {
                    self.block(test);
                }
                self.block(&mut the_loop.body);
                written.into_iter().for_each(|root| self.forget(root, None));
            }
            _ => {
                let mut written = VarSet::new();
                stmt.writes(self.vars, &mut written);
                written.into_iter().for_each(|root| self.forget(root, None));
            }
        }
        true
    }

    fn keeps_let(&mut self, var: Var, expr: &mut Expr) -> bool {
        let Some(key) = self.key(expr) else { return true };
        match self.known.get(&key) {
            Some(atom) if !self.vars[var].named && !self.asked.contains(&var) => {
                self.renamed.insert(var, atom.clone());
                false
            }
            Some(atom) => {
                let dear = match expr {
                    Expr::Rule(rule, _) => rule.cost > CHEAP,
                    Expr::Load(_) => true,
                    _ => false,
                };
                if dear {
                    *expr = atom.clone();
                }
                true
            }
            None => {
                if !self.asked.contains(&var) {
                    let root = match &key {
                        Key::Load(root, _) | Key::Len(root, _) => Some(*root),
                        _ => None,
                    };
                    self.learn(key, Expr::Var(var), root);
                }
                true
            }
        }
    }

    fn learn(&mut self, key: Key, atom: Expr, root: Option<Var>) {
        if let Some(root) = root {
            self.of_root.or_default(root).push(key.clone());
        }
        self.scope.push(key.clone());
        self.known.insert(key, atom);
    }

    /// The content of a place changed: all of it, or one element.
    fn forget(&mut self, root: Var, element: Option<&[Step]>) {
        let Some(keys) = self.of_root.get_mut(&root) else { return };
        keys.retain(|key| {
            let spared = match (key, element) {
                (Key::Load(_, steps), Some(element)) => distinct(steps, element),
                (Key::Len(..), Some(_)) => true,
                _ => false,
            };
            if !spared {
                self.known.remove(key);
            }
            spared
        });
    }

    /// The atom that stands for another one.
    fn current(&self, atom: &Expr) -> Expr {
        match atom {
            Expr::Var(var) => self.renamed.get(var).unwrap_or(atom).clone(),
            atom => atom.clone(),
        }
    }

    fn atom(&self, expr: &Expr) -> Option<Key> {
        match self.current(expr) {
            Expr::Var(var) => Some(Key::Var(var)),
            Expr::Lit(lit) => lit.value.map(|value| Key::Number(value.to_bits())),
            _ => None,
        }
    }

    fn key(&self, expr: &Expr) -> Option<Key> {
        match expr {
            Expr::Rule(rule, args) => {
                // Literals alone do not tell which float they are.
                let open = args.iter().all(|arg| matches!(arg, Expr::Lit(_)));
                let args: Option<Vec<Key>> = args.iter().map(|arg| self.atom(arg)).collect();
                args.filter(|_| !open).map(|args| Key::Rule(rule.name, args))
            }
            Expr::Load(path) => {
                let full = self.vars.resolve(path);
                (!self.asked.contains(&full.root)).then_some(())?;
                Some(Key::Load(full.root, self.steps(&full.proj)?))
            }
            Expr::Len(path) => {
                let full = self.vars.resolve(path);
                Some(Key::Len(full.root, self.steps(&full.proj)?))
            }
            Expr::Binary(op, a, b) => {
                Some(Key::Binary(std::mem::discriminant(op), Box::new([self.atom(a)?, self.atom(b)?])))
            }
            Expr::Cast(a, ty) => Some(Key::Cast(ty.to_token_stream().to_string(), Box::new(self.atom(a)?))),
            _ => None,
        }
    }

    fn steps(&self, proj: &[Proj]) -> Option<Vec<Step>> {
        proj.iter()
            .map(|proj| match proj {
                Proj::Index(index) => self.atom(index).map(Step::Index),
                Proj::Field(member) => Some(Step::Field(member.to_token_stream().to_string())),
                Proj::Range(..) | Proj::Payload { .. } | Proj::Some | Proj::Deref => None,
            })
            .collect()
    }
}

/// Whether two parts of one place have nothing in common.
fn distinct(a: &[Step], b: &[Step]) -> bool {
    a.iter().zip(b).find(|(a, b)| a != b).is_some_and(|pair| {
        matches!(
            pair,
            (Step::Index(Key::Number(_)), Step::Index(Key::Number(_))) | (Step::Field(_), Step::Field(_))
        )
    })
}

/// The scalars that a place is made of, where its content is listed.
fn parts_of(init: &Init) -> Vec<(Step, Expr)> {
    let indexed = |at: usize| Step::Index(Key::Number((at as f64).to_bits()));
    match init {
        Init::List { items, .. } => {
            items.iter().enumerate().map(|(at, item)| (indexed(at), item.clone())).collect()
        }
        Init::Tuple(items) => {
            items.iter().enumerate().map(|(at, item)| (Step::Field(at.to_string()), item.clone())).collect()
        }
        Init::Struct { fields, .. } => fields
            .iter()
            .map(|(name, value)| (Step::Field(name.to_token_stream().to_string()), value.clone()))
            .collect(),
        _ => Vec::new(),
    }
}
