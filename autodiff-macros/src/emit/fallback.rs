//! What is emitted beside errors: the function as it is, and a companion of the promised signatures.

use proc_macro2::TokenStream;
use quote::quote;

use super::companion::{self, Source};
use crate::ir::Function;

/// The errors and the stub; the caller emits the function itself.
pub(crate) fn expand(source: Source<'_>, function: &Function, errors: &syn::Error) -> TokenStream {
    let errors = errors.to_compile_error();
    let stub = companion::stub(source, function);
    match source.site {
        companion::Site::Companion => quote!(#errors #stub),
        // Items of an `impl` block: a macro call may stand among them.
        companion::Site::Impl(_) => quote!(#errors #stub),
    }
}
