//! The benchmark problems, and the harness that runs all contestants of one problem against each other.
//!
//! Each file in [`problems`] holds one problem: `primal`, the function as a user writes it; `hand`, a value and
//! gradient written by hand with care; `textbook`, the literal reversal of the primal; and `generated`, the one place
//! where the gradient made by `#[differentiate]` enters, once `primal` and its helpers carry the attribute:
//!
//! ```ignore
//! pub fn generated() -> Option<Contestant> {
//!     Some(Contestant::new("generated", |p, g| {
//!         g.fill(0.0);
//!         primal::value_and_grad_into(p, g)
//!     }))
//! }
//! ```
#![forbid(unsafe_code)]
// The primals are the plain loops that people write, and the adjoints mirror them.
#![allow(clippy::needless_range_loop, clippy::too_many_arguments)]

pub mod check;
pub mod contest;
pub mod kernels;
pub mod measure;
pub mod problems;
pub mod random;
pub mod reference;
pub mod report;
pub mod run;
pub mod spellings;
