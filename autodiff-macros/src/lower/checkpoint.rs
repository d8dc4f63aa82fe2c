//! `#[checkpoint]` on loops, blocks, calls and other expressions: marks around the statements that they become.

use proc_macro2::Span;
use quote::ToTokens;
use syn::spanned::Spanned;

use super::Lower;
use super::env::Value;
use crate::ir::{Checkpoint, Mark, StmtKind, Ty};

const FORMS: &str = "`#[checkpoint]` is written on a loop as it stands, or as `#[checkpoint(sqrt)]`, `#[checkpoint(every = n)]` or `#[checkpoint(slots = n)]`";

/// The `#[checkpoint]` among attributes.
pub(crate) fn mark_of(attrs: &[syn::Attribute]) -> Option<&syn::Attribute> {
    attrs.iter().find(|attr| attr.path().segments.last().is_some_and(|last| last.ident == "checkpoint"))
}

/// The arguments of the attribute.
enum Told {
    Nothing,
    Root,
    Every(syn::Expr),
    Slots(syn::Expr),
}

impl Told {
    fn of(attr: &syn::Attribute) -> Option<Told> {
        match &attr.meta {
            syn::Meta::Path(_) => Some(Told::Nothing),
            syn::Meta::List(list) => match syn::parse2::<syn::Meta>(list.tokens.clone()).ok()? {
                syn::Meta::Path(path) if path.is_ident("sqrt") => Some(Told::Root),
                syn::Meta::NameValue(given) if given.path.is_ident("every") => Some(Told::Every(given.value)),
                syn::Meta::NameValue(given) if given.path.is_ident("slots") => Some(Told::Slots(given.value)),
                _ => None,
            },
            syn::Meta::NameValue(_) => None,
        }
    }
}

impl Lower<'_> {
    /// What `lower` makes of an expression, between marks if the attributes say so. `of`: the expression.
    pub(crate) fn checkpointed(
        &mut self,
        attrs: &[syn::Attribute],
        of: &syn::Expr,
        lower: impl FnOnce(&mut Self) -> Value,
    ) -> Value {
        let Some(attr) = mark_of(attrs) else { return lower(self) };
        let span = attr.span();
        let is_loop = matches!(of, syn::Expr::ForLoop(_) | syn::Expr::While(_) | syn::Expr::Loop(_));
        let how = match Told::of(attr) {
            None => {
                self.diag.error(attr.meta.to_token_stream(), FORMS);
                Checkpoint::Rerun
            }
            Some(Told::Nothing) if is_loop => Checkpoint::Root,
            Some(Told::Nothing) => Checkpoint::Rerun,
            Some(_) if !is_loop => {
                let message = "the arguments of `#[checkpoint]` are for loops: what else is marked runs again as a whole";
                self.diag.error(attr.meta.to_token_stream(), message);
                Checkpoint::Rerun
            }
            Some(Told::Root) => Checkpoint::Root,
            Some(Told::Every(length)) => Checkpoint::Every(self.count(&length)),
            Some(Told::Slots(slots)) => {
                let runtime = &self.request.runtime;
                let schedule = Box::new(syn::parse_quote!(#runtime::__private::leap));
                Checkpoint::Slots(self.count(&slots), schedule)
            }
        };
        self.block.push(StmtKind::Mark(Mark::Begin(how)), span);
        let value = lower(self);
        self.block.push(StmtKind::Mark(Mark::End), span);
        value
    }

    /// A number that the attribute is told, evaluated before the loop.
    fn count(&mut self, expr: &syn::Expr) -> crate::ir::Expr {
        let span: Span = expr.span();
        let value = self.operand(expr, Some(&Ty::usize()));
        let (atom, _) = self.scalar(value, Some(&Ty::usize()), span);
        atom
    }
}
