//! Elements: when two index expressions reach the same element, as polynomials of the variables they are made of.

use std::collections::BTreeMap;

use super::Reverse;
use crate::ir::{Expr, Path, Proj, Var, build};

/// Each product of variables with its coefficient.
type Polynomial = BTreeMap<Vec<Var>, i64>;

impl Reverse<'_> {
    /// Whether a store to `store` reaches, in every other iteration of the loops `outer..inner` around the statement at hand,
    /// another element than the load of `read` does: both name the same one by the index of the only such loop.
    pub(in crate::diff) fn distinct(&self, store: &Path, read: &Path, outer: usize, inner: usize) -> bool {
        let (store, read) = (self.vars.resolve(store), self.vars.resolve(read));
        if inner != outer + 1 || store.proj.len() != read.proj.len() {
            return false;
        }
        let Some(index) = self.loops.get(outer).and_then(|number| self.indices.get(number)) else {
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
        polynomial.get(&vec![index]).is_some_and(|coefficient| *coefficient != 0)
            && polynomial.keys().filter(|product| **product != vec![index]).flatten().all(|var| {
                self.positions.get(var).map_or_else(|| self.is_param(*var), |position| *position < start)
            })
    }

    fn is_param(&self, var: Var) -> bool {
        self.function.params.iter().any(|param| param.var == var)
    }

    fn polynomial(&self, expr: &Expr) -> Option<Polynomial> {
        use syn::BinOp::{Add, Mul, Sub};
        match expr {
            Expr::Lit(_) => Some(Polynomial::from([(Vec::new(), build::value_of(expr)? as i64)])),
            Expr::Var(var) => match self.integers.get(var) {
                Some(expr) => self.polynomial(expr).or_else(|| Some(Polynomial::from([(vec![*var], 1)]))),
                None => Some(Polynomial::from([(vec![*var], 1)])),
            },
            Expr::Binary(Add(_) | Sub(_), a, b) => {
                let (mut sum, b) = (self.polynomial(a)?, self.polynomial(b)?);
                let sign = if matches!(expr, Expr::Binary(Sub(_), ..)) { -1 } else { 1 };
                for (product, coefficient) in b {
                    *sum.entry(product).or_default() += sign * coefficient;
                }
                sum.retain(|_, coefficient| *coefficient != 0);
                Some(sum)
            }
            Expr::Binary(Mul(_), a, b) => {
                let (a, b) = (self.polynomial(a)?, self.polynomial(b)?);
                let mut all = Polynomial::new();
                for (x, p) in &a {
                    for (y, q) in &b {
                        let mut product: Vec<Var> = x.iter().chain(y).copied().collect();
                        product.sort();
                        *all.entry(product).or_default() += p * q;
                    }
                }
                all.retain(|_, coefficient| *coefficient != 0);
                Some(all)
            }
            _ => None,
        }
    }
}
