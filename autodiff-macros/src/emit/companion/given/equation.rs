//! Functions that solve an equation, by the equation: the implicit function theorem.
//!
//! Where `residual(x, θ) = 0`, `∂r/∂x dx + ∂r/∂θ dθ = 0`; where `x = g(x, θ)`, `dx = ∂g/∂x dx + ∂g/∂θ dθ`. The matrix in front of
//! `dx` is had column by column by the pushforward of the equation. Forward mode solves with it for the tangent of the solution;
//! reverse mode solves transposed for the adjoint of the equation, and leaves the rest to the equation's pullback.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

use super::{Hand, Part};
use crate::emit::call::derived_path;
use crate::ir::*;

/// What the equation is handed in the place of each of its parameters.
struct Handed {
    solution: TokenStream,
    /// The parameters of the function, those that are marked `#[no_diff]` left out.
    params: Vec<usize>,
    /// How many of them come before the solution: the receiver, where the equation is a method as well.
    before: usize,
}

impl Handed {
    fn of(hand: &Hand<'_>, path: &syn::Path) -> Handed {
        let params: Vec<usize> =
            hand.params().filter(|(_, param)| !param.no_diff).map(|(at, _)| at).collect();
        let method =
            params.first().is_some_and(|&at| hand.shape.params()[at].receiver) && owner(path).is_some();
        let (runtime, value) = (&hand.shape.signature.runtime, &hand.value);
        let solution = match is_scalar(hand) {
            true => quote!(#value),
            // By reference or by value: the equation says it.
            false => quote!(#runtime::__private::given::solution(&#value)),
        };
        Handed { solution, params, before: usize::from(method) }
    }

    /// Something for the solution, and something for each parameter.
    fn each(&self, solution: TokenStream, param: impl Fn(usize) -> TokenStream) -> Vec<TokenStream> {
        let mut all: Vec<TokenStream> = self.params.iter().map(|&at| param(at)).collect();
        all.insert(self.before, solution);
        all
    }

    fn args(&self, hand: &Hand<'_>) -> Vec<TokenStream> {
        self.each(self.solution.clone(), |at| match hand.shape.params()[at].receiver {
            true => hand.name(at),
            false => hand.pass(at),
        })
    }

    /// The slots of the parameters; `none` for what carries nothing.
    fn slots(&self, hand: &Hand<'_>, solution: TokenStream) -> Vec<TokenStream> {
        self.each(solution, |at| match hand.shape.function.params[at].active {
            true => hand.slots[at].to_token_stream(),
            false => none(),
        })
    }

    /// The equation's tangent along a direction of the solution.
    fn along(&self, hand: &Hand<'_>, path: &syn::Path, direction: &TokenStream) -> TokenStream {
        let (path, args) = (derived_path(path, "pushforward"), self.args(hand));
        let tangents = self.each(quote!(::core::option::Option::Some(&#direction)), |_| none());
        quote_spanned!(path.span()=> #path(#(#args,)* #(#tangents),*).1)
    }
}

fn is_scalar(hand: &Hand<'_>) -> bool {
    hand.shape.payload().is_float()
}

fn none() -> TokenStream {
    quote!(::core::option::Option::None)
}

/// `let matrix = …;`: what stands before the tangent of the solution.
fn matrix(
    hand: &Hand<'_>,
    path: &syn::Path,
    handed: &Handed,
    fixed_point: bool,
    name: &Ident,
) -> TokenStream {
    if is_scalar(hand) {
        let one = hand.emitter.constant(hand.shape.payload(), 1.0);
        let along = handed.along(hand, path, &quote!(#one));
        return match fixed_point {
            true => quote!(let #name = #one - #along;),
            false => quote!(let #name = -#along;),
        };
    }
    let (runtime, value) = (&hand.shape.signature.runtime, &hand.value);
    let direction = Ident::new("direction", Span::mixed_site());
    let along = handed.along(hand, path, &direction.to_token_stream());
    let of = Ident::new(if fixed_point { "of_fixed_point" } else { "of_residual" }, Span::call_site());
    quote!(let #name = #runtime::__private::given::Jacobian::#of(&#value, |#direction| #along);)
}

pub(super) fn pullback(hand: &mut Hand<'_>, path: &syn::Path, fixed_point: bool) -> Part {
    let handed = Handed::of(hand, path);
    let matrix_name = hand.emitter.local(if is_scalar(hand) { "slope" } else { "jacobian" });
    let matrix = matrix(hand, path, &handed, fixed_point, &matrix_name);
    let (equation, pullback) = (hand.emitter.local("equation"), hand.emitter.local("pullback"));
    let (runtime, seed, args) = (&hand.shape.signature.runtime, &hand.seed, handed.args(hand));
    let value = &hand.value;
    let solution_again = match is_scalar(hand) {
        true => quote!(()),
        false => quote!(#runtime::__private::again(&&#value)),
    };
    let again = handed.each(solution_again, |at| hand.again(at));
    let slots = handed.slots(hand, none());
    let (equation, adjoint) = match is_scalar(hand) {
        true => (quote!(_), quote!(#runtime::__private::given::ratio(#seed, #matrix_name))),
        false => (quote!(#equation), quote!(#matrix_name.adjoint(&#equation, &#seed))),
    };
    let forward = derived_path(path, "forward");
    let code = quote_spanned! {path.span()=>
        #matrix
        let (#equation, #pullback) = #forward(#(#args),*);
        #pullback(#(#again,)* #adjoint, #(#slots),*);
    };
    let reads = hand.params().map(|(at, _)| handed.params.contains(&at)).collect();
    Part::pullback(code, reads, true)
}

pub(super) fn pushforward(hand: &mut Hand<'_>, path: &syn::Path, fixed_point: bool) -> Part {
    let handed = Handed::of(hand, path);
    let matrix_name = hand.emitter.local(if is_scalar(hand) { "slope" } else { "jacobian" });
    let (moved, value_dot) = (hand.emitter.local("moved"), hand.emitter.local("value_dot"));
    let reads = hand.params().map(|(at, _)| handed.params.contains(&at)).collect();
    let matrix = matrix(hand, path, &handed, fixed_point, &matrix_name);
    let (runtime, value, args) = (&hand.shape.signature.runtime, &hand.value, handed.args(hand));
    let tangents = handed.slots(hand, none());
    let pushforward = derived_path(path, "pushforward");
    let tangent = match is_scalar(hand) {
        true => quote!(#runtime::__private::given::ratio(#moved, #matrix_name)),
        false => quote!(#matrix_name.tangent(&#value, &#moved)),
    };
    let code = quote_spanned! {path.span()=>
        #matrix
        let (_, #moved) = #pushforward(#(#args,)* #(#tangents),*);
        let #value_dot = #tangent;
    };
    Part::pushforward(code, quote!(#value_dot), reads)
}
