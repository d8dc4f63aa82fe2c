//! Macros: `vec!` is lowered, what asserts, prints or panics runs once in the forward sweep, inactive ones stay.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Item, Stmt, Token};

use super::Lower;
use super::env::Value;
use super::expr::constant;
use super::facts::{Nodes, site};
use crate::expand::marks::unmarked;
use crate::expand::spines::cut_in;
use crate::ir::{Expr, Init, Lit, Ty};

/// Macros that run once, in the forward sweep: those that check something, and those that print.
pub(super) const CHECKING: [&str; 6] =
    ["assert", "assert_eq", "assert_ne", "debug_assert", "debug_assert_eq", "debug_assert_ne"];
const PRINTING: [&str; 7] = ["print", "println", "eprint", "eprintln", "write", "writeln", "dbg"];

pub(super) const DIVERGING: [&str; 4] = ["panic", "unreachable", "todo", "unimplemented"];

fn is_statement(name: &str) -> bool {
    CHECKING.contains(&name) || PRINTING.contains(&name)
}

/// Whether code checks something or never comes back, so that it stays where what it does once is left out.
pub(crate) fn is_checked(code: &TokenStream) -> bool {
    code.clone().into_iter().any(|token| match token {
        proc_macro2::TokenTree::Ident(name) => {
            let name = name.to_string();
            DIVERGING.contains(&name.as_str()) || name.trim_start_matches("debug_").starts_with("assert")
        }
        proc_macro2::TokenTree::Group(group) => is_checked(&group.stream()),
        _ => false,
    })
}

