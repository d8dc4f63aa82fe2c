//! Reverse mode: a primal function to its forward sweep (the primal, saving) and its reverse sweep.
//!
//! Invariants. In the reverse sweep, when the reversal of statement S runs, (1) the adjoint of every variable holds the
//! contributions of all that runs behind S; (2) every place whose content the reverse sweep reads holds what it held
//! right behind S in the forward sweep: stores that would break this save what they overwrite, and their reversal puts it
//! back; (3) every scalar of the surrounding blocks that is read is in scope: alive, restored from a tape, or recomputed.
//!
//! The reversal is written plainly, with every adjoint declared zero and accumulated into; `simplify` makes it read well.

mod block;
mod call;
mod control;
mod counters;
mod elements;
mod locals;
mod order;
mod rerun;
mod revolve;
mod statement;
mod stores;
mod variables;

use proc_macro2::{Span, TokenStream};

pub(super) use self::elements::Counted;
pub(crate) use self::rerun::unmark;
use self::rerun::uses;
use super::explain::Explained;
use super::record::{Again, Read, Recording, Write};
use super::{Adjoint, ParamAdjoint, Tape};
use crate::analysis::deferred::Assignments;
use crate::analysis::{Activity, Ranges};
use crate::ir::{
    Arg, Block, CopyHow, Expr, Function, Head, Init, Lit, Loop, Passing, Path, Role, Saved, Stmt, StmtKind,
    StoreOp, Ty, Var, VarMap, VarSet, Vars, WrtTarget, build,
};
use crate::passes::Pass;

/// What the caller of the transformation wants.
#[derive(Clone, Default)]
pub(crate) struct Options {
    /// Loops (by their indices) with their private places: within an iteration, these are taken for declared there. At the
    /// function's own level, this is a promise that the loop will be fused.
    pub(crate) private: VarMap<VarSet>,
    /// Roll every `&mut` parameter back to what it held before the call (the ABI between functions asks for it).
    pub(crate) roll_back: bool,
}

/// The adjoint of `function`.
pub(crate) fn adjoint(function: &Function, activity: &Activity, options: Options) -> Adjoint {
    // A first run, which records every store, finds what the reverse sweep reads; the second records what that needs.
    let everything = Recording::everything(function, &options);
    let ranges = Ranges::of(function);
    let run = |recording| Reverse::new(function, activity, recording, &options, &ranges).run();
    if !function.passes.has(Pass::Record) {
        return run(everything).0;
    }
    let (_, reads, swaps) = run(everything.clone());
    run(everything.needed(function, &reads, &swaps, &options)).0
}

pub(super) struct Reverse<'a> {
    pub(super) function: &'a Function,
    activity: &'a Activity,
    pub(super) recording: Recording,
    options: &'a Options,
    ranges: &'a Ranges,
    pub(super) vars: Vars,
    bars: VarMap<Var>,
    pub(super) tapes: Vec<Tape>,
    /// The content of places that the reverse sweep reads, and where.
    pub(super) reads: Vec<Read>,
    /// The two contents that a swap between places exchanges.
    pub(super) swaps: Vec<[Read; 2]>,
    /// Preorder number of the statement at hand, and the loops around it (by their numbers).
    pub(super) position: usize,
    pub(super) loops: Vec<usize>,
    /// What around it runs again in the reverse sweep, outermost first.
    pub(super) again: Vec<Again>,
    /// Integers that the reverse sweep counts back, by their values at the start of an iteration.
    counters: VarMap<Var>,
    /// Integer `let`s, for index expressions.
    integers: VarMap<Expr>,
    /// How each place of the function came to be.
    pub(super) inits: VarMap<Init>,
    /// What assignments to places that were declared without content find there.
    assignments: Assignments,
    /// Where the adjoints of locals are noted that the end of the sweep does not tell.
    seen: VarMap<Var>,
    /// Places that some statement gives another shape.
    reshaped: VarSet,
    /// Places that the user's own code may write to.
    untracked: VarSet,
    /// The position of the statement that defines each value.
    pub(super) positions: VarMap<usize>,
    /// Functions of one argument that the open blocks evaluate: name, argument, value.
    dear: Vec<(&'static str, Var, Var)>,
    explained: Vec<Explained>,
    /// Places whose stores in the loops around are recorded in one go, and whether any is to be (see [`super::bulk`]).
    pub(super) bulk: VarMap<bool>,
    /// How often each variable is read in the function.
    pub(super) uses: VarMap<usize>,
}

