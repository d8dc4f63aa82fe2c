//! Written types as far as the macro knows them.

use std::cell::RefCell;
use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{GenericArgument, GenericParam, Generics, PathArguments, Type, TypeParamBound, WherePredicate};

use crate::ir::{Fields, Float, Passing, Ty, Vars};
use crate::standard::{Standard, Unindexed, is_integer, primitive, unindexed};
use crate::typing::Scope;
use crate::typing::items::{ModuleId, bounds};

/// What the function says about names of types.
#[derive(Clone, Default)]
pub(crate) struct Types {
    /// The traits that type parameters are bounded by.
    bounds: Vec<(Ident, Vec<syn::Path>)>,
    /// Type parameters that stand for a float.
    floats: Vec<Ident>,
    /// The items around.
    pub(crate) scope: Scope,
    /// The module in which the function stands: generated code names types as it does.
    pub(crate) home: ModuleId,
    /// Type parameters of an item that is looked into, and what stands for them there.
    pub(crate) bound: Vec<(Ident, Ty)>,
    /// Its const parameters, and what stands for them, where that is known.
    pub(crate) lengths: Vec<(Ident, Option<proc_macro2::TokenStream>)>,
    /// What `Self` is in the signature of an item that is looked into.
    pub(crate) itself: Option<Ty>,
    /// How many items are being looked into.
    pub(crate) depth: usize,
    /// Names that the function gives a meaning of its own: type parameters, and items in its body.
    shadowed: Vec<String>,
    /// Names that typing found to stand for numbers.
    pub(crate) aliases: Vec<(String, Ty)>,
    /// What the function's body imports.
    pub(crate) uses: Vec<crate::typing::items::Use>,
    /// Types that were taken for the standard library's, and for inactive.
    assumed: RefCell<Vec<Type>>,
}

/// The type parameters that stand for a float.
pub(crate) fn float_params(generics: &Generics, scope: &Scope) -> Vec<Ident> {
    Types::new(generics, scope).floats
}

/// Traits whose implementors are floats.
const FLOAT_TRAITS: [&str; 4] = ["Float", "Real", "FloatCore", "RealField"];

impl Types {
    pub(crate) fn new(generics: &Generics, scope: &Scope) -> Types {
        let mut types = Types { home: scope.module(), scope: scope.clone(), ..Types::default() };
        for param in &generics.params {
            if let GenericParam::Type(param) = param {
                types.shadowed.push(param.ident.to_string());
                types.bounds.push((param.ident.clone(), bounds(&param.bounds)));
                if param.bounds.iter().any(|bound| is_float_bound(bound, scope)) {
                    types.floats.push(param.ident.clone());
                }
            }
        }
        for predicate in generics.where_clause.iter().flat_map(|clause| &clause.predicates) {
            if let WherePredicate::Type(predicate) = predicate {
                if let Type::Path(path) = &predicate.bounded_ty {
                    if let Some(name) = path.path.get_ident() {
                        types.bounds.push((name.clone(), bounds(&predicate.bounds)));
                        if predicate.bounds.iter().any(|bound| is_float_bound(bound, scope))
                            && !types.floats.contains(name)
                        {
                            types.floats.push(name.clone());
                        }
                    }
                }
            }
        }
        types
    }

    /// The traits that a type parameter is bounded by.
    pub(crate) fn bounds_of(&self, ty: &Type) -> Option<Vec<syn::Path>> {
        let Type::Path(path) = bare(ty) else { return None };
        let name = path.path.get_ident()?;
        let own: Vec<_> = self.bounds.iter().filter(|(param, _)| param == name).collect();
        (!own.is_empty()).then(|| own.into_iter().flat_map(|(_, bounds)| bounds.clone()).collect())
    }

    /// The types that are known in a function with this body.
    pub(crate) fn of_function(generics: &Generics, block: &syn::Block, scope: &Scope) -> Types {
        let mut types = Types::new(generics, scope);
        named_inside(block.to_token_stream(), &mut types.shadowed);
        types.uses = crate::typing::uses_inside(block);
        types
    }

