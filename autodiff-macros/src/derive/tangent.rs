//! The type of a field's tangent, and the parameters and bounds that the tangent of a struct or an enum needs.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::{GenericParam, Generics, PathArguments, Type, WherePredicate, parse_quote};

use super::structure::Field;
use crate::standard::{Standard, primitive};

/// The tangent of a type, as legibly as its tokens allow; `None` where it carries no derivative. What that is taken for
/// granted of is handed to `assumed`; `leaf` says what stands for a type that only rustc knows.
pub(super) fn of(
    ty: &Type,
    runtime: &syn::Path,
    assumed: &mut Vec<Type>,
    leaf: &dyn Fn(&Type) -> Type,
) -> Option<Type> {
    is_active(ty, assumed).then(|| inside(ty, runtime, leaf))
}

fn is_active(ty: &Type, assumed: &mut Vec<Type>) -> bool {
    match ty {
        Type::Paren(paren) => is_active(&paren.elem, assumed),
        Type::Group(group) => is_active(&group.elem, assumed),
        Type::Reference(reference) => is_active(&reference.elem, assumed),
        Type::Array(array) => is_active(&array.elem, assumed),
        Type::Slice(slice) => is_active(&slice.elem, assumed),
        Type::Tuple(tuple) => {
            // Each of them, whatever the others say.
            let active: Vec<bool> = tuple.elems.iter().map(|elem| is_active(elem, assumed)).collect();
            active.contains(&true)
        }
        Type::Path(path) => match primitive(path) {
            Some(name) => name == "f64" || name == "f32",
            None => {
                let inactive = |ty: &Type| !is_active(ty, &mut Vec::new());
                let nothing = Standard::of(path).is_some_and(|of| of.carries_nothing(&inactive));
                if nothing {
                    assumed.push(ty.clone());
                }
                !nothing
            }
        },
        _ => true,
    }
}

