//! The type under the derive, and its tangent: the same fields, in an enum in the same variants.
//!
//! What is said of a value is said once for structs and enums: of each variant it holds, a struct being one that has no name,
//! with the fields bound by a pattern.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{Fields, Generics, Index, ItemEnum, ItemStruct, Member, Type, Visibility};

use super::Errors;
use super::asked::Asked;
use super::options::{self, Options, TangentName};
use super::tangent;

/// A field, and what its tangent is.
#[derive(Clone)]
pub(super) struct Field<'a> {
    pub(super) member: Member,
    pub(super) name: Option<&'a Ident>,
    vis: &'a Visibility,
    pub(super) ty: &'a Type,
    /// `None`: carries no derivative.
    pub(super) tangent: Option<Type>,
}

impl Field<'_> {
    /// The name of the field as part of another: `side`, `0`.
    pub(super) fn label(&self) -> String {
        match &self.member {
            Member::Named(name) => syn::ext::IdentExt::unraw(name).to_string(),
            Member::Unnamed(index) => index.index.to_string(),
        }
    }

    /// What a pattern binds it to; `of`: in which of several patterns.
    pub(super) fn bound(&self, of: &str) -> Ident {
        format_ident!("__{of}_{}", self.label())
    }
}

/// The fields of a struct, or of a variant of an enum.
#[derive(Clone)]
pub(super) struct Variant<'a> {
    /// None of a struct.
    pub(super) name: Option<&'a Ident>,
    pub(super) style: Style,
    pub(super) fields: Vec<Field<'a>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Named,
    Tuple,
    Unit,
}

