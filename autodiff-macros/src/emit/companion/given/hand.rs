//! What the code of a sweep is written with: parameters in their places, slots, and the function itself.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

use super::super::{Shape, Site};
use super::Found;
use crate::emit::signature::this;
use crate::emit::{Emitter, Form};
use crate::ir::*;

/// Whether handing a value over leaves it where it was.
pub(super) fn is_copy(ty: &Ty) -> bool {
    match ty {
        Ty::Float(_) | Ty::Int(_) => true,
        Ty::Array(t, _) => is_copy(t),
        Ty::Tuple(ts) => ts.iter().all(is_copy),
        Ty::Inert | Ty::Slice(_) | Ty::Vec(_) | Ty::Named(_) | Ty::Unknown => false,
    }
}

/// What the code of a sweep is written with.
pub(super) struct Hand<'a> {
    pub(super) shape: &'a Shape<'a>,
    pub(super) emitter: Emitter<'a>,
    /// The receiver, which is lent to either sweep.
    pub(super) this: TokenStream,
    /// The function's result: a copy that the pullback owns, where it needs one.
    pub(super) value: Ident,
    pub(super) seed: Ident,
    /// The adjoint slot of each parameter, or its tangent.
    pub(super) slots: Vec<Ident>,
}

impl<'a> Hand<'a> {
    pub(super) fn reverse(shape: &'a Shape<'a>) -> Hand<'a> {
        let mut hand = Hand::new(shape, "bar", this().to_token_stream());
        for (param, sig) in shape.function.params.iter().zip(shape.params()) {
            if sig.receiver {
                hand.emitter.bind_as(param.var, this(), Form::Ref, false);
            }
        }
        hand
    }

    pub(super) fn forward(shape: &'a Shape<'a>) -> Hand<'a> {
        Hand::new(shape, "dot", quote!(self))
    }

    fn new(shape: &'a Shape<'a>, what: &str, this: TokenStream) -> Hand<'a> {
        let mut emitter = shape.bound();
        let (value, seed) = (emitter.local("value"), emitter.local("seed"));
        let mut slot = |param: &Param| emitter.local_at(&format!("{}_{what}", param.name), param.name.span());
        let slots = shape.function.params.iter().map(&mut slot).collect();
        Hand { shape, emitter, this, value, seed, slots }
    }

    pub(super) fn params(&self) -> impl Iterator<Item = (usize, &'a Param)> + use<'a> {
        self.shape.function.params.iter().enumerate()
    }

    /// The parameters that carry a derivative.
    pub(super) fn active(&self) -> impl Iterator<Item = (usize, &'a Param)> + use<'a> {
        self.params().filter(|(_, param)| param.active)
    }

    /// A parameter under the name that it has here.
    pub(super) fn name(&self, index: usize) -> TokenStream {
        match self.shape.params()[index].receiver {
            true => self.this.clone(),
            false => self.shape.function.params[index].name.to_token_stream(),
        }
    }

    /// A parameter for a call that takes it as the function does, and may not be the last that does.
    pub(super) fn pass(&self, index: usize) -> TokenStream {
        let (param, sig, name) =
            (&self.shape.function.params[index], &self.shape.params()[index], self.name(index));
        match param.passing {
            // At the parameter, where rustc says what cannot be cloned.
            Passing::Value if sig.receiver => {
                quote_spanned!(param.name.span()=> ::core::clone::Clone::clone(#name))
            }
            Passing::Value if is_copy(&param.ty) => name,
            Passing::Value => quote_spanned!(param.name.span()=> ::core::clone::Clone::clone(&#name)),
            Passing::Ref => name,
            Passing::RefMut => quote!(&mut *#name),
        }
    }

    pub(super) fn pass_all(&self) -> Vec<TokenStream> {
        self.params().map(|(index, _)| self.pass(index)).collect()
    }

    /// The same where the parameters for which `kept` says no are not needed any more.
    pub(super) fn pass_on(&self, kept: impl Fn(usize) -> bool) -> Vec<TokenStream> {
        let pass = |(index, param): (usize, &Param)| match param.passing {
            Passing::Value if !kept(index) && !self.shape.params()[index].receiver => self.name(index),
            _ => self.pass(index),
        };
        self.params().map(pass).collect()
    }

    /// A parameter as a pullback is given it again.
    pub(super) fn again(&self, index: usize) -> TokenStream {
        match (self.shape.function.params[index].passing, self.shape.params()[index].receiver) {
            (Passing::Value, false) => quote!(()),
            _ => self.name(index),
        }
    }

    /// The zero tangent of a parameter.
    pub(super) fn zero(&self, index: usize) -> TokenStream {
        self.emitter.zero(&Path::of(self.shape.function.params[index].var))
    }

    /// `if let Some(x_bar) = x_bar { code }`
    pub(super) fn where_wanted(&self, index: usize, code: TokenStream) -> TokenStream {
        let slot = &self.slots[index];
        quote!(if let ::core::option::Option::Some(#slot) = #slot { #code })
    }

    /// The function itself.
    pub(super) fn primal(&self, args: &[TokenStream]) -> TokenStream {
        let name = self.shape.found.as_ref().map_or(&self.shape.function.name, |found| &found.name);
        match self.shape.source.site {
            Site::Companion => quote!(#name(#(#args),*)),
            Site::Impl(_) => quote!(Self::#name(#(#args),*)),
        }
    }

    /// `let value: R = f(args);`
    pub(super) fn evaluate(&self, args: &[TokenStream]) -> TokenStream {
        let (value, ty, call) = (&self.value, &self.shape.signature.asked_result, self.primal(args));
        match &self.shape.found {
            None => quote!(let #value: #ty = #call;),
            Some(Found { there, nothing, .. }) => {
                let found = found();
                quote! {
                    let (#value, #found): #ty = match #call {
                        #there => (value, true),
                        _ => (#nothing, false),
                    };
                }
            }
        }
    }

    /// The zero tangent of the result.
    pub(super) fn zero_result(&self) -> TokenStream {
        let (runtime, value) = (&self.shape.signature.runtime, &self.value);
        let constant = self.emitter.constant(self.shape.payload(), 0.0);
        constant.unwrap_or_else(|| quote!(#runtime::Differentiable::zero_tangent(&#value)))
    }

    /// A gradient that somebody computed arrives: it is added, but for what is changed in place of the adjoint of what the
    /// parameter holds behind the call.
    pub(super) fn arrive(&self, index: usize, given: &Ident) -> TokenStream {
        let (param, slot) = (&self.shape.function.params[index], &self.slots[index]);
        match (param.passing, &param.ty) {
            (Passing::RefMut, Ty::Slice(_)) => quote!(#slot.clone_from_slice(&#given);),
            (Passing::RefMut, _) => quote!(*#slot = #given;),
            _ => self.add(index, given),
        }
    }

    /// `slot += given`, of a gradient that somebody computed.
    fn add(&self, index: usize, given: &Ident) -> TokenStream {
        let (runtime, slot) = (&self.shape.signature.runtime, &self.slots[index]);
        match self.shape.function.params[index].ty {
            Ty::Float(Float::Param(_)) => quote!(*#slot = *#slot + #given;),
            Ty::Float(_) => quote!(*#slot += #given;),
            _ => quote!(#runtime::__private::given::add(#slot, &#given, |#given| #given);),
        }
    }
}

/// Whether there is a result.
pub(super) fn found() -> Ident {
    Ident::new("found", Span::mixed_site())
}
