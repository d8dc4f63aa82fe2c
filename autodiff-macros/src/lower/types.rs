//! Written types as far as the macro knows them.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{GenericArgument, GenericParam, Generics, PathArguments, Type, TypeParamBound, WherePredicate};

use crate::ir::{Float, Passing, Ty};
use crate::typing::Scope;
use crate::typing::items::ModuleId;

/// What the signature says about names of types.
#[derive(Clone, Default)]
pub(crate) struct Types {
    /// Type parameters that stand for a float.
    floats: Vec<Ident>,
    /// All type parameters: they hide the items of their name.
    params: Vec<Ident>,
    /// The items around.
    pub(crate) scope: Scope,
    /// The module in which the function stands: generated code names types as it does.
    pub(crate) home: ModuleId,
    /// Type parameters of an item that is looked into, and what stands for them there.
    pub(crate) bound: Vec<(Ident, Ty)>,
    /// Its const parameters: what stands for them is not known.
    pub(crate) unknown_lengths: Vec<Ident>,
    /// How many items are being looked into.
    pub(crate) depth: usize,
}

/// Traits whose implementors are floats.
const FLOAT_TRAITS: [&str; 4] = ["Float", "Real", "FloatCore", "RealField"];

/// Scalar types without a derivative.
const INTEGERS: [&str; 14] =
    ["usize", "isize", "u8", "u16", "u32", "u64", "u128", "i8", "i16", "i32", "i64", "i128", "bool", "char"];

/// Whether a name is that of an inactive scalar type.
pub(crate) fn is_integer(name: &str) -> bool {
    INTEGERS.contains(&name)
}

/// Types of the standard library that never carry a derivative.
const INERT: [&str; 11] = [
    "String",
    "str",
    "Range",
    "RangeInclusive",
    "RangeFrom",
    "RangeTo",
    "RangeFull",
    "Ordering",
    "Duration",
    "Instant",
    "PhantomData",
];

/// Containers of the standard library: inactive when all that they hold is.
const CONTAINERS: [&str; 13] = [
    "Option", "Result", "Box", "Rc", "Arc", "Cow", "HashMap", "HashSet", "BTreeMap", "BTreeSet", "VecDeque",
    "Cell", "RefCell",
];

impl Types {
    pub(crate) fn new(generics: &Generics, scope: &Scope) -> Types {
        let mut types = Types { home: scope.module(), scope: scope.clone(), ..Types::default() };
        for param in &generics.params {
            if let GenericParam::Type(param) = param {
                types.params.push(param.ident.clone());
                if param.bounds.iter().any(is_float_bound) {
                    types.floats.push(param.ident.clone());
                }
            }
        }
        for predicate in generics.where_clause.iter().flat_map(|clause| &clause.predicates) {
            if let WherePredicate::Type(predicate) = predicate {
                if let Type::Path(path) = &predicate.bounded_ty {
                    if let Some(name) = path.path.get_ident() {
                        if predicate.bounds.iter().any(is_float_bound) && !types.floats.contains(name) {
                            types.floats.push(name.clone());
                        }
                    }
                }
            }
        }
        types
    }

    /// Whether `name` is a type parameter that stands for a float.
    pub(crate) fn is_float_param(&self, name: &Ident) -> bool {
        self.floats.contains(name)
    }

    /// How a value of the type is handed over, and what it is behind the reference.
    pub(crate) fn passing(&self, ty: &Type) -> (Passing, Ty) {
        match ty {
            Type::Reference(reference) => {
                let passing = if reference.mutability.is_some() { Passing::RefMut } else { Passing::Ref };
                (passing, self.ty(&reference.elem))
            }
            Type::Group(group) => self.passing(&group.elem),
            Type::Paren(paren) => self.passing(&paren.elem),
            _ => (Passing::Value, self.ty(ty)),
        }
    }

    /// The type, references inside of it left out.
    pub(crate) fn ty(&self, ty: &Type) -> Ty {
        match ty {
            Type::Array(array) => {
                let len = array.len.to_token_stream();
                Ty::Array(Box::new(self.ty(&array.elem)), self.is_known_length(&len).then_some(len))
            }
            Type::Slice(slice) => Ty::Slice(Box::new(self.ty(&slice.elem))),
            Type::Reference(reference) => self.ty(&reference.elem),
            Type::Group(group) => self.ty(&group.elem),
            Type::Paren(paren) => self.ty(&paren.elem),
            Type::Tuple(tuple) => Ty::Tuple(tuple.elems.iter().map(|ty| self.ty(ty)).collect()),
            Type::FnPtr(_) | Type::ImplTrait(_) | Type::TraitObject(_) | Type::Never(_) => Ty::Inert,
            Type::Infer(_) => Ty::Unknown,
            Type::Path(path) if path.qself.is_none() => self.path(path, ty),
            _ => Ty::Named(Box::new(ty.clone())),
        }
    }

