//! What a function sees of the items around it, as types.
//!
//! Invariant: a type that an item of another module names is given as the function's own module writes it, so that it may
//! stand in generated code.

use std::rc::Rc;

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::{GenericArgument, GenericParam, Member, Type, parse_quote};

use super::items::{Callable, Definition, Items, Kind, ModuleId};
use super::{owner_path, path_type};
use crate::ir::{Float, Passing, Ty};
use crate::lower::{Types, given};

/// Where a function stands. Nothing is in sight of a lone one.
#[derive(Clone, Default)]
pub(crate) struct Scope {
    items: Rc<Items>,
    module: ModuleId,
    /// What `Self` is.
    this: Option<Type>,
    /// The calls that lead back to this function: `name`, or `::name` by a type.
    circular: Rc<Vec<String>>,
}

/// How deep types are looked into: those that hold themselves have no end.
const DEPTH: usize = 12;

impl Scope {
    pub(crate) fn new(items: Rc<Items>, module: ModuleId) -> Scope {
        Scope { items, module, this: None, circular: Rc::default() }
    }

    /// Whether a field of a struct is marked, or may be: nothing is in sight but the standard library.
    pub(crate) fn may_mark_fields(&self) -> bool {
        self.items.is_empty() || self.items.marks_fields()
    }

    /// In an `impl` block of the type.
    pub(crate) fn of(&self, this: &Type) -> Scope {
        Scope { this: Some(this.clone()), ..self.clone() }
    }

    /// Whether the function is a part of an `impl` block in sight.
    pub(crate) fn is_associated(&self) -> bool {
        self.this.is_some()
    }

    /// The same where these calls, too, may come back: `f`, `::f` by a type, `.f` as a method.
    pub(crate) fn with_circular(&self, calls: impl IntoIterator<Item = String>) -> Scope {
        let circular = self.circular.iter().cloned().chain(calls).collect();
        Scope { circular: Rc::new(circular), ..self.clone() }
    }

    /// Whether a type is defined in sight, so that it derives what it needs.
    pub(crate) fn defines(&self, ty: &Type) -> bool {
        self.items.owner(self.module, self.itself(ty)).is_some() || self.is_object(ty)
    }

    /// Whether a type is `dyn Trait`, or a reference to one, of a trait in sight that has derivatives.
    pub(crate) fn is_object(&self, ty: &Type) -> bool {
        self.items.object(self.module, ty).is_some()
    }

    /// The same of what a `Box` of the type holds.
    pub(crate) fn holds_object(&self, ty: &Type) -> bool {
        self.is_object(self.unboxed(ty))
    }

    /// Whether a method of that name is in sight.
    pub(crate) fn has_method(&self, name: &Ident) -> bool {
        self.items.with_method(&name.to_string()).next().is_some()
    }

    /// Whether a call of a function may come back to the function that is differentiated.
    pub(crate) fn is_circular(&self, path: &syn::Path) -> bool {
        let Some(last) = path.segments.last() else { return false };
        let by_type = if crate::ir::owner(path).is_some() { "::" } else { "" };
        let called = format!("{by_type}{}", last.ident);
        self.circular.contains(&called)
    }

    /// The same of a method.
    pub(crate) fn is_circular_method(&self, name: &Ident) -> bool {
        self.circular.contains(&format!(".{name}"))
    }

    /// The body of a function in sight.
    pub(crate) fn body_of(&self, name: &str) -> Option<TokenStream> {
        let path: syn::Path = syn::parse_str(name).ok()?;
        self.items.function(self.module, &path)?.body.clone()
    }

    pub(crate) fn module(&self) -> ModuleId {
        self.module
    }

    fn at(&self, module: ModuleId, this: Option<Type>) -> Scope {
        Scope { module, this, ..self.clone() }
    }

    /// Whether a type is `Self` in a trait: any type that has it.
    pub(crate) fn is_of_trait(&self, ty: &Type) -> bool {
        matches!(self.itself(ty), Type::Path(path) if self.has_trait(&path.path))
    }

