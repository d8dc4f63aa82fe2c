//! Elements: when two index expressions reach the same element, as polynomials of the variables they are made of.

use super::Reverse;
use crate::ir::{Expr, Path, Proj, Var, build};

/// Each product of variables with its coefficient, which is not zero.
#[derive(PartialEq)]
struct Polynomial(Vec<(Vec<Var>, i64)>);

impl Polynomial {
    fn of(product: Vec<Var>, coefficient: i64) -> Polynomial {
        let mut polynomial = Polynomial(Vec::new());
        polynomial.add(product, coefficient);
        polynomial
    }

    fn add(&mut self, product: Vec<Var>, coefficient: i64) {
        match self.0.binary_search_by(|(other, _)| other.cmp(&product)) {
            Ok(at) => {
                self.0[at].1 += coefficient;
                if self.0[at].1 == 0 {
                    self.0.remove(at);
                }
            }
            Err(_) if coefficient == 0 => {}
            Err(at) => self.0.insert(at, (product, coefficient)),
        }
    }
}

impl Reverse<'_> {
    /// Whether a store to `store` reaches, in every other iteration of the loops `outer..inner` around the statement at hand,
    /// another element than the load of `read` does: both name the same one by the index of the only such loop.
    pub(super) fn distinct(&self, store: &Path, read: &Path, outer: usize, inner: usize) -> bool {
        let (store, read) = (self.vars.resolve(store), self.vars.resolve(read));
        if inner != outer + 1 || store.proj.len() != read.proj.len() {
            return false;
        }
        let Some(number) = self.loops.get(outer) else { return false };
        let Some((_, index)) = self.indices.iter().find(|(counted, _)| counted == number) else {
            return false;
        };
        let mut pinned = false;
        for pair in store.proj.iter().zip(&read.proj) {
            match pair {
                (Proj::Field(a), Proj::Field(b)) if a == b => {}
                (Proj::Index(a), Proj::Index(b)) => {
                    let (Some(a), Some(b)) = (self.polynomial(a), self.polynomial(b)) else { return false };
                    if a != b {
                        return false;
                    }
                    pinned |= self.pins(&a, *index, outer);
                }
                _ => return false,
            }
        }
        pinned
    }

    /// Whether the polynomial is the index and what does not change in its loop.
    fn pins(&self, polynomial: &Polynomial, index: Var, outer: usize) -> bool {
        let start = self.loops[outer];
        let fixed = |var: &Var| match self.positions.get(var) {
            Some(position) => *position < start,
            None => self.is_param(*var),
        };
        let (own, others): (Vec<_>, Vec<_>) =
            polynomial.0.iter().map(|(product, _)| product).partition(|product| product[..] == [index]);
        !own.is_empty() && others.into_iter().flatten().all(fixed)
    }

    fn is_param(&self, var: Var) -> bool {
        self.function.params.iter().any(|param| param.var == var)
    }

    fn polynomial(&self, expr: &Expr) -> Option<Polynomial> {
        use syn::BinOp::{Add, Mul, Sub};
        match expr {
            Expr::Lit(_) => Some(Polynomial::of(Vec::new(), build::value_of(expr)? as i64)),
            Expr::Var(var) => match self.integers.get(var) {
                Some(expr) => self.polynomial(expr).or_else(|| Some(Polynomial::of(vec![*var], 1))),
                None => Some(Polynomial::of(vec![*var], 1)),
            },
            Expr::Binary(Add(_) | Sub(_), a, b) => {
                let (mut sum, b) = (self.polynomial(a)?, self.polynomial(b)?);
                let sign = if matches!(expr, Expr::Binary(Sub(_), ..)) { -1 } else { 1 };
                for (product, coefficient) in b.0 {
                    sum.add(product, sign * coefficient);
                }
                Some(sum)
            }
            Expr::Binary(Mul(_), a, b) => {
                let (a, b) = (self.polynomial(a)?, self.polynomial(b)?);
                let mut all = Polynomial(Vec::new());
                for (x, p) in &a.0 {
                    for (y, q) in &b.0 {
                        let mut product: Vec<Var> = x.iter().chain(y).copied().collect();
                        product.sort_unstable();
                        all.add(product, p * q);
                    }
                }
                Some(all)
            }
            _ => None,
        }
    }
}
