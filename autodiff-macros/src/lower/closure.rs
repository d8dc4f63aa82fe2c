//! Closures: inlined where they are called. A closure knows the scopes it was written in; variables it captures are
//! seen in their version at the call, those that a `move` closure captures in their version at its definition.

use std::rc::Rc;

use proc_macro2::Span;
use quote::ToTokens;
use syn::spanned::Spanned;

use super::Lower;
use super::env::{Scope, Value};
use super::facts::{Nodes, site};
use super::inert::combine;
use super::jump::may_return;
use crate::ir::{Inert, Ty};

/// A closure, or a function in the place of one.
pub(crate) struct Closure {
    pub(crate) code: Code,
    scopes: Vec<Scope>,
}

pub(crate) enum Code {
    /// The expression is an `Expr::Closure`.
    Closure(Rc<syn::Expr>),
    /// `f64::sqrt`, `g`
    Path(syn::ExprPath),
}

/// How deep closures may be inlined into each other before it looks like a recursion.
const MAX_INLINED: usize = 64;

/// The closure as it is inlined.
pub(crate) fn kept(closure: &syn::ExprClosure, nodes: &Nodes) -> Rc<syn::Expr> {
    nodes.keep(closure, || {
        let mut closure = closure.clone();
        // A jump stands where statements do.
        if !matches!(*closure.body, syn::Expr::Block(_)) && may_return(&closure.body.to_token_stream()) {
            let body = &closure.body;
            *closure.body = syn::parse_quote!({ #body });
        }
        syn::Expr::Closure(closure)
    })
}

impl Lower<'_> {
    pub(crate) fn lower_closure(&mut self, closure: &syn::ExprClosure) -> Value {
        if let Some(token) = &closure.asyncness {
            return self.refuse(token, "an `async` closure cannot be differentiated");
        }
        let kept = kept(closure, self.nodes);
        let mut scopes = self.scopes.clone();
        if closure.capture.is_some() {
            let body = closure.body.to_token_stream();
            for (name, value) in scopes.iter_mut().flatten() {
                if super::jump::mentions_word(body.clone(), name) {
                    *value = self.snapshot(value.clone());
                }
            }
        }
        Value::Closure(Rc::new(Closure { code: Code::Closure(kept), scopes }))
    }

    /// A copy of the variables that a `move` closure takes with it.
    fn snapshot(&mut self, value: Value) -> Value {
        match value {
            Value::Cell(cell) => {
                let info = self.cells[cell.0].clone();
                let atom = self.state.get(cell).cloned();
                Value::Cell(self.cell(&info.name, info.named, info.ty, info.span, atom))
            }
            Value::Tuple(items) => Value::Tuple(items.into_iter().map(|item| self.snapshot(item)).collect()),
            Value::Cursor { iter, at } => match self.snapshot(Value::Cell(at)) {
                Value::Cell(at) => Value::Cursor { iter, at },
                value => value,
            },
            Value::Optional { some, kept } => self.copied_option(some, &kept),
            // By value: a copy of what can be copied, which the variable outside no longer changes.
            Value::Path(from) => {
                let (ty, span) = (self.path_ty(&from), self.vars[from.root].span);
                let (name, mutable) = (self.vars[from.root].name.clone(), self.vars[from.root].mutable);
                let (_, site) = self.path_site(&from);
                let init = crate::ir::Init::Copy { from, how: crate::ir::CopyHow::Move };
                let place = self.temp_place(&name, ty, init, span);
                self.vars[place].named = true;
                self.vars[place].mutable = mutable;
                self.sites.insert(place, site);
                Value::Path(crate::ir::Path::of(place))
            }
            value => value,
        }
    }

    /// What is called for each item: a closure, a variable bound to one, or a function's name.
    pub(crate) fn callable(&mut self, expr: &syn::Expr) -> Option<Rc<Closure>> {
        match expr {
            syn::Expr::Paren(expr) => self.callable(&expr.expr),
            syn::Expr::Group(expr) => self.callable(&expr.expr),
            syn::Expr::Reference(expr) => self.callable(&expr.expr),
            syn::Expr::Closure(closure) => match self.lower_closure(closure) {
                Value::Closure(closure) => Some(closure),
                _ => None,
            },
            syn::Expr::Path(path) => {
                match path.path.get_ident().and_then(|name| self.lookup(name)) {
                    Some(Value::Closure(closure)) => return Some(closure.clone()),
                    Some(value) => {
                        if let Some(function) = self.function_of(value) {
                            return Some(function);
                        }
                    }
                    None => {}
                }
                Some(Rc::new(Closure { code: Code::Path(path.clone()), scopes: self.scopes.clone() }))
            }
            other => {
                self.refuse(other, "a closure is needed here: write it in place or bind it by `let`");
                None
            }
        }
    }

    /// The function that a variable stands for: `let f = square;`.
    pub(super) fn function_of(&self, value: &Value) -> Option<Rc<Closure>> {
        let Value::Code(inert, _) = value else { return None };
        let path: syn::ExprPath = syn::parse2(inert.code.clone()).ok().filter(|_| inert.binds.is_empty())?;
        let shadowed = path.path.get_ident().is_some_and(|name| self.lookup(name).is_some());
        let function = self.types.callable(&path.path).is_some() || self.is_unseen_function(&path.path);
        (function && !shadowed).then(|| Closure::of_path(path))
    }

    /// Calls a closure with values.
    pub(crate) fn apply(
        &mut self,
        closure: &Rc<Closure>,
        args: Vec<Value>,
        want: Option<&Ty>,
        span: Span,
    ) -> Value {
        let kept = match &closure.code {
            Code::Path(path) => return self.apply_path(path, args, want, span),
            Code::Closure(kept) => kept.clone(),
        };
        let syn::Expr::Closure(body) = &*kept else { return Value::Poison };
        if self.inlined >= MAX_INLINED {
            return self.refuse_at(
                span,
                "closures that call each other this deep cannot be inlined: write functions",
            );
        }
        if body.inputs.len() != args.len() {
            return self
                .refuse_at(span, "this closure is called with another number of arguments than it takes");
        }
        let written = match &body.output {
            syn::ReturnType::Type(_, ty) => Some(self.types.ty(ty)),
            syn::ReturnType::Default => None,
        };
        let want = written.as_ref().or(want);
        let outer = std::mem::replace(&mut self.scopes, closure.scopes.clone());
        self.inlined += 1;
        self.scopes.push(Vec::new());
        for (pat, arg) in body.inputs.iter().zip(args) {
            self.bind_argument(pat, arg);
        }
        let tokens = body.body.to_token_stream();
        let value = self.function_target(want, site(body), span, tokens, |lower, tail| {
            lower.tail(&body.body, want, tail)
        });
        self.inlined -= 1;
        self.scopes = outer;
        value
    }

    /// Arguments keep the names that they have outside: an inlined closure makes no copies of its own.
    fn bind_argument(&mut self, pat: &syn::Pat, value: Value) {
        match pat {
            syn::Pat::Ident(pat)
                if pat.mutability.is_none()
                    && pat.by_ref.is_none()
                    && pat.subpat.is_none()
                    && !self.note_stop(&pat.ident) =>
            {
                let value = match value {
                    Value::Path(_) | Value::Ref { .. } => value,
                    value => self.read(value, pat.ident.span()),
                };
                self.bind(&pat.ident, value);
            }
            syn::Pat::Type(typed) => {
                let (passing, ty) = self.types.passing(&typed.ty);
                let value = match (passing, value) {
                    (crate::ir::Passing::Value, value) => self.retype(value, &ty),
                    (_, value) => value,
                };
                self.bind_argument(&typed.pat, value);
            }
            syn::Pat::Reference(reference) => match value {
                Value::Ref { to, .. } => {
                    let value = self.read(*to, reference.span());
                    self.bind_argument(&reference.pat, value);
                }
                value => self.bind_argument(&reference.pat, value),
            },
            syn::Pat::Tuple(tuple) if !tuple.elems.iter().any(|pat| matches!(pat, syn::Pat::Rest(_))) => {
                match self.split(value, tuple.elems.len()) {
                    Some(items) => {
                        for (pat, item) in tuple.elems.iter().zip(items) {
                            self.bind_argument(pat, item);
                        }
                    }
                    None => {
                        self.refuse(tuple, "the value has another shape than this pattern");
                    }
                }
            }
            pat => self.bind_pattern(pat, value),
        }
    }

    /// Whether nothing that a closure captures can be active.
    pub(crate) fn closure_is_inactive(&self, closure: &Closure) -> bool {
        match &closure.code {
            Code::Path(_) => true,
            Code::Closure(expr) => {
                let tokens = expr.to_token_stream();
                self.is_inactive_in(&closure.scopes, &tokens)
            }
        }
    }

    /// A closure as code, where it is handed to code that is not differentiated.
    pub(crate) fn closure_code(&mut self, closure: &Rc<Closure>, span: Span) -> Option<Inert> {
        match &closure.code {
            Code::Path(path) => Some(super::expr::constant(path.to_token_stream())),
            Code::Closure(expr) => {
                let outer = std::mem::replace(&mut self.scopes, closure.scopes.clone());
                let tokens = expr.to_token_stream();
                let captured = self.capture(tokens, true, span);
                self.scopes = outer;
                let captured = captured?;
                if !captured.defs.is_empty() {
                    self.refuse_at(span, "a closure that changes variables cannot be handed to code that is not differentiated");
                    return None;
                }
                Some(combine(&[captured.inert], |parts| {
                    let part = &parts[0];
                    quote::quote!((#part))
                }))
            }
        }
    }
}

impl Closure {
    /// A function that means the same everywhere.
    pub(crate) fn of_path(path: syn::ExprPath) -> Rc<Closure> {
        Rc::new(Closure { code: Code::Path(path), scopes: Vec::new() })
    }

    /// The name of the only parameter, where there is one.
    pub(crate) fn parameter(&self) -> Option<proc_macro2::Ident> {
        let Code::Closure(code) = &self.code else { return None };
        let syn::Expr::Closure(closure) = &**code else { return None };
        let pat = closure.inputs.first()?;
        let name = super::matching::names_of(pat).into_iter().next();
        Some(name.unwrap_or_else(|| proc_macro2::Ident::new("error", pat.span())))
    }

    /// Whether the closure may change a variable.
    pub(crate) fn assigns(&self) -> bool {
        match &self.code {
            Code::Path(_) => false,
            Code::Closure(expr) => assigns(expr.to_token_stream()),
        }
    }
}

/// Whether tokens hold an assignment, `&mut`, or a call of a method that may change its receiver.
fn assigns(tokens: proc_macro2::TokenStream) -> bool {
    use proc_macro2::TokenTree;
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is = |i: usize, c: char| matches!(tokens.get(i), Some(TokenTree::Punct(p)) if p.as_char() == c);
    tokens.iter().enumerate().any(|(i, token)| match token {
        TokenTree::Group(group) => assigns(group.stream()),
        TokenTree::Punct(p) if p.as_char() == '=' => {
            let comparison = is(i + 1, '=') || is(i + 1, '>') || (i > 0 && (is(i - 1, '=') || is(i - 1, '!')));
            let bound = i > 0 && ((is(i - 1, '<') || is(i - 1, '>')) && !(i > 1 && (is(i - 2, '<') || is(i - 2, '>'))));
            let bind = matches!(i.checked_sub(2).and_then(|j| tokens.get(j)), Some(TokenTree::Ident(word)) if word == "let" || word == "mut");
            !comparison && !bound && !bind
        }
        _ => false,
    })
}
