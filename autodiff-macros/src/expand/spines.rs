//! Long expressions, cut into pieces: `a + b + c + …` with thousands of terms is an expression in an expression in an
//! expression, and whoever walks it by recursion, syn included, needs thousands of frames. Computer algebra writes such sums.
//!
//! Invariant: the operands are evaluated in their order, and the operators applied to the same values.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::{Block, Expr, ExprBinary, Stmt, parse_quote};

use crate::lower::loops::is_assignment;

/// So many operators stay in one expression.
const LONGEST: usize = 64;

/// What may stand in each other. The stack of eight megabytes that rustc runs macros on is full, unoptimised, with 640 calls,
/// or 330 parentheses around operations; a third of it is left to rustc.
const DEEPEST: usize = 400;
/// A group that is no list of arguments takes twice as much.
const GROUP: usize = 2;
/// `else if`s, method calls and signs one behind the other.
const MOST_LINKS: usize = 200;

/// A stream of tokens that is being read.
struct Level {
    tokens: proc_macro2::token_stream::IntoIter,
    depth: usize,
    after_name: bool,
    after_else: bool,
    arms: usize,
    calls: usize,
    signs: usize,
}

impl Level {
    fn new(tokens: TokenStream, depth: usize) -> Level {
        Level {
            tokens: tokens.into_iter(),
            depth,
            after_name: false,
            after_else: false,
            arms: 0,
            calls: 0,
            signs: 0,
        }
    }

    /// Whether a chain is too long with this token.
    fn link(&mut self, token: &TokenTree) -> bool {
        let punct = match token {
            TokenTree::Punct(punct) => Some(punct.as_char()),
            _ => None,
        };
        self.signs = if punct.is_some() { self.signs + 1 } else { 0 };
        match (token, punct) {
            (_, Some('.')) => self.calls += 1,
            (_, Some(';')) => (self.arms, self.calls) = (0, 0),
            (_, Some(_)) => self.calls = 0,
            (TokenTree::Group(group), _) if group.delimiter() == Delimiter::Brace => self.calls = 0,
            (TokenTree::Ident(ident), _) if ident == "else" => self.arms += 1,
            // Another branch.
            (TokenTree::Ident(ident), _) if ident == "if" && !self.after_else => self.arms = 0,
            _ => {}
        }
        self.after_else = matches!(token, TokenTree::Ident(ident) if ident == "else");
        self.after_name = matches!(token, TokenTree::Ident(_));
        [self.arms, self.calls, self.signs].into_iter().any(|links| links > MOST_LINKS)
    }
}

/// Where the tokens are nested deeper than whoever recurses can take: syn, before all others.
pub(crate) fn too_deep(tokens: &TokenStream) -> Option<Span> {
    let mut open = vec![Level::new(tokens.clone(), 0)];
    while let Some(level) = open.last_mut() {
        let Some(token) = level.tokens.next() else {
            open.pop();
            continue;
        };
        let arguments = level.after_name;
        if level.link(&token) {
            return Some(token.span());
        }
        if let TokenTree::Group(group) = &token {
            let call = arguments && group.delimiter() == Delimiter::Parenthesis;
            let depth = level.depth + if call { 1 } else { GROUP };
            if depth > DEEPEST {
                return Some(group.span_open());
            }
            open.push(Level::new(group.stream(), depth));
        }
    }
    None
}

/// Whether some group of the tokens has more operators than stay in one expression: nothing has to be cut otherwise.
pub(crate) fn long(tokens: &TokenStream) -> bool {
    let mut open = vec![tokens.clone()];
    while let Some(stream) = open.pop() {
        let mut operators = 0;
        for token in stream {
            match token {
                TokenTree::Group(group) => open.push(group.stream()),
                TokenTree::Punct(punct) if matches!(punct.as_char(), ';' | ',') => operators = 0,
                TokenTree::Punct(_) => operators += 1,
                _ => {}
            }
            if operators > LONGEST {
                return true;
            }
        }
    }
    false
}

