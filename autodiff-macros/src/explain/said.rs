//! Expressions as their author would say them: what has no name of the author's is said by what it is made of.

use crate::ir::{Expr, Function, Path, Proj, StmtKind, Var, VarMap};
use crate::rules::Syntax;

/// Beyond so many values in each other only dots are said.
const DEPTH: usize = 4;

pub(super) struct Said<'a> {
    function: &'a Function,
    lets: VarMap<&'a Expr>,
}

impl<'a> Said<'a> {
    pub(super) fn new(function: &'a Function) -> Said<'a> {
        let mut lets = VarMap::new();
        function.body.walk(&mut |stmt| {
            if let StmtKind::Let { var, expr } = &stmt.kind {
                lets.insert(*var, expr);
            }
        });
        Said { function, lets }
    }

    pub(super) fn expr(&self, expr: &Expr) -> String {
        self.expr_at(expr, 0)
    }

    fn var_at(&self, var: Var, depth: usize) -> String {
        let info = &self.function.vars[var];
        match self.lets.get(&var) {
            Some(expr) if !info.named && depth < DEPTH => self.expr_at(expr, depth + 1),
            Some(_) if !info.named => "…".into(),
            _ => match &info.view {
                Some(path) if !info.named => self.path(path, depth),
                _ => info.name.clone(),
            },
        }
    }

    fn path(&self, path: &Path, depth: usize) -> String {
        let mut text = self.var_at(path.root, depth);
        for proj in &path.proj {
            match proj {
                Proj::Index(index) => text += &format!("[{}]", self.expr_at(index, depth + 1)),
                Proj::Range(lo, hi) => {
                    let bound = |bound: &Option<Expr>| {
                        bound.as_ref().map(|bound| self.expr_at(bound, depth + 1)).unwrap_or_default()
                    };
                    text += &format!("[{}..{}]", bound(lo), bound(hi));
                }
                Proj::Field(syn::Member::Named(name)) => text += &format!(".{name}"),
                Proj::Field(syn::Member::Unnamed(index)) => text += &format!(".{}", index.index),
                Proj::Payload { .. } | Proj::Some | Proj::Deref => {}
            }
        }
        text
    }

    fn expr_at(&self, expr: &Expr, depth: usize) -> String {
        let operand = |expr: &Expr| {
            let text = self.expr_at(expr, depth + 1);
            if text.contains(' ') { format!("({text})") } else { text }
        };
        match expr {
            Expr::Var(var) => self.var_at(*var, depth),
            Expr::Lit(lit) => lit.tokens.to_string(),
            Expr::Load(path) | Expr::Whole(path) | Expr::WholeMut(path) => self.path(path, depth),
            Expr::Len(path) => format!("{}.len()", self.path(path, depth)),
            Expr::Rule(rule, args) => match (rule.syntax, &args[..]) {
                (Syntax::Infix(op), [a, b]) => format!("{} {op} {}", operand(a), operand(b)),
                (Syntax::Prefix(op), [a]) => format!("{op}{}", operand(a)),
                (_, [first, rest @ ..]) => {
                    let rest: Vec<String> = rest.iter().map(|arg| self.expr_at(arg, depth + 1)).collect();
                    format!("{}.{}({})", operand(first), rule.name, rest.join(", "))
                }
                (_, []) => rule.name.into(),
            },
            Expr::Binary(op, a, b) => {
                format!("{} {} {}", operand(a), crate::diag::source(op), operand(b))
            }
            Expr::Unary(op, a) => format!("{}{}", crate::diag::source(op), operand(a)),
            Expr::Cast(a, ty) => format!("{} as {}", operand(a), crate::diag::source(ty)),
            Expr::Inert(inert) => crate::diag::source(&inert.code),
            Expr::Stop(a) => format!("stop_gradient({})", self.expr_at(a, depth + 1)),
            Expr::Select(..) => "…".into(),
        }
    }
}
