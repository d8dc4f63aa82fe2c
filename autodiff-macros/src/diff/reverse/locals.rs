//! Locals that the gradient is asked for: their adjoints outlive the blocks and the writes that end them.

use proc_macro2::Span;

use super::{Reverse, stmt};
use crate::ir::{
    CopyHow, Expr, Init, Path, RawStmt, Role, Stmt, StmtKind, StoreOp, Ty, Var, WrtTarget, build,
};

impl Reverse<'_> {
    pub(super) fn asks_for(&self, var: Var) -> bool {
        self.function.wrt.iter().any(|wrt| wrt.target == WrtTarget::Local(var))
    }

    /// Declares what takes the adjoints of locals inside of branches, and of those that loops hand on.
    pub(super) fn declare_inner_locals(&mut self) -> Vec<Stmt> {
        let function = self.function;
        let mut declared = Vec::new();
        for wrt in &function.wrt {
            let WrtTarget::Local(var) = wrt.target else { continue };
            // The adjoint of what a loop hands on is changed by the loop's reversal.
            let kept = |stmt: &Stmt| !matches!(stmt.kind, StmtKind::Loop(_)) && stmt.defines().contains(&var);
            let at_top = function.body.stmts.iter().any(kept);
            if at_top || !self.active_var(var) {
                continue;
            }
            let info = &self.vars[var];
            let (name, ty, span) = (format!("{}_bar", info.name), info.ty.clone(), info.span);
            let role = if info.role == Role::Value { Role::Mut } else { Role::Place };
            let seen = self.vars.fresh(name, ty.clone(), role, span);
            self.vars[seen].mutable = true;
            self.seen.insert(var, seen);
            let kind = match role {
                Role::Mut => StmtKind::Mut { var: seen, init: build::lit(0.0) },
                _ => StmtKind::Declare { place: seen, init: build::default_init(&ty) },
            };
            declared.push(stmt(kind, span));
        }
        declared
    }

    /// Hands the adjoints of scalars that a block defines to what is declared outside of it.
    pub(super) fn note_locals(&mut self, defined: &[Var], out: &mut Vec<Stmt>, span: Span) {
        for var in defined {
            let Some(&seen) = self.seen.get(var) else { continue };
            if self.vars[*var].role == Role::Value {
                let expr = Expr::Var(self.bar(*var));
                out.push(stmt(StmtKind::Update { var: seen, op: StoreOp::Add, expr }, span));
            }
        }
    }

    /// The reversal of a look at a place behind the last write to it: its adjoint is what it is now.
    pub(super) fn look_at(&mut self, view: Var, out: &mut Vec<Stmt>, span: Span) {
        let place = self.vars.root(&Path::of(view));
        if !self.active_var(place) {
            return;
        }
        let bar = Path::of(self.bar(place));
        let init = Init::Copy { from: bar.clone(), how: CopyHow::Clone };
        match self.seen.get(&view) {
            Some(&seen) => {
                out.push(stmt(StmtKind::Assign { path: Path::of(seen), init, slice: false }, span));
            }
            None => {
                let (name, ty) = (self.vars[bar.root].name.clone(), self.vars[place].ty.clone());
                let seen = self.vars.fresh(name, ty, Role::Place, span);
                self.seen.insert(view, seen);
                out.push(stmt(StmtKind::Declare { place: seen, init }, span));
            }
        }
        if self.vars[place].cut {
            out.push(match self.vars[place].ty {
                Ty::Array(..) => stmt(StmtKind::Raw(RawStmt::Clear { path: bar }), span),
                _ => {
                    let init = Init::Zero { like: Path::of(place) };
                    stmt(StmtKind::Assign { path: bar, init, slice: false }, span)
                }
            });
        }
    }
}
