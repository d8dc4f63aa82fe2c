//! Unroll and jam: the inner sums of four iterations of a loop are taken side by side.
//!
//! A sum is a chain: each addition waits for the one before, and rustc may not regroup it. In
//! `for j in 0..m { let mut z = b[j]; for i in 0..n { z += w[j * n + i] * x[i]; } y[j] = z; }` the chains of different `j`
//! have nothing to do with each other, so that four of them take the time of one:
//!
//! ```text
//! let whole = m - m % 4;
//! for j in (0..whole).step_by(4) {
//!     let j_1 = j + 1; …
//!     let mut z = b[j]; let mut z_1 = b[j_1]; …
//!     for i in 0..n { z += w[j * n + i] * x[i]; z_1 += w[j_1 * n + i] * x[i]; … }
//!     y[j] = z; y[j_1] = z_1; …
//! }
//! for j in whole..m { … }
//! ```
//!
//! Additions to `y[i]` in the inner loop, `y` a row that all `j` share, become `y[i] = y[i] + a * x[i] + a_1 * x_1[i] + …`.
//!
//! Invariant: only loops whose iterations may run in lock step (see [`super::lockstep`]): every value keeps its bits. What
//! panicked still does, since all iterations would have run.

use std::collections::BTreeSet;

use proc_macro2::Span;

use super::affine::{Indices, same_path};
use super::copies::Copy;
use super::lockstep::{Segment, segments};
use super::nests;
use super::summary::dependencies;
use crate::ir::{
    Block, Carried, Expr, Head, Loop, Path, Proj, Role, Stmt, StmtKind, StoreOp, Ty, Var, Vars, build,
};
use crate::rules::table::rule;

/// As many chains as hide the latency of an addition.
const WIDTH: usize = 4;
/// Twice as many chains are what the registers hold.
const TILE: usize = 2;
/// Longer bodies would be hard to read four times, and their sums are not what takes the time.
const LONGEST: usize = 16;
/// Of the inner loop: functions dearer than a multiplication take longer than the addition behind them.
const DEAREST: u32 = 2;
/// Fewer iterations, where their number is written in the program, are unrolled by rustc.
const FEWEST: f64 = 16.0;

/// Jams the loops of a block that allow it, inner ones first.
pub(super) fn jam(block: &mut Block, vars: &mut Vars, made_from: u32) {
    for stmt in std::mem::take(&mut block.stmts) {
        let tiled = match &stmt.kind {
            StmtKind::Loop(the_loop) if tiles(the_loop, vars, made_from) => tiled(the_loop, vars, stmt.span),
            _ => None,
        };
        for mut stmt in tiled.unwrap_or_else(|| vec![stmt]) {
            for inner in stmt.blocks_mut() {
                jam(inner, vars, made_from);
            }
            let jammed = match &stmt.kind {
                StmtKind::Loop(the_loop) => jammed(the_loop, vars, stmt.span),
                _ => None,
            };
            block.stmts.extend(jammed.unwrap_or_else(|| vec![stmt]));
        }
    }
}

/// Whether the loop does nothing but choose a row, by which the rows that the loop in it chooses are multiplied four at a
/// time: two rows of the one serve each row of the other.
fn tiles(the_loop: &Loop, vars: &Vars, made_from: u32) -> bool {
    let mut choosing = None;
    for stmt in &the_loop.body.stmts {
        match &stmt.kind {
            StmtKind::Let { .. } => {}
            StmtKind::Loop(inner) if choosing.is_none() => choosing = Some(inner),
            _ => return false,
        }
    }
    let from_zero = matches!(&the_loop.head, Head::For { lo, .. } if build::value_of(lo) == Some(0.0));
    let Some(choosing) = choosing.filter(|_| from_zero) else { return false };
    let mut size = 0;
    choosing.body.walk(&mut |_| size += 1);
    let sums_only = choosing.body.stmts.iter().all(|stmt| match &stmt.kind {
        StmtKind::Loop(inner) => {
            let sum = |stmt: &Stmt| matches!(stmt.kind, StmtKind::Let { .. } | StmtKind::Update { .. });
            inner.body.stmts.iter().all(sum)
        }
        _ => true,
    });
    sums_only
        && TILE * size <= LONGEST
        && !few(the_loop, vars)
        && pays(choosing, vars)
        && nests::only_adds(the_loop, vars, made_from)
}

