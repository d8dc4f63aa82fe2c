//! Derivatives that are given by hand, in the form in which all derivatives are called.
//!
//! Invariant: the body of the function is called, and not looked into. The pullback is given its references again, and owns
//! what it needs of what the function is handed by value.
//!
//! ```text
//! #[differentiate(partials(x = digamma(x)))]
//! fn ln_gamma(x: f64) -> f64 { statrs::function::gamma::ln_gamma(x) }
//!     →
//! fn partial_x(x: f64) -> f64 { digamma(x) }
//! fn forward(x: f64) -> (f64, impl FnOnce((), f64, Option<&mut f64>)) {
//!     let value: f64 = ln_gamma(x);
//!     (value, move |_: (), seed: f64, x_bar: Option<&mut f64>| {
//!         if let Some(x_bar) = x_bar { *x_bar += chain(seed, Self::partial_x(x)); }
//!     })
//! }
//! ```

mod differences;
mod equation;
mod hand;
mod partials;
mod paths;

use self::hand::{Hand, found, is_copy};
pub(crate) use self::partials::mention;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

use super::items::keep;
use super::{Bodies, Shape, Source};
use crate::emit::sweeps::Sweep;
use crate::ir::*;

/// What is given in place of what the body says.
pub(crate) enum Given {
    /// The partial derivative by each active parameter, by its index.
    Partials(Vec<(usize, syn::Expr)>),
    /// Functions in the shape of `f::vjp` and `f::jvp`: one of them at least.
    Paths { vjp: Option<syn::Path>, jvp: Option<syn::Path> },
    /// Nothing: central differences.
    Differences,
    /// The differentiated function that is zero at the result (or gives the result when it is given it).
    Equation { path: syn::Path, fixed_point: bool },
}

/// How the function says that there is no result: see [`crate::expand::fallible`]. What is given is that of the payload.
pub(crate) struct Found {
    /// The function as the user calls it.
    pub(crate) name: Ident,
    pub(crate) payload: syn::Type,
    /// `Some(value)`, `Ok(value)`
    pub(crate) there: syn::Pat,
    /// A payload where there is none.
    pub(crate) nothing: syn::Expr,
}

/// The companion of a function of which `function` says no more than its signature does.
pub(crate) fn companion(
    source: Source<'_>,
    function: &Function,
    given: &Given,
    found: Option<Found>,
) -> TokenStream {
    let mut shape = Shape::new(source, function);
    shape.found = found;
    shape.one_lifetime = matches!(given, Given::Paths { vjp: Some(_), .. });
    // Everything that is asked for is taken for connected.
    shape.connected = vec![true; function.wrt.len()];
    shape.rolled_back = (0..function.params.len()).filter(|&at| is_restored(&function.params[at])).collect();
    shape.helpers = shape.helpers_of(given);
    let forward = shape.given_forward(given);
    let pushforward = shape.given_pushforward(given);
    let (into, vjp) = match given {
        Given::Paths { vjp: Some(_), .. } => (shape.joined_by_vjp(), shape.vjp_itself()),
        _ => (shape.joined_by_forward(), None),
    };
    let items =
        shape.items(Some(Bodies { into: Some(into), resized: None, vjp, forward, pushforward, lanes: None }));
    shape.assemble(items, false, None)
}

/// Whether the pullback puts back what a `&mut` parameter held before the call. Tools of a type of the user's, which are marked
/// `#[no_diff]`, are left as the function left them.
fn is_restored(param: &Param) -> bool {
    let tool = matches!(param.ty, Ty::Named(_) | Ty::Unknown | Ty::Inert);
    param.passing == Passing::RefMut && (param.active || !tool)
}

