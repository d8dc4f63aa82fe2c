//! Inactive code, kept token for token: which of the user's names it mentions, and what they stand for.

mod capture;
mod names;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};

use self::names::{Use, rewrite};
use super::Lower;
use super::env::{Cell, Scope, Value, find, same};
use super::iter::Iter;
use super::jump::is_false;
use crate::ir::{Expr, Inert, Path, Proj, Role, StmtKind, Ty, Var};

/// An identifier of a name that may be a raw one.
pub(crate) fn ident(name: &str, span: Span) -> Ident {
    match name.strip_prefix("r#") {
        Some(name) => Ident::new_raw(name, span),
        None => Ident::new(name, span),
    }
}

/// User's code with what it needs.
pub(crate) struct Captured {
    pub(crate) inert: Inert,
    /// Inactive scalars that it assigns.
    pub(crate) defs: Vec<(Ident, Option<Expr>, Var)>,
    cells: Vec<Cell>,
}

/// The places that code may write to.
pub(crate) fn writes(inert: &Inert) -> Vec<Var> {
    let mut writes = Vec::new();
    for (_, expr) in &inert.binds {
        if let Expr::WholeMut(path) = expr {
            writes.push(path.root);
        }
    }
    writes
}

/// Code made of parts, their bindings merged.
pub(crate) fn combine(parts: &[Inert], make: impl FnOnce(&[TokenStream]) -> TokenStream) -> Inert {
    let (codes, binds, pure) = united(parts);
    Inert { code: make(&codes), binds, pure }
}

/// The code of each part, all their bindings, and whether all are pure.
fn united(parts: &[Inert]) -> (Vec<TokenStream>, Vec<(Ident, Expr)>, bool) {
    let mut binds: Vec<(Ident, Expr)> = Vec::new();
    let mut codes = Vec::new();
    let mut pure = true;
    for part in parts {
        pure &= part.pure;
        let mut code = part.code.clone();
        for (name, expr) in &part.binds {
            match binds.iter().find(|(other, _)| other == name) {
                Some((_, other)) if same_operand(other, expr) => {}
                Some(_) => {
                    // The same name for something else.
                    let mut n = binds.len();
                    let fresh = loop {
                        let fresh = format_ident!("{}_{}", name, n, span = Span::mixed_site());
                        if !binds.iter().any(|(other, _)| *other == fresh) {
                            break fresh;
                        }
                        n += 1;
                    };
                    code = rename(code, name, &fresh);
                    binds.push((fresh, expr.clone()));
                }
                None => binds.push((name.clone(), expr.clone())),
            }
        }
        codes.push(code);
    }
    (codes, binds, pure)
}

fn same_operand(a: &Expr, b: &Expr) -> bool {
    match (a, b) {
        (Expr::Whole(a), Expr::Whole(b)) => a.root == b.root && a.proj.is_empty() && b.proj.is_empty(),
        (a, b) => same(a, b),
    }
}

/// A function that copies what an item shows, if the item is a reference: types say nothing of references in containers.
/// `element`: what is known of it; the parts of a tuple may be references each.
pub(super) fn owned(runtime: &syn::Path, element: Option<&Ty>) -> TokenStream {
    let item = Ident::new("item", Span::mixed_site());
    let copied = copied(runtime, &item, element);
    quote! {
        |#item| {
            use #runtime::__private::{OfReference as _, OfValue as _};
            #copied
        }
    }
}

