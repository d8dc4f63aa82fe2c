//! What tangents are given beside what makes them tangents: `Clone`, `Copy`, `Default`, `PartialEq` and `Debug`.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::Type;

use super::structure::{Field, Structure, Style, Variant};
use super::tangent;

impl Structure<'_> {
    /// What a tangent begins with before it has the shape of a value: of an enum a variant that holds nothing, or the first.
    fn beginning(&self) -> Option<&Variant<'_>> {
        // `Vec`s and `Option`s of the type itself have a beginning; another type that holds this one may have none.
        let begins = |variant: &&Variant| {
            let single = self.variants.len() == 1;
            variant.active().all(|field| {
                !self.is_recursive(field) || single && tangent::mentions(field.ty, &self.name.to_string())
            })
        };
        let empty = self.variants.iter().find(|variant| variant.active().next().is_none());
        empty.or_else(|| self.variants.iter().find(begins))
    }

    /// `Clone`, and where all fields have them `Copy`, `Debug`, `Default` and `PartialEq`. `parts`: the types of which all of that is
    /// asked, where they are not those of the tangents of fields, which surely are `Clone`.
    ///
    /// The bounds are written with a `for<…>` that they do not use: unlike others, such bounds may be false. A field that holds
    /// the type itself has none, which would ask for what is being said; it is behind a `Vec` or a `Box`, and what
    /// holds these is not `Copy`.
    pub(super) fn conveniences(&self, name: &Ident, parts: Option<&[Type]>) -> TokenStream {
        let runtime = self.runtime;
        let core = quote!(#runtime::__private::core);
        let (inside, others): (Vec<&Field>, Vec<&Field>) =
            self.active().partition(|field| self.is_recursive(field));
        let types: Vec<&Type> = match parts {
            Some(parts) => parts.iter().collect(),
            None => others.into_iter().filter_map(|field| field.tangent.as_ref()).collect(),
        };
        let copy = parts.is_none() && inside.is_empty() && !types.iter().any(|ty| tangent::is_allocated(ty));
        let implement = |path: TokenStream, bounded: bool, body: TokenStream| {
            let mut generics = self.tangent_generics.clone();
            if bounded {
                let predicates = &mut generics.make_where_clause().predicates;
                predicates.extend(
                    types
                        .iter()
                        .map(|ty| -> syn::WherePredicate { syn::parse_quote!(for<'__any> #ty: #path) }),
                );
            }
            let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
            quote! {
                #[automatically_derived]
                #[allow(unused_lifetimes, clippy::extra_unused_lifetimes, clippy::unused_unit)]
                impl #impl_generics #path for #name #type_generics #where_clause { #body }
            }
        };
        let clone = self.by_variant(name, |variant| {
            variant.build(name, |field| match field.tangent {
                Some(_) => {
                    let bound = field.bound("self");
                    quote!(#core::clone::Clone::clone(#bound))
                }
                None => quote!(()),
            })
        });
        let equal = self.by_both(name, quote!(false), |variant| {
            let (a, b): (Vec<_>, Vec<_>) =
                variant.active().map(|field| (field.bound("self"), field.bound("other"))).unzip();
            quote!(true #(&& #a == #b)*)
        });
        let debug = self.by_variant(name, |variant| {
            let text = variant.name.unwrap_or(name).to_string();
            let values = variant.fields.iter().map(|field| match field.tangent {
                Some(_) => {
                    let bound = field.bound("self");
                    quote!(#bound)
                }
                None => quote!(&()),
            });
            match variant.style {
                Style::Named => {
                    let names = variant.fields.iter().map(|field| field.name.map(ToString::to_string));
                    quote!(f.debug_struct(#text)#(.field(#names, #values))*.finish())
                }
                Style::Tuple | Style::Unit => quote!(f.debug_tuple(#text)#(.field(#values))*.finish()),
            }
        });
        let mut impls = implement(
            quote!(#core::clone::Clone),
            parts.is_some(),
            quote!(#[inline] fn clone(&self) -> Self { #clone }),
        );
        if copy {
            impls.extend(implement(quote!(#core::marker::Copy), true, TokenStream::new()));
        }
        if let Some(variant) = self.beginning() {
            let default = variant.build(name, |_| quote!(#core::default::Default::default()));
            impls.extend(implement(
                quote!(#core::default::Default),
                true,
                quote!(#[inline] fn default() -> Self { #default }),
            ));
        }
        impls.extend(implement(
            quote!(#core::cmp::PartialEq),
            true,
            quote! {
                #[inline]
                fn eq(&self, other: &Self) -> bool { #equal }
            },
        ));
        impls.extend(implement(
            quote!(#core::fmt::Debug),
            true,
            quote!(fn fmt(&self, f: &mut #core::fmt::Formatter<'_>) -> #core::fmt::Result { #debug }),
        ));
        impls
    }
}
