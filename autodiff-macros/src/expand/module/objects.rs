//! Trait objects: what a trait and its impls have so that the derivatives of a `dyn Trait` know what stands behind it.
//!
//! Invariant: what stands behind an object has all of it, or cannot become one: the default of `__boxed_zero_Curve` does not
//! compile where it is put into the table of an object.
//!
//! ```text
//! trait Curve {                                   impl Curve for Flat {
//!     fn rate(&self, t: f64) -> f64;                  fn rate(&self, t: f64) -> f64 { … }
//!     fn __boxed_zero_Curve(&self)                    fn __boxed_zero_Curve(&self) { ObjectTangent::new(self.zero_tangent()) }
//!         -> ObjectTangent { <in error> }
//!     fn __boxed_rate_forward(&self, t: f64)          fn __boxed_rate_forward(&self, t: f64)
//!         -> (f64, Box<dyn Any>) { … }                    -> … { let (value, pullback) = self.rate_forward(t); (value, Box::new(pullback)) }
//!     fn __boxed_rate_pullback(&self,                 fn __boxed_rate_pullback(&self, …) { <pullback of the box>(self, …) }
//!         kept: Box<dyn Any>, …) { … }            }
//! }
//! impl Differentiable for dyn Curve { type Tangent = ObjectTangent; … }
//! impl dyn Curve { fn __object_rate_forward(&self, t: f64) -> (f64, impl FnOnce(&dyn Curve, …)) { … } … }
//! fn __boxed_Curve<T: Curve>(of: T) -> Box<dyn Curve> { Box::new(of) }        // with its derivatives
//! ```

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::{FnArg, PathArguments, ReturnType, Type, TypeParamBound, parse_quote};

use super::plan::{Plan, is_test, names_in};
use super::traits::{missing, promised};
use crate::emit::companion::{Site, derived_name};
use crate::expand::has_derivative;
use crate::lower::has_no_diff;
use crate::lower::objects::{constructor, of_object, undispatched};
use crate::request::Request;
use crate::typing::items::{Items, ModuleId, Owner};
use crate::typing::{Scope, path_type};

/// The traits of a module that objects are of.
#[derive(Default)]
pub(super) struct Objects {
    traits: Vec<(Owner, syn::ItemTrait)>,
    /// What else is said of objects of each: `Send`, `Sync`.
    forms: BTreeMap<Owner, Vec<Vec<syn::Path>>>,
    /// Those whose methods are called on objects, by themselves or by what builds on them.
    boxed: Vec<Owner>,
    /// The `impl`s of these.
    behind: Vec<(Owner, syn::ItemImpl)>,
}

impl Objects {
    pub(super) fn of(items: &[syn::Item], environment: &Items) -> Objects {
        let mut objects = Objects::default();
        objects.collect(0, items, environment);
        for owner in objects.forms.keys() {
            for of in environment.with_supertraits(owner.clone()) {
                if !objects.boxed.contains(&of) {
                    objects.boxed.push(of);
                }
            }
        }
        objects.collect_behind(0, items, environment);
        objects
    }

