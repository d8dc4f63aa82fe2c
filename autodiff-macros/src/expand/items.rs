//! Items of inner blocks, told apart: generated bodies have all items of a function at their head, where a name may stand for
//! one thing only.
//!
//! Invariant: an item of an inner block whose name occurs outside of the block has another name, in the whole block.

use std::borrow::Cow;

use proc_macro2::{Group, Ident, Literal, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Item, Signature, Stmt, UseTree};

use crate::lower::macros::visit_arguments;

/// The body of a function with its items told apart.
pub(super) fn apart<'a>(signature: &Signature, block: &'a Block) -> Cow<'a, Block> {
    let mut words = Vec::new();
    idents(signature.to_token_stream(), &mut words);
    idents(block.to_token_stream(), &mut words);
    if !may_hold_items(&words) {
        return Cow::Borrowed(block);
    }
    let mut block = block.clone();
    let mut apart = Apart { words };
    // The function's own block is where all items go.
    block.stmts.iter_mut().for_each(|stmt| apart.visit_stmt_mut(stmt));
    Cow::Owned(block)
}

fn may_hold_items(words: &[String]) -> bool {
    words.iter().any(|word| ["const", "static", "fn", "use", "struct", "enum", "type"].contains(&&word[..]))
}

struct Apart {
    /// All names in the function, each as often as it occurs.
    words: Vec<String>,
}

impl VisitMut for Apart {
    fn visit_block_mut(&mut self, block: &mut Block) {
        let mut inside = Vec::new();
        idents(block.to_token_stream(), &mut inside);
        let names: Vec<Ident> = block.stmts.iter().flat_map(names).collect();
        for name in names {
            let name = name.to_string();
            let count = |words: &[String]| words.iter().filter(|word| **word == name).count();
            if count(&self.words) == count(&inside) {
                continue;
            }
            let mut new = format!("{name}_1");
            let mut at = 1;
            while self.words.contains(&new) {
                at += 1;
                new = format!("{name}_{at}");
            }
            block.stmts.iter_mut().for_each(|stmt| rename(stmt, &name, &new));
            self.words.extend(std::iter::repeat_n(new, count(&inside)));
        }
        visit_mut::visit_block_mut(self, block);
    }

    /// Blocks in the arguments of a macro.
    fn visit_macro_mut(&mut self, called: &mut syn::Macro) {
        let mut words = Vec::new();
        idents(called.tokens.clone(), &mut words);
        if may_hold_items(&words) {
            visit_arguments(called, |arguments| self.visit_expr_mut(arguments));
        }
    }
}

/// The names that an item gives to something.
fn names(stmt: &Stmt) -> Vec<Ident> {
    let Stmt::Item(item) = stmt else { return Vec::new() };
    match item {
        Item::Const(item) => vec![item.ident.clone()],
        Item::Static(item) => vec![item.ident.clone()],
        Item::Fn(item) => vec![item.sig.ident.clone()],
        Item::Struct(item) => vec![item.ident.clone()],
        Item::Enum(item) => vec![item.ident.clone()],
        Item::Union(item) => vec![item.ident.clone()],
        Item::Type(item) => vec![item.ident.clone()],
        Item::Trait(item) => vec![item.ident.clone()],
        Item::Mod(item) => vec![item.ident.clone()],
        Item::Use(item) => {
            let mut names = Vec::new();
            imported(&item.tree, &mut names);
            names
        }
        _ => Vec::new(),
    }
}

fn imported(tree: &UseTree, names: &mut Vec<Ident>) {
    match tree {
        UseTree::Path(path) => imported(&path.tree, names),
        UseTree::Name(name) => names.push(name.ident.clone()),
        UseTree::Rename(rename) => names.push(rename.rename.clone()),
        UseTree::Group(group) => group.items.iter().for_each(|tree| imported(tree, names)),
        UseTree::Glob(_) => {}
    }
}

