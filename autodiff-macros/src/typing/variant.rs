//! Variants of enums, by the paths that name them.
//!
//! In a module rustc's own rules are followed. Of an enum that is not in sight, a path with a type before its last segment
//! names a variant; a name alone does where the function imports it from a type, or where the value that it is held against
//! is of a type of another name. What remains is taken for a struct.

use proc_macro2::{Ident, Span};
use syn::{Member, Type};

use super::items::{Use, flatten};
use super::{owner_path, path_type};
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
            return Some(Variant { of: owner_path(path).map(path_type), name });
        }
        if path.segments.len() > 1 || name == "Self" {
            return None;
        }
        if let Some(variant) = self.imported(&name) {
            return Some(variant);
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

    /// What the function's body imports from a type under a name: `use Shape::{Circle, Square as Quad};`, `use Shape::*;`.
    fn imported(&self, name: &Ident) -> Option<Variant> {
        let imported = |used: &Use| {
            let (own, of) = match &used.name {
                Some(as_name) if name == as_name => used.path.split_last()?,
                None => (used.path.last()?, &used.path[..]),
                _ => return None,
            };
            let own =
                if used.name.is_some() { crate::lower::inert::ident(own, name.span()) } else { name.clone() };
            let of_type = of.last().is_some_and(|last| last.starts_with(char::is_uppercase));
            of_type.then(|| Variant { of: Some(path_of(of)), name: own })
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
    path_type(path)
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

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;
    use crate::typing::Scope;

    #[test]
    fn what_a_path_names_out_of_sight() {
        let item: syn::ItemFn = parse_quote!(
            fn f() {
                use shapes::Shape::{Ring, Square as Quadratic};
                use shapes::area;
            }
        );
        let types = Types::of_function(&item.sig.generics, &item.block, &Scope::default());
        let shape = Ty::Named(parse_quote!(Box<shapes::Shape>));
        let named = |path: syn::Path, value: Option<&Ty>| {
            types.variant(&path, value).map(|variant| variant.name.to_string())
        };
        assert_eq!(named(parse_quote!(Shape::Circle), None).as_deref(), Some("Circle"));
        assert_eq!(named(parse_quote!(shapes::Shape::Circle), None).as_deref(), Some("Circle"));
        assert_eq!(named(parse_quote!(Circle), Some(&shape)).as_deref(), Some("Circle"));
        assert_eq!(named(parse_quote!(Ring), None).as_deref(), Some("Ring"));
        assert_eq!(named(parse_quote!(Quadratic), None).as_deref(), Some("Square"));
        for (path, value) in [
            (parse_quote!(Circle), None),
            (parse_quote!(Shape), Some(&shape)),
            (parse_quote!(shapes::Point), Some(&shape)),
            (parse_quote!(Some), Some(&shape)),
            (parse_quote!(Option::None), None),
            (parse_quote!(Self), Some(&shape)),
            (parse_quote!(area), Some(&shape)),
            (parse_quote!(Shape::new), Some(&shape)),
        ] {
            let path: syn::Path = path;
            assert_eq!(named(path.clone(), value), None, "{}", quote::quote!(#path));
        }
    }

    #[test]
    fn parts_have_names_among_facts() {
        let circle: Ident = parse_quote!(Circle);
        assert_eq!(part_name(Some(&circle), &parse_quote!(0)), "::Circle.0");
        assert_eq!(part_name(None, &parse_quote!(radius)), ".radius");
    }
}
