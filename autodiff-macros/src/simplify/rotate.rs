//! Rotation: contributions of neighbouring iterations to one element are carried in scalars.
//!
//! A stencil that reads `x[i]` and `x[i + 1]` reverses to `x_bar[i] += e; x_bar[i + 1] += f;`, a chain through memory from
//! iteration to iteration. With the pending part of `x_bar[i + 1]` in a scalar, each element is written once.
//!
//! Invariant: behind the loop every element holds the same contributions; those of one element are added to each other
//! first, and then to it.

use proc_macro2::Span;

use super::affine::{Indices, plus, same_base, same_path};
use crate::ir::visit::Part;
use crate::ir::{
    Block, Expr, Head, Loop, Path, Proj, Role, Stmt, StmtKind, StoreOp, Var, VarMap, Vars, build,
};
use crate::passes::{Pass, Passes};

/// Wider stencils stay as they are.
const WIDEST: i64 = 4;

/// Rotates the stencils of every loop in the block, as far as they are of adjoints (made by differentiation, from
/// `made_from` on): the primal's own sums keep their bits. Tells whether there were any.
pub(crate) fn rotations(block: &mut Block, vars: &mut Vars, made_from: u32, passes: Passes) -> bool {
    let mut found = false;
    let mut stmts = Vec::with_capacity(block.stmts.len());
    for mut stmt in std::mem::take(&mut block.stmts) {
        for inner in stmt.blocks_mut() {
            found |= rotations(inner, vars, made_from, passes);
        }
        let span = stmt.span;
        let (mut before, mut behind) = (Vec::new(), Vec::new());
        if let StmtKind::Loop(the_loop) = &mut stmt.kind {
            let mut shaped = None;
            if passes.has(Pass::Gather) {
                shaped = super::gather::gather(the_loop, vars, made_from, span);
            }
            if shaped.is_none() && passes.has(Pass::Strips) {
                shaped = super::strips::strip(the_loop, vars, made_from, span);
            }
            if let Some(shaped) = shaped {
                stmts.extend(shaped);
                found = true;
                continue;
            }
            if passes.has(Pass::Rotate) {
                rotate(the_loop, vars, made_from, span, &mut before, &mut behind);
            }
        }
        found |= !before.is_empty();
        stmts.extend(before);
        stmts.push(stmt);
        stmts.extend(behind);
    }
    block.stmts = stmts;
    found
}

/// `prefix[base + index + offset] += value` in the loop's own block.
struct Contribution {
    at: usize,
    prefix: Path,
    base: Option<Expr>,
    offset: i64,
    value: Expr,
}

