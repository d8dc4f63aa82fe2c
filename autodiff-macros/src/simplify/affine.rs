//! Index expressions of a loop, as `base + index + offset`.

use crate::ir::visit::Part;
use crate::ir::{Expr, Loop, Path, Proj, RawStmt, StmtKind, Ty, Var, VarMap, Vars, build};

/// What index expressions in a loop's body are made of.
pub(crate) struct Indices {
    pub(crate) index: Var,
    /// Integer `let`s of the loop's own body.
    lets: VarMap<Expr>,
    /// What the body defines or changes.
    varying: Vec<Var>,
    /// What has another length in another iteration: declared in the body, or made longer or shorter.
    resized: Vec<Var>,
}

impl Indices {
    pub(crate) fn of(index: Var, the_loop: &Loop, vars: &Vars) -> Indices {
        let mut indices = Indices { index, lets: VarMap::new(), varying: vec![index], resized: Vec::new() };
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
            indices.resized.extend(stmt.defines());
            let elements = writes_elements(&stmt.kind);
            stmt.parts(&mut |part| match part {
                Part::Change(var) => indices.varying.push(var),
                Part::WritePath(path) => {
                    indices.varying.push(vars.root(path));
                    let fixed = matches!(
                        vars.type_of(path),
                        Ty::Float(_) | Ty::Int(_) | Ty::Array(..) | Ty::Slice(_)
                    );
                    if !elements && !fixed {
                        indices.resized.push(vars.root(path));
                    }
                }
                _ => {}
            });
        });
        indices
    }

    /// Whether the expression may have another value in another iteration.
    pub(crate) fn varies(&self, expr: &Expr) -> bool {
        let mut varies = false;
        expr.walk(&mut |expr| match expr {
            Expr::Var(var) => varies |= self.varying.contains(var),
            // The length of what the loop only writes elements of stays; other content may change.
            Expr::Len(path) => varies |= !path.proj.is_empty() || self.resized.contains(&path.root),
            Expr::Lit(_) | Expr::Binary(..) => {}
            Expr::Inert(inert) => varies |= !inert.is_constant(),
            _ => varies = true,
        });
        varies
    }

    /// `expr` as `base + index + offset`, where `base + offset` is an index of its own.
    pub(crate) fn affine(&self, expr: &Expr) -> Option<(Option<Expr>, i64)> {
        self.reach(expr).filter(|(base, offset)| base.is_none() || *offset >= 0)
    }

    /// `expr` as `base + k + offset` where the index is `lo + k`; where iterations run that reach it, `base + offset` is
    /// an index of its own.
    pub(crate) fn affine_from(&self, expr: &Expr, lo: &Expr) -> Option<(Option<Expr>, i64)> {
        if build::value_of(lo) == Some(0.0) {
            return self.affine(expr);
        }
        let Linear { plus: mut terms, mut minus, mut offset } = self.linear(expr)?;
        let mut sum = Linear::default();
        sum.add(lo.clone(), true);
        terms.drain(..).for_each(|term| sum.add(term, true));
        minus.drain(..).for_each(|term| sum.add(term, false));
        offset += sum.offset;
        sum.minus.retain(|term| match sum.plus.iter().position(|other| same(term, other)) {
            Some(at) => {
                sum.plus.remove(at);
                false
            }
            None => true,
        });
        let base = sum.plus.into_iter().reduce(plus);
        (sum.minus.is_empty() && (base.is_some() || offset >= 0)).then_some((base, offset))
    }

    /// `expr` as `base + index + offset`.
    pub(crate) fn reach(&self, expr: &Expr) -> Option<(Option<Expr>, i64)> {
        match expr {
            Expr::Var(var) if *var == self.index => Some((None, 0)),
            Expr::Var(var) => self.reach(self.lets.get(var)?),
            Expr::Binary(syn::BinOp::Add(_), a, b) => {
                let (inner, rest) = match (self.reach(a), self.reach(b)) {
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
                let (base, offset) = self.reach(a)?;
                Some((base, offset - build::value_of(b)? as i64))
            }
            _ => None,
        }
    }

    /// `expr` as a sum of the index and what does not change in the loop.
    pub(crate) fn linear(&self, expr: &Expr) -> Option<Linear> {
        match expr {
            Expr::Var(var) if *var == self.index => Some(Linear::default()),
            Expr::Var(var) => self.linear(self.lets.get(var)?),
            Expr::Binary(op @ (syn::BinOp::Add(_) | syn::BinOp::Sub(_)), a, b) => {
                let adds = matches!(op, syn::BinOp::Add(_));
                let (mut inner, rest) = match (self.linear(a), self.linear(b)) {
                    (Some(inner), None) => (inner, b),
                    (None, Some(inner)) if adds => (inner, a),
                    _ => return None,
                };
                let rest = self.invariant(rest)?;
                match (build::value_of(&rest), adds) {
                    (Some(value), true) => inner.offset += value as i64,
                    (Some(value), false) => inner.offset -= value as i64,
                    (None, true) => inner.plus.push(rest),
                    (None, false) => inner.minus.push(rest),
                }
                Some(inner)
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

/// Whether what a statement writes to keeps its length, whatever its type.
fn writes_elements(kind: &StmtKind) -> bool {
    matches!(
        kind,
        StmtKind::Store { .. }
            | StmtKind::Fill { .. }
            | StmtKind::Accumulate { .. }
            | StmtKind::Assign { slice: true, .. }
            | StmtKind::Raw(RawStmt::Clear { .. } | RawStmt::SumInto { .. } | RawStmt::Replay { .. })
    )
}

/// An index of a loop's body: the loop's own, and what is added to it and subtracted from it.
#[derive(Clone, Default)]
pub(crate) struct Linear {
    plus: Vec<Expr>,
    minus: Vec<Expr>,
    offset: i64,
}

impl Linear {
    /// Adds an expression, or subtracts it, term by term.
    fn add(&mut self, expr: Expr, adds: bool) {
        match expr {
            Expr::Binary(syn::BinOp::Add(_), a, b) => {
                [*a, *b].into_iter().for_each(|part| self.add(part, adds))
            }
            Expr::Binary(syn::BinOp::Sub(_), a, b) => {
                self.add(*a, adds);
                self.add(*b, !adds);
            }
            term => match (build::value_of(&term), adds) {
                (Some(value), true) => self.offset += value as i64,
                (Some(value), false) => self.offset -= value as i64,
                (None, true) => self.plus.push(term),
                (None, false) => self.minus.push(term),
            },
        }
    }

    /// Where the loop's index is `at`: not below zero on the way, if it is not in the end.
    pub(crate) fn of(&self, at: Expr) -> Expr {
        let sum = self.plus.iter().fold(at, |sum, term| plus(term.clone(), sum));
        let sum = element(None, sum, self.offset.max(0));
        let minus = |a: Expr, b: &Expr| {
            Expr::Binary(syn::BinOp::Sub(Default::default()), Box::new(a), Box::new(b.clone()))
        };
        let sum = self.minus.iter().fold(sum, minus);
        element(None, sum, self.offset.min(0))
    }

    pub(crate) fn offset(&self) -> i64 {
        self.offset
    }

    /// So much further on.
    pub(crate) fn shifted(&self, distance: i64) -> Linear {
        Linear { offset: self.offset + distance, ..self.clone() }
    }

    pub(crate) fn same(&self, other: &Linear) -> bool {
        self.offset == other.offset && self.in_row_with(other)
    }

    /// Whether the two differ by a constant at most.
    pub(crate) fn in_row_with(&self, other: &Linear) -> bool {
        let alike = |a: &[Expr], b: &[Expr]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b));
        alike(&self.plus, &other.plus) && alike(&self.minus, &other.minus)
    }
}

pub(crate) fn plus(a: Expr, b: Expr) -> Expr {
    Expr::Binary(syn::BinOp::Add(Default::default()), Box::new(a), Box::new(b))
}

/// `base + at + offset`, where that is an index: never below zero on the way.
pub(crate) fn element(base: Option<&Expr>, at: Expr, offset: i64) -> Expr {
    let at = base.into_iter().fold(at, |at, base| match build::value_of(&at) {
        Some(0.0) => base.clone(),
        _ => plus(base.clone(), at),
    });
    match (build::value_of(&at), offset) {
        (_, 0) => at,
        (Some(value), offset) if value as i64 + offset >= 0 => build::int(value as i64 + offset),
        (None, offset) if offset > 0 => plus(at, build::int(offset)),
        (_, offset) => {
            let minus = syn::BinOp::Sub(Default::default());
            Expr::Binary(minus, Box::new(at), Box::new(build::int(-offset)))
        }
    }
}

/// Whether a range has elements; nothing where it certainly has.
pub(crate) fn runs(lo: &Expr, hi: &Expr, inclusive: bool) -> Option<Expr> {
    let (lo, hi) = (Box::new(lo.clone()), Box::new(hi.clone()));
    match (build::value_of(&lo), build::value_of(&hi), inclusive) {
        (Some(lo), Some(hi), _) if lo < hi || (inclusive && lo == hi) => None,
        (_, _, true) => Some(Expr::Binary(syn::BinOp::Le(Default::default()), lo, hi)),
        (Some(0.0), _, false) => Some(Expr::Binary(syn::BinOp::Gt(Default::default()), hi, lo)),
        (_, _, false) => Some(Expr::Binary(syn::BinOp::Lt(Default::default()), lo, hi)),
    }
}

/// Structural equality, for index expressions.
pub(crate) fn same(a: &Expr, b: &Expr) -> bool {
    match (a, b) {
        (Expr::Var(a), Expr::Var(b)) => a == b,
        (Expr::Lit(a), Expr::Lit(b)) => a.tokens.to_string() == b.tokens.to_string(),
        (Expr::Binary(op, a1, a2), Expr::Binary(other, b1, b2)) => {
            build::same_operator(op, other) && same(a1, b1) && same(a2, b2)
        }
        (Expr::Len(a), Expr::Len(b)) => same_path(a, b),
        (Expr::Inert(a), Expr::Inert(b)) => {
            a.is_constant() && b.is_constant() && a.code.to_string() == b.code.to_string()
        }
        _ => false,
    }
}

pub(crate) fn same_base(a: Option<&Expr>, b: Option<&Expr>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => same(a, b),
        (None, None) => true,
        _ => false,
    }
}

pub(crate) fn same_path(a: &Path, b: &Path) -> bool {
    a.root == b.root
        && a.proj.len() == b.proj.len()
        && a.proj.iter().zip(&b.proj).all(|pair| match pair {
            (Proj::Index(a), Proj::Index(b)) => same(a, b),
            (Proj::Field(a), Proj::Field(b)) => a == b,
            (Proj::Payload { variant: a, member: m }, Proj::Payload { variant: b, member: n }) => {
                a == b && m == n
            }
            (Proj::Some, Proj::Some) => true,
            (Proj::Range(lo, hi), Proj::Range(from, to)) => {
                same_base(lo.as_ref(), from.as_ref()) && same_base(hi.as_ref(), to.as_ref())
            }
            _ => false,
        })
}
