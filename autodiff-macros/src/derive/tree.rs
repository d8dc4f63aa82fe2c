//! The type and its tangent as trees of numbers, for optimizers, clipping and checks.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::{Generics, Ident, Type, WherePredicate, parse_quote};

use super::structure::{Field, Structure, Variant};
use super::tangent;

impl Structure<'_> {
    /// Children are the fields that carry a derivative, on both sides; of an enum those of the variant that it holds.
    /// `others`: those that do not hold the type itself, and the types of their tangents.
    pub(super) fn trees(&self, others: &[&Field], tangents: &[Type]) -> TokenStream {
        let own: Vec<&Type> = others.iter().map(|field| field.ty).collect();
        let mut impls = self.tree(self.name, self.generics, &own);
        if let Some(name) = &self.tangent {
            impls.extend(self.tree(name, &self.tangent_generics, &tangents.iter().collect::<Vec<_>>()));
        }
        impls
    }

    /// Expands to:
    /// ```text
    /// impl<S: Scalar> Tree<S> for Layer where Vec<f64>: Tree<S>, f64: Tree<S> {
    ///     fn node(&self) -> Node<'_, S> {
    ///         match self { Layer { .. } => Node::Branch(2) }
    ///     }
    ///     fn child(&self, index: usize) -> (Name, &dyn Tree<S>) {
    ///         match self {
    ///             Layer { weights: __self_weights, bias: __self_bias, .. } => match index {
    ///                 0 => (Name::Field("weights"), __self_weights),
    ///                 1 => (Name::Field("bias"), __self_bias),
    ///                 _ => no_child(index),
    ///             },
    ///         }
    ///     }
    /// }
    /// ```
    /// and the same for `TreeMut`.
    fn tree(&self, name: &Ident, generics: &Generics, types: &[&Type]) -> TokenStream {
        let runtime = self.runtime;
        let tree = quote!(#runtime::tree);
        let (_, type_generics, _) = generics.split_for_impl();
        let bounded = |bound: TokenStream| {
            let mut generics = generics.clone();
            generics.params.push(parse_quote!(__S: #runtime::Scalar));
            generics
                .make_where_clause()
                .predicates
                .extend(types.iter().map(|ty| -> WherePredicate { parse_quote!(#ty: #bound) }));
            generics
        };
        let (read, write) = (bounded(quote!(#tree::Tree<__S>)), bounded(quote!(#tree::TreeMut<__S>)));
        let (read_generics, _, read_where) = read.split_for_impl();
        let (write_generics, _, write_where) = write.split_for_impl();
        let nodes = self.variants.iter().map(|variant| {
            let (constructor, count) = (variant.constructor(name), variant.active().count());
            quote!(#constructor { .. } => #tree::Node::Branch(#count))
        });
        let children = self.by_variant(name, |variant| self.children(variant));
        // What is shared has several owners, none of whom may write to it.
        let shared = name == self.name
            && self.active().any(|field| {
                self.is_recursive(field)
                    && ["Rc", "Arc"].iter().any(|shared| tangent::mentions(field.ty, shared))
            });
        let write = (!shared).then(|| {
            quote! {
                #[automatically_derived]
                impl #write_generics #tree::TreeMut<__S> for #name #type_generics #write_where {
                    fn child_mut(&mut self, index: usize) -> (#tree::Name, &mut dyn #tree::TreeMut<__S>) { #children }
                }
            }
        });
        quote! {
            #[automatically_derived]
            impl #read_generics #tree::Tree<__S> for #name #type_generics #read_where {
                fn node(&self) -> #tree::Node<'_, __S> {
                    match self { #(#nodes,)* }
                }
                fn child(&self, index: usize) -> (#tree::Name, &dyn #tree::Tree<__S>) { #children }
            }
            #write
        }
    }

    /// The child of an index among the fields that a pattern has bound.
    fn children(&self, variant: &Variant) -> TokenStream {
        let runtime = self.runtime;
        let tree = quote!(#runtime::tree);
        let arms = variant.active().enumerate().map(|(index, field)| {
            let bound = field.bound("self");
            let name = match field.name {
                Some(name) => {
                    let name = name.unraw().to_string();
                    quote!(Field(#name))
                }
                None => quote!(Position(#index)),
            };
            quote!(#index => (#tree::Name::#name, #bound))
        });
        quote!(match index { #(#arms,)* _ => #tree::no_child(index) })
    }
}
