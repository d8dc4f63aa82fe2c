//! Derivatives beyond a first one that is given: the pushforward is written out as an ordinary function, which is
//! differentiated like any other.
//!
//! Invariant: the function that is written out gives what the companion's `pushforward` gives, for finite numbers.
//!
//! ```text
//! #[differentiate(order = 2, partials(x = digamma(x)))]
//! fn ln_gamma(x: f64) -> f64 { … }
//!     →
//! fn order_2(x: f64, x_dot: f64) -> (f64, f64) {
//!     let value = ln_gamma(x);
//!     let mut value_dot = 0.0;
//!     value_dot += (digamma(x)) * x_dot;
//!     (value, value_dot)
//! }
//! ```

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::Checks;
use crate::diag::Diagnostics;
use crate::emit::companion::given::Given;
use crate::emit::companion::second;
use crate::emit::companion::{Site, Source};
use crate::ir::{Function, Param, Passing, Role, Ty, Wrt, WrtTarget};
use crate::lower;
use crate::request::Request;

impl Checks<'_> {
    /// The pushforward as a function that is differentiated in its turn, where it can be written out.
    pub(super) fn pushforward(&mut self, given: &Given) -> Option<Function> {
        let written = Written { source: self.source, function: self.function };
        match written.refusal(given, self.found.is_some()) {
            Some(why) => {
                let key = &self.source.request.given.first()?.key;
                self.diag.error(key, why);
                None
            }
            None => written.lowered(given, &mut self.diag),
        }
    }
}

struct Written<'a> {
    source: Source<'a>,
    function: &'a Function,
}

