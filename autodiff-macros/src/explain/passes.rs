//! What each optimisation is good for in this function: the figures of the program that is made without it.

use super::loops::saved;
use super::{Effect, operations_of};
use crate::analysis;
use crate::diff::Adjoint;
use crate::diff::explain::bytes;
use crate::ir::Function;
use crate::passes::ALL;
use crate::simplify;

/// What a program costs, as far as it can be read off.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Figures {
    operations: usize,
    /// How many values go on tapes, and the bytes of those whose types are known.
    values: usize,
    bytes: usize,
}

impl Figures {
    fn of(gradient: &Adjoint) -> Figures {
        let saved = saved(gradient);
        Figures {
            operations: operations_of(gradient),
            values: saved.iter().count(),
            bytes: saved.iter().filter_map(|var| bytes(&gradient.vars[var].ty)).sum(),
        }
    }
}

/// The passes without which the gradient would cost something else.
pub(super) fn effects(written: &Function, gradient: &Adjoint) -> Vec<Effect> {
    let with = Figures::of(gradient);
    let mut effects = Vec::new();
    for (name, pass) in ALL.iter().filter(|(_, pass)| written.passes.has(*pass)) {
        let plain = Function { passes: written.passes.but(*pass), ..written.clone() };
        let plain = analysis::prepare(plain);
        let activity = analysis::activity(&plain, &mut Vec::new());
        let without = Figures::of(&simplify::joined(&plain, &activity));
        if without != with {
            effects.push(Effect { pass: name, without: said(with, without) });
        }
    }
    effects
}

/// What is different.
fn said(with: Figures, without: Figures) -> String {
    let mut parts = Vec::new();
    let mut compare = |what: &str, with: usize, without: usize| {
        if with != without {
            parts.push(format!("{without} {what} for {with}"));
        }
    };
    compare("operations", with.operations, without.operations);
    compare("saved values", with.values, without.values);
    compare("saved bytes", with.bytes, without.bytes);
    parts.join(", ")
}
