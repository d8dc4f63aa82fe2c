//! Code in messages: as a person would have written it, not as a list of tokens.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::ToTokens;

/// Longer code is cut off: the message points at it anyway.
const LONGEST: usize = 60;

/// Tokens as source text, on one line.
pub(crate) fn source(tokens: impl ToTokens) -> String {
    let mut text = String::new();
    Writer::default().write(tokens.to_token_stream(), &mut text);
    if text.chars().count() > LONGEST {
        let cut: String = text.chars().take(LONGEST).collect();
        return format!("{cut}…");
    }
    text
}

/// What stands before a token, as far as the space between them depends on it.
#[derive(Clone, Copy, PartialEq)]
enum Before {
    /// Nothing, or something that sticks to what follows: `.`, `::`, a prefix operator, an opening `<`.
    Tight,
    /// Something that ends an operand: a name, a literal, a group, a closing `>`.
    Operand,
    /// A word of the language, an infix operator, a comma.
    Loose,
}

struct Writer {
    before: Before,
    /// How many `<` are open that began generic arguments.
    angles: usize,
    /// Whether a closure's parameters are open.
    bars: bool,
}

impl Default for Writer {
    fn default() -> Writer {
        Writer { before: Before::Tight, angles: 0, bars: false }
    }
}

impl Writer {
    fn write(&mut self, tokens: TokenStream, text: &mut String) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let previous = at.checked_sub(1).and_then(|before| tokens.get(before));
            at += 1;
            match token {
                TokenTree::Ident(name) => {
                    let name = name.to_string();
                    if self.before != Before::Tight {
                        text.push(' ');
                    }
                    self.before = if is_word(&name) { Before::Loose } else { Before::Operand };
                    text.push_str(&name);
                }
                TokenTree::Literal(literal) => {
                    if self.before != Before::Tight {
                        text.push(' ');
                    }
                    text.push_str(&literal.to_string());
                    self.before = Before::Operand;
                }
                TokenTree::Group(group) => self.group(group, text),
                TokenTree::Punct(first) => {
                    let mut op = String::from(first.as_char());
                    let mut spacing = first.spacing();
                    while let (Spacing::Joint, Some(TokenTree::Punct(next))) = (spacing, tokens.get(at)) {
                        if !is_operator(&op, next.as_char()) {
                            break;
                        }
                        op.push(next.as_char());
                        spacing = next.spacing();
                        at += 1;
                    }
                    self.operator(&op, previous, tokens.get(at), text);
                }
            }
        }
    }

    fn operator(
        &mut self,
        op: &str,
        previous: Option<&TokenTree>,
        next: Option<&TokenTree>,
        text: &mut String,
    ) {
        let operand = self.before == Before::Operand;
        let upper = matches!(previous, Some(TokenTree::Ident(name)) if name.to_string().starts_with(char::is_uppercase));
        let path = text.ends_with("::");
        let called = matches!(next, Some(TokenTree::Group(_)));
        let (space, after) = match op {
            "." | ".." | "..=" | "::" => (false, Before::Tight),
            "?" => (false, Before::Operand),
            "," | ";" | ":" => (false, Before::Loose),
            "<" if upper || path => {
                self.angles += 1;
                (false, Before::Tight)
            }
            ">" if self.angles > 0 => {
                self.angles -= 1;
                (false, Before::Operand)
            }
            ">>" if self.angles > 1 => {
                self.angles -= 2;
                (false, Before::Operand)
            }
            "|" if self.bars => {
                self.bars = false;
                (false, Before::Loose)
            }
            "|" if !operand => {
                self.bars = true;
                (self.before == Before::Loose, Before::Tight)
            }
            "!" if operand && called => (false, Before::Tight),
            "-" | "*" | "&" | "!" | "&&" | "'" | "#" if !operand => {
                (self.before == Before::Loose, Before::Tight)
            }
            _ => (self.before != Before::Tight, Before::Loose),
        };
        if space {
            text.push(' ');
        }
        text.push_str(op);
        self.before = after;
    }

    fn group(&mut self, group: &proc_macro2::Group, text: &mut String) {
        let inside = |text: &mut String| Writer::default().write(group.stream(), text);
        match group.delimiter() {
            Delimiter::Parenthesis | Delimiter::Bracket => {
                let paren = group.delimiter() == Delimiter::Parenthesis;
                if self.before == Before::Loose {
                    text.push(' ');
                }
                // Put there where code was made of parts.
                if paren
                    && self.before != Before::Operand
                    && !text.ends_with('!')
                    && is_postfix(group.stream())
                {
                    inside(text);
                } else {
                    text.push(if paren { '(' } else { '[' });
                    inside(text);
                    text.push(if paren { ')' } else { ']' });
                }
            }
            Delimiter::Brace => {
                text.push_str(if self.before == Before::Tight { "{ " } else { " { " });
                inside(text);
                text.push_str(" }");
            }
            Delimiter::None => self.write(group.stream(), text),
        }
        self.before = Before::Operand;
    }
}

