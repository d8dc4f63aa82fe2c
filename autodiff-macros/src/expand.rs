//! The driver: an item in, the item and its derivatives out.

mod checked;
mod collections;
mod conditions;
pub(crate) mod fallible;
mod given;
mod higher;
mod integrity;
mod items;
mod lent;
mod macros;
pub(crate) mod marks;
mod module;
mod operator;
pub(crate) mod spines;
mod unchecked;
mod untraited;

pub(crate) use self::module::names_in;

use std::borrow::Cow;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use self::conditions::{Conditional, Variant};
use self::fallible::Fallible;
use self::integrity::Sound;
use self::macros::Macros;
use self::marks::without_marks;
use crate::analysis::Activity;
use crate::diag::{Diagnostics, source};
use crate::diff::reverse::Options;
use crate::diff::{Adjoint, Pushforward};
use crate::emit::companion::jacobian::has_columns;
use crate::emit::companion::{self, Derivatives, Site, Source};
use crate::emit::fallback;
use crate::emit::lanes;
use crate::ir::{Function, Param, Passing, Ty, Wrt, WrtTarget};
use crate::request::{Mode, Request, Unconnected};
use crate::{analysis, diff, explain, lower, simplify};

const OF_TRAIT: &str = "`of_trait` belongs on an `impl` of a trait that bears `#[differentiate]`";

/// What `#[differentiate(args)]` makes of an item.
pub(crate) fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut diag = Diagnostics::new();
    let request = Request::parse(args, &mut diag);
    if let Some(span) = spines::too_deep(&item) {
        diag.error_at(
            span,
            "this is nested too deeply for `#[differentiate]`: give inner parts names with `let`, or functions of their own",
        );
        return with_errors(diag, without_marks(item));
    }
    let kept = without_marks(item.clone());
    let long = spines::long(&item);
    let parsed = syn::parse2::<syn::Item>(item).map(|mut item| {
        if long {
            spines::cut_item(&mut item);
        }
        lent::shown(item)
    });
    if let (Some(span), false) = (request.of_trait, matches!(parsed, Ok(syn::Item::Impl(_)))) {
        diag.error_at(span, OF_TRAIT);
    }
    match parsed {
        Ok(syn::Item::Fn(item)) => function(&request, &item, diag, kept),
        Ok(syn::Item::Impl(item)) => methods(&request, &item, diag, kept),
        Ok(syn::Item::Mod(item)) => module::module(&request, &item, diag),
        Ok(syn::Item::Trait(item)) => {
            given::belongs_on_a_function(&request, &mut diag);
            match diag.is_empty() {
                true => module::alone(&request, item),
                false => with_errors(diag, kept),
            }
        }
        Ok(item) => {
            diag.error(
                subject(&item),
                "`#[differentiate]` belongs on a function, a method, an `impl` block or a module",
            );
            with_errors(diag, kept)
        }
        Err(error) => {
            diag.push(error);
            with_errors(diag, kept)
        }
    }
}

