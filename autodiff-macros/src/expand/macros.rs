//! Macros of the user's that are in sight, expanded: `macro_rules!` of a differentiated module, or of a function's body.
//!
//! Invariant: what comes of a call is what rustc makes of it. Variables that a macro binds have names of their own, so that what
//! is handed over means the same inside. A call that fits no rule, or whose fragments are not known here, is left as it is.
//!
//! ```text
//! macro_rules! square { ($x:expr) => {{ let y = $x; y * y }}; }
//! square!(y + 1.0)    →    { let y_1 = (y + 1.0); y_1 * y_1 }
//! ```

mod rules;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, Item, Pat, Stmt};

use self::rules::Macro;
use super::module::bound_in;
use crate::lower::macros::visit_arguments;

/// How often a call may lead to another, and how many calls are expanded in a function.
const DEPTH: usize = 64;
const CALLS: usize = 10_000;

/// The macros in sight.
#[derive(Clone, Default)]
pub(super) struct Macros {
    /// With whether it is defined in the function that is expanded.
    known: BTreeMap<String, (Rc<Macro>, bool)>,
}

impl Macros {
    /// Takes the macros among items. `inside`: of the function.
    pub(super) fn enter<'i>(&mut self, items: impl IntoIterator<Item = &'i Item>, inside: bool) {
        for item in items {
            let Item::Macro(item) = item else { continue };
            let (Some(name), true) = (&item.ident, item.mac.path.is_ident("macro_rules")) else { continue };
            match Macro::parse(item.mac.tokens.clone()) {
                Some(rules) => drop(self.known.insert(name.to_string(), (Rc::new(rules), inside))),
                None => drop(self.known.remove(&name.to_string())),
            }
        }
    }

    /// A body with all calls expanded, the macros in it included.
    pub(super) fn expanded(&self, signature: &syn::Signature, block: &Block) -> Block {
        let mut block = block.clone();
        if self.known.is_empty() && !holds_macros(block.to_token_stream()) {
            return block;
        }
        let bound = bound_in(signature, &block);
        Expanding { macros: self.clone(), bound, depth: 0, calls: 0 }.visit_block_mut(&mut block);
        block
    }
}

fn holds_macros(code: TokenStream) -> bool {
    code.into_iter().any(|tree| match tree {
        TokenTree::Ident(word) => word == "macro_rules",
        TokenTree::Group(group) => holds_macros(group.stream()),
        _ => false,
    })
}

struct Expanding {
    macros: Macros,
    /// The names that the function binds, each with how often.
    bound: BTreeMap<String, usize>,
    depth: usize,
    calls: usize,
}

impl Expanding {
    /// What a call expands to; nothing where it is none of a known macro.
    fn call(&mut self, called: &syn::Macro) -> Option<TokenStream> {
        let (rules, inside) = self.macros.known.get(&called.path.get_ident()?.to_string())?.clone();
        if self.depth >= DEPTH || self.calls >= CALLS {
            return None;
        }
        let expanded = rules.expand(&called.tokens, self.calls)?;
        self.calls += 1;
        let (own, others) = names_of(&expanded.tokens, &expanded.prefix);
        // What the macro means by a name must not be something else where it is called.
        let captured = |name: &String| self.bound.get(name).is_some_and(|times| !inside || *times > 1);
        if others.iter().any(captured) {
            return None;
        }
        Some(renamed(expanded.tokens, &expanded.prefix, &|name| match own.contains(name) {
            true => format!("{name}_{}", self.calls),
            false => name.to_string(),
        }))
    }

    fn within(&mut self, visit: impl FnOnce(&mut Self)) {
        self.depth += 1;
        visit(self);
        self.depth -= 1;
    }
}

impl VisitMut for Expanding {
    fn visit_block_mut(&mut self, block: &mut Block) {
        let outer = self.macros.clone();
        let mut stmts = Vec::new();
        for mut stmt in std::mem::take(&mut block.stmts) {
            if let Stmt::Item(item @ Item::Macro(_)) = &stmt {
                // All calls of it are expanded; one that cannot be is refused where it stands.
                self.macros.enter([item], true);
                stmts.push(stmt);
                continue;
            }
            match &stmt {
                Stmt::Macro(called) => match self.call(&called.mac).and_then(|code| statements(code, called))
                {
                    Some(code) => {
                        let mut code = Block { brace_token: block.brace_token, stmts: code };
                        self.within(|inside| inside.visit_block_mut(&mut code));
                        stmts.extend(code.stmts);
                    }
                    None => {
                        self.visit_stmt_mut(&mut stmt);
                        stmts.push(stmt);
                    }
                },
                _ => {
                    self.visit_stmt_mut(&mut stmt);
                    stmts.push(stmt);
                }
            }
        }
        let known = |stmt: &Stmt| match stmt {
            Stmt::Item(Item::Macro(item)) => {
                item.ident.as_ref().is_some_and(|name| self.macros.known.contains_key(&name.to_string()))
            }
            _ => false,
        };
        stmts.retain(|stmt| !known(stmt));
        block.stmts = stmts;
        self.macros = outer;
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if let Expr::Macro(called) = &*expr {
            if let Some(code) = self.call(&called.mac) {
                if let Ok(code) = syn::parse2::<Expr>(code) {
                    *expr = code;
                    return self.within(|inside| inside.visit_expr_mut(expr));
                }
            }
        }
        visit_mut::visit_expr_mut(self, expr);
    }

