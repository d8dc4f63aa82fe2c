//! Types with variables, and their unification.
//!
//! References are left out: what a reference refers to has its type. Unification never fails; where two types do not fit,
//! nothing is concluded, and rustc says what is wrong.

use std::collections::HashMap;

use proc_macro2::TokenStream;
use quote::ToTokens;

use crate::ir::{Float, Ty};

/// A type as far as it is known while the function is looked through.
#[derive(Clone)]
pub(super) enum Term {
    Variable(usize),
    Float(Float),
    Int(Option<String>),
    Inert,
    Array(Box<Term>, Option<TokenStream>),
    Slice(Box<Term>),
    Vec(Box<Term>),
    Tuple(Vec<Term>),
    Named(Box<syn::Type>),
    Option(Box<Term>),
    /// An iterator over items of the type, or a range.
    Iter(Box<Term>),
    Function(Vec<Term>, Box<Term>),
}

/// What is known of a variable.
#[derive(Clone)]
enum State {
    Free,
    /// The type of a literal: some float, some integer.
    Float,
    Int,
    Bound(Term),
}

/// The variables.
#[derive(Default)]
pub(super) struct Table {
    states: Vec<State>,
    /// Names of types that are not in sight, and what they turned out to be another name of.
    aliases: HashMap<String, Option<Term>>,
    /// Something was concluded since it was last asked.
    changed: bool,
}

/// Under which name it is known what a name of a type stands for.
pub(crate) fn alias_site(name: &syn::Type) -> String {
    format!("type {}", name.to_token_stream())
}

/// How deep a type may be: what unifies with a part of itself has no end.
const DEPTH: usize = 24;

impl Table {
    pub(super) fn fresh(&mut self) -> Term {
        self.variable(State::Free)
    }

    pub(super) fn float(&mut self) -> Term {
        self.variable(State::Float)
    }

    pub(super) fn int(&mut self) -> Term {
        self.variable(State::Int)
    }

    fn variable(&mut self, state: State) -> Term {
        self.states.push(state);
        Term::Variable(self.states.len() - 1)
    }

    /// Whether something was concluded since the last call.
    pub(super) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// The term with its outermost variable followed.
    pub(super) fn head(&self, term: &Term) -> Term {
        let mut term = term;
        loop {
            term = match term {
                Term::Variable(at) => match &self.states[*at] {
                    State::Bound(to) => to,
                    _ => break,
                },
                Term::Named(name) => match self.aliases.get(&alias_site(name)) {
                    Some(Some(to)) => to,
                    _ => break,
                },
                _ => break,
            };
        }
        term.clone()
    }

    /// Notes that nothing is known of a name: it may stand for a number.
    pub(super) fn may_be_alias(&mut self, name: &syn::Type) {
        self.aliases.entry(alias_site(name)).or_default();
    }

    /// What names of types stand for, under the names of these facts.
    pub(super) fn aliases(&self) -> HashMap<String, Ty> {
        let known = self.aliases.iter().filter_map(|(site, to)| Some((site.clone(), self.ty(to.as_ref()?))));
        known.filter(|(_, ty)| ty.is_scalar()).collect()
    }

    /// The variable that a term is, if nothing is known of it.
    pub(super) fn variable_of(&self, term: &Term) -> Option<usize> {
        match self.head(term) {
            Term::Variable(at) if matches!(self.states[at], State::Free) => Some(at),
            _ => None,
        }
    }

    /// Whether a term is a float, of whichever type.
    pub(super) fn is_float(&self, term: &Term) -> bool {
        match self.head(term) {
            Term::Float(_) => true,
            Term::Variable(at) => matches!(self.states[at], State::Float),
            _ => false,
        }
    }

    pub(super) fn is_int(&self, term: &Term) -> bool {
        match self.head(term) {
            Term::Int(_) => true,
            Term::Variable(at) => matches!(self.states[at], State::Int),
            _ => false,
        }
    }

