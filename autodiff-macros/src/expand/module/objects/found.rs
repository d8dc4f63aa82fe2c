//! Of which traits of a module there are objects, and which types may stand behind them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Type, parse_quote};

use crate::expand::has_derivative;
use crate::expand::module::plan::{is_test, names_in};
use crate::lower::has_no_diff;
use crate::lower::objects::undispatched;
use crate::request::Request;
use crate::typing::items::{Items, ModuleId, Owner};
use crate::typing::{Scope, path_type};

/// The traits of a module that objects are of.
#[derive(Default)]
pub(in crate::expand::module) struct Objects {
    pub(super) traits: Vec<(Owner, syn::ItemTrait)>,
    /// What else is said of objects of each: `Send`, `Sync`.
    pub(super) forms: BTreeMap<Owner, Vec<Vec<syn::Path>>>,
    /// Those whose methods are called on objects, by themselves or by what builds on them.
    boxed: Vec<Owner>,
    /// The `impl`s of these.
    behind: Vec<(Owner, syn::ItemImpl)>,
}

impl Objects {
    pub(in crate::expand::module) fn of(items: &[syn::Item], environment: &Items) -> Objects {
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
    pub(in crate::expand::module) fn is_behind(&self, name: &str) -> bool {
        self.behind.iter().any(|(_, of)| names_in(of.self_ty.to_token_stream()).contains(name))
    }

    /// The names of the traits of which there are objects.
    pub(in crate::expand::module) fn names(&self) -> BTreeSet<String> {
        self.forms.keys().map(|owner| owner.name().to_string()).collect()
    }

    /// The `impl`s of the traits of a name.
    pub(in crate::expand::module) fn behind<'s>(
        &'s self,
        of_trait: &'s str,
    ) -> impl Iterator<Item = &'s syn::ItemImpl> {
        self.behind
            .iter()
            .filter(move |(owner, of)| owner.name() == of_trait && stands_behind(of))
            .map(|(_, of)| of)
    }

    /// Whether types that have a trait stand behind objects.
    pub(in crate::expand::module) fn is_boxed(&self, of: &Owner) -> bool {
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
pub(in crate::expand::module) fn with_provided<'i>(
    request: &Request,
    items: &'i [syn::Item],
) -> Cow<'i, [syn::Item]> {
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

/// Whether a type may stand behind an object whose derivatives are known: not what borrows.
pub(super) fn stands_behind(item: &syn::ItemImpl) -> bool {
    let borrows = item.generics.lifetimes().next().is_some() || has_elided(item.self_ty.to_token_stream());
    !borrows && crate::lower::float_params(&item.generics, &crate::typing::Scope::default()).is_empty()
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
