//! Analyses: plain data about a primal function that the transformations read, and what is done to the primal beforehand.

pub(crate) mod activity;
mod borrow;
mod invariant;
mod share;

use crate::ir::Function;

pub(crate) use activity::{Activity, activity};

/// The primal as it is differentiated: nothing copied to be looked at, nothing computed twice, nothing in a
/// loop that could stand before it.
pub(crate) fn prepare(function: Function) -> Function {
    share::share(invariant::hoist(share::share(borrow::borrow(function))))
}