    fn visit_pat_mut(&mut self, pat: &mut Pat) {
        if let Pat::Macro(called) = &*pat {
            let code = self.call(&called.mac);
            if let Some(code) = code.and_then(|code| syn::parse::Parser::parse2(Pat::parse_multi, code).ok())
            {
                *pat = code;
                return self.within(|inside| inside.visit_pat_mut(pat));
            }
        }
        visit_mut::visit_pat_mut(self, pat);
    }

    fn visit_type_mut(&mut self, ty: &mut syn::Type) {
        if let syn::Type::Macro(called) = &*ty {
            if let Some(code) = self.call(&called.mac).and_then(|code| syn::parse2(code).ok()) {
                *ty = code;
                return self.within(|inside| inside.visit_type_mut(ty));
            }
        }
        visit_mut::visit_type_mut(self, ty);
    }

    /// Calls in the arguments of a macro of the standard library.
    fn visit_macro_mut(&mut self, called: &mut syn::Macro) {
        let named = |code: TokenStream| {
            super::module::names_in(code).iter().any(|name| self.macros.known.contains_key(name))
        };
        if named(called.tokens.clone()) {
            visit_arguments(called, |arguments| self.visit_expr_mut(arguments));
        }
    }
}

/// An expansion as statements; what is called with a semicolon gives nothing.
fn statements(code: TokenStream, called: &syn::StmtMacro) -> Option<Vec<Stmt>> {
    let mut stmts = syn::parse::Parser::parse2(Block::parse_within, code).ok()?;
    if let (Some(semi), Some(Stmt::Expr(_, end @ None))) = (&called.semi_token, stmts.last_mut()) {
        *end = Some(*semi);
    }
    Some(stmts)
}

/// The names of the macro's in an expansion, which bear a prefix: those of variables that it binds, and others that are no
/// fields and no methods.
fn names_of(code: &TokenStream, prefix: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    struct Bound<'a> {
        prefix: &'a str,
        names: BTreeSet<String>,
    }
    impl VisitMut for Bound<'_> {
        fn visit_pat_ident_mut(&mut self, pat: &mut syn::PatIdent) {
            let name = pat.ident.to_string();
            // What begins with a capital is a constant, or a variant.
            if let Some(name) = name.strip_prefix(self.prefix) {
                if !name.starts_with(char::is_uppercase) {
                    self.names.insert(name.to_string());
                }
            }
            visit_mut::visit_pat_ident_mut(self, pat);
        }
        fn visit_macro_mut(&mut self, called: &mut syn::Macro) {
            visit_arguments(called, |arguments| self.visit_expr_mut(arguments));
        }
    }
    let mut bound = Bound { prefix, names: BTreeSet::new() };
    if let Ok(mut stmts) = syn::parse::Parser::parse2(Block::parse_within, code.clone()) {
        stmts.iter_mut().for_each(|stmt| bound.visit_stmt_mut(stmt));
    }
    let mut others = BTreeSet::new();
    free_names(code, prefix, &mut others);
    others.retain(|name| !bound.names.contains(name));
    (bound.names, others)
}

