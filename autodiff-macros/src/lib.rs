//! The compiler behind `autodiff-runtime`: use that crate, which re-exports these macros.
#![allow(dead_code)]
use proc_macro::TokenStream;
mod analysis;
mod diff;
mod ir;
mod rules;
mod simplify;

/// Differentiates the function it stands on.
#[proc_macro_attribute]
pub fn differentiate(_args: TokenStream, item: TokenStream) -> TokenStream {
    item
}
