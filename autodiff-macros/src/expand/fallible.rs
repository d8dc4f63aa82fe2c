//! Functions whose result may be missing: `Option<T>`, `Result<T, E>`.
//!
//! Invariant: derivatives know whether there is a result, and not what went wrong: that is had by running the function again.
//!
//! ```text
//! fn f(x: f64) -> Result<f64, E> { body }
//!     →
//! fn f_found(x: f64) -> (f64, bool) { match (|| -> Result<f64, E> { body })() { Ok(value) => (value, true), _ => (0.0, false) } }
//! impl f { fn grad(x: f64) -> Result<f64, E> { … f_found::value_and_grad(x) … } }
//! ```

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{
    Attribute, Block, Expr, FnArg, GenericArgument, ImplItem, ImplItemFn, Item, Pat, PathArguments,
    ReturnType, Signature, Type, TypeParamBound, parse_quote,
};

use crate::emit::companion::given::Found;
use crate::emit::companion::{Site, Source};
use crate::lower::{arguments, bare, payload};
use crate::request::Request;
use crate::standard::{is_integer, primitive};

/// What other differentiated functions call.
const CALLED: [&str; 6] = [
    "forward",
    "pushforward",
    "order_2_forward",
    "order_2_pushforward",
    "order_3_forward",
    "order_3_pushforward",
];

/// What a function returns that may fail.
pub(crate) struct Fallible {
    /// The type as it is written.
    output: syn::TypePath,
    payload: Type,
    /// A payload where there is none.
    nothing: Expr,
}

impl Fallible {
    /// Nothing where the result is always there, or a stand-in for it cannot be made up.
    pub(crate) fn of(signature: &Signature) -> Option<Fallible> {
        let ReturnType::Type(_, ty) = &signature.output else { return None };
        let Type::Path(output) = bare(ty) else { return None };
        let payload = payload(ty)?;
        // It is run again for the error, which must not see what it changed.
        let changes = |input: &FnArg| match input {
            FnArg::Receiver(receiver) => {
                matches!(receiver.kind, syn::ReceiverKind::Reference(_, _, Some(_)))
            }
            FnArg::Typed(typed) => may_change(typed.ty.to_token_stream()),
        };
        let nothing = zero(payload)?;
        let fallible = Fallible { output: output.clone(), payload: payload.clone(), nothing };
        (fallible.is_option() || !signature.inputs.iter().any(changes)).then_some(fallible)
    }

    fn is_option(&self) -> bool {
        self.output.path.segments.last().is_some_and(|last| last.ident == "Option")
    }

