//! The environment of items: what the module around a function says about the names in it.
//!
//! Invariant: what is not found here is unknown, never something else. What comes by `use` from outside of the
//! differentiated module, and everything around a lone function, is unknown; rustc resolves it.

use std::collections::BTreeMap;

use super::path_type;
use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{Fields, Item, Member, Type};

/// A module among those that are differentiated together.
pub(crate) type ModuleId = usize;

/// All that the macro sees beside a function.
#[derive(Default)]
pub(crate) struct Items {
    modules: Vec<Module>,
    methods: Vec<Method>,
    /// The traits of which a `Box<dyn Trait>` has a `Clone`.
    cloned: Vec<Owner>,
}

#[derive(Default)]
struct Module {
    parent: Option<ModuleId>,
    name: String,
    children: BTreeMap<String, ModuleId>,
    types: BTreeMap<String, Definition>,
    functions: BTreeMap<String, Callable>,
    constants: BTreeMap<String, Constant>,
    uses: Vec<Use>,
}

/// One name of a `use`; no name for a glob.
#[derive(Clone)]
pub(crate) struct Use {
    pub(crate) name: Option<String>,
    pub(crate) path: Vec<String>,
}

/// What a name of a type stands for.
#[derive(Clone)]
pub(crate) struct Definition {
    pub(crate) module: ModuleId,
    pub(crate) name: Ident,
    pub(crate) generics: syn::Generics,
    pub(crate) kind: Kind,
    /// Marked `#[no_diff]`: it carries no derivative.
    pub(crate) no_diff: bool,
}

/// The fields of a struct, or of a variant: by which name, of which type, and whether they are marked `#[no_diff]`.
pub(crate) type Parts = Vec<(Member, Type, bool)>;

#[derive(Clone)]
pub(crate) enum Kind {
    Struct(Parts),
    /// With what its variants hold.
    Enum(Vec<(Ident, Parts)>),
    Alias(Box<Type>),
    /// With the traits that it builds on.
    Trait(Vec<syn::Path>),
}

/// A constant: its type as written, and its number where that is a literal.
#[derive(Clone)]
pub(crate) struct Constant {
    pub(crate) ty: Type,
    pub(crate) value: Option<f64>,
}

impl Constant {
    /// Enters it by its name. Of several (under `#[cfg]`), each has the type, and none is known to be the one.
    fn enter(constants: &mut BTreeMap<String, Constant>, name: &Ident, ty: &Type, value: &syn::Expr) {
        let name = name.to_string();
        let value = if constants.contains_key(&name) { None } else { literal_value(value) };
        constants.insert(name, Constant { ty: ty.clone(), value });
    }
}

/// The traits among bounds.
pub(crate) fn bounds<'b>(bounds: impl IntoIterator<Item = &'b syn::TypeParamBound>) -> Vec<syn::Path> {
    let path = |bound: &syn::TypeParamBound| match bound {
        syn::TypeParamBound::Trait(bound) => Some(bound.path.clone()),
        _ => None,
    };
    bounds.into_iter().filter_map(path).collect()
}

/// The number that an expression is, where it is a literal.
pub(crate) fn literal_value(expr: &syn::Expr) -> Option<f64> {
    match expr {
        syn::Expr::Lit(lit) => match &lit.lit {
            syn::Lit::Float(lit) => lit.base10_parse().ok(),
            syn::Lit::Int(lit) => lit.base10_parse::<u64>().ok().map(|value| value as f64),
            _ => None,
        },
        syn::Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Neg(_)) => {
            literal_value(&unary.expr).map(|v| -v)
        }
        _ => None,
    }
}

/// A function or method as its callers see it.
#[derive(Clone)]
pub(crate) struct Callable {
    pub(crate) module: ModuleId,
    pub(crate) signature: syn::Signature,
    /// The type whose method it is, and the generics of the `impl`.
    pub(crate) of: Option<(Type, syn::Generics)>,
    /// Marked `#[no_diff]`: a call of it carries no derivative on.
    pub(crate) no_diff: bool,
    /// What a function does that is no method.
    pub(crate) body: Option<TokenStream>,
}

