//! Variants of enums, by the paths that name them.
//!
//! In a module rustc's own rules are followed. Of an enum that is not in sight, a path with a type before its last segment
//! names a variant; a name alone does where the function imports it from a type, or where the value that it is held against
//! is of a type of another name. What remains is taken for a struct.

use proc_macro2::{Ident, Span};
use syn::{Member, Type};

use super::items::{Use, flatten};
use crate::ir::Ty;
use crate::lower::Types;

/// A variant of an enum.
#[derive(Clone)]
pub(crate) struct Variant {
    /// The enum, where the path names it.
    pub(crate) of: Option<Type>,
    pub(crate) name: Ident,
}

impl Types {
    /// The variant that a path names. `value`: what is known of the type of the value that it is a pattern or a constructor of.
    pub(crate) fn variant(&self, path: &syn::Path, value: Option<&Ty>) -> Option<Variant> {
        if let Some((of, name)) = self.variant_in_sight(path) {
            return Some(Variant { of: Some(of), name });
        }
        if self.constructs_struct(path) || self.is_of_the_language(path) {
            return None;
        }
        let name = path.segments.last()?.ident.clone();
        if !starts_upper(&name) {
            return None;
        }
        if crate::ir::owner(path).is_some() {
            let mut of = path.clone();
            of.segments.pop();
            of.segments.pop_punct();
            let of = Type::Path(syn::TypePath { attrs: Vec::new(), qself: None, path: of });
            return Some(Variant { of: Some(of), name });
        }
        if path.segments.len() > 1 || name == "Self" {
            return None;
        }
        if let Some(of) = self.imported_from(&name) {
            return Some(Variant { of: Some(of), name });
        }
        let other = match value {
            Some(Ty::Named(ty)) => type_name(ty).is_some_and(|ty| *ty != name && ty != "Self"),
            _ => false,
        };
        other.then_some(Variant { of: None, name })
    }

    /// `Some` and `Ok` and theirs have lowerings of their own.
    fn is_of_the_language(&self, path: &syn::Path) -> bool {
        path.segments.last().is_some_and(|last| {
            ["Some", "None", "Ok", "Err"].iter().any(|name| last.ident == name)
                && path
                    .segments
                    .iter()
                    .rev()
                    .nth(1)
                    .is_none_or(|owner| owner.ident == "Option" || owner.ident == "Result")
        })
    }

    /// The type from which the function's body imports a name: `use Shape::{Circle, Square};`, `use Shape::*;`.
    fn imported_from(&self, name: &Ident) -> Option<Type> {
        let imported = |used: &Use| {
            let of = match &used.name {
                Some(as_name) if name == as_name => &used.path[..used.path.len().checked_sub(1)?],
                None => &used.path[..],
                _ => return None,
            };
            let of_type = of.last().is_some_and(|last| last.starts_with(char::is_uppercase));
            of_type.then(|| path_of(of))
        };
        self.uses.iter().find_map(imported)
    }
}

/// The name of a part of a value, among facts.
pub(crate) fn part_name(variant: Option<&Ident>, member: &Member) -> String {
    let member = match member {
        Member::Named(name) => name.to_string(),
        Member::Unnamed(index) => index.index.to_string(),
    };
    match variant {
        Some(variant) => format!("::{variant}.{member}"),
        None => format!(".{member}"),
    }
}

/// The uses inside of a function's body.
pub(crate) fn uses_inside(block: &syn::Block) -> Vec<Use> {
    let mut uses = Vec::new();
    for stmt in &block.stmts {
        if let syn::Stmt::Item(syn::Item::Use(item)) = stmt {
            flatten(&item.tree, &mut Vec::new(), &mut uses);
        }
    }
    uses
}

fn path_of(names: &[String]) -> Type {
    let mut path = syn::Path { leading_colon: None, segments: Default::default() };
    for name in names {
        path.segments.push(syn::PathSegment::from(crate::lower::inert::ident(name, Span::call_site())));
    }
    Type::Path(syn::TypePath { attrs: Vec::new(), qself: None, path })
}

fn type_name(ty: &Type) -> Option<&Ident> {
    match ty {
        Type::Path(path) => match crate::standard::boxed(path) {
            Some(held) => type_name(held),
            None => path.path.segments.last().map(|last| &last.ident),
        },
        Type::Group(group) => type_name(&group.elem),
        Type::Paren(paren) => type_name(&paren.elem),
        Type::Reference(reference) => type_name(&reference.elem),
        _ => None,
    }
}

fn starts_upper(name: &Ident) -> bool {
    syn::ext::IdentExt::unraw(name).to_string().starts_with(char::is_uppercase)
}
