//! Collections of a function's own that are `Vec`s by another name: `VecDeque`s.
//!
//! Invariant: what is computed is the same, and nothing outside of the body sees that they are `Vec`s. A deque is one that a `let`
//! binds under a name that nothing else bears; where one is handed to anybody, or the signature names its type, all are left alone.
//!
//! ```text
//! let mut last = VecDeque::new();     let mut last = Vec::new();
//! last.push_back(x);                  last.push(x);
//! last.pop_front()                    if last.is_empty() { None } else { Some(last.remove(0)) }
//! ```

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::{ToTokens, format_ident};
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, Local, Pat, Signature, Type, parse_quote};

use super::module::{bound_in, names_in};
use crate::lower::macros::visit_arguments;

/// What a `VecDeque` can do and a `Vec` cannot.
const ONLY_OF_DEQUES: [&str; 7] = [
    "make_contiguous",
    "as_slices",
    "as_mut_slices",
    "swap_remove_back",
    "swap_remove_front",
    "range",
    "range_mut",
];

/// The body with `Vec`s.
pub(super) fn plain(signature: &Signature, mut block: Block) -> Block {
    let (inside, outside) = (names_in(block.to_token_stream()), names_in(signature.to_token_stream()));
    let deques = inside.contains("VecDeque")
        && !outside.contains("VecDeque")
        && !ONLY_OF_DEQUES.iter().any(|name| inside.contains(*name));
    if !deques {
        return block;
    }
    let mut found = Found::default();
    found.visit_block_mut(&mut block.clone());
    let bound = bound_in(signature, &block);
    let once = |names: &BTreeSet<String>| names.iter().all(|name| bound.get(name) == Some(&1));
    let tokens = block.to_token_stream();
    let stay_inside = found.named == times_named(tokens.clone()) && used_where_it_is(tokens, &found.deques);
    if stay_inside && once(&found.deques) {
        Plain { deques: found.deques }.visit_block_mut(&mut block);
    }
    block
}

/// The collections of a body, by name.
#[derive(Default)]
struct Found {
    deques: BTreeSet<String>,
    /// How often `VecDeque` is named where one is bound, or imported.
    named: usize,
}

impl VisitMut for Found {
    fn visit_local_mut(&mut self, local: &mut Local) {
        if let Some(name) = name_of(local) {
            let of_type = match &local.pat {
                Pat::Type(typed) => times_named(typed.ty.to_token_stream()),
                _ => 0,
            };
            let made = match local.init.as_ref().map(|init| &*init.expr) {
                Some(Expr::Call(call)) => times_named(call.func.to_token_stream()),
                _ => 0,
            };
            if of_type + made > 0 {
                self.deques.insert(name.to_string());
                self.named += of_type + made;
            }
        }
        visit_mut::visit_local_mut(self, local);
    }

    fn visit_item_use_mut(&mut self, item: &mut syn::ItemUse) {
        self.named += times_named(item.to_token_stream());
    }
}

/// The name that a `let` binds, if it is one.
fn name_of(local: &Local) -> Option<&Ident> {
    let pat = match &local.pat {
        Pat::Type(typed) => &*typed.pat,
        pat => pat,
    };
    match pat {
        Pat::Ident(name) if name.subpat.is_none() => Some(&name.ident),
        _ => None,
    }
}

/// `T` of `Name<T>`.
fn argument_of<'t>(ty: &'t Type, name: &str) -> Option<&'t Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == name)?;
    match crate::lower::arguments(last)[..] {
        [ty] => Some(ty),
        _ => None,
    }
}

fn times_named(code: TokenStream) -> usize {
    let times = code.into_iter().map(|tree| match tree {
        TokenTree::Ident(name) => usize::from(name == "VecDeque"),
        TokenTree::Group(group) => times_named(group.stream()),
        _ => 0,
    });
    times.sum()
}

fn used_where_it_is(code: TokenStream, names: &BTreeSet<String>) -> bool {
    let trees: Vec<TokenTree> = code.into_iter().collect();
    let word = |at: Option<usize>, text: &str| {
        at.and_then(|at| trees.get(at)).is_some_and(|tree| tree.to_string() == text)
    };
    trees.iter().enumerate().all(|(at, tree)| match tree {
        TokenTree::Group(group) => used_where_it_is(group.stream(), names),
        TokenTree::Ident(name) if names.contains(&name.to_string()) => {
            let before = |n: usize| at.checked_sub(n);
            let reference = word(before(1), "&") || word(before(1), "mut") && word(before(2), "&");
            let indexed = matches!(trees.get(at + 1), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket);
            word(Some(at + 1), ".") && !word(Some(at + 2), ".")
                || indexed
                || word(before(1), ".")
                || word(before(1), "in")
                || reference && (word(before(2), "in") || word(before(3), "in"))
                || word(before(1), "let")
                || word(before(1), "mut") && word(before(2), "let")
        }
        _ => true,
    })
}

