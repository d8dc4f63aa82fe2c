//! Derivatives that are called inside of differentiated functions: `g::grad(x)` in the body of `f`.
//!
//! To its caller `g::grad` is a function like any other, with `g::grad_forward` and `g::grad_pushforward`. Both are made of
//! what there is. The gradient's own derivative is the Hessian, which is symmetric: its product with a seed is the gradient
//! of the tangent in the direction of the seed. So with `t(x, v)` for the tangent of `g` in the direction `v`:
//!
//! ```text
//! grad_pushforward(x, v)      ∂t/∂v = g'(x)           and  ∂t/∂x = g''(x) v
//! grad_forward(x), seed s     x_bar += ∂t/∂x at v = s
//! ```
//!
//! One order higher the same is said of the tangent of the tangent. The blocks of its arguments (`x`, `v`, a direction for
//! each of them, …) are numbered in binary, a digit for each pushforward; the adjoint of a block is the component of the
//! gradient that has the opposite digits.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

use super::super::Emitter;
use super::items::never_closure;
use super::passed::{Passed, none};
use super::{Item, Shape, items::never, tuple_of};
use crate::ir::*;

/// Which derivative is called.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Grad,
    ValueAndGrad,
    Jvp,
    Hvp,
}

impl What {
    fn name(self) -> &'static str {
        match self {
            What::Grad => "grad",
            What::ValueAndGrad => "value_and_grad",
            What::Jvp => "jvp",
            What::Hvp => "hvp",
        }
    }

    /// Of how many pushforwards of the function it is made itself.
    fn depth(self) -> u32 {
        match self {
            What::Grad | What::ValueAndGrad => 0,
            What::Jvp | What::Hvp => 1,
        }
    }
}

