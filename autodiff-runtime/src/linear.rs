//! Factorisations of dense matrices, for what solvers and derivatives by hand need: no more, and in this one place.
//!
//! Each is taken once and answers several questions afterwards. None allocates to answer, beyond its answer.

mod cholesky;
mod lu;
mod qr;

pub(crate) use cholesky::Cholesky;
pub(crate) use lu::Lu;
pub(crate) use qr::{Qr, Triangle};
