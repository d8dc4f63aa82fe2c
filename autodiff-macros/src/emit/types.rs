//! Types: what the macro knows of a path, and the types of adjoints and tangents in signatures.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::Emitter;
use crate::ir::*;

/// The longest tuple that the runtime, like the standard library, has `impl`s for.
pub(super) const TUPLE: usize = 12;

/// The written form of a scalar float type.
pub(crate) fn float_name(float: &Float) -> TokenStream {
    match float {
        Float::F64 | Float::Any => quote!(f64),
        Float::F32 => quote!(f32),
        Float::Param(name) | Float::Alias(name) => quote!(#name),
        Float::Lanes => quote!(_),
    }
}

/// A type as it would be written, where all of it is known.
pub(crate) fn written(ty: &Ty, runtime: &TokenStream) -> Option<TokenStream> {
    Some(match ty {
        Ty::Float(Float::Any)
        | Ty::Int(None)
        | Ty::Inert
        | Ty::Unknown
        | Ty::Slice(_)
        | Ty::Array(_, None) => {
            return None;
        }
        Ty::Float(Float::Lanes) => {
            let width = super::lanes::width();
            super::lanes::lanes(runtime, &quote!(#width))
        }
        Ty::Float(float) => float_name(float),
        Ty::Int(Some(name)) => name.parse().ok()?,
        Ty::Array(t, Some(len)) => {
            let t = written(t, runtime)?;
            quote!([#t; #len])
        }
        Ty::Vec(t) => {
            let t = written(t, runtime)?;
            quote!(#runtime::__private::Vec<#t>)
        }
        Ty::Tuple(ts) => {
            let ts = ts.iter().map(|t| written(t, runtime)).collect::<Option<Vec<_>>>()?;
            quote!((#(#ts,)*))
        }
        Ty::Named(ty) => quote!(#ty),
    })
}

/// The names in a type.
pub(crate) fn names_in(ty: &Ty, names: &mut std::collections::HashSet<String>) {
    match ty {
        Ty::Named(named) => {
            names.insert(quote!(#named).to_string());
        }
        Ty::Array(t, _) | Ty::Slice(t) | Ty::Vec(t) => names_in(t, names),
        Ty::Tuple(ts) => ts.iter().for_each(|t| names_in(t, names)),
        Ty::Float(_) | Ty::Int(_) | Ty::Inert | Ty::Unknown => {}
    }
}

/// Numbers all the way down: the type is its own tangent.
pub(crate) fn is_of_numbers(ty: &Ty) -> bool {
    match ty {
        Ty::Float(_) => true,
        Ty::Array(t, _) | Ty::Slice(t) | Ty::Vec(t) => is_of_numbers(t),
        Ty::Tuple(ts) => ts.iter().all(is_of_numbers),
        Ty::Int(_) | Ty::Inert | Ty::Named(_) | Ty::Unknown => false,
    }
}

/// The tangent (adjoint) type of a type, unsized for slices: what a slot refers to.
pub(crate) fn tangent(ty: &Ty, runtime: &TokenStream) -> TokenStream {
    if !ty.may_be_active() {
        return quote!(());
    }
    match ty {
        Ty::Float(float) => float_name(float),
        Ty::Array(t, len) => {
            let t = tangent(t, runtime);
            match len {
                Some(len) => quote!([#t; #len]),
                None => quote!([#t; _]),
            }
        }
        Ty::Slice(t) => {
            let t = tangent(t, runtime);
            quote!([#t])
        }
        Ty::Vec(t) => {
            let t = tangent(t, runtime);
            quote!(#runtime::__private::Vec<#t>)
        }
        Ty::Tuple(ts) => {
            let ts = ts.iter().map(|t| tangent(t, runtime));
            quote!((#(#ts,)*))
        }
        // At the place of the type, where rustc says what is missing, once.
        Ty::Named(ty) => quote_spanned!(ty.span()=> <#ty as #runtime::Differentiable>::Tangent),
        Ty::Int(_) | Ty::Inert | Ty::Unknown => quote!(()),
    }
}

/// The tangent type as an owned value: a Vec for a slice.
pub(crate) fn owned_tangent(ty: &Ty, runtime: &TokenStream) -> TokenStream {
    match ty {
        Ty::Slice(t) if t.may_be_active() => {
            let t = tangent(t, runtime);
            quote!(#runtime::__private::Vec<#t>)
        }
        ty => tangent(ty, runtime),
    }
}

/// The type of the seed of a result. What parts of a tuple carry, a caller that takes it apart does not see: each has its own.
pub(crate) fn seed(ty: &Ty, runtime: &TokenStream) -> TokenStream {
    match ty {
        Ty::Tuple(ts) if !ts.is_empty() => {
            let ts = ts.iter().map(|t| seed(t, runtime));
            quote!((#(#ts,)*))
        }
        ty => owned_tangent(ty, runtime),
    }
}

/// Has rustc check what names were taken for, at the places of the names.
pub(super) fn assumptions(function: &Function, runtime: &TokenStream) -> TokenStream {
    let checks = function.assumed.iter().map(|assumed| match assumed {
        Assumed::Inactive(ty) => quote_spanned!(ty.span()=> #runtime::__private::carries_nothing::<#ty>();),
        Assumed::Function(name, path) => {
            let path = path.iter().map(|segment| proc_macro2::Ident::new(segment, name.span()));
            quote_spanned!(name.span()=> #runtime::__private::same(#name::<()>, #runtime::__private::core #(::#path)*::<()>);)
        }
    });
    checks.collect()
}

impl Emitter<'_> {
    /// The type of a place that is declared, as it would be written.
    pub(crate) fn written_place(&self, place: Var, ty: &Ty) -> Option<TokenStream> {
        self.written_content(place, 0, ty)
    }

    /// The type of what is `depth` levels inside of a place.
    fn written_content(&self, place: Var, depth: usize, ty: &Ty) -> Option<TokenStream> {
        match ty {
            Ty::Vec(t) => {
                let runtime = self.runtime;
                let element = match self.written_content(place, depth + 1, t) {
                    // That it is a buffer of something is worth saying.
                    None if self.pooled.contains(&(place, depth + 1)) => quote!(#runtime::pool::Buffer<_>),
                    // What `collect` makes is a Vec because its type says so.
                    None if matches!(**t, Ty::Inert) => quote!(_),
                    element => element?,
                };
                Some(match self.pooled.contains(&(place, depth)) {
                    true => quote!(#runtime::pool::Buffer<#element>),
                    false => quote!(#runtime::__private::Vec<#element>),
                })
            }
            Ty::Array(t, Some(len)) => {
                let element = self.written_content(place, depth + 1, t)?;
                Some(quote!([#element; #len]))
            }
            ty => written(ty, self.runtime),
        }
    }

    /// The type of what a path shows, as far as it is known.
    pub(crate) fn type_of(&self, path: &Path) -> Ty {
        let mut ty = self.vars[path.root].ty.clone();
        for proj in &path.proj {
            ty = match (proj, ty) {
                (Proj::Index(_), ty) => ty.element(),
                (Proj::Range(..), ty) => Ty::Slice(Box::new(ty.element())),
                (Proj::Field(syn::Member::Unnamed(at)), Ty::Tuple(mut ts))
                    if (at.index as usize) < ts.len() =>
                {
                    ts.swap_remove(at.index as usize)
                }
                (Proj::Field(_) | Proj::Payload { .. } | Proj::Some | Proj::Deref, _) => Ty::Unknown,
            };
        }
        ty
    }

    /// The float type of an expression, where an operand says it.
    pub(crate) fn float_of(&self, expr: &Expr) -> Option<Float> {
        let known = |ty: Ty| match ty {
            Ty::Float(Float::Any) => None,
            Ty::Float(float) => Some(float),
            _ => None,
        };
        match expr {
            Expr::Var(var) => known(self.vars[*var].ty.clone()),
            Expr::Load(path) => known(self.type_of(path)),
            Expr::Lit(lit) if !lit.made => known(lit.ty.clone()),
            Expr::Rule(rule, args) => {
                let floats = if rule.name == "powi" { &args[..1] } else { &args[..] };
                let mut all = floats.iter().filter_map(|arg| self.float_of(arg));
                let first = all.next();
                // A tangent is a tangent, whatever it is multiplied by.
                all.find(|float| *float == Float::Lanes).or(first)
            }
            Expr::Stop(a) => self.float_of(a),
            Expr::Select(_, a, b) => self.float_of(a).or_else(|| self.float_of(b)),
            Expr::Lit(_)
            | Expr::Binary(..)
            | Expr::Unary(..)
            | Expr::Cast(..)
            | Expr::Len(_)
            | Expr::Inert(_)
            | Expr::Whole(_)
            | Expr::WholeMut(_) => None,
        }
    }
}

/// Asks of type parameters that stand for floats that they are tangents, their own: what rustc has to know of those of other
/// types that hold them.
pub(crate) fn bound_floats(generics: &mut syn::Generics, floats: Vec<Ident>, runtime: &TokenStream) {
    if !floats.is_empty() {
        let bounds = floats.iter().map(|name| -> syn::WherePredicate {
            syn::parse_quote!(#name: #runtime::Differentiable<Tangent = #name> + #runtime::Tangent)
        });
        generics.make_where_clause().predicates.extend(bounds);
    }
}
