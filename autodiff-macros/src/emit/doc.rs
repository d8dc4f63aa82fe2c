//! Generated code as text for its documentation: enough layout to be read.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::quote;

/// Lines beyond which the listing is cut.
const LINES: usize = 160;

/// `#[doc = …]` with the code as a listing.
pub(crate) fn attribute(code: &TokenStream, runtime: &TokenStream) -> TokenStream {
    let text = listing(code, runtime);
    let text = format!("\nThe value and the gradient are computed as\n```text\n{text}\n```");
    quote!(#[doc = #text])
}

/// The code, one statement a line, blocks indented, paths of the runtime left out.
pub(crate) fn listing(code: &TokenStream, runtime: &TokenStream) -> String {
    let mut printer = Printer { text: String::new(), indent: 0, fresh: true, glue: true, nested: 0 };
    printer.stream(super::known::without_questions(code.clone(), runtime));
    let prefixes = [
        flat(&quote!(#runtime::__private::)),
        flat(&quote!(#runtime::pool::)),
        flat(&quote!(::core::option::Option::)),
        flat(&quote!(::core::)),
    ];
    let mut text = printer.text;
    for prefix in prefixes {
        text = text.replace(&prefix, "");
    }
    let mut lines: Vec<&str> = text.trim_end().lines().map(str::trim_end).collect();
    if lines.len() > LINES {
        lines.truncate(LINES);
        lines.push("…");
    }
    lines.join("\n")
}

fn flat(code: &TokenStream) -> String {
    code.to_string().replace(' ', "")
}

struct Printer {
    text: String,
    indent: usize,
    /// At the beginning of a line.
    fresh: bool,
    /// No space before the next token.
    glue: bool,
    /// Inside of parentheses or brackets, where statements do not end lines.
    nested: usize,
}

impl Printer {
    fn line(&mut self) {
        if !self.fresh {
            self.text.push('\n');
        }
        self.fresh = true;
        self.glue = true;
    }

    fn word(&mut self, word: &str) {
        if self.fresh {
            self.text.push_str(&"    ".repeat(self.indent));
            self.fresh = false;
        } else if !self.glue {
            self.text.push(' ');
        }
        self.text.push_str(word);
        self.glue = false;
    }

    fn stream(&mut self, stream: TokenStream) {
        let trees: Vec<TokenTree> = stream.into_iter().collect();
        let mut at = 0;
        while at < trees.len() {
            let before = at.checked_sub(1).map(|k| &trees[k]);
            match &trees[at] {
                TokenTree::Group(group) => self.group(group, before, trees.get(at + 1)),
                TokenTree::Punct(_) => {
                    let mut op = String::new();
                    while let Some(TokenTree::Punct(punct)) = trees.get(at) {
                        op.push(punct.as_char());
                        if punct.spacing() == Spacing::Alone {
                            break;
                        }
                        at += 1;
                    }
                    let at_end = at.min(trees.len() - 1);
                    self.operator(&op, before, trees.get(at_end + 1));
                }
                tree => self.word(&tree.to_string()),
            }
            at += 1;
        }
    }

    fn operator(&mut self, op: &str, before: Option<&TokenTree>, after: Option<&TokenTree>) {
        let operand = match before {
            None => false,
            Some(TokenTree::Punct(_)) => false,
            Some(TokenTree::Ident(ident)) => {
                !["return", "in", "if", "while", "match", "else", "mut", "let", "move"]
                    .contains(&&ident.to_string()[..])
            }
            Some(TokenTree::Group(group)) => group.delimiter() != Delimiter::Brace,
            Some(TokenTree::Literal(_)) => true,
        };
        match op {
            ";" => {
                self.glue = true;
                self.word(op);
                if self.nested == 0 {
                    self.line();
                }
            }
            "," | "?" => {
                self.glue = true;
                self.word(op);
            }
            "." | "::" | "..=" | ".." => {
                self.glue = operand || self.glue;
                self.word(op);
                self.glue = true;
            }
            ":" => {
                self.glue = true;
                self.word(op);
            }
            "!" if operand && matches!(after, Some(TokenTree::Group(_))) => {
                self.glue = true;
                self.word(op);
                self.glue = true;
            }
            "'" => {
                self.word(op);
                self.glue = true;
            }
            "-" | "*" | "&" | "!" | "#" if !operand => {
                self.word(op);
                self.glue = true;
            }
            "|" => self.word(op),
            _ => self.word(op),
        }
    }

    fn group(&mut self, group: &proc_macro2::Group, before: Option<&TokenTree>, after: Option<&TokenTree>) {
        match group.delimiter() {
            Delimiter::Brace => {
                let statement = !matches!(before, Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
                let inner = group.stream();
                if inner.is_empty() || !statement {
                    self.word("{");
                    self.stream(inner);
                    self.word("}");
                    return;
                }
                self.word("{");
                self.line();
                self.indent += 1;
                let nested = std::mem::take(&mut self.nested);
                self.stream(inner);
                self.nested = nested;
                self.line();
                self.indent -= 1;
                self.word("}");
                let goes_on = match after {
                    Some(TokenTree::Ident(ident)) => ident == "else",
                    Some(TokenTree::Punct(punct)) => punct.as_char() != '*' && punct.as_char() != '&',
                    _ => false,
                };
                if !goes_on && after.is_some() {
                    self.line();
                }
            }
            Delimiter::Parenthesis | Delimiter::Bracket => {
                let call = match before {
                    Some(TokenTree::Ident(ident)) => !["in", "if", "while", "match", "return", "let", "else"]
                        .contains(&&ident.to_string()[..]),
                    Some(TokenTree::Group(_)) => true,
                    Some(TokenTree::Punct(punct)) => punct.as_char() == '>' && self.glue,
                    _ => false,
                };
                if call {
                    self.glue = true;
                }
                let (open, close) =
                    if group.delimiter() == Delimiter::Bracket { ("[", "]") } else { ("(", ")") };
                self.word(open);
                self.glue = true;
                self.nested += 1;
                self.stream(group.stream());
                self.nested -= 1;
                self.glue = true;
                self.word(close);
            }
            Delimiter::None => self.stream(group.stream()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_like_code() {
        let code = quote! {
            let mut z = b;
            for i in 0..w.len() { z += w[i] * x[i]; }
            let y = ::autodiff_runtime::__private::vec![0.0; n - 1];
            if -z > 2.0 { *x_bar += f(&y, -1.0); } else { z = -z; }
            (z, y)
        };
        let expected = "\
let mut z = b;
for i in 0..w.len() {
    z += w[i] * x[i];
}
let y = vec![0.0; n - 1];
if -z > 2.0 {
    *x_bar += f(&y, -1.0);
} else {
    z = -z;
}
(z, y)";
        assert_eq!(listing(&code, &quote!(::autodiff_runtime)), expected);
    }
}
