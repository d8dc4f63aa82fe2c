//! Patterns that take enums apart: such a pattern is kept as a test, and the names in it are bound to payloads.
//!
//! Invariant: a payload is reached only where the test of its variant has succeeded.
//!
//! ```text
//! match shape {                        match *shape {
//!     Shape::Circle(r) => r * r,           Shape::Circle(_) => { let r = (shape as Circle).0; r * r }
//!     Shape::Square { side: s } => *s,     Shape::Square { side: _ } => { (shape as Square).side }
//! }                                    }
//! ```

use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Member, Pat};

use super::{is_binding, names_of};
use crate::ir::Ty;
use crate::lower::Lower;
use crate::lower::env::Value;
use crate::lower::pattern::is_rest;

impl Lower<'_> {
    /// Whether a value may be an enum, as far as its type tells.
    pub(super) fn may_be_enum(&self, value: &Value) -> bool {
        match value {
            Value::Ref { to, .. } => self.may_be_enum(to),
            Value::Path(path) => matches!(self.path_ty(path), Ty::Named(_) | Ty::Unknown),
            _ => false,
        }
    }

    /// The variant that a pattern or a constructor names.
    pub(super) fn variant_of(&self, path: &syn::Path, value: &Value) -> Option<Ident> {
        self.types.variant(path, Some(&self.ty_of(value))).map(|variant| variant.name)
    }

    /// Whether a pattern is of variants.
    pub(super) fn names_variant(&self, pat: &Pat, value: &Value) -> bool {
        match pat {
            Pat::TupleStruct(pat) => self.variant_of(&pat.path, value).is_some(),
            Pat::Struct(pat) => self.variant_of(&pat.path, value).is_some(),
            Pat::Path(pat) => self.variant_of(&pat.path, value).is_some(),
            Pat::Ident(pat) => match &pat.subpat {
                Some((_, inner)) => !is_rest(inner) && self.names_variant(inner, value),
                None => !is_binding(pat),
            },
            Pat::Or(pat) => pat.cases.iter().any(|case| self.names_variant(case, value)),
            Pat::Paren(pat) => self.names_variant(&pat.pat, value),
            Pat::Reference(pat) => self.names_variant(&pat.pat, value),
            Pat::Guard(pat) => self.names_variant(&pat.pat, value),
            _ => false,
        }
    }

    /// Complains of a name alone, taken for a struct's, where only a variant makes sense: other patterns follow.
    pub(super) fn refuse_bare(&mut self, pat: &Pat) -> bool {
        let path = match pat {
            Pat::TupleStruct(pat) => &pat.path,
            Pat::Struct(pat) => &pat.path,
            Pat::Paren(pat) => return self.refuse_bare(&pat.pat),
            Pat::Reference(pat) => return self.refuse_bare(&pat.pat),
            _ => return false,
        };
        let bare = path.get_ident().is_some_and(|name| name != "Self") && !self.types.constructs_struct(path);
        if bare {
            let name = crate::diag::source(path);
            self.refuse(
                path,
                format!(
                    "`{name}` is taken for a struct here: write the enum before it where it is a variant"
                ),
            );
        }
        bare
    }

    /// The fields of a variant that a pattern with positions names.
    pub(super) fn positions<'p>(
        &mut self,
        variant: &Ident,
        elems: &'p syn::punctuated::Punctuated<Pat, syn::Token![,]>,
        value: &Value,
    ) -> Vec<(&'p Pat, Member)> {
        let rest = elems.iter().position(|pat| matches!(pat, Pat::Rest(_)));
        let behind = rest.map_or(0, |at| elems.len() - at - 1);
        let count = match self.ty_of(value) {
            Ty::Named(of) => self.types.count(&of, variant),
            _ => None,
        };
        if behind > 0 && count.is_none() {
            self.refuse(
                elems,
                "`..` in this pattern leaves open which parts are meant: write `_` for each, or put `#[differentiate]` on a module around the enum",
            );
            return Vec::new();
        }
        let total = count.unwrap_or(elems.len());
        let indexed = elems.iter().enumerate().filter(|(at, _)| Some(*at) != rest);
        let position = |at: usize| match rest {
            Some(rest) if at > rest => (total + at).saturating_sub(elems.len()),
            _ => at,
        };
        indexed.map(|(at, pat)| (pat, Member::Unnamed(syn::Index::from(position(at))))).collect()
    }

    /// Binds the names of alternatives, to what they are in the one that matches.
    pub(super) fn bind_alternatives(&mut self, or: &syn::PatOr, value: Value, span: Span) {
        let names = names_of(&Pat::Or(or.clone()));
        if names.is_empty() {
            return;
        }
        if matches!(value, Value::Ref { mutable: true, .. }) || or.cases.iter().any(borrows_to_write) {
            self.refuse(
                or,
                "alternatives that bind what may be changed are not supported here: write an arm for each",
            );
            names.iter().for_each(|name| self.bind(name, Value::Poison));
            return;
        }
        let cases: Vec<&Pat> = or.cases.iter().collect();
        let chosen = self.alternative(&cases, &names, value, span);
        let Some(items) = self.split(chosen, names.len()) else { return };
        if items.iter().any(|item| matches!(item, Value::Poison)) {
            names.iter().for_each(|name| self.bind(name, Value::Poison));
            return;
        }
        for (name, item) in names.iter().zip(items) {
            self.bind_name(name, false, item);
        }
    }

    /// What the names are in the first of the alternatives that matches, as a tuple.
    fn alternative(&mut self, cases: &[&Pat], names: &[Ident], value: Value, span: Span) -> Value {
        let Some((case, others)) = cases.split_first() else { return Value::Never };
        let bound = |lower: &mut Self, value: Value| {
            lower.bind_matched(case, value);
            let found = names.iter().map(|name| lower.lookup(name).cloned().unwrap_or(Value::Poison));
            Value::Tuple(found.collect())
        };
        if others.is_empty() {
            return self.scoped(|lower| bound(lower, value));
        }
        match self.pattern_test(case, value.clone()) {
            None => Value::Poison,
            Some(super::pattern::Test::Always) => self.scoped(|lower| bound(lower, value)),
            Some(super::pattern::Test::If(cond)) => {
                let again = value.clone();
                self.if_else(
                    cond,
                    span,
                    |lower| bound(lower, value),
                    |lower| lower.alternative(others, names, again, span),
                )
            }
        }
    }
}

