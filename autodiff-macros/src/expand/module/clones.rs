//! Which types of a module are given a `Clone`.
//!
//! A derivative keeps what a call by `&mut self` is about to change. A type that takes part and has no `Clone` gets one by derive,
//! where all that it holds surely has one:
//!
//! ```text
//! pub struct Body { p: [f64; 3], m: f64 }        #[derive(Clone, Differentiable)]
//! pub struct System { bodies: Vec<Body> }        pub struct Body { … }   // and so `System`
//! ```

use std::collections::{BTreeMap, BTreeSet};

use quote::ToTokens;
use syn::{Attribute, Fields, GenericParam, Generics, Item, Type};

use super::objects::Objects;
use super::plan::names_in;

/// How deep a type is looked into: an alias may lead to itself, of which rustc complains.
const DEPTH: usize = 16;

/// The types of a module by name, and whether they have a `Clone`.
#[derive(Default)]
pub(super) struct Clones {
    /// Those that have one.
    own: BTreeSet<String>,
    /// What the others hold, and their type parameters.
    others: BTreeMap<String, (Vec<Type>, Vec<String>)>,
    aliases: BTreeMap<String, Type>,
    /// The traits of which a `Box<dyn Trait>` has one, and those that say so themselves.
    objects: BTreeSet<String>,
    own_objects: BTreeSet<String>,
}

impl Clones {
    /// What stands behind an object has to have one, for a `Box` of it to have one.
    pub(super) fn of(items: &[Item], objects: &Objects) -> Clones {
        let mut names = objects.names();
        loop {
            let found = Clones::with(items, &names);
            let lacking = names.iter().find(|name| {
                let has = |of: &syn::ItemImpl| {
                    of.generics.params.is_empty() && found.is_cloned(&of.self_ty, &[], DEPTH)
                };
                !found.own_objects.contains(*name) && !objects.behind(name).all(has)
            });
            let Some(lacking) = lacking.cloned() else { return found };
            names.remove(&lacking);
        }
    }

    fn with(items: &[Item], objects: &BTreeSet<String>) -> Clones {
        let mut found = Clones { objects: objects.clone(), ..Clones::default() };
        found.collect(items);
        // Who holds what has no `Clone` gets none.
        loop {
            let held = |(types, generics): &(Vec<Type>, Vec<String>)| {
                types.iter().all(|ty| found.is_cloned(ty, generics, DEPTH))
            };
            let sure = |(name, held_by): &(&String, &(Vec<Type>, Vec<String>))| {
                !found.own.contains(*name) && !held(held_by)
            };
            let Some(name) = found.others.iter().find(sure).map(|(name, _)| name.clone()) else { break };
            found.others.remove(&name);
        }
        found
    }

    /// Whether a type is to get one.
    pub(super) fn is_due(&self, name: &str) -> bool {
        self.others.contains_key(name)
    }

    /// Whether a `Box<dyn Trait>` has one, and whether it is to get one.
    pub(super) fn has_object(&self, of_trait: &str) -> bool {
        self.objects.contains(of_trait)
    }

    /// Whether a `Box<dyn Trait>` is to get one.
    pub(super) fn is_object_due(&self, of_trait: &str) -> bool {
        self.has_object(of_trait) && !self.own_objects.contains(of_trait)
    }

    fn collect(&mut self, items: &[Item]) {
        for item in items {
            match item {
                Item::Struct(item) => {
                    self.enter(&item.ident, &item.attrs, &item.generics, &mut std::iter::once(&item.fields));
                }
                Item::Enum(item) => {
                    let mut fields = item.variants.iter().map(|variant| &variant.fields);
                    self.enter(&item.ident, &item.attrs, &item.generics, &mut fields);
                }
                Item::Type(item) => {
                    self.aliases.insert(item.ident.to_string(), (*item.ty).clone());
                }
                Item::Impl(item) => {
                    let of_trait = item.trait_.as_ref().and_then(|(path, _)| path.segments.last());
                    if of_trait.is_some_and(|last| last.ident == "Clone") {
                        let names = names_in(item.self_ty.to_token_stream());
                        match boxed_object(&item.self_ty) {
                            Some(name) => _ = self.own_objects.insert(name),
                            None => {
                                names.iter().for_each(|name| drop(self.others.remove(name)));
                                self.own.extend(names);
                            }
                        }
                    }
                }
                Item::Mod(item) => {
                    if let Some((_, inner)) = &item.content {
                        self.collect(inner);
                    }
                }
                _ => {}
            }
        }
    }

    fn enter(
        &mut self,
        name: &syn::Ident,
        attrs: &[Attribute],
        generics: &Generics,
        fields: &mut dyn Iterator<Item = &Fields>,
    ) {
        let name = name.to_string();
        let derived = attrs
            .iter()
            .any(|attr| attr.path().is_ident("derive") && names_in(attr.to_token_stream()).contains("Clone"));
        if derived || self.own.contains(&name) {
            self.own.insert(name);
            return;
        }
        let params = generics.params.iter().filter_map(|param| match param {
            GenericParam::Type(param) => Some(param.ident.to_string()),
            _ => None,
        });
        let types = fields.flat_map(|fields| fields.iter().map(|field| field.ty.clone())).collect();
        self.others.insert(name, (types, params.collect()));
    }

    fn is_cloned(&self, ty: &Type, generics: &[String], depth: usize) -> bool {
        let inside = |ty: &Type| depth > 0 && self.is_cloned(ty, generics, depth - 1);
        match ty {
            Type::Array(array) => inside(&array.elem),
            Type::Group(group) => inside(&group.elem),
            Type::Paren(paren) => inside(&paren.elem),
            Type::Tuple(tuple) => tuple.elems.iter().all(inside),
            Type::Reference(reference) => reference.mutability.is_none(),
            ty @ Type::TraitObject(_) => object(ty).is_some_and(|name| self.objects.contains(&name)),
            Type::Path(path) if path.qself.is_none() => {
                let Some(last) = path.path.segments.last() else { return false };
                let name = last.ident.to_string();
                if self.own.contains(&name) || self.others.contains_key(&name) {
                    return true;
                }
                if let Some(ty) = self.aliases.get(&name) {
                    return inside(ty);
                }
                let arguments = crate::lower::arguments(last);
                match name.as_str() {
                    "Vec" | "Option" | "Box" | "VecDeque" | "HashMap" | "BTreeMap" | "HashSet"
                    | "BTreeSet" => arguments.into_iter().all(inside),
                    "Rc" | "Arc" | "PhantomData" | "String" => true,
                    "Mutex" | "RwLock" => false,
                    // A matrix, or an array, of another crate has one.
                    name => {
                        crate::standard::primitive(path).is_some()
                            || crate::lower::number_of(ty).is_some()
                            || generics.iter().any(|param| param == name)
                    }
                }
            }
            _ => false,
        }
    }
}

/// The trait of which there is nothing but a `dyn Trait`.
fn object(ty: &Type) -> Option<String> {
    let Type::TraitObject(object) = ty else { return None };
    let mut bounds = object.bounds.iter();
    match (bounds.next(), bounds.next()) {
        (Some(syn::TypeParamBound::Trait(bound)), None) => {
            Some(bound.path.segments.last()?.ident.to_string())
        }
        _ => None,
    }
}

/// The same of `Box<dyn Trait>`.
fn boxed_object(ty: &Type) -> Option<String> {
    let Type::Path(path) = ty else { return None };
    object(crate::standard::boxed(path)?)
}
