//! The marks inside of an item (`#[no_diff]`, `#[checkpoint]`, `#[sample(…)]`), which rustc does not know.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;

/// The item without the marks that only this macro understands. What a mark alone is told by is used.
pub(super) fn without_marks(item: TokenStream) -> TokenStream {
    let mut told = false;
    let kept = stripped(item, &mut told);
    if told { quote!(#[allow(unused_variables)] #kept) } else { kept }
}

/// The same of code.
pub(crate) fn unmarked(code: TokenStream) -> TokenStream {
    stripped(code, &mut false)
}

/// `told`: whether a mark was told something.
fn stripped(code: TokenStream, told: &mut bool) -> TokenStream {
    let trees: Vec<TokenTree> = code.into_iter().collect();
    let mut kept = TokenStream::new();
    let mut at = 0;
    while at < trees.len() {
        if let (TokenTree::Punct(hash), Some(TokenTree::Group(group))) = (&trees[at], trees.get(at + 1)) {
            if hash.as_char() == '#' && group.delimiter() == Delimiter::Bracket && is_mark(group) {
                *told |= is_told(group);
                at += 2;
                continue;
            }
        }
        match &trees[at] {
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), stripped(group.stream(), told));
                inner.set_span(group.span());
                kept.extend([TokenTree::Group(inner)]);
            }
            tree => kept.extend([tree.clone()]),
        }
        at += 1;
    }
    kept
}

/// Whether a mark has arguments.
fn is_told(group: &Group) -> bool {
    let trees: Vec<TokenTree> = group.stream().into_iter().collect();
    match &trees[..] {
        [TokenTree::Group(inner)] => is_told(inner),
        trees => trees.len() > 1,
    }
}

fn is_mark(group: &Group) -> bool {
    let mut trees = group.stream().into_iter();
    match (trees.next(), trees.next()) {
        // Handed on by a macro, as an attribute's content.
        (Some(TokenTree::Group(inner)), None) if inner.delimiter() == Delimiter::None => is_mark(&inner),
        (Some(TokenTree::Ident(name)), None) => name == "no_diff" || name == "checkpoint",
        (Some(TokenTree::Ident(name)), Some(TokenTree::Group(_))) => name == "checkpoint" || name == "sample",
        _ => false,
    }
}
