//! The tangent of a struct as a tree of numbers that can be named one by one: what Jacobians and Hessians have rows for.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Generics, Type, WherePredicate, parse_quote};

use super::structure::{Field, Structure};
use super::tangent;

impl Structure<'_> {
    /// On request, by `#[differentiable(numbers)]`: `types` are those of the tangents of the active fields. Nothing for enums,
    /// whose variants differ in how many numbers they hold, and for what holds itself.
    ///
    /// Expands to:
    /// ```text
    /// pub struct LayerOf<T> {
    ///     pub weights: <Vec<f64> as Numbers>::Of<T>,
    ///     bias: <f64 as Numbers>::Of<T>,
    ///     pub epoch: (),
    /// }
    /// impl Numbers for LayerTangent {
    ///     type Of<T> = LayerOf<T>;
    ///     const COUNT: Option<usize> = sum(&[<Vec<f64> as Numbers>::COUNT, <f64 as Numbers>::COUNT]);
    ///     fn count(&self) -> usize { 0 + Numbers::count(&self.weights) + Numbers::count(&self.bias) }
    ///     …
    /// }
    /// ```
    /// Outside of this expansion the struct has no name but `<LayerTangent as Numbers>::Of<T>`.
    pub(super) fn numbers(&self, types: &[Type]) -> TokenStream {
        if self.is_enum || self.active().any(|field| self.is_recursive(field)) {
            return TokenStream::new();
        }
        let (runtime, variant) = (self.runtime, &self.variants[0]);
        let (numbers, core) = (quote!(#runtime::jacobian::Numbers), quote!(#runtime::__private::core));
        let own = self.tangent.as_ref().unwrap_or(self.name);
        let mut generics = match &self.tangent {
            Some(_) => self.tangent_generics.clone(),
            None => self.generics_of_value(),
        };
        // What hangs on parameters: of everything else rustc knows.
        let params: Vec<String> = generics.type_params().map(|param| param.ident.to_string()).collect();
        let open = |ty: &&Type| tangent::mentions_any(*ty, &params);
        let bounds = types.iter().filter(open).map(|ty| -> WherePredicate { parse_quote!(#ty: #numbers) });
        if !params.is_empty() {
            generics.make_where_clause().predicates.extend(bounds);
        }
        let of = format_ident!("{}Of", self.name);
        let with = with_parameter(&generics);
        let (definition, shape) = match types {
            [] => (TokenStream::new(), quote!(())),
            types => {
                let (_, args, _) = with.split_for_impl();
                let part = |ty: &Type| -> Type { parse_quote!(<#ty as #numbers>::Of<__T>) };
                let rows = self.with_tangents(&of, with.clone(), types.iter().map(part).collect());
                let mut asked: Vec<Type> = vec![parse_quote!(__T)];
                asked.extend(types.iter().filter(open).map(part));
                let doc = format!("What stands in the place of each number of a [`{own}`].");
                let (definition, conveniences) =
                    (rows.definition(&of, &doc), rows.conveniences(&of, Some(&asked)));
                (
                    quote!(#[allow(private_interfaces, private_bounds)] #definition #conveniences),
                    quote!(#of #args),
                )
            }
        };
        let parts: Vec<TokenStream> = variant
            .active()
            .map(|field| {
                let member = &field.member;
                quote!(self.#member)
            })
            .collect();
        let each = match types {
            [] => quote!(()),
            _ => variant.build(&of, |field: &Field| match field.tangent {
                Some(_) => {
                    let member = &field.member;
                    quote!(#numbers::each(&self.#member, next))
                }
                None => quote!(()),
            }),
        };
        // `method(part, index, …)` of the part that the number is in.
        let part = |call: &dyn Fn(&TokenStream) -> TokenStream| {
            let steps = parts.iter().map(|part| {
                let call = call(part);
                quote! {
                    let count = #numbers::count(&#part);
                    if index < count {
                        return #call;
                    }
                    index -= count;
                }
            });
            quote!(#(#steps)* #runtime::jacobian::no_number(index))
        };
        let get = part(&|part| quote!(#numbers::get(&#part, index)));
        let set = part(&|part| quote!(#numbers::set(&mut #part, index, value)));
        let visits = variant.active().zip(types).map(|(field, ty)| {
            let member = &field.member;
            quote!(<#ty as #numbers>::visit(&of.#member, f);)
        });
        let visits = quote!(#(#visits)*);
        let (impl_generics, type_generics, clause) = generics.split_for_impl();
        let (usize, float) = (quote!(#core::primitive::usize), quote!(#core::primitive::f64));
        quote! {
            #definition
            #[automatically_derived]
            #[allow(unused_lifetimes, unused_mut, unused_variables, clippy::extra_unused_lifetimes, clippy::unused_unit)]
            impl #impl_generics #numbers for #own #type_generics #clause {
                type Of<__T> = #shape;
                const COUNT: #core::option::Option<#usize> =
                    #runtime::jacobian::sum(&[#(<#types as #numbers>::COUNT),*]);
                fn count(&self) -> #usize { 0 #(+ #numbers::count(&#parts))* }
                fn get(&self, mut index: #usize) -> #float { #get }
                fn set(&mut self, mut index: #usize, value: #float) { #set }
                fn each<__T>(&self, next: &mut dyn #core::ops::FnMut() -> __T) -> Self::Of<__T> { #each }
                fn visit<__T>(of: &Self::Of<__T>, f: &mut dyn #core::ops::FnMut(&__T)) { #visits }
            }
        }
    }
}

/// With a parameter for what stands in the place of numbers.
fn with_parameter(generics: &Generics) -> Generics {
    let mut with = generics.clone();
    with.params.push(parse_quote!(__T));
    with
}
