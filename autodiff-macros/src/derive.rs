//! `#[derive(Differentiable)]`: the tangent of a struct or an enum, its impls, and its place among the trees of numbers.

mod asked;
mod conveniences;
mod numbers;
mod options;
mod payload;
mod structure;
mod tangent;
mod tree;

pub(crate) use self::payload::accessor;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{Generics, Item};

use self::options::Options;
use self::structure::Structure;

/// Expands the derive; on errors to these and an impl that keeps the uses of the type quiet.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let input: Item = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return crate::diag::code(&error),
    };
    let mut errors = Errors::default();
    let (name, generics, options, expansion) = match &input {
        Item::Struct(item) => {
            let options = Options::parse(&item.attrs, &mut errors);
            let expansion = Structure::of_struct(item, &options, &mut errors).expand();
            (&item.ident, &item.generics, options, Some(expansion))
        }
        Item::Enum(item) => {
            let options = Options::parse(&item.attrs, &mut errors);
            let holds = item.variants.iter().any(|variant| !variant.fields.is_empty());
            let expansion = holds.then(|| Structure::of_enum(item, &options, &mut errors).expand());
            (&item.ident, &item.generics, options, expansion)
        }
        Item::Union(item) => {
            errors.push(item.union_token, "a union cannot be differentiated; use an enum, or a struct");
            (&item.ident, &item.generics, Options::parse(&item.attrs, &mut errors), None)
        }
        other => {
            errors.push(other, "`#[derive(Differentiable)]` belongs on a struct or an enum");
            return errors.0.as_ref().map(crate::diag::code).unwrap_or_default();
        }
    };
    match errors.0 {
        None => expansion.unwrap_or_else(|| inactive(name, generics, &options.runtime)),
        Some(errors) => {
            let errors = crate::diag::code(&errors);
            let quiet = inactive(name, generics, &options.runtime);
            quote!(#errors #quiet)
        }
    }
}

/// All mistakes, reported at once.
#[derive(Default)]
struct Errors(Option<syn::Error>);

impl Errors {
    fn push(&mut self, tokens: impl ToTokens, message: impl std::fmt::Display) {
        self.add(syn::Error::new_spanned(tokens, message));
    }

    fn add(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(errors) => errors.combine(error),
            none => *none = Some(error),
        }
    }
}

/// A type without derivatives.
///
/// Expands to:
/// ```text
/// impl ::autodiff_runtime::Differentiable for Foo {
///     type Tangent = ();
///     fn zero_tangent(&self) {}
/// }
/// ```
/// and a tree without numbers.
fn inactive(name: &Ident, generics: &Generics, runtime: &syn::Path) -> TokenStream {
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let mut with_number = generics.clone();
    with_number.params.push(syn::parse_quote!(__S: #runtime::Scalar));
    let (tree_generics, _, _) = with_number.split_for_impl();
    quote! {
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl #impl_generics #runtime::Differentiable for #name #type_generics #where_clause {
            type Tangent = ();
            #[inline]
            fn zero_tangent(&self) {}
        }
        #[automatically_derived]
        impl #tree_generics #runtime::tree::Tree<__S> for #name #type_generics #where_clause {
            fn node(&self) -> #runtime::tree::Node<'_, __S> {
                #runtime::tree::Node::Branch(0)
            }
        }
        #[automatically_derived]
        impl #tree_generics #runtime::tree::TreeMut<__S> for #name #type_generics #where_clause {}
    }
}

#[cfg(test)]
mod tests {
    use syn::Type;

    use super::*;

    /// The messages of all errors in an expansion.
    fn messages(input: TokenStream) -> Vec<String> {
        let file: syn::File = syn::parse2(expand(input)).expect("an expansion is made of items");
        let mut messages = Vec::new();
        for item in file.items {
            if let syn::Item::Macro(item) = item {
                messages.push(item.mac.parse_body::<syn::LitStr>().expect("a message").value());
            }
        }
        messages
    }

    #[test]
    fn all_mistakes_are_reported_at_once_and_the_type_stays_usable() {
        let input = quote! {
            #[differentiable(tangent = Self, verbose)]
            struct S {
                #[no_diff(always)]
                a: f64,
                #[differentiable(tangent = T)]
                b: f64,
            }
        };
        assert_eq!(
            messages(input.clone()),
            [
                "unknown argument: expected `tangent = Name`, `numbers`, `recursive(Name, …)` or `crate = \
                 path`",
                "`#[no_diff]` takes no arguments",
                "`#[differentiable(…)]` belongs on the type; a field knows `#[no_diff]` alone",
                "this field carries no derivative, so that the struct cannot be its own tangent; leave `tangent = \
                 Self` out",
            ]
        );
        assert!(expand(input).to_string().contains("Differentiable for S"));
    }

    #[test]
    fn what_has_no_tangent_is_refused() {
        assert_eq!(
            messages(quote!(union U { a: f64 })),
            ["a union cannot be differentiated; use an enum, or a struct"]
        );
        assert_eq!(
            messages(quote!(
                #[no_diff]
                struct S(f64);
            )),
            ["`#[no_diff]` belongs on a field, or on a parameter of a differentiated function"]
        );
    }

    #[test]
    fn enums_and_their_tangents_have_methods_of_one_name() {
        let expanded = expand(quote!(
            pub enum Shape {
                Circle(f64),
                Tiled { n: usize, by: Box<Shape> },
                Nothing,
            }
        ));
        let expanded = expanded.to_string().replace(' ', "");
        for part in [
            "pubenumShapeTangent{",
            "pubfn__Circle_0(&self)->&f64",
            "pubfn__Tiled_n(&self)->&usize",
            "pubfn__Tiled_n(&self)->&()",
            "pubfn__Tiled_by_mut(&mutself)->&mutBox<Shape>",
        ] {
            assert!(expanded.contains(part), "{part} in {expanded}");
        }
        let clash = messages(quote!(
            enum Clash {
                A { b_c: f64 },
                A_b { c: f64 },
            }
        ));
        assert_eq!(clash.len(), 1);
        assert!(clash[0].contains("would be reached by the same name `__A_b_c`"), "{clash:?}");
        let plain = expand(quote!(
            enum Kind {
                Near,
                Far,
            }
        ));
        assert!(plain.to_string().contains("type Tangent = ()"));
    }

    #[test]
    fn tangents_are_legible() {
        let tangent = |ty: &str| {
            let ty: Type = syn::parse_str(ty).unwrap();
            tangent::of(&ty, &syn::parse_quote!(ad), &mut Vec::new(), &Type::clone)
                .map_or_else(|| "none".to_string(), |ty| ty.to_token_stream().to_string().replace(' ', ""))
        };
        assert_eq!(tangent("f64"), "f64");
        assert_eq!(tangent("Vec<Vec<f64>>"), "Vec<Vec<f64>>");
        assert_eq!(tangent("&'a [[f32; 3]]"), "ad::__private::Vec<[f32;3]>");
        assert_eq!(tangent("std::option::Option<(usize, f64)>"), "std::option::Option<((),f64,)>");
        assert_eq!(tangent("Layer<T>"), "<Layer<T>asad::Differentiable>::Tangent");
        assert_eq!(tangent("Box<[f64]>"), "<Box<[f64]>asad::Differentiable>::Tangent");
        for inactive in ["usize", "Vec<(u8, bool)>", "&'static str", "[[i32; 2]; 2]", "PhantomData<T>", "()"]
        {
            assert_eq!(tangent(inactive), "none", "{inactive}");
        }
    }
}
