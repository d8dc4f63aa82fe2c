//! What a `&mut` parameter with the mark `#[no_diff]` passes on.
//!
//! Invariant: what the function may have written to holds constants behind the call. A caller cannot see the mark, and hands
//! over the adjoint or tangent of what it lends; it is cleared.
//!
//! ```text
//! fn fill(#[no_diff] buffer: &mut [f64], x: f64) -> f64 { buffer[0] = x; x * x }
//! // in the pullback and in the pushforward:
//! if let Some(buffer_bar) = buffer_bar { buffer_bar.fill(0.0); }
//! ```

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::Emitter;
use super::signature::ParamSig;
use crate::ir::visit::Part;
use crate::ir::*;

/// Whether an adjoint or tangent that a caller hands over for a parameter is to be cleared.
pub(super) fn is_lost(function: &Function, param: &Param) -> bool {
    if !param.no_diff || param.passing != Passing::RefMut || !param.ty.may_be_active() {
        return false;
    }
    match &param.last {
        Some(last) => !matches!(last, Expr::Var(var) if *var == param.var),
        None => {
            let mut found = false;
            function.body.walk(&mut |stmt| found |= writes(stmt, &function.vars, param.var));
            found
        }
    }
}

/// Whether a statement itself writes something that may carry a derivative to a place.
fn writes(stmt: &Stmt, vars: &Vars, place: Var) -> bool {
    if matches!(&stmt.kind, StmtKind::Store { value, .. } if is_integer(value, vars)) {
        return false;
    }
    let mut found = false;
    stmt.parts(&mut |part| {
        found |= match part {
            Part::WritePath(path) => vars.root(path) == place && vars.type_of(path).may_be_active(),
            Part::Change(var) => vars.root(&Path::of(var)) == place,
            _ => false,
        }
    });
    found
}

fn is_integer(value: &Expr, vars: &Vars) -> bool {
    match value {
        Expr::Var(var) => matches!(vars[*var].ty, Ty::Int(_)),
        Expr::Lit(lit) => matches!(lit.ty, Ty::Int(_)),
        Expr::Binary(..) | Expr::Len(_) => true,
        _ => false,
    }
}

impl Emitter<'_> {
    /// Clears the adjoint or tangent `of` a parameter, where the caller hands one over.
    pub(super) fn clear_lost(&self, param: &Param, sig: &ParamSig, of: &Ident) -> TokenStream {
        let runtime = self.runtime;
        let cleared = if sig.is_unread() {
            quote!(#runtime::__private::Lost::clear(#of);)
        } else {
            match (&param.ty, self.constant(&param.ty, 0.0)) {
                (_, Some(zero)) => quote!(*#of = #zero;),
                (Ty::Slice(element), None) => match self.constant(element, 0.0) {
                    Some(zero) => quote!(#of.fill(#zero);),
                    None => quote!(#of.iter_mut().for_each(|part| #runtime::Tangent::set_all(part, 0.0));),
                },
                // Its length is that of what the parameter holds now.
                (Ty::Vec(_), None) if self.is_bound(param.var) => {
                    let zero = self.zero(&Path::of(param.var));
                    quote!(*#of = #zero;)
                }
                _ => quote!(#runtime::Tangent::set_all(#of, 0.0);),
            }
        };
        quote!(if let ::core::option::Option::Some(#of) = #of { #cleared })
    }
}
