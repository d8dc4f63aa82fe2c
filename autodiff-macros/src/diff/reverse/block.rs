//! Blocks: their two sweeps, and what passes between them.

use proc_macro2::Span;

use super::rerun::unmarked;
use super::{Reverse, free_vars, stmt};
use crate::diff::plan::CHEAP;
use crate::diff::{Tape, TapeKind};
use crate::ir::visit::end_of_marked;
use crate::ir::{Block, Expr, Mark, Path, Role, Saved, Stmt, StmtKind, Ty, Var, VarSet, build};

/// A block on its way through the transformation.
pub(super) struct Sweeps {
    pub(super) forward: Vec<Stmt>,
    /// Reversals in forward order.
    pub(super) reversals: Vec<Vec<Stmt>>,
}
/// What the owner of a block defines for it.
#[derive(Default)]
pub(super) struct Given {
    /// Variables bound at its start (indices, carried values, patterns).
    pub(super) own: Vec<Var>,
    /// Those that the reverse sweep has anyway.
    pub(super) alive: Vec<Var>,
    /// Places from outside that are taken for declared inside.
    pub(super) private: Vec<Var>,
}

impl Reverse<'_> {
    /// Whether the elements of a place are plain numbers, as many throughout.
    fn is_flat(&self, var: Var) -> bool {
        let numbers = match &self.vars[var].ty {
            Ty::Vec(element) | Ty::Slice(element) | Ty::Array(element, _) => element.is_float(),
            _ => false,
        };
        numbers && !self.reshaped_root(&Path::of(var))
    }

    pub(super) fn sweep(&mut self, block: &Block) -> Sweeps {
        let mut sweeps = Sweeps { forward: Vec::new(), reversals: Vec::new() };
        let outside = self.dear.len();
        self.dear.extend(unmarked(&block.stmts).filter_map(|stmt| match &stmt.kind {
            StmtKind::Let { var, expr: Expr::Rule(rule, args) } => match &args[..] {
                [Expr::Var(arg)] if rule.cost > CHEAP => Some((rule.name, *arg, *var)),
                [one, Expr::Var(arg)] if rule.name == "div" && build::value_of(one) == Some(1.0) => {
                    Some(("recip", *arg, *var))
                }
                _ => None,
            },
            _ => None,
        }));
        let mut stmts = &block.stmts[..];
        while let Some((stmt, mut rest)) = stmts.split_first() {
            self.position += 1;
            for var in stmt.defines() {
                self.positions.insert(var, self.position);
            }
            let mut reversal = Vec::new();
            if let StmtKind::Mark(Mark::Begin(how)) = &stmt.kind {
                let (marked, behind) = rest.split_at(end_of_marked(rest));
                rest = behind;
                self.run_again(how, marked, &mut sweeps.forward, &mut reversal, stmt.span);
            } else {
                self.statement(stmt, &mut sweeps.forward, &mut reversal);
            }
            sweeps.reversals.push(reversal);
            stmts = rest;
        }
        self.dear.truncate(outside);
        sweeps
    }

    /// The two sweeps of a block inside another: `arrive` is what its owner hands in when the reversal starts, `leave`
    /// what it takes when it ends.
    pub(super) fn nested(
        &mut self,
        block: &Block,
        given: &Given,
        span: Span,
        arrive: impl FnOnce(&mut Self, &mut Vec<Stmt>),
        leave: impl FnOnce(&mut Self, &mut Vec<Stmt>),
    ) -> (Block, Block) {
        let Given { own, alive, private } = given;
        let mut sweeps = self.sweep(block);
        let mut body = Vec::new();
        arrive(self, &mut body);
        body.extend(sweeps.reversals.into_iter().rev().flatten());
        leave(self, &mut body);

        let mut defined: Vec<Var> = own.clone();
        defined.extend(sweeps.forward.iter().flat_map(Stmt::defines_behind));
        // What a loop hands on was noted where its reversal starts.
        let local = |stmt: &&Stmt| !matches!(stmt.kind, StmtKind::Loop(_));
        let plain = sweeps.forward.iter().filter(local).flat_map(Stmt::defines_behind);
        let plain: Vec<Var> = own.iter().copied().chain(plain).collect();
        self.note_locals(&plain, &mut body, span);
        let mut reverse = self.declarations(&defined, span, |_| false);
        reverse.extend(body);

        let mut local = private.clone();
        local.extend(defined);
        let free = free_vars(&Block { stmts: reverse.clone() }, &self.vars);
        let needed: VarSet =
            local.iter().copied().filter(|var| free.contains(var) && !alive.contains(var)).collect();
        let plan = self.plan(&sweeps.forward, &needed, &local, alive);
        let mut saved: Vec<Saved> = Vec::new();
        for var in &plan.saved {
            saved.push(match self.vars[*var].role {
                Role::Place => Saved::Content(*var),
                _ => Saved::Value(*var),
            });
        }
        let mut materialised = Vec::new();
        // What stays declared while it is restored gives its length, so that no record needs one of its own.
        let (flat, saved): (Vec<Saved>, Vec<Saved>) = saved.into_iter().partition(|saved| match saved {
            Saved::Content(var) => private.contains(var) && self.is_flat(*var),
            Saved::Value(_) => false,
        });
        for content in flat {
            let tape = self.vars.fresh("tape", Ty::Unknown, Role::Tape, span);
            self.tapes.push(Tape { var: tape, kind: TapeKind::Flat });
            sweeps.forward.push(stmt(StmtKind::Save { tape, values: vec![content.clone()] }, span));
            materialised.push(stmt(StmtKind::Restore { tape, values: vec![content] }, span));
        }
        if !saved.is_empty() {
            let tape = self.vars.fresh("tape", Ty::Unknown, Role::Tape, span);
            let kind = if self.loops.is_empty() { TapeKind::Slot } else { TapeKind::Stack };
            self.tapes.push(Tape { var: tape, kind });
            sweeps.forward.push(stmt(StmtKind::Save { tape, values: saved.clone() }, span));
            materialised.push(stmt(StmtKind::Restore { tape, values: saved }, span));
        }
        materialised.extend(plan.recomputed);
        materialised.extend(reverse);
        (Block { stmts: sweeps.forward }, Block { stmts: materialised })
    }
}
