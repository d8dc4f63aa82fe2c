//! Which functions in sight give the same again for the same arguments: what is marked `#[checkpoint]` may call them.
//!
//! Invariant: a function that reads a clock, a generator, a file or what others change is none of them; where its text does not
//! say that it does nothing of the kind, it is none either.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Block;
use syn::visit_mut::{self, VisitMut};

use crate::lower::macros::{CHECKING, DIVERGING};
use crate::lower::stdlib::{is_pure_method, reads_only};
use crate::standard::is_integer;
use crate::typing::Scope;

/// The names among those that a function calls.
pub(super) fn repeatable(block: &Block, scope: &Scope) -> BTreeSet<String> {
    let mut search = Search { nested: nested(block), scope, open: Vec::new() };
    let mut names = Vec::new();
    plain_calls(block.to_token_stream(), &mut names);
    names.into_iter().filter(|name| search.repeats(name)).collect()
}

/// Whether code gives the same again; `known`: whether a function of that name does.
pub(crate) fn repeats(code: TokenStream, known: &mut dyn FnMut(&str) -> bool) -> bool {
    let trees: Vec<TokenTree> = code.into_iter().collect();
    (0..trees.len()).all(|at| match &trees[at] {
        TokenTree::Group(group) => repeats(group.stream(), known),
        TokenTree::Ident(name) => match use_of(&trees, at) {
            Use::Other => !["unsafe", "static", "await", "async"].iter().any(|word| name == word),
            Use::Macro => is_repeatable_macro(&name.to_string()),
            Use::Method => is_repeatable_method(&name.to_string()),
            Use::Of(owner) => {
                let (owner, name) = (owner.to_string(), name.to_string());
                let own = owner.starts_with(char::is_uppercase);
                own && (name.starts_with(char::is_uppercase) || MAKING.contains(&&name[..]))
                    || is_integer(&owner)
                    || owner == "f64"
                    || owner == "f32"
            }
            Use::Function => ["Some", "Ok", "Err"].iter().any(|of| name == of) || known(&name.to_string()),
        },
        TokenTree::Punct(_) | TokenTree::Literal(_) => true,
    })
}

/// Whether a macro computes and complains, and does no more.
fn is_repeatable_macro(name: &str) -> bool {
    ["vec", "matches"].contains(&name) || CHECKING.contains(&name) || DIVERGING.contains(&name)
}

/// Functions of types that make something of their arguments alone.
const MAKING: [&str; 5] = ["new", "with_capacity", "from", "default", "from_fn"];

fn is_repeatable_method(name: &str) -> bool {
    let changes = [
        "push", "pop", "swap", "fill", "iter_mut", "extend", "insert", "sort_by", "truncate", "resize",
        "clear",
    ];
    let goes_along =
        ["flat_map", "filter_map", "take_while", "skip_while", "for_each", "collect", "cycle", "scan"];
    let looks_at_a_clock = ["elapsed", "borrow"];
    !looks_at_a_clock.contains(&name)
        && (is_pure_method(name) || reads_only(name) || changes.contains(&name) || goes_along.contains(&name))
}

/// What a name stands for in code.
enum Use<'t> {
    Macro,
    Method,
    /// A function of a type, or of a module.
    Of(&'t Ident),
    Function,
    /// No call: a variable, a word of the language, an item that is declared.
    Other,
}

