//! Contents that are recorded in one go, on flat tapes.

use proc_macro2::TokenStream;
use quote::quote_spanned;

use super::Emitter;
use crate::ir::*;

impl Emitter<'_> {
    /// `tape.extend_from_slice(&path[..]);`, of a range only what exists.
    pub(super) fn record(&self, tape: Var, path: &Path) -> TokenStream {
        let tape = self.ident(tape);
        match self.stretch(path, false) {
            Some((place, range)) => {
                quote_spanned!(self.span=> #tape.extend_from_slice(#place.get(#range).unwrap_or_default());)
            }
            None => {
                let place = self.receiver(path);
                quote_spanned!(self.span=> #tape.extend_from_slice(&#place[..]);)
            }
        }
    }

    /// The end of the tape back into the path.
    pub(super) fn replay(&mut self, tape: Var, path: &Path) -> TokenStream {
        let (tape, stretch, whole) = (self.ident(tape), self.stretch(path, true), self.receiver_mut(path));
        let start = self.local("start");
        let span = self.span;
        let back = |to: &TokenStream| {
            quote_spanned! {span=>
                let #start = #tape.len() - #to.len();
                #to.copy_from_slice(&#tape[#start..]);
                #tape.truncate(#start);
            }
        };
        let Some((place, range)) = stretch else { return back(&whole) };
        let part = self.local("part");
        let back = back(&quote_spanned!(self.span=> #part));
        quote_spanned!(self.span=> if let ::core::option::Option::Some(#part) = #place.get_mut(#range) { #back })
    }

    /// A path that ends in a range: what it is a range of, and from where to where.
    fn stretch(&self, path: &Path, mutable: bool) -> Option<(TokenStream, TokenStream)> {
        let (Proj::Range(lo, hi), before) = path.proj.split_last()? else { return None };
        let before = Path { root: path.root, proj: before.to_vec() };
        let place = if mutable { self.receiver_mut(&before) } else { self.receiver(&before) };
        let bound =
            |bound: &Option<Expr>| bound.as_ref().map(|e| self.code(e, None).at(super::expr::Level::Or));
        let (lo, hi) = (bound(lo), bound(hi));
        Some((place, quote_spanned!(self.span=> #lo..#hi)))
    }
}