/// The loop by twos, and what is left of it.
fn tiled(the_loop: &Loop, vars: &mut Vars, span: Span) -> Option<Vec<Stmt>> {
    let segments: Vec<Segment> = (0..the_loop.body.stmts.len())
        .map(|at| match the_loop.body.stmts[at].kind {
            StmtKind::Loop(_) => Segment::Inner(at),
            _ => Segment::Straight(at..at + 1),
        })
        .collect();
    by(TILE, the_loop, &segments, vars, span)
}

/// Whether [`jam`] would change the loop.
pub(super) fn pays(the_loop: &Loop, vars: &Vars) -> bool {
    plan(the_loop, vars).is_some()
}

fn plan(the_loop: &Loop, vars: &Vars) -> Option<Vec<Segment>> {
    let inner = || {
        the_loop.body.stmts.iter().filter_map(|stmt| match &stmt.kind {
            StmtKind::Loop(inner) => Some(&**inner),
            _ => None,
        })
    };
    let mut size = 0;
    the_loop.body.walk(&mut |_| size += 1);
    if inner().next().is_none()
        || size > LONGEST
        || few(the_loop, vars)
        || inner().any(|inner| few(inner, vars))
    {
        return None;
    }
    let fine = |inner: &Loop| cheap(&inner.body) && !writes_rows(inner, the_loop, vars);
    if !inner().all(fine) || !inner().any(|inner| sums(inner, vars)) {
        return None;
    }
    segments(the_loop, vars)
}

/// Whether the inner loop writes different elements in all iterations of both: it vectorises as it is, and four rows of a
/// place cannot be lent at once.
fn writes_rows(inner: &Loop, outer: &Loop, vars: &Vars) -> bool {
    let indices = |the_loop: &Loop| match the_loop.head {
        Head::For { index, .. } => Some(Indices::of(index, the_loop, vars)),
        _ => None,
    };
    let (Some(within), Some(around)) = (indices(inner), indices(outer)) else { return true };
    let varies = |indices: &Indices, path: &Path| {
        path.proj.iter().any(|proj| matches!(proj, Proj::Index(index) if indices.varies(index)))
    };
    // Of `y[base + i]` the base, and what stands before it, say whether all iterations of the outer loop share the row.
    let shared = |path: &Path| {
        let Some((Proj::Index(last), before)) = path.proj.split_last() else { return false };
        let before = Path { root: path.root, proj: before.to_vec() };
        !varies(&around, &before)
            && within.affine(last).is_some_and(|(base, _)| base.is_none_or(|base| !around.varies(&base)))
    };
    inner.body.stmts.iter().any(|stmt| match &stmt.kind {
        StmtKind::Store { path, .. } => varies(&within, path) && !shared(path),
        _ => false,
    })
}

/// Whether the loop is known to be short.
pub(super) fn few(the_loop: &Loop, vars: &Vars) -> bool {
    let Head::For { hi, .. } = &the_loop.head else { return false };
    let known = match hi {
        Expr::Len(path) => match vars.type_of(path) {
            Ty::Array(_, Some(length)) => length.to_string().trim_end_matches("usize").parse().ok(),
            _ => None,
        },
        hi => build::value_of(hi),
    };
    known.is_some_and(|known| known < FEWEST)
}

/// Whether an iteration takes hardly longer than an addition.
fn cheap(body: &Block) -> bool {
    let mut cheap = true;
    body.walk(&mut |stmt| {
        stmt.clone().exprs_mut(&mut |expr| {
            cheap &= match expr {
                Expr::Rule(rule, _) => rule.cost <= DEAREST,
                Expr::Inert(_) => false,
                _ => true,
            };
        });
        cheap &= !matches!(stmt.kind, StmtKind::If { .. });
    });
    cheap
}

