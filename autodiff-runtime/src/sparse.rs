//! Sparse Jacobians and Hessians, from few products with well-chosen vectors.
//!
//! Where it is known which entries of a Jacobian are not zero, columns that share no row can be taken together: one
//! product with the sum of their unit vectors has all of their entries, each in a row of its own. So a Jacobian with three
//! diagonals takes three products, whatever its size. Which columns go together is a colouring of a graph, found once for a
//! [`Pattern`]; the plan is then evaluated as often as needed, by `f::jvp`, `f::vjp` or `f::hvp`.
//!
//! | plan | is evaluated by | takes as many products as |
//! |---|---|---|
//! | [`Jacobian::by_columns`] | `f::jvp` | the fullest row has entries, or a few more |
//! | [`Jacobian::by_rows`] | `f::vjp` | the fullest column has entries, or a few more |
//! | [`Hessian::new`] | `f::hvp` | about the bandwidth, 2 for an arrow |
//!
//! The pattern is given. One that leaves out an entry would give wrong numbers in others: where debug assertions are on, each
//! evaluation takes one further product with a random vector, and panics with the place of an entry that is outside.
//!
//! The result is in compressed rows, which other crates take as they are: `sprs::CsMat::new((rows, columns), row_starts,
//! column_indices, values)`, `nalgebra_sparse::CsrMatrix::try_from_csr_data(rows, columns, row_starts, column_indices, values)`.
//!
//! ```
//! use autodiff_runtime::{differentiate, sparse};
//!
//! /// A chain of springs that resist stretching, held at its ends.
//! #[differentiate(order = 2)]
//! fn energy(x: &[f64]) -> f64 {
//!     let mut sum = x[0] * x[0] + x[x.len() - 1].powi(4);
//!     for i in 1..x.len() {
//!         sum += (x[i] - x[i - 1]).powi(4);
//!     }
//!     sum
//! }
//!
//! let x: Vec<f64> = (0..1000).map(|i| 0.01 * (i * i % 17) as f64).collect();
//! let neighbours = |i: usize| i.saturating_sub(1)..(i + 2).min(1000);
//! let plan = sparse::Hessian::new(sparse::Pattern::new(1000, (0..1000).map(neighbours)));
//! assert_eq!(plan.products(), 3);
//! let hessian = plan.evaluate(|v: &[f64]| energy::hvp(&x, v));
//! assert_eq!(hessian.values.len(), 2998);
//! let (columns, values) = hessian.row(500);
//! assert_eq!(columns, [499, 500, 501]);
//! assert!((values[0] + 12.0 * (x[500] - x[499]).powi(2)).abs() < 1e-12);
//! ```

mod check;
mod coloring;
mod compressed;
mod hessian;
mod jacobian;
mod pattern;

pub use hessian::Hessian;
pub use jacobian::Jacobian;
pub use pattern::{Csr, Pattern};
