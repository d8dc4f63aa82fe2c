//! What is written through views of what is out of sight: `y.row_mut(i)` of an array of `ndarray`, of a matrix of `nalgebra`.
//!
//! Such a view is a copy of its part, which is put back behind what may have written to it:
//!
//! ```text
//! y.row_mut(i).fill(k);                  let mut row = y.row(i);  row.fill(k);  y.row_put(i, &row);
//! for mut row in y.rows_mut() { … }      let mut rows = y.rows_copied();  for row in &mut rows { … }  y.rows_put(&rows);
//! ```
//!
//! While a view lives nothing else touches what it is of, which rustc checks of the function itself: so it does not matter
//! when it is put back, as long as that happens behind the last statement that mentions it, however that is left.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;

use super::Lower;
use super::env::Value;
use super::facts::site;
use super::jump::mentions_word;
use crate::ir::{Arg, Callee, Path, Ty, Var};

/// A copy that is to be put back.
pub(super) struct Part {
    copy: Var,
    of: Path,
    put: Ident,
    args: Vec<Arg>,
    turbofish: Option<syn::AngleBracketedGenericArguments>,
    site: String,
    span: Span,
    /// What it is called, where it lives on, and in which block.
    names: Vec<String>,
    nesting: usize,
}

const LEAVES: &str = "a view that is written to cannot leave a branch or a block: write to it there, or choose its index first";

/// The method that reads what a method gives to be written to, and whether that is several parts.
fn reading(name: &str, args: usize) -> Option<(&str, bool)> {
    let read = name.strip_suffix("_mut")?;
    let several = super::elements::gives_parts(read, args);
    let one = matches!(
        (read, args),
        ("row" | "column" | "slice" | "fixed_rows" | "fixed_columns", 1)
            | ("index_axis" | "rows" | "columns" | "fixed_view", 2)
            | ("view", 0 | 2)
            | ("diag", 0)
    );
    (several || one).then_some((read, several))
}

/// Whether a method gives several parts that are written to.
pub(crate) fn gives_parts_mut(name: &str, args: usize) -> bool {
    reading(name, args).is_some_and(|(_, several)| several)
}

