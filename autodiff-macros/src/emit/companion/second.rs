//! Derivatives of order two: what users call, and what of pushforwards other functions call.
//!
//! The pushforward of `f` is a primal function in its turn (see `diff::primal`), with the hidden derivatives
//! `f::order_2_forward` and `f::order_2_value_and_grad_into` (`f_order_2_forward`, … beside a method). The gradient of the
//! tangent `f'(x) v` is the Hessian's product with `v` by `x`, and the gradient of `f` by `v`: one sweep gives both.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, quote};

use super::super::sweeps;
use super::jacobian::shape;
use super::{Item, Shape, Site, Source, derived_name, items::never, tuple_of};
use crate::analysis;
use crate::diff::{Adjoint, Pushforward};
use crate::ir::*;

/// The derivatives of a pushforward.
pub(crate) struct Higher {
    pub(crate) function: Function,
    /// The gradient of the tangent alone, of the function that gives it; none where only other functions call.
    pub(crate) gradient: Option<(Function, Adjoint)>,
    pub(crate) pullback: Adjoint,
    pub(crate) pushforward: Pushforward,
}

/// The name of the pushforward: `order_2`, or `loss_order_2` beside a method.
pub(crate) fn name(source: Source<'_>, order: u32) -> Ident {
    let what = format!("order_{order}");
    match source.site {
        Site::Companion => Ident::new(&what, source.signature.ident.span()),
        Site::Impl(_) => derived_name(&source.signature.ident, &what),
    }
}

/// What is called of a pushforward, to stand in an `impl` block.
pub(crate) fn higher(source: Source<'_>, higher: Higher) -> TokenStream {
    let Higher { function, gradient, pullback, pushforward } = higher;
    let mut written = source.signature.clone();
    written.ident = function.name.clone();
    let generics = syn::Generics::default();
    let mut shape = Shape::new(of_pushforward(source, &written, &generics), &function);
    let signature = &shape.signature;
    shape.closure = signature.witness.is_some().then(|| sweeps::witness(&function, signature, &pullback));
    let signature = &shape.signature;
    let nested = |mut sweep: sweeps::Sweep| {
        let (items, body) = (&function.items, &sweep.body);
        sweep.body = quote!(#(#items)* #body);
        sweep
    };
    let mut items = vec![shape.forward(Some(nested(sweeps::forward(&function, signature, pullback))))];
    items.extend(gradient.map(|(of, adjoint)| {
        let sweep = nested(sweeps::joined(&of, signature, adjoint));
        let summary =
            "The value and the tangent; the gradient of the tangent is added to the buffers.".into();
        Item { summary, hidden: true, ..shape.value_and_grad_into(Some(sweep)) }
    }));
    items.push(shape.pushforward(Some(nested(sweeps::pushforward(&function, signature, pushforward)))));
    shape.assemble(items, false, None)
}

/// The pushforward stands beside the others, a method of the companion so to say.
fn of_pushforward<'a>(
    source: Source<'a>,
    signature: &'a syn::Signature,
    generics: &'a syn::Generics,
) -> Source<'a> {
    let site = match source.site {
        Site::Companion => Site::Impl(Some(generics)),
        site => site,
    };
    Source { signature, site, ..source }
}

/// The same signatures with bodies that are never run, as what is emitted beside errors.
pub(crate) fn stubs(source: Source<'_>, function: &Function) -> TokenStream {
    let runtime = source.request.runtime.to_token_stream();
    let (mut of, mut derived) = (function.clone(), TokenStream::new());
    for order in 2..=source.request.order {
        of = crate::diff::primal::signature(&of, name(source, order), &runtime);
        let mut written = source.signature.clone();
        written.ident = of.name.clone();
        let generics = syn::Generics::default();
        let shape = Shape::new(of_pushforward(source, &written, &generics), &of);
        let into = Item { hidden: true, ..shape.value_and_grad_into(None) };
        derived.extend(shape.assemble(vec![shape.forward(None), into, shape.pushforward(None)], true, None));
    }
    match source.request.order {
        1 => derived,
        _ => beside(source, function, derived),
    }
}

