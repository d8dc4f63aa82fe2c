//! Types of signatures that only rustc knows, each with the question whether anything is known of its derivative.
//!
//! Where a type in a signature is not `Differentiable`, rustc would say so at every use of its tangent. The companion has a constant
//! that asks it of all types in the signature, and `Known<T, { Self::KNOWN }>` is `T` where that has a value. Where it has none,
//! it is a type in error: rustc has complained of the constant, at the name of the type, and complains of nothing that has to do
//! with a type in error.
//!
//! A function that calls what may have no derivative (a method or an operator without one) would have rustc say so in each of its
//! derivatives. It has a second constant, `CHECKED`, with a closure in it that is never run: the function once, with the calls of
//! the forward sweep. All types of the bodies hang on that constant, so that what is wrong in the function is said once.

use std::cell::RefCell;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

use super::companion::Site;
use crate::ir::{Callee, Function, StmtKind, Ty, owner};
use crate::lower::objects::written;
use crate::typing::Scope;

/// What is asked, and what the constant is called.
pub(super) struct Known<'a> {
    /// The generic parameters in scope, which the constant must not mention; none where not all are in sight.
    generics: Option<&'a [Ident]>,
    /// What is in sight needs no question.
    scope: &'a Scope,
    runtime: &'a TokenStream,
    name: Ident,
    asked: RefCell<Vec<TokenStream>>,
}

