//! The companion of a function: what it offers, in which form, under which names.
//!
//! A function `f` gets `struct f {}` with associated functions `value_and_grad`, `grad`, …; a method `loss` gets associated
//! functions `loss_value_and_grad`, … beside it.

mod explained;
pub(crate) mod given;
mod items;
pub(crate) mod jacobian;
mod jacobian_into;
mod nested;
mod passed;
pub(crate) mod second;
mod wide;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

pub(crate) use super::call::derived_name;
use super::signature::{ParamSig, Signature};
use super::sweeps::{self, Sweep};
use super::types::owned_tangent;
use super::{Emitter, Form, Unit, doc};
use crate::analysis;
use crate::diff::{Adjoint, Pushforward};
use crate::explain::Explanation;
use crate::ir::*;
use crate::request::{Request, Unconnected};

/// Where the generated functions stand.
#[derive(Clone, Copy)]
pub(crate) enum Site<'a> {
    /// In a struct of the function's name.
    Companion,
    /// Beside the function, in an `impl` block with these generics (none where the macro cannot see them).
    Impl(Option<&'a syn::Generics>),
}

impl Site<'_> {
    /// The name of what is generated for a function: `what`, or `loss_what` beside the function.
    pub(crate) fn name(self, function: &Ident, what: &str) -> Ident {
        match self {
            Site::Companion => Ident::new(what, function.span()),
            Site::Impl(_) => super::call::derived_name(function, what),
        }
    }
}

/// The function as the user wrote it.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) request: &'a Request,
    pub(crate) signature: &'a syn::Signature,
    pub(crate) visibility: &'a syn::Visibility,
    pub(crate) attributes: &'a [syn::Attribute],
    pub(crate) site: Site<'a>,
    /// Only other functions of its module call the derivatives.
    pub(crate) hidden: bool,
    /// What stands beside it in its `impl` block.
    pub(crate) siblings: &'a [syn::ImplItem],
    /// It says beside its result whether there is one: see `expand::fallible`.
    pub(crate) may_fail: bool,
}

impl Source<'_> {
    /// Whether the user has written a function of this name beside the function.
    pub(crate) fn written(&self, name: &Ident) -> bool {
        self.siblings
            .iter()
            .any(|item| matches!(item, syn::ImplItem::Fn(method) if method.sig.ident == *name))
    }

    /// A function of the user's in whose place stands one that others of the generated ones call.
    pub(crate) fn in_the_way(&self) -> Option<&Ident> {
        let needed = ["value_and_grad", "value_and_grad_into", "forward", "pushforward"];
        let needed = needed.map(|what| super::call::derived_name(&self.signature.ident, what));
        self.siblings.iter().find_map(|item| match item {
            syn::ImplItem::Fn(method) if needed.contains(&method.sig.ident) => Some(&method.sig.ident),
            _ => None,
        })
    }

    /// Under which conditions the function is there.
    pub(crate) fn conditions(&self) -> impl Iterator<Item = &syn::Attribute> {
        self.attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"))
    }
}

/// The derivative programs of a function.
#[derive(Clone)]
pub(crate) struct Derivatives {
    /// By what users ask for, seeded with ones; none where only other functions call.
    pub(crate) gradient: Option<Adjoint>,
    /// The same with seeds of the caller's, where `vjp` is not made of `pullback`: locals have no slot there, and `&mut`
    /// parameters need not be rolled back. `wrt` may be longer than that of the user.
    pub(crate) direct: Option<(Function, Adjoint)>,
    /// By every active parameter, `&mut` parameters rolled back: what other functions call.
    pub(crate) pullback: Adjoint,
    /// By every active parameter.
    pub(crate) pushforward: Pushforward,
    /// Which of its variables are tangents that forward mode made, where several tangents at once are asked for.
    pub(crate) lanes: Option<std::ops::Range<usize>>,
}

/// One generated function.
struct Item {
    name: std::borrow::Cow<'static, str>,
    summary: String,
    hidden: bool,
    lifetimes: Vec<TokenStream>,
    args: Vec<TokenStream>,
    output: TokenStream,
    /// What is asked of types beyond what the function asks.
    bounds: Vec<syn::WherePredicate>,
    body: TokenStream,
    /// A body of the promised type that is never run.
    stub: TokenStream,
}