struct Method {
    owner: Owner,
    /// The trait and its arguments, if it is one's.
    of_trait: Option<syn::Path>,
    callable: Option<Callable>,
    constants: BTreeMap<String, Constant>,
    types: BTreeMap<String, Type>,
    module: ModuleId,
}

/// Whose `impl` it is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Owner {
    module: ModuleId,
    name: String,
}

impl Owner {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is defined in a module itself.
    pub(crate) fn is_in(&self, module: ModuleId) -> bool {
        self.module == module
    }
}

/// How often a name may lead to another name.
const STEPS: usize = 16;

impl Items {
    pub(crate) fn is_empty(&self) -> bool {
        self.modules.is_empty()
    }

    /// Whether a field of a struct is marked `#[no_diff]`.
    pub(crate) fn marks_fields(&self) -> bool {
        let marked = |definition: &Definition| match &definition.kind {
            Kind::Struct(fields) => fields.iter().any(|(.., no_diff)| *no_diff),
            Kind::Enum(variants) => variants.iter().flat_map(|(_, held)| held).any(|(.., no_diff)| *no_diff),
            _ => false,
        };
        self.modules.iter().flat_map(|module| module.types.values()).any(marked)
    }

    /// The environment of what stands in a module, its inline modules included.
    pub(crate) fn of(items: &[Item]) -> Items {
        let mut found = Items::default();
        found.modules.push(Module::default());
        found.collect(0, items);
        found.collect_impls(0, items);
        found
    }

    fn collect(&mut self, at: ModuleId, items: &[Item]) {
        for item in items {
            match item {
                Item::Mod(item) => {
                    let Some((_, inner)) = &item.content else { continue };
                    let id = self.modules.len();
                    let name = item.ident.to_string();
                    self.modules.push(Module { parent: Some(at), name: name.clone(), ..Module::default() });
                    self.modules[at].children.insert(name, id);
                    self.collect(id, inner);
                }
                Item::Struct(item) => {
                    let kind = Kind::Struct(fields(&item.fields));
                    self.define(at, &item.ident, &item.generics, kind, &item.attrs);
                }
                Item::Enum(item) => {
                    let variants = item.variants.iter();
                    let kind =
                        Kind::Enum(variants.map(|it| (it.ident.clone(), fields(&it.fields))).collect());
                    self.define(at, &item.ident, &item.generics, kind, &item.attrs);
                }
                Item::Type(item) => {
                    let kind = Kind::Alias(item.ty.clone());
                    self.define(at, &item.ident, &item.generics, kind, &item.attrs);
                }
                Item::Trait(item) => {
                    let kind = Kind::Trait(bounds(&item.supertraits));
                    self.define(at, &item.ident, &item.generics, kind, &item.attrs);
                }
                Item::Const(item) => {
                    Constant::enter(&mut self.modules[at].constants, &item.ident, &item.ty, &item.expr);
                }
                Item::Static(item) => {
                    Constant::enter(&mut self.modules[at].constants, &item.ident, &item.ty, &item.expr);
                }
                Item::Fn(item) => {
                    let callable = Callable {
                        module: at,
                        signature: item.sig.clone(),
                        of: None,
                        no_diff: is_marked(&item.attrs),
                        body: Some(item.block.to_token_stream()),
                    };
                    self.modules[at].functions.insert(item.sig.ident.to_string(), callable);
                }
                Item::Use(item) => {
                    let mut uses = Vec::new();
                    flatten(&item.tree, &mut Vec::new(), &mut uses);
                    self.modules[at].uses.extend(uses);
                }
                _ => {}
            }
        }
    }

    fn define(
        &mut self,
        module: ModuleId,
        name: &Ident,
        generics: &syn::Generics,
        kind: Kind,
        attrs: &[syn::Attribute],
    ) {
        let definition = Definition {
            module,
            name: name.clone(),
            generics: generics.clone(),
            kind,
            no_diff: is_marked(attrs),
        };
        self.modules[module].types.insert(name.to_string(), definition);
    }

