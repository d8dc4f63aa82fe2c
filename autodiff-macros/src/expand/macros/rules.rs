//! The rules of a `macro_rules!`: how they match, and what they are transcribed to.

use std::collections::BTreeMap;

use proc_macro2::{Delimiter, Group, Ident, Punct, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser};

/// A macro: its rules in their order.
pub(super) struct Macro {
    rules: Vec<(Vec<Part>, Vec<Part>)>,
}

/// What a call became. Names that stand in the macro itself bear the prefix.
pub(super) struct Expanded {
    pub(super) tokens: TokenStream,
    pub(super) prefix: String,
}

/// A part of a pattern, or of what it is transcribed to.
enum Part {
    Token(TokenTree),
    Group(Delimiter, proc_macro2::Span, Vec<Part>),
    /// `$x:expr`; without a kind where it is transcribed.
    Fragment(String, Option<String>),
    /// `$(…),*`
    Repeat(Vec<Part>, Option<Punct>, char),
}

/// What a fragment's name stands for.
#[derive(Clone)]
enum Bound {
    One(TokenStream),
    Each(Vec<Bound>),
}

type Bindings = BTreeMap<String, Bound>;

/// The fragments that are known here.
const KINDS: [&str; 12] =
    ["expr", "ident", "ty", "tt", "literal", "pat", "pat_param", "path", "block", "stmt", "lifetime", "vis"];

impl Macro {
    /// The rules; none where one is not understood.
    pub(super) fn parse(tokens: TokenStream) -> Option<Macro> {
        let mut trees = tokens.into_iter().peekable();
        let mut rules = Vec::new();
        while trees.peek().is_some() {
            let TokenTree::Group(pattern) = trees.next()? else { return None };
            let arrow = (trees.next()?, trees.next()?);
            if arrow.0.to_string() != "=" || arrow.1.to_string() != ">" {
                return None;
            }
            let TokenTree::Group(body) = trees.next()? else { return None };
            rules.push((parts(pattern.stream(), true)?, parts(body.stream(), false)?));
            if trees.peek().is_some() && trees.next()?.to_string() != ";" {
                return None;
            }
        }
        Some(Macro { rules })
    }

    /// What a call becomes by the first rule that it fits.
    pub(super) fn expand(&self, arguments: &TokenStream, number: usize) -> Option<Expanded> {
        let prefix = format!("__of_macro_{number}_");
        self.rules.iter().find_map(|(pattern, body)| {
            let matched = |input: ParseStream<'_>| {
                let bindings = matching(pattern, input)?;
                if input.is_empty() { Ok(bindings) } else { Err(input.error("more")) }
            };
            let bindings = matched.parse2(arguments.clone()).ok()?;
            let mut tokens = TokenStream::new();
            transcribe(body, &bindings, &prefix, &mut tokens)?;
            Some(Expanded { tokens, prefix: prefix.clone() })
        })
    }
}

fn parts(tokens: TokenStream, pattern: bool) -> Option<Vec<Part>> {
    let mut trees = tokens.into_iter().peekable();
    let mut found = Vec::new();
    while let Some(tree) = trees.next() {
        match tree {
            TokenTree::Punct(punct) if punct.as_char() == '$' => match trees.next()? {
                TokenTree::Ident(name) if name == "crate" => return None,
                TokenTree::Ident(name) => {
                    let kind = match pattern {
                        true => {
                            if trees.next()?.to_string() != ":" {
                                return None;
                            }
                            let kind = trees.next()?.to_string();
                            Some(KINDS.contains(&&kind[..]).then_some(kind)?)
                        }
                        false => None,
                    };
                    found.push(Part::Fragment(name.to_string(), kind));
                }
                TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
                    let inside = parts(group.stream(), pattern)?;
                    let (mut separator, mut end) = (None, trees.next()?);
                    if !is_repetition(&end) {
                        let TokenTree::Punct(punct) = end else { return None };
                        separator = Some(punct);
                        end = trees.next()?;
                    }
                    if !is_repetition(&end) {
                        return None;
                    }
                    found.push(Part::Repeat(inside, separator, end.to_string().chars().next()?));
                }
                _ => return None,
            },
            TokenTree::Group(group) => {
                let inside = parts(group.stream(), pattern)?;
                found.push(Part::Group(group.delimiter(), group.span(), inside));
            }
            tree => found.push(Part::Token(tree)),
        }
    }
    Some(found)
}

fn is_repetition(tree: &TokenTree) -> bool {
    matches!(tree, TokenTree::Punct(punct) if ['*', '+', '?'].contains(&punct.as_char()))
}

