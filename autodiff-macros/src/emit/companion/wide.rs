//! Several tangents at once, on request (`lanes`): the pushforward that other functions call, and `jvp_n`. See `emit::lanes`.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

use super::super::lanes::{owned_wide_tangent, width};
use super::super::sweeps::Sweep;
use super::{Item, Shape, items::never, tuple_of};
use crate::ir::*;

impl Shape<'_> {
    /// Whether directions can be handed over by users: what is behind `&mut` would come back changed.
    pub(super) fn has_lanes(&self) -> bool {
        let lent = |param: &Param| param.passing == Passing::RefMut && param.active;
        self.source.request.lanes && !self.function.params.iter().any(lent) && self.has_columns()
    }

    /// `sweep`: that of the pushforward, if there is one.
    pub(super) fn wide(&self, sweep: Option<Sweep>) -> Vec<Item> {
        if !self.source.request.lanes {
            return Vec::new();
        }
        let mut items = vec![self.pushforward_lanes(sweep)];
        items.extend(self.jvp_n());
        items
    }

    fn pushforward_lanes(&self, sweep: Option<Sweep>) -> Item {
        let (runtime, width) = (&self.signature.runtime, width());
        let (args, body) = self.of_pushforward(sweep, |param| param.lent_lanes(runtime));
        let result = &self.signature.asked_result;
        let tangents = owned_wide_tangent(&self.signature.result_ty, runtime, &width.to_token_stream());
        Item {
            name: "pushforward_lanes".into(),
            summary: "The value and its tangents, as other differentiated functions call it.".into(),
            hidden: true,
            lifetimes: vec![quote!(const #width: usize)],
            bounds: Vec::new(),
            args,
            output: quote!((#result, #tangents)),
            body,
            stub: never(),
        }
    }

    fn jvp_n(&self) -> Option<Item> {
        if !self.has_lanes() || self.signature.returns_nothing() || self.source.may_fail {
            return None;
        }
        let (runtime, width) = (&self.signature.runtime, width());
        let (mut emitter, _) = self.wrapper();
        let (mut args, mut begin) = (self.own_args(), TokenStream::new());
        let mut names = Vec::new();
        for wrt in &self.function.wrt {
            let WrtTarget::Param(index) = wrt.target else { return None };
            let dots = emitter.local_at(&format!("{}_dots", wrt.name), wrt.name.span());
            let (owned, zero) = (self.params()[index].owned(runtime), self.zero(&emitter, wrt.target));
            args.push(quote!(#dots: &[#owned; #width]));
            begin.extend(quote!(let #dots = #runtime::lanes::gather(#dots, &#zero);));
            names.push(dots);
        }
        let [value, tangents, zero] = ["value", "tangents", "zero"].map(|name| emitter.local(name));
        let call = self.pushed_lanes(self.passed_lent(), &names);
        let (result, tangent) = (&self.signature.result, self.signature.seed());
        Some(Item {
            name: "jvp_n".into(),
            summary: format!(
                "The value of [`{}`] and its tangents in several directions, from those of its arguments.",
                self.function.name
            ),
            hidden: false,
            lifetimes: vec![quote!(const #width: usize)],
            bounds: self.wide_bounds(),
            args,
            output: quote!((#result, [#tangent; #width])),
            body: quote! {
                #begin
                let (#value, #tangents) = #call;
                let #zero: #tangent = #runtime::Differentiable::zero_tangent(&#value);
                (#value, #runtime::lanes::scatter(&#zero, &#tangents))
            },
            stub: never(),
        })
    }

    /// What is asked of types for Jacobians in lanes.
    fn wide_bounds(&self) -> Vec<syn::WherePredicate> {
        let (runtime, seed) = (&self.signature.runtime, self.signature.seed());
        let known = super::jacobian::shape(&self.signature.result_ty, &quote!(()), runtime).is_some();
        self.bounds((!known).then_some(&seed))
    }

    /// A call of the pushforward with tangents of these names, one for each entry of `wrt`.
    fn pushed_lanes(&self, mut args: Vec<TokenStream>, names: &[Ident]) -> TokenStream {
        args.extend((0..self.params().len()).map(|index| {
            let at = self.function.wrt.iter().position(|wrt| wrt.target == WrtTarget::Param(index));
            match at.map(|at| &names[at]) {
                Some(name) => quote!(::core::option::Option::Some(&#name)),
                None => quote!(::core::option::Option::None),
            }
        }));
        let name = self.name("pushforward_lanes");
        quote!(Self::#name(#(#args),*))
    }

    /// A closure that makes some columns of a Jacobian from their directions.
    pub(super) fn block(&self, again: &TokenStream, names: &[Ident]) -> TokenStream {
        let mut args = self.passed_again();
        if self.params().first().is_some_and(|sig| sig.receiver && sig.passing == Passing::Value) {
            args[0] = quote!(&self);
        }
        let call = self.pushed_lanes(args, names);
        let names: Vec<TokenStream> = names.iter().map(ToTokens::to_token_stream).collect();
        let pattern = tuple_of(&names);
        quote!(|#pattern| { #again #call })
    }
}
