//! The attributes that the derive reads.

use proc_macro2::Ident;
use syn::{Attribute, Meta, Token, ext::IdentExt};

use super::Errors;

/// `#[differentiable(tangent = Name, numbers, recursive(Name, …), crate = path)]` on the type.
pub(super) struct Options {
    pub(super) runtime: syn::Path,
    pub(super) tangent: TangentName,
    /// Jacobians and Hessians have rows for its numbers.
    pub(super) numbers: bool,
    /// The types that hold this one and that it holds.
    pub(super) recursive: Vec<Ident>,
}

pub(super) enum TangentName {
    /// The type's name and `Tangent`.
    Default,
    Named(Ident),
    /// `tangent = Self`
    Own,
}

impl Options {
    pub(super) fn parse(attrs: &[Attribute], errors: &mut Errors) -> Options {
        let mut options = Options {
            runtime: crate::manifest::runtime(),
            tangent: TangentName::Default,
            numbers: false,
            recursive: Vec::new(),
        };
        for attr in attrs {
            if attr.path().is_ident("no_diff") {
                errors.push(
                    attr,
                    "`#[no_diff]` belongs on a field, or on a parameter of a differentiated function",
                );
            }
            if !attr.path().is_ident("differentiable") {
                continue;
            }
            let result = attr.parse_nested_meta(|meta| {
                if meta.path.is_ident("crate") {
                    options.runtime = meta.value()?.call(syn::Path::parse_mod_style)?;
                } else if meta.path.is_ident("tangent") {
                    let value = meta.value()?;
                    options.tangent = if value.peek(Token![Self]) {
                        value.parse::<Token![Self]>()?;
                        TangentName::Own
                    } else {
                        TangentName::Named(value.call(Ident::parse_any)?)
                    };
                } else if meta.path.is_ident("numbers") {
                    options.numbers = true;
                } else if meta.path.is_ident("recursive") {
                    let types;
                    syn::parenthesized!(types in meta.input);
                    options.recursive.extend(types.parse_terminated(Ident::parse_any, Token![,])?);
                } else {
                    return Err(meta.error(
                        "unknown argument: expected `tangent = Name`, `numbers`, `recursive(Name, …)` or `crate = path`",
                    ));
                }
                Ok(())
            });
            if let Err(error) = result {
                errors.add(error);
            }
        }
        options
    }
}

/// Whether a field is marked `#[no_diff]`.
pub(super) fn no_diff(attrs: &[Attribute], errors: &mut Errors) -> bool {
    for attr in attrs {
        if attr.path().is_ident("differentiable") {
            errors.push(attr, "`#[differentiable(…)]` belongs on the type; a field knows `#[no_diff]` alone");
        }
    }
    let Some(mark) = attrs.iter().find(|attr| attr.path().is_ident("no_diff")) else {
        return false;
    };
    if !matches!(mark.meta, Meta::Path(_)) {
        errors.push(&mark.meta, "`#[no_diff]` takes no arguments");
    }
    true
}
