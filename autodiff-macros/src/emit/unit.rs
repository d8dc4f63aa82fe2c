//! What is emitted as one function body, made ready: every variable is bound once, views that cannot be real
//! references are expanded.
//!
//! Invariant behind [`prepare`]: no variable is bound twice (the reverse sweep binds again what the forward sweep bound in
//! a scope that has ended: it gets a fresh variable of the same name), and every [`StmtKind::View`] left is one whose place
//! nobody writes.

use super::walk::{self, Access, Visitor};
use crate::ir::*;

/// A forward part, what is read between, a second part (behind which a closure may begin), what is read at the end.
#[derive(Clone, Default)]
pub(crate) struct Unit {
    pub(crate) first: Block,
    pub(crate) between: Vec<Expr>,
    pub(crate) second: Block,
    pub(crate) tail: Vec<Expr>,
    /// The second part is the body of a closure: it cannot see the views of the first.
    pub(crate) split: bool,
}

/// See the module. `entry`: the variables that are bound before the first statement (parameters, slots, tapes).
pub(crate) fn prepare(unit: &mut Unit, vars: &mut Vars, entry: &[Var]) {
    let written = written(unit, vars);
    let mut rename = Rename { vars, written, seen: VarSet::new(), scopes: vec![VarMap::new()] };
    for &var in entry {
        rename.bind(var);
    }
    rename.block(&mut unit.first);
    unit.between.iter_mut().for_each(|e| walk::expr(e, &mut rename));
    if unit.split {
        let vars = &*rename.vars;
        for scope in &mut rename.scopes {
            scope.retain(&mut |var, _| vars[var].role != Role::View);
        }
    }
    rename.block(&mut unit.second);
    unit.tail.iter_mut().for_each(|e| walk::expr(e, &mut rename));
}

/// The places (behind all views) that some statement writes to after their declaration.
pub(crate) fn written(unit: &mut Unit, vars: &Vars) -> VarSet {
    struct Written<'a> {
        vars: &'a Vars,
        set: VarSet,
        declared: VarSet,
    }
    impl Visitor for Written<'_> {
        fn read(&mut self, _: &mut Var) {}
        fn write(&mut self, var: &mut Var) {
            self.set.insert(self.vars.root(&Path::of(*var)));
        }
        fn path(&mut self, path: &mut Path, access: Access) {
            if access == Access::Write {
                self.set.insert(self.vars.root(path));
            }
        }
        fn define(&mut self, var: &mut Var) {
            self.declared.insert(*var);
        }
        fn restore(&mut self, place: &mut Var) {
            // In scope an assignment, otherwise the only definition it has.
            if self.declared.contains(place) {
                self.set.insert(*place);
            }
        }
    }
    let mut visitor = Written { vars, set: VarSet::new(), declared: VarSet::new() };
    for block in [&mut unit.first, &mut unit.second] {
        every(block, &mut |kind| {
            walk::operands(kind, &mut visitor);
            walk::definitions(kind, &mut visitor);
        });
    }
    visitor.set
}

/// The places whose content a block changes, restored ones included.
pub(crate) fn changed(block: &mut Block, vars: &Vars) -> VarSet {
    let mut restored = VarSet::new();
    every(block, &mut |kind| {
        if let StmtKind::Restore { tape: _, values } = kind {
            restored.extend(values.iter().filter_map(|value| match value {
                Saved::Content(place) => Some(*place),
                Saved::Value(_) => None,
            }));
        }
    });
    let mut unit = Unit { first: std::mem::take(block), ..Unit::default() };
    restored.unite(&written(&mut unit, vars));
    *block = unit.first;
    restored
}

/// Every statement, nested ones included, outer before inner.
pub(crate) fn every(block: &mut Block, f: &mut dyn FnMut(&mut StmtKind)) {
    for stmt in &mut block.stmts {
        f(&mut stmt.kind);
        for inner in blocks(&mut stmt.kind) {
            every(inner, f);
        }
    }
}

/// The blocks directly inside a statement.
pub(crate) fn blocks(kind: &mut StmtKind) -> Vec<&mut Block> {
    match kind {
        StmtKind::If { then, otherwise, .. } => vec![then, otherwise],
        StmtKind::Match { arms, .. } => arms.iter_mut().map(|arm| &mut arm.body).collect(),
        StmtKind::Loop(l) => match &mut l.head {
            Head::While { test, .. } => vec![test, &mut l.body],
            Head::For { .. } | Head::Forever => vec![&mut l.body],
        },
        _ => Vec::new(),
    }
}

