//! Loops that count, however they are written: `while i < n { …; i += 1; }` is `for i in i..n`, and `loop { if i >= n { break; }
//! … }` is the former.
//!
//! Invariant: the same iterations with the same values. The bound is the same before every iteration, and evaluated before the
//! first in either case.

use proc_macro2::Span;
use quote::{format_ident, quote};
use syn::{BinOp, UnOp};

use crate::ir::visit::Part;
use crate::ir::{
    Block, Expr, Function, Head, Inert, Loop, Path, Role, Stmt, StmtKind, Ty, Var, VarSet, Vars, build,
};

/// Counts what it can.
pub(crate) fn count(mut function: Function) -> Function {
    block(&mut function.body, &mut function.vars);
    function
}

fn block(of: &mut Block, vars: &mut Vars) {
    let mut stmts = Vec::with_capacity(of.stmts.len());
    for mut stmt in std::mem::take(&mut of.stmts) {
        stmt.blocks_mut().into_iter().for_each(|inner| block(inner, vars));
        let (mut before, mut behind) = (Vec::new(), Vec::new());
        if let StmtKind::Loop(the_loop) = &mut stmt.kind {
            tested(the_loop, vars);
            for carried in &mut the_loop.carried {
                start(&mut carried.init, &stmts);
            }
            if let Some(counter) = Counter::of(the_loop, vars) {
                counter.apply(the_loop, vars, stmt.span, &mut before, &mut behind);
            }
        }
        stmts.extend(before);
        stmts.push(stmt);
        stmts.extend(behind);
    }
    of.stmts = stmts;
}

/// A number that was given a name before the loop is that number.
fn start(init: &mut Expr, before: &[Stmt]) {
    let Expr::Var(var) = init else { return };
    let number = before.iter().rev().find_map(|stmt| match &stmt.kind {
        StmtKind::Let { var: defined, expr: Expr::Lit(lit) } if defined == var => Some(lit.clone()),
        _ => None,
    });
    if let Some(number) = number.filter(|lit| matches!(lit.ty, Ty::Int(_))) {
        *init = Expr::Lit(number);
    }
}

/// `loop { if test { break; } … }` becomes `while !test { … }`.
fn tested(the_loop: &mut Loop, vars: &mut Vars) {
    let (Head::Forever, Some(Expr::Var(left))) = (&the_loop.head, &the_loop.break_if) else { return };
    let left = *left;
    let stmts = &the_loop.body.stmts;
    let Some((last, lets)) = stmts.split_last() else { return };
    let StmtKind::If { cond: Expr::Var(cond), then, otherwise, joins } = &last.kind else { return };
    let pure = |stmt: &Stmt| matches!(&stmt.kind, StmtKind::Let { expr, .. } if is_arithmetic(expr));
    if *cond != left || !then.stmts.is_empty() || !lets.iter().all(pure) {
        return;
    }
    // What the last, broken, iteration hands on is what it was given.
    let mut nexts = Vec::new();
    for carried in &the_loop.carried {
        let next = match &carried.next {
            Expr::Var(next) => match joins.iter().find(|join| join.var == *next) {
                Some(join) => match join.values.as_slice() {
                    [Some(Expr::Var(kept)), Some(next)] if *kept == carried.phi => next.clone(),
                    _ => return,
                },
                None => return,
            },
            _ => return,
        };
        nexts.push(next);
    }
    let defined: VarSet = lets.iter().flat_map(Stmt::defines).collect();
    if otherwise.stmts.iter().any(|stmt| reads_any(stmt, &defined))
        || nexts.iter().any(|e| is_any(e, &defined))
    {
        return;
    }
    let span = last.span;
    let mut test = Block { stmts: lets.to_vec() };
    let go_on = vars.fresh("test", Ty::bool(), Role::Value, span);
    let expr = Expr::Unary(UnOp::Not(Default::default()), Box::new(Expr::Var(left)));
    test.stmts.push(Stmt { kind: StmtKind::Let { var: go_on, expr }, span });
    let body = otherwise.clone();
    the_loop.head = Head::While { test, cond: Expr::Var(go_on) };
    the_loop.body = body;
    the_loop.break_if = None;
    for (carried, next) in the_loop.carried.iter_mut().zip(nexts) {
        carried.next = next;
    }
}

/// What counts the iterations of a loop.
struct Counter {
    /// Which of the carried values it is.
    at: usize,
    /// The first value that it must not reach, and what is added to it before it is compared.
    bound: Expr,
    ahead: i64,
    /// What computes the bound.
    before: Vec<Stmt>,
}

