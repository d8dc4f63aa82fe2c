//! The accumulated diagnostics: every mistake of a function is reported in one compile.

mod text;

use std::fmt::Display;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;

pub(crate) use self::text::source;

/// Errors as code. syn's own is by `::core`, which is not there where the user's code is of the edition of 2015.
pub(crate) fn code(errors: &syn::Error) -> TokenStream {
    let is_prefix = |token: &TokenTree| match token {
        TokenTree::Punct(punct) => punct.as_char() == ':',
        TokenTree::Ident(name) => name == "core",
        _ => false,
    };
    errors.to_compile_error().into_iter().filter(|token| !is_prefix(token)).collect()
}

/// Errors in the order in which they were found. Must be read: dropping it unread is a bug that debug builds report.
pub(crate) struct Diagnostics {
    errors: Option<syn::Error>,
    /// Spans and texts seen, so that code lowered twice (a closure at each of its calls) complains once.
    seen: Vec<String>,
    read: bool,
}

impl Diagnostics {
    pub(crate) fn new() -> Diagnostics {
        Diagnostics { errors: None, seen: Vec::new(), read: false }
    }

    /// Reports `message` at `tokens`.
    pub(crate) fn error(&mut self, tokens: impl ToTokens, message: impl Display) {
        self.push(syn::Error::new_spanned(tokens.to_token_stream(), message.to_string()));
    }

    /// Reports `message` at `span`.
    pub(crate) fn error_at(&mut self, span: Span, message: impl Display) {
        self.push(syn::Error::new(span, message.to_string()));
    }

    pub(crate) fn push(&mut self, error: syn::Error) {
        let key = format!("{:?} {error}", error.span());
        // Outside of a compiler all spans look alike: there the text alone decides.
        if self.seen.contains(&key) {
            return;
        }
        self.seen.push(key);
        match &mut self.errors {
            Some(errors) => errors.combine(error),
            none => *none = Some(error),
        }
    }

    /// Takes over what another attempt found.
    pub(crate) fn absorb(&mut self, other: Diagnostics) {
        for error in other.into_error().into_iter().flatten() {
            self.push(error);
        }
    }

    /// Drops what an attempt found that is made again.
    pub(crate) fn discard(mut self) {
        self.read = true;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.errors.is_none()
    }

    /// The wall: behind it nothing fails.
    pub(crate) fn finish(self) -> syn::Result<()> {
        self.into_error().map_or(Ok(()), Err)
    }

    pub(crate) fn into_error(mut self) -> Option<syn::Error> {
        self.read = true;
        self.errors.take()
    }
}

impl Drop for Diagnostics {
    fn drop(&mut self) {
        if cfg!(debug_assertions) && !self.read && self.errors.is_some() && !std::thread::panicking() {
            panic!("diagnostics were collected and not reported: {:?}", self.errors);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_errors_come_out() {
        let mut diag = Diagnostics::new();
        diag.error_at(Span::call_site(), "first");
        diag.error(quote::quote!(x + y), "second");
        diag.error_at(Span::call_site(), "first");
        let texts: Vec<String> = diag.finish().unwrap_err().into_iter().map(|e| e.to_string()).collect();
        assert_eq!(texts, ["first", "second"]);
    }

    #[test]
    fn no_errors_pass_the_wall() {
        let diag = Diagnostics::new();
        assert!(diag.is_empty());
        assert!(diag.finish().is_ok());
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "not reported")]
    fn unread_errors_are_a_bug() {
        let mut diag = Diagnostics::new();
        diag.error_at(Span::call_site(), "lost");
    }
}
