//! A differentiated module: every item in it is in sight while its functions are differentiated.
//!
//! `pub` functions and methods, those of traits and those that bear the attribute themselves get a companion with all that
//! users call; private ones that these lead to get what their callers call, those without a derivative of their own are inlined.
//! Types that take part derive `Differentiable`, and `Clone` where they have none.
//!
//! ```text
//! #[differentiate]                      mod model {
//! mod model {                               #[derive(Differentiable)]
//!     pub struct Rate { r: f64 }            pub struct Rate { r: f64 }
//!     fn discount(…) -> f64 { … }           fn discount(…) -> f64 { … }   struct discount {}  impl discount { forward, … }
//!     pub fn price(…) -> f64 { … }          pub fn price(…) -> f64 { … }  pub struct price {} impl price { grad, … }
//! }                                     }
//! ```

mod clones;
mod inline;
mod objects;
mod plan;
mod traits;

pub(super) use self::inline::bound_in;
pub(crate) use self::plan::names_in;
pub(super) use self::plan::{arguments, is_attribute, own_request, without_attribute};
pub(super) use self::traits::are_of_trait;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Item;

use self::inline::{Asked, ROOM};
use self::plan::{Plan, has_derive};
use super::given;
use super::marks::without_marks;
use super::operator::Operator;
use super::{
    beside, can_be_differentiated, derived_function, derived_method, derived_operator, merged, with_errors,
};
use crate::diag::Diagnostics;
use crate::emit::signature::asked_of_traits;
use crate::request::Request;
use crate::typing::items::ModuleId;
use crate::typing::{Scope, path_type};

