//! What later code reveals about earlier values, and what outlives one attempt at lowering.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::Lower;
use super::env::Value;
use crate::ir::{Path, Ty};

/// Types learned, under the name of the expression, field or element that has them.
#[derive(Default)]
pub(crate) struct Facts {
    types: HashMap<String, Ty>,
    /// Something was learned in this attempt.
    pub(crate) changed: bool,
}

impl Facts {
    /// What is known before the first attempt.
    pub(crate) fn of(types: HashMap<String, Ty>) -> Facts {
        Facts { types, changed: false }
    }

    pub(crate) fn get(&self, site: &str) -> Option<&Ty> {
        self.types.get(site)
    }

    fn learn(&mut self, site: String, ty: Ty) {
        // The first fact stays: one that changed back and forth would be one too many attempts.
        match self.types.get(&site) {
            Some(known) if !matches!(known, Ty::Unknown) || matches!(ty, Ty::Unknown) => {}
            _ => {
                self.types.insert(site, ty);
                self.changed = true;
            }
        }
    }
}

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
    /// Notes what a path of unknown type must be; false where that is not possible.
    pub(crate) fn learn(&mut self, path: &Path, ty: Ty) -> bool {
        let site = self.open_site(path);
        let can = site.is_some();
        if let Some(site) = site {
            self.facts.learn(site, ty);
        }
        can
    }

    /// Whether the type of a value could be learned.
    pub(crate) fn may_learn(&self, value: &Value) -> bool {
        match value {
            Value::Path(path) => self.open_site(path).is_some(),
            Value::Atom(..) | Value::Code(..) => true,
            _ => false,
        }
    }

    /// Under which name a path of unknown type may be learned about.
    fn open_site(&self, path: &Path) -> Option<String> {
        let (known, site) = self.path_site(path);
        // A place without a name of its own would be another one in the next attempt.
        let open = matches!(known, Ty::Unknown)
            && !site.starts_with('v')
            && matches!(self.facts.get(&site), None | Some(Ty::Unknown));
        open.then_some(site)
    }

    /// Notes what the expression called `site` must be.
    pub(crate) fn learn_site(&mut self, site: String, ty: Ty) {
        self.facts.learn(site, ty);
    }
}
