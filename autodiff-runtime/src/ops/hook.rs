//! What is done to adjoints by the way: `on_adjoint`.

use super::TangentOf;
use crate::Differentiable;

/// Returns its argument; in the reverse sweep the adjoint that arrives at it goes through `f`: to be scaled, clipped, reversed, or
/// looked at.
///
/// `#[differentiate]` knows it by its name, as it knows [`stop_gradient`](crate::stop_gradient); everywhere else it is the identity
/// on `x`. In forward mode tangents pass unchanged: what `f` does belongs to no function that they could be tangents of. So does the
/// value, and where no adjoint arrives (the result does not depend on `x`), `f` is not called.
///
/// `f` may read numbers that carry no derivative. It changes nothing outside; what it sees is put into a `Cell`, or printed.
///
/// ```
/// use autodiff_runtime::{differentiate, on_adjoint};
///
/// #[differentiate]
/// fn f(x: f64, limit: f64) -> f64 {
///     let clipped = on_adjoint(x, |x_bar| x_bar.clamp(-1.0, 1.0));
///     let reversed = on_adjoint(x, |x_bar: f64| -x_bar);
///     clipped * clipped + 3.0 * reversed
/// }
///
/// assert_eq!(f(2.0, 1.0), 10.0);
/// assert_eq!(f::grad(2.0, 1.0).0, 1.0 - 3.0);
/// assert_eq!(f::jvp(2.0, 1.0, 1.0, 0.0).1, 4.0 + 3.0);
/// ```
#[inline(always)]
pub fn on_adjoint<T: Differentiable>(x: T, f: impl FnOnce(TangentOf<T>) -> TangentOf<T>) -> T {
    let _ = f;
    x
}

/// The form in which generated code calls [`on_adjoint`](fn@on_adjoint).
#[doc(hidden)]
pub mod on_adjoint {
    use super::{Differentiable, TangentOf};
    use crate::Tangent;

    /// The value, and a pullback that owns the function.
    #[inline(always)]
    pub fn forward<T: Differentiable, F: FnOnce(TangentOf<T>) -> TangentOf<T>>(
        x: T,
        f: F,
    ) -> (T, impl FnOnce((), (), TangentOf<T>, Option<&mut TangentOf<T>>, Option<&mut ()>)) {
        (x, move |(), (), seed, x_bar, _| {
            let adjoint = f(seed);
            if let Some(x_bar) = x_bar {
                x_bar.accumulate(&adjoint);
            }
        })
    }

    /// The value and its tangent.
    #[inline(always)]
    pub fn pushforward<T: Differentiable, F: FnOnce(TangentOf<T>) -> TangentOf<T>>(
        x: T,
        _: F,
        x_dot: Option<&TangentOf<T>>,
        _: Option<&()>,
    ) -> (T, TangentOf<T>) {
        let tangent = x_dot.cloned().unwrap_or_else(|| x.zero_tangent());
        (x, tangent)
    }
}
