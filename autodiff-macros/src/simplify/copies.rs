//! Copies of statements with variables of their own.

use std::collections::BTreeMap;

use crate::ir::{Block, Expr, Head, Path, Role, Saved, Stmt, StmtKind, Var, Vars};

/// What one copy calls the variables of the original.
///
/// Invariant: what a copied statement defines is fresh, unless it was named beforehand; what it reads from outside stays.
#[derive(Clone, Debug, Default)]
pub(super) struct Copy(BTreeMap<Var, Var>);

impl Copy {
    pub(super) fn name(&mut self, original: Var, copy: Var) {
        self.0.insert(original, copy);
    }

    pub(super) fn of(&self, var: Var) -> Var {
        self.0.get(&var).copied().unwrap_or(var)
    }

    pub(super) fn expr(&self, expr: &Expr) -> Expr {
        let mut expr = expr.clone();
        expr.walk_mut(&mut |part| self.rename(part));
        expr
    }

    /// `None` for statements that have no copies.
    pub(super) fn stmt(&mut self, stmt: &Stmt, vars: &mut Vars) -> Option<Stmt> {
        self.define(stmt, vars);
        let mut copy = stmt.clone();
        self.renamed(&mut copy)?;
        Some(copy)
    }

    /// Fresh variables for all that the statement and those inside it define.
    fn define(&mut self, stmt: &Stmt, vars: &mut Vars) {
        for var in stmt.defines() {
            if self.0.contains_key(&var) {
                continue;
            }
            let mut info = vars[var].clone();
            if let (Role::View, Some(target)) = (info.role, &mut info.view) {
                self.path(target);
                target.walk_mut(&mut |part| self.rename(part));
            }
            vars.0.push(info);
            self.0.insert(var, Var(vars.0.len() as u32 - 1));
        }
        for block in stmt.blocks() {
            block.stmts.iter().for_each(|stmt| self.define(stmt, vars));
        }
    }

    fn rename(&self, expr: &mut Expr) {
        match expr {
            Expr::Var(var) => *var = self.of(*var),
            Expr::Load(path) | Expr::Len(path) | Expr::Whole(path) | Expr::WholeMut(path) => self.path(path),
            _ => {}
        }
    }

    fn path(&self, path: &mut Path) {
        path.root = self.of(path.root);
    }

    fn renamed(&self, stmt: &mut Stmt) -> Option<()> {
        stmt.exprs_mut(&mut |expr| self.rename(expr));
        match &mut stmt.kind {
            StmtKind::Let { var, .. }
            | StmtKind::Mut { var, .. }
            | StmtKind::Update { var, .. }
            | StmtKind::View { var } => *var = self.of(*var),
            StmtKind::Store { path, .. } => self.path(path),
            StmtKind::Save { values, .. } | StmtKind::Restore { values, .. } => {
                for Saved::Value(var) | Saved::Content(var) in values {
                    *var = self.of(*var);
                }
            }
            StmtKind::If { then, otherwise, joins, .. } => {
                joins.iter_mut().for_each(|join| join.var = self.of(join.var));
                self.block(then)?;
                self.block(otherwise)?;
            }
            StmtKind::Loop(the_loop) => {
                let Head::For { index, .. } = &mut the_loop.head else { return None };
                *index = self.of(*index);
                for carried in &mut the_loop.carried {
                    carried.phi = self.of(carried.phi);
                    carried.out = self.of(carried.out);
                }
                self.block(&mut the_loop.body)?;
            }
            _ => return None,
        }
        Some(())
    }

    fn block(&self, block: &mut Block) -> Option<()> {
        block.stmts.iter_mut().try_for_each(|stmt| self.renamed(stmt))
    }
}
