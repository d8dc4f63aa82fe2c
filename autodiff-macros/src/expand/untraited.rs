//! The `impl` of a trait as a block without one: what is derived stands in such a block beside it.
//!
//! ```text
//! impl<T: Float> Easing<T> for Back { type Out = T; fn ease(x: T) -> Self::Out { … } }
//!     →
//! impl Back { fn ease<T: Float>(x: T) -> T { … } }
//! ```

use std::borrow::Cow;

use proc_macro2::Ident;
use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{GenericParam, Generics, ImplItem, ImplItemFn, ItemImpl, Path, Type, WherePredicate};

use super::names_in;

/// The head of the block: without parameters that only the trait names.
pub(super) fn head(item: &ItemImpl) -> Cow<'_, Generics> {
    match item.trait_ {
        Some(_) => Cow::Owned(split(item).0),
        None => Cow::Borrowed(&item.generics),
    }
}

/// A method with the trait's associated types written out, and with parameters that only the trait names.
pub(super) fn method<'a>(item: &ItemImpl, method: &'a ImplItemFn) -> Cow<'a, ImplItemFn> {
    if item.trait_.is_none() {
        return Cow::Borrowed(method);
    }
    let mut method = method.clone();
    let (_, moved) = split(item);
    method.sig.generics.params.extend(moved.params);
    if let Some(clause) = moved.where_clause.filter(|clause| !clause.predicates.is_empty()) {
        method.sig.generics.make_where_clause().predicates.extend(clause.predicates);
    }
    let written = item.items.iter().filter_map(|member| match member {
        ImplItem::Type(ty) => Some((ty.ident.clone(), ty.ty.clone())),
        _ => None,
    });
    Written(written.collect()).visit_impl_item_fn_mut(&mut method);
    Cow::Owned(method)
}

/// The parameters of a block that its type names, with what is said of them, and those that only the trait names.
fn split(item: &ItemImpl) -> (Generics, Generics) {
    let named = names_in(item.self_ty.to_token_stream());
    let (mut own, mut moved) = (item.generics.clone(), Generics::default());
    let of_type = |param: &GenericParam| name_of(param).is_none_or(|name| named.contains(&name));
    (own.params, moved.params) = item.generics.params.iter().cloned().partition(of_type);
    let names: Vec<String> = moved.params.iter().filter_map(name_of).collect();
    if let Some(clause) = &mut own.where_clause {
        let of_type = |predicate: &WherePredicate| {
            let mentioned = names_in(predicate.to_token_stream());
            !names.iter().any(|name| mentioned.contains(name))
        };
        let all = std::mem::take(&mut clause.predicates).into_iter();
        (clause.predicates, moved.make_where_clause().predicates) = all.partition(of_type);
    }
    (own, moved)
}

fn name_of(param: &GenericParam) -> Option<String> {
    match param {
        GenericParam::Type(param) => Some(param.ident.to_string()),
        GenericParam::Const(param) => Some(param.ident.to_string()),
        GenericParam::Lifetime(_) => None,
    }
}

/// Associated types, and what they are.
struct Written(Vec<(Ident, Type)>);

impl Written {
    /// The type that the beginning of a path names.
    fn of(&self, path: &Path) -> Option<&Type> {
        let mut segments = path.segments.iter();
        let (this, name) = (segments.next()?, segments.next()?);
        let found = self.0.iter().find(|(of, _)| *of == name.ident);
        found.filter(|_| this.ident == "Self" && name.arguments.is_none()).map(|(_, ty)| ty)
    }
}

impl VisitMut for Written {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if let Type::Path(path) = ty {
            if let (Some(whole), None, 2) = (self.of(&path.path), &path.qself, path.path.segments.len()) {
                *ty = whole.clone();
            }
        }
        visit_mut::visit_type_mut(self, ty);
    }

    fn visit_path_mut(&mut self, path: &mut Path) {
        if let Some(Type::Path(begin)) = self.of(path) {
            let mut whole = begin.path.clone();
            for segment in &mut whole.segments {
                if let syn::PathArguments::AngleBracketed(arguments) = &mut segment.arguments {
                    arguments.colon2_token.get_or_insert_with(Default::default);
                }
            }
            whole.segments.extend(path.segments.iter().skip(2).cloned());
            *path = whole;
        }
        visit_mut::visit_path_mut(self, path);
    }
}
