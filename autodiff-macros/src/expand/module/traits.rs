//! Traits of a module: what their methods' derivatives are called by where only the trait is known.
//!
//! Invariant: a trait has the hidden functions of each of its methods that carries a derivative, with bodies of their own, so that
//! an `impl` from elsewhere need not know of them. Those of a method without a body are in error where they are used for a type
//! that does not say better.
//!
//! ```text
//! trait Model {                            trait Model {
//!     fn rate(&self, t: f64) -> f64;           fn rate(&self, t: f64) -> f64;
//! }                                            fn rate_forward(&self, t: f64) -> (f64, impl FnOnce(…) + use<Self>)
//!                                                  where Self: Differentiable + Sized { <in error> }
//! impl Model for Flat { … }                }
//!                                          impl Model for Flat { …  fn rate_forward(…) { Flat::rate_forward(self, t) } }
//! fn price<M: Model>(m: &M) …              impl price { fn forward<M: Model>(m: &M) where M: Differentiable { m.rate_forward(…) } }
//! ```

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{FnArg, GenericParam, ImplItem, Signature, TraitItem, Type, parse_quote};

use crate::diag::Diagnostics;
use crate::emit::companion::{Site, Source, stub};
use crate::emit::signature::rules;
use crate::emit::types::bound_floats;
use crate::expand::fallible::Fallible;
use crate::expand::{differentiated, merged};
use crate::lower::{self, float_params};
use crate::request::Request;
use crate::typing::Scope;
use crate::typing::items::bounds;