impl Counter {
    fn of(the_loop: &Loop, vars: &Vars) -> Option<Counter> {
        let Head::While { test, cond } = &the_loop.head else { return None };
        if the_loop.break_if.is_some() {
            return None;
        }
        let mut varying = the_loop.own();
        let mut before = Vec::new();
        for stmt in &test.stmts {
            let StmtKind::Let { var, expr } = &stmt.kind else { return None };
            let fixed =
                is_arithmetic(expr) && !is_any(expr, &varying) && !reshaped(expr, &the_loop.body, vars);
            if fixed {
                before.push(stmt.clone());
            } else {
                varying.insert(*var);
            }
        }
        let known = |var: &Var| {
            test.stmts.iter().find_map(|stmt| match &stmt.kind {
                StmtKind::Let { var: defined, expr } if defined == var => Some(expr),
                _ => None,
            })
        };
        let (counted, bound) = below(cond, false, &known)?;
        if is_any(&bound, &varying) || !matches!(bound, Expr::Var(_) | Expr::Lit(_)) {
            return None;
        }
        let is_phi =
            |expr: &Expr| the_loop.carried.iter().position(|c| matches!(expr, Expr::Var(v) if *v == c.phi));
        let (at, ahead) = match &counted {
            Expr::Var(var) => match is_phi(&counted) {
                Some(at) => (at, 0),
                None => match known(var)? {
                    Expr::Binary(BinOp::Add(_), a, b) => (is_phi(a)?, build::value_of(b)? as i64),
                    _ => return None,
                },
            },
            _ => return None,
        };
        let carried = &the_loop.carried[at];
        let Expr::Var(next) = carried.next else { return None };
        let one_more = the_loop.body.stmts.iter().any(|stmt| match &stmt.kind {
            StmtKind::Let { var, expr: Expr::Binary(BinOp::Add(_), a, b) } => {
                *var == next && is_phi(a) == Some(at) && build::value_of(b) == Some(1.0)
            }
            _ => false,
        });
        // What the test computes is not read behind it, but for the bound.
        let usize = |expr: &Expr| match expr {
            Expr::Var(var) => matches!(&vars[*var].ty, Ty::Int(Some(name)) if name == "usize"),
            _ => false,
        };
        (one_more && (usize(&bound) || usize(&Expr::Var(carried.phi)))).then_some(Counter {
            at,
            bound,
            ahead,
            before,
        })
    }

