//! Trait objects: which methods of a `dyn Trait` have derivatives, and by which names.
//!
//! ```text
//! curve.rate(t)    where `curve: Box<dyn Curve>`    →    curve.__object_rate(t),  curve.__object_rate_forward(t), …
//! ```
//!
//! A method of an object is called by a name of its own, since `rate_forward` of the trait is for types that are known.

use proc_macro2::{Ident, Span};
use quote::format_ident;
use syn::{GenericParam, Signature, Type};

use super::Lower;
use crate::expand::fallible::Fallible;
use crate::ir::{Callee, Made, Path, Proj, Ty};
use crate::lower::env::Value;
use crate::lower::{bare, site};

const PREFIX: &str = "__object_";

/// The name of an object's method.
pub(crate) fn of_object(method: &Ident) -> Ident {
    format_ident!("{PREFIX}{method}", span = method.span())
}

/// Whether a method is one of an object.
pub(crate) fn is_of_object(method: &Ident) -> bool {
    method.to_string().starts_with(PREFIX)
}

/// The name of a method as the user writes it.
pub(crate) fn written(method: &Ident) -> Ident {
    let name = method.to_string();
    name.strip_prefix(PREFIX).map_or_else(|| method.clone(), |name| Ident::new(name, method.span()))
}

/// The function that makes a `Box<dyn Trait>` of a value.
pub(crate) fn constructor(of_trait: &Ident, others: &[syn::Path]) -> Ident {
    let mut name = format!("__boxed_{of_trait}");
    for other in others.iter().filter_map(|path| path.segments.last()) {
        name.push_str(&format!("_{}", other.ident));
    }
    Ident::new(&name, Span::call_site())
}

/// Whether a type is that of a trait object itself.
pub(crate) fn is_object(ty: &Ty) -> bool {
    matches!(ty, Ty::Named(ty) if matches!(bare(ty), Type::TraitObject(_)))
}

/// Why a method of a trait has no derivative that can be called on an object.
pub(crate) fn undispatched(signature: &Signature) -> Option<&'static str> {
    let by_reference = signature
        .receiver()
        .is_some_and(|receiver| matches!(receiver.kind, syn::ReceiverKind::Reference(_, _, None)));
    if !by_reference {
        return Some(
            "its receiver is not `&self`, and what is changed or moved behind an object cannot be put back",
        );
    }
    if signature.generics.params.iter().any(|param| !matches!(param, GenericParam::Lifetime(_))) {
        return Some("it is generic");
    }
    if Fallible::of(signature).is_some() {
        return Some("its result may be missing");
    }
    None
}

