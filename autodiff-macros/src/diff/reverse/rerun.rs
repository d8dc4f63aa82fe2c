//! What is marked to run again in the reverse sweep instead of saving its tape.
//!
//! ```text
//! begin; v = f(u); w = g(v); end        forward:  u_old = u; v = f(u); w = g(v);
//!                                       reverse:  { u = u_old; v = f(u), saving; w = g(v), saving; …; their reversal }
//! ```
//!
//! Invariant: when the reverse sweep comes to it, what it reads is there: values, and places that it leaves alone, as they
//! are for every reversal (a read at its begin, see [`crate::diff::record`]); of the places that it changes, the forward
//! sweep keeps a copy, the snapshot. Nothing of what it saves when it runs again outlives its reversal.

use proc_macro2::Span;

use super::{Reverse, free_vars, keep_moved, stmt};
use crate::diff::record::Again;
use crate::ir::visit::defined;
use crate::ir::{
    Block, Call, Checkpoint, Expr, Function, Init, Lit, Mark, Path, RawStmt, Role, Stmt, StmtKind, Ty, Var,
    VarMap, VarSet, WrtTarget,
};
use crate::lower::macros::is_checked;

impl Reverse<'_> {
    pub(super) fn run_again(
        &mut self,
        how: &Checkpoint,
        marked: &[Stmt],
        forward: &mut Vec<Stmt>,
        reversal: &mut Vec<Stmt>,
        span: Span,
    ) {
        let again = Again::of(how, self.position, self.loops.len());
        let snapshot = self.snapshot(marked, span);
        self.again.push(again);
        let made = match (how, marked) {
            (Checkpoint::Slots(slots, schedule), [Stmt { kind: StmtKind::Loop(the_loop), span }]) => {
                self.revolve(the_loop, (slots, schedule), &snapshot, forward, reversal, *span)
            }
            _ => {
                let mut made = snapshot.put_back(span);
                let block = Block { stmts: marked.to_vec() };
                made.extend(self.both_sweeps(&block, (marked, &[]), span, |_, _| {}, |_, _| {}));
                forward.extend(snapshot.keep(span));
                forward.extend(plain(marked));
                made
            }
        };
        self.again.pop();
        reversal.insert(0, scope(made, span));
    }

    /// A block run once more, saving, and its reversal behind it: all of what it binds is alive there. `marked`: what is
    /// between the marks, the block itself or its loop, which binds `own` for it.
    pub(super) fn both_sweeps(
        &mut self,
        block: &Block,
        (marked, own): (&[Stmt], &[Var]),
        span: Span,
        arrive: impl FnOnce(&mut Self, &mut Vec<Stmt>),
        leave: impl FnOnce(&mut Self, &mut Vec<Stmt>),
    ) -> Vec<Stmt> {
        let sweeps = self.sweep(block);
        let mut back = Vec::new();
        arrive(self, &mut back);
        back.extend(sweeps.reversals.into_iter().rev().flatten());
        leave(self, &mut back);
        let mut bound: Vec<Var> = own.to_vec();
        bound.extend(sweeps.forward.iter().flat_map(Stmt::defines_behind));
        let mut reverse = self.locals_of(marked, bound, span);
        reverse.extend(back);

        let mut stmts = without_effects(sweeps.forward);
        let within = defined(&stmts);
        let mut kept = free_vars(&Block { stmts: reverse.clone() }, &self.vars);
        // What comes from outside is there for others as well.
        let outside = free_vars(&Block { stmts: stmts.clone() }, &self.vars);
        kept.extend(outside.into_iter().filter(|var| !within.contains(var)));
        keep_moved(&mut stmts, kept, &self.vars);
        stmts.extend(reverse);
        stmts
    }

    /// Declares the adjoints of what only these statements read, and forgets them: nobody else will ask.
    fn locals_of(&mut self, marked: &[Stmt], bound: Vec<Var>, span: Span) -> Vec<Stmt> {
        let mut inside = VarMap::new();
        count(&Block { stmts: marked.to_vec() }, &self.function.vars, &mut inside);
        let uses = &self.uses;
        let alone = |var: &Var| inside.get(var).copied() == uses.get(var).copied();
        let bound: Vec<Var> = bound.into_iter().filter(|var| alone(var)).collect();
        let declared = self.declarations(&bound, span, |_| false);
        bound.iter().for_each(|var| {
            self.bars.remove(var);
        });
        declared
    }

    /// Copies of the places from outside that the statements change; notes that they read the others.
    fn snapshot(&mut self, marked: &[Stmt], span: Span) -> Snapshot {
        let begin = self.position;
        let within = defined(marked);
        let mut changed = VarSet::new();
        marked.iter().for_each(|stmt| stmt.writes(&self.vars, &mut changed));
        let outside: VarSet = free_vars(&Block { stmts: marked.to_vec() }, &self.vars)
            .into_iter()
            .map(|var| self.vars.root(&Path::of(var)))
            .filter(|root| self.vars[*root].role == Role::Place && !within.contains(root))
            .collect();
        let mut snapshot = Snapshot::default();
        for place in &outside {
            if !(changed.contains(&place) || self.untracked(place)) {
                let read = self.read_at(place, begin, None);
                self.reads.push(read);
            } else if !self.is_empty_before(place, begin) {
                let old = self.kept(place, span);
                snapshot.places.push((place, old));
            }
        }
        snapshot
    }

    /// Whether a place was declared without content and has none yet.
    fn is_empty_before(&self, place: Var, position: usize) -> bool {
        matches!(self.inits.get(&place), Some(Init::Deferred))
            && !self.recording.written_before(place, position)
    }

    /// A variable for a copy of a place.
    pub(super) fn kept(&mut self, place: Var, span: Span) -> Var {
        let info = &self.vars[place];
        let (name, ty) = (format!("{}_old", info.name), info.ty.clone());
        self.vars.fresh(name, ty, Role::Place, span)
    }
}

