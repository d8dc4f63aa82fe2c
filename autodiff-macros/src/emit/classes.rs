//! The values that share one variable: a union of what is handed on from one to another.

use std::collections::HashSet;

use super::flow::{bound_inside, changed, defines};
use super::unit::{self, every};
use super::walk;
use crate::ir::*;

/// The union of what shares storage.
pub(super) struct Classes<'a> {
    vars: &'a Vars,
    names: Vec<Option<usize>>,
    clashes: HashSet<(Var, Var)>,
    pub(super) class: VarMap<Var>,
    pub(super) members: VarMap<Vec<Var>>,
    /// Where a value is bound, in program order.
    position: VarMap<usize>,
    /// Values bound by patterns: they may begin a class, not be assigned to.
    patterns: VarSet,
    /// Values bound by patterns of the user's.
    pinned: VarSet,
}

impl<'a> Classes<'a> {
    pub(super) fn new(
        vars: &'a Vars,
        names: Vec<Option<usize>>,
        entry: &[Var],
        clashes: HashSet<(Var, Var)>,
    ) -> Classes<'a> {
        Classes {
            vars,
            names,
            clashes,
            class: VarMap::new(),
            members: VarMap::new(),
            position: entry.iter().enumerate().map(|(at, &var)| (var, at)).collect(),
            patterns: entry.iter().copied().collect(),
            pinned: VarSet::new(),
        }
    }

    fn place(&mut self, var: Var) {
        let at = self.position.len();
        self.position.or_insert(var, at);
    }

    pub(super) fn positions(&mut self, block: &mut Block) {
        for stmt in &mut block.stmts {
            if let StmtKind::Match { arms, .. } = &stmt.kind {
                self.pinned.extend(arms.iter().flat_map(|arm| arm.binds.iter().map(|(_, var)| *var)));
            }
            for var in bound_inside(&mut stmt.kind) {
                self.place(var);
            }
            if let StmtKind::Loop(l) = &stmt.kind {
                if let Head::For { index, .. } = l.head {
                    self.patterns.insert(index);
                }
                self.patterns.extend(l.trips);
            }
            for inner in unit::blocks(&mut stmt.kind) {
                self.positions(inner);
            }
            let defs = defines(|v| walk::definitions(&mut stmt.kind, v));
            let assignable: Vec<Var> = match &stmt.kind {
                StmtKind::Let { var, .. } => vec![*var],
                StmtKind::If { joins, .. } | StmtKind::Match { joins, .. } => {
                    joins.iter().map(|j| j.var).collect()
                }
                StmtKind::Loop(l) => l.carried.iter().map(|c| c.out).collect(),
                StmtKind::Inert { defs, .. } => defs.iter().map(|(_, _, after)| *after).collect(),
                StmtKind::Call(call) => after(call),
                StmtKind::Pushforward(pushforward) => after(&pushforward.call),
                _ => Vec::new(),
            };
            for def in defs {
                self.place(def);
                if !assignable.contains(&def) {
                    self.patterns.insert(def);
                }
            }
        }
    }

    fn root(&self, var: Var) -> Var {
        self.class.get(&var).copied().unwrap_or(var)
    }

    fn members(&self, var: Var) -> Vec<Var> {
        self.members.get(&self.root(var)).cloned().unwrap_or_else(|| vec![var])
    }

    fn first(&self, members: &[Var]) -> usize {
        members.iter().filter_map(|var| self.position.get(var)).min().copied().unwrap_or(0)
    }

    fn unite(&mut self, a: Var, b: Var) -> bool {
        if self.root(a) == self.root(b) {
            return true;
        }
        let value = |var: Var| self.vars[var].role == Role::Value && !self.pinned.contains(&var);
        let names = [a, b].map(|var| self.names[var.0 as usize]);
        // What is in no group was not looked at for clashes.
        if !value(a) || !value(b) || names[0].is_none() || names[0] != names[1] {
            return false;
        }
        let (mine, theirs) = (self.members(a), self.members(b));
        let clash =
            mine.iter().any(|&x| theirs.iter().any(|&y| self.clashes.contains(&(x.min(y), x.max(y)))));
        // Whatever is bound by a pattern declares the variable: it comes before all else.
        let declares = |members: &[Var], others: &[Var]| {
            members
                .iter()
                .filter(|var| self.patterns.contains(var))
                .all(|var| self.position.get(var).is_some_and(|&at| at < self.first(others)))
        };
        if clash || !declares(&mine, &theirs) || !declares(&theirs, &mine) {
            return false;
        }
        let root = self.root(a);
        let all: Vec<Var> = mine.into_iter().chain(theirs).collect();
        self.members.remove(&self.root(b));
        for &var in &all {
            self.class.insert(var, root);
        }
        self.members.insert(root, all);
        true
    }

    pub(super) fn merge(&mut self, block: &mut Block) {
        // A carried value is one variable from the start of the loop to behind it.
        every(block, &mut |kind| {
            if let StmtKind::Loop(l) = kind {
                for carried in &l.carried {
                    self.unite(carried.phi, carried.out);
                }
            }
        });
        every(block, &mut |kind| match kind {
            StmtKind::Loop(l) => {
                for carried in &l.carried {
                    if let Expr::Var(next) = carried.next {
                        if !self.patterns.contains(&next) {
                            self.unite(carried.phi, next);
                        }
                    }
                    if let Expr::Var(init) = carried.init {
                        self.unite(init, carried.phi);
                    }
                }
            }
            StmtKind::If { joins, .. } | StmtKind::Match { joins, .. } if !joins.is_empty() => {
                let joins: Vec<Join> = joins.clone();
                let inside: VarSet = unit::blocks(kind)
                    .into_iter()
                    .flat_map(|arm| {
                        let mut defs = Vec::new();
                        every(arm, &mut |kind| {
                            defs.extend(bound_inside(kind));
                            defs.extend(defines(|v| walk::definitions(kind, v)));
                        });
                        defs
                    })
                    .collect();
                for join in &joins {
                    self.join(join, &inside);
                }
            }
            kind => {
                for (before, after) in changed(kind) {
                    self.unite(before, after);
                }
            }
        });
    }

    /// A join is an assignment in the arms where the variable is declared before the branch, so that
    /// `if c { z = … }` reads as the user wrote it; else the branch is an expression.
    fn join(&mut self, join: &Join, inside: &VarSet) {
        let values: Vec<Var> = join
            .values
            .iter()
            .flatten()
            .filter_map(|value| match value {
                Expr::Var(var) => Some(*var),
                _ => None,
            })
            .collect();
        let outer = values.iter().filter(|var| !inside.contains(var)).any(|&var| self.unite(var, join.var));
        // Or the join is what a loop around hands on to its next iteration.
        let declared = self.first(&self.members(join.var)) < self.first(&[join.var]);
        if outer || declared {
            for var in values {
                if inside.contains(&var) && !self.patterns.contains(&var) {
                    self.unite(join.var, var);
                }
            }
        }
    }
}

/// The new versions of scalars lent mutably to a call.
fn after(call: &Call) -> Vec<Var> {
    call.args
        .iter()
        .filter_map(|arg| match arg {
            Arg::RefMutValue(_, after) => Some(*after),
            _ => None,
        })
        .collect()
}