fn rotate(
    the_loop: &mut Loop,
    vars: &mut Vars,
    made_from: u32,
    span: Span,
    before: &mut Vec<Stmt>,
    behind: &mut Vec<Stmt>,
) {
    let Head::For { index, lo, hi, inclusive: false, step: None, rev } = the_loop.head.clone() else {
        return;
    };
    if the_loop.break_if.is_some() || the_loop.trips.is_some() {
        return;
    }
    let indices = Indices::of(index, the_loop, vars);
    for (root, contributions) in stencils(&the_loop.body, &indices, vars) {
        if root.0 < made_from {
            continue;
        }
        let offsets = contributions.iter().map(|contribution| contribution.offset);
        let (Some(first), Some(last)) = (offsets.clone().min(), offsets.max()) else { continue };
        let every = (first..=last).all(|offset| contributions.iter().any(|c| c.offset == offset));
        if first == last || last - first > WIDEST || !every || indices.varies(&hi) || indices.varies(&lo) {
            continue;
        }
        let sample = &contributions[0];
        let float = vars.type_of(&sample.prefix).element();
        let name = vars[sample.prefix.root].name.clone();
        let element = |at: Expr, offset: i64| {
            let at = sample.base.iter().fold(at, |at, base| plus(base.clone(), at));
            let at = match offset {
                0 => at,
                offset if offset > 0 => plus(at, build::int(offset)),
                offset => Expr::Binary(
                    syn::BinOp::Sub(Default::default()),
                    Box::new(at),
                    Box::new(build::int(-offset)),
                ),
            };
            sample.prefix.with(Proj::Index(at))
        };
        let stmt = |kind| Stmt { kind, span };

        // One scalar for each element that a later iteration reaches as well, in the order of completion.
        let order: Vec<i64> = if rev { (first..=last).rev().collect() } else { (first..=last).collect() };
        let pending: Vec<Var> = order[1..]
            .iter()
            .map(|_| vars.fresh(format!("{name}_pending"), float.clone(), Role::Mut, span))
            .collect();
        for var in &pending {
            before.push(stmt(StmtKind::Mut { var: *var, init: build::lit(0.0) }));
        }
        // The contributions keep their places, as values.
        let mut gathered: Vec<Option<Expr>> = vec![None; order.len()];
        let slot = |offset: i64| (offset - first) as usize;
        for contribution in &contributions {
            let value = vars.fresh(format!("{name}_part"), float.clone(), Role::Value, span);
            the_loop.body.stmts[contribution.at].kind =
                StmtKind::Let { var: value, expr: contribution.value.clone() };
            let at = slot(contribution.offset);
            let sum = gathered[at].take().unwrap_or_else(|| build::lit(0.0));
            gathered[at] = Some(build::add(sum, Expr::Var(value)));
        }
        let mut gather =
            |offset: i64| gathered[slot(offset)].take().expect("every offset has a contribution");
        let completed = build::add(Expr::Var(pending[0]), gather(order[0]));
        let path = element(Expr::Var(index), order[0]);
        let end = &mut the_loop.body.stmts;
        end.push(stmt(StmtKind::Store { path, op: StoreOp::Add, value: completed }));
        for (k, offset) in order[1..].iter().enumerate() {
            let next = gather(*offset);
            let expr = match pending.get(k + 1) {
                Some(later) => build::add(Expr::Var(*later), next),
                None => next,
            };
            end.push(stmt(StmtKind::Update { var: pending[k], op: StoreOp::Set, expr }));
        }
        // Behind the last iteration, what is pending goes where the next one would have completed it.
        let mut rest = Vec::new();
        for (var, offset) in pending.iter().zip(&order) {
            let path = if rev { element(lo.clone(), offset - 1) } else { element(hi.clone(), *offset) };
            rest.push(stmt(StmtKind::Store { path, op: StoreOp::Add, value: Expr::Var(*var) }));
        }
        let less = syn::BinOp::Lt(Default::default());
        let cond = Expr::Binary(less, Box::new(lo.clone()), Box::new(hi.clone()));
        let then = Block { stmts: rest };
        behind.push(stmt(StmtKind::If { cond, then, otherwise: Block::default(), joins: Vec::new() }));
    }
}

/// The places that the loop's body reaches by contributions at fixed distances from the index alone.
fn stencils(body: &Block, indices: &Indices, vars: &Vars) -> VarMap<Vec<Contribution>> {
    let mut found: VarMap<Vec<Contribution>> = VarMap::new();
    let mut excluded: Vec<Var> = Vec::new();
    for (at, stmt) in body.stmts.iter().enumerate() {
        match contribution(stmt, at, indices, vars) {
            Some((root, contribution)) => {
                let all = found.or_default(root);
                let fits = all.first().is_none_or(|first| {
                    same_path(&first.prefix, &contribution.prefix)
                        && same_base(first.base.as_ref(), contribution.base.as_ref())
                });
                if !fits {
                    excluded.push(root);
                }
                contribution.value.vars(&mut |var| excluded.push(vars.root(&Path::of(var))));
                all.push(contribution);
            }
            None => touched(stmt, vars, &mut excluded),
        }
    }
    found.retain(&mut |root, _| !excluded.contains(&root));
    found
}

pub(super) fn touched(stmt: &Stmt, vars: &Vars, roots: &mut Vec<Var>) {
    let mut note = |var: Var| roots.push(vars.root(&Path::of(var)));
    stmt.reads(&mut note);
    stmt.parts(&mut |part| {
        if let Part::Change(var) | Part::Define(var) = part {
            note(var);
        }
    });
    for block in stmt.blocks() {
        block.stmts.iter().for_each(|stmt| touched(stmt, vars, roots));
    }
}

fn contribution(stmt: &Stmt, at: usize, indices: &Indices, vars: &Vars) -> Option<(Var, Contribution)> {
    let StmtKind::Store { path, op, value } = &stmt.kind else { return None };
    let value = match op {
        StoreOp::Add => value.clone(),
        StoreOp::Sub => build::neg(value.clone()),
        StoreOp::Set => return None,
    };
    if vars[path.root].view.is_some() || !vars.type_of(path).is_float() {
        return None;
    }
    let (Proj::Index(index), prefix) = path.proj.split_last()? else { return None };
    let prefix = Path { root: path.root, proj: prefix.to_vec() };
    let invariant = prefix.proj.iter().all(|proj| match proj {
        Proj::Index(index) => !indices.varies(index),
        Proj::Field(_) => true,
        Proj::Range(..) | Proj::Payload { .. } | Proj::Some | Proj::Deref => false,
    });
    let (base, offset) = indices.reach(index)?;
    invariant.then_some((path.root, Contribution { at, prefix, base, offset, value }))
}