    /// Whether a path names a trait in sight.
    pub(crate) fn has_trait(&self, path: &syn::Path) -> bool {
        self.items.trait_named(self.module, path).is_some()
    }

    /// The function that makes a `Box<dyn Trait>` of a value.
    pub(crate) fn boxed_object(&self, ty: &Ty) -> Option<syn::Path> {
        let Ty::Named(ty) = ty else { return None };
        let Type::TraitObject(object) = crate::lower::bare(self.unboxed(ty)) else { return None };
        let owner = self.items.object(self.module, self.unboxed(ty))?;
        let mut path = self.items.path(self.module, &owner);
        let others: Vec<syn::Path> =
            super::items::bounds(&object.bounds).into_iter().filter(|path| !self.has_trait(path)).collect();
        if let Some(last) = path.segments.last_mut() {
            last.ident = crate::lower::objects::constructor(&last.ident, &others);
        }
        Some(path)
    }

    /// Whether such a box has a `Clone`.
    pub(crate) fn has_cloned_object(&self, ty: &Ty) -> bool {
        let Ty::Named(ty) = ty else { return false };
        let object = crate::lower::bare(self.unboxed(ty));
        matches!(object, Type::TraitObject(object) if self.items.has_clone(self.module, object))
    }

    /// The same of one with parameters.
    pub(crate) fn has_generic_trait(&self, path: &syn::Path) -> bool {
        self.has_trait(path)
            && self.definition(path).is_some_and(|definition| !definition.generics.params.is_empty())
    }

    /// Bounds, and what the traits in sight among them build on.
    pub(crate) fn with_supertraits(&self, bounds: Vec<syn::Path>) -> Vec<syn::Path> {
        let (mut all, mut at) = (bounds, 0);
        while let Some(path) = all.get(at) {
            if let Some(Kind::Trait(supertraits)) = self.definition(path).map(|definition| &definition.kind) {
                let seen: Vec<String> = all.iter().map(|path| path.to_token_stream().to_string()).collect();
                let more =
                    supertraits.iter().filter(|path| !seen.contains(&path.to_token_stream().to_string()));
                let more: Vec<syn::Path> = more.cloned().collect();
                all.extend(more);
            }
            at += 1;
        }
        all
    }

    /// What `Self` is.
    pub(crate) fn this(&self) -> Option<&Type> {
        self.this.as_ref()
    }

    /// A written type with `Self` replaced.
    fn itself<'t>(&'t self, ty: &'t Type) -> &'t Type {
        match (ty, &self.this) {
            (Type::Path(path), Some(this)) if path.path.is_ident("Self") => this,
            _ => ty,
        }
    }

    /// What methods are called on that are called on the type.
    fn unboxed<'t>(&'t self, ty: &'t Type) -> &'t Type {
        match self.itself(ty) {
            Type::Path(path) if self.definition(&path.path).is_none() => {
                crate::standard::boxed(path).map_or(ty, |held| self.unboxed(held))
            }
            ty => ty,
        }
    }

    fn definition(&self, path: &syn::Path) -> Option<&Definition> {
        self.items.definition(self.module, path)
    }

    /// Whether a type is a struct in sight that holds references: it has a lifetime.
    pub(crate) fn borrows(&self, ty: &Type) -> bool {
        let Type::Path(path) = self.itself(crate::lower::bare(ty)) else { return false };
        let of_struct = |definition: &&Definition| matches!(definition.kind, Kind::Struct(_));
        self.definition(&path.path)
            .filter(of_struct)
            .is_some_and(|definition| definition.generics.lifetimes().next().is_some())
    }

