//! What keeps denominators away from zero.

use crate::Scalar;

/// An `epsilon` that is added to the root of a mean of squares.
///
/// It is at least the root of the smallest number. Squares of gradients below that vanish, so that nothing else would stand
/// in the denominator: a zero gradient would be divided by zero, and a tiny one by next to nothing, where `epsilon` is 0,
/// or becomes 0 in the precision of the parameters.
pub(super) fn beside_root<S: Scalar>(epsilon: f64) -> S {
    at_least(epsilon, S::min_positive_value().sqrt())
}

/// An `epsilon` that is added to magnitudes, or to squares under a root: at least the smallest number.
pub(super) fn positive<S: Scalar>(epsilon: f64) -> S {
    at_least(epsilon, S::min_positive_value())
}

fn at_least<S: Scalar>(epsilon: f64, least: S) -> S {
    let epsilon = S::of(epsilon);
    // NaN stays.
    if epsilon < least { least } else { epsilon }
}
