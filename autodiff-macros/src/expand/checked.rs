//! `check`: a test of a function's derivatives, made from the function itself.
//!
//! ```text
//! #[differentiate(check)]
//! fn f(#[sample(0.1..2.0)] x: f64, #[sample(0.0..1.0, len = 5)] w: &[f64], #[sample(3)] n: usize) -> f64 { … }
//!     →
//! #[cfg(test)]
//! #[test]
//! fn check_f() {
//!     let mut sampler = Sampler::new(0);
//!     for _ in 0..4 {
//!         let n = 3;
//!         let point = (sampler.number::<f64>(0.1..2.0), sampler.numbers::<f64>(0.0..1.0, 5));
//!         Function { name: "f", params: &["x", "w"] }.at(&mut sampler, &point, |(x, w)| f(*x, w, n), …);
//!     }
//! }
//! ```

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;

use crate::diag::Diagnostics;
use crate::emit::companion::{Site, Source};
use crate::ir::{Function, Param, Passing, Ty, WrtTarget};

/// At how many points a function is checked.
const POINTS: usize = 4;

/// How many numbers a slice or a `Vec` has, where nothing says otherwise.
const LENGTH: usize = 4;

/// Where numbers come from, where nothing says otherwise: between these all elementary functions but `asin` and its like have
/// derivatives.
const RANGE: (f64, f64) = (0.25, 1.75);

/// `#[sample(range, len = n)]`, or `#[sample(value)]`.
struct Sample {
    value: syn::Expr,
    len: Option<syn::Expr>,
}

impl Parse for Sample {
    fn parse(input: ParseStream<'_>) -> syn::Result<Sample> {
        let value = input.parse()?;
        let mut len = None;
        if input.parse::<Option<syn::Token![,]>>()?.is_some() {
            let name: Ident = input.parse()?;
            if name != "len" {
                return Err(syn::Error::new(name.span(), "`len = n` is what may follow a range in `sample`"));
            }
            input.parse::<syn::Token![=]>()?;
            len = Some(input.parse()?);
        }
        Ok(Sample { value, len })
    }
}

fn sample_of(attributes: &[syn::Attribute], diag: &mut Diagnostics) -> Option<Sample> {
    let attribute = attributes.iter().find(|attribute| attribute.path().is_ident("sample"))?;
    match attribute.parse_args() {
        Ok(sample) => Some(sample),
        Err(error) => {
            diag.push(error);
            None
        }
    }
}

