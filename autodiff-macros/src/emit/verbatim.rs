//! The user's code, kept token for token, with the user's names bound to the versions that they mean.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};

use super::expr::{Code, Level, level_of};
use super::{Emitter, Form, types};
use crate::ir::*;

impl Emitter<'_> {
    /// The code as an expression, behind bindings for those names that mean another version than the one in scope.
    pub(crate) fn inert(&self, inert: &Inert) -> Code {
        let (prelude, code) = self.verbatim(inert, &[], &[]);
        if prelude.is_empty() {
            let level = level_of(&code);
            return Code::new(code, level);
        }
        Code::new(quote_spanned!(self.span=> { #prelude #code }), Level::Loose)
    }

    /// The bindings that the code needs, and the code. `given`: names that are bound otherwise; `writes`: places it may
    /// write to.
    ///
    /// A name that the code only writes as `(*name)` stands for a reference to a place: there the place itself can stand,
    /// and nothing has to be bound.
    fn verbatim(&self, inert: &Inert, given: &[&Ident], writes: &[Var]) -> (TokenStream, TokenStream) {
        let mut prelude = TokenStream::new();
        let mut code = self.this(&inert.code);
        for (name, bind) in &inert.binds {
            if name == "self" || given.contains(&name) {
                continue;
            }
            match bind {
                Expr::Var(var) if self.is_own(name, *var) => {}
                Expr::Whole(path) | Expr::WholeMut(path) => {
                    let mutable = matches!(bind, Expr::WholeMut(_)) || writes.contains(&self.vars.root(path));
                    let place = if mutable { self.path_mut(path) } else { self.path(path) };
                    let place = place.at(Level::Postfix);
                    let form = if mutable { Form::RefMut } else { Form::Ref };
                    let own = path.proj.is_empty() && self.is_own(name, path.root);
                    match with_place(&code, name, &place) {
                        Some((replaced, times)) if times > 0 => code = replaced,
                        _ if own && self.form(path.root) == form => {}
                        _ => {
                            let target = self.reference(path, mutable);
                            prelude.extend(quote_spanned!(self.span=> let #name = #target;));
                        }
                    }
                }
                // A name that the macro made.
                value if name.to_string().starts_with("__") => {
                    let value = self.expr(value, None);
                    code = replace(code, &name.to_string(), &value);
                }
                // The code may call any method on it.
                Expr::Lit(Lit { ty: Ty::Float(float), .. }) => {
                    let float = if *float == Float::Any { &self.float } else { float };
                    let (value, ty) = (self.expr(bind, Some(float)), types::float_name(float));
                    prelude.extend(quote_spanned!(self.span=> let #name: #ty = #value;));
                }
                value => {
                    let value = self.expr(value, None);
                    prelude.extend(quote_spanned!(self.span=> let #name = #value;));
                }
            }
        }
        (prelude, code)
    }

    /// The code in which the receiver has the name it has here: inside of a pullback it is not `self`.
    fn this(&self, code: &TokenStream) -> TokenStream {
        let receiver = self.vars.0.iter().position(|info| info.name == "self").map(|at| Var(at as u32));
        match receiver.map(|var| self.ident(var)) {
            Some(ident) if ident != "self" => replace(code.clone(), "self", &ident.into_token_stream()),
            _ => code.clone(),
        }
    }

    /// A statement of the user's; what it assigns is either in scope under the user's own name or handed out of a block.
    pub(crate) fn inert_stmt(
        &mut self,
        inert: &Inert,
        defs: &[(Ident, Option<Expr>, Var)],
        writes: &[Var],
    ) -> TokenStream {
        let in_place = |this: &Self, (name, before, after): &(Ident, Option<Expr>, Var)| {
            let kept = matches!(before, Some(Expr::Var(before)) if this.flow.same(*before, *after));
            kept && this.is_own(name, *after)
        };
        let outside: Vec<_> = defs.iter().filter(|def| !in_place(self, def)).collect();
        let given: Vec<&Ident> = defs.iter().map(|(name, ..)| name).collect();
        let (prelude, code) = self.verbatim(inert, &given, writes);
        let end = match code.clone().into_iter().last() {
            Some(TokenTree::Punct(punct)) if punct.as_char() == ';' => None,
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace && prelude.is_empty() => {
                None
            }
            _ => Some(quote_spanned!(self.span=> ;)),
        };
        if outside.is_empty() {
            return if prelude.is_empty() {
                quote_spanned!(self.span=> #code #end)
            } else {
                quote_spanned!(self.span=> { #prelude #code #end })
            };
        }
        let (mut begin, mut results) = (TokenStream::new(), Vec::new());
        for (name, before, _) in &outside {
            begin.extend(match before {
                Some(before) => {
                    let before = self.expr(before, None);
                    quote_spanned!(self.span=> let mut #name = #before;)
                }
                None => quote_spanned!(self.span=> let #name;),
            });
            results.push(name);
        }
        let (mut patterns, mut assigned, mut fresh) = (Vec::new(), Vec::new(), Vec::new());
        for (_, _, after) in &outside {
            if self.is_bound(*after) {
                // Declared before: the block's result goes there by way of a fresh name.
                let temporary = self.local(&self.vars[*after].name.clone());
                let ident = self.ident(*after);
                assigned.push(quote_spanned!(self.span=> #ident = #temporary;));
                patterns.push(quote_spanned!(self.span=> #temporary));
            } else {
                fresh.push(*after);
                patterns.push(self.pattern(*after));
            }
        }
        let end = end.unwrap_or_default();
        match (&patterns[..], &results[..]) {
            ([pattern], [result]) => {
                quote_spanned!(self.span=> let #pattern = { #prelude #begin #code #end #result }; #(#assigned)*)
            }
            _ => {
                quote_spanned!(self.span=> let (#(#patterns),*) = { #prelude #begin #code #end (#(#results),*) }; #(#assigned)*)
            }
        }
    }
}

/// `(*name)` replaced by a place, and how often; nothing where the name occurs in another form.
fn with_place(code: &TokenStream, name: &Ident, place: &TokenStream) -> Option<(TokenStream, usize)> {
    let (mut replaced, mut times) = (TokenStream::new(), 0);
    let mut after_dot = false;
    for tree in code.clone() {
        let field =
            std::mem::replace(&mut after_dot, matches!(&tree, TokenTree::Punct(p) if p.as_char() == '.'));
        match tree {
            TokenTree::Ident(ident) if ident == *name && !field => return None,
            TokenTree::Literal(literal) if literal.to_string().contains(&format!("{{{name}")) => return None,
            TokenTree::Group(group) if is_deref_of(&group, name) => {
                replaced.extend(place.clone());
                times += 1;
            }
            TokenTree::Group(group) => {
                let (inner, inside) = with_place(&group.stream(), name, place)?;
                times += inside;
                let mut inner = Group::new(group.delimiter(), inner);
                inner.set_span(group.span());
                replaced.extend([TokenTree::Group(inner)]);
            }
            tree => replaced.extend([tree]),
        }
    }
    Some((replaced, times))
}

pub(super) fn is_deref_of(group: &Group, name: &Ident) -> bool {
    let mut trees = group.stream().into_iter();
    group.delimiter() == Delimiter::Parenthesis
        && matches!(trees.next(), Some(TokenTree::Punct(star)) if star.as_char() == '*')
        && matches!(trees.next(), Some(TokenTree::Ident(ident)) if ident == *name)
        && trees.next().is_none()
}

/// A name replaced by what stands for it, at any depth.
fn replace(code: TokenStream, name: &str, by: &TokenStream) -> TokenStream {
    code.into_iter()
        .flat_map(|tree| match tree {
            TokenTree::Ident(ident) if ident == name => by.clone(),
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), replace(group.stream(), name, by));
                inner.set_span(group.span());
                TokenTree::Group(inner).into()
            }
            tree => tree.into(),
        })
        .collect()
}
