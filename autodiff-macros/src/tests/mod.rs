//! Tests across passes.

pub(crate) mod sketch;
