//! Divisions of derivative code by one value: the reciprocal once, then products.
//!
//! Invariant: only derivative code changes, in the last bits; the primal's own divisions stay. A division by what a loop
//! does not change leaves the loop. (Where the reciprocal overflows, below 5.6e-309, so does the derivative of a division.)

use super::summary::Summary;
use crate::ir::{Block, Expr, Role, Stmt, StmtKind, Var, VarMap, VarSet, Vars, build};

/// Where a block divides by a value.
#[derive(Default)]
struct Divisions {
    weight: usize,
    /// The statements, in order.
    sites: Vec<usize>,
}

/// Shares the reciprocals in a block of derivative code; variables from `made_from` on are not the primal's.
pub(super) fn reciprocals(block: &mut Block, vars: &mut Vars, made_from: u32) {
    let mut divisions: VarMap<Divisions> = VarMap::new();
    let (mut local, mut inside) = (VarSet::new(), VarSet::new());
    for (at, stmt) in block.stmts.iter().enumerate() {
        let mut uses = VarMap::new();
        count_in(stmt, made_from, 1, &mut uses);
        for (divisor, weight) in uses {
            let divisions = divisions.or_default(divisor);
            divisions.weight += weight;
            divisions.sites.push(at);
        }
        local.extend(stmt.defines());
        stmt.blocks().into_iter().for_each(|inner| inside.unite(&defined(inner)));
    }
    let mut shared: Vec<(usize, Stmt)> = Vec::new();
    for (divisor, Divisions { weight, sites }) in divisions {
        // What an inner block defines is shared in there.
        if weight < 2 || (inside.contains(&divisor) && !local.contains(&divisor)) {
            continue;
        }
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
        for site in &sites {
            replace(&mut block.stmts[*site], made_from, divisor, recip);
        }
        let expr = build::div(build::lit(1.0), Expr::Var(divisor));
        shared.push((*first, Stmt { kind: StmtKind::Let { var: recip, expr }, span }));
    }
    shared.sort_by_key(|(first, _)| *first);
    let mut shared = shared.into_iter().peekable();
    let mut stmts = Vec::with_capacity(block.stmts.len() + shared.len());
    for (at, mut stmt) in std::mem::take(&mut block.stmts).into_iter().enumerate() {
        while let Some((_, recip)) = shared.next_if(|(first, _)| *first == at) {
            stmts.push(recip);
        }
        for inner in stmt.blocks_mut() {
            reciprocals(inner, vars, made_from);
        }
        stmts.push(stmt);
    }
    block.stmts = stmts;
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

/// The divisors in a statement; those in a loop count as several.
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
    let weight = if matches!(stmt.kind, StmtKind::Loop(_)) { 2 } else { weight };
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
