//! Accumulators to lets: `let mut z_bar = 0.0; …; z_bar += e;` becomes `let z_bar = e;` where the first contribution
//! comes in straight line, and `let mut z_bar = e;` where further ones follow.

use super::Context;
use super::summary::{Summary, dependencies, left};
use crate::ir::{Block, Expr, Role, Stmt, StmtKind, StoreOp, Var, build};

impl Context<'_> {
    pub(super) fn sink(&mut self, block: &mut Block, of_block: &mut Vec<Summary>) -> bool {
        if !block.stmts.iter().any(|stmt| matches!(stmt.kind, StmtKind::Mut { .. })) {
            return false;
        }
        let mut changed = false;
        let mut slots: Vec<Option<Stmt>> = std::mem::take(&mut block.stmts).into_iter().map(Some).collect();
        let mut summaries = std::mem::take(of_block);
        for at in 0..slots.len() {
            let Some(Stmt { kind: StmtKind::Mut { var, init }, .. }) = &slots[at] else { continue };
            let (var, init) = (*var, init.clone());
            let touches = |summary: &Summary| summary.reads.contains(&var) || summary.changes.contains(&var);
            let Some(first) =
                (at + 1..slots.len()).find(|&index| slots[index].is_some() && touches(&summaries[index]))
            else {
                continue;
            };
            let Some(Stmt { kind: StmtKind::Update { var: updated, op, expr }, span }) = &slots[first] else {
                // Never added to in this block: nothing to sink, unless nobody changes it at all.
                if !summaries[at + 1..].iter().any(|summary| summary.changes.contains(&var)) {
                    let span = slots[at].as_ref().expect("the declaration").span;
                    self.vars[var].role = Role::Value;
                    slots[at] = Some(Stmt { kind: StmtKind::Let { var, expr: init }, span });
                    changed = true;
                }
                continue;
            };
            if *updated != var || expr.mentions(var) {
                continue;
            }
            // The first content moves down to the contribution: nothing between may change what it is made of.
            let needs = dependencies(&init, self.vars);
            if *op != StoreOp::Set
                && summaries[at + 1..first].iter().any(|summary| summary.changes_any(&needs))
            {
                continue;
            }
            let merged = match op {
                StoreOp::Set => expr.clone(),
                StoreOp::Add => build::add(init, expr.clone()),
                StoreOp::Sub => build::sub(init, expr.clone()),
            };
            let last = !summaries[first + 1..].iter().any(|summary| summary.changes.contains(&var));
            let kind = self.declaration(var, merged, last);
            slots[first] = Some(Stmt { kind, span: *span });
            slots[at] = None;
            summaries[at] = Summary::default();
            summaries[first] = Summary::of(slots[first].as_ref().expect("just put"), self.vars);
            changed = true;
        }
        (block.stmts, *of_block) = left(slots, summaries);
        changed
    }

    fn declaration(&mut self, var: Var, expr: Expr, last: bool) -> StmtKind {
        if last {
            self.vars[var].role = Role::Value;
            StmtKind::Let { var, expr }
        } else {
            StmtKind::Mut { var, init: expr }
        }
    }
}
