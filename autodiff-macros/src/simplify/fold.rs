//! Constant folding in derivative code, by building expressions again with the smart constructors.
//!
//! Regroups `a * (n / d)` to `a * n / d` and moves signs outwards; primal values that are computed again stay as they are.

use super::Context;
use super::affine::same_path;
use super::summary::dependencies;
use crate::ir::build::{self, Guard};
use crate::ir::{Block, Expr, Stmt, StmtKind, StoreOp};

impl Context<'_> {
    pub(super) fn fold(&mut self, block: &mut Block) -> bool {
        let mut changed = false;
        for stmt in &mut block.stmts {
            match &mut stmt.kind {
                StmtKind::Let { var, expr } if !self.made(*var) => {
                    let _ = expr;
                }
                StmtKind::Let { expr, .. } | StmtKind::Mut { init: expr, .. } => changed |= refold(expr),
                // The primal's own stores keep their bits.
                StmtKind::Store { path, .. } if !self.made(self.vars.root(path)) => {}
                StmtKind::Update { op, expr, .. } | StmtKind::Store { op, value: expr, .. } => {
                    changed |= refold(expr);
                    // `+= -x` is `-= x`.
                    if let (StoreOp::Add | StoreOp::Sub, Expr::Rule(rule, args)) = (*op, &mut *expr) {
                        if rule.name == "neg" {
                            *expr = args.remove(0);
                            *op = if *op == StoreOp::Add { StoreOp::Sub } else { StoreOp::Add };
                            changed = true;
                        }
                    }
                }
                _ => {}
            }
        }
        let before = block.stmts.len();
        self.gather(block);
        block.stmts.retain(|stmt| match &stmt.kind {
            StmtKind::Update { var, op: StoreOp::Set, expr: Expr::Var(read) } => var != read,
            StmtKind::Update { op: StoreOp::Add | StoreOp::Sub, expr, .. } => !expr.is_zero(),
            StmtKind::Store { path, op: StoreOp::Add | StoreOp::Sub, value } => {
                !(value.is_zero() && self.made(self.vars.root(path)))
            }
            _ => true,
        });
        changed || block.stmts.len() != before
    }
}

impl Context<'_> {
    /// `x_bar[i] += a; x_bar[i] += b;` one right behind the other is `x_bar[i] += a + b;`, where `b` does not read it.
    fn gather(&self, block: &mut Block) {
        let mut gathered: Vec<Stmt> = Vec::with_capacity(block.stmts.len());
        for stmt in std::mem::take(&mut block.stmts) {
            if let (
                StmtKind::Store { path, op: op @ (StoreOp::Add | StoreOp::Sub), value },
                Some(StmtKind::Store { path: last, op: last_op @ (StoreOp::Add | StoreOp::Sub), value: sum }),
            ) = (&stmt.kind, gathered.last_mut().map(|stmt| &mut stmt.kind))
            {
                let root = self.vars.root(path);
                let reads = dependencies(value, self.vars).contains(&root);
                if self.made(root) && !reads && same_path(path, last) {
                    let first = std::mem::replace(sum, build::lit(0.0));
                    *sum = match (*last_op == StoreOp::Add, *op == StoreOp::Add) {
                        (true, true) | (false, false) => build::add(first, value.clone()),
                        _ => build::sub(first, value.clone()),
                    };
                    continue;
                }
            }
            gathered.push(stmt);
        }
        block.stmts = gathered;
    }
}

fn refold(expr: &mut Expr) -> bool {
    let before = expr.size();
    expr.walk_mut(&mut |expr| {
        let Expr::Rule(rule, args) = expr else {
            if let Expr::Select(condition, then, otherwise) = expr {
                if build::value_of(condition).is_some() {
                    *expr = build::select((**condition).clone(), (**then).clone(), (**otherwise).clone());
                }
            }
            return;
        };
        let folded = match (rule.name, args.as_slice()) {
            ("add", [a, b]) => build::add(a.clone(), b.clone()),
            ("sub", [a, b]) => build::sub(a.clone(), b.clone()),
            ("mul", [a, b]) => build::mul(a.clone(), b.clone()),
            ("div", [a, b]) => build::div(a.clone(), b.clone()),
            ("neg", [a]) => build::neg(a.clone()),
            (name, args) => match Guard::of(name, args) {
                Some((guard, d, p)) => build::chain(d.clone(), p.clone(), &guard),
                None => return,
            },
        };
        *expr = folded;
    });
    expr.size() != before
}
