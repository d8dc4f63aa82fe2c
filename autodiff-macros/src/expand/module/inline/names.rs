//! What names are bound to in a function, as far as its text tells.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Ident;
use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, FnArg, Pat, Signature, Type};

use crate::expand::items::renamed;
use crate::expand::module::plan::names_in;

/// The names that patterns bind in a function, each with how often.
pub(in crate::expand) fn bound_in(signature: &Signature, block: &Block) -> BTreeMap<String, usize> {
    struct Bound(BTreeMap<String, usize>);
    impl VisitMut for Bound {
        fn visit_pat_ident_mut(&mut self, pat: &mut syn::PatIdent) {
            *self.0.entry(pat.ident.to_string()).or_default() += 1;
            visit_mut::visit_pat_ident_mut(self, pat);
        }
    }
    let mut bound = Bound(BTreeMap::new());
    bound.visit_signature_mut(&mut signature.clone());
    bound.visit_block_mut(&mut block.clone());
    bound.0
}

/// Gives what a function binds under a name another one, if it binds anything so: the name is one that is asked for where the
/// function is written out, and means the caller's own variable.
///
/// ```text
/// |x| { let h = x * x; h * 2.0 }    ⇒    |x| { let h_ = x * x; h_ * 2.0 }    // in a function with `stop(h)`
/// ```
pub(super) fn rename(signature: &mut Signature, block: &mut Block, name: &str) {
    let bound = bound_in(signature, block);
    if !bound.contains_key(name) {
        return;
    }
    let mut new = format!("{name}_");
    while bound.contains_key(&new) || names_in(block.to_token_stream()).contains(&new) {
        new.push('_');
    }
    let mut rename = Rename { name, new };
    rename.visit_signature_mut(signature);
    rename.visit_block_mut(block);
}

struct Rename<'a> {
    name: &'a str,
    new: String,
}

impl Rename<'_> {
    fn ident(&self, ident: &mut Ident) {
        if ident == self.name {
            *ident = Ident::new(&self.new, ident.span());
        }
    }
}

impl VisitMut for Rename<'_> {
    fn visit_pat_ident_mut(&mut self, pat: &mut syn::PatIdent) {
        self.ident(&mut pat.ident);
        visit_mut::visit_pat_ident_mut(self, pat);
    }

    fn visit_expr_path_mut(&mut self, path: &mut syn::ExprPath) {
        if path.path.is_ident(self.name) {
            self.ident(&mut path.path.segments[0].ident);
        }
    }

    // A field keeps its name: `Cell { h }` is `Cell { h: h_ }`.
    fn visit_field_pat_mut(&mut self, field: &mut syn::FieldPat) {
        if matches!(&field.member, syn::Member::Named(member) if member == self.name) {
            field.colon_token.get_or_insert_default();
        }
        self.visit_pat_mut(&mut field.pat);
    }

    fn visit_field_value_mut(&mut self, field: &mut syn::FieldValue) {
        if matches!(&field.member, syn::Member::Named(member) if member == self.name) {
            field.colon_token.get_or_insert_default();
        }
        self.visit_expr_mut(&mut field.expr);
    }

    fn visit_macro_mut(&mut self, called: &mut syn::Macro) {
        called.tokens = renamed(called.tokens.clone(), self.name, &self.new);
    }

    fn visit_item_mut(&mut self, _: &mut syn::Item) {}
}

/// The names of functions that stand in a body.
pub(super) fn items_in(block: &Block) -> BTreeSet<String> {
    struct Items(BTreeSet<String>);
    impl VisitMut for Items {
        fn visit_item_fn_mut(&mut self, item: &mut syn::ItemFn) {
            self.0.insert(item.sig.ident.to_string());
        }
    }
    let mut items = Items(BTreeSet::new());
    items.visit_block_mut(&mut block.clone());
    items.0
}

pub(super) fn names(bound: BTreeMap<String, usize>) -> BTreeSet<String> {
    bound.into_keys().collect()
}

/// The types of the parameters whose names mean nothing else in the function, and of the receiver under its name.
pub(super) fn types_in(
    signature: &Signature,
    bound: &BTreeMap<String, usize>,
    receiver: Option<(&str, &Type)>,
) -> BTreeMap<String, String> {
    let typed = signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => match &*typed.pat {
            Pat::Ident(name) => Some((name.ident.to_string(), &*typed.ty)),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    });
    let once = typed.filter(|(name, _)| bound.get(name) == Some(&1));
    let receiver = receiver.map(|(name, of)| (name.to_string(), of));
    once.chain(receiver).filter_map(|(name, ty)| Some((name, type_name(ty)?))).collect()
}

/// The names that a `let` binds to a literal of a struct or what a function gives, and nothing else binds.
pub(super) fn owned_in(signature: &Signature, block: &Block) -> BTreeSet<String> {
    struct Owned(BTreeSet<String>);
    impl VisitMut for Owned {
        fn visit_local_mut(&mut self, local: &mut syn::Local) {
            if let (Pat::Ident(name), Some(init)) = (&local.pat, &local.init) {
                if matches!(&*init.expr, Expr::Struct(_)) {
                    self.0.insert(name.ident.to_string());
                }
            }
            visit_mut::visit_local_mut(self, local);
        }
    }
    let mut owned = Owned(BTreeSet::new());
    owned.visit_block_mut(&mut block.clone());
    for input in &signature.inputs {
        if let FnArg::Typed(typed) = input {
            if let (Pat::Ident(name), Type::Path(_)) = (&*typed.pat, &*typed.ty) {
                owned.0.insert(name.ident.to_string());
            }
        }
    }
    let bound = bound_in(signature, block);
    owned.0.retain(|name| bound.get(name) == Some(&1));
    owned.0
}

/// The last name of a type, references left out.
pub(super) fn type_name(ty: &Type) -> Option<String> {
    match ty {
        Type::Reference(reference) => type_name(&reference.elem),
        Type::Paren(inner) => type_name(&inner.elem),
        Type::Group(inner) => type_name(&inner.elem),
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        _ => None,
    }
}