fn rename(stmt: &mut Stmt, name: &str, new: &str) {
    if let Stmt::Item(Item::Use(item)) = stmt {
        return rename_import(&mut item.tree, name, new);
    }
    let renamed = renamed(stmt.to_token_stream(), name, new);
    let whole = quote!({ #renamed });
    if let Ok(Block { stmts, .. }) = syn::parse2(whole) {
        if let Ok([renamed]) = <[Stmt; 1]>::try_from(stmts) {
            *stmt = renamed;
        }
    }
}

fn rename_import(tree: &mut UseTree, name: &str, new: &str) {
    match tree {
        UseTree::Path(path) => rename_import(&mut path.tree, name, new),
        UseTree::Name(leaf) if leaf.ident == name => {
            let (from, to) = (&leaf.ident, Ident::new(new, leaf.ident.span()));
            *tree = syn::parse_quote!(#from as #to);
        }
        UseTree::Rename(leaf) if leaf.rename == name => leaf.rename = Ident::new(new, leaf.rename.span()),
        UseTree::Group(group) => group.items.iter_mut().for_each(|tree| rename_import(tree, name, new)),
        UseTree::Name(_) | UseTree::Rename(_) | UseTree::Glob(_) => {}
    }
}

/// Code in which a name is another where it may stand for an item: not as a field, a method, or inside of a path.
pub(super) fn renamed(tokens: TokenStream, name: &str, new: &str) -> TokenStream {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let is = |at: Option<usize>, c: char| {
        at.and_then(|at| trees.get(at))
            .is_some_and(|tree| matches!(tree, TokenTree::Punct(p) if p.as_char() == c))
    };
    let mut out = TokenStream::new();
    for (at, tree) in trees.iter().enumerate() {
        let before = |n| at.checked_sub(n);
        out.extend([match tree {
            TokenTree::Ident(ident) if ident == name => {
                let field = is(before(1), '.') && !is(before(2), '.');
                let inside = is(before(1), ':') && is(before(2), ':');
                let first = at == 0 || is(before(1), ',');
                let label = first && is(Some(at + 1), ':') && !is(Some(at + 2), ':');
                let kept = field || inside || label || is(before(1), '\'');
                TokenTree::Ident(if kept { ident.clone() } else { Ident::new(new, ident.span()) })
            }
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), renamed(group.stream(), name, new));
                inner.set_span(group.span());
                TokenTree::Group(inner)
            }
            TokenTree::Literal(literal) => TokenTree::Literal(with_captured(literal, name, new)),
            TokenTree::Ident(_) | TokenTree::Punct(_) => tree.clone(),
        }]);
    }
    out
}

/// A format string that captures another name.
fn with_captured(literal: &Literal, name: &str, new: &str) -> Literal {
    let mut text = literal.to_string();
    if !text.contains('"') || !text.contains('{') {
        return literal.clone();
    }
    for end in ['}', ':'] {
        text = text.replace(&format!("{{{name}{end}"), &format!("{{{new}{end}"));
    }
    let Ok(mut captured) = text.parse::<Literal>() else { return literal.clone() };
    captured.set_span(literal.span());
    captured
}

fn idents(tokens: TokenStream, words: &mut Vec<String>) {
    for tree in tokens {
        match tree {
            TokenTree::Ident(ident) => words.push(ident.to_string()),
            TokenTree::Group(group) => idents(group.stream(), words),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told_apart(item: &str) -> String {
        let item: syn::ItemFn = syn::parse_str(item).unwrap();
        apart(&item.sig, &item.block).to_token_stream().to_string()
    }

    #[test]
    fn names_that_occur_once_stay() {
        let text = "fn f() { const K: f64 = 2.0; { const L: f64 = 3.0; L + K } }";
        let item: syn::ItemFn = syn::parse_str(text).unwrap();
        assert_eq!(told_apart(text), item.block.to_token_stream().to_string());
    }

    #[test]
    fn blocks_in_macros_are_looked_into() {
        let text = told_apart("fn f() { { fn k() {} k() } let a = vec![{ fn k() {} k() }, 1.0]; }");
        assert_eq!(text, "{ { fn k_1 () { } k_1 () } let a = vec ! [{ fn k_2 () { } k_2 () } , 1.0] ; }");
    }

    #[test]
    fn items_of_blocks_get_names_of_their_own() {
        let text = told_apart(
            r#"fn f(x: f64) -> f64 {
                let a = { const K: f64 = 2.0; println!("{K} {K:?} {}", m::K); s.K + K };
                let b = { use m::{K, L as M}; K + M };
                a + K + b * M
            }"#,
        );
        let expected: Block = syn::parse_str(
            r#"{
                let a = { const K_1: f64 = 2.0; println!("{K_1} {K_1:?} {}", m::K); s.K + K_1 };
                let b = { use m::{K as K_2, L as M_1}; K_2 + M_1 };
                a + K + b * M
            }"#,
        )
        .unwrap();
        assert_eq!(text, expected.to_token_stream().to_string());
    }
}
