//! Functions with a derivative of their own that are written out where they are called.
//!
//! Invariant: no call of these has to be written out; whoever leaves one calls its derivative.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Signature, Type};

use super::names::{bound_in, names};
use super::sites::Writing;
use super::{Function, Inline, key};
use crate::expand::module::plan::{calls_in, names_in};
use crate::lower::has_no_diff;
use crate::passes::{Pass, Passes};
use crate::typing::items::ModuleId;

/// How many tokens a helper may have that is called again and again.
const LONGEST: usize = 400;

/// How many it may have elsewhere, where a call costs little beside what it does, and compile time counts.
const SMALL: usize = 150;

/// How many tokens of helpers one function takes in.
pub(in crate::expand::module) const ROOM: usize = 2000;

impl Inline {
    /// Adds a function with the number `number` that has a derivative of its own.
    pub(in crate::expand::module) fn add_helper(
        &mut self,
        number: usize,
        at: ModuleId,
        signature: &Signature,
        block: &Block,
        of: Option<&Type>,
    ) {
        let marked = signature.inputs.iter().any(|input| match input {
            syn::FnArg::Receiver(receiver) => has_no_diff(&receiver.attrs),
            syn::FnArg::Typed(typed) => has_no_diff(&typed.attrs),
        });
        let apart = marked || has_items(block) || has_attributes(block.to_token_stream());
        if apart || !Passes::chosen().has(Pass::Inline) {
            return;
        }
        let key = (at, key(signature, of));
        if self.functions.contains_key(&key) {
            self.clashing.insert(key);
            return;
        }
        let function = self.function(at, signature, block, of);
        self.functions.insert(key, Function { helper: Some(number), ..function });
    }

    /// Whether the function that was looked at last has taken helpers in.
    pub(in crate::expand::module) fn took_in(&self) -> bool {
        self.room.get() < ROOM
    }

    /// Takes out the helpers with these numbers.
    pub(in crate::expand::module) fn leave(&mut self, numbers: &BTreeSet<usize>) {
        let clashing = &self.clashing;
        self.functions.retain(|key, function| {
            function.helper.is_none_or(|number| !numbers.contains(&number) && !clashing.contains(key))
        });
    }
}

impl Writing<'_> {
    /// Whether there is room for a helper, and each name in its body means the same here.
    pub(super) fn takes_in(&self, Function { signature, block, .. }: &Function) -> bool {
        let length = length(block.to_token_stream());
        let room = self.inline.room.get();
        let longest = if self.looping { LONGEST } else { SMALL };
        if length > longest || length > room {
            return false;
        }
        let own = names(bound_in(signature, block));
        let calls = calls_in(block.to_token_stream());
        let mut free = Free(BTreeSet::new());
        free.visit_block_mut(&mut block.clone());
        let captured =
            |name: &String| self.bound.contains(name) && (!own.contains(name) || calls.contains(name));
        if free.0.iter().any(captured) {
            return false;
        }
        self.inline.room.set(room - length);
        true
    }
}

/// The names that paths begin with, and all names in what is given to macros.
struct Free(BTreeSet<String>);

impl VisitMut for Free {
    fn visit_expr_path_mut(&mut self, path: &mut syn::ExprPath) {
        self.0.extend(path.path.segments.first().map(|first| first.ident.to_string()));
        visit_mut::visit_expr_path_mut(self, path);
    }

    fn visit_macro_mut(&mut self, called: &mut syn::Macro) {
        self.0.extend(names_in(called.tokens.clone()));
    }
}

fn length(tokens: TokenStream) -> usize {
    let of = |tree| match tree {
        TokenTree::Group(group) => 1 + length(group.stream()),
        _ => 1,
    };
    tokens.into_iter().map(of).sum()
}

/// Whether items stand in a body, whose names are the function's own.
fn has_items(block: &Block) -> bool {
    struct Items(bool);
    impl VisitMut for Items {
        fn visit_item_mut(&mut self, _: &mut syn::Item) {
            self.0 = true;
        }
    }
    let mut items = Items(false);
    items.visit_block_mut(&mut block.clone());
    items.0
}

/// What is marked in code may be conditional, or say something of the place where it stands.
fn has_attributes(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|tree| match tree {
        TokenTree::Punct(punct) => punct.as_char() == '#',
        TokenTree::Group(group) => has_attributes(group.stream()),
        _ => false,
    })
}
