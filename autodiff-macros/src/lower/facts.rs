//! What typing found, under the names by which lowering asks: of syntax nodes, of fields, and of their parts.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use proc_macro2::Span;

use super::Lower;
use crate::analysis::activity;
use crate::expand::every_parameter;
use crate::ir::{Function, Role, Ty, Var, VarMap};

/// What is known before a function is lowered.
pub(crate) struct Facts {
    /// Types by the name of the expression, field or element that has them.
    types: HashMap<String, Ty>,
    /// Places of unknown type that turned out to hold nothing active.
    constants: HashSet<String>,
}

impl Facts {
    pub(crate) fn of(types: HashMap<String, Ty>) -> Facts {
        Facts { types, constants: HashSet::new() }
    }

    pub(crate) fn get(&self, site: &str) -> Option<&Ty> {
        self.types.get(site)
    }

    /// What names of types stand for, as typing found.
    pub(super) fn aliases(&self) -> Vec<(String, Ty)> {
        let aliases = self.types.iter().filter(|(site, _)| site.starts_with("type "));
        aliases.map(|(site, ty)| (site.clone(), ty.clone())).collect()
    }

    pub(crate) fn is_constant(&self, site: &str) -> bool {
        self.constants.contains(site)
    }

    /// Notes which places of types that may be active hold nothing that is: code on them need not be understood.
    ///
    /// What was given up in this attempt is not in the program, so that one may be noted that is active after all. That is
    /// no danger: activity refuses code that is kept where something active meets it. Whether there are new ones is returned.
    pub(super) fn learn_constants(&mut self, function: &Function, sites: &VarMap<String>) -> bool {
        let open = |var: Var| {
            let info = &function.vars[var];
            let unknown = matches!(info.ty, Ty::Named(_) | Ty::Unknown);
            info.role == Role::Place && unknown && function.params.iter().all(|param| param.var != var)
        };
        // A place without a name of its own would be another one in the next attempt.
        let found =
            (0..function.vars.0.len()).map(|at| Var(at as u32)).filter(|var| open(*var)).filter_map(|var| {
                let site = sites.get(&var).filter(|site| !site.is_empty() && !site.starts_with('v'))?;
                (!self.constants.contains(site)).then_some((var, site))
            });
        let found: Vec<(Var, &String)> = found.collect();
        if found.is_empty() {
            return false;
        }
        let activity = activity(&every_parameter(function), &mut Vec::new());
        // One site may be that of several variables: of a closure that is inlined twice.
        let varied: Vec<&String> =
            found.iter().filter(|(var, _)| activity.varied(*var)).map(|(_, site)| *site).collect();
        let mut changed = false;
        for (_, site) in &found {
            if !varied.contains(site) {
                changed |= self.constants.insert((*site).clone());
            }
        }
        changed
    }
}

/// What is said of a value whose type nothing tells.
const UNKNOWN: &str =
    "the type of this value is not known here: bind it by a `let` with a written type first";

/// Parsed contents of macros and copies of closures: kept, since an expression is known by its address.
#[derive(Default)]
pub(crate) struct Nodes {
    parsed: RefCell<HashMap<Key, Rc<syn::Expr>>>,
}

/// What a node is kept under: where it lies, and its kind, since the first part of a node lies where the node does.
pub(crate) type Key = (usize, &'static str);

/// The key of a node.
pub(crate) fn key<T>(node: &T) -> Key {
    (std::ptr::from_ref(node) as usize, std::any::type_name::<T>())
}

impl Nodes {
    /// The expression that `make` made for the node the first time.
    pub(crate) fn keep<T>(&self, node: &T, make: impl FnOnce() -> syn::Expr) -> Rc<syn::Expr> {
        if let Some(kept) = self.kept(node) {
            return kept;
        }
        let made = Rc::new(make());
        self.keep_as(key(node), made.clone());
        made
    }

    /// Keeps an expression for the node of that key.
    pub(crate) fn keep_as(&self, key: Key, made: Rc<syn::Expr>) {
        self.parsed.borrow_mut().insert(key, made);
    }

    /// What was made for the node, if anything was.
    pub(crate) fn kept<T>(&self, node: &T) -> Option<Rc<syn::Expr>> {
        self.parsed.borrow().get(&key(node)).cloned()
    }

    /// What was made for the node.
    pub(crate) fn take<T>(&self, node: &T) -> Option<Rc<syn::Expr>> {
        self.parsed.borrow_mut().remove(&key(node))
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
