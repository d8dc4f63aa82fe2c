//! The types of fields that only rustc knows, each with the question whether anything is known of its derivative; see
//! `emit/known.rs`, which says why.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, Type, parse_quote};

use super::structure::{Field, Structure};
use super::tangent::{leaves, with_leaves};
use crate::emit::known::without_lifetimes;

/// Whose fields they are: of a type without parameters, since a constant in a type cannot mention parameters.
#[derive(Clone)]
pub(super) struct Asked<'a> {
    name: Option<&'a Ident>,
    runtime: &'a syn::Path,
}

impl<'a> Asked<'a> {
    pub(super) fn new(name: &'a Ident, generics: &syn::Generics, runtime: &'a syn::Path) -> Asked<'a> {
        let generic = generics.type_params().next().is_some() || generics.const_params().next().is_some();
        Asked { name: (!generic).then_some(name), runtime }
    }

    /// A type that is asked about.
    pub(super) fn leaf(&self, ty: &Type) -> Type {
        let Some(name) = self.name else { return ty.clone() };
        let runtime = self.runtime;
        parse_quote!(#runtime::__private::Known<#ty, { #name::KNOWN_FIELDS }>)
    }

    /// The type of a field, where there is something in it that is asked about.
    pub(super) fn whole(&self, ty: &Type) -> Option<Type> {
        self.name?;
        let mut found = false;
        leaves(ty, &mut |_| found = true);
        found.then(|| with_leaves(ty, &|leaf| self.leaf(leaf)))
    }

    /// The tangents of fields by names that bounds of generic `impl`s understand: those that are asked about hang on types of
    /// their own, since no constant has a value there.
    pub(super) fn tangents<'f>(
        &self,
        fields: impl Iterator<Item = &'f Field<'f>>,
    ) -> (TokenStream, Vec<Type>) {
        let (mut markers, mut tangents, runtime) = (TokenStream::new(), Vec::new(), self.runtime);
        for (at, field) in fields.enumerate() {
            let Some(tangent) = &field.tangent else { continue };
            if self.whole(field.ty).is_none() {
                tangents.push(tangent.clone());
                continue;
            }
            let marker = format_ident!("__Field{at}");
            markers.extend(quote! {
                struct #marker;
                impl #runtime::__private::Then for #marker {
                    type Type = #tangent;
                }
            });
            tangents.push(parse_quote!(<#marker as #runtime::__private::Then>::Type));
        }
        (markers, tangents)
    }

    /// The constant in which rustc is asked.
    pub(super) fn constant(&self, of: &Structure<'_>) -> Option<TokenStream> {
        let (name, runtime) = (self.name?, self.runtime);
        let mut questions: Vec<TokenStream> = Vec::new();
        for field in of.active() {
            leaves(field.ty, &mut |leaf| {
                let ty = without_lifetimes(leaf.to_token_stream());
                questions.push(quote_spanned!(leaf.span()=> <#ty as #runtime::Differentiable>::KNOWN));
            });
        }
        let (generics, arguments, clause) = of.generics.split_for_impl();
        (!questions.is_empty()).then(|| {
            quote! {
                impl #generics #name #arguments #clause {
                    #[doc(hidden)]
                    const KNOWN_FIELDS: bool = #(#questions)&*;
                }
            }
        })
    }
}
