//! Losses and metrics, of `f64` and of `f32`.
//!
//! Plain functions, of numbers and of slices. Those of a single prediction return a number; `mean_…` and those with
//! slices reduce as their originals do. A batch is a loop over its rows.
//!
//! All but the metrics are `#[differentiate]`d, by every argument that is a float: call them in your own differentiated
//! functions, or use the gradients by themselves.
//!
//! ```
//! use autodiff_runtime::{differentiate, losses};
//!
//! #[differentiate]
//! fn loss(w: f64, #[no_diff] x: &[f64], #[no_diff] y: &[f64]) -> f64 {
//!     let mut sum = 0.0;
//!     for i in 0..x.len() {
//!         sum += losses::huber(w * x[i], y[i], 1.0);
//!     }
//!     sum
//! }
//!
//! assert_eq!(loss::grad(2.0, &[1.0, 3.0], &[1.5, 9.0]), 0.5 - 3.0);
//! assert_eq!(losses::mean_squared_error::grad(&[3.0], &[1.0]).0, [4.0]);
//! ```
//!
//! Each is accurate for small errors and confident right answers as well, where the textbook's formula takes the difference
//! of two numbers that are nearly equal.
//!
//! | original | here |
//! |---|---|
//! | `l2_loss`, `tf.nn.l2_loss` | [`half_squared_error()`], [`half_square_sum()`] |
//! | `squared_error`, Keras `MeanSquaredError` | [`squared_error()`], [`mean_squared_error()`] |
//! | Keras `MeanAbsoluteError` | [`mean_absolute_error()`] |
//! | `huber_loss`, `log_cosh` | [`huber()`], [`log_cosh()`], [`mean_huber()`], [`mean_log_cosh()`] |
//! | `log_poisson_loss` | [`log_poisson()`] |
//! | `cosine_similarity`, `cosine_distance` | [`cosine_similarity()`], [`cosine_distance()`] |
//! | `sigmoid_cross_entropy_with_logits`, `sigmoid_binary_cross_entropy` | [`sigmoid_cross_entropy()`] |
//! | `weighted_cross_entropy_with_logits` | [`weighted_cross_entropy()`] |
//! | `sigmoid_focal_loss` | [`sigmoid_focal()`], with `alpha` [`balanced_sigmoid_focal()`] |
//! | `softmax_cross_entropy(_with_logits)`, `safe_…` | [`softmax_cross_entropy()`] |
//! | `sparse_softmax_cross_entropy…`, `…_with_integer_labels` | [`sparse_softmax_cross_entropy()`] |
//! | `poly_loss_cross_entropy` | [`poly_cross_entropy()`] |
//! | `hinge_loss`, `perceptron_loss`, `sparsemax_loss` | [`hinge()`], [`perceptron()`], [`sparsemax()`] |
//! | `multiclass_…` of these | [`multiclass_hinge()`], [`multiclass_perceptron()`], [`multiclass_sparsemax()`] |
//! | `kl_divergence`, `…_with_log_targets`, `convex_…` | [`kl_divergence()`], [`kl_divergence_log()`], [`convex_kl_divergence()`] |
//! | `triplet_margin_loss`, `ntxent` | [`triplet_margin()`], [`ntxent()`] |
//! | `binary_dice_loss` | [`binary_dice()`] |
//! | `ranking_softmax_loss` | the mean of [`softmax_cross_entropy()`] over the lists |
//! | `smooth_labels` | [`smooth_labels()`] |
//! | `logsumexp`, `softmax`, `log_softmax` | [`log_sum_exp()`], [`softmax()`], [`log_softmax()`] |
//! | `sigmoid`, `softplus` | [`sigmoid()`], [`softplus()`] |

#![allow(clippy::needless_range_loop, reason = "indexed loops are differentiated best")]

mod classes;
mod distributions;
mod margins;
mod metrics;
mod regression;
mod similarity;

pub use classes::*;
pub use distributions::*;
pub use margins::*;
pub use metrics::*;
pub use regression::*;
pub use similarity::*;

/// A constant.
fn c<S: crate::Scalar>(value: f64) -> S {
    S::of(value)
}
