//! Where rustc could not tell a scalar's type: a method called on what is made of literals alone.
//!
//! The user's code compiles, but closures are inlined and ascriptions taken away on the way here, and `let h = 0.25;`
//! followed by `(t + h).sin()` needs to be told which float `h` is.

use super::unit::{Unit, every};
use crate::ir::*;
use crate::rules::Syntax;

/// The scalars whose type has to be written where they are declared.
pub(crate) fn annotated(unit: &mut Unit, vars: &Vars) -> VarSet {
    let mut inference = Inference { untyped: VarSet::new(), needed: VarSet::new() };
    inference.block(&unit.first);
    inference.block(&unit.second);
    for block in [&mut unit.first, &mut unit.second] {
        every(block, &mut |kind| inference.statement(kind));
    }
    unit.between.iter().chain(&unit.tail).for_each(|e| inference.need(e));
    // Where nothing says otherwise rustc takes `f64`.
    let single = |var: &Var| matches!(vars[*var].ty, Ty::Float(Float::F32));
    let Inference { untyped, mut needed } = inference;
    needed.extend(untyped.into_iter().filter(single));
    needed
}

struct Inference {
    untyped: VarSet,
    needed: VarSet,
}

impl Inference {
    fn block(&mut self, block: &Block) {
        for stmt in &block.stmts {
            if let StmtKind::Loop(l) = &stmt.kind {
                l.carried.iter().for_each(|c| self.bind(c.phi, &c.init));
            }
            stmt.blocks().into_iter().for_each(|block| self.block(block));
            match &stmt.kind {
                StmtKind::Let { var, expr } | StmtKind::Mut { var, init: expr } => self.bind(*var, expr),
                // Behind the loop the type is known if an iteration said it.
                StmtKind::Loop(l) => {
                    for carried in l.carried.iter().filter(|c| self.is_untyped(&c.init)).collect::<Vec<_>>() {
                        self.bind(carried.out, &carried.next);
                    }
                }
                StmtKind::If { joins, .. } | StmtKind::Match { joins, .. } => {
                    for join in joins {
                        if join.values.iter().flatten().all(|value| self.is_untyped(value)) {
                            self.untyped.insert(join.var);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn bind(&mut self, var: Var, expr: &Expr) {
        if self.is_untyped(expr) {
            self.untyped.insert(var);
        }
    }

    fn is_untyped(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Lit(lit) => is_plain_number(lit),
            Expr::Var(var) => self.untyped.contains(var),
            Expr::Rule(rule, args) => {
                rule.syntax != Syntax::Method && args.iter().all(|arg| self.is_untyped(arg))
            }
            Expr::Unary(_, a) | Expr::Stop(a) => self.is_untyped(a),
            Expr::Binary(_, a, b) | Expr::Select(_, a, b) => self.is_untyped(a) && self.is_untyped(b),
            _ => false,
        }
    }

    fn statement(&mut self, kind: &StmtKind) {
        match kind {
            StmtKind::Let { expr, .. } | StmtKind::Mut { init: expr, .. } | StmtKind::Update { expr, .. } => {
                self.need(expr);
            }
            StmtKind::Store { value, .. } | StmtKind::Push { value, .. } | StmtKind::Fill { value, .. } => {
                self.need(value);
            }
            StmtKind::Declare { init: Init::List { items, .. } | Init::Tuple(items), .. } => {
                items.iter().for_each(|item| self.need(item));
            }
            StmtKind::Declare { init: Init::Repeat { value, .. }, .. } => self.need(value),
            StmtKind::Declare { init: Init::Inert(inert), .. } | StmtKind::Inert { inert, .. } => {
                self.inert(inert)
            }
            StmtKind::If { cond, joins, .. } => {
                self.need(cond);
                joins.iter().flat_map(|join| join.values.iter().flatten()).for_each(|value| self.need(value));
            }
            StmtKind::Match { scrutinee, arms, joins } => {
                self.inert(scrutinee);
                arms.iter().filter_map(|arm| arm.guard.as_ref()).for_each(|guard| self.inert(guard));
                joins.iter().flat_map(|join| join.values.iter().flatten()).for_each(|value| self.need(value));
            }
            StmtKind::Loop(l) => {
                l.carried.iter().for_each(|c| self.need(&c.next));
                l.break_if.iter().for_each(|stop| self.need(stop));
                if let Head::While { test: _, cond } = &l.head {
                    self.need(cond);
                }
            }
            StmtKind::Call(call) => {
                for arg in &call.args {
                    if let Arg::Value(value) | Arg::RefValue(value) = arg {
                        self.need(value);
                    }
                }
            }
            _ => {}
        }
    }

    fn need(&mut self, expr: &Expr) {
        expr.clone().walk(&mut |e| match e {
            Expr::Rule(rule, args) if rule.syntax == Syntax::Method => {
                if let Some(receiver) = args.first().filter(|receiver| self.is_untyped(receiver)) {
                    receiver.vars(&mut |var| {
                        self.needed.insert(var);
                    });
                }
            }
            Expr::Inert(inert) => self.inert(inert),
            _ => {}
        });
    }

    /// Code of the user's may call any method on what it names.
    fn inert(&mut self, inert: &Inert) {
        for (_, bind) in &inert.binds {
            if let Expr::Var(var) = bind {
                if self.untyped.contains(var) {
                    self.needed.insert(*var);
                }
            }
        }
    }
}

/// A numeric literal without a suffix.
pub(crate) fn is_plain_number(lit: &Lit) -> bool {
    let text = lit.tokens.to_string();
    let digits = text.trim_start_matches(['-', ' ']);
    let suffixed = ["f32", "f64", "size", "8", "16", "32", "64", "128"].iter().any(|suffix| {
        digits
            .strip_suffix(suffix)
            .is_some_and(|rest| rest.ends_with(['u', 'i', 'f']) || suffix.starts_with('f'))
    });
    digits.starts_with(|c: char| c.is_ascii_digit()) && !suffixed
}

/// Whether an expression is made of numbers without a type, and of nothing else.
pub(crate) fn is_constant(expr: &Expr) -> bool {
    Inference { untyped: VarSet::new(), needed: VarSet::new() }.is_untyped(expr)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_are_told_from_digits() {
        let plain = |text: &str| {
            let tokens = text.parse().unwrap();
            is_plain_number(&Lit { tokens, value: None, ty: Ty::f64(), made: false })
        };
        for text in ["1.0", "2", "-1.5", "1e-3", "1_000.0", "2.", "64", "0x10"] {
            assert!(plain(text), "{text}");
        }
        for text in ["1f64", "1.0_f32", "3u8", "10usize", "5i64", "PI", "f64::MAX", "true"] {
            assert!(!plain(text), "{text}");
        }
    }
}