    fn collect_impls(&mut self, at: ModuleId, items: &[Item]) {
        for item in items {
            match item {
                Item::Mod(item) => {
                    let id = self.modules[at].children.get(&item.ident.to_string()).copied();
                    if let (Some(id), Some((_, inner))) = (id, &item.content) {
                        self.collect_impls(id, inner);
                    }
                }
                Item::Impl(item) => self.collect_impl(at, item),
                Item::Trait(item) => self.collect_trait(at, item),
                _ => {}
            }
        }
    }

    /// What a trait has, its own name being that of the owner.
    fn collect_trait(&mut self, at: ModuleId, item: &syn::ItemTrait) {
        let owner = Owner { module: at, name: item.ident.to_string() };
        let empty = || Method {
            owner: owner.clone(),
            of_trait: None,
            callable: None,
            constants: BTreeMap::new(),
            types: BTreeMap::new(),
            module: at,
        };
        let mut rest = empty();
        for member in &item.items {
            match member {
                syn::TraitItem::Fn(method) => {
                    let ty = path_type(item.ident.clone());
                    let callable = Callable {
                        module: at,
                        signature: method.sig.clone(),
                        of: Some((ty, item.generics.clone())),
                        no_diff: is_marked(&method.attrs),
                        body: None,
                    };
                    self.methods.push(Method { callable: Some(callable), ..empty() });
                }
                syn::TraitItem::Const(constant) => {
                    let constant_of = Constant { ty: constant.ty.clone(), value: None };
                    rest.constants.insert(constant.ident.to_string(), constant_of);
                }
                _ => {}
            }
        }
        self.methods.push(rest);
    }

    fn collect_impl(&mut self, at: ModuleId, item: &syn::ItemImpl) {
        let number = self.number(at, &item.self_ty);
        let is_number = number.is_some();
        let Some(owner) = self.owner(at, &item.self_ty).or(number) else { return };
        let of_trait = item.trait_.as_ref().map(|(path, _)| path.clone());
        let mut rest = Method {
            owner: owner.clone(),
            of_trait: of_trait.clone(),
            callable: None,
            constants: BTreeMap::new(),
            types: BTreeMap::new(),
            module: at,
        };
        for member in &item.items {
            match member {
                syn::ImplItem::Fn(method) if !is_number => {
                    let callable = Callable {
                        module: at,
                        signature: method.sig.clone(),
                        of: Some(((*item.self_ty).clone(), item.generics.clone())),
                        no_diff: is_marked(&method.attrs),
                        body: None,
                    };
                    self.methods.push(Method {
                        owner: owner.clone(),
                        of_trait: of_trait.clone(),
                        callable: Some(callable),
                        constants: BTreeMap::new(),
                        types: BTreeMap::new(),
                        module: at,
                    });
                }
                syn::ImplItem::Const(constant) => {
                    Constant::enter(&mut rest.constants, &constant.ident, &constant.ty, &constant.expr);
                }
                syn::ImplItem::Type(ty) => {
                    rest.types.insert(ty.ident.to_string(), ty.ty.clone());
                }
                _ => {}
            }
        }
        self.methods.push(rest);
    }

    /// Which type of the environment a written type names, references and aliases followed.
    pub(crate) fn owner(&self, at: ModuleId, ty: &Type) -> Option<Owner> {
        match ty {
            Type::Reference(reference) => self.owner(at, &reference.elem),
            Type::Group(group) => self.owner(at, &group.elem),
            Type::Paren(paren) => self.owner(at, &paren.elem),
            Type::Path(path) if path.qself.is_none() => {
                let definition = self.definition(at, &path.path)?;
                match &definition.kind {
                    Kind::Alias(ty) => self.owner(definition.module, ty),
                    _ => Some(Owner { module: definition.module, name: definition.name.to_string() }),
                }
            }
            _ => None,
        }
    }

    /// The owner of the operators that have a number on the left.
    pub(crate) fn number(&self, at: ModuleId, ty: &Type) -> Option<Owner> {
        match ty {
            Type::Reference(reference) => self.number(at, &reference.elem),
            Type::Path(path) if self.definition(at, &path.path).is_none() => {
                Some(Owner { module: 0, name: crate::standard::primitive(path)? })
            }
            _ => None,
        }
    }

