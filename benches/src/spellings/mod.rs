//! Other ways in which people write the problems of [`crate::problems`]: with helper functions, structs with methods, closures,
//! iterator chains, parameters in one slice. Each is held against the same data and the same hand-written adjoint.

use crate::check;
use crate::contest::{Call, Contestant, Primal, Problem};
use crate::measure::{Effort, Runner, race};

pub mod black_scholes;
pub mod gmm;
pub mod heat;
pub mod lotka_volterra;
pub mod mlp_batch;
pub mod rosenbrock;

/// Every problem that has other spellings.
pub const ALL: &[(&str, fn() -> Family)] = &[
    ("black_scholes", black_scholes::family),
    ("rosenbrock", rosenbrock::family),
    ("lotka_volterra", lotka_volterra::family),
    ("heat", heat::family),
    ("mlp_batch", mlp_batch::family),
    ("gmm_d10_k5", gmm::family),
];

/// A way to write a function.
pub struct Spelling {
    /// What is special about it.
    pub name: &'static str,
    /// The function.
    pub primal: Primal,
    /// The gradient that is made of it.
    pub gradient: Call,
}

/// A problem, whose own contestants are the hand-written adjoint, the literal reversal and the first spelling, and other
/// spellings.
pub struct Family {
    /// The problem.
    pub problem: Problem,
    /// Its other spellings.
    pub spellings: Vec<Spelling>,
}

/// What was measured for a spelling.
pub struct Spelled {
    /// What is special about it.
    pub name: &'static str,
    /// Median time of a gradient, in nanoseconds.
    pub nanoseconds: f64,
    /// Relative to its own primal.
    pub to_primal: f64,
    /// Relative to the hand-written adjoint.
    pub to_hand: f64,
    /// Relative to the literal reversal.
    pub to_textbook: f64,
    /// Relative to the gradient of the first spelling.
    pub to_first: f64,
}

impl Family {
    /// A family of one.
    pub fn of(problem: Problem) -> Self {
        Family { problem, spellings: Vec::new() }
    }

    /// Adds a spelling.
    pub fn with(
        mut self,
        name: &'static str,
        primal: impl FnMut(&[f64]) -> f64 + 'static,
        gradient: impl FnMut(&[f64], &mut [f64]) -> f64 + 'static,
    ) -> Self {
        let (primal, gradient) = (Box::new(primal), Box::new(gradient));
        self.spellings.push(Spelling { name, primal, gradient });
        self
    }

    /// The spellings whose value is not that of the first, or whose gradient is not that of the hand-written adjoint.
    pub fn wrong(&mut self, tolerance: f64) -> Vec<(&'static str, String)> {
        let Family { problem, spellings } = self;
        let point = problem.point.clone();
        let value = (problem.primal)(&point);
        let mut wrong = Vec::new();
        for Spelling { name, primal, .. } in spellings.iter_mut() {
            let got = primal(&point);
            if (got - value).abs() > tolerance * value.abs().max(1e-3) {
                wrong.push((*name, format!("its function is {got}, the first spelling's {value}")));
            }
        }
        let own = problem.contestants.len();
        problem.contestants.extend(spellings.iter_mut().map(|spelling| {
            let call = std::mem::replace(&mut spelling.gradient, Box::new(|_, _| f64::NAN));
            Contestant { name: spelling.name, call }
        }));
        wrong.extend(check::wrong(problem, tolerance));
        for (spelling, contestant) in spellings.iter_mut().zip(problem.contestants.drain(own..)) {
            spelling.gradient = contestant.call;
        }
        wrong
    }

    /// One row for the first spelling, then one for each other.
    pub fn measure(&mut self, effort: Effort) -> Vec<Spelled> {
        let Family { problem: Problem { point, primal, contestants, derivatives, .. }, spellings } = self;
        // The hand-written adjoint, the literal reversal, and pairs of a gradient and its function.
        let [hand, textbook, first] = &mut contestants[..] else { return Vec::new() };
        let mut runners = Vec::new();
        for contestant in [hand, textbook] {
            runners.push(Runner::gradient(contestant.name, &mut contestant.call, point, *derivatives));
        }
        runners.push(Runner::gradient("first", &mut first.call, point, *derivatives));
        runners.push(Runner::primal("primal", primal, point));
        for Spelling { name, primal, gradient } in spellings {
            runners.push(Runner::gradient(name, gradient, point, *derivatives));
            runners.push(Runner::primal("primal", primal, point));
        }
        race(&mut runners, effort);
        let (bases, pairs) = runners.split_at(2);
        pairs
            .chunks_exact(2)
            .map(|pair| Spelled {
                name: pair[0].name(),
                nanoseconds: pair[0].nanoseconds(),
                to_primal: pair[0].to(&pair[1]),
                to_hand: pair[0].to(&bases[0]),
                to_textbook: pair[0].to(&bases[1]),
                to_first: pair[0].to(&pairs[0]),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn spellings_agree_with_the_first() {
        for (name, build) in super::ALL {
            let wrong = build().wrong(1e-10);
            assert!(wrong.is_empty(), "{name}: {wrong:?}");
        }
    }
}