fn free_names(code: &TokenStream, prefix: &str, names: &mut BTreeSet<String>) {
    let mut behind_a_dot = false;
    let trees: Vec<TokenTree> = code.clone().into_iter().collect();
    let colon = |at: usize| matches!(trees.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    for (at, tree) in trees.iter().enumerate() {
        // The label of a field, or what a pattern binds.
        let label = colon(at + 1) && !colon(at + 2);
        match tree {
            TokenTree::Ident(name) if !behind_a_dot && !label => {
                names.extend(name.to_string().strip_prefix(prefix).map(str::to_string));
            }
            TokenTree::Group(group) => free_names(&group.stream(), prefix, names),
            _ => {}
        }
        behind_a_dot = matches!(tree, TokenTree::Punct(punct) if punct.as_char() == '.');
    }
}

fn renamed(code: TokenStream, prefix: &str, to: &dyn Fn(&str) -> String) -> TokenStream {
    code.into_iter()
        .map(|tree| match tree {
            TokenTree::Ident(name) => match name.to_string().strip_prefix(prefix) {
                Some(own) => TokenTree::Ident(Ident::new(&to(own), name.span())),
                None => TokenTree::Ident(name),
            },
            TokenTree::Group(group) => {
                let mut new = proc_macro2::Group::new(group.delimiter(), renamed(group.stream(), prefix, to));
                new.set_span(group.span());
                TokenTree::Group(new)
            }
            tree => tree,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(macros: &str, body: &str) -> String {
        let file: syn::File = syn::parse_str(macros).unwrap();
        let mut known = Macros::default();
        known.enter(&file.items, false);
        let block: Block = syn::parse_str(&format!("{{ {body} }}")).unwrap();
        known.expanded(&syn::parse_quote!(fn f()), &block).to_token_stream().to_string()
    }

    fn same(macros: &str, body: &str, expected: &str) {
        let expected: Block = syn::parse_str(&format!("{{ {expected} }}")).unwrap();
        assert_eq!(expanded(macros, body), expected.to_token_stream().to_string());
    }

    #[test]
    fn expressions_keep_together() {
        let square = "macro_rules! square { ($x:expr) => { $x * $x }; }";
        same(square, "square!(a + b) / square![c]", "(a + b) * (a + b) / (c * c)");
        same(square, "vec![square!(a), 1.0]", "vec![a * a, 1.0]");
    }

    #[test]
    fn variables_of_a_macro_are_its_own() {
        let square = "macro_rules! square { ($x:expr) => {{ let y = $x; y * y }}; }";
        same(square, "square!(y)", "{ let y_1 = y; y_1 * y_1 }");
        let swap = "macro_rules! swap { ($a:ident, $b:ident) => { let t = $a; $a = $b; $b = t; }; }";
        same(swap, "swap!(t, u); t", "let t_1 = t; t = u; u = t_1; t");
        // A name that is handed over binds what it names outside.
        let bind = "macro_rules! bind { ($a:ident = $e:expr) => { let $a = $e; }; }";
        same(bind, "bind!(z = 1.0); z", "let z = 1.0; z");
    }

    #[test]
    fn repetitions_and_rules() {
        let poly = "macro_rules! poly { ($x:expr; $($c:expr),* $(,)?) => {{ let mut s = 0.0; $( s = s * $x + $c; )* s }}; }";
        same(
            poly,
            "poly!(x; 1.0, 2.0 * a,)",
            "{ let mut s_1 = 0.0; s_1 = s_1 * x + 1.0; s_1 = s_1 * x + (2.0 * a); s_1 }",
        );
        let max = "macro_rules! max { ($x:expr) => { $x }; ($x:expr, $($rest:expr),+) => { $x.max(max!($($rest),+)) }; }";
        same(max, "max!(a, b, c)", "a.max(b.max(c))");
        let pairs = "macro_rules! total { ($($k:ident => $v:expr);*) => { 0.0 $(+ $k * $v)* }; }";
        same(pairs, "total!(a => 1.0; b => c)", "0.0 + a * 1.0 + b * c");
        let nested = "macro_rules! rows { ($([$($x:expr),*]),*) => { [$([$($x),*]),*] }; }";
        same(nested, "rows!([a, b], [c])", "[[a, b], [c]]");
    }

    #[test]
    fn names_mean_what_they_meant() {
        let scaled = "macro_rules! scaled { ($x:expr) => { scale($x) }; }";
        same(scaled, "scaled!(a)", "scale(a)");
        same(scaled, "let scale = 1.0; scaled!(a)", "let scale = 1.0; scaled!(a)");
        let inside = "let k = 2.0; macro_rules! by { ($x:expr) => { k * $x }; }";
        same("", &format!("{inside} by!(a)"), "let k = 2.0; k * a");
        let again = format!("{inside} let k = 3.0; by!(a)");
        assert!(expanded("", &again).contains("by !"));
    }

    #[test]
    fn what_does_not_fit_is_left() {
        let square = "macro_rules! square { ($x:ident) => { $x * $x }; }";
        same(square, "square!(1.0)", "square!(1.0)");
        same("", "macro_rules! twice { ($x:expr) => { 2.0 * $x }; } twice!(a)", "2.0 * a");
        let endless = "macro_rules! endless { ($x:expr) => { endless!($x) }; }";
        assert!(expanded(endless, "endless!(a)").contains("endless"));
    }
}