    /// The trait of the environment that a `dyn Trait` is of, if derivatives know what stands behind it: a trait without parameters
    /// that is not marked.
    pub(crate) fn object(&self, at: ModuleId, ty: &Type) -> Option<Owner> {
        match ty {
            Type::Reference(reference) => self.object(at, &reference.elem),
            Type::Group(group) => self.object(at, &group.elem),
            Type::Paren(paren) => self.object(at, &paren.elem),
            Type::TraitObject(object) => bounds(&object.bounds).iter().find_map(|path| {
                let definition = self.definition(at, path)?;
                let plain = definition.generics.params.is_empty() && !definition.no_diff;
                plain.then(|| self.trait_named(at, path))?
            }),
            _ => None,
        }
    }

    /// Notes of which traits a `Box<dyn Trait>` has a `Clone`.
    pub(crate) fn objects_have_clones(&mut self, of: impl Fn(&str) -> bool) {
        let named = self.modules.iter().flat_map(|module| module.types.values());
        let traits = named.filter(|definition| matches!(definition.kind, Kind::Trait(_)));
        let owner = |it: &Definition| Owner { module: it.module, name: it.name.to_string() };
        self.cloned = traits.map(owner).filter(|owner| of(&owner.name)).collect();
    }

    /// Whether a `Box` of a `dyn Trait` has a `Clone`.
    pub(crate) fn has_clone(&self, at: ModuleId, object: &syn::TypeTraitObject) -> bool {
        let plain = object.bounds.len() == 1;
        plain
            && self.object(at, &Type::TraitObject(object.clone())).is_some_and(|of| self.cloned.contains(&of))
    }

    /// The traits of the environment that a trait builds on, itself first.
    pub(crate) fn with_supertraits(&self, of: Owner) -> Vec<Owner> {
        let (mut all, mut next) = (vec![of], 0);
        while let Some(owner) = all.get(next).cloned() {
            let definition = self.modules.get(owner.module).and_then(|module| module.types.get(&owner.name));
            if let Some(Kind::Trait(supertraits)) = definition.map(|definition| &definition.kind) {
                for path in supertraits {
                    let found = self.trait_named(owner.module, path).filter(|found| !all.contains(found));
                    all.extend(found);
                }
            }
            next += 1;
        }
        all
    }

    /// The type that a path names.
    pub(crate) fn definition(&self, at: ModuleId, path: &syn::Path) -> Option<&Definition> {
        let names = names(path)?;
        self.find(at, &names, STEPS, &|module, name| module.types.get(name))
    }

    /// The enum and the variant that a path names, by the enum or by `use`.
    pub(crate) fn variant(&self, at: ModuleId, path: &syn::Path) -> Option<(&Definition, &Ident)> {
        self.variant_of(at, &names(path)?, STEPS)
    }

    fn variant_of(&self, at: ModuleId, names: &[String], steps: usize) -> Option<(&Definition, &Ident)> {
        let steps = steps.checked_sub(1)?;
        let (last, owner) = names.split_last()?;
        if let Some(of) = self.find(at, owner, STEPS, &|module, name| module.types.get(name)) {
            return self.variant_in(of, last, steps);
        }
        let module = self.modules.get(at)?;
        match owner {
            [up] if up == "super" => {
                return self.variant_of(module.parent?, std::slice::from_ref(last), steps);
            }
            [] => {}
            _ => return None,
        }
        module.uses.iter().find_map(|used| {
            let path: Vec<String> = match &used.name {
                Some(name) if name == last => used.path.clone(),
                None => used.path.iter().chain(names).cloned().collect(),
                _ => return None,
            };
            if path == names { None } else { self.variant_of(at, &path, steps) }
        })
    }

