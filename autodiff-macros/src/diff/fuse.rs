//! Fusion: a loop whose outgoing adjoints are known before it starts runs its iterations forward and backward at once.
//!
//! Typical is the sum of a loss: `for i in … { s += f(i) }` with `s_bar` a constant. One iteration's values are then still
//! in registers when its reversal wants them: nothing is saved, nothing computed twice.
//!
//! Requires both sweeps to run one behind the other (`value_and_grad`), simplified. Ensures the same gradient up to the
//! order in which contributions of different statements are added: the fused loop adds its own first, and in the order of
//! the forward sweep.

use super::Adjoint;
use super::reverse::free_vars;
use crate::ir::visit::Part;
use crate::ir::{
    Block, Expr, Head, Init, Loop, RawStmt, Role, Stmt, StmtKind, StoreOp, Var, VarSet, Vars, build,
};

/// Fuses every loop of the function's own block that allows it; gives the indices of those that were.
pub(crate) fn fuse(mut adjoint: Adjoint, params: &VarSet) -> (Adjoint, VarSet) {
    let mut done = VarSet::new();
    // From the last loop to the first: what one fusion makes early may let the one before follow.
    let mut at = adjoint.forward.stmts.len();
    while at > 0 {
        at -= 1;
        let Some(index) = as_loop(&adjoint.forward.stmts[at]).and_then(index_of) else { continue };
        if let Some(fused) = try_fuse(&adjoint, at, params) {
            adjoint = fused;
            done.insert(index);
        }
    }
    (adjoint, done)
}

fn as_loop(stmt: &Stmt) -> Option<&Loop> {
    match &stmt.kind {
        StmtKind::Loop(the_loop) => Some(the_loop),
        _ => None,
    }
}

fn index_of(the_loop: &Loop) -> Option<Var> {
    match the_loop.head {
        Head::For { index, .. } => Some(index),
        _ => None,
    }
}