    /// What a type is defined as; of a `Box` what it holds, whose parts are reached as if it were itself there.
    fn definition_of(&self, ty: &Type) -> Option<(&Definition, Vec<GenericArgument>)> {
        match self.itself(ty) {
            Type::Path(path) if path.qself.is_none() => {
                let last = path.path.segments.last()?;
                let arguments = given(last);
                match (self.definition(&path.path), crate::standard::boxed(path)) {
                    (Some(definition), _) => Some((definition, arguments)),
                    (None, Some(held)) => self.definition_of(held),
                    (None, None) => None,
                }
            }
            Type::Group(group) => self.definition_of(&group.elem),
            Type::Paren(paren) => self.definition_of(&paren.elem),
            _ => None,
        }
    }
}

impl Types {
    /// The types as an item sees them: in its module, with its parameters standing for these.
    fn inside(
        &self,
        module: ModuleId,
        generics: &syn::Generics,
        arguments: &[GenericArgument],
        this: Option<Type>,
    ) -> Types {
        let mut inside = Types::new(generics, &self.scope.at(module, this));
        inside.home = self.home;
        inside.depth = self.depth + 1;
        let mut arguments = arguments.iter();
        for param in &generics.params {
            match param {
                GenericParam::Type(param) => {
                    let ty = match arguments.next() {
                        Some(GenericArgument::Type(ty)) => self.ty(ty),
                        _ => Ty::Unknown,
                    };
                    inside.bound.push((param.ident.clone(), ty));
                }
                GenericParam::Const(param) => {
                    let len =
                        arguments.next().filter(|of| !matches!(of, GenericArgument::Type(Type::Infer(_))));
                    let len = len.and_then(|len| self.length(len.to_token_stream()));
                    inside.lengths.push((param.ident.clone(), len));
                }
                GenericParam::Lifetime(_) => {}
            }
        }
        inside
    }

    /// What a name of a type stands for, where an item in sight says so.
    pub(crate) fn defined(&self, path: &syn::TypePath) -> Option<Ty> {
        if self.depth > DEPTH {
            return Some(Ty::Unknown);
        }
        let definition = self.scope.definition(&path.path)?.clone();
        let arguments = path.path.segments.last().map_or_else(Vec::new, given);
        if definition.no_diff {
            return Some(Ty::Inert);
        }
        match &definition.kind {
            Kind::Alias(ty) => {
                Some(self.inside(definition.module, &definition.generics, &arguments, None).ty(ty))
            }
            Kind::Struct(_) | Kind::Enum(_) => {
                Some(Ty::Named(Box::new(self.meant(&self.named(&definition, path)))))
            }
            Kind::Trait(_) => None,
        }
    }

    /// The type's name as the function's module writes it.
    fn named(&self, definition: &Definition, path: &syn::TypePath) -> Type {
        if self.scope.module == self.home {
            return Type::Path(path.clone());
        }
        let mut written = self.scope.items.relative(self.home, definition.module);
        written.push(definition.name.to_string());
        let arguments = path.path.segments.last().map(|last| last.arguments.clone()).unwrap_or_default();
        let mut path: syn::Path = syn::Path { leading_colon: None, segments: Default::default() };
        for name in written {
            path.segments.push(syn::PathSegment::from(Ident::new(&name, Span::call_site())));
        }
        if let Some(last) = path.segments.last_mut() {
            last.arguments = arguments;
        }
        path_type(path)
    }

    /// Whether a value of the type can carry a derivative: what [`Ty::may_be_active`] says, and what items say of names.
    pub(crate) fn carries(&self, ty: &Ty) -> bool {
        match ty {
            Ty::Array(t, _) | Ty::Slice(t) | Ty::Vec(t) => self.carries(t),
            Ty::Tuple(ts) => ts.iter().any(|t| self.carries(t)),
            Ty::Named(ty) => self.named_carries(ty),
            ty => ty.may_be_active(),
        }
    }

    fn named_carries(&self, ty: &Type) -> bool {
        let Some((definition, arguments)) = self.scope.definition_of(ty) else { return true };
        if self.depth > DEPTH {
            return false;
        }
        let inside = self.inside(definition.module, &definition.generics, &arguments, None);
        match &definition.kind {
            _ if definition.no_diff => false,
            Kind::Struct(fields) => {
                fields.iter().any(|(_, ty, no_diff)| !no_diff && inside.carries(&inside.ty(ty)))
            }
            Kind::Enum(variants) => variants
                .iter()
                .flat_map(|(_, held)| held)
                .any(|(_, ty, no_diff)| !no_diff && inside.carries(&inside.ty(ty))),
            _ => true,
        }
    }

