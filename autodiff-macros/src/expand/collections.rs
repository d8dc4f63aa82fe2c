//! Collections of a function's own that are `Vec`s by another name: a `VecDeque`, a `Box<[T]>`.
//!
//! Invariant: what is computed is the same. Nothing outside of the body sees that they are `Vec`s: where the signature names one of
//! these types, it is left alone. `partition` is a loop that pushes to two of them, `collect::<Result<Vec<_>, _>>()?` one that pushes
//! what did not fail.
//!
//! ```text
//! let mut last = VecDeque::new();     let mut last = Vec::new();
//! last.push_back(x);                  last.push(x);
//! last.pop_front()                    if last.is_empty() { None } else { Some(last.remove(0)) }
//! ```

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, GenericArgument, Pat, PathArguments, Signature, Type, parse_quote};

use super::module::names_in;
use crate::lower::macros::{list_tokens, parse_list};

/// The body with `Vec`s.
pub(super) fn plain(signature: &Signature, mut block: Block) -> Block {
    let (inside, outside) = (names_in(block.to_token_stream()), names_in(signature.to_token_stream()));
    let only_deques_have =
        ["make_contiguous", "as_slices", "as_mut_slices", "swap_remove_back", "swap_remove_front"];
    let deque = inside.contains("VecDeque")
        && !outside.contains("VecDeque")
        && !only_deques_have.iter().any(|name| inside.contains(*name))
        && stays_inside(&block);
    let boxed = inside.contains("into_boxed_slice") && !outside.contains("Box");
    if deque || boxed || inside.contains("partition") || inside.contains("collect") {
        Plain { deque, boxed, names: inside }.visit_block_mut(&mut block);
    }
    block
}

struct Plain {
    deque: bool,
    boxed: bool,
    /// All names in the body.
    names: BTreeSet<String>,
}