struct Rename<'a> {
    vars: &'a mut Vars,
    written: VarSet,
    seen: VarSet,
    scopes: Vec<VarMap<Var>>,
}

impl Rename<'_> {
    fn lookup(&self, var: Var) -> Option<Var> {
        self.scopes.iter().rev().find_map(|scope| scope.get(&var).copied())
    }

    fn bind(&mut self, var: Var) -> Var {
        let new = if self.seen.insert(var) {
            var
        } else {
            let info = &self.vars[var];
            let again = Some(info.again.unwrap_or(var));
            self.vars.0.push(VarInfo { again, ..info.clone() });
            Var(self.vars.0.len() as u32 - 1)
        };
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(var, new);
        }
        new
    }

    fn scoped(&mut self, f: impl FnOnce(&mut Self)) {
        self.scopes.push(VarMap::new());
        f(self);
        self.scopes.pop();
    }

    fn block(&mut self, block: &mut Block) {
        let mut stmts = std::mem::take(&mut block.stmts);
        stmts.retain_mut(|stmt| self.keep(&mut stmt.kind));
        block.stmts = stmts;
    }

    /// Renames within a statement; false for a view that is expanded where it is used.
    fn keep(&mut self, kind: &mut StmtKind) -> bool {
        if let StmtKind::View { var } = kind {
            return self.view(var);
        }
        walk::operands(kind, self);
        match kind {
            StmtKind::If { cond: _, then, otherwise, joins } => {
                for (k, arm) in [then, otherwise].into_iter().enumerate() {
                    self.arm(arm, k, joins);
                }
            }
            StmtKind::Match { scrutinee: _, arms, joins } => {
                for (k, arm) in arms.iter_mut().enumerate() {
                    self.scopes.push(VarMap::new());
                    for (_, var) in &mut arm.binds {
                        *var = self.bind(*var);
                    }
                    if let Some(guard) = &mut arm.guard {
                        walk::inert(guard, self);
                    }
                    self.arm(&mut arm.body, k, joins);
                    self.scopes.pop();
                }
            }
            StmtKind::Loop(l) => self.scoped(|this| this.iteration(l)),
            _ => {}
        }
        walk::definitions(kind, self);
        true
    }

    fn arm(&mut self, arm: &mut Block, k: usize, joins: &mut [Join]) {
        self.scoped(|this| {
            this.block(arm);
            for join in joins {
                if let Some(Some(value)) = join.values.get_mut(k) {
                    walk::expr(value, this);
                }
            }
        });
    }

    fn iteration(&mut self, l: &mut Loop) {
        if let Head::For { index, .. } = &mut l.head {
            *index = self.bind(*index);
        }
        for carried in &mut l.carried {
            carried.phi = self.bind(carried.phi);
        }
        if let Head::While { test, cond } = &mut l.head {
            self.block(test);
            walk::expr(cond, self);
        }
        self.block(&mut l.body);
        for carried in &mut l.carried {
            walk::expr(&mut carried.next, self);
        }
        if let Some(stop) = &mut l.break_if {
            walk::expr(stop, self);
        }
    }

    fn view(&mut self, var: &mut Var) -> bool {
        // The reverse sweep names the views that it reads again: not where they are still in scope.
        if self.lookup(*var).is_some() {
            return false;
        }
        let Some(mut target) = self.vars[*var].view.clone() else { return false };
        if !self.vars[*var].window && self.written.contains(&self.vars.root(&target)) {
            return false;
        }
        self.path(&mut target, Access::Read);
        *var = self.bind(*var);
        self.vars[*var].view = Some(target);
        true
    }
}

impl Visitor for Rename<'_> {
    fn read(&mut self, var: &mut Var) {
        *var = self.lookup(*var).unwrap_or(*var);
    }

    fn write(&mut self, var: &mut Var) {
        self.read(var);
    }

    fn path(&mut self, path: &mut Path, _: Access) {
        while let (None, Some(target)) = (self.lookup(path.root), self.vars[path.root].view.clone()) {
            path.root = target.root;
            path.proj.splice(0..0, target.proj);
        }
        path.root = self.lookup(path.root).unwrap_or(path.root);
        walk::indices(path, self);
    }

    fn define(&mut self, var: &mut Var) {
        *var = self.bind(*var);
    }

    fn restore(&mut self, place: &mut Var) {
        *place = match self.lookup(*place) {
            Some(current) => current,
            None => self.bind(*place),
        };
    }
}