impl Lower<'_> {
    /// A view that is written to, of something out of sight.
    pub(super) fn part_written(&mut self, value: &Value, expr: &syn::ExprMethodCall) -> Option<Value> {
        let (name, span) = (expr.method.to_string(), expr.method.span());
        let (read, several) = reading(&name, expr.args.len())?;
        let Value::Path(of) = value else { return None };
        let args: Vec<Value> = self.args(&expr.args).into_iter().map(|arg| self.fixed(arg, span)).collect();
        let Some(args) = self.handed(args, span) else { return Some(Value::Poison) };
        let method = if several { format!("{read}_copied") } else { read.to_string() };
        let mut handed = vec![Arg::Ref(of.clone())];
        handed.extend(args.iter().cloned());
        let callee = Callee::Method(Ident::new(&method, span), expr.turbofish.clone());
        let want = if several { Ty::Vec(Box::new(Ty::Unknown)) } else { Ty::Unknown };
        let Value::Path(copy) = self.call(callee, handed, Some(&want), site(expr), read, span) else {
            return Some(Value::Poison);
        };
        self.mark_mutable(&copy);
        self.parts.push(Part {
            copy: copy.root,
            of: of.clone(),
            put: Ident::new(&format!("{read}_put"), span),
            args,
            turbofish: expr.turbofish.clone(),
            site: format!("{}[put]", site(expr)),
            span,
            names: Vec::new(),
            nesting: self.nesting,
        });
        let path = Value::Path(copy.clone());
        Some(if several {
            let access = super::iter::Access::RefMut;
            Value::Iter(Box::new(super::iter::Iter::Elements { path: copy, access }))
        } else {
            path.reference(true)
        })
    }

    /// An argument that is the same when the part is put back.
    fn fixed(&mut self, arg: Value, span: Span) -> Value {
        match arg.peel() {
            Value::Tuple(args) => Value::Tuple(args.into_iter().map(|arg| self.fixed(arg, span)).collect()),
            Value::Code(inert, ty) if !ty.is_scalar() => {
                let init = crate::ir::Init::Inert(inert);
                Value::Path(Path::of(self.temp_place("part", Ty::Inert, init, span)))
            }
            arg if self.ty_of(&arg).is_scalar() => {
                let (atom, ty) = self.scalar(arg, None, span);
                Value::Atom(atom, ty)
            }
            arg => arg,
        }
    }

    fn put_part_back(&mut self, at: usize) {
        if self.state.diverged {
            return;
        }
        let part = &self.parts[at];
        let (of, span, site) = (part.of.clone(), part.span, part.site.clone());
        let callee = Callee::Method(part.put.clone(), part.turbofish.clone());
        let mut handed = vec![Arg::RefMut(of.clone())];
        handed.extend(part.args.iter().cloned());
        handed.push(Arg::Ref(Path::of(part.copy)));
        self.mark_mutable(&of);
        let nothing = Ty::Tuple(Vec::new());
        self.call(callee, handed, Some(&nothing), site, "put", span);
    }

    /// The end of a block, which no view leaves: behind it nobody would put back what is written.
    pub(super) fn leave_parts(&mut self, open: usize, value: &Value, span: Span) {
        let left = self.parts[open..].iter().any(|part| part.names.is_empty());
        if left || self.part_shown(open, value).is_some() {
            self.refuse_at(span, LEAVES);
        }
        self.parts.truncate(open);
    }

    /// Puts back what an expression has taken out, unless its value still shows it.
    pub(super) fn close_parts(&mut self, open: usize, value: &Value, expr: &syn::Expr) {
        if self.parts.len() > open && matches!(expr, syn::Expr::If(_) | syn::Expr::Match(_)) {
            self.refuse(expr, LEAVES);
            self.parts.truncate(open);
        }
        if self.parts.len() == open
            || matches!(value, Value::Iter(_))
            || self.part_shown(open, value).is_some()
        {
            return;
        }
        while self.parts.len() > open {
            self.put_part_back(self.parts.len() - 1);
            self.parts.pop();
        }
    }

    /// The part, of those from a number on, that a value is, or refers to.
    fn part_shown(&self, open: usize, value: &Value) -> Option<usize> {
        match value {
            Value::Path(path) => {
                let root = self.vars.root(path);
                (open..self.parts.len()).find(|at| self.parts[*at].copy == root)
            }
            Value::Ref { to, .. } => self.part_shown(open, to),
            Value::Tuple(items) => items.iter().find_map(|item| self.part_shown(open, item)),
            Value::Maybe { value, .. } => self.part_shown(open, value),
            _ => None,
        }
    }

    /// A name for a view that is bound, which lives on; whether the value is one.
    pub(super) fn bind_part(&mut self, open: usize, pat: &syn::Pat, value: &Value) -> bool {
        let name = match pat {
            syn::Pat::Type(pat) => return self.bind_part(open, &pat.pat, value),
            syn::Pat::Ident(pat) => Some(&pat.ident),
            _ => None,
        };
        let new = self.parts.len() > open;
        let Some(shown) = self.part_shown(0, value) else {
            if new {
                self.refuse(pat, "parts that are written to are bound one by one: write `for mut part in …`");
                self.parts.truncate(open);
            }
            return false;
        };
        let Some(name) = name else {
            self.refuse(
                pat,
                "a view that is written to needs a name of its own: bind it by `let mut view = …`",
            );
            self.parts.truncate(open);
            return false;
        };
        for (at, part) in self.parts.iter_mut().enumerate() {
            if at == shown || at >= open {
                part.names.push(name.to_string());
            }
        }
        let value = value.clone().peel().reference(true);
        self.bind(name, value);
        true
    }

    /// Whether tokens mention a view that lives on.
    pub(super) fn mentions_part(&self, tokens: impl ToTokens) -> bool {
        let tokens: TokenStream = tokens.into_token_stream();
        self.parts.iter().flat_map(|part| &part.names).any(|name| mentions_word(tokens.clone(), name))
    }

    /// Puts back the views of this block that a statement may have written to, and what these are parts of.
    pub(super) fn put_back_behind(&mut self, statement: impl ToTokens) {
        let tokens = statement.into_token_stream();
        let mut written: Vec<Var> = Vec::new();
        for at in (0..self.parts.len()).rev() {
            let part = &self.parts[at];
            let mentioned = part.names.iter().any(|name| mentions_word(tokens.clone(), name));
            if part.nesting == self.nesting && (mentioned || written.contains(&part.copy)) {
                written.push(self.vars.root(&part.of));
                self.put_part_back(at);
            }
        }
    }
}