    fn collect(&mut self, at: ModuleId, items: &[syn::Item], environment: &Items) {
        for item in items {
            match item {
                syn::Item::Mod(item) => {
                    let inner = item.content.as_ref().filter(|_| !is_test(&item.attrs));
                    if let (Some((_, inner)), Some(id)) = (inner, environment.child(at, &item.ident)) {
                        self.collect(id, inner, environment);
                    }
                    continue;
                }
                syn::Item::Trait(item) => {
                    let name: Type = path_type(item.ident.clone());
                    if let Some(owner) = environment.owner(at, &name) {
                        self.traits.push((owner, item.clone()));
                    }
                }
                _ => {}
            }
            let mut found = Vec::new();
            objects_in(item.to_token_stream(), &mut found);
            for object in found {
                let Some(owner) = environment.object(at, &Type::TraitObject(object.clone())) else {
                    continue;
                };
                let others = crate::typing::items::bounds(&object.bounds)
                    .into_iter()
                    .filter(|path| environment.trait_named(at, path).is_none());
                let (others, forms) = (others.collect(), self.forms.entry(owner).or_default());
                let text = |paths: &Vec<syn::Path>| quote!(#(#paths)+*).to_string();
                if forms.iter().all(|form| text(form) != text(&others)) {
                    forms.push(others);
                }
            }
        }
    }

    /// The `impl`s of traits of which there are objects.
    fn collect_behind(&mut self, at: ModuleId, items: &[syn::Item], environment: &Items) {
        for item in items {
            match item {
                syn::Item::Mod(item) => {
                    let inner = item.content.as_ref().filter(|_| !is_test(&item.attrs));
                    if let (Some((_, inner)), Some(id)) = (inner, environment.child(at, &item.ident)) {
                        self.collect_behind(id, inner, environment);
                    }
                }
                syn::Item::Impl(item) => {
                    let of_trait =
                        item.trait_.as_ref().and_then(|(path, _)| environment.trait_named(at, path));
                    if let Some(owner) = of_trait.filter(|owner| self.boxed.contains(owner)) {
                        self.behind.push((owner, item.clone()));
                    }
                }
                _ => {}
            }
        }
    }

    /// Whether a type of this name may stand behind an object.
    pub(super) fn is_behind(&self, name: &str) -> bool {
        self.behind.iter().any(|(_, of)| names_in(of.self_ty.to_token_stream()).contains(name))
    }

    /// The names of the traits of which there are objects.
    pub(super) fn names(&self) -> BTreeSet<String> {
        self.forms.keys().map(|owner| owner.name().to_string()).collect()
    }

    /// The `impl`s of the traits of a name.
    pub(super) fn behind<'s>(&'s self, of_trait: &'s str) -> impl Iterator<Item = &'s syn::ItemImpl> {
        self.behind
            .iter()
            .filter(move |(owner, of)| owner.name() == of_trait && stands_behind(of))
            .map(|(_, of)| of)
    }

    /// Whether types that have a trait stand behind objects.
    pub(super) fn is_boxed(&self, of: &Owner) -> bool {
        self.boxed.contains(of)
    }
}

/// The `dyn Trait` in code.
fn objects_in(code: TokenStream, found: &mut Vec<syn::TypeTraitObject>) {
    let mut trees = code.into_iter().peekable();
    while let Some(tree) = trees.next() {
        match tree {
            TokenTree::Group(group) => objects_in(group.stream(), found),
            TokenTree::Ident(word) if word == "dyn" => {
                // `Trait + Send + 'a`, by paths without arguments.
                let mut object = quote!(dyn);
                while let Some(tree) = trees.next_if(|tree| match tree {
                    TokenTree::Ident(_) => true,
                    TokenTree::Punct(punct) => [':', '+', '\''].contains(&punct.as_char()),
                    _ => false,
                }) {
                    object.extend([tree]);
                }
                found.extend(syn::parse2(object));
            }
            _ => {}
        }
    }
}

/// The items of a module, where an `impl` of a trait of which there are objects has all of its methods: the derivative of one that
/// the trait provides is that of the type, which no other can be put into the table of an object.
pub(super) fn with_provided<'i>(request: &Request, items: &'i [syn::Item]) -> Cow<'i, [syn::Item]> {
    let environment = Rc::new(Items::of(items));
    let objects = Objects::of(items, &environment);
    if objects.boxed.is_empty() {
        return Cow::Borrowed(items);
    }
    let mut items = items.to_vec();
    objects.provide(request, 0, &mut items, &environment);
    Cow::Owned(items)
}

impl Objects {
    fn provide(&self, request: &Request, at: ModuleId, items: &mut [syn::Item], environment: &Rc<Items>) {
        for item in items {
            match item {
                syn::Item::Mod(item) => {
                    if let (Some(id), Some((_, inner))) =
                        (environment.child(at, &item.ident), &mut item.content)
                    {
                        self.provide(request, id, inner, environment);
                    }
                }
                syn::Item::Impl(item) => {
                    let Some((path, _)) = &item.trait_ else { continue };
                    let Some(owner) = environment.trait_named(at, path).filter(|owner| self.is_boxed(owner))
                    else {
                        continue;
                    };
                    // What the body of a method names it has to name here as well.
                    let of = self.traits.iter().find(|(of, _)| *of == owner).filter(|_| owner.is_in(at));
                    let Some((_, of)) = of else { continue };
                    let mut request = request.clone();
                    request.scope = Scope::new(environment.clone(), at).of(&path_type(of.ident.clone()));
                    let provided = of.items.iter().filter_map(|member| provided(member, item, &request));
                    let provided: Vec<syn::ImplItem> = provided.collect();
                    item.items.extend(provided);
                }
                _ => {}
            }
        }
    }
}

