//! The parts of the functions by which a method is called on an object.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{FnArg, PathArguments, ReturnType, Type, TypeParamBound};

use crate::emit::companion::{Site, derived_name};
use crate::expand::module::plan::Plan;
use crate::expand::module::traits::promised;
use crate::lower::objects::undispatched;
use crate::request::Request;

/// The parts of the derivatives of a method that objects have.
pub(super) struct Method {
    pub(super) name: Ident,
    pub(super) generics: syn::Generics,
    pub(super) result: TokenStream,
    /// Those behind the receiver, and their types.
    pub(super) names: Vec<Ident>,
    pub(super) params: Vec<Type>,
    /// What the pullback is given behind the receiver, and behind the receiver's adjoint.
    pub(super) again: Vec<Type>,
    pub(super) seed: Type,
    pub(super) slots: Vec<Type>,
    /// The tangents behind the receiver's, and what the pushforward gives.
    pub(super) tangents: Vec<Type>,
    pub(super) pushed: TokenStream,
}

impl Method {
    /// Of the functions that the trait has for types that are known.
    pub(super) fn of(plan: &Plan, of_trait: &syn::ItemTrait, method: &syn::TraitItemFn) -> Option<Method> {
        let request = plan.of_method(&of_trait.ident.to_string(), &method.sig)?;
        if undispatched(&method.sig).is_some() {
            return None;
        }
        let request = Request { order: 1, ..request.clone() };
        let derived = promised(&request, &method.sig, &of_trait.generics, &[], Site::Impl(None));
        let found: syn::ItemImpl = syn::parse2(quote!(impl Derived { #derived })).ok()?;
        let named = |what: &str| {
            let name = derived_name(&method.sig.ident, what);
            found.items.iter().find_map(|item| match item {
                syn::ImplItem::Fn(function) if function.sig.ident == name => Some(&function.sig),
                _ => None,
            })
        };
        let (forward, pushforward) = (named("forward")?, named("pushforward")?);
        let params: Vec<Type> = typed(forward);
        let names = (1..=params.len()).map(|at| format_ident!("argument_{at}")).collect();
        let ReturnType::Type(_, output) = &forward.output else { return None };
        let Type::Tuple(parts) = &**output else { return None };
        let (result, pullback) = (parts.elems.first()?, parts.elems.last()?);
        let Type::ImplTrait(pullback) = pullback else { return None };
        let takes = pullback.bounds.iter().find_map(|bound| match bound {
            TypeParamBound::Trait(bound) => match &bound.path.segments.last()?.arguments {
                PathArguments::Parenthesized(takes) => Some(takes),
                _ => None,
            },
            _ => None,
        })?;
        // The receiver and the parameters, the seed, and a slot for each of them.
        let takes: Vec<Type> = takes.inputs.iter().map(|input| input.ty.clone()).collect();
        let count = params.len() + 1;
        let (again, slots) = (takes.get(1..count)?.to_vec(), takes.get(count + 2..)?.to_vec());
        let ReturnType::Type(_, pushed) = &pushforward.output else { return None };
        let tangents = typed(pushforward).get(count..)?.to_vec();
        let mut generics = forward.generics.clone();
        generics.where_clause = None;
        Some(Method {
            name: method.sig.ident.clone(),
            generics,
            result: result.to_token_stream(),
            names,
            params,
            again,
            seed: takes.get(count)?.clone(),
            slots,
            tangents,
            pushed: pushed.to_token_stream(),
        })
    }

    pub(super) fn boxed(&self, what: &str) -> Ident {
        format_ident!("__boxed_{}_{what}", self.name)
    }

    pub(super) fn args(&self) -> TokenStream {
        let (names, params) = (&self.names, &self.params);
        quote!(#(#names: #params),*)
    }

    /// The functions that a trait has, with bodies.
    pub(super) fn boxes(&self, runtime: &TokenStream, bodies: [TokenStream; 3]) -> TokenStream {
        let Method { generics, result, names, params, again, seed, slots, tangents, pushed, .. } = self;
        let [forward, pullback, pushforward] =
            ["forward", "pullback", "pushforward"].map(|what| self.boxed(what));
        let [forward_body, pullback_body, pushforward_body] = bodies;
        let args = self.args();
        let (agains, bars, dots) =
            (numbered("again", again), numbered("bar", slots), numbered("dot", tangents));
        let lints = lints();
        quote! {
            #lints
            fn #forward #generics(&self, #args) -> (#result, #runtime::__private::Box<dyn ::core::any::Any>) { #forward_body }
            #lints
            fn #pullback #generics(
                &self,
                kept: #runtime::__private::Box<dyn ::core::any::Any>,
                #(#agains: #again,)*
                seed: #seed,
                bar: ::core::option::Option<&mut dyn #runtime::AnyTangent>,
                #(#bars: #slots),*
            ) { #pullback_body }
            #lints
            fn #pushforward #generics(
                &self,
                #(#names: #params,)*
                dot: ::core::option::Option<&dyn #runtime::AnyTangent>,
                #(#dots: #tangents),*
            ) -> #pushed { #pushforward_body }
        }
    }
}

/// The types of the parameters behind the receiver.
fn typed(signature: &syn::Signature) -> Vec<Type> {
    let of = |input: &FnArg| match input {
        FnArg::Typed(typed) => Some((*typed.ty).clone()),
        FnArg::Receiver(_) => None,
    };
    signature.inputs.iter().filter_map(of).collect()
}

pub(super) fn numbered(name: &str, of: &[Type]) -> Vec<Ident> {
    (1..=of.len()).map(|at| format_ident!("{name}_{at}")).collect()
}

pub(super) fn lints() -> TokenStream {
    quote!(#[doc(hidden)] #[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)])
}