impl<'a> Reverse<'a> {
    pub(super) fn new(
        function: &'a Function,
        activity: &'a Activity,
        recording: Recording,
        options: &'a Options,
        ranges: &'a Ranges,
    ) -> Self {
        let mut inits = VarMap::new();
        let mut reshaped = VarSet::new();
        let mut untracked = VarSet::new();
        let mut integers = VarMap::new();
        let root = |path: &Path| function.vars.root(path);
        function.body.walk(&mut |stmt| match &stmt.kind {
            StmtKind::Let { var, expr } if matches!(function.vars[*var].ty, Ty::Int(_)) => {
                integers.insert(*var, expr.clone());
            }
            StmtKind::Declare { place, init } => {
                inits.insert(*place, init.clone());
            }
            StmtKind::Push { path, .. } | StmtKind::Assign { path, slice: false, .. } => {
                reshaped.insert(root(path));
            }
            StmtKind::Assign { path, slice: true, .. }
                if !function.vars[root(path)].ty.element().keeps_its_shape() =>
            {
                reshaped.insert(root(path));
            }
            StmtKind::Swap(a, b) => {
                reshaped.insert(root(a));
                reshaped.insert(root(b));
            }
            StmtKind::Inert { writes, .. } => {
                reshaped.extend(writes.iter().copied());
                untracked.extend(writes.iter().copied());
            }
            StmtKind::Call(call) => reshaped.extend(call.args.iter().filter_map(|arg| match arg {
                Arg::RefMut(path) => Some(root(path)),
                _ => None,
            })),
            _ => {}
        });
        // What may or may not be overwritten is not put back: its elements are saved when they are read.
        let assignments = Assignments::of(function);
        untracked.extend(&assignments.unsure());
        Reverse {
            function,
            activity,
            recording,
            options,
            ranges,
            vars: function.vars.clone(),
            bars: VarMap::new(),
            tapes: Vec::new(),
            reads: Vec::new(),
            swaps: Vec::new(),
            position: 0,
            loops: Vec::new(),
            again: Vec::new(),
            uses: uses(function),
            counters: VarMap::new(),
            integers,
            inits,
            assignments,
            seen: VarMap::new(),
            reshaped,
            untracked,
            positions: VarMap::new(),
            dear: Vec::new(),
            explained: Vec::new(),
            bulk: VarMap::new(),
        }
    }

    /// The content of `root` as it is behind the statement at a position, in the loops at hand.
    pub(super) fn read_at(&self, root: Var, position: usize, element: Option<Path>) -> Read {
        Read { root, position, loops: self.loops.clone(), again: self.again.clone(), element }
    }

    /// What writes there to a place.
    pub(super) fn write_at(&self, position: usize, element: Option<Path>) -> Write {
        Write { position, loops: self.loops.clone(), again: self.again.clone(), element }
    }

    pub(super) fn untracked(&self, root: Var) -> bool {
        self.untracked.contains(&root)
    }

    pub(super) fn reshaped_root(&self, path: &Path) -> bool {
        self.reshaped.contains(&self.vars.root(path))
    }