fn try_fuse(adjoint: &Adjoint, at: usize, params: &VarSet) -> Option<Adjoint> {
    let vars = &adjoint.vars;
    let forward = as_loop(&adjoint.forward.stmts[at])?;
    let index = index_of(forward)?;
    if forward.break_if.is_some() || forward.trips.is_some() {
        return None;
    }
    let back =
        adjoint.reverse.stmts.iter().position(|stmt| as_loop(stmt).and_then(index_of) == Some(index))?;
    let reverse = as_loop(&adjoint.reverse.stmts[back])?;

    // What exists when the forward loop starts.
    let mut early: VarSet = params.clone();
    early.extend(adjoint.forward.stmts[..at].iter().flat_map(Stmt::defines));
    // What is defined behind it, but could be before.
    let movable = movable(&adjoint.forward.stmts[at..], &early, vars);
    early.unite(&movable);
    let mut late: VarSet = adjoint.forward.stmts[at..]
        .iter()
        .flat_map(Stmt::defines)
        .filter(|var| !movable.contains(var))
        .collect();

    let mut sweep = Effects::of(std::slice::from_ref(&adjoint.reverse.stmts[back]), vars)?;
    // Adjoints of private places are zero between iterations: whatever the loop does to them is its own affair.
    let private = adjoint.private.get(&index).cloned().unwrap_or_default();
    for set in [&mut sweep.read, &mut sweep.added, &mut sweep.set] {
        set.subtract(&private);
    }
    // Adjoints that loops behind, fused already, add to: they are declared before this one instead. Slots as well must not
    // be read behind before this loop has added to them in the reverse sweep.
    let mut earlier = Vec::new();
    for (index, stmt) in adjoint.forward.stmts.iter().enumerate().skip(at + 1) {
        // Loops behind, fused already, contribute to a slot only after this one would have read it.
        if sweep.read.iter().any(|var| is_slot(adjoint, var) && stmt.mentions(var, vars)) {
            return None;
        }
        let met = |var: &Var| stmt.mentions(*var, vars);
        let (Some(added), declares) = (sweep.added.iter().find(met), declares(stmt)) else { continue };
        if declares == Some(added) {
            let mut unknown = VarSet::new();
            let fresh = match &stmt.kind {
                StmtKind::Declare { init, .. } => shape_known(init, &early, &mut unknown, vars),
                StmtKind::Mut { init, .. } => init.is_zero(),
                _ => false,
            };
            if !fresh || !unknown.is_empty() {
                return None;
            }
            earlier.push(index);
            late.remove(&added);
            continue;
        }
        let touched = Effects::of(std::slice::from_ref(stmt), vars)?;
        if sweep.added.iter().any(|var| touched.read.contains(&var) || touched.set.contains(&var)) {
            return None;
        }
    }
    let primal_place = |var: Var| early.contains(&var) || late.contains(&var);
    // Content is restored only inside an iteration.
    if sweep.added.iter().chain(&sweep.set).any(primal_place) || !sweep.set.is_empty() {
        return None;
    }
    let free = free_vars(&Block { stmts: vec![adjoint.reverse.stmts[back].clone()] }, vars);
    // What is only added to need not be known; what is read must be.
    if sweep.read.iter().any(|var| sweep.added.contains(&var)) {
        return None;
    }
    if sweep.read.iter().any(|var| late.contains(&var)) {
        return None;
    }
    // The adjoints of results exist only when the results do.
    let seeds: VarSet = adjoint.seed.leaves().into_iter().flatten().copied().collect();
    if sweep.read.iter().chain(&sweep.added).chain(&sweep.set).any(|var| seeds.contains(&var)) {
        return None;
    }

    // The statements before the reverse loop that define what it reads, and the declarations of what it adds to.
    let mut wanted: VarSet = free
        .iter()
        .filter(|var| !early.contains(var) && vars[*var].role != Role::Tape)
        .filter(|var| !sweep.added.contains(var) && !private.contains(var))
        .collect();
    let mut hoisted: Vec<Stmt> = Vec::new();
    let mut rest: Vec<Stmt> = Vec::new();
    for stmt in adjoint.reverse.stmts[..back].iter().rev() {
        match &stmt.kind {
            StmtKind::Let { var, expr } if wanted.contains(var) => {
                if !known(expr, &early, &mut wanted, vars) {
                    return None;
                }
                hoisted.push(stmt.clone());
            }
            StmtKind::Mut { var, init } if wanted.contains(var) => {
                if !known(init, &early, &mut wanted, vars) {
                    return None;
                }
                hoisted.push(stmt.clone());
            }
            StmtKind::Update { var, expr, .. } if wanted.contains(var) => {
                if !known(expr, &early, &mut wanted, vars) {
                    return None;
                }
                hoisted.push(stmt.clone());
            }
            StmtKind::Mut { var, init } if sweep.added.contains(var) => {
                let zero = Stmt { kind: StmtKind::Mut { var: *var, init: build::lit(0.0) }, span: stmt.span };
                hoisted.push(zero);
                if !init.is_zero() {
                    let kind = StmtKind::Update { var: *var, op: StoreOp::Add, expr: init.clone() };
                    rest.push(Stmt { kind, span: stmt.span });
                }
            }
            StmtKind::Declare { place, init } if sweep.added.contains(place) || private.contains(place) => {
                if !shape_known(init, &early, &mut wanted, vars) {
                    return None;
                }
                hoisted.push(stmt.clone());
            }
            _ => {
                // Anything else stays, provided that the loop's additions do not meet it.
                let touched = Effects::of(std::slice::from_ref(stmt), vars)?;
                let meets = |var: Var| sweep.added.contains(&var);
                if touched.read.iter().any(meets) || touched.set.iter().any(meets) {
                    return None;
                }
                if touched.set.iter().chain(&touched.added).any(|var| wanted.contains(&var)) {
                    return None;
                }
                if stmt.defines().iter().any(|var| wanted.contains(var)) {
                    return None;
                }
                rest.push(stmt.clone());
            }
        }
    }
    hoisted.reverse();
    rest.reverse();
    // Everything read is defined by now, by the seed or by the emitter.
    let defined: VarSet = hoisted.iter().flat_map(Stmt::defines).collect();
    let from_outside = |var: Var| {
        matches!(vars[var].role, Role::Place | Role::Mut) && is_slot(adjoint, var)
            || vars[var].role == Role::View
    };
    if !wanted.iter().all(|var| defined.contains(&var) || from_outside(var)) {
        return None;
    }

    let fused = Loop { body: fuse_bodies(&forward.body, &reverse.body, vars)?, ..forward.clone() };
    let saved = tapes_of(&forward.body);
    let mut result = adjoint.clone();
    result.forward.stmts[at].kind = StmtKind::Loop(Box::new(fused));
    for index in earlier.into_iter().rev() {
        hoisted.push(result.forward.stmts.remove(index));
    }
    let mut before = move_up(&mut result.forward.stmts, at, &movable, &hoisted, vars);
    before.extend(hoisted);
    result.forward.stmts.splice(at..at, before);
    rest.extend(adjoint.reverse.stmts[back + 1..].iter().cloned());
    result.reverse.stmts = rest;
    result.tapes.retain(|entry| !saved.contains(&entry.var));
    result.captures.retain(|var| !saved.contains(var));
    Some(result)
}

