//! Distribution: a loop of the reverse sweep that does several things at once becomes several loops.
//!
//! The reversal of a product takes a sum and updates a row in one inner loop. The sum is a chain, which keeps the update
//! from being vectorised; apart, rows are updated at full speed and sums taken four at a time (see [`super::jam`]):
//!
//! ```text
//! for k in 0..n { for j in 0..m { f_bar += y_bar[j] * b[k * m + j]; b_bar[k * m + j] += y_bar[j] * f; } a_bar[k] += f_bar; }
//! ```
//!
//! Likewise two rows of one adjoint (`l_bar[i * n + k] += …; l_bar[j * n + k] += …;`): both are mutable parts of one place,
//! of which one at a time can be lent.
//!
//! Invariant: what is taken apart only adds to adjoints and scalars that no part reads. Each of them gets the same
//! contributions in the same order; only where two rows of one place overlap, those of one row come before the other's.

use std::collections::BTreeSet;

use super::affine::{Indices, same_base, same_path};
use super::copies::Copy;
use super::jam;
use super::summary::Summary;
use crate::ir::{Block, Expr, Head, Loop, Path, Proj, Stmt, StmtKind, StoreOp, Var, Vars};

/// What is computed in both parts may cost no more than a multiplication.
const DEAREST: u32 = 2;
/// A loop becomes no more loops than this.
const MOST: usize = 4;

/// Takes the loops of a block apart where that makes them faster, inner ones first.
pub(super) fn distribute(block: &mut Block, vars: &mut Vars, made_from: u32) {
    let mut stmts = Vec::with_capacity(block.stmts.len());
    for mut stmt in std::mem::take(&mut block.stmts) {
        for inner in stmt.blocks_mut() {
            distribute(inner, vars, made_from);
        }
        let parts = match &stmt.kind {
            StmtKind::Loop(the_loop) => {
                sum_apart(the_loop, vars, made_from).or_else(|| rows_apart(the_loop, vars, made_from))
            }
            _ => None,
        };
        let span = stmt.span;
        let looped = |part| Stmt { kind: StmtKind::Loop(Box::new(part)), span };
        // Each part but the first has variables of its own.
        let copies: Option<Vec<Stmt>> = parts.and_then(|parts| {
            let mut parts = parts.into_iter().map(looped);
            let first = parts.next();
            let others = parts.map(|part| Copy::default().stmt(&part, vars));
            first.into_iter().map(Some).chain(others).collect()
        });
        match copies {
            Some(parts) => stmts.extend(parts),
            None => stmts.push(stmt),
        }
    }
    block.stmts = stmts;
}

/// A loop with nothing but values and additions, as far as its own block goes.
struct Sums {
    /// Scalars from outside that it adds to.
    scalars: BTreeSet<Var>,
    /// The roots of the places that it adds to.
    places: BTreeSet<Var>,
}

/// The additions of a loop's own block, if that is all it does, and none is read in the loop.
fn sums(the_loop: &Loop, vars: &Vars, made_from: u32) -> Option<Sums> {
    if !matches!(the_loop.head, Head::For { .. })
        || !the_loop.carried.is_empty()
        || the_loop.break_if.is_some()
        || the_loop.trips.is_some()
    {
        return None;
    }
    let mut sums = Sums { scalars: BTreeSet::new(), places: BTreeSet::new() };
    let mut local = BTreeSet::new();
    for stmt in &the_loop.body.stmts {
        match &stmt.kind {
            StmtKind::Let { var, expr } if cheap(expr) => {
                local.insert(*var);
            }
            StmtKind::Mut { var, init } if cheap(init) => {
                local.insert(*var);
            }
            StmtKind::Update { var, op: StoreOp::Add | StoreOp::Sub, .. } => {
                sums.scalars.insert(*var);
            }
            StmtKind::Store { path, op: StoreOp::Add | StoreOp::Sub, .. } => {
                let root = vars.resolve(path).root;
                if root.0 < made_from || vars[path.root].view.is_some() {
                    return None;
                }
                sums.places.insert(root);
            }
            StmtKind::Loop(_) => {}
            _ => return None,
        }
    }
    sums.scalars.retain(|var| !local.contains(var));
    Some(sums)
}

/// Whether several loops may each compute it.
pub(super) fn cheap(expr: &Expr) -> bool {
    let mut cheap = true;
    expr.walk(&mut |expr| match expr {
        Expr::Rule(rule, _) => cheap &= rule.cost <= DEAREST,
        Expr::Inert(_) | Expr::Whole(_) | Expr::WholeMut(_) => cheap = false,
        _ => {}
    });
    cheap
}

/// What a statement reads; the place that it adds to is no such thing.
fn reads(stmt: &Stmt, vars: &Vars) -> BTreeSet<Var> {
    let mut reads = BTreeSet::new();
    let mut note = |stmt: &Stmt| {
        let mut copy = stmt.clone();
        copy.exprs_mut(&mut |expr| match expr {
            Expr::Var(var) => {
                reads.insert(*var);
            }
            Expr::Load(path) | Expr::Len(path) => {
                reads.extend([path.root, vars.resolve(path).root]);
            }
            _ => {}
        });
    };
    note(stmt);
    for block in stmt.blocks() {
        block.walk(&mut note);
    }
    reads
}

