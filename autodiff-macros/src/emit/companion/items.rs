//! The functions of a companion, one by one.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::super::Emitter;
use super::super::signature::ParamSig;
use super::super::sweeps::{self, Sweep};
use super::super::types::owned_tangent;
use super::{Bodies, Item, Shape, Site};
use crate::diff::Adjoint;
use crate::ir::*;

impl Shape<'_> {
    pub(super) fn items(&self, bodies: Option<Bodies>) -> Vec<Item> {
        let (into, resized, vjp, forward, pushforward, lanes) = match bodies {
            Some(Bodies { into, resized, vjp, forward, pushforward, lanes }) => {
                (into, resized, vjp, Some(forward), Some(pushforward), lanes)
            }
            None => (None, None, None, None, None, None),
        };
        let mut items = vec![
            self.value_and_grad(resized),
            self.grad(),
            self.value_and_grad_into(into),
            self.vjp(vjp),
            self.jvp(),
            self.forward(forward),
            self.pushforward(pushforward),
        ];
        items.extend(self.wide(lanes));
        items.extend(self.jacobians());
        items.extend(self.second_order());
        items.extend(self.nested());
        items
    }

    pub(super) fn own_args(&self) -> Vec<TokenStream> {
        self.params().iter().map(ParamSig::arg).collect()
    }

    /// The same for functions with code in them.
    fn asked_args(&self) -> Vec<TokenStream> {
        self.params().iter().map(ParamSig::asked_arg).collect()
    }

    pub(super) fn passed(&self) -> Vec<TokenStream> {
        self.params().iter().map(ParamSig::pass).collect()
    }

    /// What `forward` and `pushforward` take, and are passed: a receiver by value is lent to them.
    fn lent_args(&self) -> Vec<TokenStream> {
        self.params().iter().map(ParamSig::lent_arg).collect()
    }

    pub(super) fn passed_lent(&self) -> Vec<TokenStream> {
        self.params().iter().map(ParamSig::pass_lent).collect()
    }

    fn value_and_grad(&self, resized: Option<Sweep>) -> Item {
        let (args, body) = match resized {
            Some(sweep) => (self.asked_args(), self.grad_behind(sweep)),
            None => (self.own_args(), self.grad_by_buffers()),
        };
        let (result, gradient_type) = (&self.signature.result, self.gradient_type());
        Item {
            name: "value_and_grad".into(),
            summary: format!("The value of [`{}`] and its gradient.", self.function.name),
            hidden: false,
            lifetimes: Vec::new(),
            bounds: Vec::new(),
            args,
            output: quote!((#result, #gradient_type)),
            body,
            stub: never(),
        }
    }

    /// Adjoints of zero in the shape of the arguments, to which `value_and_grad_into` adds.
    fn grad_by_buffers(&self) -> TokenStream {
        let (mut emitter, names) = self.wrapper();
        let mut begin = TokenStream::new();
        let mut args = self.passed();
        for (wrt, name) in self.function.wrt.iter().zip(&names) {
            let zero = self.zero(&emitter, wrt.target);
            begin.extend(quote!(let mut #name = #zero;));
            args.push(quote!(&mut #name));
        }
        let value = emitter.local("value");
        let call = self.call("value_and_grad_into", &args);
        let gradient = self.gradient_value(&names);
        quote!(#begin let #value = #call; (#value, #gradient))
    }

    /// The reverse sweep makes adjoints of zero behind the forward sweep, in the shape of what `&mut` arguments are left with.
    fn grad_behind(&self, sweep: Sweep) -> TokenStream {
        let (mut emitter, _) = self.wrapper();
        let (value, pullback) = (emitter.local("value"), emitter.local("pullback"));
        let (gradient, body) = (emitter.local("gradient"), sweep.body);
        let ty = &self.function.result_ty;
        let seed = (!self.signature.returns_nothing())
            .then(|| sweeps::ones_of(ty, quote!((&#value)), &self.signature.runtime));
        quote! {
            let (#value, mut #pullback) = { #body };
            let #gradient = #pullback(#seed);
            (#value, #gradient)
        }
    }

    fn grad(&self) -> Item {
        let call = self.call("value_and_grad", &self.passed());
        Item {
            name: "grad".into(),
            summary: format!(
                "The gradient of [`{}`] (of the sum of its results, where there are several).",
                self.function.name
            ),
            hidden: false,
            lifetimes: Vec::new(),
            bounds: Vec::new(),
            args: self.own_args(),
            output: self.gradient_type(),
            body: quote!(#call.1),
            stub: never(),
        }
    }

    pub(super) fn value_and_grad_into(&self, sweep: Option<Sweep>) -> Item {
        let mut args = self.asked_args();
        let body = match sweep {
            Some(sweep) => {
                args.extend(sweep.args);
                sweep.body
            }
            None => {
                let (_, names) = self.wrapper();
                for (wrt, name) in self.function.wrt.iter().zip(names) {
                    let ty = match wrt.target {
                        WrtTarget::Param(index) => self.params()[index].slot(&self.signature.runtime),
                        WrtTarget::Local(var) => {
                            owned_tangent(&self.function.vars[var].ty, &self.signature.runtime)
                        }
                    };
                    args.push(quote!(#name: &mut #ty));
                }
                TokenStream::new()
            }
        };
        Item {
            name: "value_and_grad_into".into(),
            summary: format!(
                "The value of [`{}`]; its gradient is added to what the buffers hold.",
                self.function.name
            ),
            hidden: false,
            lifetimes: Vec::new(),
            bounds: Vec::new(),
            args,
            output: self.signature.asked_result.clone(),
            body,
            stub: never(),
        }
    }

    pub(super) fn forward(&self, sweep: Option<Sweep>) -> Item {
        let runtime = &self.signature.runtime;
        let mut types: Vec<TokenStream> = self.params().iter().map(ParamSig::again).collect();
        types.push(self.signature.seed());
        types.extend(self.params().iter().map(|param| param.lent_adjoint(runtime)));
        let result = &self.signature.asked_result;
        let (args, lifetimes, captures) = self.kept_references(self.lent_args());
        Item {
            name: "forward".into(),
            summary: "The value and the pullback that other differentiated functions call.".into(),
            hidden: true,
            lifetimes,
            bounds: Vec::new(),
            args,
            output: match self.function.recursive {
                true => quote!((#result, #runtime::__private::Box<dyn ::core::ops::FnOnce(#(#types),*)>)),
                false => quote!((#result, impl ::core::ops::FnOnce(#(#types),*) #captures)),
            },
            body: sweep.map(|sweep| sweep.body).unwrap_or_default(),
            stub: never_closure(&types, &quote!(()), self.function.recursive.then_some(runtime)),
        }
    }

    /// The names of the seeds of `&mut` parameters in `vjp`, by index.
    fn in_out_seeds(&self, emitter: &mut Emitter<'_>) -> Vec<(usize, Ident)> {
        (self.function.params.iter().enumerate())
            .filter(|(_, param)| param.passing == Passing::RefMut && param.active)
            .map(|(index, param)| (index, emitter.local(&format!("{}_seed", param.name))))
            .collect()
    }

    pub(super) fn direct_vjp(&self, function: &Function, adjoint: Adjoint) -> Sweep {
        let (mut emitter, _) = self.wrapper();
        let seeds = self.in_out_seeds(&mut emitter);
        sweeps::borrowing(function, &self.signature, adjoint, &seeds, self.function.wrt.len())
    }

    /// Seeded with ones, and zeros for `&mut` parameters.
    pub(super) fn resized(&self, function: &Function, adjoint: Adjoint) -> Sweep {
        sweeps::borrowing(function, &self.signature, adjoint, &[], self.function.wrt.len())
    }

    /// The bound of a pullback that borrows the arguments.
    pub(super) fn captures(&self, lifetimes: &[TokenStream]) -> TokenStream {
        match self.source.site {
            Site::Impl(None) => self.signature.borrowing_unseen(lifetimes),
            Site::Companion | Site::Impl(Some(_)) => self.signature.borrowing(lifetimes),
        }
    }

    /// The arguments of what other differentiated functions call, with lifetimes that their pullback may keep, and what it
    /// keeps: references it is given again, but not what holds some.
    pub(super) fn kept_references(
        &self,
        mut args: Vec<TokenStream>,
    ) -> (Vec<TokenStream>, Vec<TokenStream>, Option<TokenStream>) {
        let mut lifetimes = Vec::new();
        let keeps = self.params().iter().any(ParamSig::holds_references);
        for (arg, param) in args.iter_mut().zip(self.params()).filter(|(_, param)| param.holds_references()) {
            *arg = param.arg_with_lifetimes(&mut lifetimes, self.one_lifetime);
        }
        let captures = keeps.then(|| {
            let captures = self.captures(&lifetimes);
            quote!(+ #captures)
        });
        (args, lifetimes, captures)
    }

    fn vjp(&self, direct: Option<Sweep>) -> Item {
        let runtime = &self.signature.runtime;
        let mut lifetimes = Vec::new();
        let args: Vec<TokenStream> = self
            .params()
            .iter()
            .map(|param| param.arg_with_lifetimes(&mut lifetimes, self.one_lifetime))
            .collect();
        let (mut emitter, names) = self.wrapper();
        let mut seeds: Vec<(TokenStream, TokenStream)> = Vec::new();
        let seed = emitter.local("seed");
        if !self.signature.returns_nothing() {
            seeds.push((quote!(#seed), self.signature.seed()));
        }
        let seed = if self.signature.returns_nothing() { quote!(()) } else { quote!(#seed) };

        let (mut before, mut begin, mut end) = (TokenStream::new(), TokenStream::new(), TokenStream::new());
        let (mut again, mut slots) = (Vec::new(), Vec::new());
        for (index, (param, sig)) in self.function.params.iter().zip(self.params()).enumerate() {
            let name = &param.name;
            match (param.passing, sig.receiver) {
                (Passing::Value, true) => again.push(quote!(&self)),
                (Passing::Value, false) => again.push(quote!(())),
                (Passing::Ref, _) => again.push(quote!(#name)),
                (Passing::RefMut, _) => {
                    if param.last.is_some() || self.rolled_back.contains(&index) {
                        // The caller finds what the primal left, though the pullback rolls back.
                        let kept = emitter.local(&format!("{name}_out"));
                        let (keep, put_back) = keep(param, &kept);
                        begin.extend(keep);
                        end.extend(put_back);
                    }
                    again.push(quote!(&mut *#name));
                }
            }
            if !sig.may_be_active() {
                slots.push(quote!(::core::option::Option::None));
                continue;
            }
            let asked = self.function.wrt.iter().position(|wrt| wrt.target == WrtTarget::Param(index));
            let in_out = param.passing == Passing::RefMut && param.active;
            let slot = match asked {
                Some(at) => names[at].clone(),
                None if in_out => emitter.local(&format!("{name}_bar")),
                None => {
                    slots.push(quote!(::core::option::Option::None));
                    continue;
                }
            };
            if in_out {
                seeds.push((quote!(mut #slot), sig.owned(runtime)));
            } else {
                let zero = emitter.zero(&Path::of(param.var));
                // What is handed over by value is gone when the pullback runs.
                let early = param.passing == Passing::Value && sig.role == Role::Place;
                let declare = quote!(let mut #slot = #zero;);
                if early { before.extend(declare) } else { begin.extend(declare) }
            }
            slots.push(quote!(::core::option::Option::Some(&mut #slot)));
        }
        for (wrt, name) in self.function.wrt.iter().zip(&names) {
            if matches!(wrt.target, WrtTarget::Local(_)) {
                let zero = self.zero(&emitter, wrt.target);
                begin.extend(quote!(let #name = #zero;));
            }
        }
        let (value, pullback) = (emitter.local("value"), emitter.local("pullback"));
        let call = self.call("forward", &self.passed_lent());
        let params = seeds.iter().map(|(pattern, ty)| quote!(#pattern: #ty));
        let gradient = self.gradient_value(&names);
        let body = quote! {
            #before
            let (#value, #pullback) = #call;
            (#value, move |#(#params),*| {
                #begin
                #pullback(#(#again,)* #seed, #(#slots),*);
                #end
                #gradient
            })
        };
        let body = direct.map_or(body, |sweep| sweep.body);
        let types: Vec<TokenStream> = seeds.into_iter().map(|(_, ty)| ty).collect();
        let (result, gradient_type) = (&self.signature.result, self.gradient_type());
        let captures = self.captures(&lifetimes);
        Item {
            name: "vjp".into(),
            summary: format!(
                "The value of [`{}`] and its pullback: from the adjoint of the result to the gradient.",
                self.function.name
            ),
            hidden: false,
            lifetimes,
            bounds: Vec::new(),
            args,
            output: quote!((#result, impl ::core::ops::FnOnce(#(#types),*) -> #gradient_type + #captures)),
            body,
            stub: never_closure(&types, &gradient_type, None),
        }
    }

    fn jvp(&self) -> Item {
        let runtime = &self.signature.runtime;
        let (mut emitter, _) = self.wrapper();
        let mut args = self.own_args();
        let mut tangents = vec![quote!(::core::option::Option::None); self.params().len()];
        for wrt in &self.function.wrt {
            if let WrtTarget::Param(index) = wrt.target {
                let name = emitter.local_at(&format!("{}_dot", wrt.name), wrt.name.span());
                let sig = &self.params()[index];
                let ty = sig.dot(runtime);
                args.push(quote!(#name: #ty));
                let reference = (!sig.dot_is_reference()).then(|| quote!(&));
                tangents[index] = quote!(::core::option::Option::Some(#reference #name));
            }
        }
        let mut passed = self.passed_lent();
        passed.extend(tangents);
        let call = self.call("pushforward", &passed);
        let (result, tangent) = (&self.signature.result, self.signature.seed());
        Item {
            name: "jvp".into(),
            summary: format!(
                "The value of [`{}`] and its tangent, from the tangents of its arguments.",
                self.function.name
            ),
            hidden: false,
            lifetimes: Vec::new(),
            bounds: Vec::new(),
            args,
            output: quote!((#result, #tangent)),
            body: call,
            stub: never(),
        }
    }

    /// The arguments and the body of a pushforward; without a sweep its tangents have the types alone.
    pub(super) fn of_pushforward(
        &self,
        sweep: Option<Sweep>,
        tangent: impl Fn(&ParamSig) -> TokenStream,
    ) -> (Vec<TokenStream>, TokenStream) {
        let mut args = self.lent_args();
        match sweep {
            Some(sweep) => {
                args.extend(sweep.args);
                (args, sweep.body)
            }
            None => {
                args.extend(self.params().iter().map(|param| {
                    let ty = tangent(param);
                    quote!(_: #ty)
                }));
                (args, TokenStream::new())
            }
        }
    }

    pub(super) fn pushforward(&self, sweep: Option<Sweep>) -> Item {
        let runtime = &self.signature.runtime;
        let (args, body) = self.of_pushforward(sweep, |param| param.lent_tangent(runtime));
        let (result, tangent) = (&self.signature.asked_result, self.signature.seed());
        Item {
            name: "pushforward".into(),
            summary: "The value and its tangent, as other differentiated functions call it.".into(),
            hidden: true,
            lifetimes: Vec::new(),
            bounds: Vec::new(),
            args,
            output: quote!((#result, #tangent)),
            body,
            stub: never(),
        }
    }
}

pub(super) fn never() -> TokenStream {
    quote!(::core::unreachable!())
}

/// `boxed`: by the box of which runtime.
pub(super) fn never_closure(
    types: &[TokenStream],
    output: &TokenStream,
    boxed: Option<&TokenStream>,
) -> TokenStream {
    let params = types.iter().map(|ty| quote!(_: #ty));
    let mut closure = quote!(move |#(#params),*| -> #output { ::core::unreachable!() });
    if let Some(runtime) = boxed {
        closure = quote!(#runtime::__private::Box::new(#closure));
    }
    quote!((::core::unreachable!(), #closure))
}

/// The same where it is put back more than once, and may have another length.
pub(super) fn keep_for_all(param: &Param, kept: &Ident) -> (TokenStream, TokenStream) {
    let (keep, back) = keep(param, kept);
    match (&param.name, &param.ty) {
        (name, Ty::Array(..) | Ty::Vec(_) | Ty::Tuple(_)) => {
            (keep, quote!(::core::clone::Clone::clone_from(&mut *#name, &#kept);))
        }
        _ => (keep, back),
    }
}

/// Keeps the content of a `&mut` parameter, and puts it back.
pub(super) fn keep(param: &Param, kept: &Ident) -> (TokenStream, TokenStream) {
    let name = &param.name;
    let copy = match &param.ty {
        ty if ty.is_scalar() => quote!(*#name),
        Ty::Slice(_) => quote!(#name.to_vec()),
        Ty::Array(t, _) if t.is_scalar() => quote!(*#name),
        _ => quote!(::core::clone::Clone::clone(&*#name)),
    };
    let back = match &param.ty {
        Ty::Slice(_) => quote!(#name.clone_from_slice(&#kept);),
        _ => quote!(*#name = #kept;),
    };
    (quote!(let #kept = #copy;), back)
}