/// The attribute on a module.
pub(super) fn module(request: &Request, item: &syn::ItemMod, mut diag: Diagnostics) -> TokenStream {
    let syn::ItemMod { attrs, vis, ident, content, .. } = item;
    let Some((_, items)) = content else {
        diag.error(
            ident,
            "the attribute sees no more of this module than its name: write `differentiate_items! { … }` around the items in its file",
        );
        return with_errors(diag, item.to_token_stream());
    };
    given::belongs_on_a_function(request, &mut diag);
    if !diag.is_empty() {
        return with_errors(diag, without_marks(item.to_token_stream()));
    }
    let inside = together(request, items);
    quote!(#(#attrs)* #vis mod #ident { #inside })
}

/// Items that are differentiated together.
pub(super) fn together(request: &Request, items: &[Item]) -> TokenStream {
    let items = objects::with_provided(request, items);
    let plan = Plan::new(request, &items);
    Output { plan, next: 0 }.items(0, &items)
}

/// The attribute on a trait alone: `impl`s out of sight say that they have its derivatives.
pub(super) fn alone(request: &Request, item: syn::ItemTrait) -> TokenStream {
    let items = [Item::Trait(item)];
    let mut plan = Plan::new(request, &items);
    plan.choose_all();
    Output { plan, next: 0 }.items(0, &items)
}

/// The attribute on an `impl` alone, of a trait that has it as well: the block with the hidden functions of the trait.
pub(super) fn with_hidden(item: &syn::ItemImpl, requests: &[(Request, Diagnostics)]) -> TokenStream {
    let Some(of) = item.trait_.as_ref().and_then(|(path, _)| path.segments.last()) else {
        return item.to_token_stream();
    };
    let (mut whole, mut left_out) = (item.clone(), false);
    let methods = item.items.iter().filter_map(|member| match member {
        syn::ImplItem::Fn(method) => Some(method),
        _ => None,
    });
    for (method, (request, _)) in methods.zip(requests) {
        let mut signature = method.sig.clone();
        signature.generics = super::merged(&item.generics, &method.sig.generics);
        if !super::has_derivative(request, &signature) {
            continue;
        }
        if crate::lower::has_no_diff(&method.attrs) {
            left_out = true;
            continue;
        }
        let local = !is_foreign(&item.self_ty);
        whole.items.extend(traits::of_impl(request, item, method, local, Diagnostics::new()));
    }
    if !left_out {
        whole.items.push(syn::ImplItem::Verbatim(traits::sured(&of.ident)));
    }
    whole.to_token_stream()
}

/// Whether a type is surely of another crate, so that no function may be put beside its `impl`s.
pub(super) fn is_foreign(ty: &syn::Type) -> bool {
    match crate::lower::bare(ty) {
        syn::Type::Path(path) => {
            crate::standard::primitive(path).is_some()
                || crate::standard::Standard::of(path).is_some_and(|of| of.vec().is_some())
        }
        _ => true,
    }
}

struct Output {
    plan: Plan,
    /// The number of the next function.
    next: usize,
}

impl Output {
    fn items(&mut self, at: ModuleId, items: &[Item]) -> TokenStream {
        items.iter().map(|item| self.item(at, item)).collect()
    }

    fn item(&mut self, at: ModuleId, item: &Item) -> TokenStream {
        match item {
            Item::Fn(item) => self.function(at, item),
            Item::Impl(item) => self.methods(at, item),
            Item::Mod(item) => match self.plan.inner(at, item) {
                Some((id, inner)) => {
                    let inside = self.items(id, inner);
                    let syn::ItemMod { attrs, vis, ident, .. } = item;
                    quote!(#(#attrs)* #vis mod #ident { #inside })
                }
                None => without_marks(item.to_token_stream()),
            },
            Item::Struct(inner) => self.with_derive(item, &inner.ident, &inner.attrs),
            Item::Enum(inner) => self.with_derive(item, &inner.ident, &inner.attrs),
            Item::Trait(item) => self.of_trait(at, item),
            item => without_marks(item.to_token_stream()),
        }
    }

    fn function(&mut self, at: ModuleId, item: &syn::ItemFn) -> TokenStream {
        let mut item = syn::ItemFn { attrs: without_attribute(&item.attrs), ..item.clone() };
        let kept = without_marks(item.to_token_stream());
        let derived = self.next().map(|(request, hidden, mut diag)| {
            item.sig = traits::named_impls(&request.scope, &item.sig);
            if request.given.is_empty() {
                *item.block = self.taken_in(&request, at, (&item.sig, &item.block), None, &mut diag);
            }
            derived_function(&request, &item, hidden, diag)
        });
        let quiet = derived.is_some().then(|| quote!(#[allow(dead_code)]));
        quote!(#quiet #kept #derived)
    }

    fn methods(&mut self, at: ModuleId, item: &syn::ItemImpl) -> TokenStream {
        let mut item = item.clone();
        item.attrs = without_attribute(&item.attrs);
        for member in &mut item.items {
            if let syn::ImplItem::Fn(method) = member {
                method.attrs = without_attribute(&method.attrs);
            }
        }
        let kept = without_marks(item.to_token_stream());
        if Operator::of(&item).is_some() {
            let chosen = self.plan.has_rule(self.next);
            let rule = self.next().map(|(request, _, mut diag)| {
                if chosen {
                    self.write_out(&request, at, &mut item, &mut diag);
                    return derived_operator(&request, &item, diag);
                }
                diag.discard();
                TokenStream::new()
            });
            return quote!(#kept #rule);
        }
        // What a reference leads to has the derivatives itself.
        let borrowed =
            matches!(crate::lower::bare(&item.self_ty), syn::Type::Reference(_) | syn::Type::Slice(_));
        // Beside what is not of this module there may stand nothing.
        let local = self.plan.items.owner(at, &item.self_ty).is_some();
        let (mut derived, mut inside, mut given) = (TokenStream::new(), Vec::new(), Vec::new());
        for member in &item.items {
            let syn::ImplItem::Fn(method) = member else { continue };
            let of_trait = self
                .plan
                .of_trait(self.next)
                .is_some_and(|of_trait| self.plan.has_hidden(of_trait, &method.sig));
            // Of a type that carries nothing, a method has nothing beside it; who knows the trait alone asks all the same.
            let alone = of_trait && !crate::lower::has_no_diff(&method.attrs);
            let left = alone.then(|| self.plan.candidates[self.next].request.clone());
            let next = self.next();
            let beside = local && next.is_some();
            let Some((request, hidden, mut diag)) =
                next.or_else(|| left.map(|request| (request, true, Diagnostics::new())))
            else {
                continue;
            };
            if borrowed {
                diag.discard();
                continue;
            }
            let mut method = method.clone();
            method.sig = traits::named_impls(&request.scope, &method.sig);
            if request.given.is_empty() {
                let this = Some((&*item.self_ty, &item.generics));
                method.block = self.taken_in(&request, at, (&method.sig, &method.block), this, &mut diag);
            }
            if !beside {
                match of_trait {
                    true => {
                        given.push(method.sig.ident.clone());
                        inside.extend(traits::of_impl(&request, &item, &method, false, diag));
                    }
                    false => diag.discard(),
                }
                continue;
            }
            if of_trait && traits::are_of_trait(&item, &request.scope) {
                given.push(method.sig.ident.clone());
                inside.extend(traits::of_impl(&request, &item, &method, true, Diagnostics::new()));
            }
            derived.extend(derived_method(&request, &item, &method, hidden, diag));
        }
        if let Some(of_trait) =
            item.trait_.as_ref().and_then(|(path, _)| self.plan.items.trait_named(at, path))
        {
            // A method that the trait provides, and that has no derivative here, would have that of the trait.
            let known = |member: &syn::ImplItem| match member {
                syn::ImplItem::Fn(method) => {
                    !self.plan.is_provided(of_trait.name(), &method.sig.ident)
                        || given.contains(&method.sig.ident)
                }
                _ => true,
            };
            if self.plan.has_derivatives(of_trait.name()) && item.items.iter().all(known) {
                let name = syn::Ident::new(of_trait.name(), proc_macro2::Span::call_site());
                inside.push(syn::ImplItem::Verbatim(traits::sured(&name)));
            }
        }
        let boxes = objects::of_impl(&self.plan, at, &item);
        let is_boxed = !boxes.is_empty();
        if is_boxed {
            inside.push(syn::ImplItem::Verbatim(boxes));
        }
        let kept = match inside.is_empty() {
            true => kept,
            false => {
                let mut whole = item.clone();
                whole.items.extend(inside);
                // A trait says nothing of the parameters of those who have it.
                let scope = Scope::new(self.plan.items.clone(), at);
                let runtime = self.plan.request.runtime.to_token_stream();
                let asked = asked_of_traits(&item.generics, &scope, &runtime);
                let params: Vec<syn::Ident> = whole
                    .generics
                    .type_params()
                    .map(|param| param.ident.clone())
                    .filter(|_| is_boxed)
                    .collect();
                if !asked.is_empty() || !params.is_empty() {
                    let predicates = &mut whole.generics.make_where_clause().predicates;
                    predicates.extend(asked.into_iter().map(|(_, asked)| asked));
                    // A pullback is put into a box.
                    predicates.extend(
                        params
                            .iter()
                            .map(|name| -> syn::WherePredicate { syn::parse_quote!(#name: 'static) }),
                    );
                }
                without_marks(whole.to_token_stream())
            }
        };
        if derived.is_empty() {
            return kept;
        }
        beside(&item, &kept, &derived)
    }

    /// The bodies of an `impl` with what is written out there.
    fn write_out(&self, request: &Request, at: ModuleId, item: &mut syn::ItemImpl, diag: &mut Diagnostics) {
        let of = item.self_ty.clone();
        for member in &mut item.items {
            let syn::ImplItem::Fn(method) = member else { continue };
            method.block = self.written_out(request, at, (&method.sig, &method.block), Some(&of), diag);
        }
    }

    /// A body in which macros are expanded, and what has no derivative of its own stands where it is called.
    fn written_out(
        &self,
        request: &Request,
        at: ModuleId,
        (signature, block): (&syn::Signature, &syn::Block),
        of: Option<&syn::Type>,
        diag: &mut Diagnostics,
    ) -> syn::Block {
        let block = self.plan.expanded(at, signature, block);
        self.plan.inline.inlined(at, signature, &block, of, Asked::without_helpers(&request.stop), diag)
    }

    /// The same with small functions written out as well, where that can be differentiated.
    fn taken_in(
        &self,
        request: &Request,
        at: ModuleId,
        (signature, block): (&syn::Signature, &syn::Block),
        this: Option<(&syn::Type, &syn::Generics)>,
        diag: &mut Diagnostics,
    ) -> syn::Block {
        let of = this.map(|(of, _)| of);
        let mut plain = || self.written_out(request, at, (signature, block), of, diag);
        // Names that are asked for are those of the function itself, and singular points those of who is asked.
        let own = request.wrt.is_some() || !request.stop.is_empty();
        if own || request.singular != self.plan.request.singular {
            return plain();
        }
        let mut ignored = Diagnostics::new();
        let block = self.plan.expanded(at, signature, block);
        let taken = self.plan.inline.inlined(
            at,
            signature,
            &block,
            of,
            Asked { stop: &[], room: ROOM },
            &mut ignored,
        );
        let complete = ignored.is_empty();
        ignored.discard();
        let mut whole = signature.clone();
        if let Some((_, generics)) = this {
            whole.generics = merged(generics, &signature.generics);
        }
        // What cannot be written out in a helper is complained of there.
        let better = complete && self.plan.inline.took_in();
        if better && can_be_differentiated(request, &whole, &taken) { taken } else { plain() }
    }

    fn of_trait(&mut self, at: ModuleId, item: &syn::ItemTrait) -> TokenStream {
        let mut whole = item.clone();
        whole.attrs = without_attribute(&whole.attrs);
        let mut hidden = TokenStream::new();
        for member in &mut whole.items {
            let syn::TraitItem::Fn(method) = member else { continue };
            method.attrs = without_attribute(&method.attrs);
            if let Some((request, _, mut diag)) = self.next() {
                let mut method = method.clone();
                if let Some(block) = &mut method.default {
                    let this = path_type(item.ident.clone());
                    *block = self.written_out(&request, at, (&method.sig, block), Some(&this), &mut diag);
                }
                hidden.extend(traits::of_trait(&request, item, &method, diag));
            }
        }
        if self.plan.has_derivatives(&item.ident.to_string()) {
            hidden.extend(traits::unsure(&item.ident));
        }
        let (boxes, objects) = objects::of_trait(&self.plan, at, item);
        hidden.extend(boxes);
        whole.items.push(syn::TraitItem::Verbatim(hidden));
        let (kept, made) =
            (without_marks(whole.to_token_stream()), objects::constructors(&self.plan, at, item));
        quote!(#kept #objects #made)
    }

    /// What is asked of the next function, and whether only other functions ask; `None` where it is left alone.
    fn next(&mut self) -> Option<(Request, bool, Diagnostics)> {
        let candidate = &mut self.plan.candidates[self.next];
        self.next += 1;
        candidate
            .is_derived()
            .then(|| (candidate.request.clone(), !candidate.public, candidate.take_errors()))
    }

    fn with_derive(&self, item: &Item, ident: &syn::Ident, attrs: &[syn::Attribute]) -> TokenStream {
        let knot: Vec<syn::Ident> =
            self.plan.knot(ident).iter().map(|name| crate::lower::inert::ident(name, ident.span())).collect();
        let knot = (!knot.is_empty()).then(|| quote!(#[differentiable(recursive(#(#knot),*))]));
        let numbers = self.plan.has_numbers(ident).then(|| quote!(#[differentiable(numbers)]));
        let clone =
            self.plan.clones.is_due(&ident.to_string()).then(|| quote!(#[derive(::core::clone::Clone)]));
        if has_derive(attrs) {
            // Helper attributes of a derive come behind it.
            let mut item = item.clone();
            if let Item::Struct(syn::ItemStruct { attrs, .. }) | Item::Enum(syn::ItemEnum { attrs, .. }) =
                &mut item
            {
                attrs.extend(
                    [knot, numbers]
                        .into_iter()
                        .flatten()
                        .map(|attr| -> syn::Attribute { syn::parse_quote!(#attr) }),
                );
            }
            return quote!(#clone #item);
        }
        if !self.plan.derives(ident, attrs) {
            return without_marks(item.to_token_stream());
        }
        let runtime = &self.plan.request.runtime;
        let usual =
            runtime.to_token_stream().to_string() == crate::manifest::runtime().to_token_stream().to_string();
        let moved = (!usual).then(|| quote!(#[differentiable(crate = #runtime)]));
        quote!(#clone #[derive(#runtime::Differentiable)] #moved #knot #numbers #item)
    }
}
