//! Forward substitution: atoms everywhere, other values into the one place that uses them.
//!
//! Invariant: a value moves only past statements that change nothing it is made of, and, if evaluating it could be told from
//! outside (it may panic), past no effect; never into a block that may run more than once or not at all.

use super::Context;
use super::summary::{Summary, dependencies, left};
use crate::ir::{Arg, Block, Expr, Head, Proj, Role, Stmt, StmtKind, Var, VarMap};
use crate::rules::Syntax;

/// Larger expressions keep their name.
const LARGEST: usize = 24;

impl Context<'_> {
    pub(super) fn substitute(&mut self, block: &mut Block, of_block: &mut Vec<Summary>) -> bool {
        if !block.stmts.iter().any(|stmt| matches!(stmt.kind, StmtKind::Let { .. })) {
            return false;
        }
        let mut changed = false;
        let mut slots: Vec<Option<Stmt>> = std::mem::take(&mut block.stmts).into_iter().map(Some).collect();
        let mut summaries = std::mem::take(of_block);
        let mut uses: VarMap<Vec<usize>> = VarMap::new();
        for (index, summary) in summaries.iter().enumerate() {
            for var in &summary.reads {
                uses.or_default(*var).push(index);
            }
        }
        for at in 0..slots.len() {
            let Some(Stmt { kind: StmtKind::Let { var, expr }, .. }) = &slots[at] else { continue };
            let var = *var;
            let candidate = if expr.is_atom() {
                !self.vars[var].named || self.made(var)
            } else {
                !self.vars[var].named && !self.vars[var].telling
            };
            if !candidate || self.outputs.contains(&var) {
                continue;
            }
            // Where a value that was substituted itself stood, nothing is read any more.
            let sites = uses.get(&var).into_iter().flatten().copied();
            let sites: Vec<usize> = sites.filter(|site| slots[*site].is_some()).collect();
            let Some(&last) = sites.iter().max() else { continue };
            if !expr.is_atom() && (sites.len() != 1 || expr.size() > LARGEST) {
                continue;
            }
            let expr = expr.clone();
            let done = if expr.is_atom() {
                self.atom_may_move(&expr, at, last, &slots, &summaries)
                    && self.replace_everywhere(var, &expr, &sites, &mut slots)
            } else {
                self.may_move(&expr, at, last, &summaries)
                    && replace_once(var, &expr, slots[last].as_mut().expect("a use"))
            };
            if done {
                for site in &sites {
                    summaries[*site] = Summary::of(slots[*site].as_ref().expect("a use"), self.vars);
                    expr.vars(&mut |read| uses.or_default(read).push(*site));
                }
                uses.remove(&var);
                slots[at] = None;
                summaries[at] = Summary::default();
                changed = true;
            }
        }
        (block.stmts, *of_block) = left(slots, summaries);
        changed
    }

    /// An immutable atom may go anywhere, a mutable one only as far as it keeps its value.
    fn atom_may_move(
        &self,
        atom: &Expr,
        at: usize,
        last: usize,
        slots: &[Option<Stmt>],
        summaries: &[Summary],
    ) -> bool {
        let Expr::Var(var) = atom else { return true };
        if self.vars[*var].role != Role::Mut {
            return true;
        }
        let leaf = slots[last].as_ref().is_some_and(|stmt| stmt.blocks().is_empty());
        let end = if leaf { last } else { last + 1 };
        !summaries[at + 1..end].iter().any(|summary| summary.changes.contains(var))
    }

    fn may_move(&self, expr: &Expr, at: usize, to: usize, summaries: &[Summary]) -> bool {
        let needs = dependencies(expr, self.vars);
        let delicate = self.primal && !expr.speculable();
        !summaries[at + 1..to]
            .iter()
            .any(|summary| summary.changes_any(&needs) || (delicate && summary.effects))
    }

    fn replace_everywhere(&self, var: Var, atom: &Expr, sites: &[usize], slots: &mut [Option<Stmt>]) -> bool {
        // Tapes and pullbacks name variables, not expressions.
        let nameable = |stmt: &Stmt| {
            let mut fine = true;
            let mut check = |stmt: &Stmt| {
                stmt.parts(&mut |part| {
                    if let crate::ir::visit::Part::Use(read) = part {
                        fine &= read != var;
                    }
                });
                fine &= !inert_reads(stmt, var);
                if let StmtKind::View { var: view } = &stmt.kind {
                    fine &= self.vars[*view].view.as_ref().is_none_or(|path| {
                        let mut reads = path.root == var;
                        path.index_vars(&mut |read| reads |= read == var);
                        !reads
                    });
                }
            };
            check(stmt);
            for block in stmt.blocks() {
                block.walk(&mut |stmt| check(stmt));
            }
            fine
        };
        if !sites.iter().all(|site| slots[*site].as_ref().is_some_and(nameable)) || self.viewed.contains(&var)
        {
            return false;
        }
        for site in sites {
            let stmt = slots[*site].as_mut().expect("a use");
            let mut replace = |expr: &mut Expr| {
                if matches!(expr, Expr::Var(read) if *read == var) {
                    *expr = atom.clone();
                }
            };
            stmt.exprs_mut(&mut replace);
            for block in stmt.blocks_mut() {
                block.walk_mut(&mut |stmt| stmt.exprs_mut(&mut replace));
            }
        }
        true
    }
}