    /// The type of a field, of a struct or of a variant of an enum.
    pub(crate) fn field(&self, of: &Type, variant: Option<&Ident>, member: &Member) -> Option<Ty> {
        let (ty, no_diff) = self.part(of, variant, member)?;
        // What is marked carries nothing, whatever it is.
        if no_diff && self.carries(&ty) { Some(Ty::Inert) } else { Some(ty) }
    }

    /// The type of a field of a struct, marked or not.
    pub(crate) fn declared(&self, of: &Type, member: &Member) -> Option<Ty> {
        self.part(of, None, member).map(|(ty, _)| ty)
    }

    /// The number that a field holds which is marked: its value is read, and no derivative passes.
    pub(crate) fn marked_number(&self, of: &Type, variant: Option<&Ident>, member: &Member) -> Option<Ty> {
        self.part(of, variant, member).filter(|(ty, no_diff)| *no_diff && ty.is_float()).map(|(ty, _)| ty)
    }

    /// Whether a type that a path names is complete as it is written there: one in sight without parameters.
    pub(crate) fn is_complete(&self, of: &Type) -> bool {
        self.scope.definition_of(of).is_some_and(|(definition, arguments)| {
            !arguments.is_empty()
                || definition.generics.params.iter().all(|param| matches!(param, GenericParam::Lifetime(_)))
        })
    }

    /// Whether it lacks arguments that say lengths.
    pub(crate) fn lacks_lengths(&self, of: &Type) -> bool {
        !self.is_complete(of)
            && self.scope.definition_of(of).is_some_and(|(of, _)| of.generics.const_params().next().is_some())
    }

