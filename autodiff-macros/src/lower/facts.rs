//! What typing found, under the names by which lowering asks: of syntax nodes, of fields, and of their parts.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use proc_macro2::Span;

use super::Lower;
use crate::ir::Ty;

/// Types by the name of the expression, field or element that has them.
pub(crate) struct Facts(HashMap<String, Ty>);

impl Facts {
    pub(crate) fn of(types: HashMap<String, Ty>) -> Facts {
        Facts(types)
    }

    pub(crate) fn get(&self, site: &str) -> Option<&Ty> {
        self.0.get(site)
    }
}

/// What is said of a value whose type nothing tells.
const UNKNOWN: &str =
    "the type of this value is not known here: bind it by a `let` with a written type first";

/// Parsed contents of macros and copies of closures: kept, since an expression is known by its address.
#[derive(Default)]
pub(crate) struct Nodes {
    parsed: RefCell<HashMap<(usize, &'static str), Rc<syn::Expr>>>,
}

impl Nodes {
    /// The expression that `make` made for the node the first time.
    pub(crate) fn keep<T>(&self, node: &T, make: impl FnOnce() -> syn::Expr) -> Rc<syn::Expr> {
        let key = (std::ptr::from_ref(node) as usize, std::any::type_name::<T>());
        if let Some(kept) = self.parsed.borrow().get(&key) {
            return kept.clone();
        }
        let made = Rc::new(make());
        self.parsed.borrow_mut().insert(key, made.clone());
        made
    }
}

/// The name of a syntax node.
pub(crate) fn site<T>(node: &T) -> String {
    format!("n{:x}", std::ptr::from_ref(node) as usize)
}

impl Lower<'_> {
    /// Complains about a value whose type nothing tells, unless that may come of what was complained about before.
    pub(crate) fn refuse_unknown(&mut self, span: Span) {
        if self.diag.is_empty() {
            self.refuse_at(span, UNKNOWN);
        }
        self.poisoned = true;
    }
}