    fn apply(
        self,
        the_loop: &mut Loop,
        vars: &mut Vars,
        span: Span,
        before: &mut Vec<Stmt>,
        behind: &mut Vec<Stmt>,
    ) {
        let mut make = |name: &str, expr: Expr, out: &mut Vec<Stmt>| {
            let var = vars.fresh(name, Ty::usize(), Role::Value, span);
            out.push(Stmt { kind: StmtKind::Let { var, expr }, span });
            Expr::Var(var)
        };
        before.extend(self.before);
        let carried = the_loop.carried.remove(self.at);
        let end = match self.ahead {
            0 => self.bound,
            ahead => {
                let ahead = proc_macro2::Literal::i64_unsuffixed(ahead);
                let name = format_ident!("bound", span = Span::mixed_site());
                let code = quote!(usize::saturating_sub(#name, #ahead));
                let less = Inert { code, binds: vec![(name, self.bound)], pure: true };
                make("end", Expr::Inert(less), before)
            }
        };
        // Behind the loop the counter is at the end, unless it was there before.
        let at_end = match build::value_of(&carried.init) {
            Some(0.0) => end.clone(),
            _ => {
                let less = Expr::Binary(
                    BinOp::Lt(Default::default()),
                    Box::new(carried.init.clone()),
                    Box::new(end.clone()),
                );
                let less = {
                    let var = vars.fresh("runs", Ty::bool(), Role::Value, span);
                    before.push(Stmt { kind: StmtKind::Let { var, expr: less }, span });
                    Expr::Var(var)
                };
                Expr::Select(Box::new(less), Box::new(end.clone()), Box::new(carried.init.clone()))
            }
        };
        behind.push(Stmt { kind: StmtKind::Let { var: carried.out, expr: at_end }, span });
        vars[carried.phi].ty = Ty::usize();
        the_loop.head = Head::For {
            index: carried.phi,
            lo: carried.init,
            hi: end,
            inclusive: false,
            step: None,
            rev: false,
        };
        the_loop.trips = None;
    }
}

/// The two sides of `a < b`, whichever way it is written.
fn below<'e>(cond: &Expr, not: bool, known: &dyn Fn(&Var) -> Option<&'e Expr>) -> Option<(Expr, Expr)> {
    let expr = match cond {
        Expr::Var(var) => known(var)?,
        _ => return None,
    };
    match expr {
        Expr::Unary(UnOp::Not(_), operand) => below(operand, !not, known),
        Expr::Var(_) => below(expr, not, known),
        Expr::Binary(op, a, b) => match (op, not) {
            (BinOp::Lt(_), false) | (BinOp::Ge(_), true) => Some(((**a).clone(), (**b).clone())),
            (BinOp::Gt(_), false) | (BinOp::Le(_), true) => Some(((**b).clone(), (**a).clone())),
            _ => None,
        },
        _ => None,
    }
}

/// Nothing but values, lengths and operators.
fn is_arithmetic(expr: &Expr) -> bool {
    let mut arithmetic = true;
    expr.walk(&mut |expr| {
        arithmetic &=
            matches!(expr, Expr::Var(_) | Expr::Lit(_) | Expr::Len(_) | Expr::Binary(..) | Expr::Unary(..));
    });
    arithmetic
}

fn is_any(expr: &Expr, of: &VarSet) -> bool {
    let mut found = false;
    expr.vars(&mut |var| found |= of.contains(&var));
    found
}

fn reads_any(stmt: &Stmt, of: &VarSet) -> bool {
    let mut found = false;
    stmt.reads(&mut |var| found |= of.contains(&var));
    found || stmt.blocks().iter().any(|block| block.stmts.iter().any(|stmt| reads_any(stmt, of)))
}

/// Whether the expression asks for a length that the loop may change, or that of what is not a whole place.
fn reshaped(expr: &Expr, body: &Block, vars: &Vars) -> bool {
    let mut found = false;
    expr.walk(&mut |expr| {
        let Expr::Len(path) = expr else { return };
        let full = vars.resolve(path);
        let root = |path: &Path| vars.resolve(path).root;
        found |= !full.proj.is_empty();
        body.walk(&mut |stmt| {
            if matches!(&stmt.kind, StmtKind::Store { .. }) {
                return;
            }
            stmt.parts(&mut |part| match part {
                Part::WritePath(path) => found |= root(path) == full.root,
                Part::Change(var) | Part::Define(var) => found |= var == full.root,
                _ => {}
            });
        });
    });
    found
}

#[cfg(test)]
mod tests {
    use crate::ir::print;

    fn counted(item: proc_macro2::TokenStream) -> String {
        print::function(&super::count(crate::lower::tests::lowered(&syn::parse2(item).unwrap())))
    }

    #[test]
    fn what_counts_is_a_for_loop() {
        let text = counted(quote::quote! {
            fn f(x: &[f64]) -> f64 {
                let mut i = 0;
                let mut s = 0.0;
                while i + 1 < x.len() {
                    s += x[i] * x[i + 1];
                    i += 1;
                }
                s
            }
        });
        assert!(text.contains("for i_1 in 0..end") && text.contains("saturating_sub"), "{text}");
        assert!(!text.contains("while"), "{text}");
        let text = counted(quote::quote! {
            fn f(x: &[f64], n: usize) -> f64 {
                let mut i = n;
                let mut s = 0.0;
                loop {
                    if i >= x.len() {
                        break;
                    }
                    s += x[i];
                    i += 1;
                }
                s * i as f64
            }
        });
        assert!(text.contains("for i_1 in i..x_len") && !text.contains("loop"), "{text}");
    }

    #[test]
    fn what_may_not_count_stays() {
        for body in [
            quote::quote! { while i < v.len() { if x[i] > 0.0 { v.push(x[i]); } i += 1; } },
            quote::quote! { while i < n { n -= 1; i += 1; v[0] += x[i]; } },
            quote::quote! { while i < n { v[0] += x[i]; if x[i] < 0.0 { i += 1; } i += 1; } },
            quote::quote! { while i < n { v[0] += x[i]; i += 1; if x[i] < 0.0 { break; } } },
            quote::quote! { while i < n { v[0] += x[i]; i += 2; } },
            quote::quote! { while i != n { v[0] += x[i]; i += 1; } },
        ] {
            let text = counted(quote::quote! {
                fn f(x: &[f64]) -> f64 {
                    let mut n = x.len();
                    let mut v = vec![1.0];
                    let mut i = 0;
                    #body
                    v[0]
                }
            });
            assert!(!text.contains("for "), "{text}");
        }
    }
}
