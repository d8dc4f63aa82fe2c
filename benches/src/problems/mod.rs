//! The problems, one a file.

use crate::contest::Entry;

pub mod banded_hessian;
pub mod black_scholes;
pub mod bundle_adjustment;
pub mod cholesky;
pub mod dot;
pub mod gmm;
pub mod hand_tracking;
pub mod heat;
pub mod logistic;
pub mod lotka_volterra;
pub mod lstm;
pub mod matmul_chain;
pub mod mlp_batch;
pub mod mlp_vector;
pub mod rosenbrock;

/// Every problem: its name and how to set it up.
pub const ALL: &[Entry] = &[
    ("black_scholes", black_scholes::problem),
    ("dot", dot::problem),
    ("logistic", logistic::problem),
    ("rosenbrock", rosenbrock::problem),
    ("lotka_volterra", lotka_volterra::problem),
    ("heat", heat::problem),
    ("matmul_chain", matmul_chain::problem),
    ("cholesky", cholesky::problem),
    ("mlp_batch", mlp_batch::problem),
    ("mlp_vector", mlp_vector::problem),
    ("lstm", lstm::problem),
    ("gmm_d2_k5", gmm::d2_k5),
    ("gmm_d10_k5", gmm::d10_k5),
    ("gmm_d10_k25", gmm::d10_k25),
    ("ba_gradient", bundle_adjustment::gradient),
    ("ba_jacobian", bundle_adjustment::jacobian),
    ("hand_tracking", hand_tracking::problem),
    ("hand_jacobian", hand_tracking::jacobian),
    ("banded_hessian_1k", banded_hessian::thousand),
    ("banded_hessian_10k", banded_hessian::ten_thousand),
];
