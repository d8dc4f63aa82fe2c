//! Reverse mode: a primal function to its forward sweep (the primal, saving) and its reverse sweep.
//!
//! Invariants. In the reverse sweep, when the reversal of statement S runs, (1) the adjoint of every variable holds the
//! contributions of all that runs behind S; (2) every place whose content the reverse sweep reads holds what it held
//! right behind S in the forward sweep: stores that would break this save what they overwrite, and their reversal puts it
//! back; (3) every scalar of the surrounding blocks that is read is in scope: alive, restored from a tape, or recomputed.
//!
//! The reversal is written plainly, with every adjoint declared zero and accumulated into; `simplify` makes it read well.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Span, TokenStream};

use super::record::{Read, Recording};
use super::{Adjoint, ParamAdjoint, Tape, TapeKind};
use crate::analysis::Activity;
use crate::ir::{
    Arg, Block, Call, Carried, CopyHow, Expr, Float, Function, Head, Init, Join, Lit, Loop, Passing, Path, Proj,
    PullbackCall, RawStmt, Role, Saved, Slot, Stmt, StmtKind, StoreOp, Ty, Var, Vars, WrtTarget, build,
};

/// What the caller of the transformation wants.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Options {
    /// Roll every `&mut` parameter back to what it held before the call (the ABI between functions asks for it).
    pub(crate) roll_back: bool,
}

/// The adjoint of `function`.
pub(crate) fn adjoint(function: &Function, activity: &Activity, options: Options) -> Adjoint {
    // A first run, which records every store, finds what the reverse sweep reads; the second records what that needs.
    let (_, reads) = Reverse::new(function, activity, Recording::everything()).run();
    let recording = Recording::needed(function, &reads, options.roll_back);
    Reverse::new(function, activity, recording).run().0
}

pub(super) struct Reverse<'a> {
    pub(super) function: &'a Function,
    activity: &'a Activity,
    pub(super) recording: Recording,
    pub(super) vars: Vars,
    bars: BTreeMap<Var, Var>,
    tapes: Vec<Tape>,
    /// The content of places that the reverse sweep reads, and where.
    pub(super) reads: Vec<Read>,
    /// Preorder number of the statement at hand, and the loops around it (by their numbers).
    position: usize,
    pub(super) loops: Vec<usize>,
    /// How each place of the function came to be.
    inits: BTreeMap<Var, Init>,
    /// Places that some statement gives another shape.
    reshaped: BTreeSet<Var>,
    /// Places that the user's own code may write to.
    untracked: BTreeSet<Var>,
    /// The position of the statement that defines each value.
    pub(super) positions: BTreeMap<Var, usize>,
}

/// A block on its way through the transformation.
struct Sweeps {
    forward: Vec<Stmt>,
    /// Reversals in forward order.
    reversals: Vec<Vec<Stmt>>,
}

