//! A differentiated module: every item in it is in sight while its functions are differentiated.
//!
//! `pub` functions and methods, those of traits and those that bear the attribute themselves get a companion with all that
//! users call; private ones that these lead to get what their callers call, those without a derivative of their own are inlined.
//! Types that take part derive `Differentiable`.
//!
//! ```text
//! #[differentiate]                      mod model {
//! mod model {                               #[derive(Differentiable)]
//!     pub struct Rate { r: f64 }            pub struct Rate { r: f64 }
//!     fn discount(…) -> f64 { … }           fn discount(…) -> f64 { … }   struct discount {}  impl discount { forward, … }
//!     pub fn price(…) -> f64 { … }          pub fn price(…) -> f64 { … }  pub struct price {} impl price { grad, … }
//! }                                     }
//! ```

mod inline;
mod plan;

pub(crate) use self::plan::names_in;
pub(super) use self::plan::{arguments, is_attribute, own_request, without_attribute};

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Item;

use self::plan::{Plan, has_derive};
use super::given;
use super::marks::without_marks;
use super::operator::Operator;
use super::{beside, derived_function, derived_method, derived_operator, with_errors};
use crate::diag::Diagnostics;
use crate::request::Request;
use crate::typing::items::ModuleId;

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
    let plan = Plan::new(request, items);
    Output { plan, next: 0 }.items(0, items)
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
            item => without_marks(item.to_token_stream()),
        }
    }

    fn function(&mut self, at: ModuleId, item: &syn::ItemFn) -> TokenStream {
        let mut item = syn::ItemFn { attrs: without_attribute(&item.attrs), ..item.clone() };
        let kept = without_marks(item.to_token_stream());
        let derived = self.next().map(|(request, hidden, mut diag)| {
            if request.given.is_empty() {
                *item.block = self.plan.inline.inlined(at, &item.sig, &item.block, None, &mut diag);
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
            let rule = self.next().map(|(request, _, diag)| derived_operator(&request, &item, diag));
            return quote!(#kept #rule);
        }
        let mut derived = TokenStream::new();
        for member in &item.items {
            let syn::ImplItem::Fn(method) = member else { continue };
            let Some((request, hidden, mut diag)) = self.next() else { continue };
            let mut method = method.clone();
            if request.given.is_empty() {
                let this = Some(&*item.self_ty);
                method.block = self.plan.inline.inlined(at, &method.sig, &method.block, this, &mut diag);
            }
            derived.extend(derived_method(&request, &item, &method, hidden, diag));
        }
        if derived.is_empty() {
            return kept;
        }
        beside(&item, &kept, &derived)
    }

    /// What is asked of the next function, and whether only other functions ask; `None` where it is left alone.
    fn next(&mut self) -> Option<(Request, bool, Diagnostics)> {
        let candidate = &mut self.plan.candidates[self.next];
        self.next += 1;
        candidate
            .is_derived()
            .then(|| (candidate.request.clone(), !candidate.public, candidate.take_errors()))
    }

    fn with_derive(&self, item: &Item, name: &syn::Ident, attrs: &[syn::Attribute]) -> TokenStream {
        if has_derive(attrs) {
            return item.to_token_stream();
        }
        if !self.plan.derives(name, attrs) {
            return without_marks(item.to_token_stream());
        }
        let runtime = &self.plan.request.runtime;
        let usual =
            runtime.to_token_stream().to_string() == crate::manifest::runtime().to_token_stream().to_string();
        let moved = (!usual).then(|| quote!(#[differentiable(crate = #runtime)]));
        quote!(#[derive(#runtime::Differentiable)] #moved #item)
    }
}
