//! Takes out what lowering made and nobody reads: values, joins, carried variables, empty branches. What the user named
//! stays, and so does what may panic.
//!
//! Invariant: the primal computes the same as before.

use super::rewrite::{Substitution, visit_block, visit_expr};
use crate::ir::{Block, Expr, Function, Head, Loop, Stmt, StmtKind, Tree, Var, VarSet, Vars, WrtTarget};

/// Prunes to a fixed point.
pub(crate) fn function(function: &mut Function) {
    loop {
        let used = Used::of(function);
        let mut pass = Pass { used: &used, changed: false, renamed: Substitution::default() };
        pass.block(&mut function.body, &function.vars);
        let changed = pass.changed;
        let renamed = pass.renamed;
        if !renamed.is_empty() {
            renamed.block(&mut function.body, &mut function.vars);
            let replace = |expr: &mut Expr| renamed.expr(expr);
            leaves(&mut function.result, &mut |expr| replace(expr));
            function
                .params
                .iter_mut()
                .filter_map(|param| param.last.as_mut())
                .for_each(|last| renamed.expr(last));
        }
        if !changed {
            return;
        }
    }
}

fn leaves(tree: &mut Tree<Expr>, f: &mut dyn FnMut(&mut Expr)) {
    match tree {
        Tree::Leaf(expr) => f(expr),
        Tree::Tuple(parts) => parts.iter_mut().for_each(|part| leaves(part, f)),
    }
}

/// The values that something reads.
struct Used(VarSet);

impl Used {
    fn of(function: &mut Function) -> Used {
        let mut used = VarSet::new();
        let mut note = |expr: &mut Expr| {
            if let Expr::Var(var) = expr {
                used.insert(*var);
            }
        };
        visit_block(&mut function.body, &mut function.vars, &mut note);
        leaves(&mut function.result, &mut |expr| visit_expr(expr, &mut note));
        for last in function.params.iter_mut().filter_map(|param| param.last.as_mut()) {
            visit_expr(last, &mut note);
        }
        for wrt in &function.wrt {
            if let WrtTarget::Local(var) = wrt.target {
                used.insert(var);
            }
        }
        Used(used)
    }

    fn has(&self, var: Var) -> bool {
        self.0.contains(&var)
    }
}

struct Pass<'u> {
    used: &'u Used,
    changed: bool,
    renamed: Substitution,
}

impl Pass<'_> {
    fn block(&mut self, block: &mut Block, vars: &Vars) {
        let stmts = std::mem::take(&mut block.stmts);
        for mut stmt in stmts {
            if self.keeps(&mut stmt, vars) {
                block.stmts.push(stmt);
            } else {
                self.changed = true;
            }
        }
    }

    fn keeps(&mut self, stmt: &mut Stmt, vars: &Vars) -> bool {
        match &mut stmt.kind {
            StmtKind::Let { var, expr } => self.used.has(*var) || vars[*var].named || !removable(expr),
            StmtKind::If { then, otherwise, joins, .. } => {
                self.block(then, vars);
                self.block(otherwise, vars);
                let before = joins.len();
                joins.retain(|join| self.used.has(join.var));
                self.changed |= joins.len() != before;
                !(then.stmts.is_empty() && otherwise.stmts.is_empty() && joins.is_empty())
            }
            StmtKind::Match { arms, joins, .. } => {
                for arm in arms.iter_mut() {
                    self.block(&mut arm.body, vars);
                }
                let before = joins.len();
                joins.retain(|join| self.used.has(join.var));
                self.changed |= joins.len() != before;
                !(arms.iter().all(|arm| arm.body.stmts.is_empty()) && joins.is_empty())
            }
            StmtKind::Loop(lp) => {
                self.lp(lp, vars);
                true
            }
            _ => true,
        }
    }

    fn lp(&mut self, lp: &mut Loop, vars: &Vars) {
        self.block(&mut lp.body, vars);
        if let Head::While { test, .. } = &mut lp.head {
            self.block(test, vars);
        }
        let before = lp.carried.len();
        for at in (0..lp.carried.len()).rev() {
            let (phi, out) = (lp.carried[at].phi, lp.carried[at].out);
            if self.used.has(out) {
                continue;
            }
            if !self.used.has(phi) {
                lp.carried.remove(at);
            } else if let Some(maker) = only_feeds_itself(lp, at) {
                // Read by nothing but its own next value.
                lp.body.stmts.remove(maker);
                lp.carried.remove(at);
            }
        }
        // A variable that is set anew in each iteration and read behind the loop alone keeps its place in the list.
        self.changed |= lp.carried.len() != before;
    }
}

/// The statement of the body that makes the next value of what the loop carries at a position, where that is the only
/// use of the carried value, and nothing else reads the next one.
fn only_feeds_itself(lp: &Loop, at: usize) -> Option<usize> {
    let phi = lp.carried[at].phi;
    let Expr::Var(next) = lp.carried[at].next else { return None };
    let mut rest = lp.clone();
    rest.carried.remove(at);
    if rest.body.stmts.iter().any(|stmt| !matches!(stmt.kind, StmtKind::Let { .. })) {
        return None;
    }
    let maker = rest.body.stmts.iter().position(
        |stmt| matches!(&stmt.kind, StmtKind::Let { var, expr } if *var == next && removable(expr)),
    )?;
    let span = rest.body.stmts.remove(maker).span;
    let mut read = false;
    let mut whole = Block { stmts: vec![Stmt { kind: StmtKind::Loop(Box::new(rest)), span }] };
    visit_block(&mut whole, &mut Vars::default(), &mut |expr| {
        if let Expr::Var(var) = expr {
            read |= *var == phi || *var == next;
        }
    });
    (!read).then_some(maker)
}

/// Whether an expression can go when nobody reads its value: it cannot panic and does nothing.
fn removable(expr: &Expr) -> bool {
    match expr {
        Expr::Var(_) | Expr::Lit(_) | Expr::Len(_) | Expr::Stop(_) => true,
        Expr::Rule(..) | Expr::Select(..) => true,
        Expr::Unary(op, _) => matches!(op, syn::UnOp::Not(_)),
        Expr::Binary(op, ..) => {
            use syn::BinOp as B;
            matches!(
                op,
                B::Eq(_)
                    | B::Ne(_)
                    | B::Lt(_)
                    | B::Le(_)
                    | B::Gt(_)
                    | B::Ge(_)
                    | B::And(_)
                    | B::Or(_)
                    | B::BitAnd(_)
                    | B::BitOr(_)
            )
        }
        Expr::Cast(..) => true,
        Expr::Load(_) | Expr::Inert(_) | Expr::Whole(_) | Expr::WholeMut(_) => false,
    }
}
