//! Operators of types: `impl Mul for Vec3` becomes differentiable through the rule trait of its operator.
//!
//! The operator's method becomes a function of its operands, whose companion stands in an anonymous block beside the rule:
//! an `impl` of items may not be written for types from elsewhere (`impl Mul<Vec3> for f64`) or for references.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use super::pipeline;
use crate::diag::Diagnostics;
use crate::emit::companion::{Site, Source};
use crate::emit::types;
use crate::lower;
use crate::request::Request;

/// An `impl` of an operator of the standard library that has a rule.
pub(super) struct Operator<'a> {
    item: &'a syn::ItemImpl,
    path: &'a syn::Path,
    method: &'a syn::ImplItemFn,
    rule: Ident,
    /// The type of the other operand; `Self` where it is left out; none for negation.
    other: Option<TokenStream>,
    output: TokenStream,
}

impl<'a> Operator<'a> {
    pub(super) fn of(item: &'a syn::ItemImpl) -> Option<Operator<'a>> {
        let (path, _) = item.trait_.as_ref()?;
        let last = path.segments.last()?;
        let name = last.ident.to_string();
        let binary = ["Add", "Sub", "Mul", "Div", "Rem"].contains(&&name[..]);
        if !binary && name != "Neg" {
            return None;
        }
        let (mut methods, mut output) = (Vec::new(), None);
        for member in &item.items {
            match member {
                syn::ImplItem::Fn(method) => methods.push(method),
                syn::ImplItem::Type(ty) if ty.ident == "Output" => output = Some(ty.ty.to_token_stream()),
                _ => {}
            }
        }
        let ([method], Some(output)) = (&methods[..], output) else { return None };
        let arguments = match &last.arguments {
            syn::PathArguments::AngleBracketed(arguments) => {
                arguments.args.first().map(|arg| arg.to_token_stream())
            }
            _ => None,
        };
        let output = match &output.to_string()[..] {
            "Self" => item.self_ty.to_token_stream(),
            _ => output,
        };
        let rule = Ident::new(&format!("{name}Rule"), Span::call_site());
        let other = binary.then(|| arguments.unwrap_or_else(|| item.self_ty.to_token_stream()));
        Some(Operator { item, path, method, rule, other, output })
    }

    /// Which rule it is: of an operator on values and on references there is one.
    pub(super) fn key(&self) -> String {
        let this = referent(&self.item.self_ty.to_token_stream()).0;
        let other = self.other.as_ref().map(|other| referent(other).0);
        let other = match other {
            Some(other) if other.to_string() == "Self" => Some(this.clone()),
            other => other,
        };
        format!("{} {this} {}", self.rule, other.unwrap_or_default())
    }

    /// Whether it does no more than apply the operator in another form: `*self + *other`.
    pub(super) fn delegates(&self) -> bool {
        let [syn::Stmt::Expr(expr, None)] = &self.method.block.stmts[..] else { return false };
        match expr {
            syn::Expr::Binary(binary) => {
                let rule = match binary.op {
                    syn::BinOp::Add(_) => "AddRule",
                    syn::BinOp::Sub(_) => "SubRule",
                    syn::BinOp::Mul(_) => "MulRule",
                    syn::BinOp::Div(_) => "DivRule",
                    syn::BinOp::Rem(_) => "RemRule",
                    _ => return false,
                };
                self.rule == rule && is_operand(&binary.left) && is_operand(&binary.right)
            }
            syn::Expr::Unary(unary) => matches!(unary.op, syn::UnOp::Neg(_)) && is_operand(&unary.expr),
            syn::Expr::MethodCall(call) => {
                call.method == self.method.sig.ident
                    && is_operand(&call.receiver)
                    && call.args.iter().all(is_operand)
            }
            syn::Expr::Call(call) => {
                let name = match &*call.func {
                    syn::Expr::Path(path) => path.path.segments.last().map(|last| &last.ident),
                    _ => None,
                };
                name == Some(&self.method.sig.ident) && call.args.iter().all(is_operand)
            }
            _ => false,
        }
    }

    /// The rule, with the companion that it calls.
    pub(super) fn rule(&self, request: &Request, mut diag: Diagnostics) -> TokenStream {
        let Some((signature, block)) = self.function() else {
            diag.error(
                &self.item.self_ty,
                "this operator cannot be differentiated: its method is not `fn(self, …)`",
            );
            let errors = diag.into_error().map(|error| crate::diag::code(&error));
            return quote!(#errors);
        };
        let request = &Request { companion: None, order: 1, ..request.clone() };
        let source = Source {
            request,
            signature: &signature,
            visibility: &syn::Visibility::Inherited,
            attributes: &[],
            site: Site::Companion,
            hidden: true,
            siblings: &[],
            may_fail: false,
        };
        let companion = pipeline(source, &signature, &block, diag);
        let rule = self.implementation(request, &signature.ident);
        let conditions = self.item.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg"));
        quote! {
            #(#conditions)*
            const _: () = { #companion #rule };
        }
    }

    /// The method as a function of its operands.
    fn function(&self) -> Option<(syn::Signature, syn::Block)> {
        let method = &self.method;
        let this = Ident::new("this", Span::mixed_site());
        let receiver = method.sig.receiver()?;
        if !matches!(receiver.kind, syn::ReceiverKind::Value) {
            return None;
        }
        let replace = |tokens: TokenStream| self.without_self(tokens, &this);
        let mut signature = method.sig.clone();
        let ty = &self.item.self_ty;
        let mutability = &receiver.mutability;
        let inputs = signature.inputs.iter().skip(1).map(|input| replace(input.to_token_stream()));
        let inputs = quote!(#mutability #this: #ty, #(#inputs),*);
        let output = replace(signature.output.to_token_stream());
        signature.inputs =
            syn::parse::Parser::parse2(syn::punctuated::Punctuated::parse_terminated, inputs).ok()?;
        signature.output = syn::parse2(output).ok()?;
        signature.generics = self.item.generics.clone();
        let block = syn::parse2(replace(method.block.to_token_stream())).ok()?;
        Some((signature, block))
    }

    /// Code in which neither `self` nor `Self` occurs.
    fn without_self(&self, tokens: TokenStream, this: &Ident) -> TokenStream {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        let is = |at: usize, text: &str| trees.get(at).is_some_and(|tree| tree.to_string() == text);
        let mut replaced = TokenStream::new();
        let mut at = 0;
        while at < trees.len() {
            match &trees[at] {
                TokenTree::Ident(ident) if ident == "self" => {
                    let mut this = this.clone();
                    this.set_span(this.span().located_at(ident.span()));
                    replaced.extend([TokenTree::Ident(this)]);
                }
                TokenTree::Ident(ident) if ident == "Self" => {
                    if is(at + 1, ":") && is(at + 2, ":") && is(at + 3, "Output") {
                        replaced.extend(self.output.clone());
                        at += 3;
                    } else {
                        replaced.extend(self.self_path());
                    }
                }
                TokenTree::Group(group) => {
                    let mut inner =
                        proc_macro2::Group::new(group.delimiter(), self.without_self(group.stream(), this));
                    inner.set_span(group.span());
                    replaced.extend([TokenTree::Group(inner)]);
                }
                tree => replaced.extend([tree.clone()]),
            }
            at += 1;
        }
        replaced
    }

    /// The type of the `impl`, in a form that expressions allow as well.
    fn self_path(&self) -> TokenStream {
        let syn::Type::Path(path) = &*self.item.self_ty else { return self.item.self_ty.to_token_stream() };
        let mut path = path.clone();
        if let Some(last) = path.path.segments.last_mut() {
            if let syn::PathArguments::AngleBracketed(arguments) = &mut last.arguments {
                arguments.colon2_token.get_or_insert_with(Default::default);
            }
        }
        path.to_token_stream()
    }

    fn implementation(&self, request: &Request, name: &Ident) -> TokenStream {
        let runtime = &request.runtime.to_token_stream();
        let mut generics = self.item.generics.clone();
        let floats = lower::float_params(&generics, &request.scope);
        types::bound_floats(&mut generics, floats, runtime);
        // A rule is for what references refer to: their lifetimes are gone.
        let operands = self.other.iter().map(|other| referent(other).0);
        let left = operands.chain([referent(&self.item.self_ty.to_token_stream()).0, self.output.clone()]);
        let left: std::collections::BTreeSet<String> = left.flat_map(super::module::names_in).collect();
        let params = std::mem::take(&mut generics.params).into_iter();
        generics.params = params
            .filter(|param| match param {
                syn::GenericParam::Lifetime(param) => left.contains(&param.lifetime.ident.to_string()),
                _ => true,
            })
            .collect();
        let (generics, _, predicates) = generics.split_for_impl();
        let (mut path, rule, ty) = (self.path.clone(), &self.rule, &self.item.self_ty);
        // The operands say which `impl` it is, and with which lifetimes.
        if let Some(last) = path.segments.last_mut() {
            last.arguments = syn::PathArguments::None;
        }
        let (ty, ty_is_reference) = referent(&ty.to_token_stream());
        let output = &self.output;
        let clone = |value: TokenStream, reference: bool| match reference {
            true => value,
            false => quote!(::core::clone::Clone::clone(#value)),
        };
        let this = clone(quote!(self), ty_is_reference);
        let this_again = if ty_is_reference { quote!(self) } else { quote!(()) };
        let tangent = |ty: &TokenStream| quote!(<#ty as #runtime::Differentiable>::Tangent);
        let (this_bar, seed) = (tangent(&ty), tangent(output));
        let Some(other) = &self.other else {
            return quote! {
                impl #generics #runtime::ops::#rule for #ty #predicates {
                    type Output = #output;
                    fn value(&self) -> #output { #path::#name(#this) }
                    fn pullback(&self, seed: #seed, self_bar: &mut #this_bar) {
                        let (_, pullback) = #name::forward(#this);
                        pullback(#this_again, seed, ::core::option::Option::Some(self_bar));
                    }
                    fn pushforward(&self, self_dot: &#this_bar) -> (#output, #seed) {
                        #name::pushforward(#this, ::core::option::Option::Some(self_dot))
                    }
                }
            };
        };
        let (other, other_is_reference) = referent(other);
        let that = clone(quote!(other), other_is_reference);
        let that_again = if other_is_reference { quote!(other) } else { quote!(()) };
        let that_bar = tangent(&other);
        quote! {
            impl #generics #runtime::ops::#rule<#other> for #ty #predicates {
                type Output = #output;
                fn value(&self, other: &#other) -> #output { #path::#name(#this, #that) }
                fn pullback(&self, other: &#other, seed: #seed, self_bar: &mut #this_bar, other_bar: &mut #that_bar) {
                    let (_, pullback) = #name::forward(#this, #that);
                    pullback(
                        #this_again,
                        #that_again,
                        seed,
                        ::core::option::Option::Some(self_bar),
                        ::core::option::Option::Some(other_bar),
                    );
                }
                fn pushforward(&self, other: &#other, self_dot: &#this_bar, other_dot: &#that_bar) -> (#output, #seed) {
                    #name::pushforward(
                        #this,
                        #that,
                        ::core::option::Option::Some(self_dot),
                        ::core::option::Option::Some(other_dot),
                    )
                }
            }
        }
    }
}

/// A whole operand, or a reference to it, what it refers to, or a copy.
fn is_operand(expr: &syn::Expr) -> bool {
    match expr {
        syn::Expr::Path(path) => path.path.get_ident().is_some(),
        syn::Expr::Paren(paren) => is_operand(&paren.expr),
        syn::Expr::Reference(reference) => is_operand(&reference.expr),
        syn::Expr::Unary(unary) => matches!(unary.op, syn::UnOp::Deref(_)) && is_operand(&unary.expr),
        syn::Expr::MethodCall(call) => call.method == "clone" && is_operand(&call.receiver),
        _ => false,
    }
}

/// What a reference refers to, and whether it is one.
fn referent(ty: &TokenStream) -> (TokenStream, bool) {
    match syn::parse2::<syn::Type>(ty.clone()) {
        Ok(syn::Type::Reference(reference)) => (reference.elem.to_token_stream(), true),
        _ => (ty.clone(), false),
    }
}
