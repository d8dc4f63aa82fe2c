//! Index expressions of a loop, as `base + index + offset`.

use crate::ir::visit::Part;
use crate::ir::{Expr, Loop, Path, Proj, StmtKind, Ty, Var, VarMap, Vars, build};

/// What index expressions in a loop's body are made of.
pub(super) struct Indices {
    pub(super) index: Var,
    /// Integer `let`s of the loop's own body.
    lets: VarMap<Expr>,
    /// What the body defines or changes.
    varying: Vec<Var>,
}

impl Indices {
    pub(super) fn of(index: Var, the_loop: &Loop, vars: &Vars) -> Indices {
        let mut indices = Indices { index, lets: VarMap::new(), varying: vec![index] };
        indices.varying.extend(the_loop.carried.iter().map(|carried| carried.phi));
        for stmt in &the_loop.body.stmts {
            if let StmtKind::Let { var, expr } = &stmt.kind {
                if matches!(vars[*var].ty, Ty::Int(_)) {
                    indices.lets.insert(*var, expr.clone());
                }
            }
        }
        the_loop.body.walk(&mut |stmt| {
            indices.varying.extend(stmt.defines());
            stmt.parts(&mut |part| match part {
                Part::Change(var) => indices.varying.push(var),
                Part::WritePath(path) => indices.varying.push(vars.root(path)),
                _ => {}
            });
        });
        indices
    }

    /// Whether the expression may have another value in another iteration.
    pub(super) fn varies(&self, expr: &Expr) -> bool {
        let mut varies = false;
        expr.walk(&mut |expr| match expr {
            Expr::Var(var) => varies |= self.varying.contains(var),
            // The length of what the loop only writes elements of stays; other content may change.
            Expr::Len(path) => varies |= !path.proj.is_empty(),
            Expr::Lit(_) | Expr::Binary(..) => {}
            _ => varies = true,
        });
        varies
    }

    /// `expr` as `base + index + offset`.
    pub(super) fn affine(&self, expr: &Expr) -> Option<(Option<Expr>, i64)> {
        match expr {
            Expr::Var(var) if *var == self.index => Some((None, 0)),
            Expr::Var(var) => self.affine(self.lets.get(var)?),
            Expr::Binary(syn::BinOp::Add(_), a, b) => {
                let (inner, rest) = match (self.affine(a), self.affine(b)) {
                    (Some(inner), None) => (inner, b),
                    (None, Some(inner)) => (inner, a),
                    _ => return None,
                };
                let rest = self.invariant(rest)?;
                match (build::value_of(&rest), inner) {
                    (Some(value), (base, offset)) => Some((base, offset + value as i64)),
                    (None, (None, offset)) => Some((Some(rest), offset)),
                    (None, (Some(base), offset)) => Some((Some(plus(rest, base)), offset)),
                }
            }
            Expr::Binary(syn::BinOp::Sub(_), a, b) => {
                let (base, offset) = self.affine(a)?;
                // A distance from the base that could be negative would not be an index of its own.
                let distance = build::value_of(b)?;
                base.is_none().then_some((None, offset - distance as i64))
            }
            _ => None,
        }
    }

    /// The expression in terms of what exists before the loop.
    pub(super) fn invariant(&self, expr: &Expr) -> Option<Expr> {
        if !self.varies(expr) {
            return Some(expr.clone());
        }
        match expr {
            Expr::Var(var) => self.invariant(self.lets.get(var)?),
            Expr::Binary(op, a, b) => {
                Some(Expr::Binary(*op, Box::new(self.invariant(a)?), Box::new(self.invariant(b)?)))
            }
            _ => None,
        }
    }
}

pub(super) fn plus(a: Expr, b: Expr) -> Expr {
    Expr::Binary(syn::BinOp::Add(Default::default()), Box::new(a), Box::new(b))
}

/// Structural equality, for index expressions.
pub(super) fn same(a: &Expr, b: &Expr) -> bool {
    match (a, b) {
        (Expr::Var(a), Expr::Var(b)) => a == b,
        (Expr::Lit(a), Expr::Lit(b)) => a.tokens.to_string() == b.tokens.to_string(),
        (Expr::Binary(op, a1, a2), Expr::Binary(other, b1, b2)) => {
            build::same_operator(op, other) && same(a1, b1) && same(a2, b2)
        }
        (Expr::Len(a), Expr::Len(b)) => same_path(a, b),
        _ => false,
    }
}

pub(super) fn same_base(a: Option<&Expr>, b: Option<&Expr>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => same(a, b),
        (None, None) => true,
        _ => false,
    }
}

pub(super) fn same_path(a: &Path, b: &Path) -> bool {
    a.root == b.root
        && a.proj.len() == b.proj.len()
        && a.proj.iter().zip(&b.proj).all(|pair| match pair {
            (Proj::Index(a), Proj::Index(b)) => same(a, b),
            (Proj::Field(a), Proj::Field(b)) => a == b,
            _ => false,
        })
}
