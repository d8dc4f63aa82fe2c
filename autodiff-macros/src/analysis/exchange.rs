//! A `Vec` moved into another: an exchange of the two, whose reversal is an exchange, so that nothing is copied, zeroed or
//! added up for it. What was overwritten lies where the source was, and goes onto a tape from there, if it has to.
//!
//! Invariant: the destination holds a `Vec` when it is assigned (it was declared with one, and only exchanges move it); the
//! source is not read again before it is assigned anew, since it was moved.

use crate::ir::{
    Arg, CopyHow, Expr, Function, Init, Path, Role, Stmt, StmtKind, Ty, Var, VarSet, Vars, visit::Part,
};

/// Turns what moves it can into exchanges.
pub(crate) fn exchange(mut function: Function) -> Function {
    let mut fixed = function.locals_apart();
    fixed.extend(function.params.iter().map(|param| param.var));
    let (mut held, mut moved) = (VarSet::new(), VarSet::new());
    function.body.walk(&mut |stmt| {
        match &stmt.kind {
            StmtKind::Declare { place, init } if !matches!(init, Init::Deferred) => {
                held.insert(*place);
            }
            StmtKind::Call(call) => held.extend(call.results.leaves().into_iter().copied()),
            _ => {}
        }
        if moves(stmt, &function.vars).is_none() {
            taken(stmt, &function.vars, &mut moved);
        }
    });
    let Function { body, vars, .. } = &mut function;
    body.walk_mut(&mut |stmt| {
        let Some((to, from)) = moves(stmt, vars) else { return };
        let own = |var| held.contains(&var) && !fixed.contains(&var);
        if own(to) && own(from) && !moved.contains(&to) {
            stmt.kind = StmtKind::Swap(Path::of(to), Path::of(from));
            vars[from].mutable = true;
        }
    });
    function
}

/// The two places of `to = from;`.
fn moves(stmt: &Stmt, vars: &Vars) -> Option<(Var, Var)> {
    match &stmt.kind {
        StmtKind::Assign { path, init: Init::Copy { from, how: CopyHow::Move }, slice: false } => {
            let whole = |path: &Path| path.proj.is_empty() && vars[path.root].role == Role::Place;
            let vec = matches!(vars[path.root].ty, Ty::Vec(_));
            (vec && whole(path) && whole(from) && path.root != from.root).then_some((path.root, from.root))
        }
        _ => None,
    }
}

/// The places that a statement may take the content of, or of a part.
fn taken(stmt: &Stmt, vars: &Vars, moved: &mut VarSet) {
    let mut take = |path: &Path| {
        moved.insert(vars.resolve(path).root);
    };
    let mut copied = |init: &Init| {
        if let Init::Copy { from: path, how: CopyHow::Move } | Init::Struct { base: Some(path), .. } = init {
            take(path);
        }
    };
    match &stmt.kind {
        StmtKind::Declare { init: Init::Stop(init), .. } => copied(init),
        StmtKind::Declare { init, .. } | StmtKind::Assign { init, .. } => copied(init),
        StmtKind::Call(call) => {
            for arg in &call.args {
                if let Arg::Move(path) = arg {
                    take(path);
                }
            }
        }
        _ => {}
    }
    stmt.parts(&mut |part| {
        if let Part::Read(expr) = part {
            expr.walk(&mut |expr| {
                if let Expr::Whole(path) = expr {
                    take(path);
                }
            });
        }
    });
}

#[cfg(test)]
mod tests {
    use crate::ir::print;

    fn exchanged(item: proc_macro2::TokenStream) -> String {
        print::function(&super::exchange(crate::lower::tests::lowered(&syn::parse2(item).unwrap())))
    }

    #[test]
    fn a_vec_that_is_moved_on_is_exchanged() {
        let text = exchanged(quote::quote! {
            fn f(x: &[f64], n: usize) -> f64 {
                let mut v = x.to_vec();
                for _ in 0..n {
                    let mut w = vec![0.0; n];
                    w[0] = v[0] * v[1];
                    v = w;
                }
                v[0]
            }
        });
        assert!(text.contains("swap") && !text.contains("v = w"), "{text}");
    }

    #[test]
    fn what_may_be_gone_or_is_needed_again_is_not_exchanged() {
        for body in [
            // Moved away before: there is nothing to exchange.
            quote::quote! { let mut v = x.to_vec(); let w = v; v = x.to_vec(); v[0] * w[0] },
            quote::quote! { let v; let w = x.to_vec(); v = w; v[0] },
            quote::quote! { let mut v = [x[0], x[1]]; let w = [x[1], x[0]]; v[0] += 1.0; v = w; v[0] * w[1] },
            quote::quote! { let mut v = x.to_vec(); let w = x.to_vec(); v[0] = 1.0; v = w.clone(); v[0] * w[1] },
        ] {
            let text = exchanged(quote::quote! { fn f(x: &[f64]) -> f64 { #body } });
            assert!(!text.contains("swap"), "{text}");
        }
    }
}
