//! Names in code: where they stand for variables, and whether the code writes to them.
//!
//! Invariant: what only may be written counts as written; fields, labels, paths and macros are no variables.

use proc_macro2::{Delimiter, Group, Ident, Literal, TokenStream, TokenTree};

use crate::lower::stdlib::reads_only;

/// How code uses a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Use {
    Read,
    /// `&mut name`, an assignment, a method that may take `&mut self`.
    Write,
}

/// Replaces names where they stand for variables; `strings` is told of names in the braces of string literals.
pub(super) fn rewrite(
    tokens: TokenStream,
    field_start: bool,
    replace: &mut dyn FnMut(&Ident, Use, bool) -> Option<TokenStream>,
    strings: &mut dyn FnMut(Ident),
) -> TokenStream {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let punct = |i: Option<usize>, c: char| {
        i.and_then(|i| tokens.get(i)).is_some_and(|t| matches!(t, TokenTree::Punct(p) if p.as_char() == c))
    };
    let before = |i: usize, n: usize| i.checked_sub(n);
    let mut out = TokenStream::new();
    for (i, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => {
                let brace = group.delimiter() == Delimiter::Brace;
                let mut new = Group::new(group.delimiter(), rewrite(group.stream(), brace, replace, strings));
                new.set_span(group.span());
                out.extend([TokenTree::Group(new)]);
            }
            TokenTree::Literal(literal) => {
                for name in captured_names(literal) {
                    strings(name);
                }
                out.extend([token.clone()]);
            }
            TokenTree::Ident(name) => {
                let field = punct(before(i, 1), '.') && !punct(before(i, 2), '.');
                let lifetime = punct(before(i, 1), '\'');
                let path = (punct(before(i, 1), ':') && punct(before(i, 2), ':'))
                    || (punct(Some(i + 1), ':') && punct(Some(i + 2), ':'));
                let mac = punct(Some(i + 1), '!') && !punct(Some(i + 2), '=');
                let first = i == 0 || punct(before(i, 1), ',');
                let label = field_start && first && punct(Some(i + 1), ':') && !punct(Some(i + 2), ':');
                if field || lifetime || path || mac || label {
                    out.extend([token.clone()]);
                    continue;
                }
                let mutable = i >= 2
                    && matches!(&tokens[i - 1], TokenTree::Ident(word) if word == "mut")
                    && punct(before(i, 2), '&');
                let usage = if mutable || is_written(&tokens[i + 1..]) { Use::Write } else { Use::Read };
                let accessed = (punct(Some(i + 1), '.') && !punct(Some(i + 2), '.'))
                    || matches!(tokens.get(i + 1), Some(TokenTree::Group(g)) if g.delimiter() == Delimiter::Bracket);
                match replace(name, usage, accessed) {
                    Some(new) => out.extend(new),
                    None => out.extend([token.clone()]),
                }
            }
            token => out.extend([token.clone()]),
        }
    }
    out
}

/// Code in which each part of a tuple has a name of its own; none where the tuple is named by itself.
pub(super) fn parts_for(tokens: TokenStream, tuple: &Ident, parts: &[Ident]) -> Option<TokenStream> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let dot = |i: usize| matches!(tokens.get(i), Some(TokenTree::Punct(p)) if p.as_char() == '.');
    let mut out = TokenStream::new();
    let mut i = 0;
    while let Some(token) = tokens.get(i) {
        i += 1;
        match token {
            TokenTree::Group(group) => {
                let mut new = Group::new(group.delimiter(), parts_for(group.stream(), tuple, parts)?);
                new.set_span(group.span());
                out.extend([TokenTree::Group(new)]);
            }
            TokenTree::Literal(literal) if captured_names(literal).contains(tuple) => return None,
            TokenTree::Ident(name) if name == tuple && !(i > 1 && dot(i - 2) && !(i > 2 && dot(i - 3))) => {
                let Some(TokenTree::Literal(part)) = tokens.get(i + 1).filter(|_| dot(i)) else {
                    return None;
                };
                let mut part = parts.get(part.to_string().parse::<usize>().ok()?)?.clone();
                part.set_span(part.span().located_at(name.span()));
                out.extend([TokenTree::Ident(part)]);
                i += 2;
            }
            token => out.extend([token.clone()]),
        }
    }
    Some(out)
}

/// Whether what follows a name assigns to it, or calls a method that may take it by `&mut`.
pub(super) fn is_written(rest: &[TokenTree]) -> bool {
    let is = |i: usize, c: char| matches!(rest.get(i), Some(TokenTree::Punct(p)) if p.as_char() == c);
    let mut i = 0;
    loop {
        match rest.get(i) {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket => i += 1,
            Some(TokenTree::Punct(p)) if p.as_char() == '.' && !is(i + 1, '.') => match rest.get(i + 1) {
                Some(TokenTree::Ident(name)) => {
                    let called = match rest.get(i + 2) {
                        Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Parenthesis,
                        Some(TokenTree::Punct(p)) => p.as_char() == ':',
                        _ => false,
                    };
                    if called {
                        return !reads_only(&name.to_string());
                    }
                    i += 2;
                }
                Some(TokenTree::Literal(_)) => i += 2,
                _ => return false,
            },
            Some(TokenTree::Punct(p)) => {
                let c = p.as_char();
                return match c {
                    '=' => !is(i + 1, '=') && !is(i + 1, '>'),
                    '+' | '-' | '*' | '/' | '%' | '^' => is(i + 1, '='),
                    '&' | '|' => is(i + 1, '='),
                    '<' | '>' => is(i + 1, c) && is(i + 2, '='),
                    _ => false,
                };
            }
            _ => return false,
        }
    }
}

/// The names that a format string captures: `{x}`, `{x:.3}`, `{:width$}`.
pub(super) fn captured_names(literal: &Literal) -> Vec<Ident> {
    let text = literal.to_string();
    if !text.contains('{') || !text.contains('"') {
        return Vec::new();
    }
    let mut names = Vec::new();
    let mut word = String::new();
    let mut inside = false;
    let mut push = |word: &mut String| {
        let starts = word.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
        if starts && syn::parse_str::<Ident>(word).is_ok() {
            names.push(Ident::new(word, literal.span()));
        }
        word.clear();
    };
    for c in text.chars() {
        match c {
            '{' => {
                inside = true;
                word.clear();
            }
            '}' => {
                if inside {
                    push(&mut word);
                }
                inside = false;
            }
            c if inside && (c.is_alphanumeric() || c == '_') => word.push(c),
            _ if inside => push(&mut word),
            _ => {}
        }
    }
    names
}