/// Whether the user's own code reads the variable: it does so by name.
fn inert_reads(stmt: &Stmt, var: Var) -> bool {
    let mut found = false;
    stmt.parts(&mut |part| {
        if let crate::ir::visit::Part::Read(expr) = part {
            expr.walk(&mut |expr| {
                if let Expr::Inert(inert) = expr {
                    found |= inert.binds.iter().any(|(_, bind)| bind.mentions(var));
                }
            });
        }
    });
    if let StmtKind::Inert { inert, .. } = &stmt.kind {
        found |= inert.binds.iter().any(|(_, bind)| bind.mentions(var));
    }
    found
}

/// Puts `expr` where `stmt` reads `var`, if that is once, and evaluated once, before anything the statement does.
fn replace_once(var: Var, expr: &Expr, stmt: &mut Stmt) -> bool {
    if reaches_payload(expr) && holds_open(stmt, var) {
        return false;
    }
    let (mut found, mut receives) = (0, false);
    sites(stmt, &mut |site| {
        found += occurrences(site, var);
        receives |= is_receiver(site, var);
    });
    // A method asks for the type of its receiver, which the user's code may leave to what it is used for (`zero()`): the
    // variable has a type that can be written.
    if found != 1 || receives && matches!(expr, Expr::Inert(inert) if inert.may_be_of_any_type()) {
        return false;
    }
    sites(stmt, &mut |site| {
        site.walk_mut(&mut |read| {
            if matches!(read, Expr::Var(read) if *read == var) {
                *read = expr.clone();
            }
        });
    });
    true
}

/// Whether a method of the variable is called.
fn is_receiver(expr: &Expr, var: Var) -> bool {
    let mut found = false;
    expr.walk(&mut |expr| {
        if let Expr::Rule(rule, args) = expr {
            found |= rule.syntax == Syntax::Method
                && matches!(args.first(), Some(Expr::Var(read)) if *read == var);
        }
    });
    found
}

/// Whether an expression reads what a variant holds.
fn reaches_payload(expr: &Expr) -> bool {
    let mut found = false;
    expr.walk(&mut |expr| {
        if let Expr::Load(path) | Expr::Len(path) = expr {
            found |= path.proj.iter().any(Proj::is_opened);
        }
    });
    found
}

/// Whether a statement may have its target borrowed by a method when it evaluates the use of a variable: what else the same
/// variant holds cannot be read then.
fn holds_open(stmt: &Stmt, var: Var) -> bool {
    match &stmt.kind {
        StmtKind::Store { path, .. } => {
            let mut inside = false;
            path.index_vars(&mut |read| inside |= read == var);
            inside
        }
        StmtKind::Call(_) | StmtKind::Fill { .. } | StmtKind::Push { .. } => true,
        _ => false,
    }
}

fn occurrences(expr: &Expr, var: Var) -> usize {
    let mut count = 0;
    expr.walk(&mut |expr| match expr {
        Expr::Var(read) if *read == var => count += 1,
        // The user's code names variables.
        Expr::Inert(inert) if inert.binds.iter().any(|(_, bind)| bind.mentions(var)) => count += 2,
        _ => {}
    });
    count
}

/// The operands of a statement that any expression may stand for.
fn sites(stmt: &mut Stmt, f: &mut dyn FnMut(&mut Expr)) {
    match &mut stmt.kind {
        StmtKind::Let { expr, .. } | StmtKind::Mut { init: expr, .. } | StmtKind::Update { expr, .. } => {
            f(expr)
        }
        StmtKind::Store { path, value, .. }
        | StmtKind::Fill { path, value }
        | StmtKind::Push { path, value } => {
            for proj in &mut path.proj {
                if let crate::ir::Proj::Index(index) = proj {
                    f(index);
                }
            }
            f(value);
        }
        StmtKind::Declare {
            init: crate::ir::Init::List { items, .. } | crate::ir::Init::Tuple(items),
            ..
        }
        | StmtKind::Assign {
            init: crate::ir::Init::List { items, .. } | crate::ir::Init::Tuple(items),
            ..
        } => {
            items.iter_mut().for_each(f);
        }
        StmtKind::Declare { init: crate::ir::Init::Struct { fields, .. }, .. }
        | StmtKind::Assign { init: crate::ir::Init::Struct { fields, .. }, .. } => {
            fields.iter_mut().for_each(|(_, value)| f(value));
        }
        StmtKind::Declare { init: crate::ir::Init::Repeat { value, len, .. }, .. }
        | StmtKind::Assign { init: crate::ir::Init::Repeat { value, len, .. }, .. } => {
            f(value);
            f(len);
        }
        StmtKind::If { cond, .. } => f(cond),
        StmtKind::Call(call) => {
            for arg in &mut call.args {
                if let Arg::Value(expr) = arg {
                    f(expr);
                }
            }
        }
        StmtKind::Loop(the_loop) => {
            if let Head::For { lo, hi, .. } = &mut the_loop.head {
                f(lo);
                f(hi);
            }
        }
        _ => {}
    }
}
