//! The substitution of values by atoms.

use std::collections::HashMap;

use crate::ir::{Block, Expr, StmtKind, Var, Vars};

/// Calls `f` on every expression that a block evaluates, operands before the expressions they stand in; the targets of views
/// included.
pub(crate) fn visit_block(block: &mut Block, vars: &mut Vars, f: &mut dyn FnMut(&mut Expr)) {
    block.walk_mut(&mut |stmt| {
        stmt.exprs_mut(f);
        if let StmtKind::View { var } = &stmt.kind {
            if let Some(path) = &mut vars[*var].view {
                path.walk_mut(f);
            }
        }
    });
}

/// Values to be replaced by atoms.
#[derive(Debug, Default)]
pub(crate) struct Substitution(HashMap<Var, Expr>);

impl Substitution {
    pub(crate) fn insert(&mut self, var: Var, atom: Expr) {
        self.0.insert(var, atom);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn replace(&self, expr: &mut Expr) {
        // An atom may itself be replaced: chains end, since a value is bound before it is used.
        while let Expr::Var(var) = expr {
            match self.0.get(var) {
                Some(atom) => *expr = atom.clone(),
                None => break,
            }
        }
    }

    pub(crate) fn block(&self, block: &mut Block, vars: &mut Vars) {
        if !self.is_empty() {
            visit_block(block, vars, &mut |expr| self.replace(expr));
        }
    }

    pub(crate) fn expr(&self, expr: &mut Expr) {
        if !self.is_empty() {
            expr.walk_mut(&mut |expr| self.replace(expr));
        }
    }
}