/// Whether `op` and the character behind it are one operator (or a part of one).
fn is_operator(op: &str, next: char) -> bool {
    const OPERATORS: [&str; 20] = [
        "..", "..=", "::", "==", "!=", "<=", ">=", "&&", "||", "+=", "-=", "*=", "/=", "%=", "->", "=>",
        "<<", ">>", "^=", "|=",
    ];
    let joined = format!("{op}{next}");
    OPERATORS.contains(&joined.as_str())
}

/// Whether a name belongs to the language and takes a space before what follows.
fn is_word(name: &str) -> bool {
    matches!(
        name,
        "as" | "break"
            | "else"
            | "for"
            | "if"
            | "in"
            | "let"
            | "loop"
            | "match"
            | "move"
            | "mut"
            | "ref"
            | "return"
            | "while"
            | "dyn"
            | "impl"
            | "const"
            | "static"
            | "where"
            | "unsafe"
    )
}

/// A name, a literal, fields, calls and indices of them: what needs no parentheses.
fn is_postfix(tokens: TokenStream) -> bool {
    let mut some = false;
    let postfix = tokens.into_iter().all(|token| {
        some = true;
        match token {
            TokenTree::Ident(name) => !is_word(&name.to_string()),
            TokenTree::Literal(_) => true,
            TokenTree::Punct(punct) => matches!(punct.as_char(), '.' | ':'),
            TokenTree::Group(group) => group.delimiter() != Delimiter::Brace,
        }
    });
    some && postfix
}

#[cfg(test)]
mod tests {
    use super::source;

    #[test]
    fn code_reads_as_it_is_written() {
        for code in [
            "x.foo()",
            "f64::from_bits(x.to_bits() + 1)",
            "&[Vec<f64>]",
            "&mut [[f64; 3]; N]",
            "Option<Vec<Vec<f64>>>",
            "(&[f64], f64)",
            "impl Iterator<Item = f64>",
            "a[i] - -b * (c + d)",
            "xs.iter().map(|x| x * 2.0).sum::<f64>()",
            "x as f64 / *y",
            "&mut r",
            "if a < b { -a } else { b }",
            "vec![0.0; n]",
            "x[a..b].len()",
            "path::to::f::<T>(x?, 'a')",
            "!(a && b) || c == d",
            "Cow<'a, [f64]>",
        ] {
            assert_eq!(source(code.parse::<proc_macro2::TokenStream>().unwrap()), code);
        }
    }

    #[test]
    fn what_was_put_together_shows_no_seams() {
        let code: proc_macro2::TokenStream = "f64::from_bits(((x).to_bits()) + (1))".parse().unwrap();
        assert_eq!(source(code), "f64::from_bits(x.to_bits() + 1)");
        let code: proc_macro2::TokenStream = "(a + b).min((*c).len()) * (1, 2).0".parse().unwrap();
        assert_eq!(source(code), "(a + b).min((*c).len()) * (1, 2).0");
    }

    #[test]
    fn long_code_is_cut() {
        let code: proc_macro2::TokenStream = "a + ".repeat(40).parse().unwrap();
        assert!(source(code).ends_with('…'));
    }
}