    pub(super) fn run(mut self) -> (Adjoint, Vec<Read>, Vec<[Read; 2]>) {
        let function = self.function;
        let span = function.name.span();
        let params = self.param_adjoints();

        // The adjoints of the results come in as seeds; a place that is a result takes its seed as its adjoint.
        let mut arrivals = Vec::new();
        let seed = function.result.map(&mut |leaf| self.seed(leaf, &mut arrivals, span));
        for (param, slot) in function.params.iter().zip(&params) {
            if let (Some(ParamAdjoint::ScalarInOut(bar)), Some(Expr::Var(last))) = (slot, &param.last) {
                arrivals.push((Expr::Var(*last), Expr::Var(*bar)));
            }
        }
        let seeded: VarSet = seed.leaves().into_iter().flatten().copied().collect();
        let slots: VarSet = params
            .iter()
            .flatten()
            .filter_map(|param| match param {
                ParamAdjoint::Place(bar) => Some(*bar),
                _ => None,
            })
            .collect();

        let noted = self.declare_inner_locals();
        let sweeps = self.sweep(&function.body);
        let mut body: Vec<Stmt> = noted;
        for (to, contribution) in arrivals {
            self.contribute(&to, contribution, &mut body, span);
        }
        body.extend(sweeps.reversals.into_iter().rev().flatten());
        for (param, slot) in function.params.iter().zip(&params) {
            if let Some(ParamAdjoint::ScalarInOut(bar)) = slot {
                let first = self.bar(param.var);
                body.push(stmt(
                    StmtKind::Update { var: *bar, op: StoreOp::Set, expr: Expr::Var(first) },
                    span,
                ));
            }
            if let Some(ParamAdjoint::Place(slot)) = slot {
                let own = self.bar(param.var);
                if own != *slot {
                    let (to, from) = (Path::of(*slot), Path::of(own));
                    body.push(stmt(StmtKind::Accumulate { to, from }, span));
                }
            }
        }

        // Everything of the function's own block is alive; only adjoints are declared.
        let mut declared: Vec<Var> = function.params.iter().map(|param| param.var).collect();
        declared.extend(sweeps.forward.iter().flat_map(Stmt::defines_behind));
        let mut reverse =
            self.declarations(&declared, span, |bar| seeded.contains(&bar) || slots.contains(&bar));
        reverse.extend(body);
        let forward = Block { stmts: sweeps.forward };
        let mut reverse = Block { stmts: reverse };
        // Views are named again in the reverse sweep: a pullback borrows nothing.
        let free = free_vars(&reverse, &self.vars);
        let views: Vec<Stmt> = forward
            .stmts
            .iter()
            .filter(|stmt| matches!(&stmt.kind, StmtKind::View { var } if free.contains(var)))
            .cloned()
            .collect();
        reverse.stmts.splice(0..0, views);

        let wrt = function
            .wrt
            .iter()
            .map(|wrt| match wrt.target {
                WrtTarget::Param(index) => match params[index] {
                    Some(ParamAdjoint::Place(slot)) => Some(Expr::Whole(Path::of(slot))),
                    _ => self.gradient(wrt.target),
                },
                WrtTarget::Local(_) => self.gradient(wrt.target),
            })
            .collect();
        let private = self
            .options
            .private
            .iter()
            .map(|(index, places)| {
                (*index, places.iter().filter_map(|place| self.bars.get(&place).copied()).collect())
            })
            .collect();
        let captures = self.captures(&forward, &reverse, &seeded);
        let rolled_back = (0..function.params.len())
            .filter(|&index| {
                let param = &function.params[index];
                param.passing == Passing::RefMut
                    && param.last.is_none()
                    && self.writes_place(&reverse, param.var)
            })
            .collect();
        let mut adjoint = Adjoint {
            vars: self.vars,
            tapes: self.tapes,
            forward,
            reverse,
            seed,
            params,
            wrt,
            captures,
            private,
            rolled_back,
            explained: self.explained,
        };
        keep_what_is_read(&mut adjoint);
        (adjoint, self.reads, self.swaps)
    }

    /// Slots for the parameters that the gradient is asked for.
    pub(super) fn param_adjoints(&mut self) -> Vec<Option<ParamAdjoint>> {
        let function = self.function;
        (0..function.params.len())
            .map(|index| {
                let param = &function.params[index];
                let asked = function.wrt.iter().any(|wrt| wrt.target == WrtTarget::Param(index));
                // What a `&mut` scalar held before the call may reach nothing: its slot is taken all the same.
                let lent = param.last.is_some();
                if !asked || !(lent || self.activity.active(param.var)) {
                    return None;
                }
                Some(match (&param.last, self.vars[param.var].role) {
                    (Some(_), _) => {
                        let name = format!("{}_bar", param.name);
                        let ty = self.vars[param.var].ty.clone();
                        ParamAdjoint::ScalarInOut(self.vars.fresh(name, ty, Role::Mut, param.name.span()))
                    }
                    (None, Role::Value) => ParamAdjoint::Scalar(self.bar(param.var)),
                    // What is changed behind the caller's back has an adjoint of its own, which starts at zero.
                    (None, _)
                        if param.passing == Passing::Value
                            && self.writes_place(&function.body, param.var) =>
                    {
                        let (name, ty) = (format!("{}_bar", param.name), self.vars[param.var].ty.clone());
                        let slot = self.vars.fresh(name, ty, Role::Place, param.name.span());
                        self.vars[slot].mutable = true;
                        ParamAdjoint::Place(slot)
                    }
                    (None, _) => ParamAdjoint::Place(self.bar(param.var)),
                })
            })
            .collect()
    }