/// What `differentiate_items! { … }` makes of the items in it. An inner attribute at their head has the arguments.
pub(crate) fn items(items: TokenStream) -> TokenStream {
    match syn::parse2::<syn::File>(items.clone()) {
        Ok(file) => {
            let mut diag = Diagnostics::new();
            let request = match file.attrs.iter().find(|attr| module::is_attribute(attr)) {
                Some(attr) => Request::parse(module::arguments(attr), &mut diag),
                None => Request::default(),
            };
            given::belongs_on_a_function(&request, &mut diag);
            if !diag.is_empty() {
                return with_errors(diag, without_marks(items));
            }
            diag.discard();
            module::together(&request, &file.items)
        }
        // While someone types, the rest of the file goes on as it stands.
        Err(error) => {
            let (kept, errors) = (without_marks(items), crate::diag::code(&error));
            quote!(#kept #errors)
        }
    }
}

fn with_errors(diag: Diagnostics, item: TokenStream) -> TokenStream {
    let errors = diag.into_error().map(|error| crate::diag::code(&error));
    quote!(#item #errors)
}

/// Where a misplaced attribute is reported: the item's name, or its beginning.
fn subject(item: &syn::Item) -> TokenStream {
    match item {
        syn::Item::Struct(item) => item.ident.to_token_stream(),
        syn::Item::Enum(item) => item.ident.to_token_stream(),
        syn::Item::Const(item) => item.ident.to_token_stream(),
        syn::Item::Static(item) => item.ident.to_token_stream(),
        item => item.to_token_stream(),
    }
}

fn function(request: &Request, item: &syn::ItemFn, diag: Diagnostics, kept: TokenStream) -> TokenStream {
    let derived = derived_function(request, item, false, diag);
    // A function may be there for its derivative alone.
    quote!(#[allow(dead_code)] #kept #derived)
}

/// The derivatives of a function; `hidden`: only other functions of its module call them.
fn derived_function(request: &Request, item: &syn::ItemFn, hidden: bool, diag: Diagnostics) -> TokenStream {
    let method = item.sig.receiver().is_some() || request.associated.is_some();
    let site = if method { Site::Impl(None) } else { Site::Companion };
    // Nothing of the body is looked at, its conditions included.
    let without_body = || syn::ItemFn { block: syn::parse_quote!({}), ..item.clone() };
    let item = &if request.given.is_empty() { Cow::Borrowed(item) } else { Cow::Owned(without_body()) };
    each_variant(&**item, diag, |variant, diag| {
        let syn::ItemFn { sig, block, vis, .. } = &variant.item;
        let attributes = &variant.attributes(&item.attrs)[..];
        let source = Source {
            request,
            signature: sig,
            visibility: vis,
            attributes,
            site,
            hidden,
            siblings: &[],
            may_fail: false,
        };
        differentiated(source, sig, block, diag)
    })
}

/// The derivatives of a method of an `impl` block.
fn derived_method(
    request: &Request,
    item: &syn::ItemImpl,
    method: &syn::ImplItemFn,
    hidden: bool,
    diag: Diagnostics,
) -> TokenStream {
    // How visible the trait is, is not seen; who calls the method calls its derivative.
    let of_trait = syn::parse_quote!(pub(crate));
    let visibility = if item.trait_.is_some() { &of_trait } else { &method.vis };
    let (method, generics) = (&*untraited::method(item, method), &*untraited::head(item));
    let without_body = || syn::ImplItemFn { block: syn::parse_quote!({}), ..method.clone() };
    let method = &if request.given.is_empty() { Cow::Borrowed(method) } else { Cow::Owned(without_body()) };
    each_variant(&**method, diag, |variant, diag| {
        let syn::ImplItemFn { sig, block, attrs, .. } = &variant.item;
        let mut signature = sig.clone();
        signature.generics = merged(generics, &sig.generics);
        if diag.is_empty() && request.given.is_empty() && !has_derivative(request, &signature) {
            diag.discard();
            return TokenStream::new();
        }
        let attributes = &variant.attributes(attrs)[..];
        let site = Site::Impl(Some(generics));
        let siblings = if item.trait_.is_some() { &[] } else { &item.items[..] };
        let source = Source {
            request,
            signature: sig,
            visibility,
            attributes,
            site,
            hidden,
            siblings,
            may_fail: false,
        };
        differentiated(source, &signature, block, diag)
    })
}

/// The rule of an operator.
fn derived_operator(request: &Request, item: &syn::ItemImpl, diag: Diagnostics) -> TokenStream {
    each_variant(item, diag, |variant, diag| {
        let mut item = variant.item.clone();
        item.attrs = variant.attributes(&item.attrs);
        match operator::Operator::of(&item) {
            Some(operator) => operator.rule(request, diag),
            None => {
                diag.discard();
                TokenStream::new()
            }
        }
    })
}

/// What becomes of each variant of an item; of the item itself where something was complained about before.
fn each_variant<T: Conditional>(
    item: &T,
    mut diag: Diagnostics,
    mut derived: impl FnMut(&Variant<T>, Diagnostics) -> TokenStream,
) -> TokenStream {
    let whole = || Variant { item: item.clone(), condition: None };
    if !diag.is_empty() {
        return derived(&whole(), diag);
    }
    match conditions::variants(item) {
        Ok(variants) => variants.iter().map(|variant| derived(variant, Diagnostics::new())).collect(),
        Err(error) => {
            diag.push(error);
            derived(&whole(), diag)
        }
    }
}

/// The attribute on an `impl` block: each method with active data.
fn methods(request: &Request, item: &syn::ItemImpl, mut diag: Diagnostics, kept: TokenStream) -> TokenStream {
    given::belongs_on_a_function(request, &mut diag);
    if !diag.is_empty() {
        return with_errors(diag, kept);
    }
    if operator::Operator::of(item).is_some() {
        let derived = derived_operator(request, item, diag);
        return quote!(#kept #derived);
    }
    if let Some(span) = request.of_trait {
        if item.trait_.is_none() {
            diag.error_at(span, OF_TRAIT);
            return with_errors(diag, kept);
        }
        if !module::are_of_trait(item, &request.scope) {
            diag.error(
                &item.generics,
                "an `impl` that is generic over a float is not used by way of its trait: write one for `f64`",
            );
            return with_errors(diag, kept);
        }
    }
    if item.trait_.is_some() && request.of_trait.is_none() && module::is_foreign(&item.self_ty) {
        let ty = source(&item.self_ty);
        diag.error(
            &item.self_ty,
            format!(
                "what is derived of an `impl` stands beside it, and nothing of yours may stand beside `{ty}`: put `#[differentiate]` on a \
                 module around the trait and its `impl`s, or write `#[differentiate(of_trait)]` where the trait has the attribute"
            ),
        );
        return with_errors(diag, kept);
    }
    // A method may have arguments of its own.
    let mut plain = item.clone();
    let mut requests = Vec::new();
    for member in &mut plain.items {
        let syn::ImplItem::Fn(method) = member else { continue };
        let mut diag = Diagnostics::new();
        let own = method.attrs.iter().find(|attr| module::is_attribute(attr)).map(module::arguments);
        requests.push((module::own_request(request, own, &mut diag), diag));
        method.attrs = module::without_attribute(&method.attrs);
    }
    if requests.is_empty() {
        let mut diag = Diagnostics::new();
        diag.error(&item.self_ty, "there is no function in this `impl` block to differentiate");
        return with_errors(diag, kept);
    }
    let kept = match request.of_trait {
        Some(_) => without_marks(module::with_hidden(&plain, &requests)),
        None => without_marks(plain.to_token_stream()),
    };
    if module::is_foreign(&plain.self_ty) && request.of_trait.is_some() {
        // Beside it there may stand nothing.
        requests.into_iter().for_each(|(_, diag)| diag.discard());
        return kept;
    }
    let methods = plain.items.iter().filter_map(|member| match member {
        syn::ImplItem::Fn(method) => Some(method),
        _ => None,
    });
    let derived: TokenStream = methods
        .zip(requests)
        .filter_map(|(method, (request, diag))| {
            if lower::has_no_diff(&method.attrs) {
                diag.discard();
                return None;
            }
            Some(derived_method(&request, &plain, method, false, diag))
        })
        .collect();
    beside(item, &kept, &derived)
}

/// The `impl` block as it is kept, and one like it with what was derived from its methods.
fn beside(item: &syn::ItemImpl, kept: &TokenStream, derived: &TokenStream) -> TokenStream {
    let (generics, ty) = (untraited::head(item), &item.self_ty);
    let conditions = item.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg"));
    let (parameters, _, predicates) = generics.split_for_impl();
    quote! {
        #[allow(dead_code)]
        #kept
        #(#conditions)*
        impl #parameters #ty #predicates { #derived }
    }
}

/// Whether the signature alone says that there is something to differentiate, and by something.
fn has_derivative(request: &Request, signature: &syn::Signature) -> bool {
    let mut diag = Diagnostics::new();
    let function = lower::function(request, signature, &syn::parse_quote!({ loop {} }), &mut diag);
    diag.discard();
    let result = lower::Types::new(&signature.generics, &request.scope).carries(&function.result_ty);
    let changed = function.params.iter().any(|param| param.active && param.passing == Passing::RefMut);
    function.params.iter().any(|param| param.active) && (result || changed)
}

/// The generics of an `impl` block and of its method, as one.
fn merged(outer: &syn::Generics, inner: &syn::Generics) -> syn::Generics {
    let mut all = inner.clone();
    all.params.extend(outer.params.iter().cloned());
    if let Some(clause) = &outer.where_clause {
        all.make_where_clause().predicates.extend(clause.predicates.iter().cloned());
    }
    all
}

/// The pipeline. `signature`: with all generics in scope.
fn differentiated(
    source: Source<'_>,
    signature: &syn::Signature,
    block: &syn::Block,
    diag: Diagnostics,
) -> TokenStream {
    if !source.request.given.is_empty() {
        return given::differentiated(source, signature, diag);
    }
    if let Some(fallible) = Fallible::of(source.signature) {
        let (inner, block) = fallible.inner(source.signature, block);
        let whole = syn::Signature { generics: signature.generics.clone(), ..inner.clone() };
        let request = fallible.request(source.request, source.signature);
        let found = Source { request: &request, signature: &inner, may_fail: true, ..source };
        return fallible.outer(pipeline(found, &whole, &block, diag), source);
    }
    pipeline(source, signature, block, diag)
}

/// Whether nothing is complained of in a body.
fn can_be_differentiated(request: &Request, signature: &syn::Signature, block: &syn::Block) -> bool {
    let (signature, block) = match Fallible::of(signature) {
        Some(fallible) => fallible.inner(signature, block),
        None => (signature.clone(), block.clone()),
    };
    let mut diag = Diagnostics::new();
    let function = lower::function(request, &signature, &prepared(&signature, &block), &mut diag);
    let lowered = diag.is_empty() && integrity::primal("lowering", &function).is_ok();
    diag.discard();
    if !lowered {
        return false;
    }
    let function = analysis::prepare(function);
    let mut errors = Vec::new();
    if integrity::primal("the preparation", &function).is_ok() {
        analysis::activity(&every_parameter(&function), &mut errors);
        analysis::checkpoint::check(&function, &mut errors);
        return errors.is_empty();
    }
    false
}

/// The same of what is always there.
fn pipeline(
    source: Source<'_>,
    signature: &syn::Signature,
    block: &syn::Block,
    mut diag: Diagnostics,
) -> TokenStream {
    let block = prepared(signature, block);
    let function = lower::function(source.request, signature, &block, &mut diag);
    lowered(source, function, diag)
}

/// A body as it is lowered: macros expanded, items told apart, `unsafe` that only indexes as indexing.
pub(crate) fn prepared(signature: &syn::Signature, block: &syn::Block) -> syn::Block {
    let block = collections::plain(signature, Macros::default().expanded(signature, block));
    unchecked::indexed(items::apart(signature, &block)).into_owned()
}

/// The pipeline behind lowering.
fn lowered(source: Source<'_>, function: Function, mut diag: Diagnostics) -> TokenStream {
    // Lowering leaves out what it complains about: only a program without a complaint has to be sound.
    let whole = diag.is_empty();
    let checked = |pass, function: &Function| if whole { integrity::primal(pass, function) } else { Ok(()) };
    if let Err(violation) = checked("lowering", &function) {
        diag.discard();
        return fallback::expand(source, &function, &violation.into_error(&function.name));
    }
    let asked = source.request.explain.filter(|_| !source.hidden);
    let written = asked.map(|span| (function.clone(), span));
    let function = analysis::prepare(function);
    if let Err(violation) = checked("the preparation", &function) {
        diag.discard();
        return fallback::expand(source, &function, &violation.into_error(&function.name));
    }
    let wanted = every_parameter(&function);
    let mut errors = Vec::new();
    let gradient = analysis::activity(&function, &mut errors);
    let all = analysis::activity(&wanted, &mut errors);
    analysis::checkpoint::check(&function, &mut errors);
    for error in errors {
        diag.error_at(error.span, error.message);
    }
    if source.request.unconnected == Unconnected::Error && diag.is_empty() {
        check_connected(source.request, &function, &gradient, &mut diag);
    }
    check_locals(&function, &mut diag);
    check_mode(source.request, &function, &mut diag);
    higher::check(source.request, &function, &mut diag);
    check_lanes(source, &wanted, &mut diag);
    let test = checked::test(source, &function, &mut diag);
    if let Some(name) = source.in_the_way() {
        let function = &function.name;
        diag.error(
            name,
            format!(
                "the derivative of `{function}` has a function of this name: give one of the two another name"
            ),
        );
    }
    if let Err(errors) = diag.finish() {
        return fallback::expand(source, &function, &errors);
    }
    let users = (!source.hidden).then_some(&gradient);
    let broken = |violation: integrity::Violation| {
        fallback::expand(source, &function, &violation.into_error(&function.name))
    };
    let pushed = match pushed(&wanted, &all) {
        Ok(pushed) => pushed,
        Err(violation) => return broken(violation),
    };
    let mut errors = Vec::new();
    let asked = users.map(|_| &function);
    let beyond = match source.request.order {
        1 => Ok(TokenStream::new()),
        _ => {
            let of = higher::pushforward(source, &wanted, pushed.clone(), 2, &mut errors);
            higher::derivatives(source, &wanted, of, asked, &mut errors)
        }
    };
    if !errors.is_empty() {
        let mut diag = Diagnostics::new();
        errors.into_iter().for_each(|error| diag.error_at(error.span, error.message));
        if let Err(errors) = diag.finish() {
            return fallback::expand(source, &function, &errors);
        }
    }
    let lanes = source.request.lanes.then_some(wanted.vars.0.len()..pushed.vars.0.len());
    let derived = derivatives((&function, users), (&wanted, &all), pushed);
    match derived.and_then(|derived| Ok((derived, beyond?))) {
        Ok((derivatives, beyond)) => {
            let explained = written.zip(derivatives.gradient.as_ref()).map(|((written, span), gradient)| {
                (explain::explanation(&written, &function, gradient), span)
            });
            let derivatives = Derivatives { lanes, ..derivatives };
            let first = companion::companion(source, &function, derivatives, explained);
            quote!(#first #beyond #test)
        }
        Err(violation) => broken(violation),
    }
}

/// The derivative programs: of the function by what users ask for, if they do, and by all that it is `wanted` by in calls.
/// `pushed`: the latter and its tangent.
fn derivatives(
    (function, gradient): (&Function, Option<&Activity>),
    (wanted, all): (&Function, &Activity),
    pushed: Pushforward,
) -> Sound<Derivatives> {
    let direct = gradient.and_then(|_| seeded_by_the_caller(function)).map(|function| {
        let activity = analysis::activity(&function, &mut Vec::new());
        let adjoint = split(&function, &activity, Options::default())?;
        Ok((function, adjoint))
    });
    Ok(Derivatives {
        direct: direct.transpose()?,
        gradient: gradient.map(|gradient| joined(function, gradient)).transpose()?,
        pullback: split(wanted, all, Options { roll_back: true, ..Options::default() })?,
        pushforward: simplified(wanted, pushed)?,
        lanes: None,
    })
}

/// Both sweeps of a function, each a program of its own.
fn split(function: &Function, activity: &Activity, options: Options) -> Sound<Adjoint> {
    let literal = diff::reverse::adjoint(function, activity, options);
    let literal = integrity::adjoint("reverse mode", function, literal)?;
    integrity::adjoint("the simplification of reverse mode", function, simplify::apart(function, literal))
}

/// Both sweeps of a function, as one program.
fn joined(function: &Function, activity: &Activity) -> Sound<Adjoint> {
    integrity::joined("the joining of both sweeps", function, simplify::joined(function, activity))
}

/// A function and its tangent as they are made, before anything is simplified.
fn pushed(function: &Function, activity: &Activity) -> Sound<Pushforward> {
    integrity::pushforward("forward mode", function, diff::forward::pushforward(function, activity))
}

fn simplified(function: &Function, pushed: Pushforward) -> Sound<Pushforward> {
    let simplified = simplify::pushforward(function, pushed);
    integrity::pushforward("the simplification of forward mode", function, simplified)
}

/// What the user asks a gradient by has to reach the result.
fn check_connected(request: &Request, function: &Function, gradient: &Activity, diag: &mut Diagnostics) {
    if request.wrt.is_none() {
        return;
    }
    for wrt in &function.wrt {
        let var = match wrt.target {
            WrtTarget::Param(index) => function.params[index].var,
            WrtTarget::Local(var) => var,
        };
        if !gradient.active(var) {
            let name = &wrt.name;
            diag.error(
                name,
                format!(
                    "the result does not depend on `{name}`: leave it out of `wrt(…)`, or write \
                     `unconnected = \"zero\"` or `unconnected = \"none\"`"
                ),
            );
        }
    }
}

/// The gradient by a local is part of signatures: its type has to be known.
fn check_locals(function: &Function, diag: &mut Diagnostics) {
    for wrt in &function.wrt {
        let WrtTarget::Local(var) = wrt.target else { continue };
        if !known(&function.vars[var].ty) {
            let name = &wrt.name;
            diag.error(
                name,
                format!(
                    "the type of `{name}` is not known here: `wrt(…)` takes local floats, arrays and `Vec`s of them; \
                     write the type at its `let`"
                ),
            );
        }
    }
}

/// What `lanes` cannot go together with.
fn check_lanes(source: Source<'_>, function: &Function, diag: &mut Diagnostics) {
    let generics = &source.signature.generics;
    let generic = generics.type_params().next().is_some() || generics.const_params().next().is_some();
    if source.request.lanes {
        for (span, message) in lanes::refusals(function, generic) {
            diag.error_at(span, message);
        }
    }
}

/// Columns of a Jacobian are tangents of numbers.
fn check_mode(request: &Request, function: &Function, diag: &mut Diagnostics) {
    let Some((Mode::Forward, span)) = request.mode else { return };
    if request.unconnected == Unconnected::None || !has_columns(function, true) {
        diag.error_at(
            span,
            "`mode = \"forward\"` makes a Jacobian of one column for each number of the parameters, which have to be \
             numbers, arrays, slices, `Vec`s or tuples of `f64` or `f32`, or structs of them: leave it out",
        );
    }
}

fn known(ty: &Ty) -> bool {
    match ty {
        Ty::Float(_) => true,
        Ty::Array(t, Some(_)) | Ty::Vec(t) => known(t),
        Ty::Tuple(ts) => ts.iter().all(known),
        ty => !ty.may_be_active(),
    }
}

/// The function that `vjp` differentiates without a detour over the pullback that others call: where the gradient is by
/// locals, or something is changed through `&mut`. All that a seed arrives at is asked for, behind what the user asks for.
fn seeded_by_the_caller(function: &Function) -> Option<Function> {
    let lent = |param: &Param| param.active && param.passing == Passing::RefMut;
    let by_locals = function.wrt.iter().any(|wrt| matches!(wrt.target, WrtTarget::Local(_)));
    if !by_locals && !function.params.iter().any(lent) {
        return None;
    }
    let mut wrt = function.wrt.clone();
    for (index, param) in function.params.iter().enumerate().filter(|(_, param)| lent(param)) {
        let target = WrtTarget::Param(index);
        if wrt.iter().all(|entry| entry.target != target) {
            wrt.push(Wrt { name: param.name.clone(), target });
        }
    }
    Some(Function { wrt, ..function.clone() })
}

/// The function differentiated by all its active parameters, whatever the user asks for: callers need every slot.
pub(crate) fn every_parameter(function: &Function) -> Function {
    Function { wrt: Wrt::every(&function.params), ..function.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(args: &str, item: &str) -> String {
        let tokens = expand(args.parse().unwrap(), item.parse().unwrap());
        syn::parse2::<syn::File>(tokens.clone()).unwrap_or_else(|e| panic!("{e}: {tokens}"));
        tokens.to_string()
    }

    #[test]
    fn whatever_it_stands_on_is_kept_beside_the_error() {
        for (item, says) in [
            ("struct S { x: f64 }", "belongs on a function"),
            ("enum E { A, B(f64) }", "belongs on a function"),
            ("const X: f64 = 1.0;", "belongs on a function"),
            ("impl S { const N: usize = 3; }", "no function in this `impl` block"),
            ("async fn f(x: f64) -> f64 { x }", "an `async` function cannot be differentiated"),
            ("unsafe fn f(x: f64) -> f64 { x }", "an `unsafe` function cannot be differentiated"),
        ] {
            let text = expanded("", item);
            assert!(text.contains("compile_error") && text.contains(says), "{item}: {text}");
            let name = item.split(' ').find(|word| word.len() == 1).unwrap_or("x");
            assert!(text.contains(name), "{item}: {text}");
        }
    }

    #[test]
    fn marks_go_no_further() {
        let text =
            expanded("", "fn f(#[no_diff] k: f64, x: f64) -> f64 { #[no_diff] let y = k * 2.0; x * y }");
        assert!(!text.contains("no_diff") && !text.contains("compile_error"), "{text}");
    }

    #[test]
    fn names_of_wrt_without_a_meaning_have_a_place_in_the_stub() {
        let text = expanded("wrt(x, nothing)", "fn f(x: f64) -> f64 { x }");
        assert!(text.contains("compile_error") && text.contains("nothing_bar : & mut f64"), "{text}");
    }

    #[test]
    fn methods_without_a_derivative_are_left_alone() {
        let text = expanded(
            "",
            "impl M { fn len(&self) -> usize { self.n } fn e(&self, x: f64) -> f64 { x * self.k } }",
        );
        assert!(!text.contains("len_grad") && text.contains("e_grad"), "{text}");
    }

    #[test]
    fn operators_get_the_rule_of_their_trait() {
        let text = expanded("", "impl Mul<V> for f64 { type Output = V; fn mul(self, v: V) -> V { v } }");
        assert!(text.contains("MulRule < V > for f64"), "{text}");
    }

    /// `::core` is not there where the user's tokens are of the edition of 2015.
    #[test]
    fn errors_are_found_in_every_edition() {
        for text in [expanded("", "fn f(x: f64) -> f64 { q!(x) }"), expanded("", "struct S { x: f64 }")] {
            assert!(text.contains("compile_error") && !text.contains("core :: compile_error"), "{text}");
        }
    }

    /// rustc goes down one call for each `let` of a block, and its stack has an end.
    #[test]
    fn blocks_of_any_length_have_few_scopes() {
        let terms: Vec<String> = (0..1200).map(|k| format!("(x * {k}.0 + y).sin()")).collect();
        let text = expanded("", &format!("fn f(x: f64, y: f64) -> f64 {{ {} }}", terms.join(" + ")));
        assert!(text.contains("let (add , add_1 ,"), "values are declared one by one");
        let longest = text.split('}').map(|part| part.matches("let ").count()).max();
        assert!(longest < Some(200), "{longest:?} scopes");
    }

    #[test]
    fn constants_of_a_module_say_where_values_lie() {
        let guarded = |constants: &str| {
            let module = format!(
                "mod m {{ {constants} pub fn f(x: f64) -> f64 {{ (1.0 / (1.0 + K * x.abs())).ln() }} }}"
            );
            expanded("", &module).contains("special :: chain")
        };
        assert!(!guarded("const K: f64 = 0.5;"));
        assert!(guarded("const K: f64 = -0.5;"));
        // Which of two holds is not known here, nor is what is computed.
        assert!(guarded("#[cfg(a)] const K: f64 = 0.5; #[cfg(not(a))] const K: f64 = -0.5;"));
        assert!(guarded("const K: f64 = k();"));
    }

    /// What becomes of a function whose program a pass spoils.
    fn spoilt(spoil: impl FnOnce(&mut Function)) -> String {
        let item: syn::ItemFn = syn::parse_quote!(
            fn spoilt(x: f64) -> f64 {
                let y = x * x;
                y.sin()
            }
        );
        let (request, mut diag) = (Request::default(), Diagnostics::new());
        let source = Source {
            request: &request,
            signature: &item.sig,
            visibility: &item.vis,
            attributes: &[],
            site: Site::Companion,
            hidden: false,
            siblings: &[],
            may_fail: false,
        };
        let mut function = lower::function(&request, &item.sig, &item.block, &mut diag);
        spoil(&mut function);
        let tokens = lowered(source, function, diag);
        syn::parse2::<syn::File>(tokens.clone()).unwrap_or_else(|e| panic!("{e}: {tokens}"));
        tokens.to_string()
    }

    #[test]
    fn what_a_pass_breaks_is_reported_as_a_bug() {
        assert!(!spoilt(|_| ()).contains("compile_error"));
        type Spoil = fn(&mut Function);
        let spoils: [(Spoil, &str); 3] = [
            (|f| f.body.stmts.push(f.body.stmts[0].clone()), "bound twice"),
            (|f| f.body.stmts.reverse(), "not defined"),
            (|f| f.vars.0.truncate(1), "not in the arena"),
        ];
        for (spoil, what) in spoils {
            let text = spoilt(spoil);
            let says = ["compile_error", "bug of `#[differentiate]`, not of `spoilt`", "lowering made", what];
            assert!(says.iter().all(|says| text.contains(says)), "{text}");
        }
    }

    #[test]
    fn derivatives_that_are_not_sound_are_reported_as_a_bug() {
        let item: syn::ItemFn = syn::parse_quote!(
            fn f(x: f64) -> f64 {
                x.sin()
            }
        );
        let mut diag = Diagnostics::new();
        let function = lower::function(&Request::default(), &item.sig, &item.block, &mut diag);
        let activity = analysis::activity(&function, &mut Vec::new());
        let mut adjoint = diff::reverse::adjoint(&function, &activity, Options::default());
        adjoint.forward.stmts.clear();
        let violation = integrity::adjoint("a pass", &function, adjoint);
        let Err(violation) = violation else { panic!("it is not sound") };
        let error = violation.into_error(&function.name).to_string();
        assert!(error.contains("a pass made") && error.contains("report it"), "{error}");
    }
}
