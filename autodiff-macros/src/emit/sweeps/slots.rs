//! Slots and tangents that a caller leaves out: memory that stands for them.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::super::Emitter;
use crate::ir::{Float, Param, Path, Ty};
use crate::lower::objects::is_object;

/// Where the shape of a parameter's adjoint is to be had from.
pub(in crate::emit) enum Shape {
    /// From the parameter.
    AtHand,
    /// The parameter is moved away: from its length, under this name.
    Length(Ident),
    /// From a zero that is made before, under this name.
    Zero(Ident),
}

/// `let name = match name { Some(name) => name, None => scratch };`
pub(in crate::emit) fn or_else(name: &Ident, scratch: &TokenStream) -> TokenStream {
    quote! {
        let #name = match #name {
            ::core::option::Option::Some(#name) => #name,
            ::core::option::Option::None => #scratch,
        };
    }
}

impl Emitter<'_> {
    /// What the pullback has to know of the shape of a parameter by value, kept before the forward sweep moves it away.
    pub(super) fn shape_kept(&mut self, param: &Param, prelude: &mut TokenStream) -> Shape {
        let path = Path::of(param.var);
        if self.constant(&param.ty, 0.0).is_some() {
            return Shape::AtHand;
        }
        let receiver = self.receiver(&path);
        match &param.ty {
            Ty::Vec(t) if self.constant(t, 0.0).is_some() => {
                let len = self.local(&format!("{}_len", param.name));
                prelude.extend(quote!(let #len = #receiver.len();));
                Shape::Length(len)
            }
            _ => {
                let (zero, value) = self.zero_kept(param);
                prelude.extend(quote!(let mut #zero = #value;));
                Shape::Zero(zero)
            }
        }
    }

    /// A zero in the shape of a parameter that is made before the forward sweep, and its name.
    pub(super) fn zero_kept(&mut self, param: &Param) -> (Ident, TokenStream) {
        (self.local(&format!("{}_zero", param.name)), self.zero(&Path::of(param.var)))
    }

    /// A reference to zeros in the shape of a parameter's adjoint (or tangent) that nobody asks for: not from the allocator.
    pub(in crate::emit) fn scratch(&self, param: &Param, shape: Shape, mutable: bool) -> TokenStream {
        let mutable = mutable.then(|| quote!(mut));
        let (runtime, path) = (self.runtime, Path::of(param.var));
        let shape = match shape {
            Shape::Zero(zero) => return quote!(&#mutable #zero),
            Shape::Length(len) => quote!(#len),
            Shape::AtHand => {
                let receiver = self.receiver(&path);
                quote!(#receiver.len())
            }
        };
        let pooled = !matches!(self.float, Float::Param(_));
        match &param.ty {
            Ty::Slice(t) => match self.constant(t, 0.0) {
                Some(zero) if pooled => quote!(&#mutable *#runtime::pool::Scratch::filled(#zero, #shape)),
                _ => {
                    let zeros = self.zero(&path);
                    quote!(&#mutable *#zeros)
                }
            },
            Ty::Vec(t) => match self.constant(t, 0.0) {
                Some(zero) if pooled => quote!(&#mutable *#runtime::pool::Buffer::filled(#zero, #shape)),
                Some(zero) => quote!(&#mutable #runtime::__private::vec![#zero; #shape]),
                None => {
                    let zeros = self.zero(&path);
                    quote!(&#mutable #zeros)
                }
            },
            ty => {
                let zero = self.zero(&path);
                // The slot of an object takes any tangent.
                let any = is_object(ty).then(|| quote!(as &#mutable dyn #runtime::AnyTangent));
                quote!(&#mutable #zero #any)
            }
        }
    }
}
