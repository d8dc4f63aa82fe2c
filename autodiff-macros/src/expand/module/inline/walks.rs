//! Types of the module as iterators, and as what has items: `Iterator`, `IntoIterator`, `FromIterator` of one's own.
//!
//! ```text
//! for x in steps { … }    →    for x in { let mut items = steps; from_fn(|| { let next = |this: &mut Steps| …; next(&mut items) }) } { … }
//! for c in &poly { … }    →    for c in { let into_iter = |this: &Poly| this.c.iter(); into_iter(&poly) } { … }
//! ```

use quote::format_ident;
use syn::{Expr, Type, parse_quote};

use super::names::type_name;
use super::sites::Writing;

/// Whether a method of a trait gives items, or is made of them: it is written out then.
pub(in crate::expand::module) fn is_walk(of_trait: &syn::Ident, method: &syn::Ident) -> bool {
    [("Iterator", "next"), ("IntoIterator", "into_iter"), ("FromIterator", "from_iter")]
        .iter()
        .any(|(name, of)| of_trait == name && method == of)
}

/// Under which name a method of a type is kept: of references to it there may be others.
pub(super) fn key(of: &Type, method: &syn::Ident) -> String {
    let name = type_name(of).unwrap_or_default();
    let lent = match of {
        Type::Reference(reference) if method == "into_iter" => lent(reference.mutability.is_some()),
        _ => "",
    };
    format!("{lent}{name}.{method}")
}

fn lent(mutable: bool) -> &'static str {
    if mutable { "&mut " } else { "&" }
}

/// How the items of an expression are had.
pub(super) enum Walk {
    /// It is an iterator itself, by this function; it stays where it is (`&mut steps`).
    Iterator { next: String, stays: bool },
    /// By this function.
    Items(String),
}

impl Writing<'_> {
    /// How the items of an expression of a type of the module are had. `called`: a method is called on it.
    pub(super) fn walk(&self, expr: &Expr, called: Option<&syn::Ident>) -> Option<Walk> {
        let (inner, before) = match expr {
            Expr::Paren(paren) => return self.walk(&paren.expr, called),
            Expr::Reference(reference) => (&*reference.expr, lent(reference.mutability.is_some())),
            expr => (expr, ""),
        };
        let of = self.type_of(inner)?;
        let has = |name: &str| self.inline.functions.contains_key(&(self.at, name.to_string()));
        let next = format!("{of}.next");
        if has(&next) {
            let of_iterators = |name: &syn::Ident| {
                !self.inline.items.with_method(&name.to_string()).any(|owner| owner == of)
            };
            return called
                .is_none_or(of_iterators)
                .then_some(Walk::Iterator { next, stays: before == "&mut " });
        }
        if called.is_some() {
            return None;
        }
        // A name that is a reference itself does not show it.
        let shown = |name: &syn::ExprPath| {
            name.path.get_ident().is_some_and(|name| self.owned.contains(&name.to_string()))
        };
        let by_value = !matches!(inner, Expr::Path(name) if !shown(name));
        let kinds: &[&str] = match before {
            "" if by_value => &["", "&", "&mut "],
            "" => &["&", "&mut ", ""],
            before => &[before],
        };
        let mut names = kinds.iter().map(|kind| format!("{kind}{of}.into_iter"));
        names.find(|name| has(name)).map(Walk::Items)
    }

    /// The items of an expression.
    pub(super) fn walked(&self, walk: &Walk, expr: &mut Expr) {
        let written = match walk {
            Walk::Items(name) => self.call((name, true), None, vec![expr.clone()], expr),
            Walk::Iterator { next, stays: true } => {
                let Expr::Reference(reference) = &*expr else { return };
                let next = self.call((next, true), None, vec![(*reference.expr).clone()], expr);
                next.map(|next| parse_quote!(::core::iter::from_fn(|| #next)))
            }
            Walk::Iterator { next, stays: false } => {
                let mut items = format_ident!("items");
                while self.bound.contains(&items.to_string()) {
                    items = format_ident!("{items}_");
                }
                let next = self.call((next, true), None, vec![parse_quote!(#items)], expr);
                next.map(|next| parse_quote!({ let mut #items = #expr; ::core::iter::from_fn(|| #next) }))
            }
        };
        if let Some(written) = written {
            *expr = written;
        }
    }
}