    /// Whether a length says the same in the function as where it is written.
    fn is_known_length(&self, len: &proc_macro2::TokenStream) -> bool {
        if self.unknown_lengths.is_empty() && self.scope.module() == self.home {
            return true;
        }
        len.clone().into_iter().all(|tree| matches!(tree, proc_macro2::TokenTree::Literal(_)))
    }

    fn path(&self, path: &syn::TypePath, ty: &Type) -> Ty {
        let Some(last) = path.path.segments.last() else { return Ty::Unknown };
        let name = last.ident.to_string();
        let args = arguments(last);
        if let Some(name) = path.path.get_ident() {
            if let Some((_, ty)) = self.bound.iter().find(|(param, _)| param == name) {
                return ty.clone();
            }
            if self.params.contains(name) && !self.floats.contains(name) {
                return Ty::Named(Box::new(ty.clone()));
            }
        }
        if let Some(ty) = self.defined(path) {
            return ty;
        }
        if path.path.segments.len() == 1 && self.floats.contains(&last.ident) {
            return Ty::Float(Float::Param(last.ident.clone()));
        }
        match (name.as_str(), args.as_slice()) {
            ("f64", []) => Ty::f64(),
            ("f32", []) => Ty::Float(Float::F32),
            ("Vec", [element]) => Ty::Vec(Box::new(self.ty(element))),
            (name, []) if INTEGERS.contains(&name) => Ty::Int(Some(name.into())),
            (name, _) if INERT.contains(&name) => Ty::Inert,
            (name, args)
                if CONTAINERS.contains(&name)
                    && !args.is_empty()
                    && args.iter().all(|arg| !self.ty(arg).may_be_active()) =>
            {
                Ty::Inert
            }
            _ => Ty::Named(Box::new(ty.clone())),
        }
    }
}

/// `T` of `Option<T>`, where the type may carry a derivative.
pub(crate) fn option_of(ty: &Ty) -> Option<&Type> {
    let Ty::Named(name) = ty else { return None };
    let Type::Path(path) = &**name else { return None };
    let last = path.path.segments.last()?;
    if last.ident != "Option" {
        return None;
    }
    arguments(last).first().copied()
}

/// The types among the generic arguments.
pub(crate) fn arguments(segment: &syn::PathSegment) -> Vec<&Type> {
    match &segment.arguments {
        PathArguments::AngleBracketed(args) => args
            .args
            .iter()
            .filter_map(|arg| match arg {
                GenericArgument::Type(ty) => Some(ty),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn is_float_bound(bound: &TypeParamBound) -> bool {
    match bound {
        TypeParamBound::Trait(bound) => bound
            .path
            .segments
            .last()
            .is_some_and(|last| FLOAT_TRAITS.contains(&last.ident.to_string().as_str())),
        _ => false,
    }
}

/// Whether a trait bound is one of the function traits.
pub(crate) fn is_function_type(ty: &Type) -> bool {
    let bounds = match ty {
        Type::ImplTrait(ty) => &ty.bounds,
        Type::TraitObject(ty) => &ty.bounds,
        Type::Reference(ty) => return is_function_type(&ty.elem),
        Type::Paren(ty) => return is_function_type(&ty.elem),
        Type::Group(ty) => return is_function_type(&ty.elem),
        Type::FnPtr(_) => return true,
        _ => return false,
    };
    bounds.iter().any(|bound| match bound {
        TypeParamBound::Trait(bound) => bound
            .path
            .segments
            .last()
            .is_some_and(|last| ["Fn", "FnMut", "FnOnce"].contains(&last.ident.to_string().as_str())),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn written_types() {
        let signature: syn::Signature =
            parse_quote!(fn f<T: Float, U, const N: usize>() where U: num_traits::Real);
        let types = Types::new(&signature.generics, &Scope::default());
        let (passing, ty) = types.passing(&parse_quote!(&mut [[f64; 3]]));
        assert_eq!(passing, Passing::RefMut);
        assert!(ty.element().element().is_float());
        assert!(matches!(types.ty(&parse_quote!(T)), Ty::Float(Float::Param(_))));
        assert!(matches!(types.ty(&parse_quote!(Vec<U>)).element(), Ty::Float(Float::Param(_))));
        assert!(!types.ty(&parse_quote!(Vec<(usize, bool)>)).may_be_active());
        assert!(!types.ty(&parse_quote!(Option<usize>)).may_be_active());
        assert!(types.ty(&parse_quote!(Option<f64>)).may_be_active());
        assert!(types.ty(&parse_quote!(Matrix)).may_be_active());
    }

    #[test]
    fn function_arguments() {
        assert!(is_function_type(&parse_quote!(impl Fn(f64) -> f64)));
        assert!(is_function_type(&parse_quote!(&dyn Fn(f64) -> f64)));
        assert!(!is_function_type(&parse_quote!(&mut impl Rng)));
    }
}
