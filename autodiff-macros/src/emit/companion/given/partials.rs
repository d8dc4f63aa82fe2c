//! Partial derivatives: an expression for each active parameter, over the parameters and `value`.
//!
//! Each becomes a function of its own, so that it sees no other names than it should, and rustc says at the expression itself
//! where it has not the type of the parameter's adjoint.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use super::{Hand, Part};
use crate::emit::companion::{Shape, lints};
use crate::ir::*;
use crate::rules::Singular;

/// Where a name stands in code.
pub(crate) fn mention(code: &TokenStream, name: &str) -> Option<Span> {
    code.clone().into_iter().find_map(|tree| match tree {
        TokenTree::Ident(ident) if ident == name => Some(ident.span()),
        TokenTree::Group(group) => mention(&group.stream(), name),
        TokenTree::Literal(literal) => {
            let text = literal.to_string();
            let captured =
                text.contains('"') && ['}', ':'].iter().any(|end| text.contains(&format!("{{{name}{end}")));
            captured.then(|| literal.span())
        }
        TokenTree::Ident(_) | TokenTree::Punct(_) => None,
    })
}

/// What an expression says: the parameters, by index, and at which place the result.
fn mentions(function: &Function, partial: &syn::Expr) -> (Vec<usize>, Option<Span>) {
    let code = partial.to_token_stream();
    let said = |index: &usize| mention(&code, &function.params[*index].name.to_string()).is_some();
    ((0..function.params.len()).filter(said).collect(), mention(&code, "value"))
}

/// `partial_x`
fn name_of(shape: &Shape<'_>, index: usize) -> Ident {
    let name = shape.function.params[index].name.to_string();
    shape.name(&format!("partial_{}", name.strip_prefix("r#").unwrap_or(&name)))
}

