//! Places declared without content that rustc would not let the program read: it follows no flags, so that what is filled
//! where a condition holds may not be read where the same condition holds once more. An `Option` that a branch gives is such
//! a place, and what a jump carries, and what comes out of a `Vec` that may be empty.

use crate::ir::{Block, Function, Head, Init, Loop, Path, Stmt, StmtKind, Ty, Var, VarSet, Vars};
use crate::lower::jump;

/// The places that something reads, or whose zero is asked for at the end of their block, where not every path of control
/// has filled them.
pub(super) fn unseen(function: &Function) -> VarSet {
    let mut walk = Walk {
        vars: &function.vars,
        open: VarSet::new(),
        filled: Some(VarSet::new()),
        unseen: VarSet::new(),
    };
    walk.block(&function.body);
    function.result.leaves().into_iter().for_each(|leaf| leaf.vars(&mut |var| walk.read(var)));
    walk.unseen
}

struct Walk<'a> {
    vars: &'a Vars,
    /// What is declared without content.
    open: VarSet,
    /// What holds something on every path to here; none where no path leads here.
    filled: Option<VarSet>,
    unseen: VarSet,
}

impl Walk<'_> {
    fn block(&mut self, block: &Block) {
        block.stmts.iter().for_each(|stmt| self.stmt(stmt));
        for stmt in &block.stmts {
            match stmt.kind {
                StmtKind::Declare { place, init: Init::Deferred } if !has_shape(&self.vars[place].ty) => {
                    self.read(place);
                }
                _ => {}
            }
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        let target = assigned(stmt);
        match &stmt.kind {
            StmtKind::Declare { place, init: Init::Deferred } => {
                self.open.insert(*place);
                if let Some(filled) = &mut self.filled {
                    filled.remove(place);
                }
            }
            StmtKind::View { var } => self.read(*var),
            _ => {
                let mut seen_target = false;
                stmt.reads(&mut |var| {
                    // The target of the assignment is told last, and read only if the content is made of it.
                    if Some(var) == target && !std::mem::replace(&mut seen_target, true) {
                        return;
                    }
                    self.read(var);
                });
            }
        }
        match &stmt.kind {
            StmtKind::If { .. } | StmtKind::Match { .. } => self.arms(&stmt.blocks()),
            StmtKind::Loop(the_loop) => self.looped(the_loop),
            StmtKind::Inert { inert, .. } if jump::panics(&inert.code) => self.filled = None,
            _ => {}
        }
        if let (Some(place), Some(filled)) = (target, &mut self.filled) {
            filled.insert(place);
        }
    }

    fn arms(&mut self, arms: &[&Block]) {
        let before = self.filled.clone();
        let mut behind: Option<VarSet> = None;
        for arm in arms {
            self.filled.clone_from(&before);
            self.block(arm);
            behind = match (behind, self.filled.take()) {
                (Some(a), Some(b)) => Some(a.iter().filter(|var| b.contains(var)).collect()),
                (a, b) => a.or(b),
            };
        }
        self.filled = behind;
    }

    fn looped(&mut self, the_loop: &Loop) {
        if let Head::While { test, .. } = &the_loop.head {
            self.block(test);
        }
        let before = self.filled.clone();
        self.block(&the_loop.body);
        if !matches!(the_loop.head, Head::Forever) {
            self.filled = before;
        }
    }

    fn read(&mut self, var: Var) {
        let place = self.vars.root(&Path::of(var));
        let unfilled = self.filled.as_ref().is_some_and(|filled| !filled.contains(&place));
        if unfilled && self.open.contains(&place) {
            self.unseen.insert(place);
        }
    }
}

/// The place that a statement assigns as a whole.
pub(super) fn assigned(stmt: &Stmt) -> Option<Var> {
    match &stmt.kind {
        StmtKind::Assign { path, slice: false, .. } if path.proj.is_empty() => Some(path.root),
        _ => None,
    }
}

/// Whether the type alone says what a zero looks like.
fn has_shape(ty: &Ty) -> bool {
    match ty {
        Ty::Array(element, Some(_)) => has_shape(element),
        Ty::Tuple(parts) => parts.iter().all(has_shape),
        ty => ty.is_scalar() || !ty.may_be_active(),
    }
}
