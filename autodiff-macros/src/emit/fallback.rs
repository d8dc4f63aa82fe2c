//! What is emitted beside errors: the function as it is, and a companion of the promised signatures.

use proc_macro2::TokenStream;
use quote::quote;

use super::companion::{self, Source};
use crate::ir::Function;
use crate::lower::without_refused_result;

/// The errors and the stub; the caller emits the function itself.
pub(crate) fn expand(source: Source<'_>, function: &Function, errors: &syn::Error) -> TokenStream {
    let conditions: Vec<_> = source.conditions().collect();
    let errors = errors.clone().into_iter().map(|error| {
        let error = crate::diag::code(&error);
        quote!(#(#conditions)* #error)
    });
    let signature = without_refused_result(source.signature, &source.request.scope);
    let stub = companion::stub(Source { signature: &signature, ..source }, function);
    // Beside an item of an `impl` block too: a macro call may stand there.
    quote!(#(#errors)* #stub)
}
