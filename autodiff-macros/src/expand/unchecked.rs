//! `unsafe` that is only indexing without a check is indexing.
//!
//! Invariant: what the block does is the same where its contract is kept; generated code is safe, and panics where it is not.
//!
//! ```text
//! unsafe { *x.get_unchecked(i) * *w.get_unchecked(i + 1) }    →    (x[i] * w[i + 1])
//! unsafe { *y.get_unchecked_mut(i) += a; }                    →    { y[i] += a; }
//! ```

use std::borrow::Cow;

use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, ExprMethodCall, Stmt, parse_quote};

use crate::lower::jump::mentions_word;

/// The body of a function with such blocks written safely.
pub(super) fn indexed(block: Cow<'_, Block>) -> Cow<'_, Block> {
    if !mentions_word(block.to_token_stream(), "unsafe") {
        return block;
    }
    let mut block = block.into_owned();
    Indexed.visit_block_mut(&mut block);
    Cow::Owned(block)
}

struct Indexed;

impl VisitMut for Indexed {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if let Expr::Unsafe(block) = expr {
            if only_indexes(&mut block.block) {
                let mut inner = block.block.clone();
                Checked.visit_block_mut(&mut inner);
                *expr = match &inner.stmts[..] {
                    [Stmt::Expr(value @ Expr::Paren(_), None)] => value.clone(),
                    [Stmt::Expr(value, None)] => parse_quote!((#value)),
                    _ => parse_quote!(#inner),
                };
            }
        }
        visit_mut::visit_expr_mut(self, expr);
        behind_a_reference(expr);
    }
}

/// `*(&x[i])` is `x[i]`.
fn behind_a_reference(expr: &mut Expr) {
    let Expr::Unary(syn::ExprUnary { op: syn::UnOp::Deref(_), expr: inner, .. }) = expr else { return };
    let mut inner = &**inner;
    while let Expr::Paren(paren) = inner {
        inner = &paren.expr;
    }
    if let Expr::Reference(reference) = inner {
        if let Expr::Index(_) = &*reference.expr {
            *expr = (*reference.expr).clone();
        }
    }
}

/// Writes the calls as indexing.
struct Checked;

impl VisitMut for Checked {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        if let Expr::MethodCall(call) = expr {
            if let Some(mutable) = unchecked(call) {
                let (of, index) = (&call.receiver, &call.args[0]);
                *expr = if mutable { parse_quote!((&mut #of[#index])) } else { parse_quote!((&#of[#index])) };
            }
        }
        behind_a_reference(expr);
    }
}

/// Whether a call is `get_unchecked(i)`, or `get_unchecked_mut(i)` (`true`).
fn unchecked(call: &ExprMethodCall) -> Option<bool> {
    let known = ["get_unchecked", "get_unchecked_mut"];
    let at = known.iter().position(|name| call.method == name).filter(|_| call.args.len() == 1)?;
    Some(at == 1)
}

/// Whether a block does nothing that needs `unsafe` but index, as far as it shows: what it calls beside is the standard
/// library's.
fn only_indexes(block: &mut Block) -> bool {
    let mut look = Look { indexes: false, other: false };
    look.visit_block_mut(block);
    look.indexes && !look.other
}

struct Look {
    indexes: bool,
    other: bool,
}

impl VisitMut for Look {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        match expr {
            Expr::MethodCall(call) if unchecked(call).is_some() => self.indexes = true,
            Expr::MethodCall(call) => {
                self.other |= !crate::typing::is_of_the_library(&call.method.to_string())
            }
            Expr::Call(call) => {
                self.other |= !matches!(&*call.func, Expr::Path(path)
                    if path.path.segments.first().is_some_and(|first| first.ident == "f64" || first.ident == "f32"))
            }
            Expr::RawAddr(_) | Expr::Unsafe(_) => self.other = true,
            _ => {}
        }
        visit_mut::visit_expr_mut(self, expr);
    }

    fn visit_macro_mut(&mut self, called: &mut syn::Macro) {
        let asserts =
            called.path.segments.last().is_some_and(|last| last.ident.to_string().contains("assert"));
        self.other |= !asserts || mentions_word(called.tokens.clone(), "unchecked");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(block: Block) -> String {
        indexed(Cow::Borrowed(&block)).to_token_stream().to_string()
    }

    #[test]
    fn indexing_is_written_safely() {
        let same =
            |before: Block, after: Block| assert_eq!(written(before), after.to_token_stream().to_string());
        same(
            parse_quote!({ unsafe { *x.get_unchecked(i) * *w.get_unchecked(i + 1) } }),
            parse_quote!({ (x[i] * w[i + 1]) }),
        );
        same(
            parse_quote!({
                for i in 0..n {
                    unsafe {
                        *y.get_unchecked_mut(i) += a.sin();
                    }
                }
            }),
            parse_quote!({
                for i in 0..n {
                    {
                        y[i] += a.sin();
                    }
                }
            }),
        );
        same(
            parse_quote!({
                let v = *unsafe { x.get_unchecked(k) };
                let w = unsafe { x.get_unchecked(a..b) };
                v
            }),
            parse_quote!({
                let v = x[k];
                let w = (&x[a..b]);
                v
            }),
        );
        same(
            parse_quote!({ unsafe { (*rows.get_unchecked(i)).get_unchecked(j).exp() } }),
            parse_quote!({ ((&(rows[i])[j]).exp()) }),
        );
    }

    #[test]
    fn what_needs_unsafe_otherwise_is_left() {
        for block in [
            parse_quote!({ unsafe { x } }),
            parse_quote!({ unsafe { f(*x.get_unchecked(0)) } }),
            parse_quote!({ unsafe { *x.get_unchecked(0) + *p.add(1) } }),
            parse_quote!({
                unsafe {
                    println!("{}", 1);
                    *x.get_unchecked(0)
                }
            }),
        ] {
            assert!(written(block).contains("unsafe"));
        }
    }
}
