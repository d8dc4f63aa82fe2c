//! Adjoint variables: naming, declaring and adding to them.

use proc_macro2::Span;

use super::{Reverse, stmt};
use crate::ir::{CopyHow, Expr, Init, Lit, Passing, Path, Role, Stmt, StmtKind, StoreOp, Ty, Var, build};

impl Reverse<'_> {
    /// The adjoint variable of a scalar or a place.
    pub(in crate::diff) fn bar(&mut self, var: Var) -> Var {
        if let Some(bar) = self.bars.get(&var) {
            return *bar;
        }
        let info = &self.vars[var];
        let (name, ty, span, named) = (format!("{}_bar", info.name), info.ty.clone(), info.span, info.named);
        let role = if info.role == Role::Value { Role::Mut } else { Role::Place };
        let bar = self.vars.fresh(name, ty, role, span);
        self.vars[bar].telling = named;
        self.vars[bar].mutable = true;
        self.bars.insert(var, bar);
        bar
    }

    /// The adjoint of a part of a place: the same projections of the root's adjoint.
    pub(in crate::diff) fn bar_path(&mut self, path: &Path) -> Path {
        let full = self.vars.resolve(path);
        Path { root: self.bar(full.root), proj: full.proj }
    }

    pub(super) fn active_path(&self, path: &Path) -> bool {
        self.activity.active(self.vars.root(path)) && self.vars.type_of(path).may_be_active()
    }

    pub(super) fn active_var(&self, var: Var) -> bool {
        self.activity.active(self.vars.root(&Path::of(var)))
    }

    pub(in crate::diff) fn type_of(&self, path: &Path) -> Ty {
        self.vars.type_of(path)
    }

    /// `atom_bar += contribution`, where the atom carries a derivative at all.
    pub(super) fn contribute(&mut self, atom: &Expr, contribution: Expr, out: &mut Vec<Stmt>, span: Span) {
        match atom {
            Expr::Var(var) if self.active_var(*var) => {
                if contribution.is_zero() {
                    return;
                }
                let (op, expr) = match contribution {
                    Expr::Rule(rule, mut args) if rule.name == "neg" => (StoreOp::Sub, args.remove(0)),
                    contribution => (StoreOp::Add, contribution),
                };
                let var = self.bar(*var);
                out.push(stmt(StmtKind::Update { var, op, expr }, span));
            }
            Expr::Whole(path) if self.active_path(path) => {
                let to = self.bar_path(path);
                if let Expr::Whole(from) = contribution {
                    self.accumulate(to, from, out, span);
                } else if let Expr::Load(from) = contribution {
                    self.accumulate(to, from, out, span);
                }
            }
            _ => {}
        }
    }

    /// `to += from` of aggregates; through a copy where both are parts of one adjoint.
    pub(super) fn accumulate(&mut self, to: Path, from: Path, out: &mut Vec<Stmt>, span: Span) {
        let from = if to.root == from.root {
            let copy = self.vars.fresh("part_bar", self.type_of(&from), Role::Place, span);
            let how =
                if matches!(self.type_of(&from), Ty::Slice(_)) { CopyHow::ToVec } else { CopyHow::Clone };
            out.push(stmt(StmtKind::Declare { place: copy, init: Init::Copy { from, how } }, span));
            Path::of(copy)
        } else {
            from
        };
        out.push(stmt(StmtKind::Accumulate { to, from }, span));
    }

    /// Declares the adjoints of what a block defines, as zeros.
    pub(super) fn declarations(
        &mut self,
        defined: &[Var],
        span: Span,
        elsewhere: impl Fn(Var) -> bool,
    ) -> Vec<Stmt> {
        let mut out = Vec::new();
        for var in defined {
            let Some(&bar) = self.bars.get(var) else { continue };
            if elsewhere(bar) || self.vars[bar].role == Role::View {
                continue;
            }
            if self.vars[bar].role == Role::Mut {
                out.push(stmt(StmtKind::Mut { var: bar, init: build::lit(0.0) }, span));
            } else {
                self.zero(bar, *var, &mut out, span);
            }
        }
        out
    }

    /// Declares `bar` as the zero of the place's shape: by how the place came to be where that tells, else like its content.
    pub(super) fn zero(&mut self, bar: Var, place: Var, out: &mut Vec<Stmt>, span: Span) {
        let init = match self.zero_init(place, out, span) {
            Some(init) => init,
            None => Init::Zero { like: Path::of(place) },
        };
        out.push(stmt(StmtKind::Declare { place: bar, init }, span));
    }

    pub(super) fn zero_init(&mut self, place: Var, out: &mut Vec<Stmt>, span: Span) -> Option<Init> {
        if self.reshaped.contains(&place) {
            return None;
        }
        if let Ty::Array(element, len) = &self.vars[place].ty {
            // The type alone says the shape: nothing of the place has to be there.
            let len = len.clone().filter(|_| element.is_float())?;
            let len = Lit { tokens: len, value: None, ty: Ty::usize(), made: false };
            return Some(Init::Repeat { vec: false, value: build::lit(0.0), len: Expr::Lit(len) });
        }
        match self.inits.get(&place)?.clone() {
            Init::List { vec, items }
                if items.iter().all(Expr::is_atom) && self.vars[place].ty.element().is_float() =>
            {
                Some(Init::Repeat { vec, value: build::lit(0.0), len: build::int(items.len() as i64) })
            }
            Init::Repeat { vec, value, len }
                if value.is_atom() && self.vars[place].ty.element().is_float() =>
            {
                Some(Init::Repeat { vec, value: build::lit(0.0), len })
            }
            Init::Repeat { vec, value: Expr::Whole(row), len } if row.proj.is_empty() => {
                let zero = self.vars.fresh(
                    format!("{}_row", self.vars[place].name),
                    self.vars[row.root].ty.clone(),
                    Role::Place,
                    span,
                );
                let init = self.zero_init(row.root, out, span)?;
                out.push(stmt(StmtKind::Declare { place: zero, init }, span));
                Some(Init::Repeat { vec, value: Expr::Whole(Path::of(zero)), len })
            }
            // The copy of an array in a `Vec` has a zero of another type.
            Init::Copy { from, how: CopyHow::ToVec }
                if !matches!(self.type_of(&from), Ty::Vec(_) | Ty::Slice(_)) =>
            {
                None
            }
            Init::Copy { from, .. } => {
                let root = self.vars.root(&from);
                let lives = self
                    .function
                    .params
                    .iter()
                    .any(|param| param.var == root && param.passing != Passing::Value);
                (lives && !self.reshaped.contains(&root)).then_some(Init::Zero { like: from })
            }
            _ => None,
        }
    }
}
