//! What depends on a variable in any way at all, through comparisons, casts and branches as well.

use crate::ir::visit::Part;
use crate::ir::{Block, Expr, Function, Loop, Path, Stmt, StmtKind, Var, VarSet};

/// All that is made of `start`, itself included.
pub(super) fn reached(function: &Function, start: Var) -> VarSet {
    let mut reach = Reach { function, found: VarSet::new(), grew: true };
    reach.note(start);
    while std::mem::take(&mut reach.grew) {
        reach.block(&function.body, false);
    }
    reach.found
}

struct Reach<'a> {
    function: &'a Function,
    found: VarSet,
    grew: bool,
}

impl Reach<'_> {
    fn note(&mut self, var: Var) {
        let root = self.function.vars.root(&Path::of(var));
        self.grew |= self.found.insert(root);
        self.grew |= self.found.insert(var);
    }

    /// Whether it is made of what is reached; how long a place is, is not its content.
    fn has(&self, expr: &Expr) -> bool {
        let known = |var: Var| {
            self.found.contains(&var) || self.found.contains(&self.function.vars.root(&Path::of(var)))
        };
        let mut has = false;
        expr.walk(&mut |expr| match expr {
            Expr::Var(var) => has |= known(*var),
            Expr::Load(path) | Expr::Whole(path) | Expr::WholeMut(path) => has |= known(path.root),
            _ => {}
        });
        has
    }

    /// `under`: whether it runs hangs on what is reached.
    fn block(&mut self, block: &Block, under: bool) {
        for stmt in &block.stmts {
            self.stmt(stmt, under);
        }
    }

    fn stmt(&mut self, stmt: &Stmt, under: bool) {
        match &stmt.kind {
            StmtKind::If { cond, joins, .. } => {
                let under = under || self.has(cond);
                self.joins(joins, under);
                stmt.blocks().into_iter().for_each(|block| self.block(block, under));
            }
            StmtKind::Match { scrutinee, arms, joins } => {
                let mut under = under || scrutinee.binds.iter().any(|(_, bind)| self.has(bind));
                for arm in arms {
                    let guard = arm.guard.iter().flat_map(|guard| &guard.binds);
                    under |= guard.into_iter().any(|(_, bind)| self.has(bind));
                    arm.binds.iter().filter(|_| under).for_each(|(_, var)| self.note(*var));
                }
                self.joins(joins, under);
                arms.iter().for_each(|arm| self.block(&arm.body, under));
            }
            StmtKind::Loop(the_loop) => self.a_loop(stmt, the_loop, under),
            _ => self.plain(stmt, under),
        }
    }

    fn joins(&mut self, joins: &[crate::ir::Join], under: bool) {
        for join in joins {
            if under || join.values.iter().flatten().any(|value| self.has(value)) {
                self.note(join.var);
            }
        }
    }

    fn a_loop(&mut self, stmt: &Stmt, the_loop: &Loop, under: bool) {
        let mut ends = under || the_loop.break_if.as_ref().is_some_and(|cond| self.has(cond));
        stmt.parts(&mut |part| {
            if let (Part::Read(expr), crate::ir::Head::While { .. } | crate::ir::Head::For { .. }) =
                (part, &the_loop.head)
            {
                let carried = |carried: &crate::ir::Carried| {
                    std::ptr::eq(&carried.init, expr) || std::ptr::eq(&carried.next, expr)
                };
                ends |= !the_loop.carried.iter().any(carried) && self.has(expr);
            }
        });
        if let (true, crate::ir::Head::For { index, .. }) = (ends, &the_loop.head) {
            self.note(*index);
        }
        for carried in &the_loop.carried {
            let (first, next) = (self.has(&carried.init), self.has(&carried.next));
            if first || next {
                self.note(carried.phi);
            }
            if first || next || ends {
                self.note(carried.out);
            }
        }
        stmt.blocks().into_iter().for_each(|block| self.block(block, ends));
    }

    /// A statement without blocks: all that it writes is made of all that it reads.
    fn plain(&mut self, stmt: &Stmt, under: bool) {
        let mut reached = under;
        stmt.parts(&mut |part| match part {
            Part::Read(expr) => reached |= self.has(expr),
            Part::ReadPath(path) => reached |= self.has(&Expr::Whole(path.clone())),
            Part::WritePath(path) => path.index_vars(&mut |var| reached |= self.has(&Expr::Var(var))),
            Part::Use(var) => reached |= self.has(&Expr::Var(var)),
            Part::Change(_) | Part::Define(_) => {}
        });
        if !reached {
            return;
        }
        let mut written = Vec::new();
        stmt.parts(&mut |part| match part {
            Part::WritePath(path) => written.push(path.root),
            Part::Change(var) | Part::Define(var) => written.push(var),
            _ => {}
        });
        if let StmtKind::Call(call) = &stmt.kind {
            for arg in &call.args {
                if let crate::ir::Arg::RefMut(path) = arg {
                    written.push(path.root);
                }
            }
        }
        written.into_iter().for_each(|var| self.note(var));
    }
}
