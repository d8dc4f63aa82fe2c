//! Direction: innermost loops of the reverse sweep whose iterations do not meet run forwards, which vectorises better.
//!
//! Invariant: each iteration reads and writes its own elements alone (each written place is reached at `base + index` only)
//! and shares no scalar with others, so that the order of the iterations cannot be told from the results.

use super::affine::{Indices, same_base, same_path};
use crate::ir::visit::Part;
use crate::ir::{Block, Expr, Head, Loop, Path, Proj, Role, StmtKind, Var, VarMap, Vars};

/// Turns the loops of a block that allow it.
pub(super) fn forwards(block: &mut Block, vars: &Vars, made_from: u32) {
    for stmt in &mut block.stmts {
        for inner in stmt.blocks_mut() {
            forwards(inner, vars, made_from);
        }
        if let StmtKind::Loop(the_loop) = &mut stmt.kind {
            let backwards = matches!(the_loop.head, Head::For { rev: true, .. });
            if backwards && apart(the_loop, vars, made_from) {
                if let Head::For { rev, .. } = &mut the_loop.head {
                    *rev = false;
                }
            }
        }
    }
}

/// Whether no two iterations of the loop touch the same element, one of them writing.
pub(super) fn apart(the_loop: &Loop, vars: &Vars, made_from: u32) -> bool {
    let Head::For { index, .. } = the_loop.head else { return false };
    if !the_loop.carried.is_empty() || the_loop.break_if.is_some() || the_loop.trips.is_some() {
        return false;
    }
    let indices = Indices::of(index, the_loop, vars);
    let mut own: Vec<Var> = Vec::new();
    let mut written: VarMap<Path> = VarMap::new();
    for stmt in &the_loop.body.stmts {
        match &stmt.kind {
            StmtKind::Let { var, .. } => own.push(*var),
            // Only adjoints: nobody sees in which order they were written where an index is out of bounds.
            StmtKind::Store { path, .. } if vars.root(path).0 >= made_from => {
                let root = vars.root(path);
                let first = written.or_insert(root, path.clone());
                if !element(path, &indices, vars) || !alike(path, first, &indices) {
                    return false;
                }
            }
            _ => return false,
        }
    }
    the_loop.body.stmts.iter().all(|stmt| {
        let mut fine = true;
        let mut check = |expr: &Expr| {
            expr.walk(&mut |expr| match expr {
                Expr::Var(var) => fine &= vars[*var].role != Role::Mut || !own.contains(var),
                Expr::Load(path) => {
                    if let Some(store) = written.get(&vars.root(path)) {
                        fine &= alike(path, store, &indices);
                    }
                }
                Expr::Whole(path) => fine &= !written.contains_key(&vars.root(path)),
                Expr::Inert(inert) => fine &= inert.pure,
                _ => {}
            });
        };
        stmt.parts(&mut |part| {
            if let Part::Read(expr) = part {
                check(expr);
            }
        });
        if let StmtKind::Store { path, .. } = &stmt.kind {
            path.proj.iter().for_each(|proj| {
                if let Proj::Index(index) = proj {
                    check(index);
                }
            });
        }
        fine
    })
}

/// `place[base + index + offset]`, of a place that is no view of another.
fn element(path: &Path, indices: &Indices, vars: &Vars) -> bool {
    let Some((Proj::Index(at), before)) = path.proj.split_last() else { return false };
    let fixed = before.iter().all(|proj| match proj {
        Proj::Index(index) => !indices.varies(index),
        Proj::Field(_) => true,
        Proj::Range(..) | Proj::Payload { .. } | Proj::Some | Proj::Deref => false,
    });
    fixed && vars[path.root].view.is_none() && indices.reach(at).is_some()
}

/// Whether two paths reach the same element in each iteration.
fn alike(a: &Path, b: &Path, indices: &Indices) -> bool {
    let (Some((Proj::Index(x), a_before)), Some((Proj::Index(y), b_before))) =
        (a.proj.split_last(), b.proj.split_last())
    else {
        return false;
    };
    let prefix = |root: Var, proj: &[Proj]| Path { root, proj: proj.to_vec() };
    let (Some((x_base, x_offset)), Some((y_base, y_offset))) = (indices.reach(x), indices.reach(y)) else {
        return false;
    };
    same_path(&prefix(a.root, a_before), &prefix(b.root, b_before))
        && x_offset == y_offset
        && same_base(x_base.as_ref(), y_base.as_ref())
}
