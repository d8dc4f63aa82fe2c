//! Types before structure: what the items around a function say, and what follows for its expressions.

pub(crate) mod infer;
pub(crate) mod items;
mod library;
pub(crate) mod scope;
mod term;
mod variant;

pub(crate) use self::library::is_of_the_library;
pub(crate) use self::scope::Scope;
pub(crate) use self::term::alias_site;
pub(crate) use self::variant::{Variant, part_name, uses_inside};

/// The type that a path names.
pub(crate) fn path_type(path: impl Into<syn::Path>) -> syn::Type {
    syn::Type::Path(syn::TypePath { attrs: Vec::new(), qself: None, path: path.into() })
}

/// What stands before the last name of a path: `a::B` of `a::B::new`.
pub(crate) fn owner_path(path: &syn::Path) -> Option<syn::Path> {
    let before = path.segments.len().checked_sub(1).filter(|before| *before > 0)?;
    let segments = path.segments.iter().take(before).cloned().collect();
    Some(syn::Path { leading_colon: path.leading_colon, segments })
}