/// The tangent as the trait has it, whether there is a derivative in it or not.
fn inside(ty: &Type, runtime: &syn::Path, leaf: &dyn Fn(&Type) -> Type) -> Type {
    rebuilt(ty, &|part| match part {
        Part::Primitive("f64" | "f32", ty) => ty.clone(),
        Part::Primitive(..) => parse_quote!(()),
        Part::Slice(element) => parse_quote!(#runtime::__private::Vec<#element>),
        Part::Leaf(ty) => tangent_of(&leaf(ty), runtime),
    })
}

/// What a type is made of, but for arrays, tuples and containers of such.
enum Part<'a> {
    /// By the name of the language.
    Primitive(&'a str, &'a Type),
    /// Of elements that are rebuilt already.
    Slice(Box<Type>),
    /// What only rustc knows: it stands behind `as Differentiable` in the tangent.
    Leaf(&'a Type),
}

/// A type of the same form, references left out, with other parts.
fn rebuilt(ty: &Type, part: &dyn Fn(Part<'_>) -> Type) -> Type {
    let inside = |ty: &Type| rebuilt(ty, part);
    match ty {
        Type::Paren(paren) => inside(&paren.elem),
        Type::Group(group) => inside(&group.elem),
        Type::Reference(reference) => inside(&reference.elem),
        Type::Array(array) => {
            let (element, len) = (inside(&array.elem), &array.len);
            parse_quote!([#element; #len])
        }
        Type::Slice(slice) => part(Part::Slice(Box::new(inside(&slice.elem)))),
        Type::Tuple(tuple) => {
            let elements = tuple.elems.iter().map(inside);
            parse_quote!((#(#elements,)*))
        }
        Type::Path(path) => match (primitive(path), container(path)) {
            (Some(name), _) => part(Part::Primitive(&name, ty)),
            (None, Some(element)) => {
                let element = inside(element);
                let mut path = path.clone();
                if let Some(segment) = path.path.segments.last_mut() {
                    segment.arguments = PathArguments::AngleBracketed(parse_quote!(<#element>));
                }
                Type::Path(path)
            }
            (None, None) => part(Part::Leaf(ty)),
        },
        ty => part(Part::Leaf(ty)),
    }
}

fn tangent_of(ty: &Type, runtime: &syn::Path) -> Type {
    parse_quote!(<#ty as #runtime::Differentiable>::Tangent)
}

fn is_unsized(ty: &Type) -> bool {
    matches!(ty, Type::Slice(_) | Type::TraitObject(_))
        || matches!(ty, Type::Path(path) if path.path.is_ident("str"))
}

/// What a container holds whose tangent is the same container of tangents.
fn container(path: &syn::TypePath) -> Option<&Type> {
    let of = Standard::of(path)?;
    match of.args[..] {
        [element] if ["Vec", "Option", "Box"].contains(&&of.name[..]) && !is_unsized(element) => {
            Some(element)
        }
        _ => None,
    }
}

/// Whether there is a `Vec` or a `Box` in a type.
pub(super) fn is_allocated(ty: &Type) -> bool {
    match ty {
        Type::Array(array) => is_allocated(&array.elem),
        Type::Tuple(tuple) => tuple.elems.iter().any(is_allocated),
        Type::Path(path) => {
            path.qself.is_none()
                && path.path.segments.last().is_some_and(|last| {
                    (last.ident == "Vec" || last.ident == "Box") && !last.arguments.is_none()
                })
        }
        _ => false,
    }
}

/// The type's parameters less those that no tangent mentions, with the bounds on what is left.
pub(super) fn generics(generics: &Generics, tangents: &[&Type]) -> Generics {
    let mut kept = generics.clone();
    let mut dropped: Vec<String> = Vec::new();
    kept.params = generics
        .params
        .iter()
        .filter(|param| {
            let name = parameter(param);
            let used = tangents.iter().any(|ty| mentions(ty, &name));
            if !used {
                dropped.push(name);
            }
            used
        })
        .cloned()
        .collect();
    let survives = |tokens: &dyn ToTokens| !dropped.iter().any(|name| mentions(tokens, name));
    for param in &mut kept.params {
        match param {
            GenericParam::Type(param) => {
                param.bounds = retained(&param.bounds, |bound| survives(bound));
                if param.default.as_ref().is_some_and(|(_, default)| !survives(default)) {
                    param.default = None;
                }
            }
            GenericParam::Lifetime(param) => param.bounds = retained(&param.bounds, |bound| survives(bound)),
            GenericParam::Const(_) => {}
        }
    }
    if let Some(clause) = &mut kept.where_clause {
        clause.predicates = retained(&clause.predicates, |predicate| survives(predicate));
    }
    kept
}

fn retained<T: Clone, P: Default>(list: &Punctuated<T, P>, keep: impl Fn(&T) -> bool) -> Punctuated<T, P> {
    list.iter().filter(|item| keep(item)).cloned().collect()
}

/// Adds the bounds under which the fields have tangents.
///
/// A type that mentions the one under the derive, or another of its `knot`, would make them circular: there the parameters in
/// it are bounded instead.
pub(super) fn bound<'f>(
    generics: &mut Generics,
    knot: &[String],
    fields: impl Iterator<Item = &'f Field<'f>>,
    runtime: &syn::Path,
) {
    let params: Vec<Ident> = generics.type_params().map(|param| param.ident.clone()).collect();
    let mut predicates: Vec<WherePredicate> = Vec::new();
    for field in fields.filter(|field| field.tangent.is_some()) {
        let ty = referent(field.ty);
        let used: Vec<&Ident> = params.iter().filter(|param| mentions(ty, &param.to_string())).collect();
        if used.is_empty() {
            continue;
        }
        if mentions_any(ty, knot) {
            predicates.extend(
                used.iter().map(|param| -> WherePredicate { parse_quote!(#param: #runtime::Differentiable) }),
            );
        } else {
            leaves(ty, &mut |leaf| {
                if params.iter().any(|param| mentions(leaf, &param.to_string())) {
                    predicates.push(parse_quote!(#leaf: #runtime::Differentiable));
                }
            });
        }
    }
    if !predicates.is_empty() {
        generics.make_where_clause().predicates.extend(predicates);
    }
}

/// The type with something else for the parts that stand behind `as Differentiable` in its tangent.
pub(super) fn with_leaves(ty: &Type, leaf: &dyn Fn(&Type) -> Type) -> Type {
    rebuilt(ty, &|part| match part {
        Part::Primitive(_, ty) => ty.clone(),
        Part::Slice(element) => parse_quote!([#element]),
        Part::Leaf(ty) => leaf(ty),
    })
}

/// The parts of a type that stand behind `as Differentiable` in its tangent.
pub(super) fn leaves(ty: &Type, f: &mut dyn FnMut(&Type)) {
    match ty {
        Type::Paren(paren) => leaves(&paren.elem, f),
        Type::Group(group) => leaves(&group.elem, f),
        Type::Reference(reference) => leaves(&reference.elem, f),
        Type::Array(array) => leaves(&array.elem, f),
        Type::Slice(slice) => leaves(&slice.elem, f),
        Type::Tuple(tuple) => tuple.elems.iter().for_each(|element| leaves(element, f)),
        Type::Path(path) => match container(path) {
            _ if primitive(path).is_some() => {}
            Some(element) => leaves(element, f),
            None => f(ty),
        },
        _ => f(ty),
    }
}

fn referent(ty: &Type) -> &Type {
    match ty {
        Type::Reference(reference) => referent(&reference.elem),
        ty => ty,
    }
}

fn parameter(param: &GenericParam) -> String {
    match param {
        GenericParam::Type(param) => param.ident.to_string(),
        GenericParam::Const(param) => param.ident.to_string(),
        GenericParam::Lifetime(param) => param.lifetime.to_string(),
    }
}

/// Whether one of the names stands in the tokens.
pub(super) fn mentions_any(tokens: &(impl ToTokens + ?Sized), names: &[String]) -> bool {
    names.iter().any(|name| mentions(tokens, name))
}

/// Whether the name of a parameter (a lifetime with its apostrophe) or of a type stands in the tokens.
pub(super) fn mentions(tokens: &(impl ToTokens + ?Sized), name: &str) -> bool {
    fn search(tokens: TokenStream, name: &str) -> bool {
        let mut lifetime = false;
        for token in tokens {
            match token {
                TokenTree::Group(group) if search(group.stream(), name) => return true,
                TokenTree::Ident(ident) => {
                    let same = if lifetime {
                        name.strip_prefix('\'') == Some(&ident.to_string())
                    } else {
                        ident == name
                    };
                    if same {
                        return true;
                    }
                    lifetime = false;
                }
                TokenTree::Punct(punct) => lifetime = punct.as_char() == '\'',
                _ => lifetime = false,
            }
        }
        false
    }
    search(tokens.to_token_stream(), name)
}
