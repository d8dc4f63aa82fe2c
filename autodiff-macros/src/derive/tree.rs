//! The struct and its tangent as trees of numbers, for optimizers, clipping and checks.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::{Generics, Ident, Type, WherePredicate, parse_quote};

use super::{Structure, tangent::mentions};

impl Structure<'_> {
    /// Children are the fields that carry a derivative, on both sides.
    pub(super) fn trees(&self) -> TokenStream {
        let own: Vec<&Type> = self.active().map(|field| field.ty).collect();
        let mut impls = self.tree(self.name, self.generics, &own);
        if let Some(name) = &self.tangent {
            let (markers, tangents) = self.asked.tangents(self.active());
            impls.extend(markers);
            impls.extend(self.tree(name, &self.tangent_generics, &tangents.iter().collect::<Vec<_>>()));
        }
        impls
    }

    /// Expands to:
    /// ```text
    /// impl<S: Scalar> Tree<S> for Layer where Vec<f64>: Tree<S>, f64: Tree<S> {
    ///     fn node(&self) -> Node<'_, S> {
    ///         Node::Branch(2)
    ///     }
    ///     fn child(&self, index: usize) -> (Name, &dyn Tree<S>) {
    ///         match index {
    ///             0 => (Name::Field("weights"), &self.weights),
    ///             1 => (Name::Field("bias"), &self.bias),
    ///             _ => no_child(index),
    ///         }
    ///     }
    /// }
    /// ```
    /// and the same for `TreeMut`.
    fn tree(&self, name: &Ident, generics: &Generics, types: &[&Type]) -> TokenStream {
        let runtime = self.runtime;
        let tree = quote!(#runtime::tree);
        let (_, type_generics, _) = generics.split_for_impl();
        let count = types.len();
        let indices: Vec<usize> = (0..count).collect();
        let members: Vec<_> = self.active().map(|field| &field.member).collect();
        let names: Vec<TokenStream> = self
            .active()
            .enumerate()
            .map(|(index, field)| match field.name {
                Some(name) => {
                    let name = name.unraw().to_string();
                    quote!(Field(#name))
                }
                None => quote!(Position(#index)),
            })
            .collect();
        let bounded = |bound: TokenStream| {
            let mut generics = generics.clone();
            generics.params.push(parse_quote!(__S: #runtime::Scalar));
            let types = types.iter().filter(|ty| !mentions(**ty, &self.name.to_string()));
            generics
                .make_where_clause()
                .predicates
                .extend(types.map(|ty| -> WherePredicate { parse_quote!(#ty: #bound) }));
            generics
        };
        let (read, write) = (bounded(quote!(#tree::Tree<__S>)), bounded(quote!(#tree::TreeMut<__S>)));
        let (read_generics, _, read_where) = read.split_for_impl();
        let (write_generics, _, write_where) = write.split_for_impl();
        quote! {
            #[automatically_derived]
            impl #read_generics #tree::Tree<__S> for #name #type_generics #read_where {
                fn node(&self) -> #tree::Node<'_, __S> {
                    #tree::Node::Branch(#count)
                }
                fn child(&self, index: usize) -> (#tree::Name, &dyn #tree::Tree<__S>) {
                    match index {
                        #(#indices => (#tree::Name::#names, &self.#members),)*
                        _ => #tree::no_child(index),
                    }
                }
            }
            #[automatically_derived]
            impl #write_generics #tree::TreeMut<__S> for #name #type_generics #write_where {
                fn child_mut(&mut self, index: usize) -> (#tree::Name, &mut dyn #tree::TreeMut<__S>) {
                    match index {
                        #(#indices => (#tree::Name::#names, &mut self.#members),)*
                        _ => #tree::no_child(index),
                    }
                }
            }
        }
    }
}
