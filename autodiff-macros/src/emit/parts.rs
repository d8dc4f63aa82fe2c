//! Fields and payloads of adjoints and tangents. A struct or an enum whose definition is not in sight may have marked one
//! `#[no_diff]`, so that there is `()` where the field is a number: such a part is read and written through a trait that both
//! have.
//!
//! What an adjoint holds is read, and a tangent written, where something active was stored. In a field that is marked it would
//! be lost, or not, by what else is known of it: rustc complains, in the words of the trait.

use proc_macro2::TokenStream;
use quote::{format_ident, quote_spanned};

use super::Emitter;
use crate::ir::*;

impl Emitter<'_> {
    /// Whether a path is a field or a payload of an adjoint or a tangent that may carry nothing.
    pub(super) fn is_part(&self, path: &Path) -> bool {
        let full = self.vars.resolve(path);
        let root = self.vars[full.root].again.unwrap_or(full.root);
        root.0 >= self.made_from
            && matches!(full.proj.last(), Some(Proj::Field(_) | Proj::Payload { .. } | Proj::Some))
            && matches!(self.type_of(&full), Ty::Unknown)
            && !matches!(self.float, Float::Param(_))
    }

    /// Whether a path may show nothing where the shape says otherwise.
    pub(super) fn may_be_nothing(&self, path: &Path) -> bool {
        self.may_mark && self.is_part(path)
    }

    /// A part, whatever it holds, for a callee, if it has to be asked whether there is one.
    pub(super) fn lent_part(&self, path: &Path, mutable: bool) -> Option<TokenStream> {
        if !self.may_be_nothing(path) {
            return None;
        }
        let (runtime, part) = (self.runtime, self.reference(path, mutable));
        Some(quote_spanned!(self.span=> #runtime::__private::lend!(#part)))
    }

    /// The number in a part.
    pub(super) fn part(&self, path: &Path) -> Option<TokenStream> {
        if !self.may_be_nothing(path) {
            return None;
        }
        let (runtime, part) = (self.runtime, self.reference(path, false));
        let float = match self.both_floats {
            true => quote_spanned!(self.span=> _),
            false => self.part_float(),
        };
        let read = if self.forward || self.tangents { "part" } else { "stored_part" };
        let read = format_ident!("{read}", span = self.span);
        Some(quote_spanned!(self.span=> #runtime::__private::#read::<#float, _>(#part)))
    }

    /// A store to a part.
    pub(super) fn update_part(&self, path: &Path, op: StoreOp, value: &Expr) -> Option<TokenStream> {
        let cleared = op == StoreOp::Set && value.is_zero();
        if !(self.may_mark || cleared) || !self.is_part(path) {
            return None;
        }
        let value_tokens = self.expr(value, self.float_of(value).as_ref());
        Some(self.updated(path, op, value_tokens, cleared))
    }

    /// `to += from` of a part.
    pub(super) fn add_to_part(&self, path: &Path, value: TokenStream) -> Option<TokenStream> {
        self.may_be_nothing(path).then(|| self.updated(path, StoreOp::Add, value, false))
    }

    fn updated(&self, path: &Path, op: StoreOp, value: TokenStream, cleared: bool) -> TokenStream {
        let (runtime, part) = (self.runtime, self.reference(path, true));
        let update = match (op, self.forward && !self.tangents && !cleared) {
            (StoreOp::Set, false) => "set_part",
            (StoreOp::Add, false) => "add_to_part",
            (StoreOp::Sub, false) => "take_from_part",
            (StoreOp::Set, true) => "set_stored",
            (StoreOp::Add, true) => "add_to_stored",
            (StoreOp::Sub, true) => "take_from_stored",
        };
        let update = format_ident!("{update}", span = self.span);
        // The value first: it may be made of the same adjoint.
        quote_spanned!(self.span=> #runtime::__private::#update(#value, #part);)
    }
}
