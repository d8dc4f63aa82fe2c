//! Elements that are the same in all iterations, loaded before the loop.
//!
//! rustc cannot: to it, they might be among those that the loop writes.
//!
//! Invariant: only what every iteration loads is loaded, where the loop runs.

use proc_macro2::Span;

use crate::ir::visit::defined;
use crate::ir::{Block, Expr, Loop, Path, Proj, Role, Stmt, StmtKind, Var, VarSet, Vars};
use crate::simplify::affine::{Indices, same_path};

/// Takes the loads out of the loop.
pub(super) fn take(the_loop: &mut Loop, indices: &Indices, vars: &mut Vars) -> Vec<Stmt> {
    let mut written = VarSet::new();
    for stmt in &the_loop.body.stmts {
        stmt.writes(vars, &mut written);
    }
    let inside = defined(&the_loop.body.stmts);
    let mut found: Vec<Load> = Vec::new();
    for stmt in &the_loop.body.stmts {
        let (StmtKind::Let { expr, .. }
        | StmtKind::Update { expr, .. }
        | StmtKind::Store { value: expr, .. }) = &stmt.kind
        else {
            continue;
        };
        let mut paths = Vec::new();
        loaded_always(expr, &mut paths);
        for path in paths {
            let steady = !written.contains(&vars.root(path))
                && !inside.contains(&path.root)
                && path.proj.iter().any(|proj| matches!(proj, Proj::Index(_)))
                && path.proj.iter().all(|proj| match proj {
                    Proj::Index(index) => !indices.varies(index),
                    Proj::Field(_) => true,
                    Proj::Range(..) | Proj::Payload { .. } | Proj::Some | Proj::Deref => false,
                });
            let ty = vars.type_of(path);
            if steady && ty.is_float() && found.iter().all(|load| !same_path(&load.path, path)) {
                let var = match &stmt.kind {
                    StmtKind::Let { var, expr: Expr::Load(_) } => *var,
                    _ => {
                        let name = format!("{}_i", vars[path.root].name);
                        vars.fresh(name, ty, Role::Value, stmt.span)
                    }
                };
                found.push(Load { path: path.clone(), var, span: stmt.span });
            }
        }
    }
    if found.is_empty() {
        return Vec::new();
    }
    let own = |stmt: &Stmt| match &stmt.kind {
        StmtKind::Let { var, .. } => found.iter().any(|load| load.var == *var),
        _ => false,
    };
    the_loop.body.stmts.retain(|stmt| !own(stmt));
    replace(&mut the_loop.body, &found);
    found.into_iter().map(Load::stmt).collect()
}

/// An element that all iterations load.
struct Load {
    path: Path,
    var: Var,
    span: Span,
}

impl Load {
    fn stmt(self) -> Stmt {
        Stmt { kind: StmtKind::Let { var: self.var, expr: Expr::Load(self.path) }, span: self.span }
    }
}

/// What the expression loads, whatever its conditions say.
fn loaded_always<'a>(expr: &'a Expr, paths: &mut Vec<&'a Path>) {
    match expr {
        Expr::Load(path) => paths.push(path),
        Expr::Rule(_, operands) => operands.iter().for_each(|operand| loaded_always(operand, paths)),
        Expr::Select(cond, ..) => loaded_always(cond, paths),
        Expr::Cast(operand, _) | Expr::Stop(operand) => loaded_always(operand, paths),
        _ => {}
    }
}

fn replace(body: &mut Block, found: &[Load]) {
    body.walk_mut(&mut |stmt| {
        stmt.exprs_mut(&mut |expr| {
            let Expr::Load(path) = expr else { return };
            if let Some(load) = found.iter().find(|load| same_path(&load.path, path)) {
                *expr = Expr::Var(load.var);
            }
        });
    });
}
