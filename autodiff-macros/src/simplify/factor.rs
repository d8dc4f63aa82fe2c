//! Common factors: `a * r - 2.0 * (b * r) + c * r` is `(a - 2.0 * b + c) * r`.
//!
//! Invariant: the sum has the same terms; for derivative code only, whose sums may be grouped otherwise.

use crate::ir::{Expr, Var, build};

/// A product: `coefficient * factors… * rest…`.
struct Term {
    coefficient: f64,
    /// The variables that the caller wants taken out, in order.
    factors: Vec<Var>,
    rest: Vec<Expr>,
}

/// The sum with those variables that `fixed` names taken out of the terms that share them.
pub(super) fn factored(sum: &Expr, fixed: &dyn Fn(&Expr) -> bool) -> Expr {
    let mut terms = Vec::new();
    take_apart(sum, 1.0, fixed, &mut terms);
    let mut groups: Vec<(Vec<Var>, Vec<Term>)> = Vec::new();
    for term in terms {
        match groups.iter_mut().find(|(factors, _)| *factors == term.factors) {
            Some((_, terms)) => terms.push(term),
            None => groups.push((term.factors.clone(), vec![term])),
        }
    }
    if groups.iter().all(|(factors, terms)| factors.is_empty() || terms.len() < 2) {
        return sum.clone();
    }
    let product = |(factors, terms): (Vec<Var>, Vec<Term>)| {
        let sum = terms.into_iter().fold(build::lit(0.0), |sum, term| {
            let rest = term.rest.into_iter().reduce(build::mul).unwrap_or_else(|| build::lit(1.0));
            let rest = build::mul(build::lit(term.coefficient.abs()), rest);
            if term.coefficient < 0.0 { build::sub(sum, rest) } else { build::add(sum, rest) }
        });
        factors.into_iter().map(Expr::Var).fold(sum, build::mul)
    };
    groups.into_iter().map(product).fold(build::lit(0.0), build::add)
}

fn take_apart(sum: &Expr, sign: f64, fixed: &dyn Fn(&Expr) -> bool, terms: &mut Vec<Term>) {
    if let Expr::Rule(rule, args) = sum {
        match (rule.name, args.as_slice()) {
            ("add", [a, b]) => {
                take_apart(a, sign, fixed, terms);
                return take_apart(b, sign, fixed, terms);
            }
            ("sub", [a, b]) => {
                take_apart(a, sign, fixed, terms);
                return take_apart(b, -sign, fixed, terms);
            }
            ("neg", [a]) => return take_apart(a, -sign, fixed, terms),
            _ => {}
        }
    }
    let mut term = Term { coefficient: sign, factors: Vec::new(), rest: Vec::new() };
    term.multiply(sum, fixed);
    term.factors.sort_unstable();
    terms.push(term);
}

impl Term {
    fn multiply(&mut self, product: &Expr, fixed: &dyn Fn(&Expr) -> bool) {
        match product {
            Expr::Rule(rule, args) if rule.name == "mul" => {
                args.iter().for_each(|factor| self.multiply(factor, fixed));
            }
            Expr::Rule(rule, args) if rule.name == "neg" => {
                self.coefficient = -self.coefficient;
                self.multiply(&args[0], fixed);
            }
            Expr::Var(var) if fixed(product) => self.factors.push(*var),
            Expr::Lit(lit) if lit.made && lit.value.is_some() => {
                self.coefficient *= lit.value.unwrap_or(1.0);
            }
            factor => self.rest.push(factor.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::build::{add, lit, mul, neg, sub};
    use crate::ir::{Role, Ty, Vars, print};

    #[test]
    fn common_factors_are_taken_out() {
        let mut vars = Vars::default();
        let mut fresh = |name| vars.fresh(name, Ty::f64(), Role::Value, proc_macro2::Span::call_site());
        let [a, b, c, r, q] = ["a", "b", "c", "r", "q"].map(|name| Expr::Var(fresh(name)));
        let fixed = [r.clone(), q.clone()];
        let show = |sum: Expr| {
            let fixed = |expr: &Expr| fixed.iter().any(|fixed| build::equal(fixed, expr));
            print::expr(&vars, &factored(&sum, &fixed))
        };
        let product = |x: &Expr, y: &Expr| mul(x.clone(), y.clone());

        let stencil = sub(add(product(&a, &r), a.clone()), mul(product(&r, &b), lit(2.0)));
        assert_eq!(show(add(stencil, product(&c, &r))), "(((a - (2.0 * b)) + c) * r) + a");
        let signs = sub(neg(product(&a, &r)), mul(lit(-0.5), product(&b, &r)));
        assert_eq!(show(signs), "((-a) + (0.5 * b)) * r");
        let both = add(mul(product(&a, &r), q.clone()), mul(product(&b, &q), r.clone()));
        assert_eq!(show(both), "((a + b) * r) * q");
        let apart = add(product(&a, &r), product(&b, &q));
        assert_eq!(show(apart.clone()), print::expr(&vars, &apart));
    }
}
