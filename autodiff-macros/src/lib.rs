//! The compiler behind `autodiff-runtime`: use that crate, which re-exports these macros.
#![allow(dead_code)]
use proc_macro::TokenStream;
mod analysis;
mod diff;
mod ir;
mod rules;
mod simplify;
#[cfg(test)]
mod tests;

mod derive;

/// Differentiates the function it stands on.
#[proc_macro_attribute]
pub fn differentiate(_args: TokenStream, item: TokenStream) -> TokenStream {
    item
}

#[allow(missing_docs, reason = "documented where `autodiff_runtime` exports it")]
#[proc_macro_derive(Differentiable, attributes(differentiable, no_diff))]
pub fn differentiable(input: TokenStream) -> TokenStream {
    derive::expand(input.into()).into()
}
