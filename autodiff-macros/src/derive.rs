//! `#[derive(Differentiable)]`: a struct's tangent, its impls, and its place among the trees of numbers.

mod asked;
mod options;
mod tangent;
mod tree;

use self::asked::Asked;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{Fields, Generics, Index, Item, ItemStruct, Member, Type, Visibility};

use options::{Options, TangentName};

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
            let structure = Structure::new(item, &options, &mut errors);
            let expansion = structure.expand();
            (&item.ident, &item.generics, options, Some(expansion))
        }
        Item::Enum(item) => {
            let options = Options::parse(&item.attrs, &mut errors);
            for variant in item.variants.iter().filter(|variant| !variant.fields.is_empty()) {
                errors.push(
                    &variant.ident,
                    format!(
                        "`{}` is an enum whose variant `{}` holds data, which cannot be differentiated; use a struct \
                         with a field for each part, or mark the parameters and fields of this type `#[no_diff]`",
                        item.ident, variant.ident
                    ),
                );
            }
            (&item.ident, &item.generics, options, None)
        }
        Item::Union(item) => {
            errors.push(item.union_token, "a union cannot be differentiated; use a struct");
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

/// A field, and what its tangent is.
struct Field<'a> {
    member: Member,
    name: Option<&'a Ident>,
    vis: &'a Visibility,
    ty: &'a Type,
    /// `None`: carries no derivative.
    tangent: Option<Type>,
}

/// The struct under the derive.
struct Structure<'a> {
    runtime: &'a syn::Path,
    name: &'a Ident,
    vis: &'a Visibility,
    generics: &'a Generics,
    fields: Vec<Field<'a>>,
    style: Style,
    /// The name of the tangent; `None`: the struct is its own.
    tangent: Option<Ident>,
    /// The parameters and bounds of the tangent.
    tangent_generics: Generics,
    /// Types of fields that were taken for inactive ones of the standard library.
    assumed: Vec<Type>,
    asked: Asked<'a>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Named,
    Tuple,
    Unit,
}

impl<'a> Structure<'a> {
    fn new(input: &'a ItemStruct, options: &'a Options, errors: &mut Errors) -> Self {
        let style = match &input.fields {
            Fields::Named(_) => Style::Named,
            Fields::Unnamed(_) => Style::Tuple,
            Fields::Unit => Style::Unit,
        };
        let mut assumed = Vec::new();
        let asked = Asked::new(input, &options.runtime);
        let fields: Vec<Field> = input
            .fields
            .iter()
            .enumerate()
            .map(|(index, field)| Field {
                member: field.ident.clone().map_or_else(
                    || Member::Unnamed(Index { index: index as u32, span: Span::mixed_site() }),
                    Member::Named,
                ),
                name: field.ident.as_ref(),
                vis: &field.vis,
                ty: &field.ty,
                tangent: if options::no_diff(&field.attrs, errors) {
                    None
                } else {
                    tangent::of(&field.ty, &options.runtime, &mut assumed, &|leaf| asked.leaf(leaf))
                },
            })
            .collect();
        let own = matches!(options.tangent, TangentName::Own);
        if own {
            for field in fields.iter().filter(|field| field.tangent.is_none()) {
                errors.push(
                    field.ty,
                    "this field carries no derivative, so that the struct cannot be its own tangent; leave \
                     `tangent = Self` out",
                );
            }
        }
        let tangent = match &options.tangent {
            TangentName::Own => None,
            TangentName::Named(name) => Some(name.clone()),
            TangentName::Default => Some(format_ident!("{}Tangent", input.ident)),
        };
        let types: Vec<&Type> = fields.iter().filter_map(|field| field.tangent.as_ref()).collect();
        let mut tangent_generics =
            if own { input.generics.clone() } else { tangent::generics(&input.generics, &types) };
        tangent::bound(&mut tangent_generics, &input.ident, &fields, &options.runtime);
        Structure {
            runtime: &options.runtime,
            name: &input.ident,
            vis: &input.vis,
            generics: &input.generics,
            fields,
            style,
            tangent,
            tangent_generics,
            assumed,
            asked,
        }
    }

