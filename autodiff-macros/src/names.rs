//! Names for generated code: deterministic, never shadowing what is visible, readable.

use std::collections::{BTreeMap, HashMap, HashSet};

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;

/// Hands out names. Invariant: no name is handed out while the same text is visible.
#[derive(Default)]
pub(crate) struct Namer {
    scopes: Vec<Vec<String>>,
    visible: HashSet<String>,
    /// Of these bases, so many of `base`, `base_1`, … are visible without a gap.
    taken: HashMap<String, usize>,
}

impl Namer {
    pub(crate) fn new() -> Namer {
        Namer { scopes: vec![Vec::new()], visible: HashSet::new(), taken: HashMap::new() }
    }

    pub(crate) fn enter(&mut self) {
        self.scopes.push(Vec::new());
    }

    pub(crate) fn leave(&mut self) {
        for name in self.scopes.pop().unwrap_or_default() {
            self.visible.remove(&name);
            self.taken.remove(&name);
            let numbered = name.rsplit_once('_').and_then(|(base, n)| Some((base, n.parse::<usize>().ok()?)));
            if let Some((base, n)) = numbered {
                if let Some(taken) = self.taken.get_mut(base) {
                    *taken = n.min(*taken);
                }
            }
        }
    }

    /// `base` itself if it is free, else the first free of `base_1`, `base_2`, …
    pub(crate) fn fresh(&mut self, base: &str) -> String {
        let base = sanitize(base);
        let mut n = self.taken.get(&base).copied().unwrap_or(0);
        let name = loop {
            let name = if n == 0 { base.clone() } else { format!("{base}_{n}") };
            n += 1;
            if !self.visible.contains(&name) {
                break name;
            }
        };
        self.taken.insert(base, n);
        self.reserve(&name);
        name
    }

    /// Marks a name as visible in the current scope.
    pub(crate) fn reserve(&mut self, name: &str) {
        if self.visible.insert(name.to_string()) {
            if let Some(scope) = self.scopes.last_mut() {
                scope.push(name.to_string());
            }
        }
    }
}

/// The text as an identifier: hints come from expressions too.
fn sanitize(base: &str) -> String {
    let text: String = base
        .strip_prefix("r#")
        .unwrap_or(base)
        .chars()
        .map(|c| if c.is_alphanumeric() || c == '_' { c } else { '_' })
        .collect();
    match text.as_str() {
        "" | "_" => "value".into(),
        "self" => "this".into(),
        "Self" | "super" | "crate" => format!("{text}_"),
        _ if text.starts_with(|c: char| c.is_numeric()) => format!("_{text}"),
        _ => text,
    }
}

/// An identifier of this text, raw where the text is a keyword.
pub(crate) fn ident(text: &str, span: Span) -> Ident {
    if text == "self" {
        return Ident::new(text, span);
    }
    let text = sanitize(text);
    if text.is_ascii() && !is_keyword(&text) {
        return Ident::new(&text, span);
    }
    match syn::parse_str::<Ident>(&text) {
        Ok(_) => Ident::new(&text, span),
        Err(_) => match syn::parse_str::<Ident>(&format!("r#{text}")) {
            Ok(_) => Ident::new_raw(&text, span),
            Err(_) => Ident::new("value", span),
        },
    }
}

/// Whether syn refuses the text as a name: asked for every name that is emitted, so without its parser.
fn is_keyword(text: &str) -> bool {
    const KEYWORDS: &str = " _ abstract as async await become box break const continue crate do dyn else enum extern false \
        final fn for if impl in let loop macro match mod move mut override priv pub ref return Self self static struct super \
        trait true try type typeof unsafe unsized use virtual where while yield ";
    // None is longer, few names are as short.
    text.len() <= 8 && KEYWORDS.split(' ').any(|keyword| keyword == text)
}

/// The span of generated tokens that belong to a construct of the user's: errors point there, names are hygienic.
pub(crate) fn hygienic(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

/// Tokens with names replaced, but those of fields and methods.
pub(crate) fn replaced(tokens: TokenStream, meant: &BTreeMap<String, TokenStream>) -> TokenStream {
    let mut after_dot = false;
    tokens
        .into_iter()
        .flat_map(|token| {
            let member = std::mem::replace(
                &mut after_dot,
                matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '.'),
            );
            match token {
                TokenTree::Ident(name) => match meant.get(&name.to_string()) {
                    Some(found) if !member => found.clone(),
                    _ => name.into_token_stream(),
                },
                TokenTree::Group(group) => {
                    let mut inside = Group::new(group.delimiter(), replaced(group.stream(), meant));
                    inside.set_span(group.span());
                    inside.into_token_stream()
                }
                token => token.into_token_stream(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_free_again_when_their_scope_ends() {
        let mut names = Namer::new();
        assert_eq!(names.fresh("z"), "z");
        names.enter();
        assert_eq!(names.fresh("z"), "z_1");
        assert_eq!(names.fresh("i"), "i");
        names.leave();
        assert_eq!(names.fresh("i"), "i");
        assert_eq!(names.fresh("z"), "z_1");
    }

    #[test]
    fn any_hint_becomes_an_identifier() {
        let mut names = Namer::new();
        for (hint, expected) in
            [("", "value"), ("x[i]", "x_i_"), ("0", "_0"), ("self", "this"), ("r#type", "type")]
        {
            assert_eq!(names.fresh(hint), expected);
        }
        assert_eq!(ident("type", Span::call_site()).to_string(), "r#type");
        for word in
            ["type", "override", "yield", "in", "union", "x", "total", "r", "auto", "gen", "dyn", "value"]
        {
            assert_eq!(is_keyword(word), syn::parse_str::<Ident>(word).is_err(), "{word}");
        }
        assert_eq!(ident("x", Span::call_site()).to_string(), "x");
    }
}