/// Whether a pattern binds something by `ref mut`.
fn borrows_to_write(pat: &Pat) -> bool {
    match pat {
        Pat::Ident(pat) => pat.by_ref.is_some() && pat.mutability.is_some(),
        Pat::Paren(pat) => borrows_to_write(&pat.pat),
        Pat::Reference(pat) => borrows_to_write(&pat.pat),
        Pat::Tuple(pat) => pat.elems.iter().any(borrows_to_write),
        Pat::TupleStruct(pat) => pat.elems.iter().any(borrows_to_write),
        Pat::Slice(pat) => pat.elems.iter().any(borrows_to_write),
        Pat::Or(pat) => pat.cases.iter().any(borrows_to_write),
        Pat::Struct(pat) => pat.fields.iter().any(|field| borrows_to_write(&field.pat)),
        _ => false,
    }
}

/// A pattern that matches the same values and binds nothing.
pub(super) fn blank(pat: &Pat) -> Pat {
    let wild = || -> Pat { syn::parse_quote!(_) };
    match pat {
        Pat::Ident(name) if is_binding(name) => match &name.subpat {
            Some((_, inner)) => blank(inner),
            None => wild(),
        },
        Pat::Paren(inner) => {
            let mut inner = inner.clone();
            *inner.pat = blank(&inner.pat);
            Pat::Paren(inner)
        }
        Pat::Reference(inner) => {
            let mut inner = inner.clone();
            *inner.pat = blank(&inner.pat);
            Pat::Reference(inner)
        }
        Pat::Tuple(tuple) => {
            let mut tuple = tuple.clone();
            tuple.elems.iter_mut().for_each(|elem| *elem = blank(elem));
            Pat::Tuple(tuple)
        }
        Pat::TupleStruct(variant) => {
            let mut variant = variant.clone();
            variant.elems.iter_mut().for_each(|elem| *elem = blank(elem));
            Pat::TupleStruct(variant)
        }
        Pat::Slice(slice) => {
            let mut slice = slice.clone();
            for elem in &mut slice.elems {
                *elem = if is_rest(elem) { syn::parse_quote!(..) } else { blank(elem) };
            }
            Pat::Slice(slice)
        }
        Pat::Or(or) => {
            let mut or = or.clone();
            or.cases.iter_mut().for_each(|case| *case = blank(case));
            Pat::Or(or)
        }
        Pat::Struct(variant) => {
            let mut variant = variant.clone();
            for field in &mut variant.fields {
                *field.pat = blank(&field.pat);
                field.colon_token.get_or_insert_with(|| syn::Token![:](field.member.span()));
            }
            Pat::Struct(variant)
        }
        pat => pat.clone(),
    }
}

/// The tokens of a pattern that binds nothing.
pub(super) fn blank_tokens(pat: &Pat) -> proc_macro2::TokenStream {
    blank(pat).to_token_stream()
}

#[cfg(test)]
mod tests {
    use quote::{ToTokens, quote};
    use syn::parse::Parser;

    use super::*;

    #[test]
    fn blank_patterns_match_the_same_and_bind_nothing() {
        for (pattern, expected) in [
            (quote!(Shape::Circle(r)), quote!(Shape::Circle(_))),
            (quote!(Shape::Square { side, at: (x, 0) }), quote!(Shape::Square { side: _, at: (_, 0) })),
            (quote!(&Shape::Ring(ref a, mut b @ 1..=5, ..)), quote!(&Shape::Ring(_, 1..=5, ..))),
            (quote!(whole @ (Shape::A(x) | Shape::B(x))), quote!((Shape::A(_) | Shape::B(_)))),
            (quote!(Shape::Poly([first, rest @ ..])), quote!(Shape::Poly([_, ..]))),
            (quote!(Nothing), quote!(Nothing)),
        ] {
            let pat = Pat::parse_multi_with_leading_vert.parse2(pattern).unwrap();
            assert_eq!(blank(&pat).to_token_stream().to_string(), expected.to_string());
        }
    }
}
