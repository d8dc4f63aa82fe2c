//! Integers that grow by the same step in every iteration (`at += 1`), said by the index: a start and so many steps.
//!
//! What a loop reaches through such an integer is then known to be a row, and the loop carries one value less.
//!
//! Invariant: every integer has the value that it had. No product or sum is larger than what the user's own additions
//! arrive at.

use proc_macro2::{Ident, Span};
use quote::quote;

use crate::ir::visit::Part;
use crate::ir::{
    Block, Carried, Expr, Function, Head, Inert, Loop, Path, Proj, Role, Stmt, StmtKind, Ty, Var, VarSet,
    Vars, build,
};

/// Says what every loop of the function carries by its index, where that is possible.
pub(crate) fn induction(mut function: Function) -> Function {
    let mut read = VarSet::new();
    for leaf in function.result.leaves() {
        leaf.vars(&mut |var| {
            read.insert(var);
        });
    }
    for last in function.params.iter().filter_map(|param| param.last.as_ref()) {
        last.vars(&mut |var| {
            read.insert(var);
        });
    }
    count_reads(&function.body, &function.vars, &mut read);
    let wide = wide(&function);
    block(&mut function.body, &mut function.vars, &wide, &mut read);
    function
}

fn count_reads(block: &Block, vars: &Vars, read: &mut VarSet) {
    block.walk(&mut |stmt| {
        stmt.reads(&mut |var| {
            read.insert(var);
        });
        if let StmtKind::View { var } = stmt.kind {
            vars[var].view.iter().for_each(|path| {
                path.index_vars(&mut |var| {
                    read.insert(var);
                })
            });
        }
    });
}

/// The integers that are `usize`: by their type, since they are indices, or since they are computed with such ones.
fn wide(function: &Function) -> VarSet {
    let vars = &function.vars;
    let mut wide: VarSet = (0..vars.0.len() as u32)
        .map(Var)
        .filter(|var| matches!(&vars[*var].ty, Ty::Int(Some(name)) if name == "usize"))
        .collect();
    let mut alike: Vec<Vec<Var>> = Vec::new();
    let mut integers = |exprs: &[&Expr]| {
        let integer = |expr: &&Expr| match expr {
            Expr::Var(var) if matches!(vars[*var].ty, Ty::Int(None)) || wide.contains(var) => Some(*var),
            _ => None,
        };
        alike.push(exprs.iter().filter_map(integer).collect());
    };
    let mut indices = Vec::new();
    function.body.walk(&mut |stmt| {
        match &stmt.kind {
            StmtKind::Let {
                var,
                expr: Expr::Binary(syn::BinOp::Add(_) | syn::BinOp::Sub(_) | syn::BinOp::Mul(_), a, b),
            } => integers(&[&Expr::Var(*var), a, b]),
            StmtKind::Loop(the_loop) => {
                if let Head::For { index, lo, hi, .. } = &the_loop.head {
                    integers(&[&Expr::Var(*index), lo, hi]);
                }
                for Carried { phi, init, next, out } in &the_loop.carried {
                    integers(&[&Expr::Var(*phi), init, next, &Expr::Var(*out)]);
                }
            }
            _ => {}
        }
        stmt.parts(&mut |part| match part {
            Part::Read(expr) => expr.walk(&mut |expr| {
                if let Expr::Load(path) = expr {
                    indexed(path, vars, &mut indices);
                }
            }),
            Part::ReadPath(path) | Part::WritePath(path) => indexed(path, vars, &mut indices),
            _ => {}
        });
    });
    wide.extend(indices);
    while let Some(at) = alike.iter().position(|group| group.iter().any(|var| wide.contains(var))) {
        wide.extend(alike.swap_remove(at));
    }
    wide
}

/// What the elements of sequences that the macro knows are reached by.
fn indexed(path: &Path, vars: &Vars, indices: &mut Vec<Var>) {
    for (at, proj) in path.proj.iter().enumerate() {
        let before = Path { root: path.root, proj: path.proj[..at].to_vec() };
        if let (Proj::Index(Expr::Var(index)), true) = (proj, vars.type_of(&before).is_sequence()) {
            indices.push(*index);
        }
    }
}

fn block(of: &mut Block, vars: &mut Vars, wide: &VarSet, read: &mut VarSet) {
    let mut stmts = Vec::with_capacity(of.stmts.len());
    for mut stmt in std::mem::take(&mut of.stmts) {
        for inner in stmt.blocks_mut() {
            block(inner, vars, wide, read);
        }
        let span = stmt.span;
        let mut behind = Vec::new();
        if let StmtKind::Loop(the_loop) = &mut stmt.kind {
            behind = by_index(the_loop, span, vars, wide, read);
        }
        stmts.push(stmt);
        stmts.extend(behind);
    }
    of.stmts = stmts;
}

