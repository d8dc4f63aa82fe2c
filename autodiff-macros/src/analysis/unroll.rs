//! Short loops of a known number of iterations, written out: what they carry is alive in the reverse sweep then, and the elements of small
//! arrays are known by their numbers.
//!
//! Invariant: the same statements in the same order.

use crate::ir::{
    Block, Expr, Function, Head, Init, Loop, Path, Proj, Role, Stmt, StmtKind, Ty, Var, VarSet, Vars, build,
};
use crate::lower::rewrite::Substitution;

/// How many iterations are written out, and how many elements a small array has.
const SHORT: i64 = 8;
/// How many statements there may be then.
const MOST: usize = 32;

/// Writes out what loops it can, and leaves out the arrays that nobody reads any more.
pub(crate) fn unroll(mut function: Function) -> Function {
    let mut vars = std::mem::take(&mut function.vars);
    block(&mut function.body, &mut vars);
    function.vars = vars;
    function
}

fn block(of: &mut Block, vars: &mut Vars) {
    let mut stmts = Vec::with_capacity(of.stmts.len());
    for mut stmt in std::mem::take(&mut of.stmts) {
        stmt.blocks_mut().into_iter().for_each(|inner| block(inner, vars));
        match &stmt.kind {
            StmtKind::Loop(the_loop) => match indices(the_loop, vars) {
                Some(indices) => written_out(the_loop, &indices, &mut stmts, vars),
                None => stmts.push(stmt),
            },
            _ => stmts.push(stmt),
        }
    }
    of.stmts = stmts;
}

/// The values of the index, in order, where a loop is short.
fn indices(the_loop: &Loop, vars: &Vars) -> Option<Vec<i64>> {
    let Head::For { lo, hi, inclusive, step: None, rev, .. } = &the_loop.head else { return None };
    let number =
        |expr: &Expr| build::value_of(expr).filter(|value| value.fract() == 0.0).map(|value| value as i64);
    let (lo, hi) = (number(lo)?, number(hi)? + i64::from(*inclusive));
    // Code of the user's may ask a number for its type.
    let plain = |stmt: &Stmt| match &stmt.kind {
        StmtKind::Let { expr, .. } => {
            let mut plain = true;
            expr.walk(&mut |expr| plain &= !matches!(expr, Expr::Inert(_) | Expr::Stop(_)));
            plain
        }
        StmtKind::Store { .. } => true,
        _ => false,
    };
    let body = &the_loop.body.stmts;
    let count = hi.checked_sub(lo).filter(|count| (0..=SHORT).contains(count))?;
    let short = body.len() * count as usize <= MOST && body.iter().all(plain);
    if lo < 0 || !short || the_loop.break_if.is_some() || the_loop.trips.is_some() {
        return None;
    }
    if the_loop.carried.is_empty() && !body.iter().all(|stmt| in_small_arrays(stmt, vars)) {
        return None;
    }
    let mut indices: Vec<i64> = (lo..hi).collect();
    if *rev {
        indices.reverse();
    }
    Some(indices)
}

/// Whether all that a statement reaches is in local arrays of few elements.
fn in_small_arrays(stmt: &Stmt, vars: &Vars) -> bool {
    let small = |path: &Path| is_small(&vars[vars.root(path)].ty);
    match &stmt.kind {
        StmtKind::Store { path, .. } => small(path),
        StmtKind::Let { expr: Expr::Load(path), .. } => small(path),
        _ => true,
    }
}

fn is_small(ty: &Ty) -> bool {
    ty.element().is_float() && ty.number_of_elements().is_some_and(|len| len <= SHORT)
}

fn written_out(the_loop: &Loop, indices: &[i64], stmts: &mut Vec<Stmt>, vars: &mut Vars) {
    let Head::For { index, .. } = &the_loop.head else { return };
    let mut now: Vec<Expr> = the_loop.carried.iter().map(|carried| carried.init.clone()).collect();
    for at in indices {
        let mut renamed = Substitution::default();
        renamed.insert(*index, index_literal(*at, &vars[*index].ty));
        for (carried, now) in the_loop.carried.iter().zip(&now) {
            renamed.insert(carried.phi, now.clone());
        }
        for stmt in &the_loop.body.stmts {
            let mut copy = Block { stmts: vec![stmt.clone()] };
            renamed.block(&mut copy, vars);
            let mut copied = copy.stmts.remove(0);
            if let StmtKind::Let { var, expr } = &mut copied.kind {
                if let (Ty::Int(_), Some(number)) = (&vars[*var].ty, folded(expr)) {
                    renamed.insert(*var, index_literal(number, &vars[*var].ty));
                    continue;
                }
                let info = vars[*var].clone();
                vars.0.push(info);
                let fresh = Var(vars.0.len() as u32 - 1);
                renamed.insert(*var, Expr::Var(fresh));
                *var = fresh;
            }
            stmts.push(copied);
        }
        now = the_loop
            .carried
            .iter()
            .map(|carried| {
                let mut next = carried.next.clone();
                renamed.expr(&mut next);
                next
            })
            .collect();
    }
    for (carried, now) in the_loop.carried.iter().zip(now) {
        let span = vars[carried.out].span;
        stmts.push(Stmt { kind: StmtKind::Let { var: carried.out, expr: now }, span });
    }
}

