//! The seed of the sum of a result's elements.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

use crate::ir::*;

/// Ones in the shape of a path: the seed of the sum of its elements.
pub(super) fn ones(ty: &Ty, path: &Path, runtime: &TokenStream) -> Init {
    match ty {
        Ty::Vec(t) | Ty::Slice(t) if t.is_float() => {
            let len = Expr::Len(path.clone());
            Init::Repeat { vec: true, value: build::lit(1.0), len }
        }
        Ty::Array(t, Some(len)) if t.is_float() => {
            let len = Lit { tokens: len.clone(), value: None, ty: Ty::usize(), made: false };
            Init::Repeat { vec: false, value: build::lit(1.0), len: Expr::Lit(len) }
        }
        ty => {
            let name = Ident::new("result", proc_macro2::Span::mixed_site());
            let code = ones_of(ty, name.to_token_stream(), runtime);
            Init::Inert(Inert { code, binds: vec![(name, Expr::Whole(path.clone()))], pure: true })
        }
    }
}

/// Ones in the shape of what `value`, a reference, refers to.
pub(in crate::emit) fn ones_of(ty: &Ty, value: TokenStream, runtime: &TokenStream) -> TokenStream {
    if !ty.may_be_active() {
        return quote!(());
    }
    match ty {
        Ty::Float(Float::Param(_)) => quote!(#runtime::__private::lit(1.0)),
        Ty::Float(_) => quote!(1.0),
        Ty::Array(t, _) => {
            let element = Ident::new("element", proc_macro2::Span::mixed_site());
            let ones = ones_of(t, element.to_token_stream(), runtime);
            quote!(#value.each_ref().map(|#element| #ones))
        }
        Ty::Vec(t) | Ty::Slice(t) => {
            let element = Ident::new("element", proc_macro2::Span::mixed_site());
            let ones = ones_of(t, element.to_token_stream(), runtime);
            quote!(#value.iter().map(|#element| #ones).collect::<#runtime::__private::Vec<_>>())
        }
        Ty::Tuple(ts) => {
            let parts = ts.iter().enumerate().map(|(at, t)| {
                let field = syn::Index::from(at);
                ones_of(t, quote!((&#value.#field)), runtime)
            });
            quote!((#(#parts,)*))
        }
        _ => quote!(#runtime::__private::ones(#value)),
    }
}
