//! Divisions of derivative code by one value: the reciprocal once, then products.
//!
//! Invariant: only derivative code changes, in the last bits; the primal's own divisions stay. A division by what a loop
//! does not change leaves the loop. (Where the reciprocal overflows, below 5.6e-309, so does the derivative of a division.)

use super::summary::Summary;
use crate::ir::{Block, Expr, Role, Stmt, StmtKind, Var, VarMap, VarSet, Vars, build};

/// Shares the reciprocals in a block of derivative code; variables from `made_from` on are not the primal's.
pub(super) fn reciprocals(block: &mut Block, vars: &mut Vars, made_from: u32) {
    let mut uses = VarMap::new();
    count(block, made_from, 1, &mut uses);
    let local = defined(block);
    for (divisor, weight) in uses {
        // What an inner block defines is shared in there.
        let inner =
            block.stmts.iter().any(|stmt| stmt.blocks().into_iter().any(|b| defined(b).contains(&divisor)));
        if weight < 2 || (inner && !local.contains(&divisor)) {
            continue;
        }
        let sites: Vec<usize> = (0..block.stmts.len())
            .filter(|at| {
                let mut inside = VarMap::new();
                count_in(&block.stmts[*at], made_from, 1, &mut inside);
                inside.contains_key(&divisor)
            })
            .collect();
        let [first, rest @ ..] = &sites[..] else { continue };
        let branch = matches!(block.stmts[*first].kind, StmtKind::If { .. } | StmtKind::Match { .. });
        if branch && rest.is_empty() {
            continue;
        }
        // Nothing may change the divisor between the sites.
        let last = *rest.last().unwrap_or(first);
        if vars[divisor].role == Role::Mut
            && block.stmts[*first..=last]
                .iter()
                .any(|stmt| Summary::of(stmt, vars).changes.contains(&divisor))
        {
            continue;
        }
        let span = block.stmts[*first].span;
        let name = format!("{}_recip", vars[divisor].name);
        let recip = vars.fresh(name, vars[divisor].ty.clone(), Role::Value, span);
        for stmt in &mut block.stmts[*first..=last] {
            replace(stmt, made_from, divisor, recip);
        }
        let expr = build::div(build::lit(1.0), Expr::Var(divisor));
        block.stmts.insert(*first, Stmt { kind: StmtKind::Let { var: recip, expr }, span });
    }
    for stmt in &mut block.stmts {
        for inner in stmt.blocks_mut() {
            reciprocals(inner, vars, made_from);
        }
    }
}

/// What a block defines itself.
fn defined(block: &Block) -> VarSet {
    block.stmts.iter().flat_map(Stmt::defines).collect()
}

/// Whether the statement's own expressions are the primal's.
fn is_primal(stmt: &Stmt, made_from: u32) -> bool {
    matches!(&stmt.kind, StmtKind::Let { var, .. } if var.0 < made_from)
}

fn count(block: &Block, made_from: u32, weight: usize, uses: &mut VarMap<usize>) {
    block.stmts.iter().for_each(|stmt| count_in(stmt, made_from, weight, uses));
}

/// The divisors in a statement; those in a loop count as many.
fn count_in(stmt: &Stmt, made_from: u32, weight: usize, uses: &mut VarMap<usize>) {
    if !is_primal(stmt, made_from) {
        stmt.parts(&mut |part| {
            if let crate::ir::visit::Part::Read(expr) = part {
                expr.walk(&mut |expr| {
                    if let Some(divisor) = divisor(expr) {
                        *uses.or_default(divisor) += weight;
                    }
                });
            }
        });
    }
    let weight = if matches!(stmt.kind, StmtKind::Loop(_)) { 2 * weight } else { weight };
    let mut own = VarSet::new();
    stmt.blocks().into_iter().for_each(|block| own.unite(&defined(block)));
    let mut inside = VarMap::new();
    stmt.blocks().into_iter().for_each(|block| count(block, made_from, weight, &mut inside));
    for (divisor, weight) in inside {
        if !own.contains(&divisor) && !stmt.defines().contains(&divisor) {
            *uses.or_default(divisor) += weight;
        }
    }
}

fn divisor(expr: &Expr) -> Option<Var> {
    match expr {
        Expr::Rule(rule, args) if rule.name == "div" => match args[..] {
            [_, Expr::Var(divisor)] => Some(divisor),
            _ => None,
        },
        _ => None,
    }
}

fn replace(stmt: &mut Stmt, made_from: u32, of: Var, recip: Var) {
    if !is_primal(stmt, made_from) {
        stmt.exprs_mut(&mut |expr| {
            if divisor(expr) == Some(of) {
                if let Expr::Rule(_, args) = expr {
                    let dividend = args.swap_remove(0);
                    *expr = build::mul(dividend, Expr::Var(recip));
                }
            }
        });
    }
    for block in stmt.blocks_mut() {
        for stmt in &mut block.stmts {
            replace(stmt, made_from, of, recip);
        }
    }
}