/// Whether the loop adds up floats.
fn sums(inner: &Loop, vars: &Vars) -> bool {
    inner.carried.iter().any(|carried| vars[carried.phi].ty.is_float())
        || inner.body.stmts.iter().any(|stmt| match &stmt.kind {
            StmtKind::Update { op, .. } => *op != StoreOp::Set,
            StmtKind::Store { op, .. } => *op != StoreOp::Set,
            _ => false,
        })
}

/// The loop by fours, and what is left of it.
fn jammed(the_loop: &Loop, vars: &mut Vars, span: Span) -> Option<Vec<Stmt>> {
    let segments = plan(the_loop, vars)?;
    by(WIDTH, the_loop, &segments, vars, span)
}

/// The loop in rounds of so many iterations, and what is left of it.
fn by(count: usize, the_loop: &Loop, segments: &[Segment], vars: &mut Vars, span: Span) -> Option<Vec<Stmt>> {
    let Head::For { index, lo, hi, rev, .. } = &the_loop.head else { return None };
    let stmt = |kind| Stmt { kind, span };
    let binary = |op, a: &Expr, b: Expr| Expr::Binary(op, Box::new(a.clone()), Box::new(b));
    let width = || build::int(count as i64);

    let mut stmts = Vec::new();
    let (whole, rest) = match build::value_of(hi) {
        Some(trips) => {
            let rest = trips as i64 % count as i64;
            (build::int(trips as i64 - rest), rest != 0)
        }
        None => {
            let whole = vars.fresh("whole", Ty::usize(), Role::Value, span);
            let rest = binary(syn::BinOp::Rem(Default::default()), hi, width());
            let expr = binary(syn::BinOp::Sub(Default::default()), hi, rest);
            stmts.push(stmt(StmtKind::Let { var: whole, expr }));
            (Expr::Var(whole), true)
        }
    };

    // The iterations of one round, in their order: the first of them has the index itself, of a reversed loop the last.
    let round = clone(*index, vars);
    let mut body = Block::default();
    let mut copies = vec![Copy::default(); count];
    for step in 1..count {
        let next = clone(*index, vars);
        let sum = binary(syn::BinOp::Add(Default::default()), &Expr::Var(round), build::int(step as i64));
        body.stmts.push(stmt(StmtKind::Let { var: next, expr: sum }));
        copies[if *rev { count - 1 - step } else { step }].name(*index, next);
    }
    copies[if *rev { count - 1 } else { 0 }].name(*index, round);
    let carried: Vec<Carried> = the_loop
        .carried
        .iter()
        .map(|carried| {
            let (phi, out) = (clone(carried.phi, vars), clone(carried.out, vars));
            copies[0].name(carried.phi, phi);
            Carried { phi, init: carried.init.clone(), next: carried.next.clone(), out }
        })
        .collect();
    let mut local = BTreeSet::new();
    the_loop.body.walk(&mut |stmt| local.extend(stmt.defines()));
    local.insert(*index);
    local.extend(the_loop.carried.iter().map(|carried| carried.phi));
    for segment in segments {
        match segment {
            Segment::Straight(range) => {
                // Sums that start at zero are declared row by row: rustc puts neighbours into one register.
                let (zeros, stmts): (Vec<&Stmt>, Vec<&Stmt>) =
                    the_loop.body.stmts[range.clone()].iter().partition(|stmt| starts_at_zero(stmt));
                for zero in zeros {
                    for copy in &mut copies {
                        body.stmts.push(copy.stmt(zero, vars)?);
                    }
                }
                for at in 0..count {
                    // Carried values are handed from one iteration to the next.
                    if at > 0 {
                        for carried in &the_loop.carried {
                            if let Expr::Var(next) = carried.next {
                                let before = copies[at - 1].of(next);
                                copies[at].name(carried.phi, before);
                            }
                        }
                    }
                    for stmt in &stmts {
                        body.stmts.push(copies[at].stmt(stmt, vars)?);
                    }
                }
            }
            Segment::Inner(at) => {
                body.stmts.push(side_by_side(&the_loop.body.stmts[*at], &mut copies, &local, vars)?)
            }
        }
    }

    let in_rounds = |carried| Loop {
        head: Head::For {
            index: round,
            lo: lo.clone(),
            hi: whole.clone(),
            inclusive: false,
            step: Some(width()),
            rev: *rev,
        },
        carried,
        body,
        break_if: None,
        trips: None,
        label: None,
    };
    let mut left = the_loop.clone();
    if let Head::For { lo, .. } = &mut left.head {
        *lo = whole.clone();
    }
    let last = &copies[count - 1];
    let mut carried: Vec<Carried> =
        carried.into_iter().map(|carried| Carried { next: last.expr(&carried.next), ..carried }).collect();
    let looped = |the_loop| stmt(StmtKind::Loop(Box::new(the_loop)));
    match (rest, *rev) {
        (false, _) => {
            for (jammed, original) in carried.iter_mut().zip(&the_loop.carried) {
                jammed.out = original.out;
            }
            stmts.push(looped(in_rounds(carried)));
        }
        (true, false) => {
            for (first, second) in carried.iter().zip(&mut left.carried) {
                second.init = Expr::Var(first.out);
            }
            stmts.extend([looped(in_rounds(carried)), looped(left)]);
        }
        (true, true) => {
            for (second, first) in carried.iter_mut().zip(&mut left.carried) {
                second.init = Expr::Var(second.out);
                std::mem::swap(&mut second.out, &mut first.out);
            }
            stmts.extend([looped(left), looped(in_rounds(carried))]);
        }
    }
    Some(stmts)
}