/// The `let`s behind the first statement that could as well stand before it: arithmetic of what exists by then.
fn movable(stmts: &[Stmt], early: &VarSet, vars: &Vars) -> VarSet {
    let mut movable = VarSet::new();
    let mut written: VarSet = VarSet::new();
    let mut effects = false;
    for stmt in stmts {
        if let StmtKind::Let { var, expr } = &stmt.kind {
            // A panic must not come before what the user sees.
            let mut fine = !effects || expr.speculable();
            expr.walk(&mut |expr| match expr {
                Expr::Var(var) => fine &= early.contains(var) || movable.contains(var),
                Expr::Lit(_) | Expr::Rule(..) | Expr::Cast(..) | Expr::Select(..) | Expr::Stop(_) => {}
                Expr::Len(path) => {
                    let root = vars.root(path);
                    fine &= path.proj.is_empty() && early.contains(&root) && !written.contains(&root);
                }
                Expr::Binary(..) | Expr::Unary(..) => {}
                Expr::Load(_) | Expr::Whole(_) | Expr::WholeMut(_) | Expr::Inert(_) => fine = false,
            });
            if fine {
                movable.insert(*var);
            }
        }
        stmt.writes(vars, &mut written);
        effects |= has_effects(stmt);
    }
    movable
}

fn declares(stmt: &Stmt) -> Option<Var> {
    match &stmt.kind {
        StmtKind::Declare { place: var, .. } | StmtKind::Mut { var, .. } => Some(*var),
        _ => None,
    }
}

fn has_effects(stmt: &Stmt) -> bool {
    matches!(stmt.kind, StmtKind::Inert { .. } | StmtKind::Call(_) | StmtKind::Match { .. })
        || stmt.blocks().iter().any(|block| block.stmts.iter().any(has_effects))
}

/// Takes out of the statements from `at` on those movable `let`s that the loop or what is hoisted reads.
fn move_up(stmts: &mut Vec<Stmt>, at: usize, movable: &VarSet, hoisted: &[Stmt], vars: &Vars) -> Vec<Stmt> {
    let mut readers = hoisted.to_vec();
    readers.push(stmts[at].clone());
    let mut read = free_vars(&Block { stmts: readers }, vars);
    let mut moved = Vec::new();
    let mut kept: Vec<Stmt> = stmts.drain(at + 1..).collect();
    // From the last to the first: what one reads stands before it.
    for index in (0..kept.len()).rev() {
        if let StmtKind::Let { var, expr } = &kept[index].kind {
            if movable.contains(var) && read.contains(var) {
                expr.vars(&mut |var| {
                    read.insert(var);
                });
                moved.push(kept.remove(index));
            }
        }
    }
    stmts.extend(kept);
    moved.reverse();
    moved
}

fn is_slot(adjoint: &Adjoint, var: Var) -> bool {
    adjoint.params.iter().flatten().any(|param| match param {
        super::ParamAdjoint::Place(slot) | super::ParamAdjoint::ScalarInOut(slot) => *slot == var,
        super::ParamAdjoint::Scalar(_) => false,
    })
}

/// Whether an expression of scalars can be evaluated before the loop; what it is made of is wanted early as well.
fn known(expr: &Expr, early: &VarSet, wanted: &mut VarSet, vars: &Vars) -> bool {
    let mut fine = true;
    expr.walk(&mut |expr| match expr {
        Expr::Var(var) if !early.contains(var) => {
            wanted.insert(*var);
        }
        // A place may hold something else by then.
        Expr::Load(_) | Expr::Whole(_) | Expr::Inert(_) => fine = false,
        Expr::Len(path) => fine &= early.contains(&vars.root(path)),
        _ => {}
    });
    fine
}

fn shape_known(init: &Init, early: &VarSet, wanted: &mut VarSet, vars: &Vars) -> bool {
    match init {
        Init::Zero { like } => early.contains(&vars.root(like)) && like.proj.is_empty(),
        Init::Repeat { value, len, .. } => value.is_zero() && known(len, early, wanted, vars),
        _ => false,
    }
}

/// The tapes that take what is saved at the end of an iteration.
fn tapes_of(body: &Block) -> Vec<Var> {
    let saves = body.stmts.iter().rev().map_while(|stmt| match &stmt.kind {
        StmtKind::Save { tape, .. } => Some(*tape),
        _ => None,
    });
    saves.collect()
}

/// One iteration forward, then backward: what the backward part would restore or compute again is still there.
fn fuse_bodies(forward: &Block, reverse: &Block, vars: &Vars) -> Option<Block> {
    let tapes = tapes_of(forward);
    let mut stmts = forward.stmts.clone();
    stmts.truncate(stmts.len() - tapes.len());
    let there: VarSet = stmts.iter().flat_map(Stmt::defines).collect();
    for stmt in &reverse.stmts {
        match &stmt.kind {
            StmtKind::Restore { tape: restored, .. } => {
                if !tapes.contains(restored) {
                    return None;
                }
            }
            StmtKind::Let { var, .. } | StmtKind::View { var } if there.contains(var) => {}
            // The primal may have moved it away; the adjoint's shape must come from elsewhere.
            StmtKind::Declare { init: Init::Zero { like }, .. } if moved(&stmts, vars.root(like)) => {
                return None;
            }
            _ => stmts.push(stmt.clone()),
        }
    }
    Some(Block { stmts })
}