/// What was derived of a pushforward, with what is said of it, where the companion stands.
pub(crate) fn beside(source: Source<'_>, function: &Function, derived: TokenStream) -> TokenStream {
    let Site::Companion = source.site else { return derived };
    let name = source.request.companion.as_ref().unwrap_or(&function.name);
    let conditions: Vec<_> = source.conditions().collect();
    let orders = orders(source, function, name);
    quote!(#(#conditions)* #[allow(dead_code)] impl #name { #derived } #orders)
}

/// Says of a companion which derivatives there are: see `Order` of the runtime.
fn orders(source: Source<'_>, function: &Function, name: &Ident) -> TokenStream {
    let (runtime, conditions) = (&source.request.runtime, source.conditions().collect::<Vec<_>>());
    let scalar = Shape::new(source, function).has_nested();
    let each = (2..=source.request.order as usize).map(|order| {
        let order = Literal::usize_unsuffixed(order);
        let gradient = scalar.then(|| {
            quote! {
                #(#conditions)*
                #[diagnostic::do_not_recommend]
                impl #runtime::__private::GradientOrder<#order> for #name {}
            }
        });
        quote! {
            #(#conditions)*
            #[diagnostic::do_not_recommend]
            impl #runtime::__private::Order<#order> for #name {}
            #gradient
        }
    });
    each.collect()
}

impl Shape<'_> {
    pub(super) fn has_second_order(&self) -> bool {
        let scalar = matches!(self.signature.result_ty, Ty::Float(_));
        let asked = self.source.request.order > 1 && !self.function.wrt.is_empty();
        asked && scalar && !self.source.may_fail && !analysis::resizes(self.function)
    }

    /// Whether its derivatives may be called in other functions: it changes nothing that it is lent.
    pub(super) fn has_nested(&self) -> bool {
        self.has_second_order() && self.function.params.iter().all(|p| p.passing != Passing::RefMut)
    }

    /// Nothing for functions that do not give one number; no Hessian where the function cannot be run twice.
    pub(super) fn second_order(&self) -> Vec<Item> {
        if !self.has_second_order() {
            return Vec::new();
        }
        let mut items = vec![self.value_grad_hvp(), self.hvp()];
        let again = self.function.params.iter().all(super::jacobian::can_be_lent_again);
        if again && self.has_looked_up_tuples() {
            items.extend([self.hessian(), self.hessian_diagonal()]);
        }
        items
    }

    /// The vectors that a Hessian is multiplied by, named by the parameters: their types, and how `pushforward` takes them.
    fn directions(&self, names: &[Ident]) -> Vec<(TokenStream, TokenStream)> {
        let runtime = &self.signature.runtime;
        (self.function.wrt.iter().zip(names))
            .filter_map(|(wrt, name)| match wrt.target {
                WrtTarget::Param(index) => {
                    let sig = &self.params()[index];
                    let reference = (!sig.dot_is_reference()).then(|| quote!(&));
                    Some((sig.dot(runtime), quote!(#reference #name)))
                }
                WrtTarget::Local(_) => None,
            })
            .collect()
    }

    fn value_grad_hvp(&self) -> Item {
        let (mut emitter, bars) = self.wrapper();
        let wrt = &self.function.wrt;
        let dots: Vec<Ident> =
            wrt.iter().map(|wrt| emitter.local_at(&format!("{}_dot", wrt.name), wrt.name.span())).collect();
        let products: Vec<Ident> = wrt
            .iter()
            .map(|wrt| emitter.local_at(&format!("{}_product", wrt.name), wrt.name.span()))
            .collect();
        let directions = self.directions(&dots);
        let mut args = self.own_args();
        let mut passed = self.passed();
        let mut tangents = vec![quote!(::core::option::Option::None); self.params().len()];
        for ((wrt, dot), (ty, pass)) in wrt.iter().zip(&dots).zip(&directions) {
            args.push(quote!(#dot: #ty));
            if let WrtTarget::Param(index) = wrt.target {
                tangents[index] = quote!(::core::option::Option::Some(#pass));
            }
        }
        passed.extend(tangents);
        let mut begin = TokenStream::new();
        // The tangent's gradient by the parameters is the product, that by their tangents is the gradient.
        for (wrt, name) in wrt.iter().zip(&products).chain(wrt.iter().zip(&bars)) {
            let zero = self.zero(&emitter, wrt.target);
            begin.extend(quote!(let mut #name = #zero;));
            passed.push(quote!(&mut #name));
        }
        let value = emitter.local("value");
        let call = self.call("order_2_value_and_grad_into", &passed);
        let (gradient, product) = (self.gradient_value(&bars), self.gradient_value(&products));
        let (result, gradient_type) = (&self.signature.result, self.gradient_type());
        Item {
            name: "value_grad_hvp".into(),
            summary: format!(
                "The value of [`{}`], its gradient, and the product of its Hessian with a vector.",
                self.function.name
            ),
            hidden: false,
            lifetimes: Vec::new(),
            args,
            output: quote!((#result, #gradient_type, #gradient_type)),
            bounds: Vec::new(),
            body: quote!(#begin let (#value, _) = #call; (#value, #gradient, #product)),
            stub: never(),
        }
    }

    fn hvp(&self) -> Item {
        let (mut emitter, _) = self.wrapper();
        let dots: Vec<Ident> = (self.function.wrt.iter())
            .map(|wrt| emitter.local_at(&format!("{}_dot", wrt.name), wrt.name.span()))
            .collect();
        let (mut args, mut passed) = (self.own_args(), self.passed());
        for (dot, (ty, _)) in dots.iter().zip(self.directions(&dots)) {
            args.push(quote!(#dot: #ty));
            passed.push(dot.to_token_stream());
        }
        let call = self.call("value_grad_hvp", &passed);
        Item {
            name: "hvp".into(),
            summary: format!("The product of the Hessian of [`{}`] with a vector.", self.function.name),
            hidden: false,
            lifetimes: Vec::new(),
            args,
            output: self.gradient_type(),
            bounds: Vec::new(),
            body: quote!(#call.2),
            stub: never(),
        }
    }

    /// A closure that takes the vector as one, the zero of its shape, and what comes before.
    fn products(&self) -> (TokenStream, TokenStream, TokenStream) {
        let (mut emitter, names) = self.wrapper();
        let (keep, again) = self.kept(&mut emitter);
        let (directions, pattern) = self.taken_apart(&names);
        let mut args = self.passed_again();
        args.extend(directions);
        let call = self.call("hvp", &args);
        let zeros: Vec<TokenStream> =
            self.function.wrt.iter().map(|wrt| self.zero(&emitter, wrt.target)).collect();
        let gradient = self.gradient_type();
        let product = quote!(|#pattern: #gradient| -> #gradient { #again #call });
        (keep, tuple_of(&zeros), product)
    }

    fn hessian(&self) -> Item {
        let (runtime, gradient) = (&self.signature.runtime, self.gradient_type());
        let rows: Option<Vec<TokenStream>> = (self.function.wrt.iter())
            .map(|wrt| match wrt.target {
                WrtTarget::Param(index) => shape(&self.function.params[index].ty, &gradient, runtime),
                WrtTarget::Local(_) => None,
            })
            .collect();
        let looked_up = quote!(<#gradient as #runtime::jacobian::Numbers>::Of<#gradient>);
        let bounds = self.bounds(rows.is_none().then_some(&gradient));
        let (keep, zero, product) = self.products();
        Item {
            name: "hessian".into(),
            summary: format!(
                "The Hessian of [`{}`]: in the place of each number of the gradient its gradient.",
                self.function.name
            ),
            hidden: false,
            lifetimes: Vec::new(),
            args: self.own_args(),
            output: rows.map_or(looked_up, |rows| tuple_of(&rows)),
            bounds,
            body: quote!(#keep #runtime::jacobian::hessian(&#zero, #product)),
            stub: never(),
        }
    }

    fn hessian_diagonal(&self) -> Item {
        let (runtime, gradient) = (&self.signature.runtime, self.gradient_type());
        let known = super::jacobian::has_columns(self.function, false);
        let (keep, zero, product) = self.products();
        Item {
            name: "hessian_diagonal".into(),
            summary: format!(
                "The diagonal of the Hessian of [`{}`], in the shape of the gradient.",
                self.function.name
            ),
            hidden: false,
            lifetimes: Vec::new(),
            args: self.own_args(),
            output: gradient.clone(),
            bounds: self.bounds((!known).then_some(&gradient)),
            body: quote!(#keep #runtime::jacobian::hessian_diagonal(&#zero, #product)),
            stub: never(),
        }
    }
}