    /// Whether a term is known to be of integers and the like.
    pub(super) fn carries_nothing(&self, term: &Term) -> bool {
        match self.head(term) {
            Term::Inert => true,
            Term::Array(item, _) | Term::Slice(item) | Term::Vec(item) | Term::Option(item) => {
                self.carries_nothing(&item)
            }
            Term::Tuple(items) => items.iter().all(|item| self.carries_nothing(item)),
            of => self.is_int(&of),
        }
    }

    /// Whether nothing at all is known.
    pub(super) fn is_free(&self, term: &Term) -> bool {
        self.variable_of(term).is_some()
    }

    /// A term for a known type; what is unknown in it gets a variable.
    pub(super) fn of(&mut self, ty: &Ty) -> Term {
        match ty {
            Ty::Float(Float::Any) => self.float(),
            Ty::Float(float) => Term::Float(float.clone()),
            Ty::Int(None) => self.int(),
            Ty::Int(name) => Term::Int(name.clone()),
            Ty::Inert => Term::Inert,
            Ty::Array(t, len) => Term::Array(Box::new(self.of(t)), len.clone()),
            Ty::Slice(t) => Term::Slice(Box::new(self.of(t))),
            Ty::Vec(t) => Term::Vec(Box::new(self.of(t))),
            Ty::Tuple(ts) => Term::Tuple(ts.iter().map(|t| self.of(t)).collect()),
            Ty::Named(name) => Term::Named(name.clone()),
            Ty::Unknown => self.fresh(),
        }
    }

    /// What is known of a term at the end.
    pub(super) fn ty(&self, term: &Term) -> Ty {
        self.ty_within(term, DEPTH)
    }

    /// What is known of a term and of its parts, under the names of these: `x[]`, `x.0`, `x?`.
    pub(super) fn parts(&self, site: &str, term: &Term, known: &mut HashMap<String, Ty>) {
        let mut open = vec![(site.to_string(), term.clone())];
        while let Some((site, term)) = open.pop() {
            let term = self.head(&term);
            match &term {
                // That there may be something is worth knowing, even if not what.
                Term::Option(payload) => {
                    let site = format!("{site}?");
                    known.insert(site.clone(), self.ty(payload));
                    open.push((site, (**payload).clone()));
                }
                Term::Tuple(parts) => {
                    open.extend(
                        parts.iter().enumerate().map(|(at, part)| (format!("{site}.{at}"), part.clone())),
                    );
                }
                Term::Array(element, _) | Term::Slice(element) | Term::Vec(element) | Term::Iter(element) => {
                    open.push((format!("{site}[]"), (**element).clone()));
                }
                _ => {}
            }
            match self.ty(&term) {
                Ty::Unknown => {}
                ty => _ = known.insert(site, ty),
            }
        }
    }

    fn ty_within(&self, term: &Term, depth: usize) -> Ty {
        let Some(depth) = depth.checked_sub(1) else { return Ty::Unknown };
        let inside = |term: &Term| Box::new(self.ty_within(term, depth));
        match self.head(term) {
            Term::Variable(at) => match self.states[at] {
                State::Float => Ty::Float(Float::Any),
                State::Int => Ty::Int(None),
                _ => Ty::Unknown,
            },
            Term::Float(float) => Ty::Float(float),
            Term::Int(name) => Ty::Int(name),
            Term::Inert => Ty::Inert,
            Term::Array(t, len) => Ty::Array(inside(&t), len),
            Term::Slice(t) => Ty::Slice(inside(&t)),
            Term::Vec(t) => Ty::Vec(inside(&t)),
            Term::Tuple(ts) => Ty::Tuple(ts.iter().map(|t| *inside(t)).collect()),
            Term::Named(name) => Ty::Named(name),
            Term::Option(_) | Term::Iter(_) | Term::Function(..) => Ty::Unknown,
        }
    }

    /// The type of the elements of a sequence or of the items of an iterator.
    pub(super) fn element(&self, term: &Term) -> Option<Term> {
        match self.head(term) {
            Term::Array(t, _) | Term::Slice(t) | Term::Vec(t) | Term::Iter(t) => Some(*t),
            _ => None,
        }
    }