fn use_of(trees: &[TokenTree], at: usize) -> Use<'_> {
    let is =
        |at: usize, of: char| matches!(trees.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == of);
    if is(at + 1, '!') && matches!(trees.get(at + 2), Some(TokenTree::Group(_))) {
        return Use::Macro;
    }
    // `::<T>` may stand before the arguments.
    let mut behind = at + 1;
    if is(behind, ':') && is(behind + 1, ':') && is(behind + 2, '<') {
        let mut open = 0;
        for inside in behind + 2..trees.len() {
            open += i32::from(is(inside, '<')) - i32::from(is(inside, '>'));
            if open == 0 {
                behind = inside + 1;
                break;
            }
        }
    }
    let called =
        matches!(trees.get(behind), Some(TokenTree::Group(of)) if of.delimiter() == Delimiter::Parenthesis);
    let word = |at: usize, of: &str| matches!(trees.get(at), Some(TokenTree::Ident(name)) if name == of);
    let of_the_language = [
        "if", "while", "match", "in", "return", "for", "break", "else", "move", "fn", "let", "as", "ref",
        "mut",
    ];
    if !called || of_the_language.iter().any(|of| word(at, of)) || at > 0 && word(at - 1, "fn") {
        return Use::Other;
    }
    if at > 0 && is(at - 1, '.') {
        return Use::Method;
    }
    match (at > 2 && is(at - 1, ':') && is(at - 2, ':')).then(|| &trees[at - 3]) {
        Some(TokenTree::Ident(owner)) => Use::Of(owner),
        // `<T as Trait>::of(…)`, `Vec::<T>::with_capacity(…)`: whose it is does not show.
        Some(_) => Use::Macro,
        None => Use::Function,
    }
}

/// The functions that code calls by a name alone.
fn plain_calls(code: TokenStream, names: &mut Vec<String>) {
    let trees: Vec<TokenTree> = code.into_iter().collect();
    for at in 0..trees.len() {
        match &trees[at] {
            TokenTree::Group(group) => plain_calls(group.stream(), names),
            TokenTree::Ident(name) if matches!(use_of(&trees, at), Use::Function) => {
                names.push(name.to_string())
            }
            _ => {}
        }
    }
}

/// The functions in a body, which are not told apart by the block that they stand in.
fn nested(block: &Block) -> Vec<(String, TokenStream)> {
    struct Nested(Vec<(String, TokenStream)>);
    impl VisitMut for Nested {
        fn visit_item_fn_mut(&mut self, item: &mut syn::ItemFn) {
            self.0.push((item.sig.ident.to_string(), item.block.to_token_stream()));
            visit_mut::visit_item_fn_mut(self, item);
        }
    }
    let mut nested = Nested(Vec::new());
    nested.visit_block_mut(&mut block.clone());
    nested.0
}

struct Search<'a> {
    nested: Vec<(String, TokenStream)>,
    scope: &'a Scope,
    /// What is being looked into: a function that calls itself repeats as far as the rest of it does.
    open: Vec<String>,
}

impl Search<'_> {
    fn repeats(&mut self, name: &str) -> bool {
        if self.open.iter().any(|open| open == name) {
            return true;
        }
        let mut bodies: Vec<TokenStream> =
            self.nested.iter().filter(|(nested, _)| nested == name).map(|(_, body)| body.clone()).collect();
        if bodies.is_empty() {
            bodies.extend(self.scope.body_of(name));
        }
        self.open.push(name.to_string());
        let repeats = !bodies.is_empty()
            && bodies.into_iter().all(|body| repeats(body, &mut |called| self.repeats(called)));
        self.open.pop();
        repeats
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reads_more_than_its_arguments_does_not_repeat() {
        let repeats = |code: &str| repeats(code.parse().unwrap(), &mut |name| name == "known");
        for code in [
            "{ 0.25 * k as f64 }",
            "{ let v: Vec<f64> = x.iter().map(|x| x.sin()).collect(); v[0].max(known(k)) }",
            "if (k > 1) { Some(known::<f64>(k)) } else { None }",
            "{ assert!(k > 0, \"{k}\"); f64::from(k).powi(2) + usize::pow(k, 2) as f64 + Point::new(k).x }",
        ] {
            assert!(repeats(code), "{code}");
        }
        for code in [
            "unknown(k)",
            "Unknown(k)",
            "rand::known()",
            "rng.sample(k)",
            "Instant::now().elapsed()",
            "{ println!(\"{k}\"); k }",
            "unsafe { known(k) }",
            "COUNTER.fetch_add(1, Ordering::Relaxed)",
            "<T as Draw>::known(k)",
            "{ let f = |x| x; f(k) }",
        ] {
            assert!(!repeats(code), "{code}");
        }
    }
}