/// `fn partial_x(x: f64, value: f64) -> f64 { … }` for each.
pub(super) fn helpers(shape: &Shape<'_>, partials: &[(usize, syn::Expr)]) -> TokenStream {
    let lints = lints();
    let helper = |(index, partial): &(usize, syn::Expr)| {
        let (read, value) = mentions(shape.function, partial);
        let mut args: Vec<TokenStream> = read.iter().map(|&at| shape.params()[at].lent_arg()).collect();
        if let Some(span) = value {
            let (value, ty) = (Ident::new("value", span), shape.payload_written());
            args.push(quote!(#value: #ty));
        }
        let output = shape.params()[*index].owned(&shape.signature.runtime);
        let header = shape.signature.header(&name_of(shape, *index), &[], &args, &output, &[]);
        quote! {
            #[doc(hidden)]
            #lints
            #[inline]
            #header { #partial }
        }
    };
    partials.iter().map(helper).collect()
}

/// `Self::partial_x(x, value)`
fn call(hand: &Hand<'_>, index: usize, partial: &syn::Expr) -> TokenStream {
    let (read, value) = mentions(hand.shape.function, partial);
    let pass = |&at: &usize| match hand.shape.params()[at].receiver {
        true => hand.name(at),
        false => hand.pass(at),
    };
    let mut args: Vec<TokenStream> = read.iter().map(pass).collect();
    args.extend(value.map(|_| hand.value.to_token_stream()));
    let (name, turbofish) = (name_of(hand.shape, index), hand.shape.signature.turbofish());
    quote!(Self::#name #turbofish(#(#args),*))
}

/// How the numbers of a parameter are reached.
enum Numbers {
    /// It is one, of the result's type.
    One,
    /// They are elements, of the result's type.
    Elements,
    /// By a trait.
    Tree,
}

fn numbers(hand: &Hand<'_>, index: usize) -> Numbers {
    let of = hand.shape.payload();
    match &hand.shape.function.params[index].ty {
        ty if ty.is_same_scalar(of) => Numbers::One,
        Ty::Array(t, _) | Ty::Slice(t) | Ty::Vec(t) if t.is_same_scalar(of) => Numbers::Elements,
        _ => Numbers::Tree,
    }
}

/// The product of an adjoint (or a tangent) and a partial derivative, by the convention that is asked for.
fn product(hand: &Hand<'_>, by: &str, a: &TokenStream, b: &TokenStream) -> TokenStream {
    let runtime = &hand.shape.signature.runtime;
    match hand.shape.function.singular {
        Singular::Zero => {
            let by = Ident::new(by, Span::call_site());
            quote!(#runtime::special::#by(#a, #b))
        }
        Singular::Ieee => quote!(#a * #b),
    }
}

pub(super) fn pullback(hand: &mut Hand<'_>, partials: &[(usize, syn::Expr)]) -> Part {
    let (function, runtime) = (hand.shape.function, &hand.shape.signature.runtime);
    let mut reads = vec![false; function.params.len()];
    let mut reads_value = false;
    let mut code = TokenStream::new();
    for (index, partial) in partials {
        let (read, value) = mentions(function, partial);
        read.into_iter().for_each(|at| reads[at] = true);
        reads_value |= value.is_some();
        let (call, slot, seed) = (call(hand, *index, partial), &hand.slots[*index], &hand.seed);
        let name = Ident::new("partial", Span::mixed_site());
        let add = match numbers(hand, *index) {
            Numbers::One => {
                let term = product(hand, "chain", &quote!(#seed), &call);
                plus(hand, &quote!(*#slot), &term)
            }
            Numbers::Elements => {
                let term = product(hand, "chain", &quote!(#seed), &quote!(*#name));
                let check = checked_len(hand, *index, &name);
                let plus = plus(hand, &quote!(*#slot), &term);
                quote! {
                    let #name = #call;
                    #check
                    for (#slot, #name) in #slot.iter_mut().zip(#name.iter()) { #plus }
                }
            }
            Numbers::Tree => {
                let term = product(hand, "chain", &quote!(f64::from(#seed)), &name.to_token_stream());
                quote!(#runtime::__private::given::add(#slot, &#call, |#name| #term);)
            }
        };
        code.extend(hand.where_wanted(*index, add));
    }
    Part::pullback(code, reads, reads_value)
}

pub(super) fn pushforward(hand: &mut Hand<'_>, partials: &[(usize, syn::Expr)]) -> Part {
    let (function, runtime) = (hand.shape.function, &hand.shape.signature.runtime);
    let kept = |at: usize| partials.iter().any(|(_, partial)| mentions(function, partial).0.contains(&at));
    let reads = (0..function.params.len()).map(kept).collect();
    let value_dot = Ident::new("value_dot", Span::mixed_site());
    let zero = hand.zero_result();
    let mut code = quote!(let mut #value_dot = #zero;);
    for (index, partial) in partials {
        let (call, slot) = (call(hand, *index, partial), &hand.slots[*index]);
        let (name, result) = (Ident::new("partial", Span::mixed_site()), hand.shape.payload_written());
        let add = match numbers(hand, *index) {
            Numbers::One => {
                let term = product(hand, "product", &quote!(*#slot), &call);
                plus(hand, &quote!(#value_dot), &term)
            }
            Numbers::Elements => {
                let term = product(hand, "product", &quote!(*#slot), &quote!(*#name));
                let check = checked_len(hand, *index, &name);
                let plus = plus(hand, &quote!(#value_dot), &term);
                quote! {
                    let #name = #call;
                    #check
                    for (#slot, #name) in #slot.iter().zip(#name.iter()) { #plus }
                }
            }
            Numbers::Tree => {
                let term = product(hand, "product", &slot.to_token_stream(), &name.to_token_stream());
                quote! {
                    #value_dot += #runtime::__private::given::sum(&#call, #slot, |#name, #slot| #term) as #result;
                }
            }
        };
        code.extend(hand.where_wanted(*index, add));
    }
    Part::pushforward(code, quote!(#value_dot), reads)
}

/// `to += term;`, of numbers of the result's type: a number of which only a trait is known may not be added to.
fn plus(hand: &Hand<'_>, to: &TokenStream, term: &TokenStream) -> TokenStream {
    match hand.shape.payload() {
        Ty::Float(Float::Param(_)) => quote!(#to = #to + #term;),
        _ => quote!(#to += #term;),
    }
}

/// What is given for a slice has to be as long.
fn checked_len(hand: &Hand<'_>, index: usize, partial: &Ident) -> Option<TokenStream> {
    let (runtime, slot) = (&hand.shape.signature.runtime, &hand.slots[index]);
    let known = matches!(hand.shape.function.params[index].ty, Ty::Array(..));
    (!known).then(|| quote!(#runtime::__private::given::check_len(#partial.len(), #slot.len());))
}