/// The loop with only those statements that `keep` says, and the values that they read.
pub(super) fn part(the_loop: &Loop, vars: &Vars, keep: &dyn Fn(usize) -> bool) -> Loop {
    let mut needed = BTreeSet::new();
    let mut kept = Vec::new();
    for (at, stmt) in the_loop.body.stmts.iter().enumerate().rev() {
        let wanted = match &stmt.kind {
            StmtKind::Let { var, .. } | StmtKind::Mut { var, .. } => needed.contains(var),
            _ => keep(at),
        };
        if wanted {
            needed.extend(reads(stmt, vars));
            needed.extend(Summary::of(stmt, vars).changes);
            kept.push(stmt.clone());
        }
    }
    kept.reverse();
    Loop { body: Block { stmts: kept }, ..the_loop.clone() }
}

/// A sum that an inner loop takes, and what is done with it; all else the loop does.
fn sum_apart(the_loop: &Loop, vars: &Vars, made_from: u32) -> Option<Vec<Loop>> {
    let outer = sums(the_loop, vars, made_from)?;
    let mut inner_loops = the_loop.body.stmts.iter().enumerate().filter_map(|(at, stmt)| match &stmt.kind {
        StmtKind::Loop(inner) => Some((at, inner)),
        _ => None,
    });
    let ((at, inner), None) = (inner_loops.next()?, inner_loops.next()) else { return None };
    if inner.body.stmts.iter().any(|stmt| matches!(stmt.kind, StmtKind::Loop(_) | StmtKind::Mut { .. })) {
        return None;
    }
    let within = sums(inner, vars, made_from)?;
    if within.scalars.is_empty() || within.places.is_empty() {
        return None;
    }
    let is_sum = |at: usize| matches!(inner.body.stmts[at].kind, StmtKind::Update { .. });
    let only = |sums: bool| part(inner, vars, &|at| is_sum(at) == sums);

    // What the sums go into is theirs.
    let mut theirs = within.scalars.clone();
    let mut with_sums = vec![false; the_loop.body.stmts.len()];
    let (mut added, mut added_otherwise) = (BTreeSet::new(), within.places.clone());
    for (k, stmt) in the_loop.body.stmts.iter().enumerate() {
        let uses = reads(stmt, vars).iter().any(|var| theirs.contains(var));
        match &stmt.kind {
            StmtKind::Let { var, .. } if uses => {
                theirs.insert(*var);
            }
            StmtKind::Mut { var, .. } if uses || !within.scalars.contains(var) => return None,
            StmtKind::Loop(_) if uses => return None,
            StmtKind::Update { var: to, .. } | StmtKind::Store { path: Path { root: to, .. }, .. } => {
                // What else is added to a sum belongs to it.
                let uses = uses || theirs.contains(to);
                with_sums[k] = uses;
                if uses { &mut added } else { &mut added_otherwise }.insert(*to);
            }
            _ => {}
        }
    }
    // Sums from outside would be taken in another order by rounds of iterations, and nobody may read what is added to.
    let declared: BTreeSet<Var> = the_loop.body.stmts.iter().flat_map(Stmt::defines).collect();
    let mut read = BTreeSet::new();
    the_loop.body.stmts.iter().for_each(|stmt| read.extend(reads(stmt, vars)));
    let unread = |set: &BTreeSet<Var>| set.is_disjoint(&read);
    if !within.scalars.is_subset(&declared)
        || !unread(&outer.scalars)
        || !unread(&outer.places)
        || !unread(&within.places)
        || !added.is_disjoint(&added_otherwise)
    {
        return None;
    }
    let with = |inner: Loop| {
        let mut the_loop = the_loop.clone();
        the_loop.body.stmts[at].kind = StmtKind::Loop(Box::new(inner));
        the_loop
    };
    let sum = part(&with(only(true)), vars, &|k| with_sums[k] || k == at);
    let rest = part(&with(only(false)), vars, &|k| !with_sums[k] || k == at);
    jam::pays(&sum, vars).then(|| vec![sum, rest])
}

/// Several rows of one place, a loop for each of them.
fn rows_apart(the_loop: &Loop, vars: &Vars, made_from: u32) -> Option<Vec<Loop>> {
    let Head::For { index, .. } = the_loop.head else { return None };
    let all = sums(the_loop, vars, made_from)?;
    let indices = Indices::of(index, the_loop, vars);
    let mut rows: Vec<(Path, Option<Expr>)> = Vec::new();
    let mut of: Vec<Option<usize>> = Vec::new();
    for stmt in &the_loop.body.stmts {
        let read = reads(stmt, vars);
        if !read.is_disjoint(&all.places) || !read.is_disjoint(&all.scalars) {
            return None;
        }
        match &stmt.kind {
            StmtKind::Let { .. } => of.push(None),
            StmtKind::Store { path, .. } => {
                let (prefix, base) = row(path, &indices)?;
                let known = rows.iter().position(|(other, other_base)| {
                    same_path(other, &prefix) && same_base(other_base.as_ref(), base.as_ref())
                });
                if known.is_none() {
                    rows.push((prefix, base));
                }
                of.push(Some(known.unwrap_or(rows.len() - 1)));
            }
            _ => return None,
        }
    }
    if rows.len() == all.places.len() || rows.len() > MOST || jam::few(the_loop, vars) {
        return None;
    }
    Some((0..rows.len()).map(|row| part(the_loop, vars, &|at| of[at] == Some(row))).collect())
}

/// `prefix[base + index + offset]`
fn row(path: &Path, indices: &Indices) -> Option<(Path, Option<Expr>)> {
    let (Proj::Index(at), before) = path.proj.split_last()? else { return None };
    let fixed = before.iter().all(|proj| match proj {
        Proj::Index(index) => !indices.varies(index),
        Proj::Field(_) => true,
        Proj::Range(..) | Proj::Payload { .. } | Proj::Some | Proj::Deref => false,
    });
    let (base, _) = indices.affine(at)?;
    fixed.then(|| (Path { root: path.root, proj: before.to_vec() }, base))
}