impl<'a> Known<'a> {
    pub(super) fn new(
        function: &Ident,
        site: Site<'_>,
        generics: &'a [Ident],
        scope: &'a Scope,
        runtime: &'a TokenStream,
    ) -> Known<'a> {
        // `Self` of a generic type is nothing that a constant in a type may mention.
        let generics = match site {
            Site::Impl(None) => None,
            Site::Impl(Some(of))
                if of.type_params().next().is_some() || of.const_params().next().is_some() =>
            {
                None
            }
            _ => Some(generics),
        };
        Known { generics, scope, runtime, name: site.name(function, "KNOWN"), asked: RefCell::default() }
    }

    /// The same with the second constant, where a constant may say everything that the function says.
    pub(super) fn checked(&self, function: &Ident, site: Site<'_>) -> Option<Known<'a>> {
        let name = site.name(function, "CHECKED");
        let runtime = self.runtime;
        self.generics.is_some_and(<[Ident]>::is_empty).then(|| Known {
            generics: self.generics,
            scope: self.scope,
            runtime,
            name,
            asked: RefCell::default(),
        })
    }

    pub(super) fn name(&self) -> &Ident {
        &self.name
    }

    /// The whole type, on this constant.
    pub(super) fn whole(&self, ty: &TokenStream) -> TokenStream {
        on(ty, &self.name, self.runtime)
    }

    /// The constant, where anything is asked.
    pub(super) fn question(self) -> TokenStream {
        let (name, asked) = (&self.name, self.asked.into_inner());
        if asked.is_empty() {
            return TokenStream::new();
        }
        quote! {
            #[doc(hidden)]
            #[allow(non_upper_case_globals)]
            const #name: bool = #(#asked)&*;
        }
    }

    /// The type with the question, where it can be asked.
    fn asked(&self, ty: &syn::Type) -> Option<syn::Type> {
        if self.is_generic(ty.to_token_stream()) || self.scope.defines(ty) {
            return None;
        }
        let (runtime, of) = (self.runtime, without_lifetimes(ty.to_token_stream()));
        let question = quote_spanned!(ty.span()=> <#of as #runtime::Differentiable>::KNOWN);
        let mut asked = self.asked.borrow_mut();
        if asked.iter().all(|other| other.to_string() != question.to_string()) {
            asked.push(question);
        }
        syn::parse2(self.whole(&ty.to_token_stream())).ok()
    }

    fn is_generic(&self, tokens: TokenStream) -> bool {
        let Some(generics) = self.generics else { return true };
        tokens.into_iter().any(|tree| match tree {
            TokenTree::Ident(name) if name == "Self" => !generics.is_empty(),
            TokenTree::Ident(name) => name == "impl" || generics.contains(&name),
            TokenTree::Group(group) => self.is_generic(group.stream()),
            TokenTree::Punct(_) | TokenTree::Literal(_) => false,
        })
    }

    /// What the macro knows of a type, with the question at its leaves.
    pub(super) fn ty(&self, ty: &Ty) -> Ty {
        let inner = |t: &Ty| Box::new(self.ty(t));
        match ty {
            Ty::Named(named) => Ty::Named(Box::new(self.asked(named).unwrap_or_else(|| (**named).clone()))),
            Ty::Array(t, len) => Ty::Array(inner(t), len.clone()),
            Ty::Slice(t) => Ty::Slice(inner(t)),
            Ty::Vec(t) => Ty::Vec(inner(t)),
            Ty::Tuple(ts) => Ty::Tuple(ts.iter().map(|t| self.ty(t)).collect()),
            Ty::Float(_) | Ty::Int(_) | Ty::Inert | Ty::Unknown => ty.clone(),
        }
    }

    /// The type as written, with the question at the leaves that `ty` says.
    pub(super) fn written(&self, written: &mut syn::Type, ty: &Ty) {
        match (written, ty) {
            (syn::Type::Reference(reference), ty) => self.written(&mut reference.elem, ty),
            (syn::Type::Group(group), ty) => self.written(&mut group.elem, ty),
            (syn::Type::Paren(paren), ty) => self.written(&mut paren.elem, ty),
            (syn::Type::Array(array), Ty::Array(t, _)) => self.written(&mut array.elem, t),
            (syn::Type::Slice(slice), Ty::Slice(t)) => self.written(&mut slice.elem, t),
            (syn::Type::Tuple(tuple), Ty::Tuple(ts)) => {
                tuple.elems.iter_mut().zip(ts).for_each(|(elem, t)| self.written(elem, t));
            }
            (syn::Type::Path(path), Ty::Vec(t)) => {
                let last = path.path.segments.last_mut().map(|segment| &mut segment.arguments);
                if let Some(syn::PathArguments::AngleBracketed(arguments)) = last {
                    if let Some(syn::GenericArgument::Type(elem)) = arguments.args.first_mut() {
                        self.written(elem, t);
                    }
                }
            }
            (written, Ty::Named(_)) => {
                if let Some(asked) = self.asked(written) {
                    *written = asked;
                }
            }
            _ => {}
        }
    }
}

/// A type on a constant.
pub(super) fn on(ty: &TokenStream, constant: &Ident, runtime: &TokenStream) -> TokenStream {
    quote!(#runtime::__private::Known<#ty, { Self::#constant }>)
}

/// A value on a constant.
pub(super) fn value_on(value: &TokenStream, constant: &Ident, runtime: &TokenStream) -> TokenStream {
    quote!(#runtime::__private::known::<_, { Self::#constant }>(#value))
}

/// The path of an associated function, of a type on a constant: where that is in error, nothing is looked for in the type.
pub(super) fn owner_on(mut path: syn::Path, constant: &Ident, runtime: &TokenStream) -> TokenStream {
    let name = path.segments.pop();
    path.segments.pop_punct();
    let ty = on(&path.to_token_stream(), constant, runtime);
    quote!(<#ty>::#name)
}

/// The code as it is read: without constants on which types and values hang.
pub(super) fn without_questions(code: TokenStream, runtime: &TokenStream) -> TokenStream {
    let trees: Vec<TokenTree> = code.into_iter().collect();
    let prefix: Vec<String> =
        quote!(#runtime::__private::).into_iter().map(|tree| tree.to_string()).collect();
    let is_prefix = |at: usize| {
        let found = trees[at..].iter().map(ToString::to_string);
        trees.len() > at + prefix.len() && found.zip(&prefix).all(|(tree, of)| tree == *of)
    };
    let inside = |trees: &[TokenTree]| without_questions(trees.iter().cloned().collect(), runtime);
    let is_constant =
        |tree: &TokenTree| matches!(tree, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
    let is_owner = |at: usize| {
        let end = trees.get(at..).and_then(|trees| trees.iter().position(is_constant));
        let closed = |at: usize| trees.get(at).is_some_and(|tree| tree.to_string() == ">");
        let asked = is_prefix(at) && trees[at + prefix.len()].to_string() == "Known";
        asked && end.is_some_and(|end| closed(at + end + 1) && closed(at + end + 2))
    };
    let (mut all, mut at) = (TokenStream::new(), 0);
    while at < trees.len() {
        let question = is_prefix(at).then(|| trees[at + prefix.len()].to_string());
        match (question.as_deref(), &trees[at]) {
            // `Known < T , { … } >`
            (Some("Known"), _) => {
                let start = at + prefix.len() + 2;
                let end = trees[start..].iter().position(is_constant).map_or(trees.len(), |len| start + len);
                all.extend(inside(&trees[start..end.saturating_sub(1).max(start)]));
                at = end + 2;
            }
            // `< Known < T , { … } > > :: name`
            (None, TokenTree::Punct(open)) if open.as_char() == '<' && is_owner(at + 1) => {
                let start = at + 1 + prefix.len() + 2;
                let len = trees[start..].iter().position(is_constant).unwrap_or(0);
                all.extend(inside(&trees[start..start + len.saturating_sub(1)]));
                at = start + len + 3;
            }
            // `known :: < _ , { … } > ( value )`
            (Some("known"), _) => {
                at += prefix.len() + 8;
                if let Some(TokenTree::Group(value)) = trees.get(at) {
                    all.extend(without_questions(value.stream(), runtime));
                }
                at += 1;
            }
            (_, TokenTree::Group(group)) => {
                let mut inner = Group::new(group.delimiter(), without_questions(group.stream(), runtime));
                inner.set_span(group.span());
                all.extend([TokenTree::Group(inner)]);
                at += 1;
            }
            (_, tree) => {
                all.extend([tree.clone()]);
                at += 1;
            }
        }
    }
    all
}

/// Whether a function calls what may have no derivative, where nothing but rustc knows.
pub(super) fn calls_unknown(function: &Function, scope: &Scope) -> bool {
    let mut found = false;
    function.body.walk(&mut |stmt| {
        if let StmtKind::Call(call) = &stmt.kind {
            found |= call.differentiated
                && match &call.callee {
                    Callee::Method(name, _) => !scope.has_method(&written(name)),
                    Callee::Operator(_) => !call.callee.is_on_adjoint(),
                    Callee::Derivative(_) => true,
                    // Where it is not there, rustc says so once, while it looks for names.
                    Callee::Function(path) => {
                        owner(path).is_some()
                            && path.segments.last().is_none_or(|last| !scope.has_method(&last.ident))
                    }
                };
        }
    });
    found
}

/// Whether a lifetime stands in a type: one that a closure would have to name.
pub(crate) fn has_lifetime(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|tree| match tree {
        TokenTree::Punct(punct) => punct.as_char() == '\'',
        TokenTree::Group(group) => has_lifetime(group.stream()),
        TokenTree::Ident(_) | TokenTree::Literal(_) => false,
    })
}

/// A constant knows no lifetimes but `'static`.
pub(crate) fn without_lifetimes(tokens: TokenStream) -> TokenStream {
    let mut trees = tokens.into_iter();
    let mut all = TokenStream::new();
    while let Some(tree) = trees.next() {
        match tree {
            TokenTree::Punct(quote) if quote.as_char() == '\'' => {
                let span = trees.next().map_or_else(Span::call_site, |name| name.span());
                all.extend([TokenTree::Punct(quote), TokenTree::Ident(Ident::new("static", span))]);
            }
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), without_lifetimes(group.stream()));
                inner.set_span(group.span());
                all.extend([TokenTree::Group(inner)]);
            }
            tree => all.extend([tree]),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_know_no_lifetimes() {
        let of = |ty: TokenStream| without_lifetimes(ty).to_string();
        assert_eq!(of(quote!(View<'a, &'_ [f64]>)), quote!(View<'static, &'static [f64]>).to_string());
    }

    #[test]
    fn what_is_read_has_no_questions() {
        let (runtime, name) = (quote!(::autodiff_runtime), Ident::new("CHECKED", Span::call_site()));
        let ty = on(&quote!([Spring<'a, f64>]), &name, &runtime);
        let value = value_on(&quote!(Spring::new(1.0)), &name, &runtime);
        let code = quote!(let this: &#ty = f(|| { #value }););
        let read = without_questions(code, &runtime).to_string();
        let path = owner_on(syn::parse_quote!(arm::Spring::new_forward), &name, &runtime);
        let path = without_questions(quote!(f(#path(x), 1 < 2)), &runtime).to_string();
        assert_eq!(path, quote!(f(arm::Spring::new_forward(x), 1 < 2)).to_string());
        assert_eq!(read, quote!(let this: &[Spring<'a, f64>] = f(|| { Spring::new(1.0) });).to_string());
    }

    #[test]
    fn questions_are_asked_of_what_is_concrete() {
        let (function, runtime) = (Ident::new("f", Span::call_site()), quote!(ad));
        let (generics, scope) = ([Ident::new("T", Span::call_site())], Scope::default());
        let named = |ty: syn::Type| Ty::Named(Box::new(ty));
        let known = Known::new(&function, Site::Companion, &generics, &scope, &runtime);
        let Ty::Named(generic) = known.ty(&named(syn::parse_quote!(Grid<T>))) else {
            panic!("it has a name")
        };
        assert_eq!(generic.to_token_stream().to_string(), quote!(Grid<T>).to_string());
        let mut written: syn::Type = syn::parse_quote!(&[(Spring, usize)]);
        let ty = Ty::Slice(Box::new(Ty::Tuple(vec![named(syn::parse_quote!(Spring)), Ty::usize()])));
        known.written(&mut written, &ty);
        let asked = quote!(&[(ad::__private::Known<Spring, { Self::KNOWN }>, usize)]);
        assert_eq!(written.to_token_stream().to_string(), asked.to_string());
        let constant = known.question().to_string();
        assert!(constant.contains(&quote!(<Spring as ad::Differentiable>::KNOWN).to_string()), "{constant}");
    }
}