/// Cuts the long expressions of all functions in an item.
pub(crate) fn cut_item(item: &mut syn::Item) {
    match item {
        syn::Item::Fn(item) => cut(&mut item.block),
        syn::Item::Impl(item) => {
            for member in &mut item.items {
                if let syn::ImplItem::Fn(method) = member {
                    cut(&mut method.block);
                }
            }
        }
        syn::Item::Mod(item) => {
            item.content.iter_mut().flat_map(|(_, items)| items).for_each(cut_item);
        }
        _ => {}
    }
}

/// Cuts the long expressions of a block.
fn cut(block: &mut Block) {
    for stmt in &mut block.stmts {
        match stmt {
            Stmt::Local(local) => {
                if let Some(init) = &mut local.init {
                    cut_in(&mut init.expr);
                    init.diverge.iter_mut().for_each(|(_, diverge)| cut_in(diverge));
                }
            }
            Stmt::Expr(expr, _) => cut_in(expr),
            Stmt::Item(_) | Stmt::Macro(_) => {}
        }
    }
}

/// The same of an expression.
pub(crate) fn cut_in(expr: &mut Expr) {
    let (mut length, mut at) = (0, &*expr);
    while let Some(binary) = link(at) {
        (length, at) = (length + 1, &binary.left);
    }
    if length > LONGEST {
        *expr = in_pieces(std::mem::replace(expr, Expr::PLACEHOLDER));
        return;
    }
    match expr {
        Expr::Binary(e) => {
            cut_in(&mut e.left);
            cut_in(&mut e.right);
        }
        Expr::Assign(e) => {
            cut_in(&mut e.left);
            cut_in(&mut e.right);
        }
        Expr::Index(e) => {
            cut_in(&mut e.expr);
            cut_in(&mut e.index);
        }
        Expr::Range(e) => e.start.iter_mut().chain(&mut e.end).for_each(|end| cut_in(end)),
        Expr::Repeat(e) => cut_in(&mut e.expr),
        Expr::Array(e) => e.elems.iter_mut().for_each(cut_in),
        Expr::Tuple(e) => e.elems.iter_mut().for_each(cut_in),
        Expr::Call(e) => e.args.iter_mut().for_each(cut_in),
        Expr::MethodCall(e) => {
            cut_in(&mut e.receiver);
            e.args.iter_mut().for_each(cut_in);
        }
        Expr::Struct(e) => e.fields.iter_mut().for_each(|field| cut_in(&mut field.expr)),
        Expr::Cast(e) => cut_in(&mut e.expr),
        Expr::Field(e) => cut_in(&mut e.base),
        Expr::Group(e) => cut_in(&mut e.expr),
        Expr::Paren(e) => cut_in(&mut e.expr),
        Expr::Reference(e) => cut_in(&mut e.expr),
        Expr::Try(e) => cut_in(&mut e.expr),
        Expr::Unary(e) => cut_in(&mut e.expr),
        Expr::Let(e) => cut_in(&mut e.expr),
        Expr::Closure(e) => cut_in(&mut e.body),
        Expr::Return(e) => e.expr.iter_mut().for_each(|value| cut_in(value)),
        Expr::Break(e) => e.expr.iter_mut().for_each(|value| cut_in(value)),
        Expr::Block(e) => cut(&mut e.block),
        Expr::Loop(e) => cut(&mut e.body),
        Expr::While(e) => {
            cut_in(&mut e.cond);
            cut(&mut e.body);
        }
        Expr::ForLoop(e) => {
            cut_in(&mut e.expr);
            cut(&mut e.body);
        }
        Expr::If(e) => {
            cut_in(&mut e.cond);
            cut(&mut e.then_branch);
            e.else_branch.iter_mut().for_each(|(_, otherwise)| cut_in(otherwise));
        }
        Expr::Match(e) => {
            cut_in(&mut e.expr);
            e.arms.iter_mut().for_each(|arm| cut_in(&mut arm.body));
        }
        _ => {}
    }
}

