//! Where derivatives end: what carries one, and meets something that hands none on.

use proc_macro2::Span;

use super::Cut;
use super::said::Said;
use crate::analysis::Activity;
use crate::analysis::activity::is_float_type;
use crate::ir::{Expr, Function, Init, Path, Stmt, StmtKind, Var};

pub(super) fn cuts(function: &Function, activity: &Activity) -> Vec<Cut> {
    let mut finder = Finder { function, activity, said: Said::new(function), found: Vec::new() };
    function.body.walk(&mut |stmt| finder.stmt(stmt));
    finder.found
}

struct Finder<'a> {
    function: &'a Function,
    activity: &'a Activity,
    said: Said<'a>,
    found: Vec<Cut>,
}

impl Finder<'_> {
    fn carries(&self, expr: &Expr) -> bool {
        let mut carries = false;
        expr.vars(&mut |var| {
            let root = self.function.vars.root(&Path::of(var));
            carries |= self.activity.varied(root) && self.function.vars[root].ty.may_be_active();
        });
        carries
    }

    fn note(&mut self, span: Span, of: String, by: impl Into<String>) {
        self.found.push(Cut { span, of, by: by.into() });
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Let { var, expr } => self.expr(stmt.span, *var, expr),
            StmtKind::Declare { init: Init::Stop(init), .. }
            | StmtKind::Assign { init: Init::Stop(init), .. } => {
                if let Init::Copy { from, .. } = &**init {
                    let whole = Expr::Whole(from.clone());
                    if self.carries(&whole) {
                        let of = self.said.expr(&whole);
                        self.note(stmt.span, of, "`stop_gradient`");
                    }
                }
            }
            StmtKind::Inert { inert, defs, writes } if !defs.is_empty() || !writes.is_empty() => {
                self.code(stmt.span, inert);
            }
            StmtKind::Match { scrutinee, .. } => self.code(stmt.span, scrutinee),
            _ => {}
        }
    }

    fn code(&mut self, span: Span, inert: &crate::ir::Inert) {
        if let Some((name, _)) = inert.binds.iter().find(|(_, bind)| self.carries(bind)) {
            let by = format!("`{}`, which is kept as it stands", crate::diag::source(&inert.code));
            self.note(span, name.to_string(), by);
        }
    }

    fn expr(&mut self, span: Span, var: Var, expr: &Expr) {
        match expr {
            Expr::Rule(rule, args) => {
                let partials = rule.formulas(args, &Expr::Var(Var(u32::MAX)));
                for (arg, partial) in args.iter().zip(partials) {
                    if partial.is_zero() && self.carries(arg) {
                        let of = self.said.expr(arg);
                        self.note(span, of, format!("`{}`, whose derivative is zero", rule.name));
                    }
                }
            }
            Expr::Cast(operand, ty) if !is_float_type(self.function, ty) && self.carries(operand) => {
                let of = self.said.expr(operand);
                self.note(span, of, format!("the cast to `{}`", crate::diag::source(ty)));
            }
            Expr::Stop(operand) if self.carries(operand) => {
                let of = self.said.expr(operand);
                self.note(span, of, "`stop_gradient`");
            }
            Expr::Binary(_, a, b) if self.carries(a) || self.carries(b) => {
                let of = self.said.expr(expr);
                self.note(span, of, "the comparison: the derivative is that of the way taken");
            }
            Expr::Inert(inert) => self.code(span, inert),
            _ if self.function.vars[var].cut && self.carries(expr) => {
                let of = self.said.expr(expr);
                self.note(span, of, "`stop(…)` or `#[no_diff]`");
            }
            _ => {}
        }
    }
}