/// Takes what grows with the index out of what the loop carries; the values behind the loop come back as statements.
fn by_index(the_loop: &mut Loop, span: Span, vars: &mut Vars, wide: &VarSet, read: &mut VarSet) -> Vec<Stmt> {
    let Head::For { index, lo, hi, inclusive: false, step: None, rev: false } = the_loop.head.clone() else {
        return Vec::new();
    };
    if the_loop.break_if.is_some() || the_loop.trips.is_some() || !wide.contains(&index) {
        return Vec::new();
    }
    let own = the_loop.own();
    let (growing, kept) = std::mem::take(&mut the_loop.carried)
        .into_iter()
        .map(|carried| (growth(the_loop, &carried, &own, wide), carried))
        .partition::<Vec<_>, _>(|(growth, _)| growth.is_some());
    the_loop.carried = kept.into_iter().map(|(_, carried)| carried).collect();
    if growing.is_empty() {
        return Vec::new();
    }

    let mut made = Made { vars, read, span, stmts: Vec::new() };
    let steps = match build::value_of(&lo) {
        Some(0.0) => Expr::Var(index),
        _ => made.binary(syn::BinOp::Sub(Default::default()), Expr::Var(index), lo.clone()),
    };
    for (growth, carried) in &growing {
        let amount = made.times(&steps, growth.as_ref().expect("those that grow"));
        made.vars[carried.phi].named = false;
        made.plus(carried.phi, carried.init.clone(), amount);
    }
    let at_start = std::mem::take(&mut made.stmts);
    let mut count = None;
    for (growth, carried) in &growing {
        if made.read.contains(&carried.out) {
            let count = count.get_or_insert_with(|| made.count(&lo, &hi)).clone();
            let amount = made.times(&count, growth.as_ref().expect("those that grow"));
            made.plus(carried.out, carried.init.clone(), amount);
        }
    }
    let behind = std::mem::take(&mut made.stmts);
    the_loop.body.stmts.splice(0..0, at_start);
    drop_steps(the_loop, &growing, vars);
    behind
}

/// The additions that made the next value of what is no longer carried, where nothing else reads it.
fn drop_steps(the_loop: &mut Loop, growing: &[(Option<Expr>, Carried)], vars: &Vars) {
    let mut next: Vec<Var> = growing
        .iter()
        .filter_map(|(_, carried)| match carried.next {
            Expr::Var(next) => Some(next),
            _ => None,
        })
        .collect();
    while let Some(var) = next.pop() {
        let mut read = VarSet::new();
        count_reads(&the_loop.body, vars, &mut read);
        for carried in &the_loop.carried {
            carried.next.vars(&mut |var| {
                read.insert(var);
            });
        }
        if read.contains(&var) {
            continue;
        }
        let stmts = &mut the_loop.body.stmts;
        let at = stmts
            .iter()
            .position(|stmt| matches!(&stmt.kind, StmtKind::Let { var: made, .. } if *made == var));
        if let Some(at) = at {
            if let StmtKind::Let { expr: expr @ Expr::Binary(syn::BinOp::Add(_), ..), .. } = &stmts[at].kind {
                expr.vars(&mut |var| next.push(var));
                stmts.remove(at);
            }
        }
    }
}

/// By how much the integer grows in each iteration, if it is by the same.
fn growth(the_loop: &Loop, carried: &Carried, own: &VarSet, wide: &VarSet) -> Option<Expr> {
    if !wide.contains(&carried.phi) {
        return None;
    }
    let Expr::Var(mut at) = carried.next else { return None };
    let (mut literal, mut other) = (0.0, None);
    while at != carried.phi {
        let made = the_loop.body.stmts.iter().find_map(|stmt| match &stmt.kind {
            StmtKind::Let { var, expr: Expr::Binary(syn::BinOp::Add(_), a, b) } if *var == at => Some((a, b)),
            _ => None,
        });
        let (before, amount) = match made? {
            (a, b) if fixed(b, own) => (a, b),
            (a, b) if fixed(a, own) => (b, a),
            _ => return None,
        };
        let Expr::Var(before) = **before else { return None };
        if !own.contains(&before) {
            return None;
        }
        at = before;
        match build::value_of(amount) {
            Some(value) => literal += value,
            None if other.is_none() => other = Some((**amount).clone()),
            // Two that are only known when the program runs: left as they are.
            None => return None,
        }
    }
    match other {
        None => (literal > 0.0).then(|| build::int(literal as i64)),
        Some(other) => (literal == 0.0).then_some(other),
    }
}