/// A method that a trait provides, for an `impl` that does not have one.
fn provided(member: &syn::TraitItem, of: &syn::ItemImpl, request: &Request) -> Option<syn::ImplItem> {
    let syn::TraitItem::Fn(method) = member else { return None };
    let own = |member: &syn::ImplItem| matches!(member, syn::ImplItem::Fn(own) if own.sig.ident == method.sig.ident);
    let taken = of.items.iter().any(own) || has_no_diff(&method.attrs) || undispatched(&method.sig).is_some();
    if taken || !has_derivative(request, &method.sig) {
        return None;
    }
    let attrs = method.attrs.iter().filter(|attribute| !attribute.path().is_ident("doc"));
    let (signature, block) = (&method.sig, method.default.as_ref()?);
    Some(parse_quote!(#(#attrs)* #signature #block))
}

/// The parts of the derivatives of a method that objects have.
struct Method {
    name: Ident,
    generics: syn::Generics,
    result: TokenStream,
    /// Those behind the receiver, and their types.
    names: Vec<Ident>,
    params: Vec<Type>,
    /// What the pullback is given behind the receiver, and behind the receiver's adjoint.
    again: Vec<Type>,
    seed: Type,
    slots: Vec<Type>,
    /// The tangents behind the receiver's, and what the pushforward gives.
    tangents: Vec<Type>,
    pushed: TokenStream,
}

impl Method {
    /// Of the functions that the trait has for types that are known.
    fn of(plan: &Plan, of_trait: &syn::ItemTrait, method: &syn::TraitItemFn) -> Option<Method> {
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

    fn boxed(&self, what: &str) -> Ident {
        format_ident!("__boxed_{}_{what}", self.name)
    }

    fn args(&self) -> TokenStream {
        let (names, params) = (&self.names, &self.params);
        quote!(#(#names: #params),*)
    }

    /// The functions that a trait has, with bodies.
    fn boxes(&self, runtime: &TokenStream, bodies: [TokenStream; 3]) -> TokenStream {
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

fn numbered(name: &str, of: &[Type]) -> Vec<Ident> {
    (1..=of.len()).map(|at| format_ident!("{name}_{at}")).collect()
}

fn lints() -> TokenStream {
    quote!(#[doc(hidden)] #[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)])
}

fn cloned(of: &Ident) -> Ident {
    format_ident!("__boxed_clone_{of}", span = Span::call_site())
}

fn zero(of: &Ident) -> Ident {
    format_ident!("__boxed_zero_{of}", span = Span::call_site())
}

/// What the derivatives of objects need of a trait: functions in it, and items beside it.
pub(super) fn of_trait(plan: &Plan, at: ModuleId, of: &syn::ItemTrait) -> (TokenStream, TokenStream) {
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
pub(super) fn of_impl(plan: &Plan, at: ModuleId, item: &syn::ItemImpl) -> TokenStream {
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

/// Whether a type may stand behind an object whose derivatives are known: not what borrows.
fn stands_behind(item: &syn::ItemImpl) -> bool {
    let borrows = item.generics.lifetimes().next().is_some() || has_elided(item.self_ty.to_token_stream());
    !borrows && crate::lower::float_params(&item.generics).is_empty()
}

/// Whether a lifetime stands in a type that is not `'static`.
fn has_elided(tokens: TokenStream) -> bool {
    let mut trees = tokens.into_iter().peekable();
    while let Some(tree) = trees.next() {
        let found = match &tree {
            TokenTree::Punct(punct) if punct.as_char() == '&' => {
                !matches!(trees.peek(), Some(TokenTree::Punct(next)) if next.as_char() == '\'')
            }
            TokenTree::Punct(punct) if punct.as_char() == '\'' => {
                !matches!(trees.peek(), Some(TokenTree::Ident(name)) if name == "static")
            }
            TokenTree::Group(group) => has_elided(group.stream()),
            _ => false,
        };
        if found {
            return true;
        }
    }
    false
}

/// The function that puts a value into a box, with its derivatives: those of objects that are made in a differentiated function.
pub(super) fn constructors(plan: &Plan, at: ModuleId, of: &syn::ItemTrait) -> TokenStream {
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
