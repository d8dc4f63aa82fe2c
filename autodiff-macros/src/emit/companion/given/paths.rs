//! Derivatives by functions of the user's in the shape of `f::vjp` and `f::jvp`.
//!
//! One of them gives both modes: the tangent of a result is the product of its adjoints with the tangents, for each of its
//! numbers, and the adjoint of a parameter that of the seed with its tangents, for each of its numbers.
//!
//! The user's pullback borrows what it is made of, which a pullback of `forward` may not: it is made in the reverse sweep,
//! unless there is nothing that it could borrow. What is changed in place holds again what it held before the call while it is made,
//! and its slot passes the adjoint of what it holds behind the call in, and that of what it held before out.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

use super::{Hand, Part};
use crate::emit::companion::{Shape, lints, tuple_of};
use crate::emit::known::has_lifetime;
use crate::emit::sweeps::Sweep;
use crate::ir::*;

pub(super) fn pullback(hand: &mut Hand<'_>, vjp: Option<&syn::Path>, jvp: Option<&syn::Path>) -> Part {
    let count = hand.shape.function.params.len();
    let kept = Part::pullback(TokenStream::new(), vec![true; count], false);
    match (vjp, jvp) {
        (Some(_), _) => by_vjp(hand, kept),
        (None, Some(_)) => Part { code: by_tangents(hand), ..kept },
        (None, None) => kept,
    }
}

