//! Elements of parts of adjoints, reached through the whole: `w_bar[a..b][i]` is `w_bar[a + i]`.
//!
//! One check of bounds less, and an element of a row that the passes behind recognise.
//!
//! Invariant: the primal reached the same element through the same part, and would have panicked.

use super::affine::plus;
use crate::ir::{Block, Expr, Path, Proj, StmtKind, build};

/// Reaches the elements of places from `made_from` on through the whole.
pub(super) fn flatten(block: &mut Block, made_from: u32) {
    block.walk_mut(&mut |stmt| {
        stmt.exprs_mut(&mut |expr| {
            if let Expr::Load(path) = expr {
                through(path, made_from);
            }
        });
        if let StmtKind::Store { path, .. } = &mut stmt.kind {
            through(path, made_from);
        }
    });
}

fn through(path: &mut Path, made_from: u32) {
    if path.root.0 < made_from {
        return;
    }
    let mut flat: Vec<Proj> = Vec::with_capacity(path.proj.len());
    for proj in path.proj.drain(..) {
        let part = match (flat.last(), &proj) {
            (Some(Proj::Range(from, _)), Proj::Index(at)) => Some((from.clone(), at.clone())),
            _ => None,
        };
        match part {
            Some((from, at)) => {
                flat.pop();
                flat.push(Proj::Index(match from {
                    Some(from) if build::value_of(&from) != Some(0.0) => plus(from, at),
                    _ => at,
                }));
            }
            None => flat.push(proj),
        }
    }
    path.proj = flat;
}