    /// The function that is differentiated: it says whether there is a result.
    pub(crate) fn inner(&self, signature: &Signature, block: &Block) -> (Signature, Block) {
        let Fallible { output, payload, nothing } = self;
        let mut inner = signature.clone();
        inner.ident = inner_name(&signature.ident);
        inner.output = parse_quote!(-> (#payload, bool));
        let there = self.there();
        let body = parse_quote!({
            match (|| -> #output #block)() {
                #there => (value, true),
                _ => (#nothing, false),
            }
        });
        (inner, body)
    }

    /// How a derivative that is given comes to the inner function: there is no body to look at.
    pub(super) fn found(&self, signature: &Signature) -> (Signature, Found) {
        let (inner, _) = self.inner(signature, &parse_quote!({}));
        let found = Found {
            name: signature.ident.clone(),
            payload: self.payload.clone(),
            there: self.there(),
            nothing: self.nothing.clone(),
        };
        (inner, found)
    }

    fn there(&self) -> Pat {
        if self.is_option() { parse_quote!(Some(value)) } else { parse_quote!(Ok(value)) }
    }

    /// What is asked of the inner function: calls of the function itself come back to it.
    pub(crate) fn request(&self, request: &Request, signature: &Signature) -> Request {
        let own = ["", "::", "."].map(|form| format!("{form}{}", signature.ident));
        Request { scope: request.scope.with_circular(own), companion: None, ..request.clone() }
    }

    /// What users call, beside the derivatives of [`Self::inner`].
    pub(crate) fn outer(&self, derived: TokenStream, source: Source<'_>) -> TokenStream {
        let Source { signature, request, site, .. } = source;
        match site {
            Site::Companion => {
                let companion = request.companion.as_ref().unwrap_or(&signature.ident);
                self.of_function(&derived, signature, companion).unwrap_or(derived)
            }
            Site::Impl(_) => self.of_method(&derived, signature).unwrap_or(derived),
        }
    }

    fn of_function(
        &self,
        derived: &TokenStream,
        signature: &Signature,
        companion: &Ident,
    ) -> Option<TokenStream> {
        let mut file = syn::parse2::<syn::File>(derived.clone()).ok()?;
        let mut outer: Vec<Item> = Vec::new();
        for item in &mut file.items {
            match item {
                Item::Struct(item) => {
                    let mut shown = item.clone();
                    shown.ident = companion.clone();
                    shown.attrs.iter_mut().for_each(|attribute| rename(attribute, &signature.ident));
                    outer.push(Item::Struct(shown));
                    item.attrs.push(parse_quote!(#[doc(hidden)]));
                }
                Item::Impl(item) => {
                    let mut shown = item.clone();
                    shown.self_ty = parse_quote!(#companion);
                    let inner = &item.self_ty;
                    let shown_items = item.items.iter().filter_map(|item| match item {
                        ImplItem::Fn(function) => {
                            self.function(function, signature, Site::Companion).map(ImplItem::Fn)
                        }
                        // Types of signatures hang on them.
                        ImplItem::Const(constant) => {
                            let (mut constant, name) = (constant.clone(), &constant.ident);
                            constant.expr = parse_quote!(#inner::#name);
                            Some(ImplItem::Const(constant))
                        }
                        _ => None,
                    });
                    shown.items = shown_items.collect();
                    outer.push(Item::Impl(shown));
                }
                _ => {}
            }
        }
        Some(quote!(#file #(#outer)*))
    }

    fn of_method(&self, derived: &TokenStream, signature: &Signature) -> Option<TokenStream> {
        let mut block = syn::parse2::<syn::ItemImpl>(quote!(impl Type { #derived })).ok()?;
        let mut outer: Vec<ImplItemFn> = Vec::new();
        for item in &mut block.items {
            if let ImplItem::Fn(function) = item {
                outer.extend(self.function(function, signature, Site::Impl(None)));
                function.attrs.push(parse_quote!(#[doc(hidden)]));
            }
        }
        let inner = &block.items;
        Some(quote!(#(#inner)* #(#outer)*))
    }

    /// One of the functions that users call, made of that of the inner function.
    fn function(&self, inner: &ImplItemFn, signature: &Signature, site: Site<'_>) -> Option<ImplItemFn> {
        let name = &signature.ident;
        let inner_function = |what: &&str| site.name(&inner_name(name), what) == inner.sig.ident;
        let what = ["value_and_grad", "grad", "value_and_grad_into", "vjp", "jvp"];
        let what = what.into_iter().chain(["explain"]).chain(CALLED).find(inner_function)?;
        let mut function = inner.clone();
        for (at, input) in function.sig.inputs.iter_mut().enumerate() {
            if let FnArg::Typed(typed) = input {
                if matches!(*typed.pat, Pat::Wild(_)) {
                    let name = format_ident!("arg{at}");
                    *typed.pat = parse_quote!(#name);
                }
            }
        }
        let inputs = function.sig.inputs.clone();
        function.sig.ident = site.name(name, what);
        function.attrs.iter_mut().for_each(|attribute| rename(attribute, name));
        let local = |name: &str| Ident::new(name, Span::mixed_site());
        let (value, found, rest) = (local("value"), local("found"), local("rest"));
        let path = match site {
            Site::Companion => {
                let (of, name) = (inner_name(name), &inner.sig.ident);
                quote!(#of::#name)
            }
            Site::Impl(_) => {
                let name = &inner.sig.ident;
                quote!(Self::#name)
            }
        };
        let args = inputs.iter().map(|input| passed(input, !self.is_option()));
        let call = quote!(#path(#(#args),*));
        // What other differentiated functions call is told whether there is a result.
        if CALLED.contains(&what) {
            let args = inputs.iter().map(|input| passed(input, false));
            function.block = parse_quote!({ #path(#(#args),*) });
            return Some(function);
        }
        let ReturnType::Type(_, output) = &inner.sig.output else { return None };
        if what == "explain" {
            let said = name.to_string();
            function.block = parse_quote!({ #output { function: #said, ..#path() } });
            return Some(function);
        }
        // What there is beside the value, and how it is taken out of what the inner function gives.
        let payload = &self.payload;
        let (ty, pattern, there): (Type, TokenStream, TokenStream) = match (what, &**output) {
            ("value_and_grad", Type::Tuple(parts)) => {
                let gradient = &parts.elems[1];
                (
                    parse_quote!((#payload, #gradient)),
                    quote!(((#value, #found), #rest)),
                    quote!((#value, #rest)),
                )
            }
            ("value_and_grad_into", _) => (payload.clone(), quote!((#value, #found)), quote!(#value)),
            ("jvp", Type::Tuple(parts)) => {
                let tangent = first(&parts.elems[1])?;
                (
                    parse_quote!((#payload, #tangent)),
                    quote!(((#value, #found), (#rest, _))),
                    quote!((#value, #rest)),
                )
            }
            ("vjp", Type::Tuple(parts)) => {
                let Type::ImplTrait(pullback) = &parts.elems[1] else { return None };
                let mut pullback = pullback.clone();
                let others = without_flag(&mut pullback)?;
                let seeds: Vec<Ident> = (0..others).map(|at| local(&format!("seed{at}"))).collect();
                (
                    parse_quote!((#payload, #pullback)),
                    quote!(((#value, #found), #rest)),
                    quote!((#value, move |seed, #(#seeds),*| #rest((seed, ()), #(#seeds),*))),
                )
            }
            ("grad", gradient) => {
                function.sig.output = self.wrapped(gradient.clone());
                let both = site.name(name, "value_and_grad");
                let args = inputs.iter().map(|input| passed(input, false));
                function.block = parse_quote!({
                    Self::#both(#(#args),*).map(|(_, #rest)| #rest)
                });
                return Some(function);
            }
            _ => return None,
        };
        function.sig.output = self.wrapped(ty);
        let (there, missing) = if self.is_option() {
            (quote!(::core::option::Option::Some(#there)), quote!(::core::option::Option::None))
        } else {
            // The parameters come first, under names of their own.
            let args = inputs.iter().take(signature.inputs.len()).map(|input| passed(input, false));
            let again = match site {
                Site::Companion => quote!(#name),
                Site::Impl(_) => quote!(Self::#name),
            };
            let error = local("error");
            (
                quote!(::core::result::Result::Ok(#there)),
                quote!(match #again(#(#args),*) {
                    ::core::result::Result::Err(#error) => ::core::result::Result::Err(#error),
                    ::core::result::Result::Ok(_) => ::core::unreachable!("it failed a moment ago"),
                }),
            )
        };
        function.block = parse_quote!({
            let #pattern = #call;
            if #found { #there } else { #missing }
        });
        Some(function)
    }

    /// The type of the function's result, of something else.
    fn wrapped(&self, payload: Type) -> ReturnType {
        let mut output = self.output.clone();
        if let Some(last) = output.path.segments.last_mut() {
            if let PathArguments::AngleBracketed(arguments) = &mut last.arguments {
                let first = arguments.args.iter_mut().find_map(|argument| match argument {
                    GenericArgument::Type(ty) => Some(ty),
                    _ => None,
                });
                if let Some(first) = first {
                    *first = payload;
                }
            }
        }
        parse_quote!(-> #output)
    }
}

fn inner_name(name: &Ident) -> Ident {
    format_ident!("{name}_found", span = name.span())
}

/// A value of a type of numbers.
fn zero(ty: &Type) -> Option<Expr> {
    Some(match bare(ty) {
        Type::Tuple(tuple) => {
            let parts = tuple.elems.iter().map(zero).collect::<Option<Vec<Expr>>>()?;
            parse_quote!((#(#parts,)*))
        }
        Type::Array(array) if is_copy(&array.elem) => {
            let (element, len) = (zero(&array.elem)?, &array.len);
            parse_quote!([#element; #len])
        }
        Type::Path(path) => {
            let last = path.path.segments.last()?;
            match (last.ident.to_string().as_str(), arguments(last).as_slice()) {
                ("f64" | "f32", []) => parse_quote!(0.0),
                ("bool", []) => parse_quote!(false),
                ("char", []) => parse_quote!('\0'),
                (name, []) if is_integer(name) => parse_quote!(0),
                ("Vec", [_]) => parse_quote!(Vec::new()),
                _ => return None,
            }
        }
        _ => return None,
    })
}

/// Whether a value of a type is there still when it was handed over, as far as its syntax tells.
fn is_copy(ty: &Type) -> bool {
    match bare(ty) {
        Type::Tuple(tuple) => tuple.elems.iter().all(is_copy),
        Type::Array(array) => is_copy(&array.elem),
        Type::Path(path) => primitive(path).is_some(),
        _ => false,
    }
}

/// The first part of a pair's type.
fn first(ty: &Type) -> Option<&Type> {
    match bare(ty) {
        Type::Tuple(parts) => parts.elems.first(),
        _ => None,
    }
}

/// A pullback that takes the seed of what there is alone; how many other seeds it takes.
fn without_flag(pullback: &mut syn::TypeImplTrait) -> Option<usize> {
    let function = pullback.bounds.iter_mut().find_map(|bound| match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last_mut(),
        _ => None,
    })?;
    let PathArguments::Parenthesized(arguments) = &mut function.arguments else { return None };
    let pair = arguments.inputs.first_mut()?;
    let seed = syn::parse2::<Type>(pair.to_token_stream()).ok().and_then(|ty| first(&ty).cloned())?;
    *pair = parse_quote!(#seed);
    Some(arguments.inputs.len() - 1)
}

/// Whether what a value of the type is handed to can be told by others: `Option<&mut Vec<f64>>`, `impl FnMut(f64)`.
fn may_change(ty: TokenStream) -> bool {
    let mut before = None;
    ty.into_iter().any(|tree| {
        let changes = match &tree {
            TokenTree::Ident(name) if name == "mut" => !matches!(before, Some('*')),
            TokenTree::Ident(name) => name == "FnMut" || name == "FnOnce",
            TokenTree::Group(group) => may_change(group.stream()),
            TokenTree::Punct(_) | TokenTree::Literal(_) => false,
        };
        before = match tree {
            TokenTree::Punct(punct) => Some(punct.as_char()),
            _ => None,
        };
        changes
    })
}

/// A parameter as it is passed on; `kept`: it is needed again.
fn passed(input: &FnArg, kept: bool) -> TokenStream {
    let (name, by_value, span) = match input {
        FnArg::Receiver(receiver) => {
            let by_value = !matches!(receiver.kind, syn::ReceiverKind::Reference(..));
            (receiver.self_token.to_token_stream(), by_value, receiver.span())
        }
        FnArg::Typed(typed) => {
            let by_value = !matches!(bare(&typed.ty), Type::Reference(_)) && !is_copy(&typed.ty);
            let name = match &*typed.pat {
                Pat::Ident(pat) => pat.ident.to_token_stream(),
                pat => pat.to_token_stream(),
            };
            (name, by_value, typed.ty.span())
        }
    };
    // A type that cannot be copied is complained of where it is written.
    if kept && by_value { quote_spanned!(span=> ::core::clone::Clone::clone(&#name)) } else { name }
}

/// What is said of the inner function, of the function itself.
fn rename(attribute: &mut Attribute, name: &Ident) {
    let syn::Meta::NameValue(meta) = &mut attribute.meta else { return };
    if let Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &mut meta.value {
        let said = text.value().replace(&inner_name(name).to_string(), &name.to_string());
        *text = syn::LitStr::new(&said, text.span());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fallible(signature: &str) -> Option<Fallible> {
        Fallible::of(&syn::parse_str(signature).unwrap())
    }

    #[test]
    fn what_a_result_may_hold() {
        for (of, nothing) in [
            ("Option<f64>", Some("0.0")),
            ("Result<(f32, usize), E>", Some("(0.0 , 0 ,)")),
            ("io::Result<[f64; 3]>", Some("[0.0 ; 3]")),
            ("Option<Vec<Point>>", Some("Vec :: new ()")),
            ("Option<(char, bool)>", Some("('\\0' , false ,)")),
            ("Option<Point>", None),
            ("Option<[Vec<f64>; 2]>", None),
            ("Vec<f64>", None),
        ] {
            let found = fallible(&format!("fn f(x: f64) -> {of}"));
            assert_eq!(found.map(|it| it.nothing.to_token_stream().to_string()).as_deref(), nothing, "{of}");
        }
    }

    /// It is run again for the error.
    #[test]
    fn what_gives_a_result_changes_nothing() {
        assert!(fallible("fn f(x: &mut f64) -> Result<f64, E>").is_none());
        assert!(fallible("fn f(&mut self) -> Result<f64, E>").is_none());
        assert!(fallible("fn f(&mut self, x: &mut f64) -> Option<f64>").is_some());
    }

    #[test]
    fn what_is_needed_again_is_cloned() {
        let kept = |input: &str| passed(&syn::parse_str(input).unwrap(), true).to_string();
        for input in ["x: f64", "x: &[f64]", "x: &mut f64", "x: [(f64, usize); 3]"] {
            assert_eq!(kept(input), "x");
        }
        for input in ["x: Vec<f64>", "x: Point", "x: [Vec<f64>; 2]", "x: T"] {
            assert!(kept(input).contains("clone"), "{input}");
        }
    }
}