/// The companion with its derivatives, and what is known of them where that is asked for.
pub(crate) fn companion(
    source: Source<'_>,
    function: &Function,
    derivatives: Derivatives,
    explanation: Option<(Explanation, Span)>,
) -> TokenStream {
    let mut shape = Shape::new(source, function);
    if let Some((explanation, asked)) = &explanation {
        shape.helpers.extend(explained::explained(source, function, explanation, *asked));
    }
    let connected = |gradient: &Adjoint| gradient.wrt.iter().map(Option::is_some).collect();
    shape.connected = derivatives.gradient.as_ref().map(connected).unwrap_or_default();
    let mut into = derivatives.gradient.map(|gradient| sweeps::joined(function, &shape.signature, gradient));
    shape.rolled_back.clone_from(&derivatives.pullback.rolled_back);
    let shown = into.as_ref().map(|into| into.body.clone());
    shape.closure = shape
        .signature
        .witness
        .is_some()
        .then(|| sweeps::witness(function, &shape.signature, &derivatives.pullback));
    let mut forward = sweeps::forward(function, &shape.signature, derivatives.pullback);
    let mut lanes = derivatives.lanes.map(|tangents| {
        sweeps::pushforward_lanes(function, &shape.signature, derivatives.pushforward.clone(), tangents)
    });
    let mut pushforward = sweeps::pushforward(function, &shape.signature, derivatives.pushforward);
    let mut resized = match &derivatives.direct {
        Some((function, adjoint)) if analysis::resizes(function) => {
            Some(shape.resized(function, adjoint.clone()))
        }
        _ => None,
    };
    let mut vjp = derivatives.direct.map(|(function, adjoint)| shape.direct_vjp(&function, adjoint));
    let sweeps =
        [&mut forward, &mut pushforward].into_iter().chain(&mut into).chain(&mut vjp).chain(&mut resized);
    let sweeps = sweeps.chain(&mut lanes);
    for sweep in sweeps {
        let (nested, body) = (&function.items, &sweep.body);
        sweep.body = quote!(#(#nested)* #body);
    }
    // Once, where nobody reads.
    let (checks, body) = (super::types::assumptions(function, &shape.signature.runtime), &pushforward.body);
    pushforward.body = quote!(#checks #body);
    let items = shape.items(Some(Bodies { into, resized, vjp, forward, pushforward, lanes }));
    shape.assemble(items, false, shown)
}

/// The same signatures with bodies that are never run: what is emitted beside errors, so that calls make no more of them.
/// `constant`: one that its signatures mention.
pub(crate) fn stub(source: Source<'_>, function: &Function, constant: &TokenStream) -> TokenStream {
    let mut function = function.clone();
    // Names of `wrt` that mean nothing take their place in the gradient's type as well.
    for (at, name) in source.request.wrt.iter().flatten().enumerate() {
        if function.wrt.iter().all(|wrt| wrt.name != *name) {
            let var = function.vars.fresh(name.to_string(), Ty::f64(), Role::Value, name.span());
            let wrt = Wrt { name: name.clone(), target: WrtTarget::Local(var) };
            function.wrt.insert(at.min(function.wrt.len()), wrt);
        }
    }
    let mut shape = Shape::new(source, &function);
    let known = &shape.signature.known;
    shape.signature.known = quote!(#constant #known);
    shape.helpers.extend(explained::stub(source, &function));
    let items = shape.items(None);
    shape.assemble(items, true, None)
}

struct Bodies {
    into: Option<Sweep>,
    /// The value and a closure that gives the gradient of the result alone: where adjoints in the shape in which `&mut`
    /// arguments arrive do not fit what is left in them.
    resized: Option<Sweep>,
    vjp: Option<Sweep>,
    forward: Sweep,
    pushforward: Sweep,
    lanes: Option<Sweep>,
}

struct Shape<'a> {
    source: Source<'a>,
    function: &'a Function,
    signature: Signature,
    /// Which entries of `wrt` the result depends on.
    connected: Vec<bool>,
    /// The parameters that `pullback` brings back to what they held before the call.
    rolled_back: Vec<usize>,
    /// The body of the closure in the second constant of which [`super::known`] speaks.
    closure: Option<TokenStream>,
    /// Functions beside the derivatives.
    helpers: TokenStream,
    /// The pullback of `vjp` may borrow the arguments for one lifetime alone: it is the user's own.
    one_lifetime: bool,
    /// How the function of which a derivative is given may have no result.
    found: Option<given::Found>,
}

impl<'a> Shape<'a> {
    fn new(source: Source<'a>, function: &'a Function) -> Shape<'a> {
        let runtime = source.request.runtime.to_token_stream();
        let mut signature =
            Signature::new(function, source.signature, source.site, &source.request.scope, runtime);
        signature.missing_is_none = source.request.unconnected == Unconnected::None;
        Shape {
            source,
            function,
            signature,
            connected: Vec::new(),
            rolled_back: Vec::new(),
            closure: None,
            helpers: TokenStream::new(),
            one_lifetime: false,
            found: None,
        }
    }

    fn name(&self, what: &str) -> Ident {
        self.source.site.name(&self.function.name, what)
    }

    /// `Self::name::<T>(args)`
    fn call(&self, what: &str, args: &[TokenStream]) -> TokenStream {
        let (mut name, turbofish) = (self.name(what), self.signature.turbofish());
        // A receiver of which nothing is known is complained of at one place.
        let span = match self.source.signature.receiver() {
            Some(receiver) => receiver.self_token.span,
            None => Span::call_site(),
        };
        name.set_span(span);
        quote_spanned!(span=> Self::#name #turbofish(#(#args),*))
    }

    fn params(&self) -> &[ParamSig] {
        &self.signature.params
    }

    /// The gradient's type by each entry of `wrt`.
    fn slot_types(&self) -> Vec<TokenStream> {
        let runtime = &self.signature.runtime;
        self.function
            .wrt
            .iter()
            .map(|wrt| match wrt.target {
                WrtTarget::Param(index) => self.params()[index].owned(runtime),
                WrtTarget::Local(var) => owned_tangent(&self.function.vars[var].ty, runtime),
            })
            .collect()
    }

    /// Whether the slot is an `Option` that is `None`.
    fn missing(&self, at: usize) -> bool {
        self.signature.missing_is_none && !self.connected.get(at).copied().unwrap_or(true)
    }

    fn gradient_type(&self) -> TokenStream {
        let types: Vec<TokenStream> = self
            .slot_types()
            .into_iter()
            .enumerate()
            .map(|(at, ty)| if self.missing(at) { quote!(::core::option::Option<#ty>) } else { ty })
            .collect();
        tuple_of(&types)
    }

    fn gradient_value(&self, names: &[Ident]) -> TokenStream {
        let values: Vec<TokenStream> = names
            .iter()
            .enumerate()
            .map(
                |(at, name)| {
                    if self.missing(at) { quote!(::core::option::Option::None) } else { quote!(#name) }
                },
            )
            .collect();
        tuple_of(&values)
    }

    /// An emitter that knows the parameters.
    fn bound(&self) -> Emitter<'_> {
        let mut unit = Unit::default();
        let mut emitter = Emitter::new(&self.signature.runtime, self.function.vars.clone(), &mut unit, &[]);
        for param in &self.function.params {
            let form = match param.passing {
                Passing::Value => Form::Owned,
                Passing::Ref => Form::Ref,
                Passing::RefMut => Form::RefMut,
            };
            emitter.bind_as(param.var, param.name.clone(), form, true);
        }
        emitter.ask(self.function, &self.signature, |_| true);
        emitter
    }

    /// The same with names for the adjoints, in the order of `wrt`.
    fn wrapper(&self) -> (Emitter<'_>, Vec<Ident>) {
        let mut emitter = self.bound();
        let names = self
            .function
            .wrt
            .iter()
            .map(|wrt| emitter.local_at(&format!("{}_bar", wrt.name), wrt.name.span()))
            .collect();
        (emitter, names)
    }

    /// The zero adjoint of an entry of `wrt`.
    fn zero(&self, emitter: &Emitter<'_>, target: WrtTarget) -> TokenStream {
        match target {
            WrtTarget::Param(index) => emitter.zero(&Path::of(self.function.params[index].var)),
            WrtTarget::Local(var) => emitter.zero_by_type(&self.function.vars[var].ty),
        }
    }

    /// A body with loops is better optimised on its own, where rustc knows that its arguments do not overlap.
    fn has_loops(&self) -> bool {
        let mut found = false;
        self.function.body.walk(&mut |stmt| found |= matches!(stmt.kind, StmtKind::Loop(_)));
        found
    }

    /// The second constant of which [`super::known`] speaks.
    fn checked(&self) -> TokenStream {
        let Some(witness) = &self.signature.witness else { return TokenStream::new() };
        let (name, args, result) = (&witness.name, &witness.args, &self.signature.result);
        let closure = self.closure.as_ref().map(|body| quote!(let _ = |#(#args),*| -> #result { #body };));
        let known = self.name("KNOWN");
        let known = if self.signature.known.is_empty() { quote!(true) } else { quote!(Self::#known) };
        let lints = lints();
        quote! {
            #[doc(hidden)]
            #lints
            #[allow(non_upper_case_globals)]
            const #name: bool = { #closure #known };
        }
    }

    fn assemble(&self, items: Vec<Item>, stubs: bool, shown: Option<TokenStream>) -> TokenStream {
        let (visibility, name) = (self.source.visibility, &self.function.name);
        let conditions: Vec<&syn::Attribute> = self.source.conditions().collect();
        let shown = shown.map(|body| doc::attribute(&body, &self.signature.runtime));
        let beside = matches!(self.source.site, Site::Impl(_));
        let functions: TokenStream = items
            .into_iter()
            .filter(|item| item.hidden || !self.source.hidden)
            .filter(|item| !self.source.written(&self.name(&item.name)))
            .map(|item| {
                let header = self.signature.header(
                    &self.name(&item.name),
                    &item.lifetimes,
                    &item.args,
                    &item.output,
                    &item.bounds,
                );
                let summary = item.summary;
                let body = if stubs { item.stub } else { item.body };
                let hidden = item.hidden.then(|| quote!(#[doc(hidden)]));
                let shown = (beside && item.name == "value_and_grad_into").then_some(&shown);
                let lints = beside.then(lints);
                let conditions = if beside { &conditions[..] } else { &[] };
                let inline =
                    (item.name != "value_and_grad_into" || !self.has_loops()).then(|| quote!(#[inline]));
                quote! {
                    #(#conditions)*
                    #[doc = #summary]
                    #shown
                    #hidden
                    #lints
                    #inline
                    #visibility #header { #body }
                }
            })
            .collect();
        let helpers = &self.helpers;
        let functions = quote!(#functions #helpers);
        let constants = [self.signature.known.clone(), self.checked()];
        let constants = constants.iter().filter(|constant| !constant.is_empty());
        if beside {
            let constants = constants.map(|constant| quote!(#(#conditions)* #constant));
            return quote!(#(#constants)* #functions);
        }
        let name = match &self.source.request.companion {
            Some(companion) => companion,
            None => name,
        };
        let summary = format!("The derivatives of [`{name}`](fn@{}).", self.function.name);
        let lints = lints();
        let runtime = &self.signature.runtime;
        let has_lanes = self.source.request.lanes.then(|| {
            quote! {
                #(#conditions)*
                #[diagnostic::do_not_recommend]
                impl #runtime::__private::HasLanes for #name {}
            }
        });
        quote! {
            #(#conditions)*
            #[doc = #summary]
            #shown
            #[allow(non_camel_case_types, dead_code)]
            #visibility struct #name {}
            #(#conditions)*
            #lints
            impl #name { #(#constants)* #functions }
            #has_lanes
        }
    }
}

fn lints() -> TokenStream {
    quote!(#[allow(clippy::all, clippy::pedantic, unused, non_snake_case, private_interfaces)])
}
fn tuple_of(parts: &[TokenStream]) -> TokenStream {
    match parts {
        [part] => part.clone(),
        parts => quote!((#(#parts),*)),
    }
}
