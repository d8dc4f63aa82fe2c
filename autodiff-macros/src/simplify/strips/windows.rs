//! The operands of a strip of iterations, sliced before it: rustc sees that no index is out of bounds.
//!
//! Invariant: a window begins at the element that the strip's first iteration reaches, and is as long as the strip; a place
//! that an iteration writes is reached at one element alone, through one window.

use std::collections::BTreeMap;

use proc_macro2::Span;

use super::super::affine::{Indices, Linear, same_path};
use super::scatter::reached;
use super::{copy_of, from_start};
use crate::ir::visit::Part;
use crate::ir::{Expr, Path, Proj, Role, Stmt, StmtKind, Ty, Var, Vars};

/// The elements that the iterations of a strip reach one after the other.
#[derive(Clone)]
pub(in super::super) struct Window {
    pub(in super::super) prefix: Path,
    pub(in super::super) at: Linear,
}

impl Window {
    /// Names the window of as many iterations, the first of which is `from`.
    pub(in super::super) fn open(
        &self,
        from: &Expr,
        len: &Expr,
        mutable: bool,
        vars: &mut Vars,
        span: Span,
    ) -> Var {
        let name = format!("{}_window", vars[self.prefix.root].name);
        let element = vars.type_of(&self.prefix).element();
        let view = vars.fresh(name, Ty::Slice(Box::new(element)), Role::View, span);
        let mut shown = self.prefix.clone();
        shown.proj.push(Proj::Range(Some(self.at.of(from.clone())), None));
        shown.proj.push(Proj::Range(None, Some(len.clone())));
        vars[view].view = Some(shown);
        vars[view].window = true;
        vars[view].mutable = mutable;
        view
    }
}

/// Iterations one behind the other.
pub(in super::super) struct Stretch<'a> {
    /// The first.
    pub(in super::super) from: &'a Expr,
    pub(in super::super) len: &'a Expr,
    /// Counts them.
    pub(in super::super) k: Var,
}

/// One iteration, as the one at `k` in the stretch, with variables of its own; and the windows it uses.
pub(in super::super) fn windowed(
    iteration: Vec<Stmt>,
    indices: &Indices,
    stretch: &Stretch,
    vars: &mut Vars,
    span: Span,
) -> (Vec<Stmt>, Vec<Stmt>) {
    let k = stretch.k;
    let written: Vec<Var> = iteration
        .iter()
        .filter_map(|stmt| match &stmt.kind {
            StmtKind::Store { path, .. } => Some(path.root),
            _ => None,
        })
        .collect();
    let barred = reached_variously(&iteration, &written, indices, vars);
    let mut windows: Vec<(Window, Var)> = Vec::new();
    let mut through = |path: &mut Path, vars: &mut Vars| {
        // The arrays of the strip itself.
        if let ([Proj::Index(Expr::Var(index))], Ty::Array(..)) =
            (path.proj.as_mut_slice(), &vars[path.root].ty)
        {
            if *index == indices.index && written.contains(&path.root) {
                *index = k;
                return;
            }
        }
        if barred.contains(&path.root) {
            return;
        }
        let Some((prefix, reach)) = reached(path, indices, vars) else { return };
        let known = windows
            .iter()
            .find(|(window, _)| same_path(&window.prefix, &prefix) && window.at.same(&reach))
            .map(|(_, view)| *view);
        let view = known.unwrap_or_else(|| {
            let window = Window { prefix, at: reach };
            let view = window.open(stretch.from, stretch.len, written.contains(&path.root), vars, span);
            windows.push((window, view));
            view
        });
        *path = Path::of(view).with(Proj::Index(Expr::Var(k)));
    };
    let mut body = iteration;
    for stmt in &mut body {
        stmt.exprs_mut(&mut |expr| {
            if let Expr::Load(path) = expr {
                through(path, vars);
            }
        });
        if let StmtKind::Store { path, .. } = &mut stmt.kind {
            through(path, vars);
        }
    }
    // The rest of the loop binds the same variables.
    let index = copy_of(vars, indices.index);
    let mut names: BTreeMap<Var, Var> = BTreeMap::from([(indices.index, index)]);
    for stmt in &mut body {
        stmt.exprs_mut(&mut |expr| {
            if let Expr::Var(var) = expr {
                *var = names.get(var).copied().unwrap_or(*var);
            }
        });
        if let StmtKind::Let { var, .. } = &mut stmt.kind {
            let own = copy_of(vars, *var);
            names.insert(*var, own);
            *var = own;
        }
    }
    let expr = from_start(stretch.from, Expr::Var(k));
    body.insert(0, Stmt { kind: StmtKind::Let { var: index, expr }, span });
    // Indices that only windows are made of.
    for position in (0..body.len()).rev() {
        if let StmtKind::Let { var, expr } = &body[position].kind {
            let mut read = false;
            body[position + 1..].iter().for_each(|stmt| stmt.reads(&mut |other| read |= other == *var));
            let index =
                matches!(vars[*var].ty, Ty::Int(_)) && matches!(expr, Expr::Binary(..) | Expr::Var(_));
            if index && !read {
                body.remove(position);
            }
        }
    }
    let views = windows.into_iter().map(|(_, var)| Stmt { kind: StmtKind::View { var }, span });
    (views.collect(), body)
}

/// The written places that are reached through more than one expression, or through one that no window replaces.
fn reached_variously(iteration: &[Stmt], written: &[Var], indices: &Indices, vars: &Vars) -> Vec<Var> {
    let mut found: BTreeMap<Var, Option<Window>> = BTreeMap::new();
    let mut barred = Vec::new();
    let mut note = |path: &Path| {
        let root = vars.resolve(path).root;
        if !written.contains(&root) {
            return;
        }
        let window = reached(path, indices, vars).map(|(prefix, at)| Window { prefix, at });
        let same = |a: &Window, b: &Window| same_path(&a.prefix, &b.prefix) && a.at.same(&b.at);
        let first = found.entry(root).or_insert_with(|| window.clone());
        if !matches!((&*first, &window), (Some(a), Some(b)) if same(a, b)) {
            barred.push(root);
        }
    };
    for stmt in iteration {
        stmt.parts(&mut |part| match part {
            Part::Read(expr) => expr.walk(&mut |expr| {
                if let Expr::Load(path) = expr {
                    note(path);
                }
            }),
            Part::WritePath(path) => note(path),
            _ => {}
        });
    }
    barred
}
