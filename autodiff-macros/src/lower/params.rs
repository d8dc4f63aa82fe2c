//! The signature: which parameters there are and how they enter the body.

use proc_macro2::{Ident, Span};
use quote::format_ident;
use syn::spanned::Spanned;
use syn::{FnArg, Pat, ReceiverKind};

use super::Lower;
use super::env::{Cell, Value};
use super::refused::Refused;
use crate::ir::{Expr, Param, Passing, Path, Role, Ty};

impl Lower<'_> {
    /// What no body could make up for.
    pub(crate) fn check_signature(&mut self) {
        let signature = self.signature;
        if let Some(token) = &signature.asyncness {
            self.diag.error(
                token,
                "an `async` function cannot be differentiated: put the computation into a plain `fn`",
            );
        }
        if let syn::Safety::Unsafe(token) = &signature.safety {
            self.diag
                .error(token, "an `unsafe` function cannot be differentiated: write it without `unsafe`");
        }
        if let Some(abi) = &signature.abi {
            self.diag.error(abi, "an `extern` function cannot be differentiated: wrap it into a plain `fn`");
        }
        if let Some(variadic) = &signature.variadic {
            self.diag
                .error(variadic, "a function with a variable number of arguments cannot be differentiated");
        }
    }

    /// The parameters, and for `&mut` scalars the variable whose last version the caller sees.
    pub(crate) fn params(&mut self) -> Vec<(Param, Option<Cell>)> {
        let signature = self.signature;
        for param in signature.generics.const_params() {
            let ty = self.types.ty(&param.ty);
            let tokens = quote::ToTokens::to_token_stream(&param.ident);
            let lit = crate::ir::Lit { tokens, value: None, ty: ty.clone(), made: false };
            self.bind(&param.ident, Value::Atom(Expr::Lit(lit), ty));
        }
        signature.inputs.iter().enumerate().map(|(i, input)| self.param(i, input)).collect()
    }

    fn param(&mut self, index: usize, input: &FnArg) -> (Param, Option<Cell>) {
        match input {
            FnArg::Receiver(receiver) => {
                let name = Ident::new("self", receiver.self_token.span());
                let this = self.types.receiver(&Ident::new("Self", receiver.self_token.span()));
                let (passing, ty) = match &receiver.kind {
                    ReceiverKind::Reference(_, _, mutability) => {
                        let passing = if mutability.is_some() { Passing::RefMut } else { Passing::Ref };
                        (passing, this)
                    }
                    ReceiverKind::Typed(_, ty) => {
                        let is_this =
                            |ty: &syn::Type| matches!(ty, syn::Type::Path(of) if of.path.is_ident("Self"));
                        if !matches!(self.types.passing(ty), (_, Ty::Named(name)) if is_this(&name)) {
                            self.diag.error(ty, "a receiver of this type is not supported: write `self`, `&self` or `&mut self`");
                        }
                        (self.types.passing(ty).0, this)
                    }
                    _ => (Passing::Value, this),
                };
                let no_diff = has_no_diff(&receiver.attrs);
                self.enter(index, &name, ty, passing, no_diff, receiver.mutability.is_some(), None)
            }
            FnArg::Typed(typed) => {
                let (passing, ty) = self.types.passing(&typed.ty);
                let no_diff = has_no_diff(&typed.attrs);
                let refused = self.types.refused_param(&typed.ty);
                let (ty, slot) = match refused {
                    Some(refused) if !no_diff => return (self.refused_param(index, typed, refused), None),
                    // Marked: it is read as it is, and nothing in the signature needs its tangent.
                    Some(Refused { readable: true, .. }) => (ty, Some(Ty::Inert)),
                    Some(_) => (Ty::Inert, None),
                    None => (ty, None),
                };
                let (mut param, last) = match &*typed.pat {
                    Pat::Ident(pat) if pat.subpat.is_none() && pat.by_ref.is_none() => {
                        self.enter(index, &pat.ident, ty, passing, no_diff, pat.mutability.is_some(), None)
                    }
                    pat => {
                        let name = format_ident!("arg{}", index, span = pat.span());
                        self.enter(index, &name, ty, passing, no_diff, false, Some(pat))
                    }
                };
                self.note_unindexed(&typed.pat, &typed.ty);
                param.ty = slot.unwrap_or(param.ty);
                (param, last)
            }
        }
    }

    /// A parameter of another type than it has. Uses of it stay silent: it is the type that has to change.
    fn refused_param(&mut self, index: usize, typed: &syn::PatType, refused: Refused) -> Param {
        self.diag.error(&typed.ty, refused.message);
        self.bind_pattern(&typed.pat, Value::Poison);
        let (passing, ty) = self.types.passing(&refused.instead);
        let name = match &*typed.pat {
            Pat::Ident(pat) => pat.ident.clone(),
            pat => format_ident!("arg{}", index, span = pat.span()),
        };
        let role = if ty.is_scalar() { Role::Value } else { Role::Place };
        let var = self.vars.named(&name, ty.clone(), role);
        let active = self.types.carries(&ty);
        Param { name, ty, passing, var, last: None, active, no_diff: false, lent: false }
    }

    /// Whether what a path shows is known to carry no derivative though its type may: it is of a `#[no_diff]` parameter, or
    /// of a variable that an earlier attempt found to hold nothing active.
    pub(crate) fn is_constant(&self, path: &Path) -> bool {
        self.constants.contains(&self.vars.root(path))
    }

    /// Binds a parameter; `pat` where it is destructured at once.
    #[expect(clippy::too_many_arguments)]
    fn enter(
        &mut self,
        index: usize,
        name: &Ident,
        ty: Ty,
        passing: Passing,
        no_diff: bool,
        mutable: bool,
        pat: Option<&Pat>,
    ) -> (Param, Option<Cell>) {
        let span: Span = name.span();
        let role = if ty.is_scalar() { Role::Value } else { Role::Place };
        // A random number generator, a counter: the body may hand it on to code that is not differentiated.
        let tool = no_diff && passing == Passing::RefMut && matches!(ty, Ty::Named(_));
        let var = self.vars.named(name, if tool { Ty::Inert } else { ty.clone() }, role);
        self.sites.insert(var, format!("p{index}"));
        if no_diff {
            self.constants.insert(var);
        }
        let stopped = self.note_stop(name);
        let mut last = None;
        let value = match role {
            Role::Value => {
                let atom = Expr::Var(var);
                match passing {
                    Passing::Value if mutable => {
                        Value::Cell(self.cell(&name.to_string(), true, ty.clone(), span, Some(atom)))
                    }
                    Passing::Value => Value::Atom(atom, ty.clone()),
                    Passing::Ref => Value::Atom(atom, ty.clone()).reference(false),
                    Passing::RefMut => {
                        let cell = self.cell(&name.to_string(), true, ty.clone(), span, Some(atom));
                        last = Some(cell);
                        Value::Cell(cell).reference(true)
                    }
                }
            }
            _ => {
                self.vars[var].mutable = mutable || passing == Passing::RefMut;
                match passing {
                    Passing::Value => Value::Path(Path::of(var)),
                    passing => Value::Path(Path::of(var)).reference(passing == Passing::RefMut),
                }
            }
        };
        // What it comes with is what the gradient is by; what is written to it is cut off.
        if let (true, Value::Cell(cell)) = (stopped, value.clone().peel()) {
            self.cells[cell.0].cut = true;
        }
        match pat {
            None => self.bind(name, value),
            Some(pat) => self.bind_pattern(pat, value),
        }
        let active = self.types.carries(&ty) && !no_diff;
        (Param { name: name.clone(), ty, passing, var, last: None, active, no_diff, lent: false }, last)
    }
}

/// Whether `#[no_diff]` is among the attributes.
pub(crate) fn has_no_diff(attrs: &[syn::Attribute]) -> bool {
    attrs.iter().any(|attr| attr.path().segments.last().is_some_and(|last| last.ident == "no_diff"))
}