fn moved(stmts: &[Stmt], root: Var) -> bool {
    use crate::ir::CopyHow;
    let mut found = false;
    for stmt in stmts {
        if let StmtKind::Declare { init: Init::Copy { from, how: CopyHow::Move, .. }, .. }
        | StmtKind::Assign { init: Init::Copy { from, how: CopyHow::Move, .. }, .. } = &stmt.kind
        {
            found |= from.root == root;
        }
    }
    found
}

/// What a piece of the reverse sweep does to variables from outside of it.
#[derive(Default)]
struct Effects {
    read: VarSet,
    /// Changed by `+=`/`-=` alone, so that the order among others does not matter.
    added: VarSet,
    /// Changed in any other way.
    set: VarSet,
}

impl Effects {
    /// `None`: the piece does something whose effects are not described by these sets.
    fn of(stmts: &[Stmt], vars: &Vars) -> Option<Effects> {
        let mut effects = Effects::default();
        let mut local = Vec::new();
        effects.stmts(stmts, vars, &mut local)?;
        Some(effects)
    }

    fn stmts(&mut self, stmts: &[Stmt], vars: &Vars, local: &mut Vec<Var>) -> Option<()> {
        let depth = local.len();
        for stmt in stmts {
            let defines = stmt.defines();
            if !stmt.blocks().is_empty() {
                local.extend(defines.iter().copied());
            }
            self.statement(stmt, vars, local)?;
            for block in stmt.blocks() {
                self.stmts(&block.stmts, vars, local)?;
            }
            local.extend(defines);
        }
        local.truncate(depth);
        Some(())
    }

    fn statement(&mut self, stmt: &Stmt, vars: &Vars, local: &[Var]) -> Option<()> {
        // A view that is named in here may show what lies outside.
        let outside = |var: Var| {
            let root = vars.root(&crate::ir::Path::of(var));
            (!local.contains(&root)).then_some(root)
        };
        let additive = match &stmt.kind {
            StmtKind::Store { op, .. } | StmtKind::Update { op, .. } => *op != StoreOp::Set,
            StmtKind::Accumulate { .. } => true,
            StmtKind::Raw(RawStmt::SumInto { path, .. }) => outside(path.root).is_none(),
            _ => false,
        };
        // A pullback adds to its slots, unless it is handed a place to change.
        let lent: VarSet = match &stmt.kind {
            StmtKind::Pullback(pullback) => {
                if pullback
                    .call
                    .args
                    .iter()
                    .any(|arg| matches!(arg, crate::ir::Arg::RefMut(_) | crate::ir::Arg::RefMutValue(..)))
                {
                    return None;
                }
                pullback.slots.iter().flatten().map(|path| path.root).collect()
            }
            StmtKind::Inert { .. } | StmtKind::Call(_) => return None,
            _ => VarSet::new(),
        };
        stmt.parts(&mut |part| match part {
            Part::Read(expr) => expr.vars(&mut |var| self.read.extend(outside(var))),
            Part::ReadPath(path) => {
                if !lent.contains(&path.root) {
                    self.read.extend(outside(path.root));
                }
                path.index_vars(&mut |var| self.read.extend(outside(var)));
            }
            Part::WritePath(path) => {
                if let Some(root) = outside(path.root) {
                    if additive || lent.contains(&path.root) {
                        self.added.insert(root);
                    } else {
                        self.set.insert(root);
                    }
                }
                path.index_vars(&mut |var| self.read.extend(outside(var)));
            }
            Part::Use(var) => {
                let own = matches!(&stmt.kind, StmtKind::Update { var: updated, .. } | StmtKind::Raw(RawStmt::SumInto { var: updated, .. }) if *updated == var);
                if !own && vars[var].role != Role::Tape {
                    self.read.extend(outside(var));
                }
            }
            Part::Change(var) => {
                if let Some(root) = outside(var).filter(|_| vars[var].role != Role::Tape) {
                    let adds = additive || matches!(&stmt.kind, StmtKind::Raw(RawStmt::SumInto { var: updated, .. }) if *updated == var);
                    if adds {
                        self.added.insert(root);
                    } else {
                        self.set.insert(root);
                    }
                }
            }
            Part::Define(_) => {}
        });
        Some(())
    }
}

#[cfg(test)]
mod tests;
