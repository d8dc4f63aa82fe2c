//! Places that are declared without content (`let mut k;`, the value of a branch): which assignment gives them their first.
//!
//! The reversal of a first assignment has nothing to put back and no adjoint to clear; that of a later one has, whatever else
//! the program does with the place between.

use std::collections::BTreeMap;

use crate::ir::{Block, Function, Init, Loop, Role, Stmt, StmtKind, Ty, Var, VarSet};

/// What a place that was declared without content holds when it is assigned as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Before {
    /// Nothing, on any path.
    Nothing,
    /// What was assigned earlier.
    Content,
    /// That depends on the path.
    Either,
}

/// What each whole assignment to a place without first content finds there.
#[derive(Clone, Default)]
pub(crate) struct Assignments {
    /// By the preorder number of the statement, the first being 1.
    found: BTreeMap<usize, (Var, Before)>,
}

impl Assignments {
    pub(crate) fn of(function: &Function) -> Assignments {
        let mut walk =
            Walk { function, at: 0, found: BTreeMap::new(), filled: Filled::default(), open: VarSet::new() };
        walk.block(&function.body);
        Assignments { found: walk.found }
    }

    /// What the statement with that number finds, if it assigns such a place.
    pub(crate) fn before(&self, number: usize) -> Option<Before> {
        self.found.get(&number).map(|(_, before)| *before)
    }

    /// The places of which nobody knows at some assignment whether they hold anything.
    pub(crate) fn unsure(&self) -> VarSet {
        self.found.values().filter(|(_, before)| *before == Before::Either).map(|(place, _)| *place).collect()
    }
}

/// Gives `Vec`s of which nobody knows an empty content to start with: whatever is overwritten can then be kept.
pub(super) fn settle(mut function: Function) -> Function {
    let unsure = Assignments::of(&function).unsure();
    if unsure.is_empty() {
        return function;
    }
    let Function { body, vars, .. } = &mut function;
    body.walk_mut(&mut |stmt| {
        if let StmtKind::Declare { place, init: init @ Init::Deferred } = &mut stmt.kind {
            if unsure.contains(place) && matches!(vars[*place].ty, Ty::Vec(_)) {
                *init = Init::EmptyVec(None);
            }
        }
    });
    function
}

/// The places that hold something on some path, and on all of them.
#[derive(Clone, Default)]
struct Filled {
    maybe: VarSet,
    surely: VarSet,
}

struct Walk<'a> {
    function: &'a Function,
    at: usize,
    found: BTreeMap<usize, (Var, Before)>,
    filled: Filled,
    /// What is declared without content.
    open: VarSet,
}

impl Walk<'_> {
    fn block(&mut self, block: &Block) {
        for stmt in &block.stmts {
            self.at += 1;
            self.stmt(stmt);
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Declare { place, init: Init::Deferred } => {
                self.open.insert(*place);
                self.filled.maybe.remove(place);
                self.filled.surely.remove(place);
            }
            StmtKind::If { .. } | StmtKind::Match { .. } => {
                let before = self.filled.clone();
                let mut behind: Option<Filled> = None;
                for arm in stmt.blocks() {
                    self.filled = before.clone();
                    self.block(arm);
                    let arm = std::mem::take(&mut self.filled);
                    match &mut behind {
                        Some(behind) => {
                            behind.maybe.unite(&arm.maybe);
                            behind.surely =
                                behind.surely.iter().filter(|var| arm.surely.contains(var)).collect();
                        }
                        None => behind = Some(arm),
                    }
                }
                self.filled = behind.unwrap_or(before);
            }
            StmtKind::Loop(the_loop) => self.looped(stmt, the_loop),
            _ => {
                if let Some(place) = self.assigned(stmt) {
                    let before =
                        match (self.filled.maybe.contains(&place), self.filled.surely.contains(&place)) {
                            (false, _) => Before::Nothing,
                            (true, true) => Before::Content,
                            (true, false) => Before::Either,
                        };
                    self.found.insert(self.at, (place, before));
                    self.filled.maybe.insert(place);
                    self.filled.surely.insert(place);
                }
            }
        }
    }

    fn looped(&mut self, stmt: &Stmt, the_loop: &Loop) {
        // An iteration finds what those before it left.
        the_loop.body.walk(&mut |inner| {
            if let Some(place) = self.assigned(inner) {
                self.filled.maybe.insert(place);
            }
        });
        let surely = self.filled.surely.clone();
        for block in stmt.blocks() {
            self.block(block);
        }
        self.filled.surely = surely;
    }

    /// The place without first content that the statement assigns as a whole.
    fn assigned(&self, stmt: &Stmt) -> Option<Var> {
        match &stmt.kind {
            StmtKind::Assign { path, slice: false, .. } => {
                let whole = path.proj.is_empty() && self.function.vars[path.root].role == Role::Place;
                (whole && self.open.contains(&path.root)).then_some(path.root)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::{Assignments, Before};

    fn found(body: proc_macro2::TokenStream) -> Vec<Before> {
        let item = quote! { fn f(x: f64, n: usize) -> f64 { #body } };
        let function = crate::lower::tests::lowered(&syn::parse2(item).unwrap());
        Assignments::of(&function).found.into_values().map(|(_, before)| before).collect()
    }

    #[test]
    fn arms_fill_what_the_branch_declares() {
        let text = quote! { let mut k = if x > 0.0 { [x, x] } else { [x, 1.0] }; k = [x * x, k[0]]; k[0] };
        assert_eq!(found(text), [Before::Nothing, Before::Nothing, Before::Content]);
        let text = quote! { let mut k; if x > 0.0 { k = [x, x]; n; } k = [x * x, 1.0]; k[0] };
        // Lowering gives content to what nobody could tell about.
        assert_eq!(found(text), []);
    }

    #[test]
    fn an_iteration_finds_what_another_left() {
        let text = quote! { let mut k; let mut s = 0.0; for i in 0..n { k = [x, s]; s += k[0] * k[1]; } s };
        // Lowering declares it where it is needed.
        assert_eq!(found(text), [Before::Nothing]);
        let text = quote! { let mut s = 0.0; for i in 0..n { let k; k = [x, s]; s += k[0] * k[1]; } s };
        assert_eq!(found(text), [Before::Nothing]);
    }
}
