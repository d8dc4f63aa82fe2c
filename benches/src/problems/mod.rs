//! The problems, one a file.

use crate::contest::Problem;

pub mod black_scholes;
pub mod cholesky;
pub mod dot;
pub mod heat;
pub mod logistic;
pub mod lotka_volterra;
pub mod matmul_chain;
pub mod rosenbrock;

/// Every problem: its name and how to set it up.
pub const ALL: &[(&str, fn() -> Problem)] = &[
    ("black_scholes", black_scholes::problem),
    ("dot", dot::problem),
    ("logistic", logistic::problem),
    ("rosenbrock", rosenbrock::problem),
    ("lotka_volterra", lotka_volterra::problem),
    ("heat", heat::problem),
    ("matmul_chain", matmul_chain::problem),
    ("cholesky", cholesky::problem),
];