fn fixed(atom: &Expr, own: &VarSet) -> bool {
    match atom {
        Expr::Var(var) => !own.contains(var),
        Expr::Lit(lit) => lit.value.is_some_and(|value| value >= 0.0),
        _ => false,
    }
}

/// Statements in the making.
struct Made<'a> {
    vars: &'a mut Vars,
    read: &'a mut VarSet,
    span: Span,
    stmts: Vec<Stmt>,
}

impl Made<'_> {
    fn add(&mut self, var: Var, expr: Expr) {
        expr.vars(&mut |var| {
            self.read.insert(var);
        });
        self.stmts.push(Stmt { kind: StmtKind::Let { var, expr }, span: self.span });
    }

    fn fresh(&mut self, name: &str, expr: Expr) -> Expr {
        let var = self.vars.fresh(name, Ty::usize(), Role::Value, self.span);
        self.add(var, expr);
        Expr::Var(var)
    }

    fn binary(&mut self, op: syn::BinOp, a: Expr, b: Expr) -> Expr {
        self.fresh("steps", Expr::Binary(op, Box::new(a), Box::new(b)))
    }

    fn times(&mut self, count: &Expr, growth: &Expr) -> Expr {
        match (build::value_of(growth), build::value_of(count)) {
            (Some(1.0), _) => count.clone(),
            (Some(growth), Some(count)) => build::int((growth * count) as i64),
            _ => self.binary(syn::BinOp::Mul(Default::default()), count.clone(), growth.clone()),
        }
    }

    fn plus(&mut self, var: Var, init: Expr, amount: Expr) {
        let expr = match (build::value_of(&init), build::value_of(&amount)) {
            (Some(0.0), _) => amount,
            (_, Some(0.0)) => init,
            _ => Expr::Binary(syn::BinOp::Add(Default::default()), Box::new(init), Box::new(amount)),
        };
        self.add(var, expr);
    }

    /// How often a loop over the range runs.
    fn count(&mut self, lo: &Expr, hi: &Expr) -> Expr {
        match (build::value_of(lo), build::value_of(hi)) {
            (Some(0.0), _) => hi.clone(),
            (Some(lo), Some(hi)) => build::int((hi - lo).max(0.0) as i64),
            _ => {
                let mut binds = Vec::new();
                let mut code = |name: &str, atom: &Expr| match atom {
                    Expr::Lit(lit) => lit.tokens.clone(),
                    atom => {
                        let name = Ident::new(name, Span::mixed_site());
                        binds.push((name.clone(), atom.clone()));
                        quote!(#name)
                    }
                };
                let (lo, hi) = (code("__lo", lo), code("__hi", hi));
                let code = quote!(usize::saturating_sub(#hi, #lo));
                self.fresh("count", Expr::Inert(Inert { code, binds, pure: true }))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Diagnostics;
    use crate::ir::print;
    use crate::request::Request;

    fn prepared(text: &str) -> String {
        let item: syn::ItemFn = syn::parse_str(text).unwrap();
        let mut diag = Diagnostics::new();
        let function = crate::lower::function(&Request::default(), &item.sig, &item.block, &mut diag);
        assert!(diag.finish().is_ok(), "{text}");
        print::function(&induction(function))
    }

    #[test]
    fn counters_are_said_by_the_index() {
        let text = prepared(
            "fn f(x: &[f64], n: usize) -> f64 {
                let mut s = 0.0;
                let mut at = 0;
                for i in 0..n { for j in i + 1..n { s += x[at]; at += 1; } }
                s
            }",
        );
        assert!(text.contains("steps: usize = j - "), "{text}");
        assert!(text.contains("saturating_sub"), "{text}");
        let text = prepared(
            "fn f(x: &[f64], n: usize) -> f64 {
                let mut s = 0.0;
                let mut at = 3;
                for i in 0..n { for j in 0..n { s += x[at] * x[j]; at += 1; } at += 2; }
                s
            }",
        );
        assert_eq!(text.matches("carrying").count(), 2, "{text}");
    }

    #[test]
    fn other_integers_are_carried() {
        for body in [
            "if x[i] > 0.0 { at += 1; }",
            "at += i;",
            "at *= 2;",
            "at = i + 1;",
            "at += 1; if x[at] > 1.0 { break; }",
        ] {
            let text = prepared(&format!(
                "fn f(x: &[f64]) -> f64 {{ let mut at: usize = 1; let mut s = 0.0; for i in 0..x.len() {{ s += x[at]; {body} }} s }}"
            ));
            assert!(text.contains("at_1 = "), "{text}");
        }
    }
}
