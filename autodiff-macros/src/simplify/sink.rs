//! Accumulators to lets: `let mut z_bar = 0.0; …; z_bar += e;` becomes `let z_bar = e;` where the first contribution
//! comes in straight line, and `let mut z_bar = e;` where further ones follow.

use super::Context;
use super::summary::{Summary, dependencies, left};
use crate::ir::{Block, Expr, Role, Stmt, StmtKind, StoreOp, Var, VarMap, build};

/// What is larger stays a sum that is added to: a value that thousands of terms read is one of thousands of contributions.
const LARGEST: usize = 200;

impl Context<'_> {
    pub(super) fn sink(&mut self, block: &mut Block, of_block: &mut Vec<Summary>) -> bool {
        if !block.stmts.iter().any(|stmt| matches!(stmt.kind, StmtKind::Mut { .. })) {
            return false;
        }
        let mut changed = false;
        let mut slots: Vec<Option<Stmt>> = std::mem::take(&mut block.stmts).into_iter().map(Some).collect();
        let mut summaries = std::mem::take(of_block);
        // Where each accumulator is read or changed, in order.
        let mut touched: VarMap<Vec<usize>> = VarMap::new();
        for slot in &slots {
            if let Some(Stmt { kind: StmtKind::Mut { var, .. }, .. }) = slot {
                touched.insert(*var, Vec::new());
            }
        }
        for (index, summary) in summaries.iter().enumerate() {
            for var in summary.reads.iter().chain(&summary.changes) {
                if let Some(sites) = touched.get_mut(var).filter(|sites| sites.last() != Some(&index)) {
                    sites.push(index);
                }
            }
        }
        for at in 0..slots.len() {
            let Some(Stmt { kind: StmtKind::Mut { var, init }, .. }) = &slots[at] else { continue };
            let (var, init) = (*var, init.clone());
            let sites = &touched[&var];
            let changed_behind = |from: usize, summaries: &[Summary]| {
                sites.iter().any(|&site| site > from && summaries[site].changes.contains(&var))
            };
            let Some(first) = sites.iter().copied().find(|&site| site > at && slots[site].is_some()) else {
                continue;
            };
            let Some(Stmt { kind: StmtKind::Update { var: updated, op, expr }, span }) = &slots[first] else {
                // Never added to in this block: nothing to sink, unless nobody changes it at all.
                if !changed_behind(at, &summaries) {
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
                && !needs.is_empty()
                && summaries[at + 1..first].iter().any(|summary| summary.changes_any(&needs))
            {
                continue;
            }
            let merged = match op {
                StoreOp::Set => expr.clone(),
                StoreOp::Add => build::add(init, expr.clone()),
                StoreOp::Sub => build::sub(init, expr.clone()),
            };
            if merged.size() > LARGEST {
                continue;
            }
            let last = !changed_behind(first, &summaries);
            let kind = self.declaration(var, merged, last);
            slots[first] = Some(Stmt { kind, span: *span });
            slots[at] = None;
            summaries[at] = Summary::default();
            summaries[first] = Summary::of(slots[first].as_ref().expect("just put"), self.vars);
            for var in needs {
                if let Some(sites) = touched.get_mut(&var) {
                    if let Err(place) = sites.binary_search(&first) {
                        sites.insert(place, first);
                    }
                }
            }
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
