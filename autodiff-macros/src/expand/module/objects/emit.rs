//! What a trait, its `impl`s and its objects have.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};

use super::found::stands_behind;
use super::method::{Method, lints, numbered};
use crate::emit::companion::derived_name;
use crate::expand::module::plan::Plan;
use crate::expand::module::traits::missing;
use crate::lower::objects::{constructor, of_object};
use crate::typing::items::ModuleId;
use crate::typing::path_type;

fn cloned(of: &Ident) -> Ident {
    format_ident!("__boxed_clone_{of}", span = Span::call_site())
}

fn zero(of: &Ident) -> Ident {
    format_ident!("__boxed_zero_{of}", span = Span::call_site())
}

/// What the derivatives of objects need of a trait: functions in it, and items beside it.
pub(in crate::expand::module) fn of_trait(
    plan: &Plan,
    at: ModuleId,
    of: &syn::ItemTrait,
) -> (TokenStream, TokenStream) {
    let Some(owner) = plan.items.owner(at, &path_type(of.ident.clone())) else {
        return Default::default();
    };
    if !plan.objects.is_boxed(&owner) {
        return Default::default();
    }
    let runtime = plan.request.runtime.to_token_stream();
    let (name, zero, lints) = (&of.ident, zero(&of.ident), lints());
    let text = format!(
        "nothing is known of the derivatives of a type behind `dyn {name}`: put the `impl` of `{name}` into the differentiated \
         module, where it is for a type that owns what it holds"
    );
    let missing = missing(&text);
    let never = || [0; 3].map(|_| quote!(::core::unreachable!()));
    let inside: TokenStream =
        methods(plan, of).iter().map(|method| method.boxes(&runtime, never())).collect();
    let (is_cloned, cloned) = (plan.clones.is_object_due(&name.to_string()), cloned(name));
    let clone = is_cloned.then(|| {
        quote! {
            #lints
            fn #cloned(&self) -> #runtime::__private::Box<dyn #name> { ::core::unreachable!() }
        }
    });
    let inside = quote! {
        #lints
        fn #zero(&self) -> #runtime::ObjectTangent {
            #missing
            ::core::unreachable!()
        }
        #clone
        #inside
    };
    let forms = plan.objects.forms.get(&owner).map(Vec::as_slice).unwrap_or_default();
    let outside = forms.iter().map(|form| {
        let object = quote!(dyn #name #(+ #form)*);
        let methods: TokenStream = (plan.items.with_supertraits(owner.clone()).iter())
            .filter_map(|owner| plan.objects.traits.iter().find(|(found, _)| found == owner))
            .flat_map(|(found, of)| {
                let path = plan.items.path(at, found);
                methods(plan, of).into_iter().map(move |method| (path.clone(), method))
            })
            .map(|(path, method)| of_form(&method, &path, &object, &of.vis, &runtime))
            .collect();
        quote! {
            #[automatically_derived]
            impl #runtime::Differentiable for #object + '_ {
                type Tangent = #runtime::ObjectTangent;
                fn zero_tangent(&self) -> #runtime::ObjectTangent { #name::#zero(self) }
            }
            #[allow(dead_code)]
            impl #object + '_ { #methods }
        }
    });
    let outside: TokenStream = outside.collect();
    let clone = is_cloned.then(|| {
        quote! {
            #[automatically_derived]
            impl ::core::clone::Clone for #runtime::__private::Box<dyn #name> {
                fn clone(&self) -> Self { #name::#cloned(&**self) }
            }
        }
    });
    (inside, quote!(#outside #clone))
}

/// The functions of a method by which it is called on objects.
fn of_form(
    method: &Method,
    of_trait: &syn::Path,
    object: &TokenStream,
    visibility: &syn::Visibility,
    runtime: &TokenStream,
) -> TokenStream {
    let Method { name, generics, result, names, params, again, seed, slots, tangents, pushed, .. } = method;
    let called = of_object(name);
    let [forward, pushforward] = ["forward", "pushforward"].map(|what| derived_name(&called, what));
    let [boxed, pullback, pushed_by] = ["forward", "pullback", "pushforward"].map(|what| method.boxed(what));
    let (args, lints) = (method.args(), lints());
    let (agains, bars, dots) = (numbered("again", again), numbered("bar", slots), numbered("dot", tangents));
    quote! {
        #lints
        #visibility fn #called #generics(&self, #args) -> #result { #of_trait::#name(self, #(#names),*) }
        #lints
        #visibility fn #forward #generics(&self, #args) -> (#result, impl ::core::ops::FnOnce(
            &(#object + '_),
            #(#again,)*
            #seed,
            ::core::option::Option<&mut dyn #runtime::AnyTangent>,
            #(#slots),*
        )) {
            let (value, kept) = #of_trait::#boxed(self, #(#names),*);
            (value, move |
                this: &(#object + '_),
                #(#agains: #again,)*
                seed: #seed,
                bar: ::core::option::Option<&mut dyn #runtime::AnyTangent>,
                #(#bars: #slots),*
            | #of_trait::#pullback(this, kept, #(#agains,)* seed, bar, #(#bars),*))
        }
        #lints
        #visibility fn #pushforward #generics(
            &self,
            #(#names: #params,)*
            dot: ::core::option::Option<&dyn #runtime::AnyTangent>,
            #(#dots: #tangents),*
        ) -> #pushed {
            #of_trait::#pushed_by(self, #(#names,)* dot, #(#dots),*)
        }
    }
}

fn methods(plan: &Plan, of: &syn::ItemTrait) -> Vec<Method> {
    let method = |item: &syn::TraitItem| match item {
        syn::TraitItem::Fn(method) => Method::of(plan, of, method),
        _ => None,
    };
    of.items.iter().filter_map(method).collect()
}

