//! What patterns say of what they are matched with.

use super::{Infer, Later};
use crate::typing::term::Term;

impl Infer<'_> {
    /// Binds the names of a pattern.
    pub(super) fn pattern(&mut self, pat: &syn::Pat, term: &Term) {
        use syn::Pat as P;
        match pat {
            P::Ident(pat) => {
                if let Some((_, inner)) = &pat.subpat {
                    self.pattern(inner, term);
                }
                // A constant or a unit variant is no binding, but nothing asks for it either.
                self.note(&pat.ident, term);
                self.bind(&pat.ident, term.clone());
            }
            P::Type(pat) => {
                let written = self.written(&pat.ty);
                self.table.unify(&written, term);
                self.pattern(&pat.pat, &written);
            }
            P::Reference(pat) => self.pattern(&pat.pat, term),
            P::Paren(pat) => self.pattern(&pat.pat, term),
            P::Tuple(pat) => self.tuple(&pat.elems, term),
            P::TupleStruct(pat) => self.tuple_struct(pat, term),
            P::Struct(pat) => {
                let known = self.table.ty(term);
                let variant = self.types.variant(&pat.path, Some(&known));
                let of = self.named(variant.as_ref(), &pat.path);
                let made = self.made(variant.as_ref(), &pat.path);
                self.table.unify(&made, term);
                let base = self.base(of, term);
                let name = variant.map(|variant| variant.name);
                for field in &pat.fields {
                    let part = self.part(&base, name.as_ref(), &field.member);
                    self.pattern(&field.pat, &part);
                }
            }
            P::Slice(pat) => {
                let element = self.item(term);
                for elem in &pat.elems {
                    match elem {
                        P::Ident(rest)
                            if matches!(rest.subpat.as_ref().map(|(_, p)| &**p), Some(P::Rest(_))) =>
                        {
                            self.note(&rest.ident, &Term::Slice(Box::new(element.clone())));
                            self.bind(&rest.ident, Term::Slice(Box::new(element.clone())));
                        }
                        P::Rest(_) => {}
                        elem => self.pattern(elem, &element),
                    }
                }
            }
            P::Or(pat) => pat.cases.iter().for_each(|case| self.pattern(case, term)),
            P::Guard(pat) => {
                self.pattern(&pat.pat, term);
                self.expr(&pat.guard);
            }
            P::Lit(pat) => {
                let lit = self.literal(&pat.lit);
                self.table.unify(&lit, term);
            }
            _ => {}
        }
    }

    /// What the fields in a pattern are looked up in: the type that the pattern names, where of the value nothing is known, and
    /// arguments that the pattern leaves out do not matter since the type is not in sight.
    fn base(&self, of: Term, term: &Term) -> Term {
        let in_sight = match &of {
            Term::Named(of) => self.types.scope.defines(of),
            _ => true,
        };
        if self.table.is_free(term) && !in_sight { of } else { term.clone() }
    }

    fn tuple(&mut self, elems: &syn::punctuated::Punctuated<syn::Pat, syn::Token![,]>, term: &Term) {
        let rest = elems.iter().position(|pat| matches!(pat, syn::Pat::Rest(_)));
        let parts = match (self.table.head(term), rest) {
            (Term::Tuple(parts), _) => parts,
            (_, None) => {
                let parts: Vec<Term> = elems.iter().map(|_| self.table.fresh()).collect();
                self.table.unify(&Term::Tuple(parts.clone()), term);
                parts
            }
            _ => Vec::new(),
        };
        for (at, pat) in elems.iter().enumerate() {
            let from_end = rest.is_some_and(|rest| at > rest);
            let index = if from_end { (parts.len() + at).checked_sub(elems.len()) } else { Some(at) };
            let part = index.and_then(|index| parts.get(index)).cloned();
            let part = part.unwrap_or_else(|| self.table.fresh());
            self.pattern(pat, &part);
        }
    }

    fn tuple_struct(&mut self, pat: &syn::PatTupleStruct, term: &Term) {
        let name = pat.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
        if let ("Some" | "Ok", [inner]) = (name.as_str(), pat.elems.iter().collect::<Vec<_>>().as_slice()) {
            let payload = match self.table.head(term) {
                Term::Option(payload) => *payload,
                _ => {
                    let payload = self.table.fresh();
                    self.table.unify(&Term::Option(Box::new(payload.clone())), term);
                    payload
                }
            };
            self.pattern(inner, &payload);
            return;
        }
        let known = self.table.ty(term);
        let variant = self.types.variant(&pat.path, Some(&known));
        let mut base = term.clone();
        if let (Some(variant), true) = (&variant, self.table.is_free(term)) {
            let of = self.named(Some(variant), &pat.path);
            let made = self.made(Some(variant), &pat.path);
            self.table.unify(&made, term);
            base = self.base(of, term);
        }
        let known = variant.is_some() || self.types.constructs_struct(&pat.path);
        let name = variant.map(|variant| variant.name);
        for (at, inner) in pat.elems.iter().enumerate() {
            if matches!(inner, syn::Pat::Rest(_)) {
                break;
            }
            let part = match known {
                true => self.part(&base, name.as_ref(), &syn::Member::Unnamed(syn::Index::from(at))),
                false => self.table.fresh(),
            };
            self.pattern(inner, &part);
        }
    }

    /// The type of the items that something gives when it is iterated over.
    pub(super) fn item(&mut self, of: &Term) -> Term {
        let item = self.table.fresh();
        self.wait(Later::Item { of: of.clone(), item: item.clone() });
        item
    }

    pub(super) fn conclude_item(&mut self, of: &Term, item: &Term) -> bool {
        match self.table.element(of) {
            Some(element) => self.table.unify(&element, item),
            None if self.table.is_free(of) => return false,
            None => {
                if let Term::Option(payload) = self.table.head(of) {
                    self.table.unify(&payload, item);
                }
            }
        }
        true
    }
}