fn matching(pattern: &[Part], input: ParseStream<'_>) -> syn::Result<Bindings> {
    let mut bindings = Bindings::new();
    for part in pattern {
        match part {
            Part::Token(expected) => {
                let found: TokenTree = input.parse()?;
                if found.to_string() != expected.to_string() {
                    return Err(input.error("another token"));
                }
            }
            Part::Group(delimiter, _, inside) => {
                let TokenTree::Group(found) = input.parse()? else { return Err(input.error("no group")) };
                if found.delimiter() != *delimiter {
                    return Err(input.error("another group"));
                }
                let matched = |input: ParseStream<'_>| {
                    let bindings = matching(inside, input)?;
                    if input.is_empty() { Ok(bindings) } else { Err(input.error("more")) }
                };
                bindings.extend(matched.parse2(found.stream())?);
            }
            Part::Fragment(name, kind) => {
                let found = fragment(kind.as_deref().unwrap_or_default(), input)?;
                bindings.insert(name.clone(), Bound::One(found));
            }
            Part::Repeat(inside, separator, times) => {
                let mut found: Vec<Bindings> = Vec::new();
                while !input.is_empty() && (*times != '?' || found.is_empty()) {
                    let ahead = input.fork();
                    if let (Some(separator), false) = (separator, found.is_empty()) {
                        let next: syn::Result<TokenTree> = ahead.parse();
                        if !next.is_ok_and(|next| next.to_string() == separator.to_string()) {
                            break;
                        }
                    }
                    let Ok(matched) = matching(inside, &ahead) else { break };
                    input.advance_to(&ahead);
                    found.push(matched);
                }
                if *times == '+' && found.is_empty() {
                    return Err(input.error("at least one"));
                }
                let mut names = Vec::new();
                names_of(inside, &mut names);
                for name in names {
                    let each = found.iter().filter_map(|found| found.get(&name).cloned()).collect();
                    bindings.insert(name, Bound::Each(each));
                }
            }
        }
    }
    Ok(bindings)
}

/// The fragments in parts.
fn names_of(parts: &[Part], names: &mut Vec<String>) {
    for part in parts {
        match part {
            Part::Token(_) => {}
            Part::Group(_, _, inside) | Part::Repeat(inside, _, _) => names_of(inside, names),
            Part::Fragment(name, _) => names.push(name.clone()),
        }
    }
}

fn fragment(kind: &str, input: ParseStream<'_>) -> syn::Result<TokenStream> {
    Ok(match kind {
        "expr" => {
            let expr: syn::Expr = input.parse()?;
            match expr {
                syn::Expr::Path(_)
                | syn::Expr::Lit(_)
                | syn::Expr::Paren(_)
                | syn::Expr::Call(_)
                | syn::Expr::MethodCall(_)
                | syn::Expr::Field(_)
                | syn::Expr::Index(_)
                | syn::Expr::Array(_)
                | syn::Expr::Tuple(_)
                | syn::Expr::Macro(_) => expr.to_token_stream(),
                // What is handed over keeps together.
                expr => quote!((#expr)),
            }
        }
        "ident" => input.call(syn::ext::IdentExt::parse_any).map(|name: Ident| name.to_token_stream())?,
        "ty" => input.parse::<syn::Type>()?.to_token_stream(),
        "literal" => {
            let minus: Option<syn::Token![-]> = input.parse()?;
            let lit: syn::Lit = input.parse()?;
            quote!(#minus #lit)
        }
        "pat" => syn::Pat::parse_multi(input)?.to_token_stream(),
        "pat_param" => syn::Pat::parse_single(input)?.to_token_stream(),
        "path" => input.parse::<syn::Path>()?.to_token_stream(),
        "block" => input.parse::<syn::Block>()?.to_token_stream(),
        "stmt" => input.parse::<syn::Stmt>()?.to_token_stream(),
        "lifetime" => input.parse::<syn::Lifetime>()?.to_token_stream(),
        "vis" => input.parse::<syn::Visibility>()?.to_token_stream(),
        _ => input.parse::<TokenTree>()?.to_token_stream(),
    })
}

/// Nothing where a fragment is repeated otherwise than it was matched.
fn transcribe(body: &[Part], bindings: &Bindings, prefix: &str, out: &mut TokenStream) -> Option<()> {
    for part in body {
        match part {
            Part::Token(TokenTree::Ident(name)) => {
                out.extend([TokenTree::Ident(match syn::parse2::<Ident>(name.to_token_stream()) {
                    Ok(_) if !name.to_string().starts_with("r#") => {
                        Ident::new(&format!("{prefix}{name}"), name.span())
                    }
                    // A word of the language.
                    _ => name.clone(),
                })]);
            }
            Part::Token(tree) => out.extend([tree.clone()]),
            Part::Group(delimiter, span, inside) => {
                let mut tokens = TokenStream::new();
                transcribe(inside, bindings, prefix, &mut tokens)?;
                let mut group = Group::new(*delimiter, tokens);
                group.set_span(*span);
                out.extend([TokenTree::Group(group)]);
            }
            Part::Fragment(name, _) => match bindings.get(name)? {
                Bound::One(tokens) => out.extend(tokens.clone()),
                Bound::Each(_) => return None,
            },
            Part::Repeat(inside, separator, _) => {
                let mut names = Vec::new();
                names_of(inside, &mut names);
                let repeated = names.iter().filter_map(|name| match bindings.get(name) {
                    Some(Bound::Each(each)) => Some((name, each)),
                    _ => None,
                });
                let repeated: Vec<(&String, &Vec<Bound>)> = repeated.collect();
                let times = repeated.first()?.1.len();
                if repeated.iter().any(|(_, each)| each.len() != times) {
                    return None;
                }
                for at in 0..times {
                    if let (Some(separator), true) = (separator, at > 0) {
                        out.extend([TokenTree::Punct(separator.clone())]);
                    }
                    let mut inner = bindings.clone();
                    inner.extend(repeated.iter().map(|(name, each)| ((*name).clone(), each[at].clone())));
                    transcribe(inside, &inner, prefix, out)?;
                }
            }
        }
    }
    Some(())
}
