//! Content to start with, for places that are declared without any.
//!
//! Where the type says no value, the place becomes a `Vec` that is empty, or holds the one value that was assigned.

use crate::ir::{CopyHow, Expr, Function, Init, Path, Proj, Role, Stmt, StmtKind, Ty, VarSet, Vars, build};
use crate::standard;

/// Starts the places of a program.
pub(super) fn start(function: &mut Function, places: &VarSet) {
    if places.is_empty() {
        return;
    }
    let Function { body, vars, result, .. } = function;
    let mut boxed = VarSet::new();
    body.walk_mut(&mut |stmt| {
        let StmtKind::Declare { place, init: init @ Init::Deferred } = &mut stmt.kind else { return };
        if places.contains(place) {
            vars[*place].mutable = true;
            *init = content(&vars[*place].ty).unwrap_or_else(|| {
                boxed.insert(*place);
                Init::EmptyVec(None)
            });
        }
    });
    if boxed.is_empty() {
        return;
    }
    let mut through = |path: &mut Path| {
        if boxed.contains(&path.root) {
            path.proj.insert(0, Proj::Index(build::int(0)));
        }
    };
    body.walk_mut(&mut |stmt| stmt.paths_mut(&mut through));
    vars.0.iter_mut().filter_map(|info| info.view.as_mut()).for_each(&mut through);
    for leaf in result.leaves_mut() {
        if let Expr::Whole(path) = leaf {
            through(path);
        }
    }
    for place in boxed.iter() {
        let ty = std::mem::replace(&mut vars[place].ty, Ty::Unknown);
        vars[place].ty = Ty::Vec(Box::new(ty));
    }
    fill(body, &boxed, vars);
}

/// Some value of a type, where that needs nothing else.
fn content(ty: &Ty) -> Option<Init> {
    match ty {
        Ty::Tuple(parts) => {
            let known = |ty: &Ty| match ty {
                Ty::Int(name) => name.as_deref().is_some_and(standard::is_integer),
                ty => ty.is_float(),
            };
            parts.iter().all(known).then(|| Init::Tuple(parts.iter().map(build::default_atom).collect()))
        }
        ty => Some(build::default_init(ty)).filter(|init| !matches!(init, Init::Deferred)),
    }
}

/// Makes a `Vec` of what is assigned.
fn fill(block: &mut crate::ir::Block, boxed: &VarSet, vars: &mut Vars) {
    let mut at = 0;
    while at < block.stmts.len() {
        let stmt = &mut block.stmts[at];
        stmt.blocks_mut().into_iter().for_each(|inner| fill(inner, boxed, vars));
        let span = stmt.span;
        if let StmtKind::Assign { path, init, slice: false } = &mut stmt.kind {
            if boxed.contains(&path.root) && path.proj.len() == 1 {
                let content = std::mem::replace(init, Init::Deferred);
                let (item, declared) = match content {
                    Init::Copy { from, how: CopyHow::Move } => (from, None),
                    content => {
                        let ty = vars[path.root].ty.element();
                        let name = vars[path.root].name.clone();
                        let made = vars.fresh(name, ty, Role::Place, span);
                        (Path::of(made), Some(StmtKind::Declare { place: made, init: content }))
                    }
                };
                *init = Init::List { vec: true, items: vec![Expr::Whole(item)] };
                path.proj.clear();
                if let Some(kind) = declared {
                    block.stmts.insert(at, Stmt { kind, span });
                    at += 1;
                }
            }
        }
        at += 1;
    }
}
