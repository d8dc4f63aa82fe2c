//! What the compiler made of each loop, and what it saves of an iteration, and why.

use proc_macro2::Span;

use super::plan::CHEAP;
use crate::ir::{Expr, Float, Loop, Saved, Stmt, StmtKind, Ty, Var, Vars};

/// A loop of the primal, as reverse mode sees it.
#[derive(Clone)]
pub(crate) struct Explained {
    pub(crate) span: Span,
    /// The preorder number of the loop, and how many loops there are around it.
    pub(crate) position: usize,
    pub(crate) depth: usize,
    /// The loop's index; none where it is not counted.
    pub(crate) index: Option<Var>,
    pub(crate) class: Class,
    /// Its iterations run forward and backward at once, so that nothing is saved after all.
    pub(crate) fused: bool,
    pub(crate) saved: Vec<Kept>,
}

/// What its iterations have to do with each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Class {
    /// Nothing.
    Independent,
    /// They add to sums.
    Accumulating,
    /// One starts from what the one before it left.
    Carried,
}

/// A value that an iteration saves.
#[derive(Clone)]
pub(crate) struct Kept {
    pub(crate) var: Var,
    /// As far as the macro knows the type.
    pub(crate) bytes: Option<usize>,
    pub(crate) reason: &'static str,
}

/// Explains a loop at a `position` in the program, `depth` loops inside, of which `forward` is the forward sweep's body; `sums`: it hands on active scalars; `recorded`: what it
/// overwrites is recorded beforehand. Variables from `made_from` on are not the primal's.
pub(super) fn explain(
    primal: &Loop,
    forward: &[Stmt],
    vars: &Vars,
    (index, span): (Option<Var>, Span),
    (position, depth): (usize, usize),
    (sums, recorded, made_from): (bool, bool, u32),
) -> Explained {
    let mut saved = Vec::new();
    for stmt in forward.iter().rev() {
        let StmtKind::Save { values, .. } = &stmt.kind else { break };
        for value in values {
            let (Saved::Value(var) | Saved::Content(var)) = value;
            saved.push(Kept {
                var: *var,
                bytes: bytes(&vars[*var].ty),
                reason: reason(primal, forward, *var, made_from),
            });
        }
    }
    let state = saved.iter().any(|kept| [CARRIED, OVERWRITTEN, LOST].contains(&kept.reason));
    let class = match (state || recorded, sums) {
        (true, _) => Class::Carried,
        (false, true) => Class::Accumulating,
        (false, false) => Class::Independent,
    };
    Explained { span, position, depth, index, class, fused: false, saved }
}

const CARRIED: &str = "carried from one iteration to the next";
const OVERWRITTEN: &str = "overwritten by the iteration";
const LOST: &str = "its place is overwritten before the reversal";

fn reason(primal: &Loop, forward: &[Stmt], var: Var, made_from: u32) -> &'static str {
    if primal.carried.iter().any(|carried| carried.phi == var) {
        return CARRIED;
    }
    let Some(stmt) = forward.iter().find(|stmt| stmt.defines().contains(&var)) else {
        return "known in the iteration alone";
    };
    match &stmt.kind {
        StmtKind::Let { expr: Expr::Load(_), .. } if var.0 >= made_from => OVERWRITTEN,
        StmtKind::Let { expr: Expr::Load(_), .. } => LOST,
        StmtKind::Let { expr: Expr::Rule(rule, _), .. } if rule.cost > CHEAP => "dear to compute again",
        StmtKind::Let { .. } => "dearer to compute again than to keep",
        StmtKind::Call(_) => "made by a call",
        StmtKind::Declare { .. } => "content that lives in the iteration alone",
        _ => "known in the iteration alone",
    }
}

/// The size of a value, as far as the type is known here.
pub(crate) fn bytes(ty: &Ty) -> Option<usize> {
    match ty {
        Ty::Float(Float::F64) => Some(8),
        Ty::Float(Float::F32) => Some(4),
        Ty::Int(Some(name)) => match name.as_str() {
            "bool" | "u8" | "i8" => Some(1),
            "u16" | "i16" => Some(2),
            "u32" | "i32" | "char" => Some(4),
            "u128" | "i128" => Some(16),
            _ => Some(8),
        },
        Ty::Tuple(parts) => parts.iter().map(bytes).sum(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::analysis;
    use crate::ir::print;
    use crate::simplify;

    fn explained(item: proc_macro2::TokenStream) -> String {
        let function = analysis::prepare(crate::lower::tests::lowered(&syn::parse2(item).unwrap()));
        let activity = analysis::activity(&function, &mut Vec::new());
        print::explained(&simplify::joined(&function, &activity))
    }

    #[test]
    fn loops_have_their_class_and_their_reasons() {
        let text = explained(quote::quote! {
            fn f(x: &[f64], w: f64, y: &mut [f64]) -> f64 {
                let mut state = w;
                for i in 0..x.len() {
                    state = (state * x[i]).sin();
                }
                for j in 0..x.len() {
                    y[j] = x[j] * w;
                }
                let mut sum = 0.0;
                for k in 0..x.len() {
                    sum += x[k] * x[k].exp();
                }
                for l in 1..x.len() {
                    y[l] = y[l] * y[l - 1];
                }
                sum + state
            }
        });
        let expected = "\
            loop i: carried\n    state: 8 bytes, carried from one iteration to the next\n\
            loop j: independent\n\
            loop k: accumulating, fused\n    exp: 8 bytes, dear to compute again\n\
            loop l: carried\n    y_i: 8 bytes, its place is overwritten before the reversal\n    \
            y_i: 8 bytes, its place is overwritten before the reversal\n";
        assert_eq!(text, expected);
    }
}
