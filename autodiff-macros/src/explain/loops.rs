//! What became of each loop.

use super::{Loop, Saved};
use crate::diff::Adjoint;
use crate::diff::explain::Explained;
use crate::ir::{Function, Saved as Value, StmtKind, Var, VarSet};

pub(super) fn loops(function: &Function, gradient: &Adjoint) -> Vec<Loop> {
    let (saved, computed) = (saved(gradient), computed_again(function, gradient));
    let mut explained: Vec<&Explained> = gradient.explained.iter().collect();
    explained.sort_by_key(|explained| explained.position);
    explained.into_iter().map(|explained| shown(gradient, explained, &saved, &computed)).collect()
}

fn shown(gradient: &Adjoint, explained: &Explained, saved: &VarSet, computed: &[(Var, String)]) -> Loop {
    let name = |var: Var| gradient.vars[var].name.clone();
    let kept = explained.saved.iter().filter(|kept| saved.contains(&kept.var));
    let mut recomputed: Vec<String> = Vec::new();
    for (var, of) in computed {
        if explained.index == Some(*var) && !recomputed.contains(of) {
            recomputed.push(of.clone());
        }
    }
    Loop {
        span: explained.span,
        index: explained.index.filter(|index| gradient.vars[*index].named).map(name),
        depth: explained.depth,
        class: explained.class,
        fused: explained.fused,
        saved: kept
            .map(|kept| Saved { name: name(kept.var), bytes: kept.bytes, because: kept.reason })
            .collect(),
        recomputed,
    }
}

/// Everything that goes on a tape in the end.
pub(super) fn saved(gradient: &Adjoint) -> VarSet {
    let mut saved = VarSet::new();
    gradient.forward.walk(&mut |stmt| {
        if let StmtKind::Save { values, .. } = &stmt.kind {
            saved.extend(values.iter().map(|value| {
                let (Value::Value(var) | Value::Content(var)) = value;
                *var
            }));
        }
    });
    saved
}

/// The author's names that a loop of the reverse sweep computes once more, by the loop's index.
fn computed_again(function: &Function, gradient: &Adjoint) -> Vec<(Var, String)> {
    let mut found = Vec::new();
    gradient.reverse.walk(&mut |stmt| {
        let StmtKind::Loop(the_loop) = &stmt.kind else { return };
        let crate::ir::Head::For { index, .. } = the_loop.head else { return };
        for stmt in &the_loop.body.stmts {
            if let StmtKind::Let { var, .. } = &stmt.kind {
                if (var.0 as usize) < function.vars.0.len() && gradient.vars[*var].named {
                    found.push((index, gradient.vars[*var].name.clone()));
                }
            }
        }
    });
    found
}