    /// The name of a struct in sight with its arguments, as far as what its fields are given says them.
    pub(crate) fn completed(&self, of: &Type, fields: &[(Member, Ty)]) -> Option<Type> {
        let (definition, _) = self.scope.definition_of(of)?;
        let Kind::Struct(declared) = &definition.kind else { return None };
        let mut found: Vec<(Ident, GenericArgument)> = Vec::new();
        for (member, ty) in fields {
            let (_, declared, _) = declared.iter().find(|(name, ..)| name == member)?;
            stands_for(declared, ty, &definition.generics, &mut found);
        }
        let params = definition.generics.params.iter().filter_map(|param| match param {
            GenericParam::Type(param) => Some(&param.ident),
            GenericParam::Const(param) => Some(&param.ident),
            GenericParam::Lifetime(_) => None,
        });
        let arguments: Option<Vec<GenericArgument>> = params
            .map(|param| found.iter().find(|(name, _)| name == param).map(|(_, argument)| argument.clone()))
            .collect();
        let arguments = arguments?;
        let Type::Path(path) = of else { return None };
        let mut path = path.path.clone();
        path.segments.last_mut()?.arguments =
            syn::PathArguments::AngleBracketed(parse_quote!(::<#(#arguments),*>));
        Some(path_type(path))
    }

    /// The path of an associated function with the arguments of its type that only the result says: `Grid::<3>::new`.
    pub(crate) fn with_arguments_of(&self, path: &syn::Path, result: &Ty) -> Option<syn::Path> {
        let owner = path_type(owner_path(path)?);
        let Ty::Named(ty) = result else { return None };
        let Type::Path(of) = &**ty else { return None };
        let known = &of.path.segments.last()?.arguments;
        let syn::PathArguments::AngleBracketed(known) = known else { return None };
        if !self.lacks_lengths(&owner) || !self.alike(&Ty::Named(Box::new(owner)), result) {
            return None;
        }
        let mut path = path.clone();
        let arguments = &known.args;
        let at = path.segments.len().checked_sub(2)?;
        path.segments[at].arguments = syn::PathArguments::AngleBracketed(parse_quote!(::<#arguments>));
        Some(path)
    }

    /// The fields of a struct that are not marked.
    pub(crate) fn fields(&self, of: &Type) -> Vec<(Member, Ty)> {
        let Some((definition, arguments)) = self.scope.definition_of(of) else { return Vec::new() };
        let Kind::Struct(fields) = &definition.kind else { return Vec::new() };
        let inside = self.inside(definition.module, &definition.generics, &arguments, None);
        let plain = fields.iter().filter(|(.., no_diff)| !no_diff);
        plain.map(|(member, ty, _)| (member.clone(), inside.ty(ty))).collect()
    }

    /// How many fields a variant has.
    pub(crate) fn count(&self, of: &Type, variant: &Ident) -> Option<usize> {
        let Kind::Enum(variants) = &self.scope.definition_of(of)?.0.kind else { return None };
        variants.iter().find(|(name, _)| name == variant).map(|(_, held)| held.len())
    }

    /// The type of a field as it is written, and whether it is marked.
    fn part(&self, of: &Type, variant: Option<&Ident>, member: &Member) -> Option<(Ty, bool)> {
        let (definition, arguments) = self.scope.definition_of(of)?;
        let fields = match (&definition.kind, variant) {
            (Kind::Struct(fields), None) => fields,
            (Kind::Enum(variants), Some(variant)) => &variants.iter().find(|(name, _)| name == variant)?.1,
            _ => return None,
        };
        let (_, ty, no_diff) = fields.iter().find(|(name, ..)| name == member)?;
        let inside = self.inside(definition.module, &definition.generics, &arguments, None);
        Some((inside.ty(ty), *no_diff))
    }

    /// The enum of the environment, and the variant, that a path names.
    pub(super) fn variant_in_sight(&self, path: &syn::Path) -> Option<(Type, Ident)> {
        let owner = &path.segments.first()?.ident;
        if let (true, Some(this), 2) = (owner == "Self", &self.scope.this, path.segments.len()) {
            let Kind::Enum(variants) = &self.scope.definition_of(this)?.0.kind else { return None };
            let last = &path.segments.last()?.ident;
            return variants.iter().any(|(name, _)| name == last).then(|| (this.clone(), last.clone()));
        }
        let (definition, variant) = self.scope.items.variant(self.scope.module, path)?;
        let mut written = syn::Path { leading_colon: None, segments: Default::default() };
        for name in self.scope.items.relative(self.home, definition.module) {
            written.segments.push(syn::PathSegment::from(Ident::new(&name, Span::call_site())));
        }
        written.segments.push(syn::PathSegment::from(definition.name.clone()));
        Some((path_type(written), variant.clone()))
    }

    /// Whether a path names a struct of the environment.
    pub(crate) fn constructs_struct(&self, path: &syn::Path) -> bool {
        let of_struct = |definition: &Definition| matches!(definition.kind, Kind::Struct(_));
        match &self.scope.this {
            Some(this) if path.is_ident("Self") => {
                self.scope.definition_of(this).is_some_and(|(definition, _)| of_struct(definition))
            }
            _ => self.scope.definition(path).is_some_and(of_struct),
        }
    }

    /// The function that a path names: a function of the module, or an associated one.
    pub(crate) fn callable(&self, path: &syn::Path) -> Option<&Callable> {
        if let Some(callable) = self.scope.items.function(self.scope.module, path) {
            return Some(callable);
        }
        self.method(&path_type(owner_path(path)?), &path.segments.last()?.ident)
    }

    /// The method of that name of a type of the environment.
    pub(crate) fn method(&self, of: &Type, name: &Ident) -> Option<&Callable> {
        let of = self.scope.unboxed(of);
        let name = name.to_string();
        // Of a type parameter, what its bounds say is known.
        if let Some(bounds) = self.bounds_of(of) {
            let of_traits =
                bounds.iter().filter_map(|path| self.scope.items.trait_named(self.scope.module, path));
            return of_traits.into_iter().find_map(|of_trait| self.scope.items.method(&of_trait, &name));
        }
        let object = self.scope.items.object(self.scope.module, of);
        let owner = object.or_else(|| self.scope.items.owner(self.scope.module, of))?;
        // Methods of several traits may share a name: those of the type itself come first, as for rustc.
        self.scope.items.method(&owner, &name)
    }

    /// The types of the arguments and of the result of a function of the environment. What depends on its own type
    /// parameters is unknown.
    pub(crate) fn called(&self, callable: &Callable, receiver: Option<&Type>) -> Called {
        let mut itself = None;
        let (this, mut generics, arguments) = match &callable.of {
            Some((ty, generics)) => {
                let arguments =
                    receiver.map_or_else(Vec::new, |receiver| self.matched(ty, generics, receiver));
                // In a trait, `Self` is whatever has the method.
                let of_trait = matches!(ty, Type::Path(path)
                    if self.scope.items.trait_named(callable.module, &path.path).is_some());
                let this = if of_trait { receiver.cloned() } else { Some(ty.clone()) };
                itself = receiver
                    .map(|receiver| self.scope.unboxed(receiver))
                    .filter(|receiver| !of_trait && self.is_complete(receiver))
                    .map(|receiver| self.ty(receiver));
                (this, generics.clone(), arguments)
            }
            None => (None, syn::Generics::default(), Vec::new()),
        };
        generics.params.extend(callable.signature.generics.params.iter().cloned());
        let mut inside = self.inside(callable.module, &generics, &arguments, this);
        inside.itself = itself;
        let params = callable.signature.inputs.iter().map(|input| match input {
            syn::FnArg::Receiver(_) => (Passing::Value, Ty::Unknown, false),
            syn::FnArg::Typed(typed) => {
                let (passing, ty) = inside.passing(&typed.ty);
                let active = inside.carries(&ty) && !crate::lower::has_no_diff(&typed.attrs);
                (passing, ty, active)
            }
        });
        let params: Vec<(Passing, Ty, bool)> = params.collect();
        let result = match &callable.signature.output {
            syn::ReturnType::Default => Ty::Tuple(Vec::new()),
            syn::ReturnType::Type(_, ty) => inside.ty(ty),
        };
        let changes = |(passing, _, active): &(Passing, Ty, bool)| *passing == Passing::RefMut && *active;
        let receiver_changes = callable
            .signature
            .receiver()
            .is_some_and(|receiver| matches!(&receiver.kind, syn::ReceiverKind::Reference(_, _, Some(_))));
        let differentiable =
            !callable.no_diff && (inside.carries(&result) || params.iter().any(changes) || receiver_changes);
        Called { params, result, differentiable }
    }

    /// The arguments of a type in the order of the parameters of the `impl` that is written for it.
    fn matched(&self, written: &Type, generics: &syn::Generics, receiver: &Type) -> Vec<GenericArgument> {
        let of = |ty: &Type| match ty {
            Type::Path(path) => path.path.segments.last().map_or_else(Vec::new, given),
            _ => Vec::new(),
        };
        let (written, given) = (of(written), of(self.scope.itself(receiver)));
        let argument = |name: &Ident| {
            let at = written.iter().position(|of| *name == of.to_token_stream().to_string());
            at.and_then(|at| given.get(at).cloned()).unwrap_or_else(|| GenericArgument::Type(parse_quote!(_)))
        };
        generics
            .params
            .iter()
            .filter_map(|param| match param {
                GenericParam::Type(param) => Some(argument(&param.ident)),
                GenericParam::Const(param) => Some(argument(&param.ident)),
                GenericParam::Lifetime(_) => None,
            })
            .collect()
    }

    /// The type of a constant in sight, and its number where that is written there.
    pub(crate) fn constant(&self, path: &syn::Path) -> Option<(Ty, Option<f64>)> {
        if let Some((module, found)) = self.scope.items.constant(self.scope.module, path) {
            let ty = self.inside(module, &syn::Generics::default(), &[], None).ty(&found.ty);
            return Some((ty, found.value));
        }
        let this = self.scope.itself(&path_type(owner_path(path)?)).clone();
        let owner = self.scope.items.owner(self.scope.module, &this)?;
        let name = path.segments.last()?.ident.to_string();
        let (module, found) = self.scope.items.associated_constant(&owner, &name)?;
        let ty = self.inside(module, &syn::Generics::default(), &[], Some(this)).ty(&found.ty);
        Some((ty, found.value))
    }

    /// What an operator on a type parameter gives, or on `Self` in a trait.
    fn bounded_operator(
        &self,
        of: &Type,
        bounds: &[syn::Path],
        name: &str,
        other: Option<&Ty>,
    ) -> Option<Ty> {
        let this = || Ty::Named(Box::new(of.clone()));
        let itself = |ty: &Type| matches!(ty, Type::Path(path) if path.path.is_ident("Self"));
        self.scope.with_supertraits(bounds.to_vec()).iter().find_map(|path| {
            let last = path.segments.last().filter(|last| last.ident == name)?;
            let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
            let (mut argument, mut output) = (this(), None);
            for part in &arguments.args {
                match part {
                    syn::GenericArgument::Type(ty) if !itself(ty) => argument = self.ty(ty),
                    syn::GenericArgument::AssocType(part) if part.ident == "Output" => {
                        output = Some(if itself(&part.ty) { this() } else { self.ty(&part.ty) });
                    }
                    _ => {}
                }
            }
            output.filter(|_| other.is_none_or(|other| self.alike(&argument, other)))
        })
    }

    /// What an operator of a type of the environment gives: `Output` of its only fitting `impl`.
    pub(crate) fn operator(&self, of: &Type, name: &str, other: Option<&Ty>) -> Option<Ty> {
        let this = self.scope.itself(of);
        let bounds = self.bounds_of(this).or_else(|| {
            let Type::Path(path) = this else { return None };
            self.scope.has_trait(&path.path).then(|| vec![path.path.clone()])
        });
        // Of what a trait alone is known, its bounds say what an operator gives.
        if let Some(bounds) = bounds {
            return self.bounded_operator(of, &bounds, name, other);
        }
        let (items, module) = (&self.scope.items, self.scope.module);
        let owner = items.owner(module, this).or_else(|| items.number(module, this))?;
        let mut found: Option<Ty> = None;
        for (module, path, types) in self.scope.items.impls(&owner, name) {
            let inside = self.inside(module, &syn::Generics::default(), &[], Some(this.clone()));
            let argument = operand(path, this, &inside);
            if other.is_some_and(|other| !self.alike(&argument, other)) {
                continue;
            }
            let output = inside.ty(types.get("Output")?);
            match &found {
                Some(found) if !self.alike(found, &output) => return None,
                _ => found = Some(output),
            }
        }
        found
    }

    /// What an operator gives of a number and a type of the environment.
    pub(crate) fn operator_of_number(&self, number: &Ty, name: &str, other: &Ty) -> Option<Ty> {
        let names: &[&str] = match number {
            Ty::Float(Float::F64) => &["f64"],
            Ty::Float(Float::F32) => &["f32"],
            Ty::Float(Float::Any) => &["f64", "f32"],
            _ => return None,
        };
        names.iter().find_map(|number| {
            self.operator(&path_type(Ident::new(number, Span::call_site())), name, Some(other))
        })
    }

    /// The only type that an operator of a type of the environment takes on its right.
    pub(crate) fn only_operand(&self, of: &Type, name: &str) -> Option<Ty> {
        let this = self.scope.itself(of);
        let owner = self.scope.items.owner(self.scope.module, this)?;
        let [(module, path, _)] = self.scope.items.impls(&owner, name)[..] else { return None };
        Some(operand(path, this, &self.inside(module, &syn::Generics::default(), &[], Some(this.clone()))))
    }

    /// Whether two types may be the same, as far as they are known: references are left out of types, so that a slice may be
    /// what is behind a reference to an array or a `Vec`.
    pub(crate) fn alike(&self, a: &Ty, b: &Ty) -> bool {
        match (a, b) {
            (Ty::Unknown, _) | (_, Ty::Unknown) => true,
            (Ty::Named(a), Ty::Named(b)) => {
                let (a, b) = (self.scope.itself(a), self.scope.itself(b));
                let of = |ty| self.scope.items.owner(self.scope.module, ty);
                match (of(a), of(b)) {
                    (Some(a), Some(b)) => a == b,
                    _ => a.to_token_stream().to_string() == b.to_token_stream().to_string(),
                }
            }
            (Ty::Float(Float::F64), Ty::Float(Float::F32))
            | (Ty::Float(Float::F32), Ty::Float(Float::F64)) => false,
            (Ty::Int(Some(a)), Ty::Int(Some(b))) => a == b,
            (Ty::Float(_), Ty::Float(_)) | (Ty::Int(_), Ty::Int(_)) | (Ty::Inert, Ty::Inert) => true,
            (Ty::Slice(a), Ty::Array(b, _) | Ty::Slice(b) | Ty::Vec(b))
            | (Ty::Array(a, _) | Ty::Vec(a), Ty::Slice(b))
            | (Ty::Array(a, _), Ty::Array(b, _))
            | (Ty::Vec(a), Ty::Vec(b)) => self.alike(a, b),
            (Ty::Tuple(a), Ty::Tuple(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.alike(a, b))
            }
            _ => false,
        }
    }
}

/// Notes what parameters stand for where a type that mentions them is a known one.
fn stands_for(
    written: &Type,
    known: &Ty,
    generics: &syn::Generics,
    found: &mut Vec<(Ident, GenericArgument)>,
) {
    match (written, known) {
        (Type::Array(array), Ty::Array(element, len)) => {
            let name = array.len.to_token_stream().to_string();
            let param = generics.const_params().find(|param| param.ident == name);
            if let (Some(param), Some(len)) = (param, len) {
                found.push((param.ident.clone(), parse_quote!({ #len })));
            }
            stands_for(&array.elem, element, generics, found);
        }
        (Type::Path(path), known) => {
            let param = generics.type_params().find(|param| path.path.is_ident(&param.ident));
            match (param, known) {
                (Some(param), Ty::Float(Float::F64)) => {
                    found.push((param.ident.clone(), GenericArgument::Type(parse_quote!(f64))));
                }
                (Some(param), Ty::Float(Float::F32)) => {
                    found.push((param.ident.clone(), GenericArgument::Type(parse_quote!(f32))));
                }
                (Some(param), Ty::Named(ty)) => {
                    found.push((param.ident.clone(), GenericArgument::Type((**ty).clone())));
                }
                (None, Ty::Vec(element)) => {
                    if let Some(held) =
                        path.path.segments.last().and_then(|last| {
                            crate::lower::arguments(last).first().map(|held| (*held).clone())
                        })
                    {
                        stands_for(&held, element, generics, found);
                    }
                }
                _ => {}
            }
        }
        _ => {}
    }
}

/// What the `impl` of an operator for `this` takes on its right: `this` itself unless its trait says otherwise.
fn operand(of_trait: &syn::Path, this: &Type, inside: &Types) -> Ty {
    let written = of_trait.segments.last().and_then(|last| crate::lower::arguments(last).first().copied());
    inside.ty(written.unwrap_or(this))
}

/// What a call of a function of the environment takes and gives.
pub(crate) struct Called {
    /// How each is passed, its type behind the reference, and whether it carries a derivative there.
    pub(crate) params: Vec<(Passing, Ty, bool)>,
    pub(crate) result: Ty,
    /// Whether something that it gives or changes can carry a derivative.
    pub(crate) differentiable: bool,
}
