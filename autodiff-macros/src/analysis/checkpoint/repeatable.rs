//! What is marked `#[checkpoint]` runs again: it must do the same again.

use proc_macro2::Span;

use crate::analysis::activity::ActivityError;
use crate::ir::visit::{Part, defined, end_of_marked};
use crate::ir::{Arg, Block, Expr, Function, Inert, Init, Mark, Path, Role, Stmt, StmtKind, Ty, Var, VarSet};
use crate::lower::repeats;

const AGAIN: &str = "what is marked `#[checkpoint]` runs again in the reverse sweep, and ";

/// Complains about what may do something else when it runs again.
pub(crate) fn check(function: &Function, errors: &mut Vec<ActivityError>) {
    let mut tools = VarSet::new();
    function.body.walk(&mut |stmt| {
        if let StmtKind::Inert { writes, .. } = &stmt.kind {
            tools.extend(writes.iter().map(|var| function.vars.root(&Path::of(*var))));
        }
    });
    let mut checked = Check { function, tools, errors };
    checked.unmarked(&function.body);
}

struct Check<'a> {
    function: &'a Function,
    /// Places that the user's own code changes somewhere.
    tools: VarSet,
    errors: &'a mut Vec<ActivityError>,
}

impl Check<'_> {
    /// Looks for marks.
    fn unmarked(&mut self, block: &Block) {
        let mut stmts = &block.stmts[..];
        while let Some((stmt, mut rest)) = stmts.split_first() {
            if let StmtKind::Mark(Mark::Begin(_)) = &stmt.kind {
                let (marked, behind) = rest.split_at(end_of_marked(rest));
                rest = behind;
                self.marked(marked);
            } else {
                stmt.blocks().into_iter().for_each(|block| self.unmarked(block));
            }
            stmts = rest;
        }
    }

    /// Looks at all that runs again.
    fn marked(&mut self, stmts: &[Stmt]) {
        let inside = defined(stmts);
        let before = self.errors.len();
        stmts.iter().for_each(|stmt| self.stmt(stmt, &inside));
        // One complaint for each mark is enough.
        self.errors.truncate(before + 1);
    }

    fn stmt(&mut self, stmt: &Stmt, inside: &VarSet) {
        let span = stmt.span;
        match &stmt.kind {
            StmtKind::Let { expr, .. } => self.expr(expr, span),
            StmtKind::Declare { init, .. } | StmtKind::Assign { init, .. } => self.init(init, span),
            StmtKind::Inert { inert, defs, writes } => {
                let root = |var: &Var| self.function.vars.root(&Path::of(*var));
                let outside = writes.iter().map(root).find(|place| !inside.contains(place));
                if let Some(place) = outside {
                    let name = &self.function.vars[place].name;
                    self.complain(
                        inert.start().unwrap_or(span),
                        format!("this changes `{name}` each time: change it before or behind what is marked"),
                    );
                } else if !defs.is_empty() || !writes.is_empty() {
                    self.code(inert, span);
                }
            }
            StmtKind::Match { scrutinee, arms, .. } => {
                self.code(scrutinee, span);
                arms.iter().filter_map(|arm| arm.guard.as_ref()).for_each(|guard| self.code(guard, span));
            }
            StmtKind::Call(call) => {
                for arg in &call.args {
                    match arg {
                        Arg::Inert(inert) => self.code(inert, span),
                        Arg::RefMut(path) => {
                            let place = self.function.vars.root(path);
                            if !inside.contains(&place) && self.is_tool(place) {
                                let name = &self.function.vars[place].name;
                                let message = format!(
                                    "`{name}` is changed each time: there is no copy of it to begin with"
                                );
                                self.complain(span, message);
                            }
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        stmt.parts(&mut |part| {
            let mut visit = |var: Var| {
                let place = self.function.vars.root(&Path::of(var));
                if self.tools.contains(&place) && !inside.contains(&place) && self.is_tool(place) {
                    let name = self.function.vars[place].name.clone();
                    self.complain(
                        span,
                        format!("`{name}`, which is changed elsewhere, is then another: read it before"),
                    );
                }
            };
            match part {
                Part::Read(expr) => expr.vars(&mut visit),
                Part::ReadPath(path) => visit(path.root),
                _ => {}
            }
        });
        stmt.blocks().iter().for_each(|block| block.stmts.iter().for_each(|stmt| self.stmt(stmt, inside)));
    }

    /// Whether no copy of a place can be kept, since nobody knows what it is.
    fn is_tool(&self, place: Var) -> bool {
        let info = &self.function.vars[place];
        info.role == Role::Place && matches!(info.ty, Ty::Inert)
    }

    fn expr(&mut self, expr: &Expr, span: Span) {
        let mut found = Vec::new();
        expr.walk(&mut |expr| {
            if let Expr::Inert(inert) = expr {
                found.push(inert);
            }
        });
        found.into_iter().for_each(|inert| self.code(inert, span));
    }

    fn init(&mut self, init: &Init, span: Span) {
        match init {
            Init::Inert(inert) => self.code(inert, span),
            Init::Stop(inner) => self.init(inner, span),
            _ => {}
        }
    }

    fn code(&mut self, inert: &Inert, span: Span) {
        let known = &self.function.repeatable;
        // What changes a place of the user's finds it changed when it runs again, whatever it is called.
        let changes = inert.binds.iter().any(|(_, bind)| matches!(bind, Expr::WholeMut(_)));
        if !inert.pure && (changes || !repeats(inert.code.clone(), &mut |name| known.contains(name))) {
            let span = inert.start().unwrap_or(span);
            self.complain(span, "this may give something else then: bind it before what is marked".into());
        }
    }

    fn complain(&mut self, span: Span, message: String) {
        self.errors.push(ActivityError { span, message: format!("{AGAIN}{message}") });
    }
}