/// The hidden functions of a method of a trait.
pub(super) fn of_trait(
    request: &Request,
    of: &syn::ItemTrait,
    method: &syn::TraitItemFn,
    diag: Diagnostics,
) -> TokenStream {
    let signature = named_impls(&request.scope, &method.sig);
    let floats = float_params(&of.generics, &request.scope);
    // Constants that are asked of types have no place among the items of a trait.
    let site = Site::Impl(Some(&of.generics).filter(|_| !floats.is_empty()));
    let derived = match &method.default {
        Some(block) => {
            let source = Source { site, ..source(request, &signature, &method.attrs) };
            differentiated(source, &whole(&of.generics, &signature), block, diag)
        }
        None => {
            diag.discard();
            promised(request, &signature, &of.generics, &method.attrs, site)
        }
    };
    let runtime = &request.runtime;
    let supertraits = request.scope.with_supertraits(bounds(&of.supertraits));
    let rules = rules(&supertraits, &quote!(Self), &runtime.to_token_stream());
    let Ok(syn::ItemTrait { mut items, .. }) = syn::parse2(quote!(trait Derived { #derived })) else {
        return derived;
    };
    for item in &mut items {
        let TraitItem::Fn(function) = item else { continue };
        ask(&mut function.sig, runtime, &rules);
        bound_floats(&mut function.sig.generics, floats.clone(), &runtime.to_token_stream());
        settle(&mut function.sig, &captured(&of.generics, &method.sig.generics, true));
        if method.default.is_none() {
            // Nothing is known of the derivative: who needs it is told, once the type is there.
            if let Some(block) = &mut function.default {
                let text = format!(
                    "the derivative of `{}` is not known for this type: put the `impl` of `{}` into the differentiated module, or \
                     `#[differentiate(of_trait)]` on it",
                    method.sig.ident, of.ident
                );
                let missing = missing(&text);
                block.stmts.insert(0, parse_quote!(#missing));
            }
        } else if let Some(block) = &mut function.default {
            // Whether the method is that of the trait, a type says that has all of its methods in sight.
            let sure = sure(&of.ident);
            block.stmts.insert(0, parse_quote!(Self::#sure();));
        }
    }
    quote!(#(#items)*)
}

/// The function of a trait that compiles for those types whose methods have their derivatives, or are those of the trait.
fn sure(of_trait: &Ident) -> Ident {
    format_ident!("__sure_{of_trait}", span = proc_macro2::Span::mixed_site())
}

/// That function in the trait, where it does not compile.
pub(super) fn unsure(of_trait: &Ident) -> TokenStream {
    let (name, missing) = (
        sure(of_trait),
        missing(&format!(
            "which methods this type has instead of those that `{of_trait}` provides is not known: put its `impl` into the \
             differentiated module, or `#[differentiate(of_trait)]` on it, and leave no method of it out"
        )),
    );
    quote! {
        #[doc(hidden)]
        #[allow(non_snake_case)]
        fn #name() where Self: ::core::marker::Sized { #missing }
    }
}

/// The same in an `impl` that is in sight.
pub(super) fn sured(of_trait: &Ident) -> TokenStream {
    let name = sure(of_trait);
    quote! {
        #[doc(hidden)]
        #[allow(non_snake_case)]
        #[inline(always)]
        fn #name() {}
    }
}

/// Code that does not compile where it is used for a type.
pub(super) fn missing(text: &str) -> TokenStream {
    quote!({
        struct Missing<T: ?Sized>(::core::marker::PhantomData<T>);
        impl<T: ?Sized> Missing<T> {
            const DERIVATIVE: () = ::core::panic!(#text);
        }
        let () = Missing::<Self>::DERIVATIVE;
    })
}

/// The same in an `impl` of the trait: by those that stand beside the method, or, where there may be none beside it (of `f64`),
/// with their bodies.
pub(super) fn of_impl(
    request: &Request,
    item: &syn::ItemImpl,
    method: &syn::ImplItemFn,
    local: bool,
    diag: Diagnostics,
) -> Vec<ImplItem> {
    let signature = named_impls(&request.scope, &method.sig);
    let derived = if local {
        diag.discard();
        promised(request, &signature, &item.generics, &method.attrs, Site::Impl(Some(&item.generics)))
    } else {
        let whole = whole(&item.generics, &signature);
        // Constants that are asked of types have no place among the items of a trait.
        let generic = item.generics.params.iter().any(|param| !matches!(param, GenericParam::Lifetime(_)));
        let site = Site::Impl(Some(&item.generics).filter(|_| generic));
        let source = Source { site, ..source(request, &signature, &method.attrs) };
        differentiated(source, &whole, &method.block, diag)
    };
    let Ok(syn::ItemImpl { mut items, .. }) = syn::parse2(quote!(impl Derived { #derived })) else {
        return vec![ImplItem::Verbatim(derived)];
    };
    if local {
        items.retain(|item| matches!(item, ImplItem::Fn(_)));
    }
    let (runtime, ty) = (&request.runtime, &item.self_ty);
    for item_of in &mut items {
        let ImplItem::Fn(function) = item_of else { continue };
        settle(&mut function.sig, &captured(&item.generics, &method.sig.generics, false));
        bound_floats(
            &mut function.sig.generics,
            float_params(&item.generics, &request.scope),
            &runtime.to_token_stream(),
        );
        if local {
            // Of a `Vec` of what is generic, rustc would look no further than this for its tangent.
            ask(&mut function.sig, runtime, &[]);
            let name = &function.sig.ident;
            let mut passed: Vec<TokenStream> = Vec::new();
            for (at, input) in function.sig.inputs.iter_mut().enumerate() {
                match input {
                    FnArg::Receiver(receiver) => passed.push(receiver.self_token.to_token_stream()),
                    FnArg::Typed(typed) => {
                        let argument = format_ident!("argument_{at}");
                        *typed.pat = parse_quote!(#argument);
                        passed.push(argument.to_token_stream());
                    }
                }
            }
            function.block = parse_quote!({ <#ty>::#name(#(#passed),*) });
        }
    }
    items
}

fn source<'a>(
    request: &'a Request,
    signature: &'a Signature,
    attributes: &'a [syn::Attribute],
) -> Source<'a> {
    Source {
        request,
        signature,
        visibility: &syn::Visibility::Inherited,
        attributes,
        site: Site::Impl(None),
        hidden: true,
        siblings: &[],
        may_fail: false,
    }
}

/// A signature with all generics in scope.
fn whole(outer: &syn::Generics, signature: &Signature) -> Signature {
    Signature { generics: merged(outer, &signature.generics), ..signature.clone() }
}

/// Whether the floats that an `impl` is generic over are those of its trait: what is asked of these the trait asks, too.
pub(in crate::expand) fn are_of_trait(item: &syn::ItemImpl, scope: &crate::typing::Scope) -> bool {
    let given = item.trait_.as_ref().and_then(|(path, _)| path.segments.last());
    let given = given.map(|last| lower::arguments(last)).unwrap_or_default();
    let named =
        |name: &Ident| given.iter().any(|ty| matches!(ty, Type::Path(path) if path.path.is_ident(name)));
    float_params(&item.generics, scope).iter().all(named)
}

/// The hidden functions with bodies that are never run.
pub(super) fn promised(
    request: &Request,
    signature: &Signature,
    outer: &syn::Generics,
    attributes: &[syn::Attribute],
    site: Site<'_>,
) -> TokenStream {
    if let Some(fallible) = Fallible::of(signature) {
        let (inner, _) = fallible.inner(signature, &parse_quote!({}));
        let found = promised(&fallible.request(request, signature), &inner, outer, attributes, site);
        return fallible.outer(found, Source { site, ..source(request, signature, attributes) });
    }
    let mut diag = Diagnostics::new();
    let whole = whole(outer, signature);
    let function = lower::function(request, &whole, &parse_quote!({ loop {} }), &mut diag);
    diag.discard();
    if request.order > 1 {
        // Those of higher orders are made of the function, whatever it does.
        let source = Source { site, ..source(request, signature, attributes) };
        return differentiated(source, &whole, &parse_quote!({ ::core::panic!() }), Diagnostics::new());
    }
    stub(Source { site, ..source(request, signature, attributes) }, &function, &TokenStream::new())
}

/// Says what a function asks of the type.
fn ask(signature: &mut Signature, runtime: &syn::Path, rules: &[TokenStream]) {
    signature
        .generics
        .make_where_clause()
        .predicates
        .push(parse_quote!(Self: #runtime::Differentiable + ::core::marker::Sized #(+ #rules)*));
}

/// Says what a pullback holds on to.
fn settle(signature: &mut Signature, captured: &[TokenStream]) {
    let syn::ReturnType::Type(_, output) = &mut signature.output else { return };
    let Type::Tuple(parts) = &mut **output else { return };
    if let Some(Type::ImplTrait(pullback)) = parts.elems.last_mut() {
        pullback.bounds.push(parse_quote!(use<#(#captured),*>));
    }
}

/// The generic parameters that a pullback may hold on to: of lifetimes those of the type alone.
fn captured(outer: &syn::Generics, own: &syn::Generics, of_trait: bool) -> Vec<TokenStream> {
    let this = of_trait.then(|| quote!(Self));
    let lifetimes = outer.lifetimes().map(|param| param.lifetime.to_token_stream());
    let this = lifetimes.filter(|_| !of_trait).chain(this);
    let names = outer.params.iter().chain(&own.params).filter_map(|param| match param {
        GenericParam::Type(param) => Some(param.ident.to_token_stream()),
        GenericParam::Const(param) => Some(param.ident.to_token_stream()),
        GenericParam::Lifetime(_) => None,
    });
    this.chain(names).collect()
}

/// A signature in which `impl Model` of a trait in sight is a parameter with a name: its type carries a derivative.
pub(super) fn named_impls(scope: &Scope, signature: &Signature) -> Signature {
    let mut signature = signature.clone();
    let mut made: Vec<GenericParam> = Vec::new();
    for input in &mut signature.inputs {
        let FnArg::Typed(typed) = input else { continue };
        let mut ty = &mut *typed.ty;
        while let Type::Reference(syn::TypeReference { elem, .. })
        | Type::Paren(syn::TypeParen { elem, .. })
        | Type::Group(syn::TypeGroup { elem, .. }) = ty
        {
            ty = elem;
        }
        let Type::ImplTrait(of) = &*ty else { continue };
        if !bounds(&of.bounds).iter().any(|path| scope.has_trait(path)) {
            continue;
        }
        let (name, bounds) = (fresh(&made), &of.bounds);
        made.push(parse_quote!(#name: #bounds));
        *ty = parse_quote!(#name);
    }
    signature.generics.params.extend(made);
    signature
}

fn fresh(made: &[GenericParam]) -> Ident {
    format_ident!("Arg{}", made.len(), span = proc_macro2::Span::mixed_site())
}
