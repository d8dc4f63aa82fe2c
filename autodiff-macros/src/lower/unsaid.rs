//! Types whose name alone is known: a literal `Grid { … }` of a struct that is not in sight may be one of a `Grid<T>`.
//!
//! Ensures: no variable of the function keeps a type of which generic arguments may be missing, so that none is written. What
//! the name was good for (fields, methods), lowering has had of it.

use std::collections::HashSet;

use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};

use crate::ir::{Function, Ty};
use crate::typing::{Scope, path_type};

/// Forgets the names of literals that are nowhere written as types.
pub(super) fn function(
    function: &mut Function,
    scope: &Scope,
    signature: &syn::Signature,
    block: &syn::Block,
) {
    if !function.vars.0.iter().any(|info| is_named(&info.ty)) {
        return;
    }
    let mut names = Names { scope, literals: HashSet::new(), types: HashSet::new() };
    names.visit_block_mut(&mut block.clone());
    if names.literals.is_empty() {
        return;
    }
    names.visit_signature_mut(&mut signature.clone());
    let Names { literals, types, .. } = names;
    let unsaid = |ty: &syn::Type| {
        let text = ty.to_token_stream().to_string();
        literals.contains(&text) && !types.contains(&text)
    };
    for info in &mut function.vars.0 {
        forget(&mut info.ty, &unsaid);
    }
}

fn is_named(ty: &Ty) -> bool {
    match ty {
        Ty::Named(_) => true,
        Ty::Array(t, _) | Ty::Slice(t) | Ty::Vec(t) => is_named(t),
        Ty::Tuple(ts) => ts.iter().any(is_named),
        Ty::Float(_) | Ty::Int(_) | Ty::Inert | Ty::Unknown => false,
    }
}

fn forget(ty: &mut Ty, unsaid: &dyn Fn(&syn::Type) -> bool) {
    match ty {
        Ty::Named(named) if unsaid(named) => *ty = Ty::Unknown,
        Ty::Array(t, _) | Ty::Slice(t) | Ty::Vec(t) => forget(t, unsaid),
        Ty::Tuple(ts) => ts.iter_mut().for_each(|t| forget(t, unsaid)),
        Ty::Named(_) | Ty::Float(_) | Ty::Int(_) | Ty::Inert | Ty::Unknown => {}
    }
}

struct Names<'a> {
    scope: &'a Scope,
    literals: HashSet<String>,
    types: HashSet<String>,
}

impl Names<'_> {
    fn literal(&mut self, path: &syn::Path) {
        let ty = path_type(path.clone());
        let plain = path.segments.last().is_some_and(|last| last.arguments.is_none());
        if plain && !self.scope.defines(&ty) && !path.is_ident("Self") {
            self.literals.insert(path.to_token_stream().to_string());
        }
    }
}

impl VisitMut for Names<'_> {
    fn visit_expr_struct_mut(&mut self, literal: &mut syn::ExprStruct) {
        self.literal(&literal.path);
        visit_mut::visit_expr_struct_mut(self, literal);
    }

    fn visit_expr_call_mut(&mut self, call: &mut syn::ExprCall) {
        if let syn::Expr::Path(path) = &*call.func {
            self.literal(&path.path);
        }
        visit_mut::visit_expr_call_mut(self, call);
    }

    fn visit_type_mut(&mut self, ty: &mut syn::Type) {
        self.types.insert(ty.to_token_stream().to_string());
        visit_mut::visit_type_mut(self, ty);
    }
}