impl<'a> Variant<'a> {
    pub(super) fn active(&self) -> impl Iterator<Item = &Field<'a>> {
        self.fields.iter().filter(|field| field.tangent.is_some())
    }

    /// What constructs it, of the type itself or of its tangent.
    pub(super) fn constructor(&self, of: &Ident) -> TokenStream {
        match self.name {
            Some(name) => quote!(#of::#name),
            None => quote!(#of),
        }
    }

    /// A pattern that binds the active fields.
    pub(super) fn pattern(&self, of: &Ident, bound: &str) -> TokenStream {
        let constructor = self.constructor(of);
        let fields = self.active().map(|field| {
            let (member, name) = (&field.member, field.bound(bound));
            quote!(#member: #name)
        });
        let rest = self.fields.iter().any(|field| field.tangent.is_none()).then(|| quote!(..));
        quote!(#constructor { #(#fields,)* #rest })
    }

    /// A value from one expression a field.
    pub(super) fn build(&self, of: &Ident, value: impl Fn(&Field) -> TokenStream) -> TokenStream {
        let constructor = self.constructor(of);
        let fields = self.fields.iter().map(|field| {
            let (member, value) = (&field.member, value(field));
            quote!(#member: #value)
        });
        quote!(#constructor { #(#fields),* })
    }
}

/// The type under the derive.
#[derive(Clone)]
pub(super) struct Structure<'a> {
    pub(super) runtime: &'a syn::Path,
    pub(super) name: &'a Ident,
    pub(super) vis: &'a Visibility,
    pub(super) generics: &'a Generics,
    pub(super) variants: Vec<Variant<'a>>,
    pub(super) is_enum: bool,
    /// Jacobians and Hessians have rows for its numbers.
    numbers: bool,
    /// The name of the tangent; `None`: the type is its own.
    pub(super) tangent: Option<Ident>,
    /// The parameters and bounds of the tangent.
    pub(super) tangent_generics: Generics,
    /// The type, and others that hold it and that it holds: nothing is asked of these, since that would ask for what is being
    /// said.
    knot: Vec<String>,
    /// Types of fields that were taken for inactive ones of the standard library.
    assumed: Vec<Type>,
    pub(super) asked: Asked<'a>,
}

impl<'a> Structure<'a> {
    pub(super) fn of_struct(input: &'a ItemStruct, options: &'a Options, errors: &mut Errors) -> Self {
        let fields = [(None, &input.fields)];
        Structure::new(&input.ident, &input.vis, &input.generics, fields.into_iter(), options, errors)
    }

    pub(super) fn of_enum(input: &'a ItemEnum, options: &'a Options, errors: &mut Errors) -> Self {
        let fields = input.variants.iter().map(|variant| (Some(&variant.ident), &variant.fields));
        let structure = Structure::new(&input.ident, &input.vis, &input.generics, fields, options, errors);
        structure.check_accessors(errors);
        structure
    }

    fn new(
        name: &'a Ident,
        vis: &'a Visibility,
        generics: &'a Generics,
        variants: impl Iterator<Item = (Option<&'a Ident>, &'a Fields)>,
        options: &'a Options,
        errors: &mut Errors,
    ) -> Self {
        let mut assumed = Vec::new();
        let asked = Asked::new(name, generics, &options.runtime);
        let mut is_enum = false;
        let variants: Vec<Variant> = variants
            .map(|(name, fields)| {
                is_enum |= name.is_some();
                let style = match fields {
                    Fields::Named(_) => Style::Named,
                    Fields::Unnamed(_) => Style::Tuple,
                    Fields::Unit => Style::Unit,
                };
                let fields = fields.iter().enumerate().map(|(index, field)| Field {
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
                });
                Variant { name, style, fields: fields.collect() }
            })
            .collect();
        let own = matches!(options.tangent, TangentName::Own);
        let all = || variants.iter().flat_map(|variant| &variant.fields);
        if own {
            let kind = if is_enum { "enum" } else { "struct" };
            for field in all().filter(|field| field.tangent.is_none()) {
                errors.push(
                    field.ty,
                    format!(
                        "this field carries no derivative, so that the {kind} cannot be its own tangent; leave \
                         `tangent = Self` out"
                    ),
                );
            }
        }
        let tangent = match &options.tangent {
            TangentName::Own => None,
            TangentName::Named(name) => Some(name.clone()),
            TangentName::Default => Some(format_ident!("{name}Tangent")),
        };
        let types: Vec<&Type> = all().filter_map(|field| field.tangent.as_ref()).collect();
        let mut tangent_generics = if own { generics.clone() } else { tangent::generics(generics, &types) };
        let knot: Vec<String> =
            std::iter::once(name).chain(&options.recursive).map(ToString::to_string).collect();
        tangent::bound(&mut tangent_generics, &knot, all(), &options.runtime);
        Structure {
            runtime: &options.runtime,
            name,
            vis,
            generics,
            variants,
            is_enum,
            numbers: options.numbers,
            tangent,
            tangent_generics,
            knot,
            assumed,
            asked,
        }
    }

    /// The same with other types for the tangents of the active fields, under another name.
    pub(super) fn with_tangents(&self, name: &Ident, generics: Generics, types: Vec<Type>) -> Self {
        let mut with = Structure { tangent: Some(name.clone()), tangent_generics: generics, ..self.clone() };
        let fields = with.variants.iter_mut().flat_map(|variant| &mut variant.fields);
        let tangents = fields.filter_map(|field| field.tangent.as_mut());
        tangents.zip(types).for_each(|(tangent, ty)| *tangent = ty);
        with
    }

    pub(super) fn fields(&self) -> impl Iterator<Item = &Field<'a>> {
        self.variants.iter().flat_map(|variant| &variant.fields)
    }

    pub(super) fn active(&self) -> impl Iterator<Item = &Field<'a>> {
        self.fields().filter(|field| field.tangent.is_some())
    }

    pub(super) fn expand(&self) -> TokenStream {
        let definition = self.tangent.as_ref().map(|name| {
            let doc = format!("The tangent of [`{0}`]: its direction of change, or its adjoint.", self.name);
            self.definition(name, &doc)
        });
        let mut impls = self.differentiable();
        match &self.tangent {
            Some(name) => {
                impls.extend(self.conveniences(name, None));
                impls.extend(self.tangent_impls(name));
            }
            None => impls.extend(self.accumulate(self.name, &self.generics_of_value())),
        }
        // A field that holds the type itself is a tree if the type is one: a bound would ask for what is being said.
        let others: Vec<&Field> = self.active().filter(|field| !self.is_recursive(field)).collect();
        let (markers, tangents) = self.asked.tangents(others.iter().copied());
        impls.extend(markers);
        impls.extend(self.trees(&others, &tangents));
        if self.numbers {
            impls.extend(self.numbers(&tangents));
        }
        if self.is_enum {
            impls.extend(self.accessors());
        }
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

    /// The parameters of the type with the bounds that its tangent needs.
    pub(super) fn generics_of_value(&self) -> Generics {
        let mut generics = self.generics.clone();
        tangent::bound(&mut generics, &self.knot, self.fields(), self.runtime);
        generics
    }

    /// Whether a field holds the type itself.
    pub(super) fn is_recursive(&self, field: &Field) -> bool {
        tangent::mentions_any(field.ty, &self.knot)
    }

    /// `match self { … }` of a value of either type, its active fields bound in each arm.
    pub(super) fn by_variant(&self, of: &Ident, body: impl Fn(&Variant) -> TokenStream) -> TokenStream {
        let arms = self.variants.iter().map(|variant| {
            let (pattern, body) = (variant.pattern(of, "self"), body(variant));
            quote!(#pattern => #body)
        });
        quote!(match self { #(#arms,)* })
    }

    /// The same of two values of one variant; `otherwise`: of two variants.
    pub(super) fn by_both(
        &self,
        of: &Ident,
        otherwise: TokenStream,
        body: impl Fn(&Variant) -> TokenStream,
    ) -> TokenStream {
        let arms = self.variants.iter().map(|variant| {
            let (a, b, body) = (variant.pattern(of, "self"), variant.pattern(of, "other"), body(variant));
            quote!((#a, #b) => #body)
        });
        let otherwise = (self.variants.len() > 1).then(|| quote!(_ => #otherwise));
        quote!(match (self, other) { #(#arms,)* #otherwise })
    }

    /// Expands to:
    /// ```text
    /// /// The tangent of [`Layer`].               /// The tangent of [`Shape`].
    /// pub struct LayerTangent {                   pub enum ShapeTangent {
    ///     pub weights: Vec<f64>,                      Circle(f64),
    ///     bias: f64,                                  Square { side: f64 },
    ///     pub epoch: (),                              Nothing,
    /// }                                           }
    /// ```
    pub(super) fn definition(&self, name: &Ident, doc: &str) -> TokenStream {
        let vis = self.vis;
        let generics = &self.tangent_generics;
        let clause = &generics.where_clause;
        // `Level_` has a `Level_Tangent`.
        let quiet = name.to_string().contains('_').then(|| quote!(#[allow(non_camel_case_types)]));
        if self.is_enum {
            let variants = self.variants.iter().map(|variant| {
                let (name, fields) = (variant.name, variant.definitions());
                let doc = format!(
                    "The tangent of [`{}::{}`].",
                    self.name,
                    name.map_or_else(String::new, Ident::to_string)
                );
                match variant.style {
                    Style::Named => quote!(#[doc = #doc] #name { #fields }),
                    Style::Tuple => quote!(#[doc = #doc] #name ( #fields )),
                    Style::Unit => quote!(#[doc = #doc] #name),
                }
            });
            return quote!(#[doc = #doc] #quiet #vis enum #name #generics #clause { #(#variants,)* });
        }
        let (style, fields) = (self.variants[0].style, self.variants[0].definitions());
        match style {
            Style::Named => quote!(#[doc = #doc] #quiet #vis struct #name #generics #clause { #fields }),
            Style::Tuple => quote!(#[doc = #doc] #quiet #vis struct #name #generics ( #fields ) #clause;),
            Style::Unit => quote!(#[doc = #doc] #quiet #vis struct #name #generics #clause;),
        }
    }

    /// Expands to:
    /// ```text
    /// impl ::autodiff_runtime::Differentiable for Layer {
    ///     type Tangent = LayerTangent;
    ///     fn zero_tangent(&self) -> LayerTangent {
    ///         match self {
    ///             Layer { weights: __self_weights, .. } =>
    ///                 LayerTangent { weights: Differentiable::zero_tangent(__self_weights), …, epoch: () },
    ///         }
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
        let zero = self.zero(name, |field| self.asked.whole(field.ty));
        quote! {
            #[automatically_derived]
            #[diagnostic::do_not_recommend]
            impl #impl_generics #runtime::Differentiable for #name #type_generics #where_clause {
                type Tangent = #tangent;
                #[inline]
                fn zero_tangent(&self) -> Self::Tangent { #zero }
            }
        }
    }

    /// The zero of a value of either type; `asked`: as which type a field has one, where that is asked about.
    fn zero(&self, of: &Ident, asked: impl Fn(&Field) -> Option<Type>) -> TokenStream {
        let runtime = self.runtime;
        let tangent = self.tangent.as_ref().unwrap_or(self.name);
        self.by_variant(of, |variant| {
            variant.build(tangent, |field| {
                let bound = field.bound("self");
                match (&field.tangent, asked(field)) {
                    (None, _) => quote!(()),
                    (Some(_), Some(ty)) => quote!(<#ty as #runtime::Differentiable>::zero_tangent(#bound)),
                    (Some(_), None) => quote!(#runtime::Differentiable::zero_tangent(#bound)),
                }
            })
        })
    }

    /// The tangent as its own tangent.
    fn tangent_impls(&self, name: &Ident) -> TokenStream {
        let runtime = self.runtime;
        let (impl_generics, type_generics, where_clause) = self.tangent_generics.split_for_impl();
        let zero = self.zero(name, |_| None);
        let accumulate = self.accumulate(name, &self.tangent_generics);
        quote! {
            #[automatically_derived]
            #[diagnostic::do_not_recommend]
            impl #impl_generics #runtime::Differentiable for #name #type_generics #where_clause {
                type Tangent = Self;
                #[inline]
                fn zero_tangent(&self) -> Self { #zero }
            }
            #accumulate
        }
    }

    fn accumulate(&self, name: &Ident, generics: &Generics) -> TokenStream {
        let runtime = self.runtime;
        let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
        let of_both = |call: &dyn Fn(Ident, Ident) -> TokenStream| {
            self.by_both(name, quote!(#runtime::__private::other_variants()), |variant| {
                let calls = variant.active().map(|field| call(field.bound("self"), field.bound("other")));
                quote!({ #(#calls)* })
            })
        };
        let accumulate = of_both(&|to, from| quote!(#runtime::Tangent::accumulate(#to, #from);));
        let set_all = self.by_variant(name, |variant| {
            let bound = variant.active().map(|field| field.bound("self"));
            quote!({ #(#runtime::Tangent::set_all(#bound, value);)* })
        });
        let zip_with = of_both(&|to, from| quote!(#runtime::Tangent::zip_with(#to, #from, f);));
        let float = quote!(#runtime::__private::core::primitive::f64);
        quote! {
            #[automatically_derived]
            #[diagnostic::do_not_recommend]
            impl #impl_generics #runtime::Tangent for #name #type_generics #where_clause {
                #[inline]
                fn accumulate(&mut self, other: &Self) { #accumulate }
                #[inline]
                #[allow(unused_variables)]
                fn set_all(&mut self, value: #float) { #set_all }
                #[inline]
                #[allow(unused_variables)]
                fn zip_with(
                    &mut self,
                    other: &Self,
                    f: &mut impl #runtime::__private::core::ops::FnMut(#float, #float) -> #float,
                ) { #zip_with }
            }
        }
    }
}

impl Variant<'_> {
    /// The fields of the tangent.
    fn definitions(&self) -> TokenStream {
        let fields = self.fields.iter().map(|field| {
            let (vis, ty) = (field.vis, &field.tangent);
            let member = field.member.to_token_stream().to_string();
            let doc = match ty {
                Some(_) => format!("The tangent of `{member}`."),
                None => format!("`{member}` carries no derivative."),
            };
            let ty = ty.as_ref().map_or_else(|| quote!(()), ToTokens::to_token_stream);
            let name = field.name.map(|name| quote!(#name:));
            quote!(#[doc = #doc] #vis #name #ty,)
        });
        quote!(#(#fields)*)
    }
}