    fn variant_in<'s>(
        &'s self,
        of: &'s Definition,
        name: &str,
        steps: usize,
    ) -> Option<(&'s Definition, &'s Ident)> {
        match &of.kind {
            Kind::Enum(variants) => {
                variants.iter().find(|(variant, _)| variant == name).map(|(variant, _)| (of, variant))
            }
            Kind::Alias(ty) => match &**ty {
                Type::Path(path) if path.qself.is_none() => {
                    let of = self.definition(of.module, &path.path)?;
                    self.variant_in(of, name, steps.checked_sub(1)?)
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// The function that a path names.
    pub(crate) fn function(&self, at: ModuleId, path: &syn::Path) -> Option<&Callable> {
        let names = names(path)?;
        self.find(at, &names, STEPS, &|module, name| module.functions.get(name))
    }

    /// The constant that a path names, and where it is written.
    pub(crate) fn constant(&self, at: ModuleId, path: &syn::Path) -> Option<(ModuleId, &Constant)> {
        let names = names(path)?;
        self.find(at, &names, STEPS, &|module, name| {
            module.constants.get(name).map(|constant| (module, constant))
        })
        .map(|(module, constant)| (self.id_of(module), constant))
    }

    fn id_of(&self, module: &Module) -> ModuleId {
        self.modules.iter().position(|other| std::ptr::eq(other, module)).unwrap_or(0)
    }

    /// The method or associated function of a name, that of the type itself before those of traits.
    pub(crate) fn method(&self, owner: &Owner, name: &str) -> Option<&Callable> {
        let of = |own: bool| {
            self.methods
                .iter()
                .filter(move |method| method.owner == *owner && method.of_trait.is_none() == own)
                .filter_map(|method| method.callable.as_ref())
                .find(|callable| callable.signature.ident == name)
        };
        of(true).or_else(|| of(false)).or_else(|| self.provided(owner, name, STEPS))
    }

    /// The method of that name of a trait that a type implements, or that a trait builds on.
    fn provided(&self, owner: &Owner, name: &str, steps: usize) -> Option<&Callable> {
        let steps = steps.checked_sub(1)?;
        let implemented = self
            .methods
            .iter()
            .filter(|method| method.owner == *owner)
            .filter_map(|method| Some((method.module, method.of_trait.as_ref()?)));
        let built_on = self.modules.get(owner.module).and_then(|module| module.types.get(&owner.name));
        let built_on = match built_on.map(|definition| &definition.kind) {
            Some(Kind::Trait(supertraits)) => &supertraits[..],
            _ => &[],
        };
        implemented.chain(built_on.iter().map(|path| (owner.module, path))).find_map(|(at, path)| {
            let of_trait = self.trait_named(at, path)?;
            let own = self.methods.iter().filter(|method| method.owner == of_trait);
            let mut own = own.filter_map(|method| method.callable.as_ref());
            own.find(|callable| callable.signature.ident == name)
                .or_else(|| self.provided(&of_trait, name, steps))
        })
    }

    /// The trait of the environment that a path names.
    pub(crate) fn trait_named(&self, at: ModuleId, path: &syn::Path) -> Option<Owner> {
        let definition = self.definition(at, path)?;
        matches!(definition.kind, Kind::Trait(_))
            .then(|| Owner { module: definition.module, name: definition.name.to_string() })
    }

    /// The types of the environment that have a method or an associated function of a name.
    pub(crate) fn with_method<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s str> {
        let has = move |method: &&Method| {
            method.callable.as_ref().is_some_and(|callable| callable.signature.ident == name)
        };
        self.methods.iter().filter(has).map(|method| &method.owner.name[..])
    }

    /// Whether a name means a function, a constant or what comes by `use`, in a module.
    pub(crate) fn is_item(&self, at: ModuleId, name: &str) -> bool {
        let has = |module: &Module, name: &str| {
            (module.functions.contains_key(name) || module.constants.contains_key(name)).then_some(())
        };
        let comes_by_use =
            |module: &Module| module.uses.iter().any(|used| used.name.as_deref() == Some(name));
        self.find(at, &[name.to_string()], STEPS, &has).is_some()
            || self.modules.get(at).is_some_and(comes_by_use)
    }

    /// An associated constant, and where it is written.
    pub(crate) fn associated_constant(&self, owner: &Owner, name: &str) -> Option<(ModuleId, &Constant)> {
        let own = self.methods.iter().filter(|method| method.owner == *owner);
        own.filter_map(|method| method.constants.get(name).map(|constant| (method.module, constant))).next()
    }

    /// The `impl`s of a trait of that name for a type: where they are, the trait's path, and its associated types.
    pub(crate) fn impls(
        &self,
        owner: &Owner,
        name: &str,
    ) -> Vec<(ModuleId, &syn::Path, &BTreeMap<String, Type>)> {
        self.methods
            .iter()
            .filter(|method| method.owner == *owner && method.callable.is_none())
            .filter_map(|method| Some((method.module, method.of_trait.as_ref()?, &method.types)))
            .filter(|(_, path, _)| path.segments.last().is_some_and(|last| last.ident == name))
            .collect()
    }

    /// The path of a type or a trait as a module writes it.
    pub(crate) fn path(&self, from: ModuleId, to: &Owner) -> syn::Path {
        let mut path: syn::Path = syn::Path { leading_colon: None, segments: Default::default() };
        for name in self.relative(from, to.module).iter().chain([&to.name]) {
            path.segments.push(syn::PathSegment::from(Ident::new(name, proc_macro2::Span::call_site())));
        }
        path
    }

    /// The path of an item of module `to` as module `from` writes it.
    pub(crate) fn relative(&self, from: ModuleId, to: ModuleId) -> Vec<String> {
        let ancestors = |mut at: ModuleId| {
            let mut chain = vec![at];
            while let Some(parent) = self.modules[at].parent {
                chain.push(parent);
                at = parent;
            }
            chain
        };
        let (up, down) = (ancestors(from), ancestors(to));
        let Some(steps) = up.iter().position(|module| down.contains(module)) else { return Vec::new() };
        let common = up[steps];
        let inside: Vec<&ModuleId> = down.iter().take_while(|module| **module != common).collect();
        let mut path = vec!["super".to_string(); steps];
        path.extend(inside.iter().rev().map(|module| self.modules[**module].name.clone()));
        path
    }

    /// The names of the types that hold one of that name.
    pub(crate) fn holders(&self, name: &str) -> Vec<String> {
        let mentions =
            |ty: &Type| crate::expand::names_in(quote::ToTokens::to_token_stream(ty)).contains(name);
        let holds = |definition: &&Definition| match &definition.kind {
            Kind::Struct(fields) => fields.iter().any(|(_, ty, _)| mentions(ty)),
            Kind::Enum(variants) => variants.iter().flat_map(|(_, held)| held).any(|(_, ty, _)| mentions(ty)),
            Kind::Alias(ty) => mentions(ty),
            Kind::Trait(_) => false,
        };
        let all = self.modules.iter().flat_map(|module| module.types.values());
        all.filter(holds).map(|definition| definition.name.to_string()).collect()
    }

    /// Whether the types of that name are structs of numbers, and of such structs, all the way down.
    pub(crate) fn is_of_numbers(&self, name: &str) -> bool {
        self.all_of_numbers(name, &mut Vec::new())
    }

    /// `around`: the types of which it is a part, none of which may be a part of it.
    fn all_of_numbers(&self, name: &str, around: &mut Vec<String>) -> bool {
        const KNOWN: [&str; 20] = [
            "f64", "f32", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128",
            "isize", "bool", "char", "String", "Vec", "Option", "Box",
        ];
        if around.iter().any(|other| other == name) {
            return false;
        }
        around.push(name.to_string());
        let mut of_numbers = |ty: &Type| {
            let names = crate::expand::names_in(quote::ToTokens::to_token_stream(ty));
            names.iter().all(|name| KNOWN.contains(&&name[..]) || self.all_of_numbers(name, around))
        };
        let all = self.modules.iter().flat_map(|module| module.types.values());
        let mut named = all.filter(|definition| definition.name == name).peekable();
        let all = named.peek().is_some()
            && named.all(|definition| match &definition.kind {
                Kind::Struct(fields) => fields.iter().all(|(_, ty, _)| of_numbers(ty)),
                Kind::Enum(variants) => variants.iter().all(|(_, held)| held.is_empty()),
                Kind::Alias(ty) => of_numbers(ty),
                Kind::Trait(_) => false,
            });
        around.pop();
        all
    }

    /// The names of the other types that hold one of that name, and that it holds, by whatever others between.
    pub(crate) fn knot(&self, name: &str) -> Vec<String> {
        let above = |name: &str| {
            let (mut found, mut open) = (std::collections::BTreeSet::new(), vec![name.to_string()]);
            while let Some(next) = open.pop() {
                open.extend(self.holders(&next).into_iter().filter(|holder| found.insert(holder.clone())));
            }
            found
        };
        let around = above(name);
        around.into_iter().filter(|other| other != name && above(other).contains(name)).collect()
    }

    /// The inline module of that name.
    pub(crate) fn child(&self, at: ModuleId, name: &Ident) -> Option<ModuleId> {
        self.modules.get(at)?.children.get(&name.to_string()).copied()
    }

    fn find<'s, T>(
        &'s self,
        at: ModuleId,
        names: &[String],
        steps: usize,
        get: &dyn Fn(&'s Module, &str) -> Option<T>,
    ) -> Option<T> {
        let module = self.modules.get(at)?;
        let steps = steps.checked_sub(1)?;
        let (first, rest) = names.split_first()?;
        match first.as_str() {
            "self" if !rest.is_empty() => return self.find(at, rest, steps, get),
            "super" => return self.find(module.parent?, rest, steps, get),
            "crate" => return None,
            _ => {}
        }
        let own = match rest {
            [] => get(module, first),
            rest => module.children.get(first).and_then(|child| self.find(*child, rest, steps, get)),
        };
        if own.is_some() {
            return own;
        }
        for used in &module.uses {
            let path: Vec<String> = match &used.name {
                Some(name) if name == first => used.path.iter().chain(rest).cloned().collect(),
                // A glob may be of a module; what it imports is found under its own name there.
                None => used.path.iter().chain(names).cloned().collect(),
                _ => continue,
            };
            // What is imported under its own name from itself would be looked for for ever.
            if path == names {
                continue;
            }
            if let Some(found) = self.find(at, &path, steps, get) {
                return Some(found);
            }
        }
        None
    }
}

fn fields(fields: &Fields) -> Vec<(Member, Type, bool)> {
    fields
        .iter()
        .enumerate()
        .map(|(at, field)| {
            let member = match &field.ident {
                Some(name) => Member::Named(name.clone()),
                None => Member::Unnamed(syn::Index::from(at)),
            };
            (member, field.ty.clone(), is_marked(&field.attrs))
        })
        .collect()
}

fn is_marked(attrs: &[syn::Attribute]) -> bool {
    attrs.iter().any(|attr| attr.path().segments.last().is_some_and(|last| last.ident == "no_diff"))
}

/// The segments of a path from here; `None` for one from the root of all crates.
fn names(path: &syn::Path) -> Option<Vec<String>> {
    path.leading_colon.is_none().then(|| path.segments.iter().map(|s| s.ident.to_string()).collect())
}

pub(crate) fn flatten(tree: &syn::UseTree, prefix: &mut Vec<String>, uses: &mut Vec<Use>) {
    match tree {
        syn::UseTree::Path(path) => {
            prefix.push(path.ident.to_string());
            flatten(&path.tree, prefix, uses);
            prefix.pop();
        }
        syn::UseTree::Name(name) if name.ident == "self" => {
            uses.push(Use { name: prefix.last().cloned(), path: prefix.clone() });
        }
        syn::UseTree::Name(name) => {
            let path: Vec<String> = prefix.iter().cloned().chain([name.ident.to_string()]).collect();
            uses.push(Use { name: Some(name.ident.to_string()), path });
        }
        syn::UseTree::Rename(rename) => {
            let path = prefix.iter().cloned().chain([rename.ident.to_string()]).collect();
            uses.push(Use { name: Some(rename.rename.to_string()), path });
        }
        syn::UseTree::Glob(_) => uses.push(Use { name: None, path: prefix.clone() }),
        syn::UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, prefix, uses)),
    }
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    fn items() -> Items {
        let file: syn::File = parse_quote! {
            use outside::Thing;
            pub struct Point { x: f64, at: inner::Id }
            type Real = f64;
            const K: f64 = 2.0;
            mod inner {
                use super::*;
                pub struct Id(usize);
                pub fn twice(x: Real) -> Real { K * x }
                impl Point { const N: usize = 3; fn norm(&self) -> Real { self.x } }
            }
            use inner::twice as double;
            impl std::ops::Mul<f64> for Point { type Output = Point; fn mul(self, k: f64) -> Point { self } }
        };
        Items::of(&file.items)
    }

    #[test]
    fn names_are_followed() {
        let items = items();
        assert!(items.definition(0, &parse_quote!(Point)).is_some());
        assert!(items.definition(1, &parse_quote!(Point)).is_some());
        assert!(items.definition(1, &parse_quote!(super::Real)).is_some());
        assert!(items.definition(0, &parse_quote!(inner::Id)).is_some());
        assert!(items.definition(0, &parse_quote!(Id)).is_none());
        assert!(items.definition(0, &parse_quote!(Thing)).is_none());
        assert!(items.function(0, &parse_quote!(double)).is_some());
        assert!(items.function(0, &parse_quote!(self::inner::twice)).is_some());
        assert!(items.function(0, &parse_quote!(twice)).is_none());
        assert!(items.constant(1, &parse_quote!(K)).is_some());
    }

    #[test]
    fn variants_are_found_by_their_enums_and_by_use() {
        let file: syn::File = parse_quote! {
            pub enum Shape { Circle(f64), Nothing }
            type Alias = Shape;
            use Shape::Circle as Round;
            mod inner { use super::Shape::*; }
            mod other { use super::*; }
        };
        let items = Items::of(&file.items);
        let variant = |at, path: syn::Path| items.variant(at, &path).map(|(_, name)| name.to_string());
        assert_eq!(variant(0, parse_quote!(Shape::Circle)).as_deref(), Some("Circle"));
        assert_eq!(variant(0, parse_quote!(Alias::Nothing)).as_deref(), Some("Nothing"));
        assert_eq!(variant(0, parse_quote!(Round)).as_deref(), Some("Circle"));
        assert_eq!(variant(1, parse_quote!(Nothing)).as_deref(), Some("Nothing"));
        assert_eq!(variant(2, parse_quote!(Shape::Circle)).as_deref(), Some("Circle"));
        assert_eq!(variant(0, parse_quote!(Nothing)), None);
        assert_eq!(variant(0, parse_quote!(Shape::Square)), None);
    }

    #[test]
    fn types_that_hold_each_other() {
        let file: syn::File = parse_quote! {
            enum Tree { Leaf(f64), Inner(Vec<Branch>) }
            struct Branch { weight: f64, tree: Tree }
            struct Forest { trees: Vec<Tree> }
            struct List { next: Option<Box<List>> }
        };
        let items = Items::of(&file.items);
        assert_eq!(items.knot("Tree"), ["Branch"]);
        assert_eq!(items.knot("Branch"), ["Tree"]);
        assert!(items.knot("Forest").is_empty() && items.knot("List").is_empty());
    }

    #[test]
    fn what_belongs_to_a_type_is_found() {
        let items = items();
        let owner = items.owner(1, &parse_quote!(&Point)).unwrap();
        assert_eq!(items.method(&owner, "norm").map(|m| m.module), Some(1));
        assert!(items.associated_constant(&owner, "N").is_some());
        assert_eq!(items.impls(&owner, "Mul").len(), 1);
    }

    #[test]
    fn paths_from_one_module_to_another() {
        let items = items();
        assert_eq!(items.relative(0, 1), ["inner"]);
        assert_eq!(items.relative(1, 0), ["super"]);
        assert!(items.relative(1, 1).is_empty());
    }
}
