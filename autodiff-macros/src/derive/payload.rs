//! What variants hold, by methods of one name on an enum and on its tangent: generated code reaches a payload, its tangent
//! and its adjoint through these, since no pattern can name the variants of a type that only rustc knows.

use std::collections::BTreeMap;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::{Generics, Type, parse_quote};

use super::Errors;
use super::structure::{Structure, Variant};

/// The methods that give what a variant holds in a field, by `&` and by `&mut`.
pub(crate) fn accessor(variant: &Ident, member: &syn::Member) -> (Ident, Ident) {
    use syn::ext::IdentExt;
    let label = match member {
        syn::Member::Named(name) => name.unraw().to_string(),
        syn::Member::Unnamed(index) => index.index.to_string(),
    };
    let name = format_ident!("__{}_{}", variant.unraw(), label, span = variant.span());
    let mutable = format_ident!("{}_mut", name);
    (name, mutable)
}

impl Structure<'_> {
    /// Complains of two fields that would be reached by the same name: `A { b_c }` and `A_b { c }`.
    pub(super) fn check_accessors(&self, errors: &mut Errors) {
        let mut seen: BTreeMap<String, &Ident> = BTreeMap::new();
        for variant in &self.variants {
            for field in &variant.fields {
                let Some(name) = variant.name else { continue };
                let (by_ref, by_mut) = accessor(name, &field.member);
                let of_both = [by_ref, by_mut];
                let other = of_both.iter().find_map(|method| Some((method, *seen.get(&method.to_string())?)));
                if let Some((method, other)) = other {
                    errors.push(
                        name,
                        format!(
                            "what the variants `{other}` and `{name}` hold would be reached by the same name `{method}`: \
                             rename a variant or a field"
                        ),
                    );
                }
                seen.extend(of_both.map(|method| (method.to_string(), name)));
            }
        }
    }

    /// Expands to, for the enum and for its tangent:
    /// ```text
    /// impl Shape {
    ///     fn __Circle_0(&self) -> &f64 {
    ///         match self { Shape::Circle(payload, ..) => payload, _ => no_payload() }
    ///     }
    ///     fn __Circle_0_mut(&mut self) -> &mut f64 { … }
    /// }
    /// ```
    pub(super) fn accessors(&self) -> TokenStream {
        let own = self.accessors_of(self.name, self.generics, &|_, ty| ty.clone());
        let unit: Type = parse_quote!(());
        let tangent = self.tangent.as_ref().map(|name| {
            self.accessors_of(name, &self.tangent_generics, &|tangent, _| tangent.unwrap_or(&unit).clone())
        });
        quote!(#own #tangent)
    }

    fn accessors_of(
        &self,
        of: &Ident,
        generics: &Generics,
        ty: &dyn Fn(Option<&Type>, &Type) -> Type,
    ) -> TokenStream {
        let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
        let methods = self.variants.iter().map(|variant| self.accessors_of_variant(of, variant, ty));
        quote! {
            #[automatically_derived]
            #[allow(dead_code, non_snake_case, private_interfaces, missing_docs, clippy::all, clippy::pedantic)]
            impl #impl_generics #of #type_generics #where_clause { #(#methods)* }
        }
    }

    fn accessors_of_variant(
        &self,
        of: &Ident,
        variant: &Variant,
        ty: &dyn Fn(Option<&Type>, &Type) -> Type,
    ) -> TokenStream {
        let (vis, runtime) = (self.vis, self.runtime);
        let Some(name) = variant.name else { return TokenStream::new() };
        let otherwise = (self.variants.len() > 1).then(|| quote!(_ => #runtime::__private::no_payload()));
        let methods = variant.fields.iter().map(|field| {
            let (member, ty) = (&field.member, ty(field.tangent.as_ref(), field.ty));
            let (by_ref, by_mut) = accessor(name, member);
            quote! {
                #[doc(hidden)]
                #[inline]
                #[track_caller]
                #vis fn #by_ref(&self) -> &#ty {
                    match self { #of::#name { #member: payload, .. } => payload, #otherwise }
                }
                #[doc(hidden)]
                #[inline]
                #[track_caller]
                #vis fn #by_mut(&mut self) -> &mut #ty {
                    match self { #of::#name { #member: payload, .. } => payload, #otherwise }
                }
            }
        });
        quote!(#(#methods)*)
    }
}