/// What a `&mut` parameter held before the call, put there while it is needed again.
fn put_back_for_now(param: &Param, name: &TokenStream, kept: &Ident) -> TokenStream {
    match &param.ty {
        Ty::Slice(_) => quote!(#name.clone_from_slice(&#kept);),
        ty if is_copy(ty) => quote!(*#name = #kept;),
        _ => quote!(*#name = ::core::clone::Clone::clone(&#kept);),
    }
}

/// A sweep, as what is given makes it.
struct Part {
    /// What is done in place of calling the function: binds the value (and in the forward sweep of reverse mode more).
    instead: Option<TokenStream>,
    /// What a pullback does before `&mut` parameters hold again what they held before the call.
    lent: TokenStream,
    code: TokenStream,
    /// The tangent of the result, behind the code; nothing in reverse mode.
    dot: TokenStream,
    /// Which parameters the code reads.
    reads: Vec<bool>,
    /// Whether it reads the result.
    reads_value: bool,
}

impl Part {
    /// A pullback.
    fn pullback(code: TokenStream, reads: Vec<bool>, reads_value: bool) -> Part {
        Part { instead: None, lent: TokenStream::new(), code, dot: TokenStream::new(), reads, reads_value }
    }

    /// A pushforward, which ends with the tangent of the result.
    fn pushforward(code: TokenStream, dot: TokenStream, reads: Vec<bool>) -> Part {
        Part { instead: None, lent: TokenStream::new(), code, dot, reads, reads_value: true }
    }
}

impl Shape<'_> {
    /// The type of the result: of that which may be there.
    fn payload(&self) -> &Ty {
        match (&self.found, &self.function.result_ty) {
            (Some(_), Ty::Tuple(parts)) if !parts.is_empty() => &parts[0],
            (_, ty) => ty,
        }
    }

    /// The same as it is written.
    fn payload_written(&self) -> TokenStream {
        match &self.found {
            Some(found) => found.payload.to_token_stream(),
            None => self.signature.asked_result.clone(),
        }
    }

    fn given_pullback(&self, given: &Given, hand: &mut Hand<'_>) -> Part {
        match given {
            Given::Partials(partials) => partials::pullback(hand, partials),
            Given::Paths { vjp, jvp } => paths::pullback(hand, vjp.as_ref(), jvp.as_ref()),
            Given::Differences => differences::pullback(hand),
            Given::Equation { path, fixed_point } => equation::pullback(hand, path, *fixed_point),
        }
    }

    fn given_forward(&self, given: &Given) -> Sweep {
        let mut hand = Hand::reverse(self);
        let value = hand.value.clone();
        let copied = is_copy(self.payload());
        if !copied {
            hand.value = hand.emitter.local("solution");
        }
        let part = self.given_pullback(given, &mut hand);
        let mut outside = Hand::forward(self);
        outside.value.clone_from(&value);
        let (mut begin, mut end) = (TokenStream::new(), TokenStream::new());
        let (mut params, mut slots) = (Vec::new(), Vec::new());
        let mut before = TokenStream::new();
        for ((index, param), sig) in hand.params().zip(self.params()) {
            let (again, name) = (sig.again(), hand.name(index));
            let name = if is_restored(param) {
                let kept = hand.emitter.local(&format!("{}_in", param.name));
                let (keep, put_back) = keep(param, &kept);
                begin.extend(keep);
                end.extend(if sig.receiver { quote!(*#name = #kept;) } else { put_back });
                if param.active {
                    before.extend(put_back_for_now(param, &name, &kept));
                }
                name
            } else if part.reads[index] && (param.passing != Passing::Value || sig.receiver) {
                name
            } else {
                quote!(_)
            };
            params.push(quote!(#name: #again));
            let ty = sig.lent_adjoint(&self.signature.runtime);
            let slot = &hand.slots[index];
            if sig.is_lost() {
                end.extend(hand.emitter.clear_lost(param, sig, slot));
            }
            let slot = if param.active || sig.is_lost() { quote!(#slot) } else { quote!(_) };
            slots.push(quote!(#slot: #ty));
        }
        let evaluate = part.instead.unwrap_or_else(|| {
            let args = outside.pass_on(|index| part.reads[index]);
            let call = outside.evaluate(&args);
            let owned = &hand.value;
            let owned = (part.reads_value && !copied)
                .then(|| quote!(let #owned = ::core::clone::Clone::clone(&#value);));
            quote!(#call #owned)
        });
        let (seed, seed_ty) = (&hand.seed, self.signature.seed());
        let (lent, code) = (part.lent, part.code);
        let code = quote!(#lent #before #code);
        let (value, seed, code) = match &self.found {
            None => (quote!(#value), quote!(#seed), code),
            Some(_) => {
                let found = found();
                (quote!((#value, #found)), quote!((#seed, _)), quote!(if #found { #code }))
            }
        };
        let mut closure = quote!(move |#(#params,)* #seed: #seed_ty, #(#slots),*| { #code #end });
        if self.function.recursive {
            let runtime = &self.signature.runtime;
            closure = quote!(#runtime::__private::Box::new(#closure));
        }
        Sweep { args: Vec::new(), body: quote!(#begin #evaluate (#value, #closure)) }
    }

    fn given_pushforward(&self, given: &Given) -> Sweep {
        let mut hand = Hand::forward(self);
        let (mut args, mut cleared) = (Vec::new(), TokenStream::new());
        for ((index, param), sig) in hand.params().zip(self.params()) {
            let (slot, ty) = (&hand.slots[index], sig.lent_tangent(&self.signature.runtime));
            if sig.is_lost() {
                cleared.extend(hand.emitter.clear_lost(param, sig, slot));
            }
            let slot = if param.active || sig.is_lost() { quote!(#slot) } else { quote!(_) };
            args.push(quote!(#slot: #ty));
        }
        let Part { instead, code, dot, reads, .. } = match given {
            Given::Partials(partials) => partials::pushforward(&mut hand, partials),
            Given::Paths { vjp, jvp } => paths::pushforward(&mut hand, vjp.as_ref(), jvp.as_ref()),
            Given::Differences => differences::pushforward(&mut hand),
            Given::Equation { path, fixed_point } => equation::pushforward(&mut hand, path, *fixed_point),
        };
        let evaluate = instead.unwrap_or_else(|| hand.evaluate(&hand.pass_on(|index| reads[index])));
        let value = &hand.value;
        let result = match &self.found {
            None => quote!(#code #cleared (#value, #dot)),
            Some(_) => {
                let (found, zero, value_dot) = (found(), hand.zero_result(), hand.emitter.local("value_dot"));
                quote! {
                    let #value_dot = if #found { #code #dot } else { #zero };
                    #cleared
                    ((#value, #found), (#value_dot, ()))
                }
            }
        };
        Sweep { args, body: quote!(#evaluate #result) }
    }

    fn helpers_of(&self, given: &Given) -> TokenStream {
        match given {
            Given::Partials(partials) => partials::helpers(self, partials),
            Given::Paths { vjp, jvp } => paths::helpers(self, vjp.as_ref(), jvp.as_ref()),
            Given::Differences | Given::Equation { .. } => TokenStream::new(),
        }
    }

    /// The slots that users ask for, as arguments of `value_and_grad_into`, by the index of their parameter.
    fn wanted(&self, hand: &Hand<'_>) -> (Vec<TokenStream>, Vec<usize>) {
        let wanted: Vec<usize> = (self.function.wrt.iter())
            .filter_map(|wrt| match wrt.target {
                WrtTarget::Param(index) => Some(index),
                WrtTarget::Local(_) => None,
            })
            .collect();
        let arg = |&index: &usize| {
            let (slot, ty) = (&hand.slots[index], self.params()[index].slot(&self.signature.runtime));
            quote!(#slot: &mut #ty)
        };
        (wanted.iter().map(arg).collect(), wanted)
    }

    /// The seed of the sum of the result's numbers.
    fn ones(&self, hand: &Hand<'_>) -> TokenStream {
        let (runtime, value) = (&self.signature.runtime, &hand.value);
        hand.emitter
            .constant(&self.function.result_ty, 1.0)
            .unwrap_or_else(|| quote!(#runtime::__private::ones(&#value)))
    }

    /// `value_and_grad_into` by the pullback that others call.
    fn joined_by_forward(&self) -> Sweep {
        let mut hand = Hand { slots: Hand::reverse(self).slots, ..Hand::forward(self) };
        let (args, wanted) = self.wanted(&hand);
        let pullback = hand.emitter.local("pullback");
        let (value, call, ones) = (&hand.value, self.call("forward", &self.passed_lent()), self.ones(&hand));
        let (mut again, mut slots) = (Vec::new(), Vec::new());
        let (mut begin, mut end) = (TokenStream::new(), TokenStream::new());
        for ((index, param), sig) in hand.params().zip(self.params()) {
            again.push(match (param.passing, sig.receiver) {
                (Passing::Value, true) => quote!(&self),
                (Passing::RefMut, _) => hand.pass(index),
                _ => hand.again(index),
            });
            let slot = &hand.slots[index];
            slots.push(match wanted.contains(&index) {
                true => quote!(::core::option::Option::Some(#slot)),
                false => quote!(::core::option::Option::None),
            });
            if is_restored(param) {
                let kept = hand.emitter.local(&format!("{}_out", param.name));
                let (keep, put_back) = keep(param, &kept);
                begin.extend(keep);
                end.extend(put_back);
            }
        }
        let body = quote! {
            let (#value, #pullback) = #call;
            #begin
            #pullback(#(#again,)* #ones, #(#slots),*);
            #end
            #value
        };
        Sweep { args, body }
    }
}
