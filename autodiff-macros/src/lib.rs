//! The compiler behind `autodiff-runtime`: use that crate, which re-exports these macros.

mod analysis;
mod derive;
mod diag;
mod diff;
mod emit;
mod expand;
mod explain;
mod ir;
mod lower;
mod manifest;
mod names;
mod passes;
mod request;
mod rules;
mod simplify;
mod standard;
#[cfg(test)]
mod tests;
mod typing;

use proc_macro::TokenStream;

#[allow(missing_docs, reason = "documented where `autodiff_runtime` exports it")]
#[proc_macro_attribute]
pub fn differentiate(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(args.into(), item.into()).into()
}

#[allow(missing_docs, reason = "documented where `autodiff_runtime` exports it")]
#[proc_macro]
pub fn differentiate_items(items: TokenStream) -> TokenStream {
    expand::items(items.into()).into()
}

#[allow(missing_docs, reason = "documented where `autodiff_runtime` exports it")]
#[proc_macro_derive(Differentiable, attributes(differentiable, no_diff))]
pub fn differentiable(input: TokenStream) -> TokenStream {
    derive::expand(input.into()).into()
}
