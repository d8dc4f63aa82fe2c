//! What the iterations of a loop add to elements that others of them add to as well.

use super::super::affine::{Indices, Linear, same_path};
use super::super::rotate::touched;
use crate::ir::{Block, Path, Proj, Role, StmtKind, StoreOp, Ty, Var, Vars};

/// `prefix[… + index + …]` of floats that lie in one piece, everything but the index known before the loop.
pub(in super::super) fn reached(path: &Path, indices: &Indices, vars: &Vars) -> Option<(Path, Linear)> {
    let (Proj::Index(at), before) = path.proj.split_last()? else { return None };
    let prefix = Path { root: path.root, proj: before.to_vec() };
    let known = before.iter().all(|proj| match proj {
        Proj::Index(index) => !indices.varies(index),
        Proj::Field(_) => true,
        Proj::Range(..) | Proj::Payload { .. } | Proj::Some | Proj::Deref => false,
    });
    let own = vars[path.root].view.is_none() && vars[path.root].role == Role::Place;
    let sequence = matches!(vars.type_of(&prefix), Ty::Vec(_) | Ty::Slice(_) | Ty::Array(..));
    (known && own && sequence && vars.type_of(path).is_float())
        .then(|| Some((prefix, indices.linear(at)?)))
        .flatten()
}

/// The adjoints that the body only adds to, if several iterations add to the same element of one of them.
pub(in super::super) fn scattered(body: &Block, indices: &Indices, vars: &Vars, made_from: u32) -> Vec<Var> {
    let mut found: Vec<(Var, Path, Linear)> = Vec::new();
    let mut excluded: Vec<Var> = Vec::new();
    for stmt in &body.stmts {
        let added = match &stmt.kind {
            StmtKind::Store { path, op: StoreOp::Add | StoreOp::Sub, value } if path.root.0 >= made_from => {
                value.vars(&mut |var| excluded.push(vars.resolve(&Path::of(var)).root));
                path.index_vars(&mut |var| excluded.push(vars.resolve(&Path::of(var)).root));
                reached(path, indices, vars).map(|(prefix, at)| (path.root, prefix, at))
            }
            _ => None,
        };
        match added {
            Some(added) => found.push(added),
            None => touched(stmt, vars, &mut excluded),
        }
    }
    // Rows of one place that have no neighbours in common are left to distribution.
    let wide = |root: Var| {
        let own: Vec<_> = found.iter().filter(|(other, ..)| *other == root).collect();
        own.iter().enumerate().any(|(k, (_, prefix, at))| {
            let neighbour = |(_, other, beside): &&(Var, Path, Linear)| {
                same_path(prefix, other) && at.in_row_with(beside) && !at.same(beside)
            };
            own[..k].iter().copied().any(|other| neighbour(&other))
        })
    };
    let mut roots: Vec<Var> =
        found.iter().map(|(root, ..)| *root).filter(|root| !excluded.contains(root) && wide(*root)).collect();
    roots.sort_unstable();
    roots.dedup();
    roots
}
