//! Where rustc would not know which float a method is called on, once it has complained of a call.
//!
//! A function without derivatives is rustc's first error. What it gives has no type then, and a sum of it with a literal is
//! "some float", on which no method can be called: errors that come of the first. The float is known here, and is said:
//!
//! ```text
//! let d = 0.1 - g(x);  d.sqrt()      becomes      let d = 0.1 - g(x);  f64::sqrt(d)
//! ```

use super::inference::is_constant;
use super::unit::Unit;
use crate::ir::*;
use crate::rules::Syntax;

/// The scalars that are some float once calls are in error.
#[derive(Default)]
pub(crate) struct Doubt {
    /// Results of calls, and what has their type.
    called: VarSet,
    /// What is made of literals alone: see [`super::inference`].
    untyped: VarSet,
    /// Literals that met a call's result.
    open: VarSet,
}

impl Doubt {
    pub(crate) fn of(unit: &Unit, untyped: VarSet) -> Doubt {
        let mut doubt = Doubt { untyped, ..Doubt::default() };
        // What a loop hands on is known when its end has been seen.
        for _ in 0..2 {
            doubt.block(&unit.first);
            doubt.block(&unit.second);
        }
        doubt
    }

    /// Whether an expression is some float.
    pub(crate) fn has(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Var(var) => self.open.contains(var),
            Expr::Rule(rule, args) => match (rule.syntax, &args[..]) {
                (Syntax::Infix(_), [a, b]) => {
                    self.has(a) || (self.is_literal(a) && (self.is_called(b) || self.has(b)))
                }
                (Syntax::Prefix(_), [a]) => self.has(a),
                _ => false,
            },
            Expr::Unary(_, a) | Expr::Stop(a) => self.has(a),
            _ => false,
        }
    }

    fn is_called(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Var(var) => self.called.contains(var),
            Expr::Rule(rule, args) if rule.syntax != Syntax::Method => {
                !self.has(expr) && args.iter().any(|arg| self.is_called(arg))
            }
            Expr::Unary(_, a) | Expr::Stop(a) => self.is_called(a),
            _ => false,
        }
    }

    fn is_literal(&self, expr: &Expr) -> bool {
        is_constant(expr) || matches!(expr, Expr::Var(var) if self.untyped.contains(var))
    }

    fn block(&mut self, block: &Block) {
        for stmt in &block.stmts {
            stmt.blocks().into_iter().for_each(|block| self.block(block));
            match &stmt.kind {
                StmtKind::Let { var, expr } | StmtKind::Mut { var, init: expr } => self.bind(*var, expr),
                StmtKind::Call(call) => self.called.extend(call.results.leaves().into_iter().copied()),
                StmtKind::Pushforward(pushforward) => {
                    let results = pushforward.call.results.leaves().into_iter();
                    self.called.extend(results.chain(pushforward.result_tangents.leaves()).copied());
                }
                StmtKind::Loop(l) => {
                    for carried in &l.carried {
                        let met = self.is_called(&carried.next) || self.has(&carried.next);
                        if (self.is_literal(&carried.init) && met) || self.has(&carried.init) {
                            self.open.extend([carried.phi, carried.out]);
                        }
                    }
                }
                StmtKind::If { joins, .. } | StmtKind::Match { joins, .. } => {
                    for join in joins {
                        if join.values.iter().flatten().any(|value| self.has(value)) {
                            self.open.insert(join.var);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn bind(&mut self, var: Var, expr: &Expr) {
        if self.has(expr) {
            self.open.insert(var);
        } else if self.is_called(expr) {
            self.called.insert(var);
        }
    }
}