    /// The seed of one leaf of the result, and what arrives where because of it.
    pub(super) fn seed(&mut self, leaf: &Expr, arrivals: &mut Vec<(Expr, Expr)>, span: Span) -> Option<Var> {
        match leaf {
            Expr::Var(var) => {
                let ty = self.vars[*var].ty.clone();
                if !ty.may_be_active() {
                    return None;
                }
                let seed = self.vars.fresh("seed", ty, Role::Value, span);
                if self.activity.active(*var) {
                    arrivals.push((Expr::Var(*var), Expr::Var(seed)));
                }
                Some(seed)
            }
            Expr::Whole(path) => {
                let ty = self.type_of(path);
                if !ty.may_be_active() {
                    return None;
                }
                let root = self.vars.root(path);
                let owned = self.function.params.iter().all(|param| param.var != root);
                if self.activity.active(root)
                    && owned
                    && path.proj.is_empty()
                    && !self.bars.contains_key(&root)
                {
                    return Some(self.bar(root));
                }
                let seed = self.vars.fresh("seed", ty, Role::Place, span);
                if self.activity.active(root) {
                    // To the adjoint of the part of the place that is handed out.
                    let _ = self.bar(root);
                    arrivals.push((leaf.clone(), Expr::Whole(Path::of(seed))));
                }
                Some(seed)
            }
            Expr::Lit(lit) if lit.ty.is_float() => {
                Some(self.vars.fresh("seed", lit.ty.clone(), Role::Value, span))
            }
            _ => None,
        }
    }

    pub(super) fn gradient(&mut self, target: WrtTarget) -> Option<Expr> {
        let var = match target {
            WrtTarget::Param(index) => self.function.params[index].var,
            WrtTarget::Local(var) => var,
        };
        if !self.activity.active(var) {
            return None;
        }
        let bar = *self.seen.get(&var).or_else(|| self.bars.get(&var))?;
        Some(match self.vars[bar].role {
            Role::Place => Expr::Whole(Path::of(bar)),
            _ => Expr::Var(bar),
        })
    }

    /// Values of the forward sweep that the reverse sweep reads.
    pub(super) fn captures(&self, forward: &Block, reverse: &Block, seeded: &VarSet) -> Vec<Var> {
        let mut defined: VarSet = forward.stmts.iter().flat_map(Stmt::defines_behind).collect();
        for param in &self.function.params {
            if param.passing == Passing::Value || self.vars[param.var].role == Role::Value {
                defined.insert(param.var);
            }
        }
        let mut captures: VarSet = free_vars(reverse, &self.vars)
            .into_iter()
            .filter(|var| defined.contains(var) && !seeded.contains(var))
            .collect();
        captures.extend(self.tapes.iter().map(|tape| tape.var));
        captures.into_iter().collect()
    }

    pub(super) fn writes_place(&self, block: &Block, place: Var) -> bool {
        let mut found = false;
        block.walk(&mut |stmt| {
            stmt.parts(&mut |part| {
                if let crate::ir::visit::Part::WritePath(path) = part {
                    found |= self.vars.root(path) == place;
                }
            });
        });
        found
    }
}

