//! Types of signatures that no derivative is made for, and what to write in their place.
//!
//! Invariant: what stands in the place of a refused type is nameable without lifetimes, and has a tangent: the stub that
//! is emitted beside the error is made of it, so that the error stays the only one.

use syn::{GenericArgument, PathArguments, Type, TypeParamBound, parse_quote};

use super::types::{Types, arguments, bare, is_function_type, payload};
use crate::diag::source;
use crate::typing::Scope;

/// Why a type is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    Reference,
    Optional,
    Collection,
    Pointer,
    Opaque,
    Never,
}

/// A refused type: what to say, and the type that takes its place.
pub(crate) struct Refused {
    pub(crate) message: String,
    pub(crate) instead: Type,
    /// Only for references inside: what it holds is known all the same.
    pub(crate) readable: bool,
}

impl Types {
    /// What owns the elements of a view of another crate that is written to: `DMatrix<f64>` of `DMatrixViewMut<'_, f64>`.
    fn owned_of_view_mut(&self, ty: &Type) -> Option<String> {
        let Type::Path(path) = ty else { return None };
        let name = path.path.segments.last()?.ident.to_string();
        if !name.contains("ViewMut") || super::number_of(ty).is_none() || self.defined(path).is_some() {
            return None;
        }
        let arguments = arguments(path.path.segments.last()?);
        let arguments: Vec<String> = arguments.into_iter().map(source).collect();
        Some(format!("{}<{}>", name.replace("ViewMut", ""), arguments.join(", ")))
    }

