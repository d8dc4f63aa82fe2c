//! What `explain` adds to a companion.
//!
//! Expands to:
//!
//! ```text
//! /// What is known of [`f`] and of its gradient.
//! pub fn explain() -> autodiff_runtime::explain::Explanation {
//!     Explanation {
//!         function: "f",
//!         file: file!(),
//!         bindings: &[Binding { name: "x", line: line!(), active: true, because: "…" }, …],
//!         …
//!     }
//! }
//! ```
//!
//! Each `line!()` has the span of what it is about, and so says that one's line.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use super::{Source, lints};
use crate::diff::explain::Class;
use crate::explain::{Binding, Cut, Effect, Explanation, Loop, Saved};
use crate::ir::Function;

pub(super) fn explained(
    source: Source<'_>,
    function: &Function,
    explanation: &Explanation,
    asked: Span,
) -> TokenStream {
    let runtime = &source.request.runtime;
    // Without the feature of the runtime, rustc complains at the argument.
    let root = quote_spanned!(asked=> #runtime::explain);
    let Explanation { bindings, cuts, loops, passes, primal, gradient } = explanation;
    let bindings = bindings.iter().map(|Binding { name, span, active, because }| {
        let line = line(*span);
        quote!(#root::Binding { name: #name, line: #line, active: #active, because: #because })
    });
    let cuts = cuts.iter().map(|Cut { span, of, by }| {
        let line = line(*span);
        quote!(#root::Cut { line: #line, of: #of, by: #by })
    });
    let loops = loops.iter().map(|a_loop| the_loop(a_loop, &root));
    let passes = passes
        .iter()
        .map(|Effect { pass, without }| quote!(#root::Effect { pass: #pass, without: #without }));
    let said = function.name.to_string();
    let body = quote! {
        #root::Explanation {
            function: #said,
            file: ::core::file!(),
            bindings: &[#(#bindings),*],
            cuts: &[#(#cuts),*],
            loops: &[#(#loops),*],
            passes: &[#(#passes),*],
            operations: #root::Operations { function: #primal, gradient: #gradient },
        }
    };
    item(source, function, &root, &body)
}

/// The same signature beside errors.
pub(super) fn stub(source: Source<'_>, function: &Function) -> TokenStream {
    let runtime = &source.request.runtime;
    match source.request.explain.filter(|_| !source.hidden) {
        Some(asked) => {
            let root = quote_spanned!(asked=> #runtime::explain);
            item(source, function, &root, &super::items::never())
        }
        None => TokenStream::new(),
    }
}

fn item(source: Source<'_>, function: &Function, root: &TokenStream, body: &TokenStream) -> TokenStream {
    let (name, visibility) = (source.site.name(&function.name, "explain"), source.visibility);
    let summary = format!("What is known of [`{}`] and of its gradient.", function.name);
    let (conditions, lints) = (source.conditions(), lints());
    quote! {
        #(#conditions)*
        #[doc = #summary]
        #lints
        #visibility fn #name() -> #root::Explanation { #body }
    }
}

fn the_loop(of: &Loop, root: &TokenStream) -> TokenStream {
    let Loop { span, index, depth, class, fused, saved, recomputed } = of;
    let (line, index) = (line(*span), option(index.as_ref()));
    let class = match class {
        Class::Independent => quote!(Independent),
        Class::Accumulating => quote!(Accumulating),
        Class::Carried => quote!(Carried),
    };
    let saved = saved.iter().map(|Saved { name, bytes, because }| {
        let bytes = option(bytes.as_ref());
        quote!(#root::Saved { name: #name, bytes: #bytes, because: #because })
    });
    quote! {
        #root::Loop {
            line: #line,
            index: #index,
            depth: #depth,
            class: #root::Class::#class,
            fused: #fused,
            saved: &[#(#saved),*],
            recomputed: &[#(#recomputed),*],
        }
    }
}

fn line(span: Span) -> TokenStream {
    quote_spanned!(span=> ::core::line!())
}

fn option(value: Option<impl quote::ToTokens>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}