/// An index that is computed of numbers.
fn folded(expr: &Expr) -> Option<i64> {
    let Expr::Binary(op, a, b) = expr else { return None };
    let (a, b) = (build::value_of(a)? as i64, build::value_of(b)? as i64);
    let value = match op {
        syn::BinOp::Add(_) => a.checked_add(b),
        syn::BinOp::Sub(_) => a.checked_sub(b),
        syn::BinOp::Mul(_) => a.checked_mul(b),
        _ => None,
    };
    value.filter(|value| (0..1 << 16).contains(value))
}

fn index_literal(at: i64, ty: &Ty) -> Expr {
    match build::int(at) {
        Expr::Lit(lit) => Expr::Lit(crate::ir::Lit { ty: ty.clone(), ..lit }),
        other => other,
    }
}

/// Leaves out local arrays of numbers that are only written to.
pub(crate) fn unread(mut function: Function) -> Function {
    loop {
        let mut read = function.locals_apart();
        function.result.leaves().into_iter().for_each(|leaf| {
            leaf.vars(&mut |var| {
                read.insert(function.vars.root(&Path::of(var)));
            });
        });
        for info in &function.vars.0 {
            info.view.iter().for_each(|view| {
                read.insert(function.vars.root(view));
            });
        }
        let mut candidates = VarSet::new();
        function.body.walk(&mut |stmt| match &stmt.kind {
            StmtKind::Declare { place, init } => {
                let plain = match init {
                    Init::List { vec: false, items } => items.iter().all(Expr::is_atom),
                    Init::Repeat { vec: false, value, .. } => value.is_atom(),
                    Init::Copy { from, .. } => from.proj.is_empty() && is_small(&function.vars.type_of(from)),
                    _ => false,
                };
                if plain && is_small(&function.vars[*place].ty) && function.vars[*place].role == Role::Place {
                    candidates.insert(*place);
                }
                reads(stmt, &mut read);
            }
            StmtKind::Store { path, value, .. } if is_element(path) => value.vars(&mut |var| {
                read.insert(var);
            }),
            _ => reads(stmt, &mut read),
        });
        let dead: VarSet = candidates.into_iter().filter(|place| !read.contains(place)).collect();
        if dead.is_empty() {
            return function;
        }
        leave_out(&mut function.body, &dead);
    }
}

fn leave_out(block: &mut Block, dead: &VarSet) {
    block.stmts.retain(|stmt| match &stmt.kind {
        StmtKind::Declare { place, .. } => !dead.contains(place),
        StmtKind::Store { path, .. } => !dead.contains(&path.root),
        _ => true,
    });
    for stmt in &mut block.stmts {
        stmt.blocks_mut().into_iter().for_each(|inner| leave_out(inner, dead));
    }
}

/// Whether a path is an element by its number, which is surely there where the program has got this far.
fn is_element(path: &Path) -> bool {
    matches!(&path.proj[..], [Proj::Index(index)] if build::value_of(index).is_some())
}

fn reads(stmt: &Stmt, read: &mut VarSet) {
    stmt.reads(&mut |var| {
        read.insert(var);
    });
}

#[cfg(test)]
mod tests {
    use crate::ir::print;

    fn prepared(item: proc_macro2::TokenStream) -> String {
        print::function(&crate::analysis::prepare(crate::lower::tests::lowered(&syn::parse2(item).unwrap())))
    }

    #[test]
    fn small_arrays_are_scalars() {
        let text = prepared(quote::quote! {
            fn f(x: f64, y: f64) -> f64 {
                let u = [x * y, x + y];
                let mut k = [0.0; 2];
                for i in 0..2 { k[i] = u[i] * u[i]; }
                let mut sum = 0.0;
                for k in k.iter().rev() { sum += k * y; }
                sum
            }
        });
        assert!(!text.contains("place") && !text.contains("for "), "{text}");
    }

    #[test]
    fn long_loops_and_those_of_the_users_code_stay() {
        for body in [
            quote::quote! { for i in 0..9 { sum += x * y; } },
            quote::quote! { for i in 0..n { sum += x * y; } },
            quote::quote! { for i in 0..3 { if sum > 1.0 { break; } sum += x * y; } },
            quote::quote! { for i in 0..3 { println!("{i}"); sum += x; } },
        ] {
            let text = prepared(quote::quote! {
                fn f(x: f64, y: f64, n: usize) -> f64 { let mut sum = 0.0; #body sum }
            });
            assert!(text.contains("for "), "{text}");
        }
    }
}