    /// Whether a parameter that carries a derivative cannot have this type.
    pub(crate) fn refused_param(&self, ty: &Type) -> Option<Refused> {
        if is_function_type(ty) {
            // Refused where it is called with something active; harmless elsewhere.
            return None;
        }
        if let Some(message) = self.refused_object(ty) {
            let lent = matches!(bare(ty), Type::Reference(_));
            let instead = if lent { ty.clone() } else { parse_quote!(()) };
            return Some(Refused { message, instead, readable: false });
        }
        if let Type::Reference(reference) = bare(ty) {
            if reference.mutability.is_some() && self.scope.is_object(&reference.elem) {
                let object = source(&reference.elem);
                let message = format!(
                    "what a `&mut {object}` leads to cannot be put back for the derivative: take `&{object}`, give back what is made \
                     of it, or mark the parameter `#[no_diff]`"
                );
                return Some(Refused { message, instead: parse_quote!(&mut ()), readable: false });
            }
        }
        if let Some(take) = self.owned_of_view_mut(bare(ty)) {
            let message = format!(
                "what is written through a view that is a parameter reaches the caller, and its adjoint does not come back: take \
                 `&mut {take}`"
            );
            return Some(Refused { message, instead: parse_quote!(()), readable: false });
        }
        let mut why = None;
        // An `Option` is kept as in a field.
        let lent = match bare(ty) {
            Type::Reference(reference) => bare(&reference.elem),
            ty => ty,
        };
        if let Some(held) = option(lent) {
            let mut inside = None;
            self.instead(held, &mut inside);
            inside?;
        }
        let instead = match bare(ty) {
            Type::Reference(reference) => {
                let mut reference = reference.clone();
                while let Type::Reference(inner) = bare(&reference.elem).clone() {
                    if self.ty(&inner.elem).may_be_active() {
                        why = Some(Why::Reference);
                    }
                    reference.elem = inner.elem;
                }
                *reference.elem = self.instead(&reference.elem, &mut why);
                Type::Reference(reference)
            }
            Type::Ptr(pointer) => {
                why = Some(Why::Pointer);
                let elem = self.instead(&pointer.elem, &mut why);
                match pointer.mutability {
                    syn::PointerMutability::Mut(_) => parse_quote!(&mut #elem),
                    _ => parse_quote!(&#elem),
                }
            }
            ty => self.instead(ty, &mut why),
        };
        let (given, take) = (source(ty), source(&instead));
        let readable = why == Some(Why::Reference);
        let message = match why? {
            Why::Pointer => format!("a raw pointer cannot be differentiated: take `{take}` or a slice"),
            Why::Reference => format!(
                "references inside of a parameter that carries a derivative are not supported: take `{take}`, or mark \
                 the parameter `#[no_diff]`"
            ),
            Why::Optional => format!(
                "`{given}` as a parameter that carries a derivative is not supported yet: take `{take}`, with a `bool` \
                 beside it where it may be missing, or mark the parameter `#[no_diff]`"
            ),
            Why::Collection | Why::Opaque | Why::Never => format!(
                "`{given}` as a parameter that carries a derivative is not supported: take `{take}`, or mark the \
                 parameter `#[no_diff]`"
            ),
        };
        Some(Refused { message, instead, readable })
    }

    /// What is said of a type that may be any type with a trait in sight.
    pub(crate) fn refused_object(&self, ty: &Type) -> Option<String> {
        let of_trait = object_in(ty, &|path| self.scope.has_generic_trait(path))?;
        Some(format!(
            "there are no derivatives through `dyn {of_trait}` of a trait with parameters: use an `enum` of the types, or a function \
             that is generic over `{of_trait}`"
        ))
    }

    /// Whether a function that is differentiated cannot return this type.
    pub(crate) fn refused_result(&self, ty: &Type) -> Option<Refused> {
        let mut why = None;
        let instead = match bare(ty) {
            Type::Never(_) => {
                why = Some(Why::Never);
                parse_quote!(())
            }
            Type::ImplTrait(opaque) => {
                why = Some(Why::Opaque);
                let item = opaque.bounds.iter().find_map(|bound| item_of(bound, "Item"));
                item.map_or_else(|| parse_quote!(()), |item| self.vec_of(&item, &mut why))
            }
            ty => self.instead(ty, &mut why),
        };
        let optional = payload(ty).is_some();
        let (given, give) = (source(ty), source(&instead));
        let message = match why? {
            Why::Reference => {
                format!("a function that returns a reference cannot be differentiated: return `{give}`")
            }
            Why::Optional if optional => format!(
                "a result of type `{given}` is not differentiated yet: return `{give}` and panic where there is none, or \
                 `({give}, bool)` with a flag that tells"
            ),
            Why::Opaque if give == "()" => {
                "a result `impl Trait` cannot be differentiated: write the type".into()
            }
            Why::Opaque => {
                format!("a result `impl Trait` cannot be differentiated: collect it and return `{give}`")
            }
            Why::Never => "a function that never returns has nothing to differentiate: return a value".into(),
            Why::Optional | Why::Collection | Why::Pointer => {
                format!("a result of type `{given}` cannot be differentiated: return `{give}`")
            }
        };
        Some(Refused { message, instead, readable: false })
    }

    /// The type with everything replaced that is refused, wherever it stands inside; `why`: the first reason.
    fn instead(&self, ty: &Type, why: &mut Option<Why>) -> Type {
        let found = |reason: Why, why: &mut Option<Why>| _ = why.get_or_insert(reason);
        match ty {
            Type::Group(group) => self.instead(&group.elem, why),
            Type::Paren(paren) => self.instead(&paren.elem, why),
            // Data that comes as something that gives floats.
            Type::ImplTrait(syn::TypeImplTrait { bounds, .. })
            | Type::TraitObject(syn::TypeTraitObject { bounds, .. }) => {
                match bounds.iter().find_map(given_by).filter(|given| self.ty(given).may_be_active()) {
                    Some(given) => {
                        found(Why::Opaque, why);
                        self.instead(&given, why)
                    }
                    None => ty.clone(),
                }
            }
            // Nothing in it carries a derivative: it may be what it likes.
            ty if !self.ty(ty).may_be_active() => ty.clone(),
            Type::Reference(reference) => {
                found(Why::Reference, why);
                match bare(&reference.elem) {
                    Type::Slice(slice) => self.vec_of(&slice.elem, why),
                    elem => self.instead(elem, why),
                }
            }
            Type::Ptr(pointer) => {
                found(Why::Pointer, why);
                self.instead(&pointer.elem, why)
            }
            Type::Array(array) => {
                let mut array = array.clone();
                *array.elem = self.instead(&array.elem, why);
                Type::Array(array)
            }
            Type::Slice(slice) => {
                let mut slice = slice.clone();
                *slice.elem = self.instead(&slice.elem, why);
                Type::Slice(slice)
            }
            Type::Tuple(tuple) => {
                let mut tuple = tuple.clone();
                for elem in &mut tuple.elems {
                    *elem = self.instead(elem, why);
                }
                Type::Tuple(tuple)
            }
            Type::Path(path) => {
                let Some(last) = path.path.segments.last() else { return ty.clone() };
                if let Some(inner) = payload(ty) {
                    found(Why::Optional, why);
                    return self.instead(inner, why);
                }
                let name = last.ident.to_string();
                let celled = path.path.segments.iter().any(|segment| segment.ident == "cell");
                match (name.as_str(), arguments(last).as_slice()) {
                    ("RefCell" | "Mutex" | "RwLock", [inner]) => {
                        found(Why::Collection, why);
                        self.instead(inner, why)
                    }
                    // By its bare name it may be a cell of a grid.
                    ("Cell", [inner]) if celled => {
                        found(Why::Collection, why);
                        self.instead(inner, why)
                    }
                    ("HashMap" | "BTreeMap", [_, item, ..])
                    | ("VecDeque" | "LinkedList" | "HashSet" | "BTreeSet", [item, ..]) => {
                        found(Why::Collection, why);
                        self.vec_of(item, why)
                    }
                    ("Cow", [inner]) => {
                        found(Why::Collection, why);
                        match bare(inner) {
                            Type::Slice(slice) => self.vec_of(&slice.elem, why),
                            inner => self.instead(inner, why),
                        }
                    }
                    _ => {
                        let mut path = path.clone();
                        if let Some(PathArguments::AngleBracketed(inside)) =
                            path.path.segments.last_mut().map(|last| &mut last.arguments)
                        {
                            for argument in &mut inside.args {
                                if let GenericArgument::Type(ty) = argument {
                                    *ty = self.instead(ty, why);
                                }
                            }
                        }
                        Type::Path(path)
                    }
                }
            }
            ty => ty.clone(),
        }
    }

    fn vec_of(&self, elem: &Type, why: &mut Option<Why>) -> Type {
        let elem = self.instead(elem, why);
        parse_quote!(Vec<#elem>)
    }
}

/// The signature with what is refused in its result replaced: that of the stub.
pub(crate) fn without_refused_result(signature: &syn::Signature, scope: &Scope) -> syn::Signature {
    let mut signature = signature.clone();
    let types = Types::new(&signature.generics, scope);
    if let syn::ReturnType::Type(_, ty) = &mut signature.output {
        if let Some(refused) = types.refused_result(ty) {
            **ty = refused.instead;
        }
    }
    signature
}

/// `T` of `Iterator<Item = T>`.
fn item_of(bound: &TypeParamBound, name: &str) -> Option<Type> {
    let TypeParamBound::Trait(bound) = bound else { return None };
    let PathArguments::AngleBracketed(arguments) = &bound.path.segments.last()?.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::AssocType(assoc) if assoc.ident == name => Some(assoc.ty.clone()),
        _ => None,
    })
}

/// The type in whose place an `impl Trait` stands whose only use is to give it: `Vec<f64>` for an iterator of floats.
fn given_by(bound: &TypeParamBound) -> Option<Type> {
    if let Some(item) = item_of(bound, "Item") {
        return Some(parse_quote!(Vec<#item>));
    }
    let TypeParamBound::Trait(bound) = bound else { return None };
    let last = bound.path.segments.last()?;
    match (last.ident.to_string().as_str(), arguments(last).as_slice()) {
        ("AsRef" | "Borrow" | "Into", [inner]) => Some(match bare(inner) {
            Type::Slice(slice) => {
                let elem = &slice.elem;
                parse_quote!(Vec<#elem>)
            }
            inner => inner.clone(),
        }),
        _ => None,
    }
}

/// What an `Option` holds.
fn option(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = bare(ty) else { return None };
    payload(ty).filter(|_| path.path.segments.last().is_some_and(|last| last.ident == "Option"))
}

/// The trait of a trait object in a type, if it is one of these.
fn object_in(ty: &Type, of: &dyn Fn(&syn::Path) -> bool) -> Option<String> {
    let in_bounds = |bounds: &syn::punctuated::Punctuated<TypeParamBound, syn::Token![+]>| {
        bounds.iter().find_map(|bound| match bound {
            TypeParamBound::Trait(bound) if of(&bound.path) => Some(source(&bound.path)),
            _ => None,
        })
    };
    match ty {
        Type::Group(group) => object_in(&group.elem, of),
        Type::Paren(paren) => object_in(&paren.elem, of),
        Type::Reference(reference) => object_in(&reference.elem, of),
        Type::Array(array) => object_in(&array.elem, of),
        Type::Slice(slice) => object_in(&slice.elem, of),
        Type::Tuple(tuple) => tuple.elems.iter().find_map(|ty| object_in(ty, of)),
        Type::TraitObject(object) => in_bounds(&object.bounds),
        Type::Path(path) => path
            .path
            .segments
            .last()
            .and_then(|last| arguments(last).into_iter().find_map(|ty| object_in(ty, of))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instead(refused: Option<Refused>) -> Option<String> {
        refused.map(|refused| source(refused.instead))
    }

    #[test]
    fn what_to_take() {
        let types = Types::default();
        for (given, take) in [
            ("&[&[f64]]", Some("&[Vec<f64>]")),
            ("&[&f64]", Some("&[f64]")),
            ("&&[f64]", Some("&[f64]")),
            ("&mut &mut Vec<f64>", Some("&mut Vec<f64>")),
            ("impl Iterator<Item = f64>", Some("Vec<f64>")),
            ("impl Iterator<Item = &'a f64> + 'a", Some("Vec<f64>")),
            ("&mut dyn Iterator<Item = f64>", Some("&mut Vec<f64>")),
            ("impl AsRef<[f64]>", Some("Vec<f64>")),
            ("std::cell::Cell<f64>", Some("f64")),
            ("&mut impl Rng", None),
            ("impl Iterator<Item = usize>", None),
            ("Cell<f64>", None),
            ("&&str", None),
            ("&mut [&mut [f64]]", Some("&mut [Vec<f64>]")),
            ("(&[f64], f64)", Some("(Vec<f64>, f64)")),
            ("Option<&[f64]>", Some("Vec<f64>")),
            ("HashMap<String, f64>", Some("Vec<f64>")),
            ("*const f64", Some("&f64")),
            ("*mut [f64; 3]", Some("&mut [f64; 3]")),
            ("Cow<'_, [f64]>", Some("Vec<f64>")),
            ("&[&str]", None),
            ("Option<usize>", None),
            ("&HashMap<String, usize>", None),
            ("&dyn Fn(f64) -> f64", None),
            ("&[[f64; 3]]", None),
            ("Model<f64>", None),
        ] {
            assert_eq!(
                instead(types.refused_param(&syn::parse_str(given).unwrap())).as_deref(),
                take,
                "{given}"
            );
        }
    }

    #[test]
    fn what_to_return() {
        let types = Types::default();
        for (given, give) in [
            ("&f64", Some("f64")),
            ("&'a [f64]", Some("Vec<f64>")),
            ("Option<f64>", Some("f64")),
            ("Result<Vec<f64>, String>", Some("Vec<f64>")),
            ("io::Result<f64>", Some("f64")),
            ("(f64, Option<f64>)", Some("(f64, f64)")),
            ("impl Iterator<Item = f64>", Some("Vec<f64>")),
            ("impl Model", Some("()")),
            ("!", Some("()")),
            ("&str", None),
            ("Vec<[f64; 2]>", None),
        ] {
            assert_eq!(
                instead(types.refused_result(&syn::parse_str(given).unwrap())).as_deref(),
                give,
                "{given}"
            );
        }
    }
}