/// Whether deques are bound by a `let`, and used by their methods and elements alone: nobody is handed one.
fn stays_inside(block: &Block) -> bool {
    struct Deques {
        names: BTreeSet<String>,
        /// How often the type is named where a deque is bound, or imported.
        named: usize,
    }
    impl VisitMut for Deques {
        fn visit_local_mut(&mut self, local: &mut syn::Local) {
            let made = match local.init.as_ref().map(|init| &*init.expr) {
                Some(Expr::Call(call)) => times_named(call.func.to_token_stream()),
                _ => 0,
            };
            let (pat, typed) = match &local.pat {
                Pat::Type(typed) => (&*typed.pat, times_named(typed.ty.to_token_stream())),
                pat => (pat, 0),
            };
            if made + typed > 0 {
                self.names.extend(names_in(pat.to_token_stream()));
                self.named += made + typed;
            }
            visit_mut::visit_local_mut(self, local);
        }
        fn visit_item_use_mut(&mut self, item: &mut syn::ItemUse) {
            self.named += times_named(item.to_token_stream());
        }
    }
    let mut deques = Deques { names: BTreeSet::new(), named: 0 };
    deques.visit_block_mut(&mut block.clone());
    deques.named == times_named(block.to_token_stream())
        && used_where_it_is(block.to_token_stream(), &deques.names)
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

/// Whether an expression may be written twice.
fn is_place(expr: &Expr) -> bool {
    match expr {
        Expr::Path(_) => true,
        Expr::Field(field) => is_place(&field.base),
        Expr::Paren(paren) => is_place(&paren.expr),
        _ => false,
    }
}

impl Plain {
    /// A name that nothing in the body has.
    fn fresh(&mut self, name: &str) -> Ident {
        let mut name = name.to_string();
        while !self.names.insert(name.clone()) {
            name.push('_');
        }
        Ident::new(&name, Span::call_site())
    }

    /// What a method of a deque is called on a `Vec`.
    fn method(&mut self, call: &mut syn::ExprMethodCall) -> Option<Expr> {
        let rename = |call: &mut syn::ExprMethodCall, name: &str| {
            call.method = syn::Ident::new(name, call.method.span());
        };
        match (call.method.to_string().as_str(), call.args.len()) {
            ("push_back", 1) if self.deque => rename(call, "push"),
            ("pop_back", 0) if self.deque => rename(call, "pop"),
            ("front", 0) if self.deque => rename(call, "first"),
            ("back", 0) if self.deque => rename(call, "last"),
            ("front_mut", 0) if self.deque => rename(call, "first_mut"),
            ("back_mut", 0) if self.deque => rename(call, "last_mut"),
            ("push_front", 1) if self.deque => {
                rename(call, "insert");
                call.args.insert(0, parse_quote!(0));
            }
            ("pop_front", 0) if self.deque && is_place(&call.receiver) => {
                let of = &call.receiver;
                return Some(parse_quote!((if #of.is_empty() { None } else { Some(#of.remove(0)) })));
            }
            ("into_boxed_slice" | "into_vec", 0) if self.boxed => return Some((*call.receiver).clone()),
            ("partition", 1) if call.turbofish.is_none() => {
                let (items, test) = (&call.receiver, &call.args[0]);
                if !matches!(test, Expr::Closure(_)) {
                    return None;
                }
                let (chosen, others, item) = (self.fresh("chosen"), self.fresh("others"), self.fresh("item"));
                return Some(parse_quote!({
                    let mut #chosen = Vec::new();
                    let mut #others = Vec::new();
                    for #item in #items {
                        if (#test)(&#item) { #chosen.push(#item) } else { #others.push(#item) }
                    }
                    (#chosen, #others)
                }));
            }
            _ => {}
        }
        None
    }
}

/// Whether items that may fail are collected into a `Vec`, or nothing.
fn collects_what_may_fail(call: &syn::ExprMethodCall) -> bool {
    let Some(Type::Path(path)) = crate::lower::turbofish(call) else { return false };
    let Some(last) = path.path.segments.last() else { return false };
    let into = crate::lower::arguments(last).first().copied().cloned();
    let a_vec = matches!(into, Some(Type::Path(into)) if into.path.segments.last().is_some_and(|last| last.ident == "Vec"));
    call.method == "collect" && a_vec && (last.ident == "Result" || last.ident == "Option")
}

impl VisitMut for Plain {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        match expr {
            Expr::Try(attempt) => {
                let Expr::MethodCall(call) = &*attempt.expr else { return };
                if collects_what_may_fail(call) {
                    let (items, question) = (&call.receiver, &attempt.question_token);
                    let (collected, item) = (self.fresh("collected"), self.fresh("item"));
                    *expr = parse_quote!({
                        let mut #collected = Vec::new();
                        for #item in #items { #collected.push(#item #question); }
                        #collected
                    });
                }
            }
            Expr::MethodCall(call) => {
                if let Some(plain) = self.method(call) {
                    *expr = plain;
                }
            }
            Expr::Call(call) if self.deque => {
                let Expr::Path(path) = &mut *call.func else { return };
                let [.., owner, name] = &mut path.path.segments.iter_mut().collect::<Vec<_>>()[..] else {
                    return;
                };
                if owner.ident != "VecDeque" {
                    return;
                }
                match (name.ident.to_string().as_str(), call.args.len()) {
                    ("new", 0) => *expr = parse_quote!(Vec::new()),
                    ("with_capacity", 1) => {
                        let capacity = &call.args[0];
                        *expr = parse_quote!(Vec::with_capacity(#capacity));
                    }
                    ("from", 1) => {
                        let content = &call.args[0];
                        *expr = parse_quote!(#content.to_vec());
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn visit_type_mut(&mut self, ty: &mut Type) {
        visit_mut::visit_type_mut(self, ty);
        let Type::Path(path) = ty else { return };
        let Some(last) = path.path.segments.last() else { return };
        let PathArguments::AngleBracketed(arguments) = &last.arguments else { return };
        let arguments: Vec<&GenericArgument> = arguments.args.iter().collect();
        match (last.ident.to_string().as_str(), &arguments[..]) {
            ("VecDeque", [GenericArgument::Type(item)]) if self.deque => *ty = parse_quote!(Vec<#item>),
            ("Box", [GenericArgument::Type(Type::Slice(slice))]) if self.boxed => {
                let item = &slice.elem;
                *ty = parse_quote!(Vec<#item>);
            }
            _ => {}
        }
    }

    fn visit_macro_mut(&mut self, called: &mut syn::Macro) {
        let mut list = parse_list(called.tokens.clone());
        if !matches!(list, Expr::Verbatim(_)) {
            self.visit_expr_mut(&mut list);
            called.tokens = list_tokens(&list);
        }
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
        same("let b: Box<[f64]> = v.into_boxed_slice(); b[0]", "let b: Vec<f64> = v; b[0]");
    }

    #[test]
    fn names_of_the_body_are_left_to_it() {
        same(
            "let (a, b): (Vec<f64>, Vec<f64>) = x.iter().partition(|v| **v < item);",
            "let (a, b): (Vec<f64>, Vec<f64>) = {
                let mut chosen = Vec::new();
                let mut others = Vec::new();
                for item_ in x.iter() {
                    if (|v| **v < item)(&item_) { chosen.push(item_) } else { others.push(item_) }
                }
                (chosen, others)
            };",
        );
    }

    #[test]
    fn what_may_fail_is_pushed_one_by_one() {
        same(
            "let v = x.iter().map(f).collect::<Result<Vec<_>, _>>()?; x.iter().collect::<Vec<_>>()",
            "let v = {
                let mut collected = Vec::new();
                for item in x.iter().map(f) { collected.push(item?); }
                collected
            }; x.iter().collect::<Vec<_>>()",
        );
    }

    #[test]
    fn other_methods_stay() {
        same("s.push_back(x); s.front()", "s.push_back(x); s.front()");
        for handed in ["let q = VecDeque::new(); mean(&q)", "mean(VecDeque::from([x]))"] {
            same(handed, handed);
        }
        let signature = parse_quote!(fn f(q: &VecDeque<f64>));
        let block: Block = parse_quote!({
            let r: VecDeque<f64> = q.clone();
            r.front()
        });
        let text = block.to_token_stream().to_string();
        assert_eq!(plain(&signature, block).to_token_stream().to_string(), text);
    }
}