    /// Concludes that two terms are of one type.
    pub(super) fn unify(&mut self, a: &Term, b: &Term) {
        self.unify_within(a, b, DEPTH);
    }

    fn unify_within(&mut self, a: &Term, b: &Term, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        match (self.head(a), self.head(b)) {
            (Term::Variable(a), Term::Variable(b)) if a == b => {}
            (Term::Variable(a), Term::Variable(b)) => match (&self.states[a], &self.states[b]) {
                (State::Free, _) => self.bind(a, Term::Variable(b)),
                (_, State::Free) => self.bind(b, Term::Variable(a)),
                (State::Float, State::Float) | (State::Int, State::Int) => self.bind(a, Term::Variable(b)),
                _ => {}
            },
            (Term::Named(name), number) | (number, Term::Named(name))
                if self.is_float(&number) || self.is_int(&number) =>
            {
                if let Some(alias @ None) = self.aliases.get_mut(&alias_site(&name)) {
                    *alias = Some(number);
                    self.changed = true;
                }
            }
            (Term::Variable(at), term) | (term, Term::Variable(at)) => {
                let fits = match (&self.states[at], &term) {
                    (State::Free, _) => !self.holds(&term, at, DEPTH),
                    (State::Float, Term::Float(_)) | (State::Int, Term::Int(_)) => true,
                    _ => false,
                };
                if fits {
                    self.bind(at, term);
                }
            }
            (
                Term::Array(a, _) | Term::Slice(a) | Term::Vec(a) | Term::Iter(a),
                Term::Array(b, _) | Term::Slice(b) | Term::Vec(b) | Term::Iter(b),
            )
            | (Term::Option(a), Term::Option(b)) => self.unify_within(&a, &b, depth),
            (Term::Tuple(a), Term::Tuple(b)) if a.len() == b.len() => {
                for (a, b) in a.iter().zip(&b) {
                    self.unify_within(a, b, depth);
                }
            }
            (Term::Function(a, x), Term::Function(b, y)) if a.len() == b.len() => {
                for (a, b) in a.iter().zip(&b) {
                    self.unify_within(a, b, depth);
                }
                self.unify_within(&x, &y, depth);
            }
            _ => {}
        }
    }

    fn bind(&mut self, at: usize, to: Term) {
        self.states[at] = State::Bound(to);
        self.changed = true;
    }

    /// Whether a variable occurs in a term.
    fn holds(&self, term: &Term, variable: usize, depth: usize) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return true };
        match self.head(term) {
            Term::Variable(at) => at == variable,
            Term::Array(t, _) | Term::Slice(t) | Term::Vec(t) | Term::Option(t) | Term::Iter(t) => {
                self.holds(&t, variable, depth)
            }
            Term::Tuple(ts) => ts.iter().any(|t| self.holds(t, variable, depth)),
            Term::Function(ts, t) => ts.iter().chain([&*t]).any(|t| self.holds(t, variable, depth)),
            Term::Float(_) | Term::Int(_) | Term::Inert | Term::Named(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_learned_late_is_known_early() {
        let mut table = Table::default();
        let element = table.fresh();
        let vec = Term::Vec(Box::new(element.clone()));
        let pushed = table.float();
        table.unify(&element, &pushed);
        assert!(matches!(table.ty(&vec), Ty::Vec(t) if matches!(*t, Ty::Float(Float::Any))));
        table.unify(&pushed, &Term::Float(Float::F32));
        assert!(matches!(table.ty(&vec), Ty::Vec(t) if matches!(*t, Ty::Float(Float::F32))));
    }

    #[test]
    fn what_does_not_fit_concludes_nothing() {
        let mut table = Table::default();
        let (float, int) = (table.float(), table.int());
        table.unify(&float, &int);
        assert!(table.is_float(&float) && table.is_int(&int));
        let variable = table.fresh();
        table.unify(&variable, &Term::Vec(Box::new(variable.clone())));
        assert!(table.is_free(&variable));
    }
}