/// What an `impl` of a trait has for the derivatives of objects, and what it asks of its parameters.
pub(in crate::expand::module) fn of_impl(plan: &Plan, at: ModuleId, item: &syn::ItemImpl) -> TokenStream {
    let Some((path, _)) = &item.trait_ else { return TokenStream::new() };
    let found = plan.items.trait_named(at, path).filter(|owner| plan.objects.is_boxed(owner));
    let Some((_, of)) = found.and_then(|owner| plan.objects.traits.iter().find(|(of, _)| *of == owner))
    else {
        return TokenStream::new();
    };
    if !stands_behind(item) {
        return TokenStream::new();
    }
    let runtime = plan.request.runtime.to_token_stream();
    let (zero, lints) = (zero(&of.ident), lints());
    let methods = methods(plan, of);
    let written = |name: &Ident| {
        item.items
            .iter()
            .any(|member| matches!(member, syn::ImplItem::Fn(method) if method.sig.ident == *name))
    };
    if let Some(missing) = methods.iter().find(|method| !written(&method.name)) {
        let (of, name) = (&of.ident, &missing.name);
        let text = format!(
            "derivatives of `dyn {of}` need every method of an `impl` of `{of}`, and this one does not stand in the module of the trait: \
             write `{name}` out here"
        );
        return crate::diag::code(&syn::Error::new_spanned(path, text));
    }
    let methods: TokenStream = (methods.iter())
        .map(|method| {
            let Method { name, names, .. } = method;
            let [forward, pushforward] = ["forward", "pushforward"].map(|what| derived_name(name, what));
            let (agains, bars) = (numbered("again", &method.again), numbered("bar", &method.slots));
            let dots = numbered("dot", &method.tangents);
            let unmade = names.iter().map(|_| quote!(#runtime::__private::object::argument()));
            let tangent = quote!(<Self as #runtime::Differentiable>::Tangent);
            let bodies = [
                quote! {
                    let (value, pullback) = <Self as #path>::#forward(self, #(#names),*);
                    (value, #runtime::__private::Box::new(pullback))
                },
                quote! {
                    let pullback = #runtime::__private::object::recalled(
                        kept,
                        |this: &Self| <Self as #path>::#forward(this, #(#unmade),*),
                    );
                    let bar = bar.map(#runtime::__private::object::of_mut::<#tangent>);
                    pullback(self, #(#agains,)* seed, bar, #(#bars),*)
                },
                quote! {
                    let dot = dot.map(#runtime::__private::object::of::<#tangent>);
                    <Self as #path>::#pushforward(self, #(#names,)* dot, #(#dots),*)
                },
            ];
            method.boxes(&runtime, bodies)
        })
        .collect();
    let clone = plan.clones.is_object_due(&of.ident.to_string()).then(|| {
        let cloned = cloned(&of.ident);
        quote! {
            #lints
            fn #cloned(&self) -> #runtime::__private::Box<dyn #path> {
                #runtime::__private::Box::new(::core::clone::Clone::clone(self))
            }
        }
    });
    quote! {
        #clone
        #lints
        fn #zero(&self) -> #runtime::ObjectTangent {
            #runtime::ObjectTangent::new(#runtime::Differentiable::zero_tangent(self))
        }
        #methods
    }
}

/// The function that puts a value into a box, with its derivatives: those of objects that are made in a differentiated function.
pub(in crate::expand::module) fn constructors(plan: &Plan, at: ModuleId, of: &syn::ItemTrait) -> TokenStream {
    let Some(owner) = plan.items.owner(at, &path_type(of.ident.clone())) else {
        return TokenStream::new();
    };
    let (runtime, trait_name, vis, lints) = (&plan.request.runtime, &of.ident, &of.vis, lints());
    let private = quote!(#runtime::__private);
    let forms = plan.objects.forms.get(&owner).map(Vec::as_slice).unwrap_or_default();
    let made = forms.iter().map(|form| {
        let name = constructor(trait_name, form);
        let object = quote!(dyn #trait_name #(+ #form)*);
        let bounds = quote!(#trait_name #(+ #form)* + 'static);
        quote! {
            #lints
            #vis fn #name<T: #bounds>(of: T) -> #private::Box<#object> { #private::Box::new(of) }
            #lints
            #vis struct #name {}
            #[allow(non_camel_case_types)]
            impl #name {
                #lints
                #vis fn forward<T: #bounds + #runtime::Differentiable>(of: T) -> (
                    #private::Box<#object>,
                    impl ::core::ops::FnOnce(
                        (),
                        #private::Box<#runtime::ObjectTangent>,
                        ::core::option::Option<&mut T::Tangent>,
                    ),
                ) {
                    (#private::Box::new(of), |(), seed: #private::Box<#runtime::ObjectTangent>, bar: ::core::option::Option<&mut T::Tangent>| {
                        if let ::core::option::Option::Some(bar) = bar {
                            #runtime::Tangent::accumulate(bar, #private::object::of(&*seed));
                        }
                    })
                }
                #lints
                #vis fn pushforward<T: #bounds + #runtime::Differentiable>(
                    of: T,
                    dot: ::core::option::Option<&T::Tangent>,
                ) -> (#private::Box<#object>, #private::Box<#runtime::ObjectTangent>) {
                    let dot = match dot {
                        ::core::option::Option::Some(dot) => ::core::clone::Clone::clone(dot),
                        ::core::option::Option::None => #runtime::Differentiable::zero_tangent(&of),
                    };
                    (#private::Box::new(of), #private::Box::new(#runtime::ObjectTangent::new(dot)))
                }
            }
        }
    });
    made.collect()
}