    /// What has to carry nothing for the answers so far to be right, each type once.
    pub(crate) fn assumed(&self) -> Vec<Type> {
        self.assumed.borrow().clone()
    }

    fn assume(&self, ty: &Type) {
        let mut assumed = self.assumed.borrow_mut();
        let text = ty.to_token_stream().to_string();
        if !opaque(ty.to_token_stream())
            && assumed.iter().all(|other| other.to_token_stream().to_string() != text)
        {
            assumed.push(ty.clone());
        }
    }

    /// Whether a name may be another name of a number: of a plain path, nothing is known.
    pub(crate) fn may_be_alias(&self, ty: &Type) -> bool {
        let Type::Path(path) = ty else { return false };
        let plain = path.path.segments.iter().all(|segment| segment.arguments.is_none());
        let own = path
            .path
            .get_ident()
            .is_some_and(|name| name == "Self" || self.shadowed.iter().any(|shadowed| name == shadowed));
        let standard = primitive(path).is_some() || Standard::of(path).is_some_and(|of| of.is_plain());
        plain && !own && path.qself.is_none() && self.defined(path).is_none() && !standard
    }

    /// Whether a type, or what it refers to, has items and no elements at positions.
    pub(crate) fn unindexed(&self, ty: &Type) -> Option<Unindexed> {
        match ty {
            Type::Reference(reference) => self.unindexed(&reference.elem),
            Type::Group(group) => self.unindexed(&group.elem),
            Type::Paren(paren) => self.unindexed(&paren.elem),
            Type::Path(path) if path.qself.is_none() && self.defined(path).is_none() => {
                let last = path.path.segments.last()?;
                let own = self.shadowed.iter().any(|name| last.ident == name);
                unindexed(&last.ident.to_string(), arguments(last).len()).filter(|_| !own)
            }
            _ => None,
        }
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

    /// The type of a receiver, by that name: of a sequence or a tuple, for which a trait is implemented, what it is made of.
    pub(crate) fn receiver(&self, name: &Ident) -> Ty {
        match self.scope.this().map(|this| self.ty(this)) {
            Some(ty @ (Ty::Vec(_) | Ty::Array(_, Some(_)) | Ty::Slice(_) | Ty::Tuple(_))) => ty,
            Some(Ty::Named(of)) if payload(&of).is_some() || is_boxed(&of) && !self.scope.defines(&of) => {
                Ty::Named(of)
            }
            _ => Ty::Named(Box::new(syn::parse_quote!(#name))),
        }
    }

    /// What pointers that own lead to, where that is a sequence or a number: it has the elements, and the methods.
    pub(crate) fn behind_pointers(&self, ty: Ty) -> Ty {
        let mut held = &ty;
        let mut inside;
        while let Ty::Named(of) = held {
            match &**of {
                Type::Path(path) if !self.scope.defines(of) => match crate::standard::boxed(path) {
                    Some(of) => inside = self.ty(of),
                    None => return ty,
                },
                _ => return ty,
            }
            held = &inside;
        }
        if held.is_sequence() || held.is_scalar() { held.clone() } else { ty }
    }

    /// The type, references inside of it left out.
    pub(crate) fn ty(&self, ty: &Type) -> Ty {
        match ty {
            Type::Array(array) => {
                Ty::Array(Box::new(self.ty(&array.elem)), self.length(array.len.to_token_stream()))
            }
            Type::Slice(slice) => Ty::Slice(Box::new(self.ty(&slice.elem))),
            Type::Reference(reference) => self.ty(&reference.elem),
            Type::Group(group) => self.ty(&group.elem),
            Type::Paren(paren) => self.ty(&paren.elem),
            Type::Tuple(tuple) => Ty::Tuple(tuple.elems.iter().map(|ty| self.ty(ty)).collect()),
            // In parentheses it may stand behind a `&`.
            Type::TraitObject(object) if self.scope.is_object(ty) => match object.bounds.len() {
                1 => Ty::Named(Box::new(ty.clone())),
                _ => Ty::Named(Box::new(syn::parse_quote!((#ty)))),
            },
            Type::FnPtr(_) | Type::ImplTrait(_) | Type::TraitObject(_) | Type::Never(_) => Ty::Inert,
            Type::Infer(_) => Ty::Unknown,
            Type::Path(path) if path.qself.is_none() => self.path(path, ty),
            _ => Ty::Named(Box::new(ty.clone())),
        }
    }

    /// A type as the function may write it, with what stands for the parameters of the item that is looked into: there they
    /// may be others of the same names.
    pub(crate) fn meant(&self, ty: &Type) -> Type {
        if self.bound.is_empty() && self.lengths.is_empty() {
            return ty.clone();
        }
        let types = self.bound.iter().map(|(name, ty)| (name.to_string(), shown(ty)));
        let lengths =
            self.lengths.iter().map(|(name, len)| (name.to_string(), len.clone().unwrap_or(quote!(_))));
        let meant = types.chain(lengths).collect();
        syn::parse2(crate::names::replaced(ty.to_token_stream(), &meant)).unwrap_or_else(|_| ty.clone())
    }

    /// A length as the function may write it, if it says the same there as where it is written.
    pub(crate) fn length(&self, len: TokenStream) -> Option<TokenStream> {
        let written = len.to_string();
        if let Some((_, known)) = self.lengths.iter().find(|(name, _)| *name == written) {
            return known.clone();
        }
        let known = self.lengths.is_empty() && self.scope.module() == self.home
            || len.clone().into_iter().all(|tree| matches!(tree, proc_macro2::TokenTree::Literal(_)));
        known.then_some(len)
    }

    fn path(&self, path: &syn::TypePath, ty: &Type) -> Ty {
        let Some(last) = path.path.segments.last() else { return Ty::Unknown };
        // In the signature of another function it is another type than here, and its parameters are others.
        if let Some(this) = self.scope.this().filter(|_| self.depth > 0 && path.path.is_ident("Self")) {
            let names = crate::expand::names_in(this.to_token_stream());
            let own =
                self.bound.iter().map(|(name, _)| name).chain(self.lengths.iter().map(|(name, _)| name));
            let generic = own.into_iter().any(|name| names.contains(&name.to_string()));
            return match &self.itself {
                Some(known) => known.clone(),
                None if generic || names.contains("Self") => Ty::Unknown,
                None => self.ty(this),
            };
        }
        let named = Ty::Named(Box::new(self.meant(ty)));
        if let Some(name) = path.path.get_ident() {
            if let Some((_, ty)) = self.bound.iter().find(|(param, _)| param == name) {
                return ty.clone();
            }
        }
        if path.path.segments.len() == 1 && self.floats.contains(&last.ident) {
            return Ty::Float(Float::Param(last.ident.clone()));
        }
        if path.path.segments.len() == 1 && self.shadowed.iter().any(|name| last.ident == name) {
            return named;
        }
        if let Some(ty) = self.defined(path) {
            return ty;
        }
        match primitive(path).as_deref() {
            Some("f64") => return Ty::f64(),
            Some("f32") => return Ty::Float(Float::F32),
            Some(name) if is_integer(name) => return Ty::Int(Some(name.into())),
            Some(_) => return Ty::Inert,
            None => {}
        }
        let alias = crate::typing::alias_site(ty);
        if let Some((_, found)) = self.aliases.iter().find(|(name, _)| *name == alias) {
            return match (found, path.path.get_ident()) {
                (Ty::Float(Float::Any), Some(name)) => Ty::Float(Float::Alias(name.clone())),
                (found, _) => found.clone(),
            };
        }
        let Some(standard) = Standard::of(path) else { return named };
        let nothing = standard.carries_nothing(&|ty| !self.ty(ty).may_be_active());
        if nothing && self.depth == 0 {
            self.assume(ty);
        }
        match standard.vec() {
            Some(element) => Ty::Vec(Box::new(self.ty(element))),
            None if nothing => Ty::Inert,
            None => named,
        }
    }
}

/// A type as it is written, as far as it is known.
fn shown(ty: &Ty) -> TokenStream {
    match ty {
        Ty::Float(Float::F64) => quote!(f64),
        Ty::Float(Float::F32) => quote!(f32),
        Ty::Float(Float::Param(name) | Float::Alias(name)) => name.to_token_stream(),
        Ty::Int(Some(name)) => name.parse().unwrap_or(quote!(_)),
        Ty::Named(ty) => ty.to_token_stream(),
        Ty::Vec(element) => {
            let element = shown(element);
            quote!(Vec<#element>)
        }
        Ty::Array(element, Some(len)) => {
            let element = shown(element);
            quote!([#element; #len])
        }
        Ty::Tuple(parts) => {
            let parts = parts.iter().map(shown);
            quote!((#(#parts,)*))
        }
        _ => quote!(_),
    }
}

/// Whether a type is not nameable elsewhere, or nothing that a trait could be asked about.
fn opaque(ty: TokenStream) -> bool {
    ty.into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == "dyn" || word == "impl" || word == "fn",
        TokenTree::Group(group) => opaque(group.stream()),
        _ => false,
    })
}

/// The names of types that items inside of code give: `struct Vec`, `type f64 = f32`, `use units::Option`.
fn named_inside(code: TokenStream, names: &mut Vec<String>) {
    let mut trees = code.into_iter().peekable();
    while let Some(tree) = trees.next() {
        match tree {
            TokenTree::Group(group) => named_inside(group.stream(), names),
            TokenTree::Ident(word) if ["struct", "enum", "union", "type"].iter().any(|it| word == it) => {
                if let Some(TokenTree::Ident(name)) = trees.peek() {
                    names.push(name.to_string());
                }
            }
            TokenTree::Ident(word) if word == "use" => {
                let mut imported: Vec<String> = Vec::new();
                let mut path = TokenStream::new();
                for tree in trees
                    .by_ref()
                    .take_while(|tree| !matches!(tree, TokenTree::Punct(p) if p.as_char() == ';'))
                {
                    path.extend([tree]);
                }
                idents(path, &mut imported);
                let standard =
                    imported.first().is_some_and(|root| ["std", "core", "alloc"].contains(&&root[..]));
                let renamed = imported.iter().any(|word| word == "as");
                if !standard || renamed {
                    names.extend(imported);
                }
            }
            _ => {}
        }
    }
}

fn idents(tokens: TokenStream, found: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(word) => found.push(word.to_string()),
            TokenTree::Group(group) => idents(group.stream(), found),
            _ => {}
        }
    }
}

/// `T` of `Option<T>` and `Result<T, E>`, where the type may carry a derivative.
pub(crate) fn option_of(ty: &Ty) -> Option<&Type> {
    match ty {
        Ty::Named(name) => payload(name),
        _ => None,
    }
}

/// `T` of `Option<T>` and `Result<T, E>`. What goes wrong carries nothing, so that a `Result` is as good as an `Option`.
pub(crate) fn payload(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = bare(ty) else { return None };
    let last = path.path.segments.last()?;
    match (last.ident.to_string().as_str(), arguments(last).as_slice()) {
        ("Option", [payload]) | ("Result", [payload] | [payload, _]) => Some(payload),
        _ => None,
    }
}

/// Whether a type is that of a pointer that owns.
pub(crate) fn is_boxed(ty: &Type) -> bool {
    matches!(bare(ty), Type::Path(path) if crate::standard::boxed(path).is_some())
}

/// A type without what groups it.
pub(crate) fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => bare(&group.elem),
        Type::Paren(paren) => bare(&paren.elem),
        ty => ty,
    }
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

/// The arguments for types and constants that a name of a type is given, in their order.
pub(crate) fn given(segment: &syn::PathSegment) -> Vec<GenericArgument> {
    match &segment.arguments {
        PathArguments::AngleBracketed(args) => args
            .args
            .iter()
            .filter(|arg| matches!(arg, GenericArgument::Type(_) | GenericArgument::Const(_)))
            .cloned()
            .collect(),
        _ => Vec::new(),
    }
}

/// Whether a trait is one of floats. One in sight is what it says, whatever its name.
fn is_float_bound(bound: &TypeParamBound, scope: &Scope) -> bool {
    match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last().is_some_and(|last| {
            FLOAT_TRAITS.contains(&last.ident.to_string().as_str()) && !scope.has_trait(&bound.path)
        }),
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

/// The fields of numbers of the structs that a function's variables hold.
pub(super) fn fields(types: &Types, vars: &Vars) -> Fields {
    /// What a type is made of, or nothing where it may hold something else than numbers in sequences and structs.
    fn named(ty: &Ty) -> Option<Option<&syn::Type>> {
        match ty {
            Ty::Float(Float::F64 | Float::F32) => Some(None),
            // A name of a length may mean nothing where the field is reached.
            Ty::Array(t, _) => ty.number_of_elements().and_then(|_| named(t)),
            Ty::Vec(t) => named(t),
            Ty::Named(of) => Some(Some(of)),
            _ => None,
        }
    }
    fn holds<'t>(ty: &'t Ty, open: &mut Vec<&'t syn::Type>) {
        match ty {
            Ty::Named(of) => open.push(of),
            Ty::Array(t, _) | Ty::Slice(t) | Ty::Vec(t) => holds(t, open),
            Ty::Tuple(ts) => ts.iter().for_each(|t| holds(t, open)),
            _ => {}
        }
    }
    let mut found = Fields::new();
    let mut first = Vec::new();
    vars.0.iter().for_each(|info| holds(&info.ty, &mut first));
    let mut open: Vec<syn::Type> = first.into_iter().cloned().collect();
    let mut seen = BTreeSet::new();
    while let Some(of) = open.pop() {
        let name = of.to_token_stream().to_string();
        if !seen.insert(name.clone()) {
            continue;
        }
        for (member, ty) in types.fields(&of) {
            if let Some(of) = named(&ty) {
                open.extend(of.cloned());
                found.insert((name.clone(), member.to_token_stream().to_string()), ty);
            }
        }
    }
    found
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
    fn a_name_alone_makes_nothing_inactive() {
        let item: syn::ItemFn = parse_quote!(
            fn f<Vec, const N: usize>() {
                type f32 = f64;
                use units::{Time as char, bool};
            }
        );
        let types = Types::of_function(&item.sig.generics, &item.block, &Scope::default());
        for active in [
            "Range",
            "Duration",
            "Instant",
            "Ordering",
            "Cell",
            "PhantomData",
            "Option",
            "Vec",
            "f32",
            "bool",
            "char",
            "heapless::Vec<usize, 4>",
            "units::f64",
            "Range<f64>",
            "my::Option<usize>",
            "Cell<f64>",
            "Vec<usize>",
        ] {
            let ty: Type = syn::parse_str(active).unwrap();
            assert!(matches!(types.ty(&ty), Ty::Named(_)), "{active}");
        }
        assert!(types.assumed().is_empty());
        for inactive in [
            "String",
            "std::time::Duration",
            "Range<usize>",
            "Option<(u8, String)>",
            "PhantomData<T>",
            "HashMap<&str, usize>",
            "Cow<'a, str>",
        ] {
            let ty: Type = syn::parse_str(inactive).unwrap();
            assert!(!types.ty(&ty).may_be_active(), "{inactive}");
            assert!(
                types
                    .assumed()
                    .iter()
                    .any(|it| it.to_token_stream().to_string() == ty.to_token_stream().to_string()),
                "{inactive}"
            );
        }
        for primitive in ["u8", "core::primitive::u8", "&[usize; N]", "(i32, &str)", "impl Fn(f64) -> f64"] {
            let types = Types::default();
            assert!(!types.ty(&syn::parse_str(primitive).unwrap()).may_be_active(), "{primitive}");
            assert!(types.assumed().is_empty(), "{primitive}");
        }
    }

    #[test]
    fn function_arguments() {
        assert!(is_function_type(&parse_quote!(impl Fn(f64) -> f64)));
        assert!(is_function_type(&parse_quote!(&dyn Fn(f64) -> f64)));
        assert!(!is_function_type(&parse_quote!(&mut impl Rng)));
    }
}