fn copied(runtime: &syn::Path, item: &Ident, element: Option<&Ty>) -> TokenStream {
    let Some(Ty::Tuple(parts)) = element else {
        return quote!(#runtime::__private::Item(#item).owned());
    };
    let names: Vec<Ident> = (0..parts.len()).map(|at| format_ident!("{item}_{at}")).collect();
    let copies = names.iter().zip(parts).map(|(name, part)| copied(runtime, name, Some(part)));
    quote!({ let (#(#names,)*) = #item; (#(#copies,)*) })
}

/// Code with another name for what it calls `from`.
pub(crate) fn rename(tokens: TokenStream, from: &Ident, to: &Ident) -> TokenStream {
    rewrite(tokens, false, &mut |name, _, _| (name == from).then(|| to.to_token_stream()), &mut |_| {})
}

impl Lower<'_> {
    /// A name that no other part of the same code has.
    pub(crate) fn fresh_name(&mut self, hint: &str) -> Ident {
        self.names += 1;
        format_ident!("{}{}", hint, self.names, span = Span::mixed_site())
    }

    /// The names of the environment that code mentions.
    fn mentions(&self, scopes: &[Scope], tokens: &TokenStream) -> Vec<(Ident, Use)> {
        let mut names: Vec<(Ident, Use)> = Vec::new();
        let mut strings = Vec::new();
        rewrite(
            tokens.clone(),
            false,
            &mut |name, usage, _| {
                if find(scopes, name).is_some() {
                    match names.iter_mut().find(|(other, _)| other == name) {
                        Some((_, other)) => *other = usage.max(*other),
                        None => names.push((name.clone(), usage)),
                    }
                }
                None
            },
            &mut |name| strings.push(name),
        );
        for name in strings {
            if find(scopes, &name).is_some() && !names.iter().any(|(other, _)| *other == name) {
                names.push((name, Use::Read));
            }
        }
        names
    }

    /// Whether nothing that the code mentions can be active.
    pub(crate) fn is_inactive(&self, tokens: &TokenStream) -> bool {
        self.is_inactive_in(&self.scopes, tokens)
    }

    pub(crate) fn is_inactive_in(&self, scopes: &[Scope], tokens: &TokenStream) -> bool {
        let mentions = self.mentions(scopes, tokens);
        mentions.iter().all(|(name, _)| find(scopes, name).is_some_and(|value| self.value_is_inactive(value)))
    }

    /// Whether nothing that the code reads carries a derivative, though its type might: parts of what is marked `#[no_diff]`.
    pub(crate) fn reads_constants(&self, tokens: &TokenStream) -> bool {
        fn is_constant(lower: &Lower<'_>, value: &Value) -> bool {
            match value {
                Value::Path(path) => lower.is_constant(path),
                Value::Ref { to, mutable: false } => is_constant(lower, to),
                _ => false,
            }
        }
        self.mentions(&self.scopes, tokens).iter().all(|(name, usage)| {
            find(&self.scopes, name).is_some_and(|value| {
                self.value_is_inactive(value) || *usage == Use::Read && is_constant(self, value)
            })
        })
    }

    /// Whether a path shows something that carries no derivative, and of which nothing else is known: code on it is kept.
    pub(crate) fn is_untyped_constant(&self, path: &Path) -> bool {
        self.is_constant(path) && matches!(self.path_ty(path), Ty::Named(_) | Ty::Unknown)
    }

    fn value_is_inactive(&self, value: &Value) -> bool {
        match value {
            Value::Code(..) | Value::Function(_) => true,
            Value::Iter(iter) => matches!(**iter, Iter::Range { ty: Ty::Int(_), .. }),
            Value::Closure(closure) => self.closure_is_inactive(closure),
            Value::Ref { to, .. } => self.value_is_inactive(to),
            Value::Tuple(items) => items.iter().all(|item| self.value_is_inactive(item)),
            Value::Later => false,
            Value::Path(path) if self.is_untyped_constant(path) => true,
            value => !self.ty_of(value).may_be_active(),
        }
    }

    /// Whether code can stand elsewhere as it is: it does not jump out of itself.
    pub(crate) fn can_stand_alone(tokens: &TokenStream) -> bool {
        fn scan(tokens: TokenStream, in_loop: bool) -> bool {
            let mut in_loop = in_loop;
            tokens.into_iter().all(|token| match token {
                TokenTree::Ident(word) => {
                    if word == "for" || word == "while" || word == "loop" {
                        in_loop = true;
                    }
                    word != "return"
                        && word != "await"
                        && word != "yield"
                        && (in_loop || (word != "break" && word != "continue"))
                }
                TokenTree::Punct(punct) => punct.as_char() != '?',
                TokenTree::Group(group) => scan(group.stream(), in_loop),
                TokenTree::Literal(_) => true,
            })
        }
        scan(tokens.clone(), false)
    }

    /// Inactive code as a value.
    pub(crate) fn inactive_code(&mut self, tokens: TokenStream, ty: Ty, pure: bool) -> Value {
        let span = syn::spanned::Spanned::span(&tokens);
        let Some(captured) = self.capture(tokens, pure, span) else { return Value::Poison };
        if captured.defs.is_empty() {
            let impure = !captured.inert.pure
                || captured.inert.binds.iter().any(|(_, e)| matches!(e, Expr::WholeMut(_)));
            if impure && ty.is_scalar() {
                return Value::Atom(self.temp("value", ty.clone(), Expr::Inert(captured.inert), span), ty);
            }
            return Value::Code(captured.inert, ty);
        }
        // It assigns variables: a statement that defines its result beside them.
        if !ty.is_scalar() {
            return self.refuse_at(
                span,
                "this changes a variable inside of an expression: do so in a statement of its own",
            );
        }
        let result = self.fresh_name("result");
        let code = captured.inert.code;
        let inert = Inert { code: quote!(#result = #code;), binds: captured.inert.binds, pure: false };
        let var = self.vars.fresh("value", ty.clone(), Role::Value, span);
        let mut defs = captured.defs;
        defs.push((result, None, var));
        self.push_inert(inert, defs, &captured.cells, span);
        Value::Atom(Expr::Var(var), ty)
    }

    /// Inactive code as a statement.
    pub(crate) fn inactive_statement(&mut self, tokens: TokenStream, span: Span) {
        if let Some(captured) = self.capture(tokens, false, span) {
            self.push_inert(captured.inert, captured.defs, &captured.cells, span);
        }
    }

    fn push_inert(
        &mut self,
        inert: Inert,
        defs: Vec<(Ident, Option<Expr>, Var)>,
        cells: &[Cell],
        span: Span,
    ) {
        let writes = writes(&inert);
        for (cell, (_, _, after)) in cells.iter().zip(&defs) {
            self.state.set(*cell, Some(Expr::Var(*after)));
        }
        self.block.push(StmtKind::Inert { inert, defs, writes }, span);
    }

    /// A part that carries nothing of what may carry a derivative, seen on its own: code may read it whatever the rest is.
    fn apart(&mut self, path: Path, span: Span) -> Path {
        let whole = self.vars[self.vars.root(&path)].ty.may_be_active();
        let Some(Proj::Field(syn::Member::Named(field))) = path.proj.last().filter(|_| whole) else {
            return path;
        };
        if !matches!(self.path_ty(&path), Ty::Inert) {
            return path;
        }
        let view = self.vars.fresh(field.to_string(), Ty::Inert, Role::View, span);
        self.vars[view].view = Some(path);
        self.block.push(StmtKind::View { var: view }, span);
        Path::of(view)
    }

    /// A value as code that yields it.
    pub(crate) fn as_code(&mut self, value: Value, span: Span) -> Option<Inert> {
        let value = self.read(value, span);
        match value {
            Value::Atom(Expr::Lit(lit), _) => {
                let tokens = lit.tokens;
                Some(super::expr::constant(quote!(#tokens)))
            }
            Value::Atom(atom, _) => {
                let name = match &atom {
                    // The user's own name, so that code and complaints read as written.
                    Expr::Var(var) if self.vars[*var].named => {
                        let info = &self.vars[*var];
                        ident(&info.name, info.span)
                    }
                    _ => self.fresh_name("value"),
                };
                Some(Inert { code: name.to_token_stream(), binds: vec![(name, atom)], pure: true })
            }
            Value::Path(path) => {
                let name = self.fresh_name("place");
                let path = self.apart(path, span);
                Some(Inert { code: quote!((*#name)), binds: vec![(name, Expr::Whole(path))], pure: true })
            }
            Value::Ref { to, mutable } => match *to {
                Value::Path(path) if mutable => {
                    let name = self.fresh_name("place");
                    let expr = self.written_place(&name, path)?;
                    Some(Inert { code: name.to_token_stream(), binds: vec![(name, expr)], pure: false })
                }
                Value::Path(path) => {
                    let name = self.fresh_name("place");
                    let path = self.apart(path, span);
                    Some(Inert {
                        code: name.to_token_stream(),
                        binds: vec![(name, Expr::Whole(path))],
                        pure: true,
                    })
                }
                to => {
                    let inner = self.as_code(to, span)?;
                    Some(combine(&[inner], |parts| {
                        let part = &parts[0];
                        quote!((&#part))
                    }))
                }
            },
            Value::Tuple(items) => {
                let mut parts = Vec::new();
                for item in items {
                    parts.push(self.as_code(item, span)?);
                }
                Some(combine(&parts, |parts| quote!((#(#parts,)*))))
            }
            Value::Code(inert, _) => Some(inert),
            Value::Init(init, ty) => {
                let place = self.temp_place("temporary", ty, *init, span);
                self.as_code(Value::Path(Path::of(place)), span)
            }
            Value::Iter(iter) => {
                match *iter {
                    Iter::Range { lo, hi, inclusive, ty } => {
                        let lo = self.as_code(Value::Atom(lo, ty.clone()), span)?;
                        match hi {
                            Some(hi) => {
                                let hi = self.as_code(Value::Atom(hi, ty), span)?;
                                let dots = if inclusive { quote!(..=) } else { quote!(..) };
                                Some(combine(&[lo, hi], |parts| {
                                    let (lo, hi) = (&parts[0], &parts[1]);
                                    quote!((#lo #dots #hi))
                                }))
                            }
                            None => Some(combine(&[lo], |parts| {
                                let lo = &parts[0];
                                quote!((#lo..))
                            })),
                        }
                    }
                    _ => {
                        self.refuse_at(span, "an iterator cannot be handed to code that is not differentiated: collect it first");
                        None
                    }
                }
            }
            Value::Closure(closure) => self.closure_code(&closure, span),
            Value::Optional { .. } | Value::Cursor { .. } => {
                let value = self.read(value, span);
                self.as_code(value, span)
            }
            Value::Maybe { some, .. } if is_false(Some(&some)) => {
                Some(crate::lower::expr::constant(quote!(None)))
            }
            Value::Maybe { some, value } => {
                let some = self.as_code(Value::Atom(some, Ty::bool()), span)?;
                if !self.hands_nothing_active(&value) {
                    self.refuse_at(span, "an `Option` of an active value is supported in `match`, `if let`, `unwrap` and the like only");
                    return None;
                }
                let value = self.as_code(*value, span)?;
                Some(combine(&[some, value], |parts| {
                    let (some, value) = (&parts[0], &parts[1]);
                    quote!((if #some { Some(#value) } else { None }))
                }))
            }
            Value::Record(..) => {
                self.refuse_at(span, super::call::BORROWS);
                None
            }
            Value::Cell(_) | Value::Later | Value::Poison | Value::Never => None,
            Value::Function(_) => {
                self.refuse_at(span, "a function cannot be handed over here: call it");
                None
            }
        }
    }
}