/// What the forward sweep keeps of the places that change: the place and its copy.
#[derive(Default)]
pub(super) struct Snapshot {
    pub(super) places: Vec<(Var, Var)>,
}

impl Snapshot {
    pub(super) fn keep(&self, span: Span) -> Vec<Stmt> {
        self.places.iter().map(|(place, old)| keep(*old, *place, span)).collect()
    }

    pub(super) fn put_back(&self, span: Span) -> Vec<Stmt> {
        self.places.iter().map(|(place, old)| put_back(*place, *old, span)).collect()
    }
}

pub(super) fn keep(old: Var, place: Var, span: Span) -> Stmt {
    stmt(StmtKind::Raw(RawStmt::Keep { old, path: Path::of(place) }), span)
}

pub(super) fn put_back(place: Var, old: Var, span: Span) -> Stmt {
    stmt(StmtKind::Raw(RawStmt::PutBack { path: Path::of(place), from: old }), span)
}

/// The statements as a block, with names of their own: they bind again what the forward sweep bound, and no pass that looks for the
/// reversal of a loop finds the loop itself.
pub(super) fn scope(stmts: Vec<Stmt>, span: Span) -> Stmt {
    let cond = Expr::Lit(Lit { tokens: quote::quote!(true), value: None, ty: Ty::bool(), made: true });
    let (then, otherwise) = (Block { stmts }, Block::default());
    stmt(StmtKind::If { cond, then, otherwise, joins: Vec::new() }, span)
}

/// The statements as the primal runs them, without marks and pullbacks.
pub(super) fn plain(stmts: &[Stmt]) -> Vec<Stmt> {
    let mut block = Block { stmts: stmts.to_vec() };
    block.walk_mut(&mut |stmt| {
        if let StmtKind::Call(call) = &mut stmt.kind {
            *call = Call { differentiated: false, ..call.clone() };
        }
    });
    unmark(&mut block);
    block.stmts
}

/// Takes the marks out of a block.
pub(crate) fn unmark(block: &mut Block) {
    block.stmts.retain(|stmt| !matches!(stmt.kind, StmtKind::Mark(_)));
    block.stmts.iter_mut().flat_map(Stmt::blocks_mut).for_each(unmark);
}

/// Statements that are there for what they do alone have done it: nothing is printed twice. Checks stay.
pub(super) fn without_effects(stmts: Vec<Stmt>) -> Vec<Stmt> {
    let mut block = Block { stmts };
    fn drop_effects(block: &mut Block) {
        block.stmts.retain(|stmt| match &stmt.kind {
            StmtKind::Inert { inert, defs, writes } => {
                !defs.is_empty() || !writes.is_empty() || is_checked(&inert.code)
            }
            _ => true,
        });
        block.stmts.iter_mut().flat_map(Stmt::blocks_mut).for_each(drop_effects);
    }
    drop_effects(&mut block);
    block.stmts
}

/// How often each variable of a function is read.
pub(super) fn uses(function: &Function) -> VarMap<usize> {
    let mut uses = VarMap::new();
    count(&function.body, &function.vars, &mut uses);
    let mut note = |var: Var| *uses.or_default(var) += 1;
    function.result.leaves().into_iter().for_each(|leaf| leaf.vars(&mut note));
    function.params.iter().filter_map(|param| param.last.as_ref()).for_each(|last| last.vars(&mut note));
    for wrt in &function.wrt {
        if let WrtTarget::Local(var) = wrt.target {
            note(var);
        }
    }
    uses
}

fn count(block: &Block, vars: &crate::ir::Vars, uses: &mut VarMap<usize>) {
    block.walk(&mut |stmt| {
        stmt.reads(&mut |var| *uses.or_default(var) += 1);
        if let StmtKind::View { var } = &stmt.kind {
            if let Some(path) = &vars[*var].view {
                *uses.or_default(path.root) += 1;
                path.index_vars(&mut |var| *uses.or_default(var) += 1);
            }
        }
    });
}

/// The statements of a block that are not between marks.
pub(super) fn unmarked(stmts: &[Stmt]) -> impl Iterator<Item = &Stmt> {
    let mut open = 0;
    stmts.iter().filter(move |stmt| {
        match &stmt.kind {
            StmtKind::Mark(Mark::Begin(_)) => open += 1,
            StmtKind::Mark(Mark::End) => open -= 1,
            _ => {}
        }
        open == 0
    })
}
