//! Values, contents and stores: how adjoints flow through them, and what stores record.

use proc_macro2::Span;

use super::{Reverse, counted, stmt};
use crate::analysis::deferred::Before;
use crate::diff::record::Read;
use crate::ir::{
    CopyHow, Expr, Float, Init, Path, Proj, RawStmt, Role, Stmt, StmtKind, StoreOp, Ty, Var, build,
};
use crate::passes::Pass;

impl Reverse<'_> {
    pub(super) fn reverse_let(&mut self, var: Var, expr: &Expr, out: &mut Vec<Stmt>, span: Span) {
        let bar = Expr::Var(self.bar(var));
        match expr {
            Expr::Var(_) => self.contribute(expr, bar, out, span),
            Expr::Rule(rule, args) => {
                let partials = self.ranges.partials(var, rule, args);
                for (arg, mut partial) in args.iter().zip(partials) {
                    self.reuse(&mut partial.expr);
                    let contribution = build::chain(bar.clone(), partial.expr, &partial.reverse);
                    self.contribute(arg, contribution, out, span);
                }
            }
            Expr::Load(path) if self.active_path(path) => {
                let path = self.bar_path(path);
                out.push(stmt(StmtKind::Store { path, op: StoreOp::Add, value: bar }, span));
            }
            Expr::Cast(operand, _) => {
                if let Expr::Var(source) = &**operand {
                    let float = match &self.vars[*source].ty {
                        Ty::Float(Float::Any) | Ty::Unknown => self.vars.common_float(),
                        Ty::Float(float) => float.clone(),
                        _ => Float::F64,
                    };
                    let target: syn::Type = match float {
                        Float::F32 => syn::parse_quote!(f32),
                        Float::Param(name) | Float::Alias(name) => syn::parse_quote!(#name),
                        _ => syn::parse_quote!(f64),
                    };
                    self.contribute(operand, Expr::Cast(Box::new(bar), Box::new(target)), out, span);
                }
            }
            Expr::Select(condition, then, otherwise) => {
                let zero = || build::lit(0.0);
                self.contribute(then, build::select((**condition).clone(), bar.clone(), zero()), out, span);
                self.contribute(otherwise, build::select((**condition).clone(), zero(), bar), out, span);
            }
            _ => {}
        }
    }

    /// Functions in a partial that the primal evaluates as well: `cos` of the angle whose sine it took, `1.0 / x`.
    fn reuse(&self, partial: &mut Expr) {
        if !self.function.passes.has(Pass::Reuse) {
            return;
        }
        let known = |name, arg| {
            let known = self.dear.iter().find(|(function, of, _)| *function == name && *of == arg);
            known.map(|(.., value)| Expr::Var(*value))
        };
        partial.walk_mut(&mut |expr| {
            let Expr::Rule(rule, args) = &*expr else { return };
            let reused = match &args[..] {
                [Expr::Var(arg)] => known(rule.name, *arg),
                [dividend, Expr::Var(divisor)] if rule.name == "div" => {
                    known("recip", *divisor).map(|recip| build::mul(dividend.clone(), recip))
                }
                _ => None,
            };
            if let Some(reused) = reused {
                *expr = reused;
            }
        });
    }

    /// The adjoint of a place's first content, or of a whole assignment, flows from `from` to what it was made of.
    pub(super) fn reverse_init(&mut self, init: &Init, from: &Path, out: &mut Vec<Stmt>, span: Span) {
        let part = |proj: Proj, item: &Expr| match item {
            Expr::Whole(_) => Expr::Whole(from.with(proj)),
            _ => Expr::Load(from.with(proj)),
        };
        match init {
            Init::Deferred | Init::EmptyVec(_) | Init::Inert(_) | Init::Zero { .. } | Init::Stop(_) => {}
            Init::List { items, .. } => {
                for (index, item) in items.iter().enumerate() {
                    let contribution = part(Proj::Index(build::int(index as i64)), item);
                    self.contribute(item, contribution, out, span);
                }
            }
            Init::Tuple(items) => {
                for (index, item) in items.iter().enumerate() {
                    let contribution = part(Proj::Field(syn::Member::from(index)), item);
                    self.contribute(item, contribution, out, span);
                }
            }
            Init::Struct { path: _, of, fields, base } => {
                for (member, item) in fields {
                    let contribution = part(of.part(member), item);
                    self.contribute(item, contribution, out, span);
                }
                if let Some(base) = base.as_ref().filter(|base| self.active_path(base)) {
                    // The fields written above do not come from the base, whose own may have another shape.
                    let to = self.bar_path(base);
                    for (member, item) in fields {
                        let field = Proj::Field(member.clone());
                        let path = from.with(field.clone());
                        let whole = matches!(item, Expr::Whole(_));
                        if whole && !matches!(self.type_of(&path), Ty::Array(..)) {
                            let init = Init::Copy { from: to.with(field), how: CopyHow::Clone };
                            out.push(stmt(StmtKind::Assign { path: path.clone(), init, slice: false }, span));
                        }
                        self.clear(&path, whole, out, span);
                    }
                    self.accumulate(to, from.clone(), out, span);
                }
            }
            Init::Repeat { value: Expr::Var(value), .. } if self.active_var(*value) => {
                let var = self.bar(*value);
                out.push(stmt(StmtKind::Raw(RawStmt::SumInto { var, path: from.clone() }), span));
            }
            Init::Repeat { value: Expr::Whole(row), len, .. } if self.active_path(row) => {
                let index = self.vars.fresh("k", Ty::usize(), Role::Value, span);
                let to = self.bar_path(row);
                let mut body = Vec::new();
                self.accumulate(to, from.with(Proj::Index(Expr::Var(index))), &mut body, span);
                out.push(counted(index, len.clone(), false, body, span));
            }
            Init::Repeat { .. } => {}
            Init::Copy { from: source, .. } if self.active_path(source) => {
                let to = self.bar_path(source);
                self.accumulate(to, from.clone(), out, span);
            }
            Init::Copy { .. } => {}
        }
    }

    pub(super) fn clear(&mut self, path: &Path, aggregate: bool, out: &mut Vec<Stmt>, span: Span) {
        out.push(if aggregate {
            stmt(StmtKind::Raw(RawStmt::Clear { path: path.clone() }), span)
        } else {
            stmt(StmtKind::Store { path: path.clone(), op: StoreOp::Set, value: build::lit(0.0) }, span)
        });
    }

    pub(super) fn reverse_store(
        &mut self,
        path: &Path,
        op: StoreOp,
        value: &Expr,
        out: &mut Vec<Stmt>,
        span: Span,
    ) {
        if !self.active_path(path) {
            return;
        }
        let bar = self.bar_path(path);
        let adjoint = Expr::Load(bar.clone());
        match op {
            StoreOp::Add => self.contribute(value, adjoint, out, span),
            StoreOp::Sub => self.contribute(value, build::neg(adjoint), out, span),
            StoreOp::Set => {
                self.contribute(value, adjoint, out, span);
                self.clear(&bar, false, out, span);
            }
        }
    }

    pub(super) fn reverse_assign(
        &mut self,
        primal: &Stmt,
        path: &Path,
        init: &Init,
        slice: bool,
        forward: &mut Vec<Stmt>,
        reversal: &mut Vec<Stmt>,
    ) {
        let span = primal.span;
        let before = self.assignments.before(self.position).unwrap_or(Before::Content);
        // Content of another shape may come back only with the old content.
        let ty = self.type_of(path);
        let same_shape = match &ty {
            Ty::Array(element, _) | Ty::Slice(element) => element.keeps_its_shape(),
            ty => slice && ty.element().keeps_its_shape(),
        };
        let active = self.active_path(path);
        let restored = match before {
            Before::Nothing | Before::Either => Vec::new(),
            Before::Content if !same_shape && active => self.keep(path, forward, span),
            Before::Content if slice => self.record_elements(path, self.position, forward, span),
            Before::Content => self.record_whole(path, self.position, forward, span),
        };
        forward.push(primal.clone());
        if !active {
            reversal.extend(restored);
            return;
        }
        let bar = self.bar_path(path);
        let cleared = if same_shape {
            stmt(StmtKind::Raw(RawStmt::Clear { path: bar.clone() }), span)
        } else {
            let init = Init::Zero { like: path.clone() };
            stmt(StmtKind::Assign { path: bar.clone(), init, slice }, span)
        };
        if init.reads_place(self.vars.root(path), &self.vars) {
            // What it is made of has its adjoint in the same place: the destination's is taken out first.
            let taken = self.vars.fresh("part_bar", self.type_of(path), Role::Place, span);
            let how = if slice { CopyHow::ToVec } else { CopyHow::Clone };
            let init_taken = Init::Copy { from: bar, how };
            reversal.push(stmt(StmtKind::Declare { place: taken, init: init_taken }, span));
            reversal.extend(restored);
            reversal.push(cleared);
            self.reverse_init(init, &Path::of(taken), reversal, span);
        } else {
            self.reverse_init(init, &bar, reversal, span);
            reversal.extend(restored);
            reversal.extend((before != Before::Nothing).then_some(cleared));
        }
    }

    /// Saves the element that a store overwrites, where the reverse sweep will want it; gives the statements that put it back.
    pub(super) fn record_element(
        &mut self,
        path: &Path,
        position: usize,
        forward: &mut Vec<Stmt>,
        span: Span,
    ) -> Vec<Stmt> {
        let root = self.vars.root(path);
        let distinct = |read: &Path, outer, inner| self.distinct(path, read, outer, inner);
        let store = self.write_at(position, Some(path.clone()));
        let settled = |read: &Read, outer| self.settled(&store, read, outer);
        if !self.recording.records(root, &store, distinct, settled) {
            return Vec::new();
        }
        if let Some(wanted) = self.bulk.get_mut(&root) {
            *wanted = true;
            return Vec::new();
        }
        let load = Expr::Load(path.clone());
        // The primal may just have loaded the element itself.
        let untouched = forward.iter().rev().take_while(|stmt| !self.writes(stmt, root));
        let loaded = untouched.filter_map(|stmt| match &stmt.kind {
            StmtKind::Let { var, expr } if build::equal(expr, &load) => Some(*var),
            _ => None,
        });
        let old = match loaded.last() {
            Some(old) => old,
            None => {
                let name = format!("{}_old", self.vars[root].name);
                let old = self.vars.fresh(name, self.type_of(path), Role::Value, span);
                forward.push(stmt(StmtKind::Let { var: old, expr: load }, span));
                old
            }
        };
        vec![stmt(StmtKind::Store { path: path.clone(), op: StoreOp::Set, value: Expr::Var(old) }, span)]
    }

    /// As [`Self::record_element`] for the whole of a path.
    pub(super) fn record_whole(
        &mut self,
        path: &Path,
        position: usize,
        forward: &mut Vec<Stmt>,
        span: Span,
    ) -> Vec<Stmt> {
        let root = self.vars.root(path);
        if self.recording.records_whole(root, &self.write_at(position, None)) {
            self.keep(path, forward, span)
        } else {
            Vec::new()
        }
    }

    /// As [`Self::record_whole`] for statements that change no length: in a loop, the elements go onto a flat tape.
    pub(super) fn record_elements(
        &mut self,
        path: &Path,
        position: usize,
        forward: &mut Vec<Stmt>,
        span: Span,
    ) -> Vec<Stmt> {
        let numbers = match self.type_of(path) {
            Ty::Vec(element) | Ty::Slice(element) => element.is_scalar(),
            _ => false,
        };
        let root = self.vars.resolve(path).root;
        if self.loops.is_empty() || !numbers {
            return self.record_whole(path, position, forward, span);
        }
        if !self.recording.records_whole(root, &self.write_at(position, None)) {
            return Vec::new();
        }
        let (save, back) = self.recorded(path.clone(), span);
        forward.push(save);
        vec![back]
    }

    pub(super) fn keep(&mut self, path: &Path, forward: &mut Vec<Stmt>, span: Span) -> Vec<Stmt> {
        let name = format!("{}_old", self.vars[path.root].name);
        let old = self.vars.fresh(name, self.type_of(path), Role::Place, span);
        forward.push(stmt(StmtKind::Raw(RawStmt::Keep { old, path: path.clone() }), span));
        vec![stmt(StmtKind::Raw(RawStmt::PutBack { path: path.clone(), from: old }), span)]
    }
}