fn starts_at_zero(stmt: &Stmt) -> bool {
    matches!(&stmt.kind, StmtKind::Mut { init, .. } if init.is_zero())
}

fn clone(var: Var, vars: &mut Vars) -> Var {
    let info = vars[var].clone();
    vars.0.push(info);
    Var(vars.0.len() as u32 - 1)
}

/// One inner loop that does what those of all copies do.
fn side_by_side(stmt: &Stmt, copies: &mut [Copy], local: &BTreeSet<Var>, vars: &mut Vars) -> Option<Stmt> {
    let StmtKind::Loop(inner) = &stmt.kind else { return None };
    let Head::For { index, .. } = inner.head else { return None };
    let count = clone(index, vars);
    let common = common(inner, index, local, vars);
    if inner.body.stmts.iter().any(|stmt| matches!(stmt.kind, StmtKind::Loop(_))) {
        copies.iter_mut().for_each(|copy| copy.name(index, count));
        return nested(stmt, copies, &common, local, vars);
    }
    let mut own = stmt.clone();
    if let StmtKind::Loop(own) = &mut own.kind {
        own.body
            .stmts
            .retain(|stmt| !matches!(stmt.kind, StmtKind::Let { var, .. } if common.contains(&var)));
    }
    let (first, others) = copies.split_first_mut()?;
    first.name(index, count);
    let mut all = first.stmt(stmt, vars)?;
    let StmtKind::Loop(the_loop) = &mut all.kind else { return None };
    // What all copies load stands before what they do with it.
    let mut loads = leading_lets(&mut the_loop.body);
    let mut rest = std::mem::take(&mut the_loop.body.stmts);
    for copy in others {
        copy.name(index, count);
        for var in &common {
            copy.name(*var, first.of(*var));
        }
        let StmtKind::Loop(mut copied) = copy.stmt(&own, vars)?.kind else { return None };
        the_loop.carried.extend(copied.carried);
        loads.extend(leading_lets(&mut copied.body));
        rest.extend(copied.body.stmts);
    }
    loads.extend(rest);
    the_loop.body.stmts = loads;
    gather(&mut the_loop.body, vars);
    Some(all)
}

