//! Elements: when two index expressions reach the same element, as polynomials of the variables they are made of.

use super::Reverse;
use crate::ir::{Expr, Path, Proj, Var, build};

/// Each product of variables with its coefficient, which is not zero.
#[derive(Clone, PartialEq)]
pub(super) struct Polynomial(pub(super) Vec<(Vec<Var>, i64)>);

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

/// A counted loop.
#[derive(Clone)]
pub(in crate::diff) struct Counted {
    pub(in crate::diff) index: Var,
    pub(in crate::diff) lo: Expr,
    pub(in crate::diff) hi: Expr,
    pub(in crate::diff) inclusive: bool,
    pub(in crate::diff) rev: bool,
}

impl Counted {
    /// Where that is known, all indices are less.
    fn below(&self) -> Option<&Expr> {
        (!self.inclusive).then_some(&self.hi)
    }
}

impl Reverse<'_> {
    /// Whether a store to `store` reaches, in every other iteration of the loops `outer..inner` around the statement at hand,
    /// another element than the load of `read` does: both name the same one by the indices of all these loops.
    pub(in crate::diff) fn distinct(&self, store: &Path, read: &Path, outer: usize, inner: usize) -> bool {
        let (store, read) = (self.vars.resolve(store), self.vars.resolve(read));
        if inner <= outer || inner > self.loops.len() || store.proj.len() != read.proj.len() {
            return false;
        }
        let counted = |number: &usize| self.recording.counted(*number);
        let loops: Option<Vec<&Counted>> = self.loops[outer..inner].iter().map(counted).collect();
        let Some(loops) = loops else { return false };
        let mut pinned: Vec<Var> = Vec::new();
        for pair in store.proj.iter().zip(&read.proj) {
            match pair {
                (Proj::Field(a), Proj::Field(b)) if a == b => {}
                (Proj::Index(a), Proj::Index(b)) => {
                    let (Some(a), Some(b)) = (self.polynomial(a), self.polynomial(b)) else { return false };
                    if a != b {
                        return false;
                    }
                    pinned.extend(self.pinned(&a, &loops, self.loops[outer]));
                }
                _ => return false,
            }
        }
        loops.iter().all(|counted| pinned.contains(&counted.index))
    }

    /// The indices that the value of the polynomial tells: of loops from the outermost on, the first of them at `start`. The
    /// digits of a number with the loops' lengths for bases, `(i * n + j) * m + k`.
    fn pinned(&self, polynomial: &Polynomial, loops: &[&Counted], start: usize) -> Vec<Var> {
        let mut found = Vec::new();
        // What the next digit to the left must be multiplied with.
        let mut base: Option<(Vec<Var>, i64)> = None;
        for counted in loops.iter().rev() {
            let mut own = polynomial.0.iter().filter(|(product, _)| product.contains(&counted.index));
            let Some((product, coefficient)) = own.next() else { continue };
            let mut weight = product.clone();
            weight.retain(|var| *var != counted.index);
            if own.next().is_some() || weight.len() + 1 != product.len() || *coefficient <= 0 {
                return Vec::new();
            }
            if base.as_ref().is_some_and(|(product, factor)| weight != *product || coefficient < factor) {
                return Vec::new();
            }
            found.push(counted.index);
            base = self.length(counted).map(|(length, factor)| {
                let mut product: Vec<Var> = weight.iter().chain(&length).copied().collect();
                product.sort();
                (product, *coefficient * factor)
            });
            // Without a length, nothing may stand to the left.
            if base.is_none() {
                break;
            }
        }
        let fixed = |var: &Var| self.fixed(*var, start);
        let mut others =
            polynomial.0.iter().flat_map(|(product, _)| product).filter(|var| !found.contains(var));
        if others.all(fixed) { found } else { Vec::new() }
    }

    /// A product that a loop's indices stay below.
    fn length(&self, counted: &Counted) -> Option<(Vec<Var>, i64)> {
        let mut bound = counted.below()?;
        // In a triangle, the inner index stays below the outer one, which stays below its own end.
        while let Expr::Var(var) = bound {
            match self.recording.counted_by(*var) {
                Some(outer) => bound = outer.below()?,
                None => break,
            }
        }
        let polynomial = self.polynomial(bound)?;
        match &polynomial.0[..] {
            [(product, factor)] if *factor > 0 => Some((product.clone(), *factor)),
            _ => None,
        }
    }

    /// Whether the variable is known before the loop with the number `start`.
    pub(super) fn fixed(&self, var: Var, start: usize) -> bool {
        match self.positions.get(&var) {
            Some(position) => *position < start,
            None => self.is_param(var),
        }
    }

    fn is_param(&self, var: Var) -> bool {
        self.function.params.iter().any(|param| param.var == var)
    }

    pub(super) fn polynomial(&self, expr: &Expr) -> Option<Polynomial> {
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

#[cfg(test)]
mod tests {
    use quote::quote;

    use crate::analysis;
    use crate::diff::reverse;
    use crate::ir::print;

    /// The forward sweep of a function, for its tapes.
    fn forward(item: proc_macro2::TokenStream) -> String {
        let function = crate::lower::tests::lowered(&syn::parse2(item).unwrap());
        let function = analysis::prepare(function);
        let activity = analysis::activity(&function, &mut Vec::new());
        print::adjoint(&function, &reverse::adjoint(&function, &activity, reverse::Options::default()))
    }

    #[test]
    fn flat_matrices_are_written_once() {
        for (index, bound) in [
            (quote!(i * m + j), quote!(m)),
            (quote!(m * i + j + 1), quote!(m)),
            (quote!(i * m + j), quote!(i)),
            (quote!(8 * i + j), quote!(8)),
        ] {
            let text = forward(quote! {
                fn f(x: &[f64], m: usize, a: &mut [f64]) {
                    for i in 0..m {
                        for j in 0..#bound {
                            a[#index] = (x[j] * x[i]).tanh();
                        }
                    }
                }
            });
            assert!(!text.contains("save"), "{text}");
        }
    }

    #[test]
    fn overlapping_rows_are_not() {
        for (index, bound) in [
            (quote!(i * m + j), quote!(m + 1)),
            (quote!(i + j), quote!(m)),
            (quote!(8 * i + j), quote!(9)),
            (quote!(j), quote!(m)),
            (quote!(i * j), quote!(m)),
            (quote!(k * m + j), quote!(m)),
        ] {
            let text = forward(quote! {
                fn f(x: &[f64], m: usize, a: &mut [f64]) {
                    for i in 0..m {
                        let k = i / 2;
                        for j in 0..#bound {
                            a[#index] = (x[j] * x[i]).tanh();
                        }
                    }
                }
            });
            assert!(text.contains("save"), "{text}");
        }
    }
}