fn by_vjp(hand: &mut Hand<'_>, kept: Part) -> Part {
    let pullback = hand.emitter.local("pullback");
    let (gradient, adjoints) = gradient(hand);
    let (mut lent, mut add) = (TokenStream::new(), TokenStream::new());
    for ((index, param), adjoint) in hand.active().zip(&adjoints) {
        let slot = &hand.slots[index];
        if param.passing == Passing::RefMut {
            // The adjoint of what the parameter holds behind the call.
            let (held, zero) = (seed_of(param), hand.zero(index));
            let lend = quote!(#slot.as_deref());
            lent.extend(match &param.ty {
                Ty::Slice(_) => quote!(let #held = #lend.map_or_else(|| #zero, |#slot| #slot.to_vec());),
                _ => quote!(let #held = #lend.cloned().unwrap_or_else(|| #zero);),
            });
        }
        add.extend(hand.where_wanted(index, hand.arrive(index, adjoint)));
    }
    let seeds = seeds(hand.shape, &hand.seed);
    let code = quote!(let #gradient = #pullback(#(#seeds),*); #add);
    let call = call(hand.shape, VJP, hand.pass_all());
    if borrows(hand.shape) {
        return Part { lent, code: quote!(let (_, #pullback) = #call; #code), ..kept };
    }
    let value = Hand::forward(hand.shape).value;
    let instead = quote!(let (#value, #pullback) = #call;);
    Part { instead: Some(instead), code, reads: vec![false; kept.reads.len()], ..kept }
}

/// What the user's pullback is seeded with: the adjoint of the result, and those of what is changed.
fn seeds(shape: &Shape<'_>, seed: impl ToTokens) -> Vec<TokenStream> {
    let result = (!shape.signature.returns_nothing()).then(|| seed.to_token_stream());
    let changed =
        shape.function.params.iter().filter(|param| param.active && param.passing == Passing::RefMut);
    result.into_iter().chain(changed.map(|param| seed_of(param).to_token_stream())).collect()
}

fn seed_of(param: &Param) -> Ident {
    Ident::new(&format!("{}_seed", param.name), Span::mixed_site())
}

/// Whether a parameter is a reference, or may hold one.
fn borrows(shape: &Shape<'_>) -> bool {
    let borrowed = |param: &Param| param.passing != Passing::Value || param.name == "self";
    shape.function.params.iter().any(borrowed)
        || !shape.signature.is_concrete()
        || shape.params().iter().any(|param| has_lifetime(param.ty.clone()))
}

/// The pattern of a gradient by all active parameters, and its names.
fn gradient(hand: &mut Hand<'_>) -> (TokenStream, Vec<Ident>) {
    let active: Vec<&Param> = hand.active().map(|(_, param)| param).collect();
    let names: Vec<Ident> =
        active.iter().map(|param| hand.emitter.local(&format!("{}_given", param.name))).collect();
    let patterns: Vec<TokenStream> = names.iter().map(|name| quote!(#name)).collect();
    (tuple_of(&patterns), names)
}

/// The pullback of a function whose tangents are known.
fn by_tangents(hand: &mut Hand<'_>) -> TokenStream {
    let runtime = &hand.shape.signature.runtime;
    let direction = hand.emitter.local("direction");
    let mut code = TokenStream::new();
    for (index, _) in hand.active() {
        let tangents = hand.active().map(|(at, _)| {
            let reference = hand.shape.params()[at].dot_is_reference().then(|| quote!(&));
            let tangent = if at == index { quote!(#direction) } else { hand.zero(at) };
            quote!(#reference #tangent)
        });
        let call = call(hand.shape, JVP, hand.pass_all().into_iter().chain(tangents).collect());
        let (slot, seed, zero) = (&hand.slots[index], &hand.seed, hand.zero(index));
        let add = quote! {
            #runtime::__private::given::add_by_tangents(#slot, &#zero, &#seed, |#direction| #call.1);
        };
        code.extend(hand.where_wanted(index, add));
    }
    code
}

pub(super) fn pushforward(hand: &mut Hand<'_>, vjp: Option<&syn::Path>, jvp: Option<&syn::Path>) -> Part {
    match (vjp, jvp) {
        (_, Some(_)) => by_jvp(hand),
        (Some(_), None) => by_adjoints(hand),
        (None, None) => Part::pushforward(TokenStream::new(), hand.zero_result(), Vec::new()),
    }
}

fn by_jvp(hand: &mut Hand<'_>) -> Part {
    let mut code = TokenStream::new();
    for (index, param) in hand.active() {
        let (slot, zero) = (hand.slots[index].clone(), hand.zero(index));
        code.extend(match (hand.shape.params()[index].dot_is_reference(), &param.ty) {
            (true, _) if param.passing == Passing::RefMut => {
                let nothing = hand.emitter.local(&format!("{}_zero", param.name));
                quote!(let mut #nothing = #zero; let #slot = #slot.unwrap_or(&mut #nothing);)
            }
            (true, _) => {
                let nothing = hand.emitter.local(&format!("{}_zero", param.name));
                quote!(let #nothing = #zero; let #slot = #slot.unwrap_or(&#nothing);)
            }
            (false, Ty::Float(_)) => quote!(let #slot = #slot.copied().unwrap_or(#zero);),
            (false, _) => quote!(let #slot = #slot.cloned().unwrap_or_else(|| #zero);),
        });
    }
    let tangents = hand.active().map(|(index, _)| {
        let slot = &hand.slots[index];
        quote!(#slot)
    });
    let call = call(hand.shape, JVP, hand.pass_on(|_| false).into_iter().chain(tangents).collect());
    let (value, value_dot) = (&hand.value, Ident::new("value_dot", Span::mixed_site()));
    let count = hand.shape.function.params.len();
    let part = Part::pushforward(TokenStream::new(), quote!(#value_dot), vec![false; count]);
    Part { instead: Some(quote!(#code let (#value, #value_dot) = #call;)), ..part }
}

/// The tangent of a function whose pullback is known.
fn by_adjoints(hand: &mut Hand<'_>) -> Part {
    let runtime = hand.shape.signature.runtime.clone();
    let (pullback, along) = (hand.emitter.local("pullback"), hand.emitter.local("along"));
    let (gradient, adjoints) = gradient(hand);
    let (seed, zero) = (&hand.seed, hand.zero_result());
    let call = call(hand.shape, VJP, hand.pass_all());
    let mut add = TokenStream::new();
    for ((index, _), adjoint) in hand.active().zip(&adjoints) {
        let slot = &hand.slots[index];
        let add_to = quote!(#along += #runtime::__private::given::dot(&#adjoint, #slot););
        add.extend(hand.where_wanted(index, add_to));
    }
    let value_dot = Ident::new("value_dot", Span::mixed_site());
    let code = quote! {
        let #value_dot = #runtime::__private::given::tangent_by_adjoints(
            &#zero,
            |#seed| {
                let (_, #pullback) = #call;
                let #gradient = #pullback(#seed);
                let mut #along = 0.0;
                #add
                #along
            },
        );
    };
    Part::pushforward(code, quote!(#value_dot), vec![true; hand.shape.function.params.len()])
}

/// The user's functions by the types that they have to have, so that rustc says once where they have not.
pub(super) fn helpers(shape: &Shape<'_>, vjp: Option<&syn::Path>, jvp: Option<&syn::Path>) -> TokenStream {
    let lints = lints();
    let (signature, passed) = (&shape.signature, shape.passed());
    let (result, seed) = (&signature.result, signature.seed());
    let active = || shape.function.params.iter().zip(shape.params()).filter(|(param, _)| param.active);
    let vjp = vjp.map(|path| {
        let mut lifetimes = Vec::new();
        let args: Vec<TokenStream> =
            shape.params().iter().map(|param| param.arg_with_lifetimes(&mut lifetimes, true)).collect();
        let slots: Vec<TokenStream> = active().map(|(_, sig)| sig.owned(&signature.runtime)).collect();
        let (gradient, captures) = (tuple_of(&slots), shape.captures(&lifetimes));
        let captures = borrows(shape).then(|| quote!(+ #captures));
        let changed = active().filter(|(param, _)| param.passing == Passing::RefMut);
        let changed = changed.map(|(_, sig)| sig.owned(&signature.runtime));
        let seed = (!signature.returns_nothing()).then(|| seed.clone());
        let seeds = seed.into_iter().chain(changed);
        let output = quote!((#result, impl ::core::ops::FnOnce(#(#seeds),*) -> #gradient #captures));
        let header = signature.header(&shape.name(VJP), &lifetimes, &args, &output, &[]);
        let call = quote_spanned!(path.span()=> #path(#(#passed),*));
        quote!(#[doc(hidden)] #lints #[inline] #header { #call })
    });
    let jvp = jvp.map(|path| {
        let names: Vec<Ident> = active()
            .map(|(param, _)| Ident::new(&format!("{}_dot", param.name), Span::mixed_site()))
            .collect();
        let mut args: Vec<TokenStream> = shape.params().iter().map(|param| param.arg()).collect();
        args.extend(active().zip(&names).map(|((_, sig), name)| {
            let ty = sig.dot(&signature.runtime);
            quote!(#name: #ty)
        }));
        let header = signature.header(&shape.name(JVP), &[], &args, &quote!((#result, #seed)), &[]);
        let call = quote_spanned!(path.span()=> #path(#(#passed,)* #(#names),*));
        quote!(#[doc(hidden)] #lints #[inline] #header { #call })
    });
    quote!(#vjp #jvp)
}

const VJP: &str = "given_vjp";
const JVP: &str = "given_jvp";

/// A call of one of these.
fn call(shape: &Shape<'_>, what: &str, args: Vec<TokenStream>) -> TokenStream {
    let (name, turbofish) = (shape.name(what), shape.signature.turbofish());
    quote!(Self::#name #turbofish(#(#args),*))
}

impl Shape<'_> {
    /// `value_and_grad_into` by the user's own pullback.
    pub(super) fn joined_by_vjp(&self) -> Sweep {
        let mut hand = Hand { slots: Hand::reverse(self).slots, ..Hand::forward(self) };
        let (args, wanted) = self.wanted(&hand);
        let pullback = hand.emitter.local("pullback");
        let (gradient, adjoints) = gradient(&mut hand);
        let (value, call) = (&hand.value, call(self, VJP, self.passed()));
        let (mut lent, mut add) = (TokenStream::new(), TokenStream::new());
        for ((index, param), adjoint) in hand.active().zip(&adjoints) {
            if wanted.contains(&index) {
                add.extend(hand.arrive(index, adjoint));
            }
            if param.passing == Passing::RefMut {
                let (held, slot, zero) = (seed_of(param), &hand.slots[index], hand.zero(index));
                lent.extend(match (wanted.contains(&index), &param.ty) {
                    (false, _) => quote!(let #held = #zero;),
                    (true, Ty::Slice(_)) => quote!(let #held = #slot.to_vec();),
                    (true, _) => quote!(let #held = ::core::clone::Clone::clone(&*#slot);),
                });
            }
        }
        let seeds = seeds(self, self.ones(&hand));
        let body = quote! {
            #lent
            let (#value, #pullback) = #call;
            let #gradient = #pullback(#(#seeds),*);
            #add
            #value
        };
        Sweep { args, body }
    }

    /// `vjp`, where the gradient that users ask for is what the user's own function gives.
    pub(super) fn vjp_itself(&self) -> Option<Sweep> {
        let all: Vec<usize> =
            (0..self.params().len()).filter(|&at| self.function.params[at].active).collect();
        let (_, wanted) = self.wanted(&Hand::reverse(self));
        let body = call(self, VJP, self.passed());
        (all == wanted).then(|| Sweep { args: Vec::new(), body })
    }
}
