//! What is emitted beside errors: the function as it is, and a companion of the promised signatures.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::companion::{self, Site, Source};
use super::known::has_lifetime;
use crate::ir::{Function, Ty};
use crate::lower::without_refused_result;

/// The errors and the stub; the caller emits the function itself.
pub(crate) fn expand(source: Source<'_>, function: &Function, errors: &syn::Error) -> TokenStream {
    let conditions: Vec<_> = source.conditions().collect();
    let errors: Vec<TokenStream> =
        errors.clone().into_iter().map(|error| crate::diag::code(&error)).collect();
    let mut signature = without_refused_result(source.signature, &source.request.scope);
    let mut function = function.clone();
    // Whom a result borrows from would have to be said of the stubs.
    if has_lifetime(signature.output.to_token_stream()) {
        signature.output = syn::ReturnType::Default;
        function.result_ty = Ty::Tuple(Vec::new());
    }
    let refused = quote!(#signature).to_string() != {
        let given = source.signature;
        quote!(#given).to_string()
    };
    // Nobody can say what the callers of a result that is refused do with it: its type is one in error.
    let constant = source.site.name(&function.name, "REFUSED");
    let concrete = match source.site {
        Site::Companion => true,
        Site::Impl(generics) => generics.is_some_and(|generics| generics.params.is_empty()),
    };
    if !(refused && concrete) {
        let stub =
            companion::stub(Source { signature: &signature, ..source }, &function, &TokenStream::new());
        // Beside an item of an `impl` block too: a macro call may stand there.
        let errors = errors.iter().map(|error| quote!(#(#conditions)* #error));
        let beyond = companion::second::stubs(Source { signature: &signature, ..source }, &function);
        return quote!(#(#errors)* #stub #beyond);
    }
    let runtime = &source.request.runtime;
    let result: syn::Type = syn::parse_quote!(#runtime::__private::Known<(), { Self::#constant }>);
    signature.output = syn::parse_quote!(-> #result);
    function.result_ty = Ty::Named(Box::new(result));
    let constant = quote! {
        #[doc(hidden)]
        #[allow(non_upper_case_globals)]
        const #constant: bool = { #(#errors;)* true };
    };
    companion::stub(Source { signature: &signature, ..source }, &function, &constant)
}
