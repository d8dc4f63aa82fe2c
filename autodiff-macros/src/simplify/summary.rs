//! What each statement of a block reads and changes, its inner blocks included.

use crate::ir::visit::Part;
use crate::ir::{Expr, Stmt, StmtKind, StoreOp, Var, Vars};

/// A statement seen from outside.
#[derive(Default)]
pub(super) struct Summary {
    /// Variables read, once for each occurrence. A `v += …` does not count as a read of `v`.
    pub(super) reads: Vec<Var>,
    /// Mutable scalars changed, and roots of the places written to.
    pub(super) changes: Vec<Var>,
    /// Effects that order matters for: the user's own code, calls.
    pub(super) effects: bool,
}

impl Summary {
    pub(super) fn of(stmt: &Stmt, vars: &Vars) -> Summary {
        let mut summary = Summary::default();
        summary.add(stmt, vars);
        summary
    }

    fn add(&mut self, stmt: &Stmt, vars: &Vars) {
        let update = match &stmt.kind {
            StmtKind::Update { var, op, .. } if *op != StoreOp::Set => Some(*var),
            _ => None,
        };
        stmt.parts(&mut |part| match part {
            Part::Read(expr) => self.read(expr, vars),
            Part::ReadPath(path) => {
                self.read_root(path.root, vars);
                path.index_vars(&mut |var| self.read_root(var, vars));
            }
            Part::WritePath(path) => {
                self.changes.push(vars.root(path));
                self.read_root(path.root, vars);
                path.index_vars(&mut |var| self.read_root(var, vars));
            }
            Part::Use(var) if update == Some(var) => {}
            Part::Use(var) => self.reads.push(var),
            Part::Change(var) => self.changes.push(var),
            Part::Define(_) => {}
        });
        self.effects |= matches!(
            stmt.kind,
            StmtKind::Inert { .. }
                | StmtKind::Call(_)
                | StmtKind::Match { .. }
                | StmtKind::Pushforward(_)
                | StmtKind::Pullback(_)
        );
        if let StmtKind::View { var } = &stmt.kind {
            if let Some(path) = &vars[*var].view {
                self.reads.push(path.root);
                path.index_vars(&mut |var| self.reads.push(var));
            }
        }
        for block in stmt.blocks() {
            block.stmts.iter().for_each(|stmt| self.add(stmt, vars));
        }
    }

    fn read(&mut self, expr: &Expr, vars: &Vars) {
        expr.vars(&mut |var| self.read_root(var, vars));
    }

    /// A view reads what it shows.
    fn read_root(&mut self, var: Var, vars: &Vars) {
        self.reads.push(var);
        if let Some(path) = &vars[var].view {
            self.read_root(path.root, vars);
            path.index_vars(&mut |var| self.read_root(var, vars));
        }
    }

    pub(super) fn changes_any(&self, vars: &[Var]) -> bool {
        self.changes.iter().any(|changed| vars.contains(changed))
    }
}

/// The statements that are still there, with their summaries.
pub(super) fn left(slots: Vec<Option<Stmt>>, summaries: Vec<Summary>) -> (Vec<Stmt>, Vec<Summary>) {
    let both = slots.into_iter().zip(summaries);
    both.filter_map(|(stmt, summary)| Some((stmt?, summary))).unzip()
}

/// What an expression's value depends on: scalars and roots of the places it loads from.
pub(super) fn dependencies(expr: &Expr, vars: &Vars) -> Vec<Var> {
    let mut summary = Summary::default();
    summary.read(expr, vars);
    summary.reads
}
