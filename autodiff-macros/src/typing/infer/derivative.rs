//! What the derivatives of a function give that are called in another one: `g::grad(x)`.

use super::Infer;
use crate::ir::Ty;
use crate::typing::term::Term;

impl Infer<'_> {
    /// The type of a call of a derivative with these arguments. Where the function is not in sight, its gradient is taken to
    /// be by all of them that may carry one: rustc says where it is not.
    pub(super) fn derivative(&mut self, path: &syn::Path, given: &[Term]) -> Term {
        let mut of = path.clone();
        let name = of.segments.pop().map(|last| last.ident.to_string()).unwrap_or_default();
        of.segments.pop_punct();
        let called = self.types.callable(&of).map(|callable| self.types.called(callable, None));
        let (params, result): (Vec<Term>, Term) = match called {
            Some(called) => {
                let active = called.params.iter().filter(|(.., active)| *active);
                let params = active.map(|(_, ty, _)| self.table.of(ty)).collect();
                (params, self.table.of(&called.result))
            }
            None => {
                // Behind the arguments of a tangent or of a product stand as many directions.
                let count =
                    if matches!(name.as_str(), "jvp" | "hvp") { given.len() / 2 } else { given.len() };
                let carries = |term: &&Term| !matches!(self.table.head(term), Term::Int(_) | Term::Inert);
                let params = given[..count].iter().filter(carries).cloned().collect();
                // Gradients are those of numbers.
                (params, self.table.float())
            }
        };
        let mut adjoints: Vec<Term> = params.iter().map(|param| self.adjoint(param)).collect();
        let gradient = if adjoints.len() == 1 { adjoints.remove(0) } else { Term::Tuple(adjoints) };
        match name.as_str() {
            "value_and_grad" => Term::Tuple(vec![result, gradient]),
            "jvp" => {
                let tangent = self.adjoint(&result);
                Term::Tuple(vec![result, tangent])
            }
            _ => gradient,
        }
    }

    /// The type of the adjoint, owned.
    fn adjoint(&mut self, of: &Term) -> Term {
        match self.table.head(of) {
            float @ Term::Float(_) => float,
            Term::Vec(t) | Term::Slice(t) => Term::Vec(Box::new(self.adjoint(&t))),
            Term::Array(t, len) => Term::Array(Box::new(self.adjoint(&t)), len),
            Term::Tuple(ts) => Term::Tuple(ts.iter().map(|t| self.adjoint(t)).collect()),
            Term::Int(_) | Term::Inert => Term::Inert,
            // A number, if anything; a literal.
            variable @ Term::Variable(_) if self.table.ty(&variable).is_float() => variable,
            _ => self.table.of(&Ty::Unknown),
        }
    }
}
