//! A `Vec` that a loop pushes one number to in each iteration: made at its length, and stored to, so that its iterations
//! know nothing of each other and its adjoint is read where it lies.
//!
//! Invariant: the loop runs from 0 to its end, and nothing but the one push mentions the `Vec` before it is full.

use crate::ir::{
    Block, Expr, Float, Function, Head, Init, Loop, Proj, Role, Stmt, StmtKind, StoreOp, Ty, Var, Vars, build,
};

/// Fills what it can.
pub(crate) fn fill(mut function: Function) -> Function {
    block(&mut function.body, &mut function.vars);
    function
}

fn block(of: &mut Block, vars: &mut Vars) {
    for stmt in &mut of.stmts {
        stmt.blocks_mut().into_iter().for_each(|inner| block(inner, vars));
    }
    for at in (0..of.stmts.len()).rev() {
        let StmtKind::Declare { place, init: Init::EmptyVec(_) } = of.stmts[at].kind else { continue };
        let Some(pushing) = (at + 1..of.stmts.len()).find(|at| of.stmts[*at].mentions(place, vars)) else {
            continue;
        };
        let StmtKind::Loop(the_loop) = &mut of.stmts[pushing].kind else { continue };
        let Some((len, inclusive)) = filled(the_loop, place, vars) else { continue };
        let Stmt { span, .. } = of.stmts.remove(at);
        let mut made = Vec::new();
        let len = if inclusive {
            let one_more = vars.fresh("len", Ty::usize(), Role::Value, span);
            let plus = syn::BinOp::Add(Default::default());
            let expr = Expr::Binary(plus, Box::new(len), Box::new(build::int(1)));
            made.push(Stmt { kind: StmtKind::Let { var: one_more, expr }, span });
            Expr::Var(one_more)
        } else {
            len
        };
        let init = Init::Repeat { vec: true, value: build::lit(0.0), len };
        made.push(Stmt { kind: StmtKind::Declare { place, init }, span });
        of.stmts.splice(pushing - 1..pushing - 1, made);
    }
}

/// Stores where the loop pushes; tells the last index, and whether it belongs to the loop.
fn filled(the_loop: &mut Loop, place: Var, vars: &Vars) -> Option<(Expr, bool)> {
    let Head::For { index, lo, hi, inclusive, step: None, rev: false } = &the_loop.head else { return None };
    let is_usize = |ty: &Ty| matches!(ty, Ty::Int(Some(name)) if name == "usize");
    let numbers = matches!(vars[place].ty.element(), Ty::Float(Float::F64 | Float::F32 | Float::Alias(_)));
    let whole = the_loop.break_if.is_none() && the_loop.trips.is_none();
    if !numbers || !whole || !is_usize(&vars[*index].ty) || build::value_of(lo) != Some(0.0) {
        return None;
    }
    let mut mentioning = the_loop.body.stmts.iter_mut().filter(|stmt| stmt.mentions(place, vars));
    let (Some(push), None) = (mentioning.next(), mentioning.next()) else { return None };
    let StmtKind::Push { path, value: value @ (Expr::Var(_) | Expr::Lit(_)) } = &push.kind else {
        return None;
    };
    if path.root != place || !path.proj.is_empty() {
        return None;
    }
    let path = path.with(Proj::Index(Expr::Var(*index)));
    push.kind = StmtKind::Store { path, op: StoreOp::Set, value: value.clone() };
    Some((hi.clone(), *inclusive))
}

#[cfg(test)]
mod tests {
    use crate::ir::print;

    fn filled(item: proc_macro2::TokenStream) -> String {
        print::function(&super::fill(crate::lower::tests::lowered(&syn::parse2(item).unwrap())))
    }

    #[test]
    fn what_is_pushed_in_every_iteration_is_stored() {
        let text = filled(quote::quote! {
            fn f(x: &[f64], n: usize) -> f64 {
                let mut v = Vec::with_capacity(n);
                let first = x[0];
                for i in 0..=n {
                    v.push(x[i] * first);
                }
                let w: Vec<f64> = x.iter().map(|x| x * x).collect();
                v[0] + w[0]
            }
        });
        assert!(!text.contains("push") && !text.contains("with_capacity"), "{text}");
        assert!(text.contains("n + 1"), "{text}");
    }

    #[test]
    fn what_may_have_another_length_is_pushed() {
        for body in [
            quote::quote! { for i in 0..n { if x[i] > 0.0 { v.push(x[i]); } } },
            quote::quote! { for i in 0..n { v.push(x[i]); if x[i] > 0.0 { break; } } },
            quote::quote! { for i in 1..n { v.push(x[i]); } },
            quote::quote! { for i in 0..n { v.push(x[i]); v.push(x[0]); } },
            quote::quote! { v.push(1.0); for i in 0..n { v.push(x[i]); } },
            quote::quote! { for i in 0..n { v.push(x[v.len()]); } },
        ] {
            let text = filled(quote::quote! {
                fn f(x: &[f64], n: usize) -> f64 {
                    let mut v: Vec<f64> = Vec::new();
                    #body
                    v[0]
                }
            });
            assert!(text.contains("push") && text.contains("Vec::new()"), "{text}");
        }
    }
}
