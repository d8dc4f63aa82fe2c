//! Methods of sequences and iterators in terms of others, before they are typed and lowered.
//!
//! Invariant: the receiver and the arguments are evaluated once, the receiver first; names that are made up are none that these
//! mention.
//!
//! ```text
//! x.iter().rfold(a, f)    ⇒    x.iter().rev().fold(a, f)
//! ```

use std::rc::Rc;

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Expr, ExprCall, ExprMethodCall, parse_quote, parse_quote_spanned};

use super::Nodes;
use super::jump::mentions_word;

/// What a method is called on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Receiver {
    Sequence,
    Iterator,
}

/// A method call in other words, where there are such: the same each time that it is asked for.
pub(crate) fn kept(call: &ExprMethodCall, on: Receiver, nodes: &Nodes) -> Option<Rc<Expr>> {
    match nodes.kept(call) {
        None => of_method(call, on).map(|plain| nodes.keep(call, || plain)),
        kept => kept,
    }
}

/// A method call in other words.
pub(crate) fn of_method(call: &ExprMethodCall, on: Receiver) -> Option<Expr> {
    let name = call.method.to_string();
    let (of, given) = (&call.receiver, call.args.iter().collect::<Vec<_>>());
    let code = call.to_token_stream();
    let local = |name: &str| made_up(name, &code);
    Some(match (on, name.as_str(), &given[..]) {
        (Receiver::Iterator, "rfold", [initial, f]) => parse_quote!(#of.rev().fold(#initial, #f)),
        (Receiver::Iterator, "rfind", [f]) => parse_quote!(#of.rev().find(#f)),
        (Receiver::Iterator, "rposition", [f]) => {
            let [test, at, item] = ["test", "at", "item"].map(local);
            parse_quote!({
                let #test = #f;
                #of.enumerate().rev().find_map(|(#at, #item)| if #test(#item) { Some(#at) } else { None })
            })
        }
        // Of equal ones, the last is the greatest and the first the least.
        (Receiver::Iterator, "max", []) => {
            let [a, b] = ["a", "b"].map(local);
            parse_quote!(#of.reduce(|#a, #b| if #b >= #a { #b } else { #a }))
        }
        (Receiver::Iterator, "min", []) => {
            let [a, b] = ["a", "b"].map(local);
            parse_quote!(#of.reduce(|#a, #b| if #b < #a { #b } else { #a }))
        }
        (Receiver::Iterator, "max_by_key" | "min_by_key", [f]) => {
            let [key, a, b] = ["key", "a", "b"].map(local);
            let by = Ident::new(&name[..6], call.method.span());
            parse_quote!({
                let #key = #f;
                #of.#by(|#a, #b| #key(#a).cmp(&#key(#b)))
            })
        }
        (Receiver::Iterator, "try_fold", [initial, f]) => {
            let [step, all, item, so_far] = ["step", "all", "item", "so_far"].map(local);
            parse_quote!({
                let mut #all = Some(#initial);
                let #step = #f;
                for #item in #of {
                    match #all {
                        Some(#so_far) => #all = #step(#so_far, #item),
                        None => break,
                    }
                }
                #all
            })
        }
        (Receiver::Sequence, "chunk_by", [f]) => {
            let [all, alike, starts, count, at] = ["all", "alike", "starts", "count", "at"].map(local);
            parse_quote!({
                let #all = &#of[..];
                let #alike = #f;
                let #starts: Vec<usize> =
                    (0..#all.len()).filter(|#at| *#at == 0 || !#alike(&#all[*#at - 1], &#all[*#at])).collect();
                let #count = #starts.len();
                (0..#count).map(move |#at| {
                    &#all[#starts[#at]..if #at + 1 < #count { #starts[#at + 1] } else { #all.len() }]
                })
            })
        }
        (Receiver::Sequence, "split", [f @ Expr::Closure(_)]) => {
            let [all, apart, cuts, count, at] = ["all", "apart", "cuts", "count", "at"].map(local);
            parse_quote!({
                let #all = &#of[..];
                let #apart = #f;
                let #cuts: Vec<usize> = (0..#all.len()).filter(|#at| #apart(&#all[*#at])).collect();
                let #count = #cuts.len();
                (0..#count + 1).map(move |#at| {
                    &#all[if #at == 0 { 0 } else { #cuts[#at - 1] + 1 }..if #at < #count { #cuts[#at] } else { #all.len() }]
                })
            })
        }
        (Receiver::Sequence, "rchunks", [size]) => {
            let [all, most, at, end] = ["all", "most", "at", "end"].map(local);
            parse_quote!({
                let #all = &#of[..];
                let #most: usize = #size;
                (0..#all.len().div_ceil(#most)).map(move |#at| {
                    let #end = #all.len() - #at * #most;
                    &#all[#end.saturating_sub(#most)..#end]
                })
            })
        }
        (Receiver::Sequence, "dedup_by_key", [f]) => {
            let [key, a, b] = ["key", "a", "b"].map(local);
            parse_quote!({
                let #key = #f;
                #of.dedup_by(|#a, #b| #key(#a) == #key(#b))
            })
        }
        (Receiver::Sequence, "dedup", []) => {
            let [a, b] = ["a", "b"].map(local);
            parse_quote!(#of.dedup_by(|#a, #b| *#a == *#b))
        }
        (Receiver::Sequence, "copy_within", [part, at]) => {
            let [moved, start] = ["moved", "start"].map(local);
            parse_quote!({
                let #moved = #of[#part].to_vec();
                let #start = #at;
                #of[#start..#start + #moved.len()].copy_from_slice(&#moved);
            })
        }
        _ => return None,
    })
}

/// A call of a function that gives an iterator in other words, where there are such.
pub(crate) fn kept_call(call: &ExprCall, nodes: &Nodes) -> Option<Rc<Expr>> {
    match nodes.kept(call) {
        None => of_call(call).map(|plain| nodes.keep(call, || plain)),
        kept => kept,
    }
}

fn of_call(call: &ExprCall) -> Option<Expr> {
    let Expr::Path(path) = &*call.func else { return None };
    let mut names = path.path.segments.iter().rev().map(|segment| segment.ident.to_string());
    let name = names.next().filter(|_| names.next().is_some_and(|module| module == "iter"))?;
    let code = call.to_token_stream();
    let local = |name: &str| made_up(name, &code);
    let units: Expr = parse_quote_spanned!(call.func.span()=> ::core::iter::repeat(()));
    Some(match (name.as_str(), &call.args.iter().collect::<Vec<_>>()[..]) {
        ("repeat_with", [f]) => {
            let next = local("next");
            parse_quote!({
                let #next = #f;
                #units.map(|_| #next())
            })
        }
        ("from_fn", [f]) => {
            let next = local("next");
            parse_quote!({
                let #next = #f;
                #units.map_while(|_| #next())
            })
        }
        ("successors", [first, f]) => {
            let [next, step, item, at] = ["next", "step", "item", "at"].map(local);
            parse_quote!({
                let mut #next = #first;
                let #step = #f;
                #units.map_while(|_| {
                    let #item = #next;
                    #next = match #item {
                        Some(#at) => #step(&#at),
                        None => None,
                    };
                    #item
                })
            })
        }
        _ => return None,
    })
}

/// A name like the given one that the code does not mention.
fn made_up(name: &str, code: &TokenStream) -> Ident {
    let mut name = name.to_string();
    while mentions_word(code.clone(), &name) {
        name.push('_');
    }
    Ident::new(&name, Span::mixed_site())
}