impl<'a> Reverse<'a> {
    fn new(function: &'a Function, activity: &'a Activity, recording: Recording) -> Self {
        let mut inits = BTreeMap::new();
        let mut reshaped = BTreeSet::new();
        let mut untracked = BTreeSet::new();
        let root = |path: &Path| function.vars.resolve(path).root;
        function.body.walk(&mut |stmt| match &stmt.kind {
            StmtKind::Declare { place, init } => {
                inits.insert(*place, init.clone());
            }
            StmtKind::Push { path, .. } | StmtKind::Assign { path, slice: false, .. } => {
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
        Reverse {
            function,
            activity,
            recording,
            vars: function.vars.clone(),
            bars: BTreeMap::new(),
            tapes: Vec::new(),
            reads: Vec::new(),
            position: 0,
            loops: Vec::new(),
            inits,
            reshaped,
            untracked,
            positions: BTreeMap::new(),
        }
    }

    pub(super) fn untracked(&self, root: Var) -> bool {
        self.untracked.contains(&root)
    }

    pub(super) fn reshaped_root(&self, path: &Path) -> bool {
        self.reshaped.contains(&self.vars.resolve(path).root)
    }

    fn run(mut self) -> (Adjoint, Vec<Read>) {
        let function = self.function;
        let span = function.name.span();
        let params = self.param_adjoints();

        // The adjoints of the results come in as seeds; a place that is a result takes its seed as its adjoint.
        let mut arrivals = Vec::new();
        let seed = function.result.map(&mut |leaf| self.seed(leaf, &mut arrivals, span));
        for (param, slot) in function.params.iter().zip(&params) {
            if let (Some(ParamAdjoint::ScalarInOut(bar)), Some(last)) = (slot, &param.last) {
                if let Expr::Var(last) = last {
                    arrivals.push((*last, Expr::Var(*bar)));
                }
            }
        }
        let seeded: BTreeSet<Var> = seed.leaves().into_iter().flatten().copied().collect();
        let slots: BTreeSet<Var> = params
            .iter()
            .flatten()
            .filter_map(|param| match param {
                ParamAdjoint::Place(bar) => Some(*bar),
                _ => None,
            })
            .collect();

        let sweeps = self.sweep(&function.body);
        let mut body: Vec<Stmt> = Vec::new();
        for (var, contribution) in arrivals {
            match contribution {
                Expr::Whole(from) => {
                    let to = Path::of(self.bar(var));
                    body.push(stmt(StmtKind::Accumulate { to, from }, span));
                }
                contribution => self.contribute(&Expr::Var(var), contribution, &mut body, span),
            }
        }
        body.extend(sweeps.reversals.into_iter().rev().flatten());
        for (param, slot) in function.params.iter().zip(&params) {
            if let Some(ParamAdjoint::ScalarInOut(bar)) = slot {
                let first = self.bar(param.var);
                body.push(stmt(StmtKind::Update { var: *bar, op: StoreOp::Set, expr: Expr::Var(first) }, span));
            }
        }

        // Everything of the function's own block is alive; only adjoints are declared.
        let mut declared: Vec<Var> = function.params.iter().map(|param| param.var).collect();
        declared.extend(sweeps.forward.iter().flat_map(Stmt::defines));
        let mut reverse = self.declarations(&declared, span, |bar| seeded.contains(&bar) || slots.contains(&bar));
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

        let wrt = function.wrt.iter().map(|wrt| self.gradient(wrt.target)).collect();
        let captures = self.captures(&forward, &reverse, &seeded);
        let rolled_back = (0..function.params.len())
            .filter(|&index| {
                let param = &function.params[index];
                param.passing == Passing::RefMut && param.last.is_none() && self.writes_place(&reverse, param.var)
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
            rolled_back,
        };
        keep_what_is_read(&mut adjoint);
        (adjoint, self.reads)
    }

    /// Slots for the parameters that the gradient is asked for.
    fn param_adjoints(&mut self) -> Vec<Option<ParamAdjoint>> {
        let function = self.function;
        (0..function.params.len())
            .map(|index| {
                let param = &function.params[index];
                let asked = function.wrt.iter().any(|wrt| wrt.target == WrtTarget::Param(index));
                if !asked || !self.activity.active(param.var) {
                    return None;
                }
                Some(match (&param.last, self.vars[param.var].role) {
                    (Some(_), _) => {
                        let name = format!("{}_bar", param.name);
                        let ty = self.vars[param.var].ty.clone();
                        ParamAdjoint::ScalarInOut(self.vars.fresh(name, ty, Role::Mut, param.name.span()))
                    }
                    (None, Role::Value) => ParamAdjoint::Scalar(self.bar(param.var)),
                    (None, _) => ParamAdjoint::Place(self.bar(param.var)),
                })
            })
            .collect()
    }

    /// The seed of one leaf of the result, and what arrives where because of it.
    fn seed(&mut self, leaf: &Expr, arrivals: &mut Vec<(Var, Expr)>, span: Span) -> Option<Var> {
        match leaf {
            Expr::Var(var) => {
                let ty = self.vars[*var].ty.clone();
                if !ty.may_be_active() {
                    return None;
                }
                let seed = self.vars.fresh("seed", ty, Role::Value, span);
                if self.activity.active(*var) {
                    arrivals.push((*var, Expr::Var(seed)));
                }
                Some(seed)
            }
            Expr::Whole(path) => {
                let ty = self.type_of(path);
                if !ty.may_be_active() {
                    return None;
                }
                let root = self.vars.resolve(path).root;
                let owned = self.function.params.iter().all(|param| param.var != root);
                if self.activity.active(root) && owned && path.proj.is_empty() && !self.bars.contains_key(&root) {
                    return Some(self.bar(root));
                }
                let seed = self.vars.fresh("seed", ty, Role::Place, span);
                if self.activity.active(root) {
                    // The adjoint of the part of the place that is handed out.
                    let _ = self.bar(root);
                    if path.proj.is_empty() && self.vars[path.root].view.is_none() {
                        arrivals.push((root, Expr::Whole(Path::of(seed))));
                    } else {
                        let part = self.bar_path(path);
                        let view = self.vars.fresh("part", Ty::Unknown, Role::View, span);
                        self.vars[view].view = Some(part);
                        self.bars.insert(view, view);
                        arrivals.push((view, Expr::Whole(Path::of(seed))));
                    }
                }
                Some(seed)
            }
            Expr::Lit(lit) if lit.ty.is_float() => {
                Some(self.vars.fresh("seed", lit.ty.clone(), Role::Value, span))
            }
            _ => None,
        }
    }

    fn gradient(&mut self, target: WrtTarget) -> Option<Expr> {
        let var = match target {
            WrtTarget::Param(index) => self.function.params[index].var,
            WrtTarget::Local(var) => var,
        };
        if !self.activity.active(var) {
            return None;
        }
        let bar = *self.bars.get(&var)?;
        Some(match self.vars[bar].role {
            Role::Place => Expr::Whole(Path::of(bar)),
            _ => Expr::Var(bar),
        })
    }

    /// Values of the forward sweep that the reverse sweep reads.
    fn captures(&self, forward: &Block, reverse: &Block, seeded: &BTreeSet<Var>) -> Vec<Var> {
        let mut defined: BTreeSet<Var> = forward.stmts.iter().flat_map(Stmt::defines).collect();
        for param in &self.function.params {
            if param.passing == Passing::Value || self.vars[param.var].role == Role::Value {
                defined.insert(param.var);
            }
        }
        let mut captures: BTreeSet<Var> =
            free_vars(reverse, &self.vars).into_iter().filter(|var| defined.contains(var) && !seeded.contains(var)).collect();
        captures.extend(self.tapes.iter().map(|tape| tape.var));
        captures.into_iter().collect()
    }

    fn writes_place(&self, block: &Block, place: Var) -> bool {
        let mut found = false;
        block.walk(&mut |stmt| {
            stmt.parts(&mut |part| {
                if let crate::ir::visit::Part::WritePath(path) = part {
                    found |= self.vars.resolve(path).root == place;
                }
            });
        });
        found
    }

    // ---- adjoint variables ----

    /// The adjoint variable of a scalar or a place.
    pub(super) fn bar(&mut self, var: Var) -> Var {
        if let Some(bar) = self.bars.get(&var) {
            return *bar;
        }
        let info = &self.vars[var];
        let (name, ty, span, named) = (format!("{}_bar", info.name), info.ty.clone(), info.span, info.named);
        let role = if info.role == Role::Value { Role::Mut } else { Role::Place };
        let bar = self.vars.fresh(name, ty, role, span);
        self.vars[bar].named = named;
        self.vars[bar].mutable = true;
        self.bars.insert(var, bar);
        bar
    }

    /// The adjoint of a part of a place: the same projections of the root's adjoint.
    fn bar_path(&mut self, path: &Path) -> Path {
        let full = self.vars.resolve(path);
        Path { root: self.bar(full.root), proj: full.proj }
    }

    fn active_path(&self, path: &Path) -> bool {
        self.activity.active(self.vars.resolve(path).root)
    }

    fn active_var(&self, var: Var) -> bool {
        self.activity.active(self.vars.resolve(&Path::of(var)).root)
    }

    pub(super) fn type_of(&self, path: &Path) -> Ty {
        self.vars.type_of(path)
    }

    /// `atom_bar += contribution`, where the atom carries a derivative at all.
    fn contribute(&mut self, atom: &Expr, contribution: Expr, out: &mut Vec<Stmt>, span: Span) {
        match atom {
            Expr::Var(var) if self.active_var(*var) => {
                if contribution.is_zero() {
                    return;
                }
                let (op, expr) = match contribution {
                    Expr::Rule(rule, mut args) if rule.name == "neg" => (StoreOp::Sub, args.remove(0)),
                    contribution => (StoreOp::Add, contribution),
                };
                let var = self.bar(*var);
                out.push(stmt(StmtKind::Update { var, op, expr }, span));
            }
            Expr::Whole(path) if self.active_path(path) => {
                let to = self.bar_path(path);
                if let Expr::Whole(from) = contribution {
                    self.accumulate(to, from, out, span);
                } else if let Expr::Load(from) = contribution {
                    self.accumulate(to, from, out, span);
                }
            }
            _ => {}
        }
    }

    /// `to += from` of aggregates; through a copy where both are parts of one adjoint.
    fn accumulate(&mut self, to: Path, from: Path, out: &mut Vec<Stmt>, span: Span) {
        let from = if to.root == from.root {
            let copy = self.vars.fresh("part_bar", self.type_of(&from), Role::Place, span);
            let how = if matches!(self.type_of(&from), Ty::Slice(_)) { CopyHow::ToVec } else { CopyHow::Clone };
            out.push(stmt(StmtKind::Declare { place: copy, init: Init::Copy { from, how, stopped: false } }, span));
            Path::of(copy)
        } else {
            from
        };
        out.push(stmt(StmtKind::Accumulate { to, from }, span));
    }

    /// Declares the adjoints of what a block defines, as zeros.
    fn declarations(&mut self, defined: &[Var], span: Span, elsewhere: impl Fn(Var) -> bool) -> Vec<Stmt> {
        let mut out = Vec::new();
        for var in defined {
            let Some(&bar) = self.bars.get(var) else { continue };
            if elsewhere(bar) || self.vars[bar].role == Role::View {
                continue;
            }
            if self.vars[bar].role == Role::Mut {
                out.push(stmt(StmtKind::Mut { var: bar, init: build::lit(0.0) }, span));
            } else {
                self.zero(bar, *var, &mut out, span);
            }
        }
        out
    }

    /// Declares `bar` as the zero of the place's shape: by how the place came to be where that tells, else like its content.
    fn zero(&mut self, bar: Var, place: Var, out: &mut Vec<Stmt>, span: Span) {
        let init = match self.zero_init(place, out, span) {
            Some(init) => init,
            None => Init::Zero { like: Path::of(place) },
        };
        out.push(stmt(StmtKind::Declare { place: bar, init }, span));
    }

    fn zero_init(&mut self, place: Var, out: &mut Vec<Stmt>, span: Span) -> Option<Init> {
        if self.reshaped.contains(&place) || matches!(self.vars[place].ty, Ty::Array(..)) {
            return None;
        }
        match self.inits.get(&place)?.clone() {
            Init::List { vec, items } if items.iter().all(Expr::is_atom) && self.vars[place].ty.element().is_float() => {
                Some(Init::Repeat { vec, value: build::lit(0.0), len: build::int(items.len() as i64) })
            }
            Init::Repeat { vec, value, len } if value.is_atom() && self.vars[place].ty.element().is_float() => {
                Some(Init::Repeat { vec, value: build::lit(0.0), len })
            }
            Init::Repeat { vec, value: Expr::Whole(row), len } if row.proj.is_empty() => {
                let zero = self.vars.fresh(format!("{}_row", self.vars[place].name), self.vars[row.root].ty.clone(), Role::Place, span);
                let init = self.zero_init(row.root, out, span)?;
                out.push(stmt(StmtKind::Declare { place: zero, init }, span));
                Some(Init::Repeat { vec, value: Expr::Whole(Path::of(zero)), len })
            }
            Init::Copy { from, .. } => {
                let root = self.vars.resolve(&from).root;
                let lives = self.function.params.iter().any(|param| param.var == root && param.passing != Passing::Value);
                (lives && !self.reshaped.contains(&root)).then_some(Init::Zero { like: from })
            }
            _ => None,
        }
    }

    // ---- blocks ----

    fn sweep(&mut self, block: &Block) -> Sweeps {
        let mut sweeps = Sweeps { forward: Vec::new(), reversals: Vec::new() };
        for stmt in &block.stmts {
            self.position += 1;
            for var in stmt.defines() {
                self.positions.insert(var, self.position);
            }
            let mut reversal = Vec::new();
            self.statement(stmt, &mut sweeps.forward, &mut reversal);
            sweeps.reversals.push(reversal);
        }
        sweeps
    }

    /// The two sweeps of a block inside another: `given` are the variables that its owner defines at its start (alive in
    /// the reverse sweep as well where `alive` says so), `arrive` what its owner hands in when the reversal starts,
    /// `leave` what it takes when it ends.
    fn nested(
        &mut self,
        block: &Block,
        given: &[Var],
        alive: &[Var],
        span: Span,
        arrive: impl FnOnce(&mut Self, &mut Vec<Stmt>),
        leave: impl FnOnce(&mut Self, &mut Vec<Stmt>),
    ) -> (Block, Block) {
        let mut sweeps = self.sweep(block);
        let mut body = Vec::new();
        arrive(self, &mut body);
        body.extend(sweeps.reversals.into_iter().rev().flatten());
        leave(self, &mut body);

        let mut defined: Vec<Var> = given.to_vec();
        defined.extend(sweeps.forward.iter().flat_map(Stmt::defines));
        let mut reverse = self.declarations(&defined, span, |_| false);
        reverse.extend(body);

        let needed: BTreeSet<Var> = {
            let free = free_vars(&Block { stmts: reverse.clone() }, &self.vars);
            defined.iter().copied().filter(|var| free.contains(var) && !alive.contains(var)).collect()
        };
        let plan = self.plan(&sweeps.forward, &needed, &defined, alive);
        let mut saved: Vec<Saved> = Vec::new();
        for var in &plan.saved {
            saved.push(match self.vars[*var].role {
                Role::Place => Saved::Content(*var),
                _ => Saved::Value(*var),
            });
        }
        let mut materialised = Vec::new();
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

    // ---- statements ----

    fn statement(&mut self, primal: &Stmt, forward: &mut Vec<Stmt>, reversal: &mut Vec<Stmt>) {
        let span = primal.span;
        let position = self.position;
        match &primal.kind {
            StmtKind::Let { var, expr } => {
                forward.push(primal.clone());
                if self.active_var(*var) {
                    self.reverse_let(*var, expr, reversal, span);
                }
            }
            StmtKind::Declare { place, init } => {
                forward.push(primal.clone());
                if self.active_var(*place) {
                    let from = Path::of(self.bar(*place));
                    self.reverse_init(init, &from, reversal, span);
                }
            }
            StmtKind::View { .. } => forward.push(primal.clone()),
            StmtKind::Store { path, op, value } => {
                let restored = self.record_element(path, position, forward, span);
                forward.push(primal.clone());
                self.reverse_store(path, *op, value, reversal, span);
                reversal.extend(restored);
            }
            StmtKind::Assign { path, init, slice } => self.reverse_assign(primal, path, init, *slice, forward, reversal),
            StmtKind::Swap(a, b) => {
                forward.push(primal.clone());
                if self.active_path(a) || self.active_path(b) {
                    let (a, b) = (self.bar_path(a), self.bar_path(b));
                    reversal.push(stmt(StmtKind::Raw(RawStmt::Swap(a, b)), span));
                }
                if self.recording.reads_root(self.vars.resolve(a).root) || self.recording.reads_root(self.vars.resolve(b).root) {
                    reversal.push(stmt(StmtKind::Raw(RawStmt::Swap(a.clone(), b.clone())), span));
                }
            }
            StmtKind::Fill { path, value } => {
                let restored = self.record_whole(path, position, forward, span);
                forward.push(primal.clone());
                if self.active_path(path) {
                    let bar = self.bar_path(path);
                    match value {
                        Expr::Var(value) if self.active_var(*value) => {
                            let var = self.bar(*value);
                            reversal.push(stmt(StmtKind::Raw(RawStmt::SumInto { var, path: bar }), span));
                        }
                        _ => reversal.push(stmt(StmtKind::Raw(RawStmt::Clear { path: bar }), span)),
                    }
                }
                reversal.extend(restored);
            }
            StmtKind::Push { path, value } => {
                forward.push(primal.clone());
                if self.active_path(path) {
                    let bar = self.bar_path(path);
                    let popped = self.vars.fresh(
                        "popped_bar",
                        self.type_of(path).element(),
                        if matches!(value, Expr::Whole(_)) { Role::Place } else { Role::Value },
                        span,
                    );
                    reversal.push(stmt(StmtKind::Raw(RawStmt::Pop { path: bar, popped: Some(popped) }), span));
                    let contribution = match value {
                        Expr::Whole(_) => Expr::Whole(Path::of(popped)),
                        _ => Expr::Var(popped),
                    };
                    self.contribute(value, contribution, reversal, span);
                }
                if self.recording.records(self.vars.resolve(path).root, position, &self.loops) {
                    reversal.push(stmt(StmtKind::Raw(RawStmt::Pop { path: path.clone(), popped: None }), span));
                }
            }
            StmtKind::Call(call) => self.reverse_call(call, forward, reversal, span),
            StmtKind::Inert { writes, .. } => {
                let mut restored = Vec::new();
                for place in writes {
                    restored.extend(self.record_whole(&Path::of(*place), position, forward, span));
                }
                forward.push(primal.clone());
                reversal.extend(restored);
            }
            StmtKind::If { cond, then, otherwise, joins } => {
                let mut sweep = |this: &mut Self, block, arm: usize| {
                    this.nested(block, &[], &[], span, |this, out| this.arrive_joins(joins, arm, out, span), |_, _| {})
                };
                let (then_forward, then_reverse) = sweep(self, then, 0);
                let (otherwise_forward, otherwise_reverse) = sweep(self, otherwise, 1);
                forward.push(stmt(
                    StmtKind::If {
                        cond: cond.clone(),
                        then: then_forward,
                        otherwise: otherwise_forward,
                        joins: joins.clone(),
                    },
                    span,
                ));
                if !(then_reverse.stmts.is_empty() && otherwise_reverse.stmts.is_empty()) {
                    reversal.push(stmt(
                        StmtKind::If {
                            cond: cond.clone(),
                            then: then_reverse,
                            otherwise: otherwise_reverse,
                            joins: Vec::new(),
                        },
                        span,
                    ));
                }
            }
            StmtKind::Match { scrutinee, arms, joins } => {
                // Which arm was taken becomes a value, so that the reversal need not look at the scrutinee again.
                let taken = self.vars.fresh("arm", Ty::usize(), Role::Value, span);
                let mut forward_arms = Vec::new();
                let mut reverse_arms = Vec::new();
                for (index, arm) in arms.iter().enumerate() {
                    let binds: Vec<Var> = arm.binds.iter().map(|(_, var)| *var).collect();
                    let (forward_body, reverse_body) = self.nested(
                        &arm.body,
                        &binds,
                        &[],
                        span,
                        |this, out| this.arrive_joins(joins, index, out, span),
                        |_, _| {},
                    );
                    forward_arms.push(crate::ir::Arm { body: forward_body, ..arm.clone() });
                    reverse_arms.push(reverse_body);
                }
                let any = reverse_arms.iter().any(|arm| !arm.stmts.is_empty());
                let mut joins = joins.clone();
                if any {
                    let values = (0..arms.len()).map(|index| Some(build::int(index as i64))).collect();
                    joins.push(Join { var: taken, values });
                }
                forward.push(stmt(
                    StmtKind::Match { scrutinee: scrutinee.clone(), arms: forward_arms, joins },
                    span,
                ));
                if any {
                    reversal.extend(choose(taken, reverse_arms, span).stmts);
                }
            }
            StmtKind::Loop(the_loop) => self.reverse_loop(the_loop, forward, reversal, span),
            StmtKind::Mut { .. }
            | StmtKind::Update { .. }
            | StmtKind::Save { .. }
            | StmtKind::Restore { .. }
            | StmtKind::Accumulate { .. }
            | StmtKind::Pullback(_)
            | StmtKind::Pushforward(_)
            | StmtKind::Raw(_) => unreachable!("not in a primal program (see `ir::verify`)"),
        }
    }

    fn reverse_let(&mut self, var: Var, expr: &Expr, out: &mut Vec<Stmt>, span: Span) {
        let bar = Expr::Var(self.bar(var));
        match expr {
            Expr::Var(_) => self.contribute(expr, bar, out, span),
            Expr::Rule(rule, args) => {
                let partials = rule.partials(args, &Expr::Var(var));
                for (arg, partial) in args.iter().zip(partials) {
                    let contribution = build::chain(bar.clone(), partial, rule.singular);
                    self.contribute(arg, contribution, out, span);
                }
            }
            Expr::Load(path) if self.active_path(path) => {
                let path = self.bar_path(path);
                out.push(stmt(StmtKind::Store { path, op: StoreOp::Add, value: bar }, span));
            }
            Expr::Cast(operand, _) => {
                if let Expr::Var(source) = &**operand {
                    let target: syn::Type = match &self.vars[*source].ty {
                        Ty::Float(Float::F32) => syn::parse_quote!(f32),
                        Ty::Float(Float::Param(name)) => syn::parse_quote!(#name),
                        _ => syn::parse_quote!(f64),
                    };
                    self.contribute(operand, Expr::Cast(Box::new(bar), Box::new(target)), out, span);
                }
            }
            Expr::Select(condition, then, otherwise) => {
                let zero = || build::lit(0.0);
                self.contribute(then, build::select((**condition).clone(), bar.clone(), zero()), out, span);
                self.contribute(otherwise, build::select((**condition).clone(), zero(), bar), out, span);
            }
            _ => {}
        }
    }

    /// The adjoint of a place's first content, or of a whole assignment, flows from `from` to what it was made of.
    fn reverse_init(&mut self, init: &Init, from: &Path, out: &mut Vec<Stmt>, span: Span) {
        let part = |proj: Proj, item: &Expr| match item {
            Expr::Whole(_) => Expr::Whole(from.with(proj)),
            _ => Expr::Load(from.with(proj)),
        };
        match init {
            Init::Deferred | Init::EmptyVec(_) | Init::Inert(_) | Init::Zero { .. } => {}
            Init::List { items, .. } => {
                for (index, item) in items.iter().enumerate() {
                    let contribution = part(Proj::Index(build::int(index as i64)), item);
                    self.contribute(item, contribution, out, span);
                }
            }
            Init::Tuple(items) => {
                for (index, item) in items.iter().enumerate() {
                    let contribution = part(Proj::Field(syn::Member::from(index)), item);
                    self.contribute(item, contribution, out, span);
                }
            }
            Init::Struct { fields, base, .. } => {
                for (member, item) in fields {
                    let contribution = part(Proj::Field(member.clone()), item);
                    self.contribute(item, contribution, out, span);
                }
                if let Some(base) = base.as_ref().filter(|base| self.active_path(base)) {
                    // The fields written above do not come from the base.
                    for (member, item) in fields {
                        let path = from.with(Proj::Field(member.clone()));
                        self.clear(&path, matches!(item, Expr::Whole(_)), out, span);
                    }
                    let to = self.bar_path(base);
                    self.accumulate(to, from.clone(), out, span);
                }
            }
            Init::Repeat { value: Expr::Var(value), .. } if self.active_var(*value) => {
                let var = self.bar(*value);
                out.push(stmt(StmtKind::Raw(RawStmt::SumInto { var, path: from.clone() }), span));
            }
            Init::Repeat { value: Expr::Whole(row), len, .. } if self.active_path(row) => {
                let index = self.vars.fresh("k", Ty::usize(), Role::Value, span);
                let to = self.bar_path(row);
                let mut body = Vec::new();
                self.accumulate(to, from.with(Proj::Index(Expr::Var(index))), &mut body, span);
                out.push(counted(index, len.clone(), false, body, span));
            }
            Init::Repeat { .. } => {}
            Init::Copy { from: source, stopped: false, .. } if self.active_path(source) => {
                let to = self.bar_path(source);
                self.accumulate(to, from.clone(), out, span);
            }
            Init::Copy { .. } => {}
        }
    }

    fn clear(&mut self, path: &Path, aggregate: bool, out: &mut Vec<Stmt>, span: Span) {
        out.push(if aggregate {
            stmt(StmtKind::Raw(RawStmt::Clear { path: path.clone() }), span)
        } else {
            stmt(StmtKind::Store { path: path.clone(), op: StoreOp::Set, value: build::lit(0.0) }, span)
        });
    }

    fn reverse_store(&mut self, path: &Path, op: StoreOp, value: &Expr, out: &mut Vec<Stmt>, span: Span) {
        if !self.active_path(path) {
            return;
        }
        let bar = self.bar_path(path);
        let adjoint = Expr::Load(bar.clone());
        match op {
            StoreOp::Add => self.contribute(value, adjoint, out, span),
            StoreOp::Sub => self.contribute(value, build::neg(adjoint), out, span),
            StoreOp::Set => {
                self.contribute(value, adjoint, out, span);
                self.clear(&bar, false, out, span);
            }
        }
    }

    fn reverse_assign(
        &mut self,
        primal: &Stmt,
        path: &Path,
        init: &Init,
        slice: bool,
        forward: &mut Vec<Stmt>,
        reversal: &mut Vec<Stmt>,
    ) {
        let span = primal.span;
        let root = self.vars.resolve(path).root;
        // The first content of a place declared without one: nothing is overwritten.
        let first = path.proj.is_empty()
            && matches!(self.inits.get(&root), Some(Init::Deferred))
            && self.vars[path.root].view.is_none();
        // Content of another shape may come back only with the old content.
        let same_shape = slice || matches!(self.type_of(path), Ty::Array(..));
        let active = self.active_path(path);
        let restored = match first {
            true => Vec::new(),
            false if !same_shape && active => self.keep(path, forward, span),
            false => self.record_whole(path, self.position, forward, span),
        };
        forward.push(primal.clone());
        if active {
            let bar = self.bar_path(path);
            let aliased = match init {
                Init::Copy { from, .. } => self.vars.resolve(from).root == root,
                _ => false,
            };
            if aliased {
                // The source is a part of the same adjoint: take the destination's first.
                let taken = self.vars.fresh("part_bar", self.type_of(path), Role::Place, span);
                let how = if slice { CopyHow::ToVec } else { CopyHow::Clone };
                let init_taken = Init::Copy { from: bar.clone(), how, stopped: false };
                reversal.push(stmt(StmtKind::Declare { place: taken, init: init_taken }, span));
                reversal.push(stmt(StmtKind::Raw(RawStmt::Clear { path: bar }), span));
                self.reverse_init(init, &Path::of(taken), reversal, span);
                reversal.extend(restored);
            } else {
                self.reverse_init(init, &bar, reversal, span);
                reversal.extend(restored);
                if !first {
                    reversal.push(if same_shape {
                        stmt(StmtKind::Raw(RawStmt::Clear { path: bar }), span)
                    } else {
                        let init = Init::Zero { like: path.clone() };
                        stmt(StmtKind::Assign { path: bar, init, slice: false }, span)
                    });
                }
            }
        } else {
            reversal.extend(restored);
        }
    }

    /// Saves the element that a store overwrites, where the reverse sweep will want it; gives the statements that put it back.
    fn record_element(&mut self, path: &Path, position: usize, forward: &mut Vec<Stmt>, span: Span) -> Vec<Stmt> {
        let root = self.vars.resolve(path).root;
        if !self.recording.records(root, position, &self.loops) {
            return Vec::new();
        }
        let name = format!("{}_old", self.vars[root].name);
        let old = self.vars.fresh(name, self.type_of(path), Role::Value, span);
        forward.push(stmt(StmtKind::Let { var: old, expr: Expr::Load(path.clone()) }, span));
        vec![stmt(StmtKind::Store { path: path.clone(), op: StoreOp::Set, value: Expr::Var(old) }, span)]
    }

    /// As [`Self::record_element`] for the whole of a path.
    fn record_whole(&mut self, path: &Path, position: usize, forward: &mut Vec<Stmt>, span: Span) -> Vec<Stmt> {
        if self.recording.records(self.vars.resolve(path).root, position, &self.loops) {
            self.keep(path, forward, span)
        } else {
            Vec::new()
        }
    }

    fn keep(&mut self, path: &Path, forward: &mut Vec<Stmt>, span: Span) -> Vec<Stmt> {
        let name = format!("{}_old", self.vars[path.root].name);
        let old = self.vars.fresh(name, self.type_of(path), Role::Place, span);
        forward.push(stmt(StmtKind::Raw(RawStmt::Keep { old, path: path.clone() }), span));
        vec![stmt(StmtKind::Raw(RawStmt::PutBack { path: path.clone(), from: old }), span)]
    }

    // ---- branches and loops ----

    fn arrive_joins(&mut self, joins: &[Join], arm: usize, out: &mut Vec<Stmt>, span: Span) {
        for join in joins {
            if let (true, Some(Some(value))) = (self.active_var(join.var), join.values.get(arm)) {
                let bar = Expr::Var(self.bar(join.var));
                self.contribute(value, bar, out, span);
            }
        }
    }

    fn reverse_loop(&mut self, primal: &Loop, forward: &mut Vec<Stmt>, reversal: &mut Vec<Stmt>, span: Span) {
        let active: Vec<&Carried> =
            primal.carried.iter().filter(|carried| self.active_var(carried.phi) || self.active_var(carried.out)).collect();
        let head = self.reversed_head(primal, span);
        let mut given: Vec<Var> = primal.carried.iter().map(|carried| carried.phi).collect();
        let mut alive = Vec::new();
        if let Head::For { index, .. } = primal.head {
            given.push(index);
            if let Head::For { index: reversed, .. } = head {
                if reversed == index {
                    alive.push(index);
                }
            }
        }

        self.loops.push(self.position);
        if let Head::While { test, .. } = &primal.head {
            // Pure lets: numbered like all statements, reversed like none.
            test.walk(&mut |_| self.position += 1);
        }
        let (body_forward, body_reverse) = self.nested(
            &primal.body,
            &given,
            &alive,
            span,
            |this, out| {
                for carried in &active {
                    let bar = Expr::Var(this.bar(carried.out));
                    this.contribute(&carried.next, bar, out, span);
                }
            },
            |this, out| {
                for carried in &active {
                    let (out_bar, phi_bar) = (this.bar(carried.out), this.bar(carried.phi));
                    out.push(stmt(
                        StmtKind::Update { var: out_bar, op: StoreOp::Set, expr: Expr::Var(phi_bar) },
                        span,
                    ));
                }
            },
        );
        self.loops.pop();

        forward.push(stmt(StmtKind::Loop(Box::new(Loop { body: body_forward, ..primal.clone() })), span));
        if body_reverse.stmts.is_empty() {
            return;
        }
        reversal.push(stmt(
            StmtKind::Loop(Box::new(Loop {
                head,
                carried: Vec::new(),
                body: body_reverse,
                break_if: None,
                trips: None,
                label: None,
            })),
            span,
        ));
        for carried in active {
            let bar = Expr::Var(self.bar(carried.out));
            self.contribute(&carried.init, bar, reversal, span);
        }
    }

    /// The head of the reverse loop: the same indices backwards where the number of iterations is known from them,
    /// else a count of the iterations that ran (the index is then a value like others).
    fn reversed_head(&mut self, primal: &Loop, span: Span) -> Head {
        match (&primal.head, primal.trips) {
            (Head::For { index, lo, hi, inclusive, step, rev }, None) => {
                let stepped_wide = step.is_some() && !matches!(&self.vars[*index].ty, Ty::Int(Some(name)) if name == "usize");
                debug_assert!(primal.break_if.is_none());
                if !stepped_wide {
                    return Head::For {
                        index: *index,
                        lo: lo.clone(),
                        hi: hi.clone(),
                        inclusive: *inclusive,
                        step: step.clone(),
                        rev: !rev,
                    };
                }
                unreachable!("lowering counts the trips of stepped loops over other integers than usize")
            }
            (Head::For { index, lo, inclusive: false, step: None, rev: false, .. }, Some(trips))
                if matches!(&self.vars[*index].ty, Ty::Int(Some(name)) if name == "usize") =>
            {
                let hi = match build::value_of(lo) {
                    Some(0.0) => Expr::Var(trips),
                    _ => Expr::Binary(
                        syn::BinOp::Add(Default::default()),
                        Box::new(lo.clone()),
                        Box::new(Expr::Var(trips)),
                    ),
                };
                Head::For { index: *index, lo: lo.clone(), hi, inclusive: false, step: None, rev: true }
            }
            (_, trips) => {
                let index = self.vars.fresh("_trip", Ty::usize(), Role::Value, span);
                let hi = Expr::Var(trips.expect("a loop whose iterations only running it can count counts them"));
                Head::For { index, lo: build::int(0), hi, inclusive: false, step: None, rev: false }
            }
        }
    }

    // ---- calls ----

    fn reverse_call(&mut self, call: &Call, forward: &mut Vec<Stmt>, reversal: &mut Vec<Stmt>, span: Span) {
        let in_active = call.args.iter().any(|arg| match arg {
            Arg::Value(Expr::Var(var)) | Arg::RefValue(Expr::Var(var)) | Arg::RefMutValue(Expr::Var(var), _) => {
                self.active_var(*var)
            }
            Arg::Move(path) | Arg::Ref(path) | Arg::RefMut(path) => self.active_path(path),
            _ => false,
        });
        let out_active = call.results.leaves().into_iter().any(|var| self.active_var(*var))
            || call.args.iter().any(|arg| match arg {
                Arg::RefMut(path) => self.active_path(path),
                Arg::RefMutValue(_, after) => self.active_var(*after),
                _ => false,
            });
        if !(in_active && out_active) {
            let mut restored = Vec::new();
            for arg in &call.args {
                if let Arg::RefMut(path) = arg {
                    restored.extend(self.record_whole(path, self.position, forward, span));
                }
            }
            forward.push(stmt(StmtKind::Call(Call { differentiated: false, ..call.clone() }), span));
            reversal.extend(restored);
            return;
        }
        forward.push(stmt(StmtKind::Call(call.clone()), span));
        let seed = call.results.map(&mut |var| self.result_seed(*var, reversal, span));
        let mut behind = Vec::new();
        let mut lent = BTreeSet::new();
        let mut again = call.clone();
        let slots = again.args.iter_mut().map(|arg| self.slot(arg, &mut lent, reversal, &mut behind, span)).collect();
        reversal.push(stmt(StmtKind::Pullback(PullbackCall { call: again, seed, slots }), span));
        reversal.extend(behind);
    }

    /// The adjoint of one result of a call, as the pullback's seed.
    fn result_seed(&mut self, var: Var, out: &mut Vec<Stmt>, span: Span) -> Expr {
        let info = &self.vars[var];
        match (info.role, self.active_var(var)) {
            (Role::Value, true) => Expr::Var(self.bar(var)),
            (Role::Value, false) if info.ty.is_float() => build::lit(0.0),
            (Role::Value, false) => unit(),
            (_, true) => Expr::Whole(Path::of(self.bar(var))),
            (_, false) if !info.ty.may_be_active() => unit(),
            (_, false) => {
                let zero = self.vars.fresh("zero", info.ty.clone(), Role::Place, span);
                out.push(stmt(StmtKind::Declare { place: zero, init: Init::Zero { like: Path::of(var) } }, span));
                Expr::Whole(Path::of(zero))
            }
        }
    }

    fn scalar_slot(
        &mut self,
        expr: &Expr,
        lent: &mut BTreeSet<Var>,
        before: &mut Vec<Stmt>,
        behind: &mut Vec<Stmt>,
        span: Span,
    ) -> Slot {
        match expr {
            Expr::Var(var) if self.active_var(*var) => {
                let bar = self.bar(*var);
                if lent.insert(bar) {
                    return Slot::Adjoint(Path::of(bar));
                }
                let own = self.vars.fresh("own_bar", self.vars[*var].ty.clone(), Role::Mut, span);
                before.push(stmt(StmtKind::Mut { var: own, init: build::lit(0.0) }, span));
                behind.push(stmt(StmtKind::Update { var: bar, op: StoreOp::Add, expr: Expr::Var(own) }, span));
                Slot::Adjoint(Path::of(own))
            }
            Expr::Var(var) if !self.vars[*var].ty.may_be_active() => Slot::Unit,
            Expr::Lit(lit) if !lit.ty.may_be_active() => Slot::Unit,
            _ => Slot::Scratch,
        }
    }

    /// The adjoint slot of an argument. An adjoint can be lent to one slot only: further ones get a zero of their own that is
    /// added behind the call. What the pullback is not given again is taken out of `arg`, so that nobody saves it.
    fn slot(
        &mut self,
        arg: &mut Arg,
        lent: &mut BTreeSet<Var>,
        before: &mut Vec<Stmt>,
        behind: &mut Vec<Stmt>,
        span: Span,
    ) -> Slot {
        match arg {
            Arg::Value(expr) => {
                let slot = self.scalar_slot(expr, lent, before, behind, span);
                // A float's type is all that a scratch slot wants of it.
                if !matches!(slot, Slot::Scratch) || matches!(expr, Expr::Var(var) if self.vars[*var].ty.is_float()) {
                    *expr = build::lit(0.0);
                }
                slot
            }
            Arg::RefValue(expr) => self.scalar_slot(expr, lent, before, behind, span),
            Arg::RefMutValue(before_value, after) => {
                let after = *after;
                let after_active = self.active_var(after);
                let before_var = match before_value {
                    Expr::Var(var) if self.active_var(*var) => Some(*var),
                    _ => None,
                };
                *before_value = Expr::Var(after);
                if !self.vars[after].ty.may_be_active() {
                    return Slot::Unit;
                }
                let own = self.vars.fresh("in_out_bar", self.vars[after].ty.clone(), Role::Mut, span);
                let init = if after_active { Expr::Var(self.bar(after)) } else { build::lit(0.0) };
                before.push(stmt(StmtKind::Mut { var: own, init }, span));
                if let Some(var) = before_var {
                    let bar = self.bar(var);
                    behind.push(stmt(StmtKind::Update { var: bar, op: StoreOp::Add, expr: Expr::Var(own) }, span));
                }
                Slot::Adjoint(Path::of(own))
            }
            Arg::Move(path) | Arg::Ref(path) | Arg::RefMut(path) => {
                let path = path.clone();
                let moved = matches!(arg, Arg::Move(_));
                let root = self.vars.resolve(&path).root;
                if !moved {
                    self.reads.push(Read { root, position: self.position, loops: self.loops.clone() });
                }
                if !self.type_of(&path).may_be_active() {
                    if moved {
                        *arg = Arg::Value(build::int(0));
                    }
                    return Slot::Unit;
                }
                if !self.activity.active(root) {
                    return Slot::Scratch;
                }
                if moved {
                    *arg = Arg::Value(build::int(0));
                }
                let bar = self.bar_path(&path);
                if lent.insert(bar.root) {
                    return Slot::Adjoint(bar);
                }
                let own = self.vars.fresh("own_bar", self.type_of(&path), Role::Place, span);
                let like = Init::Zero { like: bar.clone() };
                before.push(stmt(StmtKind::Declare { place: own, init: like }, span));
                self.accumulate(bar, Path::of(own), behind, span);
                Slot::Adjoint(Path::of(own))
            }
            Arg::Inert(_) => Slot::Unit,
        }
    }
}

/// Every variable that a block reads before defining it itself; views bring what they show.
pub(crate) fn free_vars(block: &Block, vars: &Vars) -> BTreeSet<Var> {
    fn visit(block: &Block, vars: &Vars, bound: &mut Vec<Var>, free: &mut BTreeSet<Var>) {
        let depth = bound.len();
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
                let inside: BTreeSet<Var> = stmt.blocks().iter().flat_map(|block| block.stmts.iter().flat_map(Stmt::defines)).collect();
                bound.extend(own.iter().copied());
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
            bound.extend(own);
        }
        bound.truncate(depth);
    }
    let mut free = BTreeSet::new();
    visit(block, vars, &mut Vec::new(), &mut free);
    free
}

/// What the reverse sweep reads must not have been moved away in the forward sweep.
fn keep_what_is_read(adjoint: &mut Adjoint) {
    let mut kept: BTreeSet<Var> = adjoint.captures.iter().copied().collect();
    adjoint.forward.walk(&mut |stmt| {
        if let StmtKind::Save { values, .. } = &stmt.kind {
            kept.extend(values.iter().filter_map(|value| match value {
                Saved::Content(var) => Some(*var),
                Saved::Value(_) => None,
            }));
        }
    });
    let vars = adjoint.vars.clone();
    adjoint.forward.walk_mut(&mut |stmt| {
        if let StmtKind::Declare { init: Init::Copy { from, how, .. }, .. }
        | StmtKind::Assign { init: Init::Copy { from, how, .. }, .. } = &mut stmt.kind
        {
            if *how == CopyHow::Move && kept.contains(&vars.resolve(from).root) {
                *how = CopyHow::Clone;
            }
        }
    });
}

/// `if arm == 0 { … } else if arm == 1 { … } else { … }`
fn choose(taken: Var, arms: Vec<Block>, span: Span) -> Block {
    let last = arms.len() - 1;
    arms.into_iter().enumerate().rev().fold(Block::default(), |rest, (index, arm)| {
        if index == last {
            return arm;
        }
        if arm.stmts.is_empty() && rest.stmts.is_empty() {
            return rest;
        }
        let equal = syn::BinOp::Eq(Default::default());
        let cond = Expr::Binary(equal, Box::new(Expr::Var(taken)), Box::new(build::int(index as i64)));
        Block { stmts: vec![stmt(StmtKind::If { cond, then: arm, otherwise: rest, joins: Vec::new() }, span)] }
    })
}

/// `for index in 0..len { body }`
pub(super) fn counted(index: Var, len: Expr, rev: bool, body: Vec<Stmt>, span: Span) -> Stmt {
    let head = Head::For { index, lo: build::int(0), hi: len, inclusive: false, step: None, rev };
    let body = Block { stmts: body };
    stmt(
        StmtKind::Loop(Box::new(Loop { head, carried: Vec::new(), body, break_if: None, trips: None, label: None })),
        span,
    )
}

/// The adjoint of what carries none.
pub(super) fn unit() -> Expr {
    let tokens: TokenStream = quote::quote!(());
    Expr::Lit(Lit { tokens, value: None, ty: Ty::Inert, made: false })
}

pub(super) fn stmt(kind: StmtKind, span: Span) -> Stmt {
    Stmt { kind, span }
}