/// Every variable that a block reads before defining it itself; views bring what they show.
pub(crate) fn free_vars(block: &Block, vars: &Vars) -> VarSet {
    fn visit(block: &Block, vars: &Vars, bound: &mut VarSet, free: &mut VarSet) {
        let mut here: Vec<Var> = Vec::new();
        for stmt in &block.stmts {
            // What the statement defines for its own blocks (indices, patterns) is bound inside and behind it.
            let mut read = Vec::new();
            stmt.reads(&mut |var| read.push(var));
            let own = stmt.defines();
            if let StmtKind::View { var } = &stmt.kind {
                if let Some(path) = &vars[*var].view {
                    read.push(path.root);
                    path.index_vars(&mut |var| read.push(var));
                }
            }
            if let StmtKind::Loop(_) | StmtKind::Match { .. } | StmtKind::If { .. } = &stmt.kind {
                let inside: VarSet = stmt
                    .blocks()
                    .iter()
                    .flat_map(|block| block.stmts.iter().flat_map(Stmt::defines))
                    .collect();
                here.extend(own.iter().copied().filter(|var| bound.insert(*var)));
                for block in stmt.blocks() {
                    visit(block, vars, bound, free);
                }
                read.retain(|var| !inside.contains(var));
            }
            let mut pending = read;
            while let Some(var) = pending.pop() {
                if bound.contains(&var) {
                    continue;
                }
                if free.insert(var) {
                    if let Some(view) = &vars[var].view {
                        pending.push(view.root);
                        view.index_vars(&mut |var| pending.push(var));
                    }
                }
            }
            here.extend(own.into_iter().filter(|var| bound.insert(*var)));
        }
        for var in here {
            bound.remove(&var);
        }
    }
    let mut free = VarSet::new();
    visit(block, vars, &mut VarSet::new(), &mut free);
    free
}

/// What the reverse sweep reads must not have been moved away in the forward sweep.
fn keep_what_is_read(adjoint: &mut Adjoint) {
    let kept: VarSet = adjoint.captures.iter().copied().collect();
    keep_moved(&mut adjoint.forward.stmts, kept, &adjoint.vars);
}

/// Clones what is in `kept`, or goes on a tape, where it would be moved.
fn keep_moved(stmts: &mut Vec<Stmt>, mut kept: VarSet, vars: &Vars) {
    let mut block = Block { stmts: std::mem::take(stmts) };
    block.walk(&mut |stmt| {
        if let StmtKind::Save { values, .. } = &stmt.kind {
            kept.extend(values.iter().filter_map(|value| match value {
                Saved::Content(var) => Some(*var),
                Saved::Value(_) => None,
            }));
        }
    });
    block.walk_mut(&mut |stmt| {
        if let StmtKind::Declare { init: Init::Copy { from, how, .. }, .. }
        | StmtKind::Assign { init: Init::Copy { from, how, .. }, .. } = &mut stmt.kind
        {
            if *how == CopyHow::Move && kept.contains(&vars.root(from)) {
                *how = CopyHow::Clone;
            }
        }
    });
    *stmts = block.stmts;
}

/// `for index in 0..len { body }`
pub(super) fn counted(index: Var, len: Expr, rev: bool, body: Vec<Stmt>, span: Span) -> Stmt {
    let head = Head::For { index, lo: build::int(0), hi: len, inclusive: false, step: None, rev };
    let body = Block { stmts: body };
    stmt(
        StmtKind::Loop(Box::new(Loop {
            head,
            carried: Vec::new(),
            body,
            break_if: None,
            trips: None,
            label: None,
        })),
        span,
    )
}

/// The adjoint of what carries none.
pub(super) fn unit() -> Expr {
    unit_of(&Ty::Inert)
}

/// The same of a result: in the shape of a tuple, as one that takes it apart has it.
fn unit_of(ty: &Ty) -> Expr {
    fn tokens(ty: &Ty) -> TokenStream {
        match ty {
            Ty::Tuple(parts) if !parts.is_empty() => {
                let parts = parts.iter().map(tokens);
                quote::quote!((#(#parts,)*))
            }
            _ => quote::quote!(()),
        }
    }
    Expr::Lit(Lit { tokens: tokens(ty), value: None, ty: Ty::Inert, made: false })
}

pub(in crate::diff) fn stmt(kind: StmtKind, span: Span) -> Stmt {
    Stmt { kind, span }
}
