//! Derivatives by functions of the user's in the shape of `f::vjp` and `f::jvp`.
//!
//! One of them gives both modes: the tangent of a result is the product of its adjoints with the tangents, for each of its
//! numbers, and the adjoint of a parameter that of the seed with its tangents, for each of its numbers.
//!
//! The user's pullback borrows what it is made of, which a pullback of `forward` may not: it is made in the reverse sweep,
//! unless there is nothing that it could borrow.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::{Hand, Part};
use crate::emit::companion::{Shape, tuple_of};
use crate::emit::known::has_lifetime;
use crate::emit::sweeps::Sweep;
use crate::ir::*;

pub(super) fn pullback(hand: &mut Hand<'_>, vjp: Option<&syn::Path>, jvp: Option<&syn::Path>) -> Part {
    let count = hand.shape.function.params.len();
    let kept = Part::pullback(TokenStream::new(), vec![true; count], false);
    match (vjp, jvp) {
        (Some(path), _) => by_vjp(hand, path, kept),
        (None, Some(path)) => Part { code: by_tangents(hand, path), ..kept },
        (None, None) => kept,
    }
}

fn by_vjp(hand: &mut Hand<'_>, path: &syn::Path, kept: Part) -> Part {
    let pullback = hand.emitter.local("pullback");
    let (gradient, adjoints) = gradient(hand);
    let seed = &hand.seed;
    let mut add = TokenStream::new();
    for ((index, _), adjoint) in hand.active().zip(&adjoints) {
        add.extend(hand.where_wanted(index, hand.add(index, adjoint)));
    }
    let code = quote_spanned!(path.span()=> let #gradient = #pullback(#seed); #add);
    let args = hand.pass_all();
    if borrows(hand.shape) {
        let make = quote_spanned!(path.span()=> let (_, #pullback) = #path(#(#args),*););
        return Part { code: quote!(#make #code), ..kept };
    }
    let value = Hand::forward(hand.shape).value;
    let instead = quote_spanned!(path.span()=> let (#value, #pullback) = #path(#(#args),*););
    Part { instead: Some(instead), code, reads: vec![false; kept.reads.len()], ..kept }
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
fn by_tangents(hand: &mut Hand<'_>, path: &syn::Path) -> TokenStream {
    let runtime = &hand.shape.signature.runtime;
    let direction = hand.emitter.local("direction");
    let mut code = TokenStream::new();
    for (index, _) in hand.active() {
        let tangents = hand.active().map(|(at, _)| {
            let reference = hand.shape.params()[at].dot_is_reference().then(|| quote!(&));
            let tangent = if at == index { quote!(#direction) } else { hand.zero(at) };
            quote!(#reference #tangent)
        });
        let args = hand.pass_all().into_iter().chain(tangents);
        let (slot, seed, zero) = (&hand.slots[index], &hand.seed, hand.zero(index));
        let add = quote_spanned! {path.span()=>
            #runtime::__private::given::add_by_tangents(
                #slot, &#zero, &#seed, |#direction| #path(#(#args),*).1,
            );
        };
        code.extend(hand.where_wanted(index, add));
    }
    code
}

pub(super) fn pushforward(hand: &mut Hand<'_>, vjp: Option<&syn::Path>, jvp: Option<&syn::Path>) -> Part {
    match (vjp, jvp) {
        (_, Some(path)) => by_jvp(hand, path),
        (Some(path), None) => by_adjoints(hand, path),
        (None, None) => Part::pushforward(TokenStream::new(), hand.zero_result(), Vec::new()),
    }
}

fn by_jvp(hand: &mut Hand<'_>, path: &syn::Path) -> Part {
    let mut code = TokenStream::new();
    for (index, param) in hand.active() {
        let (slot, zero) = (hand.slots[index].clone(), hand.zero(index));
        code.extend(match (hand.shape.params()[index].dot_is_reference(), &param.ty) {
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
    let args = hand.pass_on(|_| false).into_iter().chain(tangents);
    let (value, value_dot) = (&hand.value, Ident::new("value_dot", Span::mixed_site()));
    let both = quote_spanned!(path.span()=> let (#value, #value_dot) = #path(#(#args),*););
    let count = hand.shape.function.params.len();
    let part = Part::pushforward(TokenStream::new(), quote!(#value_dot), vec![false; count]);
    Part { instead: Some(quote!(#code #both)), ..part }
}

/// The tangent of a function whose pullback is known.
fn by_adjoints(hand: &mut Hand<'_>, path: &syn::Path) -> Part {
    let runtime = hand.shape.signature.runtime.clone();
    let (pullback, along) = (hand.emitter.local("pullback"), hand.emitter.local("along"));
    let (gradient, adjoints) = gradient(hand);
    let (seed, args, zero) = (&hand.seed, hand.pass_all(), hand.zero_result());
    let mut add = TokenStream::new();
    for ((index, _), adjoint) in hand.active().zip(&adjoints) {
        let slot = &hand.slots[index];
        let add_to = quote!(#along += #runtime::__private::given::dot(&#adjoint, #slot););
        add.extend(hand.where_wanted(index, add_to));
    }
    let value_dot = Ident::new("value_dot", Span::mixed_site());
    let adjoints = quote_spanned! {path.span()=>
        let (_, #pullback) = #path(#(#args),*);
        let #gradient = #pullback(#seed);
    };
    let code = quote! {
        let #value_dot = #runtime::__private::given::tangent_by_adjoints(
            &#zero,
            |#seed| {
                #adjoints
                let mut #along = 0.0;
                #add
                #along
            },
        );
    };
    Part::pushforward(code, quote!(#value_dot), vec![true; hand.shape.function.params.len()])
}

impl Shape<'_> {
    /// `value_and_grad_into` by the user's own pullback.
    pub(super) fn into_by_vjp(&self, path: &syn::Path) -> Sweep {
        let mut hand = Hand { slots: Hand::reverse(self).slots, ..Hand::forward(self) };
        let (args, wanted) = self.wanted(&hand);
        let pullback = hand.emitter.local("pullback");
        let (gradient, adjoints) = gradient(&mut hand);
        let (value, ones) = (&hand.value, self.ones(&hand));
        let passed = self.passed();
        let mut add = TokenStream::new();
        for ((index, _), adjoint) in hand.active().zip(&adjoints) {
            if wanted.contains(&index) {
                add.extend(hand.add(index, adjoint));
            }
        }
        let body = quote_spanned! {path.span()=>
            let (#value, #pullback) = #path(#(#passed),*);
            let #gradient = #pullback(#ones);
            #add
            #value
        };
        Sweep { args, body }
    }

    /// `vjp`, where the gradient that users ask for is what the user's own function gives.
    pub(super) fn vjp_itself(&self, path: &syn::Path) -> Option<Sweep> {
        let all: Vec<usize> =
            (0..self.params().len()).filter(|&at| self.function.params[at].active).collect();
        let wanted: Vec<usize> = (self.function.wrt.iter())
            .filter_map(|wrt| match wrt.target {
                WrtTarget::Param(index) => Some(index),
                WrtTarget::Local(_) => None,
            })
            .collect();
        let passed = self.passed();
        let body = quote_spanned!(path.span()=> #path(#(#passed),*));
        (all == wanted).then(|| Sweep { args: Vec::new(), body })
    }
}