/// The test of a function's derivatives; nothing where there is none to be made.
pub(super) fn test(source: Source<'_>, function: &Function, diag: &mut Diagnostics) -> TokenStream {
    let Some(span) = source.request.check.filter(|_| !source.hidden) else { return TokenStream::new() };
    if let Some(why) = refusal(source, function) {
        diag.error_at(span, why);
        return TokenStream::new();
    }
    let runtime = source.request.runtime.to_token_stream();
    // Parameters may have any name.
    let [sampler, checked, at] =
        ["sampler", "checked", "point"].map(|name| Ident::new(name, Span::mixed_site()));
    let (mut fixed, mut names, mut samples) = (TokenStream::new(), Vec::new(), Vec::new());
    let (mut args, mut dots, mut dot_names) = (Vec::new(), Vec::new(), Vec::new());
    for (param, input) in function.params.iter().zip(&source.signature.inputs) {
        let syn::FnArg::Typed(typed) = input else { continue };
        let sample = sample_of(&typed.attrs, diag);
        let name = &param.name;
        if !param.active {
            let Some(value) = constant(param, typed, sample, diag) else { continue };
            fixed.extend(quote!(let #name = #value;));
            args.push(match (param.passing, &param.ty) {
                (Passing::Ref, _) => quote!(&#name),
                (_, Ty::Int(_) | Ty::Float(_)) => quote!(#name),
                _ => quote!(::core::clone::Clone::clone(&#name)),
            });
            continue;
        }
        let Some(value) = sampled(param, typed, sample, &sampler, diag) else { continue };
        let dot = format_ident!("{}_dot", name, span = Span::mixed_site());
        args.push(passed(param, name));
        // The tangent of a number is a number, however the number is passed.
        dots.push(if param.ty.is_float() { quote!(*#dot) } else { passed(param, &dot) });
        samples.push(value);
        names.push(name.clone());
        dot_names.push(dot);
    }
    let (point, pattern, dot) = match (&samples[..], &names[..], &dot_names[..]) {
        ([sample], [name], [dot]) => (quote!(#sample), quote!(#name), quote!(#dot)),
        _ => (quote!((#(#samples),*)), quote!((#(#names),*)), quote!((#(#dot_names),*))),
    };
    let companion = source.request.companion.as_ref().unwrap_or(&function.name);
    let (name, text) = (&function.name, function.name.to_string());
    let texts: Vec<String> = names.iter().map(ToString::to_string).collect();
    let test = format_ident!("check_{}", text.trim_start_matches("r#"));
    let curvature = (source.request.order > 1 && matches!(function.result_ty, Ty::Float(_))).then(|| {
        quote! {
            #checked.curvature_at(
                &mut #sampler,
                &#at,
                |#pattern| #companion::grad(#(#args),*),
                |#pattern, #dot| #companion::hvp(#(#args,)* #(#dots),*),
            );
        }
    });
    let points = proc_macro2::Literal::usize_unsuffixed(POINTS);
    let conditions = source.conditions();
    quote! {
        #(#conditions)*
        #[cfg(test)]
        #[test]
        #[allow(clippy::all, clippy::pedantic, unused, non_snake_case)]
        fn #test() {
            let mut #sampler = #runtime::check::Sampler::new(0);
            let #checked = #runtime::check::Function { name: #text, params: &[#(#texts),*] };
            for _ in 0..#points {
                #fixed
                let #at = #point;
                #checked.at(
                    &mut #sampler,
                    &#at,
                    |#pattern| #name(#(#args),*),
                    |#pattern| #companion::value_and_grad(#(#args),*),
                    |#pattern, #dot| #companion::jvp(#(#args,)* #(#dots),*),
                );
                #curvature
            }
        }
    }
}

fn refusal(source: Source<'_>, function: &Function) -> Option<&'static str> {
    let request = source.request;
    let changed = function.params.iter().any(|param| param.passing == Passing::RefMut);
    let local = function.wrt.iter().any(|wrt| matches!(wrt.target, WrtTarget::Local(_)));
    let generic = source.signature.generics.type_params().next().is_some()
        || source.signature.generics.const_params().next().is_some();
    if !matches!(source.site, Site::Companion) {
        Some("`check` makes a test of a function: of a method, write one with `check::gradient`")
    } else if request.wrt.is_some() || local || !request.stop.is_empty() {
        Some(
            "`check` compares with differences by all parameters: it does not go together with `wrt` and `stop`",
        )
    } else if changed || source.may_fail || generic {
        Some(
            "`check` is for functions that change no argument, do not fail and are not generic: write a test with \
             `check::gradient`",
        )
    } else if function.params.iter().all(|param| !param.active) {
        Some("nothing carries a derivative here: there is nothing to check")
    } else {
        None
    }
}

/// How an argument is passed that the point, or the direction, holds.
fn passed(param: &Param, name: &Ident) -> TokenStream {
    match (param.passing, &param.ty) {
        (Passing::Value, Ty::Float(_)) => quote!(*#name),
        (Passing::Value, _) => quote!(::core::clone::Clone::clone(#name)),
        _ => quote!(#name),
    }
}

/// What a parameter holds that carries no derivative.
fn constant(
    param: &Param,
    typed: &syn::PatType,
    sample: Option<Sample>,
    diag: &mut Diagnostics,
) -> Option<TokenStream> {
    if let Some(Sample { value, .. }) = sample {
        return Some(value.to_token_stream());
    }
    match &param.ty {
        ty if ty.is_same_scalar(&Ty::bool()) => Some(quote!(true)),
        Ty::Int(_) => Some(quote!(3)),
        Ty::Float(_) => Some(quote!(0.75)),
        _ => {
            diag.error(
                &typed.pat,
                "`check` needs a value for what carries no derivative: write `#[sample(value)]` before the parameter",
            );
            None
        }
    }
}

/// What a parameter that carries a derivative is at a point.
fn sampled(
    param: &Param,
    typed: &syn::PatType,
    sample: Option<Sample>,
    sampler: &Ident,
    diag: &mut Diagnostics,
) -> Option<TokenStream> {
    let span = typed.pat.span();
    let (low, high) = RANGE;
    let given = sample.as_ref().map(|sample| &sample.value);
    let range = match given {
        None => Some(quote!(#low..#high)),
        Some(value @ syn::Expr::Range(_)) => Some(value.to_token_stream()),
        Some(_) => None,
    };
    let len = match sample.as_ref().and_then(|sample| sample.len.as_ref()) {
        Some(len) => len.to_token_stream(),
        None => {
            let len = proc_macro2::Literal::usize_unsuffixed(LENGTH);
            quote!(#len)
        }
    };
    let float = |ty: &Ty| match ty {
        Ty::Float(float) => Some(crate::emit::types::float_name(float)),
        _ => None,
    };
    match (&param.ty, range) {
        (_, None) => Some(quote_spanned!(span=> #sampler.around(#given))),
        (Ty::Float(_), Some(range)) => {
            let float = float(&param.ty)?;
            Some(quote!(#sampler.number::<#float>(#range)))
        }
        (Ty::Array(t, _), Some(range)) if t.is_float() => {
            let float = float(t)?;
            Some(quote!(#sampler.array::<#float, _>(#range)))
        }
        (Ty::Slice(t) | Ty::Vec(t), Some(range)) if t.is_float() => {
            let float = float(t)?;
            Some(quote!(#sampler.numbers::<#float>(#range, #len)))
        }
        _ => {
            diag.error(
                &typed.pat,
                "`check` needs a value for this type: write `#[sample(value)]` before the parameter, around which points are taken",
            );
            None
        }
    }
}