impl Shape<'_> {
    /// Nothing for functions that do not give one number, or change what they are lent.
    pub(super) fn nested(&self) -> Vec<Item> {
        let order = self.source.request.order;
        if !self.has_nested() {
            return Vec::new();
        }
        let mut items = Vec::new();
        for level in 2..=order {
            for what in [What::Grad, What::ValueAndGrad] {
                items.extend([self.pulled(what, level - 1), self.pushed(what, level - 1)]);
            }
        }
        if order >= 2 {
            items.extend([self.pulled(What::Jvp, 1), self.pushed(What::Jvp, 1)]);
        }
        if order >= 3 {
            items.extend([self.pulled(What::Hvp, 1), self.pushed(What::Hvp, 1)]);
        }
        items
    }

    /// The function of the companion that is differentiated `order` times in all.
    fn order(order: u32, what: &str) -> String {
        match order {
            1 => what.to_owned(),
            order => format!("order_{order}_{what}"),
        }
    }

    /// The types and places of what the derivative gives: a tuple of two for each pushforward.
    fn pairs(parts: &[TokenStream]) -> TokenStream {
        match parts {
            [part] => part.clone(),
            parts => {
                let (a, b) = parts.split_at(parts.len() / 2);
                let (a, b) = (Self::pairs(a), Self::pairs(b));
                quote!((#a, #b))
            }
        }
    }

    /// A number of the type of the function's result.
    fn number(&self, emitter: &Emitter<'_>, value: f64) -> TokenStream {
        emitter.constant_of(&self.function.result_ty, value)
    }

    /// The result and its tangents up to this level, a type or a value for each component.
    fn output(&self, what: What, values: &[TokenStream], gradients: &[TokenStream]) -> TokenStream {
        let parts: Vec<TokenStream> = match what {
            What::Grad | What::Hvp => gradients.to_vec(),
            What::Jvp => values.to_vec(),
            What::ValueAndGrad => values.iter().zip(gradients).map(|(r, g)| quote!((#r, #g))).collect(),
        };
        Self::pairs(&parts)
    }

    /// `what_forward` of `what` pushed forward `level - 1` times.
    fn pulled(&self, what: What, level: u32) -> Item {
        let (mut emitter, _) = self.wrapper();
        let mut before = TokenStream::new();
        let blocks = self.blocks(&mut emitter, level - 1, what.depth(), &mut before);
        let (seed, value, pullback) =
            (emitter.local("seed"), emitter.local("value"), emitter.local("pullback"));
        let count = 1_usize << (level - 1);
        let (result, gradient) = (self.signature.seed(), self.gradient_type());
        let components = if what == What::Jvp { 2 * count } else { count };
        let output = self.output(what, &vec![result.clone(); components], &vec![gradient; count]);

        // The directions are the seeds of the gradients, the last first; what is seeded beside the tangent in these
        // directions are the values.
        let part = |at: usize| match (count, at) {
            (1, _) => quote!(#seed),
            (_, at) => {
                let at = syn::Index::from(at);
                quote!(#seed.#at)
            }
        };
        let (order, tangents, seeds) = match what {
            What::Jvp => (level + 1, Vec::new(), quote!(#seed)),
            _ => {
                let order = level + 1 + what.depth();
                let mut tangents = Vec::new();
                for at in (0..count).rev() {
                    let part = part(at);
                    let gradient = if what == What::ValueAndGrad { quote!(#part.1) } else { part };
                    tangents.push(self.directions_of(&gradient));
                }
                // The tangents of what is a direction already.
                for _ in count..blocks.len() {
                    tangents.push(vec![none(); self.params().len()]);
                }
                let (zero, one) = (self.number(&emitter, 0.0), self.number(&emitter, 1.0));
                let mut seeds = vec![zero; 1 << (order - 1)];
                *seeds.last_mut().expect("one at least") = one;
                if what == What::ValueAndGrad {
                    for (at, seed) in seeds.iter_mut().take(count).enumerate() {
                        let part = part(at);
                        *seed = quote!(#part.0);
                    }
                }
                (order, tangents, Self::pairs(&seeds))
            }
        };
        let tangents: Vec<TokenStream> = tangents.into_iter().flatten().collect();
        let call = |args: Vec<TokenStream>| self.call(&Self::order(order, "forward"), &args);
        let all = || blocks.iter().flatten();
        let names: Vec<Ident> = all().map(|_| emitter.local("bar")).collect();
        let slots: Vec<TokenStream> = (all().zip(&names))
            .map(|(passed, name)| if passed.arg.is_some() { name.to_token_stream() } else { none() })
            .collect();
        let again = all().filter_map(|passed| passed.again.clone());
        let slot_args = (all().zip(&names)).filter(|(passed, _)| passed.arg.is_some());
        let slot_args = slot_args.map(|(Passed { slot, .. }, name)| quote!(#name: #slot));
        let params: Vec<TokenStream> = again.chain([quote!(#seed: #output)]).chain(slot_args).collect();
        let nones = vec![none(); tangents.len()];
        let body = if what == What::Jvp {
            let (first, back) = (all().map(|p| p.first.clone()).collect(), all().map(|p| &p.back_inside));
            let forward = call(first);
            quote! {
                #before
                let (#value, #pullback) = #forward;
                (#value, move |#(#params),*| #pullback(#(#back,)* #seeds, #(#slots),*))
            }
        } else {
            let first = self.first(what, level, &blocks, &mut emitter, &value);
            let inside = all().map(|p| p.inside.clone()).chain(tangents.iter().cloned()).collect();
            let back = all().map(|p| &p.back_inside);
            let forward = call(inside);
            quote! {
                #before
                #first
                (#value, move |#(#params),*| {
                    let (_, #pullback) = #forward;
                    #pullback(#(#back,)* #(#tangents,)* #seeds, #(#slots,)* #(#nones),*);
                })
            }
        };
        let types: Vec<TokenStream> = (all().filter_map(|passed| passed.again.as_ref()))
            .map(type_of)
            .chain([output.clone()])
            .chain(all().filter(|passed| passed.arg.is_some()).map(|passed| passed.slot.clone()))
            .collect();
        let args = all().filter_map(|passed| passed.arg.clone()).collect();
        let (args, lifetimes, captures) = self.kept_references(args);
        Item {
            name: name(what, level, "forward").into(),
            summary: format!(
                "`{}` and its pullback, as other differentiated functions call it.",
                what.name()
            ),
            hidden: true,
            lifetimes,
            args,
            output: quote!((#output, impl ::core::ops::FnOnce(#(#types),*) #captures)),
            bounds: self.bounds(None),
            body,
            stub: never_closure(&types, &quote!(()), None),
        }
    }

    /// `what_pushforward` of `what` pushed forward `level - 1` times.
    fn pushed(&self, what: What, level: u32) -> Item {
        let (mut emitter, _) = self.wrapper();
        let mut before = TokenStream::new();
        let blocks = self.blocks(&mut emitter, level, what.depth(), &mut before);
        let count = 1_usize << level;
        let (result, gradient) = (self.signature.seed(), self.gradient_type());
        let components = if what == What::Jvp { 2 * count } else { count };
        let output = self.output(what, &vec![result; components], &vec![gradient; count]);
        let body = if what == What::Jvp {
            let args: Vec<TokenStream> = blocks.iter().flatten().map(|passed| passed.first.clone()).collect();
            self.call(&Self::order(level + 1, "pushforward"), &args)
        } else {
            let value = emitter.local("value");
            let first = self.first(what, level + 1, &blocks, &mut emitter, &value);
            quote!(#first #value)
        };
        let args = blocks.iter().flatten().filter_map(|passed| passed.arg.clone()).collect();
        Item {
            name: name(what, level, "pushforward").into(),
            summary: format!("`{}` and its tangent, as other differentiated functions call it.", what.name()),
            hidden: true,
            lifetimes: Vec::new(),
            args,
            output,
            bounds: self.bounds(None),
            body,
            stub: never(),
        }
    }

    /// `let value = …;`: what `what` gives, pushed forward `level - 1` times. The gradient of the last tangent has all of it.
    fn first(
        &self,
        what: What,
        level: u32,
        blocks: &[Vec<Passed>],
        emitter: &mut Emitter<'_>,
        value: &Ident,
    ) -> TokenStream {
        let order = level + what.depth();
        let (values, pullback) = (emitter.local("values"), emitter.local("pullback"));
        let (mut begin, mut slots) = (TokenStream::new(), Vec::new());
        let mut gradients: Vec<TokenStream> = Vec::new();
        let count = blocks.len();
        for at in 0..count {
            // Of a product with a Hessian, what is asked for is the gradient by the arguments, not by the vector.
            let wanted = what.depth() == 0 || at % 2 == 0;
            let mut names = Vec::new();
            for index in 0..self.params().len() {
                let asked = self.function.wrt.iter().position(|wrt| wrt.target == WrtTarget::Param(index));
                match asked.filter(|_| wanted) {
                    Some(_) => {
                        let name = emitter.local("gradient");
                        let zero = self.zero(emitter, WrtTarget::Param(index));
                        begin.extend(quote!(let mut #name = #zero;));
                        slots.push(quote!(::core::option::Option::Some(&mut #name)));
                        names.push((index, name));
                    }
                    None => slots.push(none()),
                }
            }
            if wanted {
                let parts = self.function.wrt.iter().filter_map(|wrt| {
                    let (_, name) = names.iter().find(|(index, _)| wrt.target == WrtTarget::Param(*index))?;
                    Some(name.to_token_stream())
                });
                gradients.push(tuple_of(&parts.collect::<Vec<_>>()));
            }
        }
        // A block's adjoint is the component with the opposite digits.
        gradients.reverse();
        let (zero, one) = (self.number(emitter, 0.0), self.number(emitter, 1.0));
        let mut seeds = vec![zero; 1 << (order - 1)];
        *seeds.last_mut().expect("one at least") = one;
        let seeds = Self::pairs(&seeds);
        let args: Vec<TokenStream> = blocks.iter().flatten().map(|passed| passed.first.clone()).collect();
        let back = blocks.iter().flatten().map(|passed| &passed.back);
        let call = self.call(&Self::order(order, "forward"), &args);
        let components: Vec<TokenStream> = (0..gradients.len())
            .map(|at| {
                let mut path = values.to_token_stream();
                for digit in (0..level - 1).rev() {
                    let bit = syn::Index::from((at >> digit) & 1);
                    path = quote!(#path.#bit);
                }
                path
            })
            .collect();
        let output = self.output(what, &components, &gradients);
        quote! {
            #begin
            let (#values, #pullback) = #call;
            #pullback(#(#back,)* #seeds, #(#slots),*);
            let #value = #output;
        }
    }

    /// A gradient as a direction, in the form of the tangents of a pushforward.
    fn directions_of(&self, gradient: &TokenStream) -> Vec<TokenStream> {
        let wrt = &self.function.wrt;
        (0..self.params().len())
            .map(|index| {
                let Some(at) = wrt.iter().position(|wrt| wrt.target == WrtTarget::Param(index)) else {
                    return none();
                };
                let part = match wrt.len() {
                    1 => gradient.clone(),
                    _ => {
                        let at = syn::Index::from(at);
                        quote!(#gradient.#at)
                    }
                };
                quote!(::core::option::Option::Some(&#part))
            })
            .collect()
    }
}

fn name(what: What, level: u32, suffix: &str) -> String {
    match level {
        1 => format!("{}_{suffix}", what.name()),
        level => format!("{}_order_{level}_{suffix}", what.name()),
    }
}

/// The type in `name: T`.
fn type_of(arg: &TokenStream) -> TokenStream {
    let mut trees = arg.clone().into_iter();
    trees.nth(1);
    trees.collect()
}
