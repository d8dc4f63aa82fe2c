//! What a parameter that is a function is called with: from `impl Fn(f64) -> f64`, `&dyn Fn(f64) -> f64`, `fn(f64) -> f64`, or the
//! bounds of a type parameter.

use std::collections::BTreeSet;

use crate::typing::Scope;
use proc_macro2::Ident;
use syn::{FnArg, GenericParam, Generics, Signature, Type, TypeParamBound};

/// The signature of a parameter that is a function.
#[derive(Clone)]
pub(super) struct Taken {
    pub(super) inputs: Vec<Type>,
    pub(super) output: Option<Type>,
}

/// Whether a function takes structs that hold references, or gives one.
#[derive(Clone, Copy, Default)]
pub(in crate::expand::module) struct Lent {
    pub(in crate::expand::module) taken: bool,
    pub(in crate::expand::module) given: bool,
}

/// See [`Lent`].
pub(in crate::expand::module) fn lent(signature: &Signature, scope: &Scope) -> Lent {
    fn borrows(ty: &Type, scope: &Scope) -> bool {
        match ty {
            Type::Reference(reference) => borrows(&reference.elem, scope),
            ty => scope.borrows(ty),
        }
    }
    let taken = signature.inputs.iter().any(|input| match input {
        FnArg::Receiver(_) => scope.this().is_some_and(|this| borrows(this, scope)),
        FnArg::Typed(typed) => borrows(&typed.ty, scope),
    });
    let given = matches!(&signature.output, syn::ReturnType::Type(_, ty) if borrows(ty, scope));
    Lent { taken, given }
}

/// What each parameter is called with, where it is a function.
pub(super) fn parameters(signature: &Signature) -> Vec<Option<Taken>> {
    let of = |input: &FnArg| match input {
        FnArg::Receiver(_) => None,
        FnArg::Typed(typed) => called(&typed.ty, &signature.generics),
    };
    signature.inputs.iter().map(of).collect()
}

fn called(ty: &Type, generics: &Generics) -> Option<Taken> {
    match ty {
        Type::Paren(inner) => called(&inner.elem, generics),
        Type::Group(inner) => called(&inner.elem, generics),
        Type::Reference(reference) => called(&reference.elem, generics),
        Type::ImplTrait(of) => of.bounds.iter().find_map(called_by),
        Type::TraitObject(of) => of.bounds.iter().find_map(called_by),
        Type::FnPtr(of) => Some(Taken {
            inputs: of.inputs.iter().map(|input| input.ty.clone()).collect(),
            output: output_of(&of.output),
        }),
        Type::Path(path) => {
            let name = path.path.get_ident()?;
            bounds_of(name, generics).find_map(called_by)
        }
        _ => None,
    }
}

fn is_named(ty: &Type, name: &Ident) -> bool {
    matches!(ty, Type::Path(path) if path.path.is_ident(name))
}

fn called_by(bound: &TypeParamBound) -> Option<Taken> {
    let TypeParamBound::Trait(bound) = bound else { return None };
    let last = bound.path.segments.last()?;
    let syn::PathArguments::Parenthesized(arguments) = &last.arguments else { return None };
    let known = ["Fn", "FnMut", "FnOnce"].iter().any(|name| last.ident == name);
    known.then(|| Taken {
        inputs: arguments.inputs.iter().map(|input| input.ty.clone()).collect(),
        output: output_of(&arguments.output),
    })
}

fn output_of(output: &syn::ReturnType) -> Option<Type> {
    match output {
        syn::ReturnType::Type(_, ty) => Some((**ty).clone()),
        syn::ReturnType::Default => None,
    }
}

/// Whether a parameter is an iterator, of a type that has no name.
pub(super) fn takes_iterators(signature: &Signature) -> bool {
    signature.inputs.iter().any(|input| match input {
        FnArg::Receiver(_) => false,
        FnArg::Typed(typed) => gives_items(&typed.ty, &signature.generics),
    })
}

fn gives_items(ty: &Type, generics: &Generics) -> bool {
    match ty {
        Type::Paren(inner) => gives_items(&inner.elem, generics),
        Type::Group(inner) => gives_items(&inner.elem, generics),
        Type::Reference(reference) => gives_items(&reference.elem, generics),
        Type::ImplTrait(of) => of.bounds.iter().any(is_iterator),
        Type::Path(path) => match path.path.get_ident() {
            Some(name) => bounds_of(name, generics).any(is_iterator),
            None => false,
        },
        _ => false,
    }
}

pub(super) fn is_iterator(bound: &TypeParamBound) -> bool {
    let TypeParamBound::Trait(bound) = bound else { return false };
    let iterators = ["Iterator", "IntoIterator", "DoubleEndedIterator", "ExactSizeIterator"];
    bound.path.segments.last().is_some_and(|last| iterators.iter().any(|name| last.ident == name))
}

/// Whether a type is one that a closure cannot name.
pub(super) fn is_opaque(ty: &Type) -> bool {
    match ty {
        Type::Paren(inner) => is_opaque(&inner.elem),
        Type::Group(inner) => is_opaque(&inner.elem),
        Type::Reference(reference) => is_opaque(&reference.elem),
        Type::Tuple(tuple) => tuple.elems.iter().any(is_opaque),
        Type::ImplTrait(_) => true,
        _ => false,
    }
}

/// The bounds of a type parameter, where it is declared and in the `where` clause.
fn bounds_of<'g>(name: &'g Ident, generics: &'g Generics) -> impl Iterator<Item = &'g TypeParamBound> {
    let own = generics.type_params().filter(move |param| param.ident == *name);
    let own = own.flat_map(|param| param.bounds.iter());
    let clauses = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let said = clauses.filter_map(move |predicate| match predicate {
        syn::WherePredicate::Type(of) if is_named(&of.bounded_ty, name) => Some(&of.bounds),
        _ => None,
    });
    own.chain(said.flatten())
}

/// The names of types and constants that a function is generic over.
pub(super) fn generics_of(generics: &Generics) -> BTreeSet<String> {
    let name = |param: &GenericParam| match param {
        GenericParam::Type(param) => Some(param.ident.to_string()),
        GenericParam::Const(param) => Some(param.ident.to_string()),
        GenericParam::Lifetime(_) => None,
    };
    generics.params.iter().filter_map(name).collect()
}
