//! Tests across passes.

mod compare;
mod random;
pub(crate) mod sketch;
mod sprout;