    fn active(&self) -> impl Iterator<Item = &Field<'a>> {
        self.fields.iter().filter(|field| field.tangent.is_some())
    }

    fn expand(&self) -> TokenStream {
        let definition = self.tangent.as_ref().map(|name| self.definition(name));
        let mut impls = self.differentiable();
        match &self.tangent {
            Some(name) => {
                impls.extend(self.conveniences(name));
                impls.extend(self.tangent_impls(name));
            }
            None => impls.extend(self.accumulate(self.name, &self.generics_of_value())),
        }
        impls.extend(self.trees());
        impls.extend(self.checks());
        impls.extend(self.asked.constant(self));
        quote! {
            #definition
            const _: () = { #impls };
        }
    }

    /// Has rustc check what names of types were taken for.
    fn checks(&self) -> Option<TokenStream> {
        let (runtime, types) = (self.runtime, &self.assumed);
        let (generics, _, clause) = self.generics.split_for_impl();
        let checks = types.iter().map(|ty| {
            let span = syn::spanned::Spanned::span(ty);
            quote::quote_spanned!(span=> #runtime::__private::carries_nothing::<#ty>();)
        });
        (!types.is_empty()).then(|| {
            quote! {
                #[allow(dead_code, unused_lifetimes, clippy::extra_unused_lifetimes)]
                fn check #generics () #clause { #(#checks)* }
            }
        })
    }

    /// The parameters of the struct with the bounds that its tangent needs.
    fn generics_of_value(&self) -> Generics {
        let mut generics = self.generics.clone();
        tangent::bound(&mut generics, self.name, &self.fields, self.runtime);
        generics
    }

    /// A value of either type from one expression a field.
    fn build(&self, fields: impl Fn(&Field) -> TokenStream) -> TokenStream {
        let members = self.fields.iter().map(|field| {
            let (member, value) = (&field.member, fields(field));
            quote!(#member: #value)
        });
        quote!({ #(#members),* })
    }

    /// Expands to:
    /// ```text
    /// /// The tangent of [`Layer`].
    /// pub struct LayerTangent {
    ///     pub weights: Vec<f64>,
    ///     bias: f64,
    ///     pub epoch: (),
    /// }
    /// ```
    fn definition(&self, name: &Ident) -> TokenStream {
        let vis = self.vis;
        let doc = format!("The tangent of [`{0}`]: its direction of change, or its adjoint.", self.name);
        let fields = self.fields.iter().map(|field| {
            let (vis, ty) = (field.vis, &field.tangent);
            let member = match &field.member {
                Member::Named(name) => name.to_string(),
                Member::Unnamed(index) => index.index.to_string(),
            };
            let doc = match ty {
                Some(_) => format!("The tangent of `{member}`."),
                None => format!("`{member}` carries no derivative."),
            };
            let ty = ty.as_ref().map_or_else(|| quote!(()), ToTokens::to_token_stream);
            let name = field.name.map(|name| quote!(#name:));
            quote!(#[doc = #doc] #vis #name #ty)
        });
        let generics = &self.tangent_generics;
        let clause = &generics.where_clause;
        // `Level_` has a `Level_Tangent`.
        let quiet = name.to_string().contains('_').then(|| quote!(#[allow(non_camel_case_types)]));
        match self.style {
            Style::Named => quote!(#[doc = #doc] #quiet #vis struct #name #generics #clause { #(#fields,)* }),
            Style::Tuple => {
                quote!(#[doc = #doc] #quiet #vis struct #name #generics ( #(#fields,)* ) #clause;)
            }
            Style::Unit => quote!(#[doc = #doc] #quiet #vis struct #name #generics #clause;),
        }
    }

    /// Expands to:
    /// ```text
    /// impl ::autodiff_runtime::Differentiable for Layer {
    ///     type Tangent = LayerTangent;
    ///     fn zero_tangent(&self) -> LayerTangent {
    ///         LayerTangent { weights: Differentiable::zero_tangent(&self.weights), …, epoch: () }
    ///     }
    /// }
    /// ```
    fn differentiable(&self) -> TokenStream {
        let (runtime, name) = (self.runtime, self.name);
        let generics = self.generics_of_value();
        let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
        let (_, tangent_args, _) = self.tangent_generics.split_for_impl();
        let tangent = match &self.tangent {
            Some(tangent) => quote!(#tangent #tangent_args),
            None => quote!(Self),
        };
        let zero = self.zero(|field| self.asked.whole(field.ty));
        let constructor = self.tangent.as_ref().map_or_else(|| quote!(Self), ToTokens::to_token_stream);
        quote! {
            #[automatically_derived]
            #[diagnostic::do_not_recommend]
            impl #impl_generics #runtime::Differentiable for #name #type_generics #where_clause {
                type Tangent = #tangent;
                #[inline]
                fn zero_tangent(&self) -> Self::Tangent {
                    #constructor #zero
                }
            }
        }
    }

    /// The zero of each field; `asked`: as which type, where that is asked about.
    fn zero(&self, asked: impl Fn(&Field) -> Option<Type>) -> TokenStream {
        let runtime = self.runtime;
        self.build(|field| {
            let member = &field.member;
            match (&field.tangent, asked(field)) {
                (None, _) => quote!(()),
                (Some(_), Some(ty)) => quote!(<#ty as #runtime::Differentiable>::zero_tangent(&self.#member)),
                (Some(_), None) => quote!(#runtime::Differentiable::zero_tangent(&self.#member)),
            }
        })
    }

    /// The tangent as its own tangent.
    fn tangent_impls(&self, name: &Ident) -> TokenStream {
        let runtime = self.runtime;
        let (impl_generics, type_generics, where_clause) = self.tangent_generics.split_for_impl();
        let zero = self.zero(|_| None);
        let accumulate = self.accumulate(name, &self.tangent_generics);
        quote! {
            #[automatically_derived]
            #[diagnostic::do_not_recommend]
            impl #impl_generics #runtime::Differentiable for #name #type_generics #where_clause {
                type Tangent = Self;
                #[inline]
                fn zero_tangent(&self) -> Self {
                    #name #zero
                }
            }
            #accumulate
        }
    }

    fn accumulate(&self, name: &Ident, generics: &Generics) -> TokenStream {
        let runtime = self.runtime;
        let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
        let members: Vec<&Member> = self.active().map(|field| &field.member).collect();
        let float = quote!(#runtime::__private::core::primitive::f64);
        quote! {
            #[automatically_derived]
            #[diagnostic::do_not_recommend]
            impl #impl_generics #runtime::Tangent for #name #type_generics #where_clause {
                #[inline]
                #[allow(unused_variables)]
                fn accumulate(&mut self, other: &Self) {
                    #(#runtime::Tangent::accumulate(&mut self.#members, &other.#members);)*
                }
                #[inline]
                #[allow(unused_variables)]
                fn set_all(&mut self, value: #float) {
                    #(#runtime::Tangent::set_all(&mut self.#members, value);)*
                }
                #[inline]
                #[allow(unused_variables)]
                fn zip_with(
                    &mut self,
                    other: &Self,
                    f: &mut impl #runtime::__private::core::ops::FnMut(#float, #float) -> #float,
                ) {
                    #(#runtime::Tangent::zip_with(&mut self.#members, &other.#members, f);)*
                }
            }
        }
    }

    /// `Clone`, and where all fields have them `Copy`, `Debug`, `Default` and `PartialEq`.
    ///
    /// The bounds are written with a `for<…>` that they do not use: unlike others, such bounds may be false. A field that holds
    /// the struct itself has none, which would ask for what is being said; it is behind a `Vec` or a `Box`, and what
    /// holds these is not `Copy`.
    fn conveniences(&self, name: &Ident) -> TokenStream {
        let runtime = self.runtime;
        let core = quote!(#runtime::__private::core);
        let this = self.name.to_string();
        let (inside, others): (Vec<&Field>, Vec<&Field>) =
            self.active().partition(|field| tangent::mentions(field.ty, &this));
        let types: Vec<&Type> = others.into_iter().filter_map(|field| field.tangent.as_ref()).collect();
        let copy = inside.is_empty() && !types.iter().any(|ty| tangent::is_allocated(ty));
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
        let clone = self.build(|field| {
            let member = &field.member;
            quote!(#core::clone::Clone::clone(&self.#member))
        });
        let default = self.build(|_| quote!(#core::default::Default::default()));
        let members: Vec<&Member> = self.fields.iter().map(|field| &field.member).collect();
        let text = name.to_string();
        let debug = match self.style {
            Style::Named => {
                let names = self.fields.iter().map(|field| field.name.map(ToString::to_string));
                quote!(f.debug_struct(#text)#(.field(#names, &self.#members))*.finish())
            }
            Style::Tuple | Style::Unit => quote!(f.debug_tuple(#text)#(.field(&self.#members))*.finish()),
        };
        [
            implement(
                quote!(#core::clone::Clone),
                false,
                quote!(#[inline] fn clone(&self) -> Self { #name #clone }),
            ),
            if copy {
                implement(quote!(#core::marker::Copy), true, TokenStream::new())
            } else {
                TokenStream::new()
            },
            implement(
                quote!(#core::default::Default),
                true,
                quote!(#[inline] fn default() -> Self { #name #default }),
            ),
            implement(
                quote!(#core::cmp::PartialEq),
                true,
                quote! {
                    #[inline]
                    #[allow(unused_variables)]
                    fn eq(&self, other: &Self) -> bool { true #(&& self.#members == other.#members)* }
                },
            ),
            implement(
                quote!(#core::fmt::Debug),
                true,
                quote!(fn fmt(&self, f: &mut #core::fmt::Formatter<'_>) -> #core::fmt::Result { #debug }),
            ),
        ]
        .into_iter()
        .collect()
    }
}

#[cfg(test)]
mod tests {
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
                "unknown argument: expected `tangent = Name` or `crate = path`",
                "`#[no_diff]` takes no arguments",
                "`#[differentiable(…)]` belongs on the struct; a field knows `#[no_diff]` alone",
                "this field carries no derivative, so that the struct cannot be its own tangent; leave `tangent = \
                 Self` out",
            ]
        );
        assert!(expand(input).to_string().contains("Differentiable for S"));
    }

    #[test]
    fn what_has_no_tangent_is_refused() {
        let shape = messages(quote!(
            enum Shape {
                Point,
                Circle(f64),
                Box { w: f64 },
            }
        ));
        assert_eq!(shape.len(), 2);
        assert!(shape[0].contains("`Shape` is an enum whose variant `Circle` holds data"), "{shape:?}");
        assert_eq!(messages(quote!(union U { a: f64 })), ["a union cannot be differentiated; use a struct"]);
        assert_eq!(
            messages(quote!(
                #[no_diff]
                struct S(f64);
            )),
            ["`#[no_diff]` belongs on a field, or on a parameter of a differentiated function"]
        );
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
