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

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use super::Checks;
use super::checks::names_itself;
use crate::diag::Diagnostics;
use crate::diff::primal;
use crate::emit::companion::given::Given;
use crate::emit::companion::second;
use crate::emit::companion::{Site, Source};
use crate::ir::{Function, Param, Passing, Ty, Wrt};
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
        if self.source.signature.generics.type_params().next().is_some() {
            return Some(
                "there is no second derivative of what is given for a function that is generic over a type: give that of one of \
                 `f64`, or leave `order` out",
            );
        }
        let named = self.source.signature.inputs.iter().all(names_itself);
        if !named || !params.iter().filter(|param| param.active).all(|param| numbers(&param.ty)) {
            return Some(
                "there is a second derivative of what is given for numbers, and arrays, slices and `Vec`s of them alone: leave \
                 `order` out",
            );
        }
        None
    }

    /// A name that no parameter has: what is given may say any of these.
    fn unused(&self, base: &str) -> Ident {
        let mut name = Ident::new(base, Span::call_site());
        while self.function.params.iter().any(|param| param.name == name) {
            name = format_ident!("{}_", name);
        }
        name
    }

    /// The name of a parameter's tangent.
    fn dot(&self, param: &Param) -> Ident {
        self.unused(&format_ident!("{}_dot", param.name).to_string())
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
        match given {
            Given::Paths { jvp: Some(path), .. } => self.by_pushforward(path),
            Given::Partials(partials) => self.by_partials(partials),
            _ => syn::parse_quote!({ loop {} }),
        }
    }

    fn result(&self) -> TokenStream {
        match &self.source.signature.output {
            syn::ReturnType::Type(_, ty) => quote!(#ty),
            syn::ReturnType::Default => quote!(()),
        }
    }

    fn by_pushforward(&self, path: &syn::Path) -> syn::Block {
        let (ty, args, pushed) = (self.result(), self.args(), self.unused("pushed"));
        let active = self.function.params.iter().filter(|param| param.active);
        let dots = active.map(|param| {
            let dot = self.dot(param);
            match (param.passing, &param.ty) {
                // The tangent of a number is a number, however the number is passed.
                (_, Ty::Float(_)) => quote!(#dot),
                (Passing::Value, _) => quote!(#dot.clone()),
                _ => quote!(#dot),
            }
        });
        syn::parse_quote!({
            let #pushed: (#ty, #ty) = #path(#(#args,)* #(#dots),*);
            (#pushed.0, #pushed.1)
        })
    }

    fn by_partials(&self, partials: &[(usize, syn::Expr)]) -> syn::Block {
        let (name, ty, args) = (&self.source.signature.ident, self.result(), self.args());
        let runtime = &self.source.request.runtime;
        let [sum, slopes, slope, dot] = ["value_dot", "slopes", "slope", "dot"].map(|base| self.unused(base));
        let terms = partials.iter().map(|(index, partial)| {
            let param = &self.function.params[*index];
            let of_param = self.dot(param);
            if let Ty::Float(_) = &param.ty {
                return quote!(#sum += (#partial) * #of_param;);
            }
            let check = (!matches!(param.ty, Ty::Array(..)))
                .then(|| quote!(#runtime::__private::given::check_len(#slopes.len(), #of_param.len());));
            quote! {{
                let #slopes = #partial;
                #check
                for (#slope, #dot) in #slopes.iter().zip(#of_param.iter()) {
                    #sum += *#slope * *#dot;
                }
            }}
        });
        syn::parse_quote!({
            let value: #ty = #name(#(#args),*);
            let mut #sum: #ty = 0.0;
            #(#terms)*
            (value, #sum)
        })
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
                false => primal::no_tangent(&mut of.vars, self.dot(param), Passing::Ref),
            };
            of.params.push(dot);
        }
        for (param, user) in of.params.iter_mut().zip(&self.function.params) {
            (param.active, param.no_diff) = (user.active, user.no_diff);
        }
        of.order = 2;
        of.assumed = Vec::new();
        of.tangents_from = Some(of.vars.0.len());
        of.wrt = Wrt::every(&of.params);
        Some(of)
    }
}