impl Written<'_> {
    fn refusal(&self, given: &Given, may_fail: bool) -> Option<&'static str> {
        let numbers = |ty: &Ty| match ty {
            Ty::Float(_) => true,
            Ty::Array(t, _) | Ty::Slice(t) | Ty::Vec(t) => matches!(**t, Ty::Float(_)),
            _ => false,
        };
        let params = &self.function.params;
        match given {
            Given::Partials(_) | Given::Paths { jvp: Some(_), .. } => {}
            _ => {
                return Some(
                    "what is given is a first derivative, and there is no second: leave `order` out, or give `partials(…)` or \
                     `jvp = path`, which are differentiated in their turn",
                );
            }
        }
        if !matches!(self.source.site, Site::Companion) || may_fail {
            return Some(
                "there is no second derivative of what is given for a method, or for what may fail: give that of a function",
            );
        }
        if params.iter().any(|param| param.passing == Passing::RefMut) {
            return Some(
                "there is no second derivative of what is given for a function that changes its arguments",
            );
        }
        let plain = self.source.signature.inputs.iter().all(|input| match input {
            syn::FnArg::Typed(typed) => matches!(&*typed.pat, syn::Pat::Ident(_)),
            syn::FnArg::Receiver(_) => false,
        });
        if !plain || !params.iter().filter(|param| param.active).all(|param| numbers(&param.ty)) {
            return Some(
                "there is a second derivative of what is given for numbers, and arrays, slices and `Vec`s of them alone: leave \
                 `order` out",
            );
        }
        None
    }

    /// A name for the tangent of a parameter that nothing else has.
    fn dot(&self, param: &Param) -> Ident {
        let mut name = format_ident!("{}_dot", param.name);
        while self.function.params.iter().any(|other| other.name == name) {
            name = format_ident!("{}_", name);
        }
        name
    }

    fn signature(&self) -> syn::Signature {
        let mut signature = self.source.signature.clone();
        signature.ident = second::name(self.source, 2);
        for (param, input) in self.function.params.iter().zip(&self.source.signature.inputs) {
            let (true, syn::FnArg::Typed(typed)) = (param.active, input) else { continue };
            let (name, ty) = (self.dot(param), &typed.ty);
            let ty = match (param.passing, &param.ty) {
                (_, Ty::Float(_)) => {
                    let mut ty = &**ty;
                    while let syn::Type::Reference(reference) = ty {
                        ty = &reference.elem;
                    }
                    quote!(#ty)
                }
                (Passing::Value, _) => quote!(&#ty),
                _ => quote!(#ty),
            };
            signature.inputs.push(syn::parse_quote!(#name: #ty));
        }
        if let syn::ReturnType::Type(_, ty) = &self.source.signature.output {
            signature.output = syn::parse_quote!(-> (#ty, #ty));
        }
        signature
    }

    /// What the function is called with, to leave its arguments where they are.
    fn args(&self) -> Vec<TokenStream> {
        let arg = |param: &Param| {
            let name = &param.name;
            match (param.passing, &param.ty) {
                (Passing::Value, Ty::Array(..) | Ty::Vec(_) | Ty::Tuple(_) | Ty::Named(_) | Ty::Unknown) => {
                    quote!(#name.clone())
                }
                _ => quote!(#name),
            }
        };
        self.function.params.iter().map(arg).collect()
    }

    fn block(&self, given: &Given) -> syn::Block {
        let (name, args) = (&self.source.signature.ident, self.args());
        let ty = match &self.source.signature.output {
            syn::ReturnType::Type(_, ty) => quote!(#ty),
            syn::ReturnType::Default => quote!(()),
        };
        match given {
            Given::Paths { jvp: Some(path), .. } => {
                let active = self.function.params.iter().filter(|param| param.active);
                let dots = active.map(|param| {
                    let dot = self.dot(param);
                    match (param.passing, &param.ty) {
                        (Passing::Value, Ty::Float(_)) => quote!(#dot),
                        (Passing::Value, _) => quote!(#dot.clone()),
                        (_, Ty::Float(_)) => quote!(&#dot),
                        _ => quote!(#dot),
                    }
                });
                syn::parse_quote!({
                    let pushed: (#ty, #ty) = #path(#(#args,)* #(#dots),*);
                    (pushed.0, pushed.1)
                })
            }
            Given::Partials(partials) => {
                let terms = partials.iter().map(|(index, partial)| {
                    let param = &self.function.params[*index];
                    let dot = self.dot(param);
                    match &param.ty {
                        Ty::Float(_) => quote!(value_dot += (#partial) * #dot;),
                        _ => quote! {
                            let partial = #partial;
                            for (partial, dot) in partial.iter().zip(#dot.iter()) {
                                value_dot += *partial * *dot;
                            }
                        },
                    }
                });
                syn::parse_quote!({
                    let value: #ty = #name(#(#args),*);
                    let mut value_dot: #ty = 0.0;
                    #(#terms)*
                    (value, value_dot)
                })
            }
            _ => syn::parse_quote!({ loop {} }),
        }
    }

    fn lowered(&self, given: &Given, diag: &mut Diagnostics) -> Option<Function> {
        let request = Request {
            given: Vec::new(),
            wrt: None,
            stop: Vec::new(),
            order: 1,
            ..self.source.request.clone()
        };
        let mut own = Diagnostics::new();
        let mut of = lower::function(&request, &self.signature(), &self.block(given), &mut own);
        let fine = own.is_empty();
        diag.absorb(own);
        if !fine {
            return None;
        }
        let mut dots = of.params.split_off(self.function.params.len()).into_iter();
        for param in &self.function.params {
            let dot = match param.active {
                true => Param { lent: true, ..dots.next()? },
                false => {
                    let (name, span) = (self.dot(param), param.name.span());
                    let var = of.vars.fresh(name.to_string(), Ty::Inert, Role::Place, span);
                    let (ty, passing) = (Ty::Inert, Passing::Ref);
                    Param { name, ty, passing, var, last: None, active: false, no_diff: true, lent: true }
                }
            };
            of.params.push(dot);
        }
        for (param, user) in of.params.iter_mut().zip(&self.function.params) {
            (param.active, param.no_diff) = (user.active, user.no_diff);
        }
        of.wrt = (of.params.iter().enumerate())
            .filter(|(_, param)| param.active)
            .map(|(index, param)| Wrt { name: param.name.clone(), target: WrtTarget::Param(index) })
            .collect();
        of.order = 2;
        of.assumed = Vec::new();
        of.tangents_from = Some(of.vars.0.len());
        Some(of)
    }
}
