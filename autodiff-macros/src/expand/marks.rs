//! The marks inside of an item (`#[no_diff]`, `#[checkpoint]`), which rustc does not know.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// The item without the marks that only this macro understands.
pub(crate) fn without_marks(item: TokenStream) -> TokenStream {
    let trees: Vec<TokenTree> = item.into_iter().collect();
    let mut kept = TokenStream::new();
    let mut at = 0;
    while at < trees.len() {
        if let (TokenTree::Punct(hash), Some(TokenTree::Group(group))) = (&trees[at], trees.get(at + 1)) {
            if hash.as_char() == '#' && group.delimiter() == Delimiter::Bracket && is_mark(group) {
                at += 2;
                continue;
            }
        }
        match &trees[at] {
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), without_marks(group.stream()));
                inner.set_span(group.span());
                kept.extend([TokenTree::Group(inner)]);
            }
            tree => kept.extend([tree.clone()]),
        }
        at += 1;
    }
    kept
}

fn is_mark(group: &Group) -> bool {
    let mut trees = group.stream().into_iter();
    match (trees.next(), trees.next()) {
        (Some(TokenTree::Ident(name)), None) => name == "no_diff" || name == "checkpoint",
        (Some(TokenTree::Ident(name)), Some(TokenTree::Group(_))) => name == "checkpoint",
        _ => false,
    }
}
