//! Solvers on the problems by which others are judged, with the derivatives that `#[differentiate]` makes.

mod constrained;
mod shapes;
mod unconstrained;
