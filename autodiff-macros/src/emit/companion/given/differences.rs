//! Central differences of the function itself: twice as many calls as the active parameters have numbers.
//!
//! Both modes take the same differences, so that they agree to the last bits.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

use super::{Hand, Part};
use crate::ir::*;

pub(super) fn pullback(hand: &mut Hand<'_>) -> Part {
    let (runtime, step) = (hand.shape.signature.runtime.clone(), step(hand));
    let moved = hand.emitter.local("moved");
    let mut code = TokenStream::new();
    for (index, _) in hand.active() {
        let (slot, seed) = (&hand.slots[index], &hand.seed);
        let (point, call) = (point(hand, index), call(hand, index, &moved));
        let add = quote! {
            #runtime::__private::given::add_by_differences(#slot, #point, &#seed, #step, |#moved| #call);
        };
        code.extend(hand.where_wanted(index, add));
    }
    let reads = vec![true; hand.shape.function.params.len()];
    Part::pullback(code, reads, false)
}

pub(super) fn pushforward(hand: &mut Hand<'_>) -> Part {
    let (runtime, step) = (hand.shape.signature.runtime.clone(), step(hand));
    let moved = hand.emitter.local("moved");
    let value_dot = Ident::new("value_dot", Span::mixed_site());
    let zero = hand.zero_result();
    let mut code = quote!(let mut #value_dot = #zero;);
    for (index, _) in hand.active() {
        let slot = &hand.slots[index];
        let (point, call) = (point(hand, index), call(hand, index, &moved));
        let add = quote! {
            #runtime::__private::given::add_difference(
                &mut #value_dot, #point, #slot, #step, |#moved| #call,
            );
        };
        code.extend(hand.where_wanted(index, add));
    }
    Part::pushforward(code, quote!(#value_dot), vec![true; hand.shape.function.params.len()])
}

/// The step, where the function's numbers are of one kind or another.
fn step(hand: &Hand<'_>) -> TokenStream {
    let runtime = &hand.shape.signature.runtime;
    let types = hand.active().map(|(_, param)| &param.ty).chain([hand.shape.payload()]);
    match types.into_iter().any(holds_single) {
        true => quote!(#runtime::__private::given::STEP_SINGLE),
        false => quote!(#runtime::__private::given::STEP),
    }
}

fn holds_single(ty: &Ty) -> bool {
    match ty {
        Ty::Float(float) => *float == Float::F32,
        Ty::Array(t, _) | Ty::Slice(t) | Ty::Vec(t) => holds_single(t),
        Ty::Tuple(ts) => ts.iter().any(holds_single),
        Ty::Int(_) | Ty::Inert | Ty::Named(_) | Ty::Unknown => false,
    }
}

/// A reference to what the parameter holds, as something that owns it.
fn point(hand: &Hand<'_>, index: usize) -> TokenStream {
    let (param, name) = (&hand.shape.function.params[index], hand.name(index));
    match (&param.ty, param.passing) {
        (Ty::Slice(_), _) => quote!(&#name.to_vec()),
        (_, Passing::Value) => quote!(&#name),
        (_, Passing::Ref | Passing::RefMut) => name,
    }
}

/// The function, with something else in the place of a parameter.
fn call(hand: &Hand<'_>, index: usize, moved: &Ident) -> TokenStream {
    let mut args = hand.pass_all();
    args[index] = match hand.shape.function.params[index].passing {
        Passing::Value => moved.to_token_stream(),
        Passing::Ref | Passing::RefMut => quote!(&#moved),
    };
    hand.primal(&args)
}
