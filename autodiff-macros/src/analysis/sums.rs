//! Sums that a loop takes in an element (`out[j] += w[i] * x[i]`) are taken in a scalar, as one writes them with `let mut sum`: rustc
//! keeps it in a register, and four of them are taken side by side.
//!
//! Invariant: the same additions in the same order, and no element is read that is not there: the index runs to the length.

use super::lengths::Known;
use crate::ir::{
    Block, Carried, Expr, Function, Head, Loop, Path, Proj, Role, Stmt, StmtKind, StoreOp, Var, VarMap,
    VarSet,
};
use crate::rules::table::rule;

/// Carries what sums it can in scalars.
pub(crate) fn sums(mut function: Function) -> Function {
    let mut lens = VarMap::new();
    function.body.walk(&mut |stmt| {
        if let StmtKind::Let { var, expr: Expr::Len(path) } = &stmt.kind {
            let full = function.vars.resolve(path);
            if full.proj.is_empty() {
                lens.insert(*var, full.root);
            }
        }
    });
    let sums = Sums { known: Known::of(&function), lens, apart: function.locals_apart() };
    let mut body = std::mem::take(&mut function.body);
    sums.block(&mut body, &mut function, &mut Vec::new());
    function.body = body;
    function
}

struct Sums {
    known: Known,
    /// Integers that are the length of a place.
    lens: VarMap<Var>,
    apart: VarSet,
}

impl Sums {
    /// `around`: the indices of the loops around, and where they end.
    fn block(&self, block: &mut Block, function: &mut Function, around: &mut Vec<(Var, Expr)>) {
        let mut at = 0;
        while at < block.stmts.len() {
            let index = match &block.stmts[at].kind {
                StmtKind::Loop(the_loop) => match &the_loop.head {
                    Head::For { index, hi, inclusive: false, .. } => Some((*index, hi.clone())),
                    _ => None,
                },
                _ => None,
            };
            let inner = index.is_some();
            around.extend(index);
            block.stmts[at].blocks_mut().into_iter().for_each(|inner| self.block(inner, function, around));
            if inner {
                around.pop();
            }
            let span = block.stmts[at].span;
            if let StmtKind::Loop(the_loop) = &mut block.stmts[at].kind {
                for (before, behind) in self.carried(the_loop, function, around) {
                    block.stmts.insert(at, Stmt { kind: before, span });
                    block.stmts.insert(at + 2, Stmt { kind: behind, span });
                    at += 1;
                }
            }
            at += 1;
        }
    }

    /// Carries what sums a loop takes; what is loaded before it and stored behind it.
    fn carried(
        &self,
        the_loop: &mut Loop,
        function: &mut Function,
        around: &[(Var, Expr)],
    ) -> Vec<(StmtKind, StmtKind)> {
        let counted = matches!(the_loop.head, Head::For { .. }) && the_loop.break_if.is_none();
        let mut marked = false;
        the_loop.body.walk(&mut |stmt| marked |= matches!(stmt.kind, StmtKind::Mark(_)));
        if !counted || marked {
            return Vec::new();
        }
        let mut made = Vec::new();
        for at in 0..the_loop.body.stmts.len() {
            let StmtKind::Store { path, op: op @ (StoreOp::Add | StoreOp::Sub), value } =
                &the_loop.body.stmts[at].kind
            else {
                continue;
            };
            let vars = &function.vars;
            let (path, op, value) = (vars.resolve(path), *op, value.clone());
            let alone = the_loop.body.stmts.iter().filter(|stmt| stmt.mentions(path.root, vars)).count() == 1;
            if !alone || !self.is_there(&path, function, around) || !value.is_atom() {
                continue;
            }
            let vars = &mut function.vars;
            let (ty, span) = (vars.type_of(&path), the_loop.body.stmts[at].span);
            let mut fresh = |name: &str| {
                let name = format!("{}_{name}", vars[path.root].name);
                vars.fresh(name, ty.clone(), Role::Value, span)
            };
            let (before, phi, next, out) = (fresh("sum"), fresh("sum"), fresh("sum"), fresh("sum"));
            let add = rule(if op == StoreOp::Add { "add" } else { "sub" });
            let expr = Expr::Rule(add, vec![Expr::Var(phi), value]);
            the_loop.body.stmts[at].kind = StmtKind::Let { var: next, expr };
            the_loop.carried.push(Carried { phi, init: Expr::Var(before), next: Expr::Var(next), out });
            made.push((
                StmtKind::Let { var: before, expr: Expr::Load(path.clone()) },
                StmtKind::Store { path, op: StoreOp::Set, value: Expr::Var(out) },
            ));
        }
        made
    }

    /// Whether a path is an element of a local sequence that is surely there, and the same in all iterations: its index is that of
    /// the loop around, which ends with the sequence.
    fn is_there(&self, path: &Path, function: &Function, around: &[(Var, Expr)]) -> bool {
        let [Proj::Index(Expr::Var(index))] = &path.proj[..] else { return false };
        let place = path.root;
        if self.apart.contains(&place) || !function.vars.type_of(path).is_float() {
            return false;
        }
        // Where another loop stands between, the element would be loaded and stored in each of its iterations.
        let Some((_, end)) = around.last().filter(|(around, _)| around == index) else { return false };
        let length = self.known.length_of_place(place, function).filter(Expr::is_atom);
        let asked = match end {
            Expr::Var(end) => self.lens.get(end) == Some(&place) && self.known.keeps_length(place),
            _ => false,
        };
        asked || length.is_some_and(|length| super::lengths::is_same(&length, end))
    }
}

#[cfg(test)]
mod tests {
    use crate::ir::print;

    fn carried(body: proc_macro2::TokenStream) -> bool {
        let text = print::function(&super::sums(crate::lower::tests::lowered(
            &syn::parse2(quote::quote! {
                fn f(w: &[f64], x: &[f64], n: usize) -> f64 {
                    let mut out = vec![0.0; n];
                    #body
                    out[0]
                }
            })
            .unwrap(),
        )));
        text.contains("out_sum")
    }

    #[test]
    fn sums_in_elements_are_carried() {
        assert!(carried(
            quote::quote! { for j in 0..n { for i in 0..x.len() { out[j] += w[j * n + i] * x[i]; } } }
        ));
        assert!(carried(
            quote::quote! { for j in 0..out.len() { for i in 0..3 { out[j] -= w[i] * x[i]; } } }
        ));
        for other in [
            // The element may not be there, and is not reached.
            quote::quote! { for i in 0..x.len() { out[n] += x[i]; } },
            quote::quote! { for j in 0..x.len() { for i in 0..x.len() { out[j] += x[i]; } } },
            quote::quote! { for j in 0..=n { for i in 0..x.len() { out[j] += x[i]; } } },
            // Others look at it.
            quote::quote! { for j in 0..n { for i in 0..x.len() { out[j] += x[i] * out[i]; } } },
            quote::quote! { for j in 0..n { for i in 0..x.len() { if x[i] > 0.0 { break; } out[j] += x[i]; } } },
            quote::quote! { out.push(1.0); for j in 0..n { for i in 0..x.len() { out[i] += x[i]; } } },
        ] {
            assert!(!carried(other.clone()), "{other}");
        }
    }
}
