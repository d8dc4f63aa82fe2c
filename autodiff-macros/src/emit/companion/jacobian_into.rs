//! `jacobian_into`: the Jacobian in a buffer of the caller's, row by row, where all numbers are `f64`.
//!
//! Each parameter has its part of a row, behind the parts of those before it. A slice's adjoint is its part itself, and
//! its tangent comes from the pool, so that a second call allocates nothing; arrays and numbers lie on the stack.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::{Item, Shape, items::never};
use crate::ir::*;
use crate::request::Mode;

impl Shape<'_> {
    pub(super) fn jacobian_into(&self) -> Option<Item> {
        let asked = |index| self.function.wrt.iter().any(|wrt| wrt.target == WrtTarget::Param(index));
        let params = || self.function.params.iter().zip(self.params()).enumerate();
        let doubles = params().all(|(index, (param, _))| !asked(index) || is_of_doubles(&param.ty));
        if !doubles
            || !self.has_columns()
            || !is_of_doubles(&self.signature.result_ty)
            || params().any(|(_, (param, _))| param.passing == Passing::RefMut)
        {
            return None;
        }
        let runtime = &self.signature.runtime;
        let of = quote!(#runtime::jacobian);
        let (mut emitter, _) = self.wrapper();
        let names = ["value", "pullback", "seed", "jacobian", "row", "here", "tangent"];
        let [value, pullback, ask, buffer, row, here, tangent] = names.map(|name| emitter.local(name));
        let (mut shapes, mut counts) = (TokenStream::new(), Vec::new());
        let (mut split, mut behind) = (TokenStream::new(), TokenStream::new());
        let mut mark = [TokenStream::new(), TokenStream::new()];
        let (lanes, mut begin) = (self.has_lanes(), TokenStream::new());
        let (mut again, mut slots, mut dots) = (Vec::new(), Vec::new(), Vec::new());
        for (index, (param, sig)) in params() {
            let name = &param.name;
            again.push(match (param.passing, sig.receiver) {
                (Passing::Value, true) => quote!(&self),
                (Passing::Value, false) => quote!(()),
                (Passing::Ref | Passing::RefMut, _) => quote!(#name),
            });
            if !asked(index) {
                slots.push(quote!(::core::option::Option::None));
                dots.push(quote!(::core::option::Option::None));
                continue;
            }
            let [bar, dot, count] =
                ["bar", "dot", "count"].map(|what| emitter.local(&format!("{name}_{what}")));
            let slice = matches!(&param.ty, Ty::Slice(element) if element.is_float());
            let none = if lanes { quote!(#runtime::lanes::Lanes::ZERO) } else { quote!(0.0) };
            if slice {
                shapes.extend(quote! {
                    let #count = #name.len();
                    let mut #dot = #runtime::pool::Scratch::filled(#none, #count);
                });
                split.extend(quote!(let (#bar, #row) = #row.split_at_mut(#count);));
                slots.push(quote!(::core::option::Option::Some(#bar)));
                dots.push(quote!(::core::option::Option::Some(&*#dot)));
            } else {
                let (zero, part) = (self.zero(&emitter, WrtTarget::Param(index)), emitter.local("part"));
                shapes.extend(quote!(let mut #dot = #zero; let #count = #of::Numbers::count(&#dot);));
                split.extend(quote!(let (#part, #row) = #row.split_at_mut(#count); let mut #bar = #zero;));
                slots.push(quote!(::core::option::Option::Some(&mut #bar)));
                behind.extend(quote!(#of::write(&#bar, #part);));
                dots.push(quote!(::core::option::Option::Some(&#dot)));
            }
            if lanes {
                begin.extend(match slice {
                    true => quote!(#runtime::lanes::units_of_slice(&mut #dot, &mut #here);),
                    false => quote!(let #dot = #runtime::lanes::units(&#dot, &mut #here);),
                });
            }
            for (mark, number) in mark.iter_mut().zip([quote!(1.0), quote!(0.0)]) {
                mark.extend(match slice {
                    true => quote!(#of::mark_slice(&mut #dot, &mut #here, #number);),
                    false => quote!(#of::mark(&mut #dot, &mut #here, #number);),
                });
            }
            counts.push(count);
        }
        let mut args = self.passed_again();
        if self.params().first().is_some_and(|sig| sig.receiver && sig.passing == Passing::Value) {
            args[0] = quote!(&self);
        }
        let mut pushed = args.clone();
        pushed.extend(dots);
        let pushforward = if lanes { "pushforward_lanes" } else { "pushforward" };
        let (forward, pushforward) = (self.call("forward", &args), self.call(pushforward, &pushed));
        let by_columns = match self.source.request.mode {
            Some((Mode::Forward, _)) => quote!(::core::option::Option::Some(true)),
            Some((Mode::Reverse, _)) => quote!(::core::option::Option::Some(false)),
            None => quote!(::core::option::Option::None),
        };
        let (result, seed) = (&self.signature.result, self.signature.seed());
        let [mark, unmark] = mark;
        let mut own = self.own_args();
        own.push(quote!(#buffer: &mut [f64]));
        let columns = emitter.local("columns");
        let (runs, all_columns) = match lanes {
            true => (
                quote!(#runtime::lanes::runs(#columns)),
                quote! {
                    #runtime::lanes::columns_into::<#result, #seed>(#buffer, #columns, |mut #here: isize| {
                        #begin
                        #pushforward
                    })
                },
            ),
            false => (
                columns.to_token_stream(),
                quote! {
                    #of::columns_into(#buffer, #columns, |#here: usize| -> (#result, #seed) {
                        { let mut #here = #here; #mark }
                        let #tangent = #pushforward;
                        { let mut #here = #here; #unmark }
                        #tangent
                    })
                },
            ),
        };
        let body = quote! {
            #shapes
            let #columns = #(#counts)+*;
            #of::into(
                #by_columns,
                #buffer,
                (#columns, #runs),
                |#value: &#result| -> #seed { #runtime::Differentiable::zero_tangent(#value) },
                |#ask: &mut dyn ::core::ops::FnMut(&#result) -> #seed, #row: &mut [f64]| -> #result {
                    #split
                    let (#value, #pullback) = #forward;
                    let #tangent = #ask(&#value);
                    #pullback(#(#again,)* #tangent, #(#slots),*);
                    #behind
                    #value
                },
                |#buffer: &mut [f64]| #all_columns,
            )
        };
        Some(Item {
            name: "jacobian_into".into(),
            summary: format!(
                "The value of [`{}`]; its Jacobian is written into the buffer, one row behind the other.",
                self.function.name
            ),
            hidden: false,
            lifetimes: Vec::new(),
            args: own,
            output: result.clone(),
            bounds: self.bounds(None),
            body,
            stub: never(),
        })
    }
}

fn is_of_doubles(ty: &Ty) -> bool {
    match ty {
        Ty::Float(float) => *float == Float::F64,
        Ty::Int(_) => true,
        Ty::Array(t, _) | Ty::Slice(t) | Ty::Vec(t) => is_of_doubles(t),
        Ty::Tuple(ts) => ts.len() <= 8 && ts.iter().all(is_of_doubles),
        Ty::Inert | Ty::Named(_) | Ty::Unknown => false,
    }
}