/// The operation that an expression is, if its operands are values.
fn link(expr: &Expr) -> Option<&ExprBinary> {
    match expr {
        Expr::Binary(binary) if !is_assignment(&binary.op) => Some(binary),
        _ => None,
    }
}

/// `{ let part = a + b + …; let part = part + …; …; part + … }`
fn in_pieces(mut expr: Expr) -> Expr {
    let span = link(&expr).map_or_else(Span::call_site, |binary| binary.op.span());
    let mut links = Vec::new();
    while link(&expr).is_some() {
        let Expr::Binary(binary) = expr else { break };
        links.push((binary.op, *binary.right));
        expr = *binary.left;
    }
    cut_in(&mut expr);
    let mut stmts: Vec<Stmt> = Vec::new();
    for (at, (op, mut right)) in links.into_iter().rev().enumerate() {
        if at > 0 && at % LONGEST == 0 {
            // No name of the user's: operands that follow are still about his.
            let part = Ident::new("__part", Span::mixed_site());
            let named = std::mem::replace(&mut expr, parse_quote!(#part));
            let mut stmt: Stmt = parse_quote!(let #part = (););
            if let Stmt::Local(syn::Local { init: Some(init), .. }) = &mut stmt {
                *init.expr = named;
            }
            stmts.push(stmt);
        }
        cut_in(&mut right);
        expr =
            Expr::Binary(ExprBinary { attrs: Vec::new(), left: Box::new(expr), op, right: Box::new(right) });
    }
    stmts.push(Stmt::Expr(expr, None));
    let block = Block { brace_token: syn::token::Brace(span), stmts };
    Expr::Block(syn::ExprBlock { attrs: Vec::new(), label: None, block })
}

#[cfg(test)]
mod tests {
    use quote::{ToTokens, quote};

    use super::*;

    #[test]
    fn long_sums_are_cut() {
        let terms = (0..200).map(|n| quote!(x * #n));
        let tokens = quote!({ let y = 1.0 + f(#(#terms)+*); y });
        assert!(long(&tokens) && too_deep(&tokens).is_none());
        let mut block: Block = syn::parse2(tokens).unwrap();
        cut(&mut block);
        let text = block.to_token_stream().to_string();
        assert_eq!(text.matches("let __part").count(), 3, "{text}");
        assert!(text.contains("__part + x * 192i32"), "{text}");
        let short = quote!({
            let y = a + b * c;
            y += 2.0;
        });
        assert!(!long(&short));
    }

    #[test]
    fn nesting_is_measured() {
        let calls = |n| (0..n).fold(quote!(x), |inner, _| quote!(f(#inner)));
        assert!(too_deep(&calls(DEEPEST)).is_none() && too_deep(&calls(DEEPEST + 1)).is_some());
        let groups = |n| (0..n).fold(quote!(x), |inner, _| quote!((1.0 + #inner)));
        assert!(too_deep(&groups(DEEPEST / 2)).is_none() && too_deep(&groups(DEEPEST / 2 + 1)).is_some());
        let arms = |n| {
            let arms = vec![
                quote!(if a {
                    b
                });
                n
            ];
            quote!(#(#arms else)* { c })
        };
        assert!(too_deep(&arms(MOST_LINKS)).is_none() && too_deep(&arms(MOST_LINKS + 1)).is_some());
        let links = |n| {
            let calls = vec![quote!(.abs()); n];
            quote!(x #(#calls)*)
        };
        assert!(too_deep(&links(MOST_LINKS)).is_none() && too_deep(&links(MOST_LINKS + 1)).is_some());
        let loops = vec![
            quote!(for i in 0..x.len() {
                s += x[i];
            });
            MOST_LINKS
        ];
        assert!(too_deep(&quote!(#(#loops)*)).is_none());
        let signs = vec![quote!(-); MOST_LINKS + 1];
        assert!(too_deep(&quote!(#(#signs)* x)).is_some());
        // Statements one behind the other are no chain.
        let apart = vec![quote!(let y = if a { b } else { c }; if a { b } else { c }); MOST_LINKS];
        assert!(too_deep(&quote!(#(#apart)*)).is_none());
    }
}
