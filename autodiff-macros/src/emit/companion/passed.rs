//! The arguments of derivatives that are called inside of differentiated functions, see [`super::nested`].
//!
//! Invariant: what the pullback needs of an argument it is given again, or has kept.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::super::Emitter;
use super::super::signature::{ParamSig, this};
use super::Shape;
use crate::ir::*;

/// An argument, as it goes through a function and the pullback that it returns.
pub(super) struct Passed {
    /// `name: T` of the function.
    pub(super) arg: Option<TokenStream>,
    /// `name: T` of the pullback, which is given it again.
    pub(super) again: Option<TokenStream>,
    /// How a function of the companion is given it, in the function and in the pullback.
    pub(super) first: TokenStream,
    pub(super) inside: TokenStream,
    /// How its pullback is given it again, in the function and in the pullback.
    pub(super) back: TokenStream,
    pub(super) back_inside: TokenStream,
    /// The type of its adjoint slot.
    pub(super) slot: TokenStream,
}

impl Shape<'_> {
    /// The arguments in blocks: the function's own, then tangents. `depth`: how many blocks of tangents stand in the form in
    /// which users give them.
    pub(super) fn blocks(
        &self,
        emitter: &mut Emitter<'_>,
        pushed: u32,
        depth: u32,
        before: &mut TokenStream,
    ) -> Vec<Vec<Passed>> {
        let mut blocks = vec![self.own_block(emitter, before)];
        for at in 1..1_u32 << (pushed + depth) {
            let users = depth == 1 && at == 1;
            let params = self.params().iter().enumerate();
            let block: Vec<Passed> = params
                .map(|(index, sig)| {
                    let asked = self.function.wrt.iter().any(|wrt| wrt.target == WrtTarget::Param(index));
                    match users {
                        true if asked => self.users_tangent(emitter, sig, before),
                        true => self.no_tangent(sig),
                        // The tangent of a tangent that there is not.
                        false if depth == 1 && at % 2 == 1 && !asked => self.no_tangent(sig),
                        false => self.lent_tangent(emitter, sig, before),
                    }
                })
                .collect();
            blocks.push(block);
        }
        blocks
    }

    fn own_block(&self, emitter: &mut Emitter<'_>, before: &mut TokenStream) -> Vec<Passed> {
        let params = self.function.params.iter().zip(self.params());
        params
            .map(|(param, sig)| {
                let (name, ty) = (&param.name, sig.again());
                let receiver = sig.receiver.then(this);
                let given = receiver.as_ref().unwrap_or(name);
                let (again, inside, back, back_inside) = match param.passing {
                    Passing::Value if sig.receiver => {
                        (quote!(#given: #ty), quote!(#given), quote!(self), quote!(#given))
                    }
                    Passing::Value if param.ty.is_scalar() => {
                        (quote!(_: #ty), quote!(#name), quote!(()), quote!(()))
                    }
                    // What is handed over by value is gone, and needed again.
                    Passing::Value => {
                        let kept = emitter.local(&format!("{name}_kept"));
                        before.extend(quote!(let #kept = ::core::clone::Clone::clone(&#name);));
                        (quote!(_: #ty), quote!(#kept), quote!(()), quote!(()))
                    }
                    // What is given again may live shorter.
                    Passing::Ref if sig.ty.to_string().contains("'static") => {
                        (quote!(_: #ty), quote!(#name), quote!(#name), quote!(#name))
                    }
                    Passing::Ref | Passing::RefMut => {
                        (quote!(#given: #ty), quote!(#given), quote!(#name), quote!(#given))
                    }
                };
                let slot = sig.lent_adjoint(&self.signature.runtime);
                let first = if sig.receiver { quote!(self) } else { sig.pass_lent() };
                let arg = Some(sig.lent_arg());
                Passed { arg, again: Some(again), first, inside, back, back_inside, slot }
            })
            .collect()
    }

    /// A tangent as callers of pushforwards hand it over.
    fn lent_tangent(&self, emitter: &mut Emitter<'_>, sig: &ParamSig, before: &mut TokenStream) -> Passed {
        let runtime = &self.signature.runtime;
        let (name, ty) = (emitter.local(&format!("{}_dot", sig.name)), sig.lent_tangent(runtime));
        let arg = Some(quote!(#name: #ty));
        let slot = sig.lent_adjoint(runtime);
        let name = name.into_token_stream();
        if sig.role == Role::Value && sig.may_be_active() && !sig.is_unread() {
            // Numbers are not given again.
            let kept = emitter.local(&format!("{}_kept", sig.name));
            before.extend(quote!(let #kept = #name.copied();));
            let inside = quote!(#kept.as_ref());
            let none = none();
            let back_inside = none.clone();
            return Passed {
                arg,
                again: Some(quote!(_: #ty)),
                first: name,
                inside,
                back: none,
                back_inside,
                slot,
            };
        }
        let again = Some(quote!(#name: #ty));
        Passed {
            arg,
            again,
            first: name.clone(),
            inside: name.clone(),
            back: name.clone(),
            back_inside: name,
            slot,
        }
    }

    /// A tangent in the form of its parameter.
    fn users_tangent(&self, emitter: &mut Emitter<'_>, sig: &ParamSig, before: &mut TokenStream) -> Passed {
        let runtime = &self.signature.runtime;
        let (name, ty) = (emitter.local(&format!("{}_dot", sig.name)), sig.dot(runtime));
        let arg = Some(quote!(#name: #ty));
        let slot = sig.lent_adjoint(runtime);
        let some = quote!(::core::option::Option::Some(#name));
        if sig.dot_is_reference() {
            let again = Some(quote!(#name: #ty));
            return Passed {
                arg,
                again,
                first: some.clone(),
                inside: some.clone(),
                back: some.clone(),
                back_inside: some,
                slot,
            };
        }
        let kept = emitter.local(&format!("{}_kept", sig.name));
        before.extend(quote!(let #kept = ::core::clone::Clone::clone(&#name);));
        let (first, inside) =
            (quote!(::core::option::Option::Some(&#name)), quote!(::core::option::Option::Some(&#kept)));
        let (back, back_inside) = match sig.role {
            Role::Value => (none(), none()),
            _ => (first.clone(), inside.clone()),
        };
        Passed { arg, again: Some(quote!(_: ())), first, inside, back, back_inside, slot }
    }

    fn no_tangent(&self, sig: &ParamSig) -> Passed {
        Passed {
            arg: None,
            again: None,
            first: none(),
            inside: none(),
            back: none(),
            back_inside: none(),
            slot: sig.lent_adjoint(&self.signature.runtime),
        }
    }
}

pub(super) fn none() -> TokenStream {
    quote!(::core::option::Option::None)
}