struct Plain {
    deques: BTreeSet<String>,
}

impl Plain {
    /// What a method of a deque is called on a `Vec`.
    fn method(&self, call: &mut syn::ExprMethodCall) -> Option<Expr> {
        let Expr::Path(of) = &*call.receiver else { return None };
        let name = of.path.get_ident()?.to_string();
        let method = call.method.to_string();
        if !self.deques.contains(&name) {
            return None;
        }
        let plain = match (method.as_str(), call.args.len()) {
            ("push_back", 1) => "push",
            ("pop_back", 0) => "pop",
            ("front", 0) => "first",
            ("back", 0) => "last",
            ("front_mut", 0) => "first_mut",
            ("back_mut", 0) => "last_mut",
            ("push_front", 1) => {
                call.args.insert(0, parse_quote!(0));
                "insert"
            }
            ("pop_front", 0) => {
                return Some(parse_quote!((if #of.is_empty() { None } else { Some(#of.remove(0)) })));
            }
            ("remove", 1) => {
                // Bound for once, under a name that the deque itself cannot have.
                let (index, at) = (&call.args[0], format_ident!("{name}_at"));
                return Some(parse_quote!(({
                    let #at: usize = #index;
                    if #at < #of.len() { Some(#of.remove(#at)) } else { None }
                })));
            }
            _ => return None,
        };
        call.method = Ident::new(plain, call.method.span());
        None
    }

    /// What makes a deque, as what makes a `Vec`.
    fn made(call: &syn::ExprCall) -> Option<Expr> {
        let Expr::Path(path) = &*call.func else { return None };
        let name = path.path.segments.last()?.ident.to_string();
        let argument = call.args.first();
        Some(match (name.as_str(), argument) {
            ("new", None) => parse_quote!(Vec::new()),
            ("with_capacity", Some(capacity)) => parse_quote!(Vec::with_capacity(#capacity)),
            ("from", Some(content)) => parse_quote!(#content.to_vec()),
            _ => return None,
        })
    }
}

impl VisitMut for Plain {
    fn visit_local_mut(&mut self, local: &mut Local) {
        visit_mut::visit_local_mut(self, local);
        let Some(name) = name_of(local).map(Ident::to_string) else { return };
        if self.deques.contains(&name) {
            if let Pat::Type(typed) = &mut local.pat {
                if let Some(element) = argument_of(&typed.ty, "VecDeque") {
                    *typed.ty = parse_quote!(Vec<#element>);
                }
            }
            if let Some(Expr::Call(call)) = local.init.as_ref().map(|init| &*init.expr) {
                if let (Some(made), Some(init)) = (Self::made(call), &mut local.init) {
                    *init.expr = made;
                }
            }
        }
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        if let Expr::MethodCall(call) = expr {
            if let Some(plain) = self.method(call) {
                *expr = plain;
            }
        }
    }

    fn visit_macro_mut(&mut self, called: &mut syn::Macro) {
        visit_arguments(called, |arguments| self.visit_expr_mut(arguments));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(body: &str, expected: &str) {
        let block: Block = syn::parse_str(&format!("{{ {body} }}")).unwrap();
        let expected: Block = syn::parse_str(&format!("{{ {expected} }}")).unwrap();
        let found = plain(&parse_quote!(fn f(x: f64)), block).to_token_stream().to_string();
        assert_eq!(found, expected.to_token_stream().to_string());
    }

    #[test]
    fn deques_are_vecs() {
        same(
            "let mut q: VecDeque<f64> = std::collections::VecDeque::with_capacity(3); q.push_back(x); q.push_front(x); q.pop_front()",
            "let mut q: Vec<f64> = Vec::with_capacity(3); q.push(x); q.insert(0, x); (if q.is_empty() { None } else { Some(q.remove(0)) })",
        );
    }

    #[test]
    fn other_methods_stay() {
        same("s.push_back(x); s.front()", "s.push_back(x); s.front()");
        for handed in ["let q = VecDeque::new(); mean(&q)", "mean(VecDeque::from([x]))"] {
            same(handed, handed);
        }
        same(
            "let mut q = VecDeque::new(); swap(&mut x); q.push_back(wing.front()); wing.into_vec()",
            "let mut q = Vec::new(); swap(&mut x); q.push(wing.front()); wing.into_vec()",
        );
        let again = "let q = VecDeque::new(); let q = wing; q.front()";
        same(again, again);
        let signature = parse_quote!(fn f(q: &VecDeque<f64>));
        let block: Block = parse_quote!({
            let r: VecDeque<f64> = q.clone();
            r.front()
        });
        let text = block.to_token_stream().to_string();
        assert_eq!(plain(&signature, block).to_token_stream().to_string(), text);
    }
}