impl Lower<'_> {
    /// A macro where its value counts.
    pub(crate) fn lower_macro(&mut self, mac: &syn::Macro, want: Option<&Ty>) -> Value {
        let span = mac.path.span();
        let name = mac.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
        match name.as_str() {
            "vec" => self.lower_vec(mac, want),
            name if is_array_macro(name) && !self.is_inactive(&mac.tokens) => {
                self.lower_array_macro(mac, name)
            }
            name if DIVERGING.contains(&name) || is_statement(name) => {
                if name == "dbg" && !mac.tokens.is_empty() {
                    return self.lower_dbg(mac, want);
                }
                self.lower_macro_statement(mac);
                if self.dead() { Value::Never } else { Value::unit() }
            }
            "matches" => {
                let tokens = mac.to_token_stream();
                let Some(captured) = self.capture(tokens, true, span) else { return Value::Poison };
                Value::Atom(self.temp("matches", Ty::bool(), Expr::Inert(captured.inert), span), Ty::bool())
            }
            "cfg" => Value::Code(constant(mac.to_token_stream()), Ty::bool()),
            "format" | "concat" | "stringify" | "line" | "file" | "env" | "include_str" | "format_args" => {
                self.inactive_code(mac.to_token_stream(), Ty::Inert, false)
            }
            _ if self.is_inactive(&mac.tokens) => {
                let ty = want.cloned().unwrap_or(Ty::Unknown);
                self.inactive_code(mac.to_token_stream(), ty, false)
            }
            name => {
                let message = format!(
                    "the macro `{name}!` with active arguments is not supported: write what it expands to, or put it into a function whose derivative is given (`#[differentiate(partials(x = …))]`)"
                );
                self.refuse(&mac.path, message)
            }
        }
    }

    /// A macro that stands as a statement.
    pub(crate) fn lower_macro_statement(&mut self, mac: &syn::Macro) {
        let span = mac.path.span();
        let name = mac.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
        if DIVERGING.contains(&name.as_str()) {
            self.inactive_statement(quote!(#mac;), span);
            self.state.diverged = true;
            return;
        }
        if is_statement(&name) {
            self.inactive_statement(quote!(#mac;), span);
            return;
        }
        if self.is_inactive(&mac.tokens) {
            self.inactive_statement(quote!(#mac;), span);
            return;
        }
        let value = self.lower_macro(mac, None);
        self.discard(value, span);
    }

    /// `dbg!(x)` prints and gives its argument back.
    fn lower_dbg(&mut self, mac: &syn::Macro, want: Option<&Ty>) -> Value {
        let kept = argument_of(mac, self.nodes);
        let span = mac.path.span();
        let value = self.operand(&kept, want);
        if let Some(code) = self.as_code(value.clone(), span) {
            let path = &mac.path;
            let inert = super::inert::combine(&[code], |parts| {
                let part = &parts[0];
                quote!(#path!(&#part);)
            });
            self.block.push(crate::ir::StmtKind::Inert { inert, defs: Vec::new(), writes: Vec::new() }, span);
        }
        value
    }

    fn lower_vec(&mut self, mac: &syn::Macro, want: Option<&Ty>) -> Value {
        let span = mac.path.span();
        let kept = list_of(mac, self.nodes);
        match &*kept {
            syn::Expr::Array(array) if array.elems.is_empty() => {
                let ty = want.cloned().filter(|ty| matches!(ty, Ty::Vec(_)));
                let ty = ty.unwrap_or_else(|| Ty::Vec(Box::new(Ty::Unknown)));
                Value::Init(Box::new(Init::EmptyVec(None)), ty)
            }
            syn::Expr::Array(array) => self.list(true, array.elems.iter(), want, span),
            syn::Expr::Repeat(repeat) => self.repeat(true, &repeat.expr, &repeat.len, want, span),
            _ => self.refuse(mac, "these are no arguments of `vec!`"),
        }
    }

    /// `array![…]` of `ndarray`, `vector![…]`, `matrix![…]` and their like of `nalgebra`, by the constructor that they stand for.
    fn lower_array_macro(&mut self, mac: &syn::Macro, name: &str) -> Value {
        let span = mac.path.span();
        let kept = array_of(mac, self.nodes);
        let (mut sizes, mut elements) = (Vec::new(), vec![&*kept]);
        while let Some(syn::Expr::Array(first)) = elements.first() {
            let len = first.elems.len();
            let mut inner = Vec::new();
            for part in &elements {
                match part {
                    syn::Expr::Array(part) if part.elems.len() == len => inner.extend(&part.elems),
                    _ => return self.refuse(mac, "these are no rows of one length"),
                }
            }
            sizes.push(len);
            elements = inner;
        }
        let runtime = &self.request.runtime;
        let (ndarray, nalgebra) =
            (quote!(#runtime::__private::ndarray), quote!(#runtime::__private::nalgebra));
        // What no type says is handed over first; `nalgebra` takes slices.
        let (path, first): (syn::ExprPath, TokenStream) = match (name, &sizes[..]) {
            ("array", [_]) => (syn::parse_quote!(#ndarray::Array1::from_vec), TokenStream::new()),
            ("array", sizes) if sizes.len() <= 6 => {
                let array = quote::format_ident!("Array{}", sizes.len());
                (syn::parse_quote!(#ndarray::#array::from_shape_vec), quote!((#(#sizes),*)))
            }
            ("vector", [n]) => {
                (syn::parse_quote!(#nalgebra::SVector::<_, #n>::from_row_slice), TokenStream::new())
            }
            ("dvector", [_]) => (syn::parse_quote!(#nalgebra::DVector::from_row_slice), TokenStream::new()),
            ("matrix", [r, c]) => {
                (syn::parse_quote!(#nalgebra::SMatrix::<_, #r, #c>::from_row_slice), TokenStream::new())
            }
            ("dmatrix", [r, c]) => (syn::parse_quote!(#nalgebra::DMatrix::from_row_slice), quote!(#r, #c)),
            _ => return self.refuse(mac, format!("these are no arguments of `{name}!` that are known here")),
        };
        let list = self.list(name == "array", elements.into_iter(), None, span);
        let list = if name == "array" { list } else { list.reference(false) };
        let sizes = syn::punctuated::Punctuated::<syn::Expr, Token![,]>::parse_terminated.parse2(first);
        let mut args: Vec<Value> = Vec::new();
        for size in sizes.into_iter().flatten() {
            args.push(Value::Code(constant(size.to_token_stream()), Ty::Inert));
        }
        args.push(list);
        let may_fail = name == "array" && args.len() > 1;
        let want: Option<syn::Type> = may_fail.then(|| syn::parse_quote!(Option<_>));
        let want = want.map(|ty| Ty::Named(Box::new(ty)));
        match self.apply_path(&path, args, want.as_ref(), span) {
            Value::Maybe { value, .. } => *value,
            value => value,
        }
    }

    // ---- items ----

    /// Items are in scope in the whole block.
    pub(crate) fn hoist_items(&mut self, stmts: &[Stmt]) {
        for stmt in stmts {
            let Stmt::Item(item) = stmt else { continue };
            match item {
                Item::Const(item) => {
                    let ty = self.types.ty(&item.ty);
                    let name = item.ident.to_token_stream();
                    let value = if ty.is_scalar() {
                        let lit = Lit {
                            tokens: name,
                            value: crate::typing::items::literal_value(&item.expr),
                            ty: ty.clone(),
                            made: false,
                        };
                        Value::Atom(Expr::Lit(lit), ty)
                    } else {
                        Value::Code(constant(name), ty)
                    };
                    self.bind(&item.ident, value);
                }
                Item::Static(item) => {
                    if let syn::StaticMutability::Mut(token) = &item.mutability {
                        self.refuse(token, "`static mut` is not supported: pass the data as a parameter");
                        continue;
                    }
                    let ty = self.types.ty(&item.ty);
                    self.bind(&item.ident, Value::Code(constant(item.ident.to_token_stream()), ty));
                }
                Item::Fn(item) => {
                    let marked = item.attrs.iter().any(|attr| {
                        attr.path().segments.last().is_some_and(|last| last.ident == "differentiate")
                    });
                    self.bind(&item.sig.ident, Value::Function(marked));
                }
                Item::Macro(item) => {
                    self.refuse(
                        item,
                        "this macro is not expanded: it has a kind of fragment that is not known here, or a name in it means something else where it is called; write what it stands for",
                    );
                    continue;
                }
                Item::Verbatim(tokens) => {
                    self.refuse(tokens, "this item is not supported inside of a differentiated function");
                    continue;
                }
                _ => {}
            }
            // A body that is lowered twice has its items once; each has a name of its own.
            if self.hoisted.insert(site(item)) {
                // Their code is rustc's, which knows no marks.
                let plain = syn::parse2(unmarked(item.to_token_stream()));
                self.items.push(plain.unwrap_or_else(|_| item.clone()));
            }
        }
    }
}

/// Such an array expression as the arguments of a macro.
pub(crate) fn list_tokens(list: &syn::Expr) -> TokenStream {
    match list {
        syn::Expr::Array(list) => list.elems.to_token_stream(),
        syn::Expr::Repeat(syn::ExprRepeat { expr, len, .. }) => quote!(#expr; #len),
        other => other.to_token_stream(),
    }
}

/// The arguments of `vec!`, and of macros like it, as an array expression; tokens that are no such arguments as they are.
pub(crate) fn parse_list(tokens: TokenStream) -> syn::Expr {
    let parser = |input: ParseStream| -> syn::Result<syn::Expr> {
        if input.is_empty() {
            return Ok(syn::parse_quote!([]));
        }
        let first: syn::Expr = input.parse()?;
        if input.peek(Token![;]) {
            let semi: Token![;] = input.parse()?;
            let len: syn::Expr = input.parse()?;
            return Ok(syn::Expr::Repeat(syn::ExprRepeat {
                attrs: Vec::new(),
                bracket_token: Default::default(),
                expr: Box::new(first),
                semi_token: semi,
                len: Box::new(len),
            }));
        }
        let mut elems = syn::punctuated::Punctuated::new();
        elems.push_value(first);
        while !input.is_empty() {
            elems.push_punct(input.parse()?);
            if input.is_empty() {
                break;
            }
            elems.push_value(input.parse()?);
        }
        Ok(syn::Expr::Array(syn::ExprArray { attrs: Vec::new(), bracket_token: Default::default(), elems }))
    };
    parser.parse2(tokens.clone()).unwrap_or(syn::Expr::Verbatim(tokens))
}

/// Has a visitor look at, and change, the arguments of `vec!` and of macros like it.
pub(crate) fn visit_arguments(called: &mut syn::Macro, visit: impl FnOnce(&mut syn::Expr)) {
    let mut list = parse_list(called.tokens.clone());
    if !matches!(list, syn::Expr::Verbatim(_)) {
        visit(&mut list);
        called.tokens = list_tokens(&list);
    }
}

/// The content of a macro without expressions that are too long to be walked.
fn in_pieces(mut content: syn::Expr) -> syn::Expr {
    cut_in(&mut content);
    content
}

/// The argument of `dbg!`, once for all who ask.
pub(crate) fn argument_of(mac: &syn::Macro, nodes: &Nodes) -> std::rc::Rc<syn::Expr> {
    nodes.keep(mac, || in_pieces(parse_one(mac.tokens.clone())))
}

/// The arguments of `vec!`, as an array expression, once for all who ask.
pub(crate) fn list_of(mac: &syn::Macro, nodes: &Nodes) -> std::rc::Rc<syn::Expr> {
    nodes.keep(mac, || in_pieces(parse_list(mac.tokens.clone())))
}

/// Whether a macro makes an array of `ndarray` or a matrix of `nalgebra`.
pub(crate) fn is_array_macro(name: &str) -> bool {
    matches!(name, "array" | "vector" | "matrix" | "dvector" | "dmatrix")
}

/// The arguments of a macro that makes an array, as an array expression; rows that `;` parts as arrays in it.
pub(crate) fn array_of(mac: &syn::Macro, nodes: &Nodes) -> std::rc::Rc<syn::Expr> {
    let in_rows =
        mac.path.segments.last().is_some_and(|last| last.ident == "matrix" || last.ident == "dmatrix");
    if !in_rows {
        return list_of(mac, nodes);
    }
    nodes.keep(mac, || {
        let mut rows = vec![TokenStream::new()];
        for token in mac.tokens.clone() {
            match &token {
                proc_macro2::TokenTree::Punct(punct) if punct.as_char() == ';' => {
                    rows.push(TokenStream::new())
                }
                _ => rows.last_mut().expect("a row").extend([token]),
            }
        }
        let rows = rows.into_iter().filter(|row| !row.is_empty()).map(parse_list);
        in_pieces(syn::parse_quote!([#(#rows),*]))
    })
}

fn parse_one(tokens: TokenStream) -> syn::Expr {
    syn::parse2(tokens.clone()).unwrap_or(syn::Expr::Verbatim(tokens))
}
