//! Places that are declared without content (`let mut k;`, the value of a branch): which assignment gives them their first.
//!
//! The reversal of a first assignment has nothing to put back and no adjoint to clear; that of a later one has, whatever else
//! the program does with the place between.
//!
//! Ensures (of [`settle`]): rustc sees that what is left without content is filled before it is read.

mod kept;
mod sure;

use std::collections::BTreeMap;

use crate::ir::{Block, Function, Init, Loop, Role, Stmt, StmtKind, Var, VarSet, Vars};

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

/// Moves declarations to where they are needed. Gives a content to start with to places of which nobody knows whether they
/// hold anything when they are assigned, since what is overwritten has to be kept, and to those that rustc would not let
/// the program read.
pub(super) fn settle(mut function: Function) -> Function {
    let mut handed = VarSet::new();
    function.result.leaves().into_iter().for_each(|leaf| leaf.vars(&mut |var| handed.extend([var])));
    sink(&mut function.body, &handed, &function.vars);
    let unsure = Assignments::of(&function).unsure();
    let mut started = sure::unseen(&function);
    for place in started.iter().filter(|place| !unsure.contains(place)) {
        function.vars[place].made_up = true;
    }
    started.unite(&unsure);
    started.subtract(&function.locals_apart());
    kept::start(&mut function, &started);
    function
}

/// Moves declarations into the loop that alone names what they declare: each iteration assigns it before it reads it. What
/// is `handed` out is named behind everything.
fn sink(block: &mut Block, handed: &VarSet, vars: &Vars) {
    let mut at = 0;
    while at < block.stmts.len() {
        let StmtKind::Declare { place, init: Init::Deferred } = block.stmts[at].kind else {
            at += 1;
            continue;
        };
        if handed.contains(&place) {
            at += 1;
            continue;
        }
        let behind = at + 1..block.stmts.len();
        let mut users = behind.filter(|&other| block.stmts[other].mentions(place, vars));
        match (users.next(), users.next()) {
            (Some(only), None) if matches!(block.stmts[only].kind, StmtKind::Loop(_)) => {
                let declaration = block.stmts.remove(at);
                if let StmtKind::Loop(the_loop) = &mut block.stmts[only - 1].kind {
                    the_loop.body.stmts.insert(0, declaration);
                }
            }
            _ => at += 1,
        }
    }
    for stmt in &mut block.stmts {
        stmt.blocks_mut().into_iter().for_each(|inner| sink(inner, handed, vars));
    }
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
            StmtKind::Declare { place, init }
                if matches!(init, Init::Deferred) || self.function.vars[*place].made_up =>
            {
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
        sure::assigned(stmt)
            .filter(|place| self.function.vars[*place].role == Role::Place && self.open.contains(place))
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::{Assignments, Before};
    use crate::ir::print;

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
        assert_eq!(found(text), [Before::Nothing, Before::Either]);
    }

    #[test]
    fn an_iteration_finds_what_another_left() {
        let text = quote! { let mut k; let mut s = 0.0; for i in 0..n { k = [x, s]; s += k[0] * k[1]; } s };
        assert_eq!(found(text), [Before::Either]);
        let text = quote! { let mut s = 0.0; for i in 0..n { let k; k = [x, s]; s += k[0] * k[1]; } s };
        assert_eq!(found(text), [Before::Nothing]);
    }

    fn settled(body: proc_macro2::TokenStream) -> String {
        let item = quote! { fn f(x: f64, n: usize, p: &[Real]) -> f64 { #body } };
        print::function(&super::settle(crate::lower::tests::lowered(&syn::parse2(item).unwrap())))
    }

    #[test]
    fn what_rustc_sees_filled_starts_without_content() {
        for body in [
            quote! { let k; if x > 0.0 { k = [x, x]; } else { k = [x, 1.0]; } k[0] },
            quote! { let k; if x > 0.0 { k = [x, x]; } else { panic!("none"); } k[0] },
            quote! { let k; match n { 0 => { k = [x, x]; } 1 => todo!(), _ => { k = [x, 1.0]; } } k[0] },
            quote! { let k = if n > 1 { p[0] } else { p[1] }; k.sin() },
            quote! { let k; if x > 0.0 { k = [x, x]; k[0] * k[1] } else { x } },
        ] {
            let text = settled(body.clone());
            assert!(text.contains("deferred") || !text.contains("declare k"), "{body}: {text}");
            assert!(!text.contains("Vec::new()"), "{body}: {text}");
        }
    }

    #[test]
    fn what_is_read_under_a_flag_starts_with_some_content() {
        for (body, starts) in [
            (
                quote! { let k = if n > 1 { Some([x, x]) } else { None }; k.map_or(x, |k| k[0]) },
                "[0.0; 2usize]",
            ),
            (quote! { let k = if n > 1 { Some(p[0]) } else { None }; k.unwrap_or(p[1]).sin() }, "Vec::new()"),
            (
                quote! { let mut v = vec![(x, n); n]; let mut s = x; while let Some(k) = v.pop() { s *= k.0; } s },
                "(0.0, 0)",
            ),
        ] {
            let text = settled(body.clone());
            assert!(text.contains(starts), "{body}: {text}");
        }
    }
}