impl Lower<'_> {
    /// The name by which a method is called on a value of a type: one of its own where that is a trait object. `None` where it has
    /// no derivative there, of which is complained.
    pub(super) fn dispatched(&mut self, ty: &Ty, method: &Ident) -> Option<Ident> {
        let Ty::Named(of) = ty else { return Some(method.clone()) };
        if !self.types.scope.holds_object(of) {
            return Some(method.clone());
        }
        let found = self.types.method(of, method).map(|callable| undispatched(&callable.signature));
        let why = match found {
            Some(Some(why)) => why,
            None => "it is no method of a trait in sight",
            _ if self.request.order > 1 => "second derivatives do not go through objects",
            Some(None) => return Some(of_object(method)),
        };
        self.diag.error(
            method,
            format!(
                "`{method}` has no derivative on a `dyn Trait`: {why}; use a function that is generic over the trait, or an `enum` of \
                 the types"
            ),
        );
        None
    }

    /// The object that a path shows, out of its boxes; of a marked field nothing but rustc sees these.
    pub(super) fn to_object(&self, mut path: Path) -> Path {
        let Ty::Named(ty) = self.path_ty(&path) else { return path };
        let mut held = &*ty;
        while let Type::Path(of) = held {
            let Some(inside) = crate::standard::boxed(of) else { break };
            path = path.with(Proj::Deref);
            held = inside;
        }
        path
    }

    /// The type of what a method is called on; of a marked field that holds an object, that of the field.
    pub(super) fn object_ty(&self, value: &Value) -> Ty {
        let ty = self.ty_of(value);
        let (Ty::Inert, Value::Path(path)) = (&ty, value.clone().peel()) else { return ty };
        let mut owner = self.vars.resolve(&path);
        let Some(Proj::Field(member)) = owner.proj.pop() else { return ty };
        let Ty::Named(of) = self.path_ty(&owner) else { return ty };
        self.types.declared(&of, &member).filter(|ty| self.holds_object(ty)).unwrap_or(ty)
    }

    /// The type of a part of what is made, where there are objects in it.
    pub(super) fn object_in(&self, (made, ty): &(Made, Ty), part: &syn::Member) -> Option<Ty> {
        let Ty::Named(of) = ty else { return None };
        let variant = match made {
            Made::Variant(name) => Some(name),
            _ => None,
        };
        self.types.field(of, variant, part).filter(|ty| self.holds_object(ty))
    }

    /// The same of the arguments of a constructor.
    pub(super) fn objects_among(&self, path: &syn::Path, count: usize, want: Option<&Ty>) -> Vec<Option<Ty>> {
        match want.and_then(super::types::option_of) {
            Some(held) if path.is_ident("Some") || path.is_ident("Ok") => {
                vec![Some(self.types.ty(held)).filter(|ty| self.holds_object(ty))]
            }
            _ => {
                let made = self.made(path, want);
                (0..count)
                    .map(|at| self.object_in(&made, &syn::Member::Unnamed(syn::Index::from(at))))
                    .collect()
            }
        }
    }

    pub(super) fn holds_object(&self, ty: &Ty) -> bool {
        match ty {
            Ty::Named(ty) => self.types.scope.holds_object(ty),
            Ty::Vec(ty) | Ty::Array(ty, _) | Ty::Slice(ty) => self.holds_object(ty),
            _ => false,
        }
    }

    /// Whether a value is an object where one is wanted; otherwise that is complained of.
    pub(super) fn fits_object(&mut self, value: &Value, want: &Ty, span: Span) -> bool {
        let (Ty::Named(of), true) = (want, self.holds_object(want)) else { return true };
        let fits = match self.ty_of(value) {
            Ty::Named(given) => self.types.scope.holds_object(&given),
            Ty::Unknown => true,
            _ => false,
        };
        let inactive = matches!(value, Value::Code(..));
        if !fits && !inactive && !matches!(value, Value::Poison | Value::Never) {
            let object = crate::diag::source(&**of);
            self.diag.error_at(
                span,
                format!("this becomes a `{object}` here, which no derivative sees: write `Box::new(…)` where it is made one, or give its `let` that type"),
            );
            return false;
        }
        true
    }

    /// `Trait::method(object, …)`
    pub(super) fn object_call(
        &mut self,
        path: &syn::ExprPath,
        args: &[Value],
        want: Option<&Ty>,
        site: &str,
    ) -> Option<Value> {
        let (owner, method) = (crate::typing::owner_path(&path.path)?, &path.path.segments.last()?.ident);
        let ty = self.ty_of(args.first()?);
        let Ty::Named(of) = &ty else { return None };
        if !self.types.scope.has_trait(&owner) || !self.types.scope.holds_object(of) {
            return None;
        }
        let called = self.types.method(of, method).map(|callable| self.types.called(callable, Some(of)))?;
        if !called.differentiable {
            return None;
        }
        let Some(name) = self.dispatched(&ty, method) else { return Some(Value::Poison) };
        let mut args = args.to_vec();
        if let Value::Path(path) = args[0].clone().peel() {
            args[0] = Value::Path(self.to_object(path)).reference(false);
        }
        let Some(handed) = self.handed(args, method.span()) else { return Some(Value::Poison) };
        let want = Some(&called.result).filter(|ty| !matches!(ty, Ty::Unknown)).or(want);
        Some(self.call(
            Callee::Method(name, None),
            handed,
            want,
            site.to_string(),
            &method.to_string(),
            method.span(),
        ))
    }

    /// An object that is made of a value, by the function of that path.
    pub(super) fn object(
        &mut self,
        made: syn::Path,
        value: Value,
        want: Option<&Ty>,
        at: &syn::ExprPath,
        span: Span,
    ) -> Value {
        if want.is_some_and(|ty| !self.types.scope.has_cloned_object(ty)) {
            return self.refuse(
                at,
                "an object that is made in a differentiated function is kept for the derivative: it is a `Box<dyn Trait>` without more \
                 bounds, and all types behind it have a `Clone`",
            );
        }
        match self.arg(value, span) {
            Some(arg) => self.call(Callee::Function(made), vec![arg], want, site(at), "object", span),
            None => Value::Poison,
        }
    }
}
