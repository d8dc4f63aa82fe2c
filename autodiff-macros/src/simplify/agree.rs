//! What both arms of a branch add to an adjoint is added before it: `if c { z_bar += s_bar; … } else { z_bar += s_bar; }`.
//!
//! A sum that a branch skips hands its adjoint on in either case; said once, it is seen not to change.
//!
//! Invariant: nothing in the branch reads the adjoint or changes what is added; its contributions come in another order.

use super::Context;
use crate::ir::visit::Part;
use crate::ir::{Block, Expr, Stmt, StmtKind, StoreOp, Var};

impl Context<'_> {
    pub(super) fn agree(&mut self, block: &mut Block) -> bool {
        let mut changed = false;
        let mut stmts = Vec::with_capacity(block.stmts.len());
        for mut stmt in std::mem::take(&mut block.stmts) {
            let mut agreed = Vec::new();
            for (var, op, added) in self.added(&stmt) {
                if !free_to_move(&stmt, var, added) {
                    continue;
                }
                let StmtKind::If { then, otherwise, .. } = &mut stmt.kind else { break };
                let span = stmt.span;
                let at = |arm: &Block| arm.stmts.iter().position(|stmt| adds(stmt) == Some((var, op, added)));
                if let (Some(first), Some(second)) = (at(then), at(otherwise)) {
                    then.stmts.remove(first);
                    otherwise.stmts.remove(second);
                    let kind = StmtKind::Update { var, op, expr: Expr::Var(added) };
                    agreed.push(Stmt { kind, span });
                }
            }
            changed |= !agreed.is_empty();
            stmts.extend(agreed);
            stmts.push(stmt);
        }
        block.stmts = stmts;
        changed
    }

    /// What the first arm of a branch adds to adjoints.
    fn added(&self, stmt: &Stmt) -> Vec<(Var, StoreOp, Var)> {
        match &stmt.kind {
            StmtKind::If { then, otherwise, .. } if !otherwise.stmts.is_empty() => {
                then.stmts.iter().filter_map(adds).filter(|(var, ..)| self.made(*var)).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// `var += added` or `var -= added`
fn adds(stmt: &Stmt) -> Option<(Var, StoreOp, Var)> {
    match &stmt.kind {
        StmtKind::Update { var, op: op @ (StoreOp::Add | StoreOp::Sub), expr: Expr::Var(added) } => {
            Some((*var, *op, *added))
        }
        _ => None,
    }
}

/// Whether a statement, and those in it, only add to `var`, and leave `added` as it is.
fn free_to_move(stmt: &Stmt, var: Var, added: Var) -> bool {
    let sum = matches!(&stmt.kind, StmtKind::Update { op: StoreOp::Add | StoreOp::Sub, .. });
    let mut free = true;
    stmt.parts(&mut |part| match part {
        Part::Read(expr) => free &= !expr.mentions(var),
        Part::ReadPath(path) | Part::WritePath(path) => path.index_vars(&mut |read| free &= read != var),
        Part::Change(changed) => free &= changed != added && (changed != var || sum),
        Part::Define(defined) => free &= defined != added && defined != var,
        Part::Use(used) => free &= used != var || sum,
    });
    free && stmt.blocks().iter().all(|block| block.stmts.iter().all(|stmt| free_to_move(stmt, var, added)))
}

#[cfg(test)]
mod tests {
    use crate::analysis;
    use crate::ir::print;
    use crate::simplify;

    #[test]
    fn a_sum_that_is_skipped_hands_on_what_does_not_change() {
        let text = |body: proc_macro2::TokenStream| {
            let item = quote::quote! {
                fn f(x: &[f64], w: f64) -> f64 {
                    let mut s = w;
                    let mut p = w;
                    for i in 0..x.len() {
                        #body
                    }
                    s.ln() * p
                }
            };
            let function = analysis::prepare(crate::lower::tests::lowered(&syn::parse2(item).unwrap()));
            let activity = analysis::activity(&function, &mut Vec::new());
            print::adjoint(&function, &simplify::joined(&function, &activity))
        };
        let skipped = text(quote::quote! { if i % 3 == 1 { continue; } s += x[i] * x[i]; });
        assert!(!skipped.contains("s_bar +=") && !skipped.contains("s_bar_1"), "{skipped}");
        // Here one arm scales what it hands on.
        let scaled = text(quote::quote! { if i % 3 == 1 { s *= x[i]; } else { s += p; p += x[i]; } });
        assert!(scaled.contains("s_bar_2 += s_bar_5"), "{scaled}");
    }
}