fn leading_lets(block: &mut Block) -> Vec<Stmt> {
    let count = block.stmts.iter().take_while(|stmt| matches!(stmt.kind, StmtKind::Let { .. })).count();
    block.stmts.drain(..count).collect()
}

/// The same for a loop that has loops in it, and carries nothing.
fn nested(
    stmt: &Stmt,
    copies: &mut [Copy],
    common: &BTreeSet<Var>,
    local: &BTreeSet<Var>,
    vars: &mut Vars,
) -> Option<Stmt> {
    let StmtKind::Loop(inner) = &stmt.kind else { return None };
    let mut body = Block::default();
    for stmt in &inner.body.stmts {
        match &stmt.kind {
            StmtKind::Loop(_) => body.stmts.push(side_by_side(stmt, copies, local, vars)?),
            StmtKind::Let { var, .. } if common.contains(var) => {
                let (first, others) = copies.split_first_mut()?;
                body.stmts.push(first.stmt(stmt, vars)?);
                others.iter_mut().for_each(|copy| copy.name(*var, first.of(*var)));
            }
            _ => {
                for copy in copies.iter_mut() {
                    body.stmts.push(copy.stmt(stmt, vars)?);
                }
            }
        }
    }
    let mut all = (**inner).clone();
    if let Head::For { index, .. } = &mut all.head {
        *index = copies.first()?.of(*index);
    }
    all.body = body;
    Some(Stmt { kind: StmtKind::Loop(Box::new(all)), span: stmt.span })
}

/// Values of an inner iteration that are the same whatever the outer one.
fn common(inner: &Loop, index: Var, local: &BTreeSet<Var>, vars: &Vars) -> BTreeSet<Var> {
    let mut written = BTreeSet::new();
    inner.body.walk(&mut |stmt| {
        if let StmtKind::Store { path, .. } = &stmt.kind {
            written.insert(vars.resolve(path).root);
        }
    });
    let mut common = BTreeSet::new();
    for stmt in &inner.body.stmts {
        let StmtKind::Let { var, expr } = &stmt.kind else { continue };
        let same = dependencies(expr, vars).into_iter().all(|var| {
            var == index || common.contains(&var) || !local.contains(&var) && !written.contains(&var)
        });
        if same {
            common.insert(*var);
        }
    }
    common
}

/// Additions to one element are one store, where nobody reads it between them.
fn gather(body: &mut Block, vars: &Vars) {
    let element = |stmt: &Stmt| match &stmt.kind {
        StmtKind::Store { path, op, .. } if *op != StoreOp::Set => Some(path.clone()),
        _ => None,
    };
    let mut loaded = BTreeSet::new();
    for stmt in &mut body.stmts {
        stmt.exprs_mut(&mut |expr| {
            if let Expr::Load(path) = expr {
                loaded.insert(vars.resolve(path).root);
            }
        });
    }
    let mut at = body.stmts.len();
    while at > 0 {
        at -= 1;
        let Some(last) = element(&body.stmts[at]).filter(|path| !loaded.contains(&path.root)) else {
            continue;
        };
        let same = |other: &usize| element(&body.stmts[*other]).is_some_and(|path| same_path(&path, &last));
        let others: Vec<usize> = (0..at).filter(same).collect();
        if others.is_empty() {
            continue;
        }
        let mut sum = Expr::Load(last);
        for term in others.iter().chain([&at]) {
            if let StmtKind::Store { op, value, .. } = &body.stmts[*term].kind {
                let name = if *op == StoreOp::Add { "add" } else { "sub" };
                sum = Expr::Rule(rule(name), vec![sum, value.clone()]);
            }
        }
        if let StmtKind::Store { op, value, .. } = &mut body.stmts[at].kind {
            (*op, *value) = (StoreOp::Set, sum);
        }
        for other in others.iter().rev() {
            body.stmts.remove(*other);
        }
        at -= others.len();
    }
}

#[cfg(test)]
pub(super) mod tests;
