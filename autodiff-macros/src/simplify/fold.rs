//! Constant folding in derivative code, by building expressions again with the smart constructors.
//!
//! Regroups `a * (n / d)` to `a * n / d` and moves signs outwards; primal values that are computed again stay as they are.

use super::Context;
use crate::ir::{Block, Expr, StmtKind, StoreOp, build};

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
                StmtKind::Store { path, .. } if !self.made(self.vars.resolve(path).root) => {}
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
        block.stmts.retain(|stmt| match &stmt.kind {
            StmtKind::Update { var, op: StoreOp::Set, expr: Expr::Var(read) } => var != read,
            StmtKind::Update { op: StoreOp::Add | StoreOp::Sub, expr, .. } => !expr.is_zero(),
            StmtKind::Store { path, op: StoreOp::Add | StoreOp::Sub, value } => {
                !(value.is_zero() && self.made(self.vars.resolve(path).root))
            }
            _ => true,
        });
        changed || block.stmts.len() != before
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
            ("chain", [d, p]) => build::chain(d.clone(), p.clone(), true),
            _ => return,
        };
        *expr = folded;
    });
    expr.size() != before
}
